# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Server entries of Maven's C(settings.xml), edited without touching a byte of anything else.

Expat is the one authority on what the document says and where each element begins and ends. The new values are spliced into
the old bytes; nothing is ever serialised. What Maven itself makes of a file was read in Maven 3.8 and 4 and seen with Maven 3.8.7.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple, Optional
from xml.parsers import expat

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    check_secret,
    control_character_in,
)

# Option -> element, in the order in which Maven's own documentation lists them.
FIELDS = {
    'username': 'username',
    'password': 'password',
    'private_key': 'privateKey',
    'passphrase': 'passphrase',
    'file_permissions': 'filePermissions',
    'directory_permissions': 'directoryPermissions',
}
SECRETS = ('password', 'passphrase')
REMOVABLE = tuple(FIELDS) + ('configuration',)
NAMESPACE = 'http://maven.apache.org/SETTINGS/1.2.0'
LONGEST_ID = 255
DEEPEST_CONFIGURATION = 20
MOST_ELEMENTS_OF_A_SERVER = 100000
MOST_IDS_IN_A_PATTERN = 50
_NEW = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<settings xmlns="%s"\n'
    '          xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
    '          xsi:schemaLocation="%s https://maven.apache.org/xsd/settings-1.2.0.xsd">\n'
    '</settings>\n' % (NAMESPACE, NAMESPACE)
).encode('ascii')

_BLANKS = b' \t\r\n'
_TRIMMED = ''.join(chr(code) for code in range(33))  # what Java's String.trim takes away
_UNPARSED = ((b'<!--', b'-->'), (b'<![CDATA[', b']]>'), (b'<?', b'?>'))
_BLANK_FILE = re.compile(rb'(?:\xef\xbb\xbf)?\s*\Z')
_START_TAG = re.compile(rb'<[^\s/>]+(?:[^>"\']|"[^"]*"|\'[^\']*\')*>')
_DECLARED = re.compile(r'<\?xml\s[^>]*?\bencoding\s*=\s*["\']([A-Za-z0-9._-]+)["\']')
_ONE_BYTE_ENCODING = re.compile(r'(ascii|iso8859-\d+|cp125\d)\Z')
_ELEMENT_NAME = re.compile(r'(?!xml)[A-Za-z_][A-Za-z0-9_.-]*\Z', re.I)
_MARKS = {  # the longer before those that they begin with
    codecs.BOM_UTF8: 'utf-8',
    codecs.BOM_UTF32_LE: None,
    codecs.BOM_UTF32_BE: None,
    codecs.BOM_UTF16_LE: 'utf-16-le',
    codecs.BOM_UTF16_BE: 'utf-16-be',
}
_NOT_IN_A_REPOSITORY_ID = frozenset('\\/:"<>|?*')
_AUTHORIZATION = 'authorization'


class Server(NamedTuple):
    """One wanted entry; make it with L(wanted_server), which checks it. None means: leave that as it is."""

    id: str
    state: str = 'present'
    username: Optional[str] = None
    password: Optional[str] = None
    private_key: Optional[str] = None
    passphrase: Optional[str] = None
    file_permissions: Optional[str] = None
    directory_permissions: Optional[str] = None
    configuration: Optional[dict] = None
    remove: tuple = ()
    update_password: str = 'unless_encrypted'
    encrypt: bool = False
    bearer: bool = False


class Result(NamedTuple):
    """What an edit came to.

    :ivar content: the new file; the same object as before where nothing changed; None where there is no file and none is needed.
    :ivar changes: for each wanted server, in order, C({id, state, changed}); C(changed) lists options, and C(id) where the entry itself came or went.
    :ivar warnings: sentences.
    """

    content: Optional[bytes]
    changes: list
    warnings: list


