# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for Sonatype Nexus Repository Manager of any generation, from 2.0 to the newest.

What could be measured on real servers (2.2, 2.3.0, 2.4.0, 2.5.1, 3.16.0, 3.23.0, 3.24.0, 3.30.0, 3.41.1, 3.62.0, 3.71.0, all OSS) is
answered as they did; the recorded exchanges are played to it by C(tests/unit/sandbox). The user-token feature of the Pro
edition follows Sonatype support article 213465878, Sonatype's documentation and OpenAPI descriptions; where those leave a choice,
the choice is an option of L(create_app, create_app).
"""

from __future__ import annotations

import base64
import binascii
import collections
import dataclasses
import datetime
import json
import re
import secrets
import string
import threading
import time
import typing as t
import uuid
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request

from .maven_repository import MavenRepository
from .serving import Answer, basic_credentials

TICKET_SECONDS = 20
REALM = 'BASIC realm="Sonatype Nexus Repository Manager"'
REALM_2 = 'BASIC realm="Sonatype Nexus Repository Manager API"'
REALM_2_SPECIAL = 'NxBASIC realm="Sonatype Nexus Repository Manager API (specialized auth)"'
SOURCES = ('default', 'LDAP', 'SAML', 'Crowd')
JSON = 'application/json'
NOT_CACHEABLE = [
    ('Cache-Control', 'no-cache, must-revalidate, no-transform, no-store, proxy-revalidate, s-maxage=0, max-age=0'),
    ('Expires', '0'), ('Pragma', 'no-cache'),
]
PAGE_HEADERS = [
    ('Cache-Control', 'no-cache, no-store, max-age=0, must-revalidate, post-check=0, pre-check=0'),
    ('Pragma', 'no-cache'), ('Expires', '0'), ('X-Frame-Options', 'DENY'), ('Content-Type', 'text/html'),
]
REASONS = {200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 400: 'Bad Request', 401: 'Unauthorized',
           403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 409: 'Conflict', 410: 'Gone',
           415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 500: 'Server Error', 503: 'Service Unavailable'}


@dataclasses.dataclass
class User:
    """:ivar password: None for a user who comes from an identity provider and has no password.

    :ivar source: where the user lives: default, LDAP, SAML, Crowd. Case matters.
    :ivar own_token: holds the privilege C(nx-usertoken-current).
    """

    password: str | None
    admin: bool = False
    own_token: bool = True
    read: bool = True
    deploy: bool = False
    source: str = 'default'


#: The users of a sandbox, for people and tests. Their passwords are no secrets.
USERS = {
    'admin': User('admin123', admin=True, deploy=True),
    'alice': User('wonderland', deploy=True),
    'bob': User('builder'),
    'zoë': User('pä:ss wörd+/%&'),
    'guest': User('guest', own_token=False, read=False),
    'ldap.linda': User('linda-of-ldap', source='LDAP'),
    'sam@example.org': User(None, source='SAML'),
}


@dataclasses.dataclass
class Token:
    name_code: str
    pass_code: str
    created: float
    created_by: str
    created_by_source: str


@dataclasses.dataclass
class Ticket:
    user: str
    source: str
    issued: float


class State:
    """What a Nexus remembers. Tests may read all of it and change it between requests.

    :ivar tokens: user tokens by (user, source).
    :ivar tickets: single-use tickets that were issued and not yet redeemed.
    :ivar counters: how often things happened: tickets_issued, tickets_redeemed, tickets_refused, tokens_created, tokens_deleted.
    """

    def __init__(self, users, clock):
        self.lock = threading.RLock()
        self.clock = clock
        self.users: dict[str, User] = users
        self.tokens: dict[tuple[str, str], Token] = {}
        self.tickets: dict[str, Ticket] = {}
        self.sessions: dict[str, str] = {}
        self.counters: collections.Counter = collections.Counter()
        self.enabled = True
        self.protect_content = False
        self.expiration_days: int | None = None
        self.anonymous = True
        self.read_only = False
        self.repositories: dict[str, MavenRepository] = {}

    def token_of(self, user: str) -> Token | None:
        return self.tokens.get((user, self.users[user].source))

    def expired(self, token: Token) -> bool:
        expires = self.expires(token)
        return expires is not None and expires <= self.clock()

    def expires(self, token: Token) -> float | None:
        return None if self.expiration_days is None else token.created + self.expiration_days * 86400

    def age(self, user: str, days: float) -> None:
        """Makes the token of a user older."""
        token = self.token_of(user)
        assert token is not None, 'the user %s has no token to age' % user
        token.created -= days * 86400


class Refusal(Exception):
    """An answer that ends the handling of a request."""

    def __init__(self, answer: Answer):
        super().__init__(answer.status)
        self.answer = answer


Handler = t.Callable[[Request, t.Optional[str], dict], Answer]


class Nexus:
    """The parts that both lines share; use L(create_app, create_app).

    :ivar context: the context path, without a slash at its end; the sandbox appends it to the server's URL.
    """

    def __init__(self, version: str, edition: str, state: State, options: dict):
        self.version = version
        self.number = version_number(version)
        self.edition = edition
        self.state = state
        self.context: str = options['context']
        self.server_header: bool | str = options['server_header']
        self.ticket_refusal: int = options['ticket_refusal']
        self.utc_offset: int = options['utc_offset']
        self.routes: list[tuple[re.Pattern, dict[str, Handler]]] = []

    # -- plumbing -----------------------------------------------------------------------------------------------------

    def __call__(self, environ, start_response):
        request = Request(environ)
        path = environ['PATH_INFO'].encode('latin-1').decode('utf-8', 'replace')
        try:
            with self.state.lock:
                answer = self.handle(request, path)
        except Refusal as refusal:
            answer = refusal.answer
        answer = self.finish(request, answer)
        headers = [(name, value.encode('utf-8').decode('latin-1')) for name, value in answer.headers]
        start_response(answer.status, headers)
        return [answer.body]

    def handle(self, request: Request, path: str) -> Answer:
        raise NotImplementedError

    def finish(self, request: Request, answer: Answer) -> Answer:
        headers = [item for item in answer.headers if item[0] != 'Server' or self.server_header is True]
        if isinstance(self.server_header, str):
            headers.append(('Server', self.server_header))
        return Answer(answer.status, headers, answer.body)

    def route(self, pattern: str, **handlers: Handler) -> None:
        self.routes.append((re.compile(pattern + '/?$'), handlers))

    def find_route(self, path: str):
        for pattern, handlers in self.routes:
            match = pattern.match(path)
            if match:
                return handlers, {key: value for key, value in match.groupdict().items()}
        return None, {}

    def reply(self, code: int, headers=(), body: bytes | str = b'', reason: str | None = None) -> Answer:
        content = body.encode('utf-8') if isinstance(body, str) else body
        return Answer('%d %s' % (code, REASONS[code] if reason is None else reason), list(headers), content)

    def user_of(self, header: str | None) -> tuple[str | None, bool]:
        """The user that an Authorization header speaks for, and whether it is right. (None, True) is nobody."""
        if not header or header.strip().lower() in ('basic og==', 'basic'):
            return None, True
        credentials = basic_credentials(header)
        if credentials is None:
            return None, False
        name, secret = credentials
        user = self.state.users.get(name)
        if user is not None and user.password is not None and secrets.compare_digest(user.password.encode(), secret.encode()):
            return name, True
        owner = self.token_owner(name, secret)
        return owner, owner is not None

    def token_owner(self, name_code: str, pass_code: str) -> str | None:
        """The user whose living token this is."""
        if self.state.enabled and self.has_tokens:
            for (user, _source), token in self.state.tokens.items():
                if token.name_code == name_code and secrets.compare_digest(token.pass_code.encode(), pass_code.encode()) and not self.state.expired(token):
                    return user
        return None

    @property
    def has_tokens(self) -> bool:
        """Whether this edition has the user-token plugin."""
        return self.edition.startswith('PRO')

    # -- tickets and tokens -------------------------------------------------------------------------------------------

    @property
    def bound(self) -> bool:
        """Tickets belong to their user from 3.15 on."""
        return self.number >= (3, 15)

    def issue_ticket(self, user: str) -> str:
        ticket = base64.b64encode(secrets.token_bytes(66)).decode()
        self.state.tickets[ticket] = Ticket(user, self.state.users[user].source if user in self.state.users else 'default', self.state.clock())
        self.state.counters['tickets_issued'] += 1
        return ticket

    def redeem_ticket(self, ticket: str, user: str) -> bool:
        """Spends a ticket. A try by another user does not spend it, where tickets are bound."""
        held = self.state.tickets.get(ticket)
        if held is not None and self.state.clock() - held.issued > TICKET_SECONDS:
            del self.state.tickets[ticket]
            held = None
        if held is None or (self.bound and held.user != user):
            self.state.counters['tickets_refused'] += 1
            return False
        del self.state.tickets[ticket]
        self.state.counters['tickets_redeemed'] += 1
        return True

    def create_token(self, user: str, by: str) -> Token:
        alphabet = string.ascii_letters + string.digits
        signs = alphabet + ('+/' if self.number < (3,) else '-_')
        token = Token(''.join(secrets.choice(alphabet) for _ in range(8)), ''.join(secrets.choice(signs) for _ in range(44)),
                      self.state.clock(), by, self.state.users[by].source)
        self.state.tokens[(user, self.state.users[user].source)] = token
        self.state.counters['tokens_created'] += 1
        return token

    def delete_token(self, user: str) -> bool:
        found = self.state.tokens.pop((user, self.state.users[user].source), None) is not None
        self.state.counters['tokens_deleted'] += found
        return found

    def stamp(self, epoch: float) -> str:
        """A time as this line writes it: 2.x without a colon in the offset."""
        moment = datetime.datetime.fromtimestamp(epoch, datetime.timezone(datetime.timedelta(minutes=self.utc_offset)))
        text = moment.isoformat(timespec='milliseconds')
        return text if self.number >= (3,) else text[:-3] + text[-2:]

    def token_body(self, token: Token) -> dict:
        return {'nameCode': token.name_code, 'passCode': token.pass_code, 'created': self.stamp(token.created)}

    # -- the repository -----------------------------------------------------------------------------------------------

    def content(self, request: Request, name: str, path: str, refuse: t.Callable[..., Answer]) -> Answer:
        """A request for a file of a protected repository. C(refuse(code, reason)) writes the refusals."""
        header = request.headers.get('Authorization')
        user, right = self.user_of(header)
        if not right or user is None:
            return refuse(401, None)
        if self.state.protect_content and (basic_credentials(header) or ('',))[0] == user:
            return refuse(401, 'Content access is protected by token')
        repository = self.state.repositories.get(name)
        if repository is None:
            return refuse(404, None)
        account = self.state.users[user]
        if request.method in ('GET', 'HEAD'):
            if not (account.read or account.admin):
                return refuse(403, None)
            found = repository.get(path)
            if found is None:
                return refuse(404, None)
            return self.reply(200, [('Content-Type', repository.content_type(path)), ('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT')], found)
        if not (account.deploy or account.admin):
            return refuse(403, None)
        if request.method == 'PUT':
            repository.put(path, request.get_data())
            return self.reply(201)
        if request.method == 'DELETE':
            return self.reply(204) if repository.delete(path) else refuse(404, None)
        return refuse(405, None)


class Nexus3(Nexus):
    """3.0 and newer."""

    def __init__(self, version, edition, state, options):
        super().__init__(version, edition, state, options)
        number = self.number
        self.mount = '/service/rest' if number >= (3, 8) else '/service/siesta'
        self.route('/wonderland/status', GET=self.wonderland_status)
        self.route('/wonderland/authenticate', POST=self.authenticate)
        self.route('/wonderland/download/(?P<name>[^/]+)', GET=self.download)
        if number >= (3, 15):
            self.route('/v1/status(/writable)?', GET=self.status)
        if number >= (3, 3):
            self.route(r'/swagger\.json', GET=self.swagger)
        if self.has_tokens:
            self._route_tokens()

    def _route_tokens(self):
        number = self.number
        if number >= (3, 24):
            own = {'GET': self.own_token, 'DELETE': self.reset_own_token}
            if number >= (3, 69):
                own['POST'] = self.generate_own_token
                self.route('/internal/current-user/user-token/attributes', GET=self.attributes)
            self.route('/internal/current-user/user-token', **own)
        else:
            self.route('/usertoken/current', GET=self.own_token, DELETE=self.reset_own_token)
        if number >= (3, 32):
            self.route('/v1/security/user-tokens', GET=self.get_capability, PUT=self.put_capability, DELETE=self.delete_all_tokens)
        user = '/v1/security/users/(?P<user>[^/]+)/(?P<realm>[^/]+)'
        if number >= (3, 42):
            self.route(user + '/user-token-reset', DELETE=self.admin_delete)
        if number >= (3, 90, 1):
            self.route(user + '/user-token', POST=self.admin_create, GET=self.admin_get, DELETE=self.admin_delete)
            self.route('/v1/security/user-tokens/tokens', GET=self.admin_list)

    # -- answers ------------------------------------------------------------------------------------------------------

    def finish(self, request, answer):
        if not any(name == 'Server' for name, _value in answer.headers):
            headers = [('Server', 'Nexus/%s (%s)' % (self.version, self.edition)), ('X-Content-Type-Options', 'nosniff')] + answer.headers
            answer = Answer(answer.status, headers, answer.body)
        return super().finish(request, answer)

    def handle(self, request, path):
        if odd_host(request):
            return self.reply(400, [('Server', 'Jetty(9.4.53.v20231009)')])
        if not in_context(path, self.context):
            return self.reply(404, [('Server', 'Jetty(9.4.53.v20231009)'), ('Content-Type', 'text/html;charset=iso-8859-1')],
                              jetty_page(404, 'Not Found', path))
        path = path[len(self.context):] or '/'
        if path.startswith(self.mount + '/'):
            return self.rest(request, path[len(self.mount):])
        if path.startswith('/repository/'):
            name, _slash, rest = path[len('/repository/'):].partition('/')
            return self.content(request, name, rest, self.refuse_content)
        if path == '/service/rapture/session' and request.method == 'POST':
            return self.open_session(request)
        if path in ('/', '/index.html') and request.method in ('GET', 'HEAD'):
            return self.index()
        return self.page(404 if request.method in ('GET', 'HEAD') else 405, request)

    def page(self, code, request):
        reason = 'HTTP method %s is not supported by this URL' % request.method if code == 405 else REASONS[code]
        product = 'Sonatype Nexus Repository' if self.number >= (3, 44) else 'Nexus Repository Manager'
        return self.reply(code, PAGE_HEADERS, (
            '\n<!DOCTYPE html>\n<html lang="en">\n<head>\n  <title>%(code)d - %(product)s</title>\n'
            '  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>\n'
            '  <link rel="shortcut icon" href="%(root)s/favicon.ico?%(version)s">\n'
            '  <link rel="stylesheet" type="text/css" href="%(root)s/static/css/nexus-content.css?%(version)s"/>\n</head>\n<body>\n'
            '<span class="product-name">%(product)s</span>\n<span class="product-spec">%(edition)s %(version)s</span>\n'
            '<span class="title">Error %(code)d</span><span class="description">%(reason)s</span>\n</body>\n</html>\n'
        ) % {'code': code, 'product': product, 'root': request.root_url.rstrip('/') + self.context, 'version': self.version,
             'edition': self.edition, 'reason': escape(reason)}, reason)

    def index(self):
        product = 'Sonatype Nexus Repository' if self.number >= (3, 44) else 'Nexus Repository Manager'
        suffix = '?_v=%s&_e=%s' % (self.version, self.edition) + ('&_c=2026-01-01-0000-00001' if self.number >= (3, 44) else '')
        headers = [('X-Frame-Options', 'DENY'), ('X-XSS-Protection', '1; mode=block'), ('Content-Type', 'text/html'), ('Pragma', 'no-cache'),
                   ('Cache-Control', 'no-cache, no-store, max-age=0, must-revalidate, post-check=0, pre-check=0'), ('Expires', '0')]
        return self.reply(200, headers, (
            '\n<!DOCTYPE html>\n<html lang="en">\n<head>\n  <title>%s</title>\n  <meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>\n'
            '  <link rel="icon" type="image/png" href="./static/rapture/resources/favicon-32x32.png%s" sizes="32x32">\n'
            '  <link rel="stylesheet" type="text/css" href="./static/rapture/resources/baseapp.css%s">\n</head>\n<body></body>\n</html>\n'
        ) % (product, suffix, suffix))

    def fault(self, code, headers=(), body='', reason=None):
        """A refusal of the REST layer: with the key to the server's log."""
        return self.reply(code, list(headers) + [('X-Siesta-FaultId', str(uuid.uuid4()))], body, reason)

    def error(self, exception):
        fault = str(uuid.uuid4())
        return self.reply(500, [('Content-Type', 'text/plain;charset=utf-8'), ('X-Siesta-FaultId', fault)], 'ERROR: (ID %s) %s' % (fault, exception))

    def message(self, code, text):
        """A refusal with a text, as servers of this version write it."""
        if self.number >= (3, 49):
            return self.fault(code, [('Content-Type', JSON)], jackson({'id': '*', 'message': json.dumps(text)}))
        return self.fault(code, [('Content-Type', JSON)], json.dumps(text))

    def json(self, value, code=200, headers=()):
        return self.reply(code, list(headers) + [('Content-Type', JSON)], jackson(value))

    def unauthorized(self):
        return self.reply(401, [('WWW-Authenticate', REALM)])

    def refuse_content(self, code, reason):
        if code == 401:
            return self.reply(401, [('WWW-Authenticate', REALM)], reason=reason)
        return self.reply(code, [('Content-Type', 'text/html')], '<html><body>%d %s</body></html>\n' % (code, REASONS[code]), reason)

    # -- the REST layer -----------------------------------------------------------------------------------------------

    def rest(self, request, path):
        if self.forged(request):
            return self.reply(401, [('Content-Type', 'text/plain;charset=iso-8859-1')], 'Anti cross-site request forgery token mismatch')
        user, right = self.user_of(request.headers.get('Authorization'))
        if not right:
            return self.unauthorized()
        handlers, values = self.find_route(path)
        if handlers is None:
            return self.fault(404)
        if request.method == 'OPTIONS':
            return self.error('org.jboss.resteasy.spi.DefaultOptionsMethodException: RESTEASY003655: No resource method found for options, '
                              'return OK with Allow header')
        handler = handlers.get('GET' if request.method == 'HEAD' else request.method)
        if handler is None:
            return self.fault(405)
        return handler(request, user, values)

    def forged(self, request) -> bool:
        """The rule against cross-site requests: by agent name up to 3.29.0, by a live session afterwards."""
        if request.method in ('GET', 'HEAD', 'OPTIONS') or self.number < (3, 13):
            return False
        cookie = request.cookies.get('NX-ANTI-CSRF-TOKEN')
        if cookie and cookie == request.headers.get('NX-ANTI-CSRF-TOKEN'):
            return False
        session = request.cookies.get('NXSESSIONID') in self.state.sessions
        browser = (request.headers.get('User-Agent') or '').startswith('Mozilla/')
        return session or (browser and self.number < (3, 29, 1))

    def open_session(self, request):
        try:
            name, password = (base64.b64decode(request.form[key], validate=True).decode() for key in ('username', 'password'))
        except (KeyError, ValueError):
            return self.reply(400)
        user = self.state.users.get(name)
        if user is None or user.password != password:
            return self.reply(403, [('X-Frame-Options', 'DENY')])
        session = str(uuid.uuid4())
        self.state.sessions[session] = name
        return self.reply(204, [('Set-Cookie', 'NXSESSIONID=%s; Path=%s/; HttpOnly' % (session, self.context)), ('X-Frame-Options', 'DENY')])

    def status(self, request, user, values):
        return self.fault(503) if self.state.read_only and values else self.reply(200)

    def swagger(self, request, user, values):
        methods: dict[str, dict] = {}
        for pattern, handlers in self.routes:
            name = re.sub(r'\(\?P<(\w+)>[^)]*\)', r'{\1}', pattern.pattern[:-3]).replace('{user}', '{userId}')
            if name.startswith('/v1/'):
                methods[re.sub(r'\(.*', '', name)] = {method.lower(): {'responses': {}} for method in handlers}
        return self.json({'swagger': '2.0', 'info': {'version': self.version, 'title': 'Nexus Repository Manager REST API'},
                          'basePath': self.context + '/service/rest/', 'paths': methods})

    def wonderland_status(self, request, user, values):
        if user is None and not self.state.anonymous:
            return self.fault(403)
        kind = self.produce(request)
        status = {'edition': self.edition, 'version': self.version}
        return self.json(status) if kind == JSON else self.xml('status', status)

    def produce(self, request, headers=()):
        """XML unless the client prefers JSON; 406 when it wants neither."""
        kind = negotiate(request, ['application/xml', JSON])
        if kind is None:
            raise Refusal(self.fault(406))
        return kind

    def xml(self, root, values, headers=()):
        text = ''.join('<%s>%s</%s>' % (key, escape(value), key) for key, value in values.items())
        return self.reply(200, list(headers) + [('Content-Type', 'application/xml;charset=UTF-8')],
                          '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><%s>%s</%s>' % (root, text, root))

    # -- step 1 -------------------------------------------------------------------------------------------------------

    def authenticate(self, request, user, values):
        sent = request.mimetype
        if sent not in (JSON, 'application/xml'):
            return self.fault(415)
        kind = self.produce(request)
        answer = self._authenticate(request, user, sent, kind)
        if self.number >= (3, 36):
            answer = Answer(answer.status, NOT_CACHEABLE + answer.headers, answer.body)
        return answer

    def _authenticate(self, request, user, sent, kind):
        if self.state.read_only and self.number >= (3, 21):
            fault = str(uuid.uuid4())
            return self.reply(503, [('Content-Type', 'text/plain;charset=utf-8'), ('X-Siesta-FaultId', fault)],
                              'Nexus Repository Manager is in read-only mode: (ID %s)' % fault)
        payload = self._payload(request, sent)
        if not isinstance(payload.get('u'), str) or not isinstance(payload.get('p'), str):
            return self.error('java.lang.NullPointerException')
        try:
            name, password = self._decode(payload['u']), self._decode(payload['p'])
        except ValueError as error:
            return self.error('java.lang.IllegalArgumentException: com.google.common.io.BaseEncoding$DecodingException: %s' % error)
        principal = user if user is not None else ('anonymous' if self.state.anonymous else '')
        if name != principal or not name:
            return self.fault(400)
        account = self.state.users.get(name)
        expected = 'anonymous' if user is None else account.password if account else None
        if expected is None or password != expected:
            return self.fault(403)
        ticket = {'t': self.issue_ticket(name)}
        return self.json(ticket) if kind == JSON else self.xml('authTicket', ticket)

    def _payload(self, request, sent):
        body = request.get_data()
        if not body.strip():
            return {}
        if sent != JSON:
            try:
                return {item.tag.rpartition('}')[2]: item.text or '' for item in ElementTree.fromstring(body)}
            except ElementTree.ParseError:
                raise Refusal(self.fault(400)) from None
        try:
            value = json.loads(body)
        except ValueError:
            raise Refusal(self._malformed('Unexpected end-of-input within/between Object entries')) from None
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Refusal(self._wrong_shape())
        return value

    def _malformed(self, what):
        if self.number < (3, 19):
            return self.error('com.fasterxml.jackson.core.io.JsonEOFException: %s\n at [Source: (org.eclipse.jetty.server.HttpInputOverHTTP); '
                              'line: 1, column: 11]' % what)
        return self.fault(400, self._cacheable() + [('Content-Type', JSON)], jackson({'id': '*', 'message': 'Could not process the input: ' + what}))

    def _wrong_shape(self):
        if self.number < (3, 19):
            return self.error('com.fasterxml.jackson.databind.exc.MismatchedInputException: Cannot deserialize instance of '
                              '`org.sonatype.nexus.coreui.internal.wonderland.AuthTokenXO`')
        return self.fault(400, self._cacheable() + [('Content-Type', JSON)], '[ ]')

    def _cacheable(self):
        return NOT_CACHEABLE if self.number >= (3, 36) else []

    @staticmethod
    def _decode(text):
        """As Guava's decoder: the standard alphabet, padding may be absent, nothing else may be there."""
        stripped = text.rstrip('=')
        if len(stripped) % 4 == 1 or (text != stripped and len(text) % 4):
            raise ValueError('Invalid input length %d' % len(text))
        bad = re.search('[^A-Za-z0-9+/]', stripped)
        if bad:
            raise ValueError('Unrecognized character: %s' % bad.group())
        try:
            return base64.b64decode(stripped + '=' * (-len(stripped) % 4)).decode('utf-8', 'replace')
        except binascii.Error:
            raise ValueError('Invalid input length %d' % len(text)) from None

    def download(self, request, user, values):
        """Support files; the one open resource besides step 2 that takes a ticket."""
        if user is None or not self.state.users[user].admin:
            return self.fault(403)
        if self.number < (3, 41):
            ticket = request.headers.get('X-NX-AuthTicket')
            if ticket is None and 't' in request.args:
                ticket = unpack_ticket(request.args['t'])
            if ticket is None:
                return self.fault(400)
            if not self.redeem_ticket(ticket, user):
                return self.error('java.lang.IllegalArgumentException: Invalid authentication ticket')
        return self.error('java.io.FileNotFoundException: /srv/nexus-work/downloads/%s (No such file or directory)' % values['name'])

    # -- step 2 -------------------------------------------------------------------------------------------------------

    def own_token(self, request, user, values):
        self._open_own(request, user)
        token = self.state.token_of(user)
        if token is None:
            token = self.create_token(user, user)
        elif self.state.expired(token):
            raise Refusal(self._expired())
        return self._own_answer(request, token)

    def generate_own_token(self, request, user, values):
        self._open_own(request, user)
        token = self.state.token_of(user)
        if token is not None and not self.state.expired(token):
            return self.message(409, 'User token already exists')
        return self._own_answer(request, self.create_token(user, user))

    def reset_own_token(self, request, user, values):
        self._open_own(request, user)
        return self.reply(204) if self.delete_token(user) else self.fault(404)

    def attributes(self, request, user, values):
        self._may_have_own(user)
        token = self.state.token_of(user)
        if token is None:
            return self.fault(404)
        if self.state.expired(token):
            return self._expired()
        expires = self.state.expires(token)
        found = {'expirationEnabled': 'true' if expires is not None else 'false'}
        if expires is not None:
            found['expirationTimeTimestamp'] = str(int(expires * 1000))
        return self.json(found)

    def _expired(self):
        if self.number >= (3, 90):
            return self.fault(410, [('Content-Type', 'text/plain;charset=utf-8')], 'User Token expired')
        return self.fault(400, [('Content-Type', 'text/plain;charset=utf-8')], 'User Token expired')

    def _may_have_own(self, user):
        if not self.state.enabled:
            raise Refusal(self.message(400, 'User-token feature is not enabled'))
        if user is None or not (self.state.users[user].own_token or self.state.users[user].admin):
            raise Refusal(self.fault(403))

    def _open_own(self, request, user):
        """Whether this request may touch its user's token: spends the ticket that it carries in this version's way."""
        self._may_have_own(user)
        if self.number >= (3, 24):
            sent = request.args.get('authToken')
            ticket = unpack_ticket(sent) if sent is not None else None
        else:
            sent = ticket = request.headers.get('X-NX-AuthTicket')
        if sent is None:
            raise Refusal(self.fault(400))
        if not self.redeem_ticket(ticket or '', user):
            if self.ticket_refusal == 500:
                raise Refusal(self.error('java.lang.IllegalArgumentException: Invalid authentication ticket'))
            raise Refusal(self.fault(self.ticket_refusal))

    def _own_answer(self, request, token):
        return self.json(self.token_body(token))

    # -- the administrator's side -------------------------------------------------------------------------------------

    def _administrator(self, user):
        if user is None or not self.state.users[user].admin:
            raise Refusal(self.fault(403))
        return user

    def _capability(self):
        values = {'enabled': self.state.enabled, 'protectContent': self.state.protect_content}
        if self.number >= (3, 69):
            values.update(expirationEnabled=self.state.expiration_days is not None, expirationDays=self.state.expiration_days or 30)
        return self.json(values)

    def get_capability(self, request, user, values):
        self._administrator(user)
        return self._capability()

    def put_capability(self, request, user, values):
        self._administrator(user)
        wanted = request.get_json(force=True, silent=True)
        days = wanted.get('expirationDays', 30) if isinstance(wanted, dict) else None
        if not isinstance(days, int) or not 1 <= days <= 999:
            return self.message(400, 'expirationDays must be between 1 and 999')
        self.state.enabled = bool(wanted.get('enabled'))
        self.state.protect_content = bool(wanted.get('protectContent'))
        if self.number >= (3, 69):
            self.state.expiration_days = days if wanted.get('expirationEnabled') else None
        return self._capability()

    def delete_all_tokens(self, request, user, values):
        self._administrator(user)
        self.state.counters['tokens_deleted'] += len(self.state.tokens)
        self.state.tokens.clear()
        return self.reply(200)

    def _subject(self, user, values):
        """The user that the path of an administrator's request names."""
        self._administrator(user)
        if not self.state.enabled:
            raise Refusal(self.message(400, 'User tokens are not enabled'))
        if values['realm'] not in SOURCES:
            raise Refusal(self.message(422, 'Invalid realm'))
        account = self.state.users.get(values['user'])
        if account is None or account.source != values['realm']:
            raise Refusal(self.message(404, 'User not found in realm' if self.number >= (3, 90, 1) else 'User not found'))
        return values['user']

    def _described(self, owner, source, token, secret=False):
        expires = self.state.expires(token)
        found = {'nameCode': token.name_code, 'created': self.stamp(token.created), 'userId': owner, 'realm': source,
                 'createdByUserId': token.created_by, 'createdByRealm': token.created_by_source, 'isExpired': self.state.expired(token)}
        if expires is not None:
            found['expires'] = self.stamp(expires)
        if secret:
            found['passCode'] = token.pass_code
        return found

    def admin_create(self, request, user, values):
        owner = self._subject(user, values)
        if self.state.token_of(owner) is not None:
            return self.message(409, 'User token already exists for this user and realm')
        return self.json(self._described(owner, values['realm'], self.create_token(owner, user), secret=True), 201)

    def admin_get(self, request, user, values):
        owner = self._subject(user, values)
        token = self.state.token_of(owner)
        if token is None:
            return self.message(404, 'User not found in realm or token not found')
        return self.json(self._described(owner, values['realm'], token))

    def admin_delete(self, request, user, values):
        owner = self._subject(user, values)
        if not self.delete_token(owner) and self.number >= (3, 90, 1) and not request.path.endswith('user-token-reset'):
            return self.message(404, 'User not found in realm or token not found')
        return self.reply(204)

    def admin_list(self, request, user, values):
        self._administrator(user)
        if not self.state.enabled:
            return self.message(400, 'User tokens are not enabled')
        args = request.args
        lookup = 'nameCode' if self.number >= (3, 97) else 'namecode' if self.number >= (3, 94) else None
        items = [(owner, source, token) for (owner, source), token in sorted(self.state.tokens.items())]
        if lookup and lookup in args:
            items = [item for item in items if item[2].name_code == args[lookup]]
            if not items:
                return self.fault(404, [('Content-Type', JSON)], jackson({'status': 404, 'message': 'User token not found', 'data': None}))
        if 'realm' in args:
            items = [item for item in items if item[1] == args['realm']]
        if 'userId' in args:
            items = [item for item in items if item[0] == args['userId']]
        if args.get('includeExpired', 'false') != 'true':
            items = [item for item in items if not self.state.expired(item[2])]
        try:
            skip, limit = int(args.get('skip', 0)), int(args.get('limit', 25))
        except ValueError:
            return self.fault(404)
        if skip < 0 or not 1 <= limit <= 100:
            return self.message(400, 'limit must be between 1 and 100')
        page = items[skip:skip + limit]
        return self.json({'items': [self._described(*item) for item in page],
                          'continuationToken': str(skip + limit) if len(items) > skip + limit else None})


