# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way out, against servers that misbehave. H numbers are those of the fault catalogue."""

from __future__ import annotations

import base64
import contextlib
import datetime
import email.utils
import gzip
import json
import logging
import os
import re
import signal
import socket
import ssl
import struct
import sys
import threading
import time
import warnings
import zlib
from functools import partial

import pytest
import trustme
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils import _redaction, _system_trust
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http import client as http
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._http.retry import retry_after
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of, normalize_url

CANARY = 'cAn4ry/+=&<"%secret'
QUERY = {'authToken': CANARY}
GOOD_BODY = b'{"t": "fine"}'
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"t": "fine"}'


class RawServer:
    """Plays scripts of bytes: each request takes the next one.

    A script is bytes to send, or a function of the connection.

    :ivar heads: the heads (and what came with them) of all requests, as bytes.
    """

    def __init__(self, *scripts, context=None):
        self.scripts = list(scripts)
        self.heads = []
        self.stopping = threading.Event()
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.context = context
        self.url = '%s://127.0.0.1:%d' % ('https' if context else 'http', self.port)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.stopping.set()
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError), connection:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            self._talk(connection)

    def _talk(self, connection):
        with connection:
            while True:
                head = b''
                while b'\r\n\r\n' not in head:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    head += piece
                length = re.search(rb'content-length: (\d+)', head, re.IGNORECASE)
                while length and len(head.split(b'\r\n\r\n', 1)[1]) < int(length[1]):
                    head += connection.recv(65536)
                self.heads.append(head)
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                if callable(script):
                    script(self, connection)
                    return
                connection.sendall(script)
                if b'Content-Length' not in script and b'chunked' not in script:
                    return


def answer(body=b'{"t": "fine"}', status='200 OK', **headers):
    """The bytes of an answer; underscores in names of headers stand for hyphens."""
    body = body.encode() if isinstance(body, str) else body
    fields = {'Content_Type': 'application/json', 'Content_Length': str(len(body)), **headers}
    lines = ''.join(
        '%s: %s\r\n' % (name.replace('_', '-'), value)
        for name, value in fields.items()
        if value is not None
    )
    return ('HTTP/1.1 %s\r\n%s\r\n' % (status, lines)).encode('latin-1') + body


