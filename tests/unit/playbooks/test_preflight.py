# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Before any change, a preflight tries the servers of all sources and reports all failures."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.conftest import COLLECTIONS
from tests.sandbox import nexus, nuvy

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
TASK = 'Try the servers before any change'


@pytest.mark.parametrize('playbook', ['provision_tokens.yml', 'rotate_tokens.yml'])
def test_a_preflight_reports_every_source_that_would_fail_and_changes_nothing(
    run_playbook: t.Any, sandbox: t.Any, tmp_path: Path, playbook: str
) -> None:
    app = nexus.create_app('3.90.1')
    good = {
        'type': 'nexus_user_token',
        'url': sandbox.serve(app).url,
        'username': 'alice',
        'password': 'wonderland',
        'ca_path': sandbox.ca_path,
    }
    machine = {
        'type': 'nuvy_client_token',
        'url': sandbox.serve(nuvy.create_app()).url,
        'client_id': 'buildops-client',
        'client_secret': 'not-its-s3cret',
        'ca_path': sandbox.ca_path,
    }
    sources = {
        'good': good,
        'login': {**good, 'password': 'not-her-password'},
        'trust': {name: value for name, value in good.items() if name != 'ca_path'},
        'away': {**good, 'url': 'https://localhost:9'},
        'machine': machine,
    }
    variables = {
        'ansible_connection': 'local',
        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
        'token_sources': sources,
        'maven_settings_servers': [{'id': name, 'token': name} for name in sources],
        'maven_settings_path': f'{tmp_path}/agents/{{{{ inventory_hostname }}}}/settings.xml',
        'tokens_preflight': True,
    }
    inventory = {'all': {'hosts': {'one': {}, 'two': {}}, 'vars': variables}}
    run = run_playbook(PLAYBOOKS / playbook, inventory)
    message = run.result(TASK)['msg']
    assert run.rc != 0 and message.startswith('Nothing was changed.'), run.output
    for name in ('login', 'trust', 'away', 'machine'):
        assert message.count(f'source {name}: ') == 1, message
    assert 'source good' not in message
    assert app.state.token_of('alice') is None and not (tmp_path / 'agents').exists()
    assert 'not-her-password' not in run.output and 'not-its-s3cret' not in run.output

    variables['token_sources'] = {'good': good}
    variables['maven_settings_servers'] = [{'id': 'good', 'token': 'good'}]
    run = run_playbook(PLAYBOOKS / playbook, inventory)
    assert run.rc == 0 and app.state.token_of('alice'), run.output
