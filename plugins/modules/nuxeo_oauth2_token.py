#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuxeo_oauth2_token
short_description: Get, renew or revoke an OAuth2 token of a Nuxeo Platform
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Gets an OAuth2 access token from a Nuxeo Platform, by any of the grants that Nuxeo has, without a browser.
  - A server has one token for each client and user. Whoever asks gets the living one, with the time that it has left. One that would end within
    O(min_remaining) seconds is renewed.
  - Renewing a token ends the old access token and the old refresh token at once, for everybody who uses the same client and user. Give jobs that run on their
    own a client of their own.
  - Refresh tokens never appear in the result. They are kept in the cache, and the new one is stored before the access token is handed out.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
  - buildops.tokens.source.policy
  - buildops.tokens.source.state
attributes:
  check_mode:
    support: partial
    details:
      - No token is ever fetched, renewed or revoked. Whether the server has one is found out where that takes no token, that is with O(password) and
        with O(grant=jwt_bearer). Otherwise no change is foretold.
  diff_mode:
    support: partial
    details:
      - A result that holds a token is hidden in output, and its diff with it. It stands in the registered result.
  idempotent:
    support: partial
    details:
      - A code (O(code)) works once, and older servers (O(endpoints=legacy)) make a new token at every grant. With O(cache=file) later runs use the token that
        the first one got.
      - With O(regenerate=always) every run replaces the token.
