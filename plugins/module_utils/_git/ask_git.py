# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Asks the git of the host which credential it finds, without a network and without a person.

It is asked only for entries that are predicted to be found. The helpers that git then runs are its
own store, and those that L(helpers.reader_helper) wrote: the prediction is not positive otherwise.
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._git.entry import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._git.settings_plan import (
    questions_of,
)
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    Outcome,
    User,
    clean_environment,
    run,
)

_SECONDS = 30
_PLACES = (
    'HOME',
    'XDG_CONFIG_HOME',
    'GIT_CONFIG_GLOBAL',
    'GIT_CONFIG_SYSTEM',
    'GIT_CONFIG_NOSYSTEM',
)
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


def ask_git(
    entry: Entry,
    entries: t.Sequence[Entry],
    use_http_path: bool,
    config_path: str | None,
    git: str,
    user: User,
) -> bool | None:
    """Whether git finds an entry.

    :param entries: all entries of the call.
    :param use_http_path: as the option of the module.
    :param config_path: a configuration that git does not read by itself, or None.
    :param git: path of the program.
    :param user: as whom git runs, from L(_programs.user_of).
    :returns: None where that git cannot be asked.
    :raises FileProblem: it does not answer. Each further question would wait as long.
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
    given = b'\n'.join(lines) + b'\n\n'
    done = _run([git, 'credential', 'fill'], user, environment, given)
    if done.code is None:
        raise FileProblem(
            'it does not answer in %d seconds. See what "git credential fill" waits for.' % _SECONDS
        )
    found = dict(line.split('=', 1) for line in done.out.split('\n') if '=' in line)
    wanted = (entry.wanted.username, entry.wanted.password)
    if done.code == 0 and (found.get('username'), found.get('password')) == wanted:
        return True
    if config_path is not None and _version(git, user) < _GLOBAL_SINCE:
        return None
    return False


def _run(
    command: list[str], user: User, environment: dict[str, str], given: bytes | None = None
) -> Outcome:
    # What decides which files git reads, as the prediction has it
    places = {
        name: os.environ[name]
        for name in _PLACES
        # The home of root is not that of the user
        if name in os.environ and (name != 'HOME' or user.uid == os.geteuid())
    }
    whole = {**clean_environment(user), **places, **environment}
    return run(command, user, whole, given, _SECONDS)


def _version(git: str, user: User) -> tuple[int, int]:
    done = _run([git, 'version'], user, _ENVIRONMENT)
    found = re.search(r'([0-9]+)\.([0-9]+)', done.out)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)
