# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of settings.xml, read by Maven's own reader, and compared byte by byte outside."""

from __future__ import annotations

import codecs
import gc
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_server import (
    Server as Wanted,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_settings import (
    Crypt,
    credentials,
    edit,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import MASKS
from tests.oracles.maven import Server, SettingsReader

pytestmark = pytest.mark.needs_client('mvn', 'javac')
CANARY = 'c4n4ry/+=&<"%>\'c4n4ry'


@pytest.fixture(scope='module')
def maven(tmp_path_factory):
    """A function: what Maven reads in these bytes."""
    path = tmp_path_factory.mktemp('maven') / 'settings.xml'
    with SettingsReader() as reader:

        def read(content):
            path.write_bytes(content)
            return reader.read(path)

        yield read


def apply(content, *entries, **options):
    """Edit, and make sure that a second edit finds nothing to do."""
    wanted = [Wanted.from_options(entry) for entry in entries]
    result = edit(content, wanted, **options)
    again = edit(result.content, wanted, **options)
    assert again.content is result.content and [change['changed'] for change in again.changes] == [
        [] for entry in entries
    ]
    return result


def document(
    servers,
    before='',
    after='',
    declaration='<?xml version="1.0" encoding="UTF-8"?>\n',
    attributes='',
):
    return (
        '%s<settings%s>%s\n  <servers>%s\n  </servers>%s\n</settings>\n'
        % (declaration, attributes, before, servers, after)
    ).encode()


COMPANY = {'id': 'company', 'username': 'jdoe', 'password': CANARY}
OLD = (
    '\n    <server>\n      <id>company</id>\n      <username>jdoe</username>\n'
    '      <password>old</password>\n    </server>'
)


# ---- properties

ids = strategies.sampled_from(
    ['company', 'studio', 'a b', 'n\u00e4he', 'x.y-z_1', 'lt&amp', 'server', 'id']
)
nasty = strategies.sampled_from(
    [
        '${',
        '}',
        '{',
        '${env.HOME}',
        ' ',
        '\n',
        '\r',
        '\t',
        ']]>',
        '<![CDATA[',
        '-->',
        '&amp;',
        '&',
        '<',
        '>',
        '"',
        "'",
        '$$',
        '\\',
        '\ufffe',
        '\uffff',
        '\ud800',
        '\x00',
        '\x85',
        '\u2028',
        '\ufeff',
        '\U0001f600',
        '\xa0',
        '&#10;',
        '%',
        '\x7f',
        '*',
    ]
)
values = strategies.lists(nasty | strategies.text(max_size=5), max_size=5).map(
    ''.join
) | strategies.text(
    strategies.characters(min_codepoint=33, max_codepoint=0x2FFF), min_size=1, max_size=12
)
safe = strategies.text(
    strategies.characters(
        max_codepoint=0x2FFF, exclude_characters='{}$*', exclude_categories=['Z', 'C']
    ),
    min_size=1,
    max_size=12,
).filter(lambda text: text not in MASKS)


def as_xml(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


@strategies.composite
def element_texts(draw):
    """The inside of a text element, in one of the ways in which XML can say it."""
    text = draw(safe)
    return draw(
        strategies.sampled_from(
            [
                as_xml(text),
                ' \n ' + as_xml(text) + '\t',
                ''.join('&#%d;' % ord(character) for character in text),
                '<![CDATA[%s]]>' % text.replace(']', '['),
                as_xml(text[:1]) + '<!-- <password>no</password> -->' + as_xml(text[1:]),
                as_xml(text) + '<?pi <server>?>',
            ]
        )
    )


@strategies.composite
def files(draw):
    """A settings file as segments: (text, id of the server or None), with its encoding."""
    end = draw(strategies.sampled_from(['\n', '\r\n', '\n\n', '']))
    tab = draw(strategies.sampled_from(['  ', '\t', '    ', ''])) if end else ''
    encoding, mark, declaration = draw(
        strategies.sampled_from(
            [
                ('utf-8', b'', ''),
                ('utf-8', b'', '<?xml version="1.0" encoding="UTF-8"?>'),
                ('utf-8', codecs.BOM_UTF8, "<?xml version='1.0' encoding='utf-8' ?>"),
                ('utf-16-le', codecs.BOM_UTF16_LE, '<?xml version="1.0" encoding="UTF-16"?>'),
                ('utf-16-be', codecs.BOM_UTF16_BE, ''),
                ('iso-8859-1', b'', '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>'),
            ]
        )
    )
    namespace = draw(
        strategies.sampled_from(
            [
                '',
                ' xmlns="http://maven.apache.org/SETTINGS/1.0.0"',
                " xmlns = 'http://maven.apache.org/SETTINGS/1.2.0' ",
                ' xmlns="http://maven.apache.org/SETTINGS/1.1.0"\n'
                '  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
            ]
        )
    )
    noise = strategies.sampled_from(
        [''] * 20
        + [
            '<!-- <server><id>company</id></server> -->',
            '<!-- <servers> -->',
            '<?pi <servers>?>',
            '<!--\u00e9-->',
            '<!---->',
            '<!-- <server><id>x</id><password> -->',
        ]
    )
    others = strategies.sampled_from(
        [
            '<localRepository>r\u00e9po</localRepository>',
            '<mirrors><mirror><id>company</id><url>http://x/</url><mirrorOf>*</mirrorOf></mirror>'
            '</mirrors>',
            '<offline >false</offline>',
            '<profiles><profile><id>company</id><repositories><repository><id>company</id><url>'
            'http://x/</url></repository></repositories></profile></profiles>',
            '<pluginGroups/>',
            '<activeProfiles><activeProfile><![CDATA[a<b]]></activeProfile></activeProfiles>',
        ]
    )
    fields = strategies.sampled_from(['username', 'password', 'privateKey', 'passphrase'])

    def line(depth, text):
        return end + tab * depth + text if text else ''

    def server(server_id):
        parts = [
            '<id>%s</id>'
            % draw(
                strategies.sampled_from(
                    [
                        as_xml(server_id),
                        '\n %s ' % as_xml(server_id),
                        '<![CDATA[%s]]>' % server_id,
                        ''.join('&#x%x;' % ord(character) for character in server_id),
                    ]
                )
            )
        ]
        parts += [
            '<%s>%s</%s>' % (name, draw(element_texts()), name)
            if draw(strategies.integers(0, 4))
            else '<%s />' % name
            for name in draw(strategies.lists(fields, unique=True))
        ]
        if not draw(strategies.integers(0, 3)):
            parts.append(
                '<configuration><server><id>company</id></server><a b="/>"> x </a></configuration>'
            )
        parts = draw(strategies.permutations(parts))
        parts.insert(draw(strategies.integers(0, len(parts))), draw(noise))
        tag = draw(strategies.sampled_from(['server', 'server', 'server ', 'server\n']))
        return '<%s>%s%s</server>' % (tag, ''.join(line(3, part) for part in parts), end + tab * 2)

    segments = [
        (
            declaration
            + draw(noise if declaration else strategies.just(''))
            + '<settings%s>' % namespace,
            None,
        )
    ]
    used = draw(strategies.lists(ids, unique=True, max_size=5))
    rest = draw(strategies.lists(others, unique_by=lambda text: text.split('>')[0], max_size=3))
    where = draw(strategies.integers(0, len(rest)))
    for number in range(len(rest) + 1):
        if number == where and draw(strategies.integers(0, 5)):
            segments.append((line(1, draw(noise)), None))
            segments.append((line(1, '<servers>'), None))
            for server_id in used:
                segments.append((line(2, draw(noise)), None))
                segments.append((line(2, server(server_id)), server_id))
            segments.append((line(2, draw(noise)), None))
            segments.append(('', '(new)'))
            segments.append((line(1, '</servers>'), None))
        if number < len(rest):
            segments.append((line(1, rest[number]), None))
    segments.append((line(1, draw(noise)), None))
    if ('', '(new)') not in segments:
        segments.append(('', '(new)'))
    segments.append(
        (end + '</settings>' + draw(strategies.sampled_from(['', end, '<!-- end -->'])), None)
    )
    return segments, encoding, mark


def encoded(text, encoding):
    return text.encode(encoding, 'xmlcharrefreplace')


def misread(value):
    """What the documentation says that Maven would not read as written."""
    return (
        not value
        or value != value.strip()
        or re.search(r'[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]|\$\{|\{.*\}', value)
    )


def no_secret(value):
    return value in MASKS


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    files(),
    strategies.dictionaries(
        ids, strategies.tuples(safe, safe) | strategies.none(), min_size=1, max_size=4
    ),
)
def test_M4_M7_M8_M10_M17_M19_M21_M22_M27_only_the_wanted_entries_change(maven, file, by_server):
    segments, encoding, mark = file
    content = mark + b''.join(encoded(text, encoding) for text, server_id in segments)
    before = maven(content)
    assert before.fatal is None, before.fatal
    read = credentials(content, [server.id for server in before.servers])
    assert {server_id: found[:2] for server_id, found in read.items()} == {
        server.id: (server.username, server.password) for server in before.servers
    }
    entries = [
        {'id': server_id, 'state': 'absent'}
        if login is None
        else {'id': server_id, 'username': login[0], 'password': login[1]}
        for server_id, login in by_server.items()
    ]
    result = apply(content, *entries)
    # Maven reads what was asked for, and all else as before
    expected = [
        server
        if server.id not in by_server
        else server._replace(username=by_server[server.id][0], password=by_server[server.id][1])
        for server in before.servers
        if by_server.get(server.id, ()) is not None
    ]
    known = {server.id for server in before.servers}
    expected += [
        Server(server_id, *login)
        for server_id, login in by_server.items()
        if login is not None and server_id not in known
    ]
    after = maven(result.content)
    assert (after.fatal, after.problems, after.rest) == (None, before.problems, before.rest)
    assert after.servers == expected
    # and the rest is the same, byte by byte
    changed = {change['id'] for change in result.changes if change['changed']}
    assert changed == {
        server_id
        for server_id in by_server
        if {s for s in before.servers if s.id == server_id}
        != {s for s in expected if s.id == server_id}
    }
    touched = {server_id for server_id in changed if server_id in known}
    pattern = re.escape(mark)
    for text, server_id in segments:
        blanks = len(text) - len(text.lstrip())
        if server_id == '(new)':
            pattern += b'.*?' if changed - known else b''
        elif server_id in touched:
            pattern += b'(?:' + re.escape(encoded(text[:blanks], encoding)) + rb'.*?|[\s\0]*)'
        else:
            pattern += re.escape(encoded(text, encoding))
    assert re.fullmatch(pattern, result.content, re.S)


@settings(max_examples=300, deadline=None)
@given(values, values, strategies.booleans())
def test_M10_M11_M13_M14_M15_M16_M17_a_value_is_refused_for_a_known_reason_or_read_back_by_maven(
    maven, username, password, exists
):
    entry = {'id': 'company', 'username': username, 'password': password}
    try:
        wanted = [Wanted.from_options(entry)]
    except BadInput:
        assert misread(username) or misread(password) or no_secret(password)
        return
    assert not misread(username) and not misread(password) and not no_secret(password)
    result = edit(document(OLD) if exists else None, wanted)
    assert maven(result.content).servers == [Server('company', username, password)]


@settings(max_examples=100, deadline=None)
@given(
    strategies.recursive(
        safe,
        lambda inner: (
            strategies.dictionaries(
                strategies.sampled_from(['a', 'b-c', 'name', 'value']), inner, max_size=3
            )
            | strategies.lists(inner.filter(lambda item: not isinstance(item, list)), max_size=3)
        ),
        max_leaves=8,
    ).filter(lambda value: isinstance(value, dict)),
    strategies.sampled_from(
        [
            '',
            '<configuration/>',
            '<configuration><keep>x</keep></configuration>',
            '<configuration>\n        <a>1</a>\n        <a><b-c/></a>\n        <keep>x</keep>\n'
            '      </configuration>',
        ]
    ),
)
def test_configuration_is_merged_once(maven, configuration, present):
    content = document('\n    <server>\n      <id>company</id>\n      %s\n    </server>' % present)
    try:
        result = apply(content, {'id': 'company', 'configuration': configuration})
    except BadInput as problem:  # lists that XML cannot say
        assert 'same name' in str(problem)
        return
    (server,) = maven(result.content).servers
    assert ('<keep>x</keep>' in present) == ('<keep>x</keep>' in (server.configuration or ''))
    for key, value in configuration.items():
        if isinstance(value, str):
            assert '<%s>' % key in server.configuration


# ---- the fault catalogue, row by row


@pytest.mark.parametrize('content', [None, b'', b' \r\n\t', codecs.BOM_UTF8])
def test_M1_no_file_or_an_empty_one_becomes_a_new_one(maven, content):
    result = apply(content, COMPANY)
    assert (
        maven(result.content).servers == [Server('company', 'jdoe', CANARY)]
        and not maven(result.content).problems
    )
    assert b'xmlns="http://maven.apache.org/SETTINGS/1.2.0"' in result.content
    assert (
        edit(content, [Wanted.from_options({'id': 'company', 'state': 'absent'})]).content
        is content
    )


@pytest.mark.parametrize(
    'content, text_shown',
    [
        (b'<settings><servers></settings>', r'line 1, column 22 \(mismatched tag\)'),
        (b'<settings>\n <c4n4ry ', 'line 2'),
        (b'c4n4ry', 'line 1'),
        (b'<settings/><settings/>', 'junk after'),
        (document(OLD.replace('</password>', '\x01</password>')), 'not well-formed'),
    ],
    ids=['M2-mismatch', 'M2-unclosed', 'M2-text', 'M2-two-roots', 'M2-control-character'],
)
def test_M2_malformed(maven, content, text_shown):
    with pytest.raises(FileProblem, match=text_shown) as caught:
        apply(content, COMPANY)
    assert 'c4n4ry' not in str(caught.value) and 'old' not in str(caught.value)
    assert maven(content).fatal or b'\1' in content  # which Maven lets pass


@pytest.mark.parametrize(
    'content, text_shown',
    [
        (b'<project/>', 'root element is not <settings>'),
        (b'<s:settings xmlns:s="http://maven.apache.org/SETTINGS/1.0.0"/>', 'prefix'),
        (b'<servers/>', 'root element'),
    ],
)
def test_M3_another_root(content, text_shown):
    with pytest.raises(FileProblem, match=text_shown):
        apply(content, COMPANY)


def test_M5_duplicates_are_changed_alike_and_all_are_removed(maven):
    """Maven sends the last to repositories, and gives the first to plugins."""
    second = OLD.replace('old', 'older').replace('jdoe', 'somebody')
    content = document(OLD + '<!-- c -->' + second)
    result = apply(content, COMPANY)
    assert maven(result.content).servers == [Server('company', 'jdoe', CANARY)] * 2
    assert b'<!-- c -->' in result.content
    assert 'has 2 servers with the id company' in result.warnings[0]
    assert maven(apply(content, {'id': 'company', 'state': 'absent'}).content).servers == []


@pytest.mark.parametrize(
    'content, text_shown',
    [
        (b'<settings><servers/><servers/></settings>', 'line 1: <servers> is given twice'),
        (
            document(OLD.replace('<id>', '<password>x</password><id>')),
            'line 7: <password> is given twice in <server>',
        ),
    ],
)
def test_M6_what_maven_rejects_is_refused(maven, content, text_shown):
    with pytest.raises(FileProblem, match=text_shown):
        apply(content, COMPANY)
    assert maven(content).problems or maven(content).fatal


def test_M7_a_comment_that_looks_like_half_a_server(maven):
    content = document(
        '<server><passphrase><!-- <server><id>a</id><passphrase> --></passphrase></server>' + OLD
    )
    assert maven(apply(content, COMPANY).content).servers[1].password == CANARY


@pytest.mark.parametrize(
    'comment',
    [
        '<!-- <servers></a></b> -->',
        '<!-- </a></b></c> -->',
        '<?a </a></b></c> ?>',
        '<!-- <id>&</id></a></b> -->',
        '<![CDATA[</a></b></c>]]>',
    ],
)
def test_M7_tags_in_comments_do_not_make_up_for_tags_outside(maven, comment):
    nested = (
        '<server><id>z</id><configuration><server></server><server><id>company</id></server></'
        'configuration></server>'
    )
    content = document(comment + nested)
    if 'CDATA' in comment:
        with pytest.raises(FileProblem, match='<servers> contains text'):
            apply(content, COMPANY)
        assert maven(content).fatal
        return
    assert [server.id for server in maven(apply(content, COMPANY).content).servers] == [
        'z',
        'company',
    ]
    assert nested.encode() in apply(content, COMPANY).content


def test_M21_new_entries_are_indented_as_the_others_are():
    content = document('\n\t<server>\n\t\t\t<id>other</id>\n\t</server>')
    assert b'\n\t<server>\n\t  <id>company</id>' in apply(content, COMPANY).content
    assert (
        b'\n\t\t\t<id>other</id>\n\t\t\t<username>u</username>'
        in apply(content, {'id': 'other', 'username': 'u'}).content
    )


def test_M21_new_lines_end_as_the_others_do(maven):
    for content in (
        document('').replace(b'\n', b'\r\n'),
        document(OLD).replace(b'\n', b'\r\n'),
        b'<settings>\r\n</settings>',
    ):
        result = apply(content, COMPANY, {'id': 'other', 'access_token': 't'}).content
        assert b'\n' not in result.replace(b'\r\n', b'') and b'\r\r' not in result
        assert len(maven(result).servers) == 2


def test_M22_a_server_inside_a_configuration_is_no_server_entry(maven):
    inner = '<server><id>other</id><username>u</username></server>'
    content = document(
        OLD.replace('</password>', '</password><configuration>%s</configuration>' % inner)
    )
    result = apply(content, {'id': 'company', 'configuration': {'server': {'username': 'v'}}})
    assert result.content == content.replace(b'<username>u<', b'<username>v<')
    assert apply(content, {'id': 'other', 'state': 'absent'}).content is content


def test_M9_an_alias_of_another_server_shadows_the_entry():
    content = document('<server><id>other</id><aliases><alias> company </alias></aliases></server>')
    shadowed = apply(content, COMPANY).shadowed
    assert 'company as an alias of the server other' in shadowed['company']
    assert not apply(content, {'id': 'other', 'username': 'u'}).shadowed


def test_M9_an_id_that_is_a_variable(maven):
    variable = OLD.replace('>company<', '>${env.ID}<')
    entry = dict(COMPANY, id='${env.ID}', allow_interpolation=True)
    result = apply(document(variable), entry)
    assert maven(result.content).servers == [Server('${env.ID}', 'jdoe', CANARY)]
    removed = apply(document(variable), {'id': '${env.ID}', 'state': 'absent'})
    assert maven(removed.content).servers == []
    known = edit(document(variable), [Wanted.from_options(COMPANY)], resolve=lambda text: 'company')
    assert '${env.ID}' in known.shadowed['company']
    unknown = apply(document(variable), COMPANY)
    assert not unknown.shadowed and '${env.ID}' in unknown.warnings[0]


@pytest.mark.parametrize('place', ['all', 'get', 'put', 'head'])
@pytest.mark.parametrize('entry', [COMPANY, {'id': 'company', 'access_token': 'new-token'}])
def test_an_older_authorization_header_does_not_outlive_its_replacement(maven, place, entry):
    headers = (
        '<property><name>X-Other</name><value>1</value></property>'
        '<property><name>authorization</name><value>Basic b2xkOm9sZA==</value></property>'
    )
    older = '<httpConfiguration><%s><headers>%s</headers></%s></httpConfiguration>'
    configuration = '<configuration>%s</configuration>' % (older % (place, headers, place))
    content = document(OLD.replace('</password>', '</password>' + configuration))
    read = maven(apply(content, entry).content).servers[0].configuration
    assert 'b2xkOm9sZA' not in read and 'X-Other' in read
    assert ('Bearer new-token' in read) == ('access_token' in entry)


@pytest.mark.parametrize('option', ['username', 'password', 'passphrase', 'private_key'])
@pytest.mark.parametrize(
    'value, text_shown',
    [
        ('a${env.X}', r'"\$\{"'),
        ('$${x', r'"\$\{"'),
        ('{abc=}', 'encrypted'),
        ('tok{abc}def', 'encrypted'),
        (' a', 'blank'),
        ('a\u00a0', 'blank'),
        ('a\n', 'control'),
        ('a\rb', r'U\+000D'),
        ('a\0', r'U\+0000'),
        ('a\ufffe', 'FFFE'),
        ('a\ud800', r'U\+D800'),
        ('', 'empty'),
        (12345, 'type int'),
        (True, 'type bool'),
        (['x'], 'type list'),
    ],
    ids=lambda value: ascii(value)[:12],
)
def test_M11_M13_M14_M15_M16_I1_what_maven_would_misread_is_refused(option, value, text_shown):
    with pytest.raises(BadInput, match=text_shown) as caught:
        Wanted.from_options({'id': 'company', option: value})
    assert option in str(caught.value) and 'abc' not in str(caught.value)


@pytest.mark.parametrize(
    'value',
    [
        'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER',
        '$REDACTED$',
        '$ANSIBLE_VAULT;1.1;AES256 66',
        '{{ token }}',
    ],
)
def test_I2_I3_I4_what_cannot_be_a_secret_is_refused(value):
    for option in ('password', 'passphrase', 'access_token'):
        with pytest.raises(BadInput):
            Wanted.from_options({'id': 'company', option: value})


def test_M12_interpolation_on_request(maven, monkeypatch):
    entry = {
        'id': 'company',
        'username': 'u',
        'password': '${env.TOKEN}',
        'allow_interpolation': True,
    }
    assert b'<password>${env.TOKEN}</password>' in apply(None, entry).content
    with pytest.raises(BadInput, match='encrypted'):
        Wanted.from_options(dict(entry, password='${env.TOKEN}{abc}'))


ENCRYPTED = OLD.replace('old', 'since May {COQLCE6DU6GtcS5P=}')


def decrypt(value):
    """Knows one password only."""
    return CANARY if 'COQLCE6DU6GtcS5P' in value else None


@pytest.mark.parametrize(
    'entry, changed, shadowed',
    [
        (COMPANY, [], None),
        ({'id': 'company', 'password': CANARY}, [], None),
        (dict(COMPANY, encrypt=True), [], None),
        (dict(COMPANY, password='rotated'), [], 'is another one'),
        (dict(COMPANY, password='rotated', encrypt=True), ['password'], None),
        (dict(COMPANY, password='rotated', update_password='on_create'), [], None),
        (dict(COMPANY, username='other'), ['username', 'password'], None),
        (dict(COMPANY, update_password='always'), ['password'], None),
        (dict(COMPANY, update_password='always', encrypt=True), [], None),
        (dict(COMPANY, username='other', update_password='on_create'), ['username'], None),
        (
            dict(COMPANY, password='{COQLCE6DU6GtcS5Q=}', allow_encrypted=True, encrypt=True),
            ['password'],
            None,
        ),
        (dict(COMPANY, password='since May {COQLCE6DU6GtcS5P=}', allow_encrypted=True), [], None),
    ],
)
def test_M23_an_encrypted_password_is_compared_and_never_silently_kept(entry, changed, shadowed):
    crypt = Crypt(str.upper, decrypt)
    result = edit(document(ENCRYPTED), [Wanted.from_options(entry)], crypt=crypt)
    assert result.changes[0]['changed'] == changed
    assert (shadowed or '') in result.shadowed.get('company', '')
    assert bool(result.shadowed) == bool(shadowed)


def test_M23_an_encrypted_password_that_cannot_be_compared():
    content = document(ENCRYPTED)
    result = edit(content, [Wanted.from_options(COMPANY)])
    assert 'cannot be compared' in result.shadowed['company']
    encrypted = edit(
        content, [Wanted.from_options(dict(COMPANY, encrypt=True))], crypt=Crypt(str.upper)
    )
    assert encrypted.changes[0]['changed'] == ['password'] and not encrypted.shadowed


def test_encrypt_turns_a_plain_password_into_an_encrypted_one_and_asks_for_nothing_the_second_time(
    maven,
):
    asked = []

    def encrypt(password):
        asked.append(password)
        return '{%d=}' % len(asked)

    def decrypt(value):
        return asked[int(value[1:-2]) - 1]

    content = document(OLD)
    for entry in (
        dict(COMPANY, password='old', encrypt=True),
        {'id': 'new', 'username': 'u', 'password': 'p', 'passphrase': 'q', 'encrypt': True},
    ):
        content = apply(content, entry, crypt=Crypt(encrypt, decrypt)).content
    assert asked == ['old', 'p', 'q']
    assert b'<password>{1=}</password>' in content and b'<passphrase>{3=}</passphrase>' in content


def test_update_password_on_create_writes_where_there_is_none():
    content = document(OLD.replace('old', ''))
    assert apply(content, dict(COMPANY, update_password='on_create')).changes[0]['changed'] == [
        'password'
    ]
    assert (
        apply(document(OLD), dict(COMPANY, update_password='on_create')).changes[0]['changed'] == []
    )


@pytest.mark.parametrize(
    'content',
    [
        b'<!DOCTYPE settings [<!ENTITY a "aaaaaaaaaa"><!ENTITY b '
        b'"&a;&a;&a;&a;">]><settings>&b;</settings>',
        b'<!DOCTYPE settings SYSTEM "file:///etc/passwd"><settings/>',
        b'<?xml version="1.0"?><!-- x --><!DOCTYPE settings><settings/>',
        b'<!DOCTYPE settings [<!ENTITY % p SYSTEM "http://localhost:1/">%p;]><settings/>',
    ],
)
def test_M18_any_doctype(content):
    with pytest.raises(FileProblem, match='DOCTYPE'):
        apply(content, COMPANY)


@pytest.mark.parametrize(
    'content',
    [
        document('').replace(b'\n', '\n<!-- é -->'.encode('latin-1'), 1),
        document('', declaration='<?xml version="1.0" encoding="US-ASCII"?>').replace(
            b'\n', '<!-- é -->\n'.encode(), 1
        ),
        codecs.BOM_UTF8 + document('', declaration='<?xml version="1.0" encoding="ISO-8859-1"?>'),
        document('', declaration='<?xml version="1.0" encoding="UTF-16"?>'),
        document('', declaration='<?xml version="1.0" encoding="rot13"?>'),
        document('', declaration='<?xml version="1.0" encoding="none-such"?>'),
        codecs.BOM_UTF32_LE + document('').decode().encode('utf-32-le'),
        codecs.BOM_UTF16_LE + document('')[:51],
    ],
    ids=[
        'latin-1-undeclared',
        'ascii',
        'mark-and-latin-1',
        'utf-16',
        'rot13',
        'unknown',
        'utf-32',
        'half-a-character',
    ],
)
def test_M20_T18_an_encoding_that_is_not_what_it_seems(content):
    with pytest.raises(FileProblem, match='(?i)encoding|not valid'):
        apply(content, COMPANY)


def test_T18_what_an_encoding_lacks_is_written_as_a_reference(maven):
    content = (
        document(
            OLD + '<!-- \u00e9 -->', declaration='<?xml version="1.0" encoding="ISO-8859-1"?>\n'
        )
        .decode()
        .encode('iso-8859-1')
    )
    result = apply(content, dict(COMPANY, password='p\u20ac\U0001f600\u00e9'))
    assert maven(result.content).servers[0].password == 'p\u20ac\U0001f600\u00e9'
    assert b'&#8364;' in result.content and b'<!-- \xe9 -->' in result.content


def nested(depth):
    return document(
        '<server><id>deep</id><configuration>%s%s</configuration></server>'
        % ('<a>' * depth, '</a>' * depth)
    )


def side_by_side(width):
    return document(
        '<server><id>wide</id><configuration>%s</configuration></server>' % ('<a/>' * width)
    )


def unclosed(depth):
    return document(
        ''.join('<server><id>%d</id>' % number for number in range(depth)) + '</server>' * depth
    )


@pytest.mark.parametrize('shape', [nested, side_by_side, unclosed])
def test_M28_deep_and_wide_files_are_read_in_linear_time(shape):
    def cost(size):
        content, times = shape(size), []
        gc.disable()  # it would look through what all tests before have left
        try:
            for _attempt in range(3):
                started = time.process_time()
                apply(content, COMPANY)
                times.append(time.process_time() - started)
        finally:
            gc.enable()
        return min(times)

    assert cost(48000) < 10 * cost(12000), 'four times the size, and not sixteen times the work'


def test_M28_deep_and_wide_files_are_read_without_recursion_and_up_to_a_limit():
    assert b'jdoe' in apply(nested(10000), COMPANY).content
    with pytest.raises(FileProblem, match='more than 100000 elements'):
        apply(side_by_side(100001), COMPANY)
    assert len(apply(unclosed(1000), COMPANY).content) > len(unclosed(1000))


@pytest.mark.parametrize('server_id', ['', ' ', None, 'x' * 256, 12, ' a', 'a\n', '${x}', '{x}'])
def test_M30_I14_ids_that_cannot_be(server_id):
    with pytest.raises(BadInput, match='id'):
        Wanted.from_options({'id': server_id, 'username': 'u'})


def test_M30_an_id_that_repositories_cannot_have_gets_a_warning_because_other_plugins_use_them(
    maven,
):
    result = apply(None, {'id': 'registry.example.com:5000', 'username': 'u', 'password': 'p'})
    assert 'forbids in the ids of repositories' in result.warnings[0]
    assert maven(result.content).servers[0].id == 'registry.example.com:5000'


# ---- what an entry may say


def test_every_field_arrives_where_maven_reads_it(maven):
    result = apply(
        document(OLD),
        {
            'id': 'company',
            'username': 'u',
            'password': 'p',
            'private_key': '/home/u/.ssh/key',
            'passphrase': 'q',
            'file_permissions': '664',
            'directory_permissions': '0775',
            'configuration': {'timeout': 5, 'expectContinue': False, 'list': ['a', 'b']},
        },
    )
    (server,) = maven(result.content).servers
    assert server[:-1] == ('company', 'u', 'p', '/home/u/.ssh/key', 'q', '664', '0775')
    assert re.sub(r'\s+', '', server.configuration.split('?>')[1]) == (
        '<configuration><timeout>5</timeout><expectContinue>false</expectContinue><list>a</list>'
        '<list>b</list></configuration>'
    )
    assert result.changes[0]['changed'] == [
        'username',
        'password',
        'private_key',
        'passphrase',
        'file_permissions',
        'directory_permissions',
        'configuration',
    ]


@pytest.mark.parametrize(
    'entry, text_shown',
    [
        ({}, 'nothing to write'),
        ({'token': 'company'}, 'action plugin'),
        ({'password': 'p', 'access_token': 't'}, 'exclude each other'),
        ({'access_token': 't k'}, 'header'),
        ({'access_token': 't\u00e9'}, 'header'),
        ({'access_token': 't', 'configuration': {'httpHeaders': 'x'}}, 'httpHeaders'),
        (
            {
                'access_token': 't',
                'configuration': {
                    'httpHeaders': {'property': {'name': 'authorization', 'value': 'x'}}
                },
            },
            'Authorization',
        ),
        ({'password': 'p', 'remove': ['password']}, 'both given and to be removed'),
        ({'file_permissions': 664}, 'Quote it'),
        ({'file_permissions': 'rw-r--r--'}, 'octal'),
        ({'configuration': {'a b': 'x'}}, 'name of an XML element'),
        ({'configuration': {'x:y': 'x'}}, 'name of an XML element'),
        ({'configuration': {'a': [['x']]}}, 'list of lists'),
        ({'configuration': {'a': 1.5}}, 'type float'),
        ({'configuration': {'a': {'b': CANARY + '${x}'}}}, r'configuration\.a\.b contains'),
        ({'configuration': {'a': None}}, 'type NoneType'),
        ({'configuration': ['x']}, 'must be a mapping'),
    ],
)
def test_entries_that_make_no_sense(entry, text_shown):
    with pytest.raises(BadInput, match=text_shown) as caught:
        Wanted.from_options(dict(entry, id='company'))
    assert 'c4n4ry' not in str(caught.value)


def test_a_configuration_that_refers_to_itself_is_refused():
    configuration = {}
    configuration['a'] = configuration
    with pytest.raises(BadInput, match='nested deeper'):
        Wanted.from_options({'id': 'company', 'configuration': configuration})


def test_an_id_listed_twice_is_refused():
    with pytest.raises(BadInput, match='listed more than once'):
        edit(None, [Wanted.from_options(COMPANY), Wanted.from_options(COMPANY)])


HEADER = '<property><name>Authorization</name><value>Bearer t0ken</value></property>'


def test_a_bearer_token_goes_in_as_a_header_and_takes_the_place_of_the_password(maven):
    other = '<property><name>X-Other</name><value>1</value></property>'
    content = document(
        OLD.replace(
            '</password>',
            '</password><configuration><timeout>3</timeout><httpHeaders>%s</httpHeaders></'
            'configuration>' % other,
        )
    )
    result = apply(content, {'id': 'company', 'access_token': 't0ken'})
    (server,) = maven(result.content).servers
    assert (server.username, server.password) == (None, None)
    assert re.sub(r'\n\s*', '', server.configuration.split('?>')[1]) == (
        '<configuration><timeout>3</timeout><httpHeaders>%s%s</httpHeaders></configuration>'
        % (other, HEADER)
    )
    assert set(result.changes[0]['changed']) == {'username', 'password', 'configuration'}
    renewed = apply(result.content, {'id': 'company', 'access_token': 'next'}).content
    assert renewed == result.content.replace(b't0ken', b'next')


def test_a_password_takes_the_place_of_the_header_unless_the_entry_keeps_it(maven):
    bearer = apply(
        None, {'id': 'company', 'access_token': 't0ken', 'configuration': {'timeout': 3}}
    ).content
    assert HEADER in re.sub(r'\n\s*', '', maven(bearer).servers[0].configuration)
    result = apply(bearer, COMPANY)
    (server,) = maven(result.content).servers
    assert (
        server.password == CANARY
        and 'Bearer' not in server.configuration
        and '<timeout>3</timeout>' in server.configuration
    )
    kept = apply(
        bearer,
        dict(
            COMPANY,
            configuration={
                'httpHeaders': {'property': [{'name': 'Authorization', 'value': 'Bearer t0ken'}]}
            },
        ),
    )
    assert 'Bearer t0ken' in maven(kept.content).servers[0].configuration


def test_an_access_token_of_a_named_user_is_that_users_password(maven):
    assert maven(
        apply(None, {'id': 'a', 'username': 'oauth2', 'access_token': 't'}).content
    ).servers == [Server('a', 'oauth2', 't')]


def test_remove_takes_fields_away(maven):
    content = document(
        OLD.replace(
            '</password>',
            '</password>\n      <privateKey>/k</privateKey><passphrase>x</passphrase>',
        )
    )
    result = apply(
        content,
        {'id': 'company', 'remove': ['private_key', 'passphrase', 'configuration', 'username']},
    )
    assert maven(result.content).servers == [Server('company', None, 'old')]
    assert (
        edit(None, [Wanted.from_options({'id': 'company', 'remove': ['password']})]).changes[0][
            'changed'
        ]
        == []
    )


def test_add_and_remove_gives_the_old_file_back():
    for content in (
        document(''),
        document(OLD),
        document('<!-- x -->', attributes=' a="b>c"'),
        document(OLD).replace(b'\n', b'\r\n'),
    ):
        added = apply(content, {'id': 'new', 'username': 'u', 'password': 'p'}).content
        assert added != content
        assert apply(added, {'id': 'new', 'state': 'absent'}).content == content


def test_T19_a_million_servers_take_seconds_not_hours(maven):
    content = document(
        ''.join('<server><id>s%d</id></server>' % number for number in range(300000))
    )
    assert b'jdoe' in apply(content, COMPANY).content
