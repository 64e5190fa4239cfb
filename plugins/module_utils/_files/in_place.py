# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Writes over an open file, where it cannot be replaced because it is a mount point.

That is not atomic: a reader can see a part, and a power failure or SIGKILL can leave one.
"""

from __future__ import annotations

import contextlib
import errno
import os


def overwrite(descriptor: int, old: bytes, new: bytes) -> None:
    """Write a file again; where that fails, put back what it contained.

    :param descriptor: open for writing.
    :raises OSError: it cannot be written.
    """
    try:
        _reserve(descriptor, len(new))
        _write(descriptor, new)
    except BaseException:  # also an alarm or Ctrl-C
        with contextlib.suppress(OSError):
            _write(descriptor, old)
        raise


def _reserve(descriptor: int, length: int) -> None:
    """Have the space for the new content before the old one is overwritten."""
    if length and hasattr(os, 'posix_fallocate'):
        try:
            os.posix_fallocate(descriptor, 0, length)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise


def _write(descriptor: int, content: bytes) -> None:
    left, position = memoryview(content), 0
    while left:
        written = os.pwrite(descriptor, left, position)
        left, position = left[written:], position + written
    os.ftruncate(descriptor, len(content))
    os.fsync(descriptor)
