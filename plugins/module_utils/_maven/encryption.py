# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Maven's own password encryption, through C(mvn --encrypt-password).

Maven 3 reads the password from a terminal and encrypts nothing without one (measured with 3.8.7),
so it gets a pseudo-terminal. The password is never on a command line or in a file. Maven 4 has
another scheme (C(mvnenc)). Root runs Maven as the owner of the file with the master password.
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
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._programs import (
    User,
    become,
    check_trusted,
    environment_of,
    user_of,
)

LONGEST = 4000  # a terminal in line mode cuts a line at 4095 bytes without an error
LONGEST_OUTPUT = 65536
SECONDS = 60
_PROMPT = b'assword'
_ENCRYPTED = re.compile(rb'\{[^{}\s]+\}')


def encryptor(
    find_mvn: t.Callable[[], t.Optional[str]], security_path: str
) -> t.Callable[[str], str]:
    """Make a function that encrypts with Maven's master password.

    :param find_mvn: returns the path of Maven, or None; it is called when Maven is needed.
    :param security_path: path of C(settings-security.xml), which is only read.
    :returns: a function from a plain password to its encrypted form C({...}). It runs Maven once
        for each password. It raises FileProblem if there is no Maven or no master password, if
        root may not run that Maven, or if Maven does not encrypt; and BadInput for a password that
        a terminal would change.
    """
    done: t.Dict[str, str] = {}

    def encrypt(password: str) -> str:
        if password not in done:
            done[password] = _encrypt(password, find_mvn(), security_path)
        return done[password]

    return encrypt


def _encrypt(password: str, mvn: t.Optional[str], security_path: str) -> str:
    if mvn is None:
        raise FileProblem(
            'encrypt needs Maven, but there is no mvn on this host. Give its path as mvn, or leave '
            'encrypt out.'
        )
    if not os.path.isfile(security_path):
        raise FileProblem(
            'encrypt needs a master password in %s. Make it with "mvn --encrypt-master-password", '
            'or leave encrypt out.' % security_path
        )
    if len(password) > LONGEST or not password.isascii():
        raise BadInput(
            'Maven can only encrypt passwords of up to %d ASCII characters. Leave encrypt out for '
            'this one.' % LONGEST
        )
    user = user_of(security_path)
    check_trusted(mvn, user)
    command = [mvn, '-Dsettings.security=' + security_path, '--encrypt-password']
    found = _ENCRYPTED.findall(_ask(command, password, user))
    if not found:
        raise FileProblem(
            'Maven did not encrypt the password. See what "mvn --encrypt-password" prints on this '
            'host; Maven 4 cannot do it. Or leave encrypt out.'
        )
    return t.cast(bytes, found[-1]).decode('ascii')


def _ask(command: t.Sequence[str], answer: str, user: User) -> bytes:
    """Run a command on a separate terminal and answer its prompt for a password.

    :returns: what it prints after that; nothing where it does not ask.
    """
    environment = dict(environment_of(user), TERM='dumb')
    process, terminal = pty.fork()
    if process == 0:
        _start(command, user, environment)
    try:
        printed, answered, deadline = b'', False, time.monotonic() + SECONDS
        while select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # Linux: the other end is closed
                piece = b''
            if not piece:
                break
            printed = (printed + piece)[-LONGEST_OUTPUT:]  # it may have no end
            if not answered and _PROMPT in printed:
                answered, printed = True, b''
                os.write(terminal, answer.encode('ascii') + b'\n')
        return printed if answered else b''
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(process, 0)


def _start(command: t.Sequence[str], user: User, environment: t.Dict[str, str]) -> t.NoReturn:
    """In the new process: turn the terminal's echo off and run the command as the user."""
    try:
        attributes = termios.tcgetattr(0)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSANOW, attributes)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.chdir('/')
        become(user)
        os.execve(command[0], list(command), environment)
    finally:
        os._exit(127)
