#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cargo_credential
short_description: Manage tokens of registries in credentials.toml of Cargo
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes tokens of registries to the file C(credentials.toml). Cargo sends a token as the whole
    header, so a user name and a password become C(Basic) with base64, and an access token becomes
    C(Bearer) with the token.
  - Configures Cargo to read the file. Cargo 1.74 and newer refuse a registry that requires
    credentials unless it has a credential provider.
  - All other lines stay identical, with comments, which C(cargo login) loses.
  - Cargo need not be installed.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.files
  - buildops.tokens.package_client
  - buildops.tokens.package_client.verification
  - buildops.tokens.package_client.plain_http
options:
  entries:
    description:
      - List of entries, all written at once. Instead, the options of one entry can be given
        directly.
    type: list
    elements: dict
    suboptions:
      name:
        description: See O(name).
        type: str
        required: true
      provider:
        description: See O(provider).
        type: bool
        default: true
      token:
        description: See O(token).
        type: str
      username:
        description: See O(username).
        type: str
      password:
        description: See O(password).
        type: raw
      access_token:
        description: See O(access_token).
        type: raw
      expires_at:
        description: See O(expires_at).
        type: str
      verify_url:
        description: See O(verify_url).
        type: str
      state:
        description: See O(state).
        type: str
        choices: [present, absent]
        default: present
  name:
    description:
      - Name of the registry in the configuration of Cargo, as V(company) for
        C([registries.company]). Where the environment defines the registry, it is in lower case
        with underscores.
    type: str
  provider:
    description:
      - Whether to set C(credential-provider) of the registry in C(config.toml), beside the file, to
        V(cargo:token). It is not set if Cargo reads the file already. By default V(true).
      - V(false) leaves C(config.toml) unchanged. The task fails if Cargo would not read the file.
    type: bool
  verify_url:
    description:
      - Address in the registry that O(verify) asks, as that of its C(config.json).
    type: str
  path:
    description:
      - The file. By default C(.cargo/credentials.toml) in the home folder that the password
        database has for the user, or C(.cargo/credentials) of older versions if that exists alone.
        If C(CARGO_HOME) is set for the builds, give the file in that folder.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
notes:
  - The variable of the environment C(CARGO_REGISTRIES_<NAME>_TOKEN) has precedence.
  - Removing an entry leaves C(credential-provider) in place, without which Cargo would report
    another error.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'Cargo: registry authentication'
    description: How Cargo finds the token of a registry.
    link: https://doc.rust-lang.org/cargo/reference/registry-authentication.html
"""

EXAMPLES = r"""
- name: Have Cargo use a Nexus user token
  buildops.tokens.cargo_credential:
    name: company
    token: company

- name: Write a bearer token and verify it
  buildops.tokens.cargo_credential:
    name: internal
    access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"
    verify_url: https://crates.example.com/index/config.json
    verify: true

- name: Remove the token of a registry
  buildops.tokens.cargo_credential:
    name: internal
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.cargo/credentials.toml
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the registry, as given.
      type: str
      sample: company
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(kind) (from a
          password to an access token, or the other way round), V(provider).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether Cargo finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What Cargo uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /home/ci/.cargo/credentials exists, and is read instead of this file. Move what it contains
        here
    fingerprint:
      description: Twelve hexadecimal digits that identify the access token without revealing it.
      returned: for an O(access_token)
      type: str
      sample: 9f86d081884c
    expires_at:
      description: When the credential expires.
      returned: when it is known
      type: str
      sample: "2026-01-31T12:00:00Z"
permissions_restricted:
  description: Whether read access of other users to the file was removed.
  returned: success
  type: bool
  sample: false
verification:
  description: Whether the server accepted the credentials, for each present entry.
  returned: with O(verify)
  type: list
  elements: dict
  contains:
    name:
      description: Name of the registry, as given.
      type: str
      sample: company
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://crates.example.com/index/config.json
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.cargo_credentials import (
    CargoCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(CargoCredentials)


if __name__ == '__main__':
    main()
