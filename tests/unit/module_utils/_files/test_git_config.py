# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The editor of git configuration files, with the real git as the judge of what is in them."""

from __future__ import annotations

import os
import subprocess
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config import (
    MARK,
    GitConfig,
    NewVariable,
)

pytestmark = pytest.mark.needs_client('git')
VALUES = [b'store', b'', b' a;b "c" #d\\ ', b'!f() { echo "a\tb"; }; f']


class Home:
    """A home folder with a C(.gitconfig), and what git makes of it."""

    def __init__(self, content):
        self.folder = tempfile.TemporaryDirectory()
        self.config = self.file('.gitconfig', content)

    def file(self, name, content):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as stream:
            stream.write(content)
        return path

    def git(self, *arguments, given=b''):
        environment = {
            'PATH': os.environ['PATH'],
            'HOME': self.folder.name,
            'GIT_CONFIG_NOSYSTEM': '1',
            'GIT_TERMINAL_PROMPT': '0',
            'LC_ALL': 'C',
        }
        return subprocess.run(
            ['git', *arguments],
            input=given,
            capture_output=True,
            env=environment,
            cwd='/',
            check=False,
        )

    def listed(self):
        """What git reads: (key, value), None for no equals sign; or None where it cannot."""
        done = self.git('config', '--global', '--list', '--show-origin', '-z')
        if done.returncode:
            return None
        items = done.stdout.split(b'\0')[:-1]
        assert set(items[::2]) <= {b'file:' + os.fsencode(self.config)}
        return [
            tuple(item.split(b'\n', 1)) if b'\n' in item else (item, None) for item in items[1::2]
        ]


fragments = st.lists(
    st.sampled_from(
        [
            b'[credential]',
            b'[credential "https://ex.com:8443"]',
            b'[CREDENTIAL "https://EX.com:8443/"]',
            b'[credential "https://other.com"]',
            b'[user]',
            b'[a.b]',
            b'[core "x\\"y\\\\z"]',
            b'[',
            b']',
            b'\n',
            b'\n',
            b'\n',
            b'\r\n',
            b' ',
            b'\t',
            b'helper = store',
            b'helper =',
            b'helper',
            b'Name = a "b;c" d # note',
            b'; comment',
            b'# [credential]',
            b'x = a\\\n  b',
            b'x = "open',
            b'x = \\q',
            b'y=1\\t2\\n\\b\\\\',
            b'\xef\xbb\xbf',
            b'z = \xff\xe9',
            b'k-1 = " lead  "',
            b'9a = 1',
            b'[credential] helper = cache',
            b'x = a\r b',
            b'[s "\\x"]',
            b'[s"x"]',
            b'[credential  "x"]',
            b'x = a \\',
        ]
    ),
    max_size=14,
).map(b''.join)
bodies = st.lists(
    st.sampled_from(
        [
            b'[credential]\n',
            b'[credential "https://ex.com:8443"]\n',
            b'[user]\n\tname = A "B" ; note\n',
            b'\thelper = cache\n',
            b'\thelper =\n',
            b'\thelper = store\n',
            b'# note\n',
            b'\n',
            b'[include]\n\tpath = nowhere\n',
            b'[credential "https://*.com:8443/"]\n',
            b'[credential "ex.com:8443"]\n',
            b'[core]',
        ]
    ),
    max_size=8,
).map(lambda parts: b'[core]\n' + b''.join(parts))
tails = st.sampled_from([b'', b'\tx = a \\', b'\tx = a \\\n', b'[core] x=y'])


@settings(deadline=None, max_examples=150)
@given(fragments)
def test_T18_the_file_is_read_as_git_reads_it(content):
    expected = Home(content).listed()
    if expected is None:
        with pytest.raises(FileProblem, match='^Line [0-9]+ of x'):
            GitConfig(content, 'x')
        return
    found = [
        (
            b'.'.join(part for part in (name or None, subsection, one.key) if part is not None),
            one.value,
        )
        for name, subsection, one in GitConfig(content, 'x').variables()
    ]

    def flat(items):  # versions of git differ in blanks inside of a value
        return [
            (key, value if value is None else value.replace(b'\t', b' ').replace(b'\r', b' '))
            for key, value in items
        ]

    assert flat(found) == flat(expected)


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(bodies, tails).map(b''.join),
    st.sampled_from([None, b'https://ex.com:8443/a%20b', b'odd "x\\y']),
    st.sampled_from(VALUES),
    st.booleans(),
    st.booleans(),
    st.data(),
)
def test_G17_what_is_written_is_read_by_git_and_the_rest_is_untouched(
    content, subsection, value, marked, crlf, data
):
    content = content.replace(b'\n', b'\r\n') if crlf else content
    before = Home(content).listed()
    config = GitConfig(content, 'x')
    numbers = [number for number, name, other in config.sections()]
    section = data.draw(st.sampled_from([None] + numbers))
    into = data.draw(st.booleans()) and section is not None
    if into:
        config.append_to(section, [NewVariable(b'helper', value, marked)])
    else:
        config.add_section(
            b'credential', subsection, [NewVariable(b'helper', value, marked)], section
        )
    items = Home(config.content).listed()
    assert any(
        items[at][1] == value and items[:at] + items[at + 1 :] == before for at in range(len(items))
    )
    assert any(
        config.content.startswith(content[:at]) and config.content.endswith(content[at:])
        for at in range(len(content) + 1)
    )
    key = b'credential.%shelper' % (b'' if subsection is None else subsection + b'.')
    assert into or (key, value) in items
    if marked:
        doomed = [one for name, sub, one in config.variables() if config.is_marked(one)]
        assert [one.value for one in doomed] == [value]
        config.remove(doomed)
        assert Home(config.content).listed() == before


def test_a_section_goes_before_another_and_disappears_with_its_last_variable():
    content = b'[a]\n\tx = 1\n[b] y = 2\n'
    config = GitConfig(content, 'x')
    config.add_section(b'c', None, [NewVariable(b'z', b'3')], before=2)
    assert config.content == b'[a]\n\tx = 1\n[c]\n\tz = 3\n[b] y = 2\n'
    config.remove([one for name, sub, one in config.variables() if name == b'c'])
    assert config.content == content


def test_only_a_comment_behind_the_value_is_a_mark():
    content = b'[a]\n\tx = "1%s"\n\ty = 1%s\n' % (MARK, MARK)
    config = GitConfig(content, 'x')
    assert [config.is_marked(one) for name, sub, one in config.variables()] == [False, True]


def test_a_broken_file_is_named_with_its_line_and_without_its_text():
    with pytest.raises(FileProblem) as caught:
        GitConfig(b'[http]\n\textraHeader = "s3cret\n', '/home/me/.gitconfig')
    assert str(caught.value).startswith('Line 2 of /home/me/.gitconfig')
    assert 's3cret' not in str(caught.value)
