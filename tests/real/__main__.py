# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the tests with real servers: C(make test-real).

The end is what was tried against what, and the line C(N passed, N failed).

Arguments go to pytest. C(--keep) makes the findings of a run of all tests those of the
documentation; without it, such a run fails where they differ.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from xml.etree import ElementTree

from tests.real import servers, tried
from tests.tools.scratch import BUILD, ROOT, environment

REPORT = BUILD / 'real/report.xml'
LIMIT = 3600
#: What all of it may take where nothing else is done; downloads do not count.
SECONDS = 1800
#: With what the stand-in answers to the same exchanges.
TESTS = ['tests/real', 'tests/unit/sandbox/test_nexus_conformance.py']


def main() -> int:
    keep, args = '--keep' in sys.argv, [arg for arg in sys.argv[1:] if arg != '--keep']
    named = any(not arg.startswith('-') for arg in args)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    began = time.monotonic()
    try:
        servers.need()
        servers.fetch_all()
    except servers.Missing as missing:
        print(missing)
        print('\n0 passed, 1 failed')
        return 1
    print(
        f'The servers and tools are in .build/cache after {time.monotonic() - began:.0f} s.',
        flush=True,
    )
    started = time.monotonic()
    status = subprocess.run(
        [
            sys.executable,
            '-m',
            'pytest',
            '-q',
            '--durations=8',
            f'--junit-xml={REPORT}',
            *(args if named else [*args, *TESTS]),
        ],
        cwd=ROOT,
        env=environment(BUILD / 'home'),
        stdin=subprocess.DEVNULL,
        timeout=LIMIT,
        check=False,
    ).returncode
    passed, failed = 0, 1
    if REPORT.exists():
        suite = ElementTree.parse(REPORT).getroot().find('testsuite')
        total, failed = (
            int(suite.get('tests', 0)),
            int(suite.get('failures', 0)) + int(suite.get('errors', 0)),
        )
        passed = max(total - failed - int(suite.get('skipped', 0)), 0)
    else:
        print(f'pytest ended without a report, with status {status}.')
    if status and not failed:
        failed = 1
    seconds, busy = time.monotonic() - started, os.getloadavg()[2] > 2 * (os.cpu_count() or 1)
    if seconds > SECONDS:
        print(
            f'The tests took {seconds:.0f} s, where {SECONDS} s are the '
            f'limit{", on a busy machine" if busy else ""}.'
        )
        failed = failed or int(not busy)
    found = [] if args or failed or keep else tried.drift(tried.load(tried.LATEST), tried.load())
    if found:
        failed = 1
        print(
            f'{tried.PAGE.relative_to(ROOT)} differs from this run; python -m tests.real --keep '
            'writes it again:',
            *found,
            sep='\n',
        )
    if keep and not failed and not args:
        found = tried.with_absent(tried.load(tried.LATEST), tried.load())
        text = json.dumps(found, indent=2, ensure_ascii=False) + '\n'
        tried.KEPT.write_text(text, encoding='utf-8')
        tried.PAGE.write_text(tried.page(tried.load()), encoding='utf-8')
        print(f'{tried.PAGE.relative_to(ROOT)} now describes this run.')
    print(
        f'\nAll of it took {time.monotonic() - began:.0f} s.\n{passed} passed, {failed} failed',
        flush=True,
    )
    return int(failed > 0)


if __name__ == '__main__':
    sys.exit(main())
