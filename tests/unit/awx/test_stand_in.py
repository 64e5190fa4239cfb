# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the stand-in starts jobs, and what notifications of such jobs contain."""

from __future__ import annotations

import pytest
import yaml

from tests.sandbox import awx, awx_rules
from tests.tools.awx_job import credential_type
from tests.tools.scratch import ROOT

LOGIN = {'auth': ('admin', 'awx-s3cret')}


@pytest.fixture
def app():
    """An AWX with a job template in three slices, whose inventory was not read yet."""
    app = awx.create_app()
    state = app.state
    organization = state.add('organizations', {'name': 'x'})
    of = {'organization': organization['id']}
    kind = state.add('credential_types', credential_type('nexus_user_token'))
    credential = state.add(
        'credentials',
        {'name': 'Nexus', 'credential_type': kind['id'], 'inputs': {'url': 'x'}, **of},
    )
    inventory = state.add('inventories', {'name': 'Build agents', **of})
    template = state.add(
        'job_templates',
        {
            'name': 'Rotate',
            'playbook': 'rotate_tokens.yml',
            'inventory': inventory['id'],
            'job_slice_count': 3,
            **of,
        },
    )
    state.links['job_templates', template['id'], 'credentials'] = [credential['id']]
    return app


def start(app, path='job_templates/1/launch', **login):
    answer = app.test_client().post(f'/api/v2/{path}/', **{**LOGIN, **login})
    return answer.get_json() if answer.status_code == 201 else answer.status_code


def test_a_job_whose_credential_lacks_a_required_field_does_not_start(app):
    job = start(app)
    assert (job['status'], job['artifacts']) == ('failed', {})
    assert job['job_explanation'] == (
        'Job cannot start because Credential Nexus does not provide one or more required fields '
        '(username, password).'
    )
    app.state.named('credentials', 'Nexus')['inputs'].update(username='ci', password='x')
    assert start(app)['status'] == 'pending'


def test_slices_depend_on_the_hosts_that_are_known_and_are_relaunched_alone(app):
    assert start(app)['extra_vars']['awx_job_launch_type'] == 'manual'
    app.state.named('inventories', 'Build agents')['hosts'] = ['a', 'b']
    jobs = [app.state.items['jobs'][number] for number in start(app)['slices']]
    assert [job['hosts'] for job in jobs] == [['a'], ['b']]
    assert {job['extra_vars']['awx_workflow_job_name'] for job in jobs} == {'Rotate'}
    again = start(app, f'jobs/{jobs[1]["id"]}/relaunch')
    assert again['hosts'] == ['b'] and again['extra_vars']['awx_job_launch_type'] == 'relaunch'
    assert 'awx_workflow_job_name' not in again['extra_vars']


def test_a_user_of_another_organization_starts_nothing(app):
    other = app.state.add('organizations', {'name': 'y'})
    app.state.add_user('jane', 'x', administers=[other])
    assert start(app, auth=('jane', 'x')) == 403


MESSAGES = yaml.safe_load(
    (ROOT / 'extensions/awx/notification_messages.yml').read_text(encoding='utf-8')
)


@pytest.mark.parametrize(
    'artifacts, text_shown',
    [
        ({}, 'The job ended early.'),
        ({'token_errors': ['agent1: a sentence.']}, 'agent1: a sentence.'),
    ],
)
def test_a_notification_of_a_failure_contains_the_reasons(artifacts, text_shown):
    context = {**awx_rules.JOB, 'job': {**awx_rules.JOB['job'], 'artifacts': artifacts}}
    for kind, events in MESSAGES.items():
        assert not [
            problem
            for event, texts in events.items()
            for name, text in (texts or {}).items()
            for problem in awx_rules.message_problems(event, name, text)
        ], kind
        texts = [awx_rules.rendered(text, context) for text in events['error'].values()]
        assert text_shown in ' '.join(texts), kind


def test_a_notification_contains_what_ends_soon():
    artifacts = {'token_report': {'attention': ['company ends in 3 days.']}, 'token_errors': []}
    context = {**awx_rules.JOB, 'job': {**awx_rules.JOB['job'], 'artifacts': artifacts}}
    for kind, events in MESSAGES.items():
        texts = [awx_rules.rendered(text, context) for text in events['success'].values()]
        assert 'company ends in 3 days.' in ' '.join(texts), kind
    text = awx_rules.rendered(MESSAGES['email']['error']['body'], context)
    assert 'company ends in 3 days.' in text


def test_a_notification_of_a_success_lists_when_tokens_expire():
    row = {'source': 'studio', 'type': 'nuxeo_online_token', 'delivery': 'git_credentials'}
    rows = [
        {**row, 'place': 'https://a.example.com', 'expires_at': '2027-01-01T00:00:00Z'},
        {**row, 'place': 'https://b.example.com', 'expires_at': None},
    ]
    context = {**awx_rules.JOB, 'job': {'artifacts': {'token_summary': rows}}}
    text = awx_rules.rendered(MESSAGES['email']['success']['body'], context)
    assert 'https://a.example.com: expires at 2027-01-01T00:00:00Z' in text
    assert 'https://b.example.com: expires at a time that is not known' in text
