# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real playbooks with the OAuth2 modules: twice, in check mode, with a diff, on a delegated host,
and never a secret in what they show.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.sandbox import nuvy, nuxeo

CLIENT_SECRET, PASSWORD, WRONG, JWT_SECRET = (
    'c4nary-cl1ent-s3cret',
    'c4nary-p4ssw0rd',
    'c4nary-wr0ng',
    'c4nary-jwt-' * 6,
)
CALLBACK = 'https://client.test/cb'


@pytest.fixture
def servers(sandbox):
    n = nuxeo.create_app(
        '2025.3',
        users=[
            nuxeo.User('jdoe', PASSWORD),
            nuxeo.User('ci', 'x'),
            nuxeo.User('root', PASSWORD, True),
        ],
        jwt_secret=JWT_SECRET,
    )
    n.state.add_client(nuxeo.Client('ci', 'ci', CLIENT_SECRET, CALLBACK))
    return sandbox.serve(
        nuvy.create_app([nuvy.AppClient('app', CLIENT_SECRET, ('read',))])
    ), sandbox.serve(n)


def plays(sandbox, servers):
    nuvy_server, nuxeo_server = servers
    ours = {
        'url': nuxeo_server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'ci',
        'client_secret': CLIENT_SECRET,
        'cache': 'file',
    }
    headless = dict(ours, grant='authorization_code', username='jdoe', password=PASSWORD)
    app = {
        'url': nuvy_server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'app',
        'client_secret': CLIENT_SECRET,
    }
    registry = {
        'url': nuxeo_server.url,
        'ca_path': sandbox.ca_path,
        'username': 'root',
        'password': PASSWORD,
        'client_id': 'made',
        'redirect_uris': [CALLBACK],
        'client_secret': CLIENT_SECRET,
    }
    refused = {'register': 'wrong', 'failed_when': 'wrong is not failed'}
    tasks = [
        {'name': 'nuvy', 'buildops.tokens.nuvy_client_token': app, 'register': 'nuvy'},
        {
            'name': 'headless',
            'buildops.tokens.nuxeo_oauth2_token': headless,
            'register': 'headless',
        },
        {
            'name': 'signed',
            'buildops.tokens.nuxeo_oauth2_token': dict(
                ours, grant='jwt_bearer', username='jdoe', jwt_secret=JWT_SECRET
            ),
        },
        {
            'name': 'machine',
            'buildops.tokens.nuxeo_oauth2_token': dict(ours, grant='client_credentials'),
            'loop': [1, 2],
        },
        {'name': 'registry', 'buildops.tokens.nuxeo_oauth2_client': registry},
        {
            'name': 'wrong',
            'buildops.tokens.nuvy_client_token': dict(app, client_secret=WRONG),
            **refused,
        },
        {
            'name': 'wrong password',
            'buildops.tokens.nuxeo_oauth2_token': dict(headless, password=WRONG),
            **refused,
        },
        {
            'name': 'wrong everything',
            'buildops.tokens.nuxeo_oauth2_client': dict(registry, password=WRONG),
            **refused,
        },
        {
            'name': 'mistyped',
            'buildops.tokens.nuxeo_oauth2_token': dict(headless, pasword=PASSWORD),
            **refused,
        },
        {
            'name': 'use',
            'ansible.builtin.assert': {
                'that': (
                    "(headless.token or {'kind': 'bearer'}).kind == 'bearer' and nuvy.token.scope "
                    "== 'read'"
                )
            },
        },
    ]
    return [{'hosts': 'localhost', 'gather_facts': False, 'tasks': tasks}]


def files_below(folder: Path):
    return [
        path for path in folder.rglob('*') if path.is_file() and 'buildops.tokens' not in str(path)
    ]


def test_twice_with_check_and_diff_and_no_secret_is_shown(sandbox, servers, run_playbook, tmp_path):
    play = plays(sandbox, servers)
    log = tmp_path / 'ansible.log'
    env = {'ANSIBLE_LOG_PATH': str(log)}
    predicted = run_playbook(play, None, '--check', '--diff', '-vvvv', env=env)
    first = run_playbook(play, None, '--diff', '-vvvv', env=env)
    second = run_playbook(play, None, '--diff', '-vvvv', env=env)
    assert [run.rc for run in (predicted, first, second)] == [0, 0, 0], first.output
    for name, changed in (
        ('nuvy', [False] * 3),
        ('headless', [True, True, False]),
        ('registry', [True, True, False]),
    ):
        assert [
            bool(run.result(name)['changed']) for run in (predicted, first, second)
        ] == changed, name
    assert second.changed == 0
    assert (
        'Verify client_id and client_secret' in first.output
        and 'Did you mean password?' in first.output
    )

    secrets = {CLIENT_SECRET, PASSWORD, WRONG, JWT_SECRET}
    for server in servers:
        tokens = server.state.tokens
        for token in tokens:
            secrets |= (
                {token} if isinstance(token, str) else {token.access, token.refresh or token.access}
            )
    logins = (('app', CLIENT_SECRET), ('jdoe', PASSWORD), ('root', PASSWORD), ('app', WRONG))
    secrets |= {base64.b64encode(('%s:%s' % pair).encode()).decode() for pair in logins}
    shown = predicted.output + first.output + second.output + log.read_text(encoding='utf-8')
    assert not [secret for secret in secrets if secret in shown]
    events = repr([event for run in (predicted, first, second) for event in run.events])
    assert not [secret for secret in secrets if secret in events]
    for path in files_below(tmp_path / 'home') + files_below(tmp_path / 'tmp'):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], path


