# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Bundler: credentials of gem servers in C(.bundle/config), and those of C(gem push).

The key is a host, whose port does not count, or the whole address of a source. Bundler decodes the
value like a form, so that a plus sign would become a blank.
"""

from __future__ import annotations

import os
import typing as t
from urllib.parse import quote, unquote, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import flat_yaml
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Further,
    Request,
    Wanted,
    home_folder,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.projects import (
    files_of_projects,
)

# RubyGems uses the first that exists
GEM_FILES = ('.gem/credentials', '.local/share/gem/credentials')


class Bundler(Client):
    """A host with a hyphen has two spellings, of which the last in the file counts."""

    PATH = '.bundle/config'
    BEARER_USERNAME = 'oauth2'

    def key(self, entry: Wanted) -> t.Any:
        return _keys(entry)[0]

    def check(self, entry: Wanted) -> None:
        if entry.bearer and entry.options['gem_push'] and not (entry.secret or '').isascii():
            raise BadInput(
                'The access_token for %s contains a character that an HTTP header cannot carry. '
                'Check where it comes from.' % entry.name
            )

    def edit(self, content: t.Optional[bytes]) -> Edited:
        wanted: t.Dict[str, t.Optional[str]] = {}
        for entry in self.wanted:
            key, *others = _keys(entry)
            wanted.update({key: _value(entry), **dict.fromkeys(others)})
        new, changes = flat_yaml.edit(content, wanted, self.path)
        return Edited(new, [_words(_keys(entry), entry, changes) for entry in self.wanted])

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        found = {}
        for path, other in files_of_projects(self.params, (self.PATH,)):
            for number, entry in enumerate(self.wanted):
                theirs = flat_yaml.values(other, _keys(entry), path).values()
                if entry.present and any(
                    _decoded(value) != _decoded(_value(entry)) for value in theirs
                ):
                    found[number] = (
                        '%s has another credential for it, which is used. Remove it there' % path
                    )
        return found

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        return [
            '%s still has a credential for %s.' % (path, entry.name)
            for path, other in files_of_projects(self.params, (self.PATH,))
            for entry in self.wanted
            if not entry.present and flat_yaml.values(other, _keys(entry), path)
        ]

    def further(self) -> t.Sequence[Further]:
        path = self._gem_path()
        pushed = [entry for entry in self.wanted if entry.present and entry.options['gem_push']]
        if not pushed and (not os.path.exists(path) or all(one.present for one in self.wanted)):
            return ()
        return (Further(path, lambda content: self._edit_gem(content, path), 'narrow'),)

    def _gem_path(self) -> str:
        """Return the file of C(gem push). With C(path), it is below the same folder."""
        home = home_folder()
        if self.params['path']:
            home = os.path.dirname(os.path.dirname(self.path))
        paths = [os.path.join(home, name) for name in GEM_FILES]
        return next((path for path in paths if os.path.exists(path)), paths[0])

    def _edit_gem(self, content: t.Optional[bytes], path: str) -> Edited:
        """Edit the credentials of C(gem push). The key is its option C(--host)."""
        ours = {
            entry.name: _header(entry)
            for entry in self.wanted
            if not entry.present or entry.options['gem_push']
        }
        new, changes = flat_yaml.edit(content, ours, path)
        return Edited(
            new, [['gem_push'] if changes.get(entry.name) else [] for entry in self.wanted]
        )

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        from ansible_collections.buildops.tokens.plugins.module_utils._token import (
            basic_authorization,
        )

        key = _keys(entry)[0]
        value = flat_yaml.values(content, [key], self.path).get(key)
        if value is None:
            return None
        url = entry.options['verify_url'] or entry.options['url'] + '/versions'
        return Request(url, basic_authorization(*_decoded(value)))


def _keys(entry: Wanted) -> t.List[str]:
    """Return the keys under which Bundler finds a credential, that which is written first.

    It still reads some of older versions, with a hyphen, with dots or without the last slash.
    """
    url = str(entry.options['url'])
    parts = urlsplit(url)
    host = '[%s]' % parts.hostname if ':' in str(parts.hostname) else str(parts.hostname)
    places = [url + '/', url] if parts.path else [host]
    keys = ['BUNDLE_' + place.upper() for place in places]
    keys = [key.replace('.', dot) for key in keys for dot in ('__', '.')]
    return list(dict.fromkeys(key.replace('-', dash) for key in keys for dash in ('___', '-')))


def _decoded(value: t.Optional[str]) -> t.List[str]:
    return [unquote(part.replace('+', ' ')) for part in (value or '').split(':', 1)]


def _value(entry: Wanted) -> t.Optional[str]:
    if not entry.present:
        return None
    return '%s:%s' % (_encoded(str(entry.username)), _encoded(str(entry.secret)))


def _encoded(text: str) -> str:
    # Python 3.6 and older encode the tilde, which is as good
    return quote(text, safe='').replace('~', '%7E')


def _header(entry: Wanted) -> t.Optional[str]:
    from ansible_collections.buildops.tokens.plugins.module_utils._token import (
        basic_authorization,
    )

    if not entry.present:
        return None
    secret = str(entry.secret)
    return 'Bearer ' + secret if entry.bearer else basic_authorization(entry.username, secret)


def _words(keys: t.Sequence[str], entry: Wanted, changes: flat_yaml.Changes) -> t.List[str]:
    key, *others = keys
    if not entry.present:
        return ['entry'] if any(changes[one] for one in keys) else []
    words = {flat_yaml.ADDED: 'entry', flat_yaml.VALUE: 'secret'}
    found = [words.get(change, change) for change in changes[key]]
    return found + (['duplicates'] if any(changes[one] for one in others) else [])
