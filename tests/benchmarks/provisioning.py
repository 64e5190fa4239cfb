# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a provisioning run costs, against a play that does nothing as often."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

from tests.benchmarks.plays import Bench
from tests.sandbox import nexus
from tests.sandbox.serving import Sandbox

MOST_TIMES_PINGS = 1.3


def rows(quick=False):
    """Yield (name, measured ratio of processor time, target, whether it is met)."""
    hosts, rounds = (20, 1) if quick else (100, 3)
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
            'maven_settings_servers': [{'id': 'releases', 'token': 'company'}],
            'git_credentials_entries': [{'url': 'https://git.example.com', 'token': 'company'}],
        }
        with Bench(hosts, variables) as bench:
            place = f'{bench.folder}/agents/{{{{ inventory_hostname }}}}'
            extra = [
                '-e',
                f'maven_settings_path={place}/settings.xml',
                '-e',
                f'git_credentials_path={place}/git-credentials',
                '-e',
                f'git_credentials_config_path={place}/gitconfig',
            ]
            pings = [{'ansible.builtin.ping': {}}, {'ansible.builtin.ping': {}}]
            first, again = [], []
            for number in range(rounds):
                if number:  # so that the first run of each round is one
                    (bench.folder / 'agents').rename(bench.folder / f'agents-{number}')
                base = bench.seconds(pings)
                first.append(_provision(bench, extra) / base)
                again.append(_provision(bench, extra) / base)
            asked = server.count('POST') / rounds / 2
        for title, ratios in (('provisioning', first), ('the second run', again)):
            ratio = statistics.median(ratios)
            yield (
                f'{hosts} hosts, Maven and git each: {title} / as many pings',
                ratio,
                MOST_TIMES_PINGS,
                ratio <= MOST_TIMES_PINGS,
            )
        yield f'{hosts} hosts: token requests of a run (a number)', asked, 1, asked == 1


def _provision(bench, extra):
    """:returns: the processor time of all processes of a run of the playbook."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            sys.executable,
            '-m',
            'ansible',
            'playbook',
            '-f',
            str(bench.forks),
            '-i',
            'inventory.json',
            *extra,
            'buildops.tokens.provision_tokens',
        ],
        cwd=bench.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
