# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of C(make test)."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bare import machine
from tests.support import clients
from tests.support.clients import CLIENTS
from tests.tools import run
from tests.tools.scratch import ROOT, environment


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, 'LOGS', tmp_path)


def test_output_keeps_a_step_running_and_silence_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, 'SILENCE', 20)
    status, log = run.run('silent', [sys.executable, '-c', 'print("last words", flush=True)'])
    assert (status, log) == (0, 'last words\n')
    monkeypatch.setattr(run, 'SILENCE', 1)
    script = 'import time; print("last words", flush=True); time.sleep(10**6)'
    status, log = run.run('silent', [sys.executable, '-c', script])
    assert status != 0 and 'Ended: no output for 1 s.' in log


def test_a_part_that_is_ended_shows_its_last_output(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, 'run', lambda *args, **more: (-9, 'test_it\nEnded: no output'))
    outcome = run._pytest('units')
    assert outcome.failed == 1 and outcome.notes == ['test_it', 'Ended: no output']


def test_what_is_skipped_is_listed_with_the_package_that_is_missing() -> None:
    suite = ElementTree.fromstring(
        '<testsuite><testcase><skipped message="missing client: curl"/></testcase>'
        '<testcase><skipped message="missing client: curl"/></testcase>'
        '<testcase><skipped message="only root can do this"/></testcase></testsuite>'
    )
    curl, root = run._skipped(suite)
    assert curl.startswith('2 skipped without curl (') and curl.endswith('install the package curl')
    assert root == '1 skipped: only root can do this'


def test_proxies_and_settings_of_the_user_do_not_reach_the_tests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ('HTTPS_PROXY', 'http_proxy', 'ANSIBLE_VAULT_PASSWORD_FILE', 'PYTHONPATH')
    for name in (*names, 'LC_ALL'):
        monkeypatch.setenv(name, 'C')
    env = environment('/home')
    assert not set(names) & set(env) and env['LC_ALL'] == 'C.UTF-8'


def test_each_client_of_a_package_is_installed_by_the_ci() -> None:
    text = (ROOT / '.ci/run').read_text(encoding='utf-8')
    installed = dict(re.findall(r'^need (\S+) (\S+)', text, re.MULTILINE))
    for name, package in installed.items():
        assert name == 'make' or CLIENTS[name].package == package


def test_the_readme_names_the_packages_of_a_bare_machine() -> None:
    assert machine.packages() == ['git', 'make', 'python3', 'python3-venv']


def test_each_client_that_a_test_needs_can_be_explained() -> None:
    found = set()
    for path in (ROOT / 'tests').rglob('test_*.py'):
        for names in re.findall(r'mark\.needs_client\(([^)]*)\)', path.read_text('utf-8')):
            found |= set(re.findall(r"'([\w.-]+)'", names))
    assert found <= set(CLIENTS)


def test_clients_of_tests_that_are_left_out_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, 'is_installed', lambda name: name != 'mvn')
    [line] = clients.missing_later()
    assert 'without mvn (' in line and line.endswith('install the package maven')


def test_a_bare_machine_is_left_out_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    assert machine.obstacle(['bookworm']) == 'debootstrap and chroot need root.'
    monkeypatch.setattr(os, 'geteuid', lambda: 0)
    monkeypatch.setattr(shutil, 'which', lambda name: None)
    assert 'debootstrap cannot be installed' in machine.obstacle(['bookworm'])


def test_a_command_on_a_bare_machine_ends_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, 'LIMIT', 1)
    code, output = machine._run(['sh', '-c', 'echo last words; exec sleep 1000'])
    assert code != 0 and output == 'last words\n\nEnded after 1 s.'
