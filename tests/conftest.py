# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for all tests: a home folder that belongs to nobody, the collection by its real name,
the sandbox, and real playbooks.
"""

from __future__ import annotations

import atexit
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

from tests.support.clients import CLIENTS, MISSING, is_installed
from tests.tools.scratch import BUILD, ROOT, environment

_home = tempfile.mkdtemp(prefix='tokens-tests-')
atexit.register(shutil.rmtree, _home, ignore_errors=True)
_environment = environment(_home)
os.environ.clear()  # before ansible is imported: it reads its settings then
os.environ.update(_environment)


def _collections() -> Path:
    """The folder that contains C(ansible_collections): the one around this checkout, or one with a
    link to it.
    """
    if ROOT.parts[-3:] == ('ansible_collections', 'buildops', 'tokens'):
        return ROOT.parents[2]
    subprocess.run([ROOT / 'tools/link.sh'], check=True)
    return BUILD / 'collections'


COLLECTIONS = _collections()
# Nobody's settings: without this, Ansible would find the ones in the current folder or of the
# machine.
NO_SETTINGS = Path(_home, 'ansible.cfg')
NO_SETTINGS.touch()
os.environ['ANSIBLE_COLLECTIONS_PATH'] = str(COLLECTIONS)
os.environ['ANSIBLE_CONFIG'] = str(NO_SETTINGS)
# The reason why a test is skipped that needs root.
ONLY_ROOT = 'only root can do this'
# How long an example takes says something about the machine, and what else it does
hypothesis.settings.register_profile(
    'any machine', deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile('any machine')


@pytest.fixture(autouse=True)
def _no_secrets_of_other_tests():
    yield
    name = 'ansible_collections.buildops.tokens.plugins.module_utils._redaction'
    if name in sys.modules:
        sys.modules[name].forget()


def pytest_configure(config):
    if 'ansible_collections' in sys.modules:  # ansible-test has done it
        return
    sys.path.insert(0, str(COLLECTIONS))  # for the processes that tests start
    from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

    _AnsibleCollectionFinder(paths=[str(COLLECTIONS)])._install()


def pytest_collection_modifyitems(items):
    """Mark as slow what starts a real ansible-playbook, or a client that is slow to start.

    Other tests of more than a few seconds have the mark in their file.
    """
    for item in items:
        names = [name for marker in item.iter_markers('needs_client') for name in marker.args]
        if 'run_playbook' in item.fixturenames or not all(
            name in CLIENTS and CLIENTS[name].quick for name in names
        ):
            item.add_marker(pytest.mark.slow)


def pytest_terminal_summary(terminalreporter):
    """Adds up what tests of a suite have counted: C(record_property('leaks: hits', 0))."""
    totals: dict[str, dict[str, int]] = {}
    for report in [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, 'when', '') == 'teardown'
    ]:
        for name, value in report.user_properties:
            suite, _colon, what = name.partition(': ')
            totals.setdefault(suite, {}).setdefault(what, 0)
            totals[suite][what] += value
    for suite, counts in sorted(totals.items()):
        terminalreporter.write_line(
            f'counted: {suite}: ' + ', '.join(f'{what} {value}' for what, value in counts.items())
        )


def pytest_runtest_setup(item):
    if item.get_closest_marker('needs_root') and os.geteuid() != 0:
        # Other owners, mounts and users to become need root. Without root the test is
        # skipped with this reason; the CI is root.
        pytest.skip(ONLY_ROOT)
    for marker in item.iter_markers('needs_client'):
        for name in marker.args:
            if not is_installed(name):
                reason = MISSING + name
                required = os.environ.get('REQUIRE_CLIENTS') == '1'
                if required and not (name in CLIENTS and CLIENTS[name].optional):
                    pytest.fail(reason, pytrace=False)
                # A contributor need not have Maven, node and all the others; the CI sets
                # REQUIRE_CLIENTS, and nothing is left out there.
                pytest.skip(reason)


@pytest.fixture
def sandbox():
    """A C(tests.sandbox.serving.Sandbox) that is running: C(sandbox.serve(app)),
    C(sandbox.ca_path).
    """
    from tests.sandbox.serving import Sandbox

    with Sandbox() as running:
        yield running


@dataclasses.dataclass
class PlaybookRun:
    """What C(ansible-playbook) did.

    :ivar output: standard output and standard error, in the order in which a terminal shows them.
    :ivar stats: by host name, the recap: C(ok), C(changed), C(failures), C(skipped),
        C(unreachable), C(rescued), C(ignored).
    :ivar events: what a callback plugin was given, in order: mappings with C(event), C(host),
        C(task), C(action) and C(result).
    :ivar home: the home folder of the run.
    """

    rc: int
    output: str
    events: list[dict]
    home: Path

    @property
    def stats(self) -> dict[str, dict[str, int]]:
        return next((event['stats'] for event in self.events if event['event'] == 'stats'), {})

    @property
    def changed(self) -> int:
        """How many tasks changed something, on all hosts."""
        return sum(host['changed'] for host in self.stats.values())

    def results(self, task: str | None = None, host: str | None = None) -> list[dict]:
        """The results of tasks (not of their single loop items), in order; those of one task by its
        name, of one host.
        """
        return [
            event['result']
            for event in self.events
            if event['event'] in ('ok', 'failed', 'skipped', 'unreachable')
            and task in (None, event['task'])
            and host in (None, event['host'])
        ]

    def result(self, task: str, host: str | None = None) -> dict:
        """The one result of a task."""
        found = self.results(task, host)
        assert len(found) == 1, f'{len(found)} results of {task!r}\n{self.output}'
        return found[0]


def _as_file(content, folder: Path, name: str) -> str:
    """A path is taken as it is; text and data become a file in C(folder)."""
    if isinstance(content, Path) or (isinstance(content, str) and '\n' not in content):
        return str(content)
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding='utf-8')
    return str(path)


@pytest.fixture
def run_playbook(tmp_path):
    """A function that runs the real C(ansible-playbook) with a home folder and temporary folder of
    the test's own.

    C(playbook) is a path, the text of a playbook, or a list of plays. C(inventory) is a path, the
    text of an inventory, or a mapping as in a YAML inventory; without it there is localhost alone.
    Each call in a test uses the same home folder. More arguments go to C(ansible-playbook); C(env)
    adds environment variables; C(typed) is its standard input. Answers with a PlaybookRun; what it
    means for the test is the test's business.
    """
    home, tmp = (
        tmp_path / 'home',
        Path(tempfile.mkdtemp(prefix='run-')),
    )  # Ansible makes a socket in the latter, whose path must be short
    home.mkdir()
    (tmp_path / 'tmp').symlink_to(tmp)
    runs = iter(range(1000))

    def run(playbook, inventory=None, *args, env=None, typed=''):
        folder = tmp_path / f'run-{next(runs)}'
        folder.mkdir()
        if inventory is None:
            inventory = {
                'all': {
                    'hosts': {
                        'localhost': {
                            'ansible_connection': 'local',
                            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                        }
                    }
                }
            }
        command = [
            sys.executable,
            '-m',
            'ansible',
            'playbook',
            '-i',
            _as_file(inventory, folder, 'inventory.yml'),
            *map(str, args),
            _as_file(playbook, folder, 'playbook.yml'),
        ]
        events = folder / 'events.jsonl'
        settings = {
            **environment(home),
            'TMPDIR': str(tmp),
            'ANSIBLE_CONFIG': str(NO_SETTINGS),
            'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
            'ANSIBLE_CALLBACK_PLUGINS': str(ROOT / 'tests/plugins/callback'),
            'ANSIBLE_CALLBACKS_ENABLED': 'events',
            'ANSIBLE_NOCOLOR': '1',
            'ANSIBLE_LOCALHOST_WARNING': '0',
            'EVENTS_FILE': str(events),
            **(env or {}),
        }
        for _attempt in range(3):
            done = subprocess.run(
                command,
                cwd=folder,
                env=settings,
                input=typed.encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            )
            # ansible-core 2.21 gives a separate thread five seconds to start, which a busy
            # machine may not keep. Nothing has been run then.
            if b'Local RPC server did not start' not in done.stdout:
                break
        lines = events.read_text(encoding='utf-8').splitlines() if events.exists() else []
        return PlaybookRun(
            done.returncode,
            done.stdout.decode('utf-8', 'replace'),
            [json.loads(line) for line in lines],
            home,
        )

    yield run
    shutil.rmtree(tmp, ignore_errors=True)
