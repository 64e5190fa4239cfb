# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds words that texts of this project avoid, since they are not those of the field.

C(python -m tests.tools.words [FILE...]) checks the given files, by default all texts that users and
readers of the code see: documentation, messages, comments, playbooks, roles, guides. In all Python
files, tests included, it checks names in the code as well. It prints each place with what to write
instead, and exits with 1 if there is one.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
import typing as t
from pathlib import Path

from tests.tools.scratch import ROOT

# By pattern, what to write instead. A blank stands for any white space.
WORDS = {
    r'tells?|telling|told|foretold|foretells?': 'report, describe, distinguish',
    r'doors?': 'credentials, access',
    r'anew': 'again',
    r'whoever|whomever': 'anyone who, the user who',
    r'of (?:its|their|his|her) own': 'its own, a separate',
    r'(?<!there )(?<!which )is no(?! longer| more)': 'is not a',
    r'takes? no': 'does not accept, does not have',
    r'what (?:it|he|she|they) (?:said|says?|told)': 'its response, its output',
    r'holds?|holding|held(?!:)': 'contain, keep',
    r'stands?(?!-| for\b)|standing|stood': 'be, be stored',
    r'for ever': 'without a limit',
    r'in vain': 'without success',
    r'(?:came|became|becomes?) of': 'result of',
    r'got in|gets? in(?!to| the)': 'log in, was accepted',
    r'wants': 'requires, defines',
    r'hears?|heard': 'receive',
    r'obeys?': 'follow, apply',
    r'lied|lies': 'be, be wrong',
    r'lets? nobody': 'rejects everyone',
}
_PATTERN = re.compile(
    r'(?<![\w$./-])(?:%s)(?![\w(-])' % '|'.join('(%s)' % words for words in WORDS), re.IGNORECASE
)
# Parts of names in the code. Some words of texts are not among them: C(stand_in) and C(held) are
# usual there.
NAMES = {
    r'tells|telling|told|foretold': 'reports, shows',
    r'said|says?(?!_UTF)': 'reports, prints',
    r'doors?': 'credentials, access',
    r'anew': 'again',
    r'holds?': 'contains',
    r'stands|stood': 'is, was',
    r'vain': 'without success',
    r'wants': 'requires',
    r'heard': 'received',
    r'obeys?|honou?red': 'follows, interprets',
    r'lied|lies': 'is wrong',
    r'house': 'project',
    r'wish(?:es|ed)?': 'desired settings, key',
    r'died': 'ended, failed',
}
_NAME = re.compile(
    r'(?<![a-zA-Z])(?:%s)(?![a-zA-Z])' % '|'.join('(%s)' % words for words in NAMES), re.IGNORECASE
)
_NAMES_ONLY = ('tests', 'tools')
_FOLDERS = ('plugins', 'docs/docsite', 'playbooks', 'roles', 'examples', 'extensions/awx')
_FILES = ('README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'galaxy.yml', 'changelogs/fragments')
_SUFFIXES = ('.py', '.yml', '.rst', '.md')
_EXPRESSION = re.compile(r'\{[^{}\n]*\}')
_COMMENT = re.compile(r'^[ \t]*#', re.MULTILINE)


class Place(t.NamedTuple):
    """A word, where it is, and what to write instead."""

    line: int
    word: str
    instead: str


def _in_text(text: str, line: int) -> t.Iterator[Place]:
    """:param line: of the first line of the text in its file."""
    # The same length, so that offsets stay those of the text
    flat = re.sub(r'\s', ' ', _COMMENT.sub(lambda match: ' ' * len(match.group()), text))
    spaced = re.sub(r' {2,}', lambda match: ' ' + '\0' * (len(match.group()) - 1), flat)
    kept = [offset for offset, character in enumerate(spaced) if character != '\0']
    for match in _PATTERN.finditer(spaced.replace('\0', '')):
        instead = [*WORDS.values()][(match.lastindex or 1) - 1]
        yield Place(line + text.count('\n', 0, kept[match.start()]), match.group(), instead)


def _without_expressions(text: str) -> str:
    """Python 3.11 and older give an f-string as one token, with the code in it."""
    if not re.match('[rR]?[fF]', text):
        return text
    return _EXPRESSION.sub(lambda match: ' ' * len(match.group()), text)


def in_python(text: str) -> t.Iterator[Place]:
    """Yield the places in comments and strings. Names in the code do not count."""
    comments: list[str] = []
    first = last = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if not comments or token.start[0] > last + 1:
                yield from _in_text('\n'.join(comments), first)
                comments, first = [], token.start[0]
            comments.append(token.string)
            last = token.start[0]
        elif token.type == tokenize.STRING or tokenize.tok_name[token.type] == 'FSTRING_MIDDLE':
            yield from _in_text(_without_expressions(token.string), token.start[0])
    yield from _in_text('\n'.join(comments), first)


def in_names(text: str) -> t.Iterator[Place]:
    """Yield the places in names of the code."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        found = _NAME.search(token.string) if token.type == tokenize.NAME else None
        if found:
            instead = [*NAMES.values()][(found.lastindex or 1) - 1]
            yield Place(token.start[0], token.string, instead)


def in_file(path: Path, names_only: bool = False) -> list[Place]:
    """Return the places in a file, by line."""
    text = path.read_text(encoding='utf-8')
    if path.suffix != '.py':
        return sorted(_in_text(text, 1))
    return sorted([*in_names(text), *(() if names_only else in_python(text))])


def files(folders: t.Sequence[str] = (*_FOLDERS, *_FILES)) -> list[Path]:
    """Return the files that are checked by default."""
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', *folders],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout.split('\0')
    return [ROOT / name for name in listed if name.endswith(_SUFFIXES) and (ROOT / name).is_file()]


def main(names: t.Sequence[str]) -> int:
    """Print the places in files. :returns: the exit code."""
    found = False
    given = [Path(name).absolute() for name in names]
    checked = [(path, False) for path in given or files()]
    checked += [] if given else [(path, True) for path in files(_NAMES_ONLY)]
    for path, names_only in checked:
        if names_only and path.suffix != '.py':
            continue
        for place in in_file(path, names_only):
            found = True
            print(
                '%s:%d: %s; write: %s'
                % (path.relative_to(ROOT), place.line, place.word, place.instead)
            )
    return int(found)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
