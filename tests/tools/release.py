# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes what a release consists of, in C(.build/release), and lets Galaxy's importer check it.

The changelog is written in a copy, so the fragments stay. C(--clean) refuses changes that are not
committed, since then the same commit gives the same bytes.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import yaml

from tests.tools import tree
from tests.tools.scratch import BUILD, ROOT, environment, proxies

TARGET = BUILD / 'release'
IMPORTER = BUILD / 'importer'
#: Its dependencies exclude versions of linters that the tests use, so it has its own environment.
REQUIREMENTS = ROOT / 'tests/requirements-importer.txt'
BIN = Path(sys.executable).parent
SETTINGS = """[galaxy-importer]
run_ansible_doc = True
run_ansible_lint = True
check_required_tags = True
check_changelog = True
require_v1_or_greater = True
"""
_BAD = re.compile(r'^(WARNING|ERROR|CRITICAL)\b.*', re.MULTILINE)


class Failed(Exception):
    """What stops the release."""


def main(arguments: t.Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog='tests.tools.release', description=__doc__)
    parser.add_argument('--clean', action='store_true', help='refuse changes without a commit')
    options = parser.parse_args(arguments)
    try:
        if options.clean:
            check_clean()
        with tempfile.TemporaryDirectory() as folder:
            archive = make(Path(folder))
        check_import(archive)
    except Failed as reason:
        print(f'{reason}', file=sys.stderr)
        return 1
    for path in sorted(TARGET.iterdir()):
        print(path.relative_to(ROOT))
    return 0


def check_clean() -> None:
    changed = _output('git', 'status', '--porcelain').splitlines()
    if changed:
        raise Failed('\n'.join(['Commit these changes first, or remove them:', *changed]))


def make(folder: Path) -> Path:
    """Build in a copy. :returns: the archive, in C(TARGET)."""
    copy = folder / 'ansible_collections/buildops/tokens'
    for name in tree.files():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    write_changelog(copy, env := _environment(folder))
    _run(['git', 'init', '-q'], copy, env)
    _run(['git', 'add', '-A'], copy, env)
    (copy / '.venv').symlink_to(BIN.parent)
    built = [_build(copy, folder / name, env) for name in ('first', 'second')]
    if built[0].read_bytes() != built[1].read_bytes():
        raise Failed('Two builds of the same files differ.')
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for path in (built[0], copy / 'CHANGELOG.md', copy / 'changelogs/changelog.yaml'):
        shutil.copyfile(path, TARGET / path.name)
    archive = TARGET / built[0].name
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (TARGET / 'SHA256SUMS').write_text(f'{digest}  {archive.name}\n', encoding='utf-8')
    return archive


def write_changelog(copy: Path, env: dict[str, str]) -> None:
    """Turn the fragments into the changelog of the version in C(galaxy.yml), in a copy."""
    version = yaml.safe_load((copy / 'galaxy.yml').read_text(encoding='utf-8'))['version']
    changes = copy / 'changelogs/changelog.yaml'
    if version in yaml.safe_load(changes.read_text(encoding='utf-8'))['releases']:
        command = ['generate']
    else:
        command = ['release', '--version', version, '--date', _date()]
    _run([BIN / 'antsibull-changelog', *command], copy, env)


def check_import(archive: Path) -> None:
    """Import the archive as Galaxy does. :raises Failed: it is refused, or there is a warning."""
    _prepare_importer()
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, 'galaxy-importer.cfg')
        settings.write_text(SETTINGS, encoding='utf-8')
        env = {
            **environment(folder),
            'GALAXY_IMPORTER_CONFIG': str(settings),
            'PATH': f'{IMPORTER}/bin{os.pathsep}{os.environ["PATH"]}',
        }
        command = [IMPORTER / 'bin/python', '-m', 'galaxy_importer.main', archive]
        # The importer writes its result into the current folder
        found = judge(_run(command, Path(folder), env, check=False))
    if found:
        raise Failed('galaxy-importer:\n' + '\n'.join(found))


def judge(log: str) -> list[str]:
    """Return what is wrong in the log of the importer."""
    found = [match.group() for match in _BAD.finditer(log)]
    if not found and 'Importer processing completed successfully' not in log:
        found = log.splitlines()[-20:]
    for linter in ('ansible-doc', 'ansible-lint'):
        if linter not in log:
            found.append(f'The importer did not run {linter}.')
    return found


def _prepare_importer() -> None:
    wanted = REQUIREMENTS.read_text(encoding='utf-8') + sys.version
    done = IMPORTER / 'done'
    if done.exists() and done.read_text(encoding='utf-8') == wanted:
        return
    _run([sys.executable, '-m', 'venv', '--clear', IMPORTER], ROOT, dict(os.environ))
    env = {**environment(BUILD / 'home'), **proxies()}
    pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]
    _run([IMPORTER / 'bin/python', *pip], ROOT, env)
    done.write_text(wanted, encoding='utf-8')


def _build(copy: Path, target: Path, env: dict[str, str]) -> Path:
    _run([copy / 'tools/build.sh', target], copy, env)
    [archive] = target.glob('*.tar.gz')
    return archive


def _environment(folder: Path) -> dict[str, str]:
    time = _output('git', 'log', '-1', '--format=%ct').strip()
    return {
        **environment(folder / 'home'),
        'SOURCE_DATE_EPOCH': time,
        'ANSIBLE_COLLECTIONS_PATH': str(folder),
    }


def _date() -> str:
    """Return the day of the commit."""
    seconds = int(_output('git', 'log', '-1', '--format=%ct'))
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date().isoformat()


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def _run(
    command: t.Sequence[str | Path], cwd: Path, env: dict[str, str], check: bool = True
) -> str:
    """:returns: what the program printed. :raises Failed: its exit code is not 0."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        raise Failed(f'{" ".join(map(str, command))} failed:\n{done.stdout}')
    return done.stdout


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
