# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The remote credentials of proxy repositories in Sonatype Nexus Repository, 2.x and 3.x.

A server takes a repository's configuration as a whole and never returns a password. So: read,
change only the authentication, write
everything else back as it was, read again and compare. Three interfaces differ in how: the REST
interface keeps credentials where
they are used from 3.24 on; before that (measured on 3.16 and 3.23; 3.20 to 3.23 even lose them by
REST) the interface of the web
pages, ExtDirect, is the one that works; Nexus 2 has a REST interface of its own, which escapes HTML
in every string that it takes.
"""

from __future__ import annotations

import copy
import html
import time
from collections import namedtuple
from urllib.parse import quote, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._http.failures import refuse_redirect
from ansible_collections.buildops.tokens.plugins.module_utils._nexus.product import (
    Product,
    check_address,
    refuse_host,
    refuse_place,
    wrong_login,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import POLICY
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    register,
    sanitize,
)
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Manager
from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    basic_authorization,
    from_iso8601,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    check_basic_user,
    normalize_url,
)

REST_KEEPS_CREDENTIALS = (3, 24)
REST_V1 = (3, 26)
REST_ONE_BY_NAME = (3, 38)
BEARER_BY_REST = (3, 76)
PREEMPTIVE_SINCE = (3, 30)
SILENT_404 = (
    (3, 41),
    (3, 57),
)  # a refused PUT answers 404 with nothing, measured on 3.41.1 and read in the sources around it
STATUS_PATHS = (
    '/service/rest/v1/status',
    '/service/rest/wonderland/status',
    '/service/siesta/wonderland/status',
    '/service/local/status',
)
# Parts of a configuration that hold secrets which a server takes and never returns, by the format
# whose proxies have them: writing back what was
# read would lose them
WRITE_ONLY = {'yumSigning': 'yum', 'aptSigning': None, 'alpineSigning': 'alpine', 'cosign': None}
REGISTRY_LOGIN = ('dockerProxy', 'ecrAuth')  # the same, one level deeper
BEARER = 'bearerToken'
LARGEST_LIST = 32 * 1024 * 1024  # a server with 5000 repositories lists them in some 5 MiB
SOON = (
    24 * 3600
    # A token that ends within these seconds is worth a warning: only another run can replace it
)

Wanted = namedtuple(
    'Wanted',
    'name state type username password bearer_token ntlm_host ntlm_domain preemptive '
    'update_password create secrets verify_path '
    'expires_at',
)
Wanted.__new__.__defaults__ = (
    ('present', 'username') + (None,) * 6 + ('on_create', None, None, None, None)
)
Wanted.__repr__ = lambda self: 'Wanted(%s, redacted)' % self.name
Wanted.__doc__ = """One repository and the credentials that it shall use for its remote.

:param type: V(username), V(ntlm) or V(bearer).
:param preemptive: True, False, or None to leave it as it is.
:param update_password: V(on_create): a password that cannot be compared is written only with
    another user name or where there was none; V(always).
