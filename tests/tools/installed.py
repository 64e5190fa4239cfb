# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Installs the archive of a release where nothing else is, and follows "Getting started" there.

The environment has what the page says and no more, once with the oldest ansible-core that the
collection supports and once with the newest; C(--core) chooses.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from tests.sandbox.serving import Sandbox
from tests.support import getting_started
from tests.tools import matrix, release, tree
from tests.tools.scratch import ROOT, environment, proxies

_PIP = re.compile(r'^   \$ (pip install .*\bansible-core\b.*)$', re.MULTILINE)
#: Commands of the page besides those of the environment
PROGRAMS = ('/usr/local/bin', '/usr/bin', '/bin')


def main(arguments: t.Sequence[str]) -> int:
    cores = list(matrix.CORES)
    parser = argparse.ArgumentParser(prog='tests.tools.installed', description=__doc__)
    parser.add_argument('--core', action='append', choices=cores, help='again for several')
    options = parser.parse_args(arguments)
    archives = sorted(release.TARGET.glob('*.tar.gz'))
    if len(archives) != 1:
        print('Make the archive first: make release', file=sys.stderr)
        return 1
    results = [check(core, archives[0]) for core in options.core or (cores[0], cores[-1])]
    print(f'{results.count(True)} passed, {results.count(False)} failed')
    return 0 if all(results) else 1


def check(core: str, archive: Path) -> bool:
    """:returns: whether a reader with that ansible-core sees what the page shows."""
    python = newest_python(core)
    if python is None:
        print(f'ansible-core {core}: no Python that it supports is on this machine')
        return False
    with tempfile.TemporaryDirectory(prefix='tokens-installed-') as folder, Sandbox() as sandbox:
        venv = install(core, python, Path(folder))
        path = os.pathsep.join([f'{venv}/bin', *PROGRAMS])
        wrong = getting_started.follow(sandbox, Path(folder), archive, path)
    print('\n'.join([f'ansible-core {core}, {python}: {len(wrong)} differences', *wrong]))
    return not wrong


def newest_python(core: str) -> Path | None:
    """Return the newest Python of this machine that an ansible-core supports."""
    there = tree.pythons()
    wanted = matrix.versions(matrix.CORES[core].controllers)
    return next((there[version] for version in reversed(wanted) if version in there), None)


def install(core: str, python: Path, folder: Path) -> Path:
    """Install what the page says. :returns: the virtual environment."""
    venv = folder / 'venv'
    env = {**environment(folder), **proxies()}
    subprocess.run([python, '-m', 'venv', venv], env=env, check=True)
    found = _PIP.search(getting_started.PAGE.read_text(encoding='utf-8'))
    assert found
    package = matrix.CORES[core].package
    words = [package if word == 'ansible-core' else word for word in found[1].split()[1:]]
    command = [venv / 'bin/python', '-m', 'pip', *words, '--quiet', '--disable-pip-version-check']
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    return venv


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
