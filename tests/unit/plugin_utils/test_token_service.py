# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request: when a server is asked, when the cache answers, and what is kept of an answer."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import threading
import time

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    BadInput,
    Refused,
    ServerProblem,
    Unreachable,
)
from ansible_collections.buildops.tokens.plugins.module_utils._sources.base import Provider
from ansible_collections.buildops.tokens.plugins.module_utils._token import BEARER, Token
from ansible_collections.buildops.tokens.plugins.plugin_utils import lookup_fast_path as shortcut
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from ansible_collections.buildops.tokens.plugins.plugin_utils.sources import Source

NOW = 1_790_000_000


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Server:
    """What the stand-in for a token system has been asked, and what it says."""

    def __init__(self):
        self.issued = 0
        self.renewed = []
        self.revoked = 0
        self.checked = 0
        self.inspected = 0
        self.seconds = 0
        self.lifetime = 3600
        self.refusal = None
        self.works = True
        self.refresh_token = 'again'


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def run(tmp_path, monkeypatch):
    """A run of this test's own. Answers with its folder."""
    monkeypatch.setattr(service, 'run_folder', lambda: str(tmp_path / 'run'))
    monkeypatch.setattr(shortcut, 'run_folder', lambda: str(tmp_path / 'run'))
    monkeypatch.setattr(service, '_caches', {})
    # The stand-in for the server is in this process
    monkeypatch.setattr(
        service.isolated_process, 'run', lambda work: json.loads(json.dumps(work()))
    )
    monkeypatch.setenv('HOME', str(tmp_path))
    return tmp_path / 'run'


@pytest.fixture
def source(server, clock):
    class Scripted(Provider):
        TYPE = 'scripted_token'
        STATELESS = True

        def __init__(self, options):
            super().__init__(options, clock=clock)

        def inspect(self, desired, known, check_mode):
            server.inspected += 1
            time.sleep(server.seconds)
            if desired.regenerate == 'if_invalid':
                server.checked += 1
            return super().inspect(desired, known, check_mode)._replace(works=server.works)

        def issue(self, found):
            if server.refusal:
                raise server.refusal
            server.issued += 1
            return Token(
                BEARER,
                self.TYPE,
                'cAn4ry-%d' % server.issued,
                clock(),
                expires_at=clock() + server.lifetime,
                refresh_token=server.refresh_token and 'refresh-%d' % server.issued,
            )

        def renew(self, found):
            server.renewed.append(found.token and found.token.refresh_token)
            return self.issue(found)

        def revoke(self, found):
            server.revoked += 1
            return True

    def make(**options):
        return Source(
            'company',
            Scripted,
            {
                'url': 'https://scripted.test',
                'client_id': 'a',
                'regenerate': 'if_expired',
                'min_remaining': 60,
                'cache': 'run',
                'cache_timeout': 5,
                **options,
            },
        )

    return make


@pytest.fixture
def get_token(clock):
    def run(source, check_mode=False, once_per_run=False, **desired):
        return service.get_token(
            source, service.desired_of(source.options, **desired), check_mode, clock, once_per_run
        )

    return run


def secret(outcome):
    return outcome.token.secret


@pytest.mark.parametrize('cache', ['run', 'file'])
def test_the_server_is_asked_once(source, get_token, server, cache):
    first, second = get_token(source(cache=cache)), get_token(source(cache=cache))
    assert secret(first) == secret(second) == 'cAn4ry-1' and server.issued == 1
    assert not second.changed and not first.warnings + second.warnings


def test_without_a_cache_it_is_asked_each_time(source, get_token, server, run):
    assert [secret(get_token(source(cache='none'))) for _time in range(2)] == [
        'cAn4ry-1',
        'cAn4ry-2',
    ]
    assert not run.exists()


@pytest.mark.parametrize(
    'change',
    [
        {'client_id': 'b'},
        {'client_secret': 'x'},
        {'url': 'https://b.example.com'},
        {'scope': ['a']},
        {'validate_certs': False},
        {'ca_path': '/b.pem'},
        {'proxy': 'http://p'},
        {'username': 'b'},
    ],
)
def test_C7_C8_what_makes_a_token_another_is_asked_for_by_itself(source, get_token, server, change):
    assert secret(get_token(source())) != secret(get_token(source(**change)))
    assert secret(get_token(source())) == 'cAn4ry-1'


