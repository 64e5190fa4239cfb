# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Maven repository for proxies to fetch from, which writes down what credentials arrive."""

from __future__ import annotations

import dataclasses

from tests.sandbox.serving import basic_credentials

STATUS = {401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found'}


@dataclasses.dataclass
class Arrival:
    """:ivar credentials: C(user:password) of Basic credentials, C('bearer ...'), or None.
    :ivar agent: the User-Agent.
    """

    path: str
    credentials: str | None
    status: int
    agent: str = ''


class GuardedRemote:
    """Answers 401 with a challenge until the right credentials come, and then sends one small file
    for every path.

    Below C(/deny403/) it answers 403 without a challenge.

    :param good: the credentials that it takes, C(user:password).
    :ivar arrivals: all requests, in order.
    """

    def __init__(self, good: set[str] = frozenset()):
        self.good = set(good)
        self.arrivals: list[Arrival] = []
        self.url = ''

    def __call__(self, environ, start_response):
        header = environ.get('HTTP_AUTHORIZATION')
        path = environ['PATH_INFO']
        credentials = ':'.join(basic_credentials(header) or ()) or (header and header.lower())
        status = 200 if credentials in self.good else 403 if '/deny403/' in path else 401
        if status == 200 and '/.meta/' in path:
            # Nexus 2.4 and newer look for a list of prefixes there, and then ask for nothing else
            status = 404
        self.arrivals.append(Arrival(path, credentials, status, environ.get('HTTP_USER_AGENT', '')))
        if status == 200:
            if path.endswith('.pom'):
                start_response('200 OK', [('Content-Type', 'application/xml')])
                return [b'<project/>']
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'open\n']
        start_response(
            f'{status} {STATUS[status]}',
            [('WWW-Authenticate', 'Basic realm="remote"')] if status == 401 else [],
        )
        return [b'']

    def seen(self, path_end: str) -> list[list]:
        """Credentials and status of each request for this file, in order."""
        return [
            [arrival.credentials, arrival.status]
            for arrival in self.arrivals
            if arrival.path.endswith(path_end)
        ]
