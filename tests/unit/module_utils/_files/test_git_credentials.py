# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The editor of git's credential store, with the real git as the judge of every line."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    Wanted,
    line_of,
    parse_line,
    parse_url,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credentials import edit

pytestmark = pytest.mark.needs_client('git')
ODD = 'a/b:c@d%e#f?g&h i\u00e9+"\'=\U0001f600'


def git(*arguments, given=b'', home=None):
    """Run git without any configuration but that of a scratch home; answers with its standard
    output.
    """
    environment = {
        'PATH': os.environ['PATH'],
        'HOME': str(home or '/nonexistent'),
        'GIT_CONFIG_NOSYSTEM': '1',
        'GIT_TERMINAL_PROMPT': '0',
        'LC_ALL': 'C',
    }
    return subprocess.run(
        ['git', *arguments], input=given, capture_output=True, env=environment, cwd='/', check=False
    ).stdout


def ask(protocol='https', host='ex.com', path=None, username=None):
    fields = (('protocol', protocol), ('host', host), ('path', path), ('username', username))
    return (
        b''.join(
            b'%s=%s\n' % (name.encode(), value.encode())
            for name, value in fields
            if value is not None
        )
        + b'\n'
    )


class Store:
    """A credential store on disk and what git finds in it."""

    def __init__(self, content=b''):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, 'store')
        with open(self.path, 'wb') as stream:
            stream.write(content)

    def get(self, **question):
        """(user name, password) that git finds, or None."""
        answer = git('credential-store', '--file', self.path, 'get', given=ask(**question))
        pairs = dict(line.split(b'=', 1) for line in answer.splitlines())
        return (pairs[b'username'].decode(), pairs[b'password'].decode()) if pairs else None

    def approve(self, username, password, **place):
        git(
            'credential-store',
            '--file',
            self.path,
            'store',
            given=ask(username=username, **place)[:-1] + b'password=%s\n\n' % password.encode(),
        )

    @property
    def content(self):
        with open(self.path, 'rb') as stream:
            return stream.read()


def wanted(url='https://ex.com', username='me', password='new', **more):
    return Wanted(parse_url(url), username, password, **more)


def absent(url='https://ex.com', username=None):
    return Wanted(parse_url(url), username, present=False)


def edited(content, *entries, **options):
    """Edit, and see that a second edit of the result changes nothing."""
    result = edit(content, list(entries), **options)
    again = edit(result.content, list(entries), **options)
    assert again.content == result.content
    assert again.changes == [[] for entry in entries]
    return result


texts = st.text(
    st.characters(
        min_codepoint=32, exclude_categories=('Cs',), exclude_characters='\x7f\u2028\u2029'
    ),
    min_size=1,
    max_size=40,
)
paths = st.lists(
    st.text('abc -._~!:@%+?#\u00e9', min_size=1, max_size=8), min_size=1, max_size=3
).map('/'.join)
hosts = st.sampled_from(
    ['ex.com', 'ex.com:8443', '[::1]', '[::1]:8443', '10.0.0.1:80', 'a-b.c_d.org']
)


@settings(deadline=None, max_examples=60)
@given(texts, texts, hosts, st.none() | paths)
def test_G1_G2_G3_G7_T16_git_finds_exactly_what_was_written(username, password, host, path):
    url = parse_url('https://' + host)._replace(path=path or '')
    store = Store(edited(b'', Wanted(url, username, password)).content)
    assert store.get(host=host, path=path) == (username, password)
    assert store.get(host=host, path=path, username=username) == (username, password)


@settings(deadline=None, max_examples=40)
@given(
    texts,
    texts,
    hosts,
    st.none()
    | st.text('abc -._~!@+?#\u00e9', min_size=1, max_size=20).filter(lambda path: path.strip('/')),
)
def test_G1_our_line_is_the_one_that_git_writes(username, password, host, path):
    store = Store()
    store.approve(username, password, host=host, path=path)
    entry = Wanted(parse_url('https://' + host)._replace(path=path or ''), username, password)
    assert line_of(entry) == store.content
    assert edit(store.content, [entry]).changes == [[]]


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_T16_a_store_that_git_wrote_keeps_every_entry_of_others(data):
    people = data.draw(
        st.lists(
            st.tuples(st.sampled_from(['a', 'b', 'c']), hosts), min_size=1, max_size=5, unique=True
        )
    )
    store = Store()
    for username, host in people:
        store.approve(username, 'old', host=host)
    username, host = data.draw(st.sampled_from(people))
    store = Store(edited(store.content, wanted('https://' + host, username)).content)
    for other, place in people:
        assert store.get(host=place, username=other) == (
            other,
            'new' if (other, place) == (username, host) else 'old',
        )
    assert store.get(host=host) == (username, 'new')


lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b'https://me:old@ex.com',
                b'https://me:new@ex.com',
                b'https://you:p@ex.com',
                b'https://me:old@EX.com',
                b'https://me:old@ex.com/a/b',
                b'https://you:p@ex.com/a/b',
                b'https://me:old@ex.com\r',
                b'https://you:p@ex.com\r',
                b'http://me:old@ex.com',
                b'# note',
                b'',
                b'\xff\xfe\x00',
                b'https://u%0aser:p@ex.com',
                b'https://me@ex.com',
                b'https://:@ex.com',
                b'\xef\xbb\xbfhttps://you:p@ex.com',
                b'https://you:p@ex.com\x00z',
            ]
        ),
        st.binary(max_size=30).map(lambda line: line.replace(b'\n', b'')),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=80)
@given(lines, st.booleans(), st.booleans(), st.booleans())
def test_G5_G6_G10_G11_G12_ours_is_found_and_others_are_untouched(
    others, newline, with_path, exclusive
):
    content = b'\n'.join(others) + (b'\n' if newline else b'')
    entries = [wanted(exclusive=exclusive)] + (
        [wanted('https://ex.com/a/b', 'me', 'scoped')] if with_path else []
    )
    result = edited(content, *entries)
    store = Store(result.content)
    assert store.get() == ('me', 'new')
    assert store.get(username='me') == ('me', 'new')
    if with_path:
        assert store.get(path='a/b') == ('me', 'scoped')

    def foreign(text):
        return [line for line in text.split(b'\n') if line and b'://me:' not in line.lower()]

    def spared(
        line,
    ):
        # An entry of another user for the host itself goes, also one whose CR hides it from git
        return (
            not exclusive
            or Store(line.rstrip(b'\r').replace(b'\xef\xbb\xbf', b'')).get() is None
            or Store(line).get(path='a/b')
        )

    assert foreign(result.content) == [line for line in foreign(content) if spared(line)]
    assert (result.content + b'\n').count(b'://me:new@ex.com\n') == 1


@settings(deadline=None, max_examples=40)
@given(lines, st.booleans())
def test_absent_leaves_no_line_that_git_would_find(others, newline):
    content = b'\n'.join(others) + (b'\n' if newline else b'')
    result = edited(content, absent(username='me'))
    gone = [line for line in content.split(b'\n') if line not in result.content.split(b'\n')]
    assert all(
        b'://me:' in line.replace(b'EX', b'ex') and not line.endswith(b'/a/b') for line in gone
    )
    assert (
        Store(result.content.replace(b'/a/b', b'')).get(username='me') is None
        or b'/a/b' in result.content
    )
    assert bool(result.changes[0]) == (result.content != content)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [
                'https',
                'https://',
                ':',
                '//',
                '://',
                '@',
                '/',
                '?',
                '#',
                'u',
                'p:',
                '@ex.com',
                'ex.com',
                '%3a',
                '%40',
                '%0a',
                '%00',
                '%zz',
                '%',
                'https://u:p@',
                'a b',
                '\0',
                '\r',
            ]
        ),
        max_size=9,
    ).map(''.join)
)
def test_T16_a_line_is_read_as_git_reads_it(line):
    found = parse_line(line.encode())
    store = Store(line.encode() + b'\n')
    if found is None:
        assert store.get() is None
    elif not any(b'\r' in part for part in found):  # git's protocol cannot ask for it
        host, path = found.host.decode(), found.path.decode()
        assert store.get(protocol=found.protocol.decode(), host=host, path=path or None) == (
            found.username.decode(),
            found.password.decode(),
        )
        assert (
            not path or store.get(protocol=found.protocol.decode(), host=host, path='other') is None
        )


def test_T19_a_huge_line_costs_no_more_than_its_length():
    started = time.process_time()
    for line in (
        b'a:' * 2000000,
        b'https://' + b'u:' * 2000000,
        b'https://u:' + b'p%41' * 1000000,
        b'/' * 4000000,
        b':' * 4000000,
        b'://' * 1000000,
    ):
        parse_line(line)
    assert time.process_time() - started < 5


def test_G5_ours_comes_before_another_user_of_the_host():
    content = b'# first\nhttps://you:p@ex.com\nhttps://me:new@ex.com\n'
    assert Store(content).get() == ('you', 'p')
    result = edited(content, wanted())
    assert result.changes == [['order']]
    assert result.content == b'https://me:new@ex.com\n# first\nhttps://you:p@ex.com\n'


