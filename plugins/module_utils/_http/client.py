# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""All requests to token systems go through C(Client).

TLS is verified, no redirect is followed, nothing is taken from the environment (no proxy, no
netrc), a request ends at a deadline whatever the server does, and a response has a size limit.
Messages name the method, host, path and status; never a query, a header or a body.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import typing as t
import zlib
from urllib.parse import urlencode, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils import _system_trust
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    ServerProblem,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http import (
    failures,
    final_answers,
    retry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    LARGEST_RESPONSE,
    Response,
)

USER_AGENT = 'buildops.tokens/1.0.0'
CONNECT_SECONDS = 10
LARGEST_FILE = 16 * 1024 * 1024  # bytes of a file of certificates
THREAD = 'buildops.tokens request'
# What servers write into Content-Encoding although the body is not packed
NOT_PACKED = frozenset(('', 'identity', 'none', 'utf-8', 'utf8', 'binary', 'iso-8859-1'))
PACKED = frozenset(('gzip', 'x-gzip', 'deflate'))
MOST_LAYERS = 3
MOST_MEMBERS = 1000  # of one gzip file; each costs a copy of what follows it
GZIP = b'\x1f\x8b'
SESSION_COOKIES = frozenset(
    ('nxsessionid', 'jsessionid', 'rememberme', 'nx-anti-csrf-token', 'phpsessid')
)
Pairs = t.Union[t.Mapping[str, t.Any], t.Sequence[t.Tuple[str, t.Any]]]


