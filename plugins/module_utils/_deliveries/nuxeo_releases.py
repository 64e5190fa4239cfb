# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Releases of Studio projects."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    CONTROLLER,
    Controller,
    Credential,
    DeliveryType,
    Entry,
)


class NuxeoReleases(DeliveryType):
    """A release is made with the token, and is not a place that keeps it."""

    NAME = 'nuxeo_releases'
    MODULE = 'nuxeo_studio_release'
    WHERE = CONTROLLER
    ENTRY_NAME = 'project'
    PLACE = 'maven_coordinates'
    SOURCE_TYPE = 'nuxeo_online_token'

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import studio

        return studio.ARGUMENTS, studio.CONSTRAINTS

    @classmethod
    def fill(cls, entry: Entry, credential: Credential) -> None:
        entry['token'] = credential.name  # its provider has the token

    @classmethod
    def deliver(cls, params: Entry, controller: Controller) -> Entry:
        from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import studio

        provider = controller.source(params['token'])
        try:
            return studio.deliver(provider, params, controller.check_mode, controller.with_diff)
        finally:
            provider.close()
