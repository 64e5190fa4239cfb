# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The token endpoint of OAuth2 as a client sees it (RFC 6749), without any one server's habits."""

from __future__ import annotations

import math
import re
import time
import typing as t
from urllib.parse import quote_plus

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2.jwt import jwt_expiry
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    in_shape,
    register,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BEARER,
    Token,
    basic_authorization,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import check_basic_user

BASIC_AUTH = 'basic'
BODY_AUTH = 'body'
UNKNOWN_LIFETIME = 300  # seconds that a token is kept whose server does not report a lifetime
SUCCESSES = (200, 201, 203)  # RFC 6749 names the first only; servers and proxies differ
LONGEST_LIFETIME = 10 * 365 * 86400
USUAL_HEADER = 4000  # bytes that any server accepts
# What an Authorization header can carry (RFC 6749 appendix A.12, without the blank, which would end
# the token there)
_VISIBLE = re.compile(r'[!-~]+')
_NUMBER = re.compile(r'\s{0,9}[+-]?[0-9]{1,30}(\.[0-9]{1,30})?\s{0,9}')


class Authentication(t.NamedTuple):
    """How a client proves who it is at the token endpoint.

    :ivar authorization: value of the Authorization header, or None. :ivar fields: form fields.
    """

    authorization: t.Optional[str]
    fields: t.Dict[str, str]


class Refusal(t.NamedTuple):
    """What a server reports of a refusal (RFC 6749 section 5.2), fit to be shown.

    Both may be empty."""

    code: str
    description: str


def authentication(
    style: str, client_id: str, client_secret: t.Optional[str], form_encode: bool = False
) -> Authentication:
    """Prepare the client's credentials (RFC 6749 section 2.3.1); never both ways at once.

    :param style: V(basic) or V(body). :param client_secret: None for a public client.
    :param form_encode: encode both before they are joined for Basic, as the RFC requires; C(curl
        -u) and many servers do not.
    :raises BadInput: a colon that would cut the client's name short.
    """
    register(client_secret)
    if style == BODY_AUTH:
        fields = {'client_id': client_id}
        if client_secret is not None:
            fields['client_secret'] = client_secret
        return Authentication(None, fields)
    user, password = client_id, client_secret or ''
    if form_encode:
        user, password = quote_plus(user), quote_plus(password)
    else:
        check_basic_user(client_id, 'client_id', 'Set client_auth to body.')
    return Authentication(basic_authorization(user, password), {})


Explain = t.Callable[[Response, Refusal, t.Dict[str, t.Any]], t.Optional[TokensError]]


class Endpoint:
    """A token endpoint, as one client sees it.

    :param request: sends a request, like C(Client.request). :param path: of the endpoint.
    :param type_name: the source type, for the tokens. :param authentication: C(Authentication).
    :param explain: called with the C(Response), the C(Refusal) and the form, returns the error to
        raise, or None for the usual one.
    :param gives_existing: the server may return an existing token, with any remaining time.
    :ivar warnings: sentences for the user.
    """

    def __init__(
        self,
        request: t.Callable[..., Response],
        path: str,
        type_name: str,
        authentication: Authentication,
        explain: Explain,
        clock: t.Callable[[], float] = time.time,
        gives_existing: bool = False,
    ) -> None:
        self._request = request
        self._path = path
        self._type = type_name
        self._authentication = authentication
        self._explain = explain
        self._clock = clock
        self._gives_existing = gives_existing
        self.warnings: t.List[str] = []

    def grant(
        self,
        parameters: t.Mapping[str, t.Any],
        hidden: t.Iterable[t.Optional[str]] = (),
        scope: t.Optional[t.Sequence[str]] = None,
        repeatable: bool = False,
    ) -> Token:
        """Request a token; always a form POST.

        :param parameters: of the grant, C(grant_type) among them.
        :param hidden: those of their values that are secrets.
        :param scope: requested scopes. :param repeatable: nothing is used up by the request.
        :returns: C(Token).
        :raises Refused: by the server. :raises ServerProblem: the response cannot be used.
        """
        register(*hidden)
        form = dict(parameters, **self._authentication.fields)
        if scope:
            form['scope'] = ' '.join(scope)
        asked_at = self._clock()
        response = self._request(
            'POST',
            self._path,
            form=form,
            authorization=self._authentication.authorization,
            repeatable=repeatable,
        )
        usable = response.status in SUCCESSES and not response.is_html
        data = response.json_object() if usable else None
        if data is None or data.get('error'):
            refusal = refusal_of(response)
            raise self._explain(response, refusal, form) or usual_refusal(response, refusal)
        return token_of(
            response, data, self._type, asked_at, scope, self.warnings, self._gives_existing
        )


