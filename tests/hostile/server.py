# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that is honest up to one request and then does anything: a socket, a stand-in behind it,
and what may come back."""

from __future__ import annotations

import base64
import gzip
import json
import random
import re
import socket
import socketserver
import struct
import threading
import zlib
from urllib.parse import parse_qsl, unquote

from werkzeug.test import Client

LONG_ENOUGH = 12
LIMIT = 1024 * 1024  # of http.py
LONGEST_LIST = 32 * LIMIT  # of nexus_proxies.py
ASTRAY = '/followed-by-mistake'


class Asked:
    """One request as it came over the wire. :ivar secrets: what in it nobody may repeat. :ivar
    words: all of it, for servers that echo."""

    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.words = ' '.join(
            [
                target,
                headers.get('authorization', ''),
                self._decoded(),
                body.decode('utf-8', 'replace'),
                unquote(body.decode('latin-1')),
            ]
        )
        self.secrets = {secret for secret in self._secrets() if len(secret) >= LONG_ENOUGH}

    def _decoded(self):
        scheme, _blank, value = self.headers.get('authorization', '').partition(' ')
        return (
            base64.b64decode(value).decode('utf-8', 'replace')
            if scheme.lower() == 'basic'
            else value
        )

    def _secrets(self):
        yield self.headers.get('authorization', '').partition(' ')[2]
        yield self._decoded().partition(':')[2]
        yield self.headers.get('x-nx-authticket', '')
        yield self.headers.get('x-authentication-token', '')
        fields = dict(
            parse_qsl(self.target.partition('?')[2])
            + parse_qsl(self.body.decode('utf-8', 'replace'))
        )
        for name, value in fields.items():
            if re.search('secret|password|token|code$|verifier|assertion', name, re.IGNORECASE):
                yield value


class HostileServer:
    """C(script(number, asked, honest)) says what comes back for a request: None for the honest
    answer, or a function of the connection that writes it.

    :ivar url: without TLS, on loopback. :ivar asked: the requests so far."""

    def __init__(self, app):
        self.app, self.script, self.asked, self.stopping = (
            app,
            lambda number, asked, honest: None,
            [],
            threading.Event(),
        )
        server = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 20
            disable_nagle_algorithm = True

            def handle(self):
                try:
                    while server.one(self):
                        pass
                except (OSError, ValueError):  # the client has gone, or was cut off on purpose
                    pass

        class Tcp(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            stopping = self.stopping
            allow_reuse_address = True
            request_queue_size = 64

        self._tcp = Tcp(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d' % self._tcp.server_address[1]
        threading.Thread(
            target=self._tcp.serve_forever, kwargs={'poll_interval': 0.005}, daemon=True
        ).start()

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.stopping.set()
        self._tcp.shutdown()
        self._tcp.server_close()

    def one(self, connection):
        """Answer one request. :returns: whether another may follow on this connection."""
        line = connection.rfile.readline(65536).decode('latin-1').split()
        if len(line) != 3:
            return False
        headers = {}
        while True:
            header = connection.rfile.readline(65536)
            if header in (b'\r\n', b''):
                break
            name, _colon, value = header.decode('latin-1').partition(':')
            headers[name.lower()] = value.strip()
        asked = Asked(
            line[0],
            line[1],
            headers,
            connection.rfile.read(int(headers.get('content-length') or 0)),
        )
        number = len(self.asked)
        self.asked.append(asked)
        act = self.script(number, asked, lambda: self.honest(asked))
        if act is None:
            connection.wfile.write(raw(*self.honest(asked)))
            return True
        act(connection)
        return False

    def honest(self, asked):
        """:returns: (status, headers, body) of the stand-in."""
        path, _mark, query = asked.target.partition('?')
        answer = Client(self.app, use_cookies=False).open(
            path,
            method=asked.method,
            query_string=query,
            base_url=self.url,
            data=asked.body,
            headers={
                name: value for name, value in asked.headers.items() if name != 'content-length'
            },
        )
        return answer.status_code, list(answer.headers), answer.get_data()


def raw(status, headers, body, length=None):
    """An answer as bytes. C(headers) may be anything that has names and values."""
    lines = ['HTTP/1.1 %s X' % status] + [
        '%s: %s' % pair
        for pair in headers
        if pair[0].lower() not in ('content-length', 'transfer-encoding')
    ]
    return (
        ('\r\n'.join(lines)).encode('latin-1', 'replace')
        + b'\r\nContent-Length: %d\r\n\r\n' % (len(body) if length is None else length)
        + body
    )


class Wild:
    """What a hostile server may do, chosen by a seed. Each method takes (asked, honest) and returns
    a function of the connection.

    :param largest: bytes that no answer may have."""

    def __init__(self, seed, largest=LIMIT):
        self.random = random.Random(seed)
        self.largest = largest

    QUICK = (
        'status',
        'line',
        'headers',
        'twice',
        'frame',
        'body',
        'deep',
        'value',
        'wrong_type',
        'packed',
        'bomb',
        'huge',
        'redirect',
        'echo',
        'cut',
    )
    SLOW = ('silent', 'drip', 'endless', 'endless_headers', 'hundreds')

    def act(self, asked, honest, number, slow=False):
        """:param number: each kind has its turn. :returns: (the kind, a function of the
        connection)."""
        kinds = self.SLOW if slow else self.QUICK
        kind = kinds[number % len(kinds)]
        return kind, getattr(self, kind)(asked, honest)

    def _bytes(self, most=200):
        return self.random.randbytes(self.random.randint(0, most))

    @staticmethod
    def _send(data):
        return lambda connection: connection.wfile.write(data)

    def status(self, asked, honest):
        _status, headers, body = honest()
        return self._send(
            raw(
                self.random.choice(
                    [
                        100,
                        101,
                        102,
                        199,
                        200,
                        201,
                        202,
                        203,
                        204,
                        205,
                        206,
                        207,
                        226,
                        299,
                        304,
                        402,
                        406,
                        411,
                        413,
                        418,
                        421,
                        426,
                        431,
                        444,
                        451,
                        499,
                        500,
                        501,
                        502,
                        503,
                        504,
                        505,
                        507,
                        511,
                        520,
                        599,
                        600,
                        999,
                        self.random.randint(100, 999),
                    ]
                ),
                headers,
                body,
            )
        )

    def line(self, asked, honest):
        return self._send(
            self.random.choice(
                [
                    b'',
                    b'\r\n\r\n',
                    b'HTTP/1.1\r\n\r\n',
                    b'HTTP/9.9 200 OK\r\n\r\n',
                    b'HTTP/1.1 -5 X\r\n\r\n',
                    b'HTTP/1.1 2e2 X\r\n\r\n',
                    b'SSH-2.0-OpenSSH_9.2\r\n',
                    b'HTTP/1.1 20 X\r\n\r\n',
                    b'HTTP/1.1 99999 X\r\n\r\n',
                    b'ICY 200 OK\r\n\r\n',
                    b'HTTP/0.9 200\r\n\r\n{}',
                    b'220 mail.example ESMTP\r\n',
                    b'\x15\x03\x01\x00\x02\x02\x28',
                    b'HTTP/1.1 200 ' + b'x' * 70000 + b'\r\n\r\n',
                    b'HTTP/1.1 100 Continue\r\n\r\n' * 50,
                    self._bytes(400),
                ]
            )
        )

    def headers(self, asked, honest):
        status, headers, body = honest()
        text = ''.join(
            chr(self.random.randint(1, 255)) for _each in range(self.random.randint(0, 60))
        ).replace('\n', ' ')
        more = self.random.choice(
            [
                [('X-%d' % number, 'x') for number in range(200)],
                [('X-Long', 'x' * 70000)],
                [('', 'x')],
                [('X', text)],
                [('Set-Cookie', 'a%d=%s' % (number, 'b' * 50)) for number in range(90)],
                [('Content-Type', text)],
                [('Content-Type', 'application/json; charset=' + text)],
                [('Content-Type', 'application/json; charset=utf-16')],
                [('Content-Type', 'text/html')],
                [('Date', text)],
                [('Server', text)],
                [('Server', 'Nexus/' + text)],
                [('Retry-After', text)],
                [
                    (
                        'Retry-After',
                        self.random.choice(
                            [
                                '-1',
                                '99999999999999999999',
                                '1e3',
                                'NaN',
                                'Fri, 31 Dec 9999 23:59:59 GMT',
                                '0',
                                '²',
                            ]
                        ),
                    )
                ],
                [('WWW-Authenticate', 'Negotiate ' + text)],
                [('Content-Encoding', text)],
                [('Connection', 'upgrade')],
                [('Content-Range', 'bytes 0-0/0')],
                [('Link', '<' + text + '>')],
                [('Nuxeo-Virtual-Host', text)],
                [('ETag', text)],
                [('Location', text)],
            ]
        )
        status = self.random.choice([status, status, 401, 429, 503, 302])
        return self._send(
            raw(
                status,
                [pair for pair in headers if pair[0] not in {name for name, _value in more}] + more,
                body,
            )
        )

    def twice(self, asked, honest):
        """Headers that contradict themselves."""
        status, headers, body = honest()
        again = self.random.choice(
            [
                [('Content-Type', 'text/html'), ('Content-Type', 'application/json')],
                [('Location', '/a'), ('Location', '//evil.example/')],
                [('Content-Encoding', 'gzip'), ('Content-Encoding', 'identity')],
                [('Retry-After', '1'), ('Retry-After', '99999')],
                [('Server', 'Nexus/3.1.0'), ('Server', 'Nexus/2.1.0')],
                [('Date', 'x'), ('Date', 'Thu, 01 Jan 1970 00:00:00 GMT')],
                headers,
            ]
        )
        return self._send(
            raw(self.random.choice([status, status, 302, 429, 503]), headers + again, body)
        )

    def frame(self, asked, honest):
        status, _headers, body = honest()
        head = b'HTTP/1.1 %d X\r\nContent-Type: application/json\r\n' % status
        chunk = b'%x\r\n%s\r\n' % (len(body), body)
        return self._send(
            self.random.choice(
                [
                    head + b'Content-Length: -1\r\n\r\n' + body,
                    head + b'Content-Length: 99999999999999\r\n\r\n' + body,
                    head + b'Content-Length: abc\r\n\r\n' + body,
                    head + b'Content-Length: 5\r\nContent-Length: 7\r\n\r\n' + body,
                    head + b'Content-Length: %d\r\n\r\n' % (len(body) + 50) + body,
                    head + b'Content-Length: %d\r\n\r\n' % max(len(body) - 3, 0) + body,
                    head + b'\r\n' + body,
                    head + b'Content-Length: 0\r\n\r\n' + body,
                    head + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n' + body,
                    head + b'Transfer-Encoding: chunked\r\n\r\n' + chunk,
                    head + b'Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n' + body,
                    head + b'Transfer-Encoding: chunked\r\n\r\n-5\r\n' + body,
                    head
                    + b'Transfer-Encoding: chunked\r\n\r\n'
                    + chunk
                    + b'0\r\n'
                    + b'T: x\r\n' * 300
                    + b'\r\n',
                    head + b'Transfer-Encoding: nonsense\r\n\r\n' + body,
                    head
                    + b'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n'
                    + chunk
                    + b'0\r\n\r\n',
                    head + b' folded: x\r\n\r\n' + body,
                    head + b'\0: \0\r\n\r\n',
                    head.replace(b'\r\n', b'\n') + b'\n' + body,
                ]
            )
        )

    def body(self, asked, honest):
        status, headers, body = honest()
        return self._send(
            raw(
                self.random.choice([status, 200]),
                headers,
                self.random.choice(
                    [
                        b'',
                        b'null',
                        b'[]',
                        b'{}',
                        b'0',
                        b'"x"',
                        b'true',
                        b'NaN',
                        b'{"a": Infinity}',
                        b'1e999',
                        b'[' * 100000,
                        b'{"a":' * 50000,
                        b'\xef\xbb\xbf' + body,
                        body.decode('utf-8', 'replace').encode('utf-16'),
                        b'<html><body>login</body></html>',
                        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc'
                        b'/passwd">]><a>&b;</a>',
                        b'x' * (LIMIT + 10),
                        b' ' * (LIMIT - 1),
                        body[: len(body) // 2],
                        body + body,
                        body + b'\0',
                        self._bytes(3000),
                        b'\xff\xfe' + body,
                        b'{"error": {"a": [1]}}',
                        b'{"error": null}',
                        b'{"status": "x", "message": {}}',
                        b'{"items": {"a": 1}, "entries": "x", "data": [null]}',
                    ]
                ),
            )
        )

    def deep(self, asked, honest):
        status, headers, _body = honest()
        return self._send(
            raw(
                status,
                headers,
                self.random.choice([b'[', b'{"a":', b'[[],'])
                * self.random.choice([900, 5000, 100000]),
            )
        )

    def value(self, asked, honest):
        """The honest answer with one of its values replaced."""
        status, headers, body = honest()
        try:
            data = json.loads(body)
        except ValueError:
            return self._send(raw(status, headers, self._spoilt(body)))
        text = json.dumps(self._changed(data, [self.random.randint(0, 12)]))
        if self.random.random() < 0.1:
            text = text.replace('{', '{"access_token": "a", "access_token": "b", ', 1)
        return self._send(raw(status, headers, text.encode('utf-8', 'surrogatepass')))

    def _spoilt(self, body):
        data = bytearray(body)
        for _each in range(self.random.randint(1, 5)):
            if data:
                at = self.random.randrange(len(data))
                data[at : at + self.random.randint(0, 9)] = self._bytes(9)
        return bytes(data)

    def _changed(self, data, left):
        left[0] -= 1
        if left[0] < 0:
            return self._odd()
        if isinstance(data, dict) and data:
            return {
                key: self._changed(value, left) if self.random.random() < 0.6 else value
                for key, value in data.items()
                if self.random.random() < 0.93
            }
        if isinstance(data, list) and data:
            return [self._changed(value, left) for value in data] * self.random.choice([1, 1, 1, 3])
        return self._odd() if self.random.random() < 0.5 else data

    def _odd(self):
        return self.random.choice(
            [
                None,
                True,
                False,
                0,
                -1,
                3600,
                '3600',
                1.5,
                10**400,
                -(10**20),
                '',
                ' ',
                'x',
                'x\ny',
                'x\r\nSet-Cookie: a',
                '\0',
                '\x1b[31mred',
                '\ud800',
                'é' * 9,
                '\u2028',
                'y' * 70000,
                [],
                {},
                [None],
                [[[]]],
                {'': ''},
                '{{ 7 * 7 }}',
                '${env.HOME}',
                '$ANSIBLE_VAULT;1.1;AES256',
                '#~NXRM~PLACEHOLDER~PASSWORD~#',
                '********',
                '2014-13-45T99:99:99.999+9999',
                '9999-12-31T23:59:59.999+0000',
                '-1',
                '1e99',
                'bearer',
                'MAC',
                '../../etc/passwd',
                'a' * 30 + ' ' + 'b' * 30,
                'eyJhbGciOiJub25lIn0.eyJleHAiOjF9.',
                'e30.' + base64.urlsafe_b64encode(b'[' * 5000).decode() + '.x',
            ]
        )

    def wrong_type(self, asked, honest):
        status, headers, body = honest()
        kind = self.random.choice(
            [
                'text/html',
                'text/plain',
                'application/xml',
                'image/png',
                '',
                'application/json',
                'application/problem+json',
                'application/vnd.siesta-error-v1+json',
                'multipart/form-data; boundary=x',
            ]
        )
        return self._send(
            raw(
                status,
                [pair for pair in headers if pair[0] != 'Content-Type'] + [('Content-Type', kind)],
                body,
            )
        )

    def packed(self, asked, honest):
        status, headers, body = honest()
        bomb = gzip.compress(b' ' * (8 * LIMIT), 9)
        encoding, content = self.random.choice(
            [
                ('gzip', bomb),
                ('deflate', zlib.compress(b'[' * (8 * LIMIT))),
                ('gzip', gzip.compress(body)),
                ('gzip', gzip.compress(body)[:-5]),
                ('gzip', body),
                ('br', body),
                ('gzip, gzip', gzip.compress(bomb)),
                ('gzip, gzip, gzip, gzip, gzip', bomb),
                ('zstd', body),
                ('x-gzip', gzip.compress(body)),
                ('deflate', body),
                ('GZIP', gzip.compress(body)),
                ('gzip', gzip.compress(gzip.compress(b'x' * 9999))),
            ]
        )
        return self._send(raw(status, headers + [('Content-Encoding', encoding)], content))

    def bomb(self, asked, honest):
        """The honest answer, with so many blanks behind it that nobody should unpack them."""
        status, headers, body = honest()
        packer, blanks = zlib.compressobj(6, zlib.DEFLATED, 31), bytes(LIMIT).replace(b'\0', b' ')
        packed = (
            packer.compress(body)
            + b''.join(packer.compress(blanks) for _each in range(self.largest // LIMIT + 1))
            + packer.flush()
        )
        return self._send(raw(status, headers + [('Content-Encoding', 'gzip')], packed))

    def huge(self, asked, honest):
        status, headers, body = honest()
        return self._send(raw(status, headers, body + b' ' * (self.largest + 1)))

    def redirect(self, asked, honest):
        location = self.random.choice(
            [ASTRAY] * 15
            + [
                None,
                '',
                '/',
                asked.target,
                'http://127.0.0.1:1/x',
                'https://evil.example/%s' % asked.words.replace('\r', ' ').replace('\n', ' ')[:500],
                '//evil.example/x',
                'http://u:p%40@evil.example/',
                'javascript:alert(1)',
                'ftp://x/',
                'file:///etc/passwd',
                'http://[::1',
                'http://x:99999/',
                '?code=a%0d%0ab&state=x',
                'https://client.test/cb?code=',
                'https://client.test/cb?code=x&code=y&state=z',
                'https://client.test/cb?error=%1b%5b31m',
                'x' * 60000,
                'http://é.example/',
                '%00',
                'https://client.test/cb#code=x',
                '/nuxeo/login.jsp?loginFailed=true',
                '\x7f',
            ]
        )
        return self._send(
            raw(
                self.random.choice([300, 301, 302, 303, 305, 307, 308, 399]),
                [('Location', location)] if location is not None else [],
                b'',
            )
        )

    def echo(self, asked, honest):
        """All that was sent comes back, in the places that messages are made of."""
        text_shown = asked.words
        line = text_shown.replace('\r', ' ').replace('\n', ' ')[:3000]
        body = self.random.choice(
            [
                json.dumps({'error': text_shown, 'error_description': text_shown}),
                json.dumps({'message': text_shown}),
                json.dumps([{'id': text_shown, 'message': text_shown}]),
                text_shown,
                json.dumps(
                    {'error': 'invalid_client', 'error_description': 'you said ' + text_shown}
                ),
                json.dumps({'errors': [{'id': text_shown, 'msg': text_shown}]}),
                json.dumps(
                    {
                        'error': 'invalid_grant',
                        'error_description': base64.b64encode(text_shown.encode()).decode(),
                    }
                ),
                '<html><title>%s</title></html>' % text_shown,
                json.dumps(
                    {
                        'version': line,
                        'edition': line,
                        'data': {'version': line},
                        'symbolicName': line,
                        'mavenCoordinates': line,
                    }
                ),
                json.dumps({'result': {'success': False, 'message': text_shown}}),
                json.dumps({'status': 400, 'message': text_shown, 'entity-type': 'exception'}),
            ]
        )
        headers = [
            ('Content-Type', self.random.choice(['application/json', 'text/html', 'text/plain'])),
            ('Server', line),
            ('X-Siesta-FaultId', line),
            ('WWW-Authenticate', 'Basic realm="%s"' % line),
            ('Location', 'https://%s/' % line[:100]),
        ]
        return self._send(
            raw(
                self.random.choice([200, 201, 302, 400, 401, 403, 404, 405, 409, 410, 422, 500]),
                headers,
                body.encode(),
            )
        )

    def cut(self, asked, honest):
        data = raw(*honest())
        data = data[: self.random.randint(0, len(data))]
        reset = self.random.random() < 0.5

        def act(connection):
            connection.wfile.write(data)
            if reset:
                connection.request.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)
                )

        return act

    # What takes as long as one waits for it

    def silent(self, asked, honest):
        return lambda connection: connection.server.stopping.wait(60)

    def drip(self, asked, honest):
        data = raw(*honest())
        return self._slowly([data[at : at + 1] for at in range(len(data))], 0.1)

    def endless(self, asked, honest):
        return self._slowly(
            [b'HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n']
            + [b'10000\r\n' + b' ' * 65536 + b'\r\n'] * 200,
            0.001,
        )

    def endless_headers(self, asked, honest):
        return self._slowly([b'HTTP/1.1 200 X\r\n'] + [b'X: y\r\n'] * 5000, 0.02)

    def hundreds(self, asked, honest):
        return self._slowly([b'HTTP/1.1 100 Continue\r\n\r\n'] * 5000, 0.02)

    @staticmethod
    def _slowly(pieces, seconds):
        def act(connection):
            for piece in pieces:
                connection.wfile.write(piece)
                if connection.server.stopping.wait(seconds):
                    return

        return act
