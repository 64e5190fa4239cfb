# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nexus_proxy_credential against real servers, each with a guarded remote that writes down what
credentials arrive.

What stands in a configuration is looked at by requests of our own, not by the code under test.
"""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import Product
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    DesiredProxy,
    NexusProxyCredential,
    RestProxies,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import checked
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from tests.real.conftest import on
from tests.real.servers import ADMINISTRATOR, NEXUS
from tests.real.test_conformance import send

BY_REST = [
    version for version in NEXUS if version.startswith('3.') and not version.startswith('3.23')
]
FIRST, SECOND = 'n4m3c0d3:p/a+s=s', '0th3rC0de:An0ther_pass-code/0='


class Nexus:
    """What the test knows of a server by itself."""

    def __init__(self, live):
        self.live = live
        self.base = live.url
        self.two = live.version.startswith('2.')
        self.rest = live.server.number >= (3, 24)

    def ask(self, method, path, body=None):
        status, text = send(
            self.base,
            method,
            ('/nexus' if self.two else '') + path,
            json.dumps(body) if body is not None else None,
        )
        assert status < 300, (method, path, status, text)
        return json.loads(text) if text else None

    def ext(self, method, data):
        result = self.ask(
            'POST',
            '/service/extdirect',
            {
                'action': 'coreui_Repository',
                'method': method,
                'data': data,
                'type': 'rpc',
                'tid': 1,
            },
        )['result']
        assert result['success'], result
        return result['data']

    def read(self, name):
        """The configuration in every form that the server has."""
        if self.two:
            return {'rest': self.ask('GET', f'/service/local/repositories/{name}')['data']}
        found = {'ext': next(item for item in self.ext('read', None) if item['name'] == name)}
        found['ext'].pop('status')
        if self.rest:
            path = (
                '/service/rest/v1/repositorySettings'
                if self.live.server.number >= (3, 26)
                else '/service/rest/beta/repositories'
            )
            found['rest'] = next(item for item in self.ask('GET', path) if item['name'] == name)
        return found

    def decorate(self, name):
        """Give a proxy what others lose: a routing rule, a cleanup policy, connection settings, a
        blob store of its own.
        """
        if self.two:
            data = self.read(name)['rest']
            data['name'] = 'R & D "x" <y>'
            data['remoteStorage']['connectionSettings'] = {
                'connectionTimeout': 17,
                'retrievalRetryCount': 2,
                'userAgentString': 'a&b',
            }
            data.update(notFoundCacheTTL=77, artifactMaxAge=55)
            self.ask('PUT', f'/service/local/repositories/{name}', {'data': data})
            return
        rules = (
            f'/service/rest/{"v1" if self.live.server.number >= (3, 24) else "beta"}/routing-rules'
        )
        status, text = send(
            self.base,
            'POST',
            rules,
            json.dumps(
                {
                    'name': 'keep-me',
                    'description': '',
                    'mode': 'BLOCK',
                    'matchers': ['^/nothing/.*'],
                }
            ),
        )
        assert status in (200, 204), (status, text)
        item = next(item for item in self.ext('read', None) if item['name'] == name)
        rule = self.ask(
            'POST',
            '/service/extdirect',
            {
                'action': 'coreui_RoutingRules',
                'method': 'read',
                'data': None,
                'type': 'rpc',
                'tid': 1,
            },
        )
        item.pop('status')
        item['attributes']['cleanup'] = {'policyName': ['weekly', 'daily']}
        item['attributes']['httpclient']['connection'] = {
            'timeout': 17,
            'retries': 3,
            'userAgentSuffix': 'built here',
            'enableCookies': True,
        }
        item['attributes']['negativeCache'] = {'enabled': True, 'timeToLive': 77}
        known = [
            one
            for one in (rule.get('result') or {}).get('data') or []
            if isinstance(one, dict) and one.get('name') == 'keep-me'
        ]
        if self.rest:
            self.ext('update', [item])
            body = self.read(name)['rest']
            body['httpClient']['authentication'] = None
            base = '/service/rest/' + ('v1' if self.live.server.number >= (3, 26) else 'beta')
            self.ask(
                'PUT', f'{base}/repositories/maven/proxy/{name}', {**body, 'routingRule': 'keep-me'}
            )
        else:
            item['routingRuleId'] = known[0]['id'] if known else self.rule_id()
            self.ext('update', [item])

    def rule_id(self):
        """Of the one routing rule, which in 3.23 only the interface of the web pages shows."""
        for path in ('/service/rest/internal/ui/routing-rules', '/service/rest/beta/routing-rules'):
            status, text = send(self.base, 'GET', path)
            found = [rule.get('id') for rule in json.loads(text)] if status == 200 else []
            if any(found):
                return found[0]
        raise AssertionError('the rule has no id')


def without_authentication(found):
    found = copy.deepcopy(found)
    if 'ext' in found:
        client = found['ext']['attributes']['httpclient']
        client.pop('authentication', None)
        # What nobody has set is false for the server, and it says so by REST
        client['connection'] = {
            key: value for key, value in client.get('connection', {}).items() if value is not False
        }
    if 'httpClient' in found.get('rest', {}):
        found['rest']['httpClient'].pop('authentication', None)
    elif 'rest' in found:
        found['rest']['remoteStorage'].pop('authentication', None)
        found['rest']['defaultLocalStorageUrl'] = found['rest']['defaultLocalStorageUrl'].rstrip(
            '/'
        )
    if 'cleanup' in found.get('ext', {}).get('attributes', {}):
        found['ext']['attributes']['cleanup']['policyName'].sort()  # a set
    return found


@pytest.fixture
def ensure(live, findings):
    """A function that does what the module does, and counts the repositories that were written."""

    def run(
        *entries, check_mode=False, password=ADMINISTRATOR[1], username=ADMINISTRATOR[0], **more
    ):
        options = checked(
            NexusProxyCredential,
            {
                'url': live.url,
                'username': username,
                'password': password,
                'repositories': [
                    {'state': 'present', 'update_password': 'on_create', **entry}
                    for entry in entries
                ],
                **more,
            },
        )
        NexusProxyCredential.check(options)
        result = NexusProxyCredential(options).ensure(check_mode)
        for item in () if check_mode else result['repositories']:
            if item['changed']:
                findings.count(
                    live.system,
                    'proxies created' if item['changed'] == ['repository'] else 'proxies written',
                )
        for secret in (ADMINISTRATOR[1], FIRST.partition(':')[2], SECOND.partition(':')[2]):
            assert secret not in json.dumps(result)
        return result

    return run


def login(credentials):
    user, _colon, password = credentials.partition(':')
    return {'username': user, 'password': password}


@pytest.fixture
def assert_unchanged(live, findings):
    def look(before, *names):
        assert [without_authentication(Nexus(live).read(name)) for name in names] == before
        findings.count(live.system, 'bodies unchanged', len(names))

    return look


@on(*NEXUS)
def test_create_set_rotate_and_remove(live, findings, ensure, assert_unchanged):
    remote, nexus = live.remote(good={FIRST, SECOND}), Nexus(live)
    names = iter(f'com/example/app/{number}/app-{number}.pom' for number in range(1, 99))

    def attempt(credentials, **more):
        path = next(names)
        result = ensure({'name': 'guarded', **login(credentials), 'verify_path': path, **more})
        return result, remote.seen(path)

    creation = {'remote_url': remote.url + '/m2/', 'version_policy': 'release'}
    assert ensure({'name': 'guarded', **login(FIRST), 'create': creation}, check_mode=True)[
        'repositories'
    ][0]['changed'] == ['repository']
    result, seen = attempt(FIRST, create=creation)
    assert (
        result['repositories'][0]['changed'] == ['repository']
        and result['verification'][0]['accepted'] is True
    ), result
    assert seen == [[None, 401], [FIRST, 200]]

    nexus.decorate('guarded')
    before = without_authentication(nexus.read('guarded'))
    if not nexus.two:
        assert before['ext']['routingRuleId'] and before['ext']['attributes']['cleanup'] == {
            'policyName': ['daily', 'weekly']
        }

    # Decorating by the server's own interface took the credentials away or kept them; from here on
    # they come and go by the module alone
    assert 'failed' not in ensure({'name': 'guarded', 'state': 'absent'})
    path = next(names)
    closed = ensure({'name': 'guarded', **login('nobody:wrong-pass'), 'verify_path': path})
    assert (
        closed.get('failed')
        and closed['verification']
        and closed['verification'][0]['accepted'] is False
        and 'were not accepted' in closed['msg']
    ), closed
    assert remote.seen(path) == [[None, 401], ['nobody:wrong-pass', 401]]
    path = next(names)
    closed = ensure({'name': 'guarded', **login('nobody:wrong-pass'), 'verify_path': path})
    assert (
        closed.get('failed')
        and closed['changed'] is False
        and closed['verification'][0]['accepted'] is False
    ), closed
    assert remote.seen(path) == [], 'a server does not ask again for a while'

    predicted = ensure({'name': 'guarded', **login(FIRST)}, check_mode=True)
    assert predicted['repositories'][0]['changed'] == ['username', 'password']
    result, seen = attempt(FIRST)
    assert (
        result['repositories'][0]['changed'] == ['username', 'password']
        and result['verification'][0]['accepted'] is True
    ), result
    assert seen == [[None, 401], [FIRST, 200]]
    result, seen = attempt(FIRST)
    assert (
        result['changed'] is False
        and result['verification'][0]['accepted'] is True
        and seen == [[None, 401], [FIRST, 200]]
    )
    result, seen = attempt(SECOND)
    assert (
        result['changed'] is True
        and result['verification'][0]['accepted'] is True
        and seen == [[None, 401], [SECOND, 200]]
    )
    result, seen = attempt(SECOND, update_password='always')
    assert result['repositories'][0]['changed'] == ['password'] and seen == [
        [None, 401],
        [SECOND, 200],
    ]
    assert_unchanged([before], 'guarded')

    ntlm = ensure(
        {
            'name': 'guarded',
            'type': 'ntlm',
            'ntlm_host': 'here',
            'ntlm_domain': 'DOMAIN',
            **login(FIRST),
        }
    )
    assert 'failed' not in ntlm and ntlm['changed']
    assert (
        ensure({'name': 'guarded', 'type': 'ntlm', 'ntlm_domain': 'DOMAIN', **login(FIRST)})[
            'changed'
        ]
        is False
    )
    assert_unchanged([before], 'guarded')

    assert ensure({'name': 'guarded', 'state': 'absent'}, check_mode=True)['changed'] is True
    assert ensure({'name': 'guarded', 'state': 'absent'})['changed'] is True
    assert ensure({'name': 'guarded', 'state': 'absent'})['changed'] is False
    path = next(names)
    nexus_path = (
        '/nexus/content/repositories/guarded/' if nexus.two else '/repository/guarded/'
    ) + path
    assert send(nexus.base, 'GET', nexus_path)[0] >= 400 and remote.seen(path) == [[None, 401]]
    assert_unchanged([before], 'guarded')
    findings.count(
        live.system,
        'credentials seen by the remote',
        sum(arrival.credentials is not None for arrival in remote.arrivals),
    )
    kept = (
        'names that it has escaped and connection settings'
        if nexus.two
        else 'routing rule, cleanup policies and connection settings'
    )
    findings.note(
        live.system,
        'nexus_proxy_credential: creates a proxy; sets, changes, rotates and removes its '
        'credentials, which arrive at the remote; '
        f'the rest of the configuration stays, including {kept}',
    )


@on(*NEXUS)
def test_a_wrong_path_is_distinguished_from_a_repository_that_is_not_there(live, findings, ensure):
    for wrong in dict.fromkeys((live.url.replace('/nexus', '') + '/wrong', live.url + '/wrong')):
        for entry in (
            {'name': 'not-there', 'state': 'absent'},
            {'name': 'not-there', **login(FIRST)},
        ):
            for more in ({}, {'nexus_version': live.version}, {'check_mode': True}):
                for password in (ADMINISTRATOR[1], 'wrong'):
                    with pytest.raises(Refused, match='ends? with the context path'):
                        ensure(entry, url=wrong, password=password, **more)
    assert (
        ensure({'name': 'not-there', 'state': 'absent'}, nexus_version=live.version)['changed']
        is False
    )
    findings.note(
        live.system,
        'nexus_proxy_credential: a wrong path is reported as such, and not as a repository '
        'without credentials',
    )


@on(*NEXUS)
def test_X4_refusals_are_distinguished(live, findings, ensure):
    with pytest.raises(Refused, match='does not accept the user name and password'):
        ensure({'name': 'guarded', **login(FIRST)}, password='wrong')
    result = ensure(
        {'name': 'not-there', **login(FIRST)},
        {'name': 'releases' if live.version.startswith('2.') else 'maven-releases', **login(FIRST)},
    )
    assert (
        result['failed']
        and 'no repository not-there' in result['msg']
        and 'it is a hosted repository; only proxies have a remote' in result['msg']
    )
    remote = live.remote(good={FIRST})
    bad = ensure({'name': 'bad name', **login(FIRST), 'create': {'remote_url': remote.url}})
    assert bad['failed'] and 'letters, digits' in bad['msg'], bad
    if live.version.startswith('2.'):
        bad = ensure(
            {'name': 'spoilt', **login(FIRST), 'create': {'remote_url': remote.url + '/a&b'}}
        )
        assert bad['failed'] and 'from another address than remote_url' in bad['msg'], bad
        path = 'org/a/1/a-1.pom'
        good = ensure(
            {
                'name': 'spoilt',
                **login(FIRST),
                'create': {'remote_url': remote.url + '/a%26b'},
                'verify_path': path,
            }
        )
        assert good['verification'][0]['accepted'] and remote.arrivals[-1].path.startswith(
            f'/a&b/{path}'
        ), remote.arrivals
    else:
        bad = ensure(
            {
                'name': 'homeless',
                **login(FIRST),
                'create': {'remote_url': remote.url, 'blob_store': 'nope'},
            },
            check_mode=True,
        )
        assert bad['failed'] and 'there is no blob store nope' in bad['msg'], bad
        bad = ensure(
            {'name': 'Maven-Central', **login(FIRST), 'create': {'remote_url': remote.url}}
        )
        assert bad['failed'] and 'the server calls it maven-central' in bad['msg'], bad
    if live.version.startswith('2.'):
        other = {'username': 'deployment', 'password': 'deployment123'}
    else:
        nexus = Nexus(live)
        user = {
            'userId': 'reader',
            'version': '',
            'firstName': 'r',
            'lastName': 'r',
            'email': 'r@example.org',
            'status': 'active',
            'roles': ['nx-anonymous'],
            'password': 'reader123',
        }
        nexus.ask(
            'POST',
            '/service/extdirect',
            {'action': 'coreui_User', 'method': 'create', 'data': [user], 'type': 'rpc', 'tid': 1},
        )
        other = {'username': 'reader', 'password': 'reader123'}
    result = ensure(
        {'name': 'central' if live.version.startswith('2.') else 'maven-central', **login(FIRST)},
        **other,
    )
    assert result['failed'] and (
        'may administer' in result['msg'] or 'may not change' in result['msg']
    ), result
    if live.version.startswith('2.'):
        result = ensure({'name': 'public', **login(FIRST)})
        assert 'groups are not found there, and have no remote' in result['msg'], result
    path = 'deny403/org/a/1/a-1.pom'
    hidden = ensure(
        {
            'name': 'hidden',
            **login('jane:a-password'),
            'create': {'remote_url': remote.url},
            'verify_path': path,
        }
    )
    assert (
        hidden['verification'][0]['accepted'] is None
        and 'Nexus sends them only after a 401 with a challenge'
        in hidden['verification'][0]['message']
    ), hidden
    assert remote.seen(path) == [[None, 403]]
    findings.note(
        live.system,
        'nexus_proxy_credential: wrong passwords, missing rights, missing repositories and '
        'repositories without a remote are distinguished',
    )


@on(*BY_REST)
def test_preemptive(live, findings, ensure):
    plain, secure = live.remote(good={FIRST}), live.remote(good={FIRST}, tls=True)
    ensure(
        {'name': 'plain', **login(FIRST), 'create': {'remote_url': plain.url}},
        {'name': 'secure', **login(FIRST), 'create': {'remote_url': secure.url}},
    )
    refused = ensure({'name': 'plain', **login(FIRST), 'preemptive': True})
    assert (
        refused['failed']
        and 'preemptive needs a remote with https' in refused['msg']
        or live.server.number < (3, 30)
    )
    result = ensure(
        {'name': 'secure', **login(FIRST), 'preemptive': True, 'verify_path': 'org/a/1/a-1.pom'}
    )
    if live.server.number < (3, 30):
        assert '3.30 or newer' in result['msg']
        return
    assert result['repositories'][0]['changed'] == ['preemptive'] and secure.seen('a-1.pom') == [
        [FIRST, 200]
    ]
    again = ensure(
        {
            'name': 'secure',
            **login(FIRST),
            'verify_path': 'org/a/2/a-2.pom',
            'update_password': 'always',
        }
    )
    assert again['verification'][0]['accepted'] and secure.seen('a-2.pom') == [[FIRST, 200]], (
        'it stays as it is'
    )
    off = ensure(
        {'name': 'secure', **login(FIRST), 'preemptive': False, 'verify_path': 'org/a/3/a-3.pom'}
    )
    assert off['changed'] and secure.seen('a-3.pom') == [[None, 401], [FIRST, 200]]
    findings.note(
        live.system,
        'nexus_proxy_credential: preemptive credentials are sent with the first request, and are '
        'refused for a remote without https',
    )


@on(*BY_REST)
def test_other_formats(live, ensure, assert_unchanged):
    """raw and apt, the other formats of these servers, keep what they have of their own."""
    nexus, remote = Nexus(live), live.remote(good={FIRST, SECOND})
    base = '/service/rest/' + ('v1' if live.server.number >= (3, 26) else 'beta')
    common = {
        'online': True,
        'storage': {'blobStoreName': 'default', 'strictContentTypeValidation': False},
        'proxy': {'remoteUrl': remote.url, 'contentMaxAge': 5, 'metadataMaxAge': 7},
        'negativeCache': {'enabled': False, 'timeToLive': 9},
        'httpClient': {
            'blocked': False,
            'autoBlock': False,
            'connection': {'retries': 1, 'timeout': 21},
            'authentication': None,
        },
    }
    made = []
    for name, extra in (
        ('raw', {'raw': {'contentDisposition': 'INLINE'}}),
        ('apt', {'apt': {'distribution': 'bookworm', 'flat': False}}),
    ):
        status, text = send(
            nexus.base,
            'POST',
            f'{base}/repositories/{name}/proxy',
            json.dumps({'name': f'of-{name}', **common, **extra}),
        )
        if status == 201:
            made.append(f'of-{name}')
        else:
            assert name == 'apt' and status == 404, (status, text)
    assert 'of-raw' in made
    before = [without_authentication(nexus.read(name)) for name in made]
    for credentials in (FIRST, SECOND):
        result = ensure(*({'name': name, **login(credentials)} for name in made))
        assert 'failed' not in result and all(item['changed'] for item in result['repositories'])
    assert_unchanged(before, *made)
    assert send(nexus.base, 'GET', '/repository/of-raw/file.txt')[0] == 200 and remote.seen(
        'file.txt'
    ) == [[None, 401], [SECOND, 200]]


@on('3.41.1-01')
def test_a_404_after_a_good_read_is_reported_as_a_refusal(live, findings, ensure):
    remote = live.remote(good={FIRST})
    ensure({'name': 'silent', **login(FIRST), 'create': {'remote_url': remote.url}})
    proxies = RestProxies(
        Client(live.url), basic_authorization(*ADMINISTRATOR), Product(live.version)
    )
    held = proxies.read('silent')
    with pytest.raises(
        Refused,
        match=(
            'refuses the configuration without a reason .404 to PUT, though the repository can be '
            'read'
        ),
    ):
        proxies.write(held, {'type': 'username', 'username': 'u'}, DesiredProxy('silent'))
    findings.note(
        live.system,
        'nexus_proxy_credential: its 404 to a configuration that it refuses is reported as a '
        'refusal',
    )


@on('3.24.0-01', '3.71.0-06')
def test_a_400_is_reported_with_the_reasons_of_the_server(live, ensure):
    remote = live.remote(good={FIRST})
    ensure({'name': 'wordy', **login(FIRST), 'create': {'remote_url': remote.url}})
    proxies = RestProxies(
        Client(live.url), basic_authorization(*ADMINISTRATOR), Product(live.version)
    )
    with pytest.raises(
        Refused,
        match=(
            r'refuses the configuration of wordy \(400\): .*password (may not be empty|must not '
            r'be (blank|null))'
        ),
    ):
        proxies.write(
            proxies.read('wordy'), {'type': 'username', 'username': 'u'}, DesiredProxy('wordy')
        )


@on('2.5.1-01')
def test_nexus_2_escapes_once_and_never_again(live, findings, ensure):
    nexus, remote = Nexus(live), live.remote(good={FIRST, SECOND})
    ensure({'name': 'escaped', **login(FIRST), 'create': {'remote_url': remote.url}})
    nexus.decorate('escaped')
    shown = nexus.read('escaped')['rest']['name']
    assert shown == 'R &amp; D &quot;x&quot; &lt;y&gt;'
    for credentials in (SECOND, FIRST, SECOND):
        assert ensure({'name': 'escaped', **login(credentials)})['changed']
        assert nexus.read('escaped')['rest']['name'] == shown
        assert (
            nexus.read('escaped')['rest']['remoteStorage']['connectionSettings']['userAgentString']
            == 'a&amp;b'
        )
    for password in ('a&b', 'a<b', 'a>b', 'a"b'):
        result = ensure({'name': 'escaped', 'username': 'u', 'password': password})
        assert (
            result['failed']
            and 'escapes & < > "' in result['msg']
            and password not in result['msg'].replace('& < > "', '')
        )
    assert ensure({'name': 'escaped', **login(SECOND)})['changed'] is False
    findings.note(
        live.system,
        'nexus_proxy_credential: names with & < > " are not escaped again; passwords that it '
        'would damage are refused',
    )


@on('3.71.0-06', '3.23.0-03', '2.5.1-01')
def test_X3_somebody_elses_change_is_reported(live, ensure, monkeypatch):
    remote, nexus = live.remote(good={FIRST}), Nexus(live)
    ensure({'name': 'busy', **login(FIRST), 'create': {'remote_url': remote.url}})
    request = Client.request

    def somebody(self, method, path, *args, **kwargs):
        found = request(self, method, path, *args, **kwargs)
        if method == 'PUT' or (kwargs.get('json_body') or {}).get('method') == 'update':
            monkeypatch.setattr(Client, 'request', request)
            if nexus.two:
                data = nexus.read('busy')['rest']
                nexus.ask(
                    'PUT',
                    '/service/local/repositories/busy',
                    {'data': {**data, 'notFoundCacheTTL': 3}},
                )
            else:
                item = next(item for item in nexus.ext('read', None) if item['name'] == 'busy')
                item.pop('status')
                item['attributes']['negativeCache']['timeToLive'] = 3
                nexus.ext('update', [item])
        return found

    monkeypatch.setattr(Client, 'request', somebody)
    result = ensure({'name': 'busy', **login(SECOND)})
    assert result['failed'] and 'Somebody else changed it at the same time' in result['msg'], result
