# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the writer of secret files promises, seen from outside: by the kernel (strace, stat), by
other processes and by other users.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pickle
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import (
    atomic_file,
    temporary,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    FileChanged,
    check_writable,
    edit_private,
    read_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.lock_file import (
    check_lock,
    locked,
)

CANARY = b'c4n4ry/+=&<"%c4n4ry'
NOBODY = 65534
ROOT = os.geteuid() == 0


@pytest.fixture
def folder():
    """A folder that other users may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix='private-file-')).resolve()
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def replace(path, content=CANARY, **options):
    write_private(read_private(str(path)), content, **options)


def in_child(function, uid=None):
    """Run a function in a forked process, as another user where asked: (value, None) or (None,
    exception).
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            if uid is not None:
                os.setgroups([])
                os.setgid(uid)
                os.setuid(uid)
            try:
                answer = (function(), None)
            except BaseException as error:  # it is judged by the parent
                answer = (None, error)
            os.write(writer, pickle.dumps(answer))
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, 'rb') as stream:
        answer = pickle.loads(stream.read())
    os.waitpid(pid, 0)
    return answer


def without_privileges(function):
    """Run as a user whom the kernel's permission checks bind."""
    return in_child(function, NOBODY if ROOT else None)


# ---- modes, folders, owners


@pytest.mark.parametrize('umask', [0o000, 0o022, 0o077])
@pytest.mark.parametrize(
    'before, after', [(None, 0o600), (0o644, 0o600), (0o600, 0o600), (0o666, 0o600), (0o400, 0o400)]
)
def test_T2_result_is_private_whatever_umask_and_mode_before(folder, umask, before, after):
    path = folder / 'deep' / 'er' / 'settings.xml'
    if before is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(b'old')
        path.chmod(before)
    old_umask = os.umask(umask)
    try:
        replace(path)
    finally:
        os.umask(old_umask)
    assert path.read_bytes() == CANARY
    assert mode_of(path) == after
    assert os.listdir(path.parent) == [path.name]
    if before is None:
        assert [mode_of(path.parent), mode_of(path.parent.parent)] == [0o700, 0o700]


def test_T2_keep_leaves_the_mode_of_a_file_without_secrets(folder):
    path = folder / 'config'
    path.write_bytes(b'old')
    path.chmod(0o644)
    replace(path, mode_policy='keep')
    assert mode_of(path) == 0o644


def test_T2_edit_narrows_a_file_whose_content_is_right(folder):
    path = folder / 'settings.xml'
    path.write_bytes(CANARY)
    path.chmod(0o640)
    assert edit_private(str(path), lambda content: (content, None))[3] is True
    assert mode_of(path) == 0o600
    assert edit_private(str(path), lambda content: (content, None))[3] is False


if ROOT:  # another user's files can only be made by root

    def test_T2_root_keeps_the_owner_and_gives_new_files_to_the_owner_of_their_folder(folder):
        home = folder / 'home'
        home.mkdir()
        (home / 'old').write_bytes(b'old')
        for path in (home, home / 'old'):
            os.chown(path, NOBODY, NOBODY)
        replace(home / 'old')
        replace(home / '.m2' / 'settings.xml')
        for path in (home / 'old', home / '.m2', home / '.m2' / 'settings.xml'):
            assert (os.stat(path).st_uid, os.stat(path).st_gid) == (NOBODY, NOBODY), path

    def test_T2_a_file_of_somebody_else_is_refused(folder):
        path = folder / 'settings.xml'
        path.write_bytes(b'old')
        path.chmod(0o644)
        folder.chmod(0o777)
        for doing in (lambda: replace(path), lambda: check_writable(read_private(str(path)))):
            assert 'belongs to another user' in str(without_privileges(doing)[1])
        assert path.read_bytes() == b'old'

    def test_T3_a_users_link_cannot_make_root_write_where_that_user_may_not(folder):
        home = folder / 'home'
        home.mkdir()
        (folder / 'of-root').write_bytes(b'old')
        for name, leads_to in (
            ('link', folder / 'of-root'),
            ('dangling', folder / 'new'),
            ('folder', folder),
        ):
            (home / name).symlink_to(leads_to)
            os.lchown(home / name, NOBODY, NOBODY)
        os.chown(home, NOBODY, NOBODY)
        for name in ('link', 'dangling', 'folder/of-root', 'folder/new'):
            with pytest.raises(FileProblem, match='link of another user'):
                replace(home / name)
        assert (folder / 'of-root').read_bytes() == b'old'
        assert not (folder / 'new').exists()

    def test_T3_a_users_link_to_their_own_file_is_followed_by_root(folder):
        (folder / 'dotfiles').mkdir()
        os.chown(folder / 'dotfiles', NOBODY, NOBODY)
        (folder / 'settings.xml').symlink_to('dotfiles/settings.xml')
        os.lchown(folder / 'settings.xml', NOBODY, NOBODY)
        replace(folder / 'settings.xml')
        assert (folder / 'dotfiles' / 'settings.xml').read_bytes() == CANARY


