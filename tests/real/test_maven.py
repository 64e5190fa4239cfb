# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What maven_server writes, read by Maven 3.8, 3.9 and 4: by what they send to a repository, and by
what a real Nexus lets them do with it.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    encryption as maven_encryption,
)
from ansible_collections.buildops.tokens.plugins.module_utils._programs import user_of
from tests.oracles.maven import SettingsReader
from tests.real import servers
from tests.real.conftest import on
from tests.real.test_conformance import send
from tests.sandbox.maven_repository import MavenRepository
from tests.sandbox.serving import basic_credentials
from tests.support import maven_files
from tests.tools.scratch import environment

MAVENS = ['3', *servers.MAVEN]
ODD = ('ci & cd', """p&a<s>s"w'#rd %40+=/""")
BEYOND_ASCII = ('zoë', 'pässwörd')
#: What a Maven that does not send user names and passwords in UTF-8 needs to know, by the first
#: part of its version.
SAY_UTF_8 = {
    '3.9': ['-Daether.connector.http.credentialEncoding=UTF-8'],
    '4.': ['-Dmaven.resolver.transport=apache', '-Daether.transport.http.credentialEncoding=UTF-8'],
}
ENCRYPTED = ('builder', 'C4n4ry+pass/word=')
TOKEN = 'eyJhbGciOi.J9-_~+/token=='
_numbers = itertools.count(int(time.time()))


