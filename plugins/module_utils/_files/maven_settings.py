# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Server entries of Maven's C(settings.xml), edited without touching a byte of anything else.

New values are spliced into the old bytes; nothing is ever serialised. What Maven makes of a file
was read in Maven 3.8, 3.9 and 4, and is compared with them by tests.

Where a file has several servers of one id, Maven sends the user name and the password of the last
one to a repository (C(DefaultRepositorySystemSessionFactory) overwrites the earlier ones), while
plugins get the first (C(Settings.getServer)). So all of them are changed alike.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_encoding import (
    Document,
    decode,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_scanner import (
    Node,
    Scan,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_server import (
    AUTHORIZATION,
    FIELDS,
    SECRETS,
    Server,
    looks_encrypted,
    named,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_splices import (
    Splices,
    Value,
    items_of,
    quote,
)

NAMESPACE = 'http://maven.apache.org/SETTINGS/1.2.0'
_NEW = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<settings xmlns="%s"\n'
    '          xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
    '          xsi:schemaLocation="%s https://maven.apache.org/xsd/settings-1.2.0.xsd">\n'
    '</settings>\n' % (NAMESPACE, NAMESPACE)
).encode('ascii')
_BLANK_FILE = re.compile(rb'(?:\xef\xbb\xbf)?\s*\Z')
_NOT_IN_A_REPOSITORY_ID = frozenset('\\/:"<>|?*')
_OLDER_HEADERS = ('all', 'get', 'put', 'head')  # of Wagon, in httpConfiguration

Changes = t.List[t.Dict[str, t.Any]]


class Crypt(t.NamedTuple):
    """Maven's password encryption.

    :ivar encrypt: a function from a plain password to its encrypted form; called for servers with
        C(encrypt) only, and only when it is written.
    :ivar decrypt: a function from an encrypted value to the plain one, or None where that cannot
        be known.
    """

    encrypt: t.Callable[[str], str]
    decrypt: t.Callable[[str], t.Optional[str]] = lambda value: None


class Result(t.NamedTuple):
    """What an edit came to.

    :ivar content: the new file; the same object as before where nothing changed; None where there
        is no file and none is needed.
    :ivar changes: for each wanted server, in order, C({id, state, changed}); C(changed) lists
        options, and C(id) where the entry itself came or went.
    :ivar warnings: sentences.
    :ivar shadowed: by id: why Maven does not use what is wanted, and the remedy.
    """

    content: t.Optional[bytes]
    changes: Changes
    warnings: t.List[str]
    shadowed: t.Dict[str, str]


def is_blank(content: t.Optional[bytes]) -> bool:
    """Whether there is no file, or nothing in it."""
    return content is None or _BLANK_FILE.match(content) is not None


def scan(content: bytes, ids: t.Iterable[str], name: str) -> Scan:
    """Read a settings file as Maven does.

    :param content: the bytes of the file.
    :param ids: the servers that matter.
    :param name: how messages call the file.
    :raises FileProblem: Maven rejects it.
    """
    return Scan(decode(content, name), ids, name)


def credentials(
    content: t.Optional[bytes], ids: t.Iterable[str], name: str = 'settings.xml'
) -> t.Dict[str, t.Tuple[t.Optional[str], t.Optional[str], t.Dict[str, t.Optional[str]]]]:
    """What Maven would send to repositories for some servers.

    :param content: the bytes of the file, or None.
    :param ids: the servers.
    :param name: how messages call the file.
    :returns: by id, for those that exist: (user name or None, password or None, HTTP headers with
        names in lower case).
    :raises FileProblem: as for L(edit).
    """
    if content is None or is_blank(content):
        return {}
    found = {}
    for server_id, nodes in scan(content, ids, name).found.items():
        node = nodes[-1]
        headers = {}
        for header, header_name in _headers(node.child('configuration'), older=False):
            headers[header_name] = header.text_of('value')
        found[server_id] = (node.text_of('username'), node.text_of('password'), headers)
    return found


def is_resolved_by_maven(value: str) -> bool:
    """Whether only Maven knows what a value stands for: it is encrypted, or a variable."""
    return '${' in value or looks_encrypted(value)


def edit(
    content: t.Optional[bytes],
    wanted: t.Sequence[Server],
    crypt: t.Optional[Crypt] = None,
    name: str = 'settings.xml',
    resolve: t.Callable[[str], t.Optional[str]] = lambda text: None,
) -> Result:
    """Bring server entries into a settings file.

    :param content: the bytes of the file; None or blank where there is none.
    :param wanted: the entries.
    :param crypt: Maven's password encryption.
    :param name: how messages call the file.
    :param resolve: a function that replaces the variables of a text as Maven does, and returns
        None where it cannot know them.
    :returns: Result. Everything outside the wanted entries stays byte-identical.
    :raises BadInput: an id that is listed twice.
    :raises FileProblem: a file that Maven rejects, or reads otherwise than it looks.
    """
    ids = [server.id for server in wanted]
    if len(set(ids)) != len(ids):
        raise BadInput(
            'The server %s is listed more than once. List each id once.'
            % next(one for one in ids if ids.count(one) > 1)
        )
    if content is None or is_blank(content):
        if all(server.state == 'absent' for server in wanted):
            changes: Changes = [{'id': one, 'state': 'absent', 'changed': []} for one in ids]
            return Result(content, changes, [], {})
        document = Document(_NEW, _NEW)
    else:
        document = decode(content, name)
    work = _Work(Scan(document, ids, name), crypt or Crypt(lambda password: password), resolve)
    changes = [
        {'id': server.id, 'state': server.state, 'changed': work.bring(server)} for server in wanted
    ]
    edited = work.finish()
    return Result(
        content if edited is None else document.encode(edited),
        changes,
        work.warnings,
        work.shadowed,
    )


class _Work:
    """One edit of one file.

    :ivar warnings: sentences. :ivar shadowed: by id: why Maven does not use the entry.
    """

    def __init__(
        self, found: Scan, crypt: Crypt, resolve: t.Callable[[str], t.Optional[str]]
    ) -> None:
        self.scan = found
        self.crypt = crypt
        self.edit = Splices(found)
        self.warnings: t.List[str] = []
        self.shadowed: t.Dict[str, str] = {}
        self._new: t.List[Value] = []
        self._variables = [(text, resolve(text), node) for text, node in found.variables]
        self._warn_of_file()

    def _warn_of_file(self) -> None:
        if self.scan.maven_4:
            self.warnings.append(
                'Maven 4 rejects %s, which Maven 3 reads: %s.'
                % (self.scan.name, '; '.join(self.scan.maven_4))
            )
        unknown = [text for text, resolved, _node in self._variables if resolved is None]
        if unknown:
            self.warnings.append(
                '%s has servers whose id is a variable (%s) without a value in this environment. '
                'If Maven replaces it by the id of another entry, that entry may not be used.'
                % (self.scan.name, ', '.join(unknown[:3]))
            )

    def bring(self, server: Server) -> t.List[str]:
        """Note what to do for one wanted server. :returns: the names of what changes."""
        nodes = self.scan.found.get(server.id, [])
        if server.state == 'absent':
            for node in nodes:
                self.edit.cut(node)
            return ['id'] if nodes else []
        self._look_around(server, nodes)
        if not nodes:
            return self._add(server)
        changed: t.List[str] = []
        for node in nodes:
            editor = _ServerEditor(self.edit, self.crypt, server, node)
            changed += [option for option in editor.update() if option not in changed]
            self.warnings += editor.warnings
            if editor.kept:
                self.shadowed[server.id] = editor.kept
        return changed

    def _look_around(self, server: Server, nodes: t.Sequence[Node]) -> None:
        """Look for what else in the file Maven could use instead of the entry."""
        name, alias_of = self.scan.name, self.scan.alias_of.get(server.id)
        if alias_of is not None:
            self.shadowed[server.id] = (
                '%s has %s as an alias of the server %s, and Maven accepts each id once. Take the '
                'alias out.' % (name, server.id, alias_of)
            )
        for text, resolved, _node in self._variables:
            if resolved == server.id:
                self.shadowed[server.id] = (
                    '%s has another server with the id %s, which is %s in this environment. Take '
                    'that server out, or give its id as it is written, with allow_interpolation.'
                    % (name, text, resolved)
                )
        if len(nodes) > 1:
            self.warnings.append(
                '%s has %d servers with the id %s. Maven uses the last for repositories and the '
                'first for plugins, so all are changed alike. Remove all but one.'
                % (name, len(nodes), server.id)
            )
        odd = sorted(_NOT_IN_A_REPOSITORY_ID.intersection(server.id))
        if odd and not nodes and '${' not in server.id:
            self.warnings.append(
                'The server id %s contains a character (%s) that Maven forbids in the ids of '
                'repositories.' % (server.id, ' '.join(odd))
            )

    def _add(self, server: Server) -> t.List[str]:
        fields = [option for option in FIELDS if getattr(server, option) is not None]
        if server.configuration is not None:
            fields.append('configuration')
        if not fields:
            return []
        texts: t.Dict[str, t.Any] = {'id': server.id}
        for option in fields:
            value = getattr(server, option)
            if server.encrypt and option in SECRETS:
                value = self.crypt.encrypt(value)
            texts[FIELDS.get(option, option)] = value
        self._new.append(texts)
        return ['id'] + fields

    def finish(self) -> t.Optional[bytes]:
        """Write the new servers, C(<servers>) where there is none, and all changes.

        :returns: the new body of the document, or None where nothing changed.
        """
        found = self.scan
        if self._new and found.servers is not None:
            servers = [('server', texts) for texts in self._new]
            self.edit.append(found.servers, found.sample, servers)
        elif self._new:
            with_servers: Value = {'server': self._new}
            self.edit.append(found.settings, found.first_in_settings, [('servers', with_servers)])
        return self.edit.apply() if self.edit.splices else None


class _ServerEditor:
    """Changes one server of the file to what is wanted.

    :ivar warnings: sentences.
    :ivar kept: why a secret of the file stays although it may not be the wanted one, or None.
    """

    def __init__(self, work: Splices, crypt: Crypt, server: Server, node: Node) -> None:
        self._edit = work
        self._crypt = crypt
        self._server = server
        self._node = node
        self._children = {child.name: child for child in reversed(node.children)}
        self._added: t.List[t.Tuple[str, Value]] = []
        self._changed: t.List[str] = []
        self.warnings: t.List[str] = []
        self.kept: t.Optional[str] = None
        user = self._children.get('username')
        self._same_user = server.username is None or (
            user is not None and user.value() == server.username
        )

    def update(self) -> t.List[str]:
        """Note what to change. :returns: the names of what changes."""
        for option in FIELDS:
            value = getattr(self._server, option)
            if value is not None:
                self._set_field(option, value)
        removed = set(self._server.remove)
        if self._server.bearer:
            removed |= {'username', 'password'}
        for option in sorted(removed):
            child = self._children.get(FIELDS.get(option, option))
            if child is not None:
                self._edit.cut(child)
                self._changed.append(option)
        if 'configuration' not in removed:
            self._set_configuration()
        if self._added:
            self._edit.append_to(self._node, self._added)
        return self._changed

    def _set_field(self, option: str, value: str) -> None:
        element = FIELDS[option]
        child = self._children.get(element)
        found = child.value() if child is not None else None
        if found is not None and not self._differs(option, value, found):
            return
        self._changed.append(option)
        if self._server.encrypt and option in SECRETS:
            value = self._crypt.encrypt(value)
        if child is None:
            self._added.append((element, value))
        else:
            self._edit.set_inner(child, quote(value))

    def _differs(self, option: str, value: str, found: str) -> bool:
        """Whether a field of the file is to be replaced."""
        if option not in SECRETS or not found:
            return found != value
        if self._server.update_password == 'on_create':
            return False
        if looks_encrypted(found) and not looks_encrypted(value):
            return self._differs_from_encrypted(option, value, found)
        return found != value or self._server.encrypt

    def _differs_from_encrypted(self, option: str, value: str, found: str) -> bool:
        plain, server = self._crypt.decrypt(found), self._server
        if plain == value and self._same_user:
            return server.update_password == 'always' and not server.encrypt
        if server.encrypt or server.update_password == 'always' or not self._same_user:
            return True
        self.kept = (
            'the %s in the file is encrypted and %s. Set update_password to always to replace it, '
            'to on_create to keep it, or set encrypt to write the given one encrypted.'
            % (
                option,
                'cannot be compared with the given one' if plain is None else 'is another one',
            )
        )
        return False

    def _set_configuration(self) -> None:
        server, child = self._server, self._children.get('configuration')
        if child is None:
            if server.configuration is not None:
                self._added.append(('configuration', server.configuration))
                self._changed.append('configuration')
            return
        before = len(self._edit.splices)
        self._drop_authorization(child)
        if server.configuration is not None:
            _merge(self._edit, child, server.configuration)
        if len(self._edit.splices) > before:
            self._changed.append('configuration')

    def _drop_authorization(self, configuration: Node) -> None:
        """Maven prefers a header that is set by hand to username and password, and to a new one.

        An old one must not outlive its replacement.
        """
        server = self._server
        if server.password is None and not server.sets_authorization:
            return
        wanted = server.configuration or {}
        current = not server.sets_authorization
        older = 'httpConfiguration' not in wanted
        for node, name in _headers(configuration, current, older):
            if name == AUTHORIZATION:
                self._edit.cut(node)
            elif '${' in name:
                self.warnings.append(
                    'The server %s has a header whose name is a variable. If it is Authorization, '
                    'Maven prefers it to what was written. Take it out.' % server.id
                )


def _headers(
    configuration: t.Optional[Node], current: bool = True, older: bool = True
) -> t.Iterator[t.Tuple[Node, str]]:
    """The HTTP headers of a server, each with its name in lower case.

    :param current: those of C(httpHeaders).
    :param older: those of C(httpConfiguration), which Wagon (Maven 3.8) sends.
    """
    if configuration is None:
        return
    places = [configuration.child('httpHeaders') if current else None]
    http = configuration.child('httpConfiguration') if older else None
    for method in _OLDER_HEADERS if http is not None else ():
        of_method = http.child(method) if http is not None else None
        places.append(of_method.child('headers') if of_method is not None else None)
    for place in places:
        for node in place.children if place is not None else ():
            name = node.child('name')
            if node.name == 'property' and name is not None:
                yield node, (name.value() or '').lower()


def _merge(work: Splices, node: Node, wanted: t.Mapping[str, t.Any]) -> None:
    """Bring a mapping into an element: what is not mentioned stays."""
    added: t.List[t.Tuple[str, Value]] = []
    for key, value in wanted.items():
        present = [child for child in node.children if child.name == key]
        items = value if isinstance(value, list) else [value]
        if named(items):
            pairs, surplus = _pairs_by_name(present, items)
        else:
            nodes: t.List[t.Optional[Node]] = [*present[: len(items)]]
            nodes += [None] * (len(items) - len(nodes))
            pairs = list(zip(nodes, items))
            surplus = present[len(items) :] if isinstance(value, list) else []
        for child, item in pairs:
            if child is None:
                added.append((key, item))
            else:
                _merge_item(work, child, item)
        for child in surplus:
            work.cut(child)
    if added:
        work.append_to(node, added)


def _pairs_by_name(
    present: t.Sequence[Node], items: t.Sequence[t.Dict[str, t.Any]]
) -> t.Tuple[t.List[t.Tuple[t.Optional[Node], Value]], t.List[Node]]:
    """Find the element for each item of a C(name), and further elements of the same names."""
    by_name: t.Dict[str, t.List[Node]] = {}
    for child in present:
        by_name.setdefault((child.text_of('name') or '').lower(), []).append(child)
    pairs: t.List[t.Tuple[t.Optional[Node], Value]] = []
    surplus: t.List[Node] = []
    for item in items:
        nodes = by_name.get(item['name'].lower(), [])
        pairs.append((nodes[0] if nodes else None, item))
        surplus += nodes[1:]
    return pairs, surplus


def _merge_item(work: Splices, child: Node, item: Value) -> None:
    if isinstance(item, str):
        if child.value() != item:
            work.set_inner(child, quote(item))
    elif child.own_text():  # text where elements belong
        work.set_inner(child, b''.join(work.layout.elements(items_of(item), None)))
    else:
        _merge(work, child, item)
