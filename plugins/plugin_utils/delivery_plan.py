# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a run: which hosts want what, and every mistake in it, before any request is made."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    CONTROLLER,
    DeliveryType,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import ABSENT
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import Selection
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.known_values import without_facts
from ansible_collections.buildops.tokens.plugins.plugin_utils.plan_problems import (
    ELSEWHERE,
    Problems,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import (
    beginning_with,
    made_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import (
    is_unset,
    rendered,
    rendered_mapping,
    unrenderable,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.variable_names import SOURCES, Names


@dataclasses.dataclass
class Plan:
    """What a run is about to do.

    :ivar sources: by name, those that deliveries use, and those that the run names: C(type); the
        C(hosts) that use it; C(requested_by): of these hosts, the first of those for which the
        source renders to the same, with all of these: it can ask for them; C(rotatable): its tokens
        are made from here, and not by people.
    :ivar declared: all sources by name: C(rotatable).
    :ivar hosts: by delivery type: the hosts that want it, in the inventory's order. Of hosts with
        equal deliveries to a server, the first.
    :ivar on_host: by host that something is delivered to: the types.
    :ivar servers: by host: the types whose deliveries to servers it stands for.
    :ivar in_use: the sources of the deliveries that are selected.
    :ivar problems: sentences, each once.
    """

    sources: dict[str, dict[str, t.Any]] = dataclasses.field(default_factory=dict)
    declared: dict[str, dict[str, bool]] = dataclasses.field(default_factory=dict)
    hosts: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    on_host: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    servers: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    in_use: dict[str, None] = dataclasses.field(default_factory=dict)
    problems: list[str] = dataclasses.field(default_factory=list)


def make_plan(
    views: t.Iterable[tuple[str, HostView]],
    selection: Selection | None = None,
    names: t.Collection[str] | None = None,
) -> Plan:
    """Look through the variables of all hosts.

    No value of a source is rendered, so nothing is decrypted or fetched.

    :param views: hosts with their views, one after the other.
    :param selection: the entries that the run is about.
    :param names: of sources that belong to the plan even if only lookups use them.
    """
    planner = _Planner(selection or Selection(), names or ())
    for host, view in views:
        planner.add(host, view)
    return planner.finished()


class _Planner:
    """Adds one host after the other to a plan."""

    def __init__(self, selection: Selection, named: t.Collection[str]) -> None:
        self._selection = selection
        self._named = named
        self._undelivered: dict[str, dict[str, t.Any]] = {}
        self._kinds = delivery_types.with_variable()
        self._selected = selection.kinds()
        self.plan = Plan(hosts={name: [] for name in self._selected})
        self._problems = Problems()
        self._names = Names(self._kinds.values())
        self._hosts = 0
        self._served: set[t.Any] = set()
        self._asking: dict[t.Any, str] = {}
        # Hosts of a group share these objects. Keeping them keeps their ids.
        self._checked: dict[int, t.Any] = {}

    def finished(self) -> Plan:
        """Return the plan of all hosts that were added."""
        for name, source in self._undelivered.items():
            self.plan.sources.setdefault(name, source)
        self.plan.problems = self._problems.sentences(self._hosts)
        return self.plan

    def add(self, host: str, view: HostView) -> None:
        """Add a host."""
        for sentence in self._names.mistakes(view.variables):
            self._problems.add(sentence)
        self._hosts += 1
        wanted: dict[str, str] = {}
        for name, kind in self._kinds.items():
            variable = kind.VARIABLE or ''
            try:
                entries = _entries_of(variable, view)
            except BadInput as problem:
                self._problems.add(str(problem), host)
                continue
            if entries:
                self._add_sources(entries, variable, view, wanted)
                if name in self._selected:
                    self._add_delivery(host, kind, entries, view)
        declared = view.variables.get(SOURCES)
        if wanted or (self._named and declared) or not self._is_checked(declared):
            self._check_sources(host, view, wanted)

    def _add_sources(
        self, entries: list[t.Any], variable: str, view: HostView, wanted: dict[str, str]
    ) -> None:
        for entry in entries:
            if isinstance(entry, dict) and entry.get('state') != 'absent':
                name = _source_of(entry, view)
                if name:
                    wanted.setdefault(name, variable)

    def _add_delivery(
        self, host: str, kind: type[DeliveryType], entries: list[t.Any], view: HostView
    ) -> None:
        mappings = [entry for entry in entries if isinstance(entry, dict)]
        selected = self._selection.entries(mappings, lambda entry: _source_of(entry, view))
        if mappings and not selected:
            return
        for entry in selected:
            used = entry.get('state') != ABSENT and _source_of(entry, view)
            if used:
                self.plan.in_use[sources.plain(used)] = None
        if self._selection.state != ABSENT:  # a mistake elsewhere must not keep a token valid
            self._check_entries(host, kind, entries, view)
        on_host, to_server = self._split(kind, selected, view)
        if to_server is not None:
            key = (kind.NAME, made_of(to_server, view.variables))
            if key not in self._served:
                self._served.add(key)
                self.plan.servers.setdefault(host, []).append(kind.NAME)
            elif not on_host:
                return
        if on_host:
            self.plan.on_host.setdefault(host, []).append(kind.NAME)
        if on_host or to_server is not None:
            self.plan.hosts[kind.NAME].append(host)

    def _check_entries(
        self, host: str, kind: type[DeliveryType], entries: list[t.Any], view: HostView
    ) -> None:
        raw = view.variables.get(SOURCES)

        def provider_of(name: str) -> t.Any:
            try:
                entry = sources.declared(view.variables, view.template, name)[name]
                return _provider_of(rendered_mapping(entry, view.template, 'source %s' % name))
            except BadInput:  # reported with the source
                return None

        self._problems.check_entries(host, kind, entries, view, provider_of, raw)

    def _split(
        self, kind: type[DeliveryType], entries: list[Entry], view: HostView
    ) -> tuple[bool, t.Any]:
        """Return whether there is something for the host, and what there is for servers."""
        variables = view.variables
        options = {
            option: variables[variable]
            for variable, option in kind.variables().items()
            if variable in variables
        }
        try:
            parts = kind.parts(entries, options)
        except Exception:  # a template, or a mistake that the run reports
            return True, [kind.NAME, entries]
        known = delivery_types.all_types()
        to_server = [part for part in parts if known[part.type].WHERE == CONTROLLER]
        if not to_server:
            return bool(parts) or not entries, None
        declared = variables.get(SOURCES)
        whole: list[t.Any] = [[part.entry, part.options] for part in to_server]
        whole += [
            declared.get(part.entry.get('token')) if isinstance(declared, dict) else declared
            for part in to_server
        ]
        whole += beginning_with(ELSEWHERE, variables)
        return len(to_server) < len(parts), whole

    def _is_checked(self, declared: t.Any) -> bool:
        return declared is None or id(declared) in self._checked

    def _check_sources(self, host: str, view: HostView, wanted: dict[str, str]) -> None:
        variables = view.variables
        raw = variables.get(SOURCES)
        self._checked[id(raw)] = raw
        try:
            declared = sources.declared(variables, view.template)
        except BadInput as problem:
            self._problems.add('%s.' % str(problem).rstrip('.'), host)
            return
        for name, entry in declared.items():
            if isinstance(entry, str):
                entry = rendered_mapping(entry, view.template, 'source %s' % name)
            if sources.plain(name) not in self.plan.declared:
                rotatable = _is_rotatable(_provider_of(entry))
                self.plan.declared[sources.plain(name)] = {'rotatable': rotatable}
            if id(entry) not in self._checked:
                self._checked[id(entry)] = entry
                for sentence in source_problems(name, entry, view):
                    self._problems.add(sentence)
        for name, variable in wanted.items():
            if name in declared:
                self._add_source(self.plan.sources, host, name, declared[name], view)
            else:
                try:
                    sources.declared(variables, view.template, name)
                except BadInput as problem:
                    self._problems.add('%s: %s' % (variable, problem), host)
        for name in self._named:
            if name in declared and name not in wanted:
                self._add_source(self._undelivered, host, name, declared[name], view)

    def _add_source(
        self,
        among: dict[str, dict[str, t.Any]],
        host: str,
        name: str,
        entry: t.Any,
        view: HostView,
    ) -> None:
        entry = rendered_mapping(entry, view.template, 'source %s' % name)
        provider = _provider_of(entry)
        known = among.setdefault(
            sources.plain(name),
            {
                'type': provider and provider.TYPE,
                'hosts': [],
                'requested_by': {},
                'rotatable': _is_rotatable(provider),
            },
        )
        known['hosts'].append(host)
        raw = view.variables[SOURCES]
        whole = [raw[name] if isinstance(raw, dict) else raw]
        if provider:
            whole += beginning_with(sources.variable_name(provider.PREFIX, ''), view.variables)
        key = (among is self._undelivered, name, made_of(whole, view.variables))
        first = self._asking.setdefault(key, host)
        known['requested_by'].setdefault(first, []).append(host)
        if provider and (self._selection.state != ABSENT or name in self._named):
            self._problems.check_source(host, name, entry, provider, view, key)


def _entries_of(variable: str, view: HostView) -> list[t.Any]:
    """Return the entries of a variable. Those that are templates are rendered.

    :raises BadInput: it is not a list, or cannot be rendered.
    """
    entries = view.variables.get(variable)
    try:
        if isinstance(entries, str):
            entries = unrenderable(view.template(entries))
        if isinstance(entries, list) and any(isinstance(entry, str) for entry in entries):
            entries = [
                unrenderable(view.template(entry)) if isinstance(entry, str) else entry
                for entry in entries
            ]
    except Exception:  # its text contains the template; this one has the reason
        what = 'the variable %s' % variable
        try:
            rendered(entries, view.template, what)
        except BadInput as problem:
            raise without_facts(problem, entries, view.variables, what) from None
        raise
    if is_unset(entries):
        return []
    if not isinstance(entries, list):
        raise BadInput('%s must be a list of mappings.' % variable)
    return entries


def _source_of(entry: Entry, view: HostView) -> str | None:
    name = entry.get('token')
    if not name or not isinstance(name, str):
        return None
    return str(view.template(name)) if '{{' in name else ''.join(name)


def _is_rotatable(provider: t.Any) -> bool:
    return bool(provider) and sources.issues(provider)


def _provider_of(entry: t.Any) -> t.Any:
    """Return the class for this source, or None where C(source_problems) finds a mistake."""
    try:
        if isinstance(entry, dict):
            return sources.provider_class(sources.plain(entry.get('type')))
    except BadInput:
        pass
    return None


def source_problems(name: str, entry: t.Any, view: HostView) -> list[str]:
    """Return the mistakes in the type and the option names of a source, and what it lacks."""
    label = 'source %s' % sources.plain(name)
    if not isinstance(entry, dict) or not isinstance(entry.get('type'), str):
        types = ', '.join(sources.types())
        return ['%s must be a mapping with a type. Types are: %s.' % (label, types)]
    try:
        provider = sources.provider_class(sources.plain(entry['type']))
        given = [option for option in entry if option != 'type']
        sources.check_names(given, provider, label)
        missing = _missing_options(provider, entry, given, view)
    except BadInput as problem:
        text = str(problem)
        return [text if text.startswith(label) else '%s: %s' % (label, text)]
    return ['%s lacks %s.' % (label, ', '.join(missing))] if missing else []


def _missing_options(provider: t.Any, entry: Entry, given: list[str], view: HostView) -> list[str]:
    # Only whether there is a value counts here; looking at it could decrypt it
    known = {option: 'given' for option in given if not _is_empty(entry[option])}
    needed = [
        option
        for option, spec in shared.arguments(provider).items()
        if spec.get('required') and option not in known
    ]
    if not needed:
        return []
    try:  # what other places give depends on the server and the user
        for option in (*provider.ADDRESS, *provider.IDENTITY_BOUND_OPTIONS):
            if option in known:
                known[option] = sources.rendered(entry[option], view.template, option)
    except BadInput:  # for this host, which may not use the source
        return []
    complete = sources.completed(provider, known, view.variables, view.template)
    return [option for option in needed if option not in complete]


def _is_empty(value: t.Any) -> bool:
    return value is None or (isinstance(value, str) and value == '')