def test_G5_the_order_of_the_wanted_ones_counts():
    content = b'https://b:2@ex.com\nhttps://x:y@other.com\nhttps://a:1@ex.com\n'
    result = edited(content, wanted(username='a', password='1'), wanted(username='b', password='2'))
    assert result.content == b'https://a:1@ex.com\nhttps://b:2@ex.com\nhttps://x:y@other.com\n'


def test_G6_one_of_three_duplicates_is_left_where_it_was():
    content = (
        b'https://x:y@other.com\nhttps://me:old@ex.com\nhttps://me:older@ex.com\n# end\n'
        b'https://me:new@ex.com'
    )
    result = edited(content, wanted())
    assert result.content == b'https://x:y@other.com\nhttps://me:new@ex.com\n# end\n'
    assert result.changes == [['password', 'duplicates']]


def test_G3_a_port_is_read_encoded_and_bare():
    for line in (b'https://me:new@ex.com%3a8443\n', b'https://me:new@ex.com:8443\n'):
        assert Store(line).get(host='ex.com:8443') == ('me', 'new')
        assert edited(line, wanted('https://ex.com:8443')).content == line
        assert edited(line, wanted('https://ex.com')).changes == [['entry']]


def test_G4_a_host_in_capitals_is_another_host_for_git_and_stays():
    line = b'https://me:new@EX.com\n'
    assert Store(line).get() is None and Store(line).get(host='EX.com') == ('me', 'new')
    assert edited(line, wanted('HTTPS://EX.com')).content == line
    assert edited(line, wanted()).content == b'https://me:new@ex.com\n' + line
    assert (
        edited(line, absent()).content == b''
    )  # a removal is for the server however it is written


def test_G10_a_line_with_a_path_and_crlf_is_read_by_git_and_comes_behind():
    rival = b'https://you:p@ex.com/a\r\n'
    assert Store(rival).get() == ('you', 'p')
    store = Store(edited(rival + b'https://me:new@ex.com\n', wanted()).content)
    assert store.get() == ('me', 'new')


def test_G11_a_byte_order_mark_hides_a_line_from_git_until_it_is_gone():
    content = b'\xef\xbb\xbfhttps://me:old@ex.com'
    assert Store(content).get() is None
    result = edited(content, wanted())
    assert result.content == b'https://me:new@ex.com\n'
    assert result.changes == [['byte_order_mark', 'password']]


def test_absent_removes_a_line_written_by_hand_with_a_bare_at_sign():
    content = b'https://me:p@ss@ex.com\nhttps://me:p@ss@other.com/ex.com\n'
    assert Store(content).get() is None
    result = edited(content, absent())
    assert result.content == b'https://me:p@ss@other.com/ex.com\n'


def test_absent_names_the_lines_that_it_cannot_read():
    content = b'# old: me s3cret @ ex.com\nhttps://tok3n@ex.com\nmyex.com\nhttps://a:b@ex.com/a\n'
    result = edited(content, absent())
    assert result.content == content
    assert result.unread_lines == [1, 2]
    assert edited(content, wanted()).unread_lines == []


def test_G7_a_path_entry_does_not_become_the_answer_for_the_host():
    for content in (
        b'https://you:p@ex.com\n',
        b'https://you:p@ex.com',
    ):  # G12: with and without a line feed at the end
        store = Store(edited(content, wanted('https://ex.com/team/project.git')).content)
        assert store.get() == ('you', 'p')
        assert store.get(path='team/project.git') == ('me', 'new')


def test_G7_a_path_entry_comes_before_others_of_its_path():
    content = b'https://you:p@ex.com/a\nhttps://x:y@ex.com\n'
    store = Store(edited(content, wanted('https://ex.com/a/')).content)
    assert store.get(path='a') == ('me', 'new')
    assert store.get(username='x') == ('x', 'y')


def test_G7_one_user_may_have_a_host_entry_and_path_entries():
    store = Store(
        edited(
            b'',
            wanted(),
            wanted('https://ex.com/a', password='for a'),
            wanted('https://ex.com/b', password='for b'),
        ).content
    )
    assert (store.get(), store.get(path='a'), store.get(path='b')) == (
        ('me', 'new'),
        ('me', 'for a'),
        ('me', 'for b'),
    )


