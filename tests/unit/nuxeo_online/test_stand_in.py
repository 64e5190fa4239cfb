# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in for nuxeoctl behaves as the real one did in the recordings, so that what the other
tests prove with it means something.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.serving import Sandbox

STAND_INS = Path(__file__).resolve().parents[2] / 'stand_ins'
RUNS = json.loads((STAND_INS / 'nuxeoctl-recorded.json').read_text())['runs']


class Script:
    """A WSGI application that gives the recorded answers, and keeps what differs from the recorded
    requests.
    """

    def __init__(self, exchanges):
        self.left, self.differences = list(exchanges), []

    def __call__(self, environ, start_response):
        if not self.left:
            self.differences.append(f'one more request: {environ["REQUEST_URI"]}')
            start_response('500 Too Many', [])
            return [b'']
        wanted = self.left.pop(0)
        body = environ['wsgi.input'].read().decode()
        sent = {
            'method': environ['REQUEST_METHOD'],
            'path': environ['REQUEST_URI'],
            'authorization': environ.get('HTTP_AUTHORIZATION'),
            'body': re.sub('&CTID=[^&]+$', '', body) or None,
            'clid': environ.get('HTTP_X_NUXEO_CONNECT_CLID'),
        }
        self.differences += [
            f'{name}: {value!r}, but it was {wanted.get(name)!r}'
            for name, value in sent.items()
            if value != wanted.get(name)
        ]
        headers = (
            [('Location', wanted['location'].replace('http://connect.test', ''))]
            if 'location' in wanted
            else []
        )
        start_response(
            f'{wanted["status"]} Recorded', [('Content-Type', 'text/plain;charset=UTF-8'), *headers]
        )
        return [wanted['answer'].encode()]


@pytest.fixture(scope='module')
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize('run', RUNS, ids=[run['scenario'][:40] for run in RUNS])
def test_recorded_run(sandbox, tmp_path, run):
    script = Script(run['exchanges'])
    server = sandbox.serve(script, tls=False)
    home, clid = tmp_path / 'server', tmp_path / 'server/nxserver/data/instance.clid'
    clid.parent.mkdir(parents=True)
    (home / 'bin').mkdir()
    shutil.copy(STAND_INS / 'nuxeoctl', home / 'bin/nuxeoctl')
    url = 'http://127.0.0.1:9' if run.get('refused') else server.url
    data = f'nuxeo.data.dir={run["data"]}\n' if 'data' in run else ''
    (home / 'bin/nuxeo.conf').write_text(
        f'org.nuxeo.connect.url={url}/nuxeo/site/\nstand-in.version={run.get("version", "2023")}\n'
        f'{data}'
    )
    if 'before' in run:
        clid.write_text(run['before'], 'latin-1')
        clid.chmod(0o600)
    given = tmp_path / 'given'
    if run.get('given') is not None:
        given.write_bytes(run['given'].encode('latin-1'))
    done = subprocess.run(
        [
            sys.executable,
            home / 'bin/nuxeoctl',
            *[str(given) if word == 'GIVEN' else word for word in run['arguments']],
        ],
        input=(run['input'] or '').encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        env={'PATH': os.environ['PATH'], 'PYTHONUTF8': '1'},
        preexec_fn=lambda: os.umask(run.get('umask', 0o022)),
    )
    heading = re.compile(r'ERROR StatusConsole|Nuxeo home: |Nuxeo configuration: |\s+at |java\.')
    text_shown = (
        '\n'.join(line for line in done.stdout.decode().split('\n') if not heading.match(line))
        .rstrip('\n')
        .replace('127.0.0.1:9', 'connect.test')
    )
    assert not script.differences and not script.left, f'{script.differences}\n{text_shown}'
    assert (done.returncode, text_shown) == (run['exit'], run['said'])
    assert (clid.read_bytes().decode('latin-1') if clid.exists() else None) == run['file']
    if 'mode' in run:
        assert f'{stat.S_IMODE(clid.stat().st_mode):o}' == run['mode']
    token = 'nos-TOKEN+with/odd=chars'
    assert (token in (home / 'log/nuxeoctl.log').read_text()) == (token in run['arguments'])
