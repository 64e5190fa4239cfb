# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page "Tried against" of the documentation, from what the tests with real servers found out. C(python -m tests.real.tried) writes it again."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.real import servers
from tests.tools.scratch import BUILD, ROOT

LATEST = BUILD / 'real/results.json'
KEPT = Path(__file__).with_name('tried_against.json')
PAGE = ROOT / 'docs/docsite/rst/tried_against.rst'

HEAD = """..
  Copyright (c) 2026, buildops.tokens contributors
  GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. _ansible_collections.buildops.tokens.docsite.tried_against:

Tried against
=============

What this collection was tried against, and what was seen. ``make test-real`` in a clone of it does all of that again, and this page is made from such a run.

.. contents::
   :local:
   :depth: 1

What is real and what is not
----------------------------

A server or tool is called real where the published package of its maker was started and asked. Four systems cannot be had for tests:

- The user tokens of Nexus Repository **Pro**: the second step, which hands out the token, belongs to a licensed product. The first step, the
  repositories and the proxies are those of Nexus Repository OSS, which was asked.
- **Nuxeo Platform**, **Nuvy** and **Nuxeo Online Services**, and ``nuxeoctl``.

So the token step of Nexus Repository Pro, of Nuxeo, of Nuvy and of Nuxeo Online Services was tried against stand-ins in the tests. They follow the vendors'
documentation, and recordings of real servers where there are some; recordings and the vendors' own clients judge them below, but nobody judges that of Nuvy.
A stand-in is no proof: what a server of yours does otherwise is worth a report.
"""


def load(path: Path = KEPT) -> list[dict]:
    return json.loads(path.read_text(encoding='utf-8'))


def drift(systems: list[dict], kept: list[dict]) -> list[str]:
    """What a run found that the page does not tell, and the other way round. Numbers may differ, and the version of the machine's own Maven."""

    def told(found):
        for system in found:
            own = system['name'] == 'Apache Maven' and system['version'] not in servers.MAVEN
            name = f'{system["name"]} {"of this machine" if own else system["version"]} ({system["kind"]})'
            yield name
            for sentence in (*system['shown'], *system['differences']):
                yield f'{name}: {sentence}'

    now, before = dict.fromkeys(told(systems)), dict.fromkeys(told(kept))
    return [f'+ {line}' for line in now if line not in before] + [
        f'- {line}' for line in before if line not in now
    ]


def _order(system):
    numbers = [int(part) for part in re.findall(r'\d+', system['version'])]
    return (system['kind'] != 'real', system['name'], numbers)


def _quoted(text):
    """Words that are names of things are set as such."""
    return re.sub(r'(?<![\w`])([a-z]+(?:_[a-z]+)+|(?:aether|maven)[.][\w.]+)\b', r'``\1``', text)


def page(systems: list[dict]) -> str:
    parts = [HEAD]
    for kind, title in (
        ('real', 'Real servers and tools'),
        ('stand-in', 'Stand-ins, judged by recordings and by the clients of the vendors'),
    ):
        parts.append(f'\n{title}\n{"-" * len(title)}\n')
        for system in sorted(systems, key=_order):
            if system['kind'] != kind:
                continue
            name = f'{system["name"]} {system["version"]}'.strip()
            parts.append(f'\n{name}\n{"~" * len(name)}\n')
            parts += [
                f'\n- {_quoted(sentence[0].upper() + sentence[1:] if " " in sentence.split(":")[0] else sentence)}.'
                for sentence in system['shown']
            ]
            parts += [
                f'\n- Differs from what was recorded: {_quoted(difference)}.'
                for difference in system['differences']
            ]
            counted = ', '.join(
                f'{what}: {number}'
                for what, number in system['counts'].items()
                if what != 'servers started'
            )
            parts.append(f'\n\nCounted: {counted}.\n' if counted else '\n')
    return ''.join(parts)


def main() -> None:
    PAGE.write_text(page(load()), encoding='utf-8')


if __name__ == '__main__':
    main()
