# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret is shown: not on the terminal, by callbacks, in logs, command lines, environments,
facts or files that remain.
"""

from __future__ import annotations

import base64
import importlib
import json
import re
import shutil

import pytest
from ansible.module_utils import basic
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.buildops.tokens.plugins.module_utils import _options as shared
from ansible_collections.buildops.tokens.plugins.module_utils import _programs
from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import HOST
from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    encryption as maven_encryption,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, sources
from tests.conftest import COLLECTIONS
from tests.sandbox.serving import faults
from tests.support import package_clients
from tests.support.hostile_host import RepeatingHost
from tests.tools.scratch import ROOT

from .search import WORDS
from .stage import PROJECT

NAMESPACE = 'buildops.tokens.'


def task(name, module='nexus_user_token', arguments=None, **keywords):
    return dict(
        {'name': name, module if '.' in module else NAMESPACE + module: arguments or {}}, **keywords
    )


def lookup(name, *options):
    return "lookup('buildops.tokens.token', '%s'%s)" % (
        name,
        ''.join(', ' + option for option in options),
    )


FORGIVEN = {'ignore_errors': True}
PERSON = {
    'url': '{{ url.nexus }}',
    'ca_path': '{{ ca }}',
    'username': 'ci',
    'password': '{{ secret_person }}',
}
WRONG = {'username': 'bob', 'password': '{{ secret_wrong }}'}
ADMIN = {'username': 'admin', 'password': '{{ secret_admin }}'}
NUVY = {
    'url': '{{ url.nuvy }}',
    'ca_path': '{{ ca }}',
    'client_id': 'builder',
    'client_secret': '{{ secret_nuvy }}',
}
CLIENT = {
    'url': '{{ url.nuxeo }}',
    'ca_path': '{{ ca }}',
    'client_id': 'ci',
    'client_secret': '{{ secret_client }}',
    'cache': 'none',
}
GRANT = dict(
    CLIENT, grant='authorization_code', username='jdoe', password='{{ secret_nuxeo_person }}'
)
REGISTRY = {
    'url': '{{ url.nuxeo }}',
    'ca_path': '{{ ca }}',
    'username': 'root',
    'password': '{{ secret_nuxeo_admin }}',
    'client_id': 'desktop',
}
NOS = {'url': '{{ url.nos }}', 'ca_path': '{{ ca }}', 'username': 'jdoe'}
PROXIES = {
    'url': '{{ url.nexus }}',
    'ca_path': '{{ ca }}',
    'username': 'admin',
    'password': '{{ secret_admin }}',
}
PROXY = {
    'name': 'studio',
    'create': {'remote_url': '{{ url.nos }}/site/studio/maven/', 'version_policy': 'release'},
}
NEXUS_2 = dict(PROXIES, url='{{ url.nexus2 }}', password='{{ secret_nexus_2_admin }}')
SERVERS = [
    {'id': 'company', 'token': 'company'},
    {'id': 'api', 'token': 'nuvy'},
    {
        'id': 'studio',
        'token': 'studio',
        'configuration': {
            'httpHeaders': {'property': {'name': 'X-Key', 'value': '{{ secret_header }}'}}
        },
    },
]
MAVEN, GIT, LINK = (
    {'path': '{{ folder }}/settings.xml'},
    {'path': '{{ folder }}/git-credentials', 'config_path': '{{ folder }}/gitconfig'},
    {'path': '{{ folder }}/project', 'project': '{{ project }}', 'git_ignore': False},
)
REGISTRATION = {'nuxeo_home': '{{ folder }}/nuxeo', 'project': '{{ project }}', 'timeout': 30}

NEXUS = [
    task('Get', register='first'),
    task('Get again'),
    task('Get for many', arguments={'username': '{{ item }}'}, loop=['ci', 'bob']),
    task('Get until', register='got', until='got is changed', retries=1, delay=0, **FORGIVEN),
    task('Replace', arguments={'regenerate': 'always'}),
    task('For another', arguments=dict(ADMIN, user_id='sam', realm='SAML')),
    task('For another again', arguments=dict(ADMIN, user_id='sam', realm='SAML')),
    task('Get from an older one', arguments=dict(PERSON, url='{{ url.nexus3 }}')),
    task(
        'Get from Nexus 2',
        arguments=dict(PERSON, url='{{ url.nexus2 }}', password='{{ secret_nexus_2_person }}'),
    ),
    task('Elsewhere', arguments=PERSON, delegate_to='host0', register='elsewhere'),
    task('Elsewhere refused', arguments=dict(PERSON, **WRONG), delegate_to='host0', **FORGIVEN),
    task('By name', 'token_source', {'name': 'company'}),
    task('Tell', 'nexus_user_token_info'),
    task('Tell by name', 'token_source_info', {'name': 'company'}),
    task('Tell elsewhere', 'nexus_user_token_info', PERSON, delegate_to='host0'),
]
OTHERS = [
    task('Get from Nuvy', 'nuvy_client_token', NUVY, register='nuvy'),
    task(
        'Get from Nuvy in the body',
        'nuvy_client_token',
        dict(NUVY, client_auth='body', regenerate='always'),
    ),
    task('Get from Nuvy elsewhere', 'nuvy_client_token', NUVY, delegate_to='host0'),
    task('Get from Nuxeo', 'nuxeo_oauth2_token', GRANT, register='granted'),
    task('Renew', 'nuxeo_oauth2_token', dict(GRANT, regenerate='always')),
    task(
        'Get from Nuxeo by name',
        'token_source',
        {'name': 'platform', 'regenerate': 'always'},
        loop=[1, 2],
    ),
    task(
        'Get with a key',
        'nuxeo_oauth2_token',
        dict(CLIENT, grant='jwt_bearer', jwt_secret='{{ secret_signing }}', username='jdoe'),
    ),
    task('Get for a machine', 'nuxeo_oauth2_token', dict(CLIENT, grant='client_credentials')),
    task('Get from Nuxeo elsewhere', 'nuxeo_oauth2_token', GRANT, delegate_to='host0'),
    task('Revoke from Nuxeo', 'nuxeo_oauth2_token', dict(GRANT, state='absent')),
    task(
        'Register a client',
        'nuxeo_oauth2_client',
        dict(REGISTRY, redirect_uris=['https://x.example/y'], generate_secret='if_missing'),
        register='made',
    ),
    task(
        'Change its secret',
        'nuxeo_oauth2_client',
        dict(
            REGISTRY, redirect_uris=['https://x.example/y'], client_secret='{{ secret_new_client }}'
        ),
    ),
    task(
        'Remove the client',
        'nuxeo_oauth2_client',
        dict(REGISTRY, state='absent'),
        delegate_to='host0',
    ),
    task(
        'Check the NOS token',
        'nuxeo_online_token_info',
        dict(NOS, token='{{ secret_nos }}', project='{{ project }}'),
    ),
    task('Link', 'nuxeo_cli_link', dict(LINK, token='studio')),
    task('Link again', 'nuxeo_cli_link', dict(LINK, password='{{ secret_nos }}', **NOS)),
    task(
        'Link with a token of the CLI', 'nuxeo_cli_link', dict(LINK, cli_token='{{ secret_cli }}')
    ),
    task(
        'Register the server',
        'nuxeo_registration',
        dict(REGISTRATION, token='studio', return_clid=True),
        register='registered',
    ),
    task(
        'Register the server again',
        'nuxeo_registration',
        dict(
            REGISTRATION,
            url='{{ url.nos }}',
            username='jdoe',
            password='{{ secret_nos }}',
            force=True,
            verify=True,
        ),
    ),
    task(
        'Install the registration',
        'nuxeo_registration',
        dict(REGISTRATION, clid='{{ registered.clid }}'),
        when='registered.clid is defined',
    ),
    task('Unregister', 'nuxeo_registration', dict(REGISTRATION, state='absent')),
    task(
        'Release',
        'nuxeo_studio_release',
        {'token': 'studio', 'project': '{{ project }}', 'version': '2.0.0'},
    ),
    task('Unlink', 'nuxeo_cli_link', dict(LINK, token='studio', state='absent', revoke=True)),
]
LOOKUPS = [
    *[
        task(
            'Look up ' + name,
            'ansible.builtin.assert',
            {'that': lookup(name) + '.fingerprint is defined'},
        )
        for name in ('company', 'nuvy', 'platform', 'studio')
    ],
    task(
        'Look up a part',
        'ansible.builtin.debug',
        {'msg': '{{ %s }}' % lookup('company', "query='fingerprint'")},
    ),
    task(
        'Look up what is given in place',
        'ansible.builtin.assert',
        {
            'that': "lookup('buildops.tokens.token', type='nuvy_client_token', url=url.nuvy, "
            "ca_path=ca, client_id='builder', client_secret=secret_nuvy) is mapping"
        },
    ),
    task(
        'Show how',
        'ansible.builtin.debug',
        {'msg': '{{ token_sources[item] | buildops.tokens.as_curl }}'},
        loop=['company', 'nuvy', 'platform', 'studio'],
    ),
    task(
        'Make a pull secret',
        'ansible.builtin.debug',
        {
            'msg': "{{ {'registry.example.com': lookup('buildops.tokens.token', 'nuvy')} "
            '| buildops.tokens.docker_config | length }}'
        },
    ),
]
DELIVERIES = [
    task(
        'Deliver to Maven',
        'maven_server',
        dict(MAVEN, servers=SERVERS),
        register='maven_settings_result',
    ),
    task('Deliver to Maven again', 'maven_server', dict(MAVEN, servers=SERVERS)),
    task(
        'Deliver one to Maven',
        'maven_server',
        dict(MAVEN, id='{{ item }}', username='ci', password='{{ secret_deployer }}'),
        loop=['one', 'two'],
    ),
    task(
        'Change one',
        'maven_server',
        dict(MAVEN, id='one', username='ci', password='{{ secret_changed }}'),
    ),
    task(
        'Deliver a token to Maven',
        'maven_server',
        dict(
            MAVEN,
            id='token',
            access_token='{{ secret_maven_token }}',
            configuration={
                'httpHeaders': {
                    'property': [{'name': 'X-Key', 'value': '{{ secret_lone_header }}'}]
                }
            },
        ),
    ),
    task(
        'Deliver tokens to Maven',
        'maven_server',
        dict(
            MAVEN,
            servers=[
                {'id': 'a-token', 'access_token': '{{ secret_maven_entry_token }}'},
                {
                    'id': 'a-key',
                    'private_key': '/home/ci/.ssh/id',
                    'passphrase': '{{ secret_entry_passphrase }}',
                },
            ],
        ),
    ),
    task(
        'Knock for Maven',
        'maven_server',
        dict(
            MAVEN,
            id='verified',
            username='ci',
            password='{{ secret_person }}',
            verify=True,
            ca_path='{{ ca }}',
            verify_url='{{ url.nexus }}/repository/private/',
        ),
    ),
    task(
        'Deliver a key',
        'maven_server',
        dict(MAVEN, id='key', private_key='/home/ci/.ssh/id', passphrase='{{ secret_passphrase }}'),
    ),
    task(
        'Deliver to git',
        'git_credential',
        dict(
            GIT,
            entries=[
                {'url': 'https://git.example', 'token': 'company'},
                {'url': 'https://api.example', 'token': 'nuvy'},
            ],
        ),
    ),
    task(
        'Deliver a token to git',
        'git_credential',
        dict(GIT, url='https://token.example', access_token='{{ secret_git_token }}'),
    ),
    task(
        'Deliver tokens to git',
        'git_credential',
        dict(
            GIT,
            entries=[
                {'url': 'https://tokens.example', 'access_token': '{{ secret_git_entry_token }}'}
            ],
        ),
    ),
    task(
        'Knock for git',
        'git_credential',
        dict(
            GIT,
            url='{{ url.git }}',
            username='ci',
            password='{{ secret_git_door }}',
            verify=True,
            ca_path='{{ ca }}',
            verify_url='{{ url.git }}/project.git',
        ),
    ),
    task(
        'Change git',
        'git_credential',
        dict(GIT, url='https://git.example', username='somebody', password='{{ secret_deployer }}'),
    ),
    task(
        'Create a proxy',
        'nexus_proxy_credential',
        dict(PROXIES, repositories=[dict(PROXY, username='x', password='{{ secret_old_remote }}')]),
    ),
    task(
        'Change a proxy',
        'nexus_proxy_credential',
        dict(PROXIES, repositories=[dict(PROXY, token='studio')]),
    ),
    task(
        'Have a proxy use a token',
        'nexus_proxy_credential',
        dict(
            PROXIES,
            repositories=[
                dict(
                    PROXY,
                    access_token='{{ secret_remote_token }}',
                    secrets={
                        'aptSigning': {
                            'keypair': '{{ secret_keypair }}',
                            'passphrase': '{{ secret_keypair_passphrase }}',
                        }
                    },
                )
            ],
        ),
    ),
    task(
        'Create a proxy of Nexus 2',
        'nexus_proxy_credential',
        dict(
            NEXUS_2,
            repositories=[dict(PROXY, username='x', password='{{ secret_nexus_2_remote }}')],
        ),
    ),
    task(
        'Forget what a proxy has',
        'nexus_proxy_credential',
        dict(PROXIES, repositories=[{'name': 'studio', 'state': 'absent'}]),
    ),
    task(
        'Forget what a proxy of Nexus 2 has',
        'nexus_proxy_credential',
        dict(NEXUS_2, repositories=[{'name': 'studio', 'state': 'absent'}]),
    ),
    task('Plan', 'token_deliveries_info', {'purpose': 'report'}, register='planned'),
    task('Deliver all', 'token_deliveries', {'run': '{{ planned.run | default(omit) }}'}),
    task('Work on all', 'token_sources', {'run': '{{ planned.run }}'}),
    task('Sum up', 'token_summary', {'run': '{{ planned.run }}'}),
    task(
        'Remove from Maven',
        'maven_server',
        dict(
            MAVEN, servers=[{'id': 'company', 'state': 'absent'}, {'id': 'old', 'state': 'absent'}]
        ),
    ),
    task(
        'Remove from git',
        'git_credential',
        dict(GIT, entries=[{'url': 'https://api.example', 'token': 'nuvy', 'state': 'absent'}]),
    ),
]


def for_package_client(name):
    """The tasks for a package client: with a source, a password, and access tokens."""
    kind = package_clients.KINDS[name]
    path = {'path': '{{ folder }}/%s/file' % name}
    secret = '{{ secret_plain_%s_%%s }}' % kind.MODULE
    with_source = [dict(kind.EXAMPLE, token='company')]
    token = dict(kind.EXAMPLE, access_token=secret % 'token')
    user = dict(kind.EXAMPLE, username='ci', password=secret % 'password')
    tokens = [dict(kind.EXAMPLE, access_token=secret % 'entry_token')]
    users = [dict(kind.EXAMPLE, username='ci', password=secret % 'entry_password')]
    if not kind.BEARER_REFUSAL:
        yield task('Deliver a token by ' + kind.MODULE, kind.MODULE, {**path, **token})
        yield task('Deliver tokens by ' + kind.MODULE, kind.MODULE, dict(path, entries=tokens))
    yield task('Deliver a password by ' + kind.MODULE, kind.MODULE, {**path, **user})
    yield task('Deliver passwords by ' + kind.MODULE, kind.MODULE, dict(path, entries=users))
    yield task('Deliver by ' + kind.MODULE, kind.MODULE, dict(path, entries=with_source))


PACKAGES = [each for name in package_clients.KINDS for each in for_package_client(name)]
REVOKE = [task('Revoke', arguments={'state': 'absent'})]
WORK = NEXUS + OTHERS + LOOKUPS + DELIVERIES + PACKAGES + REVOKE

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


def names_of(run, kind):
    return {event['task'] for event in run.events if event['event'] == kind}


def chosen(tasks, *names):
    found = [entry for entry in tasks if entry['name'] in names]
    assert len(found) == len(names)
    return found


def one_of_each(tasks):
    """The first task of each module."""
    found = {}
    for entry in tasks:
        if 'block' not in entry:
            found.setdefault(next(key for key in entry if '.' in key), entry)
    return list(found.values())


def test_A1_A3_A5_A7_A9_A12_A22_A25_A26_A27_A28_work_that_goes_well(stage):
    stage.without_mistakes()
    run, hits = stage.play(WORK)
    assert hits == [], '\n'.join(hits)
    assert names_of(run, 'failed') == {'Get until', 'Elsewhere refused'}, run.output
    assert run.rc == 0 and 'retry' in names_of_events(run)
    assert {
        't of nexus',
        't of nexus2',
        't of nexus3',
        'authToken of nexus',
        'passCode of nexus',
        'passCode of nexus2',
        'passCode of nexus3',
        'code of nuxeo',
        'access_token of nuxeo',
        'refresh_token of nuxeo',
        'access_token of nuvy',
        'registration of nos',
        'token of nos',
        'credentials of nexus',
        'credentials of git',
    } <= {name.rpartition(' ')[0] for name in stage.secrets}
    assert (stage.folder / 'ansible.log').stat().st_size > 10000 and (
        stage.folder / 'journal'
    ).stat().st_size > 1000
    assert set(stage.modes().values()) == {0}


def names_of_events(run):
    return {event['event'] for event in run.events}


def test_A10_A11_C14_check_mode(stage):
    def files():
        return {
            path: path.read_bytes()
            for path in stage.work.rglob('*')
            if path.is_file() and path.name != 'summary'
        }  # which tells of the run

    before = files()
    stage.without_mistakes()
    run, hits = stage.play(WORK, '--check')
    assert hits == [], '\n'.join(hits)
    assert names_of(run, 'failed') == {'Elsewhere refused'}, run.output
    assert files() == before and not any(
        stage.servers[name].state.tokens for name in ('nexus', 'nexus2', 'nexus3')
    )
    # Of Nuvy's tokens nothing stays on the server
    assert {
        name
        for name, server in stage.servers.items()
        for request in server.requests
        if request['method'] != 'GET'
    } == {'nuvy'}
    changed = {
        event['task']
        for event in run.events
        if event['event'] == 'ok' and event['result'].get('changed')
    }
    assert changed >= {
        'Get',
        'For another',
        'Elsewhere',
        'Get from Nuxeo',
        'Register a client',
        'Link',
        'Register the server',
        'Release',
        'Deliver to Maven',
        'Deliver a token to Maven',
        'Deliver to git',
        'Create a proxy',
        'Create a proxy of Nexus 2',
        'Remove from Maven',
    }
    assert not changed & {
        'Tell',
        'Tell elsewhere',
        'Revoke',
        'Revoke from Nuxeo',
        'Remove the client',
        'Unregister',
        'Forget what a proxy has',
        'Sum up',
    }


@pytest.mark.parametrize(
    'verbosity, shown_by',
    [
        ('', {}),
        ('-v', {'ANSIBLE_STDOUT_CALLBACK': 'minimal'}),
        ('-vv', {'ANSIBLE_CALLBACK_RESULT_FORMAT': 'yaml', 'ANSIBLE_PIPELINING': '1'}),
        ('-vvv', {'ANSIBLE_INJECT_INVOCATION': '1', 'ANSIBLE_DISPLAY_TRACEBACK': 'always'}),
    ],
)
def test_A1_less_verbose(stage, verbosity, shown_by):
    stage.without_mistakes()
    tasks = (
        one_of_each(WORK)
        + one_of_each(FAILURES)
        + chosen(WORK, 'Get for many', 'Look up company')
        + chosen(
            FAILURES,
            'Wrong password for many',
            'Look up refused',
            'Misspelt elsewhere',
            'Deliver to git with a secret in the address',
        )
    )
    run, hits = stage.play(tasks, verbosity=verbosity, **shown_by)
    assert hits == [], '\n'.join(hits)
    assert run.rc == 0 and len(names_of(run, 'ok')) > 16 and len(names_of(run, 'failed')) > 13, (
        run.output
    )


def test_A28_events_that_awx_keeps(stage):
    tasks = chosen(
        WORK,
        'Get',
        'Get for many',
        'Get again',
        'Elsewhere',
        'Get from Nuvy',
        'Get from Nuxeo',
        'Register a client',
        'Register the server',
        'Deliver to Maven',
        'Look up company',
    ) + chosen(FAILURES, 'Wrong password', 'Look up refused', 'NOS refuses', 'Deliver to nowhere')
    code, events, hits = stage.play_by_runner(tasks)
    assert hits == [], '\n'.join(hits)
    assert code == 0 and len([event for event in events if event['event'] == 'runner_on_ok']) >= 8


def test_P11_many_hosts_at_once(stage):
    run, hits = stage.play(
        chosen(WORK, 'Look up company', 'By name', 'Tell', 'Get'), '-f', '4', hosts=4
    )
    assert hits == [] and run.rc == 0, '\n'.join(hits)


def test_A2_A4_A8_A13_A18_A30_N13_every_failure(stage):
    run, hits = stage.play(FAILURES)
    assert hits == [], '\n'.join(hits)
    assert not names_of(run, 'ok') - SHOWN_BY_CHOICE and run.rc == 0, run.output


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


def secret_options(spec):
    """The options that hold secrets, and those of their entries."""
    for name, option in spec.items():
        if option.get('no_log'):
            yield name
        yield from (name + '.' + inner for inner in secret_options(option.get('options') or {}))


def given_options(arguments):
    """The options of a task that are given by a template, as all secrets are, and those of their
    entries.
    """
    for name, value in arguments.items():
        if '{{' in json.dumps(value):
            yield name
        for entry in value if isinstance(value, list) else ():
            yield from (
                (name + '.' + inner for inner in given_options(entry))
                if isinstance(entry, dict)
                else ()
            )


def test_every_option_that_contains_a_secret_was_given_one(stage, monkeypatch):
    class Spec(Exception):
        """What a module says of its options."""

    def reported(_self, argument_spec, **_more):
        raise Spec(argument_spec)

    monkeypatch.setattr(basic.AnsibleModule, '__init__', reported)
    defaults = stage.plays([])[0]['module_defaults']
    for path in (ROOT / 'plugins/modules').glob('*.py'):
        with pytest.raises(Spec) as caught:
            importlib.import_module(
                'ansible_collections.buildops.tokens.plugins.modules.' + path.stem
            ).main()
        played = [
            entry[NAMESPACE + path.stem]
            for entry in WORK + FAILURES
            if NAMESPACE + path.stem in entry
        ]
        given = {
            name
            for arguments in [*played, defaults.get(NAMESPACE + path.stem, {})]
            for name in given_options(arguments)
        }
        assert set(secret_options(caught.value.args[0])) <= given, path.stem
    stage.counts = False


FORMS = ['html', 'json', 'csv', 'ics', 'prom', 'junit']
JOBS = ('provision_tokens', 'report_tokens', 'rotate_tokens', 'revoke_tokens')


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


def test_nothing_that_the_collection_offers_is_missing_above():
    played = json.dumps(WORK + FAILURES)
    plugins = {
        path.stem
        for kind in ('modules', 'lookup', 'filter')
        for path in (ROOT / 'plugins' / kind).glob('*.py')
    }
    watched_elsewhere = {'awx_setup'}  # where there is an AWX: tests/unit/awx
    assert {name for name in plugins if NAMESPACE + name not in played} == watched_elsewhere
    jobs = {
        path.stem for path in (ROOT / 'playbooks').glob('*.yml') if not path.stem.startswith('_')
    }
    assert jobs == {*JOBS, *watched_elsewhere}


# By each place that breaks, what fails then; each place on the controller is needed by some of
# these
PLACES = {
    'requests:Session.__init__': ['Get', 'Elsewhere', 'Look up company'],
    'requests:Session.request': [
        'Get',
        'Get for many',
        'By name',
        'Tell',
        'Elsewhere',
        'Look up company',
        'Get until',
        'Get from Nuvy',
        'Get from Nuxeo elsewhere',
        'Register a client',
        'Check the NOS token',
        'Link',
        'Create a proxy',
    ],
    'fcntl:flock': ['Get', 'Look up company', 'Deliver one to Maven'],
    'os:replace': ['Get', 'By name', 'Look up nuvy', 'Deliver one to Maven', 'Change git'],
    'plugin_utils.cache:Cache.read': ['Get', 'Look up company'],
    'plugin_utils.cache:Cache.note': ['Get from Nuvy', 'Look up nuvy'],
    'plugin_utils.sources:resolve': [
        'By name',
        'Look up company',
        'Show how',
        'Register the server',
    ],
    'plugin_utils.token_service:get_token': [
        'Get',
        'Deliver to Maven',
        'Deliver to git',
        'Look up company',
    ],
    'plugin_utils.curl:commands': ['Show how'],
    'plugin_utils.lookup_backend:get_result': ['Look up company', 'Look up what is given in place'],
    'plugin_utils.delivery_credentials:Credentials.filled': [
        'Deliver to Maven',
        'Deliver to git',
    ],
    'module_utils._http.response:Response.json': ['Get from Nuvy', 'Get from Nuvy elsewhere'],
    'module_utils._options:checked': ['Get', 'Tell elsewhere'],
    'module_utils._policy:decide': ['Replace', 'Elsewhere', 'Look up nuvy'],
    'module_utils._lifecycle:ensure': [
        'Get from Nuxeo',
        'Get from Nuxeo elsewhere',
        'Look up platform',
    ],
    'module_utils._oauth2.token_endpoint:token_of': ['Get from Nuxeo', 'Look up nuvy'],
    'module_utils._token_module:describe': ['Tell', 'Tell by name', 'Tell elsewhere'],
    'module_utils._nexus.proxies:apply': ['Create a proxy'],
    'module_utils._nuxeo.client_registry:NuxeoClientRegistry.ensure': [
        'Register a client',
        'Remove the client',
    ],
    'module_utils._nuxeo_online.studio:ensure': ['Release'],
    'module_utils._nuxeo_online.cli_token:NuxeoCliToken.issue': ['Link'],
    'module_utils._nuxeo_online.nuxeoctl:call': ['Register the server'],
    'module_utils._programs:run': ['Register the server', 'Knock for git'],
    'module_utils._maven.verify:verify': ['Knock for Maven'],
    'module_utils._git.verify:verify': ['Knock for git'],
    'module_utils._maven.encryption:encryptor': ['Encrypt with another program'],
    'plugin_utils.delivery_plan:make_plan': ['Plan'],
    'plugin_utils.delivery_run:wanted': ['Deliver all'],
    'module_utils._delivery_host:_delivered': ['Deliver all'],
    'plugin_utils.delivery_journal:Journal.plan': ['Sum up without a plan', 'Work without a plan'],
    'module_utils._redaction:check_secret': ['Deliver to git', 'Link'],
    'module_utils._files.atomic_file:read_private': ['Deliver one to Maven', 'Change git', 'Link'],
    'module_utils._files.maven_settings:edit': [
        'Deliver to Maven',
        'Deliver one to Maven',
        'Deliver a key',
    ],
    'module_utils._files.git_credentials:edit': ['Deliver to git', 'Change git'],
    'module_utils._files.json_members:edit': ['Link'],
}
# Whatever breaks a conversation is told as a broken conversation
REPORTED_AS_RESPONSE = 'the answer could not be read (ValueError)'
UNFORESEEN = 'This should not have happened: ValueError'


def breaking(place, entry):
    """A task during which a place is broken: its conditions are evaluated before the rest."""
    here = "lookup('ansible.builtin.pipe', 'printf %s > ' ~ break_at) == ''" % place
    return dict(entry, name='%s (%s)' % (entry['name'], place), when=here, **FORGIVEN)


def test_A2_errors_that_nobody_thought_of(stage):
    stage.variables['break_at'] = str(stage.folder / 'break')
    tasks = [
        breaking(place, entry)
        for place, names in PLACES.items()
        for entry in chosen(WORK + FAILURES, *names)
    ]
    run, hits = stage.play(tasks, BREAK=' '.join(PLACES))
    assert hits == [], '\n'.join(hits)
    assert {entry['name'] for entry in tasks} - names_of(run, 'failed') == set(), run.output
    reported = {
        event['task']: json.dumps(event['result'])
        for event in run.events
        if event['event'] in ('failed', 'item_failed')
    }
    assert [
        name
        for name, result in reported.items()
        if UNFORESEEN not in result and REPORTED_AS_RESPONSE not in result
    ] == []


@pytest.mark.needs_client('mvn')
def test_passwords_that_maven_encrypts(stage):
    """Its master password, too, comes from a person."""
    stage.secrets['master'] = stage.canary('master')
    typed = maven_encryption._ask(
        [shutil.which('mvn'), '--encrypt-master-password'],
        stage.secrets['master'],
        _programs.user_of(str(stage.work)),
    ).decode()
    stage.secrets['encrypted master'] = re.search(r'\{.*\}', typed)[0]
    security = stage.work / 'settings-security.xml'  # which is only read
    security.touch(0o600)
    security.write_text(
        '<settingsSecurity><master>%s</master></settingsSecurity>'
        % stage.secrets['encrypted master']
    )
    encrypted = dict(MAVEN, encrypt=True, id='sealed', username='ci')
    run, hits = stage.play(
        [
            task('Seal', 'maven_server', dict(encrypted, password='{{ secret_deployer }}')),
            task('Seal a token', 'maven_server', dict(MAVEN, encrypt=True, servers=SERVERS[:1])),
            task(
                'Refuse to seal',
                'maven_server',
                dict(
                    encrypted,
                    id='other',
                    password='{{ secret_wrong }}',
                    security_path='{{ folder }}/none',
                ),
                **FORGIVEN,
            ),
            task(
                'Nothing to seal with',
                'maven_server',
                dict(encrypted, id='other', password='{{ secret_wrong }}', mvn='/bin/false'),
                **FORGIVEN,
            ),
        ]
    )
    assert hits == [], '\n'.join(hits)
    assert run.rc == 0 and names_of(run, 'failed') == {'Refuse to seal', 'Nothing to seal with'}, (
        run.output
    )
    assert (
        b'{' in (stage.work / 'settings.xml').read_bytes()
        and stage.secrets['deployer'].encode() not in (stage.work / 'settings.xml').read_bytes()
    )


def test_A20_values_that_the_vault_contains(stage):
    vault = VaultLib([('default', VaultSecret(stage.secrets['vault'].encode()))])
    tasks = chosen(
        WORK,
        'Get',
        'By name',
        'Get from Nuvy',
        'Deliver one to Maven',
        'Look up company',
        'Look up nuvy',
    )
    tasks += chosen(
        FAILURES,
        'Wrong password',
        'By name refused',
        'Look up refused',
        'Misspelt elsewhere',
        'Deliver what Maven would misread',
    )
    sealed = {
        name: vault.encrypt(secret).decode()
        for name, secret in stage.plant(tasks, stage.variables).items()
    }
    lines = [
        line
        for name, text in sealed.items()
        for line in [name + ': !vault |', *('  ' + line for line in text.splitlines())]
    ]
    values, password = stage.folder / 'vaulted.yml', stage.folder / 'vault-password'
    values.write_text('\n'.join(lines))
    password.write_text(stage.secrets['vault'])
    run, hits = stage.play(tasks, '-e', '@%s' % values, '--vault-password-file', password)
    assert hits == [], '\n'.join(hits)
    assert run.rc == 0 and len(names_of(run, 'ok')) == 6, run.output


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


def test_what_does_leak_is_found(stage):
    """Each channel is leaked to on purpose, in another form, by a secret of its own."""
    names = ('output', 'event', 'log', 'command', 'environment', 'file', 'fact', 'journal')
    leaks = {name: f'{name}-{WORDS}-leaked' for name in names}
    stage.secrets.update(leaks)
    stage.variables.update({'leaked_' + name: value for name, value in leaks.items()})
    _run, hits = stage.play(
        [
            task('Show', 'ansible.builtin.debug', {'msg': '{{ leaked_output }}'}),
            task('Show quoted', 'ansible.builtin.debug', {'msg': '{{ leaked_event | urlencode }}'}),
            task(
                'Show encoded',
                'ansible.builtin.debug',
                {'msg': "{{ ('ci:' ~ leaked_log) | b64encode }}"},
            ),
            task(
                'Call',
                'ansible.builtin.command',
                {'argv': ['sh', '-c', 'sleep 0.3', '{{ leaked_command }}']},
                no_log=True,
            ),
            task(
                'Set',
                'ansible.builtin.command',
                {'cmd': 'sleep 0.3'},
                environment={'X': '{{ leaked_environment }}'},
                no_log=True,
            ),
            task(
                'Write',
                'ansible.builtin.copy',
                {'dest': '{{ folder }}/x', 'content': '{{ leaked_file | to_json }}'},
                no_log=True,
            ),
            task(
                'Know',
                'ansible.builtin.set_fact',
                {'a_fact': '{{ leaked_fact }}', 'cacheable': True},
                no_log=True,
            ),
            task('Report', 'ansible.builtin.command', {'argv': ['true', '{{ leaked_journal }}']}),
        ]
    )
    for name, place in (
        ('output', 'the output'),
        ('event', 'an event'),
        ('log', 'the log'),
        ('command', 'a command line'),
        ('environment', 'a command line or environment'),
        ('file', '/work/x'),
        ('fact', '/facts/'),
        ('journal', 'the journal'),
    ):
        assert any(hit.startswith(f'{name} in ') and place in hit for hit in hits), (name, hits)
    stage.counts = False


def test_what_does_leak_into_events_of_awx_is_found(stage):
    stage.secrets['result'] = f'result-{WORDS}-leaked'
    stage.variables['leaked'] = stage.secrets['result']
    _code, _events, hits = stage.play_by_runner(
        [task('Show', 'ansible.builtin.command', {'argv': ['echo', '{{ leaked }}']})]
    )
    for place in ('the output', 'an event', '/job_events/', '/stdout'):
        assert any(hit.startswith('result in ') and place in hit for hit in hits), (place, hits)
    stage.counts = False


# What ansible-core itself shows, whatever a collection does: how, and the workaround of the
# security guide
SHOWN_BY_ANSIBLE = {
    'A6': (
        'debug of a registered result',
        [task('Get', register='got'), task('Show', 'ansible.builtin.debug', {'var': 'got'})],
        [
            task('Get', register='got'),
            task('Show', 'ansible.builtin.debug', {'var': 'got.token.fingerprint'}),
        ],
    ),
    'A9': (
        'a diff of contents',
        [
            task(
                'Copy',
                'ansible.builtin.copy',
                {'dest': '{{ folder }}/x', 'content': '{{ shown }}'},
                check_mode=True,
            )
        ],
        [
            task(
                'Copy',
                'ansible.builtin.copy',
                {'dest': '{{ folder }}/x', 'content': '{{ shown }}'},
                check_mode=True,
                no_log=True,
            )
        ],
    ),
    'A12': (
        'set_fact',
        [task('Set', 'ansible.builtin.set_fact', {'x': '{{ shown }}'})],
        [task('Set', 'ansible.builtin.set_fact', {'x': '{{ shown }}'}, no_log=True)],
    ),
    'A14': (
        'environment',
        [
            task(
                'Set',
                'ansible.builtin.command',
                {'cmd': 'true'},
                environment={'X': '{{ shown }}'},
                no_log=True,
            )
        ],
        [task('Get')],
    ),
    'A19': (
        'items of a loop',
        [task('Loop', 'ansible.builtin.command', {'cmd': 'true'}, loop=['{{ shown }}'])],
        [
            task(
                'Loop',
                'ansible.builtin.command',
                {'cmd': 'true'},
                loop=['{{ shown }}'],
                no_log=True,
            )
        ],
    ),
}


@pytest.mark.parametrize('fault', SHOWN_BY_ANSIBLE)
def test_A6_A9_A12_A14_A19_what_ansible_shows_and_the_way_around(stage, fault):
    """The guide lists what no collection can prevent; this shows it, and that the workarounds do
    work.
    """
    what, shows, way_around = SHOWN_BY_ANSIBLE[fault]
    stage.secrets['shown'] = stage.variables['shown'] = (
        f'shown-{fault}-{WORDS}-by-ansible'  # another test may show its own at this moment
    )
    _run, hits = stage.play(way_around, verbosity='-vvv')
    assert hits == [], (what, hits)
    run, hits = stage.play(shows, verbosity='-vvv')
    assert bool(hits) or '$REDACTED$' in run.output, what
    stage.counts = False


@pytest.mark.parametrize('setting', ['ANSIBLE_DEBUG', 'ANSIBLE_KEEP_REMOTE_FILES'])
def test_A23_A24_settings_of_ansible_that_show_secrets(stage, setting):
    """Settings for debugging show what modules get and return."""
    stage.secrets['shown'] = stage.variables['shown'] = f'shown-{setting}-{WORDS}-by-ansible'
    run, hits = stage.play(
        [
            task(
                'Deliver', 'maven_server', dict(MAVEN, id='x', username='u', password='{{ shown }}')
            )
        ],
        verbosity='',
        **{setting: '1'},
    )
    assert run.rc == 0 and hits, run.output
    stage.counts = False
