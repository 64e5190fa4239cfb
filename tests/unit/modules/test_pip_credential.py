# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to pip, as the real pip finds them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.pip_urls import (
    urls_of,
    userinfo,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.python_ini import IniFile
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import pip
from tests.sandbox.package_server import PackageServer
from tests.support.package_clients import KINDS, apply

KIND = KINDS['pip_credentials']
ODD = 'p:%+/=#;"\'\\{}$x@?&!'


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder, for the delivery and for pip."""
    for module in (pip, pip.Client.__module__):
        module = sys.modules[module] if isinstance(module, str) else module
        monkeypatch.setattr(module, 'home_folder', lambda: str(tmp_path))
    monkeypatch.setattr(pip, 'SYSTEM_FILES', (str(tmp_path / 'etc.conf'),))
    (tmp_path / '.config/pip').mkdir(parents=True)
    return tmp_path


@pytest.fixture
def server():
    with PackageServer() as started:
        yield started


def entry(url, **more):
    return {'url': url, 'username': 'ci', 'password': 'secret', **more}


def download(home, *options):
    """Have pip get a package. :returns: what it printed."""
    pytest.importorskip('pip')
    done = subprocess.run(
        [sys.executable, '-m', 'pip', 'download', '--no-deps', '--no-input', '-d', home / 'got']
        + ['--disable-pip-version-check', '--no-cache-dir', *options, 'demo'],
        env={'PATH': os.environ['PATH'], 'HOME': str(home)},
        check=False,
        capture_output=True,
        text=True,
        cwd=home,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize('via', ['netrc', 'url'])
def test_F9_pip_downloads_with_the_delivered_credential(home, server, via):
    password = 'pass/w+rd%' if via == 'netrc' else ODD
    index = server.url + '/repository/pypi/simple'
    server.accepted = ['basic ci:' + password]
    wanted = entry(index, password=password, set_index='index')
    result = apply(KIND, wanted, via=via, verify=True)
    words = ['entry', 'index'] if via == 'netrc' else ['index']
    assert result['entries'][0]['changed'] == words
    assert result['verification'][0]['accepted'] is True
    server.sent()
    assert 'Saved' in download(home)
    assert server.sent() == ['basic ci:' + password]
    assert apply(KIND, wanted, via=via)['changed'] is False
    config = (home / '.config/pip/pip.conf').read_text()
    assert via == 'url' or config == '[global]\nindex-url = %s\n' % index
    removed = apply(KIND, {'url': index, 'state': 'absent'}, via=via)
    assert removed['entries'][0]['changed'] == ['entry']
    assert (home / '.config/pip/pip.conf').read_text() == '[global]\nindex-url = %s\n' % index


def test_F28_urls_in_all_sections_get_the_credential(home):
    path = home / '.config/pip/pip.conf'
    path.write_text(
        '# ours\n'
        '[global]\n'
        'Index_URL : https://OLD:x%2Fy@nexus.example.com:443/repository/pypi/simple/\n'
        'extra-index-url =\n'
        '    https://other.example/simple\n'
        '  # a comment between\n'
        '    https://nexus.example.com/repository/more/simple  https://a:b/c#d@nexus.example.com/x\n'
        'trusted-host = nexus.example.com\n'
        '[install]\n'
        'find-links = https://nexus.example.com.evil.example/ https://nexus.example.com:8443/\n'
    )
    wanted = entry('https://nexus.example.com', password='a@b')
    result = apply(KIND, wanted, via='url')
    assert path.read_text() == (
        '# ours\n'
        '[global]\n'
        'Index_URL : https://ci:a%40b@nexus.example.com:443/repository/pypi/simple/\n'
        'extra-index-url =\n'
        '    https://other.example/simple\n'
        '  # a comment between\n'
        '    https://ci:a%40b@nexus.example.com/repository/more/simple  '
        'https://ci:a%40b@nexus.example.com/x\n'
        'trusted-host = nexus.example.com\n'
        '[install]\n'
        'find-links = https://nexus.example.com.evil.example/ https://nexus.example.com:8443/\n'
    )
    assert result['entries'][0]['changed'] == ['secret', 'entry']
    assert path.stat().st_mode & 0o777 == 0o600
    removed = apply(KIND, {'url': 'https://nexus.example.com', 'state': 'absent'}, via='url')
    assert removed['entries'][0]['changed'] == ['entry']
    assert '@' not in path.read_text()


def test_the_longest_url_decides(home):
    path = home / '.config/pip/pip.conf'
    path.write_text('[global]\nextra-index-url = https://h.example/a/simple https://h.example/b\n')
    apply(KIND, entry('https://h.example'), entry('https://h.example/a', username='x'), via='url')
    assert path.read_text() == (
        '[global]\nextra-index-url = https://x:secret@h.example/a/simple '
        'https://ci:secret@h.example/b\n'
    )


def test_with_netrc_a_user_name_in_the_url_is_removed(home, server):
    path = home / '.config/pip/pip.conf'
    path.write_text('[global]\nindex-url = http://old:x@127.0.0.1:%d/simple\n' % server.port)
    result = apply(KIND, entry(server.url))
    assert result['entries'][0]['changed'] == ['entry', 'url']
    assert path.read_text() == '[global]\nindex-url = %s/simple\n' % server.url
    download(home)
    assert server.sent() == ['basic ci:secret']


def test_indexes_are_added(home):
    path = home / '.config/pip/pip.conf'
    urls = ['https://h.example/%s/simple' % name for name in 'abc']
    kinds = ['index', 'extra', 'extra']
    wanted = [entry(url, set_index=kind) for url, kind in zip(urls, kinds)]
    result = apply(KIND, *wanted)
    assert [one['changed'] for one in result['entries']] == [['entry', 'index']] * 3
    assert path.read_text() == (
        '[global]\nindex-url = %s\nextra-index-url = %s\n    %s\n' % tuple(urls)
    )
    assert path.stat().st_mode & 0o777 == 0o600
    assert (home / '.netrc').read_text() == 'machine h.example login ci password secret\n'
    assert apply(KIND, *wanted)['changed'] is False
    result = apply(KIND, {'url': urls[1], 'state': 'absent'}, wanted[0])
    assert result['changed'] is False  # the host has one entry for all indexes
    with pytest.raises(BadInput, match='are on one host, for which netrc has one credential only'):
        apply(KIND, wanted[0], dict(wanted[1], username='other'))


def test_F28_another_index_of_a_section_or_of_all_users_fails(home):
    path = home / '.config/pip/pip.conf'
    path.write_text('[install]\nindex-url = https://public.example/simple\n')
    wanted = entry('https://h.example/simple', set_index='index')
    result = apply(KIND, wanted)
    assert result['failed'] and not (home / '.netrc').exists()
    assert 'section [install] has another index-url' in result['entries'][0]['shadowed_by']
    path.write_text('')
    (home / 'etc.conf').write_text('[global]\nindex-url = https://old:x@h.example/simple\n')
    result = apply(KIND, dict(wanted, set_index='none'))
    assert 'etc.conf has another user name' in result['entries'][0]['shadowed_by']
    assert not apply(KIND, wanted).get('failed')  # its own index-url is used instead


def test_a_url_without_a_place_fails(home):
    result = apply(KIND, entry('https://h.example'), via='url')
    assert 'no URL in the file is for this server' in result['entries'][0]['shadowed_by']
    assert not (home / '.config/pip/pip.conf').exists()


def test_F28_the_old_file_is_edited_as_well(home):
    (home / '.pip').mkdir()
    old, new = home / '.pip/pip.conf', home / '.config/pip/pip.conf'
    old.write_text('[global]\nindex-url = https://a:b@h.example/simple\n')
    apply(KIND, entry('https://h.example', password='new'), via='url')
    assert old.read_text() == '[global]\nindex-url = https://ci:new@h.example/simple\n'
    assert not new.exists()
    new.write_text('[global]\nindex-url = https://h.example/simple\n')
    apply(KIND, entry('https://h.example'), via='url')
    assert 'ci:secret' in old.read_text() and 'ci:secret' in new.read_text()
    old.write_text('[global]\nindex-url = 1\nindex-url = 2\n')
    with pytest.raises(FileProblem, match='.pip/pip.conf has an option .* in line 3'):
        apply(KIND, entry('https://h.example'), via='url')


def test_F30_characters_that_pip_sends_differently_are_refused(home):
    with pytest.raises(BadInput, match='a character outside ASCII'):
        apply(KIND, entry('https://h.example', password='caf\u00e9'), via='url')
    with pytest.raises(BadInput, match='cannot be written to a netrc file'):
        apply(KIND, entry('https://h.example', password='a b'))
    with pytest.raises(BadInput, match='Give the username with which the server'):
        apply(KIND, {'url': 'https://h.example', 'access_token': 'tok'})


@given(
    username=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1),
    password=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1),
)
def test_F9_pip_decodes_what_was_encoded(username, password):
    content = '[global]\nindex-url = https://%sh.example/simple' % userinfo(username, password)
    (found,) = urls_of(IniFile(content.encode(), ''))
    assert (found.plain, found.credential) == ('https://h.example/simple', (username, password))
