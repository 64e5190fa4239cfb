# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers with proxy repositories, for tests of their credentials: scripts made of the bodies that
real servers returned, and the stand-in.

C(nexus_proxy_bodies.json) contains proxies as Nexus 2.2 to 3.71.0 returned them, by version,
interface and format.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import Product
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    DesiredProxy,
    NexusProxyCredential,
    RestProxies,
    apply,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import checked
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from tests.sandbox import nexus
from tests.sandbox.nexus_proxies2 import PLACEHOLDER
from tests.support.scripted import ANY, Ask, Scripted, answer

BODIES = json.loads(Path(__file__).with_name('nexus_proxy_bodies.json').read_text(encoding='utf-8'))
LOGIN = basic_authorization('admin', 'admin123')
POM = 'org/example/buildops/hello/1.0.0/hello-1.0.0.pom'
GENERATIONS = [
    '2.5.1-01',
    '2.14.9-01',
    '3.16.0-01',
    '3.23.0-03',
    '3.24.0-01',
    '3.30.0-01',
    '3.41.1-01',
    '3.71.0-06',
    '3.76.0-03',
    '3.90.1-01',
    '3.97.0-13',
]
NEW = DesiredProxy('p1', username='new-name', password='new-pass')
# What a proxy of each format has beside what all have, as Nexus 3.9x describes it
EXTRAS = {
    'docker': {
        'docker': {
            'v1Enabled': False,
            'forceBasicAuth': True,
            'httpPort': 8082,
            'httpsPort': None,
            'subdomain': None,
            'pathEnabled': False,
        },
        'dockerProxy': {
            'indexType': 'HUB',
            'indexUrl': None,
            'cacheForeignLayers': False,
            'foreignLayerUrlWhitelist': [],
        },
    },
    'nuget': {'nugetProxy': {'queryCacheItemMaxAge': 3600, 'nugetVersion': 'V3'}},
    'npm': {'npm': {'removeQuarantined': True}},
    'pypi': {'pypi': {'removeQuarantined': True}},
    'yum': {'yumSigning': None},
    'cargo': {'cargo': {'requireAuthentication': False}},
    'conan': {'conanProxy': {'conanVersion': 'V2'}},
    'terraform': {'terraform': {'requireAuthentication': True}},
    'swift': {'swift': {'requireAuthentication': True}},
    'huggingface': {'xet': {'enabled': True}},
    'helm': {},
    'go': {},
    'r': {},
    'p2': {},
    'conda': {},
    'cocoapods': {},
    'rubygems': {},
    'composer': {},
    'ansiblegalaxy': {},
    'pub': {},
    'format-of-tomorrow': {
        'formatOfTomorrow': {'nested': [1, {'two': None}]},
        'firewall': {'mode': 'AUDIT'},
    },
}


def of_format(name):
    """A proxy of a format, with all that it can have."""
    body = copy.deepcopy(BODIES['3.71.0-06 rest maven2'])
    del body['maven']
    body.update(
        format=name,
        routingRuleName='rr',
        cleanup={'policyNames': ['old', 'older']},
        replication={'preemptivePullEnabled': True, 'assetPathRegex': 'a/.*'},
        **copy.deepcopy(EXTRAS[name]),
    )
    body['httpClient']['authentication'] = {
        'type': 'username',
        'username': 'old',
        'ntlmHost': None,
        'ntlmDomain': None,
    }
    return body


