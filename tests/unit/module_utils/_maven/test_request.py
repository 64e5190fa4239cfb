# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verification for Maven sends what Maven sends, to the server alone, by nothing around it."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import tempfile
import threading
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._maven import encryption
from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import (
    NoAnswer,
    Trust,
    get,
)
from ansible_collections.buildops.tokens.plugins.module_utils._maven.verify import (
    authorization,
    check_url,
    transport_of,
    verify,
)

ALICE, BOB = 64011, 64012  # nobody's
PASSWORD = 'r3§-eü-pass'


class Repository:
    """Accepts some Authorization headers, and records all that it gets."""

    def __init__(self, *accepted: str, challenge: str = 'Basic realm="x"') -> None:
        self.accepted, self.challenge = accepted, challenge
        self.seen: t.List[t.Optional[str]] = []

    def __call__(self, environ: t.Any, start_response: t.Any) -> t.List[bytes]:
        header = environ.get('HTTP_AUTHORIZATION')
        self.seen.append(header)
        if header in self.accepted:
            start_response('200 OK', [('Content-Length', '1')])
            return [b'x']
        start_response(
            '401 Unauthorized', [('WWW-Authenticate', self.challenge), ('Content-Length', '0')]
        )
        return []


def basic(encoding: str) -> str:
    return 'Basic ' + base64.b64encode(f'ci:{PASSWORD}'.encode(encoding)).decode()


@pytest.mark.parametrize(
    'accepted, transport, challenge, expected',
    [
        (('utf-8', 'latin-1'), None, '', True),
        (('utf-8',), 'wagon', '', True),
        (('utf-8',), 'http', '', False),
        (('utf-8',), 'jdk', '', False),
        (('utf-8',), 'jdk', ', charset="UTF-8"', True),
        (('utf-8',), None, '', False),
        (('latin-1',), 'wagon', '', False),
        (('latin-1',), 'http', '', True),
        (('latin-1',), 'jdk', '', True),
        (('latin-1',), None, '', False),
        ((), None, '', False),
    ],
)
def test_S7_a_password_is_sent_in_the_encodings_of_all_maven_versions(
    sandbox: t.Any,
    accepted: t.Tuple[str, ...],
    transport: t.Optional[str],
    challenge: str,
    expected: bool,
) -> None:
    repository = Repository(*map(basic, accepted), challenge='Basic realm="x"' + challenge)
    server = sandbox.serve(repository)
    result, message = verify(
        server.url,
        authorization('ci', PASSWORD, {}),
        Trust(True, str(sandbox.ca_path)),
        20,
        transport,
    )
    assert result is expected
    assert ('Maven 3.9 and 4' in message) is (len(accepted) == 1)
    assert repository.seen == [basic('utf-8'), basic('latin-1')]


def test_a_password_of_ascii_characters_and_a_header_are_sent_once(sandbox: t.Any) -> None:
    assert [len(authorization('ci', password, {})) for password in ('ascii', PASSWORD)] == [1, 2]
    (login,) = authorization('ci', PASSWORD, {'authorization': 'Bearer x'})
    assert login.header == 'Bearer x'
    assert authorization('ci', None, {}) == []
    result, message = verify(
        'https://127.0.0.1:9', authorization(None, None, {'authorization': 'ü'}), Trust(), 1
    )
    assert result is None and 'non-ASCII' in message


@pytest.mark.needs_client('mvn')
def test_the_transport_is_read_from_the_libraries(tmp_path: Path) -> None:
    assert transport_of(shutil.which('mvn')) in ('wagon', 'http', 'jdk')
    for names, transport in (
        (['maven-resolver-transport-wagon-1.6.3.jar'], 'wagon'),
        (
            [
                'maven-resolver-transport-http-1.9.22.jar',
                'maven-resolver-transport-wagon-1.9.22.jar',
            ],
            'http',
        ),
        (
            ['maven-resolver-transport-apache-2.0.9.jar', 'maven-resolver-transport-jdk-2.0.9.jar'],
            'jdk',
        ),
        (['maven-resolver-transport-file-2.0.9.jar'], None),
    ):
        shutil.rmtree(tmp_path / 'lib', ignore_errors=True)
        (tmp_path / 'lib').mkdir()
        for name in names:
            (tmp_path / 'lib' / name).touch()
        assert transport_of(str(tmp_path / 'bin/mvn')) == transport
    assert transport_of(None) is transport_of('/no/such/mvn') is None


@pytest.mark.parametrize(
    'name', ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy']
)
@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_S7_no_proxy_of_the_environment_is_asked(
    monkeypatch: pytest.MonkeyPatch, sandbox: t.Any, name: str, scheme: str
) -> None:
    server = sandbox.serve(Repository('Bearer x'))
    with socket.create_server(('127.0.0.1', 0)) as proxy, socket.create_server(
        ('127.0.0.1', 0)
    ) as silent:
        url = server.url if scheme == 'https' else 'http://127.0.0.1:%d' % silent.getsockname()[1]
        monkeypatch.setenv(name, 'http://127.0.0.1:%d' % proxy.getsockname()[1])
        monkeypatch.delenv('no_proxy', raising=False)
        try:
            answer = get(
                url, 'Bearer x', Trust(True, str(sandbox.ca_path)), 20 if scheme == 'https' else 1
            )
            assert answer.status == 200
        except NoAnswer:
            assert scheme == 'http'
        proxy.settimeout(0.1)
        with pytest.raises(TimeoutError):
            proxy.accept()


