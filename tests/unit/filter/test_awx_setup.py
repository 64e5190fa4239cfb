# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What awx_setup says of settings, and of an AWX that others use, before anything is made."""

from __future__ import annotations

import copy

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.buildops.tokens.plugins.filter.awx_setup import awx_setup
from ansible_collections.buildops.tokens.plugins.plugin_utils import awx_credential_types
from tests.tools.scratch import ROOT

OPTIONAL = {
    'more_credentials': [],
    'galaxy_credentials': [],
    'notifications': [],
    'schedules': [],
}


def settings(**changes):
    """The example, with other values."""
    path = ROOT / 'playbooks/vars/awx_setup.example.yml'
    example = yaml.safe_load(path.read_text(encoding='utf-8'))
    short = {name.removeprefix('awx_setup_'): value for name, value in example.items()}
    return {**OPTIONAL, **short, **changes}


OURS, OTHERS = 7, 8
ADMIN = {'id': 1, 'username': 'admin', 'is_superuser': True}
JANE = {'id': 2, 'username': 'jane', 'is_superuser': False}
ORGANIZATION = {'id': OURS, 'name': 'Build operations'}
TYPES = [{'id': 9, **item} for item in awx_credential_types.definitions().values()]


def found(**changes):
    """An AWX with the organization and the credential types, and nothing else."""
    return {
        'me': [ADMIN],
        'organizations': [ORGANIZATION],
        'administered': [],
        'galaxy_credentials': [],
        'credential_types': TYPES,
        'credentials': [],
        'execution_environments': [],
        'instance_groups': [],
        'notification_templates': [],
        'unified_job_templates': [],
        **changes,
    }


def credential(number, name, organization):
    return {'id': number, 'name': name, 'organization': organization}


def test_the_example_is_right_on_an_AWX_that_is_empty():
    empty = found(organizations=[], credential_types=[])
    assert awx_setup(settings()) == {'problems': []}
    plan = awx_setup(settings(), empty)
    assert plan['problems'] == [] and plan['environment'] is None
    assert plan['types'] == sorted(awx_credential_types.definitions())


SHARED = {'name': 'shared'}


@pytest.mark.parametrize(
    'changes, of_awx, text_shown',
    [
        (
            {},
            {'me': [JANE], 'organizations': []},
            'Only a superuser of AWX can make one, and jane is none',
        ),
        ({}, {'me': [JANE]}, 'jane is not an administrator of the organization Build operations'),
        (
            {},
            {'me': [JANE], 'administered': [ORGANIZATION], 'credential_types': []},
            'can make credential types (buildops.tokens Nexus user token, buildops.tokens Nuxeo '
            'Online Services token)',
        ),
        (
            {},
            {
                'me': [JANE],
                'administered': [ORGANIZATION],
                'credential_types': [{**each, 'injectors': {}} for each in TYPES],
            },
            'can make credential types',
        ),
        (
            {'more_credentials': ['SSH key of the agents']},
            {},
            'There is no credential SSH key of the agents (awx_setup_more_credentials), or admin '
            'may not use it. Create it in AWX first: one of the type Machine',
        ),
        (
            {'more_credentials': ['key']},
            {'credentials': [credential(3, 'key', OTHERS), credential(4, 'key', None)]},
            'The name key (awx_setup_more_credentials) is the name of several credentials. Set it '
            'to the id of one: 3, 4.',
        ),
        (
            {'galaxy_credentials': ['Galaxy']},
            {},
            'There is no credential Galaxy (awx_setup_galaxy_credentials)',
        ),
        (
            {'project': {'name': 'x', 'scm_url': 'x', 'credential': 'git'}},
            {},
            'There is no credential git (credential of awx_setup_project)',
        ),
        ({'execution_environment': SHARED}, {}, 'There is no execution environment shared'),
        (
            {'execution_environment': {**SHARED, 'image': 'x'}},
            {'execution_environments': [{'id': 5, **SHARED, 'organization': OTHERS}]},
            'The execution environment shared belongs to another organization',
        ),
        (
            {'execution_environment': {**SHARED, 'image': 'x'}},
            {
                'organizations': [],
                'execution_environments': [{'id': 5, **SHARED, 'organization': None}],
            },
            'The execution environment shared belongs to all',
        ),
        (
            {
                'schedules': [],
                'job_templates': [{'name': 'a', 'playbook': 'x', 'instance_groups': ['node']}],
            },
            {},
            'There is no instance group node, or admin may not use it.',
        ),
        (
            {},
            {'unified_job_templates': [{'name': 'Rotate tokens', 'type': 'workflow_job_template'}]},
            'A workflow job template of the organization is named Rotate tokens like a',
        ),
        (
            {'project': {'name': 'Rotate tokens', 'scm_url': 'x'}},
            {},
            'The project and a job template are both named Rotate tokens',
        ),
        (
            {'notifications': [{'name': 'mail', 'job_templates': ['Rotate']}]},
            {},
            'There is no job template Rotate. In mail, set job_templates to one of Provision',
        ),
        (
            {'notifications': [{'name': 'mail', 'events': ['failure']}]},
            {},
            'There is no event failure. In mail, set events to one of started, success, error.',
        ),
    ],
)
def test_what_is_missing_or_not_allowed_is_one_sentence(changes, of_awx, text_shown):
    [problem] = awx_setup(settings(**changes), found(**of_awx))['problems']
    assert text_shown in problem


