# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Pass over interim responses (102, 103), which http.client takes for the response.

Connections are known, so that a request can be broken off.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import typing as t
import weakref

MOST_INTERIM = 100
# It is not public, and unchanged since Python 3.2
read_status: t.Any = http.client.HTTPResponse.__dict__['_read_status']


class FinalResponse(http.client.HTTPResponse):
    """A response that ends after too many interim ones."""

    _interim = 0

    def _read_status(self) -> t.Tuple[str, int, str]:
        while self._interim < MOST_INTERIM:
            line: t.Tuple[str, int, str] = read_status(self)
            if not 100 <= line[1] < 200 or line[1] == 101:
                return line
            self._interim += 1
            if line[1] == 100:  # is passed over there, which calls this again
                return line
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException()


def adapter() -> t.Any:
    """:returns: an adapter for a session of requests. Its retries are off."""
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class FinalAnswers(HTTPAdapter):
        """Changes the connections, also those to proxies."""

        last: t.List[t.Any] = []  # a weak reference to the socket of the last connection

        def init_poolmanager(self, *arguments: t.Any, **named: t.Any) -> None:
            super().init_poolmanager(*arguments, **named)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *arguments: t.Any, **named: t.Any) -> t.Any:
            manager = super().proxy_manager_for(*arguments, **named)
            manager.pool_classes_by_scheme = pools
            return manager

    def final(pool: t.Any) -> t.Any:
        class Connection(pool.ConnectionCls):
            response_class = FinalResponse

            def connect(self) -> None:
                super().connect()
                FinalAnswers.last[:] = [weakref.ref(self.sock)]

        return type('Pool', (pool,), {'ConnectionCls': Connection})

    pools = {'http': final(HTTPConnectionPool), 'https': final(HTTPSConnectionPool)}
    return FinalAnswers()


def break_off(session: t.Any) -> None:
    """End what another thread sends or reads, also in the middle of a response.

    :param session: with an adapter of this file.
    """
    for reference in list(session.get_adapter('https://').last):
        # Of the base class: that of TLS would let the thread go on without TLS
        with contextlib.suppress(OSError, TypeError):
            socket.socket.shutdown(reference(), socket.SHUT_RDWR)
