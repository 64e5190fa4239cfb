# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Nuxeo stand-in agrees with what a Nuxeo 2023.6 answered, and with the page "Using OAuth2" for
the older endpoints.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox import nuxeo
from tests.sandbox.conformance import play
from tests.sandbox.serving import Sandbox

pytestmark = pytest.mark.needs_client('curl')

DATA = Path(play.__file__).parent
CALLBACK = 'https://client.test/cb'
BASE = 'https://nuxeo.test'
ADMIN, JDOE = ('Administrator', 'Administrator'), ('jdoe', 'jdoe')


class Clock:
    now = 1_700_000_000.0

    def __call__(self):
        return self.now


# conformance


def recorded_clients():
    """The clients of the recorded server."""
    made = nuxeo.default_clients()[: nuxeo.BUILT_IN]
    for name in ('a1', 't1', 't2', 't3', 't4', 't5', 't6', 'cc', 'dup', 'dup', 'dd', 'dd'):
        made.append(nuxeo.Client(name, name, 'topsecret', CALLBACK))
    for name in ('tj', 'a1auto'):
        made.append(nuxeo.Client(name, name, 'topsecret', CALLBACK, auto_grant=True))
    for name in ('a1off', 'toff'):
        made.append(nuxeo.Client(name, name, 'topsecret', CALLBACK, enabled=False))
    for name in ('pub', 'tjpub', 'enull'):
        made.append(nuxeo.Client(name, name, None, CALLBACK))
    for name, uris in (
        ('nored', ''),
        ('badred', 'http://client.test/cb'),
        ('a1two', f'{CALLBACK}1,{CALLBACK}2'),
        ('spaces', f'{CALLBACK}1, {CALLBACK}2'),
        ('a1pct', 'https://client.test/a%20b'),
        ('a1plus', 'https://client.test/a+b'),
        ('a1pctu', 'https://client.test/%C3%BC?p=50%25'),
        ('a1u', 'https://client.test/ü'),
        ('a1q', f'{CALLBACK}?x=1&y=2'),
        ('a1frag', f'{CALLBACK}#frag'),
        ('a1sch', 'myapp://cb'),
        ('a1lo', 'http://localhost:8080/cb'),
        ('a1urn', 'urn:ietf:wg:oauth:2.0:oob'),
    ):
        made.append(nuxeo.Client(name, name, 'topsecret', uris))
    return [
        *made,
        nuxeo.Client('odd', 'odd', 'a%b:c+d&e f=é', CALLBACK),
        nuxeo.Client('odd id+%', 'x', 'x', CALLBACK),
    ]


RECORDED = {
    'client-rest': {'clients': nuxeo.default_clients()[: nuxeo.BUILT_IN]},
    'oauth': {'clients': recorded_clients(), 'jwt_secret': 's3cret-jwt-key'},
    'csrf-token': {
        'clients': nuxeo.default_clients()[: nuxeo.BUILT_IN],
        'jwt_secret': None,
        'csrf_token': 'on',
        'token_seconds': 5,
    },
}


def play_recording(group):
    """Plays a group to a fresh server; between exchanges it does what was done to the recorded
    server by other means.
    """
    data, clock = play.load(DATA / f'nuxeo-2023-{group}.json'), Clock()
    app = nuxeo.create_app('2023.6', clock=clock, **RECORDED[group])
    player, state = play.Player(app, 'http://nuxeo.test'), app.state
    clock.now = 0
    for exchange in data['exchanges']:
        clock.now = max(clock.now, float(exchange['at']))
        for what, name, *more in exchange.get('do', ()):
            if what == 'left':
                token = state.token_of(name, more[0])
                token.created = clock.now + more[1] - token.seconds
            elif what == 'enable':
                state.client(name).enabled = more[0]
            elif what == 'delete':
                state.clients.remove(state.client(name))
            else:
                state.add_client(nuxeo.Client(name, name, 'topsecret', CALLBACK))
        for code, spec in data['codes'].items():
            if code not in player.bound and code in str(exchange['request']):
                player.bound[code] = f'made{len(player.bound):06}'
                state.codes[player.bound[code]] = nuxeo.Code(
                    spec['client'],
                    spec['user'],
                    spec.get('redirect_uri'),
                    spec.get('challenge'),
                    spec.get('method'),
                    clock.now,
                )
        player.play(exchange)
    return len(data['exchanges']), player.differences


