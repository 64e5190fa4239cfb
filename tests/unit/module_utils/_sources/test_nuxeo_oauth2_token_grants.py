# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens: the requests of every grant, and what becomes of their answers."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, Refused
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2.pkce import pkce
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
    nuxeo_oauth2_token as nuxeo,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from tests.support.nuxeo_oauth2 import (
    ACCESS,
    CALLBACK,
    CLIENT,
    CODE,
    HEADLESS,
    IN_HAND,
    JWT_SECRET,
    MACHINE,
    NOW,
    REFRESH,
    SIGNED,
    URL,
    assertion,
    back,
    known,
    latin,
    me,
    no,
    options_of,
    redeem,
    run,
    submit,
    token,
)
from tests.support.scripted import ANY, Scripted


def test_headless_code_grant_is_two_requests():
    outcome = run(HEADLESS, submit(), redeem())
    assert (
        outcome.token.secret == ACCESS
        and outcome.token.refresh_token == REFRESH
        and outcome.changed
    )
    assert outcome.token.expires_at == NOW + 3599
    result = outcome.token.as_result()
    assert {
        name: result[name]
        for name in ('kind', 'access_token', 'token_type', 'scope', 'authorization', 'expires_at')
    } == {
        'kind': 'bearer',
        'access_token': ACCESS,
        'token_type': 'Bearer',
        'scope': None,
        'authorization': 'Bearer ' + ACCESS,
        'expires_at': '2027-01-15T08:59:59Z',
    }
    assert REFRESH not in repr(result)


def test_the_verifier_belongs_to_the_challenge_and_neither_is_used_twice():
    seen = set()
    for _round in (1, 2):
        client = Scripted(submit(), redeem(), url=URL)
        ensure(
            nuxeo.NuxeoOauth2Token(options_of(HEADLESS), client, lambda: NOW), DesiredState(), None
        )
        sent, redeemed = (asked.form for asked in client.asked)
        assert pkce(redeemed['code_verifier']).challenge == sent['code_challenge']
        seen |= {sent['state'], redeemed['code_verifier']}
        assert [asked.repeatable for asked in client.asked] == [True, False], (
            'a code is spent by any attempt'
        )
        assert not any(asked.headers or asked.query for asked in client.asked), (
            'neither Origin nor Referer, and nothing in the query'
        )
    assert len(seen) == 4


def test_without_redirect_uri_the_first_registered_one_counts():
    given = {name: value for name, value in HEADLESS.items() if name != 'redirect_uri'}
    run(
        given,
        submit(back('nxdrive://authorize'), None),
        token(None, grant_type='authorization_code', code=CODE, code_verifier=ANY),
    )


@pytest.mark.parametrize(
    'uri, sent',
    [
        ('https://c.test/a%20b', 'https://c.test/a%2520b'),
        ('https://c.test/a+b', 'https://c.test/a%2Bb'),
        ('https://c.test/?p=50%25', 'https://c.test/?p=50%2525'),
        ('https://c.test/ü', 'https://c.test/ü'),
    ],
)
def test_redirect_uris_are_decoded_twice_by_the_server_at_both_ends(uri, sent):
    run(dict(HEADLESS, redirect_uri=uri), submit(back(uri), sent), redeem(redirect_uri=sent))


def test_a_code_in_hand():
    run(IN_HAND, token(None, grant_type='authorization_code', code=CODE))
    verifier = 'v' * 43
    run(
        dict(IN_HAND, redirect_uri=CALLBACK, code_verifier=verifier), redeem(code_verifier=verifier)
    )


def test_client_credentials_have_no_refresh_token():
    outcome = run(
        MACHINE,
        token(
            latin({'access_token': ACCESS, 'token_type': 'bearer', 'expires_in': 3599}),
            grant_type='client_credentials',
        ),
    )
    assert outcome.token.refresh_token is None
    assert outcome.changed is False, 'whether the server had it before cannot be known'


def test_client_authentication_by_basic_is_not_form_encoded():
    run(
        dict(MACHINE, client_auth='basic', client_secret='a:b%c +ü'),
        token(None, basic_authorization('ci', 'a:b%c +ü'), grant_type='client_credentials'),
    )
    run(
        dict(
            MACHINE,
            grant='jwt_bearer',
            client_secret=None,
            client_auth='basic',
            assertion=assertion(sub='jdoe'),
        ),
        token(None, basic_authorization('ci', ''), grant_type=nuxeo.JWT_GRANT, assertion=ANY),
        me(),
    )


def test_an_assertion_is_made_from_the_secret_or_given():
    client = Scripted(token(None, grant_type=nuxeo.JWT_GRANT, assertion=ANY), me(), url=URL)
    ensure(nuxeo.NuxeoOauth2Token(options_of(SIGNED), client, lambda: NOW), DesiredState(), None)
    from joserfc import jwt
    from joserfc.jwk import OctKey

    made = jwt.decode(
        client.asked[0].form['assertion'],
        OctKey.import_key(JWT_SECRET.encode()),
        algorithms=['HS512'],
    )
    assert made.claims == {'iss': 'nuxeo', 'sub': 'jdoe', 'exp': NOW + 600}
    given = assertion(sub='jdoe')
    run(
        dict(CLIENT, grant='jwt_bearer', assertion=given, cache='file'),
        token(None, grant_type=nuxeo.JWT_GRANT, assertion=given),
        me(),
    )


@pytest.mark.parametrize(
    'claims, words', [({'exp': NOW - 1}, 'expired at'), ({'nbf': NOW + 60}, 'not valid before')]
)
def test_an_assertion_whose_time_is_wrong_is_not_sent(claims, words):
    outdated = assertion(sub='jdoe', **claims)
    with pytest.raises(BadInput, match=words):
        run(dict(CLIENT, grant='jwt_bearer', assertion=outdated, cache='file'))
    # A later run does not need it any more
    later = dict(CLIENT, grant='jwt_bearer', assertion=outdated, cache='file')
    assert run(later, known=known()).token.secret == 'known-access'


def test_latin_1_answers():
    with pytest.raises(Refused, match='Invalid client: é'):
        run(
            SIGNED,
            token(
                no('invalid_client', 'Invalid client: é'), grant_type=nuxeo.JWT_GRANT, assertion=ANY
            ),
        )


def test_redirects_of_the_dance_are_parsed_and_not_matched():
    """A registered URI with a query gets its parameters after an ampersand."""
    uri = CALLBACK + '?x=1&y=2'
    run(
        dict(HEADLESS, redirect_uri=uri),
        submit(back(uri, '&session_state=z'), uri),
        redeem(redirect_uri=uri),
    )
    assert parse_qs(urlsplit(uri).query)['x'] == ['1']


def test_it_uses_the_clock_of_the_wall_by_default():
    provider = nuxeo.NuxeoOauth2Token(options_of(HEADLESS), Scripted())
    assert abs(provider.clock() - time.time()) < 5
