# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an edit of settings.xml costs, against a bare expat parse of the same file in the same run: C(python -m tests.benchmarks.maven_server)."""

from __future__ import annotations

import sys
import time
from xml.parsers import expat

from ansible_collections.buildops.tokens.plugins.module_utils.files.maven_settings import edit, wanted_server

MOST_TIMES_A_PARSE = 3.0
MOST_GROWTH = 1.5  # of the time per server, from the smallest to the largest file: 1 is linear, 100 would be quadratic


def document(servers: int) -> bytes:
    """A settings file of so many servers, about 130 bytes each."""
    entries = ''.join(
        '    <server>\n      <id>server-%d</id>\n      <username>user-%d</username>\n      <password>secret-&amp;-%d</password>\n    </server>\n'
        % (number, number, number) for number in range(servers))
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<settings xmlns="http://maven.apache.org/SETTINGS/1.2.0">\n  <servers>\n'
            + entries + '  </servers>\n</settings>\n').encode()


def seconds(*functions, rounds):
    """The best time of each function; they take turns, so that a busy moment of the machine hits all of them."""
    best = [float('inf')] * len(functions)
    for _round in range(rounds):
        for number, function in enumerate(functions):
            started = time.perf_counter()
            function()
            best[number] = min(best[number], time.perf_counter() - started)
    return best


def measure(servers: int, rounds: int):
    """:returns: seconds for (bare parse, change of one password in the middle, the same when there is nothing to change, one more server)."""
    content = document(servers)
    middle = {'id': 'server-%d' % (servers // 2), 'username': 'user-%d' % (servers // 2)}
    changed = wanted_server(dict(middle, password='new'))
    same = wanted_server(dict(middle, password='secret-&-%d' % (servers // 2)))
    more = wanted_server({'id': 'one-more', 'username': 'user', 'password': 'new'})
    assert edit(content, [changed]).content != content and edit(content, [same]).content is content
    return seconds(lambda: expat.ParserCreate().Parse(content, True), lambda: edit(content, [changed]), lambda: edit(content, [same]),
                   lambda: edit(content, [more]), rounds=rounds)


def rows():
    """:returns: list of (name, measured ratio, target, whether it is met)."""
    small, (parse, change, same, more), large = measure(1000, 40), measure(10000, 15), measure(100000, 3)
    ratios = [
        ('maven_server: one of 10 000 servers changed / expat parse', change / parse, MOST_TIMES_A_PARSE),
        ('maven_server: nothing to change in 10 000 servers / expat parse', same / parse, MOST_TIMES_A_PARSE),
        ('maven_server: one added to 10 000 servers / expat parse', more / parse, MOST_TIMES_A_PARSE),
        ('maven_server: time per server, 100 000 / 1 000 servers', large[1] / small[1] / 100, MOST_GROWTH),
    ]
    return [(name, ratio, target, ratio <= target) for name, ratio, target in ratios]


def main() -> int:
    measured = rows()
    for name, ratio, target, met in measured:
        print('%-72s %6.2f  <= %.2f  %s' % (name, ratio, target, 'ok' if met else 'MISSED'))
    return 0 if all(met for name, ratio, target, met in measured) else 1


if __name__ == '__main__':
    sys.exit(main())
