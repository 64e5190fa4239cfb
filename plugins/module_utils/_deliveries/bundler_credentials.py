# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Credentials of gem servers in the configuration of Bundler, and in that of RubyGems."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class BundlerCredentials(PackageClient):
    """Bundler stores a bearer token as a password, C(gem push) as a header."""

    NAME = 'bundler_credentials'
    MODULE = 'bundler_credential'
    VARIABLE = 'package_clients_bundler'
    OPTIONS = ('path', 'project_paths', *SHARED)
    ENTRY_NAME = 'url'
    URL = 'url'
    UNIQUE = ('url',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'url': 'https://nexus.example.com/repository/rubygems/'}
    ENTRY = {
        'url': {'type': 'str'},
        'gem_push': {'type': 'bool', 'default': False},
    }
    SETTINGS = {'project_paths': {'type': 'list', 'elements': 'path'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import (
            bundler,
        )

        return bundler.Bundler
