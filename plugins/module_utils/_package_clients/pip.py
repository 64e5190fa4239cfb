# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""pip and what reads its files: credentials of package indexes, in C(.netrc) or in C(pip.conf).

A user name in a URL of C(pip.conf) is used before that of C(.netrc). Of the files of a user, the
one in C(~/.config/pip) is used before that in C(~/.pip).
"""

from __future__ import annotations

import functools
import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.pip_urls import (
    PipUrl,
    covers,
    urls_of,
    userinfo,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.python_ini import IniFile
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Further,
    Request,
    Wanted,
    home_folder,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.netrc import (
    Netrc,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.passwords import (
    basic,
    require_ascii,
    require_username,
)
from ansible_collections.buildops.tokens.plugins.module_utils._urls import parse_url

SYSTEM_FILES = ('/etc/xdg/pip/pip.conf', '/etc/pip.conf')
_INDEXES = {'index': 'index-url', 'extra': 'extra-index-url'}


class Pip(Client):
    """C(path) is the file with the credentials."""

    PATH = '.netrc'

    def __init__(self, params: t.Dict[str, t.Any]) -> None:
        super().__init__(params)
        self.via_url = params['via'] == 'url'
        if self.via_url and params['config_path'] is not None:
            raise BadInput('config_path is for via=netrc. With via=url, give path.')
        given = params['path'] if self.via_url else params['config_path']
        if given is not None and not os.path.isabs(given):
            raise BadInput('config_path must be an absolute path, or start with ~.')
        self.config_path = given or default_config()

    def default_path(self) -> str:
        return default_config() if self.params['via'] == 'url' else super().default_path()

    def check(self, entry: Wanted) -> None:
        require_username(entry, 'pip', '__token__')
        require_ascii(entry, 'pip')
        if not self.via_url:
            self._netrc().check(entry)

    def edit(self, content: t.Optional[bytes]) -> Edited:
        if self.via_url:
            return self._edit_config(self.config_path, content)
        edited = self._netrc().edit(content)
        return edited._replace(changes=self._spread(edited.changes))

    def further(self) -> t.Sequence[Further]:
        paths = [self.config_path] if not self.via_url else []
        if self.params['path' if self.via_url else 'config_path'] is None:
            paths += [path for path in user_configs() if path != self.config_path]
        present = any(entry.present for entry in self.wanted)
        policy = 'narrow' if self.via_url and present else 'keep'
        return [
            Further(path, functools.partial(self._edit_config, path), policy)
            for path in paths
            if path == self.config_path or os.path.exists(path)
        ]

    def _edit_config(self, path: str, content: t.Optional[bytes]) -> Edited:
        """Put credentials into URLs, or remove them from there, and add indexes."""
        file = IniFile(content, path)
        changes: t.List[t.List[str]] = [[] for _entry in self.wanted]
        hosts = {parse_url(entry.options['url']).host for entry in self.wanted}
        for url in urls_of(file, hosts):
            number = self._owner_of(url)
            if number is not None:
                word = self._change(file, url, self.wanted[number])
                changes[number] += [word] if word else []
        file.apply()
        if path == self.config_path:
            for number, entry in enumerate(self.wanted):
                before = file.text
                self._add_index(file, entry)
                changes[number] += ['index'] if file.text != before else []
        return Edited(file.content(), changes)

    def _owner_of(self, url: PipUrl) -> t.Optional[int]:
        """Return the number of the entry with the longest path that a URL belongs to."""
        found = [
            (len(entry.options['url']), number)
            for number, entry in enumerate(self.wanted)
            if covers(entry.options['url'], url.plain)
        ]
        return max(found)[1] if found else None

    def _change(self, file: IniFile, url: PipUrl, entry: Wanted) -> t.Optional[str]:
        """Correct the user name and password of a URL. :returns: what changed, or None."""
        credential = (str(entry.username), str(entry.secret))
        wanted = credential if self.via_url and entry.present else None
        theirs = entry.username not in (None, url.credential[0]) if url.credential else False
        if url.credential == wanted or (theirs and not entry.present):
            return None
        new = userinfo(*credential) if wanted else ''
        file.replace(url.start, url.end, url.before + new + url.behind)
        if not wanted or not url.credential:
            return 'entry' if self.via_url or not entry.present else 'url'
        return 'secret'

    def _add_index(self, file: IniFile, entry: Wanted) -> None:
        """Add the index of an entry."""
        name, address = _INDEXES.get(entry.options['set_index']), entry.options['url']
        if name is None or not entry.present:
            return
        known = [
            url.plain
            for url in urls_of(file)
            if url.option.name == name and url.option.section in ('global', 'DEFAULT')
        ]
        if address in known and (name != 'index-url' or known[-1] == address):
            return
        if self.via_url:
            scheme, _colon, rest = address.partition('://')
            login = userinfo(str(entry.username), str(entry.secret))
            address = '%s://%s%s' % (scheme, login, rest)
        if name == 'extra-index-url':
            file.add_line('global', name, address)
            return
        for option in list(file.options):
            if option.section == 'global' and option.name == name != option.written:
                file.remove('global', option.written)
        file.set('global', name, address)

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        present = {number: one for number, one in enumerate(self.wanted) if one.present}
        if not present:
            return {}
        found: t.Dict[int, str] = {}
        if self.via_url:
            config = IniFile(content, self.config_path)
        else:
            before = read_private(self.config_path).content
            config = IniFile(self._edit_config(self.config_path, before).content, self.config_path)
            reasons = self._netrc().shadowed(content)
            for number, group in enumerate(self._groups()):
                found.update((one, reasons[number]) for one in group if number in reasons)
        urls = urls_of(config)
        for number, entry in present.items():
            reason = self._other_index(config, urls, entry) or self._system_file(config, entry)
            named = any(covers(entry.options['url'], url.plain) for url in urls)
            if reason is None and self.via_url and not named:
                reason = (
                    'no URL in the file is for this server, so that there is no place for the '
                    'credential. Set set_index, or use via=netrc'
                )
            if reason:
                found[number] = reason
        return found

    def _other_index(
        self, config: IniFile, urls: t.Sequence[PipUrl], entry: Wanted
    ) -> t.Optional[str]:
        """Return what pip uses instead of the index that the entry sets."""
        if entry.options['set_index'] != 'index':
            return None
        for url in urls:
            other = url.option.name == 'index-url' and url.option.section not in (
                'global',
                'DEFAULT',
            )
            if other and url.plain != entry.options['url']:
                return 'section [%s] has another index-url in line %d' % (
                    url.option.section,
                    config.line_of(url.start),
                )
        return None

    def _system_file(self, config: IniFile, entry: Wanted) -> t.Optional[str]:
        """Return the file of all users that has another user name in a URL of the server."""
        own = {(option.section, option.name) for option in config.options}
        for path in SYSTEM_FILES:
            if path == self.config_path:
                continue
            host = parse_url(entry.options['url']).host
            for url in urls_of(IniFile(read_private(path).content, path), [host]):
                used = (url.option.section, url.option.name) not in own
                others = url.credential not in (None, (entry.username, entry.secret))
                if used and others and covers(entry.options['url'], url.plain):
                    return '%s has another user name or password in its URL' % path
        return None

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        address = entry.options['verify_url'] or entry.options['url'] + '/'
        if not self.via_url:
            wanted = _for_netrc([entry], address)
            return self._netrc().request(content, wanted)
        for url in urls_of(IniFile(content, self.path)):
            if url.credential and covers(entry.options['url'], url.plain):
                return Request(address, basic(*url.credential))
        return None

    def _groups(self) -> t.List[t.List[int]]:
        """Return the numbers of the entries of each host: netrc has one entry for all of them."""
        groups: t.Dict[t.Tuple[str, bool], t.List[int]] = {}
        for number, entry in enumerate(self.wanted):
            key = parse_url(entry.options['url']).host, entry.present
            groups.setdefault(key, []).append(number)
        present = {host for host, is_present in groups if is_present}
        return [
            group
            for (host, is_present), group in groups.items()
            if is_present or host not in present  # another index of the host remains
        ]

    def _spread(self, changes: t.Sequence[t.Sequence[str]]) -> t.List[t.Sequence[str]]:
        """Give the changes of a host to all its entries."""
        found: t.List[t.Sequence[str]] = [[] for _entry in self.wanted]
        for group, words in zip(self._groups(), changes):
            for number in group:
                found[number] = words
        return found

    def _netrc(self) -> Netrc:
        """Return what edits netrc files, with the entries for it."""
        params = {'path': self.path, 'for_python': True, 'allow_http': True}
        client = Netrc(params)
        groups = [[self.wanted[number] for number in group] for group in self._groups()]
        client.wanted = [_for_netrc(group) for group in groups]
        return client


def _for_netrc(entries: t.Sequence[Wanted], verify_url: t.Optional[str] = None) -> Wanted:
    """Return one entry for a host. :raises BadInput: it would have several credentials."""
    first = entries[0]
    if any(one[3:] != first[3:] for one in entries):
        raise BadInput(
            '%s and %s are on one host, for which netrc has one credential only. Use via=url.'
            % (first.name, entries[-1].name)
        )
    host = parse_url(first.options['url']).host
    exclusive = any(one.options['exclusive'] for one in entries)
    options = {'host': host, 'port': None, 'exclusive': exclusive, 'verify_url': verify_url}
    return first._replace(options=options)


def user_configs() -> t.List[str]:
    """Return the files of the user, that which pip uses first in front."""
    home = home_folder()
    return [
        os.path.join(home, *parts)
        for parts in (('.config', 'pip', 'pip.conf'), ('.pip', 'pip.conf'))
    ]


def default_config() -> str:
    """Return the file of the user: the first that exists, else that of current versions."""
    paths = user_configs()
    return next((path for path in paths if os.path.exists(path)), paths[0])
