# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivered credentials of npm registries, as yarn 3 and 4 send them."""

from __future__ import annotations

import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    FileProblem,
    TokensError,
)
from tests.sandbox.recorder import Recorder, basic, npm_package
from tests.support import npm_clients
from tests.support.package_clients import KINDS, apply

KIND = KINDS['yarn_credentials']
TOKEN = 'a~t.o/k+e=n-;#"\'\\{}$x@?&%41:!$HOME'
PASSWORD = 'p:%+/=#;"\'\\ä{}$ x@?&${HOME}'
URL = 'https://h.example/npm'
BEARER = {'access_token': 'a-token'}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'home/.yarnrc.yml'


def delivered(path: Path, url: str = URL, **given: t.Any) -> dict[str, t.Any]:
    options = {
        name: given.pop(name) for name in ('project_paths', 'verify', 'ca_path') if name in given
    }
    return apply(KIND, {'url': url, **given}, path=str(path), **options)


def changed(result: dict[str, t.Any]) -> list[str]:
    return list(result['entries'][0]['changed'])


def whoami(recorder: Recorder, path: Path, ca_path: t.Any, version: str) -> set[str]:
    """Ask yarn who it is. :returns: what it sent."""
    recorder.requests.clear()
    done = npm_clients.run(version, path.parent, ca_path, 'npm', 'whoami')
    assert 'Internal Error' not in done.stdout, done.stdout
    return recorder.sent()


def start(path: Path, ca_path: t.Any, more: str = '') -> None:
    """Write the settings without which yarn does not reach the server of the tests."""
    path.parent.mkdir(exist_ok=True)
    settings = 'enableTelemetry: false # mine\nhttpsCaFilePath: "%s"\n%s' % (ca_path, more)
    path.write_text(settings)


@pytest.fixture
def registry(sandbox: t.Any, path: Path) -> tuple[Recorder, str]:
    npm_clients.install()
    recorder = Recorder(npm_package)
    start(path, sandbox.ca_path)
    return recorder, sandbox.serve(recorder).url + '/npm'


