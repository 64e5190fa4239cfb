# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Members of an object in a JSON file, set and removed in place.

Every other byte stays: numbers as they were written, order, indentation. New text is laid out as
by C(JSON.stringify(value, null, 2)), which tools written in JavaScript use.
"""

from __future__ import annotations

import codecs
import functools
import json
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

_BLANK_CHARACTERS = ' \t\r\n'
_BLANKS = re.compile(r'[ \t\r\n]*')
_COLON = re.compile(r'[ \t\r\n]*:[ \t\r\n]*')
_COMMA = re.compile(r'[ \t\r\n]*,?[ \t\r\n]*')
# In a valid text without escapes, such a key in quotation marks before a colon is a key of some
# object, and written in no other way
_SIMPLE = re.compile(r'[A-Za-z0-9][A-Za-z0-9._:/-]*\Z')
_BOM = codecs.BOM_UTF8
_DECODER = json.JSONDecoder()


class _Member(t.NamedTuple):
    """Positions in the text: of the key, of the value, and behind the value."""

    start: int
    value: int
    end: int


class _Object:
    """An object in a valid text, none of whose keys occurs twice.

    :ivar start: position of its opening brace. :ivar names: its keys in their order.
    """

    def __init__(self, text: str, start: int, names: t.Iterable[str]) -> None:
        self.start = start
        self.names = list(names)
        self._text = text

    def place(self, name: str) -> tuple[int, int]:
        """Return the positions of a key and of its value.

        The object is searched only if the key, or a text like it, occurs elsewhere, too.
        """
        text, quoted = self._text, '"%s"' % name
        start = text.find(quoted)
        if start < 0 or not _SIMPLE.match(name) or '\\' in text:
            return self._search(name)
        colon = _COLON.match(text, start + len(quoted))
        if colon is None or text.find(quoted, colon.end()) >= 0:
            return self._search(name)
        return start, colon.end()

    def member(self, name: str) -> _Member:
        """Return a member."""
        start, value = self.place(name)
        return _Member(start, value, _end(self._text, value))

    def _search(self, name: str) -> tuple[int, int]:
        begin = _skip(self._text, self.start + 1)
        while True:
            key, position = _DECODER.raw_decode(self._text, begin)
            separator = _COLON.match(self._text, position)
            value = separator.end() if separator else position
            if key == name:
                return begin, value
            separator = _COMMA.match(self._text, _end(self._text, value))
            begin = separator.end() if separator else value


def _end(text: str, value: int) -> int:
    return _DECODER.raw_decode(text, value)[1]


class _Parsed(t.NamedTuple):
    """The object of a file, and those objects in it that have a key twice."""

    value: dict[str, t.Any]
    doubled: list[t.Any]

    def check(self, value: t.Any, path: str) -> None:
        """Refuse an object that has a key twice."""
        if any(value is one for one in self.doubled):
            raise FileProblem('%s has a key twice in one object. Correct it.' % path)


def _no_constant(name: str) -> t.NoReturn:
    raise ValueError(name)


def read(content: bytes | None, path: str) -> dict[str, t.Any]:
    """Return the object in a file; an empty one where there is no file or an empty one.

    :param path: for messages.
    :raises FileProblem: it is not a JSON object in UTF-8; the message contains nothing of it.
    """
    return parse(content, path).value


@functools.lru_cache(maxsize=2)  # an edit asks for the same text several times
def parse(content: bytes | None, path: str) -> _Parsed:
    doubled: list[t.Any] = []

    def as_object(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
        value = dict(pairs)
        if len(value) != len(pairs):
            doubled.append(value)
        return value

    if content is None or not content.strip():
        return _Parsed({}, doubled)
    try:
        value = json.loads(
            content.decode('utf-8-sig'), parse_constant=_no_constant, object_pairs_hook=as_object
        )
    except (ValueError, RecursionError):
        raise FileProblem(
            '%s is not valid JSON in UTF-8. Correct it, or remove it.' % path
        ) from None
    if not isinstance(value, dict):
        raise FileProblem('%s is not a JSON object. Correct it, or remove it.' % path)
    return _Parsed(value, doubled)


def edit(
    content: bytes | None, section: str, values: t.Mapping[str, t.Any], path: str
) -> tuple[bytes | None, list[str]]:
    """Set or remove members of an object that is itself a member of the file's object.

    :param content: None for no file.
    :param section: the name of the member that is edited. It is removed when it becomes empty.
    :param values: by name, a str, or None to remove that member.
    :param path: for messages.
    :returns: (new content, names of the members that changed). Where nothing changes, the content
        is the same object.
    :raises FileProblem: it cannot be edited; the message contains nothing of it.
    """
    if content is None or not content.strip():
        kept = {name: value for name, value in values.items() if value is not None}
        if not kept:
            return content, []
        text = json.dumps({section: kept}, indent=2, ensure_ascii=False) + '\n'
        return text.encode('utf-8'), sorted(kept)
    parsed = parse(content, path)
    whole, inner = parsed.value, parsed.value.get(section, {})
    if not isinstance(inner, dict):
        raise FileProblem('%s in %s is not an object. Correct it, or remove it.' % (section, path))
    changed = sorted(
        name
        for name, value in values.items()
        if inner.get(name) != value or (value is None and name in inner)
    )
    if not changed:
        return content, []
    parsed.check(whole, path)
    parsed.check(inner, path)
    mark = _BOM if content.startswith(_BOM) else b''  # JavaScript programs read over it
    text = content.decode('utf-8-sig')
    left = {name: value for name, value in inner.items() if name not in values}
    left.update((name, value) for name, value in values.items() if value is not None)
    if section not in whole or not inner or not left:
        text = _set(text, [whole], [section], left or None)
    else:
        inner = dict(inner)
        for name in changed:
            text = _set(text, [whole, inner], [section, name], values[name])
            inner.pop(name, None) if values[name] is None else inner.update({name: values[name]})
    return mark + text.encode('utf-8'), changed


def find(content: bytes | None, keys: t.Sequence[str], path: str) -> t.Any:
    """Return a member of a member, or None. With no keys, it is the whole object.

    :raises FileProblem: as for L(edit), also where an object on the way has a key twice.
    """
    parsed = parse(content, path)
    value: t.Any = parsed.value
    for key in keys:
        parsed.check(value, path)
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    parsed.check(value, path)
    return value


def put(
    content: bytes | None, keys: t.Sequence[str], value: t.Any, path: str, indent: str = '  '
) -> bytes | None:
    """Set or remove one member of a member. An object that becomes empty is removed.

    :param keys: from the outermost to that of the member. :param value: None removes it.
    :param indent: of a new file.
    :raises FileProblem: as for L(edit).
    """
    parsed = parse(content, path)
    objects = [parsed.value]
    for key in keys[:-1]:
        inner = objects[-1].get(key)
        if inner is not None and not isinstance(inner, dict):
            raise FileProblem('%s in %s is not an object. Correct it, or remove it.' % (key, path))
        if not inner:
            break
        objects.append(inner)
    depth = len(objects) - 1  # of the innermost object that has members
    if value is None:
        if depth < len(keys) - 1 or keys[-1] not in objects[-1]:
            return content
        while depth and len(objects[depth]) == 1:
            depth -= 1
    for key in reversed(keys[depth + 1 :]):
        value = None if value is None else {key: value}
    if content is None or not content.strip():
        text = json.dumps({keys[0]: value}, indent=indent, ensure_ascii=False) + '\n'
        return text.encode('utf-8')
    for each in objects[: depth + 1]:
        parsed.check(each, path)
    mark = _BOM if content.startswith(_BOM) else b''
    text = _set(content.decode('utf-8-sig'), objects[: depth + 1], keys, value)
    return mark + text.encode('utf-8')


def _skip(text: str, position: int) -> int:
    """Return the position behind blanks."""
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


def _set(text: str, objects: t.Sequence[t.Any], keys: t.Sequence[str], value: t.Any) -> str:
    """Set (or with None remove) one member.

    :param objects: those that lead to it, as they are in the text. :param keys: of each.
    """
    start, depth, key = _skip(text, 0), len(objects), keys[len(objects) - 1]
    for names, parent in zip(objects, keys[: depth - 1]):
        start = _Object(text, start, names).place(parent)[1]
    one = _Object(text, start, objects[-1])
    if value is None:
        return _without(text, one, key)
    first = _skip(text, start + 1)
    gap = text[start + 1 : first] if one.names else None
    newline, unit = _layout(text, gap, depth)
    written = json.dumps(value, indent=unit, ensure_ascii=False)
    written = written.replace('\n', newline + (unit or '') * depth)
    if key in objects[-1]:
        member = one.member(key)
        return text[: member.value] + written + text[member.end :]
    new = '%s: %s' % (json.dumps(key, ensure_ascii=False), written)
    if one.names:
        # as the last member is behind the comma before it
        last = one.member(one.names[-1])
        if len(one.names) > 1:
            comma = text.rindex(',', first, last.start)
            gap = text[comma + 1 : last.start]
        return text[: last.end] + ',' + (gap or '') + new + text[last.end :]
    inner, outer = newline + (unit or '') * depth, newline + (unit or '') * (depth - 1)
    return text[: start + 1] + inner + new + outer + text[first:]


def _without(text: str, one: _Object, key: str) -> str:
    member, number = one.member(key), one.names.index(key)
    if len(one.names) == 1:
        return text[: one.start + 1] + text[_skip(text, member.end) :]
    if not number:
        comma = _COMMA.match(text, member.end)
        return text[: member.start] + text[comma.end() if comma else member.end :]
    # The text before is long, and only its last characters count
    end = member.start
    while text[end - 1] in _BLANK_CHARACTERS:
        end -= 1
    end -= 1  # the comma
    while text[end - 1] in _BLANK_CHARACTERS:
        end -= 1
    return text[:end] + text[member.end :]


def _layout(text: str, gap: str | None, depth: int) -> tuple[str, str | None]:
    """Return line end and indentation of the text; no indentation where it is on one line.

    :param gap: the text before the first member of an object, or None where it is empty.
    :param depth: of that object's members.
    """
    newline = '\r\n' if '\r\n' in text else '\n'
    if gap is None:
        return newline, '  '
    if '\n' not in gap:
        return newline, None
    indentation = gap.rpartition('\n')[2]
    return newline, indentation[: len(indentation) // depth]
