#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: netrc_credential
short_description: Manage credentials in netrc files
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes entries of hosts to C(.netrc), which curl, wget, git, Go, pip, requests, poetry, uv and
    others read. For the files of apt, see M(buildops.tokens.apt_credential).
  - All other entries, comments and macros stay identical.
  - These programs read the same file differently. So only values are written that all of them read
    alike, and the task fails if the file has something with which one of them finds another
    credential, or none. The message names the line.
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
      - Name of the host. It is without a port, since most clients look for the host alone, on all
        ports.
    type: str
  port:
    description:
      - Port of the server, if it is not the usual one. Go looks for V(host:port), so that a second
        entry is written for it.
    type: int
  exclusive:
    description:
      - Whether to remove other users of the same host. Python takes the last entry of a host, other
        clients the first, so that the task fails if there are others.
      - By default V(true) for a source whose tokens have a new user name each, as those of Nexus;
        else V(false).
    type: bool
  path:
    description:
      - The file. By default C(.netrc) in the home folder that the password database has for the
        user.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  for_python:
    description:
      - Whether pip and other programs in Python use the file. Python reads nothing from a file with
        something that it does not understand, as an unknown word, or a comment behind an empty
        line. With V(false), this is accepted, and other users of a host behind the entry are.
    type: bool
    default: true
seealso:
  - module: buildops.tokens.apt_credential
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'curl: .netrc'
    description: What the fields of the file mean.
    link: https://everything.curl.dev/usingcurl/netrc.html
"""

EXAMPLES = r"""
- name: Have curl, git, pip and others use a Nexus user token
  buildops.tokens.netrc_credential:
    host: nexus.example.com
    token: company

- name: Have Go find it as well, on another port
  buildops.tokens.netrc_credential:
    host: nexus.example.com
    port: 8443
    token: company

- name: Store an access token as a password
  buildops.tokens.netrc_credential:
    host: git.example.com
    username: oauth2
    access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"

- name: Remove all users of a host
  buildops.tokens.netrc_credential:
    host: nexus.example.com
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.netrc
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host, as given.
      type: str
      sample: nexus.example.com
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(duplicates),
          V(other_users), V(order) (most clients took another entry first).
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
        line 3 has an entry for another user of the same host, and most clients take the first.
        Remove it, or set exclusive
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
      sample: nexus.example.com
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

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.netrc_credentials import (
    NetrcCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(NetrcCredentials)


if __name__ == '__main__':
    main()
