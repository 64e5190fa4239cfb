#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_credential
short_description: Manage credentials of container registries
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials of registries to Docker's C(config.json), which Helm, crane, oras and others
    read as well, or to C(auth.json) of Podman, Buildah and Skopeo.
  - All other members stay identical, with their order and layout. Logins by these programs would
    drop members that they do not know.
  - A registry need not be reachable, and none of these programs need be installed.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.files
  - buildops.tokens.package_client
  - buildops.tokens.package_client.verification
  - buildops.tokens.package_client.plain_http
options:
  entries:
    description:
      - List of entries, all written at once. Instead, the options of one entry can be given
        directly.
    type: list
    elements: dict
    suboptions:
      registry:
        description: See O(registry).
        type: str
        required: true
      bearer_as:
        description: See O(bearer_as).
        type: str
        choices: [password, registrytoken]
        default: password
      token:
        description: See O(token).
        type: str
      username:
        description: See O(username).
        type: str
      password:
        description: See O(password).
        type: raw
      access_token:
        description: See O(access_token).
        type: raw
      expires_at:
        description: See O(expires_at).
        type: str
      verify_url:
        description: See O(verify_url).
        type: str
      state:
        description: See O(state).
        type: str
        choices: [present, absent]
        default: present
  registry:
    description:
      - The registry, as V(registry.example.com) or V(registry.example.com:8443), as it is in the
        names of images. V(docker.io) is Docker Hub.
      - Entries for the same host with a scheme or C(/v1/) are removed, since they are copies of the
        credential.
      - With O(format=containers) it can have a path, as V(registry.example.com/team). Docker would
        use such an entry for the whole host, so that it is refused with O(format=docker).
    type: str
  bearer_as:
    description:
      - How O(access_token) is stored. V(password) by default; the registry must accept it as one.
      - V(registrytoken) makes Docker and crane send it as a bearer token to the registry. Podman,
        Buildah and Skopeo do not read it.
    type: str
    choices: [password, registrytoken]
  username:
    description:
      - Name of the user. Required with O(password). With O(access_token) it is V(oauth2) by
        default.
    type: str
  format:
    description:
      - V(docker) for C(config.json) of Docker, V(containers) for C(auth.json) of Podman, Buildah
        and Skopeo.
    type: str
    choices: [docker, containers]
    default: docker
  credential_store:
    description:
      - What to do if the file names a program that keeps credentials (C(credsStore),
        C(credHelpers)). Docker asks it instead of reading the file.
      - V(fail) writes nothing and fails, V(ignore) writes the file. Docker reads it where that
        program is not installed.
      - V(use) gives the credential to the program, or has it removed, and leaves none in the file.
        For registries without a program, the file is written.
      - The program must be in C(PATH) and must answer without asking a person. Root runs it as the
        owner of the file. Check mode asks what it has.
      - With O(format=containers), only C(credHelpers) names programs, for registries without a
        path. V(use) fails otherwise, and for O(bearer_as=registrytoken).
    type: str
    choices: [fail, ignore, use]
    default: fail
  path:
    description:
      - The file. By default C(.docker/config.json), or with O(format=containers)
        C(.config/containers/auth.json), in the home folder that the password database has for the
        user.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  verify_url:
    description:
      - Address that O(verify) asks. By default C(/v2/) of the registry, and the server for tokens
        that the registry names.
    type: str
notes:
  - A login with C(podman login) is in a folder below C(/run) and is used before
    C(.config/containers/auth.json). The task fails if it has another credential.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - plugin: buildops.tokens.docker_config
    plugin_type: filter
  - name: docker login
    description: Where Docker stores credentials.
    link: https://docs.docker.com/reference/cli/docker/login/
"""

EXAMPLES = r"""
- name: Have Docker use a Nexus user token
  buildops.tokens.docker_credential:
    registry: docker.example.com
    token: company

- name: Have Podman use a password for the images of a team
  buildops.tokens.docker_credential:
    format: containers
    registry: registry.example.com/team
    username: ci
    password: "{{ vault_registry_password }}"

- name: Keep the credential in the program that config.json names, as pass
  buildops.tokens.docker_credential:
    credential_store: use
    registry: registry.example.com
    token: company

- name: Remove the credential of Docker Hub
  buildops.tokens.docker_credential:
    registry: docker.io
    state: absent
"""

RETURN = r"""
path:
  description: The file.
  returned: success
  type: str
  sample: /home/ci/.docker/config.json
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    registry:
      description: The registry, as given.
      type: str
      sample: registry.example.com
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. V(entry) (added or removed), V(secret), V(kind) (from a
          password to an access token, or the other way round), V(duplicates), V(spelling).
      type: list
      elements: str
      sample: [secret]
    effective:
      description: Whether programs find the entry. V(false) makes the task fail.
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What programs use instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: >-
        /run/containers/1000/auth.json has another login for it, which is used first. Log out with
        "podman logout" or remove it there
    fingerprint:
      description: Twelve hexadecimal digits that identify the access token without revealing it.
      returned: for an O(access_token)
      type: str
      sample: 9f86d081884c
    expires_at:
      description: When the credential expires.
      returned: when it is known
      type: str
      sample: "2026-01-31T12:00:00Z"
permissions_restricted:
  description: Whether read access of other users to the file was removed.
  returned: success
  type: bool
  sample: false
verification:
  description: Whether the server accepted the credentials, for each present entry.
  returned: with O(verify)
  type: list
  elements: dict
  contains:
    name:
      description: The registry of the entry, as given.
      type: str
      sample: registry.example.com
    verify_url:
      description: The address that was asked, or null.
      type: str
      sample: https://registry.example.com/v2/
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries import (
    docker_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(docker_credentials.DockerCredentials)


if __name__ == '__main__':
    main()
