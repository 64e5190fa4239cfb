# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our OAuth2 client against an authorization server that others wrote: client credentials,
authorization code with PKCE, refresh, revocation.
"""

from __future__ import annotations

import base64
import html
import http.client
import json
import re
import time
from urllib.parse import urlencode, urlsplit

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import pkce as codes
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import checked
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuvy_client_token import (
    PATH as NUVY_PATH,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuvy_client_token import (
    NuvyClientToken,
)
from tests.real.between import Between
from tests.real.conftest import on
from tests.real.servers import ADMINISTRATOR

OPENID = '/realms/master/protocol/openid-connect'
CLIENT, SECRET = 'builds & co', 's:e%c/r+e&t=ü'
REDIRECT = 'http://127.0.0.1:9/callback'
on_keycloak = on('keycloak')


class Counting(Client):
    """Counts the tokens that were handed out, and those that were refused."""

    def __init__(self, live, findings):
        super().__init__(live.url)
        self.count = lambda what: findings.count(live.system, what)

    def request(self, method, path, *args, **kwargs):
        answer = super().request(method, path, *args, **kwargs)
        if path == f'{OPENID}/token':
            self.count('OAuth2 grants' if answer.status == 200 else 'OAuth2 grants refused')
        return answer


@pytest.fixture(scope='session')
def keycloak(live, findings):
    """The server with our client in it, and with refresh tokens that work once."""
    form = {
        'grant_type': 'password',
        'client_id': 'admin-cli',
        'username': ADMINISTRATOR[0],
        'password': ADMINISTRATOR[1],
    }
    client = Counting(live, findings)
    token = client.request('POST', f'{OPENID}/token', form=form).json_object()['access_token']

    def administer(method, path, body):
        answer = client.request(
            method, f'/admin/realms/master{path}', json_body=body, authorization=f'Bearer {token}'
        )
        assert answer.status in (201, 204), answer.text()

    administer(
        'POST',
        '/clients',
        {
            'clientId': CLIENT,
            'secret': SECRET,
            'publicClient': False,
            'serviceAccountsEnabled': True,
            'standardFlowEnabled': True,
            'redirectUris': [REDIRECT],
            'attributes': {'pkce.code.challenge.method': 'S256'},
        },
    )
    administer('PUT', '', {'revokeRefreshToken': True, 'refreshTokenMaxReuse': 0})
    return client


def endpoint(client, style='body', secret=SECRET, form_encode=False):
    return oauth2.Endpoint(
        client.request,
        f'{OPENID}/token',
        'keycloak',
        oauth2.authentication(style, CLIENT, secret, form_encode),
        lambda answer, refusal, form: None,
    )


def refused(action):
    with pytest.raises(TokensError) as caught:
        action()
    assert SECRET not in str(caught.value) and base64.b64encode(
        SECRET.encode()
    ).decode() not in str(caught.value)
    return caught.value


@on_keycloak
def test_client_credentials_in_both_styles(live, keycloak, findings):
    for style, form_encode in (('body', False), ('basic', True)):
        token = endpoint(keycloak, style, form_encode=form_encode).grant(
            {'grant_type': 'client_credentials'}
        )
        assert token.secret.count('.') == 2 and 0 < token.expires_at - time.time() <= 3600
        answer = keycloak.request('GET', '/admin/realms/master', authorization=token.authorization)
        assert answer.status in (200, 403), 'it is taken for a token'
    assert (
        keycloak.request('GET', '/admin/realms/master', authorization='Bearer nonsense').status
        == 401
    )
    problem = refused(
        lambda: endpoint(keycloak, 'basic').grant({'grant_type': 'client_credentials'})
    )
    assert problem.status in (400, 401), 'it requires Basic as in RFC 6749'
    problem = refused(
        lambda: endpoint(keycloak, secret='wrong').grant({'grant_type': 'client_credentials'})
    )
    assert problem.status == 401 and 'unauthorized_client' in str(problem)
    findings.note(
        live.system,
        'client credentials: in the body, and form-encoded in Basic as in RFC 6749 section 2.3.1; '
        'a raw secret in Basic is refused',
    )


@on_keycloak
def test_the_source_for_client_credentials(live, keycloak, findings):
    """nuvy_client_token, whose path leads to this server's token endpoint."""
    proxy = Between(live.url, paths={NUVY_PATH: f'{OPENID}/token'})
    url = live.sandbox.serve(proxy).url

    def provider(**more):
        return NuvyClientToken(
            checked(
                NuvyClientToken,
                {
                    'url': url,
                    'client_id': CLIENT,
                    'client_secret': SECRET,
                    'ca_path': live.sandbox.ca_path,
                    'client_auth': 'basic',
                    'form_encode_credentials': False,
                    **more,
                },
            )
        )

    desired = DesiredState('present', 'if_expired', 60, None)
    for more in (
        {'client_auth': 'body'},
        {'client_auth': 'basic', 'form_encode_credentials': True},
    ):
        token = ensure(provider(**more), desired).token
        assert token.secret.count('.') == 2 and not token.scope.startswith('/')
    message = str(refused(lambda: ensure(provider(), desired)))
    assert 'refuses (400 unauthorized_client' in message
    findings.note(
        live.system, 'nuvy_client_token: with client_auth body, and with form_encode_credentials'
    )


