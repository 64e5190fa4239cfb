# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One HTTP request that takes nothing from the environment.

No proxy, C(.netrc), cookie, certificate or key log file of the environment is used, no redirect is
followed, interim responses are passed over, and the body is not read. C(ansible.module_utils.urls)
uses the proxies of the environment and the certificates of C(SSL_CERT_FILE).
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils import _system_trust

USER_AGENT = 'buildops.tokens'


class Trust(t.NamedTuple):
    """Which servers are trusted.

    :ivar ca_path: file with certificates that replace those of the system, or None.
    """

    validate_certs: bool = True
    ca_path: t.Optional[str] = None


class Answer(t.NamedTuple):
    """What a server answered.

    :ivar status: HTTP status.
    :ivar requires_utf8: whether it asks for user and password in UTF-8 (RFC 7617).
    :ivar challenges: which kinds of credentials it asks for.
    """

    status: int
    requires_utf8: bool
    challenges: str = ''


class NoAnswer(Exception):
    """There is no usable answer. C(str(error)) is the reason, without any text of the server."""


def get(url: str, authorization: t.Optional[str], trust: Trust, timeout: float) -> Answer:
    """Ask for an address.

    :param url: C(http) or C(https), without user name.
    :param authorization: value of that header in ASCII, or None.
    :param timeout: seconds for everything, including name resolution.
    :raises NoAnswer: with the reason.
    """
    # Not at the head of the file: most runs verify nothing, and these take time to load
    import threading

    outcome: t.List[t.Union[Answer, BaseException]] = []

    def work() -> None:
        try:
            outcome.append(_get(url, authorization, trust, timeout))
        except BaseException as problem:  # carried over to the caller's thread
            outcome.append(problem)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout)
    if not outcome:
        raise NoAnswer('the server does not answer in time')
    if isinstance(outcome[0], BaseException):
        raise NoAnswer(_meaning(outcome[0])) from None
    return outcome[0]


def _get(url: str, authorization: t.Optional[str], trust: Trust, timeout: float) -> Answer:
    import http.client

    from ansible_collections.buildops.tokens.plugins.module_utils._http.final_answers import (
        FinalResponse,
    )

    parts = urlsplit(url)
    host = (parts.hostname or '').encode('idna').decode('ascii')
    connection: http.client.HTTPConnection
    if parts.scheme == 'https':
        connection = http.client.HTTPSConnection(
            host, parts.port, timeout=timeout, context=_context(trust)
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=timeout)
    connection.response_class = FinalResponse
    headers = {'User-Agent': USER_AGENT, 'Accept': '*/*', 'Connection': 'close'}
    if authorization is not None:
        headers['Authorization'] = authorization
    try:
        target = quote(parts.path or '/', safe="/%:@!$&'()*+,;=~")
        target += '?' + parts.query if parts.query else ''
        connection.request('GET', target, None, headers)
        response = connection.getresponse()
        challenges = ' '.join(response.headers.get_all('WWW-Authenticate', []))
        requires_utf8 = 'charset="utf-8"' in challenges.lower() or 'charset=utf-8' in (
            challenges.lower()
        )
        return Answer(response.status, requires_utf8, challenges)
    finally:
        connection.close()


def _context(trust: Trust) -> t.Any:
    """Make a TLS context. C(ssl.create_default_context) looks at SSL_CERT_FILE and SSLKEYLOGFILE.

    :raises NoAnswer: the certificates cannot be read.
    """
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not trust.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if trust.ca_path is not None:
        try:
            context.load_verify_locations(cafile=trust.ca_path)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            raise NoAnswer('ca_path cannot be read, or has no certificates in it') from None
        return context
    cafile, capath = _system_trust.locations()
    if cafile or capath:
        context.load_verify_locations(cafile=cafile, capath=capath)
    return context


def _meaning(problem: BaseException) -> str:
    """Put an exception into words; the texts of libraries may contain what a server sent."""
    if isinstance(problem, NoAnswer):
        return str(problem)
    name = type(problem).__name__
    if name.startswith('SSL'):
        return 'the certificate of the server is not trusted: see ca_path'
    if isinstance(problem, TimeoutError) or name == 'timeout':  # before Python 3.10
        return 'the server does not answer in time'
    if name == 'gaierror' or isinstance(problem, UnicodeError):
        return 'the name of the server cannot be resolved'
    if isinstance(problem, OSError):
        return 'the server cannot be reached'
    return 'the server does not answer as a web server does (%s)' % name
