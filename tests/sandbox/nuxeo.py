# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the OAuth2 server of a Nuxeo Platform, by version.

Versions 10.10 and newer answer as Nuxeo 2023.6 was measured to: order of checks, messages, HTML and
Latin-1 answers, login redirects, CSRF filter, REST of clients and tokens. A server in production
differs in a few answers, see C(create_app). C(client_credentials) of 2023.31 and 2025.3 follows
Nuxeo's documentation; its refusals are assumed. Versions before 9.2 have the endpoints of the page
"Using OAuth2" of April 2020, with the flow of 8.10.

This file has the application; its parts are beside it, from C(nuxeo_core.py) to C(nuxeo_rest.py).
"""

from __future__ import annotations

import re
import time

from flask import Flask

from .nuxeo_answers import LOGIN_PAGE, answer, json_answer, redirect
from .nuxeo_core import Core, route_everything
from .nuxeo_device_tokens import DeviceTokens
from .nuxeo_legacy import Legacy
from .nuxeo_oauth2 import JWT_GRANT, OAuth2
from .nuxeo_rest import Rest
from .nuxeo_state import (
    BUILT_IN,
    Client,
    Code,
    DeviceToken,
    NuxeoState,
    User,
    default_clients,
    default_users,
)

__all__ = [
    'BUILT_IN',
    'JWT_GRANT',
    'Client',
    'Code',
    'DeviceToken',
    'Platform',
    'User',
    'create_app',
    'default_clients',
    'default_users',
]

HINTS = [
    'users: jdoe / jdoe; Administrator / Administrator',
    'client: buildops / nuxeo-s3cret, redirect URI https://client.example/callback',
    'client for client_credentials (2023.31, 2025.3 and newer): jdoe / jdoe-s3cret',
    'nuxeo.jwt.secret: nuxeo-jwt-s3cret',
]
"""What a person who starts the sandbox by hand can log in with."""


def create_app(
    version='2023.6',
    users=None,
    clients=None,
    clock=time.time,
    jwt_secret='nuxeo-jwt-s3cret',
    token_seconds=3600,
    csrf_token=None,
    sso_url=None,
    dev_mode=False,
    production=False,
):
    """Return the Flask app; C(app.state) is its C(NuxeoState).

    version: '2025.3', '2023.31', '2023.6', '2021.60', '10.10', '8.10' and so on. clients: list of
    C(Client), by default C(default_clients()). clock: returns seconds since 1970. jwt_secret:
    C(nuxeo.jwt.secret), None for not configured. token_seconds:
    C(nuxeo.oauth2.token.expiration.duration). csrf_token: None for off; 'on' for
    C(nuxeo.csrf.token.enabled) behind a Tomcat that does not redirect the context root; 'stock' for
    a Tomcat as it comes, where the token cannot be fetched. sso_url: a single sign-on page that has
    taken the place of the login chain. dev_mode: C(org.nuxeo.dev). production: as a server in
    production was measured: Tomcat's own pages contain no message (C(ErrorReportValve
    showReport=false)), sessions end in the name of the node, what leads to the login has no
    security headers, and a grant without its code is refused by JSON.
    """
    app = Flask('sandbox.nuxeo')
    app.context = '/nuxeo'
    app.hints = HINTS if users is None and clients is None else []
    app.state = NuxeoState(clock)
    for user in default_users() if users is None else users:
        app.state.users[user.name] = user
    for client in default_clients() if clients is None else clients:
        app.state.add_client(client)
    route_everything(
        app,
        Platform(
            app.state,
            version,
            jwt_secret,
            token_seconds,
            csrf_token,
            sso_url,
            dev_mode,
            production,
        ),
    )
    return app


class Platform(Core):
    """A Nuxeo Platform: which part answers which path."""

    def __init__(self, *settings):
        super().__init__(*settings)
        self.oauth2, self.rest = OAuth2(self), Rest(self)

    def route(self, call):
        path = call.path
        if self.legacy and re.fullmatch(r'(/nuxeo)?/oauth2/(authorization|token)', path):
            return Legacy(self, call).answer(path.rpartition('/')[2])
        if self.legacy and path == '/nuxeo/oauth2Grant.jsp':
            return Legacy(self, call).grant_page()
        page = {
            '/nuxeo': self.to_root,
            '/nuxeo/': self.to_home,
            '/nuxeo/runningstatus': self.running_status,
            '/nuxeo/login.jsp': self.login_page,
            '/nuxeo/authentication/token': DeviceTokens(self).endpoint,
            '/nuxeo/json/cmis': self.cmis,
        }.get(path)
        if page is not None:
            return page(call)
        if path.startswith('/nuxeo/oauth2/'):
            return self.oauth2.answer(call, path[len('/nuxeo/oauth2/') :])
        match = re.fullmatch(r'/nuxeo/(?:site/)?(?:api/v\d+|(?=automation))(/?.*)', path)
        if match:
            return self.rest.answer(call, match.group(1))
        if path.startswith(('/nuxeo/site/', '/nuxeo/nxdoc/')):
            found = self.identify(call, api=False)
            if path.startswith('/nuxeo/nxdoc/'):
                return answer(
                    200,
                    f'<!DOCTYPE html>\n<html><body>{found.name} sees {path}</body></html>\n',
                    'text/html;charset=UTF-8',
                )
        return self.not_found(call)

    @staticmethod
    def to_root(_call):
        return redirect('/nuxeo/')  # by Tomcat, which leaves the host out

    def to_home(self, call):
        self.need_session(call)
        home = [('Location', f'{self.server_url()}/nuxeo/home.html')]
        return answer(302, '', 'text/html;charset=ISO-8859-1', home)

    def running_status(self, call):
        if call.get('info') == 'started':
            return answer(200, 'true', 'text/plain;charset=UTF-8')
        return json_answer({'runtimeStatus': 'ok', 'repositoryStatus': 'ok'})

    def login_page(self, call):
        self.need_session(call)
        return answer(200, LOGIN_PAGE, 'text/html;charset=UTF-8')

    def cmis(self, call):
        self.identify(call, api=True)
        return json_answer(
            {
                'default': {
                    'productName': 'Nuxeo OpenCMIS Connector',
                    'productVersion': '.'.join(map(str, self.version)),
                }
            }
        )
