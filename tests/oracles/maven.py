# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Maven reads in a settings file: its own settings builder, in one JVM for many files."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import shutil
import subprocess
import threading
import typing as t
from pathlib import Path


class Server(t.NamedTuple):
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
    """What Maven makes of a file.

    :ivar fatal: why Maven rejects it, or None.
    :ivar rest: everything but the servers, as Maven 3 writes it.
    """

    fatal: str | None = None
    problems: list[str] = dataclasses.field(default_factory=list)
    servers: list[Server] = dataclasses.field(default_factory=list)
    rest: str = ''


def _text(value: str | None) -> str | None:
    return None if value is None else base64.b64decode(value).decode('utf-8', 'replace')


def _settings(line: bytes) -> Settings:
    response = json.loads(line)
    if 'fatal' in response:
        return Settings(fatal=_text(response['fatal']))
    return Settings(
        None,
        [_text(problem) or '' for problem in response['problems']],
        [Server(*map(_text, server)) for server in response['servers']],
        _text(response['rest']) or '',
    )


def _request(files: t.Iterable[bytes]) -> bytes:
    return b' '.join(map(base64.b64encode, files)) + b'\n'


class SettingsReader:
    """A running JVM. C(with SettingsReader() as reader: reader.read(path)).

    :param home: the folder of the Maven to use; by default that of C(mvn).
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = home or Path(shutil.which('mvn') or '').resolve().parents[1]

    def __enter__(self) -> SettingsReader:
        is_4 = any(self._home.glob('lib/maven-api-settings-4*.jar'))
        program = 'Maven4Settings.java' if is_4 else 'MavenSettings.java'
        self._java = subprocess.Popen(
            [
                'java',
                '-XX:TieredStopAtLevel=1',
                '-XX:+UseSerialGC',
                '-Dfile.encoding=UTF-8',
                '-cp',
                str(self._home / 'lib' / '*'),
                str(Path(__file__).with_name(program)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *exception: object) -> None:
        self._java.communicate()

    def read(self, path: Path) -> Settings:
        """What Maven makes of a file of user settings."""
        return self.read_bytes(path.read_bytes())

    def read_bytes(self, user: bytes, installation: bytes | None = None) -> Settings:
        """What Maven makes of user settings and, where given, the settings of the installation."""
        return self.read_all([(user,) if installation is None else (user, installation)])[0]

    def read_all(self, cases: t.Sequence[t.Sequence[bytes]]) -> list[Settings]:
        """The same for many cases at once."""
        requests, responses = self._java.stdin, self._java.stdout
        assert requests is not None and responses is not None

        def send() -> None:
            with contextlib.suppress(BrokenPipeError):
                requests.writelines(map(_request, cases))
                requests.flush()

        sender = threading.Thread(target=send)
        sender.start()
        settings = [_settings(responses.readline()) for _case in cases]
        sender.join()
        return settings
