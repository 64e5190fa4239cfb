# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients that package registries have, installed in folders of the build."""

from __future__ import annotations

import fcntl
import os
import subprocess
import typing as t
from pathlib import Path

SECONDS = 600


class NotInstalled(Exception):
    """A client cannot be installed. The message says what failed."""


def once(folder: Path, packages: t.Sequence[str], install: t.Callable[[], None]) -> Path:
    """Install packages, once, whichever process comes first; other ones in place of these.

    :returns: the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / '.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        complete, wanted = folder / 'complete', '\n'.join(packages)
        if not complete.exists() or complete.read_text(encoding='utf-8') != wanted:
            install()
            complete.write_text(wanted, encoding='utf-8')
    return folder


def install(folder: Path, command: t.Sequence[t.Any], **more: str) -> None:
    """Run a package manager. Its output is kept in the folder.

    :param more: variables of its environment.
    """
    parts = [str(part) for part in command]
    log = folder / 'install.log'
    with log.open('wb') as output:
        try:
            status: int | str = subprocess.run(
                parts,
                env={**os.environ, **more},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            status = f'no end after {SECONDS} s'
    if status != 0:
        printed = log.read_text(encoding='utf-8', errors='replace')[-2000:]
        raise NotInstalled(
            f'Packages for tests cannot be installed. Can this machine reach the registry? '
            f'{" ".join(parts)} ({status}):\n{printed}'
        )


def npm(folder: Path, packages: t.Sequence[str]) -> Path:
    """Install packages of npm, as C(once) does. :returns: the folder C(node_modules)."""
    command = ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error']
    command += ['--fetch-retries=1', '--fetch-timeout=60000']
    once(folder, packages, lambda: install(folder, [*command, '--prefix', folder, *packages]))
    return folder / 'node_modules'
