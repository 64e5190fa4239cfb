# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do about a token: a table, and what applies to all tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    ISSUE,
    KEEP,
    REGENERATE,
    RENEW,
    REVOKE,
    CurrentState,
    DesiredState,
    decide,
    lifetime_is_over,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import BASIC, Token

NOW = 1_700_000_000


def token(lifetime=None, age=100):
    issued = NOW - age
    return Token(
        BASIC,
        'nexus_user_token',
        'secret-of-the-token',
        issued,
        username='n',
        expires_at=None if lifetime is None else issued + lifetime,
    )


LIVE = CurrentState(exists=True, token=token())
ENDING = CurrentState(exists=True, token=token(1000, age=970))
OVER = CurrentState(exists=True, token=token(1000, age=1001))


@pytest.mark.parametrize(
    ('found', 'desired', 'action'),
    [
        # nothing is there
        (CurrentState(exists=False), DesiredState(), ISSUE),
        (CurrentState(exists=False), DesiredState(regenerate='always'), ISSUE),
        (CurrentState(exists=False), DesiredState(regenerate='never'), ISSUE),
        (CurrentState(exists=False), DesiredState('absent'), KEEP),
        # nobody knows
        (CurrentState(), DesiredState(), ISSUE),
        (CurrentState(), DesiredState(regenerate='always'), RENEW),
        (CurrentState(), DesiredState('absent'), REVOKE),
        (CurrentState(), DesiredState(regenerate='never'), ISSUE),
        # a live one
        (LIVE, DesiredState(), KEEP),
        (LIVE, DesiredState(regenerate='always'), RENEW),
        (LIVE, DesiredState(regenerate='never'), KEEP),
        (LIVE, DesiredState('absent'), REVOKE),
        (LIVE._replace(works=True), DesiredState(regenerate='if_invalid'), KEEP),
        (LIVE._replace(works=False), DesiredState(regenerate='if_invalid'), RENEW),
        (LIVE, DesiredState(regenerate='if_invalid'), KEEP),
        (LIVE._replace(works=False), DesiredState(), KEEP),
        (LIVE._replace(works=False), DesiredState(regenerate='never'), KEEP),
        # one that ends in 30 seconds
        (ENDING, DesiredState(), KEEP),
        (ENDING, DesiredState(min_remaining=29), KEEP),
        (ENDING, DesiredState(min_remaining=30), RENEW),
        (ENDING, DesiredState(min_remaining=60), RENEW),
        (ENDING, DesiredState(regenerate='never', min_remaining=60), KEEP),
        (ENDING, DesiredState(regenerate='if_invalid', min_remaining=60), RENEW),
        (ENDING, DesiredState('absent'), REVOKE),
        # one that is over
        (OVER, DesiredState(), RENEW),
        (OVER, DesiredState(regenerate='never'), KEEP),
        (OVER, DesiredState('absent'), REVOKE),
        (CurrentState(exists=True, expired=True), DesiredState(), RENEW),
        (CurrentState(exists=True, expired=True), DesiredState(regenerate='never'), KEEP),
        (CurrentState(exists=True, expired=True), DesiredState('absent'), REVOKE),
        # only its dates are known
        (CurrentState(exists=True, expires_at=NOW + 60), DesiredState(), KEEP),
        (CurrentState(exists=True, expires_at=NOW + 60), DesiredState(min_remaining=60), RENEW),
        (CurrentState(exists=True, expires_at=NOW), DesiredState(), RENEW),
        # one without an end
        (LIVE._replace(created_at=NOW - 3600), DesiredState(max_age=3600), KEEP),
        (LIVE._replace(created_at=NOW - 3601), DesiredState(max_age=3600), RENEW),
        (
            LIVE._replace(created_at=NOW - 3601),
            DesiredState(regenerate='never', max_age=3600),
            KEEP,
        ),
        (LIVE, DesiredState(max_age=1), KEEP),
        # one that this run has made
        (LIVE._replace(fresh=True), DesiredState(), KEEP),
        (LIVE._replace(fresh=True), DesiredState(regenerate='always'), KEEP),
        (LIVE._replace(fresh=True, created_at=NOW - 9999), DesiredState(max_age=1), KEEP),
        (LIVE._replace(fresh=True, works=False), DesiredState(regenerate='if_invalid'), KEEP),
    ],
)
def test_table(found, desired, action):
    assert decide(desired, found, NOW) == action