def test_a_delegated_task_runs_as_a_module_and_knows_no_cache(sandbox, servers, run_playbook):
    _nuvy_server, nuxeo_server = servers
    ours = {
        'url': nuxeo_server.url,
        'ca_path': sandbox.ca_path,
        'client_id': 'ci',
        'client_secret': CLIENT_SECRET,
    }
    tasks = [
        {
            'name': 'there',
            'buildops.tokens.nuxeo_oauth2_token': dict(
                ours, grant='authorization_code', username='jdoe', password=PASSWORD
            ),
            'delegate_to': 'elsewhere',
            'register': 'there',
        },
        {
            'name': 'used',
            'ansible.builtin.assert': {'that': "there.token.kind == 'bearer' and there is changed"},
        },
        {
            'name': 'registered',
            'buildops.tokens.nuxeo_oauth2_client': dict(
                ours, username='root', password=PASSWORD, redirect_uris=[CALLBACK]
            ),
            'delegate_to': 'elsewhere',
        },
        {
            'name': 'lost',
            'buildops.tokens.nuxeo_oauth2_token': dict(
                ours, grant='refresh_token', refresh_token='r' * 64, cache='file'
            ),
            'delegate_to': 'elsewhere',
        },
    ]
    here = {
        'ansible_connection': 'local',
        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
    }
    inventory = {'all': {'hosts': {'localhost': here, 'elsewhere': here}}}
    run = run_playbook(
        [{'hosts': 'localhost', 'gather_facts': False, 'tasks': tasks}], inventory, '-vvvv'
    )
    assert run.rc == 2 and 'must be kept for the next run' in run.output
    token = nuxeo_server.state.tokens[0]
    assert not [
        secret
        for secret in (CLIENT_SECRET, PASSWORD, token.access, token.refresh)
        if secret in run.output
    ]


def test_the_end_of_a_token_in_the_cache_is_reported(sandbox, servers, run_playbook):
    source = {
        'type': 'nuxeo_oauth2_token',
        'url': servers[1].url,
        'ca_path': sandbox.ca_path,
        'client_id': 'ci',
        'client_secret': CLIENT_SECRET,
        'grant': 'client_credentials',
        'cache': 'file',
    }
    tasks = [
        {'name': 'before', 'buildops.tokens.token_source_info': {'name': 'company'}},
        {
            'name': 'get',
            'buildops.tokens.token_source': {'name': 'company'},
            'register': 'got',
        },
        {
            'name': 'after',
            'buildops.tokens.token_source_info': {'name': 'company'},
            'register': 'info',
        },
        {
            'name': 'compare',
            'ansible.builtin.assert': {
                'that': 'info.expires_at == got.token.expires_at and not info.expired'
            },
        },
    ]
    play = [
        {
            'hosts': 'localhost',
            'gather_facts': False,
            'vars': {'token_sources': {'company': source}},
            'tasks': tasks,
        }
    ]
    run = run_playbook(play, None)
    assert run.rc == 0, run.output
    assert run.result('before')['expires_at'] is None


def test_one_request_makes_a_client_for_all_hosts(sandbox, servers, run_playbook):
    """All of them get its secret, which the server does not tell again."""
    registry = {
        'url': servers[1].url,
        'ca_path': sandbox.ca_path,
        'username': 'root',
        'password': PASSWORD,
        'client_id': 'made',
        'redirect_uris': [CALLBACK],
        'generate_secret': 'if_missing',
    }
    names = ['host%d' % number for number in range(7)]
    secrets = "groups.all | map('extract', hostvars, ['made', 'client_secret'])"
    play = [
        {
            'hosts': 'all',
            'gather_facts': False,
            'tasks': [
                {
                    'name': 'make',
                    'buildops.tokens.nuxeo_oauth2_client': registry,
                    'register': 'made',
                },
                {
                    'name': 'compare',
                    'ansible.builtin.assert': {'that': '%s | unique | length == 1' % secrets},
                    'run_once': True,
                },
                {
                    'name': 'again',
                    'buildops.tokens.nuxeo_oauth2_client': registry,
                    'register': 'again',
                },
                {
                    'name': 'nothing new',
                    'ansible.builtin.assert': {
                        'that': 'not again.changed and again.client_secret is undefined'
                    },
                },
            ],
        }
    ]
    inventory = {'all': {'hosts': dict.fromkeys(names, {'ansible_connection': 'local'})}}
    for _run in range(2):
        run = run_playbook(play, inventory, '-f', '7')
        servers[1].state.clients[:] = [
            client for client in servers[1].state.clients if client.id != 'made'
        ]
        assert run.rc == 0, run.output
    assert servers[1].count('POST', 'oauth2/client$') == 2
