# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What decides how a value renders, found without rendering it."""

from __future__ import annotations

import re
import typing as t

WORD = re.compile(r'[A-Za-z_]\w*')
# Their values are variables as well, so a template that uses them refers to those by name
EVERYTHING = ('vars', 'hostvars')


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
