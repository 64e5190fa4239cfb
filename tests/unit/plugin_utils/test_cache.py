# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cache: private, never blocking, never believing what it did not write, and one process at a
time.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import BASIC, BEARER, Token
from ansible_collections.buildops.tokens.plugins.plugin_utils import cache as cache_module
from ansible_collections.buildops.tokens.plugins.plugin_utils import lookup_fast_path as shortcut
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import CacheProblem

NOW = 1_790_000_000
WHAT = {
    'url': 'https://nexus.example.com',
    'username': 'alice',
    'password': 'cAn4ry-password',
    'type': 'nexus_user_token',
    'validate_certs': True,
}


def bearer(secret='cAn4ry-token', lifetime=3600, **more):
    return Token(
        BEARER,
        'nuvy_client_token',
        secret,
        NOW,
        expires_at=None if lifetime is None else NOW + lifetime,
        **more,
    )


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / 'cache')


@pytest.fixture
def cache(folder):
    return Cache(folder)


def modes(folder):
    return {
        name: stat.S_IMODE(os.lstat(os.path.join(folder, name)).st_mode)
        for name in os.listdir(folder)
    }


@pytest.mark.parametrize(
    'umask', [0o000, 0o022, 0o077, pytest.param(0o777, marks=pytest.mark.needs_root)]
)
@pytest.mark.parametrize('lasting', [False, True])
def test_T2_C1_folder_and_files_are_private_whatever_the_umask(folder, umask, lasting):
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    before = os.umask(umask)
    try:
        cache = Cache(folder, lasting)
        cache.write(cache.key(WHAT), bearer(), {})
        with cache.lock(cache.key(WHAT), 1, 'source x'):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE(os.lstat(folder).st_mode) & 0o077 == 0
    assert len(modes(folder)) == 3
    assert all(mode & 0o177 == 0 for mode in modes(folder).values())


def test_C2_a_folder_that_others_can_enter_is_refused(folder):
    os.mkdir(folder)
    os.chmod(folder, 0o750)
    with pytest.raises(CacheProblem, match='open to other users .mode 0750'):
        Cache(folder)
    assert os.listdir(folder) == []


def test_C2_a_folder_that_a_mount_opens_to_a_group_is_closed_again(folder):
    """Kubernetes does it for C(fsGroup), at each start of a pod."""
    key = Cache(folder, True).key(WHAT)
    Cache(folder, True).write(key, bearer(), {})
    for name in os.listdir(folder):
        os.chmod(os.path.join(folder, name), 0o660)
    os.chmod(folder, 0o2770)
    cache = Cache(folder, True)
    assert 'is private again' in cache.warnings[0]
    assert cache.read(key, 0).token is not None
    assert stat.S_IMODE(os.lstat(folder).st_mode) & 0o077 == 0
    assert set(modes(folder).values()) == {0o600}


@pytest.mark.parametrize('mode', [0o770, 0o2775, 0o2777])
def test_C2_a_folder_that_is_open_in_another_way_is_refused(folder, mode):
    Cache(folder, True)
    os.chmod(folder, mode)
    with pytest.raises(CacheProblem, match='open to other users'):
        Cache(folder, True)


