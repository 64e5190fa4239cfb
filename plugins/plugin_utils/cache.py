# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where tokens wait between two uses: private files, shared by all processes of one run (or of one user, on request).

A token stands in a file of its own, whose name says nothing. Files are replaced, never written in place, so that a reader needs no
lock. Who wants to fetch takes the lock of that token first and looks again: of many at once, one asks the server. Locks are
C(flock)s on files that stay: the kernel releases them whatever becomes of their holder.

A refresh token that its server gives once should outlive its process, so all that can be done before the request is (C(ready)), and
what a killed process had written is not lost (C(recover)).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import shutil
import stat
import time

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files import (
    atomic_file as private_file,
)
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

# How long a failure is remembered within a run: a hundred hosts must not lock an account with one wrong password, nor wait for a dead
# server one after the other.
REFUSAL_SECONDS = 60
FAILURE_SECONDS = 15
REFUSALS = (400, 401, 403)
ENDLESS_SECONDS = 86400  # after which a lasting cache asks again for a token whose end nobody knows
USUAL_ENTRY = 16384  # bytes, and more than most
LEFTOVER = re.compile(r'\.tmp-[0-9a-f]{16}\Z')
LEFT_RUN_SECONDS = 86400  # a run that goes on for so long without a new token asks once more
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class Entry:
    """What the cache holds of one token.

    :ivar token: the C(Token), good or not, or None.
    :ivar server: what is known of its server.
    :ivar failure: the C(ServerProblem) of the last try, if that was just now; else None.
    """

    def __init__(self, token=None, server=None, failure=None):
        self.token = token
        self.server = server or {}
        self.failure = failure


