# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The word list finds words in texts and in names of the code, with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools import words

CODE = '''\
held = door.tell()
# The lock of its
# own.
message = 'There is no token, and it is no longer valid.'
other = f'{held} is no token'

def f():
    """First line.

    It takes
    no options, which stands for nothing.
    """
'''


@pytest.mark.parametrize(
    'name, text, places',
    [
        ('a.py', CODE, [(1, 'door'), (2, 'of its own'), (5, 'is no'), (10, 'takes no')]),
        ('a.yml', '# waits\n# for ever\nkey: tells\n', [(2, 'for ever'), (3, 'tells')]),
        ('a.rst', 'A stand-in of $HOLD and of /door/.\n', []),
    ],
)
def test_words_are_found_in_texts_with_their_lines(
    tmp_path: Path, name: str, text: str, places: list[tuple[int, str]]
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding='utf-8')
    assert [(place.line, place.word) for place in words.in_file(path)] == places


def test_only_names_of_the_code_of_tests_are_checked(tmp_path: Path) -> None:
    path = tmp_path / 'a.py'
    path.write_text('def test_what_it_tells(held, stand_in): "It tells."\n', encoding='utf-8')
    assert [place.word for place in words.in_file(path, names_only=True)] == ['test_what_it_tells']


def test_all_kinds_of_texts_are_checked() -> None:
    names = {str(path.relative_to(words.ROOT)) for path in words.files()}
    assert {
        'README.md',
        'docs/docsite/rst/user_guide.rst',
        'playbooks/provision_tokens.yml',
        'plugins/modules/git_credential.py',
        'roles/git_credentials/meta/argument_specs.yml',
    } <= names
