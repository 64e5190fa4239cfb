# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays recorded exchanges with real servers to a Flask app, and reports where its answers differ.

Secrets that a server makes (codes, tokens, cookies) differ from the recorded ones: the first time a
recorded value and the app's value are in the same place they are bound to each other, later
requests carry the bound one, and a recorded value that comes again has to be answered by its bound
one. So rotation and reuse are compared as well.

Compared: status, the headers that carry meaning, and the body: JSON by keys, types and values, HTML
by its title, its message and its form, text as it is.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, urlsplit

MADE_BY_SERVER = ('access_token', 'refresh_token', 'code')
COUNTED = ('resultsCount', 'numberOfPages', 'pageCount', 'creationDate')
UUID = r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
CLID = r'[^.-]+(-[^.-]+)*\.\d+\.[^-]+--[^-]+(-[^-]+)*'
SECONDS = 2
"""expires_in may differ by so much: the recordings took real time."""


def load(path):
    with open(path, encoding='utf-8') as stream:
        return json.load(stream)


def html_marks(body):
    """What the recordings keep of an HTML page."""
    if body.startswith('<script'):
        return {'script': True}
    found = {}
    for name, pattern in (
        ('title', r'<title>(.*?)</title>'),
        ('code', r'(?s)<code>(.*?)</code>'),
        ('form', r'(<form id="oauth2Form"[^>]*>)'),
        ('message', r'<b>Message</b> (.*?)(?:</p>|$)'),
    ):
        match = re.search(pattern, body)
        if match:
            found[name] = match.group(1)
    return found


