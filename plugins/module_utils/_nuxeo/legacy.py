# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The OAuth2 endpoints of Nuxeo 8.10 and older."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.refusals import (
    legacy_error,
    page_refusal,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    login_refusal,
    session_cookie,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    pkce,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    basic_authorization,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    path_of,
)

CODE_PATH = '/oauth2/authorization'
CONTEXT = '/nuxeo'
_KEY = re.compile(r'<input[^>]*name="authorization_key"[^>]*value="([A-Za-z0-9]+)"')


class LegacyEndpoints:
    """:param client: its URL is the root of the server. :param url: with the context path."""

    def __init__(self, client: Client, url: str) -> None:
        self.client = client
        self.url = url

    def request(self, method: str, path: str, **more: t.Any) -> Response:
        """Like C(Client.request). The documentation has these endpoints at the root of the server;
        if they are not there, the context path is tried."""
        answer = self.client.request(method, path, **more)
        context = urlsplit(self.url).path
        if answer.status == 404 and context:
            answer = self.client.request(method, context + path, **more)
        return answer

    def code(self, options: t.Mapping[str, t.Any]) -> str:
        """Get an authorization code: ask for it, log in on the page for consent, and send its form.
        A session connects the three.

        :returns: a secret. :raises TokensError: with cause and remedy."""
        state = pkce.new_state()
        # This query contains no secret
        answer = self.request(
            'GET',
            CODE_PATH,
            accept='*/*',
            query={
                'response_type': 'code',
                'client_id': options['client_id'],
                'redirect_uri': options['redirect_uri'],
                'state': state,
            },
        )
        location = answer.header('Location') or ''
        if not (300 <= answer.status < 400 and path_of(location).endswith('/oauth2Grant.jsp')):
            raise _refusal(answer)
        cookie = session_cookie(answer)
        register(cookie)
        answer, key = self._log_in(options, cookie)
        cookie = session_cookie(answer) or cookie
        register(cookie, key)
        answer = self.request(
            'POST',
            CODE_PATH,
            form={'authorization_key': key, 'state': state},
            headers={'Cookie': cookie} if cookie else None,
            repeatable=False,
            accept='*/*',
        )
        location, code = answer.header('Location') or '', None
        if 300 <= answer.status < 400 and pkce.leads_to(location, options['redirect_uri']):
            code = pkce.code_of(answer.request_label, location, state, self.url)
        if not code:
            raise _refusal(answer)
        return code

    def _log_in(
        self, options: t.Mapping[str, t.Any], cookie: t.Optional[str]
    ) -> t.Tuple[Response, str]:
        """:returns: the page for consent, and the key in its form."""
        answer = self.client.request(
            'GET',
            (urlsplit(self.url).path or CONTEXT) + '/oauth2Grant.jsp',
            authorization=basic_authorization(options['username'], options['password']),
            accept='*/*',
            headers={'Cookie': cookie} if cookie else None,
        )
        key = _KEY.search(answer.text()) if answer.status == 200 else None
        if key is None:
            raise login_refusal(answer) or page_refusal(answer)
        return answer, key.group(1)


def _refusal(answer: Response) -> Exception:
    return legacy_error(answer) or login_refusal(answer) or page_refusal(answer)
