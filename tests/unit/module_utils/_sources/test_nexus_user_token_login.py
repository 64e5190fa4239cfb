# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: refusals and faults of step 1, which gets a ticket for a password.

N and H numbers are those of the fault catalogue.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, ServerProblem
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nexus_user_token import (
    NexusUserToken,
)
from tests.support.nexus_user_tokens import (
    ATTRIBUTES,
    LOCAL,
    LOGIN,
    MIDDLE,
    REST,
    SIESTA,
    look,
    missed,
    options_of,
    refused,
    run,
    step1,
    step2,
)
from tests.support.scripted import Ask, Scripted, answer, page


def test_what_is_no_fault_id_is_not_shown():
    assert LOGIN not in refused(
        step1(gives=answer(500, headers={'X-Siesta-FaultId': LOGIN})), kind=ServerProblem
    )


STEP1 = [
    (
        answer(
            401, headers={'WWW-Authenticate': 'BASIC realm="Sonatype Nexus Repository Manager"'}
        ),
        'server.test does not accept the user name and password (401 from POST server.test%s). '
        'Check username and password; names are case-sensitive.' % REST,
    ),
    (
        answer(
            401, body='Anti cross-site request forgery token mismatch', content_type='text/plain'
        ),
        'treats this as a browser (401, cross-site request protection)',
    ),
    (
        answer(400, headers={'X-Siesta-FaultId': '1bca7b53-e10e'}),
        'it knows the user under another name than username, often in another case',
    ),
    (
        answer(400, headers={'X-Siesta-FaultId': '1bca7b53-e10e'}),
        'or a proxy removes the Authorization header',
    ),
    (
        answer(403, headers={'X-Siesta-FaultId': '1bca7b53-e10e'}),
        'knows the user but does not accept a password login for it (403 from POST server.test%s '
        '(fault 1bca7b53-e10e)): the account comes from single '
        'sign-on' % REST,
    ),
    (answer(406), 'refuses the content type (406)'),
    (answer(415), 'refuses the content type (415)'),
    (
        answer(302, headers={'Location': 'https://idp.example/authorize?client_id=x&state=y'}),
        'redirects to https://idp.example, and credentials are not sent after it. Check url, also '
        'its path. If it redirects to a single sign-on page, '
        'use a local account',
    ),
]


@pytest.mark.parametrize(
    ('gives', 'sentence'),
    STEP1,
    ids=[str(gives.status) + sentence[:12] for gives, sentence in STEP1],
)
def test_N1_N2_refusals_of_step_1(gives, sentence):
    found = refused(step1(gives=gives))
    assert sentence in found
    assert 'state=y' not in found


@pytest.mark.parametrize(
    ('requested', 'script'),
    [
        ({}, step1(gives=answer(400))),
        ({'state': 'absent'}, Ask('GET', ATTRIBUTES, answer(400), authorization=LOGIN)),
        ({'check_mode': True}, Ask('GET', ATTRIBUTES, answer(400), authorization=LOGIN)),
    ],
    ids=['step 1', 'absent', 'check mode'],
)
def test_a_host_name_with_an_underscore_is_reported(monkeypatch, requested, script):
    monkeypatch.setattr(Scripted.__init__, '__kwdefaults__', {'url': 'https://build_nexus.test'})
    assert (
        'refuses the request (400): Nexus 3 does not accept a host name with an underscore. Use '
        'another name of this server' in refused(script, **requested)
    )


@pytest.mark.parametrize(
    ('gives', 'sentence'),
    [
        (
            answer(
                500,
                body='ERROR: (ID 5f) java.lang.NullPointerException',
                content_type='text/plain',
                headers={'X-Siesta-FaultId': '5f'},
            ),
            'answered 500 (fault 5f). See the server log for details.',
        ),
        (
            answer(
                503,
                body='Nexus Repository Manager is in read-only mode: (ID 5f)',
                content_type='text/plain',
            ),
            'server.test is in read-only mode. Try again',
        ),
        (answer(204), 'answered 204.'),
        (page(502), 'answered 502. See the server log for details.'),
        (page(503), 'answered 503'),
        (
            page(200),
            'answered 200 with a page of HTML instead of JSON: a login page, a proxy, or the '
            'wrong address. Check url, also its path.',
        ),
    ],
)
def test_N2_trouble_of_step_1(gives, sentence):
    found = refused(step1(gives=gives), kind=ServerProblem)
    assert sentence in found and 'java' not in found


