# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Entries for git's credential store: from the options of the module to checked values."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    Url,
    Wanted,
    parse_url,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
    fingerprint,
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._validation import check_expiry

# Beside a bearer token a server looks at the password alone, but GitLab and Gitea require this name
BEARER_USERNAME = 'oauth2'

OPTIONS: dict[str, dict[str, t.Any]] = {
    'url': {'type': 'str'},
    'token': {'type': 'str', 'no_log': False},
    'username': {'type': 'str'},
    # raw: a number must not become a text without a word
    'password': {'type': 'raw', 'no_log': True},
    'access_token': {'type': 'raw', 'no_log': True},
    'expires_at': {'type': 'str'},
    'exclusive': {'type': 'bool', 'default': False},
    'verify_url': {'type': 'str'},
    'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
}


class Entry(t.NamedTuple):
    """One checked entry.

    C(name) is the URL as it was given, C(repository) the one that verification uses, C(expires)
    seconds since 1970, C(fingerprint) that of an access token.
    """

    name: str
    url: Url
    present: bool
    wanted: Wanted
    repository: str | None = None
    expires: float | None = None
    fingerprint: str | None = None

    def __repr__(self) -> str:
        return 'Entry(%s, redacted)' % self.name


def parse_entry(options: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any]) -> Entry:
    """Check one entry.

    :param options: a mapping with the options of L(OPTIONS).
    :param params: all options of the module.
    :raises BadInput: something in it cannot be right.
    """
    url = parse_url(options['url'], params['allow_http'])
    name = ''.join(options['url'])
    repository = options['verify_url'] or (name if url.path else None)
    if repository:
        _check_repository(repository, url, params)
    username, password, mark, expires = options['username'], None, None, None
    if username is not None and (not username or control_character_in(username)):
        raise BadInput(
            'username for %s is empty or contains a control character. Correct it, or leave it out.'
            % (url,)
        )
    present = options['state'] != 'absent'
    if present:
        username, password, mark = _credentials(options, username, url)
        expires = check_expiry(options['expires_at'], str(url))
    wanted = Wanted(url, username, password, present, bool(options['exclusive']))
    return Entry(name, url, present, wanted, repository, expires, mark)


def _check_repository(repository: str, url: Url, params: t.Mapping[str, t.Any]) -> None:
    asked = parse_url(repository, params['allow_http'])
    below = asked.path == url.path or asked.path.startswith(url.path + '/')
    if (asked.protocol, asked.host.lower()) != (url.protocol, url.host.lower()) or (
        url.path and params['use_http_path'] and not below
    ):
        raise BadInput(
            'verify_url for %s is not what git would use the entry for. An entry for a whole '
            'server has a url without a path; one with a path is for it and what is below it.'
            % (url,)
        )


def _credentials(
    options: t.Mapping[str, t.Any], username: str | None, url: Url
) -> tuple[str, str, str | None]:
    """User name, password, and the fingerprint of an access token."""
    mark = None
    if options['access_token'] is not None:
        password = check_secret('access_token', options['access_token'])
        mark = fingerprint(password)
        username = username or BEARER_USERNAME
    elif options['password'] is not None and username is not None:
        password = check_secret('password', options['password'])
    else:
        raise BadInput(
            'The entry for %s needs a username and a password, or an access_token, or the name of '
            'a source as token.' % (url,)
        )
    register(password)
    return username, password, mark


def all_wanted(entries: t.Sequence[Entry]) -> list[tuple[int, Wanted]]:
    """What the store needs for the entries: (number of the entry, Wanted).

    git compares hosts as text. For an address with capitals the lower-case one gets a line, too,
    unless an entry names it itself.
    """
    wanted = [(number, entry.wanted) for number, entry in enumerate(entries)]
    named = {(entry.url, entry.wanted.username) for entry in entries}
    for number, entry in enumerate(entries):
        lower = entry.url._replace(host=entry.url.host.lower())
        if entry.present and (lower, entry.wanted.username) not in named:
            named.add((lower, entry.wanted.username))
            wanted.append((number, entry.wanted._replace(url=lower)))
    return wanted