@pytest.mark.needs_root
def test_C2_a_folder_of_somebody_else_is_refused(folder):
    os.mkdir(folder, 0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(CacheProblem, match='belongs to another user'):
        Cache(folder)
    assert os.listdir(folder) == []


def test_T3_C4_a_folder_that_is_a_link_is_refused(folder, tmp_path):
    target = tmp_path / 'target'
    target.mkdir(0o700)
    os.symlink(target, folder)
    with pytest.raises(CacheProblem, match='not a folder'):
        Cache(folder)
    assert list(target.iterdir()) == []


def test_C1_a_file_in_the_place_of_the_folder_is_refused(folder):
    Path(folder).write_text('')
    with pytest.raises(CacheProblem, match='not a folder'):
        Cache(folder)


def test_C12_without_a_home_folder_it_asks_for_cache_path():
    with pytest.raises(CacheProblem, match='cache_path'):
        Cache('~/.cache/buildops.tokens')
    assert not os.path.exists('~')


def test_what_is_written_is_read(cache):
    token = bearer(scope='a b', refresh_token='cAn4ry-refresh', extras={'name_code': 'x'})
    assert cache.write('k', token, {'version': '3.71.0'})
    entry = cache.read('k', NOW)
    assert entry.token.dump() == token.dump()
    assert entry.server == {'version': '3.71.0'}
    assert entry.failure is None


def test_C8_C9_file_names_reveal_nothing(cache, tmp_path):
    name = cache.key(WHAT)
    assert len(name) == 64 and set(name) <= set('0123456789abcdef')
    assert name == cache.key(dict(reversed(list(WHAT.items()))))
    assert name != Cache(str(tmp_path / 'other')).key(WHAT), (
        'the name can be searched for, since it has no salt'
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    first=st.dictionaries(st.text(max_size=5), json_values, max_size=4),
    second=st.dictionaries(st.text(max_size=5), json_values, max_size=4),
)
def test_C7_different_questions_have_different_names(tmp_path_factory, first, second):
    cache = Cache(str(tmp_path_factory.getbasetemp() / 'keys'))
    same = json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert (cache.key(first) == cache.key(second)) is same


@pytest.mark.parametrize(
    'make',
    [
        lambda path: os.symlink('/etc/hostname', path),
        lambda path: os.symlink(path, path),
        os.mkfifo,
        os.mkdir,
        lambda path: Path(path).write_bytes(b'x' * (shortcut.LARGEST_ENTRY + 1)),
    ],
    ids=['link', 'loop', 'fifo', 'folder', 'huge'],
)
def test_C4_C10_what_is_no_private_file_is_a_miss_that_is_reported(cache, make):
    path = cache.path('k')
    make(path)
    os.chmod(path, 0o600) if not os.path.islink(path) else None
    started = time.monotonic()
    assert cache.read('k', NOW).token is None
    assert time.monotonic() - started < 1, 'it waited for a writer'
    assert len(cache.warnings) == 1 and path in cache.warnings[0]


def test_C3_a_file_that_others_can_read_is_not_believed_and_is_replaced_by_a_private_one(cache):
    cache.write('k', bearer(), {})
    os.chmod(cache.path('k'), 0o644)
    assert cache.read('k', NOW).token is None
    assert 'not a private file' in cache.warnings[0]
    cache.write('k', bearer(), {})
    assert cache.read('k', NOW).token is not None
    assert stat.S_IMODE(os.stat(cache.path('k')).st_mode) == 0o600


def test_C4_a_file_with_a_second_name_is_not_believed(cache, tmp_path):
    cache.write('k', bearer(), {})
    os.link(cache.path('k'), tmp_path / 'second')
    assert cache.read('k', NOW).token is None
    assert cache.write('k', bearer('another'), {})
    assert b'cAn4ry-token' in (tmp_path / 'second').read_bytes()


good = {'schema': 1, 'name': 'k', 'id': 'x', 'token': bearer().dump(), 'result': {}, 'server': {}}


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'{',
        b'null',
        b'[]',
        b'"x"',
        b'\xff\xfe\x00',
        b'[' * 100000,
        b'{}',
        json.dumps(dict(good, schema='1')).encode(),
        json.dumps(dict(good, name='other')).encode(),
        json.dumps(dict(good, token=None)).encode(),
        json.dumps(dict(good, token=dict(good['token'], kind='paper'))).encode(),
        json.dumps(dict(good, token=dict(good['token'], secret=''))).encode(),
        json.dumps(dict(good, token=dict(good['token'], secret=5))).encode(),
        json.dumps(dict(good, token=dict(good['token'], extras=5))).encode(),
        json.dumps(dict(good, token=dict(good['token'], expires_at='never'))).encode(),
        json.dumps(dict(good, token=dict(good['token'], more=1))).encode(),
        json.dumps({'schema': 1, 'name': 'k', 'failure': {'at': 'then', 'message': 'x'}}).encode(),
        json.dumps({'schema': 1, 'name': 'k', 'failure': 5}).encode(),
    ],
)
def test_C5_what_is_damaged_is_a_miss_and_is_written_again(cache, content):
    with open(cache.path('k'), 'wb') as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
    entry = cache.read('k', NOW)
    assert entry.token is None and entry.failure is None
    assert cache.write('k', bearer(), {})
    assert cache.read('k', NOW).token.secret == 'cAn4ry-token'


