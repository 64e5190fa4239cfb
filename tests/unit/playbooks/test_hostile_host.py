# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A managed host that answers with facts and foreign keys gets nothing that is not its own."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import COLLECTIONS
from tests.sandbox import nexus, nuvy
from tests.support.hostile_host import HostileHost, RepeatingHost

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
PERSON, CLIENT, OTHER = 'wonderland', 'nuvy-s3cret', 'builder'
WARNING = 'The host attacker reports a fact named'


class Listener:
    """An address of the attacker's own. C(received): what was sent there."""

    def __init__(self) -> None:
        self._socket = socket.create_server(('127.0.0.1', 0))
        self.port: int = self._socket.getsockname()[1]
        self.received: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
                with connection:
                    connection.settimeout(2)
                    self.received.append(connection.recv(65536))
            except TimeoutError:
                self.received.append(b'a connection')
            except OSError:
                return

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # to close it would not end the thread
        self._socket.close()


@pytest.fixture(name='listener')
def _listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


class Scene:
    """An honest host and one that is not, with an inventory that is the same for both."""

    def __init__(self, sandbox: t.Any, folder: Path, listener: Listener) -> None:
        self.nexus_app = nexus.create_app('3.90.1')
        self.nexus = sandbox.serve(self.nexus_app)
        self.nuvy = sandbox.serve(nuvy.create_app())
        self.ca_path = sandbox.ca_path
        self.folder = folder
        self.trace = folder / 'trace'
        self.listener = listener
        self.host = HostileHost(folder, self.answer())

    def facts(self) -> dict[str, t.Any]:
        url = 'http://127.0.0.1:%d' % self.listener.port
        command = "{{ lookup('pipe', 'touch %s') }}" % self.trace
        stolen = [{'id': 'stolen', 'url': 'https://git.example.com', 'token': 'unused'}]
        options: dict[str, t.Any] = {'tokens_summary_file': str(self.trace)}
        for prefix in ('nuvy', 'nexus'):
            name = 'buildops_tokens_%s_' % prefix
            options.update({name + 'proxy': url, name + 'validate_certs': 'false'})
            options.update({name + 'cache': 'file', name + 'cache_path': str(self.trace)})
        return {
            **options,
            'token_sources': {'company': {'type': 'nuvy_client_token', 'url': url}},
            'company_url': url,
            'company_sources': {},
            'git_credentials_entries': stolen,
            'maven_settings_servers': stolen,
            'maven_settings_path': command,
            'nexus_proxies_url': url,
            'nexus_proxies_allow_http': True,
            'rotate_tokens_sources': ['unused'],
            'tokens_report_path': str(self.trace),
            'package_clients_npm': [{'registry': 'https://npm.example.com', 'token': 'unused'}],
            'package_clients_npm_path': str(self.trace),
            'package_clients_user': 'root',
            'deliver_to_failed': {'git_credentials': 'forged'},
            'tokens_failed': ['forged'],
            'git_credentials_result': {'changed': True, 'tokens': [], 'msg': command},
            'hostvars': {},
        }

    def answer(self) -> dict[str, t.Any]:
        facts = self.facts()
        return {
            'changed': True,
            'path': '/home/agent/settings.xml',
            'ansible_facts': facts,
            'add_host': {'host_name': 'added', 'groups': ['all'], 'host_vars': facts},
            'add_group': 'added',
            'ansible_stats': {'data': {'token_errors': ['forged']}, 'per_host': False},
            '_ansible_no_log': False,
            '_ansible_facts_cacheable': True,
            'include': str(self.trace),
            'foreign_key': 'foreign',
            **facts,
        }

    def inventory(self) -> dict[str, t.Any]:
        common = {'ca_path': self.ca_path, 'username': 'alice', 'password': PERSON}
        company = dict(common, type='nexus_user_token', url='{{ company_url }}')
        client = {
            'type': 'nuvy_client_token',
            'url': self.nuvy.url,
            'ca_path': self.ca_path,
            'client_id': 'buildops-client',
            'client_secret': CLIENT,
        }
        unused = dict(common, type='nexus_user_token', url=self.nexus.url, username='bob')
        home = '%s/{{ inventory_hostname }}' % (self.folder / 'agents')
        return {
            'all': {
                'hosts': {
                    'attacker': self.host.variables,
                    'honest': {
                        'ansible_connection': 'local',
                        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                    },
                },
                'vars': {
                    'company_url': self.nexus.url,
                    'company_sources': {
                        'company': company,
                        'nuvy': client,
                        'unused': dict(unused, password=OTHER),
                    },
                    'token_sources': '{{ company_sources }}',
                    'maven_settings_servers': [{'id': 'releases', 'token': 'company'}],
                    'maven_settings_path': home + '/settings.xml',
                    'git_credentials_entries': [
                        {'url': 'https://git.example.com', 'token': 'nuvy', 'username': 'ci'}
                    ],
                    'git_credentials_path': home + '/git-credentials',
                    'git_credentials_config_path': home + '/gitconfig',
                    'nexus_proxies_url': '{{ company_url }}',
                    'nexus_proxies_username': 'alice',
                    'nexus_proxies_password': PERSON,
                    'nexus_proxies_ca_path': self.ca_path,
                    'nexus_proxies_repositories': [{'name': 'central', 'token': 'company'}],
                },
            }
        }

    def check(self) -> None:
        assert not self.listener.received, 'the address of the attacker was used'
        assert not self.trace.exists(), 'a file of the controller was written'
        assert self.nexus_app.state.token_of('bob') is None, 'another source was asked'
        received = self.host.received
        sent = received.read_text(encoding='utf-8', errors='replace') if received.exists() else ''
        for secret in (PERSON, CLIENT, 'stolen'):
            assert secret not in sent


