# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of .yarnrc.yml: PyYAML says what the file means before and afterwards."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import yarnrc
from ansible_collections.buildops.tokens.plugins.module_utils._files.block_yaml import BlockYaml

URL = 'https://h.example:8443/npm'
BARE = URL.partition(':')[2]
_name = st.sampled_from([f'"{BARE}"', f"'{BARE}/'", BARE, f'"{URL}"', '"//other.example"'])
_good = st.sampled_from(
    ['old', '"o\\"ld" # why', "'it''s'", '"a#b"', '0123', 'true', '"\\x41"', 'a#b:c', 'a b # c']
)
_value = _good | st.sampled_from(
    ['|\n        text']
    + ['{a: b}', '[a,', '&x y', '*x', '', '"a', 'a: b', '[{a: "]"}, "b"]', "['a', don't]"]
)


def _key(line: str) -> str:
    return line.partition(':')[0]


_field = st.tuples(
    st.sampled_from(['npmAuthToken', '"npmAuthIdent"', 'npmAlwaysAuth', '# a', '- x', 'other']),
    _good | _value,
).map('{0[0]}: {0[1]}'.format)
_entry = st.tuples(
    _name, st.lists(_field, max_size=3, unique_by=_key), st.sampled_from([2, 4, 3])
).map(lambda parts: [f'  {parts[0]}:', *(' ' * (2 + parts[2]) + one for one in parts[1])])
_foreign = st.sampled_from(
    [
        ['enableTelemetry: false'],
        ['# a comment', ''],
        ['plugins:', '  - path: .yarn/a.cjs # it', '    spec: "@yarn/a"', '  - b'],
        ['unsafeHttpWhitelist:', '- "*.h"', '-   a: |', '      npmRegistries:', '    b: c'],
        ['unsafeHttpWhitelist: ["a", b]'],
        ['unsafeHttpWhitelist: [', '"a"', ']'],
        [
            'initFields:',
            '    text: >-',
            '       npmRegistries:',
            '',
            '       x',
            '    license: MIT',
        ],
        ['text: "a', 'npmRegistries:', '  b"'],
        ['yarnPath: a', '  b'],
        ['npmRegistryServer: "https://old.example"'],
        ['npmScopes:', '  "company":', '    npmRegistryServer: "x"'],
        ['npmScopes: {}'],
        ['---'],
        ['...'],
        ['\tx: y'],
        ['? a', ': b'],
        ['a: !!str b', 'a: c'],
    ]
)
_section = st.lists(_entry, max_size=3, unique_by=lambda lines: lines[0]).map(
    lambda parts: ['npmRegistries:', *(line for part in parts for line in part)]
)
_content = st.tuples(
    st.lists(_foreign, max_size=2, unique_by=str),
    _section | st.just([]),
    st.lists(_foreign, max_size=2, unique_by=str),
    st.sampled_from(['\n', '\r\n']),
    st.booleans(),
).map(
    lambda parts: (
        parts[3].join(sum([*parts[0], parts[1], *parts[2]], [])) + parts[3] * parts[4]
    ).encode()
)
_wanted = st.sampled_from(
    [
        yarnrc.Entry(URL),
        yarnrc.Entry(
            URL, yarnrc.TOKEN, 'a"\\#: b', True, [('npmScopes', 'company', yarnrc.SERVER)]
        ),
        yarnrc.Entry(URL, yarnrc.IDENT, 'dTpw', False, [(yarnrc.SERVER,)]),
    ]
)


def read(content: bytes | None) -> t.Any:
    """What yarn reads, in which all values are text. None where it is not YAML."""
    try:
        return yaml.load((content or b'').decode(), Loader=yaml.BaseLoader) or {}
    except yaml.YAMLError:
        return None


def merged(before: t.Any, entry: yarnrc.Entry) -> t.Any:
    """What a program does that reads, sets and writes all of it."""
    registries = dict(before.pop('npmRegistries', None) or {})
    names = [
        name
        for key in (URL, BARE)
        for name in reversed(list(registries))
        if name in (key, key + '/')
    ]
    kept = {name: value for name, value in registries.items() if name not in names}
    if entry.field:
        name = names[0] if names else BARE
        inner = dict(registries.get(name) or {})
        inner.pop(yarnrc.IDENT if entry.field == yarnrc.TOKEN else yarnrc.TOKEN, None)
        always = entry.always_auth and inner.get(yarnrc.ALWAYS) not in ('true', '1')
        inner.update({yarnrc.ALWAYS: 'true'} if always else {})
        kept[name] = {**inner, entry.field: entry.value}
        for keys in entry.servers:
            place = before
            for key in keys[:-1]:
                place[key] = place.get(key) or {}
                place = place[key]
            place[keys[-1]] = URL
    if kept:
        before['npmRegistries'] = kept
    return before


