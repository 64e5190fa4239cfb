# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may pass as a secret, and how it is kept out of sight."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import typing as t
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape, unescape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils import _redaction as secret_text
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
    derived_forms,
    doubts,
    fingerprint,
    in_shape,
    known,
    outgoing,
    register,
    register_parameters,
    sanitize,
)


@pytest.mark.parametrize(
    ('value', 'sentence'),
    [
        (None, 'password must be a string, but it is of type NoneType. Quote it.'),
        (12345, 'of type int'),
        (True, 'of type bool'),
        (1.5, 'of type float'),
        (['a'], 'of type list. Quote it. In a template, ansible-core 2.18'),
        ({'a': 'b'}, '"{{ name | string }}"'),
        (b'bytes', 'of type bytes'),
        ('', 'password is empty. Give it a value, or leave the option out.'),
        ('   ', 'is empty'),
        ('\t\n', 'is empty'),
    ],
)
def test_I1_what_is_no_text(value, sentence):
    with pytest.raises(BadInput) as caught:
        check_secret('password', value)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    'value',
    [
        'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER',
        ' VALUE_SPECIFIED_IN_NO_LOG_PARAMETER ',
        '$REDACTED$',
        '$encrypted$',
        'CENSORED',
        '#~NXRM~PLACEHOLDER~PASSWORD~#',
        '#~NEXUS~PLACEHOLDER~PASSWORD~#',
        '|$|N|E|X|U|S|$|',
    ],
)
def test_I2_placeholders(value):
    with pytest.raises(
        BadInput,
        match='^password is a placeholder that stands for a hidden secret, not the secret itself',
    ):
        check_secret('password', value)


def test_I2_words_of_a_placeholder_are_shown():
    register('$encrypted$', ' CENSORED ')
    assert sanitize('a censored, encrypted value') == 'a censored, encrypted value'


def test_I3_a_vaulted_value_that_nobody_decrypted():
    with pytest.raises(BadInput, match='^password is still encrypted with Ansible Vault'):
        check_secret('password', '$ANSIBLE_VAULT;1.1;AES256\n6162')


def test_I4_what_was_left_out_is_no_secret():
    with pytest.raises(BadInput, match='^password was left out with omit'):
        check_secret('password', '__omit_place_holder__a1b2c3')


@pytest.mark.parametrize(
    ('value', 'warned'),
    [
        ('********', 'password contains asterisks as they stand for hidden secrets'),
        ('*', 'password contains asterisks'),
        (' ***', 'password contains asterisks'),
        ('prefix-********', 'password contains asterisks'),
        ('{{ vault_password }}', 'password begins with "{{"'),
        ('  {{x}}', 'password begins with "{{"'),
        ('a*b**c***', None),
        ('x{{y}}', None),
        ('12345', None),
        ('yes', None),
        ('null', None),
        ('[1]', None),
        (None, None),
    ],
)
def test_I2_I4_what_can_be_a_secret_or_a_mistake_is_used_with_a_warning(value, warned):
    if value is not None:
        assert check_secret('password', value) == value
    found = doubts({'password': value})
    assert [sentence.startswith(warned) for sentence in found] == ([True] if warned else [])


@pytest.mark.parametrize(
    ('value', 'code'),
    [
        ('a\nb', 'U+000A'),
        ('secret\n', 'U+000A'),
        ('a\rb', 'U+000D'),
        ('a\x00b', 'U+0000'),
        ('a\x1bb', 'U+001B'),
        ('a\x7fb', 'U+007F'),
        ('a\u2028b', 'U+2028'),
        ('a\ud800b', 'U+D800'),
        ('a\tb', 'U+0009'),
    ],
)
def test_T15_control_characters(value, code):
    with pytest.raises(BadInput) as caught:
        check_secret('password', value)
    assert str(caught.value).startswith('password contains a control character (%s)' % code)


@pytest.mark.parametrize(
    'value',
    [
        'hunter2',
        'pä:ss wörd+/%&',
        ' outer blanks ',
        'a{{b',
        '{DESede}',
        '*a*',
        'x' * 10_000,
        '🗝',
        'true',
        '0',
        'password: x',
    ],
)
def test_what_may_be_a_secret_comes_back_as_it_is(value):
    assert check_secret('password', value) == value


