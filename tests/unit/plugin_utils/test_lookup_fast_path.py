# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The short way to a token leads to the token that the long way would find, or nowhere."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._token import BEARER, Token
from ansible_collections.buildops.tokens.plugins.plugin_utils import lookup_fast_path as shortcut
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    LookupRequest,
    Undetermined,
)

try:
    from ansible.template import trust_as_template as trusted
except ImportError:  # 2.18 and older render what is not marked

    def trusted(text):
        return text


NOW = 1_790_000_000
SOURCE = {
    'type': 'nexus_user_token',
    'url': 'https://nexus.example.com',
    'username': 'alice',
    'password': 'cAn4ry',
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The cache of a run of this test's own."""
    monkeypatch.setattr(shortcut, 'run_folder', lambda: str(tmp_path / 'run'))
    monkeypatch.setattr(shortcut, '_settings', {})
    return Cache(str(tmp_path / 'run'))


def never(value):
    raise AssertionError(f'{value!r} was rendered')


def question(source=None, variables=None, template=never, name='company'):
    return LookupRequest(
        name,
        None,
        {},
        {'token_sources': {'company': SOURCE if source is None else source}, **(variables or {})},
        template,
    )


def store(run, asked, token=None, span=(NOW - 60, NOW + 3600), where=None):
    where = where or run
    where.write(
        'key',
        token or Token(BEARER, 'nuvy_client_token', 'cAn4ry-token', NOW, expires_at=NOW + 3600),
        {'version': '1'},
    )
    asked.record(run, where, 'key', span)


def test_the_same_question_finds_the_token_without_rendering_anything(run):
    store(run, question())
    found = question().entry(NOW)
    assert found['result']['access_token'] == 'cAn4ry-token' and found['server'] == {'version': '1'}


@pytest.mark.parametrize(
    'now, there', [(NOW - 61, False), (NOW - 60, True), (NOW + 3599, True), (NOW + 3600, False)]
)
def test_T5_only_while_the_token_may_be_handed_out(run, now, there):
    store(run, question())
    assert (question().entry(now) is not None) is there


def test_a_token_that_a_module_renewed_is_not_taken_for_the_one_before(run):
    store(run, question())
    run.write('key', Token(BEARER, 'nuvy_client_token', 'renewed', NOW, expires_at=NOW + 7200), {})
    assert question().entry(NOW) is None, 'what the note says of its end belongs to the one before'
    run.forget('key')
    assert question().entry(NOW) is None


def test_a_token_of_a_lasting_cache_is_found_too(run, tmp_path):
    store(run, question(), where=Cache(str(tmp_path / 'lasting'), lasting=True))
    assert question().entry(NOW) is not None
    os.chmod(tmp_path / 'lasting', 0o755)
    shortcut._folders.clear()
    assert question().entry(NOW) is None


options = st.fixed_dictionaries(
    {},
    optional={
        'url': st.sampled_from(
            ['https://a.example.com', 'https://a.example.com/nexus', 'https://a.example.com:8443']
        ),
        'username': st.sampled_from(['alice', 'bob', '1', 1]),
        'password': st.sampled_from(['a', 'b', '', '$HOME', os.environ.get('HOME')]),
        'validate_certs': st.sampled_from([True, False, 1, 'true', None]),
        'ca_path': st.sampled_from(['~/ca.pem', os.path.expanduser('~/ca.pem')]),
        'scopes': st.lists(st.sampled_from(['a', 'b', 'a b'])),
        'timeout': st.integers(1, 3),
        'regenerate': st.sampled_from(['never', 'if_expired']),
    },
)


@example(first={'username': 1}, second={'username': '1'}, inline=False)
@example(first={'validate_certs': True}, second={'validate_certs': 'true'}, inline=True)
@example(first={'validate_certs': True}, second={'validate_certs': 'True'}, inline=True)
@given(first=options, second=options, inline=st.booleans())
def test_C7_questions_that_differ_in_anything_have_different_names(first, second, inline):
    def name(given):
        asked = (
            LookupRequest(None, 'nuvy_client_token', given, {}, never)
            if inline
            else question(given)
        )
        return asked._dependencies()

    same = repr(sorted(first.items())) == repr(sorted(second.items()))
    assert (name(first) == name(second) and str(name(first)) == str(name(second))) is same


@pytest.mark.parametrize(
    'change',
    [
        lambda monkeypatch, variables: monkeypatch.setenv(
            'BUILDOPS_TOKENS_NEXUS_VALIDATE_CERTS', 'false'
        ),
        lambda monkeypatch, variables: variables.update(buildops_tokens_nexus_ca_path='/other.pem'),
        lambda monkeypatch, variables: monkeypatch.setattr(
            shortcut,
            '_settings',
            {shortcut.C.CONFIG_FILE: '[buildops_tokens]\nnexus_ca_path = /other.pem\n'},
        ),
    ],
    ids=['environment', 'variable', 'ini'],
)
def test_C7_what_options_come_from_elsewhere_is_part_of_the_question(run, monkeypatch, change):
    store(run, question())
    variables = {}
    change(monkeypatch, variables)
    assert question(variables=variables).entry(NOW) is None


def test_two_sources_with_the_same_address_and_different_users_share_nothing(run):
    store(run, question())
    assert question({**SOURCE, 'username': 'bob'}).entry(NOW) is None
    assert question({**SOURCE, 'password': 'other'}).entry(NOW) is None
    assert (
        LookupRequest(
            'company',
            None,
            {},
            {'token_sources': {'company': {**SOURCE, 'type': 'nuvy_client_token'}}},
            never,
        ).entry(NOW)
        is None
    )


def test_a_plain_reference_is_followed_and_a_change_of_its_variable_is_seen(run):
    source = {**SOURCE, 'password': trusted('{{ vault_password }}')}
    store(run, question(source, {'vault_password': 'cAn4ry'}))
    assert question(source, {'vault_password': 'cAn4ry'}).entry(NOW) is not None
    assert question(source, {'vault_password': 'other'}).entry(NOW) is None
    assert question({**SOURCE, 'password': 'cAn4ry'}).entry(NOW) is not None, (
        'it is the same question'
    )


def test_a_template_is_rendered_each_time(run):
    source = {**SOURCE, 'password': trusted('{{ a }}{{ b }}')}
    store(run, question(source, {}, lambda value: 'cAn4ry'))
    assert question(source, {}, lambda value: 'cAn4ry').entry(NOW) is not None
    assert question(source, {}, lambda value: 'other').entry(NOW) is None


def test_A21_what_was_rendered_is_not_rendered_again():
    source = {**SOURCE, 'password': trusted('{{ a }}{{ b }}')}
    asked = question(
        source,
        {},
        lambda value: (
            trusted('{{ never }}{{ this }}')
            if 'a' in value and 'never' not in value
            else never(value)
        ),
    )
    assert '{{ never }}{{ this }}' in repr(asked._dependencies())
    assert '{{ x }}' in repr(
        LookupRequest(
            None, 'nuvy_client_token', {'client_secret': trusted('{{ x }}')}, {'x': 'cAn4ry'}, never
        )._dependencies()
    )


class Vaulted:
    """As ansible-core has it: the text is there when it is asked for, and asking costs."""

    def __init__(self, ciphertext):
        self._ciphertext = ciphertext

    def __str__(self):
        raise AssertionError('it was decrypted')


def test_A20_vaulted_values_are_compared_as_they_are_written(run):
    for ciphertext, other in (
        ('$ANSIBLE_VAULT;1', '$ANSIBLE_VAULT;2'),
        (b'$ANSIBLE_VAULT;3', b'$ANSIBLE_VAULT;4'),
    ):
        store(run, question({**SOURCE, 'password': Vaulted(ciphertext)}))
        assert question({**SOURCE, 'password': Vaulted(ciphertext)}).entry(NOW) is not None
        assert question({**SOURCE, 'password': Vaulted(other)}).entry(NOW) is None
        assert (
            question({**SOURCE, 'password': trusted('{{ p }}')}, {'p': Vaulted(ciphertext)}).entry(
                NOW
            )
            is not None
        )
    assert (
        question({**SOURCE, 'password': {'vault': '$ANSIBLE_VAULT;1'}})._dependencies()
        != question({**SOURCE, 'password': Vaulted('$ANSIBLE_VAULT;1')})._dependencies()
    )


@pytest.mark.parametrize(
    'asked',
    [
        lambda: question(name='other'),
        lambda: question({**SOURCE, 'password': object()}),
        lambda: LookupRequest('company', 'nexus_user_token', {}, {}, never),
        lambda: LookupRequest(
            'company', None, {'url': 'x'}, {'token_sources': {'company': SOURCE}}, never
        ),
        lambda: LookupRequest(5, None, {}, {}, never),
        lambda: LookupRequest('company', None, {}, {'token_sources': None}, never),
        lambda: LookupRequest(['company'], None, {}, {'token_sources': {'company': SOURCE}}, never),
    ],
)
def test_what_is_wrong_or_unclear_takes_the_long_way(run, asked):
    store(run, asked())
    assert asked().entry(NOW) is None


def test_references_that_go_round_in_circles_end():
    loop = trusted('{{ loop }}')
    with pytest.raises((Undetermined, AssertionError)):
        question({**SOURCE, 'password': loop}, {'loop': loop})._dependencies()
    with pytest.raises(Undetermined):
        LookupRequest(
            'company', None, {}, {'token_sources': loop, 'loop': loop}, never
        )._dependencies()


def test_a_hit_imports_nothing_that_a_hit_does_not_need(run):
    """The long way costs imports of tens of milliseconds in each of hundreds of processes."""
    store(run, question(), span=(None, None))
    program = f"""
import sys
from ansible.plugins.loader import init_plugin_loader, lookup_loader
init_plugin_loader()
from ansible.template import Templar
from ansible.parsing.dataloader import DataLoader
variables = {{'token_sources': {{'company': {SOURCE!r}}}}}
templar = Templar(DataLoader(), variables)
from ansible_collections.buildops.tokens.plugins.plugin_utils import lookup_fast_path as shortcut
shortcut.run_folder = lambda: {run.folder!r}
before = set(sys.modules)
lookup = lookup_loader.get('buildops.tokens.token', loader=None, templar=templar)
result = lookup.run(['company'], variables=variables, query='access_token')
assert result == ['cAn4ry-token'], result
print(*sorted(name for name in set(sys.modules) - before if not name.startswith('ansible.')))
"""
    done = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, check=True
    )
    new = set(done.stdout.split())
    own = {
        'ansible_collections.buildops.tokens.plugins.lookup',
        'ansible_collections.buildops.tokens.plugins.lookup.token',
        # Small, and kept compiled
        'ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_evaluation',
        'ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values',
        'ansible_collections.buildops.tokens.plugins.plugin_utils.task_texts',
    }
    if 'ansible_collections.buildops.tokens.plugins.module_utils' in new:  # 2.22 gets the secrets
        own |= {
            'ansible_collections.buildops.tokens.plugins.module_utils' + rest
            for rest in ('', '._token', '._redaction', '._errors')
        }
    assert new <= own


def test_a_full_disk_does_not_keep_a_process_from_its_token(run, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(shortcut, '_may_be_first', True)
    monkeypatch.setattr(os, 'write', full)
    with shortcut.first_of_run():
        assert os.path.exists(run.folder + '.first')