def refusal_of(response: Response) -> Refusal:
    """:returns: the error code and description in a response; see C(Refusal)."""
    data = response.error_object()
    return Refusal(
        in_shape('error code', data.get('error')), sanitize(data.get('error_description'))
    )


def error_detail(response: Response, refusal: Refusal) -> str:
    """:returns: status, error code and description, as written in brackets in messages."""
    return '%d%s%s' % (
        response.status,
        ' %s' % refusal.code if refusal.code else '',
        ': %s' % refusal.description.rstrip('.') if refusal.description else '',
    )


_USUAL = {
    404: '%(label)s is not a token endpoint (%(detail)s). %(advice)s',
    405: '%(label)s is not a token endpoint (%(detail)s). %(advice)s',
    407: '%(label)s: the proxy requires a user name and password (%(detail)s). Give them in proxy.',
    413: '%(label)s: the request is too large for the server or a proxy (%(detail)s).',
    414: '%(label)s: the request is too large for the server or a proxy (%(detail)s).',
    429: '%(label)s is busy or out of order (%(detail)s). Try again later.',
    431: '%(label)s: the request is too large for the server or a proxy (%(detail)s).',
    502: '%(label)s is busy or out of order (%(detail)s). Try again later.',
    503: '%(label)s is busy or out of order (%(detail)s). Try again later.',
    504: '%(label)s is busy or out of order (%(detail)s). Try again later.',
}


def usual_refusal(
    response: Response, refusal: Refusal, advice: str = 'Check url.'
) -> ServerProblem:
    """:returns: the error for what any server may send instead of a token."""
    status = response.status
    try:
        refuse_redirect(response, advice)
    except Refused as problem:
        return problem
    words = {
        'label': response.request_label,
        'detail': error_detail(response, refusal),
        'advice': advice,
    }
    if status == 200 and response.is_html:
        text = (
            '%(label)s answered 200 with a page of HTML instead of a token: a login page, a proxy, '
            'or the wrong address. %(advice)s'
        )
    elif status in _USUAL:
        text = _USUAL[status]
    elif status >= 500:
        text = '%(label)s failed (%(detail)s). See the server log for details.'
    else:
        return Refused('%(label)s refuses (%(detail)s).' % words, status, refusal.code or None)
    return ServerProblem(text % words, status, refusal.code or None)


def too_large_for(response: Response, token: Token) -> t.Optional[str]:
    """:returns: what to report if the server finds the header with the token too large, else None.

    Most accept 8 to 64 KB; RFC 6585 section 5 names the status, and many answer 400 instead."""
    too_long = len(token.secret) > USUAL_HEADER
    if response.status in (413, 431) or (response.status == 400 and too_long):
        return (
            '%s answered %d: the token has %d bytes, and headers that large are too much for that '
            'server or a proxy before it. Request fewer scopes, or have the limit raised.'
            % (response.request_label, response.status, len(token.secret))
        )
    return None


def token_of(
    response: Response,
    data: t.Mapping[str, t.Any],
    type_name: str,
    asked_at: float,
    asked_scope: t.Optional[t.Sequence[str]],
    warnings: t.List[str],
    gives_existing: bool = False,
) -> Token:
    """Read a token from a response (RFC 6749 section 5.1). Unknown fields are ignored.

    :param data: the JSON object in it. :param asked_at: seconds since 1970, before the request.
    :param warnings: a list that warnings are added to.
    :param gives_existing: no time left is not an error.
    :returns: C(Token).
    :raises ServerProblem: what the RFC requires is missing or cannot be used.
    """
    value, refresh_token = data.get('access_token'), data.get('refresh_token')
    refresh_token = None if refresh_token == '' else refresh_token
    register(*(word for word in (value, refresh_token) if isinstance(word, str)))
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise _unusable(response, 'without a usable access_token')
    _check_type(response, data.get('token_type'), warnings)
    if refresh_token is not None and not (
        isinstance(refresh_token, str) and refresh_token.isprintable()
    ):
        raise _unusable(response, 'with a refresh_token that cannot be used')
    expires_at = _expires_at(
        response, data.get('expires_in'), value, asked_at, warnings, gives_existing
    )
    return Token(
        BEARER,
        type_name,
        value,
        asked_at,
        expires_at=expires_at,
        scope=_scope(response, data.get('scope'), asked_scope, warnings),
        refresh_token=refresh_token,
    )


