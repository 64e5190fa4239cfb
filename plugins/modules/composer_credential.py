#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: composer_credential
short_description: Manage credentials of servers in auth.json of Composer
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of servers to the file C(auth.json) of a user. A user name and a password
    become C(http-basic), an access token becomes C(bearer).
  - Only one kind remains for a server, since Composer prefers an access token to a password.
  - All other members stay identical, with their order, indentation and numbers.
  - Composer need not be installed.
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
      - Address of the repository, or of its server, as in C(composer.json). Composer compares host
        and port only, so there is one entry for all repositories of a server.
      - A port that is not in the addresses of C(composer.json) must not be given here.
    type: str
  verify_url:
    description:
      - Address that O(verify) asks. By default C(packages.json) of O(url).
    type: str
  path:
    description:
      - The file. By default C(auth.json) in the folder that Composer uses, in the home folder that
        the password database has for the user. That is the first that exists of C(.config/composer)
        and C(.composer). If neither exists, it is the first of them where C(/etc/xdg) exists, else
        the second.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  project_paths:
    description:
      - Folders of projects whose C(auth.json) and C(composer.json) are compared. If Composer would
        use another credential because of them, the task fails. They are not changed.
    type: list
    elements: path
notes:
  - The variable of the environment C(COMPOSER_AUTH) has precedence over all files.
  - C(composer config --list) prints passwords.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'Composer: authentication'
    description: The forms of credentials that Composer knows.
    link: https://getcomposer.org/doc/articles/authentication-for-private-packages.md
"""

EXAMPLES = r"""
- name: Have Composer use a Nexus user token
  buildops.tokens.composer_credential:
    url: https://nexus.example.com/repository/composer/
    token: company

- name: Write a bearer token, and compare the files of a project
  buildops.tokens.composer_credential:
    url: https://packages.example.com:8443/
    access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"
    project_paths: [/srv/shop]

- name: Remove the credentials of a server
  buildops.tokens.composer_credential:
    url: https://packages.example.com:8443/
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.config/composer/auth.json
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    url:
      description: The address, as given.
      type: str
      sample: https://nexus.example.com/repository/composer/
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(username), V(secret), V(kind)
          (from a password to an access token, or the other way round).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether Composer finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What Composer uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /srv/shop/auth.json has another credential for it, which is used. Remove it there
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
      description: The address, as given.
      type: str
      sample: https://nexus.example.com/repository/composer/
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://nexus.example.com/repository/composer/packages.json
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
    composer_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(composer_credentials.ComposerCredentials)


if __name__ == '__main__':
    main()
