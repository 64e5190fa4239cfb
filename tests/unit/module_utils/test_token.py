# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token never shows its value by accident, and its dates are right."""

from __future__ import annotations

import base64
import copy
import json
import math
import pickle
import time
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._token import (
    BASIC,
    BEARER,
    Token,
    basic_authorization,
    from_iso8601,
    iso8601,
)

CANARY = 'cAn4ry/+=&<"%secret'
REFRESH = 'r3fresh-cAn4ry/+=&<"%'
NOW = 1_700_000_000


def basic(**more):
    return Token(
        BASIC,
        'nexus_user_token',
        CANARY,
        NOW,
        username='n4me',
        **{'extras': {'pass_code': CANARY}, **more},
    )


def bearer(**more):
    return Token(
        BEARER,
        'nuxeo_oauth2_token',
        CANARY,
        NOW,
        **{'scope': 'read', 'refresh_token': REFRESH, **more},
    )


@pytest.mark.parametrize('make', [basic, bearer])
def test_T7_no_way_of_printing_it_shows_the_value(make):
    token = make()
    traced = ''
    try:
        raise ValueError(token)
    except ValueError as problem:
        traced = ''.join(traceback.format_exception(type(problem), problem, problem.__traceback__))
    assert 'ValueError' in traced
    for shown in (
        repr(token),
        str(token),
        '%s %r' % (token, token),
        f'{token} {token!r} {token!s:>200}',
        format(token),
        repr([token]),
        repr({'a': token}),
        traced,
        ascii(token),
        json.dumps(token.about()),
    ):
        assert CANARY not in shown and REFRESH not in shown and 'cAn4ry' not in shown
        assert base64.b64encode(CANARY.encode()).decode() not in shown
    assert token.fingerprint in repr(token)


def test_it_has_no_dictionary_that_a_debugger_would_print():
    with pytest.raises(TypeError):
        vars(basic())


@pytest.mark.parametrize('make', [basic, bearer])
def test_A22_its_result_is_plain_json_with_all_that_was_promised(make):
    result = make(expires_at=NOW + 3600).as_result()
    assert json.loads(json.dumps(result)) == result
    assert result['expires_at'] == '2023-11-14T23:13:20Z'
    assert len(result['fingerprint']) == 12
    if make is basic:
        assert (result['username'], result['password'], result['pass_code']) == (
            'n4me',
            CANARY,
            CANARY,
        )
        assert (
            result['authorization']
            == 'Basic ' + base64.b64encode(b'n4me:' + CANARY.encode()).decode()
        )
        assert 'access_token' not in result
    else:
        assert (result['access_token'], result['token_type'], result['scope']) == (
            CANARY,
            'Bearer',
            'read',
        )
        assert result['authorization'] == 'Bearer ' + CANARY
        assert 'refresh_token' not in result


def test_what_may_be_shown_contains_no_secret():
    assert set(basic().about()) == {'kind', 'fingerprint', 'expires_at'}
    assert set(bearer().about()) == {'kind', 'fingerprint', 'expires_at', 'scope'}


def test_N10_credentials_are_utf_8_and_not_form_encoded():
    assert (
        basic_authorization('zoë', 'pä:ss wörd+/%&€')
        == 'Basic ' + base64.b64encode('zoë:pä:ss wörd+/%&€'.encode()).decode()
    )


@pytest.mark.parametrize(
    ('text', 'epoch'),
    [
        ('2014-01-28T17:17:07.701+0000', 1390929427.701),
        ('2020-04-23T21:49:40.112+01:00', 1587674980.112),
        ('2026-01-31T12:00:00Z', 1769860800),
        ('2026-01-31T12:00:00.5Z', 1769860800.5),
        (' 2026-01-31T12:00:00+00:00 ', 1769860800),
        ('2026-01-31T07:00:00-0500', 1769860800),
    ],
)
def test_dates_of_every_generation(text, epoch):
    assert from_iso8601(text) == pytest.approx(epoch, abs=1e-3)


@pytest.mark.parametrize(
    'text',
    [
        None,
        '',
        'yesterday',
        5,
        [],
        '2026-01-31',
        '2026-01-31T12:00:00',
        '2026-13-31T12:00:00Z',
        '2026-01-31T25:00:00Z',
        '9' * 100,
    ],
)
def test_what_is_no_date(text):
    assert from_iso8601(text) is None


