# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file of git's credential store (C(git credential-store)), as a pure function over its bytes.

One line is one credential: C(https://user:password@host/path), each part percent-encoded. git takes the first line that
fits what it was asked, so the order of lines is part of their meaning. The rules were read in git's credential.c and
builtin/credential-store.c and hold for git 2.17 to 2.51.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import control_character_in

# git's helper protocol carries at most this many bytes in a line (fixed buffers of git and of helpers written in C)
LONGEST_LINE = 65535
_UNRESERVED = frozenset(
    b'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'
)  # RFC 3986 section 2.3
_RESERVED = frozenset(
    b"!*'();:@&=+$,/?#[]"
)  # stays as it is in a path: is_rfc3986_reserved_or_unreserved of git
_ESCAPE = re.compile(rb'%([0-9a-fA-F]{2})')
# In git's words: the first "://", then the first colon and the first at sign, both before any of "/?#"; a NUL ends the line
_LINE = re.compile(
    rb'([^:\0]+(?::(?!//)[^:\0]*)*)://([^@:/?#\0]*):([^@/?#\0]*)@([^/?#\0]*)([/?#][^\0]*)?'
)
_HOST = re.compile(r'(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)\Z')


class Url(NamedTuple):
    """What git knows a server by: C(host) has the port in it; C(path) is decoded, without outer slashes, V('') for none."""

    protocol: str
    host: str
    path: str

    def __str__(self):
        return '%s://%s%s' % (
            self.protocol,
            self.host,
            '/' + _encode_path(self.path).decode('ascii') if self.path else '',
        )


class Credential(NamedTuple):
    """A line as git reads it, in bytes; C(path) is V(b'') where the line has none."""

    protocol: bytes
    host: bytes
    path: bytes
    username: bytes
    password: bytes

    def __repr__(self):
        return 'Credential(%s, redacted)' % self.host.decode('ascii', 'replace')


class Wanted(NamedTuple):
    """One credential that shall be there, or shall not.

    C(username) V(None) with C(present) V(False) means every user. C(exclusive): other users of the same URL shall not be there.
    """

    url: Url
    username: str | None
    password: str | None = None
    present: bool = True
    exclusive: bool = False

    def __repr__(self):
        return 'Wanted(%s, redacted)' % (self.url,)


class Result(NamedTuple):
    """C(changes) has, for each wanted credential, the list of what changed; C(ignored_lines) counts lines that only git's dislike of CR LF makes useless."""

    content: bytes | None
    changes: list
    ignored_lines: int


class _Line:
    """A line of the file: its bytes, what git reads in it (None: nothing), and which wanted credential it is."""

    __slots__ = ('raw', 'credential', 'wanted')

    def __init__(self, raw, credential=None, wanted=None):
        self.raw = raw
        self.credential = credential
        self.wanted = wanted


def parse_url(url, allow_http=False):
    """Take apart the URL of a server or repository as git does.

    :param url: str, for example C(https://git.example.com:8443/team/project.git). Scheme and host become lower case;
        a port stays as it is written, since git compares it as text.
    :param allow_http: whether C(http://) may be used; it sends the password in clear.
    :returns: Url.
    :raises BadInput: not such a URL; the message does not repeat it, since it may hold a secret.
    """
    if not isinstance(url, str) or not url:
        raise BadInput('url must be a string such as https://git.example.com.')
    found = control_character_in(url)
    if found or ' ' in url:
        raise BadInput(
            'url holds %s, which no URL may have. Remove it.'
            % ('a control character (%s)' % found if found else 'a space')
        )
    scheme, separator, rest = url.partition('://')
    scheme = scheme.lower()
    if not separator or scheme not in ('https', 'http'):
        raise BadInput(
            'url must start with https://. Credentials of a store are for HTTP only; ssh uses keys.'
        )
    if scheme == 'http' and not allow_http:
        raise BadInput(
            'url starts with http://, over which the password would be sent readable for all. Use https://, or set allow_http.'
        )
    authority, slash, path = rest.partition('/')
    if '@' in authority:
        raise BadInput(
            'url holds a user name or password. Give them by the options username and password.'
        )
    if '?' in rest or '#' in rest:
        raise BadInput(
            'url has a query or a fragment, which credentials cannot depend on. Remove it.'
        )
    host = _check_host(authority)
    try:
        path = _decode_path(path.encode('utf-8')).decode('utf-8')
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
            'url holds an encoded control character (%s) in its path, which git refuses (CVE-2020-5260). Remove it.'
            % found
        )
    return Url(scheme, host, path)


