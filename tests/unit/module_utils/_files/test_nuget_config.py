# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edits of a NuGet.Config: ElementTree says what they mean, the old bytes what they must look like.

The rules beyond XML are those that nuget.exe 5.8 was seen to have."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files import nuget_config
from ansible_collections.buildops.tokens.plugins.module_utils._files.nuget_config import (
    Source,
    edit,
    element_name,
    find,
)

PATH = 'NuGet.Config'
NAMES = ['main', 'My Src', '2nd', 'gone']
ODD = 'p:+/=#;"\'\\ä{}$ x@?&<>]]>'
FILE = """\ufeff<?xml version="1.0" encoding="utf-8"?>
<!-- company -->
<configuration>
    <packageSources>
        <add key="main" value="https://nuget.example.com/v3/index.json" /> <!-- ours -->
        <add key='other' value='https://other.example.com' protocolVersion='3'/>
    </packageSources>
    <packageSourceCredentials>
        <other>
            <add key="Username" value="somebody" />
            <add key="ClearTextPassword" value="theirs" />
        </other>
        <main>
            <add key="Username" value="ci" />
            <add key="Password" value="AQAAANCMnd8" />
            <add key="ValidAuthenticationTypes" value="basic" />
        </main>
    </packageSourceCredentials>
</configuration>
"""

_credentials = st.lists(
    st.tuples(
        st.sampled_from([*map(element_name, NAMES), 'other']),
        st.lists(
            st.tuples(
                st.sampled_from(['Username', 'username', 'ClearTextPassword', 'Password', 'x']),
                st.none() | st.sampled_from(['ci', 'old', 'a & b']),
            ),
            max_size=4,
        ),
    ),
    max_size=4,
)
_source = st.builds(
    Source,
    name=st.sampled_from(NAMES),
    username=st.sampled_from(['ci', 'ü']),
    password=st.none() | st.sampled_from(['new', ODD]),
    url=st.none() | st.just('https://nuget.example.com/?a&b'),
)


def _text(pairs, form, ends) -> str:
    """A file with credentials, in one of several ways of writing."""

    def item(key, value):
        attributes = {'key': key} if value is None else {'key': key, 'value': value}
        return ElementTree.Element('add', attributes)

    root = ElementTree.Element('configuration')
    ElementTree.SubElement(root, 'config')
    if pairs is not None:
        section = ElementTree.SubElement(root, 'packageSourceCredentials')
        for name, items in pairs:
            ElementTree.SubElement(section, name).extend(item(*one) for one in items)
    if form:
        ElementTree.indent(root, form)
    return ElementTree.tostring(root, encoding='unicode').replace('\n', ends)


def _rest(content: bytes, names: set[str]):
    """Everything but what belongs to the sources."""

    def tree(element):
        return (
            element.tag,
            dict(element.attrib),
            [
                tree(child)
                for child in element
                if child.tag not in names and child.get('key') not in NAMES
            ],
        )

    found = tree(ElementTree.fromstring(content))
    empty = (['packageSourceCredentials', 'packageSources'], [])
    return (*found[:2], [one for one in found[2] if one[0] not in empty[0] or one[2]])


@given(
    pairs=st.none() | _credentials,
    wanted=st.lists(_source, min_size=1, max_size=3, unique_by=lambda one: one.name),
    form=st.sampled_from(['', '  ', '\t']),
    ends=st.sampled_from(['\n', '\r\n']),
    mark=st.sampled_from([b'', b'\xef\xbb\xbf']),
)
def test_F36_F37_the_sources_are_as_wanted_and_the_rest_as_before(pairs, wanted, form, ends, mark):
    content = mark + _text(pairs, form, ends).encode()
    try:
        edited, changes = edit(content, wanted, PATH)
    except FileProblem:
        kinds = [{key.lower() for key, _value in items} for name, items in pairs]
        assert any({'password', 'cleartextpassword'} <= kind for kind in kinds)
        return
    names = {element_name(source.name) for source in wanted}
    assert _rest(edited, names) == _rest(content, names)
    assert edited.startswith(mark) and edited.count(b'\xef\xbb\xbf') == len(mark) // 3
    if form and ends == '\r\n':
        assert edited.count(b'\n') == edited.count(b'\r\n')
    for source in wanted:
        found = find(edited, source.name, PATH)
        if source.password is None:
            assert found.credentials is None
        else:
            assert found.credentials == (source.username, source.password)
        if source.url:
            assert found[:2] == (source.name, source.url)
        elements = ElementTree.fromstring(edited).iter(element_name(source.name))
        assert len(list(elements)) == (source.password is not None)
    assert any(changes) == (edited != content)
    again, nothing = edit(edited, wanted, PATH)
    assert (again, any(nothing)) == (edited, False)


