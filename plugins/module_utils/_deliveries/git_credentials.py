# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Entries of a git credential store."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    FILE_RESULT,
    DeliveryType,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput


class GitCredentials(DeliveryType):
    """A bearer token is stored as a password. git reads the store by the user name as well."""

    NAME = 'git_credentials'
    MODULE = 'git_credential'
    VARIABLE = 'git_credentials_entries'
    OPTIONS = (
        'path',
        'helper',
        'helper_scope',
        'include_expiry',
        'use_http_path',
        'config_path',
        'allow_http',
        'fix_line_endings',
        'write_in_place',
        'lock_timeout',
        'verify',
        'verify_timeout',
        'ca_path',
    )
    HAS_USER = True
    ENTRIES = 'entries'
    ENTRY_NAME = 'url'
    TAKES_EXPIRY = True
    REMOVED_BY_OWNER = True
    BEARER_OWNER = 'oauth2'
    UNIQUE = ('url', 'username', 'token', 'state')
    CHECKED_WITH = ('allow_http',)
    RETURNED = FILE_RESULT + ('config_path', 'entries', 'includes')

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._git import delivery

        return delivery.ARGUMENTS, delivery.CONSTRAINTS

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._files import (
            git_credential_line,
        )

        for name in ('url', 'verify_url'):
            if isinstance(entry.get(name), str):
                try:  # what is not known may be true
                    git_credential_line.parse_url(entry[name], bool(options['allow_http']))
                except BadInput as problem:
                    raise BadInput(str(problem).replace('url', name, 1)) from None

    @classmethod
    def verified_at(cls, entry: Entry) -> t.Optional[str]:
        address = entry.get('verify_url') or entry.get('url')
        if not isinstance(address, str):
            return None
        host_and_path = address.partition('://')[2].rstrip('/')
        return address if entry.get('verify_url') or '/' in host_and_path else None

    @classmethod
    def apply(cls, params: Entry, module: t.Any) -> t.Tuple[Entry, t.List[str]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._git import delivery

        return delivery.deliver(params, module.check_mode, module._diff, module.get_bin_path)
