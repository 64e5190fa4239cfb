# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens with a cache that lasts: one ticket for many processes, and a token that was
reset meanwhile.

N numbers are those of the fault catalogue.
"""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.sandbox import nexus
from tests.support import racing


@pytest.fixture
def person(sandbox, tmp_path):
    """A server, and the options of somebody who has a token there, with a cache that lasts."""
    running = sandbox.serve(nexus.create_app('3.71.0-06'))
    return running, {
        'url': running.url,
        'username': 'alice',
        'password': 'wonderland',
        'ca_path': str(sandbox.ca_path),
        'cache': 'file',
        'cache_path': str(tmp_path / 'cache'),
    }


def test_N11_many_processes_for_one_person_use_one_ticket(person):
    running, given = person
    found = racing.race('nexus_user_token', given, 8)
    assert found == [[running.state.token_of('alice').pass_code, None]] * 8
    assert (
        running.state.counters['tickets_issued'] == running.state.counters['tickets_redeemed'] == 1
    )


def test_N12_a_token_that_was_reset_behind_our_back_is_found_out_and_fetched_once(person):
    running, given = person

    def obtain(**more):
        return service.get_token(
            sources.resolve('nexus_user_token', dict(given, **more), {})
        ).token.secret

    first = obtain()
    running.app.delete_token('alice')
    second = running.app.create_token('alice', 'alice').pass_code
    running.reset()
    assert obtain() == first and not running.requests, 'nobody has asked'
    before = running.state.counters['tickets_issued']
    assert obtain(regenerate='if_invalid') == second == obtain(), (
        'the new token is taken over, and not reset once more'
    )
    assert running.state.counters['tickets_issued'] == before + 1