class Nexus2(Nexus):
    """2.0 to 2.15: Restlet for C(/service/local), Siesta (JAX-RS) from 2.7 on for tickets and tokens."""

    def __init__(self, version, edition, state, options):
        super().__init__(version, edition, state, options)
        number = self.number
        self.siesta = number >= (2, 4)
        self.jetty = 'Jetty(8.1.3.v20120416)' if number < (2, 3) else 'Jetty(8.1.8.v20121106)'
        engine = 'Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-' + ('V4' if number < (2, 3) else 'V8')
        self.restlet = engine
        if number >= (2, 8):
            self.jetty = 'Nexus/' + version
            self.restlet = '%s %s' % (self.jetty, engine)
        self.route('/local/status', GET=self.status)
        self.route('/local/authentication/login', GET=self.login)
        if number >= (2, 7):
            self.route('/siesta/wonderland/authenticate', POST=self.authenticate)
        if self.has_tokens:
            mount = '/siesta/usertoken' if number >= (2, 7) else '/local/usertoken'
            if number < (2, 7):
                self.route(mount + '/authenticate', POST=self.authenticate)
            self.route(mount + '/current', GET=self.own_token, DELETE=self.reset_own_token)
            self.route(mount + '/settings', GET=self.get_settings, PUT=self.put_settings)
            self.route(mount + '/users/(?P<name>[^/]+)', GET=self.admin_get, DELETE=self.admin_delete)
        self.ticket_header = 'X-NX-AuthTicket' if number >= (2, 7) else 'X-NX-UserToken-AuthTicket'

    # -- answers ------------------------------------------------------------------------------------------------------

    def handle(self, request, path):
        if not in_context(path, self.context):
            return self.reply(404, [('Cache-Control', 'must-revalidate,no-cache,no-store'), ('Content-Type', 'text/html;charset=ISO-8859-1'),
                                    ('Server', self.jetty)], jetty_page(404, 'Not Found', path))
        path = path[len(self.context):]
        if not path:
            return self.reply(302, [('Location', request.root_url.rstrip('/') + self.context + '/'), ('Server', self.jetty)])
        if path == '/' and request.method in ('GET', 'HEAD'):
            return self.restlet_reply(301, [('Location', request.root_url.rstrip('/') + self.context + '/index.html')])
        if path == '/index.html' and request.method in ('GET', 'HEAD'):
            return self.index()
        if path.startswith('/service/'):
            answer = self.service(request, path[len('/service'):])
            if not (path.startswith('/service/local/usertoken') and not self.has_tokens) and path.startswith(('/service/local/', '/service/siesta')):
                expires = datetime.datetime.fromtimestamp(self.state.clock() - 86400, datetime.timezone.utc).strftime('%a, %d-%b-%Y %H:%M:%S GMT')
                answer.headers.insert(0, ('Set-Cookie', 'rememberMe=deleteMe; Path=%s; Max-Age=0; Expires=%s' % (self.context or '/', expires)))
            return answer
        if path.startswith('/content/repositories/'):
            name, _slash, rest = path[len('/content/repositories/'):].partition('/')
            return self.content(request, name, rest, self.refuse_content)
        return self.page(request, 404 if request.method in ('GET', 'HEAD') else 405)

    def restlet_reply(self, code, headers=(), body='', reason=None):
        return self.reply(code, list(headers) + [('Vary', 'Accept-Charset, Accept-Encoding, Accept-Language, Accept'), ('Server', self.restlet)], body, reason)

    def page(self, request, code, text=None):
        """The HTML page of the Restlet layer; its style sheet tells the version."""
        reason = REASONS[code]
        words = text or {404: 'The server has not found anything matching the request URI',
                         405: 'The method specified in the request is not allowed for the resource identified by the request URI'}.get(code, reason)
        return self.restlet_reply(code, [('Content-Type', 'text/html')], (
            '<html>\n  <head>\n    <title>%(code)d - %(reason)s</title>\n    <meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>\n\n'
            '    <link rel="icon" type="image/png" href="%(root)s/favicon.png"><!-- Major Browsers -->\n'
            '    <link rel="stylesheet" href="%(root)s/%(folder)s/Sonatype-content.css?%(version)s" type="text/css" media="screen" '
            'title="no title" charset="utf-8">\n  </head>\n  <body>\n    <h1>%(code)d - %(reason)s</h1>\n    <p>%(words)s</p>\n  </body>\n</html>\n'
        ) % {'code': code, 'reason': reason, 'root': request.root_url.rstrip('/') + self.context, 'version': self.version,
             'folder': 'static/css' if self.number >= (2, 3) else 'style', 'words': escape(words)})

    def index(self):
        return self.restlet_reply(200, [('Content-Type', 'text/html')], (
            '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n\n'
            '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n<head>\n  <title>Sonatype Nexus</title>\n'
            '  <link rel="stylesheet" href="static/css/Sonatype-all.css?%s" type="text/css" media="screen" charset="utf-8"/>\n'
            '</head>\n<body></body>\n</html>\n') % self.version)

    def jetty_reply(self, code, headers=(), body='', reason=None):
        return self.reply(code, list(headers) + [('Server', self.jetty)], body, reason)

    def jetty_error(self, request, code):
        """The HTML page of the servlet container."""
        return self.jetty_reply(code, [('Content-Type', 'text/html;charset=ISO-8859-1'), ('Cache-Control', 'must-revalidate,no-cache,no-store')],
                                jetty_page(code, REASONS[code], request.path))

    def unauthorized(self, realm=REALM_2):
        return self.jetty_reply(401, [('WWW-Authenticate', realm)])

    def refuse_content(self, code, reason):
        if code == 401:
            return self.jetty_reply(401, [('WWW-Authenticate', 'BASIC realm="Sonatype Nexus Repository Manager"')], reason=reason)
        return self.restlet_reply(code, [('Content-Type', 'text/html')], '<html><body>%d %s</body></html>\n' % (code, REASONS[code]), reason)

    # -- the service layer --------------------------------------------------------------------------------------------

    def service(self, request, path):
        handlers, values = self.find_route(path)
        if handlers is None:
            return self.nothing_there(request, path)
        user, right = self.user_of(request.headers.get('Authorization'))
        special = path.startswith(('/local/status', '/local/authentication/'))
        if not right or (user is None and (not self.state.anonymous or 'Authorization' in request.headers)):
            return self.unauthorized(REALM_2_SPECIAL if special else REALM_2)
        handler = handlers.get('GET' if request.method == 'HEAD' else request.method)
        if handler is None:
            return self.jetty_error(request, 405) if path.startswith('/siesta') else self.page(request, 405)
        return handler(request, user, values)

    def nothing_there(self, request, path):
        user, right = self.user_of(request.headers.get('Authorization'))
        siesta = self.siesta and (path + '/').startswith('/siesta/')
        if not self.siesta:
            # Before 2.4 everything under /service is guarded, known or not.
            if not right or user is None:
                return self.unauthorized()
            if not self.state.users[user].admin:
                return self.jetty_reply(403)
        elif siesta:
            if not right or (user is None and not self.state.anonymous):
                return self.unauthorized()
            if negotiate(request, [JSON + ';any']) == JSON + ';any':
                return self.jetty_reply(404, [('Content-Type', 'application/vnd.siesta-error-v1+json'), ('Vary', 'Accept')], json.dumps(
                    {'id': str(uuid.uuid4()), 'message': "No resource available at '%s'" % path[len('/siesta/'):]}, separators=(',', ':')))
            return self.jetty_error(request, 404)
        local = path.startswith('/local')
        return self.page(request, 404 if local or request.method in ('GET', 'HEAD') else 405)

    def xml_or_json(self, request, root, values, siesta):
        """Both layers write XML unless the client prefers JSON."""
        kind = negotiate(request, ['application/xml', JSON])
        if kind is None:
            raise Refusal(self.jetty_error(request, 406))
        if kind == JSON:
            headers, text = [('Content-Type', JSON + ('' if siesta else '; charset=UTF-8'))], json.dumps(values, separators=(',', ':'))
        else:
            inner = ''.join('<%s>%s</%s>' % (key, escape(str(value)), key) for key, value in values.items())
            headers = [('Content-Type', 'application/xml' + ('' if siesta else '; charset=UTF-8'))]
            text = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>%s' % ('<%s>%s</%s>' % (root, inner, root.partition(' ')[0]))
        return self.jetty_reply(200, headers, text) if siesta else self.restlet_reply(200, headers, text)

    def status(self, request, user, values):
        kind = negotiate(request, ['application/xml', JSON])
        if kind is None:
            reason = ('The resource identified by the request is only capable of generating response entities which have content '
                      'characteristics not acceptable according to the accept headers sent in the request')
            return self.reply(406, [('Server', self.restlet), ('Content-Type', 'text/html;charset=ISO-8859-1'),
                                    ('Cache-Control', 'must-revalidate,no-cache,no-store')], jetty_page(406, reason, request.path), reason)
        pro = self.edition != 'OSS'
        data = {'appName': 'Sonatype Nexus', 'formattedAppName': 'Sonatype Nexus%s&trade; %s' % (' Professional' if pro else '', self.version),
                'version': self.version, 'apiVersion': self.version, 'editionLong': 'Professional' if pro else '', 'editionShort': self.edition,
                'state': 'STARTED', 'operationMode': 'STANDALONE'}
        permissions = self._permissions(user)
        if kind == JSON:
            body = json.dumps({'data': dict(data, clientPermissions=permissions, baseUrl=request.root_url.rstrip('/') + self.context)},
                              separators=(',', ':'))
            return self.restlet_reply(200, [('Content-Type', 'application/json; charset=UTF-8')], body)
        lines = ''.join('    <%s>%s</%s>\n' % (key, escape(value), key) for key, value in data.items())
        rights = ''.join('        <permission>\n          <id>%(id)s</id>\n          <value>%(value)d</value>\n        </permission>\n' % item
                         for item in permissions['permissions'])
        return self.restlet_reply(200, [('Content-Type', 'application/xml; charset=UTF-8')], (
            '<status>\n  <data>\n%s    <clientPermissions>\n      <loggedIn>%s</loggedIn>\n      <permissions>\n%s      </permissions>\n'
            '    </clientPermissions>\n  </data>\n</status>') % (lines, str(permissions['loggedIn']).lower(), rights))

    def _permissions(self, user):
        account = self.state.users.get(user) if user else None
        names = {'nexus:status': 1, 'nexus:repositories': 15 if account and account.admin else 1,
                 'security:users': 15 if account and account.admin else 0}
        if self.has_tokens:
            names['nexus:usertoken-current'] = 9 if account and (account.own_token or account.admin) else 0
        found = {'loggedIn': account is not None, 'permissions': [{'id': key, 'value': value} for key, value in names.items()]}
        if account is not None:
            found.update(loggedInUsername=user, loggedInUserSource=account.source)
        return found

    def login(self, request, user, values):
        if user is None:
            return self.unauthorized(REALM_2_SPECIAL)
        return self.restlet_reply(200, [('Content-Type', 'application/json; charset=UTF-8')],
                                  json.dumps({'data': {'clientPermissions': self._permissions(user)}}, separators=(',', ':')))

    # -- tickets and tokens -------------------------------------------------------------------------------------------

    def authenticate(self, request, user, values):
        siesta = self.number >= (2, 7)
        if request.mimetype not in (JSON, 'application/xml'):
            return self.jetty_error(request, 415)
        try:
            body = request.get_data()
            if request.mimetype == JSON:
                payload = json.loads(body)
            else:
                payload = {item.tag.rpartition('}')[2]: item.text or '' for item in ElementTree.fromstring(body)}
            name, password = (_lenient(payload[key]) for key in ('u', 'p'))
        except (ValueError, KeyError, TypeError, AttributeError, ElementTree.ParseError):
            return self.jetty_error(request, 500)
        if name != (user or 'anonymous'):
            return self.text(400, 'Username mismatch')
        if user is None or self.state.users[user].password != password:
            return self.text(403, 'Authentication failed')
        root = 'authTicket xmlns="http://sonatype.org/xsd/nexus-wonderland-plugin/rest/1.0"' if siesta else 'authTicket'
        return self.xml_or_json(request, root, {'t': self.issue_ticket(user)}, siesta)

    def text(self, code, words):
        return self.jetty_reply(code, [('Content-Type', 'text/plain')], words)

    def _open_own(self, request, user):
        if not self.state.enabled:
            raise Refusal(self.page(request, 404))
        if user is None:
            raise Refusal(self.unauthorized())
        account = self.state.users[user]
        if not (account.own_token or account.admin):
            raise Refusal(self.jetty_reply(403))
        self._spend(request, user)

    def _spend(self, request, user):
        ticket = request.headers.get(self.ticket_header)
        if ticket is None:
            raise Refusal(self.text(400, 'Missing authentication ticket'))
        if not self.redeem_ticket(ticket, user):
            raise Refusal(self.text(self.ticket_refusal, 'Invalid authentication ticket'))

    def own_token(self, request, user, values):
        self._open_own(request, user)
        token = self.state.token_of(user) or self.create_token(user, user)
        return self.xml_or_json(request, 'userToken', self.token_body(token), self.number >= (2, 7))

    def reset_own_token(self, request, user, values):
        self._open_own(request, user)
        return self.jetty_reply(204) if self.delete_token(user) else self.page(request, 404)

    def _administrator(self, user):
        if user is None:
            raise Refusal(self.unauthorized())
        if not self.state.users[user].admin:
            raise Refusal(self.jetty_reply(403))

    def get_settings(self, request, user, values):
        self._administrator(user)
        return self.xml_or_json(request, 'userTokenSettings', {
            'enabled': self.state.enabled, 'protectContent': self.state.protect_content, 'realmConfigured': True}, self.number >= (2, 7))

    def put_settings(self, request, user, values):
        self._administrator(user)
        wanted = request.get_json(force=True, silent=True)
        if not isinstance(wanted, dict):
            return self.jetty_error(request, 400)
        self.state.enabled, self.state.protect_content = bool(wanted.get('enabled')), bool(wanted.get('protectContent'))
        return self.get_settings(request, user, values)

    def _owner(self, request, values):
        if values['name'] not in self.state.users or self.state.token_of(values['name']) is None:
            raise Refusal(self.page(request, 404))
        return values['name']

    def admin_get(self, request, user, values):
        self._administrator(user)
        token = self.state.token_of(self._owner(request, values))
        assert token is not None
        return self.xml_or_json(request, 'userToken', {'created': self.stamp(token.created)}, self.number >= (2, 7))

    def admin_delete(self, request, user, values):
        self._administrator(user)
        owner = self._owner(request, values)
        if self.number >= (2, 3):
            self._spend(request, user)
        self.delete_token(owner)
        return self.jetty_reply(204)


