# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Tables with strings in a TOML file, edited as a pure function of its bytes.

Python has a reader of TOML from 3.11 on, and none that keeps comments. This one finds where tables,
keys and values begin and end, and replaces only those that are wanted.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem

BYTE_ORDER_MARK = '\ufeff'
Name = t.Tuple[str, ...]
Value = t.Union[str, t.List[str]]

_BASIC = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x1f])*"'
_LITERAL = r"'[^'\x00-\x08\x0a-\x1f\x7f]*'"
_KEY = r'(?:[A-Za-z0-9_-]+|%s|%s)' % (_BASIC, _LITERAL)
_DOTTED = r'%s(?:[ \t]*\.[ \t]*%s)*' % (_KEY, _KEY)
_END = r'[ \t]*(?:\#[^\n]*)?(?:\n|\r\n|\Z)'
_BLANK = re.compile(r'[ \t]*(?:\#[^\n]*)?\r?\n|[ \t]+(?:\#[^\n]*)?\Z|\#[^\n]*\Z')
_HEADER = re.compile(r'[ \t]*(\[\[?)[ \t]*(%s)[ \t]*(\]\]?)%s' % (_DOTTED, _END))
_PAIR = re.compile(r'([ \t]*)(%s)[ \t]*=[ \t]*' % _DOTTED)
_KEYS = re.compile(_KEY)
_REST = re.compile(_END)
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}|%s|%s'
    % (_BASIC, _LITERAL),
    re.DOTALL,
)
_SCALAR = re.compile(r'[A-Za-z0-9+._:-]+(?: [0-9][0-9:.Z+-]*)?')
_NESTED = re.compile(r'[^\[\]{}"\'\#]+|\#[^\n]*')
_ESCAPE = re.compile(
    r'\\(?:[ \t]*\r?\n[ \t\r\n]*|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)', re.DOTALL
)
_ESCAPES = {
    'b': '\b',
    't': '\t',
    'n': '\n',
    'f': '\f',
    'r': '\r',
    'e': '\x1b',
    '"': '"',
    '\\': '\\',
}
_PLAIN_KEY = re.compile(r'[A-Za-z0-9_-]+\Z')
_UNSAFE = re.compile(r'["\\\x00-\x1f\x7f]')
_CLOSING = {'[': ']', '{': '}'}


class Table(t.NamedTuple):
    """A table in its desired state.

    :ivar name: V(('registries', 'main')) for C([registries.main]).
    :ivar values: by key, a string or a list of strings; None for a key that shall not be there.
        None for a table that shall not be there.
    :ivar match: for an element of the array C([[name]]): the values by which it is known, None for
        a key that it does not have. Of several such elements the first remains.
    """

    name: Name
    values: t.Optional[t.Mapping[str, t.Optional[Value]]]
    match: t.Optional[t.Mapping[str, t.Optional[str]]] = None


class Pair(t.NamedTuple):
    """A key and its value. C(value) is None unless it is a string or a list of strings."""

    value: t.Optional[Value]
    start: int
    value_start: int
    value_end: int
    end: int
    indentation: str


class Section:
    """A header and what follows it. The one without a name is before the first header."""

    def __init__(self, name: Name, is_array: bool, start: int, end: int) -> None:
        self.name = name
        self.is_array = is_array
        self.start = start
        self.end = end
        self.pairs: dict[str, Pair] = {}
        self.nested: dict[Name, int] = {}
        self.has_children = False

    def get(self, key: str) -> t.Optional[Value]:
        """Return the value of a key: None where there is none, or it is of another kind."""
        return self.pairs[key].value if key in self.pairs else None


