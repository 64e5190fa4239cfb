# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Several deliveries in one run of a module, on the host."""

from __future__ import annotations

import json
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils import (
    _compile_once,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    outgoing,
    register_parameters,
)

del _compile_once  # it has done its work
Params = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]
ARGUMENTS = {
    'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
    'types': {'type': 'list', 'elements': 'str'},
    'sources': {'type': 'list', 'elements': 'str'},
    'where': {'type': 'str', 'choices': ['host', 'controller', 'all'], 'default': 'all'},
    'run': {'type': 'str'},
    'preflight': {'type': 'bool', 'default': False},
    # One text, since ansible-core would hide each value of a list with secrets in all results
    'payload': {'type': 'str', 'no_log': True},
}


def run(module: t.Any, load: t.Callable[[str], t.Any]) -> None:
    """Make all deliveries, and end the module. One that fails stops no other.

    :param module: AnsibleModule with C(ARGUMENTS). Its C(payload) is a list of mappings with
        C(type) and C(params), as JSON; with C(addresses) instead of the latter to try these.
    :param load: returns the delivery type of a name.
    """
    if not module.params['payload']:
        module.fail_json(
            msg='token_deliveries looks up tokens on the controller. '
            'Call it by its full name, buildops.tokens.token_deliveries, without async.'
        )
    results = []
    for item in json.loads(module.params['payload']):
        if 'addresses' in item:
            results.append(_reached(item['addresses']))
        else:
            results.append(_guarded(module, load, item['type'], item['params']))
    results = outgoing(results)
    module.exit_json(changed=any(result.get('changed') for result in results), deliveries=results)


def _guarded(module: t.Any, load: t.Callable[[str], t.Any], name: str, params: Params) -> Result:
    try:
        return _delivered(module, load(name), params)
    except TokensError as problem:
        return {'failed': True, 'changed': False, 'msg': str(problem)}
    except Exception as problem:  # its text could contain a secret
        return {'failed': True, 'changed': False, 'msg': unexpected(problem)}


def _reached(addresses: t.List[t.Dict[str, t.Any]]) -> Result:
    """Try to resolve, to connect to and to trust servers, without credentials."""
    import os

    from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import (
        NoAnswer,
        Trust,
        get,
    )

    problems = []
    for address in addresses:
        ca_path = address['ca_path'] and os.path.expanduser(address['ca_path'])
        try:
            trust = Trust(address['validate_certs'], ca_path)
            get(address['url'], None, trust, address['timeout'])
        except NoAnswer as problem:
            problems.append('%s: %s.' % (address['url'], problem))
    result: Result = {'changed': False}
    return dict(result, failed=True, msg=' '.join(problems)) if problems else result


def _delivered(module: t.Any, kind: t.Any, params: Params) -> Result:
    checked = _checked(module, kind, params)
    try:
        return _applied(module, kind, checked)
    except TokensError as problem:
        entries = params.get(kind.ENTRIES) if kind.ENTRIES else None
        if not entries or len(entries) < 2:
            raise
        good, messages = _tried(module, kind, params)
        if not good or not messages:
            raise BadInput(' '.join(messages) or str(problem)) from None
        result = _applied(module, kind, _checked(module, kind, {**params, kind.ENTRIES: good}))
        if result.get('failed'):
            messages.append(str(result.get('msg')))
        return dict(result, failed=True, msg=' '.join(messages))


def _tried(module: t.Any, kind: t.Any, params: Params) -> t.Tuple[t.List[Params], t.List[str]]:
    """Return the entries that are possible alone, and why the others are not."""
    good, messages = [], []  # type: t.List[Params], t.List[str]
    before, module.check_mode = module.check_mode, True
    try:
        for entry in params[kind.ENTRIES]:
            try:
                kind.apply(_checked(module, kind, {**params, kind.ENTRIES: [entry]}), module)
                good.append(entry)
            except TokensError as problem:
                if str(problem) not in messages:
                    messages.append(str(problem))
    finally:
        module.check_mode = before
    return good, messages


def _applied(module: t.Any, kind: t.Any, checked: Params) -> Result:
    result, warnings = kind.apply(checked, module)
    return dict(result, warnings=list(warnings)) if warnings else dict(result)


def _checked(module: t.Any, kind: t.Any, params: Params) -> Params:
    """Return the options with defaults, and paths expanded for the user of this process."""
    specification, constraints = kind.specification()
    result = ArgumentSpecValidator(specification, **constraints).validate(params)
    register_parameters(specification, params)
    # What the module prints is searched for these
    module.no_log_values.update(result._no_log_values)
    if result.error_messages:
        raise BadInput('%s.' % '; '.join(result.error_messages).rstrip('.'))
    return dict(result.validated_parameters)
