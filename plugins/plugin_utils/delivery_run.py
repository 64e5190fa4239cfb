# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one host gets: from its variables to deliveries, and from results to a report."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    CONTROLLER,
    DeliveryType,
    Entry,
    Part,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import (
    ABSENT,
    Credentials,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.module_result import (
    known_part,
    texts,
)

Variables = t.Mapping[str, t.Any]
Template = t.Callable[[t.Any], t.Any]
Result = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which entries a run is about.

    :ivar state: V(present), or V(absent) to remove the entries.
    :ivar sources: only entries with a token of these, or None for all.
    :ivar types: only deliveries of these types, or None for all.
    """

    state: str = 'present'
    sources: t.Collection[str] | None = None
    types: t.Collection[str] | None = None

    def kinds(self) -> dict[str, type[DeliveryType]]:
        """Return the types with a variable that are selected, by name."""
        return {
            name: kind
            for name, kind in delivery_types.with_variable().items()
            if self.types is None or name in self.types
        }

    def defined(self, variables: Variables) -> list[str]:
        """Return the selected types whose variable a host has."""
        return [
            name
            for name, kind in self.kinds().items()
            if variables.get(kind.VARIABLE or '') is not None
        ]

    def entries(
        self, entries: t.Iterable[Entry], source_of: t.Callable[[Entry], t.Any]
    ) -> list[Entry]:
        """Return the entries that are selected, in the state that is asked for."""
        if self.sources is not None:
            entries = [entry for entry in entries if source_of(entry) in self.sources]
        if self.state == ABSENT:
            return [dict(entry, state=ABSENT) for entry in entries]
        return list(entries)


@dataclasses.dataclass
class Delivery:
    """One run of the code of a delivery type.

    :ivar origin: the type whose variable asks for it. :ivar kind: the type that makes it.
    :ivar options: of the module. :ivar entries: with names of sources, later with credentials.
    :ivar credentials: what happened to the tokens of the entries.
    :ivar result: of the module, or None.
    """

    origin: str
    kind: type[DeliveryType]
    user: str | None
    options: Entry
    entries: list[Entry]
    credentials: Credentials | None = None
    dropped: int = 0
    unowned_kept: bool = True
    result: Result | None = None

    def fill(self, credentials: Credentials, keep_unowned: bool = True) -> None:
        """Put credentials into the entries. Those without are dropped.

        :param keep_unowned: False drops entries to remove whose user name is unknown, since an
            entry of another user may be in the same place.
        """
        self.credentials, self.unowned_kept = credentials, keep_unowned
        filled = [credentials.filled(self.kind, entry) for entry in self.entries]
        if not keep_unowned and credentials.unowned:
            filled = [entry for entry in filled if entry not in credentials.unowned]
        self.entries = [entry for entry in filled if entry is not None]
        self.dropped = len(filled) - len(self.entries)

    def params(self, deferred: bool = False) -> Entry:
        """Return the options for the module.

        :param deferred: with those that a host gets only after it asked for them.
        """
        if self.kind.ENTRIES:
            return {**self.options, self.kind.ENTRIES: self.entries}
        left_out = () if deferred else self.kind.DEFERRED
        entry = {name: value for name, value in self.entries[0].items() if name not in left_out}
        return {**self.options, **entry}

    def failed(self, message: str, **more: t.Any) -> None:
        """Note why it did not succeed."""
        self.result = {'failed': True, 'changed': False, 'msg': message, **more}

    def take(self, result: t.Any) -> None:
        """Keep what the module of a host returned, as far as a host may decide it."""
        if not isinstance(result, dict):
            self.failed('the host did not report a result.')
            return
        self.result = known_part(self.kind.MODULE or '', result)
        if 'warnings' in self.result:
            self.result['warnings'] = texts(self.result['warnings'])

    def report(self) -> Result:
        """Return the result, completed with what happened to the tokens."""
        credentials = self.credentials
        tokens = credentials.tokens if credentials else []
        result = self._result_of_module()
        if self.dropped and any(token['changed'] for token in tokens):
            result['changed'] = True
        if self.kind.PLACE and not result.get('failed'):
            tokens = [dict(token, to=result.get(self.kind.PLACE)) for token in tokens]
        elif credentials:
            tokens = credentials.delivered(self.kind, result)
        result.update(delivery=self.origin, type=self.kind.NAME, tokens=tokens)
        if self.user:
            result['user'] = self.user
        if credentials:
            self._add_messages(result, credentials)
        return result

    def _result_of_module(self) -> Result:
        if not self.entries:
            return dict(self.result or {'changed': False})
        if self.result is None:
            return {'failed': True, 'changed': False, 'msg': 'no result mentions this delivery.'}
        result = dict(self.result)
        if not self.kind.ENTRIES:
            self.kind.complete(result, self.entries[0])
        return result

    def _add_messages(self, result: Result, credentials: Credentials) -> None:
        if credentials.warnings:
            result['warnings'] = [*result.get('warnings', []), *credentials.warnings]
        notes = list(credentials.notes) if result.get('changed') else []
        if not self.unowned_kept:
            notes += [
                'The entry for %s stays: its user name is not known any more, and entries of '
                'others must stay. Remove it manually, or set username or exclusive in the '
                'delivery, and run this again.' % entry.get(self.kind.ENTRY_NAME)
                for entry in credentials.unowned
            ]
        if notes:
            result['notes'] = notes
        if credentials.problems:
            sentences = [problem['msg'] for problem in credentials.problems]
            if result.get('failed') and result.get('msg'):
                sentences.append(str(result['msg']))
            result.update(
                failed=True,
                failed_sources=credentials.problems,
                msg=' '.join(dict.fromkeys(sentences)),
            )


class Wanted(t.NamedTuple):
    """What the variables of a host ask for.

    :ivar failed: results of wrong variables. :ivar without: the types without a selected entry.
    """

    deliveries: list[Delivery]
    failed: list[Result]
    without: list[str]


def wanted(variables: Variables, template: Template, selection: Selection) -> Wanted:
    """Return what the variables of a host ask for.

    :param variables: raw. :param template: renders a value.
    """
    found = Wanted([], [], [])
    kinds = selection.kinds()
    for name in selection.defined(variables):
        try:
            deliveries = _of_kind(kinds[name], variables, template, selection)
        except BadInput as problem:
            failed = {'delivery': name, 'type': name, 'failed': True, 'msg': str(problem)}
            found.failed.append(failed)
            continue
        found.deliveries.extend(deliveries)
        if not deliveries:
            found.without.append(name)
    return found


def _of_kind(
    kind: type[DeliveryType], variables: Variables, template: Template, selection: Selection
) -> list[Delivery]:
    variable = kind.VARIABLE or ''
    entries = sources.rendered(variables[variable], template, 'the variable %s' % variable)
    if sources.is_unset(entries):
        return []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadInput('%s must be a list of mappings.' % variable)
    given = [
        {name: value for name, value in entry.items() if not sources.is_unset(value)}
        for entry in entries
    ]
    selected = selection.entries(given, lambda entry: entry.get('token'))
    if not kind.ENTRIES:
        selected = [_checked(kind, entry) for entry in selected]
    if not selected:
        return []
    return grouped(kind, kind.parts(selected, options_of(kind, variables, template)))


def options_of(kind: type[DeliveryType], variables: Variables, template: Template) -> Entry:
    """Return, by option, the values of the variables that are set."""
    options = {}
    for variable, option in kind.variables().items():
        if variable in variables:
            value = sources.rendered(variables[variable], template, 'the variable %s' % variable)
            if not sources.is_unset(value):
                options[option] = value
    return options


def _checked(kind: type[DeliveryType], entry: Entry) -> Entry:
    specification, constraints = kind.specification()
    result = ArgumentSpecValidator(specification, **constraints).validate(entry)
    if result.error_messages:
        raise BadInput('%s: %s.' % (kind.VARIABLE, '; '.join(result.error_messages).rstrip('.')))
    return dict(result.validated_parameters)


def grouped(kind: type[DeliveryType], parts: t.Iterable[Part]) -> list[Delivery]:
    """Return one delivery for all entries of a list of the same type; else one for each part."""
    parts = list(parts)
    if kind.ENTRIES and parts and all(part.type == kind.NAME for part in parts):
        first = parts[0]
        entries = [part.entry for part in parts]
        return [Delivery(kind.NAME, kind, first.user, first.options, entries)]
    known = delivery_types.all_types()
    return [
        Delivery(kind.NAME, known[part.type], part.user, part.options, [part.entry])
        for part in parts
    ]


def is_on_controller(delivery: Delivery) -> bool:
    """Return whether the controller makes it, and not the host."""
    return delivery.kind.WHERE == CONTROLLER


def is_first(delivery: Delivery, done: set[str]) -> bool:
    """Return whether no host before asked for the same delivery to a server.

    :param done: what was asked for so far. It may contain secrets.
    """
    if delivery.kind.ENTRIES:  # the plan has compared the variables
        return True
    tokens = delivery.credentials.tokens if delivery.credentials else []
    prints = [token.get('fingerprint') for token in tokens]
    key = json.dumps([delivery.kind.NAME, delivery.entries, prints], sort_keys=True)
    if key in done:
        return False
    done.add(key)
    return True


def by_user(deliveries: t.Iterable[Delivery]) -> dict[str | None, list[Delivery]]:
    """Return the deliveries by the user of the host who gets them."""
    groups: dict[str | None, list[Delivery]] = {}
    for delivery in deliveries:
        groups.setdefault(delivery.user, []).append(delivery)
    return groups


def summed_up(reports: list[Result], reported_later: bool = False) -> Result:
    """Return the result of a task that made several deliveries.

    :param reported_later: a summary follows, so that a source that fails makes no task fail for
        each host, and reasons are given once.
    """
    result: Result = {
        'changed': any(report.get('changed') for report in reports),
        'parts': reports,
    }
    warnings = [warning for report in reports for warning in report.pop('warnings', None) or []]
    if warnings:
        result['warnings'] = list(dict.fromkeys(warnings))
    differences = [report.pop('diff') for report in reports if report.get('diff')]
    if differences:
        result['diff'] = differences
    for report in reports:
        report['failed'] = is_failed(report)
    failed = [
        report
        for report in reports
        if report['failed'] and not (reported_later and _has_source_problems_only(report))
    ]
    sentences = [str(report.get('msg') or 'it failed.') for report in failed]
    if sentences:
        result.update(failed=True, msg=' '.join(dict.fromkeys(sentences)))
        if reported_later:
            del result['parts']
    return result


def _has_source_problems_only(report: Result) -> bool:
    sentences = [problem['msg'] for problem in report.get('failed_sources') or []]
    return report.get('msg') == ' '.join(dict.fromkeys(sentences))


def is_failed(report: Result) -> bool:
    """Return whether a delivery did not succeed."""
    return bool(report.get('failed') or report.get('unreachable'))
