# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of JSON files: the standard library says what they mean, the old bytes what they must look
like.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import json_members

NAMES = ['connect:url', 'connect:token', 'studio:symbolicname']
_text = st.text(max_size=12)
_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_object = st.dictionaries(_text | st.sampled_from(NAMES), _value, max_size=4)
_document = st.tuples(
    st.dictionaries(_text, _value, max_size=3), st.none() | _object, st.integers(0, 3)
).map(
    lambda parts: (
        parts[0]
        if parts[1] is None
        else dict(
            [
                *list(parts[0].items())[: parts[2]],
                ('section', parts[1]),
                *list(parts[0].items())[parts[2] :],
            ]
        )
    )
)
_changes = st.dictionaries(st.sampled_from(NAMES), st.none() | _text, min_size=1)


def merged(document, changes):
    """What a program does that reads, sets and writes all of it."""
    result = json.loads(json.dumps(document))
    section = result.setdefault('section', {})
    if not isinstance(section, dict):
        return None
    before = json.dumps(document)
    for name, value in changes.items():
        section.pop(name, None) if value is None else section.update({name: value})
    if not section and before != json.dumps(result):
        result.pop('section')
    return result


@given(
    document=_document,
    changes=_changes,
    ascii_only=st.booleans(),
    mark=st.booleans(),
    newline=st.sampled_from(['\n', '\r\n']),
    indent=st.sampled_from([2, 4, '\t', None]),
)
def test_the_result_is_what_a_program_would_write_that_keeps_the_layout(
    document, changes, ascii_only, mark, newline, indent
):
    def dump(value, plain=ascii_only):
        text = json.dumps(value, indent=indent, ensure_ascii=plain).replace('\n', newline) + newline
        return (b'\xef\xbb\xbf' if mark else b'') + text.encode('utf-8', 'surrogatepass')

    content = dump(document)
    wanted = merged(document, changes)
    if document.get('section', {}) == {} and all(value is None for value in changes.values()):
        wanted = document
    new, changed = json_members.edit(content, 'section', changes, 'file')
    assert json.loads(new.decode('utf-8-sig')) == wanted
    inner = document.get('section', {})
    assert changed == sorted(
        name
        for name, value in changes.items()
        if (name in inner, inner.get(name)) != (value is not None, value)
    )
    assert (new is content) == (not changed)
    # an empty document shows no layout: then it is the one of Nuxeo CLI
    laid_out = (indent is not None or (document.get('section') and wanted.get('section'))) and (
        document or indent == 2
    )
    if (
        laid_out
        and list(changes) == sorted(changes)
        and json.dumps([changes, document]).isascii()
        and '\\u' not in json.dumps([changes, document])
    ):
        assert new == dump(wanted)
    assert json_members.edit(new, 'section', changes, 'file') == (new, [])


@given(content=st.binary(max_size=30), changes=_changes)
def test_T18_what_is_no_json_is_refused_without_a_word_of_it(content, changes):
    try:
        json_members.edit(b'#canary ' + content, 'section', changes, '/home/ci/file')
    except FileProblem as problem:
        assert str(problem) == '/home/ci/file is not valid JSON in UTF-8. Correct it, or remove it.'
    else:
        raise AssertionError('taken for JSON')


NUMBERS = (
    b'{"big": 12345678901234567890123, "float": 1.0,\n   "escaped": "\\u00e9\\/",\n'
    b'\t"section" : { "a":1 , "connect:url" :"x" } , "z":[ ]}  \n\n'
)


def test_T18_odd_layouts_and_numbers_stay_as_they_were_written():
    new, changed = json_members.edit(
        NUMBERS, 'section', {'connect:url': 'y', 'connect:token': 't'}, 'file'
    )
    assert new == NUMBERS.replace(b'"x" }', b'"y", "connect:token": "t" }')
    assert changed == ['connect:token', 'connect:url']
    assert json_members.edit(new, 'section', {'connect:url': None, 'connect:token': None}, 'file')[
        0
    ] == NUMBERS.replace(b' , "connect:url" :"x"', b'')


