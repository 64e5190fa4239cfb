# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where tokens wait between two uses: private files, shared by all processes of one run (or of one user, on request).

A token stands in a file of its own, whose name says nothing. Files are replaced, never written in place, so that a reader needs no
lock. Who wants to fetch takes the lock of that token first and looks again: of many at once, one asks the server. Locks are
C(flock)s on files that stay: the kernel releases them whatever becomes of their holder.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import stat
import time

from ansible_collections.buildops.tokens.plugins.module_utils.errors import Refused, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils.token import CLOCK_TOLERANCE, Token

SCHEMA = 1
LARGEST_ENTRY = 256 * 1024
FAILURE_SECONDS = 60  # how long a refusal is remembered, lest a hundred hosts lock an account with one wrong password
LEFTOVER_SECONDS = 600
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class CacheProblem(Exception):
    """The folder cannot be used; its text says why. Tokens are fetched without it."""


class Entry:
    """What a file of the cache holds: a token, or a refusal."""

    def __init__(self, token=None, failure=None, server=None):
        self.token = token
        self.failure = failure
        self.server = server or {}


class Cache:
    """The tokens in one folder.

    :param folder: is made with mode 0700 where it is missing.
    :param lasting: it outlives the run: files are synchronised to disk and refusals are not kept.
    :ivar warnings: sentences for the user.
    :raises CacheProblem: the folder is a link, somebody else's, or open to others.
    """

    def __init__(self, folder, lasting=False):
        self.folder = folder
        self.lasting = lasting
        self.warnings = []
        try:
            try:
                about = os.lstat(folder)
            except FileNotFoundError:
                os.makedirs(folder, 0o700, exist_ok=True)
                about = os.lstat(folder)
        except OSError as problem:
            raise CacheProblem('The token cache %s cannot be used: %s.' % (folder, problem.strerror)) from None
        if not stat.S_ISDIR(about.st_mode):
            raise CacheProblem('The token cache %s is not a folder (links are not followed).' % folder)
        if about.st_uid != os.geteuid():
            raise CacheProblem('The token cache %s belongs to another user.' % folder)
        if about.st_mode & 0o077:
            raise CacheProblem('The token cache %s is open to other users (mode %04o). Set its mode to 0700.' % (folder, about.st_mode & 0o777))
        self._salt = self._make_salt()

    def key(self, what):
        """:param what: all that makes this token different from others, secrets included, in JSON types.
        :returns: a file name from which nothing can be found out without the salt of this folder."""
        text = json.dumps(what, sort_keys=True, separators=(',', ':')).encode('utf-8', 'surrogatepass')
        return hmac.new(self._salt, text, hashlib.sha256).hexdigest()

    def read(self, key, now):
        """:param now: seconds since 1970. :returns: C(Entry), empty where nothing usable is kept."""
        data = self._load(key)
        if not data or data.get('schema') != SCHEMA:
            return Entry()
        failure = data.get('failure')
        if failure:
            fresh = isinstance(failure, dict) and 0 <= now - failure.get('at', 0) + CLOCK_TOLERANCE <= FAILURE_SECONDS + CLOCK_TOLERANCE
            return Entry(failure=Refused(str(failure.get('message')), failure.get('status')) if fresh else None)
        try:
            return Entry(token=Token.load(data.get('token')), server=data.get('server'))
        except ValueError:
            return Entry()

    def write(self, key, token, server):
        """Keep a token, and what is known of its server. What cannot be written becomes a warning. :returns: True when it is kept."""
        return self._store(key, {'schema': SCHEMA, 'token': token.dump(), 'server': server})

    def write_failure(self, key, problem, now):
        """Remember a refusal for a short time, within one run."""
        if not self.lasting:
            self._store(key, {'schema': SCHEMA, 'failure': {'message': str(problem), 'status': problem.status, 'at': now}})

    def forget(self, key):
        """Drop what is kept of one token; the others stay."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path(key))

    @contextlib.contextmanager
    def lock(self, key, seconds, whose):
        """Be the only one who fetches this token.

        :param seconds: how long to wait for the present holder. :param whose: how messages name the token.
        :raises TokensError: the time is over; the message names the process that holds the lock."""
        path = self._path(key, 'lock')
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        except OSError as problem:
            self.warnings.append('The lock %s cannot be opened (%s), so several processes may fetch the token of %s.' % (path, problem.strerror, whose))
            yield
            return
        try:
            self._wait(handle, path, seconds, whose)
            with contextlib.suppress(OSError):
                os.ftruncate(handle, 0)
                os.pwrite(handle, b'%d' % os.getpid(), 0)
            yield
        finally:
            os.close(handle)

    def _wait(self, handle, path, seconds, whose):
        deadline, pause = time.monotonic() + seconds, 0.005
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as problem:
                if problem.errno in _NO_LOCKS:
                    self.warnings.append('The file system of %s knows no locks, so several processes may fetch the token of %s.' % (self.folder, whose))
                    return
                if problem.errno not in (errno.EAGAIN, errno.EACCES, errno.EINTR):
                    raise
            left = deadline - time.monotonic()
            if left <= 0:
                holder = os.pread(handle, 20, 0).decode('ascii', 'replace') or 'unknown'
                raise TokensError('Process %s has been fetching the token of %s for more than %d seconds (lock %s). '
                                  'Look what it waits for, or raise cache_timeout.' % (holder, whose, seconds, path))
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, 0.1)

    def _path(self, key, ending='json'):
        return os.path.join(self.folder, '%s.%s' % (key, ending))

    def _load(self, key):
        path = self._path(key)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as problem:
            self.warnings.append('%s cannot be read (%s); the token is fetched again.' % (path, problem.strerror))
            return None
        try:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid() or about.st_nlink != 1 or about.st_mode & 0o077:
                self.warnings.append('%s is not a private file of this user; it is not used, and the token is fetched again.' % path)
                return None
            if about.st_size > LARGEST_ENTRY:
                self.warnings.append('%s is larger than any token; it is not used, and the token is fetched again.' % path)
                return None
            data = json.loads(os.read(handle, LARGEST_ENTRY))
            return data if isinstance(data, dict) else None
        except (ValueError, RecursionError, OSError):
            return None
        finally:
            os.close(handle)

    def _store(self, key, data):
        newer = (self._load(key) or {}).get('schema')
        if isinstance(newer, int) and newer > SCHEMA:
            self.warnings.append('The token cache %s was written by a newer release of this collection; it is left as it is.' % self.folder)
            return False
        temporary = os.path.join(self.folder, '.tmp-' + secrets.token_hex(8))
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            try:
                os.fchmod(handle, 0o600)
                content = json.dumps(data).encode('utf-8', 'surrogatepass')
                while content:
                    content = content[os.write(handle, content):]
                if self.lasting:
                    os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(temporary, self._path(key))
            if self.lasting:
                self._settle()
            return True
        except OSError as problem:
            self.warnings.append('The token cache %s cannot be written (%s); the token is used without it.' % (self.folder, problem.strerror))
            return False
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temporary)

    def _settle(self):
        """Bring the rename to disk, and sweep what killed processes left behind."""
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        for name in os.listdir(self.folder):
            if name.startswith('.tmp-'):
                path = os.path.join(self.folder, name)
                with contextlib.suppress(OSError):
                    if time.time() - os.lstat(path).st_mtime > LEFTOVER_SECONDS:
                        os.unlink(path)

    def _make_salt(self):
        """:returns: 32 random bytes that this folder keeps; of several processes that make them at once, one wins."""
        path = os.path.join(self.folder, 'salt')
        try:
            for _try in (1, 2):
                try:
                    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
                except FileNotFoundError:
                    self._offer_salt(path)
                    continue
                try:
                    salt = os.read(handle, 64)
                finally:
                    os.close(handle)
                if len(salt) == 32:
                    return salt
                raise CacheProblem('%s is damaged. Remove it; all tokens of this cache are then fetched again.' % path)
        except OSError as problem:
            raise CacheProblem('The token cache %s cannot be used: %s.' % (self.folder, problem.strerror)) from None
        raise CacheProblem('The token cache %s cannot keep files.' % self.folder)

    def _offer_salt(self, path):
        temporary = os.path.join(self.folder, '.tmp-' + secrets.token_hex(8))
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, secrets.token_bytes(32))
            if self.lasting:
                os.fsync(handle)
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)
        finally:
            os.close(handle)
            os.unlink(temporary)
