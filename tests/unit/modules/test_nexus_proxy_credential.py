# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role in real playbooks with -vvvv: no secret comes out, whatever goes wrong.

A numbers are those of the fault catalogue.
"""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.sandbox import nexus
from tests.sandbox.serving import faults

SECRET = 'c4nary+REMOTE/pass=word'
KEY = 'c4nary-KEY-that-signs'
ADMIN = 'c4nary-of-ADMIN'
ACCESS = 'c4nary.access.TOKEN'
PLAY = '- hosts: build\n  gather_facts: false\n  roles: [buildops.tokens.nexus_proxies]\n'


def inventory(sandbox, server, *entries):
    return {
        'all': {
            'hosts': {'build': {}},
            'children': {'others': {'hosts': {'elsewhere': {}}}},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'nexus_proxies_url': server.url,
                'nexus_proxies_username': 'admin',
                'nexus_proxies_password': ADMIN,
                'nexus_proxies_ca_path': sandbox.ca_path,
                'nexus_proxies_repositories': list(entries),
            },
        }
    }


def echo(exchange):
    """A server that repeats all that it was sent."""
    sent = exchange.environ['wsgi.input'].read().decode()
    return faults.json(
        json.dumps([{'id': sent, 'message': sent + exchange.environ['HTTP_AUTHORIZATION']}]), 400
    )(exchange)


@pytest.fixture
def server(sandbox):
    return sandbox.serve(
        nexus.create_app('3.90.1-01', users={'admin': nexus.User(ADMIN, admin=True)})
    )


def assert_no_secret(run):
    for secret in (SECRET, KEY, ADMIN, ACCESS):
        for form in (
            secret,
            quote(secret, safe=''),
            base64.b64encode(secret.encode()).decode(),
            base64.b64encode(f'admin:{secret}'.encode()).decode(),
        ):
            assert form not in run.output


@pytest.mark.parametrize('case', ['good', 'echoed', 'wrong administrator', 'bearer', 'delegated'])
def test_A1_A2_no_secret_comes_out_with_vvvv(sandbox, server, run_playbook, case):
    remote = sandbox.serve(nexus.create_app('3.90.1-01', protect_content=True))
    entry = {
        'name': 'partner',
        'username': 'jane',
        'password': SECRET,
        'secrets': {'yumSigning': {'keypair': KEY}},
        'update_password': 'always',
        'create': {'remote_url': remote.url + '/repository/private/'},
    }
    if case == 'bearer':
        entry = {
            'name': 'partner',
            'access_token': ACCESS,
            'create': entry['create'],
            'update_password': 'always',
        }
    play = PLAY
    if case == 'wrong administrator':
        server.app.state.users['admin'].password = 'another'
    if case == 'echoed':
        server.faults.add('maven/proxy', echo, method='POST', times=9)
    if case == 'delegated':
        play = (
            '- hosts: build\n  gather_facts: false\n  tasks:\n'
            '    - buildops.tokens.nexus_proxy_credential:\n'
            '        url: "{{ nexus_proxies_url }}"\n'
            '        username: admin\n        password: "{{ nexus_proxies_password }}"\n'
            '        ca_path: "{{ nexus_proxies_ca_path }}"\n'
            '        repositories: "{{ nexus_proxies_repositories }}"\n'
            '      delegate_to: elsewhere\n'
        )
    run = run_playbook(play, inventory(sandbox, server, entry), '-vvvv', '--diff')
    assert (run.rc == 0) == (case not in ('echoed', 'wrong administrator')), run.output
    if run.rc == 0:
        assert (
            run.changed == 1
            and server.app.repositories.known['partner'].attributes['httpclient']['authentication']
        )
        again = run_playbook(
            play,
            inventory(sandbox, server, {**entry, 'update_password': 'on_create'}),
            '-vvvv',
            '--diff',
        )
        assert again.rc == 0 and again.changed == 0, again.output
        assert_no_secret(again)
    assert_no_secret(run)


def test_a_replaced_password_of_the_same_user_reaches_the_repository(sandbox, server, run_playbook):
    """The server does not return passwords: the controller remembers the last one."""
    entry = {
        'name': 'partner',
        'username': 'jane',
        'create': {'remote_url': 'https://remote.example.com/'},
    }
    seen = []
    for password in (SECRET, SECRET, SECRET + '2'):
        run = run_playbook(PLAY, inventory(sandbox, server, {**entry, 'password': password}))
        assert run.rc == 0, run.output
        http = server.app.repositories.known['partner'].attributes['httpclient']
        seen.append((run.changed, http['authentication']['password']))
    assert seen == [(1, SECRET), (0, SECRET), (1, SECRET + '2')]
