# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the OAuth2 server of a Nuxeo Platform, by version.

Versions 10.10 and newer answer as Nuxeo 2023.6 was measured to: order of checks, messages, HTML and
Latin-1 answers, login redirects, CSRF filter, REST of clients and tokens. A server in production
differs in a few answers, see C(create_app). C(client_credentials) of 2023.31 and 2025.3 follows
Nuxeo's documentation; its refusals are assumed. Versions before 9.2 have the endpoints of the page
"Using OAuth2" of April 2020, with the flow of 8.10.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
import string
import threading
import time
import uuid
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote_plus, unquote, unquote_plus

from flask import Flask, Response, request

TOKEN_STORE = 'org.nuxeo.server.token.store'
JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
CODE_SECONDS = 600
FORM = 'application/x-www-form-urlencoded'
SECURITY_HEADERS = [
    ('X-Frame-Options', 'SAMEORIGIN'),
    ('Referrer-Policy', 'strict-origin-when-cross-origin'),
    ('X-UA-Compatible', 'IE=10; IE=11'),
    ('Cache-Control', 'no-cache'),
    ('X-Content-Type-Options', 'nosniff'),
    (
        'Content-Security-Policy',
        "img-src data: blob: *; default-src blob: *; script-src 'unsafe-inline' 'unsafe-eval' "
        'data: *; '
        "style-src 'unsafe-inline' *; font-src data: *",
    ),
    ('X-XSS-Protection', '1; mode=block'),
]
REASONS = {
    400: 'Bad Request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
}
_REDIRECT_URI = re.compile(r'http://localhost(:\d+)?(/.*)?')
_REPORT = re.compile('<hr class="line" />.*</p>')
_BAD_ESCAPE = re.compile(r'%(?![0-9A-Fa-f]{2})')


# what the server knows


@dataclass
class User:
    name: str
    password: str
    admin: bool = False

    def properties(self):
        return {
            'firstName': None,
            'lastName': None,
            'tenantId': None,
            'groups': ['administrators'] if self.admin else [],
            'company': None,
            'email': f'{self.name}@x.org',
            'username': self.name,
        }

    @property
    def groups(self):
        return ['administrators', 'members'] if self.admin else ['members']


@dataclass
class Client:
    """A row of the directory C(oauth2Clients).

    C(redirect_uris) is one string, its URIs separated by commas, as in the directory.
    """

    id: str | None
    name: str | None = None
    secret: str | None = None
    redirect_uris: str = ''
    auto_grant: bool = False
    enabled: bool = True
    row: int = 0

    def uris(self):
        return self.redirect_uris.split(',') if self.redirect_uris else []

    def accepts(self, secret):
        return self.enabled and (not self.secret or self.secret == secret)


@dataclass
class Token:
    client_id: str
    user: str | None
    access: str
    refresh: str | None
    created: float
    seconds: float
    row: int = 0

    def expired(self, now):
        return now >= self.created + self.seconds


@dataclass
class Code:
    """An authorization request that was granted.

    C(redirect_uri) is None where the request named none.
    """

    client_id: str
    user: str
    redirect_uri: str | None
    challenge: str | None
    method: str | None
    created: float


@dataclass
class Session:
    user: str | None = None
    csrf: str | None = None
    legacy: dict = field(default_factory=dict)


@dataclass
class DeviceToken:
    """An authentication token of Nuxeo's own kind (header C(X-Authentication-Token))."""

    token: str
    user: str
    application: str
    device: str
    permission: str
    description: str | None
    created: float


class NuxeoState:
    """Users, clients, tokens, codes and sessions; tests read and change them.

    C(lock) guards what a request changes.
    """

    def __init__(self, clock):
        self.clock = clock
        self.lock = threading.RLock()
        self.users: dict[str, User] = {}
        self.clients: list[Client] = []
        self.tokens: list[Token] = []
        self.codes: dict[str, Code] = {}
        self.sessions: dict[str, Session] = {}
        self.device_tokens: list[DeviceToken] = []
        self.before_write = None
        """Called between the comparison and the write of a new client, when others may write."""
        self._rows = 0

    def add_client(self, client):
        client.row = self._next_row()
        self.clients.append(client)
        return client

    def _next_row(self):
        self._rows += 1
        return self._rows

    def client(self, client_id):
        """The client of an id or None; C(Duplicate) if the directory has more than one."""
        found = [client for client in self.clients if client.id == client_id]
        if len(found) > 1:
            raise Duplicate(client_id)
        return found[0] if found else None

    def token_of(self, client_id, user):
        return next(
            (token for token in self.tokens if (token.client_id, token.user) == (client_id, user)),
            None,
        )

    def new_token(self, client_id, user, seconds, refreshable=True):
        token = Token(
            client_id,
            user,
            _random(32),
            _random(64) if refreshable else None,
            self.clock(),
            seconds,
            self._next_row(),
        )
        self.tokens.append(token)
        return token

    def refresh(self, token):
        """Both old values die at once; the entry keeps its duration."""
        self.tokens.remove(token)
        return self.new_token(token.client_id, token.user, token.seconds)

    def collect_expired(self):
        """What the weekly job of 2023.29, 2025.1 and newer does: expired entries go, refresh tokens
        included.
        """
        self.tokens = [token for token in self.tokens if not token.expired(self.clock())]


