# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Access tokens of the Nuvy "Nexus" platform, by client credentials (Nuvy, "Nexus Authentication"
and its API reference)."""

from __future__ import annotations

import re
import time

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, ServerProblem
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import CurrentState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.module_utils._urls import normalize_url

ENVIRONMENTS = {'production': 'https://prd.api.nuvy.ai', 'qa': 'https://qa.api.nuvy.ai'}
PATH = '/nexus/oauth2/token'
GRANT = 'client_credentials'
URL_ADVICE = 'Check url: it is the address of the API alone, and %s is added to it.' % PATH
# Nuvy's error table: what it means, and what Nuvy says to do
SENTENCES = {
    (
        400,
        'invalid_request',
    ): '%s saw a wrong Content-Type or no credentials (%s), though both were sent: something on '
    'the way changes the request. It must arrive with Content-Type '
    'application/x-www-form-urlencoded and with credentials via Basic or body; try the other value '
    'of client_auth.',
    (
        400,
        'unsupported_grant_type',
    ): '%s did not see grant_type=client_credentials (%s), though it was sent: something on the '
    'way changes the form.',
    (
        400,
        'invalid_scope',
    ): '%s: a requested scope is not granted to the client (%s). Remove scope, or request only '
    'scopes configured for your App Client.',
    (
        401,
        'invalid_client',
    ): '%s does not accept the credentials, or the App Client is revoked (%s). Verify client_id '
    'and client_secret.',
    (
        501,
        'unsupported_grant_type',
    ): '%s: the grant type client_credentials is not supported for your App Client (%s). Contact '
    'Nuvy support.',
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

    def __init__(self, options, client=None, clock=time.time):
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
    def check(cls, options):
        cls._authentication(options)
        oauth2.check_scope(options.get('scope'))
        if options.get('check_url'):
            normalize_url(options['check_url'], None, 'check_url')

    @classmethod
    def address(cls, options):
        environment = options.get('environment')
        url = super().address(
            {'url': options.get('url') or ENVIRONMENTS.get(str(environment), environment)}
        )
        return url[: -len(PATH)] if url and url.endswith(PATH) else url

    def base_url(self):
        return self.address(self.options)

    def inspect(self, desired, known, check_mode):
        works = None
        if (
            known is not None
            and desired.regenerate == 'if_invalid'
            and known.lasts(self.clock(), desired.min_remaining)
        ):
            works = self._works(known)
        return CurrentState(exists=known is not None, token=known, works=works)

    def issue(self, found):
        return self._endpoint.grant(
            {'grant_type': GRANT}, scope=self.options.get('scope'), repeatable=True
        )

    @staticmethod
    def _authentication(options):
        return oauth2.authentication(
            options['client_auth'],
            options['client_id'],
            options['client_secret'],
            options['form_encode_credentials'] and options['client_auth'] == oauth2.BASIC_AUTH,
        )

    def _refusal(self, answer, refusal, form):
        """:returns: the error for an answer of Nuvy's table, or None for another answer."""
        code = refusal.code or {401: 'invalid_client', 501: 'unsupported_grant_type'}.get(
            answer.status
        )
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
            text += ' Some servers want such a secret form-encoded: see form_encode_credentials.'
        return Refused(text, answer.status, code)

    def _works(self, token):
        """Show the token to an API. :returns: True, False where it answers 401, None where that
        tells nothing."""
        url = self.options.get('check_url')
        if not url:
            self.warnings.append(
                'regenerate is if_invalid, but without check_url nobody is asked whether the token '
                'is valid.'
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
            or '%s answered %d, which does not tell whether the token is valid. Check check_url.'
            % (answer.request_label, answer.status)
        )
        return None
