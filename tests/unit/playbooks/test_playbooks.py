# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks that people run, against stand-ins: requests, deliveries and output."""

from __future__ import annotations

import json

import pytest

from tests.conftest import COLLECTIONS
from tests.sandbox import nexus, nuvy, nuxeo_online

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
                'company': {
                    'type': 'nexus_user_token',
                    'url': self.server.url,
                    'username': 'alice',
                    'password': 'wonderland',
                    'ca_path': sandbox.ca_path,
                },
                'nuvy': {
                    'type': 'nuvy_client_token',
                    'url': self.other.url,
                    'client_id': 'buildops-client',
                    'client_secret': 'nuvy-s3cret',
                    'ca_path': sandbox.ca_path,
                },
            }
            self.servers = [{'id': 'releases', 'token': 'company'}, {'id': 'api', 'token': 'nuvy'}]
            self.git = []
            self.own = {}
            self.more = {}

        def down(self, agent):
            """Nobody answers there."""
            ssh = tmp_path / 'ssh'
            ssh.write_text(
                # It ends a moment after nothing can be sent to it any more
                '#!/bin/sh\nexec <&-\nsleep 0.1\n'
                'echo connect to host: No route to host >&2\nexit 255\n',
                encoding='utf-8',
            )
            ssh.chmod(0o755)
            self.own[agent] = {
                'ansible_connection': 'ssh',
                'ansible_ssh_executable': str(ssh),
                'ansible_ssh_retries': 0,
            }

        def inventory(self):
            folder = f'{self.home}/{{{{ inventory_hostname }}}}'
            return {
                'all': {
                    'hosts': {agent: self.own.get(agent, {}) for agent in self.agents},
                    'vars': {
                        **self.more,
                        'ansible_connection': 'local',
                        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                        'token_sources': self.sources,
                        'maven_settings_servers': self.servers,
                        'git_credentials_entries': self.git,
                        'maven_settings_path': f'{folder}/settings.xml',
                        'git_credentials_path': f'{folder}/git-credentials',
                        'git_credentials_config_path': f'{folder}/gitconfig',
                    },
                }
            }

        def file(self, agent='agent1'):
            return self.home / agent / 'settings.xml'

        def text(self, agent='agent1'):
            return self.file(agent).read_text(encoding='utf-8')

    return Stage()


def test_provisioning_asks_once_for_all_hosts_and_changes_nothing_the_second_time(
    stage, run_playbook
):
    stage.git = [{'url': 'https://git.example.com', 'token': 'company'}]
    first = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert first.rc == 0, first.output
    token = stage.app.state.token_of('alice')
    for agent in stage.agents:
        assert f'<password>{token.pass_code}</password>' in stage.text(agent)
        assert stage.file(agent).stat().st_mode & 0o777 == 0o600
        assert token.name_code in (stage.home / agent / 'git-credentials').read_text(
            encoding='utf-8'
        )
    assert stage.server.count('POST', STEP1) == 1
    assert stage.other.count('POST') == 1
    assert 'company' in first.output and 'agent1, agent2, agent3' in first.output
    for secret in ('wonderland', 'nuvy-s3cret', token.pass_code):
        assert secret not in first.output

    # Nothing knows a Nuvy token but who got it
    note = 'source nuvy: each run gets a new token and changes what is delivered of it.'
    assert [note in line for line in first.result('Sum up')['summary']].count(True) == 1
    stage.sources['nuvy'].update(cache='file', cache_path=str(stage.home.parent / 'cache'))
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory()).rc == 0
    second = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert (second.rc, second.changed) == (0, 0), second.output
    assert note not in second.output and stage.other.count('POST') == 2


