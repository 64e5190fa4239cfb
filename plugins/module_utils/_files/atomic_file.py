# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The one reader and writer of files that hold secrets.

A reader of such a file sees the old bytes or the new bytes, never a part; the file is never readable for others, not even
for a moment; an error leaves it as it was. ansible-core's own C(atomic_move) promises none of that: it replaces links
instead of following them, makes new files by the umask, changes the mode after the rename, and does not fsync.

A hard link is cut by the replacement, as with every writer that renames.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
import time

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

MAX_BYTES = 16 * 1024 * 1024
MAX_LINKS = 40  # as Linux: more is a loop
OLD_LEFTOVER_SECONDS = 600
FOLDER_LOCK_SECONDS = 5
TEMPORARY = re.compile(r'\.buildops-tokens-[0-9a-f]{16}\.tmp\Z')
# What stands in a lock file of ours, so that one whose process was killed is told from those of other programs
_OUR_MARK = b'buildops.tokens\n'
_NO_FOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC
_AS_THE_OWNER = 'Run the task as the user who owns it (become_user).'
_HINTS = {
    errno.EACCES: 'Run the task as a user who may do that (become_user).',
    errno.EPERM: 'Run the task as a user who may do that (become_user), and check for attributes such as immutable.',
    errno.EROFS: 'Mount the file system writable, or choose another path.',
    errno.ENOSPC: 'Free some space and run the task again.',
    errno.EDQUOT: 'Free some space and run the task again.',
    errno.EFBIG: 'Raise the file size limit (ulimit -f) and run the task again.',
    errno.ENOTDIR: 'A part of the path is a file: correct the path.',
    errno.EISDIR: 'Give the path of a file.',
    errno.ELOOP: 'Correct the links.',
    errno.ENAMETOOLONG: 'Give a shorter path.',
}


class FileChanged(FileProblem):
    """Somebody else wrote the file between our read and our write. It is as they left it; read again and repeat the edit."""


class FileState:
    """What L(read_private) found.

    :ivar path: the path as the user gave it, for messages.
    :ivar target: the real path behind links; where a write goes.
    :ivar content: bytes, or None where there is no file.
    :ivar info: the C(os.stat_result) of the file, or None.
    """

    def __init__(self, path, target, content, info):
        self.path = path
        self.target = target
        self.content = content
        self.info = info

    @property
    def wide(self):
        """True where others than the owner have any right to the existing file."""
        return self.info is not None and bool(self.info.st_mode & 0o077)


def _problem(doing, path, error):
    hint = _HINTS.get(error.errno, 'Correct that and run the task again.')
    return FileProblem(
        'Cannot %s %s: %s (%s). %s'
        % (
            doing,
            path,
            os.strerror(error.errno or 0),
            errno.errorcode.get(error.errno, error.errno),
            hint,
        )
    )


@contextlib.contextmanager
def _reported(doing, path):
    """Turn every OSError inside into a FileProblem that names the path and the reason."""
    try:
        yield
    except OSError as error:
        raise _problem(doing, path, error) from None


def _resolve(path):
    """Follow every link of a path, as the kernel does, also where its end does not exist yet.

    :returns: (real path, set of the uids that own a link on the way).
    :raises FileProblem: a loop, an unknown C(~user), a path that cannot be one.
    """
    expanded = os.path.expanduser(path)
    if not path or '\0' in path or expanded.startswith('~'):
        raise FileProblem(
            '%r is not a path of a file: it is empty, holds a NUL character or names an unknown user. Correct it.'
            % path
        )
    current, links, owners = (
        '/' if os.path.isabs(expanded) else os.path.realpath(os.getcwd()),
        0,
        set(),
    )
    pending = expanded.split('/')[::-1]
    while pending:
        part = pending.pop()
        if part in ('', '.'):
            continue
        if part == '..':
            current = os.path.dirname(current)
            continue
        current = os.path.join(current, part)
        try:
            info = os.lstat(current)
        except FileNotFoundError:
            continue
        if stat.S_ISLNK(info.st_mode):
            links += 1
            if links > MAX_LINKS:
                raise OSError(errno.ELOOP, '')
            owners.add(info.st_uid)
            leads_to = os.readlink(current)
            pending.extend(leads_to.split('/')[::-1])
            current = '/' if os.path.isabs(leads_to) else os.path.dirname(current)
    return current, owners


