# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Temporary files of this collection, and the removal of those that killed runs left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import (
    NO_FOLLOW,
    close,
)

OLD_LEFTOVER_SECONDS = 600
TEMPORARY = re.compile(r'\.buildops-tokens-[0-9a-f]{16}\.tmp\Z')


def claim(descriptor: int) -> bool:
    """Lock a new file for as long as it is open or the process lives, so that L(sweep) skips it.

    :returns: False where it was swept already, between the two moments.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # another process looks at it, to remove it
        return False
    except OSError:  # no locks here: it is swept only when it is old
        return True
    return os.fstat(descriptor).st_nlink > 0


def new_temporary(folder: int) -> tuple[str, int]:
    """Return name and descriptor of a new file that is 0600 from the start and claimed."""
    while True:
        name = '.buildops-tokens-%s.tmp' % os.urandom(8).hex()
        descriptor = os.open(
            name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW, 0o600, dir_fd=folder
        )
        if claim(descriptor):
            return name, descriptor
        close(descriptor)


def _spare_none(name: str) -> bool:
    return False


def remove_if_abandoned(
    name: str,
    folder: int,
    marked: bytes | None = None,
    spared: t.Callable[[str], bool] = _spare_none,
    dry_run: bool = False,
) -> bool:
    """Remove a file of this collection whose process is gone.

    :param folder: descriptor of the folder.
    :param marked: the whole content that it must have, or None for any.
    :param spared: whether the file of this name stays.
    :param dry_run: leave it.
    :returns: whether it was, or would be, removed.
    """
    with contextlib.suppress(OSError):
        descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | NO_FOLLOW, dir_fd=folder)
        try:
            info = os.fstat(descriptor)
            if (
                _is_abandoned(descriptor, info, marked)
                and os.path.samestat(os.lstat(name, dir_fd=folder), info)
                and not spared(name)
            ):
                if not dry_run:
                    os.unlink(name, dir_fd=folder)
                return True
        finally:
            os.close(descriptor)
    return False


def _is_abandoned(descriptor: int, info: os.stat_result, marked: bytes | None) -> bool:
    if not stat.S_ISREG(info.st_mode):
        return False
    if marked is not None and os.read(descriptor, len(marked) + 1) != marked:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return time.time() - info.st_mtime >= OLD_LEFTOVER_SECONDS
    return True


def sweep(
    folder: int,
    pattern: t.Pattern[str] = TEMPORARY,
    spared: t.Callable[[str], bool] = _spare_none,
) -> None:
    """Remove the files of such names that no process has claimed.

    :param folder: descriptor of a folder, open for reading.
    :param spared: whether the file of this name stays.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if pattern.match(name):
                remove_if_abandoned(name, folder, spared=spared)
