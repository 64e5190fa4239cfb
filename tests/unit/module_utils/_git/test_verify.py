# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verification for git tries the delivered credential, and uses nothing else on the host."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import tempfile
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._git.delivery import (
    ARGUMENTS,
    deliver,
)
from tests.sandbox import git_http
from tests.sandbox.serving import Sandbox

pytestmark = pytest.mark.needs_client('git')
RIGHT = 'the-right-t0ken'
BASIC = 'Authorization: Basic ' + base64.b64encode(b'jdoe:' + RIGHT.encode()).decode()
ALICE = 64011  # nobody's


@pytest.fixture(scope='module')
def served(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[t.Any]:
    folder = tmp_path_factory.mktemp('repositories')
    git_http.make_repository(folder, 'project', {'README.md': 'x\n'})
    with Sandbox() as sandbox:
        server = sandbox.serve(
            git_http.create_app(folder, lambda user, password: (user, password) == ('jdoe', RIGHT))
        )
        server.ca_path = str(sandbox.ca_path)
        yield server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / 'home'
    folder.mkdir()
    monkeypatch.setenv('HOME', str(folder))
    return folder


def verified(served: t.Any, password: str, **options: t.Any) -> t.Tuple[t.Any, str]:
    entry = {name: spec.get('default') for name, spec in ARGUMENTS['entries']['options'].items()}
    entry.update(
        url=served.url,
        username='jdoe',
        password=password,
        verify_url=served.url + '/project.git',
    )
    params = {name: spec.get('default') for name, spec in ARGUMENTS.items()}
    params.update(dict({'ca_path': served.ca_path}, **options), entries=[entry], verify=True)
    (verification,) = deliver(params, False, False, shutil.which)[0]['verification']
    return verification['accepted'], verification['message']


def leaving_a_trace(folder: Path) -> str:
    """A program that shows that it was run, and answers as a helper with the right password."""
    program = folder / 'program'
    program.write_text(
        '#!/bin/sh\necho "$0 $*" >>%s/trace\necho username=jdoe\necho password=%s\n'
        % (folder, RIGHT)
    )
    program.chmod(0o755)
    return str(program)


CONFIGURATIONS = {
    'helper': '[credential]\n\thelper = "!%(program)s"\n',
    'helper of the url': '[credential "%(url)s"]\n\thelper = "!%(program)s"\n',
    'extra header': '[http]\n\textraHeader = %(basic)s\n',
    'extra header of the url': '[http "%(url)s/"]\n\textraHeader = %(basic)s\n',
    'instead of': (
        '[url "ext::%(program)s "]\n\tinsteadOf = https://\n[protocol]\n\tallow = always\n'
    ),
    'askpass': '[core]\n\taskPass = %(program)s\n',
    'programs': (
        '[core]\n\tsshCommand = %(program)s\n\tgitProxy = %(program)s\n\tfsmonitor = %(program)s\n'
    ),
    'trace': '[trace2]\n\teventTarget = %(folder)s/trace\n\tnormalTarget = %(folder)s/trace\n',
    'cookies': '[http]\n\tcookieFile = %(folder)s/trace\n\tsaveCookies = true\n',
    'proxy': '[http]\n\tproxy = http://127.0.0.1:9\n',
    'no check of certificates': '[http]\n\tsslVerify = false\n',
}


@pytest.mark.parametrize('where', ['home', 'xdg', 'variables', 'included'])
@pytest.mark.parametrize('name', CONFIGURATIONS)
def test_S5_S7_no_configuration_counts(
    served: t.Any, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, where: str
) -> None:
    text = CONFIGURATIONS[name] % {
        'program': leaving_a_trace(home),
        'url': served.url,
        'basic': BASIC,
        'folder': home,
    }
    hostile = home / '.gitconfig'
    if where == 'xdg':
        hostile = home / 'xdg/git/config'
        hostile.parent.mkdir(parents=True)
        monkeypatch.setenv('XDG_CONFIG_HOME', str(home / 'xdg'))
    if where == 'included':
        hostile = home / 'hostile'
        (home / '.gitconfig').write_text('[include]\n\tpath = %s\n' % hostile)
    if where == 'variables':
        monkeypatch.setenv('GIT_CONFIG_COUNT', '1')
        monkeypatch.setenv('GIT_CONFIG_KEY_0', 'include.path')
        monkeypatch.setenv('GIT_CONFIG_VALUE_0', str(home / 'hostile'))
        hostile = home / 'hostile'
    hostile.write_text(text)
    options = {'config_path': str(home / 'delivered')}
    refused = verified(served, 'a-wrong-password', **options)
    assert refused == (False, 'the server refuses the credential')
    assert verified(served, RIGHT, **options) == (True, 'accepted')
    assert verified(served, RIGHT, ca_path=None, **options)[0] is False
    assert not (home / 'trace').exists()


@pytest.mark.parametrize(
    'variables',
    [
        {'GIT_SSL_NO_VERIFY': '1'},
        {'GIT_SSL_CAINFO': 'CA'},
        {'SSL_CERT_FILE': 'CA'},
        {'CURL_CA_BUNDLE': 'CA'},
        {'GIT_CONFIG_PARAMETERS': "'http.sslVerify=false'"},
        {'GIT_CONFIG_GLOBAL': 'CONFIG'},
        {'GIT_CONFIG_SYSTEM': 'CONFIG', 'GIT_CONFIG_NOSYSTEM': '0'},
        {'GIT_EXEC_PATH': 'PROGRAMS'},
        {'GIT_ASKPASS': 'PROGRAM'},
        {'SSH_ASKPASS': 'PROGRAM'},
        {'GIT_DIR': 'REPOSITORY'},
        {'GIT_TRACE': 'TRACE', 'GIT_TRACE2_EVENT': 'TRACE', 'GIT_TRACE_CURL': 'TRACE'},
        {'GIT_ALLOW_PROTOCOL': 'ext:https:http'},
    ],
    ids='+'.join,
)
def test_S7_no_variable_counts(
    served: t.Any, home: Path, monkeypatch: pytest.MonkeyPatch, variables: t.Dict[str, str]
) -> None:
    program = leaving_a_trace(home)
    (home / 'programs').mkdir()
    for name in ('git-credential-store', 'git-remote-https', 'git-remote-http', 'git'):
        shutil.copy(program, home / 'programs' / name)
    git_http.make_repository(home, 'repository')
    config = '[http]\n\tsslVerify = false\n\textraHeader = %s\n' % BASIC
    (home / 'config').write_text(config)
    with (home / 'repository.git/config').open('a') as repository:
        repository.write(config)
    places = {
        'CA': served.ca_path,
        'CONFIG': str(home / 'config'),
        'PROGRAMS': str(home / 'programs'),
        'PROGRAM': program,
        'REPOSITORY': str(home / 'repository.git'),
        'TRACE': str(home / 'trace'),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, places.get(value, value))
    options = {'config_path': str(home / 'delivered')}
    refused = verified(served, 'a-wrong-password', **options)
    assert refused == (False, 'the server refuses the credential')
    assert verified(served, RIGHT, **options) == (True, 'accepted')
    accepted, message = verified(served, RIGHT, ca_path=None, **options)
    assert accepted is False and 'certificate' in message
    assert not (home / 'trace').exists()


def test_S7_no_netrc_makes_a_wrong_password_right(served: t.Any, home: Path) -> None:
    for name in ('.netrc', '_netrc'):
        (home / name).write_text('machine localhost login jdoe password %s\n' % RIGHT)
        (home / name).write_text('default login jdoe password %s\n' % RIGHT)
    assert verified(served, 'a-wrong-password')[0] is False


@pytest.mark.parametrize('name', ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'ALL_PROXY'])
def test_S7_no_proxy_of_the_environment_is_asked(
    served: t.Any, home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with socket.create_server(('127.0.0.1', 0)) as proxy:
        monkeypatch.setenv(name, 'http://127.0.0.1:%d' % proxy.getsockname()[1])
        assert verified(served, RIGHT) == (True, 'accepted')
        proxy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            proxy.accept()


def test_S7_a_redirect_is_not_followed_with_the_credential(home: Path, tmp_path: Path) -> None:
    seen: t.List[bytes] = []

    def answer(listening: socket.socket) -> None:
        with contextlib.suppress(OSError):  # at the end of the test
            while True:
                with listening.accept()[0] as connection:
                    seen.append(connection.recv(65536))
                    connection.sendall(
                        b'HTTP/1.1 302 Found\r\n'
                        b'Location: http://127.0.0.1:9/elsewhere/info/refs\r\n'
                        b'Content-Length: 0\r\nConnection: close\r\n\r\n'
                    )

    with socket.create_server(('127.0.0.1', 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,), daemon=True)
        thread.start()
        served = type('Served', (), {})()
        served.url = 'http://127.0.0.1:%d' % listening.getsockname()[1]
        served.ca_path = None
        accepted, message = verified(served, RIGHT, allow_http=True)
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(60)
    assert accepted is False and 'redirects' in message and len(seen) == 1


def test_the_store_is_not_changed_by_a_refusal(served: t.Any, home: Path) -> None:
    assert verified(served, 'a-wrong-password')[0] is False
    assert 'a-wrong-password' in (home / '.git-credentials').read_text()


@pytest.mark.needs_root
def test_S5_root_runs_git_as_the_owner_of_the_store(served: t.Any) -> None:
    folder = Path(tempfile.mkdtemp(prefix='verify-'))
    try:
        folder.chmod(0o755)
        home = folder / 'home'
        home.mkdir(mode=0o700)
        os.chown(home, ALICE, ALICE)
        ca_path = shutil.copy(served.ca_path, folder / 'ca.pem')
        (folder / 'ca.pem').chmod(0o644)
        spy = folder / 'git'
        spy.write_text('#!/bin/sh\necho "$(id -u)" >>%s/seen\nexec git "$@"\n' % folder)
        spy.chmod(0o755)
        (folder / 'seen').touch()
        (folder / 'seen').chmod(0o666)
        options = {
            'path': str(home / 'credentials'),
            'config_path': str(home / 'config'),
            'ca_path': str(ca_path),
        }
        assert verified_with(str(spy), served, **options) == (True, 'accepted')
        assert set((folder / 'seen').read_text().split()) == {str(ALICE)}
        os.chown(spy, ALICE + 1, ALICE + 1)
        accepted, message = verified_with(str(spy), served, **options)
        assert accepted is False and 'become_user' in message
    finally:
        shutil.rmtree(folder)


def verified_with(git: str, served: t.Any, **options: t.Any) -> t.Tuple[t.Any, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, 'which', lambda name: git)
        return verified(served, RIGHT, **options)
