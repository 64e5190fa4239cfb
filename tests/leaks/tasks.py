# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that give secrets to all that takes any, and nearly all succeed."""

from __future__ import annotations

from tests.support import package_clients

NAMESPACE = 'buildops.tokens.'


def task(name, module='nexus_user_token', arguments=None, **keywords):
    """A task of a playbook; a module without a namespace is one of this collection."""
    return dict(
        {'name': name, module if '.' in module else NAMESPACE + module: arguments or {}}, **keywords
    )


def lookup(name, *options):
    """The expression that looks up a source."""
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
JOBS = ('provision_tokens', 'report_tokens', 'rotate_tokens', 'revoke_tokens')


def names_of(run, kind):
    """The names of the tasks that had an event of this kind."""
    return {event['task'] for event in run.events if event['event'] == kind}


def names_of_events(run):
    """The kinds of events of a run."""
    return {event['event'] for event in run.events}


def chosen(tasks, *names):
    """The tasks of these names, each of which there must be."""
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