# ---- links and odd files


@pytest.mark.parametrize('exists', [True, False])
@pytest.mark.parametrize(
    'links',
    [
        {'settings.xml': 'real/file'},
        {'settings.xml': '../%(name)s/real/file'},
        {'settings.xml': 'one', 'one': 'two', 'two': 'real/file'},
        {'settings.xml': 'dir/file', 'dir': 'real'},
        {'settings.xml': 'dir/../real/file', 'dir': 'real/sub'},
    ],
    ids=['relative', 'relative-up', 'chain', 'through-folder', 'dot-dot-behind-folder'],
)
def test_T3_links_survive_and_their_target_is_written(folder, links, exists):
    (folder / 'real').mkdir()
    (folder / 'real' / 'sub').mkdir()
    if links.get('dir') == 'real/sub':
        links = dict(links, **{'settings.xml': 'dir/../file'})
    for name, leads_to in links.items():
        (folder / name).symlink_to(leads_to % {'name': folder.name})
    if exists:
        (folder / 'real' / 'file').write_bytes(b'old')
    replace(folder / 'settings.xml')
    assert (folder / 'settings.xml').is_symlink()
    assert (folder / 'real' / 'file').read_bytes() == CANARY
    assert not (folder / 'real' / 'file').is_symlink()


def test_T3_I11_what_is_not_a_regular_file_is_refused_and_never_waited_for(folder):
    os.mkfifo(folder / 'fifo')
    (folder / 'loop').symlink_to('loop2')
    (folder / 'loop2').symlink_to('loop')
    (folder / 'to-dir').symlink_to('dir')
    (folder / 'dir').mkdir()
    (folder / 'file').write_bytes(b'')
    started = time.monotonic()
    for name, text_shown in (
        ('fifo', 'not a regular file'),
        ('loop', 'ELOOP'),
        ('to-dir', 'not a regular file'),
        ('dir', 'not a regular file'),
        ('file/settings.xml', 'ENOTDIR'),
        ('x' * 300, 'ENAMETOOLONG'),
    ):
        with pytest.raises(FileProblem, match=text_shown):
            replace(folder / name)
    for path in ('/dev/full', '', 'a\0b', '~no-such-user-here/x'):
        with pytest.raises(FileProblem):
            read_private(path)
    assert time.monotonic() - started < 1


def test_T3_a_link_put_in_place_of_the_file_is_not_followed(folder):
    path = folder / 'settings.xml'
    path.write_bytes(b'old')
    (folder / 'other').write_bytes(b'other')
    state = read_private(str(path))
    path.unlink()
    path.symlink_to('other')
    with pytest.raises(FileProblem):
        write_private(state, CANARY)
    assert (folder / 'other').read_bytes() == b'other'


def test_home_is_expanded(folder, monkeypatch):
    monkeypatch.setenv('HOME', str(folder))
    replace('~/.m2/settings.xml')
    assert (folder / '.m2' / 'settings.xml').read_bytes() == CANARY


def test_relative_path_is_under_the_current_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    replace('a/../settings.xml')
    assert (folder / 'settings.xml').read_bytes() == CANARY


# ---- failures


def test_T19_too_large_is_refused(folder):
    with open(folder / 'huge', 'wb') as stream:
        stream.truncate(atomic_file.MAX_BYTES + 1)
    with pytest.raises(FileProblem, match='larger than 16 MiB'):
        read_private(str(folder / 'huge'))
    with open(folder / 'huge', 'wb') as stream:
        stream.truncate(atomic_file.MAX_BYTES)
    assert len(read_private(str(folder / 'huge')).content) == atomic_file.MAX_BYTES


