# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests for a Nexus user token and the answers of the server, as scripts that tests play."""

from __future__ import annotations

import base64
import copy
import email.utils

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import Refused, TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._lifecycle import diff, ensure
from ansible_collections.buildops.tokens.plugins.module_utils._policy import DesiredState
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nexus_user_token import (
    NexusUserToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._token import basic_authorization
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from tests.support.scripted import Ask, Scripted, answer, page

USER, PASSWORD = 'zoë', 'pä:ss wörd+/%&'
LOGIN = basic_authorization(USER, PASSWORD)
REST, SIESTA, LOCAL = (
    '/service/rest/wonderland/authenticate',
    '/service/siesta/wonderland/authenticate',
    '/service/local/usertoken/authenticate',
)
NEW, MIDDLE, OLD, OLDEST = (
    '/service/rest/internal/current-user/user-token',
    '/service/rest/usertoken/current',
    '/service/siesta/usertoken/current',
    '/service/local/usertoken/current',
)
ATTRIBUTES = NEW + '/attributes'
PAYLOAD = {
    'u': base64.b64encode(USER.encode()).decode(),
    'p': base64.b64encode(PASSWORD.encode()).decode(),
}
TICKET = 'gnwEA5/maPV3sGYrROcqISmbL2+/YzMwADHIshNxB+7sPnHy6dTpE8Isolv3f4PSOxiiNwPWmVdCqpFPBNsJiX4I'
TOKEN = {
    'nameCode': '8I034iTW',
    'passCode': 'EraLxqQei3DO9fjcTTAO9fvKU9t7EaliZIzjolDnAv37',
    'created': '2014-01-28T17:17:07.701+0000',
}
NOW = 1_769_860_800  # 2026-01-31T12:00:00Z


def server(version, edition='PRO'):
    """The headers that report a version, and the time."""
    return (
        {
            'Server': 'Nexus/%s (%s)' % (version, edition),
            'Date': email.utils.formatdate(NOW, usegmt=True),
        }
        if version
        else {}
    )


def step1(path=REST, version=None, gives=None, ticket=TICKET):
    """The request that gets a ticket for the password."""
    gives = gives or answer(200, {'t': ticket}, headers=server(version))
    return Ask('POST', path, gives, json_body=PAYLOAD, authorization=LOGIN, repeatable=True)


def step2(path=NEW, gives=None, method='GET', ticket=TICKET):
    """The request that spends a ticket, on the token."""
    query, headers = None, None
    if path == NEW:
        query = {'authToken': base64.b64encode(ticket.encode()).decode()}
    else:
        headers = {
            'X-NX-UserToken-AuthTicket' if path == OLDEST else 'X-NX-AuthTicket': ticket,
            'Content-Type': 'application/json',
        }
    return Ask(
        method,
        path,
        gives or answer(200, TOKEN),
        query=query,
        headers=headers,
        authorization=LOGIN,
        repeatable=False,
    )


def look(gives=None, path=ATTRIBUTES, authorization=LOGIN):
    """A request that changes nothing, by default for the expiry of the token."""
    gives = gives or answer(
        200, {'expirationTimeTimestamp': '1772452800000', 'expirationEnabled': 'true'}
    )
    return Ask('GET', path, gives, authorization=authorization, repeatable=None)


def missed(version=None, html=False, status=404):
    """The answer to a path that this version does not have."""
    headers = server(version)
    return page(status, headers=headers) if html else answer(status, headers=headers)


class Clock:
    """A monotonic clock that tests set."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def options_of(**changes):
    """The options of the source after all checks."""
    given = dict({'url': 'https://server.test', 'username': USER, 'password': PASSWORD}, **changes)
    return sources.resolve('nexus_user_token', given, {}).options


def run(*script, check_mode=False, known=None, monotonic=None, desired=None, **changes):
    """Play the script. :returns: the outcome."""
    requested = {
        name: changes.pop(name)
        for name in ('state', 'regenerate', 'min_remaining', 'max_age')
        if name in changes
    }
    with Scripted(*copy.deepcopy(script)) as client:
        provider = NexusUserToken(
            options_of(**changes), client, clock=lambda: NOW, monotonic=monotonic or Clock()
        )
        outcome = ensure(
            provider, desired or DesiredState(**requested), known, check_mode, clock=lambda: NOW
        )
        assert not any(
            secret in repr(diff(outcome)) for secret in (TOKEN['passCode'], 'secret-pass')
        )
        assert client.closed
        return outcome


def refused(*script, kind=Refused, **changes):
    """Play the script, which must end in an error. :returns: its sentence."""
    with pytest.raises(TokensError) as caught:
        run(*script, **changes)
    sentence = str(caught.value)
    assert caught.value.__class__ is kind, '%r' % caught.value
    for secret in (
        PASSWORD,
        TICKET,
        base64.b64encode(TICKET.encode()).decode(),
        LOGIN,
        TOKEN['passCode'],
        'authToken',
    ):
        assert secret not in sentence
    assert sentence.endswith(('.', '?')) and '\n' not in sentence
    return sentence


# Telling about it


def info(*script, **changes):
    """Play the script. :returns: what the info module reports."""
    with Scripted(*copy.deepcopy(script)) as client:
        return NexusUserToken(options_of(**changes), client, clock=lambda: NOW).describe()
