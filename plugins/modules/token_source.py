#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: token_source
short_description: Make sure that there is a token of a source, by the source's name
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Does what the module of the source's type does, with the options that stand in the variable C(token_sources).
  - It is what playbooks loop over that get, replace or revoke the tokens of sources of any type.
extends_documentation_fragment:
  - buildops.tokens.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - A result that holds a token is hidden in output, and its diff with it. It stands in the registered result.
  idempotent:
    support: partial
    details:
      - With O(regenerate=always) every run replaces the token.
options:
  name:
    description:
      - Name of the source in C(token_sources).
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that there is a token, V(absent) that there is none.
    type: str
    choices: [present, absent]
    default: present
  regenerate:
    description:
      - When an existing token is replaced, instead of what the source says.
    type: str
    choices: [never, if_expired, if_invalid, always]
notes:
  - Runs on the controller only.
  - The result is hidden in output and logs without C(no_log), and stays usable when registered.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Replace the token of the source "company"
  buildops.tokens.token_source:
    name: company
    regenerate: always
  run_once: true
"""

RETURN = r"""
token:
  description: The token, as the module of its type returns it.
  returned: success
  type: dict
server:
  description: What the server told about itself.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import explain


def main():
    explain('token_source')


if __name__ == '__main__':
    main()
