# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a provisioning run costs, against plays that do nothing or read one variable."""

from __future__ import annotations

import contextlib
import resource
import statistics
import subprocess
import sys
import time
import typing as t
from importlib.util import find_spec

from tests.benchmarks.lookup import two_steps
from tests.benchmarks.plays import Bench, is_installed
from tests.sandbox import nexus
from tests.sandbox.serving import Sandbox

Row = tuple[str, float, t.Optional[float], bool]
MOST_TIMES_PINGS = 0.75
MOST_TIMES_TASKS = 0.25
MOST_GROWTH = 1.1
MOST_TIMES_READING = 3
MOST_FOR_FURTHER = 0.05  # of what Maven and git take
MOST_WITH_CLIENTS = 1.15
PLACE = '{{ agents }}/{{ inventory_hostname }}'
CLIENTS = {
    'npm': {'url': 'https://nexus.example.com/repository/npm/'},
    'docker': {'registry': 'docker.example.com'},
    'pip': {'url': 'https://nexus.example.com/repository/pypi/simple'},
    'gradle': {'name': 'company'},
    'netrc': {'host': 'files.example.com'},
    'pypirc': {'name': 'company', 'url': 'https://nexus.example.com/repository/pypi-releases/'},
}
PING: dict[str, t.Any] = {'ansible.builtin.ping': {}}
READ = {
    'ansible.builtin.debug': {
        'msg': "{{ groups['all'] | map('extract', hostvars, 'token_sources') | list | length }}"
    },
    'run_once': True,
}


def rows(quick: bool = False) -> t.Iterator[Row]:
    """Yield (name, measured ratio of processor time, target, whether it is met)."""
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
        yield from _against_pings(quick, server, variables)
        yield from _against_tasks(quick, sandbox)
        yield from _package_clients(quick, variables)
        yield from _growth(quick, variables)
        yield from _inventories(quick, variables)


def _against_pings(quick: bool, server: t.Any, variables: dict[str, t.Any]) -> t.Iterator[Row]:
    hosts, rounds = (20, 1) if quick else (100, 3)
    first, again = [], []
    with Bench(hosts, variables) as bench:
        before = server.count('POST')
        for number in range(rounds):
            if number:  # so that the first run of each round is one
                (bench.folder / 'agents').rename(bench.folder / f'agents-{number}')
            base = bench.seconds([PING, PING])
            first.append(provision(bench) / base)
            again.append(provision(bench) / base)
        asked = (server.count('POST') - before) / rounds / 2
    for title, ratios in (('provisioning', first), ('the second run', again)):
        ratio = statistics.median(ratios)
        yield (
            f'{hosts} hosts, Maven and git each: {title} / two pings a host',
            ratio,
            MOST_TIMES_PINGS,
            ratio <= MOST_TIMES_PINGS,
        )
    yield f'{hosts} hosts: token requests of a run (a number)', asked, 1, asked == 1


def _against_tasks(quick: bool, sandbox: Sandbox) -> t.Iterator[Row]:
    """Compare with the tasks that people write, where community.general and lxml are installed."""
    if not is_installed('community.general') or find_spec('lxml') is None:
        return
    hosts, rounds = (10, 1) if quick else (100, 3)
    now = time.time()
    # On a slow machine, the tasks need longer than a ticket lives
    server = sandbox.serve(nexus.create_app('3.71.0-06', clock=lambda: now))
    source = {
        'url': server.url,
        'username': 'alice',
        'password': 'wonderland',
        'ca_path': sandbox.ca_path,
    }
    variables = {
        'token_sources': {'company': {'type': 'nexus_user_token', **source}},
        'maven_settings_servers': [{'id': 'releases', 'token': 'company'}],
        'git_credentials_entries': [{'url': 'https://git.example.com', 'token': 'company'}],
        'nexus_username': 'alice',
        'nexus_password': 'wonderland',
    }
    ratios = []
    with Bench(hosts, variables) as bench:
        place = f'{bench.folder}/tasks/{{{{ inventory_hostname }}}}'
        for number in range(hosts):
            folder = bench.folder / f'tasks/host{number:03}'
            folder.mkdir(parents=True)
            (folder / 'settings.xml').write_text('<settings><servers/></settings>')
        provision(bench)
        for _round in range(rounds):
            spent = provision(bench)
            ratios.append(spent / bench.seconds([*two_steps(source), *_written(place)]))
    ratio = statistics.median(ratios)
    yield (
        f'{hosts} hosts, Maven and git each: provisioning / uri twice, xml, lineinfile, git_config',
        ratio,
        MOST_TIMES_TASKS,
        ratio <= MOST_TIMES_TASKS,
    )


