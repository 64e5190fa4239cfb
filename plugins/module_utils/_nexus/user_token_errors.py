# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What refusals of the user token interface mean: one sentence with cause and remedy for each."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import (
    refuse_redirect,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    Product,
    server_name,
    unexpected_status,
    wrong_login,
    wrong_place,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    sanitize,
)

SSO_ADVICE = (
    'Check url, also its path. If it redirects to a single sign-on page, use a local account, or '
    "(3.90.1 and newer) user_id with an administrator's password."
)
_FEATURE_DISABLED = (
    'The user token feature is switched off on %(host)s (%(detail)s). An administrator can enable '
    'it under Settings, Security, User Tokens.'
)
# Step 1 (measured on 3.16 to 3.71; 2.7 to 2.15 have the same code)
_STEP1 = {
    400: '%(host)s refuses the request (%(detail)s): it knows the user under another name than '
    'username, often in another case; or the login is itself a user token; or a proxy removes the '
    'Authorization header, or sends a Host or X-Forwarded-Proto header that Nexus rejects.',
    403: '%(host)s knows the user but does not accept a password login for it (%(detail)s): the '
    'account comes from single sign-on, or its password differs between realms. On 3.90.1 and '
    "newer, use user_id with an administrator's password.",
    406: '%(label)s refuses the content type (%(status)d). A proxy in between changes the Accept '
    'or Content-Type header.',
    415: '%(label)s refuses the content type (%(status)d). A proxy in between changes the Accept '
    'or Content-Type header.',
}
_OUTSIDE_REST = (
    '%(host)s refuses the request (403 from %(label)s). On Nexus 2.0 to 2.3 that means that it has '
    'no user tokens, which need Pro, or that the user lacks the role usertoken-basic; on '
    'others, that something in front of Nexus blocks the path, or url lacks the context path.'
)
_STEP2 = {
    'ticket': '%(label)s did not accept its own ticket (%(status)d), twice. Behind a load balancer '
    'both steps must reach the same node, within 20 seconds.',
    'expired': 'The user token has expired (%(detail)s). Set regenerate to if_expired to replace '
    'it.',
    'disabled': _FEATURE_DISABLED,
    'password': '%(host)s accepted the password for the ticket but not for the token (%(detail)s).',
    'privilege': 'The user %(username)s lacks the right to have a user token on %(host)s '
    '(%(detail)s). Give it the privilege nx-usertoken-current (Nexus 2: the role usertoken-basic).',
}
# The interface for administrators (3.90.1 and newer)
_OTHER_USERS = {
    400: _FEATURE_DISABLED,
    403: 'The user %(username)s may not manage the user tokens of others on %(host)s (403). It '
    'needs the privileges of nx-usertoken-users.',
    422: "%(host)s does not know the realm %(realm)s (422). Use the name of the user's source: "
    'default, LDAP, SAML or Crowd.',
}


def redirected(answer: Response, url: str) -> TokensError:
    """:param url: the base URL. :returns: the error for a redirect."""
    location = answer.header('Location') or ''
    secure = url.startswith('http:') and location.startswith('https:')
    try:
        refuse_redirect(answer, 'Use https in url.' if secure else SSO_ADVICE)
    except Refused as refusal:
        return refusal
    return unexpected_status(answer)


def step1_refusal(answer: Response, url: str, product: Product) -> TokensError:
    """:param url: the base URL. :returns: the error for a request that got no ticket."""
    status = answer.status
    if 300 <= status < 400:
        return redirected(answer, url)
    if status == 401:
        return wrong_login(answer)
    if status in (404, 405):
        return wrong_place(answer, product)
    fault = fault_id(answer)
    words = {
        'host': server_name(url),
        'label': answer.request_label,
        'status': status,
        'detail': '%d from %s%s' % (status, answer.request_label, fault),
    }
    if status == 403 and not fault:
        return Refused(_OUTSIDE_REST % words, status)
    if status in _STEP1:
        return Refused(_STEP1[status] % words, status)
    if status == 503 and 'read-only' in _text(answer):
        return ServerProblem(
            '%(host)s is in read-only mode. Try again after its maintenance.' % words, status
        )
    return ServerProblem(
        '%s answered %d%s. See the server log for details.' % (answer.request_label, status, fault),
        status,
    )


