# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What a file has beside its content: mode, owner, access control list, extended attributes.

A rewrite makes a new file, which must have all of them before there is anything in it to read.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

_ACL = 'system.posix_acl_access'
# The kernel derives these from the content (integrity measurement)
_OF_CONTENT = ('security.ima', 'security.evm')
_UNSUPPORTED = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_ABSENT = _UNSUPPORTED + (errno.ENODATA,)
_MOUNT = re.compile(rb'^mnt_id:\s*(\d+)', re.MULTILINE)


def copy_attributes(old: int, new: int, path: str) -> None:
    """Give a new file the access control list and the extended attributes of the old one.

    They exist on Linux only. On other platforms this does nothing.

    :param old, new: descriptors.
    :param path: for messages.
    :raises FileProblem: an attribute cannot be kept.
    """
    if not hasattr(os, 'listxattr'):
        return
    theirs = _attributes(old)
    if _ACL not in theirs:  # a default of the folder must not give more rights than the old file
        _remove(new, _ACL)
    for name, value in theirs.items():
        try:
            if _value(new, name) != value:
                os.setxattr(new, name, value)
        except OSError as error:
            raise FileProblem(
                '%s has the extended attribute %s, which cannot be kept when it is replaced: %s. '
                'Remove it (setfacl -b, setfattr -x), or run the task as a user who may set it.'
                % (path, name, os.strerror(error.errno or 0))
            ) from None


def _attributes(descriptor: int) -> dict[str, bytes]:
    try:
        names = os.listxattr(descriptor)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return {}
        raise
    found = {name: _value(descriptor, name) for name in names if name not in _OF_CONTENT}
    return {name: value for name, value in found.items() if value is not None}


def _value(descriptor: int, name: str) -> bytes | None:
    try:
        return os.getxattr(descriptor, name)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise


def _remove(descriptor: int, name: str) -> None:
    try:
        os.removexattr(descriptor, name)
    except OSError as error:
        if error.errno not in _ABSENT:
            raise


def copy_owner(info: os.stat_result, new: int, mode: int) -> int:
    """Give a new file owner and group of the old one, or of its folder.

    Only root can give a file away. The group of an own file can be kept by its members.

    :param info: of the old file, or the folder.
    :param mode: that the new file shall have.
    :returns: the mode that it may have. Rights of the group are taken away where the group could
        not be kept, since they would go to another group.
    """
    if os.geteuid() == 0:
        os.fchown(new, info.st_uid, info.st_gid)
    elif mode & stat.S_IRWXG and os.fstat(new).st_gid != info.st_gid:
        try:
            os.fchown(new, -1, info.st_gid)
        except PermissionError:
            return mode & ~stat.S_IRWXG
    return mode


def is_mount_point(descriptor: int, folder: int) -> bool:
    """Return whether a file is mounted into its folder, as containers do it. It cannot be replaced.

    :param descriptor: of the file.
    :param folder: descriptor of its folder.
    """
    mounts = [_mount_of(descriptor), _mount_of(folder)]
    if None not in mounts:
        return mounts[0] != mounts[1]
    return os.fstat(descriptor).st_dev != os.fstat(folder).st_dev


def _mount_of(descriptor: int) -> t.Optional[bytes]:
    """Return the number of the mount that a descriptor is in (proc(5)), or None if not known."""
    try:
        about = os.open('/proc/self/fdinfo/%d' % descriptor, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        found = _MOUNT.search(os.read(about, 4096))
    finally:
        os.close(about)
    return found.group(1) if found else None
