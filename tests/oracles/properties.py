# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What C(java.util.Properties) reads in a file, in one JVM for many files."""

from __future__ import annotations

import base64
import subprocess
import typing as t
from pathlib import Path


def _text(encoded: bytes) -> str:
    # Java replaces halves of characters
    return base64.b64decode(encoded).decode('utf-16-be')


class PropertiesReader:
    """A running JVM. C(with PropertiesReader() as reader: reader.read(content))."""

    def __enter__(self) -> PropertiesReader:
        self._java = subprocess.Popen(
            ['java', str(Path(__file__).with_name('JavaProperties.java'))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._java.kill()
        self._java.communicate()

    def read(self, content: bytes) -> dict[str, str] | None:
        """Return the values by key, or None where Java refuses the file."""
        stdin, stdout = t.cast('t.IO[bytes]', self._java.stdin), self._java.stdout
        stdin.write(base64.b64encode(content) + b'\n')
        stdin.flush()
        answer = t.cast('t.IO[bytes]', stdout).readline()
        assert answer, 'java has ended'
        if answer.strip() == b'refused':
            return None
        pairs = [pair.split(b':') for pair in answer.split()]
        return {_text(key): _text(value) for key, value in pairs}
