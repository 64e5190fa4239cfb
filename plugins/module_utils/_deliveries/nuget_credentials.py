# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Credentials of package sources in a C(NuGet.Config)."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class NugetCredentials(PackageClient):
    """A bearer token is stored as a password."""

    NAME = 'nuget_credentials'
    MODULE = 'nuget_credential'
    VARIABLE = 'package_clients_nuget'
    OPTIONS = ('path', 'project_paths', *SHARED)
    ENTRY_NAME = 'name'
    URL = 'url'
    UNIQUE = ('name',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'name': 'company'}
    ENTRY = {
        'name': {'type': 'str'},
        'url': {'type': 'str'},
        'set_source': {'type': 'bool', 'default': False},
    }
    SETTINGS = {'project_paths': {'type': 'list', 'elements': 'path'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import nuget

        return nuget.Nuget

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._files import nuget_config

        super().check_entry(entry, options)
        for option in ('name', 'url'):
            if isinstance(entry.get(option), str):
                nuget_config.check_text(option, entry[option])
        if isinstance(entry.get('name'), str):
            nuget_config.element_name(entry['name'])
        if entry.get('set_source') is True and not entry.get('url'):
            raise BadInput('set_source requires url, the address of the source.')
