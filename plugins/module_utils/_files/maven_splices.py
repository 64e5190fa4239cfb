# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Byte ranges of a settings file that are replaced, in the file's own way of writing."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_scanner import (
    Node,
    Scan,
)

_BLANKS = b' \t\r\n'
_REST_OF_LINE = re.compile(rb'[ \t]*(?:\r\n|\n|\r|\Z)')
Value = t.Union[str, t.Dict[str, t.Any]]


def quote(text: str) -> bytes:
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').encode('utf-8')


def items_of(value: t.Mapping[str, t.Any]) -> t.Iterator[t.Tuple[str, Value]]:
    """The elements of a mapping: a list is one element for each item."""
    for name, items in value.items():
        for item in items if isinstance(items, list) else [items]:
            yield name, item


class Layout:
    """How the file is written: its line ends and indentation."""

    def __init__(self, found: Scan) -> None:
        self._body = body = found.body
        line_feed = body.find(b'\n')
        is_crlf = line_feed > 0 and body[line_feed - 1 : line_feed] == b'\r'
        self.line_end = b'\r\n' if is_crlf else b'\n'
        self.unit = self.indent(found.first_in_settings) or b'  '

    def indent(self, offset: t.Optional[int]) -> t.Optional[bytes]:
        """The blanks before an offset, or None where it is not the first on its line."""
        if offset is None:
            return None
        start = self.blanks_before(offset, b' \t')
        is_first = start == 0 or self._body[start - 1 : start] in (b'\n', b'\r')
        return self._body[start:offset] if is_first else None

    def blanks_before(self, offset: int, blanks: bytes = _BLANKS) -> int:
        """The offset of the first of the blanks before an offset."""
        while offset > 0 and self._body[offset - 1] in blanks:
            offset -= 1
        return offset

    def element(self, name: str, value: Value, indent: t.Optional[bytes]) -> bytes:
        """An element; C(indent) is that of its line, None for all on one line."""
        tag = name.encode('ascii')
        if isinstance(value, str):
            return b'<%s>%s</%s>' % (tag, quote(value), tag)
        deeper = None if indent is None else indent + self.unit
        children = [self.element(child, item, deeper) for child, item in items_of(value)]
        if indent is None or deeper is None or not children:
            return b'<%s>%s</%s>' % (tag, b''.join(children), tag)
        inside = b''.join(self.line_end + deeper + child for child in children)
        return b'<%s>%s%s</%s>' % (tag, inside, self.line_end + indent, tag)

    def elements(
        self, wanted: t.Iterable[t.Tuple[str, Value]], indent: t.Optional[bytes]
    ) -> t.List[bytes]:
        """Several elements of one indentation."""
        return [self.element(name, value, indent) for name, value in wanted]


class Splices:
    """Collects replacements of byte ranges, and applies them all at once."""

    def __init__(self, found: Scan) -> None:
        self.body = found.body
        self.layout = Layout(found)
        self.splices: t.List[t.Tuple[int, int, bytes]] = []

    def replace(self, start: int, end: int, new: bytes) -> None:
        self.splices.append((start, end, new))

    def apply(self) -> bytes:
        parts: t.List[t.Union[bytes, memoryview]] = []
        done, view = 0, memoryview(self.body)
        for start, end, new in sorted(self.splices, key=lambda splice: splice[:2]):
            if start < done:
                raise FileProblem(
                    'The configuration of a server is too tangled for this edit (text among its '
                    'elements). Change that entry by hand.'
                )
            parts += (view[done:start], new)
            done = end
        parts.append(view[done:])
        return b''.join(parts)

    def set_inner(self, node: Node, new: bytes) -> None:
        """Replace all that is inside an element."""
        if node.inner is not None:
            self.replace(node.inner, node.close, new)
        else:
            self.replace(node.end - 2, node.end, b'>%s</%s>' % (new, node.name.encode('utf-8')))

    def append(
        self,
        node: Node,
        first_child: t.Optional[int],
        wanted: t.Sequence[t.Tuple[str, Value]],
    ) -> None:
        """Add children at the end of an element.

        :param first_child: offset of its first child, whose way of writing is followed, or None.
        """
        own = self.layout.indent(node.start)
        if first_child is None:
            indent: t.Optional[bytes] = (own or b'') + self.layout.unit
        else:
            indent = self.layout.indent(first_child)
        lead = b'' if indent is None else self.layout.line_end + indent
        new = b''.join(lead + element for element in self.layout.elements(wanted, indent))
        tail = b'' if indent is None else self.layout.line_end + (own or b'')
        if node.inner is None:
            self.set_inner(node, new + tail)
            return
        at = max(node.inner, self.layout.blanks_before(node.close))
        rest = self.body[at : node.close]
        ends_line = b'\n' in rest or b'\r' in rest
        self.replace(at, at, new if ends_line else new + tail)

    def append_to(self, node: Node, wanted: t.Sequence[t.Tuple[str, Value]]) -> None:
        """Add children at the end of an element whose children are known."""
        self.append(node, node.children[0].start if node.children else None, wanted)

    def cut(self, node: Node) -> None:
        """Take an element away, with its line if nothing else is on it."""
        start, end = self.layout.blanks_before(node.start, b' \t'), node.end
        if _REST_OF_LINE.match(self.body, end) and self.body[start - 1 : start] in (b'\n', b'\r'):
            start -= 2 if self.body[start - 2 : start] == b'\r\n' else 1
            self.replace(start, end, b'')
        else:
            self.replace(node.start, end, b'')
