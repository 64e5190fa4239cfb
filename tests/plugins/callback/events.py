# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes each event of a run as a line of JSON to the file that EVENTS_FILE names, as a callback
plugin of a user would see it.
"""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: events
type: aggregate
short_description: events of a run as lines of JSON
description:
  - For tests. What a callback plugin is given, it writes down.
author: buildops.tokens contributors (@buildops)
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'events'
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, event, **more):
        with open(os.environ['EVENTS_FILE'], 'a', encoding='utf-8') as stream:
            stream.write(json.dumps({'event': event, **more}, default=repr) + '\n')

    def _write_result(self, event, result, **more):
        # ansible-core 2.19 renamed what results contain.
        content = result.result if hasattr(result, 'result') else result._result
        host = result.host if hasattr(result, 'host') else result._host
        task = result.task if hasattr(result, 'task') else result._task
        self._write(
            event,
            host=host.get_name(),
            task=task.get_name(),
            action=task.action,
            result=content,
            **more,
        )

    def v2_runner_on_ok(self, result):
        self._write_result('ok', result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write_result('failed', result, ignored=ignore_errors)

    def v2_runner_on_skipped(self, result):
        self._write_result('skipped', result)

    def v2_runner_on_unreachable(self, result):
        self._write_result('unreachable', result)

    def v2_runner_retry(self, result):
        self._write_result('retry', result)

    def v2_runner_item_on_ok(self, result):
        self._write_result('item_ok', result)

    def v2_runner_item_on_failed(self, result):
        self._write_result('item_failed', result)

    def v2_runner_item_on_skipped(self, result):
        self._write_result('item_skipped', result)

    def v2_runner_on_async_ok(self, result):
        self._write_result('async_ok', result)

    def v2_runner_on_async_failed(self, result):
        self._write_result('async_failed', result)

    def v2_on_file_diff(self, result):
        self._write_result('diff', result)

    def v2_playbook_on_stats(self, stats):
        self._write(
            'stats',
            stats={host: stats.summarize(host) for host in sorted(stats.processed)},
            custom=stats.custom,
        )
