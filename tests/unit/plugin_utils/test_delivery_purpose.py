# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each playbook refuses before any request, and what it selects."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_purpose as purpose
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import Plan
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import Selection

ENTRIES: list[dict[str, t.Any]] = [{'id': 'a', 'token': 'company'}, {'id': 'b', 'token': 'studio'}]


def plan(**rotatable: bool) -> Plan:
    known = {name: {'rotatable': value} for name, value in rotatable.items()}
    return Plan(
        sources=known,
        declared={**known, 'lookups': {'rotatable': True}},
        on_host={'one': ['maven_settings']},
    )


@pytest.mark.parametrize(
    'only, sources, types',
    [
        (None, None, None),
        (['company'], ['company'], None),
        (['maven_settings'], None, ['maven_settings']),
        (['company', 'maven_settings'], ['company'], ['maven_settings']),
    ],
)
def test_a_selection_is_made_of_sources_and_types(
    only: t.Any, sources: t.Any, types: t.Any
) -> None:
    assert purpose.selection_for('provision', None, only) == Selection('present', sources, types)


@pytest.mark.parametrize(
    'value, names',
    [
        (None, None),
        ('', None),
        ('company', ['company']),
        ('company, studio', ['company', 'studio']),
        (['company'], ['company']),
    ],
)
def test_names_are_a_list_or_a_text_with_commas(value: t.Any, names: t.Any) -> None:
    assert purpose.names_in(value, 'tokens_only') == names


@pytest.mark.parametrize('value', [[], {}, 3, ['a', 3], '["company"]', ',', [['company']]])
def test_what_is_not_names_is_refused_with_how_to_write_them(value: t.Any) -> None:
    with pytest.raises(BadInput, match='Set tokens_only to .* -e tokens_only=first,second'):
        purpose.names_in(value, 'tokens_only')


def test_a_selection_that_leaves_nothing_is_refused_with_the_nearest_name() -> None:
    only = purpose.selection_for('provision', None, ['compny'])
    with pytest.raises(BadInput, match='Did you mean company?'):
        purpose.check_selection(only, plan(company=True))
    only = purpose.selection_for('provision', None, ['git_credentials'])
    with pytest.raises(BadInput, match='leaves nothing'):
        purpose.check_selection(only, Plan(sources={'company': {}}))
    purpose.check_selection(only, plan(company=True))


def test_revoking_turns_the_entries_of_these_sources_into_absent_ones() -> None:
    selection = purpose.selection_for('revoke', ['company'])
    assert selection.entries(ENTRIES, lambda entry: entry['token']) == [
        {'id': 'a', 'token': 'company', 'state': 'absent'}
    ]
    assert not purpose.selection_for('revoke', None).entries(ENTRIES, lambda entry: entry['token'])


@pytest.mark.parametrize(
    'name, names, message',
    [
        ('revoke', None, 'Set revoke_tokens_sources to names of sources.* company, studio'),
        ('revoke', ['compny'], 'Did you mean company.* are: company, studio, lookups.'),
        ('report', ['compny'], 'report_tokens_sources.* Did you mean company'),
        ('rotate', ['studio'], 'people make .* replaced from here: company, lookups.'),
        ('rotate', ['compny'], 'Did you mean company.* replaced from here: company, lookups.'),
    ],
)
def test_names_with_which_nothing_can_be_done_are_refused(
    name: str, names: t.Any, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        purpose.check_names(name, names, plan(company=True, studio=False))


ALL = {'groups': {'all': ['one', 'two']}}
SLICE = {'awx_job_template_name': 'Rotate', 'awx_workflow_job_name': 'Rotate'}


@pytest.mark.parametrize(
    'hosts, more, message',
    [
        (['one'], {}, 'With a limit'),
        (['one', 'two'], SLICE, 'This job is a slice'),
        (['one', 'two'], {'awx_job_launch_type': 'relaunch'}, 'was relaunched'),
        (['one', 'two'], {**SLICE, 'awx_job_launch_type': 'relaunch'}, 'was relaunched'),
    ],
)
def test_a_rotation_that_may_not_see_all_hosts_is_refused(
    hosts: t.Any, more: t.Any, message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        purpose.check_hosts('rotate', False, hosts, {**ALL, **more})
    purpose.check_hosts('provision', False, hosts, {**ALL, **more})
    purpose.check_hosts('rotate', False, ['one', 'two'], {**ALL, 'awx_job_launch_type': 'manual'})


def test_a_rotation_delivers_what_people_have_replaced_in_the_source() -> None:
    purpose.check_names('rotate', None, plan(studio=False))
    assert purpose.notes('rotate', None, plan(studio=False))[0].endswith('the source: studio.')


@pytest.mark.parametrize('name', ['rotate', 'revoke', 'report'])
def test_sources_that_only_lookups_use_can_be_named(name: str) -> None:
    purpose.check_names(name, ['lookups'], plan(company=True))


def test_all_that_can_be_replaced_is_replaced_and_the_rest_is_named() -> None:
    known = plan(company=True, studio=False)
    purpose.check_names('rotate', None, known)
    assert purpose.names_for('rotate', None, known) == ['company']
    assert purpose.notes('rotate', None, known)[0].endswith('into the source: studio.')
    assert purpose.names_for('report', None, known) == ['company', 'studio']


@pytest.mark.parametrize('name', ['rotate', 'revoke', 'report'])
def test_a_selection_for_another_playbook_is_refused_instead_of_ignored(name: str) -> None:
    with pytest.raises(BadInput, match='^tokens_only is for provision_tokens.*%s_tokens' % name):
        purpose.selection_for(name, None, ['company'])