@pytest.mark.parametrize('version', ['yarn3', 'yarn4'])
@pytest.mark.needs_client('node', 'npm')
def test_F1_F2_F6_yarn_sends_what_was_delivered(
    sandbox: t.Any, path: Path, registry: tuple[Recorder, str], version: str
) -> None:
    recorder, url = registry
    first = path.read_bytes()
    assert changed(delivered(path, url, set_registry=True, access_token=TOKEN)) == [
        'entry',
        'registry',
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert whoami(recorder, path, sandbox.ca_path, version) == {'Bearer ' + TOKEN}
    user = {'username': 'ci', 'password': PASSWORD}
    assert changed(delivered(path, url, **user)) == ['secret', 'kind']
    assert whoami(recorder, path, sandbox.ca_path, version) == {basic('ci', PASSWORD)}
    assert not delivered(path, url, **user)['changed']
    (path.parent / 'project/yarn.lock').touch()
    recorder.requests.clear()
    got = npm_clients.run(version, path.parent, sandbox.ca_path, 'install', '--mode=skip-build')
    assert recorder.sent('/a-package') == {basic('ci', PASSWORD)}, got.stdout
    assert changed(delivered(path, url, state='absent')) == ['entry']
    assert path.read_bytes() == first + b'npmRegistryServer: "%s"\n' % url.encode()
    assert whoami(recorder, path, sandbox.ca_path, version) == set()


@pytest.mark.parametrize(
    'more, shadows',
    [
        ('npmRegistries:\n  "{bare}":\n    npmAuthToken: theirs\n', True),
        ('npmRegistries:\n  "{url}/":\n    npmAlwaysAuth: true\n', True),
        ('npmRegistries:\n  "{bare}":\n    npmAlwaysAuth: true\n', False),
        ('npmScopes:\n  a:\n    npmAuthToken: theirs\n', True),
        ('npmScopes:\n  a:\n    npmAuthToken: x\n    npmRegistryServer: "https://x"\n', False),
        ('npmAuthToken: theirs\n', False),
    ],
)
@pytest.mark.needs_client('node', 'npm')
def test_F45_the_file_of_a_project_is_compared_as_yarn_merges_it(
    sandbox: t.Any, path: Path, registry: tuple[Recorder, str], more: str, shadows: bool
) -> None:
    recorder, url = registry
    delivered(path, url, set_registry=True, **BEARER)
    project = path.parent / 'project'
    npm_clients.run('yarn4', path.parent, sandbox.ca_path, '--version')  # makes the project
    theirs = project / '.yarnrc.yml'
    theirs.write_text(more.format(url=url, bare=url.partition(':')[2]))
    result = delivered(path, url, set_registry=True, project_paths=[str(project)], **BEARER)
    assert bool(result.get('failed')) == shadows
    assert result['entries'][0]['effective'] == (not shadows)
    assert (str(theirs) in result['entries'][0].get('shadowed_by', '')) == shadows
    recorder.requests.clear()
    scope = ['--scope', 'a'] if 'npmScopes' in more else []
    npm_clients.run('yarn4', path.parent, sandbox.ca_path, 'npm', 'whoami', *scope)
    assert (recorder.sent() == {'Bearer a-token'}) == (not shadows) or 'https://x' in more


@pytest.mark.needs_client('node', 'npm')
def test_F6_the_key_with_the_scheme_is_the_one_that_yarn_uses(
    sandbox: t.Any, path: Path, registry: tuple[Recorder, str]
) -> None:
    recorder, url = registry
    bare = url.partition(':')[2]
    entries = 'npmRegistries:\n  "%s":\n    npmAuthToken: old\n  "%s/":\n    npmAuthToken: older\n'
    start(path, sandbox.ca_path, entries % (url, bare) + 'npmRegistryServer: "%s"\n' % url)
    assert whoami(recorder, path, sandbox.ca_path, 'yarn4') == {'Bearer old'}
    assert changed(delivered(path, url, **BEARER)) == ['secret', 'always_auth', 'duplicates']
    assert whoami(recorder, path, sandbox.ca_path, 'yarn4') == {'Bearer a-token'}
    assert 'old' not in path.read_text()


def test_scopes_and_their_credentials(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('npmScopes:\n  b:\n    npmAuthToken: theirs\n')
    assert changed(delivered(path, scopes=['@a', 'c'], **BEARER)) == ['entry', 'registry']
    assert '  a:\n    npmRegistryServer: "https://h.example/npm"\n  c:\n' in path.read_text()
    before = path.read_bytes()
    result = delivered(path, scopes=['b'], **BEARER)
    assert result['failed'] and path.read_bytes() == before
    assert '@b' in result['entries'][0]['shadowed_by']
    assert 'theirs' not in repr(result)


@pytest.mark.parametrize(
    'options, message',
    [
        ({'access_token': 'a${HOME}'}, 'cannot be written'),
        ({'access_token': 'tökén'}, 'cannot be written'),
        ({'username': 'a:b', 'password': 'x'}, 'must not contain a colon'),
        ({'scopes': ['@a/b'], **BEARER}, 'not the name of a scope'),
        ({'url': 'http://h.example/', **BEARER}, 'uses http'),
    ],
)
def test_F2_F3_F19_what_would_be_misread_is_refused(
    path: Path, options: dict[str, t.Any], message: str
) -> None:
    with pytest.raises(TokensError, match=message):
        delivered(path, **options)
    assert not path.exists()


def test_a_form_that_is_not_edited_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('npmRegistries: {}\n')
    with pytest.raises(FileProblem, match='line 1 has a value that is not a mapping in block'):
        delivered(path, **BEARER)
    assert path.read_text() == 'npmRegistries: {}\n'


def test_F2_a_variable_of_the_environment_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('# ${A}\na: "${B}"\nb: ${C-x} \\${D}\n')
    warnings = delivered(path, **BEARER)['warnings']
    assert len(warnings) == 1 and 'uses the variable B in line 2' in warnings[0]


def test_the_credential_in_the_file_is_verified(sandbox: t.Any, path: Path) -> None:
    recorder = Recorder(npm_package)
    url = sandbox.serve(recorder).url + '/npm'
    user = {'username': 'ci', 'password': PASSWORD}
    result = delivered(path, url, verify=True, ca_path=str(sandbox.ca_path), **user)
    assert result['verification'][0]['accepted'] is True
    assert recorder.requests == [('/npm/-/whoami', basic('ci', PASSWORD))]
