#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: gradle_credential
short_description: Manage credentials of repositories in gradle.properties
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes the properties from which Gradle 6.6 and newer take the credentials of a repository that
    is declared with C(credentials(PasswordCredentials)) or C(credentials(HttpHeaderCredentials)).
  - A user name and a password become C(<name>Username) and C(<name>Password), an access token
    becomes C(<name>AuthHeaderName) and C(<name>AuthHeaderValue). The other two are removed.
  - All other lines stay identical. New ones are in ASCII, since Gradle reads the file as
    ISO-8859-1.
  - Gradle need not be installed.
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
      - Name of the repository in the build, of letters and digits. Gradle accepts no others for
        credentials from properties.
    type: str
  verify_url:
    description:
      - Address in the repository that O(verify) asks.
    type: str
  path:
    description:
      - The file. By default C(.gradle/gradle.properties) in the home folder that the password
        database has for the user, where Gradle looks too. If C(GRADLE_USER_HOME) is set for the
        builds, give C(gradle.properties) in that folder.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
notes:
  - Gradle 6 and older send C(?) for characters outside ASCII.
  - The variables of the environment C(ORG_GRADLE_PROJECT_...) and the option C(-P) of a build have
    precedence. The C(gradle.properties) of a project has not.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'Gradle: declaring repositories'
    description: How a build names the credentials of a repository.
    link: https://docs.gradle.org/current/userguide/declaring_repositories.html
"""

EXAMPLES = r"""
- name: Have Gradle use a Nexus user token for the repository "company"
  buildops.tokens.gradle_credential:
    name: company
    token: company

- name: Write a bearer token for one user of the host
  buildops.tokens.gradle_credential:
    name: internal
    access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"
    path: /opt/ci/gradle/gradle.properties
  become: true
  become_user: ci

- name: Remove the credentials of a repository
  buildops.tokens.gradle_credential:
    name: company
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.gradle/gradle.properties
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the repository, as given.
      type: str
      sample: company
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(username), V(secret), V(kind)
          (from a password to an access token, or the other way round), V(duplicates).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether Gradle finds the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
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
      description: Name of the repository, as given.
      type: str
      sample: company
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://nexus.example.com/repository/maven-public/org/
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
    gradle_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(gradle_credentials.GradleCredentials)


if __name__ == '__main__':
    main()