@pytest.mark.parametrize(
    'spoil, text_shown',
    [
        (
            lambda stage: stage.servers[0].update(token='compny'),
            'there is no source compny in token_sources. Did you mean company?',
        ),
        (
            lambda stage: stage.sources['company'].update(type='nexus_user_tokn'),
            'Did you mean nexus_user_token?',
        ),
        (
            lambda stage: stage.sources['company'].update(
                pasword=stage.sources['company'].pop('password')
            ),
            'Did you mean password?',
        ),
        (
            lambda stage: stage.sources['nuvy'].pop('client_secret'),
            'source nuvy lacks client_secret',
        ),
    ],
)
def test_a_slip_in_the_inventory_is_reported_before_any_request(
    stage, run_playbook, spoil, text_shown
):
    spoil(stage)
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert run.rc != 0
    assert text_shown in run.output
    assert (len(stage.server.requests), len(stage.other.requests)) == (0, 0)
    assert not stage.home.exists()
    assert 'wonderland' not in run.output


def test_a_source_that_fails_stops_only_what_needs_it_and_is_named_at_the_end(stage, run_playbook):
    stage.sources['nuvy']['client_secret'] = 'not-the-secret-of-it'
    stage.git = [
        {'url': 'https://git.example.com', 'token': 'company'},
        {'url': 'https://api.example.com', 'token': 'nuvy'},
    ]
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert run.rc != 0
    for agent in stage.agents:
        assert '<id>releases</id>' in stage.text(agent)
        assert '<id>api</id>' not in stage.text(agent)
        assert 'git.example.com' in (stage.home / agent / 'git-credentials').read_text(
            encoding='utf-8'
        )
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


def test_check_mode_shows_each_entry_that_a_run_would_add_or_change(stage, run_playbook):
    """Also where one entry has a token already, and where a rotation would replace it."""

    def count(run):
        return {row['place']: len(row['changed']) for row in run.result('Sum up')['rows']}

    stage.git = [{'url': 'https://git.example.com', 'token': 'company'}]
    provision = PLAYBOOKS / 'provision_tokens.yml'
    run = run_playbook(provision, stage.inventory(), '--check', '--diff')
    assert run.rc == 0, run.output
    assert count(run) == {'releases': 3, 'api': 3, 'https://git.example.com': 3}
    for place in ('releases', 'api', 'https://git.example.com'):
        assert run.output.count(f'+{place}: present') == 3, run.output
    assert stage.app.state.token_of('alice') is None and not stage.home.exists()

    assert run_playbook(provision, stage.inventory()).rc == 0
    before = stage.text()
    rotate = ('--check', '--diff', '-e', 'rotate_tokens_sources=company')
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory(), *rotate)
    assert run.rc == 0, run.output
    assert count(run)['releases'] == count(run)['https://git.example.com'] == 3
    assert stage.text() == before and stage.app.state.counters['tokens_created'] == 1


def test_rotation_replaces_the_token_once_and_delivers_the_new_one(stage, run_playbook):
    stage.servers = stage.servers[:1]
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory()).rc == 0
    old = stage.app.state.token_of('alice')
    run = run_playbook(
        PLAYBOOKS / 'rotate_tokens.yml',
        stage.inventory(),
        '-e',
        '{"rotate_tokens_sources": ["company"]}',
    )
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
    run = run_playbook(
        PLAYBOOKS / 'revoke_tokens.yml',
        stage.inventory(),
        '-e',
        '{"revoke_tokens_sources": ["company"]}',
    )
    assert run.rc == 0, run.output
    assert stage.app.state.token_of('alice') is None
    for agent in stage.agents:
        assert '<id>releases</id>' not in stage.text(agent)
        assert '<id>api</id>' in stage.text(agent)
        assert 'git.example.com' not in (stage.home / agent / 'git-credentials').read_text(
            encoding='utf-8'
        )


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
    run = run_playbook(
        PLAYBOOKS / 'rotate_tokens.yml',
        stage.inventory(),
        '--limit',
        'agent2',
        '-e',
        '{"rotate_tokens_limited": true}',
    )
    assert run.rc == 0, run.output
    assert stage.app.state.token_of('alice').pass_code in stage.text('agent2')


@pytest.mark.parametrize('playbook', ['provision_tokens.yml', 'report_tokens.yml'])
def test_a_limit_that_leaves_no_host_is_reported_by_ansible_and_fails(
    stage, run_playbook, playbook
):
    run = run_playbook(PLAYBOOKS / playbook, stage.inventory(), '--limit', 'agent3,!agent3')
    assert run.rc == 1 and 'leaves us with no hosts to target' in ' '.join(run.output.split()), (
        run.output
    )


