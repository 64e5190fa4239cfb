# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a server answers, and when: one of our sentences, or a token that is one; no secret in
either; and in bounded time.

The seed is fixed; C(FUZZ_MINUTES) asks for other seeds for so long in all. A failure names what to
give C(play) to see it again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time

import pytest
import requests

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import control_character_in
from ansible_collections.buildops.tokens.plugins.module_utils._token import BEARER, Token
from tests.leaks.search import forms

from .scenes import APP, SCENES, SECRETS, TIMEOUT
from .server import ASTRAY, LIMIT, LONGEST_LIST, HostileServer, Wild

MINUTES = float(os.environ.get('FUZZ_MINUTES') or 0)
SEED = int(time.time()) if MINUTES else 7
QUICK, SLOW = 60, 2
# A busy machine is slow by itself
PATIENCE = 20
# What is so large that it has to be refused, by all who read answers
TOO_LARGE, READS_NO_BODY = ('bomb', 'huge'), ('verified',)


class Logged(logging.Handler):
    """What a log file of ansible-core would contain, which takes what any library writes.

    :ivar lines: of it.
    """

    def __init__(self):
        super().__init__(logging.INFO)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))

    def __enter__(self):
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_exc):
        logging.getLogger().removeHandler(self)


class Run:
    """Hostile answers to one scene, each at one of its requests. :ivar crashes: what came out that
    should not have, with how to see it again."""

    def __init__(self, name):
        self.name, self.scene = name, SCENES[name]
        self.tried, self.crashes = 0, []
        self.requests, warnings = 0, []
        for _attempt in range(
            5
        ):  # the time-out is short, for a machine that is busy with other things
            with HostileServer(self.scene.make()) as server, contextlib.suppress(TokensError):
                warnings, _reported, _token = self.scene.play(server.url + self.scene.path)
                self.requests = len(server.asked)
            if self.requests:
                break
        assert self.requests and not [text for text in warnings if 'should not' in text]

    def play(self, seed, turn, slow=False):
        """Let the server do something wild at one request. :param turn: number of the try.
        :returns: the message for people, for the curious."""
        self.tried += 1
        wild = Wild(
            '%s %s' % (self.name, seed), LONGEST_LIST if self.name.startswith('proxies') else LIMIT
        )
        at, done = wild.random.randrange(self.requests), []

        def script(number, asked, honest):
            if number != at:
                return None
            kind, act = wild.act(asked, honest, turn, slow)
            done.append(kind)
            return act

        logged = Logged()
        with logged, HostileServer(self.scene.make()) as server:
            server.script = script
            began = time.monotonic()
            reported, token, refused = self._reported(server.url + self.scene.path)
            seconds = time.monotonic() - began
            asked = list(server.asked)
        where = '%s, play(%r, %d, %r), request %d, %s: ' % (
            self.name,
            seed,
            turn,
            slow,
            at,
            ''.join(done),
        )
        if any(ASTRAY in one.target for one in asked):
            self.crashes.append(where + 'followed a redirect')
        if reported is None:
            self.crashes.append(where + token)
            return None
        if (
            done
            and done[0] in TOO_LARGE
            and not refused
            and len(asked) <= self.requests
            and self.name not in READS_NO_BODY
        ):
            self.crashes.append(where + 'read all of it')
        if seconds > len(asked) * (TIMEOUT + 0.5) + PATIENCE:
            self.crashes.append(where + 'took %.1f seconds for %d requests' % (seconds, len(asked)))
        for secret in set(SECRETS).union(*(one.secrets for one in asked)):
            for place, text in (('people', reported), ('logs', '\n'.join(logged.lines))):
                if any(form.decode('utf-8', 'replace') in text for form in forms(secret)):
                    self.crashes.append('%sshows %s a secret: %s' % (where, place, text[:300]))
        return reported

    def _reported(self, url):
        """:returns: (the message, the token, whether something was refused), or (None, why
        this is a crash, None).
        """
        try:
            warnings, reported, token = self.scene.play(url)
            shown = json.dumps(
                [warnings, reported, token.about() if token else None], allow_nan=False
            )
            json.dumps(token.as_result() if token else None, allow_nan=False)
        except TokensError as problem:
            if (
                problem.__cause__ is not None
                or not str(problem).strip()
                or len(str(problem)) > 2000
                or control_character_in(str(problem))
            ):
                return None, 'no sentence: %r' % str(problem)[:300], None
            return (
                '%s %r %s'
                % (problem, problem, {name: str(value) for name, value in vars(problem).items()}),
                None,
                True,
            )
        except Exception as problem:  # what must not happen
            return None, '%s: %s' % (type(problem).__name__, str(problem)[:200]), None
        if token is not None and (control_character_in(token.secret) or not token.secret.strip()):
            return None, 'took something for a token that is none', None
        return (
            shown + repr(token),
            token,
            bool(warnings) or (isinstance(reported, dict) and bool(reported.get('failed'))),
        )


@pytest.mark.parametrize('name', SCENES)
def test_H_O_N_any_answer_at_any_request(name, record_property):
    run, scene = Run(name), list(SCENES).index(name)
    end = time.monotonic() + MINUTES * 60 / len(SCENES) * int(
        os.environ.get('PYTEST_XDIST_WORKER_COUNT', 1)
    )
    seed = SEED
    while True:
        for number in range(QUICK):
            run.play('%d.%d' % (seed, number), number)
        for number in range(SLOW):
            run.play('%d.slow%d' % (seed, number), number + scene, slow=True)
        seed += 1
        if time.monotonic() > end:
            break
    record_property('hostile: answers tried', run.tried)
    record_property('hostile: crashes', len(run.crashes))
    assert run.crashes == [], '\n'.join(run.crashes[:20])


def _as_most_do(url):
    """A client as people write it: every response is used, or reported."""
    answer = requests.post(
        url + '/nexus/oauth2/token',
        auth=('builder', APP),
        data={'grant_type': 'client_credentials'},
        timeout=TIMEOUT,
    )
    if not answer.ok:
        raise TokensError('%d: %s' % (answer.status_code, answer.text[:1000]))
    try:
        secret = answer.json()['access_token']
    except KeyError as problem:
        raise TokensError('There is no token in the response.') from problem
    return [], {}, Token(BEARER, 'nuvy_client_token', secret, 0)


def test_control_each_kind_of_mistake_is_noticed(monkeypatch):
    monkeypatch.setitem(SCENES, 'control', SCENES['nuvy']._replace(play=_as_most_do))
    run = Run('control')
    for number in range(4 * QUICK):  # several of each kind, whatever a busy machine times out
        run.play('%d.%d' % (SEED, number), number)
    found = '\n'.join(run.crashes)
    assert all(
        mistake in found
        for mistake in (
            'read all of it',
            'followed a redirect',
            'shows people a secret',
            'no sentence',
            'Error: ',
        )
    ), found
