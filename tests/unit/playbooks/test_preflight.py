# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Before any change, a preflight tries all that a run uses, and reports all failures."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

from tests.conftest import COLLECTIONS
from tests.sandbox import nexus, nuvy, nuxeo_online

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
TASK = 'Try the servers before any change'


def _inventory(variables: dict[str, t.Any], **hosts: t.Any) -> dict[str, t.Any]:
    fixed = {
        'ansible_connection': 'local',
        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
        'tokens_preflight': True,
    }
    return {'all': {'hosts': hosts or {'one': {}, 'two': {}}, 'vars': {**fixed, **variables}}}


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
        'token_sources': sources,
        'maven_settings_servers': [{'id': name, 'token': name} for name in sources],
        'maven_settings_path': f'{tmp_path}/agents/{{{{ inventory_hostname }}}}/settings.xml',
    }
    inventory = _inventory(variables)
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
    run = run_playbook(PLAYBOOKS / playbook, _inventory(variables))
    assert run.rc == 0 and app.state.token_of('alice'), run.output


def test_a_preflight_logs_in_to_the_servers_of_deliveries(
    run_playbook: t.Any, sandbox: t.Any
) -> None:
    app = nexus.create_app('3.90.1')
    url = sandbox.serve(app).url
    served = sandbox.serve(nuxeo_online.create_app())
    studio = {
        'type': 'nuxeo_online_token',
        'url': served.url,
        'username': 'jdoe',
        'token': 'jdoe-device-token',
        'ca_path': sandbox.ca_path,
    }
    entries = [{'name': 'nuxeo-studio', 'token': 'studio', 'create': {'remote_url': url}}]
    variables = {
        'token_sources': {'studio': studio},
        'nexus_proxies_repositories': entries,
        'nexus_proxies_url': url,
        'nexus_proxies_username': 'admin',
        'nexus_proxies_password': 'not-the-password',
        'nexus_proxies_ca_path': sandbox.ca_path,
        'nuxeo_online_url': studio['url'],
        'nuxeo_online_projects': [
            {'project': 'no-such-project', 'token': 'studio', 'release': {'version': '1.0.0'}},
            {'project': 'jdoe-SANDBOX', 'token': 'studio', 'release': {'version': '1.0.0'}},
        ],
    }
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', _inventory(variables))
    message = run.result(TASK)['msg']
    assert run.rc != 0 and message.startswith('Nothing was changed.'), run.output
    assert message.count('nexus_proxies (one): ') == 1 and '401' in message, message
    assert message.count('source studio: the server does not accept') == 1, message
    assert 'nuxeo_online (one)' not in message, 'the same reason twice'
    studio['token'] = 'nos-TOKEN+with/odd=chars'
    studio['project'] = 'not-mine'
    variables['nexus_proxies_password'] = 'admin123'
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', _inventory(variables))
    message = run.result(TASK)['msg']
    assert message.endswith('the token gives no access to the project not-mine.'), message
    assert not app.repositories.known.get('nuxeo-studio') and not served.count('POST')


def test_a_preflight_tries_the_addresses_of_verifications_from_the_hosts(
    run_playbook: t.Any, sandbox: t.Any, tmp_path: Path
) -> None:
    """And the hosts themselves: one has no Python."""
    app = nexus.create_app('3.90.1')
    url = sandbox.serve(app).url
    source = {
        'type': 'nexus_user_token',
        'url': url,
        'username': 'alice',
        'password': 'wonderland',
        'ca_path': sandbox.ca_path,
    }
    address = f'{url}/repository/private/'
    variables = {
        'token_sources': {'company': source},
        'maven_settings_path': f'{tmp_path}/{{{{ inventory_hostname }}}}/settings.xml',
        'maven_settings_verify': True,
        'maven_settings_ca_path': sandbox.ca_path,
        'maven_settings_servers': [
            {'id': 'good', 'token': 'company', 'verify_url': address},
            {'id': 'name', 'token': 'company', 'verify_url': 'https://nexus.invalid/'},
            {'id': 'silent', 'token': 'company', 'verify_url': 'https://localhost:9/'},
        ],
        'git_credentials_path': f'{tmp_path}/{{{{ inventory_hostname }}}}/store',
        'git_credentials_verify': True,
        'git_credentials_entries': [{'url': address, 'token': 'company'}],  # without the CA
    }
    hosts = {'one': {}, 'two': {}, 'bare': {'ansible_python_interpreter': '/no/python'}}
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', _inventory(variables, **hosts))
    message = run.result(TASK)['msg']
    assert run.rc != 0, run.output
    assert message.count('maven_settings (one, two): https://nexus.invalid/: the name of the') == 1
    assert message.count('https://localhost:9/: the server cannot be reached.') == 1
    assert message.count(f'git_credentials (one, two): {address}: the certificate') == 1
    assert message.count('ansible_python_interpreter') == 1, message
    assert message.count(address) == 1 and app.state.token_of('alice') is None
    assert not list(tmp_path.glob('*/settings.xml')) and not list(tmp_path.glob('*/store'))


def test_a_preflight_before_a_revocation_keeps_the_token_while_something_fails(
    run_playbook: t.Any, sandbox: t.Any, tmp_path: Path
) -> None:
    app = nexus.create_app('3.90.1')
    source = {
        'type': 'nexus_user_token',
        'url': sandbox.serve(app).url,
        'username': 'alice',
        'password': 'wonderland',
        'ca_path': sandbox.ca_path,
    }
    other = {**source, 'password': 'wrong'}
    variables: dict[str, t.Any] = {
        'token_sources': {'company': source, 'other': other},
        'maven_settings_path': f'{tmp_path}/settings.xml',
        'maven_settings_servers': [{'id': 'releases', 'token': 'company'}],
        'tokens_preflight': False,
    }
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', _inventory(variables)).rc == 0
    variables['tokens_preflight'] = True

    def revoke(names: str) -> t.Any:
        arguments = ('-e', f'revoke_tokens_sources={names}')
        return run_playbook(PLAYBOOKS / 'revoke_tokens.yml', _inventory(variables), *arguments)

    run = revoke('company,other')
    assert run.rc != 0 and 'source other: ' in run.result(TASK)['msg'], run.output
    assert app.state.token_of('alice') and 'releases' in (tmp_path / 'settings.xml').read_text()
    run = revoke('company')
    assert run.rc == 0 and app.state.token_of('alice') is None, run.output
