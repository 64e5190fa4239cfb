# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Repositories that Python packages are uploaded to."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class PypircCredentials(PackageClient):
    """A bearer token is stored as a password, if the entry has a user name."""

    NAME = 'pypirc_credentials'
    MODULE = 'pypirc_credential'
    VARIABLE = 'package_clients_pypirc'
    OPTIONS = ('path', *SHARED)
    ENTRY_NAME = 'name'
    UNIQUE = ('name',)
    CHECKED_WITH = ('allow_http',)
    EXAMPLE = {'name': 'pypi', 'username': 'ci'}
    ENTRY = {'name': {'type': 'str'}, 'url': {'type': 'str'}}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import pypirc

        return pypirc.Pypirc

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import pypirc
        from ansible_collections.buildops.tokens.plugins.module_utils._urls import validate_url

        super().check_entry(entry, options)
        if isinstance(entry.get('name'), str):
            pypirc.check_name(entry['name'])
        if isinstance(entry.get('url'), str):
            # It stays as it is: for some servers, a slash at its end makes a difference
            validate_url(entry['url'], bool(options.get('allow_http')))
