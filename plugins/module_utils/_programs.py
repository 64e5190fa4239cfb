# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Runs other programs: as which user, with which environment, and for how long.

One rule applies to all of them. When this process is root, a program runs as the user who owns the
files that it works on, with a closed list of environment variables. Its path, and everything else
that decides what runs, must belong to root or to that user and must not be writable by others.
When this process is not root, the program runs as the same user and nothing is checked: it has no
rights that this user does not have.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import selectors
import signal
import stat
import subprocess
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

MAX_LINKS = 40  # as Linux: more is a loop
GRACE_SECONDS = 5  # between SIGTERM and SIGKILL
MOST_OUTPUT = 4 * 1024 * 1024  # bytes that are kept of each output
PIECE = 65536
_SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
_NO_GROUP = 65534
_REMEDY = 'Run the task as the user who owns it (become_user), or correct its owner and mode.'


if t.TYPE_CHECKING:
    _Popen = subprocess.Popen[bytes]
else:
    _Popen = subprocess.Popen  # Python 3.8 does not accept a parameter


class User(t.NamedTuple):
    """The user as whom a program runs.

    :ivar home: home folder of the user database, whatever the environment contains.
    :ivar groups: ids of all groups of the user.
    """

    uid: int
    gid: int
    name: str
    home: str
    groups: t.Tuple[int, ...]


class Outcome(t.NamedTuple):
    """What a program did.

    :ivar code: exit code, or None when it was stopped after the timeout.
    """

    code: t.Optional[int]
    out: str
    err: str


def user_of(*paths: str) -> User:
    """Find the user as whom a program has to run that works on some files.

    :param paths: absolute paths; what is missing at their end is left out.
    :returns: for root the one user other than root who owns a part of a path or a link on the way,
        else root. For others the user of this process.
    :raises FileProblem: several users own parts of the paths, or others can write there.
    """
    if os.geteuid() != 0:
        return _user(os.geteuid())
    owners = {info.st_uid for path in paths for _place, info in _walk(path)} - {0}
    if len(owners) > 1:
        raise FileProblem(
            'Several users own parts of the path of %s: root does not run programs there. %s'
            % (' and '.join(paths), _REMEDY)
        )
    user = _user(owners.pop() if owners else 0)
    for path in paths:
        check_trusted(path, user)
    return user


def owner_on(path: str) -> User:
    """Find whose rights suffice to read what a file names, without any check.

    :param path: absolute path of the file.
    :returns: for root the last user other than root who owns a part of the path or a link on the
        way, else root. For others the user of this process.
    :raises FileProblem: the path cannot be walked.
    """
    uid = os.geteuid()
    if uid == 0:
        parts = _walk(os.path.abspath(path))
        owners = [info.st_uid for _place, info in parts if info.st_uid != 0]
        uid = owners[-1] if owners else 0
    return _user(uid)


def open_as(path: str, user: User) -> int:
    """Open a file for reading, as root with no more than the rights of a user.

    Nothing else is done with these rights: what Python imports meanwhile may be in a folder of
    root.

    :returns: its descriptor. :raises OSError: the user cannot read it.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    if os.geteuid() != 0 or user.uid == 0:
        return os.open(path, flags)
    groups, group = os.getgroups(), os.getegid()
    try:
        os.setgroups(user.groups)
        os.setegid(user.gid)
        os.seteuid(user.uid)
        return os.open(path, flags)
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def check_trusted(path: str, user: User) -> None:
    """Refuse a path whose content somebody else than root and a user decides.

    :param path: absolute path of a file or folder. Each folder above it and each link is checked.
    :raises FileProblem: it names the part of the path and the reason. Only when root runs this.
    """
    if os.geteuid() != 0:
        return
    for place, info in _walk(path):
        reason = _distrust(info, user)
        if reason:
            raise FileProblem(
                'root does not run programs by what others can change: %s %s. %s'
                % (place, reason, _REMEDY)
            )


def is_trusted(path: str, user: User) -> bool:
    """Whether L(check_trusted) accepts an existing path."""
    try:
        check_trusted(path, user)
    except FileProblem:
        return False
    return os.path.exists(path)


def clean_environment(user: User) -> t.Dict[str, str]:
    """Make the environment that every program may have: identity, language, time zone and PATH.

    For root, folders that others can change are left out of PATH.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ('LANG', 'TZ') or name.startswith('LC_')
    }
    path = os.environ.get('PATH') or _SYSTEM_PATH
    if os.geteuid() == 0:
        path = ':'.join(
            folder
            for folder in path.split(':')
            if os.path.isabs(folder) and is_trusted(folder, user)
        )
    environment.update(PATH=path or _SYSTEM_PATH, HOME=user.home, USER=user.name, LOGNAME=user.name)
    return environment


