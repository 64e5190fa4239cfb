# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Proxy repositories of Nexus 3.0 to 3.23, by ExtDirect, the interface of the web pages."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_interface import (
    Proxies,
    check_is_proxy,
    switched_off,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_records import (
    Authentication,
    DesiredProxy,
    Repository,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    sanitize,
)


class ExtDirectProxies(Proxies):
    """3.0 to 3.23, by the interface of the web pages."""

    def read(self, name: str) -> t.Optional[Repository]:
        body = self._named(name, self._call('read', None))
        if body is None:
            return None
        check_is_proxy(body.get('type'))
        body.pop('status', None)
        attributes = body.get('attributes') or {}
        return Repository(
            name,
            body.get('format') or '',
            (attributes.get('proxy') or {}).get('remoteUrl') or '',
            (attributes.get('httpclient') or {}).get('authentication'),
            body,
        )

    def write(
        self, repository: Repository, authentication: Authentication, desired: DesiredProxy
    ) -> None:
        body = copy.deepcopy(repository.body)
        client = body['attributes'].setdefault('httpclient', {})
        client.pop('authentication', None)
        if authentication is not None:
            client['authentication'] = authentication
        self._call('update', [body])

    def create(self, desired: DesiredProxy, authentication: Authentication) -> None:
        made = desired.new_repository
        client: t.Dict[str, t.Any] = {'blocked': False, 'autoBlock': True}
        if authentication:
            client['authentication'] = authentication
        # Measured on 3.23: a body without format, type and url causes a NullPointerException
        self._call(
            'create',
            [
                {
                    'name': desired.name,
                    'format': '',
                    'type': '',
                    'url': '',
                    'online': True,
                    'recipe': 'maven2-proxy',
                    'attributes': {
                        'maven': {
                            'versionPolicy': (made.get('version_policy') or 'MIXED').upper(),
                            'layoutPolicy': (made.get('layout_policy') or 'STRICT').upper(),
                        },
                        'proxy': {
                            'remoteUrl': made['remote_url'],
                            'contentMaxAge': -1,
                            'metadataMaxAge': 1440,
                        },
                        'httpclient': client,
                        'negativeCache': {'enabled': True, 'timeToLive': 1440},
                        'storage': {
                            'blobStoreName': made.get('blob_store') or 'default',
                            'strictContentTypeValidation': True,
                        },
                    },
                }
            ],
        )

    @staticmethod
    def without_authentication(body: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
        body = copy.deepcopy(body)
        ((body.get('attributes') or {}).get('httpclient') or {}).pop('authentication', None)
        return body

    def unused_because(self, repository: Repository) -> t.Optional[str]:
        client = (repository.body.get('attributes') or {}).get('httpclient') or {}
        # The form of the web page has it one level deeper
        connection = client.get('connection') or {}
        blocked = client.get('blocked') is True or connection.get('blocked') is True
        return switched_off(repository.body.get('online'), blocked)

    def _call(self, method: str, data: t.Any) -> t.Any:
        """:returns: the data of the result. The status is always 200, for errors as well."""
        answer = self.ask(
            'POST',
            '/service/extdirect',
            {
                'action': 'coreui_Repository',
                'method': method,
                'data': data,
                'type': 'rpc',
                'tid': 1,
            },
        )
        if answer.status != 200:
            raise ServerProblem(
                '%s answered %d. Check url: it must end with the context path.'
                % (answer.request_label, answer.status),
                answer.status,
            )
        result = answer.json_object().get('result')
        if isinstance(result, dict) and result.get('success'):
            return result.get('data') or []
        raise Refused(
            '%s refuses it: %s. The user needs the privileges of nx-repository-admin-*.'
            % (self.product, _error_detail(result if isinstance(result, dict) else {})),
            200,
        )


def _error_detail(result: t.Mapping[str, t.Any]) -> str:
    errors = result.get('errors')
    words = [
        '%s: %s' % (sanitize(key), sanitize(value))
        for key, value in (errors.items() if isinstance(errors, dict) else ())
    ]
    return '; '.join(words) or sanitize(result.get('message')) or 'it gives no reason'
