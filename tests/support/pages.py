# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The blocks of code that pages of the documentation show, and what follows them as a reader does.

A block that no test runs has the reason in a comment before it: C(.. not run: REASON) in a page in
rST, C(<!-- not run: REASON -->) in Markdown.
"""

from __future__ import annotations

import re
import subprocess
import textwrap
import typing as t
from pathlib import Path

_RST = re.compile(
    r'(?:^(?P<mark>\.\. not run: (?P<reason>.*\n(?:   .*\n)*))\n?)?'
    r'^(?P<indent> *)\.\. code-block:: (?P<language>[\w+-]+)\n'
    r'(?:(?P=indent)   :caption: (?P<caption>.+)\n)?\n'
    r'(?P<text>(?:(?P=indent)   .*\n|\n)+)',
    re.MULTILINE,
)
_MARKDOWN = re.compile(
    r'(?:^<!-- not run: (?P<reason>(?:.|\n)*?) -->\n+)?^```(?P<language>\w+)\n(?P<text>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
ANY = '...'


class Block(t.NamedTuple):
    """:ivar caption: the path of a file, or C(''). :ivar reason: why no test runs it, or C('')."""

    page: Path
    line: int
    language: str
    caption: str
    text: str
    reason: str

    @property
    def place(self) -> str:
        return f'{self.page.name}:{self.line}'


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page, in its order."""
    text = page.read_text(encoding='utf-8')
    found = []
    for match in (_RST if page.suffix == '.rst' else _MARKDOWN).finditer(text):
        groups = match.groupdict()
        start = text.count('\n', 0, match.start('language')) + 1
        content = textwrap.dedent(groups['text']).strip('\n') + '\n'
        reason = ' '.join((groups['reason'] or '').split())
        caption = (groups.get('caption') or '').strip('`')
        found.append(Block(page, start, groups['language'], caption, content, reason))
    return found


class Step(t.NamedTuple):
    """A command of a console block, and the lines that it prints."""

    command: str
    output: list[str]


def steps(block: Block) -> list[Step]:
    """Return the commands of a console block. C($) begins one, a C(\\) at the end continues it."""
    found: list[Step] = []
    open_command = False
    for line in block.text.splitlines():
        if line.startswith('$ '):
            found.append(Step(line[2:], []))
        elif open_command:
            found[-1] = Step(found[-1].command + '\n' + line, [])
        else:
            found[-1].output.append(line)
        open_command = line.endswith('\\') and (open_command or line.startswith('$ '))
    return found


class Reader:
    """Follows a page in a folder: writes its files and runs its commands, in a shell.

    :param replace: what to write instead of texts of the page, as the address of a server.
    """

    def __init__(self, folder: Path, env: t.Mapping[str, str], replace: t.Mapping[str, str]):
        self._folder = folder
        self._env = dict(env)
        self._replace = replace

    def follow(self, page: Path) -> list[str]:
        """Follow a page. :returns: what differs from it, one text for each command."""
        wrong = []
        for block in blocks(page):
            if block.reason:
                continue
            if block.caption and block.language != 'console':
                target = self._folder / block.caption
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(self._here(block.text), encoding='utf-8')
            elif block.language == 'console':
                for step in steps(block):
                    wrong += self._run(block, step)
        return wrong

    def _here(self, text: str) -> str:
        for shown, real in self._replace.items():
            text = text.replace(shown, real)
        return text

    def _run(self, block: Block, step: Step) -> list[str]:
        # The shell of a reader remembers what is exported
        export = re.fullmatch(r'export (\w+)=(.*)', step.command)
        if export:
            self._env[export[1]] = self._here(export[2]).replace('~', self._env['HOME'])
            return []
        done = subprocess.run(
            ['sh', '-c', self._here(step.command)],
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed = done.stdout
        for shown, real in self._replace.items():
            printed = printed.replace(real, shown)
        if matches(step.output, printed.splitlines()):
            return []
        return [f'{block.place}: {step.command}\nprints\n{printed}']


def matches(shown: t.Sequence[str], printed: t.Sequence[str]) -> bool:
    """Return whether a command printed what a page shows.

    A line C(...) stands for any lines. Blank lines and blanks at the end do not count, and a
    fingerprint is like any other.
    """
    expected, found = _comparable(shown), _comparable(printed)
    pattern = '\n'.join('(?:.*\n)*?.*' if line == ANY else re.escape(line) for line in expected)
    return re.fullmatch(pattern, '\n'.join(found)) is not None


def _comparable(lines: t.Sequence[str]) -> list[str]:
    # ansible-core 2.22 hides the sandbox's password in a path, too, which contains the same word
    kept = [line.rstrip().replace('$REDACTED$', 'wonderland') for line in lines if line.strip()]
    return [re.sub(r'\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b', 'FINGERPRINT', line) for line in kept]
