# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The base of all classes that talk to one server: declared options, and a connection made of them.

Token sources (C(_sources.base.Provider)) and the managers of other things derive from it."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import doubts
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of, normalize_url

Options = t.Dict[str, t.Any]
Clock = t.Callable[[], float]
_CLIENT_OPTIONS = (
    'validate_certs',
    'ca_path',
    'client_cert',
    'client_key',
    'proxy',
    'timeout',
    'retries',
    'longest_wait',
)


class ServerClient:
    """Talks to one server.

    :cvar TYPE: the name of the source type, or of the Ansible module.
    :cvar PREFIX: how the names of environment variables, ini entries and variables for its options
        begin (C(BUILDOPS_TOKENS_<PREFIX>_URL)).
    :cvar ARGUMENTS: its own options as an argument spec. An entry replaces the shared option of
        that name, None removes it.
    :cvar ADDRESS: the options that name the server, of which one is enough.
    :cvar IDENTITY_BOUND_OPTIONS: by an option that names an account: the options that are of use
        for that account alone.
    :cvar HAS_STATE: its module has O(state).
    :ivar warnings: sentences for the user, without secrets.
    """

    TYPE = ''
    PREFIX = ''
    ARGUMENTS: t.ClassVar[t.Mapping[str, t.Any]] = {}
    ADDRESS: t.ClassVar[t.Tuple[str, ...]] = ('url',)
    IDENTITY_BOUND_OPTIONS: t.ClassVar[t.Mapping[str, t.Tuple[str, ...]]] = {
        'username': ('password',)
    }
    HAS_STATE = True
    # Constraints of the argument spec, as AnsibleModule accepts them
    REQUIRED_TOGETHER: t.ClassVar[t.Sequence[t.Any]] = ()
    REQUIRED_ONE_OF: t.ClassVar[t.Sequence[t.Any]] = ()
    MUTUALLY_EXCLUSIVE: t.ClassVar[t.Sequence[t.Any]] = ()
    REQUIRED_IF: t.ClassVar[t.Sequence[t.Any]] = ()
    REQUIRED_BY: t.ClassVar[t.Mapping[str, t.Any]] = {}

    def __init__(
        self, options: Options, client: t.Optional[Client] = None, clock: Clock = time.time
    ) -> None:
        """:param options: as C(_options.checked) returns them. :param client: for tests."""
        self.options = options
        self.clock = clock
        self.warnings: t.List[str] = []
        self.warnings += doubts(
            {
                name: options.get(name)
                for name, spec in self.ARGUMENTS.items()
                if spec and spec.get('no_log')
            }
        )
        self.client = client or Client(self.base_url(), clock=clock, **self.client_options())
        if client is None and options.get('validate_certs') is False:
            self.warnings.append(
                'validate_certs is off: traffic to %s can be intercepted. Give the file of your '
                'own authority as ca_path instead.' % host_of(self.client.url)
            )

    @classmethod
    def check(cls, options: Options) -> None:
        """Refuse options that cannot work together, before any request.

        :raises BadInput: with what to change."""

    @classmethod
    def address(cls, options: t.Mapping[str, t.Any]) -> t.Optional[str]:
        """:param options: as they were written. :returns: the server in one form, or None."""
        url = options.get('url')
        try:
            return normalize_url(url, allow_http=True) if url else None
        except BadInput:  # reported when it is used
            return str(url)

    @classmethod
    def excluded_options(
        cls, options: t.Mapping[str, t.Any], others: t.Callable[[str], t.Any]
    ) -> t.Set[str]:
        """:param options: as they were written.

        :param others: a function that returns the value that an option has elsewhere.
        :returns: the names of options that must not come from there."""
        alternatives = {
            name
            for group in cls.MUTUALLY_EXCLUSIVE
            if any(options.get(other) for other in group)
            for name in group
        }
        return alternatives.union(
            *(
                names
                for owner, names in cls.IDENTITY_BOUND_OPTIONS.items()
                if options.get(owner)
                and others(owner)
                and str(options[owner]) != str(others(owner))
            )
        )

    def client_options(self) -> t.Dict[str, t.Any]:
        """:returns: the connection options, as keyword arguments of C(Client)."""
        return {
            name: self.options[name]
            for name in _CLIENT_OPTIONS
            if self.options.get(name) is not None
        }

    def base_url(self) -> str:
        """:returns: the URL that paths are appended to."""
        return self.options['url']

    def close(self) -> None:
        """Close the connections."""
        self.client.close()


class Memory:
    """Which secrets were delivered last, for servers that never return them. This one is empty.

    A place consists of the server, the object on it and the field.
    """

    def is_last(self, place: t.Sequence[str], secret: str) -> t.Optional[bool]:
        """:returns: whether this secret was the last one; None if nothing is known."""
        return None

    def keep(self, place: t.Sequence[str], secret: t.Optional[str]) -> None:
        """Note the last secret. :param secret: None if it is not known any more."""


class Manager(ServerClient):
    """Manages something on a server that is not a token.

    :cvar SECRET_RESULTS: the members of its result that contain secrets.
    :ivar memory: of the secrets that the server never returns.
    """

    SECRET_RESULTS: t.ClassVar[t.Tuple[str, ...]] = ()
    memory = Memory()

    def ensure(self, check_mode: bool = False) -> t.Dict[str, t.Any]:
        """Apply the desired state, and close the connections.

        :returns: the result of the module. :raises TokensError: with cause and remedy."""
        raise NotImplementedError
