# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Registries of npm and of the programs that read its file."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class NpmCredentials(PackageClient):
    """A bearer token is sent as such."""

    NAME = 'npm_credentials'
    MODULE = 'npm_credential'
    VARIABLE = 'package_clients_npm'
    OPTIONS = ('path', 'project_paths', *SHARED)
    ENTRY_NAME = 'url'
    URL = 'url'
    UNIQUE = ('url',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'url': 'https://nexus.example.com/repository/npm/'}
    ENTRY = {
        'url': {'type': 'str'},
        'scopes': {'type': 'list', 'elements': 'str'},
        'set_registry': {'type': 'bool', 'default': False},
        'always_auth': {'type': 'bool', 'default': False},
    }
    SETTINGS = {'project_paths': {'type': 'list', 'elements': 'path'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import npm

        return npm.Npm

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._files import npmrc

        super().check_entry(entry, options)
        if isinstance(entry.get('url'), str):
            npmrc.check_path(entry['url'])
