# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Runs programs that could wait for ever: for a person who is not there, or for a server."""

from __future__ import annotations

import os
from threading import Timer


def limited(module, umask=None):
    """Make this process one in which nobody can be asked, and answer with a function that runs programs.

    :param module: AnsibleModule. :param umask: for what the programs create; by default that of the process.
    :returns: a function of (command, environment to add, bytes or None for its standard input, seconds until it is ended) that returns
        (exit code or None after that time, standard output, standard error).
    """
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    limiter = module.get_bin_path(
        'timeout'
    )  # of coreutils: it ends a program's own children, too, which not every program does when it is ended

    def run(command, environment, given, timeout):
        ended = []

        def end(process):
            ended.append(True)
            process.kill()

        def start_clock(process):
            timer.args = (process,)
            timer.start()

        if limiter:
            command = [limiter, str(timeout)] + command
        timer = Timer(timeout + (5 if limiter else 0), end, (None,))
        try:
            code, out, errors = module.run_command(
                command,
                data=given,
                binary_data=True,
                environ_update=environment,
                cwd='/',
                umask=umask,
                errors='surrogate_or_replace',
                expand_user_and_vars=False,
                before_communicate_callback=start_clock,
                handle_exceptions=False,
            )
        except OSError:  # it ended before it had read its input
            code, out, errors = 1, '', ''
        finally:
            timer.cancel()
        return None if ended or (limiter and code == 124) else code, out, errors

    return run
