# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is shown of what hosts and servers are sent, and of what they answer."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import HOST
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types
from tests.sandbox.serving import faults
from tests.support.hostile_host import RepeatingHost

from .failing_tasks import FAILURES
from .tasks import ADMIN, FORGIVEN, NAMESPACE, OTHERS, WORK, chosen, names_of, task

TO_HOSTS = {
    NAMESPACE + kind.MODULE
    for kind in delivery_types.all_types().values()
    if kind.MODULE and kind.WHERE == HOST
} | {NAMESPACE + 'token_deliveries'}


def test_A1_A18_I8_what_ssh_reports(stage):
    """ansible-core shows with -vvv all that comes over ssh: results and arguments of modules."""
    stage.over_ssh()
    run, hits = stage.play(
        [entry for entry in WORK + FAILURES if 'delegate_to' in entry or TO_HOSTS & entry.keys()]
    )
    assert hits == [], '\n'.join(hits)
    assert (
        run.rc == 0 and run.output.count('SSH: EXEC') > 50 and not names_of(run, 'unreachable')
    ), run.output


def test_A2_a_host_that_prints_something_by_itself(stage):
    """What a module answers cannot be told from it then, and is not shown with it."""
    stage.over_ssh(greeting='{ Welcome\n')
    tasks = [
        dict(entry, **FORGIVEN)
        for entry in chosen(
            WORK,
            'Elsewhere',
            'Get from Nuvy elsewhere',
            'Register the server',
            'Deliver one to Maven',
        )
    ]
    run, hits = stage.play(
        tasks
        + [dict(tasks[0], name='Without Python', vars={'ansible_python_interpreter': '/none'})],
        verbosity='',
    )
    assert hits == [], '\n'.join(hits)
    assert (
        len(names_of(run, 'failed')) == 5
        and 'is not the result of the module alone (exit code 0)' in run.output
    ), run.output
    assert (
        'Python does not start on the host (exit code 127)' in run.result('Without Python')['msg']
    )


@pytest.mark.parametrize('failed', [False, True], ids=['success', 'failure'])
def test_S1_S2_a_host_that_repeats_what_it_was_sent(stage, failed):
    """It knows these secrets; the output of the controller, which others read, does not."""
    stage.without_mistakes()
    host = RepeatingHost(stage.folder, failed, stage.folder / 'trace')
    stage.variables.update(host.variables)
    tasks = [
        dict(entry, **FORGIVEN)
        for entry in WORK
        if 'delegate_to' in entry or TO_HOSTS & entry.keys()
    ]
    run, hits = stage.play(tasks)
    assert hits == [], '\n'.join(hits)
    received = host.received.read_text(encoding='utf-8')
    assert all(stage.secrets[name].partition('"')[0] in received for name in ('person', 'deployer'))
    assert 'Repeated' in run.output and '\x1b' not in json.dumps(run.events, ensure_ascii=False)
    assert not (stage.folder / 'trace').exists(), 'a template of the host was rendered'
    assert {event['host'] for event in run.events if 'host' in event} == {'host0'}


def test_A2_O5_N13_servers_that_echo_what_they_were_sent(stage):
    def echo(exchange):
        header = exchange.environ.get('HTTP_AUTHORIZATION', '')
        try:
            decoded = base64.b64decode(header.partition(' ')[2]).decode()
        except ValueError:
            decoded = ''
        text_shown = (
            header
            + decoded
            + exchange.environ['QUERY_STRING']
            + exchange.environ['wsgi.input'].getvalue().decode()
        )
        code = next(statuses)
        return faults.status(
            code,
            [
                ('Content-Type', 'application/json'),
                ('X-Siesta-FaultId', text_shown.replace('\n', ' ').replace('\r', ' ')[:200]),
                ('Location', 'https://idp.example/?' + header),
            ],
            json.dumps(
                {
                    'message': text_shown,
                    'error': text_shown,
                    'error_description': text_shown,
                    'errorMessage': text_shown,
                }
            ),
        )(exchange)

    codes = [200, 302, 400, 401, 403, 404, 405, 409, 410, 422, 500]
    statuses = iter(codes * 200)
    stage.server.faults.add('authenticate$', echo, times=len(codes))
    stage.server.faults.add('user-token$', echo, times=len(codes))
    for name in ('nuvy', 'nuxeo', 'nos'):
        stage.servers[name].faults.add('.', echo, times=10**6)
    ask = [
        task('Ask', arguments={'cache': 'none'}, loop=list(range(len(codes) + 3)), **FORGIVEN),
        task(
            'Ask for another',
            arguments=dict(ADMIN, user_id='sam', cache='none'),
            loop=list(range(4)),
            **FORGIVEN,
        ),
    ]
    several = {'loop': list(range(len(codes)))}
    more = [
        dict(entry, **several, **FORGIVEN)
        for entry in chosen(OTHERS, 'Get from Nuvy', 'Check the NOS token')
    ]
    more += [
        dict(entry, name=entry['name'] + str(number), **FORGIVEN)
        for entry in chosen(OTHERS, 'Get from Nuxeo', 'Register a client', 'Link', 'Release')
        for number in range(3)
    ]
    _run, hits = stage.play(ask + more)
    assert hits == [], '\n'.join(hits)
