# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Credentials of package sources in a C(NuGet.Config).

The element of a source has its name in the form of XML. NuGet compares it with capitals, uses the
first of several, and rejects the whole file where a source has both kinds of password.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.xml_spans import (
    Element,
    New,
    XmlFile,
)

ROOT, SOURCES, CREDENTIALS = 'configuration', 'packageSources', 'packageSourceCredentials'
DISABLED = 'disabledPackageSources'
USERNAME, PASSWORD, ENCRYPTED = 'Username', 'ClearTextPassword', 'Password'
NUGET_ORG = New(
    'add',
    (
        ('key', 'nuget.org'),
        ('value', 'https://api.nuget.org/v3/index.json'),
        ('protocolVersion', '3'),
    ),
)
_NAME_CHARACTER = re.compile(r'[A-Za-z0-9_.\-\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]')
_FIRST_CHARACTER = re.compile(r'[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]')
_ESCAPED = re.compile(r'_[Xx](?:[0-9a-fA-F]{4}|[0-9a-fA-F]{8})_')
_ENCRYPTED_KEY = re.compile(rb'=\s*["\']%s["\']' % ENCRYPTED.encode(), re.I)
_VARIABLE = re.compile(r'%[^%]+%')


class Source(t.NamedTuple):
    """A package source in its desired state.

    :ivar password: None removes the credentials.
    :ivar url: the address that the source shall have, or None to leave it alone.
    """

    name: str
    username: str = ''
    password: t.Optional[str] = None
    url: t.Optional[str] = None

    def __repr__(self) -> str:
        return 'Source(%s, redacted)' % self.name


class Found(t.NamedTuple):
    """What NuGet finds for a source.

    :ivar name: of the source in this file, which can have other capitals; None where it has none.
    :ivar credentials: user name and password, or None.
    """

    name: t.Optional[str]
    url: t.Optional[str]
    disabled: bool
    credentials: t.Optional[t.Tuple[str, str]]

    def __repr__(self) -> str:
        return 'Found(%s, redacted)' % self.name


def element_name(name: str) -> str:
    """Return the name of a source as the name of its element (C(XmlConvert.EncodeLocalName)).

    :raises BadInput: its characters have no form that is known.
    """
    if not name or any(ord(character) > 0xFF or ord(character) < 0x20 for character in name):
        raise BadInput(
            'name must consist of characters of ISO-8859-1 without control characters: how NuGet '
            'writes others as the name of an element differs.'
        )
    if _ESCAPED.search(name):
        raise BadInput(
            'name has a part such as _x0020_, which dotnet and mono write differently as the name '
            'of an element. Rename the source.'
        )
    written = []
    for number, character in enumerate(name):
        allowed = _NAME_CHARACTER if number else _FIRST_CHARACTER
        known = allowed.match(character)
        written.append(character if known else '_x%04X_' % ord(character))
    return ''.join(written)


def check_text(option: str, text: str) -> None:
    """Refuse what NuGet replaces with a variable of the environment.

    :raises BadInput: with the option.
    """
    if _VARIABLE.search(text):
        raise BadInput(
            '%s has two percent signs. NuGet takes what is between them for the name of a variable '
            'of the environment, and has no way to write it otherwise. Use another one.' % option
        )


def edit(
    content: t.Optional[bytes], wanted: t.Sequence[Source], path: str
) -> t.Tuple[t.Optional[bytes], t.List[t.List[str]]]:
    """Bring sources into the desired state, and keep every other byte.

    :param content: of the file, or None where it does not exist.
    :param path: for messages.
    :returns: the new content, and what changed for each source: V(entry) (added or removed),
        V(username), V(secret), V(kind) (an encrypted password is replaced), V(duplicates),
        V(source).
    :raises FileProblem: NuGet would reject the file.
    """
    file = _open(content, path)
    if file.root is None:
        return _created(content, wanted, file)
    if any(_stays(source) for source in wanted) and _ENCRYPTED_KEY.search(content or b''):
        _refuse_both_kinds(file, {element_name(source.name) for source in wanted}, path)
    changes = [_edit_source(file, source) for source in wanted]
    sources = [
        New('add', (('key', source.name), ('value', source.url or '')))
        for source, changed in zip(wanted, changes)
        if source.url is not None and _edit_url(file, source, changed)
    ]
    credentials = [
        _credentials(source) for source, changed in zip(wanted, changes) if 'new' in changed
    ]
    _append(file, {SOURCES: sources, CREDENTIALS: credentials})
    if not credentials:
        _cut_empty(file, {element_name(source.name) for source in wanted if not _stays(source)})
    edited = file.content
    words = [['entry' if word == 'new' else word for word in changed] for changed in changes]
    return content if edited is None else edited, words


def find(content: t.Optional[bytes], name: str, path: str) -> Found:
    """Return what NuGet finds for a source in this file."""
    root = _open(content, path).root
    if root is None:
        return Found(None, None, False, None)
    source = next(
        (one for one in _sources(root) if one.attributes.get('key', '').lower() == name.lower()),
        None,
    )
    disabled = any(
        item.attributes.get('key', '').lower() == name.lower()
        and item.attributes.get('value', '').lower() == 'true'
        for section in root.named(DISABLED)
        for item in section.named('add')
    )
    credentials = None
    for element in _elements(root, name)[:1]:
        items = [_item(element, key) for key in (USERNAME, PASSWORD)]
        values = [item.attributes.get('value', '') for item in items if item is not None]
        if len(values) == len(items) and _item(element, ENCRYPTED) is None:
            credentials = (values[0], values[1])
    attributes = source.attributes if source is not None else {}
    return Found(attributes.get('key'), attributes.get('value'), disabled, credentials)