def environment_of(user: User) -> t.Dict[str, str]:
    """Make the environment of a program that the user configures, such as Maven.

    For root it is the clean one with JAVA_HOME, if others cannot change that. A user's own is kept.
    """
    if os.geteuid() != 0:
        return dict(os.environ)
    environment = clean_environment(user)
    java_home = os.environ.get('JAVA_HOME', '')
    if os.path.isabs(java_home) and is_trusted(os.path.join(java_home, 'bin', 'java'), user):
        environment['JAVA_HOME'] = java_home
    return environment


def become(user: User) -> None:
    """In a new process: exchange the rights of root for those of the user, for good."""
    if os.geteuid() != 0 or user.uid == 0:
        return
    os.setgroups(user.groups)
    os.setgid(user.gid)
    os.setuid(user.uid)


def run(
    command: t.Sequence[str],
    user: User,
    environment: t.Mapping[str, str],
    given: t.Optional[bytes] = None,
    timeout: float = 60,
    umask: t.Optional[int] = None,
) -> Outcome:
    """Run a program without a terminal and without open files of this process.

    :param command: absolute path of the program, and its arguments. No secrets: others see them.
    :param user: from L(user_of).
    :param environment: the whole environment of the program.
    :param given: its standard input; by default it is empty.
    :param timeout: seconds after which the program and its children are stopped.
    :param umask: for the files that it makes; by default that of this process.
    :raises FileProblem: the program may not be run, or cannot be started.
    """
    check_trusted(command[0], user)

    def prepare() -> None:
        if umask is not None:
            os.umask(umask)
        become(user)

    started = time.monotonic()
    try:
        process = _Group(
            _limited(command, timeout),
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd='/',
            env=dict(environment),
            start_new_session=True,  # no terminal to ask at, and one group to stop
            preexec_fn=prepare,
        )
    except (OSError, subprocess.SubprocessError):
        raise FileProblem(
            '%s cannot be run as user %s. Correct its mode, or run the task as that user '
            '(become_user).' % (command[0], user.name)
        ) from None
    out, err = process.exchange(given, timeout)
    stopped = process.returncode != 0 and time.monotonic() - started >= timeout
    return Outcome(
        None if stopped else process.returncode,
        out.decode('utf-8', 'replace'),
        err.decode('utf-8', 'replace'),
    )


def _limited(command: t.Sequence[str], timeout: float) -> t.List[str]:
    """Put coreutils' C(timeout) before a command: it stops the program even if we are killed."""
    for limiter in ('/usr/bin/timeout', '/bin/timeout'):
        if os.access(limiter, os.X_OK):
            return [limiter, str(timeout)] + list(command)
    return list(command)


