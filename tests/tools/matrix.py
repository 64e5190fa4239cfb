# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests with every ansible-core that the collection supports, and every Python for it that
is on this machine.

C(python -m tests.tools.matrix) runs all of it, which takes hours; C(--core), C(--python) and
C(--part) choose, C(--list) shows what there is to run. Each pair of an ansible-core and a
controller's Python has a virtual environment in .build/matrix. What an ansible-core does not
support has no row; what it supports and this machine lacks is named. The end is a table and the
line C(N passed, N failed).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.tools import tree
from tests.tools.scratch import BUILD, ROOT

FOLDER = BUILD / 'matrix'


@dataclass
class Core:
    """What to install, and the Pythons that it supports on the controller and on managed hosts
    (from 3.8 on): minor versions, first and last.
    """

    package: str
    controllers: tuple[int, int]
    hosts: tuple[int, int]


CORES = {
    '2.16': Core('ansible-core>=2.16,<2.17', (10, 12), (8, 12)),
    '2.17': Core('ansible-core>=2.17,<2.18', (10, 12), (8, 12)),
    '2.18': Core('ansible-core>=2.18,<2.19', (11, 13), (8, 13)),
    '2.19': Core('ansible-core>=2.19,<2.20', (11, 13), (8, 13)),
    '2.20': Core('ansible-core>=2.20,<2.21', (12, 13), (9, 13)),
    '2.21': Core('ansible-core>=2.21,<2.22', (12, 13), (9, 13)),
    '2.22': Core('ansible-core>=2.22.0b1,<2.23', (13, 13), (9, 13)),
}
PARTS = ('integration', 'hosts', 'leaks', 'units')  # the quick ones first
# What runs on managed hosts, where nothing but Python is needed
HOST_TARGETS = (
    'maven_server',
    'git_credential',
    'nuxeo_registration',
    'nuxeo_cli_link',
    'role_maven_settings',
    'role_git_credentials',
    'role_nuxeo_online',
    'role_package_clients',
)
# Linters want a newer ansible-core than the oldest, and are no part of this.
NOT_NEEDED = (
    '-r',
    'ansible-core',
    'ansible-lint',
    'antsibull',
    'molecule',
    'ruff',
    'shellcheck',
    'yamllint',
)


@dataclass
class Cell:
    """Something to run. C(host): the Python of managed hosts, where the part has any."""

    core: str
    python: str
    part: str
    host: str = ''

    def command(self) -> list[str]:
        if self.part == 'hosts':
            return [
                'integration',
                '--host-python',
                self.host,
                *(word for target in HOST_TARGETS for word in ('--name', target)),
            ]
        return [self.part, *(['--host-python', self.host] if self.host else [])]

    def __str__(self) -> str:
        return f'ansible-core {self.core}, Python {self.python}, {self.part}' + (
            f' with Python {self.host}' if self.host else ''
        )


def versions(span: tuple[int, int]) -> list[str]:
    return [f'3.{minor}' for minor in range(span[0], span[1] + 1)]


def cells(
    cores: list[str], pythons: list[str], parts: list[str], one_python: bool = False
) -> tuple[list[Cell], list[str]]:
    """:param one_python: with the oldest controller of each ansible-core only.
    :returns: what to run on a machine with these Pythons, and sentences on what cannot be run
        there.
    """
    found, missing = [], []
    for core in cores:
        controllers, hosts = (
            [version for version in versions(span) if version in pythons]
            for span in (CORES[core].controllers, CORES[core].hosts)
        )
        for name, span, there in (
            ('controllers', CORES[core].controllers, controllers),
            ('managed hosts', CORES[core].hosts, hosts),
        ):
            lacking = [version for version in versions(span) if version not in there]
            if lacking:
                missing.append(
                    f'ansible-core {core}: not on this machine, for {name}: Python '
                    f'{", ".join(lacking)}'
                )
        controllers = controllers[:1] if one_python else controllers
        for part in parts:
            if part == 'hosts':
                found += [
                    Cell(core, controllers[0], part, host) for host in hosts[1:] if controllers
                ]
            else:
                found += [
                    Cell(
                        core, controller, part, hosts[0] if part == 'integration' and hosts else ''
                    )
                    for controller in controllers
                ]
    return sorted(found, key=lambda cell: PARTS.index(cell.part)), missing


