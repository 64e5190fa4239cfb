# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The base of everything that issues tokens: the source types, and tokens that a token is exchanged
for."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import (
    Clock,
    Options,
    ServerClient,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import BEARER, Token


class TokenClient(ServerClient):
    """Issues and revokes tokens of one kind on one server.

    :cvar KIND: V(basic) or V(bearer).
    :cvar EXTRAS: the members of its tokens besides those that all tokens of their kind have
        (C(Token.extras)).
    :cvar OWN_USERNAME: the user name of a token changes together with its secret.
    :cvar STATELESS: getting a token leaves nothing behind on the server that others could notice.
        So check mode may do it, and it counts as no change.
    :ivar in_doubt: an earlier request may have ended the token of the cache, and its outcome is
        unknown.
    :ivar spend: to be called right before a request that ends or replaces the present token, or
        uses up what cannot be had again. Until the outcome is known, no run hands out that token.
    :ivar ended: the former token does not work any more, although there may be no new one yet.
    :ivar reload: returns the C(Token) that the cache contains by now, or None; set if there is a
        cache.
    :ivar keep: writes a C(Token) to the cache, for one that another request would use up. The
        caller writes the last one.
    :ivar persistence_error: prepares for writing a token, and returns why it could not be kept for
        later runs, or None.
    """

    KIND = BEARER
    EXTRAS: t.ClassVar[t.Tuple[str, ...]] = ()
    OWN_USERNAME = False
    STATELESS = False

    def __init__(
        self, options: Options, client: t.Optional[Client] = None, clock: Clock = time.time
    ) -> None:
        super().__init__(options, client, clock)
        self.in_doubt = False
        self.spend: t.Callable[[], t.Any] = lambda: None
        self.ended = False
        self.reload: t.Optional[t.Callable[[], t.Optional[Token]]] = None
        self.keep: t.Callable[[Token], t.Any] = lambda token: None
        self.persistence_error: t.Callable[[], t.Optional[str]] = lambda: None

    def server(self) -> t.Dict[str, t.Any]:
        """:returns: facts about the server (C(version), C(edition)) for the result, or empty."""
        return {}

    def inspect(
        self, desired: DesiredState, known: t.Optional[Token], check_mode: bool
    ) -> CurrentState:
        """Find out the current state.

        :param known: the C(Token) of the cache, or None. By default, that is all one can know.
        :param check_mode: create nothing.
        :raises TokensError: with cause and remedy."""
        return CurrentState(exists=known is not None, token=known)

    def issue(self, found: CurrentState) -> Token:
        """:returns: a new C(Token), or the live one if the system hands out that.

        :raises TokensError: with cause and remedy."""
        raise NotImplementedError

    def renew(self, found: CurrentState) -> Token:
        """Replace C(found). :returns: a new C(Token). By default, another one is issued."""
        return self.issue(found)

    def revoke(self, found: CurrentState) -> bool:
        """:returns: True if there was something to revoke.

        :raises TokensError: with cause and remedy."""
        raise NotImplementedError
