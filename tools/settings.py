# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environment variables for Ansible: those of the user, or none of them."""

from __future__ import annotations

import locale
import os
from pathlib import Path

#: What a program needs to run at all.
_BASIC = ('HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'USER')
#: What would make Ansible use another collection, or print in another way.
_FIXED = (
    'ANSIBLE_CALLBACK',
    'ANSIBLE_COLLECTIONS',
    'ANSIBLE_CONFIG',
    'ANSIBLE_DISPLAY_FAILED_STDERR',
    'ANSIBLE_STDOUT_CALLBACK',
    'LANGUAGE',
    'LC_',
    'PYTHON',
)


def _utf8_locale() -> str:
    """Ansible requires a UTF-8 locale, and the user's own may not be installed."""
    current = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ('C.UTF-8', 'en_US.UTF-8'):
            try:
                locale.setlocale(locale.LC_CTYPE, name)
                return name
            except locale.Error:
                continue
    finally:
        locale.setlocale(locale.LC_CTYPE, current)
    return 'C.UTF-8'


def _settings(root: Path) -> dict[str, str]:
    return {
        'ANSIBLE_CONFIG': str(root / 'ansible.cfg'),
        'ANSIBLE_DISPLAY_FAILED_STDERR': '1',
        'ANSIBLE_NOCOLOR': '1',
        'LC_ALL': _utf8_locale(),
    }


def closed(root: Path, folder: Path) -> dict[str, str]:
    """For the sandbox: nothing of the user's own settings, and nothing written to HOME."""
    env = {name: os.environ[name] for name in _BASIC if name in os.environ}
    return {
        **env,
        **_settings(root),
        'PATH': f'{root}/.venv/bin{os.pathsep}{env.get("PATH", os.defpath)}',
        'ANSIBLE_REMOTE_TMP': str(folder / 'tmp'),
        'XDG_CACHE_HOME': str(folder / 'cache'),
        'ANSIBLE_INVENTORY_ENABLED': 'yaml',
    }


def users(root: Path) -> dict[str, str]:
    """For an inventory of the user: also proxies, ssh-agent, and settings of Ansible."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FIXED)}
    return {**kept, **_settings(root), 'ANSIBLE_INVENTORY_UNPARSED_FAILED': '1'}