def create_app(version: str = '3.71.0-06', edition: str | None = None, users: dict | None = None, user_tokens: bool = True,
               expiration_days: int | None = None, protect_content: bool = False, context: str | None = None,
               strip_server_header: bool | str = False, anonymous: bool = True, clock: t.Callable[[], float] = time.time,
               repositories: t.Iterable[str] = ('private',), ticket_refusal: int | None = None, utc_offset: int = 0) -> Nexus:
    """A Nexus as a WSGI application; C(app.state) is a L(State, State).

    :param version: any version of the 2.x and 3.x lines, such as C(2.5.1-01), C(2.2), C(3.90.1).
    :param edition: C(PRO), C(OSS) or C(COMMUNITY); only C(PRO) has user tokens.
    :param users: by name: L(User, User) objects, dicts of their fields, or just a password; replaces L(USERS, USERS).
    :param user_tokens: whether an administrator has switched the feature on.
    :param expiration_days: user tokens expire that many days after their creation (3.69 and newer).
    :param context: the context path; by default C(/nexus) on 2.x and none on 3.x.
    :param strip_server_header: True for a proxy that removes the header, a text for one that replaces it.
    :param clock: the time in seconds since the epoch, for tickets and tokens.
    :param repositories: names of the protected Maven repositories; the first holds the artifacts.
    :param ticket_refusal: status for a bad ticket in step 2, which nobody could measure: 400, 403 or 500. By default what the
        open sibling resource of that line answers: 500 on 3.x, 403 on 2.x.
    :param utc_offset: minutes east of Greenwich in the times that the server writes.
    """
    number = version_number(version)
    accounts = {}
    for name, user in (USERS if users is None else users).items():
        fields = {'password': user} if isinstance(user, str) else user if isinstance(user, dict) else dataclasses.asdict(user)
        accounts[name] = User(**fields)
    state = State(accounts, clock)
    state.enabled = user_tokens
    state.expiration_days = expiration_days
    state.protect_content = protect_content
    state.anonymous = anonymous
    for position, name in enumerate(repositories):
        state.repositories[name] = MavenRepository(artifacts=position == 0)
    kind: type[Nexus] = Nexus3 if number >= (3,) else Nexus2
    return kind(version, edition or 'PRO', state, {
        'context': (('' if number >= (3,) else '/nexus') if context is None else context).rstrip('/'),
        'server_header': strip_server_header if isinstance(strip_server_header, str) else not strip_server_header,
        'ticket_refusal': ticket_refusal or (500 if number >= (3,) else 403),
        'utc_offset': utc_offset,
    })