@given(st.integers(0, 4102444800))
def test_dates_survive_being_written_and_read(epoch):
    assert from_iso8601(iso8601(epoch)) == epoch


@pytest.mark.parametrize('zone', ['UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati'])
def test_T5_dates_do_not_depend_on_where_one_is(monkeypatch, zone):
    monkeypatch.setenv('TZ', zone)
    time.tzset()
    try:
        assert iso8601(1774746000) == '2026-03-29T01:00:00Z'  # an hour that Europe leaves out
        assert from_iso8601('2026-03-29T01:00:00Z') == 1774746000
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize('epoch', [1e12, 1e300, float('inf'), -1e15, float('nan')])
def test_T5_an_end_beyond_all_calendars_is_no_crash(epoch):
    assert basic(expires_at=epoch).as_result()['expires_at'] in (None, '9999-12-31T23:59:59Z')


@pytest.mark.parametrize(
    ('lifetime', 'elapsed', 'margin', 'good'),
    [
        (None, 10**9, 10**9, True),
        (3600, 0, 60, True),
        (3600, 3539, 60, True),
        (3600, 3540, 60, False),
        (3600, 3600, 0, False),
        (3600, 3599, 0, True),
        (60, 0, 60, True),
        (60, 47, 60, True),
        (60, 48, 60, False),
        (1, 0, 60, True),
        (0, 0, 60, False),
        (-5, 0, 0, False),
        (3600, -59, 0, True),
        (3600, -61, 0, False),
        (None, -61, 0, False),
        (3600, -3600, 0, False),
    ],
)
def test_T5_how_long_it_lasts(lifetime, elapsed, margin, good):
    token = basic(expires_at=None if lifetime is None else NOW + lifetime)
    assert token.lasts(NOW + elapsed, margin) is good


@given(st.floats(1, 1e9), st.floats(0, 1e9), st.integers(0, 10**9))
def test_T5_a_new_token_is_good_and_never_after_its_end(lifetime, elapsed, margin):
    token = basic(expires_at=NOW + lifetime)
    assert token.lasts(NOW, margin)
    if token.lasts(NOW + elapsed, margin):
        assert elapsed < lifetime or math.isclose(elapsed, lifetime, rel_tol=1e-6)


@pytest.mark.parametrize('make', [basic, bearer])
def test_what_is_kept_in_a_file_comes_back_whole(make):
    token = make(expires_at=NOW + 5.5)
    loaded = Token.load(json.loads(json.dumps(token.dump())))
    assert loaded.as_result() == token.as_result()
    assert (loaded.refresh_token, loaded.issued_at, loaded.expires_at) == (
        token.refresh_token,
        token.issued_at,
        token.expires_at,
    )


@pytest.mark.parametrize(
    'change',
    [
        {'kind': 'other'},
        {'kind': None},
        {'secret': ''},
        {'secret': None},
        {'secret': 5},
        {'issued_at': None},
        {'issued_at': 'now'},
        {'expires_at': 'never'},
        {'issued_at': True},
        {'username': 5},
        {'username': None},
        {'extras': []},
        {'extras': None},
        {'refresh_token': 5},
        {'type': None},
        {'token_type': 5},
        {'scope': 5},
        {'issued_at': float('nan')},
        {'expires_at': float('inf')},
        {'more': 1},
    ],
)
def test_C_what_is_no_token_is_refused(change):
    with pytest.raises(ValueError, match='^not a token$'):
        Token.load(dict(basic().dump(), **change))


@pytest.mark.parametrize('data', [None, [], '', 5, {}, {'secret': 'x'}])
def test_C_other_data_are_refused(data):
    with pytest.raises(ValueError, match='^not a token$'):
        Token.load(data)


def test_copies_are_as_silent():
    token = basic()
    assert CANARY not in repr(copy.copy(token)) + repr(copy.deepcopy(token)) + repr(
        pickle.loads(pickle.dumps(token))
    )


def test_I5_the_header_of_a_basic_token_is_registered_too(monkeypatch):
    """base64 of both does not contain base64 of one."""
    reported = []
    monkeypatch.setattr(
        'ansible_collections.buildops.tokens.plugins.module_utils._redaction._register',
        reported.extend,
    )
    token = basic()
    assert CANARY in reported and token.authorization.split(' ')[1] in reported
