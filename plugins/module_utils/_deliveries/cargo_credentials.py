# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Tokens of registries in the credentials of Cargo."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class CargoCredentials(PackageClient):
    """Cargo sends what is stored as the whole header, so the scheme is a part of it."""

    NAME = 'cargo_credentials'
    MODULE = 'cargo_credential'
    VARIABLE = 'package_clients_cargo'
    OPTIONS = ('path', *SHARED)
    ENTRY_NAME = 'name'
    UNIQUE = ('name',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'name': 'company'}
    ENTRY = {
        'name': {'type': 'str'},
        'provider': {'type': 'bool', 'default': True},
    }

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import cargo

        return cargo.Cargo

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import cargo

        super().check_entry(entry, options)
        if isinstance(entry.get('name'), str):
            cargo.check_name(entry['name'])
