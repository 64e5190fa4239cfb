# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of properties files: Java says what they mean, the old bytes what they must look like."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import properties
from tests.oracles.properties import PropertiesReader

KEYS = ['mainUsername', 'mainPassword', 'a b', 'k=:#!']
_piece = st.sampled_from(
    [*KEYS, 'mainPassw\\\n  ord', 'main\\u0050assword', 'a\\ b', 'other', '=', ':', ' ', '\t', '\f']
    + ['\\', '\\\\', '\n', '\r', '\r\n', '#', '!', 'x', 'ä', '\\u00e4', '\\u00', '\\n', '\\q', '']
)
_content = st.lists(_piece, max_size=24).map(lambda parts: ''.join(parts).encode('latin-1'))
_value = st.text(max_size=12) | st.text(alphabet=' \\=:#!\t\n\r\fä€😀\0"u0', max_size=8)
_wanted = st.dictionaries(st.sampled_from(KEYS), st.none() | _value, min_size=1)


@pytest.fixture(scope='module')
def java() -> t.Iterator[PropertiesReader]:
    with PropertiesReader() as reader:
        yield reader


def _is_read_by_old_java_alone(content: bytes) -> bool:
    """An entry with an empty key, which a backslash at the end of a file makes."""
    return content.rstrip(b' \t\f').endswith(b'\\')


@pytest.mark.needs_client('java')
@given(content=_content, wanted=_wanted)
@settings(max_examples=400)
def test_F38_java_reads_what_was_wanted_and_everything_else_as_before(
    java: PropertiesReader, content: bytes, wanted: dict[str, str | None]
) -> None:
    before = java.read(content)
    try:
        edited, changes = properties.edit(content, wanted, 'gradle.properties')
    except FileProblem:
        assert before is None
        return
    assert before is not None
    expected = {key: value for key, value in before.items() if key not in wanted}
    expected.update({key: value for key, value in wanted.items() if value is not None})
    found = java.read(edited or b'')
    if _is_read_by_old_java_alone(content):
        before.pop('', None)
        expected.pop('', None)
        found = {key: value for key, value in (found or {}).items() if key}
    assert found == expected
    read = properties.values(edited, KEYS, 'gradle.properties')
    assert read == {key: value for key, value in found.items() if key in KEYS}
    again, nothing = properties.edit(edited, wanted, 'gradle.properties')
    assert (again, any(nothing.values())) == (edited, False)
    assert any(changes.values()) == (edited != content)


@pytest.mark.parametrize(
    'before, wanted, after',
    [
        (None, {'mainPassword': 'pä ss'}, 'mainPassword=p\\u00e4 ss\n'),
        (None, {'mainPassword': ' 😀\\'}, 'mainPassword=\\ \\ud83d\\ude00\\\\\n'),
        (None, {'mainPassword': None}, None),
        # comments, other entries, order, line ends, the way in which the entry is written
        (
            '# ours\r\n  mainPassword : old\r\n! ümlaut\r\nother=\\\r\n  x',
            {'mainPassword': 'new', 'mainUsername': 'ci'},
            '# ours\r\n  mainPassword : new\r\n! ümlaut\r\nother=\\\r\n  x\r\nmainUsername=ci\r\n',
        ),
        # a backslash at the end of the file or of its last line takes the next line
        ('other=x\\', {'a': 'b'}, 'other=x\\\n\na=b\n'),
        ('other=x\\\n', {'a': 'b'}, 'other=x\\\n\na=b\n'),
        ('# not open \\\n', {'a': 'b'}, '# not open \\\na=b\n'),
        ('other=x\\\\\n', {'a': 'b'}, 'other=x\\\\\na=b\n'),
        # a value on several lines, doubles, blanks as separator, a key in escapes
        ('a=1\\\n  2\\\n 3\nz=1\n', {'a': 'b'}, 'a=b\nz=1\n'),
        ('a=1\nz=1\na=2\n', {'a': '2'}, 'z=1\na=2\n'),
        ('a 1\n', {'a': '=b'}, 'a==b\n'),
        ('\\u0061=1\n', {'a': 'b'}, '\\u0061=b\n'),
        ('a=1\n#\na=2', {'a': None}, '#\n'),
        ('a=same\n', {'a': 'same'}, 'a=same\n'),
    ],
)
def test_F38_other_bytes_stay(
    before: str | None, wanted: dict[str, str | None], after: str | None
) -> None:
    content = None if before is None else before.encode('latin-1')
    edited = properties.edit(content, wanted, 'gradle.properties')[0]
    assert edited == (None if after is None else after.encode('latin-1'))


def test_F38_a_file_that_java_refuses_is_named_with_its_line() -> None:
    with pytest.raises(FileProblem, match=r'gradle.properties: line 3 has a \\u without'):
        properties.edit(b'a=1\r\n# \\u\r\npath=C:\\users\n', {'a': 'b'}, 'gradle.properties')


def test_changes_are_named() -> None:
    changes = properties.edit(
        b'twice=1\ntwice=2\nold=1\ngone=1\nsame=1\n',
        {'twice': '3', 'old': '2', 'gone': None, 'missing': None, 'same': '1', 'new': '1'},
        'gradle.properties',
    )[1]
    assert changes == {
        'twice': ['duplicates', 'value'],
        'old': ['value'],
        'gone': ['removed'],
        'missing': [],
        'same': [],
        'new': ['added'],
    }
