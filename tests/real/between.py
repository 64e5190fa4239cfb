# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy between a client and a server that records what is requested, and may take the Server
header away, as reverse proxies do.
"""

from __future__ import annotations

import dataclasses
import http.client
from urllib.parse import urlsplit


@dataclasses.dataclass
class Asked:
    method: str
    path: str
    status: int
    agent: str | None
    cookie: str | None
    authorization: str | None


class Between:
    """:param url: the server, without its context path.
    :param paths: other paths by those that are asked for.
    :ivar asked: all requests, in order.
    """

    def __init__(self, url: str, strip: bool = False, paths: dict[str, str] | None = None):
        self._netloc = urlsplit(url).netloc
        self._strip = strip
        self._paths = paths or {}
        self.asked: list[Asked] = []

    def __call__(self, environ, start_response):
        path = environ['RAW_URI']
        headers = {
            name[5:].replace('_', '-').title(): value
            for name, value in environ.items()
            if name.startswith('HTTP_') and name != 'HTTP_HOST'
        }
        if environ.get('CONTENT_TYPE'):
            headers['Content-Type'] = environ['CONTENT_TYPE']
        body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
        connection = http.client.HTTPConnection(self._netloc, timeout=60)
        try:
            connection.request(
                environ['REQUEST_METHOD'], self._paths.get(path, path), body or None, headers
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.asked.append(
            Asked(
                environ['REQUEST_METHOD'],
                path,
                answer.status,
                environ.get('HTTP_USER_AGENT'),
                environ.get('HTTP_COOKIE'),
                environ.get('HTTP_AUTHORIZATION'),
            )
        )
        left = [
            (name, value)
            for name, value in answer.getheaders()
            if name.lower()
            not in ('transfer-encoding', 'connection', 'content-length')
            + (('server',) if self._strip else ())
        ]
        start_response(
            f'{answer.status} {answer.reason}', [*left, ('Content-Length', str(len(content)))]
        )
        return [content]
