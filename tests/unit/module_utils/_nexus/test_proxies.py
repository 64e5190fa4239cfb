# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of proxy repositories: what is written for bodies that real servers returned, and
every generation of the stand-in.

C(nexus_proxy_bodies.json) holds proxies as Nexus 2.2 to 3.71.0 returned them, by version, interface
and format. X numbers are those of the fault catalogue.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    REST_STATUS,
    Product,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    DesiredProxy,
    ExtDirectProxies,
    Nexus2Proxies,
    NexusProxyCredential,
    RestProxies,
    apply,
    check,
    open_proxies,
    verify,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import checked
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Memory
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from tests.sandbox import nexus
from tests.sandbox.nexus_proxies2 import PLACEHOLDER
from tests.sandbox.serving import faults
from tests.support.scripted import ANY, Ask, Scripted, answer, page

BODIES = json.loads(Path(__file__).with_name('nexus_proxy_bodies.json').read_text(encoding='utf-8'))
LOGIN = basic_authorization('admin', 'admin123')
POM = 'org/example/buildops/hello/1.0.0/hello-1.0.0.pom'
GENERATIONS = [
    '2.5.1-01',
    '2.14.9-01',
    '3.16.0-01',
    '3.23.0-03',
    '3.24.0-01',
    '3.30.0-01',
    '3.41.1-01',
    '3.71.0-06',
    '3.76.0-03',
    '3.90.1-01',
    '3.97.0-13',
]
NEW = DesiredProxy('p1', username='new-name', password='new-pass')


def bodies(interface):
    """Pairs of version and body, with a routing rule and a cleanup policy where the interface knows
    them.
    """
    found = []
    for label, body in sorted(BODIES.items()):
        version, _blank, kind = label.partition(' ')
        if interface in kind.split():
            found.append(pytest.param(version, body, id=label))
    return found


# What a proxy of each format has beside what all have, as Nexus 3.9x describes it
EXTRAS = {
    'docker': {
        'docker': {
            'v1Enabled': False,
            'forceBasicAuth': True,
            'httpPort': 8082,
            'httpsPort': None,
            'subdomain': None,
            'pathEnabled': False,
        },
        'dockerProxy': {
            'indexType': 'HUB',
            'indexUrl': None,
            'cacheForeignLayers': False,
            'foreignLayerUrlWhitelist': [],
        },
    },
    'nuget': {'nugetProxy': {'queryCacheItemMaxAge': 3600, 'nugetVersion': 'V3'}},
    'npm': {'npm': {'removeQuarantined': True}},
    'pypi': {'pypi': {'removeQuarantined': True}},
    'yum': {'yumSigning': None},
    'cargo': {'cargo': {'requireAuthentication': False}},
    'conan': {'conanProxy': {'conanVersion': 'V2'}},
    'terraform': {'terraform': {'requireAuthentication': True}},
    'swift': {'swift': {'requireAuthentication': True}},
    'huggingface': {'xet': {'enabled': True}},
    'helm': {},
    'go': {},
    'r': {},
    'p2': {},
    'conda': {},
    'cocoapods': {},
    'rubygems': {},
    'composer': {},
    'ansiblegalaxy': {},
    'pub': {},
    'format-of-tomorrow': {
        'formatOfTomorrow': {'nested': [1, {'two': None}]},
        'firewall': {'mode': 'AUDIT'},
    },
}


def of_format(name):
    body = copy.deepcopy(BODIES['3.71.0-06 rest maven2'])
    del body['maven']
    body.update(
        format=name,
        routingRuleName='rr',
        cleanup={'policyNames': ['old', 'older']},
        replication={'preemptivePullEnabled': True, 'assetPathRegex': 'a/.*'},
        **copy.deepcopy(EXTRAS[name]),
    )
    body['httpClient']['authentication'] = {
        'type': 'username',
        'username': 'old',
        'ntlmHost': None,
        'ntlmDomain': None,
    }
    return body


