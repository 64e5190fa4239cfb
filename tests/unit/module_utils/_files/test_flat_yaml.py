# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of the files of Bundler and RubyGems: both readers of Ruby say what they mean."""

from __future__ import annotations

import base64
import json
import subprocess
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import flat_yaml
from tests.tools.scratch import ROOT

Read = t.Callable[[bytes], 't.List[t.Dict[str, t.Any] | None]']
KEYS = ['BUNDLE_GEMS__EXAMPLE__COM', 'BUNDLE_HTTPS://GEMS__EXAMPLE__COM:8443/R/']
_line = st.sampled_from(
    [
        *['%s: "u:old"' % key for key in KEYS],
        KEYS[0] + ": 'u:old'",
        KEYS[0] + ': u:p%3A',
        KEYS[0] + ': "a\\"b"',
        KEYS[0] + ':',
        KEYS[0] + ': >',
        '"%s": "u:quoted"' % KEYS[0],
        '# ' + KEYS[0] + ': "u:comment"',
        'BUNDLE_PATH: "vendor/bundle"',
        'BUNDLE_WITHOUT:',
        '- "a"',
        '  - "b"',
        '  nested: "x"',
        '# a comment',
        '---',
        '...',
        '{a: b}',
        'no colon',
        '',
    ]
)
_content = st.tuples(st.lists(_line, max_size=7), st.sampled_from(['\n', '\r\n'])).map(
    lambda parts: parts[1].join(parts[0]).encode()
)
# What is delivered is in percent encoding or base64
_value = st.text(alphabet='abcXYZ019%+-._~:/=', max_size=12).map('u:x{}z'.format)
_wanted = st.dictionaries(st.sampled_from(KEYS), st.none() | _value, min_size=1)


@pytest.fixture(scope='module')
def ruby() -> t.Iterator[Read]:
    with subprocess.Popen(
        ['ruby', str(ROOT / 'tests/oracles/flat_yaml.rb')],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        stdin, stdout = t.cast('t.IO[bytes]', process.stdin), process.stdout

        def read(content: bytes) -> list[dict[str, t.Any] | None]:
            stdin.write(base64.b64encode(content) + b'\n')
            stdin.flush()
            found: list[dict[str, t.Any] | None] = json.loads(
                t.cast('t.IO[bytes]', stdout).readline()
            )
            return found

        yield read
        process.kill()


@pytest.mark.needs_client('ruby', 'bundle')
@given(content=_content, wanted=_wanted)
@settings(max_examples=300)
def test_F42_both_readers_find_what_was_wanted_and_everything_else_as_before(
    ruby: Read, content: bytes, wanted: dict[str, str | None]
) -> None:
    try:
        edited, changes = flat_yaml.edit(content, wanted, 'config')
    except FileProblem:
        return
    for before, after in zip(ruby(content), ruby(edited or b'')):
        if before is None:  # refused by this reader before
            continue
        assert after is not None
        expected = {key: value for key, value in before.items() if key not in wanted}
        expected.update({key: value for key, value in wanted.items() if value is not None})
        assert after == expected
    again, nothing = flat_yaml.edit(edited, wanted, 'config')
    assert (again, any(nothing.values())) == (edited, False)
    assert any(changes.values()) == (edited != content)
    read = flat_yaml.values(edited, wanted, 'config')
    assert read == {key: value for key, value in wanted.items() if value is not None}


@pytest.mark.parametrize(
    'before, wanted, after',
    [
        (None, {'BUNDLE_H': 'u:p'}, '---\nBUNDLE_H: "u:p"\n'),
        (None, {'BUNDLE_H': None}, None),
        (
            '---\r\n# ours\r\nBUNDLE_H: old\r\nBUNDLE_X: "1"',
            {'BUNDLE_H': 'u:p', 'BUNDLE_N': 'v'},
            '---\r\n# ours\r\nBUNDLE_H: "u:p"\r\nBUNDLE_X: "1"\r\nBUNDLE_N: "v"\r\n',
        ),
        ('---\nA: "1"\nB: "x"\nA: "2"\n', {'A': '2'}, '---\nB: "x"\nA: "2"\n'),
        ('---\nA: "1"\n- x\n', {'B': '2'}, '---\nA: "1"\n- x\nB: "2"\n'),
        ('---\n:rubygems_api_key: k\n', {'https://h/g': 'Basic dTpw'}, None),
    ],
)
def test_F42_other_bytes_stay(
    before: str | None, wanted: dict[str, str | None], after: str | None
) -> None:
    content = None if before is None else before.encode()
    if after is None and before is not None:
        after = before + 'https://h/g: "Basic dTpw"\n'
    edited = flat_yaml.edit(content, wanted, 'config')[0]
    assert edited == (None if after is None else after.encode())


@pytest.mark.parametrize(
    'content, reason',
    [
        ('---\nBUNDLE_H:\n  - a\n', 'line 2 has a value on several lines'),
        ('---\n"BUNDLE_H": "x"\n', 'line 2 has a key in quotes'),
        ('{BUNDLE_H: x}\n', 'line 1 has something else'),
        ('A: "1"\n---\nB: "2"\n', 'line 2 has something else'),
    ],
)
def test_F42_other_forms_are_refused_with_the_line(content: str, reason: str) -> None:
    with pytest.raises(FileProblem, match='config: ' + reason):
        flat_yaml.edit(content.encode(), {'BUNDLE_H': 'u:p'}, 'config')
