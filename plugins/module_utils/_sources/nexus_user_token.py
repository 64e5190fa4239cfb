# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""User tokens of Sonatype Nexus Repository Manager Pro, 2.0 to 3.9x.

A person gets the own token with a password, by a ticket. From 3.90.1 on an administrator can create
tokens for others without a ticket."""

from __future__ import annotations

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
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.other_users import (
    DEFAULT_REALM,
    OtherUser,
    path_of_token,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    ADMINISTRATOR_SINCE,
    ATTRIBUTES_SINCE,
    QUERY,
    Product,
    check_address,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.session import (
    Session,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.tickets import (
    Tickets,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.user_token_errors import (
    no_user_tokens,
    token_refused,
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
    BASIC,
    Token,
    from_iso8601,
    iso8601,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    check_basic_user,
)

RECENT = 30 * 86400  # seconds for which a token is not replaced again


class NexusUserToken(Provider):
    """See the module."""

    TYPE = 'nexus_user_token'
    PREFIX = 'nexus'
    KIND = BASIC
    OWN_USERNAME = True
    EXTRAS = ('name_code', 'pass_code', 'created', 'user')
    DESCRIBED = ('created', 'feature_enabled')
    ARGUMENTS = {
        'url': {'type': 'str', 'required': True},
        'username': {'type': 'str', 'required': True},
        'password': {'type': 'str', 'required': True, 'no_log': True},
        'nexus_version': {'type': 'str'},
        'user_id': {'type': 'str'},
        'realm': {'type': 'str'},
        'min_remaining': {'type': 'int', 'default': 0},
        'max_age': {'type': 'int'},
    }
    IDENTITY_BOUND_OPTIONS = {'username': ('password', 'user_id', 'realm'), 'user_id': ('realm',)}
    REQUIRED_BY = {'realm': ('user_id',)}
    EXAMPLE = {
        'url': 'https://nexus.example.com/nexus',
        'username': 'ci',
        'password': 'example password',
        'user_id': 'sam',
        'realm': 'SAML',
    }

    def __init__(
        self,
        options: Options,
        client: t.Optional[Client] = None,
        clock: Clock = time.time,
        monotonic: t.Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(options, client, clock)
        self._session = Session(
            self.client, options['username'], options['password'], options.get('nexus_version')
        )
        self._tickets = Tickets(self._session, monotonic)
        self._other = (
            OtherUser(self._session, options['user_id'], options.get('realm'))
            if options.get('user_id')
            else None
        )

    @property
    def product(self) -> Product:
        """What is known about the server."""
        return self._session.product

    @classmethod
    def check(cls, options: Options) -> None:
        for name in ('user_id', 'realm'):
            if options.get(name) in ('.', '..'):
                raise BadInput('%s cannot be %s.' % (name, options[name]))
        check_basic_user(options['username'])
        check_address(options)
        if (
            options.get('user_id')
            and Product(options.get('nexus_version')).at_least(ADMINISTRATOR_SINCE) is False
        ):
            raise BadInput(
                'user_id needs Nexus Repository 3.90.1 or newer, but nexus_version is %s.'
                % options['nexus_version']
            )

    def server(self) -> t.Dict[str, t.Any]:
        return {'version': self.product.version, 'edition': self.product.edition}

    def inspect(
        self, desired: DesiredState, known: t.Optional[Token], check_mode: bool
    ) -> CurrentState:
        if self._other:
            return self._inspect_other(self._other, known)
        if check_mode or desired.state == 'absent':
            self._session.discover(ask_status=check_mode)
        else:
            self._tickets.take()
        found = CurrentState()
        if self.product.at_least(ATTRIBUTES_SINCE):
            found = self._session.attributes()
        elif check_mode:
            self._warn_unpredictable()
        if desired.state == 'absent' or found.exists is False or found.expired:
            return found
        if check_mode and found.exists is None:
            return found
        if desired.regenerate == 'always':
            # Its value is not needed, and replacing one that does not exist does no harm
            return found._replace(exists=True)
        token, created_at, fresh = self._read(found)
        works = None
        if desired.regenerate == 'if_invalid':
            works = self._session.accepts(token.authorization)
            recent = created_at is not None and self.clock() - created_at < RECENT
            if works is False and recent:  # it was perhaps replaced for this reason
                raise token_refused(self.product, self.client.url)
        return found._replace(
            exists=True, token=token, created_at=created_at, fresh=fresh, works=works
        )

    def _warn_unpredictable(self) -> None:
        if self.product.without_user_tokens:
            raise no_user_tokens(self.product)
        self.warnings.append(
            '%s cannot report whether a user token exists without creating one, so check mode does '
            'not know what a run would change.' % self.product
        )

    def describe(self) -> t.Dict[str, t.Any]:
        if self._other:
            found = self._inspect_other(self._other, None)
            self.warnings = []
            return _description(found, True)
        self._session.discover(ask_status=True)
        if self.product.without_user_tokens:
            return _description(CurrentState(exists=False), False)
        if not self.product.at_least(ATTRIBUTES_SINCE):
            return _description(CurrentState(), self._session.feature_enabled())
        try:
            found = self._session.attributes()
        except Refused as refusal:
            if refusal.status != 400:
                raise
            return _description(CurrentState(exists=False), False)
        if found.exists and not found.expired and found.expires_at is None:
            found = found._replace(created_at=self._creation(found))
        return _description(found, True)

    def _creation(self, found: CurrentState) -> t.Optional[float]:
        """:returns: its date. The server creates no token, since there is one."""
        try:
            return self._read(found)[1]
        except ServerProblem as problem:
            self.warnings.append('When the token was created could not be found out: %s' % problem)
            return None

    def issue(self, found: CurrentState) -> Token:
        if self._other:
            return self._create_other(self._other)
        return self._with_expiry(self._read(found)[0])

    def renew(self, found: CurrentState) -> Token:
        if self._other:
            self.spend()
            self._other.request('DELETE')
            self.ended = True
            return self._create_other(self._other)
        if found.expired:
            self.spend()
            answer = self._tickets.use('POST')
            self._session.refuse_step2(answer)
            return self._with_expiry(self._own_token(answer, None)[0])
        self.revoke(CurrentState())  # resetting a token that does not exist does no harm
        self.ended = True
        token = self._read(CurrentState())[0]
        if found.works is False and self._session.accepts(token.authorization) is False:
            raise token_refused(self.product, self.client.url)
        return self._with_expiry(token)

    def revoke(self, found: CurrentState) -> bool:
        self.spend()
        if self._other:
            return self._other.request('DELETE').status != 404
        answer = self._tickets.use('DELETE')
        missing = answer.status == 404 and not self.product.without_user_tokens
        if missing and found.exists is not True:
            return False
        self._session.refuse_step2(answer)
        return True

    def _read(self, found: CurrentState) -> t.Tuple[Token, t.Optional[float], bool]:
        """GET the token; the server creates it if there is none.

        Before 3.69 only its date shows whether that was now. The server's clock is known to the
        second, so a token of the same second counts as created now.

        :returns: the token, when it was created, and whether that was now."""
        answer = self._tickets.use('GET')
        self._session.refuse_step2(answer)
        token, created_at = self._own_token(answer, found.expires_at)
        fresh = (
            found.exists is None
            and created_at is not None
            and self._tickets.date is not None
            and created_at >= self._tickets.date
        )
        return token, created_at, fresh

    def _own_token(
        self, answer: Response, expires_at: t.Optional[float]
    ) -> t.Tuple[Token, t.Optional[float]]:
        return self._token_in(answer, self.options['username'], expires_at)

    def _token_in(
        self, answer: Response, user: str, expires_at: t.Optional[float]
    ) -> t.Tuple[Token, t.Optional[float]]:
        """:returns: the token in a response, and when it was created."""
        data = answer.json_object()
        name_code, pass_code = (
            _usable(answer, name, data.get(name)) for name in ('nameCode', 'passCode')
        )
        created_at = from_iso8601(data.get('created'))
        now = self.clock()
        # If the server's clock is ahead, the token must not seem to come from a clock set back
        token = Token(
            BASIC,
            self.TYPE,
            pass_code,
            now if created_at is None else min(created_at, now),
            username=name_code,
            expires_at=expires_at,
            fetched_at=now,
            extras={
                'name_code': name_code,
                'pass_code': pass_code,
                'created': iso8601(created_at),
                'user': user,
            },
        )
        return token, created_at

    def _with_expiry(self, token: Token) -> Token:
        """Ask when a new token expires, if the server can report it."""
        if self.product.at_least(ATTRIBUTES_SINCE):
            try:
                token.expires_at = self._session.attributes().expires_at
            except ServerProblem as problem:  # the token exists, and is valid
                self.warnings.append('When the token expires could not be found out: %s' % problem)
        return token

    def _inspect_other(self, other: OtherUser, known: t.Optional[Token]) -> CurrentState:
        answer = other.request('GET')
        if answer.status == 404:
            return CurrentState(exists=False)
        data = answer.json_object()
        token = known if known is not None and known.username == data.get('nameCode') else None
        if token is None:
            self.warnings.append(
                'The pass code of the token of %s was shown once, when it was created, and cannot '
                'be read again. For a new one, set regenerate to always; the present one then '
                'stops working for everybody.' % sanitize(other.user_id)
            )
        return CurrentState(
            exists=True,
            token=token,
            expires_at=from_iso8601(data.get('expires')),
            created_at=from_iso8601(data.get('created')),
            expired=data.get('isExpired') is True,
        )

    def _create_other(self, other: OtherUser) -> Token:
        answer = other.create()
        expires_at = from_iso8601(answer.json_object().get('expires'))
        token, _created_at = self._token_in(answer, other.user_id, expires_at)
        self.warnings.append(
            'The pass code of this token is shown only now. Store it where it is needed.'
        )
        return token

    @classmethod
    def write_curl(cls, options: Options, script: Script) -> str:
        product = Product(script.version or options.get('nexus_version'))
        if product.version is not None and product.generation is None:
            raise BadInput('nexus_version must be a version like 3.71.0 or 2.14.9, from 2.0 on.')
        if options.get('user_id'):
            return _curl_for_other(options, script)
        generation = product.known_generation
        user, password = script.literal(options['username']), script.secret('password')
        login = script.login(user, password)
        accept = "-H 'Accept: application/json'"
        content = "-H 'Content-Type: application/json'"
        script.uses('field')
        script.note('1. A ticket: it works once, within 20 seconds')
        script.add('ticket=$(ask -X POST %s %s %s \\' % (login, accept, content))
        script.add(
            """  --data @<(printf '{"u": "%%s", "p": "%%s"}' "$(printf %%s %s | b64)" """
            """"$(printf %%s %s | b64)") \\""" % (user, password)
        )
        script.add('  %s | field t)' % script.literal(options['url'] + generation.step1))
        script.note('2. The token: it is created if there is none')
        if generation.ticket_in == QUERY:
            script.add(
                'ask -G %s %s --data-urlencode %s@<(printf %%s "$ticket" | b64) \\'
                % (login, accept, QUERY)
            )
        else:
            script.add(
                'ask %s %s %s -H @<(printf \'%s: %%s\' "$ticket") \\'
                % (login, accept, content, generation.ticket_in)
            )
        script.add('  ' + script.literal(options['url'] + generation.step2))
        newer = '%d.%d and newer; set nexus_version for older ones' % generation.since
        return script.text(
            'The user token of %s (Nexus Repository %s).'
            % (options['username'], product.version or newer)
        )


def _curl_for_other(options: Options, script: Script) -> str:
    user, password = script.literal(options['username']), script.secret('password')
    path = path_of_token(options['user_id'], options.get('realm') or DEFAULT_REALM)
    script.note('Creates the token; 409 if there is one, whose pass code cannot be read again')
    script.add(
        "ask -X POST %s -H 'Accept: application/json' %s"
        % (script.login(user, password), script.literal(options['url'] + path))
    )
    return script.text(
        'The user token of %s, created by an administrator (Nexus Repository 3.90.1 and newer).'
        % options['user_id']
    )


def _description(found: CurrentState, enabled: t.Optional[bool]) -> t.Dict[str, t.Any]:
    return {
        'exists': found.exists,
        'expired': found.expired if found.exists else None,
        'expires_at': iso8601(found.expires_at),
        'created': iso8601(found.created_at),
        'feature_enabled': enabled,
    }


def _usable(answer: Response, name: str, value: t.Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ServerProblem(
            '%s answered without a usable %s. Is this a Nexus Repository Pro?'
            % (answer.request_label, name),
            answer.status,
        )
    return value