def test_a_slice_of_a_rotation_is_refused_and_the_step_of_a_workflow_is_not(stage, run_playbook):
    job = {'awx_job_template_name': 'Rotate tokens', 'awx_workflow_job_name': 'Rotate tokens'}
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory(), '-e', json.dumps(job))
    assert (
        run.rc != 0 and 'This job is a slice' in run.output and len(stage.server.requests) == 0
    ), run.output
    run = run_playbook(
        PLAYBOOKS / 'rotate_tokens.yml',
        stage.inventory(),
        '-e',
        json.dumps({**job, 'awx_workflow_job_name': 'Every quarter'}),
    )
    assert run.rc == 0 and stage.app.state.token_of('alice').pass_code in stage.text(), run.output


def test_the_report_of_some_hosts_and_an_inventory_without_any(stage, run_playbook):
    run = run_playbook(PLAYBOOKS / 'report_tokens.yml', stage.inventory(), '--limit', 'agent3')
    assert run.rc == 0 and 'company (nexus_user_token, 1 host): does not exist' in run.output, (
        run.output
    )
    assert 'Nothing to report' not in run.output
    stage.agents = ()
    for name in ('provision_tokens.yml', 'report_tokens.yml'):
        run = run_playbook(PLAYBOOKS / name, stage.inventory())
        assert run.rc != 0 and 'Nothing to do: the inventory (' in run.output, run.output
    assert not stage.home.exists() and stage.app.state.token_of('alice') is None


def test_a_rotation_that_fails_for_one_source_delivers_the_new_tokens_of_the_others(
    stage, run_playbook
):
    stage.sources['broken'] = dict(
        stage.sources['company'], username='bob', password='not-his-password'
    )
    stage.servers = [{'id': 'broken', 'token': 'broken'}, {'id': 'releases', 'token': 'company'}]
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory())
    assert run.rc != 0
    new = stage.app.state.token_of('alice')
    for agent in stage.agents:
        assert new.pass_code in stage.text(agent)
    first, *others = run.result('Sum up')['problems']
    # What comes from a host is redacted, and Alice's password is a part of the path
    of_hosts = first[25:].replace('/wonderland/', '/***/')
    assert first.startswith('broken was not replaced: ') and others == [
        'maven_settings (agent1, agent2, agent3): source broken: ' + of_hosts,
        'To deliver what this rotation did not deliver, run provision_tokens.',
    ]
    assert run.stats['localhost']['failures'] == 1, 'the run fails at its end, not before'
    assert 'not-his-password' not in run.output


def test_a_rotation_of_all_names_and_leaves_what_people_make(stage, run_playbook):
    stage.sources['studio'] = {
        'type': 'nuxeo_online_token',
        'username': 'jdoe',
        'token': 'n0s-token',
    }
    stage.servers = [{'id': 'studio', 'token': 'studio'}, {'id': 'releases', 'token': 'company'}]
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory())
    assert run.rc == 0, run.output
    assert 'put them into the source: studio.' in run.output
    assert stage.app.state.token_of('alice').pass_code in stage.text('agent3')

    asked = len(stage.server.requests)
    for names in (['company', 'studio'], ['compny'], 'studio'):
        run = run_playbook(
            PLAYBOOKS / 'rotate_tokens.yml',
            stage.inventory(),
            '-e',
            json.dumps({'rotate_tokens_sources': names}),
        )
        assert run.rc != 0 and 'can be replaced from here: company, nuvy.' in run.output
    assert len(stage.server.requests) == asked


