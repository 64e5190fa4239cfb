# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The examples of C(ansible-doc), of the roles and of the guide to package clients work against the
sandbox.

Each plugin, role and block is a host of one run, with a home folder of its own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from tests.conftest import COLLECTIONS, NO_SETTINGS
from tests.sandbox import nexus, nuvy, nuxeo, nuxeo_online
from tests.sandbox.nexus_core import USERS, User
from tests.support import pages
from tests.tools import lookup_docs
from tests.tools.scratch import ROOT, environment
from tools import example

#: Why nothing runs an example here, by the name of its task.
NOT_RUN = {
    'Write the password encrypted, for another user': 'it needs Maven and its master password',
    'Get a token for a user with an assertion': 'the assertion is made by an identity provider',
    'Make a pull secret': 'it needs a cluster',
    'Install a registration that was made elsewhere': 'it needs an identifier that is valid',
}
#: What an example assumes to have been done before, by the plugin.
BEFORE: dict[str, list[dict[str, t.Any]]] = {
    'nexus_proxy_credential': [
        {
            'buildops.tokens.nexus_proxy_credential': {
                'url': 'https://nexus.example.com',
                'username': 'admin',
                'password': 'admin123',
                'repositories': [
                    {'name': name, 'token': 'studio', 'create': {'remote_url': '{{ nos }}'}}
                    for name in ('nuxeo-studio', 'partner-releases')
                ],
            }
        }
    ],
    'token_summary': [{'buildops.tokens.token_deliveries_info': {}, 'register': 'plan'}],
}
#: They are run once for all hosts, which the strategy of the other hosts does not allow.
ONCE = ('token_deliveries_info', 'token_sources', 'token_summary')
# Many clients have their files in the home folder that the system knows, whatever HOME says
OTHER_HOME = """import os
import pwd
known = pwd.getpwuid
pwd.getpwuid = lambda uid: pwd.struct_passwd((*known(uid)[:5], os.environ['HOME'], known(uid)[6]))
"""
SECRETS = {
    'vault_git_password': 'nos-TOKEN+with/odd=chars',
    'vault_nexus_password': 'wonderland',
    'vault_nexus_admin_password': 'admin123',
    'vault_nuxeo_admin_password': 'Administrator',
    'vault_nuxeo_client_secret': 'nuxeo-s3cret',
    'vault_nuxeo_password': 'jdoe',
    'vault_nos_token': 'nos-TOKEN+with/odd=chars',
    'vault_nuvy_client_id': 'buildops-client',
    'vault_nuvy_client_secret': 'nuvy-s3cret',
    'vault_gems_password': 'gems',
    'vault_nuget_password': 'nuget',
    'vault_partner_password': 'partner',
    'vault_pypi_token': 'pypi-AgEI',
    'vault_registry_password': 'registry',
    'vault_releases_password': 'releases',
    'vault_site_passphrase': 'site',
    'vault_smtp_password': 'smtp',
    'vault_snapshots_password': 'snapshots',
}


def examples(path: Path) -> t.Any:
    """Return the text of the examples of a plugin."""
    found = re.search(r'^EXAMPLES = r"""\n(.*?)"""', path.read_text('utf-8'), re.M | re.S)
    assert found, path
    return found[1]


def plugins() -> dict[str, str]:
    """Return the examples of all plugins that have documentation, by name."""
    paths = [*ROOT.glob('plugins/[lm]o*/[a-z]*.py'), *ROOT.glob('plugins/filter/[a-z]*.py')]
    return {path.stem: examples(path) for path in sorted(paths)}


def roles() -> dict[str, str]:
    """Return the examples of all roles, by name."""
    texts = {}
    for path in sorted(ROOT.glob('roles/*/README.md')):
        blocks = [block for block in pages.blocks(path) if block.language == 'yaml']
        texts[path.parent.name] = ''.join(block.text for block in blocks)
    return texts


def guide() -> dict[str, str]:
    """Return plays with the variables that the guide to package clients shows, by its lines.

    The sandbox has no repositories for them, so nothing is verified here.
    """
    plays = {}
    for block in pages.blocks(ROOT / 'docs/docsite/rst/package_clients_guide.rst'):
        if block.language == 'yaml':
            shown = {**yaml.safe_load(block.text), 'package_clients_verify': False}
            role = {'role': 'buildops.tokens.package_clients', 'vars': shown}
            plays[f'guide-{block.line}'] = yaml.safe_dump([{'hosts': 'all', 'roles': [role]}])
    return plays


class Servers(t.NamedTuple):
    """Addresses of the stand-ins, and the certificates of their authority."""

    urls: dict[str, str]
    ca_path: str


def serve(sandbox: t.Any) -> Servers:
    apps = {
        'nexus': nexus.create_app(
            '3.90.1',
            users={
                **USERS,
                'ci': User('wonderland', deploy=True),
                'jdoe@example.com': User(None, source='SAML'),
            },
        ),
        'nuxeo': nuxeo.create_app(
            '2025.3',
            users=[*nuxeo.default_users(), nuxeo.User('ci', 'ci')],
            clients=[
                *nuxeo.default_clients(),
                nuxeo.Client('ci', 'ci', 'nuxeo-s3cret', 'https://ci.example.com/callback'),
            ],
        ),
        'nuxeo_for_clients': nuxeo.create_app('2025.3'),
        'nuvy': nuvy.create_app(),
        'nuxeo_online': nuxeo_online.create_app(),
    }
    urls = {name: sandbox.serve(app).url for name, app in apps.items()}
    return Servers(urls, str(sandbox.ca_path))