class Document:
    """A parsed file: C(sections) in their order, and their places in C(text)."""

    def __init__(self, content: t.Optional[bytes], path: str) -> None:
        """:raises FileProblem: it is not TOML; with the line."""
        self.path = path
        try:
            self.text = (content or b'').decode('utf-8')
        except UnicodeDecodeError as error:
            self.text = ''
            line = (content or b'').count(b'\n', 0, error.start) + 1
            raise self._problem('line %d is not UTF-8' % line) from None
        self.sections = [Section((), False, 0, 0)]
        self._arrays: dict[Name, int] = {}
        self._tables: set[t.Tuple[t.Any, ...]] = set()
        at = 1 if self.text.startswith(BYTE_ORDER_MARK) else 0
        self.sections[0].end = at
        while at < len(self.text):
            at = self._line(at)

    def _problem(self, what: str) -> FileProblem:
        return FileProblem('%s is not valid TOML: %s. Correct it.' % (self.path, what))

    def _wrong(self, at: int, what: str) -> FileProblem:
        return self._problem('%s in line %d' % (what, self.line_of(at)))

    def line_of(self, at: int) -> int:
        """Return the number of the line at a place."""
        return self.text.count('\n', 0, at) + 1

    def _line(self, at: int) -> int:
        blank = _BLANK.match(self.text, at)
        if blank:
            return blank.end()
        header = _HEADER.match(self.text, at)
        if header:
            self._header(header)
            return header.end()
        pair = _PAIR.match(self.text, at)
        if not pair:
            raise self._wrong(at, 'neither a table nor a key')
        return self._pair(pair)

    def _header(self, found: t.Match[str]) -> None:
        opening, dotted, closing = found.groups()
        if len(opening) != len(closing):
            raise self._wrong(found.start(), 'brackets that do not match')
        name, is_array = self._name(dotted, found.start()), len(opening) == 2
        if is_array:
            self._arrays[name] = self._arrays.get(name, 0) + 1
        scoped = self._scoped(name)
        if scoped in self._tables:
            raise self._wrong(found.start(), 'a table that is there before')
        self._tables.add(scoped)
        for section in reversed(self.sections) if self._arrays else ():
            if section.is_array and section.name == name[: len(section.name)]:
                section.has_children = section.has_children or section.name != name
                break
        self.sections.append(Section(name, is_array, found.start(), found.end()))

    def _scoped(self, name: Name) -> t.Tuple[t.Any, ...]:
        """A name with the numbers of the elements that it is in: each has its own tables."""
        if not self._arrays:
            return name
        counts = (self._arrays.get(name[:length], 0) for length in range(1, len(name) + 1))
        return name + tuple(counts)

    def _name(self, dotted: str, at: int) -> Name:
        return tuple(
            self._string(key, at) if key[0] in '"\'' else key for key in _KEYS.findall(dotted)
        )

    def _pair(self, found: t.Match[str]) -> int:
        section = self.sections[-1]
        indentation, dotted = found.groups()
        name = self._name(dotted, found.start())
        value, end = self._value(found.end())
        rest = _REST.match(self.text, end)
        if not rest:
            raise self._wrong(end, 'something behind a value')
        if len(name) > 1:
            section.nested[name] = found.start()
        elif name[0] in section.pairs:
            raise self._wrong(found.start(), 'a key that is there before')
        else:
            section.pairs[name[0]] = Pair(
                value, found.start(), found.end(), end, rest.end(), indentation
            )
        section.end = rest.end()
        return rest.end()

    def _value(self, at: int) -> t.Tuple[t.Optional[Value], int]:
        string = _STRING.match(self.text, at)
        if string:
            return self._string(string.group(), at), string.end()
        if self.text[at : at + 1] in _CLOSING and at < len(self.text):
            return self._nested(at)
        scalar = _SCALAR.match(self.text, at)
        if not scalar:
            raise self._wrong(at, 'a value that cannot be read')
        return None, scalar.end()

    def _nested(self, at: int) -> t.Tuple[t.Optional[Value], int]:
        """An array or an inline table. :returns: its strings if it has only those, and its end."""
        expected: list[str] = []
        strings: t.Optional[list[str]] = [] if self.text[at] == '[' else None
        start = at
        while at < len(self.text):
            character = self.text[at]
            string = _STRING.match(self.text, at)
            if string:
                if strings is not None:
                    strings.append(self._string(string.group(), at))
                at = string.end()
                continue
            if character in _CLOSING:
                strings = strings if not expected else None
                expected.append(_CLOSING[character])
                at += 1
            elif expected and character == expected[-1]:
                at += 1
                expected.pop()
                if not expected:
                    return strings, at
            else:
                other = _NESTED.match(self.text, at)
                if not other:
                    break
                plain = other.group().startswith('#') or not other.group().strip(' \t\r\n,')
                strings = strings if plain else None
                at = other.end()
        raise self._wrong(start, 'a value without an end')

    def _string(self, spelled: str, at: int) -> str:
        """The text of a string in any of its four spellings."""
        quote = 3 if spelled[:3] in ('"""', "'''") and len(spelled) >= 6 else 1
        text = spelled[quote:-quote]
        if quote == 3:
            text = text[2:] if text.startswith('\r\n') else text
            text = text[1:] if text.startswith('\n') else text
        if spelled[0] == "'" or '\\' not in text:
            return text
        try:
            return _ESCAPE.sub(_unescaped, text)
        except ValueError:
            raise self._wrong(at, 'a string with an unknown escape') from None


