# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs run as the owner of what they work on; root trusts what others cannot change."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
import tempfile
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils import _programs
from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

ALICE, BOB = 64011, 64012  # nobody's


@pytest.fixture
def place() -> t.Iterator[Path]:
    """A folder of root that all users may enter."""
    folder = Path(tempfile.mkdtemp(prefix='programs-'))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def script(path: Path, text: str, owner: int = -1, mode: int = 0o755) -> str:
    path.write_text('#!/bin/sh\n' + text)
    path.chmod(mode)
    os.chown(path, owner, owner)
    return str(path)


def run(program: str, *paths: object, **more: t.Any) -> _programs.Outcome:
    user = _programs.user_of(*map(str, paths or ('/',)))
    return _programs.run([program], user, _programs.environment_of(user), **more)


def test_a_program_that_exits_before_it_reads_keeps_its_exit_code_and_output(place: Path) -> None:
    program = script(place / 'p', 'exec <&-; echo out; echo error >&2; exit 7')
    for size in (1, 10**6):
        assert run(program, given=b'x' * size) == (7, 'out\n', 'error\n')


def test_a_program_reads_all_that_it_is_given_and_nothing_else(place: Path) -> None:
    program = script(place / 'p', 'cat')
    assert run(program, given=b'x' * 10**6) == (0, 'x' * 10**6, '')
    assert run(program) == (0, '', '')


def test_P7_output_without_end_does_not_fill_the_memory(place: Path) -> None:
    """root would pay for what a program of another user prints."""
    program = script(place / 'p', 'yes; echo never')
    outcome = run(program, timeout=1)
    assert outcome.code is None
    assert len(outcome.out) <= _programs.MOST_OUTPUT + _programs.PIECE


def test_P7_a_program_that_neither_reads_nor_ends_is_stopped(place: Path) -> None:
    program = script(place / 'p', 'exec >&- 2>&-; sleep 1000.25')
    assert run(program, given=b'x' * 10**6, timeout=1).code is None


def test_a_program_is_stopped_with_its_children(place: Path) -> None:
    program = script(place / 'p', 'trap "" TERM; sleep 1000.25 & echo $! > %s/pid; wait' % place)
    assert run(program, timeout=1).code is None
    child = int((place / 'pid').read_text())
    for _attempt in range(100):
        if not Path('/proc/%d' % child).exists() or ') Z' in (
            Path('/proc/%d/stat' % child).read_text()
        ):
            break
        time.sleep(0.05)
    else:
        pytest.fail('the child of the program is still there')


def test_P7_a_program_inherits_no_open_file_and_no_terminal(place: Path) -> None:
    number = fcntl.fcntl(1, fcntl.F_DUPFD, 200)
    os.set_inheritable(number, True)
    program = script(
        place / 'p',
        '[ -e /proc/$$/fd/%d ] && echo file\n(: </dev/tty) 2>/dev/null && echo terminal\n'
        'echo end' % number,
    )
    try:
        assert run(program).out == 'end\n'
    finally:
        os.close(number)


