# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to netrc files, as real clients find them."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Credential
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from tests.sandbox.package_server import PackageServer
from tests.support import processes
from tests.support.package_clients import KINDS, apply

KIND = KINDS['netrc_credentials']


def deliver(path, *entries, **options):
    return apply(KIND, *entries, path=str(path), **options)


def entry(host='127.0.0.1', **more):
    return {'host': host, 'username': 'ci', 'password': 'pass/w+rd%', **more}


@pytest.fixture
def server():
    with PackageServer(['basic ci:pass/w+rd%']) as started:
        yield started


@pytest.mark.needs_client('curl')
@pytest.mark.needs_client('git')
def test_F11_curl_and_git_send_what_was_delivered(tmp_path, server):
    path = tmp_path / '.netrc'
    path.write_bytes(b'machine other.example login a password b\n\ndefault login x password y\n')
    result = deliver(path, entry())
    assert result['entries'][0]['changed'] == ['entry']
    processes.run(['curl', '-q', '-s', '-n', server.url], tmp_path)
    assert server.sent() == ['basic ci:pass/w+rd%']
    command = ['git', 'ls-remote', server.url + '/x.git']
    processes.run(command, tmp_path, GIT_TERMINAL_PROMPT='0')
    assert server.sent() == [None, 'basic ci:pass/w+rd%']
    assert deliver(path, entry())['changed'] is False


def test_verification_uses_what_the_file_has(tmp_path, server):
    path, url = tmp_path / '.netrc', server.url + '/file'
    result = deliver(path, entry(verify_url=url), verify=True)
    assert [one['accepted'] for one in result['verification']] == [True]
    result = deliver(path, entry(verify_url=url, password='wrong'), verify=True)
    assert result['failed'] and [one['accepted'] for one in result['verification']] == [False]
    result = deliver(path, entry(), verify=True)
    assert [one['accepted'] for one in result['verification']] == [None]


def test_F25_go_has_an_entry_with_the_port(tmp_path):
    path = tmp_path / '.netrc'
    deliver(path, entry('nexus.example.com', port=8443))
    assert path.read_text() == (
        'machine nexus.example.com login ci password pass/w+rd%\n'
        'machine nexus.example.com:8443 login ci password pass/w+rd%\n'
    )
    deliver(path, {'host': 'nexus.example.com', 'port': 8443, 'state': 'absent'})
    assert path.read_text() == ''


@pytest.mark.parametrize('place', ['before', 'behind'])
def test_F14_another_user_of_the_host_fails_unless_removed(tmp_path, place):
    path = tmp_path / '.netrc'
    other, ours = 'machine h.example login old password x\n', entry('h.example')
    deliver(path, ours)
    content = other + path.read_text() if place == 'before' else path.read_text() + other
    path.write_text(content)
    result = deliver(path, dict(ours, password='new'))
    assert result['failed'] and result['entries'][0]['effective'] is False
    assert 'has an entry for another user' in result['entries'][0]['shadowed_by']
    assert path.read_text() == content
    result = deliver(path, dict(ours, password='new'), for_python=False)
    assert bool(result.get('failed')) == (place == 'before')
    result = deliver(path, dict(ours, exclusive=True))
    assert result['entries'][0]['changed'][-1] == 'other_users'
    assert path.read_text() == 'machine h.example login ci password pass/w+rd%\n'


def test_F26_what_silences_python_is_named(tmp_path):
    path = tmp_path / '.netrc'
    path.write_text('machine a login b password c\n\n# a comment\n')
    with pytest.raises(FileProblem, match='an empty line .* a comment in line 3, so that pip'):
        deliver(path, entry())
    assert deliver(path, entry(), for_python=False)['changed']
    path.write_text('machine a login b\n')
    assert 'an entry without a password in line 1' in deliver(path, entry())['warnings'][0]


def test_a_removed_entry_that_remains_in_a_comment_is_named(tmp_path):
    path = tmp_path / '.netrc'
    path.write_text('# machine h.example login ci password old\nmachine h.example login ci\n')
    result = deliver(path, {'host': 'h.example', 'state': 'absent'})
    assert path.read_text() == '# machine h.example login ci password old\n'
    assert 'names the host of a removed entry in line 1' in result['warnings'][0]


@pytest.mark.parametrize('secret', ['a b', '#a', '"a', 'a\\', '\u20ac', 'x' * 1001])
def test_F27_secrets_that_clients_read_differently_are_refused(tmp_path, secret):
    with pytest.raises(BadInput, match='The secret for h.example ') as problem:
        deliver(tmp_path / '.netrc', entry('h.example', password=secret))
    assert len(secret) < 4 or secret not in str(problem.value)
    assert not (tmp_path / '.netrc').exists()


def test_a_bearer_token_requires_a_user_name(tmp_path):
    token = {'host': 'h.example', 'access_token': 'tok'}
    with pytest.raises(BadInput, match='Give the username with which the server accepts it'):
        deliver(tmp_path / '.netrc', token)
    result = deliver(tmp_path / '.netrc', dict(token, username='oauth2'))
    assert (tmp_path / '.netrc').read_text() == 'machine h.example login oauth2 password tok\n'
    assert len(result['entries'][0]['fingerprint']) == 12


@pytest.mark.parametrize(
    'options, reason',
    [
        ({'host': 'h.example:80'}, 'Give a port as port'),
        ({'host': 'h.example/path'}, 'leave out the path'),
        ({'host': '[::1]'}, 'is not an IPv6'),
        ({'host': 'https://h.example'}, 'host'),
        ({'port': 70000}, 'port must be from 1 to 65535'),
    ],
)
def test_hosts_that_no_client_looks_for_are_refused(tmp_path, options, reason):
    with pytest.raises(BadInput, match=reason):
        deliver(tmp_path / '.netrc', {**entry('h.example'), **options})


def test_two_entries_for_a_host_are_refused(tmp_path):
    with pytest.raises(BadInput, match='two entries for H.example'):
        deliver(tmp_path / '.netrc', entry('h.example'), entry('H.example', username='b'))


@pytest.mark.parametrize('name', ['netrc_credentials', 'pip_credentials'])
def test_a_new_token_of_nexus_replaces_the_former_one(name):
    credential = Credential()
    credential.username, credential.secret = 'new', 'secret'
    filled = [{}, {'exclusive': False}]
    for one in filled:
        KINDS[name].fill(one, credential)
    assert [one.get('exclusive') for one in filled] == [None, False]
    credential.own_username = True
    for one in filled:
        KINDS[name].fill(one, credential)
    assert [one['exclusive'] for one in filled] == [True, False]
