# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The editor of netrc files: Python's own reader, and curl, say what an edited file means."""

from __future__ import annotations

import netrc as python
import os
import subprocess
import sys
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.netrc import (
    ALL,
    APT,
    OLD_PYTHON,
    PYTHON,
    Document,
    Wanted,
    check_value,
    edit,
)
from tests.sandbox.package_server import PackageServer

HOST = '127.0.0.1'
OURS = Wanted(HOST, 'ci', 'new')
#: Words and lines of other people. Python before 3.11 reads fewer of them.
PIECES = [
    'machine other.example login u password p\n',
    'machine other.example\n\tlogin u\n\taccount x\n\tpassword p\n',
    'machine other.example password p login u # behind\n',
    'machine other.example login u\n',
    'machine other.example login machine password default\n',
    'machine other.example user u password "p"\n',
    'machine other.example login u password "a b"\n',
    'machine other.example login u password a\\b#"c\n',
    'machine 127.0.0.1:8443 login u password p\n',
    'machine 127.0.0.1 login old password p\n',
    'machine 127.0.0.1 login ci password p\n',
    'machine\t127.0.0.1   login ci\n  password p # behind\n',
    'machine a login b password c machine 127.0.0.1 login ci password p\n',
    'machine 127.0.0.1 login ci\n',
    'default login anonymous password x\n',
    'macdef init\ncd /machine 127.0.0.1\n\n',
    '# a comment: machine 127.0.0.1 login x password y\n',
    '#\n',
    '\n',
    ' \t\n',
]
#: What at least one parser makes something else of.
BROKEN = [
    '#word and more\n',
    '#word\n',
    '\n# a comment behind an empty line\n',
    'machine x login\n',
    'machine other.example login=u password p\n',
    'machine other.example port 1 login u password p\n',
    'machine other.example login u password "a\n',
    'machine other.example login u password a\\\n',
    'machine other.example login u password #a\n',
    'macdef init\ncd /\n',
    'machine other.example login u password \u00e4\n',
    'words\n',
    '"quoted" words\n',
    '\x0c\n',
    '\r',
]


