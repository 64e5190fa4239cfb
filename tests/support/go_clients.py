# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients of container registries that are built from Go modules, in a folder of the build."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support import registries
from tests.tools.scratch import BUILD

FOLDER = BUILD / 'cache/go-clients'
PACKAGES = {
    'crane': 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
    'oras': 'oras.land/oras/cmd/oras@v1.3.6',
}
#: What these versions are written in.
VERSION = '1.26.7'


def can_be_built() -> bool:
    """Return whether this machine has a Go that is new enough, or that downloads a newer one."""
    if shutil.which('go') is None:
        return False
    version, toolchain = (
        subprocess.run(['go', *asked], capture_output=True, text=True, check=True).stdout
        for asked in (['version'], ['env', 'GOTOOLCHAIN'])
    )
    found = re.search(r'go(\d+(?:\.\d+)+)', version)
    number = [int(part) for part in found.group(1).split('.')] if found else []
    needed = [int(part) for part in VERSION.split('.')]
    return number >= needed or toolchain.startswith('auto')


def install() -> Path:
    """Install all, once, whichever process comes first. :returns: the folder of the programs."""
    return registries.once(FOLDER, [*PACKAGES.values()], _build) / 'bin'


def _build() -> None:
    # Without optimization, they are built in two thirds of the time
    command = ['go', 'install', '-gcflags=all=-N -l', '-ldflags=-s -w']
    with tempfile.TemporaryDirectory(dir=FOLDER) as cache:
        for package in PACKAGES.values():
            registries.install(
                FOLDER,
                [*command, package],
                GOBIN=str(FOLDER / 'bin'),
                GOPATH=f'{cache}/path',
                GOCACHE=f'{cache}/cache',
                GOFLAGS='-modcacherw',
                CGO_ENABLED='0',
            )
