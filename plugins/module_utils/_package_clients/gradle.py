# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Gradle: credentials of repositories in C(gradle.properties), by the name of the repository."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import properties
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Request,
    Wanted,
)

# Property of a repository -> what changes with it
BASIC = {'Username': 'username', 'Password': 'secret'}
BEARER = {'AuthHeaderName': 'header', 'AuthHeaderValue': 'secret'}
HEADER = 'Authorization'
_NAME = re.compile(r'[A-Za-z0-9]+')


def check_name(name: str) -> None:
    """:raises BadInput: Gradle refuses credentials from properties for such a repository."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            'name must consist of letters and digits: Gradle refuses others for credentials that '
            'come from properties. Rename the repository in the build.'
        )


class Gradle(Client):
    """A new version reads four properties of a repository, of which two are for each kind."""

    PATH = '.gradle/gradle.properties'

    def check(self, entry: Wanted) -> None:
        if entry.bearer and not _is_header(entry.secret or ''):
            raise BadInput(
                'The access_token for %s contains a character that an HTTP header cannot carry. '
                'Check where it comes from.' % entry.name
            )

    def edit(self, content: t.Optional[bytes]) -> Edited:
        wanted: t.Dict[str, t.Optional[str]] = {}
        for entry in self.wanted:
            wanted.update(_properties(entry))
        new, changes = properties.edit(content, wanted, self.path)
        return Edited(new, [_words(entry, changes) for entry in self.wanted], self._warnings())

    def _warnings(self) -> t.List[str]:
        return [
            'The password or user name for %s has characters outside ASCII, which Gradle 6 and '
            'older send as question marks.' % entry.name
            for entry in self.wanted
            if entry.present and not ('%s%s' % (entry.username, entry.secret)).isascii()
        ]

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        from ansible_collections.buildops.tokens.plugins.module_utils._token import (
            basic_authorization,
        )

        url = entry.options['verify_url']
        found = properties.values(content, _properties(entry), self.path)
        username, password, _header, value = map(found.get, _properties(entry))
        if url is None:
            return None
        if value is None and password is not None:
            value = basic_authorization(username, password)
        return None if value is None else Request(url, value)


def _is_header(text: str) -> bool:
    return all(' ' < character <= '~' for character in text)


def _properties(entry: Wanted) -> t.Dict[str, t.Optional[str]]:
    """Return the values of all properties of a repository; None for those to be removed."""
    values: t.List[t.Optional[str]] = [None] * 4
    if entry.present and entry.bearer:
        values[2:] = [HEADER, 'Bearer %s' % entry.secret]
    elif entry.present:
        values[:2] = [entry.username, entry.secret]
    return {entry.name + part: value for part, value in zip((*BASIC, *BEARER), values)}


def _words(entry: Wanted, changes: properties.Changes) -> t.List[str]:
    """Return what changed for an entry, from what changed for its properties."""
    ours, others = (BEARER, BASIC) if entry.bearer else (BASIC, BEARER)
    removed = any(properties.REMOVED in changes[entry.name + part] for part in others)
    added = [properties.ADDED in changes[entry.name + part] for part in ours]
    if not entry.present:
        removed = removed or any(changes[entry.name + part] for part in ours)
        return ['entry'] if removed else []
    words = ['kind'] if removed else []
    if all(added):
        return words or ['entry']
    for part, word in ours.items():
        for change in changes[entry.name + part]:
            words.append(change if change == properties.DUPLICATES else word)
    return words