def rest_script(version, body, status=204, gives=None):
    """A server that has this body, is given another, and returns that without its secrets."""
    product = Product(version)
    base = '/service/rest/v1' if product.at_least((3, 26)) else '/service/rest/beta'
    segment = {'maven2': 'maven'}.get(body['format'], body['format'])
    held, script = [copy.deepcopy(body)], []

    def now(_asked):
        visible = copy.deepcopy(held[0])
        return answer(
            200,
            visible
            if product.at_least((3, 38))
            else [{'name': 'other', 'type': 'hosted'}, visible],
        )

    def reads():
        if product.at_least((3, 38)):
            short = {
                'name': body['name'],
                'format': body['format'],
                'type': 'proxy',
                'url': body['url'],
                'attributes': {},
            }
            script.append(
                Ask(
                    'GET',
                    f'{base}/repositories/{body["name"]}',
                    answer(200, short),
                    authorization=LOGIN,
                )
            )
            script.append(
                Ask(
                    'GET',
                    f'{base}/repositories/{segment}/proxy/{body["name"]}',
                    now,
                    authorization=LOGIN,
                )
            )
        else:
            path = (
                '/service/rest/v1/repositorySettings'
                if product.at_least((3, 26))
                else '/service/rest/beta/repositories'
            )
            script.append(Ask('GET', path, now, authorization=LOGIN))

    def take(asked):
        written.append(asked.json_body)
        if gives is not None:
            return gives
        held[0] = copy.deepcopy(asked.json_body)
        held[0]['routingRuleName'] = held[0].pop('routingRule')
        for secret in ('password', 'bearerToken'):
            (held[0]['httpClient']['authentication'] or {}).pop(secret, None)
        return answer(status)

    written = []
    reads()
    reads()
    script.append(
        Ask(
            'PUT',
            f'{base}/repositories/{segment}/proxy/{body["name"]}',
            take,
            json_body=ANY,
            authorization=LOGIN,
        )
    )
    if gives is None:
        reads()
    return Scripted(*script), written


def written_by_rest(version, body, wanted):
    client, written = rest_script(version, body)
    with client:
        reported = apply(
            RestProxies(client, LOGIN, Product(version)), wanted._replace(name=body['name']), False
        )
    assert reported['changed']
    [sent] = written
    return sent


def assert_equal_but_for_the_authentication(sent, body):
    expected = copy.deepcopy(body)
    expected['routingRule'] = expected.pop('routingRuleName')
    expected['httpClient'].pop('authentication')
    actual = copy.deepcopy(sent)
    actual['httpClient'].pop('authentication')
    assert actual == expected


@pytest.mark.parametrize(
    ('version', 'body'), [item for item in bodies('rest') if not item.values[0].startswith('3.23')]
)
def test_X2_rest_writes_back_all_that_a_real_server_returned(version, body):
    body = {**body, 'routingRuleName': 'rr1', 'cleanup': {'policyNames': ['weekly']}}
    sent = written_by_rest(version, body, NEW)
    assert_equal_but_for_the_authentication(sent, body)
    before = (body['httpClient']['authentication'] or {}).get('preemptive')
    expected = {'type': 'username', 'username': 'new-name', 'password': 'new-pass'}
    assert sent['httpClient']['authentication'] == (
        expected if before is None else {**expected, 'preemptive': before}
    )


@pytest.mark.parametrize('name', sorted(set(EXTRAS) - {'yum'}))
def test_X2_rest_writes_back_what_the_formats_have_of_their_own(name):
    body = of_format(name)
    assert_equal_but_for_the_authentication(written_by_rest('3.97.0-13', body, NEW), body)


def test_X7_removing_sends_null_and_not_nothing():
    body = of_format('npm')
    sent = written_by_rest('3.71.0-06', body, DesiredProxy('p1', state='absent'))
    assert sent['httpClient']['authentication'] is None
    assert_equal_but_for_the_authentication(sent, body)


@pytest.mark.parametrize('preemptive', [True, False, None])
def test_X6_preemptive_stays_as_it_is(preemptive):
    body = copy.deepcopy(BODIES['3.71.0-06 rest maven2'])
    body['proxy']['remoteUrl'] = 'https://remote.test/'
    body['httpClient']['authentication'] = {
        'type': 'username',
        'username': 'old',
        'ntlmHost': None,
        'ntlmDomain': None,
        'preemptive': preemptive,
    }
    assert (
        written_by_rest('3.71.0-06', body, NEW)['httpClient']['authentication'].get('preemptive')
        == preemptive
    )
    assert (
        written_by_rest('3.71.0-06', body, NEW._replace(preemptive=True))['httpClient'][
            'authentication'
        ]['preemptive']
        is True
    )


