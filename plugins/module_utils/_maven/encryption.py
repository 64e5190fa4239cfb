# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Maven's own password encryption, through Maven's own command, with the password never on a command line or in a file.

Maven 3 reads the password of C(mvn --encrypt-password) from a terminal and, without one, encrypts nothing (seen with Maven 3.8.7).
So it gets a pseudo-terminal. Maven 4 has another scheme (C(mvnenc)).
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import termios
import time

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem

LONGEST = 4000  # a terminal in line mode cuts a line at 4095 bytes without a word
SECONDS = 60
_PROMPT = b'assword'
_ENCRYPTED = re.compile(rb'\{[^{}\s]+\}')


def encryptor(find_mvn, security_path):
    """Make a function that encrypts with Maven's master password.

    :param find_mvn: a function that returns the path of Maven, or None where there is none; called when it is needed.
    :param security_path: path of C(settings-security.xml); it is not written to.
    :returns: a function from a plain password to its encrypted form C({...}). The same password is encrypted once only.
    :raises FileProblem: (by the function) no Maven, no master password, or Maven did not encrypt.
    """
    done = {}

    def encrypt(password):
        if password not in done:
            mvn = find_mvn()
            if mvn is None:
                raise FileProblem(
                    'encrypt needs Maven, but there is no mvn on this host. Give its path as mvn, or leave encrypt out.'
                )
            if not os.path.isfile(security_path):
                raise FileProblem(
                    'encrypt needs a master password in %s. Make it with "mvn --encrypt-master-password", or leave encrypt out.'
                    % security_path
                )
            if len(password) > LONGEST or not password.isascii():
                raise BadInput(
                    'Maven can only encrypt passwords of up to %d ASCII characters. Leave encrypt out for this one.'
                    % LONGEST
                )
            found = _ENCRYPTED.findall(
                _ask([mvn, '-Dsettings.security=' + security_path, '--encrypt-password'], password)
            )
            if not found:
                raise FileProblem(
                    'Maven did not encrypt the password. See what "mvn --encrypt-password" says on this host; Maven 4 cannot do it. '
                    'Or leave encrypt out.'
                )
            done[password] = found[-1].decode('ascii')
        return done[password]

    return encrypt


def _ask(command, answer):
    """Run a command on a terminal of its own, answer its prompt for a password, and give back what it printed after that."""
    process, terminal = pty.fork()
    if process == 0:
        _become(command)
    try:
        printed, answered, deadline = b'', False, time.monotonic() + SECONDS
        while select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # Linux: the other end is closed
                piece = b''
            if not piece:
                break
            printed += piece
            if not answered and _PROMPT in printed:
                answered, printed = True, b''
                os.write(terminal, answer.encode('ascii') + b'\n')
        return printed if answered else b''
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(process, 0)


def _become(command):
    """In the new process: turn the terminal's echo off and run the command. Never returns."""
    try:
        attributes = termios.tcgetattr(0)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSANOW, attributes)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.chdir('/')
        os.execve(command[0], command, dict(os.environ, TERM='dumb'))
    finally:
        os._exit(127)
