# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host reports as facts is not among the variables that options come from."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible import constants
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    delivery_types,
    report_options,
    trusted_variables,
)

INVENTORY = """
all:
  hosts:
    honest:
    hostile:
  vars:
    token_sources: {company: {type: nuvy_client_token}}
    company_url: https://inventory.example.com
    ansible_site: inventory
"""
FACTS = {
    'token_sources': {'company': {'type': 'forged'}},
    'buildops_tokens_nuvy_proxy': 'http://forged.example.com',
    'company_url': 'http://forged.example.com',
    'ansible_site': 'forged',
    'ansible_password': 'forged',
    'ansible_user_dir': '/home/agent',
    'ansible_facts': {'user_dir': 'forged'},
    'hostvars': {'honest': 'forged'},
    'discovered_interpreter_python': '/usr/bin/python3',
}
SHOWN = 'The host hostile reports a fact named %s, which'


class Run:
    """The variables of a run with one play, in which a host reported facts."""

    def __init__(self, folder: Path, facts: dict[str, t.Any], inventory: str = INVENTORY) -> None:
        path = folder / 'inventory.yml'
        path.write_text(inventory, encoding='utf-8')
        loader = DataLoader()
        self.inventory = InventoryManager(loader, sources=[str(path)])
        self.manager = VariableManager(loader, self.inventory)
        self.hostvars = HostVars(self.inventory, self.manager, loader)
        self.play = Play.load(
            {
                'name': 'play',
                'hosts': 'all',
                'vars': {'tokens_of_play': 'play'},
                'tasks': [{'debug': {'msg': 'x'}, 'vars': {'tokens_of_task': 'task'}}],
            },
            variable_manager=self.manager,
            loader=loader,
        )
        self.task = self.play.compile()[1].block[0]
        self.manager.set_host_facts('hostile', dict(facts))

    def task_vars(self, host: str = 'hostile') -> dict[str, t.Any]:
        variables: dict[str, t.Any] = self.manager.get_vars(
            play=self.play, host=self.inventory.get_host(host), task=self.task
        )
        return variables


@pytest.fixture(name='warnings')
def _warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    received: list[str] = []

    def warning(_self: t.Any, text: str, *_more: t.Any, **_options: t.Any) -> None:
        if not text.startswith('Removed restricted key'):  # by ansible-core
            received.append(text)

    monkeypatch.setattr(trusted_variables.Display, 'warning', warning)
    return received


def views(run: Run) -> list[dict[str, t.Any]]:
    return [
        trusted_variables.of_host(run.hostvars, 'hostile'),
        trusted_variables.of_task(run.task_vars(), run.task),
        trusted_variables.of_task(run.task_vars()),
    ]


def test_S1_no_fact_is_a_variable(tmp_path: Path, warnings: list[str]) -> None:
    run = Run(tmp_path, FACTS)
    assert run.task_vars()['company_url'] == FACTS['company_url']  # that is ansible-core's way
    for variables in views(run):
        assert variables['token_sources'] == {'company': {'type': 'nuvy_client_token'}}
        assert variables['company_url'] == 'https://inventory.example.com'
        assert 'buildops_tokens_nuvy_proxy' not in variables
        assert 'ansible_password' not in variables
        assert 'forged' not in str(variables['hostvars'].raw_get('hostile')['token_sources'])
    assert {SHOWN % name in text for text in warnings for name in ['company_url']} == {False}
    for name in ('token_sources', 'buildops_tokens_nuvy_proxy'):
        assert any(SHOWN % name in text for text in warnings)


def test_S1_a_fact_that_is_asked_for_is_found(tmp_path: Path, warnings: list[str]) -> None:
    for variables in views(Run(tmp_path, FACTS)):
        assert variables['ansible_facts']['user_dir'] == '/home/agent'
        assert variables['ansible_facts']['company_url'] == FACTS['company_url']
        assert variables['ansible_user_dir'] == '/home/agent'
    assert trusted_variables.of_host(Run(tmp_path, FACTS).hostvars, 'hostile')['ansible_site'] == (
        'inventory'
    )


def test_S1_facts_of_one_host_are_no_variables_of_another(
    tmp_path: Path, warnings: list[str]
) -> None:
    run = Run(tmp_path, FACTS)
    for variables in (
        trusted_variables.of_task(run.task_vars('honest'), run.task),
        trusted_variables.of_host(run.hostvars, 'honest'),
    ):
        about = variables['hostvars'].raw_get('hostile')
        assert about['company_url'] == 'https://inventory.example.com'
        assert about['ansible_facts']['company_url'] == FACTS['company_url']
    assert not warnings


@pytest.mark.parametrize('facts', [{}, {'ansible_env': {}, 'module_setup': True}])
def test_without_such_facts_nothing_changes(
    tmp_path: Path, warnings: list[str], facts: dict[str, t.Any]
) -> None:
    run = Run(tmp_path, dict(facts, discovered_interpreter_python='/usr/bin/python3'))
    before = run.task_vars()
    after = trusted_variables.of_task(before, run.task)
    assert {name for name in before if before[name] is not after[name]} <= {'hostvars', 'vars'}
    assert not warnings


