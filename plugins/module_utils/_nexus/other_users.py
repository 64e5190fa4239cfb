# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""User tokens on behalf of other users: the interface for administrators of 3.90.1 and newer."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    ADMINISTRATOR_SINCE,
    wrong_login,
    wrong_place,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.session import (
    Session,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.user_token_errors import (
    no_user_tokens,
    other_user_refusal,
    redirected,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    sanitize,
)

DEFAULT_REALM = 'default'
SOURCES = {
    'NexusAuthenticatingRealm': DEFAULT_REALM,
    'LdapRealm': 'LDAP',
    'SamlRealm': 'SAML',
    'Crowd': 'Crowd',
}


def path_of_token(user_id: str, realm: str) -> str:
    """:returns: the path of the token of a user."""
    return '/service/rest/v1/security/users/%s/%s/user-token' % (
        quote(user_id, safe=''),
        quote(realm, safe=''),
    )


class OtherUser:
    """The token of another user."""

    def __init__(self, session: Session, user_id: str, realm: t.Optional[str]) -> None:
        self.session = session
        self.user_id = user_id
        self.realm = realm or DEFAULT_REALM

    def request(self, method: str) -> Response:
        """Send a request, again with the other name of a realm that the server does not know.

        :returns: the response, of status 200, 201, 204, 404 or 409. :raises TokensError: another
            status."""
        session, answer = self.session, self._send(method)
        if answer.status == 422:
            answer = self._with_other_realm(method, answer)
        status = answer.status
        if status in (404, 405):
            self._refuse_without_interface(answer)
        if status in (200, 201, 204, 404, 409):
            return answer
        if 300 <= status < 400:
            raise redirected(answer, session.client.url)
        if status == 401:
            raise wrong_login(answer)
        raise other_user_refusal(
            answer, session.client.url, session.username, self.user_id, self.realm
        )

    def create(self) -> Response:
        """:returns: the response with the new token. :raises Refused: there is one already, or the
        user does not exist."""
        answer, shown = self.request('POST'), sanitize(self.user_id)
        if answer.status == 409:
            raise Refused(
                'The user %s already has a token (409). Somebody created it in between.' % shown,
                409,
            )
        if answer.status == 404:
            hint = ', and that the server is a Pro of 3.90.1 or newer'
            raise Refused(
                '%s has no user %s in the realm %s (404). Check user_id and realm%s.'
                % (
                    self.session.place,
                    shown,
                    sanitize(self.realm),
                    '' if self.session.product.reported else hint,
                ),
                404,
            )
        return answer

    def _send(self, method: str) -> Response:
        answer = self.session.client.request(
            method,
            path_of_token(self.user_id, self.realm),
            authorization=self.session.authorization,
        )
        self.session.product.learn(answer)
        return answer

    def _with_other_realm(self, method: str, answer: Response) -> Response:
        """:returns: the response to the realm's other name, or the given one if it has none."""
        given = self.realm
        self.realm = SOURCES.get(given) or next(
            (name for name, source in SOURCES.items() if source == given), given
        )
        if self.realm != given:
            answer = self._send(method)
            if answer.status == 422:
                self.realm = given
        return answer

    def _refuse_without_interface(self, answer: Response) -> None:
        """:raises Refused: the 404 or 405 is not about the user or the token."""
        product, status, page = self.session.product, answer.status, answer.is_html
        if product.without_user_tokens and not page:
            raise no_user_tokens(product, answer)
        too_old = product.at_least(ADMINISTRATOR_SINCE) is False
        if too_old or (status == 405 and not page):
            raise Refused(
                '%s cannot create user tokens for others: that needs 3.90.1 or newer.' % product,
                status,
            )
        if page:
            raise wrong_place(answer, product)
