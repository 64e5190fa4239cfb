# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendors' own clients as judges of stand-ins for servers that cannot be had.

What they cannot do with a stand-in is a fault of it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real import servers
from tests.sandbox import nexus, nuxeo, nuxeo_online
from tests.support import nuxeo_cli, registries
from tests.tools.scratch import environment

CLIENTS = Path(__file__).with_name('clients')
FOLDER = servers.CACHE / 'vendors'
PYTHON = {'nexus-api-client': '3.97.1', 'nuxeo': '7.1.0'}
JAVASCRIPT = {'nuxeo': '4.0.6'}


@pytest.fixture(scope='session')
def python_clients():
    folder = FOLDER / '-'.join(['python%d.%d' % sys.version_info[:2], *PYTHON.values()])
    if not folder.exists():
        half = folder.with_name('half')
        shutil.rmtree(half, ignore_errors=True)
        servers.pip(
            'install',
            '--upgrade',
            '--target',
            str(half),
            f'nexus-api-client=={PYTHON["nexus-api-client"]}',
            f'nuxeo[oauth2]=={PYTHON["nuxeo"]}',
        )
        half.rename(folder)
    return folder


@pytest.fixture(scope='session')
def javascript_clients():
    packages = [f'{name}@{version}' for name, version in JAVASCRIPT.items()]
    return registries.npm(FOLDER / 'javascript', packages)


def run(command, home, **changes):
    ran = subprocess.run(
        [str(part) for part in command],
        env={**environment(home), **{name: str(value) for name, value in changes.items()}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


def test_sonatypes_client_and_the_administrators_user_tokens(
    sandbox, python_clients, tmp_path, findings
):
    server = sandbox.serve(nexus.create_app('3.97.0-13'))
    seen = run(
        [sys.executable, CLIENTS / 'nexus_api.py', server.url, sandbox.ca_path],
        tmp_path,
        PYTHONPATH=python_clients,
    )
    assert seen['before'] == seen['after'] == seen['unknown'] == 404 and seen['again'] == 409
    assert (
        seen['name_code']
        and seen['pass_code']
        and seen['found'] == seen['name_code']
        and seen['hidden'] is None
    )
    assert (
        seen['listed'] == [seen['name_code']]
        and seen['looked_up'] == seen['owner'] == 'sam@example.org'
    )
    assert (
        seen['enabled'] is True
        and seen['expiration_days'] == 30
        and seen['expired'] in (False, None)
    )
    assert not server.errors
    system = findings.system('Nexus Repository Pro', '3.97.0', 'stand-in')
    findings.count(system, "requests of the vendor's client", len(server.requests))
    findings.note(
        system,
        f"Sonatype's generated client (nexus-api-client {PYTHON['nexus-api-client']}) creates, "
        'reads, lists, looks up and deletes '
        'user tokens for others, and its models accept every response',
    )


@pytest.fixture
def nuxeo_server(sandbox):
    clients = [
        *nuxeo.default_clients(),
        nuxeo.Client('auto', 'auto', 's3cret', 'https://client.example/cb', auto_grant=True),
        nuxeo.Client('pub', 'pub', None, 'http://localhost:9/cb', auto_grant=True),
    ]
    return sandbox.serve(nuxeo.create_app('2023.6', clients=clients, jwt_secret='jwtkey'))


def noted(findings, server, sentence):
    assert not server.errors
    system = findings.system('Nuxeo Platform', '2023.6', 'stand-in')
    findings.count(system, "requests of the vendor's clients", len(server.requests))
    findings.note(system, sentence)


def test_nuxeos_python_client(sandbox, nuxeo_server, python_clients, tmp_path, findings):
    seen = run(
        [sys.executable, CLIENTS / 'nuxeo_python.py', nuxeo_server.url, sandbox.ca_path],
        tmp_path,
        PYTHONPATH=python_clients,
        REQUESTS_CA_BUNDLE=sandbox.ca_path,
    )
    for client in ('auto', 'pub'):
        assert {'access_token', 'refresh_token', 'expires_in', 'token_type'} <= set(
            seen[client]['token']
        )
        assert (
            seen[client]['rotated']
            and seen[client]['who'] == 'jdoe'
            and seen[client]['old'] != 'taken'
        )
    assert seen['jwt'] == seen['basic'] == 'jdoe'
    noted(
        findings,
        nuxeo_server,
        f"Nuxeo's Python client ({PYTHON['nuxeo']}): authorization code with PKCE, refresh, JWT",
    )


def test_nuxeos_javascript_client(sandbox, nuxeo_server, javascript_clients, tmp_path, findings):
    seen = run(
        ['node', CLIENTS / 'nuxeo_javascript.js', nuxeo_server.url],
        tmp_path,
        NODE_PATH=javascript_clients,
        NODE_EXTRA_CA_CERTS=sandbox.ca_path,
    )
    assert seen['state'] == 'xyz' and {'access_token', 'refresh_token'} <= set(seen['token'])
    assert (
        seen['rotated']
        and seen['old'] == seen['stranger'] == 'refused'
        and seen['jwt'].lower() == 'bearer'
        and seen['who'] == 'jdoe'
    )
    noted(
        findings,
        nuxeo_server,
        f"Nuxeo's JavaScript client ({JAVASCRIPT['nuxeo']}): authorization code, refresh, JWT",
    )


def test_nuxeo_cli_links_and_releases(sandbox, tmp_path, findings):
    service = sandbox.serve(nuxeo_online.create_app())
    environ, folder = nuxeo_cli.environment(tmp_path, sandbox.ca_path), tmp_path / 'project'
    folder.mkdir()
    code, shown = nuxeo_cli.in_a_terminal(
        ['studio', 'link', '-n', '--connectUrl', service.url, '--skipPomUpdate'],
        folder,
        environ,
        [
            ('Username', 'jdoe\r'),
            ('Token', 'nos-TOKEN+with/odd=chars\r'),
            ('Studio Project', 'jdoe-SANDBOX\r'),
            ('settings.xml', 'n\r'),
        ],
    )
    assert (folder / '.yo-rc.json').exists(), shown
    kept = json.loads((folder / '.yo-rc.json').read_text())['generator-nuxeo']
    assert (
        kept['studio:symbolicname'] == 'jdoe-SANDBOX'
        and kept['connect:token'] != 'nos-TOKEN+with/odd=chars'
    )
    code, shown = nuxeo_cli.in_a_terminal(
        ['studio', 'release', '-n'], folder, environ, [('Branch to release', '\r'), ('PATCH', '\r')]
    )
    assert code == 0 and service.app.state.projects['jdoe-SANDBOX'].versions[-1] != '1.0.0', shown
    assert not service.errors
    system = findings.system('Nuxeo Online Services', '', 'stand-in')
    findings.count(system, "requests of the vendor's client", len(service.requests))
    findings.note(
        system,
        f'Nuxeo CLI {nuxeo_cli.VERSION} exchanges a NOS token, links a project, and releases it',
    )