def read_by_python(content):
    """What Python finds for our host, or None where it reads nothing from the file."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        try:
            found = python.netrc(file.name).authenticators(HOST)
        except (python.NetrcParseError, UnicodeDecodeError):
            return None
    return (found[0], found[2]) if found else ('', '')


def problems(content):
    """What this Python stumbles over."""
    readers = (ALL, PYTHON) if sys.version_info >= (3, 11) else (ALL, PYTHON, OLD_PYTHON)
    return [one for one in Document(content).problems if one.reader in readers]


@pytest.fixture(scope='module')
def ask_curl():
    """A function that returns what curl sends."""
    with PackageServer() as server, tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'netrc')

        def ask(content):
            with open(path, 'wb') as stream:
                stream.write(content)
            command = ['curl', '-q', '-s', '--netrc-file', path, server.url]
            subprocess.run(command, check=False, capture_output=True)
            return server.sent()

        yield ask


_file = st.lists(st.sampled_from(PIECES) | st.sampled_from(BROKEN), max_size=5).map(''.join)


@given(text=_file, newline=st.sampled_from(['\n', '\r\n']), cut=st.booleans())
def test_F11_F14_F26_python_finds_what_was_written_or_the_line_is_named(text, newline, cut):
    content = text.rstrip('\n' if cut else '').replace('\n', newline).encode()
    wanted = OURS._replace(exclusive=True)
    try:
        new, changes = edit(content, [wanted], '/home/ci/.netrc')
    except FileProblem as problem:
        assert ' in line ' in str(problem)
        # A comment can have another meaning when the entry before it is gone
        assert problems(content) or '"p"\n' in text or '#word' in text
        return
    assert edit(new, [wanted], '') == (new, [[]])
    if problems(new):
        return
    assert read_by_python(new) == ('ci', 'new')
    ours = [entry for entry in Document(new).entries if entry.machine == HOST.encode()]
    assert [(entry.login, entry.password) for entry in ours] == [(b'ci', b'new')]

    # Nothing else is lost
    def others(document):
        return [
            (entry.machine, entry.words)
            for entry in document.entries
            if entry.machine != HOST.encode()
        ]

    assert others(Document(new)) == others(Document(content))
    for line in ('# a comment: machine', 'macdef init'):
        assert new.count(line.encode()) == content.count(line.encode())
    if 'entry' in changes[0]:
        back, changes = edit(new, [Wanted(HOST, 'ci', None)], '')
        assert changes == [['entry']]
        if edit(content, [wanted], '')[1] == [['entry']] and content.endswith(b'\n'):
            assert back == content


@pytest.mark.needs_client('curl')
@settings(max_examples=60)
@given(text=_file)
def test_F14_curl_finds_what_was_written(text, ask_curl):
    try:
        wanted = OURS._replace(exclusive=True)
        new, _changes = edit(text.encode(), [wanted], '', for_python=False)
    except FileProblem:
        return
    assert ask_curl(new) == ['basic ci:new']


@pytest.mark.parametrize('broken', [one for one in BROKEN if one != '#word\n'])
def test_F26_what_python_cannot_read_is_named_with_its_line(broken):
    entry = b'machine a login b password c\n'
    content = b'# one\n' + broken.encode() + entry
    found = Document(content).problems
    assert found and found[0].line in (2, 3)
    if any(one.reader != OLD_PYTHON for one in found):
        with pytest.raises(FileProblem, match=r'in line [23], .* Correct it\.'):
            edit(content, [OURS], '/home/ci/.netrc')
    if read_by_python(content) is None:
        assert problems(content)
    if not any(one.reader == ALL for one in found):
        assert edit(content, [OURS], '', for_python=False)[1] == [['entry']]
    content = entry + broken.encode()
    removed = edit(content, [Wanted('a', None, None)], '')
    assert removed == (content[len(entry) :], [['entry']])


def test_F27_a_byte_order_mark_and_long_lines_are_named():
    with pytest.raises(FileProblem, match='a byte order mark in line 1'):
        edit(b'\xef\xbb\xbfmachine a login b password c\n', [OURS], '')
    with pytest.raises(FileProblem, match='more than 4000 characters in line 2'):
        edit(b'\n# ' + b'x' * 4100 + b'\n', [OURS], '')
    with pytest.raises(FileProblem, match='a character that is not UTF-8 in line 2'):
        edit(b'\n# \xe4\n', [OURS], '')


def test_entries_go_before_the_default_and_their_password_alone_changes():
    content = b'machine a login b password c\r\ndefault login x password y\r\n'
    new, changes = edit(content, [OURS], '')
    assert new == content.replace(b'default', b'machine 127.0.0.1 login ci password new\r\ndefault')
    assert changes == [['entry']]
    content = b'default login x password y\nmachine 127.0.0.1 login ci password new\n'
    new, changes = edit(content, [OURS], '')
    assert new == b'machine 127.0.0.1 login ci password new\ndefault login x password y\n'
    assert changes == [['order']]
    content = b'# a\nmachine 127.0.0.1\n  login ci # us\n  password\told # x\n'
    new, changes = edit(content, [OURS], '')
    assert (new, changes) == (content.replace(b'old', b'new'), [['secret']])


def test_several_entries_and_a_file_without_a_last_line_end():
    new, changes = edit(b'machine a login b password c', [OURS, Wanted('h:8', 'ci', 'x')], '')
    assert new == (
        b'machine a login b password c\nmachine 127.0.0.1 login ci password new\n'
        b'machine h:8 login ci password x\n'
    )
    assert changes == [['entry'], ['entry']]
    assert edit(None, [Wanted('h', None, None)], '') == (None, [[]])


@pytest.mark.parametrize('value', ['', '#a', '"a', 'a b', 'a\\b', 'a\n', '\u00e4', 'x' * 1001])
def test_F27_values_that_clients_read_differently_are_refused(value):
    with pytest.raises(BadInput) as problem:
        check_value(value, 'The password')
    assert str(problem.value).startswith('The password ')


@pytest.mark.needs_client('curl')
@settings(max_examples=40)
@given(value=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1))
def test_F11_all_other_values_arrive(value, ask_curl):
    try:
        check_value(value, '')
    except BadInput:
        return
    new, _changes = edit(b'# x\n', [Wanted(HOST, 'ci', value)], '')
    assert read_by_python(new) == ('ci', value)
    assert ask_curl(new) == ['basic ci:' + value]


def test_apt_takes_the_first_entry_that_fits():
    content = b'# for apt\nport 8 machine 127.0.0.1 login u password "p\n'
    wanted = Wanted('127.0.0.1/debian', 'ci', 'a"\u00e4')
    new, changes = edit(content, [wanted], '', APT)
    first = 'machine 127.0.0.1/debian login ci password a"\u00e4\n'.encode()
    assert new.index(first) < new.index(b' login u')
    assert edit(new, [wanted], '', APT) == (new, [[]])
    assert edit(content + first, [wanted], '', APT)[1] == [['order']]
    with pytest.raises(BadInput):
        check_value('a b', 'The password', APT)