def requirements() -> list[str]:
    lines = [
        line.partition(' #')[0].strip()
        for name in ('requirements.txt', 'tests/requirements.txt')
        for line in (ROOT / name).read_text(encoding='utf-8').splitlines()
    ]
    return [line for line in lines if line and not line.startswith(('#', *NOT_NEEDED))]


def prepared(cell: Cell, python: Path) -> Path:
    """:returns: the virtual environment of a cell, with all that it needs."""
    venv = FOLDER / f'{cell.core}-python{cell.python}'
    wanted = '\n'.join([CORES[cell.core].package, *requirements()])
    if not (venv / 'done').exists() or (venv / 'done').read_text(encoding='utf-8') != wanted:
        subprocess.run([python, '-m', 'venv', '--clear', venv], check=True)
        subprocess.run(
            [
                venv / 'bin/python',
                '-m',
                'pip',
                'install',
                '--quiet',
                '--disable-pip-version-check',
                '--cache-dir',
                BUILD / 'cache/pip',
                *wanted.splitlines(),
            ],
            check=True,
        )
        (venv / 'done').write_text(wanted, encoding='utf-8')
    return venv


def run(cell: Cell, python: Path) -> tuple[int, int, list[str]]:
    """:returns: how many tests passed and failed, and what the suites counted."""
    try:
        venv = prepared(cell, python)
    except subprocess.CalledProcessError:
        return 0, 1, ['its virtual environment could not be made']
    process = subprocess.Popen(
        [venv / 'bin/python', '-m', 'tests.tools.run', *cell.command()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, 'PATH': f'{venv}/bin{os.pathsep}{os.environ["PATH"]}'},
    )
    assert process.stdout is not None
    passed, failed, notes = 0, 1, []
    log = FOLDER / 'logs' / (re.sub('[^a-z0-9.]+', '-', str(cell).lower()) + '.log')
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open('w', encoding='utf-8') as stream:
        for line in process.stdout:
            stream.write(line)
            print(line, end='', flush=True)
            closing = re.match(r'(\d+) passed, (\d+) failed', line)
            if closing:
                passed, failed = int(closing[1]), int(closing[2])
            elif line.startswith('counted: '):
                notes.append(line[len('counted: ') :].strip())
    return passed, failed if process.wait() == 0 else max(failed, 1), notes


def main() -> int:
    parser = argparse.ArgumentParser(
        prog='tests.tools.matrix', description='Runs the tests with every ansible-core and Python.'
    )
    parser.add_argument(
        '--core',
        action='append',
        choices=list(CORES),
        help='an ansible-core; again for several; default: all',
    )
    parser.add_argument(
        '--python',
        action='append',
        metavar='VERSION',
        help='a Python of the controller; again for several; default: all',
    )
    parser.add_argument(
        '--part',
        action='append',
        choices=PARTS,
        help='again for several; default: all. hosts: the modules that write files, on every '
        'Python of managed hosts but the oldest, which integration has',
    )
    parser.add_argument(
        '--one-python',
        action='store_true',
        help='for each ansible-core, the oldest Python of the controller only',
    )
    parser.add_argument('--list', action='store_true', help='show what would run')
    args = parser.parse_args()
    pythons = tree.pythons()
    chosen, missing = cells(
        args.core or list(CORES), list(pythons), args.part or list(PARTS), args.one_python
    )
    chosen = [cell for cell in chosen if not args.python or cell.python in args.python]
    rows, total = [], [0, 0]
    for cell in chosen:
        if args.list:
            print(cell)
            continue
        print(f'\n=== {cell}', flush=True)
        start = time.monotonic()
        passed, failed, notes = run(cell, pythons[cell.python])
        total = [total[0] + passed, total[1] + failed]
        rows.append(
            f'{"FAILED" if failed else "ok":8}{str(cell):62}'
            f'{f"{passed} passed, {failed} failed":26}{time.monotonic() - start:7.1f} s'
        )
        rows += [f'{"":8}{note}' for note in notes]
    if args.list:
        print('\n'.join(missing))
        return 0
    total[1] += not chosen
    print('\n' + '\n'.join([*rows, *missing]))
    print(f'\n{total[0]} passed, {total[1]} failed')
    return 0 if total[1] == 0 else 1


if __name__ == '__main__':
    sys.exit(main())
