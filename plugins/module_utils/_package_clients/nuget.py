# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""NuGet: credentials of package sources in C(NuGet.Config).

dotnet and mono have different files for a user. The one of a project is read before them.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files import nuget_config
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.delivery import (
    Client,
    Edited,
    Further,
    Request,
    Wanted,
    home_folder,
)
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients.projects import (
    files_of_projects,
)

MONO = '.config/NuGet/NuGet.Config'
# In each folder NuGet uses the first that exists
NAMES = ('nuget.config', 'NuGet.config', 'NuGet.Config')


class Nuget(Client):
    """It also edits the file of mono, if both exist."""

    PATH = '.nuget/NuGet/NuGet.Config'
    BEARER_USERNAME = 'oauth2'

    def default_path(self) -> str:
        dotnet, mono = super().default_path(), os.path.join(home_folder(), MONO)
        return mono if os.path.exists(mono) and not os.path.exists(dotnet) else dotnet

    def key(self, entry: Wanted) -> t.Any:
        return nuget_config.element_name(entry.name)

    def check(self, entry: Wanted) -> None:
        nuget_config.check_text('The user name for %s' % entry.name, entry.username or '')
        nuget_config.check_text('The secret for %s' % entry.name, entry.secret or '')

    def edit(self, content: t.Optional[bytes]) -> Edited:
        return self._edit(content, self.path)

    def _edit(self, content: t.Optional[bytes], path: str) -> Edited:
        sources = [
            nuget_config.Source(
                entry.name,
                entry.username or '',
                entry.secret,
                entry.options['url'] if entry.present and entry.options['set_source'] else None,
            )
            for entry in self.wanted
        ]
        return Edited(*nuget_config.edit(content, sources, path))

    def further(self) -> t.Sequence[Further]:
        mono = os.path.join(home_folder(), MONO)
        if self.params['path'] or mono == self.path or not os.path.exists(mono):
            return ()
        return (Further(mono, lambda content: self._edit(content, mono), 'narrow'),)

    def shadowed(self, content: t.Optional[bytes]) -> t.Dict[int, str]:
        projects = list(files_of_projects(self.params, NAMES))
        found = {}
        for number, entry in enumerate(self.wanted):
            reason = self._reason(entry, content, projects) if entry.present else None
            if reason is not None:
                found[number] = reason
        return found

    def _reason(
        self,
        entry: Wanted,
        content: t.Optional[bytes],
        projects: t.Sequence[t.Tuple[str, bytes]],
    ) -> t.Optional[str]:
        ours = nuget_config.find(content, entry.name, self.path)
        if ours.name not in (None, entry.name):
            return (
                'the file has the source with other capitals, as %s, and NuGet looks for '
                'credentials of that name. Use it as name' % ours.name
            )
        if ours.disabled:
            return 'the source is disabled in the file. Take it out of disabledPackageSources'
        for path, other in projects:
            theirs = nuget_config.find(other, entry.name, path).credentials
            if theirs not in (None, ours.credentials):
                return '%s has other credentials for it, which are used. Remove them there' % path
        return None

    def remaining(self, content: t.Optional[bytes]) -> t.List[str]:
        return [
            '%s still has credentials for %s.' % (path, entry.name)
            for path, other in files_of_projects(self.params, NAMES)
            for entry in self.wanted
            if not entry.present and nuget_config.find(other, entry.name, path).credentials
        ]

    def request(self, content: t.Optional[bytes], entry: Wanted) -> t.Optional[Request]:
        from ansible_collections.buildops.tokens.plugins.module_utils._token import (
            basic_authorization,
        )

        found = nuget_config.find(content, entry.name, self.path)
        url = entry.options['verify_url'] or entry.options['url']
        if found.credentials is None or url is None:
            return None
        return Request(url, basic_authorization(*found.credentials))
