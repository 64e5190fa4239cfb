# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Maven itself reads in a settings file: its own settings builder, in one JVM for many files."""

from __future__ import annotations

import base64
import dataclasses
import json
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple


class Server(NamedTuple):
    id: str | None
    username: str | None = None
    password: str | None = None
    private_key: str | None = None
    passphrase: str | None = None
    file_permissions: str | None = None
    directory_permissions: str | None = None
    configuration: str | None = None


@dataclasses.dataclass
class Settings:
    """:ivar fatal: why Maven rejects the file, or None. :ivar rest: everything but the servers, as Maven writes it."""

    fatal: str | None = None
    problems: list[str] = dataclasses.field(default_factory=list)
    servers: list[Server] = dataclasses.field(default_factory=list)
    rest: str = ''


def _text(value):
    return None if value is None else base64.b64decode(value).decode('utf-8')


class SettingsReader:
    """A running JVM. C(with SettingsReader() as reader: reader.read(path))."""

    def __enter__(self):
        libraries = Path(shutil.which('mvn')).resolve().parents[1] / 'lib' / '*'
        self._java = subprocess.Popen(
            [
                'java',
                '-XX:TieredStopAtLevel=1',
                '-Dfile.encoding=UTF-8',
                '-cp',
                str(libraries),
                str(Path(__file__).with_name('MavenSettings.java')),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *exception):
        self._java.communicate()

    def read(self, path: Path) -> Settings:
        self._java.stdin.write(f'{path}\n'.encode())
        self._java.stdin.flush()
        answer = json.loads(self._java.stdout.readline())
        if 'fatal' in answer:
            return Settings(fatal=_text(answer['fatal']))
        return Settings(
            None,
            [_text(problem) for problem in answer['problems']],
            [Server(*map(_text, server)) for server in answer['servers']],
            _text(answer['rest']),
        )