def test_tags_of_ansible_core_are_taken_off():
    class Tagged(str):
        pass

    assert check_secret('password', Tagged('secret')).__class__ is str


@given(st.text())
def test_a_secret_is_never_part_of_the_sentence(value):
    try:
        assert check_secret('password', value) == value
        assert control_character_in(value) is None
    except BadInput as problem:
        assert len(value.strip()) < 8 or value not in str(problem)


@given(st.text(st.characters(exclude_categories=['Cs']), min_size=1))
def test_derived_forms_are_what_others_write(secret):
    forms = derived_forms(secret)
    assert forms[0] == secret
    for form in (
        quote(secret, safe=''),
        escape(secret, {'"': '&quot;'}),
        base64.b64encode(secret.encode()).decode(),
    ):
        assert form in forms
    assert all(
        secret in (form, unquote(form), unescape(form, {'&quot;': '"'}))
        or base64.b64decode(form).decode() == secret
        for form in forms
    )


def test_I5_I6_short_values_are_not_registered(monkeypatch):
    reported = []
    monkeypatch.setattr(secret_text, '_register', reported.extend)
    register('true', '1234567', None, '')
    assert reported == []
    register('12345678', None)
    assert reported == derived_forms('12345678')


def test_register_does_nothing_where_there_is_no_registry(monkeypatch):
    monkeypatch.setattr(secret_text, '_register', None)
    register('a-long-enough-secret')


@given(st.text())
def test_fingerprints_are_the_first_digits_of_sha_256(secret):
    assert (
        fingerprint(secret)
        == hashlib.sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()[:12]
    )


@pytest.mark.parametrize('secret', ['pw', 'abc', 'password', 'Token', 'user name', 'nexus'])
def test_S9_short_and_common_secrets_leave_our_sentences_readable(secret):
    register(secret)
    sentence = 'abc.example.com does not accept the user name and password. Check the token, Nexus.'
    assert str(BadInput(sentence)) == sentence
    assert sanitize('it was %s!' % secret) == 'it was ***!'


def test_S9_a_short_secret_is_hidden_as_a_word_and_not_within_others():
    register('rate')
    assert str(BadInput('separate rate: RATE, r a t e')) == 'separate ***: ***, r a t e'


def test_S9_parts_of_eight_characters_are_hidden_and_shorter_ones_are_not():
    register('0123456789abcdef')
    assert sanitize('it ends with 89abcdef') == 'it ends with ***'
    assert sanitize('it ends with 9abcdef') == 'it ends with 9abcdef'


@pytest.mark.parametrize(
    ('shape', 'good', 'bad'),
    [
        ('media type', 'application/json', 'text/my secret'),
        ('error code', 'invalid_grant', 'the password'),
        ('version', '3.71.0-06', '3.71 (really)'),
        ('edition', 'PRO', 'PRO 3'),
        ('scope', 'read write', 'read "all"'),
    ],
)
def test_S9_words_of_a_known_shape_are_shown_in_that_shape_only(shape, good, bad):
    assert in_shape(shape, good) == good
    assert in_shape(shape, bad) == '' == in_shape(shape, None)
    register(good)
    assert in_shape(shape, good) == ''


def test_S9_what_is_declared_to_contain_secrets_stays_whole():
    register('a-secret-of-this-run')
    result = {
        'token': {'password': 'a-secret-of-this-run'},
        'diff': ['a-secret-of-this-run'],
        'n': 1,
    }
    assert outgoing(result, ('token',)) == {**result, 'diff': ['***']}


def test_S9_secret_options_of_a_module_are_known_entries_included():
    spec = {
        'password': {'no_log': True},
        'entries': {'options': {'secret': {'no_log': True}, 'name': {}}},
        'headers': {'no_log': True},
    }
    given = {
        'password': 'the-first-secret',
        'entries': [{'secret': 'the-second-secret', 'name': 'shown-name'}],
        'headers': {'X-Key': 'the-third-secret'},
    }
    register_parameters(spec, given)
    assert known() == {'the-first-secret', 'the-second-secret', 'the-third-secret'}