@pytest.fixture(name='scene')
def _scene(sandbox: t.Any, tmp_path: Path, listener: Listener) -> Scene:
    return Scene(sandbox, tmp_path, listener)


@pytest.mark.parametrize('gathered', [False, True])
@pytest.mark.parametrize('name', ['provision', 'rotate', 'revoke', 'report'])
def test_S1_playbooks(scene: Scene, run_playbook: t.Any, name: str, gathered: bool) -> None:
    plays: list[dict[str, t.Any]] = [{'hosts': 'attacker', 'gather_facts': gathered, 'tasks': []}]
    plays.append({'import_playbook': str(PLAYBOOKS / ('%s_tokens.yml' % name))})
    if gathered or name in ('provision', 'rotate'):
        plays.append({'hosts': 'attacker', 'gather_facts': True, 'tasks': []})
    chosen = {'rotate_tokens_sources': ['company'], 'revoke_tokens_sources': ['company']}
    run = run_playbook(plays, scene.inventory(), '-e', json.dumps(chosen))
    scene.check()
    # The results of fact gathering are the host's own
    ours = [
        event for event in run.events if 'gather_facts' not in event.get('action', 'gather_facts')
    ]
    assert {'buildops.tokens.token_deliveries_info', 'ansible.builtin.debug'} <= {
        event['action'] for event in ours
    }
    assert name == 'report' or run.results('Sum up')
    assert not [event for event in ours if 'forged' in json.dumps(event)]
    assert (WARNING in run.output) is gathered, run.output


def provisioned(scene: Scene, run_playbook: t.Any) -> tuple[t.Any, str]:
    """Provision both hosts. :returns: the run, and all that people can see of it."""
    summary = scene.folder / 'summary'
    play = {'import_playbook': str(PLAYBOOKS / 'provision_tokens.yml')}
    chosen = {'tokens_summary_file': str(summary), 'tokens_only': ON_HOSTS}
    run = run_playbook([play], scene.inventory(), '-e', json.dumps(chosen))
    shown = run.output + json.dumps(run.events) + summary.read_text(encoding='utf-8')
    return run, shown


