# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Studio projects of Nuxeo Online Services: the tools of each that get the token."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    DeliveryType,
    Entry,
    Part,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput

DEFAULT_URL = 'https://connect.nuxeo.com/nuxeo'
DEFAULT_MAVEN_ID = 'nuxeo-studio'
METADATA = '%s/site/studio/maven/nuxeo-studio/%s/maven-metadata.xml'
STATE = {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'}
REGISTRATION = {
    'nuxeo_home': {'type': 'str'},
    'nuxeoctl': {'type': 'str'},
    'conf_path': {'type': 'str'},
    'data_dir': {'type': 'str'},
    'instance_type': {'type': 'str', 'choices': ['dev', 'preprod', 'prod']},
    'description': {'type': 'str'},
    'min_remaining': {'type': 'int'},
    'timeout': {'type': 'int'},
    'user': {'type': 'str'},
    'state': STATE,
}
PROJECT = {
    'project': {'type': 'str', 'required': True},
    'token': {'type': 'str', 'required': True, 'no_log': False},
    'registration': {'type': 'dict', 'options': REGISTRATION},
    'cli': {
        'type': 'dict',
        'options': {'path': {'type': 'str', 'required': True}, 'git_ignore': {'type': 'bool'}},
    },
    'maven': {'type': 'bool', 'default': False},
    'maven_id': {'type': 'str', 'default': DEFAULT_MAVEN_ID},
    'git': {'type': 'bool', 'default': False},
    'release': {
        'type': 'dict',
        'options': {'version': {'type': 'str', 'required': True}, 'revision': {'type': 'str'}},
    },
    'state': STATE,
}


class NuxeoOnline(DeliveryType):
    """Its entries are projects. Each becomes entries of other delivery types."""

    NAME = 'nuxeo_online'
    VARIABLE = 'nuxeo_online_projects'
    OPTIONS = ('url', 'maven_path', 'git_path', 'git_config_path', 'verify', 'ca_path')
    HAS_USER = True
    ENTRY_NAME = 'project'

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        return PROJECT, {}

    @classmethod
    def parts(cls, entries: t.List[Entry], options: t.Dict[str, t.Any]) -> t.List[Part]:
        kept = {
            project.get('maven_id') or DEFAULT_MAVEN_ID
            for project in entries
            if project.get('maven') and _is_present(project)
        }
        parts: t.List[Part] = []
        for kind in (_registrations, _links, _servers, _git_entries, _releases):
            for project in entries:
                parts.extend(kind(project, options, kept))
        return parts


def _is_present(entry: Entry) -> bool:
    return entry.get('state') in (None, '', 'present')


def _given(**options: t.Any) -> Entry:
    return {name: value for name, value in options.items() if value not in (None, '')}


def _user(options: t.Mapping[str, t.Any]) -> t.Optional[str]:
    return options.get('user') or None


def _mapping(project: Entry, name: str) -> Entry:
    value = project[name]
    if not isinstance(value, dict):
        raise BadInput('%s of %s must be a mapping.' % (name, project.get('project')))
    return value


def _registrations(
    project: Entry, options: t.Mapping[str, t.Any], kept: t.Set[str]
) -> t.Iterator[Part]:
    """A registration does not need the token, so the state of the project does not end it."""
    if not project.get('registration'):
        return
    registration = dict(_mapping(project, 'registration'))
    user = registration.pop('user', None) or None
    if _is_present(project) or not _is_present(registration):
        entry = _given(project=project.get('project'), token=project.get('token'), **registration)
        yield Part('nuxeo_registrations', entry, _given(verify=options.get('verify')), user)


def _links(project: Entry, options: t.Mapping[str, t.Any], kept: t.Set[str]) -> t.Iterator[Part]:
    if project.get('cli'):
        link = _mapping(project, 'cli')
        entry = _given(
            project=project.get('project'),
            token=project.get('token'),
            path=link.get('path'),
            git_ignore=link.get('git_ignore'),
            state=project.get('state'),
        )
        yield Part('nuxeo_cli_links', entry, {}, _user(options))


def _servers(project: Entry, options: t.Mapping[str, t.Any], kept: t.Set[str]) -> t.Iterator[Part]:
    """One server can be for several projects. It is removed with the last of them."""
    server = project.get('maven_id') or DEFAULT_MAVEN_ID
    if not project.get('maven') or (not _is_present(project) and server in kept):
        return
    entry = _given(
        id=server,
        token=project.get('token'),
        verify_url=METADATA % (options.get('url') or DEFAULT_URL, project.get('project')),
        state=project.get('state'),
    )
    shared = _given(
        path=options.get('maven_path'),
        verify=options.get('verify'),
        ca_path=options.get('ca_path'),
    )
    yield Part('maven_settings', entry, shared, _user(options))


def _git_entries(
    project: Entry, options: t.Mapping[str, t.Any], kept: t.Set[str]
) -> t.Iterator[Part]:
    if not project.get('git'):
        return
    address = '%s/git/%s.git' % (options.get('url') or DEFAULT_URL, project.get('project'))
    entry = _given(url=address, token=project.get('token'), state=project.get('state'))
    shared = _given(
        path=options.get('git_path'),
        config_path=options.get('git_config_path'),
        verify=options.get('verify'),
        ca_path=options.get('ca_path'),
    )
    yield Part('git_credentials', entry, shared, _user(options))


def _releases(project: Entry, options: t.Mapping[str, t.Any], kept: t.Set[str]) -> t.Iterator[Part]:
    if project.get('release') and _is_present(project):
        release = _mapping(project, 'release')
        entry = _given(
            project=project.get('project'),
            token=project.get('token'),
            version=release.get('version'),
            revision=release.get('revision'),
        )
        yield Part('nuxeo_releases', entry, {}, None)
