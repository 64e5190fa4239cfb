# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Proxy repositories of Nexus 2, by its REST interface."""

from __future__ import annotations

import copy
import html
import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_interface import (
    Proxies,
    check_is_proxy,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_records import (
    Authentication,
    DesiredProxy,
    Repository,
)


class Nexus2Proxies(Proxies):
    """2.x. Its REST interface escapes HTML in every string that it accepts, so a repository is
    unescaped once before it is written."""

    needs = 'role ui-repository-admin; groups are not found there, and have no remote'
    PRIVILEGES = 'the privileges of the role ui-repository-admin'
    URL = '/content/repositories/%s/'

    def read(self, name: str) -> t.Optional[Repository]:
        answer = self.ask('GET', '/service/local/repositories/%s' % quote(name, safe=''))
        if answer.status == 404:
            return None
        self._refuse(answer, name)
        body = answer.json_object().get('data')
        if not isinstance(body, dict):
            raise ServerProblem(
                '%s answered with something that is not a repository.' % answer.request_label,
                answer.status,
            )
        check_is_proxy(body.get('repoType'))
        body = _unescaped(body)
        storage = body.get('remoteStorage') or {}
        now = storage.get('authentication') or None
        if now:
            now = {
                'type': 'ntlm' if now.get('ntlmDomain') else 'username',
                'username': now.get('username'),
                'ntlmHost': now.get('ntlmHost'),
                'ntlmDomain': now.get('ntlmDomain'),
            }
        return Repository(
            name, body.get('format') or '', storage.get('remoteStorageUrl') or '', now, body
        )

    def write(
        self, repository: Repository, authentication: Authentication, desired: DesiredProxy
    ) -> None:
        body = copy.deepcopy(repository.body)
        storage = body['remoteStorage']
        storage.pop('authentication', None)
        if authentication:
            storage['authentication'] = authentication
        self._refuse(
            self.ask(
                'PUT',
                '/service/local/repositories/%s' % quote(repository.name, safe=''),
                {'data': body},
            ),
            repository.name,
        )

    def can_create(self, desired: DesiredProxy) -> None:
        if desired.new_repository.get('version_policy') == 'mixed':
            raise BadInput(
                '%s has no version_policy mixed: a repository contains either releases or '
                'snapshots. Use release or snapshot.' % self.product
            )
        if '&' in desired.new_repository['remote_url']:
            raise BadInput(
                '%s escapes & in its input, so it would fetch from another address than '
                'remote_url. Write %%26 instead.' % self.product
            )

    def create(self, desired: DesiredProxy, authentication: Authentication) -> None:
        made = desired.new_repository
        storage = {'remoteStorageUrl': made['remote_url']}
        if authentication:
            storage['authentication'] = authentication
        self._refuse(
            self.ask(
                'POST',
                '/service/local/repositories',
                {
                    'data': {
                        'id': desired.name,
                        'name': desired.name,
                        'repoType': 'proxy',
                        'provider': 'maven2',
                        'providerRole': 'org.sonatype.nexus.proxy.repository.Repository',
                        'format': 'maven2',
                        'exposed': True,
                        'browseable': True,
                        'indexable': True,
                        'downloadRemoteIndexes': False,
                        'writePolicy': 'READ_ONLY',
                        'notFoundCacheTTL': 1440,
                        'repoPolicy': (made.get('version_policy') or 'RELEASE').upper(),
                        'checksumPolicy': 'WARN',
                        'autoBlockActive': True,
                        'fileTypeValidation': True,
                        'artifactMaxAge': -1,
                        'metadataMaxAge': 1440,
                        'remoteStorage': storage,
                    }
                },
            ),
            desired.name,
        )

    def authentication(self, desired: DesiredProxy, current: Authentication) -> t.Dict[str, t.Any]:
        given = ''.join(
            filter(
                None, (desired.username, desired.password, desired.ntlm_host, desired.ntlm_domain)
            )
        )
        if not given.isascii() or set(given) & set('&<>"'):
            raise BadInput(
                '%s escapes & < > " and all outside ASCII in its input, so the remote would get '
                'other credentials. Use credentials without these characters; user tokens have '
                'none.' % self.product
            )
        new = {'username': desired.username, 'password': desired.password}
        if desired.type == 'ntlm':
            new.update(ntlmHost=desired.ntlm_host or '', ntlmDomain=desired.ntlm_domain or '')
        return new

    def unused_because(self, repository: Repository) -> t.Optional[str]:
        # Its status has the answer, but a request for it makes the server ask the remote, and then
        # block it where that refuses (measured on 2.5.1)
        return None

    def refused_by_remote(self, name: str, answer: Response) -> bool:
        answer = self.ask('GET', '/service/local/repositories/%s/status' % quote(name, safe=''))
        status = answer.error_object().get('data')
        status = status if isinstance(status, dict) else {}
        return status.get('remoteStatus') == 'UNAVAILABLE' or str(
            status.get('proxyMode')
        ).startswith('BLOCKED')

    def supports(self, desired: DesiredProxy, repository: Repository) -> None:
        super().supports(desired, repository)
        if desired.type == 'ntlm' and desired.state == 'present' and not desired.ntlm_domain:
            raise BadInput('%s knows NTLM by its domain only: give ntlm_domain.' % self.product)

    @staticmethod
    def without_authentication(body: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
        body = copy.deepcopy(body)
        (body.get('remoteStorage') or {}).pop('authentication', None)
        if isinstance(body.get('defaultLocalStorageUrl'), str):
            # The first write adds a slash
            body['defaultLocalStorageUrl'] = body['defaultLocalStorageUrl'].rstrip('/')
        return body


def _unescaped(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _unescaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return html.unescape(value) if isinstance(value, str) else value
