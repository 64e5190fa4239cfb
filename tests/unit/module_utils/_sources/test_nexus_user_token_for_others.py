# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: those that an administrator creates for another user."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, ServerProblem
from tests.support.nexus_user_tokens import LOGIN, info, refused, run, server
from tests.support.scripted import Ask, answer, page

SAM = 'sam@example.org/é'


def other(method, gives, realm='SAML'):
    return Ask(
        method,
        '/service/rest/v1/security/users/sam%%40example.org%%2F%%C3%%A9/%s/user-token' % realm,
        gives,
        authorization=LOGIN,
        repeatable=None,
    )


def of_sam(**more):
    return dict(
        {
            'nameCode': 'n',
            'created': '2026-01-31T12:00:00Z',
            'userId': SAM,
            'realm': 'SAML',
            'expires': '2026-03-02T12:00:00Z',
            'isExpired': False,
        },
        **more,
    )


def test_another_users_token_is_created_and_shown_once():
    outcome = run(
        other('GET', answer(404, headers=server('3.90.1'))),
        other('POST', answer(201, of_sam(passCode='secret-pass'))),
        user_id=SAM,
        realm='SAML',
    )
    token = outcome.token.as_result()
    assert (token['pass_code'], token['user'], token['expires_at']) == (
        'secret-pass',
        SAM,
        '2026-03-02T12:00:00Z',
    )
    assert outcome.changed and outcome.warnings == [
        'The pass code of this token is shown only now. Store it where it is needed.'
    ]


