# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Mappings in the block style of YAML, edited by line. Every other byte stays.

Each line of the file must be understood, since otherwise a line that looks like a key could be in
the middle of a value. What is not understood is refused: tabs, anchors, tags, several documents,
values on several lines other than those of C(|) and C(>), and values in flow style that do not end
on their line.
"""

from __future__ import annotations

import codecs
import json
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

Keys = t.Tuple[str, ...]
REMEDY = 'Write each key and its value on a separate line.'
_LINE = re.compile(r'[^\n]*\n|[^\n]+\Z')
_QUOTED = r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\''
_FIRST = r'(?:[^\s\[\]{},#&*!|>\'"%@`?:-]|[?:-](?=\S))'
_KEY = re.compile(
    r'(?P<key>' + _QUOTED + '|' + _FIRST + r'(?:[^\s:]|:(?=\S)|[ ]+(?=[^\s#:]))*)[ ]*:(?:[ ]+|\Z)'
)
_REST = r'[ ]*(?:[ ]#.*)?\Z'
_SCALAR = re.compile(
    r'(?P<text>' + _QUOTED + '|' + _FIRST + r'(?:[^\s:]|:(?=\S)|[ ]+(?=[^\s#]))*)' + _REST
)
_LONG = re.compile(r'[|>](?:[+-]?[1-9]?|[1-9][+-])' + _REST)
_FLOW = re.compile(_QUOTED + r'|[^\[\]{}"\']+|[\[\]{}]')
# Also what only some readers take for the end of a line
_FORBIDDEN = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ufeff]|\r(?!\n)')
_MARK = re.compile(r'(?:---|\.\.\.)(?:[ \t]|\Z)')
_MAPPING, _TEXT, _OTHER = 'mapping', 'text', 'other'


class _Line:
    """A line of the file. They are a chain, so that others can be put between them."""

    def __init__(self, text: str, number: int = 0) -> None:
        self.text = text
        self.number = number
        self.next: t.Optional[_Line] = None

    def insert(self, line: _Line) -> None:
        """Put a line behind this one."""
        line.next, self.next = self.next, line


class _Node:
    """A key. C(last) is the last line of its value; C(problem) is what is not edited in it."""

    parent: t.Optional[_Node] = None

    def __init__(self, line: _Line, indent: int, kind: str) -> None:
        self.line = self.last = line
        self.indent = indent
        self.kind = kind
        self.value: t.Optional[str] = None
        self.span = (0, 0)
        self.children: t.Dict[str, _Node] = {}
        self.inner: t.Optional[int] = None
        self.problem: t.Optional[t.Tuple[int, str]] = None

    def refuse(self, line: _Line, what: str) -> None:
        """Note what is not edited. It matters only where this part is read."""
        self.problem = self.problem or (line.number, what)


class BlockYaml:
    """A file.

    :ivar changed: whether an edit has changed it.
    """

    def __init__(
        self, content: t.Optional[bytes], path: str, sections: t.Collection[str] = ()
    ) -> None:
        """:param path: for messages. :param sections: the keys whose mappings are edited.

        :raises FileProblem: it has something that is not understood; with the line.
        """
        self._path = path
        self._before = content
        self._sections = sections
        self.changed = False
        raw = content or b''
        self._mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b''
        text = self._decoded(raw[len(self._mark) :])
        self._end = '\r\n' if '\r\n' in text else '\n'
        self._unit: t.Optional[int] = None
        self._long: t.Optional[int] = None
        self._open: t.List[_Node] = []
        self._head = _Line('')
        self._root = _Node(self._head, -1, _MAPPING)
        self._root.inner = 0
        self._read(text)

    def _decoded(self, raw: bytes) -> str:
        try:
            text = raw.decode('utf-8')
        except UnicodeDecodeError:
            raise FileProblem('%s is not UTF-8. Correct it.' % self._path) from None
        found = _FORBIDDEN.search(text)
        if found:
            number = text.count('\n', 0, found.start()) + 1
            raise self._problem(number, 'a control character')
        return text

    def _problem(self, number: int, what: str) -> FileProblem:
        return FileProblem(
            '%s: line %d has %s, which is not edited. %s' % (self._path, number, what, REMEDY)
        )

    def _read(self, text: str) -> None:
        line, top, started = self._head, None, False
        for number, part in enumerate(_LINE.findall(text), 1):
            line.next = _Line(part, number)
            line = line.next
            body = part.rstrip('\r\n')
            bare = body.lstrip(' ')
            indent = len(body) - len(bare)
            if self._is_of_long_text(bare, indent):
                if top is not None and bare.strip(' \t'):
                    self._extend(top, line)
            elif not bare.strip(' \t') or bare.startswith('#'):
                continue
            elif not indent and _MARK.match(body):
                if started or top is not None or not re.match('---' + _REST, body):
                    raise self._problem(number, 'the mark of another document')
                started = True
            else:
                top = self._content(line, indent, bare, top)

    def _is_of_long_text(self, bare: str, indent: int) -> bool:
        """Return whether a line belongs to a text that began with C(|) or C(>)."""
        if self._long is None:
            return False
        if not bare.strip(' \t') or indent > self._long:
            return True
        self._long = None
        return False

    def _extend(self, top: _Node, line: _Line) -> None:
        """Add a line to the open keys."""
        top.last = line
        for node in self._open:
            node.last = line

    def _content(
        self, line: _Line, indent: int, bare: str, top: t.Optional[_Node]
    ) -> t.Optional[_Node]:
        """Read a line that is neither empty nor a comment. :returns: the key of the top level."""
        column, rest = indent, bare
        while rest == '-' or rest.startswith('- '):
            inner = rest[1:].lstrip(' ')
            column += len(rest) - len(inner)
            rest = inner
        is_item = column > indent or rest != bare
        found = _KEY.match(rest)
        if found:
            node = self._key(line, column, rest, found)
        else:
            self._item(line, column - 1 if is_item else column, rest, is_item)
            node = None
        if is_item or node is None:
            if top is None:
                raise self._problem(line.number, 'a list')
            self._add_item(line, indent, top)
            return top
        return self._add_key(line, node, unquoted(found.group('key')) if found else None, top)

    def _key(self, line: _Line, column: int, rest: str, found: t.Match[str]) -> _Node:
        """Return the node of a key and its value."""
        start = found.end()
        text = rest[start:]
        node = _Node(line, column, _OTHER)
        if not text or text.startswith('#'):
            node.kind = _MAPPING
            return node
        scalar = _SCALAR.match(text)
        if scalar:
            node.kind, node.value = _TEXT, unquoted(scalar.group('text'))
            node.span = (column + start, column + start + scalar.end('text'))
        else:
            self._other_value(line, column, text)
        return node

    def _item(self, line: _Line, column: int, rest: str, is_item: bool) -> None:
        """Check an item of a list that is not a mapping."""
        if not is_item:
            raise self._problem(line.number, 'something else than KEY: value')
        if rest and not rest.startswith('#') and not _SCALAR.match(rest):
            self._other_value(line, column, rest)

    def _other_value(self, line: _Line, column: int, text: str) -> None:
        """Check a value that is not edited. :raises FileProblem: it may not end on this line."""
        if _LONG.match(text):
            self._long = column
        elif text[0] not in '[{' or not _is_closed(text):
            raise self._problem(line.number, 'a value of another form')

    def _add_item(self, line: _Line, indent: int, top: _Node) -> None:
        while self._open and self._open[-1].indent > indent:
            self._open.pop()
        if self._unit is None and indent > top.indent:
            self._unit = indent - top.indent
        (self._open[-1] if self._open else top).refuse(line, 'a list')
        self._extend(top, line)

    def _add_key(
        self, line: _Line, node: _Node, key: t.Optional[str], top: t.Optional[_Node]
    ) -> _Node:
        """Put a key into the mapping that it belongs to. :returns: the key of the top level."""
        while self._open and self._open[-1].indent >= node.indent:
            self._open.pop()
        if not node.indent:
            self._add_child(self._root, node, key)
            self._open = [node] if key in self._sections else []
            return node
        if top is None:
            raise self._problem(line.number, 'a blank before the first key')
        if self._unit is None:
            self._unit = node.indent - top.indent
        if self._open:
            self._add_child(self._open[-1], node, key)
            self._open.append(node)
        self._extend(top, line)
        return top

    def _add_child(self, parent: _Node, node: _Node, key: t.Optional[str]) -> None:
        if parent.inner is None:
            parent.inner = node.indent
        if key is None or key in parent.children:
            parent.refuse(node.line, 'a key twice' if key else 'a key with such escapes')
        elif parent.kind != _MAPPING or parent.inner != node.indent:
            parent.refuse(node.line, 'an unexpected indentation')
        node.parent = parent
        parent.children[key or ''] = node

    def _find(self, keys: t.Sequence[str]) -> t.Optional[_Node]:
        """Return the node of keys, or None. :raises FileProblem: a part on the way is odd."""
        node = self._root
        for key in keys:
            self._check(node)
            found = node.children.get(key)
            if found is None:
                return None
            node = found
        return node

    def _check(self, node: _Node) -> None:
        if node.problem:
            raise self._problem(*node.problem)
        if node.kind != _MAPPING:
            raise self._problem(node.line.number, 'a value that is not a mapping in block style')

    def names(self, *keys: str) -> t.List[str]:
        """Return the keys of a mapping in their order; none where it does not exist."""
        node = self._find(keys)
        if node is None:
            return []
        self._check(node)
        return list(node.children)

    def get(self, *keys: str) -> t.Optional[str]:
        """Return a text, or None where it does not exist. An unreadable one is an empty text."""
        node = self._find(keys)
        if node is None:
            return None
        if node.problem or node.kind == _OTHER:
            raise self._problem(*(node.problem or (node.line.number, 'a value of another form')))
        return node.value or ''

    def set(self, keys: Keys, value: str, is_text: bool = True) -> bool:
        """Set a text. :param is_text: write it in quotes. :returns: whether it changed."""
        old = self.get(*keys)
        if old == value:
            return False
        self.changed = True
        written = json.dumps(value) if is_text else value
        node = self._find(keys)
        if node is not None and node.kind == _TEXT:
            start, end = node.span
            node.line.text = node.line.text[:start] + written + node.line.text[end:]
            node.span = (start, start + len(written))
            node.value = value
            return True
        if node is not None:
            self.remove(keys)
        parent = self._root
        for key in keys[:-1]:
            parent = parent.children.get(key) or self._added(parent, key, '', _MAPPING)
            self._check(parent)
        self._added(parent, keys[-1], ' ' + written, _TEXT).value = value
        return True

    def _added(self, parent: _Node, key: str, rest: str, kind: str) -> _Node:
        """Return a new key behind the others of a mapping."""
        if parent.inner is None:
            parent.inner = parent.indent + (self._unit or 2)
        line = _Line('%s%s:%s%s' % (' ' * parent.inner, _written(key), rest, self._end))
        node = _Node(line, parent.inner, kind)
        start = len(line.text) - len(self._end) - len(rest.lstrip(' '))
        node.span = (start, len(line.text) - len(self._end))
        place = parent.last if parent is not self._root else self._last_line()
        if place is not self._head and not place.text.endswith('\n') and place.text:
            place.text += self._end
        place.insert(line)
        above: t.Optional[_Node] = parent
        while above is not None:
            above.last = line
            above = above.parent
        node.parent = parent
        parent.children[key] = node
        return node

    def _last_line(self) -> _Line:
        line = self._head
        while line.next is not None:
            line = line.next
        return line

    def remove(self, keys: Keys) -> bool:
        """Remove a key, and the mappings that become empty. :returns: whether it was there."""
        node = self._find(keys)
        if node is None:
            return False
        self.changed = True
        line: t.Optional[_Line] = node.line
        while line is not None:
            line.text = ''
            line = line.next if line is not node.last else None
        parent = self._find(keys[:-1]) or self._root
        del parent.children[keys[-1]]
        return True

    def prune(self, *keys: str) -> None:
        """Remove a mapping if it is empty. Comments in it stay."""
        node = self._find(keys)
        if node is not None and node.kind == _MAPPING and not node.children and not node.problem:
            self.changed = True
            node.line.text = ''
            del (self._find(keys[:-1]) or self._root).children[keys[-1]]

    @property
    def content(self) -> t.Optional[bytes]:
        """Return the bytes of the file; the old object where nothing changed."""
        if not self.changed:
            return self._before
        parts = []
        line: t.Optional[_Line] = self._head
        while line is not None:
            parts.append(line.text)
            line = line.next
        return self._mark + ''.join(parts).encode('utf-8')


def _is_closed(text: str) -> bool:
    """Return whether a value in flow style ends on its line."""
    depth, position, before = 0, 0, ''
    while position < len(text):
        found = _FLOW.match(text, position)
        part = found.group() if found else ''
        is_quoted = part[:1] in ('"', "'")
        if not part or (is_quoted and before[-1:] not in tuple('[{,:')):
            return False
        if not is_quoted and (' #' in part or part.lstrip()[:1] in tuple('&*!|>')):
            return False
        depth += (part in '[{') - (part in ']}')
        position += len(part)
        before = part.rstrip() or before
        if not depth:
            return re.match(_REST, text[position:]) is not None
    return False


def _written(key: str) -> str:
    return key if re.match(r'[A-Za-z][A-Za-z0-9]*\Z', key) else json.dumps(key)


def unquoted(text: str) -> t.Optional[str]:
    """Return a key or a value as it is read, or None where it has escapes of YAML alone."""
    if text[:1] == "'":
        return text[1:-1].replace("''", "'")
    if text[:1] != '"':
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return None