def test_what_a_source_cannot_do_is_reported_by_its_name_before_any_request(stage, run_playbook):
    stage.sources.update(
        studio={'type': 'nuxeo_online_token', 'username': 'jdoe', 'token': 'n0s-token'},
        old={
            'type': 'nuxeo_oauth2_token',
            'url': stage.server.url,
            'endpoints': 'legacy',
            'grant': 'refresh_token',
            'client_id': 'x',
            'client_secret': 's3cr3t',
            'refresh_token': 'r3fr3sh',
            'cache': 'file',
            'cache_path': str(stage.home),
        },
    )
    stage.agents = ('agent1',)
    tasks = [
        {'name': name, 'buildops.tokens.token_source': dict(how, name=name), 'ignore_errors': True}
        for name, how in (('studio', {'regenerate': 'always'}), ('old', {'state': 'absent'}))
    ]
    run = run_playbook([{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}], stage.inventory())
    assert run.result('studio')['msg'].startswith(
        'source studio: regenerate cannot be always: tokens of Nuxeo Online Services are '
        'created on the page'
    )
    assert (
        run.result('old')['msg']
        == 'source old: A server with the legacy endpoints has no way to revoke a token.'
    )
    assert len(stage.server.requests) == 0


@pytest.mark.parametrize('verbosity', ['-v', '-vvv'])
def test_a_host_that_is_down_keeps_no_other_from_its_tokens_and_no_token_valid(
    stage, run_playbook, verbosity
):
    stage.servers = stage.servers[:1]
    stage.git = [{'url': 'https://git.example.com', 'token': 'company'}]
    stage.down('agent1')
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory(), verbosity)
    assert run.rc != 0
    token = stage.app.state.token_of('alice')
    for agent in stage.agents[1:]:
        assert token.pass_code in stage.text(agent)
        assert token.name_code in (stage.home / agent / 'git-credentials').read_text(
            encoding='utf-8'
        )
    reason = (
        'The host cannot be reached: Failed to connect to the host via ssh: connect to host: No '
        'route to host'
    )
    problem = 'git_credentials, maven_settings (agent1): ' + reason
    assert run.result('Sum up')['problems'] == [problem]
    assert problem in run.output
    assert run.stats['localhost']['failures'] == 1

    run = run_playbook(
        PLAYBOOKS / 'revoke_tokens.yml',
        stage.inventory(),
        '-e',
        '{"revoke_tokens_sources": ["company"]}',
    )
    assert run.rc != 0
    assert stage.app.state.token_of('alice') is None
    assert '<id>releases</id>' not in stage.text('agent2')
    assert 'git.example.com' not in (stage.home / 'agent3/git-credentials').read_text(
        encoding='utf-8'
    ), run.output
    assert run.result('Sum up')['problems'] == [problem]
    assert run.result('Fail when something failed')['msg'].startswith('Failures: 1.')


def test_a_source_that_fails_is_reported_once_and_not_for_each_host(stage, run_playbook):
    stage.sources['company']['password'] = 'not-her-password'
    stage.servers = stage.servers[:1]
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    assert run.rc != 0 and 'fatal: [agent' not in run.output, run.output
    assert run.output.count('fatal: ') == 1, run.output
    [problem] = run.result('Sum up')['problems']
    assert run.output.count(problem) == 1 and '401' in problem, run.output


def test_a_report_contains_what_it_can(stage, run_playbook):
    stage.sources['broken'] = dict(stage.sources['company'], url='https://localhost:9')
    stage.servers = [{'id': 'broken', 'token': 'broken'}, {'id': 'releases', 'token': 'company'}]
    run = run_playbook(PLAYBOOKS / 'report_tokens.yml', stage.inventory())
    assert run.rc != 0
    assert 'company (nexus_user_token, 3 hosts): does not exist' in run.output
    assert '"broken (nexus_user_token): ' in run.output and 'Failures: 1.' in run.output


