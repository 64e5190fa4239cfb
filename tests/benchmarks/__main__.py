# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures speed against its targets: C(python -m tests.benchmarks [--quick] [name ...]), where a
name is that of a file here.

Each file has a function C(rows(quick)), which yields one row after the other: (name, measured,
target, met). What is measured is a ratio of processor times that were taken side by side in this
run, unless the name says otherwise. The target is None for what is there to compare. A target that
is not met makes the exit status 1.
"""

from __future__ import annotations

import argparse
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.tools.scratch import BUILD, ROOT, environment


def noise() -> str:
    """How much the time for the same work differs on this machine, now."""

    def work():
        started, processor = time.perf_counter(), time.process_time()
        sum(number * number for number in range(300000))
        return time.perf_counter() - started, time.process_time() - processor

    walls, processors = zip(*(work() for _round in range(20)))
    spread = [100 * (max(times) / statistics.median(times) - 1) for times in (processors, walls)]
    return (
        'noise of this machine, slowest of 20 equal pieces of work against the median: processor '
        'time %+.0f %%, wall time %+.0f %%; '
        'load %.1f on %d processors' % (*spread, os.getloadavg()[0], os.cpu_count() or 1)
    )


def main() -> int:
    known = sorted(
        path.stem
        for path in Path(__file__).parent.glob('*.py')
        if not path.stem.startswith('_') and path.stem != 'plays'
    )
    parser = argparse.ArgumentParser(
        prog='python -m tests.benchmarks', description='Measure speed against the targets.'
    )
    parser.add_argument(
        '--quick', action='store_true', help='smaller measurements, good for a look only'
    )
    parser.add_argument('names', nargs='*', metavar='name', help='of: %s' % ', '.join(known))
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        parser.error('unknown: %s; known: %s' % (', '.join(unknown), ', '.join(known)))
    subprocess.run([ROOT / 'tools/link.sh'], check=True)
    sys.path.insert(0, str(BUILD / 'collections'))
    with tempfile.TemporaryDirectory(prefix='tokens-benchmarks-') as home:
        kept = environment(home)  # without PYTHONUNBUFFERED and the like of this shell
        # Other collections, to compare with
        others = os.environ.get('ANSIBLE_COLLECTIONS_PATH', '').split(os.pathsep)
        folders = os.pathsep.join(filter(None, [str(BUILD / 'collections'), *others]))
        os.environ.clear()
        os.environ.update({**kept, 'ANSIBLE_COLLECTIONS_PATH': folders})
        Path(home, 'ansible.cfg').touch()
        os.environ['ANSIBLE_CONFIG'] = str(Path(home, 'ansible.cfg'))
        missed = 0
        print(noise(), flush=True)
        for name in options.names or known:
            for title, measured, target, met in importlib.import_module(
                'tests.benchmarks.' + name
            ).rows(options.quick):
                missed += not met
                judged = (
                    '   to compare'
                    if target is None
                    else '<= %-8.6g %s' % (target, 'ok' if met else 'MISSED')
                )
                print('%-100s %8.2f  %s' % (title, measured, judged), flush=True)
        print(noise())
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
