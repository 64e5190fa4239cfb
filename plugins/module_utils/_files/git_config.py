# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The C(credential) settings of a git configuration file, edited in place; every other byte stays.

No setting made here holds a secret: C(credential.helper) names a program and the path of its store. The syntax is that of git's
config.c, the choice of sections by URL that of its urlmatch.c and credential.c.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import NamedTuple

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

_SPACE = re.compile(rb'[ \t\r\n]*')
_HEADER = re.compile(rb'\[([A-Za-z0-9.-]*)(?:[ \t\r]+"((?:[^"\\\n]|\\[^\n])*)")?\]')
_KEY = re.compile(rb'([A-Za-z][A-Za-z0-9-]*)[ \t]*(=|\r?\n|\Z)')
_PLAIN = re.compile(rb'[^ \t\r\n"\\;#]+')
_ESCAPES = {b't': b'\t', b'b': b'\b', b'n': b'\n', b'\\': b'\\', b'"': b'"'}
_READER = re.compile(
    rb'!f\(\) \{ test "\$1" != get \|\| \{ git credential-store( --file .+)? get;( echo password_expiry_utc=[0-9]+;)? \}; \}; f\Z',
    re.DOTALL,
)
_URL = re.compile(
    r'([A-Za-z][A-Za-z0-9+.-]*)://(?:([^@/?#]*)@)?(\[[^\]]*\]|[^:/?#]+)(?::([0-9]*))?(?:/(.*))?\Z',
    re.DOTALL,
)
_PARTIAL = re.compile(r'(?:([^:/?#]*)://)?(?:([^@/?#]*)@)?([^/?#]*)(?:/+(.*?))?/*\Z', re.DOTALL)
_DEFAULT_PORTS = {'https': '443', 'http': '80'}


class _Section(NamedTuple):
    """A section header: lower-case name, subsection or None, where it starts and ends, and where the next one starts."""

    name: bytes
    subsection: bytes | None
    start: int
    header_end: int
    end: int


class _Entry(NamedTuple):
    """A variable: the number of its section, lower-case key, value (None where there is no equals sign), extent with its line end."""

    section: int
    key: bytes
    value: bytes | None
    start: int
    end: int


def store_helper(path=None):
    """The value of C(credential.helper) for git's credential store.

    :param path: str, or None for the files where git looks by itself.
    :returns: bytes.
    """
    return b'store' if path is None else b'store --file ' + os.fsencode(shlex.quote(path))


def reader_helper(path, expires=None):
    """A helper that answers from the store and never writes to it.

    git stores a credential again after each use, at the top of the store: there one for a single path would become the answer for the
    whole server. And git forgets what the store cannot hold: when the password ends. git 2.40 and newer never uses one after its end.

    :param path: as for L(store_helper).
    :param expires: seconds since 1970, int, or None. Older git ignores the additional line.
    :returns: bytes.
    """
    store = b'' if path is None else b' --file ' + os.fsencode(shlex.quote(path))
    expiry = b'' if expires is None else b' echo password_expiry_utc=%d;' % expires
    return b'!f() { test "$1" != get || { git credential-store%s get;%s }; }; f' % (store, expiry)


def _same_helper(one, other):
    """Whether two values name the same store, however they are quoted."""

    def meaning(value):
        try:
            words = shlex.split(os.fsdecode(value))
        except ValueError:
            return value
        if words[:1] == ['store'] and len(words) == 2 and words[1].startswith('--file='):
            words[1:] = ['--file', words[1][7:]]
        if words[:2] == ['store', '--file'] and len(words) == 3:
            return 'store', os.path.expanduser(words[2])
        return value.strip()

    return one == other or meaning(one) == meaning(other)


def _applies(subsection, url):
    """Whether git uses C([credential "subsection"]) for a URL, as far as that does not depend on a user name."""
    if subsection is None:
        return True
    if url is None:
        return False
    text = os.fsdecode(subsection)
    own = _URL.match(str(url))
    full = _URL.match(text)
    if full is None:
        protocol, user, host, path = (
            _PARTIAL.match(text).groups() if _PARTIAL.match(text) else ('?', None, None, None)
        )
        return not user and all(
            not want or want == have
            for want, have in ((protocol, url.protocol), (host, url.host), (path, url.path))
        )
    protocol, user, host, port, path = full.groups()
    default = _DEFAULT_PORTS.get(url.protocol)
    labels, own_labels = host.lower().split('.'), own.group(3).lower().split('.')
    prefix, own_path = (path or '').rstrip('/'), own.group(5) or ''
    return (
        protocol.lower() == url.protocol
        and user is None
        and len(labels) == len(own_labels)
        and all(label in ('*', own_label) for label, own_label in zip(labels, own_labels))
        and ((port or '').lstrip('0') or default) == ((own.group(4) or '').lstrip('0') or default)
        and (not prefix or own_path == prefix or own_path.startswith(prefix + '/'))
    )


