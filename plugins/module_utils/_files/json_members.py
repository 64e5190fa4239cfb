# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Members of an object in a JSON file, set and removed in place: every other byte stays, also numbers as they were written, order and indentation.

A new file, and what is new in an old one, is laid out as C(JSON.stringify(value, null, 2)) does it, which is what tools written in JavaScript use.
"""

from __future__ import annotations

import codecs
import json
import re
from collections import namedtuple
from json.decoder import scanstring

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

_BLANKS = re.compile(r'[ \t\r\n]*')
_BOM = codecs.BOM_UTF8
_DECODER = json.JSONDecoder()
_Member = namedtuple('_Member', 'key start value end')


def _no_constant(name):
    raise ValueError(name)


def read(content, path):
    """:param content: bytes. :param path: for messages. :returns: the object in the file, as a dict; empty for no or an empty file.
    :raises FileProblem: it is no JSON object in UTF-8; the message holds nothing of it."""
    if content is None or not content.strip():
        return {}
    try:
        value = json.loads(content.decode('utf-8-sig'), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise FileProblem(
            '%s is not valid JSON in UTF-8. Correct it, or remove it.' % path
        ) from None
    if not isinstance(value, dict):
        raise FileProblem('%s does not hold a JSON object. Correct it, or remove it.' % path)
    return value


def edit(content, section, values, path):
    """Set or remove members of an object that is itself a member of the file's object.

    :param content: bytes, or None for no file. :param section: the name of the member that is edited.
    :param values: by name: a str, or None to remove that member. A section that gets empty is removed.
    :param path: for messages.
    :returns: (new content, names of the members that changed). Where nothing changes, the content is the same object.
    :raises FileProblem: it cannot be edited; nothing of it is in the message.
    """
    if content is None or not content.strip():
        kept = {name: value for name, value in values.items() if value is not None}
        if not kept:
            return content, []
        return (json.dumps({section: kept}, indent=2, ensure_ascii=False) + '\n').encode(
            'utf-8'
        ), sorted(kept)
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


def _members(text, start, path):
    """:param start: where an object's brace is. :returns: (its members, where its closing brace is)."""
    members, position = [], _BLANKS.match(text, start + 1).end()
    while text[position] != '}':
        begin = position
        key, position = scanstring(text, position + 1, True)
        value = _BLANKS.match(text, _BLANKS.match(text, position).end() + 1).end()
        end = _DECODER.raw_decode(text, value)[1]
        if key in [member.key for member in members]:
            raise FileProblem('%s has a key twice in one object. Correct it.' % path)
        members.append(_Member(key, begin, value, end))
        position = _BLANKS.match(text, end).end()
        if text[position] == ',':
            position = _BLANKS.match(text, position + 1).end()
    return members, position


def _set(text, parents, key, value, path):
    """Set (or with None remove) one member of the object that C(parents) lead to."""
    start, depth = _BLANKS.match(text).end(), 1
    for parent in parents:
        start = next(
            member.value for member in _members(text, start, path)[0] if member.key == parent
        )
        depth += 1
    members, end = _members(text, start, path)
    newline = '\r\n' if '\r\n' in text else '\n'
    found = next((number for number, member in enumerate(members) if member.key == key), None)
    if value is None:
        if len(members) == 1:
            return text[: start + 1] + text[end:]
        if found:
            return text[: members[found - 1].end] + text[members[found].end :]
        return text[: members[0].start] + text[members[1].start :]
    gap = text[start + 1 : members[0].start] if members else None
    spread = gap is None or '\n' in gap
    unit = (
        gap.rpartition('\n')[2][: len(gap.rpartition('\n')[2]) // depth] if gap and spread else '  '
    )
    written = json.dumps(value, indent=unit if spread else None, ensure_ascii=False)
    written = written.replace('\n', newline + unit * depth)
    if found is not None:
        return text[: members[found].value] + written + text[members[found].end :]
    new = '%s: %s' % (json.dumps(key, ensure_ascii=False), written)
    if members:
        # as the last member stands behind the comma before it
        last = members[-1]
        gap = text[members[-2].end : last.start].rpartition(',')[2] if len(members) > 1 else gap
        return text[: last.end] + ',' + gap + new + text[last.end :]
    return (
        text[: start + 1] + newline + unit * depth + new + newline + unit * (depth - 1) + text[end:]
    )
