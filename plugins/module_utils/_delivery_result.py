# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Parts of the results of modules that write credentials into a file."""

from __future__ import annotations

import typing as t

Result = t.Dict[str, t.Any]


def attempt(
    name: str, verify_url: t.Optional[str], accepted: t.Optional[bool], message: str
) -> Result:
    """Return an item of C(verification). :param accepted: None where it was not tried."""
    return {'name': name, 'verify_url': verify_url, 'accepted': accepted, 'message': message}


def refused(verification: t.Iterable[Result]) -> str:
    """Return the entries that were not accepted, with the reasons; empty if there are none."""
    return '; '.join(
        '%s (%s)' % (each['name'], each['message'])
        for each in verification
        if each['accepted'] is False
    )


def diff(result: Result, before: t.Sequence[str], after: t.Sequence[str]) -> t.Dict[str, str]:
    """Return what changed, in words: values are never shown, not even old ones.

    :param result: with C(path) and C(permissions_restricted). :param before, after: lines.
    """
    if result['permissions_restricted']:
        before = [*before, 'mode: open to other users']
        after = [*after, 'mode: for the owner alone']
    return {
        'before_header': result['path'],
        'after_header': result['path'],
        'before': ''.join(line + '\n' for line in before),
        'after': ''.join(line + '\n' for line in after),
    }


def entries_diff(result: Result, name: str) -> t.Dict[str, str]:
    """Return the diff of a result with C(entries). :param name: the member that names an entry."""
    before, after = [], []
    for entry in result['entries']:
        added = (entry['state'] == 'present') == ('entry' in entry['changed'])
        before.append('%s: %s' % (entry[name], 'absent' if added else 'present'))
        details = [what for what in entry['changed'] if what != 'entry']
        if entry.get('fingerprint'):
            details.append('access_token ' + entry['fingerprint'])
        shown = entry['changed'] and details
        after.append(
            '%s: %s' % (entry[name], entry['state'])
            + (' (changed: %s)' % ', '.join(details) if shown else '')
        )
    return diff(result, before, after)
