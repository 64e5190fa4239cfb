# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tools of Nuxeo Online Services in real playbooks: twice, in check mode, loudly, with wrong
tokens, without a network; no secret is seen.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import COLLECTIONS
from tests.leaks.search import Search, Watch
from tests.unit.nuxeo_online.conftest import NuxeoServer

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
TOKEN = 'nos-cAn4ry/+=&<"%>-token'


class Stage:
    """A service that knows one token, hosts that are folders, and all places where no secret must
    turn up.
    """

    def __init__(self, service, sandbox, run_playbook, folder, hosts=('host1', 'host2', 'host3')):
        self.service, self.run_playbook, self.folder, self.ca = (
            service,
            run_playbook,
            folder,
            str(sandbox.ca_path),
        )
        service.app.state.users['jdoe'].tokens = {'tests': TOKEN}
        self.hosts, self.more = hosts, {}
        for host in hosts:
            NuxeoServer(folder / host / 'server', service.url, sandbox.ca_path)
            (folder / host / 'shop/.git/info').mkdir(parents=True)
        self.source = {
            'type': 'nuxeo_online_token',
            'url': service.url,
            'ca_path': self.ca,
            'username': 'jdoe',
            'token': '{{ nos_token }}',
            'retries': 0,
        }
        self.projects = [
            {
                'project': 'jdoe-SANDBOX',
                'token': 'studio',
                'registration': {'nuxeo_home': '{{ home }}/server', 'instance_type': 'preprod'},
                'cli': {'path': '{{ home }}/shop'},
                'maven': True,
                'git': True,
                'release': {'version': '1.2.3'},
            }
        ]

    def variables(self):
        return {
            'ansible_connection': 'local',
            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
            'home': f'{self.folder}/{{{{ inventory_hostname }}}}',
            'nos_token': TOKEN,
            'token_sources': {'studio': self.source},
            'nuxeo_online_projects': self.projects,
            'nuxeo_online_url': self.service.url,
            'nuxeo_online_verify': True,
            'nuxeo_online_ca_path': self.ca,
            'nuxeo_online_maven_path': '{{ home }}/settings.xml',
            'nuxeo_online_git_path': '{{ home }}/git-credentials',
            'nuxeo_online_git_config_path': '{{ home }}/gitconfig',
            **self.more,
        }

    def play(self, tasks, *arguments, **env):
        """Run tasks, or a playbook, and search everywhere. :returns: the run, what was found."""
        log = self.folder / 'ansible.log'
        playbook = (
            tasks
            if isinstance(tasks, Path)
            else [{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}]
        )
        inventory = {'all': {'hosts': dict.fromkeys(self.hosts, {}), 'vars': self.variables()}}
        environment = {'ANSIBLE_LOG_PATH': str(log), 'ANSIBLE_INJECT_INVOCATION': '1', **env}
        with Watch() as watch:
            run = self.run_playbook(playbook, inventory, *arguments, env=environment)
        search = Search(self.secrets())
        for place, content in (
            ('the output', run.output),
            ('an event', json.dumps(run.events, default=repr)),
            ('the log', log.read_bytes()),
        ):
            search.text(place, content)
        for line in watch.seen:
            search.text('a command line or environment', line)
        search.tree(run.home)
        delivered = ('instance.clid', '.yo-rc.json', 'settings.xml', 'git-credentials')
        search.tree(
            self.folder,
            but=tuple(
                path
                for path in self.folder.rglob('*')
                if path.name in delivered or 'run-' in str(path)
            ),
        )
        assert watch.seen
        return run, search.hits

    def secrets(self):
        state = self.service.app.state
        secrets = {'the token': TOKEN}
        secrets.update(
            {f'CLI token {number}': token.token for number, token in enumerate(state.device_tokens)}
        )
        secrets.update(
            {
                f'CLID {number}': instance.clid2
                for number, instance in enumerate(state.instances.values())
            }
        )
        return secrets

    def asked(self, path):
        return len(self.service.requests.matching(path=path))


@pytest.fixture
def stage(service, sandbox, run_playbook, tmp_path):
    return Stage(service, sandbox, run_playbook, tmp_path)


ROLE = [{'name': 'role', 'ansible.builtin.include_role': {'name': 'buildops.tokens.nuxeo_online'}}]
LOUD = ('-vvvv', '--diff')


def changed_parts(run):
    """How many deliveries changed something, on all hosts."""
    return sum(part['changed'] for result in run.results() for part in result.get('parts', []))


