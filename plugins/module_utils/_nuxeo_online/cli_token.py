# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The token that Nuxeo CLI uses.

The service issues it in exchange for a token of Nuxeo Online Services. It is not a source type,
since nothing but Nuxeo CLI uses it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.login import check_login
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import check_secret
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BEARER,
    Token,
    basic_authorization,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token_client import TokenClient

PATH = '/authentication/token'
# What Nuxeo CLI sends. It names each machine device 1, and can unlink no other: so all machines of
# a user share one token.
DEVICE = {'applicationName': 'nuxeo-cli', 'deviceId': '1'}
HEADER = 'X-Authentication-Token'


class NuxeoCliToken(TokenClient):
    """Options: those of type nuxeo_online_token; C(project) must be accessible with the token."""

    TYPE = 'nuxeo_cli_token'
    PREFIX = 'nos'

    def inspect(
        self, desired: DesiredState, known: t.Optional[Token], check_mode: bool
    ) -> CurrentState:
        if known is not None:
            return CurrentState(exists=True, token=known)
        # Whether there is one cannot be found out without creating one
        return CurrentState(exists=False if desired.state == 'present' else None)

    def issue(self, found: CurrentState) -> Token:
        """Exchange the token, and check the project as Nuxeo CLI does.

        :returns: the live token if there is one, or a new one.
        """
        token = self._exchange()
        response = self.client.request(
            'GET',
            '/site/studio/v2/project/%s/administrativeInformation' % self.options['project'],
            headers={HEADER: token.secret},
        )
        if response.status in (401, 403, 404):
            raise Refused(
                'The token does not open the Studio project %s (%d). Give its symbolic name, as '
                'the module nuxeo_online_token_info lists it.'
                % (self.options['project'], response.status),
                response.status,
            )
        refuse_redirect(response, 'Check url.')
        if response.status != 200:
            raise ServerProblem(
                '%s answered %d. Try again later, and check url.'
                % (response.request_label, response.status),
                response.status,
            )
        return token

    def _exchange(self) -> Token:
        started = self.clock()
        response = self.client.request(
            'GET',
            PATH,
            query=dict(DEVICE, permission='AMIREAD'),
            accept='text/plain',
            authorization=basic_authorization(self.options['username'], self.options['token']),
        )
        return Token(BEARER, self.TYPE, _token_in(response), started, token_type=HEADER)

    def revoke(self, found: CurrentState) -> bool:
        """Revoke the token for all machines of the user."""
        token = found.token or self._exchange()
        response = self.client.request(
            'GET',
            PATH,
            query=dict(DEVICE, revoke='true'),
            headers={HEADER: token.secret},
            accept='text/plain',
            repeatable=False,
        )
        if response.status not in (202, 401):
            raise ServerProblem(
                '%s: the token of Nuxeo CLI could not be revoked (%d).'
                % (response.request_label, response.status),
                response.status,
            )
        return response.status == 202


def _token_in(response: Response) -> str:
    """Return the token that a response contains.

    :raises TokensError: it contains none; the message has cause and remedy.
    """
    label, status = response.request_label, response.status
    check_login(response, (401, 403))
    if status != 201 or response.is_html:
        raise ServerProblem(
            '%s answered %d, and not with a token. Check url, which ends with /nuxeo.'
            % (label, status),
            status,
        )
    try:
        secret = check_secret('the token', response.text().strip())
    except BadInput:
        secret = ''
    if not secret.isascii() or not 0 < len(secret) <= 1024 or ' ' in secret:
        raise ServerProblem(
            '%s answered with something that is not a token. Check url.' % label, status
        )
    return secret
