# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A package repository that requires a credential and records what clients send."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import threading
import typing as t
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Recorded(t.NamedTuple):
    """One request.

    :ivar authorization: the scheme in small letters and the credential, C(basic u:p) decoded; None
        without one.
    """

    method: str
    path: str
    authorization: str | None


class PackageServer:
    """A context manager that serves on loopback.

    It serves a Python index at C(/simple/), an empty upload at any C(POST), and a text anywhere
    else.

    :param accepted: the authorizations that it accepts, as in C(Recorded); None for any.
    """

    def __init__(self, accepted: t.Collection[str] | None = None, encoding: str = 'utf-8') -> None:
        self.accepted = accepted
        self.encoding = encoding
        self.requests: list[Recorded] = []
        handler = type('Handler', (_Handler,), {'packages': self})
        self._server = ThreadingHTTPServer(('127.0.0.1', 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def port(self) -> int:
        """The port."""
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return 'http://127.0.0.1:%d' % self.port

    def __enter__(self) -> PackageServer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def sent(self) -> list[str | None]:
        """Return the authorizations since the last call, each once."""
        found = list(dict.fromkeys(each.authorization for each in self.requests))
        self.requests.clear()
        return found


class _Handler(BaseHTTPRequestHandler):
    packages: PackageServer
    protocol_version = 'HTTP/1.1'

    def log_message(self, *arguments: object) -> None:
        pass

    def _authorization(self) -> str | None:
        header = self.headers.get('Authorization')
        if header is None:
            return None
        scheme, _blank, rest = header.partition(' ')
        if scheme.lower() == 'basic':
            try:
                rest = base64.b64decode(rest).decode(self.packages.encoding, 'replace')
            except binascii.Error:
                rest = 'not base64'
        return '%s %s' % (scheme.lower(), rest)

    def _respond(self) -> None:
        self.rfile.read(int(self.headers.get('Content-Length') or 0))
        authorization, accepted = self._authorization(), self.packages.accepted
        self.packages.requests.append(Recorded(self.command, self.path, authorization))
        refused = authorization is None or (accepted is not None and authorization not in accepted)
        body, kind = (b'', 'text/plain') if refused else self._body()
        self.send_response(401 if refused else 200)
        if refused:
            self.send_header('WWW-Authenticate', 'Basic realm="packages"')
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = _respond

    def _body(self) -> tuple[bytes, str]:
        parts = [part for part in self.path.partition('?')[0].split('/') if part]
        if 'simple' not in parts or self.command == 'POST':
            return b'hello\n', 'text/plain'
        rest = parts[parts.index('simple') + 1 :]
        if rest and rest[-1].endswith('.whl'):
            return wheel(rest[-1].split('-')[0]), 'application/octet-stream'
        if not rest:
            return b'<!DOCTYPE html><html><body></body></html>', 'text/html'
        name = rest[-1].replace('-', '_')
        file = '%s-1.0-py3-none-any.whl' % name
        digest = hashlib.sha256(wheel(name)).hexdigest()
        link = '<a href="%s#sha256=%s">%s</a>' % (file, digest, file)
        return b'<!DOCTYPE html><html><body>%s</body></html>' % link.encode(), 'text/html'


def wheel(name: str) -> bytes:
    """Return a package of Python with one empty module."""
    written = io.BytesIO()
    about = '%s-1.0.dist-info/' % name
    files = {
        name + '.py': '',
        about + 'METADATA': 'Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n' % name,
        about + 'WHEEL': 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    }
    files[about + 'RECORD'] = ''.join('%s,,\n' % each for each in [*files, about + 'RECORD'])
    with zipfile.ZipFile(written, 'w') as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return written.getvalue()
