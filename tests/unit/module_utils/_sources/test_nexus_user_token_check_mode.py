# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: check mode and the info module, which change nothing on the server."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, ServerProblem
from tests.support.nexus_user_tokens import (
    TOKEN,
    info,
    look,
    missed,
    refused,
    run,
    server,
    step1,
    step2,
)
from tests.support.scripted import answer, page


def test_check_mode_reports_what_would_happen():
    assert run(look(answer(404, headers=server('3.71.0'))), check_mode=True).changed
    assert run(look(answer(410, headers=server('3.97.0'))), check_mode=True).changed
    assert (
        run(look(answer(404, headers=server('3.71.0'))), check_mode=True, state='absent').changed
        is False
    )
    assert (
        run(
            look(answer(200, {}, headers=server('3.71.0'))), check_mode=True, state='absent'
        ).changed
        is True
    )
    outcome = run(
        look(answer(200, {}, headers=server('3.71.0'))), step1(), step2(), check_mode=True
    )
    assert not outcome.changed and outcome.token.secret == TOKEN['passCode']
    outcome = run(
        look(answer(200, {}, headers=server('3.71.0'))), check_mode=True, regenerate='always'
    )
    assert outcome.changed and outcome.token is None


@pytest.mark.parametrize(
    ('script', 'version'),
    [
        ([look(missed('3.50.0'))], 'Pro 3.50.0'),
        (
            [look(missed('3.7.0', html=True)), look(path='/service/siesta/wonderland/status')],
            'Pro 3.7.0',
        ),
        (
            [
                look(answer(404, headers={'Server': 'Nexus/2.14.9-01'})),
                look(path='/service/local/status'),
            ],
            '2.14.9-01',
        ),
        (
            [
                look(page(404)),
                look(page(404), '/service/rest/wonderland/status'),
                look(page(404), '/service/siesta/wonderland/status'),
                look(
                    answer(200, {'data': {'version': '2.6.2', 'editionShort': 'Pro'}}),
                    '/service/local/status',
                ),
            ],
            'Pro 2.6.2',
        ),
    ],
)
def test_check_mode_before_3_69_creates_nothing_and_reports_that_it_cannot_know(script, version):
    outcome = run(*script, check_mode=True)
    assert (outcome.changed, outcome.token) == (False, None)
    assert outcome.warnings == [
        'Nexus Repository %s cannot report whether a user token exists without creating one, so '
        'check mode does not know what a run '
        'would change.' % version
    ]


@pytest.mark.parametrize(
    'script',
    [
        [look(answer(401))],
        [look(missed('3.7.0', html=True)), look(answer(401), '/service/siesta/wonderland/status')],
        [
            look(answer(404, headers={'Server': 'Nexus/2.14.9-01'})),
            look(answer(401), '/service/local/status'),
        ],
    ],
)
def test_check_mode_finds_a_wrong_password(script):
    assert 'does not accept the user name and password' in refused(*script, check_mode=True)
    with pytest.raises(Refused):
        info(*script)


def test_check_mode_of_an_edition_without_user_tokens():
    assert 'Nexus Repository OSS 3.50.0; user tokens need Pro' in refused(
        look(answer(404, headers=server('3.50.0', 'OSS'))), check_mode=True
    )


def test_check_mode_of_a_server_that_reports_nothing():
    statuses = [
        look(page(404), path)
        for path in (
            '/service/rest/wonderland/status',
            '/service/siesta/wonderland/status',
            '/service/local/status',
        )
    ]
    assert 'does not report its version. Set nexus_version' in refused(
        look(page(404)), *statuses, check_mode=True
    )
    assert 'redirects to https://idp.example' in refused(
        look(answer(302, headers={'Location': 'https://idp.example'})), check_mode=True
    )


def test_info_asks_once_where_the_server_can_report():
    assert info(
        look(
            answer(
                200,
                {'expirationTimeTimestamp': '1772452800000', 'expirationEnabled': 'true'},
                headers=server('3.71.0'),
            )
        )
    ) == {
        'exists': True,
        'expired': False,
        'expires_at': '2026-03-02T12:00:00Z',
        'created': None,
        'feature_enabled': True,
    }
    assert info(look(answer(404, headers=server('3.71.0')))) == {
        'exists': False,
        'expired': None,
        'expires_at': None,
        'created': None,
        'feature_enabled': True,
    }
    assert info(look(answer(410, headers=server('3.97.0'))))['expired'] is True
    assert info(look(answer(400, headers=server('3.97.0')))) == {
        'exists': False,
        'expired': None,
        'expires_at': None,
        'created': None,
        'feature_enabled': False,
    }
    assert info(look(answer(404, headers=server('3.84.0', 'COMMUNITY')))) == {
        'exists': False,
        'expired': None,
        'expires_at': None,
        'created': None,
        'feature_enabled': False,
    }


def test_info_reads_a_token_without_an_end_for_its_date():
    endless = look(answer(200, {'expirationEnabled': 'false'}, headers=server('3.71.0')))
    found = info(endless, step1(), step2())
    assert (found['exists'], found['expires_at']) == (True, None)
    assert found['created'] == '2014-01-28T17:17:07Z'
    assert TOKEN['passCode'] not in repr(found)
    found = info(endless, step1(), step2(gives=answer(503)), step1(), step2(gives=answer(503)))
    assert (found['exists'], found['created']) == (True, None)


@pytest.mark.parametrize(
    ('gives', 'enabled'),
    [
        (answer(200, {'enabled': True}), True),
        (answer(200, {'enabled': False}), False),
        (answer(403), None),
        (answer(200, {'enabled': 'yes'}), None),
        (page(200), None),
        (answer(404), None),
    ],
)
def test_info_before_3_69_asks_the_settings(gives, enabled):
    found = info(look(missed('3.50.0')), look(gives, '/service/rest/v1/security/user-tokens'))
    assert (found['exists'], found['feature_enabled']) == (None, enabled)


def test_info_on_2():
    found = info(
        look(missed('2.14.9')),
        look(path='/service/local/status'),
        look(answer(200, {'data': {'enabled': True}}), '/service/local/usertoken/settings'),
    )
    assert (found['exists'], found['feature_enabled']) == (None, True)


@pytest.mark.parametrize('status', [page(404), page(200), answer(404), answer(405)])
def test_a_404_with_a_text_is_checked_for_the_message_that_there_is_no_token(status):
    for gone in (
        missed('3.71.0', html=True),
        answer(
            404, headers=server('3.71.0'), body='default backend - 404', content_type='text/plain'
        ),
    ):
        for requested in ({'state': 'absent'}, {'check_mode': True}):
            assert 'must end with the context path' in refused(
                look(gone), look(status, '/service/rest/wonderland/status'), **requested
            )
            assert 'does not accept the user name and password' in refused(
                look(gone), look(answer(401), '/service/rest/wonderland/status'), **requested
            )
            assert 'answered 500' in refused(
                look(gone),
                look(answer(500), '/service/rest/wonderland/status'),
                kind=ServerProblem,
                **requested,
            )
    text = answer(404, headers=server('3.71.0'), body='not found', content_type='text/plain')
    assert not run(
        look(text),
        look(
            answer(200, {'edition': 'PRO', 'version': '3.71.0'}), '/service/rest/wonderland/status'
        ),
        state='absent',
    ).changed
