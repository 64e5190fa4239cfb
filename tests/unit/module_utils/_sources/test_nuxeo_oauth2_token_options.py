# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nuxeo tokens: options that are refused before any request."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from tests.support.nuxeo_oauth2 import (
    CALLBACK,
    CODE,
    GOING_ON,
    HEADLESS,
    IN_HAND,
    LEGACY,
    MACHINE,
    REFRESH,
    SECRETS,
    SIGNED,
    URL,
    assertion,
    options_of,
)


@pytest.mark.parametrize(
    'given, words',
    [
        (dict(HEADLESS, password=None), 'needs a code, or username and password'),
        (dict(HEADLESS, code=CODE), 'not both'),
        (dict(HEADLESS, username=None), 'password needs username'),
        (dict(HEADLESS, username='a:b'), 'colon'),
        (dict(HEADLESS, username=' '), 'username is empty'),
        (dict(HEADLESS, code_verifier='v' * 43), 'code_verifier needs code'),
        (dict(IN_HAND, code_verifier='short'), 'code_verifier must be 43'),
        (dict(MACHINE, client_secret=None), 'needs client_secret'),
        (dict(MACHINE, refresh_token=REFRESH), 'belongs to grant refresh_token'),
        (dict(MACHINE, redirect_uri=CALLBACK), 'belongs to grant authorization_code'),
        (dict(MACHINE, client_id='a:b', client_auth='basic'), 'colon'),
        (dict(MACHINE, grant='password'), 'client_credentials'),
        (dict(GOING_ON, refresh_token=None), 'needs refresh_token'),
        (dict(GOING_ON, cache='run'), 'cache set to file'),
        (dict(GOING_ON, cache='none'), 'must be kept for the next run'),
        (dict(SIGNED, jwt_secret=None), 'either an assertion'),
        (dict(SIGNED, assertion='a.b.c'), 'either an assertion'),
        (dict(SIGNED, username=None), 'for whom'),
        (dict(SIGNED, jwt_secret=None, assertion='nonsense'), 'not a JWT'),
        (dict(SIGNED, jwt_secret=None, assertion=assertion()), 'claim sub'),
        *(
            (
                dict(SIGNED, jwt_secret=None, assertion=assertion(sub='jdoe', iss=issuer)),
                'claim iss must be nuxeo',
            )
            for issuer in (None, 'other', ['nuxeo'], 7)
        ),
        (dict(SIGNED, jwt_secret=None, assertion=assertion(sub='')), 'claim sub'),
        (dict(SIGNED, jwt_secret=None, assertion=assertion(sub=7)), 'claim sub'),
        (dict(MACHINE, endpoints='legacy'), 'authorization_code and refresh_token only'),
        (dict(LEGACY, redirect_uri=None), 'needs redirect_uri'),
        (dict(LEGACY, client_secret=None), 'needs client_secret'),
        (dict(LEGACY, client_auth='basic'), 'client_auth body'),
        (dict(LEGACY, state='absent'), 'no way to revoke'),
        (dict(HEADLESS, url='http://nuxeo.test/nuxeo'), 'Use https'),
        (dict(HEADLESS, url=URL + '/api/v1/'), 'must end with the context path'),
        (dict(HEADLESS, client_id='..'), 'client_id cannot be'),
        (dict(HEADLESS, password='$REDACTED$'), 'placeholder'),
        (dict(HEADLESS, client_secret='x\n'), 'control character'),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
def test_I_options_that_cannot_be(given, words):
    with pytest.raises(BadInput) as caught:
        options_of({name: value for name, value in given.items() if value is not None})
    assert words in str(caught.value)
    assert not any(secret in str(caught.value) for secret in SECRETS)