@pytest.mark.parametrize(
    'gives',
    [
        answer(200, {}),
        answer(200, {'t': ''}),
        answer(200, {'t': None}),
        answer(200, {'t': 5}),
        answer(200, {'t': 'a\nb'}),
        answer(200, {'t': 'a b'}),
        answer(200, {'t': 'caf\u00e9'}),
        answer(200, {'ticket': 'x'}),
    ],
)
def test_N3_answers_without_a_usable_ticket(gives):
    assert 'answered 200 without a ticket. Is this a Nexus Repository?' in refused(
        step1(gives=gives), kind=ServerProblem
    )


@pytest.mark.parametrize(
    'gives',
    [
        answer(200),
        answer(200, []),
        answer(200, body='{"t": "x"', content_type='application/json'),
        answer(200, body='<authTicket><t>x</t></authTicket>', content_type='application/xml'),
    ],
)
def test_N3_answers_that_are_no_json_object(gives):
    assert re.search(
        r'answered 200 with (something that is not valid JSON|JSON that is not an object)',
        refused(step1(gives=gives), kind=ServerProblem),
    )


def test_H23_nothing_answers_at_any_path():
    found = refused(
        step1(gives=page(404)), step1(SIESTA, gives=page(404)), step1(LOCAL, gives=page(404))
    )
    assert found == (
        'POST server.test%s has no Nexus Repository REST interface there (404). Check url: it '
        'must end with the context path (Nexus 2 has /nexus '
        'by default, Nexus 3 none).' % LOCAL
    )


def test_a_wrong_context_path_on_3():
    found = refused(step1(gives=missed('3.41.1-01', html=True, status=405)))
    assert (
        'no Nexus Repository REST interface there (405). The server reports Nexus Repository Pro '
        '3.41.1-01. Check url' in found
    )


def test_a_wrong_version_was_stated():
    found = refused(
        step1(SIESTA, gives=missed('3.41.1-01', html=True, status=405)), nexus_version='2.14.9'
    )
    assert 'nexus_version is 2.14.9, but the server reports 3.41.1-01.' in found
    assert 'Check nexus_version, and url' in refused(
        step1(SIESTA, gives=page(404)), nexus_version='2.14.9'
    )
    found = refused(step1(), step2(MIDDLE, gives=answer(404)), nexus_version='3.20.0')
    assert 'Or nexus_version is not the version of this server.' in found


def test_the_refusal_of_the_right_path_is_reported_and_not_that_of_the_last_one():
    found = refused(
        step1(gives=answer(403)), step1(SIESTA, gives=page(404)), step1(LOCAL, gives=page(404))
    )
    assert (
        'refuses the request (403 from POST server.test%s)' % REST in found
        and 'something in front of Nexus blocks the path' in found
    )


def test_2_6_without_the_feature():
    found = refused(
        step1(gives=page(405, '<link href="x.css?2.5.1-01" > nexus')),
        step1(LOCAL, gives=page(404)),
        look(answer(200), '/service/local/status'),
    )
    assert (
        'The server has no user tokens (POST server.test%s answered 404: Nexus Repository '
        '2.5.1-01). They need Nexus Repository Pro' % LOCAL in found
    )


def test_http_where_the_server_requires_https():
    with Scripted(
        step1(gives=answer(301, headers={'Location': 'https://server.test/x'})),
        url='http://localhost:8081',
    ) as client:
        with pytest.raises(Refused, match='Use https in url.'):
            ensure(NexusUserToken(options_of(url='http://localhost:8081'), client), DesiredState())


@pytest.mark.parametrize('scheme', ['Negotiate', 'NTLM', 'Bearer realm="sso"'])
def test_a_login_of_a_gateway_is_not_blamed_on_the_password(scheme):
    refusal = page(401, '<html>Company</html>', headers={'WWW-Authenticate': scheme})
    with pytest.raises(Refused, match='a gateway or single sign-on') as caught:
        run(step1(gives=refusal))
    assert scheme.split()[0] in str(caught.value)
    assert 'user name and password' not in str(caught.value)
