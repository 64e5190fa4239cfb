# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Whether a repository accepts the credential of a settings file, in the bytes that Maven sends.

Maven 3.8 and older send user name and password in UTF-8. Maven 3.9 and 4 send them in ISO-8859-1,
with C(?) in place of other characters; Maven 4 sends UTF-8 to a server that asks for it with
C(charset="UTF-8") (measured with 3.8.7, 3.9.9 and 4.0.0-rc-4).
"""

from __future__ import annotations

import base64
import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import real_path
from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import (
    Answer,
    NoAnswer,
    Trust,
    get,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url

Verdict = t.Tuple[t.Optional[bool], str]

UTF_8, LATIN_1 = 'UTF-8', 'ISO-8859-1'
_SENT_BY = {UTF_8: 'Maven 3.8 and older send', LATIN_1: 'Maven 3.9 and 4 send'}
_TRANSPORT = re.compile(r'maven-resolver-transport-(jdk|http|wagon)\b.*\.jar\Z')


class Login(t.NamedTuple):
    """One form in which a credential may be sent.

    :ivar header: value of the Authorization header.
    :ivar encoding: of user name and password; None where all versions of Maven send the same.
    """

    header: str
    encoding: t.Optional[str] = None


def check_url(server_id: str, url: str, allow_http: bool) -> None:
    """Refuse an address to which no credential should be sent.

    :raises BadInput: it is not C(https) (or C(http) to this machine or with O(allow_http)), or has
        a user name, a query or a fragment.
    """
    normalize_url(url, allow_http, 'verify_url of %s' % server_id)


def authorization(
    username: t.Optional[str], password: t.Optional[str], headers: t.Mapping[str, t.Optional[str]]
) -> t.List[Login]:
    """Work out what Maven sends.

    :param headers: HTTP headers of the entry, with names in lower case.
    :returns: the header that is configured, else user name and password, in each encoding that a
        version of Maven uses; empty where the entry has neither.
    """
    configured = headers.get('authorization')
    if configured:
        return [Login(configured)]
    if not username or not password:
        return []
    text = '%s:%s' % (username, password)
    if text.isascii():
        return [Login(_basic(text.encode('ascii')))]
    return [
        Login(_basic(text.encode('utf-8')), UTF_8),
        Login(_basic(text.encode('latin-1', 'replace')), LATIN_1),
    ]


def _basic(content: bytes) -> str:
    return 'Basic ' + base64.b64encode(content).decode('ascii')


def transport_of(mvn: t.Optional[str]) -> t.Optional[str]:
    """Find how a Maven sends requests, from the names of its libraries and without running it.

    :param mvn: path of the program, or None.
    :returns: V(jdk) (Maven 4), V(http) (3.9), V(wagon) (3.8 and older), or None if unknown.
    """
    if mvn is None:
        return None
    try:
        names = os.listdir(os.path.join(os.path.dirname(os.path.dirname(real_path(mvn))), 'lib'))
    except (FileProblem, OSError):
        return None
    found = {match.group(1) for match in map(_TRANSPORT.match, names) if match}
    return next((name for name in ('jdk', 'http', 'wagon') if name in found), None)


def verify(
    url: str,
    logins: t.Sequence[Login],
    trust: Trust,
    timeout: float,
    transport: t.Optional[str] = None,
) -> Verdict:
    """Ask a repository with a credential.

    :param url: checked by L(check_url).
    :param logins: from L(authorization), at least one.
    :param timeout: seconds for each request.
    :param transport: of the Maven that uses the settings, from L(transport_of).
    :returns: (whether it is accepted, or None where that cannot be known; the reason).
    """
    if not logins[0].header.isascii():
        return None, 'the bytes that Maven sends for a header with non-ASCII characters are unknown'
    try:
        answers = [get(url, login.header, trust, timeout) for login in logins]
        verdicts = [_verdict(url, answer, trust, timeout) for answer in answers]
    except NoAnswer as problem:
        return False, str(problem)
    if len(logins) == 1 or len({verdict[0] for verdict in verdicts}) == 1:
        return verdicts[0]
    return _mixed(
        {str(login.encoding): verdict for login, verdict in zip(logins, verdicts)},
        any(answer.requires_utf8 for answer in answers),
        transport,
    )


def _mixed(
    verdicts: t.Mapping[str, Verdict], requires_utf8: bool, transport: t.Optional[str]
) -> Verdict:
    """Judge a credential that only some versions of Maven can use."""
    good = next(encoding for encoding in (UTF_8, LATIN_1) if verdicts[encoding][0] is not False)
    bad = LATIN_1 if good == UTF_8 else UTF_8
    if transport is None:
        used = bad  # the Maven that uses the file could be of either kind
    elif transport == 'wagon' or (transport == 'jdk' and requires_utf8):
        used = UTF_8
    else:
        used = LATIN_1
    return verdicts[used][0], (
        'the server accepts the password in %s, which %s, but not in %s, which %s: '
        'use a password of ASCII characters' % (good, _SENT_BY[good], bad, _SENT_BY[bad])
    )


def _verdict(url: str, answer: Answer, trust: Trust, timeout: float) -> Verdict:
    """Judge an answer to a request with a credential.

    :raises NoAnswer: a second request was needed and has none.
    """
    status = answer.status
    if 200 <= status < 300:
        return True, 'accepted'
    if status == 401:
        return False, 'the server refuses the credentials (401)'
    if status == 403:
        return False, 'the server knows the credentials, but they may not read this address (403)'
    if 300 <= status < 400:
        return False, (
            'the server redirects (%d), perhaps to a login page; credentials are not sent there'
            % status
        )
    if status >= 500:
        return False, 'the server has an internal problem (%d)' % status
    # The address does not exist. The credentials are good if nobody gets this far without them.
    if get(url, None, trust, timeout).status in (401, 403):
        return True, 'accepted'
    return None, (
        'the server answers %d with and without credentials: give a verify_url that exists' % status
    )
