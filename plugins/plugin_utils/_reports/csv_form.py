# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as CSV (RFC 4180): a row for each source, delivery and host."""

from __future__ import annotations

import csv
import io
import re
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    Delivery,
    Report,
    Result,
)

HEADINGS = (
    'source',
    'type',
    'fingerprint',
    'state',
    'expires_at',
    'renew_at',
    'end_at',
    'days_left',
    'delivery',
    'place',
    'host',
    'status',
    'changed',
    'message',
)
# A spreadsheet takes a cell for a formula that begins with one of these, also in full width
# Where a comma is the decimal sign, spreadsheets split at semicolons, whatever is quoted
_FORMULA = re.compile('(^|;)(?=\\s*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20])')
_WITHOUT = Delivery('', '', (Result('', ''),))


def render(report: Report) -> str:
    """Return the text of the file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator='\r\n')
    writer.writerow(HEADINGS)
    for source in report.sources:
        days = source.days_left(report.generated_at)
        about = [
            cell(source.name),
            cell(source.type),
            cell(source.fingerprint),
            source.state,
            iso8601(source.expires_at) or '',
            iso8601(source.renew_at) or '',
            iso8601(source.end_at) or '',
            '' if days is None else days,
        ]
        for delivery in source.deliveries or [_WITHOUT]:
            of_delivery = [*about, cell(delivery.type), cell(delivery.place)]
            for result in delivery.results:
                message = result.message or ('' if delivery.type else source.message)
                changed = str(result.changed).lower() if result.host else ''
                writer.writerow(
                    [*of_delivery, cell(result.host), result.status, changed, cell(message)]
                )
    return out.getvalue()


def cell(value: t.Any) -> str:
    """Return text for a cell that no spreadsheet takes for a formula."""
    text = '' if value is None else str(value)
    return _FORMULA.sub(r"\1'", text)
