# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The file C(instance.clid) of a registered Nuxeo server: two lines with the CLID, a description.

Measured on Nuxeo's own launcher and connect client of 10.10 and 2023: the first two lines count,
whatever they contain. CR LF does no harm. A byte order mark, a blank line before or between, or the
form with C(--) on one line makes the file unreadable for Nuxeo.
"""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import fingerprint

NAME = 'instance.clid'
# uuid.epoch.signature; before there were dates, a bare UUID
_FIRST = re.compile(
    r'[0-9A-Za-z-]+\.([0-9]{1,12})\.[!-~]+\Z|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z'
)
_SECOND = re.compile(r'(?!.*--)[!-~]+\Z')
_LINE = re.compile('\r\n|\r|\n')
_BOM = '\xef\xbb\xbf'


@dataclasses.dataclass(frozen=True, repr=False)
class Clid:
    """The identifier of a registered server.

    :ivar first: the first half, with the date of its end.
    :ivar second: the second half, a secret. Neither C(repr) nor C(str) shows it.
    """

    first: str
    second: str

    def __repr__(self) -> str:
        return '<CLID, fingerprint %s>' % self.fingerprint

    @property
    def text(self) -> str:
        """C(first--second), as containers accept it."""
        return '%s--%s' % (self.first, self.second)

    @property
    def expires_at(self) -> int | None:
        """Seconds since 1970, or None for an old one, which has no date."""
        found = _FIRST.match(self.first)
        return int(found.group(1)) if found and found.group(1) else None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text)


def _clid(lines: list[str]) -> Clid | None:
    if len(lines) < 2 or not _FIRST.match(lines[0]) or not _SECOND.match(lines[1]):
        return None
    return Clid(lines[0], lines[1])


def _loosely(text: str) -> tuple[Clid | None, list[str]]:
    """Read also forms that Nuxeo cannot read. :returns: (C(Clid) or None, the lines after it)."""
    lines = [
        line.strip()
        for line in _LINE.split(text[len(_BOM) :] if text.startswith(_BOM) else text)
        if line.strip()
    ]
    if lines and '--' in lines[0]:
        halves = lines[0].split('--')
        if len(halves) != 2:
            return None, []
        lines[:1] = halves
    return _clid(lines), lines[2:]


def from_option(text: str) -> Clid:
    """Read the option of a module.

    :param text: a CLID with C(--) between its halves, or on two lines.
    :raises BadInput: it is not one; the message contains nothing of it.
    """
    clid, more = _loosely(text)
    if clid is None or more:
        raise BadInput(
            'clid is not the identifier of a registration: it has two parts with -- between them, '
            'as https://connect.nuxeo.com shows it for an instance, and no description.'
        )
    return clid


def read(content: bytes | None, path: str) -> tuple[Clid | None, str, bool]:
    """Read the content of the file.

    :param content: None for no file.
    :param path: for messages.
    :returns: (C(Clid) or None where there is no registration, description, whether Nuxeo can read
        the file as it is).
    :raises FileProblem: it contains something else.
    """
    if content is None or not content.strip():
        return None, '', True
    text = content.decode('latin-1')  # the description may be in any encoding
    lines = _LINE.split(text)
    clid = _clid(lines)
    if clid is not None:
        return clid, lines[2] if len(lines) > 2 else '', True
    clid, more = _loosely(text)
    if clid is None:
        raise FileProblem(
            '%s contains something else than a registration of a Nuxeo server. Remove it, or '
            'correct data_dir.' % path
        )
    return clid, more[0] if more else '', False


def write(clid: Clid, description: str) -> bytes:
    """Return the content of a file.

    :param description: as C(read) returns it, or ASCII; one line.
    """
    return ('%s\n%s\n%s\n' % (clid.first, clid.second, description)).encode('latin-1')
