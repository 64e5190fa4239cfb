# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the files of a report."""

from __future__ import annotations

import os
import stat
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.file_errors import reported
from ansible_collections.buildops.tokens.plugins.module_utils._files.folder import (
    NO_FOLLOW,
    Place,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils._reports import (
    csv_form,
    html_form,
    ics_form,
    json_form,
    junit_form,
    prom_form,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import Report
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_options import (
    MAX_BYTES,
    Options,
    path_of,
)

# By form: a function of the report and of the file that is replaced
FORMS: dict[str, t.Callable[[Report, str], str]] = {
    'html': lambda report, _before: html_form.render(report),
    'json': lambda report, _before: json_form.render(report),
    'csv': lambda report, _before: csv_form.render(report),
    'ics': lambda report, _before: ics_form.render(report),
    'prom': prom_form.render,
    'junit': lambda report, _before: junit_form.render(report),
}


def write(report: Report, options: Options) -> list[str]:
    """Write the files, each at once. :returns: their paths.

    :param options: as C(report_options.checked) returns them.
    :raises FileProblem: one cannot be written.
    """
    paths = []
    for form in dict.fromkeys(options['formats']):
        path = path_of(options, form)
        state = read_private(path, MAX_BYTES)
        before = (state.content or b'').decode('utf-8', 'replace')
        content = FORMS[form](report, before).encode('utf-8', 'replace')
        write_private(state, content, 'keep', new_mode=options['mode'])
        _set_mode(path, options['mode'])
        paths.append(path)
    return paths


def _set_mode(path: str, mode: int) -> None:
    """Give an older file the mode that is asked for."""
    with reported('write', path), Place(path) as place:
        name = t.cast(str, place.name)
        descriptor = os.open(name, os.O_RDONLY | NO_FOLLOW, dir_fd=place.folder)
        try:
            if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
                os.fchmod(descriptor, mode)
        finally:
            os.close(descriptor)
