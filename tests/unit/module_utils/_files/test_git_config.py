# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The editor of the credential settings in a git configuration, with the real git as the judge of what they mean."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_config import (
    GitConfig,
    reader_helper,
    store_helper,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credentials import (
    parse_url,
)

pytestmark = pytest.mark.needs_client('git')
HOST = parse_url('https://ex.com:8443')
PATH = parse_url('https://ex.com:8443/team/a%20b.git')


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
        """What git reads: a list of (key, value), with None for a key without an equals sign; or None when it cannot read the file."""
        done = self.git('config', '--global', '--list', '--show-origin', '-z')
        if done.returncode:
            return None
        items = done.stdout.split(b'\0')[:-1]
        assert set(items[::2]) <= {b'file:' + os.fsencode(self.config)}
        return [
            tuple(item.split(b'\n', 1)) if b'\n' in item else (item, None) for item in items[1::2]
        ]

    def fill(self, url):
        return dict(
            line.split(b'=', 1)
            for line in self.git(
                'credential', 'fill', given=b'url=%s\n\n' % str(url).encode()
            ).stdout.splitlines()
        )


def recorder(name):
    """A helper that answers nothing and leaves its name in a file of the home folder."""
    return b'!f() { echo %s >> \\"$HOME/asked\\"; }; f' % name


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
    config = GitConfig(content, 'x')
    found = []
    for entry in config._entries:
        section = config._sections[entry.section]
        found.append(
            (
                b'.'.join(
                    part
                    for part in (section.name or None, section.subsection, entry.key)
                    if part is not None
                ),
                entry.value,
            )
        )

    def flat(items):  # versions of git differ in blanks inside of a value
        return [
            (key, value if value is None else value.replace(b'\t', b' ').replace(b'\r', b' '))
            for key, value in items
        ]

    assert flat(found) == flat(expected)


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(bodies, tails).map(b''.join),
    st.sampled_from([None, HOST, PATH]),
    st.sampled_from([None, '/srv/with space/it\'s "a" $HOME;#\\']),
    st.booleans(),
)
def test_G17_the_helper_is_there_once_and_the_rest_is_untouched(content, url, path, crlf):
    content = content.replace(b'\n', b'\r\n') if crlf else content
    before = Home(content).listed()
    config = GitConfig(content, 'x')
    changed = config.ensure_helper(url, store_helper(path))
    after = Home(config.content)
    assert changed == (config.content != content)
    key = b'credential.%shelper' % (str(url).encode() + b'.' if url else b'')
    items = after.listed()
    if changed:
        pair = (key, store_helper(path))
        assert any(
            items[at] == pair and items[:at] + items[at + 1 :] == before for at in range(len(items))
        )
        assert any(
            config.content.startswith(content[:at]) and config.content.endswith(content[at:])
            for at in range(len(content) + 1)
        )
    else:
        assert items == before
    again = GitConfig(config.content, 'x')
    assert not again.ensure_helper(url, store_helper(path))
    assert config.helpers(url).count(store_helper(path)) >= 1


@settings(deadline=None, max_examples=40)
@given(st.tuples(bodies, tails).map(b''.join), st.sampled_from([None, HOST, PATH]))
def test_G17_what_was_set_can_be_forgotten(content, url):
    content = content.replace(b'store', b'other') + (b'' if content.endswith(b'\n') else b'\n')
    config = GitConfig(content, 'x')
    config.ensure_helper(url, store_helper())
    config.ensure_only_helper(url, reader_helper(None, 4000000000))
    config.ensure_use_http_path(url or HOST)
    config.forget(url)
    config.forget(url or HOST)
    assert Home(config.content).listed() == Home(content).listed()


