# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a provisioning run did, as a table that a person can read and as data without secrets."""

from __future__ import annotations

HEADINGS = ('source', 'type', 'token', 'expires', 'delivered to', 'hosts', 'changed', 'verified')
WIDEST_PLACE = 40


def rows_of(plan, variables_of):
    """Put together what the deliveries registered.

    :param plan: the result of token_deliveries_info. :param variables_of: by host: its raw variables; each delivery registered C(<role>_result), with
        C(verification) where it tried the credentials (or C(<role>_verification)): a list of mappings with C(name), C(accepted) (true, false or null) and C(msg).
        A delivery that is made of several has C(parts), a list of such results. What failed is in C(deliver_to_failed), by delivery, and, of what was
        done with sources, in C(tokens_failed), a list of sentences.
    :returns: a list of mappings (one for each source, place and token), and a list of sentences about what failed.
    """
    rows, problems = {}, []
    for delivery, hosts in plan['hosts'].items():
        for host in hosts:
            variables = variables_of.get(host) or {}
            result = variables.get(delivery + '_result')
            failed = (variables.get('deliver_to_failed') or {}).get(delivery)
            if not isinstance(result, dict):
                _note(
                    problems,
                    delivery,
                    host,
                    failed or 'the host was not reached, or the play ended before its turn.',
                )
                continue
            parts = result.get('parts') or [result]
            for sentence in _failures(parts, failed):
                _note(problems, delivery, host, sentence)
            for part in parts:
                _add(
                    rows,
                    problems,
                    delivery,
                    host,
                    part,
                    variables.get(delivery + '_verification') or part.get('verification') or [],
                    failed,
                )
    for row in rows.values():
        words = sorted(set(row.pop('verification').values()))
        row['verified'] = ', '.join(words) if words else ''
    sentences = [
        str(sentence)
        for variables in variables_of.values()
        for sentence in (variables or {}).get('tokens_failed') or []
    ]
    sentences += [
        '%s (%s): %s' % (delivery, _names(hosts), msg)
        for (delivery, msg), hosts in _grouped(problems).items()
    ]
    return list(rows.values()), list(dict.fromkeys(sentences))


def _failures(parts, failed):
    """:param failed: what the play says of the failure, or None: of a loop, merely that there is one.
    :returns: sentences: why the parts failed, or else that."""
    if any(part.get('unreachable') for part in parts):
        yield 'the host cannot be reached.'
    told = (
        [part['msg'] for part in parts if part.get('failed') and part.get('msg')]
        if failed is not None
        else []
    )
    if failed is not None:
        yield from dict.fromkeys(told or [failed or 'it failed, and does not say why.'])


def _add(rows, problems, delivery, host, result, verification, failed):
    """Add what one module told about one host."""
    verification = {
        attempt.get('name'): attempt for attempt in verification if isinstance(attempt, dict)
    }
    changed = _changed_places(result)
    for token in result.get('tokens') or []:
        row = rows.setdefault(
            (token['source'], delivery, token.get('to'), token.get('fingerprint')),
            {
                'source': token['source'],
                'type': token['type'],
                'fingerprint': token.get('fingerprint'),
                'expires_at': token.get('expires_at'),
                'delivery': delivery,
                'place': token.get('to'),
                'hosts': [],
                'changed': [],
                'verification': {},
            },
        )
        if host not in row['hosts']:
            row['hosts'].append(host)
        if host not in row['changed'] and (
            token.get('to') in changed if changed is not None else result.get('changed')
        ):
            row['changed'].append(host)
        attempt = verification.get(token.get('to'))
        row['verification'][host] = verdict(attempt)
        if attempt and attempt.get('accepted') is False and failed is None:
            _note(
                problems,
                delivery,
                host,
                attempt.get('message') or 'the credentials of %s were refused.' % token.get('to'),
            )


def verdict(attempt):
    """:returns: V(accepted), V(refused), V(not tried: why) or an empty str."""
    if not attempt:
        return ''
    if attempt.get('accepted') is None:
        return 'not tried' + (': %s' % attempt['message'] if attempt.get('message') else '')
    return 'accepted' if attempt['accepted'] else 'refused'


def table_of(rows, problems):
    """:returns: the lines of a table, none where C(problems) say all there is."""
    if not rows:
        return (
            []
            if problems
            else [
                'Nothing was asked for: no host has entries in maven_settings_servers or another list of deliveries.'
            ]
        )
    cells = [HEADINGS] + [
        (
            row['source'],
            row['type'],
            row['fingerprint'] or '-',
            row['expires_at'] or 'never',
            '%s %s' % (row['delivery'], _short(row['place'] or '')),
            _names(row['hosts']),
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


def line_of(job):
    """:param job: what is known of the job in AWX: C(id), C(schedule). :returns: a list of no line or one."""
    words = ['AWX job %s' % job['id']] if 'id' in job else []
    words += ['schedule %s' % job['schedule']] if 'schedule' in job else []
    return [', '.join(words)] if words else []


def _changed_places(result):
    """:returns: the places that changed, where the module tells them one by one; else None."""
    for name in ('servers', 'entries', 'repositories'):
        if isinstance(result.get(name), list):
            return {
                entry.get('id') or entry.get('url') or entry.get('name')
                for entry in result[name]
                if isinstance(entry, dict) and entry.get('changed')
            }
    return None


def _note(problems, delivery, host, sentence):
    problems.append((delivery, sentence, host))


def _grouped(problems):
    groups = {}
    for delivery, sentence, host in problems:
        hosts = groups.setdefault((delivery, sentence), [])
        if host not in hosts:
            hosts.append(host)
    return groups


def _short(place):
    """The end of a long path tells more than its beginning."""
    return place if len(place) <= WIDEST_PLACE else '…' + place[1 - WIDEST_PLACE :]


def _names(hosts):
    return (
        ', '.join(hosts)
        if len(hosts) <= 3
        else '%s and %d more' % (', '.join(hosts[:2]), len(hosts) - 2)
    )
