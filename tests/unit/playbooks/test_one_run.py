# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of one module for each host and user, and what fails beside it stops nothing."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest

SUDO = """#!/bin/sh
# Replaces sudo: each user has a home folder below this one. Nobody can become "locked".
while [ "$1" != -u ]; do shift; done
user=$2; shift 2
[ "$user" = locked ] && { echo 'sudo: unknown user locked' >&2; exit 1; }
echo "$user" >> "${0%/*}/runs"
HOME="${0%/*}/$user"; export HOME; exec "$@"
"""


class Stage:
    """A host that is this machine, and three users who are folders.

    :ivar variables: of the host.
    """

    def __init__(self, run_playbook: t.Any, folder: Path) -> None:
        self._run_playbook = run_playbook
        self.folder = folder
        sudo = folder / 'sudo'
        sudo.write_text(SUDO, encoding='utf-8')
        sudo.chmod(0o755)
        for name in ('ci', 'builder'):
            (folder / name).mkdir()
        self.variables: dict[str, t.Any] = {
            # Without it, ansible-core changes the owner of its files to users that do not exist
            'ansible_pipelining': True,
            'ansible_connection': 'local',
            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
            'ansible_become_exe': str(sudo),
            'token_sources': {
                'studio': {'type': 'nuxeo_online_token', 'username': 'jdoe', 'token': 'nos-t0ken'}
            },
            'maven_settings_servers': [{'id': 'studio', 'token': 'studio'}],
            'maven_settings_user': 'ci',
            'git_credentials_entries': [{'url': 'https://git.example.com', 'token': 'studio'}],
            'git_credentials_user': 'ci',
        }

    def provision(self, *arguments: str, **common: t.Any) -> t.Any:
        inventory = {'all': {'hosts': {'one': self.variables}, 'vars': common}}
        return self._run_playbook('buildops.tokens.provision_tokens', inventory, *arguments)

    def runs(self) -> list[str]:
        """The users for whom a module ran, in order."""
        path = self.folder / 'runs'
        return path.read_text(encoding='utf-8').split() if path.exists() else []


@pytest.fixture
def stage(run_playbook: t.Any, tmp_path: Path) -> Stage:
    return Stage(run_playbook, tmp_path)


def test_a_user_of_a_host_costs_one_run_whatever_he_gets(stage: Stage) -> None:
    run = stage.provision()
    assert run.rc == 0, run.output
    assert stage.runs() == ['ci']
    assert 'nos-t0ken' in (stage.folder / 'ci/.m2/settings.xml').read_text(encoding='utf-8')
    assert 'nos-t0ken' in (stage.folder / 'ci/.git-credentials').read_text(encoding='utf-8')
    assert stage.provision().changed == 0

    stage.variables['git_credentials_user'] = 'builder'
    run = stage.provision()
    assert run.rc == 0 and (stage.folder / 'builder/.git-credentials').exists(), run.output
    assert sorted(stage.runs()) == ['builder', 'ci', 'ci', 'ci']


def test_a_user_who_cannot_be_become_keeps_no_other_from_his_tokens(stage: Stage) -> None:
    stage.variables['git_credentials_user'] = 'locked'
    run = stage.provision()
    assert run.rc != 0
    assert 'nos-t0ken' in (stage.folder / 'ci/.m2/settings.xml').read_text(encoding='utf-8')
    (problem,) = run.result('Sum up')['problems']
    assert problem.startswith('git_credentials (one): ')
    assert problem.endswith('sudo: unknown user locked.')
    assert 'nos-t0ken' not in run.output


def test_an_entry_that_fails_stops_no_other_of_its_file(stage: Stage) -> None:
    stage.variables['maven_settings_servers'] = [
        {'id': 'bad', 'username': 'x', 'password': 'n0t-${env.SECRET}'},
        {'id': 'studio', 'token': 'studio'},
    ]
    run = stage.provision()
    assert run.rc != 0 and 'n0t-' not in run.output
    settings = (stage.folder / 'ci/.m2/settings.xml').read_text(encoding='utf-8')
    assert '<id>studio</id>' in settings and '<id>bad</id>' not in settings
    (problem,) = run.result('Sum up')['problems']
    assert problem.startswith('maven_settings (one): ') and 'bad' in problem
    assert (stage.folder / 'ci/.git-credentials').exists()


