# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""curl, wget, git, Go, pip and others: machines in C(.netrc). apt: machines in C(auth.conf.d)."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import netrc
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Request,
    Wanted,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.passwords import (
    basic,
    require_username,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    PORTS,
    parse_url,
    require_https,
)

APT_FOLDER = 'auth.conf.d'
_APT_NAME = re.compile(r'[A-Za-z0-9_.-]+\.conf\Z|[A-Za-z0-9_-]+\Z')


class Netrc(Client):
    """Python takes the last entry of a host, curl, git, wget and Go the first."""

    PATH = '.netrc'
    DIALECT = netrc.NETRC
    READER = 'a client that reads netrc files'

    @property
    def for_python(self) -> bool:
        """Whether Python must be able to read the file."""
        return bool(self.params['for_python'])

    def key(self, entry: Wanted) -> t.Any:
        return self._machines(entry)[0], None if entry.present else entry.username

    def _machines(self, entry: Wanted) -> t.List[str]:
        options, allow_http = entry.options, self.params['allow_http']
        return machines(options['host'], options['port'], self.DIALECT, allow_http)

    def check(self, entry: Wanted) -> None:
        username = require_username(entry, self.READER, 'oauth2')
        netrc.check_value(username, 'The username for %s' % entry.name, self.DIALECT)
        netrc.check_value(str(entry.secret), 'The secret for %s' % entry.name, self.DIALECT)

    def edit(self, content: t.Optional[bytes]) -> Edited:
        wanted, owners = [], []
        for number, entry in enumerate(self.wanted):
            for machine in self._machines(entry):
                owners.append(number)
                wanted.append(
                    netrc.Wanted(
                        machine, entry.username, entry.secret, bool(entry.options['exclusive'])
                    )
                )
        new, words = netrc.edit(content, wanted, self.path, self.DIALECT, self.for_python)
        changes: t.List[t.List[str]] = [[] for _entry in self.wanted]
        for number, found in zip(owners, words):
            changes[number] += found
        return Edited(new, changes, self._warnings(new))

    def _warnings(self, content: t.Optional[bytes]) -> t.List[str]:
        if not self.for_python or not any(entry.present for entry in self.wanted):
            return []
        return [
            '%s has %s in line %d, so that Python before 3.11 reads nothing from the file.'
            % (self.path, problem.what, problem.line)
            for problem in netrc.Document(content, self.DIALECT).problems
            if problem.reader == netrc.OLD_PYTHON
        ][:1]

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        document = netrc.Document(content, self.DIALECT)
        by_machine: t.Dict[bytes, t.List[netrc.Entry]] = {}
        for one in document.entries:
            by_machine.setdefault(one.machine or b'', []).append(one)
        found: t.Dict[int, str] = {}
        for number, entry in enumerate(self.wanted):
            for machine in self._machines(entry) if entry.present else ():
                reason = self._other_user(document, by_machine[machine.encode('ascii')], entry)
                reason = reason or self._other_file(machine, entry)
                if reason:
                    found[number] = reason
        return found

    def _other_user(
        self, document: netrc.Document, entries: t.Sequence[netrc.Entry], entry: Wanted
    ) -> t.Optional[str]:
        login = str(entry.username).encode('utf-8')
        first, last = entries[0], entries[-1]
        if first.login != login:
            reads, other = 'most clients take the first', first
        elif last.login != login and self.for_python:
            reads, other = 'pip and other programs in Python take the last', last
        else:
            return None
        return (
            'line %d has an entry for another user of the same host, and %s. Remove it, or set '
            'exclusive' % (document.line_of(other.start), reads)
        )

    def _other_file(self, machine: str, entry: Wanted) -> t.Optional[str]:
        """Return the file that is read before this one, if it has another credential."""
        return None

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        hosts = {self._machines(entry)[0] for entry in self.wanted if not entry.present}
        if not hosts:
            return []
        document = netrc.Document(content, self.DIALECT)
        known = {document.line_of(entry.start) for entry in document.entries}
        return [
            '%s still names the host of a removed entry in line %d, where clients find no '
            'credential. Check whether it has a password.' % (self.path, number)
            for number, line in enumerate((content or b'').lower().split(b'\n'), 1)
            if number not in known
            and b'password' in line
            and hosts.intersection(line.decode('latin-1').split())
        ]

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        machine = self._machines(entry)[0].encode('ascii')
        for one in netrc.Document(content, self.DIALECT).entries:
            if one.machine == machine and entry.options['verify_url']:
                login = (one.login or b'').decode('utf-8'), (one.password or b'').decode('utf-8')
                return Request(entry.options['verify_url'], basic(*login))
        return None


class Apt(Netrc):
    """apt takes the first entry that fits, also of other files."""

    PATH = '/etc/apt/auth.conf.d/buildops_tokens.conf'
    DIALECT = netrc.APT
    READER = 'apt'
    for_python = False

    def check(self, entry: Wanted) -> None:
        super().check(entry)
        folder, name = os.path.split(self.path)
        if os.path.basename(folder) == APT_FOLDER and not _APT_NAME.match(name):
            raise BadInput('apt ignores a file named %s. End the name of path with .conf.' % name)

    def _other_file(self, machine: str, entry: Wanted) -> t.Optional[str]:
        """Return the file that apt reads before this one, if it has another credential."""
        folder, name = os.path.split(self.path)
        if os.path.basename(folder) != APT_FOLDER:
            return None
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        before = [os.path.join(os.path.dirname(folder), 'auth.conf')]
        before += [
            os.path.join(folder, one) for one in names if _APT_NAME.match(one) and one < name
        ]
        ours = str(entry.username).encode('utf-8'), str(entry.secret).encode('utf-8')
        for path in before:
            for one in netrc.Document(read_private(path).content, netrc.APT).entries:
                general = one.machine is not None and _covers(
                    one.machine.decode('latin-1'), machine
                )
                if general and (one.login, one.password) != ours:
                    return '%s has another credential for it, which apt reads first' % path
        return None


def _covers(general: str, machine: str) -> bool:
    return general == machine or machine.startswith((general + ':', general + '/'))


def machines(host: str, port: t.Optional[int], dialect: str, allow_http: bool) -> t.List[str]:
    """Return the names under which clients look for a host.

    Go looks for V(host:port) where the address has a port, all others for the host. apt also looks
    for a path, and for C(http://) where the host is asked without TLS.

    :raises BadInput: it is not a host.
    """
    is_apt = dialect == netrc.APT
    address = parse_url(host if is_apt and '://' in host else 'https://' + host, 'host')
    if ':' in address.host or address.port is not None or (address.path and not is_apt):
        raise BadInput(
            'host must be the name of a host, such as nexus.example.com, and is not an IPv6 '
            'address. Give a port as port, and leave out the path%s.'
            % ('' if is_apt else ', which no client but apt reads')
        )
    if port is not None and not 0 < port < 65536:
        raise BadInput('port must be from 1 to 65535.')
    if not is_apt:
        return [address.host] + (['%s:%d' % (address.host, port)] if port else [])
    require_https(address, allow_http, 'host')
    given = port if port != PORTS[address.scheme] else None
    return [
        '%s%s%s%s'
        % (
            'http://' if address.scheme == 'http' else '',
            address.host,
            ':%d' % given if given else '',
            address.path,
        )
    ]
