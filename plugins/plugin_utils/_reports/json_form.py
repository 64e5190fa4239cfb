# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JSON. Its schema is docs/report.schema.json."""

from __future__ import annotations

import json

from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    Report,
    header_of,
    sources_of,
)


def render(report: Report) -> str:
    """Return the text of the file."""
    data = {
        **header_of(report),
        'problems': list(report.problems),
        'notes': list(report.notes),
        'sources': sources_of(report),
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + '\n'
