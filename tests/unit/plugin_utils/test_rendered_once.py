# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A value that looks like a template is not rendered, wherever it comes from and goes to."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import tempfile
import textwrap
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import make_plan
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import LookupRequest

try:
    from ansible.parsing.vault import VaultSecretsContext
except ImportError:  # ansible-core 2.18 and older
    VaultSecretsContext = None

VAULT = [('default', VaultSecret(b'password of the vault'))]
if VaultSecretsContext is not None and VaultSecretsContext.current(optional=True) is None:
    VaultSecretsContext.initialize(VaultSecretsContext(VAULT))

NOT_RENDERED = 'is a template that was not rendered'
TRACE = '@TRACE@'  # the path of a file that must not appear
TRACES = Path(tempfile.mkdtemp(prefix='rendered-'))
atexit.register(shutil.rmtree, TRACES, ignore_errors=True)
# A secret that begins with two braces is refused; these are not
VALUES = [
    "x{{ lookup('pipe', 'touch @TRACE@') }}",
    "x{% set y = lookup('ansible.builtin.pipe', 'touch @TRACE@') %}",
    '{# comment #}{{ nobody_defined_this }}{{ 7*7 }}',
]
# How a secret gets into a variable; the tag, or a template, of the YAML of an inventory
ORIGINS = {
    'registered': '"{{ registered.token.access_token }}"',
    'registered and parsed': '"{{ (registered.stdout | from_json).secret }}"',
    'fact that is asked for': '"{{ ansible_facts.secret }}"',
    'unsafe': '!unsafe %(quoted)s',
    'unsafe elsewhere': '"{{ kept.unsafe }}"',
    'encrypted': '!vault |\n%(encrypted)s',
    'encrypted elsewhere': '"{{ kept.encrypted }}"',
}
SOURCE = '{type: nexus_user_token, url: "https://nexus.example.com", username: alice}'
# How an inventory can be written; C(company_sources) has the source with the name s
WAYS = {
    'in place': '*company',
    'one template': '"{{ company_sources }}"',
    'a template for each source': '{s: "{{ company_sources.s }}"}',
    'combined': '"{{ {} | combine(company_sources) }}"',
    'combined deeply': '"{{ {} | combine(company_sources, recursive=True) }}"',
    'each combined': '{s: "{{ company_sources.s | combine({\'timeout\': 5}) }}"}',
    'a template of a template': '"{{ through }}"',
    'by name': "\"{{ lookup('vars', 'company_sources') }}\"",
    'filtered': '"{{ dict(company_sources.items()) }}"',
    'returned': '"{{ registered.sources }}"',
    'returned as text': '"{{ registered.text | from_json }}"',
    'each returned': '{s: "{{ registered.sources.s }}"}',
}


@functools.lru_cache(maxsize=None)
def encrypted(value: str) -> str:
    text: str = VaultLib(VAULT).encrypt(value).decode()
    return textwrap.indent(text, ' ' * 6)


class Inventory:
    """Variables with one secret, and the templar of ansible-core for them."""

    def __init__(self, folder: Path, value: str, way: str, origin: str, option: str) -> None:
        self.trace = TRACES / 'trace'
        self.secret = value.replace(TRACE, str(self.trace))
        source = {
            'type': 'nexus_user_token',
            'url': 'https://nexus.example.com',
            'username': 'alice',
            'password': 'another',
            option: self.secret,
        }
        path = folder / 'variables.yml'
        path.write_text(self._text(way, origin, source, option), encoding='utf-8')
        loader = DataLoader()
        loader.set_vault_secrets(VAULT)
        try:
            variables = loader.load_from_file(str(path), trusted_as_template=True)
        except TypeError:
            variables = loader.load_from_file(str(path))
        returned = {
            'token': {'access_token': self.secret},
            'stdout': json.dumps({'secret': self.secret}),
            'sources': {'s': source},
            'text': json.dumps({'s': source}),
        }
        self.variables: dict[str, t.Any] = dict(
            variables,
            registered=wrap_var(returned),
            ansible_facts=wrap_var({'secret': self.secret}),
        )
        self.template = Templar(loader=loader, variables=self.variables).template

    def _text(self, way: str, origin: str, source: dict[str, str], option: str) -> str:
        values = {'quoted': json.dumps(self.secret), 'encrypted': encrypted(self.secret)}
        lines = ['company_sources: &company', '  s:']
        for name, value in source.items():
            written = ORIGINS[origin] % values if name == option else json.dumps(value)
            lines.append('    %s: %s' % (name, written))
        lines += [
            'through: "{{ company_sources }}"',
            'token_sources: %s' % WAYS[way],
            'kept:',
            '  unsafe: %s' % (ORIGINS['unsafe'] % values),
            '  encrypted: %s' % (ORIGINS['encrypted'] % values),
            'buildops_tokens_nuvy_client_secret: %s' % (ORIGINS[origin] % values),
        ]
        return '\n'.join(lines) + '\n'

    def check(self) -> None:
        rendered = self.trace.exists()
        self.trace.unlink(missing_ok=True)
        assert not rendered, 'it was rendered'


