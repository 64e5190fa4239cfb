# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The files C(config.json) of Docker and C(auth.json) of Podman, Buildah and Skopeo.

Programs written in Go read the names of members without regard to capitals, and no byte order mark.
Other programs drop members that they do not know when they write; this editor keeps all bytes.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import json_members
from ansible_collections.buildops.tokens.plugins.module_utils._urls import parse_url

HUB, HUB_URL = 'docker.io', 'https://index.docker.io/v1/'
HUB_HOSTS = (HUB, 'index.docker.io', 'registry-1.docker.io')
# Members of an entry that are credentials. In another place they would be used beside the new one
CREDENTIALS = ('auth', 'username', 'password', 'identitytoken', 'registrytoken')
_VERSIONS = ('', 'v1', 'v2')
Changes = t.List[str]


class Entry(t.NamedTuple):
    """What a registry shall have.

    :ivar key: in C(auths). :ivar field: V(auth) or V(registrytoken), or None to remove the entry.
        Empty where a program has the credential: no more than C({}) may stay, as Docker leaves it.
    """

    key: str
    field: t.Optional[str] = None
    value: str = ''

    def __repr__(self) -> str:
        return 'Entry(%s, redacted)' % self.key


def key_of(registry: str, containers: bool) -> str:
    """Return the key under which programs look for a registry.

    :param registry: V(host), V(host:port), with a scheme, with C(/v1/) or C(/v2/) at its end, and
        for the programs of C(containers) with a path.
    :raises BadInput: it is not a registry.
    """
    text = registry if '://' in registry else 'https://' + registry
    address = parse_url(text, 'registry', 'registry.example.com')
    path = address.path.strip('/')
    path = '' if path in _VERSIONS else path
    if path and not containers:
        raise BadInput(
            'registry has the path %s, but Docker uses an entry for the whole host. Give the host '
            'alone, or set format to containers.' % path
        )
    host = '[%s]' % address.host if ':' in address.host else address.host
    if host in HUB_HOSTS:
        return HUB + ('/' + path if path else '') if containers else HUB_URL
    port = '' if address.port is None else ':%d' % address.port
    return host + port + ('/' + path if path else '')


def same(key: str, other: str) -> bool:
    """Return whether two keys are for one registry, as V(host) and V(https://host/v1/)."""
    return key == other or _normal(key) == _normal(other)


def _copies(key: str, names: t.Iterable[str]) -> t.List[str]:
    """Return the names that are for the same registry."""
    normal = _normal(key)
    host = normal.partition('/')[0]
    return [name for name in names if host in name and _normal(name) == normal]


def _normal(key: str) -> str:
    host, _slash, path = key.partition('://')[2 if '://' in key else 0].partition('/')
    path = path.rstrip('/')
    return (HUB if host in HUB_HOSTS else host) + ('' if path in _VERSIONS else '/' + path)


def basic(username: str, password: str) -> str:
    """Return the value of C(auth)."""
    return base64.b64encode(('%s:%s' % (username, password)).encode('utf-8')).decode('ascii')


