# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an edit of settings.xml costs, against a bare expat parse of the same file.

C(python -m tests.benchmarks.maven_server)
"""

from __future__ import annotations

import statistics
import sys
import time
from xml.parsers import expat

from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_server import Server
from ansible_collections.buildops.tokens.plugins.module_utils._files.maven_settings import edit

MOST_TIMES_A_PARSE = 3.0
#: Of the first ratio from 1 000 to 100 000 servers: 1 is linear, 100 would be quadratic.
MOST_GROWTH = 1.5


def document(servers: int) -> bytes:
    """A settings file of so many servers, about 130 bytes each."""
    entry = (
        '    <server>\n'
        '      <id>server-%d</id>\n'
        '      <username>user-%d</username>\n'
        '      <password>secret-&amp;-%d</password>\n'
        '    </server>\n'
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">\n'
        '  <servers>\n'
        + ''.join(entry % (number, number, number) for number in range(servers))
        + '  </servers>\n</settings>\n'
    ).encode()


def _taken(function):
    started = time.process_time()
    function()
    return time.process_time() - started


def seconds(*functions, rounds):
    """The processor time of each function: medians, taken in turns."""
    measured = [[_taken(function) for function in functions] for _round in range(rounds)]
    return [statistics.median(column) for column in zip(*measured)]


def ratios(base, *functions, rounds):
    """How much more processor time each function takes than C(base): medians, side by side."""
    measured = []
    for _round in range(rounds):
        before, times, after = (
            _taken(base),
            [_taken(function) for function in functions],
            _taken(base),
        )
        measured.append([taken / ((before + after) / 2) for taken in times])
    return [statistics.median(column) for column in zip(*measured)]


def measure(servers: int, rounds: int):
    """:returns: one password changed, nothing to change, one more server: times a bare parse."""
    content = document(servers)
    middle = {'id': 'server-%d' % (servers // 2), 'username': 'user-%d' % (servers // 2)}
    changed = Server.from_options(dict(middle, password='new'))
    same = Server.from_options(dict(middle, password='secret-&-%d' % (servers // 2)))
    more = Server.from_options({'id': 'one-more', 'username': 'user', 'password': 'new'})
    assert edit(content, [changed]).content != content and edit(content, [same]).content is content
    return ratios(
        lambda: expat.ParserCreate().Parse(content, True),
        lambda: edit(content, [changed]),
        lambda: edit(content, [same]),
        lambda: edit(content, [more]),
        rounds=rounds,
    )


def rows(quick=False):
    """:returns: list of (name, measured ratio, target, whether it is met)."""
    small, (change, same, more), large = measure(1000, 60), measure(10000, 25), measure(100000, 3)
    found = [
        ('maven_server: one of 10 000 servers changed / expat parse', change, MOST_TIMES_A_PARSE),
        (
            'maven_server: nothing to change in 10 000 servers / expat parse',
            same,
            MOST_TIMES_A_PARSE,
        ),
        ('maven_server: one added to 10 000 servers / expat parse', more, MOST_TIMES_A_PARSE),
        (
            'maven_server: the first at 100 000 servers / at 1 000 servers',
            large[0] / small[0],
            MOST_GROWTH,
        ),
    ]
    return [(name, ratio, target, ratio <= target) for name, ratio, target in found]


def main() -> int:
    measured = rows()
    for name, ratio, target, met in measured:
        print('%-72s %6.2f  <= %.2f  %s' % (name, ratio, target, 'ok' if met else 'MISSED'))
    return 0 if all(met for name, ratio, target, met in measured) else 1


if __name__ == '__main__':
    sys.exit(main())
