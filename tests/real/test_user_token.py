# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nexus_user_token and its info against servers that have step 1 and no user tokens: what they are,
what they refuse, and in which words we say it.

The second step is part of a product that only licensed servers have.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._options import checked
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nexus_user_token import (
    NexusUserToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import Token
from ansible_collections.buildops.tokens.plugins.module_utils._token_module import describe
from tests.real.between import Between
from tests.real.conftest import on
from tests.real.servers import ADMINISTRATOR, NEXUS, free_port

NEXUS_3 = [version for version in NEXUS if not version.startswith('2.')]
USER, PASSWORD = ADMINISTRATOR


def between(live, strip=False):
    proxy = Between(live.url, strip)
    server = live.sandbox.serve(proxy)
    return proxy, server.url + live.url.partition('://')[2].partition('/')[1] + live.url.partition(
        '://'
    )[2].partition('/')[2]


def provider(live, url, **options):
    return NexusUserToken(
        checked(
            NexusUserToken,
            {
                'url': url,
                'username': USER,
                'password': PASSWORD,
                'ca_path': live.sandbox.ca_path,
                'retries': 0,
                **options,
            },
        )
    )


def refusal(live, url, check_mode=False, state='present', **options):
    instance = provider(live, url, **options)
    with pytest.raises(TokensError) as caught:
        ensure(instance, DesiredState(state, 'if_expired', 0, None), check_mode=check_mode)
    message = str(caught.value)
    for word in ('Exception', '<', 'java.', PASSWORD, 'null'):
        assert word not in message
    return message


def assert_polite(proxy):
    """No agent of a browser, which some servers take for a session without a token against forgery;
    no cookie; no ticket twice.
    """
    assert proxy.asked
    for asked in proxy.asked:
        assert (
            asked.agent.startswith('buildops.tokens/')
            and asked.cookie is None
            and asked.authorization
        )
    tickets = [
        asked.path.partition('authToken=')[2] for asked in proxy.asked if 'authToken=' in asked.path
    ]
    assert len(tickets) == len(set(tickets))


@pytest.mark.parametrize('strip', [False, True], ids=['as it is', 'without Server header'])
@on(*NEXUS_3)
def test_N_no_user_tokens_on_this_edition(live, findings, strip):
    proxy, url = between(live, strip)
    message = refusal(live, url)
    if strip:
        assert message.startswith('The server has no user tokens (') and (
            'OSS' in message or 'answered 404' in message
        )
    else:
        assert message == (
            'The server has no user tokens (it answered 404: Nexus Repository OSS '
            f'{live.version}; user tokens need Pro).'
        )
    assert len(proxy.asked) == (3 if strip else 2), proxy.asked
    assert_polite(proxy)
    findings.note(
        live.system,
        'nexus_user_token: step 1 gives a ticket; its 404 shows that the edition has no user '
        'tokens',
    )


@pytest.mark.parametrize('strip', [False, True], ids=['as it is', 'without Server header'])
@on(*NEXUS)
def test_version_and_edition_with_the_fewest_requests(live, findings, strip):
    proxy, url = between(live, strip)
    reported = describe(provider(live, url))[0]
    assert (
        reported['server'] == {'version': live.version, 'edition': 'OSS'}
        and reported['exists'] is False
        and reported['feature_enabled'] is False
    )
    assert len(proxy.asked) == (1 if not strip and live.server.number >= (3, 8) else 2), proxy.asked
    assert_polite(proxy)
    findings.note(
        live.system,
        f'nexus_user_token_info: version and edition in {len(proxy.asked)} '
        f'request{"s" if len(proxy.asked) > 1 else ""}'
        + (' where a reverse proxy removes the Server header' if strip else ''),
    )


@on(*NEXUS)
@pytest.mark.parametrize('check_mode', [False, True], ids=['', 'check mode'])
def test_wrong_passwords_are_reported(live, check_mode):
    proxy, url = between(live)
    for wrong in ({'password': 'wrong'}, {'username': 'nobody'}, {'username': 'ädmin'}):
        message = refusal(live, url, check_mode=check_mode, **wrong)
        assert 'does not accept the user name and password (401' in message, message
    assert_polite(proxy)


@on(*NEXUS_3)
def test_whether_credentials_work_is_asked_where_no_right_is_needed(live, findings):
    """Whether a token works: a local user's password replaces its pass code."""
    proxy, url = between(live)
    instance = provider(live, url)
    describe(instance)
    del proxy.asked[:]
    for secret, works in ((PASSWORD, True), ('wrong', False)):
        token = Token('basic', 'nexus_user_token', secret, 0, username=USER)
        assert instance._session.accepts(token.authorization) is works
    assert [(asked.method, asked.path, asked.status) for asked in proxy.asked] == [
        ('GET', '/service/rest/v1/status', status) for status in (200, 401)
    ]
    findings.note(
        live.system,
        'nexus_user_token: GET /service/rest/v1/status distinguishes valid from invalid '
        'credentials',
    )


@on(*NEXUS)
def test_a_wrong_path_is_distinguished_from_wrong_credentials(live, findings):
    proxy, url = between(live)
    for wrong in dict.fromkeys(
        (url.replace('/nexus', '') + '/wrong', url + '/wrong', url + '/repository/maven-public')
    ):
        for options in ({}, {'password': 'wrong'}, {'nexus_version': live.version}):
            if 'password' in options and wrong.endswith('maven-public'):
                continue  # below a repository of Nexus 3, passwords are checked
            reported = [
                refusal(live, wrong, check_mode, state, **options)
                for check_mode in (False, True)
                for state in ('present', 'absent')
            ]
            with pytest.raises(Refused) as caught:
                describe(provider(live, wrong, **options))
            assert all(
                re.search('ends? with the context path', message)
                for message in (*reported, str(caught.value))
            ), (wrong, options, reported, caught.value)
    assert_polite(proxy)
    findings.note(
        live.system,
        'nexus_user_token and its info: a wrong path is reported, for every request and every '
        'response of the server',
    )


@on(*NEXUS_3)
def test_nothing_to_revoke_and_nothing_predicted_where_there_are_no_user_tokens(live):
    _proxy, url = between(live)
    assert 'user tokens need Pro' in refusal(live, url, check_mode=True)
    assert 'user tokens need Pro' in refusal(live, url, state='absent')
    assert 'user tokens need Pro' in refusal(live, url, user_id='u1')


@on('2.5.1-01')
def test_nexus_2_without_its_plugin(live, findings):
    proxy, url = between(live)
    assert refusal(live, url) == (
        'The server has no user tokens (it answered 404: Nexus Repository OSS '
        f'{live.version}; user tokens need Pro).'
    )
    assert_polite(proxy)
    findings.note(live.system, 'nexus_user_token: the missing plugin is reported')


@on(NEXUS[-1])
def test_a_server_that_is_down_is_distinguished_from_one_that_refuses(live):
    with pytest.raises(Unreachable, match='refuses the connection'):
        ensure(
            provider(live, f'http://127.0.0.1:{free_port()}'),
            DesiredState('present', 'if_expired', 0, None),
        )
    with pytest.raises(Refused, match='401'):
        ensure(
            provider(live, live.url, password='wrong'),
            DesiredState('present', 'if_expired', 0, None),
        )
