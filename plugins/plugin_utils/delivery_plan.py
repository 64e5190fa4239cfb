# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a run: which hosts want what, and every mistake in it, before any request is made."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    CONTROLLER,
    DeliveryType,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import Selection
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import (
    rendered_mapping,
    sealed,
)

WORD = re.compile(r'[A-Za-z_]\w*')
# Where options come from that a delivery does not set (see sources.resolve)
ELSEWHERE = 'buildops_tokens_'
# Their values are variables as well, so a template that uses them refers to those by name
EVERYTHING = ('vars', 'hostvars')
SIMILARITY = 0.92
SOURCES = 'token_sources'


@dataclasses.dataclass
class Plan:
    """What a run is about to do.

    :ivar sources: by name: C(type); the C(hosts) that use it; C(requested_by): of these hosts, the
        first of those for which the source renders to the same, with all of these: it can ask for
        them; C(rotatable): its tokens are made from here, and not by people.
    :ivar hosts: by delivery type: the hosts that want it, in the inventory's order. Of hosts with
        equal deliveries to a server, the first.
    :ivar on_host: by host that something is delivered to: the types.
    :ivar servers: by host: the types whose deliveries to servers it stands for.
    :ivar problems: sentences, each once.
    """

    sources: dict[str, dict[str, t.Any]] = dataclasses.field(default_factory=dict)
    hosts: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    on_host: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    servers: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    problems: list[str] = dataclasses.field(default_factory=list)

    def problem(self, sentence: str) -> None:
        """Note a mistake."""
        if sentence not in self.problems:
            self.problems.append(sentence)


def make_plan(views: t.Iterable[tuple[str, HostView]], selection: Selection | None = None) -> Plan:
    """Look through the variables of all hosts.

    No value of a source is rendered, so nothing is decrypted or fetched.

    :param views: hosts with their views, one after the other.
    :param selection: the entries that the run is about.
    """
    planner = _Planner(selection or Selection())
    for host, view in views:
        planner.add(host, view)
    return planner.plan


