# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._nexus.proxies import (
    NexusProxyCredential,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_action import (
    DeliveryAction,
    Result,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_memory import DeliveryMemory
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView


class ActionModule(DeliveryAction):
    """Configures Nexus from the controller. With an explicit delegate_to, the module runs there."""

    TYPE = 'nexus_proxies'
    _requires_connection = False

    def deliver(self, arguments: Result, view: HostView, task_vars: dict[str, t.Any]) -> Result:
        if self.elsewhere():
            return super().deliver(arguments, view, task_vars)
        source = sources.resolve(NexusProxyCredential, arguments, view.variables, view.template)
        manager = NexusProxyCredential(source.options)
        manager.memory = DeliveryMemory(self._task.check_mode, manager.warnings)
        result: Result = manager.ensure(self._task.check_mode)
        if manager.warnings:
            result['warnings'] = manager.warnings
        return result
