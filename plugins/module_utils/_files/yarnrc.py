# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file C(.yarnrc.yml), as yarn 3 and 4 read it.

A registry has two keys, with the scheme and without. That with the scheme is used first, and then
the other one not at all. A slash at the end of a key does not count; of two such keys the last is
used.
"""

from __future__ import annotations

import base64
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.block_yaml import (
    BlockYaml,
    Keys,
)

REGISTRIES, SCOPES, SERVER = 'npmRegistries', 'npmScopes', 'npmRegistryServer'
TOKEN, IDENT, ALWAYS = 'npmAuthToken', 'npmAuthIdent', 'npmAlwaysAuth'
DEFAULT_SERVER = 'https://registry.yarnpkg.com'
_VARIABLE = re.compile(r'(?<!\\)\$\{(\w+)\}')
Credential = t.Tuple[str, str]


class Entry(t.NamedTuple):
    """What a registry shall have.

    :ivar url: without a slash at its end. :ivar field: C(TOKEN) or C(IDENT), or None to remove all.
    :ivar always_auth: whether to set C(ALWAYS). :ivar servers: keys that get the URL.
    """

    url: str
    field: t.Optional[str] = None
    value: str = ''
    always_auth: bool = False
    servers: t.Sequence[Keys] = ()

    def __repr__(self) -> str:
        return 'Entry(%s, redacted)' % self.url


class Yarnrc:
    """A file. :ivar document: a C(BlockYaml)."""

    def __init__(self, content: t.Optional[bytes], path: str) -> None:
        """:raises FileProblem: it has something that is not understood."""
        self.document = BlockYaml(content, path, (REGISTRIES, SCOPES))

    def spellings(self, url: str) -> t.List[str]:
        """Return the keys of a registry, that which yarn uses first."""
        bare = _bare(url)
        names = [
            name for name in self.document.names(REGISTRIES) if name.endswith((bare, bare + '/'))
        ]
        return [
            name for wanted in (url, bare) for name in reversed(names) if normal(name) == wanted
        ]

    def credential(self, *keys: str) -> t.Optional[Credential]:
        """Return (field, value) of what yarn sends for an entry, or None."""
        for field in (TOKEN, IDENT):
            value = self.document.get(*keys, field)
            if value:
                return field, value if field == TOKEN else _encoded(value)
        return None

    def scopes(self) -> t.List[str]:
        """Return the scopes that have an entry."""
        return self.document.names(SCOPES)


def normal(url: str) -> str:
    """Return a URL as yarn compares it."""
    return url[:-1] if url.endswith('/') else url


def _bare(url: str) -> str:
    return url.partition(':')[2]


def _encoded(ident: str) -> str:
    return base64.b64encode(ident.encode('utf-8')).decode('ascii') if ':' in ident else ident


def effective(files: t.Sequence[Yarnrc], url: str) -> t.Optional[Credential]:
    """Return what yarn sends to a registry, or None.

    :param files: the one that is used first is the first.
    """
    for key in (url, _bare(url)):
        with_it = [
            (file, name)
            for file in files
            for name in file.spellings(url)[:1]
            if normal(name) == key
        ]
        if with_it:
            found = [file.credential(REGISTRIES, name) for file, name in with_it]
            return next((one for one in found if one), None)
    return None


def scope_instead(
    files: t.Sequence[Yarnrc], url: str, credential: t.Optional[Credential]
) -> t.Optional[str]:
    """Return a scope that has another credential for the same registry, or None."""
    for scope in dict.fromkeys(name for file in files for name in file.scopes()):
        found = [file.credential(SCOPES, scope) for file in files]
        own = next((one for one in found if one), None)
        servers = [file.document.get(SCOPES, scope, SERVER) for file in files]
        servers += [file.document.get(SERVER) for file in files]
        server = next((one for one in servers if one), DEFAULT_SERVER)
        if own not in (None, credential) and normal(server) == url:
            return scope
    return None


def variables_in(content: t.Optional[bytes]) -> t.List[t.Tuple[int, str]]:
    """Return (line, name) of each variable without which yarn does not start."""
    lines = (content or b'').decode('utf-8', 'replace').split('\n')
    return [
        (number, name)
        for number, line in enumerate(lines, 1)
        if '${' in line and not line.lstrip().startswith('#')
        for name in _VARIABLE.findall(line)
    ]


def edit(
    content: t.Optional[bytes], entries: t.Sequence[Entry], path: str
) -> t.Tuple[t.Optional[bytes], t.List[t.List[str]]]:
    """Bring entries into a file.

    :param content: None for no file. :param path: for messages.
    :returns: (new content, for each entry what changed). Where nothing changes, the content is the
        same object.
    :raises FileProblem: it cannot be edited; with the line.
    """
    file = Yarnrc(content, path)
    changes = [_edit_one(file, entry) for entry in entries]
    if any(changes):
        file.document.prune(REGISTRIES)
    return file.document.content, changes


def _edit_one(file: Yarnrc, entry: Entry) -> t.List[str]:
    names, document = file.spellings(entry.url), file.document
    kept = names[0] if names else _bare(entry.url)
    if entry.field is None:
        for name in names:
            document.remove((REGISTRIES, name))
        return ['entry'] if names else []
    before = file.credential(REGISTRIES, kept)
    changed: t.List[str] = []
    always = entry.always_auth and document.get(REGISTRIES, kept, ALWAYS) not in ('true', '1')
    if always:
        document.set((REGISTRIES, kept, ALWAYS), 'true', False)
    if before != (entry.field, entry.value):
        document.set((REGISTRIES, kept, entry.field), entry.value)
        if before is None:
            changed.append('entry')
        else:
            changed += ['secret'] + (['kind'] if before[0] != entry.field else [])
    if document.remove((REGISTRIES, kept, IDENT if entry.field == TOKEN else TOKEN)):
        changed = changed or ['duplicates']
    if always and before is not None:
        changed.append('always_auth')
    for name in names[1:]:
        document.remove((REGISTRIES, name))
        changed.append('duplicates')
    for keys in entry.servers:
        if normal(document.get(*keys) or '') != entry.url:
            document.set(keys, entry.url)
            changed.append('registry')
    return list(dict.fromkeys(changed))
