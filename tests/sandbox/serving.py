# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serves any number of WSGI applications from one process, over TLS with its own CA, and plays
faults from a script.

    with Sandbox() as sandbox:
        server = sandbox.serve(nexus.create_app(version='3.71.0-06'))
        server.faults.add(r'/wonderland/authenticate$', faults.status(503), times=2)
        ...                         # server.url, sandbox.ca_path
        assert server.count('POST') == 3

A fault is any function that takes an L(Exchange, Exchange) and returns an L(Answer, Answer), or
None when it has used the socket itself.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import errno
import gzip
import io
import os
import re
import shutil
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
import traceback
import typing as t
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from werkzeug.serving import DechunkedInput, ThreadedWSGIServer, WSGIRequestHandler

MAX_REQUEST_BODY = 64 * 1024 * 1024
IDLE_SECONDS = 60


class PortTaken(Exception):
    """The port that was asked for is in use, or may not be used."""


@dataclasses.dataclass
class Answer:
    """A whole HTTP answer.

    C(status) is C('200 OK'), or C('200') for one without a reason phrase.
    """

    status: str
    headers: list[tuple[str, str]]
    body: bytes = b''

    @property
    def code(self) -> int:
        return int(self.status.split(' ', 1)[0])

    def with_header(self, name: str, value: str) -> Answer:
        kept = [item for item in self.headers if item[0].lower() != name.lower()]
        return Answer(self.status, kept + [(name, value)], self.body)


class Requests:
    """What a server was asked, in order.

    Each record is a dict; none contains a password, a body or the value of a query key.

    Keys: C(method), C(path) (as sent, not decoded), C(query) (list of keys), C(status) (None if no
    answer was sent), C(user) (name of the Basic credentials, C('bearer'), or None), C(agent),
    C(cookie) (bool), C(time) (monotonic seconds), C(seconds) (how long).
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._records: list[dict] = []

    def append(self, record: dict) -> None:
        with self._lock:
            self._records.append(record)

    def clear(self) -> None:
        with self._lock:
            self._records.clear()

    def matching(self, method: str | None = None, path: str | None = None) -> list[dict]:
        """The records of a method and of a path; C(path) is a regular expression searched in the
        path.
        """
        with self._lock:
            return [
                item
                for item in self._records
                if (method is None or item['method'] == method)
                and (path is None or re.search(path, item['path']))
            ]

    def __len__(self):
        return len(self._records)

    def __iter__(self):
        return iter(self.matching())

    def __getitem__(self, index):
        return self.matching()[index]

    def __repr__(self):
        return '\n'.join('{method} {path} -> {status}'.format(**item) for item in self)


@dataclasses.dataclass
class _Rule:
    path: re.Pattern
    action: t.Callable
    times: float
    method: str | None
    after: int


class Faults:
    """The script of a server: which requests go wrong, and how.

    Rules are tried in the order in which they were added.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []

    def add(
        self,
        path: str,
        action: t.Callable,
        times: float = 1,
        method: str | None = None,
        after: int = 0,
    ) -> None:
        """The next C(times) requests whose path matches the regular expression get C(action), once
        C(after) of them have gone through.
        """
        with self._lock:
            self._rules.append(_Rule(re.compile(path), action, times, method, after))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, method: str, path: str) -> t.Callable | None:
        """The action for this request, or None. Counts the request."""
        with self._lock:
            for rule in self._rules:
                if rule.times > 0 and rule.method in (None, method) and rule.path.search(path):
                    if rule.after > 0:
                        rule.after -= 1
                        continue
                    rule.times -= 1
                    return rule.action
        return None


