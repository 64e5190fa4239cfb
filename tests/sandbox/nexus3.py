# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus Repository Manager 3.0 and newer."""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from . import package_repositories
from .nexus_core import (
    JSON,
    NOT_CACHEABLE,
    REALM,
    REASONS,
    SOURCES,
    Nexus,
    Refusal,
    in_context,
    jackson,
    jetty_page,
    negotiate,
    odd_host,
)
from .nexus_proxies import Repositories
from .serving import Answer


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
        self.repositories = Repositories(self, options['h2'])
        self.packages: bool = options['packages']

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
            self.route(
                '/v1/security/user-tokens',
                GET=self.get_capability,
                PUT=self.put_capability,
                DELETE=self.delete_all_tokens,
            )
        user = '/v1/security/users/(?P<user>[^/]+)/(?P<realm>[^/]+)'
        if number >= (3, 42):
            self.route(user + '/user-token-reset', DELETE=self.admin_delete)
        if number >= (3, 90, 1):
            self.route(
                user + '/user-token',
                POST=self.admin_create,
                GET=self.admin_get,
                DELETE=self.admin_delete,
            )
            self.route('/v1/security/user-tokens/tokens', GET=self.admin_list)

    # answers

    def finish(self, request, answer):
        if not any(name == 'Server' for name, _value in answer.headers):
            headers = [
                ('Server', f'Nexus/{self.version} ({self.edition})'),
                ('X-Content-Type-Options', 'nosniff'),
            ] + answer.headers
            answer = Answer(answer.status, headers, answer.body)
        return super().finish(request, answer)

    def handle(self, request, path):
        if odd_host(request):
            return self.reply(400, [('Server', 'Jetty(9.4.53.v20231009)')])
        if not in_context(path, self.context):
            return self.reply(
                404,
                [
                    ('Server', 'Jetty(9.4.53.v20231009)'),
                    ('Content-Type', 'text/html;charset=iso-8859-1'),
                ],
                jetty_page(404, 'Not Found', path),
            )
        path = path[len(self.context) :] or '/'
        if path.startswith(self.mount + '/'):
            return self.rest(request, path[len(self.mount) :])
        if path.startswith('/repository/'):
            name, _slash, rest = path[len('/repository/') :].partition('/')
            if self.packages and name in ('npm', 'pypi'):
                return self.package(request, name, rest)
            return self.content(request, name, rest, self.refuse_content)
        if self.packages and path.startswith('/v2/'):
            return self.package(request, 'docker', path[len('/v2/') :])
        if path == '/service/extdirect' and request.method == 'POST':
            return self.extdirect(request)
        if path == '/service/rapture/session' and request.method == 'POST':
            return self.open_session(request)
        if path in ('/', '/index.html') and request.method in ('GET', 'HEAD'):
            return self.index()
        return self.page(404 if request.method in ('GET', 'HEAD') else 405, request)

    def page(self, code, request, reason=None):
        reason = reason or (
            f'HTTP method {request.method} is not supported by this URL'
            if code == 405
            else REASONS[code]
        )
        product = (
            'Sonatype Nexus Repository' if self.number >= (3, 44) else 'Nexus Repository Manager'
        )
        root = request.root_url.rstrip('/') + self.context
        return self.reply(
            code,
            self._page_headers(),
            (
                '\n<!DOCTYPE html>\n<html lang="en">\n<head>\n'
                f'  <title>{code} - {product}</title>\n'
                '  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>\n'
                f'  <link rel="shortcut icon" href="{root}/favicon.ico?{self.version}">\n'
                '  <link rel="stylesheet" type="text/css" '
                f'href="{root}/static/css/nexus-content.css?{self.version}"/>\n</head>\n<body>\n'
                f'<span class="product-name">{product}</span>\n'
                f'<span class="product-spec">{self.edition} {self.version}</span>\n'
                f'<span class="title">Error {code}</span><span '
                f'class="description">{escape(reason)}</span>\n</body>\n</html>\n'
            ),
            reason,
        )

    def _page_headers(self):
        cache = (
            'post-check=0, pre-check=0'
            if self.number < (3, 20)
            else 'no-cache, no-store, max-age=0, must-revalidate, post-check=0, pre-check=0'
        )
        return [
            ('Cache-Control', cache),
            ('Pragma', 'no-cache'),
            ('Expires', '0'),
            ('X-Frame-Options', 'DENY'),
            ('Content-Type', 'text/html'),
        ]

    def index(self):
        product = (
            'Sonatype Nexus Repository' if self.number >= (3, 44) else 'Nexus Repository Manager'
        )
        suffix = f'?_v={self.version}&_e={self.edition}' + (
            '&_c=2026-01-01-0000-00001' if self.number >= (3, 44) else ''
        )
        return self.reply(
            200,
            [('X-XSS-Protection', '1; mode=block')] + self._page_headers(),
            (
                f'\n<!DOCTYPE html>\n<html lang="en">\n<head>\n  <title>{product}</title>\n'
                '  <meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>\n'
                '  <link rel="icon" type="image/png" '
                f'href="./static/rapture/resources/favicon-32x32.png{suffix}" sizes="32x32">\n'
                '  <link rel="stylesheet" type="text/css" '
                f'href="./static/rapture/resources/baseapp.css{suffix}">\n</head>\n<body></body>\n'
                '</html>\n'
            ),
        )

    def fault(self, code, headers=(), body='', reason=None):
        """A refusal of the REST layer: with the key to the server's log."""
        return self.reply(
            code, list(headers) + [('X-Siesta-FaultId', str(uuid.uuid4()))], body, reason
        )

    def error(self, exception):
        fault = str(uuid.uuid4())
        return self.reply(
            500,
            [('Content-Type', 'text/plain;charset=utf-8'), ('X-Siesta-FaultId', fault)],
            f'ERROR: (ID {fault}) {exception}',
        )

    def message(self, code, text):
        """A refusal with a text, as servers of this version write it."""
        return self.fault(code, [('Content-Type', JSON)], self.quoted(text))

    def quoted(self, text):
        """A text as the body of a refusal: in quotes without escaping up to 3.48, which may be no
        JSON, then inside an object.
        """
        quoted = f'"{text}"'
        return quoted if self.number < (3, 49) else jackson({'id': '*', 'message': quoted})

    def json(self, value, code=200, headers=()):
        return self.reply(code, list(headers) + [('Content-Type', JSON)], jackson(value))

    def unauthorized(self):
        return self.reply(401, [('WWW-Authenticate', REALM)])

    def refuse_content(self, code, reason):
        if code == 401:
            return self.reply(401, [('WWW-Authenticate', REALM)], reason=reason)
        return self.reply(
            code,
            [('Content-Type', 'text/html')],
            f'<html><body>{code} {REASONS[code]}</body></html>\n',
            reason,
        )

    def package(self, request, name, path):
        """A request for a file of a repository that is no Maven repository."""
        user, right = self.user_of(request.headers.get('Authorization'))
        if user is None or not right:
            return self.refuse_content(401, None)
        if not self.state.users[user].read:
            return self.refuse_content(403, None)
        if request.method not in ('GET', 'HEAD'):
            return self.refuse_content(405, None)
        address = f'{request.root_url.rstrip("/")}{self.context}/repository/{name}'
        found = package_repositories.find(name, path, address, user)
        if found is None:
            return self.refuse_content(404, None)
        headers = [('Content-Type', found[0])]
        if name == 'docker':
            headers.append(('Docker-Distribution-Api-Version', 'registry/2.0'))
        return self.reply(200, headers, found[1])

    def proxy_content(self, request, name, path):
        item = self.repositories.known.get(name)
        return (
            self.repositories.content(request, item, path)
            if item is not None and item.type == 'proxy'
            else None
        )

    # the REST layer

    def extdirect(self, request):
        if self.forged(request):
            return self.reply(
                401,
                [('Content-Type', 'text/plain;charset=iso-8859-1')],
                'Anti cross-site request forgery token mismatch',
            )
        user, right = self.user_of(request.headers.get('Authorization'))
        return self.repositories.extdirect(request, user) if right else self.unauthorized()

    def rest(self, request, path):
        if self.forged(request):
            return self.reply(
                401,
                [('Content-Type', 'text/plain;charset=iso-8859-1')],
                'Anti cross-site request forgery token mismatch',
            )
        user, right = self.user_of(request.headers.get('Authorization'))
        if not right:
            return self.unauthorized()
        if user is None:
            user = self.state.sessions.get(request.cookies.get('NXSESSIONID', ''))
        handlers, values = self.find_route(path)
        if handlers is None:
            return self.fault(404)
        if request.method == 'OPTIONS':
            return self.error(
                'org.jboss.resteasy.spi.DefaultOptionsMethodException: RESTEASY003655: No '
                'resource method found for options, '
                'return OK with Allow header'
            )
        handler = handlers.get('GET' if request.method == 'HEAD' else request.method)
        if handler is None:
            allowed = ', '.join(
                name
                for name in ('POST', 'DELETE', 'GET', 'OPTIONS', 'PUT')
                if name in handlers or name == 'OPTIONS'
            )
            return self.fault(405, [('Allow', allowed)] if self.number < (3, 30) else [])
        return handler(request, user, values)

    def forged(self, request) -> bool:
        """The rule against cross-site requests: by agent name up to 3.29.0, by a live session
        afterwards.
        """
        if request.method in ('GET', 'HEAD', 'OPTIONS') or self.number < (3, 13):
            return False
        cookie = request.cookies.get('NX-ANTI-CSRF-TOKEN')
        if cookie and cookie == request.headers.get('NX-ANTI-CSRF-TOKEN'):
            return False
        if self.number < (3, 29, 1):
            return (request.headers.get('User-Agent') or '').startswith('Mozilla/')
        return request.cookies.get('NXSESSIONID') in self.state.sessions

    def open_session(self, request):
        try:
            name, password = (
                base64.b64decode(request.form[key], validate=True).decode()
                for key in ('username', 'password')
            )
        except (KeyError, ValueError):
            return self.reply(400)
        user = self.state.users.get(name)
        if user is None or user.password != password:
            return self.reply(403, [('X-Frame-Options', 'DENY')])
        session = str(uuid.uuid4())
        self.state.sessions[session] = name
        return self.reply(
            204,
            [
                ('Set-Cookie', f'NXSESSIONID={session}; Path={self.context}/; HttpOnly'),
                ('X-Frame-Options', 'DENY'),
            ],
        )

    def status(self, request, user, values):
        return self.fault(503) if self.state.read_only and values else self.reply(200)

    def swagger(self, request, user, values):
        methods: dict[str, dict] = {}
        for pattern, handlers in self.routes:
            name = re.sub(r'\(\?P<(\w+)>[^)]*\)', r'{\1}', pattern.pattern[:-3]).replace(
                '{user}', '{userId}'
            )
            if name.startswith('/v1/'):
                methods[re.sub(r'\(.*', '', name)] = {
                    method.lower(): {'responses': {}} for method in handlers
                }
        return self.json(
            {
                'swagger': '2.0',
                'info': {'version': self.version, 'title': 'Nexus Repository Manager REST API'},
                'basePath': self.context + '/service/rest/',
                'paths': methods,
            }
        )

    def wonderland_status(self, request, user, values):
        if user is None and not self.state.anonymous:
            return self.fault(403)
        kind = self.produce(request)
        status = {'edition': self.edition, 'version': self.version}
        return self.json(status) if kind == JSON else self.xml('status', status)

    def produce(self, request, headers=()):
        """XML unless the client prefers JSON; 406 if it accepts neither."""
        kind = negotiate(request, ['application/xml', JSON])
        if kind is None:
            raise Refusal(self.fault(406))
        return kind

    def xml(self, root, values, headers=()):
        text = ''.join(f'<{key}>{escape(value)}</{key}>' for key, value in values.items())
        return self.reply(
            200,
            list(headers) + [('Content-Type', 'application/xml;charset=UTF-8')],
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><{root}>{text}</{root}>',
        )

    # step 1

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
            return self.reply(
                503,
                [('Content-Type', 'text/plain;charset=utf-8'), ('X-Siesta-FaultId', fault)],
                f'Nexus Repository Manager is in read-only mode: (ID {fault})',
            )
        payload = self._payload(request, sent)
        if not isinstance(payload.get('u'), str) or not isinstance(payload.get('p'), str):
            return self.error('java.lang.NullPointerException')
        try:
            name, password = self._decode(payload['u']), self._decode(payload['p'])
        except ValueError as error:
            return self.error(
                'java.lang.IllegalArgumentException: '
                f'com.google.common.io.BaseEncoding$DecodingException: {error}'
            )
        principal = user if user is not None else ('anonymous' if self.state.anonymous else '')
        if name != principal or not name:
            return self.fault(400)
        account = self.state.users.get(name)
        expected = 'anonymous' if user is None else account.password if account else None
        if expected is None or password != expected:
            return self.fault(403)
        ticket = {'t': self.issue_ticket(name, self.realm_of(request, name))}
        return self.json(ticket) if kind == JSON else self.xml('authTicket', ticket)

    def _payload(self, request, sent):
        body = request.get_data()
        if not body.strip():
            return {}
        if sent != JSON:
            try:
                return {
                    item.tag.rpartition('}')[2]: item.text or ''
                    for item in ElementTree.fromstring(body)
                }
            except ElementTree.ParseError:
                raise Refusal(self.fault(400)) from None
        try:
            value = json.loads(body)
        except ValueError:
            raise Refusal(
                self._malformed('Unexpected end-of-input within/between Object entries')
            ) from None
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Refusal(self._wrong_shape())
        return value

    def _malformed(self, what):
        if self.number < (3, 19):
            return self.error(
                f'com.fasterxml.jackson.core.io.JsonEOFException: {what}\n'
                ' at [Source: (org.eclipse.jetty.server.HttpInputOverHTTP); '
                'line: 1, column: 11]'
            )
        return self.fault(
            400,
            self._cacheable() + [('Content-Type', JSON)],
            jackson({'id': '*', 'message': 'Could not process the input: ' + what}),
        )

    def _wrong_shape(self):
        if self.number < (3, 19):
            return self.error(
                'com.fasterxml.jackson.databind.exc.MismatchedInputException: Cannot deserialize '
                'instance of '
                '`org.sonatype.nexus.coreui.internal.wonderland.AuthTokenXO` out of START_ARRAY '
                'token\n'
                ' at [Source: (org.eclipse.jetty.server.HttpInputOverHTTP); line: 1, column: 1]'
            )
        return self.fault(400, self._cacheable() + [('Content-Type', JSON)], '[ ]')

    def _cacheable(self):
        return NOT_CACHEABLE if self.number >= (3, 36) else []

    @staticmethod
    def _decode(text):
        """As Guava's decoder: the standard alphabet, padding may be absent, nothing else may be
        there.
        """
        stripped = text.rstrip('=')
        if len(stripped) % 4 == 1 or (text != stripped and len(text) % 4):
            raise ValueError(f'Invalid input length {len(text)}')
        bad = re.search('[^A-Za-z0-9+/]', stripped)
        if bad:
            raise ValueError(f'Unrecognized character: {bad.group()}')
        try:
            return base64.b64decode(stripped + '=' * (-len(stripped) % 4)).decode(
                'utf-8', 'replace'
            )
        except binascii.Error:
            raise ValueError(f'Invalid input length {len(text)}') from None

    def download(self, request, user, values):
        """Support files; the one open resource besides step 2 that took a ticket, up to some
        version before 3.62.
        """
        try:
            answer = self._download(request, user, values)
        except Refusal as refusal:
            answer = refusal.answer
        return (
            Answer(answer.status, self._cacheable() + answer.headers, answer.body)
            if self.number >= (3, 41)
            else answer
        )

    def _download(self, request, user, values):
        if user is None or not self.state.users[user].admin:
            return self.fault(403)
        if self.number < (3, 62):
            ticket = request.headers.get('X-NX-AuthTicket')
            if ticket is None:
                ticket = self._packed_ticket(request, 't')
            if ticket is None:
                return self.fault(400)
            if not self.redeem_ticket(ticket, user):
                return self.error(
                    'java.lang.IllegalArgumentException: Invalid authentication ticket'
                )
        return self.error(
            'java.io.FileNotFoundException: /srv/nexus-work/downloads/{} (No such file or '
            'directory)'.format(values['name'])
        )

    # step 2

    def _packed_ticket(self, request, key):
        """The ticket in a query parameter, which is its base64 form; None without one.

        An unescaped plus comes as a blank, and spoils it.
        """
        if key not in request.args:
            return None
        try:
            return self._decode(request.args[key])
        except ValueError as error:
            raise Refusal(
                self.error(
                    'java.lang.IllegalArgumentException: '
                    f'com.google.common.io.BaseEncoding$DecodingException: {error}'
                )
            ) from None

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
            return self.fault(
                410, [('Content-Type', 'text/plain;charset=utf-8')], 'User Token expired'
            )
        return self.fault(400, [('Content-Type', 'text/plain;charset=utf-8')], 'User Token expired')

    def _may_have_own(self, user):
        if not self.state.enabled:
            raise Refusal(self.message(400, 'User-token feature is not enabled'))
        if user is None or not (self.state.users[user].own_token or self.state.users[user].admin):
            raise Refusal(self.fault(403))

    def _open_own(self, request, user):
        """Whether this request may touch its user's token: spends the ticket that it carries in
        this version's way.
        """
        self._may_have_own(user)
        if self.number >= (3, 24):
            ticket = self._packed_ticket(request, 'authToken')
        else:
            ticket = request.headers.get('X-NX-AuthTicket')
        if ticket is None:
            raise Refusal(self.fault(400))
        if not self.redeem_ticket(ticket, user, self.realm_of(request, user)):
            if self.ticket_refusal == 500:
                raise Refusal(
                    self.error('java.lang.IllegalArgumentException: Invalid authentication ticket')
                )
            raise Refusal(self.fault(self.ticket_refusal))

    def _own_answer(self, request, token):
        return self.json(self.token_body(token))

    # the administrator's side

    def _administrator(self, user):
        if user is None or not self.state.users[user].admin:
            raise Refusal(self.fault(403))
        return user

    def _capability(self):
        values = {'enabled': self.state.enabled, 'protectContent': self.state.protect_content}
        if self.number >= (3, 69):
            values.update(
                expirationEnabled=self.state.expiration_days is not None,
                expirationDays=self.state.expiration_days or 30,
            )
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
            raise Refusal(
                self.message(
                    404,
                    'User not found in realm' if self.number >= (3, 90, 1) else 'User not found',
                )
            )
        return values['user']

    def _described(self, owner, source, token, secret=False):
        expires = self.state.expires(token)
        found = {
            'nameCode': token.name_code,
            'created': self.stamp(token.created),
            'userId': owner,
            'realm': source,
            'createdByUserId': token.created_by,
            'createdByRealm': token.created_by_source,
            'isExpired': self.state.expired(token),
        }
        if expires is not None:
            found['expires'] = self.stamp(expires)
        if secret:
            found['passCode'] = token.pass_code
        return found

    def admin_create(self, request, user, values):
        owner = self._subject(user, values)
        if self.state.token_of(owner) is not None:
            return self.message(409, 'User token already exists for this user and realm')
        return self.json(
            self._described(owner, values['realm'], self.create_token(owner, user), secret=True),
            201,
        )

    def admin_get(self, request, user, values):
        owner = self._subject(user, values)
        token = self.state.token_of(owner)
        if token is None:
            return self.message(404, 'User not found in realm or token not found')
        return self.json(self._described(owner, values['realm'], token))

    def admin_delete(self, request, user, values):
        owner = self._subject(user, values)
        if (
            not self.delete_token(owner)
            and self.number >= (3, 90, 1)
            and not request.path.endswith('user-token-reset')
        ):
            return self.message(404, 'User not found in realm or token not found')
        return self.reply(204)

    def admin_list(self, request, user, values):
        self._administrator(user)
        if not self.state.enabled:
            return self.message(400, 'User tokens are not enabled')
        args = request.args
        lookup = (
            'nameCode' if self.number >= (3, 97) else 'namecode' if self.number >= (3, 94) else None
        )
        items = [
            (owner, source, token) for (owner, source), token in sorted(self.state.tokens.items())
        ]
        if 'realm' in args:
            items = [item for item in items if item[1] == args['realm']]
        if lookup and lookup in args:
            for item in items:
                if item[2].name_code == args[lookup]:
                    return self.json(self._described(*item))
            return self.fault(
                404,
                [('Content-Type', JSON)],
                jackson({'status': 404, 'message': 'User token not found', 'data': None}),
            )
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
        page = items[skip : skip + limit]
        return self.json(
            {
                'items': [self._described(*item) for item in page],
                'continuationToken': str(skip + limit) if len(items) > skip + limit else None,
            }
        )
