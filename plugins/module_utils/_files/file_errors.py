# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Errors of the operating system as sentences with cause and remedy."""

from __future__ import annotations

import contextlib
import errno
import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

AS_THE_OWNER = 'Run the task as the user who owns it (become_user).'
_HINTS = {
    errno.EACCES: 'Run the task as a user who may do that (become_user).',
    errno.EPERM: 'Run the task as a user who may do that (become_user), and check for '
    'attributes such as immutable.',
    errno.EROFS: 'Mount the file system writable, or choose another path.',
    errno.ENOSPC: 'Free some space and run the task again.',
    errno.EDQUOT: 'Free some space and run the task again.',
    errno.EFBIG: 'Raise the file size limit (ulimit -f) and run the task again.',
    errno.ENOTDIR: 'A part of the path is a file: correct the path.',
    errno.EISDIR: 'Give the path of a file.',
    errno.ELOOP: 'Correct the links.',
    errno.ENAMETOOLONG: 'Give a shorter path.',
}


def problem(doing: str, path: str, error: OSError) -> FileProblem:
    """Return the error that names what could not be done, the path, the reason and a remedy."""
    number = error.errno or 0
    return FileProblem(
        'Cannot %s %s: %s (%s). %s'
        % (
            doing,
            path,
            os.strerror(number),
            errno.errorcode.get(number, number),
            _HINTS.get(number, 'Correct that and run the task again.'),
        )
    )


@contextlib.contextmanager
def reported(doing: str, path: str) -> t.Iterator[None]:
    """Turn every OSError inside into a FileProblem that names the path and the reason."""
    try:
        yield
    except OSError as error:
        raise problem(doing, path, error) from None
