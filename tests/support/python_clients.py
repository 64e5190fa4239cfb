# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package clients that are written in Python, or installed like those, in a folder of the build."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path

from tests.support import processes, registries
from tests.tools.scratch import BUILD

FOLDER = BUILD / ('cache/python-clients-%d.%d' % sys.version_info[:2])
PACKAGES = ('pip==26.3', 'uv==0.13.9', 'poetry==2.5.1', 'twine==7.0.0', 'pipenv==2026.10.3')

#: The C(pyproject.toml) of a project that needs a package from a server. %s: its address.
POETRY_PROJECT = """
[project]
name = "p"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["demo (>=1)"]
[tool.poetry]
package-mode = false
[[tool.poetry.source]]
name = "my-source"
url = "%s/simple/"
priority = "primary"
"""


def install() -> None:
    """Install all, once, whichever process comes first."""
    registries.once(FOLDER, PACKAGES, _install)


def _install() -> None:
    registries.install(FOLDER, [sys.executable, '-m', 'venv', FOLDER])
    pip = [FOLDER / 'bin/python', '-m', 'pip', '--disable-pip-version-check', '--quiet']
    registries.install(FOLDER, [*pip, 'install', '--timeout=60', '--retries=1', *PACKAGES])


def run(name: str, home: Path, *arguments: t.Any, **more: str) -> str:
    """Run a program with a home folder. :returns: what it printed."""
    settings = {
        'PYTHON_KEYRING_BACKEND': 'keyring.backends.null.Keyring',
        'UV_PYTHON_DOWNLOADS': 'never',
    }
    done = processes.run([FOLDER / 'bin' / name, *arguments], home, **{**settings, **more})
    return done.stdout + done.stderr
