# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWX guide, followed from its first line to its last: its files are used as they are there,
its commands are known here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml

from tests.conftest import COLLECTIONS
from tests.sandbox import awx, nexus, nuxeo_online
from tests.tools.awx_collection import collections
from tests.tools.awx_job import TYPES, Job, credential_type
from tests.tools.scratch import ROOT

GUIDE = (ROOT / 'docs/docsite/rst/awx_guide.rst').read_text(encoding='utf-8')
PROJECT = (
    'provision_tokens.yml',
    'rotate_tokens.yml',
    'report_tokens.yml',
    'inventory/hosts.yml',
    'inventory/group_vars/all.yml',
    'inventory/group_vars/agents.yml',
    'ansible-navigator.yml',
    'collections/requirements.yml',
)
AGENTS = ('agent1.example.com', 'agent2.example.com')
# Where the commands of the guide are run
FOLLOWED = {
    'make build': 'make ee',
    'ansible-builder build': 'make ee',
    'podman push': 'needs a registry',
    'ansible-vault create': 'below, by encrypt, which needs no editor',
    'export': 'below',
    'ansible-galaxy collection install': 'needs Galaxy; tests/tools/awx_collection.py in its place',
    'ansible-playbook buildops.tokens.awx_setup': 'below',
    'read -rs': 'needs a terminal',
    'ansible-navigator run': 'below, without an image',
}


def blocks() -> list[tuple[str, str]]:
    """:returns: the text before each block of YAML, and the block."""
    found = re.findall(r'(?m)((?:^.+\n)+)\n *\.\. code-block:: yaml\n\n((?:^ +.*\n|^\n)+)', GUIDE)
    return [(before, textwrap.dedent(text).strip() + '\n') for before, text in found]


def block(words: str) -> str:
    [text] = [text for before, text in blocks() if words in before]
    return text


def test_every_command_of_the_guide_is_run_somewhere():
    commands = re.findall(r'(?m)^ +\$ (.*)$', GUIDE)
    assert commands
    for known in FOLLOWED:
        assert any(command.startswith(known) for command in commands), known
    assert not [command for command in commands if not command.startswith(tuple(FOLLOWED))]


def test_the_project_is_the_one_of_the_examples():
    for name in PROJECT[:6]:
        assert yaml.safe_load(block(f':file:`{name}`')) == yaml.safe_load(
            (ROOT / 'examples/awx' / name).read_text(encoding='utf-8')
        ), name


def test_the_variables_that_the_guide_passes_on_are_those_that_sources_read():
    passed = yaml.safe_load(block('ansible-navigator.yml'))['ansible-navigator'][
        'execution-environment'
    ]['environment-variables']['pass']
    known = {
        variable
        for path in TYPES.glob('*.yml')
        for variable in credential_type(path.stem)['injectors']['env']
    }
    assert (
        set(passed) <= known
        and {
            name for name in re.findall('BUILDOPS_TOKENS_[A-Z_]+', GUIDE) if not name.endswith('_')
        }
        <= known
    )
    for path in TYPES.glob('*.yml'):
        assert re.search(
            rf'``{path.stem}`` +{re.escape(credential_type(path.stem)["name"])}  ', GUIDE
        )


@pytest.fixture
def folder(tmp_path):
    """All files of the guide, in C(project) and beside it."""
    for name in PROJECT:
        path = tmp_path / 'project' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block(f':file:`{name}`'), encoding='utf-8')
    (tmp_path / 'awx_setup.yml').write_text(block(':file:`awx_setup.yml`'), encoding='utf-8')
    (tmp_path / 'secrets.yml').write_text(
        'vault_nexus_password: !unsafe a {{ password\nvault_nos_token: a token\n'
        'vault_smtp_password: mail\n',
        encoding='utf-8',
    )
    (tmp_path / 'project/after.yml').write_text(block('can report the result:'), encoding='utf-8')
    return tmp_path


