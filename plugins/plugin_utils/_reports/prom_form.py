# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report for the textfile collector of Prometheus' node exporter.

A source has one series of each metric, whatever its tokens are: the earliest end, and the worst
result. When a source last succeeded is taken from the file that is replaced, where it fails now.
"""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    FAILED,
    NOT_DELIVERED,
    NOT_TRIED,
    REFUSED,
    STATUSES,
    VERIFIED,
    Report,
    Source,
)

PREFIX = 'buildops_token_'
LAST_SUCCESS = PREFIX + 'last_success_timestamp_seconds'
METRICS = {
    'expiry_timestamp_seconds': 'When the token ends.',
    'created_timestamp_seconds': 'When the token was made.',
    'renewal_timestamp_seconds': 'From when on a run replaces the token.',
    'verified': 'Whether all servers that were tried accepted the token: 1 or 0.',
    'failed': 'Whether the source or one of its deliveries failed: 1 or 0.',
    'deliveries': 'Deliveries to a host, by what happened.',
    'last_success_timestamp_seconds': 'When a run last had no failure of this source.',
}
RUN_METRICS = {
    'report_timestamp_seconds': 'When the report was made.',
    'report_problems': 'How many problems the run had.',
}
Labels = tuple[tuple[str, str], ...]


def render(report: Report, previous: str = '') -> str:
    """Return the text of the file. :param previous: that of the file that it replaces."""
    sources: dict[Labels, list[Source]] = {}
    for source in report.sources:
        labels: Labels = (('source', source.name), ('type', source.type))
        sources.setdefault(labels, []).append(source)
    before = _successes(previous)
    samples: dict[str, list[str]] = {name: [] for name in METRICS}
    for labels, tokens in sorted(sources.items(), key=lambda item: item[0]):
        for name, more, value in _values(report, tokens):
            samples[name].append('%s %d' % (_series(name, labels + more), value))
        success = _series('last_success_timestamp_seconds', labels)
        if not _has_failed(tokens):
            samples['last_success_timestamp_seconds'].append(
                '%s %d' % (success, report.generated_at)
            )
        elif success in before:
            samples['last_success_timestamp_seconds'].append('%s %s' % (success, before[success]))
    lines: list[str] = []
    for name, explanation in METRICS.items():
        lines += _metric(name, explanation, samples[name])
    values = (report.generated_at, len(report.problems))
    for (name, explanation), number in zip(RUN_METRICS.items(), values):
        lines += _metric(name, explanation, ['%s%s %d' % (PREFIX, name, number)])
    return '\n'.join(lines) + '\n'


def _metric(name: str, explanation: str, samples: list[str]) -> list[str]:
    if not samples:
        return []
    about = ['# HELP %s%s %s' % (PREFIX, name, explanation), '# TYPE %s%s gauge' % (PREFIX, name)]
    return about + samples


def _values(report: Report, tokens: list[Source]) -> t.Iterator[tuple[str, Labels, int]]:
    for name, attribute in (
        ('expiry_timestamp_seconds', 'end_at'),
        ('created_timestamp_seconds', 'created_at'),
        ('renewal_timestamp_seconds', 'renew_at'),
    ):
        times = [getattr(token, attribute) for token in tokens]
        known = [time for time in times if time is not None]
        if known:
            yield name, (), min(known)
    counts = {status: sum(token.statuses[status] for token in tokens) for status in STATUSES}
    if counts[REFUSED] or counts[VERIFIED]:
        yield 'verified', (), 0 if counts[REFUSED] else 1
    yield 'failed', (), int(_has_failed(tokens))
    for status in (VERIFIED, REFUSED, NOT_DELIVERED, NOT_TRIED):
        yield 'deliveries', (('status', status),), counts[status]


def _has_failed(tokens: t.Iterable[Source]) -> bool:
    return any(
        token.state == FAILED or token.statuses[REFUSED] or token.statuses[NOT_DELIVERED]
        for token in tokens
    )


def _series(name: str, labels: Labels) -> str:
    shown = ','.join('%s="%s"' % (label, escaped(value)) for label, value in labels)
    return '%s%s{%s}' % (PREFIX, name, shown)


def escaped(value: str) -> str:
    """Return the value of a label."""
    return value.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')


def _successes(text: str) -> dict[str, str]:
    """Return, by series, when a source last succeeded, as an earlier report wrote it."""
    found = {}
    for line in text.split('\n'):
        series, _blank, value = line.rpartition(' ')
        if series.startswith(LAST_SUCCESS + '{') and value.isascii() and value.isdigit():
            found[series] = value
    return found
