# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens against the stand-in: every generation, whole lives of tokens.

N, T and H numbers are those of the fault catalogue.
"""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nexus_user_token import (
    NexusUserToken,
)
from tests.sandbox import nexus, nexus_core
from tests.sandbox.serving import faults
from tests.support.nexus_user_tokens import NOW, PASSWORD, REST, USER, options_of

#: version, requests that get a token, requests that get it where a proxy strips the header
VERSIONS = [
    ('2.0', 3, 4),
    ('2.2', 3, 4),
    ('2.6.2', 3, 3),
    ('2.7.0', 3, 3),
    ('2.14.9-01', 3, 3),
    ('3.0.2', 3, 3),
    ('3.7.1', 3, 3),
    ('3.8.0', 2, 3),
    ('3.23.0-03', 2, 3),
    ('3.24.0-01', 2, 3),
    ('3.68.0', 2, 3),
    ('3.69.0', 3, 4),
    ('3.89.0-09', 3, 4),
    ('3.90.1', 3, 4),
    ('3.97.0', 3, 4),
]


class Ticking:
    """The sandbox's clock and ours, a minute ahead with each use, so that nothing happens within
    the same second.
    """

    def __init__(self):
        self.now = float(NOW)

    def __call__(self):
        return self.now


@pytest.fixture
def play(sandbox):
    def start(version, **settings):
        clock = Ticking()
        app = nexus.create_app(version, clock=clock, **settings)
        running = sandbox.serve(app)

        def go(
            check_mode=False,
            username=USER,
            password=PASSWORD,
            url=None,
            known=None,
            describe=False,
            **requested,
        ):
            clock.now += 60
            running.requests.clear()
            more = {
                name: requested.pop(name)
                for name in ('user_id', 'realm', 'nexus_version')
                if name in requested
            }
            options = options_of(
                url=url or running.url,
                username=username,
                password=password,
                ca_path=str(sandbox.ca_path),
                retries=0,
                **more,
            )
            provider = NexusUserToken(options, clock=clock)
            try:
                return (
                    provider.describe()
                    if describe
                    else ensure(provider, DesiredState(**requested), known, check_mode, clock)
                )
            finally:
                provider.close()
                assert not running.errors
                assert not any(
                    record['cookie'] or 'Mozilla' in record['agent'] for record in running.requests
                )

        go.server = running
        go.clock = clock
        return go

    return start


@pytest.mark.parametrize(
    'strip', [False, True, 'nginx/1.26.0'], ids=['header', 'stripped', 'replaced']
)
@pytest.mark.parametrize(
    ('version', 'requests', 'stripped'), VERSIONS, ids=[entry[0] for entry in VERSIONS]
)
def test_the_life_of_a_token(play, version, requests, stripped, strip):
    go = play(version, strip_server_header=strip)
    state, running = go.server.state, go.server
    ahead = version.startswith('3') and tuple(
        int(part) for part in version.split('-')[0].split('.')
    ) >= (3, 69)
    check = go(check_mode=True)
    assert not state.tokens and check.token is None
    assert check.changed is ahead and bool(check.warnings) is not ahead
    first = go()
    held = state.token_of(USER)
    assert (first.token.username, first.token.secret) == (held.name_code, held.pass_code)
    assert first.changed is True or not ahead
    again = go()
    assert again.changed is False and again.token.secret == held.pass_code
    assert len(running.requests) == (stripped if strip else requests)
    assert go(check_mode=True).changed is False
    assert state.token_of(USER) == held
    rotated = go(regenerate='always')
    assert (
        rotated.changed and rotated.token.secret == state.token_of(USER).pass_code != held.pass_code
    )
    assert go(state='absent', check_mode=True).changed is True and state.token_of(USER)
    assert go(state='absent').changed is True and not state.tokens
    assert go(state='absent').changed is False
    assert go(regenerate='always').changed
    counters = state.counters
    assert (
        counters['tickets_issued'] >= counters['tickets_redeemed']
        and counters['tickets_refused'] == 0
    )
    # 2.0 to 2.3 do not tell it to everybody
    assert version in ('2.0', '2.2') or rotated.server['version'] == version


@pytest.mark.parametrize('strip', [False, True])
@pytest.mark.parametrize('version', [entry[0] for entry in VERSIONS])
def test_refusals_of_every_generation(play, version, strip):
    go = play(version, strip_server_header=strip)
    sentences = {}
    for name, changes in {
        'password': {'password': 'wrong-password'},
        'case': {'username': 'Alice', 'password': 'wonderland'},
        'right': {'username': 'guest', 'password': 'guest'},
        'context': {'url': go.server.url + '/wrong'},
    }.items():
        with pytest.raises(Refused) as caught:
            go(**changes)
        sentences[name] = str(caught.value)
        assert go.server.count('POST') <= 3
    assert (
        'does not accept the user name and password (401' in sentences['password']
        and 'does not accept' in sentences['case']
    )
    assert (
        'lacks the right to have a user token' in sentences['right']
        or 'usertoken-basic' in sentences['right']
    )
    assert (
        'Check url' in sentences['context']
        or 'context path' in sentences['context']
        or 'does not accept' in sentences['context']
    )
    go.server.state.enabled = False
    with pytest.raises(TokensError) as caught:
        go()
    assert 'switched o' in str(caught.value)
    assert not go.server.state.tokens


@pytest.mark.parametrize('strip', [False, True])
@pytest.mark.parametrize('edition', ['PRO', 'OSS'])
@pytest.mark.parametrize('version', [entry[0] for entry in VERSIONS])
@pytest.mark.parametrize('stated', [False, True], ids=['', 'version stated'])
def test_H23_nothing_is_reported_about_a_token_where_the_path_is_wrong(
    play, version, edition, strip, stated
):
    """There, a server checks no password and says of everything that it is not there."""
    go = play(version, edition=edition, strip_server_header=strip)
    more = {'nexus_version': version} if stated else {}
    for requested in (
        {'describe': True},
        {'check_mode': True},
        {'check_mode': True, 'state': 'absent'},
        {'state': 'absent'},
        {},
    ):
        with pytest.raises(Refused) as caught:
            go(url=go.server.url + '/wrong', password='wrong-password', **requested, **more)
        assert 'must end with the context path' in str(caught.value)
        assert len(go.server.requests) <= 5


@pytest.mark.parametrize('strip', [False, True])
@pytest.mark.parametrize(
    ('version', 'edition'),
    [
        ('2.2', 'OSS'),
        ('2.5.1-01', 'OSS'),
        ('2.14.9-01', 'OSS'),
        ('3.7.1', 'OSS'),
        ('3.23.0-03', 'OSS'),
        ('3.71.0-06', 'OSS'),
        ('3.84.0-03', 'COMMUNITY'),
        ('3.97.0', 'COMMUNITY'),
    ],
)
def test_editions_without_user_tokens_report_it(play, version, edition, strip):
    go = play(version, edition=edition, strip_server_header=strip)
    for name, password in ((USER, PASSWORD), ('admin', 'admin123')):
        with pytest.raises(Refused) as caught:
            go(username=name, password=password)
        assert 'no user tokens' in str(caught.value) and ' Pro' in str(caught.value)


@pytest.mark.parametrize('version', ['3.69.0', '3.89.0-09', '3.90.1', '3.97.0'])
def test_expired_tokens(play, version):
    go = play(version, expiration_days=30)
    first = go()
    assert first.token.expires_at == pytest.approx(first.token.issued_at + 30 * 86400, abs=120)
    go.server.state.age(USER, 31)
    assert go(describe=True)['expired'] is True
    assert go(check_mode=True).changed
    assert go(regenerate='never').token is None
    second = go()
    assert second.changed and second.token.secret != first.token.secret
    assert not go().changed
    go.server.state.age(USER, 29)
    assert not go().changed
    assert go(min_remaining=2 * 86400).changed


@pytest.mark.parametrize('version', ['2.6.2', '3.7.1', '3.50.0', '3.97.0'])
def test_max_age(play, version):
    go = play(version)
    first = go()
    assert not go(max_age=3600).changed
    go.server.state.age(USER, 1)
    second = go(max_age=3600)
    assert second.changed and second.token.secret != first.token.secret
    assert not go(max_age=3600).changed


@pytest.mark.parametrize('version', [entry[0] for entry in VERSIONS])
def test_info_never_creates(play, version):
    go = play(version)
    found = go(describe=True)
    ahead = found['exists'] is False
    assert found['exists'] in (False, None) and not go.server.state.tokens
    go()
    held = go.server.state.token_of(USER)
    assert go(describe=True)['exists'] is (True if ahead else None)
    # A ticket, with which a token that has no end is read
    assert go.server.count('POST') == go.server.count('POST', REST) == int(ahead)
    assert go.server.count('DELETE') == 0 and go.server.state.token_of(USER) == held
    if go.server.app.number >= (3, 32) or go.server.app.number < (3,):
        assert go(describe=True, username='admin', password='admin123')['feature_enabled'] in (
            True,
            None,
        )
    with pytest.raises(Refused):
        go(describe=True, password='wrong-password')


@pytest.mark.parametrize('refusal', [400, 403, 500])
@pytest.mark.parametrize('version', ['2.6.2', '2.14.9-01', '3.7.1', '3.23.0-03', '3.71.0-06'])
def test_T14_no_ticket_is_ever_sent_twice(play, version, refusal):
    """Whatever goes wrong in step 2: the server never sees a ticket again."""
    go = play(version, ticket_refusal=refusal)
    counters = go.server.state.counters
    for fault in (
        faults.reset_after(),
        faults.reset_before(),
        faults.status(502),
        faults.status(500),
        faults.login_page(),
        faults.broken_json(),
        faults.empty(),
    ):
        go.server.faults.add('(current|user-token)$', fault)
        try:
            go()
        except TokensError:
            pass
        go.server.faults.clear()
        assert counters['tickets_refused'] == 0
    assert go().token.secret == go.server.state.token_of(USER).pass_code


@pytest.mark.parametrize('ticket', ['a+b/c==', '+', '%2B%3D&authToken=x', 'ab>ab~ab?a'], ids=repr)
@pytest.mark.parametrize(
    'version', ['2.6.2', '2.14.9-01', '3.7.1', '3.23.0-03', '3.24.0-01', '3.97.0']
)
def test_N4_a_ticket_arrives_as_it_was_in_a_header_and_in_a_query(
    play, monkeypatch, version, ticket
):
    go = play(version)
    state = go.server.state

    def issue(user, realm='password'):
        state.tickets[ticket] = nexus_core.Ticket(user, state.clock(), realm)
        return ticket

    monkeypatch.setattr(go.server.app, 'issue_ticket', issue)
    assert go().token.secret == state.token_of(USER).pass_code
    assert state.counters['tickets_redeemed'] == 1 and not state.counters['tickets_refused']


def test_an_administrator_and_a_user_of_single_sign_on(play):
    go = play('3.90.1')
    admin = {'username': 'admin', 'password': 'admin123', 'user_id': 'sam@example.org'}
    assert go(**admin, realm='SAML', check_mode=True).changed and not go.server.state.tokens
    created = go(**admin, realm='SamlRealm')
    assert created.token.secret == go.server.state.token_of('sam@example.org').pass_code
    assert go(**admin, realm='SAML').token is None
    assert go(**admin, realm='SAML', known=created.token).token.secret == created.token.secret
    rotated = go(**admin, realm='SAML', regenerate='always')
    assert rotated.changed and rotated.token.secret != created.token.secret
    assert go(**admin, realm='SAML', describe=True)['exists'] is True
    assert go(**admin, realm='SAML', state='absent').changed and not go.server.state.tokens
    assert not go(**admin, realm='SAML', state='absent').changed
    for changes, sentence in (
        ({'realm': 'LDAP'}, 'has no user sam@example.org in the realm LDAP'),
        ({'realm': 'Oddity'}, 'does not know the realm'),
        (
            {'username': USER, 'password': PASSWORD, 'realm': 'SAML'},
            'may not manage the user tokens of others',
        ),
    ):
        with pytest.raises(Refused) as caught:
            go(**dict(admin, **changes))
        assert sentence in str(caught.value)


def test_an_unverified_certificate_is_warned_of_every_time(play):
    go = play('3.97.0')
    provider = NexusUserToken(options_of(url=go.server.url, validate_certs=False))
    outcome = ensure(provider, DesiredState())
    assert outcome.token and outcome.warnings == [
        'validate_certs is off: traffic to %s can be intercepted. Give the file of your own '
        'authority as ca_path instead.' % go.server.url
    ]


def test_two_people_whose_passwords_are_hard_to_write(play):
    go = play('3.71.0-06')
    assert go(username='zoë', password='pä:ss wörd+/%&').token
    assert go(username='bob', password='builder').token
    assert len(go.server.state.tokens) == 2


def test_the_mistakes_of_sonatypes_script_are_not_made(play):
    """The header carries the raw ticket, also on 2.0 to 2.6; nothing is asked without credentials,
    nothing between the two steps.
    """
    for version in ('2.6.2', '2.14.9-01', '3.20.1', '3.50.0'):
        go = play(version)
        go()
        records = list(go.server.requests)
        assert all(record['user'] == USER for record in records)
        assert [record['method'] for record in records[-2:]] == ['POST', 'GET']
        assert 'HEAD' not in {record['method'] for record in records}
