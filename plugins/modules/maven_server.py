#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: maven_server
short_description: Server entries of a Maven settings.xml
version_added: 1.0.0
author: buildops.tokens contributors (@buildops)
description:
  - Adds, changes and removes C(<server>) entries of Maven's C(settings.xml), one or many in one
    pass over the file.
  - Everything else in the file stays identical, including comments, order, indentation, line ends,
    encoding, byte order mark and namespace.
  - What Maven would read as something else than what was given is refused with the reason, before
    anything is written.
  - A file that Maven rejects is refused by Maven's own rules, with the line. This includes a field
    that is given twice, text in a list, a server without an id, and what Maven misses in mirrors,
    proxies, profiles and plugin groups. A file that only Maven 4 rejects gets a warning.
  - Success means that Maven uses the entry. Otherwise nothing is written, the task fails, and
    RV(servers[].shadowed_by) names the reason. See RV(servers[].effective).
  - Maven need not be installed, unless for O(encrypt). No other Python library is needed.
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
    support: partial
    details:
      - Not where an encrypted password cannot be compared.
      - See O(update_password).
  action:
    support: full
    description:
      - An action plugin of the same name runs on the controller.
      - It gets the credential of O(token).
options:
  servers:
    description:
      - List of entries, all written at once. Instead, the options of one entry can be given
        directly.
    type: list
    elements: dict
    suboptions:
      id:
        description: See O(id).
        type: str
        required: true
      token:
        description: See O(token).
        type: str
      username:
        description: See O(username).
        type: raw
      password:
        description: See O(password).
        type: raw
      access_token:
        description: See O(access_token).
        type: raw
      private_key:
        description: See O(private_key).
        type: str
      passphrase:
        description: See O(passphrase).
        type: raw
      file_permissions:
        description: See O(file_permissions).
        type: raw
      directory_permissions:
        description: See O(directory_permissions).
        type: raw
      configuration:
        description: See O(configuration).
        type: dict
      remove:
        description: See O(remove).
        type: list
        elements: str
        choices:
          - username
          - password
          - private_key
          - passphrase
          - file_permissions
          - directory_permissions
          - configuration
      allow_interpolation:
        description: See O(allow_interpolation).
        type: bool
        default: false
      allow_encrypted:
        description: See O(allow_encrypted).
        type: bool
        default: false
      update_password:
        description: By default O(update_password).
        type: str
        choices: [unless_encrypted, always, on_create]
      encrypt:
        description: By default O(encrypt).
        type: bool
      verify_url:
        description: See O(verify_url).
        type: str
      state:
        description: See O(state).
        type: str
        choices: [present, absent]
        default: present
  id:
    description:
      - The id of the entry. Maven uses the entry for repositories and mirrors of that id, plugins
        use it for other servers.
      - Where a file has several entries of one id, Maven uses the last for repositories and the
        first for plugins. So all of them are changed alike, with a warning; O(state=absent) removes
        all of them.
      - An id that is a variable, as V(${env.SERVER}), is compared as it is written. It needs
        O(allow_interpolation), unless with O(state=absent).
    type: str
  token:
    description:
      - Name of a source in C(token_sources). A basic token becomes O(username) and O(password), a
        bearer token O(access_token).
      - It is fetched on the controller; the host gets only the result. Not needed with
        O(state=absent).
    type: str
  username:
    description:
      - Name of the user. A number has to be quoted.
    type: raw
  password:
    description:
      - Password of the user, or a token that is used as one. A number has to be quoted.
      - It takes the place of an C(Authorization) header in the file, which Maven would prefer, in
        C(httpHeaders) as well as in the older C(httpConfiguration) (C(all), C(get), C(put) and
        C(head)).
      - For Maven, C(${...}) refers to a variable, C({...}) is encrypted, and blanks around a value
        do not belong to it. So these are refused, and so are control characters. See
        O(allow_interpolation) and O(allow_encrypted).
    type: raw
  access_token:
    description:
      - Bearer token. Maven sends it as an HTTP header, C(Authorization), which is written into
        C(httpHeaders) of O(configuration).
      - It takes the place of a user name and a password that the entry has in the file.
      - Together with O(username) it is that user's password instead.
      - It is not encrypted by O(encrypt), since Maven 3 decrypts passwords and passphrases only.
    type: raw
  private_key:
    description:
      - Path of a private key on the host, for repositories behind SSH.
    type: str
  passphrase:
    description:
      - Passphrase of O(private_key). The same is refused as for O(password).
    type: raw
  file_permissions:
    description:
      - Octal mode of files that Maven creates in the repository, as V("664"). Quote it, because
        YAML reads V(0664) as a number.
    type: raw
  directory_permissions:
    description:
      - Octal mode of folders that Maven creates in the repository, as V("775"). Quote it.
    type: raw
  configuration:
    description:
      - What the transport of the repository, or a plugin, is configured with. A mapping becomes XML
        elements of the same names, a list becomes elements that follow each other under the name of
        its key.
      - It is merged into what the file has. A text replaces a text, and what is not mentioned
        stays. Items of a list that have a C(name), as HTTP headers do, replace those of the same
        name. Other lists replace all elements of their key.
      - All of it is treated as a secret.
    type: dict
  remove:
    description:
      - Fields to remove from the entry.
    type: list
    elements: str
    choices:
      - username
      - password
      - private_key
      - passphrase
      - file_permissions
      - directory_permissions
      - configuration
  allow_interpolation:
    description:
      - Whether values of the entry may contain C(${...}), as C(${env.TOKEN}). Maven replaces it,
        also within what it has put in place of it.
    type: bool
  allow_encrypted:
    description:
      - Whether values of the entry may contain C({...}), the output of C(mvn --encrypt-password) or
        of C(mvnenc) of Maven 4. They are written as they are.
    type: bool
  verify_url:
    description:
      - Address in the repository which O(verify) asks for, as
        V(https://nexus.example.com/repository/maven-releases/).
    type: str
  state:
    description:
      - V(present) by default. V(absent) removes the entry.
    type: str
    choices: [present, absent]
  path:
    description:
      - The settings file. Links to it are followed and stay.
      - A new file, and missing folders, are created for the owner alone. For an existing file see
        O(permissions).
      - When root writes into the home folder of a user, as V(~ci/.m2/settings.xml), the file
        belongs to that user.
    type: path
    default: ~/.m2/settings.xml
  permissions:
    description:
      - What happens to the rights of other users to an existing file when an entry is written.
      - V(auto) removes them, but not from the settings of a Maven installation
        (C(conf/settings.xml) or C(/etc/maven/settings.xml)), without which Maven of other users
        does not start. A warning says that they can then read the secrets.
      - V(restrict) removes them from any file, V(keep) from none.
    type: str
    choices: [auto, restrict, keep]
    default: auto
  write_in_place:
    description:
      - Whether to write over a file that is a mount point, as a single file that is mounted into a
        container is. It cannot be replaced, and the task fails without this option.
      - This is not atomic. A program that reads at that moment can see a part of the file, and a
        power failure or SIGKILL can leave one. Other files are replaced all the same.
    type: bool
    default: false
  update_password:
    description:
      - When to replace a password or passphrase that is there already.
      - V(unless_encrypted) replaces it when it differs. One that Maven 3 has encrypted is compared
        by means of the master password in O(security_path). If it differs or cannot be compared, it
        is replaced with O(encrypt) or when the user name changes. Otherwise the task fails, because
        Maven would go on to use the old one.
      - V(always) replaces an encrypted one, too, at each run unless O(encrypt) is set and both are
        known to be equal.
      - V(on_create) writes it only where there is none.
    type: str
    choices: [unless_encrypted, always, on_create]
    default: unless_encrypted
  encrypt:
    description:
      - Whether to write passwords and passphrases encrypted, by C(mvn --encrypt-password) of Maven
        3 and the master password in O(security_path).
      - They are passed to Maven through a separate terminal, never on a command line. A password
        that is in the file in clear text is replaced by its encrypted form.
      - Each takes Maven about a second, and only when one is written.
      - When the task runs as root, Maven runs as the owner of O(security_path). It is refused if
        other users can change the program.
    type: bool
    default: false
  mvn:
    description:
      - Path of Maven, for O(encrypt). By default the first C(mvn) that is found.
    type: path
  security_path:
    description:
      - File with the master password, for O(encrypt). It is only read. By default
        C(settings-security.xml) beside O(path), which is where Maven looks for it when O(path) is
        the default.
    type: path
  verify:
    description:
      - Whether to send each entry's credentials to its O(verify_url) afterwards, from the host. The
        task fails and names the entries that are not accepted, each with its reason.
      - Entries without O(verify_url), or with a password that only Maven can read, are not tried.
        Nothing is tried in check mode.
      - Proxies, certificates and C(.netrc) of the environment are not used, and redirects are not
        followed.
      - A user name or password with non-ASCII characters is tried in UTF-8, which Maven 3.8 and
        older send, and in ISO-8859-1, which Maven 3.9 and 4 send. If the server accepts only one of
        them, the reason says so, and the Maven of the host (O(mvn)) decides. Without one the task
        fails.
    type: bool
    default: false
  verify_timeout:
    description:
      - Seconds to wait for a server with O(verify), from V(1) to V(600).
    type: int
    default: 30
  validate_certs:
    description:
      - Whether O(verify) checks the certificates of servers.
    type: bool
    default: true
  ca_path:
    description:
      - File on the host with the certificates of authorities that O(verify) trusts. Maven itself
        has its own, see C(javax.net.ssl.trustStore).
    type: path
  allow_http:
    description:
      - Whether O(verify_url) may be C(http://), with which credentials can be intercepted. The
        machine itself always may.
    type: bool
    default: false
notes:
  - Run the task as the user whose file it is (C(become_user)), or as root.
  - There is no backup option, because a backup would keep old secrets. The file is replaced at once
    or not at all.
  - A change that somebody else makes to the file at the same time is not lost. The edit is then
    repeated on the newer file.
  - Refused are files that Maven 3 rejects or ignores, files that are not well-formed XML or not in
    the encoding that they declare, even where Maven 3 replaces what it cannot read, files with a
    C(DOCTYPE), and C(.mvn/settings.xml) of a project, in which Maven 4 forbids passwords.
  - Maven merges the settings of a user and those of its installation, which are found by O(mvn) or
    the C(mvn) in the C(PATH). Files given by C(mvn -s) or C(mvn -gs) are not looked for, nor are
    the users looked at who do not run the task.
requirements:
  - Python 3.8 or newer on the managed host.
  - Maven 3 on the managed host, for O(encrypt) only.
seealso:
  - plugin: buildops.tokens.token
    plugin_type: lookup
  - name: Maven settings reference
    description: What the elements of an entry mean.
    link: https://maven.apache.org/settings.html#servers
  - name: Maven password encryption
    description: How to make a master password.
    link: https://maven.apache.org/guides/mini/guide-encryption.html
"""

EXAMPLES = r"""
- name: Have Maven use a Nexus user token
  buildops.tokens.maven_server:
    id: company-releases
    token: company

- name: Have Maven use several credentials, and see whether they are accepted
  buildops.tokens.maven_server:
    servers:
      - id: company-releases
        token: company
        verify_url: https://nexus.example.com/repository/maven-releases/
      - id: company-snapshots
        username: ci
        password: "{{ vault_snapshots_password }}"
      - id: api
        access_token: "{{ lookup('buildops.tokens.token', 'nuvy', query='access_token') }}"
        configuration:
          timeout: 20000
      - id: retired
        state: absent
    verify: true

- name: Write the password encrypted, for another user
  buildops.tokens.maven_server:
    id: company-releases
    username: ci
    password: "{{ vault_releases_password }}"
    encrypt: true
  become: true
  become_user: ci

- name: Have Maven take the password from its environment
  buildops.tokens.maven_server:
    id: company-releases
    username: ci
    password: ${env.RELEASES_PASSWORD}
    allow_interpolation: true

- name: Use a key for a repository behind SSH
  buildops.tokens.maven_server:
    id: site
    username: ci
    private_key: ${user.home}/.ssh/site
    passphrase: "{{ vault_site_passphrase }}"
    allow_interpolation: true
    file_permissions: "664"
    directory_permissions: "775"
    remove: [password]
"""

RETURN = r"""
path:
  description: The settings file, as it was given.
  returned: success
  type: str
  sample: /home/ci/.m2/settings.xml
servers:
  description: Result for each entry, in the given order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the entry.
      type: str
      sample: company-releases
    state:
      description: V(present) or V(absent).
      type: str
      sample: present
    changed:
      description:
        - The options that changed or would change, and V(id) where the entry itself was added or
          removed.
      type: list
      elements: str
      sample: [password]
    effective:
      description:
        - Whether Maven uses the entry as it is in the file. If not, the task fails and nothing is
          written.
        - It is not when another entry comes before it (of the user before that of the installation,
          one with an id that is a variable, an alias), when Maven rejects the other file that it
          reads, or when an encrypted password in the file would stay.
      type: bool
      sample: true
    shadowed_by:
      description: Why Maven does not use the entry, and what to do.
      returned: when RV(servers[].effective) is false
      type: str
      sample: ~/.m2/settings.xml has a server of this id, which Maven uses instead for this user.
    fingerprint:
      description: Twelve hexadecimal digits that identify the access token without revealing it.
      returned: for an O(access_token)
      type: str
      sample: 9f86d081884c
permissions_restricted:
  description: Whether the file could be read by other users, and no longer can.
  returned: success
  type: bool
  sample: false
verification:
  description: Whether the repository accepted the credentials, for each present entry.
  returned: with O(verify)
  type: list
  elements: dict
  contains:
    name:
      description: The id of the entry.
      type: str
      sample: company-releases
    verify_url:
      description: The address that was asked for, or null.
      type: str
      sample: https://nexus.example.com/repository/maven-releases/
    accepted:
      description: Whether they were accepted. Null where that was not tried or could not be known.
      type: bool
      sample: true
    message:
      description: The reason in words.
      type: str
      sample: accepted
"""

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.maven_settings import (
    MavenSettings,
)
from ansible_collections.buildops.tokens.plugins.module_utils._delivery_module import run


def main() -> None:
    run(MavenSettings)


if __name__ == '__main__':
    main()