@pytest.mark.parametrize('limit', [0, 1000])
def test_T20_file_size_limit_leaves_the_old_file_and_nothing_else(folder, limit):
    path = folder / 'settings.xml'
    path.write_bytes(b'old')

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        replace(path, CANARY * 1000)

    error = in_child(limited)[1]
    assert (
        isinstance(error, FileProblem)
        and 'EFBIG' in str(error)
        and str(path) in str(error)
        and CANARY.decode() not in str(error)
    )
    assert path.read_bytes() == b'old'
    assert os.listdir(folder) == ['settings.xml']


def test_T21_unreadable_is_an_error_and_never_empty(folder):
    path = folder / 'settings.xml'
    path.write_bytes(b'old')
    path.chmod(0)
    error = without_privileges(lambda: replace(path))[1]
    assert isinstance(error, FileProblem) and 'EACCES' in str(error) and 'become_user' in str(error)
    path.chmod(0o600)
    assert path.read_bytes() == b'old'


@pytest.mark.parametrize('name', ['settings.xml', 'new/settings.xml'])
def test_T21_a_folder_without_write_permission_is_predicted_and_reported(folder, name):
    folder.chmod(0o555)
    for doing in (
        lambda: check_writable(read_private(str(folder / name))),
        lambda: replace(folder / name),
    ):
        error = without_privileges(doing)[1]
        assert isinstance(error, FileProblem) and 'EACCES' in str(error)
    folder.chmod(0o755)
    assert os.listdir(folder) == []


# ---- other writers


def test_P8_a_write_of_somebody_else_is_not_lost(folder):
    path = folder / 'settings.xml'
    path.write_bytes(b'old')
    state = read_private(str(path))
    path.write_bytes(b'new')
    with pytest.raises(FileChanged):
        write_private(state, CANARY)
    assert path.read_bytes() == b'new'
    path.unlink()
    with pytest.raises(FileChanged):
        write_private(state, CANARY)
    assert os.listdir(folder) == []


def test_P8_edit_reads_again_and_merges(folder):
    path = folder / 'settings.xml'
    path.write_bytes(b'1')
    others = [b'12', b'123']

    def edit(content):
        if others:
            path.write_bytes(others.pop(0))
        return content + b'!', 'report'

    assert edit_private(str(path), edit)[1:] == (b'123!', 'report', True)
    assert path.read_bytes() == b'123!'


def test_P8_edit_gives_up_on_a_file_that_never_rests(folder):
    path = folder / 'settings.xml'
    path.write_bytes(b'')

    def edit(content):
        path.write_bytes(content + b'x')
        return content + b'!', None

    with pytest.raises(FileChanged):
        edit_private(str(path), edit)


def test_A10_dry_run_writes_nothing(folder):
    path = folder / 'sub' / 'settings.xml'
    assert edit_private(str(path), lambda content: (b'x', None), dry_run=True)[3] is True
    assert os.listdir(folder) == []


def test_T1_readers_see_old_or_new_and_writers_of_ours_lose_nothing(folder):
    path = folder / 'settings.xml'
    path.write_bytes(b'0' * 300000)
    stop = threading.Event()
    seen = set()

    def read():
        while not stop.is_set():
            content = path.read_bytes()
            seen.add((len(content), len(set(content))))

    readers = [threading.Thread(target=read) for count in range(3)]
    for reader in readers:
        reader.start()
    writer = subprocess.Popen(
        [
            sys.executable,
            '-c',
            (
                'import sys\n'
                'from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file '
                'import read_private, write_private\n'
                'for count in range(200): write_private(read_private(sys.argv[1]), b"%d" % (count '
                '% 10) * 300000)\n'
            ),
            str(path),
        ],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
    )
    assert writer.wait() == 0
    stop.set()
    for reader in readers:
        reader.join()
    assert seen == {(300000, 1)}