def version_number(version: str) -> tuple[int, ...]:
    """C((3, 71, 0)) of C(3.71.0-06)."""
    match = re.match(r'\d+(\.\d+)*', version)
    if not match:
        raise ValueError('%r is no version of Nexus' % version)
    number = tuple(int(part) for part in match.group().split('.'))
    return number + (0,) * (3 - len(number))


def in_context(path: str, context: str) -> bool:
    return path == context or path.startswith(context + '/')


def odd_host(request: Request) -> bool:
    host = re.sub(r':\d+$', '', request.headers.get('Host') or 'localhost')
    scheme = request.headers.get('X-Forwarded-Proto')
    return not re.fullmatch(r'[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.%]+\]', host) or (scheme is not None and scheme.lower() not in ('http', 'https'))


def negotiate(request: Request, offers: list[str]) -> str | None:
    """The offer that the Accept header likes best; the first of equals; the first without a header.

    An offer that ends in C(;any) is one that is only reached through a wildcard.
    """
    if not request.headers.get('Accept'):
        return offers[0]
    best, chosen = (0.0, 0), None
    for offer in offers:
        name = offer.partition(';')[0]
        for accepted, quality in request.accept_mimetypes:
            wanted = accepted.partition(';')[0].strip().lower()
            exact = 2 if wanted == name else 1 if wanted == name.partition('/')[0] + '/*' else 0 if wanted == '*/*' else -1
            if offer.endswith(';any') and exact > 0:
                continue
            if exact >= 0 and quality > 0 and (quality, exact) > best or (exact == 0 and chosen is None and quality > 0):
                best, chosen = (quality, exact), offer
    return chosen


