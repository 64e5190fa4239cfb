# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The lock of programs that keep an empty file beside another one and lock it with C(flock)."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import check_owner
from ansible_collections.buildops.tokens.plugins.module_utils._files.file_errors import reported
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import (
    NO_FOLLOW,
    Place,
    as_owner_of,
    close,
)


@contextlib.contextmanager
def flocked(path: str, suffix: str = '.lock', timeout: float = 5.0) -> t.Iterator[None]:
    """Lock a file as its program does. The empty file stays, as the program leaves it.

    Where the folder does not exist yet, nothing is locked. Neither is a device or a FIFO, which is
    refused later.

    :param path: of the file. :param suffix: what the program appends to its name.
    :param timeout: seconds to wait.
    :raises FileProblem: the program has the lock, or it cannot be made.
    """
    with contextlib.ExitStack() as stack:
        with reported('lock', path):
            place = stack.enter_context(Place(path))
            if not place.missing and place.name is not None and _may_be_file(place, place.name):
                descriptor = _open(place, place.name + suffix)
                stack.callback(close, descriptor)
                _check(place, descriptor, path + suffix)
                _acquire(descriptor, path, timeout)
        yield


def _may_be_file(place: Place, name: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(name, dir_fd=place.folder).st_mode)
    except FileNotFoundError:
        return True


def _open(place: Place, name: str) -> int:
    """Open the file, or make it for the owner of the folder."""
    try:
        return os.open(name, os.O_RDWR | os.O_NONBLOCK | NO_FOLLOW, dir_fd=place.folder)
    except FileNotFoundError:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | NO_FOLLOW
        # If root gave it away later and were killed in between, each later run would refuse it
        with as_owner_of(place.info()):
            return os.open(name, flags, 0o600, dir_fd=place.folder)


def _check(place: Place, descriptor: int, path: str) -> None:
    """Refuse what a user has put there to have root lock something else."""
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        raise FileProblem('%s is not a regular file. Remove it.' % path)
    check_owner(place, info, path)


def _acquire(descriptor: int, path: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise FileProblem(
                    '%s is locked by another program for %g seconds. Run the task again when it '
                    'has ended.' % (path, timeout)
                ) from None
            time.sleep(0.01)
