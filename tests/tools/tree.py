# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the collection where ansible-test and the other tools want it: below
C(ansible_collections), without what git ignores.
"""

from __future__ import annotations

import functools
import os
import pwd
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.tools.scratch import BUILD, ROOT, proxies

COPY = BUILD / 'tree/ansible_collections/buildops/tokens'


def files() -> list[str]:
    """What git tracks or would track, relative to the checkout."""
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return sorted(
        name for name in os.fsdecode(listed).split('\0') if name and (ROOT / name).is_file()
    )


def refresh() -> Path:
    """Makes the copy equal to the checkout. Answers with its path."""
    wanted = set(files())
    for path in COPY.rglob('*'):
        name = path.relative_to(COPY)
        if (
            name.parts[0] != '.git'
            and name.parts[:2] != ('tests', 'output')
            and (path.is_file() or path.is_symlink())
            and str(name) not in wanted
        ):
            path.unlink()
    for name in wanted:
        target = COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    # ansible-test and ansible-lint ask git what belongs to the collection, and must not meet the
    # checkout's own answer: everything here is ignored.
    subprocess.run(['git', 'init', '--quiet', COPY], check=True)
    return COPY


@functools.cache
def pythons() -> dict[str, Path]:
    """The interpreters on this machine that really run, by version (C('3.9')): from PATH, and from
    pyenv.
    """
    found = {}
    folders = [Path(folder) for folder in os.environ['PATH'].split(os.pathsep)]
    home = pwd.getpwuid(os.getuid()).pw_dir  # HOME is a scratch folder here
    folders += sorted(Path(os.environ.get('PYENV_ROOT', f'{home}/.pyenv')).glob('versions/*/bin'))
    for minor in range(8, 15):
        name = f'python3.{minor}'
        for folder in folders:
            path = folder / name
            if not path.is_file():
                continue
            ran = subprocess.run(
                [path, '-c', 'import sys; print(sys.executable)'],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                check=False,
            )
            if ran.returncode == 0:
                found[name[len('python') :]] = Path(ran.stdout.strip())
                break
    return found


def prepare_ansible_test(home: Path) -> dict[str, str]:
    """Makes C(home) a home folder in which ansible-test works from the package index alone.

    Answers with changes to its environment.
    """
    spec = find_spec('ansible_test')
    assert spec is not None and spec.submodule_search_locations, (
        'ansible-core comes with ansible_test'
    )
    source = Path(
        next(iter(spec.submodule_search_locations)), '_internal/python_requirements.py'
    ).read_text(encoding='utf-8')
    cache = home / '.ansible/test/cache'
    cache.mkdir(parents=True, exist_ok=True)
    for version in sorted(set(re.findall(r"""\bpip=['"]([0-9.]+)['"]""", source))):
        if not list(cache.glob(f'pip-{version}-*.whl')):
            subprocess.run(
                [
                    sys.executable,
                    '-m',
                    'pip',
                    'download',
                    '--quiet',
                    '--disable-pip-version-check',
                    '--no-deps',
                    '--dest',
                    cache,
                    f'pip=={version}',
                ],
                check=True,
            )
        shutil.copy(
            ROOT / 'tests/tools/get_pip.py', cache / f'get_pip_{version.replace(".", "_")}.py'
        )
    # ansible-test takes the first python3.N on PATH, even one that does not run.
    folder = BUILD / 'pythons'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for version, path in pythons().items():
        (folder / f'python{version}').symlink_to(path)
    return {
        # pip may need the proxy, but the sandbox is on loopback
        **{**proxies(), 'no_proxy': '127.0.0.1,localhost,::1'},
        'PATH': os.pathsep.join(
            [str(Path(sys.executable).parent), str(folder), os.environ['PATH']]
        ),
    }
