# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of proxy repositories: what is refused before anything is written.

X numbers are those of the fault catalogue.
"""

from __future__ import annotations

import copy
import re

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, Refused
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import Product
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    DesiredProxy,
    Nexus2Proxies,
    NexusProxyCredential,
    RestProxies,
    apply,
    check,
)
from tests.sandbox import nexus
from tests.support.nexus_proxies import BODIES, LOGIN, NEW, nexus2_script, refused_before_writing
from tests.support.scripted import Ask, Scripted, answer


@pytest.mark.parametrize(
    ('wanted', 'reason'),
    [
        (NEW._replace(password=None), 'username and password are needed'),
        (NEW._replace(username=None), 'username and password are needed'),
        (DesiredProxy('p1', type='bearer'), 'needs access_token'),
        (NEW._replace(password='pässwort'), 'question marks'),
        (NEW._replace(username='zoë'), 'question marks'),
        (NEW._replace(username='a:b'), 'colon'),
        (NEW._replace(password='a\nb'), 'control character'),
        (
            NEW._replace(preemptive=True, create={'remote_url': 'http://remote.test'}),
            'preemptive needs a remote with https',
        ),
        (
            DesiredProxy('p1', type='bearer', bearer_token='tok-value', preemptive=True),
            'preemptive is for',
        ),
        (NEW._replace(create={'remote_url': 'https://u:p@remote.test'}), 'user name'),
    ],
)
def test_bad_input_is_refused_without_a_request(wanted, reason):
    with pytest.raises(BadInput, match=reason) as caught:
        check(wanted)
    assert str(caught.value).startswith('repository p1: ') and not re.search(
        'pässwort|a\nb|tok-value', str(caught.value)
    )


@pytest.mark.parametrize('name', ['', ' ', '.', '..'])
def test_what_is_no_name_is_refused_without_a_request(name):
    with pytest.raises(BadInput, match='this is not the name of a repository'):
        check(NEW._replace(name=name, state='absent'))


@pytest.mark.parametrize(
    'mask', ['#~NXRM~PLACEHOLDER~PASSWORD~#', '#~NEXUS~PLACEHOLDER~PASSWORD~#', '|$|N|E|X|U|S|$|']
)
def test_X10_a_mask_is_never_written_as_a_password(mask):
    with pytest.raises(BadInput, match='placeholder that stands for a hidden secret'):
        check(NEW._replace(password=mask))


def test_X5_a_remote_address_with_a_user_of_its_own_is_refused():
    body = copy.deepcopy(BODIES['3.71.0-06 rest maven2'])
    body['proxy']['remoteUrl'] = 'https://jane:s3cret@remote.test/'
    message = refused_before_writing('3.71.0-06', body, NEW)
    assert 'contains a user name or password' in message and 's3cret' not in message


@pytest.mark.parametrize(
    ('version', 'name', 'remote', 'reason'),
    [
        (
            '3.71.0-06',
            'maven2',
            'http://remote.test/',
            'preemptive needs a remote with https, but the address of this one begins with http.',
        ),
        (
            '3.71.0-06',
            'raw',
            'https://remote.test/',
            'Maven repositories only, and the format of this one is raw',
        ),
        ('3.24.0-01', 'maven2', 'https://remote.test/', 'needs Nexus Repository 3.30 or newer'),
    ],
)
def test_preemptive_is_refused_before_any_write(version, name, remote, reason):
    label = f'{version} rest {name}' if f'{version} rest {name}' in BODIES else '3.41.1-01 rest raw'
    body = copy.deepcopy(BODIES[label])
    body['proxy']['remoteUrl'] = remote
    assert reason in refused_before_writing(version, body, NEW._replace(preemptive=True))


@pytest.mark.parametrize('version', ['3.24.0-01', '3.71.0-06', '3.75.1-01'])
def test_bearer_tokens_are_refused_before_any_write_where_there_are_none(version):
    body = BODIES['3.71.0-06 rest maven2']
    assert 'needs Nexus Repository 3.76 or newer' in refused_before_writing(
        version, body, DesiredProxy('p1', type='bearer', bearer_token='tok')
    )


@pytest.mark.parametrize('letter', '&<>"')
@pytest.mark.parametrize('option', ['username', 'password'])
def test_nexus_2_would_spoil_some_passwords(letter, option):
    client, _written = nexus2_script(BODIES['2.5.1 nexus2 maven2'])
    with pytest.raises(BadInput, match='escapes & < > "') as caught:
        apply(
            Nexus2Proxies(client, LOGIN, Product('2.5.1-01')),
            NEW._replace(**{option: f's3cr{letter}t'}),
            False,
        )
    assert f's3cr{letter}t' not in str(caught.value) and [
        asked.method for asked in client.asked
    ] == ['GET']


@pytest.mark.parametrize('option', ['ntlm_host', 'ntlm_domain'])
@pytest.mark.parametrize('text', ['B\u00fcro', 'R&D'])
def test_nexus_2_would_spoil_some_domains(text, option):
    wanted = NEW._replace(type='ntlm', **{'ntlm_host': 'h', 'ntlm_domain': 'd', option: text})
    client, _written = nexus2_script(BODIES['2.5.1 nexus2 maven2'])
    with pytest.raises(BadInput, match='escapes & < > " and all outside ASCII'):
        apply(Nexus2Proxies(client, LOGIN, Product('2.5.1-01')), wanted, False)


@pytest.mark.parametrize('version', ['2.5.1-01', '2.14.9-01'])
def test_X4_nexus_2_finds_no_groups_and_has_roles_of_its_own(sandbox, connect, version):
    for name in ('public', 'gone'):
        with pytest.raises(
            Refused,
            match=(
                f'has no repository {name} that the user may administer .role '
                'ui-repository-admin; groups are not found there'
            ),
        ):
            apply(connect(sandbox.serve(nexus.create_app(version))), NEW._replace(name=name), False)


def test_nexus_2_knows_ntlm_by_its_domain_only():
    client, _written = nexus2_script(BODIES['2.5.1 nexus2 maven2'])
    with pytest.raises(BadInput, match='give ntlm_domain'):
        apply(
            Nexus2Proxies(client, LOGIN, Product('2.5.1-01')),
            NEW._replace(type='ntlm', ntlm_host='h'),
            False,
        )


@pytest.mark.parametrize('kind', ['hosted', 'group'])
def test_X4_only_proxies_have_a_remote(kind):
    client = Scripted(
        Ask(
            'GET',
            '/service/rest/v1/repositories/p1',
            answer(200, {'name': 'p1', 'format': 'maven2', 'type': kind}),
            authorization=LOGIN,
        )
    )
    with client, pytest.raises(BadInput, match=f'it is a {kind} repository; only proxies'):
        apply(RestProxies(client, LOGIN, Product('3.71.0-06')), NEW, False)


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        ({'url': 'https://nexus.test/service/rest/v1'}, 'url leads into the REST interface'),
        ({'nexus_version': 'newest'}, 'nexus_version must be a version like 3.71.0'),
    ],
)
def test_addresses_that_cannot_be_right(changes, sentence):
    with pytest.raises(BadInput, match=sentence):
        NexusProxyCredential.check(
            {
                'url': 'https://nexus.test',
                'username': 'admin',
                'repositories': [{'name': 'p1'}],
                **changes,
            }
        )


def test_the_same_repository_twice_is_refused(sandbox):
    with pytest.raises(BadInput, match='the same repository twice'):
        NexusProxyCredential.check(
            {
                'url': 'https://nexus.test',
                'username': 'admin',
                'repositories': [{'name': 'p1'}, {'name': 'p1'}],
            }
        )
