# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection awx.awx, out of the last package on PyPI that has it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.tools.scratch import BUILD

PACKAGE = 'ansible==11.13.0'
FOLDER = BUILD / 'cache/awx'


def collections() -> Path:
    """:returns: a folder with C(ansible_collections/awx/awx); fetched once."""
    if not FOLDER.exists():
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER.parent) as folder:
            subprocess.run(
                [
                    sys.executable,
                    '-m',
                    'pip',
                    'download',
                    '--quiet',
                    '--no-deps',
                    '--no-cache-dir',
                    '--ignore-requires-python',
                    '--dest',
                    folder,
                    PACKAGE,
                ],
                check=True,
            )
            with zipfile.ZipFile(next(Path(folder).glob('*.whl'))) as wheel:
                wheel.extractall(
                    Path(folder, 'awx'),
                    [
                        name
                        for name in wheel.namelist()
                        if name.startswith('ansible_collections/awx/awx/')
                    ],
                )
            try:
                Path(folder, 'awx').rename(FOLDER)
            except OSError:  # another process was faster
                assert FOLDER.exists()
    return FOLDER