def _unescaped(found: t.Match[str]) -> str:
    spelled = found.group()[1:]
    if spelled[0] in 'xuU' and len(spelled) > 1:
        code = int(spelled[1:], 16)
        if 0xD800 <= code < 0xE000:
            raise ValueError
        return chr(code)
    if spelled[0] in ' \t\r\n':
        return ''
    if spelled not in _ESCAPES:
        raise ValueError
    return _ESCAPES[spelled]


def edit(
    content: t.Optional[bytes], wanted: t.Sequence[Table], path: str
) -> t.Tuple[t.Optional[bytes], t.List[t.List[str]]]:
    """Bring tables into the desired state, and keep every other byte.

    A table from which the last key is removed is removed as well.

    :param content: bytes of the file, or None where it does not exist.
    :param path: for messages.
    :returns: the new content, and what changed for each wanted table: V(entry) for one that is
        added or removed, V(duplicates), else its keys.
    :raises FileProblem: it is not TOML, or has an entry in a spelling that is not edited.
    :raises BadInput: two wanted tables are the same.
    """
    document = Document(content, path)
    work = _Edit(document)
    seen: list[t.Tuple[Name, t.Any]] = []
    for table in wanted:
        if (table.name, table.match) in seen:
            raise BadInput('Two entries are for the same table of %s. Keep one of them.' % path)
        seen.append((table.name, table.match))
    changes = [work.apply(table) for table in wanted]
    text = work.text()
    return content if text == document.text else text.encode('utf-8'), changes


