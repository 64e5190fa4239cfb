# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Packs archives of a collection again, so that the same files give the same bytes.

C(ansible-galaxy) writes the time, the order of the folder and the name of the user into them. Here,
files are sorted, belong to root, and have the time in C(SOURCE_DATE_EPOCH).
"""

from __future__ import annotations

import gzip
import os
import sys
import tarfile
from pathlib import Path

#: What ansible-galaxy reads before all other files.
_FIRST = ('MANIFEST.json', 'FILES.json')
#: 1 January 1980: older times cannot be stored in all formats.
_EARLIEST = 315532800


def repack(path: Path, epoch: int) -> None:
    """Pack an archive again, in its place."""
    temporary = path.with_suffix('.new')
    with tarfile.open(path) as source, temporary.open('wb') as raw:
        with gzip.GzipFile('', 'wb', 9, raw, mtime=epoch) as zipped:
            with tarfile.open(fileobj=zipped, mode='w', format=tarfile.PAX_FORMAT) as target:
                for member in sorted(source.getmembers(), key=_position):
                    target.addfile(_anonymous(member, epoch), source.extractfile(member))
    temporary.replace(path)


def _position(member: tarfile.TarInfo) -> tuple[bool, str]:
    return member.name not in _FIRST, member.name


def _anonymous(member: tarfile.TarInfo, epoch: int) -> tarfile.TarInfo:
    found = tarfile.TarInfo(member.name)
    found.type, found.size, found.linkname = member.type, member.size, member.linkname
    found.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    found.mtime = epoch
    return found


if __name__ == '__main__':
    for name in sys.argv[1:]:
        repack(Path(name), max(int(os.environ.get('SOURCE_DATE_EPOCH') or 0), _EARLIEST))