@pytest.mark.needs_client('git')
def test_A1_A9_A10_the_role_twice_in_check_mode_with_diff_and_loudly(stage):
    predicted, hits = stage.play(ROLE, '--check', *LOUD)
    assert predicted.rc == 0 and hits == [], predicted.output
    assert not len(stage.service.requests.matching('POST')) and not stage.asked(
        'authentication/token'
    ), 'nothing comes into being'
    first, hits = stage.play(ROLE, *LOUD)
    assert first.rc == 0 and hits == [], '\n'.join(hits) + first.output
    assert changed_parts(predicted) == 5 * 3 and changed_parts(first) == 5 * 3 - 2, (
        'a release is one for all hosts'
    )
    assert len(stage.secrets()) == 1 + 1 + 3, 'tokens and CLIDs were there to be found'
    assert stage.asked('authentication/token') == 1, 'one exchange, however many hosts'
    second, hits = stage.play(ROLE, *LOUD)
    assert (second.rc, second.changed, hits) == (0, 0, []), second.output
    assert (
        first.output.count('"accepted": true') == second.output.count('"accepted": true') >= 4 * 3
    )
    assert (
        stage.asked('remoteRegisterInstance') == 3 and len(stage.service.app.state.instances) == 3
    )
    assert stage.service.app.state.projects['jdoe-SANDBOX'].versions == ['1.0.0', '1.2.3']
    for host in stage.hosts:
        assert (stage.folder / host / 'shop/.git/info/exclude').read_text() == '/.yo-rc.json\n'
        assert TOKEN not in (stage.folder / host / 'shop/.yo-rc.json').read_text()


def test_provisioning_sums_up_every_tool_and_revoking_names_the_page(stage):
    del stage.projects[0]['git'], stage.projects[0]['release']
    run, hits = stage.play(
        PLAYBOOKS / 'provision_tokens.yml',
        '-e',
        json.dumps({'tokens_summary_file': f'{stage.folder}/summary'}),
    )
    assert run.rc == 0 and hits == [], run.output
    rows = [
        line
        for line in (stage.folder / 'summary').read_text().splitlines()
        if line.startswith('studio')
    ]
    assert len(rows) == 3 + 3 + 1 and all('accepted' in row for row in rows), rows
    run, hits = stage.play(
        PLAYBOOKS / 'revoke_tokens.yml', '-e', json.dumps({'revoke_tokens_sources': ['studio']})
    )
    assert run.rc != 0 and hits == []
    assert 'https://connect.nuxeo.com/nuxeo/site/connect/tokens' in run.output
    for host in stage.hosts:
        assert 'connect:token' not in (stage.folder / host / 'shop/.yo-rc.json').read_text()
        assert 'nuxeo-studio' not in (stage.folder / host / 'settings.xml').read_text()
        assert (stage.folder / host / 'server/nxserver/data/instance.clid').exists(), (
            'a registration does not need the token'
        )


def task(name, module, arguments, **keywords):
    return dict({'name': name, f'buildops.tokens.{module}': arguments}, **keywords)


REGISTRATION = {'nuxeo_home': '{{ home }}/server', 'project': 'jdoe-SANDBOX'}
LINK = {'path': '{{ home }}/shop', 'project': 'jdoe-SANDBOX'}
RELEASE = {'project': 'jdoe-SANDBOX', 'version': '1.2.3'}
DIRECT = {
    'username': 'jdoe',
    'password': '{{ nos_token }}',
    'url': '{{ nuxeo_online_url }}',
    'ca_path': '{{ nuxeo_online_ca_path }}',
}


def failed(run, name):
    """The messages with which a task failed, each once."""
    return {result['msg'] for result in run.results(name)}


REFUSED = [
    ('wrong token', {}, {'nos_token': 'wr0ng-cAn4ry-token'}, 'connect/tokens'),
    (
        'no network',
        {},
        {'nuxeo_online_url': 'https://127.0.0.1:9/nuxeo'},
        'refuses the connection|cannot reach',
    ),
    ('no such project', {'project': 'nope'}, {}, 'not open'),
]


