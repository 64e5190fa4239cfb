# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A managed host that answers every module with what it likes."""

from __future__ import annotations

import json
import shlex
import typing as t
from pathlib import Path


class HostileHost:
    """The Python interpreter of a managed host under an attacker's control.

    :ivar heard: the file with all that the host was sent.
    """

    def __init__(self, folder: Path, answer: dict[str, t.Any]) -> None:
        self.heard = folder / 'heard'
        self._python = folder / 'hostile-python'
        said = folder / 'answer.json'
        said.write_text(json.dumps(answer), encoding='utf-8')
        heard, text = shlex.quote(str(self.heard)), shlex.quote(str(said))
        self._python.write_text(
            '#!/bin/sh\n'
            'for file; do test -f "$file" && cat "$file" >> %s; done\n'
            'test -t 0 || cat >> %s\n'
            'cat %s\n' % (heard, heard, text),
            encoding='utf-8',
        )
        self._python.chmod(0o755)

    @property
    def variables(self) -> dict[str, str]:
        """How an inventory describes this host."""
        return {
            'ansible_connection': 'local',
            'ansible_python_interpreter': str(self._python),
        }
