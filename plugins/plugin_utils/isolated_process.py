# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work in a separate process, which survives the death of its caller.

ansible-core ends the whole run when one of its workers dies (C(A worker was found in a dead state)), and what asks a server is what dies
first: a kernel out of memory picks it, and native code of proxies and TLS has crashed in forked processes. The other way round, a worker
that is killed does not take a token with it that the server hands out once: the process goes on, and keeps it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import warnings


class Died(Exception):
    """There is no answer: the process was killed, it met an error that nobody foresaw, or it could not even be started."""


def run(work):
    """Call something in a forked process.

    :param work: takes nothing and answers with JSON types. It has what its caller has, except threads; what it changes in memory is lost.
    :returns: its answer. :raises Died: there is none.
    """
    ends = ()
    try:
        ends = reader, writer = os.pipe()
        with warnings.catch_warnings():
            # Python 3.12 and newer warn where there are threads, whose locks the process could wait for. Those of ansible-core send
            # messages to the display, which this one does not.
            warnings.simplefilter('ignore', DeprecationWarning)
            process = os.fork()
    except OSError:
        for end in ends:
            os.close(end)
        raise Died() from None
    if process == 0:
        _work(work, reader, writer)
    os.close(writer)
    with os.fdopen(reader, 'rb') as stream:
        answer = stream.read()
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)
    try:
        return json.loads(answer)
    except ValueError:
        raise Died() from None


def _work(work, reader, writer):
    """Ends this process with it, without whatever its caller has for its own end: folders to remove, output to write."""
    status = 1
    try:
        os.close(reader)  # else an answer that nobody waits for any more would block
        # Whatever ends the caller goes to its whole group. What was asked for has its own deadlines, and may be handed out only once
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        content = json.dumps(work()).encode('utf-8')
        while content:
            content = content[os.write(writer, content) :]
        status = 0
    finally:
        os._exit(status)
