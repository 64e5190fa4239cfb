# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time for a token, against a plain variable and what people do without this collection."""

from __future__ import annotations

import time

from tests.benchmarks.plays import Bench
from tests.sandbox import nexus, nuvy
from tests.sandbox.serving import Sandbox

STEP_1 = r'/wonderland/authenticate$'
SLOWEST_HIT = 1000  # microseconds


def uses(value):
    """Three tasks that use a value each, as plays do all the time."""
    return [
        {
            'name': 'Use it',
            'ansible.builtin.assert': {'that': '%s | length > 2' % value, 'quiet': True},
        }
        for _number in range(3)
    ]


def rows(quick):
    hosts, rounds = (50, 1) if quick else (100, 3)
    with Sandbox() as sandbox:
        now = time.time()
        server = sandbox.serve(
            nexus.create_app('3.71.0-06', clock=lambda: now)
        )  # on a slow machine, uri needs longer than a ticket lives
        tokens = sandbox.serve(nuvy.create_app())
        source = {
            'url': server.url,
            'ca_path': sandbox.ca_path,
            'username': '{{ nexus_username }}',
            'password': '{{ nexus_password }}',
        }
        client = {
            'url': tokens.url,
            'ca_path': sandbox.ca_path,
            'client_id': 'buildops-client',
            'client_secret': 'nuvy-s3cret',
        }
        status = server.url + '/service/rest/v1/status'
        variables = {
            'token_sources': {
                'company': dict(source, type='nexus_user_token'),
                'studio': {
                    'type': 'nuxeo_online_token',
                    'username': '{{ nexus_username }}',
                    'token': '{{ nexus_password }}',
                },
            },
            'nexus_username': 'alice',
            'nexus_password': 'wonderland',
            'given': "{{ lookup('buildops.tokens.token', 'studio', query='password') }}",
            'looked_up': "{{ lookup('buildops.tokens.token', 'company', query='password') }}",
            'plain': 'a-token-of-forty-four-characters-like-others',
            'indirect': '{{ plain }}',
            # It cannot POST. This is what two requests would cost, if it could
            'fetched': "{{ query('ansible.builtin.url', '%s', '%s', username=nexus_username, "
            'password=nexus_password, force_basic_auth=true, '
            "ca_path='%s') | string ~ 'done' }}" % (status, status, sandbox.ca_path),
        }
        with Bench(hosts, variables) as bench:
            server.reset()
            ratio = bench.ratio(uses('looked_up'), uses('indirect'), rounds)
            yield (
                '%d hosts x 3 evaluations: the lookup / a plain variable' % hosts,
                ratio,
                1.25,
                ratio <= 1.25,
            )
            ratio = bench.ratio(uses('given'), uses('indirect'), rounds)
            yield (
                '%d hosts x 3 evaluations: the lookup of a token in its source / a plain variable'
                % hosts,
                ratio,
                1.25,
                ratio <= 1.25,
            )
            asked = server.count('POST', STEP_1) / (rounds + 1)
            yield (
                '%d hosts x 3 evaluations: token requests (a number)' % hosts,
                asked,
                1,
                asked == 1,
            )
            ratio = bench.ratio(uses('looked_up'), uses('fetched'), 1, without=uses('indirect'))
            yield (
                'one evaluation: the lookup / two GETs by ansible.builtin.url, without a token',
                ratio,
                0.4,
                ratio <= 0.4,
            )
        with Bench(hosts // 5, variables) as bench:
            ratio = bench.ratio(
                uses('looked_up'),
                [task for use in uses('plain') for task in (*two_steps(source), use)],
                1,
            )
            yield (
                '%d hosts x 3 evaluations: the lookup / ansible.builtin.uri twice in its place'
                % (hosts // 5),
                ratio,
                0.4,
                ratio <= 0.4,
            )
        times = {}
        for count in (5, 20, 50) if quick else (10, 100, 500):
            with Bench(count, variables) as bench:
                server.reset()
                times[count] = bench.seconds(
                    [
                        {
                            'ansible.builtin.set_fact': {
                                'one': '{{ looked_up }}',
                                'two': '{{ looked_up }}',
                                'three': '{{ looked_up }}',
                            }
                        }
                    ]
                )
                asked = server.count('POST', STEP_1)
                yield '%d hosts: token requests (a number)' % count, asked, 1, asked == 1
        few, more, many = sorted(times)
        growth = (
            (times[many] - times[few]) / (many - few) / ((times[more] - times[few]) / (more - few))
        )
        yield (
            'time for each host more, up to %d / up to %d hosts' % (many, more),
            growth,
            1.3,
            growth <= 1.3,
        )
        count = 10 if quick else 30
        with Bench(1, variables) as bench:
            ratio = bench.ratio(
                [{'buildops.tokens.nuvy_client_token': dict(client, cache='none')}] * count,
                [_grant(client)] * count,
                rounds,
                without=[],
            )
            yield (
                'a client-credentials token from its module / the request by ansible.builtin.uri',
                ratio,
                0.5,
                ratio <= 0.5,
            )
            ratio = bench.ratio(
                [{'buildops.tokens.nexus_user_token': dict(source, cache='none')}] * count,
                two_steps(source) * count,
                rounds,
                without=[],
            )
            yield (
                'a user token from its module / the same two steps by ansible.builtin.uri',
                ratio,
                0.5,
                ratio <= 0.5,
            )
        hit = _hit(
            dict(source, username='alice', password='wonderland', type='nexus_user_token'),
            200 if quick else 2000,
        )
        yield (
            'one hit in a process that has had one before (microseconds)',
            hit,
            SLOWEST_HIT,
            hit <= SLOWEST_HIT,
        )


def two_steps(source):
    """The recipe of today for a user token."""
    common = {
        'url_username': '{{ nexus_username }}',
        'url_password': '{{ nexus_password }}',
        'force_basic_auth': True,
        'ca_path': source['ca_path'],
        'return_content': True,
        'headers': {'Accept': 'application/json'},
    }
    first = dict(
        common,
        url=source['url'] + '/service/rest/wonderland/authenticate',
        method='POST',
        body_format='json',
        body={'u': '{{ nexus_username | b64encode }}', 'p': '{{ nexus_password | b64encode }}'},
    )
    ticket = '{{ (ticket.content | from_json).t | b64encode | urlencode }}'
    second = dict(
        common,
        url=source['url'] + '/service/rest/internal/current-user/user-token?authToken=' + ticket,
    )
    return [
        {'ansible.builtin.uri': first, 'register': 'ticket', 'no_log': True},
        {'ansible.builtin.uri': second, 'register': 'token', 'no_log': True},
    ]


def _grant(client):
    return {
        'ansible.builtin.uri': {
            'url': client['url'] + nuvy.TOKEN_PATH,
            'method': 'POST',
            'body_format': 'form-urlencoded',
            'body': {'grant_type': 'client_credentials'},
            'url_username': client['client_id'],
            'url_password': client['client_secret'],
            'force_basic_auth': True,
            'ca_path': client['ca_path'],
        },
        'register': 'token',
        'no_log': True,
    }


def _hit(source, times):
    """:returns: microseconds of one evaluation, the templating around it not counted."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader, lookup_loader
    from ansible.template import Templar

    init_plugin_loader()
    variables = {'token_sources': {'company': source}}
    lookup = lookup_loader.get(
        'buildops.tokens.token', loader=DataLoader(), templar=Templar(DataLoader(), variables)
    )
    lookup.run(['company'], variables=variables)
    started = time.process_time()
    for _time in range(times):
        lookup.run(['company'], variables=variables)
    return (time.process_time() - started) / times * 1e6
