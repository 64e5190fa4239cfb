# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that sends what a script says, byte by byte, and a client to try it with."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client

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
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # to close it would not end the thread
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
    """Ends the connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def close(_server, _connection):
    """Ends the connection without an answer."""


def silent(server, _connection):
    """Accepts the request and never answers."""
    server.stopping.wait(30)


def dripping(head, piece=b'x', interval=0.1):
    """Sends a beginning, and then a piece again and again."""

    def act(server, connection):
        connection.sendall(head)
        while not server.stopping.wait(interval):
            connection.sendall(piece)

    return act


class Naps(list):
    """Replaces C(time.sleep): records, and does not wait."""

    __call__ = list.append


def client(server, **options):
    """A client that does not sleep: C(naps) lists its waits."""
    options.setdefault('sleep', Naps())
    options.setdefault('timeout', 5)
    url = options.pop('url', server.url if server else None)
    made = Client(url, **options)
    made.naps = options['sleep']
    return made


def get(made, **options):
    """A request with a secret in query and header, which no error may show."""
    try:
        return made.request('GET', '/path', query=QUERY, authorization='Basic ' + CANARY, **options)
    except TokensError as problem:
        assert CANARY not in str(problem) and 'authToken' not in str(problem)
        assert problem.__cause__ is None and (
            problem.__context__ is None or problem.__suppress_context__
        )
        raise
