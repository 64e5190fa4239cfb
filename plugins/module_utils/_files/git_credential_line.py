# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""URLs of git servers, and single lines of git's credential store.

One line is one credential, C(https://user:password@host/path), each part percent-encoded. The rules
were read in credential.c, url.c and builtin/credential-store.c of git; they apply to git 2.17 to
2.55.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import control_character_in

# git's helper protocol carries at most this many bytes in a line
LONGEST_LINE = 65535
BYTE_ORDER_MARK = b'\xef\xbb\xbf'
# RFC 3986 section 2.3
_UNRESERVED = frozenset(b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~')
# Stays as it is in a path: is_rfc3986_reserved_or_unreserved of git
_RESERVED = frozenset(b"!*'();:@&=+$,/?#[]")
# The first "://", then the first colon and the first at sign, both before any of "/?#";
# a NUL ends the line
_LINE = re.compile(
    rb'([^:\0]+(?::(?!//)[^:\0]*)*)://([^@:/?#\0]*):([^@/?#\0]*)@([^/?#\0]*)([/?#][^\0]*)?'
)
_ESCAPE = re.compile(rb'%([0-9a-fA-F]{2})')
_HOST = re.compile(r'(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)\Z')


class Url(t.NamedTuple):
    """What git knows a server by.

    C(host) is as it was given, with the port in it, since git compares it as text. C(path) is
    decoded, without outer slashes, V('') for none.
    """

    protocol: str
    host: str
    path: str

    def __str__(self) -> str:
        path = '/' + _encode_path(self.path).decode('ascii') if self.path else ''
        return '%s://%s%s' % (self.protocol, self.host, path)

    @property
    def place(self) -> tuple[bytes, bytes, bytes]:
        """The parts in bytes, as a Credential has them."""
        return self.protocol.encode('ascii'), self.host.encode('ascii'), self.path.encode('utf-8')

    @property
    def section(self) -> bytes:
        """The subsection of the configuration that git matches to this URL and to what is below it.

        git compares it with a URL in which each reserved character of the path is encoded. A host
        with an underscore matches only in a form that git does not normalize; then only this exact
        path matches.
        """
        host = self.host.replace('_', '%5f').encode('ascii')
        path = b'/' + _encode(self.path, frozenset(b'/')) if self.path else b''
        return b'%s://%s%s' % (self.protocol.encode('ascii'), host, path)


class Credential(t.NamedTuple):
    """A line as git reads it; C(path) is V(b'') where the line has none."""

    protocol: bytes
    host: bytes
    path: bytes
    username: bytes
    password: bytes

    def __repr__(self) -> str:
        return 'Credential(%s, redacted)' % self.host.decode('ascii', 'replace')


class Wanted(t.NamedTuple):
    """One credential that shall be in the store, or shall not.

    C(username) V(None) with C(present) V(False) means every user. C(exclusive): other users of the
    same URL shall not be in the store.
    """

    url: Url
    username: str | None
    password: str | None = None
    present: bool = True
    exclusive: bool = False

    def __repr__(self) -> str:
        return 'Wanted(%s, redacted)' % (self.url,)


def parse_url(url: t.Any, allow_http: bool = False) -> Url:
    """Take apart the URL of a server or repository as git does.

    :param url: for example C(https://git.example.com:8443/team/project.git). The host stays as it
        is written, capitals and port included, since git compares it as text.
    :param allow_http: whether C(http://) may be used; it sends the password in clear.
    :raises BadInput: not such a URL; the message does not repeat it, since it may contain a secret.
    """
    if not isinstance(url, str) or not url:
        raise BadInput('url must be a string such as https://git.example.com.')
    found = control_character_in(url)
    if found or ' ' in url:
        what = 'a control character (%s)' % found if found else 'a space'
        raise BadInput('url contains %s, which no URL may have. Remove it.' % what)
    scheme, separator, rest = url.partition('://')
    scheme = scheme.lower()
    if not separator or scheme not in ('https', 'http'):
        raise BadInput(
            'url must start with https://. Credentials of a store are for HTTP only; ssh uses keys.'
        )
    authority, slash, path = rest.partition('/')
    if '@' in authority:
        raise BadInput(
            'url contains a user name or password. Give them by the options username and password.'
        )
    if '?' in rest or '#' in rest:
        raise BadInput(
            'url has a query or a fragment, which credentials cannot depend on. Remove it.'
        )
    host = _check_host(authority)
    if scheme == 'http' and not allow_http and not _is_this_machine(host):
        raise BadInput(
            'url starts with http://, over which the password would be sent in clear. '
            'Use https://, or set allow_http.'
        )
    return Url(scheme, host, _check_path(path))


def _is_this_machine(host: str) -> bool:
    """:param host: with a port, and an IPv6 address in brackets."""
    from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
        is_loopback,  # here, since hardly anybody writes http
    )

    name = host[1:].partition(']')[0] if host.startswith('[') else host.partition(':')[0]
    return is_loopback(name)


def _check_path(encoded: str) -> str:
    try:
        path = _decode_path(encoded.encode('utf-8')).decode('utf-8')
    except UnicodeDecodeError:
        raise BadInput(
            'url has a path that is not UTF-8 when its percent signs are decoded. Correct it.'
        ) from None
    if path.startswith('/'):
        raise BadInput(
            'url has a path that starts with an encoded slash, which git cannot store. Correct it.'
        )
    found = control_character_in(path)
    if found:
        raise BadInput(
            'url has an encoded control character (%s) in its path, which git refuses '
            '(CVE-2020-5260). Remove it.' % found
        )
    return path


def _check_host(authority: str) -> str:
    """The host with its port, or a BadInput that names what is wrong with it."""
    host, colon, port = authority, '', ''
    if ':' in authority.rpartition(']')[2]:
        host, colon, port = authority.rpartition(':')
    if not host:
        raise BadInput('url has no host. Write it as https://git.example.com.')
    if not host.isascii():
        raise BadInput(
            'url has a host name with characters outside ASCII. Write it in its xn-- form, '
            'so that it is the host you mean.'
        )
    if not _HOST.match(host) or '..' in host:
        raise BadInput(
            'url has an invalid host name: only letters, digits, hyphens, underscores and inner '
            'dots may be in it, or an address in brackets.'
        )
    if colon and not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise BadInput('url has a port that is not a number from 1 to 65535.')
    return host + colon + port


def decode(text: bytes) -> bytes:
    """Percent-decode as git does: what is not two hexadecimal digits, or means NUL, stays."""
    if b'%' not in text:
        return text
    return _ESCAPE.sub(_decode_one, text)


def _decode_one(match: t.Match[bytes]) -> bytes:
    return match.group(0) if match.group(1) == b'00' else bytes([int(match.group(1), 16)])


def decode_part(text: bytes) -> bytes:
    """git's url_decode: what is before a bare colon is taken for a scheme and stays encoded."""
    colon = text.find(b':')
    return text[:colon] + decode(text[colon:]) if colon > 0 else decode(text)


def _decode_path(text: bytes) -> bytes:
    return decode_part(text.lstrip(b'/')).rstrip(b'/')


def _encode(text: str, also: frozenset[int] = frozenset()) -> bytes:
    return b''.join(
        b'%c' % byte if byte in _UNRESERVED or byte in also else b'%%%02x' % byte
        for byte in text.encode('utf-8')
    )


def _encode_path(text: str) -> bytes:
    path = _encode(text, _RESERVED)
    # git leaves the colon, and then does not decode what is before it: it never finds such a path
    return path.replace(b':', b'%3a') if b'%' in path.rpartition(b':')[0] else path


def parse_line(line: bytes) -> Credential | None:
    """Read one line as git's credential store reads it.

    :param line: bytes without the line feed.
    :returns: None where git finds no credential in it (comments, garbage, a part missing).
    """
    found = _LINE.match(line)
    if not found:
        return None
    protocol, username, password, host, path = found.groups(b'')
    if b'%' not in line:
        return Credential(protocol, host, path.strip(b'/'), username, password)
    parts = Credential(
        protocol,
        decode_part(host),
        _decode_path(path),
        decode_part(username),
        decode_part(password),
    )
    return None if b'\n' in b''.join(parts) else parts


def parse_store(content: bytes) -> list[Credential]:
    """All credentials that git finds in a store, in their order."""
    return [found for found in map(parse_line, content.split(b'\n')) if found is not None]


def parse_by_hand(line: bytes) -> Credential | None:
    """Read a line that a person wrote with a bare at sign in the password.

    git takes what follows the first at sign for the host, and so never uses such a line.
    """
    scheme, separator, rest = line.partition(b'://')
    authority = re.split(rb'[/?#]', rest, maxsplit=1)[0] if b'@' not in rest else rest
    userinfo, at, address = authority.rpartition(b'@')
    username, colon, password = userinfo.partition(b':')
    if not separator or not at or not colon or b'@' not in userinfo:
        return None
    host, slash, path = address.partition(b'/')
    return Credential(scheme, decode_part(host), _decode_path(path), username, password)


def line_of(wanted: Wanted) -> bytes:
    """The line that git itself would write, with its line feed.

    :param wanted: a present Wanted.
    :raises BadInput: longer than git can pass on.
    """
    url = wanted.url
    line = b'%s://%s:%s@%s%s\n' % (
        url.protocol.encode('ascii'),
        _encode(wanted.username or ''),
        _encode(wanted.password or ''),
        _encode(url.host),
        b'/' + _encode_path(url.path) if url.path else b'',
    )
    if len(line) > LONGEST_LINE:
        raise BadInput(
            'The credential for %s is longer than the %d bytes that git can pass on.'
            % (url.host, LONGEST_LINE)
        )
    return line