def _check_host(authority):
    """The host with its port, in lower case, or a BadInput that says what is wrong with it."""
    host, colon, port = authority, '', ''
    if ':' in authority.rpartition(']')[2]:
        host, colon, port = authority.rpartition(':')
    if not host:
        raise BadInput('url has no host. Write it as https://git.example.com.')
    if not host.isascii():
        raise BadInput(
            'url has a host name with characters outside ASCII. Write it in its xn-- form, so that it is the host you mean.'
        )
    if not _HOST.match(host) or '..' in host:
        raise BadInput(
            'url has a host name that is not one: only letters, digits, hyphens and inner dots may be in it, or an address in brackets.'
        )
    if colon and not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise BadInput('url has a port that is not a number from 1 to 65535.')
    return (host + colon + port).lower()


def _decode(text):
    """Percent-decode as git does: a sequence that is not two hexadecimal digits, or that means NUL, stays as it is."""
    if b'%' not in text:
        return text
    return _ESCAPE.sub(
        lambda match: (
            bytes([int(match.group(1), 16)]) if match.group(1) != b'00' else match.group(0)
        ),
        text,
    )


def _decode_part(text):
    """git's url_decode: what stands before a bare colon is taken for a scheme and stays encoded."""
    colon = text.find(b':')
    return text[:colon] + _decode(text[colon:]) if colon > 0 else _decode(text)


def _decode_path(text):
    return _decode_part(text.lstrip(b'/')).rstrip(b'/')


def _encode(text, also=frozenset()):
    return b''.join(
        b'%c' % byte if byte in _UNRESERVED or byte in also else b'%%%02x' % byte
        for byte in text.encode('utf-8')
    )


def _encode_path(text):
    path = _encode(text, _RESERVED)
    # git leaves the colon, and then does not decode what stands before it: such a path it never finds again
    return path.replace(b':', b'%3a') if b'%' in path.rpartition(b':')[0] else path


def parse_line(line):
    """Read one line as git's credential store reads it.

    :param line: bytes without the line feed.
    :returns: Credential, or None where git finds none in it (comments, garbage, a part missing, an encoded line feed).
    """
    found = _LINE.match(line)
    if not found:
        return None
    protocol, username, password, host, path = found.groups(b'')
    if b'%' not in line:
        return Credential(protocol, host, path.strip(b'/'), username, password)
    parts = Credential(
        protocol,
        _decode_part(host),
        _decode_path(path),
        _decode_part(username),
        _decode_part(password),
    )
    return None if b'\n' in b''.join(parts) else parts


def line_of(wanted):
    """The line that git itself would write, with its line feed.

    :param wanted: a present Wanted.
    :returns: bytes.
    :raises BadInput: longer than git can pass on.
    """
    url = wanted.url
    line = b'%s://%s:%s@%s%s\n' % (
        url.protocol.encode('ascii'),
        _encode(wanted.username),
        _encode(wanted.password),
        _encode(url.host),
        b'/' + _encode_path(url.path) if url.path else b'',
    )
    if len(line) > LONGEST_LINE:
        raise BadInput(
            'The credential for %s is longer than the %d bytes that git can pass on.'
            % (url.host, LONGEST_LINE)
        )
    return line


def edit(content, wanted, fix_line_endings=False):
    """Make a credential store hold what is wanted, and leave every other byte of it alone.

    Each wanted credential ends up in exactly one line, before every line that git would find in its stead: one without a path
    before all others of its host, one with a path before all others of that path. Among the wanted ones their order counts.

    :param content: bytes of the file, or None where there is none.
    :param wanted: list of Wanted.
    :param fix_line_endings: also repair the lines of others that end in CR LF, which git cannot read.
    :returns: Result.
    :raises BadInput: two wanted credentials contradict each other.
    """
    plan = _Plan(wanted)
    lines, ignored_lines = [], 0
    for raw in _split(content or b''):
        line = plan.judge(raw, fix_line_endings)
        if line is not None:
            lines.append(line)
            ignored_lines += (
                line.credential is None
                and raw.endswith(b'\r\n')
                and parse_line(raw[:-2]) is not None
            )
    lines = plan.order(lines)
    text = b''.join(line.raw for line in lines)
    return Result(content if text == (content or b'') else text, plan.changes, ignored_lines)


def _split(content):
    """Lines with their line feeds; a CR ends no line."""
    lines = content.split(b'\n')
    last = lines.pop()
    return [line + b'\n' for line in lines] + ([last] if last else [])


