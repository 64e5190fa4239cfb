#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuget_credential
short_description: Manage credentials of package sources in NuGet.Config
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of package sources to the C(NuGet.Config) of a user, as C(Username) and
    C(ClearTextPassword). NuGet cannot read an encrypted password on Linux.
  - An encrypted password of the source is removed, since NuGet rejects a file with both.
  - All other elements and comments stay identical, and so does a byte order mark.
  - Neither dotnet nor mono need be installed.
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
      set_source:
        description: See O(set_source).
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
  name:
    description:
      - Name of the source, with the capitals that it has in C(packageSources). Characters that XML
        does not allow in the name of an element are written as NuGet does it.
    type: str
  url:
    description:
      - Address of the source. With O(verify) it is asked, unless O(verify_url) is given.
    type: str
  set_source:
    description:
      - Whether to add O(url) to C(packageSources), or to change it there. Otherwise the source must
        be in this file or in that of a project.
    type: bool
  access_token:
    description:
      - Bearer token. NuGet sends it as the password of O(username), by default V(oauth2). It must
        be a string.
    type: raw
  path:
    description:
      - The file. By default that of dotnet, C(.nuget/NuGet/NuGet.Config), in the home folder that
        the password database has for the user. If that of mono exists,
        C(.config/NuGet/NuGet.Config), it is written as well, or instead if that of dotnet does not
        exist.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  project_paths:
    description:
      - Folders whose C(NuGet.Config) is compared. Other credentials for the source there are used
        instead, so that the task fails. They are not changed.
    type: list
    elements: path
notes:
  - NuGet replaces what is between two percent signs by a variable of the environment, and has no
    other way to write it. So such names, user names, passwords and tokens are refused.
  - A new file also gets the source nuget.org, as NuGet itself would write it.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: NuGet.Config
    description: The sections of the file.
    link: https://learn.microsoft.com/nuget/reference/nuget-config-file
"""

EXAMPLES = r"""
- name: Write the credentials of a source that the projects define
  buildops.tokens.nuget_credential:
    name: internal
    token: company

- name: Add the source as well
  buildops.tokens.nuget_credential:
    name: company
    token: company
    url: https://nexus.example.com/repository/nuget/v3/index.json
    set_source: true

- name: Use a user name and password
  buildops.tokens.nuget_credential:
    name: partner
    username: ci
    password: "{{ vault_nuget_password }}"

- name: Remove the credentials of a source
  buildops.tokens.nuget_credential:
    name: partner
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.nuget/NuGet/NuGet.Config
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the source, as given.
      type: str
      sample: company
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(username), V(secret), V(kind)
          (an encrypted password is replaced), V(duplicates), V(source).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether NuGet finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What NuGet uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /srv/shop/nuget.config has other credentials for it, which are used. Remove them there
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
      description: Name of the source, as given.
      type: str
      sample: company
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://nexus.example.com/repository/nuget/v3/index.json
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.nuget_credentials import (
    NugetCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(NugetCredentials)


if __name__ == '__main__':
    main()
