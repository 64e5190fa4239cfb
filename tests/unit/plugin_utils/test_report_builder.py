# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the plan and the results of a run to the data of its report, and to files."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import report_files, report_options
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import life_of
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import Summed
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_builder import (
    attention,
    build,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    DAY,
    Report,
    Source,
    Thresholds,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.variable_names import Names
from tests.support import reports

NOW = reports.NOW


def iso(days: float) -> str:
    from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601

    return str(iso8601(NOW + days * DAY))


def plan_of(purpose: str = 'provision', **deliveries: list[str]) -> dict[str, t.Any]:
    """Maven entries of one source. :param deliveries: by place, its hosts."""
    hosts = list(dict.fromkeys(host for each in deliveries.values() for host in each))
    return {
        'purpose': purpose,
        'sources': {'company': {'type': 'x', 'hosts': hosts, 'rotatable': True}},
        'deliveries': {'company': {'maven_settings': deliveries}},
    }


def row(place: str, fingerprint: str | None, **hosts: str) -> dict[str, t.Any]:
    return {
        'source': 'company',
        'type': 'x',
        'fingerprint': fingerprint,
        'expires_at': fingerprint and iso(30),
        'delivery': 'maven_settings',
        'place': place,
        'results': {host: (status, '', False) for host, status in hosts.items()},
        'times': {'created_at': iso(-60), 'renew_at': iso(29), 'max_age': None},
    }


def summed(*details: dict[str, t.Any], **more: t.Any) -> Summed:
    values = {'rows': [], 'notes': [], 'problems': [], 'reasons': {}, 'without': {}, **more}
    return Summed(details=list(details), **values)


def report_of(plan: dict[str, t.Any], done: Summed, **thresholds: t.Any) -> Report:
    return build(plan, done, [], Thresholds(**thresholds), NOW)


def answer(**more: t.Any) -> dict[str, t.Any]:
    return {
        'source': 'company',
        'type': 'x',
        'hosts': ['one'],
        'exists': True,
        'expired': None,
        'expires_at': None,
        'failed': None,
        'msg': None,
        **life_of(None, None, {}),
        **more,
    }


def asked(*answers: dict[str, t.Any], rotatable: bool = True, **thresholds: t.Any) -> Report:
    plan = plan_of('report', releases=['one'])
    plan['sources']['company']['rotatable'] = rotatable
    return build(plan, summed(), answers, Thresholds(**thresholds), NOW)


def only(report: Report) -> Source:
    [source] = report.sources
    return source


def results(source: Source) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (delivery.place, result.host): (result.status, result.message)
        for delivery in source.deliveries
        for result in delivery.results
    }


def test_what_was_delivered_is_what_hosts_reported() -> None:
    source = only(
        report_of(
            plan_of(releases=['one', 'two']),
            summed(row('releases', 'a' * 12, one='verified', two='refused')),
        )
    )
    assert results(source) == {
        ('releases', 'one'): ('verified', ''),
        ('releases', 'two'): ('refused', ''),
    }
    assert (source.fingerprint, source.state, source.level) == ('a' * 12, 'valid', 'failure')
    assert (source.end_at, source.renew_at) == (NOW + 30 * DAY, NOW + 29 * DAY)


def test_a_planned_delivery_that_no_row_mentions_failed_with_its_reason() -> None:
    done = summed(
        row('releases', 'a' * 12, one='verified'),
        reasons={('maven_settings', 'two'): 'No route to host'},
    )
    source = only(report_of(plan_of(releases=['one', 'two'], snapshots=['one']), done))
    assert results(source)[('releases', 'two')] == ('failed', 'No route to host')
    assert results(source)[('snapshots', 'one')] == ('not_tried', '')
    done = done._replace(without={'maven_settings': {'two'}})
    assert ('releases', 'two') not in results(only(report_of(plan_of(releases=['two']), done)))


