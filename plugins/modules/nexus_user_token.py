#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nexus_user_token
short_description: Make sure that a user has a user token in Sonatype Nexus Repository
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Gets the user token of a user of Sonatype Nexus Repository Manager Pro, of any version from 2.0 to 3.9x, and has it created where there is none.
  - A user token is a pair of a name code and a pass code that stands in for the user name and password in build tools.
  - A user has one token, which all that use it share. A live one is therefore never replaced unless the options ask for it.
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
      - No token is ever created. Nexus Repository 3.69 and newer tells whether one exists. For older ones a warning says that this cannot be known.
  diff_mode:
    support: partial
    details:
      - A result that holds a token is hidden in output, and its diff with it. It stands in the registered result.
  idempotent:
    support: partial
    details:
      - With O(regenerate=always) every run replaces the token.
options:
  url:
    description:
      - Address of the Nexus Repository, ending with its context path. Nexus 2 has V(/nexus) by default, Nexus 3 none.
    type: str
    required: true
  username:
    description:
      - Name of a user who can log in with a password. It is case-sensitive.
    type: str
    required: true
  password:
    description:
      - Password of that user.
    type: str
    required: true
  nexus_version:
    description:
      - Version of the server, like V(3.71.0) or V(2.14.9). By default the server's answers tell, mostly without a request more.
    type: str
  user_id:
    description:
      - The user who shall have the token, where that is another one than O(username), who then must be an administrator.
      - Needs Nexus Repository 3.90.1 or newer. It is the only way for users of single sign-on, who have no password.
    type: str
  realm:
    description:
      - Where O(user_id) comes from, as Nexus names a user's source, V(default), V(LDAP), V(SAML) or V(Crowd).
      - V(default) where it is not set.
    type: str
  min_remaining:
    description:
      - Seconds that a token must still be good for. With V(0) it is replaced once it has expired, not before.
      - A token that is replaced earlier stops working wherever it is in use.
    type: int
    default: 0
  max_age:
    description:
      - Seconds after its creation at which a token counts as expired, for servers that set no end.
      - A token that is replaced for that stops working wherever it is in use.
    type: int
seealso:
  - module: buildops.tokens.nexus_user_token_info
  - plugin: buildops.tokens.token
    plugin_type: lookup
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

- name: Replace the token of a user of single sign-on, as an administrator (3.90.1 and newer)
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
    - The token. Null where there is none (O(state=absent), check mode), and where it exists but can no longer be read (O(user_id)).
    - Hidden in output, whole when registered.
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
      description: The name code, under the name that other tools use.
      type: str
    password:
      description: The pass code, under the name that other tools use.
      type: str
    name_code:
      description: The name code, as Nexus calls it.
      type: str
    pass_code:
      description: The pass code, as Nexus calls it. With O(user_id) it is shown once, by the run that creates the token.
      type: str
    authorization:
      description: Value of an C(Authorization) header with this token.
      type: str
    user:
      description: The user whose token it is.
      type: str
      sample: ci
    created:
      description: When it was created, in UTC.
      type: str
      sample: '2026-01-28T17:17:07Z'
    expires_at:
      description: When it expires, in UTC, or null where it does not or the server does not tell (before 3.69).
      type: str
      sample: '2026-02-27T17:17:07Z'
    fingerprint:
      description: Twelve hexadecimal digits by which to tell two tokens apart.
      type: str
      sample: 9f86d081884c
server:
  description: What the server told about itself, as far as it was asked.
  returned: success
  type: dict
  contains:
    version:
      description: Version, as the server writes it.
      type: str
      sample: 3.71.0-06
    edition:
      description: V(PRO), V(COMMUNITY) or V(OSS). Nexus 2 does not tell it on the way.
      type: str
      sample: PRO
"""

from ansible_collections.buildops.tokens.plugins.module_utils._sources.nexus_user_token import (
    NexusUserToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run


def main():
    run(NexusUserToken)


if __name__ == '__main__':
    main()
