# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: whether a token is new, when it is replaced, and its removal."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import diff
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from tests.support.nexus_user_tokens import (
    ATTRIBUTES,
    LOCAL,
    MIDDLE,
    NOW,
    OLD,
    OLDEST,
    SIESTA,
    TOKEN,
    look,
    missed,
    refused,
    run,
    server,
    step1,
    step2,
)
from tests.support.scripted import answer, page


@pytest.mark.parametrize(
    ('created', 'changed'),
    [
        ('2026-01-31T12:00:00.000+0000', True),
        ('2026-01-31T13:00:00.5+01:00', True),
        ('2026-01-31T11:59:59.999Z', False),
        ('2014-01-28T17:17:07.701+0000', False),
        ('soon', False),
    ],
)
def test_before_3_69_only_the_date_of_the_token_shows_whether_it_is_new(created, changed):
    assert (
        run(step1(version='3.50.0'), step2(gives=answer(200, dict(TOKEN, created=created)))).changed
        is changed
    )


def test_from_3_69_on_the_server_reports():
    outcome = run(step1(version='3.71.0'), look(answer(404)), step2(), look())
    assert outcome.changed and outcome.token.as_result()['expires_at'] == '2026-03-02T12:00:00Z'
    assert diff(outcome)['before'] == {'state': 'absent'}
    recent = answer(200, dict(TOKEN, created='2026-01-31T12:00:00.000+0000'))
    assert not run(step1(version='3.71.0'), look(), step2(gives=recent)).changed


def test_that_the_expiry_of_a_new_token_cannot_be_asked_does_not_lose_it():
    outcome = run(step1(version='3.71.0'), look(answer(404)), step2(), look(page(500)))
    assert outcome.token.secret == TOKEN['passCode']
    assert outcome.warnings == [
        'When the token expires could not be found out: GET server.test%s answered 500. See the '
        'server log for details.' % ATTRIBUTES
    ]


# Replacing it


def test_regenerate_always_resets_with_one_ticket_and_reads_with_another():
    outcome = run(
        step1(version='3.50.0'),
        step2(gives=answer(204), method='DELETE'),
        step1(ticket='second'),
        step2(ticket='second'),
        regenerate='always',
    )
    assert outcome.changed and outcome.action == 'renew'


def test_regenerate_always_where_there_was_none():
    run(
        step1(version='3.50.0'),
        step2(gives=answer(404), method='DELETE'),
        step1(ticket='second'),
        step2(ticket='second'),
        regenerate='always',
    )
    run(step1(version='3.71.0'), look(answer(404)), step2(), look(), regenerate='always')


def test_regenerate_never_keeps_an_expired_token_and_cannot_read_it():
    outcome = run(step1(version='3.97.0'), look(answer(410)), regenerate='never')
    assert (outcome.token, outcome.changed) == (None, False)


@pytest.mark.parametrize(
    'gone', [answer(410), answer(400, body='User Token expired', content_type='text/plain')]
)
def test_an_expired_token_is_replaced(gone):
    outcome = run(step1(version='3.71.0'), look(gone), step2(method='POST'), look())
    assert outcome.changed and outcome.token.as_result()['expires_at'] == '2026-03-02T12:00:00Z'


def test_a_live_token_stays_however_soon_it_ends_unless_a_margin_is_asked_for():
    soon = {'expirationTimeTimestamp': str((NOW + 60) * 1000), 'expirationEnabled': 'true'}
    assert not run(step1(version='3.71.0'), look(answer(200, soon)), step2()).changed
    outcome = run(
        step1(version='3.71.0'),
        look(answer(200, soon)),
        step2(),
        step1(ticket='2'),
        step2(gives=answer(204), method='DELETE', ticket='2'),
        step1(ticket='3'),
        step2(ticket='3'),
        look(),
        min_remaining=3600,
    )
    assert outcome.changed


