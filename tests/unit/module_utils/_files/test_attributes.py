# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rewrite keeps beside the content, and which files of others are refused.

The kernel is the judge: another user tries to read.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import attributes
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    check_writable,
    edit_private,
    read_private,
    write_private,
)

ACL, DEFAULT = 'system.posix_acl_access', 'system.posix_acl_default'
USER, GROUP = 40002, 40003
# Tags of acl(5), as the kernel stores them
OWNER_TAG, USER_TAG, OWNING_GROUP_TAG, MASK_TAG, OTHER_TAG = 0x01, 0x02, 0x04, 0x10, 0x20
NOBODY_IN_PARTICULAR = 0xFFFFFFFF


def acl(named: int, owning_group: int, mask: int) -> bytes:
    """Return a list that gives USER rights, with those of the owning group and the mask."""
    entries = [
        (OWNER_TAG, 6, NOBODY_IN_PARTICULAR),
        (USER_TAG, named, USER),
        (OWNING_GROUP_TAG, owning_group, NOBODY_IN_PARTICULAR),
        (MASK_TAG, mask, NOBODY_IN_PARTICULAR),
        (OTHER_TAG, 0, NOBODY_IN_PARTICULAR),
    ]
    return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *entry) for entry in entries)


@pytest.fixture
def folder() -> t.Iterator[Path]:
    """A folder that other users may enter."""
    path = Path(tempfile.mkdtemp(prefix='attributes-')).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def old(folder: Path) -> Path:
    path = folder / 'file'
    path.write_bytes(b'old')
    path.chmod(0o600)
    return path


def replace(path: Path, mode_policy: str) -> None:
    write_private(read_private(str(path)), b'new', mode_policy)
    assert path.read_bytes() == b'new'


def can_read(path: Path, user: int, group: int) -> bool:
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(group)
            os.setuid(user)
            os.close(os.open(path, os.O_RDONLY))
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0


@pytest.mark.needs_root
def test_S10_an_access_control_list_is_kept(old: Path) -> None:
    os.setxattr(old, ACL, acl(4, 0, 4))
    replace(old, 'keep')
    assert os.getxattr(old, ACL) == acl(4, 0, 4)
    assert can_read(old, USER, USER) and not can_read(old, USER + 1, USER)


@pytest.mark.needs_root
def test_S10_keep_does_not_widen_what_the_list_keeps_the_group_out_of(old: Path) -> None:
    os.chown(old, 0, GROUP)
    os.setxattr(old, ACL, acl(6, 0, 6))
    assert stat.S_IMODE(old.stat().st_mode) == 0o660, 'the mask is shown as the rights of the group'
    replace(old, 'keep')
    assert not can_read(old, USER + 1, GROUP)


@pytest.mark.needs_root
def test_S10_a_list_by_which_others_can_read_is_wide_and_is_narrowed(old: Path) -> None:
    os.setxattr(old, ACL, acl(4, 0, 4))
    assert read_private(str(old)).wide
    assert edit_private(str(old), lambda content: (content, None))[3]
    assert not can_read(old, USER, USER) and not read_private(str(old)).wide


@pytest.mark.needs_root
def test_S10_a_default_list_of_the_folder_gives_no_rights(old: Path) -> None:
    os.chown(old, 0, GROUP)
    old.chmod(0o640)
    os.setxattr(old.parent, DEFAULT, acl(6, 6, 6))
    replace(old, 'keep')
    assert can_read(old, USER + 1, GROUP) and not can_read(old, USER, USER)
    new = old.parent / 'new'
    replace(new, 'keep')
    assert not can_read(new, USER, USER)


def test_S10_extended_attributes_are_kept(old: Path) -> None:
    os.setxattr(old, 'user.comment', b'mine')
    replace(old, 'narrow')
    assert os.getxattr(old, 'user.comment') == b'mine'


@pytest.mark.needs_root
def test_S10_a_label_of_selinux_is_kept(old: Path) -> None:
    os.setxattr(old, 'security.selinux', b'system_u:object_r:etc_t:s0')
    replace(old, 'keep')
    assert os.getxattr(old, 'security.selinux') == b'system_u:object_r:etc_t:s0'


