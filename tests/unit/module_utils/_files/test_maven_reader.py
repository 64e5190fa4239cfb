# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What our reader accepts, and the servers that it finds, compared with Maven's own reader.

MAVEN_CASES sets the number of files, MAVEN_SEED the first of them. Maven 3.9 and 4 are compared
with the same files in C(tests/real/test_maven.py)."""

from __future__ import annotations

import codecs
import os
import subprocess
import typing as t

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import maven_encoding
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_server import Server
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_settings import (
    edit,
    scan,
)
from tests.oracles.maven import SettingsReader
from tests.support import maven_files
from tests.support.maven_files import SERVERS, Verdict

pytestmark = pytest.mark.needs_client('mvn', 'javac')
CASES = int(os.environ.get('MAVEN_CASES', '1500'))
SEED = int(os.environ.get('MAVEN_SEED', '0'))
HEAD = '<?xml version="1.0" encoding="%s"?>\n'
ENTRY = '<server><id>company</id><username>ci</username><password>old</password></server>'


@pytest.fixture(scope='module')
def maven() -> t.Iterator[SettingsReader]:
    with SettingsReader() as reader:
        yield reader


def test_M2_M5_M6_M8_M19_T18_the_verdict_and_the_servers_are_those_of_maven_3(
    maven: SettingsReader,
) -> None:
    for start in range(SEED, SEED + CASES, 500):
        files = maven_files.make(start, min(500, SEED + CASES - start))
        for seed, (content, judged) in enumerate(
            zip(files, maven.read_all([(content,) for content in files])), start
        ):
            ours = maven_files.verdict(content)
            assert ours.of_maven_3 == Verdict.of(judged), (seed, ours.reason, judged.fatal, content)


def test_M21_an_edit_of_an_accepted_file_is_what_maven_reads(maven: SettingsReader) -> None:
    files = [
        content
        for content in maven_files.make(SEED, CASES // 5)
        if maven_files.verdict(content).accepted
    ]
    wanted = Server.from_options({'id': 'company', 'username': 'ci', 'password': 'pä€😀&<'})
    edited = [edit(content, [wanted]).content or b'' for content in files]
    assert len(files) > CASES // 20
    for before, after in zip(
        maven.read_all([(one,) for one in files]), maven.read_all([(one,) for one in edited])
    ):
        assert after.fatal is None
        assert after.rest == before.rest
        ours = [server for server in after.servers if server.id == 'company']
        assert ours and all(server[1:3] == ('ci', 'pä€😀&<') for server in ours)
        others = [[one for one in read.servers if one.id != 'company'] for read in (before, after)]
        assert others[0] == others[1]


@pytest.mark.parametrize(
    'broken, reason',
    [
        (SERVERS % (ENTRY + '\n-->'), r'line 2: <servers> contains text \(such as a stray -->\)'),
        (SERVERS % ENTRY + '<profiles/>\n<profiles/>', 'line 4: <profiles> is given twice'),
        (SERVERS % (ENTRY + '\n<server><id/></server>'), 'line 4: a <server> has no id'),
        (SERVERS % ENTRY.replace('<id>', '<id>x</id><id>'), 'line 3: <id> is given twice'),
        (SERVERS % ENTRY.replace('ci', 'c<b/>i'), '<b> is inside <username>'),
        (SERVERS % '' + '<mirrors><mirror><id>m</id></mirror></mirrors>', 'mirror> has no url'),
        (SERVERS % '' + '<proxies><proxy/></proxies>', 'a <proxy> has no host'),
        (SERVERS % '' + '<pluginGroups><pluginGroup>a b</pluginGroup></pluginGroups>', 'group id'),
        (SERVERS % '' + '<activeProfiles>x</activeProfiles>', '<activeProfiles> contains text'),
    ],
)
def test_M6_what_maven_rejects_anywhere_is_refused_with_the_line(
    maven: SettingsReader, broken: str, reason: str
) -> None:
    content = ('<settings>\n%s</settings>' % broken).encode()
    with pytest.raises(FileProblem, match=reason):
        scan(content, ['company'], 'settings.xml')
    assert maven.read_bytes(content).fatal


@pytest.mark.parametrize(
    'encoding, text',
    [
        ('GBK', '仓库'),
        ('GB2312', '仓库'),
        ('GB18030', '仓库'),
        ('Big5', '倉庫'),
        ('Shift_JIS', '倉庫ｱ'),
        ('EUC-JP', '倉庫'),
        ('EUC-KR', '창고'),
        ('KOI8-R', 'склад'),
        ('windows-1251', 'склад'),
        ('IBM850', 'Größe'),
        ('ISO-8859-15', 'Größe €'),
        ('TIS-620', 'คลัง'),
        ('x-MacRoman', 'Größe'),
        ('IBM037', 'Größe'),
        ('UTF-16', 'склад'),
    ],
)
def test_T18_a_file_in_any_encoding_that_maven_reads_is_edited(
    maven: SettingsReader, encoding: str, text: str
) -> None:
    document = HEAD % encoding + '<settings><localRepository>%s</localRepository>%s</settings>' % (
        text,
        SERVERS % ENTRY,
    )
    content = document.encode('mac-roman' if encoding == 'x-MacRoman' else encoding)
    wanted = Server.from_options({'id': 'company', 'password': 'nëw-仓'})
    result = edit(content, [wanted])
    read = maven.read_bytes(result.content or b'')
    assert [server.password for server in read.servers] == ['nëw-仓']
    assert '<localRepository>%s<' % text in read.rest
    assert edit(result.content, [wanted]).content is result.content
    start = content.index(content[-20:])
    assert (result.content or b'').endswith(content[start:])


def test_T18_every_name_of_an_encoding_is_one_that_java_knows(tmp_path: t.Any) -> None:
    program = tmp_path / 'Names.java'
    program.write_text(
        'public class Names { public static void main(String[] names) throws Exception {'
        ' String text = ""; for (char c = 32; c < 127; c++) text += c;'
        ' for (String name : names) { byte[] bytes = text.getBytes(name);'
        ' System.out.println(java.util.HexFormat.of().formatHex(bytes)); } } }'
    )
    lines = maven_encoding._NAMES.replace('\n    ', ' ').strip().split('\n')
    known = [(line.split(': ')[0], name) for line in lines for name in line.split(': ')[1].split()]
    printed = subprocess.run(
        ['java', str(program), *(name for _codec, name in known)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split()
    text = ''.join(map(chr, range(32, 127)))
    assert [codecs.encode(text, codec, 'replace').hex() for codec, _name in known] == printed


def test_T18_a_blank_before_the_declaration_is_left_alone_with_a_warning_for_maven_4(
    maven: SettingsReader,
) -> None:
    content = ('\n' + HEAD % 'UTF-8' + '<settings>%s</settings>' % SERVERS % ENTRY).encode()
    result = edit(content, [Server.from_options({'id': 'company', 'password': 'new'})])
    assert result.content == content.replace(b'old', b'new')
    assert 'Maven 4 rejects' in result.warnings[0] and 'XML declaration' in result.warnings[0]
    assert maven.read_bytes(result.content).servers[0].password == 'new'
    assert maven.read_bytes(b'\n' + content).fatal
    with pytest.raises(FileProblem):
        scan(b'\n' + content, ['company'], 'settings.xml')


@pytest.mark.parametrize('standalone', ['', ' standalone="yes"'])
def test_the_entities_of_html_are_those_of_maven(maven: SettingsReader, standalone: str) -> None:
    inside = (
        SERVERS % '<server><id>z&uuml;ri</id><username>&euro;&Omega;&nbsp;x</username></server>'
    )
    content = ('<?xml version="1.0"%s?><settings>%s</settings>' % (standalone, inside)).encode()
    wanted = Server.from_options({'id': 'züri', 'password': 'p'})
    result = edit(content, [wanted])
    assert maven.read_bytes(result.content or b'').servers[0][:3] == ('züri', '€Ω\xa0x', 'p')
    assert b'&euro;&Omega;&nbsp;' in (result.content or b'')
    for unknown in (
        content.replace(b'&euro;', b'&bogus;'),
        content.replace(b'<settings>', b'<settings a="&bogus;">'),
        content.replace(b'&euro;', b'&Quot;'),
    ):
        assert maven.read_bytes(unknown).fatal
        with pytest.raises(FileProblem, match='line [12]: the entity &(bogus|Quot); is undefined'):
            scan(unknown, [], 'settings.xml')
