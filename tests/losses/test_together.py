# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several at once: a writer and its readers, a writer and itself, a writer and Maven."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.oracles.maven import SettingsReader

from . import writers
from .writers import OLD, OTHER, SECRET, WRITERS

# A process that writes with one of our writers, again and again
AGAIN = """
import sys, json
sys.path[:0] = json.loads(sys.argv[1])
from pathlib import Path
from tests.losses import writers
writer = writers.WRITERS[sys.argv[2]](Path(sys.argv[3]))
for count in range(int(sys.argv[4])):
    for writers.SECRET in (%r, %r):
        writer.write()
""" % (SECRET, OLD)
# One that adds a separate entry
ADD = """
import sys, json
sys.path[:0] = json.loads(sys.argv[1])
from tests.losses import writers
from tests.losses.writers import _params, git_delivery, maven_delivery
name = sys.argv[4]
if sys.argv[2] == 'Maven':
    entry = _params(maven_delivery.ENTRY, id=name, username='ci', password=name + '-password',
                    update_password=None, encrypt=None)
    params = _params(maven_delivery.ARGUMENTS, path=sys.argv[3] + '/settings.xml', servers=[entry])
    maven_delivery.deliver(params, False, False, lambda name: None)
else:
    params = _params(git_delivery.ARGUMENTS, path=sys.argv[3] + '/credentials',
                     config_path=sys.argv[3] + '/config', lock_timeout=60,
                     url='https://%s.example' % name, username='ci', password=name + '-password')
    git_delivery.deliver(params, False, False, lambda name: None)
"""


def started(script, *arguments):
    return subprocess.Popen(
        [sys.executable, '-c', script, json.dumps(sys.path), *map(str, arguments)],
        env=dict(os.environ),
    )


@contextmanager
def rewriting(kind, folder, count):
    process = started(AGAIN, kind, folder, count)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize('kind', WRITERS)
def test_T1_readers_see_the_old_or_the_new_file(kind, tmp_path, record_property):
    writer = WRITERS[kind](tmp_path / 'home')
    writer.prepare()
    allowed = {OLD: None, SECRET: None}
    for secret in allowed:
        writers.SECRET = secret
        writer.write()
        allowed[secret] = writer.contents()
    writers.SECRET = SECRET
    reads = 0
    with rewriting(kind, writer.folder, 40) as process:
        while process.poll() is None:
            for name, content in writer.contents().items():
                assert content in [contents[name] for contents in allowed.values()], (name, content)
                reads += 1
            time.sleep(0.001)
    assert process.returncode == 0 and reads > 20
    record_property('losses: reads while writing', reads)


@pytest.mark.needs_client('mvn', 'java')
def test_T1_maven_reads_whole_settings_at_any_time(tmp_path, record_property):
    writer = WRITERS['Maven'](tmp_path / 'home')
    writer.prepare()
    seen = []
    with SettingsReader() as maven:
        assert maven.read(writer.folder / 'settings.xml').fatal is None
        with rewriting('Maven', writer.folder, 100) as process:
            while process.poll() is None:
                settings = maven.read(writer.folder / 'settings.xml')
                assert settings.fatal is None
                seen.append({server.id: server.password for server in settings.servers})
    assert all(
        servers['mine'] == OTHER and servers['ours'] in (SECRET, OLD) for servers in seen
    ) and {servers['ours'] for servers in seen} == {SECRET, OLD}
    record_property('losses: reads while writing', len(seen))


def test_T1_git_reads_whole_stores_at_any_time(tmp_path, record_property):
    writer = WRITERS['Git'](tmp_path / 'home')
    writer.prepare()
    asked = 'protocol=https\nhost=%s\nusername=%s\n\n'
    seen, reads = set(), 0
    with rewriting('Git', writer.folder, 40) as process:
        while process.poll() is None:
            for host, name in (('one.example', 'me'), ('git.example', 'ci')):
                done = subprocess.run(
                    [
                        'git',
                        'credential-store',
                        '--file',
                        str(writer.folder / 'credentials'),
                        'get',
                    ],
                    input=asked % (host, name),
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0 and not done.stderr, done
                reads += 1
                seen.add(
                    (
                        name,
                        dict(line.split('=', 1) for line in done.stdout.splitlines()).get(
                            'password'
                        ),
                    )
                )
    assert process.returncode == 0
    assert {('me', OTHER)} < seen <= {('me', OTHER), ('ci', OLD), ('ci', SECRET)}, seen
    record_property('losses: reads while writing', reads)


@pytest.mark.parametrize('kind', WRITERS)
def test_P8_two_runs_of_each_writer_at_once_end_with_the_file_of_one(kind, tmp_path):
    writer = WRITERS[kind](tmp_path / 'home')
    writer.prepare()
    allowed = []
    for secret in (OLD, SECRET):
        writers.SECRET = secret
        writer.write()
        allowed.append(writer.contents())
    writers.SECRET = SECRET
    processes = [started(AGAIN, kind, writer.folder, 6) for _number in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    now = writer.contents()
    assert all(now[name] in [contents[name] for contents in allowed] for name in now), now
    left = {
        str(path.relative_to(writer.folder)) for path in writer.folder.rglob('*') if path.is_file()
    }
    assert not [name for name in left if '.tmp' in name], left


@pytest.mark.parametrize('kind', ['Maven', 'Git'])
def test_P8_P1_ten_runs_at_once_lose_no_entry(kind, tmp_path):
    writer = WRITERS[kind](tmp_path / 'home')
    writer.prepare()
    names = ['entry%d' % number for number in range(10)]
    processes = [started(ADD, kind, writer.folder, name) for name in names]
    assert [process.wait() for process in processes] == [0] * len(names)
    text = (writer.folder / writer.FILES[0]).read_text()
    assert all(text.count(name + '-password') == 1 for name in names) and OTHER in text
    assert {path.name for path in writer.folder.iterdir()} == set(writer.FILES)
