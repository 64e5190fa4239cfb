#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuxeo_online_token_info
short_description: Check a token of Nuxeo Online Services and list its Studio projects
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Checks whether Nuxeo Online Services accepts the token, and lists the projects that it can
    access. The request has no side effects.
  - These tokens can be created, listed and revoked only on the web page
    U(https://connect.nuxeo.com/nuxeo/site/connect/tokens). They do not expire.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.info
  - buildops.tokens.attributes.tokens
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
options:
  url:
    description:
      - URL of Nuxeo Online Services.
    type: str
    default: https://connect.nuxeo.com/nuxeo
  username:
    description:
      - User name of Nuxeo Online Services. This is not the e-mail address of the login page.
    type: str
    required: true
  token:
    description:
      - The token. The web page shows it only once, when it is created.
    type: str
    required: true
  project:
    description:
      - Symbolic name of a Studio project that the token must be able to access.
    type: str
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: Token management of Nuxeo Online Services
    description: How a person creates a token, and where it is used.
    link: https://doc.nuxeo.com/studio/token-management/
"""

EXAMPLES = r"""
- name: Check the token
  buildops.tokens.nuxeo_online_token_info:
    username: jdoe
    token: "{{ vault_nos_token }}"
    project: jdoe-SANDBOX
  register: nos

- name: Stop when it does not open the project
  ansible.builtin.assert:
    that: nos.exists and nos.project_accessible
    fail_msg: Make a new token at https://connect.nuxeo.com/nuxeo/site/connect/tokens
"""

RETURN = r"""
exists:
  description: Whether the service accepts the token.
  returned: success
  type: bool
expired:
  description: Always null, since these tokens do not expire.
  returned: success
  type: bool
expires_at:
  description: Always null, since these tokens do not expire.
  returned: success
  type: str
projects:
  description: Projects that the token can access.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the project.
      type: str
      sample: My Project
    symbolic_name:
      description: Symbolic name, which tools use.
      type: str
      sample: jdoe-SANDBOX
    uuid:
      description: Identifier of the project.
      type: str
project_accessible:
  description: Whether the token can access O(project). Null if O(project) is not set.
  returned: success
  type: bool
server:
  description: Always empty.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    NuxeoOnlineToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run_info


def main() -> None:
    run_info(NuxeoOnlineToken)


if __name__ == '__main__':
    main()