class Exchange:
    """One request, as a fault sees it."""

    def __init__(self, handler: _Handler, environ: dict):
        self.handler = handler
        self.environ = environ
        self.socket = handler.connection

    def app(self) -> Answer:
        """Lets the application handle the request. Call it once."""
        return self.handler.call_app(self.environ)

    def send(self, answer: Answer, length: int | None = None) -> None:
        """Sends an answer; C(length) is a wrong size of its body."""
        self.handler.send_answer(answer, length)

    def start(self, answer: Answer, *headers: tuple[str, str]) -> None:
        """Sends the head of an answer, for a body that follows by M(write)."""
        self.handler.send_head(answer, list(headers))

    def write(self, data: bytes) -> None:
        self.handler.wfile.write(data)
        self.handler.wfile.flush()

    def sleep(self, seconds: float) -> None:
        """Waits, but not longer than the server lives."""
        self.handler.server.stopping.wait(seconds)

    def hang_up(self) -> None:
        """Closes the connection in order."""
        self.handler.close_connection = True

    def reset(self) -> None:
        """Closes the connection with a TCP reset."""
        self.handler.close_connection = True
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        os.close(self.socket.detach())


class faults:
    """The ready-made faults: C(server.faults.add(path, faults.delay(3)))."""

    @staticmethod
    def status(code, headers=(), body=b'', reason='Fault'):
        """An answer that the application never saw."""
        content = body.encode() if isinstance(body, str) else body
        items = list(headers.items()) if isinstance(headers, dict) else list(headers)
        return lambda exchange: Answer(f'{code} {reason}', items, content)

    @staticmethod
    def redirect(code, location):
        return faults.status(code, [('Location', location)], reason='Redirect')

    @staticmethod
    def login_page():
        """What a single sign-on proxy puts in front of everything: HTML at 200."""
        page = (
            '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form '
            'method="post"><input name="password"></form></body></html>'
        )
        return faults.status(200, [('Content-Type', 'text/html; charset=utf-8')], page, 'OK')

    @staticmethod
    def empty(code=200):
        return faults.status(code, [('Content-Type', 'application/json')], b'', 'OK')

    @staticmethod
    def json(text, code=200):
        """Any text, sent as JSON: C('[]'), C('null'), C('{"t": NaN}')."""
        return faults.status(code, [('Content-Type', 'application/json')], text, 'OK')

    @staticmethod
    def delay(seconds):
        """The application's own answer, late. The application sees the request after the wait."""

        def act(exchange):
            exchange.sleep(seconds)
            return exchange.app()

        return act

    @staticmethod
    def delay_after(seconds):
        """The application handles the request at once, its answer comes late."""

        def act(exchange):
            answer = exchange.app()
            exchange.sleep(seconds)
            return answer

        return act

    @staticmethod
    def drip(size=1, interval=0.5):
        """The application's own body, C(size) bytes at a time."""

        def act(exchange):
            answer = exchange.app()
            exchange.start(answer, ('Content-Length', str(len(answer.body))))
            for start in range(0, len(answer.body), size):
                exchange.write(answer.body[start : start + size])
                exchange.sleep(interval)

        return act

    @staticmethod
    def endless(piece=b' ' * 65536, interval=0.0):
        """A body that never ends."""

        def act(exchange):
            exchange.start(
                Answer('200 OK', [('Content-Type', 'application/json')]),
                ('Transfer-Encoding', 'chunked'),
            )
            while not exchange.handler.server.stopping.is_set():
                exchange.write(b'%x\r\n%s\r\n' % (len(piece), piece))
                exchange.sleep(interval)
            exchange.hang_up()

        return act

    @staticmethod
    def reset_before():
        """The connection is reset; the application never saw the request."""
        return lambda exchange: exchange.reset()

    @staticmethod
    def reset_after():
        """The application handled the request, the connection is reset instead of an answer."""

        def act(exchange):
            exchange.app()
            exchange.reset()

        return act

    @staticmethod
    def cut(missing=100, keep=None):
        """Promises C(missing) bytes more than it sends; C(keep) is how much of the application's
        body goes out.
        """

        def act(exchange):
            answer = exchange.app()
            sent = answer.body if keep is None else answer.body[:keep]
            exchange.send(Answer(answer.status, answer.headers, sent), len(sent) + missing)
            exchange.hang_up()

        return act

    @staticmethod
    def gzip_bomb(size=100 * 1024 * 1024):
        """A small body that unpacks to C(size) bytes."""

        def act(exchange):
            packed = io.BytesIO()
            with gzip.GzipFile(fileobj=packed, mode='wb', compresslevel=6) as stream:
                for _count in range(size // 65536 + 1):
                    stream.write(b' ' * 65536)
            return Answer(
                '200 OK',
                [('Content-Type', 'application/json'), ('Content-Encoding', 'gzip')],
                packed.getvalue(),
            )

        return act

    @staticmethod
    def content_type(value):
        """The application's own answer under another content type."""
        return lambda exchange: exchange.app().with_header('Content-Type', value)

    @staticmethod
    def header(name, value):
        """The application's own answer with one header more, or another value of it."""
        return lambda exchange: exchange.app().with_header(name, value)

    @staticmethod
    def huge_headers(size=1024 * 1024, count=1):
        """C(count) headers of C(size) bytes in front of the application's own answer."""

        def act(exchange):
            answer = exchange.app()
            return Answer(
                answer.status,
                [(f'X-Huge-{number}', 'x' * size) for number in range(count)] + answer.headers,
                answer.body,
            )

        return act

    @staticmethod
    def bom():
        """A byte order mark before the application's own body."""

        def act(exchange):
            answer = exchange.app()
            return Answer(answer.status, answer.headers, b'\xef\xbb\xbf' + answer.body)

        return act

    @staticmethod
    def broken_json():
        """The first half of the application's own body, with the length of that half."""

        def act(exchange):
            answer = exchange.app()
            return Answer(answer.status, answer.headers, answer.body[: len(answer.body) // 2])

        return act


class _Handler(WSGIRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    server: _HttpServer

    def make_environ(self):
        environ = super().make_environ()
        # http.server joins slashes at the start of a path; real servers do not.
        raw = self.requestline.split(' ')[1]
        if raw.startswith('/'):
            environ['RAW_URI'] = environ['REQUEST_URI'] = raw
            environ['PATH_INFO'] = unquote_to_bytes(raw.partition('?')[0]).decode('latin-1')
        environ['SERVER_SOFTWARE'] = 'sandbox'
        return environ

    def run_wsgi(self):
        if self.headers.get('Expect', '').strip().lower() == '100-continue':
            self.wfile.write(b'HTTP/1.1 100 Continue\r\n\r\n')
        environ = self.environ = self.make_environ()
        self._read_body(environ)
        path = environ['RAW_URI'].partition('?')[0]
        self.record = {
            'method': self.command,
            'path': path,
            'query': sorted({key for key, _value in parse_qsl(environ['QUERY_STRING'], True)}),
            'status': None,
            'user': _user(environ.get('HTTP_AUTHORIZATION')),
            'agent': environ.get('HTTP_USER_AGENT'),
            'cookie': 'HTTP_COOKIE' in environ,
            'time': time.monotonic(),
            'seconds': None,
        }
        self.recorded = False
        exchange = Exchange(self, environ)
        action = self.server.faults.take(self.command, path)
        try:
            answer = action(exchange) if action else exchange.app()
            if answer is not None:
                exchange.send(answer)
        finally:
            self._note(None)

    def _read_body(self, environ):
        if environ.get('wsgi.input_terminated'):
            body = t.cast(DechunkedInput, environ['wsgi.input']).read(MAX_REQUEST_BODY)
        else:
            try:
                length = int(environ.get('CONTENT_LENGTH') or 0)
            except ValueError:
                length = 0
            body = self.rfile.read(min(length, MAX_REQUEST_BODY))
        environ['wsgi.input'] = io.BytesIO(body)

    def call_app(self, environ) -> Answer:
        started: list = []

        def start_response(status, headers, exc_info=None):
            started[:] = [status, headers]

        try:
            result = self.server.app(environ, start_response)
            try:
                body = b''.join(result)
            finally:
                if hasattr(result, 'close'):
                    result.close()
        except Exception:  # the sandbox must go on, and the test must see it
            self.server.errors.append(traceback.format_exc())
            traceback.print_exc()
            return Answer(
                '500 Sandbox Is Broken',
                [('Content-Type', 'text/plain')],
                b'The application of the sandbox raised an exception.\n',
            )
        return Answer(started[0], started[1], body)

    def _note(self, status):
        if not self.recorded:
            self.recorded = True
            self.record.update(status=status, seconds=time.monotonic() - self.record['time'])
            self.server.requests.append(self.record)

    def send_head(self, answer: Answer, more):
        self._note(answer.code)
        code, _space, reason = answer.status.partition(' ')
        lines = [f'HTTP/1.1 {code} {reason}']
        names = {name.lower() for name, _value in answer.headers}
        if 'date' not in names:
            lines.append('Date: ' + self.date_time_string())
        lines += [
            '{}: {}'.format(*item)
            for item in answer.headers
            if item[0].lower() not in ('connection', 'content-length', 'transfer-encoding')
        ]
        lines += ['{}: {}'.format(*item) for item in more]
        if self.headers.get('Connection', '').lower() == 'close' or ('connection', 'close') in {
            (n.lower(), v.lower()) for n, v in answer.headers
        }:
            self.close_connection = True
        if self.close_connection:
            lines.append('Connection: close')
        self._head = ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1')
        self.wfile.write(self._head)

    def send_answer(self, answer: Answer, length=None):
        bodiless = answer.code in (204, 304) or answer.code < 200
        size = len(answer.body) if length is None else length
        if self.command == 'HEAD':
            size = int({n.lower(): v for n, v in answer.headers}.get('content-length', size))
        wfile, self.wfile = self.wfile, io.BytesIO()  # one packet instead of two
        try:
            self.send_head(answer, [] if bodiless else [('Content-Length', str(size))])
            head = self.wfile.getvalue()
        finally:
            self.wfile = wfile
        self.wfile.write(head + (b'' if bodiless or self.command == 'HEAD' else answer.body))
        self.wfile.flush()

    def log_request(self, code='-', size='-'):
        pass

    def log(self, type, message, *args):
        if self.server.verbose:
            sys.stderr.write(message % args + '\n')


class _HttpServer(ThreadedWSGIServer):
    def __init__(self, host, port, app, context):
        listener = _listen(host, port)
        try:
            super().__init__(host, listener.getsockname()[1], app, _Handler, fd=listener.fileno())
        finally:
            listener.close()
        self.ssl_context = context  # set late: the handshake belongs into the connection's thread
        self.requests = Requests()
        self.faults = Faults()
        self.stopping = threading.Event()
        self.errors: list[str] = []
        self.verbose = False
        self._open: set = set()

    def process_request_thread(self, request, client_address):
        if self.ssl_context is not None:
            try:
                request.settimeout(IDLE_SECONDS)
                request = self.ssl_context.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError, ValueError):
                self.shutdown_request(request)
                return
        self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)

    def handle_error(self, request, client_address):
        error = sys.exc_info()[1]
        if not isinstance(error, (ConnectionError, TimeoutError, ssl.SSLError, OSError)):
            self.errors.append(traceback.format_exc())
            super().handle_error(request, client_address)

    def log(self, type, message, *args):
        if self.verbose:
            sys.stderr.write((message % args if args else message) + '\n')

    def close_connections(self):
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Server:
    """A running server."""

    def __init__(self, http: _HttpServer, url: str):
        self._http = http
        self.url = url
        self.port: int = http.port
        self.app = http.app
        self.requests = http.requests
        self.faults = http.faults
        #: tracebacks of the application, newest last; a test may check that it is empty
        self.errors = http.errors
        self._thread = threading.Thread(
            target=http.serve_forever,
            kwargs={'poll_interval': 0.02},
            name='sandbox ' + url,
            daemon=True,
        )
        self._thread.start()

    @property
    def state(self):
        """The application's own state, where it has one."""
        return getattr(self.app, 'state', None)

    def count(self, method=None, path=None) -> int:
        return len(self.requests.matching(method, path))

    def reset(self) -> None:
        """Forgets the recorded requests and the faults; the application keeps its state."""
        self.requests.clear()
        self.faults.clear()
        self.errors.clear()

    def stop(self) -> None:
        """Stops listening and closes all connections. The port is free afterwards."""
        if not self._http.stopping.is_set():
            self._http.stopping.set()
            self._http.shutdown()
            self._http.close_connections()
            self._http.server_close()
            self._thread.join(5)


class Sandbox:
    """Starts servers and stops them all at the end.

    Its CA and its files live in a private temporary folder.

    :param authority: C(authority_pem) of an earlier one, whose CA it goes on with.
    :ivar ca_path: PEM file of the CA that signed every server of this sandbox; made when first
        asked for.
    """

    def __init__(self, verbose=False, authority=None):
        self._authority_pem = authority
        self._servers: list[Server] = []
        self._folder: str | None = None
        self._ca = None
        self._lock = threading.Lock()
        self.verbose = verbose

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_exc) -> None:
        self.close()

    def close(self) -> None:
        for server in self._servers:
            server.stop()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @property
    def folder(self) -> str:
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix='buildops-sandbox-')
        return self._folder

    def _authority(self):
        import trustme

        with self._lock:
            if self._ca is None:
                self._ca = (
                    trustme.CA.from_pem(*self._authority_pem)
                    if self._authority_pem
                    else trustme.CA(organization_name='buildops.tokens sandbox')
                )
                self._ca.cert_pem.write_to_path(os.path.join(self.folder, 'ca.pem'))
            return self._ca

    @property
    def authority_pem(self) -> tuple[bytes, bytes]:
        """The certificate of the CA, and its key."""
        return self._authority().cert_pem.bytes(), self._authority().private_key_pem.bytes()

    @property
    def ca_path(self) -> str:
        self._authority()
        return os.path.join(self.folder, 'ca.pem')

    @property
    def truststore_path(self) -> str:
        """A PKCS12 trust store with the CA, for Java: C(-Djavax.net.ssl.trustStore=...) and
        C(-Djavax.net.ssl.trustStorePassword=changeit).
        """
        from cryptography import x509
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

        path = os.path.join(self.folder, 'truststore.p12')
        if not os.path.exists(path):
            certificate = x509.load_pem_x509_certificate(self._authority().cert_pem.bytes())
            store = pkcs12.serialize_java_truststore(
                [pkcs12.PKCS12Certificate(certificate, b'sandbox')],
                BestAvailableEncryption(b'changeit'),
            )
            with open(path, 'wb') as stream:
                stream.write(store)
        return path

    def _context(self, names):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority().issue_cert(*names).configure_cert(context)
        return context

    def serve(self, app, tls=True, port=0, host='127.0.0.1', certificate_names=None) -> Server:
        """Serves a WSGI application.

        C(certificate_names) replaces the names in the certificate (to test a mismatch).

        :raises PortTaken: the port is in use or not allowed.
        """
        names = certificate_names or ('localhost', '127.0.0.1', '::1', host)
        context = self._context(sorted(set(names))) if tls else None
        if hasattr(app, 'ca_path'):
            app.ca_path = lambda: self.ca_path
        http = _HttpServer(host, port, app, context)
        http.verbose = self.verbose
        scheme = 'https' if tls else 'http'
        context_path = getattr(app, 'context', '')
        netloc = f'[{host}]:{http.port}' if ':' in host else f'{host}:{http.port}'
        server = Server(http, f'{scheme}://{netloc}{context_path}')
        self._servers.append(server)
        return server


def _listen(host, port):
    listener = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        if getattr(error, 'errno', None) == errno.EADDRINUSE:
            raise PortTaken(f'port {port} of {host} is in use by another program') from None
        raise PortTaken(
            'cannot listen on port {} of {}: {}'.format(
                port, host, getattr(error, 'strerror', None) or error
            )
        ) from None
    return listener


def basic_credentials(header: str | None) -> tuple[str, str] | None:
    """User and password (UTF-8) of an Authorization header; None where there are none or they
    cannot be read.
    """
    scheme, _space, value = (header or '').partition(' ')
    if scheme.lower() != 'basic':
        return None
    try:
        user, colon, password = (
            base64.b64decode(value.strip(), validate=True).decode('utf-8').partition(':')
        )
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return (user, password) if colon else None


def _user(header):
    if not header:
        return None
    if header.lower().startswith('bearer '):
        return 'bearer'
    credentials = basic_credentials(header)
    return credentials[0] if credentials else None


def split_url(url: str) -> tuple[str, int]:
    """Host and port of a server's URL."""
    parts = urlsplit(url)
    return parts.hostname or '', parts.port or (443 if parts.scheme == 'https' else 80)
