# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the output of C(nuxeoctl) means, in words."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.instance_clid import NAME
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    TOKENS_PAGE,
)

# What its Java prints where there is no connection, and the meaning. The first match counts.
_UNREACHABLE = (
    ('UnknownHostException', 'this host does not know its name'),
    ('NoRouteToHost', 'there is no route to it'),
    ('SSL', 'the TLS connection failed'),
    ('SocketTimeout', 'it did not answer in time'),
    ('ConnectException', 'no connection could be made'),
    ('SocketException', 'the connection broke'),
)
_HEADING = re.compile(
    r'(Nuxeo home: |Nuxeo configuration: |Include template: |ERROR StatusConsoleListener )'
)
_NOT_WRITTEN = re.compile(
    r'%s \(|Permission denied|No space left|Read-only file system' % re.escape(NAME)
)


def explain(code: t.Optional[int], output: str, timeout: int, *secrets: str) -> str:
    """Put into words why a registration failed.

    :param code: exit code, or None when it was stopped after C(timeout) seconds.
    :param output: what it printed.
    :param secrets: what must not appear in the text.
    :returns: a sentence or two.
    """
    if code is None:
        return (
            'nuxeoctl did not end within %d seconds and was stopped: the service did not answer. '
            'It may have made a registration all the same; look at the instances of the project '
            'before you try again.' % timeout
        )
    found = re.search(r'Unhandled response code: (\d{3})', output)
    status = int(found.group(1)) if found else None
    if 'Wrong login or token' in output:
        return _refused_login(status)
    if 'Unknown project: ' in output:
        return (
            'The token does not open this project. Give its symbolic name, as the module '
            'nuxeo_online_token_info lists it.'
        )
    if status or 'Instance registration failed' in output:
        return _refused_registration(status)
    if _NOT_WRITTEN.search(output):
        return (
            'The registration was made, but nuxeoctl could not write it: %s Correct that, remove '
            'the instance from the project on the web page, and run the task again.'
            % _last_line(output, secrets)
        )
    reason = next((words for name, words in _UNREACHABLE if name in output), None)
    if reason:
        detail = _last_line(output, secrets, 'Cannot execute command. ').rstrip('.')
        return (
            'nuxeoctl cannot reach Nuxeo Online Services: %s%s. Check the network of this host, '
            'and the proxy settings (nuxeo.http.proxy.host) in nuxeo.conf.'
            % (reason, ' (%s)' % detail if detail else '')
        )
    return 'nuxeoctl ended with exit code %d. It said: %s' % (
        code,
        _last_line(output, secrets) or 'nothing.',
    )


def _refused_login(status: t.Optional[int]) -> str:
    if status in (401, 403):
        return (
            'Nuxeo Online Services refuses the user name or the token (%d). Tokens are created '
            'at %s.' % (status or 0, TOKENS_PAGE)
        )
    if status:
        return (
            'Nuxeo Online Services answered %d. Try again later, and check org.nuxeo.connect.url '
            'in nuxeo.conf.' % status
        )
    return (
        'Nuxeo Online Services shows no project to this user: the user name or the token is wrong, '
        'or the user may not register servers for any project. Tokens are created at %s.'
        % TOKENS_PAGE
    )


def _refused_registration(status: t.Optional[int]) -> str:
    if status and 400 <= status < 500:
        return (
            'Nuxeo Online Services refuses to register a server for this project (%d). Does the '
            'user have the right to, and does the contract allow one more?' % status
        )
    if status and status >= 500:
        return (
            'Nuxeo Online Services failed while it registered the server (%d). Look at the '
            'instances of the project before you try again: it may have made one all the same.'
            % status
        )
    return (
        'Nuxeo Online Services answered with something that is not a registration%s. Check '
        'org.nuxeo.connect.url in nuxeo.conf, and any proxy on the way.'
        % (' (%d)' % status if status else '')
    )


def _last_line(output: str, secrets: t.Sequence[str], after: str = '') -> str:
    """Find the line that says most.

    :returns: the last line that is not part of a stack trace, or the part after C(after) of the
        first line that contains it, as a sentence.
    """
    lines = [
        line
        for line in output.splitlines()
        if line.strip()
        and not re.match(r'\s+at |java\.|Caused by', line)
        and not _HEADING.match(line)
    ]
    chosen = next(
        (line.partition(after)[2] for line in lines if after and after in line),
        lines[-1] if lines else '',
    )
    text = sanitize(re.sub(r'^Please enter your token: ', '', chosen), *secrets).rstrip('.')
    return text + '.' if text else ''


def verdict(code: t.Optional[int], output: str, timeout: int) -> t.Tuple[bool, str]:
    """Judge C(nuxeoctl mp-update), which asks the service for its packages.

    :returns: (whether the service accepts the registration, the reason).
    """
    if code is None:
        return False, 'the service did not answer in %d seconds' % timeout
    refused = re.search(r'Unable to fetch remote packages list: (.*)', output)
    if refused and '401' in refused.group(1):
        return False, 'the service no longer takes this registration (401)'
    if refused:
        return False, 'nuxeoctl cannot get its packages list: %s' % sanitize(refused.group(1))
    if code != 0:
        return False, 'nuxeoctl mp-update ended with exit code %d' % code
    return True, 'accepted'
