# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Requests to a Nuxeo Platform: its CSRF token, and what its refusals mean (measured on 2023.6)."""

from __future__ import annotations

import html
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
    wrong_credentials,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
from ansible_collections.buildops.tokens.plugins.module_utils._oauth2.pkce import sent_to
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register, sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._urls import host_of, path_of

CSRF = 'CSRF-Token'
CONTEXT_ADVICE = 'Check url: it must end with the context path, which is /nuxeo by default.'
_STRIPPED = (
    'A proxy may strip the Authorization header, or the server does not accept HTTP Basic '
    'authentication there.'
)


def check_context_path(url: str) -> None:
    """:raises BadInput: the URL of a server is that of its REST API."""
    if url.rstrip('/').endswith('/api/v1'):
        raise BadInput(
            'url ends with the path of the REST API. It must end with the context path, which is '
            '/nuxeo by default.'
        )


class NuxeoServer:
    """Sends requests to one server.

    :param client: a C(Client) whose URL is the server's, context path included.
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self._csrf = False

    def request(
        self,
        method: str,
        path: str,
        headers: t.Optional[t.Mapping[str, str]] = None,
        authorization: t.Optional[str] = None,
        **more: t.Any,
    ) -> Response:
        """Like C(Client.request); if the server requires a CSRF token
        (C(nuxeo.csrf.token.enabled)), one is fetched.

        A filter in front of everything refuses a request without it. So the request has used
        nothing up and may be sent again.
        """
        changes = method not in ('GET', 'HEAD')
        sent, more['authorization'] = dict(headers or {}), authorization
        register((authorization or '').partition(' ')[2])
        if self._csrf and changes:
            sent.update(self._csrf_headers())
        answer = self.client.request(method, path, headers=sent, **more)
        if changes and not self._csrf and answer.status == 403 and answer.header(CSRF) == 'invalid':
            self._csrf = True
            sent.update(self._csrf_headers())
            answer = self.client.request(method, path, headers=sent, **more)
        return answer

    def _csrf_headers(self) -> t.Dict[str, str]:
        """A token belongs to a session, and every login with a password ends that session. So each
        request needs its own token."""
        answer = self.client.request('GET', '', headers={CSRF: 'fetch'})
        token, cookie = answer.header(CSRF), session_cookie(answer)
        if answer.status != 200 or not token or not cookie or not re.fullmatch('[!-~]+', token):
            raise Refused(
                '%s requires a CSRF token (nuxeo.csrf.token.enabled), but does not issue one (%d '
                'from %s), as with a stock Tomcat. An administrator can set '
                'mapperContextRootRedirectEnabled to false in its context. For tokens alone, the '
                'paths /oauth2/token and /oauth2/authorize_submit in nuxeo.csrf.token.skip, which '
                'takes whole paths, are enough.'
                % (host_of(self.client.url), answer.status, answer.request_label),
                answer.status,
            )
        register(token, cookie)
        return {CSRF: token, 'Cookie': cookie}

    def rest_refusal(self, answer: Response, who: str) -> TokensError:
        """:param who: whose request it was, for the message.

        :returns: the error for a response of the REST API that is not a success."""
        status = answer.status
        message = sanitize(answer.error_object().get('message')).rstrip('.')
        detail = '%d%s' % (status, ': ' + message if message else '')
        known = login_refusal(answer) if 300 <= status < 400 else csrf_refusal(answer)
        if known is not None:
            return known
        if status == 401:
            return Refused(
                '%s does not accept %s (401). Check username and password.'
                % (answer.request_label, who),
                status,
            )
        if status == 403:
            return Refused(
                '%s: %s may not do this (%s).' % (answer.request_label, who, detail), status
            )
        if status in (404, 405) and not message:
            return Refused(
                '%s has no such resource (%d). %s' % (answer.request_label, status, CONTEXT_ADVICE),
                status,
            )
        refuses = 400 <= status < 500 and status not in (408, 425, 429)
        return (Refused if refuses else ServerProblem)(
            '%s answered %s.' % (answer.request_label, detail), status
        )


def page_text(answer: Response) -> str:
    """:returns: the text of one of Nuxeo's own error pages, fit to be shown, or an empty str."""
    match = re.search('<code>(.*?)</code>', answer.text(), re.DOTALL) if answer.is_html else None
    return sanitize(html.unescape(match.group(1))) if match else ''


