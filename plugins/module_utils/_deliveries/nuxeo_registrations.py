# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Registrations of Nuxeo servers at Nuxeo Online Services."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    Credential,
    DeliveryType,
    Entry,
)


class NuxeoRegistrations(DeliveryType):
    """The token goes to a host only if the host has to register."""

    NAME = 'nuxeo_registrations'
    MODULE = 'nuxeo_registration'
    ENTRY_NAME = 'project'
    PLACE = 'path'
    SOURCE_TYPE = 'nuxeo_online_token'
    DEFERRED = ('password',)
    RETURNED = (
        'action',
        'clid',
        'description',
        'effective',
        'expires_at',
        'fingerprint',
        'needs_token',
        'path',
        'registered',
        'restart_required',
        'shadowed_by',
        'verification',
    )

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
            registration,
        )

        return registration.ARGUMENTS, registration.CONSTRAINTS

    @classmethod
    def fill(cls, entry: Entry, credential: Credential) -> None:
        entry.update({name: credential.options[name] for name in ('url', 'username', 'allow_http')})
        entry['password'] = credential.secret

    @classmethod
    def apply(cls, params: Entry, module: t.Any) -> t.Tuple[Entry, t.List[str]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
            registration,
        )

        return registration.work(params, module.check_mode, module._diff)