@pytest.mark.parametrize('form', ['', ' | b64encode'])
def test_S8_a_token_of_an_earlier_task_that_a_host_repeats_is_hidden(
    scene: Scene, run_playbook: t.Any, form: str
) -> None:
    """The process of the later task has not asked for that token."""
    lookup = "lookup('buildops.tokens.token', 'nuvy', query='access_token')"
    answer = json.dumps({'failed': True, 'msg': 'I know {{ %s%s }} of yours' % (lookup, form)})
    learn = {'ansible.builtin.copy': {'dest': str(scene.folder / 'answer.json'), 'content': answer}}
    other = {'id': 'other', 'username': 'ci', 'password': 'an0ther-one'}
    plays = [
        {'hosts': 'honest', 'gather_facts': False, 'tasks': [dict(learn, no_log=True)]},
        {
            'hosts': 'attacker',
            'gather_facts': False,
            'tasks': [{'buildops.tokens.maven_server': other, 'ignore_errors': True}],
        },
    ]
    run = run_playbook(plays, scene.inventory())
    known = json.loads((scene.folder / 'answer.json').read_text(encoding='utf-8'))['msg'].split()[2]
    shown = run.output + json.dumps(run.events)
    assert 'I know *** of yours' in shown, run.output
    assert len(known) > 20
    for part in (known[:8], known[-12:-4], known[10:18]):
        assert part not in shown


ON_HOSTS = ['maven_settings', 'git_credentials']


def test_S8_what_a_host_repeats_of_its_secrets_is_not_in_the_summary(
    scene: Scene, run_playbook: t.Any
) -> None:
    """Another process makes the summary than the one that knows the secrets."""
    scene.host = RepeatingHost(scene.folder, True, scene.trace)
    run, shown = provisioned(scene, run_playbook)
    received = scene.host.received.read_text(encoding='utf-8').splitlines()
    issued = [one for one in received if one.startswith('eyJ') or len(one) == 44]
    assert len(issued) >= 2, received
    assert 'git_credentials, maven_settings (attacker): Repeated' in shown
    for secret in issued:
        for part in (secret[:8], secret[-12:-4], secret[10:18]):
            assert part not in shown, run.output


@pytest.mark.parametrize('odd', [{'a': []}, ['x'], 7, 1.5, True, 'x' * 100_000])
def test_S1_an_answer_of_odd_types_spoils_the_summary_of_no_other_host(
    scene: Scene, run_playbook: t.Any, odd: t.Any
) -> None:
    attempt = {'name': odd, 'accepted': odd, 'message': odd, odd if odd is True else 'x': odd}
    places = [{'url': odd, 'id': odd, 'changed': odd, 'secret': odd}, odd]
    one = {
        'changed': odd,
        'failed': odd if odd is not True else False,
        'msg': odd,
        'path': odd,
        'diff': odd,
        'warnings': [odd],
        'verification': [attempt, odd, {'name': 'releases', 'accepted': None, 'message': odd}],
        'servers': places,
        'entries': places,
    }
    scene.host.answers({'changed': odd, 'deliveries': [one, one]})
    run, shown = provisioned(scene, run_playbook)
    assert 'This should not have happened' not in shown, run.output
    table = run.result('Sum up')['summary']
    assert any('maven_settings releases' in line and 'honest' in line for line in table), table
    assert all(len(line) < 1000 for line in table if 'honest' in line)


