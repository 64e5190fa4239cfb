# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Composer: credentials of servers in C(auth.json), by host and port.

Composer merges this file with its configuration and the files of a project, one kind of credentials
after the other. The last kind that has the server is used (measured with 2.5).
"""

from __future__ import annotations

import codecs
import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import json_members
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Request,
    Wanted,
    home_folder,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.projects import (
    files_of_projects,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import parse_url

BASIC, BEARER = 'http-basic', 'bearer'
INDENT = '    '  # as Composer writes
# As passwords, these make Composer take the user name for a token
_MARKS = ('bearer', 'custom-headers', 'client-certificate')
Found = t.Tuple[str, t.Any]


class Layer(t.NamedTuple):
    """A file that Composer merges, with the credentials in it: by kind, by server."""

    path: str
    content: t.Dict[str, t.Any]

    def get(self, kind: str, server: str) -> t.Any:
        """Return the credentials of a server, or None."""
        servers = self.content.get(kind)
        found = servers.get(server) if isinstance(servers, dict) else None
        if kind == BASIC and isinstance(found, dict):
            return {key: found.get(key) for key in ('username', 'password')}
        return found


class Composer(Client):
    """It has two places for the folder of a user, of which the first that exists counts."""

    PATH = '.config/composer/auth.json'

    def default_path(self) -> str:
        home = home_folder()
        folders = [os.path.join(home, name) for name in ('.config/composer', '.composer')]
        folder = next((folder for folder in folders if os.path.isdir(folder)), None)
        if folder is None:
            folder = folders[0 if os.path.isdir('/etc/xdg') else 1]
        return os.path.join(folder, 'auth.json')

    def key(self, entry: Wanted) -> t.Any:
        return server_of(entry)

    def check(self, entry: Wanted) -> None:
        if not entry.bearer and entry.secret in _MARKS:
            raise BadInput(
                'The password for %s is a word by which Composer marks other kinds of credentials. '
                'Use another one.' % entry.name
            )
        if entry.bearer and not (entry.secret or '').isascii():
            raise BadInput(
                'The access_token for %s contains a character that an HTTP header cannot carry. '
                'Check where it comes from.' % entry.name
            )

    def edit(self, content: t.Optional[bytes]) -> Edited:
        if content is not None and content.startswith(codecs.BOM_UTF8):
            raise FileProblem(
                '%s begins with a byte order mark, with which Composer does not start. Remove it.'
                % self.path
            )
        before, changes = _layer(content, self.path), []
        for entry in self.wanted:
            server, words = server_of(entry), []
            # What is removed comes last: an object that becomes empty loses its indentation
            for kind in (BEARER, BASIC) if entry.bearer else (BASIC, BEARER):
                old, value = before.get(kind, server), _value(entry, kind)
                differences = _differences(old, value)
                for key, new in differences:
                    keys = (kind, server, *key)
                    content = json_members.put(content, keys, new, self.path, INDENT)
                words += [_word(entry, old, value)] if differences else []
            # With another kind of credentials, the entry was there
            changes.append(['kind'] if {'kind', 'entry'} == set(words) else words)
        return Edited(content, changes)

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        layers = self._layers(content)
        found = {}
        for number, entry in enumerate(self.wanted):
            kind = BEARER if entry.bearer else BASIC
            path, value = _used(layers, server_of(entry))
            if entry.present and value != (kind, _value(entry, kind)):
                found[number] = (
                    '%s has another credential for it, which is used. Remove it there' % path
                )
        return found

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        layers = self._layers(content)
        return [
            '%s still has a credential for %s.' % (layer.path, entry.name)
            for layer in layers
            for entry in self.wanted
            if not entry.present and _used([layer], server_of(entry))[1] is not None
        ]

    def _layers(self, content: t.Optional[bytes]) -> t.List[Layer]:
        """Return what Composer merges, the last of which counts."""
        path = os.path.join(os.path.dirname(self.path), 'config.json')
        layers = [
            _configuration(read_private(path).content, path),
            _layer(content, self.path),
        ]
        for name, read in (('composer.json', _configuration), ('auth.json', _layer)):
            layers += [read(found, path) for path, found in files_of_projects(self.params, (name,))]
        return layers

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        from ansible_collections.buildops.tokens.plugins.module_utils._token import (
            basic_authorization,
        )

        url = entry.options['verify_url'] or entry.options['url'] + '/packages.json'
        _path, found = _used([_layer(content, self.path)], server_of(entry))
        if found is None:
            return None
        kind, value = found
        if kind == BEARER:
            return Request(url, 'Bearer %s' % value)
        return Request(url, basic_authorization(value.get('username'), value.get('password')))


def server_of(entry: Wanted) -> str:
    """Return the key of a server: host, and the port if the address of the repository has one."""
    address = parse_url(entry.name)
    host = '[%s]' % address.host if ':' in address.host else address.host
    return host if address.port is None else '%s:%d' % (host, address.port)


def _layer(content: t.Optional[bytes], path: str) -> Layer:
    return Layer(path, json_members.read(content, path))


def _configuration(content: t.Optional[bytes], path: str) -> Layer:
    """Return a file that has the credentials in C(config)."""
    config = json_members.read(content, path).get('config')
    return Layer(path, config if isinstance(config, dict) else {})


def _used(layers: t.Sequence[Layer], server: str) -> t.Tuple[str, t.Optional[Found]]:
    """Return what Composer uses for a server: (path, (kind, credentials) or None)."""
    for kind in (BEARER, BASIC):
        for layer in reversed(layers):
            value = layer.get(kind, server)
            if value is not None:
                return layer.path, (kind, value)
    return '', None


def _value(entry: Wanted, kind: str) -> t.Any:
    """Return what the file shall have of a kind, or None for nothing."""
    if not entry.present or entry.bearer != (kind == BEARER):
        return None
    if entry.bearer:
        return entry.secret
    return {'username': entry.username, 'password': entry.secret}


def _differences(old: t.Any, value: t.Any) -> t.List[t.Tuple[t.Tuple[str, ...], t.Any]]:
    """Return what to put where in the credentials of a server: (keys, value)."""
    if isinstance(old, dict) and isinstance(value, dict):
        return [((key,), new) for key, new in value.items() if old.get(key) != new]
    return [] if old == value else [((), value)]


def _word(entry: Wanted, old: t.Any, value: t.Any) -> str:
    """Return what changed in one kind of credentials, which differ."""
    if not entry.present:
        return 'entry'
    if value is None:
        return 'kind'
    if old is None:
        return 'entry'
    is_same = isinstance(old, dict) and old.get('password') == entry.secret
    return 'username' if is_same else 'secret'
