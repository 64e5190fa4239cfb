# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all parts of the stand-in of a Nuxeo Platform share: filters, sessions, who is asking."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from urllib.parse import parse_qsl, unquote

from flask import request

from .nuxeo_answers import (
    JAXRS,
    LOGIN_SCRIPT,
    SECURITY_HEADERS,
    Html500,
    Refused,
    answer,
    bare,
    java_encode,
    redirect,
    rest_error,
    tomcat_page,
    with_parameters,
)
from .nuxeo_state import Session, random_text

FORM = 'application/x-www-form-urlencoded'
_REDIRECT_URI = re.compile(r'http://localhost(:\d+)?(/.*)?')
_REPORT = re.compile('<hr class="line" />.*</p>')


def route_everything(app, platform):
    """Hands every request of any method to C(platform.handle()), whose answers go out without a
    reason phrase.
    """
    app.url_map.merge_slashes = False
    methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']
    for rule in ('/', '/<path:dummy>'):
        app.add_url_rule(
            rule,
            endpoint=rule,
            view_func=lambda dummy='': platform.handle(),
            methods=methods,
            provide_automatic_options=False,
        )
    app.wsgi_app = _WithoutReason(app.wsgi_app)


class _WithoutReason:
    """Tomcat sends no reason phrase."""

    def __init__(self, wsgi_app):
        self.wsgi_app = wsgi_app

    def __call__(self, environ, start_response):
        return self.wsgi_app(environ, lambda status, *more: start_response(status[:3] + ' ', *more))


class Call:
    """One request: path below the context, parameters as a servlet sees them, session."""

    def __init__(self, state):
        raw = (
            request.environ.get('RAW_URI')
            or request.environ.get('REQUEST_URI')
            or request.full_path
        )
        self.raw_path = raw.partition('?')[0]
        self.path = request.path
        if ';' in self.raw_path:  # Tomcat takes parameters away, and only then decodes a path
            self.path = unquote(re.sub(';[^/]*', '', self.raw_path))
        self.query = request.query_string.decode('latin-1')
        pairs = parse_qsl(self.query, True, errors='replace')
        if request.method == 'POST' and request.mimetype == FORM:
            pairs += parse_qsl(request.get_data().decode('latin-1'), True, errors='replace')
        self.parameters: dict[str, str] = {}
        for name, value in pairs:
            self.parameters.setdefault(name, value)
        self.session_id = request.cookies.get('JSESSIONID')
        self.session = state.sessions.get(self.session_id)
        self.cookies: list[str] = []

    def get(self, name):
        return self.parameters.get(name)


def basic_header():
    """User and password of a Basic header as Nuxeo reads them, None without a colon or a header;
    C(binascii.Error) for what is not base64.
    """
    scheme, dummy, value = request.headers.get('Authorization', '').partition(' ')
    if scheme.lower() != 'basic':
        return None
    user, colon, password = (
        base64.b64decode(value.strip(), validate=True).decode('utf-8', 'replace').partition(':')
    )
    return (user, password) if colon else None


def unbase64(text):
    return base64.b64decode(text + '=' * (-len(text) % 4), altchars=b'-_', validate=True)


def entity_body(entity_type):
    """The JSON body of an entity; anything else ends in a server error, another content type in
    415.
    """
    if request.mimetype != 'application/json':
        raise Refused(rest_error(415, JAXRS))
    try:
        value = json.loads(request.get_data())
    except ValueError:
        value = None
    if not isinstance(value, dict) or value.get('entity-type') != entity_type:
        raise Refused(rest_error(500, 'Internal Server Error'))
    return value


