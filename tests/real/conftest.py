# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One real server at a time, started when the first of its tests needs it; and what the tests found
out, for the summary and the documentation.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.real import servers
from tests.real.guarded import GuardedRemote
from tests.tools.scratch import BUILD

RESULTS = BUILD / 'real/results.json'


class Findings:
    """What was tried against what.

    C(note) adds a sentence, C(count) adds to a number; both by system.
    """

    def __init__(self):
        self.systems: dict[str, dict] = {}

    def system(self, name: str, version: str, kind: str = 'real') -> dict:
        return self.systems.setdefault(
            f'{name} {version}'.strip(),
            {
                'name': name,
                'version': version,
                'kind': kind,
                'shown': [],
                'counts': {},
                'differences': [],
            },
        )

    def client(self, name: str, version: str) -> dict:
        system = self.system(name, version)
        system['client'] = True
        return system

    def note(self, system: dict, sentence: str) -> None:
        if sentence not in system['shown']:
            system['shown'].append(sentence)

    def count(self, system: dict, what: str, number: int = 1) -> None:
        system['counts'][what] = system['counts'].get(what, 0) + number


_findings = Findings()


def pytest_configure(config):
    try:
        servers.need()
    except servers.Missing as missing:
        pytest.exit(str(missing), returncode=3)


def pytest_sessionfinish(session, exitstatus):
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(
        json.dumps(list(_findings.systems.values()), indent=2, ensure_ascii=False) + '\n',
        encoding='utf-8',
    )


def pytest_terminal_summary(terminalreporter):
    total: dict[str, int] = {}
    terminalreporter.section('what was tried against what')
    for name, system in _findings.systems.items():
        for what, number in system['counts'].items():
            total[what] = total.get(what, 0) + number
        reported = ', '.join(f'{number} {what}' for what, number in system['counts'].items())
        terminalreporter.write_line(f'{name} ({system["kind"]}): {reported}')
        for difference in system['differences']:
            terminalreporter.write_line(f'    differs: {difference}')
    terminalreporter.write_line(
        'all: ' + ', '.join(f'{number} {what}' for what, number in total.items())
    )


def on(*names: str):
    """The test runs against these servers, one after the other."""
    return pytest.mark.parametrize('live', names, indirect=True)


@pytest.fixture(scope='session')
def findings():
    return _findings


@dataclasses.dataclass
class Live:
    """A running server with what belongs to it.

    :ivar sandbox: serves what is needed beside it, with a CA that the server trusts.
    :ivar system: where findings go.
    """

    server: servers.Running
    sandbox: object
    system: dict

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def version(self) -> str:
        return self.server.version

    def remote(self, tls: bool = False, **settings) -> GuardedRemote:
        """A remote that requires credentials, and notes what arrives.

        It is there until the server ends.
        """
        remote = GuardedRemote(**settings)
        remote.url = self.sandbox.serve(remote, tls=tls).url
        return remote


@pytest.fixture(scope='session')
def live(request):
    """A server by its name: C(keycloak), or a version of Nexus. Use it through L(on, on)."""
    from tests.sandbox.serving import Sandbox

    # The paths of some tools are too long for sockets and class paths below pytest's own folders
    folder = Path(tempfile.mkdtemp(prefix='tokens-real-'))
    try:
        with Sandbox() as sandbox:
            if request.param == 'keycloak':
                starting = servers.keycloak(folder)
            else:
                starting = servers.nexus(request.param, folder, sandbox.truststore_path)
            with starting as server:
                system = _findings.system(server.name, server.version)
                _findings.count(system, 'servers started')
                yield Live(server, sandbox, system)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
