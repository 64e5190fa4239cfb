# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a report, and the variables of the playbooks that set them."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._controller_only import REPORT
from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    check_writable,
    read_private,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import Thresholds

VARIABLES = tuple('tokens_report_%s' % option for option in REPORT)
# The longest span of a threshold, and of max_age of a source
MOST_DAYS = 36500
# Of a report of many hosts
MAX_BYTES = 1 << 30
# By form: the file
FILES = {
    'html': 'tokens.html',
    'json': 'tokens.json',
    'csv': 'tokens.csv',
    'ics': 'tokens.ics',
    'prom': 'tokens.prom',
    'junit': 'tokens.junit.xml',
}
Options = dict[str, t.Any]


def checked(given: Options | None, check_mode: bool) -> Options:
    """Return the options of a report, before anything is done.

    :param given: as the module takes them. :param check_mode: no file will be written.
    :raises BadInput: an option is wrong. :raises FileProblem: a file cannot be written.
    """
    options: Options = {**{name: spec.get('default') for name, spec in REPORT.items()}}
    options.update({name: value for name, value in (given or {}).items() if value is not None})
    options['mode'] = _mode(options['mode'])
    for name in ('warn_days', 'fail_days', 'max_age_days'):
        if options[name] is not None and not 0 <= options[name] <= MOST_DAYS:
            raise BadInput(
                'tokens_report_%s must be between 0 and %d.' % (name, MOST_DAYS),
            )
    if options['path']:
        options['path'] = os.path.abspath(os.path.expanduser(options['path']))
        if not check_mode:
            for form in options['formats']:
                check_writable(read_private(path_of(options, form), MAX_BYTES))
    return options


def path_of(options: Options, form: str) -> str:
    """Return the path of the file of a form."""
    return os.path.join(options['path'], FILES[form])


def thresholds_of(options: Options) -> Thresholds:
    """Return what the ends of tokens are compared with."""
    return Thresholds(options['warn_days'], options['fail_days'], options['max_age_days'])


def _mode(value: t.Any) -> int:
    """Return a mode. A text is octal, as in ansible.builtin.file; a number is one already."""
    if isinstance(value, str):
        try:
            value = int(value, 8)
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int) or not 0o400 <= value <= 0o777:
        raise BadInput("tokens_report_mode must be a mode such as '0644' or '0640'.")
    return value
