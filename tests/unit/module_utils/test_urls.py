# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule for addresses: which are accepted, and where plain http needs no permission."""

from __future__ import annotations

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    is_loopback,
    normalize_url,
    validate_url,
)


@pytest.mark.parametrize(
    'host', ['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '127.0.0.2', '127.255.1.9', '::1']
)
def test_I7_http_to_this_machine_needs_no_permission(host):
    url = 'http://%s:8081/x' % ('[%s]' % host if ':' in host else host)
    assert is_loopback(host)
    assert validate_url(url, False).port == 8081
    assert normalize_url(url).endswith(':8081/x')


@pytest.mark.parametrize(
    'host',
    [
        'example.com',
        '128.0.0.1',
        '127.0.0.1.example.com',
        '127.0.0.256',
        'localhost.example.com',
        '10.0.0.1',
        '2001:db8::1',
    ],
)
def test_I7_http_to_other_machines_needs_permission(host):
    url = 'http://%s' % ('[%s]' % host if ':' in host else host)
    assert not is_loopback(host)
    with pytest.raises(BadInput, match='^verify_url uses http'):
        validate_url(url, False, 'verify_url')
    assert validate_url(url, True).host == host


@pytest.mark.parametrize(
    'url', ['https://a..b', 'https://-a.com', 'https://a-.com', 'https://.a', 'https://a b']
)
def test_I8_names_that_cannot_be_are_refused_everywhere(url):
    for check in (normalize_url, lambda value: validate_url(value, True)):
        with pytest.raises(BadInput):
            check(url)


def test_I8_a_name_outside_ascii_is_converted():
    assert normalize_url('https://B\u00fccher.example/x/') == 'https://xn--bcher-kva.example/x'
    assert validate_url('https://b\u00fccher.example', False).host == 'xn--bcher-kva.example'