def _unusable(response: Response, what: str) -> ServerProblem:
    return ServerProblem('%s answered %s.' % (response.request_label, what), response.status)


def _check_type(response: Response, token_type: t.Any, warnings: t.List[str]) -> None:
    name = token_type.strip().lower() if isinstance(token_type, str) else token_type
    if name is None or name == '':
        warnings.append(
            '%s does not report the type of its token; it is used as a bearer token.'
            % response.request_label
        )
    elif name not in ('bearer', 'bearertoken'):
        raise _unusable(
            response,
            'with a token of a type that is not bearer, which cannot be used (RFC 6749 section '
            '7.1)',
        )


def _expires_at(
    response: Response,
    expires_in: t.Any,
    value: str,
    asked_at: float,
    warnings: t.List[str],
    gives_existing: bool,
) -> float:
    seconds = lifetime(expires_in)
    if seconds is False:
        raise _unusable(response, 'with a lifetime (expires_in) that cannot be used')
    if seconds is not None and seconds <= 0 and not gives_existing:
        warnings.append(
            '%s gives its token no lifetime (expires_in); it is used once.' % response.request_label
        )
        return asked_at
    end = jwt_expiry(value)
    if end is not None and end <= asked_at:
        if seconds is None:
            raise ServerProblem(
                "%s issued a token that has expired already by this machine's clock. Compare the "
                'clocks of both.' % response.request_label,
                response.status,
            )
        warnings.append(
            "By this machine's clock, the token of %s has expired already (exp), while the server "
            'gives it more time (expires_in). Compare the clocks of both.' % response.request_label
        )
        end = None
    if seconds is None:
        return asked_at + UNKNOWN_LIFETIME if end is None else end
    return asked_at + max(seconds, 0) if end is None else min(asked_at + seconds, end)


def lifetime(expires_in: t.Any) -> t.Optional[int]:
    """:param expires_in: as the server wrote it.
    :returns: whole seconds, None where it is missing, False where it is not a number."""
    if expires_in is None:
        return None
    if isinstance(expires_in, str) and _NUMBER.fullmatch(expires_in):
        expires_in = float(expires_in)
    if isinstance(expires_in, bool) or not isinstance(expires_in, (int, float)):
        return False
    if isinstance(expires_in, float) and math.isnan(expires_in):
        return False
    return int(max(min(expires_in, LONGEST_LIFETIME), -LONGEST_LIFETIME))


def _scope(
    response: Response,
    granted: t.Any,
    asked: t.Optional[t.Sequence[str]],
    warnings: t.List[str],
) -> t.Optional[str]:
    """A scope that is missing is the requested one (RFC 6749 section 5.1). Order means nothing."""
    if isinstance(granted, list) and all(isinstance(item, str) for item in granted):
        granted = ' '.join(granted)
    if not isinstance(granted, str):
        return ' '.join(asked) if asked else None
    missing = sorted(set(asked or ()) - set(granted.split()))
    if missing:
        warnings.append(
            '%s granted less than was requested: scope %s is missing.'
            % (response.request_label, ', '.join(missing))
        )
    return in_shape('scope', ' '.join(granted.split())) or None


def check_scope(scope: t.Optional[t.Iterable[str]]) -> None:
    """:raises BadInput: an entry is not a scope token (RFC 6749 section 3.3)."""
    for item in scope or ():
        if not re.fullmatch(r'[!#-\[\]-~]+', item):
            raise BadInput(
                'scope contains an entry that is empty or has a quotation mark or a backslash.'
            )
