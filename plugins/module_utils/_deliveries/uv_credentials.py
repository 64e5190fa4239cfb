# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Services in the credential store of uv."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class UvCredentials(PackageClient):
    """A bearer token is sent as such."""

    NAME = 'uv_credentials'
    MODULE = 'uv_credential'
    VARIABLE = 'package_clients_uv'
    OPTIONS = ('path', *SHARED)
    ENTRY_NAME = 'url'
    URL = 'url'
    UNIQUE = ('url', 'username', 'state')
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'url': 'https://nexus.example.com/repository/pypi/simple'}
    ENTRY = {
        'url': {'type': 'str'},
        'exclusive': {'type': 'bool', 'default': True},
    }

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import uv

        return uv.Uv

    @classmethod
    def verified_at(cls, entry: Entry) -> t.Optional[str]:
        return entry.get('verify_url') or entry.get('url')
