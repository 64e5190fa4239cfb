# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that the modules for package clients have in common."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  token:
    description:
      - Name of a source in C(token_sources). Its token becomes O(username) and O(password), or
        O(access_token), and O(expires_at).
      - It is fetched on the controller; the host gets only the result. With O(state=absent) nothing
        is fetched.
    type: str
  username:
    description:
      - Name of the user. Required with O(password).
    type: str
  password:
    description:
      - Password, or a token that is used as one. It must be a string. Quote one that looks like a
        number.
    type: raw
  access_token:
    description:
      - Bearer token. It must be a string.
    type: raw
  expires_at:
    description:
      - Time of expiry, in UTC, as V(2026-01-31T12:00:00Z). An expired credential is refused. No
        file of a package client has a field for it; it is returned.
    type: str
  state:
    description:
      - V(present) by default. V(absent) removes the credential.
    type: str
    choices: [present, absent]
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows which entry changed in what.
      - Of an access token, it shows the fingerprint.
  idempotent:
    support: full
  action:
    support: full
    description:
      - An action plugin of the same name runs on the controller.
      - It gets the credential of O(token).
notes:
  - The user of the task owns the file, so use C(become_user) for another one.
"""

    # Where a credential can be tried with a request.
    VERIFICATION = r"""
options:
  verify_url:
    description:
      - Address that O(verify) asks.
    type: str
  verify:
    description:
      - Whether to ask each server afterwards, with the credential that is read back from the file.
        The task fails if one is not accepted, with the reason for each. Not asked in check mode.
      - Proxies, certificates and other variables of the environment are not used, and redirects are
        not followed.
    type: bool
    default: false
  verify_timeout:
    description:
      - Seconds to wait for one server with O(verify), from V(1) to V(600).
    type: int
    default: 30
  validate_certs:
    description:
      - Whether O(verify) checks the certificates of servers.
    type: bool
    default: true
  ca_path:
    description:
      - File on the host with the certificates of the authorities that O(verify) trusts. The client
        itself is not configured with it.
    type: path
"""

    # Where an entry has an address.
    PLAIN_HTTP = r"""
options:
  allow_http:
    description:
      - Whether to accept C(http://) for other machines than this one, with which passwords can be
        intercepted.
    type: bool
    default: false
"""