@pytest.mark.parametrize(
    'name, change, variables, message', REFUSED, ids=[case[0] for case in REFUSED]
)
def test_A2_refusals_are_sentences_and_change_nothing(stage, name, change, variables, message):
    stage.hosts = stage.hosts[:1]
    if 'nuxeo_online_url' in variables:
        conf = stage.folder / 'host1/server/bin/nuxeo.conf'
        conf.write_text(conf.read_text().replace(stage.service.url, variables['nuxeo_online_url']))
    forgiven = {'register': 'result', 'failed_when': 'result is not failed'}
    direct = {option: value for option, value in DIRECT.items() if option != 'ca_path'}
    tasks = [
        task(
            'registration', 'nuxeo_registration', {**REGISTRATION, **direct, **change}, **forgiven
        ),
        task('link', 'nuxeo_cli_link', {**LINK, **DIRECT, 'retries': 0, **change}, **forgiven),
        task(
            'release',
            'nuxeo_studio_release',
            {**RELEASE, **DIRECT, 'retries': 0, **change},
            **forgiven,
        ),
    ]
    stage.more = variables
    run, hits = stage.play(tasks, *LOUD)
    assert run.rc == 0 and hits == [], run.output
    for each in ('registration', 'link', 'release'):
        [sentence] = failed(run, each)
        assert (
            any(words in sentence for words in message.split('|'))
            or each == 'release'
            and 'opens no Studio project' in sentence
        )
        assert variables.get('nos_token', TOKEN) not in run.output
    assert (
        not (stage.folder / 'host1/shop/.yo-rc.json').exists()
        and not (stage.folder / 'host1/server/nxserver/data/instance.clid').exists()
    )


def test_I_what_cannot_be_right_is_reported_before_anything_is_asked(stage):
    stage.hosts = stage.hosts[:1]
    wrong = {
        'twice': (
            'nuxeo_cli_link',
            {**LINK, 'token': 'studio', 'username': 'jdoe'},
            'token and username exclude each other',
        ),
        'unknown': ('nuxeo_cli_link', {**LINK, 'token': 'studo'}, 'Did you mean studio'),
        'other type': (
            'nuxeo_registration',
            {**REGISTRATION, 'token': 'company'},
            'of type nexus_user_token',
        ),
        'nothing': ('nuxeo_studio_release', RELEASE, 'username'),
        'no path': ('nuxeo_cli_link', {'project': 'jdoe-SANDBOX', 'token': 'studio'}, 'path'),
        'no project': ('nuxeo_cli_link', {'path': '{{ home }}/shop', 'token': 'studio'}, 'project'),
        'bad project': (
            'nuxeo_cli_link',
            {**LINK, 'project': 'a/b', 'token': 'studio'},
            'symbolic name',
        ),
        'bad version': (
            'nuxeo_studio_release',
            {**RELEASE, 'version': 'latest', 'token': 'studio'},
            '1.2.3',
        ),
        'misspelt': (
            'nuxeo_studio_release',
            {**RELEASE, 'token': 'studio', 'versoin': '1'},
            'versoin',
        ),
        'relative': ('nuxeo_cli_link', {**LINK, 'path': 'shop', 'token': 'studio'}, 'absolute'),
        'hotfixes by Maven': (
            'maven_server',
            {
                'id': 'x',
                'token': 'studio',
                'path': '{{ home }}/settings.xml',
                'verify_url': 'https://packages.nuxeo.com/repository/',
            },
            'does not accept tokens of Nuxeo Online Services.*nexus_user_token',
        ),
        'hotfixes by a proxy': (
            'nexus_proxy_credential',
            {
                'url': 'https://nexus.example.com',
                'username': 'admin',
                'password': 'x',
                'repositories': [
                    {
                        'name': 'hotfixes',
                        'token': 'studio',
                        'create': {
                            'format': 'maven2',
                            'remote_url': 'https://packages.nuxeo.com/repository/',
                        },
                    }
                ],
            },
            'does not accept tokens of Nuxeo Online Services',
        ),
        'no address': ('git_credential', {'url': 'https://[::1/x', 'token': 'studio'}, 'url'),
        'hotfixes by git': (
            'git_credential',
            {'url': 'https://packages.nuxeo.com', 'token': 'studio'},
            'does not accept tokens of Nuxeo Online Services',
        ),
    }
    tasks = [
        task(name, module, arguments, ignore_errors=True)
        for name, (module, arguments, _message) in wrong.items()
    ]
    company = {
        'company': {
            'type': 'nexus_user_token',
            'url': 'https://nexus.example.com',
            'username': 'ci',
            'password': 'pers0n-cAn4ry',
        }
    }
    stage.more = {'token_sources': {**company, 'studio': stage.source}}
    run, hits = stage.play(tasks, *LOUD)
    assert (
        hits == []
        and not stage.asked('authentication')
        and not len(stage.service.requests.matching('POST'))
    )
    for name, (_module, _arguments, message) in wrong.items():
        [sentence] = failed(run, name)
        assert re.search(message, sentence), (name, sentence)


