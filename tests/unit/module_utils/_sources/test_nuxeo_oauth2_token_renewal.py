# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens: what exists already, in the cache or on the server, is kept, renewed or fetched
again.

O and T numbers are those of the fault catalogue.
"""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
    nuxeo_oauth2_token as nuxeo,
)
from tests.support.nuxeo_oauth2 import (
    ACCESS,
    CODE,
    GOING_ON,
    HEADLESS,
    IN_HAND,
    INVALID,
    MACHINE,
    NONE,
    NOW,
    REFRESH,
    SIGNED,
    URL,
    entry,
    known,
    latin,
    me,
    no,
    options_of,
    redeem,
    refresh,
    run,
    submit,
    token,
    tokens,
)
from tests.support.scripted import ANY, Ask, Scripted, answer, page


def test_an_existing_token_with_seconds_to_live_is_renewed_and_not_failed():
    for seconds in (3, 0):
        outcome = run(
            HEADLESS,
            submit(),
            redeem(tokens('old', 'oldrefresh', seconds)),
            refresh(tokens(), 'oldrefresh'),
        )
        assert outcome.token.secret == ACCESS and outcome.token.refresh_token == REFRESH
    outcome = run(
        SIGNED,
        token(tokens('old', 'oldrefresh', 59), grant_type=nuxeo.JWT_GRANT, assertion=ANY),
        refresh(tokens(), 'oldrefresh'),
        me(),
    )
    assert outcome.token.secret == ACCESS


@pytest.mark.parametrize('seconds, regenerate', [(3, 'if_expired'), (3599, 'always')])
def test_a_machine_s_token_is_ended_before_the_next_since_the_server_would_give_it_again(
    seconds, regenerate
):
    first, second = (
        token(
            latin({'access_token': value, 'token_type': 'bearer', 'expires_in': left}),
            grant_type='client_credentials',
        )
        for value, left in (('old', seconds), (ACCESS, 3600))
    )
    outcome = run(
        MACHINE,
        first,
        entry('DELETE', 204, 'ci', 'Bearer old'),
        second,
        desired=DesiredState(regenerate=regenerate, min_remaining=60),
    )
    assert outcome.token.secret == ACCESS and outcome.changed


@pytest.mark.parametrize(('seconds', 'replaced'), [(61, False), (60, True)])
def test_a_long_min_remaining_does_not_replace_a_token_at_each_run(seconds, replaced):
    """Without a cache, nothing tells the lifetime of a token that the server had already."""
    script = [entry('GET', 200), submit(), redeem(tokens(seconds=seconds))]
    if replaced:
        script.append(refresh(tokens('new')))
    outcome = run(dict(HEADLESS, cache='none'), *script, desired=DesiredState(min_remaining=86400))
    assert outcome.changed is replaced


def test_without_a_lasting_cache_the_server_is_asked_whether_it_had_the_token():
    for status, message, changed in (
        (404, NONE, True),
        (404, 'Invalid client: ci', True),
        (200, None, False),
    ):
        given = dict(HEADLESS, cache='run')
        assert (
            run(given, entry('GET', status, message=message), submit(), redeem()).changed is changed
        )
        outcome = run(given, entry('GET', status, message=message), check_mode=True)
        assert (outcome.changed, outcome.token) == (changed, None)
    outcome = run(
        dict(SIGNED, cache='run'),
        entry('GET', 200, authorization=ANY),
        token(None, grant_type=nuxeo.JWT_GRANT, assertion=ANY),
        me(),
    )
    assert outcome.changed is False


def test_servers_that_cannot_report_are_no_obstacle():
    for gives in (
        page(404),
        page(500),
        answer(403, {'message': 'no'}),
        answer(302, headers={'Location': 'https://sso.test'}),
    ):
        asked = entry('GET', 200)
        asked.gives = gives
        assert run(dict(HEADLESS, cache='run'), asked, submit(), redeem()).changed is True


def test_a_wrong_password_is_found_out_by_one_request():
    with pytest.raises(Refused, match='user name and password'):
        run(dict(HEADLESS, cache='run'), entry('GET', 401))


def test_check_mode_fetches_nothing():
    for given in (MACHINE, GOING_ON, IN_HAND):
        outcome = run(given, check_mode=True)
        assert outcome.token is None and outcome.changed is False
    assert run(HEADLESS, check_mode=True, known=known(1000)).changed is False
    assert run(HEADLESS, check_mode=True, known=known(10)).changed is True


# Renewing


def test_a_good_token_of_the_cache_costs_no_request():
    assert run(HEADLESS, known=known(61)).token.secret == 'known-access'


def test_O10_a_late_one_is_refreshed():
    outcome = run(HEADLESS, refresh(tokens('new', 'newrefresh')), known=known(59))
    assert (outcome.token.secret, outcome.token.refresh_token, outcome.changed) == (
        'new',
        'newrefresh',
        True,
    )


def test_O9_a_server_that_sends_no_new_refresh_token_leaves_the_old_one():
    outcome = run(
        HEADLESS,
        refresh(latin({'access_token': 'new', 'token_type': 'bearer', 'expires_in': 3600})),
        known=known(-5),
    )
    assert outcome.token.refresh_token == REFRESH


def test_O21_a_token_from_the_future_is_renewed():
    late = known(5000)
    late.issued_at = NOW + 1000
    assert run(HEADLESS, refresh(tokens('new')), known=late).token.secret == 'new'


def test_tokens_that_live_shorter_than_wanted_bring_a_warning():
    outcome = run(HEADLESS, refresh(tokens('new', seconds=50)), known=known(-5))
    assert 'valid for 50 seconds' in outcome.warnings[0]


def test_O3_an_invalid_refresh_token_leads_to_a_fresh_grant_where_there_is_one():
    assert (
        run(HEADLESS, refresh(INVALID), submit(), redeem(), known=known(-5)).token.secret == ACCESS
    )
    assert (
        run(
            SIGNED,
            refresh(INVALID),
            token(None, grant_type=nuxeo.JWT_GRANT, assertion=ANY),
            me(),
            known=known(-5),
        ).token.secret
        == ACCESS
    )


@pytest.mark.parametrize(
    'given, name',
    [(IN_HAND, 'new code'), (GOING_ON, 'new refresh_token')],
    ids=['code', 'refresh_token'],
)
def test_O3_without_one_the_user_is_asked_to_authorise_again(given, name):
    with pytest.raises(Refused, match='Authorise again') as caught:
        run(given, refresh(INVALID), known=known(-5))
    assert name in str(caught.value)


def test_O2_a_wrong_secret_at_the_refresh_does_not_lead_to_another_grant():
    with pytest.raises(Refused, match='client_secret is wrong'):
        run(
            HEADLESS,
            refresh(no('invalid_client', 'Disabled client or invalid client secret')),
            known=known(-5),
        )


def test_T13_a_newer_token_of_the_cache_is_used_before_anything_else():
    newer = known(1000, 'from-elsewhere', 'newer')
    assert run(HEADLESS, refresh(INVALID), known=known(-5), reload=lambda: newer).token is newer
    assert run(GOING_ON, refresh(INVALID), known=known(-5), reload=lambda: newer).token is newer


def test_T13_a_newer_token_that_is_late_too_is_refreshed():
    newer = known(5, 'from-elsewhere', 'newer')
    outcome = run(
        GOING_ON,
        refresh(INVALID),
        refresh(tokens('new'), 'newer'),
        known=known(-5),
        reload=lambda: newer,
    )
    assert outcome.token.secret == 'new'


def test_T13_the_store_is_read_again_after_a_moment():
    stored = [known(-5), known(1000, 'from-elsewhere', 'newer')]
    outcome = run(GOING_ON, refresh(INVALID), known=known(-5), reload=lambda: stored.pop(0))
    assert outcome.token.secret == 'from-elsewhere'


@pytest.mark.parametrize(
    'given, first',
    [
        (GOING_ON, refresh(tokens(seconds=10, refresh='next'))),
        (
            IN_HAND,
            token(tokens(seconds=10, refresh='next'), grant_type='authorization_code', code=CODE),
        ),
    ],
)
def test_T13_what_comes_of_a_first_request_is_kept_before_a_second_one_uses_it_up(given, first):
    kept = []
    with pytest.raises(ServerProblem):
        run(
            given,
            first,
            refresh(page(502), 'next'),
            desired=DesiredState(min_remaining=60),
            keep=kept.append,
        )
    assert [token.refresh_token for token in kept] == ['next']


def test_O11_a_lost_answer_is_not_asked_for_again_with_the_same_refresh_token():
    lost = Unreachable('lost')
    with pytest.raises(Unreachable):
        run(HEADLESS, refresh(lost), known=known(-5))
    asked = refresh()
    asked.repeatable = False
    run(HEADLESS, asked, known=known(-5))


def test_O18_the_server_is_asked_on_request_whether_the_token_works():
    desired = DesiredState(regenerate='if_invalid', min_remaining=60)
    for status, renewed in ((200, False), (401, True), (500, False), (403, False)):
        script = [
            Ask(
                'GET',
                '/api/v1/me',
                answer(status, {'id': 'jdoe'}),
                authorization='Bearer known-access',
            )
        ]
        if renewed:
            script += [refresh(tokens('new')), me(access='new')]
        assert run(HEADLESS, *script, known=known(1000), desired=desired).token.secret == (
            'new' if renewed else 'known-access'
        )


def test_always_refreshes():
    always = DesiredState(regenerate='always', min_remaining=60)
    assert (
        run(HEADLESS, refresh(tokens('new')), known=known(1000), desired=always).token.secret
        == 'new'
    )
    for given, first in ((dict(HEADLESS, cache='run'), [entry('GET', 200)]), (HEADLESS, [])):
        outcome = run(
            given,
            *first,
            submit(),
            redeem(tokens('old', 'oldrefresh')),
            refresh(tokens('new'), 'oldrefresh'),
            desired=always,
        )
        assert outcome.token.secret == 'new' and outcome.changed


@pytest.mark.parametrize('later, changed', [('10:00:00', False), ('11:00:01', True)])
def test_a_token_that_the_server_replaces_at_the_grant_is_a_change(later, changed):
    def made(at):
        asked = entry('GET', 200)
        asked.gives = answer(200, {'creationDate': '2026-12-01 ' + at})
        return asked

    outcome = run(dict(HEADLESS, cache='run'), made('10:00:00'), submit(), redeem(), made(later))
    assert outcome.changed is changed


@pytest.mark.parametrize('seconds, regenerate', [(3599, 'if_expired'), (3599, 'if_invalid')])
def test_a_user_who_does_not_exist_is_named(seconds, regenerate):
    """The server signs a token for anybody (measured)."""
    asked = token(tokens(seconds=seconds), grant_type=nuxeo.JWT_GRANT, assertion=ANY)
    script = [entry('GET', 404, authorization=ANY, message=NONE), asked, me(401)]
    with pytest.raises(Refused, match='Does the user jdoe exist'):
        run(
            dict(SIGNED, cache='run'),
            *script,
            desired=DesiredState(regenerate=regenerate, min_remaining=60),
        )


def test_a_token_that_is_refused_after_its_renewal_is_not_handed_out():
    desired = DesiredState(regenerate='if_invalid', min_remaining=60)
    with pytest.raises(Refused, match=r'issued a token that it does not accept \(401\)'):
        run(
            HEADLESS,
            me(401, 'known-access'),
            refresh(tokens('new')),
            me(401, 'new'),
            known=known(1000),
            desired=desired,
        )


@pytest.mark.parametrize(
    'status, message, exists', [(200, None, True), (404, NONE, False), (503, 'later', None)]
)
def test_a_description_asks_whether_there_is_a_token_and_gets_none(status, message, exists):
    with Scripted(entry('GET', status, message=message), url=URL) as client:
        provider = nuxeo.NuxeoOauth2Token(options_of(HEADLESS), client, lambda: NOW)
        about = provider.describe()
    assert about == {'exists': exists, 'expired': None, 'expires_at': None}