def test_S1_what_the_author_set_wins_as_before(tmp_path: Path, warnings: list[str]) -> None:
    run = Run(tmp_path, dict(FACTS, tokens_of_play='forged', tokens_of_task='forged'))
    run.manager.set_nonpersistent_facts('hostile', {'token_sources': 'of set_fact'})
    run.manager.set_host_variable('hostile', 'company_url', 'of include_vars')
    for variables in views(run):
        assert variables['token_sources'] == 'of set_fact'
        assert variables['company_url'] == 'of include_vars'
    variables = trusted_variables.of_task(run.task_vars(), run.task)
    assert (variables['tokens_of_play'], variables['tokens_of_task']) == ('play', 'task')
    found = trusted_variables.of_host(run.hostvars, 'hostile', run.play)
    assert found['tokens_of_play'] == 'play'


def test_S1_facts_that_are_merged_do_not_get_into_a_mapping(
    tmp_path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, 'DEFAULT_HASH_BEHAVIOUR', 'merge')
    run = Run(tmp_path, {'token_sources': {'company': {'proxy': 'http://forged.example.com'}}})
    assert 'proxy' in run.task_vars()['token_sources']['company']
    for variables in views(run):
        assert variables['token_sources'] == {'company': {'type': 'nuvy_client_token'}}


def test_S1_facts_in_the_result_of_an_item_do_not_reach_the_next(
    tmp_path: Path, warnings: list[str]
) -> None:
    run = Run(tmp_path, {})
    variables = run.task_vars()  # as ansible-core changes them between items
    facts = {name: value for name, value in FACTS.items() if name != 'hostvars'}
    variables.update(facts, item='second', ansible_facts=dict(FACTS))
    for task in (run.task, None):
        trusted = trusted_variables.of_task(variables, task)
        assert trusted['company_url'] == 'https://inventory.example.com'
        assert trusted['item'] == 'second'
        assert 'buildops_tokens_nuvy_proxy' not in trusted
    variables['hostvars'] = FACTS['hostvars']
    with pytest.raises(BadInput, match='reports a fact named hostvars'):
        trusted_variables.of_task(variables, run.task)


def test_S1_a_host_cannot_take_the_name_of_another(tmp_path: Path, warnings: list[str]) -> None:
    run = Run(tmp_path, {'inventory_hostname': 'honest'})
    with pytest.raises(BadInput, match='reports a fact named inventory_hostname'):
        trusted_variables.of_task(run.task_vars(), run.task)


@pytest.mark.parametrize(
    'name, ours',
    [
        ('token_sources', True),
        ('maven_settings_path', True),
        ('nexus_proxies_url', True),
        ('tokens_summary_file', True),
        ('deliver_to_failed', True),
        ('nuxeo_releases_path', True),  # a delivery type without a role
        ('company_sources', False),
    ],
)
def test_which_variables_are_options(name: str, ours: bool) -> None:
    assert trusted_variables.is_ours(name) is ours


def test_S1_each_variable_of_a_delivery_or_report_is_an_option() -> None:
    """Else a fact of that name would be a variable of somebody else's task, without a warning."""
    names = {'token_sources', *report_options.VARIABLES}
    for kind in delivery_types.all_types().values():
        names.update(name for name in (kind.VARIABLE, *kind.variables()) if name)
    assert len(names) > 50
    assert [name for name in sorted(names) if not trusted_variables.is_ours(name)] == []


def test_each_host_has_the_variables_that_ansible_core_gives_it(tmp_path: Path) -> None:
    hosts = '\n'.join('    host%d: {number: %d}' % (number, number) for number in range(30))
    run = Run(tmp_path, {}, 'all:\n  hosts:\n    hostile:\n%s\n' % hosts)
    asked: list[t.Any] = []
    get_hosts = run.inventory.get_hosts
    run.inventory.get_hosts = lambda *args, **more: asked.append(1) or get_hosts(*args, **more)
    seen = {}
    for name in [f'host{number}' for number in range(30)]:
        if name == 'host9':  # as if it had failed in an earlier task
            run.play._removed_hosts.append('host3')
        variables = trusted_variables.of_host(run.hostvars, name, run.play)
        seen[name] = {key: value for key, value in variables.items() if key != 'hostvars'}
    # Not once for each host: with thousands of hosts, these lists take most of the time
    assert len(asked) <= 4
    run.play._removed_hosts.clear()
    for name, variables in seen.items():
        if name == 'host9':
            run.play._removed_hosts.append('host3')
        host = run.inventory.get_host(name)
        assert variables == run.manager.get_vars(play=run.play, host=host, include_hostvars=False)
    assert len(seen['host8']['ansible_play_hosts']) == 31
    assert 'host3' not in seen['host9']['ansible_play_hosts']
