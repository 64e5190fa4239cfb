# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that want the token of one source at the same moment.

It is a separate program, since a process that serves (as the tests do) has threads and cannot be
forked safely. It reads one JSON object from standard input: C(type), C(options), C(count), C(locks)
(false: the file system knows none). It prints what each process got.
"""

from __future__ import annotations

import errno
import fcntl
import importlib
import json
import multiprocessing
import subprocess
import sys

from tests.conftest import COLLECTIONS
from tests.tools.scratch import ROOT


def race(type_name, options, count, locks=True):
    """:returns: for each process, [access token, refresh token], or the text of its error."""
    wanted = json.dumps({'type': type_name, 'options': options, 'count': count, 'locks': locks})
    done = subprocess.run(
        [
            sys.executable,
            '-c',
            'import sys; sys.path[:0] = sys.argv[1:]; from tests.support import racing; '
            'racing.main()',
            str(ROOT),
            str(COLLECTIONS),
        ],
        input=wanted,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _run(start, results, wanted):
    from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
    from ansible_collections.buildops.tokens.plugins.plugin_utils import sources
    from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service as service

    if not wanted['locks']:

        def no_lock(*dummy):
            raise OSError(errno.ENOLCK, 'no locks')

        fcntl.flock = no_lock
    start.wait()
    try:
        token = service.get_token(sources.resolve(wanted['type'], wanted['options'], {})).token
        results.put([token.secret, token.refresh_token])
    except TokensError as problem:
        results.put(str(problem))


def main():
    for name in (
        'requests',
        'ansible_collections.buildops.tokens.plugins.plugin_utils.token_service',
    ):
        importlib.import_module(name)  # once, and not in each process
    wanted = json.load(sys.stdin)
    context = multiprocessing.get_context('fork')
    start, results = context.Barrier(wanted['count']), context.Queue()
    runs = [
        context.Process(target=_run, args=(start, results, wanted))
        for _run_number in range(wanted['count'])
    ]
    for run in runs:
        run.start()
    print(json.dumps([results.get(timeout=60) for _each in runs]))
    for run in runs:
        run.join(30)
