# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a value is made of is found without rendering it."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.known_values import (
    UNKNOWN,
    known_value,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import (
    reached,
    refers_to_hosts,
    used_by,
)


class Encrypted(str):
    """As a value with the tag !vault is, in the way of ansible-core 2.18."""

    _ciphertext = b'1234'


VARIABLES: dict[str, t.Any] = {
    'of_host': "{{ hostvars['a'].url }}",
    'through': '{{ of_host }}/x',
    'plain': 'https://nexus.example',
    'circle': '{{ circle2 }}',
    'circle2': '{{ circle }}',
    'secret': Encrypted('{{ hostvars }}'),
    'with_secret': {'list': ['{{ secret }}', '{{ plain }}']},
    'vars': {'of_host': "{{ hostvars['a'].url }}"},
}


@pytest.mark.parametrize(
    'value',
    [
        "{{ hostvars['a'].url }}",
        '{{ through }}',
        {'a': [('{{ through }}',)]},
        "{{ lookup('vars', name) }}",
        "{{ lookup('ansible.builtin.vars', name) }}",
        "{{ vars['of_' ~ what] }}",
        "{{ lookup(which, 'of_' ~ what) }}",
        "{{ query('va' ~ 'rs', 'of_' ~ what) }}",
        '{{ ["of_x"] | map(lookup, 1) }}',
        "{{ lookup('template', 'url.j2') }}",
        "{{ q('ansible.builtin.template', 'url.j2') }}",
        "{% include 'url.j2' %}",
        "{%- import 'macros.j2' as macros -%}{{ macros.url() }}",
        "{% from 'macros.j2' import url with context %}{{ url() }}",
        "{% set h = hostvars %}{{ h['a']['url'] }}",
        "{{ groups.all | map('extract', hostvars, 'url') | first }}",
        '{# a comment #}{{ through }}',
    ],
)
def test_S1_what_may_use_variables_of_other_hosts_is_seen(value: t.Any) -> None:
    assert refers_to_hosts(value, VARIABLES)
    view = HostView(VARIABLES, lambda text: pytest.fail('rendered: %s' % text))
    assert known_value(value, view, 'x') is UNKNOWN


@pytest.mark.parametrize(
    'value',
    [
        None,
        7,
        'hostvars',
        '{{ plain }}',
        '{{ circle }}',
        "{{ lookup('env', 'HOME') }}",
        '{{ lookup("buildops.tokens.token", "company", query="password") }}',
        "{{ query( 'ansible.builtin.file' , path) }}",
        '{{ with_secret }}',
    ],
)
def test_S1_other_values_do_not_use_them(value: t.Any) -> None:
    assert not refers_to_hosts(value, VARIABLES)


@pytest.mark.parametrize(
    'text, hosts, unknown',
    [
        ("{{ hostvars['a'].url }}", True, False),
        ("{{ hostvars[groups['x'][0]]['url'] }}", True, False),
        ("ansible_delegated_vars['a'].url == 1", True, False),
        ("{{ hostvars['a']['u' ~ 'rl'] }}", True, True),
        ("{{ hostvars['a'].get('u' ~ 'rl') }}", True, True),
        ("{{ hostvars['a'] | dict2items }}", True, True),
        ("{{ hostvars['a'].url }}{{ hostvars }}", True, True),
        ('{{ through }}', True, False),
        ("{{ vars['u' ~ 'rl'] }}", True, True),
        ("{{ lookup('va' ~ 'rs', 'u' ~ 'rl') }}", True, True),
        ('{{ plain }}', False, False),
    ],
)
def test_S1_names_of_variables_that_are_not_written_are_seen(
    text: str, hosts: bool, unknown: bool
) -> None:
    used = used_by([text], VARIABLES)
    assert (used.hosts, used.unknown) == (hosts, unknown)
    assert 'plain' in used.words or 'url' in used.words or unknown


def test_what_is_encrypted_is_reached_and_not_read() -> None:
    found = list(reached('{{ with_secret }}', VARIABLES))
    assert [type(one) for one in found].count(Encrypted) == 1
    view = HostView(VARIABLES, lambda text: pytest.fail('rendered: %s' % text))
    assert known_value('{{ with_secret }}', view, 'x') is UNKNOWN
