# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file C(.netrc), and C(auth.conf) of apt, edited as a pure function of its bytes.

Each client has its own parser. Python, and uv like it, reads nothing at all from a file with one
entry that it does not understand. So what parsers read differently is found and named.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem

NETRC, APT = 'netrc', 'apt'
# Whom a problem keeps from reading: all clients, Python (pip, requests, poetry), Python before 3.11
ALL, PYTHON, OLD_PYTHON = 'all', 'python', 'old_python'
BYTE_ORDER_MARK = b'\xef\xbb\xbf'
LONGEST_VALUE = 1000
LONGEST_LINE = 4000  # curl reads 4095 bytes of a line
MOST_PROBLEMS = 5
NO_BLANK = 'a comment without a blank behind #'

_WORD = re.compile(rb'[^ \t\r\n]+')
_QUOTED = re.compile(rb'"(?:[^"\\\r\n]|\\[^\r\n])*"(?=[ \t\r\n]|\Z)')
_MACRO = re.compile(rb'[ \t]*[^ \t\r\n]+\r?\n(?:[^\r\n]+\r?\n)*\r?\n')
_CONTROL = re.compile(rb'[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)')
_SAFE = re.compile(r'(?!["#])[!-\[\]-~]{1,%d}\Z' % LONGEST_VALUE)
_VALUES = (b'login', b'user', b'account', b'password')
_KEYWORDS = (*_VALUES, b'machine', b'default', b'macdef')


class Wanted(t.NamedTuple):
    """An entry in its desired state.

    :ivar machine: the host, or what a client looks for instead of it.
    :ivar login: the user name; None, for one that is removed, means any.
    :ivar password: None for one that shall not be there.
    :ivar exclusive: remove other users of the machine.
    """

    machine: str
    login: t.Optional[str]
    password: t.Optional[str]
    exclusive: bool = False


class Problem(t.NamedTuple):
    """What parsers do not read alike. C(reader): V(all), V(python) or V(old_python)."""

    line: int
    what: str
    reader: str


class Entry:
    """A machine, or C(default) where C(machine) is None, with the places of its words."""

    def __init__(self, machine: t.Optional[bytes], start: int, end: int) -> None:
        self.machine = machine
        self.start = start
        self.end = end
        self.values: dict[bytes, list[t.Tuple[int, int]]] = {}
        self.words: dict[bytes, bytes] = {}

    @property
    def login(self) -> t.Optional[bytes]:
        """The user name."""
        return self.words.get(b'login')

    @property
    def password(self) -> t.Optional[bytes]:
        """The password as it is written."""
        return self.words.get(b'password')


