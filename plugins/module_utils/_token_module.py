# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a token module does if it runs as a module, on the host that C(delegate_to) names."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import (
    Outcome,
    diff,
    ensure,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import (
    checked,
    constraints,
    info_arguments,
    module_arguments,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import outgoing
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider

Result = t.Dict[str, t.Any]
Work = t.Callable[[t.Dict[str, t.Any]], t.Tuple[Result, t.Sequence[str]]]
# The members of results that are declared to contain secrets
SECRET_RESULTS = ('token',)


def result_of(outcome: Outcome, with_diff: bool) -> Result:
    """:returns: the result of a token module, in plain JSON types. It contains the token."""
    result = {
        'changed': outcome.changed,
        'token': outcome.token.as_result() if outcome.token is not None else None,
        'server': outcome.server,
    }
    if with_diff:
        result['diff'] = diff(outcome)
    return result


def run(provider: t.Type[Provider]) -> None:
    """Run as a module. :param provider: the class of a source type."""
    module = AnsibleModule(
        argument_spec=module_arguments(provider), supports_check_mode=True, **constraints(provider)
    )

    def work(options: t.Dict[str, t.Any]) -> t.Tuple[Result, t.Sequence[str]]:
        desired = DesiredState(
            options.get('state') or 'present',
            options['regenerate'],
            options['min_remaining'],
            options.get('max_age'),
        )
        outcome = ensure(provider(options), desired, check_mode=module.check_mode)
        return result_of(outcome, module._diff), outcome.warnings

    _guarded(module, provider, work, SECRET_RESULTS)


def run_info(provider: t.Type[Provider]) -> None:
    """Run as an info module. :param provider: the class of a source type with C(describe)."""
    module = AnsibleModule(
        argument_spec=info_arguments(provider), supports_check_mode=True, **constraints(provider)
    )

    def work(options: t.Dict[str, t.Any]) -> t.Tuple[Result, t.Sequence[str]]:
        return describe(provider(options))

    _guarded(module, provider, work)


def run_manager(provider: t.Any) -> None:
    """Run as a module that manages something other than tokens.

    :param provider: a class with C(ensure) and C(SECRET_RESULTS)."""
    module = AnsibleModule(
        argument_spec=module_arguments(provider), supports_check_mode=True, **constraints(provider)
    )

    def work(options: t.Dict[str, t.Any]) -> t.Tuple[Result, t.Sequence[str]]:
        instance = provider(options)
        return instance.ensure(module.check_mode), instance.warnings

    _guarded(module, provider, work, provider.SECRET_RESULTS)


def describe(instance: Provider) -> t.Tuple[Result, t.Sequence[str]]:
    """:returns: the result of an info module, and warnings."""
    try:
        result = instance.describe()
        return dict(result, changed=False, server=instance.server()), instance.warnings
    finally:
        instance.close()


def _guarded(
    module: AnsibleModule, provider: t.Any, work: Work, secret_results: t.Sequence[str] = ()
) -> None:
    """End the module with the result of a function, through the exit for all text."""
    try:
        options = checked(provider, module.params)
        if 'cache' in options:
            options['cache'] = 'none'  # it stays on the controller
        provider.check(options)
        result, warnings = work(options)
    except TokensError as problem:
        module.fail_json(msg=str(problem))
    except Exception as problem:  # its text could contain a secret, and would be printed
        module.fail_json(msg=unexpected(problem))
    for warning in outgoing(list(warnings)):
        module.warn(warning)
    module.exit_json(**outgoing(result, secret_results))
