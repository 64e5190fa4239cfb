# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counts the faults of the catalogue (tests/faults.yml): C(python -m tests.tools.faults), with
C(--list) to see which test shows what.

A fault is covered by a test that names its id, in its own name, its docstring, or (integration
tests) in the name of a task; or by a line of tests/FAULTS.md that says why no test can show it, and
what was done instead. Tests of the stand-ins do not count.
"""

from __future__ import annotations

import ast
import re
import sys
import typing as t
from pathlib import Path

import yaml

from tests.tools import tree
from tests.tools.scratch import ROOT

CATALOGUE, EXPLAINED = ROOT / 'tests/faults.yml', ROOT / 'tests/FAULTS.md'
# They show what the stand-ins do, or run only on request
NO_PROOF = ('tests/unit/sandbox/', 'tests/real/')
ID = re.compile(r'(?<![A-Za-z0-9])[A-Z][0-9]{1,2}(?![A-Za-z0-9])')


def catalogue() -> dict[str, str]:
    """By id, what goes wrong and what must happen."""
    return {
        key: text
        for part in yaml.safe_load(CATALOGUE.read_text(encoding='utf-8')).values()
        for key, text in part['faults'].items()
    }


def explained() -> dict[str, str]:
    """By id, why no test can show it. A line of the list looks like C(- **H1**: because)."""
    return dict(
        re.findall(
            r'^- \*\*([A-Z][0-9]{1,2})\*\*: (\S.*)',
            EXPLAINED.read_text(encoding='utf-8'),
            re.MULTILINE,
        )
    )


def _in_python(path: Path) -> t.Iterator[tuple[str, str]]:
    """The tests of a file, each with the text that may name faults."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith('test_'):
            yield node.name, '%s %s' % (node.name, ast.get_docstring(node) or '')


def _in_yaml(path: Path) -> t.Iterator[tuple[str, str]]:
    for name in re.findall(
        r'^ *(?:- )?name: (.*[A-Z][0-9].*)$', path.read_text(encoding='utf-8'), re.MULTILINE
    ):
        yield name, name


def tests() -> dict[str, list[str]]:
    """By id, the tests that name it, as C(file::test)."""
    found: dict[str, list[str]] = {}
    for name in tree.files():
        path = ROOT / name
        if not name.startswith('tests/') or name.startswith(NO_PROOF) or path == CATALOGUE:
            continue
        for test, text in (
            _in_python(path)
            if path.suffix == '.py'
            else _in_yaml(path)
            if path.suffix == '.yml'
            else ()
        ):
            for key in sorted(set(ID.findall(text.replace('_', ' ')))):
                found.setdefault(key, []).append(f'{name}::{test}')
    return found


def judge() -> tuple[dict[str, list[str]], dict[str, str], list[str]]:
    """What covers each fault: the tests, the explanations, and what is wrong."""
    known, shown, reported = catalogue(), tests(), explained()
    shown = {key: names for key, names in shown.items() if key in known}
    wrong = [
        f'{key} has neither a test nor an explanation: {text}'
        for key, text in known.items()
        if key not in shown and key not in reported
    ]
    wrong += [
        f'{key} has a test, so that its explanation is out of date'
        for key in reported
        if key in shown
    ]
    wrong += [
        f'{key} is explained, but is not in the catalogue' for key in reported if key not in known
    ]
    return shown, reported, wrong


def summary() -> tuple[str, list[str]]:
    """A line for people, and what is wrong."""
    shown, reported, wrong = judge()
    count = len({name for names in shown.values() for name in names})
    return (
        f'{len(catalogue())} faults: {len(shown)} shown by {count} tests, '
        f'{len(reported)} explained, {len(wrong)} wrong',
        wrong,
    )


def main() -> int:
    line, wrong = summary()
    if '--list' in sys.argv:
        shown, reported, _wrong = judge()
        for key, text in catalogue().items():
            print(f'{key}  {text}')
            for name in shown.get(key, []):
                print(f'      {name}')
            if key in reported:
                print(f'      {reported[key]}')
    for text in wrong:
        print(text, file=sys.stderr)
    print(line)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
