# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that gives each refresh token once, and runs that are killed or fail at any call: the
token is there for the next run.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest
import requests

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, TokensError
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from tests.conftest import COLLECTIONS
from tests.sandbox import nuxeo
from tests.sandbox.serving import faults
from tests.tools.scratch import environment

from .harness import points, trial

pytestmark = pytest.mark.needs_client('strace')
CLIENT_SECRET = 'cl1ent-s3cret'
ROUNDS = 25


class Rotation:
    """A source whose token is renewed by a refresh token in each run, and the server that knows
    which one is good.
    """

    runs = 0

    def __init__(self, sandbox, folder, **grant):
        app = nuxeo.create_app(
            '2025.3',
            clients=[
                nuxeo.Client('ci', 'ci', CLIENT_SECRET, 'https://client.test/cb', auto_grant=True)
            ],
        )
        self.server, self.folder, self.log = (
            sandbox.serve(app),
            folder / 'cache',
            folder / 'strace.log',
        )
        self.state = app.state
        self.ca_path = str(sandbox.ca_path)
        self.given = dict(
            grant,
            url=self.server.url,
            client_id='ci',
            client_secret=CLIENT_SECRET,
            ca_path=self.ca_path,
            timeout=10,
            retries=0,
            cache='file',
            cache_path=str(self.folder),
            regenerate='always',
        )

    def run(self, **changes):
        """What a run does. :returns: the access token."""
        service._caches.clear()  # of the process that this one was forked from
        Rotation.runs += 1  # which share nothing but the lasting cache
        given = {**self.given, **changes}
        return service.get_token(sources.resolve('nuxeo_oauth2_token', given, {})).token.secret

    def hands_out_a_dead_token(self):
        """:returns: whether a run that renews nothing by itself returns one that does not work."""
        try:
            return not self.works(self.run(regenerate='if_expired'))
        except TokensError:
            return False

    def works(self, access):
        answer = requests.get(
            self.server.url + '/api/v1/me',
            headers={'Authorization': 'Bearer ' + access},
            verify=self.ca_path,
            timeout=10,
        )
        return answer.status_code == 200

    def goes_on(self):
        """:returns: whether the next run gets a token that works, without a person."""
        try:
            return self.works(self.run())
        except Refused as problem:
            assert 'Authorise again' in str(problem)
            return False

    def authorise(self):
        """What a person does when the refresh token is lost."""
        self.given['refresh_token'] = self.state.token_of('ci', 'jdoe').refresh
        for path in self.folder.glob('*.json'):
            path.unlink()
        assert self.goes_on()


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch, tmp_path):
    """The process that is killed is the one that asks."""
    monkeypatch.setattr(service, 'run_folder', lambda: str(tmp_path / ('run-%d' % Rotation.runs)))
    monkeypatch.setattr(
        service.isolated_process, 'run', lambda work: json.loads(json.dumps(work()))
    )


@pytest.fixture
def by_password(sandbox, tmp_path):
    return Rotation(sandbox, tmp_path, grant='authorization_code', username='jdoe', password='jdoe')


@pytest.fixture
def by_token_alone(sandbox, tmp_path):
    """This server accepts only a refresh token: without it, a person has to authorize again."""
    made = Rotation(sandbox, tmp_path, grant='refresh_token')
    made.given['refresh_token'] = made.state.new_token('ci', 'jdoe', 3600).refresh
    made.run()
    return made


def test_T13_O10_T22_no_row_of_crashes_needs_a_person_where_the_source_can_log_in(
    by_password, record_property
):
    by_password.run()
    found = points(trial(by_password.run, by_password.log).calls, by_password.folder)
    chance, lost = random.Random(7), []
    for number in range(ROUNDS):
        crashes = [chance.choice(found) for _crash in range(chance.randint(1, 3))]
        for crash in crashes:
            trial(by_password.run, by_password.log, '%s:signal=KILL:when=%d' % crash)
        if not by_password.goes_on():
            lost.append((number, crashes))
    record_property('losses: refresh tokens at stake', ROUNDS)
    record_property('losses: refresh tokens lost', len(lost))
    assert lost == []


