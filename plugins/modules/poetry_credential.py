#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: poetry_credential
short_description: Manage credentials of package sources for Poetry
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of package sources to C(auth.toml) of Poetry.
  - All other tables and comments stay identical. A table in another spelling than
    C([http-basic.NAME]) is refused, with its line.
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
      - Name of the source, as the C(pyproject.toml) of a project has it.
      - Poetry 1 does not find a source with a full stop in its name.
    type: str
  path:
    description:
      - The file. By default C(.config/pypoetry/auth.toml) in the home folder that the
        password database has for the user.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  project_paths:
    description:
      - Folders of projects whose C(poetry.toml) is compared. A credential for the same source there
        is used instead, so that the task fails. They are not changed.
    type: list
    elements: path
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'Poetry: repositories'
    description: How a project names a repository, and its credentials.
    link: https://python-poetry.org/docs/repositories/
"""

EXAMPLES = r"""
- name: Have Poetry use a Nexus user token
  buildops.tokens.poetry_credential:
    name: company
    token: company

- name: Remove a credential
  buildops.tokens.poetry_credential:
    name: company
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.config/pypoetry/auth.toml
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the source.
      type: str
      sample: company
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(username).
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
        /srv/shop/poetry.toml has another credential for it, which is used. Remove it there
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
      description: Name of the source.
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
    poetry_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(poetry_credentials.PoetryCredentials)


if __name__ == '__main__':
    main()
