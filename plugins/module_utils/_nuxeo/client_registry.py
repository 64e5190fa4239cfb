# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The OAuth2 clients of a Nuxeo Platform, by its REST API (LTS 2021 and newer) or its directory
(9.10, 10.10); measured on 2023.6."""

from __future__ import annotations

import re
import secrets
from collections import namedtuple
from urllib.parse import quote, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    NuxeoServer,
    no_such_token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import POLICY
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Manager
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization

AUTO, REST, DIRECTORY = APIS = ('auto', 'rest', 'directory')
NEVER, IF_MISSING, ALWAYS = GENERATE = ('never', 'if_missing', 'always')
REST_PATH = '/api/v1/oauth2/client'
DIRECTORY_PATH = '/api/v1/directory/oauth2Clients'
TOKEN_PATH = '/api/v1/oauth2/token'
TOKEN_STORE = 'org.nuxeo.server.token.store'
PAGE_SIZE = 100
MOST_PAGES = 100
# Schemes that browsers run or open themselves
NO_SCHEMES = frozenset(('javascript', 'data', 'vbscript', 'file', 'about', 'blob'))

Registered = namedtuple('Registered', 'id name redirect_uris auto_grant enabled secret row')
Registered.__new__.__defaults__ = (None, None)
Registered.__doc__ = """A client as it stands on the server, or as it shall.

:param secret: None for a public client, and in a wish for one that is to be kept. :param row: its
    number in the directory, or None.
