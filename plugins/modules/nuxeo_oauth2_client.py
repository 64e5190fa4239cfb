#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuxeo_oauth2_client
short_description: Manage OAuth2 clients of a Nuxeo Platform
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Creates, changes or removes an OAuth2 client of a Nuxeo Platform, including its secret.
  - Requires administrator rights. Uses the REST API of LTS 2021 and newer, or the client directory
    of 10.10 and 9.10.
  - Redirect URIs are validated before any request, more strictly than by the server, which accepts
    some that it cannot use.
  - When a client is removed, its tokens are revoked first. Otherwise they would become valid again
    if a client with the same id was created. Tokens left over from a client that was removed by
    other means are revoked with O(state=absent), or when it is created again, before it is enabled.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - A result with a secret is censored in the output, as is its diff.
      - The registered result contains both.
  idempotent:
    support: partial
    details:
      - With O(generate_secret=always), every run sets a new secret.
options:
  url:
    description:
      - URL of the server, including its context path, for example
        V(https://nuxeo.example.com/nuxeo).
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
      - Identifier of the client. It must not contain a slash, since the server could not look it
        up.
    type: str
    required: true
  name:
    description:
      - Name shown on the consent page. By default, the current name, or O(client_id) for a new
        client.
    type: str
  redirect_uris:
    description:
      - Allowed redirect URIs. Required with O(state=present). The first one is the default.
      - The server accepts C(https), C(http://localhost) (with a port or a path), and application
        schemes such as C(myapp://callback).
      - Commas, blanks, fragments, non-ASCII characters, and missing or upper-case schemes are
        refused, since the server accepts but cannot use them.
    type: list
    elements: str
  client_secret:
    description:
      - Secret of the client. Without it and without O(generate_secret), an existing secret is kept,
        and a new client is public.
      - A secret can be changed but not removed. To remove it, remove the client and create it
        again.
    type: str
  generate_secret:
    description:
      - Whether to generate a secret of 43 random characters.
      - V(if_missing) generates one if the client does not have a secret, V(always) replaces it in
        every run.
      - A generated secret is returned once, as RV(client_secret). Tokens that were issued before
        remain valid.
    type: str
    choices: [never, if_missing, always]
    default: never
  auto_grant:
    description:
      - Whether to skip the consent page.
    type: bool
    default: false
  enabled:
    description:
      - Whether the client can be used. The tokens of a disabled client become valid again when it
        is enabled.
    type: bool
    default: true
  dev_mode:
    description:
      - Whether the server runs with C(org.nuxeo.dev) and therefore accepts any redirect URI with
        C(http).
    type: bool
    default: false
  state:
    description:
      - V(present) ensures that the client exists, V(absent) that neither it nor any token of it
        exists. If there is none of both, a warning contains the identifier, which may be mistyped.
    type: str
    choices: [present, absent]
    default: present
  api:
    description:
      - V(rest) is the REST API of LTS 2021 and newer, V(directory) is the client directory, the
        only API of older versions.
      - V(auto) detects which one the server has.
    type: str
    choices: [auto, rest, directory]
    default: auto
notes:
  - The module runs on the controller, in the Ansible process. With C(delegate_to) and
    another host, it runs on that host, which then requires the Python library C(requests).
seealso:
  - module: buildops.tokens.nuxeo_oauth2_token
  - name: Using OAuth2 with the Nuxeo Platform
    description: Clients, grants and tokens of the server.
    link: https://doc.nuxeo.com/nxdoc/using-oauth2/
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
    - The resulting client; in check mode, the predicted one. Null if there is none.
  returned: success
  type: dict
  contains:
    client_id:
      description: Identifier.
      type: str
      sample: ci
    name:
      description: Its name.
      type: str
      sample: Continuous integration
    redirect_uris:
      description: Redirect URIs, the default first.
      type: list
      elements: str
      sample: [https://ci.example.com/callback]
    auto_grant:
      description: Whether to skip the consent page.
      type: bool
      sample: false
    enabled:
      description: Whether it can be used.
      type: bool
      sample: true
    secret:
      description: V(set) or V(none).
      type: str
      sample: set
client_secret:
  description:
    - The secret that this run generated. The result is then censored in the output and complete in
      the registered result.
  returned: when O(generate_secret) made one, outside check mode
  type: str
revoked_tokens:
  description: Number of revoked tokens of the client, or of a former client with the same id.
  returned: when the client was created, and with O(state=absent)
  type: int
  sample: 2
"""

from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.client_registry import (
    NuxeoClientRegistry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run_manager


def main() -> None:
    run_manager(NuxeoClientRegistry)


if __name__ == '__main__':
    main()
