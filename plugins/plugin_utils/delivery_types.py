# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The delivery types: found in their folder, and checked before anything uses one."""

from __future__ import annotations

import importlib
import os

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    CONTROLLER,
    HOST,
    DeliveryType,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, place_of

PACKAGE = 'ansible_collections.buildops.tokens.plugins.module_utils._deliveries'
FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'module_utils', '_deliveries'
)
_loaded: dict[str, type[DeliveryType]] = {}


def names() -> list[str]:
    """Return the names of the files in the folder, sorted."""
    return sorted(
        name[:-3]
        for name in os.listdir(FOLDER)
        if name.endswith('.py') and name not in ('base.py', '__init__.py')
    )


def all_types() -> dict[str, type[DeliveryType]]:
    """Return all delivery types by name.

    :raises BadInput: a file cannot be imported, lacks a part, or repeats what another declares.
    """
    if not _loaded:
        found = {name: _load(name) for name in names()}
        _refuse_repetitions(found)
        _loaded.update(found)
    return _loaded


def with_variable() -> dict[str, type[DeliveryType]]:
    """Return the types that have an inventory variable, by name."""
    return {name: kind for name, kind in all_types().items() if kind.VARIABLE}


def preload() -> None:
    """Import all types, so that the processes that ansible-core forks have them.

    So do the specifications of what is delivered on hosts. A mistake in a type is reported when it
    is used.
    """
    try:
        for kind in all_types().values():
            if kind.WHERE == HOST:
                kind.specification()
    except BadInput:
        _loaded.clear()


def _file(name: str) -> str:
    return os.path.join('plugins', 'module_utils', '_deliveries', name + '.py')


def _load(name: str) -> type[DeliveryType]:
    try:
        module = importlib.import_module('%s.%s' % (PACKAGE, name))
    except Exception as problem:
        raise BadInput(
            'The delivery type in %s cannot be imported: %s.' % (_file(name), place_of(problem))
        ) from None
    declared = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, DeliveryType)
        and value.__module__ == module.__name__
    ]
    if len(declared) != 1:
        raise BadInput(
            '%s must declare one subclass of DeliveryType, but it declares %d.'
            % (_file(name), len(declared))
        )
    missing = _missing(declared[0], name)
    if missing:
        raise BadInput('The delivery type in %s lacks %s.' % (_file(name), ', '.join(missing)))
    return declared[0]


def _missing(kind: type[DeliveryType], name: str) -> list[str]:
    """Return the parts that a declaration must have and does not."""

    def has(method: str) -> bool:
        return getattr(kind, method).__func__ is not getattr(DeliveryType, method).__func__

    missing = [] if kind.NAME == name else ['NAME = %r' % name]
    if kind.WHERE not in (HOST, CONTROLLER):
        missing.append('WHERE (HOST or CONTROLLER)')
    if not has('specification'):
        missing.append('specification()')
    work = 'deliver' if kind.WHERE == CONTROLLER else 'apply'
    if not has(work) and not has('parts'):
        missing.append('%s() or parts()' % work)
    if not has('parts') and not kind.ENTRIES and not kind.PLACE:
        missing.append('ENTRIES or PLACE')
    if kind.MODULE and kind.WHERE == HOST and not kind.RETURNED:
        missing.append('RETURNED')
    return missing


def _refuse_repetitions(found: dict[str, type[DeliveryType]]) -> None:
    owners: dict[str, str] = {}
    for name, kind in found.items():
        declared = ['variable %s' % each for each in (*kind.variables(), kind.VARIABLE) if each]
        declared += ['module %s' % kind.MODULE] if kind.MODULE else []
        for each in declared:
            if each in owners and not _is_shared(each, kind, found[owners[each]]):
                raise BadInput(
                    'The %s is declared twice: in %s and in %s.'
                    % (each, _file(owners[each]), _file(name))
                )
            owners[each] = name


def _is_shared(declared: str, kind: type[DeliveryType], other: type[DeliveryType]) -> bool:
    """Return whether two types of one role have a variable together."""
    variable = declared.rpartition(' ')[2]
    return (
        kind.ROLE is not None
        and kind.ROLE == other.ROLE
        and kind.variables().get(variable) in kind.SHARED
        and other.variables().get(variable) in other.SHARED
    )