def intact(inventory: Inventory, option: str, resolve: t.Callable[[], sources.Source]) -> None:
    """A secret that looks like a template is refused, and then it was not rendered either."""
    try:
        source = resolve()
    except BadInput as problem:
        assert NOT_RENDERED in str(problem)
        assert any(mark in inventory.secret for mark in ('{{', '{%'))
    else:
        assert source.options[option] == inventory.secret
        assert source.options[option].__class__ is str
    inventory.check()


def looked_up(inventory: Inventory, option: str) -> None:
    intact(
        inventory,
        option,
        lambda: sources.named('s', inventory.variables, inventory.template),
    )


@pytest.mark.parametrize('value', VALUES)
@pytest.mark.parametrize('origin', ORIGINS)
@pytest.mark.parametrize('way', WAYS)
def test_S2_a_secret_arrives_as_it_is(tmp_path: Path, way: str, origin: str, value: str) -> None:
    inventory = Inventory(tmp_path, value, way, origin, 'password')
    looked_up(inventory, 'password')
    # The names of sources in deliveries are values as well
    entries = wrap_var([{'id': inventory.secret, 'token': inventory.secret}])
    variables = dict(inventory.variables, maven_settings_servers=entries)
    make_plan([('agent', HostView(variables, inventory.template))])
    LookupRequest('s', None, {}, variables, inventory.template).cached_token()
    inventory.check()


@pytest.mark.parametrize('value', VALUES)
@pytest.mark.parametrize('way', WAYS)
def test_S2_other_ways_of_a_source(tmp_path: Path, way: str, value: str) -> None:
    inventory = Inventory(tmp_path, value, way, 'registered', 'username')
    looked_up(inventory, 'username')


@pytest.mark.parametrize('value', VALUES)
@pytest.mark.parametrize('origin', ORIGINS)
def test_S2_a_variable_for_all_sources(tmp_path: Path, origin: str, value: str) -> None:
    inventory = Inventory(tmp_path, value, 'in place', origin, 'password')
    given = {'url': 'https://nuvy.example.com', 'client_id': 'id'}
    intact(
        inventory,
        'client_secret',
        lambda: sources.resolve(
            'nuvy_client_token', given, inventory.variables, inventory.template
        ),
    )


@pytest.mark.parametrize('value', VALUES)
def test_S2_options_that_are_given(tmp_path: Path, value: str) -> None:
    inventory = Inventory(tmp_path, value, 'in place', 'unsafe', 'password')
    given = {
        'url': 'https://nexus.example.com',
        'username': 'alice',
        'password': inventory.secret,  # as an action or a lookup gets it: rendered
    }
    intact(
        inventory,
        'password',
        lambda: sources.resolve('nexus_user_token', given, inventory.variables, inventory.template),
    )


FRAGMENTS = ['{{', '}}', '{%', '%}', '{#', '#}', '{', '}', "'", '"', '\\', '$', ' ', 'x', '7*7']
FRAGMENTS += ["lookup('pipe', 'touch @TRACE@')", '{{ 7*7 }}', 'é', '!unsafe', '${HOME}', '- raw']


@settings(max_examples=int(os.environ.get('RENDERED_EXAMPLES', '60')))
@given(
    value=st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map(''.join),
    way=st.sampled_from(sorted(WAYS)),
    origin=st.sampled_from(sorted(ORIGINS)),
)
def test_S2_any_secret_arrives_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, value: str, way: str, origin: str
) -> None:
    # Padded, since a lone blank or brace is another matter: it is stripped, or read as data
    value = 'a' + value + 'z'
    inventory = Inventory(tmp_path_factory.mktemp('any'), value, way, origin, 'password')
    looked_up(inventory, 'password')
