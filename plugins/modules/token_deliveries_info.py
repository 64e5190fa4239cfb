#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: token_deliveries_info
short_description: Plan the deliveries of the inventory, and check them
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Looks through C(token_sources) and the deliveries of all hosts, without a request and without
    rendering any secret.
  - Reports every mistake in names, types, options and their values, with the nearest right name.
    The task fails if there is one. What depends on a secret, a lookup or a fact of a host is left
    to the delivery.
  - Fails with the reason if no host of the run has a delivery. A slice of a job in AWX succeeds
    then.
  - Runs once, whatever hosts the play has.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.info
options:
  purpose:
    description:
      - What the plan is for. V(rotate) and V(revoke) refuse what would cut off other hosts or
        cannot be done.
    type: str
    choices: [provision, rotate, revoke, report]
    default: provision
  sources:
    description:
      - Names of sources, for V(rotate), V(revoke) and V(report), as a list, or as a text with
        commas between them. By default all that deliveries use, except for V(revoke), which
        requires it. Sources that only lookups use can be named as well.
    type: raw
  only:
    description:
      - Names of sources and delivery types, for V(provision), as a list, or as a text with commas
        between them. Only entries that use one of these sources are delivered, and only to places
        of these types. By default all.
    type: raw
  limited:
    description:
      - Whether V(rotate) may leave out hosts of the inventory.
    type: bool
    default: false
  hosts:
    description:
      - The hosts to look at. By default those of the play; all hosts of the inventory for a play
        that runs on the controller.
    type: list
    elements: str
notes:
  - Runs on the controller only.
requirements:
  - The Python library requests 2.28 or newer on the controller.
seealso:
  - module: buildops.tokens.token_deliveries
  - module: buildops.tokens.token_source
"""

EXAMPLES = r"""
- name: Check the inventory
  buildops.tokens.token_deliveries_info:
  register: plan
"""

RETURN = r"""
sources:
  description:
    - For each source that a delivery uses, its C(type) and the C(hosts) that use it.
    - C(requested_by) has the hosts that can request the token, each with the hosts that it requests
      it for. It is one host, unless options of the source, or variables that they refer to, differ
      by host.
    - C(rotatable) is false where people create the tokens and put them into the source.
  returned: success
  type: dict
  sample:
    company:
      type: nexus_user_token
      hosts: [agent1, agent2]
      requested_by: {agent1: [agent1, agent2]}
      rotatable: true
hosts:
  description:
    - For each delivery type, the hosts that want it. Of hosts with equal deliveries to a server,
      the first.
  returned: success
  type: dict
  sample: {"maven_settings": ["agent1"]}
run:
  description: The identifier of this plan, for the modules that carry it out.
  returned: success
  type: str
  sample: 0123456789abcdef
runner:
  description: The host of the play for which this task ran.
  returned: success
  type: str
  sample: localhost
deliver_to:
  description: The hosts that something is delivered to.
  returned: success
  type: list
  elements: str
  sample: [agent1, agent2]
server_runner:
  description: The same as RV(runner) if there are deliveries to servers, else empty.
  returned: success
  type: str
  sample: localhost
notes:
  description: What stays as it is, one sentence each.
  returned: success
  type: list
  elements: str
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import (
    fail_not_on_controller,
)


def main() -> None:
    fail_not_on_controller('token_deliveries_info')


if __name__ == '__main__':
    main()