class Document:
    """The entries of a file in their order, and the problems that it has for parsers."""

    def __init__(self, content: t.Optional[bytes], dialect: str = NETRC) -> None:
        self.content = content or b''
        self.dialect = dialect
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self._read_to = 0  # Python reads the one character behind a word together with it,
        self._closed = 0  # but not behind a quotation mark or a macro
        self._commented = False
        if dialect == NETRC:
            self._check_bytes()
        at = 0
        entry: t.Optional[Entry] = None
        while True:
            word = _WORD.search(self.content, at)
            if not word:
                break
            entry, at = self._keyword(word, entry)
            self._read_to = at if at == self._closed else at + (self._ends_line(at) or 1)
        self._finish(entry)

    def line_of(self, at: int) -> int:
        """Return the number of the line at a place."""
        return self.content.count(b'\n', 0, at) + 1

    def _found(self, at: int, what: str, reader: str = ALL) -> None:
        known = sum(problem.reader == reader for problem in self.problems)
        if self.dialect == NETRC and known < MOST_PROBLEMS:
            self.problems.append(Problem(self.line_of(at), what, reader))

    def _check_bytes(self) -> None:
        if self.content.startswith(BYTE_ORDER_MARK):
            self._found(0, 'a byte order mark')
        control = _CONTROL.search(self.content)
        if control:
            self._found(control.start(), 'a control character')
        try:
            self.content.decode('utf-8')
        except UnicodeDecodeError as error:
            self._found(error.start, 'a character that is not UTF-8', PYTHON)
        if len(self.content) > LONGEST_LINE:
            at = 0
            for line in self.content.split(b'\n'):
                if len(line) > LONGEST_LINE:
                    self._found(at, 'more than %d characters' % LONGEST_LINE)
                at += len(line) + 1

    def _keyword(
        self, found: t.Match[bytes], entry: t.Optional[Entry]
    ) -> t.Tuple[t.Optional[Entry], int]:
        """Read a word where a keyword is expected. :returns: the entry, and where to go on."""
        word = found.group()
        if word.startswith(b'#') and self.dialect == NETRC:
            return entry, self._comment(found, entry)
        if word == b'machine':
            name, end = self._value(found)
            if name is None:
                return None, end
            self._finish(entry)
            self._commented = False
            self.entries.append(Entry(name, found.start(), end))
            return self.entries[-1], end
        if self.dialect == NETRC and word in (b'default', b'macdef'):
            self._finish(entry)
            self._commented = False
            if word == b'macdef':
                return None, self._macro(found)
            self.entries.append(Entry(None, found.start(), found.end()))
            return self.entries[-1], found.end()
        if entry is not None and word in _VALUES:
            return entry, self._entry_value(found, entry)
        self._found(found.start(), 'a word that is not expected there', PYTHON)
        return entry, found.end()

    def _ends_line(self, at: int) -> int:
        """The length of the line end at a place, or 0."""
        return 1 if self.content.startswith(b'\n', at) else 2 * self.content.startswith(b'\r\n', at)

    def _comment(self, found: t.Match[bytes], entry: t.Optional[Entry]) -> int:
        """Find out whether Python skips a comment. It takes what it does not skip for keywords.

        It skips the rest of the line only where it believes to be in the line of the C(#): not
        behind an empty line. Outside of entries, C(#) must be a word.
        """
        end = self.content.find(b'\n', found.start())
        end = len(self.content) if end < 0 else end
        rest = self.content[found.end() : end].strip(b' \t\r')
        alone = found.group() == b'#'
        behind_empty = b'\n' in self.content[self._read_to : found.start()]
        in_old_entry = entry is not None and not self._commented
        self._commented = True
        if rest and (behind_empty or (entry is None and not alone)):
            what = 'an empty line or a quotation mark before a comment'
            what = what if behind_empty else NO_BLANK
            self._found(found.start(), what, PYTHON)
        elif rest and not alone:
            self._found(found.start(), NO_BLANK, OLD_PYTHON)
        elif in_old_entry and alone and self._ends_line(found.end()):
            self._found(found.start(), 'an empty comment', OLD_PYTHON)
        if in_old_entry and entry and entry.password is None:
            self._found(found.start(), 'a comment before the password', OLD_PYTHON)
        skipped = rest or not behind_empty and (entry is not None or alone)
        return end if skipped else found.end()

    def _value(self, keyword: t.Match[bytes]) -> t.Tuple[t.Optional[bytes], int]:
        quoted = self._quoted(keyword.end())
        word = quoted or _WORD.search(self.content, keyword.end())
        if not word:
            self._found(keyword.start(), 'a word that has no value', PYTHON)
            return None, len(self.content)
        between = self.content[keyword.end() : word.start()]
        if word.group() in _KEYWORDS and b'\n' in between:  # curl takes it for a keyword
            self._found(keyword.start(), 'a word that has no value')
        return word.group(), word.end()

    def _quoted(self, at: int) -> t.Optional[t.Match[bytes]]:
        start = _WORD.search(self.content, at)
        if not start or self.dialect == APT:
            return None
        if not start.group().startswith(b'"'):
            self._check_value(start)
            return None
        quoted = _QUOTED.match(self.content, start.start())
        if not quoted:
            self._found(start.start(), 'a quotation mark without its pair')
        elif len(quoted.group().split()) > 1:
            self._found(start.start(), 'a blank in quotation marks', OLD_PYTHON)
        self._closed = quoted.end() if quoted else 0
        return quoted

    def _check_value(self, word: t.Match[bytes]) -> None:
        value = word.group()
        if value.startswith(b'#'):
            self._found(word.start(), 'a value that begins with #')
        if (len(value) - len(value.rstrip(b'\\'))) % 2:
            self._found(word.start(), 'a value that ends in a backslash', PYTHON)
        if not value.isascii():
            self._found(word.start(), 'a character that is not ASCII', OLD_PYTHON)

    def _entry_value(self, keyword: t.Match[bytes], entry: Entry) -> int:
        value, end = self._value(keyword)
        if value is not None:
            name = b'login' if keyword.group() == b'user' else keyword.group()
            entry.values.setdefault(name, []).append((end - len(value), end))
            entry.words[name] = value
            entry.end = end
        return end

    def _finish(self, entry: t.Optional[Entry]) -> None:
        if entry is not None and entry.password is None:
            self._found(entry.start, 'an entry without a password', OLD_PYTHON)

    def _macro(self, found: t.Match[bytes]) -> int:
        """A macro ends at an empty line; without one, it swallows the rest of the file."""
        macro = _MACRO.match(self.content, found.end())
        if not macro:
            self._found(found.start(), 'a macro (macdef) without an empty line at its end')
            return len(self.content)
        self._closed = macro.end()
        return macro.end()


