# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""uv: credentials of services in C(credentials.toml), the store of C(uv auth)."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import netrc
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.flock_file import flocked
from ansible_collections.buildops.tokens.plugins.module_utils._files.toml_tables import (
    Document,
    Section,
    Table,
    edit,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Request,
    Wanted,
    home_folder,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.passwords import (
    basic,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    is_loopback,
    normalize_url,
    parse_url,
)

NAME = ('credential',)
# What the file has for a credential, and how changes of it are reported
_WORDS = {'password': 'secret', 'token': 'secret', 'scheme': 'kind', 'username': 'username'}


class Uv(Client):
    """uv takes the service with the longest path, and netrc before all of them."""

    PATH = os.path.join('.local', 'share', 'uv', 'credentials', 'credentials.toml')

    def locked(self) -> t.ContextManager[t.Any]:
        return flocked(self.path)

    def check(self, entry: Wanted) -> None:
        address = parse_url(entry.options['url'])
        if address.scheme == 'http' and not is_loopback(address.host):
            raise BadInput(
                'url of %s uses http, for which uv stores no credentials, except for this machine. '
                'Use https, or netrc_credential.' % entry.name
            )

    def edit(self, content: t.Optional[bytes]) -> Edited:
        document = Document(content, self.path)
        tables: t.List[Table] = []
        owners: t.List[int] = []
        others: t.Set[int] = set()
        for number, entry in enumerate(self.wanted):
            same = _of_service(document, entry)
            ours = _ours(same, entry)
            left = [one for one in same if one is not ours and _known(one) != _known(ours)]
            if not entry.present:
                gone = [one for one in same if entry.username in (None, one.get('username'))]
                left, ours = gone, None
            elif not entry.options['exclusive']:
                left = []
            if entry.present:
                tables.append(_table(entry, ours))
                owners.append(number)
            for known in _unique(left):
                tables.append(Table(NAME, None, known))
                owners.append(number)
                others.update([number] if entry.present else [])
        new, words = edit(content, tables, self.path)
        changes: t.List[t.List[str]] = [[] for _entry in self.wanted]
        for number, table, found in zip(owners, tables, words):
            removed = table.values is None and number in others
            changes[number] += ['other_users'] if removed else [_WORDS.get(w, w) for w in found]
        return Edited(new, changes)

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        path = os.path.join(home_folder(), '.netrc')
        present = [number for number, entry in enumerate(self.wanted) if entry.present]
        machines = {
            one.machine: (one.login, one.password)
            for one in netrc.Document(read_private(path).content if present else None).entries
        }
        found = {}
        for number in present:
            entry = self.wanted[number]
            host = parse_url(entry.options['url']).host.encode('ascii')
            theirs = machines.get(host, machines.get(None))
            ours = str(entry.username).encode('utf-8'), str(entry.secret).encode('utf-8')
            if theirs is not None and (entry.bearer or theirs != ours):
                found[number] = (
                    '%s has an entry for its host, which uv uses first. Remove it, or deliver to '
                    'it with netrc_credential' % path
                )
        return found

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        address = entry.options['verify_url'] or entry.options['url'] + '/'
        for section in _of_service(Document(content, self.path), entry):
            token, password = section.get('token'), section.get('password')
            if isinstance(token, str):
                return Request(address, 'Bearer ' + token)
            if isinstance(password, str):
                return Request(address, basic(str(section.get('username') or ''), password))
        return None


def _of_service(document: Document, entry: Wanted) -> t.List[Section]:
    """Return the credentials of the service of an entry."""
    return [
        section
        for section in document.sections
        if section.name == NAME and _service(section) == entry.options['url']
    ]


def _service(section: Section) -> t.Optional[str]:
    try:
        return normalize_url(section.get('service'), True)
    except BadInput:
        return None


def _ours(same: t.Sequence[Section], entry: Wanted) -> t.Optional[Section]:
    """Return the credential that an entry is: of the same user, else the first if it is alone."""
    username = None if entry.bearer else entry.username
    found = next((one for one in same if one.get('username') == username), None)
    return found or (same[0] if len(same) == 1 and entry.options['exclusive'] else None)


def _known(section: t.Optional[Section]) -> t.Dict[str, t.Any]:
    """Return by what a credential is known."""
    if section is None:
        return {}
    return {key: section.get(key) for key in ('service', 'username')}


def _unique(sections: t.Sequence[Section]) -> t.List[t.Dict[str, t.Any]]:
    found: t.List[t.Dict[str, t.Any]] = []
    for section in sections:
        if _known(section) not in found:
            found.append(_known(section))
    return found


def _table(entry: Wanted, ours: t.Optional[Section]) -> Table:
    service = ours.get('service') if ours else entry.options['url']
    username = None if entry.bearer else entry.username
    values: t.Dict[str, t.Any] = {
        'service': service,
        'username': username,
        'scheme': 'bearer' if entry.bearer else 'basic',
        'password': None if entry.bearer else entry.secret,
        'token': entry.secret if entry.bearer else None,
    }
    return Table(NAME, values, _known(ours) or {'service': service, 'username': username})
