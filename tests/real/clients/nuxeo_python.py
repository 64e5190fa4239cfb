# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo's Python client: authorization code with PKCE, refresh, JWT and basic authentication.

Prints what it saw as JSON.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys

import requests
from nuxeo.auth import BasicAuth, JWTAuth, OAuth2
from nuxeo.client import Nuxeo

url, ca_path = sys.argv[1:]
host, seen = url + '/', {}


def who(auth):
    return Nuxeo(host=host, auth=auth, verify=ca_path).users.current_user().uid


for client, secret, redirect in (
    ('auto', 's3cret', 'https://client.example/cb'),
    ('pub', None, 'http://localhost:9/cb'),
):
    oauth = OAuth2(
        host,
        client_id=client,
        client_secret=secret,
        redirect_uri=redirect,
        subclient_kwargs={'verify': ca_path},
    )
    address, state, verifier = oauth.create_authorization_url()
    answer = requests.get(
        address, auth=('jdoe', 'jdoe'), allow_redirects=False, verify=ca_path, timeout=30
    )
    back = answer.headers['Location'].replace(
        'http://localhost', 'https://localhost'
    )  # the library takes nothing else
    first = dict(
        oauth.request_token(code_verifier=verifier, authorization_response=back, state=state)
    )
    second = oauth.refresh_token(verify=ca_path)
    seen[client] = {
        'token': sorted(first),
        'rotated': second['access_token'] != first['access_token'],
        'who': who(oauth),
    }
    try:
        oauth.token['refresh_token'] = first['refresh_token']
        oauth.refresh_token(verify=ca_path)
        seen[client]['old'] = 'taken'
    except Exception as problem:
        seen[client]['old'] = type(problem).__name__


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


text = '.'.join(
    encoded(json.dumps(part).encode())
    for part in ({'alg': 'HS512', 'typ': 'JWT'}, {'sub': 'jdoe', 'iss': 'nuxeo'})
)
seen['jwt'] = who(
    JWTAuth(text + '.' + encoded(hmac.new(b'jwtkey', text.encode(), hashlib.sha512).digest()))
)
seen['basic'] = who(BasicAuth('jdoe', 'jdoe'))
print(json.dumps(seen))