@pytest.mark.parametrize('name', ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'])
def test_S7_no_certificate_of_the_environment_is_trusted(
    monkeypatch: pytest.MonkeyPatch, sandbox: t.Any, tmp_path: Path, name: str
) -> None:
    server = sandbox.serve(Repository('Bearer x'))
    monkeypatch.setenv(name, str(sandbox.ca_path))
    monkeypatch.setenv('SSLKEYLOGFILE', str(tmp_path / 'keys'))
    with pytest.raises(NoAnswer, match='certificate'):
        get(server.url, 'Bearer x', Trust(), 20)
    assert get(server.url, 'Bearer x', Trust(True, str(sandbox.ca_path)), 20).status == 200
    assert get(server.url, 'Bearer x', Trust(False), 20).status == 200
    assert not (tmp_path / 'keys').exists()
    with pytest.raises(NoAnswer, match='ca_path'):
        get(server.url, 'Bearer x', Trust(True, str(tmp_path / 'none')), 20)


def test_S7_no_netrc_makes_a_request_succeed(
    monkeypatch: pytest.MonkeyPatch, sandbox: t.Any, tmp_path: Path
) -> None:
    repository = Repository(basic('utf-8'))
    server = sandbox.serve(repository)
    (tmp_path / '.netrc').write_text('default login ci password %s\n' % PASSWORD)
    (tmp_path / '.netrc').chmod(0o600)
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('NETRC', str(tmp_path / '.netrc'))
    for header in (None, 'Bearer x'):
        assert get(server.url, header, Trust(True, str(sandbox.ca_path)), 20).status == 401
    assert repository.seen == [None, 'Bearer x']


@contextlib.contextmanager
def sending(act: t.Callable[[socket.socket], None]) -> t.Iterator[str]:
    """Let a server send to its first client. The value is its address."""

    def serve() -> None:
        with contextlib.suppress(OSError), server.accept()[0] as connection:
            connection.recv(65536)
            act(connection)

    with socket.create_server(('127.0.0.1', 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield 'http://127.0.0.1:%d' % server.getsockname()[1]
        thread.join(20)
        assert not thread.is_alive()


@pytest.mark.parametrize('status', [100, 102, 103])
def test_an_interim_response_is_not_the_answer(status: int) -> None:
    def act(connection: socket.socket) -> None:
        interim = b'HTTP/1.1 %d Interim\r\nLink: </x>\r\n\r\n' % status
        connection.sendall(2 * interim + b'HTTP/1.1 401 Unauthorized\r\n\r\n')

    with sending(act) as url:
        assert get(url, 'Bearer x', Trust(), 20).status == 401


@pytest.mark.parametrize('status', [100, 103])
def test_H4_interim_responses_without_end_are_cut(status: int) -> None:
    def act(connection: socket.socket) -> None:
        while True:  # until the client closes the connection
            connection.sendall(b'HTTP/1.1 %d Interim\r\n\r\n' % status * 100)

    with sending(act) as url, pytest.raises(NoAnswer, match='does not answer as a web server'):
        get(url, 'Bearer x', Trust(), 600)


def test_S7_plain_http_needs_permission() -> None:
    check_url('a', 'http://127.0.0.1:8081/x', False)
    check_url('a', 'http://nexus.example.com/x', True)
    with pytest.raises(BadInput, match='verify_url of a uses http'):
        check_url('a', 'http://nexus.example.com/x', False)


# ---- encryption


FAKE_MAVEN = """#!/bin/sh
id -u >>%s/seen
printf 'Password: '
read password
echo "{encrypted}"
"""


@pytest.fixture
def place() -> t.Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix='encrypt-'))
    folder.chmod(0o755)
    (folder / 'home').mkdir()
    (folder / 'home/settings-security.xml').touch()
    os.chown(folder / 'home', ALICE, ALICE)
    os.chown(folder / 'home/settings-security.xml', ALICE, ALICE)
    (folder / 'seen').touch()
    (folder / 'seen').chmod(0o666)
    (folder / 'mvn').write_text(FAKE_MAVEN % folder)
    (folder / 'mvn').chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.needs_root
@pytest.mark.parametrize('owner', [0, ALICE])
def test_S5_root_encrypts_as_the_owner_of_the_master_password(place: Path, owner: int) -> None:
    os.chown(place / 'mvn', owner, owner)
    encrypt = encryption.encryptor(
        lambda: str(place / 'mvn'), str(place / 'home/settings-security.xml')
    )
    assert encrypt('secret') == '{encrypted}'
    assert (place / 'seen').read_text() == '%d\n' % ALICE


@pytest.mark.needs_root
def test_S6_root_does_not_encrypt_with_the_maven_of_another_user(place: Path) -> None:
    os.chown(place / 'mvn', BOB, BOB)
    (place / 'of-root.xml').touch()
    for path in ('home/settings-security.xml', 'of-root.xml'):
        encrypt = encryption.encryptor(lambda: str(place / 'mvn'), str(place / path))
        with pytest.raises(FileProblem, match='become_user'):
            encrypt('secret')
    assert (place / 'seen').read_text() == ''