def test_S10_what_cannot_be_kept_is_refused(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.setxattr(old, 'user.comment', b'mine')

    def refuse(*arguments: object) -> None:
        raise PermissionError(errno.EPERM, 'no')

    monkeypatch.setattr(attributes.os, 'setxattr', refuse)
    with pytest.raises(FileProblem, match='user.comment, which cannot be kept.*setfattr'):
        replace(old, 'narrow')
    assert old.read_bytes() == b'old' and os.listdir(old.parent) == ['file']


@pytest.mark.needs_root
@pytest.mark.parametrize('member', [True, False])
def test_S10_rights_of_a_group_do_not_go_to_another_group(old: Path, member: bool) -> None:
    os.chown(old.parent, USER, USER)
    os.chown(old, USER, GROUP)
    old.chmod(0o640)
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([GROUP] if member else [])
            os.setgid(USER)
            os.setuid(USER)
            replace(old, 'keep')
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    assert can_read(old, USER + 1, GROUP) == member and not can_read(old, USER + 1, USER)


BIND = (
    'mount --bind "$1" "$2" && exec "$3" -c "\n'
    'import sys\n'
    'from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem\n'
    'from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import *\n'
    "for doing in (check_writable, lambda state: write_private(state, b'new')):\n"
    '    try:\n'
    '        doing(read_private(sys.argv[1]))\n'
    '    except FileProblem as problem:\n'
    '        print(problem)\n'
    '" "$2"'
)


@pytest.mark.needs_root
@pytest.mark.needs_client('unshare')
def test_a_mounted_file_is_recognised_before_anything_is_written(old: Path) -> None:
    source = old.parent / 'source'
    source.write_bytes(b'mounted')
    done = subprocess.run(
        ['unshare', '-m', 'sh', '-c', BIND, 'sh', str(source), str(old), sys.executable],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count('is a mount point') == 2, done
    assert done.stdout.count('Mount its folder instead') == 2
    assert (source.read_bytes(), old.read_bytes()) == (b'mounted', b'old')
    assert sorted(os.listdir(old.parent)) == ['file', 'source']


IN_PLACE = (
    'mount --bind "$1" "$2" && exec "$3" -c "\n'
    'import os, sys\n'
    'from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem\n'
    'from ansible_collections.buildops.tokens.plugins.module_utils._files import in_place\n'
    'from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import *\n'
    'path = sys.argv[1]\n'
    'edit_private(path, lambda content: (content * 3, None), in_place=True)\n'
    'print(oct(os.stat(path).st_mode), open(path).read())\n'
    "edit_private(path, lambda content: (b'short', None), in_place=True, dry_run=True)\n"
    'print(open(path).read())\n'
    "edit_private(path, lambda content: (b'short', None), in_place=True)\n"
    'print(open(path).read())\n'
    'state = read_private(path, in_place=True)\n'
    "open(path, 'w').write('other')\n"
    'try:\n'
    "    write_private(state, b'new')\n"
    'except FileChanged:\n'
    '    print(open(path).read())\n'
    'def fails(descriptor, length):\n'
    "    os.pwrite(descriptor, b'half of it is longer', 0)\n"
    "    raise OSError(28, 'full')\n"
    'in_place._reserve = fails\n'
    'try:\n'
    "    write_private(read_private(path, in_place=True), b'new')\n"
    'except FileProblem as problem:\n'
    '    print(open(path).read(), problem)\n'
    '" "$2"'
)


@pytest.mark.needs_root
@pytest.mark.needs_client('unshare')
def test_a_mounted_file_is_written_over_where_that_is_allowed(old: Path) -> None:
    source = old.parent / 'source'
    source.write_bytes(b'mounted')
    source.chmod(0o644)
    before = source.stat()
    done = subprocess.run(
        ['unshare', '-m', 'sh', '-c', IN_PLACE, 'sh', str(source), str(old), sys.executable],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        check=False,
    )
    seen = done.stdout.splitlines()
    assert seen[:5] == ['0o100600 ' + 'mounted' * 3, 'mounted' * 3, 'short', 'other', seen[4]], done
    assert seen[4].startswith('other ') and 'space' in seen[4], done
    assert (source.read_bytes(), old.read_bytes()) == (b'other', b'old')
    assert source.stat().st_ino == before.st_ino
    assert sorted(os.listdir(old.parent)) == ['file', 'source']


def test_a_file_that_can_be_replaced_is_replaced_all_the_same(old: Path) -> None:
    before = old.stat().st_ino
    edit_private(str(old), lambda _content: (b'new', None), in_place=True)
    assert old.read_bytes() == b'new' and old.stat().st_ino != before


# ---- whose files root accepts


@pytest.fixture
def home(folder: Path) -> Path:
    path = folder / 'home'
    path.mkdir()
    os.chown(path, USER, USER)
    return path


def refused(path: Path, reason: str) -> None:
    for doing in (check_writable, lambda state: write_private(state, b'new')):
        with pytest.raises(FileProblem, match=reason):
            doing(read_private(str(path)))


@pytest.mark.needs_root
def test_S4_a_hard_link_to_a_file_of_root_is_refused(folder: Path, home: Path, old: Path) -> None:
    os.link(old, home / 'file')
    refused(home / 'file', 'belongs to another user than its folder')
    assert old.read_bytes() == b'old' and old.stat().st_uid == 0


@pytest.mark.needs_root
def test_S4_a_file_that_somebody_put_into_a_folder_for_all_is_refused(
    folder: Path, old: Path
) -> None:
    folder.chmod(0o1777)
    os.chown(old, USER, USER)
    refused(old, 'belongs to another user than its folder')


@pytest.mark.needs_root
def test_S4_a_file_of_a_user_in_a_folder_of_root_is_kept_for_that_user(old: Path) -> None:
    os.chown(old, USER, USER)
    replace(old, 'narrow')
    assert old.stat().st_uid == USER


@pytest.mark.needs_root
def test_S4_a_folder_of_root_in_a_home_is_refused(home: Path) -> None:
    (home / 'of-root').mkdir()
    with pytest.raises(FileProblem, match='of-root belongs to another user than the folder'):
        read_private(str(home / 'of-root' / 'file'))


@pytest.mark.needs_root
def test_S4_a_link_of_root_in_a_home_leads_only_to_that_user(folder: Path, home: Path) -> None:
    (folder / 'of-root').mkdir()
    (folder / 'data').mkdir()
    os.chown(folder / 'data', USER, USER)
    (home / 'to-root').symlink_to(folder / 'of-root')
    (home / 'to-user').symlink_to(folder / 'data')
    with pytest.raises(FileProblem, match='link of another user'):
        read_private(str(home / 'to-root' / 'file'))
    replace(home / 'to-user' / 'file', 'narrow')
    assert (folder / 'data' / 'file').stat().st_uid == USER


@pytest.mark.needs_root
def test_S4_a_user_does_not_follow_links_of_other_users(folder: Path) -> None:
    (folder / 'mine').mkdir()
    os.chown(folder / 'mine', USER, USER)
    (folder / 'link').symlink_to('mine')
    os.lchown(folder / 'link', USER + 1, USER + 1)
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(USER)
            os.setuid(USER)
            replace(folder / 'mine' / 'file', 'narrow')
            with pytest.raises(FileProblem, match='link of another user'):
                read_private(str(folder / 'link' / 'file'))
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