def test_X6_ntlm_and_bearer_are_written_with_what_they_need_and_nothing_else():
    body = copy.deepcopy(BODIES['3.71.0-06 rest maven2'])
    wanted = NEW._replace(type='ntlm', ntlm_host='h2', ntlm_domain='d2')
    assert written_by_rest('3.76.0-03', body, wanted)['httpClient']['authentication'] == {
        'type': 'ntlm',
        'username': 'new-name',
        'password': 'new-pass',
        'ntlmHost': 'h2',
        'ntlmDomain': 'd2',
    }
    wanted = DesiredProxy('p1', type='bearer', bearer_token='tok')
    assert written_by_rest('3.76.0-03', body, wanted)['httpClient']['authentication'] == {
        'type': 'bearerToken',
        'bearerToken': 'tok',
    }


def refused_before_writing(version, body, wanted):
    client, _written = rest_script(version, body)
    with pytest.raises(TokensError) as caught:
        apply(
            RestProxies(client, LOGIN, Product(version)), wanted._replace(name=body['name']), False
        )
    assert all(asked.method == 'GET' for asked in client.asked)
    return str(caught.value)


@pytest.mark.parametrize(
    'body',
    [
        of_format('yum'),
        {
            **of_format('docker'),
            'dockerProxy': {'indexType': 'CUSTOM', 'ecrAuth': {'region': 'eu-1'}},
        },
        {**of_format('helm'), 'aptSigning': {'keypair': None}},
    ],
    ids=['yum', 'docker', 'another'],
)
def test_X2_what_the_server_keeps_to_itself_is_not_lost(body):
    if body['format'] == 'yum':
        body['yumSigning'] = {'keypair': None, 'passphrase': None}
    part = {'yum': 'yumSigning', 'docker': 'ecrAuth', 'helm': 'aptSigning'}[body['format']]
    assert f'never returns the secrets in {part} of this repository' in refused_before_writing(
        '3.97.0-13', body, NEW
    )
    given_parts = {part: {'keypair': 'the key', 'passphrase': 'open'}}
    sent = written_by_rest('3.97.0-13', body, NEW._replace(secrets=given_parts))
    assert (sent['dockerProxy'] if part == 'ecrAuth' else sent)[part] == given_parts[part]


def test_X2_a_server_that_hides_even_that_there_is_a_key_is_not_trusted():
    body = of_format('yum')
    del body['yumSigning']
    assert 'set it to null there' in refused_before_writing('3.24.0-02', body, NEW)
    assert (
        written_by_rest('3.24.0-02', body, NEW._replace(secrets={'yumSigning': None}))['yumSigning']
        is None
    )


@pytest.mark.parametrize(('version', 'body'), bodies('extdirect'))
def test_X2_extdirect_writes_back_all_that_a_real_server_returned(version, body):
    def read(*more):
        return Ask(
            'POST',
            '/service/extdirect',
            lambda _asked: answer(
                200, {'result': {'success': True, 'data': [*more, copy.deepcopy(held[0])]}}
            ),
            json_body=ANY,
            authorization=LOGIN,
        )

    def take(asked):
        [sent] = asked.json_body['data']
        held[0] = copy.deepcopy(sent)
        held[0]['attributes']['httpclient']['authentication']['password'] = (
            '#~NEXUS~PLACEHOLDER~PASSWORD~#'
        )
        written.append(sent)
        return answer(200, {'result': {'success': True, 'data': held[0]}})

    held, written = [copy.deepcopy(body)], []
    update = Ask('POST', '/service/extdirect', take, json_body=ANY, authorization=LOGIN)
    with Scripted(read({'name': 'other', 'type': 'group'}), read(), update, read()) as client:
        apply(
            ExtDirectProxies(client, LOGIN, Product(version)),
            NEW._replace(name=body['name']),
            False,
        )
    [sent] = written
    assert sent['attributes']['httpclient'].pop('authentication') == {
        'type': 'username',
        'username': 'new-name',
        'password': 'new-pass',
    }
    expected = copy.deepcopy(body)
    expected['attributes']['httpclient'].pop('authentication', None)
    expected.pop('status', None)
    assert sent == expected


