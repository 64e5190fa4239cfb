# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Credentials of servers in the C(auth.json) of Composer."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class ComposerCredentials(PackageClient):
    """A bearer token is sent as such."""

    NAME = 'composer_credentials'
    MODULE = 'composer_credential'
    VARIABLE = 'package_clients_composer'
    OPTIONS = ('path', 'project_paths', *SHARED)
    ENTRY_NAME = 'url'
    URL = 'url'
    UNIQUE = ('url',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'url': 'https://nexus.example.com/repository/composer/'}
    ENTRY = {'url': {'type': 'str'}}
    SETTINGS = {'project_paths': {'type': 'list', 'elements': 'path'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import (
            composer,
        )

        return composer.Composer
