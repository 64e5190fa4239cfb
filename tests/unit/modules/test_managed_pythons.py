# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules that write files on managed hosts, with each Python that a managed host may have.

C(make matrix) does more of it.
"""

from __future__ import annotations

import os
import stat
import subprocess

import pytest
from ansible.release import __version__

from tests.conftest import COLLECTIONS
from tests.sandbox import nuxeo_online
from tests.support.package_clients import KINDS
from tests.tools.tree import pythons

INTERPRETERS = pythons()
OLDEST = '3.8'
# With older ones, modules of this ansible-core do not start
FIRST_OF_CORE = 8 if tuple(map(int, __version__.split('.')[:2])) < (2, 20) else 9
SUPPORTED = [version for version in INTERPRETERS if int(version.partition('.')[2]) >= FIRST_OF_CORE]
CLID = '01234567-89ab-cdef-0123-456789abcdef--c4n4ry-of-a-second-half'

SCRIPT = """
import importlib, sys, types
# Verification needs them, files do not
for name in ('ansible', 'ansible.module_utils', 'ansible.module_utils.urls'):
    sys.modules[name] = types.ModuleType(name)
sys.modules['ansible.module_utils.urls'].open_url = None
from ansible_collections.buildops.tokens.plugins.module_utils._git import delivery as git_delivery
from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    delivery as maven_delivery,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    cli_link as nuxeo_cli_link,
    registration as nuxeo_registration,
)
def filled(options, arguments):
    return dict({name: spec.get('default') for name, spec in arguments.items()}, **options)
def package_client(name):
    module = importlib.import_module(PACKAGE + '.' + name)
    kind = next(each for each in vars(module).values() if getattr(each, 'NAME', '') == name)
    specification = kind.specification()[0]
    entry = dict(kind.EXAMPLE, username='u', password='plain-enough-for-all')
    entry = filled(entry, specification[kind.ENTRIES]['options'])
    params = filled({'path': folder + '/' + name, kind.ENTRIES: [entry]}, specification)
    return lambda: kind.apply(params, types.SimpleNamespace(check_mode=False, _diff=True))
PACKAGE = 'ansible_collections.buildops.tokens.plugins.module_utils._deliveries'
folder, clid, clients = sys.argv[1:]
secret = 'c4n4ry/+=&<"%c4n4ry'
servers = [
    {'id': 'a', 'username': 'u', 'password': secret, 'configuration': {'b': ['c', 'd']}},
    {'id': 'e', 'access_token': 'f' * 20},
]
servers = [filled(server, maven_delivery.ARGUMENTS['servers']['options']) for server in servers]
maven = filled(
    {'path': folder + '/settings.xml', 'servers': servers}, maven_delivery.ARGUMENTS
)
git = filled(
    {'path': folder + '/git-credentials', 'config_path': folder + '/gitconfig',
     'url': 'https://git.example', 'username': 'u', 'password': secret},
    git_delivery.ARGUMENTS,
)
link = filled(
    {'path': folder + '/project', 'project': 'jdoe-SANDBOX', 'username': 'jdoe',
     'cli_token': secret},
    nuxeo_cli_link.ARGUMENTS,
)
server = filled({'nuxeo_home': folder + '/nuxeo', 'clid': clid}, nuxeo_registration.ARGUMENTS)
for work in (lambda: maven_delivery.deliver(maven, False, True, None),
             lambda: git_delivery.deliver(git, False, True, None),
             lambda: nuxeo_cli_link.deliver(link, False, True, None),
             lambda: nuxeo_registration.ensure(server, False, True),
             *map(package_client, clients.split())):
    print([work()[0]['changed'] for again in range(2)])
"""


def make_places(folder):
    for name in ('project', 'nuxeo/bin', 'nuxeo/nxserver/data'):
        (folder / name).mkdir(parents=True)
    (folder / 'nuxeo/bin/nuxeo.conf').touch()
    (folder / 'nuxeo/bin/nuxeoctl').write_text('#!/bin/sh\n')
    (folder / 'nuxeo/bin/nuxeoctl').chmod(0o755)


def check_files(folder):
    for name in (
        'settings.xml',
        'git-credentials',
        'project/.yo-rc.json',
        'nuxeo/nxserver/data/instance.clid',
    ):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name


@pytest.mark.parametrize(
    'version',
    [
        pytest.param(OLDEST, marks=pytest.mark.needs_client('python3.8')),
        *sorted(set(INTERPRETERS) - {OLDEST}),
    ],
)
def test_code_of_managed_hosts_runs_with_any_python(tmp_path, version):
    make_places(tmp_path)
    ran = subprocess.run(
        [INTERPRETERS[version], '-W', 'error', '-c', SCRIPT, tmp_path, CLID, ' '.join(KINDS)],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ, PYTHONPATH=str(COLLECTIONS), PYTHONDONTWRITEBYTECODE='1'),
    )
    assert (ran.returncode, ran.stdout) == (
        0,
        '[True, False]\n' * (4 + len(KINDS)),
    ), ran.stderr
    check_files(tmp_path)
    for name in KINDS:
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name


def test_modules_run_with_any_python(tmp_path, sandbox, run_playbook):
    """As ansible-core packs and sends them, a host for each Python."""
    service = sandbox.serve(nuxeo_online.create_app())
    hosts = {}
    for version in SUPPORTED:
        make_places(tmp_path / version)
        hosts['python' + version] = {
            'ansible_python_interpreter': str(INTERPRETERS[version]),
            'folder': str(tmp_path / version),
            'version': version,
        }
    secret = 'c4n4ry/+=&<"%c4n4ry'
    modules = {
        'maven_server': {
            'path': '{{ folder }}/settings.xml',
            'id': 'a',
            'username': 'u',
            'password': secret,
        },
        'git_credential': {
            'path': '{{ folder }}/git-credentials',
            'config_path': '{{ folder }}/gitconfig',
            'url': 'https://git.example',
            'username': 'u',
            'password': secret,
        },
        'nuxeo_registration': {'nuxeo_home': '{{ folder }}/nuxeo', 'clid': CLID},
        'nuxeo_cli_link': {
            'path': '{{ folder }}/project',
            'project': 'jdoe-SANDBOX',
            'url': service.url,
            'ca_path': str(sandbox.ca_path),
            'username': 'jdoe',
            'password': 'nos-TOKEN+with/odd=chars',
        },
    }
    tasks = [
        {'name': name, 'buildops.tokens.' + name: arguments} for name, arguments in modules.items()
    ]
    play = [{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}]
    inventory = {'all': {'hosts': hosts, 'vars': {'ansible_connection': 'local'}}}
    first, second = (run_playbook(play, inventory, '-f', '2') for again in range(2))
    assert first.rc == second.rc == 0, first.output + second.output
    assert (first.changed, second.changed) == (len(tasks) * len(hosts), 0), second.output
    for version in SUPPORTED:
        check_files(tmp_path / version)
