# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of proxy repositories: what is written for bodies that real servers returned.

X numbers are those of the fault catalogue.
"""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import Product
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    DesiredProxy,
    ExtDirectProxies,
    Nexus2Proxies,
    apply,
)
from tests.sandbox.nexus_proxies2 import PLACEHOLDER
from tests.support.nexus_proxies import (
    BODIES,
    EXTRAS,
    LOGIN,
    NEW,
    nexus2_script,
    of_format,
    refused_before_writing,
    written_by_rest,
)
from tests.support.scripted import ANY, Ask, Scripted, answer


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
