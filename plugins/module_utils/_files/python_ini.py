# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Files that Python's C(RawConfigParser) reads, as C(pip.conf) and C(.pypirc), edited by line.

C(RawConfigParser) itself loses comments when it writes. What it does not read is refused, since pip
and twine then fail with every command.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

_LINE = re.compile(r'[^\r\n]*(?:\r\n|\r|\n|\Z)')
_EQUALS = re.compile(r'[=:]\s*')
Span = t.Tuple[int, int]


class Option:
    """An option of a section.

    :ivar name: in small letters, with C(-) for C(_). :ivar written: as C(RawConfigParser) has it.
    :ivar values: the places of its value: one in its own line, then one for each further line.
    :ivar lines: the lines of these places.
    """

    def __init__(self, section: str, written: str, value: Span, line: Span) -> None:
        self.section = section
        self.written = written
        self.name = written.replace('_', '-')
        self.values = [value]
        self.lines = [line]


class _Section:
    """A section, and where its last line with a header or an option ends."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.header_end = end
        self.end = end


class IniFile:
    """A file, and the changes that are made to it."""

    def __init__(self, content: t.Optional[bytes], path: str) -> None:
        """:raises FileProblem: C(RawConfigParser) does not read it; with the line."""
        self.path = path
        self._content = content
        self.text = (content or b'').decode('utf-8', 'surrogateescape')
        self.newline = '\r\n' if '\r\n' in self.text else '\n'
        self._splices: list[t.Tuple[int, int, str]] = []
        self._parse()

    @property
    def options(self) -> list[Option]:
        """The options in their order."""
        self._refresh()
        return self._options

    def _refresh(self) -> None:
        """Read the text again if it has changed."""
        if self._is_stale:
            self._parse()

    def _parse(self) -> None:
        self._is_stale = False
        self._options: list[Option] = []
        self._sections: dict[str, _Section] = {}
        self._by_name: dict[t.Tuple[str, str], Option] = {}
        section: t.Optional[str] = None
        option: t.Optional[Option] = None
        indentation = at = 0
        for line in _LINE.findall(self.text):
            start, at = at, at + len(line)
            value = line.strip()
            if not value or value[0] in '#;':
                continue
            first = start if line[0] == value[0] else start + line.index(value[0])
            place = (first, first + len(value))
            if section is not None and option and first - start > indentation:
                option.values.append(place)
                option.lines.append((start, at))
                self._sections[section].end = at
                continue
            indentation = first - start
            if value[0] == '[' and ']' in value[2:]:
                section, option = self._header(value, start, at), None
            elif section is None:
                raise self._problem(start, 'text before the first section')
            else:
                option = self._option(section, value, first, (start, at))

    def _header(self, value: str, start: int, end: int) -> str:
        name = value[1 : value.rindex(']')]
        if name not in self._sections:
            self._sections[name] = _Section(start, end)
        elif name != 'DEFAULT':
            raise self._problem(start, 'a section that is there before')
        return name

    def _option(self, section: str, value: str, first: int, line: Span) -> Option:
        equals = _EQUALS.search(value)
        written = value[: equals.start()].rstrip().lower() if equals else ''
        if not equals or not written:
            raise self._problem(line[0], 'neither a section nor an option')
        option = Option(section, written, (first + equals.end(), first + len(value)), line)
        if (section, option.written) in self._by_name:
            raise self._problem(line[0], 'an option that is there before')
        self._by_name[(section, option.written)] = option
        self._options.append(option)
        self._sections[section].end = line[1]
        return option

    def _problem(self, at: int, what: str) -> FileProblem:
        return FileProblem(
            '%s has %s in line %d. No program that uses the file starts then. Correct it.'
            % (self.path, what, self.line_of(at))
        )

    def line_of(self, at: int) -> int:
        """Return the number of the line at a place."""
        return len(re.findall(r'\r\n|\r|\n', self.text[:at])) + 1

    def get(self, section: str, name: str) -> t.Optional[str]:
        """Return the value of an option, its lines joined; None where there is none."""
        self._refresh()
        option = self._by_name.get((section, name))
        if option is None:
            return None
        return '\n'.join(self.text[start:end] for start, end in option.values)

    def has_section(self, section: str) -> bool:
        """Return whether there is such a section."""
        self._refresh()
        return section in self._sections

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace a part of the file. The places of others stay valid until C(apply)."""
        self._splices.append((start, end, text))

    def set(self, section: str, name: str, value: str) -> bool:
        """Give an option a value of one line. :returns: whether it changed."""
        self.apply()
        self._refresh()
        option = self._by_name.get((section, name))
        if option is None:
            self._add(section, '%s = %s' % (name, value))
            return True
        if self.get(section, name) == value:
            return False
        start, end = option.values[0]
        blank = '' if self.text[start - 1 : start].isspace() or start == end == 0 else ' '
        self.replace(start, end, blank + value)
        for place in option.lines[1:]:
            self.replace(*place, '')
        self.apply()
        return True

    def add_line(self, section: str, name: str, value: str) -> None:
        """Add a value to an option with several, in a separate line."""
        self.apply()
        self._refresh()
        option = self._by_name.get((section, name))
        if option is None:
            self._add(section, '%s = %s' % (name, value))
            return
        last = option.lines[-1]
        line = self.text[last[0] : last[1]]
        indentation = line[: len(line) - len(line.lstrip())] if len(option.lines) > 1 else '    '
        own = self.text[option.lines[0][0] : option.values[0][0]]
        deeper = own[: len(own) - len(own.lstrip())]
        if len(option.lines) == 1:
            indentation = deeper + indentation
        self.replace(last[1], last[1], self._ended(last[1], indentation + value + self.newline))
        self.apply()

    def _ended(self, at: int, text: str) -> str:
        """A text for a place where the last line may have no end."""
        before = self.text[at - 1 : at]
        return text if not at or before in ('\n', '\r') else self.newline + text

    def _add(self, section: str, line: str) -> None:
        text = line + self.newline
        found = self._sections.get(section)
        at = found.end if found else len(self.text)
        if not found:
            text = '[%s]%s%s' % (section, self.newline, text)
            text = (self.newline if self.text.strip() else '') + text
        self.replace(at, at, self._ended(at, text))
        self.apply()

    def remove(self, section: str, name: str) -> bool:
        """Remove an option, but not the comments between its lines. :returns: whether it was there.

        A section that has no other option is removed as well.
        """
        self.apply()
        self._refresh()
        option = self._by_name.pop((section, name), None)
        if option is None:
            return False
        for place in option.lines:
            self.replace(*place, '')
        if not any(key[0] == section for key in self._by_name):
            found = self._sections[section]
            self.replace(found.start, found.header_end, '')
        self.apply()
        return True

    def apply(self) -> None:
        """Make the replacements. The places of all options can be others then."""
        if not self._splices:
            return
        parts, at = [], 0
        for start, end, new in sorted(self._splices, key=lambda splice: splice[:2]):
            parts += [self.text[at:start], new]
            at = end
        parts.append(self.text[at:])
        self.text = ''.join(parts)
        self._splices = []
        self._is_stale = True

    def content(self) -> t.Optional[bytes]:
        """Return the new content; the old object where nothing changes."""
        self.apply()
        new = self.text.encode('utf-8', 'surrogateescape')
        return self._content if new == (self._content or b'') else new
