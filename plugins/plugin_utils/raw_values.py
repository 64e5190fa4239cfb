# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What decides how a value renders, found without rendering it."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import is_encrypted

WORD = re.compile(r'[A-Za-z_]\w*')
DELEGATED = 'ansible_delegated_vars'  # all variables of the host that a task is delegated to
# Their values are variables as well, so a template that uses them refers to those by name
EVERYTHING = ('vars', 'hostvars', DELEGATED)
# Words of templates that use them, or files in which they may be used
_HOSTS = frozenset((*EVERYTHING, 'template', 'include', 'import', 'extends'))
# A lookup that may be each of these, since its name is not written down; query= is an option
_COMPUTED_LOOKUP = re.compile(
    r'\b(?:lookup|query|q)\b(?!\s*=[^=])(?!\s*\(\s*([\'"])[\w.]+\1\s*[,)])'
)
# A variable of a host by its written name, such as hostvars[groups['nexus'][0]].url. It is compiled
# where it is needed, since a lookup imports this file in each of its processes.
_NAMED_OF_HOST = (
    r'\b(?:hostvars|ansible_delegated_vars)\s*\[(?:[^\[\]]|\[[^\[\]]*\])*\]\s*'
    r'(?:\.\s*(?!get\b|items\b|keys\b|pop\b|values\b)[A-Za-z_]\w*|\[\s*([\'"])\w+\1\s*\])'
)


def beginning_with(prefix: str, variables: t.Mapping[str, t.Any]) -> list[tuple[str, t.Any]]:
    """Return the variables whose names begin with a text, sorted by name."""
    return sorted(
        ((name, value) for name, value in variables.items() if name.startswith(prefix)),
        key=lambda item: item[0],
    )


def reached(value: t.Any, variables: t.Mapping[str, t.Any]) -> t.Iterator[t.Any]:
    """Yield what may decide how a value renders: each template, and what is encrypted.

    These are in the value, and in all variables that it may refer to. A variable whose name merely
    occurs in a template counts as well.

    :param variables: of the host, raw.
    """
    todo = [value]
    seen = set(EVERYTHING)
    while todo:
        one = todo.pop()
        if is_encrypted(one):
            yield one
        elif isinstance(one, Mapping):
            todo.extend(one.values())
        elif isinstance(one, (list, tuple)):
            todo.extend(one)
        elif isinstance(one, str) and ('{{' in one or '{%' in one):
            yield one
            words = set(WORD.findall(one)) - seen
            seen |= words
            todo.extend(variables[word] for word in words if word in variables)


def refers_to_hosts(value: t.Any, variables: t.Mapping[str, t.Any]) -> bool:
    """Return whether templates may use variables of other hosts, among which are facts.

    A value that is encrypted is not rendered.
    """
    return any(
        not _HOSTS.isdisjoint(WORD.findall(one)) or _COMPUTED_LOOKUP.search(one) is not None
        for one in reached(value, variables)
        if not is_encrypted(one)
    )


class Used(t.NamedTuple):
    """What the templates of a task may use.

    :ivar templates: they, and those in all variables that they may refer to.
    :ivar words: of them and of all variables that they may refer to.
    :ivar hosts: whether that may be variables of other hosts.
    :ivar unknown: whether that may be variables whose names are not among the words.
    """

    templates: t.Sequence[str]
    words: frozenset[str]
    hosts: bool
    unknown: bool


def used_by(texts: t.Iterable[str], variables: t.Mapping[str, t.Any]) -> Used:
    """Return what templates may use.

    :param texts: with or without braces: some keywords, such as when, have none.
    :param variables: of the host, raw.
    """
    words: set[str] = set()
    hosts = unknown = False
    templates = [
        one
        for one in reached(['{{ %s' % text for text in texts], variables)
        if not is_encrypted(one)
    ]
    for one in templates:
        own = WORD.findall(one)
        words.update(own)
        if not _HOSTS.isdisjoint(own) or _COMPUTED_LOOKUP.search(one):
            hosts = True
            unknown = unknown or refers_to_hosts('{{ ' + re.sub(_NAMED_OF_HOST, '', one), {})
    return Used(templates, frozenset(words), hosts, unknown)


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