class GitConfig:
    """A git configuration file in memory.

    :ivar content: its bytes, with the edits made so far.
    :ivar includes: how many other files it includes; they are not read.
    """

    def __init__(self, content, name):
        """
        :param content: bytes, or None where there is no file.
        :param name: how messages call the file.
        :raises FileProblem: git could not read it either.
        """
        self.name = name
        self._read(content or b'')

    def _read(self, content):
        self.content = content
        self._entries = []
        self._sections = [
            _Section(b'', None, 0, 0, len(content))
        ]  # git also accepts variables before the first header
        at = 3 if content.startswith(b'\xef\xbb\xbf') else 0
        while True:
            at = _SPACE.match(content, at).end()
            character = content[at : at + 1]
            if not character:
                break
            if character in b'#;':
                at = self._line_end(at)
            elif character == b'[':
                at = self._read_header(at)
            else:
                at = self._read_entry(at)
        self.includes = sum(
            1
            for entry in self._entries
            if entry.key == b'path'
            and self._sections[entry.section].name in (b'include', b'includeif')
        )

    def _line_end(self, at):
        """Where the line after C(at) starts."""
        return self.content.find(b'\n', at) + 1 or len(self.content)

    def _bad(self, at):
        return FileProblem(
            'Line %d of %s is not one that git can read (see git config --list). Correct it and run the task again.'
            % (self.content.count(b'\n', 0, at) + 1, self.name)
        )

    def _read_header(self, at):
        found = _HEADER.match(self.content, at)
        if not found or not (found.group(1) or found.group(2)):
            raise self._bad(at)
        name, subsection = found.group(1).lower(), found.group(2)
        if subsection is None and b'.' in name:  # the older form [credential.https]
            name, subsection = name.split(b'.', 1)
        elif subsection is not None:
            subsection = re.sub(rb'\\(.)', rb'\1', subsection)
        self._sections[-1] = self._sections[-1]._replace(end=at)
        self._sections.append(_Section(name, subsection, at, found.end(), len(self.content)))
        return found.end()

    def _read_entry(self, at):
        found = _KEY.match(self.content, at)
        if not found:
            raise self._bad(at)
        value, end = None, found.end()
        if found.group(2) == b'=':
            value, end = self._read_value(end)
        self._entries.append(
            _Entry(len(self._sections) - 1, found.group(1).lower(), value, at, end)
        )
        return end

    def _read_value(self, at):
        """The value that starts at an offset, and the offset after its line end."""
        content, start, value, solid, quoted = self.content, at, bytearray(), 0, False
        while True:
            plain = _PLAIN.match(content, at)
            if plain:
                value += plain.group()
                solid, at = len(value), plain.end()
            character = content[at : at + 1]
            if content[at : at + 2] == b'\r\n':
                at, character = at + 1, b'\n'
            if character in (b'', b'\n'):
                if quoted:
                    raise self._bad(start)
                return bytes(value[:solid]), at + len(character)
            if character == b'\\':
                escaped = content[at + 1 : at + 2]
                if content[at + 1 : at + 3] == b'\r\n':
                    at, escaped = at + 1, b'\n'
                at += 2
                if escaped not in (b'\n', b''):  # else the value goes on in the next line
                    if escaped not in _ESCAPES:
                        raise self._bad(start)
                    value += _ESCAPES[escaped]
                solid = len(value)
                continue
            if character == b'"':
                quoted = not quoted
                solid = len(value)
            elif quoted:
                value += character
                solid = len(value)
            elif character in b';#':
                at = self._line_end(at)
                return bytes(value[:solid]), at
            elif value:
                value += character
            at += 1

    def helpers(self, url=None):
        """The helpers that this file gives for a Url, in the order in which git asks them; for None those of all URLs."""
        values = []
        for entry in self._credential_entries(b'helper'):
            if entry.value is not None and _applies(self._sections[entry.section].subsection, url):
                values = values + [entry.value] if entry.value else []
        return values

    def _credential_entries(self, key):
        return [
            entry
            for entry in self._entries
            if entry.key == key and self._sections[entry.section].name == b'credential'
        ]

    def ensure_helper(self, url, value):
        """Have git ask a helper for a Url, or for all URLs (None). Helpers that are there stay and are asked before it.

        :param value: from L(store_helper).
        :returns: whether something was changed.
        """
        if any(_same_helper(value, helper) for helper in self.helpers(url)):
            return False
        self._set(url, [(b'helper', value)], lambda: value in self.helpers(url))
        return True

    def ensure_only_helper(self, url, value):
        """Have git ask this helper alone for a Url: the ones before it would answer in its stead.

        :param value: from L(reader_helper).
        :returns: whether something was changed.
        """
        if self.helpers(url) == [value]:
            return False
        self.drop_reader(url)
        self._set(url, [(b'helper', b''), (b'helper', value)], lambda: self.helpers(url) == [value])
        return True

    def ensure_use_http_path(self, url):
        """Have git choose by path among the credentials for a Url.

        :returns: whether something was changed.
        """
        value = None
        for entry in self._credential_entries(b'usehttppath'):
            if _applies(self._sections[entry.section].subsection, url):
                value = b'true' if entry.value is None else entry.value.lower()
        if value in (b'true', b'yes', b'on', b'1'):
            return False
        self._remove(url, lambda entry: entry.key == b'usehttppath')
        self._set(url, [(b'useHttpPath', b'true')], None)
        return True

    def forget(self, url, path=None):
        """Take away what the other functions set for exactly this Url.

        :param path: of the store, as for L(store_helper).
        :returns: whether something was changed.
        """
        changed = self.drop_reader(url)
        return (
            self._remove(
                url,
                lambda entry: (
                    entry.key == b'usehttppath'
                    or (
                        entry.key == b'helper'
                        and bool(entry.value)
                        and _same_helper(entry.value, store_helper(path))
                    )
                ),
            )
            or changed
        )

    def _own_sections(self, url):
        subsection = None if url is None else str(url).encode('utf-8')
        return [
            number
            for number, section in enumerate(self._sections)
            if section.name == b'credential' and section.subsection == subsection
        ]

    def drop_reader(self, url):
        """Remove a helper of ours that only reads, for exactly this Url, and the reset before it.

        :returns: whether something was changed.
        """
        ours = set()
        entries = self._credential_entries(b'helper')
        for before, entry in zip([None] + entries, entries):
            if entry.value and _READER.match(entry.value):
                ours.add(entry)
                if before is not None and before.value == b'' and before.section == entry.section:
                    ours.add(before)
        return self._remove(url, lambda entry: entry in ours)

    def _remove(self, url, doomed):
        """Remove entries of the sections for exactly this URL, and a section that thereby has nothing in it."""
        sections = self._own_sections(url)
        entries = [entry for entry in self._entries if entry.section in sections and doomed(entry)]
        if not entries:
            return False
        left = {entry.section for entry in self._entries} - {
            entry.section for entry in self._entries if entry not in entries
        }
        cuts = []
        for entry in entries:
            start, end = self._whole_line(entry.start), entry.end
            if start is None:
                start, end = (
                    entry.start,
                    entry.start + len(self.content[entry.start : entry.end].rstrip(b'\r\n')),
                )
            cuts.append((start, end))
        for number in left:
            section = self._sections[number]
            body = bytearray(self.content[section.header_end : section.end])
            for start, end in reversed(cuts):
                if section.header_end <= start < section.end:
                    del body[start - section.header_end : end - section.header_end]
            start = self._whole_line(section.start)
            end = self._line_end(section.header_end)
            if not body.strip() and start is not None and end <= section.end:
                cuts = [cut for cut in cuts if not start <= cut[0] < end] + [(start, end)]
        content = self.content
        for start, end in sorted(cuts, reverse=True):
            content = content[:start] + content[end:]
        self._read(content)
        return True

    def _whole_line(self, at):
        """The start of the line, when there are only blanks before C(at) in it; else None."""
        start = self.content.rfind(b'\n', 0, at) + 1
        return start if not self.content[start:at].strip() else None

    def _set(self, url, pairs, works):
        """Write variables at the end of the last section for a URL; into a new one where they would not count there."""
        before = self.content
        sections = self._own_sections(url)
        end = b'\r\n' if before.partition(b'\n')[0].endswith(b'\r') else b'\n'
        lines = b''.join(b'\t%s = %s%s' % (key, _quote(value), end) for key, value in pairs)
        if sections:
            section = self._sections[sections[-1]]
            at = max(
                [section.header_end]
                + [entry.end for entry in self._entries if entry.section == sections[-1]]
            )
            if before[at - 1 : at] != b'\n':
                at = min(self._line_end(at), section.end)
            self._read(before[:at] + _gap(before[:at], end) + lines + before[at:])
            if works is None or works():
                return
        header = (
            b'[credential]'
            if url is None
            else b'[credential "%s"]'
            % str(url).encode('utf-8').replace(b'\\', b'\\\\').replace(b'"', b'\\"')
        )
        self._read(before + _gap(before, end) + header + end + lines)


def _gap(before, end):
    """The line ends that a text needs before a new line can follow; a backslash at its end would make the line a part of the value."""
    ended = not before or before.endswith(b'\n')
    return (b'' if ended else end) + (
        end if before.rstrip(b'\r\n').endswith(b'\\') and before.count(b'\n', -2) < 2 else b''
    )


def _quote(value):
    """A value as git itself would write it (write_pair of config.c)."""
    quote = (
        b'"'
        if value.startswith(b' ')
        or value.endswith(b' ')
        or any(character in value for character in (b';', b'#', b'\r'))
        else b''
    )
    for character, written in ((b'\\', b'\\\\'), (b'"', b'\\"'), (b'\n', b'\\n'), (b'\t', b'\\t')):
        value = value.replace(character, written)
    return quote + value + quote
