# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run did, as a table that a person can read and as data without secrets."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_credentials import UNKNOWN
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_journal import Journal
from ansible_collections.buildops.tokens.plugins.plugin_utils.report_model import (
    NOT_DELIVERED,
    NOT_TRIED,
    REFUSED,
    VERIFIED,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.sources import plain

HEADINGS = ('source', 'type', 'token', 'expires', 'delivered to', 'hosts', 'changed', 'verified')
WIDEST_PLACE = 40
LONGEST_VERDICT = 200  # a host could make each line of the table as long as its message
UNFINISHED = 'To deliver what this rotation did not deliver, run provision_tokens.'
# Of a token: see times_of
TIMES = ('created_at', 'renew_at', 'max_age')
# What the rows contain for the report alone
INTERNAL = ('verification', 'results', 'times')
NO_RESULT = 'the host was not reached, or the play ended before its turn.'
Row = dict[str, t.Any]
MessageOf = t.Callable[[str], 'str | None']


class Summed(t.NamedTuple):
    """What a run did.

    :ivar details: the rows, with C(results): by host, the status (see C(report_model)), the
        sentence of the verification, and whether the entry changed.
    :ivar reasons: by delivery and host, why it failed.
    :ivar without: by delivery, the hosts of which nothing is due.
    """

    rows: list[Row]
    notes: list[str]
    problems: list[str]
    details: list[Row]
    reasons: dict[tuple[str, str], str]
    without: dict[str, set[str]]


class Summary:
    """Adds up the results of all hosts.

    :ivar rows: one for each source, place and token.
    :ivar problems: by delivery and sentence, the hosts that it concerns.
    :ivar notes: by sentence, the hosts that it concerns.
    """

    def __init__(self) -> None:
        self._rows: dict[t.Any, Row] = {}
        self.problems: dict[tuple[str, str], dict[str, None]] = {}
        self.notes: dict[str, dict[str, None]] = {}

    def problem(self, delivery: str, host: str, sentence: str) -> None:
        """Note what failed on a host."""
        self.problems.setdefault((delivery, sentence), {})[host] = None

    def add(self, host: str, part: t.Mapping[str, t.Any], deliveries: t.Sequence[str]) -> None:
        """Add the result of one delivery.

        :param deliveries: the delivery types that a result without one stands for.
        """
        names = [part['delivery']] if part.get('delivery') else deliveries
        if part.get('unreachable'):
            for name in names:
                self.problem(name, host, part.get('msg') or 'the host cannot be reached.')
        elif part.get('failed'):
            for name in names:
                self.problem(name, host, part.get('msg') or 'it failed, and gives no reason.')
        for sentence in part.get('notes') or []:
            self.notes.setdefault(sentence, {})[host] = None
        attempts = {
            attempt.get('name'): attempt
            for attempt in part.get('verification') or []
            if isinstance(attempt, dict)
        }
        for token in part.get('tokens') or []:
            self._add_token(host, part, token, attempts.get(token.get('to')))

    def _add_token(
        self, host: str, part: t.Mapping[str, t.Any], token: Row, attempt: Row | None
    ) -> None:
        delivery, place = part['delivery'], token.get('to')
        row = self._rows.setdefault(
            (token['source'], delivery, place, token.get('fingerprint')),
            {
                'source': token['source'],
                'type': token['type'],
                'fingerprint': token.get('fingerprint'),
                'expires_at': token.get('expires_at'),
                'delivery': delivery,
                'place': place,
                'hosts': {},
                'changed': {},
                'failed': {},
                'verification': {},
                'results': {},
            },
        )
        if part.get('failed') and not token.get('fingerprint'):
            row['verification'][host] = 'failed'
            row['failed'][host] = None
            return
        row['hosts'][host] = None
        row['times'] = {name: token.get(name) for name in TIMES}
        places = part.get('changed_places')
        if part.get('changed') and (places is None or place in places):
            row['changed'][host] = None
        row['verification'][host] = verdict(attempt)
        row['results'][host] = (
            status_of(part, token, attempt),
            str((attempt or {}).get('message') or ''),
            host in row['changed'],
        )
        if attempt and attempt.get('accepted') is False and not part.get('failed'):
            reason = attempt.get('message') or 'the credentials of %s were refused.' % place
            self.problem(delivery, host, reason)

    def rows(self) -> list[Row]:
        """Return the rows, with the verdicts of all hosts in C(verified)."""
        rows = []
        for row in self._rows.values():
            words = sorted(set(row['verification'].values()) - {''})
            kept = {key: value for key, value in row.items() if key not in INTERNAL}
            lists = {name: list(row[name]) for name in ('hosts', 'changed', 'failed')}
            rows.append({**kept, **lists, 'verified': ', '.join(words)})
        return rows

    def details(self) -> list[Row]:
        """Return the rows as they were added up."""
        return list(self._rows.values())

    def reasons(self) -> dict[tuple[str, str], str]:
        """Return, by delivery and host, why it failed."""
        found: dict[tuple[str, str], list[str]] = {}
        for (delivery, sentence), hosts in self.problems.items():
            for host in hosts:
                found.setdefault((delivery, host), []).append(sentence)
        return {key: ' '.join(sentences) for key, sentences in found.items()}

    def sentences(self) -> list[str]:
        """Return what failed, each reason once with its deliveries and hosts."""
        deliveries: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for (delivery, sentence), hosts in self.problems.items():
            deliveries.setdefault((sentence, tuple(hosts)), []).append(delivery)
        return [
            '%s (%s): %s' % (', '.join(names), names_of(hosts), sentence)
            for (sentence, hosts), names in deliveries.items()
        ]


def summarize(journal: Journal, message_of: MessageOf = lambda host: None) -> Summed:
    """Put together what a run did.

    A delivery that the plan contains and that no result mentions is a problem.

    :param message_of: returns what Ansible reports of a host without a result.
    """
    plan = journal.plan()
    summary = Summary()
    without: dict[str, set[str]] = {}
    # A report delivers nothing
    due = plan.get('purpose') != 'report'
    expected = {
        'host': plan['on_host'] if due else {},
        'servers': plan['servers'] if due else {},
    }
    for where, hosts in expected.items():
        for host, types in hosts.items():
            result = journal.result(where, host)
            if result is None:
                for name in types:
                    summary.problem(name, host, message_of(host) or NO_RESULT)
                continue
            for name in result['without']:
                without.setdefault(name, set()).add(host)
            for part in result['parts']:
                summary.add(host, part, types)
            mentioned = {*result['without'], *(part.get('delivery') for part in result['parts'])}
            for name in types:
                if name not in mentioned and not _has_failed(result['parts']):
                    summary.problem(name, host, 'no result mentions this delivery.')
    problems = [*(journal.read('sources') or []), *summary.sentences()]
    if plan.get('purpose') == 'rotate' and summary.problems:
        problems.append(UNFINISHED)
    notes = ['%s (%s)' % (text, names_of(hosts)) for text, hosts in summary.notes.items()]
    return Summed(
        summary.rows(),
        notes,
        list(dict.fromkeys(problems)),
        summary.details(),
        summary.reasons(),
        without,
    )


def message_in(variables: t.Mapping[str, t.Any], registered: str) -> str | None:
    """Return what Ansible reports where a task failed.

    :param variables: of a host. :param registered: the variable with the result of the task.
    """
    result = variables.get(registered)
    if isinstance(result, dict) and result.get('failed') and result.get('msg'):
        return str(plain(result['msg']))
    return None


def _has_failed(parts: t.Iterable[t.Mapping[str, t.Any]]) -> bool:
    return any(not part.get('delivery') and part.get('failed') for part in parts)


def source_problem(purpose: str, result: t.Mapping[str, t.Any]) -> str:
    """Return a sentence about a source that failed. :param result: of C(token_sources)."""
    words = {'rotate': 'was not replaced', 'revoke': 'was not revoked'}
    if purpose in words:
        return '%s %s: %s' % (result['source'], words[purpose], result['msg'])
    return 'Nothing is known of %s: %s' % (result['source'], result['msg'])


def source_line(purpose: str, result: t.Mapping[str, t.Any]) -> str:
    """Return a sentence about what happened to a source."""
    if result.get('failed'):
        return '%s (%s): %s' % (result['source'], result['type'], result['msg'])
    hosts = len(result['hosts'])
    about = '%s (%s, %d host%s): ' % (
        result['source'],
        result['type'],
        hosts,
        '' if hosts == 1 else 's',
    )
    if purpose in ('rotate', 'revoke'):
        done = {'rotate': 'replaced', 'revoke': 'revoked'}[purpose]
        return about + (done if result.get('changed') else 'unchanged')
    words = {
        True: 'exists',
        False: 'does not exist',
        None: 'its server does not report whether it exists',
    }
    exists = words[result.get('exists')]
    if result.get('expired'):
        end = 'has expired'
    elif result.get('expires_at'):
        end = 'expires at %s' % result['expires_at']
    elif (result.get('life') or {}).get('created_at'):
        end = 'created at %s, its expiry is not known' % result['life']['created_at']
    else:
        end = 'its expiry and age are not known'
    return '%s%s, %s' % (about, exists, end)


def status_of(part: t.Mapping[str, t.Any], token: Row, attempt: Row | None) -> str:
    """Return what happened to the entry with a token."""
    if attempt and attempt.get('accepted') is not None:
        return VERIFIED if attempt['accepted'] else REFUSED
    failed = part.get('failed') or part.get('unreachable')
    # A list of entries shows which of them are there although the delivery failed
    if failed and (token.get('fingerprint') is None or 'changed_places' not in part):
        return NOT_DELIVERED
    return NOT_TRIED


def verdict(attempt: t.Mapping[str, t.Any] | None) -> str:
    """Return V(accepted), V(refused), V(not tried: why) or an empty str."""
    if not attempt:
        return ''
    if attempt.get('accepted') is None:
        reason = str(attempt.get('message') or '')[:LONGEST_VERDICT]
        return 'not tried' + (': %s' % reason if reason else '')
    return 'accepted' if attempt['accepted'] else 'refused'


def table_of(rows: list[Row], problems: list[str]) -> list[str]:
    """Return the lines of a table; none if the problems are all there is."""
    if not rows:
        return [] if problems else ['Nothing was delivered.']
    cells = [HEADINGS] + [
        (
            row['source'],
            row['type'],
            row['fingerprint'] or '-',
            row['expires_at'] or ('-' if row['fingerprint'] in (None, UNKNOWN) else 'not known'),
            '%s %s' % (row['delivery'], _short(row['place'] or '')),
            names_of(row['hosts'] or row['failed']) or '-',
            str(len(row['changed'])),
            row['verified'] or '-',
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    lines = [
        '  '.join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells
    ]
    return lines[:1] + ['  '.join('-' * width for width in widths)] + lines[1:]


def line_of(job: t.Mapping[str, t.Any]) -> list[str]:
    """Return no line or one. :param job: what is known of the job in AWX: C(id), C(schedule)."""
    words = ['AWX job %s' % job['id']] if 'id' in job else []
    words += ['schedule %s' % job['schedule']] if 'schedule' in job else []
    return [', '.join(words)] if words else []


def _short(place: str) -> str:
    """The end of a long path says more than its beginning."""
    return place if len(place) <= WIDEST_PLACE else '…' + place[1 - WIDEST_PLACE :]


def names_of(names: t.Iterable[str]) -> str:
    """Return at most three names, and how many more there are."""
    hosts = list(names)
    return (
        ', '.join(hosts)
        if len(hosts) <= 3
        else '%s and %d more' % (', '.join(hosts[:2]), len(hosts) - 2)
    )
