# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of pip and twine: C(RawConfigParser) says what an edited file means."""

from __future__ import annotations

import configparser
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.python_ini import IniFile

LINES = [
    '[global]',
    '[install] # behind',
    '[DEFAULT]',
    'index-url = https://a.example/simple',
    'Index_Url : https://b.example/simple',
    'extra-index-url =',
    '    https://a.example/simple',
    '\thttps://b.example/simple',
    '  # a comment between',
    '; a comment',
    '',
    '  ',
    'timeout: 60 ; no comment',
    '  indented = 1',
    'a = b = c',
    '= x',
    'words',
    '[',
    '[]',
    '[ a ]x]',
    '\ufeff[global]',
    'ä = ö',
]


def read(text):
    """What Python reads, or None where it fails."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except configparser.Error:
        return None
    found = {name: dict(parser._sections[name]) for name in parser.sections()}
    return {**found, 'DEFAULT': dict(parser.defaults())}


def lines_of(value):
    return [line for line in (value or '').split('\n') if line]


_text = st.lists(st.sampled_from(LINES), max_size=8)


@given(lines=_text, newline=st.sampled_from(['\n', '\r\n', '\r']), cut=st.booleans())
def test_F28_what_is_read_is_what_python_reads(lines, newline, cut):
    text = newline.join(lines) + ('' if cut else newline)
    means = read(text)
    try:
        file = IniFile(text.encode(), 'pip.conf')
    except FileProblem as problem:
        assert means is None
        assert str(problem).endswith('Correct it.')
        return
    assert means is not None
    found = {name: {} for name in means}
    for option in file.options:
        found[option.section][option.written] = file.get(option.section, option.written)
    assert found == {
        section: {name: '\n'.join(lines_of(value)) for name, value in options.items()}
        for section, options in means.items()
    } or any('\n' in value for each in means.values() for value in each.values())
    assert file.content() == text.encode()


@given(
    lines=_text,
    newline=st.sampled_from(['\n', '\r\n']),
    cut=st.booleans(),
    section=st.sampled_from(['global', 'install', 'new']),
    name=st.sampled_from(['index-url', 'extra-index-url', 'timeout']),
    what=st.sampled_from(['set', 'remove', 'add_line']),
)
def test_F28_one_option_changes_and_nothing_else(lines, newline, cut, section, name, what):
    text = newline.join(lines) + ('' if cut else newline)
    means = read(text)
    if means is None:
        return
    file = IniFile(text.encode(), 'pip.conf')
    value = 'https://new.example/%(x)s'
    if what == 'remove':
        assert file.remove(section, name) == (name in means.get(section, {}))
    else:
        getattr(file, what)(section, name, value)
    new = file.content().decode()
    wanted = {key: dict(options) for key, options in means.items()}
    before = lines_of(means.get(section, {}).get(name))
    if what == 'remove':
        if wanted.get(section, {}).pop(name, None) is not None and not wanted[section]:
            del wanted[section]
    else:
        after = [value] if what == 'set' else [*before, value]
        wanted.setdefault(section, {})[name] = '\n'.join(after)
    found = read(new)
    assert {
        key: {one: lines_of(each) for one, each in options.items()}
        for key, options in found.items()
    } == {
        key: {one: lines_of(each) for one, each in options.items()}
        for key, options in wanted.items()
    }
    for line in lines:
        if line.strip().startswith(('#', ';')):
            assert new.count(line) == text.count(line)
    assert '\r\n' not in text or '\n' not in new.replace('\r\n', '')


@pytest.mark.parametrize(
    'text, what',
    [
        ('[global]\na = 1\na = 2\n', 'an option that is there before in line 3'),
        ('[global]\n[global]\n', 'a section that is there before in line 2'),
        ('index-url = x\n', 'text before the first section in line 1'),
        ('\ufeff[global]\n', 'text before the first section in line 1'),
        ('[global]\ncanary\n', 'neither a section nor an option in line 2'),
    ],
)
def test_F28_what_stops_every_command_is_named(text, what):
    with pytest.raises(FileProblem, match=what) as problem:
        IniFile(text.encode(), '/home/ci/pip.conf')
    assert 'canary' not in str(problem.value)
    assert read(text) is None


def test_bytes_that_are_not_utf8_stay():
    file = IniFile(b'[a]\n# \xe4\nb = \xe4\n', '')
    assert file.set('a', 'c', 'x')
    assert file.content() == b'[a]\n# \xe4\nb = \xe4\nc = x\n'
    file = IniFile(None, '')
    assert file.content() is None and not file.remove('a', 'b')
