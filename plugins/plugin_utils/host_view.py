# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host as the controller sees it: its variables without facts, and how a value renders for it."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ansible_collections.buildops.tokens.plugins.plugin_utils import trusted_variables


class HostView(t.NamedTuple):
    """:ivar variables: raw. :ivar template: renders a value as the host sees it."""

    variables: t.Mapping[str, t.Any]
    template: t.Callable[[t.Any], t.Any]


def of_task(action: ActionBase, task_vars: dict[str, t.Any]) -> HostView:
    """Return the view of the host of a task, with the variables of the task and its play."""
    return _view(action, trusted_variables.of_task(task_vars, action._task))


def of_host(action: ActionBase, task_vars: dict[str, t.Any], host: str) -> HostView:
    """Return the view of any host of the inventory, with the variables of the inventory."""
    return _view(action, trusted_variables.of_host(task_vars['hostvars'], host))


def _view(action: ActionBase, variables: dict[str, t.Any]) -> HostView:
    templar = action._templar

    def template(value: t.Any) -> t.Any:
        before = templar.available_variables
        try:
            templar.available_variables = variables
            return templar.template(value)
        finally:
            templar.available_variables = before

    return HostView(variables, template)
