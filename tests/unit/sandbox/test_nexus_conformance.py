# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What real Nexus servers answered, played to the sandbox: status, reason, meaningful headers and
the shape of the body agree.
"""

from __future__ import annotations

import copy
import json

import pytest

from tests.sandbox import nexus, nexus_proxies, recorded
from tests.sandbox.serving import basic_credentials

#: Accounts that the recorded servers had besides their administrator.
USERS = {
    'admin': nexus.User('admin123', admin=True),
    'deployment': 'deployment123',
    'u1': 'pw1',
    'u2': 'pw2',
}
#: Where the sandbox departs on purpose: (name of the entry, the difference) and why.
DEPARTURES: dict[tuple[str, str], str] = {
    **dict.fromkeys(
        (
            ('PUT format mismatch npm', difference)
            for difference in (
                'X-Siesta-FaultId: None instead of True',
                'status: 400 instead of 404',
                "reason: 'Bad Request' instead of 'Not Found'",
                "Content-Type: 'application/json' instead of None",
                "body: {'json': ['[].id:string', '[].message:string']} instead of None",
                'status: 204 instead of 404',
                "reason: 'No Content' instead of 'Not Found'",
            )
        ),
        'the recorded cores had no npm in these versions, the sandbox has all formats',
    ),
    **dict.fromkeys(
        (
            ('GET /service/rest/v1/repositories/pypi/proxy/p1', difference)
            for difference in (
                "Content-Type: 'application/json' instead of None",
                'X-Siesta-FaultId: None instead of True',
                "body: {'json': ['.id:string', '.message:string']} instead of None",
            )
        ),
        'the recorded core had no PyPI, the sandbox has all formats',
    ),
}


class Clock:
    now = 1_790_000_000.0

    def __call__(self):
        return self.now


def report(entry, differences):
    """The differences that are not planned, as lines to read."""
    request = entry['request']
    return [
        f'{entry["name"]} ({request["method"]} {request["path"]}): {difference}'
        for difference in differences
        if (entry['name'], difference) not in DEPARTURES
    ]


def play(sandbox, version, *names, **settings):
    clock = Clock()
    users = {
        name: user
        for name, user in USERS.items()
        if name != 'u1' or nexus.version_number(version) >= (3, 17)
    }
    app = nexus.create_app(version, 'OSS', users=users, clock=clock, **settings)
    server = sandbox.serve(app, tls=False)

    def ticket(user, age):
        made = app.issue_ticket(user)
        app.state.tickets[made].issued -= age
        return made

    player = recorded.Player(f'http://127.0.0.1:{server.port}', version, ticket)
    found = []
    for entry, answer in recorded.of_version(version, *names):
        found += report(entry, recorded.differences(answer, player.play(entry)))
    assert not server.errors
    return found


@pytest.mark.slow
@pytest.mark.parametrize('version', recorded.versions('3'))
def test_3_answers_as_recorded(sandbox, version):
    assert play(sandbox, version, '3') == []


@pytest.mark.parametrize('version', recorded.versions('3-tickets'))
def test_3_tickets_are_redeemed_as_recorded(sandbox, version):
    assert play(sandbox, version, '3-tickets') == []


@pytest.mark.parametrize('version', recorded.versions('3-anonymous-off'))
def test_3_without_anonymous_access_answers_as_recorded(sandbox, version):
    assert play(sandbox, version, '3-anonymous-off', anonymous=False) == []


@pytest.mark.slow
@pytest.mark.parametrize('version', recorded.versions('2'))
def test_2_answers_as_recorded(sandbox, version):
    assert play(sandbox, version, '2') == []


class Remote:
    """The guarded remote of the recordings: a Maven repository that requires credentials and sends
    one small file for every path.
    """

    good = {'ru1:rp1', 'ru1:rp-new', 'ru2:rp2', 'n4m3c0d3:p/a+s=s', 'u1:p1', 'u1:p2'}

    def __call__(self, environ, start_response):
        credentials = ':'.join(basic_credentials(environ.get('HTTP_AUTHORIZATION')) or ())
        path = environ['PATH_INFO']
        if credentials in self.good:
            start_response(
                '200 OK',
                [('Content-Type', 'application/xml' if path.endswith('.pom') else 'text/plain')],
            )
            return [b'<project/>']
        if '/deny403/' in path:
            start_response('403 Forbidden', [])
        else:
            start_response('401 Unauthorized', [('WWW-Authenticate', 'Basic realm="remote"')])
        return [b'']


def script_repository():
    """The proxy that a script made on the recorded servers."""
    return nexus_proxies.Repository(
        's1',
        'maven2',
        'proxy',
        {
            'proxy': {'contentMaxAge': 1440, 'remoteUrl': '', 'metadataMaxAge': 1440},
            'negativeCache': {'timeToLive': 1440, 'enabled': True},
            'storage': {'strictContentTypeValidation': True, 'blobStoreName': 'default'},
            'maven-indexer': {},
            'httpclient': {
                'connection': {'blocked': False, 'autoBlock': True},
                'autoBlock': False,
                'authentication': {'type': 'username', 'username': 'ru1', 'password': 'rp1'},
            },
            'maven': {'versionPolicy': 'RELEASE', 'layoutPolicy': 'STRICT'},
        },
    )


def play_repositories(sandbox, label, *names):
    version, _blank, database = label.partition(' ')
    users = {name: USERS[name] for name in ('admin', 'deployment', 'u1')}
    app = nexus.create_app(
        version, 'OSS', users=users, repositories=(), h2=database == 'H2' or None
    )
    server = sandbox.serve(app, tls=False)
    remotes = {
        'remote': sandbox.serve(Remote(), tls=False).url,
        'remotes': sandbox.serve(Remote()).url,
    }
    player = recorded.Player(f'http://127.0.0.1:{server.port}', version, remotes=remotes)
    made, found = {}, []
    for entry, answer in recorded.of_version(label, *names):
        request = entry['request']
        if (
            '"s1"' in (request['body'] or '') or entry['name'] == 'extdirect read'
        ) and 's1' not in app.repositories.known:
            app.repositories.known['s1'] = script_repository()
            app.repositories.known['s1'].part('proxy')['remoteUrl'] = remotes['remote'] + '/m2/'
        if entry.get('restore', '').rpartition('/')[2] in made:
            app.repositories.known.update(copy.deepcopy(made))
        before = len(app.repositories.fetches)
        differences = recorded.differences(answer, player.play(entry))
        if request['method'] == 'POST' and entry['name'].startswith('create '):
            made = {
                name: copy.deepcopy(item)
                for name, item in app.repositories.known.items()
                if name in ('m1', 'raw1', 'apt1', 'p1')
            }
        if 'remote' in entry:
            seen = [
                [item.credentials, item.status if status else None]
                for item, (_who, status) in zip(app.repositories.fetches[before:], entry['remote'])
            ]
            if seen != entry['remote'] or len(app.repositories.fetches) - before != len(
                entry['remote']
            ):
                differences.append(
                    f'the remote saw {app.repositories.fetches[before:]} instead of '
                    f'{entry["remote"]}'
                )
        found += report(entry, differences)
    assert not server.errors
    return found


@pytest.mark.slow
@pytest.mark.parametrize('version', recorded.versions('3-repositories'))
def test_3_repositories_answer_as_recorded(sandbox, version):
    assert play_repositories(sandbox, version, '3-repositories') == []


def test_3_71_repositories_answer_as_recorded(sandbox):
    assert play_repositories(sandbox, '3.71.0-06', '3-repositories-3.71') == []


@pytest.mark.slow
@pytest.mark.parametrize('version', recorded.versions('2-repositories'))
def test_2_repositories_answer_as_recorded(sandbox, version):
    assert play_repositories(sandbox, version, '2-repositories') == []


@pytest.mark.slow
def test_every_departure_is_needed(sandbox, monkeypatch):
    departures = set(DEPARTURES)
    monkeypatch.setattr(f'{__name__}.DEPARTURES', {})
    for name in ('3-repositories', '3-repositories-3.71'):
        for version in {
            version
            for entry in recorded.load(name)
            for answer in entry['answers']
            for version in answer['versions']
            if entry['name'] in {start for start, _difference in departures}
        }:
            for line in play_repositories(sandbox, version, name):
                entry, _bracket, difference = line.partition(' (')
                departures.discard((entry, difference.partition('): ')[2]))
    assert not departures


def test_what_was_recorded_and_is_not_played_is_reported():
    for path in (
        *recorded.FOLDER.glob('*.json'),
        recorded.FOLDER.parents[1] / 'stand_ins/nuxeoctl-recorded.json',
    ):
        content = json.loads(path.read_text(encoding='utf-8'))
        assert isinstance(content, list) or content['left_out'], path