@pytest.mark.parametrize('where', ['open', 'read', 'content'])
def test_C15_an_entry_that_cannot_be_read_any_more_is_a_miss_and_the_others_stay(
    cache, monkeypatch, where
):
    for key in ('k', 'other'):
        cache.write(key, bearer(key), {})
    if where == 'content':
        with open(cache.path('k'), 'wb') as file:
            file.write(b'$ANSIBLE_VAULT;1.1;AES256\n6636\n')
    else:
        real, number = getattr(os, where), os.stat(cache.path('k')).st_ino

        def fail(target, *more, **named):
            broken = False
            with contextlib.suppress(OSError):
                found = os.stat(target, **named) if where == 'open' else os.fstat(target)
                broken = found.st_ino == number
            if broken:
                raise OSError(errno.EIO, 'Input/output error')
            return real(target, *more, **named)

        monkeypatch.setattr(shortcut.os, where, fail)
    assert cache.read('k', NOW).token is None
    assert cache.read('other', NOW).token.secret == 'other'
    assert cache.write('k', bearer('new'), {})
    assert [cache.read(key, NOW).token.secret for key in ('k', 'other')] == ['new', 'other']


def test_C5_C17_an_entry_of_a_newer_release_is_left_alone(cache):
    with open(cache.path('k'), 'w') as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(dict(good, schema=2), file)
    before = Path(cache.path('k')).read_bytes()
    assert cache.read('k', NOW).token is None
    assert not cache.write('k', bearer(), {})
    assert 'newer release' in cache.warnings[-1]
    assert Path(cache.path('k')).read_bytes() == before


def test_T6_an_entry_in_the_place_of_another_is_not_believed(cache):
    cache.write('mine', bearer('mine'), {})
    cache.write('yours', bearer('yours'), {})
    os.replace(cache.path('yours'), cache.path('mine'))
    assert cache.read('mine', NOW).token is None


def test_C13_forgetting_one_keeps_the_others(cache):
    cache.write('one', bearer(), {})
    cache.write('two', bearer(), {})
    cache.forget('one')
    cache.forget('one')
    assert cache.read('one', NOW).token is None
    assert cache.read('two', NOW).token is not None


