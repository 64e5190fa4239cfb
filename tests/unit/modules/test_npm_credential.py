# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivered credentials of npm registries, as npm, pnpm and yarn 1 send them."""

from __future__ import annotations

import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from tests.sandbox.recorder import Recorder, basic, npm_package
from tests.support import npm_clients
from tests.support.package_clients import KINDS, apply, deliver

KIND = KINDS['npm_credentials']
# All characters that one of the programs reads in another way
TOKEN = 'a~t.o/k+e=n-;#"\'\\{}$x@?&%41:!'
PASSWORD = 'p:%+/=#;"\'\\ä{}$ x@?&${HOME}'


@pytest.fixture
def npmrc(tmp_path: Path) -> Path:
    return tmp_path / '.npmrc'


def written(path: Path, **entry: t.Any) -> dict[str, t.Any]:
    return deliver(KIND, entry, path=str(path))


@pytest.mark.parametrize(
    'entry, sent',
    [
        ({'access_token': TOKEN}, 'Bearer ' + TOKEN),
        ({'username': 'ci', 'password': PASSWORD}, basic('ci', PASSWORD)),
    ],
    ids=['bearer', 'basic'],
)
@pytest.mark.needs_client('node', 'npm')
def test_F1_F2_F6_F22_each_program_sends_what_was_delivered(
    sandbox: t.Any, npmrc: Path, entry: dict[str, t.Any], sent: str
) -> None:
    npm_clients.install()
    recorder = Recorder(npm_package)
    url = sandbox.serve(recorder).url + '/npm/'
    key = '//%s' % url.partition('://')[2]
    npmrc.write_text(
        '; mine\n%s:_auth=old\n%s:_authToken=old\n[section]\n%s:_authToken=old\n'
        % (key, key[:-1], key)
    )
    wanted = {**entry, 'url': url, 'set_registry': True, 'always_auth': True}
    result = apply(KIND, wanted, path=str(npmrc))
    assert result['entries'][0]['effective'] and result['changed']
    for name, arguments in npm_clients.GET.items():
        recorder.requests.clear()
        ran = npm_clients.run(name, npmrc.parent, sandbox.ca_path, *arguments)
        assert recorder.sent() == {sent}, (name, ran.stdout, ran.stderr)
        for made in ('package-lock.json', 'pnpm-lock.yaml', 'yarn.lock'):
            (npmrc.parent / 'project' / made).unlink(missing_ok=True)


@pytest.mark.needs_client('npm')
def test_verification_asks_with_what_is_in_the_file(sandbox: t.Any, npmrc: Path) -> None:
    recorder = Recorder(npm_package, refused=['Bearer wrong'])
    url = sandbox.serve(recorder).url + '/npm'
    given = {'path': str(npmrc), 'verify': True, 'ca_path': str(sandbox.ca_path)}
    result = apply(KIND, {'url': url, 'username': 'ci', 'password': PASSWORD}, **given)
    assert result['verification'] == [
        {
            'name': url,
            'verify_url': url + '/-/whoami',
            'accepted': True,
            'message': 'accepted',
        }
    ]
    assert recorder.requests == [('/npm/-/whoami', basic('ci', PASSWORD))]
    result = apply(KIND, {'url': url, 'access_token': 'wrong'}, **given)
    assert (
        result['failed']
        and result['changed']
        and 'refuses the credentials (401)' in (result['msg'])
    )
    checked = apply(KIND, {'url': url, 'access_token': 'wrong'}, check_mode=True, **given)
    assert not checked['changed'] and checked['verification'][0]['accepted'] is None
    who = npm_clients.run('npm', npmrc.parent, sandbox.ca_path, 'whoami', '--registry', url + '/')
    assert who.returncode == 1, 'the registry refuses it'


@pytest.mark.parametrize(
    'options, message',
    [
        ({'access_token': 'a${HOME}'}, 'cannot be written'),
        ({'access_token': ' token'}, 'cannot be written'),
        ({'access_token': 'null'}, 'cannot be written'),
        ({'access_token': 'tökén'}, 'cannot be written'),
        ({'access_token': 'a\nb'}, 'control character'),
        ({'access_token': '$encrypted$'}, 'placeholder'),
        ({'username': 'a:b', 'password': 'x'}, 'must not contain a colon'),
        ({'password': 'x'}, 'needs a username and a password'),
        ({'access_token': 'x', 'expires_at': '2020-01-01T00:00:00Z'}, 'expired at 2020'),
        ({'access_token': 'x', 'url': 'http://h.example/'}, 'uses http'),
        ({'access_token': 'x', 'url': 'https://u:p@h.example/'}, 'must not contain a user name'),
        ({'access_token': 'x', 'url': 'https://h.example/a//b'}, 'cannot be a key'),
        ({'access_token': 'x', 'url': 'https://h.example/a=b'}, 'cannot be a key'),
        ({'access_token': 'x', 'url': 'https://h.example/ä'}, 'cannot be a key'),
        ({'access_token': 'x', 'scopes': ['@a/b']}, 'not the name of a scope'),
    ],
)
def test_F2_F3_F4_F19_what_would_be_misread_is_refused(
    npmrc: Path, options: dict[str, t.Any], message: str
) -> None:
    with pytest.raises(TokensError) as caught:
        written(npmrc, **options)
    assert message in str(caught.value)
    assert not npmrc.exists()


