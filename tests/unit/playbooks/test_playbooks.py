# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks that people run, against stand-ins: what is asked, what is delivered, what is said."""

from __future__ import annotations

import pytest

from tests.conftest import COLLECTIONS
from tests.sandbox import nexus, nuvy

STEP1 = '/service/rest/wonderland/authenticate'
PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'


@pytest.fixture
def stage(sandbox, tmp_path):
    """A Nexus, a Nuvy, and an inventory of three agents whose files are below C(stage.home)."""
    class Stage:
        app = nexus.create_app('3.90.1')
        server = sandbox.serve(app)
        other = sandbox.serve(nuvy.create_app())
        home = tmp_path / 'agents'
        agents = ('agent1', 'agent2', 'agent3')

        def __init__(self):
            self.sources = {
                'company': {'type': 'nexus_user_token', 'url': self.server.url, 'username': 'alice', 'password': 'wonderland', 'ca_path': sandbox.ca_path},
                'nuvy': {'type': 'nuvy_client_token', 'url': self.other.url, 'client_id': 'buildops-client', 'client_secret': 'nuvy-s3cret',
                         'ca_path': sandbox.ca_path},
            }
            self.servers = [{'id': 'releases', 'token': 'company'}, {'id': 'api', 'token': 'nuvy'}]
            self.git = []

        def inventory(self):
            return {'all': {'hosts': dict.fromkeys(self.agents, {}), 'vars': {
                'ansible_connection': 'local', 'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'token_sources': self.sources, 'maven_settings_servers': self.servers, 'git_credentials_entries': self.git,
                'maven_settings_path': f'{self.home}/{{{{ inventory_hostname }}}}/settings.xml',
                'git_credentials_path': f'{self.home}/{{{{ inventory_hostname }}}}/git-credentials',
                'git_credentials_config_path': f'{self.home}/{{{{ inventory_hostname }}}}/gitconfig'}}}

        def file(self, agent='agent1'):
            return self.home / agent / 'settings.xml'

        def text(self, agent='agent1'):
            return self.file(agent).read_text(encoding='utf-8')

    return Stage()


def test_provisioning_asks_once_for_all_hosts_and_changes_nothing_the_second_time(stage, run_playbook):
    stage.git = [{'url': 'https://git.example.com', 'token': 'company'}]
    first = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert first.rc == 0, first.output
    token = stage.app.state.token_of('alice')
    for agent in stage.agents:
        assert f'<password>{token.pass_code}</password>' in stage.text(agent)
        assert stage.file(agent).stat().st_mode & 0o777 == 0o600
        assert token.name_code in (stage.home / agent / 'git-credentials').read_text(encoding='utf-8')
    assert stage.server.count('POST', STEP1) == 1
    assert stage.other.count('POST') == 1
    assert 'company' in first.output and 'agent1, agent2, agent3' in first.output
    for secret in ('wonderland', 'nuvy-s3cret', token.pass_code):
        assert secret not in first.output

    # a Nuvy token lives as long as the run that got it, so it would be another one
    stage.servers = stage.servers[:1]
    second = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert (second.rc, second.changed) == (0, 0), second.output


@pytest.mark.parametrize('spoil, said', [
    (lambda stage: stage.servers[0].update(token='compny'), 'there is no source compny in token_sources. Did you mean company?'),
    (lambda stage: stage.sources['company'].update(type='nexus_user_tokn'), 'Did you mean nexus_user_token?'),
    (lambda stage: stage.sources['company'].update(pasword=stage.sources['company'].pop('password')), 'Did you mean password?'),
    (lambda stage: stage.sources['nuvy'].pop('client_secret'), 'source nuvy lacks client_secret'),
])
def test_a_slip_in_the_inventory_is_told_before_any_request(stage, run_playbook, spoil, said):
    spoil(stage)
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert run.rc != 0
    assert said in run.output
    assert (len(stage.server.requests), len(stage.other.requests)) == (0, 0)
    assert not stage.home.exists()
    assert 'wonderland' not in run.output


