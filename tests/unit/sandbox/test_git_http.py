# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real git clones, fetches and pushes over TLS with the right name and token, and with nothing
else.
"""

from __future__ import annotations

import os
import subprocess
from urllib.parse import quote

import pytest

from tests.sandbox import git_http
from tests.sandbox.serving import Sandbox

pytestmark = pytest.mark.needs_client('git')

TOKEN = 'nos-TOKEN+with/odd=ch:rs%é'


@pytest.fixture
def git(tmp_path):
    """Runs git with a separate home whose credential store holds the given lines."""
    with Sandbox() as sandbox:
        folder = tmp_path / 'repositories'
        folder.mkdir()
        git_http.make_repository(folder, 'project', {'README.md': 'hello\n'})
        server = sandbox.serve(
            git_http.create_app(folder, lambda user, password: (user, password) == ('jdoe', TOKEN))
        )
        home = tmp_path / 'home'
        home.mkdir()

        def run(*arguments, token=TOKEN, cwd=tmp_path, check=True):
            scheme, dummy, rest = server.url.partition('://')
            (home / '.git-credentials').write_text(
                f'{scheme}://jdoe:{quote(token, safe="")}@{rest}\n' if token else ''
            )
            environment = git_http.environment(
                HOME=str(home),
                GIT_CONFIG_GLOBAL=str(home / '.gitconfig'),
                GIT_AUTHOR_NAME='a',
                GIT_AUTHOR_EMAIL='a@b',
                GIT_COMMITTER_NAME='a',
                GIT_COMMITTER_EMAIL='a@b',
            )
            return subprocess.run(
                [
                    'git',
                    '-c',
                    'credential.helper=store',
                    '-c',
                    f'http.sslCAInfo={sandbox.ca_path}',
                    *arguments,
                ],
                cwd=cwd,
                env=environment,
                capture_output=True,
                text=True,
                check=check,
            )

        run.server, run.folder = server, folder
        yield run


def test_clone_push_and_fetch(git, tmp_path):
    url = git.server.url + '/project.git'
    git('clone', '-q', url, 'one')
    git('clone', '-q', url, 'two')
    assert (tmp_path / 'one/README.md').read_text() == 'hello\n'
    (tmp_path / 'one/new.txt').write_text('new\n')
    git('add', 'new.txt', cwd=tmp_path / 'one')
    git('commit', '-q', '-m', 'second', cwd=tmp_path / 'one')
    git('push', '-q', 'origin', 'HEAD:refs/heads/feature/x', cwd=tmp_path / 'one')
    git('fetch', '-q', cwd=tmp_path / 'two')
    assert git('show', 'origin/feature/x:new.txt', cwd=tmp_path / 'two').stdout == 'new\n'
    assert {record['user'] for record in git.server.requests if record['status'] == 200} == {'jdoe'}
    assert any(record['status'] == 401 for record in git.server.requests), (
        'git asks without credentials first'
    )


def test_a_push_larger_than_the_post_buffer(git, tmp_path):
    git('clone', '-q', git.server.url + '/project.git', 'one')
    (tmp_path / 'one/large').write_bytes(os.urandom(3_000_000))
    git('add', 'large', cwd=tmp_path / 'one')
    git('commit', '-q', '-m', 'large', cwd=tmp_path / 'one')
    git('push', '-q', cwd=tmp_path / 'one')
    assert 'large' in git('ls-tree', '--name-only', 'master', cwd=git.folder / 'project.git').stdout


@pytest.mark.parametrize('token', ['wrong', ''])
@pytest.mark.parametrize('command', ['clone', 'ls-remote'])
def test_nothing_without_the_token(git, command, token):
    run = git(command, git.server.url + '/project.git', token=token, check=False)
    assert run.returncode == 128
    assert not any(record['status'] == 200 for record in git.server.requests)


def test_other_repositories_and_paths_are_not_found(git, tmp_path):
    (tmp_path / 'secret.git').mkdir()
    for path in ('/other.git', '/../secret.git', '/%2e%2e/secret.git'):
        assert git('ls-remote', git.server.url + path, check=False).returncode == 128
