# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the arguments of each task, as callback plugins can see them before and after it ran, to
the file that ARGUMENTS_FILE names.
"""

from __future__ import annotations

import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: arguments
type: aggregate
short_description: arguments of tasks
description:
  - For tests. What callback plugins find when they look beyond results.
author: buildops.tokens contributors (@buildops)
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'arguments'
    CALLBACK_NEEDS_ENABLED = True

    @staticmethod
    def _write(task):
        with open(os.environ['ARGUMENTS_FILE'], 'a', encoding='utf-8') as stream:
            stream.write('%s: %r\n' % (task.get_name(), task.args))

    def _write_of(self, result):
        self._write(result.task if hasattr(result, 'task') else result._task)

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._write(task)

    def v2_runner_on_ok(self, result):
        self._write_of(result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write_of(result)

    def v2_runner_item_on_ok(self, result):
        self._write_of(result)
