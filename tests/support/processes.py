# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes of this machine, without C(ps) or C(pgrep)."""

from __future__ import annotations

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