@pytest.mark.parametrize('content', [None, b'', b' \n'])
def test_a_new_file_is_laid_out_as_javascript_does_it(content):
    assert json_members.edit(content, 'section', {'b': 'x', 'a': '\u00e9', 'c': None}, 'file') == (
        '{\n  "section": {\n    "b": "x",\n    "a": "\u00e9"\n  }\n}\n'.encode(),
        ['a', 'b'],
    )
    assert json_members.edit(content, 'section', {'a': None}, 'file') == (content, [])


@pytest.mark.parametrize(
    'content',
    [
        b'[]',
        b'null',
        b'"section"',
        b'{"section": []}',
        b'{"section": "x"}',
        b"{'section': {}}",
        b'{"section": {},}',
        b'{"a": NaN}',
        b'{"a": 1} x',
        b'{"section": {"connect:url": "a", "connect:url": "b"}}',
        b'{"section": {"a": 1}, "section": {"b": 2}}',
        b'{"a": "\xff"}',
        '{"a": 1}'.encode('utf-16'),
        b'[' * 100000,
    ],
)
def test_T18_what_cannot_be_edited_is_refused(content):
    with pytest.raises(FileProblem, match='^file |in file|of file'):
        json_members.edit(content, 'section', {'connect:url': 'x'}, 'file')


_keys = st.lists(st.sampled_from(['a', 'b']), min_size=1, max_size=3)
_short = st.dictionaries(st.sampled_from(['a', 'b']), _value, max_size=2)
_tree = st.dictionaries(
    st.sampled_from(['a', 'b']),
    st.dictionaries(st.sampled_from(['a', 'b']), _short | _value, max_size=2) | _value,
    max_size=2,
)


def put(document, keys, value):
    """What a program does that reads, sets and writes all of it."""
    if len(keys) == 1:
        rest = {name: each for name, each in document.items() if name != keys[0]}
        return rest if value is None else {**document, keys[0]: value}
    inner = document.get(keys[0])
    if value is None and not inner:
        return document
    inner = put(inner or {}, keys[1:], value)
    return put(document, keys[:1], inner or None)


def is_possible(document, keys):
    for key in keys[:-1]:
        document = document.get(key)
        if document is None:
            return True
        if not isinstance(document, dict):
            return False
    return True


@given(
    document=_tree,
    keys=_keys,
    value=st.none() | _text | st.dictionaries(_text, _text, min_size=1, max_size=2),
    indent=st.sampled_from([2, '\t', None]),
)
def test_F16_a_member_at_any_depth_is_set_and_found(document, keys, value, indent):
    content = json.dumps(document, indent=indent).encode('utf-8', 'surrogatepass')
    if not is_possible(document, keys):
        with pytest.raises(FileProblem, match='is not an object'):
            json_members.put(content, keys, value, 'file')
        return
    new = json_members.put(content, keys, value, 'file')
    wanted = put(document, keys, value)
    assert json.loads(new.decode('utf-8')) == wanted
    found = json_members.find(new, keys, 'file')
    assert found == value
    if value is None and wanted == document:
        assert new is content
    assert json_members.put(json_members.put(new, keys, value, 'file'), keys, value, 'file') == new


def test_F16_a_key_with_an_escaped_slash_is_found_in_its_own_object():
    before = b'{"other": {"h/p": {"auth": "x"}}, "auths": {"h\\/p": {"auth": "old"}}}'
    keys = ('auths', 'h/p', 'auth')
    after = json_members.put(before, keys, 'new', 'file')
    assert after == before.replace(b'old', b'new')
    removed = json_members.put(before, keys[:2], None, 'file')
    assert json.loads(removed) == {'other': {'h/p': {'auth': 'x'}}}
