# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both lines of the Nexus stand-in share: users, tickets, tokens, the protected repository,
HTTP.
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import datetime
import json
import re
import secrets
import string
import threading
import typing as t
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
    (
        'Cache-Control',
        'no-cache, must-revalidate, no-transform, no-store, proxy-revalidate, s-maxage=0, '
        'max-age=0',
    ),
    ('Expires', '0'),
    ('Pragma', 'no-cache'),
]
REASONS = {
    200: 'OK',
    201: 'Created',
    204: 'No Content',
    301: 'Moved Permanently',
    302: 'Found',
    400: 'Bad Request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not Found',
    405: 'Method Not Allowed',
    406: 'Not Acceptable',
    409: 'Conflict',
    410: 'Gone',
    415: 'Unsupported Media Type',
    422: 'Unprocessable Entity',
    500: 'Server Error',
    503: 'Service Unavailable',
}


@dataclasses.dataclass
class User:
    """:ivar password: None for a user who comes from an identity provider and has no password.

    :ivar source: where the user lives: default, LDAP, SAML, Crowd. Case matters.
    :ivar own_token: has the privilege C(nx-usertoken-current).
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
    issued: float
    realm: str


class State:
    """What a Nexus remembers. Tests may read all of it and change it between requests.

    :ivar tokens: user tokens by (user, source).
    :ivar tickets: single-use tickets that were issued and not yet redeemed.
    :ivar counters: how often things happened: tickets_issued, tickets_redeemed, tickets_refused,
        tokens_created, tokens_deleted.
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
        return (
            None if self.expiration_days is None else token.created + self.expiration_days * 86400
        )

    def age(self, user: str, days: float) -> None:
        """Makes the token of a user older."""
        token = self.token_of(user)
        assert token is not None, f'the user {user} has no token to age'
        token.created -= days * 86400


class Refusal(Exception):
    """An answer that ends the handling of a request."""

    def __init__(self, answer: Answer):
        super().__init__(answer.status)
        self.answer = answer


Handler = t.Callable[[Request, t.Optional[str], dict], Answer]


