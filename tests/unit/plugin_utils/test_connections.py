# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection that two processes share mixes up their answers: ansible-core forks for each task,
so none may be open when it does. And the reason where a host cannot be reached.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from ansible import context
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import (
    NO_MACHINE_CREDENTIAL,
    connection_failure,
)
from tests.conftest import COLLECTIONS
from tests.sandbox import nexus, nuvy, nuxeo
from tests.tools.scratch import ROOT

# Imports all that the controller uses, asks for each token twice (once found out, once renewed),
# and reports what is open after each step
SCRIPT = """
import gc, importlib, json, os, pkgutil, sys
given = json.load(sys.stdin)
sys.path[:0] = given['path']
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader()
import requests
def accepted():
    links = []
    for number in os.listdir('/proc/self/fd'):
        try:
            links.append(os.readlink('/proc/self/fd/' + number))
        except OSError:
            pass
    sessions = sum(isinstance(one, requests.Session) for one in gc.get_objects())
    return sum(link.startswith('socket:') for link in links) + sessions
import ansible_collections.buildops.tokens.plugins as plugins
for kind in ('module_utils', 'plugin_utils', 'modules', 'action', 'lookup', 'filter'):
    package = importlib.import_module(plugins.__name__ + '.' + kind)
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):
        importlib.import_module(found.name)
seen = {'imported': accepted()}
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
for type_name, options in given['sources'].items():
    for regenerate in ('if_expired', 'always'):
        options = dict(options, regenerate=regenerate, cache='none')
        service.get_token(sources.resolve(type_name, options, {}))
        seen[type_name + ' ' + regenerate] = accepted()
kept = requests.Session()
nuvy = given['sources']['nuvy_client_token']
kept.get(nuvy['url'], verify=nuvy['ca_path'])
seen['counted'] = accepted()
print(json.dumps(seen))
"""


def test_P6_no_connection_outlives_what_it_was_made_for(sandbox):
    servers = {
        'nexus_user_token': (
            nexus.create_app('3.97.0'),
            {'username': 'alice', 'password': 'wonderland'},
        ),
        'nuvy_client_token': (
            nuvy.create_app(),
            {'client_id': 'buildops-client', 'client_secret': 'nuvy-s3cret'},
        ),
        'nuxeo_oauth2_token': (
            nuxeo.create_app(
                '2025.3',
                clients=[
                    nuxeo.Client(
                        'ci', 'ci', 'cl1ent-s3cret', 'https://client.test/cb', auto_grant=True
                    )
                ],
            ),
            {
                'client_id': 'ci',
                'client_secret': 'cl1ent-s3cret',
                'grant': 'authorization_code',
                'username': 'jdoe',
                'password': 'jdoe',
            },
        ),
    }
    asked = {
        name: dict(options, url=sandbox.serve(app).url, ca_path=str(sandbox.ca_path))
        for name, (app, options) in servers.items()
    }
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT],
        input=json.dumps({'path': [str(COLLECTIONS), str(ROOT)], 'sources': asked}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen.pop('counted') == 2, 'a session that is kept is seen, and its connection'
    assert set(seen.values()) == {0}, seen


@pytest.mark.parametrize(
    ('variables', 'agent', 'ask_pass', 'reason', 'named'),
    [
        ({'awx_job_id': 7}, '', False, 'ci@host: Permission denied (publickey).', True),
        ({'awx_job_id': 7}, '/tmp/agent', False, 'ci@host: Permission denied (publickey).', False),
        ({'awx_job_id': 7}, '', True, 'ci@host: Permission denied (password).', False),
        ({'awx_job_id': 7}, '', False, 'ssh: connect to host: Connection refused', False),
        ({}, '', False, 'ci@host: Permission denied (publickey).', False),
    ],
)
def test_a_job_without_a_machine_credential_is_named(
    monkeypatch, variables, agent, ask_pass, reason, named
):
    monkeypatch.setenv('SSH_AUTH_SOCK', agent)
    monkeypatch.setattr(context, 'CLIARGS', {'ask_pass': ask_pass})
    message = connection_failure(AnsibleConnectionFailure('debug1: x\n' + reason), variables)
    assert message.startswith('The host cannot be reached: ' + reason.rstrip('.'))
    assert message.endswith(NO_MACHINE_CREDENTIAL) is named
