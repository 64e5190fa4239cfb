# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: the exact requests for every generation, every refusal with its sentence, and
the same against the stand-in.

N numbers are those of the fault catalogue.
"""

from __future__ import annotations

import base64
import copy
import email.utils
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import diff, ensure
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import Product
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nexus_user_token import (
    NexusUserToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.sandbox import nexus, nexus_core
from tests.sandbox.serving import faults
from tests.support import racing
from tests.support.scripted import Ask, Scripted, answer, page

USER, PASSWORD = 'zoë', 'pä:ss wörd+/%&'
LOGIN = basic_authorization(USER, PASSWORD)
REST, SIESTA, LOCAL = (
    '/service/rest/wonderland/authenticate',
    '/service/siesta/wonderland/authenticate',
    '/service/local/usertoken/authenticate',
)
NEW, MIDDLE, OLD, OLDEST = (
    '/service/rest/internal/current-user/user-token',
    '/service/rest/usertoken/current',
    '/service/siesta/usertoken/current',
    '/service/local/usertoken/current',
)
ATTRIBUTES = NEW + '/attributes'
PAYLOAD = {
    'u': base64.b64encode(USER.encode()).decode(),
    'p': base64.b64encode(PASSWORD.encode()).decode(),
}
TICKET = 'gnwEA5/maPV3sGYrROcqISmbL2+/YzMwADHIshNxB+7sPnHy6dTpE8Isolv3f4PSOxiiNwPWmVdCqpFPBNsJiX4I'
TOKEN = {
    'nameCode': '8I034iTW',
    'passCode': 'EraLxqQei3DO9fjcTTAO9fvKU9t7EaliZIzjolDnAv37',
    'created': '2014-01-28T17:17:07.701+0000',
}
NOW = 1_769_860_800  # 2026-01-31T12:00:00Z


def server(version, edition='PRO'):
    return (
        {
            'Server': 'Nexus/%s (%s)' % (version, edition),
            'Date': email.utils.formatdate(NOW, usegmt=True),
        }
        if version
        else {}
    )


def step1(path=REST, version=None, gives=None, ticket=TICKET):
    gives = gives or answer(200, {'t': ticket}, headers=server(version))
    return Ask('POST', path, gives, json_body=PAYLOAD, authorization=LOGIN, repeatable=True)


def step2(path=NEW, gives=None, method='GET', ticket=TICKET):
    query, headers = None, None
    if path == NEW:
        query = {'authToken': base64.b64encode(ticket.encode()).decode()}
    else:
        headers = {
            'X-NX-UserToken-AuthTicket' if path == OLDEST else 'X-NX-AuthTicket': ticket,
            'Content-Type': 'application/json',
        }
    return Ask(
        method,
        path,
        gives or answer(200, TOKEN),
        query=query,
        headers=headers,
        authorization=LOGIN,
        repeatable=False,
    )


def look(gives=None, path=ATTRIBUTES, authorization=LOGIN):
    gives = gives or answer(
        200, {'expirationTimeTimestamp': '1772452800000', 'expirationEnabled': 'true'}
    )
    return Ask('GET', path, gives, authorization=authorization, repeatable=None)


def missed(version=None, html=False, status=404):
    headers = server(version)
    return page(status, headers=headers) if html else answer(status, headers=headers)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def options_of(**changes):
    given = dict({'url': 'https://server.test', 'username': USER, 'password': PASSWORD}, **changes)
    return sources.resolve('nexus_user_token', given, {}).options


def run(*script, check_mode=False, known=None, monotonic=None, desired=None, **changes):
    """Play the script. :returns: the outcome."""
    requested = {
        name: changes.pop(name)
        for name in ('state', 'regenerate', 'min_remaining', 'max_age')
        if name in changes
    }
    with Scripted(*copy.deepcopy(script)) as client:
        provider = NexusUserToken(
            options_of(**changes), client, clock=lambda: NOW, monotonic=monotonic or Clock()
        )
        outcome = ensure(
            provider, desired or DesiredState(**requested), known, check_mode, clock=lambda: NOW
        )
        assert not any(
            secret in repr(diff(outcome)) for secret in (TOKEN['passCode'], 'secret-pass')
        )
        assert client.closed
        return outcome


def refused(*script, kind=Refused, **changes):
    """Play the script, which must end in an error. :returns: its sentence."""
    with pytest.raises(TokensError) as caught:
        run(*script, **changes)
    sentence = str(caught.value)
    assert caught.value.__class__ is kind, '%r' % caught.value
    for secret in (
        PASSWORD,
        TICKET,
        base64.b64encode(TICKET.encode()).decode(),
        LOGIN,
        TOKEN['passCode'],
        'authToken',
    ):
        assert secret not in sentence
    assert sentence.endswith(('.', '?')) and '\n' not in sentence
    return sentence


# The requests of every generation

GENERATIONS = [
    ('3.97.0', [step1(version='3.97.0'), look(), step2()]),
    ('3.69.0-02', [step1(version='3.69.0-02'), look(), step2()]),
    ('3.68.1', [step1(version='3.68.1'), step2()]),
    ('3.24.0-01', [step1(version='3.24.0-01'), step2()]),
    ('3.23.0-03', [step1(version='3.23.0-03'), step2(MIDDLE)]),
    ('3.8.0', [step1(version='3.8.0'), step2(MIDDLE)]),
    ('3.7.1', [step1(gives=missed('3.7.1', html=True, status=405)), step1(SIESTA), step2(OLD)]),
    ('3.0.2', [step1(gives=missed('3.0.2', html=True)), step1(SIESTA), step2(OLD)]),
    (
        '2.15.2',
        [step1(gives=answer(404, headers={'Server': 'Nexus/2.15.2'})), step1(SIESTA), step2(OLD)],
    ),
    (
        '2.8.1',
        [
            step1(
                gives=answer(
                    405,
                    headers={'Server': 'Nexus/2.8.1 Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V8'},
                )
            ),
            step1(SIESTA),
            step2(OLD),
        ],
    ),
    (
        '2.7.0',
        [
            step1(gives=page(405, '<html><link href="x/Sonatype-content.css?2.7.0">Nexus')),
            step1(SIESTA),
            step2(OLD),
        ],
    ),
    (
        '2.6.2-01',
        [
            step1(gives=page(404, '<html><link href="x/Sonatype-content.css?2.6.2-01">Nexus')),
            step1(LOCAL),
            step2(OLDEST),
        ],
    ),
    (
        '2.2',
        [
            step1(
                gives=page(
                    405, '<html><link href="x/Sonatype-content.css?2.2" type="text/css"> nexus'
                )
            ),
            step1(LOCAL),
            step2(OLDEST),
        ],
    ),
]


@pytest.mark.parametrize(
    'script',
    [script for _version, script in GENERATIONS],
    ids=[version for version, _script in GENERATIONS],
)
def test_N14_every_generation_has_its_own_two_steps(script):
    outcome = run(*script)
    token = outcome.token.as_result()
    assert (token['name_code'], token['pass_code'], token['created']) == (
        '8I034iTW',
        TOKEN['passCode'],
        '2014-01-28T17:17:07Z',
    )
    assert (token['kind'], token['type'], token['user']) == ('basic', 'nexus_user_token', USER)
    assert (token['username'], token['password']) == ('8I034iTW', TOKEN['passCode'])
    assert outcome.changed is False and outcome.warnings == []
    newer = len(script) == 3 and script[1].method == 'GET'
    assert token['expires_at'] == ('2026-03-02T12:00:00Z' if newer else None)


@pytest.mark.parametrize(
    ('version', 'script'),
    GENERATIONS[:6] + GENERATIONS[-1:],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_a_version_that_is_stated_saves_looking_for_it(version, script):
    script = [ask for ask in copy.deepcopy(script) if ask.gives.status == 200]
    for ask in script:
        ask.gives.headers.pop('Server', None)
    assert run(*script, nexus_version=version).server['version'] == version


@pytest.mark.parametrize(
    ('status', 'second'),
    [('3.71.0-06', [look(), step2()]), ('3.30.0', [step2()]), ('3.20.1', [step2(MIDDLE)])],
)
def test_a_stripped_header_costs_one_request(status, second):
    outcome = run(
        step1(),
        look(answer(200, {'edition': 'PRO', 'version': status}), '/service/rest/wonderland/status'),
        *second,
    )
    assert outcome.server == {'version': status, 'edition': 'PRO'}


def test_without_any_word_about_the_version_the_newest_way_is_tried():
    outcome = run(step1(), look(answer(403), '/service/rest/wonderland/status'), step2())
    assert outcome.token.extras['name_code'] == '8I034iTW'
    assert outcome.server == {'version': None, 'edition': None}


def test_two_that_reveal_nothing_and_only_the_path_shows_it():
    run(step1(gives=answer(404)), step1(SIESTA), step2(OLD))
    run(step1(gives=answer(404)), step1(SIESTA, gives=answer(404)), step1(LOCAL), step2(OLDEST))


def test_H23_2_2_answers_403_where_it_has_nothing_for_people_who_are_no_administrators():
    jetty = {'Server': 'Jetty(8.1.3.v20120416)'}
    run(step1(gives=answer(403, headers=jetty)), step1(LOCAL), step2(OLDEST))
    run(step1(gives=answer(403)), step1(SIESTA, gives=answer(403)), step1(LOCAL), step2(OLDEST))


@pytest.mark.parametrize(
    ('text', 'version', 'edition'),
    [
        ('Nexus/3.84.0-03 (COMMUNITY)', '3.84.0-03', 'COMMUNITY'),
        ('Nexus/3.71.0-06 (OSS)', '3.71.0-06', 'OSS'),
        ('Nexus/3.97.0 (PRO-STARTER)', '3.97.0', 'PRO-STARTER'),
        ('Nexus/2.14.9-01 Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V8', '2.14.9-01', None),
        ('Nexus/2.2', '2.2', None),
        ('nginx', None, None),
        ('Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-V4', None, None),
        ('Nexus/x', None, None),
        ('Nexus/' + '9' * 5000, None, None),
        (None, None, None),
    ],
)
def test_what_the_server_header_shows(text, version, edition):
    product = Product()
    product.learn(answer(200, headers={'Server': text} if text else {}))
    assert (product.version, product.edition) == (version, edition)


def test_the_page_of_another_product_reports_nothing():
    product = Product()
    assert not product.learn(page(404, '<html><link href="wiki.css?8.5.0">A wiki</html>'))


def test_what_is_no_fault_id_is_not_shown():
    assert LOGIN not in refused(
        step1(gives=answer(500, headers={'X-Siesta-FaultId': LOGIN})), kind=ServerProblem
    )


@given(st.text())
def test_no_header_is_a_crash(text):
    product = Product()
    product.learn(answer(200, headers={'Server': text}))
    product.learn(page(200, '<html>' + text))
    assert product.generation is None or product.version


# Step 1, and what it says when it says no

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


# Step 2, and what it says when it says no

STEP2 = [
    (
        answer(404, headers={'Server': 'Nexus/3.50.0 (PRO)'}),
        Refused,
        'They need Nexus Repository Pro with a licence, and must be switched on.',
    ),
    (
        answer(400, body='"User-token feature is not enabled"', content_type='application/json'),
        Refused,
        'The user token feature is switched off on server.test (400',
    ),
    (answer(400), Refused, 'The user token feature is switched off'),
    (answer(401), Refused, 'accepted the password for the ticket but not for the token (401'),
    (
        answer(403),
        Refused,
        'The user zoë lacks the right to have a user token on server.test (403 from GET '
        'server.test%s). Give it the privilege '
        'nx-usertoken-current' % NEW,
    ),
    (answer(410), Refused, 'The user token has expired (410'),
    (
        answer(400, body='User Token expired', content_type='text/plain'),
        Refused,
        'has expired (400',
    ),
    (answer(405), ServerProblem, 'answered 405. See the server log for details.'),
    (answer(400, body='other'), ServerProblem, 'answered 400.'),
    (
        answer(302, headers={'Location': 'https://idp.example/'}),
        Refused,
        'redirects to https://idp.example',
    ),
    (page(200), ServerProblem, 'page of HTML instead of JSON'),
    (answer(501), ServerProblem, 'answered 501'),
]


@pytest.mark.parametrize(
    ('gives', 'kind', 'sentence'),
    STEP2,
    ids=[str(entry[0].status) + entry[2][:12] for entry in STEP2],
)
def test_N2_N8_refusals_of_step_2_are_final(gives, kind, sentence):
    assert sentence in refused(step1(version='3.50.0'), step2(gives=gives), kind=kind)


@pytest.mark.parametrize('edition', ['OSS', 'COMMUNITY'])
def test_editions_without_user_tokens(edition):
    name = {'OSS': 'OSS', 'COMMUNITY': 'Community'}[edition]
    found = refused(
        step1(gives=answer(200, {'t': TICKET}, headers=server('3.50.0', edition))),
        step2(gives=answer(404)),
    )
    assert (
        found
        == (
            'The server has no user tokens (it answered 404: Nexus Repository %s 3.50.0; user '
            'tokens need Pro).'
        )
        % name
    )
    found = refused(
        step1(gives=answer(200, {'t': TICKET}, headers=server('3.84.0-03', edition))),
        look(answer(404)),
    )
    assert 'Nexus Repository %s 3.84.0-03; user tokens need Pro' % name in found


def test_an_unknown_version_is_asked_for_when_the_token_is_not_found():
    found = refused(
        step1(), look(answer(403), '/service/rest/wonderland/status'), step2(gives=answer(404))
    )
    assert found.endswith('Its version could not be found out: if it is a Pro, set nexus_version.')


@pytest.mark.parametrize('status', [400, 403, 500])
def test_T14_N7_a_refused_ticket_is_replaced_once(status):
    no = answer(
        status,
        body='ERROR: (ID x) java.lang.IllegalArgumentException: Invalid authentication ticket',
        content_type='text/plain',
    )
    run(step1(version='3.50.0'), step2(gives=no), step1(ticket='second'), step2(ticket='second'))
    found = refused(
        step1(version='3.50.0'),
        step2(gives=no),
        step1(ticket='second'),
        step2(gives=no, ticket='second'),
    )
    assert (
        'did not accept its own ticket (%d), twice. Behind a load balancer both steps must reach '
        'the same node, within 20 seconds.' % status in found
    )


@pytest.mark.parametrize('status', [500, 502, 503, 504])
def test_N7_trouble_of_step_2_gets_a_new_ticket_and_no_third(status):
    run(
        step1(version='3.50.0'),
        step2(gives=page(status)),
        step1(ticket='second'),
        step2(ticket='second'),
    )
    found = refused(
        step1(version='3.50.0'),
        step2(gives=page(status)),
        step1(ticket='second'),
        step2(gives=page(status), ticket='second'),
        kind=ServerProblem,
    )
    assert 'answered %d.' % status in found


def test_N6_a_connection_that_was_lost_spends_the_ticket():
    lost = Unreachable('GET server.test/x: the connection was closed before an answer came.')
    run(step1(version='3.50.0'), step2(gives=lost), step1(ticket='second'), step2(ticket='second'))
    refused(
        step1(version='3.50.0'),
        step2(gives=lost),
        step1(ticket='second'),
        step2(gives=lost, ticket='second'),
        kind=Unreachable,
    )


@pytest.mark.parametrize('method', ['DELETE', 'POST'])
def test_N6_a_change_is_not_sent_again_when_its_fate_is_unknown(method):
    lost = Unreachable(
        '%s server.test/x: the connection was closed before an answer came.' % method
    )
    for gives, kind in ((lost, Unreachable), (page(502), ServerProblem)):
        script = [
            look(answer(200, {}, headers=server('3.71.0'))),
            step1(),
            step2(gives=gives, method='DELETE'),
        ]
        requested = {'state': 'absent'}
        if method == 'POST':
            script, requested = (
                [step1(version='3.71.0'), look(answer(410)), step2(gives=gives, method='POST')],
                {},
            )
        refused(*script, kind=kind, **requested)


@pytest.mark.parametrize(('seconds', 'fresh'), [(17.9, False), (18.1, True)])
def test_N5_a_ticket_older_than_18_seconds_is_not_used(seconds, fresh):
    clock = Clock()

    def slow(_asked):
        clock.now += seconds
        return answer(200, {'expirationEnabled': 'false'})

    run(
        step1(version='3.71.0'),
        look(slow),
        *([step1(ticket='second'), step2(ticket='second')] if fresh else [step2()]),
        monotonic=clock,
    )


def test_N5_the_time_of_step_1_itself_counts():
    clock = Clock()

    def slow(_asked):
        clock.now += 19
        return answer(200, {'t': TICKET}, headers=server('3.50.0'))

    run(step1(gives=slow), step1(ticket='second'), step2(ticket='second'), monotonic=clock)


@pytest.mark.parametrize(
    'change',
    [
        {'nameCode': None},
        {'nameCode': ''},
        {'passCode': ' '},
        {'passCode': 5},
        {'passCode': None},
        {'nameCode': 'a\nb'},
        {'passCode': '\ud800'},
    ],
)
def test_N9_answers_without_a_usable_token(change):
    data = {name: value for name, value in dict(TOKEN, **change).items() if value is not None}
    assert re.search(
        r'answered without a usable (nameCode|passCode)',
        refused(step1(version='3.50.0'), step2(gives=answer(200, data)), kind=ServerProblem),
    )


def test_N9_other_fields_do_no_harm_and_a_strange_date_neither():
    outcome = run(
        step1(version='3.50.0'),
        step2(gives=answer(200, dict(TOKEN, created='soon', more={'x': 1}))),
    )
    assert outcome.token.as_result()['created'] is None


@pytest.mark.parametrize('name', ['a:b', ':', 'zoë:'])
def test_N10_a_colon_in_the_user_name_is_refused_before_any_request(name):
    with pytest.raises(
        BadInput,
        match='username must not contain a colon: HTTP Basic authentication ends the name there',
    ):
        options_of(username=name)


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        ({'nexus_version': 'newest'}, 'nexus_version must be a version like 3.71.0 or 2.14.9'),
        ({'nexus_version': '1.9.2'}, 'nexus_version must be'),
        ({'nexus_version': '3'}, 'nexus_version must be'),
        *(
            (
                {'url': 'https://server.test' + path},
                'url leads into the REST interface: it must end with the context path',
            )
            for path in (
                '/service/rest',
                '/nexus/service/local/status',
                '/service/siesta/',
                '/service/extdirect',
            )
        ),
        ({'realm': 'LDAP'}, 'user_id'),
        ({'user_id': '..'}, 'user_id cannot be ..'),
        (
            {'user_id': 'x', 'nexus_version': '3.90.0'},
            'user_id needs Nexus Repository 3.90.1 or newer, but nexus_version is 3.90.0.',
        ),
        ({'user_id': 'x', 'realm': '.'}, 'realm cannot be'),
        ({'username': None}, 'username'),
        ({'password': ''}, 'password'),
    ],
)
def test_options_that_cannot_be_right(changes, sentence):
    with pytest.raises(BadInput) as caught:
        options_of(**changes)
    assert sentence in str(caught.value)


# Whether it was there before


@pytest.mark.parametrize(
    ('created', 'changed'),
    [
        ('2026-01-31T12:00:00.000+0000', True),
        ('2026-01-31T13:00:00.5+01:00', True),
        ('2026-01-31T11:59:59.999Z', False),
        ('2014-01-28T17:17:07.701+0000', False),
        ('soon', False),
    ],
)
def test_before_3_69_only_the_date_of_the_token_shows_whether_it_is_new(created, changed):
    assert (
        run(step1(version='3.50.0'), step2(gives=answer(200, dict(TOKEN, created=created)))).changed
        is changed
    )


def test_from_3_69_on_the_server_reports():
    outcome = run(step1(version='3.71.0'), look(answer(404)), step2(), look())
    assert outcome.changed and outcome.token.as_result()['expires_at'] == '2026-03-02T12:00:00Z'
    assert diff(outcome)['before'] == {'state': 'absent'}
    recent = answer(200, dict(TOKEN, created='2026-01-31T12:00:00.000+0000'))
    assert not run(step1(version='3.71.0'), look(), step2(gives=recent)).changed


def test_that_the_expiry_of_a_new_token_cannot_be_asked_does_not_lose_it():
    outcome = run(step1(version='3.71.0'), look(answer(404)), step2(), look(page(500)))
    assert outcome.token.secret == TOKEN['passCode']
    assert outcome.warnings == [
        'When the token expires could not be found out: GET server.test%s answered 500. See the '
        'server log for details.' % ATTRIBUTES
    ]


# Replacing it


def test_regenerate_always_resets_with_one_ticket_and_reads_with_another():
    outcome = run(
        step1(version='3.50.0'),
        step2(gives=answer(204), method='DELETE'),
        step1(ticket='second'),
        step2(ticket='second'),
        regenerate='always',
    )
    assert outcome.changed and outcome.action == 'renew'


def test_regenerate_always_where_there_was_none():
    run(
        step1(version='3.50.0'),
        step2(gives=answer(404), method='DELETE'),
        step1(ticket='second'),
        step2(ticket='second'),
        regenerate='always',
    )
    run(step1(version='3.71.0'), look(answer(404)), step2(), look(), regenerate='always')


def test_regenerate_never_keeps_an_expired_token_and_cannot_read_it():
    outcome = run(step1(version='3.97.0'), look(answer(410)), regenerate='never')
    assert (outcome.token, outcome.changed) == (None, False)


@pytest.mark.parametrize(
    'gone', [answer(410), answer(400, body='User Token expired', content_type='text/plain')]
)
def test_an_expired_token_is_replaced(gone):
    outcome = run(step1(version='3.71.0'), look(gone), step2(method='POST'), look())
    assert outcome.changed and outcome.token.as_result()['expires_at'] == '2026-03-02T12:00:00Z'


def test_a_live_token_stays_however_soon_it_ends_unless_a_margin_is_asked_for():
    soon = {'expirationTimeTimestamp': str((NOW + 60) * 1000), 'expirationEnabled': 'true'}
    assert not run(step1(version='3.71.0'), look(answer(200, soon)), step2()).changed
    outcome = run(
        step1(version='3.71.0'),
        look(answer(200, soon)),
        step2(),
        step1(ticket='2'),
        step2(gives=answer(204), method='DELETE', ticket='2'),
        step1(ticket='3'),
        step2(ticket='3'),
        look(),
        min_remaining=3600,
    )
    assert outcome.changed


def test_max_age_goes_by_the_date_of_creation():
    a_day_old = dict(TOKEN, created='2026-01-30T12:00:00.000+0000')
    assert not run(
        step1(version='3.50.0'), step2(gives=answer(200, a_day_old)), max_age=86400
    ).changed
    outcome = run(
        step1(version='3.50.0'),
        step2(gives=answer(200, a_day_old)),
        step1(ticket='2'),
        step2(gives=answer(204), method='DELETE', ticket='2'),
        step1(ticket='3'),
        step2(ticket='3'),
        max_age=86399,
    )
    assert outcome.changed


@pytest.mark.parametrize(
    ('version', 'script', 'path'),
    [
        ('3.50.0', [step1(version='3.50.0'), step2()], '/service/rest/v1/status'),
        ('3.14.0', [step1(version='3.14.0'), step2(MIDDLE)], '/service/rest/wonderland/status'),
        (
            '3.7.0',
            [step1(gives=missed('3.7.0', status=405, html=True)), step1(SIESTA), step2(OLD)],
            '/service/siesta/wonderland/status',
        ),
        (
            '2.2',
            [step1(gives=page(405, '<link href="x.css?2.2" > nexus')), step1(LOCAL), step2(OLDEST)],
            '/service/local/status',
        ),
    ],
)
def test_regenerate_if_invalid_tries_the_token_where_a_password_is_checked(version, script, path):
    token = basic_authorization(TOKEN['nameCode'], TOKEN['passCode'])
    for status in (200, 403, 503, 404):
        assert not run(*script, look(answer(status), path, token), regenerate='if_invalid').changed
    first, last = script[-2].path, script[-1].path
    outcome = run(
        *script,
        look(answer(401), path, token),
        step1(first, ticket='second'),
        step2(last, answer(204), 'DELETE', 'second'),
        step1(first, ticket='third'),
        step2(last, ticket='third'),
        look(answer(200), path, token),
        regenerate='if_invalid',
    )
    assert outcome.changed
    with pytest.raises(Refused, match='does not accept the user token that it gave.* Realm'):
        run(
            *script,
            look(answer(401), path, token),
            step1(first, ticket='second'),
            step2(last, answer(204), 'DELETE', 'second'),
            step1(first, ticket='third'),
            step2(last, ticket='third'),
            look(answer(401), path, token),
            regenerate='if_invalid',
        )


def test_a_token_that_was_replaced_lately_is_not_replaced_again():
    """Its realm is not active: each token of this server would be refused."""
    recent = {**TOKEN, 'created': '2026-01-05T12:00:00.000+0000'}
    login = basic_authorization(TOKEN['nameCode'], TOKEN['passCode'])
    with pytest.raises(Refused, match='Realm is probably not active'):
        run(
            step1(version='3.50.0'),
            step2(gives=answer(200, recent)),
            look(answer(401), '/service/rest/v1/status', login),
            regenerate='if_invalid',
        )


@pytest.mark.parametrize('scheme', ['Negotiate', 'NTLM', 'Bearer realm="sso"'])
def test_a_login_of_a_gateway_is_not_blamed_on_the_password(scheme):
    refusal = page(401, '<html>Company</html>', headers={'WWW-Authenticate': scheme})
    with pytest.raises(Refused, match='a gateway or single sign-on') as caught:
        run(step1(gives=refusal))
    assert scheme.split()[0] in str(caught.value)
    assert 'user name and password' not in str(caught.value)


# Absent


def test_absent_where_there_is_none_costs_one_request():
    outcome = run(look(answer(404, headers=server('3.71.0'))), state='absent')
    assert (outcome.changed, outcome.token) == (False, None)


@pytest.mark.parametrize('gone', [200, 204])
def test_absent_resets_the_token(gone):
    assert run(
        look(answer(200, {}, headers=server('3.71.0'))),
        step1(),
        step2(gives=answer(gone), method='DELETE'),
        state='absent',
    ).changed
    assert run(
        look(answer(410, headers=server('3.97.0'))),
        step1(),
        step2(gives=answer(gone), method='DELETE'),
        state='absent',
    ).changed
    assert run(
        look(missed('3.50.0')), step1(), step2(gives=answer(gone), method='DELETE'), state='absent'
    ).changed
    assert run(
        look(missed('2.14.9', html=True)),
        step1(SIESTA),
        step2(OLD, answer(gone), 'DELETE'),
        state='absent',
    ).changed


def test_absent_before_3_69_where_there_was_none():
    assert not run(
        look(missed('3.50.0')), step1(), step2(gives=answer(404), method='DELETE'), state='absent'
    ).changed


def test_absent_with_a_wrong_password():
    assert 'does not accept the user name and password' in refused(
        look(answer(401)), state='absent'
    )


# Check mode


def test_check_mode_reports_what_would_happen():
    assert run(look(answer(404, headers=server('3.71.0'))), check_mode=True).changed
    assert run(look(answer(410, headers=server('3.97.0'))), check_mode=True).changed
    assert (
        run(look(answer(404, headers=server('3.71.0'))), check_mode=True, state='absent').changed
        is False
    )
    assert (
        run(
            look(answer(200, {}, headers=server('3.71.0'))), check_mode=True, state='absent'
        ).changed
        is True
    )
    outcome = run(
        look(answer(200, {}, headers=server('3.71.0'))), step1(), step2(), check_mode=True
    )
    assert not outcome.changed and outcome.token.secret == TOKEN['passCode']
    outcome = run(
        look(answer(200, {}, headers=server('3.71.0'))), check_mode=True, regenerate='always'
    )
    assert outcome.changed and outcome.token is None


@pytest.mark.parametrize(
    ('script', 'version'),
    [
        ([look(missed('3.50.0'))], 'Pro 3.50.0'),
        (
            [look(missed('3.7.0', html=True)), look(path='/service/siesta/wonderland/status')],
            'Pro 3.7.0',
        ),
        (
            [
                look(answer(404, headers={'Server': 'Nexus/2.14.9-01'})),
                look(path='/service/local/status'),
            ],
            '2.14.9-01',
        ),
        (
            [
                look(page(404)),
                look(page(404), '/service/rest/wonderland/status'),
                look(page(404), '/service/siesta/wonderland/status'),
                look(
                    answer(200, {'data': {'version': '2.6.2', 'editionShort': 'Pro'}}),
                    '/service/local/status',
                ),
            ],
            'Pro 2.6.2',
        ),
    ],
)
def test_check_mode_before_3_69_creates_nothing_and_reports_that_it_cannot_know(script, version):
    outcome = run(*script, check_mode=True)
    assert (outcome.changed, outcome.token) == (False, None)
    assert outcome.warnings == [
        'Nexus Repository %s cannot report whether a user token exists without creating one, so '
        'check mode does not know what a run '
        'would change.' % version
    ]


@pytest.mark.parametrize(
    'script',
    [
        [look(answer(401))],
        [look(missed('3.7.0', html=True)), look(answer(401), '/service/siesta/wonderland/status')],
        [
            look(answer(404, headers={'Server': 'Nexus/2.14.9-01'})),
            look(answer(401), '/service/local/status'),
        ],
    ],
)
def test_check_mode_finds_a_wrong_password(script):
    assert 'does not accept the user name and password' in refused(*script, check_mode=True)
    with pytest.raises(Refused):
        info(*script)


def test_check_mode_of_an_edition_without_user_tokens():
    assert 'Nexus Repository OSS 3.50.0; user tokens need Pro' in refused(
        look(answer(404, headers=server('3.50.0', 'OSS'))), check_mode=True
    )


def test_check_mode_of_a_server_that_reports_nothing():
    statuses = [
        look(page(404), path)
        for path in (
            '/service/rest/wonderland/status',
            '/service/siesta/wonderland/status',
            '/service/local/status',
        )
    ]
    assert 'does not report its version. Set nexus_version' in refused(
        look(page(404)), *statuses, check_mode=True
    )
    assert 'redirects to https://idp.example' in refused(
        look(answer(302, headers={'Location': 'https://idp.example'})), check_mode=True
    )


# Telling about it


def info(*script, **changes):
    with Scripted(*copy.deepcopy(script)) as client:
        return NexusUserToken(options_of(**changes), client, clock=lambda: NOW).describe()


def test_info_asks_once_where_the_server_can_report():
    assert info(
        look(
            answer(
                200,
                {'expirationTimeTimestamp': '1772452800000', 'expirationEnabled': 'true'},
                headers=server('3.71.0'),
            )
        )
    ) == {
        'exists': True,
        'expired': False,
        'expires_at': '2026-03-02T12:00:00Z',
        'created': None,
        'feature_enabled': True,
    }
    assert info(look(answer(404, headers=server('3.71.0')))) == {
        'exists': False,
        'expired': None,
        'expires_at': None,
        'created': None,
        'feature_enabled': True,
    }
    assert info(look(answer(410, headers=server('3.97.0'))))['expired'] is True
    assert info(look(answer(400, headers=server('3.97.0')))) == {
        'exists': False,
        'expired': None,
        'expires_at': None,
        'created': None,
        'feature_enabled': False,
    }
    assert info(look(answer(404, headers=server('3.84.0', 'COMMUNITY')))) == {
        'exists': False,
        'expired': None,
        'expires_at': None,
        'created': None,
        'feature_enabled': False,
    }


def test_info_reads_a_token_without_an_end_for_its_date():
    endless = look(answer(200, {'expirationEnabled': 'false'}, headers=server('3.71.0')))
    found = info(endless, step1(), step2())
    assert (found['exists'], found['expires_at']) == (True, None)
    assert found['created'] == '2014-01-28T17:17:07Z'
    assert TOKEN['passCode'] not in repr(found)
    found = info(endless, step1(), step2(gives=answer(503)), step1(), step2(gives=answer(503)))
    assert (found['exists'], found['created']) == (True, None)


@pytest.mark.parametrize(
    ('gives', 'enabled'),
    [
        (answer(200, {'enabled': True}), True),
        (answer(200, {'enabled': False}), False),
        (answer(403), None),
        (answer(200, {'enabled': 'yes'}), None),
        (page(200), None),
        (answer(404), None),
    ],
)
def test_info_before_3_69_asks_the_settings(gives, enabled):
    found = info(look(missed('3.50.0')), look(gives, '/service/rest/v1/security/user-tokens'))
    assert (found['exists'], found['feature_enabled']) == (None, enabled)


def test_info_on_2():
    found = info(
        look(missed('2.14.9')),
        look(path='/service/local/status'),
        look(answer(200, {'data': {'enabled': True}}), '/service/local/usertoken/settings'),
    )
    assert (found['exists'], found['feature_enabled']) == (None, True)


# For somebody else

SAM = 'sam@example.org/é'


def other(method, gives, realm='SAML'):
    return Ask(
        method,
        '/service/rest/v1/security/users/sam%%40example.org%%2F%%C3%%A9/%s/user-token' % realm,
        gives,
        authorization=LOGIN,
        repeatable=None,
    )


def of_sam(**more):
    return dict(
        {
            'nameCode': 'n',
            'created': '2026-01-31T12:00:00Z',
            'userId': SAM,
            'realm': 'SAML',
            'expires': '2026-03-02T12:00:00Z',
            'isExpired': False,
        },
        **more,
    )


def test_another_users_token_is_created_and_shown_once():
    outcome = run(
        other('GET', answer(404, headers=server('3.90.1'))),
        other('POST', answer(201, of_sam(passCode='secret-pass'))),
        user_id=SAM,
        realm='SAML',
    )
    token = outcome.token.as_result()
    assert (token['pass_code'], token['user'], token['expires_at']) == (
        'secret-pass',
        SAM,
        '2026-03-02T12:00:00Z',
    )
    assert outcome.changed and outcome.warnings == [
        'The pass code of this token is shown only now. Store it where it is needed.'
    ]


def test_another_users_token_that_exists_is_kept_and_not_shown():
    outcome = run(other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML')
    assert (outcome.token, outcome.changed) == (None, False)
    assert outcome.warnings == [
        'The pass code of the token of %s was shown once, when it was created, and cannot be read '
        'again. For a new one, set regenerate to always; the present one then stops working for '
        'everybody.' % SAM
    ]


def test_another_users_token_that_the_cache_knows():
    created = run(
        other('GET', answer(404)),
        other('POST', answer(201, of_sam(passCode='secret-pass'))),
        user_id=SAM,
        realm='SAML',
    ).token
    outcome = run(other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML', known=created)
    assert (outcome.token, outcome.warnings) == (created, [])
    assert (
        run(
            other('GET', answer(200, of_sam(nameCode='another'))),
            user_id=SAM,
            realm='SAML',
            known=created,
        ).token
        is None
    )


@pytest.mark.parametrize(
    ('changes', 'requested'),
    [
        ({}, {'regenerate': 'always'}),
        ({'isExpired': True}, {}),
        (
            {'created': '2026-01-30T12:00:00Z', 'expires': '2026-01-31T12:10:00Z'},
            {'min_remaining': 3600},
        ),
        ({'created': '2025-01-31T12:10:00Z'}, {'max_age': 3600}),
    ],
)
def test_another_users_token_is_replaced_by_delete_and_create(changes, requested):
    outcome = run(
        other('GET', answer(200, of_sam(**changes))),
        other('DELETE', answer(204)),
        other('POST', answer(201, of_sam(passCode='secret-pass'))),
        user_id=SAM,
        realm='SAML',
        **requested,
    )
    assert outcome.changed and outcome.token.secret == 'secret-pass'


def test_another_users_token_is_removed():
    assert run(
        other('GET', answer(200, of_sam())),
        other('DELETE', answer(204)),
        user_id=SAM,
        realm='SAML',
        state='absent',
    ).changed
    assert not run(
        other('GET', answer(404, headers=server('3.90.1'))),
        user_id=SAM,
        realm='SAML',
        state='absent',
    ).changed


def test_check_mode_for_another_user_only_looks():
    assert run(
        other('GET', answer(404, headers=server('3.90.1'))),
        user_id=SAM,
        realm='SAML',
        check_mode=True,
    ).changed
    assert run(
        other('GET', answer(200, of_sam())),
        user_id=SAM,
        realm='SAML',
        check_mode=True,
        regenerate='always',
    ).changed
    assert not run(
        other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML', check_mode=True
    ).changed


def test_a_realm_has_two_names_and_the_right_one_is_remembered():
    outcome = run(
        other('GET', answer(422), 'SAML'),
        other('GET', answer(404), 'SamlRealm'),
        other('POST', answer(201, of_sam(passCode='secret-pass')), 'SamlRealm'),
        user_id=SAM,
        realm='SAML',
    )
    assert outcome.changed
    assert (
        run(
            other('GET', answer(422), 'NexusAuthenticatingRealm'),
            other('GET', answer(200, of_sam()), 'default'),
            user_id=SAM,
            realm='NexusAuthenticatingRealm',
        ).token
        is None
    )
    assert (
        run(
            other('GET', answer(422), 'default'),
            other('GET', answer(200, of_sam()), 'NexusAuthenticatingRealm'),
            user_id=SAM,
        ).token
        is None
    )
    assert 'does not know the realm SAML (422)' in refused(
        other('GET', answer(422), 'SAML'),
        other('GET', answer(422), 'SamlRealm'),
        user_id=SAM,
        realm='SAML',
    )
    assert 'does not know the realm Oddity (422)' in refused(
        other('GET', answer(422), 'Oddity'), user_id=SAM, realm='Oddity'
    )


@pytest.mark.parametrize(
    ('gives', 'kind', 'sentence'),
    [
        (answer(401), Refused, 'does not accept the user name and password'),
        (answer(403), Refused, 'may not manage the user tokens of others'),
        (
            answer(400, {'message': 'User tokens are not enabled'}),
            Refused,
            'The user token feature is switched off',
        ),
        (
            answer(404, headers=server('3.84.0', 'COMMUNITY')),
            Refused,
            'Nexus Repository Community 3.84.0; user tokens need Pro',
        ),
        (
            answer(404, headers=server('3.89.0')),
            Refused,
            'Nexus Repository Pro 3.89.0 cannot create user tokens for others: that needs 3.90.1 '
            'or newer.',
        ),
        (
            page(404, '<link href="x.css?2.5.1-01" > nexus'),
            Refused,
            'Nexus Repository 2.5.1-01 cannot create user tokens for others',
        ),
        (
            page(404, headers=server('3.97.0')),
            Refused,
            'no Nexus Repository REST interface there (404)',
        ),
        (
            page(404, headers=server('3.97.0', 'COMMUNITY')),
            Refused,
            'no Nexus Repository REST interface there (404)',
        ),
        (answer(405), Refused, 'that needs 3.90.1 or newer'),
        (
            answer(302, headers={'Location': 'https://idp.example'}),
            Refused,
            'redirects to https://idp.example',
        ),
        (answer(500), ServerProblem, 'answered 500 for user sam'),
    ],
)
def test_refusals_for_another_user(gives, kind, sentence):
    assert sentence in refused(other('GET', gives), kind=kind, user_id=SAM, realm='SAML')


def test_a_user_who_is_not_there_and_one_whom_somebody_else_served():
    found = refused(
        other('GET', answer(404, headers=server('3.97.0'))),
        other('POST', answer(404)),
        user_id=SAM,
        realm='SAML',
    )
    assert 'has no user %s in the realm SAML (404). Check user_id and realm.' % SAM in found
    found = refused(
        other('GET', answer(404)), other('POST', answer(404)), user_id=SAM, realm='SAML'
    )
    assert found.endswith(
        'Check user_id and realm, and that the server is a Pro of 3.90.1 or newer.'
    )
    found = refused(
        other('GET', answer(404)), other('POST', answer(409)), user_id=SAM, realm='SAML'
    )
    assert 'already has a token (409). Somebody created it in between' in found


def test_info_about_another_user():
    found = info(other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML')
    assert found == {
        'exists': True,
        'expired': False,
        'expires_at': '2026-03-02T12:00:00Z',
        'created': '2026-01-31T12:00:00Z',
        'feature_enabled': True,
    }
    assert (
        info(other('GET', answer(404, headers=server('3.97.0'))), user_id=SAM, realm='SAML')[
            'exists'
        ]
        is False
    )


# The same against the stand-in

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


@pytest.mark.parametrize('status', [page(404), page(200), answer(404), answer(405)])
def test_a_404_with_a_text_is_checked_for_the_message_that_there_is_no_token(status):
    for gone in (
        missed('3.71.0', html=True),
        answer(
            404, headers=server('3.71.0'), body='default backend - 404', content_type='text/plain'
        ),
    ):
        for requested in ({'state': 'absent'}, {'check_mode': True}):
            assert 'must end with the context path' in refused(
                look(gone), look(status, '/service/rest/wonderland/status'), **requested
            )
            assert 'does not accept the user name and password' in refused(
                look(gone), look(answer(401), '/service/rest/wonderland/status'), **requested
            )
            assert 'answered 500' in refused(
                look(gone),
                look(answer(500), '/service/rest/wonderland/status'),
                kind=ServerProblem,
                **requested,
            )
    text = answer(404, headers=server('3.71.0'), body='not found', content_type='text/plain')
    assert not run(
        look(text),
        look(
            answer(200, {'edition': 'PRO', 'version': '3.71.0'}), '/service/rest/wonderland/status'
        ),
        state='absent',
    ).changed


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


@pytest.fixture
def person(sandbox, tmp_path):
    """A server, and the options of somebody who has a token there, with a cache that lasts."""
    running = sandbox.serve(nexus.create_app('3.71.0-06'))
    return running, {
        'url': running.url,
        'username': 'alice',
        'password': 'wonderland',
        'ca_path': str(sandbox.ca_path),
        'cache': 'file',
        'cache_path': str(tmp_path / 'cache'),
    }


def test_N11_many_processes_for_one_person_use_one_ticket(person):
    running, given = person
    found = racing.race('nexus_user_token', given, 8)
    assert found == [[running.state.token_of('alice').pass_code, None]] * 8
    assert (
        running.state.counters['tickets_issued'] == running.state.counters['tickets_redeemed'] == 1
    )


def test_N12_a_token_that_was_reset_behind_our_back_is_found_out_and_fetched_once(person):
    running, given = person

    def obtain(**more):
        return service.get_token(
            sources.resolve('nexus_user_token', dict(given, **more), {})
        ).token.secret

    first = obtain()
    running.app.delete_token('alice')
    second = running.app.create_token('alice', 'alice').pass_code
    running.reset()
    assert obtain() == first and not running.requests, 'nobody has asked'
    before = running.state.counters['tickets_issued']
    assert obtain(regenerate='if_invalid') == second == obtain(), (
        'the new token is taken over, and not reset once more'
    )
    assert running.state.counters['tickets_issued'] == before + 1


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
