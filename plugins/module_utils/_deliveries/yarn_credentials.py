# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Registries of yarn 2 and newer."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class YarnCredentials(PackageClient):
    """A bearer token is sent as such."""

    NAME = 'yarn_credentials'
    MODULE = 'yarn_credential'
    VARIABLE = 'package_clients_yarn'
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
        'always_auth': {'type': 'bool', 'default': True},
    }
    SETTINGS = {'project_paths': {'type': 'list', 'elements': 'path'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import yarn

        return yarn.Yarn
