# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a provisioning run is about to do: which hosts want what, and every mistake in it, before any request is made."""

from __future__ import annotations

import re

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import (
    rendered_mapping,
    sealed,
)

WORD = re.compile(r'[A-Za-z_]\w*')
ELSEWHERE = (
    'buildops_tokens_'  # where options come from that a delivery does not set (see sources.resolve)
)
EVERYTHING = ('vars', 'hostvars')  # what is asked of them stands beside them in a template


class Plan:
    """:ivar sources: by name: C(type); the C(hosts) that use it; C(requested_by): of these hosts, the first of those for which the
        source renders to the same, with all of these: it can ask for them; C(rotatable): its tokens are made from here, and not by people.
    :ivar hosts: by delivery: the hosts that want it, in the inventory's order.
    :ivar problems: sentences, each once."""

    def __init__(self):
        self.sources = {}
        self.hosts = {}
        self.problems = []

    def problem(self, sentence):
        if sentence not in self.problems:
            self.problems.append(sentence)


def make_plan(variables_of, deliveries, template_for, once=()):
    """Look through the variables of all hosts. No value of a source is rendered, so nothing is decrypted or fetched.

    :param variables_of: by host: its raw variables. :param deliveries: by name of a delivery: the variable with its list of entries.
    :param template_for: a function of a host and a value that renders it.
    :param once: names of deliveries that go to a server and not to the host: of hosts for which its variables render to the same, the first does.
    :returns: C(Plan).
    """
    plan, served, asking = Plan(), set(), {}
    plan.hosts = {delivery: [] for delivery in deliveries}
    checked = set()
    for host, variables in variables_of.items():

        def template(value, host=host):
            return template_for(host, value)

        wanted = {}
        for delivery, variable in deliveries.items():
            entries = variables.get(variable)
            if isinstance(entries, str):
                entries = sealed(template(entries))
            if not entries:
                continue
            if delivery in once:
                wish = (
                    delivery,
                    made_of(_beginning_with((delivery + '_', ELSEWHERE), variables), variables),
                )
                if wish in served:
                    continue
                served.add(wish)
            plan.hosts[delivery].append(host)
            for entry in entries if isinstance(entries, list) else []:
                name = entry.get('token') if isinstance(entry, dict) else None
                if name and isinstance(name, str) and entry.get('state') != 'absent':
                    wanted.setdefault(template(name) if '{{' in name else name, variable)
        if not wanted and variables.get('token_sources') is None:
            continue
        try:
            declared = sources.declared(variables, template)
        except BadInput as problem:
            plan.problem('%s: %s' % (host, problem))
            continue
        for name, entry in declared.items():
            if isinstance(entry, str):
                entry = rendered_mapping(entry, template, 'source %s' % name)
            # Hosts of a group share these objects, so each is looked at once
            if id(entry) not in checked:
                checked.add(id(entry))
                _check(plan, name, entry, variables, template)
        for name, variable in wanted.items():
            if name not in declared:
                try:
                    sources.declared(variables, template, name)
                except BadInput as problem:
                    plan.problem('%s of %s: %s' % (variable, host, problem))
                continue
            provider = _provider_of(rendered_mapping(declared[name], template, 'source %s' % name))
            known = plan.sources.setdefault(
                sources.plain(name),
                {
                    'type': provider and provider.TYPE,
                    'hosts': [],
                    'requested_by': {},
                    'rotatable': bool(provider) and sources.issues(provider),
                },
            )
            known['hosts'].append(host)
            raw = variables['token_sources']
            whole = [raw[name] if isinstance(raw, dict) else raw]
            if provider:
                whole += _beginning_with(sources.variable_name(provider.PREFIX, ''), variables)
            first = asking.setdefault((name, made_of(whole, variables)), host)
            known['requested_by'].setdefault(first, []).append(host)
    return plan


def _provider_of(entry):
    """:returns: the class for this source, or None where C(_check) has found fault with it."""
    try:
        return (
            sources.provider_class(sources.plain(entry.get('type')))
            if isinstance(entry, dict)
            else None
        )
    except BadInput:
        return None


def _beginning_with(prefix, variables):
    return sorted(
        ((name, value) for name, value in variables.items() if name.startswith(prefix)),
        key=lambda item: item[0],
    )


def made_of(value, variables):
    """What decides how a value renders, without rendering it: its text, and that of all variables that it may refer to.

    A variable whose name merely occurs in a template counts as well. So what is equal renders to the same; what differs may do so, too.

    :param variables: of the host, raw. :returns: something to compare. It may hold secrets."""
    words, done = set(), set(EVERYTHING)
    parts = [_frozen(value, words)]
    while (words & variables.keys()) - done:
        names = sorted((words & variables.keys()) - done)
        done.update(names)
        parts.extend((name, _frozen(variables[name], words)) for name in names)
    return tuple(parts)


def _frozen(value, words):
    """:returns: the value, so that it can be compared. :param words: gets the words of all templates in it."""
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


def _check(plan, name, entry, variables, template):
    """Type and option names of one source, and that nothing required is missing."""
    label = 'source %s' % sources.plain(name)
    if not isinstance(entry, dict) or not isinstance(entry.get('type'), str):
        plan.problem(
            '%s must be a mapping with a type. Types are: %s.' % (label, ', '.join(sources.types()))
        )
        return
    try:
        provider = sources.provider_class(sources.plain(entry['type']))
        given = [option for option in entry if option != 'type']
        sources.check_names(given, provider, label)
        # Only whether there is a value counts here; looking at it could decrypt it
        known = {
            option: 'given'
            for option in given
            if not (entry[option] is None or isinstance(entry[option], str) and entry[option] == '')
        }
        needed = [
            option
            for option, spec in shared.arguments(provider).items()
            if spec.get('required') and option not in known
        ]
        if needed:
            try:  # what other places give depends on the server and the user
                known.update(
                    (option, sources.rendered(entry[option], template, option))
                    for option in (*provider.ADDRESS, *provider.IDENTITY_BOUND_OPTIONS)
                    if option in known
                )
            except BadInput:  # for this host; it may not use the source
                return
            complete = sources.completed(provider, known, variables, template)
            missing = [option for option in needed if option not in complete]
            if missing:
                raise BadInput('%s lacks %s.' % (label, ', '.join(missing)))
    except BadInput as problem:
        text = str(problem)
        plan.problem(text if text.startswith(label) else '%s: %s' % (label, text))
