# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.registration import (
    ARGUMENTS,
    CONSTRAINTS,
    SECRET_RESULTS,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.nuxeo_online_action import (
    NuxeoOnlineAction,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import Result, Variables


class ActionModule(NuxeoOnlineAction):
    """Sends the token to a host only if the module there reports that it has to register."""

    SPEC = ARGUMENTS
    CONSTRAINTS = CONSTRAINTS
    _requires_connection = True

    def secret_results(self) -> t.Sequence[str]:
        return SECRET_RESULTS

    def use(self, arguments: Variables, task_vars: Variables) -> Result:
        password, given = arguments.pop('password', None), dict(arguments)
        if arguments.pop('token', None) and arguments.get('state') != 'absent':
            given.pop('timeout', None)  # for nuxeoctl, not for a connection
            source = self.source(given, task_vars)
            arguments.update(
                {name: source.options[name] for name in ('url', 'username', 'allow_http')}
            )
            password = source.options['token']
        result = self.module(arguments, task_vars)
        if result.get('needs_token') and password is not None:
            result = self.module(dict(arguments, password=password), task_vars)
        result.pop('needs_token', None)
        return self.hide(result) if result.get('clid') else result
