# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data of a report: what exists, where it was delivered, what ends when, and what failed.

It contains no secret. All forms of a report are made from it.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._token import iso8601

SCHEMA_VERSION = 1
DAY = 86400
OK, WARNING, FAILURE = 'ok', 'warning', 'failure'
LEVELS = (FAILURE, WARNING, OK)
# States of a token
VALID, ENDS_SOON, EXPIRED, MISSING, FAILED, UNKNOWN = (
    'valid',
    'ends_soon',
    'expired',
    'missing',
    'failed',
    'unknown',
)
# What happened to a delivery on a host
REFUSED, NOT_DELIVERED, NOT_TRIED, VERIFIED = 'refused', 'failed', 'not_tried', 'verified'
STATUSES = (REFUSED, NOT_DELIVERED, NOT_TRIED, VERIFIED)
BY_SERVER, BY_AGE = 'server', 'age'


@dataclasses.dataclass(frozen=True)
class Thresholds:
    """:ivar warn_days: what ends within so many days is a warning.
    :ivar fail_days: what ends within so many days makes the run fail; None for never.
    :ivar max_age_days: the age at which a token without an end counts as ended, where its source
        has no C(max_age); None for never.
    """

    warn_days: int = 14
    fail_days: int | None = None
    max_age_days: int | None = None


@dataclasses.dataclass(frozen=True)
class Result:
    """What happened to one delivery on one host. :ivar status: one of C(STATUSES)."""

    host: str
    status: str
    changed: bool = False
    message: str = ''


@dataclasses.dataclass(frozen=True)
class Delivery:
    """A place that has, or should have, the token. :ivar type: the delivery type."""

    type: str
    place: str
    results: tuple[Result, ...] = ()


@dataclasses.dataclass(frozen=True)
class Source:
    """A source, or the part of it that renders to the same token.

    Times are seconds since 1970, or None.

    :ivar hosts: those that use it.
    :ivar fingerprint: of its token, or None.
    :ivar created_at: when the token was made.
    :ivar expires_at: when its server ends it.
    :ivar renew_at: from then on a run replaces it.
    :ivar end_at: what the thresholds are compared with: C(expires_at), or else the end by age.
    :ivar end_by: V(server), V(age) or None.
    :ivar state: one of the states above. :ivar message: a sentence about it, or an empty text.
    """

    name: str
    type: str
    hosts: tuple[str, ...] = ()
    fingerprint: str | None = None
    created_at: int | None = None
    expires_at: int | None = None
    renew_at: int | None = None
    end_at: int | None = None
    end_by: str | None = None
    state: str = UNKNOWN
    state_level: str = OK
    message: str = ''
    deliveries: tuple[Delivery, ...] = ()

    @property
    def statuses(self) -> collections.Counter[str]:
        """How many results have which status."""
        return collections.Counter(
            result.status for delivery in self.deliveries for result in delivery.results
        )

    @property
    def level(self) -> str:
        """The worst of the token and its deliveries."""
        counts = self.statuses
        failed = counts[REFUSED] or counts[NOT_DELIVERED]
        return FAILURE if failed else self.state_level

    def days_left(self, now: int) -> int | None:
        """Return the whole days until its end, negative after it; None where it has none."""
        return None if self.end_at is None else (self.end_at - now) // DAY


@dataclasses.dataclass(frozen=True)
class Report:
    """One run.

    :ivar purpose: V(report), V(provision) or V(rotate). :ivar generated_at: seconds since 1970.
    :ivar sources: those with failures first, then by their end.
    :ivar problems: what failed, and what ends within the limit for failures.
    :ivar job: of AWX, where it runs the playbook.
    """

    purpose: str
    generated_at: int
    sources: tuple[Source, ...] = ()
    thresholds: Thresholds = Thresholds()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    job: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def level(self) -> str:
        """The worst of all."""
        levels = {source.level for source in self.sources}
        if self.problems or FAILURE in levels:
            return FAILURE
        return WARNING if WARNING in levels else OK

    @property
    def totals(self) -> dict[str, int]:
        """Counts of sources, hosts, deliveries to a host, and of these by status."""
        counts: collections.Counter[str] = collections.Counter()
        for source in self.sources:
            counts.update(source.statuses)
        return {
            'sources': len(self.sources),
            'hosts': len({host for source in self.sources for host in source.hosts}),
            'deliveries': sum(counts.values()),
            **{status: counts[status] for status in STATUSES},
        }


def sources_of(report: Report, with_results: bool = True) -> list[dict[str, t.Any]]:
    """Return the sources of a report in plain types.

    :param with_results: else with numbers of results and hosts instead of their lists, so that the
        size does not depend on the number of hosts.
    """
    return [_source(report, source, with_results) for source in report.sources]


def _source(report: Report, source: Source, with_results: bool) -> dict[str, t.Any]:
    about: dict[str, t.Any] = {
        'name': source.name,
        'type': source.type,
        'level': source.level,
        'state': source.state,
        'message': source.message,
        'fingerprint': source.fingerprint,
        'created_at': iso8601(source.created_at),
        'expires_at': iso8601(source.expires_at),
        'renew_at': iso8601(source.renew_at),
        'end_at': iso8601(source.end_at),
        'end_by': source.end_by,
        'days_left': source.days_left(report.generated_at),
    }
    if not with_results:
        counts = {status: source.statuses[status] for status in STATUSES}
        return {**about, 'hosts': len(source.hosts), 'results': counts}
    deliveries = [
        {
            'type': delivery.type,
            'place': delivery.place,
            'results': [dict(vars(result)) for result in delivery.results],
        }
        for delivery in source.deliveries
    ]
    return {**about, 'hosts': list(source.hosts), 'deliveries': deliveries}


def header_of(report: Report) -> dict[str, t.Any]:
    """Return what a report says about the whole run, in plain types."""
    return {
        'schema_version': SCHEMA_VERSION,
        'purpose': report.purpose,
        'generated_at': iso8601(report.generated_at),
        'level': report.level,
        'thresholds': dataclasses.asdict(report.thresholds),
        'totals': report.totals,
        'job': dict(report.job),
    }