def test_F37_only_the_entry_changes_and_the_other_kind_of_password_goes() -> None:
    content = FILE.replace('\n', '\r\n').encode()
    edited, changes = edit(content, [Source('main', 'ci', 'new"&<', None)], PATH)
    assert changes == [['kind', 'secret']]
    expected = FILE.replace('            <add key="Password" value="AQAAANCMnd8" />\n', '').replace(
        '"basic" />\n',
        '"basic" />\n            <add key="ClearTextPassword" value="new&quot;&amp;&lt;" />\n',
    )
    assert (edited or b'').decode() == expected.replace('\n', '\r\n')


def test_F36_a_removed_entry_leaves_everything_else() -> None:
    edited, changes = edit(FILE.encode(), [Source('main')], PATH)
    start, end = FILE.index('        <main>'), FILE.index('    </packageSourceCredentials>')
    assert (edited or b'').decode() == FILE[:start] + FILE[end:]
    assert changes == [['entry']]
    both, _changes = edit(FILE.encode(), [Source('main'), Source('other')], PATH)
    assert find(both, 'other', PATH).url == 'https://other.example.com'
    assert b'packageSourceCredentials' not in (both or b'')
    assert edit(None, [Source('main')], PATH) == (None, [[]])


def test_a_new_file_is_what_nuget_would_write_with_the_credentials() -> None:
    edited, changes = edit(None, [Source('My Src', 'ci', 'pä', 'https://nuget.example.com')], PATH)
    assert changes == [['entry', 'source']]
    assert (edited or b'').decode() == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<configuration>\n'
        '  <packageSources>\n'
        '    <add key="nuget.org" value="https://api.nuget.org/v3/index.json"'
        ' protocolVersion="3" />\n'
        '    <add key="My Src" value="https://nuget.example.com" />\n'
        '  </packageSources>\n'
        '  <packageSourceCredentials>\n'
        '    <My_x0020_Src>\n'
        '      <add key="Username" value="ci" />\n'
        '      <add key="ClearTextPassword" value="pä" />\n'
        '    </My_x0020_Src>\n'
        '  </packageSourceCredentials>\n'
        '</configuration>\n'
    )


@pytest.mark.parametrize(
    'name, element',
    [
        ('main', 'main'),
        ('My Src', 'My_x0020_Src'),
        ('N 2:x/é', 'N_x0020_2_x003A_x_x002F_é'),
        ('2nd', '_x0032_nd'),
        ('-a.b-c', '_x002D_a.b-c'),
        ('a_b', 'a_b'),
    ],
)
def test_F36_the_name_of_an_element_is_that_of_nuget(name: str, element: str) -> None:
    assert element_name(name) == element
    ElementTree.fromstring(f'<{element}/>')


def test_F36_a_name_whose_form_is_not_known_is_refused() -> None:
    for name in ('日本', 'a\tb', ''):
        with pytest.raises(BadInput, match='name must consist of characters'):
            element_name(name)
    with pytest.raises(BadInput, match='name has a part such as _x0020_'):
        element_name('a_x0020_b')


def test_F35_what_nuget_would_replace_is_refused() -> None:
    nuget_config.check_text('password', '100%')
    with pytest.raises(BadInput, match='password has two percent signs'):
        nuget_config.check_text('password', 'a%PATH%b')


@pytest.mark.parametrize(
    'content, reason',
    [
        ('<settings/>', r'its root element is not <configuration>'),
        ('<configuration>', r'not well-formed XML: line 1'),
        ('<!DOCTYPE a><configuration/>', 'has a DOCTYPE'),
        ('<?xml version="1.0" encoding="iso-8859-1"?><configuration/>', 'another encoding'),
        (
            '<configuration>\n<packageSourceCredentials><x><add key="Password" value="a"/>'
            '<add key="ClearTextPassword" value="b"/></x></packageSourceCredentials>'
            '</configuration>',
            'line 2: the source has ClearTextPassword and Password',
        ),
    ],
)
def test_F37_what_nuget_rejects_is_refused(content: str, reason: str) -> None:
    with pytest.raises(FileProblem, match=reason):
        edit(content.encode(), [Source('main', 'ci', 'secret')], PATH)
    with pytest.raises(FileProblem, match='is in UTF-16'):
        edit('\ufeff<configuration/>'.encode('utf-16-le'), [Source('main')], PATH)
