# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of as_curl are run, with bash and curl, against servers of all kinds: they get the
token, and show no secret.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

import pytest
import trustme
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from tests.sandbox import nexus, nuvy, nuxeo, nuxeo_online

try:
    from ansible.template import trust_as_template as trusted
except ImportError:

    def trusted(text):
        return text


pytestmark = pytest.mark.needs_client('bash', 'curl', 'python3')
NASTY = [
    "o'brien",
    'a b',
    '$(touch pwned)',
    '`touch pwned`',
    "'; touch pwned; '",
    '"; touch pwned; "',
    '\\',
    '-n',
    '%s',
    '!!',
    '*',
    '#x',
    '${HOME}',
    'zoë&=+?',
]


def as_curl(source, **more):
    """Through ansible's own templates, as a person would write it."""
    text = trusted(
        '{{ source | buildops.tokens.as_curl(%s) }}'
        % ', '.join('%s=%s' % (name, name) for name in more)
    )
    return Templar(DataLoader(), {'source': source, **more}).template(text)


@pytest.fixture
def bash(tmp_path):
    """Runs commands.

    Answers with what they print; C(bash.seen) has the arguments of all programs that they started.
    """
    programs, seen = tmp_path / 'programs', tmp_path / 'seen'
    programs.mkdir()
    for name in ('curl', 'python3', 'base64', 'tr'):
        (programs / name).write_text(
            '#!/bin/sh\nprintf "%%s\\n" "$0" "$@" >> %s\nexec %s "$@"\n'
            % (seen, shutil.which(name))
        )
        (programs / name).chmod(0o755)

    def run(text, secrets, fails=False):
        path = tmp_path / 'commands.sh'
        path.write_text(text)
        done = subprocess.run(
            ['bash', path],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
            env={
                'PATH': '%s:%s' % (programs, os.environ['PATH']),
                'HOME': str(tmp_path),
                'LC_ALL': 'C.UTF-8',
                **secrets,
            },
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        assert not (tmp_path / 'pwned').exists()
        for value in secrets.values():
            assert value not in text and value not in (seen.read_text() if seen.exists() else '')
        return done.stderr if fails else done.stdout

    return run


@pytest.mark.parametrize(
    'version',
    [
        '2.2',
        '2.5.1-01',
        '2.7.0',
        '2.14.9',
        '3.0.0',
        '3.7.1',
        '3.16.0',
        '3.24.0',
        '3.71.0-06',
        '3.90.1',
    ],
)
@pytest.mark.parametrize('user, password', [('alice', 'looking-glass'), ('zoë', 'pä:ss wörd+/%&')])
def test_user_tokens_of_every_generation(sandbox, bash, version, user, password):
    server = sandbox.serve(nexus.create_app(version, users={user: password}))
    source = {
        'type': 'nexus_user_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'username': user,
        'password': password,
    }
    text = as_curl(source, nexus_version=version)
    assert text == as_curl({**source, 'nexus_version': version})
    found = json.loads(bash(text, {'NEXUS_PASSWORD': password}))
    token = server.state.token_of(user)
    assert (found['nameCode'], found['passCode']) == (token.name_code, token.pass_code)
    assert json.loads(bash(text, {'NEXUS_PASSWORD': password})) == found
    assert not server.errors


def test_a_refusal_is_shown(sandbox, bash):
    server = sandbox.serve(nexus.create_app('3.16.0'))
    text = as_curl(
        {
            'type': 'nexus_user_token',
            'url': server.url,
            'ca_path': sandbox.ca_path,
            'username': 'alice',
            'password': 'x',
        },
        nexus_version='3.16.0',
    )
    assert 'Response: ' in bash(text, {'NEXUS_PASSWORD': 'not-wonderland'}, fails=True)
    assert 'NEXUS_PASSWORD: is not set' in bash(text, {}, fails=True)


def test_a_token_that_an_administrator_creates(sandbox, bash):
    server = sandbox.serve(nexus.create_app('3.90.1'))
    text = as_curl(
        {
            'type': 'nexus_user_token',
            'url': server.url,
            'ca_path': sandbox.ca_path,
            'username': 'admin',
            'password': 'x',
            'user_id': 'sam@example.org',
            'realm': 'SAML',
        }
    )
    assert (
        json.loads(bash(text, {'NEXUS_PASSWORD': 'admin123'}))['nameCode']
        == server.state.token_of('sam@example.org').name_code
    )


@pytest.mark.parametrize('more', [{}, {'scope': ['read', 'write']}, {'client_auth': 'body'}])
@pytest.mark.parametrize('form_encoded', [False, True])
def test_client_credentials_of_nuvy(sandbox, bash, more, form_encoded):
    secret = 'p:a%2B+s&s/w=ört€ x'
    server = sandbox.serve(
        nuvy.create_app(
            [nuvy.AppClient('build', secret, ('read', 'write'))], form_encoded_basic=form_encoded
        )
    )
    source = {
        'type': 'nuvy_client_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'build',
        'client_secret': 'x',
        **more,
    }
    if form_encoded and 'client_auth' not in more:
        source['form_encode_credentials'] = True
    found = json.loads(bash(as_curl(source), {'NUVY_CLIENT_SECRET': secret}))
    assert found['access_token'] in server.state.tokens and found['scope'] == 'read write'
    assert server.state.requests[-1]['style'] == more.get('client_auth', 'basic')


@pytest.fixture
def nuxeo_server(sandbox):
    return sandbox.serve(nuxeo.create_app('2023.31'))


JWT = 'eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJqZG9lIiwiaXNzIjoibnV4ZW8ifQ.x'


@pytest.mark.parametrize(
    'options, secrets',
    [
        (
            {'grant': 'client_credentials', 'client_id': 'jdoe', 'client_secret': 'x'},
            {'NUXEO_CLIENT_SECRET': 'jdoe-s3cret'},
        ),
        (
            {
                'grant': 'client_credentials',
                'client_id': 'jdoe',
                'client_secret': 'x',
                'client_auth': 'basic',
            },
            {'NUXEO_CLIENT_SECRET': 'jdoe-s3cret'},
        ),
        (
            {
                'grant': 'authorization_code',
                'client_id': 'buildops',
                'client_secret': 'x',
                'username': 'alice',
                'password': 'x',
                'redirect_uri': 'https://client.example/callback',
            },
            {'NUXEO_CLIENT_SECRET': 'nuxeo-s3cret', 'NUXEO_PASSWORD': 'al:ice%é'},
        ),
        (
            {
                'grant': 'jwt_bearer',
                'client_id': 'buildops',
                'client_secret': 'x',
                'username': 'jdoe',
                'jwt_secret': 'x',
            },
            {'NUXEO_CLIENT_SECRET': 'nuxeo-s3cret', 'NUXEO_JWT_SECRET': 'nuxeo-jwt-s3cret'},
        ),
    ],
)
def test_grants_of_nuxeo(sandbox, bash, nuxeo_server, options, secrets):
    source = {
        'type': 'nuxeo_oauth2_token',
        'url': nuxeo_server.url,
        'ca_path': sandbox.ca_path,
        **options,
    }
    found = json.loads(bash(as_curl(source), secrets))
    assert found['access_token'] and found['token_type'].lower() == 'bearer'
    assert not nuxeo_server.errors


def test_what_comes_of_one_grant_of_nuxeo_is_taken_for_the_next(sandbox, bash, nuxeo_server):
    source = {
        'type': 'nuxeo_oauth2_token',
        'url': nuxeo_server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'buildops',
        'client_secret': 'x',
    }
    first = json.loads(
        bash(
            as_curl(
                {**source, 'grant': 'authorization_code', 'username': 'alice', 'password': 'x'}
            ),
            {'NUXEO_CLIENT_SECRET': 'nuxeo-s3cret', 'NUXEO_PASSWORD': 'al:ice%é'},
        )
    )
    second = json.loads(
        bash(
            as_curl({**source, 'grant': 'refresh_token', 'refresh_token': 'x', 'cache': 'file'}),
            {'NUXEO_CLIENT_SECRET': 'nuxeo-s3cret', 'NUXEO_REFRESH_TOKEN': first['refresh_token']},
        )
    )
    assert second['access_token'] != first['access_token']


def test_a_code_and_an_assertion_in_hand():
    source = {
        'type': 'nuxeo_oauth2_token',
        'url': 'https://nuxeo.example.com/nuxeo',
        'client_id': 'buildops',
    }
    text = as_curl(
        {**source, 'grant': 'authorization_code', 'code': 'cAn4ry', 'code_verifier': 'cAn4ry' * 8}
    )
    assert 'Set NUXEO_CODE and NUXEO_CODE_VERIFIER first' in text and 'cAn4ry' not in text
    assert 'Set NUXEO_ASSERTION first' in as_curl(
        {**source, 'grant': 'jwt_bearer', 'assertion': JWT}
    )
    assert 'https://nuxeo.example.com/oauth2/token' in as_curl(
        {
            **source,
            'grant': 'authorization_code',
            'code': 'x',
            'endpoints': 'legacy',
            'client_secret': 'x',
            'redirect_uri': 'https://client.example/callback',
        }
    )


def test_tokens_of_nuxeo_online_services(sandbox, bash):
    server = sandbox.serve(nuxeo_online.create_app())
    user = next(user for user in server.state.users.values() if user.tokens)
    source = {
        'type': 'nuxeo_online_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'username': user.name,
        'token': 'x',
    }
    assert isinstance(
        json.loads(bash(as_curl(source), {'NOS_TOKEN': next(iter(user.tokens.values()))})), list
    )


@pytest.mark.parametrize('value', NASTY)
def test_quoting_is_safe_for_any_value(sandbox, bash, value):
    server = sandbox.serve(nuvy.create_app([nuvy.AppClient(value, value + '-s3cret', ('read',))]))
    source = {
        'type': 'nuvy_client_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'client_id': value,
        'client_secret': 'x',
    }
    assert 'access_token' in json.loads(
        bash(as_curl(source), {'NUVY_CLIENT_SECRET': value + '-s3cret'})
    )
    login = sandbox.serve(nexus.create_app('3.71.0-06', users={value: value + '-s3cret'}))
    source = {
        'type': 'nexus_user_token',
        'url': login.url,
        'ca_path': sandbox.ca_path,
        'username': value,
        'password': 'x',
    }
    assert 'nameCode' in json.loads(bash(as_curl(source), {'NEXUS_PASSWORD': value + '-s3cret'}))
    bash(
        as_curl(
            {
                **source,
                'ca_path': '/' + value.replace('$', ''),
                'client_cert': '/' + value.replace('$', ''),
            }
        ),
        {'NEXUS_PASSWORD': 'x' * 9},
        fails=True,
    )


def test_curl_takes_a_client_certificate_from_any_path(sandbox, bash, tmp_path):
    server = sandbox.serve(nuvy.create_app([nuvy.AppClient('a', 's3cret-value', ('read',))]))
    path = tmp_path / 'o:f\\ "me".pem'
    trustme.CA().issue_cert('me@example.com').private_key_and_cert_chain_pem.write_to_path(path)
    source = {
        'type': 'nuvy_client_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'a',
        'client_secret': 'x',
        'client_cert': str(path),
    }
    assert 'access_token' in json.loads(
        bash(as_curl(source), {'NUVY_CLIENT_SECRET': 's3cret-value'})
    )


def test_the_connection_is_that_of_the_source():
    source = {
        'type': 'nuvy_client_token',
        'environment': 'production',
        'client_id': 'a',
        'client_secret': 'cAn4ry',
        'timeout': 7,
    }
    text = as_curl(
        {
            **source,
            'validate_certs': False,
            'client_cert': '/c.pem',
            'client_key': '/k.pem',
            'proxy': 'http://proxy.example.com:3128',
        }
    )
    assert (
        '--max-time 7 --insecure --cert /c.pem --key /k.pem --proxy http://proxy.example.com:3128'
        in text
    )
    text = as_curl({**source, 'proxy': 'http://me:cAn4ry@proxy.example.com:3128'})
    assert 'Set NUVY_CLIENT_SECRET and NUVY_PROXY first' in text and 'cAn4ry' not in text
    assert "--noproxy '*'" in as_curl(source)


@pytest.mark.parametrize(
    'source, words',
    [
        ('company', 'needs a source'),
        ({'url': 'x'}, 'needs a source'),
        ({'type': 'nexus_token'}, 'Did you mean nexus_user_token'),
        (
            {
                'type': 'nexus_user_token',
                'url': 'https://x',
                'username': 'a',
                'password': 'cAn4ry',
                'nexus_version': '1.9',
            },
            'nexus_version must be',
        ),
        (
            {'type': 'nuvy_client_token', 'environment': 'production', 'client_id': 'a'},
            'client_secret',
        ),
    ],
)
def test_mistakes_are_named(source, words):
    with pytest.raises(Exception, match=words) as caught:
        as_curl(source)
    assert 'cAn4ry' not in str(caught.value)
    assert isinstance(caught.value, AnsibleFilterError) or caught.value.__cause__ is not None


@pytest.mark.parametrize('password', ['cAn4ry', 'a\\"b', 'x%20y'])
def test_the_password_of_a_proxy_is_no_argument(bash, password):
    asked = []

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self):
            asked.append(self.headers['Proxy-Authorization'])
            self.send_error(403)

        def log_message(self, *_args):
            pass

    with HTTPServer(('127.0.0.1', 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = 'http://me:%s@127.0.0.1:%d' % (password, server.server_port)
        text = as_curl(
            {
                'type': 'nuvy_client_token',
                'environment': 'production',
                'client_id': 'a',
                'client_secret': 'x',
                'proxy': address,
                'retries': 0,
            }
        )
        bash(text, {'NUVY_CLIENT_SECRET': 'n0t-it', 'NUVY_PROXY': address}, fails=True)
        server.shutdown()
    assert asked == ['Basic ' + base64.b64encode(b'me:' + unquote(password).encode()).decode()]
