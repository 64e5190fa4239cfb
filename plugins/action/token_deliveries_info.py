# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import make_plan
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import ControllerAction
from ansible_collections.buildops.tokens.plugins.plugin_utils.trusted_variables import of_host


class ActionModule(ControllerAction):
    """See the module."""

    def work(self, task_vars):
        given = self.arguments('token_deliveries_info')
        hostvars = task_vars['hostvars']
        hosts = task_vars['groups']['all'] if given['hosts'] is None else given['hosts']
        variables = {str(host): of_host(hostvars, str(host)) for host in hosts}
        plan = make_plan(
            variables,
            given['deliveries'],
            lambda host, value: self._template_with(value, variables[host]),
            given['once'],
        )
        result = {
            'changed': False,
            'sources': plan.sources,
            'hosts': plan.hosts,
            'problems': plan.problems,
        }
        if plan.problems:
            result.update(failed=True, msg=' '.join(plan.problems))
        return result