class Core:
    """A server without endpoints; C(route(call)) of a subclass answers what the filters let
    through.
    """

    def __init__(
        self,
        state,
        version,
        jwt_secret,
        token_seconds,
        csrf_token,
        sso_url,
        dev_mode,
        production=False,
    ):
        self.state = state
        self.version = tuple(int(part) for part in version.split('.'))
        self.jwt_secret, self.token_seconds, self.csrf_token = jwt_secret, token_seconds, csrf_token
        self.sso_url, self.dev_mode, self.production = sso_url, dev_mode, production
        self.legacy = self.version < (9, 2)

    def route(self, call):
        raise NotImplementedError

    # the filters in front of everything

    def handle(self):
        call = Call(self.state)
        with self.state.lock:
            refused = self.before(call)
            if refused is not None:
                return self.finished(refused)
            try:
                made = self.route(call)
            except Refused as stop:
                made = stop.response
            except Html500:
                made = self.error_page(call, 500, 'An error occurred.')
        if not made.bare:
            for name, value in SECURITY_HEADERS:
                made.headers.setdefault(name, value)
        for cookie in call.cookies:
            made.headers.add('Set-Cookie', cookie)
        return self.finished(made)

    def finished(self, made):
        if self.production and made.by_tomcat:
            made.set_data(_REPORT.sub('', made.get_data(as_text=True)))
        return made

    def before(self, call):
        """Encoded slashes, then the CORS and CSRF filter: all of it before anyone is asked who they
        are.
        """
        if '%2f' in call.raw_path.lower() or '%5c' in call.raw_path.lower():
            return tomcat_page(400, 'Invalid URI: [The encoded slash character is not allowed]')
        unsafe = request.method not in ('GET', 'HEAD', 'OPTIONS', 'TRACE')
        source = request.headers.get('Origin') or request.headers.get('Referer')
        if unsafe and source and not self.same_origin(source):
            return tomcat_page(403, 'CSRF check failure')
        if not self.csrf_token:
            return None
        if unsafe:
            sent = request.headers.get('CSRF-Token') or call.get('csrf-token')
            if not sent or call.session is None or sent != call.session.csrf:
                return tomcat_page(403, 'CSRF check failure', [('CSRF-Token', 'invalid')])
        elif (
            request.headers.get('CSRF-Token') == 'fetch'
            and call.path == '/nuxeo'
            and self.csrf_token == 'on'
        ):
            session = self.need_session(call)
            session.csrf = session.csrf or random_text(40)
            return answer(
                200,
                headers=[
                    *SECURITY_HEADERS,
                    ('CSRF-Token', session.csrf),
                    *(('Set-Cookie', cookie) for cookie in call.cookies),
                ],
            )
        return None

    @staticmethod
    def server_url():
        virtual = request.headers.get('nuxeo-virtual-host')
        if virtual:
            return virtual.rstrip('/')
        scheme = request.headers.get('X-Forwarded-Proto') or request.scheme
        return f'{scheme}://{request.headers.get("X-Forwarded-Host") or request.host}'

    def same_origin(self, source):
        match = re.match(r'([a-z][a-z0-9+.-]*://[^/?#]*)', source, re.I)
        return bool(match) and match.group(1).lower() == self.server_url().lower()

    # sessions and who is asking

    def need_session(self, call):
        if call.session is None:
            self.new_session(call)
        return call.session

    def new_session(self, call, user=None):
        self.state.sessions.pop(call.session_id, None)
        call.session_id = secrets.token_hex(16).upper() + ('.nuxeo' if self.production else '')
        call.session = self.state.sessions[call.session_id] = Session(user)
        path = '/nuxeo' if call.path.startswith('/nuxeo') else '/'
        secure = '; Secure' if request.headers.get('X-Forwarded-Proto') == 'https' else ''
        same_site = '; SameSite=Lax' if self.production else ''
        call.cookies.append(
            f'JSESSIONID={call.session_id}; Path={path}{secure}; HttpOnly{same_site}'
        )

    def user(self, name):
        """The user of a valid identity; a token that was made without a user breaks the server."""
        if not name:
            raise Html500
        return self.state.users.get(name)

    def bearer(self, call, path):
        """The user of a live access token or JWT in the header or in access_token, else None."""
        header = request.headers.get('Authorization', '')
        value = header[7:].strip() if header.startswith('Bearer ') else call.get('access_token')
        if not value:
            return None
        token = next((token for token in self.state.tokens if token.access == value), None)
        if token is not None:
            client = self.state.client(token.client_id)
            return (
                None
                if token.expired(self.state.clock()) or client is None or not client.enabled
                else self.user(token.user)
            )
        claims = self.verify_jwt(value)
        if claims is None or not isinstance(claims.get('sub'), str) or not claims['sub']:
            return None
        audience = claims.get('aud')
        if audience is not None:
            if not isinstance(audience, str):
                return None
            audience = audience.strip('/')
            if path != audience and not path.startswith(audience + '/'):
                return None
        return self.user(claims['sub'])

    def verify_jwt(self, text):
        """The claims of a JWT that the server's secret signed and that is valid now; None for any
        other.
        """
        parts = text.split('.')
        if not self.jwt_secret or len(parts) != 3:
            return None
        try:
            header, claims = (json.loads(unbase64(part)) for part in parts[:2])
            signature = unbase64(parts[2])
        except (ValueError, binascii.Error):
            return None
        if (
            not isinstance(header, dict)
            or not isinstance(claims, dict)
            or header.get('alg') != 'HS512'
        ):
            return None
        good = hmac.new(
            self.jwt_secret.encode(), f'{parts[0]}.{parts[1]}'.encode(), hashlib.sha512
        ).digest()
        if not hmac.compare_digest(good, signature):
            return None
        now = int(self.state.clock())
        for name, refused in (
            ('exp', lambda at: now > at),
            ('nbf', lambda at: now < at),
            ('iat', lambda at: now < at),
        ):
            at = claims.get(name)
            if at is not None and (
                isinstance(at, bool) or not isinstance(at, (int, float)) or refused(int(at))
            ):
                return None
        # 10.10 checks the issuer, newer versions do not
        return None if self.version < (11, 1) and claims.get('iss') != 'nuxeo' else claims

    def device(self, call):
        value = (
            request.headers.get('X-Authentication-Token')
            or call.get('token')
            or request.cookies.get('X-Authentication-Token')
        )
        found = next((token for token in self.state.device_tokens if token.token == value), None)
        if found is None:
            return None
        call.cookies.append(f'X-Authentication-Token={value}; Path=/nuxeo; Secure')
        return self.user(found.user)

    def identify(self, call, api):
        """The user of the request; refuses it as the login chain does."""
        if call.session is not None and call.session.user:
            return self.state.users[call.session.user]
        path = call.path[len('/nuxeo/') :]
        if path.startswith('api/'):
            path = 'site/' + path
        try:
            basic = basic_header()
        except binascii.Error:
            basic = None
        by_form = not api and call.get('user_name') and call.get('user_password')
        if self.sso_url and not api:
            found = self.device(call) or self.bearer(call, path)
            if found is None:
                self.need_session(call)
                raise Refused(redirect(with_parameters(self.sso_url, [('RelayState', call.path)])))
            return found
        if basic and basic[0] and basic[1]:
            found = self.checked(call, basic, api)
            if call.session is not None:
                self.new_session(call, found.name)
            return found
        found = self.device(call) or self.bearer(call, path)
        if found is None and by_form:
            found = self.checked(call, (call.get('user_name'), call.get('user_password')), api)
            self.new_session(call, found.name)
        if found is None:
            if not api:
                self.need_session(call)
            raise Refused(
                self.unauthorized()
                if api
                else bare(
                    answer(401, LOGIN_SCRIPT % self.login_url(call), 'text/html;charset=UTF-8'),
                    self.production,
                )
            )
        return found

    def checked(self, call, credentials, api):
        found = self.state.users.get(credentials[0])
        if found is not None and found.password == credentials[1]:
            return found
        if not api:
            self.need_session(call)
        raise Refused(
            self.unauthorized()
            if api
            else bare(redirect(self.login_url(call, failed=True)), self.production)
        )

    @staticmethod
    def unauthorized():
        quiet = 'Cookie' in request.headers or 'X-No-Basic-Header' in request.headers
        return tomcat_page(
            401, headers=[] if quiet else [('WWW-Authenticate', 'Basic realm="Nuxeo Automation"')]
        )

    def login_url(self, call, failed=False):
        """login.jsp, with nearly every parameter of the request echoed."""
        sent = {name: value for name, value in call.parameters.items() if name != 'user_password'}
        if failed:
            sent['loginFailed'] = 'true'
        if '/authentication/token' not in call.path:
            query = f'?{call.query}' if call.query and request.method in ('GET', 'HEAD') else ''
            sent['requestedUrl'] = call.path[len('/nuxeo/') :] + query
        return f'{self.server_url()}/nuxeo/login.jsp?' + '&'.join(
            f'{java_encode(name)}={java_encode(value)}' for name, value in sent.items()
        )

    # what several parts use

    def error_page(self, call, status, title, headers=()):
        """A page of Nuxeo's own; JSPs make a session."""
        self.need_session(call)
        page = (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n'
            f'<html>\n<head>\n  <title>{title}</title>\n</head>\n<body>{title}</body>\n</html>\n'
        )
        made = answer(status, page, 'text/html;charset=UTF-8', headers)
        return bare(made, self.production or status != 404)

    def not_found(self, call):
        return self.error_page(call, 404, 'Page not found')

    def valid_uri(self, uri):
        if not uri.strip():
            return False
        return (
            uri.startswith('https')
            or not uri.startswith('http')
            or bool(_REDIRECT_URI.fullmatch(uri))
            or self.dev_mode
        )
