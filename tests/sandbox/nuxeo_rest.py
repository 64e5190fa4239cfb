# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""REST of the stand-in of a Nuxeo Platform: who one is, OAuth2 clients, and tokens."""

from __future__ import annotations

import json
import time
from urllib.parse import unquote

from flask import request

from .nuxeo_answers import FORBIDDEN, JAXRS, Refused, answer, json_answer, rest_error
from .nuxeo_core import entity_body
from .nuxeo_device_tokens import DeviceTokens
from .nuxeo_directories import Directories
from .nuxeo_state import TOKEN_STORE, Client, Duplicate


class Rest:
    """All below C(/api/v1) and C(/site/automation)."""

    def __init__(self, core):
        self.core, self.state = core, core.state
        self.directories, self.device_tokens = Directories(core.state), DeviceTokens(core)

    def answer(self, call, path):
        user = self.core.identify(call, api=True)
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
            if parts[:2] == ['oauth2', 'client'] and self.core.version >= (10, 2):
                return self.clients_rest(user, parts[2:], method)
            if parts[:2] == ['oauth2', 'token'] and self.core.version >= (10, 2):
                return self.tokens_rest(call, user, parts[2:], method)
            if parts[:2] == ['directory', 'oauth2Clients']:
                return self.directories.clients(call, user, parts[2:], method)
            if parts[:2] == ['directory', 'oauth2Tokens']:
                return self.directories.tokens(call, user, parts[2:], method)
            if parts == ['token']:
                return self.device_tokens.rest(call, user, method)
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

    def client_json(self, client):
        if self.core.version < (11, 1):
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
        writable = self.core.version >= (11, 1)
        known = {
            0: ('GET', 'POST') if writable else ('GET',),
            1: ('GET', 'PUT', 'DELETE') if writable else ('GET',),
        }.get(len(parts), ())
        if method not in known:
            return rest_error(405, JAXRS)
        sent = entity_body('oauth2Client') if method in ('POST', 'PUT') else None
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
            if not self.core.valid_uri(str(uri)):
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