class _Planner:
    """Adds one host after the other to a plan."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._kinds = delivery_types.with_variable()
        self._selected = selection.kinds()
        self.plan = Plan(hosts={name: [] for name in self._selected})
        self._names = Names(self._kinds.values())
        self._served: set[t.Any] = set()
        self._asking: dict[t.Any, str] = {}
        # Hosts of a group share these objects. Keeping them keeps their ids.
        self._checked: dict[int, t.Any] = {}

    def add(self, host: str, view: HostView) -> None:
        for sentence in self._names.mistakes(view.variables):
            self.plan.problem(sentence)
        wanted: dict[str, str] = {}
        for name, kind in self._kinds.items():
            variable = kind.VARIABLE or ''
            entries = view.variables.get(variable)
            if isinstance(entries, str):
                entries = sealed(view.template(entries))
            if isinstance(entries, list) and entries:
                self._add_sources(entries, variable, view, wanted)
                if name in self._selected:
                    self._add_delivery(host, kind, entries, view)
        if wanted or not self._is_checked(view.variables.get(SOURCES)):
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
        on_host, to_server = self._split(kind, selected, view)
        if to_server is not None:
            wish = (kind.NAME, made_of(to_server, view.variables))
            if wish not in self._served:
                self._served.add(wish)
                self.plan.servers.setdefault(host, []).append(kind.NAME)
            elif not on_host:
                return
        if on_host:
            self.plan.on_host.setdefault(host, []).append(kind.NAME)
        if on_host or to_server is not None:
            self.plan.hosts[kind.NAME].append(host)

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
            self.plan.problem('%s: %s' % (host, problem))
            return
        for name, entry in declared.items():
            if isinstance(entry, str):
                entry = rendered_mapping(entry, view.template, 'source %s' % name)
            if id(entry) not in self._checked:
                self._checked[id(entry)] = entry
                for sentence in source_problems(name, entry, view):
                    self.plan.problem(sentence)
        for name, variable in wanted.items():
            if name in declared:
                self._add_source(host, name, declared[name], view)
            else:
                try:
                    sources.declared(variables, view.template, name)
                except BadInput as problem:
                    self.plan.problem('%s of %s: %s' % (variable, host, problem))

    def _add_source(self, host: str, name: str, entry: t.Any, view: HostView) -> None:
        provider = _provider_of(rendered_mapping(entry, view.template, 'source %s' % name))
        known = self.plan.sources.setdefault(
            sources.plain(name),
            {
                'type': provider and provider.TYPE,
                'hosts': [],
                'requested_by': {},
                'rotatable': bool(provider) and sources.issues(provider),
            },
        )
        known['hosts'].append(host)
        raw = view.variables[SOURCES]
        whole = [raw[name] if isinstance(raw, dict) else raw]
        if provider:
            whole += beginning_with(sources.variable_name(provider.PREFIX, ''), view.variables)
        first = self._asking.setdefault((name, made_of(whole, view.variables)), host)
        known['requested_by'].setdefault(first, []).append(host)


class Names:
    """Finds variables whose names are almost those of this collection."""

    def __init__(self, kinds: t.Iterable[type[DeliveryType]]) -> None:
        self._known = {SOURCES}
        for kind in kinds:
            self._known.update([kind.VARIABLE or '', *kind.variables()])
        self._words = {word for name in self._known for word in name.split('_')}
        self._seen: set[str] = set()
        self._candidates: dict[str, str] = {}

    def mistakes(self, variables: t.Mapping[str, t.Any]) -> t.Iterator[str]:
        """Yield a sentence for each variable that is meant to be another one, which is missing."""
        new = variables.keys() - self._seen
        if new:
            self._seen |= new
            self._candidates.update(self._similar(new - self._known))
        for name in variables.keys() & self._candidates.keys():
            if self._candidates[name] not in variables:
                yield ('There is no variable %s. Did you mean %s?' % (name, self._candidates[name]))

    def _similar(self, names: t.Iterable[str]) -> t.Iterator[tuple[str, str]]:
        for name in names:
            if '_' in name and self._words.intersection(name.split('_')):
                found = difflib.get_close_matches(name, self._known, 1, SIMILARITY)
                if found:
                    yield name, found[0]


def _source_of(entry: Entry, view: HostView) -> str | None:
    name = entry.get('token')
    if not name or not isinstance(name, str):
        return None
    return str(view.template(name)) if '{{' in name else ''.join(name)


def _provider_of(entry: t.Any) -> t.Any:
    """Return the class for this source, or None where C(source_problems) finds a mistake."""
    try:
        if isinstance(entry, dict):
            return sources.provider_class(sources.plain(entry.get('type')))
    except BadInput:
        pass
    return None


def beginning_with(prefix: str, variables: t.Mapping[str, t.Any]) -> list[tuple[str, t.Any]]:
    """Return the variables whose names begin with a text, sorted by name."""
    return sorted(
        ((name, value) for name, value in variables.items() if name.startswith(prefix)),
        key=lambda item: item[0],
    )


def made_of(value: t.Any, variables: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """Return what decides how a value renders, without rendering it.

    That is its text, and that of all variables that it may refer to. A variable whose name merely
    occurs in a template counts as well. So what is equal renders to the same; what differs may do
    so, too.

    :param variables: of the host, raw. :returns: something to compare. It may contain secrets.
    """
    words: set[str] = set()
    done = set(EVERYTHING)
    parts = [_frozen(value, words)]
    while (words & variables.keys()) - done:
        names = sorted((words & variables.keys()) - done)
        done.update(names)
        parts.extend((name, _frozen(variables[name], words)) for name in names)
    return tuple(parts)


def _frozen(value: t.Any, words: set[str]) -> tuple[str, t.Any]:
    """Return the value, so that it can be compared.

    :param words: gets the words of its templates.
    """
    encrypted = getattr(value, '_ciphertext', None)
    if encrypted is not None:  # to look at it in any other way would decrypt it
        return 'vault', str(encrypted)
    if isinstance(value, dict):
        return 'dict', tuple((str(key), _frozen(item, words)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return 'list', tuple(_frozen(item, words) for item in value)
    if isinstance(value, str):
        if '{{' in value or '{%' in value:
            words.update(WORD.findall(value))
        return 'str', str(value)
    return type(value).__name__, repr(value)


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
