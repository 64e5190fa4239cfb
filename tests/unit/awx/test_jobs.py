# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX runs them, with nothing but credentials and an inventory."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.leaks.search import WORDS, Search
from tests.sandbox import nexus, nuxeo, nuxeo_online
from tests.tools.awx_job import BIN, Job

# Each starts ansible-runner
pytestmark = pytest.mark.slow

PASSWORD, WRONG = 'pers0n-' + WORDS + '-password', 'wr0ng-' + WORDS + '-password'
AGENTS = ('agent1', 'agent2')
# AWX makes a workflow of the slices of a job, and names it like their template
SLICE = {'awx_job_template_name': 'Provision', 'awx_workflow_job_name': 'Provision'}


class Stage:
    """Three systems, credentials for them, and the files of two agents in C(home)."""

    def __init__(self, sandbox, folder: Path):
        self.nexus = nexus.create_app('3.90.1', users={'ci': nexus.User(PASSWORD)})
        self.nuxeo, self.online = nuxeo.create_app('2023.6'), nuxeo_online.create_app()
        self.server = sandbox.serve(self.nexus)
        self.folder, self.home = folder, folder / 'agents'
        authorities = {'ca_certificates': Path(sandbox.ca_path).read_text(encoding='utf-8')}
        self.credentials = {
            'nexus_user_token': {
                'url': self.server.url,
                'username': 'ci',
                'password': PASSWORD,
                **authorities,
            },
            'nuxeo_oauth2_token': {
                'url': sandbox.serve(self.nuxeo).url,
                'grant': 'authorization_code',
                'client_id': 'buildops',
                'client_secret': 'nuxeo-s3cret',
                'redirect_uri': 'https://client.example/callback',
                'username': 'jdoe',
                'password': 'jdoe',
                **authorities,
            },
            'nuxeo_online_token': {
                'url': sandbox.serve(self.online).url,
                'username': 'jdoe',
                'token': 'nos-TOKEN+with/odd=chars',
                **authorities,
            },
        }
        self.variables = {
            'ansible_connection': 'local',
            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
            'token_sources': {
                'company': {'type': 'nexus_user_token'},
                'platform': {'type': 'nuxeo_oauth2_token'},
                'studio': {'type': 'nuxeo_online_token'},
            },
            'maven_settings_servers': [
                {'id': name, 'token': name} for name in ('company', 'platform', 'studio')
            ],
            'git_credentials_entries': [{'url': 'https://git.example.com', 'token': 'company'}],
            'maven_settings_path': f'{self.home}/{{{{ inventory_hostname }}}}/settings.xml',
            'git_credentials_path': f'{self.home}/{{{{ inventory_hostname }}}}/git-credentials',
            'git_credentials_config_path': f'{self.home}/{{{{ inventory_hostname }}}}/gitconfig',
        }
        self.jobs = 0

    def job(self, hosts=AGENTS, **options) -> Job:
        self.jobs += 1
        inventory = {
            'all': {'hosts': list(hosts), 'vars': self.variables},
            '_meta': {'hostvars': {}},
        }
        return Job(
            self.folder / f'job{self.jobs}',
            inventory,
            self.credentials,
            number=self.jobs,
            **options,
        )

    def search(self, finished) -> list[str]:
        """:returns: which secrets are in what AWX keeps of a job."""
        token = self.nexus.state.token_of('ci')
        secrets = {
            'password': PASSWORD,
            'wrong password': WRONG,
            'client secret': 'nuxeo-s3cret',
            'NOS token': 'nos-TOKEN+with/odd=chars',
        }
        if token:
            secrets['pass code'] = token.pass_code
        secrets.update(
            {
                f'access token {number}': token.access
                for number, token in enumerate(self.nuxeo.state.tokens)
            }
        )
        search = Search(secrets)
        search.text('stdout', finished.output)
        assert len(list((finished.artifacts / 'job_events').iterdir())) > 5
        search.tree(finished.artifacts)
        return search.hits

    def settings(self, agent='agent1') -> str:
        return (self.home / agent / 'settings.xml').read_text(encoding='utf-8')


@pytest.fixture
def stage(sandbox, tmp_path):
    return Stage(sandbox, tmp_path)


def test_a_job_delivers_the_second_changes_nothing_and_AWX_keeps_no_secret(stage):
    first = stage.job(extra_vars={'awx_schedule_name': 'every night'}).run()
    assert first.status == 'successful', first.output
    token = stage.nexus.state.token_of('ci')
    for agent in AGENTS:
        assert token.pass_code in stage.settings(agent) and 'Bearer ' in stage.settings(agent)
        assert token.name_code in (stage.home / agent / 'git-credentials').read_text(
            encoding='utf-8'
        )
        assert {
            path.stat().st_mode & 0o777
            for path in (stage.home / agent).iterdir()
            if path.name != 'gitconfig'
        } == {0o600}
    kept = first.job_artifacts
    assert {row['source'] for row in kept['token_summary']} == {'company', 'platform', 'studio'}
    assert kept['token_errors'] == [] and kept['token_job'] == {'id': 1, 'schedule': 'every night'}
    assert 'AWX job 1, schedule every night' in first.output
    report = kept['token_report']
    assert report['level'] == 'ok' and report['job']['id'] == '1' and report['attention'] == []
    assert {source['name'] for source in report['sources']} == {'company', 'platform', 'studio'}
    assert stage.search(first) == []

    second = stage.job(extra_vars={'awx_parent_job_schedule_name': 'a workflow each week'}).run()
    assert (second.status, second.changed) == ('successful', 0), second.output
    assert second.job_artifacts['token_job'] == {'id': 2, 'schedule': 'a workflow each week'}
    assert stage.search(second) == []
    assert stage.nexus.state.counters['tokens_created'] == 1


