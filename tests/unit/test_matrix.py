# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix of ansible-cores and Pythons leaves nothing out without a word."""

from __future__ import annotations

from tests.tools.matrix import CORES, HOST_TARGETS, PARTS, cells
from tests.tools.scratch import ROOT

PYTHONS = ['3.%d' % minor for minor in range(8, 14)]


def test_each_core_runs_each_part_and_each_python():
    found, missing = cells(list(CORES), PYTHONS, list(PARTS))
    assert missing == []
    assert {(cell.core, cell.part) for cell in found} == {
        (core, part) for core in CORES for part in PARTS
    }
    assert {cell.python for cell in found} == {'3.10', '3.11', '3.12', '3.13'}
    assert sorted({cell.host for cell in found if cell.core == '2.19' and cell.host}) == sorted(
        PYTHONS
    )
    assert [cell.part for cell in found] == sorted(
        (cell.part for cell in found), key=PARTS.index
    ), 'what is quick comes first'


def test_one_python_for_each_core_is_enough_where_time_is_short():
    found, _missing = cells(list(CORES), PYTHONS, ['leaks', 'hosts'], one_python=True)
    assert [(cell.core, cell.python) for cell in found if cell.part == 'leaks'] == [
        ('2.16', '3.10'),
        ('2.17', '3.10'),
        ('2.18', '3.11'),
        ('2.19', '3.11'),
        ('2.20', '3.12'),
        ('2.21', '3.12'),
        ('2.22', '3.13'),
    ]
    assert {cell.host for cell in found if cell.core == '2.16' and cell.part == 'hosts'} == set(
        PYTHONS[1:5]
    )


def test_a_python_that_is_missing_is_named():
    found, missing = cells(['2.22'], ['3.12'], ['units', 'hosts'])
    assert found == []
    assert missing == [
        'ansible-core 2.22: not on this machine, for controllers: Python 3.13',
        'ansible-core 2.22: not on this machine, for managed hosts: Python 3.9, 3.10, 3.11, 3.13',
    ]


def test_targets_of_managed_hosts_are_there():
    assert all((ROOT / 'tests/integration/targets' / name).is_dir() for name in HOST_TARGETS)
