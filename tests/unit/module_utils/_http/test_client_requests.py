# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the client sends: the parts of a request, and certificates."""

from __future__ import annotations

import json
import ssl

import pytest
import trustme

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, Unreachable
from tests.support.raw_server import OK, client, get


def test_what_a_request_carries(serve):
    server = serve(OK)
    made = client(server)
    made.request('GET', '/a%20b', query={'q': 'ä&='})
    made.request('POST', '/form', form=[('a', 'ä +&='), ('a', '2')])
    made.request('POST', '/json', json_body={'u': 'ä'})
    made.request('PUT', '/raw', body=b'\x00\xff', headers={'Content-Type': 'x/y'}, accept='*/*')
    first, form, json_sent, raw = server.heads
    assert first.startswith(b'GET /a%20b?q=%C3%A4%26%3D HTTP/1.1\r\n')
    assert (
        b'\r\nAccept: application/json\r\n' in first
        and b'\r\nUser-Agent: buildops.tokens/' in first
    )
    assert b'authorization' not in first.lower()
    assert b'application/x-www-form-urlencoded' in form and form.endswith(
        b'\r\n\r\na=%C3%A4+%2B%26%3D&a=2'
    )
    assert b'Content-Type: application/json\r\n' in json_sent and json.loads(
        json_sent.split(b'\r\n\r\n')[1]
    ) == {'u': 'ä'}
    assert b'Accept: */*' in raw and raw.endswith(b'\r\n\r\n\x00\xff')


@pytest.mark.parametrize(
    ('option', 'content', 'sentence'),
    [
        ('ca_path', None, r'^ca_path: there is no file '),
        ('client_cert', None, '^client_cert: there is no file'),
        ('ca_path', 'nonsense', r'^ca_path: .* is not in PEM format\.$'),
        ('client_key', '', '^client_key: .* is not in PEM format'),
        (
            'ca_path',
            '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
            'cannot be used',
        ),
        (
            'client_cert',
            '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n',
            'passphrase, which cannot be given here',
        ),
        ('client_key', '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n', 'passphrase'),
        (
            'client_cert',
            '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
            'cannot be used',
        ),
    ],
)
def test_files_of_certificates_that_cannot_work(sandbox, tmp_path, option, content, sentence):
    server = sandbox.serve(lambda environ, start: [start('200 OK', []), [b'{}']][1])
    path = tmp_path / 'file.pem'
    if content is not None:
        path.write_text(content)
    options = {'ca_path': str(sandbox.ca_path), option: str(path)}
    if option == 'client_key':
        options['client_cert'] = str(sandbox.ca_path)
    with pytest.raises(BadInput, match=sentence):
        get(client(server, **options))
    assert not server.requests


def test_a_client_certificate_is_shown_to_the_server(serve, tmp_path):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert('127.0.0.1').configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    mine = authority.issue_cert('me@example.com')
    paths = {name: str(tmp_path / name) for name in ('ca', 'cert', 'key', 'both')}
    authority.cert_pem.write_to_path(paths['ca'])
    mine.cert_chain_pems[0].write_to_path(paths['cert'])
    mine.private_key_pem.write_to_path(paths['key'])
    mine.private_key_and_cert_chain_pem.write_to_path(paths['both'])
    server = serve(OK, context=context)
    assert (
        get(
            client(server, ca_path=paths['ca'], client_cert=paths['cert'], client_key=paths['key'])
        ).status
        == 200
    )
    assert get(client(server, ca_path=paths['ca'], client_cert=paths['both'])).status == 200
    with pytest.raises(Unreachable):
        get(client(server, ca_path=paths['ca'], retries=0))
