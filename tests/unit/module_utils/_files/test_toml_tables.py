# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables of TOML files: Python's own reader says what an edited file means."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.toml_tables import (
    Document,
    Table,
    edit,
)

tomllib = pytest.importorskip('tomllib', reason='Python has a reader of TOML from 3.11 on')

NAME = ('registries', 'main')
FOREIGN = [
    '# a comment',
    '',
    '[other]',
    "x = 'C:\\dir' # behind a value",
    'list = [ "a", # inside\n  "]",\n]',
    'inline = { a = 1, b = "}" }',
    'text = """\n[registries.main]\ntoken = "not this"\\\n   ""x"""',
    "literal = '''\n[x]'''",
    'when = 1979-05-27 07:32:00Z',
    'number = 1_000.5e3',
    'flag = true',
    '[registries.more]',
    'token = "foreign"',
    '[[list-of-tables]]',
    'service = "https://foreign.example"',
    '[list-of-tables.below]',
    '["quoted. name".\'x y\']',
    'a.b."c d" = 1',
]
_token = st.text(max_size=20) | st.text('"\\\'#\n\x7f', max_size=5)


def loaded(content):
    return tomllib.loads(content.decode('utf-8'))


def is_valid(text):
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


@given(
    foreign=st.lists(st.sampled_from(FOREIGN), unique=True),
    spelled=st.none()
    | st.sampled_from(['"a"', "'a'", '"""\na"""', "'''a'''", '3', '["a"]', '"\\u0061"']),
    at=st.integers(0, 20),
    newline=st.sampled_from(['\n', '\r\n']),
    token=_token,
)
def test_F41_a_table_changes_and_nothing_else(foreign, spelled, at, newline, token):
    parts = list(foreign)
    headers = [number for number, line in enumerate(parts) if line.startswith('[')] + [len(parts)]
    if spelled is not None:
        ours = '[ registries . "main" ]  # ours\n  token = %s # and a comment' % spelled
        parts.insert(headers[at % len(headers)], ours)
    text = '\n'.join(parts) + '\n'
    if not is_valid(text):
        return
    text = text.replace('\n', newline)
    before = tomllib.loads(text)
    wanted = copy.deepcopy(before)
    wanted.setdefault('registries', {}).setdefault('main', {})['token'] = token
    content, changes = edit(text.encode(), [Table(NAME, {'token': token})], 'file')
    assert loaded(content) == wanted
    had = before.get('registries', {}).get('main', {})
    assert changes == [[] if had == {'token': token} else ['token'] if had else ['entry']]
    for line in parts:
        assert line.replace('\n', newline).split('= ')[0] in content.decode()
    assert edit(content, [Table(NAME, {'token': token})], 'file') == (content, [[]])
    if spelled is None:
        removed, changes = edit(content, [Table(NAME, None)], 'file')
        assert (removed.decode(), changes) == (
            text if text.strip('\r\n') else removed.decode(),
            [['entry']],
        )
    assert b'\n' not in content.replace(b'\r\n', b'') or newline == '\n'


_service = st.sampled_from(['https://a.example', 'https://b.example'])
_element = st.tuples(_service, st.sampled_from(['one', 'two']), st.integers(0, 2))


@given(elements=st.lists(_element, max_size=5), wanted=_element, present=st.booleans())
def test_an_element_of_an_array_is_found_by_its_keys(elements, wanted, present):
    text = '# uv\n' + ''.join(
        '[[credential]]\nservice = "%s"\nusername = "%s"\npassword = "%d"\n\n' % one
        for one in elements
    )
    service, username, password = wanted
    match = {'service': service, 'username': username}
    values = dict(match, password=str(password)) if present else None
    content, changes = edit(text.encode(), [Table(('credential',), values, match)], 'file')
    left = [one for one in elements if one[:2] != wanted[:2]]
    found = loaded(content).get('credential', [])
    assert [one for one in found if any(one[key] != match[key] for key in match)] == [
        {'service': one[0], 'username': one[1], 'password': str(one[2])} for one in left
    ]
    assert [one for one in found if all(one[key] == match[key] for key in match)] == (
        [values] if present else []
    )
    assert bool(changes[0]) == (content != text.encode())
    assert content.startswith(b'# uv\n')