class Cache(Folder):
    """The tokens in one folder.

    :param folder: is made with mode 0700 where it is missing.
    :param lasting: it outlives the run: files are synchronised to disk and failures are not kept.
    :param create: False to leave a missing folder missing.
    :raises CacheProblem: the folder is a link, somebody else's, open to others, or missing.
    """

    def __init__(self, folder, lasting=False, create=True):
        self.lasting = lasting
        self._create = create
        self._prepared = None
        super().__init__(folder)

    def prepare(self):
        if self._create:
            try:
                if not os.path.lexists(self.folder):
                    os.makedirs(self.folder, 0o700, exist_ok=True)
                    if not self.lasting:
                        _sweep_runs(self.folder)
                super().prepare()
                if not os.path.lexists(self.path('salt', '')):
                    self._offer_salt()
            except OSError as problem:
                raise CacheProblem(
                    'The token cache %s cannot be used: %s.' % (self.folder, problem.strerror)
                ) from None
        else:
            super().prepare()

    def read(self, key, now):
        """:param now: seconds since 1970. :returns: C(Entry), empty where nothing usable is kept."""
        data = self.noted(key)
        if not data:
            return Entry()
        return Entry(
            _token_in(data.get('token')),
            data.get('server') if isinstance(data.get('server'), dict) else {},
            _failure_in(data.get('failure'), now),
        )

    def write(self, key, token, server):
        """Keep a token, and what is known of its server. What cannot be written becomes a warning. :returns: True when it is kept."""
        return self.note(
            key, {'token': token.dump(), 'result': token.as_result(), 'server': server}
        )

    def write_failure(self, key, problem, now):
        """Remember for a short time that the token cannot be had, within one run. A token that is kept stays: its refresh token may still be good."""
        if not self.lasting:
            data = self.noted(key) or {}
            data['failure'] = {
                'message': str(problem),
                'status': problem.status,
                'code': problem.code,
                'at': now,
            }
            self.note(key, data)

    def good_span(self, token, regenerate, min_remaining, max_age):
        """When may a kept token be handed out without asking its server?

        :param regenerate, min_remaining, max_age: what its source asks for.
        :returns: the first moment and the one after the last, in seconds since 1970; None where there is no such limit."""
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

    def forget(self, key):
        """Drop what is kept of one token; the others stay. What cannot be dropped becomes a warning."""
        try:
            os.unlink(self.path(key))
        except FileNotFoundError:
            pass
        except OSError as problem:
            self.warnings.append(
                'The token cache %s cannot be written (%s), and still holds a token that is not good any more. Remove the file %s.json.'
                % (self.folder, problem.strerror, key)
            )

    @contextlib.contextmanager
    def lock(self, key, seconds, whose):
        """Be the only one who fetches this token.

        :param seconds: how long to wait for the present holder. :param whose: how messages name the token.
        :raises TokensError: the time is over; the message names the process that holds the lock."""
        path = self.path(key, '.lock')
        try:
            handle = os.open(
                path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600
            )
        except OSError as problem:
            self.warnings.append(
                'The lock %s cannot be opened (%s), so several processes may fetch the token of %s.'
                % (path, problem.strerror, whose)
            )
            yield
            return
        try:
            self._wait(handle, path, seconds, whose)
            _sign(handle)
            yield
        finally:
            private_file.close(handle)

    def sign(self, key):
        """Write the number of this process, which does the work of the holder, into the lock."""
        with contextlib.suppress(OSError):
            handle = os.open(
                self.path(key, '.lock'), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            )
            try:
                _sign(handle)
            finally:
                private_file.close(handle)

    def _wait(self, handle, path, seconds, whose):
        deadline, pause = time.monotonic() + seconds, 0.005
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as problem:
                if problem.errno in _NO_LOCKS:
                    self.warnings.append(
                        'The file system of %s knows no locks, so several processes may fetch the token of %s.'
                        % (self.folder, whose)
                    )
                    return
                if problem.errno not in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                    raise
            left = deadline - time.monotonic()
            if left <= 0:
                holder = os.pread(handle, 20, 0).decode('ascii', 'replace') or 'unknown'
                raise TokensError(
                    'Process %s has been fetching the token of %s for more than %d seconds (lock %s). '
                    'Look what it waits for, or raise cache_timeout.'
                    % (holder, whose, seconds, path)
                )
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, 0.1)

    # Files

    def note(self, name, data):
        """Keep a mapping of JSON types under a name that C(key) made. What cannot be written becomes a warning. :returns: True when it is kept."""
        if not self._prepared and self._is_newer(name):
            self.warnings.append(
                'The token cache %s was written by a newer release of this collection; it is left as it is.'
                % self.folder
            )
            return False
        try:
            with self._written(
                json.dumps(dict(data, schema=SCHEMA, name=name, id=secrets.token_hex(8))).encode(
                    'utf-8', 'surrogatepass'
                )
            ) as temporary:
                os.replace(temporary, self.path(name))
            if self.lasting:
                self._settle()
            return True
        except OSError as problem:
            self.warnings.append(
                'The token cache %s cannot be written (%s); the token is used without it.'
                % (self.folder, problem.strerror)
            )
            return False

    @contextlib.contextmanager
    def ready(self, key):
        """For the time of a request whose answer cannot be had again.

        :returns: a context manager that yields a function. That one does beforehand what can fail, so that the answer is safe with the first write
            behind it (see C(recover)), and returns why it could not be kept for later runs, or None."""
        try:
            yield lambda: self._obstacle(key)
        finally:
            self._drop()

    def recover(self, key):
        """Keep what a killed process had written whole, but not renamed yet, and sweep what else such processes left. For the holder of the lock."""

        def spared(name):
            data = self.load(name, '', links=2)
            # What belongs under another lock waits for its holder
            return data is not None and (
                (data.get('schema'), data.get('name')) != (SCHEMA, key) or not self.note(key, data)
            )

        if self.lasting:
            private_file.sweep(self.folder, LEFTOVER, spared)

    def _obstacle(self, key):
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

    def _drop(self):
        if self._prepared:
            _discard(*self._prepared)
            self._prepared = None

    def _is_newer(self, name):
        """:returns: whether this entry is that of a newer release."""
        schema = (self.load(name) or {}).get('schema')
        return isinstance(schema, int) and schema > SCHEMA

    def _temporary(self):
        """:returns: path and descriptor of a new private file."""
        while True:
            path = os.path.join(self.folder, '.tmp-' + secrets.token_hex(8))
            handle = os.open(
                path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            try:
                if private_file.claim(handle):
                    os.fchmod(handle, 0o600)  # a umask may have taken the owner's own right
                    return path, handle
            except OSError:
                _discard(path, handle)
                raise
            private_file.close(handle)

    @contextlib.contextmanager
    def _written(self, content):
        """:returns: a context manager that yields the path of a private file with this content, and removes what is left of it."""
        prepared, self._prepared = self._prepared, None
        path, handle = prepared or self._temporary()
        whole = False
        try:
            _fill(handle, content)
            whole = True
            if prepared:
                os.ftruncate(handle, len(content))
            if self.lasting:
                os.fsync(handle)
            yield path
        finally:
            if whole and prepared:
                private_file.close(handle)  # renamed, or left for recover
            else:
                _discard(path, handle)

    def _settle(self):
        """Bring the rename to disk."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            private_file.close(handle)

    def _offer_salt(self):
        """Make what file names are derived from; of several processes that make it at once, one wins."""
        with self._written(secrets.token_bytes(SALT_BYTES)) as temporary, contextlib.suppress(
            FileExistsError
        ):
            os.link(temporary, self.path('salt', ''))


def _sweep_runs(folder):
    """Remove the tokens of runs that a signal ended: ansible-core clears up after Ctrl-C, but neither after SIGTERM nor after SIGHUP.

    :param folder: of this run. Those of others have the same name below folders beside it, and have not been written to for a day."""
    this, name = os.path.split(folder)
    with contextlib.suppress(OSError):
        for run in os.scandir(os.path.dirname(this)):
            left = os.path.join(run.path, name)
            with contextlib.suppress(OSError):
                if (
                    run.path != this
                    and run.name.startswith('ansible-local-')
                    and run.is_dir(follow_symlinks=False)
                ):
                    about = os.lstat(left)
                    if (
                        stat.S_ISDIR(about.st_mode)
                        and about.st_uid == os.geteuid()
                        and about.st_mtime < time.time() - LEFT_RUN_SECONDS
                    ):
                        shutil.rmtree(left, ignore_errors=True)


def _fill(handle, content):
    while content:
        content = content[os.write(handle, content) :]


def _discard(path, handle):
    with contextlib.suppress(OSError):
        os.unlink(path)
    private_file.close(handle)


def _sign(handle):
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, b'%d' % os.getpid(), 0)


def _token_in(data):
    try:
        token = Token.load(data)
        token.about()  # dates that no calendar knows
        return token
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return None


def _failure_in(data, now):
    if not isinstance(data, dict) or not isinstance(data.get('at'), (int, float)):
        return None
    seconds = REFUSAL_SECONDS if data.get('status') in REFUSALS else FAILURE_SECONDS
    if not -CLOCK_TOLERANCE <= now - data['at'] <= seconds:
        return None
    return ServerProblem(str(data.get('message')), data.get('status'), data.get('code'))
