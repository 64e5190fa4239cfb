# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""JSON Web Tokens: reading claims without verification, and signing assertions (RFC 7519, 7523)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._http.response import short_integer
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register


def jwt_claims(token: str) -> t.Optional[t.Dict[str, t.Any]]:
    """Read the claims of a JWT without verifying it.

    :returns: a mapping, or None if it is not a JWT."""
    parts = token.split('.')
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(
            base64.b64decode(parts[1] + '=' * (-len(parts[1]) % 4), altchars=b'-_', validate=True),
            parse_int=short_integer,
        )
    except (ValueError, binascii.Error, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def jwt_expiry(token: str) -> t.Optional[float]:
    """:returns: the C(exp) of a JWT in seconds since 1970, or None. No other claim is read."""
    end = (jwt_claims(token) or {}).get('exp')
    if isinstance(end, bool) or not isinstance(end, (int, float)) or not 0 < end < 1e11:
        return None
    return end


def jwt_assertion(secret: str, subject: str, issuer: str, expires_at: float) -> str:
    """Make a JWT that is signed with HS512 (RFC 7515, RFC 7523).

    It has neither C(iat) nor C(nbf): with either of them, a clock that is a little ahead of the
    server's makes it invalid.

    :param secret: the key, as text. :param expires_at: seconds since 1970.
    :returns: the JWT, which is registered as a secret.
    """
    parts: t.List[t.Dict[str, t.Any]] = [
        {'alg': 'HS512', 'typ': 'JWT'},
        {'iss': issuer, 'sub': subject, 'exp': int(expires_at)},
    ]
    text = '.'.join(
        unpadded(json.dumps(part, separators=(',', ':')).encode('ascii')) for part in parts
    )
    signature = hmac.new(secret.encode('utf-8'), text.encode('ascii'), hashlib.sha512).digest()
    assertion = '%s.%s' % (text, unpadded(signature))
    register(assertion)
    return assertion


def unpadded(data: bytes) -> str:
    """:returns: Base64url without padding (RFC 7515 appendix C)."""
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode('ascii')