class Duplicate(Exception):
    pass


def _random(length, alphabet=string.ascii_letters + string.digits):
    return ''.join(secrets.choice(alphabet) for dummy in range(length))


def default_users():
    return [
        User('Administrator', 'Administrator', admin=True),
        User('jdoe', 'jdoe'),
        User('alice', 'al:ice%é'),
    ]


def default_clients():
    """The two clients that every Nuxeo has; one for grants in the name of a user; one whose own
    user has its name, for C(client_credentials).
    """
    return [
        Client('nuxeo-drive', 'Nuxeo Drive', None, 'nxdrive://authorize', auto_grant=True),
        Client('nuxeo-mobile', 'Nuxeo Mobile', None, 'nuxeo://authorize', auto_grant=True),
        Client('buildops', 'buildops', 'nuxeo-s3cret', 'https://client.example/callback'),
        Client('jdoe', "jdoe's own", 'jdoe-s3cret', 'https://client.example/callback'),
    ]


BUILT_IN = 2
"""So many of C(default_clients()) every Nuxeo has."""


# answers


class Answer(Response):
    """A response that is sent as it is: no content type unless given, Location as it was made."""

    default_mimetype = None
    bare = False
    """Without the security headers."""
    by_tomcat = False

    def get_wsgi_headers(self, environ):
        headers = self.headers.copy()
        if self.is_sequence and self.status_code not in (204, 304):
            headers['Content-Length'] = str(sum(len(part) for part in self.iter_encoded()))
        return headers


def answer(status, body='', content_type=None, headers=()):
    made = Answer(body, status=status)
    if content_type:
        made.headers['Content-Type'] = content_type
    for name, value in headers:
        made.headers.add(name, value)
    return made


def tomcat_page(status, message=None, headers=()):
    """The error page of the servlet container."""
    title = f'HTTP Status {status} – {REASONS[status]}'
    got = f'<p><b>Message</b> {message}</p>' if message else ''
    page = (
        f'<!doctype html><html lang="en"><head><title>{title}</title><style type="text/css">body '
        f'{{font-family:Tahoma,Arial,sans-serif;}}</style></head>'
        f'<body><h1>{title}</h1><hr class="line" /><p><b>Type</b> Status '
        f'Report</p>{got}</body></html>'
    )
    made = answer(status, page, 'text/html;charset=utf-8', [('Content-Language', 'en'), *headers])
    made.by_tomcat = True
    return made


def bare(made, without=True):
    """The answer, without the security headers where C(without) is true."""
    made.bare = without
    return made


def json_answer(value, status=200, entity=None):
    content_type = 'application/json' + (
        f'; nuxeo-entity={entity}' if entity and request.method != 'HEAD' else ''
    )
    return answer(
        status, json.dumps(value, ensure_ascii=False, separators=(',', ':')), content_type
    )


def rest_error(status, message):
    return json_answer({'entity-type': 'exception', 'status': status, 'message': message}, status)


FORBIDDEN = (403, 'You do not have permissions to perform this operation.')
JAXRS = 'javax.ws.rs.WebApplicationException'


def token_json(status, value):
    """The token endpoint writes Latin-1; what does not fit becomes a question mark."""
    body = json.dumps(value, ensure_ascii=False, separators=(',', ':')).encode('latin-1', 'replace')
    return answer(status, body, 'application/json;charset=ISO-8859-1')


def token_error(error, description, status=400):
    return token_json(status, {'error_description': description, 'error': error})


def redirect(location):
    return answer(
        302, headers=[('Location', location.encode('latin-1', 'replace').decode('latin-1'))]
    )


def java_encode(text):
    """application/x-www-form-urlencoded as Java writes it."""
    return quote_plus(text, safe='*').replace('~', '%7E')


def with_parameters(uri, parameters):
    sent = '&'.join(f'{name}={java_encode(value)}' for name, value in parameters if value)
    return f'{uri}{"&" if "?" in uri else "?"}{sent}'


class Html500(Exception):
    """Something that Nuxeo does not catch: an error page in HTML."""


class Refused(Exception):
    """Ends the request with an answer."""

    def __init__(self, response):
        super().__init__()
        self.response = response


