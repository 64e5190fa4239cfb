# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports what runs, one line for each step, and keeps the output of programs in a log."""

from __future__ import annotations

import contextlib
import shlex
import signal
import subprocess
import sys
import threading
import time
import typing as t
from pathlib import Path

INTERRUPTED = 128 + signal.SIGINT


class Failed(Exception):
    """A message for the person who runs a command."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Done(t.NamedTuple):
    """What a program did."""

    code: int
    output: str
    errors: str


@contextlib.contextmanager
def step(title: str) -> t.Iterator[None]:
    """Print one line: the title when the step starts, its time when it ends."""
    start = time.monotonic()
    print(f'{title} ... ', end='', flush=True)
    try:
        yield
    except KeyboardInterrupt:
        print(flush=True)
        raise
    except Exception:
        print(f'failed after {time.monotonic() - start:.1f} s', flush=True)
        raise
    print(f'{time.monotonic() - start:.1f} s', flush=True)


def run(command: list[str], log: Path, env: dict[str, str], show: bool = False) -> Done:
    """Run a program to its end, also after Ctrl-C. Its output is appended to the log.

    :param show: show the output on the terminal, too.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open('ab') as stream:
        stream.write(f'$ {shlex.join(command)}\n'.encode())
        stream.flush()
        process = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        assert process.stdout is not None and process.stderr is not None
        parts: list[list[bytes]] = [[], []]
        shown = [sys.stdout.buffer, sys.stderr.buffer] if show else [None, None]
        threads = [
            threading.Thread(target=_copy, args=(source, [stream, screen], part), daemon=True)
            for source, screen, part in zip((process.stdout, process.stderr), shown, parts)
        ]
        for thread in threads:
            thread.start()
        try:
            process.wait()
        finally:
            _end(process)
            for thread in threads:
                thread.join(5)
    output, errors = (b''.join(part).decode('utf-8', 'replace') for part in parts)
    return Done(process.returncode, output, errors)


def _copy(source: t.IO[bytes], targets: list[t.IO[bytes] | None], kept: list[bytes]) -> None:
    for line in iter(source.readline, b''):
        kept.append(line)
        for target in targets:
            if target is not None:
                target.write(line)
                target.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a program that Ctrl-C has reached, too. Interrupt it if the terminal did not."""
    for action in (None, process.send_signal, process.send_signal):
        if action is not None:
            action(signal.SIGINT)
        try:
            process.wait(5)
            return
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def main(work: t.Callable[[], int]) -> int:
    """Run a command line. Failures are one message, and Ctrl-C is one line."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return work()
    except Failed as problem:
        print(f'\n{problem}', file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:
        print('Interrupted.', file=sys.stderr)
        return INTERRUPTED