@pytest.mark.parametrize(
    'text',
    ['\x1b[31mred', '\x1b]0;title\x07red', '\x9b31mred', '\u202ered', 'r\u200bed', '\x7fred'],
)
def test_S11_nothing_that_a_terminal_interprets_gets_out(text):
    for shown in (sanitize(text), str(BadInput(text)), outgoing([text])[0]):
        assert shown.replace(' ', '') == 'red'
    assert outgoing('two\nlines\tand more') == 'two\nlines\tand more'


def test_S9_of_a_long_text_the_beginning_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_text, 'LONGEST_OUTGOING', 20)
    secret_text.register('very-s3cret')
    shown = secret_text.outgoing({'diff': 'before very-s3cret' + 'x' * 100})
    assert shown == {'diff': 'before ***xx… (98 more characters are not shown)'}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _each(form: str) -> t.Callable[[str], str]:
    return lambda secret: ''.join(form % ord(character) for character in secret)


# Less common forms, from libraries, shells, style sheets, other encodings, and people who quote
WRITTEN: dict[str, t.Callable[[str], str]] = {
    'base64 of UTF-16': lambda secret: _base64(('ci:' + secret).encode('utf-16')),
    'base64 of UTF-16, big-endian': lambda secret: _base64(secret.encode('utf-16-be')),
    'base64 of a form': lambda secret: _base64(('a=1&b=' + quote(secret, safe='')).encode()),
    'base64 of XML': lambda secret: _base64(('<b>%s</b>' % escape(secret)).encode()),
    'base64 of base64': lambda secret: _base64(_base64(secret.encode()).encode()),
    'base64 of base64 in a form': lambda secret: _base64(b'x=' + _base64(secret.encode()).encode()),
    'lower quoted-printable': _each('=%02x'),
    'decimal entities': _each('&#%07d;'),
    'hexadecimal entities': _each('&#x%06X;'),
    'folded quoted-printable': '=\r\n'.join,
    'base64 in lines': lambda secret: re.sub('(....)', r'\1\r\n ', _base64(secret.encode())),
    'URL, twice': lambda secret: quote(''.join('%%%02x' % each for each in secret.encode())),
    'JSON in JSON': lambda secret: json.dumps(json.dumps(_each('\\u%04x')(secret))),
    'links of terminals': '\x1b]8;;http://x\x1b\\'.join,
    'marks of direction': '\u202e\u2066\x9b1m'.join,
    'base64 in groups': lambda secret: re.sub('(....)', r'\1:', _base64(secret.encode())),
    'UTF-16': lambda secret: secret.encode('utf-16-le').decode('latin-1'),
    'hexadecimal UTF-16': lambda secret: secret.encode('utf-16-be').hex(),
    'hexadecimal with colons': lambda secret: secret.encode().hex(':').upper(),
    'hexadecimal numbers': lambda secret: ', '.join('0x%02x' % each for each in secret.encode()),
    'numbers': lambda secret: str(list(secret.encode())),
    'octal': _each('\\%03o'),
    'quoted-printable': _each('=%02X'),
    'old JavaScript': _each('%%u%04x'),
    'new JavaScript': _each('\\u{%x}'),
    'Perl': _each('\\x{%x}'),
    'Python': _each('\\U%08x'),
    'a style sheet': _each('\\%06x '),
    'code points': _each('U+%04X '),
    'names of spreadsheets': _each('_x%04X_'),
    'full width': lambda secret: ''.join(chr(ord(each) + 0xFEE0) for each in secret),
    'underlined': '\u0332'.join,
    'dots': '.'.join,
    'dashes': '-'.join,
    'list': lambda secret: str(list(secret)),
    'parts that are joined': '" + "'.join,
    'a mark in the middle': lambda secret: re.sub('(.{7})', r'\1*', secret),
    'elements': lambda secret: ''.join('<b class="x">%s</b>' % each for each in secret),
    'comments': '<!-- -->'.join,
    'CDATA sections': ']]><![CDATA['.join,
}


@pytest.mark.parametrize('form', WRITTEN)
@pytest.mark.parametrize('secret', ['p3rson/+=&<"%-passw0rd', 'hG7wKq2Lm9ZtRb4Xv1'])
def test_S9_forms_that_few_servers_write(secret: str, form: str) -> None:
    secret_text.register(secret)
    written = WRITTEN[form](secret)
    for shown in (
        secret_text.sanitize('the word %s is wrong' % written, limit=2000),
        secret_text.outgoing('the word %s is wrong' % written),
    ):
        middle = shown[len('the word ') : -len(' is wrong')]
        assert shown == 'the word %s is wrong' % middle
        assert len(re.sub('[^0-9A-Za-z]', '', middle)) <= 8 + len(written) / 10, shown


