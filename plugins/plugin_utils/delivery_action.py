# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules that make one delivery: on the controller, sources become credentials."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register_parameters
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types, host_view
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import (
    Credentials,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import ControllerAction

delivery_types.preload()
Result = dict[str, t.Any]


class DeliveryAction(ControllerAction):
    """Runs the module of a delivery type. A subclass sets its name.

    :cvar TYPE: of a delivery type. Its module has a list of entries, or options for one entry.
    """

    TYPE = ''
    _requires_connection = True

    def work(self, task_vars: dict[str, t.Any]) -> Result:
        kind = delivery_types.all_types()[self.TYPE]
        arguments = dict(self._task.args)
        view = host_view.of_task(self, task_vars)
        credentials = Credentials(view.variables, view.template, self._task.check_mode)
        listed = arguments.get(kind.ENTRIES) if kind.ENTRIES else None
        entries = [
            credentials.filled(kind, entry) if isinstance(entry, dict) else entry
            for entry in listed or [arguments]
        ]
        left = [entry for entry in entries if entry is not None]
        issued = any(token['changed'] for token in credentials.tokens)
        if not left:
            result: Result = {'changed': issued}
        else:
            arguments = {**arguments, kind.ENTRIES: left} if listed else left[0]
            result = self.deliver(arguments, view, task_vars)
            dropped = len(left) < len(entries)
            result['changed'] = bool(result.get('changed')) or (dropped and issued)
        result['tokens'] = credentials.delivered(kind, result)
        return _with_messages(result, credentials)

    def deliver(self, arguments: Result, view: HostView, task_vars: dict[str, t.Any]) -> Result:
        """Return the result of the module. :param arguments: with credentials."""
        # The host could repeat them in its result
        register_parameters(delivery_types.all_types()[self.TYPE].specification()[0], arguments)
        return self.module(arguments, task_vars)


def _with_messages(result: Result, credentials: Credentials) -> Result:
    """Add warnings, and what failed. The other entries are delivered all the same."""
    if credentials.warnings:
        warnings = [*(result.get('warnings') or []), *credentials.warnings]
        result['warnings'] = list(dict.fromkeys(warnings))
    if credentials.problems:
        sentences = list(dict.fromkeys(problem['msg'] for problem in credentials.problems))
        if result.get('failed') and result.get('msg'):
            sentences.append(str(result['msg']))
        result.update(failed=True, failed_sources=credentials.problems, msg=' '.join(sentences))
    return result
