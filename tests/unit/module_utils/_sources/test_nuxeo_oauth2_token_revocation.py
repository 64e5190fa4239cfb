# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens: their end, with state absent, by each way to ask for it."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
    nuxeo_oauth2_token as nuxeo,
)
from tests.support.nuxeo_oauth2 import (
    ACCESS,
    CLIENT,
    CODE,
    GOING_ON,
    HEADLESS,
    IN_HAND,
    INVALID,
    MACHINE,
    NONE,
    SIGNED,
    URL,
    assertion,
    entry,
    known,
    me,
    no,
    refresh,
    run,
    token,
    tokens,
)
from tests.support.scripted import ANY, Ask, answer


def test_absent_with_a_password():
    gone = dict(HEADLESS, state='absent')
    assert run(gone, entry('GET', 200), entry('DELETE', 204)).changed is True
    assert run(gone, entry('GET', 404, message=NONE)).changed is False
    assert run(gone, entry('GET', 200), entry('DELETE', 404, message=NONE)).changed is False
    assert run(gone, entry('GET', 200), check_mode=True).changed is True
    assert run(gone, entry('GET', 404, message=NONE), check_mode=True).changed is False
    with pytest.raises(Refused, match='403'):
        run(gone, entry('GET', 403, message='no'), entry('DELETE', 403, message='no'))


@pytest.mark.parametrize('check_mode', [True, False])
def test_absent_names_a_client_that_does_not_exist(check_mode):
    gone = dict(HEADLESS, state='absent')
    outcome = run(gone, entry('GET', 404, message='Invalid client: ci'), check_mode=check_mode)
    assert outcome.changed is False
    [warning] = outcome.warnings
    assert 'has no OAuth2 client ci' in warning and 'Check client_id' in warning
    outcome = run(gone, entry('GET', 404, message='No token found for client: ci'))
    assert (outcome.changed, outcome.warnings) == (False, [])


def test_absent_by_the_bearer_itself():
    bearer = 'Bearer known-access'
    assert (
        run(
            dict(MACHINE, state='absent'),
            entry('GET', 200, 'ci', bearer),
            entry('DELETE', 204, 'ci', bearer),
            known=known(1000),
        ).changed
        is True
    )
    me = [
        Ask(
            'GET',
            '/api/v1/me',
            answer(200, {'entity-type': 'user', 'id': 'jdoe'}),
            authorization=bearer,
        )
        for _each in (1, 2)
    ]
    script = [me[0], entry('GET', 200, 'jdoe', bearer), me[1], entry('DELETE', 204, 'jdoe', bearer)]
    assert run(dict(IN_HAND, state='absent'), *script, known=known(1000)).changed is True


def test_absent_with_an_assertion():
    assert (
        run(
            dict(SIGNED, state='absent'),
            entry('GET', 200, authorization=ANY),
            entry('DELETE', 204, authorization=ANY),
        ).changed
        is True
    )


@pytest.mark.parametrize('audience', [URL + '/oauth2/token', [URL]])
def test_absent_with_an_assertion_that_is_for_the_token_endpoint_alone(audience):
    """As a bearer it is refused (measured), so the token that it gives is revoked by itself."""
    signed = assertion(sub='alice', aud=audience)
    options = dict(CLIENT, grant='jwt_bearer', assertion=signed, username='jdoe', state='absent')
    granted, new = token(None, grant_type=nuxeo.JWT_GRANT, assertion=signed), 'Bearer ' + ACCESS
    assert run(options, granted, entry('DELETE', 204, 'alice', new)).changed is True
    held = [
        entry(method, status, 'alice', 'Bearer known-access')
        for method, status in (('GET', 200), ('DELETE', 204))
    ]
    assert run(options, *held, known=known(1000)).changed is True


def test_absent_with_an_assertion_that_opens_nothing_by_itself():
    given = dict(SIGNED, state='absent')
    assert (
        run(
            given,
            entry('GET', 401, authorization=ANY),
            entry('DELETE', 401, authorization=ANY),
            token(None, grant_type=nuxeo.JWT_GRANT, assertion=ANY),
            entry('DELETE', 204, authorization='Bearer ' + ACCESS),
        ).changed
        is True
    )
    with pytest.raises(Refused, match='does not accept the assertion'):
        run(
            given,
            entry('GET', 401, authorization=ANY),
            entry('DELETE', 401, authorization=ANY),
            token(
                no('invalid_client', 'Secret not configured or invalid token'),
                grant_type=nuxeo.JWT_GRANT,
                assertion=ANY,
            ),
        )


def test_absent_with_a_token_that_is_over_fetches_one_to_revoke_it():
    new = 'Bearer ' + ACCESS
    assert (
        run(
            dict(MACHINE, state='absent'),
            token(None, grant_type='client_credentials'),
            entry('DELETE', 204, 'ci', new),
        ).changed
        is True
    )
    assert (
        run(
            dict(GOING_ON, state='absent', username='jdoe'),
            refresh(),
            entry('DELETE', 204, 'jdoe', new),
            known=known(-5),
        ).changed
        is True
    )
    assert (
        run(
            dict(GOING_ON, state='absent', username='jdoe'), refresh(INVALID), known=known(-5)
        ).changed
        is False
    )
    assert run(dict(GOING_ON, state='absent'), refresh(INVALID)).changed is False
    old = 'Bearer known-access'
    assert (
        run(
            dict(MACHINE, state='absent'),
            entry('GET', 401, 'ci', old),
            entry('DELETE', 401, 'ci', old),
            token(None, grant_type='client_credentials'),
            entry('DELETE', 204, 'ci', new),
            known=known(1000, refresh=None),
        ).changed
        is True
    )


def test_absent_after_a_code_that_was_used_changes_nothing():
    used = no('invalid_grant', 'Invalid authorization code')
    outcome = run(
        dict(IN_HAND, state='absent'),
        token(used, grant_type='authorization_code', code=CODE),
        desired=DesiredState(state='absent'),
    )
    assert outcome.changed is False


def test_absent_keeps_the_token_that_it_has_renewed_until_it_is_revoked():
    kept = []
    with pytest.raises(TokensError):
        run(
            GOING_ON,
            me(401, 'known-access'),
            me(401, 'known-access'),
            refresh(tokens('new', 'newrefresh')),
            me(200, 'new'),
            entry('DELETE', 500, authorization='Bearer new'),
            known=known(1000),
            desired=DesiredState(state='absent'),
            keep=lambda token: kept.append(token.secret),
        )
    assert kept == ['new']


def test_absent_without_any_way_to_ask():
    given = {name: value for name, value in IN_HAND.items() if name != 'code'}
    with pytest.raises(Refused, match='Set username and password'):
        run(dict(given, state='absent'), desired=DesiredState(state='absent'))