def test_a_source_that_fails_stops_only_what_needs_it_and_is_named_at_the_end(stage, run_playbook):
    stage.sources['nuvy']['client_secret'] = 'not-the-secret-of-it'
    stage.git = [{'url': 'https://git.example.com', 'token': 'company'}, {'url': 'https://api.example.com', 'token': 'nuvy'}]
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert run.rc != 0
    for agent in stage.agents:
        assert '<id>releases</id>' in stage.text(agent)
        assert '<id>api</id>' not in stage.text(agent)
        assert 'git.example.com' in (stage.home / agent / 'git-credentials').read_text(encoding='utf-8')
    summary = '\n'.join(run.result('Sum up')['summary'])
    assert 'maven_settings (agent1, agent2, agent3): source nuvy' in summary
    assert stage.other.count('POST') == 1, 'a wrong secret is tried once, not once a host'
    assert 'not-the-secret-of-it' not in run.output


def test_check_mode_of_a_first_run_creates_no_token_and_no_file(stage, run_playbook):
    stage.servers = stage.servers[:1]
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory(), '--check', '--diff')
    assert run.rc == 0, run.output
    assert run.changed > 0
    assert stage.app.state.token_of('alice') is None
    assert not stage.home.exists()


def test_rotation_replaces_the_token_once_and_delivers_the_new_one(stage, run_playbook):
    stage.servers = stage.servers[:1]
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory()).rc == 0
    old = stage.app.state.token_of('alice')
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory(), '-e', '{"rotate_tokens_sources": ["company"]}')
    assert run.rc == 0, run.output
    new = stage.app.state.token_of('alice')
    assert new.pass_code != old.pass_code
    assert stage.app.state.counters['tokens_created'] == 2
    for agent in stage.agents:
        assert new.pass_code in stage.text(agent) and old.pass_code not in stage.text(agent)
    assert new.pass_code not in run.output


def test_a_report_creates_nothing(stage, run_playbook):
    run = run_playbook(PLAYBOOKS / 'report_tokens.yml', stage.inventory())
    assert run.rc == 0, run.output
    assert 'company (nexus_user_token, 3 hosts): does not exist' in run.output
    assert stage.app.state.token_of('alice') is None
    assert stage.other.count('POST') == 0


def test_revoking_removes_the_token_and_what_was_delivered_of_it(stage, run_playbook):
    stage.git = [{'url': 'https://git.example.com', 'token': 'company'}]
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory()).rc == 0
    run = run_playbook(PLAYBOOKS / 'revoke_tokens.yml', stage.inventory(), '-e', '{"revoke_tokens_sources": ["company"]}')
    assert run.rc == 0, run.output
    assert stage.app.state.token_of('alice') is None
    for agent in stage.agents:
        assert '<id>releases</id>' not in stage.text(agent)
        assert '<id>api</id>' in stage.text(agent)
        assert 'git.example.com' not in (stage.home / agent / 'git-credentials').read_text(encoding='utf-8')


def test_revoking_without_saying_what_is_refused(stage, run_playbook):
    run = run_playbook(PLAYBOOKS / 'revoke_tokens.yml', stage.inventory())
    assert run.rc != 0
    assert 'Set revoke_tokens_sources' in run.output
    assert len(stage.server.requests) == 0


def test_a_limit_serves_some_hosts_and_rotation_refuses_to_cut_off_the_others(stage, run_playbook):
    stage.servers = stage.servers[:1]
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory(), '--limit', 'agent2')
    assert run.rc == 0, run.output
    token = stage.app.state.token_of('alice')
    assert token.pass_code in stage.text('agent2')
    assert [path.name for path in stage.home.iterdir()] == ['agent2']
    assert [row['hosts'] for row in run.result('Sum up')['rows']] == [['agent2']]

    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory(), '--limit', 'agent2')
    assert run.rc != 0 and 'Rotate without a limit' in run.output
    assert stage.app.state.token_of('alice') == token
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory(), '--limit', 'agent2', '-e', '{"rotate_tokens_limited": true}')
    assert run.rc == 0, run.output
    assert stage.app.state.token_of('alice').pass_code in stage.text('agent2')


def test_the_report_of_some_hosts_and_an_inventory_without_any(stage, run_playbook):
    run = run_playbook(PLAYBOOKS / 'report_tokens.yml', stage.inventory(), '--limit', 'agent3')
    assert run.rc == 0 and 'company (nexus_user_token, 1 hosts): does not exist' in run.output, run.output
    stage.agents = ()
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert run.rc == 0 and 'Nothing was asked for' in run.output, run.output
    assert not stage.home.exists() and stage.app.state.token_of('alice') is None
