# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What refusals of the OAuth2 endpoints of a Nuxeo Platform mean."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    CONTEXT_ADVICE,
    login_refusal,
    page_text,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2.pkce import (
    sent_to,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2.token_endpoint import (
    Refusal,
    error_detail,
    usual_refusal,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    in_shape,
)

LEGACY_ADVICE = 'A Nuxeo 8.10 or older needs endpoints set to legacy.'
CURRENT_ADVICE = 'Nuxeo 9.1 and newer do not have these endpoints: remove endpoints.'
# Errors of Nuxeo's token endpoint (400): code, words in the description, and what it means. The
# first that fits counts.
SENTENCES: t.Tuple[t.Tuple[str, str, str], ...] = (
    (
        'unsupported_grant_type',
        'got "client_credentials"',
        'does not have the grant client_credentials: that needs LTS 2023.31, LTS 2025.3 or newer',
    ),
    (
        'unsupported_grant_type',
        'jwt-bearer',
        'does not have the grant jwt_bearer: that needs 10.10 with hot fix 02, or newer',
    ),
    (
        'unsupported_grant_type',
        'got "null"',
        'saw no grant_type, though it was sent: something on the way changes the form',
    ),
    (
        'invalid_grant',
        'Invalid authorization code',
        'does not accept the code. It works once, within ten minutes, and any failed attempt uses '
        'it up: get a new one',
    ),
    (
        'invalid_grant',
        'Invalid redirect URI',
        'does not accept the redirect_uri. It must be the one with which the code was requested',
    ),
    (
        'invalid_grant',
        'Invalid code_verifier',
        'does not accept the code_verifier. It must belong to the challenge with which the code '
        'was requested',
    ),
    (
        'invalid_grant',
        'Cannot refresh token',
        'does not accept the refresh token. It was used before, was revoked, belongs to another '
        'client, or was removed after its token expired (a weekly job '
        'of 2023.29, 2025.1 and newer)',
    ),
    (
        'invalid_request',
        'Missing code_verifier',
        'needs the code_verifier that belongs to the challenge with which the code was requested',
    ),
    (
        'invalid_request',
        'Empty client id',
        'saw no client_id, though it was sent: something on the way changes the request',
    ),
    (
        'invalid_request',
        'Empty assertion',
        'saw no assertion, though it was sent: something on the way changes the form',
    ),
    (
        'invalid_client',
        'Secret not configured or invalid token',
        "does not accept the assertion: its signature (HS512, with the server's nuxeo.jwt.secret), "
        'its issuer (nuxeo) or its time is wrong, or no '
        'nuxeo.jwt.secret is set on the server',
    ),
    (
        'invalid_client',
        'Disabled client',
        'does not accept the client: client_id or client_secret is wrong, or the client is '
        'disabled',
    ),
    (
        'invalid_client',
        'Invalid client id',
        'does not accept the client: client_id is wrong, or the code was given to another client',
    ),
    ('invalid_client', 'Invalid client', 'does not know the client, or it is disabled'),
    (
        'server_error',
        'More than one client',
        'has more than one client of this name. An administrator must remove all but one',
    ),
)
# The same for its authorization endpoint (pages of HTML)
PAGES = (
    (
        'Invalid client_id',
        'does not know the client. Register it, for instance with nuxeo_oauth2_client',
    ),
    ('is disabled', 'has the client, but it is disabled. An administrator must enable it'),
    (
        'No redirect URI configured',
        'has no redirect URI for the client. An administrator must add one',
    ),
    (
        'Invalid redirect_uri parameter',
        'does not accept the redirect_uri. It must be exactly one of those registered with the '
        'client',
    ),
    (
        'Invalid redirect URI configured',
        'has a redirect URI for the client that it does not accept itself: it accepts https, '
        'http://localhost, and schemes of applications',
    ),
    (
        'More than one client',
        'has more than one client of this name. An administrator must remove all but one',
    ),
)
LEGACY_ERRORS = {
    'invalid_request': 'redirect_uri must be the one with which the code was requested, and a '
    'refresh token works once',
    'access_denied': 'the code or refresh token is not valid for this client, or was used before',
    'unauthorized_client': 'check client_id and client_secret, and whether the client is enabled',
    'unsupported_response_type': 'is this a Nuxeo 8.10 or older?',
    'invalid_grant': 'is this a Nuxeo 8.10 or older?',
}


def token_refusal(
    answer: Response, refusal: Refusal, legacy: bool = False
) -> t.Optional[TokensError]:
    """:returns: the error for a response of the token endpoint without a token, or None for the
    usual one."""
    known = _known_refusal(answer, refusal)
    if known is None and legacy:
        known = legacy_error(answer, refusal.code)
    if known is not None:
        return known
    if 300 <= answer.status < 400 or answer.status == 403:
        return login_refusal(answer)
    if answer.status in (404, 405):
        advice = CURRENT_ADVICE if legacy else LEGACY_ADVICE
        return usual_refusal(answer, refusal, '%s %s' % (CONTEXT_ADVICE, advice))
    if answer.status == 500 and answer.is_html:
        return ServerProblem(
            '%s failed with a page of HTML (500). Nuxeo does so if a parameter is missing or not '
            'encoded as it expects, and for a JWT whose sub is not a string. See the server log '
            'for details.' % answer.request_label,
            500,
        )
    return None


def _known_refusal(answer: Response, refusal: Refusal) -> t.Optional[TokensError]:
    for code, words, sentence in SENTENCES:
        if refusal.code == code and words in refusal.description:
            return Refused(
                '%s %s (%s).' % (answer.request_label, sentence, error_detail(answer, refusal)),
                answer.status,
                code,
            )
    return None


def legacy_error(answer: Response, code: str = '') -> t.Optional[TokensError]:
    """:param code: the error code, or empty if a redirect carries it.

    :returns: the error of 8.10 and older, or None if it is another one."""
    code = code or in_shape('error code', sent_to(answer.header('Location') or '').get('error'))
    if code not in LEGACY_ERRORS:
        return None
    return Refused(
        '%s refuses (%s): %s.' % (answer.request_label, code, LEGACY_ERRORS[code]),
        answer.status,
        code,
    )


def page_refusal(answer: Response) -> TokensError:
    """:returns: the error for a page of the authorization endpoint."""
    text, status = page_text(answer).rstrip('.'), answer.status
    detail = '%d: %s' % (status, text) if text else '%d' % status
    for words, sentence in PAGES:
        if words in text:
            return Refused('%s %s (%s).' % (answer.request_label, sentence, detail), status)
    if status in (404, 405):
        return Refused(
            '%s does not exist (%d). %s %s'
            % (answer.request_label, status, CONTEXT_ADVICE, LEGACY_ADVICE),
            status,
        )
    if status == 200:
        return Refused(
            '%s answered with a page instead of a redirect: a login page, or a proxy. %s'
            % (answer.request_label, CONTEXT_ADVICE),
            status,
        )
    if 400 <= status < 500 and status != 429:
        return Refused('%s refuses (%s).' % (answer.request_label, detail), status)
    return ServerProblem(
        '%s failed (%s). See the server log for details.' % (answer.request_label, detail), status
    )
