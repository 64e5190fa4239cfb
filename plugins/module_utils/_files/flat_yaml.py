# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""YAML files of Bundler and RubyGems, edited as a pure function of their bytes.

Only lines such as C(KEY: "value") are edited. Bundler and newer RubyGems read such a line with a
regular expression that knows no escapes and no comments, older RubyGems with a reader of YAML.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

ADDED, REMOVED, VALUE, DUPLICATES = 'added', 'removed', 'value', 'duplicates'
Changes = t.Dict[str, t.List[str]]
_BOM = b'\xef\xbb\xbf'
_LINE = re.compile(rb'[^\r\n]*(?:\r\n|\n|\r|\Z)')
_PAIR = re.compile(
    rb'(?P<key>[^\s#\'"{\[&*!|>%@`-][^\r\n]*?|-[^\s-][^\r\n]*?):(?:[ \t]+(?P<value>.*))?'
)
_OTHER = re.compile(rb'---(?:\s|\Z)|\s|#|-\s|["\'&*!?-]|\Z')
_PLAIN = re.compile(r'[A-Za-z0-9][!#-\[\]-~ ]*')


class _Pair(t.NamedTuple):
    """A key. C(more) is whether the lines behind it belong to its value."""

    start: int
    end: int
    value: t.Optional[str]
    raw: bytes
    more: bool


def edit(
    content: t.Optional[bytes], wanted: t.Mapping[str, t.Optional[str]], path: str
) -> t.Tuple[t.Optional[bytes], Changes]:
    """Set the values of keys, and keep every other byte.

    :param content: of the file, or None where it does not exist.
    :param wanted: the value by key, without quotes, backslashes and blanks at its ends; None
        removes all lines of the key.
    :param path: for messages.
    :returns: the new content, and what changed for each key.
    :raises FileProblem: it is in a form that is not edited; with the line.
    """
    found = _find(content or b'', wanted, path)
    changes: Changes = {key: [] for key in wanted}
    splices = []
    for key, pairs in found.items():
        for pair in pairs:
            if pair.more:
                raise _problem(path, content or b'', pair.start, 'a value on several lines')
            if wanted[key] is None:
                changes[key] = [REMOVED]
                splices.append((pair.start, pair.end, b''))
            elif pair is not pairs[-1]:
                changes[key] = [DUPLICATES]
                splices.append((pair.start, pair.end, b''))
            elif pair.value != wanted[key]:
                changes[key].append(VALUE)
                splices.append((pair.start, pair.end, _written(key, wanted[key], pair.raw)))
    text, position = b'', 0
    for start, end, new in sorted(splices):
        text += (content or b'')[position:start] + new
        position = end
    text += (content or b'')[position:]
    added = [key for key, value in wanted.items() if value is not None and not found[key]]
    for key in added:
        changes[key] = [ADDED]
    if not any(changes.values()):
        return content, changes
    return _appended(text, {key: wanted[key] for key in added}), changes


def values(content: t.Optional[bytes], keys: t.Iterable[str], path: str) -> t.Dict[str, str]:
    """Return what is read for those of the keys that the file has in this form."""
    found = _find(content or b'', keys, path)
    return {
        key: pairs[-1].value
        for key, pairs in found.items()
        if pairs and pairs[-1].value is not None and not pairs[-1].more
    }


def _find(content: bytes, keys: t.Iterable[str], path: str) -> t.Dict[str, t.List[_Pair]]:
    """Return the lines of each key, in the order of the file."""
    found: t.Dict[str, t.List[_Pair]] = {key: [] for key in keys}
    wanted = {key.encode('utf-8'): key for key in found}
    last: t.Optional[t.List[_Pair]] = None
    start = len(_BOM) if content.startswith(_BOM) else 0
    seen = False
    for line in _LINE.finditer(content, start):
        raw = line.group().rstrip(b'\r\n')
        pair = _PAIR.fullmatch(raw)
        if pair is not None:
            seen, last = True, None
            key = wanted.get(pair.group('key').rstrip(b' \t'))
            if key is not None:
                last = found[key]
                last.append(_Pair(line.start(), line.end(), _value(pair), line.group(), False))
            continue
        if not _OTHER.match(raw) or (seen and raw.startswith((b'---', b'...'))):
            raise _problem(path, content, line.start(), 'something else than KEY: "value"')
        if _quotes_one_of(raw, wanted):
            raise _problem(path, content, line.start(), 'a key in quotes')
        if last and raw.strip() and not raw.lstrip().startswith(b'#'):
            last[-1] = last[-1]._replace(more=True)
    return found


def _quotes_one_of(raw: bytes, wanted: t.Iterable[bytes]) -> bool:
    return raw[:1] in (b'"', b"'") and any(raw[1:].startswith(key) for key in wanted)


def _value(pair: re.Match[bytes]) -> t.Optional[str]:
    """Return the value, or None where readers differ about it."""
    raw = pair.group('value') or b''
    try:
        text = raw.decode('utf-8')
    except UnicodeDecodeError:
        return None
    if len(text) > 1 and text[0] == text[-1] and text[0] in '"\'':
        inner = text[1:-1]
        return None if re.search(r'["\'\\]', inner) else inner
    return text if _PLAIN.fullmatch(text) and not re.search(r' #|: | \Z', text) else None


def _written(key: str, value: t.Optional[str], before: bytes) -> bytes:
    line_end = before[len(before.rstrip(b'\r\n')) :]
    return ('%s: "%s"' % (key, value)).encode('utf-8') + line_end


def _appended(text: bytes, new: t.Mapping[str, t.Optional[str]]) -> bytes:
    newline = b'\r\n' if b'\r\n' in text else b'\n'
    lines = [_written(key, value, newline) for key, value in new.items()]
    if not lines:
        return text
    if not text:
        text = b'---' + newline
    elif not text.endswith((b'\n', b'\r')):
        text += newline
    return text + b''.join(lines)


def _problem(path: str, content: bytes, start: int, what: str) -> FileProblem:
    line = len(re.findall(rb'\r\n|\r|\n', content[:start])) + 1
    return FileProblem(
        '%s: line %d has %s, which is not edited. Write KEY: "value" on one line.'
        % (path, line, what)
    )
