# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an edit of a git credential store costs, against the standard library taking its lines
apart: C(python -m tests.benchmarks.git_credential).
"""

from __future__ import annotations

import sys
from urllib.parse import unquote_to_bytes, urlsplit

from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credential_line import (
    Wanted,
    parse_url,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.git_credentials import edit
from tests.benchmarks.maven_server import seconds

MOST_TIMES_A_SPLIT = 3.0
# Of the time per line, from the smallest to the largest file: 1 is linear, 100 is quadratic
MOST_GROWTH = 1.5


def store(lines: int) -> bytes:
    """A store of so many lines, about 60 bytes each."""
    return b''.join(
        b'https://user-%d:secret%%2f%d@host-%d.example.com%%3a8443\n'
        % (number, number, number % 5000)
        for number in range(lines)
    )


def split(content: bytes):
    for line in content.decode().splitlines():
        parts = urlsplit(line)
        (
            unquote_to_bytes(parts.username),
            unquote_to_bytes(parts.password),
            unquote_to_bytes(parts.netloc),
        )


def measure(lines: int, rounds: int):
    """:returns: seconds for (standard library, change of one password in the middle, the same when
    there is nothing to change, a hundred more entries).
    """
    content, middle = store(lines), lines // 2
    url = parse_url('https://host-%d.example.com:8443' % (middle % 5000))
    user = 'user-%d' % middle
    changed = [Wanted(url, user, 'new')]
    same = [Wanted(parse_url('https://host-0.example.com:8443'), 'user-0', 'secret/0')]
    more = [
        Wanted(parse_url('https://new-%d.example.com' % number), 'user', 'new')
        for number in range(100)
    ]
    assert edit(content, changed).content != content and edit(content, same).content is content
    return seconds(
        lambda: split(content),
        lambda: edit(content, changed),
        lambda: edit(content, same),
        lambda: edit(content, more),
        rounds=rounds,
    )


def rows(quick=False):
    """:returns: list of (name, measured ratio, target, whether it is met)."""
    small, (parse, change, same, more), large = (
        measure(1000, 20),
        measure(10000, 7),
        measure(100000, 2),
    )
    ratios = [
        (
            'git_credential: one of 10 000 lines changed / urlsplit of each',
            change / parse,
            MOST_TIMES_A_SPLIT,
        ),
        (
            'git_credential: nothing to change in 10 000 lines / urlsplit of each',
            same / parse,
            MOST_TIMES_A_SPLIT,
        ),
        (
            'git_credential: a hundred added to 10 000 lines / urlsplit of each',
            more / parse,
            MOST_TIMES_A_SPLIT,
        ),
        (
            'git_credential: time per line, 100 000 / 1 000 lines',
            large[1] / small[1] / 100,
            MOST_GROWTH,
        ),
    ]
    return [(name, ratio, target, ratio <= target) for name, ratio, target in ratios]


def main() -> int:
    measured = rows()
    for name, ratio, target, met in measured:
        print('%-72s %6.2f  <= %.2f  %s' % (name, ratio, target, 'ok' if met else 'MISSED'))
    return 0 if all(met for name, ratio, target, met in measured) else 1


if __name__ == '__main__':
    sys.exit(main())
