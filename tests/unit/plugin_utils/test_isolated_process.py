# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work in a separate process: its result, its death, and what it does not change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from ansible_collections.buildops.tokens.plugins.plugin_utils import isolated_process as apart
from tests.conftest import COLLECTIONS
from tests.tools.scratch import environment


def test_its_answer_arrives_whole():
    answer = {'text': 'grün \ud800' * 100_000, 'none': None}
    assert apart.run(lambda: answer) == answer
    assert apart.run(os.getpid) != os.getpid()


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def broken():
    raise RuntimeError('s3cr3t-of-an-error')


@pytest.mark.parametrize('work', [killed, broken, object], ids=['killed', 'an error', 'no JSON'])
def test_P2_its_death_is_not_that_of_its_caller(work, capfd):
    with pytest.raises(apart.ProcessFailed):
        apart.run(work)
    assert capfd.readouterr() == ('', ''), 'neither a traceback nor a text'


@pytest.mark.parametrize('what', ['fork', 'pipe'])
def test_where_no_process_can_be_started_the_caller_goes_on(monkeypatch, what):
    def fork():
        raise BlockingIOError(11, 'Resource temporarily unavailable')

    monkeypatch.setattr(os, what, fork)
    before = os.listdir('/proc/self/fd')
    with pytest.raises(apart.ProcessFailed):
        apart.run(dict)
    assert os.listdir('/proc/self/fd') == before


CALLER = """
import atexit, signal, sys, threading, time
from ansible_collections.buildops.tokens.plugins.plugin_utils import isolated_process as apart
atexit.register(print, 'the end of the caller')
signal.signal(signal.SIGTERM, lambda *_: print('the handler of the caller'))
threading.Thread(target=time.sleep, args=(1,)).start()
print('before', end=' ')
print(apart.run(lambda: signal.getsignal(signal.SIGTERM) == signal.SIG_IGN))
"""


def test_it_leaves_alone_what_is_its_callers(tmp_path):
    """Output that waits to be written, the tasks for the end, the handlers of signals; and threads
    draw no warning.
    """
    done = subprocess.run(
        [sys.executable, '-W', 'error', '-c', CALLER],
        capture_output=True,
        text=True,
        check=True,
        env={**environment(tmp_path), 'PYTHONPATH': str(COLLECTIONS)},
    )
    assert (done.stdout, done.stderr) == ('before True\nthe end of the caller\n', '')


ENDED = """
import os, signal, sys, time
from pathlib import Path
from ansible_collections.buildops.tokens.plugins.plugin_utils import isolated_process as apart

def work():
    if sys.argv[1] == 'SIGKILL':
        os.kill(os.getppid(), signal.SIGKILL)
    else:
        os.killpg(0, getattr(signal, sys.argv[1]))
    time.sleep(0.1)
    Path(sys.argv[2]).touch()
    return 'x' * 1_000_000

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # nohup and shells ignore some
    signal.signal(number, signal.SIG_DFL)
os.setsid()
apart.run(work)
"""


@pytest.mark.parametrize('name', ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'])
def test_P2_a_caller_that_is_ended_does_not_take_the_work_with_it(tmp_path, name):
    """A token that the server hands out once would be lost with it. ansible-core 2.19 and newer
    ends the whole group of a worker.
    """
    done = subprocess.run(
        [sys.executable, '-c', ENDED, name, tmp_path / 'kept'],
        capture_output=True,
        check=False,
        env={**environment(tmp_path), 'PYTHONPATH': str(COLLECTIONS)},
    )
    assert done.returncode == -getattr(signal, name)
    # Its output ends only when that of the work does, which waits for nobody to take its answer
    assert (tmp_path / 'kept').exists()


def test_P4_a_caller_whose_time_is_over_does_not_wait_and_the_work_is_done(tmp_path):
    """As with C(timeout) of a task, which ansible-core raises from a signal."""

    def over(*_args):
        raise TimeoutError()

    def work():
        time.sleep(0.5)  # until the caller waits; Python drops what is raised while it forks
        os.kill(os.getppid(), signal.SIGALRM)
        time.sleep(0.5)
        (tmp_path / 'kept').touch()

    before = signal.signal(signal.SIGALRM, over)
    try:
        with pytest.raises(TimeoutError):
            apart.run(work)
    finally:
        signal.signal(signal.SIGALRM, before)
    os.wait()
    assert (tmp_path / 'kept').exists()
