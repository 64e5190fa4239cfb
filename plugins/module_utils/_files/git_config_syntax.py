# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The syntax of git configuration files: bytes to sections and variables, with their extents.

It is that of git's config.c (git_parse_source, parse_value).
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

_SPACE = re.compile(rb'[ \t\r\n]*')
_HEADER = re.compile(rb'\[([A-Za-z0-9.-]*)(?:[ \t\r]+"((?:[^"\\\n]|\\[^\n])*)")?\]')
_KEY = re.compile(rb'([A-Za-z][A-Za-z0-9-]*)[ \t]*(=|\r?\n|\Z)')
_PLAIN = re.compile(rb'[^ \t\r\n"\\;#]+')
_ESCAPES = {b't': b'\t', b'b': b'\b', b'n': b'\n', b'\\': b'\\', b'"': b'"'}


class Section(t.NamedTuple):
    """A section: lower-case name, subsection or None, start of header and body, and end."""

    name: bytes
    subsection: bytes | None
    start: int
    body: int
    end: int


class Variable(t.NamedTuple):
    """A variable: the number of its section, lower-case key, value, extent with its line end.

    C(value) is None where the key has no equals sign.
    """

    section: int
    key: bytes
    value: bytes | None
    start: int
    end: int


class Syntax(t.NamedTuple):
    """What is in a file. The first section has no header: git accepts variables before one."""

    sections: list[Section]
    variables: list[Variable]


def parse(content: bytes, name: str) -> Syntax:
    """Read a configuration file.

    :param content: its bytes.
    :param name: how messages call the file.
    :raises FileProblem: git could not read it either; the message names the line.
    """
    return _Parser(content, name).parse()


def line_end(content: bytes, at: int) -> int:
    """Where the line after an offset starts."""
    return content.find(b'\n', at) + 1 or len(content)


def quote(value: bytes) -> bytes:
    """A value as git itself would write it (write_pair of config.c)."""
    outer = value.startswith(b' ') or value.endswith(b' ') or any(c in value for c in b';#\r')
    for character, written in ((b'\\', b'\\\\'), (b'"', b'\\"'), (b'\n', b'\\n'), (b'\t', b'\\t')):
        value = value.replace(character, written)
    return b'"' + value + b'"' if outer else value


class _Parser:
    def __init__(self, content: bytes, name: str) -> None:
        self.content = content
        self.name = name
        self.sections = [Section(b'', None, 0, 0, len(content))]
        self.variables: list[Variable] = []

    def parse(self) -> Syntax:
        at = 3 if self.content.startswith(b'\xef\xbb\xbf') else 0
        while True:
            at = self._skip_space(at)
            character = self.content[at : at + 1]
            if not character:
                return Syntax(self.sections, self.variables)
            if character in b'#;':
                at = line_end(self.content, at)
            elif character == b'[':
                at = self._header(at)
            else:
                at = self._variable(at)

    def _skip_space(self, at: int) -> int:
        found = _SPACE.match(self.content, at)
        return found.end() if found else at

    def _bad(self, at: int) -> FileProblem:
        return FileProblem(
            'Line %d of %s is not one that git can read (see git config --list). '
            'Correct it and run the task again.' % (self.content.count(b'\n', 0, at) + 1, self.name)
        )

    def _header(self, at: int) -> int:
        found = _HEADER.match(self.content, at)
        if not found or not (found.group(1) or found.group(2)):
            raise self._bad(at)
        # The name of a variable is composed before it is taken apart again: [credential.x "y"]
        # and [credential "x.y"] are the same
        name, subsection = found.group(1).lower(), found.group(2)
        name, dot, rest = name.partition(b'.')
        if subsection is not None:
            subsection = re.sub(rb'\\(.)', rb'\1', subsection)
            subsection = rest + b'.' + subsection if dot else subsection
        elif dot:
            subsection = rest
        self.sections[-1] = self.sections[-1]._replace(end=at)
        self.sections.append(Section(name, subsection, at, found.end(), len(self.content)))
        return found.end()

    def _variable(self, at: int) -> int:
        found = _KEY.match(self.content, at)
        if not found:
            raise self._bad(at)
        value, end = None, found.end()
        if found.group(2) == b'=':
            value, end = self._value(end)
        number = len(self.sections) - 1
        self.variables.append(Variable(number, found.group(1).lower(), value, at, end))
        return end

    def _value(self, at: int) -> tuple[bytes, int]:
        """The value that starts at an offset, and the offset after its line end."""
        start, value, solid, quoted = at, bytearray(), 0, False
        while True:
            plain = _PLAIN.match(self.content, at)
            if plain:
                value += plain.group()
                solid, at = len(value), plain.end()
            character, width = self._character(at)
            if character in (b'', b'\n'):
                if quoted:
                    raise self._bad(start)
                return bytes(value[:solid]), at + width
            if character in b';#' and not quoted:
                return bytes(value[:solid]), line_end(self.content, at)
            at += width
            if character == b'"':
                quoted = not quoted
                solid = len(value)
            elif character == b'\\':
                escaped, at = self._escape(at, start)
                value += escaped
                solid = len(value)
            elif quoted or value:
                value += character
                solid = len(value) if quoted else solid

    def _character(self, at: int) -> tuple[bytes, int]:
        """The character at an offset and its width; CR LF is a line feed."""
        if self.content[at : at + 2] == b'\r\n':
            return b'\n', 2
        character = self.content[at : at + 1]
        return character, len(character)

    def _escape(self, at: int, start: int) -> tuple[bytes, int]:
        """What follows a backslash; nothing where the value continues on the next line."""
        escaped, width = self._character(at)
        if escaped in (b'\n', b''):
            return b'', at + width
        if escaped not in _ESCAPES:
            raise self._bad(start)
        return _ESCAPES[escaped], at + width
