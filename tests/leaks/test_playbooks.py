# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is shown by the playbooks and roles, and none is in their reports."""

from __future__ import annotations

import json

import pytest

from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types
from tests.conftest import COLLECTIONS
from tests.support import package_clients

from .stage import PROJECT
from .tasks import GIT, JOBS, LINK, MAVEN, NAMESPACE, PROXIES, PROXY, SERVERS, names_of

FORMS = ['html', 'json', 'csv', 'ics', 'prom', 'junit']
# By delivery type with a variable: its entries, and the options that have variables
DELIVERED = {
    'maven_settings': (SERVERS[:2], MAVEN),
    'git_credentials': ([{'url': 'https://git.example', 'token': 'company'}], GIT),
    'nexus_proxies': ([dict(PROXY, token='studio')], PROXIES),
    'nuxeo_online': (
        [
            {
                'project': PROJECT,
                'token': 'studio',
                'registration': {'nuxeo_home': '{{ folder }}/nuxeo'},
                'git': True,
                'maven': True,
                'cli': {'path': LINK['path'], 'git_ignore': False},
                'release': {'version': '4.0.0'},
            }
        ],
        {
            'url': '{{ url.nos }}',
            'ca_path': '{{ ca }}',
            'maven_path': MAVEN['path'],
            'git_path': GIT['path'],
            'git_config_path': GIT['config_path'],
        },
    ),
}
DELIVERED.update(
    (name, ([dict(kind.EXAMPLE, token='company')], {'path': '{{ folder }}/%s/file' % name}))
    for name, kind in package_clients.KINDS.items()
)


def delivery_variables():
    """The inventory of a host that wants every type of delivery."""
    kinds = delivery_types.with_variable()
    assert kinds.keys() == DELIVERED.keys(), 'each type needs an example'
    found = {}
    for name, (entries, options) in DELIVERED.items():
        found[kinds[name].VARIABLE] = entries
        for option, value in options.items():
            variable = kinds[name].variable(option)
            assert variable in kinds[name].variables()
            found[variable] = value
    return found


@pytest.mark.parametrize('arguments', [(), ('--check',)], ids=['for real', 'check mode'])
def test_roles_and_playbooks(stage, arguments):
    playbooks = COLLECTIONS / 'ansible_collections/buildops/tokens/playbooks'
    stage.variables.update(delivery_variables())
    stage.without_mistakes()
    plays = [{'import_playbook': str(playbooks / (name + '.yml'))} for name in JOBS]
    sources = {'rotate_tokens_sources': ['company'], 'revoke_tokens_sources': ['company', 'studio']}
    reports = {'tokens_report_path': str(stage.work / 'report'), 'tokens_report_formats': FORMS}
    sources.update(reports)
    run, hits = stage.play(None, *arguments, '-e', json.dumps(sources), plays=plays)
    written = [path.name for path in (stage.work / 'report').glob('*')]
    assert len(written) == (0 if arguments else len(FORMS)), written
    assert hits == [], '\n'.join(hits)
    assert 'a nuxeo_online_token cannot be revoked from here' in run.output, run.output
    assert names_of(run, 'failed') == {'Fail when something failed'}, run.output
    actions = {event.get('action', '').rpartition('.')[2] for event in run.events}
    assert {
        'token_deliveries',
        'token_deliveries_info',
        'token_sources',
        'token_summary',
    } <= actions
    delivered = [
        part
        for event in run.events
        if event.get('action') == NAMESPACE + 'token_deliveries'
        for part in event['result']['parts']
    ]
    assert {part[key] for part in delivered for key in ('delivery', 'type')} == set(
        delivery_types.names()
    )
