# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client and what servers send: sizes, encodings, JSON, redirects, headers, cookies.

H numbers are those of the fault catalogue.
"""

from __future__ import annotations

import gzip
import re
import sys
import time
import zlib
from functools import partial

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http import client as http
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from tests.support.raw_server import CANARY, GOOD_BODY, OK, answer, client, get


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