def sent(kept):
    """Return, by host, the passwords that were sent there, unpacked by ansible-core itself."""
    found = {}
    for script in kept.glob('*/AnsiballZ_nuxeo_registration.py'):
        subprocess.run([sys.executable, script, 'explode'], check=True, stdout=subprocess.DEVNULL)
        arguments = json.loads((script.parent / 'debug_dir/args').read_text())[
            'ANSIBLE_MODULE_ARGS'
        ]
        found.setdefault(Path(arguments['nuxeo_home']).parent.name, []).append(
            arguments.get('password')
        )
    shutil.rmtree(kept)
    return found


@pytest.mark.parametrize(
    'how',
    [
        {'token': 'studio'},
        {option: value for option, value in DIRECT.items() if option != 'ca_path'},
    ],
    ids=['source', 'direct'],
)
def test_the_token_goes_only_to_a_host_that_is_about_to_register(stage, how):
    tasks = [task('register', 'nuxeo_registration', {**REGISTRATION, **how})]
    stage.play(
        tasks,
        '--check',
        ANSIBLE_KEEP_REMOTE_FILES='1',
        ANSIBLE_REMOTE_TMP=str(stage.folder / 'kept'),
    )
    assert {
        password for passwords in sent(stage.folder / 'kept').values() for password in passwords
    } == {None}
    stage.hosts = stage.hosts[:1]
    assert stage.play(tasks)[0].changed == 1
    stage.hosts = ('host1', 'host2')
    stage.play(tasks, ANSIBLE_KEEP_REMOTE_FILES='1', ANSIBLE_REMOTE_TMP=str(stage.folder / 'kept'))
    passwords = sent(stage.folder / 'kept')
    assert passwords['host1'] == [None] and TOKEN in passwords['host2']


def test_A5_a_returned_clid_is_hidden_and_usable(stage):
    stage.hosts = stage.hosts[:1]
    run, hits = stage.play(
        [
            task(
                'register',
                'nuxeo_registration',
                {**REGISTRATION, 'token': 'studio', 'return_clid': True},
                register='made',
            ),
            {
                'name': 'use',
                'ansible.builtin.assert': {
                    'that': ["made.clid is match('.+--.+')", 'made.fingerprint | length == 12'],
                    'quiet': True,
                },
            },
            task(
                'install',
                'nuxeo_registration',
                {**REGISTRATION, 'clid': '{{ made.clid }}'},
                register='same',
            ),
            {
                'name': 'judge',
                'ansible.builtin.assert': {'that': ['same is not changed'], 'quiet': True},
            },
        ],
        *LOUD,
    )
    assert run.rc == 0 and hits == [], '\n'.join(hits) + run.output


def test_unlinking_revokes_on_request_only_and_once(stage):
    stage.hosts = stage.hosts[:1]
    link = task('link', 'nuxeo_cli_link', {**LINK, 'token': 'studio'})
    assert (
        stage.play([link, task('unlink', 'nuxeo_cli_link', {**LINK, 'state': 'absent'})])[0].changed
        == 2
    )
    assert stage.service.app.state.device_tokens, 'other machines share it'
    unlink = task(
        'unlink', 'nuxeo_cli_link', {**LINK, 'token': 'studio', 'state': 'absent', 'revoke': True}
    )
    run, hits = stage.play(
        [
            link,
            dict(unlink, name='foretell', check_mode=True),
            unlink,
            dict(unlink, name='again'),
            dict(link, name='link again'),
        ],
        *LOUD,
    )
    assert run.rc == 0 and hits == []
    assert [
        bool(run.result(name)['changed']) for name in ('foretell', 'unlink', 'again', 'link again')
    ] == [True, True, False, True]
    assert len(stage.service.app.state.device_tokens) == 1
    assert (
        stage.service.app.state.device_tokens[0].token
        in (stage.folder / 'host1/shop/.yo-rc.json').read_text()
    ), 'not the one that was revoked'


def test_delegation_writes_on_that_host(stage):
    stage.hosts = ('host1', 'host2')
    run, hits = stage.play(
        [
            task(
                'link',
                'nuxeo_cli_link',
                {
                    'path': str(stage.folder / 'host1/shop'),
                    'project': 'jdoe-SANDBOX',
                    'token': 'studio',
                },
                delegate_to='host1',
                run_once=True,
            )
        ],
        *LOUD,
    )
    assert run.rc == 0 and run.changed == 1 and hits == [], run.output


def test_one_release_is_made_for_all_hosts_of_a_task(stage):
    """With a step as the version, each request makes another one."""
    step = {'project': 'jdoe-SANDBOX', 'version': 'MINOR', 'token': 'studio'}
    run, hits = stage.play([task('release', 'nuxeo_studio_release', step)], '-f', '3')
    assert run.rc == 0 and run.changed == 1 and hits == [], run.output
    assert {result['version'] for result in run.results('release')} == {'1.1.0'}