def test_P8_many_writers_of_ours_at_once_lose_nothing(folder):
    path = folder / 'settings.xml'
    path.write_bytes(b'')
    script = (
        'import sys, time\n'
        'from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import '
        'edit_private\n'
        'def edit(content):\n'
        '    time.sleep(0.001)  # long enough for all others to read the same\n'
        '    return content + b"%s %d\\n" % (sys.argv[2].encode(), count), None\n'
        'for count in range(30):\n'
        '    edit_private(sys.argv[1], edit)\n'
    )
    writers = [
        subprocess.Popen(
            [sys.executable, '-c', script, str(path), str(number)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        )
        for number in range(6)
    ]
    assert [writer.wait() for writer in writers] == [0] * 6
    lines = path.read_bytes().splitlines()
    assert sorted(lines) == sorted(
        b'%d %d' % (number, count) for number in range(6) for count in range(30)
    )
    assert os.listdir(folder) == ['settings.xml']


# ---- alarms and kills


def test_P4_an_alarm_in_the_middle_of_the_write_leaves_no_temporary_file(folder, monkeypatch):
    class Alarm(BaseException):
        pass

    def ring(descriptor, content):
        os.write(descriptor, content[:5])
        raise Alarm

    (folder / 'settings.xml').write_bytes(b'old')
    monkeypatch.setattr(atomic_file, '_fill', ring)
    for path in (folder / 'settings.xml', folder / 'new' / 'settings.xml'):
        with pytest.raises(Alarm):
            replace(path)
    assert os.listdir(folder) == ['settings.xml']
    assert (folder / 'settings.xml').read_bytes() == b'old'


def test_T22_leftovers_of_ours_are_swept_and_nothing_else(folder):
    ours, in_use, other, target = (
        '.buildops-tokens-%016x.tmp' % 1,
        '.buildops-tokens-%016x.tmp' % 2,
        '.buildops-tokens-x.tmp',
        'kept',
    )
    for name in (ours, in_use, other, target):
        (folder / name).write_bytes(b'')
    (folder / ('.buildops-tokens-%016x.tmp' % 3)).symlink_to(target)
    with open(folder / in_use, 'wb') as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        replace(folder / 'settings.xml')
    assert sorted(os.listdir(folder)) == sorted(
        [in_use, '.buildops-tokens-%016x.tmp' % 3, other, target, 'settings.xml']
    )


def test_T22_T23_without_locks_only_old_leftovers_are_swept(folder, monkeypatch):
    def no_locks(descriptor, how):
        raise OSError(errno.ENOLCK, 'no locks')

    monkeypatch.setattr(fcntl, 'flock', no_locks)
    old, young = '.buildops-tokens-%016x.tmp' % 1, '.buildops-tokens-%016x.tmp' % 2
    for name in (old, young):
        (folder / name).write_bytes(b'')
    os.utime(folder / old, (time.time() - 3600, time.time() - 3600))
    replace(folder / 'settings.xml')
    assert sorted(os.listdir(folder)) == sorted([young, 'settings.xml'])


def test_T22_a_file_that_is_swept_while_it_is_made_is_made_again(folder, monkeypatch):
    swept = []

    def greedy(descriptor):
        if not swept:
            swept.extend(folder.glob('.buildops-*'))
            swept[0].unlink()
        return claim(descriptor)

    claim = temporary.claim
    monkeypatch.setattr(temporary, 'claim', greedy)
    replace(folder / 'settings.xml')
    assert len(swept) == 1 and os.listdir(folder) == ['settings.xml']


CALLS = 'openat,open,fchmod,chmod,fchown,write,fsync,rename,renameat,renameat2'
SCRIPT = (
    'import sys\n'
    'from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import '
    'read_private, write_private\n'
    'write_private(read_private(sys.argv[1]), b"new" * 1000)\n'
)


def strace(path, *options):
    """Run one write under strace: (return code, standard error of the script, lines of calls that
    touch the folder).
    """
    log = path.parent.parent / 'strace.log'
    ran = subprocess.run(
        ['strace', '-qq', '-y', '-o', str(log), '-e', 'trace=' + CALLS]
        + list(options)
        + [sys.executable, '-c', SCRIPT, str(path)],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path), PYTHONDONTWRITEBYTECODE='1'),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    lines = log.read_text(errors='replace').splitlines() if log.exists() else []
    if not lines and ran.returncode:
        pytest.fail(
            'strace cannot trace here, so that the order of system calls is not seen: %s'
            % ran.stderr.decode()[-300:]
        )
    return ran.returncode, ran.stderr.decode(), lines


def interesting(path, lines):
    """The calls on the folder: [(name, how many calls of that name came up to here, line)]."""
    counts, found = {}, []
    for line in lines:
        name = line.split('(')[0]
        counts[name] = counts.get(name, 0) + 1
        if str(path.parent) in line:
            found.append((name, counts[name], line))
    return found


@pytest.fixture
def old_file(folder):
    path = folder / 'home' / 'settings.xml'
    path.parent.mkdir()
    path.write_bytes(b'old')
    return path


