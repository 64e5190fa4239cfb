#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nexus_user_token
short_description: Manage the user token of a user in Sonatype Nexus Repository
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Gets the user token of a user of Sonatype Nexus Repository Manager Pro, version 2.0 to 3.9x.
    Creates it if the user does not have one.
  - A user token is a name code and a pass code, which build tools use instead of the user name and
    password.
  - A user has one token, shared by everything that uses it. A token that is still good is therefore
    replaced only if the options request it.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
  - buildops.tokens.source.policy
  - buildops.tokens.source.state
attributes:
  check_mode:
    support: full
    details:
      - Creates no token.
      - Nexus Repository 3.69 and newer reports whether a token exists.
      - For older versions, a warning says that this is unknown.
  diff_mode:
    support: partial
    details:
      - A result with a token is censored in the output, as is its diff.
      - The registered result contains both.
  idempotent:
    support: partial
    details:
      - With O(regenerate=always) every run replaces the token.
options:
  url:
    description:
      - URL of the Nexus Repository, including its context path. The default context path is
        V(/nexus) in Nexus 2 and empty in Nexus 3.
    type: str
    required: true
  username:
    description:
      - Name of a user who can log in with a password. Case-sensitive.
    type: str
    required: true
  password:
    description:
      - Password of O(username).
    type: str
    required: true
  nexus_version:
    description:
      - Version of the server, for example V(3.71.0) or V(2.14.9). By default, it is detected from
        the server's responses, usually without an extra request.
    type: str
  user_id:
    description:
      - User to manage the token of, if different from O(username). O(username) must then be an
        administrator.
      - Requires Nexus Repository 3.90.1 or newer. This is the only way for users of single sign-on,
        who do not have a password.
    type: str
  realm:
    description:
      - User source of O(user_id) in Nexus, for example V(default), V(LDAP), V(SAML) or V(Crowd).
      - The default is V(default).
    type: str
  min_remaining:
    description:
      - Minimum remaining lifetime of a token, in seconds. With V(0), a token is replaced only after
        it has expired.
      - If the whole lifetime is not longer than that, a fifth of the lifetime is required instead.
      - A token that is replaced earlier stops working everywhere it is in use.
    type: int
    default: 0
  max_age:
    description:
      - Age in seconds at which a token counts as expired, for servers that do not set an expiry.
      - The replaced token stops working everywhere it is in use.
    type: int
seealso:
  - module: buildops.tokens.nexus_user_token_info
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: User tokens in Sonatype Nexus Repository
    description: What a user token is, and how an administrator enables them.
    link: https://help.sonatype.com/en/user-tokens.html
"""

EXAMPLES = r"""
- name: Make sure that the build user has a user token
  buildops.tokens.nexus_user_token:
    url: https://nexus.example.com
    username: ci
    password: "{{ vault_nexus_password }}"
  register: nexus

- name: Use it
  buildops.tokens.maven_server:
    id: company-releases
    username: "{{ nexus.token.name_code }}"
    password: "{{ nexus.token.pass_code }}"

- name: Replace the token of a user of single sign-on (3.90.1 and newer)
  buildops.tokens.nexus_user_token:
    url: https://nexus.example.com
    username: admin
    password: "{{ vault_nexus_admin_password }}"
    user_id: jdoe@example.com
    realm: SAML
    regenerate: always
  run_once: true

- name: Revoke the token
  buildops.tokens.nexus_user_token:
    url: https://nexus.example.com
    username: ci
    password: "{{ vault_nexus_password }}"
    state: absent
"""

RETURN = r"""
token:
  description:
    - The token. Null if there is none (O(state=absent), check mode), or if it exists but cannot be
      read again (O(user_id)).
    - Censored in the output, complete in the registered result.
  returned: success
  type: dict
  contains:
    kind:
      description: Always V(basic).
      type: str
      sample: basic
    type:
      description: Always V(nexus_user_token).
      type: str
      sample: nexus_user_token
    username:
      description: The name code, under the name that most tools use.
      type: str
    password:
      description: The pass code, under the name that most tools use.
      type: str
    name_code:
      description: The name code, as Nexus calls it.
      type: str
    pass_code:
      description: The pass code, as Nexus calls it. With O(user_id), only the run that creates the
        token returns it.
      type: str
    authorization:
      description: Value of an C(Authorization) header with this token.
      type: str
    user:
      description: User that the token belongs to.
      type: str
      sample: ci
    created:
      description: Time of creation, in UTC.
      type: str
      sample: '2026-01-28T17:17:07Z'
    expires_at:
      description: Time of expiry, in UTC. Null if the token does not expire or the server does not
        report it (before 3.69).
      type: str
      sample: '2026-02-27T17:17:07Z'
    fingerprint:
      description: Twelve hexadecimal digits that identify the token without revealing it.
      type: str
      sample: 9f86d081884c
server:
  description: What is known about the server, without extra requests.
  returned: success
  type: dict
  contains:
    version:
      description: Version, as reported by the server.
      type: str
      sample: 3.71.0-06
    edition:
      description: V(PRO), V(COMMUNITY) or V(OSS). Not known for Nexus 2.
      type: str
      sample: PRO
"""

from ansible_collections.buildops.tokens.plugins.module_utils._sources.nexus_user_token import (
    NexusUserToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run


def main() -> None:
    run(NexusUserToken)


if __name__ == '__main__':
    main()
