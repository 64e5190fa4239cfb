# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nuxeo_studio_release: what it asks, and what it makes of the answers."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    studio as nuxeo_studio,
)
from tests.sandbox.serving import faults

TOKEN = 'nos-TOKEN+with/odd=chars'


def release(
    service,
    sandbox,
    version,
    check_mode=False,
    project='jdoe-SANDBOX',
    revision='master',
    token=TOKEN,
):
    client = Client(service.url, ca_path=sandbox.ca_path, retries=0)
    try:
        return nuxeo_studio.ensure(
            nuxeo_studio.StudioProject(client, {'username': 'jdoe', 'token': token}, project),
            version,
            revision,
            check_mode,
        )
    finally:
        client.close()


def asked(service):
    return [
        (record['method'], record['path'].rsplit('/', 1)[1], record['status'])
        for record in service.requests
    ]


def test_a_version_is_released_once(service, sandbox):
    predicted = release(service, sandbox, '1.2.3', check_mode=True)
    first = release(service, sandbox, '1.2.3')
    assert (
        predicted
        == first
        == {
            'changed': True,
            'project': 'jdoe-SANDBOX',
            'version': '1.2.3',
            'maven_coordinates': 'nuxeo-studio:jdoe-SANDBOX:1.2.3',
        }
    )
    for check_mode in (True, False):
        assert release(service, sandbox, '1.2.3', check_mode) == dict(first, changed=False)
    assert [method for method, path, status in asked(service)] == [
        'GET',
        'GET',
        'POST',
        'GET',
        'GET',
    ]
    assert service.app.state.projects['jdoe-SANDBOX'].versions == ['1.0.0', '1.2.3']


def test_the_first_release_of_a_project_without_metadata(service, sandbox):
    service.faults.add('maven-metadata.xml', faults.status(404))
    assert release(service, sandbox, '1.2.3')['changed']


def test_a_version_that_the_repository_does_not_report_but_the_service_knows_counts_as_there(
    service, sandbox
):
    service.faults.add('maven-metadata.xml', faults.status(404))
    assert not release(service, sandbox, '1.0.0')['changed']
    assert asked(service)[-1] == ('POST', 'releases', 409)


def test_a_step_makes_a_release_in_every_run(service, sandbox):
    assert release(service, sandbox, 'PATCH', check_mode=True) == {
        'changed': True,
        'project': 'jdoe-SANDBOX',
        'version': None,
        'maven_coordinates': None,
    }
    assert not len(service.requests)
    assert [release(service, sandbox, 'MINOR')['version'] for dummy in range(2)] == [
        '1.1.0',
        '1.2.0',
    ]
    service.faults.add('releases', faults.status(409))
    with pytest.raises(ServerProblem, match='exists already'):
        release(service, sandbox, 'MAJOR')


REFUSALS = [
    (
        {'token': 'wrong-token-0123'},
        None,
        Refused,
        r'does not know the user name or the token \(401\)',
    ),
    ({'project': 'other-project'}, None, Refused, 'right to write is required'),
    ({'project': 'nope'}, None, Refused, 'opens no Studio project nope'),
    (
        {'revision': 'nope'},
        None,
        ServerProblem,
        r'answered 400 \(cannot release 1.2.3 of nope\). Does the branch nope exist',
    ),
    (
        {},
        ('releases', faults.json('{"bundleSymbolicName": "x"}')),
        ServerProblem,
        'names no version',
    ),
    (
        {},
        ('releases', faults.json('{"version": "9.9.9"}')),
        ServerProblem,
        'made version 9.9.9 and not 1.2.3',
    ),
    ({}, ('releases', faults.json('[]')), ServerProblem, 'JSON'),
    ({}, ('releases', faults.login_page()), ServerProblem, 'page of HTML'),
    (
        {},
        ('releases', faults.redirect(302, '/nuxeo/login.jsp?canary')),
        Refused,
        'redirects to the same host',
    ),
    ({}, ('releases', faults.status(500, body=TOKEN)), ServerProblem, 'answered 500'),
    (
        {},
        ('releases', faults.json('{"message": "canary %s"}' % TOKEN, 400)),
        ServerProblem,
        r'\*\*\*',
    ),
    ({}, ('releases', faults.reset_after()), Unreachable, 'connection was closed'),
    ({}, ('maven-metadata.xml', faults.endless()), ServerProblem, 'sent more than'),
]


@pytest.mark.parametrize('changes, fault, error, message', REFUSALS, ids=range(len(REFUSALS)))
def test_T8_T10_T11_T12_exit_codes_of_the_cli_hide_this(
    service, sandbox, changes, fault, error, message
):
    """Nuxeo CLI ends with 0 on all of them."""
    if fault:
        service.faults.add(*fault)
    with pytest.raises(error, match=message) as caught:
        release(service, sandbox, '1.2.3', **changes)
    assert TOKEN not in str(caught.value)
    assert len([record for record in asked(service) if record[0] == 'POST']) <= 1, (
        'a release is not asked for twice'
    )


@pytest.mark.parametrize(
    'changes',
    [
        {'version': '1.2'},
        {'version': 'patch'},
        {'version': '1.2.3 '},
        {'version': '../1.2.3'},
        {'version': '1.2.3-'},
        {'project': 'a/../b'},
        {'revision': ' '},
        {'revision': 'a\nb'},
    ],
)
def test_I_wrong_input_asks_nothing(service, sandbox, changes):
    with pytest.raises(BadInput):
        release(service, sandbox, **{'version': '1.2.3', **changes})
    assert not len(service.requests)


def test_words_of_the_service_are_short_and_clean(service, sandbox):
    service.faults.add(
        'releases', faults.json('{"message": "\\u001b[31mred %s"}' % ('x' * 1000), 400)
    )
    with pytest.raises(TokensError) as caught:
        release(service, sandbox, '1.2.3')
    assert '\x1b' not in str(caught.value) and len(str(caught.value)) < 500
