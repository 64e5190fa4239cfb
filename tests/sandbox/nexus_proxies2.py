# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repositories of the Nexus 2 stand-in: C(/service/local/repositories) with its full replacement,
its placeholder and its escaping.

Measured on 2.2, 2.3.0, 2.4.0 and 2.5.1: every string that comes in is escaped for HTML, a password
too; the answer has the request's content type; keys that this version does not know are refused; a
wrong password blocks a proxy that has automatic blocking on.
"""

from __future__ import annotations

import copy
import dataclasses
import html.entities
import json
import re
import typing as t
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from .nexus_core import JSON, Refusal, negotiate
from .nexus_proxies import Fetch, basic, fetch, readable
from .serving import Answer

if t.TYPE_CHECKING:
    from .nexus2 import Nexus2

PLACEHOLDER = '|$|N|E|X|U|S|$|'
XML = 'application/xml'
ROLE = 'org.sonatype.nexus.proxy.repository.Repository'
PARSE_ERROR = 'Invalid XML, unable to parse using XStream'
#: The order in which a server writes the fields of a repository, and what kind of value each is.
FIELDS: dict[str, type] = {
    'contentResourceURI': str,
    'id': str,
    'name': str,
    'provider': str,
    'providerRole': str,
    'format': str,
    'repoType': str,
    'exposed': bool,
    'writePolicy': str,
    'browseable': bool,
    'indexable': bool,
    'notFoundCacheTTL': int,
    'repoPolicy': str,
    'checksumPolicy': str,
    'downloadRemoteIndexes': bool,
    'overrideLocalStorageUrl': str,
    'defaultLocalStorageUrl': str,
    'remoteStorage': dict,
    'fileTypeValidation': bool,
    'artifactMaxAge': int,
    'metadataMaxAge': int,
    'itemMaxAge': int,
    'autoBlockActive': bool,
}
PROXY_ONLY = (
    'checksumPolicy',
    'remoteStorage',
    'fileTypeValidation',
    'artifactMaxAge',
    'metadataMaxAge',
    'itemMaxAge',
    'autoBlockActive',
)
REMOTE = {
    'remoteStorageUrl': None,
    'authentication': (
        'username',
        'password',
        'ntlmHost',
        'ntlmDomain',
        'privateKey',
        'passphrase',
    ),
    'connectionSettings': (
        'connectionTimeout',
        'retrievalRetryCount',
        'queryString',
        'userAgentString',
    ),
}
POLICIES = {
    'repoPolicy': ('RepositoryPolicy', ('RELEASE', 'SNAPSHOT', 'MIXED')),
    'checksumPolicy': ('ChecksumPolicy', ('IGNORE', 'WARN', 'STRICT_IF_EXISTS', 'STRICT')),
}


@dataclasses.dataclass
class Repository2:
    """:ivar data: the fields as they are kept, the real password included.

    :ivar blocked: automatically, after a failure of the remote.
    """

    data: dict
    blocked: bool = False
    unavailable: bool | None = None


def escape_html(text: str) -> str:
    """As commons-lang does it: named entities where there are any, numbers for the rest beyond
    ASCII; the apostrophe stays.
    """

    def one(sign):
        name = html.entities.codepoint2name.get(ord(sign))
        return f'&{name};' if name else sign if ord(sign) < 128 else f'&#{ord(sign)};'

    return ''.join(one(sign) for sign in text)


class Repositories2:
    """The repositories of one Nexus 2, and its REST for them."""

    def __init__(self, nexus: Nexus2):
        self.nexus = nexus
        self.fetches: list[Fetch] = []
        self.fields = {
            key: kind
            for key, kind in FIELDS.items()
            if key != 'itemMaxAge' or nexus.number >= (2, 3)
        }
        self.known: dict[str, Repository2] = {}
        for name, title, kind, policy in (
            ('snapshots', 'Snapshots', 'hosted', 'SNAPSHOT'),
            ('releases', 'Releases', 'hosted', 'RELEASE'),
            ('thirdparty', '3rd party', 'hosted', 'RELEASE'),
            ('central', 'Central', 'proxy', 'RELEASE'),
        ):
            self.known[name] = Repository2(self._default(name, title, kind, policy))
        nexus.route('/local/repositories', GET=self.list, POST=self.create)
        nexus.route('/local/all_repositories', GET=self.list)
        nexus.route(
            '/local/repositories/(?P<id>[^/]+)', GET=self.get, PUT=self.update, DELETE=self.delete
        )
        nexus.route('/local/repositories/(?P<id>[^/]+)/status', GET=self.status)
        nexus.route('/local/repo_groups/(?P<id>[^/]+)', GET=self.group)

    def _default(self, name, title, kind, policy):
        data = {
            'id': name,
            'name': title,
            'provider': 'maven2',
            'providerRole': ROLE,
            'format': 'maven2',
            'repoType': kind,
            'exposed': True,
            'writePolicy': 'READ_ONLY' if kind == 'proxy' else 'ALLOW_WRITE_ONCE',
            'browseable': True,
            'indexable': True,
            'notFoundCacheTTL': 1440,
            'repoPolicy': policy,
            'downloadRemoteIndexes': False,
            'defaultLocalStorageUrl': self._storage(name),
        }
        if kind == 'proxy':
            data.update(
                checksumPolicy='WARN',
                remoteStorage={'remoteStorageUrl': 'http://central.test/maven2/'},
                fileTypeValidation=True,
                artifactMaxAge=-1,
                metadataMaxAge=1440,
                itemMaxAge=1440,
                autoBlockActive=True,
            )
        return {key: data[key] for key in self.fields if key in data}

    @staticmethod
    def _storage(name):
        return f'file:/srv/nexus-work/storage/{name}'

    # answers

    def _shown(self, request, item):
        data = copy.deepcopy(item.data)
        authentication = data.get('remoteStorage', {}).get('authentication')
        if authentication is not None:
            authentication['password'] = PLACEHOLDER
        if data['exposed']:
            data['contentResourceURI'] = self._content_url(request, data['id'])
        ordered = {key: data[key] for key in self.fields if data.get(key) is not None}
        if authentication is not None:
            shown = {
                key: authentication[key]
                for key in ('username', 'password', 'ntlmHost', 'ntlmDomain')
                if authentication.get(key) is not None
            }
            if not shown.get('ntlmDomain'):
                shown.pop('ntlmHost', None)  # the domain alone decides
            ordered['remoteStorage']['authentication'] = shown
        return ordered

    def _content_url(self, request, name):
        return f'{request.root_url.rstrip("/")}{self.nexus.context}/content/repositories/{name}'

    def _reply(self, root, value, kind, code=200, vary=True):
        if kind == JSON:
            headers, text = (
                [('Content-Type', 'application/json; charset=UTF-8')],
                json.dumps({'data': value}, ensure_ascii=False, separators=(',', ':')),
            )
        else:
            headers, text = (
                [('Content-Type', 'application/xml; charset=UTF-8')],
                f'<{root}>\n{_xml("data", value, 1)}</{root}>',
            )
        answer = self.nexus.restlet_reply(code, headers, text)
        return answer if vary else self._no_vary(answer)

    @staticmethod
    def _no_vary(answer):
        return Answer(
            answer.status, [item for item in answer.headers if item[0] != 'Vary'], answer.body
        )

    def _kind(self, request):
        kind = negotiate(request, [XML, JSON])
        if kind is None:
            raise Refusal(self.nexus.jetty_error(request, 406))
        return kind

    def _refuse(self, request, code, text=None):
        return Refusal(self._no_vary(self.nexus.page(request, code, text)))

    def _errors(self, kind, *errors):
        """Validation errors; their texts are escaped for HTML as well."""
        if kind == JSON:
            text = json.dumps(
                {'errors': [{'id': key, 'msg': escape_html(message)} for key, message in errors]},
                separators=(',', ':'),
            )
        else:
            text = (
                '<nexus-error>\n  <errors>\n'
                + ''.join(
                    f'    <error>\n      <id>{escape(key)}</id>\n'
                    f'      <msg>{escape(escape_html(message))}</msg>\n    </error>\n'
                    for key, message in errors
                )
                + '  </errors>\n</nexus-error>'
            )
        return Refusal(
            self._no_vary(
                self.nexus.restlet_reply(400, [('Content-Type', f'{kind}; charset=UTF-8')], text)
            )
        )

    # reading

    def list(self, request, user, values):
        kind = self._kind(request)
        entries = []
        for item in self.known.values():
            data = item.data
            entry = {
                'resourceURI': (
                    f'{request.root_url.rstrip("/")}{self.nexus.context}/service/local/'
                    f'repositories/{data["id"]}'
                ),
                'contentResourceURI': self._content_url(request, data['id']),
                **{
                    key: data[key]
                    for key in (
                        'id',
                        'name',
                        'repoType',
                        'repoPolicy',
                        'provider',
                        'providerRole',
                        'format',
                    )
                },
                'userManaged': True,
                'exposed': data['exposed'],
                'effectiveLocalStorageUrl': self._storage(data['id']),
            }
            if data['repoType'] == 'proxy':
                entry['remoteUri'] = data['remoteStorage']['remoteStorageUrl']
            entries.append(entry)
        if kind == JSON:
            return self._reply('repositories', entries, kind)
        inner = ''.join(_xml('repositories-item', entry, 2) for entry in entries)
        text = f'<repositories>\n  <data>\n{inner}  </data>\n</repositories>'
        return self.nexus.restlet_reply(
            200, [('Content-Type', 'application/xml; charset=UTF-8')], text
        )

    def _held(self, request, values):
        item = self.known.get(values['id'])
        if item is None:
            raise Refusal(self.nexus.page(request, 404, 'Repository Not Found'))
        return item

    def get(self, request, user, values):
        kind = self._kind(request)
        return self._reply('repository', self._shown(request, self._held(request, values)), kind)

    def status(self, request, user, values):
        item = self._held(request, values)
        found = {
            'id': item.data['id'],
            'repoType': item.data['repoType'],
            'format': item.data['format'],
            'localStatus': 'IN_SERVICE',
        }
        if item.data['repoType'] == 'proxy':
            found['remoteStatus'] = {None: 'UNKNOWN', True: 'UNAVAILABLE', False: 'AVAILABLE'}[
                item.unavailable
            ]
            found['proxyMode'] = 'BLOCKED_AUTO' if item.blocked else 'ALLOW'
        return self._reply('repository-status', found, self._kind(request))

    def group(self, request, user, values):
        kind = self._kind(request)
        if values['id'] != 'public':
            raise Refusal(self.nexus.page(request, 404))
        base = f'{request.root_url.rstrip("/")}{self.nexus.context}'
        members = [
            {
                'id': key,
                'name': self.known[key].data['name'],
                'resourceURI': f'{base}/service/local/repo_groups/public/{key}',
            }
            for key in ('releases', 'snapshots', 'thirdparty', 'central')
            if key in self.known
        ]
        return self._reply(
            'repo-group',
            {
                'contentResourceURI': f'{base}/content/groups/public',
                'id': 'public',
                'name': 'Public Repositories',
                'provider': 'maven2',
                'format': 'maven2',
                'repoType': 'group',
                'exposed': True,
                'repositories': members,
            },
            kind,
        )

    # writing

    def _may_write(self, user):
        if user is None:
            raise Refusal(self.nexus.unauthorized())
        if not self.nexus.state.users[user].admin:
            raise Refusal(self.nexus.jetty_reply(403))

    def create(self, request, user, values):
        self._may_write(user)
        data, kind = self._parse(request)
        name = data.get('id')
        if not name:
            raise self._errors(kind, ('id', "Repository ID's may not be empty!"))
        if name in self.known:
            raise self._errors(kind, ('id', f'Repository with ID={name} already exists!'))
        if not re.fullmatch('[A-Za-z0-9_.-]+', name):
            raise self._errors(
                kind,
                (
                    'id',
                    'Only letters, digits, underscores(_), hyphens(-), and dots(.) are allowed in '
                    'Repository ID',
                ),
            )
        if not data.get('provider'):
            raise self._refuse(request, 500)
        if data['provider'] != 'maven2':
            raise self._errors(
                kind,
                (
                    '*',
                    f'Repository being created "{data.get("name")}" (repoId={name}) has '
                    'corresponding type that is not registered '
                    f'in Core: Repository type {ROLE}:{data["provider"]} is unknown to Nexus Core.',
                ),
            )
        item = Repository2({})
        self._apply(request, item, data, kind, name, data['repoType'])
        item.data['defaultLocalStorageUrl'] = self._storage(name)
        self.known[name] = item
        return self._reply('repository', self._shown(request, item), kind, 201, vary=False)

    def update(self, request, user, values):
        self._may_write(user)
        data, kind = self._parse(request)
        if values['id'] == 'public':
            raise self._refuse(
                request,
                500,
                'Setting repository policy on a Maven group repository is not possible!',
            )
        item = self.known.get(values['id'])
        if item is None:
            raise self._refuse(request, 404, 'Repository Not Found')
        changed = copy.deepcopy(item)
        self._apply(request, changed, data, kind, values['id'], item.data['repoType'])
        changed.data['defaultLocalStorageUrl'] = self._storage(values['id']) + '/'
        changed.blocked, changed.unavailable = False, None
        self.known[values['id']] = changed
        return self._reply('repository', self._shown(request, changed), kind, vary=False)

    def delete(self, request, user, values):
        self._may_write(user)
        if self.known.pop(values['id'], None) is None:
            raise Refusal(self._no_vary(self.nexus.page(request, 404, 'Repository Not Found')))
        return self._no_vary(self.nexus.restlet_reply(204))

    def _parse(self, request):
        kind = request.mimetype
        if not request.get_data():
            raise self._refuse(request, 400, 'Missing request entity')
        if kind not in (JSON, XML):
            raise self._refuse(request, 406)
        try:
            data = self._from_json(request) if kind == JSON else self._from_xml(request)
            self._check_keys(data)
        except (ValueError, KeyError, TypeError, AttributeError, ElementTree.ParseError):
            raise self._refuse(request, 400, PARSE_ERROR) from None
        return _escaped(data), kind

    @staticmethod
    def _from_json(request):
        envelope = json.loads(request.get_data())
        if set(envelope) != {'data'}:
            raise ValueError('no envelope')
        return envelope['data']

    def _from_xml(self, request):
        root = ElementTree.fromstring(request.get_data())
        data = root.find('data')
        if root.tag != 'repository' or data is None:
            raise ValueError('no envelope')

        def value(element):
            if len(element):
                return {child.tag: value(child) for child in element}
            kind = self.fields.get(
                element.tag,
                int if element.tag in ('connectionTimeout', 'retrievalRetryCount') else str,
            )
            text = element.text or ''
            return text == 'true' if kind is bool else int(text) if kind is int else text

        return {child.tag: value(child) for child in data}

    def _check_keys(self, data):
        """A key that the class of this kind of repository does not have is a parse error."""
        kind = data['repoType']
        allowed = set(self.fields) - (set() if kind == 'proxy' else set(PROXY_ONLY))
        if kind not in ('proxy', 'hosted') or set(data) - allowed:
            raise ValueError('unknown key')
        remote = data.get('remoteStorage') or {}
        if set(remote) - set(REMOTE):
            raise ValueError('unknown key')
        for key, keys in REMOTE.items():
            if keys and set(remote.get(key) or {}) - set(keys):
                raise ValueError('unknown key')

    def _apply(self, request, item, data, kind, name, repo_type):
        """Everything in the body replaces everything in the repository, except the password behind
        the placeholder.
        """
        remote = copy.deepcopy(data.get('remoteStorage'))
        for key in ('repoPolicy',) + (('checksumPolicy',) if data['repoType'] == 'proxy' else ()):
            enum, allowed = POLICIES[key]
            if data.get(key) not in allowed:
                value = 'null' if data.get(key) is None else data[key]
                raise self._errors(
                    kind,
                    ('*', f'No enum const class org.sonatype.nexus.proxy.maven.{enum}.{value}'),
                )
        if data['repoType'] == 'proxy':
            if not remote or not remote.get('remoteStorageUrl'):
                raise self._refuse(request, 500)
            if not re.match(r'https?://.', remote['remoteStorageUrl']):
                raise self._errors(kind, ('*', 'Malformed URL'))
        kept = {
            key: data.get(key)
            for key in self.fields
            if key in data and key not in ('contentResourceURI', 'remoteStorage')
        }
        for key, default in (
            ('exposed', False),
            ('browseable', False),
            ('indexable', False),
            ('downloadRemoteIndexes', False),
            ('writePolicy', 'READ_ONLY'),
            ('notFoundCacheTTL', 0),
            ('provider', 'maven2'),
            ('providerRole', ROLE),
            ('format', 'maven2'),
        ):
            if kept.get(key) is None:
                kept[key] = default
        kept.update(
            id=name,
            name=kept.get('name') or name,
            repoType=repo_type,
            provider='maven2',
            format='maven2',
        )
        if repo_type == 'proxy':
            for key, default in (
                ('fileTypeValidation', False),
                ('autoBlockActive', False),
                ('artifactMaxAge', 0),
                ('metadataMaxAge', 0),
                ('itemMaxAge', 0),
            ):
                if kept.get(key) is None and key in self.fields:
                    kept[key] = default
            self._keep_password(item, remote)
            if remote.get('connectionSettings') is not None:
                remote['connectionSettings'] = {
                    'connectionTimeout': 0,
                    'retrievalRetryCount': 0,
                    **remote['connectionSettings'],
                }
            kept['remoteStorage'] = {
                key: value for key, value in remote.items() if value is not None
            }
        else:
            kept = {key: value for key, value in kept.items() if key not in PROXY_ONLY}
        item.data = {key: kept[key] for key in self.fields if key in kept}

    @staticmethod
    def _keep_password(item, remote):
        authentication = remote.get('authentication')
        if authentication is not None and authentication.get('password') == PLACEHOLDER:
            authentication['password'] = (
                item.data.get('remoteStorage', {}).get('authentication') or {}
            ).get('password')

    # fetching

    def content(self, request, item: Repository2, path: str) -> Answer:
        """A file through a proxy: first without credentials, then with, as the remote asks for
        them.
        """
        remote = item.data['remoteStorage']
        authentication = remote.get('authentication')
        settings = remote.get('connectionSettings')
        usable = not item.blocked and (
            authentication is None or authentication.get('username') is not None
        )
        if settings is not None and not (
            settings.get('connectionTimeout') and settings.get('retrievalRetryCount')
        ):
            usable = False
        if not usable:
            return self._missing(request, item, path)
        query = (settings or {}).get('queryString')
        url = remote['remoteStorageUrl'].rstrip('/') + '/' + path + (f'?{query}' if query else '')
        status, challenge, kind, body = self._ask(url, None)
        if status == 401 and authentication is not None and 'basic' in (challenge or '').lower():
            user = authentication['username']
            if authentication.get('ntlmDomain'):
                user = f'{authentication["ntlmDomain"]}/{user}'
            password = authentication.get('password')
            status, challenge, kind, body = self._ask(
                url, basic(user, 'null' if password is None else password)
            )
        item.unavailable = status not in (200, 404)
        if item.unavailable and item.data['autoBlockActive']:
            item.blocked = True
        if status == 200:
            return self.nexus.restlet_reply(
                200,
                [
                    ('X-Content-Type-Options', 'nosniff'),
                    ('Content-Type', kind or 'application/octet-stream'),
                ],
                body,
            )
        return self._missing(request, item, path)

    def _missing(self, request, item, path):
        return self.nexus.page(
            request,
            404,
            f'Path /{path} not found in local nor in remote storage of '
            f'M2Repository(id={item.data["id"]})',
        )

    def _ask(self, url, authorization):
        ca_path = self.nexus.ca_path() if url.startswith('https:') and self.nexus.ca_path else None
        status, challenge, kind, body = fetch(
            url, authorization, f'Nexus/{self.nexus.version}', ca_path
        )
        self.fetches.append(Fetch(url, readable(authorization), status))
        return status, challenge, kind, body


def _escaped(value):
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    return escape_html(value) if isinstance(value, str) and value != PLACEHOLDER else value


def _xml(name, value, depth):
    """XML as XStream lays it out."""
    indent = '  ' * depth
    if isinstance(value, dict):
        return (
            f'{indent}<{name}>\n'
            + ''.join(_xml(key, item, depth + 1) for key, item in value.items())
            + f'{indent}</{name}>\n'
        )
    if isinstance(value, list):
        return (
            f'{indent}<{name}>\n'
            + ''.join(_xml('repo-group-member', item, depth + 1) for item in value)
            + f'{indent}</{name}>\n'
        )
    text = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f'{indent}<{name}>{text}</{name}>\n'
