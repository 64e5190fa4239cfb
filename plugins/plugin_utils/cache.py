# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token cache: private files, shared by all processes of one run (or of one user, on request).

Each token is in its own file, whose name reveals nothing. Files are replaced, never written in
place, so a reader needs no lock. A process that is about to fetch a token takes the lock of that
token first and looks again: of many at once, one asks the server. Locks are C(flock)s on files that
stay: the kernel releases them however their process ends.

A refresh token that its server issues once should outlive its process. So all that can be done
before the request is done then (C(ready)), and what a killed process wrote is not lost
(C(recover)).

All files are reached relative to the descriptor of the folder.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import stat
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    FileProblem,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import Place, close
from ansible_collections.buildops.tokens.plugins.module_utils._files.temporary import claim, sweep
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    CLOCK_TOLERANCE,
    Token,
    from_iso8601,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    SALT_BYTES,
    SCHEMA,
    CacheProblem,
    Folder,
)

# How long a failure is remembered within a run: a hundred hosts must not lock an account with one
# wrong password, nor wait for a dead server one after the other.
REFUSAL_SECONDS = 60
FAILURE_SECONDS = 15
REFUSALS = (400, 401, 403)
# After this time a lasting cache asks again for a token whose end is not known
ENDLESS_SECONDS = 86400
USUAL_ENTRY = 16384  # bytes, and more than most
LEFTOVER = re.compile(r'\.tmp-[0-9a-f]{16}\Z')
LEFT_RUN_SECONDS = 86400  # a run that goes on for so long without a new token asks once more
_LOCK = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class Entry(t.NamedTuple):
    """What the cache contains of one token.

    :ivar token: the C(Token), valid or not, or None.
    :ivar server: what is known of its server.
    :ivar failure: the C(ServerProblem) of the last try, if that was just now; else None.
    :ivar in_doubt: a request that may have ended the token was sent, and its outcome is not known.
    """

    token: Token | None = None
    server: t.Mapping[str, t.Any] = {}
    failure: ServerProblem | None = None
    in_doubt: bool = False


