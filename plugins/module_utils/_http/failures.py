# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What it means when a request fails: one sentence with cause and remedy for each kind.

The texts of the libraries are never used: they contain the URL with its query.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    TokensError,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of

# OpenSSL's X509_V_ERR_* of a certificate, and what to do; 62 and 64 are about the name
_CERTIFICATE_ADVICE = {
    9: 'Check the clock of this machine.',
    10: 'It must be renewed on the server.',
    62: 'Use in url the name that it was issued for.',
    64: 'Use in url the name that it was issued for.',
}
_NOT_TLS = frozenset(
    (
        'wrong version number',
        'http request',
        'record layer failure',
        'unknown protocol',
        'packet length too long',
    )
)
_BAD_FILES = frozenset(
    (
        'no certificate or crl found',
        'key values mismatch',
        'pem lib',
        'no start line',
        'bad base64 decode',
        'not enough data',
    )
)


class Failed(t.NamedTuple):
    """What is known about a request that failed.

    :ivar label: the request, for messages. :ivar place: its host and port.
    :ivar name: the class of the innermost error. :ivar connect_timeout: seconds.
    """

    label: str
    place: str
    name: str
    connect_timeout: float


class _Row(t.NamedTuple):
    """:ivar names: classes of errors. :ivar sentence: formatted with the fields of L(Failed)."""

    names: t.FrozenSet[str]
    sentence: str
    sent: bool
    again: bool


_BY_NAME = (
    _Row(
        frozenset(('NewConnectionError', 'ConnectionRefusedError')),
        '%(place)s refuses the connection. Is the server up, and the port right?',
        False,
        True,
    ),
    _Row(
        frozenset(('IncompleteRead', 'InvalidChunkLength', 'ChunkedEncodingError')),
        '%(label)s: the connection broke in the middle of the answer.',
        True,
        True,
    ),
    _Row(
        frozenset(('LineTooLong', 'HTTPException', 'HeaderParsingError')),
        '%(label)s: the headers of the answer are larger than any server needs. Is url right?',
        True,
        False,
    ),
    _Row(
        frozenset(('BadStatusLine', 'UnknownProtocol')),
        '%(place)s does not answer in HTTP. Check the port, and whether it requires https.',
        True,
        False,
    ),
)
_TIMEOUTS = frozenset(('ReadTimeoutError', 'timeout', 'TimeoutError'))
_NO_NAME = frozenset(('NameResolutionError', 'gaierror'))


def unreachable(message: str, sent: bool, again: bool = True) -> Unreachable:
    """:param sent: the server may have received the request. :param again: retrying may help."""
    problem = Unreachable(message)
    problem.sent = sent
    problem.worth_another_try = again
    return problem


def too_late(label: str, timeout: float) -> Unreachable:
    """:param timeout: seconds. :returns: the error for a request that has reached its deadline."""
    return unreachable(
        '%s did not answer within %g seconds. Check that the server is up, or raise timeout.'
        % (label, timeout),
        sent=True,
        again=False,
    )


def broken_off(label: str) -> Unreachable:
    """:returns: the error for a body that ends too early."""
    return unreachable('%s: the connection broke in the middle of the answer.' % label, sent=True)


def explain(
    label: str, problem: BaseException, proxy: str, timeout: float, connect_timeout: float
) -> TokensError:
    """Find the sentence for an error of requests or of what is below it.

    :param label: the request. :param proxy: URL of the proxy, or an empty str.
    :param timeout, connect_timeout: seconds.
    :returns: the error to raise.
    """
    import ssl  # here, since most processes find their token in the cache and need none of it

    from requests import exceptions

    inner = _innermost(problem)
    failed = Failed(
        label,
        label.split(' ', 1)[1].split('/', 1)[0],
        type(inner).__name__,
        min(connect_timeout, timeout),
    )
    if isinstance(problem, exceptions.ProxyError):
        return _proxy_refusal(inner, failed.place, proxy)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return _certificate_refusal(inner, failed.place)
    if isinstance(inner, ssl.SSLError):
        return _tls_refusal(inner, failed.place)
    if isinstance(problem, exceptions.ConnectTimeout):
        return unreachable(
            '%s cannot be reached: no connection within %g seconds.'
            % (failed.place, failed.connect_timeout),
            sent=False,
        )
    if isinstance(problem, exceptions.Timeout) or failed.name in _TIMEOUTS:
        return too_late(label, timeout)
    unusable = (exceptions.InvalidURL, exceptions.InvalidHeader, exceptions.InvalidSchema)
    of_response = isinstance(problem, exceptions.InvalidHeader) and inner is not problem
    if isinstance(problem, unusable) and not of_response:
        return BadInput(
            '%s cannot be sent: its address or one of its headers is not valid.' % label
        )
    closed = isinstance(problem, exceptions.ConnectionError) or isinstance(inner, OSError)
    return _by_name(failed, inner, closed)


