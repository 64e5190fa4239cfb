# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The serving layer as curl sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zlib

import pytest

from tests.sandbox.serving import PortTaken, faults
from tests.tools.scratch import ROOT

pytestmark = pytest.mark.needs_client('curl')

#: curl's own names for what went wrong.
TOO_SHORT, TIMED_OUT, RESET, EMPTY, UNTRUSTED = 18, 28, 56, 52, 60


def app(environ, start_response):
    body = json.dumps(
        {'path': environ['PATH_INFO'], 'sent': environ['wsgi.input'].read().decode()}
    ).encode()
    start_response('200 OK', [('Content-Type', 'application/json')])
    return [body]


def curl(sandbox, *args):
    return subprocess.run(
        ['curl', '-sS', '-q', '--cacert', sandbox.ca_path, *args], capture_output=True, check=False
    )


@pytest.fixture
def server(sandbox):
    return sandbox.serve(app)


def test_one_connection_serves_many_requests_and_all_are_recorded(sandbox, server):
    done = curl(
        sandbox,
        '-w',
        '%{num_connects}\n',
        '-u',
        'alice:secret-word',
        '-d',
        'a=b',
        server.url + '/one?x=1&y=hidden-value',
        server.url + '/two',
    )
    assert [line[-1] for line in done.stdout.decode().splitlines()] == ['1', '0']
    first, second = server.requests
    assert {key: first[key] for key in ('method', 'path', 'query', 'status', 'user', 'cookie')} == {
        'method': 'POST',
        'path': '/one',
        'query': ['x', 'y'],
        'status': 200,
        'user': 'alice',
        'cookie': False,
    }
    assert second['path'] == '/two'
    assert 'secret-word' not in repr(list(server.requests)) and 'hidden-value' not in repr(
        list(server.requests)
    )
    assert (server.count(), server.count('GET'), server.count('POST', '/t')) == (2, 0, 1)


def test_slashes_and_escapes_arrive_as_sent(sandbox, server):
    assert (
        json.loads(curl(sandbox, '--path-as-is', server.url + '//a//b/%C3%A9').stdout)['path']
        .encode('latin-1')
        .decode()
        == '//a//b/é'
    )


def test_only_its_own_ca_trusts_it(sandbox, server):
    assert (
        subprocess.run(
            ['curl', '-sS', '-q', server.url], capture_output=True, check=False
        ).returncode
        == UNTRUSTED
    )
    other = sandbox.serve(app, certificate_names=['other.test'])
    assert curl(sandbox, other.url).returncode == UNTRUSTED


def test_plain_http(sandbox):
    server = sandbox.serve(app, tls=False)
    assert server.url.startswith('http://') and curl(sandbox, server.url).returncode == 0


def test_no_header_that_the_application_did_not_set(sandbox, server):
    head = curl(sandbox, '-i', server.url).stdout.decode().partition('\r\n\r\n')[0]
    assert {line.partition(':')[0] for line in head.splitlines()[1:]} == {
        'Date',
        'Content-Type',
        'Content-Length',
    }


def test_a_port_that_is_taken_is_reported(sandbox, server):
    with pytest.raises(PortTaken, match=str(server.port)):
        sandbox.serve(app, port=server.port)


def test_a_chosen_port_is_free_again_after_stop(sandbox, server):
    port = server.port
    server.stop()
    assert sandbox.serve(app, port=port).port == port


def test_an_exception_of_the_application_is_kept_for_the_test(sandbox):
    def broken(environ, start_response):
        raise RuntimeError('planned')

    server = sandbox.serve(broken)
    assert b'exception' in curl(sandbox, server.url).stdout
    assert 'planned' in server.errors[0]


def answer(sandbox, server, action, *args):
    server.faults.add('^/x$', action)
    done = curl(sandbox, '-i', '-m', '1.5', *args, server.url + '/x')
    head, _blank, body = done.stdout.partition(b'\r\n\r\n')
    assert not server.errors
    return done.returncode, head.decode('latin-1'), body


def test_H20_status_fault_is_played_once(sandbox, server):
    _code, head, body = answer(sandbox, server, faults.status(429, {'Retry-After': '7'}, b'later'))
    assert head.startswith('HTTP/1.1 429 ') and 'Retry-After: 7' in head and body == b'later'
    assert b'"/x"' in curl(sandbox, server.url + '/x').stdout


def test_faults_wait_for_their_turn_and_their_method(sandbox, server):
    server.faults.add('/x', faults.status(503), times=2, method='GET', after=1)
    assert curl(sandbox, '-X', 'PUT', server.url + '/x').returncode == 0
    codes = [
        curl(sandbox, '-o', '/dev/null', '-w', '%{http_code}', server.url + '/x').stdout
        for _count in range(4)
    ]
    assert codes == [b'200', b'503', b'503', b'200']


def test_H2_delay(sandbox, server):
    assert answer(sandbox, server, faults.delay(30))[0] == TIMED_OUT


