# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""OAuth2 tokens in the REST API of Nuxeo 10.2 and newer: whether one exists, and its removal."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    wrong_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.grants import (
    CLIENT,
    JWT,
    Grants,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    NuxeoServer,
    no_such_client,
    no_such_token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    jwt,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    Token,
)

ME_PATH = '/api/v1/me'


class TokenRegistry:
    """The tokens of one client.

    :ivar created: when the token was made that C(exists) found, as the server writes it; or None.
    :ivar unknown_client: the server answered that it does not have the client.
    """

    def __init__(self, server: NuxeoServer, grants: Grants, clock: t.Callable[[], float]) -> None:
        self._server = server
        self._grants = grants
        self._options = grants.options
        self._clock = clock
        self.created: t.Any = None
        self.unknown_client = False

    def exists(self, known: t.Optional[Token]) -> t.Optional[bool]:
        """:returns: whether the server has a token for this client and user, or None if that cannot
        be found out without getting one."""
        answer = self._entry(known)
        self.created = None
        self.unknown_client = answer is not None and no_such_client(answer)
        if answer is not None and answer.status == 200 and not answer.is_html:
            self.created = answer.error_object().get('creationDate')
            return True
        return False if answer is not None and no_such_token(answer) else None

    def _entry(self, known: t.Optional[Token]) -> t.Optional[Response]:
        """:returns: the answer about the token of this client and user, or None if that cannot be
        asked without getting one. :raises Refused: the user name and password."""
        if self._grants.legacy:
            return None
        authorization, user = self.as_user(known)
        if authorization is None:
            return None
        answer = self._server.request('GET', self._path(user), authorization=authorization)
        if answer.status == 401 and self._options.get('password'):
            raise wrong_credentials(answer.request_label, '401')
        return answer

    def delete(self, authorization: str, user: str) -> Response:
        """Remove the token of a user."""
        return self._server.request(
            'DELETE', self._path(user), authorization=authorization, repeatable=True
        )

    def as_user(self, known: t.Optional[Token]) -> t.Tuple[t.Optional[str], str]:
        """:returns: the Authorization header and the name of the user for requests about the token;
        None if they would cost a token."""
        login = self._grants.login
        if login:
            return login, self._options['username']
        if self._grants.grant == JWT:
            assertion = self._grants.assertion()
            claims = jwt.jwt_claims(assertion) or {}
            # One for the token endpoint (RFC 7523) is not accepted anywhere else
            if claims.get('aud') is None:
                return 'Bearer ' + assertion, claims['sub']
        if known is None or (known.expires_at or 0) <= self._clock():
            return None, ''
        user = self.user_of(known)
        return (known.authorization, user) if user else (None, '')

    def user_of(self, token: Token) -> t.Optional[str]:
        """:returns: the name of the user that a token belongs to, or None."""
        if self._grants.grant == CLIENT:
            return self._options['client_id']
        if self._options.get('assertion'):
            return (jwt.jwt_claims(self._options['assertion']) or {})['sub']
        if self._options.get('username'):
            return self._options['username']
        answer = self._server.request('GET', ME_PATH, authorization=token.authorization)
        user = answer.error_object().get('id') if answer.status == 200 else None
        return user if isinstance(user, str) and user else None

    def try_token(self, token: Token) -> Response:
        """Use a token for a harmless request."""
        return self._server.request('GET', ME_PATH, authorization=token.authorization)

    def _path(self, user: str) -> str:
        for name, value in (('client_id', self._options['client_id']), ('username', user)):
            if '/' in value or '\\' in value:
                raise BadInput(
                    '%s contains a slash, which this server does not accept in an address.' % name
                )
        return '/api/v1/oauth2/token/client/%s/user/%s' % (
            quote(self._options['client_id'], safe=''),
            quote(user, safe=''),
        )