def fault_id(answer: Response) -> str:
    """:returns: the key of the error in the server log, in brackets, or an empty str."""
    key = answer.header('X-Siesta-FaultId') or ''
    return ' (fault %s)' % key if re.match('[0-9A-Fa-f-]{1,40}$', key) else ''


def ticket_refused(answer: Response) -> bool:
    """400, 403 or 500, by version, that names the ticket (measured on the sibling resource that
    accepts tickets too)."""
    return answer.status in (400, 403, 500) and 'ticket' in _text(answer).lower()


def is_expired(answer: Response) -> bool:
    """:returns: whether a response means that the user token has expired."""
    return answer.status == 410 or (answer.status == 400 and 'expired' in _text(answer).lower())


def step2_refusal(answer: Response, url: str, username: str) -> TokensError:
    """:param url: the base URL. :returns: the error for step 2, other than redirects and 404."""
    kind = _step2_kind(answer)
    if kind is None:
        return unexpected_status(answer)
    words = {
        'host': server_name(url),
        'label': answer.request_label,
        'status': answer.status,
        'detail': '%d from %s' % (answer.status, answer.request_label),
        'username': username,
    }
    return Refused(_STEP2[kind] % words, answer.status)


def _step2_kind(answer: Response) -> t.Optional[str]:
    text = _text(answer)
    if ticket_refused(answer):
        return 'ticket'
    if is_expired(answer):
        return 'expired'
    if answer.status == 400 and ('not enabled' in text or not text.strip()):
        return 'disabled'
    return {401: 'password', 403: 'privilege'}.get(answer.status)


def other_user_refusal(
    answer: Response, url: str, username: str, user_id: str, realm: str
) -> TokensError:
    """:returns: the error of the interface for administrators, other than redirects and 401."""
    status = answer.status
    if status in _OTHER_USERS:
        words = {
            'host': server_name(url),
            'username': username,
            'realm': sanitize(realm),
            'detail': status,
        }
        return Refused(_OTHER_USERS[status] % words, status)
    return ServerProblem(
        '%s answered %d for user %s. See the server log for details.'
        % (answer.request_label, status, sanitize(user_id)),
        status,
    )


def token_refused(product: Product, url: str) -> Refused:
    """:returns: the error for a token that the server gave and does not accept."""
    where = 'Security, Realms' if product.at_least((3, 0)) is not False else 'Server settings'
    return Refused(
        '%s does not accept the user token that it gave itself (401). Its User Token Realm is '
        'probably not active: activate it in the administration (%s). Another token would not '
        'be accepted either, so it is not replaced again; regenerate: always would.'
        % (server_name(url), where),
        401,
    )


def no_user_tokens(product: Product, answer: t.Optional[Response] = None) -> Refused:
    """:returns: the error for a server without user tokens. :param answer: a 404, if there was."""
    if product.without_user_tokens:
        text = 'The server has no user tokens (%s%s; user tokens need Pro).' % (
            'it answered 404: ' if answer else '',
            product,
        )
        return Refused(text, 404)
    hint = ''
    if product.stated:
        hint = ' Or nexus_version is not the version of this server.'
    elif product.version is None:
        hint = ' Its version could not be found out: if it is a Pro, set nexus_version.'
    label = answer.request_label if answer else 'it'
    return Refused(
        'The server has no user tokens (%s answered 404: %s). They need Nexus Repository Pro '
        'with a licence, and must be switched on.%s' % (label, product, hint),
        404,
    )


def _text(answer: Response) -> str:
    return '' if answer.is_html else answer.text()