"""


class NuxeoClientRegistry(Manager):
    """Makes a client what the options say. See the module. It is no source of tokens, but has the
    same options for the connection."""

    TYPE = 'nuxeo_oauth2_client'
    SECRET_RESULTS = ('client_secret',)
    PREFIX = 'nuxeo'
    ARGUMENTS = {
        **dict.fromkeys(POLICY),
        'url': {'type': 'str', 'required': True},
        'username': {'type': 'str', 'required': True},
        'password': {'type': 'str', 'required': True, 'no_log': True},
        'client_id': {'type': 'str', 'required': True},
        'name': {'type': 'str'},
        'redirect_uris': {'type': 'list', 'elements': 'str'},
        'client_secret': {'type': 'str', 'no_log': True},
        'generate_secret': {
            'type': 'str',
            'choices': list(GENERATE),
            'default': NEVER,
            'no_log': False,
        },
        'auto_grant': {'type': 'bool', 'default': False},
        'enabled': {'type': 'bool', 'default': True},
        'dev_mode': {'type': 'bool', 'default': False},
        'api': {'type': 'str', 'choices': list(APIS), 'default': AUTO},
    }

    def __init__(self, options, client=None, **more):
        super().__init__(options, client, **more)
        self._authorization = basic_authorization(options['username'], options['password'])
        self._server = NuxeoServer(self.client)
        self._api = None if options['api'] == AUTO else options['api']

    @classmethod
    def check(cls, options):
        """Refuse what the server would refuse, and what it would take and then trip over.

        :raises BadInput: with what to change."""
        if ':' in options['username']:
            raise BadInput(
                'username must not hold a colon: HTTP Basic authentication ends the name there.'
            )
        client_id = options['client_id']
        if not client_id.strip() or client_id != client_id.strip():
            raise BadInput('client_id must not be empty, nor begin or end with a blank.')
        if '/' in client_id or '\\' in client_id:
            raise BadInput(
                'client_id must not hold a slash or backslash: the server could not be asked about '
                'it any more.'
            )
        if options.get('client_secret') and options['generate_secret'] != NEVER:
            raise BadInput('client_secret and generate_secret exclude each other.')
        if options.get('name') is not None and not options['name'].strip():
            raise BadInput('name is empty.')
        if options['state'] == 'absent':
            return
        if not options.get('redirect_uris'):
            raise BadInput('redirect_uris needs at least one URI.')
        for uri in options['redirect_uris']:
            check_redirect_uri(uri, options['dev_mode'])
        if len(set(options['redirect_uris'])) != len(options['redirect_uris']):
            raise BadInput('redirect_uris names the same URI twice.')

    def ensure(self, check_mode=False):
        """Bring the client into the wanted state.

        :returns: the module's result, in plain JSON types; C(client_secret) in it only where one
        was generated now.
        :raises TokensError: with what to do."""
        try:
            rows = self._find()
            if self.options['state'] == 'absent':
                return self._absent(rows, check_mode)
            if len(rows) > 1:
                raise Refused(
                    'The server has %d clients with the id %s, so it refuses all of them. Remove '
                    'it with state absent, and create it again.'
                    % (len(rows), self.options['client_id'])
                )
            return self._present(rows[0] if rows else None, check_mode)
        finally:
            self.close()

    @staticmethod
    def reveals(result):
        """:returns: whether a result of C(ensure) holds a secret."""
        return 'client_secret' in result

    def _present(self, before, check_mode):
        options = self.options
        secret, generated = options.get('client_secret'), None
        if options['generate_secret'] == ALWAYS or (
            options['generate_secret'] == IF_MISSING and not (before and before.secret)
        ):
            secret = generated = secrets.token_urlsafe(32)
            register(secret)
        wanted = Registered(
            options['client_id'],
            options.get('name')
            or (before.name if before and before.name else options['client_id']),
            tuple(options['redirect_uris']),
            options['auto_grant'],
            options['enabled'],
            secret if secret is not None else before.secret if before else None,
            before.row if before else None,
        )
        after, revoked = before, None
        if wanted != before:
            after = wanted
            if not check_mode:
                revoked = self._revive(wanted) if before is None else None
                if revoked is None:
                    self._write(wanted, before)
                after = self._read_back(wanted)
        result = self._result(before, after, None if check_mode else generated)
        return result if before else dict(result, revoked_tokens=revoked or 0)

    def _revive(self, wanted):
        """Make a client whose id another had before. Tokens of that one would work again
        (measured), and can be revoked only where there is a client.

        :returns: how many were revoked, or None where there are none, and the client is not
        made."""
        users = self._token_users()
        if not users:
            return None
        disabled = wanted._replace(enabled=False)
        self._write(disabled, None)
        made = self._read_back(disabled)
        revoked = self._revoke_tokens(users)
        if wanted.enabled:
            self._write(wanted, made)
        return revoked

    def _absent(self, rows, check_mode):
        revoked = 0
        if rows and not check_mode:
            revoked = self._revoke_tokens(self._token_users())
            for row in rows:
                self._remove(row)
            if self._find():
                raise ServerProblem(
                    'The server still has a client %s after its removal.'
                    % self.options['client_id']
                )
        return dict(self._result(rows[0] if rows else None, None, None), revoked_tokens=revoked)

    def _result(self, before, after, generated):
        result = {
            'changed': before != after,
            'client': _shown(after),
            'diff': {'before': _shown(before) or {}, 'after': _shown(after) or {}},
        }
        if before and after and before.secret != after.secret:
            result['diff']['after'] = dict(result['diff']['after'], secret='changed')
        if generated is not None:
            result['client_secret'] = generated
        return result

    # The server

    def _request(self, method, path, **more):
        return self._server.request(method, path, authorization=self._authorization, **more)

    def _refusal(self, answer):
        return self._server.rest_refusal(answer, 'the user %s' % self.options['username'])

    def _good(self, answer):
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        return answer

    def _find(self):
        """:returns: the clients with the id, as a list of C(Registered); more than one only by the
        directory, which allows that."""
        if self._api == DIRECTORY:
            return self._directory_rows()
        answer = self._request('GET', self._path())
        data = answer.json_object() if answer.status == 200 else {}
        if answer.status == 200 and 'redirectURIs' in data:
            self._api = REST
            return [_of_rest(answer, data)]
        if answer.status == 500:
            # So it answers where the directory holds the client more than once
            rows = self._directory_rows()
            if len(rows) > 1:
                self._api = DIRECTORY
                return rows
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

    def _newest_api(self, answer):
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
                'The server has no client at all, so its version does not show. Set api to rest '
                '(LTS 2021 and newer) or directory (10.10, 9.10).'
            )
        return (
            REST
            if all(isinstance(entry, dict) and 'redirectURIs' in entry for entry in entries)
            else DIRECTORY
        )

    def _path(self):
        return '%s/%s' % (REST_PATH, quote(self.options['client_id'], safe=''))

    def _directory_rows(self):
        found = []
        for page in range(MOST_PAGES):
            answer = self._good(
                self._request(
                    'GET', DIRECTORY_PATH, query={'pageSize': PAGE_SIZE, 'currentPageIndex': page}
                )
            )
            data = answer.json_object()
            if not isinstance(data.get('entries'), list):
                raise ServerProblem(
                    '%s answered without a list of clients. Check url.' % answer.request_label,
                    answer.status,
                )
            rows = [_of_directory(answer, entry) for entry in data['entries']]
            if not rows and not page:
                # An administrator sees at least the clients that every Nuxeo has; others see an
                # empty list (measured)
                raise Refused(
                    'The directory of clients is empty for the user %s. It must be an '
                    'administrator, or a member of powerusers.' % self.options['username'],
                    403,
                )
            found += [row for row in rows if row.id == self.options['client_id']]
            if not data.get('isNextPageAvailable'):
                return found
        raise ServerProblem('The server has more than %d clients.' % (MOST_PAGES * PAGE_SIZE))

    def _write(self, wanted, before):
        if self._api == DIRECTORY:
            properties = {
                'clientId': wanted.id,
                'name': wanted.name,
                'redirectURIs': ','.join(wanted.redirect_uris),
                'autoGrant': _text(wanted.auto_grant),
                'enabled': _text(wanted.enabled),
            }
            if wanted.secret:
                properties['clientSecret'] = wanted.secret
            body = {
                'entity-type': 'directoryEntry',
                'directoryName': 'oauth2Clients',
                'properties': properties,
            }
            if before is not None:
                body['id'] = before.row
            path = (
                DIRECTORY_PATH
                if before is None
                else '%s/%s' % (DIRECTORY_PATH, quote(before.row, safe=''))
            )
        else:
            # All of it each time: what is left out would become false (isEnabled!), and the id in
            # the body is the new id
            body = {
                'entity-type': 'oauth2Client',
                'id': wanted.id,
                'name': wanted.name,
                'redirectURIs': list(wanted.redirect_uris),
                'isAutoGrant': wanted.auto_grant,
                'isEnabled': wanted.enabled,
            }
            if wanted.secret and (before is None or before.secret != wanted.secret):
                body['secret'] = wanted.secret
            path = REST_PATH if before is None else self._path()
        self._good(self._request('POST' if before is None else 'PUT', path, json_body=body))

    def _read_back(self, wanted):
        """The answer to a change does not show the secret that was kept, and says nothing of what
        became of the URIs: read again."""
        rows = self._find()
        if len(rows) != 1 or rows[0]._replace(row=None) != wanted._replace(row=None):
            raise ServerProblem(
                'The server took the client %s, but keeps it in another form than was asked for.'
                % wanted.id
            )
        return rows[0]

    def _remove(self, row):
        path = '%s/%s' % (DIRECTORY_PATH, quote(row.row, safe='')) if row.row else self._path()
        answer = self._request('DELETE', path)
        if answer.status != 404:
            self._good(answer)

    def _token_users(self):
        """:returns: the names of those who have a token of the client, or had one of another client
        of its id."""
        client_id = self.options['client_id']
        answer = self._request('GET', TOKEN_PATH)
        entries = answer.error_object().get('entries') if answer.status == 200 else None
        if not isinstance(entries, list):
            self.warnings.append(
                '%s answered %d, so tokens of the client %s, if there are any, stay. They work '
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

    def _revoke_tokens(self, users):
        """:returns: how many were revoked."""
        revoked = 0
        for user in users:
            answer = self._request(
                'DELETE',
                '%s/client/%s/user/%s'
                % (TOKEN_PATH, quote(self.options['client_id'], safe=''), quote(user, safe='')),
            )
            if 200 <= answer.status < 300:
                revoked += 1
            elif not no_such_token(answer):
                self.warnings.append(
                    '%s The token works whenever there is a client of that id.'
                    % self._refusal(answer)
                )
        return revoked


_FORBIDDEN = (
    (
        lambda uri: not uri or not uri.isprintable() or ' ' in uri,
        'it is empty, or holds a blank or a control character',
    ),
    (
        lambda uri: ',' in uri,
        'it holds a comma, where the server ends one URI and begins another',
    ),
    (
        lambda uri: not uri.isascii(),
        'it holds a character beyond ASCII, which must be percent-encoded',
    ),
    (
        lambda uri: '#' in uri,
        'it holds a fragment (#), which RFC 6749 section 3.1.2 forbids',
    ),
)


def check_redirect_uri(uri, dev_mode=False):
    """Refuse a redirect URI that Nuxeo refuses, or accepts and then cannot use (measured).

    :param dev_mode: the server runs with C(org.nuxeo.dev), and takes any address by HTTP.
    :raises BadInput: with the reason."""

    def wrong(reason):
        return BadInput(
            'redirect_uris: %s: %s.'
            % (uri if uri.isprintable() and '@' not in uri else 'an entry', reason)
        )

    reason = next((text for found, text in _FORBIDDEN if found(uri)), None)
    if reason:
        raise wrong(reason)
    match = re.match(r'([a-z][a-z0-9+.-]*):(/?/?)(.*)', uri)
    if not match:
        raise wrong('it must begin with a scheme in lower case, like https://')
    scheme, slashes, rest = match.groups()
    if scheme in NO_SCHEMES:
        raise wrong('this scheme leads to no application')
    if scheme not in ('https', 'http'):
        if scheme.startswith('http'):
            raise wrong('the server does not take schemes that begin with http')
        return
    try:
        parts = urlsplit(uri)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        raise wrong('its host or port cannot be read') from None
    if slashes != '//' or not host:
        raise wrong('it must name a host')
    if '@' in parts.netloc:
        raise wrong('it must not hold a user name or password')
    if (
        scheme == 'http'
        and not dev_mode
        and not re.fullmatch(r'http://localhost(:\d+)?(/.*)?', uri)
    ):
        raise wrong(
            'the server takes HTTP for http://localhost only (with a port or a path, not '
            '127.0.0.1), unless it runs in dev_mode; use https'
        )


def _of_rest(answer, data):
    uris = data.get('redirectURIs')
    if not isinstance(data.get('id'), str) or not isinstance(uris, list):
        raise ServerProblem(
            '%s answered with a client that cannot be read.' % answer.request_label, answer.status
        )
    return Registered(
        data['id'],
        data.get('name'),
        tuple(str(uri) for uri in uris),
        data.get('isAutoGrant') is True,
        data.get('isEnabled') is True,
        data.get('secret') or None,
    )


def _of_directory(answer, entry):
    properties = entry.get('properties') if isinstance(entry, dict) else None
    row = entry.get('id', (properties or {}).get('id')) if properties is not None else None
    if not isinstance(properties, dict) or row is None:
        raise ServerProblem(
            '%s answered with a client that cannot be read.' % answer.request_label, answer.status
        )
    uris = properties.get('redirectURIs') or ''
    return Registered(
        properties.get('clientId'),
        properties.get('name'),
        tuple(uris.split(',')) if uris else (),
        _flag(properties.get('autoGrant')),
        _flag(properties.get('enabled')),
        properties.get('clientSecret') or None,
        str(row),
    )


def _flag(value):
    return value is True or value == 'true'


def _text(flag):
    return 'true' if flag else 'false'


def _shown(client):
    """:returns: a client as a mapping without its secret, or None."""
    if client is None:
        return None
    return {
        'client_id': client.id,
        'name': client.name,
        'redirect_uris': list(client.redirect_uris),
        'auto_grant': client.auto_grant,
        'enabled': client.enabled,
        'secret': 'set' if client.secret else 'none',
    }
