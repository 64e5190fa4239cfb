# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The one way out: every request of the collection goes through C(Client).

TLS is verified, no redirect is followed, nothing is taken from the environment (no proxy, no netrc), a request ends at a
deadline whatever the server does, an answer has a size limit, and only JSON objects are taken for JSON. Messages name the method,
host, path, status and the server's own error code; never a query, a header or a body.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
import threading
import time
import zlib
from datetime import timezone
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
    Unreachable,
)

USER_AGENT = 'buildops.tokens/1.0.0'
CONNECT_SECONDS = 10
LARGEST_ANSWER = 1024 * 1024
LONGEST_WAIT = 30  # seconds that a Retry-After may ask for
FOREVER = 1e9
LONGEST_TEXT = 200
# A status that says "not now": nothing was decided, so the same request may be sent again if it spends nothing.
BUSY = frozenset((429, 502, 503, 504))
BUSY_FOR_READS = frozenset((408, 425, 500))
THREAD = 'buildops.tokens request'
_JAVA = re.compile(
    r'(?<![\w.$])(?:[a-z]\w{0,40}\.){2,12}[\w$]{0,80}(?:Exception|Error)[\w$]{0,80}(?:: ?)?'
)  # bounded, since servers may send a mebibyte
LOOPBACK = frozenset(('localhost', '127.0.0.1', '::1'))


def normal_url(url, allow_http=False, option='url'):
    """Check a base URL and bring it into one form, so that equal servers compare equal.

    :param url: C(https://host[:port][/context]).
    :param allow_http: take C(http) for hosts other than the loopback interface too.
    :returns: the URL without a slash at its end, scheme and host in lower case, no default port.
    :raises BadInput: another scheme, user name or password, query, fragment, no or an impossible host or port.
    """
    if not isinstance(url, str) or not url.strip():
        raise BadInput(
            '%s is empty. Give the address of the server, like https://nexus.example.com.' % option
        )
    url = url.strip()
    if not url.isprintable() or ' ' in url or '\\' in url:
        raise BadInput('%s holds a blank, a backslash or a control character.' % option)
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or '').rstrip('.')
        if not host.isascii():
            host = host.encode('idna').decode('ascii')
    except ValueError:  # UnicodeError is one
        raise BadInput('%s is not an address: its host or port cannot be read.' % option) from None
    scheme = parts.scheme.lower()
    if (
        scheme not in ('https', 'http')
        or port == 0
        or not re.match(r'([a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*)$', host)
    ):
        raise BadInput('%s must be an address like https://nexus.example.com.' % option)
    if '@' in parts.netloc:
        raise BadInput(
            '%s must not hold a user name or password. Use the options for them.' % option
        )
    if parts.query or parts.fragment:
        raise BadInput('%s must not hold a query or a fragment (what follows ? or #).' % option)
    if scheme == 'http' and host not in LOOPBACK and not allow_http:
        raise BadInput(
            '%s uses http, over which passwords and tokens travel in the clear. Use https%s.'
            % (
                option,
                ''
                if allow_http is None
                else ', or set allow_http to true if this network is yours',
            )
        )
    netloc = '[%s]' % host if ':' in host else host
    if port is not None and port != {'https': 443, 'http': 80}[scheme]:
        netloc += ':%d' % port
    return urlunsplit((scheme, netloc, re.sub('/+$', '', parts.path), '', ''))


def host_of(url):
    """:returns: scheme and host of any URL, fit to be shown, or V(an unreadable address)."""
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return 'the same host' if not parts.scheme else 'an unreadable address'
        port = ':%d' % parts.port if parts.port else ''
        host = re.sub(r'[^A-Za-z0-9.:_-]', '?', parts.hostname)
        return '%s://%s%s' % (re.sub('[^a-z]', '?', parts.scheme.lower()) or 'https', host, port)
    except ValueError:
        return 'an unreadable address'


def _one_line(text):
    return re.sub(
        r'\s+', ' ', re.sub(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]', ' ', text)
    ).strip()


