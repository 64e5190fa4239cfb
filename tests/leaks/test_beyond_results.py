# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-core shows of tasks rather than of results: the security guide describes it, and its
ways around are ones.

Who names a source instead of giving its secrets has no secret in any task.
"""

from __future__ import annotations

import json

import pytest
from ansible.release import __version__
from packaging.version import Version

from .search import WORDS
from .tasks import GIT, LINK, MAVEN, task

# These show the line where a task that fails begins; newer ones hide what they know to be a secret
EXCERPTS = Version('2.19') <= Version(__version__) < Version('2.22.0b1')


@pytest.fixture
def shown(stage):
    """Two secrets of this test's own: one that is written in tasks, and one that is C({{ shown
    }}).
    """
    stage.secrets.update({name: '%s-%s-by-ansible' % (name, WORDS) for name in ('inline', 'shown')})
    stage.variables['shown'] = stage.secrets['shown']
    stage.counts = False
    return stage.secrets['inline'], '{{ shown }}'


def deliver(password, **more):
    return task(
        'Deliver %s' % len(password),
        'maven_server',
        dict(MAVEN, id='x', username='u', password=password),
        **more,
    )


def seen_in(hits, place):
    return {hit.partition(' in ')[0] for hit in hits if place in hit}


def test_A16_callbacks_that_look_at_arguments(stage, shown):
    found = stage.folder / 'tree'
    found.mkdir()
    by_name = [
        task(name, module, arguments, ignore_errors=True)
        for name, module, arguments in (
            ('Get', 'token_source', {'name': 'company'}),
            ('Tell', 'token_source_info', {'name': 'studio'}),
            ('Fail', 'token_source', {'name': 'refused'}),
            (
                'Deliver',
                'maven_server',
                dict(
                    MAVEN, servers=[{'id': 'a', 'token': 'company'}, {'id': 'b', 'token': 'nuvy'}]
                ),
            ),
            ('Deliver one', 'maven_server', dict(MAVEN, id='c', token='studio')),
            (
                'Deliver to git',
                'git_credential',
                dict(GIT, url='https://git.example', token='company'),
            ),
            ('Link', 'nuxeo_cli_link', dict(LINK, token='studio')),
        )
    ]
    run, hits = stage.play(
        [*by_name, deliver(shown[1])],
        ANSIBLE_CALLBACKS_ENABLED='events,arguments',
        ARGUMENTS_FILE=str(found / 'arguments'),
    )
    seen = (found / 'arguments').read_text(encoding='utf-8')
    assert all(seen.count(entry['name'] + ': ') >= 2 for entry in by_name)
    assert {event['task'] for event in run.events if event['event'] == 'failed'} == {'Fail'}, (
        run.output
    )
    assert seen_in(hits, '/tree/arguments') == {'shown'} and len(hits) == len(
        [hit for hit in hits if '/tree/arguments' in hit]
    ), hits


def test_A15_a_banner_with_arguments(stage, shown):
    run, hits = stage.play(
        [deliver(password) for password in shown], verbosity='', ANSIBLE_DISPLAY_ARGS_TO_STDOUT='1'
    )
    assert run.rc == 0 and seen_in(hits, ' in the output') == {'inline'}, run.output


# The excerpt that ansible-core shows ends with the first line of a task
FAILING = """
- hosts: all
  gather_facts: false
  tasks:
    - block:
        - buildops.tokens.maven_server: {password: %s,
            path: /proc/none/settings.xml, id: a, username: u}
          no_log: true
      rescue:
        - buildops.tokens.maven_server: {password: "%s",
            path: /proc/none/settings.xml, id: a, username: u}
          no_log: true
"""


def test_A17_a_secret_in_the_text_of_a_task_that_fails(stage, shown):
    run, hits = stage.play(None, verbosity='', plays=FAILING % (json.dumps(shown[0]), shown[1]))
    assert len([event for event in run.events if event['event'] == 'failed']) == 2, run.output
    assert seen_in(hits, ' in the output') == ({'inline'} if EXCERPTS else set()), run.output


def test_A31_the_debugger_shows_variables(stage, shown):
    tasks = [
        task(
            'Deliver',
            'maven_server',
            dict(MAVEN, path='/proc/none/settings.xml', id='a', token='company'),
            debugger='on_failed',
        )
    ]
    stage.plant(stage.variables)
    inventory = {'all': {'hosts': {'host0': {}}, 'vars': stage.variables}}
    run = stage.run_playbook(
        stage.plays(tasks),
        inventory,
        typed="p task.args\np task_vars['token_sources']\np task_vars['shown']\nc\n",
    )
    assert run.output.count('(debug)> ') >= 4, run.output
    # Of sources it shows the templates, where they do not contain the secrets themselves
    assert {hit.partition(' in ')[0] for hit in stage.search(run.output, run.events, ())} == {
        'shown'
    }
