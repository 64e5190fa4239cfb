# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Registries that accept any credential, none without one, and note what was sent.

recorder = Recorder(npm_package)
server = sandbox.serve(recorder)
...  # a client asks server.url
assert recorder.sent('whoami') == {'Bearer a-token'}
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import typing as t

#: From the URL of the server and the path to a content and its media type, or None.
Content = t.Callable[[str, str], t.Optional[t.Tuple[bytes, str]]]
JSON = 'application/json'


class Recorder:
    """A WSGI application. :ivar requests: (path, Authorization or None) of each."""

    def __init__(self, content: Content, refused: t.Collection[str] = ()) -> None:
        """:param refused: values of C(Authorization) that are answered with 401."""
        self._content = content
        self._refused = refused
        self.requests: list[tuple[str, str | None]] = []

    def sent(self, part: str = '') -> set[str]:
        """Return what was sent as C(Authorization) for paths that contain a text."""
        return {header or '' for path, header in self.requests if part in path}

    def __call__(self, environ: dict[str, t.Any], start: t.Any) -> list[bytes]:
        path, header = environ['PATH_INFO'], environ.get('HTTP_AUTHORIZATION')
        self.requests.append((path, header))
        url = '%s://%s' % (environ['wsgi.url_scheme'], environ['HTTP_HOST'])
        found = self._content(url, path)
        if header is None or header in self._refused:
            status, found = '401 Unauthorized', (b'{}', JSON)
        else:
            status = '200 OK' if found else '404 Not Found'
        body, kind = found or (b'{}', JSON)
        headers = [('Content-Type', kind), ('Content-Length', str(len(body)))]
        if status.startswith('401'):
            headers.append(('WWW-Authenticate', 'Basic realm="recorder"'))
        start(status, headers)
        return [b'' if environ['REQUEST_METHOD'] == 'HEAD' else body]


def basic(username: str, password: str) -> str:
    """Return the value of C(Authorization) for a user name and a password."""
    text = '%s:%s' % (username, password)
    return 'Basic ' + base64.b64encode(text.encode('utf-8')).decode('ascii')


def npm_package(url: str, path: str) -> tuple[bytes, str] | None:
    """The content of an npm registry at C(/npm/) with the package C(a-package)."""
    if path.endswith('/-/whoami'):
        return json.dumps({'username': 'somebody'}).encode(), JSON
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode='w:gz') as archive:
        text = json.dumps({'name': 'a-package', 'version': '1.0.0'}).encode()
        entry = tarfile.TarInfo('package/package.json')
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    packed = stream.getvalue()
    if path.endswith('.tgz'):
        return packed, 'application/octet-stream'
    digest = base64.b64encode(hashlib.sha512(packed).digest()).decode('ascii')
    version = {
        'name': 'a-package',
        'version': '1.0.0',
        'dist': {
            'tarball': url + '/npm/a-package/-/a-package-1.0.0.tgz',
            'integrity': 'sha512-' + digest,
            'shasum': hashlib.sha1(packed, usedforsecurity=False).hexdigest(),
        },
    }
    return json.dumps(
        {
            'name': 'a-package',
            'dist-tags': {'latest': '1.0.0'},
            'time': {'1.0.0': '2020-01-01T00:00:00.000Z'},
            'versions': {'1.0.0': version},
        }
    ).encode(), JSON


def image(url: str, path: str) -> tuple[bytes, str] | None:
    """The content of a container registry with the image C(team/an-image:1)."""
    setup = json.dumps(
        {
            'architecture': 'amd64',
            'os': 'linux',
            'config': {},
            'rootfs': {'type': 'layers', 'diff_ids': []},
        }
    ).encode()
    if path == '/v2/':
        return b'{}', JSON
    if '/blobs/' in path:
        return setup, 'application/octet-stream'
    if '/tags/' in path:
        return json.dumps({'name': 'team/an-image', 'tags': ['1']}).encode(), JSON
    kind = 'application/vnd.docker.distribution.manifest.v2+json'
    manifest = {
        'schemaVersion': 2,
        'mediaType': kind,
        'config': {
            'mediaType': 'application/vnd.docker.container.image.v1+json',
            'size': len(setup),
            'digest': 'sha256:' + hashlib.sha256(setup).hexdigest(),
        },
        'layers': [],
    }
    return json.dumps(manifest).encode(), kind