def _within_base64(secret):
    """:returns: what is the same in base64 whatever stands before and behind a secret: servers repeat headers, and headers encoded once more."""
    data = secret.encode('utf-8', 'surrogatepass')
    for before in range(3):
        part = base64.b64encode(b'-' * before + data)[
            (before + 2) // 3 * 4 : (before + len(data)) // 3 * 4
        ].decode('ascii')
        if len(part) >= 8:
            yield part
            yield part.replace('+', '-').replace('/', '_')


def shown(text, *secrets):
    """A server's own words, fit to be shown: one line, no escape sequences, no Java classes, short, none of our secrets.

    :param text: what the server said (any type).
    :param secrets: values that must not come back.
    :returns: a str, perhaps empty.
    """
    text = text if isinstance(text, str) else ''
    for clean in (str, _one_line):
        for secret in sorted((s for s in secrets if s), key=len, reverse=True):
            for form in [secret, quote(secret, safe='')] + list(_within_base64(secret)):
                text = text.replace(clean(form) or form, '***')
        text = _one_line(_JAVA.sub('', text))
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + '…'


def retry_after(value, now):
    """:param value: a Retry-After header or None. :param now: seconds since 1970.
    :returns: seconds to wait (0 for the past and for negative numbers), or None where it cannot be read (RFC 9110 section 10.2.3)."""
    if value is None:
        return None
    if re.match(r'\s*-?[0-9]+\s*$', value):
        return max(0.0, min(float(value), FOREVER))
    moment = _moment(value)
    return None if moment is None else max(0.0, moment - now)


def _moment(text):
    """:returns: the date of a header in seconds since 1970, or None. Without a time zone it is UTC."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _no_constant(name):
    raise ValueError('%s is not JSON' % name)


def _finite(text):
    number = float(text)
    if number in (float('inf'), float('-inf')):
        raise ValueError('number too large')
    return number


def _no_duplicates(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError('a key stands twice')
    return result


class Answer:
    """What a server answered.

    :ivar what: C(POST nexus.example.com/service/rest/…), for messages.
    :ivar status: the HTTP status.
    :ivar body: bytes, at most C(LARGEST_ANSWER).
    """

    def __init__(self, what, status, headers, body):
        self.what = what
        self.status = status
        self.headers = headers
        self.body = body

    def __repr__(self):
        return '<%s: %d>' % (self.what, self.status)

    def header(self, name):
        """:returns: the header's value or None, whatever the case of its name."""
        return self.headers.get(name)

    @property
    def media_type(self):
        return (self.header('Content-Type') or '').split(';')[0].strip().lower()

    @property
    def is_html(self):
        return self.media_type in ('text/html', 'application/xhtml+xml') or self.body[
            :256
        ].lstrip()[:14].lower().startswith((b'<!doctype html', b'<html'))

    @property
    def date(self):
        """The server's own clock in seconds since 1970, or None."""
        return _moment(self.header('Date') or '')

    def text(self, errors='replace'):
        """:returns: the body decoded as its header says, where that is an encoding that servers really use, and as UTF-8 otherwise.
        :param errors: what becomes of bytes that cannot be decoded, as in C(bytes.decode)."""
        match = re.search(
            r'charset="?(iso-8859-[0-9]+|windows-125[0-9])',
            (self.header('Content-Type') or '').lower(),
        )
        try:
            return self.body.decode(match.group(1) if match else 'utf-8-sig', errors)
        except LookupError:
            return self.body.decode('utf-8-sig', errors)

    def json(self):
        """:returns: the JSON value in the body.
        :raises ServerProblem: it is no strict JSON; the message holds nothing of it."""
        if self.is_html:
            raise ServerProblem(
                '%s answered %d with a page of HTML instead of JSON: a login page, a proxy, or the wrong address. '
                'Check url, also its path.' % (self.what, self.status),
                self.status,
            )
        try:
            return json.loads(
                self.text('strict'),
                parse_constant=_no_constant,
                parse_float=_finite,
                object_pairs_hook=_no_duplicates,
            )
        except (ValueError, RecursionError):
            raise ServerProblem(
                '%s answered %d with something that is not valid JSON (%d bytes, content type %s).'
                % (self.what, self.status, len(self.body), shown(self.media_type) or 'none'),
                self.status,
            ) from None

    def json_object(self):
        """:returns: the JSON object in the body. :raises ServerProblem: it is not one."""
        value = self.json()
        if not isinstance(value, dict):
            raise ServerProblem(
                '%s answered %d with JSON that is not an object.' % (self.what, self.status),
                self.status,
            )
        return value

    def error_object(self):
        """:returns: the JSON object of a refusal, or an empty one where there is none."""
        try:
            value = self.json()
        except ServerProblem:
            return {}
        return value if isinstance(value, dict) else {}


