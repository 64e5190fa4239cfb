# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens: the endpoints of versions before 9.2.

The O number is that of the fault catalogue.
"""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused
from tests.support.nuxeo_oauth2 import (
    ACCESS,
    CALLBACK,
    CODE,
    GOING_ON,
    IN_HAND,
    LEGACY,
    LOGIN,
    NOW,
    REFRESH,
    URL,
    known,
    latin,
    refresh,
    run,
    token,
)
from tests.support.scripted import ANY, Ask, answer, page

ROOT = 'https://nuxeo.test'


def legacy_dance(*last, cookies=True):
    cookie = {'Set-Cookie': 'JSESSIONID=ABC; Path=/nuxeo; HttpOnly'} if cookies else {}
    consent = (
        '<form action="oauth2/authorization" method="POST"><input type="hidden" '
        'name="authorization_key" value="KeyKey"></form>'
    )
    state = []

    def first(asked):
        state.append(asked.query['state'])
        return answer(302, headers=dict({'Location': URL + '/oauth2Grant.jsp'}, **cookie))

    def third(asked):
        assert asked.form['state'] == state[0]
        return answer(302, headers={'Location': '%s?code=%s&state=%s' % (CALLBACK, CODE, state[0])})

    sent = {'Cookie': 'JSESSIONID=ABC'} if cookies else None
    return [
        Ask(
            'GET',
            '/oauth2/authorization',
            first,
            query={
                'response_type': 'code',
                'client_id': 'ci',
                'redirect_uri': CALLBACK,
                'state': ANY,
            },
        ),
        Ask('GET', '/nuxeo/oauth2Grant.jsp', page(200, consent), authorization=LOGIN, headers=sent),
        Ask(
            'POST',
            '/oauth2/authorization',
            third,
            form={'authorization_key': 'KeyKey', 'state': ANY},
            headers=sent,
        ),
        *last,
    ]


LEGACY_TOKENS = {
    'access_token': ACCESS,
    'refresh_token': REFRESH,
    'token_type': 'bearer',
    'expires_in': 3599.0,
}


def test_O20_seed_the_older_endpoints_with_every_parameter_but_by_post():
    redeemed = token(
        latin(LEGACY_TOKENS), grant_type='authorization_code', code=CODE, redirect_uri=CALLBACK
    )
    outcome = run(LEGACY, *legacy_dance(redeemed), url=ROOT)
    assert outcome.token.expires_at == NOW + 3599
    run(LEGACY, refresh(latin(LEGACY_TOKENS)), known=known(10), url=ROOT)
    run(dict(GOING_ON, endpoints='legacy'), refresh(latin(LEGACY_TOKENS)), url=ROOT)


def test_the_older_endpoints_under_the_context_path():
    redeemed = {'grant_type': 'authorization_code', 'code': CODE, 'redirect_uri': CALLBACK}
    moved = token(latin(LEGACY_TOKENS), **redeemed)
    moved.path = '/nuxeo/oauth2/token'
    run(
        dict(IN_HAND, redirect_uri=CALLBACK, endpoints='legacy'),
        token(page(404), **redeemed),
        moved,
        url=ROOT,
    )


@pytest.mark.parametrize(
    'error, words',
    [
        ('unauthorized_client', 'client_secret'),
        ('access_denied', 'code'),
        ('invalid_request', 'redirect_uri'),
    ],
)
def test_refusals_of_the_older_endpoints_come_as_redirects_or_json(error, words):
    form = {'grant_type': 'authorization_code', 'code': CODE, 'redirect_uri': CALLBACK}
    given = dict(IN_HAND, redirect_uri=CALLBACK, endpoints='legacy')
    for gives in (
        answer(302, headers={'Location': '%s?error=%s' % (CALLBACK, error)}),
        answer(400, {'error': error}),
    ):
        with pytest.raises(Refused, match=words) as caught:
            run(given, token(gives, **form), url=ROOT)
        assert caught.value.code == error
    with pytest.raises(Refused, match=words):
        run(
            LEGACY,
            Ask(
                'GET',
                '/oauth2/authorization',
                answer(302, headers={'Location': '%s?error=%s' % (CALLBACK, error)}),
                query=ANY,
            ),
            url=ROOT,
        )
