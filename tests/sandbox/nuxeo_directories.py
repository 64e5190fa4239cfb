# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directories of OAuth2 clients and tokens of the stand-in of a Nuxeo Platform, by REST."""

from __future__ import annotations

from .nuxeo_answers import JAXRS, answer, json_answer, rest_error
from .nuxeo_core import entity_body
from .nuxeo_state import TOKEN_STORE, Client


class Directories:
    """C(/directory/oauth2Clients) and C(/directory/oauth2Tokens)."""

    def __init__(self, state):
        self.state = state

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

    def clients(self, call, user, parts, method):
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

    def write_row(self, found, parts):
        sent = entity_body('directoryEntry').get('properties') or {}
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

    def tokens(self, call, user, parts, method):
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
