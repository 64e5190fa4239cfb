# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for Nuvy's "Nexus" OAuth2 token endpoint and for an API that its tokens open.

C(POST /nexus/oauth2/token) grants client credentials as Nuvy's "Nexus Authentication" page says; client
authentication, the order of an OAuth2 token endpoint and the bearer check are Authlib's (RFC 6749, RFC 6750).
C(GET /nexus/v1/whoami) lets live access tokens in and nothing else.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.integrations.flask_oauth2.requests import FlaskOAuth2Payload, FlaskOAuth2Request
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    ClientMixin,
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    UnsupportedGrantTypeError,
    grants,
)
from authlib.oauth2.rfc6750 import BearerTokenValidator, InvalidTokenError
from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import OctKey

from . import serving

TOKEN_PATH = '/nexus/oauth2/token'
WHOAMI_PATH = '/nexus/v1/whoami'
FORM = 'application/x-www-form-urlencoded'
MISSING = object()
"""Put this into an entry of C(NuvyState.script) to leave a member out of one answer."""


@dataclass
class AppClient(ClientMixin):
    """One App Client, as Nuvy's App Clients screen makes it."""

    client_id: str
    client_secret: str
    scopes: tuple = ()
    default_scopes: tuple | None = None
    grant_types: tuple = ('client_credentials',)
    expires_in: int = 3600
    revoked: bool = False

    def get_client_id(self):
        return self.client_id

    def check_client_secret(self, client_secret):
        return not self.revoked and hmac.compare_digest(
            self.client_secret.encode(), client_secret.encode()
        )

    def check_endpoint_auth_method(self, method, endpoint):
        return method in ('client_secret_basic', 'client_secret_post')

    def check_grant_type(self, grant_type):
        return grant_type in self.grant_types

    def get_allowed_scope(self, scope):
        if scope is None:
            return ' '.join(self.scopes if self.default_scopes is None else self.default_scopes)
        wanted = scope.split(' ')
        # RFC 6749 section 3.3: no empty scope tokens
        return scope if set(wanted) <= set(self.scopes) else None


@dataclass
class Issued:
    """A token that was handed out. C(expires_at) is when the server stops to accept it, in seconds since 1970."""

    client: AppClient
    scope: str
    expires_at: float
    now: object
    revoked: bool = False

    def is_expired(self):
        return self.now() >= self.expires_at

    def is_revoked(self):
        return self.revoked or self.client.revoked

    def get_scope(self):
        return self.scope


@dataclass
class NuvyState:
    """What the server knows; tests read and change it.

    C(script) is a list of dicts, the next one used up by the next granted token: each key replaces that member of
    the JSON answer (or removes it, see C(MISSING)); the key C(exp_in) sets the seconds after which the token and its
    JWT C(exp) end, whatever C(expires_in) says; C(no_exp) leaves the claim out.
    C(requests) has one dict for each token request: C(style) (basic, body or none), C(client_id), C(scope), C(error), C(status).
    """

    clients: dict = field(default_factory=dict)
    tokens: dict = field(default_factory=dict)
    script: list = field(default_factory=list)
    requests: list = field(default_factory=list)

    def add(self, client):
        self.clients[client.client_id] = client
        return client

    def revoke_tokens(self):
        for token in self.tokens.values():
            token.revoked = True


def default_clients():
    """App Clients for a person who starts the sandbox by hand, and for tests that need none in particular."""
    return [
        AppClient('buildops-client', 'nuvy-s3cret', ('read', 'write', 'admin'), ('read', 'write')),
        AppClient('buildops-odd', 'p:a%2B+s&s/w=ört€ x', ('read',)),
        AppClient('buildops-short', 'short-s3cret', ('read',), expires_in=30),
        AppClient('buildops-revoked', 'revoked-s3cret', ('read',), revoked=True),
        AppClient('buildops-unsupported', 'unsupported-s3cret', ('read',), grant_types=()),
    ]


HINTS = [
    f'App Client: {client.client_id} / {client.client_secret}' for client in default_clients()[:1]
] + [f'token endpoint {TOKEN_PATH}, an API to open with a token {WHOAMI_PATH}']


class _FormPayload(FlaskOAuth2Payload):
    """Parameters count in the body only; RFC 6749 section 2.3.1 keeps credentials out of the URI."""

    @property
    def data(self):
        return self._request.form


