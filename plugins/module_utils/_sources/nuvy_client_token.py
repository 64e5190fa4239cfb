# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Access tokens of the Nuvy "Nexus" platform, by client credentials (Nuvy, "Nexus Authentication"
and its API reference)."""

from __future__ import annotations

import re
import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Clock, Options
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider, Script
from ansible_collections.buildops.tokens.plugins.module_utils._token import Token
from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url

ENVIRONMENTS = {'production': 'https://prd.api.nuvy.ai', 'qa': 'https://qa.api.nuvy.ai'}
PATH = '/nexus/oauth2/token'
GRANT = 'client_credentials'
URL_ADVICE = 'Check url: it is the address of the API alone, and %s is added to it.' % PATH
# Nuvy's error table: what an error means, and Nuvy's advice
SENTENCES: t.Dict[t.Tuple[int, str], str] = {
    (400, 'invalid_request'): (
        '%s received a wrong Content-Type or no credentials (%s), though both were sent: something '
        'on the way changes the request. It must arrive with Content-Type '
        'application/x-www-form-urlencoded and with credentials via Basic or body; try the other '
        'value of client_auth.'
    ),
    (400, 'unsupported_grant_type'): (
        '%s did not receive grant_type=client_credentials (%s), though it was sent: something on '
        'the way changes the form.'
    ),
    (400, 'invalid_scope'): (
        '%s: a requested scope is not granted to the client (%s). Remove scope, or request only '
        'scopes configured for your App Client.'
    ),
    (401, 'invalid_client'): (
        '%s does not accept the credentials, or the App Client is revoked (%s). Verify client_id '
        'and client_secret.'
    ),
    (501, 'unsupported_grant_type'): (
        '%s: the grant type client_credentials is not supported for your App Client (%s). Contact '
        'Nuvy support.'
    ),
}


class NuvyClientToken(Provider):
    """See the module."""

    TYPE = 'nuvy_client_token'
    PREFIX = 'nuvy'
    ARGUMENTS = {
        'environment': {'type': 'str', 'choices': sorted(ENVIRONMENTS)},
        'client_id': {'type': 'str', 'required': True},
        'client_secret': {'type': 'str', 'required': True, 'no_log': True},
        'client_auth': {
            'type': 'str',
            'choices': [oauth2.BASIC_AUTH, oauth2.BODY_AUTH],
            'default': oauth2.BASIC_AUTH,
        },
        'form_encode_credentials': {'type': 'bool', 'default': False},
        'scope': {'type': 'list', 'elements': 'str'},
        'check_url': {'type': 'str'},
        'allow_http': None,  # Nuvy enforces HTTPS
    }
    ADDRESS = ('environment', 'url')
    IDENTITY_BOUND_OPTIONS = {'client_id': ('client_secret', 'scope')}
    HAS_STATE = False  # Nuvy has no way to revoke a token
    STATELESS = True
    REQUIRED_ONE_OF = (('environment', 'url'),)
    MUTUALLY_EXCLUSIVE = (('environment', 'url'),)
    EXAMPLE = {
        'environment': 'qa',
        'client_id': 'c',
        'client_secret': 'example secret',
    }

    def __init__(
        self, options: Options, client: t.Optional[Client] = None, clock: Clock = time.time
    ) -> None:
        super().__init__(options, client, clock)
        self._endpoint = oauth2.Endpoint(
            self.client.request,
            PATH,
            self.TYPE,
            self._authentication(options),
            self._refusal,
            clock,
        )
        self._endpoint.warnings = self.warnings

    @classmethod
    def check(cls, options: Options) -> None:
        cls._authentication(options)
        oauth2.check_scope(options.get('scope'))
        if options.get('check_url'):
            normalize_url(options['check_url'], None, 'check_url')

    @classmethod
    def address(cls, options: t.Mapping[str, t.Any]) -> t.Optional[str]:
        environment = options.get('environment')
        url = super().address(
            {'url': options.get('url') or ENVIRONMENTS.get(str(environment), environment)}
        )
        return url[: -len(PATH)] if url and url.endswith(PATH) else url

    def base_url(self) -> str:
        return self.address(self.options) or ''

    def inspect(
        self, desired: DesiredState, known: t.Optional[Token], check_mode: bool
    ) -> CurrentState:
        works = None
        if (
            known is not None
            and desired.regenerate == 'if_invalid'
            and known.lasts(self.clock(), desired.min_remaining)
        ):
            works = self._works(known)
        return CurrentState(exists=known is not None, token=known, works=works)

    def issue(self, found: CurrentState) -> Token:
        return self._endpoint.grant(
            {'grant_type': GRANT}, scope=self.options.get('scope'), repeatable=True
        )

    @staticmethod
    def _authentication(options: Options) -> oauth2.Authentication:
        return oauth2.authentication(
            options['client_auth'],
            options['client_id'],
            options['client_secret'],
            options['form_encode_credentials'] and options['client_auth'] == oauth2.BASIC_AUTH,
        )

    def _refusal(
        self, answer: Response, refusal: oauth2.Refusal, form: t.Mapping[str, t.Any]
    ) -> t.Optional[TokensError]:
        """:returns: the error for a response in Nuvy's table, or None for another one."""
        codes = {401: 'invalid_client', 501: 'unsupported_grant_type'}
        code = refusal.code or codes.get(answer.status, '')
        sentence = SENTENCES.get((answer.status, code))
        if sentence is None:
            return (
                oauth2.usual_refusal(answer, refusal, URL_ADVICE)
                if answer.status in (404, 405) or 200 <= answer.status < 400
                else None
            )
        text = sentence % (answer.request_label, oauth2.error_detail(answer, refusal))
        if (
            answer.status == 401
            and self.options['client_auth'] == oauth2.BASIC_AUTH
            and re.search('[^A-Za-z0-9._~-]', self.options['client_secret'])
        ):
            text += ' Some servers require such a secret form-encoded: see form_encode_credentials.'
        return Refused(text, answer.status, code)

    def _works(self, token: Token) -> t.Optional[bool]:
        """Use the token with an API.

        :returns: True, False for 401, None if the response does not show it."""
        url = self.options.get('check_url')
        if not url:
            self.warnings.append(
                'regenerate is if_invalid, but without check_url it is not checked whether the '
                'token is valid.'
            )
            return None
        url = normalize_url(url, None, 'check_url')
        inside = url.startswith(self.client.url + '/')
        client = self.client if inside else Client(url, clock=self.clock, **self.client_options())
        try:
            answer = client.request(
                'GET', url[len(client.url) :], authorization=token.authorization, accept='*/*'
            )
        except ServerProblem as problem:
            self.warnings.append('%s Whether the token is valid is not known.' % problem)
            return None
        finally:
            if not inside:
                client.close()
        if answer.status == 401:
            return False
        if 200 <= answer.status < 300 or answer.status == 403:
            return True
        self.warnings.append(
            oauth2.too_large_for(answer, token)
            or '%s answered %d, which does not show whether the token is valid. Check check_url.'
            % (answer.request_label, answer.status)
        )
        return None

    @classmethod
    def write_curl(cls, options: Options, script: Script) -> str:
        arguments = script.client() + ['-d grant_type=' + GRANT]
        if options.get('scope'):
            arguments.append(script.data('scope', ' '.join(options['scope'])))
        script.request((cls.address(options) or '') + PATH, arguments)
        return script.text('A token of the Nuvy App Client %s.' % options['client_id'])
