# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exchanges with real Nexus servers, to be played to the sandbox, or to a real server again.

C(conformance/nexus-*.json) contains C(entries), in the order in which each version was asked. An
entry has a C(name), a C(request) (C(method), C(path), C(headers), C(body)) and C(answers): one for
each group of C(versions) that answered alike. A value that begins with a dollar sign is in
C(shared). C(left_out) says what else was recorded, and why it is not here. Texts may contain
C({version}) and C({base}) (scheme, host and port of the server), and tickets: C({ticket:a}) is the
one named a, C({ticket64:a}) its base64 form, C({q:ticket:a}) either of them percent-encoded.
C(tickets) lists whose they are and how many seconds old. C(restore) is the path of a repository
that was as at its creation before the request; C(remote) is what the guarded remote saw when a file
was fetched through a proxy: credentials and status.

An answer keeps what a client can rely on: status, reason, the headers of L(HEADERS, HEADERS) and
the shape of the body.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import typing as t
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

FOLDER = Path(__file__).parent / 'conformance'
#: The headers that carry meaning. Of a cookie only the name counts, of X-Siesta-FaultId only that
#: it is there.
HEADERS = (
    'Server',
    'Content-Type',
    'WWW-Authenticate',
    'Location',
    'Set-Cookie',
    'X-Siesta-FaultId',
    'X-Content-Type-Options',
    'Cache-Control',
    'Allow',
)
_CUT = re.compile(r'(\s*\[…\]|\s*\[\.\.\. cut, \d+ chars in all\])$')


def load(*names: str) -> list[dict]:
    """The entries of these files, in order."""
    found = []
    for name in names:
        content = json.loads((FOLDER / f'nexus-{name}.json').read_text(encoding='utf-8'))
        shared = content['shared']
        for entry in content['entries']:
            for part, keys in (
                (entry['request'], ('headers', 'body')),
                *((answer, ('headers', 'shape')) for answer in entry['answers']),
            ):
                for key in keys:
                    if isinstance(part[key], str) and part[key].startswith('$'):
                        part[key] = shared[part[key]]
            found.append(entry)
    return found


def versions(*names: str) -> list[str]:
    """All versions that these files know, oldest first."""
    found = {
        version
        for entry in load(*names)
        for answer in entry['answers']
        for version in answer['versions']
    }
    return sorted(found, key=lambda text: [int(part) for part in re.findall(r'\d+', text)])


def of_version(version: str, *names: str) -> t.Iterator[tuple[dict, dict]]:
    """The entries that were played to this version, each with the answer it got."""
    for entry in load(*names):
        for answer in entry['answers']:
            if version in answer['versions']:
                yield entry, answer


def digest(
    status: int,
    reason: str,
    headers: t.Iterable[tuple[str, str]],
    body: str,
    version: str,
    base: str,
) -> dict:
    """What is compared of an answer.

    C(base) is replaced by C({base}), C(version) by C({version}).
    """
    kept: dict[str, t.Any] = {}
    for name, value in headers:
        known = next((item for item in HEADERS if item.lower() == name.lower()), None)
        if known == 'X-Siesta-FaultId':
            kept[known] = True
        elif known == 'Set-Cookie':
            kept[known] = sorted(set(kept.get(known, [])) | {value.partition('=')[0]})
        elif known:
            kept[known] = value.replace(base, '{base}').replace(version, '{version}')
    return {
        'status': status,
        'reason': reason,
        'headers': kept,
        'shape': shape(body, kept.get('Content-Type', ''), version),
    }


def shape(body: str, content_type: str, version: str) -> t.Any:
    """The form of a body without its values: paths with types of JSON, paths of XML, title and
    version of HTML, words of other text.
    """
    if not body:
        return None
    cut = bool(_CUT.search(body))
    text = _CUT.sub('', body)
    kind = content_type.partition(';')[0]
    if kind.endswith('json'):
        found: set[str] = set()
        try:
            _paths(json.loads(_closed(text) if cut else text), '', found)
        except ValueError:
            return {'not quite json': text[:100]}
        return {'json': sorted(found), **({'cut': True} if cut else {})}
    if kind.endswith('xml'):
        return {
            'xml': sorted(set(re.findall(r'<([A-Za-z]\w*)[\s/>]', text))),
            **({'cut': True} if cut else {'root': ElementTree.fromstring(text).tag}),
        }
    if kind == 'text/html':
        title = re.search(r'<title>(.*?)</title>', text, re.S)
        return {
            'title': re.sub(r'\s+', ' ', title.group(1)).strip() if title else None,
            'version': _shown_version(text, version),
            **({'cut': True} if cut else {}),
        }
    return {
        'text': re.sub(r'[0-9a-f]{8}-[0-9a-f-]{27}', '{id}', text.replace(version, '{version}'))[
            :200
        ]
    }


def _shown_version(page: str, version: str) -> str | None:
    """The text before the server's version on a page, if it shows it."""
    found = re.search(r'(\?_v=|\?)' + re.escape(version), page)
    return found.group(1) if found else None


