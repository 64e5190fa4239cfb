# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the values of sources, found before any request."""

from __future__ import annotations

import os
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.known_values import (
    UNKNOWN,
    known_value,
    secret_value,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import is_unset

PLACEHOLDER = 'x' * 40
# Each is of use with the other only, which another place may give
_DEPENDENT = {'client_key': 'client_cert', 'cache_path': 'cache'}
Values = dict[str, t.Any]


def value_problems(
    provider: t.Any, given: t.Mapping[str, t.Any], view: HostView, keep: t.Iterable[str] = ()
) -> list[str]:
    """Return the mistakes in the options of a source or of a manager, one sentence each.

    No secret is rendered. What depends on one is left to the delivery.

    :param given: options by name, raw.
    :param keep: options that the delivery checks.
    """
    problems: list[str] = []
    keep = set(keep)
    secrets = {*shared.secret_names(provider), *keep}
    values: Values = {}
    for option, raw in given.items():
        try:
            look = secret_value if option in secrets else known_value
            values[option] = look(raw, view, option)
        except BadInput as problem:
            problems.append(str(problem))
            values[option] = UNKNOWN
    given_values = {option: value for option, value in values.items() if not is_unset(value)}
    try:
        whole = _completed(provider, given_values, secrets, view)
        options = _checked(provider, whole, secrets)
    except BadInput as problem:
        return [*problems, str(problem)]
    problems.extend(_missing_files(options))
    if not problems:
        texts = {name: [] if name in keep else PLACEHOLDER for name in secrets if name in whole}
        problems.extend(_combination(provider, whole, options, texts))
    return problems


def _completed(provider: t.Any, given: Values, secrets: set[str], view: HostView) -> Values:
    """Return what is given, and what other places have, with C(UNKNOWN) where that is so."""
    variables: Values = {}
    unknown = {option for option, value in given.items() if value is UNKNOWN}
    prefix = sources.variable_name(provider.PREFIX, '')
    for name, value in view.variables.items():
        if name.startswith(prefix):
            option = name[len(prefix) :]
            found = (
                UNKNOWN if option in secrets else known_value(value, view, 'the variable ' + name)
            )
            if found is UNKNOWN and option not in given:
                unknown.add(option)
            variables[name] = PLACEHOLDER if found is UNKNOWN else found
    texts = {name: PLACEHOLDER if value is UNKNOWN else value for name, value in given.items()}
    whole = sources.completed(provider, texts, variables, None)
    return {name: UNKNOWN if name in unknown else value for name, value in whole.items()}


def _checked(provider: t.Any, whole: Values, secrets: set[str]) -> Values:
    """Return the known options in their types, with defaults. :raises BadInput: one is wrong."""
    known = {
        option: value
        for option, value in whole.items()
        if value is not UNKNOWN
        and option not in secrets
        and (option not in _DEPENDENT or _DEPENDENT[option] in whole)
    }
    if whole.get('allow_http') is UNKNOWN:
        known.pop('url', None)
    specification = {
        option: {name: value for name, value in spec.items() if name != 'required'}
        for option, spec in shared.arguments(provider).items()
        if option in known or (option not in whole and option not in secrets)
    }
    result = ArgumentSpecValidator(specification).validate(known)
    if result.error_messages:
        raise BadInput('%s.' % '; '.join(result.error_messages).rstrip('.'))
    return dict(shared.checked(provider, result.validated_parameters))


def _missing_files(options: Values) -> t.Iterator[str]:
    for option in sorted(shared.FILES):
        path = options.get(option)
        if path and not os.path.exists(path):
            yield '%s: there is no file %s on the controller.' % (option, path)


def _combination(
    provider: t.Any, whole: Values, options: Values, secrets: Values
) -> t.Iterator[str]:
    """Yield why known options cannot work together. What concerns a secret is left out.

    :param secrets: what stands for them.
    """
    if any(value is UNKNOWN for option, value in whole.items() if option not in secrets):
        return
    specification = shared.arguments(provider)
    if any(spec.get('required') and option not in whole for option, spec in specification.items()):
        return  # reported with the name of each
    try:
        provider.check({**dict.fromkeys(specification), **options, **secrets})
    except BadInput as problem:
        if not any(option in str(problem) for option in secrets):
            yield str(problem)
