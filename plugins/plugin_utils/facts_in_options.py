# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuse what a lookup was given, if it is made of facts that have replaced variables.

ansible-core renders it before the lookup is called, and does not say from which variables. So its
words are compared with those that a fact has and the variable of that name has not.
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
    is_same,
    task_of_process,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import (
    EVERYTHING,
    refers_to_hosts,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import is_encrypted

_WORD = re.compile(r'[\w.-]+')
_SCHEMES = frozenset(('http', 'https'))  # of nearly all addresses
Variables = Mapping[str, t.Any]


def refuse_own(given: t.Any, variables: Variables, trusted: Variables) -> None:
    """Refuse what is made of facts of the host of the task.

    :param given: options, or the name of a source, rendered.
    :param variables: of the task, with facts. :param trusted: the same without facts.
    :raises BadInput: it names the fact.
    """
    used = _words(given)
    for name, value in variables.items():
        if name in EVERYTHING or (name in trusted and trusted[name] is value):
            continue
        if name in trusted or trusted_variables.is_ours(name):
            _refuse(used, name, value, trusted.get(name))


def refuse_of_others(given: t.Any, variables: Variables) -> None:
    """Refuse what is made of facts of any host, if the task may refer to those of others.

    :param given: as L(refuse_own).
    :param variables: of the task, without facts.
    :raises BadInput: it names the fact.
    """
    hostvars = variables.get('hostvars')
    manager = getattr(hostvars, '_variable_manager', None)
    if manager is None or not _may_refer_to_hosts(variables):
        return
    used = _words(given)
    facts_of_all = getattr(manager, '_all_facts', manager._fact_cache)
    for host in manager._inventory.hosts.values():
        facts = facts_of(facts_of_all, host.name)
        # Facts of ansible-core begin with that, and are seldom the names of variables
        names = [
            name
            for name in facts
            if not name.startswith(FACT_PREFIX)
            and name not in FACTS_OF_CORE
            and _words(facts[name]) & used
        ]
        known = trusted_variables.of_host(hostvars, host.name) if names else {}
        for name in names:
            if name in known and not is_same(known[name], facts[name]):
                _refuse(used, name, facts[name], known[name])


def _may_refer_to_hosts(variables: Variables) -> bool:
    """Return whether the task of this process, or a variable that it names, uses C(hostvars)."""
    written = getattr(task_of_process(), '_ds', None)
    if written is None:
        return True
    # Some keywords, such as when, are templates without braces
    return refers_to_hosts(['{{ %s' % text for text in _texts(written)], variables)


def _texts(value: t.Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and not is_encrypted(value):
        yield value


def _refuse(used: set[str], name: str, value: t.Any, known: t.Any) -> None:
    if used & (_words(value) - _words(known)):
        raise BadInput(
            'This lookup is given a value of the fact %s, which has the name of a variable. Such a '
            'fact is not used. Define the source in token_sources and name it in the lookup, or '
            'clear the facts of the host.' % name[:80]
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