@pytest.mark.parametrize('gathered', [False, True])
def test_S1_every_module_on_its_own(scene: Scene, run_playbook: t.Any, gathered: bool) -> None:
    """What the answer of one module says is not used by the next."""
    tasks = {
        'maven_server': {'servers': '{{ maven_settings_servers }}'},
        'git_credential': {'entries': '{{ git_credentials_entries }}'},
        'nuxeo_registration': {'project': 'p', 'nuxeo_home': '/opt', 'state': 'absent'},
        'nuxeo_cli_link': {'path': '/opt/p', 'state': 'absent'},
    }
    nuvy_source = scene.inventory()['all']['vars']['company_sources']['nuvy']
    token = {name: value for name, value in nuvy_source.items() if name != 'type'}
    play = {
        'hosts': 'attacker',
        'gather_facts': gathered,
        'tasks': [
            {'buildops.tokens.' + module: options, 'register': 'done_' + module}
            for module, options in tasks.items()
        ]
        + [
            {'buildops.tokens.nuvy_client_token': token, 'register': 'done_token'},
            {'buildops.tokens.token_source': {'name': 'company'}},
            {'buildops.tokens.token_source_info': {'name': 'company'}},
            {
                'ansible.builtin.set_fact': {
                    'looked_up': "{{ lookup('buildops.tokens.token', 'company') }}"
                },
                'no_log': True,
            },
            {
                'ansible.builtin.debug': {'msg': '{{ ansible_facts.keys() | list }}'},
                'name': 'facts',
            },
            {'ansible.builtin.debug': {'msg': '{{ groups.all }}'}, 'name': 'hosts'},
        ],
    }
    run = run_playbook([play], scene.inventory())
    assert run.rc == 0, run.output
    scene.check()
    for event in run.events:
        if str(event.get('action')).startswith('buildops.tokens'):
            own = {'changed', 'path', '_ansible_no_log'}  # of the module, and of ansible-core
            found = event.get('result', {}).keys() & (scene.answer().keys() - own)
            assert not found, (event['action'], found)
    if not gathered:
        assert not set(run.result('facts')['msg']) & scene.facts().keys()
    assert run.result('hosts')['msg'] == ['attacker', 'honest']


@pytest.mark.parametrize('gathered', [False, True])
def test_S1_facts_that_hide_from_a_comparison(
    scene: Scene, run_playbook: t.Any, gathered: bool
) -> None:
    """A second fact with the prefix takes the name in C(ansible_facts), and items add facts."""
    facts = dict(scene.facts(), inventory_hostname='honest')
    del facts['hostvars']  # for which a task is refused
    facts.update({'ansible_%s' % name: 'hidden' for name in list(facts)})
    scene.host.answers(dict(scene.answer(), ansible_facts=facts, **facts))
    lookup = "{{ lookup('buildops.tokens.token', 'company', query='username') }}"
    play = {
        'hosts': 'attacker',
        'gather_facts': gathered,
        'tasks': [
            {
                'ansible.builtin.stat': {'path': '/' + lookup},
                'loop': [1, 2, 3],
                'register': 'looked_up',
                'no_log': True,
            },
            {'buildops.tokens.token_source': {'name': 'company'}},
            {
                'buildops.tokens.nexus_user_token': {
                    'url': '{{ company_url }}',
                    'username': 'alice',
                    'password': PERSON,
                    'ca_path': scene.ca_path,
                }
            },
        ],
    }
    run = run_playbook([play], scene.inventory())
    scene.check()
    assert run.rc == 0, run.output


FORGED = 'http://forged.example.com'
# Each prints what the action or lookup saw, without asking a server
SEEN = {
    'module defaults': {
        'buildops.tokens.nexus_user_token_info': {'username': 'alice', 'password': PERSON},
        'module_defaults': {
            'buildops.tokens.nexus_user_token_info': {'url': '{{ company_url }}', 'timeout': 3}
        },
    },
    'variable of another host': {
        'buildops.tokens.nexus_user_token_info': {
            'url': "{{ hostvars['attacker'].company_url }}",
            'username': 'alice',
            'password': PERSON,
        }
    },
    'through vars': {
        'buildops.tokens.nexus_user_token_info': {
            'url': '{{ through }}',
            'username': 'alice',
            'password': PERSON,
        },
        'vars': {'through': "{{ hostvars['attacker']['company_url'] }}"},
    },
    'template of a file': {
        'buildops.tokens.nexus_user_token_info': {
            'url': "{{ lookup('template', url_template) | trim }}",
            'username': 'alice',
            'password': PERSON,
        }
    },
    'computed name of a lookup': {
        'buildops.tokens.nexus_user_token_info': {
            'url': "{{ lookup('va' ~ which, 'thr' ~ 'ough') }}",
            'username': 'alice',
            'password': PERSON,
        },
        'vars': {'through': "{{ hostvars['attacker']['company_url'] }}", 'which': 'rs'},
    },
    'prefix': {
        'buildops.tokens.nexus_user_token_info': {
            'url': '{{ ansible_site }}',
            'username': 'alice',
            'password': PERSON,
        }
    },
}


