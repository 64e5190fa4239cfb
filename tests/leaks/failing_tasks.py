# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that have a secret and fail, in every way that this collection foresees."""

from __future__ import annotations

import json
import re

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from tests.tools.scratch import ROOT

from .tasks import (
    CLIENT,
    FORGIVEN,
    GIT,
    GRANT,
    LINK,
    MAVEN,
    NEXUS_2,
    NOS,
    NUVY,
    PROXIES,
    PROXY,
    REGISTRATION,
    REGISTRY,
    WRONG,
    lookup,
    task,
)

FAILURES = [
    task('Plan with mistakes', 'token_deliveries_info', **FORGIVEN),
    task('Work without a plan', 'token_sources', {'run': '0123456789abcdef'}, **FORGIVEN),
    task('Sum up without a plan', 'token_summary', {'run': '0123456789abcdef'}, **FORGIVEN),
    task('Payload', 'token_deliveries', {'payload': '{{ secret_wrong }}'}, **FORGIVEN),
    task('Wrong password', arguments=WRONG, **FORGIVEN),
    task(
        'Wrong password for many',
        arguments=dict(WRONG, username='{{ item }}'),
        loop=['ci', 'bob'],
        **FORGIVEN,
    ),
    task(
        'Wrong password until',
        arguments=WRONG,
        register='got',
        until='got is success',
        retries=1,
        delay=0,
        **FORGIVEN,
    ),
    task('Masked', arguments={'password': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER'}, **FORGIVEN),
    task('With a line feed', arguments={'password': "{{ secret_wrong ~ '\n' }}"}, **FORGIVEN),
    task('Of another type', arguments={'password': ['{{ secret_wrong }}']}, **FORGIVEN),
    task(
        'Encrypt with another program',
        'maven_server',
        dict(
            MAVEN,
            id='encrypted',
            encrypt=True,
            mvn='/bin/false',
            username='ci',
            password='{{ secret_wrong }}',
        ),
        **FORGIVEN,
    ),
    task(
        'In the address',
        arguments={
            'url': "{{ url.nexus | replace('//', '//ci:' ~ (secret_wrong | urlencode) ~ '@') }}"
        },
        **FORGIVEN,
    ),
    task(
        'In the query',
        arguments={'url': "{{ url.nexus ~ '?p=' ~ (secret_wrong | urlencode) }}"},
        **FORGIVEN,
    ),
    task('As the user name', arguments={'username': "{{ 'x:' ~ secret_wrong }}"}, **FORGIVEN),
    task(
        'In the proxy',
        arguments={'proxy': "{{ 'http://u:' ~ (secret_wrong | urlencode) ~ '@127.0.0.1:1' }}"},
        **FORGIVEN,
    ),
    task('Misspelt', arguments={'pasword': '{{ secret_wrong }}'}, **FORGIVEN),
    task(
        'Misspelt elsewhere',
        'maven_server',
        dict(MAVEN, id='a', pasword='{{ secret_wrong }}'),
        **FORGIVEN,
    ),
    task(
        'Misspelt in an entry',
        'maven_server',
        dict(MAVEN, servers=[{'id': 'a', 'username': 'u', 'pasword': '{{ secret_wrong }}'}]),
        **FORGIVEN,
    ),
    task(
        'Misspelt for git',
        'git_credential',
        dict(GIT, url='https://git.example', username='u', pasword='{{ secret_wrong }}'),
        **FORGIVEN,
    ),
    task(
        'Misspelt for NOS', 'nuxeo_cli_link', dict(LINK, pasword='{{ secret_wrong }}'), **FORGIVEN
    ),
    task('Asynchronous', arguments={'username': 'bob'}, **{'async': 10, 'poll': 1}, **FORGIVEN),
    *[
        task('By name ' + name, 'token_source', {'name': name}, **FORGIVEN)
        for name in ('refused', 'misspelt', 'masked', 'gone')
    ],
    *[
        task(
            'Look up ' + name,
            'ansible.builtin.debug',
            {'msg': '{{ %s.kind }}' % lookup(name)},
            **FORGIVEN,
        )
        for name in ('refused', 'misspelt', 'gone')
    ],
    task(
        'Look up and warn',
        'ansible.builtin.debug',
        {'msg': '{{ %s }}' % lookup('refused', "errors='warn'")},
    ),
    task(
        'Look up and warn ourselves',
        'ansible.builtin.debug',
        {'msg': '{{ %s }}' % lookup('gone', "on_error='warn'")},
    ),
    task(
        'Show how with a mistake',
        'ansible.builtin.debug',
        {'msg': '{{ token_sources.misspelt | buildops.tokens.as_curl }}'},
        **FORGIVEN,
    ),
    task(
        'Nuvy refuses',
        'nuvy_client_token',
        dict(NUVY, client_secret='{{ secret_wrong }}'),
        **FORGIVEN,
    ),
    task(
        'Nuxeo refuses the client',
        'nuxeo_oauth2_token',
        dict(GRANT, client_secret='{{ secret_wrong }}'),
        **FORGIVEN,
    ),
    task(
        'Nuxeo refuses the person',
        'nuxeo_oauth2_token',
        dict(GRANT, password='{{ secret_wrong }}'),
        **FORGIVEN,
    ),
    task(
        'Nuxeo refuses a refresh token',
        'nuxeo_oauth2_token',
        dict(
            CLIENT,
            grant='refresh_token',
            refresh_token='{{ secret_refresh_in_hand }}',
            cache='file',
            cache_path='{{ folder }}/cache',
        ),
        **FORGIVEN,
    ),
    task(
        'Nuxeo refuses a code',
        'nuxeo_oauth2_token',
        dict(
            CLIENT,
            grant='authorization_code',
            code='{{ secret_code_in_hand }}',
            code_verifier='{{ secret_verifier_in_hand }}',
        ),
        **FORGIVEN,
    ),
    task(
        'Nuxeo refuses an assertion',
        'nuxeo_oauth2_token',
        dict(CLIENT, grant='jwt_bearer', assertion='{{ secret_assertion_in_hand }}'),
        **FORGIVEN,
    ),
    task(
        'Nuxeo refuses elsewhere',
        'nuxeo_oauth2_token',
        dict(GRANT, password='{{ secret_wrong }}'),
        delegate_to='host0',
        **FORGIVEN,
    ),
    task(
        'The registry refuses',
        'nuxeo_oauth2_client',
        dict(
            REGISTRY,
            password='{{ secret_wrong }}',
            redirect_uris=['https://x.example/y'],
            client_secret='{{ secret_new_client }}',
        ),
        **FORGIVEN,
    ),
    task(
        'NOS refuses', 'nuxeo_online_token_info', dict(NOS, token='{{ secret_wrong }}'), **FORGIVEN
    ),
    task(
        'NOS refuses the link',
        'nuxeo_cli_link',
        dict(LINK, password='{{ secret_wrong }}', **NOS),
        **FORGIVEN,
    ),
    task(
        'NOS refuses the server',
        'nuxeo_registration',
        dict(REGISTRATION, url='{{ url.nos }}', username='jdoe', password='{{ secret_wrong }}'),
        **FORGIVEN,
    ),
    task(
        'No registration',
        'nuxeo_registration',
        dict(REGISTRATION, clid='{{ secret_wrong }}'),
        **FORGIVEN,
    ),
    task(
        'NOS refuses the release',
        'nuxeo_studio_release',
        dict(NOS, password='{{ secret_wrong }}', project='{{ project }}', version='3.0.0'),
        **FORGIVEN,
    ),
    task(
        'Nexus refuses the proxy',
        'nexus_proxy_credential',
        dict(
            PROXIES,
            repositories=[dict(PROXY, username='x', password='{{ secret_remote }}')],
            password='{{ secret_wrong }}',
        ),
        **FORGIVEN,
    ),
    task(
        'Nexus 2 would change the password',
        'nexus_proxy_credential',
        dict(NEXUS_2, repositories=[dict(PROXY, username='x', password='{{ secret_wrong }}')]),
        **FORGIVEN,
    ),
    task(
        'Deliver a refused one',
        'maven_server',
        dict(
            MAVEN,
            servers=[
                {'id': 'a', 'token': 'refused'},
                {'id': 'b', 'username': 'x', 'password': '{{ secret_wrong }}'},
            ],
        ),
        **FORGIVEN,
    ),
    task(
        'Deliver to nowhere',
        'maven_server',
        {
            'path': '/proc/settings.xml',
            'id': 'a',
            'username': 'x',
            'password': '{{ secret_wrong }}',
        },
        **FORGIVEN,
    ),
    task(
        'Deliver what Maven would misread',
        'maven_server',
        dict(MAVEN, id='a', username='x', password="{{ '${' ~ secret_wrong ~ '}' }}"),
        **FORGIVEN,
    ),
    task(
        'Deliver what git would misread',
        'git_credential',
        dict(GIT, url='https://git.example', username='x', password="{{ secret_wrong ~ '\r' }}"),
        **FORGIVEN,
    ),
    task(
        'Deliver to git with a secret in the address',
        'git_credential',
        dict(
            GIT,
            url="{{ 'https://x:' ~ (secret_wrong | urlencode) ~ '@git.example' }}",
            username='x',
            password='{{ secret_deployer }}',
        ),
        **FORGIVEN,
    ),
    task(
        'Deliver to git with a secret in a query',
        'git_credential',
        dict(
            GIT,
            entries=[
                {
                    'url': "{{ 'https://git.example/?p=' ~ (secret_wrong | urlencode) }}",
                    'username': 'x',
                    'password': '{{ secret_deployer }}',
                }
            ],
        ),
        **FORGIVEN,
    ),
    task(
        'Knock with a secret in the address',
        'maven_server',
        dict(
            MAVEN,
            id='a',
            username='x',
            password='{{ secret_deployer }}',
            verify=True,
            verify_url="{{ 'https://x:' ~ (secret_wrong | urlencode) ~ '@maven.example' }}",
        ),
        **FORGIVEN,
    ),
    task(
        'Maven is refused',
        'maven_server',
        dict(
            MAVEN,
            id='a',
            username='ci',
            password='{{ secret_wrong }}',
            verify=True,
            ca_path='{{ ca }}',
            verify_url='{{ url.nexus }}/repository/private/',
        ),
        **FORGIVEN,
    ),
    task(
        'git is refused',
        'git_credential',
        dict(
            GIT,
            url='{{ url.git }}',
            username='ci',
            password='{{ secret_wrong }}',
            verify=True,
            ca_path='{{ ca }}',
            verify_url='{{ url.git }}/project.git',
        ),
        **FORGIVEN,
    ),
    {
        'name': 'Rescued',
        'block': [task('Fail', arguments=WRONG)],
        'rescue': [task('Show why', 'ansible.builtin.debug', {'var': 'ansible_failed_result'})],
    },
]


def from_declaration(name):
    """Tasks that fail for a source type, from what it declares: its example at a server that does
    not answer, and all its secrets at once."""
    provider = sources.provider_class(name)
    modules = [path.stem for path in (ROOT / 'plugins/modules').glob(f'{name}*.py')]
    wrong = dict.fromkeys(shared.secret_names(provider), '{{ secret_wrong }}')
    example = {
        option: wrong.get(option, value)
        for option, value in provider.EXAMPLE.items()
        if option not in provider.ADDRESS
    }
    for module in modules:
        for kind, arguments in (('example', example), ('secrets', {**example, **wrong})):
            yield task(
                f'The {kind} of {module}',
                module,
                dict(arguments, url='https://127.0.0.1:1', retries=0),
                **FORGIVEN,
            )


FAILURES += [entry for name in sources.types() for entry in from_declaration(name)]
# Each has a separate secret, since ansible-core 2.22 hides everywhere what one task registers
FAILURES = [
    json.loads(re.sub(r'\bsecret_wrong\b', 'secret_wrong_%d' % number, json.dumps(entry)))
    for number, entry in enumerate(FAILURES)
]
# An info module tells that a token opens nothing; the others say why
SHOWN_BY_CHOICE = {'NOS refuses', 'Show why', 'Look up and warn', 'Look up and warn ourselves'}
