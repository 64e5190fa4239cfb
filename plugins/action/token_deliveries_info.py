# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    delivery_nothing,
    delivery_purpose,
    host_view,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_plan import (
    Plan,
    make_plan,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import ControllerAction

# The result if the tags of the run are for other plays
NOT_ASKED: dict[str, t.Any] = {
    'run': '',
    'runner': '',
    'deliver_to': [],
    'server_runner': '',
    'notes': [],
}


class ActionModule(ControllerAction):
    """See the module."""

    BYPASS_HOST_LOOP = True

    def work(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        given = self.arguments('token_deliveries_info')
        if delivery_nothing.refuse_tags(task_vars['ansible_run_tags'], self._task.tags):
            return {'changed': False, **NOT_ASKED}
        purpose = given['purpose']
        names = delivery_purpose.names_in(
            given['sources'], delivery_purpose.VARIABLES.get(purpose, 'sources')
        )
        only = delivery_purpose.names_in(given['only'], 'tokens_only')
        hosts = self._hosts(given['hosts'], task_vars)
        delivery_purpose.check_hosts(purpose, given['limited'], hosts, task_vars)
        selection = delivery_purpose.selection_for(purpose, names, only)
        plan = make_plan(
            ((host, host_view.of_host(self, task_vars, host)) for host in hosts), selection, names
        )
        if plan.problems:
            raise BadInput(' '.join(plan.problems))
        unasked = self._unasked(plan, hosts, task_vars)
        if not unasked:
            delivery_purpose.check_names(purpose, names, plan)
            delivery_purpose.check_selection(selection, plan)
        journal = Journal()
        asked = delivery_purpose.names_for(purpose, names, plan)
        journal.write_plan({**dataclasses.asdict(plan), 'purpose': purpose, 'asked': asked})
        journal.write_selection(dataclasses.asdict(selection))
        return {
            'changed': False,
            'sources': plan.sources,
            'hosts': plan.hosts,
            'run': journal.run,
            'runner': str(task_vars['inventory_hostname']),
            'deliver_to': list(plan.on_host),
            'server_runner': str(task_vars['inventory_hostname']) if plan.servers else '',
            'notes': unasked or delivery_purpose.notes(purpose, names, plan),
        }

    def _unasked(self, plan: Plan, hosts: list[str], task_vars: dict[str, t.Any]) -> list[str]:
        """Return a note if nothing was asked for in a slice of a job.

        :raises BadInput: nothing was asked for in a run that is not a slice.
        """
        if plan.sources or any(plan.hosts.values()):
            return []
        if delivery_nothing.is_slice(task_vars):
            return [delivery_nothing.IN_SLICE]
        raise BadInput(
            delivery_nothing.reason(
                hosts, task_vars, lambda host: host_view.of_host(self, task_vars, host).variables
            )
        )

    @staticmethod
    def _hosts(given: list[str] | None, task_vars: dict[str, t.Any]) -> list[str]:
        """Return the hosts to look at: by default those of the play, without an implicit one.

        They are in the order of the inventory. With groups in groups, ansible-core's order of a
        group, and so of a play, differs from run to run.
        """
        known = set(task_vars['groups']['all'])
        if given is not None:
            return [str(host) for host in given if host in known]
        ordered = [str(host) for host in task_vars['hostvars'] if host in known]
        of_play = known.intersection(task_vars.get('ansible_play_hosts_all') or ())
        return [host for host in ordered if host in of_play] or ordered
