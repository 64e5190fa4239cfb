# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the unit and integration tests with every ansible-core that the collection supports, each in a virtual environment in .build/matrix.

C(python -m tests.tools.matrix 2.16 2.22) runs some. A Python that is not on the machine is replaced by another one that will do, or the row is
left out and named.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.tools import tree
from tests.tools.scratch import BUILD, ROOT

# ansible-core, what to install, Pythons for the controller and for managed hosts, the best first
MATRIX = {
    '2.16': ('ansible-core>=2.16,<2.17', ('3.11', '3.12', '3.10'), ('3.8', '3.9', '3.10')),
    '2.17': ('ansible-core>=2.17,<2.18', ('3.10', '3.11', '3.12'), ('3.8', '3.9', '3.10')),
    '2.18': ('ansible-core>=2.18,<2.19', ('3.11', '3.12', '3.13'), ('3.8', '3.9', '3.10')),
    '2.19': ('ansible-core>=2.19,<2.20', ('3.13', '3.12', '3.11'), ('3.8', '3.9', '3.10')),
    '2.20': ('ansible-core>=2.20,<2.21', ('3.13', '3.12'), ('3.9', '3.10', '3.11')),
    '2.21': ('ansible-core>=2.21,<2.22', ('3.12', '3.13'), ('3.9', '3.10', '3.11')),
    '2.22': ('ansible-core>=2.22.0b1,<2.23', ('3.13', '3.12'), ('3.10', '3.11', '3.12')),
}
# Linters want a newer ansible-core than the oldest, and are no part of this.
NOT_NEEDED = ('-r', 'ansible-core', 'ansible-lint', 'antsibull', 'molecule', 'ruff', 'shellcheck', 'yamllint')


def requirements() -> list[str]:
    lines = [line.strip() for name in ('requirements.txt', 'tests/requirements.txt') for line in (ROOT / name).read_text(encoding='utf-8').splitlines()]
    return [line for line in lines if line and not line.startswith(('#', *NOT_NEEDED))]


def run(core: str, pythons: dict[str, Path]) -> tuple[int, int]:
    """Answers with how many tests passed and failed."""
    package, controllers, hosts = MATRIX[core]
    controller = next((version for version in controllers if version in pythons), None)
    host = next((version for version in hosts if version in pythons), None)
    if controller is None or host is None:
        print(f'ansible-core {core}: no Python for it on this machine (controller: {", ".join(controllers)}; host: {", ".join(hosts)})')
        return 0, 1
    print(f'\n=== ansible-core {core}, Python {controller}, managed host with Python {host}', flush=True)
    venv = BUILD / 'matrix' / core
    wanted = '\n'.join([controller, package, *requirements()])
    if not (venv / 'done').exists() or (venv / 'done').read_text(encoding='utf-8') != wanted:
        subprocess.run([pythons[controller], '-m', 'venv', '--clear', venv], check=True)
        subprocess.run([venv / 'bin/python', '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--cache-dir', BUILD / 'cache/pip',
                        package, *requirements()], check=True)
        (venv / 'done').write_text(wanted, encoding='utf-8')
    command = [venv / 'bin/python', '-m', 'tests.tools.run', 'units', 'integration', '--host-python', host]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, 'PATH': f'{venv}/bin{os.pathsep}{os.environ["PATH"]}'}, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    passed, failed = 0, 1
    for line in process.stdout:
        print(line, end='', flush=True)
        closing = re.match(r'(\d+) passed, (\d+) failed', line)
        if closing:
            passed, failed = int(closing[1]), int(closing[2])
    return passed, failed if process.wait() == 0 else max(failed, 1)


def main() -> int:
    cores = sys.argv[1:] or list(MATRIX)
    unknown = [core for core in cores if core not in MATRIX]
    if unknown:
        print(f'unknown: {", ".join(unknown)}; known: {", ".join(MATRIX)}', file=sys.stderr)
        return 2
    pythons = tree.pythons()
    results = {core: run(core, pythons) for core in cores}
    print()
    for core, (passed, failed) in results.items():
        print(f'ansible-core {core}: {passed} passed, {failed} failed')
    passed, failed = (sum(counts) for counts in zip(*results.values()))
    print(f'\n{passed} passed, {failed} failed')
    return 0 if failed == 0 else 1


if __name__ == '__main__':
    sys.exit(main())