class Cache(Folder):
    """The tokens in one folder.

    :param folder: is made with mode 0700 where it is missing.
    :param lasting: it outlives the run: files are synchronised to disk and failures are not kept.
    :param create: False to leave a missing folder missing.
    :raises CacheProblem: the folder is a link, somebody else's, open to others, or missing.
    """

    def __init__(self, folder: str, lasting: bool = False, create: bool = True) -> None:
        self.lasting = lasting
        self._create = create
        self._prepared: tuple[str, int] | None = None
        super().__init__(folder)

    def prepare(self) -> None:
        """Open the folder, and make it where it is missing."""
        try:
            super().prepare()
            if self._create and 'salt' not in self._names():
                self._offer_salt()
        except FileProblem as problem:
            raise CacheProblem(
                'The token cache %s cannot be used: %s' % (self.folder, problem)
            ) from None
        except OSError as problem:
            raise CacheProblem(
                'The token cache %s cannot be used: %s.' % (self.folder, problem.strerror)
            ) from None

    def _open(self) -> int:
        if not self._create:
            return super()._open()
        if self.lasting:  # it can be below a folder that another user can exchange
            with Place(self.folder, follow_last=False) as place:
                place.make_folders()
                return self._open_in(place.folder, place.name or '.')
        if not os.path.lexists(self.folder):
            os.makedirs(self.folder, 0o700, exist_ok=True)
            _sweep_runs(self.folder)
        return super()._open()

    def _closed_again(self, about: os.stat_result) -> bool:
        """Kubernetes gives the group of a mount (C(fsGroup)) all rights, and sets this bit."""
        mount = about.st_mode & 0o7007 == stat.S_ISGID and about.st_gid in (
            os.getegid(),
            *os.getgroups(),
        )
        if not (mount and self.lasting and self._create):
            return False
        os.fchmod(t.cast(int, self._handle), 0o700)
        for name in self._names():
            with contextlib.suppress(OSError):
                handle = os.open(name, _READ, dir_fd=self._handle)
                try:
                    file = os.fstat(handle)
                    if stat.S_ISREG(file.st_mode) and file.st_uid == about.st_uid:
                        os.fchmod(handle, file.st_mode & 0o707)
                finally:
                    close(handle)
        self.warnings.append(
            'The token cache %s was open to its group (mode %04o), as a mount with fsGroup makes '
            'it. It is private again.' % (self.folder, about.st_mode & 0o7777)
        )
        return True

    @staticmethod
    def _open_in(above: int, name: str) -> int:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=above)
        return os.open(name, _FOLDER, dir_fd=above)

    def _names(self) -> list[str]:
        # A separate descriptor: listing moves a position that forked processes share
        with _opened('.', self._handle) as handle:
            return os.listdir(handle)

    def read(self, key: str, now: float) -> Entry:
        """Return what is kept of a token; an empty C(Entry) where nothing usable is kept.

        :param now: seconds since 1970.
        """
        data = self.noted(key)
        if not data:
            return Entry()
        server = data.get('server')
        return Entry(
            _token_in(data.get('token')),
            server if isinstance(server, dict) else {},
            _failure_in(data.get('failure'), now),
            data.get('in_doubt') is True,
        )

    def write(self, key: str, token: Token, server: t.Mapping[str, t.Any]) -> bool:
        """Keep a token, and what is known of its server. A failure becomes a warning.

        :returns: True when it is kept.
        """
        return self.note(
            key, {'token': token.dump(), 'result': token.as_result(), 'server': server}
        )

    def doubt(self, key: str, in_doubt: bool = True) -> None:
        """Note whether the outcome of a request that may end the kept token is unknown.

        Only V(write) makes the token count again, or V(in_doubt=False) where nothing was ended.
        """
        data = self.noted(key)
        if data and data.get('token') and bool(data.get('in_doubt')) is not in_doubt:
            self.note(key, {**data, 'in_doubt': in_doubt})

    def write_failure(self, key: str, problem: ServerProblem, now: float) -> None:
        """Remember for a short time, within one run, that the token cannot be had.

        A token that is kept stays: its refresh token may still be valid.
        """
        if not self.lasting:
            data = self.noted(key) or {}
            data['failure'] = {
                'message': str(problem),
                'status': problem.status,
                'code': problem.code,
                'at': now,
            }
            self.note(key, data)

    def good_span(
        self, token: Token, regenerate: str, min_remaining: int, max_age: int | None
    ) -> tuple[float | None, float | None]:
        """Return when a kept token may be returned without asking its server.

        :param regenerate, min_remaining, max_age: options of its source.
        :returns: the first moment and the one after the last, in seconds since 1970; None where
            there is no such limit.
        """
        if regenerate == 'never':
            return None, None
        created_at = from_iso8601(token.extras.get('created')) or token.issued_at
        limits = [token.good_until(min_remaining)]
        if max_age is not None:
            limits.append(created_at + max_age)
        if self.lasting and token.expires_at is None:
            limits.append(token.fetched_at + ENDLESS_SECONDS)
        return token.issued_at - CLOCK_TOLERANCE, min(
            (limit for limit in limits if limit is not None), default=None
        )

    def forget(self, key: str) -> None:
        """Remove what is kept of one token; the others stay. A failure becomes a warning."""
        try:
            os.unlink(key + '.json', dir_fd=self._handle)
        except FileNotFoundError:
            pass
        except OSError as problem:
            self.warnings.append(
                'The token cache %s cannot be written (%s), and still contains a token that is not '
                'valid any more. Remove the file %s.json.' % (self.folder, problem.strerror, key)
            )

    @contextlib.contextmanager
    def lock(self, key: str, seconds: float, whose: str) -> t.Iterator[None]:
        """Be the only process that fetches this token.

        :param seconds: how long to wait for another process.
        :param whose: how messages name the token.
        :raises TokensError: the time is over; the message names the process that has the lock.
        """
        path = self.path(key, '.lock')
        try:
            handle = os.open(key + '.lock', _LOCK | os.O_CREAT, 0o600, dir_fd=self._handle)
        except OSError as problem:
            self.warnings.append(
                'The lock %s cannot be opened (%s), so several processes may fetch the token of '
                '%s.' % (path, problem.strerror, whose)
            )
            yield
            return
        try:
            self._wait(handle, path, seconds, whose)
            _sign(handle)
            yield
        finally:
            close(handle)

    def sign(self, key: str) -> None:
        """Write the number of this process into the lock, whose work it does."""
        with contextlib.suppress(OSError):
            handle = os.open(key + '.lock', _LOCK, dir_fd=self._handle)
            try:
                _sign(handle)
            finally:
                close(handle)

    def _wait(self, handle: int, path: str, seconds: float, whose: str) -> None:
        deadline, pause = time.monotonic() + seconds, 0.005
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as problem:
                if problem.errno in _NO_LOCKS:
                    self.warnings.append(
                        'The file system of %s has no locks, so several processes may fetch the '
                        'token of %s.' % (self.folder, whose)
                    )
                    return
                if problem.errno not in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                    raise
            left = deadline - time.monotonic()
            if left <= 0:
                holder = os.pread(handle, 20, 0).decode('ascii', 'replace') or 'unknown'
                raise TokensError(
                    'Process %s has been fetching the token of %s for more than %d seconds '
                    '(lock %s). Look what it waits for, or raise cache_timeout.'
                    % (holder, whose, seconds, path)
                )
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, 0.1)

    # Files

    def note(self, name: str, data: t.Mapping[str, t.Any]) -> bool:
        """Keep a mapping of JSON types under a name that C(key) made.

        A failure becomes a warning.

        :returns: True when it is kept.
        """
        if not self._prepared and self._is_newer(name):
            self.warnings.append(
                'The token cache %s was written by a newer release of this collection; it is left '
                'as it is.' % self.folder
            )
            return False
        whole = dict(data, schema=SCHEMA, name=name, id=secrets.token_hex(8))
        try:
            with self._written(json.dumps(whole).encode('utf-8', 'surrogatepass')) as temporary:
                os.replace(
                    temporary, name + '.json', src_dir_fd=self._handle, dst_dir_fd=self._handle
                )
            if self.lasting:
                os.fsync(t.cast(int, self._handle))  # brings the rename to disk
            return True
        except OSError as problem:
            self.warnings.append(
                'The token cache %s cannot be written (%s); the token is used without it.'
                % (self.folder, problem.strerror)
            )
            return False

    @contextlib.contextmanager
    def ready(self, key: str) -> t.Iterator[t.Callable[[], str | None]]:
        """For the time of a request whose response cannot be had again.

        :returns: a context manager that yields a function. That one does beforehand what can fail,
            so that the response is safe with the first write behind it (see C(recover)), and
            returns why it could not be kept for later runs, or None.
        """
        try:
            yield lambda: self._obstacle(key)
        finally:
            self._drop()

    def recover(self, key: str) -> None:
        """Keep what a killed process wrote completely, but did not rename, and sweep the rest.

        For the process that has the lock.
        """

        def spared(name: str) -> bool:
            data = self.load(name, '', links=2)
            # What belongs under another lock waits for its holder
            return data is not None and (
                (data.get('schema'), data.get('name')) != (SCHEMA, key) or not self.note(key, data)
            )

        if self.lasting:
            with _opened('.', self._handle) as handle:
                sweep(handle, LEFTOVER, spared)

    def _obstacle(self, key: str) -> str | None:
        if not self.lasting:
            return 'the token cache %s is gone at the end of this run' % self.folder
        if self._is_newer(key):
            return (
                'the token cache %s was written by a newer release of this collection' % self.folder
            )
        try:
            if not self._prepared:
                self._prepared = self._temporary()
                _fill(
                    self._prepared[1], b' ' * USUAL_ENTRY
                )  # takes the space; JSON may end with blanks
                os.fsync(self._prepared[1])
                os.lseek(self._prepared[1], 0, os.SEEK_SET)
            return None
        except OSError as problem:
            self._drop()
            return 'the token cache %s cannot be written (%s)' % (self.folder, problem.strerror)

    def _drop(self) -> None:
        if self._prepared:
            self._discard(*self._prepared)
            self._prepared = None

    def _is_newer(self, name: str) -> bool:
        """Return whether this entry is that of a newer release."""
        schema = (self.load(name) or {}).get('schema')
        return isinstance(schema, int) and schema > SCHEMA

    def _temporary(self) -> tuple[str, int]:
        """Return name and descriptor of a new private file."""
        while True:
            name = '.tmp-' + secrets.token_hex(8)
            handle = os.open(name, _NEW, 0o600, dir_fd=self._handle)
            try:
                if claim(handle):
                    os.fchmod(handle, 0o600)  # a umask may have taken the owner's own right
                    return name, handle
            except OSError:
                self._discard(name, handle)
                raise
            close(handle)

    @contextlib.contextmanager
    def _written(self, content: bytes) -> t.Iterator[str]:
        """Yield the name of a private file with this content, and remove what is left of it."""
        prepared, self._prepared = self._prepared, None
        name, handle = prepared or self._temporary()
        whole = False
        try:
            _fill(handle, content)
            whole = True
            if prepared:
                os.ftruncate(handle, len(content))
            if self.lasting:
                os.fsync(handle)
            yield name
        finally:
            if whole and prepared:
                close(handle)  # renamed, or left for recover
            else:
                self._discard(name, handle)

    def _discard(self, name: str, handle: int) -> None:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self._handle)
        close(handle)

    def _offer_salt(self) -> None:
        """Make what file names are derived from. Of several processes that do it, one wins."""
        with self._written(secrets.token_bytes(SALT_BYTES)) as temporary:
            with contextlib.suppress(FileExistsError):
                os.link(temporary, 'salt', src_dir_fd=self._handle, dst_dir_fd=self._handle)


