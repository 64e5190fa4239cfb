# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Token modules that run as a module, on the host that C(delegate_to) names."""

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
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import (
    Manager,
    ServerClient,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider

Result = t.Dict[str, t.Any]
Run = t.Callable[[t.Dict[str, t.Any]], t.Tuple[Result, t.Sequence[str]]]
# The members of results that contain secrets
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

    def run_with(options: t.Dict[str, t.Any]) -> t.Tuple[Result, t.Sequence[str]]:
        desired = DesiredState(
            options.get('state') or 'present',
            options['regenerate'],
            options['min_remaining'],
            options.get('max_age'),
        )
        outcome = ensure(provider(options), desired, check_mode=module.check_mode)
        return result_of(outcome, module._diff), outcome.warnings

    _guarded(module, provider, run_with, SECRET_RESULTS)


def run_info(provider: t.Type[Provider]) -> None:
    """Run as an info module. :param provider: the class of a source type with C(describe)."""
    module = AnsibleModule(
        argument_spec=info_arguments(provider), supports_check_mode=True, **constraints(provider)
    )

    def run_with(options: t.Dict[str, t.Any]) -> t.Tuple[Result, t.Sequence[str]]:
        return describe(provider(options))

    _guarded(module, provider, run_with)


def run_manager(manager: t.Type[Manager]) -> None:
    """Run as a module that manages something other than tokens.

    :param manager: the class of what it manages."""
    module = AnsibleModule(
        argument_spec=module_arguments(manager), supports_check_mode=True, **constraints(manager)
    )

    def run_with(options: t.Dict[str, t.Any]) -> t.Tuple[Result, t.Sequence[str]]:
        instance = manager(options)
        return instance.ensure(module.check_mode), instance.warnings

    _guarded(module, manager, run_with, manager.SECRET_RESULTS)


def describe(instance: Provider) -> t.Tuple[Result, t.Sequence[str]]:
    """:returns: the result of an info module, and warnings."""
    try:
        result = instance.describe()
        return dict(result, changed=False, server=instance.server()), instance.warnings
    finally:
        instance.close()


def _guarded(
    module: AnsibleModule,
    provider: t.Type[ServerClient],
    run_with: Run,
    secret_results: t.Sequence[str] = (),
) -> None:
    """End the module with the result of a function, after redaction."""
    try:
        options = checked(provider, module.params)
        if 'cache' in options:
            options['cache'] = 'none'  # the cache is on the controller
        provider.check(options)
        result, warnings = run_with(options)
    except TokensError as problem:
        module.fail_json(msg=str(problem))
    except Exception as problem:  # its text could contain a secret, and would be printed
        module.fail_json(msg=unexpected(problem))
    for warning in outgoing(list(warnings)):
        module.warn(warning)
    module.exit_json(**outgoing(result, secret_results))
