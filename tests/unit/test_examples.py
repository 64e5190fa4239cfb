# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each block of YAML, and each command, of README and guides works, or names the reason why no test
runs it.

The contributor guide, the AWX guide and "Getting started" have their own tests, the guide to
package clients is in test_plugin_examples.py.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from tests.conftest import COLLECTIONS, NO_SETTINGS
from tests.support import pages
from tests.tools.scratch import ROOT, environment
from tools import example, sandbox

RST = ROOT / 'docs/docsite/rst'
PAGES = [
    ROOT / 'README.md',
    *(
        RST / f'{name}.rst'
        for name in (
            'nexus_proxies_guide',  # it creates the repository that the next one changes
            'user_guide',
            'lookup_guide',
            'nexus_guide',
            'nuxeo_guide',
            'nuxeo_online_guide',
            'nuvy_guide',
            'maven_guide',
            'git_guide',
            'report_guide',
            'recipes',
        )
    ),
]
DELIVERIES = (
    'maven_settings_servers',
    'git_credentials_entries',
    'nexus_proxies_repositories',
    'nuxeo_online_projects',
)


def runnable(language: str) -> list[pages.Block]:
    found = [block for page in PAGES for block in pages.blocks(page)]
    return [block for block in found if block.language == language and not block.reason]


class World:
    """The sandbox of C(make provision), with what the pages assume to exist."""

    def __init__(self, folder: Path, running: example.Example) -> None:
        self.folder = folder
        self.running = running
        nos = urlsplit(running.urls['nuxeo_online'])
        agent = folder / example.AGENTS[0]
        self._here = {
            '/opt/nuxeo/server': f'{agent}/nuxeo',
            ', user: nuxeo}': '}',  # not every machine has that user
            '/home/ci/shop': f'{agent}/project',
            'my-project.git': 'jdoe-SANDBOX.git',
            'https://connect.nuxeo.com/nuxeo': running.urls['nuxeo_online'],
            'https://connect.nuxeo.com': f'{nos.scheme}://{nos.netloc}',
            'https://nexus.example.com': running.urls['nexus'],
            'https://nuxeo.example.com/nuxeo': running.urls['nuxeo'],
            'https://nuvy.example.com': running.urls['nuvy'],
        }
        shutil.copytree(ROOT / 'examples/inventory', folder / 'inventory')
        facts = {'ca_path': str(running.authorities), 'homes': str(folder), **running.urls}
        path = folder / 'inventory/group_vars/all/sandbox.yml'
        path.write_text(json.dumps({'sandbox': facts}), encoding='utf-8')
        secrets = (folder / 'inventory/group_vars/all/vault.yml').read_text(encoding='utf-8')
        sources = (folder / 'inventory/group_vars/all/tokens.yml').read_text(encoding='utf-8')
        self._variables = {
            'sandbox': facts,
            'ca_path': str(running.authorities),
            **yaml.safe_load(secrets),
            **yaml.safe_load(sources),
            'vault_nexus_username': 'alice',
            'nexus_username': 'alice',
            'vault_nuxeo_admin_password': 'Administrator',
            'vault_partner_password': 'wonderland',
            **{
                f'buildops_tokens_{prefix}_ca_path': str(running.authorities)
                for prefix in ('nexus', 'nuxeo', 'nuvy', 'nos')
            },
            'ansible_connection': 'local',
            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
        }

    def load(self, block: pages.Block) -> t.Any:
        text = block.text
        for shown, real in self._here.items():
            text = text.replace(shown, real)
        return yaml.safe_load(text)

    def variables(self, name: str) -> dict[str, t.Any]:
        """Return what a host has besides what a page shows."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        return {
            **self._variables,
            'agent_home': str(home),
            'maven_settings_path': f'{home}/settings.xml',
            'git_credentials_path': f'{home}/.git-credentials',
            'git_credentials_config_path': f'{home}/.gitconfig',
            'git_credentials_ca_path': str(self.running.authorities),
            'nexus_proxies_url': self.running.urls['nexus'],
            'nexus_proxies_username': 'admin',
            'nexus_proxies_password': '{{ vault_nexus_admin_password }}',
            'nexus_proxies_ca_path': str(self.running.authorities),
            'nuxeo_online_url': self.running.urls['nuxeo_online'],
            'nuxeo_online_ca_path': str(self.running.authorities),
            'nuxeo_online_maven_path': f'{home}/settings.xml',
            'nuxeo_online_git_path': f'{home}/.git-credentials',
            'nuxeo_online_git_config_path': f'{home}/.gitconfig',
        }

    def run(self, *command: str) -> str:
        """:returns: what it printed, or C('') if it succeeded."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={
                **environment(self.folder / 'home'),
                'ANSIBLE_CONFIG': str(NO_SETTINGS),
                'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
                'ANSIBLE_NOCOLOR': '1',
                'RECIPE_PASSWORD': 'wonderland',
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout if done.returncode else ''