def _nearest(path):
    """The nearest existing folder above a path."""
    while True:
        path = os.path.dirname(path)
        if os.path.isdir(path):
            return path


def _read(target, max_bytes, path):
    """Read a regular file: (content, stat), or (None, None) where there is none."""
    try:
        if not stat.S_ISREG(
            os.lstat(target).st_mode
        ):  # opening a device or a FIFO can have effects of its own
            raise FileProblem('%s is not a regular file. Give the path of a file.' % path)
        descriptor = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | _NO_FOLLOW)
    except FileNotFoundError:
        return None, None
    with open(descriptor, 'rb') as stream:
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode):
            raise FileProblem('%s is not a regular file. Give the path of a file.' % path)
        content = stream.read(max_bytes + 1) if info.st_size <= max_bytes else None
    if content is None or len(content) > max_bytes:
        raise FileProblem(
            '%s is larger than %d MiB, which no file of its kind should be. Check what is in it.'
            % (path, max_bytes >> 20)
        )
    return content, info


def read_private(path, max_bytes=MAX_BYTES):
    """Read a file that may hold secrets, and remember what is needed to replace it safely.

    :param path: str; C(~) and C(~user) are expanded, links are followed to the real file.
    :param max_bytes: larger files are refused.
    :returns: FileState; its C(content) is None where there is no file, also behind a dangling link (then the link's target will be made).
    :raises FileProblem: unreadable, not a regular file, too large, a loop of links; for root also a link of another user to what is not theirs.
    """
    with _reported('read', path):
        target, link_owners = _resolve(path)
        for last in (False, True):
            try:
                content, info = _read(target, max_bytes, path)
                break
            except OSError as error:  # NFS: the file was replaced on another client; the second look sees the new one
                if last or error.errno != errno.ESTALE:
                    raise
        if os.geteuid() == 0:
            owner = info.st_uid if info else os.stat(_nearest(target)).st_uid
            if link_owners - {
                0,
                owner,
            }:  # else a user could have root write wherever that user's link points
                raise FileProblem(
                    '%s leads through a link of another user than the owner of %s. %s'
                    % (path, target, _AS_THE_OWNER)
                )
    return FileState(path, target, content, info)


def check_writable(state):
    """Predict, for check mode, whether L(write_private) may write. Root and exotic file systems can still differ.

    :raises FileProblem: the folder cannot be written to, or the file belongs to somebody else.
    """
    _check_owner(state)
    folder = _nearest(state.target)
    if not os.access(folder, os.W_OK | os.X_OK):
        read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
        raise _problem('write', state.path, OSError(errno.EROFS if read_only else errno.EACCES, ''))


def _check_owner(state):
    if state.info is not None and os.geteuid() not in (0, state.info.st_uid):
        raise FileProblem(
            '%s belongs to another user, to whom it would be lost if it were replaced. %s'
            % (state.path, _AS_THE_OWNER)
        )


def _make_folders(folder, made):
    """Make the missing folders of a path, 0700 each; append each to C(made). Root gives them to the owner of the folder above."""
    if os.path.isdir(folder):
        return
    _make_folders(os.path.dirname(folder), made)
    above = os.stat(os.path.dirname(folder))
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:  # another process was faster
        return
    made.append(folder)
    if os.geteuid() == 0:
        os.chown(folder, above.st_uid, above.st_gid, follow_symlinks=False)


def close(descriptor):
    """Close what was read, or is on disk: there an error means nothing."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


def claim(descriptor):
    """Hold a file that was made just now, for as long as it is open or the process lives, so that L(sweep) leaves it alone.

    :returns: False where it was swept already, between the two moments."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # somebody looks at it, to remove it
        return False
    except OSError:  # no locks here: nobody can tell that it is not in use, until it is old
        return True
    return os.fstat(descriptor).st_nlink > 0


