# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""npm, pnpm, yarn 1 and bun: credentials of registries in C(.npmrc)."""

from __future__ import annotations

import os
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files import npmrc
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Request,
    Wanted,
)

# Without a registry in the key. npm does not start with one of these
UNSCOPED = ('_auth', '_authToken', '_password', 'username')
_SCOPE = re.compile(r'@?[A-Za-z0-9_~-][A-Za-z0-9._~-]*\Z')
# Values that npm or pnpm read as something else than text
_NO_TEXT = ('null', 'undefined', 'true', 'false')


class Npm(Client):
    """pnpm 12 looks into its own file first, and a project's file is read before that of a user."""

    PATH = '.npmrc'

    def key(self, entry: Wanted) -> t.Any:
        return registry_of(entry)

    def check(self, entry: Wanted) -> None:
        check_scopes(entry)
        if entry.bearer:
            check_token(entry)

    def edit(self, content: t.Optional[bytes]) -> Edited:
        new, changes = npmrc.edit(content, [_entry(wanted) for wanted in self.wanted])
        return Edited(new, changes, self._warnings(new))

    def _warnings(self, content: t.Optional[bytes]) -> t.List[str]:
        warnings = [
            '%s uses the variable %s in line %d. Where it is not set, pnpm 10 ignores the whole '
            'file, and other programs send something else than is meant.' % (self.path, name, line)
            for line, name in npmrc.variables_in(content)
        ]
        keys = {line.key for line in npmrc.Npmrc(content).lines if not line.in_section}
        if 'email' in keys:
            warnings.append(
                '%s has a line email=, with which npm 12 does not start. Remove it.' % self.path
            )
        return warnings

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        present = {number: one for number, one in enumerate(self.wanted) if one.present}
        if not present:
            return {}
        found: t.Dict[int, str] = {}
        own = npmrc.Npmrc(content)
        refused = sorted(
            {line.key or '' for line in own.lines if line.key in UNSCOPED and not line.in_section}
        )
        if refused:
            reason = (
                'the file has %s without a registry, with which npm does not start. Remove it, or '
                'run "npm config fix"' % ', '.join(refused)
            )
            return dict.fromkeys(present, reason)
        others = [(path, npmrc.Npmrc(read_private(path).content)) for path in self._others()]
        for number, wanted in present.items():
            registry = registry_of(wanted)
            if own.of_registry(registry, ('tokenHelper',)):
                found[number] = 'the file has a tokenHelper for it, which pnpm uses instead'
            for path, other in others:
                differs = other.credential(registry) not in (None, own.credential(registry))
                if differs:
                    found[number] = (
                        '%s has another credential for it, which is used first. Remove it there'
                        % path
                    )
        return found

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        absent = [wanted for wanted in self.wanted if not wanted.present]
        return [
            '%s still has a credential for %s.' % (path, wanted.name)
            for path in (self._others() if absent else ())
            for wanted in absent
            if npmrc.Npmrc(read_private(path).content).credential(registry_of(wanted))
        ]

    def _others(self) -> t.Iterator[str]:
        """Yield the files that are read before this one."""
        folder, name = os.path.split(self.path)
        if name == '.npmrc':
            yield os.path.join(folder, '.config', 'pnpm', 'auth.ini')
        for path in self.params['project_paths'] or []:
            if not os.path.isabs(path):
                raise BadInput('project_paths must be absolute, or start with ~.')
            yield path if os.path.basename(path) == '.npmrc' else os.path.join(path, '.npmrc')

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        found = npmrc.Npmrc(content).credential(registry_of(entry))
        if found is None:
            return None
        url = entry.options['verify_url'] or entry.options['url'] + '/-/whoami'
        return Request(url, '%s %s' % ('Bearer' if found[0] == '_authToken' else 'Basic', found[1]))


def registry_of(entry: Wanted) -> str:
    """Return the key of a registry, as V(//host:port/path/)."""
    return '//%s/' % str(entry.options['url']).partition('://')[2]


def check_scopes(entry: Wanted) -> None:
    """Refuse what is not the name of a scope. :raises BadInput: with the reason."""
    for scope in entry.options['scopes'] or []:
        if not _SCOPE.match(scope):
            raise BadInput(
                'scopes of %s has %s, which is not the name of a scope such as @company.'
                % (entry.name, scope)
            )


def check_token(entry: Wanted) -> None:
    """Refuse an access token that programs would misread. :raises BadInput: with the reason."""
    token = entry.secret or ''
    if not token.isascii() or token != token.strip() or '${' in token or token in _NO_TEXT:
        raise BadInput(
            'The access_token for %s cannot be written so that npm, pnpm, yarn and bun read it: it '
            'begins or ends with a blank, contains ${ or a letter outside ASCII, or is a word such '
            'as null. Get another one.' % entry.name
        )


def _entry(wanted: Wanted) -> npmrc.Entry:
    registry = registry_of(wanted)
    if not wanted.present:
        return npmrc.Entry(registry)
    options = wanted.options
    url = '%s/' % options['url']
    settings = {'@%s:registry' % scope.lstrip('@'): url for scope in options['scopes'] or []}
    if options['set_registry']:
        settings['registry'] = url
    secret = str(wanted.secret)
    value = secret if wanted.bearer else npmrc.basic(str(wanted.username), secret)
    field = '_authToken' if wanted.bearer else '_auth'
    return npmrc.Entry(registry, field, value, options['always_auth'] or None, settings)
