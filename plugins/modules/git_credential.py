#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: git_credential
short_description: Manage entries of git's credential store
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Writes credentials for HTTPS servers to the file of C(git credential-store), and configures git
    to use that file.
  - Entries are written as git itself would write them, under git's own lock. Other entries,
    comments and unreadable lines stay identical.
  - An entry is placed where git finds it before the entries of other users for the same URL.
  - git need not be installed. The password is never on a command line, in the environment, or in a
    git configuration.
extends_documentation_fragment:
  - buildops.tokens.attributes
  - buildops.tokens.attributes.files
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows which entry changed in which field.
      - Of an access token, it shows the fingerprint.
  idempotent:
    support: full
    details:
      - Not where git uses an entry of another user for the same host.
      - Then git moves that entry to the front, and the next run this one.
  action:
    support: full
    description:
      - An action plugin of the same name runs on the controller.
      - It gets the credential of O(token).
options:
  entries:
    description:
      - List of entries, all written at once. Instead, the options of one entry can be given
        directly.
      - If several are for one URL, git finds the first of the list first.
    type: list
    elements: dict
    suboptions:
      url:
        description: See O(url).
        type: str
        required: true
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
      exclusive:
        description: See O(exclusive).
        type: bool
        default: false
      verify_url:
        description: See O(verify_url).
        type: str
      state:
        description: See O(state).
        type: str
        choices: [present, absent]
        default: present
  url:
    description:
      - The server, as V(https://git.example.com) or V(https://git.example.com:8443). git compares
        it as text with the addresses of repositories, so give a port only if they have one.
      - With a path, as V(https://git.example.com/team/project.git), the entry is for that
        repository, or for all below that path, as a group's V(https://git.example.com/team). See
        O(use_http_path).
      - The host is kept as it is written, since git compares it as text. A host with capitals also
        gets a line in lower case.
      - A user name, password, query or fragment in it is refused, and any scheme but V(https), see
        O(allow_http).
    type: str
  token:
    description:
      - Name of a source in C(token_sources). Its token becomes O(username) and O(password), or
        O(access_token), and O(expires_at).
      - It is fetched on the controller; the host gets only the result. Not needed with
        O(state=absent).
      - With O(state=absent) nothing is fetched. If the source contains the token itself, as with
        Nuxeo Online Services, only the entry of its user is removed.
    type: str
  username:
    description:
      - Name of the user. It distinguishes entries for the same URL.
      - With O(access_token) it is V(oauth2) by default, which GitLab and Gitea require and GitHub
        accepts. Bitbucket requires V(x-token-auth).
      - With O(state=absent) and without it, the entries of all users for exactly this URL are
        removed (but see O(token)).
    type: str
  password:
    description:
      - Password, or a token that is used as one. It must be a string. Quote one that looks like a
        number.
    type: raw
  access_token:
    description:
      - Bearer token. git sends it as the password of O(username). It must be a string.
    type: raw
  expires_at:
    description:
      - Time of expiry, in UTC, as V(2026-01-31T12:00:00Z). An expired credential is refused.
      - The store has no field for it, see O(include_expiry).
    type: str
  exclusive:
    description:
      - Whether to remove the entries of other users for exactly this URL. Useful for tokens whose
        user name changes when they are replaced, as it does with Nexus user tokens, so that no
        unusable entry remains.
    type: bool
  verify_url:
    description:
      - URL of a repository with which O(verify) tries the entry. By default O(url), if that has a
        path.
    type: str
  state:
    description:
      - V(present) by default. V(absent) removes the entry, and git settings for this entry alone.
    type: str
    choices: [present, absent]
  path:
    description:
      - The store. By default the one that git would write, which is the first existing of
        C(~/.git-credentials) and C($XDG_CONFIG_HOME/git/credentials), else C(~/.git-credentials).
        Without it, O(state=absent) removes from both.
      - A new file, and missing folders, are created for the owner alone. An existing file that
        others can read is restricted to the owner.
    type: path
  helper:
    description:
      - V(store) makes git find the entries. The module determines from all files that git reads
        what git would use for each URL. C(credential.helper) is set if that is enough; otherwise
        the URL gets its own section, with which git asks no other helper for it.
      - Settings for other URLs keep their effect. If no setting can make git find an entry, nothing
        is written and the task fails with the reason.
      - An entry for a path, or with a time of expiry, gets its own helper in
        C(credential.<url>.helper), a line of shell without any secret that only reads the store.
        Otherwise git, which stores a credential again after each use, would find the entry for a
        path for the whole server. Other helpers are not asked for that URL.
      - V(none) leaves git's configuration unchanged.
    type: str
    choices: [store, none]
    default: store
  helper_scope:
    description:
      - V(global) sets C(credential.helper) once for all servers. git then also stores passwords
        that somebody types for other servers.
      - V(url) sets C(credential.<url>.helper) for each O(url).
    type: str
    choices: [global, url]
    default: global
  include_expiry:
    description:
      - Whether git gets O(expires_at). Since the store has no field for it, the helper in
        C(credential.<url>.helper) adds it to the output of the store.
      - git 2.40 and newer then never sends or caches an expired credential. Older git ignores the
        time.
    type: bool
    default: true
  use_http_path:
    description:
      - Whether to set C(credential.<url>.useHttpPath) if O(url) has a path. Without it, git ignores
        paths.
      - It is set for that very URL, so that entries without a path still apply to the other
        repositories of the server.
    type: bool
    default: true
  config_path:
    description:
      - The git configuration. By default the one that C(git config --global) would write,
        C(~/.gitconfig) or C($XDG_CONFIG_HOME/git/config).
      - If git does not read this file by default, C(GIT_CONFIG_GLOBAL) is assumed to name it.
    type: path
  allow_http:
    description:
      - Whether to accept C(http://) for other machines than this one, with which passwords can be
        intercepted.
    type: bool
    default: false
  fix_line_endings:
    description:
      - Whether to correct other entries whose lines end in CR LF. git cannot read such lines.
    type: bool
    default: false
  write_in_place:
    description:
      - Whether to write over a file that is a mount point, as a single file that is mounted into a
        container is. It cannot be replaced, and the task fails without this option.
      - This is not atomic. A program that reads at that moment can see a part of the file, and a
        power failure or SIGKILL can leave one. Other files are replaced all the same.
    type: bool
    default: false
  lock_timeout:
    description:
      - Seconds to wait for the lock of the store, C(.git-credentials.lock), and of the
        configuration. A lock of another program is never removed.
      - From V(0) to V(3600).
    type: float
    default: 5.0
  verify:
    description:
      - Whether to try the entries afterwards with C(git ls-remote), without a terminal and without
        changing the store. The task fails if an entry is not accepted, with the reason for each.
        Not tried in check mode, without git, and without a O(verify_url).
      - Only the delivered credential is tried. The configuration of git, C(.netrc), proxies,
        certificates and other variables of the environment are not used, and redirects are not
        followed.
      - When the task runs as root, git runs as the owner of the store. It is refused if other users
        can change the program or the path of the store.
    type: bool
    default: false
  verify_timeout:
    description:
      - Seconds to wait for one server with O(verify), from V(1) to V(600).
    type: int
    default: 30
  ca_path:
    description:
      - File on the host with the certificates of the authorities that O(verify) trusts. git itself
        is not configured with it.
    type: path
notes:
  - The user of the task owns the store, so use C(become_user) for another one.
  - When git has used an entry for a server, it removes that user's entries for paths of this
    server. Entries given together are protected from that by their helpers. For those given in
    different tasks use different user names.
requirements:
  - Python 3.8 or newer on the managed host.
  - git on the managed host, for O(verify) only.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: git credential-store
    description: The file that git reads, and the order in which it searches it.
    link: https://git-scm.com/docs/git-credential-store
"""

EXAMPLES = r"""
- name: Have git use a Nuxeo Online Services token
  buildops.tokens.git_credential:
    url: https://connect.nuxeo.com
    token: studio

- name: Have git use a password for one server, and a token for a repository
  buildops.tokens.git_credential:
    helper_scope: url
    entries:
      - url: https://git.example.com
        username: ci
        password: "{{ vault_git_password }}"
      - url: https://gitlab.example.com:8443/team/project.git
        access_token: "{{ lookup('buildops.tokens.token', 'gitlab', query='access_token') }}"
        expires_at: "{{ lookup('buildops.tokens.token', 'gitlab', query='expires_at') }}"

- name: Write an entry and verify it
  buildops.tokens.git_credential:
    url: https://git.example.com
    username: ci
    password: "{{ vault_git_password }}"
    verify_url: https://git.example.com/team/project.git
    verify: true

- name: Remove all entries for a server
  buildops.tokens.git_credential:
    url: https://git.example.com
    state: absent
"""

RETURN = r"""
path:
  description: The store.
  returned: success
  type: str
  sample: /home/ci/.git-credentials
config_path:
  description: The git configuration.
  returned: success, with O(helper=store)
  type: str
  sample: /home/ci/.gitconfig
includes:
  description: Number of includes that depend on a repository (C(includeIf)). They are not
    considered, and could set other helpers.
  returned: success, with O(helper=store)
  type: int
  sample: 0
entries:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    url:
      description: The URL, as given.
      type: str
      sample: https://git.example.com
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - What changed or would change. In the store V(entry) (added or removed), V(password),
          V(order) (git found another entry first), V(duplicates), V(other_users),
          V(byte_order_mark), V(line_end); in the configuration V(helper), V(use_http_path),
          V(username).
      type: list
      elements: str
      sample: [password]
    effective:
      description: Whether git finds the entry. V(false) makes the task fail. Null with
        O(helper=none).
      returned: for V(present) entries
      type: bool
      sample: true
    shadowed_by:
      description: What git uses instead of the entry.
      returned: when RV(entries[].effective) is V(false)
      type: str
      sample: git finds another credential first, in /home/ci/.git-credentials
    fingerprint:
      description: Twelve hexadecimal digits that identify the access token without revealing it.
      returned: for an O(access_token)
      type: str
      sample: 9f86d081884c
permissions_restricted:
  description: Whether read access of other users to the store was removed.
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
      description: The URL of the entry, as given.
      type: str
      sample: https://git.example.com
    verify_url:
      description: The repository that was tried, or null.
      type: str
      sample: https://git.example.com/team/project.git
    accepted:
      description: Whether the credentials were accepted. Null if they were not tried.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.git_credentials import (
    GitCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(GitCredentials)


if __name__ == '__main__':
    main()
