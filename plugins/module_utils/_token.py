# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Tokens, basic and bearer, whose values are not shown by accident."""

from __future__ import annotations

import base64
import typing as t
from datetime import datetime, timezone
from math import isfinite

from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    fingerprint,
    register,
)

BASIC = 'basic'
BEARER = 'bearer'
# Seconds that time synchronisation may set a clock back. Beyond that, stored times are not used.
CLOCK_TOLERANCE = 60
_NUMBER = (int, float)
_OPTIONAL_TEXT = (str, type(None))
_STORED_TYPES: t.Dict[str, t.Any] = {
    'type': str,
    'secret': str,
    'token_type': str,
    'issued_at': _NUMBER,
    'fetched_at': _NUMBER,
    'extras': dict,
    'refresh_token': _OPTIONAL_TEXT,
    'expires_at': (int, float, type(None)),
    'scope': _OPTIONAL_TEXT,
    'username': _OPTIONAL_TEXT,
}


def iso8601(epoch: t.Optional[float]) -> t.Optional[str]:
    """:param epoch: seconds since 1970, or None.

    :returns: UTC as C(2026-01-31T12:00:00Z), the last day of the calendar for later times, or
        None."""
    if epoch is None:
        return None
    try:
        return datetime.fromtimestamp(int(epoch), timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    except (ValueError, OverflowError, OSError):
        return '9999-12-31T23:59:59Z' if epoch > 0 else None


def from_iso8601(text: t.Any) -> t.Optional[float]:
    """Parse the forms of dates that the servers write.

    :param text: C(2014-01-28T17:17:07.701+0000), C(2020-04-23T21:49:40.112+01:00) or with C(Z); the
        fraction may be missing.
    :returns: seconds since 1970 as a float, or None if it is not a date.
    """
    if not isinstance(text, str):
        return None
    for form in ('%Y-%m-%dT%H:%M:%S.%f%z', '%Y-%m-%dT%H:%M:%S%z'):
        try:
            return datetime.strptime(text.strip(), form).timestamp()
        except (ValueError, OverflowError):
            continue
    return None


def basic_authorization(username: t.Optional[str], password: str) -> str:
    """:returns: the value of an C(Authorization) header, which is registered as a secret.

    It is in UTF-8 and not form-encoded (RFC 7617 section 2.1)."""
    encoded = base64.b64encode(('%s:%s' % (username, password)).encode('utf-8')).decode('ascii')
    # The base64 of a pair does not contain that of the secret alone
    register(encoded)
    return 'Basic ' + encoded


def required_rest(lifetime: t.Optional[float], min_remaining: float) -> float:
    """:returns: the seconds that a token must still be valid: C(min_remaining). If its whole
    lifetime is not longer than that, a fifth of the lifetime, so that tokens of a minute can still
    be used twice, and a long C(min_remaining) does not replace a token at each run.

    :param lifetime: seconds, or None if it is not known."""
    return min_remaining if lifetime is None or lifetime > min_remaining else lifetime / 5.0


class Token:
    """One token. Its secrets are attributes; C(repr), C(str) and C(format) do not show them.

    :ivar kind: V(basic) or V(bearer).
    :ivar type: the type of the source that it came from.
    :ivar username: of a basic token, else None.
    :ivar secret: the password or the access token.
    :ivar issued_at: when it was issued, seconds since 1970, counted from before the request.
    :ivar fetched_at: when it was requested, which is later if a server returns the same one again.
    :ivar expires_at: seconds since 1970, or None if it does not expire or that is unknown.
    :ivar refresh_token: of a bearer token that has one.
    :ivar extras: what this type adds to the result (plain JSON types).
    """

    __slots__ = (
        'kind',
        'type',
        'username',
        'secret',
        'issued_at',
        'expires_at',
        'token_type',
        'scope',
        'refresh_token',
        'extras',
        'fetched_at',
    )

    def __init__(
        self,
        kind: str,
        type: str,
        secret: str,
        issued_at: float,
        username: t.Optional[str] = None,
        expires_at: t.Optional[float] = None,
        token_type: str = 'Bearer',
        scope: t.Optional[str] = None,
        refresh_token: t.Optional[str] = None,
        extras: t.Optional[t.Mapping[str, t.Any]] = None,
        fetched_at: t.Optional[float] = None,
    ) -> None:
        self.kind = kind
        self.type = type
        self.username = username
        self.secret = secret
        self.issued_at = issued_at
        self.expires_at = expires_at
        self.token_type = token_type
        self.scope = scope
        self.refresh_token = refresh_token
        self.extras = dict(extras or {})
        self.fetched_at = issued_at if fetched_at is None else fetched_at
        register(secret, refresh_token)
        if kind == BASIC:
            basic_authorization(username, secret)

    def __repr__(self) -> str:
        return '<%s token of %s, fingerprint %s>' % (self.kind, self.type, self.fingerprint)

    @property
    def fingerprint(self) -> str:
        """Twelve digits that identify the token without revealing it."""
        return fingerprint(self.secret)

    @property
    def authorization(self) -> str:
        """The value of the Authorization header."""
        if self.kind == BASIC:
            return basic_authorization(self.username, self.secret)
        return 'Bearer ' + self.secret

    def good_until(self, min_remaining: float = 0) -> t.Optional[float]:
        """Return the time until which the token remains valid for C(min_remaining).

        :param min_remaining: seconds; see C(required_rest).
        :returns: seconds since 1970, or None if it has no end.
        """
        if self.expires_at is None:
            return None
        return self.expires_at - required_rest(self.expires_at - self.issued_at, min_remaining)

    def lasts(self, now: float, min_remaining: float = 0) -> bool:
        """Return whether it is valid for at least so long (see C(good_until)).

        :param now: seconds since 1970.
        :returns: False if it ends sooner, or if the clock is before the time at which it was
            issued.
        """
        until = self.good_until(min_remaining)
        return now >= self.issued_at - CLOCK_TOLERANCE and (until is None or now < until)

    def as_result(self) -> t.Dict[str, t.Any]:
        """:returns: the token as users get it, in plain JSON types. It contains the secrets."""
        result: t.Dict[str, t.Any] = {'kind': self.kind, 'type': self.type}
        if self.kind == BASIC:
            result.update(username=self.username, password=self.secret)
        else:
            result.update(access_token=self.secret, token_type=self.token_type, scope=self.scope)
        result.update(
            authorization=self.authorization,
            expires_at=iso8601(self.expires_at),
            fingerprint=self.fingerprint,
        )
        result.update(self.extras)
        return result

    def about(self) -> t.Dict[str, t.Any]:
        """:returns: what may be shown to anybody: kind, fingerprint, dates, scope."""
        shown = {
            'kind': self.kind,
            'fingerprint': self.fingerprint,
            'expires_at': iso8601(self.expires_at),
        }
        if self.kind == BEARER:
            shown['scope'] = self.scope
        return shown

    def dump(self) -> t.Dict[str, t.Any]:
        """:returns: all of it as plain JSON types, for a private file (see C(Token.load))."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def load(cls, data: t.Any) -> Token:
        """The opposite of C(dump).

        :raises ValueError: the data are not those of a token.
        """
        if not isinstance(data, dict) or set(data) != set(cls.__slots__) or not _is_token(data):
            raise ValueError('not a token')
        return cls(**data)


def _is_token(data: t.Mapping[str, t.Any]) -> bool:
    return (
        data['kind'] in (BASIC, BEARER)
        and bool(data['secret'])
        and all(isinstance(data[name], types) for name, types in _STORED_TYPES.items())
        and (data['kind'] != BASIC or data['username'] is not None)
        and all(_is_time(data[name]) for name in ('issued_at', 'fetched_at', 'expires_at'))
    )


def _is_time(value: t.Any) -> bool:
    return value is None or (not isinstance(value, bool) and isfinite(value))