def check_value(value: str, what: str, dialect: str = NETRC) -> None:
    """Refuse what clients would read differently.

    :param what: how the message names it.
    :raises BadInput: with the reason.
    """
    if dialect == APT:
        if not value or any(one.isspace() or ord(one) < 0x20 or one == '\x7f' for one in value):
            raise BadInput('%s is empty, or contains a blank, at which apt ends it.' % what)
    elif len(value) > LONGEST_VALUE:
        raise BadInput(
            '%s is longer than %d characters, and curl and git do not read that from a netrc file.'
            % (what, LONGEST_VALUE)
        )
    elif not _SAFE.match(value):
        raise BadInput(
            '%s cannot be written to a netrc file so that all clients read it alike: it is empty, '
            'begins with # or ", or contains a blank, a backslash or a character that is not '
            'ASCII. Get another token.' % what
        )


def edit(
    content: t.Optional[bytes],
    wanted: t.Sequence[Wanted],
    path: str,
    dialect: str = NETRC,
    for_python: bool = True,
) -> t.Tuple[t.Optional[bytes], t.List[t.List[str]]]:
    """Bring entries into the desired state, and keep every other byte.

    :param content: bytes of the file, or None where it does not exist.
    :param path: for messages.
    :param for_python: refuse also what only Python cannot read.
    :returns: the new content, and for each wanted entry what changed: V(entry), V(secret),
        V(duplicates), V(other_users), V(order).
    :raises FileProblem: a client would not read the file; with the line.
    """
    document = Document(content, dialect)
    if any(one.password is not None for one in wanted):
        _refuse(document, path, for_python)
    work = _Edit(document)
    changes = [work.apply(one) for one in wanted]
    text = work.text()
    if text == document.content:
        return content, changes
    if any(one.password is not None for one in wanted):
        _refuse(Document(text, dialect), path, for_python)
    return text, changes


def _refuse(document: Document, path: str, for_python: bool) -> None:
    for problem in document.problems:
        if problem.reader == ALL:
            effect = 'from where on clients read something else'
        elif problem.reader == PYTHON and for_python:
            effect = 'so that pip and all other programs in Python read nothing from the file'
        else:
            continue
        raise FileProblem(
            '%s has %s in line %d, %s. Correct it.' % (path, problem.what, problem.line, effect)
        )


