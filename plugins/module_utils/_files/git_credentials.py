# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file of C(git credential-store), edited as a pure function of its bytes.

git takes the first line that fits its question, so the order of lines is part of their meaning.
"""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    BYTE_ORDER_MARK,
    Credential,
    Wanted,
    line_of,
    parse_by_hand,
    parse_line,
)

_Place = t.Tuple[bytes, bytes, bytes]
_Around = t.Dict[int, t.Tuple[t.List[int], t.List[int]]]


class Result(t.NamedTuple):
    """What an edit did.

    C(changes) has, for each wanted credential, the list of what changed. C(ignored_lines) counts
    lines that git does not use because they end in CR LF. C(unread_lines) has the numbers of lines
    that remain although they name a server whose credentials were removed: git finds no credential
    in them.
    """

    content: bytes | None
    changes: list[list[str]]
    ignored_lines: int
    unread_lines: list[int]


class _Line:
    """A line of the file: its bytes, what git reads in it, and which wanted credential it is."""

    __slots__ = ('raw', 'credential', 'wanted')

    def __init__(
        self, raw: bytes, credential: Credential | None = None, wanted: int | None = None
    ) -> None:
        self.raw = raw
        self.credential = credential
        self.wanted = wanted


class _Reading(t.NamedTuple):
    """A line in the two ways in which it can be read.

    C(actual) is what git finds in it. C(meant) is what its writer meant, without the byte order
    mark or the CR that keep git from using it; C(fault) is then V(line_end) or V(byte_order_mark).
    """

    actual: Credential | None
    meant: Credential | None
    body: bytes
    fault: str | None


def _read(raw: bytes) -> _Reading:
    body = raw[:-1] if raw.endswith(b'\n') else raw
    actual = parse_line(body)
    for fault, repaired in (
        ('byte_order_mark', body[3:].rstrip(b'\r') if body.startswith(BYTE_ORDER_MARK) else body),
        ('line_end', body[:-1] if body.endswith(b'\r') else body),
    ):
        meant = parse_line(repaired) if repaired != body else None
        if meant is not None:
            return _Reading(actual, meant, repaired, fault)
    return _Reading(actual, actual, body, None)


def edit(
    content: bytes | None, wanted: t.Sequence[Wanted], fix_line_endings: bool = False
) -> Result:
    """Bring a credential store into the desired state, and keep every other byte of it.

    Each wanted credential ends up in exactly one line, before every line that git would find
    instead: one without a path before all others of its host, one with a path before all others
    of that path. The order of the wanted ones counts.

    :param content: bytes of the file, or None where it does not exist.
    :param fix_line_endings: also repair lines of others that end in CR LF.
    :raises BadInput: two wanted credentials contradict each other.
    """
    plan = _Plan(wanted)
    lines: list[_Line] = []
    ignored_lines = 0
    for raw in _split(content or b''):
        line = plan.judge(raw, fix_line_endings)
        if line is not None:
            lines.append(line)
            ignored_lines += line.raw is raw and _read(raw).fault == 'line_end'
    lines = plan.order(lines)
    text = b''.join(line.raw for line in lines)
    return Result(
        content if text == (content or b'') else text,
        plan.changes,
        ignored_lines,
        plan.unread(lines),
    )


def _split(content: bytes) -> list[bytes]:
    """Lines with their line feeds; a CR does not end a line."""
    lines = content.split(b'\n')
    last = lines.pop()
    return [line + b'\n' for line in lines] + ([last] if last else [])


def _lower(credential: Credential) -> _Place:
    return credential.protocol, credential.host.lower(), credential.path


class _Plan:
    """The wanted credentials by place, and what had to be changed for each."""

    def __init__(self, wanted: t.Sequence[Wanted]) -> None:
        self.wanted = wanted
        self.lines = [line_of(one) if one.present else b'' for one in wanted]
        self.changes: list[list[str]] = [[] for one in wanted]
        self.present: dict[tuple[_Place, bytes | None], int] = {}
        self.absent: dict[tuple[_Place, bytes | None], int] = {}
        self.others: dict[_Place, int] = {}
        self.seen: set[int] = set()
        for number, one in enumerate(wanted):
            user = one.username.encode('utf-8') if one.username is not None else None
            place = one.url.place
            removed = (place[0], place[1].lower(), place[2])
            if (place, user) in self.present or (removed, user) in self.absent:
                raise BadInput(
                    'Two entries are for %s and the same user. Keep one of them.' % (one.url,)
                )
            if one.present:
                self.present[(place, user)] = number
            else:
                self.absent[(removed, user)] = number
            if one.present and one.exclusive:
                self.others.setdefault(place, number)
        self.hosts = {one.url.host.lower().encode('ascii') for one in wanted}
        self.gone = {place[1] for place, user in self.absent}

    def _change(self, number: int, what: str) -> None:
        if what not in self.changes[number]:
            self.changes[number].append(what)

    def judge(self, raw: bytes, fix_line_endings: bool) -> _Line | None:
        """The new line, or None when it is removed."""
        reading = _read(raw)
        meant = reading.meant
        if meant is None or (meant.host.lower() not in self.hosts and reading.fault is None):
            return None if self._removes_by_hand(reading.body) else _Line(raw, reading.actual)
        number = self.present.get((meant[:3], meant.username))
        if number is not None:
            return self._keep(number, raw, meant, reading.fault)
        if self._removes(meant) or self._removes_by_hand(reading.body):
            return None
        if meant[:3] in self.others:
            self._change(self.others[meant[:3]], 'other_users')
            return None
        if reading.fault is None or not fix_line_endings:
            return _Line(raw, reading.actual)
        return _Line(reading.body + b'\n', meant)

    def _removes(self, credential: Credential) -> bool:
        place = _lower(credential)
        for user in (credential.username, None):
            number = self.absent.get((place, user))
            if number is not None:
                self._change(number, 'entry')
                return True
        return False

    def _removes_by_hand(self, body: bytes) -> bool:
        by_hand = parse_by_hand(body.rstrip(b'\r')) if self.absent else None
        return by_hand is not None and self._removes(by_hand)

    def unread(self, lines: list[_Line]) -> list[int]:
        """Numbers of lines that name a server of a removed entry, but not so that git reads it."""
        return [
            number
            for number, line in enumerate(lines, 1)
            if self.gone
            and (line.credential is None or line.credential.host.lower() not in self.gone)
            and line.wanted is None
            and any(_names(line.raw.lower(), host) for host in self.gone)
        ]

    def _keep(self, number: int, raw: bytes, found: Credential, fault: str | None) -> _Line | None:
        """The first line of a wanted credential stays and is corrected; what repeats it goes."""
        if number in self.seen:
            self._change(number, 'duplicates')
            return None
        self.seen.add(number)
        right = found._replace(password=(self.wanted[number].password or '').encode('utf-8'))
        if fault is not None:
            self._change(number, fault)
        if found.password != right.password:
            self._change(number, 'password')
        wrong = fault is not None or found.password != right.password
        return _Line(self.lines[number] if wrong else raw, right, number)

    def order(self, lines: list[_Line]) -> list[_Line]:
        """Add what is missing, and move what git would not find; other lines keep their order."""
        by_host: dict[tuple[bytes, bytes], list[_Line]] = {}
        for line in lines:
            if line.credential is not None:
                by_host.setdefault(line.credential[:2], []).append(line)
        front: list[int] = []
        moved: set[int] = set()
        around: _Around = {}
        for host, paths in self._by_host().items():
            group = by_host.get(host, [])
            for path, numbers in sorted(paths.items()):  # the one without a path comes first
                rivals = [
                    line
                    for line in group
                    if not path or (line.credential is not None and line.credential.path == path)
                ]
                if [line.wanted for line in rivals[: len(numbers)]] == numbers:
                    continue
                moved.update(numbers)
                for number in numbers:
                    self._change(number, 'order' if number in self.seen else 'entry')
                self._place(path, numbers, group, front, around)
        return self._merge(lines, front, moved, around)

    def _by_host(self) -> dict[tuple[bytes, bytes], dict[bytes, list[int]]]:
        hosts: dict[tuple[bytes, bytes], dict[bytes, list[int]]] = {}
        for number, one in enumerate(self.wanted):
            if one.present:
                place = one.url.place
                hosts.setdefault(place[:2], {}).setdefault(place[2], []).append(number)
                if number not in self.seen:
                    self._change(number, 'entry')
        return hosts

    def _place(
        self,
        path: bytes,
        numbers: list[int],
        group: list[_Line],
        front: list[int],
        around: _Around,
    ) -> None:
        """Where new and moved lines go. C(around) maps a line to what goes before and behind it."""
        others = [
            (line, line.credential)
            for line in group
            if line.credential is not None and (line.wanted is None or line.wanted not in numbers)
        ]
        rival = next((line for line, found in others if path and found.path == path), None)
        general = [line for line, found in others if not found.path]
        if rival is not None:
            around.setdefault(id(rival), ([], []))[0].extend(numbers)
        elif path and general:  # else git would also use it for other repositories of the host
            around.setdefault(id(general[-1]), ([], []))[1].extend(numbers)
        else:
            front.extend(numbers)

    def _merge(
        self, lines: list[_Line], front: list[int], moved: set[int], around: _Around
    ) -> list[_Line]:
        result = [self._new(number) for number in front]
        for line in lines:
            before, behind = around.get(id(line), ([], []))
            result.extend(self._new(number) for number in before)
            if line.wanted is None or line.wanted not in moved:
                result.append(line)
            result.extend(self._new(number) for number in behind)
        for line in result[:-1]:
            if not line.raw.endswith(b'\n'):
                line.raw += b'\n'
        return result

    def _new(self, number: int) -> _Line:
        return _Line(self.lines[number], None, number)


def _names(text: bytes, host: bytes) -> bool:
    """Whether a host name is in a text, not as a part of another name."""
    at = text.find(host)
    while at >= 0:
        around = text[at - 1 : at] if at else b'', text[at + len(host) : at + len(host) + 1]
        if not any(one.isalnum() or one in (b'-', b'_') for one in around) and around[0] != b'.':
            return True
        at = text.find(host, at + 1)
    return False