class Nexus:
    """The parts that both lines share; use L(create_app, create_app).

    :ivar context: the context path, without a slash at its end; the sandbox appends it to the
        server's URL.
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
        #: gives the CA that proxies trust; set by the sandbox that serves this application
        self.ca_path: t.Callable[[], str] | None = None
        #: what the sandbox prints below the address
        self.hints: list[str] = []
        self.routes: list[tuple[re.Pattern, dict[str, Handler]]] = []

    # plumbing

    def __call__(self, environ, start_response):
        request = Request(environ)
        path = environ['PATH_INFO'].encode('latin-1').decode('utf-8', 'replace')
        try:
            with self.state.lock:
                answer = self.handle(request, path)
        except Refusal as refusal:
            answer = refusal.answer
        answer = self.finish(request, answer)
        headers = [
            (name, value.encode('utf-8').decode('latin-1')) for name, value in answer.headers
        ]
        start_response(answer.status, headers)
        return [answer.body]

    def handle(self, request: Request, path: str) -> Answer:
        raise NotImplementedError

    def finish(self, request: Request, answer: Answer) -> Answer:
        headers = [
            item for item in answer.headers if item[0] != 'Server' or self.server_header is True
        ]
        if isinstance(self.server_header, str):
            headers.append(('Server', self.server_header))
        return Answer(answer.status, headers, answer.body)

    def route(self, pattern: str, **handlers: Handler) -> None:
        self.routes.append((re.compile(pattern + '/?$'), handlers))

    def find_route(self, path: str):
        for pattern, handlers in self.routes:
            match = pattern.match(path)
            if match:
                return handlers, dict(match.groupdict().items())
        return None, {}

    def reply(
        self, code: int, headers=(), body: bytes | str = b'', reason: str | None = None
    ) -> Answer:
        content = body.encode('utf-8') if isinstance(body, str) else body
        return Answer(
            f'{code} {REASONS[code] if reason is None else reason}', list(headers), content
        )

    def user_of(self, header: str | None) -> tuple[str | None, bool]:
        """The user that an Authorization header speaks for, and whether it is right.

        (None, True) is nobody.
        """
        if not header or header.strip().lower() in ('basic og==', 'basic'):
            return None, True
        credentials = basic_credentials(header)
        if credentials is None:
            return None, False
        name, secret = credentials
        user = self.state.users.get(name)
        if (
            user is not None
            and user.password is not None
            and secrets.compare_digest(user.password.encode(), secret.encode())
        ):
            return name, True
        owner = self.token_owner(name, secret)
        return owner, owner is not None

    def token_owner(self, name_code: str, pass_code: str) -> str | None:
        """The user whose living token this is."""
        if self.state.enabled and self.has_tokens:
            for (user, _source), token in self.state.tokens.items():
                if (
                    token.name_code == name_code
                    and secrets.compare_digest(token.pass_code.encode(), pass_code.encode())
                    and not self.state.expired(token)
                ):
                    return user
        return None

    @property
    def has_tokens(self) -> bool:
        """Whether this edition has the user-token plugin."""
        return self.edition.startswith('PRO')

    # tickets and tokens

    @property
    def bound(self) -> bool:
        """Tickets belong to their user from 3.15 on."""
        return self.number >= (3, 15)

    @staticmethod
    def realm_of(request: Request, user: str) -> str:
        """Which realm let this user in: that of his password, or that of user tokens."""
        name = (basic_credentials(request.headers.get('Authorization')) or (user,))[0]
        return 'password' if name == user else 'token'

    def issue_ticket(self, user: str, realm: str = 'password') -> str:
        ticket = base64.b64encode(secrets.token_bytes(66)).decode()
        self.state.tickets[ticket] = Ticket(user, self.state.clock(), realm)
        self.state.counters['tickets_issued'] += 1
        return ticket

    def redeem_ticket(self, ticket: str, user: str, realm: str = 'password') -> bool:
        """Spends a ticket.

        A try by another user does not spend it, where tickets are bound; from 3.59 on they are
        bound to the realm, too.
        """
        held = self.state.tickets.get(ticket)
        if held is not None and self.state.clock() - held.issued > TICKET_SECONDS:
            del self.state.tickets[ticket]
            held = None
        if (
            held is None
            or (self.bound and held.user != user)
            or (self.number >= (3, 59) and held.realm != realm)
        ):
            self.state.counters['tickets_refused'] += 1
            return False
        del self.state.tickets[ticket]
        self.state.counters['tickets_redeemed'] += 1
        return True

    def create_token(self, user: str, by: str) -> Token:
        alphabet = string.ascii_letters + string.digits
        signs = alphabet + ('+/' if self.number < (3,) else '-_')
        token = Token(
            ''.join(secrets.choice(alphabet) for _count in range(8)),
            ''.join(secrets.choice(signs) for _count in range(44)),
            self.state.clock(),
            by,
            self.state.users[by].source,
        )
        self.state.tokens[(user, self.state.users[user].source)] = token
        self.state.counters['tokens_created'] += 1
        return token

    def delete_token(self, user: str) -> bool:
        found = self.state.tokens.pop((user, self.state.users[user].source), None) is not None
        self.state.counters['tokens_deleted'] += found
        return found

    def stamp(self, epoch: float) -> str:
        """A time as this line writes it: 2.x without a colon in the offset."""
        moment = datetime.datetime.fromtimestamp(
            epoch, datetime.timezone(datetime.timedelta(minutes=self.utc_offset))
        )
        text = moment.isoformat(timespec='milliseconds')
        return text if self.number >= (3,) else text[:-3] + text[-2:]

    def token_body(self, token: Token) -> dict:
        return {
            'nameCode': token.name_code,
            'passCode': token.pass_code,
            'created': self.stamp(token.created),
        }

    def proxy_content(self, request: Request, name: str, path: str) -> Answer | None:
        """A file through a proxy repository; None where there is no proxy of that name."""
        raise NotImplementedError

    # the repository

    def content(
        self, request: Request, name: str, path: str, refuse: t.Callable[..., Answer]
    ) -> Answer:
        """A request for a file of a protected repository.

        C(refuse(code, reason)) writes the refusals.
        """
        header = request.headers.get('Authorization')
        user, right = self.user_of(header)
        if not right or user is None:
            return refuse(401, None)
        if self.state.protect_content and (basic_credentials(header) or ('',))[0] == user:
            return refuse(401, 'Content access is protected by token')
        account = self.state.users[user]
        proxied = self.proxy_content(request, name, path) if account.read or account.admin else None
        if proxied is not None:
            return proxied
        repository = self.state.repositories.get(name)
        if repository is None:
            return refuse(404, None)
        if request.method in ('GET', 'HEAD'):
            if not (account.read or account.admin):
                return refuse(403, None)
            found = repository.get(path)
            if found is None:
                return refuse(404, None)
            return self.reply(
                200,
                [
                    ('Content-Type', repository.content_type(path)),
                    ('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'),
                ],
                found,
            )
        if not (account.deploy or account.admin):
            return refuse(403, None)
        if request.method == 'PUT':
            repository.put(path, request.get_data())
            return self.reply(201)
        if request.method == 'DELETE':
            return self.reply(204) if repository.delete(path) else refuse(404, None)
        return refuse(405, None)


def version_number(version: str) -> tuple[int, ...]:
    """C((3, 71, 0)) of C(3.71.0-06)."""
    match = re.match(r'\d+(\.\d+)*', version)
    if not match:
        raise ValueError(f'{version!r} is not a version of Nexus')
    number = tuple(int(part) for part in match.group().split('.'))
    return number + (0,) * (3 - len(number))


def in_context(path: str, context: str) -> bool:
    return path == context or path.startswith(context + '/')


def odd_host(request: Request) -> bool:
    host = re.sub(r':\d+$', '', request.headers.get('Host') or 'localhost')
    scheme = request.headers.get('X-Forwarded-Proto')
    return not re.fullmatch(r'[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.%]+\]', host) or (
        scheme is not None and scheme.lower() not in ('http', 'https')
    )


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
            exact = (
                2
                if wanted == name
                else 1
                if wanted == name.partition('/')[0] + '/*'
                else 0
                if wanted == '*/*'
                else -1
            )
            if offer.endswith(';any') and exact > 0:
                continue
            if (
                exact >= 0
                and quality > 0
                and (quality, exact) > best
                or (exact == 0 and chosen is None and quality > 0)
            ):
                best, chosen = (quality, exact), offer
    return chosen


def jackson(value: t.Any, indent: int = 0) -> str:
    """JSON laid out as Jackson's pretty printer does."""
    if isinstance(value, dict):
        if not value:
            return '{ }'
        inner = ',\n'.join(
            '{}{} : {}'.format('  ' * (indent + 1), json.dumps(key), jackson(item, indent + 1))
            for key, item in value.items()
        )
        return '{{\n{}\n{}}}'.format(inner, '  ' * indent)
    if isinstance(value, list):
        return (
            '[ {} ]'.format(', '.join(jackson(item, indent) for item in value)) if value else '[ ]'
        )
    return json.dumps(value, ensure_ascii=False)


def jetty_page(code: int, reason: str, path: str) -> str:
    return (
        '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; '
        f'charset=ISO-8859-1"/>\n<title>Error {code} {reason}</title>\n</head>\n'
        f'<body><h2>HTTP ERROR {code}</h2>\n<p>Problem accessing {escape(path)}. Reason:\n'
        f'<pre>    {reason}</pre></p>'
        '<hr /><i><small>Powered by Jetty://</small></i><br/>\n</body>\n</html>\n'
    )
