# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A user who attacks root while root writes into that user's home folder, and what root loses."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import shutil
import signal
import stat
import tempfile
import typing as t
from pathlib import Path

ATTACKER = 40001  # a number that no account has
ROOTS_SECRET = 'r00ts-0wn-c4nary'
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)
_AT_FDCWD = -100
Snapshot = t.Dict[str, t.Tuple[int, int, int, t.Optional[bytes]]]


class Scene:
    """A home folder of the attacker, and a folder of root that the attacker needs something from.

    C(home/conf) is where root writes. Beside it are a link to the folder of root, another real
    folder of root (as sudo leaves them), and hard links to the files of root (which users can make
    where C(fs.protected_hardlinks) is off).

    :ivar conf: the folder that root is to write to.
    :ivar roots: the folder of root.
    """

    def __init__(self, files: t.Mapping[str, str]) -> None:
        """:param files: content of root's own files, by the names that are attacked."""
        fast = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
        self.base = Path(tempfile.mkdtemp(prefix='races-', dir=fast)).resolve()
        self.base.chmod(0o755)
        self.home, self.roots = self.base / 'home', self.base / 'roots'
        self.conf, self.inner = self.home / 'conf', self.home / 'of-root'
        for folder in (self.home, self.roots, self.conf, self.inner, self.roots / 'new'):
            folder.mkdir(mode=0o700)
        for folder in (self.roots, self.roots / 'new', self.inner):
            for name, content in files.items():
                (folder / name).write_text(content)
                (folder / name).chmod(0o600)
        (self.home / 'link').symlink_to(self.roots)
        for name in files:
            os.link(self.roots / name, self.home / ('hard-' + name))
            (self.home / ('link-' + name)).symlink_to(self.roots / name)
            os.lchown(self.home / ('link-' + name), ATTACKER, ATTACKER)
        for path in (self.home, self.conf, self.home / 'link'):
            os.lchown(path, ATTACKER, ATTACKER)
        self._inner = os.open(self.inner, os.O_RDONLY | os.O_DIRECTORY)
        self._before = self._snapshot()

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._inner)
        shutil.rmtree(self.base)

    def _snapshot(self) -> list[Snapshot]:
        return [snapshot(str(self.roots)), snapshot('/proc/self/fd/%d' % self._inner)]

    def losses(self) -> list[str]:
        """Return what of root's changed hands, mode or content, and which secrets are lost."""
        found = []
        now = self._snapshot()
        for old, new in zip(self._before, now):
            found += sorted(
                'changed: %s' % name
                for name in set(old) | set(new)
                if old.get(name) != new.get(name)
            )
        self._before = now
        for folder, _folders, names in os.walk(self.home):
            found += [
                'shown: %s' % name for name in names if shows(os.path.join(folder, name), ATTACKER)
            ]
        return found


def snapshot(top: str) -> Snapshot:
    """Return owner, group, mode and content of all that is in a folder, and of itself."""
    found: Snapshot = {}
    for folder, folders, names in os.walk(top):
        for name in [*folders, *names, '.']:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            content = None
            if stat.S_ISREG(info.st_mode):
                with open(path, 'rb') as stream:
                    content = stream.read()
            found[os.path.relpath(path, top)] = (info.st_uid, info.st_gid, info.st_mode, content)
    return found


def shows(path: str, user: int) -> bool:
    """Return whether a user can read a secret of root in a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:  # exchanged or removed
        return False
    try:
        info = os.fstat(descriptor)
        readable = info.st_uid == user or bool(info.st_mode & 0o044)
        content = os.read(descriptor, 1 << 16) if readable and stat.S_ISREG(info.st_mode) else b''
        return ROOTS_SECRET.encode() in content
    finally:
        os.close(descriptor)


def _exchanging(one: str, other: str) -> t.Callable[[], None]:
    function = ctypes.CDLL(None).renameat2
    return lambda: function(_AT_FDCWD, one.encode(), _AT_FDCWD, other.encode(), _EXCHANGE)


def _two_renames(scene: Scene) -> t.Callable[[], None]:
    conf, away, link = str(scene.conf), str(scene.home / 'away'), str(scene.home / 'link')

    def attack() -> None:
        with contextlib.suppress(OSError):
            os.rename(conf, away)
            os.rename(link, conf)
            os.rename(conf, link)
            os.rename(away, conf)

    return attack


def _new_folders(scene: Scene) -> t.Callable[[], None]:
    """Put a link where root makes a folder, and take away what root made."""
    new, away, roots = str(scene.conf / 'new'), str(scene.home / 'away'), str(scene.roots / 'new')

    def attack() -> None:
        for step in (
            lambda: os.rename(new, '%s%d' % (away, random.randrange(3))),
            lambda: os.symlink(roots, new),
            lambda: os.unlink(new),
            lambda: os.rename('%s%d' % (away, random.randrange(3)), new),
            lambda: shutil.rmtree(new),
        ):
            with contextlib.suppress(OSError):
                step()

    return attack


def _temporaries(scene: Scene, name: str) -> t.Callable[[], None]:
    """Replace temporary and lock files by links and hard links to a file of root."""
    conf, spare = str(scene.conf), str(scene.home / 'spare')
    hard, link = str(scene.home / ('hard-' + name)), str(scene.home / ('link-' + name))

    def attack() -> None:
        with contextlib.suppress(OSError):
            for found in os.listdir(conf):
                if found.endswith(('.tmp', '.lock')):
                    with contextlib.suppress(OSError):
                        os.rename(os.path.join(conf, found), spare)
                        _exchanging(spare, random.choice((hard, link)))()
                        os.rename(spare, os.path.join(conf, found))

    return attack


def attacks(scene: Scene, names: t.Iterable[str]) -> dict[str, t.Callable[[], None]]:
    """Return what the attacker does again and again, by name."""
    home, conf = str(scene.home), str(scene.conf)
    found = {
        'folder by link': _exchanging(conf, home + '/link'),
        'folder of root': _exchanging(conf, home + '/of-root'),
        'two renames': _two_renames(scene),
        'new folders': _new_folders(scene),
    }
    for name in names:
        found['link for ' + name] = _exchanging(conf + '/' + name, home + '/link-' + name)
        found['hard link for ' + name] = _exchanging(conf + '/' + name, home + '/hard-' + name)
        found['temporary files of ' + name] = _temporaries(scene, name)
    return found


@contextlib.contextmanager
def attacking(attack: t.Callable[[], None]) -> t.Iterator[None]:
    """Run an attack in a process of the attacker."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(ATTACKER)
            os.setuid(ATTACKER)
            while True:
                attack()
                for _pause in range(random.randrange(200)):
                    pass
        finally:
            os._exit(0)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
