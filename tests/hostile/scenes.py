# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything in the collection that asks a server, and the server that it expects."""

from __future__ import annotations

from typing import Callable, NamedTuple

from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import ensure
from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import Trust
from ansible_collections.buildops.tokens.plugins.module_utils._maven.verify import (
    authorization,
    verify,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    NexusProxyCredential,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.client_registry import (
    NuxeoClientRegistry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    studio as nuxeo_studio,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.cli_token import (
    NuxeoCliToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.sandbox import nexus, nuvy, nuxeo, nuxeo_online

PERSON, ADMIN, CLIENT, APP, NOS = (
    'p3rson/+=&<"%-password',
    'adm1n/+=&<"%-password',
    'cl1ent/+=&<"%-secret',
    'nuvy/+=&<"%-secret',
    'nos/+=&-c4nary-token',
)
SIGNING, REMOTE, PLAIN = 's1gning-secret-' * 5, 'r3mote/+=&-password', 'plain-enough-for-nexus-2'
SECRETS = (PERSON, ADMIN, CLIENT, APP, NOS, SIGNING, REMOTE, PLAIN)
PROJECT = 'jdoe-SANDBOX'
TIMEOUT = 0.7  # seconds, less than an option may ask for


class Scene(NamedTuple):
    """:ivar make: makes the honest server. :ivar path: of its URL. :ivar play: given the URL, does
    all of it and returns the message for people."""

    make: Callable
    path: str
    play: Callable


def _token(kind, provider_class=None, **given):
    def play(url):
        source = sources.resolve(
            kind, dict(given, url=url, retries=0), {}, keep=('state',) if 'state' in given else ()
        )
        options = dict(source.options, timeout=TIMEOUT)
        provider = (provider_class or source.provider)(options)
        provider._sleep = lambda seconds: None
        outcome = ensure(provider, service.desired_of(options))
        return outcome.warnings, outcome.server, outcome.token

    return play


def _info(kind, **given):
    def play(url):
        source = sources.resolve(kind, dict(given, url=url, retries=0), {})
        provider = source.provider(dict(source.options, timeout=TIMEOUT))
        try:
            reported = provider.describe()
            return provider.warnings, dict(reported, server=provider.server()), None
        finally:
            provider.close()

    return play


def _manager(kind, **given):
    def play(url):
        source = sources.resolve(
            kind, dict(given, url=url, retries=0), {}, keep=('state',) if kind.HAS_STATE else ()
        )
        manager = kind(dict(source.options, timeout=TIMEOUT))
        reported = manager.ensure()
        reported.pop('client_secret', None)  # which it is there to give
        return manager.warnings, reported, None

    return play


def _exchange(url):
    source = sources.resolve(
        'nuxeo_online_token', {'url': url, 'username': 'jdoe', 'token': NOS, 'retries': 0}, {}
    )
    outcome = ensure(
        NuxeoCliToken(dict(source.options, project=PROJECT, timeout=TIMEOUT)), DesiredState()
    )
    return outcome.warnings, outcome.server, outcome.token


def _release(url):
    client = Client(url, timeout=TIMEOUT, retries=0)
    try:
        return (
            [],
            nuxeo_studio.ensure(
                nuxeo_studio.StudioProject(client, {'username': 'jdoe', 'token': NOS}, PROJECT),
                '2.0.0',
                'master',
                False,
            ),
            None,
        )
    finally:
        client.close()


def _attempt(url):
    return (
        [],
        verify(url + '/repository/private/x', authorization('ci', PERSON, {}), Trust(), TIMEOUT),
        None,
    )


def _nexus(version, **more):
    password = PLAIN if version.startswith('2') else ADMIN
    users = {
        'ci': nexus.User(PERSON),
        'admin': nexus.User(password, admin=True),
        'sam': nexus.User(None, source='SAML'),
    }
    return lambda: nexus.create_app(version, users=users, **more)


def _nuxeo(version):
    def make():
        app = nuxeo.create_app(
            version,
            users=[
                nuxeo.User('jdoe', PERSON),
                nuxeo.User('ci', PERSON),
                nuxeo.User('root', ADMIN, admin=True),
            ],
            clients=[nuxeo.Client('ci', 'ci', CLIENT, 'https://client.test/cb')],
            jwt_secret=SIGNING,
        )
        app.state.new_token('ci', 'jdoe', 3)
        return app

    return make


def _nuvy():
    return nuvy.create_app([nuvy.AppClient('builder', APP, ('read',))], require_https=False)


def _nos():
    return nuxeo_online.create_app(
        users=[nuxeo_online.Account('jdoe', tokens={'ci': NOS}, projects={PROJECT: 'write'})]
    )


PERSON_AT_NEXUS = {'username': 'ci', 'password': PERSON}
GRANT = {
    'client_id': 'ci',
    'client_secret': CLIENT,
    'grant': 'authorization_code',
    'username': 'jdoe',
    'password': PERSON,
    'redirect_uri': 'https://client.test/cb',
}
MACHINE = {
    'client_id': 'ci',
    'client_secret': CLIENT,
    'grant': 'client_credentials',
    'regenerate': 'always',
}
PROXY = {
    'username': 'admin',
    'repositories': [
        {
            'name': 'studio',
            'username': 'jdoe',
            'password': REMOTE,
            'create': {'remote_url': 'https://127.0.0.1:1/site/', 'version_policy': 'release'},
        }
    ],
}
SCENES = {
    'nexus 3': Scene(
        _nexus('3.97.0'), '', _token('nexus_user_token', regenerate='always', **PERSON_AT_NEXUS)
    ),
    'nexus 3.38': Scene(_nexus('3.38.1'), '', _token('nexus_user_token', **PERSON_AT_NEXUS)),
    'nexus 3.8': Scene(_nexus('3.8.0'), '', _token('nexus_user_token', **PERSON_AT_NEXUS)),
    'nexus 2': Scene(_nexus('2.15.1'), '/nexus', _token('nexus_user_token', **PERSON_AT_NEXUS)),
    'nexus, for another': Scene(
        _nexus('3.97.0'),
        '',
        _token('nexus_user_token', username='admin', password=ADMIN, user_id='sam', realm='SAML'),
    ),
    'nexus, revoke': Scene(
        _nexus('3.97.0'), '', _token('nexus_user_token', state='absent', **PERSON_AT_NEXUS)
    ),
    'nexus, info': Scene(_nexus('3.97.0'), '', _info('nexus_user_token', **PERSON_AT_NEXUS)),
    'nexus 2, info': Scene(
        _nexus('2.15.1'), '/nexus', _info('nexus_user_token', username='admin', password=PLAIN)
    ),
    'proxies 3': Scene(
        _nexus('3.97.0'), '', _manager(NexusProxyCredential, password=ADMIN, **PROXY)
    ),
    'proxies 3.16': Scene(
        _nexus('3.16.0'), '', _manager(NexusProxyCredential, password=ADMIN, **PROXY)
    ),
    'proxies 2': Scene(
        _nexus('2.15.1'), '/nexus', _manager(NexusProxyCredential, password=PLAIN, **PROXY)
    ),
    'nuxeo': Scene(_nuxeo('2025.3'), '/nuxeo', _token('nuxeo_oauth2_token', **GRANT)),
    'nuxeo, machine': Scene(_nuxeo('2025.3'), '/nuxeo', _token('nuxeo_oauth2_token', **MACHINE)),
    'nuxeo, signed': Scene(
        _nuxeo('2023.6'),
        '/nuxeo',
        _token(
            'nuxeo_oauth2_token',
            client_id='ci',
            client_secret=CLIENT,
            grant='jwt_bearer',
            username='jdoe',
            jwt_secret=SIGNING,
        ),
    ),
    'nuxeo, legacy': Scene(
        _nuxeo('8.10'), '', _token('nuxeo_oauth2_token', endpoints='legacy', **GRANT)
    ),
    'nuxeo, revoke': Scene(
        _nuxeo('2025.3'), '/nuxeo', _token('nuxeo_oauth2_token', state='absent', **GRANT)
    ),
    'nuxeo, clients': Scene(
        _nuxeo('2025.3'),
        '/nuxeo',
        _manager(
            NuxeoClientRegistry,
            username='root',
            password=ADMIN,
            client_id='x',
            redirect_uris=['https://x.test/y'],
            generate_secret='if_missing',
        ),
    ),
    'nuxeo 10.10, clients': Scene(
        _nuxeo('10.10'),
        '/nuxeo',
        _manager(
            NuxeoClientRegistry,
            username='root',
            password=ADMIN,
            client_id='x',
            redirect_uris=['https://x.test/y'],
            client_secret=REMOTE,
        ),
    ),
    'nuvy': Scene(_nuvy, '', _token('nuvy_client_token', client_id='builder', client_secret=APP)),
    'nuvy, body': Scene(
        _nuvy,
        '',
        _token(
            'nuvy_client_token',
            client_id='builder',
            client_secret=APP,
            client_auth='body',
            scope=['read'],
        ),
    ),
    'nos': Scene(
        _nos, '/nuxeo', _info('nuxeo_online_token', username='jdoe', token=NOS, project=PROJECT)
    ),
    'nos, exchange': Scene(_nos, '/nuxeo', _exchange),
    'nos, release': Scene(_nos, '/nuxeo', _release),
    'verified': Scene(_nexus('3.97.0'), '', _attempt),
}