def test_a_source_without_a_token_failed_with_its_reason() -> None:
    reason = 'source company: POST nexus.example.com answered 401.'
    done = summed(reasons={('maven_settings', 'one'): reason}, problems=[reason])
    report = report_of(plan_of(releases=['one']), done)
    source = only(report)
    assert (source.state, source.level, source.message) == ('failed', 'failure', reason)
    assert report.problems == (reason,)


def test_hosts_with_other_tokens_of_a_source_are_apart() -> None:
    done = summed(
        row('releases', 'a' * 12, one='verified'),
        row('releases', 'b' * 12, two='verified'),
        row('releases', None, three='failed'),
    )
    report = report_of(plan_of(releases=['one', 'two', 'three']), done)
    assert [(source.fingerprint, source.hosts) for source in report.sources] == [
        (None, ('three',)),
        ('a' * 12, ('one',)),
        ('b' * 12, ('two',)),
    ]


def test_R13_a_source_that_does_not_answer_is_in_the_report() -> None:
    source = only(asked(answer(failed=True, msg='the server does not answer.')))
    assert (source.state, source.level) == ('failed', 'failure')
    assert source.message == 'the server does not answer.'
    assert results(source) == {('releases', 'one'): ('not_tried', '')}


@pytest.mark.parametrize(
    'days, thresholds, state, level',
    [
        (20, {}, 'valid', 'ok'),
        (14, {}, 'ends_soon', 'warning'),
        (7, {'fail_days': 7}, 'ends_soon', 'failure'),
        (8, {'fail_days': 7}, 'ends_soon', 'warning'),
        (3, {'warn_days': 2}, 'valid', 'ok'),
        (-1, {}, 'expired', 'failure'),
    ],
)
def test_thresholds(days: int, thresholds: dict[str, int], state: str, level: str) -> None:
    report = asked(answer(expires_at=iso(days)), **thresholds)
    assert (only(report).state, only(report).level) == (state, level)
    assert bool(report.problems) is (level == 'failure' and 'fail_days' in thresholds)


def test_what_makes_a_run_fail_names_host_day_and_remedy() -> None:
    for rotatable, remedy in ((True, 'rotate_tokens'), (False, 'A person')):
        report = asked(answer(expires_at=iso(3.5)), rotatable=rotatable, fail_days=7)
        [problem] = report.problems
        assert problem.startswith('company (x; one) ends in 3 days, at Thu 2026-12-03 12:00 UTC.')
        assert remedy in problem
        assert attention(report) == [], 'each sentence once'


def test_a_token_of_an_hour_does_not_end_soon_until_its_last_fifth() -> None:
    hour = 1 / 24
    for age, state in ((0.7, 'valid'), (0.9, 'ends_soon')):
        life = {'created_at': iso(-age * hour), 'expires_at': iso((1 - age) * hour)}
        assert only(asked(answer(**life))).state == state


def test_a_token_without_an_end_is_judged_by_its_age() -> None:
    made = answer(created_at=iso(-80))
    source = only(asked(made))
    assert (source.state, source.end_at) == ('unknown', None)
    source = only(asked(made, max_age_days=90))
    assert (source.state, source.end_by, source.end_at) == ('ends_soon', 'age', NOW + 10 * DAY)
    of_source = {**made, 'max_age': 70 * DAY}
    source = only(asked(of_source, max_age_days=90))
    assert (source.state, source.end_at) == ('expired', NOW - 10 * DAY)
    assert only(asked({**made, 'created_at': None}, max_age_days=90)).state == 'unknown'
    ends = {**made, 'expires_at': iso(300)}
    assert only(asked(ends, max_age_days=90)).end_by == 'server'


def test_renewal_is_due_by_min_remaining_or_by_age() -> None:
    assert life_of(None, None, {'max_age': 5})['renew_at'] is None
    assert life_of(NOW, None, {'max_age': DAY})['renew_at'] == iso(1)
    assert life_of(NOW, NOW + 9 * DAY, {'max_age': DAY})['renew_at'] == iso(1)
    assert life_of(NOW, NOW + DAY, {'max_age': None})['renew_at'] == iso(1)


