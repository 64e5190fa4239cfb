# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import printable
from ansible_collections.buildops.tokens.plugins.plugin_utils import trusted_variables
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import (
    line_of,
    message_in,
    summarize,
    table_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.sources import plain
from ansible_collections.buildops.tokens.plugins.plugin_utils.token_action import ControllerAction

# Variables that AWX gives to its jobs. The second of a schedule is that of a workflow.
JOB = {'id': ('awx_job_id',), 'schedule': ('awx_schedule_name', 'awx_parent_job_schedule_name')}


class ActionModule(ControllerAction):
    """See the module."""

    BYPASS_HOST_LOOP = True

    def work(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        given = self.arguments('token_summary')
        journal = Journal(given['run'])
        rows, notes, problems = summarize(
            journal,
            lambda host: message_in(
                trusted_variables.of_host(task_vars['hostvars'], host), 'tokens_delivered'
            ),
        )
        job = {
            key: plain(task_vars[name])
            for key, names in JOB.items()
            for name in names
            if task_vars.get(name)
        }
        table = table_of(rows, problems) + notes + problems + line_of(job)
        # Hosts wrote parts of it, and a terminal or a web page shows it
        table = [printable(line) for line in table]
        if given.get('path'):
            content = ('\n'.join(table) + '\n').encode('utf-8')
            write_private(read_private(given['path']), content, 'keep', new_mode=0o644)
        result = {
            'changed': False,
            'rows': rows,
            'summary': table,
            'problems': problems,
            'job': job,
        }
        kept = {'token_summary': rows, 'token_errors': problems, 'token_job': job}
        result['ansible_stats'] = {'data': kept, 'per_host': False, 'aggregate': True}
        return result
