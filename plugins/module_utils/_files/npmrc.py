# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file C(.npmrc), as npm 10 to 12, pnpm 10 and 12, yarn 1 and bun read it, edited by line.

Only lines of the edited keys change. What is written is what all of these read alike: base64 as it
is, an access token as it is or in double quotes. The differences were measured:

* npm and yarn 1 ignore keys behind a C([section]), pnpm 12 does not.
* pnpm 12 does not end a value at C(;) or C(#), does not undo C(\\;), and takes the key without the
  final slash first; yarn 1 and pnpm 10 do not read that key.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput

CREDENTIAL_FIELDS = ('_authToken', '_auth', 'username', '_password')
_LINE = re.compile(r'[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z')
_SECTION = re.compile(r'\[[^\]]*\]\s*\Z')
# What JavaScript trims, and Python does not, or the other way round
_BLANKS = '\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
_BLANKS += '\u2028\u2029\u202f\u205f\u3000\ufeff'
_PLAIN = re.compile(r'[A-Za-z0-9._~+/=:-]+\Z')
_PATH = re.compile(r'[A-Za-z0-9._~%!$&()*+,:@/-]*\Z')
_VARIABLE = re.compile(r'\$\{([^${}]+)\}')


class Entry(t.NamedTuple):
    """What a registry shall have.

    :ivar registry: as V(//host:port/path/).
    :ivar field: V(_auth) or V(_authToken), or None to remove all of C(CREDENTIAL_FIELDS).
    :ivar value: of the field.
    :ivar always_auth: True to set C(always-auth); None leaves it.
    :ivar settings: top-level keys and values, as C(registry).
    """

    registry: str
    field: t.Optional[str] = None
    value: str = ''
    always_auth: t.Optional[bool] = None
    settings: t.Mapping[str, str] = {}

    def __repr__(self) -> str:
        return 'Entry(%s, redacted)' % self.registry


class Line:
    """A line of the file.

    :ivar text: with its line end. :ivar key: or None where it has none. :ivar value: as npm reads
        it. :ivar raw: as it is written. :ivar in_section: it is behind a C([section]).
    :ivar registry: of the key, with a slash at its end, or None. :ivar field: what is behind it in
        the key; an element of a list has no brackets.
    """

    key: t.Optional[str]

    def __init__(self, text: str, in_section: bool) -> None:
        self.in_section = in_section
        self.write(text)

    def write(self, text: str) -> None:
        """Give the line another text."""
        self.text = text
        self.key = None
        self.value = self.raw = ''
        self.body = text.rstrip('\r\n')
        self.end = text[len(self.body) :]
        bare = self.body.strip(_BLANKS)
        self.is_section = _SECTION.match(self.body) is not None
        if bare and bare[0] not in ';#' and not self.is_section:
            name, _equals, self.raw = self.body.partition('=')
            self.key, self.value = unquoted(name), unquoted(self.raw)
        place, colon, field = (self.key or '').rpartition(':')
        self.registry = place.rstrip('/') + '/' if colon and place.startswith('//') else None
        self.field = field[:-2] if field.endswith('[]') else field

    @property
    def is_read_by_all(self) -> bool:
        """Return whether all programs read this line, and with the same key."""
        key = self.key or ''
        place = key.rpartition(':')[0]
        return not self.in_section and not key.endswith('[]') and place[-1:] in ('', '/')


class Npmrc:
    """The lines of a file.

    :ivar lines: a list of C(Line).
    """

    def __init__(self, content: t.Optional[bytes]) -> None:
        text = (content or b'').decode('utf-8', 'surrogateescape')
        self.lines: t.List[Line] = []
        in_section = False
        for part in _LINE.findall(text):
            line = Line(part, in_section)
            in_section = in_section or line.is_section
            self.lines.append(line)
        ends = [line.end for line in self.lines if line.end]
        self._end = ends[0] if ends else '\n'

    @property
    def content(self) -> bytes:
        """Return the bytes of the file."""
        return ''.join(line.text for line in self.lines).encode('utf-8', 'surrogateescape')

    def of_registry(self, registry: str, fields: t.Container[str]) -> t.List[Line]:
        """Return the lines with fields of a registry, in both spellings of its key."""
        return [line for line in self.lines if line.registry == registry and line.field in fields]

    def set(self, key: str, value: str, lines: t.Sequence[Line]) -> t.List[Line]:
        """Give a key its one line.

        :param lines: those that are replaced by it. :returns: those of them that had to go.
        """
        written = quoted(value)
        good = [
            line
            for line in lines
            if line.key == key
            and line.is_read_by_all
            and line.value == value
            and line.raw.strip(_BLANKS) in (written, json.dumps(value))
        ]
        if good:
            kept = good[-1]
        else:
            # A line that is in the right place is changed; its blanks stay
            usable = [line for line in lines if not line.in_section]
            kept = next((line for line in reversed(usable) if line.key == key), None) or (
                usable[-1] if usable else self._inserted()
            )
            before = kept.body[: len(kept.body) - len(kept.raw.lstrip(_BLANKS))]
            if kept.key != key or not before.rstrip(_BLANKS).endswith('='):
                mark = '\ufeff' if kept.body.startswith('\ufeff') else ''
                before = mark + key + '='
            kept.write(before + written + kept.end)
        gone = [line for line in lines if line is not kept]
        self.remove(gone)
        return gone

    def _inserted(self) -> Line:
        """Return a new line, before the first section or at the end."""
        at = next(
            (number for number, line in enumerate(self.lines) if line.is_section), len(self.lines)
        )
        if at and not self.lines[at - 1].end:
            last = self.lines[at - 1]
            last.write(last.text + self._end)
        line = Line(self._end, False)
        self.lines.insert(at, line)
        return line

    def remove(self, lines: t.Sequence[Line]) -> None:
        """Remove lines."""
        gone = {id(line) for line in lines}
        mark = any(line.text.startswith('\ufeff') for line in lines)
        self.lines = [line for line in self.lines if id(line) not in gone]
        if mark:  # alone, since npm would read it as part of some lines
            self.lines.insert(0, Line('\ufeff' + self._end, False))

    def credential(self, registry: str) -> t.Optional[t.Tuple[str, str]]:
        """Return (field, value) of what npm sends to a registry, or None.

        A user name and a password are returned as C(_auth).
        """
        found: t.Dict[str, str] = {}
        for line in self.of_registry(registry, CREDENTIAL_FIELDS):
            if not line.in_section:
                found[line.field] = line.value
        for field in ('_authToken', '_auth'):
            if found.get(field):
                return field, found[field]
        if found.get('username') and found.get('_password'):
            return '_auth', _joined(found['username'], found['_password'])
        return None


def check_path(url: str) -> None:
    """Refuse a URL whose path npm would write in another way.

    :raises BadInput: with the reason.
    """
    path = '/' + url.partition('://')[2].partition('/')[2]
    parts = path.split('/')
    if not _PATH.match(path) or '' in parts[1:-1] or '.' in parts or '..' in parts:
        raise BadInput(
            'url has a path that cannot be a key of .npmrc. Write other characters than letters, '
            'digits and common signs with %, and leave out doubled slashes and dots.'
        )


def unquoted(text: str) -> str:
    """Return a key or a value as npm reads it."""
    text = text.strip(_BLANKS)
    if text[:1] in ('"', "'") and text[:1] == text[-1:]:
        inner = text[1:-1] if text[0] == "'" else text
        try:
            value = json.loads(inner)
        except ValueError:
            return inner
        return value if isinstance(value, str) else inner
    if '\\' not in text and ';' not in text and '#' not in text:
        return text
    found, escaped = '', False
    for character in text:
        if escaped:
            found += character if character in '\\;#' else '\\' + character
            escaped = False
        elif character in ';#':
            break
        elif character == '\\':
            escaped = True
        else:
            found += character
    return (found + ('\\' if escaped else '')).strip(_BLANKS)


def quoted(value: str) -> str:
    """Return the spelling of a value that all programs read alike."""
    return value if _PLAIN.match(value) else json.dumps(value)


def basic(username: str, password: str) -> str:
    """Return the value of C(_auth)."""
    return base64.b64encode(('%s:%s' % (username, password)).encode('utf-8')).decode('ascii')


def _joined(username: str, password: str) -> str:
    try:
        decoded = base64.b64decode(password).decode('utf-8', 'replace')
    except (binascii.Error, ValueError):
        decoded = ''
    return basic(username, decoded)


def variables_in(content: t.Optional[bytes]) -> t.List[t.Tuple[int, str]]:
    """Return (line, name) of each variable that programs expand in a file."""
    return [
        (number, name)
        for number, line in enumerate(Npmrc(content).lines, 1)
        if line.key is not None
        for name in _VARIABLE.findall(line.body)
    ]


def edit(
    content: t.Optional[bytes], entries: t.Sequence[Entry]
) -> t.Tuple[t.Optional[bytes], t.List[t.List[str]]]:
    """Bring entries into a file.

    :param content: None for no file.
    :returns: (new content, for each entry what changed). Where nothing changes, the content is the
        same object.
    """
    npmrc = Npmrc(content)
    changes = [_edit_one(npmrc, entry) for entry in entries]
    new = npmrc.content
    return (content if new == (content or b'') else new), changes


def _edit_one(npmrc: Npmrc, entry: Entry) -> t.List[str]:
    lines = npmrc.of_registry(entry.registry, CREDENTIAL_FIELDS)
    before = npmrc.credential(entry.registry)
    if entry.field is None:
        lines = npmrc.of_registry(entry.registry, (*CREDENTIAL_FIELDS, 'always-auth'))
        npmrc.remove(lines)
        return ['entry'] if lines else []
    text = npmrc.content
    gone = npmrc.set('%s:%s' % (entry.registry, entry.field), entry.value, lines)
    changed = _words(entry, before, lines, gone) if npmrc.content != text else []
    if entry.always_auth:
        changed += _set(npmrc, entry.registry + ':always-auth', 'true', 'always_auth')
    for key, value in entry.settings.items():
        changed += _set(npmrc, key, value, 'registry')
    return list(dict.fromkeys(changed))


def _words(
    entry: Entry,
    before: t.Optional[t.Tuple[str, str]],
    lines: t.Sequence[Line],
    gone: t.Sequence[Line],
) -> t.List[str]:
    """Return what changed in the credential of a registry."""
    if not lines:
        return ['entry']
    changed = []
    if before is None or before[1] != entry.value:
        changed.append('secret')
    if before is not None and before[0] != entry.field:
        changed.append('kind')
    if gone:
        changed.append('duplicates')
    return changed or ['spelling']


def _set(npmrc: Npmrc, key: str, value: str, word: str) -> t.List[str]:
    lines = [line for line in npmrc.lines if line.key in (key, key + '[]')]
    last = [line for line in lines if not line.in_section][-1:]
    if len(lines) == 1 and last and last[0].value.rstrip('/') == value.rstrip('/'):
        return []
    npmrc.set(key, value, lines)
    return [word]
