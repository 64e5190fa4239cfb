# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A remote repository and logins to the stand-in, for the tests of proxy repositories."""

from __future__ import annotations

import pytest

from tests.sandbox import nexus


@pytest.fixture
def remote(sandbox):
    """A protected repository, and two user tokens that open it."""
    server = sandbox.serve(nexus.create_app('3.90.1-01', protect_content=True))
    return (
        server.url + '/repository/private/',
        server.app.create_token('bob', 'bob'),
        server.app.create_token('alice', 'alice'),
    )


@pytest.fixture
def connect(sandbox):
    """A function that gives the C(Proxies) of a server of the stand-in."""
    # The collection cannot be imported before pytest is configured, and this file is
    from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
    from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import open_proxies

    clients = []

    def connected(server, user='admin', password='admin123', **settings):
        clients.append(Client(server.url, ca_path=sandbox.ca_path))
        return open_proxies(clients[-1], user, password, **settings)

    yield connected
    for client in clients:
        client.close()
