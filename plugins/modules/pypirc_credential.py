#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pypirc_credential
short_description: Manage credentials of repositories in .pypirc
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of repositories to C(.pypirc), with which twine, flit and others upload
    packages.
  - All other lines stay identical. A repository is added to the list C(index-servers), without
    which twine does not find it.
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
      url:
        description: See O(url).
        type: str
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
      - Name of the repository, as it is given to C(twine upload -r).
    type: str
  url:
    description:
      - Address of the repository. Required unless the file has it, or O(name) is V(pypi) or
        V(testpypi). It is not removed with O(state=absent).
    type: str
  path:
    description:
      - The file. By default C(.pypirc) in the home folder that the password database has for the
        user.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: The .pypirc file
    description: The sections of the file.
    link: https://packaging.python.org/en/latest/specifications/pypirc/
"""

EXAMPLES = r"""
- name: Have twine upload to Nexus
  buildops.tokens.pypirc_credential:
    name: company
    url: https://nexus.example.com/repository/pypi-releases/
    token: company

- name: Use an access token as a password
  buildops.tokens.pypirc_credential:
    name: pypi
    username: __token__
    access_token: "{{ vault_pypi_token }}"

- name: Remove a credential
  buildops.tokens.pypirc_credential:
    name: company
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.pypirc
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the repository.
      type: str
      sample: company
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(username), V(url),
          V(list) (the repository was added to C(index-servers)).
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
        it has no URL, and twine knows that of pypi and testpypi only. Give url
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
      description: Name of the repository.
      type: str
      sample: company
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

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries import (
    pypirc_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(pypirc_credentials.PypircCredentials)


if __name__ == '__main__':
    main()
