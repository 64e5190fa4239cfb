# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module git_credential, from its options to what the real git finds in a home folder."""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import Place
from ansible_collections.buildops.tokens.plugins.module_utils._files.lock_file import locked
from ansible_collections.buildops.tokens.plugins.module_utils._git.delivery import (
    ARGUMENTS,
    deliver,
)

pytestmark = pytest.mark.needs_client('git')
CANARY = 'c4n4ry/+=&<"%c4n4ry'
TOMORROW = (datetime.now(timezone.utc) + timedelta(days=1)).strftime('%Y-%m-%dT%H:%M:%SZ')


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / 'home'
    folder.mkdir()
    monkeypatch.setenv('HOME', str(folder))
    monkeypatch.delenv('XDG_CONFIG_HOME', raising=False)
    monkeypatch.setenv('GIT_TERMINAL_PROMPT', '0')
    monkeypatch.setenv('GIT_CONFIG_NOSYSTEM', '1')
    return folder


def git(*arguments, given=''):
    return subprocess.run(
        ['git', *arguments], input=given.encode(), capture_output=True, cwd='/', check=False
    )


def fill(url):
    pairs = dict(
        line.split('=', 1)
        for line in git('credential', 'fill', given='url=%s\n\n' % url).stdout.decode().splitlines()
    )
    return (pairs['username'], pairs['password']) if 'password' in pairs else None


def run(check=False, **options):
    """Deliver with defaults as the module would give them: (result, warnings)."""
    params = {name: spec.get('default') for name, spec in ARGUMENTS.items()}
    params.update(options)
    if params['entries'] is not None:
        defaults = {
            name: spec.get('default') for name, spec in ARGUMENTS['entries']['options'].items()
        }
        params['entries'] = [dict(defaults, **entry) for entry in params['entries']]
    elif (
        'username' not in options
        and 'access_token' not in options
        and options.get('state') != 'absent'
    ):
        params.update(username='me', password=CANARY)
    result, warnings = deliver(params, check, True, None)
    assert CANARY not in json.dumps([result, warnings])  # T7, A9
    return result, warnings


def tree(folder):
    return {
        str(path): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in folder.rglob('*')
        if path.is_file()
    }


def test_git_finds_what_was_delivered_and_the_second_run_changes_nothing(home):
    first, warnings = run(url='https://ex.com')
    assert first['changed'] and first['entries'] == [
        {
            'url': 'https://ex.com',
            'state': 'present',
            'changed': ['entry', 'helper'],
            'effective': True,
        }
    ]
    assert fill('https://ex.com/any/repo.git') == ('me', CANARY)
    before = tree(home)
    assert {mode for content, mode in before.values()} == {0o600}
    second, warnings = run(url='https://ex.com')
    assert not second['changed'] and tree(home) == before
    git('credential', 'approve', given='url=https://ex.com\nusername=me\npassword=%s\n\n' % CANARY)
    assert not run(url='https://ex.com')[0]['changed']


@pytest.mark.parametrize(
    'existing',
    [
        [],
        ['.git-credentials'],
        ['.config/git/credentials'],
        ['.git-credentials', '.config/git/credentials'],
    ],
)
def test_G13_the_store_is_the_one_that_git_would_write(home, existing):
    for name in existing:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()
    path = run(check=True, url='https://ex.com')[0]['path']
    git(
        'credential-store',
        'store',
        given='protocol=https\nhost=ex.com\nusername=me\npassword=p\n\n',
    )
    written = [str(file) for file in home.rglob('*credentials') if file.read_bytes()]
    assert [path] == written
    assert run(url='https://ex.com')[0]['entries'][0]['changed'] == ['password', 'helper']


def test_G13_absent_removes_from_both_stores_as_git_does(home):
    for name in ('.git-credentials', '.config/git/credentials'):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text('https://me:p@ex.com\nhttps://me:p@other.com\n')
    assert run(url='https://ex.com', state='absent')[0]['entries'][0]['changed'] == ['entry']
    assert fill('https://ex.com') is None
    assert {path.read_text() for path in home.rglob('*credentials')} == {'https://me:p@other.com\n'}
    assert not run(url='https://ex.com', state='absent')[0]['changed']


def test_a_store_elsewhere_is_named_to_git(home):
    store = home / 'my tools' / 'it\'s "here"'
    run(url='https://ex.com', path=str(store))
    assert fill('https://ex.com') == ('me', CANARY)
    assert stat.S_IMODE(store.parent.stat().st_mode) == 0o700


def test_A10_check_mode_predicts_and_leaves_nothing(home):
    assert run(check=True, url='https://ex.com')[0]['changed']
    assert not list(home.iterdir())