@pytest.mark.parametrize('host', ['attacker', 'honest'])
@pytest.mark.parametrize('way', SEEN)
def test_S1_an_address_is_not_that_of_a_fact(
    scene: Scene, run_playbook: t.Any, way: str, host: str
) -> None:
    facts = dict(scene.facts(), ansible_site=scene.facts()['company_url'])
    del facts['hostvars']
    scene.host.answers({'ansible_facts': facts})
    inventory = scene.inventory()
    url_template = scene.folder / 'url.j2'
    url_template.write_text("{{ hostvars['attacker'].company_url }}\n", encoding='utf-8')
    more = {'ansible_site': scene.nexus.url, 'url_template': str(url_template)}
    inventory['all']['vars'].update(more)
    task = dict(SEEN[way], name='seen')
    module = 'buildops.tokens.nexus_user_token_info'
    task[module] = dict(task[module], ca_path=scene.ca_path)
    plays = [
        {'hosts': 'attacker', 'gather_facts': True, 'tasks': []},
        {'hosts': host, 'gather_facts': False, 'tasks': [task]},
    ]
    run = run_playbook(plays, inventory)
    scene.check()
    assert run.rc == 0, run.output


OF_ATTACKER = "{{ hostvars['attacker'].company_url }}"
LOOPS: dict[str, dict[str, t.Any]] = {
    'loop': {'loop': [OF_ATTACKER]},
    'a list of mappings': {'loop': "{{ [{'url': hostvars['attacker'].company_url}] }}"},
    'with_items': {'with_items': [OF_ATTACKER]},
    'with_dict': {'with_dict': {'url': OF_ATTACKER}},
}


@pytest.mark.parametrize('way', LOOPS)
def test_S1_an_item_is_not_made_of_facts_of_another_host(
    scene: Scene, run_playbook: t.Any, way: str
) -> None:
    """Without a fact, the same loop works."""
    facts = {'company_url': scene.facts()['company_url']}
    item = {'with_dict': 'item.value', 'a list of mappings': 'item.url'}.get(way, 'item')
    options = {'username': 'alice', 'password': PERSON, 'ca_path': scene.ca_path}
    module = dict(options, url='{{ %s }}' % item)
    task = {'buildops.tokens.nexus_user_token_info': module, **LOOPS[way]}
    outcomes = []
    for answered in ({}, facts):
        scene.host.answers({'ansible_facts': answered})
        plays = [
            {'hosts': 'attacker', 'gather_facts': True, 'tasks': []},
            {'hosts': 'honest', 'gather_facts': False, 'tasks': [task]},
        ]
        outcomes.append(run_playbook(plays, scene.inventory()))
    scene.check()
    assert outcomes[0].rc == 0, outcomes[0].output
    assert 'an item of the loop is made of them' in ' '.join(outcomes[1].output.split())


@pytest.mark.parametrize('host', ['attacker', 'honest'])
def test_S1_options_in_a_lookup_are_not_facts(scene: Scene, run_playbook: t.Any, host: str) -> None:
    """ansible-core renders them before it calls the lookup."""
    scene.host.answers({'ansible_facts': {'company_url': scene.facts()['company_url']}})
    url = 'company_url' if host == 'attacker' else "hostvars['attacker'].company_url"
    lookup = (
        "{{ lookup('buildops.tokens.token', type='nexus_user_token', url=%s, username='alice', "
        "password=person, ca_path=ca, query='username') }}" % url
    )
    inventory = scene.inventory()
    inventory['all']['vars'].update(person=PERSON, ca=scene.ca_path)
    task = {'ansible.builtin.debug': {'msg': lookup}}
    play = {'hosts': host, 'gather_facts': False, 'tasks': [task]}
    run = run_playbook([play], inventory)
    assert run.rc == 0, run.output
    gathering = {'hosts': 'attacker', 'gather_facts': True, 'tasks': []}
    run = run_playbook([gathering, play], inventory)
    scene.check()
    assert 'a value of the fact company_url' in ' '.join(run.output.split()), run.output