def _remove_if_abandoned(path, marked=None, spared=lambda name: False):
    """Remove a file of ours whose process is gone. :param marked: what must stand in it, or None. :returns: whether it was removed."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOW)
        try:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode) or (
                marked is not None and os.read(descriptor, len(marked) + 1) != marked
            ):
                return False
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError:
                if time.time() - info.st_mtime < OLD_LEFTOVER_SECONDS:
                    return False
            if os.path.samestat(os.lstat(path), info) and not spared(os.path.basename(path)):
                os.unlink(path)
                return True
        finally:
            os.close(descriptor)
    return False


def sweep(folder, pattern=TEMPORARY, spared=lambda name: False):
    """Remove what killed runs left behind: files of such names only that no process holds (see L(claim)).

    :param spared: is asked about each of them, by name, whether it stays."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if pattern.match(name):
                _remove_if_abandoned(os.path.join(folder, name), spared=spared)


def _new_temporary(folder):
    """:returns: (path, descriptor) of a new file that is 0600 from the start and held."""
    while True:
        path = os.path.join(folder, '.buildops-tokens-%s.tmp' % os.urandom(8).hex())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)
        if claim(descriptor):
            return path, descriptor
        close(descriptor)


def _own_and_narrow(descriptor, state, mode_policy):
    """Give the empty new file its owner and mode, before there is anything in it to read."""
    info = state.info or os.stat(os.path.dirname(state.target))
    if (
        os.geteuid() == 0
    ):  # a new file belongs to the owner of its folder: root writes into a home for its user
        os.fchown(descriptor, info.st_uid, info.st_gid)
    mode = 0o600
    if state.info is not None:
        mode = stat.S_IMODE(state.info.st_mode) & (0o600 if mode_policy == 'narrow' else 0o777)
    os.fchmod(descriptor, mode)