def test_a_source_that_differs_by_host_is_rotated_reported_and_revoked_for_each(
    stage, run_playbook
):
    stage.servers = stage.servers[:1]
    stage.sources['company'].update(username='{{ person }}', password='{{ persons[person] }}')
    stage.more = {'person': 'alice', 'persons': {'alice': 'wonderland', 'admin': 'admin123'}}
    stage.own = {'agent2': {'person': 'admin'}}
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory()).rc == 0
    old = [stage.app.state.token_of(user) for user in ('alice', 'admin')]
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory())
    assert run.rc == 0, run.output
    new = [stage.app.state.token_of(user) for user in ('alice', 'admin')]
    assert (
        None not in old
        and not any(token in old for token in new)
        and stage.app.state.counters['tokens_created'] == 4
    )
    assert [
        next(place for place, token in enumerate(new) if token.pass_code in stage.text(agent))
        for agent in stage.agents
    ] == [0, 1, 0]
    run = run_playbook(PLAYBOOKS / 'report_tokens.yml', stage.inventory())
    assert (
        'company (nexus_user_token, 2 hosts): exists' in run.output
        and 'company (nexus_user_token, 1 host): exists' in run.output
    )
    run = run_playbook(
        PLAYBOOKS / 'revoke_tokens.yml',
        stage.inventory(),
        '-e',
        '{"revoke_tokens_sources": ["company"]}',
    )
    assert run.rc == 0, run.output
    assert [stage.app.state.token_of(user) for user in ('alice', 'admin')] == [None, None]


def test_check_mode_of_a_rotation_predicts_deliveries_to_servers_and_of_unknown_tokens(
    stage, sandbox, run_playbook
):
    """The token of the second source is in no cache, and its server does not list it."""
    online = sandbox.serve(nuxeo_online.create_app())
    stage.agents = ('agent1',)
    stage.git = [{'url': 'https://git.example.com', 'token': 'nuvy'}]
    repository = {'name': 'studio', 'token': 'company'}
    stage.more = {
        'nexus_proxies_url': stage.server.url,
        'nexus_proxies_ca_path': sandbox.ca_path,
        'nexus_proxies_username': 'admin',
        'nexus_proxies_password': 'admin123',
        'nexus_proxies_repositories': [
            {**repository, 'create': {'remote_url': online.url + '/site/studio/maven'}}
        ],
    }
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory()).rc == 0
    run = run_playbook(PLAYBOOKS / 'rotate_tokens.yml', stage.inventory(), '--check')
    assert run.rc == 0, run.output
    rows = run.result('Sum up')['rows']
    assert {row['place']: row['changed'] for row in rows} == dict.fromkeys(
        ('releases', 'api', 'https://git.example.com', 'studio'), ['agent1']
    )
    assert 'never' not in '\n'.join(run.result('Sum up')['summary'])
    assert stage.app.state.counters['tokens_created'] == 1


def test_revoking_takes_no_credentials_of_others_and_leaves_none_in_proxies(
    stage, sandbox, run_playbook
):
    online = sandbox.serve(nuxeo_online.create_app())
    stage.agents = ('agent1',)
    url = 'https://git.example.com'
    stage.git = [
        {'url': url, 'token': 'company'},
        {'url': url + '/api', 'token': 'nuvy'},
        {'url': url + '/all', 'token': 'company', 'exclusive': True},
    ]
    stage.more = {
        'nexus_proxies_url': stage.server.url,
        'nexus_proxies_ca_path': sandbox.ca_path,
        'nexus_proxies_username': 'admin',
        'nexus_proxies_password': 'admin123',
        'nexus_proxies_repositories': [
            {
                'name': 'studio',
                'token': 'company',
                'create': {'remote_url': online.url + '/site/studio/maven'},
            }
        ],
    }
    assert run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory()).rc == 0

    def authentication():
        return stage.app.repositories.known['studio'].attributes['httpclient'].get('authentication')

    assert authentication()
    store = stage.home / 'agent1/git-credentials'
    theirs = (
        'https://colleague:secret@git.example.com\nhttps://colleague:secret@git.example.com/api\n'
    )
    store.write_text(
        theirs
        + store.read_text(encoding='utf-8')
        + 'https://colleague:secret@git.example.com/all\n',
        encoding='utf-8',
    )
    token = stage.app.state.token_of('alice')
    run = run_playbook(
        PLAYBOOKS / 'revoke_tokens.yml',
        stage.inventory(),
        '-vv',
        '-e',
        '{"revoke_tokens_sources": ["company", "nuvy"]}',
    )
    assert run.rc != 0 and 'a nuvy_client_token cannot be revoked from here' in run.output
    assert store.read_text(encoding='utf-8') == theirs
    assert not authentication()
    assert stage.app.state.token_of('alice') is None and '<server>' not in stage.text()
    assert token.name_code not in run.output

    store.write_text(theirs, encoding='utf-8')
    run = run_playbook(
        PLAYBOOKS / 'revoke_tokens.yml',
        stage.inventory(),
        '-e',
        '{"revoke_tokens_sources": ["company"]}',
    )
    assert run.rc == 0 and run.changed == 0, run.output
    assert 'The entry for https://git.example.com stays' in run.output
    assert store.read_text(encoding='utf-8') == theirs


