# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One rule for addresses: which are accepted, and where plain http needs no permission."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._urls import (
    host_of,
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


@pytest.mark.parametrize(
    ('given_url', 'normal'),
    [
        ('https://nexus.example.com', 'https://nexus.example.com'),
        ('https://nexus.example.com/', 'https://nexus.example.com'),
        ('https://nexus.example.com/nexus//', 'https://nexus.example.com/nexus'),
        ('HTTPS://Nexus.Example.COM:443/Nexus', 'https://nexus.example.com/Nexus'),
        ('https://nexus.example.com.:8443', 'https://nexus.example.com:8443'),
        ('  https://nexus.example.com ', 'https://nexus.example.com'),
        ('https://[2001:DB8::1]:8443/', 'https://[2001:db8::1]:8443'),
        ('https://büro.example', 'https://xn--bro-hoa.example'),
        ('http://localhost:80/nexus', 'http://localhost/nexus'),
        ('http://127.0.0.1:8081', 'http://127.0.0.1:8081'),
        ('http://[::1]:8081', 'http://[::1]:8081'),
        ('https://nexus.example.com:', 'https://nexus.example.com'),
    ],
)
def test_H30_addresses_have_one_form(given_url, normal):
    assert normalize_url(given_url) == normal
    assert normalize_url(normal) == normal


@pytest.mark.parametrize(
    ('given_url', 'sentence'),
    [
        ('', 'is empty'),
        ('   ', 'is empty'),
        (None, 'is empty'),
        (5, 'is empty'),
        ('nexus.example.com', 'must be an address like'),
        ('nexus.example.com:8081', 'must be an address like'),
        ('ftp://nexus.example.com', 'must be an address'),
        ('file:///etc/passwd', 'must be an address'),
        ('http+unix://%2Fvar%2Frun', 'must be an address'),
        ('//nexus.example.com', 'must be an address'),
        ('https://', 'must be an address'),
        ('https:///nexus', 'must be an address'),
        ('https://:8081', 'must be an address'),
        (
            'https://user:%s@nexus.example.com' % 'hidden-word',
            'must not contain a user name or password',
        ),
        ('https://user@nexus.example.com', 'must not contain a user'),
        ('https://nexus.example.com?x=hidden-word', 'must not contain a query'),
        ('https://nexus.example.com#x', 'must not contain a query or a fragment'),
        ('https://nexus.example.com:0', 'must be an address'),
        ('https://nexus.example.com:65536', 'host or port cannot be read'),
        ('https://nexus.example.com:abc', 'host or port cannot be read'),
        ('https://[::1', 'cannot be read'),
        ('https://nexus.example.com/a b', 'contains a blank'),
        ('https://nexus.example.com\n.evil.example', 'contains a blank'),
        ('https://a\\b', 'contains a blank'),
        (
            'http://nexus.example.com',
            'uses http, over which passwords and tokens travel in the clear. Use https, or set '
            'allow_http',
        ),
        ('https://xn--\u0661..example', 'cannot be read'),
    ],
)
def test_I7_I8_I13_addresses_that_are_refused(given_url, sentence):
    with pytest.raises(BadInput, match='^url ') as caught:
        normalize_url(given_url)
    assert sentence in str(caught.value)
    assert 'hidden-word' not in str(caught.value)


def test_I7_http_on_request():
    assert normalize_url('http://nexus.example.com', allow_http=True) == 'http://nexus.example.com'


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_clear_error(text):
    for candidate in (text, 'https://' + text, 'https://host/' + text):
        try:
            normal = normalize_url(candidate)
        except BadInput as problem:
            assert str(problem).startswith('url ')
        else:
            assert normalize_url(normal) == normal
            assert normal.startswith(('https://', 'http://'))


@given(st.text(max_size=80))
def test_what_is_shown_of_a_location_is_a_host_at_most(text):
    for candidate in (text, 'https://user:pass@' + text, '//' + text):
        assert re.fullmatch(
            r'the same host|an unreadable address|[a-z?]+://[A-Za-z0-9.:_?-]+', host_of(candidate)
        )
        assert 'user:pass' not in host_of(candidate)
