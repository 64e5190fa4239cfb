# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens against the stand-in: verification that open, processes that race, and secrets that
nobody may see.
"""

from __future__ import annotations

import base64
import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
import requests

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuvy_client_token import (
    NuvyClientToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_oauth2_token import (
    NuxeoOauth2Token,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.sandbox import nuvy, nuxeo
from tests.sandbox.serving import faults
from tests.support import racing

SECRET = 'cl1ent:s3cret%+&/é'
CALLBACK = 'https://client.test/cb'
JWT_SECRET = 'jwt-s3cret-' * 6
SECONDS = 3600


def application(version='2025.3', **more):
    app = nuxeo.create_app(version, jwt_secret=JWT_SECRET, **more)
    app.state.add_client(nuxeo.Client('ci', 'ci', SECRET, CALLBACK))
    app.state.add_client(nuxeo.Client('public', 'public', None, CALLBACK, auto_grant=True))
    app.state.users['ci'] = nuxeo.User('ci', 'unused-p4ssword')
    return app


@pytest.fixture
def server(sandbox):
    return sandbox.serve(application())


@pytest.fixture
def given(sandbox, server, tmp_path):
    """The options that all sources here share."""
    return {
        'url': server.url,
        'client_id': 'ci',
        'client_secret': SECRET,
        'ca_path': sandbox.ca_path,
        'cache': 'file',
        'cache_path': str(tmp_path / 'cache'),
        'timeout': 10,
    }


GRANTS = {
    'headless': {
        'grant': 'authorization_code',
        'username': 'jdoe',
        'password': 'jdoe',
        'redirect_uri': CALLBACK,
    },
    'machine': {'grant': 'client_credentials'},
    'signed': {'grant': 'jwt_bearer', 'username': 'jdoe', 'jwt_secret': JWT_SECRET},
}


def obtain(given, check_mode=False, **more):
    given = {name: value for name, value in dict(given, **more).items() if value is not None}
    return service.get_token(
        sources.resolve('nuxeo_oauth2_token', given, {}, keep=('state',)), check_mode=check_mode
    )


def me(given, token):
    return requests.get(
        given['url'] + '/api/v1/me',
        headers={'Authorization': token.authorization},
        verify=given['ca_path'],
        timeout=10,
    )


@pytest.mark.parametrize('client_auth', ['body', 'basic'])
@pytest.mark.parametrize('grant', GRANTS)
def test_O15_the_credentials_are_accepted_in_both_runs(server, given, grant, client_auth):
    user = 'ci' if grant == 'machine' else 'jdoe'
    changes = dict(GRANTS[grant], client_auth=client_auth)
    first = obtain(given, **changes)
    assert me(given, first.token).json()['id'] == user
    server.requests.clear()
    second = obtain(given, **changes)
    assert (second.changed, second.token.secret, len(server.requests)) == (
        False,
        first.token.secret,
        0,
    )


@pytest.mark.parametrize('csrf_token', [None, 'on'])
@pytest.mark.parametrize('grant', GRANTS)
def test_a_server_in_production_grants_as_well(sandbox, given, grant, csrf_token):
    server = sandbox.serve(application(production=True, csrf_token=csrf_token))
    token = obtain(given, url=server.url, **GRANTS[grant]).token
    user = 'ci' if grant == 'machine' else 'jdoe'
    assert me({**given, 'url': server.url}, token).json()['id'] == user


@pytest.mark.parametrize('grant', GRANTS)
def test_H18_a_proxy_that_adds_an_origin_is_named_where_the_refusal_has_no_words(
    sandbox, given, grant
):
    server = sandbox.serve(application(production=True))

    def add_an_origin(exchange):
        exchange.environ['HTTP_ORIGIN'] = 'https://proxy.test'
        return exchange.app()

    server.faults.add('/oauth2/', add_an_origin, method='POST', times=9)
    with pytest.raises(Refused, match='A proxy adds an Origin'):
        obtain(given, url=server.url, **GRANTS[grant])


@pytest.mark.parametrize('grant', GRANTS)
def test_two_runs_without_a_lasting_cache_change_nothing_the_second_time(given, grant):
    changes = dict(GRANTS[grant], cache='none', cache_path=None)
    first, second = obtain(given, **changes), obtain(given, **changes)
    assert first.changed is (grant != 'machine')
    assert (second.changed, second.token.secret) == (False, first.token.secret)


@pytest.mark.parametrize('admin', [True, False])
@pytest.mark.parametrize(('name', 'client'), [('DOM\\joe', 'ci'), ('a/b', 'ci'), ('bob', 'c/i')])
def test_names_that_cannot_be_in_an_address_have_tokens_too(sandbox, given, name, client, admin):
    app = application(production=True)
    app.state.add_client(nuxeo.Client('c/i', 'ci', SECRET, CALLBACK))
    app.state.users[name] = nuxeo.User(name, 'pässword', admin=admin)
    server = sandbox.serve(app)
    changes = {
        **GRANTS['headless'],
        'url': server.url,
        'username': name,
        'client_id': client,
        'password': 'pässword',
        'cache': 'none',
        'cache_path': None,
    }
    other = app.state.new_token('public', name, SECONDS)
    predicted = obtain(given, check_mode=True, **changes)
    first, second = obtain(given, **changes), obtain(given, **changes)
    assert (predicted.changed, first.changed, second.changed) == (True, True, False)
    assert second.token.secret == first.token.secret
    absent = dict(changes, state='absent')
    assert obtain(given, check_mode=True, **absent).changed is True
    if not admin:
        with pytest.raises(Refused, match='only an administrator can remove'):
            obtain(given, **absent)
        return
    assert obtain(given, **absent).changed is True
    assert app.state.tokens == [other]
    assert obtain(given, **absent).changed is False


def test_a_public_client_that_grants_by_itself_needs_no_secret(given):
    given = {name: value for name, value in given.items() if name != 'client_secret'}
    assert (
        me(given, obtain(given, **dict(GRANTS['headless'], client_id='public')).token).status_code
        == 200
    )


def test_O18_revoked_elsewhere_and_found_out(server, given):
    first = obtain(given, **GRANTS['headless']).token
    server.state.tokens.clear()
    assert obtain(given, **GRANTS['headless']).token.secret == first.secret
    second = obtain(given, regenerate='if_invalid', **GRANTS['headless'])
    assert second.changed and me(given, second.token).status_code == 200, (
        'the refresh token was dead too, so it was granted again'
    )


@pytest.mark.parametrize('grant', GRANTS)
def test_absent_ends_access_and_the_second_time_does_nothing(given, grant):
    token = obtain(given, **GRANTS[grant]).token
    assert obtain(given, check_mode=True, state='absent', **GRANTS[grant]).changed is True
    assert me(given, token).status_code == 200, 'check mode'
    assert obtain(given, state='absent', **GRANTS[grant]).changed is True
    assert me(given, token).status_code == 401
    if grant != 'machine':
        assert obtain(given, state='absent', **GRANTS[grant]).changed is False


def test_a_refresh_token_goes_on_over_many_runs(server, given):
    seed = server.state.new_token('ci', 'jdoe', SECONDS)
    start = {'grant': 'refresh_token', 'refresh_token': seed.refresh}
    seen = {seed.access}
    for _run in range(4):
        token = obtain(given, regenerate='always', **start).token
        assert me(given, token).status_code == 200 and token.secret not in seen
        seen.add(token.secret)
    assert len(server.state.tokens) == 1
    assert obtain(given, state='absent', **start).changed is True
    assert obtain(given, state='absent', **start).changed is False
    with pytest.raises(Refused, match='used before'):
        obtain(given, **start)


def test_the_weekly_job_of_the_server_is_survived(server, given):
    obtain(given, **GRANTS['headless'])
    for token in server.state.tokens:
        token.created -= 8 * 86400
    server.state.collect_expired()
    renewed = obtain(given, regenerate='always', **GRANTS['headless'])
    assert me(given, renewed.token).status_code == 200


def test_O11_an_answer_that_was_lost_costs_one_more_grant(server, given):
    """The server has refreshed, but we never saw the new refresh token."""
    obtain(given, **GRANTS['headless'])
    server.faults.add('oauth2/token$', faults.reset_after())
    with pytest.raises(Unreachable):
        obtain(given, regenerate='always', **GRANTS['headless'])
    renewed = obtain(given, regenerate='always', **GRANTS['headless'])
    assert me(given, renewed.token).status_code == 200
    assert server.count('POST', 'oauth2/token$') == 4, (
        'a grant, a lost refresh that is not sent again, a refused one, a grant'
    )


def test_legacy_servers_accept_credentials_too(sandbox, given):
    server = sandbox.serve(application('8.10'))
    start = dict(GRANTS['headless'], url=server.url, endpoints='legacy')
    first = obtain(given, **start)
    second = obtain(given, regenerate='always', **start)
    for outcome, status in ((first, 401), (second, 200)):
        accepted = requests.get(
            server.url + '/nxdoc/default/1/view_documents',
            headers={'Authorization': outcome.token.authorization},
            verify=given['ca_path'],
            allow_redirects=False,
            timeout=10,
        )
        assert accepted.status_code == status
    assert not any(
        'secret' in name or name in ('code', 'refresh_token')
        for record in server.requests
        for name in record['query']
    ), 'O20'


@pytest.mark.parametrize(
    'version, grant, words',
    [
        ('2023.6', 'machine', '2023.31'),
        ('2025.2', 'machine', '2025.3'),
        ('9.10', 'signed', '10.10'),
    ],
)
def test_grants_that_a_version_does_not_have(sandbox, given, version, grant, words):
    server = sandbox.serve(application(version))
    with pytest.raises(Refused, match=words):
        obtain(given, url=server.url, **GRANTS[grant])


@pytest.mark.parametrize('version', ['9.10', '10.10', '2021.60', '2023.6', '2023.31', '2025.3'])
def test_every_generation_grants_headless(sandbox, given, version):
    server = sandbox.serve(application(version))
    outcome = obtain(given, url=server.url, **GRANTS['headless'])
    assert outcome.changed and obtain(given, url=server.url, **GRANTS['headless']).changed is False


# Processes that race


def race(server, given, count, locks=True):
    """Have many processes find, at the same moment, that the token of the cache is late.

    :returns: what each got, and what lives.
    """
    seed = server.state.new_token('ci', 'jdoe', 1)
    start = dict(given, grant='refresh_token', refresh_token=seed.refresh)
    first = obtain(start).token
    server.state.tokens[0].seconds = SECONDS  # for all that follow
    time.sleep(1.1)
    server.requests.clear()
    if not locks:  # a busy machine would let them run one after the other
        server.faults.add('/oauth2/token$', faults.delay(0.5), times=count)
    found = racing.race('nuxeo_oauth2_token', start, count, locks)
    live = server.state.tokens[0]
    assert live.access != first.secret
    return found, [live.access, live.refresh], start


def test_T13_O19_two_runs_at_once_cannot_lose_the_refresh_token(server, given):
    found, live, _start = race(server, given, 6)
    assert found == [live] * 6
    assert server.count('POST') == 1, 'one of them asks, the others use what it got'


def test_T13_T23_P10_not_even_where_the_file_system_has_no_locks(server, given):
    found, live, start = race(server, given, 4, locks=False)
    assert found == [live] * 4
    assert server.count('POST') > 1, 'they did race'
    assert obtain(start, regenerate='always').token, 'the cache contains the live one'


def test_T13_a_refresh_inside_the_first_grant_is_stored_too(server, given):
    """The existing token had seconds to live, so the grant led to a refresh at once: its new
    refresh token is the one of the cache.
    """
    old = server.state.new_token('ci', 'jdoe', SECONDS)
    old.created -= SECONDS - 5
    token = obtain(given, **GRANTS['headless']).token
    live = server.state.tokens[0]
    assert old.access != token.secret == live.access
    again = obtain(given, regenerate='always', **GRANTS['headless']).token
    assert again.secret == server.state.tokens[0].access
    assert server.count('POST', 'authorize_submit') == 1, (
        'the second time, the refresh token was enough'
    )


# Secrets that nobody may see


class Wire:
    """A client that speaks to an application in this process, and puts a hostile answer in the
    place of the n-th one.
    """

    def __init__(self, app, base, hostile=None, at=None):
        self.app, self.url, self.retries = app, base, 0
        self.hostile, self.at = hostile, at
        self.sent, self.count = [], 0

    def request(
        self,
        method,
        path,
        query=None,
        form=None,
        json_body=None,
        body=None,
        headers=None,
        authorization=None,
        repeatable=None,
        accept='*/*',
    ):
        sent = dict(headers or {}, **({'Authorization': authorization} if authorization else {}))
        values = [*(form or {}).values(), *(query or {}).values(), *sent.values()]
        what = '%s server.test%s' % (method, path)
        self.count += 1
        if self.count - 1 == self.at:
            status, kind, content = self.hostile(' '.join(values))
            if content.startswith('Location '):
                made = Response(
                    what,
                    status,
                    requests.structures.CaseInsensitiveDict({'Location': content[9:]}),
                    b'',
                )
            else:
                made = Response(
                    what,
                    status,
                    requests.structures.CaseInsensitiveDict({'Content-Type': kind}),
                    content.encode(),
                )
        else:
            context = '' if path.startswith('/nuxeo') or '/nuxeo' not in self.url else '/nuxeo'
            browser = self.app.test_client(use_cookies=False)
            got = browser.open(
                context + path,
                method=method,
                base_url='https://server.test',
                query_string=query,
                data=form,
                json=json_body,
                headers=sent,
            )
            made = Response(
                what,
                got.status_code,
                requests.structures.CaseInsensitiveDict(dict(got.headers)),
                got.get_data(),
            )
        self.sent.append((values, made))
        return made

    def close(self):
        pass


HOSTILE = {
    'refusal': lambda echo: (
        400,
        'application/json',
        json.dumps({'error': 'invalid_client', 'error_description': 'you said ' + echo}),
    ),
    'odd code': lambda echo: (401, 'application/json', json.dumps({'error': echo})),
    'dead refresh token': lambda echo: (
        400,
        'application/json',
        json.dumps({'error': 'invalid_grant', 'error_description': 'Cannot refresh token ' + echo}),
    ),
    'rest': lambda echo: (
        403,
        'application/json',
        json.dumps({'entity-type': 'exception', 'message': 'not with ' + echo}),
    ),
    'rest, not found': lambda echo: (
        404,
        'application/json',
        json.dumps({'entity-type': 'exception', 'message': 'no ' + echo}),
    ),
    'page': lambda echo: (400, 'text/html', '<html><code>%s</code></html>' % html.escape(echo)),
    'crash': lambda echo: (500, 'text/html', '<html><code>%s</code></html>' % echo),
    'broken JSON': lambda echo: (200, 'application/json', '{"access_token": "%s' % echo),
    'redirect': lambda echo: (
        302,
        '',
        'Location https://evil.test/%s?x=%s#%s' % (quote(echo), quote_plus(echo), quote(echo)),
    ),
    'login': lambda echo: (
        302,
        '',
        'Location https://server.test/nuxeo/login.jsp?loginFailed=true&x=%s' % quote_plus(echo),
    ),
    'denial': lambda echo: (
        302,
        '',
        'Location %s?error=access_denied&error_description=%s' % (CALLBACK, 'no'),
    ),
    'nothing': lambda echo: (503, 'text/plain', echo),
}
SCENES = {
    'headless': dict(GRANTS['headless'], cache='none'),
    'always': dict(GRANTS['headless'], cache='none', regenerate='always'),
    'machine': dict(GRANTS['machine'], cache='none', regenerate='always'),
    'signed': dict(GRANTS['signed'], cache='none'),
    'absent': dict(GRANTS['headless'], cache='none', state='absent'),
    'machine, absent': dict(GRANTS['machine'], cache='none', state='absent'),
    'by Basic': dict(GRANTS['machine'], cache='none', client_auth='basic'),
    'legacy': dict(GRANTS['headless'], cache='none', endpoints='legacy'),
    'nuvy': {'client_auth': 'basic'},
    'nuvy, body': {'client_auth': 'body'},
}


def scene(name):
    """Return a function that runs the scene with a wire, one that makes a fresh application, and
    the URL.
    """
    if name.startswith('nuvy'):
        options = sources.resolve(
            'nuvy_client_token',
            dict(SCENES[name], url='https://server.test', client_id='c', client_secret=SECRET),
            {},
        ).options
        return (
            lambda wire: ensure(NuvyClientToken(options, wire), service.desired_of(options)),
            lambda: nuvy.create_app([nuvy.AppClient('c', SECRET, ('read',))]),
            'https://server.test',
        )
    options = sources.resolve(
        'nuxeo_oauth2_token',
        dict(SCENES[name], url='https://server.test/nuxeo', client_id='ci', client_secret=SECRET),
        {},
        keep=('state',),
    ).options

    def make():
        app = application('8.10' if name == 'legacy' else '2025.3')
        app.state.new_token('ci', 'jdoe', SECONDS)
        app.state.new_token('ci', 'ci', SECONDS, refreshable=False)
        return app

    return (
        lambda wire: ensure(
            NuxeoOauth2Token(options, wire, sleep=lambda seconds: None), service.desired_of(options)
        ),
        make,
        'https://server.test' if name == 'legacy' else 'https://server.test/nuxeo',
    )


def forms_of(secret):
    """A secret, and the forms in which it travels."""
    return {
        secret,
        quote(secret, safe=''),
        quote_plus(secret),
        base64.b64encode(secret.encode()).decode(),
        html.escape(secret),
    }


@pytest.mark.parametrize('name', SCENES)
def test_T7_no_secret_in_any_message_whatever_the_server_answers_and_when(name):
    play, make, url = scene(name)
    peaceful = Wire(make(), url)
    assert play(peaceful)
    failures = 0
    for at in range(peaceful.count):
        for kind, hostile in HOSTILE.items():
            app = make()
            wire = Wire(app, url, hostile, at)
            texts = []
            try:
                texts += play(wire).warnings
            except TokensError as problem:
                failures += 1
                assert problem.__cause__ is None
                texts += [str(problem), repr(problem), str(problem.__dict__)]
            secrets = {
                SECRET,
                JWT_SECRET,
                base64.b64encode(b'jdoe:jdoe').decode(),
                base64.b64encode(('ci:' + SECRET).encode()).decode(),
            }
            for values, made in wire.sent:
                secrets.update(
                    value
                    for value in values
                    if len(value) > 15
                    and not value.startswith(('https:', 'urn:'))
                    and value not in GRANT_TYPES
                )
                data = made.error_object()
                secrets.update(
                    data[member]
                    for member in ('access_token', 'refresh_token')
                    if isinstance(data.get(member), str)
                )
            seen = [
                secret
                for secret in secrets
                for form in forms_of(secret)
                for text in texts
                if form in text
            ]
            assert not seen, (kind, at, texts)
    assert failures


GRANT_TYPES = ('authorization_code', 'client_credentials', 'refresh_token')
