# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Links of project folders to Studio projects, for Nuxeo CLI."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    Credential,
    DeliveryType,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput


class NuxeoCliLinks(DeliveryType):
    """The token is exchanged on the controller. The host gets the token of Nuxeo CLI only."""

    NAME = 'nuxeo_cli_links'
    MODULE = 'nuxeo_cli_link'
    ENTRY_NAME = 'path'
    PLACE = 'path'
    SOURCE_TYPE = 'nuxeo_online_token'
    RETURNED = ('changes', 'effective', 'git_ignored', 'path', 'project', 'verification')

    @classmethod
    def specification(cls) -> t.Tuple[t.Dict[str, t.Any], t.Dict[str, t.Any]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import cli_link

        return cli_link.ARGUMENTS, cli_link.CONSTRAINTS

    @classmethod
    def fill(cls, entry: Entry, credential: Credential) -> None:
        from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import cli_token
        from ansible_collections.buildops.tokens.plugins.module_utils._sources import (
            nuxeo_online_token,
        )

        if entry['path'][:1] not in ('/', '~', '$'):  # before the exchange
            raise BadInput('path must be an absolute path, or start with ~.')
        project = nuxeo_online_token.check_project(entry['project'])
        entry.update({name: credential.options[name] for name in ('url', 'allow_http')})
        if not credential.check_mode:
            entry['cli_token'] = credential.exchange(cli_token.NuxeoCliToken, project=project)

    @classmethod
    def apply(cls, params: Entry, module: t.Any) -> t.Tuple[Entry, t.List[str]]:
        from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import cli_link

        return cli_link.deliver(params, module.check_mode, module._diff, module.get_bin_path('git'))

    @classmethod
    def complete(cls, result: Entry, entry: Entry) -> None:
        if entry.get('state') != 'absent' and 'path' in result:
            accepted = True if entry.get('cli_token') else None
            message = 'accepted' if accepted else 'check mode'
            result['verification'] = [
                {'name': result['path'], 'accepted': accepted, 'message': message}
            ]
