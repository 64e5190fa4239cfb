# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The reader and writer of files that contain secrets.

A reader of such a file sees the old bytes or the new bytes, never a part. The file is never
readable for others, not even for a moment. An error leaves it as it was. The C(atomic_move) of
ansible-core guarantees none of that: it replaces links instead of following them, makes new files
by the umask, changes the mode after the rename, and does not fsync.

A file is replaced in its open folder (see L(folder)). So its other hard links keep the old content,
as with every writer that renames. A mount point cannot be replaced; see L(in_place).
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import os
import stat
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.attributes import (
    copy_attributes,
    copy_owner,
    is_mount_point,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.file_errors import (
    AS_THE_OWNER,
    problem,
    reported,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import (
    NO_FOLLOW,
    Place,
    close,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.in_place import overwrite
from ansible_collections.buildops.tokens.plugins.module_utils._files.temporary import (
    new_temporary,
    sweep,
)

MAX_BYTES = 16 * 1024 * 1024
FOLDER_LOCK_SECONDS = 5
Report = t.TypeVar('Report')


class FileChanged(FileProblem):
    """Another program wrote the file between our read and our write. It was left as it is.

    Read again and repeat the edit.
    """


@dataclasses.dataclass(frozen=True)
class FileState:
    """What L(read_private) found.

    :ivar path: the path as the user gave it, for messages.
    :ivar target: the real path behind links, for messages.
    :ivar content: bytes, or None where there is no file.
    :ivar info: the C(os.stat_result) of the file, or None.
    :ivar owner: as given to L(read_private).
    :ivar in_place: as given to L(read_private).
    """

    path: str
    target: str
    content: bytes | None
    info: os.stat_result | None
    owner: int | None = None
    in_place: bool = False

    @property
    def wide(self) -> bool:
        """True where others than the owner have any right to the existing file.

        The mode covers an access control list, too: its group bits are the mask of the list.
        """
        return self.info is not None and bool(self.info.st_mode & 0o077)


def _open_file(place: Place, access: int = os.O_RDONLY) -> int | None:
    """Return a descriptor of the regular file, or None where there is no file."""
    if place.missing:
        return None
    try:
        # Opening a device or a FIFO can have side effects
        regular = place.name is not None and stat.S_ISREG(
            os.lstat(place.name, dir_fd=place.folder).st_mode
        )
        if place.name is not None and regular:
            flags = access | os.O_NONBLOCK | os.O_NOCTTY | NO_FOLLOW
            descriptor = os.open(place.name, flags, dir_fd=place.folder)
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                return descriptor
            close(descriptor)
    except FileNotFoundError:
        return None
    raise FileProblem('%s is not a regular file. Give the path of a file.' % place.path)


def _read(place: Place, max_bytes: int) -> tuple[bytes | None, os.stat_result | None]:
    """Read a regular file: (content, stat), or (None, None) where there is no file."""
    descriptor = _open_file(place)
    if descriptor is None:
        return None, None
    with open(descriptor, 'rb') as stream:
        info = os.fstat(descriptor)
        content = stream.read(max_bytes + 1) if info.st_size <= max_bytes else None
    if content is None or len(content) > max_bytes:
        raise FileProblem(
            '%s is larger than %d MiB, which no file of its kind should be. Check what is in it.'
            % (place.path, max_bytes >> 20)
        )
    return content, info


def read_private(
    path: str, max_bytes: int = MAX_BYTES, owner: int | None = None, in_place: bool = False
) -> FileState:
    """Read a file that may contain secrets, with what is needed to replace it safely.

    :param path: C(~) and C(~user) are expanded, links are followed to the real file.
    :param max_bytes: larger files are refused.
    :param owner: number of the user whose configuration names the path, or None where the task
        names it. For root, the folder must belong to that user.
    :param in_place: whether a file that is a mount point may be written over, which is not atomic.
    :returns: FileState. Its C(content) is None where there is no file, also behind a dangling link
        (a write makes the target of the link).
    :raises FileProblem: unreadable, not a regular file, too large, a loop of links, or a way on
        which another user could choose the file (see L(folder)).
    """
    with reported('read', path), Place(path, owner) as place:
        try:
            content, info = _read(place, max_bytes)
        except OSError as error:
            if error.errno != errno.ESTALE:
                raise
            content, info = _read(place, max_bytes)  # NFS: it was replaced on another client
        return FileState(path, place.target, content, info, owner, in_place)


def check_writable(state: FileState) -> None:
    """Predict, for check mode, whether L(write_private) can write. File systems can still differ.

    :raises FileProblem: the folder cannot be written to, the file belongs to somebody else, or it
        is a mount point that may not be written over.
    """
    with reported('write', state.path), Place(state.path, state.owner) as place:
        descriptor = _open_file(place)
        over, place_of_write = False, place.folder
        try:
            if descriptor is not None:
                over = _check_file(place, descriptor, state.in_place)
                place_of_write = descriptor if over else place.folder
            read_only = os.fstatvfs(place_of_write).f_flag & os.ST_RDONLY
        finally:
            if descriptor is not None:
                close(descriptor)
        if not (place.may_write_file() if over else place.may_write()):
            raise problem(
                'write', state.path, OSError(errno.EROFS if read_only else errno.EACCES, '')
            )


def check_owner(place: Place, info: os.stat_result, path: str) -> None:
    """Refuse, for root, a file that a user can have put there, such as a hard link.

    :param info: of the file, which is in the folder of C(place). :param path: for the message.
    :raises FileProblem: it belongs to another user than its folder, and others can write there.
    """
    if os.geteuid() == 0:
        above = place.info()
        open_folder = above.st_mode & 0o022 and info.st_uid != above.st_uid
        if open_folder or place.is_exchangeable(info):
            raise FileProblem(
                '%s belongs to another user than its folder, in which others can put files in its '
                'place. Give both to one user, or run the task as the user who owns the file '
                '(become_user).' % path
            )


def _check_file(place: Place, descriptor: int, in_place: bool) -> bool:
    """Refuse an existing file that must not or cannot be written.

    :param in_place: whether a mount point may be written over.
    :returns: whether it is one, and has to be.
    :raises FileProblem: with the reason.
    """
    info = os.fstat(descriptor)
    if os.geteuid() not in (0, info.st_uid):
        raise FileProblem(
            '%s belongs to another user, to whom it would be lost if it were replaced. %s'
            % (place.path, AS_THE_OWNER)
        )
    check_owner(place, info, place.path)
    mounted = is_mount_point(descriptor, place.folder)
    if mounted and not in_place:
        raise FileProblem(
            '%s is a mount point, as files are that are mounted into a container, so it cannot be '
            'replaced. Mount its folder instead, or write the file where it comes from. '
            'maven_server and git_credential write it in place with write_in_place, which is not '
            'atomic.' % place.path
        )
    return mounted


def _prepare(place: Place, state: FileState, new: int, mode_policy: str, new_mode: int) -> None:
    """Give the empty new file its owner, mode and attributes, before it contains anything.

    :raises FileChanged: the file is not the one that was read. What was read may be a secret of
        another user than the owner of the file that is there now.
    """
    old = _open_file(place)
    try:
        info = None if old is None else os.fstat(old)
        if _identity(info) != _identity(state.info):
            raise _changed(state)
        if old is None or info is None:
            os.fchmod(new, copy_owner(place.info(), new, new_mode))
            return
        _check_file(place, old, False)
        mode = stat.S_IMODE(info.st_mode) & (0o600 if mode_policy == 'narrow' else 0o777)
        mode = copy_owner(info, new, mode)
        copy_attributes(old, new, place.path)
        os.fchmod(new, mode)  # last: with an access control list this sets its mask
    finally:
        if old is not None:
            close(old)


def _identity(info: os.stat_result | None) -> tuple[int, ...] | None:
    """Return what distinguishes a file from one that replaced it; None where there is no file.

    The number of a removed file can be given to a new one, but then its owner must be the same.
    """
    return info and (info.st_dev, info.st_ino, info.st_uid, info.st_gid, info.st_mode)


def _changed(state: FileState) -> FileChanged:
    return FileChanged(
        '%s was changed by another program while it was being edited. Run the task again.'
        % state.path
    )


class FolderLock:
    """The folder of a file, to lock it among runs of this collection.

    It is a context manager that closes the folder, which ends the lock. So no run replaces a file
    between the comparison and the rename of another. It leaves no lock file behind, and the kernel
    ends it with the process. Where folders cannot be locked (NFS), or another run has the lock for
    too long, the comparison alone has to do.
    """

    def __init__(self, place: Place) -> None:
        """:param place: its folder must exist."""
        self._descriptor: int | None = None
        with contextlib.suppress(OSError):  # a folder that cannot be read
            self._descriptor = place.readable()

    def __enter__(self) -> FolderLock:
        return self

    def acquire(self) -> None:
        """Wait for the lock, but not for too long."""
        deadline = time.monotonic() + FOLDER_LOCK_SECONDS
        while self._descriptor is not None and time.monotonic() < deadline:
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.002)
            except OSError:
                break

    def __exit__(self, *error: object) -> None:
        if self._descriptor is not None:
            close(self._descriptor)

    def is_of(self, place: Place) -> bool:
        """Return whether this is the folder of that place."""
        return self._descriptor is not None and os.path.samestat(
            os.fstat(self._descriptor), place.info()
        )

    def sweep(self) -> None:
        """Remove what killed runs left in the folder."""
        if self._descriptor is not None:
            sweep(self._descriptor)

    def sync(self) -> None:
        """Bring a rename to disk. Not every file system can; the rename itself is done."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.fsync(self._descriptor)


def _fill(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)  # disk full and quota often show only here


def write_private(
    state: FileState,
    content: bytes,
    mode_policy: str = 'narrow',
    held: FolderLock | None = None,
    new_mode: int = 0o600,
) -> None:
    """Replace a file at once and durably, or leave it as it was.

    Owner, mode, access control list and extended attributes are those of the existing file. As
    root, a new file belongs to the owner of its folder.

    :param state: FileState of the read that the new content was made from.
    :param content: the whole new file.
    :param mode_policy: V(narrow): what others could do with an existing file is taken away;
        V(keep): its mode stays (for files without secrets). No file is ever widened.
    :param held: the lock that the caller has already, or None.
    :param new_mode: of a new file.
    :raises FileChanged: another program wrote the file since it was read.
    :raises FileProblem: it cannot be written; the old file is intact and no temporary file is left.
    """
    with reported('write', state.path), Place(state.path, state.owner) as place:
        if _is_overwritten(place, state, content, mode_policy, held):
            return
        try:
            place.make_folders()
            _replace(
                place,
                state,
                content,
                held,
                lambda new: _prepare(place, state, new, mode_policy, new_mode),
            )
        except BaseException:  # also an alarm or Ctrl-C
            place.remove_made()
            raise


def _is_overwritten(
    place: Place,
    state: FileState,
    content: bytes,
    mode_policy: str,
    held: FolderLock | None,
) -> bool:
    """Write over a file that is a mount point, if that is allowed.

    :returns: False where it has to be replaced instead.
    """
    descriptor = _open_file(place) if state.in_place else None
    if descriptor is None:
        return False
    with contextlib.ExitStack() as stack:
        stack.callback(close, descriptor)
        if not is_mount_point(descriptor, place.folder):
            return False
        if held is None or not held.is_of(place):
            stack.enter_context(FolderLock(place)).acquire()
        writable = _open_file(place, os.O_RDWR)
        if writable is None:
            raise _changed(state)
        stack.callback(close, writable)
        info = os.fstat(writable)
        # It can have been replaced, unmounted or written since it was read
        if _identity(info) != _identity(state.info) or not _check_file(place, writable, True):
            raise _changed(state)
        old = os.pread(writable, len(state.content or b'') + 1, 0)
        if old != state.content:
            raise _changed(state)
        if mode_policy == 'narrow' and info.st_mode & 0o077:
            os.fchmod(writable, stat.S_IMODE(info.st_mode) & 0o600)  # before the secret is in it
        if content != old:
            overwrite(writable, old, content)
    return True


def _replace(
    place: Place,
    state: FileState,
    content: bytes,
    held: FolderLock | None,
    prepare: t.Callable[[int], None],
) -> None:
    with contextlib.ExitStack() as stack:
        lock, acquired = held, True
        if lock is None or not lock.is_of(place):
            lock, acquired = stack.enter_context(FolderLock(place)), False
        lock.sweep()
        temporary, descriptor = new_temporary(place.folder)
        stack.callback(close, descriptor)
        try:
            prepare(descriptor)
            _fill(descriptor, content)
            if not acquired:
                lock.acquire()
            _rename(place, state, temporary)
        except BaseException:  # also an alarm or Ctrl-C
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=place.folder)
            raise
        lock.sync()


def _rename(place: Place, state: FileState, temporary: str) -> None:
    """Put the new file in the place of the old one, if that is still the one that was read."""
    if _read(place, max(MAX_BYTES, len(state.content or b'')))[0] != state.content:
        raise _changed(state)
    name = t.cast(str, place.name)
    os.replace(temporary, name, src_dir_fd=place.folder, dst_dir_fd=place.folder)


def edit_private(
    path: str,
    edit: t.Callable[[bytes | None], tuple[bytes | None, Report]],
    dry_run: bool = False,
    mode_policy: str = 'narrow',
    attempts: int = 5,
    owner: int | None = None,
    in_place: bool = False,
) -> tuple[FileState, bytes | None, Report, bool]:
    """Read, edit, write; again from the start when another program wrote in between.

    Both changes survive. Runs of this collection that meet take turns from the second attempt on:
    each locks the folder from its reading to its rename, so none loses to another again.

    :param path: as for L(read_private).
    :param edit: a function of the content (None for no file) that returns (new content, report).
        It leaves the file alone by returning the content as it was.
    :param dry_run: check mode: everything but the write, with a prediction of what would forbid it.
    :param mode_policy: as for L(write_private); with V(narrow) a file that others can read is
        rewritten even where its content is right.
    :param attempts: after so many lost races the FileChanged is raised.
    :param owner: as for L(read_private).
    :param in_place: as for L(read_private).
    :returns: (FileState before, new content, report, whether the file was or would be rewritten).
    :raises FileProblem: and whatever C(edit) raises; then nothing was written.
    """
    with contextlib.ExitStack() as stack:
        held = None
        while True:
            state = read_private(path, owner=owner, in_place=in_place)
            content, report = edit(state.content)
            rewrite = content != state.content or (state.wide and mode_policy == 'narrow')
            if not rewrite or content is None:
                return state, content, report, False
            if dry_run:
                check_writable(state)
                return state, content, report, True
            try:
                write_private(state, content, mode_policy, held)
                return state, content, report, True
            except FileChanged:
                attempts -= 1
                if attempts <= 0:
                    raise
            if held is None:
                held = _lock_folder(path, stack)


def _lock_folder(path: str, stack: contextlib.ExitStack) -> FolderLock:
    with reported('lock', path), Place(path) as place:
        lock = stack.enter_context(FolderLock(place))
        lock.acquire()
        return lock


def remove_private(path: str, owner: int | None = None) -> bool:
    """Remove a file, or a link by its name.

    :param owner: as for L(read_private).
    :returns: whether there was one.
    :raises FileProblem: it cannot be removed.
    """
    with reported('remove', path), Place(path, owner, follow_last=False) as place:
        if place.missing or place.name is None:
            return False
        try:
            os.unlink(place.name, dir_fd=place.folder)
        except FileNotFoundError:
            return False
        return True