:param create: a mapping by which to create a repository that is missing, or None.
:param secrets: a mapping of those C(WRITE_ONLY) parts that this repository has.
:param verify_path: a path that the proxy shall get from its remote, or None.
:param expires_at: when the credentials end, in seconds since 1970, or None.
"""


def check(wanted):
    """Refuse what cannot work on any server. :raises BadInput: with the repository's name and what
    to change."""
    try:
        if wanted.name.strip() in ('', '.', '..'):
            raise BadInput('that is no name of a repository.')
        if wanted.state == 'absent':
            return
        if wanted.type == 'bearer':
            if wanted.bearer_token is None:
                raise BadInput(
                    'a bearer authentication needs access_token, or the token of a source that '
                    'gives one.'
                )
            secret = check_secret('access_token', wanted.bearer_token)
        else:
            if wanted.username is None or wanted.password is None:
                raise BadInput(
                    'username and password are needed, or the token of a source that gives them.'
                )
            secret = check_secret('username', wanted.username) + check_secret(
                'password', wanted.password
            )
            if wanted.type == 'username':
                check_basic_user(wanted.username)
        if not secret.isascii():
            raise BadInput(
                'the user name or password holds characters outside ASCII, which Nexus sends to '
                'the remote as question marks '
                '(measured on 3.24 to 3.62).'
            )
        if wanted.preemptive and wanted.type == 'bearer':
            raise BadInput('preemptive is for user names and passwords.')
        if wanted.create:
            url = normalize_url(wanted.create['remote_url'], allow_http=True, option='remote_url')
            _refuse_preemptive(wanted, 'maven2', url)
    except BadInput as problem:
        raise BadInput('repository %s: %s' % (sanitize(wanted.name), problem)) from None


def _refuse_preemptive(wanted, format_name, remote_url):
    if wanted.preemptive and not remote_url.lower().startswith('https:'):
        raise BadInput(
            'preemptive needs a remote with https, but the address of this one begins with %s.'
            % sanitize(remote_url.split(':', 1)[0])
        )
    if wanted.preemptive and format_name != 'maven2':
        raise BadInput(
            'preemptive exists for Maven repositories only, and this is one of format %s.'
            % sanitize(format_name)
        )


class Repository:
    """A proxy repository as it was read.

    :ivar body: what the server returned. :ivar format: its format's name. :ivar remote_url: where
        it fetches from.
    :ivar authentication: a mapping with C(type), C(username), C(ntlmHost), C(ntlmDomain),
        C(preemptive), or None; never a password."""

    def __init__(self, name, format_name, remote_url, authentication, body):
        self.name = name
        self.format = format_name
        self.remote_url = remote_url
        self.authentication = authentication
        self.body = body


class Proxies:
    """The proxy repositories of one server. Choose the interface by C(open_proxies).

    :ivar client, authorization: see C(http.Client). :ivar product: C(Product)."""

    base = '/service/rest/beta'
    bearer = False
    preemptive = False
    needs = 'privilege nx-repository-admin-*'

    def __init__(self, client, authorization, product):
        self.client = client
        self.authorization = authorization
        self.product = product
        self.in_place = None  # whether url is right; None until an answer told

    def ask(self, method, path, body=None):
        """:returns: the C(Response) to a request with credentials and without cookies. :raises
        Refused: 401, a redirect, or a wrong address."""
        answer = self._request(method, path, body)
        if answer.status in (404, 405) and not self.in_place:
            self.in_place = False
            status = self._request('GET', self.product.generation.status)
            self.product.learn(status)
            refuse_place(status, self.product)
            self.in_place = True
        self.in_place = self.in_place or (answer.status == 200 and not answer.is_html)
        return answer

    def _request(self, method, path, body=None):
        answer = self.client.request(
            method, path, json_body=body, authorization=self.authorization, largest=LARGEST_LIST
        )
        if answer.status == 401:
            raise wrong_login(answer)
        refuse_redirect(
            answer, 'The server sends people to a single sign-on page. Use a local account.'
        )
        return answer

    def supports(self, wanted, repository):
        """:raises BadInput: this server cannot do that."""
        if wanted.state == 'present' and '@' in urlsplit(repository.remote_url).netloc:
            raise BadInput(
                'the address of its remote holds a user name or password of its own. Take them out '
                'of the address first.'
            )
        if wanted.type == 'bearer' and wanted.state == 'present' and not self.bearer:
            raise BadInput(
                '%s takes no bearer tokens for the remotes of its proxies by REST; that needs '
                'Nexus Repository 3.76 or newer.' % self.product
            )
        if wanted.preemptive:
            if not self.preemptive:
                raise BadInput(
                    '%s has no preemptive authentication; that needs Nexus Repository 3.30 or '
                    'newer.' % self.product
                )
            _refuse_preemptive(wanted, repository.format, repository.remote_url)

    def can_create(self, wanted):
        """:raises BadInput: this server cannot have such a repository."""
        # Before 3.41 a server takes any name, and the proxy answers 500 to whatever is fetched
        # through it
        answer = self.ask('GET', '%s/blobstores' % self.base)
        stores = (
            answer.json() if answer.status == 200 and not answer.is_html else None
        )  # not all users may know, nor 3.0 to 3.18 tell
        name = wanted.create.get('blob_store') or 'default'
        if isinstance(stores, list) and name not in [
            store.get('name') for store in stores if isinstance(store, dict)
        ]:
            raise BadInput(
                'there is no blob store %s to create it in. Give the name of one as blob_store.'
                % sanitize(name)
            )

    def _named(self, name, items):
        """:returns: the one of this name, or None."""
        found = {
            item['name']: item
            for item in items
            if isinstance(item, dict) and isinstance(item.get('name'), str)
        }
        if name not in found:
            for other in found:
                self._exact(name, other)
        return found.get(name)

    def _exact(self, name, found):
        """:raises BadInput: a server that reads without regard to case, and refuses to write so,
        has another repository in mind."""
        if name != found and isinstance(found, str) and name.lower() == found.lower():
            raise BadInput(
                'the server calls it %s, and two names that differ only in case cannot be. Write '
                'it so.' % sanitize(found)
            )

    def absent(self, name):
        return Refused(
            '%s has no repository %s that the user may administer (%s).'
            % (_host(self.client), sanitize(name), self.needs),
            404,
        )

    def refused_by_remote(self, name, answer):
        """:returns: True when a 404 means that the remote did not serve it. 3.41 and newer say so
        on the page while the proxy is blocked after a refusal."""
        return answer.is_html and 'remote auto blocked' in answer.text().lower()

    def same(self, one, other):
        """:returns: True when the two bodies differ in nothing but the authentication."""
        return self.without_authentication(one) == self.without_authentication(other)


class RestProxies(Proxies):
    """3.24 and newer."""

    def __init__(self, client, authorization, product):
        super().__init__(client, authorization, product)
        self.base = '/service/rest/v1' if product.at_least(REST_V1) else '/service/rest/beta'
        self.bearer = product.at_least(BEARER_BY_REST)
        self.preemptive = product.at_least(PREEMPTIVE_SINCE)

    def read(self, name):
        """:returns: C(Repository), or None where there is none. :raises BadInput: it is no
        proxy."""
        if self.product.at_least(REST_ONE_BY_NAME):
            answer = self.ask('GET', '%s/repositories/%s' % (self.base, quote(name, safe='')))
            if answer.status == 404:
                return None
            self._refuse(answer, name)
            about = answer.json_object()
            self._exact(name, about.get('name'))
            _only_proxy(name, about.get('type'))
            answer = self.ask('GET', self._path(about.get('format'), name))
            if answer.status == 404:
                raise self.absent(name)
            self._refuse(answer, name)
            body = answer.json_object()
        else:
            answer = self.ask(
                'GET',
                '/service/rest/v1/repositorySettings'
                if self.product.at_least(REST_V1)
                else '/service/rest/beta/repositories',
            )
            self._refuse(answer, name)
            bodies = answer.json()
            body = self._named(name, bodies if isinstance(bodies, list) else [])
            if body is None:
                return None
            _only_proxy(name, body.get('type'))
        authentication = (body.get('httpClient') or {}).get('authentication')
        return Repository(
            name,
            body.get('format'),
            (body.get('proxy') or {}).get('remoteUrl') or '',
            authentication,
            body,
        )

    def write(self, repository, authentication, wanted):
        body = copy.deepcopy(repository.body)
        self._add_secrets(body, wanted.secrets or {})
        # Read by one name, taken by another up to 3.93
        body['routingRule'] = body.pop('routingRuleName', None)
        body.setdefault('httpClient', {})['authentication'] = authentication
        answer = self.ask('PUT', self._path(repository.format, repository.name), body)
        if answer.status == 404 and SILENT_404[0] <= self.product.numbers[:2] < SILENT_404[1]:
            raise Refused(
                '%s refuses the configuration without saying why (404 to PUT, though the '
                'repository can be read): likely causes are a user name or '
                'password that it does not take, preemptive with an http remote, or a remote '
                'address that it holds for wrong.' % self.product,
                404,
            )
        self._refuse(answer, repository.name)

    @staticmethod
    def _add_secrets(body, secrets):
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
                    'back would lose them. Give it in secrets, '
                    'or say there that it is null.' % part
                )

    def create(self, wanted, authentication):
        made = wanted.create
        body = {
            'name': wanted.name,
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
        self._refuse(self.ask('POST', '%s/repositories/maven/proxy' % self.base, body), wanted.name)

    def authentication(self, wanted, now):
        """:returns: the authentication to write. :param now: the present one, or None."""
        if wanted.type == 'bearer':
            return {'type': BEARER, BEARER: wanted.bearer_token}
        new = {'type': wanted.type, 'username': wanted.username, 'password': wanted.password}
        if wanted.type == 'ntlm':
            new.update(ntlmHost=wanted.ntlm_host, ntlmDomain=wanted.ntlm_domain)
        preemptive = (
            wanted.preemptive if wanted.preemptive is not None else (now or {}).get('preemptive')
        )
        if preemptive is not None and self.preemptive:
            new['preemptive'] = preemptive
        return new

    @staticmethod
    def without_authentication(body):
        body = copy.deepcopy(body)
        (body.get('httpClient') or {}).pop('authentication', None)
        for part in WRITE_ONLY:  # what is shown of it changes with what secrets gives
            body.pop(part, None)
        parent, part = REGISTRY_LOGIN
        (body.get(parent) or {}).pop(part, None)
        return body

    def _path(self, format_name, name):
        segment = {'maven2': 'maven'}.get(format_name, format_name or '')
        return '%s/repositories/%s/proxy/%s' % (
            self.base,
            quote(segment, safe=''),
            quote(name, safe=''),
        )

    def _refuse(self, answer, name):
        if answer.status in (200, 201, 204):
            return
        if answer.status == 403:
            raise Refused(
                'The user may not change the repository %s on %s (403). It needs the privilege '
                'nx-repository-admin-*-%s-edit.'
                % (sanitize(name), _host(self.client), sanitize(name)),
                403,
            )
        if answer.status == 404:
            raise self.absent(name)
        if answer.status == 400:
            raise Refused(
                '%s refuses the configuration of %s (400): %s'
                % (
                    self.product,
                    sanitize(name),
                    _reasons(answer) or 'it does not say why.',
                ),
                400,
            )
        raise ServerProblem(
            "%s answered %d. The server's log tells more." % (answer.request_label, answer.status),
            answer.status,
        )

    def url_of(self, name):
        return '/repository/%s/' % quote(name, safe='')


class ExtDirectProxies(Proxies):
    """3.0 to 3.23, by what the web pages use."""

    def read(self, name):
        body = self._named(name, self._call('read', None))
        if body is None:
            return None
        _only_proxy(name, body.get('type'))
        body.pop('status', None)
        attributes = body.get('attributes') or {}
        return Repository(
            name,
            body.get('format'),
            (attributes.get('proxy') or {}).get('remoteUrl') or '',
            (attributes.get('httpclient') or {}).get('authentication'),
            body,
        )

    def write(self, repository, authentication, wanted):
        body = copy.deepcopy(repository.body)
        client = body['attributes'].setdefault('httpclient', {})
        client.pop('authentication', None)
        if authentication is not None:
            client['authentication'] = authentication
        self._call('update', [body])

    def create(self, wanted, authentication):
        made = wanted.create
        client = {'blocked': False, 'autoBlock': True}
        if authentication:
            client['authentication'] = authentication
        # Measured on 3.23: a body without format, type and url makes a NullPointerException
        self._call(
            'create',
            [
                {
                    'name': wanted.name,
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

    def authentication(self, wanted, now):
        new = {'type': wanted.type, 'username': wanted.username, 'password': wanted.password}
        if wanted.type == 'ntlm':
            new.update(ntlmHost=wanted.ntlm_host, ntlmDomain=wanted.ntlm_domain)
        return new

    @staticmethod
    def without_authentication(body):
        body = copy.deepcopy(body)
        ((body.get('attributes') or {}).get('httpclient') or {}).pop('authentication', None)
        return body

    def _call(self, method, data):
        """:returns: the data of the result. It is always HTTP 200, whatever came of it."""
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
        if not isinstance(result, dict) or not result.get('success'):
            result = result if isinstance(result, dict) else {}
            errors = result.get('errors') if isinstance(result.get('errors'), dict) else {}
            words = ['%s: %s' % (sanitize(key), sanitize(value)) for key, value in errors.items()]
            words = words or [sanitize(result.get('message')) or 'it does not say why']
            raise Refused(
                '%s refuses it: %s. The user needs the privileges of nx-repository-admin-*.'
                % (self.product, '; '.join(words)),
                200,
            )
        return result.get('data') or []

    def url_of(self, name):
        return '/repository/%s/' % quote(name, safe='')


class Nexus2Proxies(Proxies):
    """2.x. Its REST interface escapes HTML in every string that it takes, so what was read is
    unescaped once before it is written."""

    needs = 'role ui-repository-admin; groups are not found there, and have no remote'

    def read(self, name):
        answer = self.ask('GET', '/service/local/repositories/%s' % quote(name, safe=''))
        if answer.status == 404:
            return None
        self._refuse(answer, name)
        body = answer.json_object().get('data')
        if not isinstance(body, dict):
            raise ServerProblem(
                '%s answered with something that is no repository.' % answer.request_label,
                answer.status,
            )
        _only_proxy(name, body.get('repoType'))
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
            name, body.get('format'), storage.get('remoteStorageUrl') or '', now, body
        )

    def write(self, repository, authentication, wanted):
        body = copy.deepcopy(repository.body)
        storage = body['remoteStorage']
        storage.pop('authentication', None)
        if authentication:
            storage['authentication'] = authentication
        # It gains a slash with every write that leaves it there
        self._refuse(
            self.ask(
                'PUT',
                '/service/local/repositories/%s' % quote(repository.name, safe=''),
                {'data': body},
            ),
            repository.name,
        )

    def can_create(self, wanted):
        if wanted.create.get('version_policy') == 'mixed':
            raise BadInput(
                '%s has no version_policy mixed: a repository holds either releases or snapshots. '
                'Use release or snapshot.' % self.product
            )
        if '&' in wanted.create['remote_url']:
            raise BadInput(
                '%s escapes & in what it takes, so it would fetch from another address than '
                'remote_url. Write %%26 instead.' % self.product
            )

    def create(self, wanted, authentication):
        made = wanted.create
        storage = {'remoteStorageUrl': made['remote_url']}
        if authentication:
            storage['authentication'] = authentication
        self._refuse(
            self.ask(
                'POST',
                '/service/local/repositories',
                {
                    'data': {
                        'id': wanted.name,
                        'name': wanted.name,
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
            wanted.name,
        )

    def authentication(self, wanted, now):
        given = ''.join(
            filter(None, (wanted.username, wanted.password, wanted.ntlm_host, wanted.ntlm_domain))
        )
        if not given.isascii() or set(given) & set('&<>"'):
            raise BadInput(
                '%s escapes & < > " and what is not ASCII in what it takes, so the remote would '
                'get other credentials than these. Use some without '
                'these characters; user tokens have none.' % self.product
            )
        new = {'username': wanted.username, 'password': wanted.password}
        if wanted.type == 'ntlm':
            new.update(ntlmHost=wanted.ntlm_host or '', ntlmDomain=wanted.ntlm_domain or '')
        return new

    def refused_by_remote(self, name, answer):
        answer = self.ask('GET', '/service/local/repositories/%s/status' % quote(name, safe=''))
        status = answer.error_object().get('data')
        status = status if isinstance(status, dict) else {}
        return status.get('remoteStatus') == 'UNAVAILABLE' or str(
            status.get('proxyMode')
        ).startswith('BLOCKED')

    def supports(self, wanted, repository):
        super().supports(wanted, repository)
        if wanted.type == 'ntlm' and wanted.state == 'present' and not wanted.ntlm_domain:
            raise BadInput('%s knows NTLM by its domain only: give ntlm_domain.' % self.product)

    @staticmethod
    def without_authentication(body):
        body = copy.deepcopy(body)
        (body.get('remoteStorage') or {}).pop('authentication', None)
        if isinstance(body.get('defaultLocalStorageUrl'), str):
            body['defaultLocalStorageUrl'] = body['defaultLocalStorageUrl'].rstrip(
                '/'
            )  # gains a slash by the first write
        return body

    def _refuse(self, answer, name):
        if answer.status in (200, 201, 204):
            return
        if answer.status == 403:
            raise Refused(
                'The user may not change the repository %s on %s (403). It needs the privileges of '
                'the role ui-repository-admin.' % (sanitize(name), _host(self.client)),
                403,
            )
        if answer.status == 404:
            raise self.absent(name)
        if answer.status == 400:
            raise Refused(
                '%s refuses the configuration of %s (400): %s'
                % (
                    self.product,
                    sanitize(name),
                    _reasons(answer) or 'it does not say why.',
                ),
                400,
            )
        raise ServerProblem(
            "%s answered %d. The server's log tells more." % (answer.request_label, answer.status),
            answer.status,
        )

    def url_of(self, name):
        return '/content/repositories/%s/' % quote(name, safe='')


def open_proxies(client, username, password, nexus_version=None):
    """Find out what server this is, and check the credentials on the way.

    :returns: the C(Proxies) that fit it. :raises Refused: wrong credentials, or no Nexus there."""
    authorization, product = basic_authorization(username, password), Product(nexus_version)
    answer = None
    for path in () if product.numbers else STATUS_PATHS:
        answer = client.request('GET', path, authorization=authorization)
        refuse_host(answer, client.url)
        if answer.status == 401:
            raise wrong_login(answer)
        if answer.status == 200 and not answer.is_html:
            product.learn_status(answer.error_object())
        if product.learn(answer):
            break
    if product.generation is None:
        raise Refused(
            '%s does not tell its version. Set nexus_version, and check that url ends with the '
            'context path (Nexus 2 has /nexus by default).' % _host(client)
        )
    if not product.at_least((3, 0)):
        kind = Nexus2Proxies
    else:
        kind = RestProxies if product.at_least(REST_KEEPS_CREDENTIALS) else ExtDirectProxies
    proxies = kind(client, authorization, product)
    proxies.in_place = (
        True if answer is not None and answer.status == 200 and not answer.is_html else None
    )
    return proxies


def differences(wanted, now):
    """:param now: the present authentication, or None. :returns: the names of what has to change;
    C(password) only where that can be known or is asked for."""
    if wanted.state == 'absent':
        return ['authentication'] if now else []
    kind = {'bearer': BEARER}.get(wanted.type, wanted.type)
    if not now:
        return ['authentication']
    changed = []
    if now.get('type') != kind:
        changed.append('type')
    if wanted.type != 'bearer' and now.get('username') != wanted.username:
        changed.append('username')
    if wanted.type == 'ntlm':
        changed += [
            option
            for option, key in (('ntlm_host', 'ntlmHost'), ('ntlm_domain', 'ntlmDomain'))
            if (now.get(key) or None) != (getattr(wanted, option) or None)
            and getattr(wanted, option) is not None
        ]
    if wanted.preemptive is not None and bool(now.get('preemptive')) != wanted.preemptive:
        changed.append('preemptive')
    if wanted.update_password == 'always' or 'username' in changed or 'type' in changed:
        changed.append('password' if wanted.type != 'bearer' else 'access_token')
    return changed


def bring(proxies, wanted, check_mode):
    """Bring the authentication of one proxy into the wanted state.

    :returns: C({name, state, changed}), with the names of what changed, and the two states of it
    for diff mode, without any secret.
    :raises TokensError: with the repository's name."""
    register(*_secrets([wanted.password, wanted.bearer_token, wanted.secrets]))
    try:
        return _bring(proxies, wanted, check_mode)
    except BadInput as problem:
        raise BadInput('repository %s: %s' % (sanitize(wanted.name), problem)) from None