@given(content=_content, entry=_wanted)
@settings(max_examples=400)
def test_F45_the_entry_changes_and_everything_else_means_what_it_did(
    content: bytes, entry: yarnrc.Entry
) -> None:
    before = read(content)
    try:
        edited, changes = yarnrc.edit(content, [entry], 'file')
    except FileProblem as problem:
        assert str(problem).startswith('file: line ')
        return
    if before is None:  # yarn names its mistake
        return
    untouched = read(content)
    expected = merged(before, entry)
    after = read(edited)
    if not any(changes):
        assert edited is content
        expected = untouched if entry.field is None else expected
    assert after == expected
    lines = set((edited or b'').splitlines())
    kept = [line for line in content.splitlines() if line.startswith(b'# a')]
    assert lines.issuperset(kept)
    assert yarnrc.edit(edited, [entry], 'file') == (edited, [[]])


@pytest.mark.parametrize(
    'before, after',
    [
        (None, 'npmRegistries:\n  "//h":\n    npmAlwaysAuth: true\n    npmAuthToken: "new"\n'),
        (
            '\ufeff# mine\r\nnpmRegistries:\r\n    # ours\r\n    //h/: # it\r\n'
            "        npmAuthIdent : 'u:p'   # old\r\n\r\n# end",
            '\ufeff# mine\r\nnpmRegistries:\r\n    # ours\r\n    //h/: # it\r\n'
            '        npmAlwaysAuth: true\r\n        npmAuthToken: "new"\r\n\r\n# end',
        ),
        (
            'npmRegistries:\n "https://h":\n   npmAlwaysAuth: true\n   npmAuthToken: old # why\n'
            ' "//h":\n   npmAuthToken: b\nx: y',
            'npmRegistries:\n "https://h":\n   npmAlwaysAuth: true\n   npmAuthToken: "new" # why\n'
            'x: y',
        ),
        (
            'npmRegistries:\nx: y',
            'npmRegistries:\n  "//h":\n    npmAlwaysAuth: true\n    npmAuthToken: "new"\nx: y',
        ),
        (
            'plugins:\n    - a',
            'plugins:\n    - a\nnpmRegistries:\n    "//h":\n        npmAlwaysAuth: true\n'
            '        npmAuthToken: "new"\n',
        ),
    ],
)
def test_other_bytes_stay(before: str | None, after: str) -> None:
    entry = yarnrc.Entry('https://h', yarnrc.TOKEN, 'new', True)
    content = None if before is None else before.encode()
    edited = yarnrc.edit(content, [entry], 'file')[0]
    assert edited == after.encode()
    removed = yarnrc.edit(edited, [yarnrc.Entry('https://h')], 'file')[0]
    assert b'new' not in (removed or b'') and b'npmRegistries' not in (removed or b'')


@pytest.mark.parametrize(
    'content, reason',
    [
        ('npmRegistries: {"//h": {npmAuthToken: a}}\n', 'line 1 has a value that is not a mapping'),
        ('npmRegistries:\n  //h: {}\n', 'line 2 has a value that is not a mapping'),
        ('npmRegistries: &a\n  //h:\n', 'line 1 has a value of another form'),
        ('a: *b\n', 'line 1 has a value of another form'),
        ('npmRegistries:\n\t//h:\n', 'line 2 has'),
        ('a: b\n---\nc: d\n', 'line 2 has the mark of another document'),
        ('%YAML 1.2\n---\n', 'line 1 has'),
        ('a: b\na: c\n', 'line 2 has a key twice'),
        ('npmRegistries:\n  //h:\n    npmAuthToken: a\n    npmAuthToken: b\n', 'line 4 has a key'),
        (
            'npmRegistries:\n  //h:\n    npmAuthToken: a\n   npmAlwaysAuth: b\n',
            'line 4 has an unex',
        ),
        ('npmRegistries:\n  - //h\n', 'line 2 has a list'),
        ('a: "b\nnpmRegistries:\n  c"\n', 'line 1 has a value of another form'),
        ('a: [b,\nnpmRegistries:\n]\n', 'line 1 has a value of another form'),
        ("a: [b'c, [d']\nnpmRegistries:\n]\n", 'line 1 has a value of another form'),
        ('a: b\n  c\n', 'line 2 has something else'),
        (' a: b\n', 'line 1 has a blank before the first key'),
        ('a: b\rc: d\n', 'line 1 has a control character'),
        ('a: b\u2028c: d\n', 'line 1 has a control character'),
    ],
)
def test_other_forms_are_refused_with_the_line(content: str, reason: str) -> None:
    entry = yarnrc.Entry('https://h', yarnrc.TOKEN, 'new', True)
    with pytest.raises(FileProblem, match='file: ' + reason):
        yarnrc.edit(content.encode(), [entry], 'file')


def test_a_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(FileProblem, match='not UTF-8'):
        BlockYaml(b'a: \xff\n', 'file')