def _written(place: str) -> list[dict[str, t.Any]]:
    """Return tasks that write a user token into C(settings.xml) and for git, with their modules."""
    token = '(token.content | from_json)'
    entry = f'https://{{{{ {token}.nameCode }}}}:{{{{ {token}.passCode }}}}@git.example.com'
    return [
        {
            'community.general.xml': {
                'path': f'{place}/settings.xml',
                'xpath': '/settings/servers',
                'set_children': [
                    {
                        'server': {
                            '_': [
                                {'id': 'releases'},
                                {'username': f'{{{{ {token}.nameCode }}}}'},
                                {'password': f'{{{{ {token}.passCode }}}}'},
                            ]
                        }
                    }
                ],
            },
            'no_log': True,
        },
        {
            'ansible.builtin.lineinfile': {
                'path': f'{place}/git-credentials',
                'line': entry,
                'create': True,
                'mode': '0600',
            },
            'no_log': True,
        },
        {
            'community.general.git_config': {
                'name': 'credential.helper',
                'value': f'store --file {place}/git-credentials',
                'scope': 'file',
                'file': f'{place}/gitconfig',
            }
        },
    ]


def _package_clients(quick: bool, variables: dict[str, t.Any]) -> t.Iterator[Row]:
    """Compare hosts that receive more than entries for Maven and git. Each has one module run."""
    hosts, rounds = (20, 2) if quick else (100, 3)
    further, clients = [], []
    with contextlib.ExitStack() as stack:
        benches = {
            number: stack.enter_context(_with(number, hosts, variables)) for number in (0, 4, 6)
        }
        for number, bench in benches.items():
            provision(bench)
            files = sum(path.is_file() for path in bench.folder.glob('agents/host000/*'))
            assert files == 3 + number, f'{files} files instead of {3 + number}'
        for _round in range(rounds):
            spent = {number: provision(bench) for number, bench in benches.items()}
            base = (spent[0] + provision(benches[0])) / 2
            further.append((spent[4] / base - 1) / 4)
            clients.append(spent[6] / base)
    each, six = statistics.median(further), statistics.median(clients)
    yield (
        f'{hosts} hosts: each of a third to a sixth delivery / Maven and git',
        each,
        MOST_FOR_FURTHER,
        each <= MOST_FOR_FURTHER,
    )
    yield (
        f'{hosts} hosts: Maven, git and six package clients / Maven and git',
        six,
        MOST_WITH_CLIENTS,
        six <= MOST_WITH_CLIENTS,
    )


def _with(number: int, hosts: int, variables: dict[str, t.Any]) -> Bench:
    """Return hosts that receive as many package clients as well."""
    more: dict[str, t.Any] = {}
    for name in list(CLIENTS)[:number]:
        more[f'package_clients_{name}'] = [{**CLIENTS[name], 'token': 'company'}]
        more[f'package_clients_{name}_path'] = f'{PLACE}/{name}'
    return Bench(hosts, {**variables, **more})


def _growth(quick: bool, variables: dict[str, t.Any]) -> t.Iterator[Row]:
    """Compare what a further host costs in a large and in a small inventory."""
    sizes = (5, 20, 60) if quick else (10, 100, 500)
    spent = []
    for size in sizes:
        with Bench(size, variables) as bench:
            provision(bench)
            spent.append(provision(bench))
    early = (spent[1] - spent[0]) / (sizes[1] - sizes[0])
    late = (spent[2] - spent[1]) / (sizes[2] - sizes[1])
    yield (
        'a further host beyond %d hosts / a further host beyond %d hosts' % sizes[1::-1],
        late / early,
        MOST_GROWTH,
        late / early <= MOST_GROWTH,
    )


def _inventories(quick: bool, variables: dict[str, t.Any]) -> t.Iterator[Row]:
    """Measure large inventories of which two hosts have deliveries."""
    common = {'token_sources': variables['token_sources']}
    own = {f'host{number:03}': variables for number in (3, 7)}
    for size in (1000,) if quick else (4000, 10000):
        with Bench(size, common, own=own) as bench:
            ratio = provision(bench) / bench.seconds([READ])
        yield (
            f'{size} hosts, of which two have deliveries / a play that reads a variable of each',
            ratio,
            MOST_TIMES_READING,
            ratio <= MOST_TIMES_READING,
        )


def provision(bench: Bench) -> float:
    """Return the processor time of all processes of a run of the playbook, in seconds."""
    files = {
        'maven_settings_path': 'settings.xml',
        'git_credentials_path': 'git-credentials',
        'git_credentials_config_path': 'gitconfig',
    }
    extra = [word for name, file in files.items() for word in ('-e', f'{name}={PLACE}/{file}')]
    extra += ['-e', f'agents={bench.folder}/agents']
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
        env=bench.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
