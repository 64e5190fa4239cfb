# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Maven 2 layout repository in memory, with a small real artifact and a parent POM to open a door
with.

C(org.example.buildops:hello:1.0.0) is a jar with its POM; C(org.example.buildops:door:1.0.0) is a
POM without anything. A project whose parent is the latter can be built by C(mvn -N validate) with
no plugin, so that run shows, without any other repository, whether the repository accepted the
credentials that it was given.
"""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile

GROUP = 'org.example.buildops'
PROTECTED_PROJECT = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.example.buildops</groupId>
    <artifactId>door</artifactId>
    <version>1.0.0</version>
    <relativePath/>
  </parent>
  <artifactId>visitor</artifactId>
  <packaging>pom</packaging>
  <repositories>
    <repository>
      <id>%(server_id)s</id>
      <url>%(url)s</url>
      <releases><enabled>true</enabled></releases>
      <snapshots><enabled>false</enabled></snapshots>
    </repository>
  </repositories>
</project>
"""
_CHECKSUMS = {
    '.md5': hashlib.md5,
    '.sha1': hashlib.sha1,
    '.sha256': hashlib.sha256,
    '.sha512': hashlib.sha512,
}
_TYPES = {
    '.jar': 'application/java-archive',
    '.pom': 'application/xml',
    '.xml': 'application/xml',
    '.txt': 'text/plain',
}


class MavenRepository:
    """The files of one repository, by their path (C(org/example/...), no slash in front)."""

    def __init__(self, artifacts: bool = True):
        self._lock = threading.Lock()
        self.files: dict[str, bytes] = {}
        if artifacts:
            self._add_artifacts()

    def get(self, path: str) -> bytes | None:
        """The content of a file, or of the checksum of a file; None where there is none."""
        with self._lock:
            if path in self.files:
                return self.files[path]
            for suffix, digest in _CHECKSUMS.items():
                if path.endswith(suffix) and path[: -len(suffix)] in self.files:
                    return digest(self.files[path[: -len(suffix)]]).hexdigest().encode()
        return None

    def put(self, path: str, content: bytes) -> None:
        with self._lock:
            self.files[path] = content

    def delete(self, path: str) -> bool:
        with self._lock:
            return self.files.pop(path, None) is not None

    @staticmethod
    def content_type(path: str) -> str:
        return _TYPES.get(
            path[path.rfind('.') :],
            'text/plain' if path.endswith(tuple(_CHECKSUMS)) else 'application/octet-stream',
        )

    def _add_artifacts(self):
        base = GROUP.replace('.', '/')
        for artifact, packaging in (('hello', 'jar'), ('door', 'pom')):
            folder = f'{base}/{artifact}/1.0.0/{artifact}-1.0.0'
            self.files[folder + '.pom'] = (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                '<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
                f'  <modelVersion>4.0.0</modelVersion>\n  <groupId>{GROUP}</groupId>\n'
                f'  <artifactId>{artifact}</artifactId>\n'
                f'  <version>1.0.0</version>\n  <packaging>{packaging}</packaging>\n</project>\n'
            ).encode()
            self.files[f'{base}/{artifact}/maven-metadata.xml'] = (
                '<?xml version="1.0" encoding="UTF-8"?>\n<metadata>\n'
                f'  <groupId>{GROUP}</groupId>\n  <artifactId>{artifact}</artifactId>\n'
                '  <versioning>\n    <latest>1.0.0</latest>\n    <release>1.0.0</release>\n'
                '    <versions>\n      <version>1.0.0</version>\n    </versions>\n'
                '    <lastUpdated>20260101000000</lastUpdated>\n  </versioning>\n</metadata>\n'
            ).encode()
            if packaging == 'jar':
                self.files[folder + '.jar'] = _jar()


def _jar() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, text in (
            (
                'META-INF/MANIFEST.MF',
                'Manifest-Version: 1.0\r\nCreated-By: buildops.tokens sandbox\r\n\r\n',
            ),
            ('org/example/buildops/hello.txt', 'The door is open.\n'),
        ):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return stream.getvalue()
