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
  - Gets an access token for an App Client of the Nuvy Nexus platform, by the OAuth2 grant C(client_credentials).
  - A token that was fetched before is used again until O(min_remaining) seconds before its end. Its end is what the server says
    (C(expires_in), counted from before the request), or the token's own (C(exp)) where that is earlier.
  - Nuvy has no way to revoke a token. Tokens are short-lived; revoke the App Client or replace its secret on the App Clients screen.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.policy
attributes:
  check_mode:
    support: full
    details:
      - A token is fetched in check mode too, since that changes nothing.
  diff_mode:
    support: partial
    details:
      - A result that holds a token is hidden in output, and its diff with it. It stands in the registered result.
  idempotent:
    support: full
    details:
      - Fetching a token changes nothing on the server, so this module never reports a change.
options:
  environment:
    description:
      - Which of Nuvy's environments to ask. Exactly one of this and O(url) is needed.
    type: str
    choices: [production, qa]
  url:
    description:
      - Address of the API, without C(/nexus/oauth2/token), for another environment than Nuvy's own two.
      - Always HTTPS; only on this machine (C(localhost)) may it be HTTP.
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
      - V(basic) is HTTP Basic authentication, which Nuvy prefers. V(body) puts them into the form.
    type: str
    choices: [basic, body]
    default: basic
  form_encode_credentials:
    description:
      - Whether to form-encode both before they are sent with O(client_auth=basic), as RFC 6749 section 2.3.1 says.
      - Nuvy shows C(curl -u), which does not. It makes a difference for secrets with characters other than letters, digits and C(-._~).
    type: bool
    default: false
  scope:
    description:
      - Scopes to ask for. Without it, those that are the default of the App Client are granted.
    type: list
    elements: str
  check_url:
    description:
      - Address of an API that the token should open, for O(regenerate=if_invalid). An answer of 401 there means that the token is no longer valid.
      - Always HTTPS, and the token is sent to it. Without it, nobody is asked.
    type: str
notes:
  - If an API answers 401 although the token should still be good, ask for a new one once (O(regenerate=always), or O(regenerate=if_invalid) with O(check_url))
    and repeat the request, as in the example. Where many hosts use the token, run that task once, or use V(if_invalid), with which only the first one fetches.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
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

- name: Get a token with fewer rights, and have an API asked whether it is still valid
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
    - The token. Hidden in output, whole when registered.
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
      description: The scopes that were granted, separated by blanks, or null where the server does not tell and none were asked for.
      type: str
      sample: read write
    authorization:
      description: Value of an C(Authorization) header with this token.
      type: str
    expires_at:
      description: When it ends, in UTC. A token whose server does not say how long it lives is kept for five minutes.
      type: str
      sample: '2026-01-28T17:17:07Z'
    fingerprint:
      description: Twelve hexadecimal digits by which to tell two tokens apart.
      type: str
      sample: 9f86d081884c
server:
  description: Always empty. Nuvy does not tell anything about itself.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuvy_client_token import (
    NuvyClientToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run


def main():
    run(NuvyClientToken)


if __name__ == '__main__':
    main()
