# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client sends again what can be sent again, and waits as long as it may.

H numbers are those of the fault catalogue.
"""

from __future__ import annotations

import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import ServerProblem
from ansible_collections.buildops.tokens.plugins.module_utils._http.retry import retry_after
from tests.support.raw_server import OK, answer, client, get


def test_H21_a_wait_that_an_option_allows_is_waited(serve):
    server = serve(answer('', '429 Slow Down', Retry_After='90'), OK)
    made = client(server, longest_wait=90)
    assert get(made).status == 200
    assert made.naps == [90]


@pytest.mark.parametrize(
    ('status', 'method', 'tries'),
    [
        (408, 'GET', 3),
        (425, 'GET', 3),
        (429, 'GET', 3),
        (500, 'GET', 3),
        (502, 'GET', 3),
        (503, 'GET', 3),
        (504, 'GET', 3),
        (501, 'GET', 1),
        (400, 'GET', 1),
        (401, 'GET', 1),
        (403, 'GET', 1),
        (404, 'GET', 1),
        (410, 'GET', 1),
        (505, 'GET', 1),
        (429, 'POST', 1),
        (503, 'POST', 1),
        (500, 'POST', 1),
        (501, 'POST', 1),
        (503, 'DELETE', 1),
        (503, 'PUT', 1),
    ],
)
def test_H20_H22_what_is_sent_again(serve, status, method, tries):
    server = serve(answer('', '%d Status' % status))
    made = client(server)
    assert made.request(method, '/').status == status
    assert len(server.heads) == tries
    assert len(made.naps) == tries - 1
    assert all(0.1 <= nap <= 0.5 * 2**number for number, nap in enumerate(made.naps, 1))


@pytest.mark.parametrize(
    ('status', 'tries'),
    [(408, 1), (425, 1), (500, 1), (429, 3), (502, 3), (503, 3), (504, 3), (501, 1)],
)
def test_H20_a_post_that_spends_nothing_is_sent_again_while_the_server_is_busy(
    serve, status, tries
):
    server = serve(answer('', '%d Status' % status))
    assert client(server).request('POST', '/', form={'a': 'b'}, repeatable=True).status == status
    assert len(server.heads) == tries


def test_H20_retries_end_with_the_first_good_answer(serve):
    server = serve(answer('', '503 Busy'), answer('', '502 Busy'), OK)
    assert get(client(server, retries=5)).status == 200
    assert len(server.heads) == 3


NOW = 1_700_000_000


@pytest.mark.parametrize(
    ('value', 'nap'),
    [
        ('7', 7),
        (' 0 ', 0),
        ('-1', 0),
        (email.utils.formatdate(NOW + 12, usegmt=True), 12),
        (email.utils.formatdate(NOW - 3600, usegmt=True), 0),
        ('30', 30),
    ],
)
def test_H21_retry_after_is_followed(serve, value, nap):
    server = serve(answer('', '429 Slow Down', Retry_After=value), OK)
    made = client(server, clock=lambda: NOW)
    assert get(made).status == 200
    assert made.naps == [nap]


@pytest.mark.parametrize(
    'value', ['abc', '', '1.5', 'Fri, 99 Foo 2026', '1_0', '٣'.encode().decode('latin-1')]
)
def test_H21_retry_after_that_cannot_be_read_counts_as_absent(serve, value):
    server = serve(answer('', '503 Busy', Retry_After=value), OK)
    made = client(server)
    assert get(made).status == 200
    assert len(made.naps) == 1 and 0.1 <= made.naps[0] <= 1


@pytest.mark.parametrize(
    'value',
    ['31', '99999999', '9' * 400, '9' * 5000, email.utils.formatdate(NOW + 3600, usegmt=True)],
    ids=['31', '99999999', '400 digits', '5000 digits', 'date'],
)
@pytest.mark.parametrize('status', [429, 502, 503])
def test_H21_a_long_wait_is_reported_and_not_waited(serve, value, status):
    server = serve(answer('', '%d Busy' % status, Retry_After=value))
    made = client(server, clock=lambda: NOW)
    with pytest.raises(
        ServerProblem,
        match=r'answered %d and asks to wait \d+ seconds\. Try again after that, or set longest_'
        r'wait\.$' % status,
    ) as caught:
        get(made)
    assert caught.value.status == status
    assert len(server.heads) == 1 and not made.naps


@given(st.text(max_size=40) | st.integers().map(str) | st.floats().map(str))
def test_H21_retry_after_is_never_negative_and_never_an_error(value):
    wait = retry_after(value, NOW)
    assert wait is None or 0 <= wait <= 1e12
