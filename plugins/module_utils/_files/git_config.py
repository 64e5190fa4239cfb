# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A git configuration file, edited in place; every byte outside of the edited variables stays.

A variable that only the collection may remove again carries a comment behind its value.
"""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config_syntax import (
    Syntax,
    Variable,
    line_end,
    parse,
    quote,
)

MARK = b' # set by buildops.tokens'


class NewVariable(t.NamedTuple):
    """A variable to write. C(marked): with the comment by which it is recognized later."""

    key: bytes
    value: bytes
    marked: bool = False


class GitConfig:
    """A git configuration file in memory.

    :ivar content: its bytes, with the edits made so far.
    """

    def __init__(self, content: bytes | None, name: str) -> None:
        """
        :param content: bytes, or None where the file does not exist.
        :param name: how messages call the file.
        :raises FileProblem: git could not read it either.
        """
        self.name = name
        self._load(content or b'')

    def _load(self, content: bytes) -> None:
        self.content = content
        self._syntax: Syntax = parse(content, self.name)

    def restore(self, content: bytes) -> None:
        """Go back to an earlier content."""
        if content != self.content:
            self._load(content)

    def variables(self) -> t.Iterator[tuple[bytes, bytes | None, Variable]]:
        """Each variable in its order, with the name and the subsection of its section."""
        for variable in self._syntax.variables:
            section = self._syntax.sections[variable.section]
            yield section.name, section.subsection, variable

    def is_marked(self, variable: Variable) -> bool:
        """Whether the variable carries the comment of the collection."""
        line = self.content[variable.start : variable.end].rstrip(b'\r\n')
        return line.endswith(MARK)

    def sections(self) -> list[tuple[int, bytes, bytes | None]]:
        """Number, name and subsection of each section with a header."""
        return [
            (number, section.name, section.subsection)
            for number, section in enumerate(self._syntax.sections)
            if number
        ]

    def append_to(self, section: int, variables: t.Sequence[NewVariable]) -> None:
        """Write variables behind the last variable of a section."""
        before, found = self.content, self._syntax.sections[section]
        at = max(
            [found.body] + [one.end for one in self._syntax.variables if one.section == section]
        )
        if before[at - 1 : at] != b'\n':
            at = min(line_end(before, at), found.end)
        self._insert(at, self._lines(variables))

    def add_section(
        self,
        name: bytes,
        subsection: bytes | None,
        variables: t.Sequence[NewVariable],
        before: int | None = None,
    ) -> None:
        """Write a new section.

        :param before: number of the section in front of which it goes; by default it goes to the
            end of the file.
        """
        header = b'[' + name
        if subsection is not None:
            header += b' "' + subsection.replace(b'\\', b'\\\\').replace(b'"', b'\\"') + b'"'
        text = header + b']' + self._line_end + self._lines(variables)
        at = len(self.content)
        if before is not None:
            at = self._syntax.sections[before].start
            at = at if self._line_start(at) is None else self.content.rfind(b'\n', 0, at) + 1
        self._insert(at, text)

    def remove(self, doomed: t.Sequence[Variable]) -> None:
        """Remove variables, and each section that is empty without them."""
        if not doomed:
            return
        gone = set(doomed)
        cuts = [self._extent(variable) for variable in doomed]
        touched = {variable.section for variable in doomed}
        kept = {one.section for one in self._syntax.variables if one not in gone}
        for number in touched - kept:
            cut = self._empty_section(number, cuts)
            if cut is not None:
                cuts = [one for one in cuts if not cut[0] <= one[0] < cut[1]] + [cut]
        content = self.content
        for start, end in sorted(cuts, reverse=True):
            content = content[:start] + content[end:]
        self._load(content)

    def _extent(self, variable: Variable) -> tuple[int, int]:
        """What to cut for a variable: its line, or less where something else is in that line."""
        start = self._line_start(variable.start)
        if start is not None:
            return start, variable.end
        text = self.content[variable.start : variable.end].rstrip(b'\r\n')
        return variable.start, variable.start + len(text)

    def _empty_section(
        self, number: int, cuts: t.Sequence[tuple[int, int]]
    ) -> tuple[int, int] | None:
        """The extent of the header of a section without anything but what is cut, else None."""
        section = self._syntax.sections[number]
        body = bytearray(self.content[section.body : section.end])
        for start, end in sorted(cuts, reverse=True):
            if section.body <= start < section.end:
                del body[start - section.body : end - section.body]
        start_of_line = self._line_start(section.start)
        end_of_line = line_end(self.content, section.body)
        if body.strip() or start_of_line is None or end_of_line > section.end:
            return None
        return start_of_line, end_of_line

    def _line_start(self, at: int) -> int | None:
        """The start of the line where only blanks are before the offset in it, else None."""
        start = self.content.rfind(b'\n', 0, at) + 1
        return None if self.content[start:at].strip() else start

    @property
    def _line_end(self) -> bytes:
        return b'\r\n' if self.content.partition(b'\n')[0].endswith(b'\r') else b'\n'

    def _lines(self, variables: t.Sequence[NewVariable]) -> bytes:
        return b''.join(
            b'\t%s = %s%s%s'
            % (one.key, quote(one.value), MARK if one.marked else b'', self._line_end)
            for one in variables
        )

    def _insert(self, at: int, text: bytes) -> None:
        before = self.content[:at]
        self._load(before + _gap(before, self._line_end) + text + self.content[at:])


def _gap(before: bytes, end: bytes) -> bytes:
    """The line ends that a text needs before a new line can follow.

    A backslash at its end would make the new line a part of the value.
    """
    gap = b'' if not before or before.endswith(b'\n') else end
    continued = before.rstrip(b'\r\n').endswith(b'\\') and before.count(b'\n', -2) < 2
    return gap + end if continued else gap