def test_another_users_token_that_exists_is_kept_and_not_shown():
    outcome = run(other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML')
    assert (outcome.token, outcome.changed) == (None, False)
    assert outcome.warnings == [
        'The pass code of the token of %s was shown once, when it was created, and cannot be read '
        'again. For a new one, set regenerate to always; the present one then stops working for '
        'everybody.' % SAM
    ]


def test_another_users_token_that_the_cache_knows():
    created = run(
        other('GET', answer(404)),
        other('POST', answer(201, of_sam(passCode='secret-pass'))),
        user_id=SAM,
        realm='SAML',
    ).token
    outcome = run(other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML', known=created)
    assert (outcome.token, outcome.warnings) == (created, [])
    assert (
        run(
            other('GET', answer(200, of_sam(nameCode='another'))),
            user_id=SAM,
            realm='SAML',
            known=created,
        ).token
        is None
    )


@pytest.mark.parametrize(
    ('changes', 'requested'),
    [
        ({}, {'regenerate': 'always'}),
        ({'isExpired': True}, {}),
        (
            {'created': '2026-01-30T12:00:00Z', 'expires': '2026-01-31T12:10:00Z'},
            {'min_remaining': 3600},
        ),
        ({'created': '2025-01-31T12:10:00Z'}, {'max_age': 3600}),
    ],
)
def test_another_users_token_is_replaced_by_delete_and_create(changes, requested):
    outcome = run(
        other('GET', answer(200, of_sam(**changes))),
        other('DELETE', answer(204)),
        other('POST', answer(201, of_sam(passCode='secret-pass'))),
        user_id=SAM,
        realm='SAML',
        **requested,
    )
    assert outcome.changed and outcome.token.secret == 'secret-pass'


def test_another_users_token_is_removed():
    assert run(
        other('GET', answer(200, of_sam())),
        other('DELETE', answer(204)),
        user_id=SAM,
        realm='SAML',
        state='absent',
    ).changed
    assert not run(
        other('GET', answer(404, headers=server('3.90.1'))),
        user_id=SAM,
        realm='SAML',
        state='absent',
    ).changed


def test_check_mode_for_another_user_only_looks():
    assert run(
        other('GET', answer(404, headers=server('3.90.1'))),
        user_id=SAM,
        realm='SAML',
        check_mode=True,
    ).changed
    assert run(
        other('GET', answer(200, of_sam())),
        user_id=SAM,
        realm='SAML',
        check_mode=True,
        regenerate='always',
    ).changed
    assert not run(
        other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML', check_mode=True
    ).changed


def test_a_realm_has_two_names_and_the_right_one_is_remembered():
    outcome = run(
        other('GET', answer(422), 'SAML'),
        other('GET', answer(404), 'SamlRealm'),
        other('POST', answer(201, of_sam(passCode='secret-pass')), 'SamlRealm'),
        user_id=SAM,
        realm='SAML',
    )
    assert outcome.changed
    assert (
        run(
            other('GET', answer(422), 'NexusAuthenticatingRealm'),
            other('GET', answer(200, of_sam()), 'default'),
            user_id=SAM,
            realm='NexusAuthenticatingRealm',
        ).token
        is None
    )
    assert (
        run(
            other('GET', answer(422), 'default'),
            other('GET', answer(200, of_sam()), 'NexusAuthenticatingRealm'),
            user_id=SAM,
        ).token
        is None
    )
    assert 'does not know the realm SAML (422)' in refused(
        other('GET', answer(422), 'SAML'),
        other('GET', answer(422), 'SamlRealm'),
        user_id=SAM,
        realm='SAML',
    )
    assert 'does not know the realm Oddity (422)' in refused(
        other('GET', answer(422), 'Oddity'), user_id=SAM, realm='Oddity'
    )


@pytest.mark.parametrize(
    ('gives', 'kind', 'sentence'),
    [
        (answer(401), Refused, 'does not accept the user name and password'),
        (answer(403), Refused, 'may not manage the user tokens of others'),
        (
            answer(400, {'message': 'User tokens are not enabled'}),
            Refused,
            'The user token feature is switched off',
        ),
        (
            answer(404, headers=server('3.84.0', 'COMMUNITY')),
            Refused,
            'Nexus Repository Community 3.84.0; user tokens need Pro',
        ),
        (
            answer(404, headers=server('3.89.0')),
            Refused,
            'Nexus Repository Pro 3.89.0 cannot create user tokens for others: that needs 3.90.1 '
            'or newer.',
        ),
        (
            page(404, '<link href="x.css?2.5.1-01" > nexus'),
            Refused,
            'Nexus Repository 2.5.1-01 cannot create user tokens for others',
        ),
        (
            page(404, headers=server('3.97.0')),
            Refused,
            'no Nexus Repository REST interface there (404)',
        ),
        (
            page(404, headers=server('3.97.0', 'COMMUNITY')),
            Refused,
            'no Nexus Repository REST interface there (404)',
        ),
        (answer(405), Refused, 'that needs 3.90.1 or newer'),
        (
            answer(302, headers={'Location': 'https://idp.example'}),
            Refused,
            'redirects to https://idp.example',
        ),
        (answer(500), ServerProblem, 'answered 500 for user sam'),
    ],
)
def test_refusals_for_another_user(gives, kind, sentence):
    assert sentence in refused(other('GET', gives), kind=kind, user_id=SAM, realm='SAML')


def test_a_user_who_is_not_there_and_one_whom_somebody_else_served():
    found = refused(
        other('GET', answer(404, headers=server('3.97.0'))),
        other('POST', answer(404)),
        user_id=SAM,
        realm='SAML',
    )
    assert 'has no user %s in the realm SAML (404). Check user_id and realm.' % SAM in found
    found = refused(
        other('GET', answer(404)), other('POST', answer(404)), user_id=SAM, realm='SAML'
    )
    assert found.endswith(
        'Check user_id and realm, and that the server is a Pro of 3.90.1 or newer.'
    )
    found = refused(
        other('GET', answer(404)), other('POST', answer(409)), user_id=SAM, realm='SAML'
    )
    assert 'already has a token (409). Somebody created it in between' in found


def test_info_about_another_user():
    found = info(other('GET', answer(200, of_sam())), user_id=SAM, realm='SAML')
    assert found == {
        'exists': True,
        'expired': False,
        'expires_at': '2026-03-02T12:00:00Z',
        'created': '2026-01-31T12:00:00Z',
        'feature_enabled': True,
    }
    assert (
        info(other('GET', answer(404, headers=server('3.97.0'))), user_id=SAM, realm='SAML')[
            'exists'
        ]
        is False
    )
