# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real Nuxeo CLI, from its package, in a folder of the build; installed when a test first needs
it.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import time

from tests.support import registries
from tests.tools.scratch import BUILD

VERSION = '3.0.5'
FOLDER = BUILD / 'cache/nuxeo-cli'


def install():
    """Install it, once, whichever process comes first. :returns: the folder of its program."""
    return registries.npm(FOLDER, [f'nuxeo-cli@{VERSION}']) / '.bin'


def environment(home, ca_path):
    return {
        'PATH': f'{install()}{os.pathsep}{os.environ["PATH"]}',
        'HOME': str(home),
        'NODE_EXTRA_CA_CERTS': str(ca_path),
        'NO_UPDATE_NOTIFIER': '1',
        'TERM': 'xterm',
        'LC_ALL': 'C.UTF-8',
    }


def in_a_terminal(arguments, folder, environ, answers, seconds=60):
    """Run it in a terminal.

    :param answers: list of (text that it shows, what to type then).
    :returns: (exit code, all that it showed).
    """
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            os.execvpe('nuxeo', ['nuxeo', *arguments], environ)
        finally:
            os._exit(127)
    shown, answers, deadline = b'', list(answers), time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.5)[0]:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:  # Linux: it has ended
                    break
                shown += piece
            if answers and answers[0][0].encode() in shown:
                os.write(terminal, answers.pop(0)[1].encode())
        else:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode('utf-8', 'replace')
