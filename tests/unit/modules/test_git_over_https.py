# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real git clones, fetches and pushes over HTTPS with what git_credential and its role delivered,
and verification tells why it cannot.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._git.delivery import (
    ARGUMENTS,
    deliver,
)
from tests.sandbox import git_http
from tests.sandbox.serving import Sandbox
from tests.support.processes import command_lines

pytestmark = pytest.mark.needs_client('git')
TOKEN = 'nos-TOKEN+with/odd=ch:rs%\u00e9'
USERS = {'jdoe': TOKEN, 'bot': 'bot-token-0123456789'}


@pytest.fixture(scope='module')
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp('repositories')
    for name in ('project', 'special'):
        git_http.make_repository(folder, name, {'README.md': name + '\n'})
    with Sandbox() as sandbox:
        server = sandbox.serve(
            git_http.create_app(folder, lambda user, password: USERS.get(user) == password)
        )
        server.ca_path = sandbox.ca_path
        yield server


@pytest.fixture
def home(tmp_path, monkeypatch, served):
    folder = tmp_path / 'git-home'
    folder.mkdir()
    for name, value in git_http.environment(
        HOME=str(folder),
        GIT_CONFIG_GLOBAL=str(folder / '.gitconfig'),
        GIT_AUTHOR_NAME='a',
        GIT_AUTHOR_EMAIL='a@b',
        GIT_COMMITTER_NAME='a',
        GIT_COMMITTER_EMAIL='a@b',
        GIT_SSL_CAINFO=served.ca_path,
    ).items():
        monkeypatch.setenv(name, value)
    return folder


