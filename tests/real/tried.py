# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page "Tried against" of the documentation, from findings of the tests with real servers.

C(python -m tests.real.tried) writes it again.
"""

from __future__ import annotations

import json
import re
import textwrap
import typing as t
from pathlib import Path

from tests.real import servers
from tests.tools.scratch import BUILD, ROOT

LATEST = BUILD / 'real/results.json'
KEPT = Path(__file__).with_name('tried_against.json')
PAGE = ROOT / 'docs/docsite/rst/tried_against.rst'
WIDTH = 100
OF_THIS_MACHINE = ('Apache Maven', 'docker-registry')
#: What a machine need not have.
SPARE = 'docker-registry '

HEAD = """..
  Copyright (c) 2026, buildops.tokens contributors
  GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.buildops.tokens.docsite.tried_against:

Tried against
=============

What was tested against real servers and tools, and what against stand-ins. ``make test-real`` in a
clone of the collection repeats all of it, and this page is generated from such a run.

.. contents::
   :local:
   :depth: 1

What is real and what is not
----------------------------

A server or tool is called real if the package that its vendor publishes was started and tested.
Four systems are not available for tests:

- The user tokens of Nexus Repository **Pro**: the second step, which issues the token, belongs to a
  licensed product. The first step, the repositories and the proxies were tested with Nexus
  Repository OSS.
- **Nuxeo Platform**, **Nuvy** and **Nuxeo Online Services**, and ``nuxeoctl``.

So the token step of Nexus Repository Pro, of Nuxeo, of Nuvy and of Nuxeo Online Services was tried
against stand-ins in the tests. They follow the vendors' documentation, and recordings of real
servers where these exist. Below, recordings and the vendors' own clients verify them, except for
Nuvy. A stand-in is not a proof: please report where a server behaves differently.
"""
CLIENTS = """
Package clients
---------------

Each item is a real client that used what a module wrote. The formats npm, PyPI and raw are those of
a real Nexus Repository OSS 3.24.0, the newest whose published core contains them; later cores
contain Maven, raw and apt alone. Its users have no user tokens: the password of a user, with the
same kinds of characters, takes their place.

"""
#: What nobody could try.
MISSING = """
The formats Docker, NuGet and RubyGems of a real Nexus were not available for tests, since no
published core contains them: they, and the others that are not named above, were tried with a real
container registry or with a stand-in that records what a client sends.

These clients were not available for tests: the dotnet SDK, Gradle 5 and newer, helm, pdm, conda,
mamba and pixi, sbt and coursier, R, and pnpm 11. Their modules follow the documentation of their
files, or a client of the same family.
"""


def load(path: Path = KEPT) -> list[dict]:
    return json.loads(path.read_text(encoding='utf-8'))


def drift(systems: list[dict], kept: list[dict]) -> list[str]:
    """Return what a run found that the page does not contain, and the other way round.

    Numbers may differ, the versions of programs of this machine, and those of package clients. Not
    every machine has every package client.
    """

    def lines(found):
        for system in found:
            if 'client' in system:
                continue
            own = system['name'] in OF_THIS_MACHINE and system['version'] not in servers.MAVEN
            name = (
                f'{system["name"]} {"of this machine" if own else system["version"]} '
                f'({system["kind"]})'
            )
            yield name
            for sentence in (*system['shown'], *system['differences']):
                yield f'{name}: {sentence}'

    now, before = dict.fromkeys(lines(systems)), dict.fromkeys(lines(kept))
    new = [f'+ {line}' for line in now if line not in before]
    known = set(clients(kept))
    new += [
        f'+ {name}: {sentence}'
        for name, sentence in clients(systems)
        if (name, sentence) not in known
    ]
    lost = [line for line in before if line not in now and not line.startswith(SPARE)]
    return new + [f'- {line}' for line in lost]


def with_absent(systems: list[dict], kept: list[dict]) -> list[dict]:
    """Add the package clients of another run that this machine does not have."""
    names = {system['name'] for system in systems}
    return systems + [
        system for system in kept if 'client' in system and system['name'] not in names
    ]


def clients(systems: t.Sequence[t.Mapping[str, t.Any]]) -> dict[tuple[str, str], list[str]]:
    """Return the versions of package clients, by name and sentence."""
    found: dict[tuple[str, str], list[str]] = {}
    for system in sorted(systems, key=lambda each: (each['name'].lower(), _order(each))):
        if 'client' in system:
            for sentence in system['shown']:
                found.setdefault((system['name'], sentence), []).append(system['version'])
    return found


def _order(system):
    numbers = [int(part) for part in re.findall(r'\d+', system['version'])]
    return (system['kind'] != 'real', system['name'], numbers)


def _quoted(text):
    """Mark names of modules, options and properties as literals."""
    return re.sub(r'(?<![\w`])([a-z]+(?:_[a-z]+)+|(?:aether|maven)[.][\w.]+)\b', r'``\1``', text)


def _starts_in_words(sentence: str) -> bool:
    """Return whether a sentence does not start with the name of a module and a colon."""
    return not re.match(r'[a-z_]+_[a-z]+(:| and its )', sentence)


def _item(sentence: str) -> str:
    return '\n' + _wrapped(f'- {_quoted(sentence)}.', '  ')


def _wrapped(text: str, indent: str = '') -> str:
    return textwrap.fill(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def page(systems: list[dict]) -> str:
    parts = [HEAD]
    for kind, title in (
        ('real', 'Real servers and tools'),
        ('stand-in', 'Stand-ins, verified by recordings and by the clients of the vendors'),
    ):
        parts.append(f'\n{title}\n{"-" * len(title)}\n')
        for system in sorted(systems, key=_order):
            if system['kind'] != kind or 'client' in system:
                continue
            name = f'{system["name"]} {system["version"]}'.strip()
            parts.append(f'\n{name}\n{"~" * len(name)}\n')
            parts += [
                _item(
                    sentence[0].upper() + sentence[1:] if _starts_in_words(sentence) else sentence
                )
                for sentence in system['shown']
            ]
            parts += [
                _item(f'Differs from what was recorded: {difference}')
                for difference in system['differences']
            ]
            counted = ', '.join(
                f'{what}: {number}'
                for what, number in system['counts'].items()
                if what != 'servers started'
            )
            parts.append('\n\n' + _wrapped(f'Counted: {counted}.') + '\n' if counted else '\n')
    parts.append(CLIENTS)
    for (name, sentence), versions in clients(systems).items():
        module, _colon, did = sentence.partition(': ')
        text = f'- {name} {", ".join(versions)}: {did} (``{module}``).'
        parts.append(_wrapped(text, '  ') + '\n')
    return ''.join([*parts, MISSING])


def main() -> None:
    PAGE.write_text(page(load()), encoding='utf-8')


if __name__ == '__main__':
    main()
