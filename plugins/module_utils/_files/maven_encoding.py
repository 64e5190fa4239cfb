# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""The encoding of a settings file, by the rules of Maven 3 (C(XmlReader) and C(MXParser)).

Maven 3 honours the encoding of an XML declaration only at the very start of the file. It accepts
one blank or line feed before the declaration, but then reads UTF-8; Maven 4 rejects that blank.
"""

from __future__ import annotations

import codecs
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem

# Codec of Python: names that Java has for the same encoding (Java 17, jdk.charsets included).
# Left out are encodings in which the two differ for a letter of ASCII or for whole blocks.
_NAMES = """
ascii: ansi_x3.4-1968 ansi_x3.4-1986 ascii ascii7 cp367 csascii default ibm367 iso-ir-6
    iso646-us us us-ascii
big5: big5 csbig5
big5hkscs: big5-hkscs big5_hkscs big5hk big5hkscs
cp037: cp037 cpibm37 cs-ebcdic-cp-ca cs-ebcdic-cp-nl cs-ebcdic-cp-us cs-ebcdic-cp-wt csibm037
    ebcdic-cp-ca ebcdic-cp-nl ebcdic-cp-us ebcdic-cp-wt ibm-037 ibm-37 ibm037
cp1026: cp1026 ibm-1026 ibm1026
cp1140: ccsid01140 cp01140 cp1140 ibm-1140 ibm01140 ibm1140
cp1250: cp1250 cp5346 windows-1250
cp1251: ansi-1251 cp1251 cp5347 windows-1251
cp1252: cp1252 cp5348 ibm-1252 ibm1252 windows-1252
cp1253: cp1253 cp5349 windows-1253
cp1254: cp1254 cp5350 windows-1254
cp1255: cp1255 windows-1255
cp1256: cp1256 windows-1256
cp1257: cp1257 cp5353 windows-1257
cp1258: cp1258 windows-1258
cp273: cp273 ibm-273 ibm273
cp424: cp424 csibm424 ebcdic-cp-he ibm-424 ibm424
cp437: cp437 cspc8codepage437 ibm-437 ibm437 windows-437
cp500: cp500 csibm500 ebcdic-cp-bh ebcdic-cp-ch ibm-500 ibm500
cp737: cp737 ibm-737 ibm737 x-ibm737
cp775: cp775 ibm-775 ibm775
cp850: cp850 cspc850multilingual ibm-850 ibm850
cp852: cp852 cspcp852 ibm-852 ibm852
cp855: cp855 cspcp855 ibm-855 ibm855
cp857: cp857 csibm857 ibm-857 ibm857
cp858: ccsid00858 cp00858 cp858 ibm-858 ibm00858 ibm858
cp860: cp860 csibm860 ibm-860 ibm860
cp861: cp-is cp861 csibm861 ibm-861 ibm861
cp862: cp862 csibm862 cspc862latinhebrew ibm-862 ibm862
cp863: cp863 csibm863 ibm-863 ibm863
cp864: cp864 csibm864 ibm-864 ibm864
cp865: cp865 csibm865 ibm-865 ibm865
cp866: cp866 csibm866 ibm-866 ibm866
cp869: cp-gr cp869 csibm869 ibm-869 ibm869
cp932: cswindows31j ms932 windows-31j windows-932
cp949: ms949 ms_949 windows-949 windows949 x-windows-949
cp950: ms950 windows-950 x-windows-950
euc_jp: cseucpkdfmtjapanese euc-jp euc_jp eucjis eucjp
    extended_unix_code_packed_format_for_japanese x-euc-jp x-eucjp
euc_kr: cseuckr euc-kr euc_kr euckr ks_c_5601-1987 ksc5601 ksc5601-1987 ksc5601_1987 ksc_5601
gb18030: gb18030 gb18030-2022
gb2312: euc-cn euc_cn euccn gb2312 gb2312-1980 gb2312-80 x-euc-cn
gbk: cp936 gbk windows-936
iso2022_jp: csiso2022jp csjisencoding iso-2022-jp iso2022jp jis jis_encoding
iso2022_jp_2: csiso2022jp2 iso-2022-jp-2 iso2022jp2
iso2022_kr: csiso2022kr iso-2022-kr iso2022kr
iso8859-1: cp819 csisolatin1 ibm-819 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso8859_1
    iso_8859-1 iso_8859_1 l1 latin1
