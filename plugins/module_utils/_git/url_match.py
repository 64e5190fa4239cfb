# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Which C([credential "<pattern>"]) sections git applies to a URL.

The rules are those of urlmatch.c (url_normalize, match_urls) and credential.c (match_partial_url,
credential_format) of git 2.27 to 2.55, with the correction of January 2025 (2.40.4, 2.48.1 and
packages with it): since then no section with a host applies to a host with an underscore. All
values are bytes.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    decode_part,
)

_SCHEME = re.compile(rb'[A-Za-z][A-Za-z0-9+.-]*://')
_HOST_BYTES = re.compile(rb'[A-Za-z0-9._\[:\]-]*')
_PATTERN_HOST_BYTES = re.compile(rb'[A-Za-z0-9._\[:\]*-]*')
_UNSAFE = frozenset(b' <>"%{}|\\^`')
_RESERVED = frozenset(b":/?#[]@!$&'()*+,;=")
_HOST_SAFE = frozenset(b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:[]')
_DEFAULT_PORTS = {b'https': b'443', b'http': b'80'}
_ESCAPE = re.compile(rb'%([0-9a-fA-F]{2})')


class Question(t.NamedTuple):
    """What git knows of a URL when it looks for a credential: decoded parts, None where missing."""

    protocol: bytes
    host: bytes
    path: bytes | None = None
    username: bytes | None = None


class Normalized(t.NamedTuple):
    """A URL in git's normal form. C(user) is None where the URL has none."""

    scheme: bytes
    user: bytes | None
    host: bytes
    port: bytes
    path: bytes


class Partial(t.NamedTuple):
    """The parts that git reads in a URL that need not be complete; None where a part is missing."""

    protocol: bytes | None
    username: bytes | None
    password: bytes | None
    host: bytes | None
    path: bytes | None


def read_partial(url: bytes) -> Partial | None:
    """Take a URL apart that may be incomplete (credential_from_url_1 of credential.c).

    :returns: None for a URL that git refuses: one with a line feed in a part.
    """
    protocol, separator, rest = url.partition(b'://')
    if not separator:
        protocol, rest = b'', url
    end = re.search(rb'[/?#]|\Z', rest)
    authority = rest[: end.start()] if end else rest
    tail = rest[len(authority) :].lstrip(b'/')
    username = password = None
    user, at, host = authority.partition(b'@')
    if at:
        name, colon, secret = user.partition(b':')
        username = decode_part(name)
        password = decode_part(secret) if colon else None
    else:
        host = authority
    path = decode_part(tail) if tail else None
    if path is not None:
        path = path[:1] + path[1:].rstrip(b'/')
    parts = Partial(protocol or None, username, password, decode_part(host) if host else None, path)
    return None if any(part is not None and b'\n' in part for part in parts) else parts


def _escapes(text: bytes) -> bytes | None:
    """Bring percent-escapes into normal form; None where one is invalid."""
    out, at = bytearray(), 0
    while at < len(text):
        byte, escaped = text[at], False
        at += 1
        if byte == 0x25:
            digits = _ESCAPE.match(text, at - 1)
            if not digits:
                return None
            byte, escaped, at = int(digits.group(1), 16), True, at + 2
        # strchr() of C also finds the NUL that ends its set
        if byte <= 0x1F or byte >= 0x7F or byte in _UNSAFE or (escaped and byte in _RESERVED):
            out += b'%%%02X' % byte
        else:
            out.append(byte)
    return bytes(out)


def _port(scheme: bytes, digits: bytes) -> bytes | None:
    """The port in normal form, empty for the default one; None where it is not a port."""
    stripped = digits.lstrip(b'0')
    if not stripped:
        stripped = digits[-1:]
    if stripped in (b'', _DEFAULT_PORTS.get(scheme)):
        return b''
    if not stripped.isdigit() or len(stripped) > 5 or not 1 <= int(stripped) <= 65535:
        return None
    return stripped


def _path(text: bytes) -> bytes | None:
    """A path without dot segments; None where it has an invalid escape or leads above the root."""
    result = b'/'
    segments = (text[1:] if text[:1] == b'/' else text).split(b'/')
    for number, raw in enumerate(segments):
        segment = _escapes(raw)
        if segment is None:
            return None
        slash_needed = True
        if segment == b'.':
            slash_needed = result != b'/'
            result = result if result == b'/' else result[:-1]
        elif segment == b'..':
            if result == b'/':
                return None
            result = result[:-1].rpartition(b'/')[0]
            slash_needed = bool(result)
            result = result or b'/'
        else:
            result += segment
        if number < len(segments) - 1 and slash_needed:
            result += b'/'
    return result


def normalize(url: bytes, pattern: bool = False) -> Normalized | None:
    """Bring a URL into git's normal form.

    :param url: bytes of the URL.
    :param pattern: whether C(*) may be in the host, as in a section of the configuration.
    :returns: None for what git does not take for a complete URL.
    """
    scheme_end = _SCHEME.match(url)
    if not scheme_end:
        return None
    scheme, rest = url[: scheme_end.end() - 3].lower(), url[scheme_end.end() :]
    slash = re.search(rb'[/?#]|\Z', rest)
    authority = rest[: slash.start()] if slash else rest
    tail = rest[len(authority) :]
    user, at, address = authority.partition(b'@')
    if not at:
        address = authority
    normal_user = _escapes(user) if at else None
    if at and normal_user is None:
        return None
    host, port = _split_port(address)
    allowed = _PATTERN_HOST_BYTES if pattern else _HOST_BYTES
    if not address or address.startswith(b':') or not allowed.fullmatch(host):
        return None
    normal_port = _port(scheme, port)
    path, query = _split_query(tail)
    normal_path, normal_query = _path(path), _escapes(query)
    if normal_port is None or normal_path is None or normal_query is None:
        return None
    return Normalized(
        scheme,
        None if normal_user is None else normal_user.partition(b':')[0],
        host.lower(),
        normal_port,
        normal_path + normal_query,
    )


def _split_query(tail: bytes) -> tuple[bytes, bytes]:
    found = re.search(rb'[?#]', tail)
    return (tail[: found.start()], tail[found.start() :]) if found else (tail, b'')


def _split_port(address: bytes) -> tuple[bytes, bytes]:
    """Host and port; the colon counts where no closing bracket follows it."""
    at = max(address.rfind(b':'), address.rfind(b']'))
    if at > 0 and address[at : at + 1] == b':':
        return address[:at], address[at + 1 :]
    return address, b''


def _percent_encode(text: bytes, unsafe: frozenset[int]) -> bytes:
    return b''.join(
        b'%%%02X' % byte if byte <= 0x1F or byte >= 0x7F or byte in unsafe else b'%c' % byte
        for byte in text
    )


def _format(question: Question) -> bytes:
    """The URL that git compares with its sections (credential_format of credential.c)."""
    user = b''
    if question.username:
        user = _percent_encode(question.username, _UNSAFE | _RESERVED) + b'@'
    host = b''.join(
        b'%c' % byte if byte in _HOST_SAFE else b'%%%02X' % byte for byte in question.host
    )
    path = b''
    if question.path is not None:
        path = b'/' + _percent_encode(question.path, (_UNSAFE | _RESERVED) - {0x2F})
    return question.protocol + b'://' + user + host + path


def _match_path(path: bytes, prefix: bytes) -> bool:
    prefix = prefix[:-1] if prefix.endswith(b'/') else prefix
    return path.startswith(prefix) and (
        len(path) == len(prefix) or path[len(prefix) : len(prefix) + 1] == b'/'
    )


def _match_host(host: bytes, pattern: bytes) -> bool:
    labels, wanted = host.split(b'.'), pattern.split(b'.')
    if labels[-1:] == [b'']:
        labels.pop()
    if wanted[-1:] == [b'']:
        wanted.pop()
    return len(labels) == len(wanted) and all(
        want in (b'*', label) for want, label in zip(wanted, labels)
    )


class Matcher:
    """Decides for one URL which sections apply."""

    def __init__(self, question: Question) -> None:
        """
        :param question: the URL; its user name is the one in the URL itself.
        """
        self._question = question
        self._url = normalize(_format(question))

    def applies(self, pattern: bytes | None, username: bytes | None) -> bool:
        """Whether a section applies.

        :param pattern: the subsection, or None for the section without one.
        :param username: the user name that git knows so far, from the URL or earlier settings.
        """
        if pattern is None:
            return True
        wanted = normalize(pattern, pattern=True)
        if wanted is not None:
            return self._url is not None and self._fits(self._url, wanted)
        partial = read_partial(pattern)
        if partial is None:
            return False
        return all(
            want is None or want == have
            for want, have in (
                (partial.protocol, self._question.protocol),
                (partial.host, self._question.host),
                (partial.path, self._question.path),
                (partial.username, username),
            )
        )

    @staticmethod
    def _fits(url: Normalized, wanted: Normalized) -> bool:
        return (
            wanted.scheme == url.scheme
            and (wanted.user is None or wanted.user == url.user)
            and _match_host(url.host, wanted.host)
            and wanted.port == url.port
            and _match_path(url.path, wanted.path)
        )
