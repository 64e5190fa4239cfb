# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests for a token of Nuxeo and the answers of the server, as scripts that tests play.

Where a real server was recorded, its words are used.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote_plus

from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
    nuxeo_oauth2_token as nuxeo,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BEARER,
    Token,
    basic_authorization,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.support.scripted import ANY, Ask, Scripted, answer

NOW = 1_800_000_000.0
URL = 'https://nuxeo.test/nuxeo'
SECRET, PASSWORD, CODE, REFRESH, ACCESS = (
    'cl1ent-s3cret',
    'p4ssw0rd-jdoe',
    'c0d3c0d3',
    'r3fresh' * 8,
    'acc3ss' * 5,
)
CALLBACK = 'https://client.test/cb'
CLIENT = {'url': URL, 'client_id': 'ci', 'client_secret': SECRET}
HEADLESS = dict(
    CLIENT,
    grant='authorization_code',
    username='jdoe',
    password=PASSWORD,
    redirect_uri=CALLBACK,
    cache='file',
)
IN_HAND = dict(CLIENT, grant='authorization_code', code=CODE, cache='file')
GOING_ON = dict(CLIENT, grant='refresh_token', refresh_token=REFRESH, cache='file')
MACHINE = dict(CLIENT, grant='client_credentials', cache='file')
JWT_SECRET = 'jwt-s3cret' * 8
SIGNED = dict(CLIENT, grant='jwt_bearer', username='jdoe', jwt_secret=JWT_SECRET, cache='file')
LEGACY = dict(HEADLESS, endpoints='legacy')
LOGIN = basic_authorization('jdoe', PASSWORD)
IN_FORM = {'client_id': 'ci', 'client_secret': SECRET}
SECRETS = (SECRET, PASSWORD, CODE, REFRESH, ACCESS, JWT_SECRET, LOGIN[6:])


def options_of(given):
    """The options of the source after all checks."""
    return sources.resolve('nuxeo_oauth2_token', given, {}, keep=('state',)).options


def run(
    given,
    *script,
    known=None,
    desired=None,
    check_mode=False,
    reload=None,
    keep=lambda token: None,
    url=URL,
):
    """Play the script. :returns: the outcome."""
    options = options_of(given)
    with Scripted(*script, url=url) as client:
        provider = nuxeo.NuxeoOauth2Token(options, client, lambda: NOW, lambda seconds: None)
        provider.reload, provider.keep = reload, keep
        return ensure(
            provider, desired or service.desired_of(options), known, check_mode, lambda: NOW
        )


def latin(data, status=200):
    """As the token endpoint answers."""
    return answer(
        status,
        body=json.dumps(data, ensure_ascii=False).encode('latin-1', 'replace'),
        content_type='application/json;charset=ISO-8859-1',
    )


def tokens(access=ACCESS, refresh=REFRESH, seconds=3599):
    """The answer that brings an access token and a refresh token."""
    return latin(
        {
            'access_token': access,
            'refresh_token': refresh,
            'token_type': 'bearer',
            'expires_in': seconds,
        }
    )


def no(error, description, status=400):
    """A refusal of the token endpoint."""
    return latin({'error_description': description, 'error': error}, status)


def known(seconds=1000, access='known-access', refresh=REFRESH):
    """A token of the cache that expires in so many seconds."""
    return Token(
        BEARER,
        'nuxeo_oauth2_token',
        access,
        NOW + seconds - 3600,
        expires_at=NOW + seconds,
        refresh_token=refresh,
    )


def submit(gives=None, redirect_uri=CALLBACK, **changes):
    """The request in which the user grants access, by name and password."""
    form = {
        'response_type': 'code',
        'client_id': 'ci',
        'state': ANY,
        'code_challenge': ANY,
        'code_challenge_method': 'S256',
        'grant_access': '1',
    }
    if redirect_uri:
        form['redirect_uri'] = redirect_uri
    return Ask(
        'POST',
        '/oauth2/authorize_submit',
        gives or back(),
        form=form,
        authorization=changes.get('authorization', LOGIN),
    )


def back(uri=CALLBACK, more=''):
    """The redirect that carries the code."""
    first = '&' if '?' in uri else '?'
    return lambda asked: answer(
        302,
        headers={
            'Location': '%s%scode=%s&state=%s%s'
            % (uri, first, CODE, quote_plus(asked.form['state']), more)
        },
    )


def token(gives=None, authorization=None, **form):
    """A request to the token endpoint."""
    fields = dict(form) if authorization else dict(form, **IN_FORM)
    return Ask(
        'POST',
        '/oauth2/token',
        gives or tokens(),
        form=fields,
        authorization=authorization,
        repeatable=ANY,
    )


def redeem(gives=None, **changes):
    """The request that spends a code."""
    return token(
        gives,
        **dict(
            {
                'grant_type': 'authorization_code',
                'code': CODE,
                'redirect_uri': CALLBACK,
                'code_verifier': ANY,
            },
            **changes,
        ),
    )


def refresh(gives=None, value=REFRESH):
    """The request that spends a refresh token."""
    return token(gives, grant_type='refresh_token', refresh_token=value)


def entry(method, status, user='jdoe', authorization=LOGIN, message=None):
    """A request about the entry that the server has of the token."""
    data = {200: {'entity-type': 'nuxeoOAuth2Token'}, 204: None}.get(
        status, {'entity-type': 'exception', 'status': status, 'message': message}
    )
    return Ask(
        method,
        '/api/v1/oauth2/token/client/ci/user/' + user,
        answer(status, data),
        authorization=authorization,
    )


def me(status=200, access=ACCESS):
    """The server is asked whether it accepts a token."""
    gives = answer(status, {'id': 'jdoe'})
    return Ask('GET', '/api/v1/me', gives, authorization='Bearer ' + access)


NONE = 'No token found for client: ci'


def assertion(**claims):
    """A JWT with these claims, and no valid signature."""
    claims = {'iss': 'nuxeo', **claims}
    return '.'.join(
        base64.urlsafe_b64encode(part.encode()).decode().rstrip('=')
        for part in ('{"alg":"HS512"}', json.dumps(claims), 'signature')
    )


INVALID = no('invalid_grant', 'Cannot refresh token')
