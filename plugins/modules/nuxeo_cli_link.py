#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuxeo_cli_link
short_description: Link a project folder to a Nuxeo Studio project for Nuxeo CLI
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes what C(nuxeo studio link) writes into the file C(.yo-rc.json) of a project, so that
    C(nuxeo studio) works there. Nuxeo CLI itself links in a terminal only, and its batch mode shows
    the token.
  - The token of Nuxeo Online Services is not written. As Nuxeo CLI does, it is exchanged for a
    token of the CLI, on the controller, with one request for each project in a run, however many
    hosts there are. The service must accept the CLI's token for the project before anything is
    written.
  - Only the keys C(connect:url), C(connect:token) and C(studio:symbolicname) in C(generator-nuxeo)
    are set. Everything else in the file stays identical.
  - The file is readable by its owner only, and excluded from git, see O(git_ignore).
  - A C(connect:token) that is no longer valid, which Nuxeo CLI can neither use nor replace, is
    replaced.
  - Written for Nuxeo CLI 3.0.5, which the tests of this collection run.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.files
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
attributes:
  check_mode:
    support: full
    details:
      - Nothing is exchanged, so a token in the file counts as correct.
  diff_mode:
    support: full
    details:
      - Shows which key changed, but no value.
  idempotent:
    support: full
    details:
      - The service returns the same token as long as it is valid.
  action:
    support: full
    description:
      - An action plugin of the same name runs on the controller.
      - It exchanges the token.
options:
  path:
    description:
      - Folder of the project. It must exist.
    type: path
    required: true
  project:
    description:
      - Symbolic name of the Studio project. Needed for O(state=present) and for O(revoke).
    type: str
  url:
    description:
      - Address of Nuxeo Online Services. With O(token) it is the one of the source, as are the
        other options of the connection.
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
      - Token of Nuxeo Online Services.
    type: str
  cli_token:
    description:
      - A token of Nuxeo CLI, instead of one that is exchanged. No request is made then. It must be
        a string.
    type: raw
  git_ignore:
    description:
      - Whether to make git ignore the file, if O(path) is in a repository. The line is written into
        C(info/exclude) of the clone and not into C(.gitignore), which belongs to the project and
        would show as changed.
      - git does not ignore a file that it already tracks. A warning reports this if git is
        installed.
    type: bool
    default: true
  revoke:
    description:
      - Whether O(state=absent) also revokes the token of Nuxeo CLI.
      - Nuxeo CLI names every machine device 1. So all machines of a user share one token, and
        revoking it unlinks all of them.
    type: bool
    default: false
  state:
    description:
      - V(absent) removes the three keys, and the exclusion from git.
    type: str
    choices: [present, absent]
    default: present
notes:
  - With C(delegate_to) the file is written on that host. The exchange still runs on the controller.
  - Revoking the token of Nuxeo Online Services is done at
    U(https://connect.nuxeo.com/nuxeo/site/connect/tokens) only. The token of Nuxeo CLI is
    independent of it.
requirements:
  - Python 3.8 or newer on the managed host.
seealso:
  - module: buildops.tokens.nuxeo_online_token_info
  - module: buildops.tokens.nuxeo_registration
  - name: Token management of Nuxeo Online Services
    description: How a person creates a token, and where it is used.
    link: https://doc.nuxeo.com/studio/token-management/
"""

EXAMPLES = r"""
- name: Link the project
  buildops.tokens.nuxeo_cli_link:
    path: /home/ci/shop
    project: jdoe-SANDBOX
    token: studio

- name: Unlink it
  buildops.tokens.nuxeo_cli_link:
    path: /home/ci/shop
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/shop/.yo-rc.json
project:
  description: Symbolic name of the Studio project.
  returned: success
  type: str
  sample: jdoe-SANDBOX
changes:
  description:
    - What changed or would change, names of keys, V(mode) (others could read the file),
      V(git_ignore).
  returned: success
  type: list
  elements: str
  sample: ['connect:token']
git_ignored:
  description: Whether the file is in git's list of exclusions.
  returned: success
  type: bool
  sample: true
effective:
  description:
    - Whether the file, read again, gives Nuxeo CLI the link in O(path). A warning names the
      sub-folders, down to the third level, that contain another file with other values.
  returned: with O(state=present), except in check mode
  type: bool
  sample: true
verification:
  description: Whether the service accepts the token of the CLI for the project.
  returned: with O(state=present), unless O(cli_token) is given
  type: list
  elements: dict
  contains:
    name:
      description: The file.
      type: str
      sample: /home/ci/shop/.yo-rc.json
    accepted:
      description: Whether it was accepted. Null in check mode.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.nuxeo_cli_links import (
    NuxeoCliLinks,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(NuxeoCliLinks)


if __name__ == '__main__':
    main()
