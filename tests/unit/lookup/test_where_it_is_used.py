# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup in real plays, in every place where people write one."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.conftest import COLLECTIONS, NO_SETTINGS
from tests.sandbox import nexus, nuvy, nuxeo
from tests.tools.scratch import environment

STEP_1 = r'/wonderland/authenticate$'
PASSWORD = 'wonderland-cAn4ry'


@pytest.fixture
def server(sandbox):
    return sandbox.serve(
        nexus.create_app(
            '3.71.0-06',
            users={
                'alice': PASSWORD,
                'bob': 'builder-cAn4ry',
                'admin': {'password': 'admin-cAn4ry', 'admin': True},
            },
        )
    )


@pytest.fixture
def company(sandbox, server):
    return {
        'type': 'nexus_user_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'username': 'alice',
        'password': PASSWORD,
    }


def inventory(hosts, **variables):
    return {
        'all': {
            'hosts': {name: {} for name in hosts},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'company': "{{ lookup('buildops.tokens.token', 'company') }}",
                **variables,
            },
        }
    }


def assert_no_canary(run):
    assert 'cAn4ry' not in run.output
    assert 'cAn4ry' not in json.dumps(run.events)


PLACES = """
- hosts: all
  gather_facts: false
  strategy: STRATEGY
  vars:
    in_play: "{{ lookup('buildops.tokens.token', 'company', query='username') }}"
  tasks:
    - name: In variables of the inventory, of the play and of the task
      ansible.builtin.assert:
        that:
          - company.username == in_play
          - company.username == in_task
          - ansible_password == company.password
          - company.authorization ==
            'Basic ' + (company.username + ':' + company.password) | b64encode
        quiet: true
      vars:
        in_task: "{{ lookup('buildops.tokens.token', 'company', query='name_code') }}"

    - name: In the environment, and in the arguments of a task in the background
      ansible.builtin.command: sh -c 'test "$NAME" = "{{ company.username }}"'
      environment:
        NAME: "{{ company.username }}"
      async: 20
      poll: 1
      changed_when: false

    - name: In a condition
      ansible.builtin.assert:
        that: true
        quiet: true
      when: lookup('buildops.tokens.token', 'company').kind == 'basic'
      register: condition

    - name: In a loop
      ansible.builtin.assert:
        that: company.username == lookup('buildops.tokens.token', item, query='username')
        quiet: true
      loop: [company, company]

    - name: On another host
      ansible.builtin.assert:
        that: company.username == in_play
        quiet: true
      delegate_to: two

    - name: For all hosts at once
      ansible.builtin.assert:
        that: company.username == in_play
        quiet: true
      run_once: true

    - name: In a file
      ansible.builtin.copy:
        content: "{{ company.username }}"
        dest: "{{ folder }}/{{ inventory_hostname }}"
        mode: "0600"
      diff: false
      no_log: true

    - name: Nothing was left out
      ansible.builtin.assert:
        that: condition is not skipped
        quiet: true
"""


@pytest.mark.parametrize('strategy', ['linear', 'free', 'host_pinned'])
def test_P12_one_request_wherever_it_is_written(run_playbook, server, company, tmp_path, strategy):
    names = inventory(
        ['one', 'two'],
        token_sources={'company': company},
        ansible_password='{{ company.password }}',
        folder=str(tmp_path),
        ansible_async_dir=str(tmp_path / 'async'),
    )
    run = run_playbook(PLACES.replace('STRATEGY', strategy), names, '-vv')
    assert run.rc == 0, run.output
    assert server.count('POST', STEP_1) == 1
    token = server.state.token_of('alice')
    assert (tmp_path / 'one').read_text() == (tmp_path / 'two').read_text() == token.name_code
    assert PASSWORD not in run.output and token.pass_code not in run.output
    assert not list((run.home / '.ansible/tmp').glob('ansible-local-*/buildops.tokens')), (
        'the cache of a run lives as long as the run'
    )


CONNECTION = '''
from __future__ import annotations
DOCUMENTATION = """
name: noted
short_description: The local connection, which notes its password
description: As it says.
author: nobody
options:
  password:
    description: What it notes.
    vars: [{name: ansible_password}]
"""
import os
from ansible.plugins.connection.local import Connection as Local

class Connection(Local):
    transport = 'noted'

    def _connect(self):
        with open(os.environ['NOTED'], 'a') as file:
            file.write(self.get_option('password') + ' ')
        return super()._connect()
'''


def test_it_is_the_password_of_a_connection(run_playbook, server, company, tmp_path):
    (tmp_path / 'plugins').mkdir()
    (tmp_path / 'plugins/noted.py').write_text(CONNECTION)
    play = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.command: "true"
    - ansible.builtin.command: "true"
      delegate_to: two