def _paths(value, path, found):
    if isinstance(value, dict):
        if not value:
            found.add(path + '{}')
        for key, item in value.items():
            _paths(item, f'{path}.{key}', found)
    elif isinstance(value, list):
        if not value:
            found.add(path + '[]')
        for item in value:
            _paths(item, path + '[]', found)
    else:
        kind = {bool: 'bool', int: 'number', float: 'number', str: 'string', type(None): 'null'}[
            type(value)
        ]
        found.add(f'{path}:{kind}')


def _closed(text):
    """JSON that was cut off, shortened to its last whole member and closed."""
    stack: list[str] = []
    last, inside, escaped = (0, []), False, False
    for position, sign in enumerate(text):
        if inside:
            if escaped:
                escaped = False
            elif sign == '\\':
                escaped = True
            elif sign == '"':
                inside = False
        elif sign == '"':
            inside = True
        elif sign in '{[':
            stack.append('}' if sign == '{' else ']')
        elif sign in '}]':
            stack.pop()
            last = (position + 1, list(stack))
        elif sign == ',':
            last = (position, list(stack))
    return text[: last[0]] + ''.join(reversed(last[1]))


def differences(expected: dict, seen: dict) -> list[str]:
    """Where an answer departs from the recorded one; empty when they agree."""
    found = [
        f'{key}: {seen[key]!r} instead of {expected[key]!r}'
        for key in ('status', 'reason')
        if expected[key] is not None and seen[key] != expected[key]
    ]
    for name in HEADERS:
        want, got = expected['headers'].get(name), seen['headers'].get(name)
        if want != got:
            found.append(f'{name}: {got!r} instead of {want!r}')
    want, got = expected['shape'], seen['shape']
    if isinstance(want, dict) and want.get('cut') and isinstance(got, dict):
        kind = next(key for key in ('json', 'xml', 'title') if key in want)
        if kind == 'title':
            if want['title'] != got.get('title') or want['version'] not in (
                None,
                got.get('version'),
            ):
                found.append(f'body: {got!r} instead of {want!r}')
        elif missing := sorted(set(want[kind]) - set(got.get(kind, []))):
            found.append('body: without {}'.format(', '.join(missing)))
    elif isinstance(want, dict) and isinstance(got, dict) and 'json' in want and 'json' in got:
        missing, more = set(want['json']) - set(got['json']), set(got['json']) - set(want['json'])
        if missing or more:
            found.append(
                f'body: without {", ".join(sorted(missing)) or "nothing"}, with '
                f'{", ".join(sorted(more)) or "nothing"}'
            )
    elif want not in ('any', got):
        found.append(f'body: {got!r} instead of {want!r}')
    return found


class Player:
    """Plays entries to one server.

    :param url: the server, without its context path.
    :param tickets: a function from (user, age in seconds) to a ticket of that user that is so old.
    :param remotes: URLs of the guarded remote, for C({remote}) (plain) and C({remotes}) (TLS).
    """

    def __init__(
        self,
        url: str,
        version: str,
        tickets: t.Callable[[str, float], str] | None = None,
        ca_path: str | None = None,
        remotes: dict[str, str] | None = None,
    ):
        self.base = url
        self.version = version
        self._names = {'base': url, 'version': version, **(remotes or {})}
        self._tickets = tickets
        self._known: dict[str, str] = {}
        parts = urlsplit(url)
        self._connect: t.Callable[[], http.client.HTTPConnection]
        if parts.scheme == 'https':
            context = ssl.create_default_context(cafile=ca_path)
            self._connect = lambda: http.client.HTTPSConnection(
                parts.hostname or '', parts.port, timeout=60, context=context
            )
        else:
            self._connect = lambda: http.client.HTTPConnection(
                parts.hostname or '', parts.port, timeout=60
            )

    def play(self, entry: dict) -> dict:
        """Sends the request of an entry and answers with the digest of what came back."""
        for name, (user, age) in entry.get('tickets', {}).items():
            if name not in self._known and self._tickets:
                self._known[name] = self._tickets(user, age)
        request = entry['request']
        connection = self._connect()
        try:
            connection.putrequest(
                request['method'],
                self._fill(request['path']),
                skip_accept_encoding=True,
                skip_host=any(name == 'Host' for name, _value in request['headers']),
            )
            body = self._fill(request['body'] or '').encode('utf-8')
            for name, value in request['headers']:
                connection.putheader(name, self._fill(value).encode('utf-8'))
            if body or request['method'] in ('POST', 'PUT'):
                connection.putheader('Content-Length', str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            text = response.read().decode('utf-8', 'replace')
            for name, value in response.getheaders():
                if name == 'Set-Cookie' and value.startswith('NXSESSIONID='):
                    self._known['session'] = value.partition('=')[2].partition(';')[0]
            return digest(
                response.status,
                response.reason,
                response.getheaders(),
                text,
                self.version,
                self.base,
            )
        finally:
            connection.close()

    def _fill(self, text):
        def value(match):
            quoted, kind, name = match.groups()
            found = self._known[name]
            if kind == 'ticket64':
                found = base64.b64encode(found.encode()).decode()
            return quote(found, safe='') if quoted else found

        for name, url in self._names.items():
            text = text.replace('{' + name + '}', url)
        return re.sub(r'\{(q:)?(ticket64|ticket|cookie):([\w-]+)\}', value, text)
