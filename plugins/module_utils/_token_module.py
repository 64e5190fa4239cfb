# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a token module does when it runs as a module, on the host that C(delegate_to) names."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError, place_of
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import diff, ensure
from ansible_collections.buildops.tokens.plugins.module_utils._options import (
    checked,
    constraints,
    info_arguments,
    module_arguments,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState


def result_of(outcome, with_diff):
    """:returns: the result of a token module, in plain JSON types. It holds the token."""
    result = {
        'changed': outcome.changed,
        'token': outcome.token.as_result() if outcome.token is not None else None,
        'server': outcome.server,
    }
    if with_diff:
        result['diff'] = diff(outcome)
    return result


def run(provider):
    """Run as a module. :param provider: a class of C(providers)."""
    module = AnsibleModule(
        argument_spec=module_arguments(provider), supports_check_mode=True, **constraints(provider)
    )

    def work(options):
        desired = DesiredState(
            options.get('state') or 'present',
            options['regenerate'],
            options['min_remaining'],
            options.get('max_age'),
        )
        outcome = ensure(provider(options), desired, check_mode=module.check_mode)
        return result_of(outcome, module._diff), outcome.warnings

    _guarded(module, provider, work)


def run_info(provider):
    """Run as an info module. :param provider: a class of C(providers) that has C(describe)."""
    module = AnsibleModule(
        argument_spec=info_arguments(provider), supports_check_mode=True, **constraints(provider)
    )

    def work(options):
        return describe(provider(options))

    _guarded(module, provider, work)


def run_manager(provider):
    """Run as a module that manages something else than tokens. :param provider: a class that has C(ensure)."""
    module = AnsibleModule(
        argument_spec=module_arguments(provider), supports_check_mode=True, **constraints(provider)
    )

    def work(options):
        instance = provider(options)
        return instance.ensure(module.check_mode), instance.warnings

    _guarded(module, provider, work)


def describe(instance):
    """:returns: the result of an info module, and warnings."""
    try:
        told = instance.describe()
        return dict(told, changed=False, server=instance.server()), instance.warnings
    finally:
        instance.close()


def _guarded(module, provider, work):
    try:
        options = checked(provider, module.params)
        if 'cache' in options:
            options['cache'] = 'none'  # it stays on the controller
        provider.check(options)
        result, warnings = work(options)
    except TokensError as problem:
        module.fail_json(msg=str(problem))
    except Exception as problem:  # its text could hold a secret, and ansible-core would print it
        module.fail_json(
            msg='This should not have happened: %s. Please report it.' % place_of(problem)
        )
    for warning in warnings:
        module.warn(warning)
    module.exit_json(**result)