class Client:
    """Requests to one server.

    :param url: the base URL (see C(normal_url)); paths are appended to it.
    :param validate_certs: False accepts any certificate.
    :param ca_path: a file with the certificates to trust instead of the system's.
    :param client_cert: a file with our certificate; :param client_key: its key.
    :param proxy: the URL of a proxy, or None: none is taken from the environment.
    :param timeout: seconds for one request as a whole, answer included.
    :param retries: how often a request that spends nothing is sent again.
    :param sleep, clock: for tests.
    """

    def __init__(
        self,
        url,
        validate_certs=True,
        ca_path=None,
        client_cert=None,
        client_key=None,
        proxy=None,
        timeout=30,
        retries=2,
        sleep=time.sleep,
        clock=time.time,
    ):
        self.url = url
        self.retries = retries
        self.timeout = timeout
        self._verify = (ca_path or True) if validate_certs else False
        self._cert = (client_cert, client_key) if client_cert and client_key else client_cert
        self._files = {
            'ca_path': ca_path if validate_certs else None,
            'client_cert': client_cert,
            'client_key': client_key,
        }
        self._proxies = {'http': proxy, 'https': proxy} if proxy else {}
        self._sleep = sleep
        self._clock = clock
        self._session = None

    def close(self):
        """Close the connections."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def request(
        self,
        method,
        path,
        query=None,
        form=None,
        json_body=None,
        body=None,
        headers=None,
        authorization=None,
        repeatable=None,
        accept='application/json',
        largest=LARGEST_ANSWER,
    ):
        """Send a request and return what was answered, whatever its status (redirects included: none is followed).

        :param path: appended to the base URL; the caller has quoted it.
        :param query, form: mappings or lists of pairs, encoded here.
        :param json_body: a value to send as JSON.
        :param body: bytes to send as they are (with its Content-Type in C(headers)).
        :param authorization: the value of the Authorization header, or None for none at all.
        :param repeatable: False where the request spends something (a ticket, a code, a refresh token) or changes something.
            Default: True for GET and HEAD.
        :param largest: bytes that the answer may have, unpacked.
        :returns: C(Answer).
        :raises Unreachable: no usable answer. :raises ServerProblem: too large or wrongly encoded an answer, or still busy after all retries.
        """
        reads = method in ('GET', 'HEAD')
        repeatable = reads if repeatable is None else repeatable
        what = '%s %s%s' % (method, urlsplit(self.url).netloc, urlsplit(self.url).path + path)
        sent = {'User-Agent': USER_AGENT, 'Accept': accept, 'Accept-Encoding': 'identity'}
        sent.update(headers or {})
        if authorization is not None:
            sent['Authorization'] = authorization
        if form is not None:
            body = urlencode(form).encode('ascii')
            sent['Content-Type'] = 'application/x-www-form-urlencoded'
        elif json_body is not None:
            body = json.dumps(json_body).encode('ascii')
            sent['Content-Type'] = 'application/json'
        address = self.url + path + ('?' + urlencode(query) if query else '')
        self._open_session()
        attempt = 0
        while True:
            attempt += 1
            may_repeat = attempt <= self.retries
            try:
                answer = self._within_deadline(what, method, address, body, sent, largest)
            except Unreachable as problem:
                if may_repeat and (repeatable or not problem.sent) and problem.worth_another_try:
                    self._sleep(self._pause(attempt))
                    continue
                raise
            if answer.status == 407:
                raise Refused(
                    'The proxy %s wants a user name and password (407). Give them in proxy, as http://name:password@host:port.'
                    % self._proxy_host(),
                    407,
                )
            if answer.status not in BUSY and not (reads and answer.status in BUSY_FOR_READS):
                return answer
            wait = retry_after(answer.header('Retry-After'), self._clock())
            if wait is not None and wait > LONGEST_WAIT:
                raise ServerProblem(
                    '%s answered %d and asks to wait %d seconds. Try again after that.'
                    % (what, answer.status, wait),
                    answer.status,
                )
            if not (may_repeat and repeatable):
                return answer
            self._sleep(self._pause(attempt) if wait is None else wait)

    @staticmethod
    def _pause(attempt):
        """Full jitter around one, two, four seconds, so that many controllers do not come back at once."""
        return random.uniform(0.1, 0.5 * 2**attempt)

    def _within_deadline(self, what, method, address, body, headers, largest):
        """Run the request in a thread, since requests itself knows no deadline for the whole and none for name look-ups."""
        outcome, session = [], self._session

        def run():
            try:
                outcome.append(self._send(session, what, method, address, body, headers, largest))
            except BaseException as problem:  # carried over to the caller's thread
                outcome.append(problem)

        thread = threading.Thread(target=run, name=THREAD, daemon=True)
        thread.start()
        thread.join(self.timeout)
        if not outcome:
            self.close()
            raise self._too_late(what)
        if isinstance(outcome[0], BaseException):
            raise outcome[0] from None
        return outcome[0]

    def _too_late(self, what):
        return _unreachable(
            '%s did not answer within %g seconds. Check that the server is up, or raise timeout.'
            % (what, self.timeout),
            sent=True,
            again=False,
        )

    def _open_session(self):
        """Make the session in the caller's thread: neither the import of requests nor a missing file is a matter of the deadline."""
        if self._session is not None:
            return
        try:
            import requests
            import urllib3
        except ImportError:
            raise BadInput(
                'The Python library requests is missing where this runs. Install it for %s.'
                % _python()
            ) from None
        for option, path in self._files.items():
            if path:
                _check_pem(option, path)
        if self._verify is False:
            # Said once by us, in a sentence; it would come again with every request
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        _silence()
        self._session = requests.Session()
        self._session.trust_env = False
        # Without this, requests prepares the next request, for which it reads the whole body, however large
        self._session.get_redirect_target = lambda response: None

    def _send(self, session, what, method, address, body, headers, largest):
        try:
            response = session.request(
                method,
                address,
                data=body,
                headers=headers,
                allow_redirects=False,
                stream=True,
                verify=self._verify,
                cert=self._cert,
                proxies=self._proxies,
                timeout=(min(CONNECT_SECONDS, self.timeout), self.timeout),
            )
            try:
                return Answer(
                    what,
                    response.status_code,
                    response.headers,
                    self._body(what, method, response, largest),
                )
            except Exception:
                response.close()
                raise
            finally:
                # A server's cookie would turn the next request into one of a browser's session (and its CSRF rules).
                session.cookies.clear()
        except TokensError:
            raise
        except (
            Exception
        ) as problem:  # requests', urllib3's while a body is read, http.client's, ssl's
            raise self._explained(what, problem) from None

    @staticmethod
    def _body(what, method, response, largest):
        chunks, size = [], 0
        while True:
            chunk = response.raw.read(65536, decode_content=False)
            if not chunk:
                break
            size += len(chunk)
            if size > largest:
                raise ServerProblem(
                    '%s sent more than %d bytes, which is more than is needed. Is url right?'
                    % (what, largest),
                    response.status_code,
                )
            chunks.append(chunk)
        promised = response.headers.get('Content-Length') or ''
        if (
            promised.isdigit() and size < int(promised) and method != 'HEAD'
        ):  # urllib3 1 does not notice
            raise _unreachable(
                '%s: the connection broke in the middle of the answer.' % what, sent=True
            )
        body = b''.join(chunks)
        encoding = (response.headers.get('Content-Encoding') or 'identity').strip().lower()
        if encoding in ('identity', '') or not body:
            return body
        if encoding not in ('gzip', 'x-gzip', 'deflate'):
            raise ServerProblem(
                '%s sent its answer in an encoding that was not asked for.' % what,
                response.status_code,
            )
        try:
            unpacker = zlib.decompressobj(47)
            body = unpacker.decompress(body, largest + 1)
            complete = unpacker.eof or len(body) > largest
        except zlib.error:
            complete = False
        if not complete:
            raise ServerProblem(
                '%s sent a compressed answer that cannot be unpacked.' % what, response.status_code
            )
        if len(body) > largest:
            raise ServerProblem(
                '%s sent more than %d bytes, which is more than is needed. Is url right?'
                % (what, largest),
                response.status_code,
            )
        return body

    def _explained(self, what, problem):
        """:returns: the error to raise for one of requests or of what is below it. Its own text is never used: it holds the URL with its query."""
        import ssl  # here, since most processes find their token in the cache and need none of it

        from requests import exceptions

        place = what.split(' ', 1)[1].split('/', 1)[0]
        inner = _innermost(problem)
        name = type(inner).__name__
        if isinstance(problem, exceptions.ProxyError):
            return self._proxy_refusal(inner, place)
        if isinstance(inner, ssl.SSLCertVerificationError):
            return _certificate_refusal(inner, place)
        if isinstance(inner, ssl.SSLError):
            return _tls_refusal(inner, place)
        if isinstance(problem, exceptions.ConnectTimeout):
            return _unreachable(
                '%s cannot be reached: no connection within %g seconds.'
                % (place, min(CONNECT_SECONDS, self.timeout)),
                sent=False,
            )
        if isinstance(problem, exceptions.Timeout) or name in (
            'ReadTimeoutError',
            'timeout',
            'TimeoutError',
        ):
            return self._too_late(what)
        if isinstance(
            problem, (exceptions.InvalidURL, exceptions.InvalidHeader, exceptions.InvalidSchema)
        ):
            return BadInput(
                '%s cannot be sent: its address or one of its headers is not valid.' % what
            )
        if name in ('NameResolutionError', 'gaierror') or '[Errno -' in str(
            inner
        ):  # urllib3 1 has no name for it; only getaddrinfo counts below 0
            return _unreachable(
                'The name of %s cannot be resolved. Check url, and the name service of this machine.'
                % place,
                sent=False,
            )
        if name in ('NewConnectionError', 'ConnectionRefusedError'):
            return _unreachable(
                '%s refuses the connection. Is the server up, and the port right?' % place,
                sent=False,
            )
        if name in ('IncompleteRead', 'InvalidChunkLength', 'ChunkedEncodingError'):
            return _unreachable(
                '%s: the connection broke in the middle of the answer.' % what, sent=True
            )
        if name in ('LineTooLong', 'HTTPException', 'HeaderParsingError'):
            return _unreachable(
                '%s: the headers of the answer are larger than any server needs. Is url right?'
                % what,
                sent=True,
                again=False,
            )
        if name in ('BadStatusLine', 'UnknownProtocol'):
            return _unreachable(
                '%s does not answer in HTTP. Check the port, and whether it wants https.' % place,
                sent=True,
                again=False,
            )
        if isinstance(problem, exceptions.ConnectionError) or isinstance(inner, OSError):
            return _unreachable(
                '%s: the connection was closed before an answer came.' % what, sent=True
            )
        return _unreachable('%s: the answer could not be read (%s).' % (what, name), sent=True)

    def _proxy_host(self):
        return host_of(self._proxies.get('https') or '')

    def _proxy_refusal(self, inner, place):
        status = re.search(r'Tunnel connection failed: (\d{3})', str(inner))
        if status and status.group(1) == '407':
            return Refused(
                'The proxy %s wants a user name and password (407). Give them in proxy, as http://name:password@host:port.'
                % self._proxy_host(),
                407,
            )
        if status:
            return _unreachable(
                'The proxy %s does not let a request to %s through (%s).'
                % (self._proxy_host(), place, status.group(1)),
                sent=False,
            )
        return _unreachable(
            'The proxy %s cannot be used. Is it up, and its address in proxy right?'
            % self._proxy_host(),
            sent=False,
        )


