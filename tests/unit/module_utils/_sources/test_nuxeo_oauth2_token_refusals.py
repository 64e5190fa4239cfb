# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens: every refusal of its endpoints, in the words of a real server where one was
recorded.

O and H numbers are those of the fault catalogue.
"""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, ServerProblem
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo import refusals
from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
    nuxeo_oauth2_token as nuxeo,
)
from tests.support.nuxeo_oauth2 import (
    CALLBACK,
    CODE,
    HEADLESS,
    MACHINE,
    PASSWORD,
    SECRET,
    SECRETS,
    URL,
    no,
    redeem,
    run,
    submit,
    token,
)
from tests.support.scripted import Ask, answer, page


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
