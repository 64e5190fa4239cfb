#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nuxeo_studio_release
short_description: Release a Nuxeo Studio project
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Creates a release of a Studio project with a certain version, unless it exists, through the REST
    API of Nuxeo Online Services.
  - The user must have the right to write to the project.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
attributes:
  check_mode:
    support: full
    details:
      - Searches the project's Maven repository for the version.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With V(MAJOR), V(MINOR) or V(PATCH), every run creates a release.
      - Name the version for a task that runs more than once.
  action:
    support: full
    description:
      - An action plugin of the same name runs on the controller.
options:
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
  project:
    description:
      - Symbolic name of the Studio project.
    type: str
    required: true
  version:
    description:
      - The version, as V(1.2.3) or V(1.2.3-rc1). Nothing is done if it exists.
      - V(MAJOR), V(MINOR) and V(PATCH) create the next one, in every run.
    type: str
    required: true
  revision:
    description:
      - The branch to release. The service does not release the workspace of a user.
    type: str
    default: master
notes:
  - Runs on the controller only.
seealso:
  - module: buildops.tokens.nuxeo_online_token_info
  - name: Token management of Nuxeo Online Services
    description: How a person creates a token, and where it is used.
    link: https://doc.nuxeo.com/studio/token-management/
"""

EXAMPLES = r"""
- name: Release version 1.2.3 of the Studio project
  buildops.tokens.nuxeo_studio_release:
    token: studio
    project: jdoe-SANDBOX
    version: 1.2.3
  run_once: true
"""

RETURN = r"""
project:
  description: Symbolic name of the Studio project.
  returned: success
  type: str
  sample: jdoe-SANDBOX
version:
  description: The version that exists. Null in check mode with V(MAJOR), V(MINOR) or V(PATCH).
  returned: success
  type: str
  sample: 1.2.3
maven_coordinates:
  description: What to write into a Maven project to use the release.
  returned: success
  type: str
  sample: nuxeo-studio:jdoe-SANDBOX:1.2.3
"""

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import (
    fail_not_on_controller,
)


def main() -> None:
    fail_not_on_controller('nuxeo_studio_release')


if __name__ == '__main__':
    main()