@pytest.mark.parametrize('group, least', [('client-rest', 140), ('oauth', 440), ('csrf-token', 40)])
def test_recorded_exchanges_with_nuxeo_2023_agree(group, least):
    played, differences = play_recording(group)
    assert played >= least
    listed = {entry['exchange'] for entry in play.load(DATA / 'nuxeo-differences.json')}
    unlisted = {
        exchange: text_shown
        for exchange, text_shown in differences.items()
        if exchange not in listed
    }
    assert unlisted == {}


def test_every_listed_difference_is_one():
    differing = {exchange for group in RECORDED for exchange in play_recording(group)[1]}
    assert {entry['exchange'] for entry in play.load(DATA / 'nuxeo-differences.json')} == differing


# the page "Using OAuth2": endpoints of 8.10 and before


@pytest.fixture(scope='module')
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def legacy(sandbox, tmp_path):
    app = nuxeo.create_app(
        '8.10',
        clients=[
            nuxeo.Client('myapp', 'My App', 's3cret', CALLBACK),
            nuxeo.Client('off', 'Off', 's3cret', CALLBACK, enabled=False),
        ],
    )
    server = sandbox.serve(app)
    root = server.url[: -len('/nuxeo')]

    def curl(*arguments):
        run = subprocess.run(
            [
                'curl',
                '-sS',
                '-i',
                '--cacert',
                sandbox.ca_path,
                '-b',
                tmp_path / 'jar',
                '-c',
                tmp_path / 'jar',
                *arguments,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        head, dummy, body = run.stdout.partition('\n\n')
        lines = head.splitlines()
        headers = {
            name.lower(): value
            for name, dummy, value in (line.partition(': ') for line in lines[1:])
        }
        return int(lines[0].split(' ')[1]), headers, body

    curl.root, curl.app = root, app
    return curl


def query(parameters):
    return [
        part
        for name, value in parameters.items()
        for part in ('--data-urlencode', f'{name}={value}')
    ]


ASK = {'response_type': 'code', 'client_id': 'myapp', 'redirect_uri': CALLBACK, 'state': 'xyz'}


def legacy_code(curl, parameters):
    status, headers, dummy = curl('-G', *query(parameters), f'{curl.root}/oauth2/authorization')
    assert (status, headers['location']) == (302, f'{curl.root}/nuxeo/oauth2Grant.jsp')
    status, dummy, page = curl('-u', 'jdoe:jdoe', headers['location'])
    assert status == 200
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)
    }
    status, headers, dummy = curl(*query(fields), f'{curl.root}/nuxeo/oauth2/authorization')
    assert status == 302
    return headers['location']


def legacy_token(curl, method, **parameters):
    return curl(
        *(['-G'] if method == 'GET' else []), *query(parameters), f'{curl.root}/oauth2/token'
    )


@pytest.mark.parametrize('method', ['GET', 'POST'])
def test_seed_8_10_whole_flow(legacy, method):
    location = legacy_code(legacy, ASK)
    sent = parse_qs(urlsplit(location).query)
    assert location.startswith(CALLBACK + '?') and sent['state'] == ['xyz']
    status, headers, body = legacy_token(
        legacy,
        method,
        grant_type='authorization_code',
        code=sent['code'][0],
        redirect_uri=CALLBACK,
        client_id='myapp',
        client_secret='s3cret',
    )
    assert status == 200
    assert headers['content-type'] == 'application/json;charset=UTF-8'
    assert (headers['cache-control'], headers['pragma']) == ('no-store', 'no-cache')
    first = json.loads(body)
    assert first['expires_in'] == 3600.0 or first['expires_in'] == 3599.0
    status, headers, body = legacy_token(
        legacy,
        method,
        grant_type='refresh_token',
        refresh_token=first['refresh_token'],
        client_id='myapp',
        client_secret='s3cret',
    )
    assert (status, headers['cache-control'], headers['pragma']) == (200, 'no-store', 'no-cache')
    second = json.loads(body)
    assert second['access_token'] != first['access_token']
    document = (
        f'{legacy.root}/nuxeo/nxdoc/default/d3db3184-c444-40a4-b838-dfde41ba06a4/view_documents'
    )
    assert legacy('-H', f'Authorization: Bearer {second["access_token"]}', document)[0] == 200
    assert (
        legacy('-H', f'Authorization: Bearer {first["access_token"]}', '--cookie', '', document)[0]
        == 401
    )