def test_H3_drip(sandbox, server):
    start = time.monotonic()
    code, _head, body = answer(sandbox, server, faults.drip(4, 0.1))
    assert code == 0 and json.loads(body)['path'] == '/x' and time.monotonic() - start > 0.3


def test_H4_endless_body(sandbox, server):
    code, _head, body = answer(sandbox, server, faults.endless(interval=0.01))
    assert code == TIMED_OUT and len(body) > 1_000_000


def test_H5_gzip_bomb(sandbox, server):
    _code, head, body = answer(sandbox, server, faults.gzip_bomb(3_000_000))
    assert (
        'Content-Encoding: gzip' in head
        and len(body) < 10_000
        and len(zlib.decompress(body, 31)) >= 3_000_000
    )


def test_H6_content_length_larger_than_the_body(sandbox, server):
    code, _head, body = answer(sandbox, server, faults.cut(missing=10, keep=5))
    assert code == TOO_SHORT and len(body) == 5


@pytest.mark.parametrize(
    ('action', 'kept', 'content'),
    [
        (faults.login_page(), 'text/html', b'<!DOCTYPE html>'),
        (faults.empty(), 'application/json', b''),
        (faults.json('[]'), 'application/json', b'[]'),
        (faults.bom(), 'application/json', b'\xef\xbb\xbf{'),
        (faults.broken_json(), 'application/json', b'{"path": "'),
        (faults.content_type('text/plain'), 'text/plain', b'{'),
        (
            faults.redirect(302, 'https://sso.example.test/login'),
            'https://sso.example.test/login',
            b'',
        ),
    ],
    ids=['H8', 'H9', 'H10', 'H11', 'H7', 'H26', 'H13'],
)
def test_bodies_that_are_no_answer(sandbox, server, action, kept, content):
    code, head, body = answer(sandbox, server, action)
    assert code == 0 and kept in head and body.startswith(content)


def test_H25_huge_headers(sandbox, server):
    code, head, _body = answer(sandbox, server, faults.huge_headers(60_000, 4))
    assert code == 0 and len(head) > 240_000


def test_H32_reset_before_the_request_was_handled_and_after(sandbox):
    handled = []

    def counting(environ, start_response):
        handled.append(environ['PATH_INFO'])
        return app(environ, start_response)

    server = sandbox.serve(counting)
    assert answer(sandbox, server, faults.reset_before())[0] in (RESET, EMPTY) and handled == []
    assert answer(sandbox, server, faults.reset_after())[0] in (RESET, EMPTY) and handled == ['/x']


def test_starting_and_stopping_takes_well_under_a_second():
    # Processor time: the clock on the wall also measures what else the machine does.
    program = (
        'import time; start = time.process_time()\n'
        'from tests.sandbox.serving import Sandbox\nfrom tests.sandbox import nexus\n'
        'with Sandbox() as sandbox:\n    urls = [sandbox.serve(nexus.create_app(version)).url for '
        'version in ("2.2", "3.71.0-06", "3.97.0-13")]\n'
        'print(time.process_time() - start)'
    )
    best = min(
        float(
            subprocess.run(
                [sys.executable, '-c', program], cwd=ROOT, capture_output=True, check=True
            ).stdout
        )
        for _count in range(3)
    )
    assert best < 0.5


def test_by_hand_it_reports_what_it_serves_and_cleans_up(sandbox, tmp_path):
    state = tmp_path / 'state.json'
    process = subprocess.Popen(
        [
            sys.executable,
            '-m',
            'tests.sandbox',
            '--nexus',
            '3.90.1',
            '--nexus',
            '2.5.1-01:OSS',
            '--state',
            str(state),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        printed = ''
        while 'Ctrl-C' not in printed:
            line = process.stdout.readline()
            assert line, 'it ended early'
            printed += line
        while not state.exists():
            assert process.poll() is None
            time.sleep(0.02)
        reported = json.loads(state.read_text(encoding='utf-8'))
        assert reported['pid'] == process.pid and [
            item['version'] for item in reported['servers']
        ] == [
            '3.90.1',
            '2.5.1-01',
        ]
        assert (
            reported['urls']['nexus'] in printed
            and reported['ca_path'] in printed
            and 'wonderland' in printed
        )
        for item in reported['servers']:
            done = subprocess.run(
                [
                    'curl',
                    '-sS',
                    '-q',
                    '-o',
                    '/dev/null',
                    '-w',
                    '%{http_code}',
                    '--cacert',
                    reported['ca_path'],
                    item['url'] + '/index.html',
                ],
                capture_output=True,
                check=True,
            )
            assert done.stdout == b'200'
        port = reported['urls']['nexus'].rpartition(':')[2]
        second = subprocess.run(
            [sys.executable, '-m', 'tests.sandbox', '--port', port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (
            second.returncode == 1
            and f'port {port} of 127.0.0.1 is in use' in second.stderr
            and 'Traceback' not in second.stderr
        )
    finally:
        process.terminate()
        process.wait(5)
        process.stdout.close()
    assert (
        process.returncode == 0
        and not state.exists()
        and not os.path.exists(os.path.dirname(reported['ca_path']))
    )