class _Node:
    """An element. Offsets are in bytes: C(start) of its start tag, C(inner) after it (None for C(<x/>)), C(close) of its end tag, C(end) after it."""

    __slots__ = ('name', 'start', 'inner', 'close', 'end', 'children', 'text')

    def __init__(self, name, start):
        self.name = name
        self.start = start
        self.inner = self.close = self.end = None
        self.children = []
        self.text = []

    def child(self, name):
        found = [node for node in self.children if node.name == name]
        return found[0] if found else None

    def value(self):
        """The text as Maven reads it, or None where Maven finds an element instead of text."""
        return None if self.children else ''.join(self.text).strip(_TRIMMED)


# ---- what is asked for


def _check_text(name, value, interpolation=False, encrypted=False):
    """Refuse what Maven would read as something else than what was written."""
    found = control_character_in(value)
    if not found and ('\ufffe' in value or '\uffff' in value):
        found = 'U+FFFE or U+FFFF'
    if found:
        raise BadInput(
            '%s holds a control character (%s), which makes Maven reject the whole settings file. Take it out.'
            % (name, found)
        )
    if value != value.strip():
        raise BadInput(
            '%s begins or ends with a blank, which Maven would cut off. Take it out.' % name
        )
    if '${' in value and not interpolation:
        raise BadInput(
            '%s contains "${", which Maven would replace and which cannot be escaped. Get another token; or, if the '
            'replacement is what you want, set allow_interpolation.' % name
        )
    if not encrypted and re.search(
        r'\{.*\}', re.sub(r'\$\{[^{}]*\}', '', value) if interpolation else value
    ):
        raise BadInput(
            '%s contains "{...}", which Maven would take for an encrypted value and try to decrypt. Get another token; or, if it '
            "is the output of Maven's own encryption, set allow_encrypted." % name
        )
    return ''.join(value)  # a plain str, without ansible-core's tags


def _check_plain(name, value, **options):
    if not isinstance(value, str):
        raise BadInput(
            '%s must be a string, but it is of type %s. Quote it.' % (name, type(value).__name__)
        )
    if not value:
        raise BadInput('%s is empty. Give it a value, or leave it out.' % name)
    return _check_text(name, value, **options)


def _check_configuration(name, value, depth=0, **options):
    """Check a configuration, and turn its scalars into the texts that Maven reads."""
    if depth > DEEPEST_CONFIGURATION:
        raise BadInput(
            '%s is nested deeper than %d levels. Make it simpler.' % (name, DEEPEST_CONFIGURATION)
        )
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str) or not _ELEMENT_NAME.match(key):
                raise BadInput(
                    '%s has a key that cannot be the name of an XML element. Use letters, digits, ".", "-" and "_".'
                    % name
                )
            if isinstance(value[key], list) and any(isinstance(item, list) for item in value[key]):
                raise BadInput(
                    '%s.%s is a list of lists, which XML cannot say. Give each inner list a name.'
                    % (name, key)
                )
        return {
            ''.join(key): _check_configuration(
                '%s.%s' % (name, key), value[key], depth + 1, **options
            )
            for key in value
        }
    if isinstance(value, list):
        names = [item['name'].lower() for item in value] if _named(value) else []
        if len(set(names)) != len(names):
            raise BadInput('%s has two items of the same name. Leave one out.' % name)
        return [_check_configuration(name, item, depth + 1, **options) for item in value]
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise BadInput(
            '%s is of type %s, which XML cannot say. Give a string, a number, a boolean, a list or a mapping.'
            % (name, type(value).__name__)
        )
    return _check_text(name, value, **options)


