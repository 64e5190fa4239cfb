#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuvy_client_token
short_description: Get an access token for the Nuvy Nexus APIs
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Gets an access token for an App Client of the Nuvy Nexus platform, with the OAuth2 grant
    C(client_credentials).
  - A cached token is reused until O(min_remaining) seconds before it expires. It expires as the
    server states (C(expires_in), counted from before the request), or at the token's own C(exp) if
    that is earlier.
  - Nuvy cannot revoke tokens, which are short-lived. Revoke the App Client or replace its secret on
    the App Clients screen instead.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.policy
attributes:
  check_mode:
    support: full
    details:
      - A token is fetched in check mode, too.
      - That changes nothing on the server.
  diff_mode:
    support: partial
    details:
      - A result with a token is censored in the output, as is its diff.
      - The registered result contains both.
  idempotent:
    support: full
    details:
      - This module never reports a change.
      - Fetching a token changes nothing on the server.
options:
  environment:
    description:
      - Nuvy environment. Exactly one of this and O(url) is required.
    type: str
    choices: [production, qa]
  url:
    description:
      - URL of the API, without C(/nexus/oauth2/token), for environments other than V(production)
        and V(qa).
      - HTTPS is required, except for C(localhost).
    type: str
  client_id:
    description:
      - Identifier of the App Client.
    type: str
    required: true
  client_secret:
    description:
      - Secret that was generated when the App Client was created.
    type: str
    required: true
  client_auth:
    description:
      - How to send O(client_id) and O(client_secret).
      - V(basic) uses HTTP Basic authentication, which Nuvy prefers. V(body) sends them in the form.
    type: str
    choices: [basic, body]
    default: basic
  form_encode_credentials:
    description:
      - Whether to form-encode both before sending them with O(client_auth=basic), as RFC 6749
        section 2.3.1 specifies.
      - Nuvy's documentation uses C(curl -u), which does not. This matters only for secrets with
        characters other than letters, digits and C(-._~).
    type: bool
    default: false
  scope:
    description:
      - Scopes to request. The default is the set of default scopes of the App Client.
    type: list
    elements: str
  check_url:
    description:
      - URL of an API that accepts the token, for O(regenerate=if_invalid). A response of 401 means
        that the token is no longer valid.
      - HTTPS is required, and the token is sent to this URL. Without it, the token is not checked.
    type: str
notes:
  - If an API responds with 401 although the token should still be valid, get a new token
    (O(regenerate=always), or O(regenerate=if_invalid) with O(check_url)) and repeat the request, as
    in the example. If many hosts use the token, run that task once, or use V(if_invalid), which
    fetches only for the first host.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: Nexus authentication of Nuvy
    description: The token endpoint and its responses.
    link: https://developers.nuvy.ai/nexus-auth
"""

EXAMPLES = r"""
- name: Get a token
  buildops.tokens.nuvy_client_token:
    environment: production
    client_id: "{{ vault_nuvy_client_id }}"
    client_secret: "{{ vault_nuvy_client_secret }}"
  register: nuvy

- name: Use it
  ansible.builtin.uri:
    url: https://prd.api.nuvy.ai/nexus/v1/orders
    headers:
      Authorization: "{{ nuvy.token.authorization }}"
  no_log: true

- name: Use a token, and renew it once if the API does not take it
  block:
    - name: Call the API
      ansible.builtin.uri:
        url: https://prd.api.nuvy.ai/nexus/v1/orders
        headers:
          Authorization: "{{ nuvy.token.authorization }}"
      no_log: true
  rescue:
    - name: Get a new token, whatever its time
      buildops.tokens.nuvy_client_token:
        environment: production
        client_id: "{{ vault_nuvy_client_id }}"
        client_secret: "{{ vault_nuvy_client_secret }}"
        regenerate: always
      register: nuvy
      run_once: true

    - name: Call the API again
      ansible.builtin.uri:
        url: https://prd.api.nuvy.ai/nexus/v1/orders
        headers:
          Authorization: "{{ nuvy.token.authorization }}"
      no_log: true

- name: Get a token with fewer rights, and ask an API whether it is valid
  buildops.tokens.nuvy_client_token:
    environment: qa
    client_id: "{{ vault_nuvy_client_id }}"
    client_secret: "{{ vault_nuvy_client_secret }}"
    scope: [read]
    regenerate: if_invalid
    check_url: https://qa.api.nuvy.ai/nexus/v1/whoami
"""

RETURN = r"""
token:
  description:
    - The token. Censored in the output, complete in the registered result.
  returned: success
  type: dict
  contains:
    kind:
      description: Always V(bearer).
      type: str
      sample: bearer
    type:
      description: Always V(nuvy_client_token).
      type: str
      sample: nuvy_client_token
    access_token:
      description: The token itself.
      type: str
    token_type:
      description: Always V(Bearer).
      type: str
      sample: Bearer
    scope:
      description: Granted scopes, separated by spaces. Null if none were requested and the server
        does not report them.
      type: str
      sample: read write
    authorization:
      description: Value of an C(Authorization) header with this token.
      type: str
    expires_at:
      description: Time of expiry, in UTC. A token whose server does not say how long it lives is
        kept for five minutes.
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

from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuvy_client_token import (
    NuvyClientToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run


def main() -> None:
    run(NuvyClientToken)


if __name__ == '__main__':
    main()
