# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.cli_link import (
    ARGUMENTS,
    CONSTRAINTS,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.cli_token import (
    NuxeoCliToken,
)
from ansible_collections.buildops.tokens.plugins.module_utils._options import CONNECTION
from ansible_collections.buildops.tokens.plugins.module_utils._sources.nuxeo_online_token import (
    check_project,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources, token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.nuxeo_online_action import (
    CREDENTIALS,
    NuxeoOnlineAction,
)


class ActionModule(NuxeoOnlineAction):
    """Exchanges the token on the controller, once in a run for a project; the host gets the token of Nuxeo CLI alone."""

    SPEC = ARGUMENTS
    CONSTRAINTS = CONSTRAINTS
    _requires_connection = True

    def use(self, arguments, task_vars):
        check_mode, absent, accepted = (
            self._task.check_mode,
            arguments.get('state') == 'absent',
            None,
        )
        rest = {
            name: value
            for name, value in arguments.items()
            if name not in CREDENTIALS + tuple(CONNECTION)
        }
        if absent and not arguments.get('revoke'):
            return self.module(rest, task_vars)
        if 'cli_token' in arguments:
            return self.module(arguments, task_vars)
        if arguments['path'][:1] not in (
            '/',
            '~',
            '$',
        ):  # the module says so too, but after the exchange
            raise BadInput('path must be an absolute path, or start with ~.')
        if 'project' not in arguments:
            raise BadInput('revoke needs project.')
        project = check_project(arguments['project'])
        source = self.source(arguments, task_vars)
        exchange = sources.Source(
            source.name, NuxeoCliToken, dict(source.options, project=project, cache='run')
        )
        if absent:
            return self._unlinked(rest, exchange, task_vars)
        rest.update({name: source.options[name] for name in ('url', 'allow_http')})
        if not check_mode:
            rest['cli_token'] = token_service.get_token(exchange).token.secret
            accepted = True
        result = self.module(rest, task_vars)
        result['verification'] = [
            {
                'name': result.get('path'),
                'accepted': accepted,
                'message': 'accepted' if accepted else 'check mode',
            }
        ]
        return result

    def _unlinked(self, arguments, exchange, task_vars):
        """Revoke the token where the folder is linked, and only then unlink it, so that a revocation that fails is tried again."""
        check_mode = self._task.check_mode
        self._task.check_mode = True
        try:
            linked = self.module(arguments, task_vars)
        finally:
            self._task.check_mode = check_mode
        if linked.get('failed') or not linked.get('changed') or check_mode:
            return linked
        token_service.get_token(
            exchange, token_service.desired_of(exchange.options, state='absent')
        )
        return self.module(arguments, task_vars)