def test_proxies_of_the_server_that_the_environment_names_get_credentials(
    stage, sandbox, run_playbook
):
    online = sandbox.serve(nuxeo_online.create_app())
    stage.agents = ('agent1',)
    stage.servers = []
    stage.sources['studio'] = {
        'type': 'nuxeo_online_token',
        'username': 'jdoe',
        'token': 'n0s-token',
    }
    stage.more = {
        'nexus_proxies_repositories': [
            {
                'name': 'studio',
                'token': 'studio',
                'create': {'remote_url': online.url + '/site/studio/maven'},
            }
        ]
    }
    run = run_playbook(PLAYBOOKS / 'provision_tokens.yml', stage.inventory())
    for option in ('url', 'username', 'password'):
        assert run.rc != 0 and f'nexus_proxies_{option} is missing.' in run.output, run.output
    place = {
        'URL': stage.server.url,
        'USERNAME': 'admin',
        'PASSWORD': 'admin123',
        'CA_PATH': str(sandbox.ca_path),
    }
    run = run_playbook(
        PLAYBOOKS / 'provision_tokens.yml',
        stage.inventory(),
        env={f'BUILDOPS_TOKENS_NEXUS_{name}': value for name, value in place.items()},
    )
    assert run.rc == 0, run.output
    assert (
        stage.app.repositories.known['studio'].attributes['httpclient']['authentication'][
            'username'
        ]
        == 'jdoe'
    )


def test_projects_of_nuxeo_online_that_share_a_server_or_a_repository_take_nothing_from_each_other(
    stage, run_playbook
):
    stage.agents = ('agent1',)
    stage.sources['studio'] = {
        'type': 'nuxeo_online_token',
        'username': 'jdoe',
        'token': 'n0s-token',
    }
    stage.servers = []
    home = f'{stage.home}/agent1'
    projects = [
        {'project': name, 'token': 'studio', 'maven': True, 'git': True}
        for name in ('first', 'second', 'third')
    ]
    stage.more = {
        'nuxeo_online_projects': projects,
        'nuxeo_online_maven_path': f'{home}/settings.xml',
        'nuxeo_online_git_path': f'{home}/git-credentials',
        'nuxeo_online_git_config_path': f'{home}/gitconfig',
    }
    role = [{'hosts': 'all', 'gather_facts': False, 'roles': ['buildops.tokens.nuxeo_online']}]
    assert run_playbook(role, stage.inventory()).rc == 0
    projects[1]['state'], projects[2]['state'] = 'absent', 'present'
    store = stage.home / 'agent1/git-credentials'
    theirs = 'https://colleague:secret@connect.nuxeo.com/nuxeo/git/second.git\n'
    store.write_text(store.read_text(encoding='utf-8') + theirs, encoding='utf-8')
    run = run_playbook(role, stage.inventory())
    assert (run.rc, run.changed) == (0, 1), run.output
    assert '<id>nuxeo-studio</id>' in stage.text()
    assert 'jdoe:n0s-token@connect.nuxeo.com/nuxeo/git/second.git' not in store.read_text(
        encoding='utf-8'
    ) and theirs in store.read_text(encoding='utf-8')
    assert run_playbook(role, stage.inventory()).changed == 0
    for project in projects:
        project['state'] = 'absent'
    assert run_playbook(role, stage.inventory()).rc == 0
    assert (
        '<id>nuxeo-studio</id>' not in stage.text() and store.read_text(encoding='utf-8') == theirs
    )
