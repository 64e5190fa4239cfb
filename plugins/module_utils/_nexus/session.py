# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Requests of one user to a Nexus Repository whose version may be unknown."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    ATTRIBUTES_PATH,
    ATTRIBUTES_SINCE,
    GENERATIONS,
    REST_STATUS,
    STATUS_PATHS,
    Generation,
    Product,
    refuse_host,
    refuse_place,
    server_name,
    unknown_version,
    wrong_login,
    wrong_place,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.user_token_errors import (
    is_expired,
    no_user_tokens,
    redirected,
    step2_refusal,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    CurrentState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    basic_authorization,
)

V1_STATUS_SINCE = (3, 15)
CHECKS_ALL_PATHS_SINCE = (3, 8)


class Session:
    """What one user asks of one server without a ticket.

    :param nexus_version: as the user states it, or None.
    :ivar product: what is known about the server.
    :ivar assumed: the generation, if the server does not report its version.
    """

    def __init__(
        self, client: Client, username: str, password: str, nexus_version: t.Optional[str]
    ) -> None:
        self.client = client
        self.username = username
        self.password = password
        self.authorization = basic_authorization(username, password)
        self.product = Product(nexus_version)
        self.assumed: t.Optional[Generation] = None
        # The response about one's own token, if it was requested to find out the version
        self._attributes: t.Optional[Response] = None

    @property
    def generation(self) -> t.Optional[Generation]:
        """The generation, or None while it is unknown."""
        return self.product.generation or self.assumed

    @property
    def known_generation(self) -> Generation:
        """The generation, the newest while it is unknown."""
        return self.generation or GENERATIONS[0]

    @property
    def place(self) -> str:
        """The server, for messages."""
        return server_name(self.client.url)

    def get(self, path: str, authorization: t.Optional[str] = None) -> Response:
        """:raises Refused: the user name and password are wrong."""
        answer = self.client.request('GET', path, authorization=authorization or self.authorization)
        refuse_host(answer, self.client.url)
        if answer.status == 401 and authorization is None:
            raise wrong_login(answer)
        self.product.learn(answer)
        return answer

    def ask_status(self, path: str) -> Response:
        """Request a status resource, and learn the version from it."""
        answer = self.get(path)
        if answer.status == 200 and not answer.is_html:
            self.product.learn_status(answer.error_object())
        return answer

    def discover(self, ask_status: bool) -> None:
        """Find out the version, and that user name and password are right, without step 1.

        :param ask_status: send requests until both are known. Otherwise, what one look at the
            token does not show is left to step 1.
        :raises Refused: wrong credentials, or not a Nexus."""
        doubtful, since = True, CHECKS_ALL_PATHS_SINCE if ask_status else ATTRIBUTES_SINCE
        if self.generation is None or self.product.at_least(since):
            doubtful = self._look_at_attributes()
        if self.product.at_least(since):
            if doubtful:
                refuse_place(self.ask_status(self.known_generation.status), self.product)
        elif ask_status:
            self._find_status()

    def _look_at_attributes(self) -> bool:
        """Below its context path every 3.8 and newer checks the password for all paths, and sends
        an empty 404.

        :returns: whether the response leaves doubt about the place."""
        answer = self._attributes = self.get(ATTRIBUTES_PATH)
        if 300 <= answer.status < 400:
            raise redirected(answer, self.client.url)
        return answer.status == 404 and (answer.is_html or bool(answer.body))

    def _find_status(self) -> None:
        for path in [self.generation.status] if self.generation else STATUS_PATHS:
            answer = self.ask_status(path)
            if self.generation and path == self.generation.status:
                refuse_place(answer, self.product)
                return
        raise unknown_version(self.client.url)

    def attributes(self) -> CurrentState:
        """Look at one's own token on 3.69 and newer. :returns: its state, without the token."""
        answer, self._attributes = self._attributes or self.get(ATTRIBUTES_PATH), None
        if is_expired(answer):
            return CurrentState(exists=True, expired=True)
        if answer.status == 404:
            if self.product.without_user_tokens:
                raise no_user_tokens(self.product, answer)
            if answer.is_html:
                raise wrong_place(answer, self.product)
            return CurrentState(exists=False)
        self.refuse_step2(answer)
        moment = answer.json_object().get('expirationTimeTimestamp')
        try:
            # milliseconds since 1970, written as a string
            expires_at = int(moment) / 1000.0 if moment not in (None, '') else None
        except (TypeError, ValueError, OverflowError):
            raise ServerProblem(
                '%s answered with an invalid date.' % answer.request_label, answer.status
            ) from None
        return CurrentState(exists=True, expires_at=expires_at)

    def refuse_step2(self, answer: Response) -> None:
        """:raises TokensError: the response is not a success."""
        if answer.status in (200, 201, 204):
            return
        if 300 <= answer.status < 400:
            raise redirected(answer, self.client.url)
        if answer.status == 404:
            raise no_user_tokens(self.product, answer)
        raise step2_refusal(answer, self.client.url, self.username)

    def feature_enabled(self) -> t.Optional[bool]:
        """Read the settings, which administrators may. :returns: None if that is unknown."""
        old = self.product.at_least((3, 0)) is False
        answer = self.get(
            '/service/local/usertoken/settings' if old else '/service/rest/v1/security/user-tokens'
        )
        data = answer.error_object() if answer.status == 200 else {}
        nested = data.get('data')
        enabled = (nested if isinstance(nested, dict) else data).get('enabled')
        return enabled if isinstance(enabled, bool) else None

    def accepts(self, authorization: str) -> t.Optional[bool]:
        """Try credentials on the cheapest resource that checks them. :returns: None if the response
        does not show it."""
        path = (
            REST_STATUS if self.product.at_least(V1_STATUS_SINCE) else self.known_generation.status
        )
        answer = self.get(path, authorization)
        return {200: True, 403: True, 503: True, 401: False}.get(answer.status)