def killed_at_each(source, found):
    """:returns: the indices of the calls at which a refresh token was lost."""
    lost = []
    for index, (name, number) in enumerate(found):
        before = source.server.count('POST')
        assert trial(source.run, source.log, '%s:signal=KILL:when=%d' % (name, number)).killed
        spent = source.server.count('POST') > before
        if not source.goes_on():
            assert spent, (name, number)
            lost.append(index)
            source.authorise()
    return lost


def test_T13_O11_T22_a_refresh_token_alone_is_lost_only_before_the_first_write_of_its_successor(
    by_token_alone, record_property
):
    """No protocol gives back an answer that a killed process had in its memory."""
    found = points(trial(by_token_alone.run, by_token_alone.log).calls, by_token_alone.folder)
    lost = killed_at_each(by_token_alone, found)
    inevitable = max(index for index, (name, _number) in enumerate(found) if name == 'write')
    record_property('losses: refresh tokens at stake', len(found))
    record_property('losses: refresh tokens lost', len(lost))
    record_property(
        'losses: of these gone with the process that had just received them', lost.count(inevitable)
    )
    assert lost == [inevitable] and len(found) > 15, (lost, found)


def test_control_lost_refresh_tokens_are_noticed(by_token_alone, monkeypatch):
    monkeypatch.setattr(Cache, 'recover', lambda self, key: None)
    found = points(trial(by_token_alone.run, by_token_alone.log).calls, by_token_alone.folder)
    lost = killed_at_each(by_token_alone, found)
    assert [found[index][0] for index in lost] == ['write', 'ftruncate', 'fsync', 'renameat']


@pytest.mark.parametrize('error', ['ENOSPC', 'EROFS', 'EACCES', 'EIO'])
def test_T13_T20_T21_C11_a_refresh_token_is_not_spent_where_the_next_one_could_not_be_kept(
    by_token_alone, error, record_property
):
    call = 'fsync' if error == 'EIO' else 'openat'
    name, number = next(
        (name, number)
        for name, number, line in trial(by_token_alone.run, by_token_alone.log).calls
        if name == call and str(by_token_alone.folder) in line and ('.tmp-' in line)
    )
    by_token_alone.server.requests.clear()
    done = trial(
        by_token_alone.run, by_token_alone.log, '%s:error=%s:when=%d+' % (name, error, number)
    )
    assert isinstance(done.problem, TokensError) and 'The refresh token was not used' in str(
        done.problem
    ), done.problem
    assert by_token_alone.server.count('POST') == 0
    lost = not by_token_alone.goes_on()
    record_property('losses: refresh tokens at stake', 1)
    record_property('losses: refresh tokens lost', int(lost))
    assert not lost


def test_T13_C2_a_cache_that_cannot_be_used_is_named_with_its_reason(by_token_alone):
    by_token_alone.folder.chmod(0o755)
    with pytest.raises(TokensError, match='would be lost: .*cache is open to other users .*0700'):
        by_token_alone.run()
    by_token_alone.folder.chmod(0o700)
    assert by_token_alone.goes_on()


@pytest.mark.parametrize(
    'call, path',
    [('ftruncate', '/.tmp-'), ('fsync', '/.tmp-'), ('renameat', '".tmp-'), ('close', '.json>')],
)
def test_T13_T20_C11_an_error_behind_the_write_loses_nothing(
    by_token_alone, call, path, record_property
):
    calls = trial(by_token_alone.run, by_token_alone.log).calls
    name, number = [
        (name, number)
        for name, number, line in calls
        if name == call and str(by_token_alone.folder) in line and path in line
    ][-1]
    assert (
        trial(
            by_token_alone.run, by_token_alone.log, '%s:error=EIO:when=%d' % (name, number)
        ).problem
        is None
    )
    lost = not by_token_alone.goes_on()
    record_property('losses: refresh tokens at stake', 1)
    record_property('losses: refresh tokens lost', int(lost))
    assert not lost


# A server whose answer comes late, or never, and what is handed out afterwards

ANSWERS = {
    'reset': faults.reset_after(),
    'late': faults.delay_after(30),
    'cut off': faults.cut(10),
    'no json': lambda exchange: (exchange.app(), faults.login_page()(exchange))[1],
    'failure': lambda exchange: (exchange.app(), faults.status(502)(exchange))[1],
}


