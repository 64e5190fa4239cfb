# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivered credentials of Composer, as Composer itself sends them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from tests.sandbox.recorder import Recorder, basic
from tests.support.package_clients import KINDS, apply

KIND = KINDS['composer_credentials']
ODD = 'p:%+/=#;"\'\\ä{}$ x@?&'
URL = 'https://nexus.example.com:8443/repository/composer/'
SERVER = 'nexus.example.com:8443'
CI = {'url': URL, 'username': 'ci', 'password': ODD}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'home/.config/composer/auth.json'


def delivered(path: Path, *entries: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    return apply(KIND, *entries, path=str(path), **given)


def changed(result: dict[str, t.Any]) -> list[str]:
    return list(result['entries'][0]['changed'])


def packages(_url: str, path: str) -> tuple[bytes, str] | None:
    if not path.endswith('/packages.json'):
        return None
    package = {'name': 'acme/a', 'version': '1.0.0', 'type': 'metapackage'}
    return json.dumps({'packages': {'acme/a': {'1.0.0': package}}}).encode(), 'application/json'


def composer(path: Path, url: str) -> str:
    """Have Composer resolve a package. :returns: its output."""
    project = path.parents[2] / 'project'
    project.mkdir(exist_ok=True)
    repositories = [{'packagist': False}, {'type': 'composer', 'url': url}]
    (project / 'composer.json').write_text(
        json.dumps(
            {
                'repositories': repositories,
                'require': {'acme/a': '*'},
                'config': {'secure-http': False},
            }
        )
    )
    ran = subprocess.run(
        ['composer', 'update', '--no-interaction', '--no-install', '--no-cache', '--no-plugins'],
        cwd=project,
        env={**os.environ, 'HOME': str(path.parents[2]), 'COMPOSER_ALLOW_SUPERUSER': '1'},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ran.stdout + ran.stderr


@pytest.mark.needs_client('composer')
def test_F44_composer_sends_what_was_delivered(sandbox: t.Any, path: Path) -> None:
    recorder = Recorder(packages)
    url = sandbox.serve(recorder, tls=False).url + '/composer/'
    server = url.split('/')[2]
    path.parent.mkdir(parents=True)
    path.write_text('{"bearer": {"%s": "old"}, "http-basic": {}}' % server)
    for entry, sent, words in (
        ({'username': 'ci', 'password': ODD}, basic('ci', ODD), ['kind']),
        ({'access_token': 'a.token~1'}, 'Bearer a.token~1', ['kind']),
        ({'access_token': 'a.token~2'}, 'Bearer a.token~2', ['secret']),
    ):
        recorder.requests.clear()
        assert changed(delivered(path, {**entry, 'url': url})) == words
        output = composer(path, url)
        assert recorder.sent() == {sent}, output


@pytest.mark.needs_client('composer')
def test_F45_the_file_of_a_project_wins_and_is_named(sandbox: t.Any, path: Path) -> None:
    recorder = Recorder(packages)
    url = sandbox.serve(recorder, tls=False).url + '/composer/'
    server = url.split('/')[2]
    theirs = path.parents[2] / 'project/auth.json'
    theirs.parent.mkdir(parents=True)
    theirs.write_text(
        json.dumps({'http-basic': {server: {'username': 'other', 'password': 'theirs'}}})
    )
    entry = {'url': url, 'username': 'ci', 'password': 'ours'}
    projects = {'project_paths': [str(theirs.parent)]}
    assert not delivered(path, entry)['changed'] or composer(path, url)
    assert recorder.sent() == {basic('other', 'theirs')}
    refused = delivered(path, entry, **projects)
    assert refused['failed'] and refused['entries'][0]['effective'] is False
    assert refused['entries'][0]['shadowed_by'].startswith('%s has another' % theirs)
    # A bearer token comes before all of them
    recorder.requests.clear()
    assert 'failed' not in delivered(path, {'url': url, 'access_token': 'ours'}, **projects)
    composer(path, url)
    assert recorder.sent() == {'Bearer ours'}
    removed = delivered(path, {'url': url, 'state': 'absent'}, **projects)
    assert removed['warnings'] == ['%s still has a credential for %s.' % (theirs, url)]


def test_F45_a_token_in_the_configuration_beside_it_is_named(path: Path) -> None:
    path.parent.mkdir(parents=True)
    config = path.with_name('config.json')
    config.write_text(json.dumps({'config': {'bearer': {SERVER: 'old'}}}))
    refused = delivered(path, CI)
    assert refused['failed'] and str(config) in refused['msg']
    assert not path.exists()


def test_F44_only_the_entry_changes(path: Path) -> None:
    path.parent.mkdir(parents=True)
    before = (
        '{\r\n    "github-oauth": {"github.com": "x"},\r\n    "http-basic": {\r\n'
        '        "nexus.example.com": {"username": "a", "password": "b"},\r\n'
        '        "%s": {"username": "ci", "x": 1.0, "password": "old"}\r\n    },\r\n'
        '    "n": 1.50\r\n}\r\n'
    )
    path.write_bytes((before % SERVER).encode())
    path.chmod(0o644)
    result = delivered(path, {**CI, 'password': 'new'})
    assert changed(result) == ['secret'] and result['permissions_restricted']
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == (before % SERVER).replace('old', 'new').encode()
    assert not delivered(path, {**CI, 'password': 'new'})['changed']
    assert changed(delivered(path, {**CI, 'username': 'bot', 'password': 'new'})) == ['username']
    assert changed(delivered(path, {'url': URL, 'state': 'absent'})) == ['entry']
    assert json.loads(path.read_bytes()) == {
        'github-oauth': {'github.com': 'x'},
        'http-basic': {'nexus.example.com': {'username': 'a', 'password': 'b'}},
        'n': 1.5,
    }


@pytest.mark.parametrize('content', [b'{broken}', b'\xef\xbb\xbf{}', b'[]'])
def test_a_file_with_which_composer_does_not_start_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(FileProblem, match=r'auth\.json'):
        delivered(path, CI)
    assert path.read_bytes() == content


def test_F44_two_entries_for_one_server_and_port_are_refused(path: Path) -> None:
    with pytest.raises(BadInput, match='two entries'):
        delivered(path, CI, {**CI, 'url': 'https://nexus.example.com:8443/repository/other'})
    for bad in ('bearer', 'custom-headers'):
        with pytest.raises(BadInput, match='a word by which Composer marks'):
            delivered(path, {**CI, 'password': bad})


def test_the_credential_in_the_file_is_verified(sandbox: t.Any, path: Path) -> None:
    recorder = Recorder(packages, refused=['Bearer wrong'])
    url = sandbox.serve(recorder, tls=False).url + '/composer'
    for entry, accepted in (
        ({'username': 'ci', 'password': ODD}, True),
        ({'access_token': 'wrong'}, False),
    ):
        result = delivered(path, {**entry, 'url': url}, verify=True)
        assert result['verification'][0]['accepted'] is accepted
        assert result.get('failed', False) is not accepted
    assert recorder.sent('packages.json') == {basic('ci', ODD), 'Bearer wrong'}


@pytest.mark.parametrize(
    'existing, used',
    [
        (['.composer'], '.composer'),
        (['.composer', '.config/composer'], '.config/composer'),
        ([], '.config/composer' if os.path.isdir('/etc/xdg') else '.composer'),
    ],
)
def test_the_folder_is_the_one_that_composer_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: list[str], used: str
) -> None:
    from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import composer

    for folder in existing:
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(composer, 'home_folder', lambda: str(tmp_path))
    assert apply(KIND, CI)['path'] == str(tmp_path / used / 'auth.json')
