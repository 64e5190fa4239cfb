# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxies of the Nexus stand-in fetch from a protected repository with what they were given; what
no recording covers.
"""

from __future__ import annotations

import base64
import copy
import http.client
import json
import ssl
from urllib.parse import urlsplit

import pytest

from tests.sandbox import nexus
from tests.sandbox.nexus_proxies2 import PLACEHOLDER
from tests.sandbox.serving import basic_credentials

POM = 'org/example/buildops/hello/1.0.0/hello-1.0.0.pom'
BODY = {
    'name': 'p1',
    'online': True,
    'storage': {'blobStoreName': 'default', 'strictContentTypeValidation': True},
    'proxy': {'remoteUrl': 'https://remote.test/', 'contentMaxAge': -1, 'metadataMaxAge': 1440},
    'negativeCache': {'enabled': True, 'timeToLive': 1440},
    'httpClient': {
        'blocked': False,
        'autoBlock': False,
        'authentication': {'type': 'username', 'username': 'u', 'password': 'p'},
    },
    'maven': {'versionPolicy': 'RELEASE', 'layoutPolicy': 'STRICT'},
}


@pytest.fixture
def ask(sandbox):
    """A function that sends a request as the administrator and gives status and parsed body."""

    def send(server, method, path, body=None, user='admin:admin123'):
        parts = urlsplit(server.url)
        connection = http.client.HTTPSConnection(
            parts.hostname,
            parts.port,
            context=ssl.create_default_context(cafile=sandbox.ca_path),
        )
        headers = {
            'Authorization': 'Basic ' + base64.b64encode(user.encode()).decode(),
            'Accept': 'application/json',
        }
        if body is not None:
            headers['Content-Type'] = 'application/json'
        connection.request(
            method, parts.path + path, json.dumps(body) if body is not None else None, headers
        )
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if (
            answer.getheader('Content-Type') or ''
        ).startswith('application/json') else text

    return send


@pytest.fixture
def remote(sandbox):
    """A protected repository: its Nexus, and a user token that opens it."""
    server = sandbox.serve(nexus.create_app('3.90.1-01', protect_content=True))
    return server, server.app.create_token('bob', 'bob')


@pytest.mark.parametrize(
    'version', ['3.24.0-02', '3.41.1-01', '3.71.0-06', '3.90.1-01', '3.97.0-13']
)
def test_rest_credentials_reach_the_remote(sandbox, ask, remote, version):
    source, token = remote
    server = sandbox.serve(nexus.create_app(version))
    base = (
        '/service/rest/'
        + ('beta' if version.startswith('3.24') else 'v1')
        + '/repositories/maven/proxy'
    )
    body = copy.deepcopy(BODY)
    body['proxy']['remoteUrl'] = source.url + '/repository/private/'
    assert ask(server, 'POST', base, body)[0] == 201
    assert ask(server, 'GET', f'/repository/p1/{POM}')[0] == 503
    body['httpClient']['authentication'].update(username=token.name_code, password=token.pass_code)
    assert ask(server, 'PUT', base + '/p1', body)[0] == 204
    status, text = ask(server, 'GET', f'/repository/p1/{POM}')
    assert status == 200 and b'<artifactId>hello</artifactId>' in text
    assert server.app.repositories.fetches[-1].credentials == f'{token.name_code}:{token.pass_code}'
    body['httpClient']['authentication'] = None
    assert ask(server, 'PUT', base + '/p1', body)[0] == 204
    assert ask(server, 'GET', f'/repository/p1/{POM}')[0] == 503


def extdirect(method, data):
    return {'action': 'coreui_Repository', 'method': method, 'data': data, 'type': 'rpc', 'tid': 1}


@pytest.mark.parametrize('version', ['3.16.0-01', '3.20.0-02', '3.23.0-03', '3.71.0-06'])
def test_extdirect_credentials_reach_the_remote(sandbox, ask, remote, version):
    source, token = remote
    server = sandbox.serve(nexus.create_app(version))
    _status, answer = ask(server, 'POST', '/service/extdirect', extdirect('read', None))
    entry = next(item for item in answer['result']['data'] if item['name'] == 'maven-central')
    entry['attributes']['proxy']['remoteUrl'] = source.url + '/repository/private/'
    entry['attributes']['httpclient']['authentication'] = {
        'type': 'username',
        'username': token.name_code,
        'password': token.pass_code,
    }
    _status, answer = ask(server, 'POST', '/service/extdirect', extdirect('update', [entry]))
    assert answer['result']['success'] and token.pass_code not in json.dumps(answer)
    assert ask(server, 'GET', f'/repository/maven-central/{POM}')[0] == 200
    again = answer['result']['data']
    assert ask(server, 'POST', '/service/extdirect', extdirect('update', [again]))[1]['result'][
        'success'
    ]
    assert ask(server, 'GET', f'/repository/maven-central/{POM}')[0] == 200, (
        'the placeholder keeps the password'
    )
    assert (
        ask(server, 'POST', '/service/extdirect', extdirect('update', [again]), 'bob:builder')[1][
            'result'
        ]['success']
        is False
    )


def test_2_credentials_reach_the_remote_and_are_spoilt_by_escaping(sandbox, ask, remote):
    source, token = remote
    server = sandbox.serve(nexus.create_app('2.14.9-01'))
    path = '/service/local/repositories/central'
    data = ask(server, 'GET', path)[1]['data']
    data['remoteStorage'] = {
        'remoteStorageUrl': source.url + '/repository/private/',
        'authentication': {'username': token.name_code, 'password': token.pass_code},
    }
    status, answer = ask(server, 'PUT', path, {'data': data})
    assert status == 200 and answer['data']['remoteStorage']['authentication'] == {
        'username': token.name_code,
        'password': PLACEHOLDER,
    }
    file = '/content/repositories/central/' + POM
    assert ask(server, 'GET', file)[0] == 200
    assert ask(server, 'PUT', path, answer)[0] == 200 and ask(server, 'GET', file)[0] == 200, (
        'the placeholder keeps the password'
    )
    data['remoteStorage']['authentication']['password'] = 'a&b'
    assert ask(server, 'PUT', path, {'data': data})[0] == 200 and ask(server, 'GET', file)[0] == 404
    assert server.app.repositories.fetches[-1].credentials == f'{token.name_code}:a&amp;b'
    assert ask(server, 'GET', path + '/status')[1]['data']['proxyMode'] == 'BLOCKED_AUTO'


def test_3_20_to_3_23_lose_what_they_are_given(sandbox, ask, remote):
    source, token = remote
    server = sandbox.serve(nexus.create_app('3.22.1-02'))
    body = copy.deepcopy(BODY)
    body['proxy']['remoteUrl'] = source.url + '/repository/private/'
    body['httpClient']['authentication'].update(username=token.name_code, password=token.pass_code)
    assert ask(server, 'POST', '/service/rest/beta/repositories/maven/proxy', body)[0] == 201
    assert ask(server, 'GET', f'/repository/p1/{POM}')[0] == 503
    assert {item.credentials for item in server.app.repositories.fetches} == {None}


@pytest.mark.parametrize(('version', 'status'), [('3.75.1-01', 400), ('3.76.0-03', 201)])
def test_bearer_tokens_by_rest_from_3_76_on(sandbox, ask, version, status):
    seen = []

    def guarded(environ, start_response):
        seen.append(environ.get('HTTP_AUTHORIZATION'))
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return [b'open']

    server = sandbox.serve(nexus.create_app(version))
    body = copy.deepcopy(BODY)
    body['proxy']['remoteUrl'] = sandbox.serve(guarded).url
    body['httpClient']['authentication'] = {'type': 'bearerToken', 'bearerToken': 'tok'}
    assert ask(server, 'POST', '/service/rest/v1/repositories/maven/proxy', body)[0] == status
    if status == 201:
        assert ask(server, 'GET', '/repository/p1/file')[0] == 200 and seen == ['Bearer tok']
        assert 'tok' not in json.dumps(
            ask(server, 'GET', '/service/rest/v1/repositories/maven/proxy/p1')[1]['httpClient']
        )


@pytest.mark.parametrize(('version', 'kept'), [('3.93.0-06', None), ('3.94.0-12', 'rr1')])
def test_the_routing_rule_survives_an_echo_from_3_94_on(sandbox, ask, version, kept):
    server = sandbox.serve(nexus.create_app(version))
    path = '/service/rest/v1/repositories/maven/proxy'
    ask(
        server,
        'POST',
        '/service/rest/v1/routing-rules',
        {'name': 'rr1', 'mode': 'BLOCK', 'matchers': ['.*']},
    )
    assert ask(server, 'POST', path, {**BODY, 'routingRule': 'rr1'})[0] == 201
    echo = ask(server, 'GET', path + '/p1')[1]
    assert echo['routingRuleName'] == 'rr1'
    echo['httpClient']['authentication']['password'] = 'p'
    assert ask(server, 'PUT', path + '/p1', echo)[0] == 204
    assert ask(server, 'GET', path + '/p1')[1]['routingRuleName'] == kept


@pytest.mark.parametrize(('version', 'status'), [('3.90.1-01', 400), ('3.91.0-07', 204)])
def test_blocking_flags_are_optional_from_3_91_on(sandbox, ask, version, status):
    server = sandbox.serve(nexus.create_app(version))
    path = '/service/rest/v1/repositories/maven/proxy'
    ask(server, 'POST', path, BODY)
    body = {**BODY, 'httpClient': {'authentication': BODY['httpClient']['authentication']}}
    assert ask(server, 'PUT', path + '/p1', body)[0] == status


@pytest.mark.parametrize(
    ('format_name', 'extra'),
    [
        ('raw', {'raw': {'contentDisposition': 'INLINE'}}),
        ('npm', {'npm': {'removeQuarantined': True}}),
        ('pypi', {'pypi': {'removeQuarantined': False}}),
        (
            'docker',
            {
                'docker': {'v1Enabled': False, 'forceBasicAuth': True},
                'dockerProxy': {'indexType': 'HUB'},
            },
        ),
        ('helm', {}),
        ('nuget', {'nugetProxy': {'queryCacheItemMaxAge': 3600, 'nugetVersion': 'V3'}}),
        ('apt', {'apt': {'distribution': 'bionic', 'flat': False}}),
    ],
)
def test_formats_keep_what_is_theirs(sandbox, ask, format_name, extra):
    server = sandbox.serve(nexus.create_app('3.84.0-03'))
    body = {key: value for key, value in BODY.items() if key != 'maven'}
    path = f'/service/rest/v1/repositories/{format_name}/proxy'
    assert ask(server, 'POST', path, {**body, **extra})[0] == 201
    found = ask(server, 'GET', path + '/p1')[1]
    assert found['format'] == format_name and {key: found[key] for key in extra} == extra
    assert (
        'preemptive' not in found['httpClient']['authentication']
        and 'password' not in found['httpClient']['authentication']
    )
    found['httpClient']['authentication']['password'] = 'p'
    assert ask(server, 'PUT', path + '/p1', found)[0] == 204
    found['httpClient']['authentication'].pop('password')
    assert ask(server, 'GET', path + '/p1')[1] == found


def test_signing_keys_are_not_given_back(sandbox, ask):
    server = sandbox.serve(nexus.create_app('3.84.0-03'))
    body = {
        **{key: value for key, value in BODY.items() if key != 'maven'},
        'yumSigning': {'keypair': 'secret-key', 'passphrase': 'secret-word'},
    }
    path = '/service/rest/v1/repositories/yum/proxy'
    assert ask(server, 'POST', path, body)[0] == 201
    assert ask(server, 'GET', path + '/p1')[1]['yumSigning'] == {
        'keypair': None,
        'passphrase': None,
    }


def test_credentials_of_the_helper_are_read_as_sent():
    assert basic_credentials('Basic eG86w7Y=') == ('xo', 'ö')
    assert (
        basic_credentials('Basic nonsense') is None
        and basic_credentials('Bearer x') is None
        and basic_credentials(None) is None
    )
