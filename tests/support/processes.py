# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs in an environment of their own, and the processes of this machine without C(ps)."""

from __future__ import annotations

import os
import subprocess
import typing as t
from pathlib import Path


def command_lines() -> list[str]:
    """The arguments of each running process, joined by blanks."""
    found = []
    for path in Path('/proc').glob('[0-9]*/cmdline'):
        try:
            content = path.read_bytes()
        except OSError:  # it has ended
            continue
        found.append(content.rstrip(b'\0').replace(b'\0', b' ').decode('utf-8', 'replace'))
    return found


def run(
    command: t.Sequence[t.Any], home: Path, cwd: Path | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a program with a home folder, and without the settings of whoever runs the tests.

    :param cwd: the home folder, unless given.
    :param more: variables of its environment.
    """
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd or home,
        env={'PATH': os.environ['PATH'], 'HOME': str(home), **more},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
