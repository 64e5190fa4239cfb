# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""URLs in C(pip.conf), and the user names and passwords in them."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote, unquote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.python_ini import (
    IniFile,
    Option,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import PORTS, parse_url

# The options of pip with URLs that it asks
OPTIONS = ('index-url', 'extra-index-url', 'find-links')
_URL = re.compile(r'https?://\S+', re.IGNORECASE)
_PARTS = re.compile(r'(https?)://([^/?#@]*@)?([^/?#@]+)(\S*)\Z', re.IGNORECASE)
# pip fails with one that has / ? or # in the password, unless they are encoded
_BROKEN = re.compile(r'(https?)://(\S*@)([^/?#@]+)(\S*)\Z', re.IGNORECASE)


class PipUrl(t.NamedTuple):
    """A URL in a file.

    :ivar plain: without user name and password, normalized for comparison.
    :ivar before, behind: the parts around C(userinfo), as written.
    :ivar userinfo: as written, with its C(@); empty without one.
    """

    option: Option
    start: int
    end: int
    plain: str
    before: str
    userinfo: str
    behind: str

    @property
    def credential(self) -> t.Optional[t.Tuple[str, str]]:
        """User name and password, as pip decodes them; None without them."""
        if not self.userinfo:
            return None
        username, _colon, password = self.userinfo[:-1].partition(':')
        return unquote(username), unquote(password)


def urls_of(file: IniFile, hosts: t.Optional[t.Collection[str]] = None) -> t.List[PipUrl]:
    """Return the URLs that pip asks, in their order.

    :param hosts: look only at URLs that may be of these hosts.
    """
    found = []
    for option in file.options:
        if option.name in OPTIONS:
            for start, end in option.values:
                for match in _URL.finditer(file.text, start, end):
                    url = match.group().lower()
                    if hosts is None or not url.isascii() or any(host in url for host in hosts):
                        found += _parsed(option, match)
    return found


def _parsed(option: Option, match: t.Match[str]) -> t.List[PipUrl]:
    for pattern in (_PARTS, _BROKEN):
        parts = pattern.match(match.group())
        if parts:
            scheme, userinfo, host, rest = parts.groups()
            try:
                plain = normal(scheme + '://' + host + rest)
            except BadInput:
                continue
            before, behind = scheme + '://', host + rest
            place = match.start(), match.end()
            return [PipUrl(option, *place, plain, before, userinfo or '', behind)]
    return []


def normal(url: str) -> str:
    """Return a URL in the form in which equal ones are equal. :raises BadInput: it is not a URL."""
    address = parse_url(url)
    port = address.port if address.port != PORTS[address.scheme] else None
    return '%s://%s%s%s' % (
        address.scheme,
        address.host,
        ':%d' % port if port else '',
        re.sub('/+$', '', address.path),
    )


def covers(url: str, other: str) -> bool:
    """Return whether an entry for a URL is also for another one: the same, or below its path."""
    return other == url or other.startswith(url + '/')


def userinfo(username: str, password: str) -> str:
    """Return user name and password as all versions of pip decode them."""
    return '%s:%s@' % (quote(username, safe=''), quote(password, safe=''))