def nexus2_script(body, escape=None):
    """A Nexus 2, which may escape HTML in what it takes."""
    held, written = [copy.deepcopy(body)], []

    def take(asked):
        written.append(asked.json_body['data'])
        held[0] = copy.deepcopy(asked.json_body['data'])
        if held[0]['remoteStorage'].get('authentication'):
            held[0]['remoteStorage']['authentication']['password'] = PLACEHOLDER
        held[0]['defaultLocalStorageUrl'] = held[0]['defaultLocalStorageUrl'].rstrip('/') + '/'
        if escape:
            held[0] = escape(held[0])
        return answer(200, {'data': held[0]})

    path = f'/service/local/repositories/{body["id"]}'
    read = [
        Ask(
            'GET',
            path,
            lambda _asked: answer(200, {'data': copy.deepcopy(held[0])}),
            authorization=LOGIN,
        )
        for _each in range(3)
    ]
    return Scripted(
        *read[:2],
        Ask('PUT', path, take, json_body=ANY, authorization=LOGIN),
        read[2],
    ), written


@pytest.mark.parametrize(('version', 'body'), bodies('nexus2'))
def test_X2_nexus_2_gets_back_all_that_a_real_server_returned(version, body):
    client, written = nexus2_script(body)
    with client:
        apply(Nexus2Proxies(client, LOGIN, Product(version)), NEW._replace(name=body['id']), False)
    [sent] = written
    assert sent['remoteStorage'].pop('authentication') == {
        'username': 'new-name',
        'password': 'new-pass',
    }
    expected = copy.deepcopy(body)
    expected['remoteStorage'].pop('authentication', None)
    assert sent == expected


def escaped(value):
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if not isinstance(value, str) or value == PLACEHOLDER:
        return value
    names = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;'}
    return ''.join(
        f'&#{ord(letter)};' if ord(letter) > 126 else names.get(letter, letter) for letter in value
    )


@given(st.text(st.sampled_from('a&<>"; ö#xampltguo'), min_size=1))
def test_nexus_2_gets_the_texts_that_were_meant_however_often_it_escapes_them(name):
    body = escaped({**copy.deepcopy(BODIES['2.5.1 nexus2 maven2']), 'name': name})
    client, written = nexus2_script(body, escaped)
    with client:
        apply(
            Nexus2Proxies(client, LOGIN, Product('2.5.1-01')), NEW._replace(name=body['id']), False
        )
    assert written[0]['name'] == name


# What no server can have


@pytest.mark.parametrize(
    ('wanted', 'reason'),
    [
        (NEW._replace(password=None), 'username and password are needed'),
        (NEW._replace(username=None), 'username and password are needed'),
        (DesiredProxy('p1', type='bearer'), 'needs access_token'),
        (NEW._replace(password='pässwort'), 'question marks'),
        (NEW._replace(username='zoë'), 'question marks'),
        (NEW._replace(username='a:b'), 'colon'),
        (NEW._replace(password='a\nb'), 'control character'),
        (
            NEW._replace(preemptive=True, create={'remote_url': 'http://remote.test'}),
            'preemptive needs a remote with https',
        ),
        (
            DesiredProxy('p1', type='bearer', bearer_token='tok-value', preemptive=True),
            'preemptive is for',
        ),
        (NEW._replace(create={'remote_url': 'https://u:p@remote.test'}), 'user name'),
    ],
)
def test_bad_input_is_refused_without_a_request(wanted, reason):
    with pytest.raises(BadInput, match=reason) as caught:
        check(wanted)
    assert str(caught.value).startswith('repository p1: ') and not re.search(
        'pässwort|a\nb|tok-value', str(caught.value)
    )


@pytest.mark.parametrize('name', ['', ' ', '.', '..'])
def test_what_is_no_name_is_refused_without_a_request(name):
    with pytest.raises(BadInput, match='this is not the name of a repository'):
        check(NEW._replace(name=name, state='absent'))


@pytest.mark.parametrize(
    'mask', ['#~NXRM~PLACEHOLDER~PASSWORD~#', '#~NEXUS~PLACEHOLDER~PASSWORD~#', '|$|N|E|X|U|S|$|']
)
def test_X10_a_mask_is_never_written_as_a_password(mask):
    with pytest.raises(BadInput, match='placeholder that stands for a hidden secret'):
        check(NEW._replace(password=mask))


