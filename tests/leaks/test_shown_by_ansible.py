# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-core itself shows of results and variables, and the ways around."""

from __future__ import annotations

import pytest

from .search import WORDS
from .tasks import MAVEN, task

# What ansible-core itself shows, whatever a collection does: how, and the workaround of the
# security guide
SHOWN_BY_ANSIBLE = {
    'A6': (
        'debug of a registered result',
        [task('Get', register='got'), task('Show', 'ansible.builtin.debug', {'var': 'got'})],
        [
            task('Get', register='got'),
            task('Show', 'ansible.builtin.debug', {'var': 'got.token.fingerprint'}),
        ],
    ),
    'A9': (
        'a diff of contents',
        [
            task(
                'Copy',
                'ansible.builtin.copy',
                {'dest': '{{ folder }}/x', 'content': '{{ shown }}'},
                check_mode=True,
            )
        ],
        [
            task(
                'Copy',
                'ansible.builtin.copy',
                {'dest': '{{ folder }}/x', 'content': '{{ shown }}'},
                check_mode=True,
                no_log=True,
            )
        ],
    ),
    'A12': (
        'set_fact',
        [task('Set', 'ansible.builtin.set_fact', {'x': '{{ shown }}'})],
        [task('Set', 'ansible.builtin.set_fact', {'x': '{{ shown }}'}, no_log=True)],
    ),
    'A14': (
        'environment',
        [
            task(
                'Set',
                'ansible.builtin.command',
                {'cmd': 'true'},
                environment={'X': '{{ shown }}'},
                no_log=True,
            )
        ],
        [task('Get')],
    ),
    'A19': (
        'items of a loop',
        [task('Loop', 'ansible.builtin.command', {'cmd': 'true'}, loop=['{{ shown }}'])],
        [
            task(
                'Loop',
                'ansible.builtin.command',
                {'cmd': 'true'},
                loop=['{{ shown }}'],
                no_log=True,
            )
        ],
    ),
}


@pytest.mark.parametrize('fault', SHOWN_BY_ANSIBLE)
def test_A6_A9_A12_A14_A19_what_ansible_shows_and_the_way_around(stage, fault):
    """The guide lists what no collection can prevent; this shows it, and that the workarounds do
    work.
    """
    what, shows, way_around = SHOWN_BY_ANSIBLE[fault]
    stage.secrets['shown'] = stage.variables['shown'] = (
        f'shown-{fault}-{WORDS}-by-ansible'  # another test may show its own at this moment
    )
    _run, hits = stage.play(way_around, verbosity='-vvv')
    assert hits == [], (what, hits)
    run, hits = stage.play(shows, verbosity='-vvv')
    assert bool(hits) or '$REDACTED$' in run.output, what
    stage.counts = False


@pytest.mark.parametrize('setting', ['ANSIBLE_DEBUG', 'ANSIBLE_KEEP_REMOTE_FILES'])
def test_A23_A24_settings_of_ansible_that_show_secrets(stage, setting):
    """Settings for debugging show what modules get and return."""
    stage.secrets['shown'] = stage.variables['shown'] = f'shown-{setting}-{WORDS}-by-ansible'
    run, hits = stage.play(
        [
            task(
                'Deliver', 'maven_server', dict(MAVEN, id='x', username='u', password='{{ shown }}')
            )
        ],
        verbosity='',
        **{setting: '1'},
    )
    assert run.rc == 0 and hits, run.output
    stage.counts = False