def test_G14_a_lock_of_git_is_waited_for_named_and_left(home):
    run(url='https://ex.com')
    lock = home / '.git-credentials.lock'
    lock.touch()
    before, start = tree(home), time.monotonic()
    with pytest.raises(FileProblem, match='git-credentials.lock'):
        run(url='https://other.com', lock_timeout=0.3)
    assert time.monotonic() - start >= 0.3
    assert tree(home) == before
    assert not run(url='https://ex.com')[0]['changed']  # nothing to write, nothing to lock


def test_P7_a_child_does_not_inherit_the_lock(home):
    with locked(str(home / '.git-credentials')):
        child = subprocess.run(
            ['ls', '-l', '/proc/self/fd'],
            capture_output=True,
            text=True,
            check=True,
            close_fds=False,
        )
        assert (home / '.git-credentials.lock').exists() and '.lock' not in child.stdout


def test_P9_git_and_the_module_write_one_file_and_nothing_is_lost(home):
    run(url='https://start.com')
    patience = ('-c', 'credentialStore.lockTimeoutMS=60000')

    def ours(number):
        return run(url='https://ours%d.com' % number, lock_timeout=60)

    def theirs(number):
        return git(
            *patience,
            'credential-store',
            'store',
            given='protocol=https\nhost=theirs%d.com\nusername=u\npassword=p\n\n' % number,
        ).returncode

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [(pool.submit(ours, number), pool.submit(theirs, number)) for number in range(40)]
        assert [(mine.result()[0]['changed'], git_s.result()) for mine, git_s in jobs] == [
            (True, 0)
        ] * 40
    lines = (home / '.git-credentials').read_bytes().splitlines()
    hosts = sorted(line.rpartition(b'@')[2].decode() for line in lines)
    assert hosts == sorted(
        ['start.com']
        + ['%s%d.com' % (who, number) for who in ('ours', 'theirs') for number in range(40)]
    )
    assert not (home / '.git-credentials.lock').exists()


def test_T3_a_link_to_a_dotfiles_folder_survives(home):
    (home / 'dotfiles').mkdir()
    (home / 'dotfiles' / 'credentials').write_text('https://a:b@other.com\n')
    (home / '.git-credentials').symlink_to('dotfiles/credentials')
    run(url='https://ex.com')
    assert (home / '.git-credentials').is_symlink()
    assert fill('https://ex.com') == ('me', CANARY) and fill('https://other.com') == ('a', 'b')


def test_T2_a_store_that_others_could_read_is_closed(home):
    run(url='https://ex.com')
    (home / '.git-credentials').chmod(0o644)
    (home / '.gitconfig').chmod(0o644)
    result = run(url='https://ex.com')[0]
    assert result['changed'] and result['permissions_restricted']
    assert stat.S_IMODE((home / '.git-credentials').stat().st_mode) == 0o600
    assert stat.S_IMODE((home / '.gitconfig').stat().st_mode) == 0o644  # it contains no secret


def test_G15_T21_an_unreadable_store_is_an_error_and_not_an_empty_one(home):
    (home / '.git-credentials').mkdir()
    with pytest.raises(FileProblem):
        run(url='https://ex.com')
    assert [path.name for path in home.iterdir()] == ['.git-credentials']


def test_a_broken_configuration_stops_everything_before_the_store_is_written(home):
    (home / '.gitconfig').write_text('[credential\n')
    with pytest.raises(FileProblem, match='Line 1 of .*gitconfig'):
        run(url='https://ex.com')
    assert not (home / '.git-credentials').exists()


@pytest.mark.parametrize('check', [True, False])
def test_T21_a_configuration_that_cannot_be_written_stops_everything_before_the_store_is_written(
    home, monkeypatch, check
):
    monkeypatch.setattr(Place, 'may_write', lambda place: 'locked' not in place.target)
    (home / 'locked').mkdir()
    with pytest.raises(FileProblem, match='locked/config'):
        run(check=check, url='https://ex.com', config_path=str(home / 'locked/config'))
    assert [path.name for path in home.iterdir()] == ['locked']


