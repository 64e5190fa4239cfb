# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to the credential store of uv, as the real uv finds them."""

from __future__ import annotations

import fcntl
import os
import sys

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import flock_file
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import uv
from tests.sandbox.package_server import PackageServer
from tests.support import python_clients
from tests.support.package_clients import KINDS, apply

KIND = KINDS['uv_credentials']
ODD = 'p:%+/=#;"\'\\{}$x@?& \u00e4\u20ac'
URL = 'https://nexus.example.com/simple'


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder, for the delivery and for uv."""
    for module in (uv, sys.modules[uv.Client.__module__]):
        monkeypatch.setattr(module, 'home_folder', lambda: str(tmp_path))
    return tmp_path


@pytest.fixture
def server():
    with PackageServer() as started:
        yield started


@pytest.fixture
def store(home):
    path = home / '.local/share/uv/credentials/credentials.toml'
    path.parent.mkdir(parents=True)
    return path


def entry(url=URL, **more):
    return {'url': url, 'username': 'ci', 'password': 'secret', **more}


def basic(service=URL, username='ci', password='secret'):
    return (
        '[[credential]]\nservice = "%s"\nusername = "%s"\nscheme = "basic"\npassword = "%s"\n'
        % (service, username, password)
    )


def get(home, server):
    """Have uv get a package. :returns: what the server saw."""
    server.sent()
    options = ['--target', home / 'got', '--reinstall', '--no-cache', '--python', sys.executable]
    index = {'UV_DEFAULT_INDEX': server.url + '/repository/pypi/simple'}
    printed = python_clients.run('uv', home, 'pip', 'install', *options, 'demo', **index)
    assert 'demo==1.0' in printed or 'rror' in printed, printed
    return server.sent()


@pytest.mark.slow
def test_uv_gets_packages_with_the_delivered_credential(home, server):
    python_clients.install()
    url = server.url + '/repository/pypi'
    assert get(home, server) == [None]
    result = apply(KIND, entry(url, password=ODD), verify=True)
    assert result['verification'][0]['accepted'] is True
    assert get(home, server) == [None, 'basic ci:' + ODD]
    result = apply(KIND, {'url': url, 'access_token': 'tok'}, verify=True)
    assert result['entries'][0]['changed'] == ['username', 'secret', 'kind']
    assert result['verification'][0]['accepted'] is True
    assert get(home, server) == [None, 'bearer tok']
    python_clients.run('uv', home, 'auth', 'login', url, '--username', 'x', '--password', 'old')
    result = apply(KIND, entry(url))
    assert 'other_users' in result['entries'][0]['changed']
    assert get(home, server) == [None, 'basic ci:secret']
    (home / '.netrc').write_text('machine 127.0.0.1 login n password x\n')
    assert get(home, server) == [None, 'basic n:x']
    result = apply(KIND, entry(url))
    assert result['failed'] and 'which uv uses first' in result['entries'][0]['shadowed_by']
    (home / '.netrc').unlink()
    apply(KIND, {'url': url, 'state': 'absent'})
    assert get(home, server) == [None]


@pytest.mark.slow
def test_uv_reads_and_writes_what_was_delivered(home, store):
    python_clients.install()
    apply(KIND, entry('https://h.example', password='a"b\\'))
    token = python_clients.run('uv', home, 'auth', 'token', 'https://h.example', '--username', 'ci')
    assert token.strip() == 'a"b\\'
    python_clients.run('uv', home, 'auth', 'logout', 'https://h.example', '--username', 'ci')
    assert 'credential = []' in store.read_text()
    assert apply(KIND, entry())['entries'][0]['changed'] == ['entry']
    assert store.read_text() == basic()


def test_other_services_and_comments_stay(store):
    other = '# by hand\n' + basic('https://other.example') + '# more\n'
    store.write_text(other)
    assert apply(KIND, entry())['entries'][0]['changed'] == ['entry']
    assert store.read_text() == other + '\n' + basic()
    assert apply(KIND, entry())['changed'] is False
    assert apply(KIND, entry(password='new'))['entries'][0]['changed'] == ['secret']
    assert store.read_text() == other + '\n' + basic(password='new')
    removed = apply(KIND, {'url': URL + '/', 'state': 'absent'})
    assert removed['entries'][0]['changed'] == ['entry']
    assert store.read_text() == other


def test_a_service_has_one_credential_unless_others_are_kept(store):
    both = basic(username='other') + basic(URL + '/', 'ci', 'old')
    store.write_text(both)
    result = apply(KIND, entry(exclusive=False))
    assert result['entries'][0]['changed'] == ['secret']
    assert store.read_text() == both.replace('old', 'secret')
    result = apply(KIND, entry())
    assert result['entries'][0]['changed'] == ['other_users']
    assert store.read_text() == basic(URL + '/')
    store.write_text(both)
    apply(KIND, {'url': URL, 'username': 'other', 'state': 'absent'})
    assert store.read_text() == basic(URL + '/', 'ci', 'old')


def test_a_switch_of_kind_replaces_the_other_kind(store):
    apply(KIND, entry())
    result = apply(KIND, {'url': URL, 'access_token': 'tok'})
    assert 'kind' in result['entries'][0]['changed']
    assert store.read_text() == (
        '[[credential]]\nservice = "%s"\nscheme = "bearer"\ntoken = "tok"\n' % URL
    )
    assert 'kind' in apply(KIND, entry())['entries'][0]['changed']
    assert 'tok' not in store.read_text()


def test_F48_the_lock_of_uv_is_used(store, monkeypatch):
    seen = []

    def flock(descriptor, operation):
        seen.append((os.readlink('/proc/self/fd/%d' % descriptor), operation))
        raise BlockingIOError

    with monkeypatch.context() as context:
        context.setattr(flock_file.time, 'monotonic', iter([0.0, 9.0]).__next__)
        context.setattr(flock_file.fcntl, 'flock', flock)
        with pytest.raises(FileProblem, match='is locked by another program'):
            apply(KIND, entry())
    assert seen == [(str(store) + '.lock', fcntl.LOCK_EX | fcntl.LOCK_NB)]
    assert not store.exists()
    assert os.stat(str(store) + '.lock').st_mode & 0o777 == 0o600
    assert apply(KIND, entry())['changed']


def test_S4_a_fifo_in_the_place_of_the_lock_is_refused(store):
    os.mkfifo(str(store) + '.lock')
    with pytest.raises(FileProblem, match=r'lock is not a regular file'):
        apply(KIND, entry())
    assert not store.exists()


@pytest.mark.needs_root
def test_S4_root_does_not_lock_a_file_of_root_that_a_user_has_linked(tmp_path):
    """Another program of root could wait for that lock."""
    roots, home = tmp_path / 'roots', tmp_path / 'home'
    roots.touch()
    home.mkdir()
    os.link(roots, home / 'file.lock')
    os.chown(home, 65534, 65534)
    with pytest.raises(FileProblem, match='belongs to another user than its folder'):
        apply(KIND, entry(), path=str(home / 'file'))
    assert not (home / 'file').exists()


def test_F41_what_is_not_edited_is_named(store):
    store.write_text('credential = [{service = "%s"}]\n' % URL)
    with pytest.raises(FileProblem, match='has this table as a value in line 1'):
        apply(KIND, entry())
    with pytest.raises(BadInput, match='url uses http'):
        apply(KIND, entry('http://h.example'))
    with pytest.raises(BadInput, match='for which uv stores no credentials'):
        apply(KIND, entry('http://h.example'), allow_http=True)
