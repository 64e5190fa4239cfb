# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The lifecycle of a token: inspect, decide, act."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    ISSUE,
    KEEP,
    RENEW,
    REVOKE,
    CurrentState,
    DesiredState,
    decide,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import Token, iso8601

if t.TYPE_CHECKING:
    from ansible_collections.buildops.tokens.plugins.module_utils._token_client import TokenClient


class Outcome(t.NamedTuple):
    """The result of a lifecycle operation.

    :ivar token: the C(Token), or None (absent, check mode, or a value that its server shows only
        once).
    :ivar changed: something was changed on the server, or would have been.
    :ivar action: the action that C(decide) chose.
    :ivar found: the state before.
    :ivar server: a mapping about the server.
    :ivar warnings: sentences for the user.
    """

    token: t.Optional[Token]
    changed: bool
    action: str
    found: CurrentState
    server: t.Dict[str, t.Any]
    warnings: t.List[str]


def ensure(
    provider: TokenClient,
    desired: DesiredState,
    known: t.Optional[Token] = None,
    check_mode: bool = False,
    clock: t.Callable[[], float] = time.time,
) -> Outcome:
    """Apply the desired state to a token, and close the provider.

    :param known: the C(Token) of the cache, or None.
    :param check_mode: predict only. Types that leave nothing behind on their server still get
        their token.
    :returns: C(Outcome).
    :raises TokensError: with cause and remedy.
    """
    try:
        found = provider.inspect(desired, known, check_mode)
        if provider.in_doubt and found.token is not None and found.token is known:
            found = found._replace(in_doubt=True)
        action = decide(desired, found, clock())
        if check_mode and not (provider.STATELESS and action in (ISSUE, RENEW)):
            token, changed = _predict(provider, found, action)
        else:
            token, changed = _act(provider, found, action)
        return Outcome(token, changed, action, found, provider.server(), list(provider.warnings))
    finally:
        provider.close()


def _changes(provider: TokenClient, found: CurrentState, action: str) -> bool:
    return (found.fresh or action != KEEP) and not provider.STATELESS


def _predict(
    provider: TokenClient, found: CurrentState, action: str
) -> t.Tuple[t.Optional[Token], bool]:
    unknown = found.exists is None and action == ISSUE
    changed = not unknown and _changes(provider, found, action)
    return (found.token if action == KEEP else None), changed


def _act(
    provider: TokenClient, found: CurrentState, action: str
) -> t.Tuple[t.Optional[Token], bool]:
    if action == REVOKE:
        return None, provider.revoke(found)
    token = found.token
    if action == ISSUE:
        token = provider.issue(found)
    elif action == RENEW:
        token = provider.renew(found)
    return token, _changes(provider, found, action)


def diff(outcome: Outcome) -> t.Dict[str, t.Any]:
    """:returns: C(before) and C(after) for diff mode: dates and fingerprints, no secret."""
    before = _state_before(outcome.found)
    after: t.Dict[str, t.Any]
    if outcome.action == REVOKE:
        after = {'state': 'absent'}
    elif outcome.token is not None:
        after = dict(outcome.token.about(), state='present')
    elif outcome.action == KEEP:
        after = before
    else:
        after = {'state': 'present', 'fingerprint': 'not known before it is issued'}
    return {'before': before, 'after': after}


def _state_before(found: CurrentState) -> t.Dict[str, t.Any]:
    if found.fresh or found.exists is False:
        return {'state': 'absent'}
    if found.token is not None:
        return dict(found.token.about(), state='present')
    return {
        'state': 'present' if found.exists else 'unknown',
        'expires_at': iso8601(found.expires_at),
    }
