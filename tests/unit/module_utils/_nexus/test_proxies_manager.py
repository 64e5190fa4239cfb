# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of proxy repositories: several in one run, what is remembered of them, and
whether they work.

X numbers are those of the fault catalogue.
"""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    NexusProxyCredential,
    apply,
    verify,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Memory
from tests.sandbox.serving import faults
from tests.support.nexus_proxies import GENERATIONS, POM, options, prepared, with_token


class Remembered(Memory):
    """A memory that the tests can read."""

    def __init__(self):
        self.kept = {}

    def is_last(self, place, secret):
        known = self.kept.get(tuple(place))
        return None if known is None else known == secret

    def keep(self, place, secret):
        self.kept[tuple(place)] = secret


@pytest.mark.parametrize('version', ['2.14.9-01', '3.16.0-01', '3.90.1-01'])
def test_X1_a_secret_is_written_unless_it_is_known_to_be_the_last_one(
    sandbox, connect, remote, version
):
    """The server does not return it, and the user name stays: a NOS token that was replaced."""
    url, token, other = remote
    server, proxies = prepared(sandbox, connect, version, url)
    memory, wanted = Remembered(), with_token(token, update_password='on_change')
    place = (proxies.client.url, 'p1', 'password')
    apply(proxies, wanted, True, memory)
    assert memory.kept == {}
    assert apply(proxies, wanted, False, memory)['changed'] == ['authentication']
    assert memory.kept == {place: token.pass_code}
    again = apply(proxies, wanted, False, memory)
    assert (again['changed'], again['secret']) == ([], 'given')

    replaced = wanted._replace(password=other.pass_code)
    for checking in (True, False):
        result = apply(proxies, replaced, checking, memory)
        assert (result['changed'], result['secret']) == (['password'], 'given')
        assert result['before']['secret'] == 'another one'
    assert memory.kept == {place: other.pass_code}
    assert apply(proxies, replaced, False, memory)['changed'] == []

    memory.kept = {}
    kept = apply(proxies, wanted._replace(update_password='on_create'), False, memory)
    assert (kept['changed'], kept['secret']) == ([], 'unknown')
    assert apply(proxies, wanted, False, memory)['changed'] == ['password']

    apply(proxies, wanted._replace(state='absent'), False, memory)
    assert memory.kept == {place: None}


def test_a_write_that_fails_leaves_nothing_known(sandbox, connect, remote):
    url, token, other = remote
    server, proxies = prepared(sandbox, connect, '3.90.1-01', url)
    memory, wanted = Remembered(), with_token(token, update_password='on_change')
    apply(proxies, wanted, False, memory)
    server.faults.add('/maven/proxy/p1$', faults.status(500), method='PUT')
    with pytest.raises(TokensError):
        apply(proxies, wanted._replace(password=other.pass_code), False, memory)
    assert list(memory.kept.values()) == [None]


def test_one_repository_that_fails_does_not_keep_the_others_from_theirs(sandbox, connect, remote):
    url, token, _other = remote
    server, _proxies = prepared(sandbox, connect, '3.71.0-06', url)
    login = {'username': token.name_code, 'password': token.pass_code}
    result = NexusProxyCredential(
        options(
            server,
            sandbox,
            {'name': 'gone', **login},
            {'name': 'maven-releases', **login},
            {'name': 'p1', **login},
        )
    ).ensure()
    assert (
        result['failed']
        and 'no repository gone' in result['msg']
        and 'repository maven-releases: it is a hosted repository' in result['msg']
    )
    assert result['changed'] and result['repositories'] == [
        {
            'name': 'p1',
            'state': 'present',
            'changed': ['authentication'],
            'secret': 'given',
            'effective': True,
        }
    ]
    assert token.pass_code not in json.dumps(result)


@pytest.mark.parametrize('version', ['3.16.0-01', '3.24.0-01', '3.71.0-06', '3.97.0-13'])
@pytest.mark.parametrize('check_mode', [True, False])
def test_X9_a_proxy_that_asks_no_remote_fails_with_the_reason(
    sandbox, connect, remote, version, check_mode
):
    url, token, _other = remote
    server, _proxies = prepared(sandbox, connect, version, url)
    login = {'username': token.name_code, 'password': token.pass_code}
    wanted = options(server, sandbox, {'name': 'p1', **login})
    known = server.app.repositories.known
    known['p1'].online = False
    result = NexusProxyCredential(wanted).ensure(check_mode)
    assert (
        result['failed'] and 'p1 does not use its credentials: it is offline. Set' in result['msg']
    )
    [one] = result['repositories']
    assert one['effective'] is False and one['changed'] == ['authentication']
    known['p1'].online = True
    known['p1'].attributes['httpclient']['blocked'] = True
    result = NexusProxyCredential(wanted).ensure(check_mode)
    assert result['failed'] and 'outbound requests are blocked' in result['msg']
    known['p1'].attributes['httpclient']['blocked'] = False
    result = NexusProxyCredential(wanted).ensure(check_mode)
    assert 'failed' not in result and result['repositories'][0]['effective'] is not False


def test_X9_refused_credentials_fail_with_the_message_that_they_are_set(sandbox, connect, remote):
    url, token, _other = remote
    server, _proxies = prepared(sandbox, connect, '3.71.0-06', url)
    entry = {
        'name': 'p1',
        'username': token.name_code,
        'password': 'not the pass code',
        'verify_path': '/' + POM,
    }
    result = NexusProxyCredential(options(server, sandbox, entry)).ensure()
    assert result['failed'] and result['changed'] and result['verification'][0]['accepted'] is False
    assert result['msg'].startswith(
        f'The credentials are set, but were not accepted: the proxy p1 cannot fetch {POM}'.replace(
            POM, '/' + POM
        )
    )
    assert 'not the pass code' not in json.dumps(result)
    missing = {
        **entry,
        'password': token.pass_code,
        'update_password': 'always',
        'verify_path': 'org/example/none.pom',
    }
    result = NexusProxyCredential(options(server, sandbox, missing)).ensure()
    assert result['verification'][0]['accepted'] is None and not result.get('failed')
    assert (
        'Nexus sends them only after a 401 with a challenge, or with preemptive'
        in result['verification'][0]['message']
    )


@pytest.mark.parametrize('version', GENERATIONS)
def test_X9_a_proxy_that_does_not_ask_its_remote_again_for_a_while_is_reported(
    sandbox, connect, remote, version
):
    url, token, _other = remote
    server, proxies = prepared(sandbox, connect, version, url)
    wanted = with_token(token)._replace(password='wrong', verify_path=POM)
    apply(proxies, wanted, False)
    for _each in range(2):
        assert verify(proxies, wanted)['accepted'] is False
    assert apply(proxies, wanted, False)['changed'] == [], 'it is blocked still'
    assert len(server.app.repositories.fetches) == 2, 'without credentials and with them, once'


def test_X9_a_file_larger_than_any_answer_that_we_read_counts_as_accepted(sandbox, connect, remote):
    url, token, _other = remote
    server, proxies = prepared(sandbox, connect, '3.71.0-06', url)
    apply(proxies, with_token(token), False)
    server.faults.add('/repository/p1/', faults.status(200, body=b'x' * (2 * 1024 * 1024)))
    assert verify(proxies, with_token(token, verify_path='large.jar'))['accepted'] is True


@pytest.mark.parametrize(('seconds', 'warned'), [(3600, True), (-3600, True), (48 * 3600, False)])
def test_X8_credentials_that_end_soon_get_a_warning_with_their_end(
    sandbox, connect, remote, seconds, warned
):
    url, token, _other = remote
    server, _proxies = prepared(sandbox, connect, '3.71.0-06', url)
    ends = 1_769_860_800
    entry = {
        'name': 'p1',
        'username': token.name_code,
        'password': token.pass_code,
        'expires_at': '2026-01-31T12:00:00Z',
    }
    manager = NexusProxyCredential(options(server, sandbox, entry), clock=lambda: ends - seconds)
    manager.ensure()
    assert [re.sub(r'\. From.*', '', warning) for warning in manager.warnings] == (
        ['The credentials of the repository p1 end at 2026-01-31T12:00:00Z'] if warned else []
    )
