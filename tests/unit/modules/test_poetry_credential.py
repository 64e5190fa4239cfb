# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to auth.toml, as the real Poetry finds them."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from tests.sandbox.package_server import PackageServer
from tests.support import python_clients
from tests.support.package_clients import KINDS, apply

KIND = KINDS['poetry_credentials']
ODD = 'p:%+/=#;"\'\\{}$x@?&'


def entry(name='my-source', **more):
    return {'name': name, 'username': 'ci', 'password': 'secret', **more}


def deliver(path, *entries, **options):
    return apply(KIND, *entries, path=str(path), **options)


@pytest.mark.slow
def test_F8_poetry_gets_packages_with_the_delivered_credential(tmp_path):
    python_clients.install()
    path = tmp_path / '.config/pypoetry/auth.toml'
    with PackageServer(['basic ci:' + ODD]) as server:
        (tmp_path / 'pyproject.toml').write_text(python_clients.POETRY_PROJECT % server.url)
        wanted = entry(password=ODD, verify_url=server.url)
        result = deliver(path, wanted, verify=True)
        assert result['verification'][0]['accepted'] is True
        (tmp_path / '.netrc').write_text('machine 127.0.0.1 login n password x\n')
        server.sent()
        printed = python_clients.run('poetry', tmp_path, 'lock', '--no-cache')
        assert server.sent() == ['basic ci:' + ODD], printed


@pytest.mark.slow
def test_F45_the_file_of_a_project_wins_and_is_named(tmp_path):
    python_clients.install()
    path, theirs = tmp_path / '.config/pypoetry/auth.toml', tmp_path / 'poetry.toml'
    theirs.write_text('[http-basic.my-source]\nusername = "ci"\npassword = "theirs"\n')
    with PackageServer(['basic ci:theirs']) as server:
        (tmp_path / 'pyproject.toml').write_text(python_clients.POETRY_PROJECT % server.url)
        deliver(path, entry())
        printed = python_clients.run('poetry', tmp_path, 'lock', '--no-cache')
        assert server.sent() == ['basic ci:theirs'], printed
    before = path.read_bytes()
    projects = {'project_paths': [str(tmp_path)]}
    refused = deliver(path, entry(password='new'), **projects)
    assert refused['failed'] and path.read_bytes() == before
    assert str(theirs) in refused['entries'][0]['shadowed_by'] and 'theirs' not in repr(refused)
    assert 'failed' not in deliver(path, entry(password='theirs'), **projects)


def test_other_tables_and_comments_stay(tmp_path):
    path = tmp_path / 'auth.toml'
    other = '# ours\r\n[http-basic.other]\r\nusername = "a" # b\r\npassword = \'c\'\r\n'
    path.write_bytes(other.encode())
    assert deliver(path, entry(password='a"b'))['entries'][0]['changed'] == ['entry']
    ours = '\r\n[http-basic.my-source]\r\nusername = "ci"\r\npassword = "a\\"b"\r\n'
    assert path.read_bytes().decode() == other + ours
    assert deliver(path, entry(password='a"b'))['changed'] is False
    result = deliver(path, entry('other', username='b', password='new'))
    assert result['entries'][0]['changed'] == ['username', 'secret']
    assert b'username = "b" # b\r\npassword = "new"\r\n' in path.read_bytes()
    assert (
        deliver(path, {'name': 'my-source', 'username': 'x', 'state': 'absent'})['changed'] is False
    )
    removed = deliver(path, {'name': 'my-source', 'state': 'absent'})
    assert removed['entries'][0]['changed'] == ['entry']
    assert b'my-source' not in path.read_bytes()


def test_names_that_are_no_plain_keys_are_quoted(tmp_path):
    deliver(tmp_path / 'auth.toml', entry('my source'))
    assert '[http-basic."my source"]\n' in (tmp_path / 'auth.toml').read_text()


def test_F30_F41_what_poetry_does_not_read_is_refused(tmp_path):
    path = tmp_path / 'auth.toml'
    with pytest.raises(BadInput, match='a character outside ASCII'):
        deliver(path, entry(password='\u00e4'))
    with pytest.raises(BadInput, match='Give the username with which the server'):
        deliver(path, {'name': 'x', 'access_token': 'tok'})
    path.write_bytes(b'\xef\xbb\xbf[http-basic.x]\n')
    with pytest.raises(FileProblem, match='begins with a byte order mark'):
        deliver(path, entry())
    path.write_text('http-basic.my-source.username = "a"\n')
    with pytest.raises(FileProblem, match='as dotted keys in line 1'):
        deliver(path, entry())
