#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: token_summary
short_description: Sum up what a provisioning run delivered
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Puts together what the deliveries of a plan did. It shows which source gave which token, where
    the token went, and whether it was accepted there.
  - A delivery that the plan contains and that no result mentions is one of RV(problems).
  - Tokens are shown as fingerprints.
  - Writes the report that M(buildops.tokens.token_deliveries_info) was asked for. What it contains
    is described in R(Reports, ansible_collections.buildops.tokens.docsite.report_guide).
  - RV(rows), RV(problems), RV(job) and RV(report) also go into the statistics of the run, as with
    M(ansible.builtin.set_stats), by the names C(token_summary), C(token_errors), C(token_job) and
    C(token_report). AWX keeps them as artifacts of the job, and hands them to the next jobs of a
    workflow.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.info
options:
  run:
    description:
      - The C(run) of M(buildops.tokens.token_deliveries_info).
    type: str
    required: true
  path:
    description:
      - File on the controller that RV(summary) is written to.
    type: path
notes:
  - Runs on the controller only.
seealso:
  - module: buildops.tokens.token_deliveries_info
"""

EXAMPLES = r"""
- name: Sum up
  buildops.tokens.token_summary:
    run: "{{ plan.run }}"
"""

RETURN = r"""
rows:
  description: One mapping for each source, place and token.
  returned: always
  type: list
  elements: dict
  contains:
    source:
      description: Name of the source.
      type: str
    type:
      description: Type of the source.
      type: str
    fingerprint:
      description: Fingerprint of the token.
      type: str
    expires_at:
      description: When it expires, in UTC, or null.
      type: str
    delivery:
      description: Name of the role that delivered it.
      type: str
    place:
      description: The entry that contains it.
      type: str
    hosts:
      description: The hosts that have it.
      type: list
      elements: str
    changed:
      description: The hosts on which the entry changed.
      type: list
      elements: str
    failed:
      description: The hosts that do not have it since its delivery failed.
      type: list
      elements: str
    verified:
      description: Whether the credentials were accepted, where that was tried.
      type: str
summary:
  description: The same as the lines of a table.
  returned: always
  type: list
  elements: str
problems:
  description: What failed, one sentence for each.
  returned: always
  type: list
  elements: str
job:
  description: What is known of the job, where AWX runs it; else empty.
  returned: always
  type: dict
  contains:
    id:
      description: Number of the job.
      type: int
    schedule:
      description: Name of the schedule that started it, or the workflow that it is part of.
      type: str
report:
  description: The report, with numbers of hosts and results instead of their names.
  returned: always
  type: dict
  contains:
    schema_version:
      description: Version of the format. Within a version, members are only added.
      type: int
    purpose:
      description: V(report), V(provision), V(rotate) or V(revoke).
      type: str
    generated_at:
      description: When it was made, in UTC.
      type: str
    level:
      description: The worst of all, V(ok), V(warning) or V(failure).
      type: str
    thresholds:
      description: What the ends of tokens were compared with.
      type: dict
    totals:
      description: Numbers of sources, hosts, deliveries, and of deliveries by their result.
      type: dict
    job:
      description: The same as RV(job).
      type: dict
    attention:
      description: A sentence about each token that has ended, ends soon or does not exist.
      type: list
      elements: str
    sources:
      description: One mapping for each source and token, failures first.
      type: list
      elements: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import (
    fail_not_on_controller,
)


def main() -> None:
    fail_not_on_controller('token_summary')


if __name__ == '__main__':
    main()
