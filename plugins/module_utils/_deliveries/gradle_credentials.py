# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Credentials of repositories in C(gradle.properties)."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class GradleCredentials(PackageClient):
    """A bearer token becomes an HTTP header."""

    NAME = 'gradle_credentials'
    MODULE = 'gradle_credential'
    VARIABLE = 'package_clients_gradle'
    OPTIONS = ('path', *SHARED)
    ENTRY_NAME = 'name'
    UNIQUE = ('name',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'name': 'company'}
    ENTRY = {'name': {'type': 'str'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import gradle

        return gradle.Gradle

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import gradle

        super().check_entry(entry, options)
        if isinstance(entry.get('name'), str):
            gradle.check_name(entry['name'])
