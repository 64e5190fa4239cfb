#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pip_credential
short_description: Manage credentials of package indexes for pip
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of package indexes for pip, pipenv and others that read its files. By default
    they are written to C(.netrc), and no secret is in pip's configuration, where C(pip config list)
    shows it. Instead, they can be put into the URLs of C(pip.conf).
  - All other lines of both files stay identical. What C(pip config set) would lose, as comments,
    stays.
  - uv, twine and Poetry have files of other kinds. See M(buildops.tokens.uv_credential),
    M(buildops.tokens.pypirc_credential) and M(buildops.tokens.poetry_credential).
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
      set_index:
        description: See O(set_index).
        type: str
        choices: [none, index, extra]
        default: none
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
  url:
    description:
      - The index, as V(https://nexus.example.com/repository/pypi/simple), or the server. In pip's
        configuration the credential is for all URLs of C(index-url), C(extra-index-url) and
        C(find-links) that begin with it; in C(.netrc) it is for the host.
    type: str
  set_index:
    description:
      - Whether to add the index to section C([global]) of pip's configuration. V(index) sets
        C(index-url), V(extra) adds it to C(extra-index-url). It is not removed with
        O(state=absent).
      - With C(extra-index-url), pip takes the newest version of a package from any of the indexes.
        Somebody else may publish a package of the same name to a public one.
    type: str
    choices: [none, index, extra]
  exclusive:
    description:
      - Whether to remove other users of the host from C(.netrc), with O(via=netrc). pip takes the
        last entry of a host, other clients the first, so that the task fails if there are others.
      - By default V(true) for a source whose tokens have a new user name each, as those of Nexus;
        else V(false).
    type: bool
  via:
    description:
      - Where the credential is written. V(netrc) is C(.netrc), which curl, git and others read as
        well; a user name and password in a URL of the server is removed from pip's configuration,
        since pip would use it first. V(url) is the URLs in C(pip.conf), where each index of a host
        can have another user.
    type: str
    choices: [netrc, url]
    default: netrc
  path:
    description:
      - The file with the credentials. By default, with O(via=netrc), C(.netrc) in the home folder
        that the password database has for the user; with O(via=url), pip's configuration, as for
        O(config_path).
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  config_path:
    description:
      - pip's configuration, with O(via=netrc). By default C(.config/pip/pip.conf) in the home
        folder, or C(.pip/pip.conf) if only that exists. If both exist, both are edited. The
        C(pip.conf) of a virtual environment is used before those, so give it here.
    type: path
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: 'pip: authentication'
    description: Where pip finds credentials, and in which order.
    link: https://pip.pypa.io/en/stable/topics/authentication/
"""

EXAMPLES = r"""
- name: Have pip get all packages from Nexus
  buildops.tokens.pip_credential:
    url: https://nexus.example.com/repository/pypi/simple
    token: company
    set_index: index

- name: Put the credential into the URLs of pip.conf that name the server
  buildops.tokens.pip_credential:
    url: https://nexus.example.com
    token: company
    via: url

- name: Use an access token as a password
  buildops.tokens.pip_credential:
    url: https://pypi.example.com/simple
    username: __token__
    access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"

- name: Remove the credential
  buildops.tokens.pip_credential:
    url: https://pypi.example.com/simple
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
    url:
      description: The URL, as given.
      type: str
      sample: https://nexus.example.com/repository/pypi/simple
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(index), V(url) (a
          user name was removed from a URL), V(duplicates), V(other_users), V(order).
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
        section [install] has another index-url in line 5
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
      description: The URL, as given.
      type: str
      sample: https://nexus.example.com/repository/pypi/simple
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

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.pip_credentials import (
    PipCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(PipCredentials)


if __name__ == '__main__':
    main()
