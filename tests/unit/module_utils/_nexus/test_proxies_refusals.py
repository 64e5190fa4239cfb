# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of proxy repositories: what servers refuse, and the message about it.

X numbers are those of the fault catalogue.
"""

from __future__ import annotations

import copy

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, ServerProblem
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    REST_STATUS,
    Product,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    ExtDirectProxies,
    Nexus2Proxies,
    RestProxies,
    apply,
    open_proxies,
)
from tests.support.nexus_proxies import BODIES, LOGIN, NEW, rest_script
from tests.support.scripted import ANY, Ask, Scripted, answer, page


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
