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
from tests.sandbox import awx, awx_rules
from tests.tools.awx_collection import collections
from tests.tools.awx_job import PROJECT, TYPES

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
SECRETS = {
    'vault_nexus_password': 'nexus-{{ s3cret }}-password',
    'vault_nos_token': 'nos-TOKEN+with/odd=chars',
    'vault_smtp_password': 'smtp-{{ s3cret }}-password',
}
KINDS = {
    'Make the organization',
    'Make the execution environment',
    'Make the credential types',
    'Make the credentials',
    'Make the notifications',
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

    def run(*arguments, user=('admin', 'awx-s3cret')):
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
                'CONTROLLER_USERNAME': user[0],
                'CONTROLLER_PASSWORD': user[1],
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
    rotation = setup.state.named('job_templates', 'Rotate tokens')
    assert not rotation['ask_limit_on_launch']
    reported = setup.state.linked('job_templates', rotation, 'notification_templates_error')
    assert [each['name'] for each in reported] == ['Build operations by email']
    assert setup.state.items['tokens'] == {}
    assert len(items['schedules']) == 3

    before = setup.state.changes
    second = setup('-e', '{"awx_setup_replace_secrets": false}')
    assert second.rc == 0 and second.changed == 0 and setup.state.changes == before, second.output
    for run in (first, second):
        for secret in (*SECRETS.values(), 'awx-s3cret'):
            assert secret not in run.output + json.dumps(run.events)


def test_check_mode_predicts_on_an_AWX_that_is_empty(setup):
    run = setup('--check')
    assert run.rc == 0 and setup.state.changes == 0, run.output
    assert setup.state.items['tokens'] == {}
    assert changed_tasks(run) == {
        'Make the organization',
        'Make the credential types',
        'Predict what depends on objects that do not exist yet',
    }
    for left_out in ('execution environment', 'credentials', 'job templates', 'schedules'):
        assert f'Would be made or compared: the {left_out}' in run.output


def test_an_administrator_of_one_organization_sets_it_up_where_others_have_the_same_names(setup):
    """With an execution environment of others, and the collection from the project."""
    state = setup.state
    types = {
        path.stem: state.add('credential_types', yaml.safe_load(path.read_text(encoding='utf-8')))
        for path in TYPES.glob('*.yml')
    }
    machine = state.add('credential_types', {'name': 'Machine', 'inputs': {'fields': []}})
    others, ours = (
        state.add('organizations', {'name': name}) for name in ('Others', 'Build operations')
    )
    state.add_user('jane', 'jane-s3cret', administers=[ours])
    shared = state.add('execution_environments', {'name': 'shared', 'image': 'x'})
    keys = []
    for organization in (others, ours):
        of = {'organization': organization['id']}
        state.add('projects', {'name': 'Tokens', **of})
        if organization is others:
            state.add('inventories', {'name': 'Build agents', **of})
            state.add(
                'credentials',
                {'name': 'Nexus', 'credential_type': types['nexus_user_token']['id'], **of},
            )
            state.add('notification_templates', {'name': 'Build operations by email', **of})
        keys.append(
            state.add('credentials', {'name': 'key', 'credential_type': machine['id'], **of})
        )
    galaxy = state.add('credentials', {**keys[1], 'name': 'Ansible Galaxy'})
    made = setup(
        '-e',
        json.dumps(
            {
                'awx_setup_execution_environment': {'name': 'shared'},
                'awx_setup_more_credentials': ['key'],
                'awx_setup_galaxy_credentials': ['Ansible Galaxy'],
            }
        ),
        user=('jane', 'jane-s3cret'),
    )
    assert made.rc == 0, made.output
    assert state.linked('organizations', ours, 'galaxy_credentials') == [galaxy]
    for template in state.items['job_templates'].values():
        assert template['organization'] == ours['id']
        assert template['execution_environment'] == shared['id']
        [inventory] = state.find('inventories', organization=ours['id'])
        assert template['inventory'] == inventory['id']
        credentials = state.linked('job_templates', template, 'credentials')
        assert {item['organization'] for item in credentials} == {ours['id']}
        assert {item['name'] for item in credentials} == {'Nexus', 'Nuxeo Online Services', 'key'}


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


@pytest.mark.parametrize(
    'settings, text_shown',
    [
        (
            {'awx_setup_schedules': [{'name': 'x', 'job_template': 'Provide tokens'}]},
            'There is no job template Provide tokens. In awx_setup_schedules, set job_template to '
            'one of Provision tokens, Rotate tokens, Report tokens.',
        ),
        (
            {'awx_setup_more_credentials': ['SSH key']},
            'There is no credential SSH key (awx_setup_more_credentials)',
        ),
    ],
)
def test_a_mistake_in_the_settings_is_reported_before_anything_is_made(setup, settings, text_shown):
    run = setup('-e', json.dumps(settings))
    assert run.rc != 0 and text_shown in ' '.join(run.output.split()), run.output
    assert setup.state.changes == 0 and not setup.state.items.get('tokens')
    assert not [secret for secret in SECRETS.values() if secret in run.output]


@pytest.mark.parametrize(
    'login, settings, text_shown',
    [
        (('admin', 'wr0ng'), {}, 'AWX does not accept the login: Failed to get token'),
        (
            ('admin', 'awx-s3cret'),
            {
                'awx_setup_notifications': [
                    {'name': 'x', 'type': 'slack', 'configuration': {'token': 'x-s3cret'}}
                ]
            },
            'Missing required fields for Notification Configuration: channels.',
        ),
    ],
)
def test_reasons_are_shown_without_secrets(setup, login, settings, text_shown):
    run = setup('-vvv', '-e', json.dumps(settings), user=login)
    assert run.rc != 0 and text_shown in ' '.join(run.output.split()), run.output
    assert not [secret for secret in (login[1], 'x-s3cret') if secret in run.output]


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
        'The settings lack awx_setup_credentials, awx_setup_job_templates. See'
    ), reported


REPORT_ALONE = {
    'awx_setup_job_templates': [
        {'name': 'Report tokens', 'playbook': 'report_tokens.yml', 'instance_groups': ['node one']}
    ],
    'awx_setup_credentials': [],
    'awx_setup_schedules': [],
    'awx_setup_notifications': [],
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
        awx_rules.rrule_problems(schedule['rrule']) for schedule in settings['awx_setup_schedules']
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
    assert len(awx_rules.rrule_problems(rrule)) == 1


def test_every_setting_is_in_the_example():
    used = set(
        re.findall(r'awx_setup_\w+', (PLAYBOOKS / 'awx_setup.yml').read_text(encoding='utf-8'))
    )
    assert used == set(
        yaml.safe_load((PLAYBOOKS / 'vars/awx_setup.example.yml').read_text(encoding='utf-8'))
    )
