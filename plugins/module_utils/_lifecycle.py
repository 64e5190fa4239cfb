# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""From a wish to a token: look, decide, act."""

from __future__ import annotations

import time
from collections import namedtuple

from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    ISSUE,
    KEEP,
    RENEW,
    REVOKE,
    decide,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601

Outcome = namedtuple('Outcome', 'token changed action found server warnings')
Outcome.__doc__ = """What came of it.

:param token: the C(Token), or None (absent, check mode, or a value that its server shows only once).
:param changed: something was changed on the server, or would have been.
:param action: what C(policy.decide) chose.
:param found: what was there before.
:param server: a mapping about the server.
:param warnings: sentences for the user.
"""


def ensure(provider, desired, known=None, check_mode=False, clock=time.time):
    """Bring a token into the wanted state.

    :param provider: a C(Provider). :param desired: C(policy.DesiredState). :param known: the C(Token) of the cache, or None.
    :param check_mode: predict only; types that leave nothing behind on their server still get their token.
    :returns: C(Outcome).
    :raises TokensError: with what to do.
    """
    try:
        found = provider.inspect(desired, known, check_mode)
        action = decide(desired, found, clock())
        token, changed = found.token, (found.fresh or action != KEEP) and not provider.STATELESS
        if check_mode and not (provider.STATELESS and action in (ISSUE, RENEW)):
            if found.exists is None and action == ISSUE:
                changed = False
            if action != KEEP:
                token = None
        elif action == ISSUE:
            token = provider.issue(found)
        elif action == RENEW:
            token = provider.renew(found)
        elif action == REVOKE:
            changed, token = provider.revoke(found), None
        return Outcome(token, changed, action, found, provider.server(), list(provider.warnings))
    finally:
        provider.close()


def diff(outcome):
    """:returns: C(before) and C(after) for diff mode: dates and fingerprints, no value."""
    found = outcome.found
    if found.fresh or found.exists is False:
        before = {'state': 'absent'}
    elif found.token is not None:
        before = dict(found.token.about(), state='present')
    else:
        before = {
            'state': 'present' if found.exists else 'unknown',
            'expires_at': iso8601(found.expires_at),
        }
    if outcome.action == REVOKE:
        after = {'state': 'absent'}
    elif outcome.token is not None:
        after = dict(outcome.token.about(), state='present')
    else:
        after = (
            before
            if outcome.action == KEEP
            else {'state': 'present', 'fingerprint': 'not known before it is issued'}
        )
    return {'before': before, 'after': after}
