#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nexus_user_token_info
short_description: Get information about a user token in Sonatype Nexus Repository
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Reports whether a user token exists, when it expires, and whether the feature is enabled,
    without creating a token.
  - Changes nothing on the server.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.info
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
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
seealso:
  - module: buildops.tokens.nexus_user_token
  - name: User tokens in Sonatype Nexus Repository
    description: What a user token is, and how an administrator enables them.
    link: https://help.sonatype.com/en/user-tokens.html
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
  description: Whether the user has a token. Null if the server cannot report it without creating
    one (before 3.69).
  returned: success
  type: bool
expired:
  description: Whether the token has expired. Null if there is no token or if this is unknown.
  returned: success
  type: bool
expires_at:
  description: Time of expiry, in UTC, or null.
  returned: success
  type: str
  sample: '2026-02-27T17:17:07Z'
created:
  description: Time of creation, in UTC, or null. It is reported with O(user_id), and from 3.69 on
    for a token without an expiry.
  returned: success
  type: str
  sample: '2026-01-28T17:17:07Z'
feature_enabled:
  description: Whether user tokens are enabled. Null if only an administrator can see that.
  returned: success
  type: bool
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
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run_info


def main() -> None:
    run_info(NexusUserToken)


if __name__ == '__main__':
    main()
