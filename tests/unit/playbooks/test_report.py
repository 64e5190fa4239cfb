# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report that the playbooks write, and what they show on the way."""

from __future__ import annotations

import csv
import json
import typing as t
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import COLLECTIONS, PlaybookRun
from tests.sandbox import nexus
from tests.tools.scratch import ROOT

PLAYBOOKS = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
SCHEMA = json.loads((ROOT / 'docs/report.schema.json').read_text(encoding='utf-8'))


class Stage:
    """A Nexus, and agents with entries for two of its users, of whom one has a wrong password."""

    def __init__(self, sandbox: t.Any, run_playbook: t.Any, folder: Path) -> None:
        self.folder, self.run_playbook = folder, run_playbook
        self.app = nexus.create_app('3.90.1')
        self.server = sandbox.serve(self.app)
        person = {
            'type': 'nexus_user_token',
            'url': self.server.url,
            'username': 'alice',
            'password': 'wonderland',
            'ca_path': sandbox.ca_path,
        }
        self.sources = {'company': person}
        self.agents = ['agent1', 'agent2']
        self.variables: dict[str, t.Any] = {
            'ansible_connection': 'local',
            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
            'token_sources': self.sources,
            'maven_settings_servers': [{'id': 'releases', 'token': 'company'}],
            'maven_settings_path': '%s/{{ inventory_hostname }}/settings.xml' % folder,
            'tokens_report_path': str(folder / 'report'),
        }

    def play(self, name: str, *arguments: str, **variables: t.Any) -> PlaybookRun:
        hosts: dict[str, t.Any] = {agent: {} for agent in self.agents}
        inventory = {'all': {'hosts': hosts, 'vars': {**self.variables, **variables}}}
        run: PlaybookRun = self.run_playbook(PLAYBOOKS / name, inventory, *arguments)
        return run

    def report(self) -> dict[str, t.Any]:
        report: dict[str, t.Any] = json.loads((self.folder / 'report/tokens.json').read_text())
        jsonschema.validate(report, SCHEMA)
        return report


@pytest.fixture
def stage(sandbox: t.Any, run_playbook: t.Any, tmp_path: Path) -> Stage:
    return Stage(sandbox, run_playbook, tmp_path)


def test_provisioning_and_reporting_write_the_same_report(stage: Stage) -> None:
    stage.sources['broken'] = {**stage.sources['company'], 'password': 'not-her-password'}
    stage.variables['maven_settings_servers'].append({'id': 'other', 'token': 'broken'})
    run = stage.play('provision_tokens.yml', tokens_report_formats='html,json,csv,ics,prom,junit')
    assert run.rc != 0 and '/report/tokens.html, ' in run.output, run.output
    report = stage.report()
    broken, company = report['sources']
    assert (broken['name'], broken['state']) == ('broken', 'failed') and '401' in broken['message']
    assert {result['status'] for result in broken['deliveries'][0]['results']} == {'failed'}
    assert (company['name'], company['level']) == ('company', 'ok') and company['created_at']
    token = stage.app.state.token_of('alice')
    rows = list(csv.DictReader((stage.folder / 'report/tokens.csv').open(newline='')))
    assert [(row['source'], row['host']) for row in rows] == [
        ('broken', 'agent1'),
        ('broken', 'agent2'),
        ('company', 'agent1'),
        ('company', 'agent2'),
    ]
    written = {path.name: path.read_text() for path in (stage.folder / 'report').iterdir()}
    assert len(written) == 6
    for name, text in written.items():
        for secret in ('wonderland', 'not-her-password', token.pass_code, token.name_code):
            assert secret not in text, name

    artifact = run.result('Sum up')['report']
    assert [source['name'] for source in artifact['sources']] == ['broken', 'company']
    assert artifact['sources'][0]['results']['failed'] == 2
    assert artifact['level'] == 'failure' and artifact['totals'] == report['totals']

    run = stage.play('report_tokens.yml')
    report = stage.report()
    assert run.rc != 0 and report['purpose'] == 'report', run.output
    assert [source['name'] for source in report['sources']] == ['broken', 'company']
    [delivery] = report['sources'][1]['deliveries']
    assert (delivery['type'], delivery['place']) == ('maven_settings', 'releases')
    assert [result['host'] for result in delivery['results']] == ['agent1', 'agent2']
    assert 'Asking broken (nexus_user_token), 2 of 2' in run.output


