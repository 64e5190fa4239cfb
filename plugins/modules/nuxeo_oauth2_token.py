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
  - Gets an OAuth2 access token from a Nuxeo Platform, with any grant that Nuxeo supports, without a
    browser.
  - A server has one token for each client and user. Every request returns the same active token
    with its remaining lifetime. A token that expires within O(min_remaining) seconds is renewed.
  - The server does not report the whole lifetime of a token that it already has. Where the cache
    does not know it either, no more than 60 seconds are required, whatever O(min_remaining) says.
    Otherwise a lifetime that is shorter than O(min_remaining) would renew the token at each run.
  - Renewing a token invalidates the old access token and the old refresh token immediately, for
    everyone who uses the same client and user. Give independent jobs separate clients.
  - The result never contains refresh tokens. They are stored in the cache, and a new one is stored
    before the access token is returned.
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
      - Fetches, renews and revokes no token.
      - With O(password) or O(grant=jwt_bearer), it asks for an existing token.
      - Otherwise check mode reports no change.
      - The server does not report when a token ends.
      - The renewal of one that ends soon needs O(cache=file) to be seen.
  diff_mode:
    support: partial
    details:
      - A result with a token is censored in the output, as is its diff.
      - The registered result contains both.
  idempotent:
    support: partial
    details:
      - O(code) works once.
      - With O(endpoints=legacy), a server issues a new token for every grant.
      - With O(cache=file), later runs use the token of the first run.
      - With O(regenerate=always) every run replaces the token.
      - With V(never), the server itself replaces a token that has ended.
      - A server cannot be asked by an O(assertion) with the claim C(aud).
      - Then, every run reports a change without O(cache=file).
options:
  url:
    description:
      - URL of the server, including its context path, for example
        V(https://nuxeo.example.com/nuxeo).
    type: str
    required: true
  grant:
    description:
      - How to get the token.
      - V(authorization_code) uses a code that a person obtained in a browser (O(code)), or obtains
        one with O(username) and O(password). It works for every client, with or without a consent
        page.
      - V(client_credentials) is for machines. It requires LTS 2023.31, LTS 2025.3 or newer, and a
        Nuxeo user whose name is O(client_id).
      - V(jwt_bearer) uses a signed assertion that names a user. It requires 10.10 with hot fix 02
        or newer, and C(nuxeo.jwt.secret) on the server.
      - V(refresh_token) renews a token that was obtained elsewhere. The server replaces the refresh
        token at each use, so this requires O(cache=file).
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
      - Secret of the client. Leave it out for a public client.
    type: str
  client_auth:
    description:
      - How to send O(client_id) and O(client_secret).
      - V(body) sends them in the form, which all versions support. V(basic) uses HTTP Basic
        authentication (10.10 and newer), not form-encoded, as Nuxeo expects.
    type: str
    choices: [body, basic]
    default: body
  username:
    description:
      - With O(grant=authorization_code), the user who logs in. With O(jwt_secret), the user whom
        the assertion names.
      - With C(state=absent), the user whose token is revoked, if the token does not identify the
        user.
    type: str
  password:
    description:
      - Password of O(username). The server must accept HTTP Basic authentication, as it does unless
        single sign-on replaces its login chain.
    type: str
  code:
    description:
      - Authorization code that a person obtained in a browser. It works once, within ten minutes.
    type: str
  code_verifier:
    description:
      - Code verifier of O(code), if it was requested with a challenge (PKCE). Codes that this
        module requests always use one.
    type: str
  redirect_uri:
    description:
      - One of the redirect URIs of the client, exactly as registered. No connection is made to it.
      - The default is the first registered one. With O(code), it is required if it was part of the
        request for the code.
    type: str
  refresh_token:
    description:
      - Initial refresh token for O(grant=refresh_token). It is used once; its successors are stored
        in the cache.
    type: str
  assertion:
    description:
      - Signed JWT for O(grant=jwt_bearer). Its C(sub) must name a Nuxeo user, and its C(iss) must
        be V(nuxeo).
    type: str
  jwt_secret:
    description:
      - C(nuxeo.jwt.secret) of the server, used to sign an assertion for O(username) (HS512) that is
        valid for ten minutes.
      - Anyone with this secret can act as any user of the server. Prefer an O(assertion) that was
        signed elsewhere.
    type: str
  endpoints:
    description:
      - V(legacy) uses C(/oauth2/authorization) and C(/oauth2/token) at the root of the server, for
        Nuxeo 8.10 and older. Secrets are always sent by POST. It requires O(client_secret) and
        O(redirect_uri) and supports only V(authorization_code) and V(refresh_token).
    type: str
    choices: [current, legacy]
    default: current
seealso:
  - module: buildops.tokens.nuxeo_oauth2_client
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: Using OAuth2 with the Nuxeo Platform
    description: Clients, grants and tokens of the server.
    link: https://doc.nuxeo.com/nxdoc/using-oauth2/
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

- name: Get a token for a user without a browser, and keep it for later runs
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
    - The token. Null if there is none (O(state=absent), check mode).
    - Censored in the output, complete in the registered result.
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
      description: Time of expiry, in UTC.
      type: str
      sample: '2026-01-28T17:17:07Z'
    fingerprint:
      description: Twelve hexadecimal digits that identify the token without revealing it.
      type: str
      sample: 9f86d081884c
server:
  description: Always empty.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_oauth2_token import (
    NuxeoOauth2Token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run


def main() -> None:
    run(NuxeoOauth2Token)


if __name__ == '__main__':
    main()
