# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one page, which loads nothing: everything is in it, and it reads without a script.

The script only filters the table of deliveries.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import re
import typing as t

import jinja2
import markupsafe

from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601
from ansible_collections.buildops.tokens.plugins.plugin_utils._reports.html_page import (
    PAGE,
    SCRIPT,
    STYLE,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import names_of
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_builder import (
    attention,
    day_and_time,
    in_words,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    BY_AGE,
    DAY,
    FAILED,
    MISSING,
    NOT_DELIVERED,
    NOT_TRIED,
    REFUSED,
    STATUSES,
    UNKNOWN,
    VERIFIED,
    Report,
    Source,
)

# Above so many rows, those without a failure are one for each place
MOST_ROWS = 12000
# A browser lays out such a group of rows when it comes near the part of the page that is shown
GROUP_ROWS = 50
# A source with more hosts names the first ones
MOST_NAMES = 20
HOUR = 3600
TICKS = (
    (HOUR, '1 h'),
    (DAY, '1 d'),
    (7 * DAY, '1 w'),
    (30 * DAY, '30 d'),
    (90 * DAY, '90 d'),
    (365 * DAY, '1 y'),
    (3650 * DAY, '10 y'),
)
# The scale of the timeline never ends before, and never goes beyond
SHORTEST_SCALE, LONGEST_SCALE = 8 * DAY, 12 * 365 * DAY
WORDS = {
    VERIFIED: '✓ verified',
    REFUSED: '✗ refused',
    NOT_DELIVERED: '✗ failed',
    NOT_TRIED: '– not tried',
}
_UNSEEN = re.compile('[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]')
# Names of classes are short: there may be thousands of rows
CLASSES = {VERIFIED: 'v', REFUSED: 'r', NOT_DELIVERED: 'f', NOT_TRIED: 'n'}
TITLES = {
    'report': 'Asked the servers; nothing was changed.',
    'provision': 'Got and delivered tokens.',
    'rotate': 'Replaced tokens, and delivered the new ones.',
}


class Line(t.NamedTuple):
    """A source in the timeline; positions in percent of its width.

    :ivar renew: where a run begins to replace the token, or None. :ivar end: or None.
    """

    source: Source
    when: str
    renew: float | None
    end: float | None
    beyond: bool


class Row(t.NamedTuple):
    """A row of the table of deliveries."""

    status: str
    host: str
    source: Source
    place: str
    day: str
    message: str


def _visible(value: t.Any) -> t.Any:
    """Marks of direction would move the text around them; others are not allowed in a page."""
    is_text = isinstance(value, str) and not hasattr(value, '__html__')
    return _UNSEEN.sub('', value) if is_text else value


@functools.lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
    )
    return environment.from_string(PAGE)


def render(report: Report) -> str:
    """Return the text of the file."""
    rows = _rows(report)
    scale = _scale(report)
    return _template().render(
        report=report,
        title=TITLES.get(report.purpose, ''),
        generated=day_and_time(report.generated_at),
        generated_iso=iso8601(report.generated_at),
        attention=attention(report),
        lines=[_line(report, source, scale) for source in report.sources],
        ticks=[(_position(seconds, scale), label) for seconds, label in TICKS if seconds < scale],
        rows=rows,
        group_rows=GROUP_ROWS,
        row_sources=sorted({row.source.name for row in rows}),
        words=WORDS,
        classes=CLASSES,
        statuses=[status for status in STATUSES if report.totals[status]],
        day_and_time=day_and_time,
        state_words=state_words,
        hosts_of=_hosts_of,
        now=report.generated_at,
        # What the builder of the page wrote itself, and no data
        style=markupsafe.Markup(STYLE),
        script=markupsafe.Markup(SCRIPT),
        script_hash=base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode(),
    )


def state_words(source: Source, now: int) -> str:
    """Return words for the end of a token."""
    if source.state == FAILED:
        return 'failed'
    if source.state == MISSING:
        return 'not accepted' if source.state_level == 'failure' else 'does not exist'
    if source.end_at is None:
        return _without_end(source, now) if source.state == UNKNOWN else source.state
    ended = source.end_at <= now
    if source.end_by == BY_AGE:
        what = 'reached its age' if ended else 'reaches its age'
    else:
        what = 'ended' if ended else 'ends'
    return '%s %s' % (what, in_words(source.end_at - now))


def _without_end(source: Source, now: int) -> str:
    if source.created_at is None:
        return 'end and age not known'
    return 'end not known, created %s' % in_words(source.created_at - now)


def _hosts_of(names: t.Sequence[str]) -> str:
    """Return the hosts of a source: all, unless the table of deliveries is the place to look."""
    return ', '.join(names) if len(names) <= MOST_NAMES else names_of(names)


# The timeline


def _scale(report: Report) -> int:
    """Return the seconds from now that the timeline shows."""
    left = [source.end_at - report.generated_at for source in report.sources if source.end_at]
    return min(max([*left, SHORTEST_SCALE]), LONGEST_SCALE)


def _position(seconds: float, scale: int) -> float:
    """Return where a time is, in percent. What is soon has more room than what is late."""
    part = math.log1p(max(seconds, 0) / HOUR) / math.log1p(scale / HOUR)
    return round(100 * min(part, 1), 2)


def _line(report: Report, source: Source, scale: int) -> Line:
    if source.end_at is None:
        return Line(source, state_words(source, report.generated_at), None, None, False)
    left = source.end_at - report.generated_at
    renew = source.end_at if source.renew_at is None else min(source.renew_at, source.end_at)
    return Line(
        source,
        state_words(source, report.generated_at),
        _position(renew - report.generated_at, scale),
        _position(left, scale),
        left > scale,
    )


# The table of deliveries


def _rows(report: Report) -> list[Row]:
    """Return the rows, failures first and then by the end of the token."""
    rows = _all_rows(report)
    if len(rows) > MOST_ROWS:
        rows = _grouped(rows)
    return sorted(rows, key=lambda row: STATUSES.index(row.status))[:MOST_ROWS]


def _all_rows(report: Report) -> list[Row]:
    rows = []
    for source in sorted(report.sources, key=lambda source: source.end_at or math.inf):
        day = day_and_time(source.end_at)[:14]
        for delivery in source.deliveries:
            place = ('%s %s' % (delivery.type, delivery.place)).strip()
            for result in delivery.results:
                rows.append(Row(result.status, result.host, source, place, day, result.message))
    return rows


def _grouped(rows: list[Row]) -> list[Row]:
    """Return one row for all hosts with the same result, and each failure as it is."""
    groups: dict[t.Any, list[Row]] = {}
    for number, row in enumerate(rows):
        failed = row.status in (REFUSED, NOT_DELIVERED)
        key = number if failed else (id(row.source), row.place, row.status, row.message)
        groups.setdefault(key, []).append(row)
    return [
        group[0]._replace(host=names_of([row.host for row in group])) for group in groups.values()
    ]