def here(name: str, text: str, home: Path, servers: Servers) -> str:
    """Return an example with addresses of the sandbox, and paths in the home of its host."""
    urls = servers.urls
    nos = urlsplit(urls['nuxeo_online'])
    origin = f'{nos.scheme}://{nos.netloc}'
    whoami = urls['nuvy'] + nuvy.WHOAMI_PATH
    replace = {
        'https://nexus.example.com/repository/maven-releases/': (
            f'{urls["nexus"]}/repository/private/'
        ),
        'https://nexus.example.com': urls['nexus'],
        'https://nuxeo.example.com/nuxeo': (
            urls['nuxeo_for_clients' if name == 'nuxeo_oauth2_client' else 'nuxeo']
        ),
        'https://git.example.com/team/project.git': f'{urls["nuxeo_online"]}/git/jdoe-SANDBOX.git',
        'https://git.example.com\n    username: ci': f'{origin}\n    username: jdoe',
        'https://git.example.com\n        username: ci': f'{origin}\n        username: jdoe',
        'https://connect.nuxeo.com/nuxeo': urls['nuxeo_online'],
        'https://connect.nuxeo.com': origin,
        'environment: production': f'url: {urls["nuvy"]}',
        'environment: qa': f'url: {urls["nuvy"]}',
        'https://prd.api.nuvy.ai/nexus/v1/orders': whoami,
        'https://qa.api.nuvy.ai/nexus/v1/whoami': whoami,
        'https://api.example.com/v1/things': whoami,
        'https://crates.example.com/index/config.json': whoami,
        '/opt/nuxeo/server': f'{home}/nuxeo',
        '/home/ci/shop': f'{home}/project',
        '/opt/ci/': f'{home}/',
        '/etc/': f'{home}/',
        '/srv/shop': f'{home}/project',
        'dest: ./': f'dest: {home}/',
    }
    for shown, real in replace.items():
        text = text.replace(shown, real)
    return text


def tasks(name: str, text: str) -> list[dict[str, t.Any]]:
    """Return the tasks to run. The test has no other users, and no service to restart."""
    kept = [task for task in yaml.safe_load(text) if task.get('name') not in NOT_RUN]
    for task in kept:
        for key in ('become', 'become_user', 'notify'):
            task.pop(key, None)
    return kept


def role_tasks(text: str) -> list[dict[str, t.Any]]:
    """Return tasks that do what the play of a role does."""
    [play] = yaml.safe_load(text)
    return [
        {'ansible.builtin.include_role': {'name': entry['role']}, 'vars': entry.get('vars', {})}
        for entry in play['roles']
    ]


def defaults(servers: Servers) -> dict[str, dict[str, str]]:
    """Return what the modules need to reach the sandbox, as defaults of a play."""
    found: dict[str, dict[str, str]] = {}
    for module, options in lookup_docs.documentation().items():
        own = {'ca_path': servers.ca_path} if 'ca_path' in options.get('options', {}) else {}
        if module == 'nuxeo_online_token_info':
            own['url'] = servers.urls['nuxeo_online']
        elif module in ('nuxeo_cli_link', 'nuxeo_studio_release'):
            own = {}  # their source has them
        found['buildops.tokens.' + module] = own
    return found


def sources(servers: Servers) -> dict[str, t.Any]:
    path = ROOT / 'examples/inventory/group_vars/all/tokens.yml'
    known: dict[str, t.Any] = yaml.safe_load(path.read_text(encoding='utf-8'))['token_sources']
    return {**known, 'gitlab': known['nuvy'], 'hub': known['company']}


def variables(home: Path, servers: Servers) -> dict[str, t.Any]:
    path = ROOT / 'playbooks/vars/awx_setup.example.yml'
    awx = yaml.safe_load(path.read_text(encoding='utf-8'))
    ca_paths = {f'buildops_tokens_{one}_ca_path' for one in ('nexus', 'nuxeo', 'nuvy', 'nos')}
    return {
        **SECRETS,
        **dict.fromkeys(ca_paths, servers.ca_path),
        'sandbox': {'ca_path': servers.ca_path, 'homes': str(home), **servers.urls},
        'token_sources': sources(servers),
        'nexus_username': 'alice',
        'nos': servers.urls['nuxeo_online'],
        'settings': {key.removeprefix('awx_setup_'): value for key, value in awx.items()},
        'found': None,
        'maven_settings_servers': [{'id': 'company-releases', 'token': 'company'}],
        'ansible_connection': 'local',
    }


