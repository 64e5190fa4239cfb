# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to files of apt, as apt finds them."""

from __future__ import annotations

import subprocess

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from tests.sandbox.package_server import PackageServer
from tests.support.package_clients import KINDS, apply

KIND = KINDS['apt_credentials']


def deliver(path, *entries, **options):
    return apply(KIND, *entries, path=str(path), **options)


def entry(host, **more):
    return {'host': host, 'username': 'ci', 'password': 'pass/w+rd%', **more}


@pytest.fixture
def server():
    with PackageServer(['basic ci:pass/w+rd%']) as started:
        yield started


def test_apt_finds_the_path_and_the_port(tmp_path):
    folder = tmp_path / 'auth.conf.d'
    apt = {'allow_http': True}
    wanted = entry('http://h.example/debian', port=8080, password='a"#')
    deliver(folder / 'b.conf', wanted, **apt)
    line = 'machine http://h.example:8080/debian login ci password a"#\n'
    assert (folder / 'b.conf').read_text() == line
    (folder / 'a.conf').write_text(line.replace('a"#', 'old'))
    result = deliver(folder / 'b.conf', wanted, **apt)
    assert result['failed']
    assert 'a.conf has another credential' in result['entries'][0]['shadowed_by']
    with pytest.raises(BadInput, match='apt ignores a file named b.list'):
        deliver(folder / 'b.list', wanted, **apt)
    with pytest.raises(BadInput, match='host uses http'):
        deliver(folder / 'b.conf', wanted)


@pytest.mark.needs_client('apt-get')
def test_apt_sends_what_was_delivered(tmp_path, server):
    path = tmp_path / 'auth.conf'
    path.write_text('# machine for apt\n')
    host = 'http://127.0.0.1/debian'
    deliver(path, entry(host, port=server.port))
    for name in ('lists/partial', 'parts', 'sources.d'):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / 'sources.list').write_text('deb %s/debian stable main\n' % server.url)
    places = {
        'Etc::netrc': path,
        'Etc::netrcparts': tmp_path / 'parts',
        'Etc::sourcelist': tmp_path / 'sources.list',
        'Etc::sourceparts': tmp_path / 'sources.d',
        'State::lists': tmp_path / 'lists',
    }
    settings = ['-oDir::%s=%s' % each for each in places.items()]
    settings += ['-oAPT::Sandbox::User=root', '-oAcquire::http::Proxy=DIRECT']
    subprocess.run(['apt-get', *settings, 'update'], check=False, capture_output=True)
    assert server.sent() == ['basic ci:pass/w+rd%']
