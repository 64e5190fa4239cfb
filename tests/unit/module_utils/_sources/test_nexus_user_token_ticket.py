# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: refusals and faults of step 2, which spends the ticket.

N and T numbers are those of the fault catalogue.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
    Unreachable,
)
from tests.support.nexus_user_tokens import (
    NEW,
    TICKET,
    TOKEN,
    Clock,
    look,
    refused,
    run,
    server,
    step1,
    step2,
)
from tests.support.scripted import answer, page

STEP2 = [
    (
        answer(404, headers={'Server': 'Nexus/3.50.0 (PRO)'}),
        Refused,
        'They need Nexus Repository Pro with a licence, and must be switched on.',
    ),
    (
        answer(400, body='"User-token feature is not enabled"', content_type='application/json'),
        Refused,
        'The user token feature is switched off on server.test (400',
    ),
    (answer(400), Refused, 'The user token feature is switched off'),
    (answer(401), Refused, 'accepted the password for the ticket but not for the token (401'),
    (
        answer(403),
        Refused,
        'The user zoë lacks the right to have a user token on server.test (403 from GET '
        'server.test%s). Give it the privilege '
        'nx-usertoken-current' % NEW,
    ),
    (answer(410), Refused, 'The user token has expired (410'),
    (
        answer(400, body='User Token expired', content_type='text/plain'),
        Refused,
        'has expired (400',
    ),
    (answer(405), ServerProblem, 'answered 405. See the server log for details.'),
    (answer(400, body='other'), ServerProblem, 'answered 400.'),
    (
        answer(302, headers={'Location': 'https://idp.example/'}),
        Refused,
        'redirects to https://idp.example',
    ),
    (page(200), ServerProblem, 'page of HTML instead of JSON'),
    (answer(501), ServerProblem, 'answered 501'),
]


@pytest.mark.parametrize(
    ('gives', 'kind', 'sentence'),
    STEP2,
    ids=[str(entry[0].status) + entry[2][:12] for entry in STEP2],
)
def test_N2_N8_refusals_of_step_2_are_final(gives, kind, sentence):
    assert sentence in refused(step1(version='3.50.0'), step2(gives=gives), kind=kind)


@pytest.mark.parametrize('edition', ['OSS', 'COMMUNITY'])
def test_editions_without_user_tokens(edition):
    name = {'OSS': 'OSS', 'COMMUNITY': 'Community'}[edition]
    found = refused(
        step1(gives=answer(200, {'t': TICKET}, headers=server('3.50.0', edition))),
        step2(gives=answer(404)),
    )
    assert (
        found
        == (
            'The server has no user tokens (it answered 404: Nexus Repository %s 3.50.0; user '
            'tokens need Pro).'
        )
        % name
    )
    found = refused(
        step1(gives=answer(200, {'t': TICKET}, headers=server('3.84.0-03', edition))),
        look(answer(404)),
    )
    assert 'Nexus Repository %s 3.84.0-03; user tokens need Pro' % name in found


def test_an_unknown_version_is_asked_for_when_the_token_is_not_found():
    found = refused(
        step1(), look(answer(403), '/service/rest/wonderland/status'), step2(gives=answer(404))
    )
    assert found.endswith('Its version could not be found out: if it is a Pro, set nexus_version.')


@pytest.mark.parametrize('status', [400, 403, 500])
def test_T14_N7_a_refused_ticket_is_replaced_once(status):
    no = answer(
        status,
        body='ERROR: (ID x) java.lang.IllegalArgumentException: Invalid authentication ticket',
        content_type='text/plain',
    )
    run(step1(version='3.50.0'), step2(gives=no), step1(ticket='second'), step2(ticket='second'))
    found = refused(
        step1(version='3.50.0'),
        step2(gives=no),
        step1(ticket='second'),
        step2(gives=no, ticket='second'),
    )
    assert (
        'did not accept its own ticket (%d), twice. Behind a load balancer both steps must reach '
        'the same node, within 20 seconds.' % status in found
    )


@pytest.mark.parametrize('status', [500, 502, 503, 504])
def test_N7_trouble_of_step_2_gets_a_new_ticket_and_no_third(status):
    run(
        step1(version='3.50.0'),
        step2(gives=page(status)),
        step1(ticket='second'),
        step2(ticket='second'),
    )
    found = refused(
        step1(version='3.50.0'),
        step2(gives=page(status)),
        step1(ticket='second'),
        step2(gives=page(status), ticket='second'),
        kind=ServerProblem,
    )
    assert 'answered %d.' % status in found


def test_N6_a_connection_that_was_lost_spends_the_ticket():
    lost = Unreachable('GET server.test/x: the connection was closed before an answer came.')
    run(step1(version='3.50.0'), step2(gives=lost), step1(ticket='second'), step2(ticket='second'))
    refused(
        step1(version='3.50.0'),
        step2(gives=lost),
        step1(ticket='second'),
        step2(gives=lost, ticket='second'),
        kind=Unreachable,
    )


@pytest.mark.parametrize('method', ['DELETE', 'POST'])
def test_N6_a_change_is_not_sent_again_when_its_fate_is_unknown(method):
    lost = Unreachable(
        '%s server.test/x: the connection was closed before an answer came.' % method
    )
    for gives, kind in ((lost, Unreachable), (page(502), ServerProblem)):
        script = [
            look(answer(200, {}, headers=server('3.71.0'))),
            step1(),
            step2(gives=gives, method='DELETE'),
        ]
        requested = {'state': 'absent'}
        if method == 'POST':
            script, requested = (
                [step1(version='3.71.0'), look(answer(410)), step2(gives=gives, method='POST')],
                {},
            )
        refused(*script, kind=kind, **requested)


@pytest.mark.parametrize(('seconds', 'fresh'), [(17.9, False), (18.1, True)])
def test_N5_a_ticket_older_than_18_seconds_is_not_used(seconds, fresh):
    clock = Clock()

    def slow(_asked):
        clock.now += seconds
        return answer(200, {'expirationEnabled': 'false'})

    run(
        step1(version='3.71.0'),
        look(slow),
        *([step1(ticket='second'), step2(ticket='second')] if fresh else [step2()]),
        monotonic=clock,
    )


def test_N5_the_time_of_step_1_itself_counts():
    clock = Clock()

    def slow(_asked):
        clock.now += 19
        return answer(200, {'t': TICKET}, headers=server('3.50.0'))

    run(step1(gives=slow), step1(ticket='second'), step2(ticket='second'), monotonic=clock)


@pytest.mark.parametrize(
    'change',
    [
        {'nameCode': None},
        {'nameCode': ''},
        {'passCode': ' '},
        {'passCode': 5},
        {'passCode': None},
        {'nameCode': 'a\nb'},
        {'passCode': '\ud800'},
    ],
)
def test_N9_answers_without_a_usable_token(change):
    data = {name: value for name, value in dict(TOKEN, **change).items() if value is not None}
    assert re.search(
        r'answered without a usable (nameCode|passCode)',
        refused(step1(version='3.50.0'), step2(gives=answer(200, data)), kind=ServerProblem),
    )


def test_N9_other_fields_do_no_harm_and_a_strange_date_neither():
    outcome = run(
        step1(version='3.50.0'),
        step2(gives=answer(200, dict(TOKEN, created='soon', more={'x': 1}))),
    )
    assert outcome.token.as_result()['created'] is None