def test_X5_a_remote_address_with_a_user_of_its_own_is_refused():
    body = copy.deepcopy(BODIES['3.71.0-06 rest maven2'])
    body['proxy']['remoteUrl'] = 'https://jane:s3cret@remote.test/'
    message = refused_before_writing('3.71.0-06', body, NEW)
    assert 'contains a user name or password' in message and 's3cret' not in message


@pytest.mark.parametrize(
    ('version', 'name', 'remote', 'reason'),
    [
        (
            '3.71.0-06',
            'maven2',
            'http://remote.test/',
            'preemptive needs a remote with https, but the address of this one begins with http.',
        ),
        (
            '3.71.0-06',
            'raw',
            'https://remote.test/',
            'Maven repositories only, and the format of this one is raw',
        ),
        ('3.24.0-01', 'maven2', 'https://remote.test/', 'needs Nexus Repository 3.30 or newer'),
    ],
)
def test_preemptive_is_refused_before_any_write(version, name, remote, reason):
    label = f'{version} rest {name}' if f'{version} rest {name}' in BODIES else '3.41.1-01 rest raw'
    body = copy.deepcopy(BODIES[label])
    body['proxy']['remoteUrl'] = remote
    assert reason in refused_before_writing(version, body, NEW._replace(preemptive=True))


@pytest.mark.parametrize('version', ['3.24.0-01', '3.71.0-06', '3.75.1-01'])
def test_bearer_tokens_are_refused_before_any_write_where_there_are_none(version):
    body = BODIES['3.71.0-06 rest maven2']
    assert 'needs Nexus Repository 3.76 or newer' in refused_before_writing(
        version, body, DesiredProxy('p1', type='bearer', bearer_token='tok')
    )


@pytest.mark.parametrize('letter', '&<>"')
@pytest.mark.parametrize('option', ['username', 'password'])
def test_nexus_2_would_spoil_some_passwords(letter, option):
    client, _written = nexus2_script(BODIES['2.5.1 nexus2 maven2'])
    with pytest.raises(BadInput, match='escapes & < > "') as caught:
        apply(
            Nexus2Proxies(client, LOGIN, Product('2.5.1-01')),
            NEW._replace(**{option: f's3cr{letter}t'}),
            False,
        )
    assert f's3cr{letter}t' not in str(caught.value) and [
        asked.method for asked in client.asked
    ] == ['GET']


@pytest.mark.parametrize('option', ['ntlm_host', 'ntlm_domain'])
@pytest.mark.parametrize('text', ['B\u00fcro', 'R&D'])
def test_nexus_2_would_spoil_some_domains(text, option):
    wanted = NEW._replace(type='ntlm', **{'ntlm_host': 'h', 'ntlm_domain': 'd', option: text})
    client, _written = nexus2_script(BODIES['2.5.1 nexus2 maven2'])
    with pytest.raises(BadInput, match='escapes & < > " and all outside ASCII'):
        apply(Nexus2Proxies(client, LOGIN, Product('2.5.1-01')), wanted, False)


@pytest.mark.parametrize('version', ['2.5.1-01', '2.14.9-01'])
def test_X4_nexus_2_finds_no_groups_and_has_roles_of_its_own(sandbox, connect, version):
    for name in ('public', 'gone'):
        with pytest.raises(
            Refused,
            match=(
                f'has no repository {name} that the user may administer .role '
                'ui-repository-admin; groups are not found there'
            ),
        ):
            apply(connect(sandbox.serve(nexus.create_app(version))), NEW._replace(name=name), False)


def test_nexus_2_knows_ntlm_by_its_domain_only():
    client, _written = nexus2_script(BODIES['2.5.1 nexus2 maven2'])
    with pytest.raises(BadInput, match='give ntlm_domain'):
        apply(
            Nexus2Proxies(client, LOGIN, Product('2.5.1-01')),
            NEW._replace(type='ntlm', ntlm_host='h'),
            False,
        )


@pytest.mark.parametrize('kind', ['hosted', 'group'])
def test_X4_only_proxies_have_a_remote(kind):
    client = Scripted(
        Ask(
            'GET',
            '/service/rest/v1/repositories/p1',
            answer(200, {'name': 'p1', 'format': 'maven2', 'type': kind}),
            authorization=LOGIN,
        )
    )
    with client, pytest.raises(BadInput, match=f'it is a {kind} repository; only proxies'):
        apply(RestProxies(client, LOGIN, Product('3.71.0-06')), NEW, False)


