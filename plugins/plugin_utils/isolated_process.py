# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a function in a process whose death does not end its caller.

ansible-core ends the whole run when one of its workers dies (C(A worker was found in a dead
state)). What dies first is what talks to servers: the kernel kills it when memory is short, and
native code of proxies and TLS has crashed in forked processes. Conversely, a worker that is killed
does not lose a token that its server issues only once: the process continues and stores it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import typing as t
import warnings


class ProcessFailed(Exception):
    """The process was killed, met an unexpected error, or could not be started."""


def run(work: t.Callable[[], t.Any]) -> t.Any:
    """Call a function in a forked process.

    :param work: returns JSON types. It has everything that its caller has, except threads; its
        changes in memory are lost.
    :returns: what the function returns.
    :raises ProcessFailed: it does not return.
    """
    process, reader, writer = _fork()
    if process == 0:
        _work(work, reader, writer)
    os.close(writer)
    with os.fdopen(reader, 'rb') as stream:
        response = stream.read()
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)
    try:
        return json.loads(response)
    except ValueError:
        raise ProcessFailed() from None


def _fork() -> tuple[int, int, int]:
    """Return the number of the process (0 in that process), and both ends of a pipe to it."""
    ends: tuple[int, ...] = ()
    try:
        ends = reader, writer = os.pipe()
        with warnings.catch_warnings():
            # Python 3.12 and newer warn about threads, whose locks the process could wait for.
            # Those of ansible-core send messages to the display, which this process does not do.
            warnings.simplefilter('ignore', DeprecationWarning)
            return os.fork(), reader, writer
    except OSError:
        for end in ends:
            os.close(end)
        raise ProcessFailed() from None


def _work(work: t.Callable[[], t.Any], reader: int, writer: int) -> t.NoReturn:
    """Run the function, write what it returns, and end this process.

    Nothing is run that its caller does at its own end: remove folders, write output.
    """
    status = 1
    try:
        os.close(reader)  # else writing blocks when nobody reads any more
        # What ends the caller is sent to its whole group. The function has its own deadlines, and
        # may get something that its server issues only once.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        content = json.dumps(work()).encode('utf-8')
        while content:
            content = content[os.write(writer, content) :]
        status = 0
    finally:
        os._exit(status)
