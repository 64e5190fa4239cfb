# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of hosts on which something failed, or that no result mentions."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible import constants

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import (
    NO_RESULT,
    source_line,
    summarize,
    table_of,
)

FAILED = {'failed': True, 'changed': False, 'msg': 'POST connect.nuxeo.com answered 401.'}
TOKEN = {'source': 'company', 'type': 'nexus_user_token', 'fingerprint': '0123456789ab'}


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """A plan by which two hosts get a delivery, and the first stands for one to a server."""
    monkeypatch.setattr(constants, 'DEFAULT_LOCAL_TMP', str(tmp_path))
    journal = Journal()
    hosts = dict.fromkeys(('one', 'two'), ['nuxeo_online'])
    journal.write_plan({'on_host': hosts, 'servers': {}})
    return journal


def part(**result: t.Any) -> dict[str, t.Any]:
    return {'delivery': 'nuxeo_online', 'changed': False, **result}


def write(journal: Journal, *parts: dict[str, t.Any], without: tuple[str, ...] = ()) -> None:
    for host in ('one', 'two'):
        journal.write_result('host', host, list(without), list(parts))


@pytest.mark.parametrize(
    'parts, reason',
    [
        ([part(changed=True), part(**FAILED), part(**FAILED)], FAILED['msg']),
        ([part(failed=True)], 'it failed, and gives no reason.'),
        ([{'delivery': None, **FAILED}], FAILED['msg']),
        ([part(unreachable=True, msg='No route to host')], 'No route to host'),
        (
            [part(verification=[{'name': 'x', 'accepted': False}], tokens=[dict(TOKEN, to='x')])],
            'the credentials of x were refused.',
        ),
    ],
)
def test_a_failure_is_reported_by_its_reason_once_for_all_hosts(
    journal: Journal, parts: list[dict[str, t.Any]], reason: str
) -> None:
    write(journal, *parts)
    assert summarize(journal)[2] == ['nuxeo_online (one, two): ' + reason]


def test_a_rotation_that_ended_half_way_names_the_playbook_that_finishes_it(
    journal: Journal,
) -> None:
    plan = journal.plan()
    for purpose, named in (('rotate', True), ('provision', False)):
        journal.write_plan({**plan, 'purpose': purpose})
        write(journal, part(**FAILED))
        assert ('run provision_tokens' in summarize(journal)[2][-1]) is named
    write(journal, part())
    assert summarize(journal)[2] == []


def test_a_delivery_that_no_result_mentions_is_a_problem_by_its_name(journal: Journal) -> None:
    assert summarize(journal)[2] == ['nuxeo_online (one, two): ' + NO_RESULT]
    assert summarize(journal, {'two': 'no luck'}.get)[2] == [
        'nuxeo_online (one): ' + NO_RESULT,
        'nuxeo_online (two): no luck',
    ]
    write(journal, without=('maven_settings',))
    rows, _notes, problems = summarize(journal)[:3]
    assert problems == ['nuxeo_online (one, two): no result mentions this delivery.']
    assert table_of(rows, problems) == []
    assert table_of([], [])[0].startswith('Nothing was delivered')
    write(journal, without=('nuxeo_online',))
    assert summarize(journal)[2] == []


def test_a_delivery_to_servers_that_no_result_mentions_is_a_problem_too(journal: Journal) -> None:
    journal.write_plan({'on_host': {}, 'servers': {'one': ['nexus_proxies']}})
    assert summarize(journal)[2] == ['nexus_proxies (one): ' + NO_RESULT]


def test_what_failed_with_sources_comes_first(journal: Journal) -> None:
    journal.write('sources', ['a was not replaced: no.'])
    write(journal, part(**FAILED))
    assert summarize(journal)[2][0] == 'a was not replaced: no.'


def test_a_change_counts_for_the_places_that_changed(journal: Journal) -> None:
    tokens = [dict(TOKEN, to='a'), dict(TOKEN, to='b')]
    write(journal, part(changed=True, changed_places=['a'], tokens=tokens))
    rows = summarize(journal)[0]
    assert [(row['place'], row['changed']) for row in rows] == [('a', ['one', 'two']), ('b', [])]


def test_a_host_whose_delivery_failed_is_not_counted(journal: Journal) -> None:
    nothing_there = dict(TOKEN, to='a', fingerprint=None)
    journal.write_result('host', 'one', [], [part(**FAILED, tokens=[nothing_there])])
    journal.write_result('host', 'two', [], [part(tokens=[dict(TOKEN, to='a')])])
    failed, delivered = summarize(journal)[0]
    assert (failed['hosts'], failed['failed'], failed['verified']) == ([], ['one'], 'failed')
    assert delivered['hosts'] == ['two']
    assert table_of([failed], [])[2].split()[-3:] == ['one', '0', 'failed']


def test_a_run_that_is_not_an_identifier_is_refused_before_a_path_is_made_of_it() -> None:
    with pytest.raises(Exception, match='not the identifier of a plan'):
        Journal('../../etc')


def test_an_expiry_that_is_not_known_has_one_name_in_reports_and_tables(journal: Journal) -> None:
    write(journal, part(tokens=[dict(TOKEN, fingerprint='0123456789ab')]))
    [_headings, _line, row] = table_of(summarize(journal)[0], [])
    assert '  not known  ' in row
    reported = {'source': 'a', 'type': 'x', 'hosts': [], 'exists': True, 'expires_at': None}
    assert source_line('report', reported).endswith('its expiry and age are not known')
    reported['life'] = {'created_at': '2026-01-28T17:17:07Z'}
    known = 'exists, created at 2026-01-28T17:17:07Z, its expiry is not known'
    assert source_line('report', reported).endswith(known)


def test_hosts_are_listed_in_the_order_of_the_plan(journal: Journal) -> None:
    for order in (['two', 'one'], ['one', 'two']):
        journal.write_plan({'on_host': dict.fromkeys(order, ['nuxeo_online']), 'servers': {}})
        write(journal, part(tokens=[TOKEN]))
        assert summarize(journal)[0][0]['hosts'] == order