def reset(_server, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def close(_server, _connection):
    pass


def silent(server, _connection):
    server.stopping.wait(30)


def dripping(head, piece=b'x', interval=0.1):
    def act(server, connection):
        connection.sendall(head)
        while not server.stopping.wait(interval):
            connection.sendall(piece)

    return act


@pytest.fixture
def serve():
    """A function that starts a C(RawServer) with scripts."""
    with contextlib.ExitStack() as stack:
        yield lambda *scripts, **more: stack.enter_context(RawServer(*scripts, **more))


class Naps(list):
    """Replaces C(time.sleep): records, and does not wait."""

    __call__ = list.append


def client(server, **options):
    options.setdefault('sleep', Naps())
    options.setdefault('timeout', 5)
    url = options.pop('url', server.url if server else None)
    made = Client(url, **options)
    made.naps = options['sleep']
    return made


def get(made, **options):
    try:
        return made.request('GET', '/path', query=QUERY, authorization='Basic ' + CANARY, **options)
    except TokensError as problem:
        assert CANARY not in str(problem) and 'authToken' not in str(problem)
        assert problem.__cause__ is None and (
            problem.__context__ is None or problem.__suppress_context__
        )
        raise


def took(seconds, what, *arguments, **options):
    """Call it, and see that it raised C(Unreachable) in time. :returns: the sentence."""
    start = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        what(*arguments, **options)
    assert time.monotonic() - start < seconds
    return str(caught.value)


# Connections


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

    with pytest.raises(Unreachable, match='did not answer within'):
        get(client(serve(act), timeout=0.5, retries=0))
    assert ended.wait(60)


def test_H3_a_new_request_after_the_deadline_does_not_meet_the_old_one(serve):
    made = client(serve(dripping(b'HTTP/1.1 200 OK\r\n'), OK), timeout=0.3)
    took(2, get, made)
    assert get(made).json() == {'t': 'fine'}


@pytest.mark.parametrize(
    'head',
    [
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
        b'HTTP/1.1 200 OK\r\n\r\n',
        b'HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n',
    ],
    ids=['chunked', 'until closed', '5 GB'],
)
def test_H4_endless_body_is_cut(serve, head):
    sent = []

    def act(server, connection):
        connection.sendall(head)
        while not server.stopping.is_set():
            connection.sendall(b'10000\r\n%s\r\n' % (b' ' * 65536))
            sent.append(65536)

    with pytest.raises(
        ServerProblem, match='sent more than 1048576 bytes, which is more than is needed'
    ):
        get(client(serve(act)))
    assert sum(sent) < 20 * http.LARGEST_RESPONSE


@pytest.mark.parametrize(
    ('encoding', 'body', 'sentence'),
    [
        ('gzip', gzip.compress(b' ' * 50_000_000), 'sent more than'),
        ('deflate', zlib.compress(b' ' * 50_000_000), 'sent more than'),
        ('br', b'\x00', 'in an encoding that was not asked for'),
        ('gzip, gzip, gzip, gzip, gzip', b'\x00', 'in an encoding that was not asked for'),
        ('gzip', b'{"t": 1}', 'cannot be unpacked'),
        ('gzip', gzip.compress(b'{"t": 1}' * 100)[:-20], 'cannot be unpacked'),
    ],
    ids=['gzip bomb', 'deflate bomb', 'brotli', 'five times', 'not packed', 'cut off'],
)
def test_H5_compressed_bodies_that_are_refused(serve, encoding, body, sentence):
    with pytest.raises(ServerProblem, match=sentence):
        get(client(serve(answer(body, Content_Encoding=encoding))))


@pytest.mark.parametrize('encoding', ['gzip', 'x-gzip', 'deflate', 'identity'])
def test_H5_a_compressed_body_of_normal_size_is_read_although_nobody_asked(serve, encoding):
    body = {'deflate': zlib.compress, 'identity': bytes}.get(encoding, gzip.compress)(
        b'{"t": "fine"}'
    )
    server = serve(answer(body, Content_Encoding=encoding))
    assert get(client(server)).json() == {'t': 'fine'}
    assert b'Accept-Encoding: identity' in server.heads[0]


def _raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ('encoding', 'body'),
    [
        ('utf-8', GOOD_BODY),
        ('UTF8', GOOD_BODY),
        ('none', GOOD_BODY),
        ('gzip, utf-8', gzip.compress(GOOD_BODY)),
        ('deflate', _raw_deflate(GOOD_BODY)),
        ('gzip', gzip.compress(GOOD_BODY[:4]) + gzip.compress(GOOD_BODY[4:])),
        ('gzip', gzip.compress(GOOD_BODY) + b'\0' * 8),
        ('gzip, gzip', gzip.compress(gzip.compress(GOOD_BODY))),
        ('deflate, gzip', gzip.compress(zlib.compress(GOOD_BODY))),
    ],
    ids=[
        'utf-8',
        'UTF8',
        'none',
        'with utf-8',
        'raw',
        'members',
        'zeros behind',
        'layers',
        'two kinds',
    ],
)
def test_H5_an_encoding_as_servers_write_it_is_read(serve, encoding, body):
    assert get(client(serve(answer(body, Content_Encoding=encoding)))).json() == {'t': 'fine'}


@pytest.mark.parametrize(
    ('encoding', 'body'),
    [
        ('gzip', gzip.compress(b' ' * 600_000) * 2),
        ('gzip, gzip', gzip.compress(gzip.compress(b' ' * 50_000_000))),
        ('deflate', _raw_deflate(b' ' * 50_000_000)),
    ],
    ids=['members', 'layers', 'raw'],
)
def test_H5_the_limit_is_that_of_all_parts_together(serve, encoding, body):
    with pytest.raises(ServerProblem, match='sent more than'):
        get(client(serve(answer(body, Content_Encoding=encoding))))


def test_H5_many_members_of_a_compressed_body_cost_no_more_than_a_few(serve):
    """Each costs a copy of all that follows it."""
    body = gzip.compress(b'') * 40_000 + gzip.compress(b'{}')
    with pytest.raises(ServerProblem, match='cannot be unpacked'):
        get(client(serve(answer(body, Content_Encoding='gzip')), timeout=60))


def test_H6_two_lengths_are_a_fault_of_the_server(serve):
    server = serve(answer(X='y\r\nContent-Length: 3'))
    with pytest.raises(Unreachable, match='the answer could not be read'):
        get(client(server, retries=0))


def test_H6_wrong_length_is_tried_again(serve):
    def act(_server, connection):
        connection.sendall(answer(Content_Length='100'))

    server = serve(act, OK)
    assert get(client(server)).json() == {'t': 'fine'}
    assert len(server.heads) == 2
    with pytest.raises(Unreachable, match='the connection broke in the middle of the answer'):
        get(client(serve(act), retries=0))


def test_H6_chunked_body_that_ends_early(serve):
    def act(_server, connection):
        connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"t":')

    with pytest.raises(Unreachable, match='broke in the middle'):
        get(client(serve(act), retries=0))


