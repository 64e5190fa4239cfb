# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where tests may write, and the environment that keeps every tool there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / '.build'

# Settings of the person who runs the tests must not reach the tools under test.
_FOREIGN = (
    'ANSIBLE_',
    'GIT_',
    'MAVEN_',
    'M2_',
    'NEXUS_',
    'NUXEO_',
    'NUVY_',
    'BUILDOPS_',
    'XDG_',
    'SSH_',
    'PYTEST_',
    'PYTHON',
    'LANGUAGE',
    'LC_',
)
# The servers of the tests are on loopback.
_PROXIES = ('http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy')


def proxies() -> dict[str, str]:
    """The variables of this process that name a proxy."""
    return {name: value for name, value in os.environ.items() if name.lower() in _PROXIES}


def environment(home: str | Path) -> dict[str, str]:
    """This process's environment, changed so that tools keep to C(home) and to C(.build).

    Java takes the home folder from the system, not from C(HOME), so Maven gets options.
    """
    env = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    for name in proxies():
        env.pop(name, None)
    env.update(
        HOME=str(home),
        # On a local connection too, ansible-core asks the system for the home folder
        ANSIBLE_REMOTE_TMP=f'{home}/.ansible/tmp',
        LC_ALL='C.UTF-8',
        MAVEN_OPTS=f'-Duser.home={home} -Dmaven.repo.local={BUILD}/cache/maven',
        GIT_CONFIG_NOSYSTEM='1',
        GIT_TERMINAL_PROMPT='0',
        HYPOTHESIS_STORAGE_DIRECTORY=f'{BUILD}/cache/hypothesis',
        PIP_CACHE_DIR=f'{BUILD}/cache/pip',
        RUFF_CACHE_DIR=f'{BUILD}/cache/ruff',
        PATH=f'{Path(sys.executable).parent}{os.pathsep}{env["PATH"]}',
    )
    return env
