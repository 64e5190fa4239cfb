# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivered credentials of container registries."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._maven import request, verify
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import docker
from tests.sandbox.recorder import JSON, Recorder, basic, image
from tests.support.package_clients import KINDS, apply, deliver

KIND = KINDS['docker_credentials']
PASSWORD = 'p:%+/=#;"\'\\ä{}$ x@?&'
OLD = (
    b'{\n\t"auths": {\n\t\t"https://registry.example.com/v1/": {"auth": "b2xkOm9sZA=="},\n'
    b'\t\t"other.example": {\n\t\t\t"auth": "bWU6c2VjcmV0",\n\t\t\t"email": "me@example.com"\n'
    b'\t\t}\n\t},\n\t"mine" : 1.0e2,\n\t"HttpHeaders": {}\n}'
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / '.docker/config.json'


def written(path: Path, content: bytes | None = None, **given: t.Any) -> dict[str, t.Any]:
    if content is not None:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    entry = {'username': 'ci', 'password': PASSWORD, **given.pop('entry', {})}
    return deliver(KIND, entry, path=str(path), **given)


def auth(username: str, password: str) -> str:
    return basic(username, password).partition(' ')[2]


def test_a_new_file_is_laid_out_as_docker_does_it(config: Path) -> None:
    assert written(config)['entries'][0]['changed'] == ['entry']
    value = auth('ci', PASSWORD)
    assert config.read_text() == (
        '{\n\t"auths": {\n\t\t"registry.example.com": {\n\t\t\t"auth": "%s"\n\t\t}\n\t}\n}\n'
        % value
    )
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert not written(config)['changed']
    assert deliver(KIND, {'state': 'absent'}, path=str(config))['changed']
    assert json.loads(config.read_text()) == {}


def test_F16_F18_only_the_entry_changes_and_its_copy_goes(config: Path) -> None:
    result = written(config, OLD)
    assert result['entries'][0]['changed'] == ['secret', 'duplicates']
    new = config.read_bytes()
    for part in (b'"mine" : 1.0e2,\n\t"HttpHeaders": {}\n}', b'"email": "me@example.com"\n\t\t}'):
        assert part in new
    assert json.loads(new)['auths'] == {
        'other.example': {'auth': 'bWU6c2VjcmV0', 'email': 'me@example.com'},
        'registry.example.com': {'auth': auth('ci', PASSWORD)},
    }
    entry = {'registry': 'other.example', 'access_token': 'token', 'bearer_as': 'registrytoken'}
    result = apply(KIND, entry, path=str(config))
    assert result['entries'][0]['changed'] == ['secret', 'kind']
    assert json.loads(config.read_bytes())['auths']['other.example'] == {
        'email': 'me@example.com',
        'registrytoken': 'token',
    }


@pytest.mark.parametrize('name', ['docker.io', 'https://index.docker.io/v1/', 'index.docker.io'])
def test_F18_docker_hub_has_the_key_that_each_program_looks_for(config: Path, name: str) -> None:
    for kind, key in (('docker', 'https://index.docker.io/v1/'), ('containers', 'docker.io')):
        written(
            config, b'{"auths": {"index.docker.io": {}}}', entry={'registry': name}, format=kind
        )
        assert [*json.loads(config.read_bytes())['auths']] == [key]


def test_F31_a_path_is_for_podman_only(config: Path) -> None:
    entry = {'registry': 'registry.example.com:8443/team'}
    with pytest.raises(TokensError, match='whole host'):
        written(config, entry=entry)
    written(config, entry=entry, format='containers')
    assert [*json.loads(config.read_bytes())['auths']] == ['registry.example.com:8443/team']


@pytest.mark.parametrize(
    'content, message',
    [
        (b'\xef\xbb\xbf{}', 'byte order mark'),
        (b'{"auths": {}} // mine', 'not valid JSON'),
        (b'{"auths": {},}', 'not valid JSON'),
        (b'[]', 'not a JSON object'),
        (b'{"auths": []}', 'auths in .* is not an object'),
        (b'{"auths": {}, "auths": {}}', 'a key twice'),
        (b'{"auths": {}, "Auths": {}}', 'several spellings'),
        (b'{"auths": {"registry.example.com": {"auth": "a", "auth": "b"}}}', 'a key twice'),
        (b'{"auths": {"a": {}, "a": {}}}', 'a key twice'),
    ],
)
def test_F16_F33_a_file_that_docker_would_not_read_is_refused(
    config: Path, content: bytes, message: str
) -> None:
    with pytest.raises(TokensError, match=message):
        written(config, content)
    assert config.read_bytes() == content


def test_F16_capitals_are_those_of_the_file(config: Path) -> None:
    written(config, b'{"Auths": {"registry.example.com": {"Auth": "x", "Email": "e"}}}')
    assert json.loads(config.read_bytes()) == {
        'Auths': {'registry.example.com': {'Email': 'e', 'auth': auth('ci', PASSWORD)}}
    }


@pytest.mark.parametrize(
    'content',
    [
        b'{"credsStore": "desktop"}',
        b'{"CredsStore": "desktop"}',
        b'{"credHelpers": {"registry.example.com": "desktop"}}',
    ],
)
def test_F17_F34_a_program_that_is_asked_instead_is_named(config: Path, content: bytes) -> None:
    result = written(config, content)
    assert result['failed'] and 'docker-credential-desktop' in result['msg']
    assert config.read_bytes() == content and not result['changed']
    result = written(config, content, credential_store='ignore')
    assert result['changed'] and 'docker-credential-desktop' in result['warnings'][0]
    assert json.loads(config.read_bytes()).keys() > {'auths'}
    other = b'{"credsStore": "x", "credHelpers": {"registry.example.com": "", "b": "y"}}'
    assert not written(config, other).get('failed')


def test_F32_a_login_below_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / '.config/containers/auth.json'
    path.parent.mkdir(parents=True)
    monkeypatch.setattr(docker, 'RUNTIME', str(tmp_path / 'run'))
    login = tmp_path / 'run/containers' / str(os.geteuid()) / 'auth.json'
    login.parent.mkdir(parents=True)
    login.write_text('{"auths": {"registry.example.com": {"auth": "b2xkOm9sZA=="}}}')
    result = written(path, format='containers')
    assert result['failed'] and str(login) in result['msg'] and not path.exists()
    login.write_text(
        json.dumps({'auths': {'registry.example.com': {'auth': auth('ci', PASSWORD)}}})
    )
    assert written(path, format='containers')['changed']
    removed = deliver(KIND, {'state': 'absent'}, path=str(path), format='containers')
    assert str(login) in removed['warnings'][0]


@pytest.mark.parametrize(
    'entry, message',
    [
        ({'username': 'a:b'}, 'must not contain a colon'),
        ({'registry': 'http://registry.example.com'}, 'uses http'),
        ({'registry': 'https://u:p@registry.example.com'}, 'must not contain a user name'),
        ({'registry': 'a b'}, 'contains a blank'),
        ({'password': 'a\x00b'}, 'control character'),
    ],
)
def test_F19_what_would_be_misread_is_refused(
    config: Path, entry: dict[str, t.Any], message: str
) -> None:
    with pytest.raises(TokensError, match=message):
        written(config, entry=entry)
    with pytest.raises(TokensError, match='do not read'):
        token = {'registry': 'r.example', 'access_token': 'x', 'bearer_as': 'registrytoken'}
        apply(KIND, token, path=str(config), format='containers')


class Registry(Recorder):
    """A registry that asks for a token of another server, as Docker Hub does."""

    challenge = 'Bearer realm="%(url)s/token",service="a registry"'

    def __call__(self, environ: dict[str, t.Any], start: t.Any) -> list[bytes]:
        if environ['PATH_INFO'] != '/v2/':
            return super().__call__(environ, start)
        url = '%s://%s' % (environ['wsgi.url_scheme'], environ['HTTP_HOST'])
        self.requests.append(('/v2/', environ.get('HTTP_AUTHORIZATION')))
        challenge = self.challenge % {'url': url}
        start('401 Unauthorized', [('WWW-Authenticate', challenge), ('Content-Length', '2')])
        return [b'{}']


@pytest.mark.parametrize('kind', [Recorder, Registry])
def test_verification_asks_with_what_is_in_the_file(
    sandbox: t.Any, config: Path, kind: type[Recorder]
) -> None:
    recorder = kind(lambda url, path: (b'{}', JSON), refused=[basic('ci', 'wrong')])
    url = sandbox.serve(recorder).url
    given = {'verify': True, 'ca_path': str(sandbox.ca_path)}
    entry = {'registry': url.partition('://')[2]}
    result = written(config, entry=entry, **given)
    assert result['verification'][0]['accepted'] is True, result
    asked = '/v2/' if kind is Recorder else '/token'
    assert recorder.requests[-1] == (asked, basic('ci', PASSWORD))
    result = written(config, entry={**entry, 'password': 'wrong'}, **given)
    assert result['failed'] and '(401)' in result['msg']


@pytest.mark.parametrize(
    'challenge',
    ['Bearer', 'Bearer realm=""', 'Bearer realm="ftp://x"', 'Bearer realm="http://x.y"'],
)
def test_H16_a_server_for_tokens_that_cannot_be_trusted_gets_no_credential(
    sandbox: t.Any, config: Path, challenge: str
) -> None:
    recorder = Registry(lambda url, path: (b'{}', JSON))
    recorder.challenge = challenge
    host = sandbox.serve(recorder).url.partition('://')[2]
    given = {'verify': True, 'ca_path': str(sandbox.ca_path)}
    result = written(config, entry={'registry': host}, **given)
    assert result['verification'][0]['accepted'] is None, result
    assert recorder.sent() == {''}


def test_S7_a_registry_on_this_machine_does_not_allow_http_to_another_one(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without allow_http, plain http is for this machine only, wherever the address comes from."""
    asked: list[tuple[str, str | None]] = []

    def get(url: str, authorization: str | None, *_more: t.Any) -> request.Answer:
        asked.append((url, authorization))
        return request.Answer(401, False, 'Bearer realm="http://auth.example.com/token"')

    monkeypatch.setattr(request, 'get', get)
    monkeypatch.setattr(verify, 'get', get)
    entry = {'registry': 'http://127.0.0.1:5000'}
    result = written(config, entry=entry, verify=True)
    assert asked == [('http://127.0.0.1:5000/v2/', None)]
    assert result['verification'][0]['accepted'] is None, result
    written(config, entry=entry, verify=True, allow_http=True)
    assert asked[-1] == ('http://auth.example.com/token?service=', basic('ci', PASSWORD))


def test_a_large_file_is_edited_in_linear_time(config: Path) -> None:
    auths = {'h%d.example' % number: {'auth': 'x' * 60} for number in range(10000)}
    content = json.dumps({'auths': auths}, indent='\t').encode()
    written(config, content)
    assert len(json.loads(config.read_bytes())['auths']) == 10001


def test_a_bearer_token_is_a_password(config: Path) -> None:
    result = apply(KIND, {'registry': 'r.example', 'access_token': 'a-token'}, path=str(config))
    stored = json.loads(config.read_bytes())['auths']['r.example']['auth']
    assert base64.b64decode(stored) == b'oauth2:a-token'
    assert 'a-token' not in repr(result) and result['entries'][0]['fingerprint']


@pytest.mark.needs_client('skopeo')
@pytest.mark.parametrize('form', ['docker', 'containers'])
@pytest.mark.parametrize('path', ['', '/team'])
def test_F18_F31_skopeo_sends_what_was_delivered(
    sandbox: t.Any, tmp_path: Path, form: str, path: str
) -> None:
    recorder = Recorder(image)
    host = sandbox.serve(recorder).url.partition('://')[2]
    file = tmp_path / docker.PATHS[form]
    file.parent.mkdir(parents=True)
    old = {'auth': auth('old', 'old')}
    file.write_text(json.dumps({'auths': {'https://%s/v1/' % host: old, 'other.example': old}}))
    registry = host + (path if form == 'containers' else '')
    assert not written(file, entry={'registry': registry}, format=form).get('failed')
    (tmp_path / 'run').mkdir()
    done = subprocess.run(
        ['skopeo', 'inspect', '--tls-verify=false', 'docker://%s/team/an-image:1' % host],
        env={
            'PATH': os.environ['PATH'],
            'HOME': str(tmp_path),
            'XDG_RUNTIME_DIR': str(tmp_path / 'run'),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    sent = recorder.sent('/manifests/')
    assert done.returncode == 0 and sent == {basic('ci', PASSWORD)}, (sent, done.stderr)
