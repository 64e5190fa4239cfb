# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""However many ask at once, the server is asked once; and once more when the one who asked was
killed. The expensive runs of the lookup.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.conftest import COLLECTIONS, NO_SETTINGS
from tests.sandbox import nexus
from tests.tools.scratch import ROOT, environment

STEP_1 = r'/wonderland/authenticate$'
MANY = ROOT / 'tests/support/many.py'


@pytest.fixture
def server(sandbox):
    return sandbox.serve(nexus.create_app('3.71.0-06'))


@pytest.fixture
def company(sandbox, server):
    return {
        'type': 'nexus_user_token',
        'url': server.url,
        'ca_path': sandbox.ca_path,
        'username': 'alice',
        'password': 'wonderland',
    }


def hosts(count, company):
    return {
        'all': {
            'hosts': {'host%03d' % number: {} for number in range(count)},
            'vars': {
                'ansible_connection': 'local',
                'ansible_python_interpreter': '{{ ansible_playbook_python }}',
                'token_sources': {'company': company},
                'company': "{{ lookup('buildops.tokens.token', 'company') }}",
            },
        }
    }


PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Ask three times
      ansible.builtin.set_fact:
        first: "{{ company.password | hash('sha256') }}"
        second: "{{ company.password | hash('sha256') }}"
        third: "{{ company.password | hash('sha256') }}"
    - name: All got the same
      ansible.builtin.assert:
        that:
          - got | length == 3 * groups.all | length
          - got | unique | length == 1
      vars:
        facts: "{{ groups.all | map('extract', hostvars) | list }}"
        got: "{{ facts | map(attribute='first') | list + facts | map(attribute='second') | list
                 + facts | map(attribute='third') | list }}"
      run_once: true
"""


@pytest.mark.parametrize('forks', [5, 20, 50])
def test_P1_a_hundred_hosts_ask_three_times_each(run_playbook, server, company, forks):
    run = run_playbook(PLAY, hosts(100, company), '-f', str(forks))
    assert run.rc == 0, run.output
    assert sum(stats['ok'] for stats in run.stats.values()) == 101
    assert server.count('POST', STEP_1) == 1


def start(count, company, folder, **more):
    """Starts the processes. Answers with the running parent of all."""
    (folder / 'source.json').write_text(json.dumps(company))
    return subprocess.Popen(
        [sys.executable, MANY, str(count), folder / 'source.json', folder / 'answers'],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **environment(folder),
            'ANSIBLE_CONFIG': str(NO_SETTINGS),
            'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
            **more,
        },
    )


def answers(folder):
    return (folder / 'answers').read_text().splitlines()


def hang_the_first(server, seconds=300):
    """Answers with an event that reports that somebody waits for the server."""
    waiting = threading.Event()

    def act(exchange):
        waiting.set()
        exchange.sleep(seconds)
        return exchange.app()

    server.faults.add(STEP_1, act)
    return waiting


def holder_of_the_lock(folder):
    return next(int(path.read_text()) for path in folder.glob('**/buildops.tokens/*.lock'))


def test_P1_those_that_wait_for_the_first_import_nothing(server, company, tmp_path):
    waiting = hang_the_first(server, seconds=1)
    process = start(6, company, tmp_path)
    assert json.loads(process.communicate()[0]) == [0] * 6
    assert waiting.is_set() and len(answers(tmp_path)) == 6
    assert len((tmp_path / 'answers.imported').read_text().splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize('cache', ['run', 'file'])
def test_P1_many_plain_processes_ask_once(server, company, tmp_path, cache):
    process = start(
        32,
        {**company, 'cache': cache},
        tmp_path,
        RUNS_OF_THEIR_OWN='yes' if cache == 'file' else '',
    )
    assert json.loads(process.communicate()[0]) == [0] * 32
    assert len(answers(tmp_path)) == 32 and len(set(answers(tmp_path))) == 1
    assert server.count('POST', STEP_1) == 1


@pytest.mark.slow
@pytest.mark.parametrize('cache', ['run', 'file'])
def test_P2_the_process_that_asks_is_killed(server, company, tmp_path, cache):
    waiting = hang_the_first(server)
    process = start(
        30,
        {**company, 'cache': cache},
        tmp_path,
        RUNS_OF_THEIR_OWN='yes' if cache == 'file' else '',
    )
    assert waiting.wait(60)
    os.kill(holder_of_the_lock(tmp_path), signal.SIGKILL)
    started = time.monotonic()
    assert json.loads(process.communicate()[0]) == [0] * 30
    assert time.monotonic() - started < 15, 'they waited for the dead'
    assert len(answers(tmp_path)) == 30 and len(set(answers(tmp_path))) == 1
    assert server.state.counters['tickets_redeemed'] <= 2 and server.count('POST', STEP_1) <= 2


@pytest.mark.parametrize('forks', [5, 20, 50])
def test_P2_the_process_that_asks_for_a_hundred_hosts_is_killed(
    run_playbook, server, company, tmp_path, forks
):
    waiting = hang_the_first(server)

    def kill():
        assert waiting.wait(60)
        os.kill(holder_of_the_lock(tmp_path / 'home'), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    run = run_playbook(PLAY, hosts(100, company), '-f', str(forks))
    killer.join()
    assert run.rc == 0, run.output
    assert sum(stats['ok'] for stats in run.stats.values()) == 101
    assert server.count('POST', STEP_1) == 1, 'one more than the one that still hangs'


def test_P5_a_run_that_is_killed_leaves_nothing_that_stops_the_next_one(
    run_playbook, server, company, tmp_path
):
    """ansible-core itself gives up when a worker dies; another run that waits for the same lasting
    cache goes on.
    """
    waiting = hang_the_first(server)
    lasting = {**company, 'cache': 'file', 'cache_path': str(tmp_path / 'cache/buildops.tokens')}
    (tmp_path / 'cache').mkdir()
    process = start(3, lasting, tmp_path)
    assert waiting.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    os.kill(holder_of_the_lock(tmp_path), signal.SIGKILL)
    run = run_playbook(PLAY, hosts(5, lasting))
    process.communicate()
    assert run.rc == 0, run.output
    assert server.count('POST', STEP_1) <= 2
    assert not list((tmp_path / 'cache').glob('**/.tmp-*'))