@pytest.mark.needs_client('strace')
def test_T1_private_from_the_first_byte_and_on_disk_before_the_rename(old_file):
    code, errors, lines = strace(old_file)
    assert code == 0, errors
    calls = [line for name, count, line in interesting(old_file, lines)]
    calls = calls[[number for number, line in enumerate(calls) if 'O_CREAT' in line][0] :]
    assert (
        'O_EXCL' in calls[0]
        and 'O_NOFOLLOW' in calls[0]
        and 'O_CLOEXEC' in calls[0]
        and ', 0600)' in calls[0]
    )
    names = [
        re.sub(r'at2?$', '', line.split('(')[0])
        for line in calls
        if 'O_NONBLOCK' not in line and 'O_CREAT' not in line
    ]
    owned = ['fchown'] if ROOT else []
    assert names == owned + ['fchmod', 'write', 'fsync', 'rename', 'fsync'], calls
    assert 'chmod' not in [line.split('(')[0] for line in calls]


@pytest.mark.needs_client('strace')
def test_T22_a_kill_at_any_call_leaves_the_old_or_the_new_file_and_nothing_that_others_can_read(
    old_file,
):
    points = [
        point
        for point in interesting(old_file, strace(old_file)[2])
        if point[0] != 'openat' or 'O_CREAT' in point[2]
    ]
    assert {'fchmod', 'write', 'fsync'} <= {name for name, count, line in points} and len(
        points
    ) >= 6
    outcomes = set()
    for name, count, _line in points:
        old_file.write_bytes(b'old')
        code = strace(old_file, '-e', 'inject=%s:signal=KILL:when=%d' % (name, count))[0]
        assert code in (-signal.SIGKILL, 128 + signal.SIGKILL), (name, code)
        outcomes.add(old_file.read_bytes())
        for leftover in os.listdir(old_file.parent):
            assert leftover == 'settings.xml' or mode_of(old_file.parent / leftover) == 0o600, (
                name,
                leftover,
            )
    assert outcomes <= {b'old', b'new' * 1000} and b'old' in outcomes
    old_file.write_bytes(b'old')
    replace(old_file)  # no leftover is in the way
    assert old_file.read_bytes() == CANARY


@pytest.mark.needs_client('strace')
@pytest.mark.parametrize('error', ['ENOSPC', 'EIO'])
def test_T20_an_error_at_any_call_leaves_the_old_file_alone(old_file, error):
    points = [
        point
        for point in interesting(old_file, strace(old_file)[2])
        if point[0] in ('fchmod', 'write', 'fsync', 'rename', 'renameat')
    ]
    for name, count, _line in points[:-1]:  # the last is the folder's fsync, which may fail
        old_file.write_bytes(b'old')
        code, errors, ignored = strace(
            old_file, '-e', 'inject=%s:error=%s:when=%d' % (name, error, count)
        )
        assert (
            code == 1 and 'FileProblem: Cannot write %s' % old_file in errors and error in errors
        ), (name, errors)
        assert old_file.read_bytes() == b'old' and os.listdir(old_file.parent) == [
            'settings.xml'
        ], name


# ---- git's lock protocol


def test_P9_the_lock_of_git_is_held_while_the_file_is_replaced(folder):
    path = folder / '.git-credentials'
    (folder / 'real').write_bytes(b'old')
    path.symlink_to('real')
    with locked(str(path)):
        assert sorted(os.listdir(folder)) == ['.git-credentials', 'real', 'real.lock']
        assert mode_of(folder / 'real.lock') == 0o600
        write_private(read_private(str(path)), CANARY)
    assert (folder / 'real').read_bytes() == CANARY and path.is_symlink()
    assert sorted(os.listdir(folder)) == ['.git-credentials', 'real']


def test_P9_a_lock_that_was_not_used_or_whose_edit_failed_is_gone(folder):
    path = folder / 'sub' / '.git-credentials'
    with locked(str(path)):
        pass
    with pytest.raises(KeyError), locked(str(path)):
        raise KeyError
    assert os.listdir(folder) == []


def test_G14_a_lock_that_a_killed_run_of_ours_left_is_taken_over(folder):
    path = folder / '.git-credentials'

    def die():
        with locked(str(path)):
            os.kill(os.getpid(), signal.SIGKILL)

    pid = os.fork()
    if pid == 0:
        die()
    os.waitpid(pid, 0)
    assert os.listdir(folder) == ['.git-credentials.lock']
    with locked(str(path), timeout=0):
        replace(path)
        with pytest.raises(FileProblem, match='is locked by another program'), locked(
            str(path), timeout=0
        ):
            raise AssertionError('not reached')
    assert os.listdir(folder) == ['.git-credentials'] and path.read_bytes() == CANARY