def _is_not_ours(record):
    return record.threadName != THREAD


def _silence():
    """Keep what the libraries log about our requests out of all logs: their warnings hold the address with its query, and what a server sent."""
    import logging  # which they import, too

    for name in list(logging.root.manager.loggerDict):
        if name.partition('.')[0] in ('requests', 'urllib3'):
            logging.getLogger(name).addFilter(_is_not_ours)


def _check_pem(option, path):
    """Refuse a file of certificates that cannot work, with the name of its option.

    OpenSSL asks on the terminal for the passphrase of a key, and would wait there.

    :raises BadInput:"""
    if option == 'ca_path' and os.path.isdir(path):
        return
    try:
        if not os.path.isfile(path):
            raise BadInput('%s: there is no file %s.' % (option, path))
        with open(path, 'rb') as file:
            content = file.read(16 * LARGEST_ANSWER)
    except OSError as problem:
        raise BadInput('%s: %s cannot be read (%s).' % (option, path, problem.strerror)) from None
    if b'-----BEGIN ' not in content:
        raise BadInput('%s: %s is not in PEM format.' % (option, path))
    if option != 'ca_path' and (
        b'ENCRYPTED PRIVATE KEY-----' in content or b'Proc-Type: 4,ENCRYPTED' in content
    ):
        raise BadInput(
            '%s: the key in %s is protected with a passphrase, which cannot be given here. Use one without.'
            % (option, path)
        )


