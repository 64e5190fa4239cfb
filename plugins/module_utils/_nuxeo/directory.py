# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Directories of a Nuxeo Platform, where administrators reach what no address can name."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import ServerProblem
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import NuxeoServer
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register

TOKENS_DIRECTORY = '/api/v1/directory/oauth2Tokens'
PAGE_SIZE = 100
MOST_PAGES = 100


def in_address(*names: str) -> bool:
    """:returns: whether the server accepts these names in an address."""
    return not any('/' in name or '\\' in name for name in names)


def entries(
    server: NuxeoServer, path: str, authorization: str
) -> t.Iterator[t.Tuple[Response, t.Any]]:
    """Yield the entries of a directory, each with the answer that it is in; for a refusal, the
    answer with None.

    :raises ServerProblem: the answer is not a list, or does not end."""
    for page in range(MOST_PAGES):
        answer = server.request(
            'GET',
            path,
            authorization=authorization,
            query={'pageSize': PAGE_SIZE, 'currentPageIndex': page},
        )
        if not 200 <= answer.status < 300:
            yield answer, None
            return
        data = answer.json_object()
        if not isinstance(data.get('entries'), list):
            raise ServerProblem(
                '%s answered without a list of entries. Check url.' % answer.request_label,
                answer.status,
            )
        for entry in data['entries']:
            yield answer, entry
        if not data.get('isNextPageAvailable'):
            return
    raise ServerProblem(
        'The server has more than %d entries in %s.' % (MOST_PAGES * PAGE_SIZE, path)
    )


def token_row(entry: t.Any, client_id: str, user: str) -> t.List[str]:
    """:param entry: of the directory of tokens, whose secrets are registered.
    :returns: the number of its row, in a list; empty unless it is of that client and user."""
    properties = entry.get('properties') if isinstance(entry, dict) else None
    if not isinstance(properties, dict):
        return []
    register(*(properties.get(name) for name in ('accessToken', 'refreshToken')))
    if (properties.get('clientId'), properties.get('nuxeoLogin')) != (client_id, user):
        return []
    return [str(properties.get('id'))]