def _sweep_runs(folder: str) -> None:
    """Remove the tokens of runs that a signal ended.

    ansible-core clears up after Ctrl-C, but neither after SIGTERM nor after SIGHUP.

    :param folder: of this run. Those of others have the same name below folders beside it, and have
        not been written to for a day.
    """
    this, name = os.path.split(folder)
    above, own = os.path.split(this)
    with contextlib.suppress(OSError), _opened(above) as runs:
        for run in os.listdir(runs):
            if run != own and run.startswith('ansible-local-'):
                with contextlib.suppress(OSError), _opened(run, runs) as one:
                    _remove_old(name, one)


def _remove_old(name: str, run: int) -> None:
    """Remove the folder of a cache, where it is this user's and old.

    :param run: descriptor of the folder that contains it.
    """
    with _opened(name, run) as handle:
        about = os.fstat(handle)
        if about.st_uid == os.geteuid() and about.st_mtime < time.time() - LEFT_RUN_SECONDS:
            for left in os.listdir(handle):
                os.unlink(left, dir_fd=handle)
            os.rmdir(name, dir_fd=run)


@contextlib.contextmanager
def _opened(name: str, folder: int | None = None) -> t.Iterator[int]:
    handle = os.open(name, _FOLDER, dir_fd=folder)
    try:
        yield handle
    finally:
        close(handle)


def _fill(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _sign(handle: int) -> None:
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, b'%d' % os.getpid(), 0)


def _token_in(data: t.Any) -> Token | None:
    try:
        token = Token.load(data)
        token.about()  # dates that no calendar knows
        return token
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None


def _failure_in(data: t.Any, now: float) -> ServerProblem | None:
    if not isinstance(data, dict) or not isinstance(data.get('at'), (int, float)):
        return None
    seconds = REFUSAL_SECONDS if data.get('status') in REFUSALS else FAILURE_SECONDS
    if not -CLOCK_TOLERANCE <= now - data['at'] <= seconds:
        return None
    return ServerProblem(str(data.get('message')), data.get('status'), data.get('code'))
