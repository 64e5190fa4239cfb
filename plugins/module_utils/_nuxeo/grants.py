# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The OAuth2 grants of a Nuxeo Platform: their options, and the requests for a token."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.legacy import (
    LegacyEndpoints,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.refusals import (
    page_refusal,
    token_refusal,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    NuxeoServer,
    check_context_path,
    login_refusal,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    jwt,
    pkce,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    register,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    Token,
    basic_authorization,
    iso8601,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    check_basic_user,
    path_of,
)

CODE, REFRESH, CLIENT, JWT = GRANTS = (
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'jwt_bearer',
)
CURRENT, LEGACY = ENDPOINTS = ('current', 'legacy')
JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
ISSUER = 'nuxeo'  # 10.10 requires it
ASSERTION_SECONDS = 600
SUBMIT_PATH = '/oauth2/authorize_submit'
TOKEN_PATH = '/oauth2/token'
GRANT_OF = {
    'code': CODE,
    'code_verifier': CODE,
    'redirect_uri': CODE,
    'refresh_token': REFRESH,
    'assertion': JWT,
    'jwt_secret': JWT,
}


def sent_uri(options: t.Mapping[str, t.Any]) -> str:
    """Nuxeo decodes redirect_uri (and nothing else) once more than a form is decoded, at both
    endpoints; 8.10 does not."""
    uri: str = options['redirect_uri']
    legacy = options['endpoints'] == LEGACY
    return uri if legacy else uri.replace('%', '%25').replace('+', '%2B')


class Grants:
    """Requests tokens from one server.

    :param warnings: a list that warnings are added to."""

    def __init__(
        self,
        server: NuxeoServer,
        options: t.Mapping[str, t.Any],
        type_name: str,
        clock: t.Callable[[], float],
        warnings: t.List[str],
    ) -> None:
        self.options = options
        self.grant: str = options['grant']
        self.legacy = options['endpoints'] == LEGACY
        self._server = server
        self._clock = clock
        self._old = LegacyEndpoints(server.client, options['url'])
        self._endpoint = oauth2.Endpoint(
            self._old.request if self.legacy else server.request,
            TOKEN_PATH,
            type_name,
            oauth2.authentication(
                options['client_auth'], options['client_id'], options.get('client_secret')
            ),
            lambda answer, refusal, form: token_refusal(answer, refusal, self.legacy),
            clock,
            gives_existing=True,
        )
        self._endpoint.warnings = warnings

    @property
    def repeatable(self) -> bool:
        """The grant can be used again without a person."""
        password = self.grant == CODE and bool(self.options.get('password'))
        return self.grant in (CLIENT, JWT) or password

    @property
    def login(self) -> t.Optional[str]:
        """The Authorization header of the user, if there is a password."""
        if not self.options.get('password'):
            return None
        return basic_authorization(self.options['username'], self.options['password'])

    def request(self) -> Token:
        """Request a token with the grant of the source, other than C(refresh_token).

        :raises TokensError: with cause and remedy."""
        if self.grant == CLIENT:
            return self._endpoint.grant({'grant_type': CLIENT}, repeatable=True)
        if self.grant == JWT:
            assertion = self.assertion()
            _check_times(jwt.jwt_claims(assertion) or {}, self._clock())
            return self._endpoint.grant(
                {'grant_type': JWT_GRANT, 'assertion': assertion}, (assertion,), repeatable=True
            )
        if self.options.get('code'):
            return self._redeem(self.options['code'], self.options.get('code_verifier'))
        if self.legacy:
            return self._redeem(self._old.code(self.options), None)
        proof = pkce.pkce()
        return self._redeem(self._headless_code(proof.challenge), proof.verifier)

    def refresh(self, value: str) -> Token:
        """Use a refresh token.

        :returns: the next token, with the old refresh token if the server sends no new one."""
        token = self._endpoint.grant({'grant_type': REFRESH, 'refresh_token': value}, (value,))
        if token.refresh_token is None:
            token.refresh_token = value
        return token

    def assertion(self) -> str:
        """:returns: the given assertion, or a new one."""
        if self.options.get('assertion'):
            return self.options['assertion']
        return jwt.jwt_assertion(
            self.options['jwt_secret'],
            self.options['username'],
            ISSUER,
            self._clock() + ASSERTION_SECONDS,
        )

    def _redeem(self, code: str, verifier: t.Optional[str]) -> Token:
        parameters = {'grant_type': CODE, 'code': code}
        if self.options.get('redirect_uri'):
            parameters['redirect_uri'] = sent_uri(self.options)
        if verifier:
            parameters['code_verifier'] = verifier
        return self._endpoint.grant(parameters, (code, verifier))

    def _headless_code(self, challenge: str) -> str:
        """Log in and consent with one POST; no page is shown and no session is made (measured)."""
        state = pkce.new_state()
        register(challenge)
        form = {
            'response_type': 'code',
            'client_id': self.options['client_id'],
            'state': state,
            'code_challenge': challenge,
            'code_challenge_method': 'S256',
            'grant_access': '1',
        }
        if self.options.get('redirect_uri'):
            form['redirect_uri'] = sent_uri(self.options)
        answer = self._server.request(
            'POST',
            SUBMIT_PATH,
            form=form,
            authorization=self.login,
            repeatable=True,
            accept='*/*',
        )
        code = self._code_in(answer, state)
        if not code:
            raise login_refusal(answer) or page_refusal(answer)
        return code

    def _code_in(self, answer: Response, state: str) -> t.Optional[str]:
        location, uri = answer.header('Location') or '', self.options.get('redirect_uri')
        if not 300 <= answer.status < 400 or (uri and not pkce.leads_to(location, uri)):
            return None
        if path_of(location).endswith('/login.jsp'):
            return None
        return pkce.code_of(answer.request_label, location, state, self.options['url'])


