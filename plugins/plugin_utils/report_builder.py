# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the data of a report from the plan of a run and its results."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._redaction import printable
from ansible_collections.buildops.tokens.plugins.module_utils._token import from_iso8601, iso8601
from ansible_collections.buildops.tokens.plugins.plugin_utils import report_model as model
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import UNKNOWN
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import (
    Summed,
    names_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    DAY,
    Delivery,
    Report,
    Result,
    Source,
    Thresholds,
)

Plan = t.Mapping[str, t.Any]
Row = dict[str, t.Any]
Places = dict[tuple[str, str], dict[str, Result]]
# A token that lives shorter than a threshold is judged by this part of its life, as in a run
PART_OF_LIFE = 5
NEVER = float('inf')
# Who makes a new token
RENEW = 'Replace it with rotate_tokens.'
RENEW_BY_HAND = 'A person has to create a new one.'


def build(
    plan: Plan,
    summed: Summed,
    asked: t.Iterable[Row],
    thresholds: Thresholds,
    now: int,
    job: Row | None = None,
) -> Report:
    """Return the report of a run.

    :param summed: what the deliveries did.
    :param asked: what C(token_sources) found out, for a run that asks the servers.
    :param now: seconds since 1970.
    """
    if plan['purpose'] == 'report':
        sources = [_of_answer(plan, row) for row in asked]
    else:
        sources = [source for name in _names(plan) for source in _delivered(plan, summed, name)]
    judged = [_judged(source, thresholds, now) for source in sources]
    judged.sort(key=lambda source: (model.LEVELS.index(source.level), source.end_at or NEVER))
    problems = [_text(problem) for problem in summed.problems]
    problems += endings(judged, plan, thresholds, now)
    return Report(
        purpose=plan['purpose'],
        generated_at=now,
        sources=tuple(judged),
        thresholds=thresholds,
        problems=tuple(dict.fromkeys(problems)),
        notes=tuple(_text(note) for note in summed.notes),
        job={key: _text(str(value)) for key, value in (job or {}).items()},
    )


def _names(plan: Plan) -> list[str]:
    return [name for name in plan['sources'] if name in plan['deliveries']]


@functools.lru_cache(maxsize=20000)
def _text(value: str) -> str:
    """Hosts and servers wrote parts of it, and a page or another program shows it."""
    return printable(value)


def _seconds(text: str | None) -> int | None:
    seconds = from_iso8601(text)
    return None if seconds is None else int(seconds)


# A run that asks servers


def _of_answer(plan: Plan, row: Row) -> Source:
    served = set(row['hosts'])
    places: Places = {}
    for kind, place, host in _planned(plan, row['source']):
        if host in served:
            places.setdefault((kind, place), {})[host] = Result(_text(host), model.NOT_TRIED)
    source = _source(row['source'], row['type'], row['hosts'], places, row)
    if row['failed']:
        return dataclasses.replace(
            source, state=model.FAILED, state_level=model.FAILURE, message=_text(str(row['msg']))
        )
    if row['expired']:
        return dataclasses.replace(source, state=model.EXPIRED, state_level=model.FAILURE)
    if row['exists'] is False:
        by_hand = not plan['sources'][row['source']]['rotatable']
        level = model.FAILURE if by_hand else model.WARNING
        message = 'its server does not accept it.' if by_hand else 'it does not exist.'
        return dataclasses.replace(source, state=model.MISSING, state_level=level, message=message)
    return source


def _planned(plan: Plan, name: str) -> t.Iterator[tuple[str, str, str]]:
    for kind, places in plan['deliveries'].get(name, {}).items():
        for place, hosts in places.items():
            for host in hosts:
                yield kind, place, host


def _source(
    name: str, kind: str | None, hosts: t.Iterable[str], places: Places, about: Row
) -> Source:
    deliveries = [
        Delivery(type_, _text(place), tuple(sorted(results.values(), key=_worst_first)))
        for (type_, place), results in places.items()
    ]
    source = Source(
        name=_text(name),
        type=_text(kind or ''),
        hosts=tuple(_text(host) for host in hosts),
        fingerprint=about.get('fingerprint'),
        created_at=_seconds(about.get('created_at')),
        expires_at=_seconds(about.get('expires_at')),
        renew_at=_seconds(about.get('renew_at')),
        deliveries=tuple(deliveries),
    )
    max_age = about.get('max_age')
    if source.expires_at is None and source.created_at is not None and max_age is not None:
        return dataclasses.replace(source, end_at=source.created_at + max_age, end_by=model.BY_AGE)
    return source


def _worst_first(result: Result) -> int:
    return model.STATUSES.index(result.status)


# A run that delivers


def _delivered(plan: Plan, summed: Summed, name: str) -> list[Source]:
    """Return a source for each token, and one for the hosts without one if there are several."""
    rows = [row for row in summed.details if row['source'] == name]
    tokens: dict[str, list[Row]] = {}
    others: list[Row] = []
    for row in rows:
        known = row['fingerprint'] not in (None, UNKNOWN)
        (tokens.setdefault(row['fingerprint'], []) if known else others).append(row)
    missing = _missing(plan, summed, name, rows)
    groups = [(group, _places(group)) for group in tokens.values()]
    if len(groups) != 1:
        groups.append(([], {}))
    group, places = groups[-1]
    group += others
    _merge(places, _places(others))
    _merge(places, missing)
    kind = plan['sources'][name]['type']
    return [_of_rows(name, kind, group, places) for group, places in groups if places]


def _places(rows: t.Iterable[Row]) -> Places:
    places: Places = {}
    for row in rows:
        of_place = places.setdefault((row['delivery'], str(row['place'] or '')), {})
        for host, (status, message, changed) in row['results'].items():
            shown = '' if status == model.VERIFIED else _text(message)
            of_place[host] = Result(_text(host), status, changed, shown)
    return places