class _Edit:
    """The replacements that bring a document into the desired state."""

    def __init__(self, document: Document) -> None:
        self.document = document
        content = document.content
        self.newline = b'\r\n' if b'\r\n' in content else b'\n'
        self.splices: list[t.Tuple[int, int, bytes]] = []
        self.ended: set[int] = set()
        self.by_host: dict[bytes, list[Entry]] = {}
        self.default: t.Optional[Entry] = None
        for entry in document.entries:
            if entry.machine is None:
                self.default = self.default or entry
            else:
                self.by_host.setdefault(entry.machine.lower(), []).append(entry)

    def apply(self, wanted: Wanted) -> t.List[str]:
        """:returns: what changed."""
        machine = wanted.machine.encode('ascii')
        login = wanted.login.encode('utf-8') if wanted.login is not None else None
        found = self.by_host.get(machine.lower(), [])
        ours = [entry for entry in found if login is None or entry.login == login]
        if wanted.password is None or login is None:
            self._remove(ours)
            return ['entry'] if ours else []
        others = [entry for entry in found if wanted.exclusive and entry.login != login]
        password = wanted.password.encode('utf-8')
        changes = []
        kept = next((entry for entry in ours if entry.machine == machine), None)
        if kept and self._is_hidden(kept):
            kept = None
            changes.append('order')
        if kept is None:
            self._insert(machine, login, password)
            changes = changes or ['entry']
        elif self._correct(kept, password):
            changes.append('secret')
        doubles = [entry for entry in ours if entry is not kept]
        changes += ['duplicates'] if len(doubles) > ('order' in changes) else []
        changes += ['other_users'] if others else []
        self._remove(doubles + others)
        return changes

    def _is_hidden(self, entry: Entry) -> bool:
        """Whether a client that takes the first entry that fits takes another one."""
        before = self._before(entry.machine or b'')
        return before is not None and before < entry.start

    def _before(self, machine: bytes) -> t.Optional[int]:
        """The place of the first entry that is also taken for this machine, but is more general."""
        if self.document.dialect == NETRC:
            return self.default.start if self.default else None
        general = (
            entry.start
            for entry in self.document.entries
            if entry.machine is not None
            and entry.machine != machine
            and machine.startswith((entry.machine + b':', entry.machine + b'/'))
        )
        return next(general, None)

    def _correct(self, entry: Entry, password: bytes) -> bool:
        """:returns: whether the password had to be changed."""
        places = entry.values.get(b'password', [])
        for start, end in places:
            if self.document.content[start:end] != password:
                self.splices.append((start, end, password))
        if not places:
            self.splices.append((entry.end, entry.end, b' password ' + password))
        return not places or entry.password != password

    def _insert(self, machine: bytes, login: bytes, password: bytes) -> None:
        content = self.document.content
        text = b'machine %s login %s password %s' % (machine, login, password) + self.newline
        at = self._before(machine)
        if at is None:
            at = len(content)
        else:
            line = content.rfind(b'\n', 0, at) + 1
            at = at if content[line:at].strip(b' \t') else line
        if at and not content.endswith(b'\n', 0, at) and at not in self.ended:
            text = self.newline + text
        self.ended.add(at)
        self.splices.append((at, at, text))

    def _remove(self, entries: t.Iterable[Entry]) -> None:
        """Remove entries, with their lines where nothing but a comment is in them."""
        content = self.document.content
        for entry in entries:
            line = content.rfind(b'\n', 0, entry.start) + 1
            next_line = content.find(b'\n', entry.end) + 1 or len(content)
            start, end = entry.start, entry.end
            rest = content[end:next_line].strip()
            if not content[line:start].strip(b' \t') and (not rest or rest.startswith(b'#')):
                start, end = line, next_line
                if content[end : end + 80].lstrip(b' \t').startswith(b'#'):
                    # Python does not skip a comment behind an empty line
                    start = len(content[:line].rstrip(b' \t\r\n'))
                    start = content.find(b'\n', start, line) + 1 or start
            else:
                while content[end : end + 1] in (b' ', b'\t'):
                    end += 1
            self.splices.append((start, end, b''))

    def text(self) -> bytes:
        """The new content."""
        parts, at, content = [], 0, self.document.content
        for start, end, new in sorted(dict.fromkeys(self.splices), key=lambda splice: splice[:2]):
            parts += [content[at:start], new]
            at = end
        parts.append(content[at:])
        return b''.join(parts)