class Request(t.NamedTuple):
    """One request to a server.

    :ivar path: appended to the base URL; the caller has quoted it.
    :ivar query, form: mappings or lists of pairs, encoded by the client.
    :ivar json_body: a value to send as JSON.
    :ivar body: bytes to send as they are (with their Content-Type in C(headers)).
    :ivar authorization: the value of the Authorization header, or None for none at all.
    :ivar repeatable: False where the request uses something up (a ticket, a code, a refresh token)
        or changes something. By default it is True for GET and HEAD.
    :ivar largest: bytes that the response may have, unpacked.
    """

    method: str
    path: str
    query: t.Optional[Pairs] = None
    form: t.Optional[Pairs] = None
    json_body: t.Any = None
    body: t.Optional[bytes] = None
    headers: t.Optional[t.Mapping[str, str]] = None
    authorization: t.Optional[str] = None
    repeatable: t.Optional[bool] = None
    accept: str = 'application/json'
    largest: int = LARGEST_RESPONSE

    @property
    def reads(self) -> bool:
        """Whether it changes nothing on the server."""
        return self.method in ('GET', 'HEAD')

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does no harm."""
        return self.reads if self.repeatable is None else self.repeatable

    def encoded_body(self) -> t.Tuple[t.Optional[bytes], t.Dict[str, str]]:
        """:returns: the bytes to send, and the headers that describe them."""
        if self.form is not None:
            encoded = urlencode(self.form).encode('ascii')
            return encoded, {'Content-Type': 'application/x-www-form-urlencoded'}
        if self.json_body is not None:
            return json.dumps(self.json_body).encode('ascii'), {'Content-Type': 'application/json'}
        return self.body, {}


class Wire(t.NamedTuple):
    """A request as it is sent. :ivar label: method, host and path, for messages."""

    label: str
    method: str
    address: str
    body: t.Optional[bytes]
    headers: t.Dict[str, str]
    largest: int


class Client:
    """Requests to one server.

    :param url: the base URL (see C(normalize_url)); paths are appended to it.
    :param validate_certs: False accepts any certificate.
    :param ca_path: a file with the certificates to trust instead of the system's.
    :param client_cert: a file with our certificate; :param client_key: its key.
    :param proxy: the URL of a proxy, or None: none is taken from the environment.
    :param timeout: seconds for one request as a whole, response included.
    :param retries: how often a request that uses nothing up is sent again.
    :param longest_wait: seconds that a server may ask to wait before a request is sent again.
    :param sleep, clock: for tests.
    :ivar keeps_cookies: with the next request, send back what the server has set, other than its
        session: behind a load balancer, a ticket is valid on one of several servers.
    """

    def __init__(
        self,
        url: str,
        validate_certs: bool = True,
        ca_path: t.Optional[str] = None,
        client_cert: t.Optional[str] = None,
        client_key: t.Optional[str] = None,
        proxy: t.Optional[str] = None,
        timeout: float = 30,
        retries: int = 2,
        longest_wait: float = retry.LONGEST_WAIT,
        sleep: t.Callable[[float], None] = time.sleep,
        clock: t.Callable[[], float] = time.time,
    ) -> None:
        self.url = url
        self.retries = retries
        self.longest_wait = longest_wait
        self.keeps_cookies = False
        self.timeout = timeout
        self._verify: t.Union[str, bool, None] = ca_path if validate_certs else False
        self._cert = (client_cert, client_key) if client_cert and client_key else client_cert
        self._files = {
            'ca_path': ca_path if validate_certs else None,
            'client_cert': client_cert,
            'client_key': client_key,
        }
        self._proxy = proxy or ''
        self._sleep = sleep
        self._clock = clock
        self._session: t.Any = None

    def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def request(self, method: str, path: str, **details: t.Any) -> Response:
        """Send a request that is made of these parts; see L(Request) and L(send)."""
        return self.send(Request(method, path, **details))

    def send(self, request: Request) -> Response:
        """Send a request and return the response whatever its status; no redirect is followed.

        :raises Unreachable: no usable response.
        :raises ServerProblem: the response is too large or wrongly encoded, or asks for a longer
            wait than is reasonable.
        """
        wire = self._wire(request)
        self._open_session()
        attempt = 0
        while True:
            attempt += 1
            left = attempt <= self.retries
            try:
                response = self._within_deadline(wire)
            except Unreachable as problem:
                harmless = request.may_repeat or not problem.sent
                if not (left and harmless and problem.worth_another_try):
                    raise
                self._sleep(retry.pause(attempt))
                continue
            wait = self._wait_before_retry(request, response, attempt)
            if wait is None or not (left and request.may_repeat):
                return response
            self._sleep(wait)

    def _wire(self, request: Request) -> Wire:
        base = urlsplit(self.url)
        body, described = request.encoded_body()
        headers = {
            'User-Agent': USER_AGENT,
            'Accept': request.accept,
            'Accept-Encoding': 'identity',
            **(request.headers or {}),
            **described,
        }
        if request.authorization is not None:
            headers['Authorization'] = request.authorization
        query = '?' + urlencode(request.query) if request.query else ''
        return Wire(
            '%s %s%s%s' % (request.method, base.netloc, base.path, request.path),
            request.method,
            self.url + request.path + query,
            body,
            headers,
            request.largest,
        )

    def _wait_before_retry(
        self, request: Request, response: Response, attempt: int
    ) -> t.Optional[float]:
        """:returns: seconds to wait where the server is busy, else None.

        :raises TokensError: the proxy requires a login, or the server asks for a long wait."""
        if response.status == 407:
            raise failures.proxy_login(self._proxy)
        if not retry.is_busy(response.status, request.reads):
            return None
        wait = retry.retry_after(response.header('Retry-After'), self._clock())
        if wait is not None and wait > self.longest_wait:
            raise ServerProblem(
                '%s answered %d and asks to wait %d seconds. Try again after that, or set '
                'longest_wait.' % (response.request_label, response.status, wait),
                response.status,
            )
        return retry.pause(attempt) if wait is None else wait

    def _within_deadline(self, wire: Wire) -> Response:
        """Send in a thread: requests has no deadline for the whole and none for name look-ups."""
        outcome: t.List[t.Union[Response, BaseException]] = []
        session = self._session

        def run() -> None:
            try:
                outcome.append(self._exchange(session, wire))
            except BaseException as problem:  # carried over to the caller's thread
                outcome.append(problem)

        thread = threading.Thread(target=run, name=THREAD, daemon=True)
        thread.start()
        thread.join(self.timeout)
        if not outcome:
            final_answers.break_off(session)  # else a server could keep the thread busy
            self.close()
            raise failures.too_late(wire.label, self.timeout)
        if isinstance(outcome[0], BaseException):
            raise outcome[0] from None
        return outcome[0]

    def _open_session(self) -> None:
        """Make the session in the caller's thread.

        The deadline covers neither the import of requests nor a missing file."""
        if self._session is not None:
            return
        try:
            import requests
            import urllib3
        except ImportError:
            raise BadInput(
                'The Python library requests is missing where this runs. Install it for %s.'
                % (sys.executable or 'this Python')
            ) from None
        for option, path in self._files.items():
            if path:
                _check_pem(option, path)
        if self._verify is None:
            # Like ansible.builtin.uri; True stands for the certificates of requests
            self._verify = next((path for path in _system_trust.locations() if path), True)
        if self._verify is False:
            # The source warns once; urllib3 would warn with every request
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        _silence()
        self._session = requests.Session()
        adapter = final_answers.adapter()
        self._session.mount('https://', adapter)
        self._session.mount('http://', adapter)
        self._session.trust_env = False
        # Without this, requests prepares the next request, for which it reads the whole body
        self._session.get_redirect_target = lambda response: None

    def _drop_cookies(self, session: t.Any) -> None:
        """With a server's session, the next request would be that of a browser."""
        for cookie in list(session.cookies):
            if not self.keeps_cookies or cookie.name.lower() in SESSION_COOKIES:
                session.cookies.clear(cookie.domain, cookie.path, cookie.name)

    def _exchange(self, session: t.Any, wire: Wire) -> Response:
        try:
            response = session.request(
                wire.method,
                wire.address,
                data=wire.body,
                headers=wire.headers,
                allow_redirects=False,
                stream=True,
                verify=self._verify,
                cert=self._cert,
                proxies={'http': self._proxy, 'https': self._proxy} if self._proxy else {},
                timeout=(min(CONNECT_SECONDS, self.timeout), self.timeout),
            )
            try:
                body = _unpacked(wire, response, _read(wire, response))
                return Response(wire.label, response.status_code, response.headers, body)
            except Exception:
                response.close()
                raise
            finally:
                self._drop_cookies(session)
        except TokensError:
            raise
        except Exception as problem:  # of requests, urllib3, http.client, ssl
            raise failures.explain(
                wire.label, problem, self._proxy, self.timeout, CONNECT_SECONDS
            ) from None


