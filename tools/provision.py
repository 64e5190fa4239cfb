# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(make provision): runs the playbook, against the sandbox or against a person's own inventory, and shows what came of it.

The sandbox of an earlier run is continued (same addresses, same tokens), so that a second run has nothing to change.
"""

from __future__ import annotations

import json
import os
import pickle
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / '.build/provision'
EXAMPLE = ROOT / 'examples'
AGENTS = ('agent1', 'agent2')
sys.path.insert(0, str(ROOT))


def main(arguments):
    if arguments:
        return run_playbook(arguments[0], [])
    from tests.sandbox.serving import PortTaken

    try:
        return with_sandbox()
    except PortTaken as problem:
        print(
            f'\nmake provision: {problem}. Files of an earlier run name this port: free it, or start anew with: rm -rf {FOLDER}',
            file=sys.stderr,
        )
        return 1


def run_playbook(inventory, extra):
    """Run the playbook on an inventory and print its summary. :returns: the exit code of ansible-playbook."""
    with tempfile.TemporaryDirectory() as temporary:
        summary = Path(temporary, 'summary')
        command = [
            ROOT / '.venv/bin/ansible-playbook',
            '-i',
            inventory,
            'buildops.tokens.provision_tokens',
            '-e',
            json.dumps({'tokens_summary_file': str(summary)}),
            *extra,
            *shlex.split(os.environ.get('ARGS', '')),
        ]
        code = subprocess.run(
            command, check=False, env={**os.environ, 'ANSIBLE_CONFIG': str(ROOT / 'ansible.cfg')}
        ).returncode
        if summary.exists():
            print(summary.read_text(encoding='utf-8'))
        return code


def with_sandbox():
    from tests.sandbox.serving import Sandbox

    FOLDER.mkdir(parents=True, exist_ok=True, mode=0o700)
    remembered = read_memory()
    # A token belongs to the certificates that it was got with, too
    with Sandbox(authority=remembered.get('authority')) as sandbox:
        apps = make_apps()
        servers = {}
        for name, (app, _what) in apps.items():
            known = remembered.get(name, {})
            for holder, what, value in known.get('state', []):
                vars(getattr(app, holder))[what] = value
            servers[name] = sandbox.serve(app, port=known.get('port', 0))
        authorities = FOLDER / 'ca.pem'
        shutil.copyfile(sandbox.ca_path, authorities)
        for agent in AGENTS:
            furnish(FOLDER / agent, servers['nuxeo_online'].url, authorities)
        facts = {
            'sandbox': {
                'ca_path': str(authorities),
                'homes': str(FOLDER),
                **{name: server.url for name, server in servers.items()},
            }
        }
        try:
            code = run_playbook(str(EXAMPLE / 'inventory'), ['-e', json.dumps(facts)])
        finally:
            known = {
                name: {
                    'port': servers[name].port,
                    'state': [
                        (holder, part, vars(getattr(app, holder))[part]) for holder, part in what
                    ],
                }
                for name, (app, what) in apps.items()
            }
            write_memory({'authority': sandbox.authority_pem, **known})
        verification = [
            maven_door(sandbox, servers['nexus'].url + '/repository/private/', agent)
            for agent in AGENTS
        ]
        verification += [
            git_door(authorities, servers['nuxeo_online'].url + '/git/jdoe-SANDBOX.git', agent)
            for agent in AGENTS
        ]
    print(*verification, '', sep='\n')
    print(
        f'The files of both agents are in {FOLDER.relative_to(ROOT)}. Run it again: nothing changes.'
    )
    return code or int(any(': refused' in door for door in verification))


def furnish(home, nuxeo_online, authorities):
    """What an agent has of its own: settings.xml, a Nuxeo server (its launcher is a stand-in, since the real one comes with a server only), a project."""
    settings = home / '.m2/settings.xml'
    if not settings.exists():
        settings.parent.mkdir(parents=True, mode=0o700)
        shutil.copyfile(EXAMPLE / 'home/settings.xml', settings)
        settings.chmod(0o600)
    for folder in ('nuxeo/bin', 'nuxeo/nxserver/data', 'project'):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / 'nuxeo/bin/nuxeo.conf').write_text(
        f'org.nuxeo.connect.url={nuxeo_online}/site/\nstand-in.ca={authorities}\n', encoding='utf-8'
    )
    launcher = home / 'nuxeo/bin/nuxeoctl'
    shutil.copyfile(ROOT / 'tests/stand_ins/nuxeoctl', launcher)
    launcher.chmod(0o755)


def make_apps():
    """:returns: by name: a stand-in, and what of it has to last until the next run: pairs of a path from the application and an attribute there."""
    from tests.sandbox import nexus, nuvy, nuxeo, nuxeo_online

    return {
        'nexus': (nexus.create_app('3.90.1'), [('state', 'tokens'), ('repositories', 'known')]),
        'nuxeo': (nuxeo.create_app('2023.6'), [('state', 'tokens')]),
        'nuvy': (nuvy.create_app(), [('state', 'tokens')]),
        'nuxeo_online': (
            nuxeo_online.create_app(),
            [('state', 'device_tokens'), ('state', 'instances')],
        ),
    }


def maven_door(sandbox, repository, agent):
    """Let a real Maven get a parent POM from the protected repository, with the settings that were delivered. :returns: a line about it."""
    from tests.sandbox.maven_repository import DOOR_PROJECT

    place = f'{agent}: mvn gets org.example.buildops:door:1.0.0 from {repository}'
    if shutil.which('mvn') is None:
        return f'{place}: not tried: mvn not found'
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, 'pom.xml').write_text(
            DOOR_PROJECT % {'server_id': 'company-releases', 'url': repository}, encoding='utf-8'
        )
        done = subprocess.run(
            [
                'mvn',
                '-B',
                '-q',
                '-N',
                '-s',
                FOLDER / agent / '.m2/settings.xml',
                f'-Dmaven.repo.local={folder}/repository',
                f'-Djavax.net.ssl.trustStore={sandbox.truststore_path}',
                '-Djavax.net.ssl.trustStorePassword=changeit',
                'validate',
            ],
            cwd=folder,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        accepted = (
            done.returncode == 0
            and Path(folder, 'repository/org/example/buildops/door/1.0.0/door-1.0.0.pom').exists()
        )
    return f'{place}: {"accepted" if accepted else "refused"}'


def git_door(authorities, repository, agent):
    """Let a real git clone a repository with the credential store that was delivered. :returns: a line about it."""
    place = f'{agent}: git clones {repository}'
    if shutil.which('git') is None:
        return f'{place}: not tried: git not found'
    with tempfile.TemporaryDirectory() as folder:
        home = FOLDER / agent
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith('GIT_')
        }
        environment.update(
            HOME=str(home),
            XDG_CONFIG_HOME=str(home / '.config'),
            GIT_CONFIG_NOSYSTEM='1',
            GIT_TERMINAL_PROMPT='0',
            GIT_SSL_CAINFO=str(authorities),
        )
        done = subprocess.run(
            ['git', 'clone', '--quiet', repository, folder + '/clone'],
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    return f'{place}: {"accepted" if done.returncode == 0 else "refused"}'


def read_memory():
    """Written by this script in a folder that only this user can write to."""
    try:
        return pickle.loads((FOLDER / 'sandbox.pickle').read_bytes())
    except FileNotFoundError:
        return {}


def write_memory(memory):
    path = FOLDER / 'sandbox.pickle'
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'wb') as file:
        pickle.dump(memory, file)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
