# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens of Nuxeo Online Services: a source that contains its token, and the check of one."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    NuxeoOnlineToken,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from tests.sandbox import nuxeo_online
from tests.sandbox.serving import Sandbox, faults

TOKEN = 'nos-TOKEN+with/odd=chars'


@pytest.fixture(scope='module')
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def service(sandbox):
    return sandbox.serve(nuxeo_online.create_app())


def provider(**given):
    result = ArgumentSpecValidator(shared.arguments(NuxeoOnlineToken)).validate(
        {'username': 'jdoe', 'token': TOKEN, **given}
    )
    assert not result.error_messages
    options = shared.checked(NuxeoOnlineToken, result.validated_parameters)
    NuxeoOnlineToken.check(options)
    return NuxeoOnlineToken(options)


@pytest.mark.parametrize('check_mode', [False, True])
@pytest.mark.parametrize('regenerate', ['never', 'if_expired', 'if_invalid'])
def test_the_token_of_the_source_is_the_token_and_nothing_is_asked(service, check_mode, regenerate):
    outcome = ensure(
        provider(url=service.url), DesiredState(regenerate=regenerate), check_mode=check_mode
    )
    assert (outcome.token.kind, outcome.token.username, outcome.token.secret) == (
        'basic',
        'jdoe',
        TOKEN,
    )
    assert not outcome.changed and outcome.token.expires_at is None and not len(service.requests)


@pytest.mark.parametrize('token, exists', [(TOKEN, True), ('wrong-token-0123', False)])
def test_the_check_reports_what_the_token_opens_without_side_effects(
    service, sandbox, token, exists
):
    reported = provider(url=service.url, ca_path=sandbox.ca_path, token=token).describe()
    assert (
        reported['exists'] is exists
        and reported['expires_at'] is None
        and reported['project_accessible'] is None
    )
    assert [project['symbolic_name'] for project in reported['projects']] == (
        ['jdoe-SANDBOX', 'other-project'] if exists else []
    )
    assert not service.app.state.device_tokens and not service.app.state.instances
    assert [
        (record['method'], record['path'].rsplit('/', 1)[1]) for record in service.requests
    ] == [('GET', 'getAvailableProjectsForRegistration')]


@pytest.mark.parametrize('project, accessible', [('jdoe-SANDBOX', True), ('nope', False)])
def test_a_project_is_tried_on_request(service, sandbox, project, accessible):
    assert (
        provider(url=service.url, ca_path=sandbox.ca_path, project=project).describe()[
            'project_accessible'
        ]
        is accessible
    )


@pytest.mark.parametrize(
    'fault, error, message',
    [
        (faults.redirect(302, '/nuxeo/login.jsp?canary'), Refused, 'connect/tokens'),
        (faults.status(404), ServerProblem, 'ends with /nuxeo'),
        (faults.login_page(), ServerProblem, 'HTML'),
        (faults.json('{"a": 1}'), ServerProblem, 'not a list of projects'),
        (faults.json('[1, null, {}]'), None, None),
    ],
)
def test_T8_T11_answers_that_are_no_list_of_projects(service, sandbox, fault, error, message):
    service.faults.add('getAvailable', fault)
    one = provider(url=service.url, ca_path=sandbox.ca_path, retries=0)
    if error is None:
        assert one.describe()['projects'] == [{'name': '', 'symbolic_name': '', 'uuid': ''}]
        return
    with pytest.raises(error, match=message) as caught:
        one.describe()
    assert 'canary' not in str(caught.value) and TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    'given, message',
    [
        ({'username': 'jdoe@example.com'}, 'not the e-mail address'),
        ({'username': 'a:b'}, 'without a colon'),
        ({'token': 'tökén'}, 'ASCII'),
        ({'token': ' nos'}, 'without blanks'),
        ({'token': 'a\nb'}, 'control character'),
        ({'regenerate': 'always'}, 'connect/tokens'),
        ({'url': 'https://packages.nuxeo.com'}, 'nexus_user_token'),
        ({'project': 'a/../b'}, 'symbolic name'),
        ({'url': 'http://connect.example.com/nuxeo'}, 'https'),
    ],
)
def test_I_what_cannot_work_is_refused_before_any_request(given, message):
    with pytest.raises(BadInput, match=message):
        provider(**given)


@pytest.mark.parametrize(
    'host, refused',
    [('packages.nuxeo.com', True), ('connect.nuxeo.com', False), ('notpackages.nuxeo.com', False)],
)
def test_seed_it_is_refused_for_the_host_of_the_hotfixes_with_the_right_kind_named(host, refused):
    assert bool(NuxeoOnlineToken.refusal_for(host)) is refused
    assert not refused or 'user code and a pass code' in NuxeoOnlineToken.refusal_for(host)


def test_the_source_type_is_found_by_its_name():
    source = sources.resolve('nuxeo_online_token', {'username': 'jdoe', 'token': TOKEN}, {})
    assert source.options['url'] == 'https://connect.nuxeo.com/nuxeo'
    with pytest.raises(TokensError, match='Did you mean token'):
        sources.resolve('nuxeo_online_token', {'username': 'jdoe', 'tokn': TOKEN}, {})