@pytest.mark.parametrize(
    'text',
    [
        'https://nexus.example.com/service/rest/v1/status answered 404 (Not Found)',
        'maxConnections=100 timeout=20 ratio=0x1F, 2026-12-01T01:07:55.123456Z',
        '<settings><server><id>a</id></server></settings>',
        'u+2028 _x0041_ \\u{41} \\123 =41 %u0041',
        'e77c1c2b-0f3c-4d9c-8a8e-2f3d7b6c5a41',
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    secret_text.register('p3rson/+=&<"%-passw0rd', 'hG7wKq2Lm9ZtRb4Xv1', 'nos-t0ken-' + 'x' * 300)
    assert secret_text.outgoing(text) == text


def test_each_secret_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared: list[str] = []
    prepare = secret_text.Needles._add
    monkeypatch.setattr(
        secret_text.Needles,
        '_add',
        lambda self, secret: prepared.append(secret) or prepare(self, secret),
    )
    secrets = ['s3cret-of-source-%02d' % number for number in range(20)]
    for secret in secrets:
        secret_text.register(secret)
        assert outgoing('the word %s' % secret) == 'the word ***'
        for _time in range(2):  # one that is not registered
            assert sanitize('the other-w0rd-%s' % secret, 'other-w0rd-' + secret) == 'the ***'
    assert prepared.count(secrets[0]) == 1
    assert len(prepared) == 2 * len(secrets)


@given(st.text(max_size=300) | st.none() | st.integers())
def test_a_servers_own_words_are_one_short_harmless_line(text):
    words = sanitize(text)
    assert len(words) <= 200
    assert words.isprintable() or all(
        character.isprintable() or character.isspace() or ord(character) > 0xA0
        for character in words
    )
    assert '\n' not in words and '\x1b' not in words


@given(
    st.text(min_size=1, max_size=20).filter(
        lambda text: text.strip() == text and '*' not in text and text.isprintable()
    )
)
def test_a_servers_own_words_contain_no_secret_of_ours(secret):
    assert (
        secret
        not in sanitize('before %s  after' % secret, secret)
        .replace('before ', '')
        .replace(' after', '')
        or secret in 'before after'
    )


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('javax.ws.rs.WebApplicationException', ''),
        ('java.lang.NullPointerException: null', 'null'),
        (
            'java.lang.RuntimeException: org.apache.http.conn.HttpHostConnectException: Connect '
            'to x failed: Connection refused',
            'Connect to x failed: Connection refused',
        ),
        (
            'com.sun.jersey.api.ParamException$PathParamException: '
            'java.lang.IllegalArgumentException: No such type',
            'No such type',
        ),
        ('nexus.example.com: Error', 'nexus.example.com: Error'),
        ('The org.example.Repository is not there', 'The org.example.Repository is not there'),
    ],
)
def test_a_servers_own_words_contain_no_java_exception(text, words):
    assert sanitize(text) == words


def test_blanks_do_not_hide_a_secret_of_ours():
    assert (
        sanitize('bad secret open  sesame\tnow', 'open  sesame\tnow')
        == sanitize('bad  secret open sesame now', 'open  sesame\tnow')
        == 'bad secret ***'
    )


@given(
    st.integers(0, 4),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=40),
    st.integers(0, 4),
)
def test_O5_a_servers_own_words_contain_no_secret_of_ours_in_base64(before, secret, behind):
    assume(not set(re.findall('[a-z_]+', secret.lower())) <= secret_text._OWN_WORDS)
    words = sanitize(
        'you sent '
        + base64.b64encode(b'\xfe' * before + secret.encode() + b'\xfe' * behind).decode(),
        secret,
    )
    for skipped in range(3):  # whatever part of it somebody decodes
        text = re.sub('[*=…]', 'A', words.partition('sent ')[2])[skipped:]
        assert secret.encode()[4:-4] not in base64.b64decode(text[: len(text) // 4 * 4])
    assert '***' in words
