# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Compare the desired with the current state of a token, and choose an action.

The functions are pure: they use neither clock nor network."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._token import Token, required_rest

KEEP = 'keep'
ISSUE = 'issue'
RENEW = 'renew'
REVOKE = 'revoke'

REGENERATE = ('never', 'if_expired', 'if_invalid', 'always')


class DesiredState(t.NamedTuple):
    """The state that the user requests.

    :ivar state: V(present) or V(absent).
    :ivar regenerate: one of C(REGENERATE).
    :ivar min_remaining: seconds that a token must still be valid.
    :ivar max_age: seconds after which a token counts as expired although its server sets no end,
        or None.
    """

    state: str = 'present'
    regenerate: str = 'if_expired'
    min_remaining: int = 0
    max_age: t.Optional[int] = None


class CurrentState(t.NamedTuple):
    """The state that a provider found.

    :ivar exists: True, False, or None if it cannot be found out without creating a token.
    :ivar token: the token itself, if it could be read.
    :ivar expires_at, created_at: seconds since 1970, or None.
    :ivar expired: the server itself reports that it has expired.
    :ivar works: False if the server refused it, True if it accepted it, None if it was not tried.
    :ivar fresh: the inspection created it (only if it was requested).
    :ivar in_doubt: a request that may have ended it was sent, and no answer reports its outcome.
    """

    exists: t.Optional[bool] = None
    token: t.Optional[Token] = None
    expires_at: t.Optional[float] = None
    created_at: t.Optional[float] = None
    expired: bool = False
    works: t.Optional[bool] = None
    fresh: bool = False
    in_doubt: bool = False


def lifetime_is_over(desired: DesiredState, current: CurrentState, now: float) -> bool:
    """:returns: whether it has expired, ends too soon, or is too old."""
    if current.expired:
        return True
    if current.token is not None:
        if not current.token.lasts(now, desired.min_remaining):
            return True
    elif current.expires_at is not None:
        began, ends = current.created_at, current.expires_at
        lifetime = None if began is None or began >= ends else ends - began
        if ends - now <= required_rest(lifetime, desired.min_remaining):
            return True
    return (
        desired.max_age is not None
        and current.created_at is not None
        and now - current.created_at > desired.max_age
    )


def decide(desired: DesiredState, current: CurrentState, now: float) -> str:
    """Choose what to do.

    :param now: seconds since 1970.
    :returns: V(keep), V(issue), V(renew) or V(revoke). If it is not known whether a token exists,
        it is issued, which keeps a live one where the server works like that. To renew it could
        take a live one away from others.
    """
    if desired.state == 'absent':
        return KEEP if current.exists is False else REVOKE
    if current.exists is False:
        return ISSUE
    if desired.regenerate == 'always':
        return KEEP if current.fresh else RENEW
    if current.exists is None:
        return ISSUE
    if current.in_doubt and current.works is not True:
        return RENEW
    if desired.regenerate == 'never' or current.fresh:
        return KEEP
    refused = desired.regenerate == 'if_invalid' and current.works is False
    return RENEW if refused or lifetime_is_over(desired, current, now) else KEEP
