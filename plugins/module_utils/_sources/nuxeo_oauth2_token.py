# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""OAuth2 tokens of a Nuxeo Platform: every grant of 9.10 to 2025, and the endpoints of 8.10 and
older (measured on Nuxeo 2023.6).

A server has one token for each client and user. Every request returns the same active token, with
its remaining time; a refresh ends both its values for everybody, at once."""

from __future__ import annotations

import time
import typing as t
from urllib.parse import urlsplit, urlunsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
    Refused,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.grants import (
    CLIENT,
    CODE,
    CURRENT,
    ENDPOINTS,
    GRANT_OF,
    GRANTS,
    ISSUER,
    JWT,
    JWT_GRANT,
    LEGACY,
    REFRESH,
    SUBMIT_PATH,
    TOKEN_PATH,
    Grants,
    check_options,
    sent_uri,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    NuxeoServer,
    no_such_client,
    no_such_token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.token_registry import (
    TokenRegistry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import (
    Clock,
    Options,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import (
    Provider,
    Script,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    Token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    host_of,
)

# Another process may have the new token, but not have stored it yet
RELOAD_SECONDS = (0, 0.3, 0.7)
SURE = 60  # seconds
ROUNDS = 2  # how often the token of another process may be dead as well


class NuxeoOauth2Token(Provider):
    """See the module."""

    TYPE = 'nuxeo_oauth2_token'
    PREFIX = 'nuxeo'
    ARGUMENTS = {
        'url': {'type': 'str', 'required': True},
        'grant': {'type': 'str', 'choices': list(GRANTS), 'required': True},
        'client_id': {'type': 'str', 'required': True},
        'client_secret': {'type': 'str', 'no_log': True},
        'client_auth': {
            'type': 'str',
            'choices': [oauth2.BODY_AUTH, oauth2.BASIC_AUTH],
            'default': oauth2.BODY_AUTH,
        },
        'username': {'type': 'str'},
        'password': {'type': 'str', 'no_log': True},
        'code': {'type': 'str', 'no_log': True},
        'code_verifier': {'type': 'str', 'no_log': True},
        'redirect_uri': {'type': 'str'},
        'refresh_token': {'type': 'str', 'no_log': True},
        'assertion': {'type': 'str', 'no_log': True},
        'jwt_secret': {'type': 'str', 'no_log': True},
        'endpoints': {'type': 'str', 'choices': list(ENDPOINTS), 'default': CURRENT},
    }
    IDENTITY_BOUND_OPTIONS = {
        'client_id': ('client_secret', 'redirect_uri', 'code', 'code_verifier', 'refresh_token'),
        'username': ('password', 'code', 'code_verifier', 'refresh_token', 'assertion'),
    }
    EXAMPLE = {
        'url': 'https://nuxeo.example.com/nuxeo',
        'grant': 'jwt_bearer',
        'client_id': 'c',
        'client_secret': 'example secret',
        'username': 'jdoe',
        'jwt_secret': 'example secret of the server, which is at least 64 characters long',
    }

    def __init__(
        self,
        options: Options,
        client: t.Optional[Client] = None,
        clock: Clock = time.time,
        sleep: t.Callable[[float], t.Any] = time.sleep,
    ) -> None:
        super().__init__(options, client, clock)
        self._sleep = sleep
        self._server = NuxeoServer(self.client)
        self._grants = Grants(self._server, options, self.TYPE, clock, self.warnings)
        self._registry = TokenRegistry(self._server, self._grants, clock)
        self._min_remaining: float = options['min_remaining']
        self._regenerate: str = options['regenerate']

    @classmethod
    def check(cls, options: Options) -> None:
        check_options(options)

    @classmethod
    def excluded_options(
        cls, options: t.Mapping[str, t.Any], others: t.Callable[[str], t.Any]
    ) -> t.Set[str]:
        grant = options.get('grant')
        return super().excluded_options(options, others) | {
            name for name, owner in GRANT_OF.items() if grant and owner != grant
        }

    def base_url(self) -> str:
        return _base_url(self.options)

    def inspect(
        self, desired: DesiredState, known: t.Optional[Token], check_mode: bool
    ) -> CurrentState:
        self._min_remaining, self._regenerate = desired.min_remaining, desired.regenerate
        if desired.state == 'absent':
            exists = self._registry.exists(known)
            if self._registry.unknown_client:
                self._warn_of_client()
            return CurrentState(exists=exists, token=known)
        if known is not None:
            return self._inspect_known(known, desired)
        exists = self._exists(check_mode)
        if check_mode or not exists:
            return CurrentState(exists=exists)
        created = self._registry.created
        token = self._request()
        asked = self._regenerate == 'if_invalid' and not self._grants.legacy
        return CurrentState(
            exists=True,
            token=token if asked else self._accepted(token),
            expires_at=token.expires_at,
            expired=self._ends_soon(token),
            works=self._works(token) if asked else None,
            fresh=created is not None and self._is_newer(created),
        )

    def _is_newer(self, created: t.Any) -> bool:
        """The server replaces a token that has expired when one is requested.

        :param created: of the token that was there before. :returns: whether that was now."""
        return bool(self._registry.exists(None)) and self._registry.created != created

    def _inspect_known(self, known: Token, desired: DesiredState) -> CurrentState:
        works = None
        lasts = known.lasts(self.clock(), desired.min_remaining)
        asked = desired.regenerate == 'if_invalid' or self.in_doubt
        if asked and lasts and not self._grants.legacy:
            works = self._works(known)
        return CurrentState(exists=True, token=known, expires_at=known.expires_at, works=works)

    def _works(self, token: Token) -> t.Optional[bool]:
        """:returns: whether the server accepts a token, or None if its answer does not show it."""
        answer = self._registry.try_token(token)
        too_large = oauth2.too_large_for(answer, token)
        if too_large:
            self.warnings.append(too_large)
        return {200: True, 401: False}.get(answer.status)

    def _accepted(self, token: Token) -> Token:
        """Try a token that was issued now, where it may be refused: the server signs tokens for
        users who do not exist, too (measured).

        :returns: the token. :raises Refused: the server does not accept it."""
        in_question = self._grants.grant == JWT or self._regenerate == 'if_invalid'
        if in_question and not self._grants.legacy and self._works(token) is False:
            user = self._registry.user_of(token)
            raise Refused(
                '%s issued a token that it does not accept (401). %s'
                % (
                    host_of(self.client.url),
                    'Does the user %s exist? Check username.' % sanitize(user)
                    if self._grants.grant == JWT
                    else 'See the server log for details.',
                ),
                401,
            )
        return token

    def _exists(self, check_mode: bool) -> t.Optional[bool]:
        # With a lasting cache, the next run knows the token, and the request is not worth its time
        exists = None
        if check_mode or self.options['cache'] != 'file':
            exists = self._registry.exists(None)
        machine = self._grants.grant == CLIENT and not self._grants.legacy
        if machine and not check_mode and exists is None:
            # It cannot be known before the grant, which returns an existing token as well
            return True
        return exists

    def describe(self) -> t.Dict[str, t.Any]:
        # Its end is in the answer to a grant alone, which would get one
        return dict(super().describe(), exists=self._registry.exists(None))

    def issue(self, found: CurrentState) -> Token:
        token = self._request()
        if found.exists is not False and self._ends_soon(token):
            self.keep(token)
            token = self._replace(token)
        return self._accepted(token)

    def renew(self, found: CurrentState) -> Token:
        return self._accepted(self._replace(found.token or self._request()))

    def revoke(self, found: CurrentState) -> bool:
        self.spend()
        authorization, name = self._registry.as_user(found.token)
        answer = self._registry.delete(authorization, name) if authorization else None
        bearer = (authorization or '').startswith('Bearer ')
        if answer is None or (answer.status == 401 and bearer):
            try:
                token = self._token_for_revocation(found.token)
            except Refused as problem:
                if problem.code == 'invalid_grant':
                    return False  # neither of the token's values works any more
                raise
            user = self._registry.user_of(token)
            if not user:
                raise Refused('The server does not report whose token it is. Set username.')
            self.spend()
            answer = self._registry.delete(token.authorization, user)
        if no_such_client(answer):
            self._warn_of_client()
        if no_such_token(answer):
            return False
        if not 200 <= answer.status < 300:
            raise self._server.rest_refusal(answer, 'the user or the token')
        return True

    def _warn_of_client(self) -> None:
        self.warnings.append(
            '%s has no OAuth2 client %s, and so no token of it. Check client_id: if it is '
            'mistyped, the tokens of the right one are still valid.'
            % (host_of(self.client.url), sanitize(self.options['client_id']))
        )

    def _token_for_revocation(self, known: t.Optional[Token]) -> Token:
        """:returns: a live token. :raises Refused: with V(invalid_grant) if the known one is dead
        already."""
        if known is not None and known.refresh_token:
            renewed = self._refreshed(known)
            if renewed is None:
                raise Refused('The refresh token is not valid any more.', code='invalid_grant')
            self.keep(renewed)  # if it cannot be revoked now, a later run can
            return renewed
        if self._grants.grant == CODE and not (self.options.get('code') or self._grants.repeatable):
            raise Refused(
                'No credentials are available to revoke the token. Set username and password.'
            )
        return self._request()

    def _request(self) -> Token:
        if self._grants.grant == REFRESH:
            return self._refresh(self.options['refresh_token'])
        return self._grants.request()

    def _ends_soon(self, token: Token) -> bool:
        """Not C(Token.lasts): an existing token with three seconds left does not have a lifetime of
        three seconds. The server does not report the lifetime: the date of creation that it shows
        is in a time zone that it does not name. A long C(min_remaining) would replace each token
        at each run, so no more than C(SURE) is required."""
        rest = (token.expires_at or 0) - self.clock()
        return rest <= min(self._min_remaining, SURE)

    def _replace(self, token: Token) -> Token:
        """:returns: a new token in the place of this one."""
        renewed = self._successor(token)
        lifetime = (renewed.expires_at or 0) - renewed.issued_at
        if lifetime <= self._min_remaining:
            self.warnings.append(
                'The tokens of the server are valid for %d seconds only, which is less than '
                'min_remaining.' % lifetime
            )
        return renewed

    def _successor(self, token: Token) -> Token:
        if token.refresh_token:
            renewed = self._refreshed(token)
            if renewed is not None:
                return renewed
            if not self._grants.repeatable:
                raise Refused(
                    'The server does not accept the refresh token of the cache any more: it was '
                    'used elsewhere, revoked, or removed after its token expired. Authorise again, '
                    'and set the new %s.'
                    % ('refresh_token' if self._grants.grant == REFRESH else 'code'),
                    code='invalid_grant',
                )
        elif (token.expires_at or 0) > self.clock() and self._grants.grant == CLIENT:
            # Without a refresh token, the server would return the same one again
            self._end(token)
            self.ended = True
        elif not self._grants.repeatable:
            raise Refused(
                'The token cannot be renewed: it came without a refresh token, and the code is '
                'used up. Authorise again, and set the new code.'
            )
        return self._request()

    def _refreshed(self, token: Token) -> t.Optional[Token]:
        """:returns: the token that follows this one, perhaps fetched by another process, or None if
        the server does not accept its refresh token any more."""
        for _round in range(ROUNDS):
            try:
                return self._refresh(token.refresh_token or '')
            except Refused as problem:
                expected = 'invalid_request' if self._grants.legacy else 'invalid_grant'
                if problem.code != expected:
                    raise
            newer = self._newer(token)
            if newer is None:
                return None
            if not self._ends_soon(newer):
                return newer
            token = newer
        return None

    def _refresh(self, value: str) -> Token:
        self.spend()  # first, since the space that persistence_error takes is for the answer
        # What can be granted again is not lost with its refresh token
        precious = self.options.get('cache') == 'file' and not self._grants.repeatable
        problem = self.persistence_error() if precious else None
        if problem:
            raise FileProblem(
                'The refresh token was not used, because the server replaces it, and the new one '
                'would be lost: %s. Correct that.' % problem
            )
        return self._grants.refresh(value)

    def _newer(self, token: Token) -> t.Optional[Token]:
        """:returns: the token that another process has put into the cache, or None."""
        for seconds in RELOAD_SECONDS if self.reload else ():
            if seconds:
                self._sleep(seconds)
            stored = self.reload() if self.reload else None
            if (
                stored is not None
                and stored.refresh_token
                and stored.refresh_token != token.refresh_token
            ):
                return stored
        return None

    def _end(self, token: Token) -> None:
        self.spend()
        answer = self._registry.delete(token.authorization, self.options['client_id'])
        if not 200 <= answer.status < 300 and answer.status not in (401, 404):
            self.warnings.append(
                '%s The token cannot be replaced before its end.'
                % self._server.rest_refusal(answer, 'the token')
            )

    @classmethod
    def write_curl(cls, options: Options, script: Script) -> str:
        arguments = script.client() + _CURL_ARGUMENTS[options['grant']](options, script)
        script.request(_base_url(options) + TOKEN_PATH, arguments)
        return script.text('An OAuth2 token of Nuxeo (grant %s).' % options['grant'])


def _base_url(options: t.Mapping[str, t.Any]) -> str:
    """The legacy endpoints are at the root of the server, not under its context path."""
    url: str = options['url']
    if options['endpoints'] != LEGACY:
        return url
    return urlunsplit(urlsplit(url)[:2] + ('', '', ''))


def _curl_redirect(options: Options, script: Script) -> t.List[str]:
    if not options.get('redirect_uri'):
        return []
    return [script.data('redirect_uri', sent_uri(options))]


def _curl_code(options: Options, script: Script) -> t.List[str]:
    redirect = _curl_redirect(options, script)
    code, verifier = '"$code"', '"$verifier"'
    if options.get('code'):
        code = script.secret('code')
        verifier = script.secret('code_verifier') if options.get('code_verifier') else ''
    elif options['endpoints'] == LEGACY:
        raise BadInput('a code of the legacy endpoints requires a browser. Set code.')
    else:
        script.uses('code', 'challenge')
        script.note('1. A code: it works once, within ten minutes')
        script.add("verifier=$(python3 -c 'import secrets; print(secrets.token_urlsafe(48))')")
        login = script.login(script.literal(options['username']), script.secret('password'))
        lines = [
            'code=$(ask -D - -o /dev/null ' + login,
            '-d response_type=code -d code_challenge_method=S256 -d grant_access=1 '
            '-d "code_challenge=$(printf %s "$verifier" | challenge)"',
            ' '.join([script.data('client_id', options['client_id'])] + redirect),
            script.literal(_base_url(options) + SUBMIT_PATH) + ' | code)',
        ]
        script.add(' \\\n  '.join(lines))
        script.note('2. The token')
    arguments = ['-d grant_type=' + CODE, script.field('code', code)] + redirect
    return arguments + ([script.field('code_verifier', verifier)] if verifier else [])


def _curl_refresh(options: Options, script: Script) -> t.List[str]:
    script.note(
        'The refresh token works once; the response contains the next one, which the source needs '
        'from then on'
    )
    secret = script.secret('refresh_token')
    return ['-d grant_type=' + REFRESH, script.field('refresh_token', secret)]


def _curl_client(options: Options, script: Script) -> t.List[str]:
    return ['-d grant_type=' + CLIENT]


def _curl_jwt(options: Options, script: Script) -> t.List[str]:
    assertion = '"$assertion"'
    if options.get('assertion'):
        assertion = script.secret('assertion')
    else:
        script.uses('jwt')
        script.note('An assertion that names the user, signed with the secret of the server')
        script.add(
            'assertion=$(printf %%s %s | jwt %s %s)'
            % (script.secret('jwt_secret'), ISSUER, script.literal(options['username']))
        )
    return ['--data-urlencode grant_type=' + JWT_GRANT, script.field('assertion', assertion)]


_CURL_ARGUMENTS = dict(zip(GRANTS, (_curl_code, _curl_refresh, _curl_client, _curl_jwt)))
