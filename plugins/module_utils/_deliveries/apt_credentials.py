# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Machines in a file of apt."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.netrc_credentials import (
    NetrcCredentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
)


class AptCredentials(NetrcCredentials):
    """The user has a separate variable, since the folder of apt belongs to root."""

    NAME = 'apt_credentials'
    MODULE = 'apt_credential'
    VARIABLE = 'package_clients_apt'
    SHARED = SHARED
    OPTIONS = ('path', *SHARED)
    EXAMPLE = {'host': 'nexus.example.com/repository/debian/', 'username': 'ci'}
    SETTINGS: t.Dict[str, t.Dict[str, t.Any]] = {}

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import netrc

        return netrc.Apt
