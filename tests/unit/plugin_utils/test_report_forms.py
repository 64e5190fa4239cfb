# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of a report, as programs of others read them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import re
import typing as t
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import icalendar
import jsonschema
import junitparser
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.buildops.tokens.plugins.plugin_utils import report_model, report_options
from ansible_collections.buildops.tokens.plugins.plugin_utils._reports import (
    csv_form,
    html_form,
    prom_form,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_files import FORMS
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    DAY,
    Report,
    Source,
)
from tests.support import reports
from tests.tools.scratch import ROOT

GOLDEN = Path(__file__).parent / 'golden'
SCHEMA = json.loads((ROOT / 'docs/report.schema.json').read_text(encoding='utf-8'))
EMPTY = Report('report', reports.NOW)
HTML = '{http://www.w3.org/1999/xhtml}'


def written(form: str, report: Report, before: str = '') -> str:
    """What is in the file."""
    return FORMS[form](report, before).encode('utf-8', 'replace').decode('utf-8')


def page_of(report: Report) -> ElementTree.Element:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder('etree'))
    page: ElementTree.Element = parser.parse(written('html', report))
    assert not [error for error in parser.errors if 'expected-closing-tag' not in str(error)]
    return page


def texts(element: ElementTree.Element, tag: str) -> list[str]:
    return [' '.join(' '.join(one.itertext()).split()) for one in element.iter(HTML + tag)]


def rows_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written('csv', report), newline='')))


def events_of(report: Report) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(written('ics', report))
    assert not calendar.errors
    return list(calendar.walk('VEVENT'))


def series_of(report: Report, before: str = '') -> dict[str, list[t.Any]]:
    """Samples by the name of the metric, as Prometheus reads them."""
    return {
        family.name: family.samples
        for family in text_string_to_metric_families(written('prom', report, before))
    }


def schema_problems(report: Report) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(json.loads(written('json', report)))]


@pytest.mark.parametrize('form', FORMS)
def test_each_form_is_as_it_was(form: str) -> None:
    """After an intended change, REWRITE=1 writes these files again.

    CSV (RFC 4180) and calendars (RFC 5545) have other line ends than files of this repository.
    """
    path = GOLDEN / report_options.FILES[form]
    text = written(form, reports.small())
    assert text.count('\r\n') == (text.count('\n') if form in ('csv', 'ics') else 0)
    if os.environ.get('REWRITE'):
        path.write_bytes(text.replace('\r\n', '\n').encode())
    assert text.replace('\r\n', '\n') == path.read_bytes().decode()


@pytest.mark.parametrize(
    'report', [reports.small(), reports.hostile(), EMPTY], ids=['small', 'hostile', 'empty']
)
def test_json_has_its_schema(report: Report) -> None:
    assert schema_problems(report) == []
    assert schema_problems(dataclasses.replace(report, purpose='other'))


def test_the_schema_knows_each_member() -> None:
    """Members that it does not list would not be described."""
    data = json.loads(written('json', reports.small()))
    parts = SCHEMA['$defs']
    source = data['sources'][0]
    for value, schema in (
        (data, SCHEMA),
        (source, parts['source']),
        (source['deliveries'][0], parts['delivery']),
        (data['thresholds'], SCHEMA['properties']['thresholds']),
    ):
        assert set(value) == set(schema['properties']) == set(schema['required'])


def test_csv_has_a_row_for_each_source_delivery_and_host() -> None:
    rows = rows_of(reports.small())
    assert [(row['source'], row['host'], row['status']) for row in rows] == [
        ('studio', 'agent2', 'refused'),
        ('studio', 'agent1', 'verified'),
        ('gone', 'agent3', 'failed'),
        ('company', 'agent4', 'not_tried'),
        ('company', 'agent1', 'verified'),
        ('aged', '', ''),
    ]
    assert rows[3]['end_at'] == '2026-12-03T09:00:00Z' and rows[3]['days_left'] == '3'


def test_R5_no_cell_of_csv_is_a_formula() -> None:
    text = written('csv', reports.hostile())
    rows = list(csv.reader(io.StringIO(text, newline='')))
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows[1:]:
        for cell in row:
            assert not re.match('[=+\\-@\t\r\uff1d]', cell), cell
    assert "'=HYPERLINK" in text


