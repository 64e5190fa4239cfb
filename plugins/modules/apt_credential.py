#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apt_credential
short_description: Manage credentials of package repositories for apt
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes entries of hosts to a file in C(/etc/apt/auth.conf.d), which is in a dialect of netrc.
  - All other entries stay identical.
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
      host:
        description: See O(host).
        type: str
        required: true
      port:
        description: See O(port).
        type: int
      exclusive:
        description: See O(exclusive).
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
  host:
    description:
      - Name of the host. It can have a path behind it, as in
        V(nexus.example.com/repository/debian/), and V(http://) before it for a host that apt asks
        without TLS.
    type: str
  port:
    description:
      - Port of the server, if it is not the usual one.
    type: int
  exclusive:
    description:
      - Whether to remove other users of the same host. apt takes the first entry, so that the task
        fails if another user is before it.
      - By default V(true) for a source whose tokens have a new user name each, as those of Nexus;
        else V(false).
    type: bool
  path:
    description:
      - The file. By default C(/etc/apt/auth.conf.d/buildops_tokens.conf). In that folder, apt
        ignores a file whose name does not end with C(.conf), unless it has no dot.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
seealso:
  - module: buildops.tokens.netrc_credential
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: apt_auth.conf
    description: The files that apt reads, and what it compares with them.
    link: https://manpages.debian.org/stable/apt/apt_auth.conf.5.en.html
"""

EXAMPLES = r"""
- name: Have apt use a Nexus user token
  buildops.tokens.apt_credential:
    host: nexus.example.com/repository/debian/
    token: company
  become: true

- name: Remove all users of a repository
  buildops.tokens.apt_credential:
    host: nexus.example.com/repository/debian/
    state: absent
  become: true
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /etc/apt/auth.conf.d/buildops_tokens.conf
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host, as given.
      type: str
      sample: nexus.example.com/repository/debian/
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(duplicates),
          V(other_users), V(order) (apt took a more general entry first).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether apt finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What apt uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /etc/apt/auth.conf has another credential for it, which apt reads first
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
      description: The host, as given.
      type: str
      sample: nexus.example.com/repository/debian/
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://nexus.example.com/repository/debian/dists/stable/InRelease
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.apt_credentials import (
    AptCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(AptCredentials)


if __name__ == '__main__':
    main()