def test_max_age_goes_by_the_date_of_creation():
    a_day_old = dict(TOKEN, created='2026-01-30T12:00:00.000+0000')
    assert not run(
        step1(version='3.50.0'), step2(gives=answer(200, a_day_old)), max_age=86400
    ).changed
    outcome = run(
        step1(version='3.50.0'),
        step2(gives=answer(200, a_day_old)),
        step1(ticket='2'),
        step2(gives=answer(204), method='DELETE', ticket='2'),
        step1(ticket='3'),
        step2(ticket='3'),
        max_age=86399,
    )
    assert outcome.changed


@pytest.mark.parametrize(
    ('version', 'script', 'path'),
    [
        ('3.50.0', [step1(version='3.50.0'), step2()], '/service/rest/v1/status'),
        ('3.14.0', [step1(version='3.14.0'), step2(MIDDLE)], '/service/rest/wonderland/status'),
        (
            '3.7.0',
            [step1(gives=missed('3.7.0', status=405, html=True)), step1(SIESTA), step2(OLD)],
            '/service/siesta/wonderland/status',
        ),
        (
            '2.2',
            [step1(gives=page(405, '<link href="x.css?2.2" > nexus')), step1(LOCAL), step2(OLDEST)],
            '/service/local/status',
        ),
    ],
)
def test_regenerate_if_invalid_tries_the_token_where_a_password_is_checked(version, script, path):
    token = basic_authorization(TOKEN['nameCode'], TOKEN['passCode'])
    for status in (200, 403, 503, 404):
        assert not run(*script, look(answer(status), path, token), regenerate='if_invalid').changed
    first, last = script[-2].path, script[-1].path
    outcome = run(
        *script,
        look(answer(401), path, token),
        step1(first, ticket='second'),
        step2(last, answer(204), 'DELETE', 'second'),
        step1(first, ticket='third'),
        step2(last, ticket='third'),
        look(answer(200), path, token),
        regenerate='if_invalid',
    )
    assert outcome.changed
    with pytest.raises(Refused, match='does not accept the user token that it gave.* Realm'):
        run(
            *script,
            look(answer(401), path, token),
            step1(first, ticket='second'),
            step2(last, answer(204), 'DELETE', 'second'),
            step1(first, ticket='third'),
            step2(last, ticket='third'),
            look(answer(401), path, token),
            regenerate='if_invalid',
        )


def test_a_token_that_was_replaced_lately_is_not_replaced_again():
    """Its realm is not active: each token of this server would be refused."""
    recent = {**TOKEN, 'created': '2026-01-05T12:00:00.000+0000'}
    login = basic_authorization(TOKEN['nameCode'], TOKEN['passCode'])
    with pytest.raises(Refused, match='Realm is probably not active'):
        run(
            step1(version='3.50.0'),
            step2(gives=answer(200, recent)),
            look(answer(401), '/service/rest/v1/status', login),
            regenerate='if_invalid',
        )


# Absent


def test_absent_where_there_is_none_costs_one_request():
    outcome = run(look(answer(404, headers=server('3.71.0'))), state='absent')
    assert (outcome.changed, outcome.token) == (False, None)


@pytest.mark.parametrize('gone', [200, 204])
def test_absent_resets_the_token(gone):
    assert run(
        look(answer(200, {}, headers=server('3.71.0'))),
        step1(),
        step2(gives=answer(gone), method='DELETE'),
        state='absent',
    ).changed
    assert run(
        look(answer(410, headers=server('3.97.0'))),
        step1(),
        step2(gives=answer(gone), method='DELETE'),
        state='absent',
    ).changed
    assert run(
        look(missed('3.50.0')), step1(), step2(gives=answer(gone), method='DELETE'), state='absent'
    ).changed
    assert run(
        look(missed('2.14.9', html=True)),
        step1(SIESTA),
        step2(OLD, answer(gone), 'DELETE'),
        state='absent',
    ).changed


def test_absent_before_3_69_where_there_was_none():
    assert not run(
        look(missed('3.50.0')), step1(), step2(gives=answer(404), method='DELETE'), state='absent'
    ).changed


def test_absent_with_a_wrong_password():
    assert 'does not accept the user name and password' in refused(
        look(answer(401)), state='absent'
    )
