# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user-token side of the Nexus stand-in, driven by curl as Sonatype support article 213465878
writes it.
"""

from __future__ import annotations

import base64
import json
import subprocess
from urllib.parse import quote

import pytest

from tests.sandbox import nexus

pytestmark = pytest.mark.needs_client('curl')

REST = '/service/rest/wonderland/authenticate'
SIESTA = '/service/siesta/wonderland/authenticate'
LOCAL = '/service/local/usertoken/authenticate'
OWN = '/service/rest/internal/current-user/user-token'
#: The article's table: version, step 1, header of the ticket (None: in the query), step 2.
TABLE = [
    ('2.0', LOCAL, 'X-NX-UserToken-AuthTicket', '/service/local/usertoken/current'),
    ('2.6.2-01', LOCAL, 'X-NX-UserToken-AuthTicket', '/service/local/usertoken/current'),
    ('2.7.0-06', SIESTA, 'X-NX-AuthTicket', '/service/siesta/usertoken/current'),
    ('2.15.2-03', SIESTA, 'X-NX-AuthTicket', '/service/siesta/usertoken/current'),
    ('3.0.2-02', SIESTA, 'X-NX-AuthTicket', '/service/siesta/usertoken/current'),
    ('3.7.1-02', SIESTA, 'X-NX-AuthTicket', '/service/siesta/usertoken/current'),
    ('3.8.0-02', REST, 'X-NX-AuthTicket', '/service/rest/usertoken/current'),
    ('3.23.0-03', REST, 'X-NX-AuthTicket', '/service/rest/usertoken/current'),
    ('3.24.0-02', REST, None, OWN),
    ('3.68.1-02', REST, None, OWN),
    ('3.69.0-02', REST, None, OWN),
    ('3.89.0-09', REST, None, OWN),
    ('3.90.1-01', REST, None, OWN),
    ('3.97.0-13', REST, None, OWN),
]
EVERY = pytest.mark.parametrize(
    ('version', 'first', 'header', 'second'), TABLE, ids=[row[0] for row in TABLE]
)


class Clock:
    now = 1_790_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def openssl(text):
    return subprocess.run(
        ['openssl', 'base64', '-A'], input=text.encode(), capture_output=True, check=True
    ).stdout.decode()


class Client:
    """curl with one user's credentials; every call gives (status, headers by lower-case name,
    text).
    """

    def __init__(self, sandbox, server, user='alice', password='wonderland'):
        self.sandbox, self.server, self.user, self.password = sandbox, server, user, password

    def __call__(self, path, *args, accept='application/json'):
        command = [
            'curl',
            '-sS',
            '-q',
            '-i',
            '--cacert',
            self.sandbox.ca_path,
            '-H',
            f'Accept: {accept}',
        ]
        if self.user is not None:
            command += ['-u', f'{self.user}:{self.password}']
        done = subprocess.run(
            [*command, *args, self.server.url + path], capture_output=True, check=True
        ).stdout.decode()
        head, _blank, body = done.partition('\r\n\r\n')
        lines = head.splitlines()
        headers = {line.partition(':')[0].lower(): line.partition(': ')[2] for line in lines[1:]}
        return int(lines[0].split()[1]), headers, body

    def ticket(self, path, **more):
        data = json.dumps({'u': openssl(self.user), 'p': openssl(self.password), **more})
        return self(path, '-H', 'Content-Type: application/json', '--data', data)

    def new_ticket(self, path=REST):
        status, _headers, text = self.ticket(path)
        assert status == 200, text
        return json.loads(text)['t']

    def redeem(self, path, header, ticket, *args):
        if header is None:
            return self(f'{path}?authToken={quote(openssl(ticket), safe="")}', *args)
        return self(path, '-H', f'{header}: {ticket}', *args)


@pytest.fixture
def start(sandbox, clock):
    def run(version, *args, **options):
        server = sandbox.serve(nexus.create_app(version, *args, clock=clock, **options))
        return server, Client(sandbox, server)

    return run


@EVERY
def test_the_two_steps_of_the_article(start, version, first, header, second):
    server, alice = start(version)
    status, headers, text = alice.ticket(first)
    assert status == 200 and headers['content-type'].startswith('application/json')
    ticket = json.loads(text)['t']
    assert len(ticket) == 88
    status, headers, text = alice.redeem(second, header, ticket)
    assert status == 200 and headers['content-type'].startswith('application/json')
    token = json.loads(text)
    assert set(token) == {'nameCode', 'passCode', 'created'} and (
        len(token['nameCode']),
        len(token['passCode']),
    ) == (8, 44)
    assert token['created'].endswith('+0000' if version.startswith('2') else '+00:00')
    assert server.state.counters == {
        'tickets_issued': 1,
        'tickets_redeemed': 1,
        'tokens_created': 1,
    }
    again = json.loads(alice.redeem(second, header, alice.new_ticket(first))[2])
    assert again == token


@EVERY
def test_a_ticket_opens_once_and_a_spent_one_nothing(start, version, first, header, second):
    server, alice = start(version)
    ticket = alice.new_ticket(first)
    assert alice.redeem(second, header, ticket)[0] == 200
    assert alice.redeem(second, header, ticket)[0] in (403, 500)
    assert alice.redeem(second, header, 'nonsense' * 11)[0] in (403, 500)


@EVERY
def test_a_ticket_lives_twenty_seconds(start, clock, version, first, header, second):
    _server, alice = start(version)
    young, old = alice.new_ticket(first), alice.new_ticket(first)
    clock.now += 19
    assert alice.redeem(second, header, young)[0] == 200
    clock.now += 2
    assert alice.redeem(second, header, old)[0] in (403, 500)


@EVERY
def test_N14_the_ticket_of_another_style_is_refused(start, version, first, header, second):
    """The raw ticket belongs into this version's header, its base64 form into the query from 3.24
    on.
    """
    server, alice = start(version)
    ticket = alice.new_ticket(first)
    wrong = {'X-NX-UserToken-AuthTicket', 'X-NX-AuthTicket', None} - {header}
    for other in sorted(wrong, key=str):
        assert alice.redeem(second, other, ticket)[0] == 400
    if header is None:
        assert alice(f'{second}?authToken={quote(ticket, safe="")}')[0] == 500
        assert alice(f'{second}?authToken={openssl(chr(62) * 2 + ticket)}')[0] == 500, (
            'a plus that nobody escaped'
        )
    else:
        assert alice.redeem(second, header, openssl(ticket))[0] in (403, 500)
    assert server.state.tokens == {} and alice.redeem(second, header, ticket)[0] == 200


@EVERY
def test_the_steps_of_other_versions_are_not_there(start, version, first, header, second):
    server, alice = start(version)
    admin = Client(alice.sandbox, server, 'admin', 'admin123')
    for path in {row[1] for row in TABLE} - {first}:
        assert admin.ticket(path)[0] in (404, 405), path
    for path in {row[3] for row in TABLE} - {second}:
        assert admin(path)[0] == 404, path
        if nexus.version_number(version) < (2, 4):
            assert alice(path)[0] == 403, (
                'early servers list only for the administrator what is there'
            )


@EVERY
def test_XML_unless_JSON_is_asked_for(start, version, first, header, second):
    _server, alice = start(version)
    data = json.dumps({'u': openssl('alice'), 'p': openssl('wonderland')})
    for accept in ('*/*', 'application/xml', 'application/json;q=0.5, application/xml'):
        status, headers, text = alice(
            first, '-H', 'Content-Type: application/json', '--data', data, accept=accept
        )
        assert (status, headers['content-type'].partition(';')[0]) == (
            200,
            'application/xml',
        ) and '<t>' in text
    assert (
        alice(first, '-H', 'Content-Type: application/json', '--data', data, accept='text/html')[0]
        == 406
    )
    assert alice(first, '--data', 'u=x', accept='application/json')[0] == 415


@EVERY
def test_refusals_of_step_1(start, version, first, header, second):
    _server, alice = start(version)
    wrong = Client(alice.sandbox, alice.server, 'alice', 'no')
    assert wrong.ticket(first)[0] == 401 and 'realm=' in wrong.ticket(first)[1]['www-authenticate']
    assert alice.ticket(first, u=openssl('bob'))[0] == 400
    assert alice.ticket(first, u=openssl('Alice'))[0] == 400
    assert alice.ticket(first, p=openssl('no'))[0] == 403
    assert alice.ticket(first, p=None)[0] == 500
    nobody = Client(alice.sandbox, alice.server, None)
    assert (
        nobody(first, '-H', 'Content-Type: application/json', '--data', '{"u":"YQ==","p":"YQ=="}')[
            0
        ]
        == 400
    )


@EVERY
def test_deleting_ones_own_token_is_a_reset(start, version, first, header, second):
    server, alice = start(version)
    old = json.loads(alice.redeem(second, header, alice.new_ticket(first))[2])
    assert alice.redeem(second, header, 'x' * 88, '-X', 'DELETE')[0] in (403, 500)
    assert alice.redeem(second, header, alice.new_ticket(first), '-X', 'DELETE')[0] == 204
    new = json.loads(alice.redeem(second, header, alice.new_ticket(first))[2])
    assert new['nameCode'] != old['nameCode'] and new['passCode'] != old['passCode']


@EVERY
def test_rights_and_switches(start, version, first, header, second):
    server, alice = start(version)
    guest = Client(alice.sandbox, server, 'guest', 'guest')
    assert guest.redeem(second, header, guest.new_ticket(first))[0] == 403
    zoe = Client(alice.sandbox, server, 'zoë', 'pä:ss wörd+/%&')
    assert zoe.redeem(second, header, zoe.new_ticket(first))[0] == 200
    sam = Client(alice.sandbox, server, 'sam@example.org', '')
    assert sam.ticket(first)[0] == 401
    server.state.enabled = False
    assert alice.redeem(second, header, alice.new_ticket(first))[0] in (400, 404)


@EVERY
def test_editions_without_user_tokens(start, version, first, header, second):
    _server, alice = start(version, 'OSS')
    if first == LOCAL:
        assert alice.ticket(first)[0] in (403, 404)
    else:
        assert alice.redeem(second, header, alice.new_ticket(first))[0] == 404


def test_tickets_belong_to_their_user_from_3_15_on(start):
    for version, path, bound in (
        ('3.14.0-04', '/service/rest/usertoken/current', False),
        ('3.15.0-01', '/service/rest/usertoken/current', True),
    ):
        server, alice = start(version)
        bob = Client(alice.sandbox, server, 'bob', 'builder')
        ticket = alice.new_ticket()
        assert bob.redeem(path, 'X-NX-AuthTicket', ticket)[0] == (500 if bound else 200)
        assert alice.redeem(path, 'X-NX-AuthTicket', ticket)[0] == (200 if bound else 500), (
            'another user does not spend it'
        )


@pytest.mark.parametrize(('version', 'status'), [('3.58.1-02', 200), ('3.59.0-01', 500)])
def test_tickets_belong_to_their_realm_from_3_59_on(start, version, status):
    server, alice = start(version)
    token = server.app.create_token('alice', 'alice')
    holder = Client(alice.sandbox, server, token.name_code, token.pass_code)
    assert holder.redeem(OWN, None, alice.new_ticket())[0] == status


def test_a_newer_ticket_does_not_void_an_older_one(start):
    _server, alice = start('3.71.0-06')
    older, newer = alice.new_ticket(), alice.new_ticket()
    assert [alice.redeem(OWN, None, ticket)[0] for ticket in (older, newer)] == [200, 200]


@pytest.mark.parametrize('status', [400, 403, 500])
def test_the_status_of_a_refused_ticket_can_be_chosen(start, status):
    _server, alice = start('3.71.0-06', ticket_refusal=status)
    assert alice.redeem(OWN, None, 'x')[0] == status


@pytest.mark.parametrize(
    ('version', 'expired'), [('3.69.0-02', 400), ('3.89.0-09', 400), ('3.90.1-01', 410)]
)
def test_attributes_report_a_token_without_creating_one(start, clock, version, expired):
    server, alice = start(version, expiration_days=30)
    path = OWN + '/attributes'
    assert alice(path)[0] == 404 and server.state.tokens == {}
    created = alice.redeem(OWN, None, alice.new_ticket())
    status, _headers, text = alice(path)
    assert status == 200 and json.loads(text) == {
        'expirationEnabled': 'true',
        'expirationTimeTimestamp': str(int((clock.now + 30 * 86400) * 1000)),
    }
    server.state.age('alice', 30)
    status, _headers, text = alice(path)
    assert status == expired and 'User Token expired' in text
    assert alice.redeem(OWN, None, alice.new_ticket())[0] == expired
    status, _headers, text = alice.redeem(OWN, None, alice.new_ticket(), '-X', 'POST')
    assert (
        status == 200
        and json.loads(text)['nameCode'] != json.loads(created[2])['nameCode']
        and alice(path)[0] == 200
    )
    server.state.expiration_days = None
    assert json.loads(alice(path)[2]) == {'expirationEnabled': 'false'}
    server.state.enabled = False
    assert alice(path)[0] == 400


def test_before_3_69_nothing_shows_and_nothing_generates(start):
    _server, alice = start('3.68.1-02')
    assert alice(OWN + '/attributes')[0] == 404
    assert alice.redeem(OWN, None, alice.new_ticket(), '-X', 'POST')[0] == 405


def user_token(user, realm):
    return f'/service/rest/v1/security/users/{quote(user)}/{realm}/user-token'


class TestAdministrator:
    @pytest.fixture
    def admin(self, start):
        self.server, alice = start('3.97.0-13', expiration_days=30)
        return Client(alice.sandbox, self.server, 'admin', 'admin123')

    def test_token_for_a_user_without_a_password(self, admin):
        path = user_token('sam@example.org', 'SAML')
        assert admin(path)[0] == 404
        status, _headers, text = admin(path, '-X', 'POST')
        token = json.loads(text)
        assert (
            status == 201
            and token['userId'] == 'sam@example.org'
            and token['realm'] == 'SAML'
            and token['createdByUserId'] == 'admin'
        )
        assert token['expires'] and token['isExpired'] is False
        assert admin(path, '-X', 'POST')[0] == 409
        status, _headers, text = admin(path)
        assert status == 200 and 'passCode' not in json.loads(text)
        attempt = Client(admin.sandbox, self.server, token['nameCode'], token['passCode'])
        artifact = '/repository/private/org/example/buildops/hello/1.0.0/hello-1.0.0.pom'
        assert attempt(artifact)[0] == 200
        assert admin(path, '-X', 'DELETE')[0] == 204 and admin(path, '-X', 'DELETE')[0] == 404
        assert attempt(artifact)[0] == 401

    def test_refusals(self, admin):
        assert admin(user_token('nobody', 'default'), '-X', 'POST')[0] == 404
        assert admin(user_token('alice', 'SAML'), '-X', 'POST')[0] == 404
        assert admin(user_token('alice', 'NexusAuthenticatingRealm'), '-X', 'POST')[0] == 422
        assert (
            Client(admin.sandbox, self.server)(user_token('alice', 'default'), '-X', 'POST')[0]
            == 403
        )
        assert (
            Client(admin.sandbox, self.server, None)(user_token('alice', 'default'), '-X', 'POST')[
                0
            ]
            == 403
        )
        assert (
            Client(admin.sandbox, self.server, 'admin', 'no')(
                user_token('alice', 'default'), '-X', 'POST'
            )[0]
            == 401
        )
        self.server.state.enabled = False
        assert admin(user_token('alice', 'default'), '-X', 'POST')[0] == 400

    def test_list(self, admin):
        for user, realm in (('alice', 'default'), ('bob', 'default'), ('ldap.linda', 'LDAP')):
            admin(user_token(user, realm), '-X', 'POST')
        self.server.state.age('bob', 31)

        def listed(query=''):
            status, _headers, text = admin('/service/rest/v1/security/user-tokens/tokens' + query)
            assert status == 200 and 'passCode' not in text
            return [item['userId'] for item in json.loads(text)['items']]

        assert listed() == ['alice', 'ldap.linda']
        assert listed('?includeExpired=true') == ['alice', 'bob', 'ldap.linda']
        assert listed('?realm=LDAP') == ['ldap.linda'] and listed('?userId=alice') == ['alice']
        assert listed('?includeExpired=true&skip=1&limit=1') == ['bob']
        name = self.server.state.token_of('alice').name_code
        tokens = '/service/rest/v1/security/user-tokens/tokens'
        assert json.loads(admin(f'{tokens}?nameCode={name}')[2])['userId'] == 'alice', (
            'one token, not a list'
        )
        assert admin(f'{tokens}?nameCode={name}&realm=LDAP')[0] == 404
        assert (
            admin(f'{tokens}?nameCode={self.server.state.token_of("bob").name_code}')[0] == 200
        ), 'expired ones as well'
        status, _headers, text = admin(tokens + '?nameCode=nothing1')
        assert status == 404 and json.loads(text)['status'] == 404

    def test_capability(self, admin):
        path = '/service/rest/v1/security/user-tokens'
        assert json.loads(admin(path)[2]) == {
            'enabled': True,
            'protectContent': False,
            'expirationEnabled': True,
            'expirationDays': 30,
        }
        wanted = {
            'enabled': True,
            'protectContent': True,
            'expirationEnabled': False,
            'expirationDays': 30,
        }
        assert (
            json.loads(
                admin(
                    path,
                    '-X',
                    'PUT',
                    '-H',
                    'Content-Type: application/json',
                    '-d',
                    json.dumps(wanted),
                )[2]
            )
            == wanted
        )
        assert self.server.state.protect_content and self.server.state.expiration_days is None
        assert Client(admin.sandbox, self.server)(path)[0] == 403


@pytest.mark.parametrize(
    ('version', 'reset', 'create', 'lookup'),
    [
        ('3.41.1-01', 404, 404, None),
        ('3.42.0-01', 204, 404, None),
        ('3.89.0-09', 204, 404, None),
        ('3.90.1-01', 204, 201, None),
        ('3.94.0-12', 204, 201, 'namecode'),
        ('3.96.0-09', 204, 201, 'namecode'),
        ('3.97.0-13', 204, 201, 'nameCode'),
    ],
)
def test_what_an_administrator_can_do_by_version(start, version, reset, create, lookup):
    server, alice = start(version)
    admin = Client(alice.sandbox, server, 'admin', 'admin123')
    assert admin(user_token('alice', 'default') + '-reset', '-X', 'DELETE')[0] == reset
    assert admin(user_token('alice', 'default'), '-X', 'POST')[0] == create
    if lookup:
        tokens = '/service/rest/v1/security/user-tokens/tokens?'
        assert [admin(f'{tokens}{key}=nothing1')[0] for key in ('nameCode', 'namecode')] == (
            [404, 200] if lookup == 'nameCode' else [200, 404]
        )


def test_administration_of_2_6(start):
    server, alice = start('2.6.2-01')
    admin = Client(alice.sandbox, server, 'admin', 'admin123')
    assert json.loads(admin('/service/local/usertoken/settings')[2]) == {
        'enabled': True,
        'protectContent': False,
        'realmConfigured': True,
    }
    users = '/service/local/usertoken/users/alice'
    assert admin(users)[0] == 404
    alice.redeem(TABLE[1][3], TABLE[1][2], alice.new_ticket(LOCAL))
    assert admin(users)[0] == 200 and alice(users)[0] == 403
    assert admin(users, '-X', 'DELETE')[0] == 400
    assert admin.redeem(users, TABLE[1][2], admin.new_ticket(LOCAL), '-X', 'DELETE')[0] == 204


@pytest.mark.parametrize(
    ('version', 'folder'),
    [('2.5.1-01', '/content/repositories/private/'), ('3.71.0-06', '/repository/private/')],
)
class TestRepository:
    POM = 'org/example/buildops/hello/1.0.0/hello-1.0.0.pom'

    def test_opens_to_tokens_and_passwords_and_to_nothing_else(self, start, version, folder):
        server, alice = start(version)
        token = server.app.create_token('bob', 'bob')
        bob = Client(alice.sandbox, server, token.name_code, token.pass_code)
        assert bob(folder + self.POM)[0] == 200 and alice(folder + self.POM)[0] == 200
        assert bob(folder + 'nope.pom')[0] == 404
        assert Client(alice.sandbox, server, 'guest', 'guest')(folder + self.POM)[0] == 403
        for user, password in (
            (None, None),
            ('alice', 'no'),
            (token.name_code, token.pass_code.swapcase()),
            (token.pass_code, token.name_code),
        ):
            status, headers, _text = Client(alice.sandbox, server, user, password)(
                folder + self.POM
            )
            assert status == 401 and headers['www-authenticate'].startswith('BASIC realm=')
        del server.state.tokens['bob', 'default']
        assert bob(folder + self.POM)[0] == 401

    def test_protected_content_takes_tokens_only(self, start, version, folder):
        server, alice = start(version, protect_content=True)
        token = server.app.create_token('alice', 'alice')
        assert (
            Client(alice.sandbox, server, token.name_code, token.pass_code)(folder + self.POM)[0]
            == 200
        )
        assert alice(folder + self.POM)[0] == 401

    def test_deploying_needs_the_right(self, start, version, folder):
        server, alice = start(version)
        bob = Client(alice.sandbox, server, 'bob', 'builder')
        assert bob(folder + 'g/a/1/a-1.txt', '-X', 'PUT', '--data-binary', 'new')[0] == 403
        assert alice(folder + 'g/a/1/a-1.txt', '-X', 'PUT', '--data-binary', 'new')[0] == 201
        assert bob(folder + 'g/a/1/a-1.txt')[2] == 'new'
        assert bob(folder + 'g/a/1/a-1.txt.sha1')[2] == 'c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc'


def test_expired_tokens_open_nothing(start, clock):
    server, alice = start('3.90.1-01', expiration_days=1)
    token = server.app.create_token('alice', 'alice')
    attempt = Client(alice.sandbox, server, token.name_code, token.pass_code)
    pom = '/repository/private/' + TestRepository.POM
    assert attempt(pom)[0] == 200
    clock.now += 86400
    assert attempt(pom)[0] == 401


@pytest.mark.parametrize(
    ('version', 'server_header', 'page', 'mark'),
    [
        ('2.2', 'Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V4', '/index.html', '.css?2.2"'),
        ('2.6.2-01', 'Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V8', '/nope', '.css?2.6.2-01"'),
        (
            '2.14.9-01',
            'Nexus/2.14.9-01 Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V8',
            '/nope',
            '.css?2.14.9-01"',
        ),
        ('3.7.1-02', 'Nexus/3.7.1-02 (PRO)', '/', '?_v=3.7.1-02&_e=PRO'),
        ('3.97.0-13', 'Nexus/3.97.0-13 (PRO)', '/', '?_v=3.97.0-13&_e=PRO'),
    ],
)
def test_how_the_version_shows(start, version, server_header, page, mark):
    _server, alice = start(version)
    _status, headers, text = alice(page)
    assert headers['server'] == server_header and mark in text
    _server, alice = start(version, strip_server_header=True)
    _status, headers, text = alice(page)
    assert 'server' not in headers and mark in text
    _server, alice = start(version, strip_server_header='nginx')
    assert alice(page)[1]['server'] == 'nginx'


@pytest.mark.parametrize('version', ['2.14.9-01', '3.71.0-06'])
@pytest.mark.parametrize('context', ['', '/nexus', '/tools/nexus'])
def test_context_paths(start, version, context):
    server, alice = start(version, context=context)
    first = SIESTA if version.startswith('2') else REST
    assert server.url.endswith(context) and alice.ticket(first)[0] == 200
    if context:
        server.url = server.url[: -len(context)]
        assert alice.ticket(first)[0] in (404, 405)


def test_a_token_in_place_of_the_password_gives_no_ticket(start):
    """The principal is the real user, but the payload's password has to be his own."""
    server, alice = start('3.71.0-06')
    token = server.app.create_token('alice', 'alice')
    holder = Client(alice.sandbox, server, token.name_code, token.pass_code)
    assert holder('/service/rest/v1/status')[0] == 200
    assert holder.ticket(REST)[0] == 400
    assert holder.ticket(REST, u=openssl('alice'))[0] == 403


def test_base64_is_what_openssl_makes():
    assert openssl('admin') == base64.b64encode(b'admin').decode() == 'YWRtaW4='
