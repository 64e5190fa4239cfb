# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in the entries and options of deliveries, found before any request."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    DeliveryType,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._token import BEARER
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import (
    refuse_wrong_hosts,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.known_values import (
    UNKNOWN,
    known_value,
    refers_to_facts,
    secret_value,
    undefined_in,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import is_unset
from ansible_collections.buildops.tokens.plugins.plugin_utils.source_checks import value_problems

Specification = dict[str, dict[str, t.Any]]
ProviderOf = t.Callable[[str], t.Any]
CREDENTIALS = ('password', 'access_token')


def entry_problems(
    kind: type[DeliveryType], entries: list[t.Any], view: HostView, provider_of: ProviderOf
) -> list[str]:
    """Return the mistakes in the entries of a variable, one sentence each.

    :param entries: raw. :param provider_of: returns the class of a source, or None.
    """
    specification, _constraints = kind.specification()
    if kind.ENTRIES:
        specification = specification[kind.ENTRIES]['options']
    problems: list[str] = []
    seen: dict[t.Any, str] = {}
    options = _known_options(kind, view)
    for number, entry in enumerate(entries):
        label = '%s[%d]' % (kind.VARIABLE, number)
        if isinstance(entry, str):  # a template
            continue
        if not isinstance(entry, Mapping):
            problems.append('%s must be a mapping.' % label)
            continue
        known, found = _checked_options(specification, entry, view)
        name = known.get(kind.ENTRY_NAME)
        if isinstance(name, str):
            label += ' (%s %s)' % (kind.ENTRY_NAME, name)
        found += _of_entry(kind, known, options, provider_of)
        twin = _repetition(kind, known, seen, label)
        problems += ['%s: %s' % (label, text) for text in [*found, *twin]]
    return problems


def option_problems(kind: type[DeliveryType], view: HostView) -> list[str]:
    """Return the mistakes in the variables with the options of a delivery type."""
    manager = kind.manager()
    given = {
        option: view.variables[variable]
        for variable, option in kind.variables().items()
        if view.variables.get(variable) is not None
    }
    if manager is not None:
        return _manager_problems(kind, manager, given, view)
    specification, _constraints = kind.specification()
    problems = []
    for option, raw in given.items():
        spec = specification.get(option, {'type': 'str'}) if kind.ENTRIES else {'type': 'raw'}
        text = _option_problem(option, spec, raw, view)
        if text:
            problems.append('%s_%s: %s' % (kind.NAME, option, text))
    return problems


def _manager_problems(
    kind: type[DeliveryType], manager: t.Any, given: Entry, view: HostView
) -> list[str]:
    entries = kind.ENTRIES or ''
    problems = value_problems(manager, {**given, entries: 'entries'}, view, keep=[entries])
    complete = set(given)
    prefix = sources.variable_name(manager.PREFIX, '')
    complete |= {name[len(prefix) :] for name in view.variables if name.startswith(prefix)}
    for option, spec in shared.arguments(manager).items():
        if spec.get('required') and option != entries and option not in complete:
            elsewhere = sources.completed(manager, {}, {}, None)
            if option not in elsewhere:
                problems.append('%s is missing.' % option)
    return ['%s_%s' % (kind.NAME, text) for text in problems]


def _option_problem(option: str, spec: dict[str, t.Any], raw: t.Any, view: HostView) -> str | None:
    if isinstance(raw, str) and not spec.get('choices') and spec['type'] in ('path', 'str', 'raw'):
        # It may differ by host, and there is nothing else to check
        if refers_to_facts(raw, view.variables):
            return _unknown_fact(raw, view)
        missing = undefined_in(raw, view.variables)
        return 'it uses the variable %s, which is not defined.' % missing if missing else None
    try:
        value = known_value(raw, view, 'it')
        return None if value is UNKNOWN or is_unset(value) else _wrong(option, spec, value)
    except BadInput as problem:
        return str(problem)


def _unknown_fact(raw: str, view: HostView) -> str | None:
    try:
        known_value(raw, view, 'it')
    except BadInput as problem:
        return str(problem)
    return None


def _known_options(kind: type[DeliveryType], view: HostView) -> Entry:
    """Return the options that a check of an entry depends on, as far as they are known."""
    options = {}
    for option in kind.CHECKED_WITH:
        raw = view.variables.get('%s_%s' % (kind.NAME, option))
        try:
            options[option] = known_value(raw, view, option)
        except BadInput:  # reported with the options
            options[option] = UNKNOWN
    return options


def _checked_options(
    specification: Specification, entry: t.Mapping[str, t.Any], view: HostView, outer: str = ''
) -> tuple[Entry, list[str]]:
    """Return the known values of an entry, and the mistakes in them."""
    known: Entry = {}
    problems: list[str] = []
    for option, raw in entry.items():
        spec = specification.get(option)
        if spec is None:
            nearest = sources.nearest(option, specification)
            problems.append('%s%s is not an option.%s' % (outer, option, nearest))
            continue
        try:
            value = _entry_value(spec, raw, view, outer + option)
        except BadInput as problem:
            problems.append(str(problem))
            value = UNKNOWN
        if isinstance(value, Mapping) and spec.get('options'):
            value, inner = _checked_options(spec['options'], value, view, outer + option + ': ')
            problems += inner
        elif value is not UNKNOWN and not is_unset(value):
            text = _wrong(option, spec, value)
            if text:
                problems.append('%s%s: %s' % (outer, option, text))
        if not is_unset(value):
            known[option] = value
    problems += [
        '%s%s is missing.' % (outer, option)
        for option, spec in specification.items()
        if spec.get('required') and option not in known and option not in entry
    ]
    problems += [
        '%s%s is empty.' % (outer, option)
        for option, spec in specification.items()
        if spec.get('required') and option in entry and option not in known
    ]
    return known, problems


def _entry_value(spec: dict[str, t.Any], raw: t.Any, view: HostView, what: str) -> t.Any:
    if isinstance(raw, Mapping) and spec.get('options'):
        return raw  # its values are looked at one by one
    if not spec.get('no_log'):
        return known_value(raw, view, what)
    return secret_value(raw, view, what)


def _wrong(option: str, spec: dict[str, t.Any], value: t.Any) -> str | None:
    """Return what is wrong with the value of an option that is not a secret, or None."""
    if spec.get('no_log'):
        return None
    kept = {name: each for name, each in spec.items() if name not in ('required', 'default')}
    messages = ArgumentSpecValidator({option: kept}).validate({option: value}).error_messages
    return '%s.' % messages[0].rstrip('.') if messages else None


def _of_entry(
    kind: type[DeliveryType], known: Entry, options: Entry, provider_of: ProviderOf
) -> list[str]:
    """Return why an entry cannot work with its source, or on any host."""
    problems = []
    values = {name: value for name, value in known.items() if value is not UNKNOWN}
    try:
        kind.check_entry(values, options)
    except BadInput as problem:
        problems.append(str(problem))
    name = values.get('token')
    if not isinstance(name, str) or values.get('state') == 'absent':
        return problems
    clash = [option for option in CREDENTIALS if option in known]
    if clash:
        problems.append('token and %s exclude each other.' % ', '.join(clash))
    provider = provider_of(name)
    if provider is not None:
        problems += _source_problems(kind, values, name, provider)
    return problems


def _source_problems(
    kind: type[DeliveryType], values: Entry, name: str, provider: t.Any
) -> t.Iterator[str]:
    source = sources.Source(name, provider, {})
    try:
        refuse_wrong_hosts(values, source)
    except BadInput as problem:
        yield str(problem)
    try:
        types = {part.type for part in kind.parts([values], {})}
    except Exception:  # a value is not known, or wrong, which is reported with it
        types = {kind.NAME}
    known = delivery_types.all_types()
    for each in sorted(types):
        refusal = known[each].BEARER_REFUSAL
        if refusal and provider.KIND == BEARER:
            yield '%s gives a bearer token. %s' % (source.label, refusal)
    for required in sorted({known[each].SOURCE_TYPE or '' for each in types} - {''}):
        if provider.TYPE != required:
            yield '%s is of type %s, but this delivery requires a source of type %s.' % (
                source.label,
                provider.TYPE,
                required,
            )


def _repetition(
    kind: type[DeliveryType], known: Entry, seen: dict[t.Any, str], label: str
) -> list[str]:
    if not kind.UNIQUE:
        return []
    values = [known.get(option) for option in kind.UNIQUE]
    if any(value is UNKNOWN for value in values) or values[0] is None:
        return []
    first = seen.setdefault(repr(values), label)
    return [] if first is label else ['%s is the same.' % first]
