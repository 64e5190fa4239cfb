# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The prediction of what git finds, compared with the real C(git credential fill)."""

from __future__ import annotations

import os
import tempfile
import typing as t
from unittest import mock

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config import GitConfig
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    Credential,
    parse_store,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.configuration import (
    Configuration,
)
from ansible_collections.buildops.tokens.plugins.module_utils._git.effective import Stores, predict
from ansible_collections.buildops.tokens.plugins.module_utils._git.url_match import (
    Question,
    read_partial,
)
from tests.support.git_cases import SILENT, Case

pytestmark = pytest.mark.needs_client('git')
# The environment of tests has no GIT_ variables
CASES = int(os.environ.get('PREDICTION_CASES', '500'))
FIRST = int(os.environ.get('PREDICTION_FIRST', '1'))
UNKNOWN = 'another helper'
GIT = os.environ.get('PREDICTION_GIT', 'git')


def read_store(path: str) -> list[Credential]:
    try:
        with open(path, 'rb') as stream:
            return parse_store(stream.read())
    except FileNotFoundError:
        return []


def predicted(case: Case) -> tuple[bytes, bytes] | str | None:
    parts = read_partial(case.url.encode())
    assert parts is not None
    question = Question(parts.protocol or b'', parts.host or b'', parts.path, parts.username)
    path = os.path.join(case.home, '.gitconfig')
    with mock.patch.dict(os.environ, case.environment, clear=True):
        try:
            settings = Configuration(GitConfig(case.files['.gitconfig'], path), path).settings()
        except FileProblem:
            return None
    if parts.username is not None and parts.password is not None:
        return parts.username, parts.password  # git looks for nothing
    silent = SILENT.encode()
    settings = [
        one._replace(value=b'store --file /nonexistent') if one.value == silent else one
        for one in settings
    ]
    defaults = [os.path.join(case.home, '.git-credentials')]
    defaults.append(os.path.join(case.home, '.config/git/credentials'))
    answer = predict(settings, question, Stores(read_store, defaults, case.home))
    if answer.obstacle is not None:
        return UNKNOWN
    if answer.username is None or answer.password is None:
        return None
    return answer.username, answer.password


def applies_to_underscores() -> bool:
    """Before a correction of January 2025, git applied sections to hosts with an underscore."""
    with tempfile.TemporaryDirectory() as home:
        case = Case(0, home)
        case.url = 'https://git_x.ex.com'
        case.files = {
            '.gitconfig': b'[credential "https://git_x.ex.com"]\n\thelper = store\n',
            '.git-credentials': b'https://ci:secret@git_x.ex.com\n',
        }
        case.write()
        return case.fill(GIT) is not None


def differences(seeds: t.Iterable[int]) -> list[str]:
    found, unknown, old = [], 0, applies_to_underscores()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as home:
            case = Case(seed, home)
            if old and '_' in case.url:
                continue
            case.write()
            ours, theirs = predicted(case), case.fill(GIT)
            unknown += ours == UNKNOWN
            if ours not in (theirs, UNKNOWN):
                found.append(
                    'seed %d, %s: predicted %r, git %r\n%s'
                    % (seed, case.url, ours, theirs, case.files)
                )
    assert unknown < 5 + CASES // 1000  # of a file that a stray CR breaks
    return found


def test_the_prediction_is_what_git_answers() -> None:
    found = differences(range(FIRST, FIRST + CASES))
    assert not found, '%d differences\n%s' % (len(found), '\n'.join(found[:5]))
