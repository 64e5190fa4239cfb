# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Releases of Studio projects, by the REST interface of Nuxeo Online Services.

Source: Nuxeo documentation, How to Tag or Release your Nuxeo Studio Project.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.cli_link import (
    CREDENTIALS,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.login import check_login
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import sanitize
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    SERVICE,
    check_project,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization

if t.TYPE_CHECKING:
    from ansible_collections.buildops.tokens.plugins.module_utils._http.client import Client
    from ansible_collections.buildops.tokens.plugins.module_utils._http.response import Response
    from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider

GROUP = 'nuxeo-studio'
STEPS = ('MAJOR', 'MINOR', 'PATCH')
_VERSION = re.compile(r'[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z][0-9A-Za-z.-]*)?\Z')
ARGUMENTS: t.Dict[str, t.Any] = dict(
    {'project': {'type': 'str', 'required': True}, 'version': {'type': 'str', 'required': True}},
    revision={'type': 'str', 'default': 'master'},
    **dict(CONNECTION, url={'type': 'str', 'default': SERVICE}, **CREDENTIALS),
)
CONSTRAINTS = {'mutually_exclusive': [('token', 'password')]}
Result = t.Dict[str, t.Any]


class Release(t.NamedTuple):
    """A release that the service made.

    :ivar version: its version.
    :ivar maven_coordinates: C(group:artifact:version), or None.
    """

    version: str
    maven_coordinates: t.Optional[str]


class StudioProject:
    """A Studio project.

    :param options: O(username) and O(token) of a checked source.
    :param name: the symbolic name.
    :raises BadInput: the name cannot be one.
    """

    def __init__(self, client: Client, options: t.Mapping[str, t.Any], name: str) -> None:
        self.client = client
        self.name: str = check_project(name)
        self._secret: str = options['token']
        self._authorization: str = basic_authorization(options['username'], self._secret)

    def has(self, version: str) -> bool:
        """Return whether the version is in the project's Maven repository.

        :raises TokensError: with cause and remedy.
        """
        response = self._request(
            'GET',
            '/site/studio/maven/%s/%s/maven-metadata.xml' % (GROUP, self.name),
            accept='application/xml, text/xml, */*',
        )
        # Before the first release; an unknown project is reported by the release
        if response.status == 404:
            return False
        self._check(response)
        return version in re.findall(r'<version>\s*([^<\s]+)\s*</version>', response.text())

    def release(self, version: str, revision: str) -> t.Optional[Release]:
        """Make a release.

        :param version: C(1.2.3), or one of C(STEPS).
        :param revision: a branch.
        :returns: None if the version exists.
        :raises TokensError: with cause and remedy.
        """
        response = self._request(
            'POST',
            '/site/studio/v2/project/%s/releases' % self.name,
            json_body={'revision': revision, 'versionName': version},
        )
        if response.status == 409:
            return None
        self._check(
            response, 'Does the branch %s exist, and is it not a workspace of a user?' % revision
        )
        made = response.json_object()
        if not isinstance(made.get('version'), str) or not made['version']:
            raise ServerProblem(
                '%s answered %d, but names no version. Look at the releases of the project before '
                'you try again.' % (response.request_label, response.status),
                response.status,
            )
        coordinates = sanitize(made.get('mavenCoordinates')) or None
        return Release(sanitize(made['version']), coordinates)

    def _request(self, method: str, path: str, **details: t.Any) -> Response:
        return self.client.request(method, path, authorization=self._authorization, **details)

    def _check(self, response: Response, hint: str = 'Check url.') -> None:
        """Check that a request was successful.

        :param hint: the remedy if the cause is not known.
        :raises TokensError: with cause and remedy.
        """
        label, status = response.request_label, response.status
        if status == 200:
            return
        check_login(response)
        if status == 403:
            raise Refused(
                '%s: the user may not release this project (403). The right to write is required.'
                % label,
                403,
            )
        if status == 404:
            raise Refused(
                '%s: the token opens no Studio project %s (404). Give its symbolic name.'
                % (label, self.name),
                404,
            )
        raise ServerProblem(
            '%s answered %d%s. %s' % (label, status, self._error_detail(response), hint), status
        )

    def _error_detail(self, response: Response) -> str:
        """Return the message that the service sent, in parentheses, or an empty string."""
        if response.is_html or response.media_type != 'application/json':
            return ''
        content = response.json()
        if not isinstance(content, dict):
            return ''
        text = sanitize(content.get('message'), self._secret, self._authorization)
        return ' (%s)' % text.rstrip('.') if text else ''


def check_version(version: str) -> None:
    """Check an option. :raises BadInput: it is neither a version nor one of C(STEPS)."""
    if version not in STEPS and not _VERSION.match(version):
        raise BadInput('version must be like 1.2.3 or 1.2.3-rc1, or one of %s.' % ', '.join(STEPS))


def ensure(project: StudioProject, version: str, revision: str, check_mode: bool) -> Result:
    """Make sure that there is a release.

    :param version: C(1.2.3), or one of C(STEPS).
    :param revision: a branch.
    :returns: the module's result.
    :raises TokensError: with cause and remedy.
    """
    check_version(version)
    if not revision.strip() or not revision.isprintable():
        raise BadInput('revision must be the name of a branch.')
    if version in STEPS:
        return _ensure_next(project, version, revision, check_mode)
    result: Result = {
        'changed': True,
        'project': project.name,
        'version': version,
        'maven_coordinates': '%s:%s:%s' % (GROUP, project.name, version),
    }
    if project.has(version):
        return dict(result, changed=False)
    if check_mode:
        return result
    made = project.release(version, revision)
    if made is None:
        return dict(result, changed=False)
    if made.version != version:
        raise ServerProblem(
            'The service made version %s and not %s. Look at the releases of the project.'
            % (made.version, version)
        )
    if made.maven_coordinates:
        result['maven_coordinates'] = made.maven_coordinates
    return result


def _ensure_next(project: StudioProject, step: str, revision: str, check_mode: bool) -> Result:
    """Release the next version, whose number the service chooses."""
    made: t.Optional[Release] = Release('', None)
    if not check_mode:
        made = project.release(step, revision)
    if made is None:
        raise ServerProblem(
            'The next %s version exists already (409). Name a version that does not exist.' % step,
            409,
        )
    return {
        'changed': True,
        'project': project.name,
        'version': made.version or None,
        'maven_coordinates': made.maven_coordinates,
    }


def deliver(
    provider: Provider, params: t.Mapping[str, t.Any], check_mode: bool, with_diff: bool
) -> Result:
    """Make a release with the token of a source.

    :param provider: of the source.
    :param params: C(project), C(version) and perhaps C(revision).
    :returns: the module's result.
    :raises TokensError: with cause and remedy.
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