NEXUS = {'type': 'nexus_user_token', 'inputs': {}}


@pytest.mark.parametrize(
    'changes, text_shown',
    [
        (
            {'job_templates': [{'name': 'Rotate', 'playbook': 'rotate_tokens.yml', 'slices': 2}]},
            'slice a rotation (Rotate)',
        ),
        (
            {'schedules': [{'name': 'x', 'job_template': 'Provide tokens'}]},
            'There is no job template Provide tokens. In awx_setup_schedules, set job_template to '
            'one of Provision tokens, Rotate tokens, Report tokens.',
        ),
        ({'schedules': [{'name': 'x'}]}, 'There is no job template (none).'),
        (
            {'credentials': [{**NEXUS, 'name': 'x', 'type': 'nexus_token'}]},
            'There is no credential type nexus_token. In awx_setup_credentials, set type to one '
            'of nexus_user_token, nuvy_client_token',
        ),
        (
            {'credentials': [{**NEXUS, 'name': 'x'}, {**NEXUS, 'name': 'y'}]},
            'The job template Provision tokens would have two credentials of one type',
        ),
        (
            {
                'credentials': [{**NEXUS, 'name': 'x'}, {**NEXUS, 'name': 'y'}],
                'job_templates': [
                    {'name': 'one', 'playbook': 'report_tokens.yml', 'credentials': ['x']},
                    {'name': 'two', 'playbook': 'report_tokens.yml', 'credentials': ['x', 'y']},
                ],
            },
            'The job template two would have two',
        ),
    ],
)
def test_a_mistake_in_the_settings_is_found_without_an_AWX(changes, text_shown):
    problems = awx_setup(settings(**{'schedules': [], **changes}))['problems']
    assert any(text_shown in problem for problem in problems), problems


def test_an_administrator_of_the_organization_needs_only_the_types_in_use():
    plan = awx_setup(settings(), found(me=[JANE], administered=[ORGANIZATION]))
    assert plan['problems'] == []
    assert plan['types'] == ['nexus_user_token', 'nuxeo_online_token']


def test_objects_of_the_own_organization_are_meant_first_and_ids_are_taken():
    mine = credential(4, 'key', OURS)
    plan = awx_setup(
        settings(
            more_credentials=['key', 6],
            galaxy_credentials=['Galaxy'],
            execution_environment=SHARED,
            notifications=[{'name': 'mail', 'events': ['error', 'success']}],
        ),
        found(
            credentials=[
                credential(3, 'key', OTHERS),
                mine,
                credential(6, 'vault', OTHERS),
                credential(1, 'Galaxy', None),
            ],
            galaxy_credentials=[credential(2, 'Hub', OURS)],
            execution_environments=[{'id': 5, **SHARED, 'organization': OTHERS}],
        ),
    )
    assert plan['credentials'] == {'key': 4, 6: 6, 'Galaxy': 1} and plan['environment'] == 5
    assert plan['galaxy'] == [2, 1]  # those of others stay
    assert plan['notifications']['Report tokens'] == {
        'started': [],
        'success': ['mail'],
        'error': ['mail'],
    }


def test_settings_that_lack_a_part_are_named_without_their_values():
    wrong = copy.deepcopy(settings())
    del wrong['job_templates'][0]['playbook']
    with pytest.raises(AnsibleFilterError, match="lacks 'playbook'"):
        awx_setup(wrong)