def test_check_mode_and_a_limit(stage):
    checked = stage.job(options='--check --diff').run()
    assert checked.status == 'successful' and checked.changed > 0, checked.output
    assert not stage.home.exists() and not stage.nexus.state.tokens
    limited = stage.job(options='--limit agent2').run()
    assert limited.status == 'successful', limited.output
    assert [path.name for path in stage.home.iterdir()] == ['agent2']
    assert stage.search(checked) == stage.search(limited) == []


def test_slices_at_once_ask_once_each_and_a_slice_without_hosts_reports_it(stage):
    slices = [
        stage.job(hosts=hosts, extra_vars=SLICE).start() for hosts in (['agent1'], ['agent2'], [])
    ]
    for finished in [part.finish() for part in slices]:
        assert finished.status == 'successful', finished.output
        assert stage.search(finished) == []
    assert 'Nothing to deliver' in finished.output
    token = stage.nexus.state.token_of('ci')
    assert token.pass_code in stage.settings('agent1') and token.pass_code in stage.settings(
        'agent2'
    )
    assert stage.server.count('POST', '/service/rest/wonderland/authenticate') == 2
    assert stage.nexus.state.counters['tokens_created'] == 1


def test_two_jobs_at_once_on_the_same_hosts_lose_nothing(stage):
    jobs = []
    for name in ('one', 'two'):
        stage.variables = {
            **stage.variables,
            'maven_settings_servers': [{'id': name, 'token': 'company'}],
            'git_credentials_entries': [{'url': f'https://{name}.example.com', 'token': 'company'}],
        }
        jobs.append(stage.job().start())
    for name, finished in zip(('one', 'two'), [job.finish() for job in jobs]):
        assert finished.status == 'successful' and finished.job_artifacts['token_errors'] == [], (
            finished.output
        )
        for agent in AGENTS:
            assert f'<id>{name}</id>' in stage.settings(agent)
            assert f'@{name}.example.com' in (stage.home / agent / 'git-credentials').read_text(
                encoding='utf-8'
            )
            assert (
                stage.settings(agent).count('<settings')
                == stage.settings(agent).count('</settings>')
                == 1
            )
    assert {path.name for agent in AGENTS for path in (stage.home / agent).iterdir()} == {
        'settings.xml',
        'git-credentials',
        'gitconfig',
    }


def test_a_lasting_cache_answers_although_files_of_a_credential_have_other_names_in_each_job(
    stage,
):
    stage.variables['token_sources'] = {
        'company': {
            'type': 'nexus_user_token',
            'cache': 'file',
            'cache_path': str(stage.folder / 'cache'),
        }
    }
    stage.variables['maven_settings_servers'] = stage.variables['maven_settings_servers'][:1]
    asked = []
    for changed in (True, False):
        finished = stage.job(hosts=['agent1']).run()
        assert finished.status == 'successful' and bool(finished.changed) is changed, (
            finished.output
        )
        asked.append(stage.server.count('POST', '/service/rest/wonderland/authenticate'))
    assert asked == [1, 1]


def test_a_refresh_token_in_a_credential_is_used_once_and_its_successors_are_kept_for_the_next_jobs(
    stage,
):
    seed = stage.nuxeo.state.new_token('buildops', 'jdoe', 3600)
    stage.credentials['nuxeo_oauth2_token'] = {
        'url': stage.credentials['nuxeo_oauth2_token']['url'],
        'grant': 'refresh_token',
        'client_id': 'buildops',
        'client_secret': 'nuxeo-s3cret',
        'refresh_token': seed.refresh,
        'ca_certificates': stage.credentials['nexus_user_token']['ca_certificates'],
    }
    source = {
        'type': 'nuxeo_oauth2_token',
        'cache': 'file',
        'cache_path': str(stage.folder / 'cache'),
    }
    stage.variables.update(
        token_sources={'platform': source},
        maven_settings_servers=[{'id': 'platform', 'token': 'platform'}],
        git_credentials_entries=[],
    )
    known = [seed]
    for regenerate in ('if_expired', 'if_expired', 'always'):
        source['regenerate'] = regenerate
        finished = stage.job(hosts=['agent1']).run()
        assert finished.status == 'successful', finished.output
        [token] = stage.nuxeo.state.tokens
        assert token.access in stage.settings()
        known.append(token)
        assert stage.search(finished) == []
        assert not [
            each
            for each in known
            for path in finished.artifacts.rglob('*')
            if path.is_file() and each.refresh in path.read_text(encoding='utf-8')
        ]
    assert known[1].access == known[2].access != known[3].access and seed.access != known[1].access


