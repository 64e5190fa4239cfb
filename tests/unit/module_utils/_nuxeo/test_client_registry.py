# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OAuth2 clients of a Nuxeo: what the server would refuse or spoil, and every generation of the
stand-in.
"""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.client_registry import (
    NuxeoClientRegistry,
    check_redirect_uri,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from tests.sandbox import nuxeo
from tests.sandbox.serving import faults
from tests.support.scripted import Ask, Scripted, answer

VERSIONS = ['9.10', '10.10', '2021.60', '2023.6', '2025.3']
CALLBACK = 'https://client.test/cb'
SECRET = 'cl1ent-s3cret%+&é'


@pytest.fixture(params=VERSIONS)
def server(request, sandbox):
    app = nuxeo.create_app(request.param)
    app.version = request.param
    return sandbox.serve(app)


@pytest.fixture
def modern(sandbox):
    return sandbox.serve(nuxeo.create_app('2023.6'))


def ensure(sandbox, server, check_mode=False, warning=None, **given):
    given = {
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'username': 'Administrator',
        'password': 'Administrator',
        'client_id': 'ci',
        'redirect_uris': [CALLBACK],
        **given,
    }
    options = sources.resolve(NuxeoClientRegistry, given, {}, keep=('state',)).options
    registry = NuxeoClientRegistry(options)
    result = registry.ensure(check_mode)
    # 9.10 does not list its tokens
    warnings = [one for one in registry.warnings if 'answered 404' not in one]
    assert len(registry.warnings) == len(warnings) or server.app.version == '9.10'
    assert warnings == ([warning] if warning else [])
    return result


def stored(server, client_id='ci'):
    return next((client for client in server.state.clients if client.id == client_id), None)


def test_a_client_comes_stays_changes_and_goes(sandbox, server):
    given = {'name': 'CI', 'redirect_uris': [CALLBACK, 'nuxeo://x'], 'client_secret': SECRET}
    predicted = ensure(sandbox, server, check_mode=True, **given)
    assert predicted['changed'] is True and stored(server) is None
    made = ensure(sandbox, server, **given)
    assert (made['changed'], made['client']) == (True, predicted['client'])
    assert made['client'] == {
        'client_id': 'ci',
        'name': 'CI',
        'redirect_uris': [CALLBACK, 'nuxeo://x'],
        'auto_grant': False,
        'enabled': True,
        'secret': 'set',
    }
    assert vars(stored(server)) | {'row': 0} == {
        'id': 'ci',
        'name': 'CI',
        'secret': SECRET,
        'redirect_uris': CALLBACK + ',nuxeo://x',
        'auto_grant': False,
        'enabled': True,
        'row': 0,
    }
    server.requests.clear()
    again = ensure(sandbox, server, **given)
    assert again['changed'] is False and again['diff']['before'] == again['diff']['after']
    assert {record['method'] for record in server.requests} == {'GET'}
    # The secret that is not given is kept, and so is the name
    for change, attribute, value in (
        ({'auto_grant': True}, 'auto_grant', True),
        ({'enabled': False}, 'enabled', False),
        (
            {'redirect_uris': ['http://localhost:8080/cb']},
            'redirect_uris',
            'http://localhost:8080/cb',
        ),
    ):
        assert ensure(sandbox, server, check_mode=True, **change)['changed'] is True
        assert ensure(sandbox, server, **change)['changed'] is True
        assert getattr(stored(server), attribute) == value
        assert ensure(sandbox, server, **change)['changed'] is False
        assert (stored(server).secret, stored(server).name) == (SECRET, 'CI')
    changed = ensure(sandbox, server, client_secret='an0ther')
    assert changed['diff']['after']['secret'] == 'changed' and stored(server).secret == 'an0ther'
    assert 'an0ther' not in repr(changed) and SECRET not in repr(changed)
    assert len([client for client in server.state.clients if client.id == 'ci']) == 1
    assert ensure(sandbox, server, check_mode=True, state='absent')['changed'] is True and stored(
        server
    )
    gone = ensure(sandbox, server, state='absent')
    assert (gone['changed'], gone['client'], stored(server)) == (True, None, None)
    warning = (
        '%s has no OAuth2 client ci. Check client_id: if it is mistyped, the right client and its '
        'tokens are still valid.' % server.url.rpartition('/')[0]
    )
    assert ensure(sandbox, server, state='absent', warning=warning)['changed'] is False
    assert ensure(sandbox, server, True, state='absent', warning=warning)['changed'] is False


@pytest.mark.parametrize('version', VERSIONS[1:])
def test_removal_revokes_the_tokens_of_a_client_that_is_gone_already(sandbox, version):
    server = sandbox.serve(nuxeo.create_app(version))
    for user in ('jdoe', 'alice'):
        server.state.new_token('ci', user, 3600)
    other = server.state.new_token('nuxeo-drive', 'jdoe', 3600)
    predicted = ensure(sandbox, server, check_mode=True, state='absent')
    assert (predicted['changed'], predicted['revoked_tokens']) == (True, 2)
    assert len(server.state.tokens) == 3
    assert ensure(sandbox, server, state='absent') == predicted
    assert server.state.tokens == [other]


def test_a_new_client_is_enabled_unless_requested_otherwise(sandbox, server):
    assert ensure(sandbox, server)['client']['enabled'] is True and stored(server).enabled
    assert stored(server).secret is None


def test_a_secret_is_made_once_and_returned_once(sandbox, server):
    assert 'client_secret' not in ensure(
        sandbox, server, check_mode=True, generate_secret='if_missing'
    )
    made = ensure(sandbox, server, generate_secret='if_missing')
    assert made['client_secret'] == stored(server).secret and len(made['client_secret']) == 43
    again = ensure(sandbox, server, generate_secret='if_missing')
    assert again['changed'] is False and 'client_secret' not in again
    replaced = ensure(sandbox, server, generate_secret='always')
    assert (
        replaced['changed']
        and replaced['client_secret'] == stored(server).secret != made['client_secret']
    )


@pytest.mark.parametrize('version', VERSIONS[1:])
def test_removal_revokes_the_tokens_which_would_come_to_life_again(sandbox, version):
    server = sandbox.serve(nuxeo.create_app(version))
    ensure(sandbox, server)
    for user in ('jdoe', 'alice'):
        server.state.new_token('ci', user, 3600)
    other = server.state.new_token('nuxeo-drive', 'jdoe', 3600)
    assert ensure(sandbox, server, state='absent')['revoked_tokens'] == 2
    assert server.state.tokens == [other]


@pytest.mark.parametrize('enabled', [True, False])
@pytest.mark.parametrize('version', VERSIONS[1:])
def test_tokens_of_a_former_client_of_that_id_do_not_come_to_life_again(sandbox, version, enabled):
    server = sandbox.serve(nuxeo.create_app(version))
    ensure(sandbox, server, client_secret=SECRET)
    for user in ('jdoe', 'alice'):
        server.state.new_token('ci', user, 3600)
    server.state.clients.remove(stored(server))  # as on the web page, which leaves the tokens
    before = list(server.state.tokens)
    assert (
        ensure(sandbox, server, check_mode=True, client_secret=SECRET)['changed']
        and server.state.tokens == before
    )
    seen = []

    def watch(exchange):
        seen.append(stored(server).enabled)
        return exchange.app()

    server.faults.add('/oauth2/token/client/ci/', watch, method='DELETE', times=2)
    made = ensure(sandbox, server, client_secret=SECRET, enabled=enabled)
    assert made['revoked_tokens'] == 2 and not server.state.tokens and seen == [False, False], (
        'nobody may use them meanwhile'
    )
    assert (stored(server).enabled, stored(server).secret) == (enabled, SECRET)
    again = ensure(sandbox, server, client_secret=SECRET, enabled=enabled)
    assert not again['changed'] and 'revoked_tokens' not in again


def test_duplicates_of_the_directory_are_named_and_can_be_removed(sandbox, modern):
    for _each in (1, 2):
        modern.state.add_client(nuxeo.Client('ci', 'ci', None, CALLBACK))
    with pytest.raises(Refused, match='2 clients with the id ci'):
        ensure(sandbox, modern, retries=0)
    assert (
        ensure(sandbox, modern, state='absent', retries=0)['changed'] is True
        and stored(modern) is None
    )


@pytest.mark.parametrize('times', [1, 9])
def test_duplicates_that_another_run_removes_meanwhile_are_no_failure(sandbox, modern, times):
    ensure(sandbox, modern)
    modern.faults.add('oauth2/client/ci$', faults.status(500), method='GET', times=times)
    if times == 1:
        assert ensure(sandbox, modern)['changed'] is False
    else:
        with pytest.raises(ServerProblem, match='500'):
            ensure(sandbox, modern)


def test_many_clients_fill_many_pages(sandbox):
    server = sandbox.serve(nuxeo.create_app('10.10'))
    for number in range(230):
        server.state.add_client(nuxeo.Client('c%d' % number, 'x', None, CALLBACK))
    ensure(sandbox, server)
    assert ensure(sandbox, server)['changed'] is False
    assert ensure(sandbox, server, client_id='c215', name='x')['changed'] is False


def test_who_may_not(sandbox, server):
    with pytest.raises(Refused, match='does not accept the user'):
        ensure(sandbox, server, password='wr0ng-password')
    with pytest.raises(Refused, match='administrator|may not'):
        ensure(sandbox, server, username='jdoe', password='jdoe')
    assert stored(server) is None


@pytest.mark.parametrize('name', ['DOM\\joe', 'a/b'])
def test_tokens_of_users_whose_names_cannot_be_in_an_address_are_revoked(sandbox, modern, name):
    ensure(sandbox, modern)
    for user in (name, 'jdoe'):
        modern.state.new_token('ci', user, 3600)
    predicted = ensure(sandbox, modern, check_mode=True, state='absent')
    assert predicted['revoked_tokens'] == 2 and len(modern.state.tokens) == 2
    assert ensure(sandbox, modern, state='absent')['revoked_tokens'] == 2
    assert not [token for token in modern.state.tokens if token.client_id == 'ci']


def _made_by_another(state, newer):
    """Another run makes the same client between the comparison of the server and its write."""
    other = state.add_client(nuxeo.Client('ci', 'ci', 'made-by-another', CALLBACK))
    if not newer:
        state.clients.remove(other)
        other.row, state.clients[-1].row = state.clients[-1].row, other.row
        state.clients.insert(len(state.clients) - 1, other)


@pytest.mark.parametrize('when', ['before', 'older', 'newer'])
@pytest.mark.parametrize('generate', ['never', 'if_missing'])
def test_two_runs_that_make_a_client_at_once_leave_one(sandbox, modern, when, generate):
    given = {'client_secret': SECRET} if generate == 'never' else {'generate_secret': generate}

    def overlapped(exchange):
        if when == 'before':
            _made_by_another(modern.state, True)
        answered = exchange.app()
        if when != 'before':
            _made_by_another(modern.state, when == 'newer')
        return answered

    modern.faults.add('oauth2/client$', overlapped, method='POST')
    made = ensure(sandbox, modern, **given)
    rows = [client for client in modern.state.clients if client.id == 'ci']
    assert len(rows) == 1
    if generate == 'never':
        assert rows[0].secret == SECRET and made['changed']
    elif when == 'newer':
        assert rows[0].secret == made['client_secret'] and made['changed']
    else:  # the other run has its secret
        assert rows[0].secret == 'made-by-another' and not made['changed']
        assert 'client_secret' not in made


@pytest.mark.parametrize('generate', ['never', 'if_missing'])
def test_two_posts_that_overlap_on_the_server_leave_one_client(sandbox, modern, generate):
    """Each is compared before the other is written, as the real server does."""
    meeting = threading.Barrier(2, timeout=30)
    modern.state.before_write = meeting.wait
    given = {'client_secret': SECRET} if generate == 'never' else {'generate_secret': generate}
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(ensure, sandbox, modern, **given) for _run in range(2)]
        results = [run.result(timeout=60) for run in runs]
    assert modern.count('POST', 'oauth2/client$') == 2
    (row,) = [client for client in modern.state.clients if client.id == 'ci']
    assert any(result['changed'] for result in results)
    handed_out = {result.get('client_secret') for result in results} - {None}
    assert handed_out == ({row.secret} if generate == 'if_missing' else set())


def test_a_csrf_token_is_fetched_for_each_change(sandbox):
    server = sandbox.serve(nuxeo.create_app('2023.6', csrf_token='on'))
    assert ensure(sandbox, server)['changed'] and ensure(sandbox, server, state='absent')['changed']


def test_the_wrong_context_path(sandbox, modern):
    with pytest.raises(ServerProblem, match='Check url'):
        ensure(sandbox, modern, url=modern.url.replace('/nuxeo', '/other'))


def test_an_api_that_the_server_does_not_have(sandbox):
    server = sandbox.serve(nuxeo.create_app('10.10'))
    with pytest.raises(Refused, match='405'):
        ensure(sandbox, server, api='rest')
    server.state.add_client(nuxeo.Client('ci', 'ci', None, CALLBACK))
    with pytest.raises(Refused, match='Set api to directory'):
        ensure(sandbox, server, api='rest')


def test_put_always_sends_all_of_it_and_the_secret_only_when_it_changes():
    full = {
        'entity-type': 'oauth2Client',
        'id': 'ci',
        'name': 'ci',
        'redirectURIs': [CALLBACK],
        'secret': SECRET,
        'isAutoGrant': False,
        'isEnabled': False,
    }
    wanted = {name: value for name, value in dict(full, isEnabled=True).items() if name != 'secret'}
    login = 'Basic ' + base64.b64encode(b'Administrator:Administrator').decode()
    path = '/api/v1/oauth2/client/ci'
    options = sources.resolve(
        NuxeoClientRegistry,
        {
            'url': 'https://n.test/nuxeo',
            'username': 'Administrator',
            'password': 'Administrator',
            'client_id': 'ci',
            'redirect_uris': [CALLBACK],
            'client_secret': SECRET,
        },
        {},
        keep=('state',),
    ).options

    def script(put, *last):
        return Scripted(
            Ask('GET', path, answer(200, full), authorization=login),
            Ask('PUT', path, put, json_body=wanted, authorization=login),
            *(Ask('GET', path, answer(200, data), authorization=login) for data in last),
        )

    with script(answer(200, dict(wanted, secret=None)), dict(full, isEnabled=True)) as client:
        assert NuxeoClientRegistry(options, client).ensure()['client']['enabled'] is True
    with script(answer(200, wanted), full) as client, pytest.raises(
        ServerProblem, match='another form'
    ):
        NuxeoClientRegistry(options, client).ensure()
    echo = {'entity-type': 'exception', 'message': 'bad %s of %s' % (SECRET, login[6:])}
    with script(answer(400, echo)) as client, pytest.raises(Refused) as caught:
        NuxeoClientRegistry(options, client).ensure()
    assert (
        SECRET not in str(caught.value)
        and login[6:] not in str(caught.value)
        and 'bad *** of ***' in str(caught.value)
    )


# Redirect URIs

GOOD_URIS = [
    CALLBACK,
    'https://client.test',
    'https://client.test:8443/a%20b?x=1',
    'http://localhost',
    'http://localhost:8080',
    'http://localhost:8080/cb?x=1',
    'http://localhost/',
    'nuxeo://authorize',
    'com.example.app:/cb',
    'urn:ietf:wg:oauth:2.0:oob',
]
BAD_URIS = [
    '',
    ' ',
    ' ' + CALLBACK,
    CALLBACK + ' ',
    'https://a.test/b c',
    'https://a.test,https://b.test',
    CALLBACK + '#frag',
    'https://client.test/ü',
    'HTTPS://client.test',
    'HTTP://host',
    'foo',
    'httpsfoo',
    'httpsfoo://x',
    'http://host',
    'http://127.0.0.1',
    'http://127.0.0.1:8080/cb',
    'http://[::1]/',
    'http://localhost?x',
    'http://localhost.evil.test',
    'http://localhost:80a/',
    'https://',
    'https:///x',
    'https:client.test',
    'https://u:p@client.test',
    'https://client.test:99999',
    'javascript:alert(1)',
    'data:text/html,x',
    'a\nb://x',
    '//client.test',
    'https://[x',
]


@pytest.mark.parametrize('uri', GOOD_URIS)
def test_redirect_uris_that_both_take(uri):
    check_redirect_uri(uri)
    assert nuxeo.Platform.valid_uri(server_rules(), uri)


@pytest.mark.parametrize('uri', BAD_URIS)
def test_redirect_uris_that_the_server_refuses_or_spoils(uri):
    with pytest.raises(BadInput, match='redirect_uris'):
        check_redirect_uri(uri)


def test_a_password_in_a_uri_is_not_repeated():
    with pytest.raises(BadInput) as caught:
        check_redirect_uri('https://u:hunter2@client.test')
    assert 'hunter2' not in str(caught.value)


def test_dev_mode_takes_any_http():
    check_redirect_uri('http://host:8080/cb', dev_mode=True)
    check_redirect_uri('http://127.0.0.1/cb', dev_mode=True)
    with pytest.raises(BadInput):
        check_redirect_uri('http://host/#x', dev_mode=True)


def server_rules():
    return type('Rules', (), {'dev_mode': False})()


@given(
    st.one_of(
        st.text(),
        st.from_regex(
            r'(https?|HTTPS?|nuxeo|http)://(localhost|127\.0\.0\.1|a\.test)?(:\d{1,6})?(/[a-z,# '
            r'%+]*)?(\?x)?',
            fullmatch=True,
        ),
    )
)
def test_what_is_let_through_the_server_takes_and_keeps_as_one(uri):
    try:
        check_redirect_uri(uri)
    except BadInput:
        return
    assert nuxeo.Platform.valid_uri(server_rules(), uri)
    assert uri.split(',') == [uri] and uri.strip() == uri


@pytest.mark.parametrize(
    'given, words',
    [
        ({'client_id': 'a/b'}, 'slash'),
        ({'client_id': '..'}, 'cannot be'),
        ({'client_id': 'a\\b'}, 'slash'),
        ({'client_id': ' a'}, 'client_id'),
        ({'redirect_uris': []}, 'at least one'),
        ({'redirect_uris': [CALLBACK, CALLBACK]}, 'twice'),
        ({'client_secret': 'x', 'generate_secret': 'always'}, 'exclude'),
        ({'name': ' '}, 'name is empty'),
        ({'username': 'a:b'}, 'colon'),
        ({'client_secret': '$encrypted$'}, 'placeholder'),
        ({'url': 'http://nuxeo.test/nuxeo'}, 'https'),
        ({'url': 'https://nuxeo.test/nuxeo/api/v1/'}, 'path of the REST API'),
        ({'cache': 'file'}, 'no option cache'),
    ],
    ids=str,
)
def test_I_options_that_cannot_be(given, words):
    complete = {
        'url': 'https://nuxeo.test/nuxeo',
        'username': 'Administrator',
        'password': 'x',
        'client_id': 'ci',
        'redirect_uris': [CALLBACK],
        **given,
    }
    with pytest.raises(BadInput, match=words):
        sources.resolve(NuxeoClientRegistry, complete, {}, keep=('state',))
