# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Releases of Studio projects, by the REST of Nuxeo Online Services (Nuxeo documentation, How to Tag or Release your Nuxeo Studio Project)."""

from __future__ import annotations

import re

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.cli_link import (
    CREDENTIALS,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    SERVICE,
    TOKENS_PAGE,
    check_project,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization

GROUP = 'nuxeo-studio'
STEPS = ('MAJOR', 'MINOR', 'PATCH')
_VERSION = re.compile(r'[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z][0-9A-Za-z.-]*)?\Z')
ARGUMENTS = dict(
    {'project': {'type': 'str', 'required': True}, 'version': {'type': 'str', 'required': True}},
    revision={'type': 'str', 'default': 'master'},
    **dict(CONNECTION, url={'type': 'str', 'default': SERVICE}, **CREDENTIALS),
)
CONSTRAINTS = {'mutually_exclusive': [('token', 'password')]}


class StudioProject:
    """A Studio project. :param client: C(http.Client). :param options: O(username), O(token) of a checked source."""

    def __init__(self, client, options, name):
        self.client = client
        self.name = check_project(name)
        self.username, self.secret = options['username'], options['token']
        self.authorization = basic_authorization(self.username, self.secret)

    def has(self, version):
        """:returns: whether the version is in the project's Maven repository. :raises TokensError: with what to do."""
        answer = self._ask(
            'GET',
            '/site/studio/maven/%s/%s/maven-metadata.xml' % (GROUP, self.name),
            accept='application/xml, text/xml, */*',
        )
        if (
            answer.status == 404
        ):  # before the first release, or no such project, which the release reports
            return False
        self._refuse(answer, (200,))
        return version in re.findall(r'<version>\s*([^<\s]+)\s*</version>', answer.text())

    def release(self, version, revision):
        """Make a release.

        :param version: C(1.2.3), or one of C(STEPS). :param revision: a branch.
        :returns: what the service made: C(version), C(maven_coordinates); or None where the version exists.
        :raises TokensError: with what to do."""
        answer = self._ask(
            'POST',
            '/site/studio/v2/project/%s/releases' % self.name,
            json_body={'revision': revision, 'versionName': version},
        )
        if answer.status == 409:
            return None
        self._refuse(
            answer,
            (200,),
            'Does the branch %s exist, and is it not a workspace of a user?' % revision,
        )
        made = answer.json_object()
        if not isinstance(made.get('version'), str) or not made['version']:
            raise ServerProblem(
                '%s answered %d, but names no version. Look at the releases of the project before you try again.'
                % (answer.request_label, answer.status),
                answer.status,
            )
        return {
            'version': sanitize(made['version']),
            'maven_coordinates': sanitize(made.get('mavenCoordinates')) or None,
        }

    def _ask(self, method, path, **more):
        return self.client.request(method, path, authorization=self.authorization, **more)

    def _refuse(self, answer, good, hint='Check url.'):
        """:raises TokensError: the status is not one of C(good)."""
        if answer.status in good:
            return
        if answer.status == 401:
            raise Refused(
                '%s: the service does not know the user name or the token (401). Tokens are made at %s.'
                % (answer.request_label, TOKENS_PAGE),
                401,
            )
        refuse_redirect(
            answer,
            'The service does not know the user name or the token; tokens are made at %s.'
            % TOKENS_PAGE,
        )
        if answer.status == 403:
            raise Refused(
                '%s: the user may not release this project (403). That takes the right to write.'
                % answer.request_label,
                403,
            )
        if answer.status == 404:
            raise Refused(
                '%s: the token opens no Studio project %s (404). Give its symbolic name.'
                % (answer.request_label, self.name),
                404,
            )
        raise ServerProblem(
            '%s answered %d%s. %s'
            % (answer.request_label, answer.status, self._words(answer), hint),
            answer.status,
        )

    def _words(self, answer):
        if answer.is_html or answer.media_type != 'application/json':
            return ''
        told = answer.json()
        text = (
            sanitize(told.get('message'), self.secret, self.authorization)
            if isinstance(told, dict)
            else ''
        )
        return ' (%s)' % text.rstrip('.') if text else ''


def check_version(version):
    """:returns: the version. :raises BadInput: it is neither a version nor a step."""
    if version not in STEPS and not _VERSION.match(version):
        raise BadInput('version must be like 1.2.3 or 1.2.3-rc1, or one of %s.' % ', '.join(STEPS))
    return version


def ensure(project, version, revision, check_mode):
    """Make sure that there is a release. :param project: C(StudioProject).

    :returns: the module's result. :raises TokensError: with what to do."""
    check_version(version)
    if not revision.strip() or not revision.isprintable():
        raise BadInput('revision must be the name of a branch.')
    result = {
        'changed': True,
        'project': project.name,
        'version': version if version not in STEPS else None,
        'maven_coordinates': None,
    }
    if version not in STEPS:
        result['maven_coordinates'] = '%s:%s:%s' % (GROUP, project.name, version)
        if project.has(version):
            return dict(result, changed=False)
    if check_mode:
        return result
    made = project.release(version, revision)
    if made is None:
        if version in STEPS:
            raise ServerProblem(
                'The service says that the next %s version exists already (409). Name a version that is free.'
                % version,
                409,
            )
        return dict(result, changed=False)
    if version not in STEPS and made['version'] != version:
        raise ServerProblem(
            'The service made version %s and not %s. Look at the releases of the project.'
            % (made['version'], version)
        )
    return dict(
        result,
        version=made['version'],
        maven_coordinates=made['maven_coordinates'] or result['maven_coordinates'],
    )


def deliver(provider, params, check_mode, with_diff):
    """Make a release with the token of a source.

    :param provider: of the source: C(client), C(options), C(warnings).
    :param params: C(project), C(version) and perhaps C(revision).
    :returns: the module's result. :raises TokensError: with what to do.
    """
    result = ensure(
        StudioProject(provider.client, provider.options, params['project']),
        params['version'],
        params.get('revision') or ARGUMENTS['revision']['default'],
        check_mode,
    )
    if provider.warnings:
        result['warnings'] = provider.warnings
    if with_diff:
        names = ('project', 'version')
        after = {name: result[name] or 'the next %s version' % params['version'] for name in names}
        result['diff'] = {'before': {} if result['changed'] else after, 'after': after}
    return result
