# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The way to a file, by descriptors: the folder is opened once and everything happens in it.

A path can lead somewhere else a moment after it was checked, where another user may rename or link
on the way. So a path is walked one component at a time, from the root folder, and each folder is
opened relative to the one before it without following links. Links are resolved here, and only
those that nobody else controls:

* A link of root, or of the user who writes, is followed.
* Root also follows a link that another user controls, but only to a folder of that very user.
* Other users do not follow links of others.

Root refuses a folder whose owner is not the owner of the folder above, unless that is root: the
owner of the folder above can exchange it. It cannot be exchanged where it is a mount point.
systemd applies the same rule (C(CHASE_SAFE) of C(chase.c)).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.file_errors import (
    AS_THE_OWNER,
)

MAX_LINKS = 40  # as in Linux: more is a loop
NO_FOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC
# With O_PATH a folder that may be searched but not read can be opened
_SEARCH = getattr(os, 'O_PATH', os.O_RDONLY) | os.O_DIRECTORY | NO_FOLLOW
_O_PATH = getattr(os, 'O_PATH', None)


def close(descriptor: int) -> None:
    """Close what was read or is on disk already: an error has no meaning there."""
    try:
        os.close(descriptor)
    except OSError:
        pass


def _parts(path: str) -> list[str]:
    """Return the components of a path, the last one first."""
    return [part for part in reversed(path.split('/')) if part not in ('', '.')]


def real_path(path: str) -> str:
    """Return the path behind links, for comparisons. To read or write a file, use L(Place).

    :raises FileProblem: a link was replaced at this moment.
    """
    try:
        return os.path.realpath(path)
    except OSError:  # Python has seen a link and then reads something else
        raise FileProblem(
            'Another program replaced a part of %s at this moment. Run the task again.' % path
        ) from None


