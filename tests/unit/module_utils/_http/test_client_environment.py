# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client and what surrounds it: proxies, netrc, certificates, trust store, logs.

H, A and N numbers are those of the fault catalogue.
"""

from __future__ import annotations

import logging
import socket
import threading

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils import _system_trust
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from tests.support.raw_server import OK, answer, client, get


def test_H27_proxies_of_the_environment_are_ignored(serve, monkeypatch):
    trap, server = serve(OK), serve(OK)
    for name in (
        'HTTP_PROXY',
        'HTTPS_PROXY',
        'ALL_PROXY',
        'http_proxy',
        'https_proxy',
        'all_proxy',
    ):
        monkeypatch.setenv(name, trap.url)
    assert get(client(server)).status == 200
    assert not trap.heads


def test_H27_a_proxy_that_was_asked_for_is_used(serve):
    proxy = serve(OK)
    made = client(
        None, url='http://nexus.example', proxy=proxy.url.replace('//', '//user:pa%3Ass@')
    )
    assert get(made).status == 200
    assert proxy.heads[0].startswith(b'GET http://nexus.example/path')
    assert b'Proxy-Authorization: Basic dXNlcjpwYTpzcw==' in proxy.heads[0]


@pytest.mark.parametrize('url', ['http://nexus.example', 'https://nexus.example'])
def test_H19_proxy_that_requires_a_login(serve, url):
    proxy = serve(answer('', '407 Proxy Authentication Required'))
    with pytest.raises(
        Refused,
        match=r'^The proxy http://127\.0\.0\.1:%d requires a user name and password \(407\)\.'
        % proxy.port,
    ) as caught:
        get(client(None, url=url, proxy=proxy.url.replace('//', '//user:%s@' % 'hunter2hunter2')))
    assert 'hunter2' not in str(caught.value)


def test_H19_proxy_that_refuses_the_host(serve):
    proxy = serve(answer('', '403 Forbidden'))
    with pytest.raises(
        Unreachable, match=r'does not let a request to nexus\.example through \(403\)'
    ):
        get(client(None, url='https://nexus.example', proxy=proxy.url, retries=0))


@pytest.mark.parametrize('url', ['http://nexus.example', 'https://nexus.example'])
def test_H19_proxy_that_is_down(url):
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(
        Unreachable, match=r'The proxy http://127\.0\.0\.1:%d cannot be used\. Is it up' % port
    ):
        get(client(None, url=url, proxy='http://u:p@127.0.0.1:%d' % port, retries=0))


def test_H28_netrc_is_ignored(serve, tmp_path, monkeypatch):
    (tmp_path / '.netrc').write_text('machine 127.0.0.1 login thief password %s\n' % ('n' * 20))
    (tmp_path / '.netrc').chmod(0o600)
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('NETRC', str(tmp_path / '.netrc'))
    server = serve(OK)
    client(server).request('GET', '/', authorization='Bearer mine')
    client(server).request('GET', '/')
    assert b'Authorization: Bearer mine' in server.heads[0]
    assert b'authorization' not in server.heads[1].lower()


@pytest.mark.parametrize('name', ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'])
def test_H29_certificates_of_the_environment_are_ignored(serve, sandbox, monkeypatch, name):
    server = sandbox.serve(lambda environ, start: [start('200 OK', []), [b'{}']][1])
    monkeypatch.setenv(name, str(sandbox.ca_path))
    with pytest.raises(Unreachable, match='is not trusted'):
        get(client(server, retries=0))
    assert get(client(server, ca_path=str(sandbox.ca_path))).status == 200


def test_an_authority_in_the_trust_store_of_the_system_is_trusted(sandbox, monkeypatch):
    server = sandbox.serve(lambda environ, start: [start('200 OK', []), [b'{}']][1])
    monkeypatch.setattr(_system_trust, 'locations', lambda: (str(sandbox.ca_path), None))
    assert get(client(server)).status == 200
    monkeypatch.setattr(_system_trust, 'locations', lambda: (None, None))
    with pytest.raises(Unreachable, match='is not trusted'):
        get(client(server, retries=0))


def test_the_trust_store_is_that_of_the_system_whatever_the_environment(monkeypatch, tmp_path):
    empty, full = tmp_path / 'empty', tmp_path / 'full'
    empty.write_text('')
    full.write_text('x')
    monkeypatch.setenv('SSL_CERT_FILE', str(full))
    monkeypatch.setattr(_system_trust, 'BUNDLES', (str(empty), str(tmp_path / 'missing')))
    assert _system_trust.locations()[0] != str(full)
    monkeypatch.setattr(_system_trust, 'BUNDLES', (str(empty), str(full)))
    assert _system_trust.locations()[0] is not None


def test_requests_that_is_missing_is_named(serve, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'requests', None)
    with pytest.raises(
        BadInput, match='The Python library requests is missing where this runs. Install it for '
    ):
        get(client(serve(OK)))


def test_A26_N13_what_the_libraries_log_of_a_request_stays_out_of_all_logs(caplog):
    """Their warnings contain the address with its query; ansible-core writes what any library logs
    into its log file.
    """
    with socket.create_server(('127.0.0.1', 0)) as server:

        def serve():
            connection = server.accept()[0]
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b'HTTP/1.1 200 OK\r\nno header at all\r\nContent-Length: 2\r\n\r\n{}'
                )

        thread = threading.Thread(target=serve)
        thread.start()
        with caplog.at_level('DEBUG'):
            Client('http://127.0.0.1:%d' % server.getsockname()[1], timeout=5).request(
                'GET', '/x', query={'authToken': 'cAn4ry-ticket'}
            )
            thread.join()
            assert 'cAn4ry' not in caplog.text
            logging.getLogger('urllib3.connection').warning('of somebody else')
    assert 'of somebody else' in caplog.text
