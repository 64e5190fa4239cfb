# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of .npmrc: npm's own parser reports what a file means, the old bytes what must stay."""

from __future__ import annotations

import re
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._files import npmrc
from tests.support.npm_clients import Parser

REGISTRY, OTHER = '//h.example:8081/npm/', '//h.example:8081/'
FIELDS = (*npmrc.CREDENTIAL_FIELDS, 'tokenHelper', 'always-auth', 'email')
TOKENS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40
).filter(lambda text: '${' not in text and text not in ('null', 'true', 'false', 'undefined'))
VALUES = st.sampled_from(
    ['', 'a', 'a;b', r'a\;b', r'a\#b', '"a;b"', "'a b'", '"', 'tok ; comment', '${HOME}', 'a=b']
)
SPACE = st.sampled_from(['', ' ', '\t'])
KEYS = st.builds(
    lambda place, slash, field: place + slash + ':' + field,
    st.sampled_from([REGISTRY[:-1], OTHER[:-1], '//H.example/npm', '//other.example']),
    st.sampled_from(['/', '']),
    st.sampled_from([*FIELDS, '_auth[]', '_authToken[]']),
)
PAIRS = st.tuples(
    SPACE, KEYS | st.sampled_from(['registry', '@a:registry', 'a']), SPACE, SPACE, VALUES
).map(lambda parts: '%s%s%s=%s%s' % parts)
LINES = st.one_of(
    PAIRS,
    PAIRS,
    st.sampled_from(['', '; mine', ' # mine', '[section]', '[a', 'flag', '=', '"//h/:_auth"=a']),
)
FILES = st.tuples(
    st.sampled_from(['', '\ufeff']),
    st.lists(st.tuples(LINES, st.sampled_from(['\n', '\n', '\r\n', '\r'])), max_size=8),
    st.booleans(),
).map(
    lambda parts: (
        parts[0]
        + re.sub(r'[\r\n]+\Z' if parts[2] else r'\Z', '', ''.join(a + b for a, b in parts[1]))
    ).encode('utf-8')
)
ENTRIES = st.one_of(
    TOKENS.map(lambda token: npmrc.Entry(REGISTRY, '_authToken', token)),
    st.builds(
        lambda user, password, always: npmrc.Entry(
            REGISTRY, '_auth', npmrc.basic(user, password), always
        ),
        st.text(max_size=5),
        st.text(st.characters(blacklist_categories=('Cs',)), max_size=20),
        st.sampled_from([True, None]),
    ),
    st.just(npmrc.Entry(REGISTRY)),
)


@pytest.fixture(scope='module')
def parser() -> t.Iterator[Parser]:
    running = Parser()
    yield running
    running.close()


def is_ours(line: str) -> bool:
    key = npmrc.unquoted(line.lstrip('\ufeff').partition('=')[0])
    found = re.fullmatch(r'(//h\.example:8081/npm)/*:([\w-]+)(\[\])?', key)
    return found is not None and found[2] in (*npmrc.CREDENTIAL_FIELDS, 'always-auth')


def others(content: bytes) -> list[str]:
    lines = re.split(r'\r\n|\r|\n', content.decode('utf-8').lstrip('\ufeff'))
    return [line for line in lines if line and not is_ours(line)]


def without_ours(read: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        key: without_ours(value) if isinstance(value, dict) else value
        for key, value in read.items()
        if not is_ours(key)
    }


@pytest.mark.needs_client('node', 'npm')
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(content=FILES, entry=ENTRIES)
def test_F1_F3_F5_F6_what_npm_reads_after_an_edit(
    parser: Parser, content: bytes, entry: npmrc.Entry
) -> None:
    new, changes = npmrc.edit(content, [entry])
    assert new is not None
    before, after = parser.parse(content), parser.parse(new)
    assert others(new) == others(content)
    assert without_ours(after) == without_ours(before)
    found = {key: value for key, value in after.items() if is_ours(key) and 'always' not in key}
    wanted = {entry.registry + ':' + entry.field: entry.value} if entry.field else {}
    assert found == wanted
    lines = re.split(r'\r\n|\r|\n', new.decode('utf-8'))
    left = [line for line in lines if is_ours(line) and 'always-auth' not in line]
    assert len(left) == len(wanted), 'pnpm 12 reads behind a section, too'
    again, none = npmrc.edit(new, [entry])
    assert again is new and none == [[]]
    assert new.startswith(b'\xef\xbb\xbf') == (content.startswith(b'\xef\xbb\xbf') and new != b'')
    assert bool(changes[0]) == (new != content)


@pytest.mark.needs_client('node', 'npm')
def test_F1_F5_what_is_written_into_a_file_of_a_person(parser: Parser) -> None:
    content = (
        b'; mine\r\nregistry = https://h.example:8081/npm ; ours\r\n'
        b'//h.example:8081/npm:_authToken=old\r\n\r\n[section]\r\na=b'
    )
    entry = npmrc.Entry(
        REGISTRY, '_authToken', 'a;b', True, {'registry': 'https://h.example:8081/npm/'}
    )
    new, changes = npmrc.edit(content, [entry])
    assert new == (
        b'; mine\r\nregistry = https://h.example:8081/npm ; ours\r\n'
        b'//h.example:8081/npm/:_authToken="a;b"\r\n\r\n'
        b'//h.example:8081/npm/:always-auth=true\r\n[section]\r\na=b'
    )
    assert changes == [['secret', 'always_auth']]
    assert parser.parse(new)['//h.example:8081/npm/:_authToken'] == 'a;b'
    new, changes = npmrc.edit(new, [npmrc.Entry(REGISTRY)])
    assert new is not None and b'8081/npm/:' not in new and changes == [['entry']]


def test_a_token_that_only_some_programs_read_is_written_again() -> None:
    """pnpm 12 reads a comment behind a value, and what C(\\;) stands for, as part of the token."""
    for old in (b'tok ; comment', rb't\;ok', b"'tok'"):
        content = b'//h.example:8081/npm/:_authToken=' + old + b'\n'
        token = npmrc.unquoted(old.decode())
        new, changes = npmrc.edit(content, [npmrc.Entry(REGISTRY, '_authToken', token)])
        assert changes == [['spelling']]
        assert new is not None and npmrc.Npmrc(new).lines[0].raw == npmrc.quoted(token)


def test_a_large_file_is_edited_in_linear_time() -> None:
    content = b''.join(b'//h%d.example/npm/:_authToken=token\n' % number for number in range(10000))
    new, changes = npmrc.edit(content, [npmrc.Entry(REGISTRY, '_authToken', 'new')])
    assert changes == [['entry']] and new == content + REGISTRY.encode() + b':_authToken=new\n'
