# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The token that Nuxeo CLI works with. It gets it in exchange for a token of Nuxeo Online Services, and so does C(NuxeoCliToken).

It is not a source type, since nothing but Nuxeo CLI uses it.
"""

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._policy import CurrentState
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import check_secret
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    TOKENS_PAGE,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BEARER,
    Token,
    basic_authorization,
)

PATH = '/authentication/token'
# What Nuxeo CLI says of itself. It calls every machine device 1, and can unlink no other: so all machines of a user share one token.
DEVICE = {'applicationName': 'nuxeo-cli', 'deviceId': '1'}
HEADER = 'X-Authentication-Token'


class NuxeoCliToken(Provider):
    """Options: those of a source of type nuxeo_online_token, of which C(project) is the one that the token must open."""

    TYPE = 'nuxeo_cli_token'
    PREFIX = 'nos'

    def inspect(self, desired, known, check_mode):
        # Nobody can tell without making one
        return CurrentState(
            exists=True if known is not None else False if desired.state == 'present' else None,
            token=known,
        )

    def issue(self, found):
        """The exchange, which gives the live token where there is one, and the check that the CLI makes of the project."""
        token = self._exchange()
        answer = self.client.request(
            'GET',
            '/site/studio/v2/project/%s/administrativeInformation' % self.options['project'],
            headers={HEADER: token.secret},
        )
        if answer.status in (401, 403, 404):
            raise Refused(
                'The token does not open the Studio project %s (%d). Give its symbolic name, as the module nuxeo_online_token_info lists it.'
                % (self.options['project'], answer.status),
                answer.status,
            )
        refuse_redirect(answer, 'Check url.')
        if answer.status != 200:
            raise ServerProblem(
                '%s answered %d. Try again later, and check url.'
                % (answer.request_label, answer.status),
                answer.status,
            )
        return token

    def _exchange(self):
        started = self.clock()
        answer = self.client.request(
            'GET',
            PATH,
            query=dict(DEVICE, permission='AMIREAD'),
            accept='text/plain',
            authorization=basic_authorization(self.options['username'], self.options['token']),
        )
        if answer.status in (401, 403):
            raise Refused(
                '%s: the service does not know the user name or the token (%d). Tokens are made at %s.'
                % (answer.request_label, answer.status, TOKENS_PAGE),
                answer.status,
            )
        refuse_redirect(
            answer,
            'The service does not know the user name or the token; tokens are made at %s.'
            % TOKENS_PAGE,
        )
        if answer.status != 201 or answer.is_html:
            raise ServerProblem(
                '%s answered %d, and not with a token. Check url, which ends with /nuxeo.'
                % (answer.request_label, answer.status),
                answer.status,
            )
        try:
            secret = check_secret('the token', answer.text().strip())
        except BadInput:
            secret = ''
        if not secret.isascii() or not 0 < len(secret) <= 1024 or ' ' in secret:
            raise ServerProblem(
                '%s answered with something that is not a token. Check url.' % answer.request_label,
                answer.status,
            )
        return Token(BEARER, self.TYPE, secret, started, token_type=HEADER)

    def revoke(self, found):
        """Revoke it for all machines of the user."""
        token = found.token or self._exchange()
        answer = self.client.request(
            'GET',
            PATH,
            query=dict(DEVICE, revoke='true'),
            headers={HEADER: token.secret},
            accept='text/plain',
            repeatable=False,
        )
        if answer.status not in (202, 401):
            raise ServerProblem(
                '%s: the token of Nuxeo CLI could not be revoked (%d).'
                % (answer.request_label, answer.status),
                answer.status,
            )
        return answer.status == 202
