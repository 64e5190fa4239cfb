# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client, where a connection fails, hangs or is lost: TLS, deadlines, threads, forks.

H and T numbers are those of the fault catalogue.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import socket
import ssl
import threading
import time
import warnings

import pytest
import trustme

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Unreachable
from tests.support.raw_server import OK, client, close, dripping, get, reset, silent


def took(seconds, what, *arguments, **options):
    """Call it, and see that it raised C(Unreachable) in time. :returns: the sentence."""
    start = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        what(*arguments, **options)
    assert time.monotonic() - start < seconds
    return str(caught.value)


def test_H1_connection_refused_is_tried_again_and_then_named():
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    made = client(None, url='http://127.0.0.1:%d' % port)
    with pytest.raises(
        Unreachable,
        match=r'^127\.0\.0\.1:%d refuses the connection\. Is the server up, and the port right\?$'
        % port,
    ):
        get(made)
    assert len(made.naps) == 2


def test_H1_name_that_cannot_be_resolved():
    made = client(None, url='https://nexus.invalid', retries=0)
    with pytest.raises(Unreachable, match=r'The name of nexus\.invalid cannot be resolved\.'):
        get(made)


@pytest.mark.parametrize(
    ('issuer', 'sentence'),
    [
        ('nobody', r'not trusted: .*(self.signed|unable to get local issuer).*ca_path\.$'),
        ('another', r'not trusted: .*ca_path\.$'),
        ('expired', r'not trusted: certificate has expired\. It must be renewed on the server\.$'),
        ('wrong host', r'not trusted: .*mismatch.*Use in url the name that it was issued for\.$'),
    ],
)
def test_H1_certificates_that_are_not_trusted(serve, tmp_path, issuer, sentence):
    authority = trustme.CA()
    ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=2)
    certificate = authority.issue_cert(
        'other.example' if issuer == 'wrong host' else '127.0.0.1',
        **({'not_after': ago} if issuer == 'expired' else {}),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    path = None
    if issuer != 'nobody':
        path = str(tmp_path / 'ca.pem')
        (trustme.CA() if issuer == 'another' else authority).cert_pem.write_to_path(path)
    server = serve(OK, context=context)
    made = client(server, ca_path=path)
    with pytest.raises(
        Unreachable, match='The certificate of 127.0.0.1:%d is %s' % (server.port, sentence)
    ):
        get(made)
    assert not server.heads
    assert not made.naps  # another try does not help
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert get(client(server, validate_certs=False)).status == 200


def test_H1_tls_sent_to_a_server_without(sandbox):
    server = sandbox.serve(lambda environ, start: [start('200 OK', []), [b'{}']][1], tls=False)
    with pytest.raises(Unreachable, match='does not speak TLS. Check the port'):
        get(client(server, url=server.url.replace('http:', 'https:')))


def test_H1_http_sent_to_a_server_with_tls(serve):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert('127.0.0.1').configure_cert(context)
    server = serve(OK, context=context)
    with pytest.raises(
        Unreachable, match='connection was closed before an answer|does not answer in HTTP'
    ):
        get(client(server, url=server.url.replace('https:', 'http:')))


def test_H1_handshake_that_is_cut_off_is_tried_again(serve):
    listener = socket.create_server(('127.0.0.1', 0))
    tries = []

    def accept():
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listener.accept()
                tries.append(1)
                connection.close()

    threading.Thread(target=accept, daemon=True).start()
    with listener:
        made = client(None, url='https://127.0.0.1:%d' % listener.getsockname()[1])
        with pytest.raises(Unreachable):
            get(made)
        listener.shutdown(socket.SHUT_RDWR)
    assert len(tries) == 3


def test_H2_server_that_never_answers(serve):
    assert 'did not answer within 0.3 seconds' in took(2, get, client(serve(silent), timeout=0.3))


@pytest.mark.parametrize(
    'head',
    [
        b'',
        b'HTTP/1.1 200 OK\r\n',
        b'HTTP/1.1 200 OK\r\nX-Long: ',
        b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n',
        b'HTTP/1.1 200 OK\r\n\r\n',
    ],
    ids=['status line', 'first header', 'long header', 'body with length', 'body without'],
)
def test_H3_drip_ends_at_the_deadline_wherever_it_drips(serve, head):
    made = client(serve(dripping(head)), timeout=0.4)
    assert 'did not answer within 0.4 seconds' in took(2, get, made)
    assert not made.naps


def test_H3_after_the_deadline_a_server_does_not_keep_a_thread_busy(serve):
    ended = threading.Event()

    def act(_server, connection):
        connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n')
        try:
            while True:
                connection.sendall(b'X-A: b\r\n')
        except OSError:
            ended.set()

    # Python 3.14 limits the number of trailers itself
    with pytest.raises(Unreachable, match='did not answer within|headers of the answer are larger'):
        get(client(serve(act), timeout=0.5, retries=0))
    assert ended.wait(60)


def test_H3_a_new_request_after_the_deadline_does_not_meet_the_old_one(serve):
    made = client(serve(dripping(b'HTTP/1.1 200 OK\r\n'), OK), timeout=0.3)
    took(2, get, made)
    assert get(made).json() == {'t': 'fine'}


@pytest.mark.parametrize(
    'script', [b'SSH-2.0-OpenSSH_9.2\r\n', b'\x00\x01\x02\r\n\r\n', b'<html>hello</html>\r\n\r\n']
)
def test_a_port_that_uses_another_protocol(serve, script):
    with pytest.raises(Unreachable, match='does not answer in HTTP. Check the port'):
        get(client(serve(script)))


def test_H32_kept_connection_that_was_closed_meanwhile(serve):
    def once(_server, connection):
        connection.sendall(OK)
        connection.recv(65536)  # the second request comes in, and is not answered
        reset(None, connection)

    server = serve(once, OK)
    made = client(server)
    assert get(made).status == 200
    assert get(made).status == 200


@pytest.mark.parametrize('act', [reset, close])
def test_T14_a_request_that_spends_something_is_never_sent_twice(serve, act):
    server = serve(act, OK)
    made = client(server)
    with pytest.raises(
        Unreachable, match='^GET 127.0.0.1:.*/path: the connection was closed before an answer came'
    ):
        get(made, repeatable=False)
    assert len(server.heads) == 1
    assert not made.naps


@pytest.mark.parametrize('act', [reset, close])
def test_H32_a_read_is_sent_again(serve, act):
    server = serve(act, OK)
    assert get(client(server)).status == 200
    assert len(server.heads) == 2


# Threads, forks, signals


@pytest.mark.filterwarnings('ignore:This process:DeprecationWarning')
def test_a_fork_has_its_own_requests(serve):
    server = serve(OK)
    made = client(server)
    assert get(made).status == 200
    for _count in range(3):
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if get(client(server)).status == 200 else 1)
            finally:
                os._exit(2)
        assert os.waitpid(child, 0)[1] == 0
    assert get(made).status == 200


class TaskTimeout(BaseException):
    """As ansible-core raises it from a signal handler when the time of a task is over."""


def test_A_task_timeout_passes_through(serve):
    def ring(*_args):
        raise TaskTimeout

    before = signal.signal(signal.SIGALRM, ring)
    made = client(serve(silent), timeout=20)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        start = time.monotonic()
        with pytest.raises(TaskTimeout):
            get(made)
        assert time.monotonic() - start < 2
        made.close()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_many_threads_share_nothing(serve):
    server = serve(OK)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(get(client(server)).status))
        for _count in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [200] * 16
