# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Pass over interim responses (102, 103), which http.client takes for the response."""

from __future__ import annotations

import http.client
import typing as t

# It is not public, and unchanged since Python 3.2
read_status: t.Any = http.client.HTTPResponse.__dict__['_read_status']


class _FinalResponse(http.client.HTTPResponse):
    def _read_status(self) -> t.Tuple[str, int, str]:
        while True:
            line: t.Tuple[str, int, str] = read_status(self)
            if not 102 <= line[1] < 200:  # 100 is passed over there
                return line
            http.client.parse_headers(self.fp)


def adapter() -> t.Any:
    """:returns: an adapter for a session of requests. Its retries are off."""
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    class FinalAnswers(HTTPAdapter):
        """Changes the connections, also those to proxies."""

        def init_poolmanager(self, *arguments: t.Any, **named: t.Any) -> None:
            super().init_poolmanager(*arguments, **named)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *arguments: t.Any, **named: t.Any) -> t.Any:
            manager = super().proxy_manager_for(*arguments, **named)
            manager.pool_classes_by_scheme = pools
            return manager

    def final(pool: t.Any) -> t.Any:
        connection = type('Connection', (pool.ConnectionCls,), {'response_class': _FinalResponse})
        return type('Pool', (pool,), {'ConnectionCls': connection})

    pools = {'http': final(HTTPConnectionPool), 'https': final(HTTPSConnectionPool)}
    return FinalAnswers()
