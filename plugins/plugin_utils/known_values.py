# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of variables that can be known without a secret, a request or a fact of the host."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import is_encrypted
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import (
    WORD,
    reached,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.rendering import rendered

# A template with one of these may request something, or depends on what is not known yet
_LEFT_OUT = frozenset(('lookup', 'query', 'q', 'hostvars', 'vars', 'include', 'import', 'extends'))
_FACT, _FACTS = 'ansible_', 'ansible_facts'
# A template that is a variable, or a part of one, and nothing else
_REFERENCE = re.compile(r'\s*\{\{-?\s*([A-Za-z_]\w*)\s*(?:[.\[][\w.\[\]\'"]*\s*)?-?\}\}\s*\Z')
_CONSTANTS = frozenset(('none', 'None', 'true', 'True', 'false', 'False'))


class Unknown:
    """The value of an option that the delivery itself has to find out."""


UNKNOWN = Unknown()


def known_value(value: t.Any, view: HostView, what: str) -> t.Any:
    """Return a value rendered, or C(UNKNOWN).

    :param what: how messages name it.
    :raises BadInput: it uses a variable that is not defined, or its template is wrong.
    """
    if not _is_knowable(value, view.variables):
        return UNKNOWN
    try:
        return rendered(value, view.template, what)
    except BadInput as problem:
        if 'the variable omit,' in str(problem):  # some versions define it for tasks only
            return UNKNOWN
        raise without_facts(problem, value, view.variables, what) from None


def refers_to_facts(value: t.Any, variables: t.Mapping[str, t.Any]) -> bool:
    """Return whether a value, or a variable that it refers to, uses C(ansible_facts)."""
    return any(
        _FACTS in WORD.findall(one) for one in reached(value, variables) if not is_encrypted(one)
    )


def without_facts(
    problem: BadInput, value: t.Any, variables: t.Mapping[str, t.Any], what: str
) -> BadInput:
    """Return the error for a value that cannot be rendered, with the remedy where facts lack.

    :param what: how messages name it.
    """
    if not refers_to_facts(value, variables):
        return problem
    return BadInput(
        '%s uses facts of the host, and cannot be rendered with those that are known. Set '
        'tokens_gather_facts to true to gather the smallest set of them before the plan, or give '
        'the value in the inventory.' % what
    )


def secret_value(value: t.Any, view: HostView, what: str) -> t.Any:
    """Return C(UNKNOWN), or None for a secret that is empty, without rendering it.

    :raises BadInput: it refers to a variable that is not defined.
    """
    missing = undefined_in(value, view.variables)
    if missing:
        raise BadInput('%s uses the variable %s, which is not defined.' % (what, missing))
    is_empty = not is_encrypted(value) and (value is None or value == '')
    return None if is_empty else UNKNOWN


def undefined_in(value: t.Any, variables: t.Mapping[str, t.Any]) -> str | None:
    """Return the variable that a value refers to and that is not defined, without rendering it.

    Only templates that are nothing but a variable are looked at.
    """
    seen: set[str] = set()
    while isinstance(value, str) and not is_encrypted(value):
        found = _REFERENCE.match(value)
        if not found or found.group(1) in seen:
            return None
        name = found.group(1)
        if name not in variables:
            fixed = (
                name == 'omit' or name in _CONSTANTS or name in _LEFT_OUT or name.startswith(_FACT)
            )
            return None if fixed else name
        seen.add(name)
        value = variables[name]
    return None


def _is_knowable(value: t.Any, variables: t.Mapping[str, t.Any]) -> bool:
    for one in reached(value, variables):
        if is_encrypted(one):
            return False
        words = set(WORD.findall(one))
        if words & _LEFT_OUT or any(
            word.startswith(_FACT) and word != _FACTS and word not in variables for word in words
        ):
            return False
    return True
