# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import printable
from ansible_collections.buildops.tokens.plugins.plugin_utils import (
    report_files,
    report_options,
    tokens_of_run,
    trusted_variables,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import (
    Summed,
    line_of,
    message_in,
    summarize,
    table_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_builder import (
    attention,
    build,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    Report,
    header_of,
    sources_of,
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
        summed = summarize(
            journal,
            lambda host: message_in(
                trusted_variables.of_host(task_vars['hostvars'], host), 'tokens_delivered'
            ),
        )
        if summed.problems or summed.notes:
            # Hosts and connections said parts of them to other processes
            tokens_of_run.register_all()
        job = {
            key: plain(task_vars[name])
            for key, names in JOB.items()
            for name in names
            if task_vars.get(name)
        }
        report, problems, files = self._report(journal, summed, job)
        rows, notes = summed.rows, summed.notes
        table = table_of(rows, problems) if report.purpose != 'report' else []
        ends = attention(report)
        table += notes + ends + problems + files + line_of(job)
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
            'report': {
                **header_of(report),
                'attention': ends,
                'sources': sources_of(report, with_results=False),
            },
        }
        kept = {
            'token_summary': rows,
            'token_errors': problems,
            'token_job': job,
            'token_report': result['report'],
        }
        result['ansible_stats'] = {'data': kept, 'per_host': False, 'aggregate': True}
        return result

    def _report(
        self, journal: Journal, summed: Summed, job: dict[str, t.Any]
    ) -> tuple[Report, list[str], list[str]]:
        """Make the report, and write its files.

        :returns: the report, all problems, and a line about the files.
        """
        options = journal.read('report') or report_options.checked(None, True)
        thresholds = report_options.thresholds_of(options)
        report = build(
            journal.plan(), summed, journal.read('asked') or [], thresholds, int(time.time()), job
        )
        problems = [*summed.problems, *report.problems[len(summed.problems) :]]
        if not options['path'] or report.purpose == 'revoke':
            return report, problems, []
        if self._task.check_mode:
            return report, problems, ['In check mode, no report is written.']
        try:
            paths = report_files.write(report, options)
        except TokensError as problem:  # what was delivered must be shown nevertheless
            return report, [*problems, str(problem)], []
        return report, problems, ['Report: %s' % ', '.join(paths)]
