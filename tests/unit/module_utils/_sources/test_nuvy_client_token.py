# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuvy: every row of its page, request by request, and against the stand-in for it."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files import maven_settings
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_server import Server
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuvy_client_token import (
    ENVIRONMENTS,
    PATH,
    SENTENCES,
    NuvyClientToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.sandbox import nuvy
from tests.sandbox.serving import faults
from tests.support import racing
from tests.support.scripted import ANY, Ask, Scripted, answer, page

SECRET = 'c4nary-s3cret'
GIVEN = {'environment': 'qa', 'client_id': 'app', 'client_secret': SECRET}
BASIC = basic_authorization('app', SECRET)
FORM = {'grant_type': 'client_credentials'}
JSON = {'access_token': 'a.b.c', 'token_type': 'Bearer', 'expires_in': 3600, 'scope': 'read write'}


def options_of(**given):
    return sources.resolve('nuvy_client_token', given, {}).options


def run(*script, desired=None, known=None, url=ENVIRONMENTS['qa'], **given):
    """:returns: the outcome of a run against a script of requests."""
    options = options_of(**dict(GIVEN, **given))
    with Scripted(*script, url=url) as client:
        outcome = ensure(
            NuvyClientToken(options, client), desired or service.desired_of(options), known
        )
        assert client.closed
        return outcome


def ask(gives, form=None, authorization=BASIC):
    return Ask('POST', PATH, gives, form=form or FORM, authorization=authorization, repeatable=True)


# The page, row by row


def test_seed_the_request_that_is_preferred():
    outcome = run(ask(answer(200, JSON)))
    token = outcome.token.as_result()
    assert {
        name: token[name]
        for name in ('kind', 'type', 'access_token', 'token_type', 'scope', 'authorization')
    } == {
        'kind': 'bearer',
        'type': 'nuvy_client_token',
        'access_token': 'a.b.c',
        'token_type': 'Bearer',
        'scope': 'read write',
        'authorization': 'Bearer a.b.c',
    }
    assert token['expires_at'].endswith('Z')
    assert outcome.changed is False


def test_seed_the_fallback_has_no_authorization_header():
    run(
        ask(answer(200, JSON), dict(FORM, client_id='app', client_secret=SECRET), None),
        client_auth='body',
    )


def test_seed_scopes_are_separated_by_blanks_and_absent_by_default():
    run(ask(answer(200, JSON), dict(FORM, scope='read write')), scope=['read', 'write'])
    run(ask(answer(200, JSON), FORM), scope=[])


def test_seed_scope_is_included_or_not():
    without = {name: value for name, value in JSON.items() if name != 'scope'}
    assert run(ask(answer(200, without))).token.scope is None
    assert (
        run(ask(answer(200, without), dict(FORM, scope='read')), scope=['read']).token.scope
        == 'read'
    )


def test_seed_the_two_endpoints():
    assert (
        NuvyClientToken(options_of(**GIVEN)).client.url + PATH
        == 'https://qa.api.nuvy.ai/nexus/oauth2/token'
    )
    assert (
        NuvyClientToken(options_of(**{**GIVEN, 'environment': 'production'})).client.url + PATH
        == 'https://prd.api.nuvy.ai/nexus/oauth2/token'
    )


ROWS = [
    (
        400,
        'invalid_request',
        ['Content-Type', 'application/x-www-form-urlencoded', 'Basic or body'],
    ),
    (400, 'unsupported_grant_type', ['grant_type=client_credentials']),
    (400, 'invalid_scope', ['Remove scope', 'configured for your App Client']),
    (401, 'invalid_client', ['Verify client_id and client_secret']),
    (501, 'unsupported_grant_type', ['Contact Nuvy support']),
]


@pytest.mark.parametrize('status, error, words', ROWS, ids=[f'{row[0]} {row[1]}' for row in ROWS])
def test_seed_every_error_is_a_sentence_with_its_action(status, error, words):
    with pytest.raises(Refused) as caught:
        run(ask(answer(status, {'error': error, 'error_description': 'no %s, no token' % SECRET})))
    text = str(caught.value)
    assert all(word in text for word in words), text
    assert (
        text.startswith('POST qa.api.nuvy.ai/nexus/oauth2/token')
        and '%d %s: no ***, no token' % (status, error) in text
    )
    assert SECRET not in text
    assert (caught.value.status, caught.value.code) == (status, error)


def test_every_error_has_a_sentence_of_its_own():
    assert set(SENTENCES) == {row[:2] for row in ROWS}
    assert len(set(SENTENCES.values())) == len(ROWS)


@pytest.mark.parametrize(
    'status, words', [(401, 'Verify client_id'), (501, 'Contact Nuvy support')]
)
def test_seed_statuses_of_the_reference_without_a_body(status, words):
    with pytest.raises(Refused, match=words):
        run(ask(answer(status, body='', content_type=None)))
    with pytest.raises(Refused, match=words):
        run(ask(page(status)))


@pytest.mark.parametrize(
    'status, words',
    [
        (400, 'refuses'),
        (403, 'refuses'),
        (404, 'Check url'),
        (405, 'Check url'),
        (500, 'failed'),
        (503, 'busy'),
    ],
)
def test_answers_that_are_in_no_table(status, words):
    with pytest.raises(ServerProblem, match=words):
        run(ask(page(status)))


@pytest.mark.parametrize('form_encode', [False, True])
def test_a_refused_secret_with_odd_characters_hints_at_its_encoding(form_encode):
    odd = 'p:a%2B+s'
    authorization = basic_authorization('app', 'p%3Aa%252B%2Bs' if form_encode else odd)
    with pytest.raises(Refused, match='form_encode_credentials') as caught:
        run(
            ask(
                answer(401, {'error': 'invalid_client', 'error_description': odd}),
                authorization=authorization,
            ),
            client_secret=odd,
            form_encode_credentials=form_encode,
        )
    assert odd not in str(caught.value)


# Options


@pytest.mark.parametrize(
    'given, words',
    [
        ({'url': 'https://nuvy.test'}, 'mutually exclusive'),
        ({'environment': None}, 'environment, url'),
        ({'environment': 'dev'}, 'production, qa'),
        ({'environment': None, 'url': 'http://nuvy.test'}, 'Use https'),
        ({'environment': None, 'url': 'https://u:p@nuvy.test'}, 'user name or password'),
        ({'environment': None, 'url': 'https://nuvy.test?x=1'}, 'query'),
        ({'environment': None, 'url': 'ftp://nuvy.test'}, 'address like'),
        ({'allow_http': True}, 'allow_http'),
        ({'client_id': 'a:b'}, 'colon'),
        ({'client_secret': None}, 'client_secret'),
        ({'client_secret': 12345}, 'string'),
        ({'client_secret': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'}, 'placeholder'),
        ({'client_secret': '$ANSIBLE_VAULT;1.1;AES256'}, 'Vault'),
        ({'client_secret': 'a\n'}, 'control character'),
        ({'client_auth': 'header'}, 'basic, body'),
        ({'scope': ['a', '']}, 'scope'),
        ({'scope': ['a"b']}, 'scope'),
        ({'timeout': 0}, 'timeout'),
        ({'retries': 1000}, 'retries'),
        ({'check_url': 'http://api.test'}, 'Use https'),
    ],
    ids=str,
)
def test_I1_to_I10_options_that_cannot_be(given, words):
    with pytest.raises(BadInput) as caught:
        options_of(
            **{name: value for name, value in dict(GIVEN, **given).items() if value is not None}
        )
    text = str(caught.value)
    assert words in text
    assert 'allow_http to true' not in text, 'HTTPS only: there is no such way out'
    assert str(given.get('client_secret')) not in text


def test_O16_a_colon_is_fine_in_the_form_or_encoded():
    run(
        ask(answer(200, JSON), dict(FORM, client_id='a:b', client_secret=SECRET), None),
        client_id='a:b',
        client_auth='body',
    )
    run(
        ask(answer(200, JSON), authorization=basic_authorization('a%3Ab', SECRET)),
        client_id='a:b',
        form_encode_credentials=True,
    )


@pytest.mark.parametrize(
    'url',
    [
        'https://nuvy.test/',
        'https://nuvy.test',
        'https://nuvy.test/nexus/oauth2/token',
        'HTTPS://NUVY.test:443/nexus/oauth2/token/',
    ],
)
def test_H30_the_url_may_name_the_endpoint_or_not(url):
    provider = NuvyClientToken(options_of(url=url, client_id='a', client_secret=SECRET))
    assert provider.client.url == 'https://nuvy.test'


def test_loopback_may_be_http():
    assert (
        options_of(url='http://localhost:8080', client_id='a', client_secret=SECRET)['url']
        == 'http://localhost:8080'
    )


# When it is replaced


def known(seconds, lifetime=3600, **more):
    now = time.time()
    made = run(ask(answer(200, JSON))).token
    made.issued_at, made.expires_at = now - (lifetime - seconds), now + seconds
    return made


def test_a_good_token_costs_no_request_and_a_late_one_does():
    assert run(known=known(61)).token.secret == 'a.b.c'
    assert (
        run(ask(answer(200, dict(JSON, access_token='new'))), known=known(59)).token.secret == 'new'
    )
    assert run(known=known(20, lifetime=50)).token.secret == 'a.b.c', (
        'short lifetimes: a fifth must be left'
    )
    assert (
        run(
            ask(answer(200, dict(JSON, access_token='new'))), known=known(9, lifetime=50)
        ).token.secret
        == 'new'
    )


CHECK = 'https://qa.api.nuvy.ai/nexus/v1/whoami'


@pytest.mark.parametrize(
    'status, fetched',
    [
        (200, False),
        (204, False),
        (403, False),
        (401, True),
        (404, False),
        (500, False),
        (302, False),
    ],
)
def test_O18_a_token_that_an_api_refuses_is_replaced_once(status, fetched):
    script = [Ask('GET', '/nexus/v1/whoami', answer(status), authorization='Bearer a.b.c')]
    if fetched:
        script.append(ask(answer(200, dict(JSON, access_token='new'))))
    outcome = run(*script, known=known(1000), regenerate='if_invalid', check_url=CHECK)
    assert outcome.token.secret == ('new' if fetched else 'a.b.c')
    assert bool(outcome.warnings) == (status in (404, 500, 302))


def test_an_api_that_cannot_be_reached_does_not_cost_the_token():
    outcome = run(
        Ask('GET', '/nexus/v1/whoami', ServerProblem('No luck.'), authorization='Bearer a.b.c'),
        known=known(1000),
        regenerate='if_invalid',
        check_url=CHECK,
    )
    assert outcome.token.secret == 'a.b.c' and 'No luck. Whether' in outcome.warnings[0]


def test_a_late_token_is_replaced_without_asking_the_api():
    run(ask(answer(200, JSON)), known=known(10), regenerate='if_invalid', check_url=CHECK)


def test_always_and_never():
    assert (
        run(
            ask(answer(200, dict(JSON, access_token='new'))), known=known(1000), regenerate='always'
        ).token.secret
        == 'new'
    )
    assert run(known=known(-10), regenerate='never').token.secret == 'a.b.c'


def test_check_mode_may_fetch_since_it_changes_nothing():
    with Scripted(ask(answer(200, JSON))) as client:
        outcome = ensure(
            NuvyClientToken(options_of(**GIVEN), client), DesiredState(), None, check_mode=True
        )
    assert outcome.token.secret == 'a.b.c' and outcome.changed is False


# Against the stand-in, over TLS


@pytest.fixture
def server(sandbox):
    return sandbox.serve(nuvy.create_app())


@pytest.fixture
def obtain(sandbox, server, tmp_path):
    """A function that gets a token as the module and the lookup do, with a lasting cache of the
    test's own.
    """

    def obtain(client_id='buildops-client', client_secret='nuvy-s3cret', **given):
        given = dict(
            {
                'url': server.url,
                'client_id': client_id,
                'client_secret': client_secret,
                'ca_path': sandbox.ca_path,
                'cache': 'file',
                'cache_path': str(tmp_path / 'cache'),
                'timeout': 5,
                'retries': 1,
            },
            **given,
        )
        return service.get_token(sources.resolve('nuvy_client_token', given, {}))

    return obtain


def whoami(sandbox, server, token):
    import requests

    return requests.get(
        server.url + nuvy.WHOAMI_PATH,
        headers={'Authorization': token.authorization},
        verify=sandbox.ca_path,
        timeout=5,
    )


@pytest.mark.parametrize('client_auth', ['basic', 'body'])
@pytest.mark.parametrize(
    'client', [('buildops-client', 'nuvy-s3cret'), ('buildops-odd', 'p:a%2B+s&s/w=ört€ x')]
)
def test_O15_the_credentials_are_accepted_in_both_styles(
    sandbox, server, obtain, client_auth, client
):
    token = obtain(*client, client_auth=client_auth).token
    accepted = whoami(sandbox, server, token)
    assert (accepted.status_code, accepted.json()['client_id']) == (200, client[0])
    assert [entry['style'] for entry in server.state.requests] == [client_auth]
    assert server.count('POST') == 1 and server.count('GET', 'token') == 0


@pytest.mark.parametrize(
    'client, error, given',
    [
        (('buildops-client', 'wrong'), 401, {}),
        (('nobody', 'x'), 401, {}),
        (('buildops-revoked', 'revoked-s3cret'), 401, {}),
        (('buildops-unsupported', 'unsupported-s3cret'), 501, {}),
        (('buildops-client', 'nuvy-s3cret'), 400, {'scope': ['root']}),
    ],
)
@pytest.mark.parametrize('client_auth', ['basic', 'body'])
def test_seed_refusals_of_the_stand_in_are_asked_for_once(
    server, obtain, client, error, given, client_auth
):
    with pytest.raises(Refused) as caught:
        obtain(*client, client_auth=client_auth, **given)
    assert caught.value.status == error
    assert server.count() == 1, 'neither 501 nor a refusal is tried again'


@settings(max_examples=25, deadline=None)
@given(
    st.text(
        st.characters(min_codepoint=0x20, exclude_categories=('Cs', 'Cc', 'Zl', 'Zp')),
        min_size=1,
        max_size=30,
    ).filter(lambda text: text.strip() and text.strip('*') and not text.startswith('{{')),
    st.booleans(),
    st.booleans(),
)
def test_O15_any_secret_arrives_as_it_is(secret, body, form_encoded):
    app = nuvy.create_app([nuvy.AppClient('c', secret, ('read',))], form_encoded_basic=form_encoded)

    def wire(asked):
        headers = {'Authorization': asked.authorization} if asked.authorization else {}
        got = app.test_client().post(
            asked.path, base_url='https://nuvy.test', data=asked.form, headers=headers
        )
        return answer(got.status_code, headers=dict(got.headers), body=got.get_data())

    client = Scripted(Ask('POST', PATH, wire, form=ANY, authorization=ANY))
    options = options_of(
        url='https://nuvy.test',
        client_id='c',
        client_secret=secret,
        client_auth='body' if body else 'basic',
        form_encode_credentials=form_encoded,
    )
    assert ensure(NuvyClientToken(options, client), DesiredState()).token.secret


def race(sandbox, server, tmp_path, count, **given):
    given = {
        'url': server.url,
        'client_id': 'buildops-client',
        'client_secret': 'nuvy-s3cret',
        'ca_path': sandbox.ca_path,
        'cache': 'file',
        'cache_path': str(tmp_path / 'cache'),
        **given,
    }
    found = racing.race('nuvy_client_token', given, count)
    assert len({token for token, _refresh in found}) == 1
    return found[0][0]


def test_O19_many_processes_ask_once_and_when_an_api_refuses_the_token_once_more(
    sandbox, server, tmp_path
):
    first = race(sandbox, server, tmp_path, 6)
    check = {'regenerate': 'if_invalid', 'check_url': server.url + nuvy.WHOAMI_PATH}
    assert race(sandbox, server, tmp_path, 6, **check) == first and server.count('POST') == 1
    server.state.revoke_tokens()
    second = race(sandbox, server, tmp_path, 6, **check)
    assert first != second and server.count('POST') == 2


def test_a_revoked_token_is_found_out_and_replaced(sandbox, server, obtain):
    first = obtain().token
    check = {'regenerate': 'if_invalid', 'check_url': server.url + nuvy.WHOAMI_PATH}
    assert obtain(**check).token.secret == first.secret and server.count('POST') == 1, 'it is good'
    server.state.revoke_tokens()
    assert obtain().token.secret == first.secret, 'nobody has asked'
    second = obtain(**check).token
    assert second.secret != first.secret and whoami(sandbox, server, second).status_code == 200
    assert obtain(**check).token.secret == second.secret
    assert server.count('POST') == 2


@pytest.mark.parametrize('size', [8_000, 65_536, 80_000])
def test_O13_a_token_of_any_size_is_passed_on_whole_and_a_server_that_cannot_take_it_is_named(
    server, obtain, tmp_path, size
):
    claims = base64.urlsafe_b64encode(b'{"x": "%s"}' % (b'y' * size)).decode().rstrip('=')
    token = ('e30.%s.' % claims)[: size - 4] + '.c2l'
    server.faults.add(
        'token$',
        faults.json(
            json.dumps({'access_token': token, 'token_type': 'Bearer', 'expires_in': 3600})
        ),
        times=9,
    )
    assert [obtain().token.secret for _run in range(2)] == [token] * 2 and server.count('POST') == 1
    path = tmp_path / 'settings.xml'
    path.write_bytes(
        maven_settings.edit(
            None, [Server.from_options({'id': 'api', 'access_token': token})]
        ).content
    )
    assert ('Bearer %s<' % token).encode() in path.read_bytes()
    server.reset()
    outcome = obtain(
        regenerate='if_invalid', check_url=server.url + nuvy.WHOAMI_PATH
    )  # which reads lines of up to 64 KB
    if size < 65_000:
        assert outcome.token.secret != token, 'this server never made it'
    else:
        assert outcome.token.secret == token
        assert [
            'answered 431: the token has %d bytes, and headers that large' % size in warning
            for warning in outcome.warnings
        ] == [True]


@pytest.mark.parametrize(
    'fault, words',
    [
        (faults.login_page(), 'HTML'),
        (faults.empty(), 'JSON'),
        (faults.json('[]'), 'not an object'),
        (faults.json('{"access_token": NaN}'), 'not valid JSON'),
        (faults.redirect(302, 'https://sso.test/?x=%0d%0aA'), 'https://sso.test'),
        (faults.redirect(307, 'http://u:p@evil.test/'), 'http://evil.test'),
        (faults.gzip_bomb(3_000_000), 'more than'),
        (faults.cut(10), 'broke'),
        (faults.status(403), 'refuses'),
    ],
)
def test_H_faults_end_in_a_sentence(server, obtain, tmp_path, fault, words):
    server.faults.add('token$', fault, times=9)
    with pytest.raises(TokensError, match=words) as caught:
        obtain()
    assert 'nuvy-s3cret' not in str(caught.value)
    server.reset()
    assert obtain(cache='none', cache_path=None).token and not list(
        tmp_path.glob('cache/*.json')
    ), 'nothing of it was kept for later'


def test_H20_busy_servers_are_asked_again_since_nothing_is_spent(server, obtain):
    server.faults.add('token$', faults.status(503, {'Retry-After': '0'}))
    assert obtain().token
    assert server.count() == 2


def test_O8_O14_lifetimes_by_script(server, obtain):
    server.state.script.append({'exp_in': 20})
    token = obtain().token
    assert 15 < token.expires_at - time.time() < 21
    server.state.script.append({'expires_in': nuvy.MISSING, 'no_exp': True})
    token = obtain(regenerate='always').token
    assert 290 < token.expires_at - time.time() < 301


def test_scopes_in_any_order_and_form_are_one_token():
    def identity_of(*scope):
        given = dict(GIVEN, scope=list(scope))
        return sources.resolve('nuvy_client_token', given, {}).identity()

    first = identity_of('read', 'write')
    assert identity_of('write', 'read', 'read') == first == identity_of('write read ')
    assert identity_of('read') != first