class Browser:
    """What a person does: log in on the page, and be sent back with a code."""

    def __init__(self, url):
        self.netloc, self.cookies = urlsplit(url).netloc, {}

    def ask(self, method, url, form=None):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(self.netloc, timeout=30)
        headers = {'Cookie': '; '.join(f'{name}={value}' for name, value in self.cookies.items())}
        if form:
            headers['Content-Type'] = 'application/x-www-form-urlencoded'
        connection.request(
            method,
            parts.path + ('?' + parts.query if parts.query else ''),
            urlencode(form) if form else None,
            headers,
        )
        answer = connection.getresponse()
        for cookie in answer.headers.get_all('Set-Cookie') or ():
            name, _equals, value = cookie.partition(';')[0].partition('=')
            self.cookies[name] = value
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get('Location'), text

    def log_in(self, pkce, state):
        """:returns: the address to which the server sends back."""
        query = {
            'response_type': 'code',
            'client_id': CLIENT,
            'redirect_uri': REDIRECT,
            'scope': 'openid',
            'state': state,
            'code_challenge': pkce.challenge,
            'code_challenge_method': 'S256',
        }
        status, location, page = self.ask('GET', f'{OPENID}/auth?{urlencode(query)}')
        if status == 200:
            action = html.unescape(re.search(r'action="([^"]+)"', page)[1])
            status, location, page = self.ask(
                'POST', action, {'username': ADMINISTRATOR[0], 'password': ADMINISTRATOR[1]}
            )
        assert status == 302, page[:500]
        return location


@on_keycloak
def test_authorization_code_with_pkce_refresh_and_revocation(live, keycloak, findings):
    browser, pkce, state = Browser(live.url), codes.pkce(), codes.new_state()
    location = browser.log_in(pkce, state)
    assert codes.leads_to(location, REDIRECT)
    code = codes.code_of('GET auth', location, state, issuer=live.url)
    refused(lambda: codes.code_of('GET auth', location, 'another state'))
    refused(
        lambda: codes.code_of('GET auth', location, state, issuer='https://elsewhere.example.com')
    )

    def redeem(code, verifier):
        return endpoint(keycloak).grant(
            {
                'grant_type': 'authorization_code',
                'code': code,
                'redirect_uri': REDIRECT,
                'code_verifier': verifier,
            },
            hidden=(code, verifier),
        )

    first = redeem(code, pkce.verifier)
    assert first.refresh_token and first.expires_at > time.time()
    problem = refused(lambda: redeem(code, pkce.verifier))
    assert problem.code == 'invalid_grant', 'a code works once'
    other = browser.log_in(codes.pkce(), state)
    assert (
        refused(lambda: redeem(codes.code_of('GET auth', other, state), pkce.verifier)).code
        == 'invalid_grant'
    ), 'the verifier belongs to the challenge'

    # The code that was shown twice has ended the first session: begin another
    fresh = codes.pkce()
    first = redeem(
        codes.code_of('GET auth', Browser(live.url).log_in(fresh, state), state), fresh.verifier
    )

    def renew(refresh_token):
        return endpoint(keycloak).grant(
            {'grant_type': 'refresh_token', 'refresh_token': refresh_token}, hidden=(refresh_token,)
        )

    time.sleep(1.1)  # it distinguishes tokens by the second in which they were issued
    second = renew(first.refresh_token)
    assert second.refresh_token not in (None, first.refresh_token) and second.secret != first.secret
    third = renew(second.refresh_token)
    problem = refused(lambda: renew(first.refresh_token))
    assert problem.code == 'invalid_grant' and first.refresh_token not in str(problem), (
        'rotation: the old one is dead'
    )

    fresh = codes.pkce()
    valid = redeem(
        codes.code_of('GET auth', Browser(live.url).log_in(fresh, state), state), fresh.verifier
    )
    form = {
        'token': valid.refresh_token,
        'token_type_hint': 'refresh_token',
        'client_id': CLIENT,
        'client_secret': SECRET,
    }
    assert keycloak.request('POST', f'{OPENID}/revoke', form=form).status == 200
    assert refused(lambda: renew(valid.refresh_token)).code == 'invalid_grant'
    assert isinstance(refused(lambda: renew('nonsense')), Refused) and third.secret
    findings.note(
        live.system,
        'authorization code with PKCE and state and issuer checked, refresh with rotation, '
        'revocation',
    )


@on_keycloak
def test_what_is_no_token_endpoint_is_reported(live, keycloak):
    wrong = oauth2.Endpoint(
        keycloak.request,
        '/realms/none/token',
        'keycloak',
        oauth2.authentication('body', CLIENT, SECRET),
        lambda *_all: None,
    )
    assert 'is not a token endpoint' in str(
        refused(lambda: wrong.grant({'grant_type': 'client_credentials'}))
    )
    assert json.dumps(
        str(refused(lambda: endpoint(keycloak).grant({'grant_type': 'nonsense'})))
    ).isascii()
