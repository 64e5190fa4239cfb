# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The base of all source types. A new one is a subclass in a file of this folder, named like its
source type."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Options
from ansible_collections.buildops.tokens.plugins.module_utils._token_client import TokenClient


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


class Provider(TokenClient):
    """One source type. All that differs between types is declared here.

    :cvar TYPE: the source type, which is also the name of the file and of the Ansible module.
    :cvar DESCRIBED: the members of C(describe) besides those of the base class.
    :cvar REVOKED_AT: the web page where people revoke tokens that cannot be revoked from here.
    :cvar EXAMPLE: a complete set of options with invented values: those that the AWX credential
        type has. Tests and checks use it.
    """

    DESCRIBED: t.ClassVar[t.Tuple[str, ...]] = ()
    REVOKED_AT: t.ClassVar[t.Optional[str]] = None
    EXAMPLE: t.ClassVar[t.Mapping[str, t.Any]] = {}

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

    def describe(self) -> t.Dict[str, t.Any]:
        """Report on the token for the info modules, without creating, changing or using anything.

        :returns: a mapping of plain JSON types without secrets; null stands for what cannot be
            found out, as here for all of it.
        :raises TokensError: with cause and remedy."""
        return {'exists': None, 'expired': None, 'expires_at': None}
