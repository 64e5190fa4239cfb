# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Root runs neither the nuxeoctl nor the repository of another user with its own rights."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    cli_link,
    registration,
)

pytestmark = pytest.mark.needs_root
ALICE, BOB = 64011, 64012  # nobody's
LATER, SOON = 4_000_000_000, 1_900_000_000


@pytest.fixture
def folder() -> t.Iterator[Path]:
    """A folder of root that all users may enter, and a file C(seen) that they may write."""
    made = Path(tempfile.mkdtemp(prefix='whose-'))
    made.chmod(0o755)
    (made / 'seen').touch()
    (made / 'seen').chmod(0o666)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path) -> Path:
    """A Nuxeo server of alice with a valid registration. Its nuxeoctl notes who runs it."""
    server = folder / 'server'
    (server / 'bin').mkdir(parents=True)
    (server / 'nxserver/data').mkdir(parents=True)
    (server / 'bin/nuxeo.conf').write_text('')
    program = server / 'bin/nuxeoctl'
    program.write_text('#!/bin/sh\necho "$(id -u) $*" >>%s/seen\n' % folder)
    program.chmod(0o755)
    clid = server / 'nxserver/data/instance.clid'
    clid.write_text(f'0123abcd-0001.{LATER}.c2ln==\n0123456789abcdef\nold\n')
    clid.chmod(0o600)
    give(server, ALICE)
    return server


def give(path: Path, owner: int) -> None:
    for part in [path, *path.rglob('*')]:
        os.chown(part, owner, owner, follow_symlinks=False)


def ensure(home: Path, **changes: t.Any) -> t.Dict[str, t.Any]:
    params = {name: spec.get('default') for name, spec in registration.ARGUMENTS.items()}
    params.update(dict({'nuxeo_home': str(home), 'project': 'p', 'verify': True}, **changes))
    return dict(registration.ensure(params, False, False, environment={})[0])


def refusal(home: Path, **changes: t.Any) -> str:
    """Why it fails: the file or the program is refused, whichever is looked at first."""
    try:
        result = ensure(home, **changes)
    except FileProblem as problem:
        return str(problem)
    assert result['failed']
    return str(result['msg'])


def seen(folder: Path) -> str:
    return (folder / 'seen').read_text()


def test_S6_verify_runs_nuxeoctl_as_the_user_of_the_server(folder: Path, home: Path) -> None:
    (verification,) = ensure(home)['verification']
    assert verification['accepted'] is True
    assert seen(folder) == '%d mp-update\n' % ALICE


def library(home: Path, name: str) -> None:
    """Let all be of root, but one file in a folder of root."""
    (home / name).parent.mkdir(parents=True)
    (home / name).touch()
    give(home, 0)
    give(home / name, BOB)


BREAKS: t.Dict[str, t.Callable[[Path], t.Any]] = {
    'bin of another user': lambda home: give(home / 'bin', BOB),
    'program of another user': lambda home: give(home / 'bin/nuxeoctl', BOB),
    'conf of another user': lambda home: give(home / 'bin/nuxeo.conf', BOB),
    'data of another user': lambda home: give(home / 'nxserver/data', BOB),
    'data of root': lambda home: give(home / 'nxserver/data', 0),
    'all but the program of root': lambda home: (give(home, 0), give(home / 'bin/nuxeoctl', BOB)),
    'all but the conf of root': lambda home: (give(home, 0), give(home / 'bin/nuxeo.conf', BOB)),
    'a library of another user': lambda home: library(home, 'nxserver/lib/x.jar'),
    'a setting of another user': lambda home: library(home, 'templates/common/nuxeo.defaults'),
    'writable by all': lambda home: (home / 'bin').chmod(0o777),
}


@pytest.mark.parametrize('name', BREAKS)
def test_S6_nuxeoctl_is_not_run_where_others_decide(folder: Path, home: Path, name: str) -> None:
    BREAKS[name](home)
    assert 'become_user' in refusal(home)
    assert seen(folder) == ''


