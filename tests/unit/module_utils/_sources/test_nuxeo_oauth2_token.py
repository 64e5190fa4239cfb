# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens: a script of requests for every grant and every refusal.

Where a real server was recorded, its words are used.
"""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo import refusals
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2.pkce import pkce
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
    nuxeo_oauth2_token as nuxeo,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BEARER,
    Token,
    basic_authorization,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.support.scripted import ANY, Ask, Scripted, answer, page

NOW = 1_800_000_000.0
URL = 'https://nuxeo.test/nuxeo'
SECRET, PASSWORD, CODE, REFRESH, ACCESS = (
    'cl1ent-s3cret',
    'p4ssw0rd-jdoe',
    'c0d3c0d3',
    'r3fresh' * 8,
    'acc3ss' * 5,
)
CALLBACK = 'https://client.test/cb'
CLIENT = {'url': URL, 'client_id': 'ci', 'client_secret': SECRET}
HEADLESS = dict(
    CLIENT,
    grant='authorization_code',
    username='jdoe',
    password=PASSWORD,
    redirect_uri=CALLBACK,
    cache='file',
)
IN_HAND = dict(CLIENT, grant='authorization_code', code=CODE, cache='file')
GOING_ON = dict(CLIENT, grant='refresh_token', refresh_token=REFRESH, cache='file')
MACHINE = dict(CLIENT, grant='client_credentials', cache='file')
JWT_SECRET = 'jwt-s3cret' * 8
SIGNED = dict(CLIENT, grant='jwt_bearer', username='jdoe', jwt_secret=JWT_SECRET, cache='file')
LEGACY = dict(HEADLESS, endpoints='legacy')
LOGIN = basic_authorization('jdoe', PASSWORD)
IN_FORM = {'client_id': 'ci', 'client_secret': SECRET}
SECRETS = (SECRET, PASSWORD, CODE, REFRESH, ACCESS, JWT_SECRET, LOGIN[6:])


def options_of(given):
    return sources.resolve('nuxeo_oauth2_token', given, {}, keep=('state',)).options


def run(
    given,
    *script,
    known=None,
    desired=None,
    check_mode=False,
    reload=None,
    keep=lambda token: None,
    url=URL,
):
    options = options_of(given)
    with Scripted(*script, url=url) as client:
        provider = nuxeo.NuxeoOauth2Token(options, client, lambda: NOW, lambda seconds: None)
        provider.reload, provider.keep = reload, keep
        return ensure(
            provider, desired or service.desired_of(options), known, check_mode, lambda: NOW
        )


def latin(data, status=200):
    """As the token endpoint answers."""
    return answer(
        status,
        body=json.dumps(data, ensure_ascii=False).encode('latin-1', 'replace'),
        content_type='application/json;charset=ISO-8859-1',
    )


def tokens(access=ACCESS, refresh=REFRESH, seconds=3599):
    return latin(
        {
            'access_token': access,
            'refresh_token': refresh,
            'token_type': 'bearer',
            'expires_in': seconds,
        }
    )


def no(error, description, status=400):
    return latin({'error_description': description, 'error': error}, status)


def known(seconds=1000, access='known-access', refresh=REFRESH):
    return Token(
        BEARER,
        'nuxeo_oauth2_token',
        access,
        NOW + seconds - 3600,
        expires_at=NOW + seconds,
        refresh_token=refresh,
    )


def submit(gives=None, redirect_uri=CALLBACK, **changes):
    form = {
        'response_type': 'code',
        'client_id': 'ci',
        'state': ANY,
        'code_challenge': ANY,
        'code_challenge_method': 'S256',
        'grant_access': '1',
    }
    if redirect_uri:
        form['redirect_uri'] = redirect_uri
    return Ask(
        'POST',
        '/oauth2/authorize_submit',
        gives or back(),
        form=form,
        authorization=changes.get('authorization', LOGIN),
    )


def back(uri=CALLBACK, more=''):
    """The redirect that carries the code."""
    first = '&' if '?' in uri else '?'
    return lambda asked: answer(
        302,
        headers={
            'Location': '%s%scode=%s&state=%s%s'
            % (uri, first, CODE, quote_plus(asked.form['state']), more)
        },
    )


def token(gives=None, authorization=None, **form):
    fields = dict(form) if authorization else dict(form, **IN_FORM)
    return Ask(
        'POST',
        '/oauth2/token',
        gives or tokens(),
        form=fields,
        authorization=authorization,
        repeatable=ANY,
    )


def redeem(gives=None, **changes):
    return token(
        gives,
        **dict(
            {
                'grant_type': 'authorization_code',
                'code': CODE,
                'redirect_uri': CALLBACK,
                'code_verifier': ANY,
            },
            **changes,
        ),
    )


def refresh(gives=None, value=REFRESH):
    return token(gives, grant_type='refresh_token', refresh_token=value)


def entry(method, status, user='jdoe', authorization=LOGIN, message=None):
    data = {200: {'entity-type': 'nuxeoOAuth2Token'}, 204: None}.get(
        status, {'entity-type': 'exception', 'status': status, 'message': message}
    )
    return Ask(
        method,
        '/api/v1/oauth2/token/client/ci/user/' + user,
        answer(status, data),
        authorization=authorization,
    )


def me(status=200, access=ACCESS):
    """The server is asked whether it accepts a token."""
    gives = answer(status, {'id': 'jdoe'})
    return Ask('GET', '/api/v1/me', gives, authorization='Bearer ' + access)


NONE = 'No token found for client: ci'


# Each grant


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


def assertion(**claims):
    claims = {'iss': 'nuxeo', **claims}
    return '.'.join(
        base64.urlsafe_b64encode(part.encode()).decode().rstrip('=')
        for part in ('{"alg":"HS512"}', json.dumps(claims), 'signature')
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


# The legacy endpoints

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


# Refusals of authorize_submit


def login(parameters, path='/nuxeo/login.jsp'):
    return answer(
        302,
        headers={
            'Location': 'https://nuxeo.test%s?%s&client_id=ci&state=s&code=%s'
            % (path, parameters, CODE)
        },
    )


def oauth_page(text, status=400):
    return page(
        status,
        '<!DOCTYPE html><html><head><title>null - 400</title></head><body><h1>Bad '
        'request</h1><code>\n%s</code></body></html>' % text,
    )


SUBMIT_REFUSALS = {
    'wrong password': (
        login('loginFailed=true&requestedUrl=x'),
        'does not accept the user name and password',
    ),
    'wrong password, other order': (
        login('requestedUrl=x&loginFailed=true'),
        'does not accept the user name and password',
    ),
    'directory down': (login('loginConnectionFailed=true'), 'directory of its users'),
    'Basic is not read': (login('requestedUrl=x'), 'login page'),
    'no credentials arrived': (
        page(
            401,
            '<script>window.location = '
            "'https://nuxeo.test/nuxeo/login.jsp?requestedUrl=x';</script>",
        ),
        'received no user name',
    ),
    'single sign-on': (
        answer(
            302, headers={'Location': 'https://idp.test/saml?RelayState=x&secret=%s' % PASSWORD}
        ),
        'redirects to https://idp.test',
    ),
    'single sign-on, its own state': (
        answer(302, headers={'Location': 'https://idp.test/auth?code=x&state=y'}),
        'redirects to https://idp.test',
    ),
    'no location': (answer(302), 'redirects to'),
    'another origin': (page(403, '<html>CSRF check failure</html>'), 'another site'),
    'another origin, no words': (page(403, '<html><h1>Forbidden</h1></html>'), 'another site'),
    'denied': (
        answer(
            302,
            headers={
                'Location': CALLBACK
                + '?error_description=Access+denied+by+the+user&state=s&error=access_denied'
            },
        ),
        'access_denied',
    ),
    'another state': (
        answer(302, headers={'Location': '%s?code=%s&state=other' % (CALLBACK, CODE)}),
        'another state',
    ),
    'unknown client': (oauth_page('Invalid client_id: ci.'), 'does not know the client'),
    'disabled client': (oauth_page('Client ci is disabled.'), 'disabled'),
    'no redirect URI': (oauth_page('No redirect URI configured for the app.'), 'no redirect URI'),
    'wrong redirect URI': (
        oauth_page(
            'Invalid redirect_uri parameter: https://x. It must exactly match one of the redirect '
            'URIs configured for the app.'
        ),
        'exactly one of those',
    ),
    'bad redirect URI': (
        oauth_page(
            'Invalid redirect URI configured for the app: http://x. It must not be empty and '
            'start with https for security reasons.'
        ),
        'does not accept itself',
    ),
    'PKCE': (oauth_page('Invalid PKCE parameters: x'), 'Invalid PKCE parameters: x'),
    'lost client_id': (oauth_page('Missing required field "client_id".'), 'Missing required field'),
    'duplicate': (
        oauth_page("More than one client registered for the 'ci' id", 500),
        'more than one client',
    ),
    'crash': (page(500), 'failed'),
    'not there': (page(404), 'endpoints set to legacy'),
    'wrong method': (page(405), 'endpoints set to legacy'),
    'a page': (
        page(200, '<html><form id="oauth2Form"></form></html>'),
        'page instead of a redirect',
    ),
}


@pytest.mark.parametrize('gives, words', SUBMIT_REFUSALS.values(), ids=SUBMIT_REFUSALS)
def test_refusals_of_the_authorization_endpoint(gives, words):
    with pytest.raises(ServerProblem) as caught:
        run(HEADLESS, submit(gives))
    text = str(caught.value)
    assert words in text
    assert (
        not any(secret in text for secret in SECRETS)
        and 'RelayState' not in text
        and 'requestedUrl' not in text
        and '?' not in text
    )


def test_the_text_of_a_page_is_shown_without_tags_and_control_characters():
    with pytest.raises(Refused) as caught:
        run(HEADLESS, submit(oauth_page('Client <b>&lt;x&gt;\x1b[31m\n is disabled.')))
    assert '\x1b' not in str(caught.value) and '\n' not in str(caught.value)


def test_login_failures_without_a_redirect_uri():
    given = {name: value for name, value in HEADLESS.items() if name != 'redirect_uri'}
    for gives, words in (SUBMIT_REFUSALS['wrong password'], SUBMIT_REFUSALS['single sign-on']):
        with pytest.raises(Refused, match=words):
            run(given, submit(gives, None))


# Refusals of the token endpoint, in the words of a real server

TOKEN_REFUSALS = [
    ('invalid_grant', 'Invalid authorization code', 'within ten minutes'),
    ('invalid_grant', 'Invalid redirect URI: https://x', 'redirect_uri'),
    ('invalid_grant', 'Invalid code_verifier parameter', 'code_verifier'),
    ('invalid_grant', 'Cannot refresh token', 'refresh token'),
    ('invalid_request', 'Missing code_verifier parameter', 'code_verifier'),
    ('invalid_request', 'Empty client id', 'client_id'),
    ('invalid_request', 'Empty assertion', 'assertion'),
    ('invalid_client', 'Invalid client id: B', 'another client'),
    ('invalid_client', 'Invalid client id: null', 'another client'),
    ('invalid_client', 'Disabled client or invalid client secret', 'client_secret is wrong'),
    ('invalid_client', 'Invalid client: X', 'does not know the client'),
    ('invalid_client', 'Disabled client: X or invalid client secret', 'client_secret is wrong'),
    ('invalid_client', 'Secret not configured or invalid token', 'nuxeo.jwt.secret'),
    (
        'unsupported_grant_type',
        'Unknown grant_type: got "client_credentials", expecting "authorization_code" or '
        '"refresh_token".',
        '2023.31',
    ),
    (
        'unsupported_grant_type',
        'Unknown grant_type: got "%s", expecting "authorization_code" or "refresh_token".'
        % nuxeo.JWT_GRANT,
        'hot fix 02',
    ),
    (
        'unsupported_grant_type',
        'Unknown grant_type: got "null", expecting "authorization_code" or "refresh_token".',
        'changes the form',
    ),
    ('invalid_something', 'a word of 2025 for %s' % SECRET, 'a word of 2025 for ***'),
]


@pytest.mark.parametrize('error, description, words', TOKEN_REFUSALS)
def test_O1_O2_O5_refusals_of_the_token_endpoint(error, description, words):
    with pytest.raises(Refused) as caught:
        run(MACHINE, token(no(error, description), grant_type='client_credentials'))
    assert words in str(caught.value) and '(400 %s' % error in str(caught.value)
    assert (caught.value.status, caught.value.code) == (400, error)


def test_every_sentence_is_seen_above():
    for code, words, _sentence in refusals.SENTENCES:
        assert (
            any(
                code == error and words in description
                for error, description, _words in TOKEN_REFUSALS
            )
            or code == 'server_error'
        )


@pytest.mark.parametrize(
    'gives, words',
    [
        (page(500), 'page of HTML'),
        (
            no('server_error', "More than one client registered for the 'ci' id", 500),
            'more than one client',
        ),
        (no('server_error', 'boom', 500), 'failed'),
        (page(404), 'endpoints set to legacy'),
        (page(405), 'endpoints set to legacy'),
        (page(403, '<html>CSRF check failure</html>'), 'another site'),
        (answer(302, headers={'Location': 'https://idp.test/x?y'}), 'https://idp.test'),
        (
            answer(401, {'error': 'invalid_client', 'error_description': 'of another version'}),
            'refuses (401 invalid_client',
        ),
        (page(200), 'page of HTML'),
        (answer(200, body='[]'), 'not an object'),
        (page(503), 'busy'),
    ],
    ids=str,
)
def test_other_answers_of_the_token_endpoint(gives, words):
    with pytest.raises(ServerProblem) as caught:
        run(MACHINE, token(gives, grant_type='client_credentials'))
    assert words in str(caught.value)


# The CSRF token


def invalid():
    return page(403, '<html>CSRF check failure</html>', {'CSRF-Token': 'invalid'})


def fetch(value, status=200):
    headers = (
        {'CSRF-Token': value, 'Set-Cookie': 'JSESSIONID=S%s; Path=/nuxeo; HttpOnly' % value}
        if status == 200
        else {'Location': URL + '/'}
    )
    return Ask('GET', '', answer(status, headers=headers), headers={'CSRF-Token': 'fetch'})


def with_csrf(ask, value):
    ask.headers = {'CSRF-Token': value, 'Cookie': 'JSESSIONID=S' + value}
    return ask


def test_a_csrf_token_is_fetched_for_each_request_once_the_server_requires_one():
    run(
        HEADLESS,
        submit(invalid()),
        fetch('t1'),
        with_csrf(submit(), 't1'),
        fetch('t2'),
        with_csrf(redeem(), 't2'),
    )


def test_H18_csrf_refusals_are_named():
    with pytest.raises(Refused, match=r'nuxeo\.csrf\.token\.skip'):
        run(HEADLESS, submit(invalid()), fetch('', 302))
    with pytest.raises(Refused, match='same node'):
        run(HEADLESS, submit(invalid()), fetch('t1'), with_csrf(submit(invalid()), 't1'))


# A token that exists already


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


INVALID = no('invalid_grant', 'Cannot refresh token')


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


# Revoking


def test_absent_with_a_password():
    gone = dict(HEADLESS, state='absent')
    assert run(gone, entry('GET', 200), entry('DELETE', 204)).changed is True
    assert run(gone, entry('GET', 404, message=NONE)).changed is False
    assert run(gone, entry('GET', 200), entry('DELETE', 404, message=NONE)).changed is False
    assert run(gone, entry('GET', 200), check_mode=True).changed is True
    assert run(gone, entry('GET', 404, message=NONE), check_mode=True).changed is False
    with pytest.raises(Refused, match='403'):
        run(gone, entry('GET', 403, message='no'), entry('DELETE', 403, message='no'))


@pytest.mark.parametrize('check_mode', [True, False])
def test_absent_names_a_client_that_does_not_exist(check_mode):
    gone = dict(HEADLESS, state='absent')
    outcome = run(gone, entry('GET', 404, message='Invalid client: ci'), check_mode=check_mode)
    assert outcome.changed is False
    [warning] = outcome.warnings
    assert 'has no OAuth2 client ci' in warning and 'Check client_id' in warning
    outcome = run(gone, entry('GET', 404, message='No token found for client: ci'))
    assert (outcome.changed, outcome.warnings) == (False, [])


def test_absent_by_the_bearer_itself():
    bearer = 'Bearer known-access'
    assert (
        run(
            dict(MACHINE, state='absent'),
            entry('GET', 200, 'ci', bearer),
            entry('DELETE', 204, 'ci', bearer),
            known=known(1000),
        ).changed
        is True
    )
    me = [
        Ask(
            'GET',
            '/api/v1/me',
            answer(200, {'entity-type': 'user', 'id': 'jdoe'}),
            authorization=bearer,
        )
        for _each in (1, 2)
    ]
    script = [me[0], entry('GET', 200, 'jdoe', bearer), me[1], entry('DELETE', 204, 'jdoe', bearer)]
    assert run(dict(IN_HAND, state='absent'), *script, known=known(1000)).changed is True


def test_absent_with_an_assertion():
    assert (
        run(
            dict(SIGNED, state='absent'),
            entry('GET', 200, authorization=ANY),
            entry('DELETE', 204, authorization=ANY),
        ).changed
        is True
    )


@pytest.mark.parametrize('audience', [URL + '/oauth2/token', [URL]])
def test_absent_with_an_assertion_that_is_for_the_token_endpoint_alone(audience):
    """As a bearer it is refused (measured), so the token that it gives is revoked by itself."""
    signed = assertion(sub='alice', aud=audience)
    options = dict(CLIENT, grant='jwt_bearer', assertion=signed, username='jdoe', state='absent')
    granted, new = token(None, grant_type=nuxeo.JWT_GRANT, assertion=signed), 'Bearer ' + ACCESS
    assert run(options, granted, entry('DELETE', 204, 'alice', new)).changed is True
    held = [
        entry(method, status, 'alice', 'Bearer known-access')
        for method, status in (('GET', 200), ('DELETE', 204))
    ]
    assert run(options, *held, known=known(1000)).changed is True


def test_absent_with_an_assertion_that_opens_nothing_by_itself():
    given = dict(SIGNED, state='absent')
    assert (
        run(
            given,
            entry('GET', 401, authorization=ANY),
            entry('DELETE', 401, authorization=ANY),
            token(None, grant_type=nuxeo.JWT_GRANT, assertion=ANY),
            entry('DELETE', 204, authorization='Bearer ' + ACCESS),
        ).changed
        is True
    )
    with pytest.raises(Refused, match='does not accept the assertion'):
        run(
            given,
            entry('GET', 401, authorization=ANY),
            entry('DELETE', 401, authorization=ANY),
            token(
                no('invalid_client', 'Secret not configured or invalid token'),
                grant_type=nuxeo.JWT_GRANT,
                assertion=ANY,
            ),
        )


def test_absent_with_a_token_that_is_over_fetches_one_to_revoke_it():
    new = 'Bearer ' + ACCESS
    assert (
        run(
            dict(MACHINE, state='absent'),
            token(None, grant_type='client_credentials'),
            entry('DELETE', 204, 'ci', new),
        ).changed
        is True
    )
    assert (
        run(
            dict(GOING_ON, state='absent', username='jdoe'),
            refresh(),
            entry('DELETE', 204, 'jdoe', new),
            known=known(-5),
        ).changed
        is True
    )
    assert (
        run(
            dict(GOING_ON, state='absent', username='jdoe'), refresh(INVALID), known=known(-5)
        ).changed
        is False
    )
    assert run(dict(GOING_ON, state='absent'), refresh(INVALID)).changed is False
    old = 'Bearer known-access'
    assert (
        run(
            dict(MACHINE, state='absent'),
            entry('GET', 401, 'ci', old),
            entry('DELETE', 401, 'ci', old),
            token(None, grant_type='client_credentials'),
            entry('DELETE', 204, 'ci', new),
            known=known(1000, refresh=None),
        ).changed
        is True
    )


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


def test_absent_after_a_code_that_was_used_changes_nothing():
    used = no('invalid_grant', 'Invalid authorization code')
    outcome = run(
        dict(IN_HAND, state='absent'),
        token(used, grant_type='authorization_code', code=CODE),
        desired=DesiredState(state='absent'),
    )
    assert outcome.changed is False


def test_absent_keeps_the_token_that_it_has_renewed_until_it_is_revoked():
    kept = []
    with pytest.raises(TokensError):
        run(
            GOING_ON,
            me(401, 'known-access'),
            me(401, 'known-access'),
            refresh(tokens('new', 'newrefresh')),
            me(200, 'new'),
            entry('DELETE', 500, authorization='Bearer new'),
            known=known(1000),
            desired=DesiredState(state='absent'),
            keep=lambda token: kept.append(token.secret),
        )
    assert kept == ['new']


def test_absent_without_any_way_to_ask():
    given = {name: value for name, value in IN_HAND.items() if name != 'code'}
    with pytest.raises(Refused, match='Set username and password'):
        run(dict(given, state='absent'), desired=DesiredState(state='absent'))


# Options


@pytest.mark.parametrize(
    'given, words',
    [
        (dict(HEADLESS, password=None), 'needs a code, or username and password'),
        (dict(HEADLESS, code=CODE), 'not both'),
        (dict(HEADLESS, username=None), 'password needs username'),
        (dict(HEADLESS, username='a:b'), 'colon'),
        (dict(HEADLESS, username=' '), 'username is empty'),
        (dict(HEADLESS, code_verifier='v' * 43), 'code_verifier needs code'),
        (dict(IN_HAND, code_verifier='short'), 'code_verifier must be 43'),
        (dict(MACHINE, client_secret=None), 'needs client_secret'),
        (dict(MACHINE, refresh_token=REFRESH), 'belongs to grant refresh_token'),
        (dict(MACHINE, redirect_uri=CALLBACK), 'belongs to grant authorization_code'),
        (dict(MACHINE, client_id='a:b', client_auth='basic'), 'colon'),
        (dict(MACHINE, grant='password'), 'client_credentials'),
        (dict(GOING_ON, refresh_token=None), 'needs refresh_token'),
        (dict(GOING_ON, cache='run'), 'cache set to file'),
        (dict(GOING_ON, cache='none'), 'must be kept for the next run'),
        (dict(SIGNED, jwt_secret=None), 'either an assertion'),
        (dict(SIGNED, assertion='a.b.c'), 'either an assertion'),
        (dict(SIGNED, username=None), 'for whom'),
        (dict(SIGNED, jwt_secret=None, assertion='nonsense'), 'not a JWT'),
        (dict(SIGNED, jwt_secret=None, assertion=assertion()), 'claim sub'),
        *(
            (
                dict(SIGNED, jwt_secret=None, assertion=assertion(sub='jdoe', iss=issuer)),
                'claim iss must be nuxeo',
            )
            for issuer in (None, 'other', ['nuxeo'], 7)
        ),
        (dict(SIGNED, jwt_secret=None, assertion=assertion(sub='')), 'claim sub'),
        (dict(SIGNED, jwt_secret=None, assertion=assertion(sub=7)), 'claim sub'),
        (dict(MACHINE, endpoints='legacy'), 'authorization_code and refresh_token only'),
        (dict(LEGACY, redirect_uri=None), 'needs redirect_uri'),
        (dict(LEGACY, client_secret=None), 'needs client_secret'),
        (dict(LEGACY, client_auth='basic'), 'client_auth body'),
        (dict(LEGACY, state='absent'), 'no way to revoke'),
        (dict(HEADLESS, url='http://nuxeo.test/nuxeo'), 'Use https'),
        (dict(HEADLESS, url=URL + '/api/v1/'), 'must end with the context path'),
        (dict(HEADLESS, client_id='..'), 'client_id cannot be'),
        (dict(HEADLESS, password='$REDACTED$'), 'placeholder'),
        (dict(HEADLESS, client_secret='x\n'), 'control character'),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_I_options_that_cannot_be(given, words):
    with pytest.raises(BadInput) as caught:
        options_of({name: value for name, value in given.items() if value is not None})
    assert words in str(caught.value)
    assert not any(secret in str(caught.value) for secret in SECRETS)


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