def _bring(proxies, wanted, check_mode):
    repository = proxies.read(wanted.name)
    if repository is None:
        if wanted.state == 'absent':
            return _told(wanted, None, None, [])
        if not wanted.create:
            raise proxies.absent(wanted.name)
        proxies.supports(
            wanted, Repository(wanted.name, 'maven2', wanted.create['remote_url'], None, {})
        )
        proxies.can_create(wanted)
        authentication = proxies.authentication(wanted, None)
        if not check_mode:
            proxies.create(wanted, authentication)
            _read_back(proxies, wanted, None)
        return _told(wanted, None, authentication, ['repository'])
    changed, authentication = _decide(proxies, wanted, repository)
    if changed and not check_mode:
        # The server has no way to write only if nothing changed since. What is written back is
        # therefore read again right before.
        repository = proxies.read(wanted.name)
        if repository is None:
            raise proxies.absent(wanted.name)
        changed, authentication = _decide(proxies, wanted, repository)
        if changed:
            proxies.write(repository, authentication, wanted)
            _read_back(proxies, wanted, repository)
    return _told(
        wanted,
        repository.authentication,
        authentication if changed else repository.authentication,
        changed,
    )


def _decide(proxies, wanted, repository):
    """:returns: the names of what has to change, and the authentication to write. :raises BadInput:
    this server or repository cannot have it."""
    proxies.supports(wanted, repository)
    authentication = (
        None
        if wanted.state == 'absent'
        else proxies.authentication(wanted, repository.authentication)
    )
    return differences(wanted, repository.authentication), authentication