# What servers refuse


@pytest.mark.parametrize(
    ('version', 'given_answer', 'sentence'),
    [
        (
            '3.71.0-06',
            answer(403),
            r'The user may not change the repository p1 on server.test \(403\). It needs the '
            r'privilege nx-repository-admin-\*-p1-edit.',
        ),
        ('3.71.0-06', answer(404), 'server.test has no repository p1 that the user may administer'),
        (
            '3.41.1-01',
            answer(404),
            r'Nexus Repository 3.41.1-01 refuses the configuration without a reason \(404 to PUT, '
            r'though the repository can be read\)',
        ),
        (
            '3.71.0-06',
            answer(
                400,
                [
                    {
                        'id': 'UsernameAuthenticationConfiguration.password',
                        'message': 'must not be null',
                    }
                ],
            ),
            r'refuses the configuration of p1 \(400\): '
            r'UsernameAuthenticationConfiguration.password must not be null$',
        ),
        (
            '3.24.0-01',
            answer(400, [{'id': 'FIELD password', 'message': 'may not be empty'}]),
            r'\(400\): password may not be empty$',
        ),
        (
            '3.71.0-06',
            answer(400, {'id': '*', 'message': '"Blob store not found"'}),
            r'\(400\): "Blob store not found"$',
        ),
        (
            '3.30.0-01',
            answer(400, 'Renaming a repository is not supported'),
            r'\(400\): Renaming a repository is not supported$',
        ),
        ('3.71.0-06', answer(400, []), r'\(400\): it gives no reason.$'),
        ('3.71.0-06', answer(400), r'\(400\): it gives no reason.$'),
        ('3.71.0-06', page(500), r'answered 500. See the server log for details.$'),
        (
            '3.71.0-06',
            answer(400, [{'id': 'password', 'message': 'new-pass and new%2Dpass: new-pass'}]),
            r'\(400\): password \*\*\* and ',
        ),
        (
            '3.71.0-06',
            answer(401),
            r'server.test does not accept the user name and password \(401 from PUT',
        ),
        (
            '3.71.0-06',
            answer(302, headers={'Location': 'https://sso.test/login?secret=1'}),
            'redirects to https://sso.test, and credentials are not sent after it',
        ),
    ],
)
def test_X4_a_refusal_becomes_a_sentence(version, given_answer, sentence):
    body = {
        **copy.deepcopy(
            BODIES['3.71.0-06 rest maven2' if version != '3.24.0-01' else '3.24.0-01 rest maven2']
        ),
        'name': 'p1',
    }
    client, _written = rest_script(version, body, gives=given_answer)
    with client, pytest.raises(ServerProblem, match=sentence) as caught:
        apply(RestProxies(client, LOGIN, Product(version)), NEW, False)
    assert 'new-pass' not in str(caught.value)


@pytest.mark.parametrize(
    ('result', 'sentence'),
    [
        (
            {
                'success': False,
                'message': 'User is not permitted: nexus:repository-admin:maven2:p1:edit',
            },
            'refuses it: User is not permitted',
        ),
        (
            {'success': False, 'errors': {'attributes.proxy.remoteUrl': 'is new-pass'}},
            r'refuses it: attributes.proxy.remoteUrl: is \*\*\*\.',
        ),
        ({'success': False}, 'it gives no reason'),
        (None, 'it gives no reason'),
        (['x'], 'it gives no reason'),
    ],
)
def test_extdirect_refuses_with_200(result, sentence):
    body = BODIES['3.16.0-01 extdirect maven2']
    read = answer(200, {'result': {'success': True, 'data': [body]}})
    client = Scripted(
        *(
            Ask('POST', '/service/extdirect', gives, json_body=ANY, authorization=LOGIN)
            for gives in (read, copy.deepcopy(read), answer(200, {'result': result}))
        )
    )
    with client, pytest.raises(Refused, match=sentence):
        apply(
            ExtDirectProxies(client, LOGIN, Product('3.16.0-01')),
            NEW._replace(name=body['name']),
            False,
        )


def test_a_host_name_with_an_underscore_is_reported():
    client = Scripted(
        Ask('GET', REST_STATUS, answer(400), authorization=ANY), url='https://build_nexus.test'
    )
    with client, pytest.raises(
        Refused, match='Nexus 3 does not accept a host name with an underscore'
    ):
        open_proxies(client, 'u', 'p')


