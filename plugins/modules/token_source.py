#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: token_source
short_description: Manage the token of a source by the name of the source
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Runs the module of the source's type with the options from the variable C(token_sources).
  - Playbooks use it to get, replace or revoke the tokens of sources of any type.
extends_documentation_fragment:
  - buildops.tokens.attributes
attributes:
  check_mode:
    support: full
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
  name:
    description:
      - Name of the source in C(token_sources).
    type: str
    required: true
  state:
    description:
      - V(present) ensures that a token exists, V(absent) that none exists.
    type: str
    choices: [present, absent]
    default: present
  regenerate:
    description:
      - When to replace an existing token. Overrides the setting of the source.
    type: str
    choices: [never, if_expired, if_invalid, always]
notes:
  - Runs on the controller only.
  - The result is censored in output and logs without C(no_log) and remains usable when registered.
requirements:
  - The Python library requests 2.28 or newer on the controller.
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
  description: What is known about the server.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import (
    fail_not_on_controller,
)


def main() -> None:
    fail_not_on_controller('token_source')


if __name__ == '__main__':
    main()
