#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: token_sources
short_description: Replace, revoke or report the tokens of all sources of a plan
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Does for the sources of a plan what M(buildops.tokens.token_deliveries_info) was asked to plan.
    It replaces their tokens, revokes them, or reports whether they exist.
  - A source that fails stops no other. The task does not fail then; the result has the reasons.
options:
  run:
    description:
      - The C(run) of M(buildops.tokens.token_deliveries_info).
    type: str
    required: true
  preflight:
    description:
      - Only try what the plan uses, without a change. The task fails with all reasons.
      - These are the servers of sources and of deliveries with their logins, and what
        M(buildops.tokens.token_deliveries) found on the hosts.
    type: bool
    default: false
notes:
  - Runs on the controller only.
extends_documentation_fragment:
  - buildops.tokens.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - Replacing a token is a change each time.
requirements:
  - The Python library requests 2.28 or newer on the controller.
seealso:
  - module: buildops.tokens.token_deliveries_info
  - module: buildops.tokens.token_source
"""

EXAMPLES = r"""
- name: Check the inventory before all tokens are reported
  buildops.tokens.token_deliveries_info:
    purpose: report
  register: plan

- name: Report tokens
  buildops.tokens.token_sources:
    run: "{{ plan.run }}"
"""

RETURN = r"""
results:
  description: For each source, and for each way in which hosts define it, what happened.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: The name of the source.
      type: str
      sample: company
    type:
      description: The type of the source.
      type: str
      sample: nexus_user_token
    hosts:
      description: The hosts that use this token.
      type: list
      elements: str
    changed:
      description: Whether something changed on the server.
      type: bool
      sample: true
    failed:
      description: Whether it failed. C(msg) has the reason.
      type: bool
      sample: false
    exists:
      description: In a report, whether the token exists. Null if that cannot be known.
      type: bool
      sample: true
    expires_at:
      description: In a report, when the token expires, or null.
      type: str
      sample: '2026-01-31T12:00:00Z'
messages:
  description: The same, one sentence each.
  returned: success
  type: list
  elements: str
problems:
  description: What failed, one sentence each.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import (
    fail_not_on_controller,
)


def main() -> None:
    fail_not_on_controller('token_sources')


if __name__ == '__main__':
    main()