class Player:
    """Plays exchanges in their order to one app.

    C(differences) contains what differed: id of the exchange to a list of sentences.
    """

    def __init__(self, app, base_url):
        self.app, self.base_url = app, base_url
        self.bound: dict[str, str] = {}
        self.differences: dict[str, list[str]] = {}

    def mine(self, text):
        for recorded, value in self.bound.items():
            if recorded in text:
                text = text.replace(recorded, value)
        return text

    def bind(self, recorded, value, report):
        if recorded in self.bound:
            if self.bound[recorded] != value:
                report('a value that should be the same as before is new')
        elif value in self.bound.values():
            report('a value that should be new is one from before')
        else:
            self.bound[recorded] = value

    def play(self, exchange):
        method, path, headers, body = exchange['request']
        client = self.app.test_client(use_cookies=False)
        answer = client.open(
            self.mine(path),
            base_url=self.base_url,
            method=method,
            headers={name: self.mine(value) for name, value in headers.items()},
            data=None if body is None else self.mine(body).encode(),
        )
        text_shown: list[str] = []
        self.compare(exchange['answer'], answer, text_shown.append)
        if text_shown:
            self.differences[exchange['id']] = [
                f'{exchange["name"]}: {sentence}' for sentence in text_shown
            ]

    def compare(self, recorded, answer, report):
        """C(recorded): status, headers (None if only the rest counts), body (left out likewise)."""
        if answer.status_code != recorded[0]:
            report(f'status {answer.status_code}, recorded {recorded[0]}')
        if len(recorded) > 1 and recorded[1] is not None:
            self.compare_headers(recorded[1], answer, report)
        if len(recorded) > 2 and answer.request.method != 'HEAD':
            self.compare_body(recorded[2], answer, report)

    def compare_headers(self, headers, answer, report):
        cookies = dict(
            cookie.partition(';')[0].split('=', 1)
            for cookie in answer.headers.getlist('Set-Cookie')
        )
        for name in ('Content-Type', 'WWW-Authenticate', 'Allow', 'Location', 'CSRF-Token'):
            value, expected = answer.headers.get(name), headers.get(name)
            if (value is None) != (expected is None):
                report(f'{name} {value!r}, recorded {expected!r}')
            elif name == 'Location' and value is not None:
                self.compare_location(expected, value, report)
            elif name == 'CSRF-Token' and expected not in (None, 'invalid'):
                self.bind(expected, value, report)
            elif value is not None and _spaceless(value) != _spaceless(expected):
                report(f'{name} {value!r}, recorded {expected!r}')
        if sorted(cookies) != ([headers['Set-Cookie']] if 'Set-Cookie' in headers else []):
            report(f'cookies {sorted(cookies)}, recorded {headers.get("Set-Cookie")}')
        elif 'JSESSIONID' in headers:
            self.bind(headers['JSESSIONID'], cookies['JSESSIONID'], report)

    def compare_location(self, recorded, value, report):
        one, other = urlsplit(recorded), urlsplit(value)
        if one[:3] + one[4:] != other[:3] + other[4:] and '?' not in (one.fragment or ''):
            report(f'Location {value!r}, recorded {recorded!r}')
        expected = dict(parse_qsl(one.query or one.fragment.partition('?')[2], True))
        got = dict(parse_qsl(other.query or other.fragment.partition('?')[2], True))
        if set(expected) != set(got):
            report(f'Location with {sorted(got)}, recorded {sorted(expected)}')
            return
        for name, wanted in expected.items():
            if name == 'code':
                self.bind(wanted, got[name], report)
            elif self.mine(wanted) != got[name]:
                report(f'Location with {name}={got[name]!r}, recorded {wanted!r}')

    def compare_body(self, recorded, answer, report):
        content_type = answer.headers.get('Content-Type', '')
        if isinstance(recorded, str):
            text = answer.get_data(as_text=True)
            made = next(
                (pattern for pattern in (UUID, CLID) if re.fullmatch(pattern, recorded)), None
            )
            if made and re.fullmatch(made, text):
                self.bind(recorded, text, report)
            elif self.mine(recorded) != text:
                report(f'body {text[:120]!r}, recorded {recorded[:120]!r}')
        elif 'html' in content_type:
            got = html_marks(answer.get_data(as_text=True))
            if 'script' in recorded:
                recorded = {'script': True}
            if {
                name: self.mine(value) if isinstance(value, str) else value
                for name, value in recorded.items()
            } != got:
                report(f'page {got}, recorded {recorded}')
        else:
            charset = 'latin-1' if '8859-1' in content_type else 'utf-8'
            try:
                self.compare_json(
                    recorded, json.loads(answer.get_data().decode(charset)), 'body', report
                )
            except ValueError:
                report('body is not JSON')

    def compare_json(self, recorded, value, where, report):
        if isinstance(recorded, dict) and isinstance(value, dict):
            if set(recorded) != set(value):
                report(f'{where} has {sorted(value)}, recorded {sorted(recorded)}')
            for name in set(recorded) & set(value):
                self.compare_member(name, recorded[name], value[name], f'{where}.{name}', report)
        elif isinstance(recorded, list) and isinstance(value, list):
            if len(recorded) != len(value):
                report(f'{where} has {len(value)} entries, recorded {len(recorded)}')
            for index, (one, other) in enumerate(zip(recorded, value)):
                self.compare_json(one, other, f'{where}[{index}]', report)
        elif (
            type(recorded) is not type(value)
            or (self.mine(recorded) if isinstance(recorded, str) else recorded) != value
        ):
            report(f'{where} is {value!r}, recorded {recorded!r}')

    def compare_member(self, name, recorded, value, where, report):
        """Compare a member of an object; what differs in each run needs the same type only."""
        same_type = type(value) is type(recorded)
        if name in MADE_BY_SERVER and isinstance(value, str):
            self.bind(recorded, value, report)
        elif name == 'expires_in' and same_type:
            if abs(recorded - value) > SECONDS:
                report(f'{where} is {value}, recorded {recorded}')
        elif name in COUNTED or (name == 'id' and str(recorded).isdigit()):
            if not same_type:
                report(f'{where} is {value!r}, recorded {recorded!r}')
        else:
            self.compare_json(recorded, value, where, report)


def _spaceless(value):
    return value.replace(' ', '')
