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

_BLANKS = re.compile(r'[ \t\r\n]*')
_COLON = re.compile(r'[ \t\r\n]*:[ \t\r\n]*')
_COMMA = re.compile(r'[ \t\r\n]*,?[ \t\r\n]*')
_BOM = codecs.BOM_UTF8
_DECODER = json.JSONDecoder()


class _Member(t.NamedTuple):
    """Positions in the text: of the key, of the value, and behind the value."""

    key: str
    start: int
    value: int
    end: int


def _no_constant(name: str) -> t.NoReturn:
    raise ValueError(name)


def read(content: bytes | None, path: str) -> dict[str, t.Any]:
    """Return the object in a file; an empty one where there is no file or an empty one.

    :param path: for messages.
    :raises FileProblem: it is not a JSON object in UTF-8; the message contains nothing of it.
    """
    if content is None or not content.strip():
        return {}
    try:
        value = json.loads(content.decode('utf-8-sig'), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise FileProblem(
            '%s is not valid JSON in UTF-8. Correct it, or remove it.' % path
        ) from None
    if not isinstance(value, dict):
        raise FileProblem('%s is not a JSON object. Correct it, or remove it.' % path)
    return value


# Its result is not changed. An edit asks for the same text several times
_read = functools.lru_cache(maxsize=2)(read)


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
    whole = read(content, path)
    inner = whole.get(section, {})
    if not isinstance(inner, dict):
        raise FileProblem('%s in %s is not an object. Correct it, or remove it.' % (section, path))
    changed = sorted(
        name
        for name, value in values.items()
        if inner.get(name) != value or (value is None and name in inner)
    )
    if not changed:
        return content, []
    mark = _BOM if content.startswith(_BOM) else b''  # JavaScript programs read over it
    text = content.decode('utf-8-sig')
    left = {name: value for name, value in inner.items() if name not in values}
    left.update((name, value) for name, value in values.items() if value is not None)
    if section not in whole or not inner or not left:
        text = _set(text, (), section, left or None, path)
    else:
        for name in changed:
            text = _set(text, (section,), name, values[name], path)
    return mark + text.encode('utf-8'), changed


def find(content: bytes | None, keys: t.Sequence[str], path: str) -> t.Any:
    """Return a member of a member, or None. With no keys, it is the whole object.

    :raises FileProblem: as for L(edit), also where an object on the way has a key twice.
    """
    value: t.Any = _read(content, path)
    if content is None or not content.strip():
        return None if keys else value
    text = content.decode('utf-8-sig')
    start = _skip(text, 0)
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return None
        members = _members(text, start, path)[0]
        start = next(member.value for member in members if member.key == key)
        value = value[key]
    if isinstance(value, dict):
        _members(text, start, path)
    return value


def put(
    content: bytes | None, keys: t.Sequence[str], value: t.Any, path: str, indent: str = '  '
) -> bytes | None:
    """Set or remove one member of a member. An object that becomes empty is removed.

    :param keys: from the outermost to that of the member. :param value: None removes it.
    :param indent: of a new file.
    :raises FileProblem: as for L(edit).
    """
    objects = [_read(content, path)]
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
    mark = _BOM if content.startswith(_BOM) else b''
    text = _set(content.decode('utf-8-sig'), tuple(keys[:depth]), keys[depth], value, path)
    return mark + text.encode('utf-8')


def _skip(text: str, position: int) -> int:
    """Return the position behind blanks."""
    blanks = _BLANKS.match(text, position)
    return blanks.end() if blanks else position


@functools.lru_cache(maxsize=4)  # an edit asks for the same objects several times
def _members(text: str, start: int, path: str) -> tuple[t.Sequence[_Member], int]:
    """Return the members of an object and the position of its closing brace.

    :param start: position of its opening brace.
    """
    members: list[_Member] = []
    keys: set[str] = set()
    begin = _skip(text, start + 1)
    while text[begin] != '}':
        key, position = _DECODER.raw_decode(text, begin)
        separator = _COLON.match(text, position)
        value = separator.end() if separator else position
        end = _DECODER.raw_decode(text, value)[1]
        if key in keys:
            raise FileProblem('%s has a key twice in one object. Correct it.' % path)
        keys.add(key)
        members.append(_Member(key, begin, value, end))
        separator = _COMMA.match(text, end)
        begin = separator.end() if separator else end
    return tuple(members), begin


def _set(text: str, parents: tuple[str, ...], key: str, value: t.Any, path: str) -> str:
    """Set (or with None remove) one member of the object that C(parents) lead to."""
    start, depth = _skip(text, 0), 1
    for parent in parents:
        start = next(
            member.value for member in _members(text, start, path)[0] if member.key == parent
        )
        depth += 1
    members, end = _members(text, start, path)
    found = next((number for number, member in enumerate(members) if member.key == key), None)
    if value is None:
        return _without(text, start, end, members, found or 0)
    gap = text[start + 1 : members[0].start] if members else None
    newline, unit = _layout(text, gap, depth)
    written = json.dumps(value, indent=unit, ensure_ascii=False)
    written = written.replace('\n', newline + (unit or '') * depth)
    if found is not None:
        return text[: members[found].value] + written + text[members[found].end :]
    new = '%s: %s' % (json.dumps(key, ensure_ascii=False), written)
    if members:
        # as the last member is behind the comma before it
        last = members[-1]
        if len(members) > 1:
            gap = text[members[-2].end : last.start].rpartition(',')[2]
        return text[: last.end] + ',' + (gap or '') + new + text[last.end :]
    inner, outer = newline + (unit or '') * depth, newline + (unit or '') * (depth - 1)
    return text[: start + 1] + inner + new + outer + text[end:]


def _without(text: str, start: int, end: int, members: t.Sequence[_Member], number: int) -> str:
    if len(members) == 1:
        return text[: start + 1] + text[end:]
    if number:
        return text[: members[number - 1].end] + text[members[number].end :]
    return text[: members[0].start] + text[members[1].start :]


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