def wanted_server(options):
    """Check one entry.

    :param options: mapping; the options of C(maven_server) that concern an entry. None counts as not given.
    :returns: Server.
    :raises BadInput: anything that Maven would misread, with the reason. The message names option and id, never a value.
    """
    options = {key: value for key, value in options.items() if value is not None}
    server_id = options.get('id')
    if not isinstance(server_id, str) or not server_id.strip() or len(server_id) > LONGEST_ID:
        raise BadInput(
            'id must be a string of 1 to %d characters. Give the id of the repository or mirror.'
            % LONGEST_ID
        )
    server_id = _check_text('id', server_id)
    if 'token' in options:
        raise BadInput(
            'server %s: token names a source, which only the action plugin of this module can ask. '
            'Call the module as buildops.tokens.maven_server from a task, or give username and password.'
            % server_id
        )
    state = options.get('state', 'present')
    if state == 'absent':
        return Server(server_id, state)
    where = 'server %s: ' % server_id
    allowed = {
        'interpolation': options.get('allow_interpolation', False),
        'encrypted': options.get('allow_encrypted', False),
    }
    values = {}
    for option in FIELDS:
        if option in options:
            if option in SECRETS:
                check_secret(where + option, options[option])
            values[option] = _check_plain(where + option, options[option], **allowed)
    for option in ('file_permissions', 'directory_permissions'):
        if option in values and not re.match(r'[0-7]{3,4}\Z', values[option]):
            raise BadInput('%s%s must be an octal mode such as "664". Quote it.' % (where, option))
    configuration = options.get('configuration')
    if configuration is not None:
        if not isinstance(configuration, dict):
            raise BadInput('%sconfiguration must be a mapping.' % where)
        configuration = _check_configuration(where + 'configuration', configuration, **allowed)
    bearer = False
    if 'access_token' in options:
        if 'password' in values:
            raise BadInput(
                '%spassword and access_token exclude each other. Leave one of them out.' % where
            )
        check_secret(where + 'access_token', options['access_token'])
        access_token = _check_plain(where + 'access_token', options['access_token'], **allowed)
        if 'username' in values:  # some servers take the access token as the password of a user
            values['password'] = access_token
        else:
            if not access_token.isascii() or ' ' in access_token:
                raise BadInput(
                    '%saccess_token holds a character that an HTTP header cannot carry. Check where it comes from.'
                    % where
                )
            bearer, configuration = (
                True,
                _with_header(where, configuration or {}, 'Authorization', 'Bearer ' + access_token),
            )
    remove = tuple(dict.fromkeys(options.get('remove') or ()))
    both = sorted(set(remove) & (set(values) | ({'configuration'} if configuration else set())))
    if both:
        raise BadInput('%s%s is both given and to be removed. Decide for one.' % (where, both[0]))
    if not values and configuration is None and not remove:
        raise BadInput(
            '%sthere is nothing to write. Give username and password, access_token, token, or another option of an entry.'
            % where
        )
    encrypt = bool(options.get('encrypt')) and not any(
        allowed.values()
    )  # what is allowed is also written as it is
    return Server(
        server_id,
        state,
        configuration=configuration,
        remove=remove,
        bearer=bearer,
        encrypt=encrypt,
        update_password=options.get('update_password', 'unless_encrypted'),
        **values,
    )


def _with_header(where, configuration, name, value):
    headers = configuration.get('httpHeaders', {})
    properties = headers.get('property', []) if isinstance(headers, dict) else None
    properties = [properties] if isinstance(properties, dict) else properties
    if not isinstance(properties, list) or any(
        not isinstance(item, dict) or str(item.get('name', '')).lower() == _AUTHORIZATION
        for item in properties
    ):
        raise BadInput(
            '%saccess_token needs configuration.httpHeaders.property to be a list of {name, value} without Authorization.'
            % where
        )
    return dict(
        configuration,
        httpHeaders=dict(headers, property=properties + [{'name': name, 'value': value}]),
    )


# ---- what is there