def rest_script(version, body, status=204, gives=None):
    """A server that has this body, is given another, and returns that without its secrets."""
    product = Product(version)
    base = '/service/rest/v1' if product.at_least((3, 26)) else '/service/rest/beta'
    segment = {'maven2': 'maven'}.get(body['format'], body['format'])
    held, script = [copy.deepcopy(body)], []

    def now(_asked):
        visible = copy.deepcopy(held[0])
        return answer(
            200,
            visible
            if product.at_least((3, 38))
            else [{'name': 'other', 'type': 'hosted'}, visible],
        )

    def reads():
        if product.at_least((3, 38)):
            short = {
                'name': body['name'],
                'format': body['format'],
                'type': 'proxy',
                'url': body['url'],
                'attributes': {},
            }
            script.append(
                Ask(
                    'GET',
                    f'{base}/repositories/{body["name"]}',
                    answer(200, short),
                    authorization=LOGIN,
                )
            )
            script.append(
                Ask(
                    'GET',
                    f'{base}/repositories/{segment}/proxy/{body["name"]}',
                    now,
                    authorization=LOGIN,
                )
            )
        else:
            path = (
                '/service/rest/v1/repositorySettings'
                if product.at_least((3, 26))
                else '/service/rest/beta/repositories'
            )
            script.append(Ask('GET', path, now, authorization=LOGIN))

    def take(asked):
        written.append(asked.json_body)
        if gives is not None:
            return gives
        held[0] = copy.deepcopy(asked.json_body)
        held[0]['routingRuleName'] = held[0].pop('routingRule')
        for secret in ('password', 'bearerToken'):
            (held[0]['httpClient']['authentication'] or {}).pop(secret, None)
        return answer(status)

    written = []
    reads()
    reads()
    script.append(
        Ask(
            'PUT',
            f'{base}/repositories/{segment}/proxy/{body["name"]}',
            take,
            json_body=ANY,
            authorization=LOGIN,
        )
    )
    if gives is None:
        reads()
    return Scripted(*script), written


def written_by_rest(version, body, wanted):
    """What a server of this version gets for a body that it returned."""
    client, written = rest_script(version, body)
    with client:
        reported = apply(
            RestProxies(client, LOGIN, Product(version)), wanted._replace(name=body['name']), False
        )
    assert reported['changed']
    [sent] = written
    return sent


def refused_before_writing(version, body, wanted):
    """The message of credentials that are refused after reading alone."""
    client, _written = rest_script(version, body)
    with pytest.raises(TokensError) as caught:
        apply(
            RestProxies(client, LOGIN, Product(version)), wanted._replace(name=body['name']), False
        )
    assert all(asked.method == 'GET' for asked in client.asked)
    return str(caught.value)


def nexus2_script(body, escape=None):
    """A Nexus 2, which may escape HTML in what it takes."""
    held, written = [copy.deepcopy(body)], []

    def take(asked):
        written.append(asked.json_body['data'])
        held[0] = copy.deepcopy(asked.json_body['data'])
        if held[0]['remoteStorage'].get('authentication'):
            held[0]['remoteStorage']['authentication']['password'] = PLACEHOLDER
        held[0]['defaultLocalStorageUrl'] = held[0]['defaultLocalStorageUrl'].rstrip('/') + '/'
        if escape:
            held[0] = escape(held[0])
        return answer(200, {'data': held[0]})

    path = f'/service/local/repositories/{body["id"]}'
    read = [
        Ask(
            'GET',
            path,
            lambda _asked: answer(200, {'data': copy.deepcopy(held[0])}),
            authorization=LOGIN,
        )
        for _each in range(3)
    ]
    return Scripted(
        *read[:2],
        Ask('PUT', path, take, json_body=ANY, authorization=LOGIN),
        read[2],
    ), written


def with_token(token, **more):
    """The credentials of p1 are to be a user token."""
    return DesiredProxy('p1', username=token.name_code, password=token.pass_code, **more)


def prepared(sandbox, connect, version, url):
    """A server with a proxy p1 that has no credentials, but a routing rule and a cleanup policy
    where there are such things.
    """
    server = sandbox.serve(nexus.create_app(version))
    proxies = connect(server)
    proxies.create(DesiredProxy('p1', create={'remote_url': url}), None)
    if not version.startswith('2.'):
        item = server.app.repositories.known['p1']
        server.app.repositories.routing_rules['rr1'] = 'f' * 32
        item.routing_rule = 'rr1' if not version.startswith('3.16') else None
        item.attributes['cleanup'] = {'policyName': ['weekly']}
    return server, proxies


def options(server, sandbox, *entries, **more):
    """The options of a whole run after all checks."""
    return checked(
        NexusProxyCredential,
        {
            'url': server.url,
            'username': 'admin',
            'password': 'admin123',
            'ca_path': sandbox.ca_path,
            'repositories': [
                {'state': 'present', 'update_password': 'on_create', **entry} for entry in entries
            ],
            **more,
        },
    )
