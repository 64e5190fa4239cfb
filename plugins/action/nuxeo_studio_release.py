# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.studio import (
    ARGUMENTS,
    CONSTRAINTS,
    deliver,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.nuxeo_online_action import (
    NuxeoOnlineAction,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import Result, Variables


class ActionModule(NuxeoOnlineAction):
    DESTINATION = 'maven_coordinates'
    SPEC = ARGUMENTS
    CONSTRAINTS = CONSTRAINTS

    def use(self, arguments: Variables, task_vars: Variables) -> Result:
        source = self.source(arguments, task_vars)
        check_mode, with_diff = bool(self._task.check_mode), bool(self._task.diff)

        def released() -> Result:
            provider = source.provider(source.options)
            try:
                return deliver(provider, arguments, check_mode, with_diff)
            finally:
                provider.close()

        return token_service.once_for_all_hosts(
            source,
            [str(self._task._uuid), check_mode, with_diff, arguments],
            str(task_vars.get('inventory_hostname')),
            released,
        )