def _by_name(failed: Failed, inner: BaseException, closed: bool) -> Unreachable:
    # urllib3 1 has no name for it; only getaddrinfo counts below 0
    if failed.name in _NO_NAME or '[Errno -' in str(inner):
        return unreachable(
            'The name of %s cannot be resolved. Check url, and the name service of this machine.'
            % failed.place,
            sent=False,
        )
    for row in _BY_NAME:
        if failed.name in row.names:
            return unreachable(row.sentence % failed._asdict(), row.sent, row.again)
    if closed:
        return unreachable(
            '%s: the connection was closed before an answer came.' % failed.label, sent=True
        )
    return unreachable(
        '%s: the answer could not be read (%s).' % (failed.label, failed.name), sent=True
    )


def proxy_login(proxy: str) -> Refused:
    """:param proxy: its URL. :returns: the error for a 407."""
    return Refused(
        'The proxy %s requires a user name and password (407). Give them in proxy, as '
        'http://name:password@host:port.' % host_of(proxy),
        407,
    )


def _proxy_refusal(inner: BaseException, place: str, proxy: str) -> TokensError:
    status = re.search(r'Tunnel connection failed: (\d{3})', str(inner))
    if status and status.group(1) == '407':
        return proxy_login(proxy)
    if status:
        return unreachable(
            'The proxy %s does not let a request to %s through (%s).'
            % (host_of(proxy), place, status.group(1)),
            sent=False,
        )
    return unreachable(
        'The proxy %s cannot be used. Is it up, and its address in proxy right?' % host_of(proxy),
        sent=False,
    )


def _innermost(problem: BaseException) -> BaseException:
    """requests wraps urllib3's errors, which wrap the socket's."""
    seen: t.Set[int] = set()
    while id(problem) not in seen:
        seen.add(id(problem))
        inner = getattr(problem, 'reason', None)
        if not isinstance(inner, BaseException):
            inner = next(
                (a for a in getattr(problem, 'args', ()) if isinstance(a, BaseException)), None
            )
        if inner is None:
            return problem
        problem = inner
    return problem


def _certificate_refusal(problem: BaseException, place: str) -> Unreachable:
    """:param problem: a C(ssl.SSLCertVerificationError). :returns: the error to raise."""
    # urllib3 1 compares the names itself, and its error has no code
    code = getattr(problem, 'verify_code', 62)
    words = getattr(problem, 'verify_message', 'host name mismatch')
    advice = _CERTIFICATE_ADVICE.get(
        code, 'If it is signed by your own authority, give the certificate of that as ca_path.'
    )
    return unreachable(
        'The certificate of %s is not trusted: %s. %s'
        % (place, sanitize(words).rstrip('.'), advice),
        sent=False,
        again=False,
    )


def _tls_refusal(problem: BaseException, place: str) -> TokensError:
    """Only the short reason of OpenSSL's words is used.

    :param problem: a C(ssl.SSLError). :returns: the error to raise."""
    words = re.search(r'\] ([A-Za-z_ ]+) \(_ssl', str(problem))
    found = getattr(problem, 'reason', None) or (words.group(1) if words else '')
    reason = found.replace('_', ' ').lower()
    if reason in _NOT_TLS:
        return unreachable(
            '%s does not speak TLS. Check the port, and whether it is http.' % place,
            sent=False,
            again=False,
        )
    if reason in _BAD_FILES:
        return BadInput('ca_path, client_cert or client_key cannot be used (%s).' % reason)
    return unreachable(
        'The TLS connection to %s failed%s.' % (place, ' (%s)' % reason if reason else ''),
        sent=True,
    )


def refuse_redirect(response: Response, advice: str) -> None:
    """:raises Refused: the response is a redirect; only the host of its target is named."""
    if 300 <= response.status < 400:
        raise Refused(
            '%s redirects to %s, and credentials are not sent after it. %s'
            % (response.request_label, host_of(response.header('Location') or ''), advice),
            response.status,
        )