def test_T5_a_token_that_lives_shorter_than_the_margin_can_still_be_used():
    assert (
        decide(
            DesiredState(min_remaining=60), CurrentState(exists=True, token=token(50, age=1)), NOW
        )
        == KEEP
    )
    assert (
        decide(
            DesiredState(min_remaining=60), CurrentState(exists=True, token=token(50, age=45)), NOW
        )
        == RENEW
    )


@pytest.mark.parametrize(
    ('min_remaining', 'left', 'over'),
    [(60, 61, False), (60, 60, True), (1000, 300, False), (5000, 201, False), (5000, 200, True)],
)
def test_one_rule_for_a_lifetime_that_is_shorter_than_min_remaining(min_remaining, left, over):
    """Of a token of 1000 seconds, whether its value is known or not."""
    desired = DesiredState(min_remaining=min_remaining)
    ends = NOW + left
    described = CurrentState(exists=True, expires_at=ends, created_at=ends - 1000)
    known = CurrentState(exists=True, token=token(lifetime=1000, age=1000 - left))
    assert lifetime_is_over(desired, described, NOW) is over
    assert lifetime_is_over(desired, known, NOW) is over


dates = st.none() | st.integers(NOW - 10**6, NOW + 10**6)
tokens = st.none() | st.builds(
    token, lifetime=st.none() | st.integers(1, 10**6), age=st.integers(0, 10**6)
)
founds = st.builds(
    CurrentState,
    exists=st.sampled_from([None, True, False]),
    token=tokens,
    expires_at=dates,
    created_at=dates,
    expired=st.booleans(),
    works=st.sampled_from([None, True, False]),
    fresh=st.booleans(),
    in_doubt=st.just(False),
)
desires = st.builds(
    DesiredState,
    state=st.sampled_from(['present', 'absent']),
    regenerate=st.sampled_from(REGENERATE),
    min_remaining=st.integers(0, 10**6),
    max_age=st.none() | st.integers(1, 10**6),
)


@given(desires, founds)
def test_a_token_is_replaced_only_for_a_reason(desired, found):
    if decide(desired, found, NOW) != RENEW:
        return
    assert desired.state == 'present'
    assert desired.regenerate == 'always' or (
        found.exists is True
        and not found.fresh
        and desired.regenerate != 'never'
        and (
            lifetime_is_over(desired, found, NOW)
            or (desired.regenerate == 'if_invalid' and found.works is False)
        )
    )


@given(
    founds.filter(lambda found: found.exists is not False),
    st.sampled_from(['never', 'if_expired', 'if_invalid']),
)
def test_a_live_token_is_never_replaced_unless_asked_for(found, regenerate):
    live = found._replace(expired=False, works=None, token=token(), expires_at=None)
    assert decide(DesiredState(regenerate=regenerate), live, NOW) in (KEEP, ISSUE)
    assert found.exists is None or decide(DesiredState(regenerate=regenerate), live, NOW) == KEEP


@given(desires, founds)
def test_absent_is_never_answered_with_a_new_token(desired, found):
    action = decide(desired._replace(state='absent'), found, NOW)
    assert action == (KEEP if found.exists is False else REVOKE)
    assert decide(desired._replace(state='present'), found, NOW) != REVOKE


@given(desires, founds)
def test_a_second_look_at_a_new_token_keeps_it(desired, found):
    """Whatever a first run did, a second one with the same wish changes nothing, unless it asks for
    a new one every time.
    """
    if decide(desired, found, NOW) in (ISSUE, RENEW) and desired.regenerate != 'always':
        after = CurrentState(exists=True, token=token(10**8, age=0), created_at=NOW)
        assert decide(desired, after, NOW) == KEEP
    if desired.state == 'absent':
        assert decide(desired, CurrentState(exists=False), NOW) == KEEP