def test_S6_the_option_nuxeoctl_is_checked_as_well(folder: Path, home: Path) -> None:
    other = folder / 'home-of-bob'
    other.mkdir()
    shutil.copy(home / 'bin/nuxeoctl', other / 'nuxeoctl')
    give(other, BOB)
    for owner in (ALICE, 0):
        give(home, owner)
        result = ensure(home, nuxeoctl=str(other / 'nuxeoctl'))
        assert result['failed'] and 'become_user' in result['msg']
    assert seen(folder) == ''


@pytest.mark.parametrize('name', ['bin of another user', 'all but the conf of root'])
def test_S6_renewing_and_registering_are_refused_likewise(
    folder: Path, home: Path, name: str
) -> None:
    for left in (None, SOON):
        BREAKS[name](home)
        give(home / 'nxserver', 0)  # root may write there
        clid = home / 'nxserver/data/instance.clid'
        clid.unlink(missing_ok=True)
        if left:
            clid.write_text(f'0123abcd-0001.{left}.c2ln==\n0123456789abcdef\nold\n')
        with pytest.raises(FileProblem, match='become_user'):
            ensure(
                home,
                username='jdoe',
                password='nos-token-of-the-test',
                min_remaining=3650 * 86400,
            )
    assert seen(folder) == ''


# ---- the project folder of Nuxeo CLI


def git(*arguments: t.Any) -> None:
    subprocess.run(
        ['git', '-c', 'user.name=x', '-c', 'user.email=x@example.com', *map(str, arguments)],
        env={'PATH': os.environ['PATH'], 'HOME': os.devnull, 'GIT_CONFIG_NOSYSTEM': '1'},
        capture_output=True,
        check=True,
    )


def link(path: Path, program: t.Optional[str] = None) -> t.List[str]:
    params = {name: spec.get('default') for name, spec in cli_link.ARGUMENTS.items()}
    params.update(path=str(path), project='jdoe-SANDBOX', cli_token='cli-token-of-the-test')
    return list(cli_link.deliver(params, False, False, program)[1])


@pytest.mark.needs_client('git')
def test_S5_git_of_a_project_runs_as_its_owner(folder: Path) -> None:
    project = folder / 'project'
    git('init', '-q', project)
    give(project, ALICE)
    spy = folder / 'git'
    spy.write_text('#!/bin/sh\nid -u >>%s/seen\nexec git "$@"\n' % folder)
    spy.chmod(0o755)
    assert link(project, str(spy)) == []
    assert set(seen(folder).split()) == {str(ALICE)}
    git('-c', 'safe.directory=*', '-C', project, 'add', '-f', '.yo-rc.json')
    give(project, ALICE)
    assert 'git rm --cached' in link(project, str(spy))[0]
    give(project / '.git/config', BOB)
    (folder / 'seen').write_text('')
    assert 'was not checked' in link(project, str(spy))[0]
    assert seen(folder) == ''


@pytest.mark.needs_client('git')
@pytest.mark.parametrize('owner', [0, BOB])
@pytest.mark.parametrize('how', ['gitdir', 'commondir'])
def test_S6_a_pointer_into_a_repository_of_another_user_is_not_followed(
    folder: Path, how: str, owner: int
) -> None:
    foreign, project = folder / 'foreign', folder / 'project'
    git('init', '-q', foreign)
    (foreign / '.git/info/exclude').unlink()
    give(foreign, owner)
    project.mkdir()
    if how == 'gitdir':
        (project / '.git').write_text('gitdir: %s/.git\n' % foreign)
    else:
        (project / 'own').mkdir()
        (project / 'own/commondir').write_text('%s/.git\n' % foreign)
        (project / '.git').write_text('gitdir: own\n')
    give(project, ALICE)
    with pytest.raises(FileProblem, match='become_user'):
        link(project)
    assert not (foreign / '.git/info/exclude').exists()
    assert not (project / '.yo-rc.json').exists()