@pytest.mark.parametrize('order', [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_G17_helpers_are_asked_in_the_order_that_git_uses(order):
    parts = [
        b'[credential]\n\thelper = "%s"\n' % recorder(b'general'),
        b'[credential "https://ex.com:8443"]\n\thelper =\n\thelper = "%s"\n' % recorder(b'host'),
        b'[credential "https://ex.com:8443/team"]\n\thelper = "%s"\n[credential "https://other.com"]\n\thelper = "%s"\n'
        % (recorder(b'path'), recorder(b'other')),
    ]
    content = b''.join(parts[number] for number in order)
    home = Home(content)
    home.fill(PATH)
    with open(os.path.join(home.folder.name, 'asked'), 'rb') as stream:
        asked = stream.read().split()
    assert [value.split()[3] for value in GitConfig(content, 'x').helpers(PATH)] == asked


@pytest.mark.parametrize(
    'subsection',
    [
        'https://ex.com:8443',
        'HTTPS://EX.COM:8443/',
        'https://*.com:8443',
        'https://ex.com:08443/team',
        'ex.com:8443',
        'https://',
        '/team/a b.git',
        'https://ex.com',
        'http://ex.com:8443',
        'https://other.com:8443',
        'https://ex.com:8443/tea',
        'https://me@ex.com:8443',
        'https://*.*.com:8443',
        'com',
        'https://ex.com:8443/team/a%20b.git',
    ],
)
def test_G17_G21_sections_apply_to_the_urls_that_git_means(subsection):
    content = b'[credential "%s"]\n\thelper = "%s"\n' % (subsection.encode(), recorder(b'x'))
    home = Home(content)
    home.fill(PATH)
    assert bool(GitConfig(content, 'x').helpers(PATH)) == os.path.exists(
        os.path.join(home.folder.name, 'asked')
    )


@pytest.mark.parametrize(
    'ensure, helper',
    [(GitConfig.ensure_helper, store_helper), (GitConfig.ensure_only_helper, reader_helper)],
)
def test_G17_a_store_at_an_odd_path_is_found_by_git(ensure, helper):
    home = Home(b'')
    path = home.file('with space/it\'s "a" $HOME;#\\x/store', b'https://me:tok@ex.com%3a8443\n')
    config = GitConfig(b'', 'x')
    ensure(config, HOST, helper(path))
    home.file('.gitconfig', config.content)
    assert home.fill(HOST)[b'password'] == b'tok'


def test_G17_a_reset_behind_our_section_does_not_undo_us():
    content = b'[credential "https://ex.com:8443"]\n\tusername = me\n[credential]\n\thelper =\n'
    config = GitConfig(content, 'x')
    config.ensure_helper(HOST, store_helper())
    home = Home(config.content)
    home.file('.git-credentials', b'https://me:tok@ex.com%3a8443\n')
    assert home.fill(HOST)[b'password'] == b'tok'


def test_G17_an_equal_helper_is_known_however_it_is_written():
    for existing in (
        b'store --file ~/x',
        b'store --file=$P/x',
        b"store --file '$P/x'",
        b'"store --file \\"$P/x\\""',
    ):
        content = (
            b'[credential]\n\thelper = '
            + existing.replace(b'$P', os.path.expanduser('~').encode())
            + b'\n'
        )
        assert not GitConfig(content, 'x').ensure_helper(
            None, store_helper(os.path.expanduser('~/x'))
        )


def test_G7_use_http_path_is_set_for_the_path_alone():
    config = GitConfig(b'', 'x')
    assert config.ensure_use_http_path(PATH)
    assert config.ensure_helper(None, store_helper())
    home = Home(config.content)
    home.file(
        '.git-credentials',
        b'https://me:general@ex.com%3a8443\nhttps://me:special@ex.com%3a8443/team/a%20b.git\n',
    )
    assert home.fill(PATH)[b'password'] == b'special'
    assert home.fill('https://ex.com:8443/team/other.git')[b'password'] == b'general'


def test_G7_use_http_path_that_was_off_is_turned_on():
    config = GitConfig(b'[credential "%s"]\n\tuseHttpPath = false\n' % str(PATH).encode(), 'x')
    assert config.ensure_use_http_path(PATH)
    assert (
        Home(config.content)
        .git('config', '--global', '--get-urlmatch', 'credential.useHttpPath', str(PATH))
        .stdout
        == b'true\n'
    )


def test_G19_an_expired_password_is_not_used_by_git_2_40_and_newer():
    version = tuple(
        int(part) for part in Home(b'').git('version').stdout.split()[2].split(b'.')[:2]
    )
    for expires, usable in ((int(time.time()) + 3600, True), (1000, version < (2, 40))):
        config = GitConfig(b'[credential]\n\thelper = store\n', 'x')
        assert config.ensure_only_helper(HOST, reader_helper(None, expires))
        home = Home(config.content)
        home.file('.git-credentials', b'https://me:tok@ex.com%3a8443\nhttps://me:tok@ex.com\n')
        answer = home.fill(HOST)
        assert (answer.get(b'password') == b'tok') == usable
        if usable and version >= (2, 40):
            assert answer[b'password_expiry_utc'] == b'%d' % expires
        assert home.fill('https://ex.com')[b'password'] == b'tok'
        assert b'password_expiry_utc' not in home.fill('https://ex.com')


def test_G19_a_later_expiry_replaces_the_earlier_and_the_plain_store_both():
    config = GitConfig(b'', 'x')
    config.ensure_only_helper(HOST, reader_helper(None, 4000000000))
    assert config.ensure_only_helper(HOST, reader_helper(None, 4000000001))
    assert config.content.count(b'helper = "!f()') == 1
    assert not config.ensure_only_helper(HOST, reader_helper(None, 4000000001))
    assert config.drop_reader(HOST)
    assert config.ensure_helper(HOST, store_helper())
    assert config.content == b'[credential "https://ex.com:8443"]\n\thelper = store\n'


def test_includes_are_counted():
    assert (
        GitConfig(
            b'[include]\n\tpath = a\n[includeIf "gitdir:x"]\n\tpath = b\n[user]\n\tpath = c\n', 'x'
        ).includes
        == 2
    )


def test_a_broken_file_is_named_with_its_line_and_without_its_text():
    with pytest.raises(FileProblem) as caught:
        GitConfig(b'[http]\n\textraHeader = "s3cret\n', '/home/me/.gitconfig')
    assert str(caught.value).startswith('Line 2 of /home/me/.gitconfig')
    assert 's3cret' not in str(caught.value)
