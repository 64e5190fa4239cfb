#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nexus_proxy_credential
short_description: Remote credentials of proxy repositories in Sonatype Nexus Repository
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Sets the user name and password, or the bearer token, that a proxy repository of Nexus
    Repository 2 or 3 sends to its remote. All formats are supported.
  - Everything else in the repository's configuration is written back as it was right before, and
    compared afterwards. If somebody else changed it at the same time, the task fails and reports
    this.
  - Nexus never returns a password. So the controller remembers which one was written last, as a
    salted digest in the folder C(buildops.tokens) in E(XDG_CACHE_HOME) or C(~/.cache); see
    O(repositories[].update_password).
  - Nexus Repository 3.24 and newer is configured through its REST API. For older releases (3.20 to
    3.23 accept credentials by REST but do not use them), the interface of the web pages is used.
    Nexus 2 has a different REST API.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.files
  - buildops.tokens.source.secure_connection
  - buildops.tokens.source.plain_http
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - Not with O(repositories[].update_password=always).
      - With V(on_change), not where nothing is known of the last password.
  platform:
    platforms: all
  safe_file_operations:
    support: N/A
    details:
      - No file is written.
  action:
    support: full
    description:
      - An action plugin of the same name sends the requests to Nexus.
      - It gets the credentials of O(repositories[].token).
