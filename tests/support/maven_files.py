# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings files of Maven as people have them: most are right, many are broken in one of Maven's
ways. Made from a seed, so that a case can be repeated."""

from __future__ import annotations

import random
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_settings import scan
from tests.oracles.maven import Settings

SERVERS = '<servers>\n%s</servers>'
IDS = ('company', 'studio', 'näh', 'a b', 'x.y', 'lt<&')
_FIELDS = ('username', 'password', 'privateKey', 'passphrase', 'filePermissions')
_OTHERS = {
    'localRepository': ['/r', '', ' x '],
    'offline': ['true', 'maybe', ''],
    'interactiveMode': ['false'],
    'usePluginRegistry': ['true'],
}
_STRAY = ('-->', 'x', '&nbsp;', ']', '&#65;', '${x}', '&bogus;')
_NOISE = (
    '<!-- c -->',
    '<!-- <server><id>company</id></server> -->',
    '<!---->',
    '<?pi <servers>?>',
    '<?XML a?>',
    '<!-- - -->',
)
_ENCODINGS = (
    ('utf-8', ''),
    ('utf-8', '<?xml version="1.0"?>'),
    ('utf-8', '<?xml version="1.0" encoding="UTF-8"?>'),
    ('utf-8', '<?xml version="1.0" encoding="utf8" standalone="yes" ?>'),
    ('utf-8', '\n<?xml version="1.0" encoding="UTF-8"?>'),
    ('utf-8', '\n'),
    ('utf-8', "\n<?xml version='1.0'?>\n"),
    ('utf-8', '\r\n<?xml version="1.0"?>'),
    ('utf-8', '<?xml version="1.1"?>'),
    ('utf-8', '<?xml encoding="UTF-8"?>'),
    ('utf-8', '<?xml version="1.0" encoding="none-such"?>'),
    ('utf-8-sig', '<?xml version="1.0" encoding="UTF-8"?>'),
    ('utf-8-sig', ''),
    ('iso8859-1', '<?xml version="1.0" encoding="ISO-8859-1"?>'),
    ('cp1252', '<?xml version="1.0" encoding="windows-1252"?>'),
    ('gbk', '<?xml version="1.0" encoding="GBK"?>'),
    ('shift_jis', '<?xml version="1.0" encoding="Shift_JIS"?>'),
    ('koi8-r', '<?xml version="1.0" encoding="KOI8-R"?>'),
    ('cp850', '<?xml version="1.0" encoding="IBM850"?>'),
    ('tis-620', '<?xml version="1.0" encoding="TIS-620"?>'),
    ('big5', '<?xml version="1.0" encoding="Big5"?>'),
    ('euc_kr', '<?xml version="1.0" encoding="EUC-KR"?>'),
    ('cp037', '<?xml version="1.0" encoding="IBM037"?>'),
    ('utf-16', '<?xml version="1.0" encoding="UTF-16"?>'),
    ('utf-16-le', '<?xml version="1.0" encoding="UTF-16"?>'),
    ('utf-16-be', '<?xml version="1.0" encoding="UTF-16BE"?>'),
)


class Maker:
    """One file. :ivar faults: how many faults are still to be made."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.faults = self.random.choice((0, 0, 1, 1, 2))

    def chance(self, one_in: int) -> bool:
        """Whether something happens that does so once in a number of times."""
        return self.random.randrange(one_in) == 0

    def fault(self, one_in: int) -> bool:
        """The same for a fault, of which a file has few."""
        happens = self.faults > 0 and self.chance(one_in)
        self.faults -= happens
        return happens

    def make(self) -> bytes:
        """The file."""
        encoding, declaration = self.random.choice(_ENCODINGS)
        if self.chance(2):
            encoding, declaration = _ENCODINGS[self.random.randrange(3)]
        parts = [self._element(name, self._text(values)) for name, values in self._some_others()]
        lists = (
            self._servers,
            self._mirrors,
            self._proxies,
            self._profiles,
            self._groups,
            self._active,
        )
        for make in lists:
            if make == self._servers or self.chance(4):
                parts.append(make())
            if self.fault(12) and parts:
                parts.append(parts[-1])  # twice
        self.random.shuffle(parts)
        attributes = self.random.choice(
            ('', '', ' xmlns="http://maven.apache.org/SETTINGS/1.2.0"', ' a="&auml;"')
        )
        if self.fault(20):
            attributes += ' b="&bogus;"'
        body = self._class('settings', parts, attributes)
        text = declaration + self._noise() + body + self._noise()
        return text.encode(encoding, 'xmlcharrefreplace')

    def _some_others(self) -> t.List[t.Tuple[str, t.List[str]]]:
        return [item for item in _OTHERS.items() if self.chance(4)]

    def _noise(self) -> str:
        return self.random.choice(_NOISE) if self.chance(15) else self.random.choice(('', '\n'))

    def _text(self, values: t.Sequence[str]) -> str:
        text = self.random.choice(values)
        text = text.replace('&', '&amp;').replace('<', '&lt;')
        kind = self.random.randrange(12)
        if kind == 0:
            return '<![CDATA[%s]]>' % text.replace('&amp;', '&').replace('&lt;', '<')
        if kind == 1:
            return ' \n' + text + '\t'
        if kind == 2:
            return text + '<!-- x -->'
        if kind == 3:
            return text + self.random.choice(('&eacute;', '&euro;', '&#8364;', '&alpha;', '&nbsp;'))
        return text

    def _element(self, name: str, inner: str, attributes: str = '') -> str:
        if self.fault(40):
            inner += '<b/>'
        if self.fault(80):
            name = 's:' + name
        if not inner and self.chance(2):
            return '<%s%s/>' % (name, attributes)
        return '<%s%s>%s</%s>' % (name, attributes, inner, name)

    def _class(self, name: str, parts: t.List[str], attributes: str = '') -> str:
        """An element with fields, and perhaps with what does not belong there."""
        if self.fault(15):
            parts.append(self.random.choice(_STRAY))
        if self.fault(15):
            parts.append('<unknown><id/>x</unknown>')
        if self.fault(15) and parts:
            parts.append(self.random.choice(parts))
        return self._wrap(name, parts, attributes)

    def _list(self, name: str, items: t.List[str]) -> str:
        if self.fault(10):
            items.append(self.random.choice(_STRAY))
        if self.fault(20):
            items.append('<unknown>x<server/></unknown>')
        self.random.shuffle(items)
        return self._wrap(name, items, '')

    def _wrap(self, name: str, parts: t.List[str], attributes: str) -> str:
        inside = ''.join(self._noise() + part for part in parts) + self._noise()
        return '<%s%s>%s</%s>' % (name, attributes, inside, name)

    def _fields(self, names: t.Sequence[str], values: t.Sequence[str]) -> t.List[str]:
        return [
            self._element(name, self._text(values))
            for name in names
            if not (self.fault(12) or self.chance(12))
        ]

    def _id(self, values: t.Sequence[str] = IDS) -> t.List[str]:
        if self.fault(12):
            return self.random.choice(([], ['<id/>'], ['<id> \n</id>'], ['<id>&#32;</id>']))
        return [self._element('id', self._text(values))]

    def _servers(self) -> str:
        servers = []
        for _number in range(self.random.randrange(5)):
            parts = self._id() + self._fields(_FIELDS[: self.random.randrange(6)], ('u', 'p ö', ''))
            if self.chance(5):
                parts.append('<configuration>x<id>company</id><a b="/>">&lt;</a></configuration>')
            if self.chance(3):
                self.random.shuffle(parts)
            servers.append(self._class('server', parts))
        return self._list('servers', servers)

    def _mirrors(self) -> str:
        fields = self._id() + self._fields(('url', 'mirrorOf'), ('u',))
        return self._list('mirrors', [self._class('mirror', fields)])

    def _proxies(self) -> str:
        fields = self._id() + self._fields(('host', 'port', 'nonProxyHosts'), ('1', '22'))
        if self.fault(4):
            fields.append('<active>perhaps</active>')
        return self._list('proxies', [self._class('proxy', fields)])

    def _profiles(self) -> str:
        repository = self._class(
            'repository',
            [
                *self._id(),
                *self._fields(('url', 'layout'), ('u',)),
                '<releases><enabled/></releases>',
            ],
        )
        properties = self._list('properties', ['<a>1</a>', '<a/>', '<x.y>&uuml;</x.y>'])
        activation = self._class(
            'activation', [self._element('jdk', '1'), self._class('os', ['<name>x</name>'])]
        )
        kind = self.random.choice(('repositories', 'pluginRepositories'))
        if kind == 'pluginRepositories':
            repository = repository.replace('<repository>', '<pluginRepository>').replace(
                '</repository>', '</pluginRepository>'
            )
        parts = self._id() + [properties, activation, self._list(kind, [repository])]
        return self._list('profiles', [self._class('profile', parts)])

    def _groups(self) -> str:
        groups = self._fields(('pluginGroup', 'pluginGroup'), ('org.x', 'a_b-c'))
        if self.fault(3):
            groups.append(self.random.choice(('<pluginGroup/>', '<pluginGroup>a b</pluginGroup>')))
        return self._list('pluginGroups', groups)

    def _active(self) -> str:
        return self._list('activeProfiles', self._fields(('activeProfile',) * 2, ('a', 'b ö')))


