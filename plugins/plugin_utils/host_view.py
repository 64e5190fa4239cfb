# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host as the controller sees it: its variables without facts, and how a value renders for it."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.plugin_utils import trusted_variables
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import ControllerAction


class HostView(t.NamedTuple):
    """:ivar variables: raw. :ivar template: renders a value as the host sees it."""

    variables: t.Mapping[str, t.Any]
    template: t.Callable[[t.Any], t.Any]


def of_task(action: ControllerAction, variables: dict[str, t.Any]) -> HostView:
    """Return the view of the host of a task.

    :param variables: as C(work) gets them, with those of the task and its play.
    """
    return HostView(variables, action.template)


def of_host(action: ControllerAction, variables: dict[str, t.Any], host: str) -> HostView:
    """Return the view of any host of the inventory, with its variables and those of the play.

    :param variables: as C(work) gets them.
    """
    play = action._task.get_play()  # it has the variables of import_playbook
    of_that_host = trusted_variables.of_host(variables['hostvars'], host, play)
    return HostView(of_that_host, lambda value: action._template_with(value, of_that_host))