"""
    names = inventory(
        ['one', 'two'],
        token_sources={'company': company},
        ansible_password='{{ company.password }}',
    )
    names['all']['vars']['ansible_connection'] = 'noted'
    run = run_playbook(
        play,
        names,
        '-vvv',
        env={
            'ANSIBLE_CONNECTION_PLUGINS': str(tmp_path / 'plugins'),
            'NOTED': str(tmp_path / 'noted'),
        },
    )
    assert run.rc == 0, run.output
    noted, pass_code = (
        (tmp_path / 'noted').read_text().split(),
        server.state.token_of('alice').pass_code,
    )
    assert len(noted) >= 4 and set(noted) == {pass_code} and pass_code not in run.output
    assert server.count('POST', STEP_1) == 1


def test_check_mode_creates_nothing(run_playbook, server, company):
    play = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.assert:
        that: company.username == expected
"""
    names = inventory(['one'], token_sources={'company': company})
    run = run_playbook(play, names, '--check', '-e', 'expected=check-mode-no-token-yet')
    assert run.rc == 0 and 'replaces it' in run.output, run.output
    assert server.count('POST', STEP_1) == 0
    server.app.create_token('alice', 'alice')
    run = run_playbook(
        play, names, '--check', '-e', 'expected=' + server.state.token_of('alice').name_code
    )
    assert run.rc == 0, run.output


def test_check_mode_has_every_part_of_a_token(run_playbook, sandbox, server, company):
    """So that what uses one part or another goes the same ways as without check mode."""
    tokens = sandbox.serve(nuvy.create_app([nuvy.AppClient('build', 'cAn4ry-client-secret')]))
    platform = sandbox.serve(
        nuxeo.create_app(
            users=[nuxeo.User('alice', PASSWORD)],
            clients=[
                nuxeo.Client(
                    'build',
                    'build',
                    'cAn4ry-client-secret',
                    'https://client.example/callback',
                    auto_grant=True,
                )
            ],
        )
    )
    sources = {
        'company': company,
        'platform': {
            'type': 'nuxeo_oauth2_token',
            'url': platform.url,
            'ca_path': sandbox.ca_path,
            'grant': 'authorization_code',
            'client_id': 'build',
            'client_secret': 'cAn4ry-client-secret',
            'username': 'alice',
            'password': PASSWORD,
        },
        'nuvy': {
            'type': 'nuvy_client_token',
            'url': tokens.url,
            'ca_path': sandbox.ca_path,
            'client_id': 'build',
            'client_secret': 'cAn4ry-client-secret',
        },
        'studio': {'type': 'nuxeo_online_token', 'username': 'jdoe', 'token': 'cAn4ry-token'},
    }
    play = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ dict(token | dict2items | map(attribute='key') | map('string')
                      | zip([token.kind] * 99)) }}"
      vars:
        token: "{{ lookup('buildops.tokens.token', item) }}"
      loop: "{{ token_sources | list }}"
"""
    shapes = []
    for arguments in (['--check'], []):
        run = run_playbook(play, inventory(['one'], token_sources=sources), *arguments)
        assert run.rc == 0, run.output
        shapes.append(
            [
                result['msg']
                for result in next(event for event in run.events if event['event'] == 'ok')[
                    'result'
                ]['results']
            ]
        )
    assert shapes[0] == shapes[1] and len(shapes[0]) == 4


VAULTED = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.assert:
        that: lookup('buildops.tokens.token', 'company', query='kind') == 'basic'
    - ansible.builtin.assert:
        that: lookup('buildops.tokens.token', 'company', query='kind') == 'basic'
"""