def _secrets(value):
    """:returns: all texts within nested mappings and lists."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _secrets(item)]
    return [value] if isinstance(value, str) else []


def _read_back(proxies, wanted, before):
    after = proxies.read(wanted.name)
    if after is None:
        raise ServerProblem(
            'the repository %s cannot be read after it was written.' % sanitize(wanted.name)
        )
    left = differences(wanted._replace(update_password='on_create'), after.authentication)
    if left:
        raise ServerProblem(
            '%s took the configuration of %s but did not keep %s. Somebody else may have changed '
            'it at the same time: look at it.'
            % (proxies.product, sanitize(wanted.name), ', '.join(left))
        )
    if before is not None and not proxies.same(before.body, after.body):
        raise ServerProblem(
            'the repository %s differs from what was written in more than its authentication: '
            'somebody else changed it at the same '
            'time. Look at it.' % sanitize(wanted.name)
        )


def _told(wanted, before, after, changed):
    after = (
        dict(after, type=after.get('type') or wanted.type) if after else None
    )  # Nexus 2 has no types
    states = {'before': _visible(before), 'after': _visible(after)}
    if {'password', 'access_token'} & set(changed):  # where nothing else may be there to see
        states['before']['secret'], states['after']['secret'] = 'unknown', 'the given one'
    return dict(states, name=wanted.name, state=wanted.state, changed=changed)


def _visible(authentication):
    return {
        key: value
        for key, value in (authentication or {}).items()
        if key not in ('password', BEARER) and value not in (None, '')
    }


def verify(proxies, wanted):
    """Let the proxy fetch a file, as the user who administers it. What the proxy has cached it does
    not fetch again.

    :returns: a mapping C({name, accepted, msg})."""
    try:
        answer = proxies.client.request(
            'GET',
            proxies.url_of(wanted.name) + quote(wanted.verify_path.lstrip('/'), safe='/'),
            authorization=proxies.authorization,
            accept='*/*',
            repeatable=False,
        )  # a second try finds the proxy blocked
        status = answer.status
    except ServerProblem as problem:
        status = problem.status
        if status != 200:  # a 200 whose body is larger than we want to have is a success
            raise
    if status == 200:
        return {'name': wanted.name, 'accepted': True, 'message': ''}
    if status == 404 and not proxies.refused_by_remote(wanted.name, answer):
        return {
            'name': wanted.name,
            'accepted': None,
            'message': 'the proxy %s has no %s (404): its remote does not have it, or hides it '
            'from these credentials, '
            'or never saw them, since Nexus sends them only after a 401 with a challenge, or with '
            'preemptive' % (sanitize(wanted.name), sanitize(wanted.verify_path)),
        }
    reason = (
        "the server's log tells more"
        if status == 500
        else 'the remote refuses the credentials, or is down'
    )
    return {
        'name': wanted.name,
        'accepted': False,
        'message': 'the proxy %s cannot fetch %s from its remote (%d): %s'
        % (sanitize(wanted.name), sanitize(wanted.verify_path), status, reason),
    }


def _only_proxy(name, kind):
    if kind != 'proxy':
        raise BadInput('it is a %s repository; only proxies have a remote.' % sanitize(kind))


def _unescaped(value):
    if isinstance(value, dict):
        return {key: _unescaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return html.unescape(value) if isinstance(value, str) else value


def _reasons(answer):
    """:returns: what a 400 says: a list of C({id, message}), one such object, C({errors: [{id,
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
            what = sanitize(html.unescape(str(item.get('message') or item.get('msg') or '')))
            words.append(what if where in ('', '*') else '%s %s' % (where, what))
    return '; '.join(words)


def _host(client):
    return client.url.split('://', 1)[1]


class NexusProxyCredential(Manager):
    """Makes the credentials of proxies what the options say. See the module. It is no source of
    tokens, but has the same options for the connection."""

    TYPE = 'nexus_proxy_credential'
    SECRET_RESULTS = ()
    PREFIX = 'nexus'
    HAS_STATE = False
    ARGUMENTS = dict(
        dict.fromkeys(POLICY),
        **{
            'url': {'type': 'str', 'required': True},
            'username': {'type': 'str', 'required': True},
            'password': {'type': 'str', 'required': True, 'no_log': True},
            'nexus_version': {'type': 'str'},
            'repositories': {
                'type': 'list',
                'elements': 'dict',
                'required': True,
                'options': {
                    'name': {'type': 'str', 'required': True},
                    'state': {
                        'type': 'str',
                        'choices': ['present', 'absent'],
                        'default': 'present',
                    },
                    'type': {'type': 'str', 'choices': ['username', 'ntlm', 'bearer']},
                    'token': {'type': 'str', 'no_log': False},
                    'username': {'type': 'str'},
                    'password': {
                        'type': 'raw',
                        'no_log': True,
                    },  # a number must not become a text behind the user's back
                    'access_token': {'type': 'raw', 'no_log': True},
                    'ntlm_host': {'type': 'str'},
                    'ntlm_domain': {'type': 'str'},
                    'preemptive': {'type': 'bool'},
                    'update_password': {
                        'type': 'str',
                        'choices': ['on_create', 'always'],
                        'default': 'on_create',
                        'no_log': False,
                    },
                    'create': {
                        'type': 'dict',
                        'options': {
                            'remote_url': {'type': 'str', 'required': True},
                            'version_policy': {
                                'type': 'str',
                                'choices': ['release', 'snapshot', 'mixed'],
                            },
                            'layout_policy': {
                                'type': 'str',
                                'choices': ['strict', 'permissive'],
                                'default': 'strict',
                            },
                            'blob_store': {'type': 'str', 'default': 'default'},
                        },
                    },
                    'secrets': {'type': 'dict', 'no_log': True},
                    'verify_path': {'type': 'str'},
                    'expires_at': {'type': 'str'},
                },
            },
        },
    )

    @classmethod
    def check(cls, options):
        if ':' in options['username']:
            raise BadInput(
                'username must not hold a colon: HTTP Basic authentication ends the name there.'
            )
        check_address(options)
        names = [entry['name'] for entry in options['repositories']]
        if len(set(names)) != len(names):
            raise BadInput('repositories names the same repository twice.')
        for entry in options['repositories']:
            if entry.get('token'):
                raise BadInput(
                    'repository %s: token is the name of a source, which is looked up on the '
                    'controller. Call the module by its full name, '
                    'buildops.tokens.nexus_proxy_credential.' % sanitize(entry['name'])
                )
            check(_wanted(entry))

    def ensure(self, check_mode=False):
        """Bring all repositories into the wanted state; one that fails does not keep the others
        from theirs.

        :returns: the module's result. :raises TokensError: nothing could be done at all."""
        try:
            proxies = open_proxies(
                self.client,
                self.options['username'],
                self.options['password'],
                self.options.get('nexus_version'),
            )
            told, verification, problems = [], [], []
            for entry in self.options['repositories']:
                wanted = _wanted(entry)
                try:
                    told.append(bring(proxies, wanted, check_mode))
                    self._warn(wanted)
                    if wanted.verify_path and wanted.state == 'present' and not check_mode:
                        verification.append(verify(proxies, wanted))
                except TokensError as problem:
                    if proxies.in_place is False or (
                        getattr(problem, 'status', None) == 401 and not told
                    ):
                        raise  # it would be the same for all
                    problems.append(str(problem))
        finally:
            self.close()
        result = {
            'changed': any(one['changed'] for one in told),
            'verification': verification,
            'server': {'version': proxies.product.version, 'edition': proxies.product.edition},
            'diff': {
                state: {one['name']: one[state] for one in told} for state in ('before', 'after')
            },
            'repositories': [
                {key: one[key] for key in ('name', 'state', 'changed')} for one in told
            ],
        }
        closed = [attempt['message'] for attempt in verification if attempt['accepted'] is False]
        if closed:
            problems.append(
                'The credentials are set, but they open nothing: %s.' % '; '.join(closed)
            )
        if problems:
            result.update(failed=True, msg=' '.join(problems))
        return result

    def _warn(self, wanted):
        if (
            wanted.state == 'present'
            and wanted.expires_at is not None
            and wanted.expires_at < self.clock() + SOON
        ):
            self.warnings.append(
                'The credentials of the repository %s end at %s. From then on its remote refuses '
                'it: run this again before, with '
                'update_password: always.'
                % (
                    sanitize(wanted.name),
                    time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(wanted.expires_at)),
                )
            )


def _wanted(entry):
    """:param entry: an element of O(repositories). :returns: C(Wanted)."""
    kind = entry.get('type') or (
        'username' if entry.get('access_token') in (None, '') else 'bearer'
    )
    return Wanted(
        entry['name'],
        entry['state'],
        kind,
        entry.get('username'),
        entry.get('password'),
        entry.get('access_token'),
        entry.get('ntlm_host'),
        entry.get('ntlm_domain'),
        entry.get('preemptive'),
        entry['update_password'],
        entry.get('create'),
        entry.get('secrets'),
        entry.get('verify_path'),
        from_iso8601(entry.get('expires_at')),
    )