iso8859-11: iso-8859-11 iso8859_11 x-iso-8859-11
iso8859-13: iso-8859-13 iso8859-13 iso8859_13 iso_8859-13
iso8859-15: cp923 csiso885915 csisolatin0 csisolatin9 ibm-923 ibm923 iso-8859-15 iso8859-15
    iso8859_15 iso8859_15_fdis iso_8859-15 l9 latin-9 latin0 latin9
iso8859-16: csiso885916 iso-8859-16 iso-ir-226 iso8859_16 iso_8859-16 l10 latin10
iso8859-2: cp912 csisolatin2 ibm-912 ibm912 iso-8859-2 iso-ir-101 iso8859-2 iso8859_2
    iso_8859-2 l2 latin2
iso8859-3: cp913 csisolatin3 ibm-913 ibm913 iso-8859-3 iso-ir-109 iso8859-3 iso8859_3
    iso_8859-3 l3 latin3
iso8859-4: cp914 csisolatin4 ibm-914 ibm914 iso-8859-4 iso-ir-110 iso8859-4 iso8859_4
    iso_8859-4 l4 latin4
iso8859-5: cp915 csisolatincyrillic cyrillic ibm-915 ibm915 iso-8859-5 iso-ir-144 iso8859-5
    iso8859_5 iso_8859-5
iso8859-6: arabic asmo-708 cp1089 csisolatinarabic ecma-114 ibm-1089 ibm1089 iso-8859-6
    iso-ir-127 iso8859-6 iso8859_6 iso_8859-6
iso8859-7: cp813 csisolatingreek ecma-118 elot_928 greek greek8 ibm-813 ibm813 iso-8859-7
    iso-ir-126 iso8859-7 iso8859_7 iso_8859-7 sun_eu_greek
iso8859-8: cp916 csisolatinhebrew hebrew ibm-916 ibm916 iso-8859-8 iso-ir-138 iso8859-8
    iso8859_8 iso_8859-8
iso8859-9: cp920 csisolatin5 ibm-920 ibm920 iso-8859-9 iso-ir-148 iso8859-9 iso8859_9
    iso_8859-9 l5 latin5
