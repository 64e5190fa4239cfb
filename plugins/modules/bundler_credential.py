#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: bundler_credential
short_description: Manage credentials of gem servers for Bundler and gem push
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of gem servers to the configuration of Bundler, encoded so that Bundler reads
    them back. Those of C(gem push) can be written with them.
  - All other lines stay identical, with comments, which C(bundle config set) loses. Other spellings
    of the same key are removed, since the last in the file counts.
  - Neither Bundler nor RubyGems need be installed.
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
      gem_push:
        description: See O(gem_push).
        type: bool
        default: false
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
      - The source. With a path, as V(https://nexus.example.com/repository/rubygems/), the
        credential is for a source with exactly this address.
      - Without a path it is for all sources of the host. Bundler then ignores the port.
    type: str
  gem_push:
    description:
      - Whether to write the credential for C(gem push) as well, to C(.gem/credentials), or to
        C(.local/share/gem/credentials) if that exists alone. Its option C(--host) must be given as
        O(url) is. An access token is sent as a bearer token.
      - With O(state=absent) it is removed there in any case.
    type: bool
  access_token:
    description:
      - Bearer token. Bundler sends it as the password of O(username), by default V(oauth2). It must
        be a string.
    type: raw
  verify_url:
    description:
      - Address that O(verify) asks. By default C(versions) below O(url).
    type: str
  path:
    description:
      - The file. By default C(.bundle/config) in the home folder that the password database has for
        the user. The file of O(gem_push) is in the same home folder.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  project_paths:
    description:
      - Folders of projects whose C(.bundle/config) is compared. A credential for the same source
        there is used instead, so that the task fails. They are not changed.
    type: list
    elements: path
notes:
  - Variables of the environment with the name of the key have precedence.
  - C(gem push) refuses its file unless its mode is 0600, which it gets.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'Bundler: bundle config'
    description: Where Bundler finds credentials, and in which order.
    link: https://bundler.io/man/bundle-config.1.html
"""

EXAMPLES = r"""
- name: Have Bundler use a Nexus user token for one repository
  buildops.tokens.bundler_credential:
    url: https://nexus.example.com/repository/rubygems/
    token: company

- name: Write a password for all sources of a host, and for gem push
  buildops.tokens.bundler_credential:
    url: https://gems.example.com
    username: ci
    password: "{{ vault_gems_password }}"
    gem_push: true

- name: Remove the credentials of a host
  buildops.tokens.bundler_credential:
    url: https://gems.example.com
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.bundle/config
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    url:
      description: The source, as given.
      type: str
      sample: https://nexus.example.com/repository/rubygems/
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(duplicates),
          V(gem_push).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether Bundler finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What Bundler uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /srv/shop/.bundle/config has another credential for it, which is used. Remove it there
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
      description: The source, as given.
      type: str
      sample: https://nexus.example.com/repository/rubygems/
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://nexus.example.com/repository/rubygems/versions
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries import (
    bundler_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(bundler_credentials.BundlerCredentials)


if __name__ == '__main__':
    main()
