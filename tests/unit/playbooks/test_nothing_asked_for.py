# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that has nothing to do fails and gives the reason; a slice of a job does not fail."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

from tests.conftest import COLLECTIONS
from tests.sandbox import nexus

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
PURPOSES = {
    'provision_tokens.yml': (),
    'rotate_tokens.yml': (),
    'revoke_tokens.yml': ('-e', 'revoke_tokens_sources=company'),
    'report_tokens.yml': (),
}
COMPANY = {
    'type': 'nexus_user_token',
    'url': 'https://nexus.example.com',
    'username': 'alice',
    'password': 'wonderland',
}
SERVERS = [{'id': 'releases', 'token': 'company'}]


def hosts(*names: str, own: t.Any = None, **variables: t.Any) -> dict[str, t.Any]:
    return {
        'all': {
            'hosts': {name: (own or {}).get(name, {}) for name in names},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                **variables,
            },
        }
    }


def message_of(run: t.Any) -> str:
    assert run.rc != 0, run.output
    return str(run.result('Make a plan')['msg'])


@pytest.mark.parametrize('playbook', PURPOSES)
def test_an_inventory_that_does_not_exist_fails(run_playbook: t.Any, playbook: str) -> None:
    run = run_playbook(PLAYBOOKS / playbook, Path('/nowhere/at-all'), *PURPOSES[playbook])
    assert 'the inventory (/nowhere/at-all) has no hosts' in message_of(run)


@pytest.mark.parametrize('playbook', PURPOSES)
def test_hosts_without_any_of_our_variables_fail(run_playbook: t.Any, playbook: str) -> None:
    run = run_playbook(PLAYBOOKS / playbook, hosts('one'), *PURPOSES[playbook])
    message = message_of(run)
    assert 'no host defines token_sources or ' in message
    assert 'Ansible reads group_vars and host_vars in the folder of the inventory' in message


def test_sources_without_a_delivery_fail(run_playbook: t.Any) -> None:
    inventory = hosts('one', token_sources={'company': COMPANY}, maven_settings_servers=[])
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', inventory)
    message = message_of(run)
    assert 'Nothing to do: no host has entries in ' in message
    assert ' git_credentials_entries or ' in message and ' package_clients_npm or ' in message


@pytest.mark.parametrize('playbook', ['provision_tokens.yml', 'report_tokens.yml'])
def test_a_limit_that_leaves_no_delivery_fails_and_names_the_hosts_that_have_some(
    run_playbook: t.Any, playbook: str
) -> None:
    inventory = hosts(
        'one',
        'two',
        own={'one': {'maven_settings_servers': SERVERS}},
        token_sources={'company': COMPANY},
    )
    run = run_playbook(PLAYBOOKS / playbook, inventory, '--limit', 'two')
    assert 'These hosts have: one. Change the limit.' in message_of(run)


def test_variables_beside_a_playbook_that_imports_ours_are_named(
    run_playbook: t.Any, tmp_path: Path
) -> None:
    folder = tmp_path / 'my project'
    variables = {'token_sources': {'company': COMPANY}, 'maven_settings_servers': SERVERS}
    (folder / 'group_vars').mkdir(parents=True)
    (folder / 'group_vars/all.yml').write_text(json.dumps(variables), encoding='utf-8')
    site = folder / 'site.yml'
    site.write_text(
        yaml.safe_dump([{'import_playbook': 'buildops.tokens.provision_tokens'}]), encoding='utf-8'
    )
    run = run_playbook(site, hosts('one'))
    assert f'Move {folder}/group_vars there.' in message_of(run)


def test_a_slice_without_deliveries_succeeds_and_reports_it(run_playbook: t.Any) -> None:
    job = {'awx_job_template_name': 'Provision', 'awx_workflow_job_name': 'Provision'}
    for inventory in (hosts(), hosts('one')):
        run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', inventory, '-e', json.dumps(job))
        assert run.rc == 0 and 'no host of this slice of the job has' in run.output, run.output


def test_tags_that_no_play_has_fail(run_playbook: t.Any) -> None:
    inventory = hosts('one', token_sources={'company': COMPANY}, maven_settings_servers=SERVERS)
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', inventory, '--tags', 'maven')
    assert 'no play has the tag maven. The plays have the tag tokens.' in message_of(run)


def test_tags_of_other_plays_leave_ours_out(run_playbook: t.Any, tmp_path: Path) -> None:
    plays = [
        {'import_playbook': 'buildops.tokens.provision_tokens', 'tags': ['credentials']},
        {'hosts': 'all', 'gather_facts': False, 'tags': ['build'], 'tasks': [{'ping': {}}]},
    ]
    inventory = hosts('one', token_sources={'company': COMPANY}, maven_settings_servers=SERVERS)
    run = run_playbook(plays, inventory, '--tags', 'build')
    assert run.rc == 0 and 'nexus.example.com' not in run.output, run.output
    run = run_playbook(plays, inventory, '--tags', 'credentials')
    assert run.rc != 0 and 'nexus.example.com' in run.output, run.output


def lookup_only(server: str, ca_path: str) -> dict[str, t.Any]:
    company = {**COMPANY, 'url': server, 'ca_path': ca_path}
    return hosts('one', 'two', token_sources={'company': company, 'idle': company})


def test_a_source_that_only_lookups_use_is_reported_rotated_and_revoked_by_name(
    run_playbook: t.Any, sandbox: t.Any
) -> None:
    app = nexus.create_app('3.90.1')
    inventory = lookup_only(sandbox.serve(app).url, sandbox.ca_path)

    def run(name: str) -> t.Any:
        done = run_playbook(
            PLAYBOOKS / f'{name}_tokens.yml', inventory, '-e', f'{name}_tokens_sources=company'
        )
        assert done.rc == 0, done.output
        return done

    assert 'company (nexus_user_token, 2 hosts): does not exist' in run('report').output
    run('rotate')
    old = app.state.token_of('alice')
    run('rotate')
    new = app.state.token_of('alice')
    assert old and new and old.pass_code != new.pass_code
    assert app.state.counters['tokens_created'] == 2
    run('revoke')
    assert app.state.token_of('alice') is None


def test_variables_of_import_playbook_count(
    run_playbook: t.Any, sandbox: t.Any, tmp_path: Path
) -> None:
    app = nexus.create_app('3.90.1')
    company = {**COMPANY, 'url': sandbox.serve(app).url, 'ca_path': sandbox.ca_path}
    variables = {
        'token_sources': {'company': company},
        'maven_settings_servers': SERVERS,
        'maven_settings_path': str(tmp_path / 'agents/settings.xml'),
    }
    plays = [{'import_playbook': 'buildops.tokens.provision_tokens', 'vars': variables}]
    run = run_playbook(plays, hosts('one'))
    assert run.rc == 0, run.output
    token = app.state.token_of('alice')
    assert token.pass_code in (tmp_path / 'agents/settings.xml').read_text(encoding='utf-8')