@pytest.mark.parametrize(
    'change, error',
    [
        ({'response_type': None}, 'invalid_request'),
        ({'response_type': 'token'}, 'unsupported_response_type'),
        ({'client_id': None}, 'invalid_request'),
        ({'client_id': 'nope'}, 'unauthorized_client'),
        ({'client_id': 'off'}, 'unauthorized_client'),
        ({'scope': 'ignored'}, None),
        ({'state': None}, None),
    ],
)
def test_seed_8_10_authorization_parameters(legacy, change, error):
    parameters = {name: value for name, value in {**ASK, **change}.items() if value is not None}
    if error is None:
        assert ('state' in parse_qs(urlsplit(legacy_code(legacy, parameters)).query)) == (
            'state' in parameters
        )
        return
    status, headers, dummy = legacy('-G', *query(parameters), f'{legacy.root}/oauth2/authorization')
    sent = parse_qs(urlsplit(headers['location']).query)
    assert (status, headers['location'].split('?')[0], sent['error']) == (302, CALLBACK, [error])


def test_seed_8_10_redirect_uri_is_required(legacy):
    status, headers, dummy = legacy(
        '-G',
        *query({'response_type': 'code', 'client_id': 'myapp'}),
        f'{legacy.root}/oauth2/authorization',
    )
    assert (status, headers['location']) == (302, 'http://dummyurl?error=invalid_request')


def test_seed_8_10_login_is_behind_the_grant_page(legacy):
    legacy('-G', *query(ASK), f'{legacy.root}/oauth2/authorization')
    assert legacy(f'{legacy.root}/nuxeo/oauth2Grant.jsp')[0] == 401
    status, headers, dummy = legacy('-u', 'jdoe:wrong', f'{legacy.root}/nuxeo/oauth2Grant.jsp')
    assert status == 302 and 'loginFailed=true' in headers['location']
    assert (
        'access_denied'
        in legacy(
            *query({'authorization_key': 'x', 'state': 'xyz'}),
            f'{legacy.root}/nuxeo/oauth2/authorization',
        )[1]['location']
    )


@pytest.mark.parametrize(
    'change, error',
    [
        ({'code': 'nope'}, 'access_denied'),
        ({'client_id': 'other'}, 'access_denied'),
        ({'client_secret': 'wrong'}, 'unauthorized_client'),
        ({'redirect_uri': 'https://client.test/other'}, 'invalid_request'),
    ],
)
def test_seed_8_10_token_parameters(legacy, change, error):
    code = parse_qs(urlsplit(legacy_code(legacy, ASK)).query)['code'][0]
    good = {
        'grant_type': 'authorization_code',
        'code': code,
        'redirect_uri': CALLBACK,
        'client_id': 'myapp',
        'client_secret': 's3cret',
    }
    status, headers, dummy = legacy_token(legacy, 'GET', **{**good, **change})
    assert (status, parse_qs(urlsplit(headers['location']).query)['error']) == (302, [error])


@pytest.mark.parametrize(
    'parameters, error',
    [
        ({'grant_type': 'password'}, 'invalid_grant'),
        ({}, 'invalid_grant'),
        (
            {
                'grant_type': 'refresh_token',
                'refresh_token': 'nope',
                'client_id': 'myapp',
                'client_secret': 's3cret',
            },
            'invalid_request',
        ),
    ],
)
def test_seed_8_10_json_errors(legacy, parameters, error):
    status, dummy, body = legacy_token(legacy, 'GET', x='y', **parameters)
    assert (status, json.loads(body)) == (400, {'error': error})


def test_8_10_has_no_modern_endpoints(legacy):
    assert (
        legacy(
            '-u',
            'jdoe:jdoe',
            f'{legacy.root}/nuxeo/oauth2/authorize?{"&".join(f"{k}={v}" for k, v in ASK.items())}',
        )[0]
        == 404
    )
    assert legacy('-u', 'jdoe:jdoe', f'{legacy.root}/nuxeo/api/v1/oauth2/client')[0] == 404


# versions and settings


def ask(app, data, **more):
    return app.test_client().post('/nuxeo/oauth2/token', base_url=BASE, data=data, **more)


def get(app, path, **more):
    return app.test_client().get('/nuxeo' + path, base_url=BASE, **more)


def jwt(claims, secret='nuxeo-jwt-s3cret'):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b'=').decode()

    signed = part(b'{"alg":"HS512","typ":"JWT"}') + '.' + part(json.dumps(claims).encode())
    return signed + '.' + part(hmac.new(secret.encode(), signed.encode(), hashlib.sha512).digest())


def jwt_grant(app, claims):
    return ask(
        app, {'grant_type': nuxeo.JWT_GRANT, 'assertion': jwt(claims), 'client_id': 'nuxeo-drive'}
    )