@contextlib.contextmanager
def _folder_alone(folder):
    """Hold the folder among runs of ours, so that none replaces a file between another's comparison and rename; fsync it at the end.

    That leaves no lock file behind, and the kernel ends it with the process. Where folders cannot be locked (NFS), or another run holds it for
    too long, the comparison alone has to do.

    :returns: a context manager that gives the folder, or None where it cannot be opened.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        deadline = time.monotonic() + FOLDER_LOCK_SECONDS
        while time.monotonic() < deadline:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.002)
            except OSError:
                break
        yield folder
        with contextlib.suppress(OSError):  # not every file system can; the rename itself is done
            os.fsync(descriptor)
    finally:
        close(descriptor)


def _fill(descriptor, content):
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)  # disk full and quota often show only here


def write_private(state, content, mode_policy='narrow', held=None):
    """Replace a file at once and for good, or leave it as it was.

    :param state: FileState of the read that the new content was made from.
    :param content: bytes, the whole new file.
    :param mode_policy: V(narrow): what others could do with an existing file is taken away; V(keep): its mode stays
        (for files without secrets). A new file is 0600 either way, and no file is ever widened.
    :param held: the folder that the caller holds by L(_folder_alone), or None.
    :returns: None.
    :raises FileChanged: somebody else wrote the file since it was read.
    :raises FileProblem: it cannot be written; the old file is intact and no temporary file is left.
    """
    _check_owner(state)
    folder, made, name = os.path.dirname(state.target), [], None
    try:
        with _reported('write', state.path):
            _make_folders(folder, made)
            sweep(folder)
            name, descriptor = _new_temporary(folder)
            try:
                _own_and_narrow(descriptor, state, mode_policy)
                _fill(descriptor, content)
                with contextlib.nullcontext() if held == folder else _folder_alone(folder):
                    now = _read(
                        state.target, max(MAX_BYTES, len(state.content or b'')), state.path
                    )[0]
                    if now != state.content:
                        raise FileChanged(
                            '%s was changed by another program while it was being edited. Run the task again.'
                            % state.path
                        )
                    os.replace(name, state.target)
                    name = None
            finally:
                close(descriptor)
    except BaseException:  # also an alarm or Ctrl-C
        if name is not None:
            with contextlib.suppress(OSError):
                os.unlink(name)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        raise


def edit_private(path, edit, dry_run=False, mode_policy='narrow', attempts=5):
    """Read, edit, write; once more from the start when somebody else wrote in between (their change and ours both survive).

    Runs of ours that meet take turns from the second attempt on: each holds the folder from its reading to its rename, so none loses again to another.

    :param path: as for L(read_private).
    :param edit: a function of the content (bytes or None) that returns (new content, report); content None means no file.
    :param dry_run: check mode: everything but the write, with a prediction of what would forbid it.
    :param mode_policy: as for L(write_private); with V(narrow) a file that others can read is rewritten even where its content is right.
    :param attempts: after so many lost races the FileChanged is raised.
    :returns: (FileState before, new content, report, whether the file was or would be rewritten).
    :raises FileProblem: and whatever C(edit) raises; then nothing was written.
    """
    turn = contextlib.nullcontext()
    while True:
        with turn as held:
            state = read_private(path)
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
        turn = _folder_alone(os.path.dirname(state.target))


def _lock_file(folder, lock_path, deadline, path):
    """Make the lock file. It comes into being with our mark in it and held, so that at no moment a kill leaves one that nobody dares to remove.

    :returns: its descriptor."""
    name, descriptor = _new_temporary(folder)
    by_link = True
    try:
        os.write(descriptor, _OUR_MARK)
        while True:
            try:
                if by_link:
                    os.link(name, lock_path)
                else:
                    close(
                        os.open(lock_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)
                    )
                return descriptor
            except FileExistsError:
                if _remove_if_abandoned(lock_path, _OUR_MARK):
                    continue
                if time.monotonic() >= deadline:
                    raise FileProblem(
                        '%s is locked by another program: %s exists. Wait until that program ends; '
                        'if none is running, delete the lock file.' % (path, lock_path)
                    ) from None
                time.sleep(0.02)
            except OSError as error:
                if not by_link or error.errno not in (
                    errno.EPERM,
                    errno.EOPNOTSUPP,
                    errno.ENOSYS,
                    errno.EMLINK,
                ):
                    raise
                by_link = False  # the file system knows no links; such a lock has no mark, as git's own have none
    except BaseException:
        close(descriptor)
        raise
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def clear_lock(state, suffix='.lock'):
    """Remove the lock file that a run of ours left when it was killed behind its work. :param state: FileState of the locked file."""
    _remove_if_abandoned(state.target + suffix, _OUR_MARK)


@contextlib.contextmanager
def locked(path, suffix='.lock', timeout=1.0):
    """Hold the lock file that git itself uses: C(<real file>.lock), made with O_EXCL, removed at the end.

    Read inside the lock. A lock file of another program is waited for and never deleted; one that a killed run of ours left is told by what
    stands in it, and by that no process holds it.

    :param path: path or FileState of the file to lock.
    :param suffix: what the tool appends to the file's real name.
    :param timeout: seconds to wait (git: C(credentialStore.lockTimeoutMS), 1000 ms by default).
    :returns: a context manager.
    :raises FileProblem: somebody else holds it, or it cannot be made.
    """
    path = path.path if isinstance(path, FileState) else path
    state = read_private(path)
    lock_path, made, descriptor = state.target + suffix, [], None
    deadline = time.monotonic() + timeout
    try:
        with _reported('lock', path):
            _make_folders(os.path.dirname(lock_path), made)
            descriptor = _lock_file(os.path.dirname(lock_path), lock_path, deadline, path)
        yield
    finally:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.unlink(lock_path)
            close(descriptor)
        for folder in reversed(made):
            with contextlib.suppress(OSError):  # in use now, as it should be
                os.rmdir(folder)