@pytest.mark.parametrize('separator', [',', ';'])
@pytest.mark.parametrize('text', ['=1+1', ' =1+1', 'x;=1+1', 'x; \uff1d1', '";@A1;"', 'a;-1;+2'])
def test_R5_no_cell_is_a_formula_where_semicolons_separate_cells(text: str, separator: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([csv_form.cell(text)])
    for row in csv.reader(io.StringIO(out.getvalue()), delimiter=separator):
        for cell in row:
            assert not re.match('\\s*[=+\\-@\uff1d]', cell), cell
    assert csv_form.cell('https://x/;a=1 - 2') == 'https://x/;a=1 - 2'


def test_a_calendar_has_an_event_with_an_alarm_for_each_end() -> None:
    company, aged = sorted(events_of(reports.small()), key=lambda event: event['DTSTART'].dt)
    assert company['SUMMARY'] == 'company ends'
    assert company['DTSTART'].dt.timestamp() == reports.THURSDAY
    [alarm] = company.walk('VALARM')
    assert alarm['TRIGGER'].dt.days == -14
    assert aged['SUMMARY'] == 'aged reaches its highest age'


def test_a_calendar_moves_an_event_when_a_token_is_renewed() -> None:
    report = reports.small()
    [old] = [event for event in events_of(report) if event['SUMMARY'] == 'company ends']
    renewed = tuple(
        dataclasses.replace(
            source, end_at=source.end_at and source.end_at + 90 * DAY, fingerprint='f' * 12
        )
        for source in report.sources
    )
    later = dataclasses.replace(report, sources=renewed, generated_at=report.generated_at + DAY)
    [new] = [event for event in events_of(later) if event['SUMMARY'] == 'company ends']
    assert new['UID'] == old['UID'] and new['SEQUENCE'] > old['SEQUENCE']
    assert (new['DTSTART'].dt - old['DTSTART'].dt).days == 90
    ids = [event['UID'] for event in events_of(later)]
    assert len(set(ids)) == len(ids)


def test_two_tokens_of_one_source_are_two_events() -> None:
    one, two = (
        Source('company', 'x', (host,), end_at=reports.THURSDAY, end_by='server')
        for host in ('a', 'b')
    )
    ids = [
        {event['UID'] for event in events_of(Report('report', reports.NOW, sources))}
        for sources in ((one, two), (two, one), (one,))
    ]
    assert ids[0] == ids[1] and len(ids[0]) == 2 and ids[2] < ids[0]


def test_R6_no_name_ends_a_value_of_a_calendar() -> None:
    text = written('ics', reports.hostile())
    assert {line for line in text.split('\r\n') if len(line.encode()) > 75} == set()
    assert '\n' not in text.replace('\r\n', '')
    events = events_of(reports.hostile())
    assert len(events) == len(reports.HOSTILE)
    assert text.count('\r\nEND:VCALENDAR\r\n') == 1
    names = {str(event['SUMMARY']).rpartition(' ends')[0] for event in events}
    assert {text.replace('\r', '') for text in reports.HOSTILE} == names


def test_prometheus_reads_the_gauges() -> None:
    series = series_of(reports.small())
    company = {'source': 'company', 'type': 'nexus_user_token'}
    ends = {
        sample.labels['source']: sample.value
        for sample in series['buildops_token_expiry_timestamp_seconds']
    }
    assert ends == {'company': reports.THURSDAY, 'aged': reports.NOW + 60 * DAY}
    verified = {
        sample.labels['source']: sample.value for sample in series['buildops_token_verified']
    }
    assert verified == {'studio': 0, 'company': 1}
    assert [
        sample.value
        for sample in series['buildops_token_deliveries']
        if sample.labels == {**company, 'status': 'not_tried'}
    ] == [1]


def test_R10_a_source_that_fails_keeps_the_time_of_its_last_success() -> None:
    name = prom_form.LAST_SUCCESS

    def times(report: Report, before: str = '') -> dict[str, float]:
        return {one.labels['source']: one.value for one in series_of(report, before)[name]}

    report = reports.hostile()
    well = tuple(dataclasses.replace(source, deliveries=()) for source in report.sources)
    before = written('prom', dataclasses.replace(report, sources=well))
    later = dataclasses.replace(report, generated_at=report.generated_at + DAY)
    assert times(later, before) == dict.fromkeys(reports.HOSTILE, reports.NOW)
    assert name not in series_of(later, 'not a file of ours\n' + name + ' 1')
    assert times(reports.small()) == {'company': reports.NOW, 'aged': reports.NOW}


def test_R7_no_name_ends_a_label() -> None:
    series = series_of(reports.hostile())
    for samples in series.values():
        keys = [tuple(sorted(sample.labels.items())) for sample in samples]
        assert len(set(keys)) == len(keys)
    found = {sample.labels['source'] for sample in series['buildops_token_verified']}
    assert found == set(reports.HOSTILE)


def test_two_tokens_of_one_source_are_one_series() -> None:
    sources = tuple(
        Source('company', 'x', (host,), end_at=end, end_by='server')
        for host, end in (('a', reports.THURSDAY), ('b', reports.THURSDAY + DAY))
    )
    samples = series_of(Report('report', reports.NOW, sources))
    [end] = samples['buildops_token_expiry_timestamp_seconds']
    assert end.value == reports.THURSDAY


@pytest.mark.parametrize(
    'report', [reports.small(), reports.hostile(), EMPTY], ids=['small', 'hostile', 'empty']
)
def test_junit_counts_what_it_contains(report: Report) -> None:
    root = ElementTree.fromstring(written('junit', report))
    cases = root.findall('testsuite/testcase')
    assert int(root.get('tests', '')) == len(cases)
    for suite in root:
        assert int(suite.get('tests', '')) == len(suite.findall('testcase'))
        assert int(suite.get('failures', '')) == len(suite.findall('testcase/failure'))
    failures = root.findall('testsuite/testcase/failure')
    assert int(root.get('failures', '')) == len(failures)
    refused = report.totals['refused'] + report.totals['failed']
    levels = [source for source in report.sources if source.state_level == 'failure']
    assert len(failures) == refused + len(levels) + bool(report.problems)


@pytest.mark.parametrize(
    'report', [reports.small(), reports.hostile(), EMPTY], ids=['small', 'hostile', 'empty']
)
def test_another_parser_reads_the_same_in_junit(report: Report) -> None:
    suites = junitparser.JUnitXml.fromstring(written('junit', report).encode())
    counted = (suites.tests, suites.failures, suites.skipped)
    suites.update_statistics()
    assert counted == (suites.tests, suites.failures, suites.skipped)
    cases = [case for suite in suites for case in suite]
    assert all(case.name and case.classname for case in cases)
    assert len({suite.name for suite in suites}) == len(list(suites))
    assert sum(case.is_failure for case in cases) == suites.failures
    assert sum(case.is_skipped for case in cases) == suites.skipped
    datetime.fromisoformat(next(iter(suites)).timestamp)


def test_the_page_shows_failures_first_and_names_who_fails_on_thursday() -> None:
    page = page_of(reports.small())
    rows = [text for text in texts(page, 'tr') if 'agent' in text]
    table = [row for row in rows if re.match('[✗✓–]', row)]
    assert [row.split()[1] for row in table] == ['refused', 'failed', 'not', 'verified', 'verified']
    assert [row for row in table if 'Thu 2026-12-03' in row] == [
        '– not tried agent4 company maven_settings releases Thu 2026-12-03',
        '✓ verified agent1 company maven_settings releases Thu 2026-12-03',
    ]
    assert 'company (nexus_user_token; agent1, agent2 and 2 more) ends in 3 days, at Thu' in (
        ' '.join(texts(page, 'li'))
    )


def test_the_page_loads_nothing_and_allows_its_own_script_alone() -> None:
    page = page_of(reports.hostile())
    assert not [
        element.tag
        for element in page.iter()
        for name in element.keys()
        if name in ('src', 'href', 'action', 'srcset') or name.startswith('on')
    ]
    [policy] = [
        meta.get('content', '')
        for meta in page.iter(HTML + 'meta')
        if meta.get('content') and 'default-src' in meta.get('content', '')
    ]
    assert policy.startswith("default-src 'none'") and 'unsafe' not in policy.split('script-src')[1]
    assert len(list(page.iter(HTML + 'script'))) == 1
    assert 'url(' not in written('html', reports.small())


def test_R4_names_are_text_of_the_page() -> None:
    page = page_of(reports.hostile())
    assert len(list(page.iter(HTML + 'script'))) == 1 and not list(page.iter(HTML + 'img'))
    marks = re.compile('[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe]')
    shown = texts(page, 'bdi')
    for text in reports.HOSTILE:
        assert ' '.join(marks.sub('', text).split()) in shown, text
    assert not marks.search(''.join(page.itertext()))
    assert '49' not in shown


def test_R3_an_end_beyond_the_calendar_is_its_last_day() -> None:
    assert {row['end_at'] for row in rows_of(reports.hostile())} == {'9999-12-31T23:59:59Z'}
    assert {event['DTSTART'].dt.year for event in events_of(reports.hostile())} == {9999}
    assert '9999-12-31' in ' '.join(texts(page_of(reports.hostile()), 'li'))
    none = Report('report', reports.NOW, (Source('a', 'x'),))
    assert 'end and age not known' in ' '.join(texts(page_of(none), 'li')) and events_of(none) == []
    made = dataclasses.replace(none, sources=(Source('a', 'x', created_at=reports.NOW - 3 * DAY),))
    assert 'end not known, created 3 days ago' in ' '.join(texts(page_of(made), 'li'))
    early = dataclasses.replace(none, sources=(Source('a', 'x', end_at=0, state='expired'),))
    assert 'ended 20787 days ago' in ' '.join(texts(page_of(early), 'li'))


def test_R8_a_report_without_sources_is_valid_in_each_form() -> None:
    assert schema_problems(EMPTY) == [] and rows_of(EMPTY) == [] and events_of(EMPTY) == []
    assert list(series_of(EMPTY)) == [
        'buildops_token_report_timestamp_seconds',
        'buildops_token_report_problems',
    ]
    assert 'This run has no sources.' in texts(page_of(EMPTY), 'p')


def test_the_page_of_1000_hosts_has_a_row_for_each_delivery() -> None:
    report = reports.large(1000)
    text = written('html', report)
    assert len(text.encode()) < 2_000_000
    assert text.count('<tr class=') == 6000


def test_R9_the_page_of_ten_thousand_hosts_names_each_failure() -> None:
    report = reports.large(10000)
    text = written('html', report)
    assert len(text.encode()) < 2_000_000
    assert text.count('<tr class=r') == report.totals['refused'] == 120
    assert text.count('<tr class=v') == 6 and '9978 more' in text
    assert 'the CSV form has a row for each' in text


def test_a_source_is_as_bad_as_its_worst_delivery() -> None:
    report = reports.small()
    assert [source.level for source in report.sources] == ['failure', 'failure', 'warning', 'ok']
    assert report.level == 'failure' and EMPTY.level == 'ok'
    assert report_model.sources_of(report, False)[0]['results']['refused'] == 1


def test_times_have_more_room_the_sooner_they_are() -> None:
    positions = [html_form._position(days * DAY, 365 * DAY) for days in (0, 1, 7, 30, 365, 9999)]
    assert positions == sorted(positions) and positions[0] == 0 and positions[-1] == 100
    assert positions[1] > 20


def test_the_guide_describes_the_gauges_and_its_rules_use_them() -> None:
    guide = (ROOT / 'docs/docsite/rst/report_guide.rst').read_text(encoding='utf-8')
    known = {prom_form.PREFIX + name for name in (*prom_form.METRICS, *prom_form.RUN_METRICS)}
    assert set(re.findall('^``(buildops_token_[a-z_]+)``', guide, re.MULTILINE)) == known
    used = re.findall('expr: .*?(buildops_token_[a-z_]+)', guide)
    assert len(used) == 4 and set(used) <= known
    variables = re.findall('^``(tokens_report_[a-z_]+)``', guide, re.MULTILINE)
    assert variables == list(report_options.VARIABLES)
    marked = guide.partition('What is marked\n---')[2].partition('The forms\n---')[0]
    states = re.findall('^``([a-z_]+)``  ', marked, re.MULTILINE)
    assert set(states) == set(SCHEMA['$defs']['source']['properties']['state']['enum'])