@pytest.mark.parametrize(
    'version, granted',
    [
        ('10.10', False),
        ('2021.60', False),
        ('2023.30', False),
        ('2023.31', True),
        ('2025.2', False),
        ('2025.3', True),
    ],
)
def test_client_credentials_by_version(version, granted):
    app = nuxeo.create_app(version)
    data = {'grant_type': 'client_credentials', 'client_id': 'jdoe', 'client_secret': 'jdoe-s3cret'}
    answer = ask(app, data)
    if not granted:
        assert (answer.status_code, answer.get_json()['error']) == (400, 'unsupported_grant_type')
        return
    assert set(answer.get_json()) == {'access_token', 'token_type', 'expires_in'}
    assert (
        get(
            app,
            '/api/v1/me',
            headers={'Authorization': 'Bearer ' + answer.get_json()['access_token']},
        ).get_json()['id']
        == 'jdoe'
    )
    assert ask(app, data).get_json()['access_token'] == answer.get_json()['access_token']
    assert ask(app, {**data, 'client_secret': 'wrong'}).status_code == 400
    assert (
        ask(app, {**data, 'client_id': 'buildops', 'client_secret': 'nuxeo-s3cret'}).status_code
        == 400
    ), 'no user of that name'


@pytest.mark.parametrize(
    'version, claims, status',
    [
        ('10.10', {'sub': 'jdoe'}, 400),
        ('10.10', {'sub': 'jdoe', 'iss': 'other'}, 400),
        ('10.10', {'sub': 'jdoe', 'iss': 'nuxeo'}, 200),
        ('2021.60', {'sub': 'jdoe'}, 200),
    ],
)
def test_10_10_checks_the_issuer_of_a_jwt(version, claims, status):
    answer = jwt_grant(nuxeo.create_app(version), claims)
    assert answer.status_code == status
    if status == 400:
        assert answer.get_json()['error_description'] == 'Secret not configured or invalid token'


def test_clients_by_rest_are_read_only_in_10_10():
    app = nuxeo.create_app('10.10')
    assert set(get(app, '/api/v1/oauth2/client/buildops', auth=ADMIN).get_json()) == {
        'entity-type',
        'id',
        'name',
        'isEnabled',
    }
    body = {
        'entity-type': 'oauth2Client',
        'id': 'x',
        'name': 'x',
        'redirectURIs': [CALLBACK],
        'isEnabled': True,
    }
    assert (
        app.test_client()
        .post('/nuxeo/api/v1/oauth2/client', base_url=BASE, json=body, auth=ADMIN)
        .status_code
        == 405
    )


def test_directory_route_makes_changes_and_removes_a_client():
    client = nuxeo.create_app('10.10').test_client()
    entry = {
        'entity-type': 'directoryEntry',
        'directoryName': 'oauth2Clients',
        'properties': {
            'name': 'x',
            'clientId': 'x',
            'clientSecret': 's',
            'redirectURIs': CALLBACK,
            'autoGrant': 'true',
        },
    }
    made = client.post(
        '/nuxeo/api/v1/directory/oauth2Clients', base_url=BASE, json=entry, auth=ADMIN
    ).get_json()
    assert made['properties']['enabled'] is True, 'left out there, it means true'
    path = f'/nuxeo/api/v1/directory/oauth2Clients/{made["id"]}'
    entry['properties'] = {'clientSecret': 't', 'enabled': 'false'}
    assert (
        client.put(path, base_url=BASE, json=entry, auth=ADMIN).get_json()['properties'][
            'clientSecret'
        ]
        == 't'
    )
    assert client.get(path, base_url=BASE, auth=ADMIN).get_json()['properties']['enabled'] is False
    assert client.delete(path, base_url=BASE, auth=ADMIN).status_code == 204
    assert client.get(path, base_url=BASE, auth=ADMIN).status_code == 404


def test_the_weekly_job_removes_expired_tokens_with_their_refresh_tokens():
    clock = Clock()
    app = nuxeo.create_app('2023.31', clock=clock)
    token = jwt_grant(app, {'sub': 'jdoe'}).get_json()
    clock.now += 7200
    app.state.collect_expired()
    answer = ask(
        app,
        {
            'grant_type': 'refresh_token',
            'refresh_token': token['refresh_token'],
            'client_id': 'nuxeo-drive',
        },
    )
    assert answer.get_json() == {
        'error': 'invalid_grant',
        'error_description': 'Cannot refresh token',
    }