class _Group(_Popen):
    """A program and its children, in a separate process group.

    C(run_command) of AnsibleModule can neither become another user nor close the environment.
    """

    def exchange(self, given: t.Optional[bytes], timeout: float) -> t.Tuple[bytes, bytes]:
        """Exchange input and output, and stop the whole group after the timeout.

        What a program prints may have no end, so C(communicate) could fill the memory.
        """
        self._given = given or b''
        self._read: t.Dict[t.Any, bytes] = {self.stdout: b'', self.stderr: b''}
        for seconds, after in (
            (timeout + 1, signal.SIGTERM),
            (GRACE_SECONDS, signal.SIGKILL),
            (GRACE_SECONDS, signal.SIGKILL),
        ):
            if self._has_ended(time.monotonic() + seconds):
                return self._read[self.stdout], self._read[self.stderr]
            with contextlib.suppress(OSError):
                os.killpg(self.pid, after)
        self.wait()
        return b'', b''  # a child in another session keeps the pipes open

    def _has_ended(self, deadline: float) -> bool:
        """Write and read until the program ends. :returns: False where the time is over."""
        with selectors.DefaultSelector() as selector:
            for stream in (self.stdin, self.stdout, self.stderr):
                if stream is not None and not stream.closed:
                    writes = stream is self.stdin
                    os.set_blocking(stream.fileno(), not writes)
                    selector.register(
                        stream, selectors.EVENT_WRITE if writes else selectors.EVENT_READ
                    )
            while selector.get_map():
                left = deadline - time.monotonic()
                ready = selector.select(left) if left > 0 else []
                if not ready:
                    return False
                for key, _events in ready:
                    stream = t.cast(t.IO[bytes], key.fileobj)
                    goes_on = self._write() if stream is self.stdin else self._take(stream)
                    if not goes_on:
                        selector.unregister(stream)
                        stream.close()
        try:
            self.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _write(self) -> bool:
        """Write a part of the input. :returns: whether there is more."""
        try:
            written = os.write(t.cast(t.IO[bytes], self.stdin).fileno(), self._given[:PIECE])
        except BlockingIOError:
            return True
        except OSError:  # the program has closed it
            return False
        self._given = self._given[written:]
        return bool(self._given)

    def _take(self, stream: t.IO[bytes]) -> bool:
        """Read a part of an output. :returns: whether there may be more."""
        piece = os.read(stream.fileno(), PIECE)
        if len(self._read[stream]) < MOST_OUTPUT:
            self._read[stream] += piece
        return bool(piece)


def _user(uid: int) -> User:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # a number without a name, as in containers
        return User(uid, _NO_GROUP, str(uid), '/', ())
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return User(uid, entry.pw_gid, entry.pw_name, entry.pw_dir, groups)


def _distrust(info: os.stat_result, user: User) -> t.Optional[str]:
    """Say why somebody else than root and the user can change what this is, or None."""
    if info.st_uid not in (0, user.uid):
        return 'belongs to another user'
    if stat.S_ISLNK(info.st_mode):  # the mode of a link has no meaning
        return None
    if stat.S_ISDIR(info.st_mode) and info.st_mode & stat.S_ISVTX:  # nobody renames what is ours
        return None
    if info.st_mode & stat.S_IWOTH:
        return 'can be written by everybody'
    if info.st_mode & stat.S_IWGRP and _has_other_members(info.st_gid, user):
        return 'can be written by its group'
    return None


def _has_other_members(gid: int, user: User) -> bool:
    """Whether somebody else than root and the user is in a group, as far as this host knows."""
    if gid == 0:
        return False
    ours = {'root', user.name}
    try:
        if set(grp.getgrgid(gid).gr_mem) - ours:
            return True
    except KeyError:
        return True
    return any(entry.pw_gid == gid and entry.pw_name not in ours for entry in pwd.getpwall())


def _walk(path: str) -> t.Iterator[t.Tuple[str, os.stat_result]]:
    """Go along a path as the kernel does.

    :returns: each folder, each link and the end of the path, with its C(lstat).
    :raises FileProblem: not absolute, unreadable, or a loop of links.
    """
    if not os.path.isabs(path):
        raise FileProblem('%s is not an absolute path.' % path)
    current, links, pending = '/', 0, path.split('/')[::-1]
    yield current, os.lstat(current)
    while pending:
        part = pending.pop()
        if part in ('', '.'):
            continue
        current = os.path.dirname(current) if part == '..' else os.path.join(current, part)
        try:
            info = os.lstat(current)
            # Another user can replace the link at this moment
            target = os.readlink(current) if stat.S_ISLNK(info.st_mode) else None
        except (FileNotFoundError, NotADirectoryError):  # HOME can be /dev/null
            return
        except OSError as problem:
            raise FileProblem(
                'Cannot read %s: %s. Correct the path.' % (current, os.strerror(problem.errno or 0))
            ) from None
        yield current, info
        if target is not None:
            links += 1
            if links > MAX_LINKS:
                raise FileProblem('%s leads through a loop of links. Correct them.' % path)
            pending.extend(target.split('/')[::-1])
            current = '/' if os.path.isabs(target) else os.path.dirname(current)
