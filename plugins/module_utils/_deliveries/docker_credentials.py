# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Container registries of Docker, and of Podman and its family."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Entry
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.base import (
    SHARED,
    PackageClient,
)


class DockerCredentials(PackageClient):
    """A bearer token is stored as a password, or as the token that a registry itself gives."""

    NAME = 'docker_credentials'
    MODULE = 'docker_credential'
    VARIABLE = 'package_clients_docker'
    OPTIONS = ('path', 'format', 'credential_store', *SHARED)
    ENTRY_NAME = 'registry'
    UNIQUE = ('registry',)
    CHECKED_WITH = ('allow_http', 'format')
    EXAMPLE = {'registry': 'registry.example.com'}
    ENTRY = {
        'registry': {'type': 'str'},
        'bearer_as': {
            'type': 'str',
            'choices': ['password', 'registrytoken'],
            'default': 'password',
            'no_log': False,
        },
    }
    SETTINGS = {
        'format': {'type': 'str', 'choices': ['docker', 'containers'], 'default': 'docker'},
        'credential_store': {
            'type': 'str',
            'choices': ['fail', 'ignore', 'use'],
            'default': 'fail',
        },
    }

    @classmethod
    def client(cls) -> t.Any:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import docker

        return docker.Docker

    @classmethod
    def check_entry(cls, entry: Entry, options: Entry) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import docker

        super().check_entry(entry, options)
        if isinstance(entry.get('registry'), str):
            containers = options.get('format') != 'docker'  # what is not known may be it
            docker.check_registry(entry['registry'], containers, bool(options.get('allow_http')))