@pytest.mark.parametrize(
    'version, cache, known',
    [('3.90.1', 'run', True), ('3.68.0', 'run', False), ('3.68.0', 'file', True)],
)
def test_a_report_judges_a_token_without_an_end_by_its_age(
    stage: Stage, sandbox: t.Any, version: str, cache: str, known: bool
) -> None:
    """Before 3.69, only a lasting cache knows when the token was created."""
    app = nexus.create_app(version)
    stage.sources['company'].update(
        url=sandbox.serve(app).url,
        cache=cache,
        max_age=864000,
    )
    if cache == 'file':
        stage.sources['company']['cache_path'] = str(stage.folder / 'cache')
    run = stage.play('provision_tokens.yml')
    assert run.rc == 0, run.output
    run = stage.play('report_tokens.yml')
    assert run.rc == 0, run.output
    [company] = stage.report()['sources']
    assert (company['end_by'] == 'age', company['created_at'] is not None) == (known, known)
    words = 'its expiry is not known' if known else 'its expiry and age are not known'
    assert words in run.output
    assert len(app.state.tokens) == 1


def test_a_run_fails_before_a_token_ends_if_that_is_asked_for(stage: Stage) -> None:
    age = {'tokens_report_max_age_days': 0}
    run = stage.play('provision_tokens.yml', **age)
    assert run.rc == 0 and 'reached its highest age 0 minutes ago' in run.output, run.output
    assert stage.report()['level'] == 'failure'
    run = stage.play('provision_tokens.yml', tokens_report_fail_days=12, **age)
    assert run.rc != 0, run.output
    [problem] = run.result('Sum up')['problems']
    assert problem.startswith('company (nexus_user_token; agent1, agent2) reached its highest age')
    assert 'rotate_tokens' in problem
    assert stage.report()['problems'] == [problem]


@pytest.mark.parametrize(
    'variables, text',
    [
        ({'tokens_report_formats': ['html', 'pdf']}, 'must be one or more of'),
        ({'tokens_report_path': '/dev/null/x'}, '/dev/null/x/tokens.html'),
        ({'tokens_report_fail_day': 3}, 'Did you mean tokens_report_fail_days?'),
        ({'tokens_report_warn_days': 'soon'}, 'warn_days'),
    ],
)
def test_R1_and_R11_what_is_wrong_with_a_report_is_found_before_any_request(
    stage: Stage, variables: dict[str, t.Any], text: str
) -> None:
    run = stage.play('provision_tokens.yml', **variables)
    assert run.rc != 0 and text in run.output, run.output
    assert not stage.server.requests


def test_R12_the_summary_is_shown_where_the_report_cannot_be_written(stage: Stage) -> None:
    """A delivery of the run makes a folder where a file should be."""
    stage.agents = ['agent1']
    path = '%s/report/tokens.html/settings.xml' % stage.folder
    run = stage.play('provision_tokens.yml', maven_settings_path=path)
    assert run.rc != 0, run.output
    [problem] = run.result('Sum up')['problems']
    assert 'tokens.html is not a regular file' in problem
    assert 'releases' in '\n'.join(run.result('Sum up')['summary'])


def test_check_mode_writes_no_report(stage: Stage) -> None:
    run = stage.play('provision_tokens.yml', '--check')
    assert run.rc == 0 and 'In check mode, no report is written.' in run.output, run.output
    assert not (stage.folder / 'report').exists()


def test_a_long_run_shows_how_far_it_is_and_no_line_for_each_host(stage: Stage) -> None:
    stage.agents = ['agent%02d' % number for number in range(20)]
    run = stage.play('provision_tokens.yml')
    assert run.rc == 0, run.output
    lines = [line for line in run.output.splitlines() if line.endswith('hosts are done')]
    assert lines == ['%d of 20 hosts are done' % number for number in range(2, 21, 2)]
    assert run.output.count('Getting a token: company (nexus_user_token)') == 1
