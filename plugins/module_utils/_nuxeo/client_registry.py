# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The OAuth2 clients of a Nuxeo Platform."""

from __future__ import annotations

import secrets
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.client_api import (
    APIS,
    AUTO,
    ClientApi,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.client_records import (
    RegisteredClient,
    check_redirect_uri,
    visible,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    check_context_path,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import (
    POLICY,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    register,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import (
    Clock,
    Manager,
    Options,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    check_basic_user,
    host_of,
)

NEVER, IF_MISSING, ALWAYS = GENERATE = ('never', 'if_missing', 'always')


class NuxeoClientRegistry(Manager):
    """Applies the options to a client. See the module."""

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

    def __init__(
        self, options: Options, client: t.Optional[Client] = None, clock: Clock = time.time
    ) -> None:
        super().__init__(options, client, clock)
        self._api = ClientApi(self.client, options, self.warnings)

    @classmethod
    def check(cls, options: Options) -> None:
        """Refuse what the server refuses, and what it accepts and cannot use.

        :raises BadInput: with what to change."""
        check_basic_user(options['username'])
        check_context_path(options['url'])
        _check_id(options['client_id'])
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

    def ensure(self, check_mode: bool = False) -> t.Dict[str, t.Any]:
        """Apply the desired state to the client.

        :returns: the module's result, in plain JSON types; C(client_secret) in it only if one was
        generated now.
        :raises TokensError: with what to do."""
        try:
            rows = self._api.locate()
            if self.options['state'] == 'absent':
                return self._absent(rows, check_mode)
            if not rows:
                result = self._created(check_mode)
                if result is not None:
                    return result
                rows = self._api.locate()
            if len(rows) > 1:
                raise Refused(
                    'The server has %d clients with the id %s, so it refuses all of them. Remove '
                    'it with state absent, and create it again.'
                    % (len(rows), self.options['client_id'])
                )
            return self._present(rows[0], check_mode)
        finally:
            self.close()

    @staticmethod
    def reveals(result: t.Mapping[str, t.Any]) -> bool:
        """:returns: whether a result of C(ensure) contains a secret."""
        return 'client_secret' in result

    def _created(self, check_mode: bool) -> t.Optional[t.Dict[str, t.Any]]:
        """Create the client.

        :returns: the result, or None if another run has created it in the meantime. The server
            looks for a client of the same id and then writes, so it may have two for a moment
            (measured). The older one stays."""
        desired, generated = self._desired(None)
        if check_mode:
            revoked = len(self._api.token_users())
        else:
            try:
                revoked = self._revive(desired)
            except Refused:
                if not self._api.locate():
                    raise
                return None
            rows = self._api.locate()
            for row in rows[1:]:
                self._api.remove(row)
            if rows and not _is_same(rows[0], desired):
                return None
            desired = self._api.read_back(desired)
        result = self._result(None, desired, None if check_mode else generated)
        return dict(result, revoked_tokens=revoked)

    def _present(self, before: RegisteredClient, check_mode: bool) -> t.Dict[str, t.Any]:
        desired, generated = self._desired(before)
        after = before
        if desired != before:
            after = desired
            if not check_mode:
                self._api.write(desired, before)
                after = self._api.read_back(desired)
        return self._result(before, after, None if check_mode else generated)

    def _desired(
        self, before: t.Optional[RegisteredClient]
    ) -> t.Tuple[RegisteredClient, t.Optional[str]]:
        """:returns: the desired client, and its secret if it was generated."""
        options, generated = self.options, None
        missing = not (before and before.secret)
        if options['generate_secret'] == ALWAYS or (
            options['generate_secret'] == IF_MISSING and missing
        ):
            generated = secrets.token_urlsafe(32)
            register(generated)
        secret = generated or options.get('client_secret') or (before.secret if before else None)
        desired = RegisteredClient(
            options['client_id'],
            options.get('name') or (before.name if before else None) or options['client_id'],
            tuple(options['redirect_uris']),
            options['auto_grant'],
            options['enabled'],
            secret,
            before.row if before else None,
        )
        return desired, generated

    def _revive(self, desired: RegisteredClient) -> int:
        """Create a client, whose id another may have had before. Tokens of that one would work
        again (measured), and can be revoked only if there is a client.

        :returns: how many were revoked."""
        users = self._api.token_users()
        if not users:
            self._api.write(desired, None)
            return 0
        disabled = desired._replace(enabled=False)
        self._api.write(disabled, None)
        made = self._api.read_back(disabled)
        revoked = self._api.revoke_tokens(users)
        if desired.enabled:
            self._api.write(desired, made)
        return revoked

    def _absent(self, rows: t.Sequence[RegisteredClient], check_mode: bool) -> t.Dict[str, t.Any]:
        users = self._api.token_users()
        revoked = len(users)
        if not rows and not users:
            self._warn_of_unknown_client()
        if not check_mode:
            revoked = self._api.revoke_tokens(users, registered=bool(rows))
            for row in rows:
                self._api.remove(row)
            if rows and self._api.locate():
                raise ServerProblem(
                    'The server still has a client %s after its removal.'
                    % self.options['client_id']
                )
        result = self._result(rows[0] if rows else None, None, None)
        return dict(result, changed=bool(rows or revoked), revoked_tokens=revoked)

    def _warn_of_unknown_client(self) -> None:
        self.warnings.append(
            '%s has no OAuth2 client %s. Check client_id: if it is mistyped, the right client and '
            'its tokens are still valid.'
            % (host_of(self.client.url), sanitize(self.options['client_id']))
        )

    def _result(
        self,
        before: t.Optional[RegisteredClient],
        after: t.Optional[RegisteredClient],
        generated: t.Optional[str],
    ) -> t.Dict[str, t.Any]:
        result: t.Dict[str, t.Any] = {
            'changed': before != after,
            'client': visible(after),
            'diff': {'before': visible(before) or {}, 'after': visible(after) or {}},
        }
        if before and after and before.secret != after.secret:
            result['diff']['after'] = dict(result['diff']['after'], secret='changed')
        if generated is not None:
            result['client_secret'] = generated
        return result


def _is_same(one: RegisteredClient, other: RegisteredClient) -> bool:
    """:returns: whether they differ at most in the number of the row."""
    return one._replace(row=None) == other._replace(row=None)


def _check_id(client_id: str) -> None:
    if client_id in ('.', '..'):
        raise BadInput('client_id cannot be %s.' % client_id)
    if not client_id.strip() or client_id != client_id.strip():
        raise BadInput('client_id must not be empty, nor begin or end with a blank.')
    if '/' in client_id or '\\' in client_id:
        raise BadInput(
            'client_id must not contain a slash or backslash: the server does not accept them in '
            'an address.'
        )
