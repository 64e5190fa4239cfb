# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package clients that are written in Python, or installed like those, in a folder of the build."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import typing as t
from pathlib import Path

from tests.tools.scratch import BUILD

FOLDER = BUILD / ('cache/python-clients-%d.%d' % sys.version_info[:2])
PACKAGES = ('pip==26.3', 'uv==0.13.9', 'poetry==2.5.1', 'twine==7.0.0')


def install() -> None:
    """Install all, once, whichever process comes first."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / '.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (FOLDER / 'complete').exists():
            subprocess.run([sys.executable, '-m', 'venv', FOLDER], check=True, timeout=300)
            pip = [FOLDER / 'bin/python', '-m', 'pip', '--disable-pip-version-check', '--quiet']
            subprocess.run([*pip, 'install', *PACKAGES], check=True, timeout=900)
            (FOLDER / 'complete').touch()


def run(name: str, home: Path, *arguments: t.Any, **more: str) -> str:
    """Run a program with a home folder. :returns: what it printed."""
    environment = {
        'PATH': os.environ['PATH'],
        'HOME': str(home),
        'PYTHON_KEYRING_BACKEND': 'keyring.backends.null.Keyring',
        'UV_PYTHON_DOWNLOADS': 'never',
        **more,
    }
    done = subprocess.run(
        [FOLDER / 'bin' / name, *arguments],
        env=environment,
        check=False,
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return done.stdout + done.stderr