@pytest.fixture(scope='session')
def mvn(findings):
    """A function that gives the program of a version; C(3) is the one on this machine."""

    def program(version):
        path = servers.maven(version) if version != '3' else shutil.which('mvn')
        text_shown = subprocess.run(
            [path, '--batch-mode', '--version'], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        return str(path), findings.system(
            'Apache Maven', re.search(r'Apache Maven ([0-9][\w.-]*)', text_shown)[1]
        )

    return program


def run(program, home, project, *args):
    """:returns: whether it succeeded, and what it printed."""
    settings = home / '.m2/settings.xml'
    ran = subprocess.run(
        [
            program,
            '--batch-mode',
            '--show-version',
            '-s',
            settings,
            f'-Dsettings.security={home}/.m2/settings-security.xml',
            *args,
        ],
        cwd=project,
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    return ran.returncode == 0, ran.stdout


class Guarded:
    """Repositories below C(/odd/), C(/encrypted/), C(/bearer/) and C(/beyond/), each with its own
    credentials; only the last two have files.
    """

    def __init__(self):
        self.files = MavenRepository(artifacts=False)
        self.seen = []

    def __call__(self, environ, start_response):
        header = environ.get('HTTP_AUTHORIZATION')
        _nothing, place, path = environ['PATH_INFO'].split('/', 2)
        known = {'odd': ODD, 'encrypted': ENCRYPTED, 'beyond': BEYOND_ASCII}
        good = (
            header == f'Bearer {TOKEN}'
            if place == 'bearer'
            else basic_credentials(header) == known[place]
        )
        self.seen.append((place, good if header else None))
        content = self.files.get(path) if place in ('bearer', 'beyond') else None
        if not good:
            start_response('401 Unauthorized', [('WWW-Authenticate', 'Basic realm="guarded"')])
        elif content is None:
            start_response('404 Not Found', [])
        else:
            start_response('200 OK', [('Content-Type', 'application/xml')])
            return [content]
        return [b'']


def pom(artifact, version, parent=None, inside=''):
    above = (
        '<parent><groupId>org.example.real</groupId><artifactId>{}</artifactId><version>{}</'
        'version><relativePath/></parent>'.format(*parent)
        if parent
        else ''
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        f'{above}<groupId>org.example.real</groupId><artifactId>{artifact}</artifactId><version>'
        f'{version}</version><packaging>pom</packaging>'
        f'{inside}</project>\n'
    )


def repositories(*pairs):
    return (
        '<repositories>'
        + ''.join(
            f'<repository><id>{name}</id><url>{url}</url></repository>' for name, url in pairs
        )
        + '</repositories>'
    )


def play(*entries, **options):
    task = {
        'buildops.tokens.maven_server': {'path': '{{ path }}', 'servers': list(entries), **options},
        'register': 'result',
        'name': 'deliver',
    }
    return [{'hosts': 'all', 'gather_facts': False, 'tasks': [task]}]


def inventory(home):
    return {
        'all': {
            'hosts': {'build': {}},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'path': f'{home}/.m2/settings.xml',
            },
        }
    }


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / 'builder'
    (folder / '.m2').mkdir(parents=True)
    (folder / 'project').mkdir()
    return folder


def test_maven_3_and_4_send_what_was_written(sandbox, run_playbook, home, mvn, findings):
    master = re.search(
        r'\{.*\}',
        maven_encryption._ask(
            [mvn('3')[0], '--encrypt-master-password'], 'the master password', user_of('/')
        ).decode(),
    )[0]
    (home / '.m2/settings-security.xml').write_text(
        f'<settingsSecurity><master>{master}</master></settingsSecurity>'
    )
    guarded = Guarded()
    url = sandbox.serve(guarded, tls=False).url
    delivered = run_playbook(
        play(
            {'id': 'odd', 'username': ODD[0], 'password': ODD[1]},
            {
                'id': 'encrypted',
                'username': ENCRYPTED[0],
                'password': ENCRYPTED[1],
                'encrypt': True,
            },
            {'id': 'bearer', 'access_token': TOKEN},
            mvn=mvn('3')[0],
        ),
        inventory(home),
    )
    assert delivered.rc == 0, delivered.output
    written = (home / '.m2/settings.xml').read_text(encoding='utf-8')
    assert ENCRYPTED[1] not in written and '{' in written
    for version in MAVENS:
        program, system = mvn(version)
        number = f'1.{next(_numbers)}'
        guarded.files.put(
            f'org/example/real/door/{number}/door-{number}.pom', pom('door', number).encode()
        )
        (home / 'project/pom.xml').write_text(
            pom(
                'visitor',
                '1',
                ('door', number),
                repositories(
                    *((place, f'{url}/{place}') for place in ('odd', 'encrypted', 'bearer'))
                ),
            )
        )
        guarded.seen.clear()
        good, output = run(program, home, home / 'project', '-N', 'validate')
        assert good, output
        for place in ('odd', 'encrypted', 'bearer'):
            assert (place, True) in guarded.seen and (place, False) not in guarded.seen, (
                place,
                guarded.seen,
            )
            findings.count(system, 'credentials read')
        for secret in (ODD[1], ENCRYPTED[1], TOKEN):
            assert secret not in output
        findings.note(
            system,
            'reads what maven_server writes: special characters, an encrypted password, an access '
            'token as header',
        )


@pytest.mark.parametrize('version', MAVENS)
def test_settings_files_are_read_as_maven_reads_them(mvn, version, findings):
    """The files of tests/unit/module_utils/_files/test_maven_reader.py; MAVEN_CASES has more."""
    program, system = mvn(version)
    cases = int(os.environ.get('MAVEN_CASES', '2000'))
    accepted = 0
    with SettingsReader(Path(program).resolve().parents[1]) as reader:
        for start in range(0, cases, 500):
            files = maven_files.make(start, min(500, cases - start))
            judged = reader.read_all([(content,) for content in files])
            for seed, (content, settings) in enumerate(zip(files, judged), start):
                ours, theirs = maven_files.verdict(content), maven_files.Verdict.of(settings)
                if version.startswith('4') and not ours.accepted and theirs.accepted:
                    continue  # what Maven 3 rejects is refused
                expected = ours.of_maven_4 if version.startswith('4') else ours.of_maven_3
                assert expected == theirs, (seed, ours.reason, settings.fatal, content)
                accepted += theirs.accepted
    assert accepted > cases // 5
    findings.count(system, 'settings files read alike', cases)


def test_characters_beyond_ascii(sandbox, run_playbook, home, mvn, findings):
    """Servers expect them in UTF-8 (RFC 7617 section 2.1 leaves it open; Nexus refuses anything
    else).
    """
    guarded = Guarded()
    url = sandbox.serve(guarded, tls=False).url
    delivered = run_playbook(
        play({'id': 'beyond', 'username': BEYOND_ASCII[0], 'password': BEYOND_ASCII[1]}),
        inventory(home),
    )
    assert delivered.rc == 0, delivered.output

    def visit(program, *args):
        number = f'3.{next(_numbers)}'
        guarded.files.put(
            f'org/example/real/door/{number}/door-{number}.pom', pom('door', number).encode()
        )
        (home / 'project/pom.xml').write_text(
            pom('visitor', '1', ('door', number), repositories(('beyond', f'{url}/beyond')))
        )
        return run(program, home, home / 'project', '-N', *args, 'validate')[0]

    for version in MAVENS:
        program, system = mvn(version)
        options = next(
            (value for start, value in SAY_UTF_8.items() if version.startswith(start)), []
        )
        assert visit(program) == (not options)
        if options:
            assert visit(program, *options), 'with the option'
        settings = ' and '.join(option[2:].replace('=', ' set to ') for option in options)
        findings.note(
            system,
            'sends user names and passwords beyond ASCII in UTF-8'
            + (f' only with {settings}' if options else ''),
        )


@on(servers.NEXUS[-1])
def test_credentials_at_a_real_nexus(live, run_playbook, home, mvn, findings):
    """A local user without any right but to deploy; credentials are required."""

    def ask(method, path, body, good=(200, 204)):
        status, text = send(
            live.url,
            method,
            path,
            json.dumps(body) if not isinstance(body, str) else body,
            'application/json' if not isinstance(body, str) else 'text/plain',
        )
        assert status in good, (path, status, text)

    ask(
        'PUT',
        '/service/rest/v1/security/anonymous',
        {'enabled': False, 'userId': 'anonymous', 'realmName': 'NexusAuthorizingRealm'},
    )
    ask(
        'POST',
        '/service/rest/v1/security/roles',
        {
            'id': 'deployers',
            'name': 'deployers',
            'description': '',
            'roles': [],
            'privileges': [
                f'nx-repository-view-maven2-maven-releases-{what}'
                for what in ('add', 'browse', 'edit', 'read')
            ],
        },
    )
    user = {
        'userId': 'ci',
        'firstName': 'c',
        'lastName': 'i',
        'emailAddress': 'ci@example.org',
        'status': 'active',
        'roles': ['deployers'],
        'password': ODD[1],
    }
    ask('POST', '/service/rest/v1/security/users', user)
    url = f'{live.url}/repository/maven-releases/'
    with pytest.raises(urllib.error.HTTPError, match='401'):
        urllib.request.urlopen(url, timeout=30)
    entry = {'id': 'company', 'username': 'ci', 'password': ODD[1], 'verify_url': url}

    def deliver(entry):
        ran = run_playbook(play(entry, verify=True), inventory(home))
        return {**ran.result('deliver'), 'failed': ran.rc != 0}

    def work(maven, name):
        """Deploy a project, and build another that has it as its parent.

        :returns: what Maven printed if it failed.
        """
        (program, system), number = maven, f'2.{next(_numbers)}'
        target = (
            f'<distributionManagement><repository><id>company</id><url>{url}</url></repository></'
            'distributionManagement>'
        )
        (home / 'project/pom.xml').write_text(pom(name, number, inside=target))
        good, output = run(program, home, home / 'project', '-N', 'deploy')
        if good:
            findings.count(system, 'deployments')
            shutil.rmtree(
                servers.REPOSITORY / f'org/example/real/{name}', ignore_errors=True
            )  # Maven 4 puts none there
            (home / 'project/pom.xml').write_text(
                pom('visitor', '1', (name, number), repositories(('company', url)))
            )
            good, output = run(program, home, home / 'project', '-N', 'validate')
            findings.count(system, 'downloads', int(good))
        assert ODD[1] not in output
        return None if good else output

    reported = deliver(entry)
    assert reported['verification'] == [
        {'name': 'company', 'verify_url': url, 'accepted': True, 'message': 'accepted'}
    ], reported
    for version in MAVENS:
        system = mvn(version)[1]
        assert work(mvn(version), f'door-{version}') is None
        findings.note(
            system,
            'deploys to a real Nexus 3.71.0 and downloads from it with what maven_server delivered',
        )
    findings.note(
        live.system,
        "maven_server: mvn deploy and downloads work with a local user's name and password, with "
        'anonymous access off',
    )

    wrong = deliver({**entry, 'password': 'wrong'})
    assert wrong['failed'] and 'the server refuses the credentials (401)' in wrong['msg'], wrong
    assert '401' in work(mvn('3'), 'door-wrong')

    assert not deliver(entry)['failed'] and work(mvn('3'), 'door-right') is None
    ask('PUT', '/service/rest/v1/security/users/ci/change-password', 'another password')
    changed = deliver(entry)
    assert (
        changed['changed'] is False
        and changed['failed']
        and 'the server refuses the credentials (401)' in changed['msg']
    ), changed
    assert '401' in work(mvn('3'), 'door-changed')

    url = f'http://127.0.0.1:{servers.free_port()}/repository/maven-releases/'
    down = deliver({**entry, 'verify_url': url})
    assert down['failed'] and 'the server cannot be reached' in down['msg'], down
    output = work(mvn('3'), 'door-down')
    assert '401' not in output and 'Connection refused' in output
    findings.note(
        live.system,
        'maven_server: a wrong password and one that was changed on the server are distinguished '
        'from a server that is down',
    )
