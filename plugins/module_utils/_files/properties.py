# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Files of C(java.util.Properties), edited as a pure function of their bytes.

They are ISO-8859-1. An entry continues on the next line after an odd number of backslashes, and the
last entry of a key counts. Entries are written in ASCII.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

ADDED, REMOVED, VALUE, DUPLICATES = 'added', 'removed', 'value', 'duplicates'
Changes = t.Dict[str, t.List[str]]
# One entry, comment or blank line, with its line end. A backslash alone on a line is a blank line.
_LINE = re.compile(
    r'(?P<indent>[ \t\f]*)'
    r'(?:(?:[#!][^\r\n]*|\\?)(?:\r\n|\r|\n|\Z)'
    r'|(?P<entry>(?:[^\\\r\n]+|\\(?:\r\n|[\s\S]|\Z))+)(?P<end>\r\n|\r|\n|\Z))'
)
_KEY = re.compile(r'(?:[^\\=: \t\f]|\\[\s\S])*')
_SEPARATOR = re.compile(r'[ \t\f]*(?:[=:][ \t\f]*)?')
_CONTINUATION = re.compile(r'(\\\\)|\\(?:\r\n|\r|\n|\Z)[ \t\f]*')
_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|([^u])|\Z)')
_OPEN = re.compile(r'\\(?:\r\n|\r|\n|\Z)[ \t\f]*\Z')
_BROKEN = re.compile(r'(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})')
_BLANKS = ' \t\f'
_NAMED = {'t': '\t', 'n': '\n', 'r': '\r', 'f': '\f'}
_WRITTEN = {'\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\f': '\\f'}


class _Entry(t.NamedTuple):
    """C(text) is the entry on one line, with its key up to C(key) and its value from C(value)."""

    start: int
    end: int
    indent: str
    raw: str
    line_end: str
    text: str
    key: int
    value: int


def edit(
    content: t.Optional[bytes], wanted: t.Mapping[str, t.Optional[str]], path: str
) -> t.Tuple[t.Optional[bytes], Changes]:
    """Set the values of keys, and keep every other byte.

    :param content: of the file, or None where it does not exist.
    :param wanted: the value by key; None removes all entries of the key.
    :param path: for messages.
    :returns: the new content, and what changed for each key.
    :raises FileProblem: Java would refuse the file.
    """
    text = (content or b'').decode('latin-1')
    found = _find(text, wanted, path)
    changes: Changes = {key: [] for key in wanted}
    parts, position = [], 0
    for key, entry, is_last in _in_order(found):
        value = wanted[key]
        new = '' if value is None or not is_last else _replaced(entry, key, value, changes)
        if value is None:
            changes[key] = [REMOVED]
        elif not is_last and DUPLICATES not in changes[key]:
            changes[key].append(DUPLICATES)
        parts += [text[position : entry.start], new]
        position = entry.end
    result = ''.join([*parts, text[position:]])
    new_lines = []
    for key, value in wanted.items():
        if value is not None and not found[key]:
            changes[key] = [ADDED]
            new_lines.append('%s=%s' % (_written(key, True), _written(value, False)))
    if not any(changes.values()):
        return content, changes
    return _appended(result, new_lines).encode('latin-1'), changes


def values(content: t.Optional[bytes], keys: t.Iterable[str], path: str) -> t.Dict[str, str]:
    """Return what Java reads for those of the keys that the file has."""
    found = _find((content or b'').decode('latin-1'), keys, path)
    return {key: _value(entries[-1]) for key, entries in found.items() if entries}


def _find(text: str, keys: t.Iterable[str], path: str) -> t.Dict[str, t.List[_Entry]]:
    """Return the entries of each key, in the order of the file."""
    found: t.Dict[str, t.List[_Entry]] = {key: [] for key in keys}
    plain = tuple(found)
    may_break = '\\u' in text and _BROKEN.search(text) is not None
    for line in _LINE.finditer(text):
        raw = line.group('entry')
        if not raw or not ('\\' in raw or raw.startswith(plain)):
            continue
        entry = _entry(line)
        if may_break and _BROKEN.search(entry.text):
            raise FileProblem(
                '%s: line %d has a \\u without four hexadecimal digits, with which Java refuses '
                'the whole file. Write \\\\u, or correct the digits.'
                % (path, len(re.findall(r'\r\n|\r|\n', text[: entry.start])) + 1)
            )
        key = _decoded(entry.text[: entry.key])
        if key in found:
            found[key].append(entry)
    return found


def _entry(line: re.Match[str]) -> _Entry:
    raw = line.group('entry')
    text = _CONTINUATION.sub(r'\1', raw) if '\\' in raw else raw
    key = t.cast('re.Match[str]', _KEY.match(text)).end()
    value = t.cast('re.Match[str]', _SEPARATOR.match(text, key)).end()
    indent, line_end = line.group('indent', 'end')
    return _Entry(line.start(), line.end(), indent, raw, line_end, text, key, value)


def _in_order(found: t.Dict[str, t.List[_Entry]]) -> t.List[t.Tuple[str, _Entry, bool]]:
    return sorted(
        ((key, entry, entry is entries[-1]) for key, entries in found.items() for entry in entries),
        key=lambda item: item[1].start,
    )


def _replaced(entry: _Entry, key: str, value: str, changes: Changes) -> str:
    """Return the lines of an entry with another value; its key stays as it is written."""
    if _value(entry) == value:
        return entry.indent + entry.raw + entry.line_end
    changes[key].append(VALUE)
    start = entry.text[: entry.value]
    # Without a separator, or with blanks as one, a value that begins with = would lose it
    if not entry.raw.startswith(start) or not start[entry.key :].strip(_BLANKS):
        start = _written(key, True) + '='
    return entry.indent + start + _written(value, False) + entry.line_end


def _value(entry: _Entry) -> str:
    return _decoded(entry.text[entry.value :])


def _decoded(text: str) -> str:
    if '\\' not in text:
        return text
    text = _ESCAPE.sub(_unescaped, text)
    return text.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'surrogatepass')


def _unescaped(escape: re.Match[str]) -> str:
    code, character = escape.groups()
    if code:
        return chr(int(code, 16))
    return _NAMED.get(character, character or '')


def _written(text: str, is_key: bool) -> str:
    """Return a key or a value in the form that Java reads, in ASCII."""
    written = []
    for number, character in enumerate(text):
        if character in _WRITTEN:
            written.append(_WRITTEN[character])
        elif (character == ' ' and (is_key or number == 0)) or (is_key and character in '=:#!'):
            written.append('\\' + character)
        elif ' ' <= character <= '~':
            written.append(character)
        else:
            units = character.encode('utf-16-be', 'surrogatepass').hex()
            written += ['\\u' + units[at : at + 4] for at in range(0, len(units), 4)]
    return ''.join(written)


def _appended(text: str, lines: t.List[str]) -> str:
    if not lines:
        return text
    newline = '\r\n' if '\r\n' in text else '\n'
    gap = newline if text and text[-1] not in '\r\n' else ''
    if _is_open(text + gap):
        gap += newline
    return text + gap + ''.join(line + newline for line in lines)


def _is_open(text: str) -> bool:
    """Return whether the next line would belong to the last entry."""
    if not _OPEN.search(text):
        return False
    last = None
    for last in _LINE.finditer(text):
        if last.end() == len(text):
            break
    return last is not None and bool(last.group('entry')) and not last.group('end')
