# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the three interfaces for proxy repositories have in common."""

from __future__ import annotations

import html
import typing as t
from urllib.parse import quote, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.client import (
    Client,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import (
    refuse_redirect,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.response import (
    Response,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    Product,
    refuse_place,
    server_name,
    unexpected_status,
    wrong_login,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxy_records import (
    Authentication,
    DesiredProxy,
    Repository,
    check_preemptive,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    sanitize,
)

LARGEST_LIST = 32 * 1024 * 1024  # a server with 5000 repositories lists them in some 5 MiB


class Proxies:
    """The proxy repositories of one server. C(open_proxies) chooses the interface.

    :cvar PRIVILEGES: what the user needs, formatted with the repository's C(name).
    :ivar in_place: whether url is right; None until a response shows it."""

    base = '/service/rest/beta'
    bearer = False
    preemptive = False
    needs = 'privilege nx-repository-admin-*'
    PRIVILEGES = 'the privilege nx-repository-admin-*-%(name)s-edit'
    URL = '/repository/%s/'

    def __init__(self, client: Client, authorization: str, product: Product) -> None:
        self.client = client
        self.authorization = authorization
        self.product = product
        self.in_place: t.Optional[bool] = None

    def read(self, name: str) -> t.Optional[Repository]:
        """:returns: C(Repository), or None if there is none.

        :raises BadInput: it is not a proxy."""
        raise NotImplementedError

    def write(
        self, repository: Repository, authentication: Authentication, desired: DesiredProxy
    ) -> None:
        """Write a repository as it was read, with another authentication."""
        raise NotImplementedError

    def create(self, desired: DesiredProxy, authentication: Authentication) -> None:
        """Create a Maven proxy repository."""
        raise NotImplementedError

    def authentication(self, desired: DesiredProxy, current: Authentication) -> t.Dict[str, t.Any]:
        """:returns: the authentication to write. :param current: the present one, or None."""
        new = {
            'type': desired.type,
            'username': desired.username,
            'password': desired.password,
        }
        if desired.type == 'ntlm':
            new.update(ntlmHost=desired.ntlm_host, ntlmDomain=desired.ntlm_domain)
        return new

    @staticmethod
    def without_authentication(body: t.Dict[str, t.Any]) -> t.Dict[str, t.Any]:
        """:returns: a copy of a body without what the writes change."""
        raise NotImplementedError

    def ask(self, method: str, path: str, body: t.Any = None) -> Response:
        """Send a request with credentials and without cookies.

        :raises Refused: 401, a redirect, or a wrong address."""
        answer = self._request(method, path, body)
        if answer.status in (404, 405) and not self.in_place:
            self.in_place = False
            status = self._request('GET', self.product.known_generation.status)
            self.product.learn(status)
            refuse_place(status, self.product)
            self.in_place = True
        self.in_place = self.in_place or (answer.status == 200 and not answer.is_html)
        return answer

    def _request(self, method: str, path: str, body: t.Any = None) -> Response:
        answer = self.client.request(
            method, path, json_body=body, authorization=self.authorization, largest=LARGEST_LIST
        )
        if answer.status == 401:
            raise wrong_login(answer)
        refuse_redirect(
            answer, 'The server redirects to a single sign-on page. Use a local account.'
        )
        return answer

    def supports(self, desired: DesiredProxy, repository: Repository) -> None:
        """:raises BadInput: this server cannot do that."""
        if desired.state == 'present' and '@' in urlsplit(repository.remote_url).netloc:
            raise BadInput(
                'the address of its remote contains a user name or password. Remove them from the '
                'address first.'
            )
        if desired.type == 'bearer' and desired.state == 'present' and not self.bearer:
            raise BadInput(
                '%s does not accept bearer tokens for the remotes of its proxies by REST; that '
                'needs Nexus Repository 3.76 or newer.' % self.product
            )
        if desired.preemptive:
            if not self.preemptive:
                raise BadInput(
                    '%s has no preemptive authentication; that needs Nexus Repository 3.30 or '
                    'newer.' % self.product
                )
            check_preemptive(desired, repository.format, repository.remote_url)

    def unused_because(self, repository: Repository) -> t.Optional[str]:
        """:returns: why a repository does not send its credentials to its remote, or None.

        A block that the server sets itself after a failure ends with the next success."""
        raise NotImplementedError

    def can_create(self, desired: DesiredProxy) -> None:
        """:raises BadInput: this server cannot have such a repository."""
        # Before 3.41 a server accepts any name, and the proxy answers 500 to every request
        answer = self.ask('GET', '%s/blobstores' % self.base)
        # Not all users may read the list, and 3.0 to 3.18 have none
        stores = answer.json() if answer.status == 200 and not answer.is_html else None
        name = desired.new_repository.get('blob_store') or 'default'
        if isinstance(stores, list) and name not in [
            store.get('name') for store in stores if isinstance(store, dict)
        ]:
            raise BadInput(
                'there is no blob store %s to create it in. Give the name of one as blob_store.'
                % sanitize(name)
            )

    def _named(self, name: str, items: t.Iterable[t.Any]) -> t.Optional[t.Dict[str, t.Any]]:
        """:returns: the repository of this name, or None."""
        found = {
            item['name']: item
            for item in items
            if isinstance(item, dict) and isinstance(item.get('name'), str)
        }
        if name not in found:
            for other in found:
                self._exact(name, other)
        return found.get(name)

    def _exact(self, name: str, found: t.Any) -> None:
        """:raises BadInput: the name differs in case, which servers ignore in reading only."""
        if name != found and isinstance(found, str) and name.lower() == found.lower():
            raise BadInput(
                'the server calls it %s, and names cannot differ only in case. Use that name.'
                % sanitize(found)
            )

    def absent(self, name: str) -> Refused:
        """:returns: the error for a repository that is not found."""
        return Refused(
            '%s has no repository %s that the user may administer (%s).'
            % (server_name(self.client.url), sanitize(name), self.needs),
            404,
        )

    def refused_by_remote(self, name: str, answer: Response) -> bool:
        """:returns: whether a 404 means that the remote did not serve it.

        3.41 and newer report it on the page while the proxy is blocked after a refusal."""
        return answer.is_html and 'remote auto blocked' in answer.text().lower()

    def same(self, one: t.Dict[str, t.Any], other: t.Dict[str, t.Any]) -> bool:
        """:returns: whether two bodies differ in nothing but the authentication."""
        return self.without_authentication(one) == self.without_authentication(other)

    @classmethod
    def url_of(cls, name: str) -> str:
        """:returns: the path from which a repository serves files."""
        return cls.URL % quote(name, safe='')

    def _refuse(self, answer: Response, name: str) -> None:
        """:raises TokensError: the response is not a success."""
        if answer.status in (200, 201, 204):
            return
        shown = sanitize(name)
        if answer.status == 403:
            raise Refused(
                'The user may not change the repository %s on %s (403). It needs %s.'
                % (shown, server_name(self.client.url), self.PRIVILEGES % {'name': shown}),
                403,
            )
        if answer.status == 404:
            raise self.absent(name)
        if answer.status == 400:
            raise Refused(
                '%s refuses the configuration of %s (400): %s'
                % (self.product, shown, _reasons(answer) or 'it gives no reason.'),
                400,
            )
        raise unexpected_status(answer)


def switched_off(online: t.Any, blocked: t.Any) -> t.Optional[str]:
    """:returns: why a proxy makes no request to its remote, or None."""
    if online is False:
        return 'it is offline. Set it online.'
    return 'outbound requests are blocked. Take the block away.' if blocked is True else None


def check_is_proxy(kind: t.Any) -> None:
    """:raises BadInput: the type of a repository is another one."""
    if kind != 'proxy':
        raise BadInput('it is a %s repository; only proxies have a remote.' % sanitize(kind))


def _reasons(answer: Response) -> str:
    """:returns: the text of a 400: a list of C({id, message}), one such object, C({errors: [{id,
    msg}]}), a bare string, or nothing."""
    try:
        value = answer.json()
    except ServerProblem:
        return ''
    if isinstance(value, dict):
        value = value.get('errors') if isinstance(value.get('errors'), list) else [value]
    if isinstance(value, str):
        return sanitize(value)
    words = []
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict):
            where = sanitize(item.get('id')).replace('FIELD ', '')
            text = sanitize(html.unescape(str(item.get('message') or item.get('msg') or '')))
            words.append(text if where in ('', '*') else '%s %s' % (where, text))
    return '; '.join(words)
