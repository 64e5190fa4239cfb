#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: token_deliveries_info
short_description: Check all token sources of the inventory, and tell which hosts want which delivery
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Looks through C(token_sources) and the deliveries of all hosts, without a request and without rendering any secret.
  - Names every mistake in names, types and options, with the nearest right name. The task fails when there is one.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.info
options:
  deliveries:
    description:
      - For each delivery, the variable that holds its list of entries.
    type: dict
    default: {}
  once:
    description:
      - Names of those deliveries that go to a server and not to the host. Of several hosts for which the variables of one of them, and all that these
        refer to, are the same, the first does it.
    type: list
    elements: str
    default: []
  hosts:
    description:
      - The hosts to look at. All hosts of the inventory where it is not set.
    type: list
    elements: str
notes:
  - Runs on the controller only.
seealso:
  - module: buildops.tokens.token_source
"""

EXAMPLES = r"""
- name: Check the inventory
  buildops.tokens.token_deliveries_info:
    deliveries:
      maven_settings: maven_settings_servers
      git_credentials: git_credentials_entries
  delegate_to: localhost
  run_once: true
  register: plan
"""

RETURN = r"""
sources:
  description:
    - For each source that a delivery uses, its C(type) and the C(hosts) that use it.
    - C(requested_by) tells which host can ask for which of them. It is one, unless options of the source, or variables that they refer to, differ by host.
    - C(rotatable) is false where people make the tokens, and put them into the source.
  returned: always
  type: dict
  sample: {"company": {"type": "nexus_user_token", "hosts": ["agent1", "agent2"], "requested_by": {"agent1": ["agent1", "agent2"]}, "rotatable": true}}
hosts:
  description: For each delivery, the hosts that want it.
  returned: always
  type: dict
  sample: {"maven_settings": ["agent1"]}
problems:
  description: The mistakes, one sentence each.
  returned: always
  type: list
  elements: str
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import explain


def main():
    explain('token_deliveries_info')


if __name__ == '__main__':
    main()
