# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that repeat what they were sent, in every place of a response and in every form.

Each scene meets all places, with the forms in turn, at its requests in turn; nothing depends on
chance. C(REPETITION=full) lets each scene meet every form in every place.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shutil
import typing as t
from urllib.parse import quote, quote_plus, unquote

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils import _redaction
from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._git import delivery as git_delivery
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.nuxeoctl_output import (
    explain,
    verdict,
)
from tests.leaks.search import forms

from .scenes import NOS, PERSON, SCENES, SECRETS
from .server import HostileServer, raw
from .test_answers import Logged, Run

FULL = os.environ.get('REPETITION') == 'full'
PART = 8
ZERO_WIDTH = '\u200b'
# What a terminal would execute: colours, a title, C1 controls, marks of direction
TERMINAL = '\x1b[31m\x1b]0;title\x07\x9b2J\u202e\u2066'
UNSEEN = re.compile('[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')

FORMS: dict[str, t.Callable[[str], str]] = {
    'as it is': lambda secret: secret,
    'html': html.escape,
    'xml, numeric': lambda secret: ''.join('&#%d;' % ord(each) for each in secret),
    'xml, hexadecimal': lambda secret: ''.join('&#x%X;' % ord(each) for each in secret),
    'json': lambda secret: json.dumps(secret)[1:-1],
    'json twice': lambda secret: json.dumps(json.dumps(secret))[1:-1],
    'unicode escapes': lambda secret: ''.join('\\u%04x' % ord(each) for each in secret),
    'url': lambda secret: quote(secret, safe=''),
    'url, lower case': lambda secret: re.sub(
        '%..', lambda found: found[0].lower(), quote(secret, safe='')
    ),
    'url, all': lambda secret: ''.join('%%%02x' % each for each in secret.encode()),
    'url twice': lambda secret: quote(quote(secret, safe=''), safe=''),
    'form': quote_plus,
    'base64': lambda secret: base64.b64encode(secret.encode()).decode(),
    'base64 of a header': lambda secret: base64.b64encode(b'jdoe:' + secret.encode()).decode(),
    'base64, shifted': lambda secret: base64.b64encode(b'xy' + secret.encode()).decode(),
    'base64 for urls': lambda secret: base64.urlsafe_b64encode(b'x' + secret.encode()).decode(),
    'hexadecimal': lambda secret: secret.encode().hex(),
    'hexadecimal, upper case': lambda secret: secret.encode().hex().upper(),
    'upper case': str.upper,
    'swapped case': str.swapcase,
    'with blanks': ' '.join,
    'with zero width': ZERO_WIDTH.join,
    'with line ends': '\n'.join,
    'folded': lambda secret: '\r\n '.join(secret[at : at + 5] for at in range(0, len(secret), 5)),
    'with tags': '<br>'.join,
    'first half': lambda secret: secret[: len(secret) // 2 + 2],
    'last part': lambda secret: secret[-10:],
    'after a percent sign': lambda secret: '%' + secret,
    'after a backslash': lambda secret: '\\' + secret,
    'in a word': lambda secret: 'x' + secret + 'x',
}


def _json(status: int, members: dict, **headers: str) -> bytes:
    fields = [('Content-Type', 'application/json')] + [
        (name.replace('_', '-'), value) for name, value in headers.items()
    ]
    return raw(status, fields, json.dumps(members).encode())


def _header(text: str) -> str:
    return re.sub(r'[\r\n]', ' ', text).encode('latin-1', 'replace').decode('latin-1')


PLACES: dict[str, t.Callable[[str], bytes]] = {
    'description': lambda text: _json(400, {'error': 'invalid_grant', 'error_description': text}),
    'code': lambda text: _json(401, {'error': text, 'error_description': 'no'}),
    'message': lambda text: _json(403, {'status': 403, 'message': text}),
    'message of a failure': lambda text: _json(500, {'status': 500, 'message': text}),
    'validation': lambda text: _json(400, {'errors': [{'id': text, 'msg': text}]}),
    'validation list': lambda text: (
        _json(400, {})
        if not text
        else raw(
            400,
            [('Content-Type', 'application/json')],
            json.dumps([{'id': 'FIELD ' + text, 'message': text}]).encode(),
        )
    ),
    'scope': lambda text: _json(
        200,
        {
            'access_token': 'an-access-token-that-is-new',
            'token_type': 'bearer',
            'expires_in': 3600,
            'scope': text,
        },
    ),
    'token type': lambda text: _json(200, {'access_token': 'a-new-token', 'token_type': text}),
    'lifetime': lambda text: _json(
        200, {'access_token': 'a-new-token', 'token_type': 'bearer', 'expires_in': text}
    ),
    'members': lambda text: _json(
        200,
        {
            text: text,
            'version': text,
            'edition': text,
            'data': {'version': text, 'editionShort': text},
            'symbolicName': text,
            'mavenCoordinates': text,
            'name': text,
            'id': text,
            'created': text,
        },
    ),
    'projects': lambda text: raw(
        200,
        [('Content-Type', 'application/json')],
        json.dumps([{'name': text, 'symbolicName': text, 'uuid': text, text: text}]).encode(),
    ),
    'client': lambda text: _json(
        200, {'id': text, 'name': text, 'redirectURIs': [text], 'isEnabled': text}
    ),
    'content type': lambda text: raw(
        200, [('Content-Type', _header('x/%s; charset=%s' % (text, text)))], b'no json'
    ),
    'host of a redirect': lambda text: raw(
        302, [('Location', _header('https://%s.example/x' % text))], b''
    ),
    'error of a redirect': lambda text: raw(
        302,
        [
            (
                'Location',
                'https://client.test/cb?error=%s&error_description=%s'
                % (quote(text, safe=''), quote(text, safe='')),
            )
        ],
        b'',
    ),
    'issuer of a redirect': lambda text: raw(
        302, [('Location', 'https://client.test/cb?code=x&iss=https%%3A//%s/' % quote(text))], b''
    ),
    'server': lambda text: raw(404, [('Server', _header('Nexus/3.%s (%s)' % (text, text)))], b''),
    'headers': lambda text: raw(
        401,
        [
            ('X-Siesta-FaultId', _header(text)),
            ('WWW-Authenticate', _header('Basic realm="%s"' % text)),
            ('CSRF-Token', _header(text)),
            ('Set-Cookie', _header('JSESSIONID=%s' % text)),
            ('Retry-After', _header(text)),
        ],
        b'',
    ),
    'page': lambda text: raw(
        400,
        [('Content-Type', 'text/html')],
        ('<html><title>%s</title><code>%s</code></html>' % (text, text)).encode(),
    ),
    'text': lambda text: raw(400, [('Content-Type', 'text/plain')], text.encode()),
    'text that is a token': lambda text: raw(
        201, [('Content-Type', 'text/plain')], ('no token: ' + text).encode()
    ),
}


def _plain(text: str) -> str:
    """What a reader can make of a text: unescaped, without blanks and letter case."""
    for _round in range(4):
        text = re.sub(
            r'\\+u([0-9a-fA-F]{4})', lambda found: chr(int(found[1], 16)), html.unescape(text)
        )
        text = unquote(text).replace('<br>', '').replace('\\', '')
    return re.sub(r'[\s+]', '', UNSEEN.sub('', text)).lower()


def seen(secret: str, text: str) -> bool:
    """Whether a text shows a secret or eight characters of it; words of letters alone are none."""
    folded = text.lower()
    if any(form.decode('utf-8', 'replace').lower() in folded for form in forms(secret)):
        return True
    known, plain = _plain(secret), _plain(text)
    parts = {known[at : at + PART] for at in range(len(known) - PART + 1)}
    return any(part in plain for part in parts if not part.isalpha())


def _repeat(name: str, place: str, form: str, at: int) -> tuple[set[str], str]:
    """:returns: the secrets of a run, and all that people and logs could see of it."""
    scene, secrets = SCENES[name], set(SECRETS)

    def script(number: int, asked: t.Any, honest: t.Any) -> t.Any:
        secrets.update(asked.secrets)
        if number != at:
            return None
        # The person's secrets first: what is derived from them comes with them
        words = sorted(asked.secrets, key=lambda secret: (len(secret), secret)) or list(SECRETS)
        text = '%s%s is wrong' % (TERMINAL, FORMS[form](words[at % len(words)]))
        return lambda connection: connection.wfile.write(PLACES[place](text))

    logged = Logged()
    with logged, HostileServer(scene.make()) as server:
        server.script = script
        try:
            warnings, reported, token = scene.play(server.url + scene.path)
            # As at the exit of modules and actions
            shown = _redaction.outgoing([warnings, reported, token.about() if token else None])
            text = json.dumps(shown, ensure_ascii=False)
        except TokensError as problem:
            text = '%s %r %s' % (problem, problem, vars(problem))
    return secrets, '%s\n%s' % (text, '\n'.join(logged.lines))


def _plan(name: str) -> t.Iterator[tuple[str, str, int]]:
    requests, kinds = max(Run(name).requests, 1), list(FORMS)
    first = list(SCENES).index(name)
    for number, place in enumerate(PLACES):
        chosen = kinds if FULL else [kinds[(first * 7 + number * 3) % len(kinds)]]
        for turn, form in enumerate(chosen):
            yield place, form, (number + turn) % requests


@pytest.mark.parametrize('name', SCENES)
def test_S8_S9_S11_what_a_server_repeats_is_not_shown(name):
    found = []
    for place, form, at in _plan(name):
        _redaction.forget()
        secrets, text = _repeat(name, place, form, at)
        where = '%s, %s, %s, request %d: %s' % (name, place, form, at, text[:300])
        if any(seen(secret, text) for secret in secrets):
            found.append(where)
        if UNSEEN.search(text.replace('\n', '')):
            found.append('controls: ' + where)
    assert not found, '%d:\n%s' % (len(found), '\n'.join(found[:10]))


@pytest.mark.needs_client('git')
@pytest.mark.parametrize('place', PLACES)
def test_S8_S9_what_a_server_repeats_to_git_is_not_shown(place, tmp_path):
    defaults = {name: spec.get('default') for name, spec in git_delivery.ARGUMENTS.items()}
    options = git_delivery.ARGUMENTS['entries']['options']
    entry = {name: spec.get('default') for name, spec in options.items()}

    def script(number, asked, honest):
        words = [PERSON, *asked.secrets]
        text = '%s%s' % (TERMINAL, ' '.join(FORMS[form](word) for word in words for form in FORMS))
        page = PLACES[place](text)
        refused = b'401 No\r\nWWW-Authenticate: Basic realm="x"\r\n'
        if 'authorization' not in asked.headers:  # git before 2.46 sends it only when asked to
            page = b'HTTP/1.1 ' + refused + b'Content-Length: 0\r\nConnection: close\r\n\r\n'
        return lambda connection: connection.wfile.write(page)

    with HostileServer(None) as server:
        server.script = script
        entry.update(url=server.url, username='ci', password=PERSON, verify_url=server.url + '/x')
        home = {'path': str(tmp_path / 'store'), 'config_path': str(tmp_path / 'config')}
        params = dict(defaults, entries=[entry], verify=True, allow_http=True, **home)
        result = git_delivery.deliver(params, False, True, shutil.which)[0]
        assert 'authorization' in server.asked[-1].headers
    text = json.dumps(result, ensure_ascii=False)
    assert not seen(PERSON, text)
    assert not UNSEEN.search(text)


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize(
    'line',
    [
        '%s',
        'Permission denied %s',
        'Cannot execute command. UnknownHostException: %s',
        'Unable to fetch remote packages list: %s',
        'Please enter your token: %s',
    ],
)
def test_S8_S9_what_nuxeoctl_repeats_is_not_shown(line, form):
    _redaction.register(NOS)
    output = line % (TERMINAL + FORMS[form](NOS))
    for shown in (explain(1, output, 5), verdict(1, output, 5)[1]):
        assert not seen(NOS, shown), shown
        assert not UNSEEN.search(shown)


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize('secret', [*SECRETS, 'Zq8-k\u00e4se \\new %41&amp;<x>'])
def test_S9_every_form_is_found_in_sentences_and_in_results(form, secret):
    _redaction.register(secret)
    text = 'before %s after' % FORMS[form](secret)
    for shown in (
        _redaction.sanitize(text),
        str(TokensError(text)),
        json.dumps(_redaction.outgoing({'a': [text], text: {'b': text}}), ensure_ascii=False),
    ):
        assert not seen(secret, shown), shown
        assert 'befor' in shown and 'fter' in shown


@pytest.mark.parametrize('form', FORMS)
def test_control_a_text_that_is_not_redacted_is_noticed(form):
    assert seen(SECRETS[0], 'before %s after' % FORMS[form](SECRETS[0]))