class Place:
    """Where a file is or will be. A context manager that closes its descriptors.

    :ivar path: the path as the user gave it, for messages.
    :ivar target: the real path behind links, for messages.
    :ivar folder: descriptor of the folder, or of the nearest that exists. It may be good for
        nothing but operations relative to it; L(readable) gives one for reading and locking.
    :ivar folder_path: its path, for messages.
    :ivar missing: names of the folders between that one and the file that do not exist.
    :ivar name: of the file in its folder. None where the path ends in a folder (C(/), C(..)).
    """

    def __init__(self, path: str, owner: int | None = None, follow_last: bool = True) -> None:
        """Walk the path.

        :param path: C(~) and C(~user) are expanded; a relative path is below the current folder.
        :param owner: number of the user whose configuration names the path, or None where the
            task names it. For root, the folder must belong to that user.
        :param follow_last: whether the file itself may be a link that is followed.
        :raises FileProblem: it is not a path, or it leads through a link or folder that another
            user can exchange.
        :raises OSError: it cannot be walked.
        """
        expanded = os.path.expanduser(path)
        if not path or '\0' in path or expanded.startswith('~'):
            raise FileProblem(
                '%r is not a path of a file: it is empty, contains a NUL character or names an '
                'unknown user. Correct it.' % path
            )
        self.path = path
        self.missing: list[str] = []
        self.name: str | None = None
        self._owner, self._follow_last = owner, follow_last
        self._writer = os.geteuid()
        self._made: list[tuple[int, str]] = []
        self._links = 0
        self._link_owners: set[int] = set()
        self.folder = os.open('/', _SEARCH)
        self.folder_path = '/'
        # In a user namespace, root of the host has another number
        self._above = os.fstat(self.folder).st_uid  # owner of the folder that was entered last
        self._trusted = {0, self._writer, self._above}
        try:
            self._walk(
                _parts(expanded if expanded[0] == '/' else os.path.join(os.getcwd(), expanded))
            )
            self._check_links()
            self._check_owner()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all descriptors."""
        close(self.folder)
        for descriptor, _name in self._made:
            close(descriptor)
        self._made = []

    @property
    def target(self) -> str:
        parts = self.missing + ([] if self.name is None else [self.name])
        return os.path.join(self.folder_path, *parts)

    def info(self) -> os.stat_result:
        """Return the C(stat) of the folder, or of the nearest that exists."""
        return os.fstat(self.folder)

    def is_exchangeable(self, info: os.stat_result) -> bool:
        """Return whether, for root, a user can put something of a third one in the folder.

        :param info: of what is in that place.
        """
        above = self.info()
        return (
            self._writer == 0
            and above.st_uid not in self._trusted
            and above.st_uid != info.st_uid
            and above.st_dev == info.st_dev
        )

    def readable(self) -> int:
        """Return a new descriptor of the folder, to read, lock and synchronise it by."""
        return os.open('.', os.O_RDONLY | os.O_DIRECTORY | NO_FOLLOW, dir_fd=self.folder)

    def may_write(self) -> bool:
        """Return whether the permissions let this process make files in the folder."""
        return os.access('.', os.W_OK | os.X_OK, dir_fd=self.folder)

    def may_write_file(self) -> bool:
        """Return whether the permissions let this process write to the file itself."""
        return self.name is not None and os.access(self.name, os.W_OK, dir_fd=self.folder)

    # The walk

    def _walk(self, pending: list[str]) -> None:
        while pending:
            part = pending.pop()
            if part == '..':
                self._go_up()
            elif self.missing:
                self._take_missing(part, pending)
            elif pending:
                self._go_down(part, pending)
            else:
                self._arrive(part, pending)

    def _take_missing(self, part: str, pending: list[str]) -> None:
        if pending:
            self.missing.append(part)
        else:
            self.name = part

    def _go_up(self) -> None:
        if self.missing:
            self.missing.pop()
            return
        self._move(os.open('..', _SEARCH, dir_fd=self.folder), os.path.dirname(self.folder_path))
        self._above = self.info().st_uid

    def _go_down(self, part: str, pending: list[str]) -> None:
        try:
            below = os.open(part, _SEARCH, dir_fd=self.folder)
        except FileNotFoundError:
            self.missing.append(part)
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            if not self._follow(part, pending):
                raise
        else:
            self._enter(below, part)

    def _arrive(self, part: str, pending: list[str]) -> None:
        """Take the last component of the path, or follow it where it is a link."""
        try:
            info = os.lstat(part, dir_fd=self.folder)
        except FileNotFoundError:
            self.name = part
            return
        if (
            not self._follow_last
            or not stat.S_ISLNK(info.st_mode)
            or not self._follow(part, pending)
        ):
            self.name = part

    def _enter(self, below: int, part: str) -> None:
        """Check the folder below on its descriptor, and go on from there."""
        path = '%s/%s' % (self.folder_path.rstrip('/'), part)
        if self._writer == 0:
            info = os.fstat(below)
            # A folder of root cannot be exchanged, and most are
            if self._above not in self._trusted and self.is_exchangeable(info):
                close(below)
                raise FileProblem(
                    '%s belongs to another user than the folder that contains it, who can '
                    'exchange it while root writes there. Give both to one user, or run the task '
                    'as the user who owns it (become_user).' % path
                )
            self._above = info.st_uid
        self._move(below, path)

    def _move(self, descriptor: int, path: str) -> None:
        close(self.folder)
        self.folder, self.folder_path = descriptor, path

    def _follow(self, part: str, pending: list[str]) -> bool:
        """Continue at what a link names. :returns: False where it is not a link."""
        link = self._read_link(part)
        if link is None:
            return False
        self._links += 1
        if self._links > MAX_LINKS:
            raise OSError(errno.ELOOP, '')
        owner, leads_to = link
        above = self.info().st_uid
        if self._writer == 0 and above not in self._trusted:
            owner = above  # who may have put somebody else's link there
        if owner not in self._trusted:
            self._link_owners.add(owner)
        pending.extend(_parts(leads_to))
        if os.path.isabs(leads_to):
            self._move(os.open('/', _SEARCH), '/')
            self._above = self.info().st_uid
        return True

    def _read_link(self, part: str) -> tuple[int, str] | None:
        """Return the owner and the text of one and the same link, or None."""
        if _O_PATH is not None:
            try:
                descriptor = os.open(part, _O_PATH | NO_FOLLOW, dir_fd=self.folder)
            except FileNotFoundError:
                return None
            try:
                info = os.fstat(descriptor)
                if not stat.S_ISLNK(info.st_mode):
                    return None
                return info.st_uid, os.readlink('', dir_fd=descriptor)
            finally:
                close(descriptor)
        info = os.lstat(part, dir_fd=self.folder)
        if not stat.S_ISLNK(info.st_mode):
            return None
        leads_to = os.readlink(part, dir_fd=self.folder)
        if not os.path.samestat(info, os.lstat(part, dir_fd=self.folder)):
            raise OSError(errno.ELOOP, '')
        return info.st_uid, leads_to

    def _check_links(self) -> None:
        """Refuse links by which another user could choose where this one writes."""
        allowed = {self.info().st_uid} if self._writer == 0 else set()
        if self._link_owners - allowed:
            raise FileProblem(
                '%s leads through a link of another user than the owner of %s. %s'
                % (self.path, self.folder_path, AS_THE_OWNER)
            )

    def _check_owner(self) -> None:
        """Refuse a folder that a user's configuration names and that is not of that user."""
        if (
            self._writer == 0
            and self._owner is not None
            and self._owner not in self._trusted
            and self.info().st_uid != self._owner
        ):
            raise FileProblem(
                '%s is named by a file of the user with the number %d, but %s belongs to another '
                'user. Name the path in the task, or run the task as that user (become_user).'
                % (self.path, self._owner, self.folder_path)
            )

    # Folders

    def make_folders(self) -> None:
        """Make the missing folders, 0700 each. Each belongs to the owner of the one above.

        :raises FileProblem: another user exchanged one.
        :raises OSError: it cannot be made.
        """
        while self.missing:
            part = self.missing[0]
            above, kept = self.info(), os.dup(self.folder)
            try:
                with as_owner_of(above), contextlib.suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=self.folder)
                    self._made.append((kept, part))
                self._enter(os.open(part, _SEARCH, dir_fd=self.folder), part)
            finally:
                if (kept, part) not in self._made:
                    close(kept)
            self.missing.pop(0)

    def remove_made(self) -> None:
        """Remove the folders that L(make_folders) made and that are empty."""
        for descriptor, name in reversed(self._made):
            with contextlib.suppress(OSError):
                os.rmdir(name, dir_fd=descriptor)


@contextlib.contextmanager
def as_owner_of(above: os.stat_result) -> t.Iterator[None]:
    """As root, have the owner of a folder make a file or folder in it.

    So it belongs to that user from the start. A later C(chown) could be applied to another folder
    that the user has put in its place.
    """
    if os.geteuid() != 0:
        yield
        return
    group = os.getegid()
    try:
        os.setegid(above.st_gid)
        os.seteuid(above.st_uid)
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
