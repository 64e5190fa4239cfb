# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Tokens of Nuxeo Online Services: created by a person on a web page, and used by every tool
instead of the password.

There is no interface to create, list or revoke them (Nuxeo documentation, Token Management), and
they do not expire. So a source contains the token itself. It can be checked by a call without side
effects, which nuxeoctl uses too."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._policy import (
    CurrentState,
    DesiredState,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Options
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider, Script
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BASIC,
    Token,
    basic_authorization,
)

SERVICE = 'https://connect.nuxeo.com/nuxeo'
TOKENS_PAGE = 'https://connect.nuxeo.com/nuxeo/site/connect/tokens'
LOGIN_ADVICE = (
    'The service does not know the user name or the token; tokens are created at %s.' % TOKENS_PAGE
)
PROJECTS_PATH = '/site/connect-gateway/getAvailableProjectsForRegistration'
PACKAGES_HOST = 'packages.nuxeo.com'
PACKAGES_ADVICE = (
    '%s does not accept tokens of Nuxeo Online Services: it is a Nexus, which needs its own user '
    'token (a user code and a pass code, created at https://packages.nuxeo.com/#user/usertoken). '
    'Use a source of type nexus_user_token, or the two codes as username and password.'
    % PACKAGES_HOST
)


def check_project(name: str) -> str:
    """:returns: the symbolic name of a Studio project. :raises BadInput: it cannot be one."""
    if not re.match(r'[0-9A-Za-z][0-9A-Za-z._-]*\Z', name):
        raise BadInput(
            'project must be the symbolic name of a Studio project: letters, digits, points, '
            'hyphens and underscores.'
        )
    return name


class NuxeoOnlineToken(Provider):
    """See the module nuxeo_online_token_info."""

    TYPE = 'nuxeo_online_token'
    PREFIX = 'nos'
    KIND = BASIC
    DESCRIBED = ('project_accessible', 'projects')
    IDENTITY_BOUND_OPTIONS = {'username': ('token', 'project')}
    HAS_STATE = False
    REVOKED_AT = TOKENS_PAGE
    STATELESS = True
    ARGUMENTS = {
        'url': {'type': 'str', 'default': SERVICE},
        'username': {'type': 'str', 'required': True},
        'token': {'type': 'str', 'required': True, 'no_log': True},
        'project': {'type': 'str'},
        'min_remaining': {'type': 'int', 'default': 0},
    }
    EXAMPLE = {'username': 'jdoe', 'token': 'example-token'}

    @classmethod
    def check(cls, options: Options) -> None:
        if ':' in options['username'] or '@' in options['username']:
            raise BadInput(
                'username must be the user name of Nuxeo Online Services, not the e-mail address '
                'of the login page, and without a colon.'
            )
        if urlsplit(options['url']).hostname == PACKAGES_HOST:
            raise BadInput(PACKAGES_ADVICE)
        if options.get('regenerate') == 'always':
            raise BadInput(
                'regenerate cannot be always: tokens of Nuxeo Online Services are created on the '
                'page %s only. Create one there, and put it into the source.' % TOKENS_PAGE
            )
        if options.get('project') is not None:
            check_project(options['project'])
        for name in ('username', 'token'):
            if not options[name].isascii() or options[name] != options[name].strip():
                raise BadInput(
                    '%s must be plain ASCII without blanks around it: nuxeoctl would send '
                    'something else.' % name
                )

    @classmethod
    def refusal_for(cls, host: str) -> t.Optional[str]:
        return PACKAGES_ADVICE if host == PACKAGES_HOST else None

    def inspect(
        self, desired: DesiredState, known: t.Optional[Token], check_mode: bool
    ) -> CurrentState:
        # The token is in the source, and no request is sent. Its age counts from now, so that it is
        # always valid.
        return CurrentState(
            exists=True,
            token=Token(
                BASIC,
                self.TYPE,
                self.options['token'],
                self.clock(),
                username=self.options['username'],
            ),
        )

    def describe(self) -> t.Dict[str, t.Any]:
        """:returns: C(exists) (whether the service accepts the token) and the C(projects) that are
        accessible with it."""
        authorization = basic_authorization(self.options['username'], self.options['token'])
        answer = self.client.request('GET', PROJECTS_PATH, authorization=authorization)
        result: t.Dict[str, t.Any] = {
            'exists': answer.status == 200,
            'expired': None,
            'expires_at': None,
            'projects': [],
            'project_accessible': None,
        }
        if answer.status in (401, 403):
            return dict(result, exists=False)
        refuse_redirect(answer, LOGIN_ADVICE)
        if answer.status != 200:
            raise ServerProblem(
                '%s answered %d. Check url, which ends with /nuxeo.'
                % (answer.request_label, answer.status),
                answer.status,
            )
        projects = answer.json()
        if not isinstance(projects, list):
            raise ServerProblem(
                '%s answered with JSON that is not a list of projects. Check url.'
                % answer.request_label,
                answer.status,
            )
        result['projects'] = [
            {
                'name': sanitize(project.get('name')),
                'symbolic_name': sanitize(project.get('symbolicName')),
                'uuid': sanitize(project.get('uuid')),
            }
            for project in projects
            if isinstance(project, dict)
        ]
        if self.options.get('project'):
            result['project_accessible'] = self._is_accessible(authorization)
        return result

    def _is_accessible(self, authorization: str) -> bool:
        """Check the Studio project as Nuxeo CLI does."""
        answer = self.client.request(
            'GET',
            '/site/studio/v2/project/%s/administrativeInformation' % self.options['project'],
            authorization=authorization,
        )
        if answer.status == 200:
            return True
        if answer.status in (401, 403, 404):
            return False
        raise Refused('%s answered %d.' % (answer.request_label, answer.status), answer.status)

    @classmethod
    def write_curl(cls, options: Options, script: Script) -> str:
        script.note('The token is in the source; this lists the Studio projects that it opens')
        login = script.login(script.literal(options['username']), script.secret('token'))
        script.request(options['url'] + PROJECTS_PATH, [login])
        return script.text('The token of %s for Nuxeo Online Services.' % options['username'])