class _Plan:
    """The wanted credentials, indexed so that a file is gone through once, and what had to be changed for each."""

    def __init__(self, wanted):
        self.wanted = wanted
        self.lines = [line_of(one) if one.present else None for one in wanted]
        self.changes = [[] for one in wanted]
        self.present, self.absent, self.others, self.seen = {}, {}, {}, set()
        self.hosts = {one.url.host.encode('ascii') for one in wanted}
        for number, one in enumerate(wanted):
            place = tuple(part.encode('utf-8') for part in one.url)
            key = place + (one.username.encode('utf-8') if one.username is not None else None,)
            if key in self.present or key in self.absent:
                raise BadInput(
                    'Two entries are for %s and the same user. Keep one of them.' % (one.url,)
                )
            (self.present if one.present else self.absent)[key] = number
            if one.present and one.exclusive:
                self.others.setdefault(place, number)

    def _change(self, number, what):
        if what not in self.changes[number]:
            self.changes[number].append(what)

    def judge(self, raw, fix_line_endings):
        """What becomes of a line: a _Line, or None when it goes."""
        body = raw[:-1] if raw.endswith(b'\n') else raw
        broken = body.endswith(b'\r') and parse_line(body[:-1]) is not None
        credential = parse_line(body[:-1] if broken else body)
        if credential is None or (credential.host.lower() not in self.hosts and not broken):
            return _Line(raw)
        place = (credential.protocol, credential.host.lower(), credential.path)
        number = self.present.get(place + (credential.username,))
        if number is not None:
            return self._keep(number, raw, credential, broken)
        for key in (place + (credential.username,), place + (None,)):
            if key in self.absent:
                self._change(self.absent[key], 'entry')
                return None
        if place in self.others:
            self._change(self.others[place], 'other_users')
            return None
        if broken and not fix_line_endings:
            return _Line(raw)
        return _Line(body[:-1] + b'\n' if broken else raw, credential)

    def _keep(self, number, raw, credential, broken):
        """The first line of a wanted credential stays, right or put right; what repeats it goes."""
        if number in self.seen:
            self._change(number, 'duplicates')
            return None
        self.seen.add(number)
        one = self.wanted[number]
        right = credential._replace(
            host=one.url.host.encode('ascii'), password=one.password.encode('utf-8')
        )
        wrong = [
            what
            for what, found in (
                ('line_end', broken),
                ('host', credential.host != right.host),
                ('password', credential.password != right.password),
            )
            if found
        ]
        for what in wrong:
            self._change(number, what)
        return _Line(self.lines[number] if wrong else raw, right, number)

    def order(self, lines):
        """Put in what is missing, and move what git would not find; lines of others keep their order."""
        hosts = {}
        for number, one in enumerate(self.wanted):
            if one.present:
                hosts.setdefault(one.url[:2], {}).setdefault(one.url.path, []).append(number)
                if number not in self.seen:
                    self._change(number, 'entry')
        by_host = {}
        for line in lines:
            if line.credential is not None:
                by_host.setdefault(line.credential[:2], []).append(line)
        front, moved, after = [], set(), {}
        for host, paths in hosts.items():
            group = by_host.get(tuple(part.encode('ascii') for part in host), [])
            for path, numbers in sorted(paths.items()):  # the one without a path comes first
                rivals = [
                    line
                    for line in group
                    if not path or line.credential.path == path.encode('utf-8')
                ]
                if [line.wanted for line in rivals[: len(numbers)]] == numbers:
                    continue
                moved.update(numbers)
                for number in numbers:
                    if number in self.seen:
                        self._change(number, 'order')
                self._place(path, numbers, group, front, after)
        result = [self._new(number) for number in front]
        for line in lines:
            before, behind = after.get(id(line), ((), ()))
            result.extend(self._new(number) for number in before)
            if line.wanted is None or line.wanted not in moved:
                result.append(line)
            result.extend(self._new(number) for number in behind)
        for line in result[:-1]:
            if not line.raw.endswith(b'\n'):
                line.raw += b'\n'
        return result

    def _place(self, path, numbers, group, front, after):
        """Where lines go that are new or not found: see L(edit). C(after) maps a line to what goes before and behind it."""
        others = [line for line in group if line.wanted is None or line.wanted not in numbers]
        rival = next(
            (line for line in others if path and line.credential.path == path.encode('utf-8')), None
        )
        general = [line for line in others if not line.credential.path]
        if rival is not None:
            after.setdefault(id(rival), ([], []))[0].extend(numbers)
        elif (
            path and general
        ):  # else git would offer it for the other repositories of the host, too
            after.setdefault(id(general[-1]), ([], []))[1].extend(numbers)
        else:
            front.extend(numbers)

    def _new(self, number):
        return _Line(self.lines[number], None, number)
