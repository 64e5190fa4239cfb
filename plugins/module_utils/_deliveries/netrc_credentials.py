# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Machines in a netrc file."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    Credential,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
    replace_former_user,
)


class NetrcCredentials(PackageClient):
    """A bearer token is stored as a password, if the entry has a user name."""

    NAME = 'netrc_credentials'
    MODULE = 'netrc_credential'
    VARIABLE = 'package_clients_netrc'
    OPTIONS = ('path', 'for_python', *SHARED)
    ENTRY_NAME = 'host'
    UNIQUE = ('host', 'port', 'username', 'state')
    CHECKED_WITH = ('allow_http',)
    REMOVED_BY_OWNER = True
    EXAMPLE = {'host': 'nexus.example.com', 'username': 'ci'}
    ENTRY = {
        'host': {'type': 'str'},
        'port': {'type': 'int'},
        'exclusive': {'type': 'bool', 'default': False},
    }
    SETTINGS: t.Dict[str, t.Dict[str, t.Any]] = {
        'for_python': {'type': 'bool', 'default': True},
    }

    @classmethod
    def fill(cls, entry: Entry, credential: Credential) -> None:
        super().fill(entry, credential)
        replace_former_user(entry, credential)

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import netrc

        return netrc.Netrc

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import netrc

        super().check_entry(entry, options)
        if isinstance(entry.get('host'), str):
            port = entry.get('port')
            netrc.machines(
                entry['host'],
                port if isinstance(port, int) else None,
                cls.client().DIALECT,
                bool(options.get('allow_http')),
            )