WRITTEN = {'type': "'nexus_user_token'", 'username': "'alice'", 'password': 'person'}


def looked_up(url: str, **more: str) -> str:
    """Return a template with a lookup of a source that is written there."""
    options = {**WRITTEN, 'ca_path': 'ca', 'url': url, 'query': "'username'", **more}
    given = ', '.join('%s=%s' % item for item in options.items())
    return "{{ lookup('buildops.tokens.token', %s) }}" % given


OTHERS_NAME = "{{ lookup('buildops.tokens.token', %s, query='type') }}"
# Each is given a fact in a way in which its words cannot be compared, or are not in the task
THROUGH_FACTS: dict[str, tuple[str, dict[str, t.Any]]] = {
    'a name of a cached token': (
        'honest',
        {'ansible.builtin.debug': {'msg': OTHERS_NAME % "hostvars['attacker'].which_source"}},
    ),
    'environment of a block': (
        'honest',
        {
            'environment': {'A': OTHERS_NAME % "hostvars['attacker'].which_source"},
            'block': [{'ansible.builtin.command': 'true'}],
        },
    ),
    'variables of the delegate': (
        'honest',
        {
            'ansible.builtin.debug': {
                'msg': looked_up("ansible_delegated_vars['attacker'].company_url")
            },
            'delegate_to': 'attacker',
        },
    ),
    'encoded': ('attacker', {'ansible.builtin.debug': {'msg': looked_up('encoded | b64decode')}}),
    'encoded, of another host': (
        'honest',
        {'ansible.builtin.debug': {'msg': looked_up("hostvars['attacker'].encoded | b64decode")}},
    ),
    'a part of another word': (
        'attacker',
        {'ansible.builtin.debug': {'msg': looked_up("company_url | replace('x', '')")}},
    ),
    'nothing': (
        'attacker',
        {'ansible.builtin.debug': {'msg': looked_up('good_url', validate_certs='checks')}},
    ),
}


@pytest.mark.parametrize('way', THROUGH_FACTS)
def test_S1_a_lookup_is_not_given_what_facts_were_made_into(
    scene: Scene, run_playbook: t.Any, way: str
) -> None:
    host, task = THROUGH_FACTS[way]
    inventory = scene.inventory()
    encoded = base64.b64encode(scene.nexus.url.encode()).decode()
    variables = {'which_source': 'company', 'person': PERSON, 'ca': scene.ca_path}
    variables.update(encoded=encoded, good_url=scene.nexus.url, checks=True)
    inventory['all']['vars'].update(variables)
    url = scene.facts()['company_url']
    facts = {'which_source': 'nuvy', 'company_url': ''.join('x' + one for one in url), 'checks': ''}
    facts['encoded'] = base64.b64encode(url.encode()).decode()
    if way == 'variables of the delegate':
        facts['company_url'] = url
    cached = [
        {'ansible.builtin.debug': {'msg': OTHERS_NAME % repr(name)}} for name in ('nuvy', 'company')
    ]
    play: dict[str, t.Any] = {'hosts': host, 'gather_facts': False, 'tasks': cached}
    play['tasks'].append(dict(task, name='given'))
    run = run_playbook([play], inventory)
    assert run.rc == 0, run.output
    scene.host.answers({'ansible_facts': facts})
    run = run_playbook([{'hosts': 'attacker', 'gather_facts': True, 'tasks': []}, play], inventory)
    assert len(run.results('ansible.builtin.debug')) == 2, run.output
    scene.check()
    assert run.rc == 2, run.output
    assert 'of the fact' in ' '.join(run.output.split()), run.output