def test_the_guide_followed(folder, sandbox, run_playbook):
    # Setting up
    (folder / 'vault').write_text('vault password\n')
    subprocess.run(
        [
            Path(sys.executable).parent / 'ansible-vault',
            'encrypt',
            '--vault-password-file',
            folder / 'vault',
            folder / 'secrets.yml',
        ],
        check=True,
        capture_output=True,
    )
    app = awx.create_app(playbooks=PROJECT[:3])
    env = {
        'ANSIBLE_COLLECTIONS_PATH': f'{COLLECTIONS}:{collections()}',
        'CONTROLLER_HOST': sandbox.serve(app).url,
        'CONTROLLER_USERNAME': 'admin',
        'CONTROLLER_PASSWORD': 'awx-s3cret',
        'CONTROLLER_VERIFY_SSL': 'false',
    }
    machine = app.state.add('credential_types', {'name': 'Machine', 'inputs': {'fields': []}})
    for name in yaml.safe_load((folder / 'awx_setup.yml').read_text(encoding='utf-8'))[
        'awx_setup_more_credentials'
    ]:
        key = app.state.add(
            'credentials', {'name': name, 'credential_type': machine['id'], 'inputs': {}}
        )
    made = run_playbook(
        'buildops.tokens.awx_setup',
        None,
        '-e',
        f'@{folder}/awx_setup.yml',
        '-e',
        f'@{folder}/secrets.yml',
        '--vault-password-file',
        folder / 'vault',
        env=env,
    )
    assert made.rc == 0, made.output
    assert {template['name'] for template in app.state.items['job_templates'].values()} == {
        'Provision tokens',
        'Rotate tokens',
        'Report tokens',
    }
    # without it, no host is reached; here they are all this machine
    assert all(
        key['id'] in app.state.links['job_templates', number, 'credentials']
        for number in app.state.items['job_templates']
    )

    # Running jobs: with what the AWX has by now, but the addresses of the sandbox
    server = nexus.create_app('3.90.1', users={'ci': nexus.User('a {{ password')})
    urls = {
        'nexus_user_token': sandbox.serve(server).url,
        'nuxeo_online_token': sandbox.serve(nuxeo_online.create_app()).url,
    }
    names = {credential_type(path.stem)['name']: path.stem for path in TYPES.glob('*.yml')}
    credentials = {}
    for item in app.state.items['credentials'].values():
        if item is key:
            continue
        kind = names[app.state.items['credential_types'][item['credential_type']]['name']]
        credentials[kind] = {
            **item['inputs'],
            'url': urls[kind],
            'ca_certificates': Path(sandbox.ca_path).read_text(encoding='utf-8'),
        }
    home = f'{folder}/homes/{{{{ inventory_hostname }}}}'
    here = {
        'ansible_connection': 'local',
        'ansible_python_interpreter': sys.executable,
        'maven_settings_path': f'{home}/settings.xml',
        'git_credentials_path': f'{home}/git-credentials',
        'git_credentials_config_path': f'{home}/gitconfig',
    }
    groups = {
        name: yaml.safe_load(
            (folder / f'project/inventory/group_vars/{name}.yml').read_text(encoding='utf-8')
        )
        for name in ('all', 'agents')
    }
    inventory = {
        'all': {'vars': groups['all']},
        'agents': {'hosts': list(AGENTS), 'vars': groups['agents']},
        '_meta': {'hostvars': {}},
    }

    def job(number, playbook, **more):
        return Job(
            folder / f'job{number}',
            inventory,
            credentials,
            playbook,
            folder / 'project',
            {**here, **more},
            number=number,
        ).run()

    first, second = job(1, 'provision_tokens.yml'), job(2, 'provision_tokens.yml')
    assert (
        first.status == second.status == 'successful'
        and first.changed == len(AGENTS)
        and second.changed == 0
    ), first.output + second.output
    token = server.state.token_of('ci')
    for agent in AGENTS:
        assert token.pass_code in (folder / 'homes' / agent / 'settings.xml').read_text(
            encoding='utf-8'
        )
    assert 'a token' in (folder / 'homes' / AGENTS[0] / 'git-credentials').read_text(
        encoding='utf-8'
    ).replace('%20', ' ')
    rotated = job(3, 'rotate_tokens.yml', rotate_tokens_sources=['company'])
    assert rotated.status == 'successful' and server.state.token_of('ci') != token, rotated.output
    assert job(4, 'report_tokens.yml').status == 'successful'
    for number, more, text_shown in (
        (
            5,
            {'token_errors': ['maven_settings (agent1): a sentence.']},
            'maven_settings (agent1): a sentence.',
        ),
        (6, {'token_errors': []}, 'Nothing failed.'),
        (7, {}, 'The job ended early.'),
    ):
        after = job(number, 'after.yml', **more)
        assert after.status == 'successful' and f'"msg": "{text_shown}"' in after.output, (
            after.output
        )

    # Semaphore and ansible-navigator: nothing of this environment but what they pass on
    clean = {
        'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}',
        'HOME': str(folder / 'semaphore'),
        'PWD': str(folder / 'project'),
        'PYTHONUNBUFFERED': '1',
        'ANSIBLE_FORCE_COLOR': 'True',
        'ANSIBLE_HOST_KEY_CHECKING': 'False',
        'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),  # it would install them itself
        'BUILDOPS_TOKENS_NEXUS_CA_PATH': str(sandbox.ca_path),
        'BUILDOPS_TOKENS_NOS_CA_PATH': str(sandbox.ca_path),
        'BUILDOPS_TOKENS_NEXUS_URL': urls['nexus_user_token'],
        'BUILDOPS_TOKENS_NEXUS_USERNAME': 'ci',
        'BUILDOPS_TOKENS_NEXUS_PASSWORD': 'a {{ password',
        'BUILDOPS_TOKENS_NOS_URL': urls['nuxeo_online_token'],
        'BUILDOPS_TOKENS_NOS_USERNAME': 'jdoe',
        'BUILDOPS_TOKENS_NOS_TOKEN': 'a token',
    }
    (folder / 'semaphore').mkdir()
    for command in (
        ('ansible-playbook', '-i', 'inventory/hosts.yml', 'provision_tokens.yml'),
        (
            'ansible-navigator',
            'run',
            'provision_tokens.yml',
            '-i',
            'inventory',
            '--execution-environment',
            'false',
        ),
    ):
        ran = subprocess.run(
            [
                shutil.which(command[0], path=clean['PATH']),
                *command[1:],
                '--extra-vars',
                json.dumps(here),
            ],
            cwd=folder / 'project',
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (
            ran.returncode == 0
            and 'Nothing to deliver' not in ran.stdout
            and 'agent2.example.com' in ran.stdout
        ), ran.stdout + ran.stderr
        assert re.search('agent2.example.com +: ok=', re.sub('\x1b\\[[0-9;]*m', '', ran.stdout)), (
            ran.stdout
        )
        assert not re.search('changed=[^0]', re.sub('\x1b\\[[0-9;]*m', '', ran.stdout)), ran.stdout
