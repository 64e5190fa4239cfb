# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(make provision) reports what it does, and fails with the reason."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.processes import command_lines
from tests.tools.scratch import ROOT
from tools import example, progress, provision, report, settings

LEAKING = {
    'HTTPS_PROXY': 'http://127.0.0.1:9',
    'http_proxy': 'http://127.0.0.1:9',
    'ANSIBLE_COLLECTIONS_PATH': '/nowhere',
    'ANSIBLE_STDOUT_CALLBACK': 'none',
    'ANSIBLE_VAULT_PASSWORD_FILE': '/nowhere',
    'LC_ALL': 'C',
    'PYTHONPATH': '/nowhere',
}


def provisioned(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, '-m', 'tools.provision'],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_of_the_users_settings_reaches_the_example(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in LEAKING.items():
        monkeypatch.setenv(name, value)
    env = settings.closed(ROOT, tmp_path)
    assert not [name for name in LEAKING if env.get(name) == LEAKING[name]]
    assert env['LC_ALL'].endswith('UTF-8') and env['ANSIBLE_REMOTE_TMP'].startswith(str(tmp_path))


def test_an_inventory_of_the_user_keeps_proxies_and_the_vault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in LEAKING.items():
        monkeypatch.setenv(name, value)
    env = settings.users(ROOT)
    assert {name for name in LEAKING if env.get(name) == LEAKING[name]} == {
        'HTTPS_PROXY',
        'http_proxy',
        'ANSIBLE_VAULT_PASSWORD_FILE',
    }


def test_an_inventory_that_cannot_be_read_is_reported_before_anything_is_installed(
    tmp_path: Path,
) -> None:
    (tmp_path / 'tools').mkdir()
    for name in ('Makefile', 'tools/inventory.sh'):  # and nothing that installs
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / 'empty').touch()
    for name, reason in (('no pe', 'no such file or folder'), ('empty', 'an empty file')):
        command = ['make', 'provision', f'INVENTORY={name}']
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert f"INVENTORY='{name}': " in done.stderr and reason in done.stderr
        assert 'venv' not in done.stderr
    command[-1] = 'INVENTORY=localhost,'
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert 'tools/venv.sh' in done.stderr


def test_a_folder_without_hosts_is_not_an_inventory(tmp_path: Path) -> None:
    folder = tmp_path / 'a blank'
    folder.mkdir()
    done = provisioned(INVENTORY=str(folder))
    assert done.returncode == 1 and f"'{folder}' is not an inventory" in done.stderr
    (folder / 'hosts.yml').write_text('all: {children: {agents: }}\n')
    assert 'is not an inventory' in provisioned(INVENTORY=str(folder)).stderr


def test_arguments_that_a_shell_could_not_read_are_reported() -> None:
    done = provisioned(ARGS="--limit 'x")
    assert done.returncode == 1 and 'ARGS cannot be split' in done.stderr


def test_make_passes_a_path_with_a_blank(tmp_path: Path) -> None:
    dry = subprocess.run(
        ['make', '-n', 'provision', 'INVENTORY=/a b'], cwd=ROOT, capture_output=True, check=True
    )
    assert b'/a b' not in dry.stdout  # it is in the environment, where no shell splits it


def test_a_taken_port_is_reported_with_a_command_that_a_shell_can_run(tmp_path: Path) -> None:
    folder = tmp_path / "My Prôject's"
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        folder.mkdir()
        memory = example._Memory(folder / 'sandbox.pickle')
        memory.write({'nexus': {'port': port}})
        with pytest.raises(progress.Failed) as caught, example.running(ROOT, folder):
            pass
    command = str(caught.value).rpartition(': ')[2]
    assert str(port) in str(caught.value) and command.startswith('rm -rf ')
    subprocess.run(['sh', '-c', command], check=True)
    assert not folder.exists()


def test_a_failure_shows_the_reason_and_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(provision, 'LOG', tmp_path / 'a log')
    (tmp_path / 'inventory').write_text('somewhere')
    wanted = {'maven_settings_servers': [{'id': 'releases', 'token': 'unknown-source'}]}
    arguments = ['-e', json.dumps(wanted)]
    with pytest.raises(progress.Failed) as caught:
        provision.run_playbook(str(tmp_path / 'inventory'), [], settings.users(ROOT), arguments)
    message = str(caught.value)
    assert caught.value.code == 2 and 'token_sources' in message
    assert message.endswith(f" Its output: '{tmp_path}/a log'")
    assert 'PLAY RECAP' in (tmp_path / 'a log').read_text()


def test_a_step_is_one_line_with_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.step('Reading'):
        assert capsys.readouterr().out == 'Reading ... '
    assert capsys.readouterr().out == '0.0 s\n'
    with pytest.raises(ValueError), progress.step('Writing'):
        raise ValueError
    assert capsys.readouterr().out == 'Writing ... failed after 0.0 s\n'


SLEEPER = """
import signal, sys
from pathlib import Path
from tools import progress
# Who runs the tests in the background may ignore it
signal.signal(signal.SIGINT, signal.default_int_handler)
command = ['sh', '-c', 'echo started; sleep 100123; :']
def work():
    with progress.step('Waiting'):
        env = {'PATH': '/usr/bin:/bin'}
        return progress.run([*command, sys.argv[1]], Path(sys.argv[1]), env).code
sys.exit(progress.main(work))
"""


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_is_one_line_and_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    log = tmp_path / 'log'
    process = subprocess.Popen(
        [sys.executable, '-c', SLEEPER, str(log)],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (log.exists() and 'started\n' in log.read_text()):
        time.sleep(0.05)
    os.killpg(process.pid, number)
    output, errors = process.communicate()
    assert (process.returncode, output, errors) == (130, 'Waiting ... \n', 'Interrupted.\n')
    assert not [line for line in command_lines() if str(log) in line or 'sleep 100123' in line]


def test_a_report_requires_an_inventory() -> None:
    done = subprocess.run(
        [sys.executable, '-m', 'tools.report'],
        cwd=ROOT,
        env={**os.environ, 'INVENTORY': ''},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and 'make report INVENTORY=' in done.stderr


def test_a_report_of_an_inventory_is_named_although_a_source_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = {
        'all': {
            'hosts': {'agent': {}},
            'vars': {
                'token_sources': {
                    'broken': {
                        'type': 'nexus_user_token',
                        'url': 'https://127.0.0.1:9',
                        'username': 'ci',
                        'password': 'example password',
                        'retries': 0,
                    }
                },
                'maven_settings_servers': [{'id': 'releases', 'token': 'broken'}],
            },
        }
    }
    (tmp_path / 'hosts.yml').write_text(json.dumps(inventory))
    monkeypatch.setattr(report, 'FOLDER', tmp_path / 'report')
    monkeypatch.setattr(report, 'LOG', tmp_path / 'log')
    monkeypatch.setenv('INVENTORY', str(tmp_path / 'hosts.yml'))
    with pytest.raises(progress.Failed) as caught:
        report.main()
    assert caught.value.code == 2 and 'broken' in str(caught.value)
    assert str(tmp_path / 'report/tokens.html') in capsys.readouterr().out
    assert 'broken' in (tmp_path / 'report/tokens.html').read_text(encoding='utf-8')