def test_S5_only_root_is_careful(place: Path) -> None:
    """Others run what they like: it has no rights that they do not have."""
    place.chmod(0o777)
    program = script(place / 'p', 'id -u', mode=0o777)
    code = (
        'import os; os.setgroups([]); os.setgid(%d); os.setuid(%d)\n'
        'from ansible_collections.buildops.tokens.plugins.module_utils import _programs as p\n'
        'user = p.user_of(%r)\n'
        'print(p.run([%r], user, p.environment_of(user)).out)' % (ALICE, ALICE, str(place), program)
    )
    if os.geteuid() != 0:
        assert run(program, place).out == '%d\n' % os.geteuid()
        return
    with pytest.raises(FileProblem, match='become_user'):
        run(program, place)
    own = Path(_programs.__file__).parent
    copies = place / 'ansible_collections/buildops/tokens/plugins/module_utils'
    copies.mkdir(parents=True)
    for name in ('_programs.py', '_errors.py'):
        shutil.copy(own / name, copies)
    done = subprocess.run(
        ['/usr/bin/python3', '-c', code],
        env={'PYTHONPATH': str(place), 'PATH': os.environ['PATH']},
        cwd='/',
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(ALICE)


@pytest.mark.needs_root
@pytest.mark.parametrize('how', ['file', 'folder', 'folder above', 'link'])
def test_S5_root_runs_a_program_as_the_owner_of_what_it_works_on(place: Path, how: str) -> None:
    folder = place / 'above/folder'
    folder.mkdir(parents=True)
    (folder / 'real').touch()
    (folder / 'link').symlink_to('real')
    os.chown(
        {
            'file': folder / 'real',
            'folder': folder,
            'folder above': folder.parent,
            'link': folder / 'link',
        }[how],
        ALICE,
        ALICE,
        follow_symlinks=False,
    )
    program = script(place / 'p', 'id -u; id -g; id -G; umask; echo $HOME:$USER; env')
    secret = 'not-for-the-program'
    os.environ['MAVEN_OPTS'] = os.environ['GIT_EXEC_PATH'] = secret
    try:
        out = run(program, folder / 'link', umask=0o077).out
    finally:
        del os.environ['MAVEN_OPTS'], os.environ['GIT_EXEC_PATH']
    group = str(_programs._NO_GROUP)
    assert out.split('\n')[:4] == [str(ALICE), group, group, '0077']
    assert '\n/:%d\n' % ALICE in out and secret not in out and 'HOME=/root' not in out


@pytest.mark.needs_root
def test_S5_the_rights_of_root_cannot_be_had_back(place: Path) -> None:
    (place / 'file').touch()
    os.chown(place / 'file', ALICE, ALICE)
    program = place / 'p'
    program.write_text(
        '#!/usr/bin/python3\nimport os\n'
        'print(os.getresuid(), os.getresgid())\n'
        'for become in (os.setuid, os.setgid):\n'
        '    try:\n        become(0)\n        print("root again")\n'
        '    except PermissionError:\n        pass\n'
    )
    program.chmod(0o755)
    out = run(str(program), place / 'file').out
    assert out == '%r %r\n' % ((ALICE,) * 3, (_programs._NO_GROUP,) * 3)


@pytest.mark.needs_root
@pytest.mark.parametrize(
    'break_it',
    [
        lambda program: os.chown(program, BOB, BOB),
        lambda program: os.chown(program.parent, BOB, BOB),
        lambda program: program.chmod(0o757),
        lambda program: program.chmod(0o775),
        lambda program: program.parent.chmod(0o777),
    ],
    ids=['owner', 'owner of the folder', 'mode', 'group', 'mode of the folder'],
)
def test_S6_root_runs_no_program_that_others_can_change(
    place: Path, break_it: t.Callable[[Path], None]
) -> None:
    (place / 'bin').mkdir()
    program = place / 'bin/p'
    script(program, 'echo ran > %s/trace' % place)
    os.chown(program, 0, BOB)
    break_it(program)
    with pytest.raises(FileProblem, match='become_user'):
        run(str(program))
    assert not (place / 'trace').exists()


@pytest.mark.needs_root
def test_S6_a_link_of_another_user_on_the_way_is_refused(place: Path) -> None:
    script(place / 'p', 'true')
    sticky = place / 'sticky'
    sticky.mkdir()
    sticky.chmod(0o1777)
    (sticky / 'link').symlink_to('../p')
    assert run(str(sticky / 'link')).code == 0
    os.chown(sticky / 'link', BOB, BOB, follow_symlinks=False)
    with pytest.raises(FileProblem, match='belongs to another user'):
        run(str(sticky / 'link'))


@pytest.mark.needs_root
def test_S6_a_link_that_is_replaced_at_this_moment_is_a_refusal(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced(_path: str) -> str:
        raise OSError(errno.EINVAL, '')

    (place / 'link').symlink_to(place)
    monkeypatch.setattr(os, 'readlink', replaced)
    for look in (_programs.user_of, _programs.owner_on):
        with pytest.raises(FileProblem, match='Cannot read'):
            look(str(place / 'link/x'))


@pytest.mark.needs_root
def test_S5_a_path_that_leads_through_a_file_ends_there() -> None:
    assert _programs.owner_on('/dev/null/.config/git/config').uid == 0


@pytest.mark.needs_root
def test_S6_nothing_is_run_where_several_users_decide(place: Path) -> None:
    for name, owner in (('a', ALICE), ('b', BOB)):
        (place / name).touch()
        os.chown(place / name, owner, owner)
    with pytest.raises(FileProblem, match='Several users'):
        _programs.user_of(str(place / 'a'), str(place / 'b'))


@pytest.mark.needs_root
def test_S6_path_and_java_home_are_taken_over_where_others_cannot_change_them(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = place / 'good', place / 'bad'
    for folder in (good, bad):
        (folder / 'bin').mkdir(parents=True)
        script(folder / 'bin/java', 'true')
    os.chown(bad / 'bin', BOB, BOB)
    root = _programs.user_of('/')
    for folder, kept in ((good, True), (bad, False)):
        monkeypatch.setenv('PATH', '.:%s/bin:/usr/bin' % folder)
        monkeypatch.setenv('JAVA_HOME', str(folder))
        environment = _programs.environment_of(root)
        assert environment['PATH'] == ('%s/bin:/usr/bin' % folder if kept else '/usr/bin')
        assert ('JAVA_HOME' in environment) is kept


def test_a_program_that_cannot_be_started_is_reported(place: Path) -> None:
    program = place / 'p'
    program.write_text('#!/no/such/interpreter\n')
    program.chmod(0o755)
    try:
        assert run(str(program)).code in (126, 127)  # of timeout, where there is one
    except FileProblem as problem:
        assert str(program) in str(problem)
