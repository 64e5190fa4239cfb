# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for Nuvy's "Nexus" OAuth2 token endpoint and for an API that its tokens open.

C(POST /nexus/oauth2/token) grants client credentials as Nuvy's "Nexus Authentication" page says;
client authentication, the order of an OAuth2 token endpoint and the bearer check are Authlib's (RFC
6749, RFC 6750). C(GET /nexus/v1/whoami) lets live access tokens in and nothing else.
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
    """A token that was handed out.

    C(expires_at) is when the server stops to accept it, in seconds since 1970.
    """

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

    C(script) is a list of dicts, the next one used up by the next granted token: each key replaces
    that member of the JSON answer (or removes it, see C(MISSING)); the key C(exp_in) sets the
    seconds after which the token and its JWT C(exp) end, whatever C(expires_in) says; C(no_exp)
    leaves the claim out. C(requests) has one dict for each token request: C(style) (basic, body or
    none), C(client_id), C(scope), C(error), C(status).
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
    """App Clients for a person who starts the sandbox by hand, and for tests that need none in
    particular.
    """
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
    """Only parameters in the body count: RFC 6749 section 2.3.1 forbids credentials in the URI."""

    @property
    def data(self):
        return self._request.form


class _Grant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post']

    def validate_token_request(self):
        _check_authentication_method()
        client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(self.GRANT_TYPE):
            error = UnsupportedGrantTypeError(self.GRANT_TYPE)
            error.status_code = 501
            error.description = 'grant type not supported for your App Client'
            raise error
        self.request.client = client
        if client.get_allowed_scope(self.request.payload.scope) is None:
            raise InvalidScopeError('scope not granted to the client')


class _Server(AuthorizationServer):
    def create_oauth2_request(self, dummy_request):
        made = FlaskOAuth2Request(request)
        made.payload = _FormPayload(request)
        return made


class _Validator(BearerTokenValidator):
    def __init__(self, state):
        super().__init__(realm='nexus')
        self.state = state

    def authenticate_token(self, token_string):
        return self.state.tokens.get(token_string)


class _Protector(ResourceProtector):
    def parse_request_authorization(self, made):
        try:
            return super().parse_request_authorization(made)
        except OAuth2Error:
            raise InvalidTokenError(realm='nexus') from None


def _has_basic_header():
    header = request.headers.get('Authorization', '')
    return header.partition(' ')[0].lower() == 'basic'


def _check_authentication_method():
    """RFC 6749 section 2.3: a request uses one method."""
    in_body = bool(request.form.get('client_id') and request.form.get('client_secret'))
    if not _has_basic_header():
        if not in_body:
            raise InvalidRequestError('missing credentials')
    elif 'client_secret' in request.form:
        raise InvalidRequestError('credentials in the header and in the body')


def _authenticate(query_client, client_id, client_secret):
    client = query_client(client_id) if client_id else None
    if client is None or not client.check_client_secret(client_secret or ''):
        raise InvalidClientError('invalid credentials or revoked App Client', status_code=401)
    return client


def _authenticate_body(query_client, dummy_request):
    return _authenticate(
        query_client, request.form.get('client_id'), request.form.get('client_secret')
    )


class Nuvy:
    """The endpoints of one server; see C(create_app) for the parameters."""

    def __init__(self, app, state, clock, form_encoded_basic, require_https):
        self.state = state
        self.clock = clock
        self.form_encoded_basic = form_encoded_basic
        self.require_https = require_https
        self.key = OctKey.import_key(secrets.token_bytes(32))
        self.server = _Server(
            app, query_client=state.clients.get, save_token=lambda token, dummy_request: None
        )
        self.server.register_token_generator('default', self.make_token)
        self.server.register_client_auth_method('client_secret_basic', self.authenticate_basic)
        self.server.register_client_auth_method('client_secret_post', _authenticate_body)
        self.server.register_grant(_Grant)
        self.protect = _Protector()
        self.protect.register_token_validator(_Validator(state))

    def basic_credentials(self):
        """(id, secret) of a Basic header, (None, None) of a broken one, None without one."""
        if not _has_basic_header():
            return None
        header = request.headers['Authorization']
        user, password = serving.basic_credentials(header) or (None, None)
        if user is None:
            return None, None
        if self.form_encoded_basic:
            return unquote_plus(user), unquote_plus(password)
        return user, password

    def authenticate_basic(self, query_client, dummy_request):
        found = self.basic_credentials()
        return None if found is None else _authenticate(query_client, *found)

    def make_token(
        self, grant_type, client, user=None, scope=None, expires_in=None, include_refresh_token=True
    ):
        state = self.state
        now, scripted = self.clock(), dict(state.script.pop(0)) if state.script else {}
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
        token = jwt.encode({'alg': 'HS256', 'typ': 'JWT'}, claims, self.key)
        answer = {
            'access_token': token,
            'token_type': 'Bearer',
            'expires_in': client.expires_in,
            'scope': granted,
        }
        state.tokens[token] = Issued(client, granted, now + lifetime, self.clock)
        answer.update(scripted)
        return {name: value for name, value in answer.items() if value is not MISSING}

    def check_form(self):
        """Refuse what RFC 6749 section 3.2 and Nuvy refuse before the grant is considered."""
        if self.require_https and not request.is_secure:
            raise InvalidRequestError('use HTTPS')
        if request.mimetype != FORM:
            raise InvalidRequestError('wrong Content-Type')
        if any(len(values) > 1 for dummy, values in request.form.lists()):
            raise InvalidRequestError('a parameter is sent twice')

    def token_answer(self):
        try:
            self.check_form()
            return self.server.create_token_response()
        except OAuth2Error as error:
            return self.server.handle_response(*error())

    def token(self):
        answer = self.token_answer()
        basic, form = self.basic_credentials(), request.form
        style = 'body' if 'client_id' in form else 'none'
        self.state.requests.append(
            {
                'style': style if basic is None else 'basic',
                'client_id': (basic or (form.get('client_id'),))[0],
                'scope': form.get('scope'),
                'status': answer.status_code,
                'error': (answer.get_json(silent=True) or {}).get('error'),
            }
        )
        return answer

    def whoami(self):
        with self.protect.acquire() as live:
            return jsonify(client_id=live.client.client_id, scope=live.scope)


def create_app(clients=None, clock=time.time, form_encoded_basic=False, require_https=True):
    """Return the Flask app; C(app.state) is its C(NuvyState).

    :param clients: list of C(AppClient), by default C(default_clients()).
    :param clock: returns seconds since 1970.
    :param form_encoded_basic: True decodes user and password of Basic as form-encoded (RFC 6749
        section 2.3.1); False, the default, uses the raw bytes as C(curl -u) sends them.
    :param require_https: Nuvy enforces HTTPS; False lets a test of something else use plain HTTP.
    """
    app = Flask('sandbox.nuvy')
    app.hints = HINTS if clients is None else []
    app.state = NuvyState()
    for client in default_clients() if clients is None else clients:
        app.state.add(client)
    nuvy = Nuvy(app, app.state, clock, form_encoded_basic, require_https)
    app.post(TOKEN_PATH)(nuvy.token)
    app.get(WHOAMI_PATH)(nuvy.whoami)
    if not require_https:
        app.wsgi_app = _Pretend(app.wsgi_app)
    return app


class _Pretend:
    """Lets Authlib, which refuses plain HTTP, see https where a test asked for plain HTTP."""

    def __init__(self, wsgi_app):
        self.wsgi_app = wsgi_app

    def __call__(self, environ, start_response):
        return self.wsgi_app({**environ, 'wsgi.url_scheme': 'https'}, start_response)