def _encodings(response: t.Any) -> t.List[str]:
    """:returns: how a body is packed, the last first. Some servers name a charset or V(none)."""
    header = (response.headers.get('Content-Encoding') or '').lower()
    names = [name.strip().replace('_', '-') for name in header.split(',')]
    return [name for name in reversed(names) if name not in NOT_PACKED]


def _read(wire: Wire, response: t.Any) -> bytes:
    """:param response: of requests. :returns: its body. :raises ServerProblem: it is too large."""
    chunks: t.List[bytes] = []
    size = 0
    while True:
        chunk = response.raw.read(65536, decode_content=False)
        if not chunk:
            break
        size += len(chunk)
        if size > wire.largest:
            raise _too_large(wire, response.status_code)
        chunks.append(chunk)
    promised = response.headers.get('Content-Length') or ''
    # urllib3 1 does not notice
    if promised.isdigit() and size < int(promised) and wire.method != 'HEAD':
        raise failures.broken_off(wire.label)
    return b''.join(chunks)


def _unpacked(wire: Wire, response: t.Any, body: bytes) -> bytes:
    """:returns: the body without its content encoding. :raises ServerProblem: it cannot be read."""
    encodings = _encodings(response) if body else []
    if len(encodings) > MOST_LAYERS or not PACKED.issuperset(encodings):
        raise ServerProblem(
            '%s sent its answer in an encoding that was not asked for.' % wire.label,
            response.status_code,
        )
    for encoding in encodings:
        unpacked = _layer(body, encoding, wire.largest)
        if unpacked is None:
            raise ServerProblem(
                '%s sent a compressed answer that cannot be unpacked.' % wire.label,
                response.status_code,
            )
        if len(unpacked) > wire.largest:
            raise _too_large(wire, response.status_code)
        body = unpacked
    return body


def _layer(body: bytes, encoding: str, largest: int) -> t.Optional[bytes]:
    """:returns: a body without one encoding, a byte too much where it is too large; None if it
    cannot be unpacked."""
    # Many servers send deflate without the header that RFC 9110 requires
    for window in (47, -15) if encoding == 'deflate' else (47,):
        unpacked = _members(body, window, largest)
        if unpacked is not None:
            return unpacked
    return None


def _members(body: bytes, window: int, largest: int) -> t.Optional[bytes]:
    found = b''
    for _member in range(MOST_MEMBERS):
        try:
            unpacker = zlib.decompressobj(window)
            found += unpacker.decompress(body, largest + 1 - len(found))
        except zlib.error:
            return None
        if len(found) > largest:
            return found
        if not unpacker.eof:
            return None
        body = unpacker.unused_data
        if not body.startswith(GZIP):  # what follows the last member is ignored
            return found
    return None


def _too_large(wire: Wire, status: int) -> ServerProblem:
    return ServerProblem(
        '%s sent more than %d bytes, which is more than is needed. Is url right?'
        % (wire.label, wire.largest),
        status,
    )


def _is_not_ours(record: t.Any) -> bool:
    return bool(record.threadName != THREAD)


def _silence() -> None:
    """Keep what the libraries log about our requests out of all logs.

    Their warnings contain the address with its query, and what a server sent."""
    import logging  # which they import, too

    for name in list(logging.root.manager.loggerDict):
        if name.partition('.')[0] in ('requests', 'urllib3'):
            logging.getLogger(name).addFilter(_is_not_ours)


def _check_pem(option: str, path: str) -> None:
    """Refuse a file of certificates that cannot work, with the name of its option.

    OpenSSL asks on the terminal for the passphrase of a key, and would wait there.

    :raises BadInput: with the reason."""
    if option == 'ca_path' and os.path.isdir(path):
        return
    try:
        if not os.path.isfile(path):
            raise BadInput('%s: there is no file %s.' % (option, path))
        with open(path, 'rb') as file:
            content = file.read(LARGEST_FILE)
    except OSError as problem:
        raise BadInput('%s: %s cannot be read (%s).' % (option, path, problem.strerror)) from None
    if b'-----BEGIN ' not in content:
        raise BadInput('%s: %s is not in PEM format.' % (option, path))
    encrypted = b'ENCRYPTED PRIVATE KEY-----' in content or b'Proc-Type: 4,ENCRYPTED' in content
    if option != 'ca_path' and encrypted:
        raise BadInput(
            '%s: the key in %s is protected with a passphrase, which cannot be given here. '
            'Use one without.' % (option, path)
        )
