# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nexus user tokens: options that are refused before any request.

The N number is that of the fault catalogue.
"""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from tests.support.nexus_user_tokens import options_of


@pytest.mark.parametrize('name', ['a:b', ':', 'zoë:'])
def test_N10_a_colon_in_the_user_name_is_refused_before_any_request(name):
    with pytest.raises(
        BadInput,
        match='username must not contain a colon: HTTP Basic authentication ends the name there',
    ):
        options_of(username=name)


@pytest.mark.parametrize(
    ('changes', 'sentence'),
    [
        ({'nexus_version': 'newest'}, 'nexus_version must be a version like 3.71.0 or 2.14.9'),
        ({'nexus_version': '1.9.2'}, 'nexus_version must be'),
        ({'nexus_version': '3'}, 'nexus_version must be'),
        *(
            (
                {'url': 'https://server.test' + path},
                'url leads into the REST interface: it must end with the context path',
            )
            for path in (
                '/service/rest',
                '/nexus/service/local/status',
                '/service/siesta/',
                '/service/extdirect',
            )
        ),
        ({'realm': 'LDAP'}, 'user_id'),
        ({'user_id': '..'}, 'user_id cannot be ..'),
        (
            {'user_id': 'x', 'nexus_version': '3.90.0'},
            'user_id needs Nexus Repository 3.90.1 or newer, but nexus_version is 3.90.0.',
        ),
        ({'user_id': 'x', 'realm': '.'}, 'realm cannot be'),
        ({'username': None}, 'username'),
        ({'password': ''}, 'password'),
    ],
)
def test_options_that_cannot_be_right(changes, sentence):
    with pytest.raises(BadInput) as caught:
        options_of(**changes)
    assert sentence in str(caught.value)
