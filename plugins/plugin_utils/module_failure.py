# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a module did not run on a host: what was printed there, and the Python that it has."""

from __future__ import annotations

import re
import shlex
import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.plugin_utils.remote_user import (
    become_user,
    cannot_become,
    reason_in,
)

OLDEST = (3, 8)  # ansible-core may require a newer one
LONGEST_LINE = 300  # a line of a module's own code contains all of it
LAST_LINES = 5
_VERSION = re.compile(r'\bpython-is ([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})\b')
_REFUSAL_OF_CORE = re.compile(
    r'ansible(?:-core)? requires a minimum of Python.* Current version: ([0-9.]{1,40})', re.DOTALL
)
ADVICE = 'Set ansible_python_interpreter to %s.'


def explain(action: ActionBase, answer: t.Mapping[str, t.Any], interpreter: str | None) -> str:
    """Return a message instead of output that is not the result of a module.

    :param answer: of C(_execute_module). :param interpreter: that is configured, if it is known.
    """
    printed = '%s\n%s' % (answer.get('module_stderr') or '', answer.get('module_stdout') or '')
    user, refusal = become_user(action), reason_in(printed)
    if refusal:
        return cannot_become(user or 'another user', refusal)
    code, shown = answer.get('rc'), shown_part(answer)
    version = _version_of(action, interpreter or 'python3')
    if user is not None and version is None and (interpreter or 'python') not in printed:
        return cannot_become(user, 'exit code %s.%s' % (code, shown or ' Nothing was printed.'))
    if code in (126, 127):
        return 'Python does not start on the host (exit code %d).%s %s' % (
            code,
            shown,
            ADVICE % 'one that is there',
        )
    if version is not None and version < _oldest():
        return _too_old('.'.join(map(str, version)), interpreter)
    return (
        'The output on the host is not the result of the module alone (exit code %s).%s '
        'More is not shown, since it could contain a secret. '
        'See that its shell, sudo and Python print nothing by themselves.' % (code, shown)
    )


def translated(message: str, interpreter: str | None) -> str:
    """Return the message of a module; that of ansible-core about an old Python with the remedy."""
    found = _REFUSAL_OF_CORE.match(message)
    return _too_old(found.group(1), interpreter) if found else message


def shown_part(answer: t.Mapping[str, t.Any]) -> str:
    """Return what programs on the host printed, as a sentence with a blank before it, or nothing.

    The result of a module contains a C({). Neither it nor what follows is shown: it may contain
    secrets that nobody knows here.
    """
    lines = str(answer.get('module_stderr') or '').splitlines()
    for line in str(answer.get('module_stdout') or '').splitlines():
        if '{' in line:
            break
        lines.append(line)
    short = [line.strip() for line in lines if line.strip() and len(line) <= LONGEST_LINE]
    text = sanitize('; '.join(short[-LAST_LINES:]), limit=2 * LONGEST_LINE)
    return ' It printed: %s.' % text.rstrip('.') if text else ''


def _too_old(version: str, interpreter: str | None) -> str:
    return 'Python %s on the host%s is too old: %s or newer is required. %s' % (
        version,
        ' (%s)' % sanitize(interpreter) if interpreter else '',
        '.'.join(map(str, _oldest())),
        ADVICE % 'a newer one',
    )


def _oldest() -> tuple[int, ...]:
    from ansible.module_utils import basic  # only after a failure

    required = getattr(basic, '_PY_MIN', None)  # in ansible-core 2.16, whether it is met
    return max(OLDEST, required) if isinstance(required, tuple) else OLDEST


def _version_of(action: ActionBase, interpreter: str) -> tuple[int, ...] | None:
    """Ask the Python of the host for its version. :returns: None if that is not known."""
    script = 'import sys; print("python-is %d.%d.%d" % sys.version_info[:3])'
    command = '%s -c %s' % (shlex.quote(interpreter), shlex.quote(script))
    found = _VERSION.search(str(action._low_level_execute_command(command).get('stdout')))
    return tuple(map(int, found.groups())) if found else None