def test_single_sign_on_in_place_of_the_login_chain():
    app = nuxeo.create_app(sso_url='https://idp.test/saml?x=1')
    answer = get(app, '/oauth2/authorize?response_type=code&client_id=buildops', auth=JDOE)
    assert answer.status_code == 302 and answer.headers['Location'].startswith(
        'https://idp.test/saml?x=1&RelayState='
    )
    assert get(app, '/api/v1/me', auth=JDOE).status_code == 200, (
        'the chain of the REST API is another one'
    )


def test_a_stock_tomcat_never_hands_out_the_csrf_token():
    app = nuxeo.create_app(csrf_token='stock')
    assert get(app, '', headers={'CSRF-Token': 'fetch'}).status_code == 302
    assert (
        get(app, '/', headers={'CSRF-Token': 'fetch'})
        .headers['Location']
        .endswith('/nuxeo/home.html')
    )
    assert ask(app, {'grant_type': 'x'}).headers['CSRF-Token'] == 'invalid'


def test_eight_first_grants_at_once_give_one_pair(sandbox):
    server = sandbox.serve(nuxeo.create_app())
    form = f'grant_type={nuxeo.JWT_GRANT}&client_id=nuxeo-drive&assertion={jwt({"sub": "jdoe"})}'

    def grant(dummy):
        run = subprocess.run(
            ['curl', '-sS', '--cacert', sandbox.ca_path, '-d', form, server.url + '/oauth2/token'],
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(run.stdout)['access_token']

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(grant, range(8)))) == 1


def test_status_line_has_no_reason_and_a_location_no_body(sandbox):
    server = sandbox.serve(nuxeo.create_app())
    run = subprocess.run(
        [
            'curl',
            '-sS',
            '-i',
            '--cacert',
            sandbox.ca_path,
            '-u',
            'jdoe:wrong',
            server.url + '/oauth2/authorize?response_type=code',
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    head, dummy, body = run.stdout.partition('\n\n')
    assert re.fullmatch(r'HTTP/1\.1 302 ?', head.splitlines()[0])
    assert body == ''


def test_running_status_needs_nobody():
    answer = get(nuxeo.create_app(), '/runningstatus')
    assert answer.status_code == 200 and answer.get_json()['runtimeStatus'] == 'ok'
    assert get(nuxeo.create_app(), '/runningstatus?info=started').get_data() == b'true'


def test_what_tomcat_itself_answers_or_takes_away():
    app = nuxeo.create_app()
    assert get(app, '').headers['Location'] == '/nuxeo/'
    assert get(app, '/runningstatus;x=y').status_code == 200
    assert get(app, '/runningstatus%3Bx=y').status_code == 404
    for scheme, secure in (('https', True), ('http', False)):
        answer = get(app, '/', headers={'X-Forwarded-Proto': scheme})
        assert ('; Secure' in answer.headers['Set-Cookie']) is secure


def test_a_server_in_production_answers_with_fewer_words():
    app = nuxeo.create_app(production=True)
    foreign = {'Origin': 'https://evil.test'}
    client = app.test_client()
    refused = client.post('/nuxeo/oauth2/token', base_url=BASE, headers=foreign)
    assert refused.status_code == 403 and 'CSRF' not in refused.get_data(as_text=True)
    assert 'X-Frame-Options' not in refused.headers
    to_login = get(app, '/oauth2/authorize?client_id=x', auth=('jdoe', 'wrong'))
    assert 'login.jsp' in to_login.headers['Location']
    assert 'X-Frame-Options' not in to_login.headers
    cookie = to_login.headers['Set-Cookie']
    assert re.fullmatch(
        r'JSESSIONID=[0-9A-F]{32}\.nuxeo; Path=/nuxeo; HttpOnly; SameSite=Lax', cookie
    )
    without = client.post(
        '/nuxeo/oauth2/token',
        base_url=BASE,
        data={'grant_type': 'authorization_code', 'client_id': 'buildops'},
    )
    assert (without.status_code, without.get_json()['error']) == (400, 'invalid_grant')


def test_what_the_vendors_clients_ask_first():
    app = nuxeo.create_app('2025.3')
    assert get(app, '/json/cmis', auth=JDOE).get_json()['default']['productVersion'] == '2025.3'
    assert get(app, '/api/v1/user/jdoe', auth=JDOE).get_json()['id'] == 'jdoe'
    assert get(app, '/api/v1/user/nobody', auth=JDOE).status_code == 404
