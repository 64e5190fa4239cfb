# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Proxy repositories of Nexus 3.24 and newer, by the REST interface."""

from __future__ import annotations

import copy
import typing as t
from urllib.parse import quote

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    Product,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_interface import (
    Proxies,
    check_is_proxy,
    switched_off,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_records import (
    BEARER,
    Authentication,
    DesiredProxy,
    Repository,
)

REST_V1 = (3, 26)
REST_ONE_BY_NAME = (3, 38)
BEARER_BY_REST = (3, 76)
PREEMPTIVE_SINCE = (3, 30)
# A refused PUT gets an empty 404: measured on 3.41.1, and read in the sources around it
SILENT_404 = ((3, 41), (3, 57))
# Parts of a configuration with secrets that a server accepts and never returns, by the format
# whose proxies have them. Writing back what was read would lose them.
WRITE_ONLY = {'yumSigning': 'yum', 'aptSigning': None, 'alpineSigning': 'alpine', 'cosign': None}
REGISTRY_LOGIN = ('dockerProxy', 'ecrAuth')  # the same, one level deeper


class RestProxies(Proxies):
    """3.24 and newer, by the REST interface."""

    def __init__(self, client: Client, authorization: str, product: Product) -> None:
        super().__init__(client, authorization, product)
        self.base = '/service/rest/v1' if product.at_least(REST_V1) else '/service/rest/beta'
        self.bearer = bool(product.at_least(BEARER_BY_REST))
        self.preemptive = bool(product.at_least(PREEMPTIVE_SINCE))

    def read(self, name: str) -> t.Optional[Repository]:
        one = self.product.at_least(REST_ONE_BY_NAME)
        body = self._read_one(name) if one else self._read_from_list(name)
        if body is None:
            return None
        return Repository(
            name,
            body.get('format') or '',
            (body.get('proxy') or {}).get('remoteUrl') or '',
            (body.get('httpClient') or {}).get('authentication'),
            body,
        )

    def _read_one(self, name: str) -> t.Optional[t.Dict[str, t.Any]]:
        answer = self.ask('GET', '%s/repositories/%s' % (self.base, quote(name, safe='')))
        if answer.status == 404:
            return None
        self._refuse(answer, name)
        about = answer.json_object()
        self._exact(name, about.get('name'))
        check_is_proxy(about.get('type'))
        answer = self.ask('GET', self._path(about.get('format'), name))
        self._refuse(answer, name)
        return answer.json_object()

    def _read_from_list(self, name: str) -> t.Optional[t.Dict[str, t.Any]]:
        v1 = self.product.at_least(REST_V1)
        answer = self.ask(
            'GET',
            '/service/rest/v1/repositorySettings' if v1 else '/service/rest/beta/repositories',
        )
        self._refuse(answer, name)
        bodies = answer.json()
        body = self._named(name, bodies if isinstance(bodies, list) else [])
        if body is not None:
            check_is_proxy(body.get('type'))
        return body

    def write(
        self, repository: Repository, authentication: Authentication, desired: DesiredProxy
    ) -> None:
        body = copy.deepcopy(repository.body)
        self._add_secrets(body, desired.secrets or {})
        # Up to 3.93 the name differs between reading and writing
        body['routingRule'] = body.pop('routingRuleName', None)
        body.setdefault('httpClient', {})['authentication'] = authentication
        answer = self.ask('PUT', self._path(repository.format, repository.name), body)
        numbers = self.product.numbers or ()
        if answer.status == 404 and SILENT_404[0] <= numbers[:2] < SILENT_404[1]:
            raise Refused(
                '%s refuses the configuration without a reason (404 to PUT, though the repository '
                'can be read). Likely causes are a user name or password that it does not accept, '
                'preemptive with an http remote, or an invalid remote address.' % self.product,
                404,
            )
        self._refuse(answer, repository.name)

    @staticmethod
    def _add_secrets(body: t.Dict[str, t.Any], secrets: t.Mapping[str, t.Any]) -> None:
        parts = [
            (body, part, part not in body and formats is not None and formats == body.get('format'))
            for part, formats in WRITE_ONLY.items()
        ]
        parent, part = REGISTRY_LOGIN
        if isinstance(body.get(parent), dict):
            parts.append((body[parent], part, False))
        for place, part, unknown in parts:
            if part in secrets:
                place[part] = secrets[part]
            elif place.get(part) or unknown:
                raise BadInput(
                    'the server never returns the secrets in %s of this repository, so writing it '
                    'back would lose them. Give it in secrets, or set it to null there.' % part
                )

    def create(self, desired: DesiredProxy, authentication: Authentication) -> None:
        made = desired.new_repository
        body = {
            'name': desired.name,
            'online': True,
            'storage': {
                'blobStoreName': made.get('blob_store') or 'default',
                'strictContentTypeValidation': True,
            },
            'proxy': {'remoteUrl': made['remote_url'], 'contentMaxAge': -1, 'metadataMaxAge': 1440},
            'negativeCache': {'enabled': True, 'timeToLive': 1440},
            'httpClient': {
                'blocked': False,
                'autoBlock': True,
                'connection': None,
                'authentication': authentication,
            },
            'maven': {
                'versionPolicy': (made.get('version_policy') or 'MIXED').upper(),
                'layoutPolicy': (made.get('layout_policy') or 'STRICT').upper(),
                'contentDisposition': 'INLINE',
            },
        }
        self._refuse(
            self.ask('POST', '%s/repositories/maven/proxy' % self.base, body), desired.name
        )

    def authentication(self, desired: DesiredProxy, current: Authentication) -> t.Dict[str, t.Any]:
        if desired.type == 'bearer':
            return {'type': BEARER, BEARER: desired.bearer_token}
        new = super().authentication(desired, current)
        preemptive = desired.preemptive
        if preemptive is None:
            preemptive = (current or {}).get('preemptive')
        if preemptive is not None and self.preemptive:
            new['preemptive'] = preemptive
        return new

    @staticmethod
    def without_authentication(body: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
        body = copy.deepcopy(body)
        (body.get('httpClient') or {}).pop('authentication', None)
        for part in WRITE_ONLY:  # its visible part changes with secrets
            body.pop(part, None)
        parent, part = REGISTRY_LOGIN
        (body.get(parent) or {}).pop(part, None)
        return body

    def unused_because(self, repository: Repository) -> t.Optional[str]:
        client = repository.body.get('httpClient') or {}
        return switched_off(repository.body.get('online'), client.get('blocked'))

    def _path(self, format_name: t.Optional[str], name: str) -> str:
        segment = 'maven' if format_name == 'maven2' else format_name or ''
        return '%s/repositories/%s/proxy/%s' % (
            self.base,
            quote(segment, safe=''),
            quote(name, safe=''),
        )
