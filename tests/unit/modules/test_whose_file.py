# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose file it is that a delivery writes: that of the user who the task becomes, or of the owner
of the folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

import pytest

NOBODY = pwd.getpwnam('nobody')
SYSTEM_PYTHON = next(
    path for path in ('/usr/bin/python3', '/usr/local/bin/python3') if os.path.exists(path)
)  # that other users may run, too
ENTRY = {'id': 'company', 'username': 'ci', 'password': 'c4n4ry-password'}


@pytest.mark.needs_root
def test_A27_the_user_who_a_task_becomes_owns_what_it_writes(run_playbook):
    folder = Path(tempfile.mkdtemp(prefix='whose-'))
    try:
        folder.chmod(0o711)
        home, other = folder / 'home', folder / 'other'
        (folder / 'foreign').mkdir(mode=0o700)
        for made in (home, other):
            made.mkdir(mode=0o700)
            os.chown(made, NOBODY.pw_uid, NOBODY.pw_gid)
        become = {
            'become': True,
            'become_method': 'su',
            'become_user': 'nobody',
            'become_flags': '-s /bin/sh',
        }
        module = 'buildops.tokens.maven_server'
        run = run_playbook(
            [
                {
                    'hosts': 'all',
                    'gather_facts': False,
                    'tasks': [
                        {
                            'name': 'become',
                            module: dict(ENTRY, path='%s/.m2/settings.xml' % home),
                            **become,
                        },
                        {
                            'name': 'git',
                            'buildops.tokens.git_credential': {
                                'path': '%s/credentials' % home,
                                'config_path': '%s/config' % home,
                                'url': 'https://git.example',
                                'username': 'ci',
                                'password': ENTRY['password'],
                            },
                            **become,
                        },
                        {
                            'name': 'root for a user',
                            module: dict(ENTRY, path='%s/.m2/settings.xml' % other),
                            'run_once': True,
                            'delegate_to': 'second',
                        },
                        {
                            'name': 'not their folder',
                            module: dict(ENTRY, path='%s/foreign/none/settings.xml' % folder),
                            'ignore_errors': True,
                            **become,
                        },
                    ],
                }
            ],
            {
                'all': {
                    'hosts': {'first': {}},
                    'vars': {
                        'ansible_connection': 'local',
                        'ansible_python_interpreter': SYSTEM_PYTHON,
                    },
                    'children': {'more': {'hosts': {'second': {'ansible_connection': 'local'}}}},
                }
            },
            '-l',
            'first',
        )
        assert [run.result(name)['changed'] for name in ('become', 'git', 'root for a user')] == [
            True
        ] * 3, run.output
        refused = run.result('not their folder')
        assert 'Permission denied' in refused['msg'] and 'become_user' in refused['msg'], run.output
        written = [*home.rglob('*'), *other.rglob('*')]
        assert len([path for path in written if path.is_file()]) == 4
        assert {(path.lstat().st_uid, path.lstat().st_gid) for path in written} == {
            (NOBODY.pw_uid, NOBODY.pw_gid)
        }
        open_to_others = {
            path.name for path in written if stat.S_IMODE(path.lstat().st_mode) & 0o077
        }
        assert open_to_others <= {'config'}, (
            'which git settings may be, since they contain no secret'
        )
    finally:
        shutil.rmtree(folder)
