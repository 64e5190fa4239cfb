# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page "Tried against" is the one that the kept findings make, and says what is a stand-in."""

from __future__ import annotations

import copy

from tests.real import servers, tried


def test_the_page_is_the_one_that_the_findings_make():
    assert tried.PAGE.read_text(encoding='utf-8') == tried.page(tried.load())


def test_what_the_tests_run_against_was_tried():
    systems = {f'{system["name"]} {system["version"]}': system['kind'] for system in tried.load()}
    wanted = [f'Nexus Repository OSS {version}' for version in servers.NEXUS] + [
        f'Apache Maven {version}' for version in servers.MAVEN
    ]
    assert {systems.get(name) for name in [*wanted, f'Keycloak {servers.KEYCLOAK}']} == {'real'}
    assert all(system['shown'] for system in tried.load())


def test_a_stand_in_is_called_one():
    text = tried.page(tried.load())
    for name in (
        'user tokens of Nexus Repository **Pro**',
        '**Nuxeo Platform**, **Nuvy** and **Nuxeo Online Services**',
        '``nuxeoctl``',
    ):
        assert name in text
    assert (
        'the token step of Nexus Repository Pro, of Nuxeo, of Nuvy and of Nuxeo Online Services '
        'was tried against stand-ins' in text.replace('\n', ' ')
    )
    assert {system['name'] for system in tried.load() if system['kind'] == 'stand-in'} == {
        'Nexus Repository',
        'Nexus Repository Pro',
        'Nuxeo Platform',
        'Nuxeo Online Services',
        'nuxeoctl',
    }


def test_a_run_that_finds_something_else_is_reported():
    kept = tried.load()
    own = next(
        system
        for system in kept
        if system['name'] == 'Apache Maven' and system['version'] not in servers.MAVEN
    )
    again = copy.deepcopy(kept)
    for system in again:
        system['counts'] = {}
    next(system for system in again if system['version'] == own['version'])['version'] = '3.6.3'
    assert tried.drift(again, kept) == [], 'numbers, and what Maven a machine has'
    clients = [system for system in again if 'client' in system]
    clients[0]['version'] = '99.1'
    assert tried.drift(again, kept) == [], 'versions of package clients'
    fewer = [system for system in again if 'client' not in system]
    assert tried.drift(fewer, kept) == [], 'package clients that a machine does not have'
    old, clients[0]['shown'] = clients[0]['shown'], ['something else']
    assert tried.drift(again, kept) == [f'+ {clients[0]["name"]}: something else']
    clients[0]['shown'] = old
    assert tried.with_absent(fewer, kept) == fewer + [each for each in kept if 'client' in each]
    assert tried.with_absent(again, kept) == again, 'no old versions of a client that was tried'
    again = fewer
    server = again[0]
    lost, server['shown'][0] = server['shown'][0], 'something else'
    server['differences'].append('a difference')
    gone = again.pop(1)
    name = f'{server["name"]} {server["version"]} (real)'
    assert tried.drift(again, kept)[:3] == [
        f'+ {name}: something else',
        f'+ {name}: a difference',
        f'- {name}: {lost}',
    ]
    assert f'- {gone["name"]} {gone["version"]} ({gone["kind"]})' in tried.drift(again, kept)
