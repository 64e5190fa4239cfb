# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Cargo: tokens of registries, and the provider that makes Cargo read them.

Cargo refuses a registry that requires credentials unless a provider is configured for it, even if
the file has a token (measured with 1.95).
"""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import toml_tables
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Further,
    Request,
    Wanted,
)

PROVIDER = 'cargo:token'
_NAME = re.compile(r'[A-Za-z0-9_-]+')
# Keys of a registry that exclude a token
_OTHER_KIND = ('secret-key', 'secret-key-subject')


def check_name(name: str) -> None:
    """:raises BadInput: Cargo has no such registry, or keeps its token elsewhere."""
    if not _NAME.fullmatch(name) or name == 'crates-io':
        raise BadInput(
            'name must be that of a registry in the configuration of Cargo: letters, digits, - '
            'and _, and not crates-io.'
        )


class Cargo(Client):
    """Cargo reads the file without C(.toml) of older versions first, if it exists."""

    PATH = '.cargo/credentials.toml'

    def default_path(self) -> str:
        path = super().default_path()
        old = _older(path)
        return old if os.path.exists(old) and not os.path.exists(path) else path

    def check(self, entry: Wanted) -> None:
        if not (entry.secret or '').isascii() and entry.bearer:
            raise BadInput(
                'The access_token for %s contains a character that an HTTP header cannot carry. '
                'Check where it comes from.' % entry.name
            )

    def edit(self, content: t.Optional[bytes]) -> Edited:
        before = toml_tables.Document(content, self.path)
        tables = [toml_tables.Table(_table(entry), _values(entry)) for entry in self.wanted]
        new, changes = toml_tables.edit(content, tables, self.path)
        return Edited(
            new, [_words(entry, words, before) for entry, words in zip(self.wanted, changes)]
        )

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        found = {}
        older = self._older_content()
        config = self._config()
        for number, entry in enumerate(self.wanted):
            if not entry.present:
                continue
            if older is not None and _token(older, entry) != _token_in(content, entry, self.path):
                found[number] = (
                    '%s exists, and is read instead of this file. Move what it contains here'
                    % _older(self.path)
                )
            elif not _sets_provider(entry) and not _has_provider(config, entry):
                found[number] = (
                    'no credential provider reads this file for it in %s. Set provider=true'
                    % config.path
                )
        return found

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        older = self._older_content()
        return [
            '%s still has a token for %s.' % (_older(self.path), entry.name)
            for entry in self.wanted
            if not entry.present and older is not None and _token(older, entry) is not None
        ]

    def further(self) -> t.Sequence[Further]:
        config = self._config()
        missing = [
            entry
            for entry in self.wanted
            if entry.present and _sets_provider(entry) and not _has_provider(config, entry)
        ]
        if not missing:
            return ()
        tables = [
            toml_tables.Table(_table(entry), {'credential-provider': PROVIDER}) for entry in missing
        ]

        def edit(content: t.Optional[bytes]) -> Edited:
            new, changes = toml_tables.edit(content, tables, config.path)
            changed = [entry for entry, words in zip(missing, changes) if words]
            return Edited(new, [['provider'] if one in changed else [] for one in self.wanted])

        return (Further(config.path, edit),)

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        url, token = entry.options['verify_url'], _token_in(content, entry, self.path)
        return None if url is None or token is None else Request(url, token)

    def _config(self) -> toml_tables.Document:
        """Return the configuration beside the file. Cargo prefers the one without C(.toml)."""
        folder = os.path.dirname(self.path)
        old, path = (os.path.join(folder, name) for name in ('config', 'config.toml'))
        path = old if os.path.exists(old) else path
        return toml_tables.Document(read_private(path).content, path)

    def _older_content(self) -> t.Optional[toml_tables.Document]:
        """Return what Cargo reads instead of the file, or None."""
        old = _older(self.path)
        if old == self.path or not os.path.exists(old):
            return None
        if os.path.exists(self.path) and os.path.samefile(old, self.path):
            return None
        return toml_tables.Document(read_private(old).content, old)


def _older(path: str) -> str:
    """Return the name of the file that older versions have."""
    folder, name = os.path.split(path)
    return os.path.join(folder, 'credentials') if name == 'credentials.toml' else path


def _sets_provider(entry: Wanted) -> bool:
    # Without a list of entries, the option has no default
    return entry.options['provider'] is not False


def _table(entry: Wanted) -> toml_tables.Name:
    return ('registries', entry.name)


def _values(entry: Wanted) -> t.Optional[t.Dict[str, t.Optional[toml_tables.Value]]]:
    from ansible_collections.buildops.tokens.plugins.module_utils._token import (
        basic_authorization,
    )

    if not entry.present:
        return None
    secret = str(entry.secret)
    token = 'Bearer ' + secret if entry.bearer else basic_authorization(entry.username, secret)
    return {'token': token, **dict.fromkeys(_OTHER_KIND)}


def _words(entry: Wanted, changes: t.Sequence[str], before: toml_tables.Document) -> t.List[str]:
    """Return what changed for an entry, from the keys that changed."""
    words = [
        word if word in ('entry', 'duplicates') else 'kind' if word in _OTHER_KIND else 'secret'
        for word in changes
    ]
    old = _token(before, entry) or ''
    if 'secret' in words and old.startswith('Bearer ') != entry.bearer:
        words.append('kind')
    return words


def _section(document: toml_tables.Document, name: toml_tables.Name) -> t.Any:
    return next((section for section in document.sections if section.name == name), None)


def _token(document: toml_tables.Document, entry: Wanted) -> t.Optional[str]:
    section = _section(document, _table(entry))
    token = section.get('token') if section is not None else None
    return token if isinstance(token, str) else None


def _token_in(content: t.Optional[bytes], entry: Wanted, path: str) -> t.Optional[str]:
    return _token(toml_tables.Document(content, path), entry)


def _has_provider(config: toml_tables.Document, entry: Wanted) -> bool:
    """Return whether the configuration makes Cargo read the file for a registry."""
    registry = _section(config, _table(entry))
    if registry is not None and 'credential-provider' in registry.pairs:
        return _is_token(registry.get('credential-provider'))
    everywhere = _section(config, ('registry',))
    providers = everywhere.get('global-credential-providers') if everywhere is not None else None
    return isinstance(providers, list) and PROVIDER in providers


def _is_token(provider: t.Any) -> bool:
    return provider in (PROVIDER, [PROVIDER])
