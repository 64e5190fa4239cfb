#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nexus_user_token_info
short_description: Tell about a user token in Sonatype Nexus Repository without creating it
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Tells whether a user has a user token, when it expires, and whether the feature is enabled at all.
  - Nothing is created, changed or used up on the server.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.info
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
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
seealso:
  - module: buildops.tokens.nexus_user_token
"""

EXAMPLES = r"""
- name: Look at the token of the build user
  buildops.tokens.nexus_user_token_info:
    url: https://nexus.example.com
    username: ci
    password: "{{ vault_nexus_password }}"
  register: nexus

- name: Say when it ends
  ansible.builtin.debug:
    msg: "The token ends at {{ nexus.expires_at }}"
  when: nexus.exists
"""

RETURN = r"""
exists:
  description: Whether the user has a token. Null where the server cannot tell without creating one (before 3.69).
  returned: success
  type: bool
expired:
  description: Whether it has expired. Null where there is no token, or nobody knows.
  returned: success
  type: bool
expires_at:
  description: When it expires, in UTC, or null.
  returned: success
  type: str
  sample: '2026-02-27T17:17:07Z'
created:
  description: When it was created, in UTC, where O(user_id) is set.
  returned: success
  type: str
  sample: '2026-01-28T17:17:07Z'
feature_enabled:
  description: Whether user tokens are switched on. Null where only an administrator could see that.
  returned: success
  type: bool
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
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run_info


def main():
    run_info(NexusUserToken)


if __name__ == '__main__':
    main()
