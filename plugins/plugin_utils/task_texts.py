# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the task of a process may use, found in what its author wrote.

ansible-core renders what a lookup is given before it calls the lookup, and does not say of which
variables it made that.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    is_encrypted,
    task_of_process,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import Used, used_by

# The tasks in a block are written there as well
_TASKS = frozenset(('block', 'rescue', 'always'))
# Their values are among the variables
_VARIABLES = frozenset(('vars', 'name'))


def used_by_task(variables: Mapping[str, t.Any]) -> Used:
    """Return what the task of this process, and what it inherits, may use.

    :param variables: of the task, raw.
    """
    task = task_of_process()
    written = getattr(task, '_ds', None)
    if written is None:
        return Used((), frozenset(), True, True)
    return used_by(_texts([written, *_inherited(getattr(task, '_parent', None))]), variables)


def is_written(name: t.Any, used: Used) -> bool:
    """Return whether the name of a source is written in the lookup itself."""
    if not isinstance(name, str):
        return False
    written = re.compile(r'\btoken([\'"])\s*,\s*([\'"])%s\2\s*[,)]' % re.escape(name))
    return any(written.search(one) for one in used.templates)


def _inherited(parent: t.Any) -> Iterator[t.Any]:
    """Yield the keywords of the blocks, the role and the play around a task, as written."""
    for name in getattr(parent, 'fattributes', ()):
        if name not in _TASKS and name not in _VARIABLES:
            yield getattr(parent, name, None)


def _texts(value: t.Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and not is_encrypted(value):
        yield value
