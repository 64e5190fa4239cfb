# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client that expects exact requests in order and answers each from a script.

client = Scripted(
    Ask('POST', '/token', form={'grant_type': 'x', 'state': ANY}, gives=answer(200, {'a': 't'})),
)
with client:                # at the end, nothing of the script may be left
    Provider(options, client=client)...
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from unittest.mock import ANY

from requests.structures import CaseInsensitiveDict

from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response

__all__ = ['ANY', 'Ask', 'Scripted', 'answer', 'page']


def answer(status=200, data=None, headers=(), body=b'', content_type='application/json'):
    """An answer; C(data) is sent as JSON. What it answers to is filled in when it is given."""
    if data is not None:
        body = json.dumps(data).encode()
    items = dict(headers)
    if content_type and body:
        items.setdefault('Content-Type', content_type)
    return Response(
        '', status, CaseInsensitiveDict(items), body if isinstance(body, bytes) else body.encode()
    )


def page(status, text='<!DOCTYPE html><html><body>hello</body></html>', headers=()):
    """An answer in HTML."""
    return answer(status, body=text, content_type='text/html;charset=UTF-8', headers=headers)


@dataclass
class Ask:
    """One request that is expected, and what it gets: an answer, an error to raise, or a function
    of the request that makes one.
    """

    method: str
    path: str
    gives: object = None
    query: object = None
    form: object = None
    json_body: object = None
    headers: object = None
    authorization: object = None
    repeatable: object = field(default_factory=lambda: ANY)


class Scripted:
    def __init__(self, *script, url='https://server.test'):
        self.url = url
        self.retries = 2
        self.script = list(script)
        self.asked = []
        self.closed = False

    def request(
        self,
        method,
        path,
        query=None,
        form=None,
        json_body=None,
        body=None,
        headers=None,
        authorization=None,
        repeatable=None,
        accept='application/json',
        largest=None,
    ):
        asked = Ask(
            method, path, ANY, query, form, json_body, headers or None, authorization, repeatable
        )
        self.asked.append(asked)
        assert self.script, f'not in the script: {asked}'
        expected = self.script.pop(0)
        expected.headers = expected.headers or None
        given = expected.gives
        expected.gives = ANY
        assert asked == expected
        if callable(given):
            given = given(asked)
        if isinstance(given, Exception):
            raise given
        given.request_label = f'{method} {self.url.split("://")[1]}{path}'
        return given

    def close(self):
        self.closed = True

    def __enter__(self):
        return self

    def __exit__(self, kind, *more):
        if kind is None:
            assert not self.script, f'{len(self.script)} requests of the script were not made'
