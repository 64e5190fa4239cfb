#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: yarn_credential
short_description: Manage credentials of npm registries for yarn 2 and newer
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of registries to C(npmRegistries) in the C(.yarnrc.yml) of the user, which
    yarn 2 and newer read instead of C(.npmrc).
  - All other lines stay identical. What C(yarn config set) would lose, as comments, stays.
  - Only mappings in block style are edited. A file with tabs, anchors, keys that occur twice,
    several documents or values on several lines is refused, with the line.
  - A user name and a password become C(npmAuthIdent), an access token becomes C(npmAuthToken). The
    other one is removed, since yarn would prefer an access token.
  - yarn need not be installed.
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
      scopes:
        description: See O(scopes).
        type: list
        elements: str
      set_registry:
        description: See O(set_registry).
        type: bool
        default: false
      always_auth:
        description: See O(always_auth).
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
      - The registry, as V(https://nexus.example.com/repository/npm/), with the path that
        C(npmRegistryServer) has. A credential for a host alone is not used below it.
      - With C(http://), yarn requires the host in C(unsafeHttpWhitelist) as well.
    type: str
  scopes:
    description:
      - Scopes whose packages come from this registry, as V(@company). Each gets
        C(npmRegistryServer) in C(npmScopes). Other scopes stay.
    type: list
    elements: str
  set_registry:
    description:
      - Whether this becomes the registry of all packages without a scope, with
        C(npmRegistryServer).
    type: bool
  always_auth:
    description:
      - Whether to set C(npmAlwaysAuth) for the registry. By default V(true), since yarn otherwise
        sends no credential for packages without a scope. V(false) leaves it unchanged.
    type: bool
  path:
    description:
      - The file. By default C(.yarnrc.yml) in the home folder that the password database has for
        the user.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  project_paths:
    description:
      - Folders of projects whose C(.yarnrc.yml) is compared. If yarn would use another credential
        because of it, the task fails. They are not changed.
    type: list
    elements: path
  verify_url:
    description:
      - Address that O(verify) asks. By default C(/-/whoami) of the registry.
    type: str
notes:
  - Entries in C(npmRegistries) come before the variables C(YARN_NPM_AUTH_TOKEN) and
    C(YARN_NPM_AUTH_IDENT) of a job. A job with C(YARN_RC_FILENAME) reads a file of another name.
seealso:
  - module: buildops.tokens.npm_credential
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'yarn: .yarnrc.yml'
    description: The files that yarn reads, and their settings.
    link: https://yarnpkg.com/configuration/yarnrc
"""

EXAMPLES = r"""
- name: Have yarn use a Nexus user token for all packages
  buildops.tokens.yarn_credential:
    url: https://nexus.example.com/repository/npm/
    token: company
    set_registry: true

- name: Have yarn use a bearer token for the packages of a scope
  buildops.tokens.yarn_credential:
    url: https://npm.example.com/
    access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"
    scopes: ['@company']

- name: Remove the credential of a registry
  buildops.tokens.yarn_credential:
    url: https://npm.example.com/
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.yarnrc.yml
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    url:
      description: The registry, as given.
      type: str
      sample: https://nexus.example.com/repository/npm/
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(kind) (from a
          password to an access token, or the other way round), V(duplicates), V(always_auth),
          V(registry).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether yarn finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What yarn uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /srv/shop/.yarnrc.yml has another entry for it in npmRegistries, which is used. Remove it
        there
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
      description: The registry of the entry, as given.
      type: str
      sample: https://nexus.example.com/repository/npm/
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://nexus.example.com/repository/npm/-/whoami
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.yarn_credentials import (
    YarnCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(YarnCredentials)


if __name__ == '__main__':
    main()
