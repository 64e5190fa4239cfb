# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Package sources of Poetry."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class PoetryCredentials(PackageClient):
    """A bearer token is stored as a password, if the entry has a user name."""

    NAME = 'poetry_credentials'
    MODULE = 'poetry_credential'
    VARIABLE = 'package_clients_poetry'
    OPTIONS = ('path', 'project_paths', *SHARED)
    ENTRY_NAME = 'name'
    UNIQUE = ('name',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'name': 'company', 'username': 'ci'}
    ENTRY = {'name': {'type': 'str'}}
    SETTINGS = {'project_paths': {'type': 'list', 'elements': 'path'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import poetry

        return poetry.Poetry
