# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OAuth2 endpoints of the stand-in of a Nuxeo Platform from 9.2 on, with their grants."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from urllib.parse import unquote_plus

from flask import request

from .nuxeo_answers import (
    Html500,
    answer,
    bare,
    escape,
    redirect,
    token_error,
    token_json,
    tomcat_page,
    with_parameters,
)
from .nuxeo_core import basic_header
from .nuxeo_state import Code, Duplicate, random_text

JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
CODE_SECONDS = 600
_BAD_ESCAPE = re.compile(r'%(?![0-9A-Fa-f]{2})')


def decode_twice(value):
    """What Nuxeo does to redirect_uri after the servlet container has decoded it once."""
    if value is None:
        return None
    if _BAD_ESCAPE.search(value):
        raise Html500
    return unquote_plus(value)


class OAuth2:
    """C(/oauth2/authorize), C(/oauth2/authorize_submit) and C(/oauth2/token)."""

    def __init__(self, core):
        self.core, self.state = core, core.state
        version = core.version
        self.client_credentials = (2023, 31) <= version < (2024,) or version >= (2025, 3)

    def answer(self, call, endpoint):
        if self.core.legacy or endpoint not in ('authorize', 'authorize_submit', 'token'):
            return self.core.not_found(call)
        if request.method == 'OPTIONS':
            return answer(200, headers=[('Allow', 'GET, HEAD, POST, TRACE, OPTIONS')])
        if request.method in ('PUT', 'DELETE', 'PATCH'):
            return tomcat_page(405, f'HTTP method {request.method} is not supported by this URL')
        user = self.core.identify(call, api=False) if endpoint != 'token' else None
        if endpoint != 'authorize' and request.method != 'POST':
            return self.oauth_page(
                call, 405, f'The /oauth2/{endpoint} endpoint only accepts POST requests.'
            )
        if endpoint == 'authorize' and request.method == 'POST':
            return self.core.not_found(call)
        try:
            if endpoint == 'token':
                return self.token(call)
            return self.authorize(call, user, submitted=endpoint == 'authorize_submit')
        except Duplicate as found:
            text = f"More than one client registered for the '{found}' id"
            return (
                token_error('server_error', text, 500)
                if endpoint == 'token'
                else self.oauth_page(call, 500, text)
            )

    def oauth_page(self, call, status, text):
        """oauth2error.jsp: the text is not escaped, the title always says 400."""
        self.core.need_session(call)
        page = (
            '<!DOCTYPE html>\n<html>\n<head>\n<title>null - 400</title>\n</head>\n<body>\n'
            f'<h1>Bad request</h1>\n<code>{text}</code>\n</body>\n</html>\n'
        )
        return bare(answer(status, page, 'text/html;charset=UTF-8'))

    # authorization

    def authorize(self, call, user, submitted):
        client_id, challenge, method = (
            call.get('client_id'),
            call.get('code_challenge'),
            call.get('code_challenge_method'),
        )
        sent_uri = decode_twice(call.get('redirect_uri') or call.get('redirect_url')) or None
        text = self.authorize_error(
            client_id, call.get('response_type'), sent_uri, challenge, method
        )
        if text:
            return self.oauth_page(call, 400, text)
        client = self.state.client(client_id)
        uri = sent_uri or client.uris()[0]
        state = call.get('state')
        if submitted and call.get('grant_access') is None:
            return redirect(
                with_parameters(
                    uri,
                    [
                        ('error_description', 'Access denied by the user'),
                        ('state', state),
                        ('error', 'access_denied'),
                    ],
                )
            )
        if (
            not submitted
            and not client.auto_grant
            and self.state.token_of(client_id, user.name) is None
        ):
            return self.consent_page(call, client)
        code = random_text(10)
        self.state.codes[code] = Code(
            client_id, user.name, sent_uri, challenge, method, self.state.clock()
        )
        return redirect(with_parameters(uri, [('code', code), ('state', state)]))

    def authorize_error(self, client_id, response_type, sent_uri, challenge, method):
        if not client_id:
            return 'Missing required field "client_id".'
        if not response_type:
            return 'Missing required field "response_type".'
        if response_type != 'code':
            return f'Unknown response_type: got "{response_type}", expecting "code".'
        client = self.state.client(client_id)
        if client is None:
            return f'Invalid client_id: {client_id}.'
        if not client.enabled:
            return f'Client {client_id} is disabled.'
        if not client.uris():
            return 'No redirect URI configured for the app.'
        if sent_uri and sent_uri not in client.uris():
            return (
                f'Invalid redirect_uri parameter: {sent_uri}. It must exactly match one of the '
                'redirect URIs configured for the app.'
            )
        uri = sent_uri or client.uris()[0]
        if not self.core.valid_uri(uri):
            return (
                f'Invalid redirect URI configured for the app: {uri}. It must not be empty and '
                'start with https for security reasons.'
            )
        if (challenge is None) != (method is None):
            return (
                'Invalid PKCE parameters: either both code_challenge and code_challenge_method '
                'parameters must be sent or none of them.'
            )
        if method not in (None, 'plain', 'S256'):
            return (
                f'Invalid code_challenge_method parameter: transform algorithm {method} not '
                'supported. '
                'The server only supports [plain, S256].'
            )
        return None

    def consent_page(self, call, client):
        self.core.need_session(call)
        names = (
            'response_type',
            'client_id',
            'redirect_uri',
            'scope',
            'state',
            'code_challenge',
            'code_challenge_method',
        )
        fields = ''.join(
            f'<input type="hidden" name="{name}" value="{escape(call.get(name))}">\n'
            for name in names
            if call.get(name)
        )
        page = (
            '<!DOCTYPE html>\n<html>\n<head>\n<title>null</title>\n</head>\n<body>\n'
            f'<p>{escape(client.name or "")} wants to access your account.</p>\n'
            '<form id="oauth2Form" action="/nuxeo/oauth2/authorize_submit" method="POST">\n'
            f'{fields}'
            '<button name="deny_access" value="1">Deny</button>\n'
            '<button name="grant_access" value="1">Allow</button>\n</form>\n</body>\n</html>\n'
        )
        return answer(
            200,
            page,
            'text/html;charset=UTF-8',
            [('Pragma', 'no-cache'), ('Expires', 'Wed, 31 Dec 1969 23:59:59 GMT')],
        )

    # tokens

    def token(self, call):
        redirect_uri = decode_twice(call.get('redirect_uri') or call.get('redirect_url')) or None
        client_id, secret = self.client_credentials_of(call)
        grant = call.get('grant_type')
        if grant == 'authorization_code':
            return self.code_grant(call, client_id, secret, redirect_uri)
        if grant == 'refresh_token':
            return self.refresh_grant(call, client_id, secret)
        if grant == JWT_GRANT and self.core.version >= (10, 10):
            return self.jwt_grant(call, client_id, secret)
        if grant == 'client_credentials' and self.client_credentials:
            return self.client_grant(client_id, secret)
        got = 'null' if grant is None else grant
        return token_error(
            'unsupported_grant_type',
            f'Unknown grant_type: got "{got}", expecting "authorization_code" or "refresh_token".',
        )

    def client_credentials_of(self, call):
        """Basic comes before the form; it is not form-decoded, and ignored without a colon."""
        try:
            found = basic_header() if self.core.version >= (10, 10) else None
        except binascii.Error:
            raise Html500 from None
        return found or (call.get('client_id'), call.get('client_secret'))

    def code_grant(self, call, client_id, secret, redirect_uri):
        if call.get('code') is None:
            if self.core.production:
                return token_error('invalid_grant', 'Invalid authorization code')
            raise Html500
        code = self.state.codes.pop(call.get('code'), None)
        if code is None or self.state.clock() - code.created >= CODE_SECONDS:
            return token_error('invalid_grant', 'Invalid authorization code')
        if code.client_id != client_id:
            return token_error(
                'invalid_client', f'Invalid client id: {"null" if client_id is None else client_id}'
            )
        client = self.state.client(client_id)
        if client is None or not client.accepts(secret):
            return token_error('invalid_client', 'Disabled client or invalid client secret')
        if code.redirect_uri is not None and code.redirect_uri != redirect_uri:
            return token_error(
                'invalid_grant',
                f'Invalid redirect URI: {"null" if redirect_uri is None else redirect_uri}',
            )
        if code.method is not None:
            verifier = call.get('code_verifier')
            if verifier is None:
                return token_error('invalid_request', 'Missing code_verifier parameter')
            if code.method == 'S256':
                verifier = (
                    base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
                    .rstrip(b'=')
                    .decode()
                )
            if not code.challenge or verifier != code.challenge:
                return token_error('invalid_grant', 'Invalid code_verifier parameter')
        return self.hand_out(code.client_id, code.user)

    def refresh_grant(self, call, client_id, secret):
        if not client_id:
            return token_error('invalid_request', 'Empty client id')
        client = self.state.client(client_id)
        if client is None or not client.accepts(secret):
            return token_error('invalid_client', 'Disabled client or invalid client secret')
        sent = call.get('refresh_token')
        token = next(
            (
                token
                for token in self.state.tokens
                if sent and token.refresh == sent and token.client_id == client_id
            ),
            None,
        )
        if token is None:
            return token_error('invalid_grant', 'Cannot refresh token')
        return self.token_answer(self.state.refresh(token))

    def jwt_grant(self, call, client_id, secret):
        if not call.get('assertion'):
            return token_error('invalid_request', 'Empty assertion')
        if not client_id:
            return token_error('invalid_request', 'Empty client id')
        client = self.state.client(client_id)
        if client is None or not client.enabled:
            return token_error('invalid_client', f'Invalid client: {client_id}')
        if not client.accepts(secret):
            return token_error(
                'invalid_client', f'Disabled client: {client_id} or invalid client secret'
            )
        claims = self.core.verify_jwt(call.get('assertion'))
        if claims is None:
            return token_error('invalid_client', 'Secret not configured or invalid token')
        subject = claims.get('sub')
        if subject is not None and not isinstance(subject, str):
            raise Html500
        return self.hand_out(client_id, subject)

    def client_grant(self, client_id, secret):
        """2023.31, 2025.3 and newer: for the user whose name is the client's id; the refusals are
        assumed.
        """
        if not client_id:
            return token_error('invalid_request', 'Empty client id')
        client = self.state.client(client_id)
        if client is None or not client.enabled:
            return token_error('invalid_client', f'Invalid client: {client_id}')
        if not client.secret or not client.accepts(secret):
            return token_error(
                'invalid_client', f'Disabled client: {client_id} or invalid client secret'
            )
        if client_id not in self.state.users:
            return token_error('invalid_grant', f'Invalid user: {client_id}')
        return self.hand_out(client_id, client_id, refreshable=False)

    def hand_out(self, client_id, user, refreshable=True):
        """One token for a client and a user: the living one as it is, an expired one renewed."""
        token = self.state.token_of(client_id, user)
        if token is None:
            token = self.state.new_token(client_id, user, self.core.token_seconds, refreshable)
        elif token.expired(self.state.clock()):
            if refreshable:
                token = self.state.refresh(token)
            else:
                self.state.tokens.remove(token)
                token = self.state.new_token(client_id, user, self.core.token_seconds, refreshable)
        return self.token_answer(token, refreshable)

    def token_answer(self, token, refreshable=True):
        value = {
            'access_token': token.access,
            'refresh_token': token.refresh,
            'token_type': 'bearer',
            'expires_in': int(token.created + token.seconds - self.state.clock()),
        }
        if not refreshable or token.refresh is None:
            del value['refresh_token']
        return token_json(200, value)