johab: johab ksc5601-1992 ksc5601_1992 ms1361 x-johab
koi8-r: cskoi8r koi8 koi8-r koi8_r
koi8-u: koi8-u koi8_u
mac-latin2: maccentraleurope x-maccentraleurope
mac-roman: macroman x-macroman
shift_jis: csshiftjis ms_kanji shift-jis shift_jis sjis x-sjis
tis-620: tis-620 tis620 tis620.2533
utf-8: unicode-1-1-utf-8 utf-8 utf8
"""
_UTF_16 = {
    'utf-16': None,
    'utf-16le': 'utf-16-le',
    'utf_16le': 'utf-16-le',
    'x-utf-16le': 'utf-16-le',
    'utf-16be': 'utf-16-be',
    'utf_16be': 'utf-16-be',
    'x-utf-16be': 'utf-16-be',
}
_MARKS = {  # the longer before those that they begin with
    codecs.BOM_UTF8: 'utf-8',
    codecs.BOM_UTF32_LE: None,
    codecs.BOM_UTF32_BE: None,
    codecs.BOM_UTF16_LE: 'utf-16-le',
    codecs.BOM_UTF16_BE: 'utf-16-be',
}
_STARTS = {  # of a file without a byte order mark
    b'<\0?\0': 'utf-16-le',
    b'\0<\0?': 'utf-16-be',
    b'\x4c\x6f\xa7\x94': 'cp037',
}
_NEXT_LINE = ('cp037', 'cp1026', 'cp1140', 'cp273', 'cp424', 'cp500')  # EBCDIC ends lines with NEL
_LONGEST_DECLARATION = 400  # bytes
_DECLARATION = re.compile(
    r'<\?xml\s+version\s*=\s*(["\'])1\.0\1'
    r'(?:\s+encoding\s*=\s*(["\'])([A-Za-z][A-Za-z0-9._-]*)\2)?'
    r'(?:\s+standalone\s*=\s*(["\'])(?:yes|no)\4)?\s*\?>'
)


class Document(t.NamedTuple):
    """A settings file in UTF-8.

    :ivar body: the file without its byte order mark; what an edit splices.
    :ivar parsed: the same with blanks instead of the XML declaration, so that expat reads it as
        Maven does; offsets and lines are those of C(body).
    :ivar mark: the byte order mark.
    :ivar codec: Python's name of the encoding.
    :ivar next_line: whether the lines of the file end with NEL.
    :ivar leading_blank: whether a blank precedes the XML declaration.
    """

    body: bytes
    parsed: bytes
    mark: bytes = b''
    codec: str = 'utf-8'
    next_line: bool = False
    leading_blank: bool = False

    def encode(self, body: bytes) -> bytes:
        """The file for an edited body. What the encoding lacks becomes a numeric reference."""
        if self.codec != 'utf-8':
            text = body.decode('utf-8')
            if self.next_line:
                text = text.replace('\n', '\x85')
            body = text.encode(self.codec, 'xmlcharrefreplace')
        return self.mark + body


def decode(content: bytes, name: str) -> Document:
    """Find the encoding of a settings file and read it.

    :param name: how messages call the file.
    :raises FileProblem: a declaration that Maven rejects, or an encoding that is unknown,
        contradicts itself or does not fit the bytes.
    """
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b'')
    body = content[len(mark) :]
    codec = _MARKS[mark] if mark else _STARTS.get(body[:4], 'utf-8')
    head = body[:_LONGEST_DECLARATION].decode(codec, 'replace') if codec else ''
    leading_blank = head[:1] in ('\n', ' ', '\t') and re.match(r'<\?xml\s', head[1:]) is not None
    declaration = _declaration(head[leading_blank:], name)
    if declaration is None and not mark and codec != 'utf-8':
        codec = None  # Maven 3 looks for UTF-16 only where it is declared
    elif declaration is not None and not leading_blank:
        codec = _declared(declaration.group(3), codec, mark)
    if codec is None:
        raise FileProblem(
            '%s has an encoding that Maven does not read, or that differs from the one that it '
            'declares. Convert it to UTF-8.' % name
        )
    text = _text(body, codec, name)
    next_line = codec in _NEXT_LINE and '\n' not in text
    if next_line:
        text = text.replace('\x85', '\n')
    if codec != 'utf-8':
        body = text.encode('utf-8')
    parsed = body
    if declaration is not None:
        end = declaration.end() + leading_blank  # a declaration is ASCII
        parsed = re.sub(rb'[^\r\n]', b' ', body[:end]) + body[end:]
    return Document(body, parsed, mark, codec, next_line, leading_blank)


def _declaration(head: str, name: str) -> t.Optional[t.Match[str]]:
    if not re.match(r'<\?xml\s', head):
        return None
    declaration = _DECLARATION.match(head)
    if declaration is None:
        raise FileProblem(
            '%s has an XML declaration that Maven rejects. Write <?xml version="1.0" '
            'encoding="UTF-8"?>.' % name
        )
    return declaration


def _declared(stated: t.Optional[str], found: t.Optional[str], mark: bytes) -> t.Optional[str]:
    """The codec of a declared encoding, or None where it does not fit what the file begins with."""
    if stated is None:
        return found if mark or found == 'utf-8' else None
    stated = stated.lower()
    if stated in _UTF_16:
        return found if (_UTF_16[stated] or found) == found and found != 'utf-8' else None
    codec = _codec(stated)
    if mark or found in ('utf-16-le', 'utf-16-be'):
        return found if codec == found else None
    is_ebcdic = codec in _NEXT_LINE
    return codec if is_ebcdic == (found == 'cp037') else None


def _codec(stated: str) -> t.Optional[str]:
    """Python's name of an encoding that Java knows by the name, or None."""
    for line in _NAMES.replace('\n    ', ' ').split('\n'):
        codec, _colon, names = line.partition(': ')
        if stated in names.split():
            return codec
    return None


def _text(body: bytes, codec: str, name: str) -> str:
    try:
        text = body.decode(codec)
        if codec == 'utf-8' or text.encode(codec) == body:
            return text
        line = 1
    except UnicodeDecodeError as error:
        line = body.count(b'\n', 0, error.start) + 1
    except UnicodeError:
        line = 1
    raise FileProblem(
        '%s is not valid %s (line %d), although that is its encoding (UTF-8 unless it states '
        'another one). Convert it to UTF-8, or declare its real encoding as in '
        '<?xml version="1.0" encoding="ISO-8859-1"?>.' % (name, codec.upper(), line)
    )
