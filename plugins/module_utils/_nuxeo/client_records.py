# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""OAuth2 clients as a Nuxeo Platform stores them, and the rules for their redirect URIs."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)

# Schemes that browsers run or open themselves
NO_SCHEMES = frozenset(('javascript', 'data', 'vbscript', 'file', 'about', 'blob'))


class RegisteredClient(t.NamedTuple):
    """A client as the server has it, or as it shall.

    :ivar secret: None for a public client, and in a desired state to keep it.
    :ivar row: its number in the directory, or None.
    """

    id: t.Any
    name: t.Any
    redirect_uris: t.Tuple[str, ...]
    auto_grant: bool
    enabled: bool
    secret: t.Optional[str] = None
    row: t.Optional[str] = None

    def __repr__(self) -> str:
        return 'RegisteredClient(%s, redacted)' % self.id


_FORBIDDEN: t.Tuple[t.Tuple[t.Callable[[str], bool], str], ...] = (
    (
        lambda uri: not uri or not uri.isprintable() or ' ' in uri,
        'it is empty, or contains a blank or a control character',
    ),
    (
        lambda uri: ',' in uri,
        'it contains a comma, where the server ends one URI and begins another',
    ),
    (
        lambda uri: not uri.isascii(),
        'it contains a character beyond ASCII, which must be percent-encoded',
    ),
    (
        lambda uri: '#' in uri,
        'it contains a fragment (#), which RFC 6749 section 3.1.2 forbids',
    ),
)


def check_redirect_uri(uri: str, dev_mode: bool = False) -> None:
    """Refuse a redirect URI that Nuxeo refuses, or accepts and then cannot use (measured).

    :param dev_mode: the server runs with C(org.nuxeo.dev), and accepts any address by HTTP.
    :raises BadInput: with the reason."""

    reason = _uri_problem(uri, dev_mode)
    if reason:
        shown = uri if uri.isprintable() and '@' not in uri else 'an entry'
        raise BadInput('redirect_uris: %s: %s.' % (shown, reason))


def _uri_problem(uri: str, dev_mode: bool) -> t.Optional[str]:
    reason = next((text for found, text in _FORBIDDEN if found(uri)), None)
    if reason:
        return reason
    match = re.match(r'([a-z][a-z0-9+.-]*):(/?/?)(.*)', uri)
    if not match:
        return 'it must begin with a scheme in lower case, like https://'
    scheme, slashes = match.group(1), match.group(2)
    if scheme in NO_SCHEMES:
        return 'this scheme leads to no application'
    if scheme in ('https', 'http'):
        return _web_problem(uri, scheme, slashes == '//', dev_mode)
    if scheme.startswith('http'):
        return 'the server does not accept schemes that begin with http'
    return None


def _web_problem(uri: str, scheme: str, slashes: bool, dev_mode: bool) -> t.Optional[str]:
    try:
        parts = urlsplit(uri)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        return 'its host or port cannot be read'
    if not slashes or not host:
        return 'it must name a host'
    if '@' in parts.netloc:
        return 'it must not contain a user name or password'
    local = re.fullmatch(r'http://localhost(:\d+)?(/.*)?', uri)
    if scheme == 'http' and not dev_mode and not local:
        return (
            'the server accepts HTTP for http://localhost only (with a port or a path, not '
            '127.0.0.1), unless it runs in dev_mode; use https'
        )
    return None


def from_rest(answer: Response, data: t.Mapping[str, t.Any]) -> RegisteredClient:
    """:returns: a client as the REST API returns it. :raises ServerProblem: it cannot be read."""
    uris = data.get('redirectURIs')
    if not isinstance(data.get('id'), str) or not isinstance(uris, list):
        raise ServerProblem(
            '%s answered with a client that cannot be read.' % answer.request_label, answer.status
        )
    return RegisteredClient(
        data['id'],
        data.get('name'),
        tuple(str(uri) for uri in uris),
        data.get('isAutoGrant') is True,
        data.get('isEnabled') is True,
        data.get('secret') or None,
    )


def from_directory(answer: Response, entry: t.Any) -> RegisteredClient:
    """:returns: a client as the directory returns it. :raises ServerProblem: it cannot be read."""
    properties = entry.get('properties') if isinstance(entry, dict) else None
    row = entry.get('id', (properties or {}).get('id')) if properties is not None else None
    if not isinstance(properties, dict) or row is None:
        raise ServerProblem(
            '%s answered with a client that cannot be read.' % answer.request_label, answer.status
        )
    uris = properties.get('redirectURIs') or ''
    return RegisteredClient(
        properties.get('clientId'),
        properties.get('name'),
        tuple(uris.split(',')) if uris else (),
        _flag(properties.get('autoGrant')),
        _flag(properties.get('enabled')),
        properties.get('clientSecret') or None,
        str(row),
    )


def _flag(value: t.Any) -> bool:
    return value is True or value == 'true'


def visible(client: t.Optional[RegisteredClient]) -> t.Optional[t.Dict[str, t.Any]]:
    """:returns: a client as a mapping without its secret, or None."""
    if client is None:
        return None
    return {
        'client_id': client.id,
        'name': client.name,
        'redirect_uris': list(client.redirect_uris),
        'auto_grant': client.auto_grant,
        'enabled': client.enabled,
        'secret': 'set' if client.secret else 'none',
    }
