# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options that the modules of all token sources, and the lookup, share."""

    # How to reach the server
    SECURE_CONNECTION = r"""
requirements:
  - The Python library requests 2.28 or newer on the controller.
options:
  url:
    description:
      - URL of the server, including its context path, for example V(https://nexus.example.com) or
        V(https://example.com/nexus).
      - The URL must not contain a user name, a password, a query or a fragment.
    type: str
  validate_certs:
    description:
      - Whether to verify the server's certificate. Do not disable it; set O(ca_path) to the file of
        your own certificate authority instead.
      - A warning is shown if it is disabled.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM format, instead of those that
        the system trusts. Where the system has none, those of the Python library C(requests) are
        trusted.
      - The environment variables E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) are
        ignored.
    type: path
  client_cert:
    description:
      - File with the client certificate, in PEM format. It may also contain the key, without a
        passphrase.
    type: path
  client_key:
    description:
      - File with the private key of O(client_cert), without a passphrase.
    type: path
  proxy:
    description:
      - URL of a proxy, as V(http://proxy.example.com:3128). Proxies of the environment are ignored.
    type: str
  timeout:
    description:
      - Time limit for one request, in seconds, including the whole response.
    type: int
    default: 30
  retries:
    description:
      - How often to repeat a request if the server is busy or unreachable. Requests that spend a
        ticket, a code or a refresh token are never repeated.
    type: int
    default: 2
  longest_wait:
    description:
      - How long to wait if a busy server asks for it (C(Retry-After)), in seconds. If it asks for
        more, the task fails.
    type: int
    default: 30
"""

    # For servers that may run in a private network, besides SECURE_CONNECTION
    PLAIN_HTTP = r"""
options:
  allow_http:
    description:
      - Whether to allow sending credentials over plain HTTP to a host other than localhost.
    type: bool
    default: false
"""

    # When to replace a token, and where to keep it meanwhile
    POLICY = r"""
options:
  regenerate:
    description:
      - When to replace an existing token.
      - V(never) keeps an existing token in any state.
      - V(if_expired) replaces a token that has expired, expires within O(min_remaining) seconds, or
        is older than C(max_age) (for types with that option).
      - V(if_invalid) also replaces a token that the server rejects. This requires an extra request.
      - V(always) replaces the token every time, that is, once for each host of the play. Set
        C(run_once) if the hosts share it. Lookups refuse this value.
    type: str
    choices: [never, if_expired, if_invalid, always]
    default: if_expired
  min_remaining:
    description:
      - Minimum remaining lifetime of a token, in seconds.
      - If the whole lifetime is not longer than that, a fifth of the lifetime is required instead.
    type: int
    default: 60
  cache:
    description:
      - V(run) keeps the token for this run of C(ansible-playbook), for all hosts, tasks and forks,
        in the run's temporary folder.
      - V(file) keeps it on this controller for later runs of the same user, in O(cache_path),
        readable by this user only.
      - V(none) sends a request every time.
    type: str
    choices: [none, run, file]
    default: run
  cache_path:
    description:
      - Folder of the persistent cache. The default is C(buildops.tokens) in E(XDG_CACHE_HOME) or
        C(~/.cache).
      - It is created with mode 0700. A folder that is a link, belongs to another user, or is
        accessible to others is not used.
    type: path
  cache_timeout:
    description:
      - Time to wait for another process that is fetching the same token, in seconds.
    type: int
    default: 120
notes:
  - The token is fetched on the controller, in the Ansible process. With C(delegate_to) and
    another host, the module runs on that host, which then requires the Python library C(requests)
    and does not use the cache. V(localhost) with a local connection is the controller.
  - Options that the task does not set can also come from a variable, an environment variable, or
    C(ansible.cfg), in this order. Their names start with the prefix of the type;
    P(buildops.tokens.token#lookup) lists them.
  - Settings meant for a different server are ignored. If they are for the same server but a
    different user or client, their passwords and other personal values are ignored.
  - The result is censored in output and logs without C(no_log) and remains usable when registered.
"""

    STATE = r"""
options:
  state:
    description:
      - V(present) ensures that a token exists, V(absent) that none exists.
    type: str
    choices: [present, absent]
    default: present
"""