def make(start: int, count: int) -> t.List[bytes]:
    """So many files."""
    return [Maker(seed).make() for seed in range(start, start + count)]


class Verdict(t.NamedTuple):
    """Whether a file is accepted, and the user names and passwords of its servers by id."""

    accepted: bool
    servers: t.Dict[str, t.List[t.Tuple[str | None, str | None]]]

    @classmethod
    def of(cls, judged: Settings) -> Verdict:
        """The verdict of Maven."""
        servers: t.Dict[str, t.List[t.Tuple[str | None, str | None]]] = {}
        for server in judged.servers:
            if server.id in IDS:
                texts = (server.username or None, server.password or None)
                servers.setdefault(server.id, []).append(texts)
        return cls(judged.fatal is None, servers)


class Ours(t.NamedTuple):
    """Our verdict, and why Maven 3 or 4 rejects the file."""

    of_maven_3: Verdict
    of_maven_4: Verdict
    reason: str | None

    @property
    def accepted(self) -> bool:
        """Whether Maven 3 reads the file."""
        return self.of_maven_3.accepted


def verdict(content: bytes) -> Ours:
    """What our reader makes of a file."""
    rejected = Verdict(False, {})
    try:
        found = scan(content, IDS, 'settings.xml')
    except FileProblem as problem:
        return Ours(rejected, rejected, str(problem))
    servers = {
        server_id: [
            (node.text_of('username') or None, node.text_of('password') or None) for node in nodes
        ]
        for server_id, nodes in found.found.items()
    }
    accepted = Verdict(True, servers)
    of_maven_4 = rejected if found.maven_4 else accepted
    return Ours(accepted, of_maven_4, '; '.join(found.maven_4) or None)
