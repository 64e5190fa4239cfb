# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The lock file of git: C(<real file>.lock), made with C(O_EXCL), removed at the end."""

from __future__ import annotations

import contextlib
import errno
import os
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import FileState
from ansible_collections.buildops.tokens.plugins.module_utils._files.file_errors import reported
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import (
    NO_FOLLOW,
    Place,
    close,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.temporary import (
    new_temporary,
    remove_if_abandoned,
)

# The content of our lock files, so that one that a killed run left is known from those of others
_MARK = b'buildops.tokens\n'
_MOST_ABANDONED = 10  # another user could make them again and again
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def _lock_name(place: Place, suffix: str) -> str:
    if place.name is None:
        raise FileProblem('%s is not a regular file. Give the path of a file.' % place.path)
    return place.name + suffix


def _taken(place: Place, lock: str) -> FileProblem:
    return FileProblem(
        '%s is locked by another program: %s exists. Wait until that program ends; '
        'if none is running, delete the lock file.'
        % (place.path, os.path.join(os.path.dirname(place.target), lock))
    )


def check_lock(state: FileState, deadline: float, suffix: str = '.lock') -> None:
    """Predict, for check mode, whether L(locked) can lock a file.

    :param state: of the file to lock.
    :param deadline: until when to wait, as of C(time.monotonic).
    :raises FileProblem: another program has the lock.
    """
    with reported('lock', state.path), Place(state.path) as place:
        if place.missing:
            return
        lock = _lock_name(place, suffix)
        while not remove_if_abandoned(lock, place.folder, _MARK, dry_run=True):
            try:
                os.lstat(lock, dir_fd=place.folder)
            except FileNotFoundError:
                return
            if time.monotonic() >= deadline:
                raise _taken(place, lock)
            time.sleep(0.02)


def clear_lock(state: FileState, suffix: str = '.lock') -> None:
    """Remove the lock file that a run of this collection left when it was killed after its work.

    :param state: of the locked file.
    :raises FileProblem: the path cannot be walked.
    """
    with reported('unlock', state.path), Place(state.path) as place:
        if not place.missing:
            remove_if_abandoned(_lock_name(place, suffix), place.folder, _MARK)


@contextlib.contextmanager
def locked(path: str | FileState, suffix: str = '.lock', timeout: float = 1.0) -> t.Iterator[None]:
    """Lock a file as git does. Read it inside the lock.

    A lock file of another program is waited for and never deleted. One that a killed run of this
    collection left is known by its content, and by that no process has locked it.

    :param path: path or FileState of the file to lock.
    :param suffix: what the tool appends to the real name of the file.
    :param timeout: seconds to wait (git: C(credentialStore.lockTimeoutMS), 1000 ms by default).
    :raises FileProblem: another program has the lock, or it cannot be made.
    """
    shown = path.path if isinstance(path, FileState) else path
    deadline = time.monotonic() + timeout
    with reported('lock', shown):
        place = Place(shown)
    with place:
        name, descriptor = _lock_name(place, suffix), None
        try:
            with reported('lock', shown):
                place.make_folders()
                descriptor = _make_lock(place, name, deadline)
            yield
        finally:
            if descriptor is not None:
                with contextlib.suppress(OSError):
                    os.unlink(name, dir_fd=place.folder)
                close(descriptor)
            place.remove_made()


def _make_lock(place: Place, lock: str, deadline: float) -> int:
    """Make the lock file with its mark in it and claimed, so that no kill leaves one without.

    :returns: its descriptor.
    """
    temporary, descriptor = new_temporary(place.folder)
    removed = 0
    try:
        os.write(descriptor, _MARK)
        while not _take(place, temporary, lock):
            if removed < _MOST_ABANDONED and remove_if_abandoned(lock, place.folder, _MARK):
                removed += 1
                continue
            if time.monotonic() >= deadline:
                raise _taken(place, lock)
            time.sleep(0.02)
        return descriptor
    except BaseException:
        close(descriptor)
        raise
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=place.folder)


def _take(place: Place, temporary: str, lock: str) -> bool:
    """Give the prepared file the name of the lock. :returns: False where that exists."""
    try:
        try:
            os.link(temporary, lock, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # The file system has no links. Such a lock has no mark, as git's own have none.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_FOLLOW
            close(os.open(lock, flags, 0o600, dir_fd=place.folder))
    except FileExistsError:
        return False
    return True