@pytest.mark.parametrize(
    'options',
    [
        {'password': ''},
        {'password': ' '},
        {'password': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'},
        {'password': '$ANSIBLE_VAULT;1.1'},
        {'password': 'a\nb'},
        {'password': 'a\rb'},
        {'password': 'a\0b'},
        {'password': 'a\u2028'},
        {'password': '\ud800'},
        {'password': 12345},
        {'username': ''},
        {'username': 'a\nhost=evil.com'},
        {'username': None},
        {'password': None},
        {'token': 'studio', 'password': None},
        {'expires_at': '2020-01-01T00:00:00Z'},
        {'expires_at': 'tomorrow'},
        {'path': 'relative'},
        {'url': 'http://ex.com'},
        {'verify_url': 'ssh://ex.com/x'},
        {'url': 'https://me:c4n4ry@ex.com'},
    ],
)
def test_I1_I2_I3_I4_I8_I11_T15_bad_input_changes_nothing(home, options):
    with pytest.raises(BadInput) as caught:
        run(**dict({'url': 'https://ex.com', 'username': 'me', 'password': CANARY}, **options))
    assert 'c4n4ry' not in str(caught.value)
    assert not list(home.iterdir())


@pytest.mark.parametrize(
    ('password', 'warned'),
    [
        ('{{x}}', 'begins with "{{"'),
        ('********', 'contains asterisks'),
        ('yes', ''),
        ('null', ''),
        ('12345', ''),
        ('[1]', ''),
    ],
)
def test_I2_I4_a_string_that_looks_like_something_else_is_a_password(home, password, warned):
    warnings = run(url='https://ex.com', username='me', password=password)[1]
    assert fill('https://ex.com') == ('me', password)
    assert [warned in sentence for sentence in warnings] == [True] * bool(warned)


def test_helper_none_leaves_the_configuration_alone(home):
    result = run(url='https://ex.com/a', helper='none', access_token=CANARY, expires_at=TOMORROW)[0]
    assert [path.name for path in home.iterdir()] == ['.git-credentials']
    assert 'config_path' not in result


def test_the_helper_may_be_set_for_the_server_alone(home):
    run(url='https://ex.com:8443', helper_scope='url')
    (home / '.git-credentials').write_text(
        (home / '.git-credentials').read_text() + 'https://a:b@other.com\n'
    )
    assert fill('https://ex.com:8443/x') == ('me', CANARY)
    assert fill('https://other.com') is None


def test_G19_the_end_of_a_token_is_given_to_git_and_follows_the_token(home):
    first = run(url='https://ex.com', access_token=CANARY, expires_at=TOMORROW)[0]
    assert (
        first['entries'][0]['changed'] == ['entry', 'helper']
        and len(first['entries'][0]['fingerprint']) == 12
    )
    assert fill('https://ex.com') == ('oauth2', CANARY)
    later = TOMORROW.replace('Z', '+00:00').replace('T00', 'T01')
    assert (
        not run(url='https://ex.com', access_token=CANARY, expires_at=later)[0]['changed']
        or 'T00' in TOMORROW
    )
    assert run(url='https://ex.com', access_token=CANARY, expires_at='2035-01-01T00:00:00Z')[0][
        'entries'
    ][0]['changed'] == ['helper']
    assert run(url='https://ex.com', access_token=CANARY)[0]['entries'][0]['changed'] == ['helper']
    assert (home / '.gitconfig').read_text() == '[credential]\n\thelper = store\n'


def test_absent_takes_away_what_served_the_entry_alone(home):
    (home / '.gitconfig').write_text('[user]\n\tname = A\n')
    entry = {'url': 'https://ex.com/team/a.git', 'access_token': CANARY, 'expires_at': TOMORROW}
    run(entries=[entry], helper_scope='url')
    assert fill('https://ex.com/team/a.git') == ('oauth2', CANARY)
    run(entries=[{'url': entry['url'], 'state': 'absent', 'token': 'whatever'}], helper_scope='url')
    assert (home / '.gitconfig').read_text() == '[user]\n\tname = A\n'
    assert (home / '.git-credentials').read_bytes() == b''


def test_G7_one_pass_for_a_list_of_entries(home):
    entries = [
        {'url': 'https://ex.com', 'username': 'me', 'password': CANARY},
        {'url': 'https://ex.com/team/a.git', 'username': 'bot', 'access_token': CANARY + '2'},
    ]
    assert run(entries=entries)[0]['changed']
    assert fill('https://ex.com/team/b.git') == ('me', CANARY)
    assert fill('https://ex.com/team/a.git') == ('bot', CANARY + '2')
    assert not run(entries=entries)[0]['changed']


def test_G10_lines_with_crlf_give_a_warning(home):
    (home / '.git-credentials').write_bytes(b'https://a:b@other.com\r\n')
    assert 'fix_line_endings' in run(url='https://ex.com')[1][0]
    assert run(url='https://ex.com', fix_line_endings=True)[1] == []
    assert fill('https://other.com') == ('a', 'b')


def test_G20_git_need_not_be_there(home, monkeypatch):
    monkeypatch.setenv('PATH', str(home))
    params = dict(
        {name: spec.get('default') for name, spec in ARGUMENTS.items()},
        url='https://ex.com/a',
        username='me',
        password=CANARY,
        verify=True,
    )
    result, warnings = deliver(params, False, False, lambda name: None)
    assert result['changed'] and result['verification'] == [
        {
            'name': 'https://ex.com/a',
            'verify_url': 'https://ex.com/a',
            'accepted': None,
            'message': 'git not found',
        }
    ]


def test_G20_G22_git_is_run_without_a_terminal_a_trace_or_a_secret(tmp_path, run_playbook):
    (tmp_path / 'bin').mkdir()
    spy = tmp_path / 'bin/git'
    real = shutil.which('git')
    spy.write_text(
        '#!/bin/sh\n{ echo "call $*"; env | sed "s/^/env /"; readlink /proc/$$/fd/0; } >> '
        '%s/seen\nexec %s "$@"\n' % (tmp_path, real)
    )
    spy.chmod(0o755)
    play = PLAY.replace('        entries:', '        verify: true\n        entries:').replace(
        'https://ex.com', 'https://localhost:1'
    )
    done = run_playbook(
        play,
        None,
        '-vvvv',
        env={
            'PATH': '%s:%s' % (spy.parent, os.environ['PATH']),
            'SECRET_OF_THE_TEST': CANARY,
            'GIT_TRACE': '1',
            'GIT_TRACE_CURL': '1',
            'GIT_CURL_VERBOSE': '1',
            'GIT_ASKPASS': '/bin/ask',
            'GIT_DIR': '/nonexistent',
        },
    )
    assert (
        done.rc != 0 and 'https://localhost:1/a.git (the server cannot be reached)' in done.output
    )
    seen = (tmp_path / 'seen').read_text()
    assert ' credential fill' in seen and 'ls-remote' in seen and '/dev/null' in seen
    assert 'env GIT_TERMINAL_PROMPT=0' in seen and 'env GIT_ASKPASS=\n' in seen
    assert not re.search('^env (GIT_TRACE|GIT_CURL|GIT_DIR=/nonexistent)', seen, re.MULTILINE)
    assert 'c4n4ry' not in seen and 'c4n4ry' not in done.output
    assert CANARY.encode() not in (done.home / '.gitconfig').read_bytes()
    assert b'c4n4ry' in (done.home / '.git-credentials').read_bytes()


PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    secret: "{{ lookup('ansible.builtin.env', 'SECRET_OF_THE_TEST') }}"
  tasks:
    - name: deliver
      buildops.tokens.git_credential:
        entries:
          - {url: "https://ex.com", username: me, password: "{{ secret }}"}
          - url: "https://ex.com/a.git"
            access_token: "{{ secret }}2"
            expires_at: "2035-01-01T00:00:00Z"
"""


def test_A1_A9_A11_the_module_in_a_play(run_playbook):
    for arguments, changed in (
        (['--check', '--diff', '-vvvv'], True),
        (['-vvvv', '--diff'], True),
        (['-vvvv', '--diff'], False),
    ):
        done = run_playbook(PLAY, None, *arguments, env={'SECRET_OF_THE_TEST': CANARY})
        assert done.rc == 0, done.output
        assert done.result('deliver')['changed'] == changed
        for form in (CANARY, CANARY.replace('"', '\\"'), 'c4n4ry%2f', 'YzRuNHJ5'):
            assert form not in done.output
        assert (done.home / '.git-credentials').exists() == ('--check' not in arguments)


MOUNTED = (
    'mount --bind "$1/store" "$2/.git-credentials" && mount --bind "$1/config" "$2/.gitconfig" && '
    'exec "$3" -c "\n'
    'from tests.unit.modules.test_git_credential import run\n'
    'from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem\n'
    'try:\n'
    "    run(url='https://ex.com')\n"
    'except FileProblem as problem:\n'
    '    print(problem)\n'
    'for check in (True, False, True):\n'
    "    print(run(check, url='https://ex.com', write_in_place=True)[0]['changed'])\n"
    '"'
)


@pytest.mark.needs_root
@pytest.mark.needs_client('unshare')
def test_mounted_files_are_written_in_place_on_request(home, tmp_path):
    for name in ('store', 'config', 'home/.git-credentials', 'home/.gitconfig'):
        (tmp_path / name).write_text('')
    done = subprocess.run(
        ['unshare', '-m', 'sh', '-c', MOUNTED, 'sh', str(tmp_path), str(home), sys.executable],
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        check=False,
    )
    refused, *changed = done.stdout.splitlines()
    assert 'is a mount point' in refused, done
    assert changed == ['True', 'True', 'False'], done
    assert (home / '.git-credentials').read_text() == (home / '.gitconfig').read_text() == ''
    for name in ('store', 'config'):
        shutil.copy(tmp_path / name, home / {'store': '.git-credentials'}.get(name, '.gitconfig'))
    assert fill('https://ex.com') == ('me', CANARY)