def test_P9_a_file_system_without_links_has_locks_all_the_same(folder, monkeypatch):
    def no_links(source, target, **folders):
        raise PermissionError(errno.EPERM, 'no links')

    monkeypatch.setattr(os, 'link', no_links)
    path = folder / '.git-credentials'
    with locked(str(path)):
        assert os.listdir(folder) == ['.git-credentials.lock']
        with pytest.raises(FileProblem, match='is locked by another program'), locked(
            str(path), timeout=0
        ):
            raise AssertionError('not reached')
    assert os.listdir(folder) == []


def test_P3_a_lock_of_somebody_else_is_waited_for_then_named_and_never_taken_away(folder):
    path = folder / '.git-credentials'
    (folder / '.git-credentials.lock').write_bytes(b'theirs')
    started = time.monotonic()
    with pytest.raises(FileProblem, match=re.escape('%s.lock' % path)), locked(
        str(path), timeout=0.2
    ):
        raise AssertionError('not reached')
    assert 0.2 <= time.monotonic() - started < 1
    assert (folder / '.git-credentials.lock').read_bytes() == b'theirs'
    threading.Timer(0.1, (folder / '.git-credentials.lock').unlink).start()
    with locked(str(path), timeout=5):
        write_private(read_private(str(path)), CANARY)
    assert path.read_bytes() == CANARY
    assert os.listdir(folder) == [path.name]


def _hangs(_signal, _frame):
    raise AssertionError('it waits for another program')


@pytest.mark.parametrize('kind', ['fifo', 'socket', 'folder', 'link to a fifo', 'link to nothing'])
@pytest.mark.parametrize('name', ['file', 'file.lock'])
def test_P3_what_others_put_in_the_way_is_named_and_not_waited_for(folder, kind, name):
    """In check mode, too. Nothing reads a FIFO, and nobody writes to it."""
    place, elsewhere = folder / name, folder / 'elsewhere'
    if kind == 'folder':
        place.mkdir()
    elif kind == 'socket':
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(os.path.relpath(place))  # the length of such an address is limited
    else:
        if kind != 'link to nothing':
            os.mkfifo(place if kind == 'fifo' else elsewhere)
        if kind != 'fifo':
            place.symlink_to(elsewhere)
    before, path = sorted(os.listdir(folder)), str(folder / 'file')
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(60)
    try:
        if name == 'file.lock':
            state = read_private(path)
            with pytest.raises(FileProblem, match='is locked by another program'):
                check_lock(state, time.monotonic())
            with pytest.raises(FileProblem, match='is locked by another program'):
                locked(path, timeout=0).__enter__()
        elif kind != 'link to nothing':
            with pytest.raises(FileProblem, match='is not a regular file'):
                read_private(path)
    finally:
        signal.alarm(0)
    assert sorted(os.listdir(folder)) == before


def test_P3_check_mode_predicts_whether_the_lock_can_be_taken(folder):
    path = folder / 'file'
    check_lock(read_private(str(path)), time.monotonic())
    check_lock(read_private(str(folder / 'missing/file')), time.monotonic())
    lock = folder / 'file.lock'
    lock.write_bytes(b'buildops.tokens\n')
    check_lock(read_private(str(path)), time.monotonic())  # that of a killed run
    with open(lock, 'rb') as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with pytest.raises(FileProblem, match='is locked by another program'):
            check_lock(read_private(str(path)), time.monotonic())


def test_P3_a_lock_that_is_made_again_and_again_does_not_keep_a_run_for_ever(folder, monkeypatch):
    """Another user knows what the locks of killed runs contain."""
    lock = folder / 'file.lock'
    lock.write_bytes(b'buildops.tokens\n')
    unlink = os.unlink

    def replaced(name, **folders):
        unlink(name, **folders)
        if name == lock.name:
            lock.write_bytes(b'buildops.tokens\n')

    monkeypatch.setattr(os, 'unlink', replaced)
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(60)
    try:
        with pytest.raises(FileProblem, match='is locked by another program'):
            locked(str(folder / 'file'), timeout=0).__enter__()
    finally:
        signal.alarm(0)
