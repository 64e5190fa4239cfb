# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-ins answer as real servers did that were recorded.

The same exchanges with Nexus are played to the real servers of these tests too.
"""

from __future__ import annotations

import pytest

from tests.sandbox import recorded
from tests.sandbox.conformance import play
from tests.unit.nuxeo_online import test_stand_in as nuxeoctl
from tests.unit.sandbox import test_nexus_conformance as nexus
from tests.unit.sandbox import test_nuxeo, test_nuxeo_online

CONFORM, DIFFER = 'requests that conform', 'requests that differ'
NEXUS = {
    '2': {},
    '2-repositories': None,
    '3': {},
    '3-tickets': {},
    '3-anonymous-off': {'anonymous': False},
    '3-repositories': None,
    '3-repositories-3.71': None,
}


def noted(findings, system, played, reasons):
    """:param reasons: why, for each exchange that differs as planned."""
    findings.count(system, CONFORM, played - len(reasons))
    findings.count(system, DIFFER, len(reasons))
    system['differences'] += [
        reason for reason in dict.fromkeys(reasons) if reason not in system['differences']
    ]


@pytest.mark.parametrize('name', NEXUS)
def test_nexus(sandbox, findings, monkeypatch, name):
    departures = nexus.DEPARTURES
    monkeypatch.setattr(nexus, 'DEPARTURES', {})
    system = findings.system('Nexus Repository', '', 'stand-in')
    for version in recorded.versions(name):
        found = (
            nexus.play_repositories(sandbox, version, name)
            if NEXUS[name] is None
            else nexus.play(sandbox, version, name, **NEXUS[name])
        )
        reasons = {}
        for line in found:
            entry, _bracket, difference = line.partition(' (')
            why = departures.get((entry, difference.partition('): ')[2]))
            reason = why and f'{entry}: {why}'
            assert reason, line
            reasons[entry] = reason
        noted(findings, system, len(list(recorded.of_version(version, name))), reasons.values())
    findings.note(
        system,
        'answers as the recorded servers of 2.2, 2.3, 2.4, 2.5, 3.16, 3.23, 3.24, 3.30, 3.41, '
        '3.62 and 3.71 did: detection, step 1 '
        'with its refusals, tickets, wrong paths, repositories',
    )


@pytest.mark.parametrize('group', test_nuxeo.RECORDED)
def test_nuxeo_platform(findings, group):
    system = findings.system('Nuxeo Platform', '2023.6', 'stand-in')
    played, differences = test_nuxeo.play_recording(group)
    listed = {
        entry['exchange']: entry['reason']
        for entry in play.load(test_nuxeo.DATA / 'nuxeo-differences.json')
    }
    assert set(differences) <= set(listed)
    noted(
        findings,
        system,
        played,
        [
            f'{differences[exchange][0].partition(":")[0]}: {listed[exchange]}'
            for exchange in differences
        ],
    )
    findings.note(
        system,
        'answers as a recorded Nuxeo 2023.6 did: authorization, tokens, refresh, use, JWT, '
        'clients by REST',
    )


def test_nuxeo_online_services(findings):
    system = findings.system('Nuxeo Online Services', '', 'stand-in')
    played, differences = test_nuxeo_online.play_recording()
    listed = {
        entry['exchange']: entry['reason']
        for entry in play.load(test_nuxeo_online.DATA / 'nuxeo-online-differences.json')
    }
    assert set(differences) <= set(listed)
    noted(
        findings,
        system,
        played,
        [
            f'{differences[exchange][0].partition(":")[0]}: {listed[exchange]}'
            for exchange in differences
        ],
    )
    findings.note(
        system,
        'accepts what the recorded nuxeoctl and Nuxeo CLI sent, and sends responses with which '
        'they continued',
    )


def test_nuxeoctl(sandbox, findings, tmp_path):
    system = findings.system('nuxeoctl', '', 'stand-in')
    for number, run in enumerate(nuxeoctl.RUNS):
        folder = tmp_path / str(number)
        folder.mkdir()
        nuxeoctl.test_recorded_run(sandbox, folder, run)
        findings.count(system, 'runs that conform')
    findings.note(
        system, 'prompts, prints and writes what the recorded nuxeoctl of 2023 and of 10.10 did'
    )
