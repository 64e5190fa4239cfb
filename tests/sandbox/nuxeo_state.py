# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the stand-in of a Nuxeo Platform knows: users, clients, tokens, codes and sessions."""

from __future__ import annotations

import secrets
import string
import threading
import uuid
from dataclasses import dataclass, field

TOKEN_STORE = 'org.nuxeo.server.token.store'


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
            random_text(32),
            random_text(64) if refreshable else None,
            self.clock(),
            seconds,
            self._next_row(),
        )
        self.tokens.append(token)
        return token

    def new_device_token(self, user, application, device, permission, description):
        made = DeviceToken(
            str(uuid.uuid4()), user.name, application, device, permission, description, self.clock()
        )
        self.device_tokens.append(made)
        return made

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


def random_text(length, alphabet=string.ascii_letters + string.digits):
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