def test_F4_one_form_of_the_key(npmrc: Path) -> None:
    for url in ('https://H.example:443/a', 'https://h.example/a/'):
        written(npmrc, url=url, access_token='token')
    assert npmrc.read_text() == '//h.example/a/:_authToken=token\n'
    with pytest.raises(TokensError, match='two entries'):
        entries = [{'url': url, 'access_token': 'x'} for url in ('https://h/', 'https://h:443')]
        apply(KIND, *entries, path=str(npmrc))


def test_scopes_and_the_registry(npmrc: Path) -> None:
    npmrc.write_text('@other:registry=https://other.example/\nregistry=https://old.example\n')
    entry = {'access_token': 'token', 'scopes': ['@a', 'b'], 'set_registry': True}
    result = written(npmrc, **entry)
    assert result['entries'][0]['changed'] == ['entry', 'registry']
    url = KIND.EXAMPLE['url']
    assert npmrc.read_text() == (
        '@other:registry=https://other.example/\nregistry=%s\n//%s:_authToken=token\n'
        '@a:registry=%s\n@b:registry=%s\n' % (url, url.partition('://')[2], url, url)
    )
    assert not written(npmrc, **entry)['changed']
    assert stat.S_IMODE(npmrc.stat().st_mode) == 0o600


def other_credential(path: Path, value: str = 'other') -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('//nexus.example.com/repository/npm/:_authToken=%s\n' % value)


@pytest.mark.parametrize('where', ['.config/pnpm/auth.ini', 'project/.npmrc'])
def test_F21_F45_a_file_that_is_read_first_is_named(npmrc: Path, where: str) -> None:
    path = npmrc.parent / where
    other_credential(path)
    projects = [str(npmrc.parent / 'project')]
    result = deliver(KIND, {'access_token': 'token'}, path=str(npmrc), project_paths=projects)
    assert result['failed'] and not result['changed'] and not npmrc.exists()
    assert str(path) in result['msg'] and result['entries'][0]['effective'] is False
    assert str(path) in result['entries'][0]['shadowed_by'] and 'other ' not in result['msg'][:20]
    other_credential(path, 'token')
    result = deliver(KIND, {'access_token': 'token'}, path=str(npmrc), project_paths=projects)
    assert result['changed'] and not result.get('failed')
    result = deliver(KIND, {'state': 'absent'}, path=str(npmrc), project_paths=projects)
    assert result['changed'] and str(path) in result['warnings'][0]


@pytest.mark.needs_client('node', 'npm')
def test_F23_F24_lines_with_which_npm_does_not_start(sandbox: t.Any, npmrc: Path) -> None:
    npm_clients.install()
    npmrc.write_text('_authToken=other\n')
    result = written(npmrc, access_token='token')
    assert result['failed'] and '_authToken without a registry' in result['msg']
    assert npmrc.read_text() == '_authToken=other\n'
    for name in ('npm10', 'npm', 'npm12'):
        ran = npm_clients.run(name, npmrc.parent, sandbox.ca_path, 'whoami')
        assert 'ERR_INVALID_AUTH' in ran.stderr, name
    npmrc.write_text('email=me@example.com\n')
    assert 'npm 12 does not start' in written(npmrc, access_token='token')['warnings'][0]
    ran = npm_clients.run('npm12', npmrc.parent, sandbox.ca_path, 'whoami')
    assert 'ERR_INVALID_AUTH' in ran.stderr


def test_F2_a_variable_of_the_environment_is_named(npmrc: Path) -> None:
    npmrc.write_text('; ${COMMENT}\n//h.example/:_authToken=${NPM_TOKEN}\n')
    warnings = written(npmrc, access_token='token')['warnings']
    assert len(warnings) == 1 and 'uses the variable NPM_TOKEN in line 2' in warnings[0]


def test_F46_the_file_behind_a_link_is_edited(npmrc: Path) -> None:
    real = npmrc.parent / 'dotfiles'
    real.write_text('; mine\n')
    npmrc.symlink_to(real)
    assert written(npmrc, access_token='token')['changed'] and npmrc.is_symlink()
    assert real.read_text().startswith('; mine\n//nexus.example.com/')


def test_no_secret_in_what_is_shown(npmrc: Path) -> None:
    written(npmrc, username='ci', password='an-old-password')
    result = written(npmrc, access_token='a-new-token')
    shown = repr(result)
    assert 'an-old-password' not in shown and 'a-new-token' not in shown
    assert result['entries'][0]['changed'] == ['secret', 'kind']
    assert 'access_token ' + result['entries'][0]['fingerprint'] in result['diff']['after']
