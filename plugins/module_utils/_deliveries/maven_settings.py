# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Servers of a Maven settings file."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    FILE_RESULT,
    DeliveryType,
    Entry,
)


class MavenSettings(DeliveryType):
    """A bearer token becomes an HTTP header of the server."""

    NAME = 'maven_settings'
    MODULE = 'maven_server'
    VARIABLE = 'maven_settings_servers'
    OPTIONS = (
        'path',
        'permissions',
        'write_in_place',
        'update_password',
        'encrypt',
        'mvn',
        'security_path',
        'verify',
        'verify_timeout',
        'validate_certs',
        'ca_path',
        'allow_http',
    )
    HAS_USER = True
    ENTRIES = 'servers'
    UNIQUE = ('id',)
    CHECKED_WITH = ('allow_http', 'verify')
    RETURNED = FILE_RESULT + ('servers',)

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._maven import delivery

        return delivery.ARGUMENTS, delivery.CONSTRAINTS

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url

        if isinstance(entry.get('verify_url'), str) and options['verify']:
            # What is not known may be true
            normalize_url(entry['verify_url'], bool(options['allow_http']), 'verify_url')

    @classmethod
    def apply(cls, params: Entry, module: t.Any) -> t.Tuple[Entry, t.List[str]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._maven import delivery

        return delivery.deliver(params, module.check_mode, module._diff, module.get_bin_path)
