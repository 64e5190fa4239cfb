# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The client's part of OAuth2: RFC 6749, PKCE (RFC 7636) and JWT assertions (RFC 7523), without any one server's habits."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import math
import re
import secrets
import time
from collections import namedtuple
from urllib.parse import parse_qsl, quote_plus, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    host_of,
    refuse_redirect,
    shown,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BEARER,
    Token,
    basic_authorization,
)

BASIC_AUTH = 'basic'
BODY_AUTH = 'body'
UNTOLD_LIFETIME = 300  # seconds that a token is kept whose server does not say how long it lives
LONGEST_LIFETIME = 10 * 365 * 86400
USUAL_HEADER = 4000  # bytes that any server takes
# What an Authorization header can carry (RFC 6749 appendix A.12, without the blank, which would end the token there)
_VISIBLE = re.compile(r'[!-~]+')

Authentication = namedtuple('Authentication', 'authorization fields secrets')
Authentication.__doc__ = """How a client proves who it is at the token endpoint.

:param authorization: value of the Authorization header, or None. :param fields: form fields. :param secrets: what must never be shown.
"""
Refusal = namedtuple('Refusal', 'code description')
Refusal.__doc__ = """What a server says of a refusal (RFC 6749 section 5.2), fit to be shown; both may be empty."""


def authentication(style, client_id, client_secret, form_encode=False):
    """Prepare the client's credentials (RFC 6749 section 2.3.1); never both ways at once.

    :param style: V(basic) or V(body). :param client_secret: None for a public client.
    :param form_encode: encode both before they are joined for Basic, as the RFC says; C(curl -u) and many servers do not.
    :returns: C(Authentication). :raises BadInput: a colon that would cut the client's name short.
    """
    if style == BODY_AUTH:
        fields = {'client_id': client_id}
        if client_secret is not None:
            fields['client_secret'] = client_secret
        return Authentication(None, fields, (client_secret,))
    user, password = client_id, client_secret or ''
    if form_encode:
        user, password = quote_plus(user), quote_plus(password)
    elif ':' in client_id:
        raise BadInput(
            'client_id holds a colon, where HTTP Basic authentication ends the name. Set client_auth to body.'
        )
    value = basic_authorization(user, password)
    return Authentication(value, {}, (client_secret, password, value[6:]))


class Endpoint:
    """A token endpoint, as one client sees it.

    :param request: sends a request, like C(http.Client.request). :param path: of the endpoint.
    :param type_name: the source type, for the tokens. :param authentication: C(Authentication).
    :param explain: called with the C(Answer), the C(Refusal) and the form, returns the error to raise, or None for the usual one.
    :param gives_existing: the server hands out a token that it made before, so that its remaining time may be anything.
    :ivar warnings: sentences for the user.
    """

    def __init__(
        self,
        request,
        path,
        type_name,
        authentication,
        explain,
        clock=time.time,
        gives_existing=False,
    ):
        self._request = request
        self._path = path
        self._type = type_name
        self._authentication = authentication
        self._explain = explain
        self._clock = clock
        self._gives_existing = gives_existing
        self.warnings = []

    def grant(self, parameters, hidden=(), scope=None, repeatable=False):
        """Ask for a token; always a form POST.

        :param parameters: of the grant, C(grant_type) among them. :param hidden: those of their values that must never be shown.
        :param scope: what is asked for, as a list. :param repeatable: asking twice does no harm (nothing is spent).
        :returns: C(Token). :raises Refused: the server said no. :raises ServerProblem: its answer cannot be used.
        """
        form = dict(parameters, **self._authentication.fields)
        if scope:
            form['scope'] = ' '.join(scope)
        asked_at = self._clock()
        answer = self._request(
            'POST',
            self._path,
            form=form,
            authorization=self._authentication.authorization,
            repeatable=repeatable,
        )
        hidden = tuple(hidden) + self._authentication.secrets
        data = answer.json_object() if answer.status == 200 and not answer.is_html else None
        if data is None or data.get('error'):
            refusal = refusal_of(answer, hidden)
            raise self._explain(answer, refusal, form) or usual_refusal(answer, refusal)
        return token_of(
            answer, data, self._type, asked_at, scope, self.warnings, self._gives_existing
        )


def refusal_of(answer, hidden):
    """:param hidden: secrets, lest the server sends them back. :returns: C(Refusal)."""
    data = answer.error_object()
    code, description = data.get('error'), data.get('error_description')
    return Refusal(
        shown(code, *hidden)[:60] if isinstance(code, str) else '', shown(description, *hidden)
    )


def said(answer, refusal):
    """:returns: status, the server's error code and its words, as they stand in brackets in messages."""
    words = ' %s' % refusal.code if refusal.code else ''
    return '%d%s%s' % (
        answer.status,
        words,
        ': %s' % refusal.description.rstrip('.') if refusal.description else '',
    )


