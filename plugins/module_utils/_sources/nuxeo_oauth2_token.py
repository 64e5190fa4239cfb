# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""OAuth2 tokens of a Nuxeo Platform: every grant of 9.10 to 2025, and the endpoints of 8.10 and
older (measured on Nuxeo 2023.6).

A server has one token for each client and user. Whoever asks gets the living one, with whatever
time it has left; whoever refreshes
it ends both its values for everybody, at once.
"""

from __future__ import annotations

import re
import time
from urllib.parse import quote, urlsplit, urlunsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    FileProblem,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo.server import (
    CONTEXT_ADVICE,
    NuxeoServer,
    login_refusal,
    no_such_token,
    session_cookie,
)
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import jwt
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import pkce as codes
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2 import (
    token_endpoint as oauth2,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import CurrentState
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import in_shape, register
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from ansible_collections.buildops.tokens.plugins.module_utils._urls import check_basic_user, path_of

CODE, REFRESH, CLIENT, JWT = GRANTS = (
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'jwt_bearer',
)
CURRENT, LEGACY = ENDPOINTS = ('current', 'legacy')
JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
ISSUER = 'nuxeo'  # 10.10 insists on it
ASSERTION_SECONDS = 600
SUBMIT_PATH = '/oauth2/authorize_submit'
TOKEN_PATH = '/oauth2/token'
LEGACY_CODE_PATH = '/oauth2/authorization'
LEGACY_CONTEXT = '/nuxeo'
ME_PATH = '/api/v1/me'
REREAD_SECONDS = (0, 0.3, 0.7)  # another process may have the new token, but not have stored it yet
ROUNDS = 2  # how often the token of another process may turn out to be dead as well
OPTIONS_OF = {
    'code': CODE,
    'code_verifier': CODE,
    'redirect_uri': CODE,
    'refresh_token': REFRESH,
    'assertion': JWT,
    'jwt_secret': JWT,
}

# What Nuxeo's token endpoint says (400), and what to do about it. The first that fits counts.
SENTENCES = (
    (
        'unsupported_grant_type',
        'got "client_credentials"',
        'does not have the grant client_credentials: that needs LTS 2023.31, LTS 2025.3 or newer',
    ),
    (
        'unsupported_grant_type',
        'jwt-bearer',
        'does not have the grant jwt_bearer: that needs 10.10 with hot fix 02, or newer',
    ),
    (
        'unsupported_grant_type',
        'got "null"',
        'saw no grant_type, though it was sent: something on the way changes the form',
    ),
    (
        'invalid_grant',
        'Invalid authorization code',
        'does not take the code. It works once, within ten minutes, and any failed attempt uses it '
        'up: get a new one',
    ),
    (
        'invalid_grant',
        'Invalid redirect URI',
        'does not take the redirect_uri. It must be the very one with which the code was asked for',
    ),
    (
        'invalid_grant',
        'Invalid code_verifier',
        'does not take the code_verifier. It must belong to the challenge with which the code was '
        'asked for',
    ),
    (
        'invalid_grant',
        'Cannot refresh token',
        'does not take the refresh token. It was used before, was revoked, belongs to another '
        'client, or was removed after its token expired (a weekly job '
        'of 2023.29, 2025.1 and newer)',
    ),
    (
        'invalid_request',
        'Missing code_verifier',
        'wants the code_verifier that belongs to the challenge with which the code was asked for',
    ),
    (
        'invalid_request',
        'Empty client id',
        'saw no client_id, though it was sent: something on the way changes the request',
    ),
    (
        'invalid_request',
        'Empty assertion',
        'saw no assertion, though it was sent: something on the way changes the form',
    ),
    (
        'invalid_client',
        'Secret not configured or invalid token',
        "does not take the assertion: its signature (HS512, with the server's nuxeo.jwt.secret), "
        'its issuer (nuxeo) or its time is wrong, or no '
        'nuxeo.jwt.secret is set on the server',
    ),
    (
        'invalid_client',
        'Disabled client',
        'does not take the client: client_secret is wrong, or the client is disabled',
    ),
    (
        'invalid_client',
        'Invalid client id',
        'does not take the client: the code was given to another one, or the client does not exist',
    ),
    ('invalid_client', 'Invalid client', 'does not know the client, or it is disabled'),
    (
        'server_error',
        'More than one client',
        'has more than one client of this name. An administrator must remove all but one',
    ),
)
# The same of its authorization endpoint (pages of HTML)
PAGES = (
    (
        'Invalid client_id',
        'does not know the client. Register it, for instance with nuxeo_oauth2_client',
    ),
    ('is disabled', 'has the client, but it is disabled. An administrator must enable it'),
    (
        'No redirect URI configured',
        'has no redirect URI for the client. An administrator must add one',
    ),
    (
        'Invalid redirect_uri parameter',
        'does not take the redirect_uri. It must be exactly one of those registered with the '
        'client',
    ),
    (
        'Invalid redirect URI configured',
        'has a redirect URI for the client that it does not accept itself: it takes https, '
        'http://localhost, and schemes of '
        'applications',
    ),
    (
        'More than one client',
        'has more than one client of this name. An administrator must remove all but one',
    ),
)
LEGACY_ERRORS = {
    'invalid_request': 'redirect_uri must be the one with which the code was asked for, and a '
    'refresh token works once',
    'access_denied': 'the code or refresh token is not valid for this client, or was used before',
    'unauthorized_client': 'check client_id and client_secret, and whether the client is enabled',
    'unsupported_response_type': 'is this a Nuxeo 8.10 or older?',
    'invalid_grant': 'is this a Nuxeo 8.10 or older?',
}


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

    def __init__(self, options, client=None, clock=time.time, sleep=time.sleep):
        super().__init__(options, client, clock)
        self._sleep = sleep
        self._server = NuxeoServer(self.client)
        self._grant = options['grant']
        self._legacy = options['endpoints'] == LEGACY
        self._min_remaining = options['min_remaining']
        self._endpoint = oauth2.Endpoint(
            self._legacy_request if self._legacy else self._server.request,
            TOKEN_PATH,
            self.TYPE,
            oauth2.authentication(
                options['client_auth'], options['client_id'], options.get('client_secret')
            ),
            self._refusal,
            clock,
            gives_existing=True,
        )
        self._endpoint.warnings = self.warnings

    @classmethod
    def check(cls, options):
        grant, absent = options['grant'], options.get('state') == 'absent'
        given = {name for name, value in options.items() if value is not None}
        for name, owner in OPTIONS_OF.items():
            if name in given and owner != grant:
                raise BadInput('%s belongs to grant %s, not to %s.' % (name, owner, grant))
        if 'password' in given and 'username' not in given:
            raise BadInput('password needs username.')
        if 'password' in given:
            check_basic_user(options['username'])
        for name in ('client_id', 'username', 'redirect_uri'):
            if name in given and not options[name].strip():
                raise BadInput('%s is empty.' % name)
        oauth2.authentication(
            options['client_auth'], options['client_id'], options.get('client_secret')
        )
        if grant == CODE:
            cls._check_code(options, given, absent)
        elif grant == REFRESH:
            cls._check_refresh(options, given)
        elif grant == CLIENT and 'client_secret' not in given:
            raise BadInput('grant client_credentials needs client_secret.')
        elif grant == JWT:
            cls._check_jwt(options, given)
        if options['endpoints'] == LEGACY:
            cls._check_legacy(options, grant, given, absent)

    @staticmethod
    def _check_code(options, given, absent):
        if 'code' in given and 'password' in given:
            raise BadInput(
                'grant authorization_code needs a code, or username and password with which to '
                'get one, not both.'
            )
        if not absent and 'code' not in given and 'password' not in given:
            raise BadInput(
                'grant authorization_code needs a code, or username and password with which to '
                'get one.'
            )
        if 'code_verifier' in given:
            if 'code' not in given:
                raise BadInput(
                    'code_verifier belongs to a code in hand. Without one, a verifier is made.'
                )
            codes.check_verifier(options['code_verifier'])

    @staticmethod
    def _check_refresh(options, given):
        if 'refresh_token' not in given:
            raise BadInput('grant refresh_token needs refresh_token.')
        if options['cache'] != 'file':
            raise BadInput(
                'grant refresh_token needs cache set to file: the server replaces a refresh '
                'token whenever it is used, so the new one must be '
                'kept for the next run.'
            )

    @classmethod
    def _check_jwt(cls, options, given):
        if ('assertion' in given) == ('jwt_secret' in given):
            raise BadInput(
                'grant jwt_bearer needs either an assertion, or jwt_secret with which to make one.'
            )
        if 'jwt_secret' in given and 'username' not in given:
            raise BadInput('jwt_secret needs username: for whom the assertion is made.')
        if 'assertion' in given:
            cls._check_assertion(options['assertion'])

    @classmethod
    def excluded_options(cls, options, others):
        grant = options.get('grant')
        return super().excluded_options(options, others) | {
            name for name, owner in OPTIONS_OF.items() if grant and owner != grant
        }

    @staticmethod
    def _check_assertion(assertion):
        """A server answers 200 with tokens that can never be used, where the subject is missing
        (measured)."""
        claims = jwt.jwt_claims(assertion)
        if claims is None:
            raise BadInput(
                'assertion is not a JWT: it must be three parts in Base64url with dots between '
                'them.'
            )
        if not isinstance(claims.get('sub'), str) or not claims['sub']:
            raise BadInput(
                'assertion names no user: its claim sub must be the name of a Nuxeo user.'
            )
        if claims.get('iss') != ISSUER:
            raise BadInput(
                'assertion names another issuer than Nuxeo wants: its claim iss must be %s.'
                % ISSUER
            )

    @staticmethod
    def _check_legacy(options, grant, given, absent):
        if grant not in (CODE, REFRESH):
            raise BadInput(
                'endpoints legacy has the grants authorization_code and refresh_token only.'
            )
        if absent:
            raise BadInput('A server with the legacy endpoints has no way to revoke a token.')
        if options['client_auth'] != oauth2.BODY_AUTH:
            raise BadInput('endpoints legacy needs client_auth body.')
        for name in ('client_secret', 'redirect_uri'):
            if name not in given and (name == 'client_secret' or grant == CODE):
                raise BadInput('endpoints legacy needs %s.' % name)

    def base_url(self):
        """The legacy endpoints stand at the root of the server, not under its context path."""
        url = self.options['url']
        return (
            urlunsplit(urlsplit(url)[:2] + ('', '', ''))
            if self.options['endpoints'] == LEGACY
            else url
        )

    # What Provider asks for

    def inspect(self, desired, known, check_mode):
        self._min_remaining = desired.min_remaining
        if desired.state == 'absent':
            return CurrentState(exists=self._on_server(known), token=known)
        if known is not None:
            works = None
            if desired.regenerate == 'if_invalid' and known.lasts(
                self.clock(), desired.min_remaining
            ):
                works = self._works(known)
            return CurrentState(exists=True, token=known, expires_at=known.expires_at, works=works)
        # With a lasting cache, the next run knows the token: then the answer to this question is
        # not worth a request
        existed = self._on_server(None) if check_mode or self.options['cache'] != 'file' else None
        if self._grant == CLIENT and not self._legacy and not check_mode and existed is None:
            # nobody can tell before the grant; the token is the server's, whether it made it now or
            # before
            existed = True
        if check_mode or not existed:
            return CurrentState(exists=existed)
        token = self._granted()
        return CurrentState(
            exists=True, token=token, expires_at=token.expires_at, expired=self._ends_soon(token)
        )

    def issue(self, found):
        token = self._granted()
        if not self._ends_soon(token):
            return token
        self.keep(token)
        return self._replaced(token)

    def renew(self, found):
        return self._replaced(found.token or self._granted())

    def revoke(self, found):
        authorization, user = self._as_user(found.token)
        answer = self._delete(authorization, user) if authorization else None
        if answer is None or (answer.status == 401 and authorization.startswith('Bearer ')):
            try:
                token = self._token_to_revoke_with(found.token)
            except Refused as problem:
                if problem.code == 'invalid_grant':
                    return False  # neither of the token's values works any more
                raise
            user = self._user_of(token)
            if not user:
                raise Refused('The server does not tell whose token it is. Give username.')
            answer = self._delete(token.authorization, user)
        if no_such_token(answer):
            return False
        if not 200 <= answer.status < 300:
            raise self._server.rest_refusal(answer, 'the user or the token')
        return True

    def _delete(self, authorization, user):
        return self._server.request(
            'DELETE', self._entry_path(user), authorization=authorization, repeatable=True
        )

    # Replacing a token

    def _ends_soon(self, token):
        """Not C(Token.lasts): an existing token with three seconds left is no token with a lifetime
        of three seconds."""
        return token.expires_at - self.clock() <= self._min_remaining

    def _replaced(self, token):
        """:returns: a new token in the place of this one. The cache keeps its refresh token before
        anybody gets its access token."""
        renewed = self._successor(token)
        if self._ends_soon(renewed):
            self.warnings.append(
                "The server's tokens live for %d seconds only, which is less than min_remaining."
                % (renewed.expires_at - renewed.issued_at)
            )
        return renewed

    def _successor(self, token):
        if token.refresh_token:
            renewed = self._refreshed(token)
            if renewed is not None:
                return renewed
            if not self._can_grant_again():
                raise Refused(
                    'The server does not take the refresh token of the cache any more: it was used '
                    'elsewhere, revoked, or removed after its token '
                    'expired. Authorise again, and give the new %s.'
                    % ('refresh_token' if self._grant == REFRESH else 'code'),
                    code='invalid_grant',
                )
        elif token.expires_at > self.clock() and self._grant == CLIENT:
            # Without a refresh token, the server would hand out the same one again
            self._end(token)
            self.ended = True
        elif not self._can_grant_again():
            raise Refused(
                'The token cannot be renewed: it came without a refresh token, and the code is '
                'used up. Authorise again, and give the new code.'
            )
        return self._granted()

    def _refreshed(self, token):
        """:returns: the token that follows this one, perhaps fetched by another process, or None
        where the server knows its refresh token no more."""
        for _round in range(ROUNDS):
            try:
                return self._refresh(token.refresh_token)
            except Refused as problem:
                if problem.code != ('invalid_request' if self._legacy else 'invalid_grant'):
                    raise
            newer = self._newer(token)
            if newer is None:
                return None
            if not self._ends_soon(newer):
                return newer
            token = newer
        return None

    def _refresh(self, value):
        # What can be granted again is not lost with its refresh token
        persistence_error = (
            self.persistence_error()
            if self.options.get('cache') == 'file' and not self._can_grant_again()
            else None
        )
        if persistence_error:
            raise FileProblem(
                'The refresh token was not used, since the server gives another one in its place, '
                'which would be lost: %s. Correct that.' % persistence_error
            )
        token = self._endpoint.grant({'grant_type': REFRESH, 'refresh_token': value}, (value,))
        if token.refresh_token is None:
            token.refresh_token = value
        return token

    def _newer(self, token):
        """:returns: what another process has put into the cache in the meantime, or None."""
        for seconds in REREAD_SECONDS if self.reload else ():
            if seconds:
                self._sleep(seconds)
            stored = self.reload()
            if (
                stored is not None
                and stored.refresh_token
                and stored.refresh_token != token.refresh_token
            ):
                return stored
        return None

    def _can_grant_again(self):
        return self._grant in (CLIENT, JWT) or bool(
            self.options.get('password') and self._grant == CODE
        )

    def _end(self, token):
        answer = self._delete(token.authorization, self.options['client_id'])
        if not 200 <= answer.status < 300 and answer.status not in (401, 404):
            self.warnings.append(
                '%s The token cannot be replaced before its end.'
                % self._server.rest_refusal(answer, 'the token')
            )

    # The grants

    def _granted(self):
        options = self.options
        if self._grant == REFRESH:
            return self._refresh(options['refresh_token'])
        if self._grant == CLIENT:
            return self._endpoint.grant({'grant_type': CLIENT}, repeatable=True)
        if self._grant == JWT:
            assertion = self._assertion()
            return self._endpoint.grant(
                {'grant_type': JWT_GRANT, 'assertion': assertion}, (assertion,), repeatable=True
            )
        if options.get('code'):
            return self._redeemed(options['code'], options.get('code_verifier'))
        if self._legacy:
            return self._redeemed(self._legacy_code(), None)
        proof = codes.pkce()
        return self._redeemed(self._headless_code(proof.challenge), proof.verifier)

    def _redeemed(self, code, verifier):
        parameters = {'grant_type': CODE, 'code': code}
        if self.options.get('redirect_uri'):
            parameters['redirect_uri'] = self._sent_uri()
        if verifier:
            parameters['code_verifier'] = verifier
        return self._endpoint.grant(parameters, (code, verifier))

    def _sent_uri(self):
        """Nuxeo decodes redirect_uri (and nothing else) once more than a form is decoded, at both
        endpoints; 8.10 does not."""
        uri = self.options['redirect_uri']
        return uri if self._legacy else uri.replace('%', '%25').replace('+', '%2B')

    def _assertion(self):
        if self.options.get('assertion'):
            return self.options['assertion']
        return jwt.jwt_assertion(
            self.options['jwt_secret'],
            self.options['username'],
            ISSUER,
            self.clock() + ASSERTION_SECONDS,
        )

    def _headless_code(self, challenge):
        """Log in and consent with one POST; no page is shown and no session is made (measured)."""
        options, state = self.options, codes.new_state()
        register(challenge)
        form = {
            'response_type': 'code',
            'client_id': options['client_id'],
            'state': state,
            'code_challenge': challenge,
            'code_challenge_method': 'S256',
            'grant_access': '1',
        }
        if options.get('redirect_uri'):
            form['redirect_uri'] = self._sent_uri()
        answer = self._server.request(
            'POST',
            SUBMIT_PATH,
            form=form,
            authorization=self._login(),
            repeatable=True,
            accept='*/*',
        )
        return self._code_in(answer, state)

    def _login(self):
        return basic_authorization(self.options['username'], self.options['password'])

    def _code_in(self, answer, state):
        if 300 <= answer.status < 400:
            location, uri = answer.header('Location') or '', self.options.get('redirect_uri')
            if not uri or codes.leads_to(location, uri):
                code = (
                    None
                    if path_of(location).endswith('/login.jsp')
                    else codes.code_of(answer.request_label, location, state, self.options['url'])
                )
                if code:
                    return code
        raise login_refusal(answer) or self._page_refusal(answer)

    def _page_refusal(self, answer):
        text, status = self._server.page_text(answer), answer.status
        for words, sentence in PAGES:
            if words in text:
                return Refused(
                    '%s %s (%d: %s).' % (answer.request_label, sentence, status, text.rstrip('.')),
                    status,
                )
        if status in (404, 405):
            return Refused(
                '%s is not there (%d). %s A Nuxeo 8.10 or older needs endpoints set to legacy.'
                % (answer.request_label, status, CONTEXT_ADVICE),
                status,
            )
        if status == 200:
            return Refused(
                '%s answered with a page instead of a redirect: a login page, or a proxy. %s'
                % (answer.request_label, CONTEXT_ADVICE),
                status,
            )
        if 400 <= status < 500 and status != 429:
            return Refused(
                '%s refuses (%d%s).'
                % (answer.request_label, status, ': ' + text.rstrip('.') if text else ''),
                status,
            )
        return ServerProblem(
            "%s failed (%d%s). The server's log tells more."
            % (answer.request_label, status, ': ' + text.rstrip('.') if text else ''),
            status,
        )

    def _refusal(self, answer, refusal, form):
        """:returns: the error for an answer of the token endpoint that is no token."""
        for code, words, sentence in SENTENCES:
            if refusal.code == code and words in refusal.description:
                return Refused(
                    '%s %s (%s).'
                    % (answer.request_label, sentence, oauth2.error_detail(answer, refusal)),
                    answer.status,
                    code,
                )
        if self._legacy:
            code = refusal.code or self._redirected_code(answer)
            if code in LEGACY_ERRORS:
                return Refused(
                    '%s refuses (%s): %s.' % (answer.request_label, code, LEGACY_ERRORS[code]),
                    answer.status,
                    code,
                )
        if 300 <= answer.status < 400 or answer.status == 403:
            return login_refusal(answer)
        if answer.status in (404, 405):
            return oauth2.usual_refusal(
                answer,
                refusal,
                CONTEXT_ADVICE + ' A Nuxeo 8.10 or older needs endpoints set to legacy.',
            )
        if answer.status == 500 and answer.is_html:
            return ServerProblem(
                '%s failed with a page of HTML (500). Nuxeo does so where a parameter is missing '
                'or not encoded as it expects, and for a JWT '
                'whose sub is not a string. Its log tells more.' % answer.request_label,
                500,
            )
        return None

    # 8.10 and older

    def _legacy_request(self, method, path, **more):
        """The documentation has these endpoints at the root of the server; where they are not
        there, the context path is tried."""
        answer = self.client.request(method, path, **more)
        context = urlsplit(self.options['url']).path
        if answer.status == 404 and context:
            answer = self.client.request(method, context + path, **more)
        return answer

    def _legacy_code(self):
        """Ask, log in on the page for consent, and send its form; a session ties the three
        together."""
        options, state = self.options, codes.new_state()
        # No secret stands in this query: the request tells only who asks for what
        answer = self._legacy_request(
            'GET',
            LEGACY_CODE_PATH,
            accept='*/*',
            query={
                'response_type': 'code',
                'client_id': options['client_id'],
                'redirect_uri': options['redirect_uri'],
                'state': state,
            },
        )
        if not (
            300 <= answer.status < 400
            and path_of(answer.header('Location') or '').endswith('/oauth2Grant.jsp')
        ):
            raise self._legacy_refusal(answer, state)
        cookie = session_cookie(answer)
        register(cookie)
        context = urlsplit(options['url']).path or LEGACY_CONTEXT
        answer = self.client.request(
            'GET',
            context + '/oauth2Grant.jsp',
            authorization=self._login(),
            accept='*/*',
            headers={'Cookie': cookie} if cookie else None,
        )
        key = (
            re.search(
                r'<input[^>]*name="authorization_key"[^>]*value="([A-Za-z0-9]+)"', answer.text()
            )
            if answer.status == 200
            else None
        )
        if key is None:
            raise login_refusal(answer) or self._page_refusal(answer)
        cookie = session_cookie(answer) or cookie
        register(cookie, key.group(1))
        answer = self._legacy_request(
            'POST',
            LEGACY_CODE_PATH,
            form={'authorization_key': key.group(1), 'state': state},
            headers={'Cookie': cookie} if cookie else None,
            repeatable=False,
            accept='*/*',
        )
        location = answer.header('Location') or ''
        if 300 <= answer.status < 400 and codes.leads_to(location, options['redirect_uri']):
            code = codes.code_of(answer.request_label, location, state, options['url'])
            if code:
                return code
        raise self._legacy_refusal(answer, state)

    @staticmethod
    def _redirected_code(answer):
        """:returns: the error code in a redirect, or an empty str."""
        return in_shape('error code', codes.sent_to(answer.header('Location') or '').get('error'))

    def _legacy_refusal(self, answer, state):
        code = self._redirected_code(answer)
        if code in LEGACY_ERRORS:
            return Refused(
                '%s refuses (%s): %s.' % (answer.request_label, code, LEGACY_ERRORS[code]),
                answer.status,
                code,
            )
        return login_refusal(answer) or self._page_refusal(answer)

    # The token, as the REST API knows it (10.2 and newer)

    def _entry_path(self, user):
        for name, value in (('client_id', self.options['client_id']), ('username', user)):
            if '/' in value or '\\' in value:
                raise BadInput(
                    '%s holds a slash, which this server does not take in an address.' % name
                )
        return '/api/v1/oauth2/token/client/%s/user/%s' % (
            quote(self.options['client_id'], safe=''),
            quote(user, safe=''),
        )

    def _as_user(self, known):
        """:returns: the Authorization header and the user's name to ask about the token with; twice
        None where a token would have to be fetched for it."""
        if self.options.get('password'):
            return self._login(), self.options['username']
        if self._grant == JWT:
            assertion = self._assertion()
            claims = jwt.jwt_claims(assertion)
            if (
                claims.get('aud') is None
            ):  # one for the token endpoint, as RFC 7523 wants, opens nothing else
                return 'Bearer ' + assertion, claims['sub']
        if known is None or known.expires_at <= self.clock():
            return None, None
        user = self._user_of(known)
        return (known.authorization, user) if user else (None, None)

    def _token_to_revoke_with(self, known):
        """:returns: a token that lives. :raises Refused: with V(invalid_grant) where what there was
        is dead already."""
        if known is not None and known.refresh_token:
            renewed = self._refreshed(known)
            if renewed is None:
                raise Refused('The refresh token is not valid any more.', code='invalid_grant')
            return renewed
        if self._grant == CODE:
            raise Refused('Nobody is left to revoke the token as: give username and password.')
        return self._granted()

    def _user_of(self, token):
        if self._grant == CLIENT:
            return self.options['client_id']
        if self.options.get('assertion'):
            return jwt.jwt_claims(self.options['assertion'])['sub']
        if self.options.get('username'):
            return self.options['username']
        answer = self._server.request('GET', ME_PATH, authorization=token.authorization)
        user = answer.error_object().get('id') if answer.status == 200 else None
        return user if isinstance(user, str) and user else None

    def _on_server(self, known):
        """:returns: whether the server has a token for this client and user; None where that cannot
        be found out without getting one."""
        if self._legacy:
            return None
        authorization, user = self._as_user(known)
        if authorization is None:
            return None
        answer = self._server.request('GET', self._entry_path(user), authorization=authorization)
        if answer.status == 200 and not answer.is_html:
            return True
        if no_such_token(answer):
            return False
        if answer.status == 401 and self.options.get('password'):
            raise Refused(
                '%s does not accept the user name and password (401). Check username and password.'
                % answer.request_label,
                401,
            )
        return None

    def _works(self, token):
        """:returns: True, False where the server refuses the token, None where its answer does not
        tell."""
        if self._legacy:
            return None
        answer = self._server.request('GET', ME_PATH, authorization=token.authorization)
        told = oauth2.too_large_for(answer, token)
        if told:
            self.warnings.append(told)
        return {200: True, 401: False}.get(answer.status)