def test_the_inventory_of_the_project_is_read_without_the_password_of_the_vault_which_the_job_has(
    stage,
):
    vault = stage.folder / 'vault'
    vault.write_text('vault password\n')

    def of_ansible(name, *arguments):
        return subprocess.run(
            [BIN / name, *arguments],
            env={'PATH': os.environ['PATH'], 'HOME': str(stage.folder)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    encrypted = of_ansible(
        'ansible-vault',
        'encrypt_string',
        '--vault-password-file',
        vault,
        '--name',
        'vault_other',
        PASSWORD,
    )
    second = {
        'type': 'nuxeo_online_token',
        'url': 'https://second.example.com/nuxeo',
        'username': 'second',
        'token': '{{ vault_other }}',
    }
    stage.variables.update(
        token_sources={'company': {'type': 'nexus_user_token'}, 'second': second},
        git_credentials_entries=[],
        maven_settings_servers=[
            {'id': 'company', 'token': 'company'},
            {'id': 'second', 'token': 'second'},
        ],
    )
    (stage.folder / 'hosts.yml').write_text(json.dumps({'all': {'hosts': {'agent1': None}}}))
    (stage.folder / 'group_vars/all').mkdir(parents=True)
    (stage.folder / 'group_vars/all/plain.yml').write_text(json.dumps(stage.variables))
    (stage.folder / 'group_vars/all/secret.yml').write_text(encrypted)
    inventory = json.loads(
        of_ansible('ansible-inventory', '-i', stage.folder / 'hosts.yml', '--list', '--export')
    )
    assert PASSWORD not in json.dumps(inventory)
    finished = Job(
        stage.folder / 'job', inventory, stage.credentials, options=f'--vault-password-file {vault}'
    ).run()
    assert finished.status == 'successful' and escape(PASSWORD) in stage.settings(), finished.output
    assert stage.search(finished) == []


def refuse_requests(stage):
    (stage.folder / 'site').mkdir()
    (stage.folder / 'site/requests.py').write_text('raise ImportError("No module named requests")')
    return {'environment': {'PYTHONPATH': str(stage.folder / 'site')}}


@pytest.mark.parametrize(
    'spoil, text_shown',
    [
        (
            lambda stage: stage.credentials['nexus_user_token'].update(password=''),
            'source company lacks password',
        ),
        (lambda stage: stage.credentials.clear(), 'source company lacks'),
        (
            lambda stage: stage.credentials['nexus_user_token'].update(password=WRONG),
            'does not accept the user name and password',
        ),
        (refuse_requests, 'The Python library requests is missing'),
    ],
)
def test_what_is_wrong_with_a_job_is_reported_in_a_sentence_and_files_stay_as_they_were(
    stage, spoil, text_shown
):
    stage.home.mkdir()
    (stage.home / 'agent1').mkdir()
    before = '<settings><!-- mine --></settings>\n'
    (stage.home / 'agent1/settings.xml').write_text(before)
    stage.variables['maven_settings_servers'] = stage.variables['maven_settings_servers'][:1]
    finished = stage.job(hosts=['agent1'], **(spoil(stage) or {})).run()
    assert finished.status == 'failed'
    reported = {
        event['event_data']['res']['msg']
        for event in finished.events
        if event['event'] == 'runner_on_failed'
    }
    # The last task of a run that made deliveries points to its summary
    reported |= set(finished.job_artifacts.get('token_errors', []))
    assert any(text_shown in text for text in reported), (reported, finished.output)
    assert not [
        text
        for text in reported
        if '\n' in text or 'Traceback' in text or 'should not have happened' in text
    ]
    assert stage.settings() == before and [
        path.name for path in (stage.home / 'agent1').iterdir()
    ] == ['settings.xml']
    assert stage.search(finished) == []


def test_a_scheduled_rotation_replaces_once_and_delivers(stage):
    stage.variables['token_sources'] = {'company': stage.variables['token_sources']['company']}
    stage.variables['maven_settings_servers'] = stage.variables['maven_settings_servers'][:1]
    assert stage.job().run().status == 'successful'
    before = stage.nexus.state.token_of('ci')
    finished = stage.job(playbook='rotate_tokens.yml').run()
    after = stage.nexus.state.token_of('ci')
    assert finished.status == 'successful' and before != after, finished.output
    assert all(after.pass_code in stage.settings(agent) for agent in AGENTS)
    assert stage.search(finished) == []


def test_what_leaks_is_found(stage):
    finished = stage.job(playbook='report_tokens.yml', extra_vars={'unused': PASSWORD}).run()
    assert stage.search(finished) == []
    (finished.artifacts / 'job_events/1-x.json').write_text(json.dumps({'stdout': PASSWORD}))
    assert len(stage.search(finished)) == 1
