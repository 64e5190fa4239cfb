# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search of these tests finds what does leak."""

from __future__ import annotations

from .search import WORDS
from .tasks import task


def test_what_does_leak_is_found(stage):
    """Each channel is leaked to on purpose, in another form, by a secret of its own."""
    names = ('output', 'event', 'log', 'command', 'environment', 'file', 'fact', 'journal')
    leaks = {name: f'{name}-{WORDS}-leaked' for name in names}
    stage.secrets.update(leaks)
    stage.variables.update({'leaked_' + name: value for name, value in leaks.items()})
    _run, hits = stage.play(
        [
            task('Show', 'ansible.builtin.debug', {'msg': '{{ leaked_output }}'}),
            task('Show quoted', 'ansible.builtin.debug', {'msg': '{{ leaked_event | urlencode }}'}),
            task(
                'Show encoded',
                'ansible.builtin.debug',
                {'msg': "{{ ('ci:' ~ leaked_log) | b64encode }}"},
            ),
            task(
                'Call',
                'ansible.builtin.command',
                {'argv': ['sh', '-c', 'sleep 0.3', '{{ leaked_command }}']},
                no_log=True,
            ),
            task(
                'Set',
                'ansible.builtin.command',
                {'cmd': 'sleep 0.3'},
                environment={'X': '{{ leaked_environment }}'},
                no_log=True,
            ),
            task(
                'Write',
                'ansible.builtin.copy',
                {'dest': '{{ folder }}/x', 'content': '{{ leaked_file | to_json }}'},
                no_log=True,
            ),
            task(
                'Know',
                'ansible.builtin.set_fact',
                {'a_fact': '{{ leaked_fact }}', 'cacheable': True},
                no_log=True,
            ),
            task('Report', 'ansible.builtin.command', {'argv': ['true', '{{ leaked_journal }}']}),
        ]
    )
    for name, place in (
        ('output', 'the output'),
        ('event', 'an event'),
        ('log', 'the log'),
        ('command', 'a command line'),
        ('environment', 'a command line or environment'),
        ('file', '/work/x'),
        ('fact', '/facts/'),
        ('journal', 'the journal'),
    ):
        assert any(hit.startswith(f'{name} in ') and place in hit for hit in hits), (name, hits)
    stage.counts = False


def test_what_does_leak_into_events_of_awx_is_found(stage):
    stage.secrets['result'] = f'result-{WORDS}-leaked'
    stage.variables['leaked'] = stage.secrets['result']
    _code, _events, hits = stage.play_by_runner(
        [task('Show', 'ansible.builtin.command', {'argv': ['echo', '{{ leaked }}']})]
    )
    for place in ('the output', 'an event', '/job_events/', '/stdout'):
        assert any(hit.startswith('result in ') and place in hit for hit in hits), (place, hits)
    stage.counts = False
