# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Authorization codes: PKCE (RFC 7636), the state, and the redirect that carries the code."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import typing as t
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, Refused
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2.jwt import unpadded
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    in_shape,
    register,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of


class Pkce(t.NamedTuple):
    """:ivar verifier: a secret. :ivar challenge: its S256 digest."""

    verifier: str
    challenge: str


def pkce(verifier: t.Optional[str] = None) -> Pkce:
    """:returns: a new verifier of 64 characters and its S256 challenge (RFC 7636 section 4)."""
    verifier = verifier or secrets.token_urlsafe(48)
    register(verifier)
    return Pkce(verifier, unpadded(hashlib.sha256(verifier.encode('ascii')).digest()))


def check_verifier(verifier: str) -> None:
    """:raises BadInput: it is not a verifier (RFC 7636 section 4.1)."""
    if not re.fullmatch(r'[A-Za-z0-9._~-]{43,128}', verifier):
        raise BadInput(
            'code_verifier must be 43 to 128 letters, digits, dots, underscores, tildes or '
            'hyphens (RFC 7636 section 4.1).'
        )


def new_state() -> str:
    """:returns: a value that binds the response of the authorization endpoint to our request."""
    state = secrets.token_urlsafe(24)
    register(state)
    return state


def sent_to(location: str) -> t.Dict[str, str]:
    """:returns: the parameters in the query of a redirect; those of a fragment do not count."""
    try:
        return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))
    except ValueError:
        return {}


def leads_to(location: str, redirect_uri: str) -> bool:
    """:returns: whether a redirect goes to exactly this URI, with parameters added."""
    return location == redirect_uri or location.startswith(
        redirect_uri + ('&' if '?' in redirect_uri else '?')
    )


def code_of(
    request_label: str, location: str, state: str, issuer: t.Optional[str] = None
) -> t.Optional[str]:
    """Take the authorization code out of a redirect to the client (RFC 6749 section 4.1.2).

    :param state: what was sent. :param issuer: URL of the server (RFC 9207).
    :returns: the code, which is registered as a secret, or None where the redirect carries neither
        a code nor an error.
    :raises Refused: denied, or the response to another request than ours.
    """
    parameters = sent_to(location)
    if 'error' in parameters:
        code = in_shape('error code', parameters['error'])
        description = sanitize(parameters.get('error_description')).rstrip('.')
        detail = ': '.join(word for word in (code, description) if word)
        raise Refused(
            '%s was refused%s.' % (request_label, ' (%s)' % detail if detail else ''),
            code=code or None,
        )
    if not parameters.get('code'):
        return None
    register(parameters['code'])
    if not hmac.compare_digest(
        parameters.get('state', '').encode('utf-8', 'replace'), state.encode('utf-8')
    ):
        raise Refused(
            '%s came back with another state than was sent: the answer belongs to another request, '
            'and its code is not used.' % request_label
        )
    if issuer and 'iss' in parameters and host_of(parameters['iss']) != host_of(issuer):
        raise Refused(
            '%s came back in the name of another server (%s), and its code is not used.'
            % (request_label, host_of(parameters['iss']))
        )
    return parameters['code']
