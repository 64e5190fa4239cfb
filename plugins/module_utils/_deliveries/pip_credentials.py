# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Package indexes of pip."""

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


class PipCredentials(PackageClient):
    """A bearer token is stored as a password, if the entry has a user name."""

    NAME = 'pip_credentials'
    MODULE = 'pip_credential'
    VARIABLE = 'package_clients_pip'
    OPTIONS = ('path', 'via', 'config_path', *SHARED)
    ENTRY_NAME = 'url'
    URL = 'url'
    UNIQUE = ('url', 'state')
    CHECKED_WITH = ('allow_http',)
    REMOVED_BY_OWNER = True
    EXAMPLE = {'url': 'https://nexus.example.com/repository/pypi/simple', 'username': 'ci'}
    ENTRY = {
        'url': {'type': 'str'},
        'set_index': {'type': 'str', 'choices': ['none', 'index', 'extra'], 'default': 'none'},
        'exclusive': {'type': 'bool', 'default': False},
    }
    SETTINGS = {
        'via': {'type': 'str', 'choices': ['netrc', 'url'], 'default': 'netrc'},
        'config_path': {'type': 'path'},
    }

    @classmethod
    def fill(cls, entry: Entry, credential: Credential) -> None:
        super().fill(entry, credential)
        replace_former_user(entry, credential)

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import pip

        return pip.Pip

    @classmethod
    def verified_at(cls, entry: Entry) -> t.Optional[str]:
        return entry.get('verify_url') or entry.get('url')