def check_options(options: t.Mapping[str, t.Any]) -> None:
    """:raises BadInput: options cannot work together; with what to change."""
    given = {name for name, value in options.items() if value is not None}
    _check_owners(options, given)
    oauth2.authentication(
        options['client_auth'], options['client_id'], options.get('client_secret')
    )
    _CHECKS[options['grant']](options, given)
    if options['endpoints'] == LEGACY:
        _check_legacy(options, given)


def _check_owners(options: t.Mapping[str, t.Any], given: t.Set[str]) -> None:
    for name, owner in GRANT_OF.items():
        if name in given and owner != options['grant']:
            raise BadInput('%s belongs to grant %s, not to %s.' % (name, owner, options['grant']))
    if 'password' in given and 'username' not in given:
        raise BadInput('password needs username.')
    if 'password' in given:
        check_basic_user(options['username'])
    for name in ('client_id', 'username', 'redirect_uri'):
        if name in given and not options[name].strip():
            raise BadInput('%s is empty.' % name)
    if options['client_id'] in ('.', '..'):
        raise BadInput('client_id cannot be %s.' % options['client_id'])
    check_context_path(options['url'])


def _check_code(options: t.Mapping[str, t.Any], given: t.Set[str]) -> None:
    both = {'code', 'password'} & given
    if len(both) == 2 or (not both and options.get('state') != 'absent'):
        raise BadInput(
            'grant authorization_code needs a code, or username and password with which to get '
            'one%s.' % (', not both' if both else '')
        )
    if 'code_verifier' in given:
        if 'code' not in given:
            raise BadInput('code_verifier needs code. Without a code, a verifier is generated.')
        pkce.check_verifier(options['code_verifier'])


def _check_refresh(options: t.Mapping[str, t.Any], given: t.Set[str]) -> None:
    if 'refresh_token' not in given:
        raise BadInput('grant refresh_token needs refresh_token.')
    if options['cache'] != 'file':
        raise BadInput(
            'grant refresh_token needs cache set to file: the server replaces a refresh token '
            'whenever it is used, so the new one must be kept for the next run.'
        )


def _check_client(options: t.Mapping[str, t.Any], given: t.Set[str]) -> None:
    if 'client_secret' not in given:
        raise BadInput('grant client_credentials needs client_secret.')


def _check_jwt(options: t.Mapping[str, t.Any], given: t.Set[str]) -> None:
    if ('assertion' in given) == ('jwt_secret' in given):
        raise BadInput(
            'grant jwt_bearer needs either an assertion, or jwt_secret with which to make one.'
        )
    if 'jwt_secret' in given and 'username' not in given:
        raise BadInput('jwt_secret needs username: for whom the assertion is made.')
    if 'assertion' in given:
        _check_assertion(options['assertion'])


_CHECKS: t.Dict[str, t.Callable[[t.Mapping[str, t.Any], t.Set[str]], None]] = {
    CODE: _check_code,
    REFRESH: _check_refresh,
    CLIENT: _check_client,
    JWT: _check_jwt,
}


def _check_assertion(assertion: str) -> None:
    """If the subject is missing, a server returns tokens that can never be used (measured)."""
    claims = jwt.jwt_claims(assertion)
    if claims is None:
        raise BadInput(
            'assertion is not a JWT: it must be three parts in Base64url with dots between them.'
        )
    if not isinstance(claims.get('sub'), str) or not claims['sub']:
        raise BadInput('assertion names no user: its claim sub must be the name of a Nuxeo user.')
    if claims.get('iss') != ISSUER:
        raise BadInput(
            'assertion names another issuer than Nuxeo expects: its claim iss must be %s.' % ISSUER
        )


def _check_times(claims: t.Mapping[str, t.Any], now: float) -> None:
    """A given assertion is needed for the first token only, so it is checked when it is sent.

    :raises BadInput: the server would refuse it."""
    end, start = claims.get('exp'), claims.get('nbf')
    if isinstance(end, (int, float)) and end <= now:
        raise BadInput('assertion expired at %s. Make a new one.' % iso8601(end))
    if isinstance(start, (int, float)) and start > now:
        raise BadInput('assertion is not valid before %s.' % iso8601(start))


def _check_legacy(options: t.Mapping[str, t.Any], given: t.Set[str]) -> None:
    if options['grant'] not in (CODE, REFRESH):
        raise BadInput('endpoints legacy has the grants authorization_code and refresh_token only.')
    if options.get('state') == 'absent':
        raise BadInput('A server with the legacy endpoints has no way to revoke a token.')
    if options['client_auth'] != oauth2.BODY_AUTH:
        raise BadInput('endpoints legacy needs client_auth body.')
    for name in ('client_secret', 'redirect_uri'):
        if name not in given and (name == 'client_secret' or options['grant'] == CODE):
            raise BadInput('endpoints legacy needs %s.' % name)