def _decode(content, name):
    """Find the encoding.

    :returns: (the document in UTF-8 without byte order mark, byte order mark, codec).
    :raises FileProblem: an encoding that is unknown, contradicts itself or does not fit the bytes.
    """
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b'')
    codec = (
        _MARKS.get(mark)
        if mark
        else {b'<\0': 'utf-16-le', b'\0<': 'utf-16-be'}.get(content[:2], 'utf-8')
    )
    body = content[len(mark) :]
    head = body[:400].decode(codec or 'utf-8', 'replace')
    declared = _DECLARED.match(head)
    if declared:
        try:
            stated = codecs.lookup(declared.group(1)).name
        except LookupError:
            stated = 'unknown'
        if stated == 'utf-16' and codec in ('utf-16-le', 'utf-16-be'):
            stated = codec
        if stated != codec:
            if not mark and codec == 'utf-8' and _ONE_BYTE_ENCODING.match(stated):
                codec = stated
            else:
                codec = None
    if codec is None:
        raise FileProblem(
            '%s has an encoding that is unknown or differs from the one that it declares. Convert it to UTF-8.'
            % name
        )
    try:
        text = body.decode(codec)
        if codec == 'utf-8':
            return body, mark, codec
        if text.encode(codec) == body:
            return text.encode('utf-8'), mark, codec
    except UnicodeError:
        pass
    raise FileProblem(
        '%s is not valid %s, although that is its encoding (UTF-8 unless it says otherwise). '
        'Convert it to UTF-8, or declare its real encoding.' % (name, codec.upper())
    )


class _Scan:
    """One pass over the document: where C(settings) and C(servers) are, and the trees of the servers that matter.

    Runs of servers that cannot matter go through expat without Python being called. That makes the pass about as fast as expat itself.
    """

    def __init__(self, body, wanted, name):
        self.body = body
        self.wanted = wanted
        self.name = name
        self.settings = self.servers = None
        self.first_in_settings = self.sample = None  # offsets, for the indentation
        self.found = {}  # id -> nodes
        self.alias_of = {}  # wanted id -> id of the server that has it as an alias
        self._stack = []
        self._elements = 0
        self._fed = 0
        self._parser = expat.ParserCreate('utf-8')
        self._parser.StartDoctypeDeclHandler = self._on_doctype
        try:
            self._run()
        except expat.ExpatError as error:
            raise FileProblem(
                '%s is not well-formed XML: line %d, column %d (%s). Correct it by hand; it was not changed.'
                % (self.name, error.lineno, error.offset + 1, expat.ErrorString(error.code))
            ) from None

    def _run(self):
        """Walk from one place of interest to the next. Every place outside comments and the like is in plain content or a tag."""
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

    def _interesting(self):
        """Comments, CDATA, processing instructions, C(servers), C(aliases), and every id that could be a wanted one."""
        if len(self.wanted) <= MOST_IDS_IN_A_PATTERN:
            ids = b'|'.join(re.escape(server_id.encode('utf-8')) for server_id in self.wanted)
            ids = rb'>(?:(?:%s)\s*<|\s|[^<&]*&)|[\s/]' % ids
        else:
            ids = rb'[\s/>]'
        return re.compile(rb'<(?:!|\?|/servers|servers|aliases|id(?:%s))' % ids)

    def _after(self, place):
        """The offset behind the comment, CDATA, instruction or tag that begins at an offset."""
        for start, end in _UNPARSED:
            if self.body.startswith(start, place):
                found = self.body.find(end, place + len(start))
                return found + len(end) if found >= 0 else len(self.body)
        return self.body.find(b'>', place) + 1 or len(self.body)

    def _between_servers(self):
        return [node.name for node in self._stack] == ['settings', 'servers']

    def _pass_over(self, start, end):
        """Feed a run that provably begins and ends in the content of the same C(servers).

        There is no comment or the like in it, so that each '<' is a tag; it leaves as many elements as it enters, and never C(servers).
        """
        if end > start and self.body.count(b'<', start, end) == 2 * self.body.count(
            b'</', start, end
        ):
            if self.sample is None:
                self.sample = self.body.find(b'<', start)
            self._feed(end, False)

    def _feed(self, end, listen):
        self._parser.StartElementHandler = self._on_start if listen else None
        self._parser.EndElementHandler = self._on_end if listen else None
        self._parser.CharacterDataHandler = self._on_text if listen else None
        self._parser.Parse(memoryview(self.body)[self._fed : end], False)
        self._fed = end

    def _on_doctype(self, *ignored):
        raise FileProblem(
            '%s has a DOCTYPE, which Maven ignores or rejects and which can hide entities. Take it out.'
            % self.name
        )

    def _on_start(self, name, attributes):
        stack, depth = self._stack, len(self._stack)
        node = _Node(name, self._parser.CurrentByteIndex)
        stack.append(node)
        if depth == 0:
            self._check_root(name)
            self.settings = node
        elif depth == 1:
            if self.first_in_settings is None:
                self.first_in_settings = node.start
            if name == 'servers':
                if self.servers is not None:
                    raise FileProblem(
                        '%s has more than one <servers> element, which Maven rejects. Merge them into one.'
                        % self.name
                    )
                self.servers = node
        elif depth == 2:
            self._elements = 0
            if self.sample is None and name == 'server' and stack[1].name == 'servers':
                self.sample = node.start
        elif stack[1].name == 'servers':
            stack[-2].children.append(node)
            self._elements += 1
            if self._elements > MOST_ELEMENTS_OF_A_SERVER:
                raise FileProblem(
                    '%s has a server entry with more than %d elements. Check what is in it.'
                    % (self.name, MOST_ELEMENTS_OF_A_SERVER)
                )

    def _check_root(self, name):
        if name != 'settings':
            why = (
                'has a prefix on its root element, so that Maven ignores all of it'
                if name.endswith(':settings')
                else 'is not a Maven settings file: its root element is not <settings>'
            )
            raise FileProblem('%s %s. Check the path, or correct the file.' % (self.name, why))

    def _on_text(self, text):
        if len(self._stack) > 3:
            self._stack[-1].text.append(text)

    def _on_end(self, name):
        node = self._stack.pop()
        self.complete(node, self._parser.CurrentByteIndex)
        if len(self._stack) == 2 and name == 'server' and self._stack[1].name == 'servers':
            self._keep(node)

    def complete(self, node, close):
        tag_end = _START_TAG.match(self.body, node.start).end()
        if self.body[tag_end - 2 : tag_end] == b'/>':
            node.end = tag_end
        else:
            node.inner, node.close, node.end = tag_end, close, self.body.index(b'>', close) + 1

    def _keep(self, node):
        id_node = node.child('id')
        server_id = id_node.value() if id_node is not None else None
        if server_id in self.wanted:
            self.found.setdefault(server_id, []).append(node)
        for aliases in node.children:
            if aliases.name == 'aliases':
                for alias in aliases.children:
                    if alias.value() in self.wanted and alias.value() != server_id:
                        self.alias_of[alias.value()] = server_id