@pytest.mark.parametrize('where', ['task', 'block', 'role'])
def test_S1_no_fact_decides_as_whom_and_where(
    scene: Scene, run_playbook: t.Any, where: str
) -> None:
    facts = {'build_user': 'root', 'build_host': 'honest', 'git_credentials_user': 'root'}
    scene.host.answers({'ansible_facts': facts})
    task = {'buildops.tokens.git_credential': {'entries': [], 'path': '/x'}}
    keywords = {'delegate_to': '{{ build_host }}'}
    if where == 'block':
        keywords = {'become': True, 'become_user': '{{ build_user }}'}
    tasks = {
        'task': dict(task, **keywords),
        'block': dict(keywords, block=[task]),
        'role': {'ansible.builtin.import_role': {'name': 'buildops.tokens.git_credentials'}},
    }
    play = {'hosts': 'attacker', 'gather_facts': True, 'tasks': [tasks[where]]}
    inventory = scene.inventory()
    inventory['all']['vars'].update(build_user='agent', build_host='attacker')
    run = run_playbook([play], inventory)
    assert run.rc == 2
    keyword = {'task': 'delegate_to', 'block': 'become_user', 'role': 'become'}[where]
    assert '%s of this task is made of them' % keyword in ' '.join(run.output.split()), run.output


def test_S1_a_lookup_sees_the_defaults_of_its_role(scene: Scene, run_playbook: t.Any) -> None:
    """A default, which a fact has replaced, is the value that is used."""
    scene.host.answers({'ansible_facts': {'my_url': scene.facts()['company_url']}})
    inventory = scene.inventory()
    inventory['all']['vars']['company_sources']['company']['url'] = '{{ my_url }}'
    role = scene.folder / 'roles/mine'
    task = {
        'ansible.builtin.debug': {
            'msg': "{{ lookup('buildops.tokens.token', 'company', query='type') }}"
        }
    }
    for name, content in (('defaults', {'my_url': scene.nexus.url}), ('tasks', [task])):
        (role / name).mkdir(parents=True)
        (role / name / 'main.yml').write_text(json.dumps(content), encoding='utf-8')
    play = {'hosts': 'attacker', 'gather_facts': True, 'roles': ['mine']}
    run = run_playbook([play], inventory, env={'ANSIBLE_ROLES_PATH': str(role.parent)})
    scene.check()
    assert run.rc == 0, run.output


def test_S1_facts_of_an_earlier_run_are_no_options(scene: Scene, run_playbook: t.Any) -> None:
    """With a persistent fact cache, and what set_fact and include_vars say in this run."""
    facts = dict(scene.facts())
    del facts['hostvars']
    facts.update({'ansible_%s' % name: 'hidden' for name in scene.facts()})
    scene.host.answers({'ansible_facts': facts})
    cache = {
        'ANSIBLE_CACHE_PLUGIN': 'jsonfile',
        'ANSIBLE_CACHE_PLUGIN_CONNECTION': str(scene.folder / 'facts'),
        'ANSIBLE_GATHERING': 'smart',
        'ANSIBLE_INJECT_FACT_VARS': 'true',
    }
    play: dict[str, t.Any] = {'hosts': 'attacker', 'gather_facts': True, 'tasks': []}
    remembered = {'company_url': 'https://127.0.0.1:1', 'cacheable': True}
    play['tasks'] = [{'ansible.builtin.set_fact': remembered}]
    assert run_playbook([play], scene.inventory(), env=cache).rc == 0
    lookup = "{{ lookup('buildops.tokens.token', 'company', query='type') }}"
    play = {
        'hosts': 'attacker',
        'gather_facts': True,
        'tasks': [
            {'buildops.tokens.token_source': {'name': 'company'}},
            {'ansible.builtin.debug': {'msg': lookup}},
            {'ansible.builtin.set_fact': {'company_url': '{{ good_url }}', 'cacheable': True}},
            {'buildops.tokens.token_source_info': {'name': 'company'}},
            {'ansible.builtin.debug': {'msg': lookup}, 'loop': [1, 2]},
        ],
    }
    inventory = scene.inventory()
    inventory['all']['vars']['good_url'] = scene.nexus.url
    run = run_playbook([play], inventory, env=cache)
    scene.check()
    assert run.rc == 0, run.output
    assert WARNING in run.output