def usual_refusal(answer, refusal, advice='Check url.'):
    """:returns: the error for what any server may answer instead of a token."""
    status = answer.status
    try:
        refuse_redirect(answer, advice)
    except Refused as problem:
        return problem
    what = (answer.what, said(answer, refusal))
    if status == 200 and answer.is_html:
        text = (
            '%s answered 200 with a page of HTML instead of a token: a login page, a proxy, or the wrong address. %s'
            % (answer.what, advice)
        )
    elif status in (404, 405):
        text = '%s is no token endpoint (%s). %s' % (what + (advice,))
    elif status == 407:
        text = '%s: the proxy asks for a user name and password (%s). Give them in proxy.' % what
    elif status in (413, 414, 431):
        text = '%s: the request is too large for the server or a proxy (%s).' % what
    elif status == 429 or status in (502, 503, 504):
        text = '%s is busy or out of order (%s). Try again later.' % what
    elif status >= 500:
        text = "%s failed (%s). The server's log tells more." % what
    else:
        text = '%s refuses (%s).' % what
        return Refused(text, status, refusal.code or None)
    return ServerProblem(text, status, refusal.code or None)


def too_large_for(answer, token):
    """:returns: what to tell where a server finds the header that holds the token too large, else None. Most take 8 to 64 KB; RFC 6585 section 5
    names the status, and many answer 400 instead."""
    if answer.status in (413, 431) or (answer.status == 400 and len(token.secret) > USUAL_HEADER):
        return (
            '%s answered %d: the token has %d bytes, and headers that large are too much for that server or a proxy before it. '
            'Ask for fewer scopes, or have the limit raised.'
            % (answer.what, answer.status, len(token.secret))
        )
    return None


def token_of(answer, data, type_name, asked_at, asked_scope, warnings, gives_existing=False):
    """Read a token from an answer (RFC 6749 section 5.1). Unknown fields are ignored.

    :param data: the JSON object in it. :param asked_at: seconds since 1970, from before the request. :param asked_scope: list or None.
    :param warnings: a list that warnings are added to. :param gives_existing: no time left is no mistake.
    :returns: C(Token). :raises ServerProblem: what the RFC requires is missing or cannot be used.
    """
    value = data.get('access_token')
    if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
        raise ServerProblem(
            '%s answered without a usable access_token.' % answer.what, answer.status
        )
    token_type = data.get('token_type')
    if token_type is None:
        warnings.append(
            '%s does not say of what type its token is; it is taken for a bearer token.'
            % answer.what
        )
    elif not isinstance(token_type, str) or token_type.lower() != 'bearer':
        raise ServerProblem(
            '%s answered with a token of a type that is not bearer, which cannot be used (RFC 6749 section 7.1).'
            % answer.what,
            answer.status,
        )
    refresh_token = data.get('refresh_token')
    if refresh_token in (None, ''):
        refresh_token = None
    elif not isinstance(refresh_token, str) or not refresh_token.isprintable():
        raise ServerProblem(
            '%s answered with a refresh_token that cannot be used.' % answer.what, answer.status
        )
    expires_at = _expires_at(
        answer, data.get('expires_in'), value, asked_at, warnings, gives_existing
    )
    return Token(
        BEARER,
        type_name,
        value,
        asked_at,
        expires_at=expires_at,
        scope=_scope(answer, data.get('scope'), asked_scope, warnings),
        refresh_token=refresh_token,
    )


def _expires_at(answer, expires_in, value, asked_at, warnings, gives_existing):
    seconds = lifetime(expires_in)
    if seconds is False or (seconds is not None and seconds <= 0 and not gives_existing):
        raise ServerProblem(
            '%s answered with a lifetime (expires_in) that cannot be used.' % answer.what,
            answer.status,
        )
    end = jwt_expiry(value)
    if end is not None and end <= asked_at:
        if seconds is None:
            raise ServerProblem(
                "%s handed out a token that has expired already by this machine's clock. Compare the clocks of both."
                % answer.what,
                answer.status,
            )
        warnings.append(
            "By this machine's clock, the token of %s has expired already (exp), while the server gives it more time (expires_in). "
            'Compare the clocks of both.' % answer.what
        )
        end = None
    if seconds is None:
        return asked_at + UNTOLD_LIFETIME if end is None else end
    return asked_at + max(seconds, 0) if end is None else min(asked_at + seconds, end)


def lifetime(expires_in):
    """:param expires_in: as the server wrote it. :returns: whole seconds, None where it says nothing, False where it is no number of seconds."""
    if expires_in is None:
        return None
    if isinstance(expires_in, str) and re.fullmatch(r'-?[0-9]{1,30}(\.[0-9]{1,30})?', expires_in):
        expires_in = float(expires_in)
    if (
        isinstance(expires_in, bool)
        or not isinstance(expires_in, (int, float))
        or (isinstance(expires_in, float) and math.isnan(expires_in))
    ):
        return False
    return int(max(min(expires_in, LONGEST_LIFETIME), -LONGEST_LIFETIME))