class _Edit:
    """The replacements that bring a document into the desired state."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.newline = '\r\n' if '\r\n' in document.text else '\n'
        self.splices: list[t.Tuple[int, int, str]] = []
        self.added: list[str] = []
        self.index: dict[Name, list[Section]] = {}
        for section in document.sections:
            self.index.setdefault(section.name, []).append(section)

    def apply(self, table: Table) -> t.List[str]:
        """:returns: what changed."""
        self._refuse_other_spellings(table)
        found = [
            section
            for section in self.index.get(table.name, ())
            if table.match is None
            or all(section.get(key) == value for key, value in table.match.items())
        ]
        if not found:
            return self._add(table)
        if table.values is None:
            for section in found:
                self._remove_section(section)
            return ['entry']
        changes = self._update(found[0], table.values)
        for section in found[1:]:
            self._remove_section(section)
        return changes + (['duplicates'] if found[1:] else [])

    def _refuse_other_spellings(self, table: Table) -> None:
        """Refuse an inline table, a dotted key, and an array where a table is wanted.

        :raises FileProblem: with the line.
        """
        is_array = table.match is not None
        for section in self.index.get(table.name, ()):
            if section.is_array != is_array:
                self._refuse(section.start, 'has another kind of table', table)
        for length in range(len(table.name)):
            for section in self.index.get(table.name[:length], ()):
                if section.is_array:
                    self._refuse(section.start, 'has an array of tables', table)
                self._refuse_pairs(section, table, table.name[length:])

    def _refuse_pairs(self, section: Section, table: Table, rest: Name) -> None:
        """Refuse keys of a section that contain the table, named C(rest) below that section."""
        pair = section.pairs.get(rest[0])
        if pair and len(rest) == 1 and table.match is not None and pair.value == []:
            self.splices.append((pair.start, pair.end, ''))
        elif pair:
            self._refuse(pair.start, 'has this table as a value', table)
        for name, at in section.nested.items():
            if name[: len(rest)] == rest[: len(name)]:
                self._refuse(at, 'has this table as dotted keys', table)

    def _refuse(self, at: int, what: str, table: Table) -> None:
        raise FileProblem(
            '%s %s in line %d, which is not edited. Write it as %s, with a key in each line.'
            % (self.document.path, what, self.document.line_of(at), _header(table))
        )

    def _add(self, table: Table) -> t.List[str]:
        values = {key: value for key, value in (table.values or {}).items() if value is not None}
        if not values:
            return []
        lines = [_header(table)]
        lines += ['%s = %s' % (_key(key), _spelled(value)) for key, value in values.items()]
        self.added.append(''.join(line + self.newline for line in lines))
        return ['entry']

    def _update(self, section: Section, values: t.Mapping[str, t.Optional[Value]]) -> t.List[str]:
        gone = [key for key, value in values.items() if value is None and key in section.pairs]
        left = set(section.pairs) - set(gone)
        added = [
            key for key, value in values.items() if value is not None and key not in section.pairs
        ]
        if gone and not (left or added or section.nested or section.has_children):
            self._remove_section(section)
            return ['entry']
        changes = gone + added
        for key in gone:
            self.splices.append((section.pairs[key].start, section.pairs[key].end, ''))
        for key, value in values.items():
            pair = section.pairs.get(key)
            if pair and value is not None and pair.value != value:
                self.splices.append((pair.value_start, pair.value_end, _spelled(value)))
                changes.append(key)
        self._insert(section, [(key, t.cast(Value, values[key])) for key in added])
        return changes

    def _insert(self, section: Section, pairs: t.List[t.Tuple[str, Value]]) -> None:
        """Add keys behind the last one of their table."""
        last = max(section.pairs.values(), key=lambda pair: pair.end, default=None)
        indentation = last.indentation if last else ''
        text = ''.join(
            '%s%s = %s%s' % (indentation, _key(key), _spelled(value), self.newline)
            for key, value in pairs
        )
        if text:
            before = self.document.text[: section.end]
            if section.start != section.end and not before.endswith('\n'):
                text = self.newline + text
            self.splices.append((section.end, section.end, text))

    def _remove_section(self, section: Section) -> None:
        """Remove a header and its keys. Comments between and behind them remain."""
        text, start = self.document.text, section.start
        last = max([pair.end for pair in section.pairs.values()], default=section.end)
        following = text[last : last + 2]
        if not following or following[:1] == '\n' or following == '\r\n':
            start -= len(_empty_line_before(text, start))
        header = _HEADER.match(text, section.start)
        self.splices.append((start, header.end() if header else section.end, ''))
        self.splices += [(pair.start, pair.end, '') for pair in section.pairs.values()]

    def text(self) -> str:
        """The new text of the file."""
        parts, at, text = [], 0, self.document.text
        for start, end, new in sorted(set(self.splices)):
            parts += [text[at:start], new]
            at = end
        parts.append(text[at:])
        result = ''.join(parts)
        for added in self.added:
            if result.strip(BYTE_ORDER_MARK):
                result += '' if result.endswith('\n') else self.newline
                result += self.newline
            result += added
        return result


def _empty_line_before(text: str, at: int) -> str:
    """The empty line that ends at a place, or nothing."""
    for line in ('\r\n', '\n'):
        if text.endswith('\n' + line, max(0, at - 3), at):
            return line
    return ''


def _header(table: Table) -> str:
    name = '.'.join(_key(key) for key in table.name)
    return '[%s]' % name if table.match is None else '[[%s]]' % name


def _key(key: str) -> str:
    return key if _PLAIN_KEY.match(key) else _spelled(key)


def _spelled(value: Value) -> str:
    """A string or a list of strings as TOML."""
    if isinstance(value, list):
        return '[%s]' % ', '.join(_spelled(one) for one in value)
    return '"%s"' % _UNSAFE.sub(_escaped, value)


def _escaped(found: t.Match[str]) -> str:
    character = found.group()
    return '\\' + character if character in '"\\' else '\\u%04x' % ord(character)
