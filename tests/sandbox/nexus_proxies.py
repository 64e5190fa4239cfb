# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repositories of the Nexus 3 stand-in: their REST by version, ExtDirect, and proxies that really
fetch from their remote.

What REST and ExtDirect answer was measured on 3.16.0, 3.23.0, 3.24.0, 3.30.0, 3.41.1, 3.62.0
(OrientDB and H2) and 3.71.0. A proxy keeps no copies: every request shows what the remote says now.
C(app.repositories.fetches) lists what was requested and with which credentials.
"""

from __future__ import annotations

import base64
import copy
import dataclasses
import datetime
import http.client
import json
import re
import ssl
import typing as t
from urllib.parse import quote, urlsplit

from .nexus_core import JSON, Refusal, jackson, negotiate
from .serving import Answer

if t.TYPE_CHECKING:
    from .nexus3 import Nexus3

VALIDATION_ERRORS = 'application/vnd.siesta-validation-errors-v1+json'
PREEMPTIVE_RULE = 'Pre-emptive authentication is allowed only when using HTTPS remote URL'
BLOCK_SECONDS = 40
NAME_RULE = (
    'Only letters, digits, underscores(_), hyphens(-), and dots(.) are allowed and may not start '
    'with underscore or dot.'
)
#: By path segment: value of C(format), first version, additional keys that a body may have
#: (those in capitals must).
FORMATS: dict[str, tuple[str, tuple[int, ...], tuple[str, ...]]] = {
    'maven': ('maven2', (3, 20), ('MAVEN',)),
    'apt': ('apt', (3, 20), ('APT',)),
    'npm': ('npm', (3, 20), ('npm',)),
    'raw': ('raw', (3, 24), ('raw',)),
    'docker': ('docker', (3, 24), ('DOCKER', 'DOCKERPROXY')),
    'nuget': ('nuget', (3, 24), ('NUGETPROXY',)),
    'pypi': ('pypi', (3, 24), ('pypi',)),
    'yum': ('yum', (3, 24), ('yumSigning',)),
    'helm': ('helm', (3, 24), ()),
    'go': ('go', (3, 24), ()),
    'conan': ('conan', (3, 24), ('conanProxy',)),
    'conda': ('conda', (3, 24), ()),
    'cocoapods': ('cocoapods', (3, 24), ()),
    'p2': ('p2', (3, 24), ()),
    'r': ('r', (3, 24), ()),
    'rubygems': ('rubygems', (3, 24), ()),
    'cargo': ('cargo', (3, 74), ('cargo',)),
    'composer': ('composer', (3, 81), ()),
    'huggingface': ('huggingface', (3, 81), ('xet',)),
    'terraform': ('terraform', (3, 88), ('terraform',)),
    'swift': ('swift', (3, 89), ('swift',)),
    'pub': ('pub', (3, 92), ()),
    'ansiblegalaxy': ('ansiblegalaxy', (3, 93), ()),
}
_EXTRAS = {name.upper(): name for name in ('maven', 'apt', 'docker', 'dockerProxy', 'nugetProxy')}
#: Parts of format extras that a server takes and never gives back.
WRITE_ONLY = {'yumSigning': ('keypair', 'passphrase'), 'aptSigning': ('keypair', 'passphrase')}


@dataclasses.dataclass
class Repository:
    """As a server keeps it; C(attributes) in the layout of ExtDirect, with the passwords."""

    name: str
    format: str
    type: str
    attributes: dict
    online: bool = True
    routing_rule: str | None = None
    blocked_until: float = dataclasses.field(default=0, compare=False)

    def part(self, name: str) -> dict:
        return self.attributes.setdefault(name, {})


@dataclasses.dataclass
class Fetch:
    """One request of a proxy to its remote.

    :ivar credentials: user and password of its Basic credentials, C('bearer ...'), or None.
    """

    url: str
    credentials: str | None
    status: int


def fetch(
    url: str, authorization: str | None, agent: str, ca_path: str | None
) -> tuple[int, str | None, str | None, bytes]:
    """Asks a remote for a file: status, challenge, content type, body.

    Status 0 when nobody answers.
    """
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    try:
        if parts.scheme == 'https':
            context = ssl.create_default_context(cafile=ca_path)
            connection = http.client.HTTPSConnection(
                parts.hostname or '', parts.port, timeout=20, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname or '', parts.port, timeout=20)
        try:
            headers = {'User-Agent': agent}
            if authorization:
                headers['Authorization'] = authorization
            connection.request(
                'GET',
                quote(parts.path or '/', safe="/%:@!$&'()*+,;=~-._")
                + (f'?{parts.query}' if parts.query else ''),
                headers=headers,
            )
            response = connection.getresponse()
            return (
                response.status,
                response.getheader('WWW-Authenticate'),
                response.getheader('Content-Type'),
                response.read(),
            )
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None, None, b''


def basic(user: str, password: str) -> str:
    """Basic credentials as a proxy sends them: what is not ASCII becomes a question mark."""
    return 'Basic ' + base64.b64encode(f'{user}:{password}'.encode('ascii', 'replace')).decode()


class Invalid(Exception):
    """Validation errors, as pairs of id and message."""

    def __init__(self, *errors: tuple[str, str], facet: bool = False):
        super().__init__(errors)
        self.errors = errors
        self.facet = facet


class Repositories:
    """The repositories of one Nexus 3, and its REST for them."""

    def __init__(self, nexus: Nexus3, h2: bool | None):
        self.nexus = nexus
        self.number = number = nexus.number
        self.h2 = number >= (3, 71) if h2 is None else h2
        self.fetches: list[Fetch] = []
        self.routing_rules: dict[str, str] = {}
        self.known: dict[str, Repository] = {}
        self._prepare()
        if number >= (3, 20):
            self._routes('/beta', number >= (3, 23))
        if number >= (3, 26):
            self._routes('/v1', False)
        nexus.route('/v1/repositories', GET=self.short_list)
        if number >= (3, 26):
            nexus.route('/v1/repositorySettings', GET=self.full_list)
            handlers: dict[str, t.Callable] = {'DELETE': self.delete}
            if number >= (3, 38):
                handlers['GET'] = self.short_one
            nexus.route('/v1/repositories/(?P<name>[^/]+)', **handlers)
            nexus.route('/internal/ui/repositories', GET=self.names)
        for since, base in (((3, 20), '/beta'), ((3, 24), '/v1')):
            if number >= since:
                nexus.route(base + '/blobstores', GET=self.blob_stores)

    def _prepare(self):
        for name, kind, policy in (
            ('maven-central', 'proxy', 'RELEASE'),
            ('maven-snapshots', 'hosted', 'SNAPSHOT'),
            ('maven-releases', 'hosted', 'RELEASE'),
        ):
            attributes = {
                'maven': {
                    'versionPolicy': policy,
                    'layoutPolicy': 'PERMISSIVE' if kind == 'proxy' else 'STRICT',
                },
                'storage': {'strictContentTypeValidation': False, 'blobStoreName': 'default'},
            }
            if self.number >= (3, 41):
                attributes['maven']['contentDisposition'] = 'INLINE'
            if kind == 'proxy':
                attributes.update(
                    {
                        'proxy': {
                            'contentMaxAge': -1,
                            'remoteUrl': 'https://central.test/maven2/',
                            'metadataMaxAge': 1440,
                        },
                        'negativeCache': {'timeToLive': 1440, 'enabled': True},
                        'httpclient': {'connection': {'blocked': False, 'autoBlock': True}},
                    }
                )
                if self.number < (3, 41):
                    attributes['maven-indexer'] = {}
            else:
                attributes['storage']['writePolicy'] = (
                    'ALLOW_ONCE' if policy == 'RELEASE' else 'ALLOW'
                )
            self.known[name] = Repository(name, 'maven2', kind, attributes)
        self.known['maven-public'] = Repository(
            'maven-public',
            'maven2',
            'group',
            {
                'maven': {'versionPolicy': 'MIXED'},
                'storage': {'blobStoreName': 'default'},
                'group': {'memberNames': ['maven-releases', 'maven-snapshots', 'maven-central']},
            },
        )

    def _routes(self, base, full_list):
        nexus = self.nexus
        if full_list:
            nexus.route(base + '/repositories', GET=self.full_list)
        if base == '/beta':
            nexus.route('/beta/repositories/(?P<name>[^/]+)', DELETE=self.delete)
        if base == '/v1' or self.number < (3, 24):
            nexus.route(base + '/routing-rules', POST=self.create_rule)
        elif self.number < (3, 26):
            nexus.route('/v1/routing-rules', POST=self.create_rule)
        for segment, (_format, since, _extras) in FORMATS.items():
            if self.number < since:
                continue
            for kind in ('proxy', 'hosted') + (('group',) if self.number >= (3, 24) else ()):
                path = f'{base}/repositories/(?P<format>{segment})/(?P<type>{kind})'
                nexus.route(path, POST=self.create)
                handlers: dict[str, t.Callable] = {'PUT': self.update}
                if self.number >= (3, 27):
                    handlers['GET'] = self.get
                nexus.route(path + '/(?P<name>[^/]+)', **handlers)

    # reading

    def _url(self, request, name):
        return request.root_url.rstrip('/') + self.nexus.context + '/repository/' + name

    def _is_admin(self, user):
        return user is not None and self.nexus.state.users[user].admin

    def _visible(self):
        hosted = {
            name: Repository(
                name,
                'maven2',
                'hosted',
                {
                    'maven': {'versionPolicy': 'MIXED', 'layoutPolicy': 'PERMISSIVE'},
                    'storage': {
                        'blobStoreName': 'default',
                        'strictContentTypeValidation': True,
                        'writePolicy': 'ALLOW',
                    },
                },
            )
            for name in self.nexus.state.repositories
        }
        return {**self.known, **hosted}

    def _named(self, name):
        """Reading one does not look at the case of its name (measured on 3.41.1 and 3.71.0)."""
        return next(
            (item for known, item in self._visible().items() if known.lower() == name.lower()), None
        )

    def short_list(self, request, user, values):
        if user is None and not self.nexus.state.anonymous:
            return self.nexus.json([])
        return self.nexus.json([self._short(request, item) for item in self._visible().values()])

    def short_one(self, request, user, values):
        found = self._named(values['name'])
        return (
            self.nexus.fault(404) if found is None else self.nexus.json(self._short(request, found))
        )

    def names(self, request, user, values):
        return self.nexus.json([{'id': name, 'name': name} for name in sorted(self._visible())])

    def blob_stores(self, request, user, values):
        if not self._is_admin(user):
            return self.nexus.fault(403)
        found = {
            'softQuota': None,
            'name': 'default',
            'type': 'File',
            'blobCount': 0,
            'totalSizeInBytes': 0,
            'availableSpaceInBytes': 76010762240,
        }
        return self.nexus.json(
            [{**found, 'unavailable': False} if self.number >= (3, 41) else found]
        )

    def _short(self, request, item):
        attributes = (
            {'proxy': {'remoteUrl': item.part('proxy')['remoteUrl']}}
            if item.type == 'proxy'
            else {}
        )
        found = {
            'name': item.name,
            'format': item.format,
            'type': item.type,
            'url': self._url(request, item.name),
        }
        return found if self.number < (3, 20) else {**found, 'attributes': attributes}

    def full_list(self, request, user, values):
        if user is None:
            return self.nexus.fault(403)
        return self.nexus.json(
            [self._full(request, item) for item in self._visible().values()]
            if self._is_admin(user)
            else []
        )

    def get(self, request, user, values):
        if user is None:
            return self.nexus.fault(403)
        item = self._named(values['name'])
        if (
            item is None
            or not self._is_admin(user)
            or (item.format, item.type) != (FORMATS[values['format']][0], values['type'])
        ):
            return self._message(404, 'Repository not found')
        return self.nexus.json(self._full(request, item))

    def _full(self, request, item):
        number = self.number
        storage = item.part('storage')
        found: dict[str, t.Any] = {
            'name': item.name,
            'url': self._url(request, item.name),
            'online': item.online,
        }
        if item.type == 'group':
            found.update(
                {
                    'format': item.format,
                    'storage': {
                        'blobStoreName': storage['blobStoreName'],
                        'strictContentTypeValidation': True,
                    },
                    'group': item.part('group'),
                    'type': item.type,
                }
            )
            return found
        found['storage'] = {
            'blobStoreName': storage['blobStoreName'],
            'strictContentTypeValidation': storage['strictContentTypeValidation'],
            'writePolicy': storage.get('writePolicy', 'ALLOW'),
        }
        if item.format == 'raw' and item.type == 'proxy' and number < (3, 41):
            del found['storage']['writePolicy']
        policies = item.attributes.get('cleanup', {}).get('policyName')
        found['cleanup'] = {'policyNames': policies} if policies else None
        if item.type == 'proxy':
            self._full_proxy(item, found)
        for key in self._extras(item):
            extra = copy.deepcopy(item.attributes.get(key))
            if key == 'maven':
                extra = {
                    name: extra.get(name)
                    for name in ('versionPolicy', 'layoutPolicy')
                    + (('contentDisposition',) if number >= (3, 41) else ())
                }
            elif key == 'raw' and number >= (3, 41):
                extra = extra or {'contentDisposition': 'ATTACHMENT'}
            elif isinstance(extra, dict):
                extra = {
                    name: None if name in WRITE_ONLY.get(key, ()) else value
                    for name, value in extra.items()
                }
            elif extra is None and key == 'raw':
                continue
            found[key] = extra
        if item.type == 'hosted' and number >= (3, 30):
            found['component'] = {'proprietaryComponents': False}
        if self.nexus.has_tokens and item.type == 'proxy' and number >= (3, 37):
            found['replication'] = item.attributes.get('replication')
        found.update(format=item.format, type=item.type)
        return found

    def _full_proxy(self, item, found):
        client = item.part('httpclient')
        connection = client.get('connection') or {}
        keys = ['retries', 'userAgentSuffix', 'timeout']
        flags = ['enableCircularRedirects', 'enableCookies'] + (
            ['useTrustStore'] if self.number >= (3, 30) else []
        )
        authentication = client.get('authentication')
        if authentication:
            shown = {
                'type': authentication.get('type'),
                'username': authentication.get('username'),
                'ntlmHost': authentication.get('ntlmHost'),
                'ntlmDomain': authentication.get('ntlmDomain'),
            }
            if item.format == 'maven2' and self.number >= (3, 30):
                shown['preemptive'] = authentication.get('preemptive')
        found['proxy'] = {
            key: item.part('proxy')[key] for key in ('remoteUrl', 'contentMaxAge', 'metadataMaxAge')
        }
        found['negativeCache'] = {
            key: item.part('negativeCache')[key] for key in ('enabled', 'timeToLive')
        }
        found['httpClient'] = {
            'blocked': client.get('blocked', False),
            'autoBlock': client.get('autoBlock', False),
            'connection': {
                **{key: connection.get(key) for key in keys},
                **{key: connection.get(key, False) for key in flags},
            },
            'authentication': shown if authentication else None,
        }
        found['routingRuleName'] = item.routing_rule

    def _extras(self, item):
        return [
            _EXTRAS.get(key, key)
            for name, _since, extras in FORMATS.values()
            if name == item.format
            for key in extras
        ]

    # writing

    def create(self, request, user, values):
        return self._write(request, user, values, self._create)

    def update(self, request, user, values):
        return self._write(request, user, values, self._update)

    def _write(self, request, user, values, action):
        if request.mimetype != JSON:
            return self.nexus.fault(415)
        kind = negotiate(request, [VALIDATION_ERRORS + ';any', JSON])
        if kind is None:
            return self.nexus.fault(406)
        try:
            body = self._parse(request)
            self._check_bean(body, values)
            if not self._is_admin(user):
                return self.nexus.fault(403)
            return action(body, values)
        except Invalid as invalid:
            if invalid.facet and action == self._update and (3, 41) <= self.number < (3, 57):
                return self.nexus.reply(404)
            kind = JSON if kind == JSON else VALIDATION_ERRORS
            return self.nexus.fault(
                400,
                [('Vary', 'Accept'), ('Content-Type', kind)],
                jackson([{'id': key, 'message': text} for key, text in invalid.errors]),
            )

    def _parse(self, request):
        text = request.get_data()
        if not text.strip():
            raise Invalid(('PARAMETER arg0', 'must not be null'))
        try:
            body = json.loads(text)
        except ValueError:
            raise Refusal(
                self.nexus.fault(
                    400,
                    [('Content-Type', JSON)],
                    jackson(
                        {
                            'id': '*',
                            'message': (
                                'Could not process the input: Unexpected end-of-input '
                                'within/between Object entries'
                            ),
                        }
                    ),
                )
            ) from None
        if not isinstance(body, dict):
            raise Refusal(self.nexus.fault(400, [('Content-Type', JSON)], '[ ]'))
        return body

    def _check_bean(self, body, values):
        """What the shape of a body must be: refused with 400 by every version."""
        empty = 'may not be empty' if self.number < (3, 41) else 'must not be empty'
        errors = []

        def need(parent, key, blank=False):
            value = parent.get(key)
            if value is None or (blank and not str(value).strip()):
                errors.append((f'PARAMETER {key}', empty if blank else 'must not be null'))
                return None
            return value

        name = need(body, 'name', blank=True)
        if name is not None and not re.fullmatch(r'[a-zA-Z0-9-][a-zA-Z0-9_.-]*', str(name)):
            errors.append(('PARAMETER name', NAME_RULE))
        need(body, 'online')
        storage = need(body, 'storage')
        if isinstance(storage, dict):
            if values['type'] != 'group':
                need(storage, 'strictContentTypeValidation')
            if values['type'] == 'hosted':
                need(storage, 'writePolicy')
        if values['type'] == 'proxy':
            self._check_proxy(body, need, errors, empty)
        for key in FORMATS[values['format']][2]:
            if key in _EXTRAS and values['type'] != 'group':
                need(body, _EXTRAS[key])
        if errors:
            raise Invalid(*errors)

    def _check_proxy(self, body, need, errors, empty):
        proxy, cache, client = (
            need(body, 'proxy'),
            need(body, 'negativeCache'),
            need(body, 'httpClient'),
        )
        if isinstance(proxy, dict):
            need(proxy, 'remoteUrl', blank=True)
            need(proxy, 'contentMaxAge')
            need(proxy, 'metadataMaxAge')
        if isinstance(cache, dict):
            need(cache, 'enabled')
            need(cache, 'timeToLive')
        if isinstance(client, dict):
            if self.number < (3, 91):
                need(client, 'blocked')
                need(client, 'autoBlock')
            timeout = (client.get('connection') or {}).get('timeout')
            if timeout is not None and timeout < 1:
                errors.append(('PARAMETER timeout', 'must be greater than or equal to 1'))
            if client.get('authentication') is not None:
                need(client['authentication'], 'type', blank=True)

    def _create(self, body, values):
        if body['name'] in self.known or body['name'] in self.nexus.state.repositories:
            raise Refusal(self._message(400, self._taken(body['name'])))
        item = Repository(body['name'], FORMATS[values['format']][0], values['type'], {})
        self._apply(item, body)
        self.known[item.name] = item
        return self.nexus.reply(201)

    def _taken(self, name):
        if (3, 41) <= self.number < (3, 57):
            return 'Repository has created already!'
        return (
            'Duplicate key'
            if self.h2
            else (
                f"Cannot index record #18:2: found duplicated key '{name}' in index "
                "'repository_repository_name_idx' previously assigned "
                'to the record #17:2\r\n\tDB name="config"'
            )
        )

    def _update(self, body, values):
        held = self._named(values['name'])
        if held is None or held.name not in self.known or held.type != values['type']:
            return self.nexus.reply(404)
        if body['name'] != values['name']:
            raise Refusal(self._message(400, 'Renaming a repository is not supported'))
        item = copy.deepcopy(held)
        format_name = FORMATS[values['format']][0]
        if format_name != held.format and not self.h2:
            prefix = (
                'FIELD '
                if self.number < (3, 30)
                else f'Config.attributes[{held.format.rstrip("2")}].'
            )
            raise Invalid(
                (prefix + 'versionPolicy', 'must not be null'),
                (prefix + 'layoutPolicy', 'must not be null'),
                facet=True,
            )
        if format_name != held.format and held.format == 'maven2':
            item.attributes['maven'] = {}
        self._apply(item, body, by=format_name)
        self.known[item.name] = item
        return self.nexus.reply(204)

    def _apply(self, item, body, by=None):
        """The body replaces everything in the repository; what is not in it is removed."""
        attributes: dict[str, t.Any] = {
            'storage': {
                key: body['storage'][key]
                for key in ('blobStoreName', 'strictContentTypeValidation', 'writePolicy')
                if key in body['storage']
            }
        }
        attributes['storage'].setdefault('blobStoreName', 'default')
        if item.type == 'proxy':
            attributes['storage'].pop('writePolicy', None)
            self._apply_proxy(item, body, attributes)
        self._check_blob_store(item, attributes)
        policies = (body.get('cleanup') or {}).get('policyNames')
        if policies:
            attributes['cleanup'] = {'policyName': list(policies)}
        for key in self._extras(item):
            if by in (None, item.format):
                value = body.get(key)
                if key in ('maven', 'raw') and self.number < (3, 41) and isinstance(value, dict):
                    value = {
                        name: entry for name, entry in value.items() if name != 'contentDisposition'
                    }
                if value is not None:
                    attributes[key] = copy.deepcopy(value)
            elif key in item.attributes:
                attributes[key] = item.attributes[key]
        if item.type == 'proxy' and self.nexus.has_tokens and body.get('replication'):
            attributes['replication'] = body['replication']
        if item.type == 'proxy' and item.format == 'maven2':
            attributes['maven-indexer'] = {}
        if item.type == 'group':
            attributes['group'] = body.get('group') or {'memberNames': []}
        rule = body.get('routingRule')
        if rule is None and self.number >= (3, 94):
            rule = body.get('routingRuleName')
        item.routing_rule = rule if rule in self.routing_rules else None
        item.online = bool(body['online'])
        item.attributes = attributes
        item.blocked_until = 0

    def _check_blob_store(self, item, attributes):
        name = attributes['storage']['blobStoreName']
        if name == 'default' or self.number < (3, 41):
            return
        if self.number >= (3, 71):
            raise Refusal(self._message(400, 'Blob store not found'))
        if not self.h2:
            raise Invalid(
                (
                    'HelperBean.attributes.storage.blobStoreName',
                    f"Blob Store '{name}' does not exist",
                ),
                facet=True,
            )

    def _apply_proxy(self, item, body, attributes):
        number = self.number
        proxy, client = body['proxy'], body['httpClient']
        remote = str(proxy['remoteUrl'])
        if not re.match(r'https?://[^/\s]', remote):
            prefix = (
                'FIELD '
                if number < (3, 30)
                else 'Config.attributes[proxy].'
                if number < (3, 41)
                else 'ProxyConfig.attributes[proxy].'
            )
            raise Invalid(
                (prefix + 'remoteUrl', "URL should be in the format 'http://www.example.com'"),
                facet=True,
            )
        connection = {
            key: value
            for key, value in (client.get('connection') or {}).items()
            if value is not None
            and key
            in (
                'retries',
                'userAgentSuffix',
                'timeout',
                'enableCircularRedirects',
                'enableCookies',
                'useTrustStore',
            )
        }
        if connection.pop('useTrustStore', False) and number >= (3, 30):
            if not remote.startswith('https:'):
                raise Refusal(
                    self._message(400, 'TrustStore is available only with HTTPS remote URLs')
                )
            connection['useTrustStore'] = True
        kept = {
            'blocked': client.get('blocked') or False,
            'autoBlock': True if client.get('autoBlock') is None else client['autoBlock'],
            'connection': connection,
        }
        sent = client.get('authentication')
        if sent is not None:
            kept_keys = ('type', 'username', 'password', 'ntlmHost', 'ntlmDomain') + (
                ('bearerToken',) if number >= (3, 76) else ()
            )
            authentication = {key: sent[key] for key in kept_keys if sent.get(key) is not None}
            if number < (3, 24):
                connection['authentication'] = authentication  # where nothing ever reads it
            else:
                self._check_authentication(authentication)
                self._preemptive(item, sent, authentication, remote)
                kept['authentication'] = authentication
        attributes['proxy'] = {
            key: proxy[key] for key in ('remoteUrl', 'contentMaxAge', 'metadataMaxAge')
        }
        attributes['negativeCache'] = {
            key: body['negativeCache'][key] for key in ('enabled', 'timeToLive')
        }
        attributes['httpclient'] = kept

    def _check_authentication(self, authentication):
        number = self.number
        kind = authentication['type']
        classes = {
            'username': ('Username', ('username', 'password')),
            'ntlm': ('Ntlm', ('username', 'password')),
            'bearerToken': ('BearerToken', ('bearerToken',)),
        }
        if kind not in classes:
            raise Refusal(
                self._message(
                    400,
                    (
                        'Failed to validate facets; 1 failure\n'
                        f'Unknown AuthenticationConfiguration type: {kind} (through reference '
                        'chain: '
                        'org.sonatype.nexus.repository.httpclient.internal.'
                        'HttpClientFacetImpl$Config["authentication"])'
                    ),
                )
            )
        name, needed = classes[kind]
        prefix = (
            'FIELD '
            if number < (3, 30)
            else f'{name}AuthenticationConfiguration.attributes[httpclient].authentication.'
        )
        message = (
            'may not be empty'
            if number < (3, 41)
            else 'must not be blank'
            if number < (3, 73)
            else 'must not be null'
        )
        missing = [
            key
            for key in needed
            if authentication.get(key) is None
            or (number < (3, 73) and not authentication[key].strip())
        ]
        if missing:
            raise Invalid(*((prefix + key, message) for key in missing), facet=True)

    def _preemptive(self, item, sent, authentication, remote):
        if item.format != 'maven2' or self.number < (3, 30) or sent.get('preemptive') is None:
            return
        if sent['preemptive'] and not remote.startswith('https:'):
            raise Invalid(
                ('HelperBean.attributes.httpclient.authentication.preemptive', PREEMPTIVE_RULE),
                facet=True,
            )
        authentication['preemptive'] = sent['preemptive']

    def _message(self, code, text):
        """A refusal with a text, without a key to the log."""
        return self.nexus.reply(code, [('Content-Type', JSON)], self.nexus.quoted(text))

    def delete(self, request, user, values):
        if not self._is_admin(user):
            return self.nexus.fault(403)
        return (
            self.nexus.reply(204) if self.known.pop(values['name'], None) else self.nexus.reply(404)
        )

    def create_rule(self, request, user, values):
        if not self._is_admin(user):
            return self.nexus.fault(403)
        body = request.get_json(force=True, silent=True) or {}
        self.routing_rules[body['name']] = f'{len(self.routing_rules) + 1:032x}'
        return self.nexus.reply(204)

    # ExtDirect

    @property
    def placeholder(self):
        return (
            '#~NEXUS~PLACEHOLDER~PASSWORD~#'
            if self.number < (3, 30)
            else '#~NXRM~PLACEHOLDER~PASSWORD~#'
        )

    def extdirect(self, request, user) -> Answer:
        """The remote procedures of the web interface: always 200, see C(result.success)."""
        call = request.get_json(force=True, silent=True)
        if not isinstance(call, dict):
            return self.nexus.fault(400)
        name = (call.get('action'), call.get('method'))
        data = call.get('data')
        if name == ('coreui_Repository', 'read'):
            result: dict = {
                'success': True,
                'data': [self._ext(request, item) for item in self._visible().values()]
                if user
                else [],
            }
        elif (
            name == ('coreui_Repository', 'create')
            and isinstance(data, list)
            and data
            and isinstance(data[0], dict)
        ):
            result = self._ext_create(request, user, data[0])
        elif (
            name == ('coreui_Repository', 'update')
            and isinstance(data, list)
            and data
            and isinstance(data[0], dict)
        ):
            result = self._ext_update(request, user, data[0])
        elif (
            name == ('coreui_User', 'changePassword') and isinstance(data, list) and len(data) == 3
        ):
            result = self._ext_password(user, data)
        else:
            result = self._ext_failure('Method not found')
        return self.nexus.reply(
            200,
            [('Content-Type', 'application/json;charset=utf-8')]
            + ([('X-Frame-Options', 'DENY')] if self.number >= (3, 20) else []),
            json.dumps(
                {
                    'tid': call.get('tid'),
                    'action': name[0],
                    'method': name[1],
                    'result': result,
                    'type': 'rpc',
                },
                separators=(',', ':'),
            ),
        )

    @staticmethod
    def _ext_failure(text):
        return {'message': text, 'authenticationRequired': False, 'success': False, 'data': []}

    def _ext(self, request, item):
        attributes = copy.deepcopy(item.attributes)
        if self.h2:
            attributes['storage'].setdefault('dataStoreName', 'nexus')
        authentication = attributes.get('httpclient', {}).get('authentication')
        for key in ('password', 'bearerToken'):
            if authentication and key in authentication:
                authentication[key] = self.placeholder
        found = {
            'name': item.name,
            'type': item.type,
            'format': item.format,
            'recipe': f'{item.format}-{item.type}',
            'online': item.online,
        }
        if self.number >= (3, 17):
            found['routingRuleId'] = self.routing_rules.get(item.routing_rule, '')
        if item.type == 'hosted' and (3, 30) <= self.number < (3, 41):
            attributes.setdefault('component', {})
        description = 'Ready to Connect' if item.type == 'proxy' else None
        return {
            **found,
            'attributes': attributes,
            'url': self._url(request, item.name) + '/',
            'status': {
                'repositoryName': item.name,
                'online': item.online,
                'description': description,
                'reason': None,
            },
        }

    def _ext_create(self, request, user, data):
        """Measured on 3.23.0."""
        if not self._is_admin(user):
            return {
                **self._ext_failure('User is not permitted: nexus:repository-admin:maven2:*:add'),
                'authenticationRequired': user is None,
            }
        errors = {}
        if not re.fullmatch(r'[a-zA-Z0-9-][a-zA-Z0-9_.-]*', data.get('name') or ''):
            errors['name'] = NAME_RULE
        elif data['name'].lower() in map(str.lower, self.known):
            errors['name'] = 'Name is already used, must be unique (ignoring case)'
        elif not re.match(r'https?://[^/\s]', data['attributes']['proxy']['remoteUrl']):
            errors['attributes.proxy.remoteUrl'] = (
                "URL should be in the format 'http://www.example.com'"
            )
        if errors:
            return {'messages': None, 'errors': errors, 'success': False, 'data': []}
        if any(data.get(key) is None for key in ('format', 'type', 'url')):
            return self._ext_failure('java.lang.NullPointerException')
        format_name, _dash, kind = data['recipe'].rpartition('-')
        item = Repository(
            data['name'],
            format_name,
            kind,
            {**copy.deepcopy(data['attributes']), 'maven-indexer': {}},
            bool(data.get('online', True)),
        )
        self.known[item.name] = item
        return {'success': True, 'data': self._ext(request, item)}

    def _ext_update(self, request, user, data):
        if not self._is_admin(user):
            return {
                **self._ext_failure('User is not permitted: nexus:repository-admin:maven2:*:edit'),
                'authenticationRequired': user is None,
            }
        attributes = copy.deepcopy(data.get('attributes'))
        if not attributes:
            return {
                'messages': None,
                'errors': {'attributes': 'may not be empty'},
                'success': False,
                'data': [],
            }
        item = self.known.get(data.get('name', ''))
        if item is None:
            return self._ext_failure('Repository not found')
        held = item.attributes.get('httpclient', {}).get('authentication') or {}
        authentication = attributes.get('httpclient', {}).get('authentication')
        if authentication:
            for key in ('password', 'bearerToken'):
                if authentication.get(key) == self.placeholder:
                    authentication[key] = held.get(key)
            if authentication.get('type') == 'bearerToken' and self.number < (3, 20):
                return self._ext_failure('Failed to validate facets; 1 failure')
            if (
                authentication.get('preemptive')
                and self.number >= (3, 30)
                and not attributes['proxy']['remoteUrl'].startswith('https:')
            ):
                return {
                    'messages': None,
                    'errors': {'attributes.httpclient.authentication.preemptive': PREEMPTIVE_RULE},
                    'success': False,
                    'data': [],
                }
        item.attributes = attributes
        item.blocked_until = 0
        item.online = bool(data.get('online', True))
        item.routing_rule = next(
            (name for name, key in self.routing_rules.items() if key == data.get('routingRuleId')),
            None,
        )
        return {'success': True, 'data': self._ext(request, item)}

    def _ext_password(self, user, data):
        ticket, name, password = data
        if user is None or not self.nexus.redeem_ticket(ticket, user):
            return self._ext_failure('Invalid authentication ticket')
        self.nexus.state.users[name].password = password
        return {'success': True, 'data': None}

    # fetching

    def content(self, request, item: Repository, path: str) -> Answer:
        """A file through a proxy: first without credentials, then with, as the remote asks for
        them.
        """
        client = item.part('httpclient')
        if client.get('blocked') or not item.online:
            return self.nexus.page(503 if item.online else 404, request)
        if item.blocked_until > self.nexus.state.clock():
            # Measured on 3.23, 3.24, 3.41 and 3.71
            until = datetime.datetime.fromtimestamp(
                item.blocked_until, datetime.timezone.utc
            ).strftime('%Y-%m-%dT%H:%M:%S.000Z')
            return (
                self.nexus.page(404, request, f'Remote Auto Blocked until {until}')
                if self.number >= (3, 41)
                else self.nexus.page(502, request)
            )
        url = item.part('proxy')['remoteUrl'].rstrip('/') + '/' + path
        authentication = client.get('authentication') or {}
        header = None
        if authentication.get('type') in ('username', 'ntlm'):
            header = basic(
                authentication.get('username') or '', authentication.get('password') or ''
            )
        first = (
            header
            if authentication.get('preemptive')
            and url.startswith('https:')
            and item.format == 'maven2'
            else None
        )
        if authentication.get('type') == 'bearerToken' and self.number >= (3, 76):
            first = 'Bearer ' + authentication['bearerToken']
        status, challenge, kind, body = self._ask(url, first)
        if (
            status == 401
            and first is None
            and header is not None
            and 'basic' in (challenge or '').lower()
        ):
            status, challenge, kind, body = self._ask(url, header)
        if status == 200:
            return self.nexus.reply(
                200, [('Content-Type', kind or 'application/octet-stream')], body
            )
        if status not in (403, 404) and client.get(
            'autoBlock', client.get('connection', {}).get('autoBlock')
        ):
            item.blocked_until = self.nexus.state.clock() + BLOCK_SECONDS
        return self.nexus.page(404 if status in (403, 404) else 503, request)

    def _ask(self, url, authorization):
        ca_path = self.nexus.ca_path() if url.startswith('https:') and self.nexus.ca_path else None
        status, challenge, kind, body = fetch(
            url, authorization, f'Nexus/{self.nexus.version} ({self.nexus.edition})', ca_path
        )
        self.fetches.append(Fetch(url, readable(authorization), status))
        return status, challenge, kind, body


def readable(authorization: str | None) -> str | None:
    if authorization is None:
        return None
    scheme, _space, value = authorization.partition(' ')
    return base64.b64decode(value).decode() if scheme == 'Basic' else f'bearer {value}'
