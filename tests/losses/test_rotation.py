# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that gives each refresh token once, and runs that are killed or fail at any call: the
token is there for the next run.
"""

from __future__ import annotations

import random

import pytest
import requests

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, TokensError
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from tests.sandbox import nuxeo

from .harness import points, trial

pytestmark = pytest.mark.needs_client('strace')
CLIENT_SECRET = 'cl1ent-s3cret'
ROUNDS = 25


class Rotation:
    """A source whose token is renewed by a refresh token in each run, and the server that knows
    which one is good.
    """

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

    def run(self):
        """What a run does. :returns: the access token."""
        service._caches.clear()  # of the process that this one was forked from
        return service.get_token(sources.resolve('nuxeo_oauth2_token', self.given, {})).token.secret

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