@pytest.mark.parametrize('problem', [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize('where', ['open', 'write', 'fsync', 'replace'])
def test_C11_T20_a_cache_that_cannot_be_written_is_a_warning_and_keeps_what_it_has(
    folder, monkeypatch, problem, where
):
    cache = Cache(folder, lasting=True)
    cache.write('k', bearer('old'), {})

    def fail(*arguments, **named):
        if where == 'open' and not arguments[1] & os.O_CREAT:
            return accepted(*arguments, **named)
        raise OSError(problem, os.strerror(problem))

    accepted = os.open
    monkeypatch.setattr(cache_module.os, where, fail)
    assert not cache.write('k', bearer('new'), {})
    monkeypatch.undo()
    assert os.strerror(problem) in cache.warnings[-1] and 'cAn4ry' not in cache.warnings[-1]
    assert cache.read('k', NOW).token.secret == 'old'
    assert not [name for name in os.listdir(folder) if name.startswith('.tmp-')]


def test_T22_what_runs_left_that_a_signal_ended_goes_with_a_later_run_a_day_after(tmp_path):
    """ansible-core removes its folder after Ctrl-C, but neither after SIGTERM nor after SIGHUP."""
    runs = {
        name: tmp_path / name / 'buildops.tokens'
        for name in (
            'ansible-local-1',
            'ansible-local-2',
            'ansible-local-3',
            'ansible-local-now',
            'of-somebody',
        )
    }
    for name, run in runs.items():
        if name not in ('ansible-local-3', 'ansible-local-now'):
            Cache(str(run)).write('k', bearer(), {})
            (run.parent / 'of-ansible').touch()
    runs['ansible-local-3'].parent.symlink_to(runs['of-somebody'].parent)
    now = time.time()
    for name, age in (
        ('ansible-local-1', 90000),
        ('ansible-local-2', 80000),
        ('of-somebody', 90000),
    ):
        os.utime(runs[name], (now - age, now - age))
    Cache(str(runs['ansible-local-now'])).write('k', bearer(), {})
    assert {name for name, run in runs.items() if (run / 'k.json').exists()} == {
        'ansible-local-2',
        'ansible-local-3',
        'ansible-local-now',
        'of-somebody',
    }
    assert (runs['ansible-local-1'].parent / 'of-ansible').exists()


def test_T22_C16_what_killed_processes_left_is_swept_and_what_is_in_use_is_not(folder):
    cache = Cache(folder, lasting=True)
    left, in_use, other = (
        os.path.join(folder, '.tmp-' + name) for name in ('0' * 16, '1' * 16, 'of-somebody')
    )
    for path in (left, in_use, other):
        Path(path).write_text('half a tok')
    with open(in_use, 'wb') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        cache.recover('k')
    assert not os.path.exists(left) and os.path.exists(in_use) and os.path.exists(other)


@pytest.fixture
def killed_before_the_rename(folder):
    """A lasting cache and a function that leaves a whole temporary file for a name behind, as a
    process does that is killed there.
    """
    cache = Cache(folder, lasting=True)

    def leave(key, token):
        cache.write(key, token, {})
        os.rename(cache.path(key), os.path.join(folder, '.tmp-' + '0' * 16))

    return cache, leave


def test_T13_T22_C16_what_a_killed_process_had_written_whole_is_kept_by_the_next(
    killed_before_the_rename,
):
    cache, leave = killed_before_the_rename
    leave('k', bearer('new'))
    cache.write('k', bearer('old'), {})
    cache.recover('other')
    assert cache.read('k', NOW).token.secret == 'old', (
        'another holder of the lock of k may be about to write it'
    )
    for _run in range(2):
        cache.recover('k')
        assert cache.read('k', NOW).token.secret == 'new'
    assert sorted(os.listdir(cache.folder)) == ['k.json', 'salt'] and not cache.warnings


def test_T13_C16_what_cannot_be_kept_now_waits(killed_before_the_rename, monkeypatch):
    cache, leave = killed_before_the_rename
    leave('k', bearer('new'))

    def fail(*_args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(cache_module.os, 'write', fail)
        cache.recover('k')
    assert cache.read('k', NOW).token is None
    cache.recover('k')
    assert cache.read('k', NOW).token.secret == 'new'


@pytest.mark.parametrize(
    'spoil', [lambda data: dict(data, schema=2), lambda data: dict(data, name='other')]
)
def test_C16_C17_leftovers_of_others_stay(killed_before_the_rename, spoil):
    cache, leave = killed_before_the_rename
    leave('k', bearer('new'))
    left = Path(cache.folder, '.tmp-' + '0' * 16)
    left.write_text(json.dumps(spoil(json.loads(left.read_text()))))
    cache.recover('k')
    assert left.exists() and cache.read('k', NOW).token is None


def test_T13_what_is_ready_for_an_answer_is_gone_when_none_came(folder):
    cache = Cache(folder, lasting=True)
    with pytest.raises(TokensError), cache.ready('k') as persistence_error:
        assert persistence_error() is None and persistence_error() is None
        [name] = set(os.listdir(folder)) - {'salt'}
        Cache(folder, lasting=True).recover('k')
        raise TokensError('no')
    assert os.listdir(folder) == ['salt'] and name.startswith('.tmp-')


def test_T13_a_small_answer_leaves_no_blanks_and_a_large_one_fits(folder):
    cache = Cache(folder, lasting=True)
    for secret in ('small', 'x' * 2 * cache_module.USUAL_ENTRY):
        with cache.ready('k') as persistence_error:
            assert persistence_error() is None and cache.write('k', bearer(secret), {})
        assert cache.read('k', NOW).token.secret == secret
        assert Path(cache.path('k')).read_bytes().endswith(b'}')
    assert sorted(os.listdir(folder)) == ['k.json', 'salt']


def test_T13_C17_nothing_is_spent_for_an_entry_of_a_newer_release(folder):
    cache = Cache(folder, lasting=True)
    with open(cache.path('k'), 'w') as file:
        os.fchmod(file.fileno(), 0o600)
        json.dump(dict(good, schema=2), file)
    with cache.ready('k') as persistence_error:
        assert 'newer release' in persistence_error()


def test_T1_a_lasting_cache_brings_file_and_folder_to_disk(folder, monkeypatch):
    cache = Cache(folder, lasting=True)
    synced = []
    monkeypatch.setattr(
        cache_module.os,
        'fsync',
        lambda handle: synced.append(os.readlink('/proc/self/fd/%d' % handle)),
    )
    cache.write('k', bearer(), {})
    assert os.path.basename(synced[0]).startswith('.tmp-') and synced[1] == folder


def test_a_damaged_salt_is_reported_with_what_to_do(folder):
    Cache(folder)
    with open(os.path.join(folder, 'salt'), 'wb') as file:
        file.write(b'short')
    with pytest.raises(CacheProblem, match='damaged. Remove it'):
        Cache(folder)


def test_without_leave_to_create_nothing_comes_into_being(folder):
    with pytest.raises(CacheProblem):
        Cache(folder, lasting=True, create=False)
    assert not os.path.exists(folder)


# How long a token is handed out (T5)


def span(token, regenerate='if_expired', min_remaining=60, max_age=None, lasting=False):
    cache = Cache.__new__(Cache)
    cache.lasting = lasting
    return cache.good_span(token, regenerate, min_remaining, max_age)


@pytest.mark.parametrize(
    'lifetime, min_remaining, until',
    [
        (3600, 60, 3540),
        (3600, 0, 3600),
        (60, 60, 48),
        (30, 60, 24),
        (3, 60, 2.4),
        (0, 60, 0),
        (-5, 60, -4),
    ],
)
def test_T5_C6_never_past_min_remaining_and_short_lives_are_still_of_use(
    lifetime, min_remaining, until
):
    assert span(bearer(lifetime=lifetime), min_remaining=min_remaining) == (
        NOW - 60,
        pytest.approx(NOW + until),
    )


def test_T5_a_clock_set_back_beyond_a_minute_means_that_nothing_is_known():
    first, _end = span(bearer())
    assert NOW - 61 < first <= NOW - 60


def test_never_means_never():
    assert span(bearer(lifetime=-1), regenerate='never') == (None, None)


def test_max_age_counts_from_the_creation_where_it_is_known():
    token = Token(
        BASIC,
        'nexus_user_token',
        'x',
        NOW,
        username='u',
        extras={'created': '2026-09-21T14:13:20Z'},
    )
    assert span(token, max_age=100)[1] == 1790000000 + 100
    token.extras['created'] = '2026-09-20T14:13:20Z'
    assert span(token, max_age=100)[1] == 1790000000 - 86400 + 100
    assert span(bearer(lifetime=50), min_remaining=0, max_age=100)[1] == NOW + 50


def test_C6_a_lasting_cache_asks_daily_for_what_has_no_end():
    endless = bearer(lifetime=None)
    assert span(endless) == (NOW - 60, None)
    assert span(endless, lasting=True) == (NOW - 60, NOW + 86400)


# Failures


@pytest.mark.parametrize(
    'problem, seconds',
    [
        (Refused('no', 401), 60),
        (Refused('no', 403), 60),
        (Refused('none', 404), 15),
        (Unreachable('down'), 15),
    ],
)
def test_a_failure_is_remembered_for_a_short_time_only(cache, problem, seconds):
    cache.write_failure('k', problem, NOW)
    for later in (0, 1, seconds, -30):
        failure = cache.read('k', NOW + later).failure
        assert str(failure) == str(problem) and failure.status == problem.status
    for later in (seconds + 1, -61):
        assert cache.read('k', NOW + later).failure is None


def test_T13_a_failure_does_not_lose_the_refresh_token(cache):
    cache.write('k', bearer(lifetime=-1, refresh_token='cAn4ry-refresh'), {'version': '1'})
    cache.write_failure('k', Refused('no', 401), NOW)
    entry = cache.read('k', NOW)
    assert (
        entry.token.refresh_token == 'cAn4ry-refresh'
        and entry.failure is not None
        and entry.server == {'version': '1'}
    )
    cache.write('k', bearer(), {})
    assert cache.read('k', NOW).failure is None


def test_a_lasting_cache_keeps_no_failure(folder):
    cache = Cache(folder, lasting=True)
    cache.write_failure('k', Refused('no', 401), NOW)
    assert cache.read('k', NOW).failure is None


# Locks (T4, 2.P)

WORKER = """
import fcntl, os, sys, time
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([sys.argv[1]])
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
folder, log = sys.argv[2:4]
cache = Cache(folder)
with cache.lock('k', 60, 'source x'):
    with open(log, 'a') as file:
        file.write('<%d\\n' % os.getpid())
        file.flush()
        time.sleep(float(sys.argv[4]))
        file.write('>%d\\n' % os.getpid())
"""


def start(folder, log, seconds):
    from tests.conftest import COLLECTIONS

    return subprocess.Popen(
        [sys.executable, '-c', WORKER, str(COLLECTIONS), folder, str(log), str(seconds)]
    )


def wait_for(log, text, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.path.exists(log) and text in Path(log).read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f'{text!r} did not come')


def test_T4_one_at_a_time_and_nobody_starves(folder, tmp_path):
    """The bracket test of msal-extensions: between a process's C(<) and its C(>) nobody else
    writes.
    """
    log = tmp_path / 'log'
    workers = [start(folder, log, 0.01) for _number in range(6)]
    assert [worker.wait(60) for worker in workers] == [0] * 6
    lines = log.read_text().split()
    assert len(lines) == 12
    for opening, closing in zip(lines[::2], lines[1::2]):
        assert opening[0] == '<' and closing == '>' + opening[1:]


def test_T4_P2_P5_a_killed_holder_leaves_no_lock(folder, tmp_path):
    log = tmp_path / 'log'
    holder = start(folder, log, 60)
    wait_for(log, '<')
    holder.send_signal(signal.SIGKILL)
    holder.wait(10)
    cache = Cache(folder)
    started = time.monotonic()
    with cache.lock('k', 5, 'source x'):
        assert time.monotonic() - started < 1
    assert os.path.exists(cache.path('k', '.lock')), 'unlinking it would let two holders in'


def test_P3_who_waits_without_success_names_the_holder_and_does_not_steal(cache):
    with cache.lock('k', 1, 'source company'):
        with pytest.raises(
            TokensError,
            match='Process %d has been fetching the token of source company' % os.getpid(),
        ) as caught:
            with Cache(cache.folder).lock('k', 0.2, 'source company'):
                raise AssertionError('two at a time')
        assert 'cache_timeout' in str(caught.value) and 'source company' in str(caught.value)
        with pytest.raises(TokensError):
            with Cache(cache.folder).lock('k', 0.05, 'source company'):
                pass


class TaskTimeout(BaseException):
    """What ansible-core raises inside of a task that has taken too long."""


def test_P4_a_task_that_is_timed_out_frees_the_lock_and_leaves_no_rest(cache):
    def alarm(*_args):
        raise TaskTimeout

    before = signal.signal(signal.SIGALRM, alarm)
    try:
        with pytest.raises(TaskTimeout):
            with cache.lock('k', 1, 'source x'):
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                time.sleep(5)
    finally:
        signal.signal(signal.SIGALRM, before)
    with Cache(cache.folder).lock('k', 0.2, 'source x'):
        pass


def test_P7_children_do_not_inherit_the_lock(cache):
    with cache.lock('k', 1, 'source x'):
        child = subprocess.Popen(['sleep', '30'], close_fds=False)
    try:
        with Cache(cache.folder).lock('k', 0.5, 'source x'):
            pass
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize('problem', [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_T23_P10_a_file_system_without_locks_is_reported_and_goes_on(cache, monkeypatch, problem):
    def fail(*_args):
        raise OSError(problem, os.strerror(problem))

    monkeypatch.setattr(cache_module.fcntl, 'flock', fail)
    with cache.lock('k', 1, 'source x'):
        pass
    assert 'has no locks' in cache.warnings[0]


def test_T3_a_lock_that_is_a_link_is_not_followed(cache, tmp_path):
    os.symlink(tmp_path / 'target', cache.path('k', '.lock'))
    with cache.lock('k', 1, 'source x'):
        pass
    assert not (tmp_path / 'target').exists()
    assert 'cannot be opened' in cache.warnings[0]


def test_the_lock_is_the_kernels(cache):
    with cache.lock('k', 1, 'source x'):
        with open(cache.path('k', '.lock')) as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