def test_an_empty_array_makes_room_for_its_tables():
    table = Table(('credential',), {'service': 'a', 'token': 'b'}, {'service': 'a'})
    content, changes = edit(b'credential = []\n', [table], 'file')
    assert loaded(content) == {'credential': [{'service': 'a', 'token': 'b'}]}
    assert changes == [['entry']]


def test_lists_of_strings_and_absent_keys():
    table = Table(('registry',), {'providers': ['cargo:token', 'x"'], 'old': None})
    content, changes = edit(b'[registry]\nold = 1\n  default = "a"', [table], 'file')
    assert content == b'[registry]\n  default = "a"\n  providers = ["cargo:token", "x\\""]\n'
    assert changes == [['old', 'providers']]
    assert Document(content, '').sections[1].get('providers') == ['cargo:token', 'x"']


def test_a_table_stays_while_it_has_keys_or_tables():
    gone = [Table(('a',), {'x': None})]
    assert edit(b'[a]\nx = "1"\n', gone, 'file') == (b'', [['entry']])
    assert edit(b'[a]\nx = "1"\ny = 2\n', gone, 'file') == (b'[a]\ny = 2\n', [['x']])
    assert edit(b'[b]\nx = 1\n', gone, 'file') == (b'[b]\nx = 1\n', [[]])
    assert edit(None, gone, 'file') == (None, [[]])


@pytest.mark.parametrize(
    'text',
    [
        'registries = {main = {token = "canary"}}\n',
        'registries.main.token = "canary"\n',
        '[registries]\nmain.token = "canary"\n',
        '[registries]\nmain = {token = "canary"}\n',
        '[[registries]]\nx = "canary"\n',
        '[[registries.main]]\ntoken = "canary"\n',
        '[registries]\nmain = "canary"\n',
    ],
)
def test_F41_other_spellings_of_a_table_are_refused_with_the_line(text):
    tomllib.loads(text)
    for values in ({'token': 'x'}, None):
        with pytest.raises(FileProblem, match=r'in line \d, which is not edited. Write it') as seen:
            edit(text.encode(), [Table(NAME, values)], '/home/ci/file')
        assert 'canary' not in str(seen.value)


@pytest.mark.parametrize(
    'text',
    [
        '[a\n',
        '[[a]\n',
        'canary\n',
        'a = \n',
        'a = "x" canary\n',
        'a = "canary\n',
        'a = ["canary"\n',
        'a = 1\na = 2\n',
        '[a]\n[a]\n',
        'a = "\\canary"\n',
        'a = "\\ud800"\n',
        '[a]\rb = 1\n',
    ],
)
def test_F41_what_is_no_toml_is_refused_with_the_line(text):
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    with pytest.raises(FileProblem, match=r'is not valid TOML: .* in line \d\. Correct') as seen:
        edit(text.encode(), [Table(NAME, {'token': 'x'})], '/home/ci/file')
    assert 'canary' not in str(seen.value)


def test_what_is_not_utf8_is_refused_and_a_byte_order_mark_stays():
    with pytest.raises(FileProblem, match='line 2 is not UTF-8'):
        edit(b'a = 1\nb = "\xe4"\n', [], 'file')
    content, changes = edit(b'\xef\xbb\xbf[a]\nx = "1"\n', [Table(('a',), {'x': '2'})], 'file')
    assert content == b'\xef\xbb\xbf[a]\nx = "2"\n'


def test_two_entries_for_one_table_are_refused():
    with pytest.raises(BadInput, match='Two entries are for the same table'):
        edit(None, [Table(NAME, {'token': 'x'}), Table(NAME, None)], 'file')


@given(text=st.text('[]{}"\'=.#\\ab1 \n\r', max_size=40))
def test_what_is_read_is_what_python_reads(text):
    try:
        means = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        means = None
    try:
        document = Document(text.encode(), 'file')
    except FileProblem:
        assert means is None
        return
    if means is None:
        return  # values that no client can read are not looked at
    for section in document.sections[:1]:
        for key in section.pairs:
            assert key in means
            if isinstance(means[key], str):
                assert section.get(key) == means[key]