class Config:
    """A file that was read.

    :ivar auths: the name of the member with the entries. :ivar entries: by key.
    :ivar helpers: the programs for credentials by registry. :ivar store: that of all others.
    """

    def __init__(self, content: t.Optional[bytes], path: str) -> None:
        """:raises FileProblem: programs could not read it; they would use no credential."""
        if (content or b'').startswith(codecs.BOM_UTF8):
            raise FileProblem(
                '%s begins with a byte order mark, which programs written in Go cannot read. '
                'Remove it.' % path
            )
        self._content = content
        self._path = path
        self.whole: t.Dict[str, t.Any] = json_members.find(content, (), path)
        self.auths = self._name('auths') or 'auths'
        entries = json_members.find(content, (self.auths,), path)
        if entries is not None and not isinstance(entries, dict):
            raise FileProblem('auths in %s is not an object. Correct it.' % path)
        self.entries: t.Dict[str, t.Any] = entries or {}
        helpers = self.whole.get(self._name('credhelpers') or '')
        self.helpers: t.Dict[str, t.Any] = helpers if isinstance(helpers, dict) else {}
        self.store: t.Any = self.whole.get(self._name('credsstore') or '')

    def _name(self, name: str) -> t.Optional[str]:
        """Return how a member is written in the file."""
        found = [key for key in self.whole if key.lower() == name]
        if len(found) > 1:
            raise FileProblem('%s has %s in several spellings. Correct it.' % (self._path, name))
        return found[0] if found else None

    def credential(self, key: str) -> t.Optional[t.Tuple[str, str]]:
        """Return (field, value) of the credential of a registry, or None.

        A user name and a password are returned as C(auth).
        """
        exact = self.entries.get(key)
        others = [] if isinstance(exact, dict) else _copies(key, self.entries)
        entry = self.entries[others[0]] if others else exact
        found = {
            name.lower(): value
            for name, value in (entry.items() if isinstance(entry, dict) else ())
            if isinstance(value, str) and value
        }
        for field in ('identitytoken', 'registrytoken', 'auth'):
            if field in found:
                return field, found[field]
        if 'username' in found and 'password' in found:
            return 'auth', basic(found['username'], found['password'])
        return None

    def helper(self, key: str) -> t.Optional[str]:
        """Return the program that Docker asks for a registry instead of reading the file."""
        program = self.helpers.get(key, self.store)  # no other spelling of the key is found
        return str(program) if program else None


def edit(
    content: t.Optional[bytes], entries: t.Sequence[Entry], path: str
) -> t.Tuple[t.Optional[bytes], t.List[Changes]]:
    """Bring entries into a file.

    :param content: None for no file. :param path: for messages.
    :returns: (new content, for each entry what changed). Where nothing changes, the content is the
        same object.
    :raises FileProblem: it cannot be edited; the message contains nothing of it.
    """
    changes = []
    for entry in entries:
        content, words = _edit_one(content, entry, path)
        changes.append(words)
    return content, changes


def _edit_one(
    content: t.Optional[bytes], entry: Entry, path: str
) -> t.Tuple[t.Optional[bytes], Changes]:
    config = Config(content, path)
    before = config.credential(entry.key)
    copies = _copies(entry.key, config.entries)
    if not entry.field:
        gone = [name for name in copies if entry.field is None or config.entries[name]]
        for name in gone:
            content = json_members.put(content, (config.auths, name), None, path)
        return content, ['duplicates' if entry.field == '' else 'entry'] if gone else []
    place = (config.auths, entry.key)
    old = json_members.find(content, place, path)  # refuses doubled members of the entry
    given = {
        name: value
        for name, value in (old.items() if isinstance(old, dict) else ())
        if name.lower() in CREDENTIALS
    }
    new = content
    if given != {entry.field: entry.value}:
        new = json_members.put(new, (*place, entry.field), entry.value, path, '\t')
        for name in given:
            if name != entry.field:
                new = json_members.put(new, (*place, name), None, path)
    for name in copies:
        if name != entry.key:
            new = json_members.put(new, (config.auths, name), None, path)
    return new, _words(entry, before, copies, new is not content)


def _words(
    entry: Entry,
    before: t.Optional[t.Tuple[str, str]],
    copies: t.Sequence[str],
    changed: bool,
) -> Changes:
    if not changed:
        return []
    words = []
    if before is None:
        words.append('secret' if copies else 'entry')
    else:
        words += ['secret'] if before[1] != entry.value else []
        words += ['kind'] if before[0] != entry.field else []
    if [name for name in copies if name != entry.key]:
        words.append('duplicates')
    return words or ['spelling']


def authorization(credential: t.Tuple[str, str]) -> t.Optional[str]:
    """Return what programs send for a credential, or None where they first trade it."""
    field, value = credential
    if field == 'registrytoken':
        return 'Bearer ' + value
    if field != 'auth':
        return None
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return 'Basic ' + value