def test_a_head_request_has_a_length_and_no_body(serve):
    server = serve(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n')
    assert client(server).request('HEAD', '/').body == b''


@pytest.mark.parametrize(
    'body',
    [
        b'{"t": "fi',
        b'',
        b'{"t": NaN}',
        b'{"t": -Infinity}',
        b'{"t": 1e400}',
        b'{"t": -1e400}',
        b'{"t": 1, "t": 2}',
        b'[' * 100_000,
        b'{"a":' * 100_000,
        b'{"t": "\xff"}',
        '{"t": "fine"}'.encode('utf-16'),
        b'{"t": 1} x',
        b'{"t": ' + b'9' * 5000 + b'}',
    ],
    ids=[
        'truncated',
        'empty',
        'NaN',
        'Infinity',
        '1e400',
        '-1e400',
        'duplicate',
        'nested lists',
        'nested objects',
        'no UTF-8',
        'UTF-16',
        'more',
        'long number',
    ],
)
def test_H7_H9_H12_H26_what_is_no_strict_json(serve, body, request):
    if hasattr(sys, 'set_int_max_str_digits'):  # as before Python 3.10.7, which has no limit
        request.addfinalizer(partial(sys.set_int_max_str_digits, sys.get_int_max_str_digits()))
        sys.set_int_max_str_digits(0)
    got = get(client(serve(answer(body))))
    with pytest.raises(ServerProblem) as caught:
        got.json_object()
    assert re.fullmatch(
        r'GET 127\.0\.0\.1:\d+/path answered 200 with something that is not valid JSON \(%d '
        r'bytes, content type application/json\)\.' % len(body),
        str(caught.value),
    )
    assert caught.value.__suppress_context__ and caught.value.status == 200
    assert got.error_object() == {}


@pytest.mark.parametrize(
    ('body', 'kind'),
    [
        ('<!DOCTYPE html><html>', 'text/html; charset=utf-8'),
        ('\n\n <HTML><body>', 'application/json'),
        ('<?xml version="1.0"?>', 'application/xhtml+xml'),
    ],
)
def test_H8_a_login_page_is_called_one(serve, body, kind):
    with pytest.raises(
        ServerProblem,
        match=(
            'answered 200 with a page of HTML instead of JSON: a login page, a proxy, or the '
            'wrong address'
        ),
    ):
        get(client(serve(answer(body, Content_Type=kind)))).json()


@pytest.mark.parametrize('body', ['[]', '"text"', 'null', '42', 'true'])
def test_H10_json_that_is_no_object(serve, body):
    with pytest.raises(ServerProblem, match='answered 200 with JSON that is not an object'):
        get(client(serve(answer(body)))).json_object()


def test_H9_no_content(serve):
    got = get(client(serve(b'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n')))
    with pytest.raises(ServerProblem, match='answered 204 with something that is not valid JSON'):
        got.json_object()


@pytest.mark.parametrize(
    ('body', 'kind'),
    [
        (b'\xef\xbb\xbf{"t": "caf\xc3\xa9"}', 'application/json'),
        (b'{"t": "caf\xc3\xa9"}', 'application/json;charset=UTF-8'),
        (b'{"t": "caf\xe9"}', 'application/json;charset=ISO-8859-1'),
        (b'{"t": "caf\xe9"}', 'application/json; charset="windows-1252"'),
        (b'{"t": "caf\xc3\xa9"}', 'application/json; charset=utf-16'),
        (b'{"t": "caf\xc3\xa9"}', 'application/json; charset=rot13'),
        (b'{"t": "caf\xc3\xa9"}', 'application/json; charset=iso-8859-99'),
        (b'{"t": "caf\xc3\xa9"}', 'text/plain'),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_H11_H26_encodings_that_are_understood(serve, body, kind):
    assert get(client(serve(answer(body, Content_Type=kind)))).json_object() == {'t': 'café'}


# Redirects


@pytest.mark.parametrize(
    ('location', 'host'),
    [
        ('https://login.example.com:8443/authorize?state=q', 'https://login.example.com:8443'),
        ('http://127.0.0.1/downgraded', 'http://127.0.0.1'),
        ('https://user:pass@evil.example/', 'https://evil.example'),
        ('/relative/path?x=1', 'the same host'),
        ('//other.example/x', 'https://other.example'),
        ('https://x%0d%0aset-cookie:1/', 'https://x?0d?0aset-cookie:1'),
        ('https://x:a/', 'an unreadable address'),
        ('https://[::bad', 'an unreadable address'),
        (None, 'the same host'),
    ],
)
def test_H13_H14_H15_H16_no_redirect_is_followed(serve, location, host):
    for status in (301, 302, 303, 307, 308):
        server = serve(answer('', '%d Moved' % status, Location=location))
        for method in ('GET', 'POST'):
            got = client(server).request(
                method, '/path', form={'client_secret': CANARY} if method == 'POST' else None
            )
            assert got.status == status
            with pytest.raises(Refused) as caught:
                refuse_redirect(got, 'Do this.')
            assert str(caught.value) == (
                '%s 127.0.0.1:%d/path redirects to %s, and credentials are not sent after it. '
                'Do this.'
            ) % (method, server.port, host)
        assert len(server.heads) == 2


@pytest.mark.parametrize('status', [301, 307])
def test_H4_H13_the_body_of_a_redirect_is_limited_too(serve, status):
    sent = []

    def act(server, connection):
        connection.sendall(
            b'HTTP/1.1 %d Moved\r\nLocation: https://login.example/\r\n\r\n' % status
        )
        while not server.stopping.is_set():
            connection.sendall(b' ' * 65536)
            sent.append(65536)

    with pytest.raises(ServerProblem, match='sent more than'):
        get(client(serve(act)))
    assert sum(sent) < 20 * http.LARGEST_RESPONSE
    assert get(client(serve(answer('<html>', '302 Found', Location='/login')))).body == b'<html>'


# What comes from elsewhere


def test_H17_a_challenge_is_not_answered(serve):
    server = serve(answer('', '401 Unauthorized', WWW_Authenticate='Negotiate'))
    assert get(client(server)).status == 401
    assert len(server.heads) == 1


def test_H18_forbidden_is_final(serve):
    server = serve(answer('', '403 Forbidden'))
    assert get(client(server)).status == 403
    assert len(server.heads) == 1


@pytest.mark.parametrize('number', [1, 3])
@pytest.mark.parametrize('head', ['102 Processing', '103 Early Hints\r\nLink: </x>; rel=preload'])
def test_an_interim_response_is_passed_over(serve, head, number):
    interim = ('HTTP/1.1 %s\r\n\r\n' % head).encode() * number
    assert get(client(serve(interim + OK))).json() == {'t': 'fine'}


@pytest.mark.parametrize('number', [100, 103])
def test_interim_responses_without_end_are_cut(serve, number):
    def act(server, connection):
        while not server.stopping.is_set():
            connection.sendall(b'HTTP/1.1 %d Interim\r\n\r\n' % number * 100)

    with pytest.raises(Unreachable, match='larger than any server needs'):
        get(client(serve(act), timeout=60, retries=0))


def test_H21_a_wait_that_an_option_allows_is_waited(serve):
    server = serve(answer('', '429 Slow Down', Retry_After='90'), OK)
    made = client(server, longest_wait=90)
    assert get(made).status == 200
    assert made.naps == [90]


def test_H24_cookies_of_a_load_balancer_are_kept_where_a_caller_asks_for_it(serve):
    both = answer(Set_Cookie='NXSESSIONID=1; Path=/\r\nSet-Cookie: route=node2; Path=/')
    server = serve(both, both, OK)
    made = client(server)
    made.keeps_cookies = True
    get(made)
    made.keeps_cookies = False
    get(made)
    get(made)
    cookies = [
        [line for line in head.split(b'\r\n') if line.lower().startswith(b'cookie')]
        for head in server.heads
    ]
    assert cookies == [[], [b'Cookie: route=node2'], []]


def test_H24_no_cookie_is_kept(serve):
    server = serve(answer(Set_Cookie='NXSESSIONID=1; Path=/'))
    made = client(server)
    get(made)
    get(made)
    assert len(server.heads) == 2
    assert not any(b'cookie' in head.lower() for head in server.heads)


@pytest.mark.parametrize(
    'script',
    [
        answer(X_Huge='x' * 1_000_000),
        answer(**{'X_%d' % number: 'x' for number in range(100_000)}),
    ],
    ids=['one of 1 MB', '100 000'],
)
def test_H25_headers_without_measure(serve, script):
    with pytest.raises(
        Unreachable, match='the headers of the answer are larger than any server needs'
    ):
        get(client(serve(script)))


@pytest.mark.parametrize(
    'script', [b'SSH-2.0-OpenSSH_9.2\r\n', b'\x00\x01\x02\r\n\r\n', b'<html>hello</html>\r\n\r\n']
)
def test_a_port_that_uses_another_protocol(serve, script):
    with pytest.raises(Unreachable, match='does not answer in HTTP. Check the port'):
        get(client(serve(script)))


def test_H27_proxies_of_the_environment_are_ignored(serve, monkeypatch):
    trap, server = serve(OK), serve(OK)
    for name in (
        'HTTP_PROXY',
        'HTTPS_PROXY',
        'ALL_PROXY',
        'http_proxy',
        'https_proxy',
        'all_proxy',
    ):
        monkeypatch.setenv(name, trap.url)
    assert get(client(server)).status == 200
    assert not trap.heads


def test_H27_a_proxy_that_was_asked_for_is_used(serve):
    proxy = serve(OK)
    made = client(
        None, url='http://nexus.example', proxy=proxy.url.replace('//', '//user:pa%3Ass@')
    )
    assert get(made).status == 200
    assert proxy.heads[0].startswith(b'GET http://nexus.example/path')
    assert b'Proxy-Authorization: Basic dXNlcjpwYTpzcw==' in proxy.heads[0]


@pytest.mark.parametrize('url', ['http://nexus.example', 'https://nexus.example'])
def test_H19_proxy_that_requires_a_login(serve, url):
    proxy = serve(answer('', '407 Proxy Authentication Required'))
    with pytest.raises(
        Refused,
        match=r'^The proxy http://127\.0\.0\.1:%d requires a user name and password \(407\)\.'
        % proxy.port,
    ) as caught:
        get(client(None, url=url, proxy=proxy.url.replace('//', '//user:%s@' % 'hunter2hunter2')))
    assert 'hunter2' not in str(caught.value)


def test_H19_proxy_that_refuses_the_host(serve):
    proxy = serve(answer('', '403 Forbidden'))
    with pytest.raises(
        Unreachable, match=r'does not let a request to nexus\.example through \(403\)'
    ):
        get(client(None, url='https://nexus.example', proxy=proxy.url, retries=0))


@pytest.mark.parametrize('url', ['http://nexus.example', 'https://nexus.example'])
def test_H19_proxy_that_is_down(url):
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(
        Unreachable, match=r'The proxy http://127\.0\.0\.1:%d cannot be used\. Is it up' % port
    ):
        get(client(None, url=url, proxy='http://u:p@127.0.0.1:%d' % port, retries=0))


def test_H28_netrc_is_ignored(serve, tmp_path, monkeypatch):
    (tmp_path / '.netrc').write_text('machine 127.0.0.1 login thief password %s\n' % ('n' * 20))
    (tmp_path / '.netrc').chmod(0o600)
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('NETRC', str(tmp_path / '.netrc'))
    server = serve(OK)
    client(server).request('GET', '/', authorization='Bearer mine')
    client(server).request('GET', '/')
    assert b'Authorization: Bearer mine' in server.heads[0]
    assert b'authorization' not in server.heads[1].lower()


@pytest.mark.parametrize('name', ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'])
def test_H29_certificates_of_the_environment_are_ignored(serve, sandbox, monkeypatch, name):
    server = sandbox.serve(lambda environ, start: [start('200 OK', []), [b'{}']][1])
    monkeypatch.setenv(name, str(sandbox.ca_path))
    with pytest.raises(Unreachable, match='is not trusted'):
        get(client(server, retries=0))
    assert get(client(server, ca_path=str(sandbox.ca_path))).status == 200


def test_an_authority_in_the_trust_store_of_the_system_is_trusted(sandbox, monkeypatch):
    server = sandbox.serve(lambda environ, start: [start('200 OK', []), [b'{}']][1])
    monkeypatch.setattr(_system_trust, 'locations', lambda: (str(sandbox.ca_path), None))
    assert get(client(server)).status == 200
    monkeypatch.setattr(_system_trust, 'locations', lambda: (None, None))
    with pytest.raises(Unreachable, match='is not trusted'):
        get(client(server, retries=0))


def test_the_trust_store_is_that_of_the_system_whatever_the_environment(monkeypatch, tmp_path):
    empty, full = tmp_path / 'empty', tmp_path / 'full'
    empty.write_text('')
    full.write_text('x')
    monkeypatch.setenv('SSL_CERT_FILE', str(full))
    monkeypatch.setattr(_system_trust, 'BUNDLES', (str(empty), str(tmp_path / 'missing')))
    assert _system_trust.locations()[0] != str(full)
    monkeypatch.setattr(_system_trust, 'BUNDLES', (str(empty), str(full)))
    assert _system_trust.locations()[0] is not None


def test_H31_the_clock_of_the_server_is_reported_and_nothing_else(serve):
    assert get(client(serve(answer(Date='Sat, 31 Jan 2026 12:00:00 GMT')))).date == 1769860800
    assert get(client(serve(answer(Date='yesterday')))).date is None
    assert get(client(serve(answer(Date=None)))).date is None


def test_H31_dates_do_not_depend_on_where_one_is(serve, monkeypatch):
    monkeypatch.setenv('TZ', 'Pacific/Kiritimati')
    time.tzset()
    try:
        for zone in ('GMT', '+0000', '-0000'):
            assert (
                get(client(serve(answer(Date='Sat, 31 Jan 2026 12:00:00 ' + zone)))).date
                == 1769860800
            )
    finally:
        monkeypatch.undo()
        time.tzset()


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


# Retries


@pytest.mark.parametrize(
    ('status', 'method', 'tries'),
    [
        (408, 'GET', 3),
        (425, 'GET', 3),
        (429, 'GET', 3),
        (500, 'GET', 3),
        (502, 'GET', 3),
        (503, 'GET', 3),
        (504, 'GET', 3),
        (501, 'GET', 1),
        (400, 'GET', 1),
        (401, 'GET', 1),
        (403, 'GET', 1),
        (404, 'GET', 1),
        (410, 'GET', 1),
        (505, 'GET', 1),
        (429, 'POST', 1),
        (503, 'POST', 1),
        (500, 'POST', 1),
        (501, 'POST', 1),
        (503, 'DELETE', 1),
        (503, 'PUT', 1),
    ],
)
def test_H20_H22_what_is_sent_again(serve, status, method, tries):
    server = serve(answer('', '%d Status' % status))
    made = client(server)
    assert made.request(method, '/').status == status
    assert len(server.heads) == tries
    assert len(made.naps) == tries - 1
    assert all(0.1 <= nap <= 0.5 * 2**number for number, nap in enumerate(made.naps, 1))


@pytest.mark.parametrize(
    ('status', 'tries'),
    [(408, 1), (425, 1), (500, 1), (429, 3), (502, 3), (503, 3), (504, 3), (501, 1)],
)
def test_H20_a_post_that_spends_nothing_is_sent_again_while_the_server_is_busy(
    serve, status, tries
):
    server = serve(answer('', '%d Status' % status))
    assert client(server).request('POST', '/', form={'a': 'b'}, repeatable=True).status == status
    assert len(server.heads) == tries


def test_H20_retries_end_with_the_first_good_answer(serve):
    server = serve(answer('', '503 Busy'), answer('', '502 Busy'), OK)
    assert get(client(server, retries=5)).status == 200
    assert len(server.heads) == 3


NOW = 1_700_000_000


@pytest.mark.parametrize(
    ('value', 'nap'),
    [
        ('7', 7),
        (' 0 ', 0),
        ('-1', 0),
        (email.utils.formatdate(NOW + 12, usegmt=True), 12),
        (email.utils.formatdate(NOW - 3600, usegmt=True), 0),
        ('30', 30),
    ],
)
def test_H21_retry_after_is_followed(serve, value, nap):
    server = serve(answer('', '429 Slow Down', Retry_After=value), OK)
    made = client(server, clock=lambda: NOW)
    assert get(made).status == 200
    assert made.naps == [nap]


@pytest.mark.parametrize(
    'value', ['abc', '', '1.5', 'Fri, 99 Foo 2026', '1_0', '٣'.encode().decode('latin-1')]
)
def test_H21_retry_after_that_cannot_be_read_counts_as_absent(serve, value):
    server = serve(answer('', '503 Busy', Retry_After=value), OK)
    made = client(server)
    assert get(made).status == 200
    assert len(made.naps) == 1 and 0.1 <= made.naps[0] <= 1


@pytest.mark.parametrize(
    'value',
    ['31', '99999999', '9' * 400, '9' * 5000, email.utils.formatdate(NOW + 3600, usegmt=True)],
    ids=['31', '99999999', '400 digits', '5000 digits', 'date'],
)
@pytest.mark.parametrize('status', [429, 502, 503])
def test_H21_a_long_wait_is_reported_and_not_waited(serve, value, status):
    server = serve(answer('', '%d Busy' % status, Retry_After=value))
    made = client(server, clock=lambda: NOW)
    with pytest.raises(
        ServerProblem,
        match=r'answered %d and asks to wait \d+ seconds\. Try again after that, or set longest_'
        r'wait\.$' % status,
    ) as caught:
        get(made)
    assert caught.value.status == status
    assert len(server.heads) == 1 and not made.naps


@given(st.text(max_size=40) | st.integers().map(str) | st.floats().map(str))
def test_H21_retry_after_is_never_negative_and_never_an_error(value):
    wait = retry_after(value, NOW)
    assert wait is None or 0 <= wait <= 1e12


# What is sent


def test_what_a_request_carries(serve):
    server = serve(OK)
    made = client(server)
    made.request('GET', '/a%20b', query={'q': 'ä&='})
    made.request('POST', '/form', form=[('a', 'ä +&='), ('a', '2')])
    made.request('POST', '/json', json_body={'u': 'ä'})
    made.request('PUT', '/raw', body=b'\x00\xff', headers={'Content-Type': 'x/y'}, accept='*/*')
    first, form, json_sent, raw = server.heads
    assert first.startswith(b'GET /a%20b?q=%C3%A4%26%3D HTTP/1.1\r\n')
    assert (
        b'\r\nAccept: application/json\r\n' in first
        and b'\r\nUser-Agent: buildops.tokens/' in first
    )
    assert b'authorization' not in first.lower()
    assert b'application/x-www-form-urlencoded' in form and form.endswith(
        b'\r\n\r\na=%C3%A4+%2B%26%3D&a=2'
    )
    assert b'Content-Type: application/json\r\n' in json_sent and json.loads(
        json_sent.split(b'\r\n\r\n')[1]
    ) == {'u': 'ä'}
    assert b'Accept: */*' in raw and raw.endswith(b'\r\n\r\n\x00\xff')


@pytest.mark.parametrize(
    ('option', 'content', 'sentence'),
    [
        ('ca_path', None, r'^ca_path: there is no file '),
        ('client_cert', None, '^client_cert: there is no file'),
        ('ca_path', 'nonsense', r'^ca_path: .* is not in PEM format\.$'),
        ('client_key', '', '^client_key: .* is not in PEM format'),
        (
            'ca_path',
            '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
            'cannot be used',
        ),
        (
            'client_cert',
            '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
            'passphrase, which cannot be given here',
        ),
        ('client_key', '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n', 'passphrase'),
        (
            'client_cert',
            '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
            'cannot be used',
        ),
    ],
)
def test_files_of_certificates_that_cannot_work(sandbox, tmp_path, option, content, sentence):
    server = sandbox.serve(lambda environ, start: [start('200 OK', []), [b'{}']][1])
    path = tmp_path / 'file.pem'
    if content is not None:
        path.write_text(content)
    options = {'ca_path': str(sandbox.ca_path), option: str(path)}
    if option == 'client_key':
        options['client_cert'] = str(sandbox.ca_path)
    with pytest.raises(BadInput, match=sentence):
        get(client(server, **options))
    assert not server.requests


def test_a_client_certificate_is_shown_to_the_server(serve, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert('127.0.0.1').configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    mine = authority.issue_cert('me@example.com')
    paths = {name: str(tmp_path / name) for name in ('ca', 'cert', 'key', 'both')}
    authority.cert_pem.write_to_path(paths['ca'])
    mine.cert_chain_pems[0].write_to_path(paths['cert'])
    mine.private_key_pem.write_to_path(paths['key'])
    mine.private_key_and_cert_chain_pem.write_to_path(paths['both'])
    server = serve(OK, context=context)
    assert (
        get(
            client(server, ca_path=paths['ca'], client_cert=paths['cert'], client_key=paths['key'])
        ).status
        == 200
    )
    assert get(client(server, ca_path=paths['ca'], client_cert=paths['both'])).status == 200
    with pytest.raises(Unreachable):
        get(client(server, ca_path=paths['ca'], retries=0))


def test_requests_that_is_missing_is_named(serve, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'requests', None)
    with pytest.raises(
        BadInput, match='The Python library requests is missing where this runs. Install it for '
    ):
        get(client(serve(OK)))


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


# Addresses


@pytest.mark.parametrize(
    ('given_url', 'normal'),
    [
        ('https://nexus.example.com', 'https://nexus.example.com'),
        ('https://nexus.example.com/', 'https://nexus.example.com'),
        ('https://nexus.example.com/nexus//', 'https://nexus.example.com/nexus'),
        ('HTTPS://Nexus.Example.COM:443/Nexus', 'https://nexus.example.com/Nexus'),
        ('https://nexus.example.com.:8443', 'https://nexus.example.com:8443'),
        ('  https://nexus.example.com ', 'https://nexus.example.com'),
        ('https://[2001:DB8::1]:8443/', 'https://[2001:db8::1]:8443'),
        ('https://büro.example', 'https://xn--bro-hoa.example'),
        ('http://localhost:80/nexus', 'http://localhost/nexus'),
        ('http://127.0.0.1:8081', 'http://127.0.0.1:8081'),
        ('http://[::1]:8081', 'http://[::1]:8081'),
        ('https://nexus.example.com:', 'https://nexus.example.com'),
    ],
)
def test_H30_addresses_have_one_form(given_url, normal):
    assert normalize_url(given_url) == normal
    assert normalize_url(normal) == normal


@pytest.mark.parametrize(
    ('given_url', 'sentence'),
    [
        ('', 'is empty'),
        ('   ', 'is empty'),
        (None, 'is empty'),
        (5, 'is empty'),
        ('nexus.example.com', 'must be an address like'),
        ('nexus.example.com:8081', 'must be an address like'),
        ('ftp://nexus.example.com', 'must be an address'),
        ('file:///etc/passwd', 'must be an address'),
        ('http+unix://%2Fvar%2Frun', 'must be an address'),
        ('//nexus.example.com', 'must be an address'),
        ('https://', 'must be an address'),
        ('https:///nexus', 'must be an address'),
        ('https://:8081', 'must be an address'),
        (
            'https://user:%s@nexus.example.com' % 'hidden-word',
            'must not contain a user name or password',
        ),
        ('https://user@nexus.example.com', 'must not contain a user'),
        ('https://nexus.example.com?x=hidden-word', 'must not contain a query'),
        ('https://nexus.example.com#x', 'must not contain a query or a fragment'),
        ('https://nexus.example.com:0', 'must be an address'),
        ('https://nexus.example.com:65536', 'host or port cannot be read'),
        ('https://nexus.example.com:abc', 'host or port cannot be read'),
        ('https://[::1', 'cannot be read'),
        ('https://nexus.example.com/a b', 'contains a blank'),
        ('https://nexus.example.com\n.evil.example', 'contains a blank'),
        ('https://a\\b', 'contains a blank'),
        (
            'http://nexus.example.com',
            'uses http, over which passwords and tokens travel in the clear. Use https, or set '
            'allow_http',
        ),
        ('https://xn--\u0661..example', 'cannot be read'),
    ],
)
def test_I7_I8_I13_addresses_that_are_refused(given_url, sentence):
    with pytest.raises(BadInput, match='^url ') as caught:
        normalize_url(given_url)
    assert sentence in str(caught.value)
    assert 'hidden-word' not in str(caught.value)


def test_I7_http_on_request():
    assert normalize_url('http://nexus.example.com', allow_http=True) == 'http://nexus.example.com'


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_clear_error(text):
    for candidate in (text, 'https://' + text, 'https://host/' + text):
        try:
            normal = normalize_url(candidate)
        except BadInput as problem:
            assert str(problem).startswith('url ')
        else:
            assert normalize_url(normal) == normal
            assert normal.startswith(('https://', 'http://'))


@given(st.text(max_size=80))
def test_what_is_shown_of_a_location_is_a_host_at_most(text):
    for candidate in (text, 'https://user:pass@' + text, '//' + text):
        assert re.fullmatch(
            r'the same host|an unreadable address|[a-z?]+://[A-Za-z0-9.:_?-]+', host_of(candidate)
        )
        assert 'user:pass' not in host_of(candidate)


@given(st.text(max_size=300) | st.none() | st.integers())
def test_a_servers_own_words_are_one_short_harmless_line(text):
    words = sanitize(text)
    assert len(words) <= 200
    assert words.isprintable() or all(
        character.isprintable() or character.isspace() or ord(character) > 0xA0
        for character in words
    )
    assert '\n' not in words and '\x1b' not in words


@given(
    st.text(min_size=1, max_size=20).filter(
        lambda text: text.strip() == text and '*' not in text and text.isprintable()
    )
)
def test_a_servers_own_words_contain_no_secret_of_ours(secret):
    assert (
        secret
        not in sanitize('before %s  after' % secret, secret)
        .replace('before ', '')
        .replace(' after', '')
        or secret in 'before after'
    )


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('javax.ws.rs.WebApplicationException', ''),
        ('java.lang.NullPointerException: null', 'null'),
        (
            'java.lang.RuntimeException: org.apache.http.conn.HttpHostConnectException: Connect '
            'to x failed: Connection refused',
            'Connect to x failed: Connection refused',
        ),
        (
            'com.sun.jersey.api.ParamException$PathParamException: '
            'java.lang.IllegalArgumentException: No such type',
            'No such type',
        ),
        ('nexus.example.com: Error', 'nexus.example.com: Error'),
        ('The org.example.Repository is not there', 'The org.example.Repository is not there'),
    ],
)
def test_a_servers_own_words_contain_no_java_exception(text, words):
    assert sanitize(text) == words


def test_blanks_do_not_hide_a_secret_of_ours():
    assert (
        sanitize('bad secret open  sesame\tnow', 'open  sesame\tnow')
        == sanitize('bad  secret open sesame now', 'open  sesame\tnow')
        == 'bad secret ***'
    )


@given(
    st.integers(0, 4),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40),
    st.integers(0, 4),
)
def test_O5_a_servers_own_words_contain_no_secret_of_ours_in_base64(before, secret, behind):
    assume(not set(re.findall('[a-z_]+', secret.lower())) <= _redaction._OWN_WORDS)
    words = sanitize(
        'you sent '
        + base64.b64encode(b'\xfe' * before + secret.encode() + b'\xfe' * behind).decode(),
        secret,
    )
    for skipped in range(3):  # whatever part of it somebody decodes
        text = re.sub('[*=…]', 'A', words.partition('sent ')[2])[skipped:]
        assert secret.encode()[4:-4] not in base64.b64decode(text[: len(text) // 4 * 4])
    assert '***' in words


def test_A26_N13_what_the_libraries_log_of_a_request_stays_out_of_all_logs(caplog):
    """Their warnings contain the address with its query; ansible-core writes what any library logs
    into its log file.
    """
    with socket.create_server(('127.0.0.1', 0)) as server:

        def serve():
            connection = server.accept()[0]
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b'HTTP/1.1 200 OK\r\nno header at all\r\nContent-Length: 2\r\n\r\n{}'
                )

        thread = threading.Thread(target=serve)
        thread.start()
        with caplog.at_level('DEBUG'):
            Client('http://127.0.0.1:%d' % server.getsockname()[1], timeout=5).request(
                'GET', '/x', query={'authToken': 'cAn4ry-ticket'}
            )
            thread.join()
            assert 'cAn4ry' not in caplog.text
            logging.getLogger('urllib3.connection').warning('of somebody else')
    assert 'of somebody else' in caplog.text
