# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reader who follows the page "Getting started" sees what it shows."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.support import getting_started, pages
from tests.tools import tree
from tests.tools.scratch import environment


@pytest.mark.slow
def test_a_reader_sees_what_the_page_shows(sandbox: t.Any, tmp_path: Path) -> None:
    archive = _archive(tmp_path, environment(tmp_path))
    assert getting_started.follow(sandbox, tmp_path, archive) == []


def _archive(folder: Path, env: dict[str, str]) -> Path:
    galaxy = [sys.executable, '-m', 'ansible', 'galaxy', 'collection', 'build']
    command = [*galaxy, '--output-path', folder / 'built', tree.refresh()]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    [archive] = (folder / 'built').iterdir()
    return archive


@pytest.mark.parametrize(
    ('shown', 'printed', 'same'),
    [
        (['a', '...', 'd'], ['a', 'b', '', 'c  ', 'd'], True),
        (['a', '...'], ['b', 'c'], False),
        (['token c653a6705614'], ['token 0123456789ab'], True),
        (['token c653a6705614'], ['token wonderland'], False),
        (['a'], ['a', 'b'], False),
    ],
)
def test_output_is_compared_line_by_line(shown: list[str], printed: list[str], same: bool) -> None:
    assert pages.matches(shown, printed) is same


def test_commands_over_several_lines_are_one_step(tmp_path: Path) -> None:
    page = tmp_path / 'page.rst'
    page.write_text(
        '.. not run: it is\n   long\n.. code-block:: yaml\n   :caption: a.yml\n\n   a: 1\n\n'
        'Text\n\n'
        '.. code-block:: console\n\n   $ one \\\n       two\n   output\n   $ three\n',
        encoding='utf-8',
    )
    kept, console = pages.blocks(page)
    assert (kept.caption, kept.text, kept.reason) == ('a.yml', 'a: 1\n', 'it is long')
    assert console.line == 10
    assert pages.steps(console) == [
        pages.Step('one \\\n    two', ['output']),
        pages.Step('three', []),
    ]