def _python():
    import sys

    return sys.executable or 'this Python'


def _unreachable(message, sent, again=True):
    """:param sent: the server may have received the request. :param again: another try may help."""
    problem = Unreachable(message)
    problem.sent = sent
    problem.worth_another_try = again
    return problem


def _innermost(problem):
    """requests wraps urllib3's errors, which wrap the socket's."""
    seen = set()
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


def _certificate_refusal(problem, place):
    """:param problem: a C(ssl.SSLCertVerificationError). :returns: the error to raise."""
    # urllib3 1 compares the names itself, and its error has no code
    code, words = (
        getattr(problem, 'verify_code', 62),
        getattr(problem, 'verify_message', 'host name mismatch'),
    )
    advice = {
        9: 'Check the clock of this machine.',
        10: 'It must be renewed on the server.',
        62: 'Use in url the name that it was issued for.',
        64: 'Use in url the name that it was issued for.',
    }.get(
        code, "If it is signed by your own authority, give that one's certificate file as ca_path."
    )
    return _unreachable(
        'The certificate of %s is not trusted: %s. %s' % (place, shown(words).rstrip('.'), advice),
        sent=False,
        again=False,
    )


def _tls_refusal(problem, place):
    """:param problem: a C(ssl.SSLError). :returns: the error to raise; of OpenSSL's words only its short reason is used."""
    words = re.search(r'\] ([A-Za-z_ ]+) \(_ssl', str(problem))
    reason = (
        (getattr(problem, 'reason', None) or (words.group(1) if words else ''))
        .replace('_', ' ')
        .lower()
    )
    if reason in (
        'wrong version number',
        'http request',
        'record layer failure',
        'unknown protocol',
        'packet length too long',
    ):
        return _unreachable(
            '%s does not speak TLS. Check the port, and whether it is http.' % place,
            sent=False,
            again=False,
        )
    if reason in (
        'no certificate or crl found',
        'key values mismatch',
        'pem lib',
        'no start line',
        'bad base64 decode',
        'not enough data',
    ):
        return BadInput('ca_path, client_cert or client_key cannot be used (%s).' % reason)
    return _unreachable(
        'The TLS connection to %s failed%s.' % (place, ' (%s)' % reason if reason else ''),
        sent=True,
    )


def refuse_redirect(answer, advice):
    """:raises Refused: the answer is a redirect; only the host of its target is named."""
    if 300 <= answer.status < 400:
        raise Refused(
            '%s redirects to %s, and credentials are not sent after it. %s'
            % (answer.what, host_of(answer.header('Location') or ''), advice),
            answer.status,
        )
