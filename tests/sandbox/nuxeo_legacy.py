# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OAuth2 endpoints of the stand-in of a Nuxeo Platform before 9.2."""

from __future__ import annotations

import json
import string

from flask import request

from .nuxeo_answers import answer, escape, redirect, tomcat_page
from .nuxeo_oauth2 import CODE_SECONDS
from .nuxeo_state import Code, random_text


class Legacy:
    """The endpoints of 5.9.2 to 8.10: GET or POST, parameters in the query or the body, errors as
    redirects.
    """

    def __init__(self, platform, call):
        self.platform, self.call, self.state = platform, call, platform.state

    def answer(self, endpoint):
        if request.method not in ('GET', 'HEAD', 'POST'):
            return tomcat_page(405, f'HTTP method {request.method} is not supported by this URL')
        return self.authorization() if endpoint == 'authorization' else self.token()

    def authorization(self):
        call, session = self.call, self.platform.need_session(self.call)
        pending = session.legacy
        if (
            not pending
            or (pending.get('state') and call.get('state') != pending['state'])
            or self.state.clock() - pending['created'] > CODE_SECONDS
        ):
            pending = {
                name: call.get(name)
                for name in ('response_type', 'client_id', 'redirect_uri', 'state')
            }
            pending.update(created=self.state.clock(), key=random_text(6, string.ascii_letters))
        error = self.error_of(pending)
        if error:
            return self.failed(error)
        session.legacy = pending
        if request.method != 'POST':
            return redirect(f'{self.platform.server_url()}/nuxeo/oauth2Grant.jsp')
        if call.get('authorization_key') != pending['key'] or not pending.get('user'):
            return self.failed('access_denied')
        code = random_text(10)
        self.state.codes[code] = Code(
            pending['client_id'],
            pending['user'],
            pending['redirect_uri'],
            None,
            None,
            pending['created'],
        )
        self.state.sessions.pop(call.session_id, None)
        return redirect(
            self.raw(pending['redirect_uri'], [('code', code), ('state', pending['state'])])
        )

    def error_of(self, pending):
        if not pending['response_type'] or not pending['client_id'] or not pending['redirect_uri']:
            return 'invalid_request'
        client = self.state.client(pending['client_id'])
        if client is None or not client.enabled:
            return 'unauthorized_client'
        return None if pending['response_type'] == 'code' else 'unsupported_response_type'

    def grant_page(self):
        """oauth2Grant.jsp, behind the login: it remembers who said yes."""
        pending = self.platform.need_session(self.call).legacy
        user = self.platform.identify(self.call, api=False)
        session = self.platform.need_session(self.call)
        if not pending:
            return self.platform.error_page(self.call, 500, 'An error occurred.')
        pending['user'] = user.name
        session.legacy = pending
        state = (
            f'<input type="hidden" name="state" value="{escape(pending["state"])}">\n'
            if pending['state']
            else ''
        )
        key = f'<input type="hidden" name="authorization_key" value="{pending["key"]}">\n'
        page = (
            '<!DOCTYPE html>\n<html>\n<body>\n<form action="oauth2/authorization" '
            f'method="POST">\n{key}{state}'
            '<input type="submit" value="Grant"></form>\n</body>\n</html>\n'
        )
        return answer(200, page, 'text/html;charset=UTF-8')

    def token(self):
        call = self.call
        client_id, secret = call.get('client_id'), call.get('client_secret')
        grant = call.get('grant_type')
        client = self.state.client(client_id) if client_id else None
        good = client is not None and client.accepts(secret)
        if grant == 'authorization_code':
            code = self.state.codes.pop(call.get('code'), None)
            if (
                code is None
                or self.state.clock() - code.created > CODE_SECONDS
                or code.client_id != client_id
            ):
                return self.failed('access_denied')
            if not good:
                return self.failed('unauthorized_client')
            if code.redirect_uri != call.get('redirect_uri'):
                return self.failed('invalid_request')
            return self.granted(
                self.state.new_token(client_id, code.user, self.platform.token_seconds)
            )
        if grant == 'refresh_token':
            if not good:
                return self.failed('access_denied')
            sent = call.get('refresh_token')
            found = next(
                (
                    token
                    for token in self.state.tokens
                    if sent and token.refresh == sent and token.client_id == client_id
                ),
                None,
            )
            return (
                self.refused('invalid_request')
                if found is None
                else self.granted(self.state.refresh(found))
            )
        return self.refused('invalid_grant')

    def granted(self, token):
        left = float(int(token.created + token.seconds - self.state.clock()))
        return self.json(
            200,
            {
                'access_token': token.access,
                'refresh_token': token.refresh,
                'token_type': 'bearer',
                'expires_in': left,
            },
        )

    def refused(self, error):
        return self.json(400, {'error': error})

    @staticmethod
    def json(status, value):
        return answer(
            status,
            json.dumps(value),
            'application/json;charset=UTF-8',
            [('Cache-Control', 'no-store'), ('Pragma', 'no-cache')],
        )

    def failed(self, error):
        return redirect(
            self.raw(
                self.call.get('redirect_uri') or 'http://dummyurl',
                [('error', error), ('state', self.call.get('state'))],
            )
        )

    @staticmethod
    def raw(uri, parameters):
        """The redirect of 8.10 encodes nothing."""
        return f'{uri}{"&" if "?" in uri else "?"}' + '&'.join(
            f'{name}={value}' for name, value in parameters if value
        )
