# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""twine, flit and others that upload: repositories in C(.pypirc)."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.python_ini import IniFile
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

LIST = ('distutils', 'index-servers')
# twine knows them without a list, and no others beside a list that does not name them
_KNOWN = ('pypi', 'testpypi')
_NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._+-]*\Z')
_WORDS = {'username': 'username', 'password': 'secret', 'repository': 'url'}


class Pypirc(Client):
    """twine reads only the sections that the list of servers names."""

    PATH = '.pypirc'

    def check(self, entry: Wanted) -> None:
        username = require_username(entry, 'twine', '__token__')
        require_ascii(entry, 'twine')
        for value in (username, str(entry.secret)):
            if value != value.strip():
                raise BadInput(
                    'The user name or secret for %s begins or ends with a blank, which twine '
                    'removes. Get another one.' % entry.name
                )

    def edit(self, content: t.Optional[bytes]) -> Edited:
        changes: t.List[t.List[str]] = []
        file = IniFile(content, self.path)
        for entry in self.wanted:
            changes.append(_present(file, entry) if entry.present else _absent(file, entry))
        return Edited(file.content(), changes)

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        file = IniFile(content, self.path)
        return {
            number: 'it has no URL, and twine knows that of pypi and testpypi only. Give url'
            for number, entry in enumerate(self.wanted)
            if entry.present and entry.name not in _KNOWN and not file.get(entry.name, 'repository')
        }

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        file = IniFile(content, self.path)
        login = file.get(entry.name, 'username'), file.get(entry.name, 'password')
        if entry.options['verify_url'] is None or login[0] is None or login[1] is None:
            return None
        return Request(entry.options['verify_url'], basic(login[0], login[1]))


def check_name(name: str) -> None:
    """:raises BadInput: it cannot be the name of a section that the list of servers names."""
    if not _NAME.match(name) or name in (LIST[0], 'server-login', 'DEFAULT'):
        raise BadInput(
            'name must be the name of a repository: letters, digits and . _ + -, and not one that '
            'has another meaning, such as distutils.'
        )


def _present(file: IniFile, entry: Wanted) -> t.List[str]:
    had = file.get(entry.name, 'password') is not None
    values = {
        'repository': entry.options['url'],
        'username': entry.username,
        'password': entry.secret,
    }
    changed = [
        _WORDS[name]
        for name, value in values.items()
        if value is not None and file.set(entry.name, name, value)
    ]
    changed = changed if had else ['entry']
    return changed + (['list'] if _add_to_list(file, entry.name) else [])


def _absent(file: IniFile, entry: Wanted) -> t.List[str]:
    """Remove user name and password. The address stays, as other settings do."""
    theirs = file.get(entry.name, 'username')
    if entry.username is not None and theirs != entry.username:
        return []
    gone = [file.remove(entry.name, name) for name in ('username', 'password')]
    return ['entry'] if any(gone) else []


def _add_to_list(file: IniFile, name: str) -> bool:
    """Have the list of servers name a section. :returns: whether it did not."""
    listed = file.get(*LIST)
    if listed is not None:
        if name in listed.split():
            return False
        file.add_line(*LIST, name)
        return True
    if name in _KNOWN:
        return False
    names = [known for known in _KNOWN if file.has_section(known)] + [name]
    file.set(LIST[0], LIST[1], ' '.join(names))
    return True
