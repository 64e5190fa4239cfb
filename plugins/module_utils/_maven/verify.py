# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Whether a repository accepts what stands in a settings file."""

from __future__ import annotations

import base64
import ipaddress
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput


def check_url(server_id, url, allow_http):
    """Refuse an address to which no credential should be sent.

    :raises BadInput: no HTTPS (or HTTP to another machine without C(allow_http)), no host, a user name, a query or a fragment in it.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if (
        not host
        or parts.scheme not in ('http', 'https')
        or port == 0
        or '@' in parts.netloc
        or parts.query
        or parts.fragment
        or not url.isprintable()
    ):
        raise BadInput(
            'verify_url of %s must be an address such as https://nexus.example.com/repository/maven-releases/, '
            'without user name or query.' % server_id
        )
    if parts.scheme == 'http' and not allow_http and not _is_loopback(host):
        raise BadInput(
            'verify_url of %s is http://, over which credentials can be read on the way. Use https://, or set allow_http.'
            % server_id
        )


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'


def authorization(username, password, headers):
    """What Maven would send: a header that is set by hand, else user name and password; None where there is neither."""
    if headers.get('authorization'):
        return headers['authorization']
    if username and password:
        return 'Basic ' + base64.b64encode(('%s:%s' % (username, password)).encode('utf-8')).decode(
            'ascii'
        )
    return None


def verify(url, header, validate_certs, ca_path, timeout):
    """Ask a repository with a credential. Redirects are not followed, the answer's body is not read, netrc is not looked at.

    :param url: checked by L(check_url).
    :param header: value of the Authorization header.
    :param ca_path: file with certificates to trust, or None.
    :param timeout: seconds for each of at most two requests as a whole: what the library counts starts anew with every byte.
    :returns: (True, False, or None for not known, a reason).
    """
    # Not at the head of the file: most runs try no attempt, and these cost more than all the rest of the module
    import threading
    from urllib.error import HTTPError

    from ansible.module_utils.urls import open_url

    def ask(headers):
        outcome = []

        def run():
            try:
                outcome.append(status_of(headers))
            except Exception as problem:  # carried over to the caller's thread
                outcome.append(problem)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(timeout)
        if not outcome:
            raise TimeoutError
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def status_of(headers):
        try:
            answer = open_url(
                url,
                method='GET',
                headers=headers,
                timeout=timeout,
                validate_certs=validate_certs,
                ca_path=ca_path,
                follow_redirects='none',
                use_netrc=False,
                http_agent='buildops.tokens',
            )
        except HTTPError as error:
            answer = error
        answer.close()
        return answer.code

    try:
        status = ask({'Authorization': header})
        if status == 401:
            return False, 'the server refuses the credentials (401)'
        if status == 403:
            return (
                False,
                'the server knows the credentials, but they may not read this address (403)',
            )
        if 200 <= status < 300:
            return True, 'accepted'
        if 300 <= status < 400:
            return (
                False,
                'the server redirects (%d), perhaps to a login page; credentials are not sent there'
                % status,
            )
        if status >= 500:
            return False, 'the server has a problem of its own (%d)' % status
        # Not what was asked for is there. The credentials count as accepted if without them nobody gets as far.
        if ask({}) in (401, 403):
            return True, 'accepted'
        return (
            None,
            'the server answers %d with and without credentials: give a verify_url that exists'
            % status,
        )
    except Exception as problem:  # of many libraries; their texts are not for print
        return False, _meaning(problem)


def _meaning(problem):
    reason = getattr(problem, 'reason', None)
    problem = reason if isinstance(reason, Exception) else problem  # an URLError
    if 'SSL' in type(problem).__name__:
        return 'the certificate of the server is not trusted: see ca_path'
    if (
        isinstance(problem, TimeoutError) or type(problem).__name__ == 'timeout'
    ):  # socket.timeout before Python 3.10
        return 'the server does not answer in time'
    if type(problem).__name__ == 'gaierror':
        return 'the name of the server cannot be resolved'
    if isinstance(problem, OSError):
        return 'the server cannot be reached'
    return 'the server does not answer as a web server does (%s)' % type(problem).__name__