def _missing(plan: Plan, summed: Summed, name: str, rows: list[Row]) -> Places:
    """Return the planned deliveries that no row mentions."""
    known: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for host in row['results']:
            known.setdefault((row['delivery'], host), set()).add(str(row['place'] or ''))
    planned: dict[tuple[str, str], list[str]] = {}
    for kind, place, host in _planned(plan, name):
        if host not in summed.without.get(kind, ()):
            planned.setdefault((kind, host), []).append(place)
    places: Places = {}
    for (kind, host), wanted in planned.items():
        there = known.get((kind, host), set())
        if len(there) >= len(wanted):
            continue
        reason = summed.reasons.get((kind, host), '')
        status = model.NOT_DELIVERED if reason else model.NOT_TRIED
        for place in wanted:
            if place not in there:
                result = Result(_text(host), status, False, _text(reason))
                places.setdefault((kind, place), {})[host] = result
    return places


def _merge(places: Places, more: Places) -> None:
    for key, results in more.items():
        places.setdefault(key, {}).update(results)


def _of_rows(name: str, kind: str | None, rows: list[Row], places: Places) -> Source:
    about: Row = {}
    for row in rows:
        if row['fingerprint']:
            about = {**row['times'], **row}
            break
    hosts = dict.fromkeys(host for results in places.values() for host in results)
    source = _source(name, kind, hosts, places, about)
    if about or not source.statuses[model.NOT_DELIVERED]:
        return source
    reason = next(
        result.message
        for delivery in source.deliveries
        for result in delivery.results
        if result.status == model.NOT_DELIVERED
    )
    return dataclasses.replace(
        source, state=model.FAILED, state_level=model.FAILURE, message=reason
    )


# Thresholds


def _judged(source: Source, thresholds: Thresholds, now: int) -> Source:
    source = _with_end(source, thresholds)
    if source.state != model.UNKNOWN or source.end_at is None:
        return source
    if source.end_at <= now:
        return dataclasses.replace(source, state=model.EXPIRED, state_level=model.FAILURE)
    for days, level in (
        (thresholds.fail_days, model.FAILURE),
        (thresholds.warn_days, model.WARNING),
    ):
        if days is not None and source.end_at - now <= _span(source, days):
            return dataclasses.replace(source, state=model.ENDS_SOON, state_level=level)
    return dataclasses.replace(source, state=model.VALID)


def _with_end(source: Source, thresholds: Thresholds) -> Source:
    if source.expires_at is not None:
        return dataclasses.replace(source, end_at=source.expires_at, end_by=model.BY_SERVER)
    days = thresholds.max_age_days
    if source.end_at is None and source.created_at is not None and days is not None:
        end = source.created_at + days * DAY
        return dataclasses.replace(source, end_at=end, end_by=model.BY_AGE)
    return source


def _span(source: Source, days: int) -> float:
    """Return the seconds before its end at which a token counts as one that ends soon."""
    if source.created_at is None or source.end_at is None:
        return days * DAY
    life = source.end_at - source.created_at
    return days * DAY if life > days * DAY else life / PART_OF_LIFE


def endings(sources: t.Iterable[Source], plan: Plan, thresholds: Thresholds, now: int) -> list[str]:
    """Return what makes the run fail because of its end; nothing unless that is asked for."""
    if thresholds.fail_days is None:
        return []
    sentences = []
    for source in sources:
        ended = source.state in (model.EXPIRED, model.ENDS_SOON, model.MISSING)
        if ended and source.state_level == model.FAILURE:
            known = plan['sources'].get(source.name) or {}
            remedy = RENEW if known.get('rotatable') else RENEW_BY_HAND
            sentences.append('%s %s' % (ending(source, now), remedy))
    return sentences


def ending(source: Source, now: int) -> str:
    """Return a sentence about the end of a token, with the hosts that use it."""
    about = '%s (%s; %s)' % (source.name, source.type, names_of(source.hosts) or 'no hosts')
    if source.state == model.MISSING:
        return '%s: %s' % (about, source.message)
    ended = source.end_at is None or source.end_at <= now
    if source.end_by == model.BY_AGE:
        what = 'reached its highest age' if ended else 'reaches its highest age'
    else:
        what = 'ended' if ended else 'ends'
    if source.end_at is None:
        return '%s %s.' % (about, what)
    left = in_words(source.end_at - now)
    return '%s %s %s, at %s.' % (about, what, left, day_and_time(source.end_at))


def day_and_time(seconds: int | None) -> str:
    """Return a time in UTC with the day of the week, or an empty text."""
    if seconds is None:
        return ''
    try:
        when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        return str(iso8601(seconds) or '')
    return when.strftime('%a %Y-%m-%d %H:%M UTC')


def in_words(left: int) -> str:
    """Return words for so many seconds from now, or before now."""
    seconds, unit = next(
        (each for each in ((DAY, 'day'), (3600, 'hour')) if abs(left) >= each[0]), (60, 'minute')
    )
    number = abs(left) // seconds
    words = '%d %s%s' % (number, unit, '' if number == 1 else 's')
    return 'in %s' % words if left > 0 else '%s ago' % words


def attention(report: Report) -> list[str]:
    """Return sentences about the tokens that ended or end soon, without those of the problems."""
    return [
        sentence
        for source in report.sources
        if source.state in (model.EXPIRED, model.ENDS_SOON, model.MISSING)
        for sentence in [ending(source, report.generated_at)]
        if not any(problem.startswith(sentence) for problem in report.problems)
    ]
