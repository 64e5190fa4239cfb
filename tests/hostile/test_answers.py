# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a server answers, and when: one of our sentences, or a token that is one; no secret in either; and in bounded time.

The seed is fixed; C(FUZZ_MINUTES) asks for other seeds for so long. A failure names what to give C(play) to see it again.
"""

from __future__ import annotations

import json
import os
import time

import pytest
from ansible_collections.buildops.tokens.plugins.module_utils.errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils.secret_text import control_character_in

from tests.leaks.search import forms

from .scenes import SCENES, SECRETS, TIMEOUT
from .server import HostileServer, Wild

MINUTES = float(os.environ.get('FUZZ_MINUTES') or 0)
SEED = int(time.time()) if MINUTES else 7
QUICK, SLOW = 60, 2
# A busy machine is slow by itself
PATIENCE = 20


class Run:
    """Hostile answers to one scene, each at one of its requests. :ivar crashes: what came out that should not have, with how to see it again."""

    def __init__(self, name):
        self.name, self.scene = name, SCENES[name]
        self.tried, self.crashes = 0, []
        with HostileServer(self.scene.make()) as server:
            warnings, _told, _token = self.scene.play(server.url + self.scene.path)
            self.requests = len(server.asked)
        assert self.requests and not [text for text in warnings if 'should not' in text]

    def play(self, seed, slow=False):
        """Let the server do something wild at one request. :returns: what people are told, for the curious."""
        self.tried += 1
        wild = Wild('%s %s' % (self.name, seed))
        at, done = wild.random.randrange(self.requests), []

        def script(number, asked, honest):
            if number != at:
                return None
            kind, act = wild.act(asked, honest, slow)
            done.append(kind)
            return act

        with HostileServer(self.scene.make()) as server:
            server.script = script
            began = time.monotonic()
            told, token = self._told(server.url + self.scene.path)
            seconds = time.monotonic() - began
            asked = list(server.asked)
        where = '%s, seed %s, request %d, %s: ' % (self.name, seed, at, ''.join(done))
        if told is None:
            self.crashes.append(where + token)
            return None
        if seconds > len(asked) * (TIMEOUT + 0.5) + PATIENCE:
            self.crashes.append(where + 'took %.1f seconds for %d requests' % (seconds, len(asked)))
        for secret in set(SECRETS).union(*(one.secrets for one in asked)):
            if any(form.decode('utf-8', 'replace') in told for form in forms(secret)):
                self.crashes.append(where + 'tells a secret: ' + told[:300])
        return told

    def _told(self, url):
        """:returns: (what people are told, the token), or (None, why this is a crash)."""
        try:
            warnings, told, token = self.scene.play(url)
        except TokensError as problem:
            if problem.__cause__ is not None or not str(problem).strip() or len(str(problem)) > 2000 or control_character_in(str(problem)):
                return None, 'no sentence: %r' % str(problem)[:300]
            return '%s %r %s' % (problem, problem, {name: str(value) for name, value in vars(problem).items()}), None
        except Exception as problem:  # what must not happen
            return None, '%s: %s' % (type(problem).__name__, str(problem)[:200])
        shown = json.dumps([warnings, told, token.about() if token else None], allow_nan=False)
        if token is not None:
            json.dumps(token.as_result(), allow_nan=False)
            if control_character_in(token.secret) or not token.secret.strip():
                return None, 'took something for a token that is none'
        return shown + repr(token), token


@pytest.mark.parametrize('name', SCENES)
def test_H_O_N_any_answer_at_any_request(name, record_property):
    run = Run(name)
    end = time.monotonic() + MINUTES * 60 / len(SCENES)
    seed = SEED
    while True:
        for number in range(QUICK):
            run.play('%d.%d' % (seed, number))
        for number in range(SLOW):
            run.play('%d.slow%d' % (seed, number), slow=True)
        seed += 1
        if time.monotonic() > end:
            break
    record_property('hostile: answers tried', run.tried)
    record_property('hostile: crashes', len(run.crashes))
    assert run.crashes == [], '\n'.join(run.crashes[:20])