options:
  url:
    description:
      - Address of the Nexus Repository, ending with its context path. Nexus 2 has V(/nexus) by
        default, Nexus 3 none.
    type: str
    required: true
  username:
    description:
      - Name of a user who may administer the repositories.
    type: str
    required: true
  password:
    description:
      - Password of that user.
    type: str
    required: true
  nexus_version:
    description:
      - Version of the server, as V(3.71.0) or V(2.14.9). By default it is detected.
    type: str
  repositories:
    description:
      - The proxy repositories.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the repository; of Nexus 2, its id.
        type: str
        required: true
      state:
        description:
          - V(present) sets the credentials, V(absent) removes them. The repository stays.
        type: str
        choices: [present, absent]
        default: present
      token:
        description:
          - Name of a source in C(token_sources), whose token is used.
        type: str
      type:
        description:
          - Kind of authentication. By default V(bearer) for an access token, otherwise V(username).
          - V(bearer) needs Nexus Repository 3.76 or newer.
        type: str
        choices: [username, ntlm, bearer]
      username:
        description:
          - User name for the remote.
        type: str
      password:
        description:
          - Password for the remote. Characters outside ASCII are refused, and V(&), V(<), V(>) and
            V(") on Nexus 2, since Nexus would send other characters.
          - It must be a string. Quote one that looks like a number.
        type: raw
      access_token:
        description:
          - Bearer token for the remote. It must be a string.
        type: raw
      ntlm_host:
        description:
          - Host for NTLM.
        type: str
      ntlm_domain:
        description:
          - Domain for NTLM.
        type: str
      preemptive:
        description:
          - Whether to send the credentials with the first request. For Maven repositories with an
            HTTPS remote, on Nexus Repository 3.30 and newer.
          - Unchanged if not set.
        type: bool
      update_password:
        description:
          - V(on_change) writes the password or access token unless it is the one that was written
            last. Where that is not known, as in a new container or on another controller, it is
            written.
          - V(on_create) writes it only if there was none, or the user name or the kind of
            authentication changes. This is the default for the token of a Nexus user, whose user
            name changes together with the password.
          - V(always) writes it every time, as required where others change it, too.
          - A token that was replaced in the same run is always written.
        type: str
        choices: [on_create, on_change, always]
        default: on_change
      create:
        description:
          - Creates a Maven proxy repository if there is none of this name. It does not change an
            existing one.
        type: dict
        suboptions:
          remote_url:
            description:
              - Address of the remote, for Nuxeo Studio
                V(https://connect.nuxeo.com/nuxeo/site/studio/maven).
            type: str
            required: true
          version_policy:
            description:
              - Which versions it contains. The default is V(mixed), and V(release) on Nexus 2,
                which does not support V(mixed).
            type: str
            choices: [release, snapshot, mixed]
          layout_policy:
            description:
              - Whether all paths must be those of a Maven repository. Nexus 2 has no such choice.
            type: str
            choices: [strict, permissive]
            default: strict
          blob_store:
            description:
              - Blob store of a new repository, on Nexus 3.
            type: str
            default: default
      secrets:
        description:
          - Parts of the configuration that the server accepts but never returns, by their names in
            the REST interface, such as C(yumSigning). A repository that has one is refused without
            it, since writing back what was read would lose it. Null means that there is none.
        type: dict
      verify_path:
        description:
          - Path of a file that the proxy fetches from its remote afterwards. RV(verification)
            reports whether it could; the task fails if it could not.
          - A file that the proxy already has proves nothing, since it is not fetched again.
        type: str
      expires_at:
        description:
          - When the credentials expire, in UTC, as V(2026-01-31T12:00:00Z). If they expire within a
            day, a warning is shown, since Nexus cannot renew them itself.
        type: str
seealso:
  - module: buildops.tokens.nexus_user_token
  - name: Repositories API of Sonatype Nexus Repository
    description: The interface through which the credentials are set.
    link: https://help.sonatype.com/en/repositories-api.html
"""

EXAMPLES = r"""
- name: Give the proxy of Nuxeo Studio its token
  buildops.tokens.nexus_proxy_credential:
    url: https://nexus.example.com
    username: admin
    password: "{{ vault_nexus_admin_password }}"
    repositories:
      - name: nuxeo-studio
        token: studio

- name: Send credentials with the first request, and create the proxy
  buildops.tokens.nexus_proxy_credential:
    url: https://nexus.example.com
    username: admin
    password: "{{ vault_nexus_admin_password }}"
    repositories:
      - name: nuxeo-studio
        token: studio
        preemptive: true
        create:
          remote_url: https://connect.nuxeo.com/nuxeo/site/studio/maven

- name: Set a user name and password
  buildops.tokens.nexus_proxy_credential:
    url: https://nexus.example.com
    username: admin
    password: "{{ vault_nexus_admin_password }}"
    repositories:
      - name: partner-releases
        username: acme
        password: "{{ vault_partner_password }}"
        verify_path: com/example/app/1.0/app-1.0.pom
"""

RETURN = r"""
repositories:
  description: Result for each repository.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the repository.
      type: str
    state:
      description: As requested.
      type: str
    changed:
      description: Names of what changed; empty if nothing did.
      type: list
      elements: str
    secret:
      description:
        - V(given) if the password or access token was written, or is the one that was written last.
        - V(unknown) if it was not written, and nobody knows which one the repository has.
      type: str
    effective:
      description:
        - Whether the proxy uses the given credentials. Null if it is not known which ones it has.
        - V(false) if the repository is offline or its requests are blocked by an administrator. The
          credentials are set all the same, and the task fails.
        - Nexus 2 is not asked for that, since it then asks the remote and may block it. There,
          C(verify_path) shows it.
      type: bool
      returned: with C(state) V(present)
    shadowed_by:
      description: Why the proxy does not use them.
      type: str
      returned: if RV(repositories[].effective) is false
verification:
  description: For each repository with a C(verify_path), whether the proxy could fetch the file.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the repository.
      type: str
    accepted:
      description: True, false, or null if the remote does not have the file.
      type: bool
    message:
      description: Why not.
      type: str
tokens:
  description: The sources that were used, with the fingerprints of their tokens.
  returned: success
  type: list
  elements: dict
server:
  description: Version and edition of the server, as far as they are known.
  returned: success
  type: dict
"""

from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    NexusProxyCredential,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import run_manager


def main() -> None:
    run_manager(NexusProxyCredential)


if __name__ == '__main__':
    main()
