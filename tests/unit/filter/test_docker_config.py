# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a pull secret."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.buildops.tokens.plugins.filter.docker_config import docker_config


def test_the_text_has_each_registry() -> None:
    text = docker_config(
        {
            'https://r.example:8443/v2/': {'username': 'ci', 'password': 'a secret'},
            'r.example/team': {'access_token': 'token'},
            'docker.io': {'username': 'me', 'access_token': 'token', 'password': None},
        }
    )
    auths = json.loads(text)['auths']
    assert {name: base64.b64decode(entry['auth']) for name, entry in auths.items()} == {
        'r.example:8443': b'ci:a secret',
        'r.example/team': b'oauth2:token',
        'https://index.docker.io/v1/': b'me:token',
    }


@pytest.mark.parametrize(
    'value, message',
    [
        ('text', 'needs a mapping'),
        ({}, 'needs a mapping'),
        ({'r.example': 'c4n4ry'}, 'no mapping'),
        ({'r.example': {'username': 'ci'}}, 'needs username and password'),
        ({'r.example': {'username': 'c:i', 'password': 'c4n4ry'}}, 'colon'),
        ({'r.example': {'access_token': 'c4n4ry\n'}}, 'control character'),
        ({'a b': {'access_token': 'c4n4ry'}}, 'contains a blank'),
    ],
)
def test_F19_what_is_wrong_is_refused_without_the_secret(value: t.Any, message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message) as caught:
        docker_config(value)
    assert 'c4n4ry' not in str(caught.value)
