# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as a calendar (RFC 5545): an event for the end of each token.

The identifier of an event stays the same when a token is renewed, so that a calendar that has
subscribed to the file moves the event.
"""

from __future__ import annotations

import collections
import datetime
import hashlib
import typing as t

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import names_of
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    BY_AGE,
    Report,
    Source,
)

LONGEST_LINE = 75  # bytes
# Where a threshold is 0, an alarm a day before
SHORTEST_ALARM = 1


def render(report: Report) -> str:
    """Return the text of the file."""
    lines = [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//buildops.tokens//report 1//EN',
        'CALSCALE:GREGORIAN',
        'METHOD:PUBLISH',
        'NAME:Tokens',
        'X-WR-CALNAME:Tokens',
        'REFRESH-INTERVAL;VALUE=DURATION:PT12H',
        'X-PUBLISHED-TTL:PT12H',
    ]
    seen: collections.Counter[str] = collections.Counter()
    for source in sorted(report.sources, key=lambda source: (source.name, source.hosts)):
        seen[source.name] += 1
        if source.end_at is not None:
            lines += _event(report, source, seen[source.name] == 1)
    lines.append('END:VCALENDAR')
    return ''.join(_folded(line) for line in lines)


def _event(report: Report, source: Source, first: bool) -> t.Iterator[str]:
    end = t.cast(int, source.end_at)
    title = '%s reaches its highest age' if source.end_by == BY_AGE else '%s ends'
    days = max(report.thresholds.warn_days, report.thresholds.fail_days or 0, SHORTEST_ALARM)
    about = ['Used by: %s' % (names_of(source.hosts) or 'no hosts')]
    if source.fingerprint:
        about.append('Fingerprint: %s' % source.fingerprint)
    places = ['%s %s' % (delivery.type, delivery.place) for delivery in source.deliveries]
    if places:
        about.append('Delivered to: %s' % ', '.join(places))
    yield 'BEGIN:VEVENT'
    yield 'UID:%s@buildops.tokens' % identifier(source, first)
    yield 'DTSTAMP:' + _time(report.generated_at)
    yield 'LAST-MODIFIED:' + _time(report.generated_at)
    # A calendar takes the newer of two versions; the number must fit into 32 bits
    yield 'SEQUENCE:%d' % max(report.generated_at // 60, 0)
    yield 'DTSTART:' + _time(end)
    yield 'SUMMARY:' + escaped(title % source.name)
    yield 'DESCRIPTION:' + escaped('\n'.join(about))
    yield 'CATEGORIES:' + escaped(source.type)
    yield 'TRANSP:TRANSPARENT'
    yield 'BEGIN:VALARM'
    yield 'ACTION:DISPLAY'
    yield 'DESCRIPTION:' + escaped(title % source.name)
    yield 'TRIGGER:-P%dD' % days
    yield 'END:VALARM'
    yield 'END:VEVENT'


def identifier(source: Source, first: bool) -> str:
    """Return what stays the same when a token is renewed.

    :param first: False for a further token of the same source.
    """
    parts = [source.type, source.name]
    if not first:
        parts.append(min(source.hosts, default=''))
    return hashlib.sha256('\n'.join(parts).encode('utf-8', 'replace')).hexdigest()[:32]


def _time(seconds: int) -> str:
    try:
        when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return '99991231T235959Z'
    return when.strftime('%Y%m%dT%H%M%SZ').rjust(16, '0')


def escaped(text: str) -> str:
    """Return a value of the type TEXT."""
    for character in '\\;,':
        text = text.replace(character, '\\' + character)
    return text.replace('\r', '').replace('\n', '\\n')


def _folded(line: str) -> str:
    """Return a line, and its continuations, of at most 75 bytes each."""
    parts, size = [''], 0
    for character in line:
        length = len(character.encode('utf-8', 'replace'))
        if size + length > LONGEST_LINE:
            parts.append('')
            size = 1  # the blank before a continuation
        parts[-1] += character
        size += length
    return '\r\n '.join(parts) + '\r\n'
