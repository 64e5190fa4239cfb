# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Requests for the OAuth2 clients of a Nuxeo Platform, by its REST API (LTS 2021 and newer) or its
directory (9.10, 10.10); measured on 2023.6."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.client_records import (
    RegisteredClient,
    from_directory,
    from_rest,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.directory import (
    TOKENS_DIRECTORY,
    entries,
    in_address,
    token_row,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    NuxeoServer,
    no_such_token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    basic_authorization,
)

AUTO, REST, DIRECTORY = APIS = ('auto', 'rest', 'directory')
REST_PATH = '/api/v1/oauth2/client'
DIRECTORY_PATH = '/api/v1/directory/oauth2Clients'
TOKEN_PATH = '/api/v1/oauth2/token'
TOKEN_STORE = 'org.nuxeo.server.token.store'


class ClientApi:
    """The clients of one id.

    :param warnings: a list that warnings are added to."""

    def __init__(
        self, client: Client, options: t.Mapping[str, t.Any], warnings: t.List[str]
    ) -> None:
        self.client_id: str = options['client_id']
        self.username: str = options['username']
        self.warnings = warnings
        self._authorization = basic_authorization(self.username, options['password'])
        self._server = NuxeoServer(client)
        self._api: t.Optional[str] = None if options['api'] == AUTO else options['api']

    def _request(self, method: str, path: str, **more: t.Any) -> Response:
        return self._server.request(method, path, authorization=self._authorization, **more)

    def _refusal(self, answer: Response) -> TokensError:
        if answer.status == 403 and not answer.is_html:
            return Refused(
                '%s: the user %s may not do this (403). It must be an administrator, or a member '
                'of powerusers.' % (answer.request_label, self.username),
                403,
            )
        return self._server.rest_refusal(answer, 'the user %s' % self.username)

    def _good(self, answer: Response) -> Response:
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        return answer

    def locate(self) -> t.List[RegisteredClient]:
        """:returns: the clients with the id. Only the directory allows more than one.

        :raises TokensError: with cause and remedy."""
        if self._api == DIRECTORY:
            return self._directory_rows()
        answer = self._request('GET', self._path())
        if answer.status == 500:
            # The response if the directory contains the client more than once
            rows = self._directory_rows()
            if len(rows) > 1:
                self._api = DIRECTORY
                return rows
            # Another run has removed its own meanwhile
            answer = self._request('GET', self._path())
        data = answer.json_object() if answer.status == 200 else {}
        if answer.status == 200 and 'redirectURIs' in data:
            self._api = REST
            return [from_rest(answer, data)]
        if answer.status not in (200, 404):
            raise self._refusal(answer)
        if self._api is None:
            self._api = self._newest_api(answer)
        elif answer.status == 200:
            raise Refused(
                'The REST API of this server cannot change clients: that needs LTS 2021 or newer. '
                'Set api to directory.'
            )
        return self._directory_rows() if self._api == DIRECTORY else []

    def _newest_api(self, answer: Response) -> str:
        """10.10 shows clients by REST, without their redirect URIs, and cannot change them; 9.10
        does not know them there at all."""
        if answer.status == 200:
            return DIRECTORY
        listed = self._request('GET', REST_PATH)
        if listed.status == 404:
            return DIRECTORY
        entries = self._good(listed).json_object().get('entries')
        if not isinstance(entries, list):
            raise ServerProblem(
                '%s answered without a list of clients. Check url.' % listed.request_label,
                listed.status,
            )
        if not entries:
            raise Refused(
                'The server has no client at all, so its version is unknown. Set api to rest '
                '(LTS 2021 and newer) or directory (10.10, 9.10).'
            )
        return (
            REST
            if all(isinstance(entry, dict) and 'redirectURIs' in entry for entry in entries)
            else DIRECTORY
        )

    def _path(self) -> str:
        return '%s/%s' % (REST_PATH, quote(self.client_id, safe=''))

    def _directory_rows(self) -> t.List[RegisteredClient]:
        rows = [from_directory(answer, entry) for answer, entry in self._directory(DIRECTORY_PATH)]
        if not rows:
            # An administrator sees at least the clients that every Nuxeo has; others see an empty
            # list (measured)
            raise Refused(
                'The directory of clients is empty for the user %s. It must be an administrator, '
                'or a member of powerusers.' % self.username,
                403,
            )
        found = [row for row in rows if row.id == self.client_id]
        return sorted(found, key=lambda row: (len(row.row or ''), row.row or ''))

    def _directory(self, path: str) -> t.Iterator[t.Tuple[Response, t.Any]]:
        """Yield the entries of a directory, each with the answer that it is in."""
        for answer, entry in entries(self._server, path, self._authorization):
            yield self._good(answer), entry

    def write(self, desired: RegisteredClient, before: t.Optional[RegisteredClient]) -> None:
        """Create or replace a client. :param before: as it is, or None."""
        by_directory = self._api == DIRECTORY
        write = self._directory_request if by_directory else self._rest_request
        path, body = write(desired, before)
        self._good(self._request('POST' if before is None else 'PUT', path, json_body=body))

    @staticmethod
    def _directory_request(
        desired: RegisteredClient, before: t.Optional[RegisteredClient]
    ) -> t.Tuple[str, t.Dict[str, t.Any]]:
        properties = {
            'clientId': desired.id,
            'name': desired.name,
            'redirectURIs': ','.join(desired.redirect_uris),
            'autoGrant': 'true' if desired.auto_grant else 'false',
            'enabled': 'true' if desired.enabled else 'false',
        }
        if desired.secret:
            properties['clientSecret'] = desired.secret
        body: t.Dict[str, t.Any] = {
            'entity-type': 'directoryEntry',
            'directoryName': 'oauth2Clients',
            'properties': properties,
        }
        if before is None:
            return DIRECTORY_PATH, body
        body['id'] = before.row
        return '%s/%s' % (DIRECTORY_PATH, quote(before.row or '', safe='')), body

    def _rest_request(
        self, desired: RegisteredClient, before: t.Optional[RegisteredClient]
    ) -> t.Tuple[str, t.Dict[str, t.Any]]:
        # All of it each time: a missing part would become false (isEnabled!), and the id in the
        # body is the new id
        body = {
            'entity-type': 'oauth2Client',
            'id': desired.id,
            'name': desired.name,
            'redirectURIs': list(desired.redirect_uris),
            'isAutoGrant': desired.auto_grant,
            'isEnabled': desired.enabled,
        }
        if desired.secret and (before is None or before.secret != desired.secret):
            body['secret'] = desired.secret
        return (REST_PATH if before is None else self._path()), body

    def read_back(self, desired: RegisteredClient) -> RegisteredClient:
        """The response to a change contains neither the kept secret nor the final URIs: read again.

        :raises ServerProblem: the server has something else."""
        rows = self.locate()
        if len(rows) != 1 or rows[0]._replace(row=None) != desired._replace(row=None):
            raise ServerProblem(
                'The server accepted the client %s, but stored it in another form than requested.'
                % desired.id
            )
        return rows[0]

    def remove(self, row: RegisteredClient) -> None:
        """Remove a client."""
        path = '%s/%s' % (DIRECTORY_PATH, quote(row.row, safe='')) if row.row else self._path()
        answer = self._request('DELETE', path)
        if answer.status != 404:
            self._good(answer)

    def token_users(self) -> t.List[str]:
        """:returns: the names of users with a token of the client, or of a former one of its id."""
        client_id = self.client_id
        answer = self._request('GET', TOKEN_PATH)
        entries = answer.error_object().get('entries') if answer.status == 200 else None
        if not isinstance(entries, list):
            self.warnings.append(
                '%s answered %d, so tokens of the client %s, if there are any, remain. They work '
                'whenever there is a client of that id.'
                % (answer.request_label, answer.status, client_id)
            )
            return []
        return sorted(
            {
                str(entry['nuxeoLogin'])
                for entry in entries
                if isinstance(entry, dict)
                and entry.get('clientId') == client_id
                and entry.get('serviceName') == TOKEN_STORE
                and entry.get('nuxeoLogin')
            }
        )

    def revoke_tokens(self, users: t.Iterable[str], registered: bool = True) -> int:
        """:param registered: whether the client exists; without it, the server revokes tokens in
            its directory only.
        :returns: how many were revoked."""
        revoked = 0
        for user in users:
            if not (registered and in_address(user)):
                revoked += self._revoke_by_row(user)
                continue
            answer = self._request(
                'DELETE',
                '%s/client/%s/user/%s'
                % (TOKEN_PATH, quote(self.client_id, safe=''), quote(user, safe='')),
            )
            if 200 <= answer.status < 300:
                revoked += 1
            elif not no_such_token(answer):
                self.warnings.append(
                    '%s The token works whenever there is a client of that id.'
                    % self._refusal(answer)
                )
        return revoked

    def _revoke_by_row(self, user: str) -> int:
        """Revoke the token of a user whose name cannot be in an address, or of a client that does
        not exist (measured).

        :returns: how many were revoked."""
        rows = [
            row
            for _answer, entry in self._directory(TOKENS_DIRECTORY)
            for row in token_row(entry, self.client_id, user)
        ]
        for row in rows:
            path = '%s/%s' % (TOKENS_DIRECTORY, quote(row, safe=''))
            answer = self._request('DELETE', path)
            if answer.status != 404:
                self._good(answer)
        return len(rows)
