# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that the contributor guide shows, and a copy of the collection with them."""

from __future__ import annotations

import re
import shutil
import textwrap
import typing as t
from pathlib import Path

from tests.tools import tree
from tests.tools.scratch import ROOT

GUIDE = ROOT / 'docs/docsite/rst/contributor_guide.rst'
BLOCK = re.compile(
    r'^(?P<indent> *)\.\. code-block:: (?P<language>\w+)\n'
    r'(?P=indent)   :caption: (?P<path>\S+)\n\n'
    r'(?P<text>(?:(?P=indent)   .*\n|\n)+)',
    re.MULTILINE,
)


class Block(t.NamedTuple):
    """A file, or lines to add to one.

    :ivar path: in the collection. :ivar added: C(text) is a diff without a head.
    """

    path: str
    text: str
    added: bool


def blocks() -> list[Block]:
    """Return what the guide shows, in its order."""
    return [
        Block(
            match['path'],
            textwrap.dedent(match['text']).strip('\n') + '\n',
            match['language'] == 'diff',
        )
        for match in BLOCK.finditer(GUIDE.read_text(encoding='utf-8'))
    ]


def copy_collection(folder: Path) -> Path:
    """Copy the collection, with its tools and tests. :returns: the copy."""
    copy = folder / 'ansible_collections/buildops/tokens'
    for name in tree.files():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    return copy


def add(block: Block, collection: Path) -> None:
    """Add what a block shows to a collection."""
    path = collection / block.path
    if not block.added:
        assert not path.exists(), block.path
        path.write_text(_licence(block.path) + block.text, encoding='utf-8')
        return
    lines = block.text.splitlines(keepends=True)
    # A diff has one blank more, which the common indentation of its lines does not remove
    before = ''.join(line[1:] for line in lines if not line.startswith('+'))
    after = ''.join(line[1:] for line in lines)
    text = path.read_text(encoding='utf-8')
    assert text.count(before) == 1, (block.path, before)
    path.write_text(text.replace(before, after), encoding='utf-8')


def _licence(path: str) -> str:
    """Return the head that the files of a folder have."""
    neighbour = next(
        each
        for each in sorted((ROOT / path).parent.glob('*' + Path(path).suffix))
        if each.name != '__init__.py'
    )
    head = re.match(r'(?:(?:#.*)?\n)+', neighbour.read_text(encoding='utf-8'))
    assert head, neighbour
    return head.group()
