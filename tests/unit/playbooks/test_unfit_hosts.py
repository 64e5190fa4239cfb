# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host on which no module runs: the reason, what programs printed there, and the remedy."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.release import __version__

from tests.conftest import COLLECTIONS

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
CORE = tuple(map(int, __version__.split('.')[:2]))
TOKEN = 'nos-TOKEN+with/odd=chars'
# As these programs answer, which are not on every machine
OLD_PYTHON = """#!/bin/sh
case "$*" in
    -c*) echo 'python-is 3.6.15' ;;
    *) echo 'SyntaxError: future feature annotations is not defined' >&2; exit 1 ;;
esac
"""
SUDO = """#!/bin/sh
case " $* " in
    *' -n '*) echo 'sudo: a password is required' >&2; exit 1 ;;
esac
while [ "$1" != -p ]; do shift; done
printf '%s' "$2" >&2
read -r password
echo 'Sorry, try again.' >&2
printf '%s' "$2" >&2
read -r password
exit 1
"""
CHATTY_PYTHON = """#!/bin/sh
echo 'Welcome to this host'
echo 'quota exceeded' >&2
echo '{ token: %s }'
exit 3
"""
PASSWORD = 'not-the-sudo-passw0rd'
USER = {'maven_settings_user': 'nobody'}
WHOLE = {'ansible_become': True, 'ansible_become_user': 'nobody'}


@pytest.fixture(name='problems')
def _problems(run_playbook: t.Any, tmp_path: Path) -> dict[str, str]:
    """By host, what the summary reports."""

    def program(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding='utf-8')
        path.chmod(0o755)
        return str(path)

    sudo = {**USER, 'ansible_become_exe': program('sudo', SUDO)}
    hosts = {
        'none': {'ansible_python_interpreter': '/no/python'},
        'old': {'ansible_python_interpreter': program('python3.6', OLD_PYTHON)},
        'chatty': {'ansible_python_interpreter': program('chatty', CHATTY_PYTHON % TOKEN)},
        'no_sudo': {**USER, 'ansible_become_exe': '/no/sudo'},
        'no_password': sudo,
        'wrong_password': {**sudo, 'ansible_become_password': PASSWORD},
        'whole_host': {**sudo, 'maven_settings_user': '', **WHOLE},
        'no_user': {'maven_settings_user': 'no-such-user', 'ansible_become_exe': '/no/sudo'},
        'no_method': {**USER, 'ansible_become_method': 'no_such_method'},
    }
    if CORE < (2, 19):  # it waits for ever for a sudo that asks again
        del hosts['wrong_password']
    studio = {'type': 'nuxeo_online_token', 'username': 'jdoe', 'token': TOKEN}
    variables = {
        'ansible_connection': 'local',
        'ansible_python_interpreter': '{{ ansible_playbook_python }}',
        'token_sources': {'studio': studio},
        'maven_settings_servers': [{'id': 'studio', 'token': 'studio'}],
        'maven_settings_path': str(tmp_path / 'settings.xml'),
    }
    run = run_playbook(
        PLAYBOOKS / 'provision_tokens.yml', {'all': {'hosts': hosts, 'vars': variables}}
    )
    assert run.rc != 0 and TOKEN not in run.output and PASSWORD not in run.output, run.output
    assert not (tmp_path / 'settings.xml').exists()
    found = {}
    for problem in run.result('Sum up')['problems']:
        head, _separator, sentence = problem.partition('): ')
        found.update(dict.fromkeys(head.partition('(')[2].split(', '), sentence))
    assert found.keys() == hosts.keys(), run.output
    return found


def test_hosts_without_a_fit_python_or_the_right_to_become_a_user(
    problems: dict[str, str],
) -> None:
    expected = {
        'none': ('Python does not start', '/no/python', 'Set ansible_python_interpreter to'),
        'old': ('Python 3.6.15', 'is too old: 3.', 'Set ansible_python_interpreter to a newer'),
        'chatty': ('exit code 3', 'quota exceeded; Welcome to this host', 'print nothing'),
        'no_sudo': ('cannot become nobody', '/no/sudo', 'not found'),
        'no_password': ('cannot become nobody', 'a password is required', '--ask-become-pass'),
        'wrong_password': ('the password is wrong', 'Sorry, try again', 'ansible_become_password'),
        'whole_host': ('cannot become nobody', 'a password is required', '--ask-become-pass'),
        'no_user': ('cannot become no-such-user: the host has no such user',),
        'no_method': ('no_such_method is not a valid become method',),
    }
    for host in problems:
        for part in expected[host]:
            assert part in problems[host], f'{host}: {part}\n{problems[host]}'
