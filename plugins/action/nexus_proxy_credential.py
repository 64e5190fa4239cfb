# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    NexusProxyCredential,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_action import DeliveryAction


class ActionModule(DeliveryAction):
    """Talks to Nexus from the controller; only with an explicit delegate_to does the module run on that host."""

    ENTRIES = 'repositories'
    ENTRY_NAME = 'name'
    TAKES_EXPIRY = True
    _requires_connection = False

    def deliver(self, arguments, task_vars):
        if self._task.delegate_to:
            return super().deliver(arguments, task_vars)
        manager = NexusProxyCredential(
            sources.resolve(NexusProxyCredential, arguments, task_vars, self.template).options
        )
        result = manager.ensure(self._task.check_mode)
        if manager.warnings:
            result['warnings'] = manager.warnings
        return result
