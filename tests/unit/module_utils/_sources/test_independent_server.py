# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An OAuth2 server that nobody here wrote grants to our clients what it grants to others, and
refuses what they get wrong.
"""

from __future__ import annotations

import pytest
import requests

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from tests.sandbox.serving import Sandbox
from tests.support import independent

CALLBACK = 'https://client.test/cb?x=1'
ODD = 'p:a%2B+s&s/w=ört€ x'


@pytest.fixture(scope='module')
def served(tmp_path_factory):
    with Sandbox() as sandbox:
        server = sandbox.serve(independent.create_app(tmp_path_factory.mktemp('independent')))
        independent.add_client('machine', ODD, 'client-credentials')
        independent.add_client('web', ODD, 'authorization-code', CALLBACK)
        independent.add_client('desktop', '', 'authorization-code', CALLBACK, public=True)
        yield sandbox, server


@pytest.fixture
def obtain(served, tmp_path):
    sandbox, server = served

    def obtain(type_name, path='', **given):
        given = {
            'url': server.url + path,
            'ca_path': sandbox.ca_path,
            'cache': 'file',
            'cache_path': str(tmp_path / 'cache'),
            'timeout': 10,
            **given,
        }
        return service.get_token(sources.resolve(type_name, given, {})).token

    return obtain


def whoami(served, token):
    sandbox, server = served
    return requests.get(
        server.url + '/nuxeo/api/v1/me',
        headers={'Authorization': token.authorization},
        verify=sandbox.ca_path,
        timeout=10,
    )


@pytest.mark.parametrize(
    'how',
    [{'client_auth': 'body'}, {'client_auth': 'basic', 'form_encode_credentials': True}],
    ids=['body', 'basic'],
)
def test_client_credentials_in_both_styles(served, obtain, how):
    token = obtain(
        'nuvy_client_token', client_id='machine', client_secret=ODD, scope=['write', 'read'], **how
    )
    assert (
        set(token.scope.split()) == {'read', 'write'} and token.expires_at - token.issued_at == 1800
    )
    accepted = whoami(served, token)
    assert (accepted.status_code, accepted.json()) == (200, {'id': None})
    with pytest.raises(Refused) as caught:
        obtain('nuvy_client_token', client_id='machine', client_secret='not ' + ODD, **how)
    assert (caught.value.status, caught.value.code) == (401, 'invalid_client')
    with pytest.raises(Refused, match='Remove scope'):
        obtain('nuvy_client_token', client_id='machine', client_secret=ODD, scope=['root'], **how)


def test_this_server_takes_basic_as_the_rfc_requires(obtain):
    """The reason for the option: here the secret as it is does not do."""
    with pytest.raises(Refused, match='form_encode_credentials'):
        obtain('nuvy_client_token', client_id='machine', client_secret=ODD)


@pytest.mark.parametrize(
    'client',
    [{'client_id': 'web', 'client_secret': ODD}, {'client_id': 'desktop'}],
    ids=['confidential', 'public'],
)
def test_authorization_code_with_pkce_then_refresh_tokens_that_rotate(served, obtain, client):
    given = dict(
        client,
        grant='authorization_code',
        username=independent.USER,
        password=independent.PASSWORD,
        redirect_uri=CALLBACK,
    )
    first = obtain('nuxeo_oauth2_token', '/nuxeo', **given)
    assert whoami(served, first).json() == {'id': independent.USER}
    sandbox, server = served
    server.requests.clear()
    second = obtain('nuxeo_oauth2_token', '/nuxeo', regenerate='always', **given)
    third = obtain('nuxeo_oauth2_token', '/nuxeo', regenerate='always', **given)
    assert [record['path'] for record in server.requests] == ['/nuxeo/oauth2/token'] * 2
    assert len({token.refresh_token for token in (first, second, third)}) == 3
    assert [whoami(served, token).status_code for token in (third, first)] == [200, 401]


def test_going_on_with_a_refresh_token_and_reusing_one(served, obtain):
    given = {'client_id': 'web', 'client_secret': ODD}
    start = obtain(
        'nuxeo_oauth2_token',
        '/nuxeo',
        grant='authorization_code',
        username=independent.USER,
        password=independent.PASSWORD,
        redirect_uri=CALLBACK,
        **given,
    )
    going_on = dict(given, grant='refresh_token', refresh_token=start.refresh_token)
    second = obtain('nuxeo_oauth2_token', '/nuxeo', **going_on)
    third = obtain('nuxeo_oauth2_token', '/nuxeo', regenerate='always', **going_on)
    assert whoami(served, third).status_code == 200 and second.secret != third.secret
    with pytest.raises(Refused) as caught:
        obtain(
            'nuxeo_oauth2_token',
            '/nuxeo',
            **dict(given, grant='refresh_token', refresh_token=second.refresh_token),
        )
    assert caught.value.code == 'invalid_grant'


def test_a_wrong_password_a_wrong_redirect_uri_and_a_wrong_secret(obtain):
    given = {
        'client_id': 'web',
        'client_secret': ODD,
        'grant': 'authorization_code',
        'username': independent.USER,
        'password': independent.PASSWORD,
        'redirect_uri': CALLBACK,
    }
    for changes, words in (
        ({'password': 'wr0ng'}, 'user name and password'),
        ({'redirect_uri': 'https://client.test/other'}, 'refuses'),
        ({'client_secret': 'wr0ng'}, 'invalid_client'),
    ):
        with pytest.raises(Refused, match=words):
            obtain('nuxeo_oauth2_token', '/nuxeo', **dict(given, **changes))


def test_an_invalid_refresh_token_leads_to_a_fresh_grant(served, obtain):
    given = {
        'client_id': 'web',
        'client_secret': ODD,
        'grant': 'authorization_code',
        'username': independent.USER,
        'password': independent.PASSWORD,
        'redirect_uri': CALLBACK,
    }
    obtain('nuxeo_oauth2_token', '/nuxeo', **given)
    independent.revoke_everything()
    assert (
        whoami(
            served, obtain('nuxeo_oauth2_token', '/nuxeo', regenerate='if_invalid', **given)
        ).status_code
        == 200
    )
