# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OAuth2 client, answer by answer: section 2.O of the fault catalogue, and Authlib and joserfc
as judges.
"""

from __future__ import annotations

import base64
import json

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import jwt as jwts
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import pkce as codes
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from tests.support.scripted import Ask, Scripted, answer, page

NOW = 1_800_000_000.0
GOOD = {'access_token': 'abc', 'token_type': 'Bearer', 'expires_in': 3600}
MISSING = object()
CANARY = 'canary-s3cret/+%:ü'


def grant(given, scope=None, style='basic', secret=CANARY, hidden=(), reuses=False):
    """:returns: the token and the warnings that an answer leads to."""
    authentication = oauth2.authentication(style, 'client', secret)
    form = dict({'grant_type': 'client_credentials'}, **authentication.fields)
    if scope:
        form['scope'] = ' '.join(scope)
    with Scripted(
        Ask(
            'POST',
            '/token',
            given,
            form=form,
            authorization=authentication.authorization,
            repeatable=False,
        )
    ) as client:
        endpoint = oauth2.Endpoint(
            client.request,
            '/token',
            'some_type',
            authentication,
            lambda *dummy: None,
            lambda: NOW,
            reuses,
        )
        return endpoint.grant(
            {'grant_type': 'client_credentials'}, hidden, scope
        ), endpoint.warnings


def granted(asked=None, **changes):
    return grant(
        answer(
            200,
            {name: value for name, value in dict(GOOD, **changes).items() if value is not MISSING},
        ),
        asked,
    )


def jwt_with(**claims):
    return 'e30.%s.c2ln' % base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip(
        '='
    )


def test_a_token_counts_from_before_the_request():
    token, warnings = granted(scope='read')
    assert (token.kind, token.secret, token.token_type, token.scope) == (
        'bearer',
        'abc',
        'Bearer',
        'read',
    )
    assert (token.issued_at, token.expires_at, warnings) == (NOW, NOW + 3600, [])
    assert token.authorization == 'Bearer abc'


@pytest.mark.parametrize(
    'error',
    [
        'invalid_request',
        'invalid_scope',
        'unsupported_grant_type',
        'invalid_client',
        'invalid_grant',
    ],
)
def test_O1_O2_O3_a_refusal_carries_status_and_code(error):
    with pytest.raises(Refused) as caught:
        grant(answer(400, {'error': error, 'error_description': 'because'}))
    assert (caught.value.status, caught.value.code) == (400, error)
    assert '(400 %s: because)' % error in str(caught.value)


def test_O4_an_error_at_200_is_a_refusal():
    with pytest.raises(Refused) as caught:
        grant(
            answer(200, {'error': 'invalid_scope', 'access_token': 'abc', 'token_type': 'bearer'})
        )
    assert caught.value.code == 'invalid_scope'


@pytest.mark.parametrize('style', ['basic', 'body'])
def test_O5_what_the_server_sends_is_masked_and_stripped(style):
    sent = oauth2.authentication(style, 'client', CANARY)
    echo = 'bad\x1b[31m\r\nsecret %s in %s, code %s%s' % (
        CANARY,
        sent.authorization,
        'c0de',
        'x' * 500,
    )
    with pytest.raises(Refused) as caught:
        grant(
            answer(401, {'error': 'invalid_client\n' + CANARY, 'error_description': echo}),
            style=style,
            hidden=('c0de',),
        )
    text = str(caught.value)
    assert CANARY not in text and 'c0de' not in text and '\x1b' not in text and '\n' not in text
    assert caught.value.code is None
    if sent.authorization:
        assert sent.authorization[6:] not in text
    assert 'secret ***' in text
    assert len(text) < 600


@pytest.mark.parametrize(
    'value', [MISSING, None, '', 42, True, ['a'], 'a b', 'a\r\nX: y', 'ä', 'a\x00']
)
def test_O6_an_unusable_access_token(value):
    with pytest.raises(ServerProblem, match='without a usable access_token'):
        granted(access_token=value)


@pytest.mark.parametrize('value', ['bearer', 'BEARER', 'Bearer', ' Bearer ', 'BearerToken'])
def test_O7_the_type_is_compared_without_case(value):
    assert granted(token_type=value)[0].token_type == 'Bearer'


@pytest.mark.parametrize('value', ['mac', 7, 'N_A', ['Bearer']])
def test_O7_another_type_must_not_be_used(value):
    with pytest.raises(ServerProblem, match='not bearer'):
        granted(token_type=value)


@pytest.mark.parametrize('value', [MISSING, None, '', ' '])
def test_O7_a_missing_type_is_a_warning(value):
    token, warnings = granted(token_type=value)
    assert token.token_type == 'Bearer' and 'used as a bearer token' in warnings[0]


@pytest.mark.parametrize(
    'value, seconds',
    [
        (MISSING, oauth2.UNKNOWN_LIFETIME),
        (None, oauth2.UNKNOWN_LIFETIME),
        ('3600', 3600),
        (3600.7, 3600),
        ('3599.0', 3599),
        (' 3600 ', 3600),
        ('+3600', 3600),
        (1, 1),
        (1e20, oauth2.LONGEST_LIFETIME),
        (10**400, oauth2.LONGEST_LIFETIME),
        ('9' * 30, oauth2.LONGEST_LIFETIME),
    ],
)
def test_O8_lifetimes_that_can_be_used(value, seconds):
    assert granted(expires_in=value)[0].expires_at == NOW + seconds


@pytest.mark.parametrize('value', [True, False, 'abc', '', '1e3', '٣', '+-1', [], {}])
def test_O8_lifetimes_that_cannot(value):
    with pytest.raises(ServerProblem, match='expires_in'):
        granted(expires_in=value)


@pytest.mark.parametrize('value', [0, -1, '-60', ' 0 '])
def test_O8_a_token_without_a_lifetime_is_used_once(value):
    token, warnings = granted(expires_in=value)
    assert token.expires_at == NOW and not token.lasts(NOW, 60)
    assert 'it is used once' in warnings[0]


@pytest.mark.parametrize('status', [200, 201, 203])
@pytest.mark.parametrize('media_type', ['application/json', 'text/html; charset=utf-8'])
def test_a_good_token_is_taken_whatever_the_success_and_the_media_type(status, media_type):
    token, _warnings = grant(answer(status, GOOD, headers={'Content-Type': media_type}))
    assert token.secret == 'abc'


def test_a_key_that_is_there_twice_with_one_value_does_no_harm():
    text = '{"access_token": "abc", "token_type": "bearer", "access_token": "abc"}'
    assert grant(answer(200, body=text))[0].secret == 'abc'
    for pair in ('1, "x": true', '1, "x": 1.0', '[1], "x": [2]'):
        with pytest.raises(ServerProblem, match='not valid JSON'):
            grant(answer(200, body=text[:-1] + ', "x": %s}' % pair))


@pytest.mark.parametrize(
    'text',
    [
        '{"access_token": "abc", "token_type": "bearer", "expires_in": NaN}',
        '{"access_token": "abc", "token_type": "bearer", "expires_in": 1e400}',
        '{"access_token": "abc", "access_token": "def", "token_type": "bearer"}',
    ],
)
def test_H12_numbers_that_are_none_and_keys_that_are_there_twice(text):
    with pytest.raises(ServerProblem, match='not valid JSON'):
        grant(answer(200, body=text))


@pytest.mark.parametrize(
    'given',
    [
        answer(200, body=''),
        answer(200, body='[]'),
        answer(200, body='null'),
        answer(200, body='"abc"'),
        answer(204),
    ],
)
def test_H9_H10_no_object(given):
    with pytest.raises(TokensError):
        grant(given)


def test_H8_a_login_page_at_200():
    with pytest.raises(ServerProblem, match='HTML instead of a token'):
        grant(page(200))


def test_H11_a_byte_order_mark():
    assert grant(answer(200, body='\ufeff' + json.dumps(GOOD)))[0].secret == 'abc'


@pytest.mark.parametrize('status', [301, 302, 303, 307, 308])
def test_H13_H14_H16_a_redirect_is_not_followed_and_only_its_host_is_named(status):
    with pytest.raises(Refused) as caught:
        grant(
            answer(
                status, headers={'Location': 'http://u:%s@evil.test/login?secret=%s' % ('pw', 'q')}
            )
        )
    assert (
        'http://evil.test' in str(caught.value)
        and 'pw' not in str(caught.value)
        and '?' not in str(caught.value)
    )


@pytest.mark.parametrize(
    'status, words',
    [
        (404, 'not a token endpoint'),
        (405, 'not a token endpoint'),
        (407, 'proxy'),
        (413, 'too large'),
        (431, 'too large'),
        (403, 'refuses'),
        (415, 'refuses'),
        (429, 'busy'),
        (503, 'busy'),
        (500, 'failed'),
        (501, 'failed'),
    ],
)
@pytest.mark.parametrize('body', ['', '<html>x</html>', 'plain'])
def test_H18_H19_H20_H22_other_statuses(status, words, body):
    with pytest.raises(ServerProblem) as caught:
        grant(answer(status, body=body, content_type='text/plain'))
    assert (
        words in str(caught.value)
        and str(status) in str(caught.value)
        and caught.value.status == status
    )


def test_O10_a_refresh_token_comes_along():
    assert granted(refresh_token='r3fresh')[0].refresh_token == 'r3fresh'
    assert granted(refresh_token='')[0].refresh_token is None
    with pytest.raises(ServerProblem, match='refresh_token'):
        granted(refresh_token='a\nb')


def test_O12_scopes_are_compared_as_sets():
    assert granted(['b', 'a'], scope='a b')[1] == []
    assert granted(['b', 'a'])[0].scope == 'b a'
    token, warnings = granted(['read', 'Write'], scope='read write')
    assert token.scope == 'read write' and 'scope Write is missing' in warnings[0]
    assert granted(scope=['x', 'y'])[0].scope == 'x y'
    assert granted(scope=7)[0].scope is None


def test_O14_the_earlier_of_two_ends_counts():
    assert granted(access_token=jwt_with(exp=NOW + 20))[0].expires_at == NOW + 20
    assert (
        granted(access_token=jwt_with(exp=NOW + 20.5), expires_in=MISSING)[0].expires_at
        == NOW + 20.5
    )
    assert granted(access_token=jwt_with(exp=NOW + 9999))[0].expires_at == NOW + 3600


@pytest.mark.parametrize('exp', ['x', True, None, 1e300, -5, [1]])
def test_O14_an_exp_that_is_no_time_is_ignored(exp):
    assert granted(access_token=jwt_with(exp=exp))[0].expires_at == NOW + 3600


def test_H31_clocks_that_differ_by_hours_do_not_end_a_new_token():
    token, warnings = granted(access_token=jwt_with(exp=NOW - 7200))
    assert token.expires_at == NOW + 3600 and 'clock' in warnings[0]
    with pytest.raises(ServerProblem, match='clock'):
        granted(access_token=jwt_with(exp=NOW - 7200), expires_in=MISSING)


def test_O17_unknown_fields_mean_nothing():
    assert granted(client_id='somebody-else', id_token='x', foo={'bar': 1})[0].secret == 'abc'


def test_an_existing_token_may_have_no_time_left():
    for value in (0, -3):
        token = grant(answer(200, dict(GOOD, expires_in=value)), reuses=True)[0]
        assert token.expires_at == NOW


def test_O16_a_colon_in_the_name():
    with pytest.raises(BadInput, match='colon'):
        oauth2.authentication('basic', 'a:b', 's')
    assert (
        oauth2.authentication('basic', 'a:b', 's', form_encode=True).authorization
        == 'Basic ' + base64.b64encode(b'a%3Ab:s').decode()
    )
    assert oauth2.authentication('body', 'a:b', 's').fields == {
        'client_id': 'a:b',
        'client_secret': 's',
    }


@pytest.mark.parametrize('scope', [['a b'], [''], ['a"b'], ['a\\b'], ['ä']])
def test_a_scope_that_is_none(scope):
    with pytest.raises(BadInput):
        oauth2.check_scope(scope)


def test_pkce_as_authlib_computes_it():
    seen = set()
    for _round in range(50):
        made = codes.pkce()
        codes.check_verifier(made.verifier)
        assert (
            made.challenge == create_s256_code_challenge(made.verifier)
            and '=' not in made.challenge
        )
        seen.add(made.verifier)
    assert len(seen) == 50
    # RFC 7636 appendix B
    assert (
        codes.pkce('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk').challenge
        == 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    )


@pytest.mark.parametrize('verifier', ['x' * 42, 'x' * 129, 'x' * 43 + '=', 'x' * 43 + 'ä'])
def test_a_verifier_that_is_none(verifier):
    with pytest.raises(BadInput):
        codes.check_verifier(verifier)


@given(
    st.text(st.characters(exclude_categories=['Cs']), min_size=64),
    st.text(st.characters(exclude_categories=['Cs']), min_size=1),
)
def test_an_assertion_as_joserfc_verifies_it(secret, subject):
    made = jwts.jwt_assertion(secret, subject, 'nuxeo', NOW)
    token = jwt.decode(made, OctKey.import_key(secret.encode()), algorithms=['HS512'])
    assert token.claims == {'iss': 'nuxeo', 'sub': subject, 'exp': int(NOW)}
    assert token.header['alg'] == 'HS512'
    assert jwts.jwt_claims(made) == token.claims


@given(st.text())
def test_reading_claims_of_anything_never_fails(text):
    for value in (
        text,
        'a.%s.b' % text,
        'a.%s.b' % base64.urlsafe_b64encode(text.encode('utf-8', 'replace')).decode(),
    ):
        assert jwts.jwt_claims(value) is None or isinstance(jwts.jwt_claims(value), dict)
        jwts.jwt_expiry(value)


def test_a_deeply_nested_claim_set_is_no_traceback():
    nested = base64.urlsafe_b64encode(b'[' * 200_000).decode()
    assert jwts.jwt_claims('a.%s.b' % nested) is None


# The redirect that carries the code


def test_the_code_comes_out_of_the_redirect():
    assert codes.code_of('POST x', 'https://c.test/cb?x=1&state=a+b&code=c0', 'a b') == 'c0'
    assert codes.code_of('POST x', 'https://c.test/cb?x=1', 's') is None
    assert codes.code_of('POST x', 'https://c.test/cb#code=c0&state=s', 's') is None
    assert (
        codes.code_of(
            'POST x',
            'nxdrive://authorize?code=c0&state=s&iss=https://n.test',
            's',
            'https://n.test/nuxeo',
        )
        == 'c0'
    )


@pytest.mark.parametrize(
    'location',
    [
        'https://c.test/?code=c0',
        'https://c.test/?code=c0&state=',
        'https://c.test/?code=c0&state=other',
        'https://c.test/?code=c0&state=S',
    ],
)
def test_a_code_with_another_state_is_not_used(location):
    with pytest.raises(Refused, match='another state') as caught:
        codes.code_of('POST x', location, 's')
    assert 'c0' not in str(caught.value)


def test_a_code_of_another_issuer_is_not_used():
    with pytest.raises(Refused, match='another server'):
        codes.code_of(
            'POST x', 'https://c.test/?code=c0&state=s&iss=https://evil.test', 's', 'https://n.test'
        )


def test_a_denial_is_reported_in_any_order():
    with pytest.raises(Refused, match='access_denied: Access denied by the user') as caught:
        codes.code_of(
            'POST x',
            'https://c.test/?error_description=Access+denied+by+the+user%0A&state=s&'
            'error=access_denied',
            's',
        )
    assert caught.value.code == 'access_denied'


def test_where_a_redirect_leads():
    assert codes.leads_to('https://c.test/cb?code=1', 'https://c.test/cb')
    assert codes.leads_to('https://c.test/cb?x=1&code=1', 'https://c.test/cb?x=1')
    assert not codes.leads_to('https://c.test/cb2?code=1', 'https://c.test/cb')
    assert not codes.leads_to('https://c.test.evil/cb?code=1', 'https://c.test')
