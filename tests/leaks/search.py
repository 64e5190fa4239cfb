# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks for secrets where nobody should find them, in every form in which others write them."""

from __future__ import annotations

import base64
import html
import json
import os
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

WORDS = 'cAn4ry/+=&<"%>'  # what quoting, escaping and encoding change
LOOKS = 8
LONG_ENOUGH = 10  # what is shorter could turn up by chance


def forms(secret: str) -> set[bytes]:
    """A secret as it is written in logs, URLs, headers, XML, JSON, and within any longer text that
    was encoded with base64.
    """
    texts = {
        secret,
        quote(secret, safe=''),
        quote(secret),
        quote_plus(secret),
        html.escape(secret),
        html.escape(secret, quote=False),
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret))[1:-1],
        repr(secret)[1:-1],
        repr(json.dumps(secret)[1:-1])[1:-1],
        secret.replace('/', '\\/'),
        secret[::-1],
        secret.encode().hex(),
    }
    found = {text.encode() for text in texts}
    for before in range(3):
        # Only whole groups of three bytes look the same whatever is around them
        start, end = -before % 3, before + len(secret.encode())
        encoded = base64.b64encode(b'x' * before + secret.encode())
        middle = encoded[(before + start) // 3 * 4 : end // 3 * 4]
        found |= {middle, middle.replace(b'+', b'-').replace(b'/', b'_')}
    return found


class Search:
    """:ivar hits: where what was found, by name of the secret.
    :ivar places: how many places were looked at.
    """

    def __init__(self, secrets: dict[str, str]):
        assert all(len(secret) >= LONG_ENOUGH for secret in secrets.values())
        self.needles = {name: forms(secret) for name, secret in secrets.items()}
        self.hits: list[str] = []
        self.places = 0

    def text(self, place: str, content: bytes | str) -> None:
        data = content.encode('utf-8', 'surrogateescape') if isinstance(content, str) else content
        self.places += 1
        for name, needles in self.needles.items():
            for needle in needles:
                at = data.find(needle)
                if at >= 0:
                    # The text before it shows which line it was, and contains none of it
                    self.hits.append(
                        '%s in %s, after %r' % (name, place, data[max(0, at - 80) : at])
                    )

    def texts(self, place: str, contents: Collection[bytes]) -> None:
        """Many that are alike, each of parts that a zero byte ends: each part is looked at once."""
        self.text(
            place, b'\n'.join({part for content in contents for part in content.split(b'\0')})
        )
        self.places += len(contents) - 1

    def tree(self, folder: Path, but: Collection[Path] = ()) -> None:
        """Look into a file, or all files of a folder, but not into those of C(but) and what is
        below them.
        """
        names = []
        for path in [folder, *folder.rglob('*')]:
            names.append(path.name)
            if (
                path.is_file()
                and not path.is_symlink()
                and path not in but
                and not any(parent in but for parent in path.parents)
            ):
                with suppress(FileNotFoundError):  # somebody else's, who has removed it
                    self.text(str(path), path.read_bytes())
        self.text('the names of files in %s' % folder, '\n'.join(names))


class Watch:
    """Looks at the command lines and environments of the processes that start while it runs.

    :ivar seen: what they were, each once."""

    def __init__(self):
        self.seen: set[bytes] = set()
        self._looks = dict.fromkeys(self._processes(), LOOKS + 1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exc) -> None:
        self._stop.set()
        self._thread.join()

    @staticmethod
    def _processes() -> list[str]:
        return [name for name in os.listdir('/proc') if name.isdigit()]

    def _run(self):
        while not self._stop.wait(0.01):
            for process in self._processes():
                # More than one look, since what was forked may become another program; fewer with
                # time, since looking is work
                looks = self._looks[process] = self._looks.get(process, 0) + 1
                for name in ('cmdline', 'environ') if looks <= LOOKS or looks % LOOKS == 0 else ():
                    try:
                        self.seen.add(Path('/proc', process, name).read_bytes())
                    except OSError:  # it has ended, or it is somebody else's
                        continue