@pytest.mark.parametrize(
    'url',
    [
        'https://ex.com/a%0ab',
        'https://ex.com/a%0db',
        'https://ex.com/a%00%0a',
        'https://ex.com\n',
        'https://ex.com/\rx',
        'https://ex\n.com',
        'https://ex.com%0a',
        'https://ex.com/\x00',
        'https://ex.com/\ud800',
        'https://ex.com/%ff',
    ],
)
def test_G8_T15_control_characters_are_refused(url):
    with pytest.raises(BadInput):
        parse_url(url)


@pytest.mark.parametrize(
    'url',
    [
        'https:///x',
        '//ex.com',
        'ex.com',
        'https://',
        'https://:8443',
        'https:ex.com',
        '',
        None,
        '://ex.com',
        'https://@ex.com',
    ],
)
def test_G9_a_missing_scheme_or_host_is_refused(url):
    with pytest.raises(BadInput):
        parse_url(url)


@pytest.mark.parametrize(
    'url',
    [
        'file:///x',
        'ssh://git@ex.com/x',
        'git@ex.com:x',
        'ftp://ex.com',
        'git://ex.com',
        'http://ex.com',
        'https://me:s3cret@ex.com',
        'https://ex.com/a?token=s3cret',
        'https://ex.com/#s3cret',
        'https://ex.com:0',
        'https://ex.com:65536',
        'https://ex.com:8x',
        'https://ex.com.',
        'https://ex..com',
        'https://\u0435x.com',
        'https://ex.com:\uff18',
        'https://ex%2ecom',
        'https://[::1',
        'https://ex com',
    ],
)
def test_G16_I7_I8_I13_other_urls_are_refused_without_repeating_them(url):
    with pytest.raises(BadInput) as caught:
        parse_url(url)
    assert 's3cret' not in str(caught.value)


def test_G16_http_to_another_machine_needs_the_flag():
    assert str(parse_url('http://ex.com', allow_http=True)) == 'http://ex.com'
    for url in ('http://ex.com', 'http://127.0.0.1.ex.com', 'http://[2001:db8::1]:80/a'):
        with pytest.raises(BadInput, match='allow_http'):
            parse_url(url)


@pytest.mark.parametrize('host', ['127.0.0.1', 'localhost:8080', '[::1]:80', '127.1.2.3:1'])
def test_G16_http_to_this_machine_does_not(host):
    assert str(parse_url('http://%s/a' % host)) == 'http://%s/a' % host


def test_G10_lines_that_end_in_crlf_are_counted_and_repaired_on_request():
    content = b'https://you:p@ex.com\r\nhttps://me:old@ex.com\r\n'
    assert Store(content).get() is None
    result = edited(content, wanted())
    assert result.content == b'https://you:p@ex.com\r\nhttps://me:new@ex.com\n'
    assert result.ignored_lines == 1
    assert result.changes == [['line_end', 'password']]
    repaired = edited(content, wanted(), fix_line_endings=True)
    assert repaired.ignored_lines == 0
    assert Store(repaired.content).get(username='you') == ('you', 'p')
    assert Store(repaired.content).get() == ('me', 'new')


def test_exclusive_removes_the_old_token_of_another_name_code():
    content = (
        b'https://oldcode:dead@ex.com\nhttps://oldcode:p@ex.com/a\nhttps://oldcode:p@other.com\n'
    )
    result = edited(content, wanted(exclusive=True))
    assert result.changes == [['other_users', 'entry']]
    assert (
        result.content
        == b'https://me:new@ex.com\nhttps://oldcode:p@ex.com/a\nhttps://oldcode:p@other.com\n'
    )


def test_absent_without_a_user_removes_all_users_of_exactly_that_url():
    content = (
        b'https://a:1@ex.com\nhttps://b:2@ex.com\nhttps://b:2@ex.com/path\nhttp://a:1@ex.com\n'
    )
    result = edited(content, absent())
    assert result.content == b'https://b:2@ex.com/path\nhttp://a:1@ex.com\n'
    assert result.changes == [['entry']]


def test_absent_makes_no_file():
    assert edited(None, absent()).content is None
    assert edited(b'', absent()).content == b''


def test_contradictions_are_refused():
    for pair in (
        (wanted(), wanted(password='other')),
        (wanted(), absent(username='me')),
        (absent(), absent('https://EX.com')),
    ):
        with pytest.raises(BadInput, match='same user'):
            edit(b'', list(pair))


def test_G18_a_line_longer_than_git_passes_on_is_refused():
    with pytest.raises(BadInput, match='longer') as caught:
        edit(b'', [wanted(password='x' * 65536)])
    assert 'xxx' not in str(caught.value)


def test_G1_the_odd_one():
    store = Store(edited(b'', wanted(username=ODD, password=ODD)).content)
    assert store.get() == (ODD, ODD)