def jwt_claims(token):
    """Read the claims of a JWT without verifying it. :returns: a mapping, or None where it is no JWT."""
    parts = token.split('.')
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(
            base64.b64decode(parts[1] + '=' * (-len(parts[1]) % 4), altchars=b'-_', validate=True)
        )
    except (ValueError, binascii.Error, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def jwt_expiry(token):
    """:returns: the C(exp) of a JWT in seconds since 1970, or None where there is none. No other claim is looked at."""
    end = (jwt_claims(token) or {}).get('exp')
    if isinstance(end, bool) or not isinstance(end, (int, float)) or not 0 < end < 1e11:
        return None
    return end


def _scope(answer, granted, asked, warnings):
    """A scope that is not told is the one that was asked for (RFC 6749 section 5.1). Order means nothing."""
    if isinstance(granted, list) and all(isinstance(item, str) for item in granted):
        granted = ' '.join(granted)
    if not isinstance(granted, str):
        return ' '.join(asked) if asked else None
    missing = sorted(set(asked or ()) - set(granted.split()))
    if missing:
        warnings.append(
            '%s granted less than was asked for: scope %s is missing.'
            % (answer.what, ', '.join(missing))
        )
    return ' '.join(granted.split())


def check_scope(scope):
    """:param scope: a list of scopes. :raises BadInput: one of them is no scope token (RFC 6749 section 3.3)."""
    for item in scope or ():
        if not re.fullmatch(r'[!#-\[\]-~]+', item):
            raise BadInput(
                'scope holds an entry that is empty or holds a blank, a quotation mark or a backslash. Give each scope as an item of the list.'
            )


# Authorization codes

Pkce = namedtuple('Pkce', 'verifier challenge')


def pkce(verifier=None):
    """:returns: a new verifier of 64 characters and its S256 challenge (RFC 7636 section 4)."""
    verifier = verifier or secrets.token_urlsafe(48)
    return Pkce(verifier, _unpadded(hashlib.sha256(verifier.encode('ascii')).digest()))


def check_verifier(verifier):
    """:raises BadInput: it is no verifier (RFC 7636 section 4.1)."""
    if not re.fullmatch(r'[A-Za-z0-9._~-]{43,128}', verifier):
        raise BadInput(
            'code_verifier must be 43 to 128 letters, digits, dots, underscores, tildes or hyphens (RFC 7636 section 4.1).'
        )


def new_state():
    """:returns: a value that ties the answer of the authorization endpoint to our request."""
    return secrets.token_urlsafe(24)


def sent_to(location):
    """:returns: the parameters in the query of a redirect, as a dict; those of a fragment do not count."""
    try:
        return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))
    except ValueError:
        return {}


def leads_to(location, redirect_uri):
    """:returns: True when a redirect goes to exactly this URI, with parameters added."""
    return location == redirect_uri or location.startswith(
        redirect_uri + ('&' if '?' in redirect_uri else '?')
    )


def code_of(what, location, state, issuer=None):
    """Take the authorization code out of a redirect to the client (RFC 6749 section 4.1.2).

    :param what: the request, for messages. :param state: what was sent. :param issuer: URL of the server (RFC 9207).
    :returns: the code, or None where the redirect carries neither a code nor an error.
    :raises Refused: denied, or the answer to another request than ours.
    """
    parameters = sent_to(location)
    if 'error' in parameters:
        refusal = Refusal(
            shown(parameters['error'])[:60], shown(parameters.get('error_description'))
        )
        raise Refused(
            '%s was refused (%s%s).'
            % (
                what,
                refusal.code,
                ': ' + refusal.description.rstrip('.') if refusal.description else '',
            ),
            code=refusal.code,
        )
    code = parameters.get('code')
    if not code:
        return None
    if not hmac.compare_digest(
        parameters.get('state', '').encode('utf-8', 'replace'), state.encode('utf-8')
    ):
        raise Refused(
            '%s came back with another state than was sent: the answer belongs to another request, and its code is not used.'
            % what
        )
    if issuer and 'iss' in parameters and host_of(parameters['iss']) != host_of(issuer):
        raise Refused(
            '%s came back in the name of another server (%s), and its code is not used.'
            % (what, host_of(parameters['iss']))
        )
    return code


# Assertions


def jwt_assertion(secret, subject, issuer, expires_at):
    """Make a JWT that is signed with HS512 (RFC 7515, RFC 7523).

    It has neither C(iat) nor C(nbf): with either of them, a clock that is a little ahead of the server's makes it invalid.

    :param secret: the key, as text. :param expires_at: seconds since 1970.
    """
    parts = [
        {'alg': 'HS512', 'typ': 'JWT'},
        {'iss': issuer, 'sub': subject, 'exp': int(expires_at)},
    ]
    text = '.'.join(
        _unpadded(json.dumps(part, separators=(',', ':')).encode('ascii')) for part in parts
    )
    return '%s.%s' % (
        text,
        _unpadded(hmac.new(secret.encode('utf-8'), text.encode('ascii'), hashlib.sha512).digest()),
    )


def _unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode('ascii')
