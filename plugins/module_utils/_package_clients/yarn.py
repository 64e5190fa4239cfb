# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""yarn 2 and newer: credentials of registries in C(.yarnrc.yml)."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files import npmrc, yarnrc
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import npm
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Request,
    Wanted,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.projects import (
    files_of_projects,
)


class Yarn(Client):
    """The file of a project is read before that of the user."""

    PATH = '.yarnrc.yml'

    def key(self, entry: Wanted) -> t.Any:
        return entry.options['url']

    def check(self, entry: Wanted) -> None:
        npm.check_scopes(entry)
        if entry.bearer:
            npm.check_token(entry)

    def edit(self, content: t.Optional[bytes]) -> Edited:
        new, changes = yarnrc.edit(content, [_entry(one) for one in self.wanted], self.path)
        warnings = [
            '%s uses the variable %s in line %d. Where it is not set, yarn does not start.'
            % (self.path, name, line)
            for line, name in yarnrc.variables_in(new)
        ]
        return Edited(new, changes, warnings)

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        if not any(entry.present for entry in self.wanted):
            return {}
        own = yarnrc.Yarnrc(content, self.path)
        found: t.Dict[int, str] = {}
        for path, other in [(self.path, None), *self._projects()]:
            files = [own] if other is None else [other, own]
            for number, entry in enumerate(self.wanted):
                if not entry.present or number in found:
                    continue
                ours = _entry(entry)
                credential = (str(ours.field), ours.value)
                scope = yarnrc.scope_instead(files, ours.url, credential)
                if scope is not None:
                    found[number] = (
                        'npmScopes in %s has another credential for packages of @%s, which is used '
                        'for them. Remove it there' % (path, scope)
                    )
                elif yarnrc.effective(files, ours.url) != credential:
                    found[number] = (
                        '%s has another entry for it in npmRegistries, which is used. Remove it '
                        'there' % path
                    )
        return found

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        absent = [entry for entry in self.wanted if not entry.present]
        return [
            '%s still has a credential for %s.' % (path, entry.name)
            for path, other in (self._projects() if absent else ())
            for entry in absent
            if yarnrc.effective([other], entry.options['url'])
        ]

    def _projects(self) -> t.Iterator[t.Tuple[str, yarnrc.Yarnrc]]:
        for path, content in files_of_projects(self.params, (self.PATH,)):
            yield path, yarnrc.Yarnrc(content, path)

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        url = entry.options['url']
        found = yarnrc.effective([yarnrc.Yarnrc(content, self.path)], url)
        if found is None:
            return None
        scheme = 'Bearer' if found[0] == yarnrc.TOKEN else 'Basic'
        return Request(
            entry.options['verify_url'] or url + '/-/whoami', '%s %s' % (scheme, found[1])
        )


def _entry(wanted: Wanted) -> yarnrc.Entry:
    options = wanted.options
    if not wanted.present:
        return yarnrc.Entry(options['url'])
    servers = [
        (yarnrc.SCOPES, scope.lstrip('@'), yarnrc.SERVER) for scope in options['scopes'] or []
    ]
    field, value = yarnrc.TOKEN, str(wanted.secret)
    if not wanted.bearer:
        field = yarnrc.IDENT
        value = npmrc.basic(str(wanted.username), value)
    return yarnrc.Entry(
        options['url'],
        field,
        value,
        options['always_auth'],
        [*servers, (yarnrc.SERVER,)] if options['set_registry'] else servers,
    )
