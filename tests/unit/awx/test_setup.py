# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook awx_setup with the real awx.awx, against a stand-in that has AWX's rules, and the
settings that it documents.
"""

from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.conftest import COLLECTIONS
from tests.sandbox import awx
from tests.tools.awx_collection import collections
from tests.tools.awx_job import PROJECT, TYPES

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
SECRETS = {
    'vault_nexus_password': 'nexus-{{ s3cret }}-password',
    'vault_nos_token': 'nos-TOKEN+with/odd=chars',
}
KINDS = {
    'Make the organization',
    'Make the execution environment',
    'Make the credential types',
    'Make the credentials',
    'Make the project',
    'Make the inventory',
    'Have the inventory read from the project',
    'Make the job templates',
    'Make the schedules',
}


@pytest.fixture
def setup(sandbox, run_playbook, tmp_path):
    """A function that runs the playbook. C(setup.state): what the AWX knows."""
    app = awx.create_app(playbooks=tuple(path.name for path in PROJECT.glob('*.yml')))
    server = sandbox.serve(app)
    secrets = tmp_path / 'secrets.yml'  # as a vault file has them: not rendered
    secrets.write_text(
        ''.join(f'{name}: !unsafe {json.dumps(value)}\n' for name, value in SECRETS.items())
    )

    def run(*arguments):
        return run_playbook(
            PLAYBOOKS / 'awx_setup.yml',
            None,
            '-e',
            f'@{PLAYBOOKS}/vars/awx_setup.example.yml',
            '-e',
            f'@{secrets}',
            *arguments,
            env={
                'ANSIBLE_COLLECTIONS_PATH': f'{COLLECTIONS}:{collections()}',
                'CONTROLLER_HOST': server.url,
                'CONTROLLER_USERNAME': 'admin',
                'CONTROLLER_PASSWORD': 'awx-s3cret',
                'CONTROLLER_VERIFY_SSL': 'false',
            },
        )

    run.state = app.state
    return run


def changed_tasks(run):
    return {
        event['task']
        for event in run.events
        if event['event'] == 'ok' and event['result'].get('changed')
    }


def test_all_is_made_and_a_second_run_changes_nothing(setup):
    first = setup('-vvv', '--diff')
    assert first.rc == 0, first.output
    assert changed_tasks(first) == KINDS
    items = setup.state.items
    for path in TYPES.glob('*.yml'):
        wanted = yaml.safe_load(path.read_text(encoding='utf-8'))
        made = setup.state.named('credential_types', wanted['name'])
        assert {name: made[name] for name in wanted} == wanted
    assert (
        setup.state.named('credentials', 'Nexus')['inputs']['password']
        == SECRETS['vault_nexus_password']
    )
    assert {template['playbook'] for template in items['job_templates'].values()} == {
        'provision_tokens.yml',
        'rotate_tokens.yml',
        'report_tokens.yml',
    }
    credentials = {credential['id'] for credential in items['credentials'].values()}
    assert all(
        set(setup.state.links['job_templates', number, 'credentials']) == credentials
        for number in items['job_templates']
    )
    assert not setup.state.named('job_templates', 'Rotate tokens')['ask_limit_on_launch']
    assert len(items['schedules']) == 3

    before = setup.state.changes
    second = setup('-e', '{"awx_setup_replace_secrets": false}')
    assert second.rc == 0 and second.changed == 0 and setup.state.changes == before, second.output
    for run in (first, second):
        for secret in (*SECRETS.values(), 'awx-s3cret'):
            assert secret not in run.output + json.dumps(run.events)


def test_what_AWX_refuses_is_reported(setup):
    run = setup(
        '-e',
        json.dumps(
            {
                'awx_setup_credentials': [
                    {
                        'name': 'x',
                        'type': 'nexus_user_token',
                        'inputs': {'url': 'nexus.example.com'},
                    }
                ]
            }
        ),
    )
    assert run.rc != 0 and 'Invalid URL' in run.output, run.output


NEXUS = {
    'type': 'nexus_user_token',
    'inputs': {'url': 'https://nexus.example.com', 'password': SECRETS['vault_nexus_password']},
}


@pytest.mark.parametrize(
    'settings, text_shown',
    [
        (
            {
                'awx_setup_job_templates': [
                    {'name': 'Rotate', 'playbook': 'rotate_tokens.yml', 'slices': 2}
                ]
            },
            'slice a rotation (Rotate)',
        ),
        (
            {'awx_setup_schedules': [{'name': 'x', 'job_template': 'Provide tokens'}]},
            'There is no job template Provide tokens. In awx_setup_schedules, set job_template to '
            'one of Provision tokens, Rotate tokens, Report tokens.',
        ),
        ({'awx_setup_schedules': [{'name': 'x'}]}, 'There is no job template (none).'),
        (
            {'awx_setup_credentials': [{**NEXUS, 'name': 'x', 'type': 'nexus_token'}]},
            'There is no credential type nexus_token. In awx_setup_credentials, set type to one '
            'of nexus_user_token, nuvy_client_token',
        ),
        (
            {'awx_setup_credentials': [{**NEXUS, 'name': 'x'}, {**NEXUS, 'name': 'y'}]},
            'The job template Provision tokens would have two credentials of one type',
        ),
        (
            {
                'awx_setup_credentials': [{**NEXUS, 'name': 'x'}, {**NEXUS, 'name': 'y'}],
                'awx_setup_job_templates': [
                    {'name': 'one', 'playbook': 'report_tokens.yml', 'credentials': ['x']},
                    {'name': 'two', 'playbook': 'report_tokens.yml', 'credentials': ['x', 'y']},
                ],
            },
            'The job template two would have two',
        ),
    ],
)
def test_a_mistake_in_the_settings_is_reported_before_anything_is_made(setup, settings, text_shown):
    run = setup('-e', json.dumps(settings))
    assert run.rc != 0 and text_shown in ' '.join(run.output.split()), run.output
    assert (
        setup.state.items.keys() <= {'tokens'} and SECRETS['vault_nexus_password'] not in run.output
    )


def test_settings_that_are_missing_are_named(run_playbook):
    run = run_playbook(
        PLAYBOOKS / 'awx_setup.yml',
        None,
        '-e',
        '{"awx_setup_organization": "x", "awx_setup_project": {}, "awx_setup_inventory": {}}',
        env={'ANSIBLE_COLLECTIONS_PATH': f'{COLLECTIONS}:{collections()}'},
    )
    [reported] = [event['result']['msg'] for event in run.events if event['event'] == 'failed']
    assert reported.startswith(
        'The settings lack awx_setup_execution_environment, awx_setup_credentials, '
        'awx_setup_job_templates. See'
    ), reported


REPORT_ALONE = {
    'awx_setup_job_templates': [
        {'name': 'Report tokens', 'playbook': 'report_tokens.yml', 'instance_groups': ['node one']}
    ],
    'awx_setup_credentials': [],
    'awx_setup_schedules': [],
}


def test_a_fetch_of_the_project_that_failed_is_repeated_and_new_playbooks_are_seen(setup):
    group = setup.state.add('instance_groups', {'name': 'node one'})
    for repository, text_shown in (
        ({'fails': True}, 'Project update failed'),
        ({'fails': False, 'playbooks': ()}, 'report_tokens.yml not found'),
    ):
        setup.state.repository.update(repository)
        run = setup('-e', json.dumps(REPORT_ALONE))
        assert run.rc != 0 and text_shown in run.output, run.output
    setup.state.repository.update(revision='b' * 40, playbooks=('report_tokens.yml',))
    run = setup('-e', json.dumps(REPORT_ALONE))
    assert run.rc == 0 and 'Make the project' in changed_tasks(run), run.output
    [template] = setup.state.items['job_templates']
    assert setup.state.links['job_templates', template, 'instance_groups'] == [group['id']]


def test_schedules_of_the_example_follow_the_rules_of_AWX():
    settings = yaml.safe_load(
        (PLAYBOOKS / 'vars/awx_setup.example.yml').read_text(encoding='utf-8')
    )
    assert [
        awx.rrule_problems(schedule['rrule']) for schedule in settings['awx_setup_schedules']
    ] == [[], [], []]


@pytest.mark.parametrize(
    'rrule',
    [
        'RRULE:FREQ=DAILY;INTERVAL=1',
        'DTSTART:20260105T060000 RRULE:FREQ=DAILY;INTERVAL=1',
        'DTSTART:20260105T060000Z RRULE:FREQ=DAILY',
        'DTSTART:20260105T060000Z RRULE:FREQ=SECONDLY;INTERVAL=1',
        'DTSTART:20260105T060000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=1000',
        'DTSTART:20260105T060000Z RRULE:FREQ=DAILY;INTERVAL=1 EXDATE:20260106T060000Z',
        'DTSTART:20260105T060000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=1MO',
    ],
)
def test_the_rules_for_schedules_are_looked_at(rrule):
    assert len(awx.rrule_problems(rrule)) == 1


def test_every_setting_is_in_the_example():
    used = set(
        re.findall(r'awx_setup_\w+', (PLAYBOOKS / 'awx_setup.yml').read_text(encoding='utf-8'))
    ) - {'awx_setup_types'}
    assert used == set(
        yaml.safe_load((PLAYBOOKS / 'vars/awx_setup.example.yml').read_text(encoding='utf-8'))
    )