def create_app(clients=None, clock=time.time, form_encoded_basic=False, require_https=True):
    """Return the Flask app; C(app.state) is its C(NuvyState).

    clients: list of C(AppClient), by default C(default_clients()). clock: returns seconds since 1970.
    form_encoded_basic: True takes user and password of Basic as form-encoded (RFC 6749 section 2.3.1);
    False, the default, takes the raw bytes as C(curl -u) sends them.
    require_https: Nuvy enforces HTTPS; False lets a test of something else speak plain HTTP.
    """
    app = Flask('sandbox.nuvy')
    app.hints = HINTS if clients is None else []
    app.state = state = NuvyState()
    for client in default_clients() if clients is None else clients:
        state.add(client)
    key = OctKey.import_key(secrets.token_bytes(32))

    def basic_credentials():
        """(id, secret) of a Basic header, (None, None) of a broken one, None without one."""
        header = request.headers.get('Authorization', '')
        if header.partition(' ')[0].lower() != 'basic':
            return None
        user, password = serving.basic_credentials(header) or (None, None)
        if user is None:
            return None, None
        return (
            (unquote_plus(user), unquote_plus(password)) if form_encoded_basic else (user, password)
        )

    def authenticate(query_client, client_id, client_secret):
        client = query_client(client_id) if client_id else None
        if client is None or not client.check_client_secret(client_secret or ''):
            raise InvalidClientError('invalid credentials or revoked App Client', status_code=401)
        return client

    def authenticate_basic(query_client, dummy_request):
        found = basic_credentials()
        return None if found is None else authenticate(query_client, *found)

    def authenticate_body(query_client, dummy_request):
        return authenticate(
            query_client, request.form.get('client_id'), request.form.get('client_secret')
        )

    class Grant(grants.ClientCredentialsGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post']

        def validate_token_request(self):
            in_body = bool(request.form.get('client_id') and request.form.get('client_secret'))
            if basic_credentials() is None:
                if not in_body:
                    raise InvalidRequestError('missing credentials')
            elif 'client_secret' in request.form:
                # RFC 6749 section 2.3: one authentication method in a request
                raise InvalidRequestError('credentials in the header and in the body')
            client = self.authenticate_token_endpoint_client()
            if not client.check_grant_type(self.GRANT_TYPE):
                error = UnsupportedGrantTypeError(self.GRANT_TYPE)
                error.status_code = 501
                error.description = 'grant type not supported for your App Client'
                raise error
            self.request.client = client
            if client.get_allowed_scope(self.request.payload.scope) is None:
                raise InvalidScopeError('scope not granted to the client')

    class Server(AuthorizationServer):
        def create_oauth2_request(self, dummy_request):
            made = FlaskOAuth2Request(request)
            made.payload = _FormPayload(request)
            return made

    def make_token(
        grant_type, client, user=None, scope=None, expires_in=None, include_refresh_token=True
    ):
        now, scripted = clock(), dict(state.script.pop(0)) if state.script else {}
        lifetime = scripted.pop('exp_in', client.expires_in)
        granted = client.get_allowed_scope(scope)
        claims = {
            'iss': 'nexus',
            'sub': client.client_id,
            'iat': int(now),
            'jti': secrets.token_hex(8),
            'scope': granted,
            'exp': int(now + lifetime),
        }
        if scripted.pop('no_exp', False):
            del claims['exp']
        token = jwt.encode({'alg': 'HS256', 'typ': 'JWT'}, claims, key)
        answer = {
            'access_token': token,
            'token_type': 'Bearer',
            'expires_in': client.expires_in,
            'scope': granted,
        }
        state.tokens[token] = Issued(client, granted, now + lifetime, clock)
        answer.update(scripted)
        return {name: value for name, value in answer.items() if value is not MISSING}

    server = Server(
        app, query_client=state.clients.get, save_token=lambda token, dummy_request: None
    )
    server.register_token_generator('default', make_token)
    server.register_client_auth_method('client_secret_basic', authenticate_basic)
    server.register_client_auth_method('client_secret_post', authenticate_body)
    server.register_grant(Grant)

    def check_form():
        """What RFC 6749 section 3.2 and Nuvy want of the request before any grant is looked at."""
        if require_https and not request.is_secure:
            raise InvalidRequestError('use HTTPS')
        if request.mimetype != FORM:
            raise InvalidRequestError('wrong Content-Type')
        if any(len(values) > 1 for dummy, values in request.form.lists()):
            raise InvalidRequestError('a parameter is sent twice')

    def token_answer():
        try:
            check_form()
            return server.create_token_response()
        except OAuth2Error as error:
            return server.handle_response(*error())

    @app.post(TOKEN_PATH)
    def token():
        answer = token_answer()
        error = (answer.get_json(silent=True) or {}).get('error')
        style = (
            'basic'
            if basic_credentials() is not None
            else 'body'
            if 'client_id' in request.form
            else 'none'
        )
        state.requests.append(
            {
                'style': style,
                'client_id': (basic_credentials() or (request.form.get('client_id'),))[0],
                'scope': request.form.get('scope'),
                'status': answer.status_code,
                'error': error,
            }
        )
        return answer

    class Validator(BearerTokenValidator):
        def authenticate_token(self, token_string):
            return state.tokens.get(token_string)

    class Protector(ResourceProtector):
        def parse_request_authorization(self, made):
            try:
                return super().parse_request_authorization(made)
            except OAuth2Error:
                raise InvalidTokenError(realm='nexus') from None

    protect = Protector()
    protect.register_token_validator(Validator(realm='nexus'))

    @app.get(WHOAMI_PATH)
    def whoami():
        with protect.acquire() as live:
            return jsonify(client_id=live.client.client_id, scope=live.scope)

    if not require_https:
        app.wsgi_app = _Pretend(app.wsgi_app)
    return app


class _Pretend:
    """Lets Authlib, which refuses plain HTTP, see https where a test asked for plain HTTP."""

    def __init__(self, wsgi_app):
        self.wsgi_app = wsgi_app

    def __call__(self, environ, start_response):
        return self.wsgi_app({**environ, 'wsgi.url_scheme': 'https'}, start_response)