def credentials(content, ids, name='settings.xml'):
    """What Maven would send for some servers.

    :param content: the bytes of the file, or None.
    :param ids: the servers.
    :param name: how messages call the file.
    :returns: by id, for those that there are: (user name or None, password or None, HTTP headers with names in lower case).
    :raises FileProblem: as for L(edit).
    """
    if content is None or _BLANK_FILE.match(content):
        return {}
    found = {}
    for server_id, nodes in _Scan(_decode(content, name)[0], set(ids), name).found.items():
        texts = {child.name: child.value() for child in nodes[0].children}
        configuration = nodes[0].child('configuration')
        headers = {}
        for node, header in _properties(configuration) if configuration is not None else ():
            value = node.child('value')
            headers[header] = value.value() if value is not None else None
        found[server_id] = (texts.get('username'), texts.get('password'), headers)
    return found


def is_resolved_by_maven(value):
    """Whether only Maven knows what a value stands for: it is encrypted, or refers to an environment variable or a property."""
    return '${' in value or looks_encrypted(value)


# ---- the edit


def _quote(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').encode('utf-8')


class _Layout:
    """How the file writes: its line ends and indentation."""

    def __init__(self, scan):
        self._body = body = scan.body
        line_feed = body.find(b'\n')
        self.line_end = (
            b'\r\n' if line_feed > 0 and body[line_feed - 1 : line_feed] == b'\r' else b'\n'
        )
        self.unit = self.indent(scan.first_in_settings) or b'  '

    def indent(self, offset):
        """The blanks before an offset, or None where it is not the first on its line."""
        if offset is None:
            return None
        start = self.blanks_before(offset, b' \t')
        return (
            self._body[start:offset]
            if start == 0 or self._body[start - 1 : start] in (b'\n', b'\r')
            else None
        )

    def blanks_before(self, offset, blanks=_BLANKS):
        while offset > 0 and self._body[offset - 1] in blanks:
            offset -= 1
        return offset

    def element(self, name, value, indent):
        """An element as bytes; C(indent) is that of its own line, None for all on one line."""
        name = name.encode('ascii')
        if isinstance(value, str):
            return b'<%s>%s</%s>' % (name, _quote(value), name)
        deeper = None if indent is None else indent + self.unit
        children = [
            self.element(child, item, deeper)
            for child, items in value.items()
            for item in (items if isinstance(items, list) else [items])
        ]
        if indent is None or not children:
            return b'<%s>%s</%s>' % (name, b''.join(children), name)
        inside = b''.join(self.line_end + deeper + child for child in children)
        return b'<%s>%s%s</%s>' % (name, inside, self.line_end + indent, name)


class _Edit:
    """Collects replacements of byte ranges, and applies them all at once."""

    def __init__(self, scan):
        self.body = scan.body
        self.layout = _Layout(scan)
        self.splices = []

    def replace(self, start, end, new):
        self.splices.append((start, end, new))

    def apply(self):
        parts, done, view = [], 0, memoryview(self.body)
        for start, end, new in sorted(self.splices, key=lambda splice: splice[:2]):
            if start < done:
                raise FileProblem(
                    'The configuration of a server is too tangled for this edit (text among its elements). Change that entry by hand.'
                )
            parts += (view[done:start], new)
            done = end
        parts.append(view[done:])
        return b''.join(parts)

    def set_inner(self, node, new):
        """Replace all that is inside an element."""
        if node.inner is not None:
            self.replace(node.inner, node.close, new)
        else:
            self.replace(node.end - 2, node.end, b'>%s</%s>' % (new, node.name.encode('utf-8')))

    def append(self, node, first_child, make):
        """Add children at the end of an element.

        :param first_child: offset of its first child element, whose way of writing is followed, or None.
        :param make: a function of the indentation (None for all on one line) that returns a list of elements as bytes.
        """
        own = self.layout.indent(node.start)
        if first_child is None:
            indent = (own or b'') + self.layout.unit
        else:
            indent = self.layout.indent(first_child)
        lead = b'' if indent is None else self.layout.line_end + indent
        new = b''.join(lead + element for element in make(indent))
        tail = b'' if indent is None else self.layout.line_end + (own or b'')
        if node.inner is None:
            self.set_inner(node, new + tail)
            return
        at = max(node.inner, self.layout.blanks_before(node.close))
        self.replace(
            at,
            at,
            new
            if b'\n' in self.body[at : node.close] or b'\r' in self.body[at : node.close]
            else new + tail,
        )

    def cut(self, node):
        """Take an element away, with its line where it has one of its own."""
        start, end = self.layout.blanks_before(node.start, b' \t'), node.end
        rest = re.compile(rb'[ \t]*(?:\r\n|\n|\r|\Z)').match(self.body, end)
        if rest and self.body[start - 1 : start] in (b'\n', b'\r'):
            start -= 2 if self.body[start - 2 : start] == b'\r\n' else 1
            self.replace(start, end, b'')
        else:
            self.replace(node.start, end, b'')


def looks_encrypted(value):
    """Whether Maven would decrypt a value: a part in braces that is not to be interpolated, with or without a comment around it."""
    return re.search(r'(?<!\$)\{[^{}]+\}', value) is not None


def edit(content, wanted, encrypt=None, name='settings.xml'):
    """Bring server entries into a settings file.

    :param content: the bytes of the file; None or blank where there is none.
    :param wanted: list of Server.
    :param encrypt: a function of a plain password that returns Maven's encrypted form; called for servers with C(encrypt) only, and only when it is written.
    :param name: how messages call the file.
    :returns: Result. Everything outside the wanted entries stays byte-identical.
    :raises BadInput: an id that is listed twice.
    :raises FileProblem: a file that Maven would reject or read otherwise than it looks.
    """
    ids = [server.id for server in wanted]
    if len(set(ids)) != len(ids):
        raise BadInput(
            'The server %s is listed more than once. List each id once.'
            % next(one for one in ids if ids.count(one) > 1)
        )
    blank = content is None or _BLANK_FILE.match(content)
    if blank and all(server.state == 'absent' for server in wanted):
        return Result(
            content, [{'id': server_id, 'state': 'absent', 'changed': []} for server_id in ids], []
        )
    body, mark, codec = (_NEW, b'', 'utf-8') if blank else _decode(content, name)
    scan = _Scan(body, set(ids), name)
    work, changes, warnings, new = _Edit(scan), [], [], []
    for server in wanted:
        nodes = scan.found.get(server.id, [])
        if server.state == 'absent':
            for node in nodes:
                work.cut(node)
            changed = ['id'] if nodes else []
        else:
            changed = _present(work, scan, server, nodes, new, encrypt, name, warnings)
        changes.append({'id': server.id, 'state': server.state, 'changed': changed})
    if new:
        _add(work, scan, new)
    if not work.splices:
        return Result(content, changes, warnings)
    edited = work.apply()
    if codec != 'utf-8':  # what the encoding does not have becomes a numeric reference
        edited = edited.decode('utf-8').encode(codec, 'xmlcharrefreplace')
    return Result(mark + edited, changes, warnings)


def _present(work, scan, server, nodes, new, encrypt, name, warnings):
    """Note what to do for one wanted server. :returns: the names of what changes."""
    if server.id in scan.alias_of:
        raise FileProblem(
            '%s has %s as an alias of the server %s, and Maven wants each id once. Take the alias out.'
            % (name, server.id, scan.alias_of[server.id])
        )
    if len(nodes) > 1:
        warnings.append(
            '%s has %d servers with the id %s. Maven uses the first, which is the one that was looked after. Remove the others.'
            % (name, len(nodes), server.id)
        )
    odd = sorted(_NOT_IN_A_REPOSITORY_ID.intersection(server.id))
    if odd and not nodes:
        warnings.append(
            'The server id %s holds a character (%s) that Maven forbids in the ids of repositories.'
            % (server.id, ' '.join(odd))
        )
    if nodes:
        return _update(work, server, nodes[0], encrypt, name)
    fields = [option for option in FIELDS if getattr(server, option) is not None]
    if server.configuration is not None:
        fields.append('configuration')
    if not fields:
        return []
    texts = {'id': server.id}
    for option in fields[:]:
        value = getattr(server, option)
        texts[FIELDS.get(option, option)] = (
            encrypt(value) if server.encrypt and option in SECRETS else value
        )
    new.append(texts)
    return ['id'] + fields


def _add(work, scan, new):
    """Write the new servers, and C(<servers>) where there is none."""

    def servers(indent):
        return [work.layout.element('server', texts, indent) for texts in new]

    if scan.servers is not None:
        work.append(scan.servers, scan.sample, servers)
        return

    def with_servers(indent):
        return [work.layout.element('servers', {'server': new}, indent)]

    work.append(scan.settings, scan.first_in_settings, with_servers)


def _update(work, server, node, encrypt, name):
    """Note what to change inside an existing server. :returns: the names of what changes."""
    children = {}
    for child in node.children:
        if child.name in children:
            raise FileProblem(
                '%s: the server %s has <%s> twice, which Maven rejects. Take one out.'
                % (name, server.id, child.name)
            )
        children[child.name] = child
    changed, added = [], []
    same_user = server.username is None or (
        'username' in children and children['username'].value() == server.username
    )
    for option, element in FIELDS.items():
        value, child = getattr(server, option), children.get(element)
        if value is None or (
            child is not None and not _differs(server, option, value, child.value(), same_user)
        ):
            continue
        changed.append(option)
        if server.encrypt and option in SECRETS:
            value = encrypt(value)
        if child is None:
            added.append((element, value))
        else:
            work.set_inner(child, _quote(value))
    remove = set(server.remove)
    if server.bearer:
        remove |= {'username', 'password'}
    for option in sorted(remove):
        child = children.get(FIELDS.get(option, option))
        if child is not None:
            work.cut(child)
            changed.append(option)
    if 'configuration' not in remove:
        child, configuration = children.get('configuration'), server.configuration
        if child is None:
            if configuration is not None:
                added.append(('configuration', configuration))
                changed.append('configuration')
        else:
            before = len(work.splices)
            if server.password is not None and not _sets_authorization(configuration):
                _drop_authorization(work, child)
            if configuration is not None:
                _merge(work, child, configuration)
            if len(work.splices) > before:
                changed.append('configuration')
    if added:
        work.append(
            node,
            node.children[0].start if node.children else None,
            lambda indent: [
                work.layout.element(element, value, indent) for element, value in added
            ],
        )
    return changed


def _differs(server, option, value, found, same_user):
    if option in SECRETS and found:
        if server.update_password == 'on_create':
            return False
        if looks_encrypted(found) and not looks_encrypted(
            value
        ):  # cannot be compared: Maven encrypts with a random salt
            return server.update_password == 'always' or not same_user
        return found != value or server.encrypt
    return found != value


def _properties(configuration):
    """The C(property) elements of C(httpHeaders), with their names in lower case."""
    headers = configuration.child('httpHeaders')
    for node in headers.children if headers is not None else ():
        name = node.child('name')
        if node.name == 'property' and name is not None:
            yield node, (name.value() or '').lower()


def _drop_authorization(work, configuration):
    """Maven prefers a header that is set by hand to username and password: an old one must not outlive its replacement."""
    for node, name in _properties(configuration):
        if name == _AUTHORIZATION:
            work.cut(node)


def _sets_authorization(configuration):
    headers = (configuration or {}).get('httpHeaders')
    properties = headers.get('property', []) if isinstance(headers, dict) else []
    return any(
        isinstance(item, dict) and str(item.get('name', '')).lower() == _AUTHORIZATION
        for item in (properties if isinstance(properties, list) else [properties])
    )


def _merge(work, node, wanted):
    """Bring a mapping into an element: what is not mentioned stays."""
    added = []
    for key, value in wanted.items():
        present = [child for child in node.children if child.name == key]
        if not isinstance(value, list):
            value = [value]
            surplus = []
        else:
            surplus = [] if _named(value) else present[len(value) :]
        if _named(value):
            by_name = {
                (child.child('name').value() or '').lower(): child
                for child in reversed(present)
                if child.child('name') is not None
            }
            pairs = [(by_name.get(item['name'].lower()), item) for item in value]
        else:
            pairs = [
                (present[number] if number < len(present) else None, item)
                for number, item in enumerate(value)
            ]
        for child, item in pairs:
            if child is None:
                added.append((key, item))
            elif isinstance(item, str):
                if child.value() != item:
                    work.set_inner(child, _quote(item))
            elif ''.join(child.text).strip(_TRIMMED):  # text where elements belong
                work.set_inner(
                    child,
                    b''.join(
                        work.layout.element(name, inner, None)
                        for name, items in item.items()
                        for inner in (items if isinstance(items, list) else [items])
                    ),
                )
            else:
                _merge(work, child, item)
        for child in surplus:
            work.cut(child)
    if added:
        work.append(
            node,
            node.children[0].start if node.children else None,
            lambda indent: [work.layout.element(key, value, indent) for key, value in added],
        )


def _named(items):
    """Whether list items are told apart by their C(name), as the headers of Maven's HTTP transport are."""
    return bool(items) and all(
        isinstance(item, dict) and isinstance(item.get('name'), str) for item in items
    )
