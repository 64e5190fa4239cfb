# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(make sandbox) and the small project that is made for it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import COLLECTIONS
from tests.tools.scratch import ROOT, environment
from tools import example, sandbox, settings

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(sandbox, 'FOLDER', tmp_path)
    monkeypatch.setattr(sandbox, 'INVENTORY', tmp_path / 'inventory')
    monkeypatch.setattr(sandbox, 'QUICKSTART', tmp_path / 'quickstart.json')
    return tmp_path


def play(*arguments: object, cwd: Path = ROOT, **env: str) -> str:
    command = [sys.executable, '-m', 'ansible', 'playbook', 'buildops.tokens.provision_tokens']
    done = subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_quick_start_delivers_from_the_sandbox_and_changes_nothing_again(folder: Path) -> None:
    env = {**environment(folder), 'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS)}
    with example.running(ROOT, folder) as running:
        sandbox._write_quickstart(running)
        for changed in ('changed=1', 'changed=0'):
            arguments = ['-e', f'@{sandbox.QUICKSTART}']
            assert f': ok=1    {changed} ' in play(
                *arguments, cwd=ROOT / 'examples/quickstart', **env
            )
    home = folder / 'agent1'
    assert 'company-releases' in (home / '.m2/settings.xml').read_text()
    assert 'jdoe:' in (home / '.git-credentials').read_text()


def test_the_inventory_of_the_sandbox_is_complete(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with example.running(ROOT, folder) as running:
        sandbox._write_inventory(running)
        sandbox._describe(running)
        env = {**settings.closed(ROOT, folder), 'HOME': '/dev/null'}  # nothing can be written there
        play('-i', sandbox.INVENTORY, **env)
        assert not re.search(r' changed=[1-9]', play('-i', sandbox.INVENTORY, **env))
    described = capsys.readouterr().out
    assert all(url in described for url in running.urls.values())
    assert 'make provision INVENTORY=' in described