def unpack_ticket(value: str) -> str | None:
    """The ticket in a query parameter: base64 of the ticket. A blank is what an unescaped plus becomes, and spoils it."""
    try:
        return base64.b64decode(value, validate=True).decode('ascii')
    except ValueError:
        return None


def jackson(value: t.Any, indent: int = 0) -> str:
    """JSON laid out as Jackson's pretty printer does."""
    if isinstance(value, dict):
        if not value:
            return '{ }'
        inner = ',\n'.join('%s%s : %s' % ('  ' * (indent + 1), json.dumps(key), jackson(item, indent + 1)) for key, item in value.items())
        return '{\n%s\n%s}' % (inner, '  ' * indent)
    if isinstance(value, list):
        return '[ %s ]' % ', '.join(jackson(item, indent) for item in value) if value else '[ ]'
    return json.dumps(value, ensure_ascii=False)


def jetty_page(code: int, reason: str, path: str) -> str:
    return ('<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"/>\n<title>Error %d %s</title>\n</head>\n'
            '<body><h2>HTTP ERROR %d</h2>\n<p>Problem accessing %s. Reason:\n<pre>    %s</pre></p><hr /><i><small>Powered by Jetty://</small></i>'
            '<br/>\n</body>\n</html>\n') % (code, reason, code, escape(path), reason)


def _lenient(text: str) -> str:
    """Base64 as 2.x decodes it: what does not belong is skipped."""
    kept = re.sub('[^A-Za-z0-9+/]', '', text)
    return base64.b64decode(kept[:len(kept) - (len(kept) % 4 == 1)] + '=' * (-len(kept) % 4)).decode('utf-8', 'replace')
