# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What to do about a token, decided from what is wanted and what was found. Pure: no clock, no network."""

from __future__ import annotations

from collections import namedtuple

KEEP = 'keep'
ISSUE = 'issue'
RENEW = 'renew'
REVOKE = 'revoke'

REGENERATE = ('never', 'if_expired', 'if_invalid', 'always')

DesiredState = namedtuple('DesiredState', 'state regenerate min_remaining max_age')
DesiredState.__new__.__defaults__ = ('present', 'if_expired', 0, None)
DesiredState.__doc__ = """What the user wants.

:param state: V(present) or V(absent).
:param regenerate: one of C(REGENERATE).
:param min_remaining: seconds that a token must still be good for.
:param max_age: seconds after which a token counts as expired although its server sets no end, or None.
"""

CurrentState = namedtuple('CurrentState', 'exists token expires_at created_at expired works fresh')
CurrentState.__new__.__defaults__ = (None, None, None, None, False, None, False)
CurrentState.__doc__ = """What a provider found out.

:param exists: True, False, or None where the system has no way to tell without creating one.
:param token: the token itself, where it could be read.
:param expires_at: seconds since 1970, or None.
:param created_at: seconds since 1970, or None.
:param expired: the system itself says that it has expired.
:param works: False when the system refused it, True when it took it, None when nobody tried.
:param fresh: it did not exist before this inspection, which made it (only where it was wanted).
"""


def lifetime_is_over(desired, found, now):
    """Has it expired, or does it end too soon, or is it too old?"""
    if found.expired:
        return True
    if found.token is not None and not found.token.lasts(now, desired.min_remaining):
        return True
    if (
        found.token is None
        and found.expires_at is not None
        and found.expires_at - now <= desired.min_remaining
    ):
        return True
    return (
        desired.max_age is not None
        and found.created_at is not None
        and now - found.created_at > desired.max_age
    )


def decide(desired, found, now):
    """Choose what to do.

    :param desired: C(DesiredState).
    :param found: C(CurrentState).
    :param now: seconds since 1970.
    :returns: V(keep), V(issue), V(renew) or V(revoke). A token that may or may not exist is never renewed, since that could
        take a live one away from others: it is issued (which keeps a live one, where the system works like that).
    """
    if desired.state == 'absent':
        return KEEP if found.exists is False else REVOKE
    if found.exists is False:
        return ISSUE
    if desired.regenerate == 'always':
        return KEEP if found.fresh else RENEW
    if found.exists is None:
        return ISSUE
    if desired.regenerate == 'never' or found.fresh:
        return KEEP
    if lifetime_is_over(desired, found, now):
        return RENEW
    if desired.regenerate == 'if_invalid' and found.works is False:
        return RENEW
    return KEEP
