# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Nuvy stand-in answers as Nuvy's "Nexus Authentication" page says, row by row; curl is the
client where the page shows curl.
"""

from __future__ import annotations

import base64
import json
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox import nuvy
from tests.sandbox.serving import Sandbox

pytestmark = pytest.mark.needs_client('curl')

GRANT = {'grant_type': 'client_credentials'}
GOOD = ('buildops-client', 'nuvy-s3cret')
BASE = 'https://nuvy.test'


class Clock:
    now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(clock):
    return nuvy.create_app(clock=clock)


def ask(app, data=None, **more):
    return app.test_client().post(nuvy.TOKEN_PATH, base_url=BASE, data=data, **more)


def whoami(app, header=None):
    headers = {} if header is None else {'Authorization': header}
    return app.test_client().get(nuvy.WHOAMI_PATH, base_url=BASE, headers=headers)


def claims(token):
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


@pytest.fixture(scope='module')
def served():
    with Sandbox() as sandbox:
        yield sandbox, sandbox.serve(nuvy.create_app())


def curl(served, *arguments):
    sandbox, server = served
    run = subprocess.run(
        [
            'curl',
            '-sS',
            '--cacert',
            sandbox.ca_path,
            '-w',
            '\n%{http_code}',
            *arguments,
            server.url + nuvy.TOKEN_PATH,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    body, dummy, status = run.stdout.rpartition('\n')
    return int(status), json.loads(body)


@pytest.mark.parametrize('client', [GOOD, ('buildops-odd', 'p:a%2B+s&s/w=ört€ x')])
@pytest.mark.parametrize('style', ['basic', 'body'])
def test_curl_gets_a_token_in_both_styles(served, client, style):
    user, secret = client
    if style == 'basic':
        arguments = ['-u', f'{user}:{secret}', '-d', 'grant_type=client_credentials']
    else:
        arguments = [
            '--data-urlencode',
            f'client_secret={secret}',
            '-d',
            f'client_id={user}',
            '-d',
            'grant_type=client_credentials',
        ]
    status, answer = curl(served, *arguments)
    assert status == 200
    assert answer['token_type'] == 'Bearer'
    assert answer['expires_in'] == 3600
    assert claims(answer['access_token'])['sub'] == user
    sandbox, server = served
    assert server.state.requests[-1]['style'] == style
    run = subprocess.run(
        [
            'curl',
            '-sS',
            '--cacert',
            sandbox.ca_path,
            '-H',
            'Authorization: Bearer ' + answer['access_token'],
            server.url + nuvy.WHOAMI_PATH,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout)['client_id'] == user


ERROR_ROWS = [
    (
        'wrong Content-Type',
        [
            '-u',
            ':'.join(GOOD),
            '-H',
            'Content-Type: application/json',
            '-d',
            '{"grant_type":"client_credentials"}',
        ],
        400,
        'invalid_request',
    ),
    (
        'wrong Content-Type, right body',
        [
            '-u',
            ':'.join(GOOD),
            '-H',
            'Content-Type: text/plain',
            '-d',
            'grant_type=client_credentials',
        ],
        400,
        'invalid_request',
    ),
    ('missing credentials', ['-d', 'grant_type=client_credentials'], 400, 'invalid_request'),
    (
        'missing secret',
        ['-d', 'grant_type=client_credentials&client_id=buildops-client'],
        400,
        'invalid_request',
    ),
    (
        'credentials in the query are none',
        [
            '-X',
            'POST',
            '-G',
            '-d',
            'grant_type=client_credentials&client_id=buildops-client&client_secret=nuvy-s3cret',
            '-H',
            'Content-Type: application/x-www-form-urlencoded',
        ],
        400,
        'unsupported_grant_type',
    ),
    (
        'two ways at once',
        [
            '-u',
            ':'.join(GOOD),
            '-d',
            'grant_type=client_credentials&client_id=buildops-client&client_secret=nuvy-s3cret',
        ],
        400,
        'invalid_request',
    ),
    (
        'a parameter twice',
        ['-u', ':'.join(GOOD), '-d', 'grant_type=client_credentials&grant_type=client_credentials'],
        400,
        'invalid_request',
    ),
    (
        'missing grant_type',
        ['-u', ':'.join(GOOD), '-d', 'scope=read'],
        400,
        'unsupported_grant_type',
    ),
    (
        'wrong grant_type',
        ['-u', ':'.join(GOOD), '-d', 'grant_type=password'],
        400,
        'unsupported_grant_type',
    ),
    (
        'scope not granted',
        ['-u', ':'.join(GOOD), '-d', 'grant_type=client_credentials&scope=read root'],
        400,
        'invalid_scope',
    ),
    (
        'invalid credentials',
        ['-u', 'buildops-client:wrong', '-d', 'grant_type=client_credentials'],
        401,
        'invalid_client',
    ),
    (
        'unknown client',
        ['-u', 'nobody:wrong', '-d', 'grant_type=client_credentials'],
        401,
        'invalid_client',
    ),
    (
        'invalid credentials in the body',
        ['-d', 'grant_type=client_credentials&client_id=buildops-client&client_secret=wrong'],
        401,
        'invalid_client',
    ),
    (
        'broken Basic',
        ['-H', 'Authorization: Basic !!!', '-d', 'grant_type=client_credentials'],
        401,
        'invalid_client',
    ),
    (
        'revoked App Client',
        ['-u', 'buildops-revoked:revoked-s3cret', '-d', 'grant_type=client_credentials'],
        401,
        'invalid_client',
    ),
    (
        'grant type not supported for the App Client',
        ['-u', 'buildops-unsupported:unsupported-s3cret', '-d', 'grant_type=client_credentials'],
        501,
        'unsupported_grant_type',
    ),
]


@pytest.mark.parametrize(
    'arguments, status, error', [row[1:] for row in ERROR_ROWS], ids=[row[0] for row in ERROR_ROWS]
)
def test_every_row_of_the_error_tables(served, arguments, status, error):
    got, answer = curl(served, *arguments)
    assert (got, answer['error']) == (status, error)
    assert 'access_token' not in answer


def test_https_is_enforced():
    with Sandbox() as sandbox:
        server = sandbox.serve(nuvy.create_app(), tls=False)
        status, answer = curl(
            (sandbox, server), '-u', ':'.join(GOOD), '-d', 'grant_type=client_credentials'
        )
        assert (status, answer['error']) == (400, 'invalid_request')


def test_401_names_the_scheme(app):
    assert ask(app, GRANT, auth=('a', 'b')).headers['WWW-Authenticate'].startswith('Basic ')


def test_token_is_not_got_by_get(app):
    assert app.test_client().get(nuvy.TOKEN_PATH, base_url=BASE).status_code == 405


@pytest.mark.parametrize(
    'scope, granted', [(None, 'read write'), ('read', 'read'), ('admin read', 'admin read')]
)
def test_scopes_default_to_the_app_client(app, scope, granted):
    data = dict(GRANT) if scope is None else dict(GRANT, scope=scope)
    answer = ask(app, data, auth=GOOD)
    assert answer.get_json()['scope'] == granted
    assert answer.headers['Cache-Control'] == 'no-store'


SECRETS = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=('Cs', 'Cc')), min_size=1, max_size=30
)


@settings(max_examples=60, deadline=None)
@given(SECRETS)
def test_O15_any_secret_arrives_raw_in_basic_and_in_the_body(secret):
    app = nuvy.create_app([nuvy.AppClient('c', secret, ('read',))])
    header = 'Basic ' + base64.b64encode(('c:' + secret).encode()).decode()
    assert ask(app, GRANT, headers={'Authorization': header}).status_code == 200
    assert ask(app, dict(GRANT, client_id='c', client_secret=secret)).status_code == 200


def test_basic_is_raw_unless_requested_otherwise():
    clients = [nuvy.AppClient('c', 'a+b%2F:é', ('read',))]
    raw = 'Basic ' + base64.b64encode('c:a+b%2F:é'.encode()).decode()
    encoded = 'Basic ' + base64.b64encode(b'c:a%2Bb%252F%3A%C3%A9').decode()
    for form_encoded, good, bad in ((False, raw, encoded), (True, encoded, raw)):
        app = nuvy.create_app(clients, form_encoded_basic=form_encoded)
        assert ask(app, GRANT, headers={'Authorization': good}).status_code == 200
        assert ask(app, GRANT, headers={'Authorization': bad}).status_code == 401


def test_a_token_gives_access_until_its_end(app, clock):
    token = ask(app, GRANT, auth=GOOD).get_json()['access_token']
    assert whoami(app, 'Bearer ' + token).get_json() == {
        'client_id': 'buildops-client',
        'scope': 'read write',
    }
    clock.now += 3599
    assert whoami(app, 'Bearer ' + token).status_code == 200
    clock.now += 1
    assert whoami(app, 'Bearer ' + token).status_code == 401


@pytest.mark.parametrize('header', [None, 'Bearer', 'Bearer nope', 'Basic YTpi', 'Token x'])
def test_access_is_denied_to_anything_else(app, header):
    answer = whoami(app, header)
    assert answer.status_code == 401
    assert answer.headers['WWW-Authenticate'].startswith('Bearer ')
    assert 'error="invalid_token"' in answer.headers['WWW-Authenticate']


def test_revoking_a_client_or_a_token_ends_access(app):
    token = ask(app, GRANT, auth=GOOD).get_json()['access_token']
    app.state.clients['buildops-client'].revoked = True
    assert whoami(app, 'Bearer ' + token).status_code == 401
    app.state.clients['buildops-client'].revoked = False
    app.state.revoke_tokens()
    assert whoami(app, 'Bearer ' + token).status_code == 401


@pytest.mark.parametrize('value', ['3600', 3600.7, None, -1, 0, True, 1e20, 'abc'])
def test_O8_expires_in_by_script(app, value):
    app.state.script.append({'expires_in': value})
    assert ask(app, GRANT, auth=GOOD).get_json()['expires_in'] == value
    assert ask(app, GRANT, auth=GOOD).get_json()['expires_in'] == 3600


def test_O8_expires_in_missing_by_script(app):
    app.state.script.append({'expires_in': nuvy.MISSING, 'scope': nuvy.MISSING})
    assert set(ask(app, GRANT, auth=GOOD).get_json()) == {'access_token', 'token_type'}


def test_O14_exp_earlier_than_expires_in(app, clock):
    app.state.script.append({'exp_in': 20})
    answer = ask(app, GRANT, auth=GOOD).get_json()
    assert (answer['expires_in'], claims(answer['access_token'])['exp']) == (
        3600,
        int(clock.now) + 20,
    )
    clock.now += 20
    assert whoami(app, 'Bearer ' + answer['access_token']).status_code == 401


def test_the_request_list_contains_no_secret(app):
    ask(app, GRANT, auth=GOOD)
    ask(app, dict(GRANT, client_id=GOOD[0], client_secret=GOOD[1]))
    assert [entry['style'] for entry in app.state.requests] == ['basic', 'body']
    assert GOOD[1] not in repr(app.state.requests)
