# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""One pass over a settings file: the trees of the servers that matter, and what Maven rejects.

Expat decides what the document contains and where each element begins and ends. The rules of
Maven beyond well-formedness are those of L(maven_model).
"""

from __future__ import annotations

import re
import typing as t
from html.entities import name2codepoint
from xml.parsers import expat

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_encoding import Document
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_model import (
    CLASS,
    DEFAULT_ID,
    IGNORED,
    LIST,
    PLUGIN_GROUP,
    PROPERTIES,
    SERVER,
    SETTINGS,
    SKIPPED,
    TEXT,
    Kind,
    is_group,
)

MOST_ELEMENTS_OF_A_SERVER = 100000
MOST_IDS_IN_A_PATTERN = 50
MOST_PROBLEMS = 5
TRIMMED = ''.join(map(chr, range(33)))  # what Java's String.trim removes
_BLANKS = ' \t\r\n'
_UNPARSED = ((b'<!--', b'-->'), (b'<![CDATA[', b']]>'), (b'<?', b'?>'))
_START_TAG = re.compile(rb'<[^\s/>]+(?:[^>"\']|"[^"]*"|\'[^\']*\')*>')
_ENTITY = re.compile(rb'&(?!(?:amp|lt|gt|quot|apos);|#)([^;<&]*)')
# Servers in which nothing needs a closer look: fields once, in their usual order, and an id
_PLAIN_SERVER = re.compile(
    rb'<server>\s*<id>\s*[^\s<&][^<&]*</id>\s*'
    rb'(?:<username>[^<]*</username>\s*)?(?:<password>[^<]*</password>\s*)?'
    rb'(?:(?=<[pfd])(?:<privateKey>[^<]*</privateKey>\s*)?(?:<passphrase>[^<]*</passphrase>\s*)?'
    rb'(?:<filePermissions>[^<]*</filePermissions>\s*)?'
    rb'(?:<directoryPermissions>[^<]*</directoryPermissions>\s*)?)?</server>\s*'
)
_PROPERTY = Kind(TEXT)


class Node:
    """An element.

    :ivar kind: how Maven reads it; C(newer) where only Maven 4 knows it.
    :ivar start: offset of its start tag in the document's body; C(inner): behind that tag (None
        for C(<x/>)); C(close): of its end tag; C(end): behind it.
    :ivar seen: names of the children so far; C(values): texts that Maven validates.
    """

    __slots__ = (
        'name',
        'kind',
        'newer',
        'start',
        'inner',
        'close',
        'end',
        'children',
        'text',
        'seen',
        'values',
        'prefixes',
    )

    def __init__(self, name: str, kind: Kind, newer: bool, start: int) -> None:
        self.name = name
        self.kind = kind
        self.newer = newer
        self.start = start
        self.inner: t.Optional[int] = None
        self.close = self.end = start
        self.children: t.List[Node] = []
        self.text: t.List[str] = []
        self.seen: t.Set[str] = set()
        self.values: t.Dict[str, str] = {}
        self.prefixes: t.FrozenSet[str] = frozenset(('xml',))

    def child(self, name: str) -> t.Optional[Node]:
        """The first child of a name, or None."""
        return next((node for node in self.children if node.name == name), None)

    def value(self) -> t.Optional[str]:
        """The text as Maven reads it, or None where Maven finds an element instead of text."""
        return None if self.children else self.own_text()

    def own_text(self) -> str:
        """The text beside child elements, without outer blanks."""
        return ''.join(self.text).strip(TRIMMED)

    def text_of(self, name: str) -> t.Optional[str]:
        """The text of the first child of a name, or None."""
        child = self.child(name)
        return child.value() if child is not None else None


class _Rules:
    """What Maven rejects in the elements of a document."""

    def __init__(self, document: Document, name: str) -> None:
        self.document = document
        self.name = name
        self.maven_4: t.List[str] = []  # why Maven 4 rejects what Maven 3 reads
        if document.leading_blank:
            self.only_4(0, 'a blank precedes the XML declaration')

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return self.document.body.count(b'\n', 0, offset) + 1

    def only_4(self, offset: int, reason: str) -> None:
        """Note what Maven 4 rejects and Maven 3 reads."""
        if len(self.maven_4) < MOST_PROBLEMS:
            self.maven_4.append('line %d: %s' % (self.line(offset), reason))

    def reject(self, node: Node, reason: str, remedy: str) -> None:
        """Refuse the file, or note that Maven 4 does where only Maven 4 knows the element."""
        if node.newer:
            self.only_4(node.start, reason)
            return
        raise FileProblem(
            '%s: line %d: %s, which Maven rejects. %s'
            % (self.name, self.line(node.start), reason, remedy)
        )

    def kind_of(self, parent: Node, name: str, start: int) -> t.Tuple[Kind, bool]:
        """How Maven reads a child. :returns: its kind, and whether only Maven 4 knows it."""
        form = parent.kind.form
        if form == CLASS:
            return self._field(parent, name, start)
        if form == LIST:
            return parent.kind.fields.get(name, IGNORED), parent.newer
        if form == PROPERTIES:
            return _PROPERTY, parent.newer
        if form == TEXT:
            self.reject(
                Node(name, IGNORED, parent.newer, start),
                '<%s> is inside <%s>, which contains text only' % (name, parent.name),
                'Correct the file by hand.',
            )
            return IGNORED, parent.newer
        return parent.kind, parent.newer

    def _field(self, parent: Node, name: str, start: int) -> t.Tuple[Kind, bool]:
        kind, newer = parent.kind.fields.get(name), parent.newer
        if kind is None:
            kind, newer = parent.kind.newer.get(name, IGNORED), True
        local = name.rpartition(':')[2]  # Maven 4 ignores prefixes
        if local in parent.seen or name in parent.seen:
            twice = Node(name, IGNORED, newer or name not in parent.seen, start)
            self.reject(
                twice,
                '<%s> is given twice in <%s>' % (name, parent.name),
                'Take one out, or merge them into one.',
            )
        parent.seen.update((local, name) if newer else (name, local))
        return kind, newer

    def check_prefixes(self, node: Node, attributes: t.Dict[str, str]) -> None:
        """Note prefixes that are not declared: Maven 4 honours namespaces."""
        declared = [key[6:] for key in attributes if key.startswith('xmlns:')]
        if declared:
            node.prefixes = node.prefixes.union(declared)
        for name in (node.name, *attributes):
            prefix, colon, _local = name.partition(':')
            if colon and prefix != 'xmlns' and prefix not in node.prefixes:
                self.only_4(node.start, 'the prefix of %s is not declared' % name)

    def check_text(self, node: Node, text: str) -> None:
        """Refuse text between the items of a list."""
        if node.kind.form in (LIST, PROPERTIES) and text.strip(_BLANKS):
            self.reject(
                node,
                '<%s> contains text (%s) beside its elements'
                % (node.name, 'such as a stray -->' if '-->' in text else 'outside of any element'),
                'Take it out.',
            )

    def check_end(self, node: Node, parent: t.Optional[Node]) -> None:
        """Check a complete element."""
        kind = node.kind
        if kind.form == TEXT and parent is not None:
            if node.name in parent.kind.required or node.name == 'port':
                parent.values[node.name] = node.own_text()
            if kind is PLUGIN_GROUP and not is_group(node.own_text()):
                self.reject(node, 'a <pluginGroup> is not a group id', 'Correct it.')
        for field, default in kind.required.items():
            if not node.values.get(field, default):
                self.reject(
                    node,
                    'a <%s> has no %s' % (node.name, field),
                    'Give it one, or take the <%s> out.' % node.name,
                )
        if 'port' in node.values and not _is_port(node.values['port']):
            self.only_4(node.start, 'the port of a <proxy> is not a number')


def _is_port(text: str) -> bool:
    return '${' in text or re.match(r'[+-]?[0-9]{1,10}\Z', text) is not None


class Scan:
    """What a settings file contains.

    Runs of servers that cannot matter go through expat without Python being called, which makes
    the pass about as fast as expat itself.

    :ivar settings: the root; C(servers): the list of servers, or None.
    :ivar first_in_settings: offset of the first child of the root; C(sample): of a server; or None.
    :ivar found: nodes of wanted servers by id, in the order of the file.
    :ivar variables: servers whose id refers to a variable, as (id, node).
    :ivar alias_of: for wanted ids: the id of the server that has it as an alias.
    :ivar maven_4: why Maven 4 rejects the file although Maven 3 reads it: list of reasons.
    """

    def __init__(self, document: Document, wanted: t.Iterable[str], name: str) -> None:
        """Read the document.

        :param wanted: the ids whose servers are kept.
        :param name: how messages call the file.
        :raises FileProblem: what Maven 3 rejects, or what is not well-formed XML.
        """
        self.document = document
        self.body = document.body
        self.wanted = frozenset(wanted)
        self.name = name
        self.servers: t.Optional[Node] = None
        self.first_in_settings: t.Optional[int] = None
        self.sample: t.Optional[int] = None
        self.found: t.Dict[str, t.List[Node]] = {}
        self.variables: t.List[t.Tuple[str, Node]] = []
        self.alias_of: t.Dict[str, str] = {}
        self._rules = _Rules(document, name)
        self.maven_4 = self._rules.maven_4
        self._stack: t.List[Node] = []
        self._elements = 0
        self._fed = 0
        self._parser = self._make_parser()
        try:
            self._run()
        except expat.ExpatError as error:
            raise FileProblem(
                '%s is not well-formed XML: line %d, column %d (%s). Correct it by hand; it was '
                'not changed.'
                % (name, error.lineno, error.offset + 1, expat.ErrorString(error.code))
            ) from None

    def _make_parser(self) -> t.Any:
        parser = expat.ParserCreate('utf-8')
        parser.StartDoctypeDeclHandler = self._on_doctype
        parser.ProcessingInstructionHandler = self._on_instruction
        self._has_entities = _ENTITY.search(self.body) is not None
        if self._has_entities:  # a DTD that is not in the file declares what Maven knows
            parser.UseForeignDTD(True)
            parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
            parser.ExternalEntityRefHandler = self._on_foreign_dtd
            parser.SkippedEntityHandler = self._on_unknown_entity
        return parser

    def _on_foreign_dtd(self, context: str, *_ignored: object) -> int:
        declared = ''.join(
            '<!ENTITY %s "&#%d;">' % item for item in name2codepoint.items() if item[1] > 127
        )
        self._parser.ExternalEntityParserCreate(context).Parse(declared, True)
        return 1

    def _on_unknown_entity(self, name: str, *_ignored: object) -> None:
        raise FileProblem(
            '%s: line %d: the entity &%s; is undefined, which Maven rejects. Write the character.'
            % (self.name, self._parser.CurrentLineNumber, name)
        )

    def _check_entities_of_tag(self, start: int) -> None:
        """Expat does not report an undefined entity in an attribute."""
        tag = _START_TAG.match(self.body, start)
        for name in _ENTITY.findall(tag.group()) if tag is not None else ():
            if name.decode('utf-8') not in name2codepoint:
                self._on_unknown_entity(name.decode('utf-8'))

    def _run(self) -> None:
        """Walk from one place of interest to the next, each in plain content or a tag."""
        body, calm, skip = self.body, None, 0
        places = [match.start() for match in self._interesting().finditer(body)] + [len(body)]
        for place, following in zip(places, places[1:]):
            if place < skip:
                continue
            if calm is not None:
                self._pass_over(calm, body.rfind(b'</server>', calm, place) + len(b'</server>'))
            skip = after = self._after(place)
            self._feed(after, True)
            if not self._between_servers():  # but perhaps after the server that this place is in
                end = body.find(b'</server>', after, following)
                if end >= 0:
                    self._feed(end + len(b'</server>'), True)
            calm = self._fed if self._between_servers() else None
        self._feed(len(body), True)
        self._parser.Parse(b'', True)

    def _interesting(self) -> t.Pattern[bytes]:
        """Comments and the like, lists, variables, and every id that could be a wanted one."""
        if len(self.wanted) <= MOST_IDS_IN_A_PATTERN:
            ids = b'|'.join(re.escape(server_id.encode('utf-8')) for server_id in self.wanted)
            ids = rb'>(?:(?:%s)\s*<|\s|[^<&$]*[&$])|[\s/]' % ids
        else:
            ids = rb'[\s/>]'
        return re.compile(rb'<(?:!|\?|/servers|servers|aliases|id(?:%s))' % ids)

    def _after(self, place: int) -> int:
        """The offset behind the comment, CDATA, instruction or tag that begins at an offset."""
        for start, end in _UNPARSED:
            if self.body.startswith(start, place):
                found = self.body.find(end, place + len(start))
                return found + len(end) if found >= 0 else len(self.body)
        return self.body.find(b'>', place) + 1 or len(self.body)

    def _between_servers(self) -> bool:
        return len(self._stack) == 2 and self._stack[1] is self.servers

    def _pass_over(self, start: int, end: int) -> None:
        """Feed a run that begins between two servers and ends behind one."""
        if end <= start:
            return
        plain = not _PLAIN_SERVER.sub(b'', self.body[start:end]).strip()
        if plain and self.sample is None:
            self.sample = self.body.find(b'<', start)
        self._feed(end, not plain)

    def _feed(self, end: int, listen: bool) -> None:
        parser = self._parser
        parser.StartElementHandler = self._on_start if listen else None
        parser.EndElementHandler = self._on_end if listen else None
        parser.CharacterDataHandler = self._on_text if listen else None
        parser.Parse(memoryview(self.document.parsed)[self._fed : end], False)
        self._fed = end

    def _on_doctype(self, *_ignored: object) -> None:
        raise FileProblem(
            '%s has a DOCTYPE, which Maven ignores or rejects and which can hide entities. '
            'Take it out.' % self.name
        )

    def _on_instruction(self, target: str, _data: str) -> None:
        if target.lower() == 'xml':
            self._rules.only_4(
                self._parser.CurrentByteIndex, 'the name of a processing instruction is reserved'
            )

    def _on_start(self, name: str, attributes: t.Dict[str, str]) -> None:
        stack, start = self._stack, self._parser.CurrentByteIndex
        if stack:
            parent = stack[-1]
            kind, newer = self._rules.kind_of(parent, name, start)
            node = Node(name, kind, newer, start)
            node.prefixes = parent.prefixes
        else:
            self._check_root(name)
            node = self.settings = Node(name, SETTINGS, False, start)
        if attributes or ':' in name:
            self._rules.check_prefixes(node, attributes)
            if self._has_entities:
                self._check_entities_of_tag(start)
        stack.append(node)
        if len(stack) == 2:
            if self.first_in_settings is None:
                self.first_in_settings = start
            if name == 'servers':
                self.servers = node
        elif len(stack) > 2 and stack[1] is self.servers:
            self._in_servers(node)

    def _in_servers(self, node: Node) -> None:
        """Keep the tree of a server."""
        if len(self._stack) == 3:
            self._elements = 0
            if self.sample is None and node.name == 'server':
                self.sample = node.start
            return
        self._stack[-2].children.append(node)
        self._elements += 1
        if self._elements > MOST_ELEMENTS_OF_A_SERVER:
            raise FileProblem(
                '%s has a server entry with more than %d elements. Check what is in it.'
                % (self.name, MOST_ELEMENTS_OF_A_SERVER)
            )

    def _check_root(self, name: str) -> None:
        if name != 'settings':
            why = (
                'has a prefix on its root element, so that Maven ignores all of it'
                if name.endswith(':settings')
                else 'is not a Maven settings file: its root element is not <settings>'
            )
            raise FileProblem('%s %s. Check the path, or correct the file.' % (self.name, why))

    def _on_text(self, text: str) -> None:
        node = self._stack[-1]
        if node.kind.form != SKIPPED:
            self._rules.check_text(node, text)
            node.text.append(text)

    def _on_end(self, name: str) -> None:
        stack = self._stack
        node = stack.pop()
        self._complete(node, self._parser.CurrentByteIndex)
        self._rules.check_end(node, stack[-1] if stack else None)
        if node.kind is SERVER:
            self._keep(node)

    def _complete(self, node: Node, close: int) -> None:
        # expat has read it, so it matches
        tag = t.cast('re.Match[bytes]', _START_TAG.match(self.body, node.start))
        if self.body[tag.end() - 2 : tag.end()] == b'/>':
            node.end = tag.end()
        else:
            node.inner, node.close = tag.end(), close
            node.end = self.body.index(b'>', close) + 1

    def _keep(self, node: Node) -> None:
        server_id = node.values.get('id', DEFAULT_ID)
        if server_id in self.wanted:
            self.found.setdefault(server_id, []).append(node)
        elif '${' in server_id:
            self.variables.append((server_id, node))
        for aliases in node.children:
            if aliases.name == 'aliases':
                for alias in aliases.children:
                    text = alias.own_text()
                    if text in self.wanted and text != server_id:
                        self.alias_of[text] = server_id