def git(*arguments, cwd='/', check=True):
    return subprocess.run(
        ['git', *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=check,
    ).stdout


def run(served, *entries, **options):
    defaults = {name: spec.get('default') for name, spec in ARGUMENTS['entries']['options'].items()}
    params = {name: spec.get('default') for name, spec in ARGUMENTS.items()}
    params.update(
        entries=[dict(defaults, **entry) for entry in entries], ca_path=served.ca_path, **options
    )
    return deliver(params, False, False, shutil.which)[0]


def test_clone_fetch_and_push(served, home, tmp_path):
    run(served, {'url': served.url, 'username': 'jdoe', 'password': TOKEN})
    for name in ('one', 'two'):
        git('clone', '-q', served.url + '/project.git', tmp_path / name)
    (tmp_path / 'one/new.txt').write_text('new\n')
    git('add', 'new.txt', cwd=tmp_path / 'one')
    git('commit', '-q', '-m', 'second', cwd=tmp_path / 'one')
    git('push', '-q', 'origin', 'HEAD:refs/heads/feature/x', cwd=tmp_path / 'one')
    git('fetch', '-q', cwd=tmp_path / 'two')
    assert git('show', 'origin/feature/x:new.txt', cwd=tmp_path / 'two') == 'new\n'
    # git has stored the credential again after each success: nothing for us to change
    assert not run(served, {'url': served.url, 'username': 'jdoe', 'password': TOKEN})['changed']


def test_G7_one_repository_with_a_user_of_its_own(served, home):
    entries = [
        {
            'url': served.url + '/special.git',
            'username': 'bot',
            'access_token': USERS['bot'],
            'expires_at': '2035-01-01T00:00:00Z',
        },
        {'url': served.url, 'username': 'jdoe', 'password': TOKEN},
    ]
    result = run(served, *entries, verify=True)
    assert [attempt['accepted'] for attempt in result['verification']] == [True, None]
    for name, user in (('special', 'bot'), ('project', 'jdoe'), ('special', 'bot')):
        count = len(served.requests)
        git('ls-remote', served.url + '/%s.git' % name)
        assert {
            record['user'] for record in served.requests[count:] if record['status'] == 200
        } == {user}
    assert not run(served, *entries)['changed']


def test_G7_one_user_with_different_tokens_for_the_server_and_a_repository(
    served, home, monkeypatch
):
    monkeypatch.setitem(USERS, 'jdoe', TOKEN)
    entries = [
        {'url': served.url, 'username': 'jdoe', 'password': TOKEN},
        {'url': served.url + '/special.git', 'username': 'jdoe', 'password': 'for special'},
    ]
    run(served, *entries)
    git('ls-remote', served.url + '/project.git')
    monkeypatch.setitem(USERS, 'jdoe', 'for special')
    git('ls-remote', served.url + '/special.git')
    assert not run(served, *entries)['changed']


def test_verification_names_the_entry_that_fails_and_keeps_it(served, home):
    good = {'url': served.url + '/project.git', 'username': 'jdoe', 'password': TOKEN}
    bad = {
        'url': served.url + '/special.git',
        'username': 'bot',
        'password': 'wrong-token-0123456789',
    }
    result = run(served, good, bad, verify=True)
    assert result['failed'] and [attempt['accepted'] for attempt in result['verification']] == [
        True,
        False,
    ]
    assert result['msg'] == (
        'The entries are written, but were not accepted: %s/special.git (the server refuses the '
        'credential).' % served.url
    )
    store = (home / '.git-credentials').read_text()
    assert 'wrong-token' in store  # git itself would have erased it
    assert not run(served, good, bad)['changed']


@pytest.mark.parametrize(
    'verify_url, accepted, msg',
    [('/missing.git', False, 'no such repository'), ('', None, 'no verify_url')],
)
def test_verification_reports_other_reasons(served, home, verify_url, accepted, msg):
    url = served.url + verify_url if verify_url else None
    (attempt,) = run(
        served,
        {'url': served.url, 'username': 'jdoe', 'password': TOKEN, 'verify_url': url},
        verify=True,
    )['verification']
    assert attempt['accepted'] is accepted and msg in attempt['message']


def test_verification_refuses_a_repository_that_the_entry_is_not_for(served, home):
    for url, verify_url in (('', 'https://localhost:1/x.git'), ('/nuxeo', '/nuxeo2/x.git')):
        with pytest.raises(BadInput, match='verify_url'):
            run(
                served,
                {
                    'url': served.url + url,
                    'username': 'jdoe',
                    'password': TOKEN,
                    'verify_url': verify_url
                    if verify_url.startswith('https')
                    else served.url + verify_url,
                },
            )


def test_verification_reports_an_untrusted_certificate(served, home, monkeypatch):
    monkeypatch.delenv('GIT_SSL_CAINFO')
    served_without = type('Served', (), {'ca_path': None})
    (attempt,) = run(
        served_without,
        {'url': served.url + '/project.git', 'username': 'jdoe', 'password': TOKEN},
        verify=True,
    )['verification']
    assert attempt['accepted'] is False and 'certificate' in attempt['message']


def test_a_helper_of_others_is_not_asked_for_a_delivered_entry(served, home):
    (home / '.gitconfig').write_text(
        '[credential]\n\thelper = "!f() { echo username=other; echo password=other; }; f"\n'
    )
    entry = {
        'url': served.url,
        'username': 'jdoe',
        'password': TOKEN,
        'verify_url': served.url + '/project.git',
    }
    (attempt,) = run(served, entry, verify=True)['verification']
    assert attempt['accepted'] is True
    assert not run(served, entry)['changed']


PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    secret: %s
    git_credentials_entries:
      - {url: "%s", username: jdoe, password: "{{ secret }}", verify_url: "%s/project.git"}
    git_credentials_verify: true
    git_credentials_ca_path: "%s"
  roles:
    - buildops.tokens.git_credentials
"""
DELIVER = 'buildops.tokens.git_credentials : Deliver the credentials'


def test_the_role_gives_access_and_its_second_run_changes_nothing(served, run_playbook):
    play = PLAY % (TOKEN, served.url, served.url, served.ca_path)
    for changed in (1, 0):
        done = run_playbook(play, None, '-vvvv', '--diff')
        assert (done.rc, done.changed) == (0, changed), done.output
        assert [task['verification'][0]['accepted'] for task in [done.result(DELIVER)]] == [True]
        assert TOKEN not in done.output and 'nos-TOKEN%2b' not in done.output
    done = run_playbook(play.replace('odd', 'add'), None)
    assert (
        done.rc != 0
        and 'the server refuses the credential' in done.output
        and 'nos-TOKEN' not in done.output
    )


def test_H2_a_server_that_does_not_answer_is_given_up_and_git_is_gone(run_playbook):
    with socket.create_server(('127.0.0.1', 0)) as silent:
        url = 'https://127.0.0.1:%d' % silent.getsockname()[1]
        started = time.monotonic()
        done = run_playbook(
            (PLAY % (TOKEN, url, url, '')).replace(
                'verify: true', 'verify: true\n    git_credentials_verify_timeout: 1'
            ),
            None,
            '-vvv',
        )
        assert time.monotonic() - started < 30
        assert done.rc != 0 and url + ' (the server does not answer in 1 seconds)' in done.output
        assert not [line for line in command_lines() if url in line]
