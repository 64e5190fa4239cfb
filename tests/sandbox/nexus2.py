# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus Repository Manager 2.0 to 2.15."""

from __future__ import annotations

import base64
import datetime
import json
import re
import uuid
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .nexus_core import (
    JSON,
    REALM_2,
    REALM_2_SPECIAL,
    REASONS,
    Nexus,
    Refusal,
    in_context,
    jetty_page,
    negotiate,
)
from .nexus_proxies2 import Repositories2


class Nexus2(Nexus):
    """2.0 to 2.15: Restlet for C(/service/local), Siesta (JAX-RS) from 2.7 on for tickets and
    tokens.
    """

    def __init__(self, version, edition, state, options):
        super().__init__(version, edition, state, options)
        number = self.number
        self.siesta = number >= (2, 4)
        self.jetty = 'Jetty(8.1.3.v20120416)' if number < (2, 3) else 'Jetty(8.1.8.v20121106)'
        engine = 'Noelios-Restlet-Engine/1.1.6-SONATYPE-5348-' + ('V4' if number < (2, 3) else 'V8')
        self.restlet = engine
        if number >= (2, 8):
            self.jetty = 'Nexus/' + version
            self.restlet = f'{self.jetty} {engine}'
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
            self.route(
                mount + '/users/(?P<name>[^/]+)', GET=self.admin_get, DELETE=self.admin_delete
            )
        self.repositories = Repositories2(self)
        self.ticket_header = 'X-NX-AuthTicket' if number >= (2, 7) else 'X-NX-UserToken-AuthTicket'

    # answers

    def handle(self, request, path):
        if not in_context(path, self.context):
            return self.reply(
                404,
                [
                    ('Cache-Control', 'must-revalidate,no-cache,no-store'),
                    ('Content-Type', 'text/html;charset=ISO-8859-1'),
                    ('Server', self.jetty),
                ],
                jetty_page(404, 'Not Found', path),
            )
        path = path[len(self.context) :]
        if not path:
            return self.reply(
                302,
                [
                    ('Location', request.root_url.rstrip('/') + self.context + '/'),
                    ('Server', self.jetty),
                ],
            )
        if path == '/' and request.method in ('GET', 'HEAD'):
            return self.restlet_reply(
                301, [('Location', request.root_url.rstrip('/') + self.context + '/index.html')]
            )
        if path == '/index.html' and request.method in ('GET', 'HEAD'):
            return self.index()
        if path.startswith('/service/'):
            return self.service(request, path[len('/service') :])
        if path.startswith('/content/repositories/'):
            name, _slash, rest = path[len('/content/repositories/') :].partition('/')
            return self.secured(self.content(request, name, rest, self.refuse_content))
        return self.page(request, 404 if request.method in ('GET', 'HEAD') else 405)

    def restlet_reply(self, code, headers=(), body='', reason=None):
        return self.reply(
            code,
            list(headers)
            + [
                ('Vary', 'Accept-Charset, Accept-Encoding, Accept-Language, Accept'),
                ('Server', self.restlet),
            ],
            body,
            reason,
        )

    def page(self, request, code, text=None):
        """The HTML page of the Restlet layer; its style sheet contains the version."""
        reason = 'Internal Server Error' if code == 500 else REASONS[code]
        words = text or {
            404: 'The server has not found anything matching the request URI',
            405: (
                'The method specified in the request is not allowed for the resource identified '
                'by the request URI'
            ),
            500: (
                'The server encountered an unexpected condition which prevented it from '
                'fulfilling the request'
            ),
        }.get(code, reason)
        headers = [('Content-Type', 'text/html')]
        static = not (request.path + '/').startswith(
            (self.context + '/service/local/', self.context + '/content/')
        )
        if static:
            headers.append(('Cache-Control', 'max-age=2592000'))
        if code == 405:
            headers.append(('Allow', 'GET, HEAD, OPTIONS' if static else ''))
        root = request.root_url.rstrip('/') + self.context
        folder = 'static/css' if self.number >= (2, 3) else 'style'
        return self.restlet_reply(
            code,
            headers,
            (
                f'<html>\n  <head>\n    <title>{code} - {reason}</title>\n'
                '    <meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>\n\n'
                f'    <link rel="icon" type="image/png" href="{root}/favicon.png"><!-- Major '
                'Browsers -->\n'
                '    <link rel="stylesheet" '
                f'href="{root}/{folder}/Sonatype-content.css?{self.version}" type="text/css" '
                'media="screen" '
                'title="no title" charset="utf-8">\n  </head>\n  <body>\n'
                f'    <h1>{code} - {reason}</h1>\n    <p>{escape(words)}</p>\n  </body>\n</html>\n'
            ),
        )

    def index(self):
        return self.restlet_reply(
            200,
            [('Content-Type', 'text/html')],
            (
                '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
                '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n\n'
                '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n<head>\n'
                '  <title>Sonatype Nexus</title>\n'
                f'  <link rel="stylesheet" href="static/css/Sonatype-all.css?{self.version}" '
                'type="text/css" media="screen" charset="utf-8"/>\n'
                '</head>\n<body></body>\n</html>\n'
            ),
        )

    def jetty_reply(self, code, headers=(), body='', reason=None):
        return self.reply(code, list(headers) + [('Server', self.jetty)], body, reason)

    def jetty_error(self, request, code):
        """The HTML page of the servlet container."""
        return self.jetty_reply(
            code,
            [
                ('Content-Type', 'text/html;charset=ISO-8859-1'),
                ('Cache-Control', 'must-revalidate,no-cache,no-store'),
            ],
            jetty_page(code, REASONS[code], request.path),
        )

    def unauthorized(self, realm=REALM_2):
        return self.jetty_reply(401, [('WWW-Authenticate', realm)])

    def refuse_content(self, code, reason):
        if code == 401:
            return self.jetty_reply(
                401,
                [('WWW-Authenticate', 'BASIC realm="Sonatype Nexus Repository Manager"')],
                reason=reason,
            )
        return self.restlet_reply(
            code,
            [('Content-Type', 'text/html')],
            f'<html><body>{code} {REASONS[code]}</body></html>\n',
            reason,
        )

    def proxy_content(self, request, name, path):
        item = self.repositories.known.get(name)
        return (
            self.repositories.content(request, item, path)
            if item is not None and item.data['repoType'] == 'proxy'
            else None
        )

    # the service layer

    def service(self, request, path):
        handlers, values = self.find_route(path)
        try:
            answer = (
                self.nothing_there(request, path)
                if handlers is None
                else self._service(request, path, handlers, values)
            )
        except Refusal as refusal:
            answer = refusal.answer
        if (
            handlers is not None
            or not self.siesta
            or (self.number >= (2, 5) and path.startswith('/siesta/'))
        ):
            answer = self.secured(answer)
        return answer

    def secured(self, answer):
        """An answer to a request that the security layer has seen."""
        expires = datetime.datetime.fromtimestamp(
            self.state.clock() - 86400, datetime.timezone.utc
        ).strftime('%a, %d-%b-%Y %H:%M:%S GMT')
        answer.headers.insert(
            0,
            (
                'Set-Cookie',
                f'rememberMe=deleteMe; Path={self.context or "/"}; Max-Age=0; Expires={expires}',
            ),
        )
        return answer

    def credentials(self, request):
        """The user and whether he is right; the header's content may come in the query as well."""
        return self.user_of(
            request.headers.get('Authorization') or request.args.get('authorization')
        )

    def _service(self, request, path, handlers, values):
        user, right = self.credentials(request)
        special = path.startswith(('/local/status', '/local/authentication/'))
        if not right or (
            user is None and (not self.state.anonymous or 'Authorization' in request.headers)
        ):
            return self.unauthorized(REALM_2_SPECIAL if special else REALM_2)
        handler = handlers.get('GET' if request.method == 'HEAD' else request.method)
        if handler is None:
            return (
                self.jetty_error(request, 405)
                if path.startswith('/siesta')
                else self.page(request, 405)
            )
        answer = handler(request, user, values)
        if special and user is not None and answer.code == 200:
            answer.headers.insert(
                0,
                (
                    'Set-Cookie',
                    'JSESSIONID={}; Path={}; HttpOnly'.format(uuid.uuid4(), self.context or '/'),
                ),
            )
        return answer

    def nothing_there(self, request, path):
        user, right = self.credentials(request)
        if not self.siesta:
            # Before 2.4 everything under /service is guarded, known or not.
            if not right or user is None:
                return self.unauthorized()
            if not self.state.users[user].admin:
                return self.jetty_reply(403)
        elif path.startswith('/siesta/'):
            if self.number >= (2, 5) and (not right or (user is None and not self.state.anonymous)):
                return self.unauthorized()
            if negotiate(request, [JSON + ';any']) is not None:
                return self.jetty_reply(
                    404,
                    [('Content-Type', 'application/vnd.siesta-error-v1+json'), ('Vary', 'Accept')],
                    json.dumps(
                        {
                            'id': str(uuid.uuid4()),
                            'message': "No resource available at '{}'".format(
                                path[len('/siesta/') :]
                            ),
                        },
                        separators=(',', ':'),
                    ),
                )
            return self.jetty_error(request, 404)
        return self.page(
            request, 404 if path.startswith('/local') or request.method in ('GET', 'HEAD') else 405
        )

    def xml_or_json(self, request, root, values, siesta):
        """Both layers write XML unless the client prefers JSON."""
        kind = negotiate(request, ['application/xml', JSON])
        if kind is None:
            raise Refusal(self.jetty_error(request, 406))
        if kind == JSON:
            headers, text = (
                [('Content-Type', JSON + ('' if siesta else '; charset=UTF-8'))],
                json.dumps(values, separators=(',', ':')),
            )
        else:
            inner = ''.join(f'<{key}>{escape(str(value))}</{key}>' for key, value in values.items())
            headers = [('Content-Type', 'application/xml' + ('' if siesta else '; charset=UTF-8'))]
            text = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{}'.format(
                '<{}>{}</{}>'.format(root, inner, root.partition(' ')[0])
            )
        return (
            self.jetty_reply(200, headers, text)
            if siesta
            else self.restlet_reply(200, headers, text)
        )

    def status(self, request, user, values):
        kind = negotiate(request, ['application/xml', JSON])
        if kind is None:
            reason = (
                'The resource identified by the request is only capable of generating response '
                'entities which have content '
                'characteristics not acceptable according to the accept headers sent in the request'
            )
            return self.reply(
                406,
                [
                    ('Server', self.restlet),
                    ('Content-Type', 'text/html;charset=ISO-8859-1'),
                    ('Cache-Control', 'must-revalidate,no-cache,no-store'),
                ],
                jetty_page(406, reason, request.path),
                reason,
            )
        pro = self.edition != 'OSS'
        data = {
            'appName': 'Sonatype Nexus',
            'formattedAppName': 'Sonatype Nexus{}&trade; {}'.format(
                ' Professional' if pro else '', self.version
            ),
            'version': self.version,
            'apiVersion': self.version,
            'editionLong': 'Professional' if pro else '',
            'editionShort': self.edition,
            **{
                key: 'http://links.sonatype.com/products/nexus/{}/{}'.format(
                    'pro' if pro else 'oss', page
                )
                for key, page in (
                    ('attributionsURL', 'attributions'),
                    ('purchaseURL', 'store'),
                    ('userLicenseURL', 'EULA'),
                )
            },
            'state': 'STARTED',
            'operationMode': 'STANDALONE',
            'initializedAt': '2026-01-01 00:00:00.000 UTC',
            'startedAt': '2026-01-01 00:00:01.000 UTC',
            'lastConfigChange': '2026-01-01 00:00:01.000 UTC',
            'firstStart': True,
            'instanceUpgraded': False,
            'configurationUpgraded': False,
        }
        permissions = self._permissions(user)
        if kind == JSON:
            body = json.dumps(
                {
                    'data': dict(
                        data,
                        clientPermissions=permissions,
                        baseUrl=request.root_url.rstrip('/') + self.context,
                    )
                },
                separators=(',', ':'),
            )
            return self.restlet_reply(
                200, [('Content-Type', 'application/json; charset=UTF-8')], body
            )
        lines = ''.join(
            '    '
            f'<{key}>{escape(str(value).lower() if isinstance(value, bool) else value)}</{key}>\n'
            for key, value in data.items()
        )
        rights = ''.join(
            '        <permission>\n          <id>{id}</id>\n          <value>{value}</value>\n'
            '        </permission>\n'.format(**item)
            for item in permissions['permissions']
        )
        who = ''.join(
            f'      <{key}>{escape(permissions[key])}</{key}>\n'
            for key in ('loggedInUsername', 'loggedInUserSource')
            if key in permissions
        )
        return self.restlet_reply(
            200,
            [('Content-Type', 'application/xml; charset=UTF-8')],
            (
                '<status>\n  <data>\n{}    <clientPermissions>\n      <loggedIn>{}</loggedIn>\n'
                '{}      <permissions>\n{}      </permissions>\n'
                '    </clientPermissions>\n  </data>\n</status>'
            ).format(lines, str(permissions['loggedIn']).lower(), who, rights),
        )

    def _permissions(self, user):
        account = self.state.users.get(user) if user else None
        names = {
            'nexus:status': 1,
            'nexus:repositories': 15 if account and account.admin else 1,
            'security:users': 15 if account and account.admin else 0,
        }
        if self.has_tokens:
            names['nexus:usertoken-current'] = (
                9 if account and (account.own_token or account.admin) else 0
            )
        found = {
            'loggedIn': account is not None,
            'permissions': [{'id': key, 'value': value} for key, value in names.items()],
        }
        if account is not None:
            found.update(loggedInUsername=user, loggedInUserSource=account.source)
        return found

    def login(self, request, user, values):
        if user is None:
            return self.unauthorized(REALM_2_SPECIAL)
        return self.restlet_reply(
            200,
            [('Content-Type', 'application/json; charset=UTF-8')],
            json.dumps(
                {'data': {'clientPermissions': self._permissions(user)}}, separators=(',', ':')
            ),
        )

    # tickets and tokens

    def authenticate(self, request, user, values):
        siesta = self.number >= (2, 7)
        if request.mimetype not in (JSON, 'application/xml'):
            return self.jetty_error(request, 415)
        try:
            body = request.get_data()
            if request.mimetype == JSON:
                payload = json.loads(body)
            else:
                payload = {
                    item.tag.rpartition('}')[2]: item.text or ''
                    for item in ElementTree.fromstring(body)
                }
            name, password = (_lenient(payload[key]) for key in ('u', 'p'))
        except (ValueError, KeyError, TypeError, AttributeError, ElementTree.ParseError):
            return self.jetty_error(request, 500)
        if name != (user or 'anonymous'):
            return self.text(400, 'Username mismatch')
        if user is None or self.state.users[user].password != password:
            return self.text(403, 'Authentication failed')
        root = (
            'authTicket xmlns="http://sonatype.org/xsd/nexus-wonderland-plugin/rest/1.0"'
            if siesta
            else 'authTicket'
        )
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
        return self.xml_or_json(
            request,
            'userTokenSettings',
            {
                'enabled': self.state.enabled,
                'protectContent': self.state.protect_content,
                'realmConfigured': True,
            },
            self.number >= (2, 7),
        )

    def put_settings(self, request, user, values):
        self._administrator(user)
        wanted = request.get_json(force=True, silent=True)
        if not isinstance(wanted, dict):
            return self.jetty_error(request, 400)
        self.state.enabled, self.state.protect_content = (
            bool(wanted.get('enabled')),
            bool(wanted.get('protectContent')),
        )
        return self.get_settings(request, user, values)

    def _owner(self, request, values):
        if values['name'] not in self.state.users or self.state.token_of(values['name']) is None:
            raise Refusal(self.page(request, 404))
        return values['name']

    def admin_get(self, request, user, values):
        self._administrator(user)
        token = self.state.token_of(self._owner(request, values))
        assert token is not None
        return self.xml_or_json(
            request, 'userToken', {'created': self.stamp(token.created)}, self.number >= (2, 7)
        )

    def admin_delete(self, request, user, values):
        self._administrator(user)
        owner = self._owner(request, values)
        if self.number >= (2, 3):
            self._spend(request, user)
        self.delete_token(owner)
        return self.jetty_reply(204)


def _lenient(text: str) -> str:
    """Base64 as 2.x decodes it: what does not belong is skipped."""
    kept = re.sub('[^A-Za-z0-9+/]', '', text)
    return base64.b64decode(
        kept[: len(kept) - (len(kept) % 4 == 1)] + '=' * (-len(kept) % 4)
    ).decode('utf-8', 'replace')
