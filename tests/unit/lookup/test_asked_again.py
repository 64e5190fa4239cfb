# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keywords of tasks: C(until), C(rescue), C(delegate_to), C(with_) and loops over secrets."""

from __future__ import annotations

import pytest

from tests.sandbox import nexus, nuvy
from tests.sandbox.serving import faults

TOKEN = r'/nexus/oauth2/token$'
SECRET = 'n0t-A-real-secret'
OTHER = 'c4nary-that-is-in-no-source'
HOSTS = {f'h{number}': {} for number in range(4)}


@pytest.fixture
def server(sandbox):
    client = nuvy.AppClient('app', SECRET)
    return sandbox.serve(nuvy.create_app([client]))


@pytest.fixture
def inventory(sandbox, server):
    return {
        'all': {
            'hosts': {**HOSTS, 'localhost': {'ansible_python_interpreter': '/nonexistent'}},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'secret': SECRET,
                'token_sources': {
                    'nuvy': {
                        'type': 'nuvy_client_token',
                        'url': server.url,
                        'ca_path': sandbox.ca_path,
                        'client_id': 'app',
                        'client_secret': SECRET,
                        'retries': 0,
                    }
                },
            },
        }
    }


def play(*tasks, hosts='h*'):
    return [{'hosts': hosts, 'gather_facts': False, 'tasks': list(tasks)}]


ASK = {'buildops.tokens.token_source': {'name': 'nuvy'}}


def test_each_attempt_of_until_asks_once_for_all_hosts(run_playbook, server, inventory):
    server.faults.add(TOKEN, faults.status(503), times=1)
    server.faults.add(TOKEN, faults.json('{"error": "invalid_client"}', 401), times=1)
    task = {**ASK, 'register': 'got', 'until': 'got is succeeded', 'retries': 4, 'delay': 1}
    run = run_playbook(play(task), inventory, '-f', '4')
    assert run.rc == 0, run.output
    assert server.count('POST', TOKEN) == 3


def test_rescue_asks_again_once_for_all_hosts(run_playbook, server, inventory):
    server.faults.add(TOKEN, faults.json('{"error": "invalid_client"}', 401), times=1)
    again = {
        'name': 'again',
        'ansible.builtin.debug': {
            'msg': "{{ lookup('buildops.tokens.token', 'nuvy', query='kind') }}"
        },
    }
    run = run_playbook(play({'block': [ASK], 'rescue': [again]}), inventory)
    assert run.rc == 0, run.output
    assert [result['msg'] for result in run.results('again')] == ['bearer'] * 4
    assert server.count('POST', TOKEN) == 2


@pytest.mark.parametrize('name', ['localhost', '127.0.0.1'])
def test_a_task_that_is_delegated_to_the_controller_runs_in_it(
    run_playbook, server, inventory, sandbox, name
):
    """One request for all hosts. The Python of localhost is not used, and need not be there."""
    options = {
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'app',
        'client_secret': '{{ secret }}',
    }
    inventory['all']['hosts']['127.0.0.1'] = {'ansible_python_interpreter': '/nonexistent'}
    task = {'buildops.tokens.nuvy_client_token': options, 'delegate_to': name}
    run = run_playbook(play(task, ASK), inventory)
    assert run.rc == 0, run.output
    assert server.count('POST', TOKEN) == 1


def test_a_token_that_a_delegated_task_replaced_is_not_used_any_more(
    run_playbook, sandbox, inventory
):
    app = nexus.create_app('3.71.0-06')
    company = {
        'url': sandbox.serve(app).url,
        'ca_path': sandbox.ca_path,
        'username': 'alice',
        'password': '{{ password }}',
    }
    inventory['all']['vars'].update(
        password='wonderland', token_sources={'company': {**company, 'type': 'nexus_user_token'}}
    )
    shown = {
        'name': 'shown',
        'ansible.builtin.debug': {
            'msg': "{{ lookup('buildops.tokens.token', 'company', query='username') }}"
        },
    }
    replaced = {
        'buildops.tokens.nexus_user_token': {**company, 'regenerate': 'always'},
        'delegate_to': 'h1',
    }
    run = run_playbook(play(shown, replaced, shown, hosts='h0'), inventory)
    assert run.rc == 0, run.output
    before, after = (result['msg'] for result in run.results('shown'))
    assert before != after == app.state.token_of('alice').name_code


def test_with_takes_tokens_as_items(run_playbook, server, inventory):
    """ansible-core 2.18 and older give C(wantlist) to the lookup."""
    task = {
        'name': 'kinds',
        'ansible.builtin.debug': {'msg': '{{ item.kind }}'},
        'with_buildops.tokens.token': ['nuvy', 'nuvy'],
    }
    run = run_playbook(play(task, hosts='h0'), inventory)
    assert run.rc == 0, run.output
    assert [each['msg'] for each in run.result('kinds')['results']] == ['bearer', 'bearer']


LOOPS = {
    'sources': (
        {'name': '{{ item.key }}'},
        'token_source',
        [{'key': 'gone', 'value': {'type': 'nuvy_client_token', 'client_secret': OTHER}}],
        'there is no source gone',
    ),
    'a delivery': (
        {
            'path': '{{ playbook_dir }}/settings.xml',
            'id': '{{ item.id }}',
            'username': 'u',
            'password': '{{ item.password }}',
        },
        'maven_server',
        [{'id': '${bad}', 'password': OTHER}],
        'id',
    ),
    'a delivery that works': (
        {
            'path': '{{ playbook_dir }}/settings.xml',
            'id': '{{ item.id }}',
            'username': 'u',
            'password': '{{ item.password }}',
        },
        'maven_server',
        [{'id': 'good', 'password': OTHER}],
        None,
    ),
}


@pytest.mark.parametrize('case', LOOPS)
def test_A4_an_item_with_a_secret_is_hidden_and_the_reason_is_shown(run_playbook, inventory, case):
    options, module, items, reason = LOOPS[case]
    inventory['all']['vars']['items_with_secrets'] = items
    task = {
        'name': 'loop',
        'buildops.tokens.' + module: options,
        'loop': '{{ items_with_secrets }}',
        'loop_control': {'label': 'x'},
    }
    run = run_playbook(play(task, hosts='h0'), inventory, '-vvv')
    assert (run.rc == 0) == (reason is None), run.output
    assert OTHER not in run.output and OTHER not in str(run.events)
    if reason:
        assert '[ERROR]: loop: ' in run.output and reason in run.output


def test_one_summary_whatever_the_strategy(run_playbook, sandbox, inventory, tmp_path):
    inventory['all']['vars'].update(
        maven_settings_path=str(tmp_path / '{{ inventory_hostname }}.xml'),
        maven_settings_servers=[{'id': 'api', 'token': 'nuvy'}],
    )
    del inventory['all']['hosts']['localhost']
    run = run_playbook(
        'buildops.tokens.provision_tokens', inventory, env={'ANSIBLE_STRATEGY': 'free'}
    )
    assert run.rc == 0, run.output
    assert len(run.results('Show what was delivered')) == 1
    assert {path.name for path in tmp_path.glob('h*.xml')} == {f'{host}.xml' for host in HOSTS}
