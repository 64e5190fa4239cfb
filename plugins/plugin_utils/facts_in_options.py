# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuse what a lookup was given, if it may be made of facts that have replaced variables.

ansible-core renders it before the lookup is called, and does not say from which variables. So it
is refused if the task uses such a variable, or if it contains words of the fact.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import trusted_variables
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    FACT_PREFIX,
    FACTS_OF_CORE,
    facts_of,
    is_encrypted,
    is_same,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import EVERYTHING, Used

_WORD = re.compile(r'[\w.-]+')
_SCHEMES = frozenset(('http', 'https'))  # of nearly all addresses
Variables = Mapping[str, t.Any]


def refuse_own(given: t.Any, used: Used, variables: Variables, trusted: Variables) -> None:
    """Refuse what may be made of facts of the host of the task.

    :param given: options, or the name of a source, rendered; None if it is written in the lookup.
    :param used: by the task.
    :param variables: of the task, with facts. :param trusted: the same without facts.
    :raises BadInput: it names the fact.
    """
    if given is None:
        return
    words = _words(given)
    for name, value in variables.items():
        if name in EVERYTHING or (name in trusted and trusted[name] is value):
            continue
        if name in trusted or trusted_variables.is_ours(name):
            known = trusted.get(name)
            _refuse(name, _is_used(name, used) or bool(words & (_words(value) - _words(known))))


def refuse_of_others(given: t.Any, used: Used, variables: Variables) -> None:
    """Refuse what may be made of facts of any host.

    :param given, used: as L(refuse_own). The task may use variables of other hosts.
    :param variables: of the task, without facts.
    :raises BadInput: it names the fact.
    """
    hostvars = variables.get('hostvars')
    manager = getattr(hostvars, '_variable_manager', None)
    if manager is None:
        return
    words = _words(given)
    facts_of_all = getattr(manager, '_all_facts', manager._fact_cache)
    for host in manager._inventory.hosts.values():
        facts = facts_of(facts_of_all, host.name)
        names = [
            name
            for name in facts
            if name not in FACTS_OF_CORE
            # Facts of ansible-core begin with that, and are seldom the names of variables
            and (
                name in used.words
                or (
                    not name.startswith(FACT_PREFIX)
                    and (used.unknown or _words(facts[name]) & words)
                )
            )
        ]
        known = trusted_variables.of_host(hostvars, host.name) if names else {}
        for name in names:
            _refuse(name, name in known and not is_same(known[name], facts[name]))


def _is_used(name: str, used: Used) -> bool:
    return name in used.words or used.unknown


def _refuse(name: str, is_used: bool) -> None:
    if is_used:
        raise BadInput(
            'This lookup may be given a value of the fact %s, which has the name of a variable. '
            'Such a fact is not used. Define the source in token_sources and name it in the '
            'lookup, or clear the facts of the host.' % name[:80]
        )


def _words(value: t.Any) -> set[str]:
    return set(_words_in(value)) - _SCHEMES


def _words_in(value: t.Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _words_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _words_in(item)
    elif value is not None and not is_encrypted(value):
        yield from _WORD.findall(str(value).lower())
