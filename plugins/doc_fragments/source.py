# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options that the modules of all token sources, and the lookup, share."""

    # How to reach the server
    SECURE_CONNECTION = r"""
options:
  url:
    description:
      - Address of the server, with its context path where it has one, like V(https://nexus.example.com) or V(https://example.com/nexus).
      - User name, password, query and fragment are refused in it.
    type: str
  validate_certs:
    description:
      - Whether to verify the server's certificate. Leave it on; give the file of your own authority as O(ca_path) instead.
      - A warning reminds of it while it is off.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM format, instead of those that come with the Python library C(requests).
      - The environment is not looked at, neither E(REQUESTS_CA_BUNDLE) nor E(SSL_CERT_FILE).
    type: path
  client_cert:
    description:
      - File with the certificate that this client shows, in PEM format; it may hold the key too, without a passphrase.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert), without a passphrase.
    type: path
  proxy:
    description:
      - Address of a proxy. None is taken from the environment.
    type: str
  timeout:
    description:
      - Seconds after which a request is given up, however much of the answer has come.
    type: int
    default: 30
  retries:
    description:
      - How often a request is sent again when the server is busy or unreachable. Requests that use up a ticket, a code or a refresh token are not.
    type: int
    default: 2
"""

    # For servers that people may run in a network of their own, besides SECURE_CONNECTION
    PLAIN_HTTP = r"""
options:
  allow_http:
    description:
      - Whether to send credentials over plain HTTP to a host other than this one.
    type: bool
    default: false
"""

    # When to replace a token, and where to keep it meanwhile
    POLICY = r"""
options:
  regenerate:
    description:
      - When an existing token is replaced.
      - V(never) keeps whatever there is.
      - V(if_expired) replaces a token that has expired, ends within O(min_remaining) seconds, or is older than C(max_age), where the type has that option.
      - V(if_invalid) also replaces one that its server refuses; this costs a request to find out.
      - V(always) replaces it every time, which is once for each host of the play. Set C(run_once) where they share it. In a lookup this is refused.
    type: str
    choices: [never, if_expired, if_invalid, always]
    default: if_expired
  min_remaining:
    description:
      - Seconds that a token must still be good for.
      - Where its whole lifetime is not longer than that, a fifth of the lifetime is required instead.
    type: int
    default: 60
  cache:
    description:
      - V(run) keeps the token for this run of C(ansible-playbook), in its own temporary folder, for all hosts, tasks and forks.
      - V(file) keeps it on this controller for later runs of the same user, in O(cache_path), readable for this user alone.
      - V(none) asks the server every time.
    type: str
    choices: [none, run, file]
    default: run
  cache_path:
    description:
      - Folder of the lasting cache. By default C(buildops.tokens) in E(XDG_CACHE_HOME), or in C(~/.cache).
      - It is created with mode 0700. A folder that is a link, belongs to somebody else, or is open to others is not used.
    type: path
  cache_timeout:
    description:
      - Seconds to wait for another process that is fetching the same token.
    type: int
    default: 120
notes:
  - The token is fetched on the controller, in the Ansible process itself. Only with C(delegate_to) does the module run on that host, which
    then needs the Python library C(requests). The cache is not used there.
  - Each option that says what to ask for and where can also come from a variable, an environment variable, or C(ansible.cfg), in this order, when the task
    does not set it. The names are built from the type's prefix, P(buildops.tokens.token#lookup) lists them.
  - Of these, one that names another server than the task, or than one before it, gives nothing, since what it says is for that server alone.
    One that names another user or client gives no password, and nothing else that is theirs.
  - The result is hidden in output and logs without C(no_log), and stays usable when registered.
"""

    STATE = r"""
options:
  state:
    description:
      - V(present) makes sure that there is a token, V(absent) that there is none.
    type: str
    choices: [present, absent]
    default: present
"""