def decode_twice(value):
    """What Nuxeo does to redirect_uri after the servlet container has decoded it once."""
    if value is None:
        return None
    if _BAD_ESCAPE.search(value):
        raise Html500
    return unquote_plus(value)


# the server

HINTS = [
    'users: jdoe / jdoe; Administrator / Administrator',
    'client: buildops / nuxeo-s3cret, redirect URI https://client.example/callback',
    'client for client_credentials (2023.31, 2025.3 and newer): jdoe / jdoe-s3cret',
    'nuxeo.jwt.secret: nuxeo-jwt-s3cret',
]
"""What a person who starts the sandbox by hand can log in with."""


def create_app(
    version='2023.6',
    users=None,
    clients=None,
    clock=time.time,
    jwt_secret='nuxeo-jwt-s3cret',
    token_seconds=3600,
    csrf_token=None,
    sso_url=None,
    dev_mode=False,
    production=False,
):
    """Return the Flask app; C(app.state) is its C(NuxeoState).

    version: '2025.3', '2023.31', '2023.6', '2021.60', '10.10', '8.10' and so on. clients: list of
    C(Client), by default C(default_clients()). clock: returns seconds since 1970. jwt_secret:
    C(nuxeo.jwt.secret), None for not configured. token_seconds:
    C(nuxeo.oauth2.token.expiration.duration). csrf_token: None for off; 'on' for
    C(nuxeo.csrf.token.enabled) behind a Tomcat that does not redirect the context root; 'stock' for
    a Tomcat as it comes, where the token cannot be fetched. sso_url: a single sign-on page that has
    taken the place of the login chain. dev_mode: C(org.nuxeo.dev). production: as a server in
    production was measured: Tomcat's own pages contain no message (C(ErrorReportValve
    showReport=false)), sessions end in the name of the node, what leads to the login has no
    security headers, and a grant without its code is refused by JSON.
    """
    app = Flask('sandbox.nuxeo')
    app.context = '/nuxeo'
    app.hints = HINTS if users is None and clients is None else []
    app.state = NuxeoState(clock)
    for user in default_users() if users is None else users:
        app.state.users[user.name] = user
    for client in default_clients() if clients is None else clients:
        app.state.add_client(client)
    route_everything(
        app,
        Platform(
            app.state,
            version,
            jwt_secret,
            token_seconds,
            csrf_token,
            sso_url,
            dev_mode,
            production,
        ),
    )
    return app


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