options:
  url:
    description:
      - Address of the server with its context path, like V(https://nuxeo.example.com/nuxeo).
    type: str
    required: true
  grant:
    description:
      - How to get the token.
      - V(authorization_code) takes a code that a person got in a browser (O(code)), or gets one itself with O(username) and O(password), for any client,
        whether or not its consent page is skipped.
      - V(client_credentials) is for machines. It needs LTS 2023.31, LTS 2025.3 or newer, and a Nuxeo user whose name is O(client_id).
      - V(jwt_bearer) takes a signed assertion that names a user. It needs 10.10 with hot fix 02 or newer, and C(nuxeo.jwt.secret) on the server.
      - V(refresh_token) goes on with a token that somebody else got. The server replaces the refresh token whenever it is used, so this needs O(cache=file).
    type: str
    choices: [authorization_code, refresh_token, client_credentials, jwt_bearer]
    required: true
  client_id:
    description:
      - Identifier of the OAuth2 client, as registered on the server.
    type: str
    required: true
  client_secret:
    description:
      - Secret of the client. A client that has none (a public one) needs none.
    type: str
  client_auth:
    description:
      - How to send O(client_id) and O(client_secret).
      - V(body) puts them into the form, which all versions understand. V(basic) is HTTP Basic authentication, since 10.10, not form-encoded, as Nuxeo reads it.
    type: str
    choices: [body, basic]
    default: body
  username:
    description:
      - With O(grant=authorization_code), who logs in. With O(jwt_secret), for whom the assertion is made.
      - With C(state=absent), whose token is revoked, where the token does not tell.
    type: str
  password:
    description:
      - Password of O(username). The server must take HTTP Basic authentication, as it does unless its login chain was replaced by single sign-on.
    type: str
  code:
    description:
      - Authorization code that a person got in a browser. It works once, within ten minutes.
    type: str
  code_verifier:
    description:
      - Verifier that belongs to O(code), where it was asked for with a challenge (PKCE). Codes that this module gets itself always are.
    type: str
  redirect_uri:
    description:
      - One of the redirect URIs of the client, exactly as registered. Nobody connects to it.
      - Without it the first registered one counts. With O(code), it is required if it was sent when the code was asked for.
    type: str
  refresh_token:
    description:
      - Refresh token to begin with, for O(grant=refresh_token). It is used once; its successors are kept in the cache.
    type: str
  assertion:
    description:
      - Signed JWT for O(grant=jwt_bearer). Its C(sub) must name a Nuxeo user, and its C(iss) must be V(nuxeo).
    type: str
  jwt_secret:
    description:
      - The server's C(nuxeo.jwt.secret), with which an assertion for O(username) is made (HS512), good for ten minutes.
      - Who has this secret can be any user of the server. Prefer an O(assertion) that was made elsewhere.
    type: str
  endpoints:
    description:
      - V(legacy) uses C(/oauth2/authorization) and C(/oauth2/token) at the root of the server, as Nuxeo 8.10 and older have them, always by POST where
        secrets are sent. They need O(client_secret) and O(redirect_uri), and have no other grants than V(authorization_code) and V(refresh_token).
    type: str
    choices: [current, legacy]
    default: current
seealso:
  - module: buildops.tokens.nuxeo_oauth2_client
  - plugin: buildops.tokens.token
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Get a token for a machine (LTS 2023.31, LTS 2025.3 and newer)
  buildops.tokens.nuxeo_oauth2_token:
    url: https://nuxeo.example.com/nuxeo
    grant: client_credentials
    client_id: ci
    client_secret: "{{ vault_nuxeo_client_secret }}"
  register: nuxeo

- name: Use it
  ansible.builtin.uri:
    url: https://nuxeo.example.com/nuxeo/api/v1/me
    headers:
      Authorization: "{{ nuxeo.token.authorization }}"
  no_log: true

- name: Get a token for a user with a password, without a browser, and keep it for later runs
  buildops.tokens.nuxeo_oauth2_token:
    url: https://nuxeo.example.com/nuxeo
    grant: authorization_code
    client_id: ci
    client_secret: "{{ vault_nuxeo_client_secret }}"
    redirect_uri: https://ci.example.com/callback
    username: jdoe
    password: "{{ vault_nuxeo_password }}"
    cache: file

- name: Get a token for a user with an assertion
  buildops.tokens.nuxeo_oauth2_token:
    url: https://nuxeo.example.com/nuxeo
    grant: jwt_bearer
    client_id: ci
    client_secret: "{{ vault_nuxeo_client_secret }}"
    assertion: "{{ lookup('ansible.builtin.file', '/run/secrets/nuxeo-assertion') | trim }}"

- name: Have the server asked whether the token still works, and renew it if not
  buildops.tokens.nuxeo_oauth2_token:
    url: https://nuxeo.example.com/nuxeo
    grant: client_credentials
    client_id: ci
    client_secret: "{{ vault_nuxeo_client_secret }}"
    regenerate: if_invalid

- name: Revoke the token of a user
  buildops.tokens.nuxeo_oauth2_token:
    url: https://nuxeo.example.com/nuxeo
    grant: authorization_code
    client_id: ci
    username: jdoe
    password: "{{ vault_nuxeo_password }}"
    state: absent
"""

RETURN = r"""
token:
  description:
    - The token. Null where there is none (O(state=absent), check mode).
    - Hidden in output, whole when registered.
  returned: success
  type: dict
  contains:
    kind:
      description: Always V(bearer).
      type: str
      sample: bearer
    type:
      description: Always V(nuxeo_oauth2_token).
      type: str
      sample: nuxeo_oauth2_token
    access_token:
      description: The token itself.
      type: str
    token_type:
      description: Always V(Bearer).
      type: str
      sample: Bearer
    scope:
      description: Always null. Nuxeo ignores scopes.
      type: str
    authorization:
      description: Value of an C(Authorization) header with this token.
      type: str
    expires_at:
      description: When it ends, in UTC.
      type: str
      sample: '2026-01-28T17:17:07Z'
    fingerprint:
      description: Twelve hexadecimal digits by which to tell two tokens apart.
      type: str
      sample: 9f86d081884c
server:
  description: Always empty. These requests do not tell anything about the server.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_oauth2_token import (
    NuxeoOauth2Token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run


def main():
    run(NuxeoOauth2Token)


if __name__ == '__main__':
    main()