def test_a_token_that_is_not_there_is_a_failure_if_a_person_has_to_make_it() -> None:
    for rotatable, level in ((True, 'warning'), (False, 'failure')):
        source = only(asked(answer(exists=False), rotatable=rotatable))
        assert (source.state, source.level) == ('missing', level)


def test_no_text_has_control_characters_or_a_secret() -> None:
    from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register

    register('s3cret-of-company')
    done = summed(
        reasons={('maven_settings', 'one'): 'it said s3cret-of-company\n\x1b[31m\u202e.'},
        problems=['it said s3cret-of-company'],
        notes=['s3cret-of-company'],
    )
    report = report_of(plan_of(releases=['one']), done)
    for form in report_files.FORMS.values():
        assert 's3cret' not in form(report, '')
    assert not {'\n', '\x1b', '\u202e'} & set(only(report).message)


# Files


def options(path: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return report_options.checked({'path': str(path), **more}, False)


def test_files_are_written_at_once_with_the_mode_that_is_asked_for(tmp_path: Path) -> None:
    forms = list(report_options.FILES)
    report = reports.small()
    before = os.umask(0o077)
    try:
        paths = report_files.write(report, options(tmp_path, formats=forms))
    finally:
        os.umask(before)
    assert sorted(paths) == sorted(str(tmp_path / name) for name in report_options.FILES.values())
    assert {path.name for path in tmp_path.iterdir()} == set(report_options.FILES.values())
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}
    for mode in ('0600', 0o664):
        report_files.write(report, options(tmp_path, mode=mode))
        wanted = int(mode, 8) if isinstance(mode, str) else mode
        assert (tmp_path / 'tokens.json').stat().st_mode & 0o777 == wanted
    assert json.loads((tmp_path / 'tokens.json').read_text())['level'] == 'failure'


def test_R10_the_file_for_prometheus_keeps_the_last_success(tmp_path: Path) -> None:
    well = Report('report', NOW - DAY, (Source('gone', 'nexus_user_token'),))
    for report in (well, reports.small()):
        report_files.write(report, options(tmp_path, formats=['prom']))
    series = 'last_success_timestamp_seconds{source="gone",type="nexus_user_token"} %d'
    assert series % (NOW - DAY) in (tmp_path / 'tokens.prom').read_text()


@pytest.mark.parametrize(
    'given, text',
    [
        ({'warn_days': -1}, 'tokens_report_warn_days must be between'),
        ({'fail_days': 10**9}, 'tokens_report_fail_days must be between'),
        ({'max_age_days': -5}, 'tokens_report_max_age_days must be between'),
        ({'mode': 'rw'}, 'tokens_report_mode must be'),
        ({'mode': 644}, 'tokens_report_mode must be'),
        ({'mode': True}, 'tokens_report_mode must be'),
    ],
)
def test_R11_a_wrong_option_is_a_sentence(given: dict[str, t.Any], text: str) -> None:
    with pytest.raises(BadInput, match=text):
        report_options.checked(given, False)


def test_R1_a_path_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    (tmp_path / 'taken/tokens.json').mkdir(parents=True)
    (tmp_path / 'loop').symlink_to(tmp_path / 'loop')
    for name in ('file', 'taken', 'loop'):
        with pytest.raises(FileProblem, match=name):
            options(tmp_path / name)
        report_options.checked({'path': str(tmp_path / name)}, True)  # check mode writes nothing


@pytest.mark.needs_root
def test_R2_a_folder_behind_a_link_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / 'real').mkdir()
    (tmp_path / 'link').symlink_to(tmp_path / 'real')
    assert report_files.write(reports.small(), options(tmp_path / 'link'))
    os.lchown(tmp_path / 'link', 12345, 12345)
    with pytest.raises(FileProblem, match='link of another user'):
        options(tmp_path / 'link')


def test_a_variable_that_is_spelt_wrongly_is_found() -> None:
    assert list(Names([]).mistakes({'tokens_report_pathh': '/x'})) == [
        'There is no variable tokens_report_pathh. Did you mean tokens_report_path?'
    ]
    assert not list(Names([]).mistakes(dict.fromkeys(report_options.VARIABLES, 1)))