class Platform:
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
        self.client_credentials = (2023, 31) <= self.version < (2024,) or self.version >= (2025, 3)

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
            session.csrf = session.csrf or _random(40)
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

    # pages

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

    def oauth_page(self, call, status, text):
        """oauth2error.jsp: the text is not escaped, the title always says 400."""
        self.need_session(call)
        page = (
            '<!DOCTYPE html>\n<html>\n<head>\n<title>null - 400</title>\n</head>\n<body>\n'
            f'<h1>Bad request</h1>\n<code>{text}</code>\n</body>\n</html>\n'
        )
        return bare(answer(status, page, 'text/html;charset=UTF-8'))

    # routes

    def route(self, call):
        path = call.path
        if self.legacy and re.fullmatch(r'(/nuxeo)?/oauth2/(authorization|token)', path):
            return Legacy(self, call).answer(path.rpartition('/')[2])
        if self.legacy and path == '/nuxeo/oauth2Grant.jsp':
            return Legacy(self, call).grant_page()
        page = {
            '/nuxeo': self.to_root,
            '/nuxeo/': self.to_home,
            '/nuxeo/runningstatus': self.running_status,
            '/nuxeo/login.jsp': self.login_page,
            '/nuxeo/authentication/token': self.authentication_token,
            '/nuxeo/json/cmis': self.cmis,
        }.get(path)
        if page is not None:
            return page(call)
        if path.startswith('/nuxeo/oauth2/'):
            return self.oauth2(call, path[len('/nuxeo/oauth2/') :])
        match = re.fullmatch(r'/nuxeo/(?:site/)?(?:api/v\d+|(?=automation))(/?.*)', path)
        if match:
            return self.rest(call, match.group(1))
        if path.startswith(('/nuxeo/site/', '/nuxeo/nxdoc/')):
            found = self.identify(call, api=False)
            if path.startswith('/nuxeo/nxdoc/'):
                return answer(
                    200,
                    f'<!DOCTYPE html>\n<html><body>{found.name} sees {path}</body></html>\n',
                    'text/html;charset=UTF-8',
                )
        return self.not_found(call)

    @staticmethod
    def to_root(_call):
        return redirect('/nuxeo/')  # by Tomcat, which leaves the host out

    def to_home(self, call):
        self.need_session(call)
        home = [('Location', f'{self.server_url()}/nuxeo/home.html')]
        return answer(302, '', 'text/html;charset=ISO-8859-1', home)

    def running_status(self, call):
        if call.get('info') == 'started':
            return answer(200, 'true', 'text/plain;charset=UTF-8')
        return json_answer({'runtimeStatus': 'ok', 'repositoryStatus': 'ok'})

    def login_page(self, call):
        self.need_session(call)
        return answer(200, LOGIN_PAGE, 'text/html;charset=UTF-8')

    def cmis(self, call):
        self.identify(call, api=True)
        return json_answer(
            {
                'default': {
                    'productName': 'Nuxeo OpenCMIS Connector',
                    'productVersion': '.'.join(map(str, self.version)),
                }
            }
        )

    # /oauth2/*

    def oauth2(self, call, endpoint):
        if self.legacy or endpoint not in ('authorize', 'authorize_submit', 'token'):
            return self.not_found(call)
        if request.method == 'OPTIONS':
            return answer(200, headers=[('Allow', 'GET, HEAD, POST, TRACE, OPTIONS')])
        if request.method in ('PUT', 'DELETE', 'PATCH'):
            return tomcat_page(405, f'HTTP method {request.method} is not supported by this URL')
        user = self.identify(call, api=False) if endpoint != 'token' else None
        if endpoint != 'authorize' and request.method != 'POST':
            return self.oauth_page(
                call, 405, f'The /oauth2/{endpoint} endpoint only accepts POST requests.'
            )
        if endpoint == 'authorize' and request.method == 'POST':
            return self.not_found(call)
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
        code = _random(10)
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
        if not self.valid_uri(uri):
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

    def valid_uri(self, uri):
        if not uri.strip():
            return False
        return (
            uri.startswith('https')
            or not uri.startswith('http')
            or bool(_REDIRECT_URI.fullmatch(uri))
            or self.dev_mode
        )

    def consent_page(self, call, client):
        self.need_session(call)
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
            f'<input type="hidden" name="{name}" value="{_escape(call.get(name))}">\n'
            for name in names
            if call.get(name)
        )
        page = (
            '<!DOCTYPE html>\n<html>\n<head>\n<title>null</title>\n</head>\n<body>\n'
            f'<p>{_escape(client.name or "")} wants to access your account.</p>\n'
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

    def token(self, call):
        redirect_uri = decode_twice(call.get('redirect_uri') or call.get('redirect_url')) or None
        client_id, secret = self.client_credentials_of(call)
        grant = call.get('grant_type')
        if grant == 'authorization_code':
            return self.code_grant(call, client_id, secret, redirect_uri)
        if grant == 'refresh_token':
            return self.refresh_grant(call, client_id, secret)
        if grant == JWT_GRANT and self.version >= (10, 10):
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
            found = basic_header() if self.version >= (10, 10) else None
        except binascii.Error:
            raise Html500 from None
        return found or (call.get('client_id'), call.get('client_secret'))

    def code_grant(self, call, client_id, secret, redirect_uri):
        if call.get('code') is None:
            if self.production:
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
        claims = self.verify_jwt(call.get('assertion'))
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
            token = self.state.new_token(client_id, user, self.token_seconds, refreshable)
        elif token.expired(self.state.clock()):
            if refreshable:
                token = self.state.refresh(token)
            else:
                self.state.tokens.remove(token)
                token = self.state.new_token(client_id, user, self.token_seconds, refreshable)
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

    def verify_jwt(self, text):
        """The claims of a JWT that the server's secret signed and that is valid now; None for any
        other.
        """
        parts = text.split('.')
        if not self.jwt_secret or len(parts) != 3:
            return None
        try:
            header, claims = (json.loads(_unbase64(part)) for part in parts[:2])
            signature = _unbase64(parts[2])
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

    # /authentication/token

    def authentication_token(self, call):
        user = self.identify(call, api=False)
        if request.method not in ('GET', 'HEAD'):
            return tomcat_page(405, f'HTTP method {request.method} is not supported by this URL')
        application, device, permission = (
            call.get('applicationName'),
            call.get('deviceId'),
            call.get('permission'),
        )
        revoke = call.get('revoke') == 'true'
        if not application or not device or not (permission or revoke):
            return tomcat_page(400)
        found = next(
            (
                token
                for token in self.state.device_tokens
                if (token.user, token.application, token.device) == (user.name, application, device)
            ),
            None,
        )
        if revoke:
            whose = f'userName {user.name}, applicationName {application} and deviceId {device}'
            if found is None:
                return answer(
                    400, f'No token found for {whose}; nothing to do.', 'text/plain;charset=UTF-8'
                )
            self.state.device_tokens.remove(found)
            return answer(202, f'Token revoked for {whose}.', 'text/plain;charset=UTF-8')
        if found is None:
            found = self.new_device_token(
                user, application, device, permission, call.get('deviceDescription')
            )
        return answer(201, found.token, 'text/plain;charset=UTF-8')

    def new_device_token(self, user, application, device, permission, description):
        made = DeviceToken(
            str(uuid.uuid4()),
            user.name,
            application,
            device,
            permission,
            description,
            self.state.clock(),
        )
        self.state.device_tokens.append(made)
        return made

    # REST

    def rest(self, call, path):
        user = self.identify(call, api=True)
        parts = [unquote(part) for part in path.strip('/').split('/')]
        method = 'GET' if request.method == 'HEAD' else request.method
        try:
            if parts == ['me']:
                return self.me(user) if method == 'GET' else rest_error(405, JAXRS)
            if len(parts) == 2 and parts[0] == 'user' and method == 'GET':
                found = self.state.users.get(parts[1])
                return (
                    self.me(found) if found else rest_error(404, f'user does not exist: {parts[1]}')
                )
            if parts[0] == 'automation':
                return self.automation(user, parts[1:], method)
            if parts[:2] == ['oauth2', 'client'] and self.version >= (10, 2):
                return self.clients_rest(user, parts[2:], method)
            if parts[:2] == ['oauth2', 'token'] and self.version >= (10, 2):
                return self.tokens_rest(call, user, parts[2:], method)
            if parts[:2] == ['directory', 'oauth2Clients']:
                return self.directory(call, user, parts[2:], method)
            if parts[:2] == ['directory', 'oauth2Tokens']:
                return self.tokens_directory(call, user, parts[2:], method)
            if parts == ['token']:
                return self.device_tokens_rest(call, user, method)
        except Duplicate:
            return rest_error(500, 'Internal Server Error')
        return rest_error(404, f'Type not found: {parts[0]}')

    @staticmethod
    def me(user):
        groups = [
            {'name': name, 'label': f'{name.capitalize()} group', 'url': f'group/{name}'}
            for name in user.groups
        ]
        return json_answer(
            {
                'entity-type': 'user',
                'id': user.name,
                'properties': user.properties(),
                'extendedGroups': groups,
                'isAdministrator': user.admin,
                'isAnonymous': False,
            },
            entity='user',
        )

    @staticmethod
    def automation(user, parts, method):
        if parts == ['login'] and method == 'POST':
            return json_answer(
                {
                    'entity-type': 'login',
                    'username': user.name,
                    'isAdministrator': user.admin,
                    'groups': user.groups,
                }
            )
        if not parts and method == 'GET':
            return json_answer(
                {'paths': {'login': 'login'}, 'codecs': [], 'operations': [], 'chains': []}
            )
        return rest_error(405, JAXRS)

    @staticmethod
    def body(entity_type):
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

    def client_json(self, client):
        if self.version < (11, 1):
            return {
                'entity-type': 'oauth2Client',
                'id': client.id,
                'name': client.name,
                'isEnabled': client.enabled,
            }
        return {
            'entity-type': 'oauth2Client',
            'name': client.name,
            'redirectURIs': client.uris(),
            'secret': client.secret or None,
            'id': client.id,
            'isAutoGrant': client.auto_grant,
            'isEnabled': client.enabled,
        }

    def clients_rest(self, user, parts, method):
        writable = self.version >= (11, 1)
        known = {
            0: ('GET', 'POST') if writable else ('GET',),
            1: ('GET', 'PUT', 'DELETE') if writable else ('GET',),
        }.get(len(parts), ())
        if method not in known:
            return rest_error(405, JAXRS)
        sent = self.body('oauth2Client') if method in ('POST', 'PUT') else None
        if not user.admin:
            return rest_error(*FORBIDDEN)
        if method == 'GET' and not parts:
            return json_answer(
                {
                    'entity-type': 'oauth2Clients',
                    'entries': [self.client_json(client) for client in self.state.clients],
                },
                entity='oauth2Clients',
            )
        client = self.state.client(parts[0]) if parts else None
        if parts and client is None:
            return rest_error(404, f'Invalid client: {parts[0]}' if method == 'GET' else None)
        if method == 'DELETE':
            self.state.clients.remove(client)
            return answer(204)
        if method == 'GET':
            return json_answer(self.client_json(client), entity='oauth2Client')
        wanted = self.wanted_client(sent)
        if (
            wanted.id != (client.id if client else None)
            and self.state.client(wanted.id) is not None
        ):
            return rest_error(400, f"Client with id '{wanted.id}' already exists")
        if client is None:
            self.let_others_write()
            self.state.add_client(wanted)
        else:
            # the answer shows what was sent; an absent or empty secret keeps the old one
            wanted.row = client.row
            kept = Client(**{**vars(wanted), 'secret': wanted.secret or client.secret})
            self.state.clients[self.state.clients.index(client)] = kept
        return json_answer(self.client_json(wanted), 200 if client else 201, entity='oauth2Client')

    def let_others_write(self):
        if self.state.before_write is not None:
            self.state.lock.release()
            try:
                self.state.before_write()
            finally:
                self.state.lock.acquire()

    def wanted_client(self, sent):
        def text(name):
            value = sent.get(name)
            return None if value is None else value if isinstance(value, str) else json.dumps(value)

        def flag(name):
            return str(sent.get(name)).lower() == 'true'

        uris = sent.get('redirectURIs')
        if isinstance(uris, list) and any(uri is None for uri in uris):
            raise Refused(rest_error(500, 'Internal Server Error'))
        if not (text('name') or '').strip():
            raise Refused(rest_error(400, 'Client name is required'))
        if not (text('id') or '').strip():
            raise Refused(rest_error(400, 'Client Id is required'))
        if not isinstance(uris, list) or not uris:
            raise Refused(rest_error(400, 'Redirect URIs is required'))
        for uri in uris:
            if not self.valid_uri(str(uri)):
                raise Refused(rest_error(400, f"'{uri}' is not a valid redirect URI"))
        return Client(
            text('id'),
            text('name'),
            text('secret') or None,
            ','.join(map(str, uris)),
            flag('isAutoGrant'),
            flag('isEnabled'),
        )

    @staticmethod
    def stored_token_json(token):
        return {
            'entity-type': 'nuxeoOAuth2Token',
            'serviceName': TOKEN_STORE,
            'nuxeoLogin': token.user,
            'serviceLogin': None,
            'clientId': token.client_id,
            'isShared': False,
            'sharedWith': [''],
            'creationDate': time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(token.created)),
        }

    def tokens_rest(self, call, user, parts, method):
        if len(parts) == 4 and (parts[0], parts[2]) == ('client', 'user'):
            if method in ('GET', 'DELETE'):
                return self.token_rest(user, parts[1], parts[3], method)
        if method != 'GET':
            return rest_error(405, JAXRS)
        tokens = self.state.tokens
        if parts == ['client']:
            return self.token_list(token for token in tokens if token.user == user.name)
        if parts == ['provider']:
            return self.token_list([])
        if not user.admin:
            return rest_error(*FORBIDDEN)
        if not parts or parts == ['AS_PROVIDER']:
            return self.token_list(tokens)
        if parts == ['AS_CLIENT']:
            return self.token_list([])
        if parts == ['search']:
            return self.token_search(call.get('q'))
        kind = 'org.nuxeo.ecm.platform.oauth2.enums.NuxeoOAuth2TokenType'
        return rest_error(
            404,
            'com.sun.jersey.api.ParamException$PathParamException: '
            f'java.lang.IllegalArgumentException: No enum constant {kind}.{parts[0]}',
        )

    def token_list(self, tokens):
        entries = [self.stored_token_json(token) for token in tokens]
        return json_answer(
            {'entity-type': 'nuxeoOAuth2Tokens', 'entries': entries}, entity='nuxeoOAuth2Tokens'
        )

    def token_search(self, wanted):
        if not wanted:
            return rest_error(400, 'query is required')
        return self.token_list(token for token in self.state.tokens if wanted in (token.user or ''))

    def token_rest(self, user, client_id, owner, method):
        if not user.admin and user.name != owner:
            return rest_error(*FORBIDDEN)
        if self.state.client(client_id) is None:
            return rest_error(404, f'Invalid client: {client_id}')
        token = self.state.token_of(client_id, owner)
        if token is None:
            return rest_error(404, f'No token found for client: {client_id}')
        if method == 'GET':
            return json_answer(self.stored_token_json(token), entity='nuxeoOAuth2Token')
        self.state.tokens.remove(token)
        return answer(204)

    @staticmethod
    def row_json(client):
        return {
            'entity-type': 'directoryEntry',
            'directoryName': 'oauth2Clients',
            'id': str(client.row),
            'properties': {
                'clientId': client.id,
                'name': client.name,
                'clientSecret': client.secret,
                'id': client.row,
                'redirectURIs': client.redirect_uris,
                'enabled': client.enabled,
                'autoGrant': client.auto_grant,
            },
        }

    def directory(self, call, user, parts, method):
        """The directory route checks neither redirect URIs nor duplicates."""
        if method in ('POST', 'PUT', 'DELETE') and not user.admin:
            return rest_error(403, 'Not allowed to edit directory')
        if method == 'GET' and not parts:
            return self.directory_page(
                call, [self.row_json(client) for client in self.state.clients] if user.admin else []
            )
        found = (
            next(
                (client for client in self.state.clients if parts and str(client.row) == parts[0]),
                None,
            )
            if user.admin
            else None
        )
        if parts and found is None:
            return rest_error(404, 'directory entry not found')
        if method == 'GET':
            return json_answer(self.row_json(found), entity='directoryEntry')
        if method == 'DELETE' and parts:
            self.state.clients.remove(found)
            return answer(204)
        if method == ('PUT' if parts else 'POST'):
            return self.write_row(found, parts)
        return rest_error(405, JAXRS)

    @staticmethod
    def token_row_json(token):
        return {
            'entity-type': 'directoryEntry',
            'directoryName': 'oauth2Tokens',
            'id': str(token.row),
            'properties': {
                'id': token.row,
                'clientId': token.client_id,
                'serviceName': TOKEN_STORE,
                'nuxeoLogin': token.user,
                'accessToken': token.access,
                'refreshToken': token.refresh,
            },
        }

    def tokens_directory(self, call, user, parts, method):
        if not user.admin:
            return rest_error(403, 'Not allowed to edit directory')
        if method == 'GET' and not parts:
            return self.directory_page(
                call, [self.token_row_json(row) for row in self.state.tokens]
            )
        found = next((row for row in self.state.tokens if [str(row.row)] == parts), None)
        if method == 'DELETE' and found:
            self.state.tokens.remove(found)
            return answer(204)
        return rest_error(404, 'directory entry not found')

    @staticmethod
    def directory_page(call, rows):
        size, page = int(call.get('pageSize') or 50), int(call.get('currentPageIndex') or 0)
        pages = max(1, -(-len(rows) // size))
        entries = rows[page * size : (page + 1) * size]
        return json_answer(
            {
                'entity-type': 'directoryEntries',
                'isPaginable': True,
                'resultsCount': len(rows),
                'pageSize': size,
                'maxPageSize': 1000,
                'resultsCountLimit': 0,
                'currentPageSize': len(entries),
                'currentPageIndex': page,
                'currentPageOffset': page * size,
                'numberOfPages': pages,
                'isPreviousPageAvailable': page > 0,
                'isNextPageAvailable': page + 1 < pages,
                'isLastPageAvailable': bool(rows),
                'isSortable': True,
                'hasError': False,
                'errorMessage': None,
                'pageIndex': page,
                'pageCount': pages,
                'entries': entries,
            },
            entity='directoryEntries',
        )

    def write_row(self, found, parts):
        sent = self.body('directoryEntry').get('properties') or {}
        client = found or self.state.add_client(Client(None))
        for name, attribute in (
            ('clientId', 'id'),
            ('name', 'name'),
            ('clientSecret', 'secret'),
            ('redirectURIs', 'redirect_uris'),
        ):
            if name in sent:
                setattr(client, attribute, sent[name])
        for name, attribute in (('autoGrant', 'auto_grant'), ('enabled', 'enabled')):
            if name in sent:
                setattr(client, attribute, str(sent[name]).lower() == 'true')
        return json_answer(self.row_json(client), 200 if parts else 201, entity='directoryEntry')

    def device_tokens_rest(self, call, user, method):
        if method == 'POST':
            made = self.new_device_token(
                user,
                call.get('application'),
                call.get('deviceId'),
                call.get('permission'),
                call.get('deviceDescription'),
            )
            return answer(201, made.token, 'application/json')
        mine = [
            token
            for token in self.state.device_tokens
            if token.user == user.name and call.get('application') in (None, token.application)
        ]
        return json_answer(
            {
                'entity-type': 'tokens',
                'entries': [
                    {
                        'entity-type': 'token',
                        'id': token.token,
                        'username': token.user,
                        'application': token.application,
                        'deviceId': token.device,
                        'deviceDescription': token.description,
                        'permission': token.permission,
                        'creationDate': time.strftime(
                            '%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(token.created)
                        ),
                    }
                    for token in mine
                ],
            },
            entity='tokens',
        )


class Legacy:
    """The endpoints of 5.9.2 to 8.10: GET or POST, parameters in the query or the body, errors as
    redirects.
    """

    def __init__(self, platform, call):
        self.platform, self.call, self.state = platform, call, platform.state

    def answer(self, endpoint):
        if request.method not in ('GET', 'HEAD', 'POST'):
            return tomcat_page(405, f'HTTP method {request.method} is not supported by this URL')
        return self.authorization() if endpoint == 'authorization' else self.token()

    def authorization(self):
        call, session = self.call, self.platform.need_session(self.call)
        pending = session.legacy
        if (
            not pending
            or (pending.get('state') and call.get('state') != pending['state'])
            or self.state.clock() - pending['created'] > CODE_SECONDS
        ):
            pending = {
                name: call.get(name)
                for name in ('response_type', 'client_id', 'redirect_uri', 'state')
            }
            pending.update(created=self.state.clock(), key=_random(6, string.ascii_letters))
        error = self.error_of(pending)
        if error:
            return self.failed(error)
        session.legacy = pending
        if request.method != 'POST':
            return redirect(f'{self.platform.server_url()}/nuxeo/oauth2Grant.jsp')
        if call.get('authorization_key') != pending['key'] or not pending.get('user'):
            return self.failed('access_denied')
        code = _random(10)
        self.state.codes[code] = Code(
            pending['client_id'],
            pending['user'],
            pending['redirect_uri'],
            None,
            None,
            pending['created'],
        )
        self.state.sessions.pop(call.session_id, None)
        return redirect(
            self.raw(pending['redirect_uri'], [('code', code), ('state', pending['state'])])
        )

    def error_of(self, pending):
        if not pending['response_type'] or not pending['client_id'] or not pending['redirect_uri']:
            return 'invalid_request'
        client = self.state.client(pending['client_id'])
        if client is None or not client.enabled:
            return 'unauthorized_client'
        return None if pending['response_type'] == 'code' else 'unsupported_response_type'

    def grant_page(self):
        """oauth2Grant.jsp, behind the login: it remembers who said yes."""
        pending = self.platform.need_session(self.call).legacy
        user = self.platform.identify(self.call, api=False)
        session = self.platform.need_session(self.call)
        if not pending:
            return self.platform.error_page(self.call, 500, 'An error occurred.')
        pending['user'] = user.name
        session.legacy = pending
        state = (
            f'<input type="hidden" name="state" value="{_escape(pending["state"])}">\n'
            if pending['state']
            else ''
        )
        key = f'<input type="hidden" name="authorization_key" value="{pending["key"]}">\n'
        page = (
            '<!DOCTYPE html>\n<html>\n<body>\n<form action="oauth2/authorization" '
            f'method="POST">\n{key}{state}'
            '<input type="submit" value="Grant"></form>\n</body>\n</html>\n'
        )
        return answer(200, page, 'text/html;charset=UTF-8')

    def token(self):
        call = self.call
        client_id, secret = call.get('client_id'), call.get('client_secret')
        grant = call.get('grant_type')
        client = self.state.client(client_id) if client_id else None
        good = client is not None and client.accepts(secret)
        if grant == 'authorization_code':
            code = self.state.codes.pop(call.get('code'), None)
            if (
                code is None
                or self.state.clock() - code.created > CODE_SECONDS
                or code.client_id != client_id
            ):
                return self.failed('access_denied')
            if not good:
                return self.failed('unauthorized_client')
            if code.redirect_uri != call.get('redirect_uri'):
                return self.failed('invalid_request')
            return self.granted(
                self.state.new_token(client_id, code.user, self.platform.token_seconds)
            )
        if grant == 'refresh_token':
            if not good:
                return self.failed('access_denied')
            sent = call.get('refresh_token')
            found = next(
                (
                    token
                    for token in self.state.tokens
                    if sent and token.refresh == sent and token.client_id == client_id
                ),
                None,
            )
            return (
                self.refused('invalid_request')
                if found is None
                else self.granted(self.state.refresh(found))
            )
        return self.refused('invalid_grant')

    def granted(self, token):
        left = float(int(token.created + token.seconds - self.state.clock()))
        return self.json(
            200,
            {
                'access_token': token.access,
                'refresh_token': token.refresh,
                'token_type': 'bearer',
                'expires_in': left,
            },
        )

    def refused(self, error):
        return self.json(400, {'error': error})

    @staticmethod
    def json(status, value):
        return answer(
            status,
            json.dumps(value),
            'application/json;charset=UTF-8',
            [('Cache-Control', 'no-store'), ('Pragma', 'no-cache')],
        )

    def failed(self, error):
        return redirect(
            self.raw(
                self.call.get('redirect_uri') or 'http://dummyurl',
                [('error', error), ('state', self.call.get('state'))],
            )
        )

    @staticmethod
    def raw(uri, parameters):
        """The redirect of 8.10 encodes nothing."""
        return f'{uri}{"&" if "?" in uri else "?"}' + '&'.join(
            f'{name}={value}' for name, value in parameters if value
        )


LOGIN_SCRIPT = """<script type="text/javascript">
document.cookie = 'nuxeo.start.url.fragment='
  + encodeURIComponent(window.location.hash.substring(1) || '') + '; path=/';
window.location = '%s';
</script>"""
LOGIN_PAGE = """<!DOCTYPE html>
<html>
<head><title>Nuxeo Platform</title></head>
<body>
<form method="post" action="startup">
<input name="user_name"><input name="user_password" type="password"></form>
</body>
</html>
"""


def _escape(text):
    return (
        ''
        if text is None
        else text.replace('&', '&amp;').replace('<', '&lt;').replace('"', '&#034;')
    )


def _unbase64(text):
    return base64.b64decode(text + '=' * (-len(text) % 4), altchars=b'-_', validate=True)