@pytest.fixture(scope='module')
def world(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[World]:
    folder = tmp_path_factory.mktemp('examples')
    (folder / 'home').mkdir()
    assert sandbox.AGENTS == example.AGENTS
    with example.running(ROOT, folder) as running:
        yield World(folder, running)


def _host(usual: dict[str, t.Any], content: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the variables of a host. A source without a delivery goes to Maven."""
    own = content.get('token_sources', {})
    known = usual['token_sources']
    found = {**usual, **content, 'token_sources': {'project': known['studio'], **known, **own}}
    if not set(DELIVERIES) & set(content):
        found['maven_settings_servers'] = [{'id': name, 'token': name} for name in own]
    return found


@pytest.mark.slow
def test_all_sources_and_deliveries_of_the_pages_work(world: World) -> None:
    hosts = {}
    for block in runnable('yaml'):
        content = world.load(block)
        if isinstance(content, dict) and {'token_sources', *DELIVERIES} & set(content):
            name = block.place.replace(':', '-').replace('.', '-').replace('_', '-')
            hosts[name] = _host(world.variables(name), content)
    assert len(hosts) > 15
    inventory = world.folder / 'blocks.yml'
    inventory.write_text(json.dumps({'all': {'hosts': hosts}}), encoding='utf-8')
    playbook = 'buildops.tokens.provision_tokens'
    output = world.run('ansible-playbook', playbook, '-i', str(inventory))
    assert not output, output


@pytest.mark.slow
def test_all_tasks_and_lookups_of_the_pages_work(world: World) -> None:
    plays: list[dict[str, t.Any]] = []
    for block in runnable('yaml'):
        content = world.load(block)
        if isinstance(content, list):
            plays.append({'name': block.place, 'hosts': 'localhost', 'tasks': content})
        elif not {'token_sources', *DELIVERIES} & set(content):
            names = [{'ansible.builtin.debug': {'var': name}} for name in content]
            plays.append(
                {'name': block.place, 'hosts': 'localhost', 'vars': content, 'tasks': names}
            )
    assert len(plays) > 8
    for play in plays:
        play['gather_facts'] = False
    playbook, variables = world.folder / 'tasks.yml', world.folder / 'variables.json'
    playbook.write_text(json.dumps(plays), encoding='utf-8')
    variables.write_text(json.dumps(world.variables('localhost')), encoding='utf-8')
    output = world.run('ansible-playbook', str(playbook), '-e', f'@{variables}')
    assert not output, output


@pytest.mark.slow
@pytest.mark.needs_client('curl')
def test_all_commands_of_the_pages_work(world: World) -> None:
    commands = [
        step.command.replace('NEXUS_PASSWORD=...', 'NEXUS_PASSWORD=wonderland')
        for block in runnable('console')
        for step in pages.steps(block)
    ]
    assert len(commands) > 4
    output = ''.join(world.run('sh', '-c', command) for command in commands)
    assert not output, output


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_what_no_test_runs_has_a_reason(page: Path) -> None:
    assert all(len(block.reason) > 10 for block in pages.blocks(page) if block.reason)
    marks = page.read_text(encoding='utf-8').count('not run: ')
    assert marks == sum(bool(block.reason) for block in pages.blocks(page))