def tool(name, home, *arguments, **options):
    """Runs another of ansible's programs, as C(run_playbook) does.

    Answers with the finished process.
    """
    return subprocess.run(
        [sys.executable, '-m', 'ansible', name, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env={
            **environment(home),
            'ANSIBLE_CONFIG': str(NO_SETTINGS),
            'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
        },
        **options,
    )


def test_A20_vaulted_values_in_token_sources(run_playbook, server, company, tmp_path):
    (tmp_path / 'key').write_text('vault-cAn4ry')
    (tmp_path / 'wrong').write_text('other')
    made = tool(
        'vault', tmp_path, 'encrypt_string', '--vault-password-file', tmp_path / 'key', PASSWORD
    )
    vaulted = '\n'.join(
        '          ' + line.strip() for line in made.stdout.splitlines() if '!vault' not in line
    )
    text = f"""
all:
  hosts: {{one: , two: }}
  vars:
    ansible_connection: local
    ansible_python_interpreter: "{{{{ ansible_playbook_python }}}}"
    token_sources:
      company:
        type: nexus_user_token
        url: {server.url}
        ca_path: {company['ca_path']}
        username: alice
        password: !vault |
{vaulted}
"""
    run = run_playbook(VAULTED, text, '--vault-password-file', tmp_path / 'key', '-vvvv')
    assert run.rc == 0, run.output
    assert server.count('POST', STEP_1) == 1
    assert_no_canary(run)
    run = run_playbook(VAULTED, text, '--vault-password-file', tmp_path / 'wrong', '-vvvv')
    assert (
        run.rc != 0
        and 'source company: password is encrypted with Ansible Vault, and cannot be decrypted.'
        in ' '.join(run.output.split())
    )
    assert_no_canary(run)


def test_ansible_inventory_does_not_fetch_and_ad_hoc_commands_do(server, company, tmp_path):
    (tmp_path / 'inventory.yml').write_text(
        json.dumps(inventory(['one'], token_sources={'company': company}))
    )
    listed = tool('inventory', tmp_path, '-i', tmp_path / 'inventory.yml', '--list')
    assert (
        listed.returncode == 0
        and "lookup('buildops.tokens.token'" in listed.stdout
        and not server.requests
    )
    done = tool(
        'adhoc',
        tmp_path,
        '-i',
        tmp_path / 'inventory.yml',
        'all',
        '-m',
        'ansible.builtin.debug',
        '-a',
        'msg={{ company.username }}',
    )
    assert done.returncode == 0 and server.state.token_of('alice').name_code in done.stdout, (
        done.stdout + done.stderr
    )
    assert server.count('POST', STEP_1) == 1


ANSWERS = """
- hosts: all
  gather_facts: false
  vars:
    both: "{{ lookup('buildops.tokens.token', 'company', 'second', wantlist=true) }}"
  tasks:
    - ansible.builtin.assert:
        that:
          - both | map(attribute='user') | list == ['alice', 'bob']
          - query('buildops.tokens.token', ['company', 'second'], query='user') == ['alice', 'bob']
          - query('buildops.tokens.token', 'company', query='[kind, user]') == [['basic', 'alice']]
          - query('buildops.tokens.token', 'company', 'broken', 'second', query='user',
                  on_error='skip') == ['alice', 'bob']
          - query('buildops.tokens.token', 'broken', on_error='warn') == []
          - query('buildops.tokens.token', 'unknown', on_error='warn') == []
          - query('buildops.tokens.token', []) == []
          - lookup('buildops.tokens.token', type='nexus_user_token', url=token_sources.company.url,
                   ca_path=token_sources.company.ca_path, username='bob',
                   password=token_sources.second.password, realm=omit, nexus_version=omit,
                   proxy='', query='user') == 'bob'
          - lookup('buildops.tokens.token', 'company') is mapping
"""


def test_terms_queries_and_errors(run_playbook, server, company):
    sources = {
        'company': company,
        'second': {**company, 'username': 'bob', 'password': 'builder-cAn4ry'},
        'broken': {**company, 'passwrd': 'x'},
        'unknown': {**company, 'username': 'eve'},
    }
    run = run_playbook(ANSWERS, inventory(['one'], token_sources=sources), '-vvvv')
    assert run.rc == 0, run.output
    assert server.count('POST', STEP_1) == 3, 'one for each user, whether by name or in place'
    assert 'source unknown: 127.0.0.1' in ' '.join(run.output.split())
    assert 'source broken of type nexus_user_token has no option passwrd' in ' '.join(
        run.output.split()
    )
    assert_no_canary(run)


FAILURES = {
    "'compny'": 'there is no source compny in token_sources. Did you mean company?',
    "'company', url='x'": 'source company is taken as token_sources has it; url cannot be given '
    'besides its name.',
    "type='nexus_user_token', username='x', "
    "password='short-cAn4ry'": 'nexus_user_token: missing required arguments: url',
    '': 'give the name of a source in token_sources, or type and its options.',
    "'company', query='[['": 'query is not a JMESPath expression.',
    "'company', on_error='ignore'": 'on_error must be fail, warn or skip.',
    "'always'": 'source always: regenerate cannot be always in a lookup',
    "'wrong'": 'source wrong: 127.0.0.1:PORT does not accept the user name and password (401 from',
    "'dead'": 'source dead: 127.0.0.1:1 refuses the connection.',
    "'no_ca'": 'source no_ca: ca_path: there is no file',
    "'company', query='pasword'": 'the token has no pasword. Did you mean password?',
    "'company', query=['kind']": 'query must be a string',
    "'undefined'": 'source undefined: password uses the variable vault_missing, which is not '
    'defined.',
}


def test_A2_A4_errors_name_the_source_and_contain_no_secret(run_playbook, server, company):
    sources = {
        'company': company,
        'always': {**company, 'regenerate': 'always'},
        'wrong': {**company, 'password': 'wrong-cAn4ry'},
        'dead': {**company, 'url': 'https://127.0.0.1:1', 'retries': 0},
        'no_ca': {**company, 'ca_path': '/no/ca.pem'},
        'undefined': {**company, 'password': 'cAn4ry{{ vault_missing }}'},
    }
    tasks = [
        {
            'name': arguments,
            'block': [
                {
                    'ansible.builtin.set_fact': {
                        'unused': "{{ lookup('buildops.tokens.token', %s) }}" % arguments
                    }
                }
            ],
            'rescue': [{'ansible.builtin.debug': {'msg': '{{ ansible_failed_result.msg }}'}}],
        }
        for arguments in FAILURES
    ]
    text = json.dumps(
        [
            {
                'hosts': 'all',
                'gather_facts': False,
                'tasks': [dict(task, no_log=True) for task in tasks],
            }
        ]
    )
    # the play itself holds a password in place, which ansible-core 2.19 and newer show around an
    # error: it is not ours
    text = text.replace('short-cAn4ry', '{{ short }}').replace("'{{ short }}'", 'short')
    run = run_playbook(
        text + '\n',
        inventory(['one'], token_sources=sources, short='short-cAn4ry'),
        '-vvv',
        env={'ANSIBLE_DISPLAY_TRACEBACK': 'never'},
    )
    assert_no_canary(run)
    text = text.replace('"no_log": true', '"no_log": false')
    run = run_playbook(
        text + '\n', inventory(['one'], token_sources=sources, short='short-cAn4ry'), '-vvv'
    )
    assert_no_canary(run)
    output = ' '.join(run.output.split())
    for sentence in FAILURES.values():
        sentence = sentence.replace('127.0.0.1:PORT', urlsplit(server.url).netloc)
        assert sentence in output, f'{sentence}\n{run.output}'


def test_two_users_of_one_server_and_a_source_that_fails_for_one_host_only(
    run_playbook, server, company
):
    names = inventory(
        ['alices', 'bobs', 'broken'],
        token_sources={'company': {**company, 'username': '{{ who }}', 'password': '{{ secret }}'}},
    )
    names['all']['hosts'] = {
        'alices': {'who': 'alice', 'secret': PASSWORD},
        'bobs': {'who': 'bob', 'secret': 'builder-cAn4ry'},
        'broken': {'who': 'bob', 'secret': 'wrong-cAn4ry'},
    }
    play = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Ask
      ansible.builtin.assert:
        that: company.user == who
"""
    run = run_playbook(play + play, names)
    assert {name: stats['failures'] for name, stats in run.stats.items()} == {
        'alices': 0,
        'bobs': 0,
        'broken': 1,
    }
    assert {name: stats['ok'] for name, stats in run.stats.items()} == {
        'alices': 2,
        'bobs': 2,
        'broken': 0,
    }
    assert sorted(record['user'] for record in server.requests.matching('POST', STEP_1)) == [
        'alice',
        'bob',
        'bob',
    ]
    assert_no_canary(run)


def test_a_token_that_is_revoked_during_the_run_is_replaced_by_a_module_and_seen_by_the_next_lookup(
    run_playbook, server, company
):
    play = f"""
- hosts: all
  gather_facts: false
  tasks:
    - name: Remember it
      ansible.builtin.set_fact:
        before: "{{{{ company.username }}}}"
    - name: Somebody revokes it
      ansible.builtin.uri:
        url: {server.url}/service/rest/v1/security/users/alice/default/user-token-reset
        method: DELETE
        url_username: admin
        url_password: admin-cAn4ry
        force_basic_auth: true
        ca_path: {company['ca_path']}
        status_code: [200, 204]
    - name: See whether it works
      buildops.tokens.token_source:
        name: company
        regenerate: if_invalid
      register: seen
    - name: The lookup follows
      ansible.builtin.assert:
        that:
          - seen is changed
          - seen.token.username != before
          - company.username == seen.token.username
"""
    run = run_playbook(play, inventory(['one'], token_sources={'company': company}))
    assert run.rc == 0, run.output
    assert server.state.counters['tokens_created'] == 2


def test_T5_a_token_that_expires_during_the_run_is_replaced_in_time(run_playbook, sandbox):
    server = sandbox.serve(
        nuvy.create_app([nuvy.AppClient('build', 'cAn4ry-client-secret', expires_in=3)])
    )
    play = """
- hosts: all
  gather_facts: false
  tasks:
    - name: It is never one that has ended
      ansible.builtin.assert:
        that: >-
          now(utc=true, fmt='%Y-%m-%dT%H:%M:%SZ')
          <= lookup('buildops.tokens.token', 'nuvy').expires_at
      loop: "{{ range(10) | list }}"
      loop_control:
        pause: 1
"""
    source = {
        'type': 'nuvy_client_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'build',
        'client_secret': 'cAn4ry-client-secret',
    }
    run = run_playbook(play, inventory(['one'], token_sources={'nuvy': source}))
    assert run.rc == 0, run.output
    assert 4 <= server.count('POST') <= 10
    assert_no_canary(run)