def _stays(source: Source) -> bool:
    return source.password is not None


def _open(content: t.Optional[bytes], path: str) -> XmlFile:
    file = XmlFile(content, path)
    if file.root is not None and file.root.name != ROOT:
        raise FileProblem(
            '%s is not a NuGet configuration: its root element is not <%s>. Check the path.'
            % (path, ROOT)
        )
    return file


def _sources(root: Element) -> t.List[Element]:
    return [source for section in root.named(SOURCES) for source in section.named('add')]


def _elements(root: Element, name: str) -> t.List[Element]:
    """Return the elements with the credentials of a source."""
    return [
        element
        for section in root.named(CREDENTIALS)
        for element in section.named(element_name(name))
    ]


def _item(element: Element, key: str) -> t.Optional[Element]:
    """Return the item of a key, whose capitals do not count."""
    return next(
        (
            item
            for item in element.named('add')
            if item.attributes.get('key', '').lower() == key.lower()
        ),
        None,
    )


def _refuse_both_kinds(file: XmlFile, ours: t.Set[str], path: str) -> None:
    for section in t.cast(Element, file.root).named(CREDENTIALS):
        for element in section.children:
            if element.name not in ours and _item(element, PASSWORD) and _item(element, ENCRYPTED):
                raise FileProblem(
                    '%s: line %d: the source has %s and %s, with which NuGet rejects the whole '
                    'file. Take one of them out.'
                    % (path, file.line_of(element), PASSWORD, ENCRYPTED)
                )


def _credentials(source: Source) -> New:
    items = ((USERNAME, source.username), (PASSWORD, source.password or ''))
    return New(
        element_name(source.name),
        (),
        [New('add', (('key', key), ('value', value))) for key, value in items],
    )


def _created(
    content: t.Optional[bytes], wanted: t.Sequence[Source], file: XmlFile
) -> t.Tuple[t.Optional[bytes], t.List[t.List[str]]]:
    """Return a new file. NuGet itself writes the source nuget.org into one."""
    present = [source for source in wanted if _stays(source)]
    if not present:
        return content, [[] for _source in wanted]
    sources = [
        New('add', (('key', source.name), ('value', source.url)))
        for source in present
        if source.url is not None
    ]
    credentials = [_credentials(source) for source in present]
    file.create(
        New(
            ROOT,
            (),
            [New(SOURCES, (), [NUGET_ORG, *sources]), New(CREDENTIALS, (), credentials)],
        )
    )
    words = [
        ['entry', 'source'][: 1 + (source.url is not None)] if _stays(source) else []
        for source in wanted
    ]
    return file.content, words


def _edit_source(file: XmlFile, source: Source) -> t.List[str]:
    """Edit the credentials of a source. :returns: what changed; V(new) where they are missing."""
    found = _elements(t.cast(Element, file.root), source.name)
    if source.password is None:
        for element in found:
            file.cut(element)
        return ['entry'] if found else []
    if not found:
        return ['new']
    changes = []
    for element in found[1:]:
        file.cut(element)
        changes = ['duplicates']
    return _edit_items(file, found[0], source) + changes


def _edit_items(file: XmlFile, element: Element, source: Source) -> t.List[str]:
    changes, seen = [], set()
    wanted = {
        USERNAME.lower(): ('username', source.username),
        PASSWORD.lower(): ('secret', source.password or ''),
    }
    for item in element.named('add'):
        key = item.attributes.get('key', '').lower()
        if key == ENCRYPTED.lower():
            file.cut(item)
            changes.append('kind')
        elif key in seen or (key in wanted and 'value' not in item.attributes):
            file.cut(item)
            changes.append('duplicates')
        elif key in wanted:
            seen.add(key)
            word, value = wanted[key]
            if item.attributes['value'] != value:
                changes.append(word)
                file.set_attribute(item, 'value', value)
    missing = [name for name in (USERNAME, PASSWORD) if name.lower() not in seen]
    changes += [wanted[name.lower()][0] for name in missing]
    new = [New('add', (('key', name), ('value', wanted[name.lower()][1]))) for name in missing]
    if new:
        file.append(element, new)
    return changes


def _edit_url(file: XmlFile, source: Source, changes: t.List[str]) -> bool:
    """Set the address of a source. :returns: whether it must be added."""
    for element in _sources(t.cast(Element, file.root)):
        if element.attributes.get('key', '').lower() == source.name.lower():
            if element.attributes.get('value') != source.url and 'value' in element.attributes:
                changes.append('source')
                file.set_attribute(element, 'value', source.url or '')
            return False
    changes.append('source')
    return True


def _append(file: XmlFile, new: t.Mapping[str, t.Sequence[New]]) -> None:
    """Add elements to sections, by the name of the section."""
    root = t.cast(Element, file.root)
    missing = []
    for name, elements in new.items():
        sections = root.named(name)
        if elements and sections:
            file.append(sections[-1], elements)
        elif elements:
            missing.append(New(name, (), elements))
    if missing:
        file.append(root, missing)


def _cut_empty(file: XmlFile, removed: t.Set[str]) -> None:
    """Remove a section whose last credentials are removed."""
    for section in t.cast(Element, file.root).named(CREDENTIALS):
        names = {child.name for child in section.children}
        if names and names <= removed and file.is_blank(section):
            file.cut(section)
