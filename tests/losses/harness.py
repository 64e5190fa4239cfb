# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kills a writer at a system call, or lets the call fail, from outside: by strace, on a process
that was forked for it.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import re
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

# Calls that change files, or could fail on the way there
CALLS = (
    'openat',
    'mkdirat',
    'fchmod',
    'fchown',
    'write',
    'ftruncate',
    'pwrite64',
    'fsync',
    'renameat',
    'linkat',
    'unlinkat',
    'close',
)
ERRORS = {
    'ENOSPC': ('openat', 'mkdirat', 'write', 'fsync', 'renameat', 'linkat', 'close'),
    'EROFS': ('openat', 'mkdirat', 'fchmod', 'fchown', 'renameat', 'linkat'),
    'EIO': ('openat', 'read', 'write', 'fsync', 'renameat', 'close'),
    'EACCES': ('openat', 'mkdirat', 'renameat', 'linkat'),
}
_PR_SET_PTRACER, _ANY = 0x59616D61, -1
_ENOUGH_SECONDS = 60


@dataclass
class Trial:
    """How it ended.

    :ivar killed: by a signal.
    :ivar problem: the exception that came out of it, or None.
    :ivar calls: (name, number of that name, line).
    """

    killed: bool
    problem: BaseException | None
    value: object
    calls: list[tuple[str, int, str]]


def _child(function, writer):
    ctypes.CDLL(None).prctl(
        _PR_SET_PTRACER, ctypes.c_ulong(_ANY), 0, 0, 0
    )  # where only parents may trace
    os.kill(os.getpid(), signal.SIGSTOP)
    value = problem = None
    try:
        value = function()
    except BaseException as error:  # it is judged by the parent
        problem = error
    os.write(writer, pickle.dumps((value, problem)))


def trial(function, log: Path, *inject: str) -> Trial:
    """Run a function in a forked process, under strace with these injections (as
    C(write:signal=KILL:when=2)), with its calls in C(log).
    """
    log.unlink(missing_ok=True)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            _child(function, writer)
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(pid, os.WUNTRACED)
    arguments = [part for spec in inject for part in ('-e', 'inject=' + spec)]
    tracer = subprocess.Popen(
        [
            'strace',
            '-y',
            '-o',
            str(log),
            '-e',
            'trace=read,' + ','.join(CALLS),
            *arguments,
            '-p',
            str(pid),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + _ENOUGH_SECONDS
    while not (log.exists() and b'stopped by SIGSTOP' in log.read_bytes()):
        if tracer.poll() is not None or time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise RuntimeError(
                'strace cannot trace here: %s' % tracer.stderr.read().decode('utf-8', 'replace')
            )
        time.sleep(0.001)
    os.kill(pid, signal.SIGCONT)
    with open(reader, 'rb') as stream:
        answer = stream.read()
    status = os.waitpid(pid, 0)[1]
    tracer.wait(_ENOUGH_SECONDS)
    tracer.stderr.close()
    counts: Counter[str] = Counter()
    calls = []
    for line in log.read_text(encoding='utf-8', errors='replace').splitlines():
        name = line.partition('(')[0]
        if re.fullmatch('[a-z0-9]+', name):
            counts[name] += 1
            calls.append((name, counts[name], line))
    value, problem = pickle.loads(answer) if answer else (None, None)
    return Trial(os.WIFSIGNALED(status), problem, value, calls)


def points(calls, folder: Path, names=CALLS):
    """The calls of these names on what is in a folder."""
    return [
        (name, number)
        for name, number, line in calls
        if str(folder) in line
        and name in names
        and not (name == 'openat' and 'O_DIRECTORY' in line)
    ]