def interpreter(folder: Path) -> str:
    """Return the path of a Python for which C(HOME) is the home folder of each user."""
    path = folder / 'python'
    (folder / 'sitecustomize.py').write_text(OTHER_HOME, encoding='utf-8')
    script = f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n'
    path.write_text(script, encoding='utf-8')
    path.chmod(0o755)
    home = 'import os, pwd; print(pwd.getpwuid(os.getuid()).pw_dir)'
    command = [path, '-c', home]
    env = {**os.environ, 'HOME': '/nowhere'}
    done = subprocess.run(command, env=env, capture_output=True, check=True)
    assert done.stdout == b'/nowhere\n'
    return str(path)


@pytest.mark.slow
def test_examples_of_plugins_and_roles_work(sandbox: t.Any, tmp_path: Path) -> None:
    servers, python = serve(sandbox), interpreter(tmp_path)
    hosts: dict[str, dict[str, t.Any]] = {}
    for name, text in {**plugins(), **roles(), **guide()}.items():
        home = tmp_path / name
        home.mkdir()
        example.furnish(ROOT, home, servers.urls['nuxeo_online'], Path(servers.ca_path))
        for folder in ('apt/auth.conf.d', 'ci', 'gradle'):
            (home / folder).mkdir(parents=True, exist_ok=True)
        before = yaml.safe_dump(BEFORE[name]) if name in BEFORE else ''
        own = here(name, before + text, home, servers)
        content = tasks(name, own) if name in plugins() else role_tasks(own)
        (tmp_path / f'{name}.yml').write_text(json.dumps(content), encoding='utf-8')
        hosts[name] = {**variables(home, servers), 'ansible_python_interpreter': python}
    inventory, playbook = tmp_path / 'inventory.json', tmp_path / 'playbook.yml'
    inventory.write_text(json.dumps({'all': {'hosts': hosts}}), encoding='utf-8')
    play = {
        'gather_facts': False,
        'module_defaults': defaults(servers),
        'environment': {
            'HOME': f'{tmp_path}/{{{{ inventory_hostname }}}}',
            'SSL_CERT_FILE': servers.ca_path,
        },
        'tasks': [
            {'ansible.builtin.include_tasks': f'{tmp_path}/{{{{ inventory_hostname }}}}.yml'}
        ],
    }
    together = ':'.join(['all', *(f'!{name}' for name in ONCE)])
    plays = [
        {'hosts': together, 'strategy': 'free', **play},  # one that fails stops no other
        *({'hosts': name, **play} for name in ONCE),
    ]
    playbook.write_text(json.dumps(plays), encoding='utf-8')
    done = subprocess.run(
        ['ansible-playbook', '-i', inventory, playbook],
        cwd=tmp_path,
        env={
            **environment(tmp_path),
            'ANSIBLE_CONFIG': str(NO_SETTINGS),
            'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
            'ANSIBLE_NOCOLOR': '1',
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_each_reason_belongs_to_an_example() -> None:
    names = {task['name'] for text in plugins().values() for task in yaml.safe_load(text)}
    assert set(NOT_RUN) <= names


DOCUMENTED = [*ROOT.glob('plugins/[lm]o*/[a-z]*.py'), *ROOT.glob('plugins/filter/[a-z]*.py')]
#: ansible-doc writes these texts as YAML, indented, and breaks lines without regard to that.
LONGEST_ITEM = 70


@pytest.mark.parametrize('path', sorted(DOCUMENTED), ids=lambda path: path.stem)
def test_what_ansible_doc_does_not_wrap_is_short(path: Path) -> None:
    long = [line for line in examples(path).splitlines() if len(line) > 80]
    assert not [line for line in long if '://' not in line and '{{' not in line]
    for source in (path, *ROOT.glob('plugins/doc_fragments/*.py')):
        texts = re.findall(r'[A-Z]+ = r"""\n(.*?)"""', source.read_text('utf-8'), re.DOTALL)
        for text in texts:
            parsed = yaml.safe_load(text)
            attributes = parsed.get('attributes', {}) if isinstance(parsed, dict) else {}
            for name, attribute in attributes.items():
                assert not isinstance(attribute.get('description'), str), (source, name)
                for item in (*attribute.get('description', ()), *attribute.get('details', ())):
                    shown = re.sub(r'[A-Z]\((.*?)\)', r"`\1'", item)
                    assert len(shown) <= LONGEST_ITEM, (source, name, item)


@pytest.mark.parametrize('path', sorted(DOCUMENTED), ids=lambda path: path.stem)
def test_the_first_example_is_short(path: Path) -> None:
    sizes = [len(yaml.safe_dump(task).splitlines()) for task in yaml.safe_load(examples(path))]
    assert sizes[0] <= sorted(sizes)[len(sizes) // 2] or sizes[0] <= 7


@pytest.mark.parametrize(
    'path', sorted(ROOT.glob('plugins/modules/[!t]*.py')), ids=lambda p: p.stem
)
def test_a_module_of_a_system_or_tool_links_to_its_vendor(path: Path) -> None:
    text = path.read_text('utf-8')
    documentation = yaml.safe_load(text.split('DOCUMENTATION = r"""', 1)[1].split('"""', 1)[0])
    links = [entry['link'] for entry in documentation['seealso'] if 'link' in entry]
    assert links and all(link.startswith('https://') for link in links)
