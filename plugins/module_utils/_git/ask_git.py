# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Asks the git of the host which credential it finds, without a network and without a person.

It is asked only for entries that are predicted to be found. The helpers that git then runs are its
own store, and those that L(helpers.reader_helper) wrote: the prediction is not positive otherwise.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._git.entry import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._git.settings_plan import (
    questions_of,
)

_SECONDS = 30
_GLOBAL_SINCE = (2, 32)  # git that knows GIT_CONFIG_GLOBAL
_ENVIRONMENT = {
    'LC_ALL': 'C',
    'LANGUAGE': 'C',
    'GIT_TERMINAL_PROMPT': '0',
    'GIT_ASKPASS': '',
    'SSH_ASKPASS': '',
    'GCM_INTERACTIVE': 'never',
    # Settings of this process alone, which the user's git does not have
    'GIT_CONFIG_COUNT': '0',
    'GIT_CONFIG_PARAMETERS': '',
}
Run = t.Callable[[t.List[str], t.Dict[str, str], t.Optional[bytes], float], t.Any]


def ask_git(
    entry: Entry,
    entries: t.Sequence[Entry],
    use_http_path: bool,
    config_path: str | None,
    git: str,
    run: Run,
) -> bool | None:
    """Whether git finds an entry.

    :param entries: all entries of the call.
    :param use_http_path: as the option of the module.
    :param config_path: a configuration that git does not read by itself, or None.
    :param git: path of the program.
    :param run: see L(_command.limited).
    :returns: None where that git cannot be asked.
    """
    environment = dict(_ENVIRONMENT)
    if config_path is not None:
        environment['GIT_CONFIG_GLOBAL'] = config_path
    question = questions_of(entry, entries, use_http_path)[-1]
    lines = [
        b'protocol=' + question.protocol,
        b'host=' + question.host,
        b'path=' + (question.path or b''),
    ]
    if question.username is not None:
        lines.append(b'username=' + question.username)
    code, out, _errors = run(
        [git, 'credential', 'fill'], environment, b'\n'.join(lines) + b'\n\n', _SECONDS
    )
    found = dict(line.split('=', 1) for line in out.split('\n') if '=' in line)
    wanted = (entry.wanted.username, entry.wanted.password)
    if code == 0 and (found.get('username'), found.get('password')) == wanted:
        return True
    if config_path is not None and _version(git, run) < _GLOBAL_SINCE:
        return None
    return False


def _version(git: str, run: Run) -> tuple[int, int]:
    _code, out, _errors = run([git, 'version'], dict(_ENVIRONMENT), None, _SECONDS)
    found = re.search(r'([0-9]+)\.([0-9]+)', out)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)
