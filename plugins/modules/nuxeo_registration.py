#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuxeo_registration
short_description: Register a Nuxeo server at Nuxeo Online Services
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Registers a Nuxeo server with its C(nuxeoctl register), and keeps it registered. The token is
    passed on standard input, since a token on the command line would be written to the server's
    log.
  - A server is registered if its file C(instance.clid) contains a registration. The time of expiry
    is read from that file, and the registration is renewed before. This requires no request.
  - That file shows whether registering worked, and with O(verify) the service does. The exit code
    of C(nuxeoctl) is ambiguous.
  - C(instance.clid) is readable by its owner only, from the start. By itself, C(nuxeoctl) makes it
    readable by everyone.
  - The behaviour of C(nuxeoctl) was measured on the launchers of 10.10 and 2023. The tests of this
    collection use a stand-in that behaves the same.
extends_documentation_fragment:
  - buildops.tokens.attributes
attributes:
  check_mode:
    support: full
    details:
      - C(nuxeoctl) is not started.
  diff_mode:
    support: full
    details:
      - Shows expiry and fingerprint of the registration, and the file's mode.
  idempotent:
    support: partial
    details:
      - With O(force=true), every run creates a new registration.
  platform:
    support: full
    platforms: posix
    description:
      - The operating systems on which the module runs.
  action:
    support: full
    description:
      - An action plugin of the same name gets user name and token.
      - It sends the token only to a host that is about to register.
