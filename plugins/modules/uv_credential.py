#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: uv_credential
short_description: Manage credentials in the store of uv
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of services to C(credentials.toml), the store of C(uv auth). uv reads them
    for all URLs that begin with that of the service.
  - All other credentials and comments stay identical. The lock of uv is used, so that a C(uv auth)
    at the same time loses nothing.
  - An access token is sent as a bearer token, which C(uv auth login) itself cannot store.
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
      url:
        description: See O(url).
        type: str
        required: true
      exclusive:
        description: See O(exclusive).
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
  url:
    description:
      - The service, as V(https://nexus.example.com/repository/pypi). Its credential is used for all
        URLs of that port that begin with it; of several services, the one with the longest path.
    type: str
  exclusive:
    description:
      - Whether to remove other credentials of the same service. uv takes any of them, unless the
        URL of an index has a user name.
    type: bool
  path:
    description:
      - The file. By default C(.local/share/uv/credentials/credentials.toml) in the home folder that
        the password database has for the user.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
notes:
  - uv first asks each server without a credential, unless its index has C(authenticate = "always").
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'uv: authentication'
    description: Where uv finds credentials, and in which order.
    link: https://docs.astral.sh/uv/concepts/authentication/
"""

EXAMPLES = r"""
- name: Have uv use a Nexus user token
  buildops.tokens.uv_credential:
    url: https://nexus.example.com/repository/pypi
    token: company

- name: Have uv send a bearer token
  buildops.tokens.uv_credential:
    url: https://pypi.example.com
    access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"

- name: Remove all credentials of a service
  buildops.tokens.uv_credential:
    url: https://pypi.example.com
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.local/share/uv/credentials/credentials.toml
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    url:
      description: The service, as given.
      type: str
      sample: https://nexus.example.com/repository/pypi
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(username), V(kind)
          (from a password to an access token, or the other way round), V(duplicates),
          V(other_users).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether the client finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What the client uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /home/ci/.netrc has an entry for its host, which uv uses first. Remove it, or deliver to it
        with netrc_credential
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
      description: The service, as given.
      type: str
      sample: https://nexus.example.com/repository/pypi
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://nexus.example.com/repository/private/
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.uv_credentials import (
    UvCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(UvCredentials)


if __name__ == '__main__':
    main()
