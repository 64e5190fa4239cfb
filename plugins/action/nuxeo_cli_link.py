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
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import Result, Variables


class ActionModule(NuxeoOnlineAction):
    """Exchanges the token on the controller, once in a run for each project.

    The host only gets the token of Nuxeo CLI.
    """

    SPEC = ARGUMENTS
    CONSTRAINTS = CONSTRAINTS
    _requires_connection = True

    def use(self, arguments: Variables, task_vars: Variables) -> Result:
        absent = arguments.get('state') == 'absent'
        secret_options = CREDENTIALS + tuple(CONNECTION)
        rest = {name: value for name, value in arguments.items() if name not in secret_options}
        if absent and not arguments.get('revoke'):
            return self.module(rest, task_vars)
        if 'cli_token' in arguments:
            return self.module(arguments, task_vars)
        # The module checks this too, but after the exchange
        if arguments['path'][:1] not in ('/', '~', '$'):
            raise BadInput('path must be an absolute path, or start with ~.')
        if 'project' not in arguments:
            raise BadInput('revoke needs project.')
        project = check_project(arguments['project'])
        source = self.source(arguments, task_vars)
        exchange = source.exchange(NuxeoCliToken, project=project)
        if absent:
            return self._unlink(rest, exchange, task_vars)
        rest.update({name: source.options[name] for name in ('url', 'allow_http')})
        return self._link(rest, exchange, task_vars)

    def _link(self, arguments: Variables, exchange: sources.Source, task_vars: Variables) -> Result:
        """Exchange the token, except in check mode, and link the folder."""
        token = None if self._task.check_mode else token_service.get_token(exchange).token
        if token is not None:
            arguments['cli_token'] = token.secret
        result = self.module(arguments, task_vars)
        result['verification'] = [
            {
                'name': result.get('path'),
                'accepted': True if token is not None else None,
                'message': 'accepted' if token is not None else 'check mode',
            }
        ]
        return result

    def _unlink(
        self, arguments: Variables, exchange: sources.Source, task_vars: Variables
    ) -> Result:
        """Revoke the token if the folder is linked, and only then unlink it.

        So a revocation that fails is repeated by the next run.
        """
        check_mode = self._task.check_mode
        self._task.check_mode = True
        try:
            linked = self.module(arguments, task_vars)
        finally:
            self._task.check_mode = check_mode
        if linked.get('failed') or not linked.get('changed') or check_mode:
            return linked
        desired = token_service.desired_of(exchange.options, state='absent')
        token_service.get_token(exchange, desired)
        return self.module(arguments, task_vars)
