# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Remote credentials of proxy repositories in Nexus."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    CONTROLLER,
    Controller,
    Credential,
    DeliveryType,
    Entry,
)


class NexusProxies(DeliveryType):
    """A Nexus is configured over HTTP, from the controller."""

    NAME = 'nexus_proxies'
    MODULE = 'nexus_proxy_credential'
    VARIABLE = 'nexus_proxies_repositories'
    OPTIONS = (
        'url',
        'username',
        'password',
        'nexus_version',
        'ca_path',
        'validate_certs',
        'timeout',
        'allow_http',
    )
    WHERE = CONTROLLER
    ENTRIES = 'repositories'
    ENTRY_NAME = 'name'
    TAKES_EXPIRY = True
    UNIQUE = ('name',)
    RETURNED = ('repositories', 'server', 'tokens', 'verification')

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._options import (
            constraints,
            module_arguments,
        )

        return module_arguments(cls.manager()), constraints(cls.manager())

    @classmethod
    def manager(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._nexus import proxies

        return proxies.NexusProxyCredential

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url

        create = entry.get('create')
        if isinstance(create, dict) and isinstance(create.get('remote_url'), str):
            normalize_url(create['remote_url'], allow_http=True, option='create: remote_url')

    @classmethod
    def fill(cls, entry: Entry, credential: Credential) -> None:
        super().fill(entry, credential)
        if credential.replaced:  # whatever the entry says, the former one does not work any more
            entry['update_password'] = 'always'
        elif credential.own_username:
            entry.setdefault('update_password', 'on_create')

    @classmethod
    def deliver(cls, params: Entry, controller: Controller) -> Entry:
        manager = controller.connected(cls.manager(), params)
        manager.memory = controller.memory(manager.warnings)
        result = manager.ensure(controller.check_mode)
        if manager.warnings:
            result['warnings'] = manager.warnings
        return result
