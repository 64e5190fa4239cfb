#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuxeo_oauth2_client
short_description: Register, change or remove an OAuth2 client of a Nuxeo Platform
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Makes sure that an OAuth2 client exists on a Nuxeo Platform as described, its secret included, or that it does not exist.
  - An administrator's work. Uses the REST API of LTS 2021 and newer, or the directory of clients of 10.10 and 9.10, whichever the server has.
  - Redirect URIs are checked before anything is sent, more strictly than the server does, which takes some that it cannot use.
  - When a client is removed, its tokens are revoked first. Otherwise they would work again if a client of the same id were ever made again. Where such
    tokens are left of a client that somebody else removed, they are revoked when it is made again, before it is enabled.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
  - buildops.tokens.source.state
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - A result that holds a secret is hidden in output, and its diff with it. It stands in the registered result.
  idempotent:
    support: partial
    details:
      - With O(generate_secret=always) every run sets a new secret.
options:
  url:
    description:
      - Address of the server with its context path, like V(https://nuxeo.example.com/nuxeo).
    type: str
    required: true
  username:
    description:
      - Name of an administrator.
    type: str
    required: true
  password:
    description:
      - Password of O(username).
    type: str
    required: true
  client_id:
    description:
      - Identifier of the client. It must not hold a slash, since the server could not be asked about it any more.
    type: str
    required: true
  name:
    description:
      - Name that people see on the page for consent. By default the one that it has, or O(client_id) for a new client.
    type: str
  redirect_uris:
    description:
      - Where the server may send codes to. Required with O(state=present). Their order counts, the first is the default.
      - The server takes C(https), C(http://localhost) (with a port or a path), and schemes of applications such as C(myapp://callback).
      - Refused are also commas, blanks, fragments, characters beyond ASCII, and schemes in capital letters or missing, which the server takes and cannot use.
    type: list
    elements: str
  client_secret:
    description:
      - Secret of the client. Without it, and without O(generate_secret), a present secret stays, and a new client is public, that is, it has none.
      - A secret can be changed, but not taken away again; remove the client and make it anew for that.
    type: str
  generate_secret:
    description:
      - Whether to make a secret of 43 random characters.
      - V(if_missing) makes one where the client has none yet, V(always) replaces it in every run.
      - A secret that was made is returned once, as RV(client_secret). Tokens that were issued before stay valid.
    type: str
    choices: [never, if_missing, always]
    default: never
  auto_grant:
    description:
      - Whether users are not asked for their consent.
    type: bool
    default: false
  enabled:
    description:
      - Whether the client may be used. Note that tokens of a client that is disabled and enabled again work again.
    type: bool
    default: true
  dev_mode:
    description:
      - Whether the server runs with C(org.nuxeo.dev), and therefore takes any redirect URI with C(http).
    type: bool
    default: false
  api:
    description:
      - V(rest) is the REST API of LTS 2021 and newer, V(directory) the directory of clients, which older versions have alone.
      - V(auto) finds out which of them the server has.
    type: str
    choices: [auto, rest, directory]
    default: auto
notes:
  - It runs on the controller, in the Ansible process itself. Only with C(delegate_to) does it run on that host, which then needs the Python library
    C(requests).
seealso:
  - module: buildops.tokens.nuxeo_oauth2_token
"""

EXAMPLES = r"""
- name: Register a client, and have its secret made
  buildops.tokens.nuxeo_oauth2_client:
    url: https://nuxeo.example.com/nuxeo
    username: Administrator
    password: "{{ vault_nuxeo_admin_password }}"
    client_id: ci
    name: Continuous integration
    redirect_uris:
      - https://ci.example.com/callback
    generate_secret: if_missing
  register: client

- name: Keep the secret, which is shown this once
  ansible.builtin.copy:
    content: "{{ client.client_secret }}"
    dest: /etc/ci/nuxeo-client-secret
    mode: '0600'
  no_log: true
  when: client.client_secret is defined

- name: Register a client with a secret of one's own
  buildops.tokens.nuxeo_oauth2_client:
    url: https://nuxeo.example.com/nuxeo
    username: Administrator
    password: "{{ vault_nuxeo_admin_password }}"
    client_id: desktop
    redirect_uris:
      - http://localhost:8085/callback
      - mydesktop://authorize
    client_secret: "{{ vault_nuxeo_client_secret }}"
    auto_grant: true

- name: Remove a client and revoke its tokens
  buildops.tokens.nuxeo_oauth2_client:
    url: https://nuxeo.example.com/nuxeo
    username: Administrator
    password: "{{ vault_nuxeo_admin_password }}"
    client_id: ci
    state: absent
"""

RETURN = r"""
client:
  description:
    - The client as it is now, in check mode as it would be. Null where there is none.
  returned: success
  type: dict
  contains:
    client_id:
      description: Its identifier.
      type: str
      sample: ci
    name:
      description: Its name.
      type: str
      sample: Continuous integration
    redirect_uris:
      description: Its redirect URIs, the default first.
      type: list
      elements: str
      sample: [https://ci.example.com/callback]
    auto_grant:
      description: Whether users are not asked for their consent.
      type: bool
      sample: false
    enabled:
      description: Whether it may be used.
      type: bool
      sample: true
    secret:
      description: V(set) or V(none).
      type: str
      sample: set
client_secret:
  description:
    - The secret that was made in this run. The whole result is then hidden in output, and whole when registered.
  returned: when O(generate_secret) made one, outside check mode
  type: str
revoked_tokens:
  description: How many tokens of the client, or of another one that had its id before, were revoked.
  returned: when the client was created, and with O(state=absent)
  type: int
  sample: 2
"""

from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.client_registry import (
    NuxeoClientRegistry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run_manager


def main():
    run_manager(NuxeoClientRegistry)


if __name__ == '__main__':
    main()