def test_nexus_2_refuses_with_html_in_its_texts():
    gives = answer(400, {'errors': [{'id': '*', 'msg': 'a &quot;b&quot; new-pass'}]})
    body = BODIES['2.5.1 nexus2 maven2']
    path = f'/service/local/repositories/{body["id"]}'
    client = Scripted(
        *(Ask('GET', path, answer(200, {'data': body}), authorization=LOGIN) for _each in range(2)),
        Ask('PUT', path, gives, json_body=ANY, authorization=LOGIN),
    )
    with client, pytest.raises(Refused, match=r'\(400\): a "b" \*\*\*$'):
        apply(
            Nexus2Proxies(client, LOGIN, Product('2.5.1-01')), NEW._replace(name=body['id']), False
        )


# Against the stand-in, every generation


@pytest.fixture
def remote(sandbox):
    """A protected repository, and two user tokens that open it."""
    server = sandbox.serve(nexus.create_app('3.90.1-01', protect_content=True))
    return (
        server.url + '/repository/private/',
        server.app.create_token('bob', 'bob'),
        server.app.create_token('alice', 'alice'),
    )


@pytest.fixture
def connect(sandbox):
    """A function that gives the C(Proxies) of a server of the stand-in."""
    clients = []

    def connected(server, user='admin', password='admin123', **settings):
        clients.append(Client(server.url, ca_path=sandbox.ca_path))
        return open_proxies(clients[-1], user, password, **settings)

    yield connected
    for client in clients:
        client.close()


def with_token(token, **more):
    return DesiredProxy('p1', username=token.name_code, password=token.pass_code, **more)


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


def prepared(sandbox, connect, version, url):
    """A server with a proxy p1 that has no credentials, but a routing rule and a cleanup policy
    where there are such things.
    """
    server = sandbox.serve(nexus.create_app(version))
    proxies = connect(server)
    proxies.create(DesiredProxy('p1', create={'remote_url': url}), None)
    if not version.startswith('2.'):
        item = server.app.repositories.known['p1']
        server.app.repositories.routing_rules['rr1'] = 'f' * 32
        item.routing_rule = 'rr1' if not version.startswith('3.16') else None
        item.attributes['cleanup'] = {'policyName': ['weekly']}
    return server, proxies


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


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        ({'url': 'https://nexus.test/service/rest/v1'}, 'url leads into the REST interface'),
        ({'nexus_version': 'newest'}, 'nexus_version must be a version like 3.71.0'),
    ],
)
def test_addresses_that_cannot_be_right(changes, sentence):
    with pytest.raises(BadInput, match=sentence):
        NexusProxyCredential.check(
            {
                'url': 'https://nexus.test',
                'username': 'admin',
                'repositories': [{'name': 'p1'}],
                **changes,
            }
        )


def test_a_proxy_that_makes_a_browser_of_us_is_not_taken_for_a_wrong_password():
    token = answer(
        401, body='Anti cross-site request forgery token mismatch', content_type='text/plain'
    )
    with Scripted(Ask('GET', REST_STATUS, token, authorization=ANY)) as client, pytest.raises(
        Refused, match='treats this as a browser'
    ):
        open_proxies(client, 'u', 'p')
    update = Ask(
        'POST', '/service/extdirect', copy.deepcopy(token), json_body=ANY, authorization=LOGIN
    )
    with Scripted(update) as client, pytest.raises(Refused, match='treats this as a browser'):
        apply(ExtDirectProxies(client, LOGIN, Product('3.16.0-01')), NEW, False)


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


# The whole manager


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


def options(server, sandbox, *entries, **more):
    return checked(
        NexusProxyCredential,
        {
            'url': server.url,
            'username': 'admin',
            'password': 'admin123',
            'ca_path': sandbox.ca_path,
            'repositories': [
                {'state': 'present', 'update_password': 'on_create', **entry} for entry in entries
            ],
            **more,
        },
    )


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


def test_the_same_repository_twice_is_refused(sandbox):
    with pytest.raises(BadInput, match='the same repository twice'):
        NexusProxyCredential.check(
            {
                'url': 'https://nexus.test',
                'username': 'admin',
                'repositories': [{'name': 'p1'}, {'name': 'p1'}],
            }
        )
