# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report costs, against the run that it reports."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.buildops.tokens.plugins.plugin_utils import report_files
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import Summed
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_builder import build
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import Thresholds
from tests.benchmarks.plays import Bench
from tests.benchmarks.provisioning import Row, provision
from tests.sandbox import nexus
from tests.sandbox.serving import Sandbox

HOSTS, DELIVERIES = 1000, 6
MOST_OF_RUN = 0.05


def rows(quick: bool = False) -> t.Iterator[Row]:
    """Yield (name, measured ratio of processor time, target, whether it is met)."""
    hosts = 10 if quick else 100
    with Sandbox() as sandbox:
        server = sandbox.serve(nexus.create_app('3.90.1'))
        variables = {
            'token_sources': {
                'company': {
                    'type': 'nexus_user_token',
                    'url': server.url,
                    'username': 'alice',
                    'password': 'wonderland',
                    'ca_path': sandbox.ca_path,
                }
            },
            'maven_settings_servers': [
                {'id': f'repository-{number}', 'token': 'company'} for number in range(DELIVERIES)
            ],
        }
        with Bench(hosts, variables) as bench:
            provision(bench)
            run = provision(bench) / hosts * HOSTS
    ratio = _report() / run
    yield (
        f'six forms of a report of {HOSTS} hosts with {DELIVERIES} deliveries / that run, '
        f'from one of {hosts} hosts',
        ratio,
        MOST_OF_RUN,
        ratio <= MOST_OF_RUN,
    )


def _report() -> float:
    """Return the processor time for data and text of all forms."""
    plan, summed = _run()
    before = time.process_time()
    report = build(plan, summed, [], Thresholds(), 1796000000)
    for form in report_files.FORMS.values():
        form(report, '')
    return time.process_time() - before


def _run() -> tuple[dict[str, t.Any], Summed]:
    hosts = [f'agent{number:04}.example.com' for number in range(HOSTS)]
    places = [f'repository-{number}' for number in range(DELIVERIES)]
    plan = {
        'purpose': 'provision',
        'sources': {'company': {'type': 'nexus_user_token', 'rotatable': True}},
        'deliveries': {'company': {'maven_settings': dict.fromkeys(places, hosts)}},
    }
    details = [
        {
            'source': 'company',
            'type': 'nexus_user_token',
            'fingerprint': '0123456789ab',
            'expires_at': '2026-12-31T00:00:00Z',
            'delivery': 'maven_settings',
            'place': place,
            'results': dict.fromkeys(hosts, ('verified', 'accepted', False)),
            'times': {},
        }
        for place in places
    ]
    return plan, Summed([], [], [], details, {}, {})
