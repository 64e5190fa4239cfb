# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Poetry: credentials of sources in C(auth.toml)."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.toml_tables import (
    BYTE_ORDER_MARK,
    Document,
    Table,
    edit,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Request,
    Wanted,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.passwords import (
    basic,
    require_ascii,
    require_username,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.projects import (
    files_of_projects,
)

BASIC = 'http-basic'
# In the folder of a project. Poetry merges it with the files of the user
PROJECT = 'poetry.toml'
_WORDS = {'password': 'secret'}


class Poetry(Client):
    """A user name and a password in this file are used before netrc and a keyring."""

    PATH = os.path.join('.config', 'pypoetry', 'auth.toml')

    def check(self, entry: Wanted) -> None:
        require_username(entry, 'Poetry', '__token__')
        require_ascii(entry, 'Poetry')

    def edit(self, content: t.Optional[bytes]) -> Edited:
        if (content or b'').startswith(BYTE_ORDER_MARK.encode('utf-8')):
            raise FileProblem(
                '%s begins with a byte order mark, with which Poetry does not start. Remove it.'
                % self.path
            )
        document = Document(content, self.path)
        tables = []
        for entry in self.wanted:
            values: t.Optional[t.Dict[str, t.Any]] = {'username': None, 'password': None}
            if entry.present:
                values = {'username': entry.username, 'password': entry.secret}
            elif entry.username not in (None, *_users(document, entry)):
                values = {}
            tables.append(Table((BASIC, entry.name), values))
        new, words = edit(content, tables, self.path)
        changes = [[_WORDS.get(word, word) for word in found] for found in words]
        return Edited(new, changes)

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        found: t.Dict[int, str] = {}
        for path, other in files_of_projects(self.params, (PROJECT,)):
            for section in Document(other, path).sections:
                for number, entry in enumerate(self.wanted):
                    ours = {'username': entry.username, 'password': entry.secret}
                    differs = any(
                        section.get(name) not in (None, value) for name, value in ours.items()
                    )
                    if entry.present and section.name == (BASIC, entry.name) and differs:
                        found[number] = (
                            '%s has another credential for it, which is used. Remove it there'
                            % path
                        )
        return found

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        for section in Document(content, self.path).sections:
            username, password = section.get('username'), section.get('password')
            found = isinstance(username, str) and isinstance(password, str)
            if section.name == (BASIC, entry.name) and found and entry.options['verify_url']:
                return Request(entry.options['verify_url'], basic(str(username), str(password)))
        return None


def _users(document: Document, entry: Wanted) -> t.List[t.Any]:
    return [
        section.get('username')
        for section in document.sections
        if section.name == (BASIC, entry.name)
    ]