def session_cookie(answer: Response) -> t.Optional[str]:
    """:returns: the session cookie in a response, as the value of a Cookie header, or None."""
    match = re.search(
        r'(?:^|[,\s])(JSESSIONID=[A-Za-z0-9._~-]+)', answer.header('Set-Cookie') or ''
    )
    return match.group(1) if match else None


def login_refusal(answer: Response) -> t.Optional[TokensError]:
    """Distinguish the ways in which a Nuxeo server refuses access to a page.

    :returns: the error, or None if it is none of them. A redirect's parameters are never shown:
        they repeat those of the request.
    """
    status, location = answer.status, answer.header('Location') or ''
    if 300 <= status < 400:
        if path_of(location).endswith('/login.jsp'):
            return _login_page(answer, sent_to(location))
        return Refused(
            '%s redirects to %s, perhaps a single sign-on page that has replaced passwords. Use '
            'the grant client_credentials (2023.31, 2025.3 and newer) or jwt_bearer, or check url.'
            % (answer.request_label, host_of(location)),
            status,
        )
    if status == 401:
        return Refused(
            '%s received no user name and password (401). %s' % (answer.request_label, _STRIPPED),
            status,
        )
    return csrf_refusal(answer)


def _login_page(answer: Response, parameters: t.Mapping[str, str]) -> TokensError:
    if parameters.get('loginConnectionFailed') == 'true':
        return ServerProblem(
            '%s cannot reach the directory of its users at present (redirect to login.jsp with '
            'loginConnectionFailed).' % answer.request_label,
            answer.status,
        )
    if parameters.get('loginFailed') == 'true':
        return wrong_credentials(
            answer.request_label, 'redirect to login.jsp with loginFailed', answer.status
        )
    return Refused(
        '%s redirects to the login page, as if it had received no user name and password. %s'
        % (answer.request_label, _STRIPPED),
        answer.status,
    )


def csrf_refusal(answer: Response) -> t.Optional[TokensError]:
    """Recognise a request that the CSRF filter refused.

    A production server sends a page of Tomcat without a word. The filter comes before the one that
    adds security headers, so they are missing. Refusals of the REST API are JSON.

    :returns: the error, or None."""
    bare = answer.is_html and answer.header('X-Frame-Options') is None
    if answer.status != 403 or not (answer.header(CSRF) or 'CSRF' in answer.text() or bare):
        return None
    if answer.header(CSRF):
        return Refused(
            '%s does not accept its own CSRF token (403). Behind a load balancer, both requests '
            'must reach the same node.' % answer.request_label,
            403,
        )
    return Refused(
        '%s treats this as a request of another site (403, CSRF check). A proxy adds an Origin or '
        "Referer header, or hides the server's own name: pass Host, X-Forwarded-Proto and "
        'X-Forwarded-Host on.' % answer.request_label,
        403,
    )


def no_such_client(answer: Response) -> bool:
    """:returns: whether it is the 404 of a client that does not exist (C(Invalid client: X))."""
    message = str(answer.error_object().get('message') or '') if answer.status == 404 else ''
    return message.startswith('Invalid client')


def no_such_token(answer: Response) -> bool:
    """:returns: whether it is a 404 in JSON that names the client (C(No token found for client: X),
    C(Invalid client: X)), and not one of a missing resource."""
    return answer.status == 404 and 'client' in (answer.error_object().get('message') or '')
