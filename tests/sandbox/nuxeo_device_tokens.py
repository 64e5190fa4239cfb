# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authentication tokens of Nuxeo's own kind, of the stand-in of a Nuxeo Platform."""

from __future__ import annotations

import time

from flask import request

from .nuxeo_answers import answer, json_answer, tomcat_page


class DeviceTokens:
    """C(/authentication/token), and the same by REST."""

    def __init__(self, core):
        self.core, self.state = core, core.state

    def endpoint(self, call):
        user = self.core.identify(call, api=False)
        if request.method not in ('GET', 'HEAD'):
            return tomcat_page(405, f'HTTP method {request.method} is not supported by this URL')
        application, device, permission = (
            call.get('applicationName'),
            call.get('deviceId'),
            call.get('permission'),
        )
        revoke = call.get('revoke') == 'true'
        if not application or not device or not (permission or revoke):
            return tomcat_page(400)
        found = next(
            (
                token
                for token in self.state.device_tokens
                if (token.user, token.application, token.device) == (user.name, application, device)
            ),
            None,
        )
        if revoke:
            whose = f'userName {user.name}, applicationName {application} and deviceId {device}'
            if found is None:
                return answer(
                    400, f'No token found for {whose}; nothing to do.', 'text/plain;charset=UTF-8'
                )
            self.state.device_tokens.remove(found)
            return answer(202, f'Token revoked for {whose}.', 'text/plain;charset=UTF-8')
        if found is None:
            found = self.state.new_device_token(
                user, application, device, permission, call.get('deviceDescription')
            )
        return answer(201, found.token, 'text/plain;charset=UTF-8')

    def rest(self, call, user, method):
        if method == 'POST':
            made = self.state.new_device_token(
                user,
                call.get('application'),
                call.get('deviceId'),
                call.get('permission'),
                call.get('deviceDescription'),
            )
            return answer(201, made.token, 'application/json')
        mine = [
            token
            for token in self.state.device_tokens
            if token.user == user.name and call.get('application') in (None, token.application)
        ]
        return json_answer(
            {
                'entity-type': 'tokens',
                'entries': [
                    {
                        'entity-type': 'token',
                        'id': token.token,
                        'username': token.user,
                        'application': token.application,
                        'deviceId': token.device,
                        'deviceDescription': token.description,
                        'permission': token.permission,
                        'creationDate': time.strftime(
                            '%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(token.created)
                        ),
                    }
                    for token in mine
                ],
            },
            entity='tokens',
        )