@pytest.mark.parametrize('answer', ANSWERS)
@pytest.mark.parametrize('which', ['by_password', 'by_token_alone'])
def test_T13_O11_no_run_hands_out_a_token_that_a_lost_answer_may_have_ended(
    request, which, answer, record_property
):
    source = request.getfixturevalue(which)
    source.run()
    source.server.faults.add('oauth2/token$', ANSWERS[answer])
    with pytest.raises(TokensError):
        source.run(timeout=2)
    dead = source.hands_out_a_dead_token()
    if which == 'by_token_alone':  # and it says so each time
        for _run in range(2):
            with pytest.raises(Refused, match='Authorise again'):
                source.run(regenerate='if_expired')
    else:
        assert source.works(source.run(regenerate='if_expired'))
    record_property('losses: tokens in doubt', 1)
    record_property('losses: dead tokens handed out', int(dead))
    assert not dead


@pytest.mark.parametrize('status', [429, 503])
def test_T13_a_refusal_without_effect_leaves_the_token_good(by_token_alone, status):
    good = by_token_alone.run()
    by_token_alone.server.faults.add('oauth2/token$', faults.status(status))
    with pytest.raises(TokensError):
        by_token_alone.run()
    assert by_token_alone.run(regenerate='if_expired') == good


def test_T13_a_server_that_cannot_be_reached_leaves_the_token_good(by_token_alone):
    good = by_token_alone.run()
    with pytest.raises(TokensError, match='127.0.0.1:9'):
        by_token_alone.run(proxy='http://127.0.0.1:9')
    assert by_token_alone.run(regenerate='if_expired') == good


def test_T22_no_kill_point_lets_an_ended_token_out(by_token_alone, record_property):
    found = points(trial(by_token_alone.run, by_token_alone.log).calls, by_token_alone.folder)
    dead = []
    for name, number in found:
        trial(by_token_alone.run, by_token_alone.log, '%s:signal=KILL:when=%d' % (name, number))
        if by_token_alone.hands_out_a_dead_token():
            dead.append((name, number))
        if not by_token_alone.goes_on():
            by_token_alone.authorise()
    record_property('losses: tokens in doubt', len(found))
    record_property('losses: dead tokens handed out', len(dead))
    assert dead == []


TASK = """
import json, signal, sys
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
service.get_token(sources.resolve('nuxeo_oauth2_token', json.loads(sys.argv[1]), {}))
"""


# SIGKILL of the group kills the process that asks, too: see the test of the kill points
@pytest.mark.parametrize(
    'number, whom',
    [
        (signal.SIGINT, 'process'),
        (signal.SIGINT, 'group'),
        (signal.SIGTERM, 'process'),
        (signal.SIGTERM, 'group'),
        (signal.SIGKILL, 'process'),
    ],
)
@pytest.mark.parametrize('which', ['by_password', 'by_token_alone'])
def test_T13_P2_a_task_that_is_ended_while_it_waits_loses_nothing(
    request, tmp_path, which, number, whom, record_property
):
    """The answer comes after the task has ended."""
    source = request.getfixturevalue(which)
    source.run()
    asked, end = threading.Event(), threading.Event()

    def held_back(exchange):
        answer = exchange.app()
        asked.set()
        end.wait(30)
        return answer

    source.server.faults.add('oauth2/token$', held_back)
    task = subprocess.Popen(
        [sys.executable, '-c', TASK, json.dumps({**source.given, 'timeout': 60})],
        env={**environment(tmp_path), 'PYTHONPATH': str(COLLECTIONS)},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    assert asked.wait(60)
    (os.killpg if whom == 'group' else os.kill)(task.pid, number)
    task.wait(60)
    end.set()
    deadline = time.monotonic() + 60
    while is_running(task.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    dead, lost = source.hands_out_a_dead_token(), not source.goes_on()
    record_property('losses: refresh tokens at stake', 1)
    record_property('losses: refresh tokens lost', int(lost))
    record_property('losses: dead tokens handed out', int(dead))
    assert not lost and not dead


def is_running(group):
    """:returns: whether a process of this group is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, 0)
        return True
    return False