@pytest.mark.parametrize(
    'change',
    [
        {'min_remaining': 5},
        {'timeout': 5},
        {'retries': 0},
        {'cache_timeout': 9},
        {'max_age': 99},
        {'nexus_version': '3.71.0'},
        {'client_auth': 'body'},
        {'form_encode_credentials': False},
    ],
)
def test_how_to_ask_makes_no_other_token(source, get_token, server, change):
    assert secret(get_token(source())) == secret(get_token(source(**change)))


def test_T5_C6_it_is_renewed_before_it_ends_with_the_refresh_token_of_the_cache(
    source, get_token, server, clock
):
    get_token(source())
    clock.now += 3539
    assert secret(get_token(source())) == 'cAn4ry-1'
    clock.now += 1
    assert secret(get_token(source())) == 'cAn4ry-2'
    assert server.renewed == ['refresh-1']
    assert secret(get_token(source(min_remaining=3599))) == 'cAn4ry-2'


def test_T5_a_clock_set_back_leads_to_a_new_token(source, get_token, server, clock):
    get_token(source())
    clock.now -= 3600
    assert secret(get_token(source())) == 'cAn4ry-2'


def test_what_a_module_renews_everybody_gets(source, get_token, server):
    get_token(source())
    assert secret(get_token(source(), regenerate='always')) == 'cAn4ry-2'
    assert secret(get_token(source())) == 'cAn4ry-2'


def test_what_a_module_revokes_nobody_gets(source, get_token, server):
    get_token(source())
    assert get_token(source(), state='absent').token is None and server.revoked == 1
    assert secret(get_token(source())) == 'cAn4ry-2'


@pytest.mark.parametrize('regenerate', ['if_invalid', 'always'])
@pytest.mark.parametrize('cache', ['run', 'file'])
def test_for_many_hosts_the_token_is_looked_at_once_in_a_run(
    source, get_token, server, regenerate, cache
):
    get_token(source(cache=cache))
    results = [
        secret(get_token(source(cache=cache, regenerate=regenerate), once_per_run=True))
        for _host in range(3)
    ]
    assert (
        len(set(results)) == 1
        and server.issued == (2 if regenerate == 'always' else 1)
        and server.checked <= 1
    )
    results = [secret(get_token(source(cache=cache, regenerate=regenerate))) for _task in range(2)]
    assert server.issued == (4 if regenerate == 'always' else 1) and server.checked == (
        0 if regenerate == 'always' else 3
    ), 'a module follows the option'


def test_a_token_that_its_server_refuses_is_replaced_where_that_is_asked_for(
    source, get_token, server
):
    get_token(source())
    server.works = False
    assert secret(get_token(source())) == 'cAn4ry-1'
    assert secret(get_token(source(regenerate='if_invalid'), once_per_run=True)) == 'cAn4ry-2'
    assert secret(get_token(source())) == 'cAn4ry-2'


@pytest.mark.parametrize('cache', ['run', 'file'])
def test_a_refusal_is_not_repeated_for_every_host(source, get_token, server, clock, cache):
    server.refusal = Refused('wrong password', 401)
    for later in (0, 30, 30):
        clock.now += later
        with pytest.raises(Exception, match='wrong password'):
            get_token(source(cache=cache))
    server.refusal = None
    with pytest.raises(Exception, match='wrong password'):
        get_token(source(cache=cache))
    assert secret(get_token(source(cache=cache, client_secret='right'))) == 'cAn4ry-1', (
        'another password is another question'
    )
    clock.now += 1
    assert secret(get_token(source(cache=cache))) == 'cAn4ry-2'
    server.works = False
    assert secret(get_token(source(cache=cache), regenerate='if_invalid')) == 'cAn4ry-3', (
        'what was refused before a success is forgotten'
    )


@pytest.mark.parametrize(
    'ended, refresh_token, kept', [(True, None, False), (True, 'again', True), (False, None, True)]
)
@pytest.mark.parametrize('cache', ['run', 'file'])
def test_a_token_that_was_ended_before_its_replacement_failed_is_not_handed_out(
    source, get_token, server, monkeypatch, cache, ended, refresh_token, kept
):
    old = source(cache=cache)

    def renew(provider, _found):
        provider.ended = ended
        raise Unreachable('gone')

    monkeypatch.setattr(old.provider, 'renew', renew)
    server.refresh_token = refresh_token
    first = secret(get_token(old))
    with pytest.raises(Unreachable):
        get_token(old, regenerate='always')
    if kept:
        assert secret(get_token(old)) == first
    else:
        with pytest.raises(Exception, match='gone'):
            get_token(old)


