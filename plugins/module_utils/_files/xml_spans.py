# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""An XML file in UTF-8 whose data is in attributes: where its elements are, and edits of them.

Expat decides where each element begins and ends. Everything that is not edited stays as it is.
"""

from __future__ import annotations

import codecs
import re
import typing as t
from xml.parsers import expat

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b'<\0', b'\0<')
_ATTRIBUTE = re.compile(rb'\s([^\s=/>"\']+)\s*=\s*("[^"]*"|\'[^\']*\')')
_START_TAG = re.compile(rb'<[^\s/>]+(?:[^>"\']|"[^"]*"|\'[^\']*\')*>')
_REST_OF_LINE = re.compile(rb'[ \t]*(?:\r\n|\n|\r|\Z)')


class Element:
    """An element.

    :ivar start: offset of its start tag; C(close): of its end tag, or again of its start tag for
        C(<x/>).
    """

    __slots__ = ('name', 'attributes', 'start', 'close', 'children')

    def __init__(self, name: str, attributes: t.Dict[str, str], start: int) -> None:
        self.name = name
        self.attributes = attributes
        self.start = self.close = start
        self.children: t.List[Element] = []

    def named(self, name: str) -> t.List[Element]:
        """Return the children of a name."""
        return [child for child in self.children if child.name == name]


class New(t.NamedTuple):
    """An element to be written."""

    name: str
    attributes: t.Sequence[t.Tuple[str, str]] = ()
    children: t.Sequence[t.Any] = ()


class XmlFile:
    """A file, and the edits of it.

    :ivar root: Element, or None where there is no content.
    """

    def __init__(self, content: t.Optional[bytes], path: str) -> None:
        """:raises FileProblem: not well-formed, not UTF-8, or with a DOCTYPE."""
        self._path = path
        content = content or b''
        self._mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b''
        self._body = content[len(self._mark) :]
        self._stack: t.List[Element] = []
        self._splices: t.List[t.Tuple[int, int, bytes]] = []
        self.root: t.Optional[Element] = None
        if content.startswith(_UTF_16):
            raise FileProblem('%s is in UTF-16. Convert it to UTF-8.' % path)
        if self._body.strip():
            self._parse()
        elif self._body:
            self._splices.append((0, len(self._body), b''))
        line_feed = self._body.find(b'\n')
        is_crlf = line_feed > 0 and self._body[line_feed - 1 : line_feed] == b'\r'
        self._line_end = b'\r\n' if is_crlf else b'\n'

    def _parse(self) -> None:
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._on_start
        parser.EndElementHandler = self._on_end
        parser.StartDoctypeDeclHandler = self._on_doctype
        parser.XmlDeclHandler = self._on_declaration
        try:
            parser.Parse(self._body, True)
        except expat.ExpatError as error:
            raise FileProblem(
                '%s is not well-formed XML: line %d, column %d (%s). Correct it.'
                % (self._path, error.lineno, error.offset + 1, expat.ErrorString(error.code))
            ) from None

    def _on_declaration(self, _version: str, encoding: t.Optional[str], _alone: int) -> None:
        if encoding is not None and encoding.lower() not in ('utf-8', 'us-ascii'):
            raise FileProblem(
                '%s declares another encoding than UTF-8. Convert it to UTF-8.' % self._path
            )

    def _on_doctype(self, *_ignored: object) -> None:
        raise FileProblem('%s has a DOCTYPE, which can hide entities. Take it out.' % self._path)

    def _on_start(self, name: str, attributes: t.Dict[str, str]) -> None:
        element = Element(name, attributes, self._parser.CurrentByteIndex)
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self.root = element
        self._stack.append(element)

    def _on_end(self, _name: str) -> None:
        self._stack.pop().close = self._parser.CurrentByteIndex

    def _inner(self, element: Element) -> t.Optional[int]:
        """Return the offset behind a start tag, or None for an element without an end tag."""
        tag = t.cast('re.Match[bytes]', _START_TAG.match(self._body, element.start))
        return None if tag.group().endswith(b'/>') else tag.end()

    def _end(self, element: Element) -> int:
        """Return the offset behind an element."""
        if self._inner(element) is not None:
            return self._body.index(b'>', element.close) + 1
        return t.cast('re.Match[bytes]', _START_TAG.match(self._body, element.start)).end()

    def line_of(self, element: Element) -> int:
        """Return the number of the line where an element begins."""
        return self._body.count(b'\n', 0, element.start) + 1

    def is_blank(self, element: Element) -> bool:
        """Return whether an element contains no text or comment besides its children."""
        position = self._inner(element)
        if position is None:
            return True
        for child in element.children:
            if self._body[position : child.start].strip():
                return False
            position = self._end(child)
        return not self._body[position : element.close].strip()

    def set_attribute(self, element: Element, name: str, value: str) -> None:
        """Replace the value of an attribute that an element has."""
        tag = t.cast('re.Match[bytes]', _START_TAG.match(self._body, element.start)).group()
        for attribute in _ATTRIBUTE.finditer(tag):
            if attribute.group(1).decode('utf-8') == name:
                start, end = (element.start + offset for offset in attribute.span(2))
                self._splices.append((start, end, _quoted(value)))

    def cut(self, element: Element) -> None:
        """Remove an element, with its line if nothing else is on it."""
        start, end = self._blanks_before(element.start), self._end(element)
        before = self._body[:start]
        if before.endswith((b'\n', b'\r')) and _REST_OF_LINE.match(self._body, end):
            start -= 2 if before.endswith(b'\r\n') else 1
        else:
            start = element.start
        self._splices.append((start, end, b''))

    def append(self, parent: Element, new: t.Sequence[New]) -> None:
        """Add children behind the others. A parent without children gets them in one call."""
        around, inner = self._indent(parent), self._inner(parent)
        indent = None if around is None else around + self._unit()
        if parent.children:
            indent = self._indent(parent.children[-1])
        written = b''.join(self._written(one, indent) for one in new)
        tail = b'' if around is None else self._line_end + around
        if parent.children:
            at = self._end(parent.children[-1])
            self._splices.append((at, at, written))
        elif inner is not None:
            at = inner + len(self._body[inner : parent.close].rstrip())
            self._splices.append((at, parent.close, written + tail))
        else:
            end = self._end(parent)
            at = self._body.rindex(b'/', parent.start, end)
            at = parent.start + len(self._body[parent.start : at].rstrip())
            close = b'</%s>' % parent.name.encode('utf-8')
            self._splices.append((at, end, b'>' + written + tail + close))

    def create(self, root: New) -> None:
        """Write the whole file."""
        declaration = b'<?xml version="1.0" encoding="utf-8"?>'
        self._splices.append((0, 0, declaration + self._written(root, b'') + self._line_end))

    @property
    def content(self) -> t.Optional[bytes]:
        """The edited content, or None where nothing was edited."""
        if not self._splices:
            return None
        parts, position = [self._mark], 0
        for start, end, new in sorted(self._splices, key=lambda splice: splice[:2]):
            if start >= position:  # else it is within an element that is removed
                parts += [self._body[position:start], new]
                position = end
        return b''.join([*parts, self._body[position:]])

    def _written(self, new: New, indent: t.Optional[bytes]) -> bytes:
        """Return an element; C(indent) is that of its line, None for all on one line."""
        name = new.name.encode('utf-8')
        tag = b'<' + name
        for key, value in new.attributes:
            tag += b' %s=%s' % (key.encode('utf-8'), _quoted(value))
        before = b'' if indent is None else self._line_end + indent
        if not new.children:
            return before + tag + b' />'
        inner = None if indent is None else indent + self._unit()
        children = b''.join(self._written(child, inner) for child in new.children)
        return before + tag + b'>' + children + before + b'</' + name + b'>'

    def _unit(self) -> bytes:
        children = self.root.children if self.root is not None else []
        return (self._indent(children[0]) if children else None) or b'  '

    def _indent(self, element: Element) -> t.Optional[bytes]:
        """Return the blanks before an element, or None where it is not the first on its line."""
        start = self._blanks_before(element.start)
        is_first = start == 0 or self._body[start - 1 : start] in (b'\n', b'\r')
        return self._body[start : element.start] if is_first else None

    def _blanks_before(self, offset: int) -> int:
        while offset > 0 and self._body[offset - 1] in b' \t':
            offset -= 1
        return offset


def _quoted(value: str) -> bytes:
    for character, name in (('&', 'amp'), ('<', 'lt'), ('>', 'gt'), ('"', 'quot')):
        value = value.replace(character, '&%s;' % name)
    return ('"%s"' % value).encode('utf-8')