def test_a_delivery_that_fails_stops_no_other(stage: Stage) -> None:
    settings = stage.folder / 'ci/.m2/settings.xml'
    settings.parent.mkdir()
    settings.write_text('<settings>', encoding='utf-8')
    run = stage.provision()
    assert run.rc != 0
    (problem,) = run.result('Sum up')['problems']
    assert problem.startswith('maven_settings (one): ') and str(settings) in problem
    assert (stage.folder / 'ci/.git-credentials').exists()


@pytest.mark.parametrize(
    'name, right',
    [
        ('maven_setting_servers', 'maven_settings_servers'),
        ('git_credential_entries', 'git_credentials_entries'),
    ],
)
def test_a_typo_in_a_variable_stops_the_run_before_any_change(
    stage: Stage, name: str, right: str
) -> None:
    stage.variables[name] = stage.variables.pop(right)
    run = stage.provision()
    assert run.rc != 0 and f'Did you mean {right}?' in run.output
    assert stage.runs() == []


def test_facts_of_a_host_are_no_options(stage: Stage) -> None:
    """A fact that is named like an option does not send the token somewhere else."""
    facts = stage.folder / 'facts'
    facts.mkdir()
    (facts / 'one').write_text(
        '{"git_credentials_path": "%s/stolen"}' % stage.folder, encoding='utf-8'
    )
    inventory = {'all': {'hosts': {'one': stage.variables}}}
    run = stage._run_playbook(
        'buildops.tokens.provision_tokens',
        inventory,
        env={
            'ANSIBLE_CACHE_PLUGIN': 'jsonfile',
            'ANSIBLE_CACHE_PLUGIN_CONNECTION': os.fspath(facts),
        },
    )
    assert run.rc == 0, run.output
    assert not (stage.folder / 'stolen').exists()
    assert (stage.folder / 'ci/.git-credentials').exists()


def test_facts_are_gathered_before_the_plan_on_request(stage: Stage) -> None:
    """The plan sees what the deliveries see: an entry and a path that are made of facts."""
    del stage.variables['maven_settings_user'], stage.variables['git_credentials_entries']
    stage.variables['maven_settings_path'] = str(
        stage.folder / '{{ ansible_facts.user_uid }}/settings.xml'
    )
    stage.variables['maven_settings_servers'] = (
        "{{ [{'id': ansible_facts.user_id, 'token': 'studio'}] }}"
    )
    run = stage.provision()
    assert run.rc != 0 and 'Set tokens_gather_facts to true' in run.output, run.output
    assert 'maven_settings_servers uses facts' in run.output
    assert not list(stage.folder.rglob('settings.xml'))

    for switch in ('extra', 'inventory'):
        arguments = ['-e', 'tokens_gather_facts=true'] if switch == 'extra' else []
        run = stage.provision(*arguments, tokens_gather_facts=switch == 'inventory')
        assert run.rc == 0, run.output
        assert run.changed == (1 if switch == 'extra' else 0), run.output
        [written] = stage.folder.rglob('settings.xml')
        assert written.parent.name == str(os.getuid())
        assert '<id>' in written.read_text(encoding='utf-8')


def test_hosts_are_in_the_order_of_the_inventory(run_playbook: t.Any) -> None:
    """With groups in groups, ansible-core's order depends on the seed of Python's hashes."""
    names = ['web9', 'build3', 'localhost', 'agent7', 'agent1', 'build1', 'web2', 'db5']
    children = {
        f'g{number}': {'children': {f'h{number}': {'hosts': {name: {}}}}}
        for number, name in enumerate(names)
    }
    variables = {
        'ansible_connection': 'local',
        'maven_settings_servers': [{'id': 'a', 'username': 'ci', 'password': 'x' * 12}],
    }
    plays = [
        {
            'hosts': 'localhost,all',
            'gather_facts': False,
            'tasks': [
                {'buildops.tokens.token_deliveries_info': {}, 'run_once': True, 'register': 'plan'},
                {'name': 'order', 'run_once': True, 'debug': {'var': 'plan.deliver_to'}},
            ],
        }
    ]
    run = run_playbook(plays, {'all': {'children': children, 'vars': variables}})
    assert run.rc == 0, run.output
    assert run.result('order')['plan.deliver_to'] == names
