# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to .pypirc, as the real twine finds them."""

from __future__ import annotations

import configparser

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from tests.sandbox.package_server import PackageServer, wheel
from tests.support import python_clients
from tests.support.package_clients import KINDS, apply

KIND = KINDS['pypirc_credentials']
ODD = 'p:%+/=#;"\'\\{}$x@?&%(a)s'
URL = 'https://nexus.example.com/repository/pypi-hosted/'


def entry(name='company', **more):
    return {'name': name, 'username': 'ci', 'password': 'secret', 'url': URL, **more}


def deliver(path, *entries, **options):
    return apply(KIND, *entries, path=str(path), **options)


@pytest.mark.slow
@pytest.mark.parametrize('old', ['', '[distutils]\nindex-servers=\n  pypi\n[pypi]\nusername=x\n'])
def test_F10_twine_uploads_with_the_delivered_credential(tmp_path, old):
    python_clients.install()
    path, package = tmp_path / '.pypirc', tmp_path / 'demo-1.0-py3-none-any.whl'
    path.write_text(old)
    package.write_bytes(wheel('demo'))
    with PackageServer(['basic ci:' + ODD]) as server:
        address = server.url + '/repository/x/'
        wanted = entry(url=address, password=ODD, verify_url=address)
        result = deliver(path, wanted, verify=True)
        assert result['entries'][0]['changed'] == ['entry', 'list']
        assert result['verification'][0]['accepted'] is True
        server.sent()
        printed = python_clients.run('twine', tmp_path, 'upload', '-r', 'company', package)
        assert server.sent() == ['basic ci:' + ODD], printed


def test_other_lines_stay_and_the_list_keeps_what_twine_knows(tmp_path):
    path = tmp_path / '.pypirc'
    path.write_text('; ours\r\n[pypi]\r\nusername = __token__\r\npassword = x\r\n')
    result = deliver(path, entry(), entry('testpypi', url=None))
    assert path.read_bytes().decode() == (
        '; ours\r\n[pypi]\r\nusername = __token__\r\npassword = x\r\n'
        '\r\n[company]\r\nrepository = %s\r\nusername = ci\r\npassword = secret\r\n'
        '\r\n[distutils]\r\nindex-servers = pypi company\r\n    testpypi\r\n'
        '\r\n[testpypi]\r\nusername = ci\r\npassword = secret\r\n' % URL
    )
    assert [one['changed'] for one in result['entries']] == [['entry', 'list'], ['entry', 'list']]
    assert deliver(path, entry(), entry('testpypi', url=None))['changed'] is False
    result = deliver(path, entry(username='b', password='new', url=URL + 'x/'))
    assert result['entries'][0]['changed'] == ['url', 'username', 'secret']
    removed = deliver(path, {'name': 'company', 'state': 'absent'})
    assert removed['entries'][0]['changed'] == ['entry']
    parser = configparser.RawConfigParser()
    parser.read(path)
    assert dict(parser['company']) == {'repository': URL + 'x/'}
    assert parser['pypi']['password'] == 'x'


def test_a_repository_without_an_address_fails(tmp_path):
    result = deliver(tmp_path / '.pypirc', entry(url=None))
    assert result['failed'] and 'it has no URL' in result['entries'][0]['shadowed_by']
    assert not (tmp_path / '.pypirc').exists()


@pytest.mark.parametrize(
    'options, reason',
    [
        ({'password': ' a'}, 'begins or ends with a blank'),
        ({'password': '\u00e4'}, 'a character outside ASCII'),
        ({'name': 'distutils'}, 'name must be the name of a repository'),
        ({'name': 'a b'}, 'name must be the name of a repository'),
        ({'url': 'http://h.example'}, 'url uses http'),
    ],
)
def test_F30_what_twine_reads_differently_is_refused(tmp_path, options, reason):
    with pytest.raises(BadInput, match=reason):
        deliver(tmp_path / '.pypirc', entry(**options))


def test_F10_a_file_that_stops_twine_is_named(tmp_path):
    path = tmp_path / '.pypirc'
    path.write_text('[company]\npassword = canary\n[company]\n')
    with pytest.raises(FileProblem, match='a section that is there before in line 3') as problem:
        deliver(path, entry())
    assert 'canary' not in str(problem.value)


def test_a_removed_user_is_the_one_that_is_named(tmp_path):
    path = tmp_path / '.pypirc'
    deliver(path, entry())
    before = path.read_text()
    absent = {'name': 'company', 'state': 'absent'}
    assert deliver(path, dict(absent, username='other'))['changed'] is False
    assert path.read_text() == before
    assert deliver(path, dict(absent, username='ci'))['changed'] is True
