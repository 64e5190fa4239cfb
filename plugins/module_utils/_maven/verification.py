# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Whether repositories accept the credentials that a Maven settings file has."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._delivery_result import attempt
from ansible_collections.buildops.tokens.plugins.module_utils._files import maven_settings
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_server import Server
from ansible_collections.buildops.tokens.plugins.module_utils._maven.request import Trust
from ansible_collections.buildops.tokens.plugins.module_utils._maven.verify import (
    authorization,
    transport_of,
    verify,
)

Present = t.Sequence[t.Tuple[t.Dict[str, t.Any], Server]]


def not_tried(present: Present, reason: str) -> t.List[t.Dict[str, t.Any]]:
    """:returns: the result for each entry, of which none was tried."""
    return [_attempt(entry, None, reason) for entry, _server in present]


def tried(
    present: Present,
    params: t.Dict[str, t.Any],
    content: t.Optional[bytes],
    changed: t.Dict[str, t.List[str]],
    path: str,
    mvn: t.Optional[str],
) -> t.List[t.Dict[str, t.Any]]:
    """Ask each repository once.

    :param params: options of the module. :param content: of the file.
    :param changed: by server, what was changed. :param path: of the file.
    :param mvn: path of the program, or None.
    :returns: the result for each entry.
    """
    transport = transport_of(mvn)
    found = maven_settings.credentials(content, [server.id for _entry, server in present], path)
    verification = []
    for entry, server in present:
        username, password, headers = found.get(server.id, (None, None, {}))
        if 'password' in changed[server.id] and server.encrypt:
            password = server.password  # what was encrypted just now
        logins = authorization(username, password, headers)
        problem = _impossible(entry, bool(logins), username, password, headers)
        if problem is not None:
            verification.append(_attempt(entry, None, problem))
            continue
        accepted, message = verify(
            entry['verify_url'],
            logins,
            Trust(params['validate_certs'], params['ca_path']),
            params['verify_timeout'],
            transport,
        )
        verification.append(_attempt(entry, accepted, message))
    return verification


def _impossible(
    entry: t.Dict[str, t.Any],
    has_login: bool,
    username: t.Optional[str],
    password: t.Optional[str],
    headers: t.Mapping[str, t.Optional[str]],
) -> t.Optional[str]:
    """Why an entry cannot be verified, or None where it can."""
    if not entry['verify_url']:
        return 'no verify_url'
    if not has_login:
        return 'the entry has no password and no Authorization header'
    sent = headers.get('authorization') or (username or '') + (password or '')
    if maven_settings.is_resolved_by_maven(sent):
        return 'only Maven can read the password, which is encrypted or a reference'
    return None


def _attempt(entry: t.Dict[str, t.Any], accepted: t.Optional[bool], msg: str) -> t.Dict[str, t.Any]:
    return attempt(entry['id'], entry['verify_url'], accepted, msg)
