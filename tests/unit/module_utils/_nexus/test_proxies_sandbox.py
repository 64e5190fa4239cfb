# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of proxy repositories in every generation of the stand-in: set, changed, removed.

X and H numbers are those of the fault catalogue.
"""

from __future__ import annotations

import copy

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    DesiredProxy,
    ExtDirectProxies,
    NexusProxyCredential,
    apply,
    verify,
)
from tests.sandbox import nexus
from tests.support.nexus_proxies import GENERATIONS, NEW, POM, options, prepared, with_token


def state_of(server):
    """All repositories as the server keeps them, without the authentication of p1."""
    known = copy.deepcopy(server.app.repositories.known)
    item = known['p1']
    if hasattr(item, 'data'):
        item.data['remoteStorage'].pop('authentication', None)
        item.data['defaultLocalStorageUrl'] = item.data['defaultLocalStorageUrl'].rstrip('/')
        item.blocked, item.unavailable = False, None
    else:
        client = item.attributes['httpclient']
        client.pop('authentication', None)
        client['connection'] = {
            key: value for key, value in client.get('connection', {}).items() if value
        }  # a server says false for what was not said
    return known


@pytest.mark.parametrize('version', GENERATIONS)
def test_X1_set_change_rotate_and_remove(sandbox, connect, remote, version):
    url, first, second = remote
    server, proxies = prepared(sandbox, connect, version, url)
    before = state_of(server)
    attempt = with_token(first, verify_path=POM)
    assert verify(proxies, attempt)['accepted'] is False
    assert apply(proxies, with_token(first), True)['changed'] == ['authentication'], (
        'check mode predicts'
    )
    assert verify(proxies, attempt)['accepted'] is False, 'check mode writes nothing'

    reported = apply(proxies, with_token(first), False)
    assert (
        reported['changed'] == ['authentication']
        and reported['before'] == {}
        and reported['after'] == {'type': 'username', 'username': first.name_code}
    )
    assert verify(proxies, attempt) == {'name': 'p1', 'accepted': True, 'message': ''}
    server.reset()
    assert apply(proxies, with_token(first), False)['changed'] == [], (
        'X1: the user name tells that the token is the same'
    )
    assert len(server.requests) <= 2 and {record['method'] for record in server.requests} == {
        'POST' if isinstance(proxies, ExtDirectProxies) else 'GET'
    }

    assert apply(proxies, with_token(second), True)['changed'] == ['username', 'password']
    assert apply(proxies, with_token(second), False)['changed'] == ['username', 'password']
    assert server.app.repositories.fetches and verify(proxies, attempt)['accepted'] is True
    assert (
        server.app.repositories.fetches[-1].credentials == f'{second.name_code}:{second.pass_code}'
    )
    same_user = with_token(second)._replace(password=first.pass_code)
    assert apply(proxies, same_user, False)['changed'] == [], (
        'the server never gives the password back'
    )
    reported = apply(proxies, same_user._replace(update_password='always'), False)
    assert reported['changed'] == ['password'] and verify(proxies, attempt)['accepted'] is False
    kept = {'type': 'username', 'username': second.name_code}
    assert (reported['before'], reported['after']) == (
        dict(kept, secret='unknown'),
        dict(kept, secret='the given one'),
    )
    assert (
        apply(proxies, with_token(second, update_password='always'), False)['changed']
        == ['password']
        and verify(proxies, attempt)['accepted'] is True
    )
    assert state_of(server) == before

    assert apply(proxies, DesiredProxy('p1', state='absent'), False)['changed'] == [
        'authentication'
    ]
    assert verify(proxies, attempt)['accepted'] is False
    assert apply(proxies, DesiredProxy('p1', state='absent'), False)['changed'] == []
    assert state_of(server) == before
    assert not server.errors


@pytest.mark.parametrize('version', GENERATIONS)
def test_a_proxy_is_created_on_request_and_then_left_as_it_is(sandbox, connect, remote, version):
    url, token, _other = remote
    server = sandbox.serve(nexus.create_app(version))
    proxies = connect(server)
    with pytest.raises(Refused, match='has no repository p1'):
        apply(proxies, with_token(token), False)
    wanted = with_token(token, create={'remote_url': url}, verify_path=POM)
    assert apply(proxies, wanted, True)['changed'] == ['repository'] and proxies.read('p1') is None
    assert apply(proxies, wanted, False)['changed'] == ['repository']
    assert verify(proxies, wanted)['accepted'] is True
    assert (
        apply(proxies, wanted._replace(create={'remote_url': 'https://elsewhere.test/'}), False)[
            'changed'
        ]
        == []
    )
    assert proxies.read('p1').remote_url == url
    assert apply(proxies, DesiredProxy('p2', state='absent'), False)['changed'] == []


def test_nexus_2_has_no_repositories_for_all_versions(sandbox, connect):
    server = sandbox.serve(nexus.create_app('2.14.9-01'))
    with pytest.raises(BadInput, match='no version_policy mixed'):
        apply(
            connect(server),
            NEW._replace(create={'remote_url': 'https://remote.test/', 'version_policy': 'mixed'}),
            False,
        )
    assert server.count('POST') == 0


@pytest.mark.parametrize('version', GENERATIONS)
def test_X4_wrong_passwords_missing_rights_and_missing_repositories_are_distinguished(
    sandbox, connect, remote, version
):
    url, token, _other = remote
    server, _proxies = prepared(sandbox, connect, version, url)
    with pytest.raises(Refused, match='does not accept the user name and password'):
        apply(connect(server, password='wrong'), with_token(token), False)
    with pytest.raises(Refused, match=r'may administer|may not change|not permitted|may not'):
        apply(connect(server, 'bob', 'builder'), with_token(token), False)


@pytest.mark.parametrize('stated', [False, True], ids=['', 'version stated'])
@pytest.mark.parametrize('state', ['present', 'absent'])
@pytest.mark.parametrize('version', GENERATIONS)
def test_H23_nothing_is_reported_about_a_repository_where_the_path_is_wrong(
    sandbox, version, state, stated
):
    """There, a server checks no password and says of everything that it is not there."""
    server = sandbox.serve(nexus.create_app(version))
    login = {'username': 'u', 'password': 'a-password'} if state == 'present' else {}
    given_options = options(
        server,
        sandbox,
        {'name': 'p1', 'state': state, **login},
        {'name': 'p2', 'state': state, **login},
    )
    given_options.update(
        url=server.url + '/wrong',
        password='wrong',
        **({'nexus_version': version} if stated else {}),
    )
    for check_mode in (False, True):
        server.reset()
        with pytest.raises(Refused, match='must end with the context path'):
            NexusProxyCredential(given_options).ensure(check_mode)
        assert len(server.requests) <= 3


@pytest.mark.parametrize('version', GENERATIONS)
def test_a_repository_that_is_not_there_where_the_version_is_stated(sandbox, version):
    server = sandbox.serve(nexus.create_app(version))
    result = NexusProxyCredential(
        options(server, sandbox, {'name': 'gone', 'state': 'absent'}, nexus_version=version)
    ).ensure()
    assert not result['changed'] and not result.get('failed') and len(server.requests) <= 2


@pytest.mark.parametrize('version', ['3.23.0-03', '3.71.0-06'])
def test_the_version_is_asked_only_where_it_is_not_stated(sandbox, connect, remote, version):
    server = sandbox.serve(nexus.create_app(version))
    connect(server, nexus_version=version)
    assert len(server.requests) == 0
    assert connect(server).product.version == version and len(server.requests) == 1


def test_X3_a_change_between_reading_and_writing_is_kept(sandbox, connect, remote):
    url, token, _other = remote
    server, proxies = prepared(sandbox, connect, '3.71.0-06', url)
    known = server.app.repositories.known

    def somebody(exchange):
        found = exchange.app()
        known['p1'].attributes['negativeCache']['timeToLive'] = 7
        known['p1'].attributes['cleanup'] = {'policyName': ['daily']}
        return found

    server.faults.add('/maven/proxy/p1$', somebody, method='GET')
    assert apply(proxies, with_token(token), False)['changed'] == ['authentication']
    assert known['p1'].attributes['negativeCache']['timeToLive'] == 7 and known['p1'].attributes[
        'cleanup'
    ] == {'policyName': ['daily']}


@pytest.mark.parametrize(
    'change',
    [{'remoteUrl': 'http://elsewhere.test/'}, {'remoteUrl': 'https://jane@elsewhere.test/'}],
)
def test_X3_a_change_that_makes_it_impossible_is_seen_before_the_write(
    sandbox, connect, remote, change
):
    url, token, _other = remote
    server, proxies = prepared(sandbox, connect, '3.71.0-06', url)

    def somebody(exchange):
        found = exchange.app()
        server.app.repositories.known['p1'].attributes['proxy'].update(change)
        return found

    server.faults.add('/maven/proxy/p1$', somebody, method='GET')
    with pytest.raises(BadInput, match='preemptive needs|contains a user name or password'):
        apply(proxies, with_token(token, preemptive=True), False)
    assert server.count('PUT') == 0


@pytest.mark.parametrize('version', ['2.14.9-01', '3.23.0-03', '3.71.0-06'])
def test_X3_a_change_while_writing_is_reported(sandbox, connect, remote, version):
    url, token, _other = remote
    server, proxies = prepared(sandbox, connect, version, url)

    def somebody(exchange):
        found = exchange.app()
        item = server.app.repositories.known['p1']
        if hasattr(item, 'data'):
            item.data['notFoundCacheTTL'] = 7
        else:
            item.attributes['negativeCache']['timeToLive'] = 7
        return found

    method, path, after = ('PUT', 'p1$', 0) if version != '3.23.0-03' else ('POST', 'extdirect$', 2)
    server.faults.add(path, somebody, method=method, after=after)
    with pytest.raises(
        ServerProblem,
        match=(
            'differs from what was written in more than its authentication. Somebody else changed '
            'it'
        ),
    ):
        apply(proxies, with_token(token), False)


def test_X3_credentials_that_did_not_stay_are_reported(sandbox, connect, remote):
    url, token, _other = remote
    server, proxies = prepared(sandbox, connect, '3.71.0-06', url)

    def somebody(exchange):
        found = exchange.app()
        server.app.repositories.known['p1'].attributes['httpclient']['authentication'][
            'username'
        ] = 'jane'
        return found

    server.faults.add('p1$', somebody, method='PUT')
    with pytest.raises(ServerProblem, match='did not keep username'):
        apply(proxies, with_token(token), False)


def test_a_list_of_thousands_of_repositories_is_read(sandbox, connect, remote):
    url, token, _other = remote
    server, proxies = prepared(sandbox, connect, '3.30.0-01', url)
    known = server.app.repositories.known
    for number in range(3000):
        known[f'x{number}'] = copy.deepcopy(known['p1'])
        known[f'x{number}'].name = f'x{number}'
    assert apply(proxies, with_token(token), False)['changed'] == ['authentication']


@pytest.mark.parametrize('version', GENERATIONS)
def test_X4_names_that_differ_in_case_only_and_missing_blob_stores_are_reported(
    sandbox, connect, remote, version
):
    url, token, _other = remote
    proxies = connect(sandbox.serve(nexus.create_app(version)))
    if not version.startswith('2.'):
        with pytest.raises(
            BadInput, match='repository Maven-Central: the server calls it maven-central'
        ):
            apply(
                proxies,
                with_token(token, create={'remote_url': url})._replace(name='Maven-Central'),
                False,
            )
    if version.startswith('3.') and not version.startswith('3.16'):
        with pytest.raises(
            BadInput, match='repository p1: there is no blob store nope to create it in'
        ):
            apply(
                proxies, with_token(token, create={'remote_url': url, 'blob_store': 'nope'}), True
            )
    if version.startswith('2.'):
        with pytest.raises(
            BadInput, match=r'repository p1: Nexus Repository \S+ escapes & in its input.*%26'
        ):
            apply(proxies, with_token(token, create={'remote_url': url + 'a&b/'}), True)
    assert proxies.read('p1') is None
