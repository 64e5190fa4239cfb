# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The base of all source types. A new one is a subclass in a file of this folder, named like its
source type."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
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


class Script(t.Protocol):
    """What a source type needs in order to write its curl commands; see C(plugin_utils.curl).

    Values that are passed on are written as they appear in the shell: quoted, or a variable."""

    version: t.Optional[str]

    def uses(self, *names: str) -> None:
        """Add shell functions."""

    def secret(self, option: str) -> str:
        """:returns: the variable that contains the value of a secret option."""

    def literal(self, text: str) -> str:
        """:returns: a value, quoted for the shell."""

    def note(self, text: str) -> None:
        """Add a comment."""

    def add(self, line: str) -> None:
        """Add a line."""

    def login(self, user: str, secret: str, encode: bool = False) -> str:
        """:returns: the arguments of curl for HTTP Basic authentication."""

    def field(self, name: str, value: str) -> str:
        """:returns: the arguments of curl for a secret field of a form."""

    def data(self, name: str, value: str) -> str:
        """:returns: the arguments of curl for a field of a form that is not secret."""

    def client(self) -> t.List[str]:
        """:returns: the arguments of curl that identify an OAuth2 client."""

    def request(self, url: str, arguments: t.Sequence[str]) -> None:
        """Add a request."""

    def text(self, title: str) -> str:
        """:returns: the script."""


class Provider(ServerClient):
    """One source type. All that differs between types is declared here.

    :cvar TYPE: the source type, which is also the name of the file and of the Ansible module.
    :cvar KIND: V(basic) or V(bearer).
    :cvar EXTRAS: the members of its tokens besides those that all tokens of their kind have
        (C(Token.extras)).
    :cvar DESCRIBED: the members of C(describe) besides those of the base class.
    :cvar REVOKED_AT: the web page where people revoke tokens that cannot be revoked from here.
    :cvar STATELESS: getting a token leaves nothing behind on the server that others could notice.
        So check mode may do it, and it counts as no change.
    :cvar EXAMPLE: a complete set of options with invented values: those that the AWX credential
        type has. Tests and checks use it.
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
    DESCRIBED: t.ClassVar[t.Tuple[str, ...]] = ()
    REVOKED_AT: t.ClassVar[t.Optional[str]] = None
    STATELESS = False
    EXAMPLE: t.ClassVar[t.Mapping[str, t.Any]] = {}

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

    @classmethod
    def refusal_for(cls, host: str) -> t.Optional[str]:
        """:param host: the server that a token is delivered for.

        :returns: why it cannot work there, or None."""
        return None

    @classmethod
    def write_curl(cls, options: Options, script: Script) -> str:
        """Write the requests of this source as curl commands.

        :returns: C(script.text) with a title. :raises BadInput: there are none, with the reason."""
        raise BadInput('there are no curl commands for this type.')

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

    def describe(self) -> t.Dict[str, t.Any]:
        """Report on the token for the info modules, without creating, changing or using anything.

        :returns: a mapping of plain JSON types without secrets; null stands for what cannot be
            found out, as here for all of it.
        :raises TokensError: with cause and remedy."""
        return {'exists': None, 'expired': None, 'expires_at': None}

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