def test_a_refusal_does_not_take_away_a_token_that_is_still_good(source, get_token, server):
    get_token(source())
    server.refusal = Unreachable('down')
    with pytest.raises(Unreachable):
        get_token(source(), regenerate='always')
    assert secret(get_token(source())) == 'cAn4ry-1'


def test_T13_the_token_is_kept_before_anybody_sees_it(source, get_token, server, monkeypatch):
    def killed(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(service, '_add_warnings', killed)
        get_token(source())
    assert secret(get_token(source())) == 'cAn4ry-1'


# Check mode (C14, A10)


def test_C14_check_mode_writes_nothing_that_lasts(source, get_token, server, tmp_path):
    assert secret(get_token(source(cache='file'), check_mode=True)) == 'cAn4ry-1'
    assert secret(get_token(source(cache='file'), check_mode=True)) == 'cAn4ry-1'
    assert not (tmp_path / '.cache').exists()
    folder = tmp_path / '.cache/buildops.tokens'
    Cache(str(folder), lasting=True)
    before = sorted(os.listdir(folder))
    get_token(source(cache='file', client_id='b'), check_mode=True)
    assert sorted(os.listdir(folder)) == before, 'not even a lock'


def test_C14_check_mode_reads_what_lasts(source, get_token, server):
    get_token(source(cache='file'))
    assert (
        secret(get_token(source(cache='file'), check_mode=True)) == 'cAn4ry-1'
        and server.issued == 1
    )


# A cache that cannot be used (C2, C11)


def test_C2_a_lasting_cache_that_cannot_be_used_is_a_warning_and_the_run_keeps_the_token(
    source, get_token, server, tmp_path
):
    (tmp_path / 'open').mkdir()
    (tmp_path / 'open').chmod(0o755)  # whatever the umask is
    options = {'cache': 'file', 'cache_path': str(tmp_path / 'open')}
    first, second = get_token(source(**options)), get_token(source(**options))
    assert secret(first) == secret(second) and server.issued == 1
    assert (
        len(first.warnings) == 1
        and 'open to other users' in first.warnings[0]
        and 'for this run only' in first.warnings[0]
    )
    assert list((tmp_path / 'open').iterdir()) == []


def test_C11_a_revoked_token_that_cannot_be_dropped_is_a_warning(
    source, get_token, server, tmp_path, monkeypatch
):
    kept = source(cache='file', cache_path=str(tmp_path / 'kept'))
    get_token(kept)

    def refuse(path, **_folder):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, 'unlink', refuse)
    outcome = get_token(kept, state='absent')
    monkeypatch.undo()
    assert outcome.changed and server.revoked == 1
    [warning] = outcome.warnings
    [path] = re.findall(r'Remove the file (\S+\.json)\.', warning)
    assert (
        'Read-only file system' in warning and 'cAn4ry-1' in (tmp_path / 'kept' / path).read_text()
    )


def test_A4_what_goes_wrong_names_its_source_once(source, get_token, server):
    server.refusal = Refused('h does not accept the password.', 401, 'no')
    for _time in range(2):  # the second is the memory of the first
        with pytest.raises(ServerProblem) as caught:
            get_token(source())
        assert (str(caught.value), caught.value.status, caught.value.code) == (
            'source company: h does not accept the password.',
            401,
            'no',
        )
    other = dataclasses.replace(source(), name=None)
    with pytest.raises(ServerProblem, match='^h does not accept'):
        get_token(other)


def test_C11_a_run_that_can_keep_nothing_still_gets_its_token(source, get_token, server, run):
    run.write_text('a file')
    outcome = get_token(source())
    assert (
        secret(outcome) == 'cAn4ry-1'
        and 'not a folder' in outcome.warnings[0]
        and 'cAn4ry' not in outcome.warnings[0]
    )


def test_P11_of_many_threads_one_asks(source, get_token, server):
    results = []
    server.seconds = 0.2
    barrier = threading.Barrier(8)

    def work():
        barrier.wait()
        results.append(secret(get_token(source())))

    threads = [threading.Thread(target=work) for _number in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert results == ['cAn4ry-1'] * 8 and server.issued == server.inspected == 1


def test_a_lookup_refuses_to_replace_a_token_each_time(monkeypatch):
    given = {
        'environment': 'production',
        'client_id': 'a',
        'client_secret': 'cAn4ry',
        'regenerate': 'always',
    }
    question = shortcut.LookupRequest(None, 'nuvy_client_token', given, {}, None)
    with pytest.raises(BadInput, match='regenerate cannot be always'):
        service.resolve_token(question, may_replace=False)
