# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Edits of several files that git locks with C(<file>.lock): all are written, or none."""

from __future__ import annotations

import contextlib
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    FileProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    FileState,
    check_writable,
    read_private,
    remove_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.lock_file import (
    check_lock,
    clear_lock,
    locked,
)

R = t.TypeVar('R')


class FileEdit(t.Generic[R]):
    """An edit of one file: tried at once, repeated and written by L(write_all).

    :ivar report: what the edit reported last.
    :ivar content: the new content, None for no file.
    :ivar changed: whether the file is, or would be, rewritten.
    :ivar permissions_restricted: whether rights of other users are, or would be, taken away.
    """

    def __init__(
        self,
        path: str,
        edit: t.Callable[[bytes | None], tuple[bytes | None, R]],
        mode_policy: str = 'narrow',
        new_mode: int = 0o600,
    ) -> None:
        """Read and edit, without a lock and without writing.

        :param edit: a function of the content (None where the file does not exist) that returns the
            new content and a report.
        :param mode_policy: as for L(atomic_file.write_private); with V(narrow), a file that others
            can read is rewritten in any case.
        :param new_mode: permissions of a new file.
        :raises TokensError: it cannot be read, or what C(edit) raises.
        """
        self.path = path
        self.mode_policy = mode_policy
        self._new_mode = new_mode
        self._edit = edit
        self.state: FileState
        self.content: bytes | None
        self.report: R
        self.attempt()

    def attempt(self) -> None:
        """Read the file and repeat the edit."""
        self.state = read_private(self.path)
        self.content, self.report = self._edit(self.state.content)
        exists = self.content is not None
        self.permissions_restricted = exists and self.state.wide and self.mode_policy == 'narrow'
        self.changed = self.permissions_restricted or (
            exists and self.content != self.state.content
        )

    def write(self) -> None:
        """Write the result of the last attempt, which changed something."""
        content = t.cast(bytes, self.content)  # without one, nothing has changed
        write_private(self.state, content, self.mode_policy, new_mode=self._new_mode)


def check_all(edits: t.Sequence[FileEdit[t.Any]], timeout: float) -> None:
    """Predict whether all can be written, without writing anything.

    :param timeout: seconds to wait for the locks of other programs.
    :raises FileProblem: one cannot be written, or another program has locked it.
    """
    deadline = time.monotonic() + timeout
    for edit in edits:
        if not edit.changed:
            continue
        check_writable(edit.state)
        check_lock(edit.state, deadline)


def write_all(edits: t.Sequence[FileEdit[t.Any]], timeout: float) -> None:
    """Lock all files that change, repeat the edits on what is in them then, and write.

    The last of the list is written first. Where a later write fails, what was written is put back.

    :param timeout: seconds to wait for each lock.
    :raises TokensError: nothing was changed, unless the message says otherwise.
    """
    taken: set[str] = set()
    while True:
        taken |= {edit.path for edit in edits if edit.changed}
        with contextlib.ExitStack() as locks:
            for edit in edits:
                if edit.path in taken:
                    locks.enter_context(locked(edit.path, timeout=timeout))
                else:
                    clear_lock(edit.state)
            for edit in edits:
                edit.attempt()
            if all(edit.path in taken for edit in edits if edit.changed):
                _write(edits)
                return


def _write(edits: t.Sequence[FileEdit[t.Any]]) -> None:
    written: list[FileEdit[t.Any]] = []
    for edit in edits:
        if edit.changed:
            check_writable(edit.state)
    try:
        for edit in reversed(edits):
            if edit.changed:
                edit.write()
                written.append(edit)
    except TokensError as problem:
        kept = [edit.path for edit in written if not _put_back(edit)]
        if kept:
            raise FileProblem(
                '%s Already changed, and not put back: %s.' % (problem, ', '.join(kept))
            ) from None
        raise


def _put_back(edit: FileEdit[t.Any]) -> bool:
    """Undo a write. :returns: whether the file is as it was."""
    try:
        if edit.state.content is None:
            remove_private(edit.path)
        else:
            write_private(read_private(edit.path), edit.state.content, edit.mode_policy)
    except (TokensError, OSError):
        return False
    return True