options:
  nuxeo_home:
    description:
      - Folder of the server, which contains C(bin/nuxeoctl). By default E(NUXEO_HOME), or derived
        from O(nuxeoctl).
    type: path
  nuxeoctl:
    description:
      - The program. By default C(bin/nuxeoctl) in O(nuxeo_home).
    type: path
  conf_path:
    description:
      - The file C(nuxeo.conf). By default E(NUXEO_CONF), or C(bin/nuxeo.conf) in O(nuxeo_home). It
        is only read, but the first run of C(nuxeoctl) of a new server adds C(server.status.key) and
        C(nuxeo.templates) to it.
    type: path
  data_dir:
    description:
      - The data folder of the server. By default C(nuxeo.data.dir) in C(nuxeo.conf), or
        C(nxserver/data) in O(nuxeo_home).
    type: path
  url:
    description:
      - Address of Nuxeo Online Services that the token is for. With O(token) it is the one of the
        source.
      - A server whose C(org.nuxeo.connect.url) names another one is not registered, so that the
        token is sent to no other server.
    type: str
    default: https://connect.nuxeo.com/nuxeo
  token:
    description:
      - Name of a source of type V(nuxeo_online_token) in C(token_sources), instead of O(username)
        and O(password).
    type: str
  username:
    description:
      - User name of Nuxeo Online Services. It is not the e-mail address of the login page.
    type: str
  password:
    description:
      - Token of Nuxeo Online Services. It is needed only when the server must be registered, and
        not to keep or renew a registration.
      - It must be a string.
    type: raw
  project:
    description:
      - Symbolic name of the Studio project that the server belongs to. Needed to register.
    type: str
  instance_type:
    description:
      - What the server is used for.
    type: str
    choices: [dev, preprod, prod]
    default: dev
  description:
    description:
      - Label of this server on the web page. By default the name of the host. One line of ASCII.
      - The description, O(project) and O(instance_type) of a registered server are not changed;
        this requires O(force).
    type: str
  clid:
    description:
      - Install this registration instead of requesting one, for example when a server has moved.
        The two parts of the CLID with C(--) between them, as the web page and E(NUXEO_CLID) of the
        containers have it. C(nuxeoctl) is not needed for this.
    type: str
  min_remaining:
    description:
      - Seconds that the registration must remain valid, at most ten years. One that expires sooner
        is renewed, which does not require the token.
      - One that cannot be renewed is kept with a warning until it expires, and is then registered
        again if there is a token.
    type: int
    default: 2592000
  force:
    description:
      - Whether to register in any case. Each registration is another instance on the web page.
    type: bool
    default: false
  return_clid:
    description:
      - Whether to return the CLID, which containers of the same server get as E(NUXEO_CLID). It is
        a secret; the result is hidden in output and logs.
    type: bool
    default: false
  verify:
    description:
      - Whether C(nuxeoctl mp-update) requests packages with the registration. The task fails if it
        gets none. Not done in check mode.
    type: bool
    default: false
  timeout:
    description:
      - Seconds after which C(nuxeoctl) is stopped, from V(1) to V(3600). By itself it has no time
        limit.
    type: int
    default: 300
  allow_http:
    description:
      - Whether to accept an O(url) with C(http://) for another host than this one.
    type: bool
    default: false
  state:
    description:
      - V(absent) removes C(instance.clid). The instance stays in the list on the web page, where
        only a person can remove it.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Run the task as the user of the Nuxeo server, with C(become_user). When it runs as root,
    C(nuxeoctl) runs as the user who owns the server, without the other variables of the
    environment. It is refused if several users own parts of the server, or if others can change
    them.
  - The registration does not need the token any more. It stays valid when the token is revoked,
    which is done at U(https://connect.nuxeo.com/nuxeo/site/connect/tokens) only.
requirements:
  - Python 3.8 or newer on the managed host.
  - A Nuxeo server with its C(nuxeoctl) on the managed host.
seealso:
  - module: buildops.tokens.nuxeo_online_token_info
  - module: buildops.tokens.nuxeo_cli_link
  - name: Registering a Nuxeo instance
    description: What a registration is, and how long it is valid.
    link: https://doc.nuxeo.com/nxdoc/registering-your-nuxeo-instance/
"""

EXAMPLES = r"""
- name: Register the server
  buildops.tokens.nuxeo_registration:
    nuxeo_home: /opt/nuxeo/server
    token: studio
    project: jdoe-SANDBOX

- name: Register a server for production, and verify the registration
  buildops.tokens.nuxeo_registration:
    nuxeo_home: /opt/nuxeo/server
    token: studio
    project: jdoe-SANDBOX
    instance_type: prod
    description: shop, first node
    verify: true
  become: true
  become_user: nuxeo
  register: registration
  notify: Restart Nuxeo

- name: Give a container the registration
  buildops.tokens.nuxeo_registration:
    nuxeo_home: /opt/nuxeo/server
    token: studio
    project: jdoe-SANDBOX
    return_clid: true
  register: registration

- name: Install a registration that was made elsewhere
  buildops.tokens.nuxeo_registration:
    nuxeo_home: /opt/nuxeo/server
    clid: "{{ vault_nuxeo_clid }}"
"""

RETURN = r"""
path:
  description: The file C(instance.clid).
  returned: success
  type: str
  sample: /opt/nuxeo/server/nxserver/data/instance.clid
action:
  description:
    - What was done, or would be. V(keep), V(register), V(renew), V(install) (the given O(clid)),
      V(repair) (written so that Nuxeo can read it), or V(remove).
  returned: success
  type: str
  sample: keep
registered:
  description: Whether the server is registered. In check mode, whether it was.
  returned: success
  type: bool
  sample: true
expires_at:
  description: When the registration expires, in UTC. Null for old ones, which do not expire.
  returned: success
  type: str
  sample: '2030-01-01T00:00:00Z'
fingerprint:
  description: Twelve hexadecimal digits that identify the registration without revealing it.
  returned: success
  type: str
  sample: 9f86d081884c
description:
  description: The description in the file.
  returned: success
  type: str
  sample: shop, first node
restart_required:
  description: Whether a running server uses another registration until it is restarted.
  returned: success
  type: bool
  sample: false
effective:
  description:
    - Whether C(nuxeoctl) reads this file. V(false) if C(nuxeo.data.dir) names another folder than
      O(data_dir); then nothing is done, and the task fails. Null if that is not known.
  returned: with O(state=present)
  type: bool
  sample: true
shadowed_by:
  description: Why C(nuxeoctl) does not read the file.
  returned: if RV(effective) is false
  type: str
  sample: nuxeo.data.dir in /etc/nuxeo/nuxeo.conf names /var/lib/nuxeo
clid:
  description: The CLID, for E(NUXEO_CLID).
  returned: with O(return_clid)
  type: str
verification:
  description: Whether the service accepts the registration.
  returned: with O(verify)
  type: list
  elements: dict
  contains:
    name:
      description: The file C(instance.clid).
      type: str
      sample: /opt/nuxeo/server/nxserver/data/instance.clid
    accepted:
      description: Whether it was accepted. Null if it was not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries import (
    nuxeo_registrations,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.registration import (
    SECRET_RESULTS,
)


def main() -> None:
    run(nuxeo_registrations.NuxeoRegistrations, SECRET_RESULTS)


if __name__ == '__main__':
    main()
