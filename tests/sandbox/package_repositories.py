# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The repositories C(npm), C(pypi) and C(docker) of the Nexus stand-in: each with one package that
is called hello.

A container client finds the image C(docker/hello:1.0) at the address of the server, as Nexus 3.83
and newer offer it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import typing as t

from .package_server import wheel

#: A media type and a content.
File = tuple[str, bytes]
_JSON = 'application/json'
_DOCKER = 'application/vnd.docker.'


def find(name: str, path: str, address: str, user: str) -> File | None:
    """Return a file of a repository.

    :param address: of the repository, without a slash at its end.
    :param user: who asks.
    """
    find_in = {'npm': _npm, 'pypi': _pypi, 'docker': _docker}.get(name)
    return None if find_in is None else find_in(path, address, user)


def _json(value: t.Any, kind: str = _JSON) -> File:
    return kind, json.dumps(value).encode()


def _npm(path: str, address: str, user: str) -> File | None:
    package = _archive({'package/package.json': b'{"name": "hello", "version": "1.0.0"}\n'})
    if path == '-/whoami':
        return _json({'username': user})
    if path == '-/ping':
        return _json({})
    if path == 'hello/-/hello-1.0.0.tgz':
        return 'application/x-tgz', package
    if path != 'hello':
        return None
    digest = base64.b64encode(hashlib.sha512(package).digest()).decode()
    version = {
        'name': 'hello',
        'version': '1.0.0',
        'dist': {
            'tarball': f'{address}/hello/-/hello-1.0.0.tgz',
            'integrity': f'sha512-{digest}',
            'shasum': hashlib.sha1(package).hexdigest(),
        },
    }
    return _json(
        {'name': 'hello', 'dist-tags': {'latest': '1.0.0'}, 'versions': {'1.0.0': version}}
    )


def _pypi(path: str, address: str, user: str) -> File | None:
    link = 'packages/hello/1.0/hello-1.0-py3-none-any.whl'
    package = wheel('hello')
    links = {
        'simple': '<a href="hello/">hello</a>',
        'simple/hello': '<a href="../../%s#sha256=%s">%s</a>'
        % (link, hashlib.sha256(package).hexdigest(), link.rpartition('/')[2]),
    }
    if path == link:
        return 'application/zip', package
    found = links.get(path.rstrip('/'))
    page = f'<!DOCTYPE html><html><body>{found}</body></html>'
    return None if found is None else ('text/html', page.encode())


def _docker(path: str, address: str, user: str) -> File | None:
    """C(path) is the part behind C(/v2/), with the name of the repository."""
    layer = _archive({'hello.txt': b'hello\n'})
    described = {
        'architecture': 'amd64',
        'os': 'linux',
        'config': {},
        'rootfs': {'type': 'layers', 'diff_ids': [_digest(gzip.decompress(layer))]},
    }
    config = json.dumps(described).encode()
    kinds = {'container.image.v1+json': config, 'image.rootfs.diff.tar.gzip': layer}
    configured, contained = (
        {'mediaType': _DOCKER + kind, 'size': len(content), 'digest': _digest(content)}
        for kind, content in kinds.items()
    )
    kind = _DOCKER + 'distribution.manifest.v2+json'
    manifest = {
        'schemaVersion': 2,
        'mediaType': kind,
        'config': configured,
        'layers': [contained],
    }
    image = json.dumps(manifest).encode()
    files = {'': (_JSON, b'{}'), 'docker/hello/tags/list': _json({'tags': ['1.0']})}
    for name in ('1.0', _digest(image)):
        files[f'docker/hello/manifests/{name}'] = (kind, image)
    for content in (config, layer):
        files[f'docker/hello/blobs/{_digest(content)}'] = ('application/octet-stream', content)
    return files.get(path)


def _digest(content: bytes) -> str:
    return 'sha256:' + hashlib.sha256(content).hexdigest()


def _archive(files: dict[str, bytes]) -> bytes:
    """Return a C(.tar.gz) that is the same each time."""
    written = io.BytesIO()
    with gzip.GzipFile(fileobj=written, mode='wb', mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode='w') as archive:
            for name, content in files.items():
                about = tarfile.TarInfo(name)
                about.size = len(content)
                archive.addfile(about, io.BytesIO(content))
    return written.getvalue()
