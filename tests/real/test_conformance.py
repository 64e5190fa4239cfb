# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exchanges that the sandbox is measured by, played to the real servers again: they still
answer so.

It comes first on each server, since it requires one that nobody has used.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import time
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from tests.real.conftest import on
from tests.real.servers import ADMINISTRATOR, NEXUS
from tests.sandbox import recorded

#: What the guarded remote of the recordings takes.
GOOD = {'ru1:rp1', 'ru1:rp-new', 'ru2:rp2', 'n4m3c0d3:p/a+s=s', 'u1:p1', 'u1:p2'}
#: Where a real server answers otherwise here than when it was recorded: (start of the entry's name,
#: start of the difference) and why.
DEPARTURES: dict[tuple[str, str], str] = {}
FILES = {
    '2.': ('2', '2-repositories'),
    '3.71': ('3', '3-repositories-3.71'),
    '3.': ('3', '3-tickets', '3-repositories'),
}


def send(base, method, path, body=None, content_type='application/json'):
    """As the administrator. :returns: status and text."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    try:
        connection.request(
            method,
            path,
            body,
            {
                'Authorization': basic_authorization(*ADMINISTRATOR),
                'Accept': 'application/json',
                **({'Content-Type': content_type} if body else {}),
            },
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode('utf-8', 'replace')
    finally:
        connection.close()


class Replay:
    """All entries of one version. :ivar found: differences. :ivar played: how many requests."""

    def __init__(self, live):
        self.live = live
        self.base = 'http://' + urlsplit(live.url).netloc
        remote = live.remote(good=GOOD)
        self.remotes = (remote, live.remote(good=GOOD, tls=True))
        self.player = recorded.Player(
            self.base,
            live.version,
            self.ticket,
            remotes={'remote': remote.url, 'remotes': self.remotes[1].url},
        )
        self.creations = {}
        self.found, self.explained, self.played = [], [], 0

    def ticket(self, _user, _age):
        """A new one; what is to be an old one was taken before."""
        name, password = ADMINISTRATOR
        encoded = {
            key: base64.b64encode(value.encode()).decode()
            for key, value in (('u', name), ('p', password))
        }
        return json.loads(
            send(self.base, 'POST', '/service/rest/wonderland/authenticate', json.dumps(encoded))[1]
        )['t']

    def play_all(self, entries):
        """Those with old tickets come last: the tickets are all taken at once, and each is used
        when it has its age.
        """
        self.player._known.clear()
        aged = []
        for entry, answer in entries:
            self.prepare(entry)
            if any(ages(entry)):
                aged.append((max(ages(entry)), f'old{len(aged)}', entry, answer))
            else:
                self.play(entry, answer)
        began = time.monotonic()
        for _age, name, _entry, _answer in aged:
            self.player._known[name] = self.ticket('admin', 0)
        for age, name, entry, answer in sorted(aged, key=lambda item: item[:2]):
            (old,) = entry['tickets']
            entry = {
                **json.loads(json.dumps(entry).replace(f':{old}}}', f':{name}}}')),
                'tickets': {},
            }
            time.sleep(max(0.0, began + age + 0.2 - time.monotonic()))
            self.play(entry, answer)

    def play(self, entry, answer):
        if entry.get('restore'):
            self.restore(entry['restore'])
        before = [len(remote.arrivals) for remote in self.remotes]
        if 'remote' in entry:
            # A file that the proxy has not seen, since it keeps all that it gets
            entry = {
                **entry,
                'request': {
                    **entry['request'],
                    'path': re.sub(
                        r'(?<=[/-])1\.0(?=[/.])', f'1.{self.played}', entry['request']['path']
                    ),
                },
            }
        body = entry['request']['body']
        if body and not body.isascii() and body.startswith('{'):
            # As it was sent then: what Nexus 2 makes of bytes outside ASCII is another matter
            entry = {**entry, 'request': {**entry['request'], 'body': json.dumps(json.loads(body))}}
        seen = self.player.play(entry)
        if isinstance(seen['shape'], dict) and 'text' in seen['shape']:
            seen['shape']['text'] = seen['shape']['text'].replace(
                self.live.server.folder, '/srv/nexus-work'
            )
        differences = recorded.differences(answer, seen)
        request = entry['request']
        if (
            request['method'] == 'POST'
            and entry['name'].startswith('create ')
            and 200 <= answer['status'] < 300
            and request['body']
        ):
            body = (
                json.loads(self.player._fill(request['body']))
                if request['body'].startswith('{')
                else {}
            )
            name = body.get('name') if 'data' not in body else body['data']['id']
            self.creations[name] = (f'{request["path"]}/{name}', json.dumps(body))
        if 'remote' in entry:
            arrived = [
                arrival
                for remote, start in zip(self.remotes, before)
                for arrival in remote.arrivals[start:]
            ]
            path = request['path'].rpartition('/')[2]
            seen = [
                [arrival.credentials, arrival.status]
                for arrival in arrived
                if arrival.path.endswith(path)
            ]
            expected = [
                [who, status or (200 if who in GOOD else 401)] for who, status in entry['remote']
            ]
            if seen != expected:
                differences.append(f'the remote saw {seen} instead of {expected}')
        self.played += 1
        for difference in differences:
            line = f'{entry["name"]} ({request["method"]} {request["path"]}): {difference}'
            reason = next(
                (
                    why
                    for (name, start), why in DEPARTURES.items()
                    if entry['name'].startswith(name) and difference.startswith(start)
                ),
                None,
            )
            (self.found if reason is None else self.explained).append(
                line if reason is None else f'{line}; {reason}'
            )

    def restore(self, path):
        name = path.rpartition('/')[2]
        if name in self.creations:
            where, body = self.creations[name]
            status, text = send(self.base, 'PUT', where, body)
            assert status in (200, 204), (where, status, text)

    def extdirect(self, action, method, data):
        text = send(
            self.base,
            'POST',
            '/service/extdirect',
            json.dumps(
                {'action': action, 'method': method, 'data': [data], 'type': 'rpc', 'tid': 1}
            ),
        )[1]
        assert json.loads(text)['result']['success'], text

    def add_user(self, name, password):
        """One who may do what anonymous users may."""
        self.extdirect(
            'coreui_User',
            'create',
            {
                'userId': name,
                'version': '',
                'firstName': name,
                'lastName': name,
                'email': f'{name}@example.org',
                'status': 'active',
                'roles': ['nx-anonymous'],
                'password': password,
            },
        )

    def prepare(self, entry):
        """What a script made on the recorded servers."""
        if '"s1"' in (entry['request']['body'] or '') or entry['name'] == 'extdirect read':
            if 's1' not in self.creations:
                self.creations['s1'] = ('', '')
                data = {
                    'name': 's1',
                    'format': '',
                    'type': '',
                    'url': '',
                    'online': True,
                    'recipe': 'maven2-proxy',
                    'attributes': {
                        'proxy': {
                            'contentMaxAge': 1440,
                            'remoteUrl': self.remotes[0].url + '/m2/',
                            'metadataMaxAge': 1440,
                        },
                        'negativeCache': {'timeToLive': 1440, 'enabled': True},
                        'storage': {
                            'strictContentTypeValidation': True,
                            'blobStoreName': 'default',
                        },
                        'httpclient': {
                            'connection': {'blocked': False, 'autoBlock': True},
                            'autoBlock': False,
                            'authentication': {
                                'type': 'username',
                                'username': 'ru1',
                                'password': 'rp1',
                            },
                        },
                        'maven': {'versionPolicy': 'RELEASE', 'layoutPolicy': 'STRICT'},
                    },
                }
                self.extdirect('coreui_Repository', 'create', data)


def ages(entry):
    return [age for _user, age in entry.get('tickets', {}).values()]


@on(*NEXUS)
def test_the_server_answers_as_recorded(live, findings):
    names = next(files for start, files in FILES.items() if live.version.startswith(start))
    replay = Replay(live)
    if not live.version.startswith('2.'):
        replay.add_user('u1', 'pw1')
    for name in names:
        replay.play_all(recorded.of_version(live.version, name))
    if live.version.startswith('3.71'):
        status, _text = send(
            replay.base,
            'PUT',
            '/service/rest/v1/security/anonymous',
            json.dumps(
                {'enabled': False, 'userId': 'anonymous', 'realmName': 'NexusAuthorizingRealm'}
            ),
        )
        assert status == 200
        replay.play_all(recorded.of_version(live.version, '3-anonymous-off'))
    findings.count(live.system, 'requests that conform', replay.played - len(replay.found))
    live.system['differences'] += replay.explained + replay.found
    findings.note(live.system, f'answers {replay.played} recorded requests as the stand-in does')
    assert replay.found == []
