# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""A response of a server, and the strict reading of its JSON."""

from __future__ import annotations

import json
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import ServerProblem
from ansible_collections.buildops.tokens.plugins.module_utils._http.retry import epoch_of
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import in_shape

LARGEST_RESPONSE = 1024 * 1024  # bytes


class Response:
    """What a server sent.

    :ivar request_label: C(POST nexus.example.com/service/rest/…), for messages.
    :ivar status: the HTTP status.
    :ivar headers: a mapping whose names match in any letter case.
    :ivar body: bytes, at most C(LARGEST_RESPONSE) unless the request allowed more.
    """

    def __init__(
        self, request_label: str, status: int, headers: t.Mapping[str, str], body: bytes
    ) -> None:
        self.request_label = request_label
        self.status = status
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        return '<%s: %d>' % (self.request_label, self.status)

    def header(self, name: str) -> t.Optional[str]:
        """:returns: the header's value or None, whatever the case of its name."""
        return self.headers.get(name)

    @property
    def media_type(self) -> str:
        """The media type in lower case, as the server wrote it: not fit to be shown."""
        return (self.header('Content-Type') or '').split(';')[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether it is a page, by its media type or its first characters.

        Some servers send JSON as text/html."""
        start = self.body[:256].replace(b'\xef\xbb\xbf', b'').lstrip()[:14].lower()
        named = self.media_type in ('text/html', 'application/xhtml+xml')
        return (named and start[:1] not in (b'{', b'[')) or start.startswith(
            (b'<!doctype html', b'<html')
        )

    @property
    def date(self) -> t.Optional[float]:
        """The server's own clock in seconds since 1970, or None."""
        return epoch_of(self.header('Date') or '')

    def text(self, errors: str = 'replace') -> str:
        """Decode the body as its header says, if that is an encoding in real use, else as UTF-8.

        :param errors: how bytes that cannot be decoded are handled, as in C(bytes.decode)."""
        match = re.search(
            r'charset="?(iso-8859-[0-9]+|windows-125[0-9])',
            (self.header('Content-Type') or '').lower(),
        )
        try:
            return self.body.decode(match.group(1) if match else 'utf-8-sig', errors)
        except LookupError:
            return self.body.decode('utf-8-sig', errors)

    def json(self) -> t.Any:
        """:returns: the JSON value in the body.
        :raises ServerProblem: it is not strict JSON; the message contains nothing of it."""
        if self.is_html:
            raise ServerProblem(
                '%s answered %d with a page of HTML instead of JSON: a login page, a proxy, or the '
                'wrong address. Check url, also its path.' % (self.request_label, self.status),
                self.status,
            )
        try:
            return json.loads(
                self.text('strict'),
                parse_constant=_no_constant,
                parse_float=_finite,
                parse_int=short_integer,
                object_pairs_hook=_no_duplicates,
            )
        except (ValueError, RecursionError):
            raise ServerProblem(
                '%s answered %d with something that is not valid JSON (%d bytes, content type %s).'
                % (
                    self.request_label,
                    self.status,
                    len(self.body),
                    in_shape('media type', self.media_type) or 'none',
                ),
                self.status,
            ) from None

    def json_object(self) -> t.Dict[str, t.Any]:
        """:returns: the JSON object in the body. :raises ServerProblem: it is not one."""
        value = self.json()
        if not isinstance(value, dict):
            raise ServerProblem(
                '%s answered %d with JSON that is not an object.'
                % (self.request_label, self.status),
                self.status,
            )
        return value

    def error_object(self) -> t.Dict[str, t.Any]:
        """:returns: the JSON object of a refusal, or an empty one where there is none."""
        try:
            value = self.json()
        except ServerProblem:
            return {}
        return value if isinstance(value, dict) else {}


def _no_constant(name: str) -> t.NoReturn:
    raise ValueError('%s is not JSON' % name)


def short_integer(digits: str) -> int:
    """Read an integer of JSON.

    Python before 3.10.7 reads one of any length, in time that grows with its square.

    :raises ValueError: as later ones, it has more than 4300 digits.
    """
    if len(digits) > 4300:
        raise ValueError('number too long')
    return int(digits)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float('inf'), float('-inf')):
        raise ValueError('number too large')
    return number


def _no_duplicates(pairs: t.List[t.Tuple[str, t.Any]]) -> t.Dict[str, t.Any]:
    result = dict(pairs)
    if len(result) != len(pairs) and any(not _same(result[key], value) for key, value in pairs):
        raise ValueError('a key occurs twice')
    return result


def _same(one: t.Any, other: t.Any) -> bool:
    """:returns: whether two JSON values are equal. Python finds 1, 1.0 and true equal."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
