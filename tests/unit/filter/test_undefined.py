# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A variable that is not defined, within what a filter gets."""

from __future__ import annotations

import typing as t

INPUTS = {
    'as_curl': {'type': 'nexus_user_token', 'username': 'ci', 'password': '{{ nobody }}'},
    'awx_setup': {'credentials': [{'inputs': {'password': '{{ nobody }}'}}]},
    'docker_config': {'r.example.com': {'username': 'ci', 'password': '{{ nobody }}'}},
}


def test_it_is_named(run_playbook: t.Any) -> None:
    tasks = [
        {
            'name': name,
            'ansible.builtin.debug': {'msg': '{{ given | buildops.tokens.%s }}' % name},
            'vars': {'given': given},
            'ignore_errors': True,
        }
        for name, given in INPUTS.items()
    ]
    run = run_playbook([{'hosts': 'localhost', 'gather_facts': False, 'tasks': tasks}])
    for name in INPUTS:
        assert "'nobody' is undefined" in run.result(name)['msg'], run.output
