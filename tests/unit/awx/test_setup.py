# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook awx_setup with the real awx.awx, against a stand-in that has AWX's rules, and the settings that it documents."""

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
SECRETS = {'vault_nexus_password': 'nexus-{{ s3cret }}-password', 'vault_nos_token': 'nos-TOKEN+with/odd=chars'}
KINDS = {'Make the organization', 'Make the execution environment', 'Make the credential types', 'Make the credentials', 'Make the project',
         'Make the inventory', 'Have the inventory read from the project', 'Make the job templates', 'Make the schedules'}


@pytest.fixture
def setup(sandbox, run_playbook, tmp_path):
    """A function that runs the playbook. C(setup.state): what the AWX knows."""
    app = awx.create_app(playbooks=tuple(path.name for path in PROJECT.glob('*.yml')))
    server = sandbox.serve(app)
    secrets = tmp_path / 'secrets.yml'  # as a vault file has them: not rendered
    secrets.write_text(''.join(f'{name}: !unsafe {json.dumps(value)}\n' for name, value in SECRETS.items()))

    def run(*arguments):
        return run_playbook(PLAYBOOKS / 'awx_setup.yml', None, '-e', f'@{PLAYBOOKS}/vars/awx_setup.example.yml', '-e', f'@{secrets}', *arguments, env={
            'ANSIBLE_COLLECTIONS_PATH': f'{COLLECTIONS}:{collections()}', 'CONTROLLER_HOST': server.url, 'CONTROLLER_USERNAME': 'admin',
            'CONTROLLER_PASSWORD': 'awx-s3cret', 'CONTROLLER_VERIFY_SSL': 'false'}, timeout=900)
    run.state = app.state
    return run


def changed_tasks(run):
    return {event['task'] for event in run.events if event['event'] == 'ok' and event['result'].get('changed')}


def test_all_is_made_and_a_second_run_changes_nothing(setup):
    first = setup('-vvv', '--diff')
    assert first.rc == 0, first.output
    assert changed_tasks(first) == KINDS
    items = setup.state.items
    for path in TYPES.glob('*.yml'):
        wanted = yaml.safe_load(path.read_text(encoding='utf-8'))
        made = setup.state.named('credential_types', wanted['name'])
        assert {name: made[name] for name in wanted} == wanted
    assert setup.state.named('credentials', 'Nexus')['inputs']['password'] == SECRETS['vault_nexus_password']
    assert {template['playbook'] for template in items['job_templates'].values()} == {'provision_tokens.yml', 'rotate_tokens.yml', 'report_tokens.yml'}
    credentials = {credential['id'] for credential in items['credentials'].values()}
    assert all(set(setup.state.links['job_templates', number, 'credentials']) == credentials for number in items['job_templates'])
    assert not setup.state.named('job_templates', 'Rotate tokens')['ask_limit_on_launch']
    assert len(items['schedules']) == 3

    before = setup.state.changes
    second = setup('-e', '{"awx_setup_replace_secrets": false}')
    assert second.rc == 0 and second.changed == 0 and setup.state.changes == before, second.output
    for run in (first, second):
        for secret in (*SECRETS.values(), 'awx-s3cret'):
            assert secret not in run.output + json.dumps(run.events)


@pytest.mark.parametrize('settings, said', [
    ({'awx_setup_job_templates': [{'name': 'x', 'playbook': 'rotate_tokens.yml', 'slices': 2}]}, 'slice a rotation'),
    ({'awx_setup_credentials': [{'name': 'x', 'type': 'nexus_user_token', 'inputs': {'url': 'nexus.example.com'}}]}, 'Invalid URL'),
])
def test_what_AWX_would_refuse_is_told(setup, settings, said):
    run = setup('-e', json.dumps(settings))
    assert run.rc != 0 and said in run.output, run.output


def test_schedules_of_the_example_follow_the_rules_of_AWX():
    settings = yaml.safe_load((PLAYBOOKS / 'vars/awx_setup.example.yml').read_text(encoding='utf-8'))
    assert [awx.rrule_problems(schedule['rrule']) for schedule in settings['awx_setup_schedules']] == [[], [], []]


@pytest.mark.parametrize('rrule', [
    'RRULE:FREQ=DAILY;INTERVAL=1', 'DTSTART:20260105T060000 RRULE:FREQ=DAILY;INTERVAL=1', 'DTSTART:20260105T060000Z RRULE:FREQ=DAILY',
    'DTSTART:20260105T060000Z RRULE:FREQ=SECONDLY;INTERVAL=1', 'DTSTART:20260105T060000Z RRULE:FREQ=DAILY;INTERVAL=1;COUNT=1000',
    'DTSTART:20260105T060000Z RRULE:FREQ=DAILY;INTERVAL=1 EXDATE:20260106T060000Z', 'DTSTART:20260105T060000Z RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=1MO'])
def test_the_rules_for_schedules_are_looked_at(rrule):
    assert len(awx.rrule_problems(rrule)) == 1


def test_every_setting_is_in_the_example():
    used = set(re.findall(r'awx_setup_\w+', (PLAYBOOKS / 'awx_setup.yml').read_text(encoding='utf-8'))) - {'awx_setup_types'}
    assert used == set(yaml.safe_load((PLAYBOOKS / 'vars/awx_setup.example.yml').read_text(encoding='utf-8')))
