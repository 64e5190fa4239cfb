#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: token_source_info
short_description: Get information about the token of a source by the name of the source
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Runs the info module of the source's type with the options from the variable C(token_sources).
  - Values that the server cannot report are null.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.info
options:
  name:
    description:
      - Name of the source in C(token_sources).
    type: str
    required: true
notes:
  - Runs on the controller only.
requirements:
  - The Python library requests 2.28 or newer on the controller.
seealso:
  - module: buildops.tokens.token_source
"""

EXAMPLES = r"""
- name: Look at the token of the source "company"
  buildops.tokens.token_source_info:
    name: company
"""

RETURN = r"""
exists:
  description: Whether there is a token, or null if unknown.
  returned: success
  type: bool
expires_at:
  description: Time of expiry, in UTC, or null.
  returned: success
  type: str
expired:
  description: Whether the token has expired, or null if unknown.
  returned: success
  type: bool
server:
  description: What is known about the server.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import (
    fail_not_on_controller,
)


def main() -> None:
    fail_not_on_controller('token_source_info')


if __name__ == '__main__':
    main()
