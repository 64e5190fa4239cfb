# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""User tokens of Sonatype Nexus Repository Manager Pro, 2.0 to 3.9x.

Two steps (Sonatype support article 213465878): a POST with the user's password yields a ticket that
lives 20 seconds and works
once; a GET (DELETE, POST) with the ticket reads (resets, replaces) the token. From 3.90.1 on an
administrator can create tokens
for others without a ticket.
"""

from __future__ import annotations

import base64
import re
import time
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    ADMINISTRATOR_SINCE,
    ATTRIBUTES_PATH,
    ATTRIBUTES_SINCE,
    GENERATIONS,
    QUERY,
    STATUS_PATHS,
    STEP1_PATHS,
    Product,
    check_address,
    looks_old,
    refuse_host,
    refuse_place,
    wrong_login,
    wrong_place,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import CurrentState
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register, sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BASIC,
    Token,
    basic_authorization,
    from_iso8601,
    iso8601,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import check_basic_user

TICKET_SECONDS = 18  # the server's limit is 20; the request itself takes some
ROUNDS = 2  # how many tickets one step may cost
SSO_ADVICE = (
    'Check url, also its path. If it sends people to a single sign-on page, use a local account, '
    'or (3.90.1 and newer) user_id with an '
    "administrator's password."
)
SOURCES = {
    'NexusAuthenticatingRealm': 'default',
    'LdapRealm': 'LDAP',
    'SamlRealm': 'SAML',
    'Crowd': 'Crowd',
}

# What the administrator's interface refuses (3.90.1 and newer)
OTHER_REFUSALS = {
    400: 'The user token feature is switched off on %(host)s (400). An administrator can enable it '
    'under Settings, Security, User Tokens.',
    403: 'The user %(username)s may not manage the user tokens of others on %(host)s (403). It '
    'needs the privileges of nx-usertoken-users.',
    422: "%(host)s does not know the realm %(realm)s (422). Use the name of the user's source: "
    'default, LDAP, SAML or Crowd.',
}


def _base64(text):
    return base64.b64encode(text.encode('utf-8')).decode('ascii')


class NexusUserToken(Provider):
    """See the module."""

    TYPE = 'nexus_user_token'
    PREFIX = 'nexus'
    KIND = BASIC
    EXTRAS = ('name_code', 'pass_code', 'created', 'user')
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

    def __init__(self, options, client=None, clock=time.time, monotonic=time.monotonic):
        super().__init__(options, client, clock)
        self.product = Product(options.get('nexus_version'))
        self._authorization = basic_authorization(options['username'], options['password'])
        self._monotonic = monotonic
        self._assumed = None  # the generation, where the server does not name its version
        self._looked = (
            None  # the answer about one's own token, where it was asked for to find out the version
        )
        self._realm = options.get('realm') or 'default'
        self._ticket_date = None
        self._ticket = None  # (value, when it was got, the server's date then)

    @classmethod
    def check(cls, options):
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
                'user_id needs Nexus Repository 3.90.1 or newer, but nexus_version says %s.'
                % options['nexus_version']
            )

    def server(self):
        return {'version': self.product.version, 'edition': self.product.edition}

    # What Provider asks for

    def inspect(self, desired, known, check_mode):
        if self.options.get('user_id'):
            return self._inspect_other(known)
        if check_mode or desired.state == 'absent':
            self._discover(ask_status=check_mode)
        else:
            self._take_ticket()
        found = CurrentState()
        if self.product.at_least(ATTRIBUTES_SINCE):
            found = self._attributes()
        elif check_mode and self.product.without_user_tokens:
            raise Refused(self._no_user_tokens(), 404)
        elif check_mode:
            self.warnings.append(
                '%s cannot tell whether a user token exists without creating one, so check mode '
                'does not know what a run would change.' % self.product
            )
        if desired.state == 'absent' or found.exists is False or found.expired:
            return found
        if check_mode and found.exists is None:
            return found
        if desired.regenerate == 'always':
            return found._replace(
                exists=True
            )  # its value is of no use, and that there was none does no harm
        token, created_at, fresh = self._read(found)
        works = self._works(token) if desired.regenerate == 'if_invalid' else None
        return found._replace(
            exists=True, token=token, created_at=created_at, fresh=fresh, works=works
        )

    def describe(self):
        if self.options.get('user_id'):
            found = self._inspect_other(None)
            self.warnings = []
        else:
            self._discover(ask_status=True)
            found = CurrentState()
        if found.exists is None and self.product.without_user_tokens:
            return self._description(CurrentState(exists=False), False)
        try:
            if found.exists is None and self.product.at_least(ATTRIBUTES_SINCE):
                found = self._attributes()
        except Refused as refusal:
            if refusal.status != 400:
                raise
            return self._description(CurrentState(exists=False), False)
        return self._description(
            found, True if found.exists is not None else self._feature_enabled()
        )

    @staticmethod
    def _description(found, enabled):
        return {
            'exists': found.exists,
            'expired': found.expired if found.exists else None,
            'expires_at': iso8601(found.expires_at),
            'created': iso8601(found.created_at),
            'feature_enabled': enabled,
        }

    def _feature_enabled(self):
        """Ask the settings, which administrators may read. :returns: True, False, or None where
        nobody says."""
        path = (
            '/service/local/usertoken/settings'
            if self.product.at_least((3, 0)) is False
            else '/service/rest/v1/security/user-tokens'
        )
        answer = self._get(path)
        data = answer.error_object() if answer.status == 200 else {}
        enabled = (data.get('data') if isinstance(data.get('data'), dict) else data).get('enabled')
        return enabled if isinstance(enabled, bool) else None

    def issue(self, found):
        if self.options.get('user_id'):
            return self._create_other()
        return self._with_expiry(self._read(found)[0])

    def renew(self, found):
        if self.options.get('user_id'):
            self._delete_other()
            self.ended = True
            return self._create_other()
        if found.expired:
            answer = self._with_ticket('POST')
            self._refuse_step2(answer)
            return self._with_expiry(self._token(answer, None)[0])
        self.revoke(CurrentState())  # that there is none to reset does no harm
        self.ended = True
        return self._with_expiry(self._read(CurrentState())[0])

    def revoke(self, found):
        if self.options.get('user_id'):
            return self._delete_other()
        answer = self._with_ticket('DELETE')
        if (
            answer.status == 404
            and not self.product.without_user_tokens
            and found.exists is not True
        ):
            return False
        self._refuse_step2(answer)
        return True

    # Step 1

    def _take_ticket(self):
        """Get a ticket, and learn the version on the way.

        With the version known this is one request. Without, the paths of the generations are tried
        from the newest on; the
        first answer mostly names the version.
        """
        tried, refusals, answer = [], [], None
        while True:
            path = self._next_step1(tried)
            if path is None:
                if (
                    refusals[-1].status == 404
                    and self.product.told
                    and self.product.at_least((2, 7)) is False
                ):
                    refuse_place(
                        self._ask_status(self._generation.status), self.product
                    )  # its pages are the same wherever nothing is
                    raise Refused(self._no_user_tokens(answer), 404)
                # That of the right path says more than "not here"
                raise next(
                    (refusal for refusal in refusals if refusal.status not in (404, 405)),
                    refusals[-1],
                )
            tried.append(path)
            asked_at = self._monotonic()
            login = {
                'u': _base64(self.options['username']),
                'p': _base64(self.options['password']),
            }
            register(login['p'])
            answer = self.client.request(
                'POST', path, authorization=self._authorization, repeatable=True, json_body=login
            )
            refuse_host(answer, self.client.url)
            self.product.learn(answer)
            if answer.status == 200:
                break
            refusals.append(self._step1_refusal(answer))
            if not self._maybe_wrong_mount(answer):
                raise refusals[-1]
            if answer.status == 403 and looks_old(answer):
                self._assumed = GENERATIONS[-1]  # 2.0 to 2.3: the only ones that answer so
        ticket = answer.json_object().get('t')
        if (
            not isinstance(ticket, str)
            or not ticket
            or not ticket.isascii()
            or not ticket.isprintable()
            or ' ' in ticket
        ):
            raise ServerProblem(
                '%s answered 200 without a ticket. Is this a Nexus Repository?'
                % answer.request_label,
                200,
            )
        if self._generation is None:
            self._settle_generation(path)
        register(ticket, _base64(ticket))
        self._ticket = (ticket, asked_at, answer.date)

    @property
    def _generation(self):
        return self.product.generation or self._assumed

    def _next_step1(self, tried):
        paths = (self._generation.step1,) if self._generation else STEP1_PATHS
        return next((path for path in paths if path not in tried), None)

    def _maybe_wrong_mount(self, answer):
        """A path of another generation: 404, or 405 with HTML (3.x), or, on 2.2 and 2.3, 403 from
        outside the REST application."""
        if answer.status == 404:
            return True
        if answer.status == 405:
            return answer.is_html or not answer.header('X-Siesta-FaultId')
        # Behind a proxy that replaces the Server header, the missing X-Siesta-FaultId is the only
        # sign of it
        return (
            answer.status == 403
            and not answer.header('X-Siesta-FaultId')
            and (looks_old(answer) or self.product.told is None)
        )

    def _settle_generation(self, path):
        """The ticket was given but nothing named the version: a proxy strips the Server header, or
        it is a 2.0 to 2.7."""
        if path == STEP1_PATHS[0]:
            self._ask_status(STATUS_PATHS[0])
        # Without any word from the server the newest of those with this path is the best guess; for
        # the older two there is but one
        # way for step 2, so there is no need to ask
        self._assumed = next(generation for generation in GENERATIONS if generation.step1 == path)

    def _step1_refusal(self, answer):
        """:returns: the sentence for a refused step 1 (measured on 3.16 to 3.71; 2.7 to 2.15 have
        the same code)."""
        # The key to the server's log; anything else there is not shown
        key = answer.header('X-Siesta-FaultId') or ''
        fault = ' (fault %s)' % key if re.match('[0-9A-Fa-f-]{1,40}$', key) else ''
        text = sanitize(answer.text()) if not answer.is_html else ''
        status = answer.status
        if 300 <= status < 400:
            return self._redirected(answer)
        if status == 401:
            return wrong_login(answer)
        if status == 400:
            return Refused(
                '%s refuses the request (400 from %s%s): it knows the user under another name than '
                'username, often in another case; '
                'or the login is itself a user token; or a proxy takes the Authorization header '
                'away, or sends a Host or X-Forwarded-Proto '
                'header that Nexus rejects.' % (self._host(), answer.request_label, fault),
                status,
            )
        if status == 403 and not fault:
            return Refused(
                '%s refuses the request (403 from %s). On Nexus 2.0 to 2.3 that means that it has '
                'no user tokens, which need Pro, or that the '
                'user lacks the role usertoken-basic; on others, that something in front of Nexus '
                'blocks the path, or url lacks the context '
                'path.' % (self._host(), answer.request_label),
                status,
            )
        if status == 403:
            return Refused(
                '%s knows the user but does not accept a password login for it (403 from %s%s): '
                'the account comes from single sign-on, or its '
                'password differs between realms. On 3.90.1 and newer, use user_id with an '
                "administrator's password." % (self._host(), answer.request_label, fault),
                status,
            )
        if status in (404, 405):
            return wrong_place(answer, self.product)
        if status in (406, 415):
            return Refused(
                '%s refuses the content type (%d). A proxy in between changes the Accept or '
                'Content-Type header.' % (answer.request_label, status),
                status,
            )
        if status == 503 and 'read-only' in text:
            return ServerProblem(
                '%s is in read-only mode. Try again when its maintenance is over.' % self._host(),
                status,
            )
        return ServerProblem(
            '%s answered %d%s. Its log tells more.' % (answer.request_label, status, fault), status
        )

    def _redirected(self, answer):
        secure = self.client.url.startswith('http:') and (
            answer.header('Location') or ''
        ).startswith('https:')
        try:
            return refuse_redirect(answer, 'Use https in url.' if secure else SSO_ADVICE)
        except Refused as refusal:
            return refusal

    # Step 2

    def _with_ticket(self, method):
        """Send step 2 with a ticket that has not been used, a new one where the server did not take
        the first.

        :returns: the C(Response), whatever its status. The ticket's date is in
        C(self._ticket_date)."""
        for round_number in range(1, ROUNDS + 1):
            if self._ticket is None or self._monotonic() - self._ticket[1] > TICKET_SECONDS:
                self._take_ticket()
            ticket, self._ticket_date, self._ticket = self._ticket[0], self._ticket[2], None
            generation = self._generation
            try:
                if generation.ticket_in == QUERY:
                    answer = self.client.request(
                        method,
                        generation.step2,
                        authorization=self._authorization,
                        repeatable=False,
                        query={QUERY: _base64(ticket)},
                    )
                else:
                    answer = self.client.request(
                        method,
                        generation.step2,
                        authorization=self._authorization,
                        repeatable=False,
                        headers={generation.ticket_in: ticket, 'Content-Type': 'application/json'},
                    )
            except Unreachable:
                # Whether the ticket was spent is not known: it is not sent again. Nor is a change.
                if round_number == ROUNDS or method != 'GET':
                    raise
                continue
            self.product.learn(answer)
            if round_number < ROUNDS and (
                self._ticket_refused(answer)
                or (answer.status >= 500 and answer.status != 501 and method == 'GET')
            ):
                continue
            return answer

    @staticmethod
    def _ticket_refused(answer):
        """400, 403 or 500, by version, that names the ticket (measured on the sibling resource that
        takes tickets too)."""
        return (
            answer.status in (400, 403, 500)
            and 'ticket' in answer.text().lower()
            and not answer.is_html
        )

    def _refuse_step2(self, answer):
        """:raises Refused: the answer is no success."""
        status, text = answer.status, '' if answer.is_html else answer.text()
        if status in (200, 201, 204):
            return
        if 300 <= status < 400:
            raise self._redirected(answer)
        if status == 404:
            raise Refused(self._no_user_tokens(answer), status)
        if self._ticket_refused(answer):
            raise Refused(
                '%s did not take its own ticket (%d), twice. Behind a load balancer both steps '
                'must reach the same node, within 20 seconds.' % (answer.request_label, status),
                status,
            )
        if status == 410 or (status == 400 and 'expired' in text.lower()):
            raise Refused(
                'The user token has expired (%d from %s). Set regenerate to if_expired to replace '
                'it.' % (status, answer.request_label),
                status,
            )
        if status == 400 and ('not enabled' in text or not text.strip()):
            raise Refused(
                'The user token feature is switched off on %s (400 from %s). An administrator can '
                'enable it under Settings, Security, User Tokens.'
                % (self._host(), answer.request_label),
                status,
            )
        if status == 401:
            raise Refused(
                '%s accepted the password for the ticket but not for the token (401 from %s).'
                % (self._host(), answer.request_label),
                status,
            )
        if status == 403:
            raise Refused(
                'The user %s lacks the right to have a user token on %s (403 from %s). Give it the '
                'privilege nx-usertoken-current '
                '(Nexus 2: the role usertoken-basic).'
                % (self.options['username'], self._host(), answer.request_label),
                status,
            )
        raise ServerProblem(
            "%s answered %d. The server's log tells more." % (answer.request_label, status), status
        )

    def _no_user_tokens(self, answer=None):
        if self.product.without_user_tokens:
            return 'The server has no user tokens (%s%s; user tokens need Pro).' % (
                'it answered 404: ' if answer else '',
                self.product,
            )
        hint = ''
        if self.options.get('nexus_version'):
            hint = ' Or nexus_version is not the version of this server.'
        elif self.product.version is None:
            hint = ' Its version could not be found out: if it is a Pro, state it as nexus_version.'
        return (
            'The server has no user tokens (%s answered 404: %s). They need Nexus Repository Pro '
            'with a licence, and to be switched on.%s' % (answer.request_label, self.product, hint)
        )

    def _read(self, found):
        """GET the token; the server creates it where there is none.

        Before 3.69 only its date tells whether that was now. The server's clock is known to the
        second, so a token counts as created
        now if it was within the same second.

        :returns: the C(Token), when it was created, and whether that was now."""
        answer = self._with_ticket('GET')
        self._refuse_step2(answer)
        token, created_at = self._token(answer, found.expires_at)
        fresh = (
            found.exists is None
            and created_at is not None
            and self._ticket_date is not None
            and created_at >= self._ticket_date
        )
        return token, created_at, fresh

    def _token(self, answer, expires_at):
        data = answer.json_object()
        return self._from(answer, data, self.options['username'], expires_at)

    def _from(self, answer, data, user, expires_at):
        name_code, pass_code = data.get('nameCode'), data.get('passCode')
        for name, value in (('nameCode', name_code), ('passCode', pass_code)):
            if not isinstance(value, str) or not value.strip() or not value.isprintable():
                raise ServerProblem(
                    '%s answered without a usable %s. Is this a Nexus Repository Pro?'
                    % (answer.request_label, name),
                    answer.status,
                )
        created_at = from_iso8601(data.get('created'))
        now = self.clock()
        # A server whose clock is ahead must not make its tokens look like those of a clock that was
        # set back
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

    def _with_expiry(self, token):
        """Ask how long a new token lasts, where the server can tell."""
        if self.product.at_least(ATTRIBUTES_SINCE):
            try:
                token.expires_at = self._attributes().expires_at
            except ServerProblem as problem:  # the token is there, and good
                self.warnings.append('When the token expires could not be found out: %s' % problem)
        return token

    # What can be known without a ticket

    def _get(self, path, authorization=None):
        """:returns: the C(Response). :raises Refused: the user name and password are wrong."""
        answer = self.client.request(
            'GET', path, authorization=authorization or self._authorization
        )
        refuse_host(answer, self.client.url)
        if answer.status == 401 and authorization is None:
            raise self._step1_refusal(answer)
        self.product.learn(answer)
        return answer

    def _discover(self, ask_status):
        """Find out the version, and that user name and password are right, without step 1.

        :param ask_status: ask until both are known. Without, what one look at the token does not
            tell is left to step 1."""
        doubtful = True
        # Below its context path every 3.8 and newer checks the password whatever is asked, and says
        # with an empty body that something is not there
        if self._generation is None or self.product.at_least(
            (3, 8) if ask_status else ATTRIBUTES_SINCE
        ):
            self._looked = self._get(ATTRIBUTES_PATH)
            if 300 <= self._looked.status < 400:
                raise self._redirected(self._looked)
            doubtful = self._looked.status == 404 and (
                self._looked.is_html or bool(self._looked.body)
            )
        if self.product.at_least((3, 8) if ask_status else ATTRIBUTES_SINCE):
            if doubtful:
                refuse_place(self._ask_status(self._generation.status), self.product)
            return
        if not ask_status:
            return
        for path in [self._generation.status] if self._generation else STATUS_PATHS:
            answer = self._ask_status(path)
            if self._generation and path == self._generation.status:
                refuse_place(answer, self.product)
                return
        raise Refused(
            '%s does not tell its version. Set nexus_version, and check that url ends with the '
            'context path (Nexus 2 has /nexus by default).' % self._host()
        )

    def _ask_status(self, path):
        """:returns: the C(Response)."""
        answer = self._get(path)
        if answer.status == 200 and not answer.is_html:
            self.product.learn_status(answer.error_object())
        return answer

    def _attributes(self):
        """Look at one's own token on 3.69 and newer. :returns: C(CurrentState), without the
        token."""
        answer, self._looked = self._looked or self._get(ATTRIBUTES_PATH), None
        text = '' if answer.is_html else answer.text()
        if answer.status == 410 or (answer.status == 400 and 'expired' in text.lower()):
            return CurrentState(exists=True, expired=True)
        if answer.status == 404:
            if self.product.without_user_tokens:
                raise Refused(self._no_user_tokens(answer), 404)
            if answer.is_html:
                raise wrong_place(answer, self.product)
            return CurrentState(exists=False)
        self._refuse_step2(answer)
        data = answer.json_object()
        moment = data.get('expirationTimeTimestamp')
        try:
            # milliseconds since 1970, written as a string
            return CurrentState(
                exists=True, expires_at=int(moment) / 1000.0 if moment not in (None, '') else None
            )
        except (TypeError, ValueError, OverflowError):
            raise ServerProblem(
                '%s answered with a date that cannot be read.' % answer.request_label, answer.status
            ) from None

    def _works(self, token):
        """Try the token on the cheapest resource that checks credentials. :returns: None where it
        does not tell."""
        path = (
            '/service/rest/v1/status' if self.product.at_least((3, 15)) else self._generation.status
        )
        answer = self._get(path, token.authorization)
        return {200: True, 403: True, 503: True, 401: False}.get(answer.status)

    # On behalf of another user, 3.90.1 and newer

    def _ask_about_other(self, method):
        path = '/service/rest/v1/security/users/%s/%s/user-token' % (
            quote(self.options['user_id'], safe=''),
            quote(self._realm, safe=''),
        )
        answer = self.client.request(method, path, authorization=self._authorization)
        self.product.learn(answer)
        return answer

    def _other(self, method):
        """Use the administrator's interface, with the other name of a realm it does not know.

        :returns: the response, of status 200, 201, 204, 404 or 409. :raises Refused: another."""
        answer = self._ask_about_other(method)
        if answer.status == 422:
            answer = self._with_other_realm(method, answer)
        status = answer.status
        if status in (404, 405):
            self._refuse_without_interface(answer)
        if status in (200, 201, 204, 404, 409):
            return answer
        if 300 <= status < 400:
            raise self._redirected(answer)
        if status == 401:
            raise self._step1_refusal(answer)
        if status in OTHER_REFUSALS:
            words = {
                'host': self._host(),
                'username': self.options['username'],
                'realm': sanitize(self._realm),
            }
            raise Refused(OTHER_REFUSALS[status] % words, status)
        raise ServerProblem(
            '%s answered %d for user %s. See the server log for details.'
            % (answer.request_label, status, sanitize(self.options['user_id'])),
            status,
        )

    def _with_other_realm(self, method, answer):
        """:returns: the response to the realm's other name, or the given one if it has none."""
        given = self._realm
        self._realm = SOURCES.get(given) or next(
            (name for name, source in SOURCES.items() if source == given), given
        )
        if self._realm != given:
            answer = self._ask_about_other(method)
            if answer.status == 422:
                self._realm = given
        return answer

    def _refuse_without_interface(self, answer):
        """:raises Refused: the 404 or 405 is not about the user or the token."""
        status, page = answer.status, answer.is_html
        if self.product.without_user_tokens and not page:
            raise Refused(self._no_user_tokens(answer), status)
        too_old = self.product.at_least(ADMINISTRATOR_SINCE) is False
        if too_old or (status == 405 and not page):
            raise Refused(
                '%s cannot create user tokens for others: that needs 3.90.1 or newer.'
                % self.product,
                status,
            )
        if page:
            raise wrong_place(answer, self.product)

    def _inspect_other(self, known):
        answer = self._other('GET')
        if answer.status == 404:
            return CurrentState(exists=False)
        data = answer.json_object()
        expires_at = from_iso8601(data.get('expires'))
        token = known if known is not None and known.username == data.get('nameCode') else None
        if token is None:
            self.warnings.append(
                'The pass code of the token of %s was shown once, when it was created, and cannot '
                'be read again. '
                'To have a new one, which cuts off whoever uses this one, set regenerate to always.'
                % sanitize(self.options['user_id'])
            )
        return CurrentState(
            exists=True,
            token=token,
            expires_at=expires_at,
            created_at=from_iso8601(data.get('created')),
            expired=data.get('isExpired') is True,
        )

    def _create_other(self):
        answer = self._other('POST')
        if answer.status == 409:
            raise Refused(
                'The user %s already has a token (409): somebody created it in between.'
                % sanitize(self.options['user_id']),
                409,
            )
        if answer.status == 404:
            raise Refused(
                '%s has no user %s in the realm %s (404). Check user_id and realm%s.'
                % (
                    self._host(),
                    sanitize(self.options['user_id']),
                    sanitize(self._realm),
                    ''
                    if self.product.told
                    else ', and that the server is a Pro of 3.90.1 or newer',
                ),
                404,
            )
        data = answer.json_object()
        token, created_at = self._from(
            answer, data, self.options['user_id'], from_iso8601(data.get('expires'))
        )
        self.warnings.append(
            'The pass code of this token is shown this once: put it where it is needed now.'
        )
        return token

    def _delete_other(self):
        return self._other('DELETE').status != 404

    def _host(self):
        return self.client.url.split('://', 1)[1]
