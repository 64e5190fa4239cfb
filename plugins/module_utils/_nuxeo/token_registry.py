# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""OAuth2 tokens in the REST API of Nuxeo 10.2 and newer: whether one exists, and its removal."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    wrong_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.directory import (
    TOKENS_DIRECTORY,
    entries,
    in_address,
    token_row,
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
OWN_TOKENS = '/api/v1/oauth2/token/client'


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
        self.created, self.unknown_client = None, False
        authorization, user = (None, '') if self._grants.legacy else self.as_user(known)
        if authorization is None:
            return None
        if not in_address(self._options['client_id'], user):
            return self._is_listed(authorization, user)
        answer = self._asked(self._path(user), authorization)
        self.unknown_client = no_such_client(answer)
        if answer.status == 200 and not answer.is_html:
            self.created = answer.error_object().get('creationDate')
            return True
        return False if no_such_token(answer) else None

    def _is_listed(self, authorization: str, user: str) -> t.Optional[bool]:
        """:returns: whether the user's own list has a token of the client; None without a list."""
        answer = self._asked(OWN_TOKENS, authorization)
        listed = answer.error_object().get('entries') if answer.status == 200 else None
        if not isinstance(listed, list):
            return None
        for entry in listed:
            if isinstance(entry, dict) and (entry.get('clientId'), entry.get('nuxeoLogin')) == (
                self._options['client_id'],
                user,
            ):
                self.created = entry.get('creationDate')
                return True
        return False

    def _asked(self, path: str, authorization: str) -> Response:
        """:returns: the answer. :raises Refused: the user name and password."""
        answer = self._server.request('GET', path, authorization=authorization)
        if answer.status == 401 and self._options.get('password'):
            raise wrong_credentials(answer.request_label, '401')
        return answer

    def delete(self, authorization: str, user: str) -> Response:
        """Remove the token of a user.

        :raises Refused: only an administrator can, since the name cannot be in an address."""
        path = self._path(user)
        if not in_address(self._options['client_id'], user):
            rows: t.List[str] = []
            for answer, entry in entries(self._server, TOKENS_DIRECTORY, authorization):
                if answer.status == 401:
                    return answer
                rows += token_row(entry, self._options['client_id'], user)
            if not rows:
                raise Refused(
                    'The token remains: the name of the user or the client contains a slash or '
                    'backslash, and only an administrator can remove such a token, in the '
                    'directory oauth2Tokens.'
                )
            path = '%s/%s' % (TOKENS_DIRECTORY, quote(rows[0], safe=''))
        return self._server.request('DELETE', path, authorization=authorization, repeatable=True)

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
        return '/api/v1/oauth2/token/client/%s/user/%s' % (
            quote(self._options['client_id'], safe=''),
            quote(user, safe=''),
        )
