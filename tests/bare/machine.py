# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bare machines: root file systems of debootstrap, with the packages that the README names."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

from tests.tools.scratch import BUILD, ROOT

FOLDER = BUILD / 'bare'
USER = 'dev'
#: A blank and an umlaut.
HOME = '/home/dev user ü'
CLONE = f'{HOME}/Prôject one'
#: Seconds for one command. make test takes five minutes on an idle machine with two cores.
LIMIT = 3600
KEYRINGS = {
    vendor: Path(f'/usr/share/keyrings/{vendor}-archive-keyring.gpg')
    for vendor in ('debian', 'ubuntu')
}
#: Those that an installation has. Ubuntu's python3-venv is in universe.
COMPONENTS = {'debian': 'main', 'ubuntu': 'main,universe'}
#: The certificates of this machine, with which apt in a new one trusts an https mirror.
AUTHORITIES = Path('/etc/ssl/certs/ca-certificates.crt')
SCRIPTS = Path('/usr/share/debootstrap/scripts')


class Release(t.NamedTuple):
    """A release of Debian or Ubuntu.

    :ivar family: the script for a release that debootstrap does not know.
    :ivar refused: its Python is too old.
    """

    family: str
    vendor: str = 'debian'
    refused: bool = False


RELEASES = {
    'bullseye': Release('sid', refused=True),
    'bookworm': Release('sid'),
    'trixie': Release('sid'),
    'forky': Release('sid'),
    'jammy': Release('gutsy', 'ubuntu'),
}


def obstacle(names: t.Iterable[str]) -> str:
    """:param names: of releases. :returns: why no machine can be built here, or an empty string."""
    if os.geteuid() != 0:
        return 'debootstrap and chroot need root.'
    if shutil.which('debootstrap') is None and shutil.which('apt-get'):
        for command in (['update'], ['install', '-y', '--no-install-recommends', 'debootstrap']):
            _succeeds(['apt-get', '-qq', *command])
    if shutil.which('debootstrap') is None:
        return 'debootstrap cannot be installed; it is a package of Debian and Ubuntu.'
    if not _succeeds(['unshare', '--mount', '--pid', '--fork', 'true']):
        return 'this machine does not allow new mount and process namespaces.'
    for vendor in sorted({RELEASES[name].vendor for name in names}):
        address = mirror(vendor)
        if not address:
            return f'{vendor.upper()}_MIRROR must be set to an address of its packages.'
        if not KEYRINGS[vendor].exists() and not address.startswith('https://'):
            return (
                f'there is no {KEYRINGS[vendor]}, with which packages are verified. Install the '
                f'package that contains it, or set {vendor.upper()}_MIRROR to an https address.'
            )
    return ''


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command,
            env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def packages() -> list[str]:
    """The packages that the README says to install on Debian and Ubuntu."""
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    match = re.search(r'^ +(?:sudo )?apt-get install ([a-z0-9 -]+)$', text, re.MULTILINE)
    assert match, 'The README names no packages.'
    return match[1].split()


def mirror(vendor: str) -> str | None:
    """The address from which apt here gets the packages of a vendor.

    DEBIAN_MIRROR and UBUNTU_MIRROR replace it. None if it is not known.
    """
    variable = os.environ.get(f'{vendor.upper()}_MIRROR')
    if variable or shutil.which('apt-get') is None:
        return variable
    listed = subprocess.run(
        ['apt-get', 'indextargets', '--format', '$(ORIGIN) $(REPO_URI)', 'Created-By: Packages'],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.splitlines()
    own = [line.partition(' ')[2].rstrip('/') for line in listed if line.lower().startswith(vendor)]
    # A mirror of security updates is not a mirror of the release
    return next((address for address in own if 'security' not in address), None)


def base(name: str) -> Path:
    """Build the root file system of a release, which is kept for the next time."""
    release, folder = RELEASES[name], FOLDER / 'base' / name
    if not (folder / 'complete').exists():
        address = mirror(release.vendor)
        assert address, f'Set {release.vendor.upper()}_MIRROR to an address of packages.'
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        script = SCRIPTS / name
        command = [
            'debootstrap',
            '--variant=minbase',
            f'--components={COMPONENTS[release.vendor]}',
            name,
            folder,
            address,
            script if script.exists() else SCRIPTS / release.family,
        ]
        code, output = _run(list(map(str, command)))
        assert code == 0, output
        (folder / 'complete').touch()
    return folder


def connect(root: Path) -> None:
    """Let apt and pip in the machine use the network as they do here."""
    for path in ('/etc/resolv.conf', '/etc/hosts'):
        target = root / path[1:]
        target.unlink(missing_ok=True)
        shutil.copy(path, target)
    listed = subprocess.run(
        [sys.executable, '-m', 'pip', 'config', 'list'],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    settings = {}
    for line in listed.splitlines():
        key, value = line.split('=', 1)
        settings[key.rpartition('.')[2]] = value.strip("'")
    settings.pop('find-links', None)
    if 'cert' in settings:
        shutil.copy(settings['cert'], root / 'etc/pip-cert.pem')
        settings['cert'] = '/etc/pip-cert.pem'
    lines = ['[global]', *(f'{key} = {value}' for key, value in settings.items())]
    (root / 'etc/pip.conf').write_text('\n'.join(lines) + '\n', encoding='utf-8')


def prepare(name: str) -> Path:
    """Add the packages of the README and a user to a root file system, which is kept."""
    folder, names = base(name), shlex.join(packages())
    stamp = folder / 'packages'
    if not stamp.exists() or stamp.read_text(encoding='utf-8') != names:
        connect(folder)
        trusted = folder / 'srv/apt-ca.pem'
        if AUTHORITIES.exists():
            shutil.copy(AUTHORITIES, trusted)
        # A mirror may be a snapshot. Its signature is verified all the same.
        options = ('https::CAInfo=/srv/apt-ca.pem', 'Check-Valid-Until=false')
        apt = ' '.join(['apt-get -qq', *(f'-o Acquire::{option}' for option in options)])
        root(
            folder,
            f'export DEBIAN_FRONTEND=noninteractive && {apt} update && '
            f'{apt} -y --no-install-recommends install {names} && {{ id {USER} || '
            f'useradd --create-home --home-dir {shlex.quote(HOME)} --shell /bin/bash {USER}; }}',
        )
        trusted.unlink(missing_ok=True)
        stamp.write_text(names, encoding='utf-8')
    return folder


def root(folder: Path, script: str) -> None:
    """Run a script as root in a machine."""
    execute(folder, ['sh', '-c', script], {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin'})


def execute(
    folder: Path, command: list[str], env: dict[str, str], shm: bool = True, check: bool = True
) -> tuple[int, str]:
    """Run a command in a machine. Mounts and processes end with it.

    :returns: exit code and output.
    """
    there = shlex.quote(str(folder))
    mounts = [
        f'mount --bind {there} {there}',
        f'mount -t proc proc {there}/proc',
        f'mount -t tmpfs tmpfs {there}/dev',
        *(
            f'touch {there}/dev/{name} && mount --bind /dev/{name} {there}/dev/{name}'
            for name in ('null', 'zero', 'full', 'random', 'urandom', 'tty')
        ),
        f'ln -s /proc/self/fd {there}/dev/fd',
        f'mkdir {there}/dev/pts && mount -t devpts devpts {there}/dev/pts -o newinstance',
        f'ln -s pts/ptmx {there}/dev/ptmx && chmod 0666 {there}/dev/pts/ptmx',
    ]
    if shm:
        mounts += [f'mkdir -m 1777 {there}/dev/shm', f'mount -t tmpfs tmpfs {there}/dev/shm']
    mounts.append(f'exec chroot {there} /usr/bin/env -i "$@"')
    variables = [f'{key}={value}' for key, value in env.items()]
    namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child']
    code, output = _run([*namespaces, 'sh', '-ec', '\n'.join(mounts), 'sh', *variables, *command])
    assert not check or code == 0, f'{shlex.join(command)}\n{output}'
    return code, output


def _run(command: list[str]) -> tuple[int, str]:
    """:returns: exit code, and output. What takes too long is ended, and fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        output = (problem.output or b'').decode('utf-8', 'replace')
        return 124, f'{output}\nEnded after {LIMIT} s.'
    return done.returncode, done.stdout.decode('utf-8', 'replace')


class Machine:
    """A copy of a root file system, with a user who has a clone of what is committed."""

    def __init__(self, name: str) -> None:
        self.folder = FOLDER / 'machine' / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(['cp', '--archive', prepare(name), self.folder], check=True)
        connect(self.folder)
        bundle = self.folder / 'srv/clone.bundle'
        subprocess.run(['git', 'bundle', 'create', '--quiet', bundle, 'HEAD'], cwd=ROOT, check=True)
        self.as_user(f'git clone --quiet /srv/clone.bundle {shlex.quote(CLONE)}', cwd=HOME)

    def as_root(self, script: str) -> None:
        root(self.folder, script)

    def as_user(
        self,
        script: str,
        cwd: str = CLONE,
        env: dict[str, str] | None = None,
        shm: bool = True,
    ) -> tuple[int, str]:
        """Run a script without a terminal. :returns: exit code and output."""
        clean = {'HOME': HOME, 'USER': USER, 'LOGNAME': USER, 'PATH': '/usr/bin:/bin'}
        prefix = 'umask 077 && ' if env else ''
        command = ['sh', '-c', f'cd {shlex.quote(cwd)} && {prefix}{script}']
        user = ['setpriv', f'--reuid={USER}', f'--regid={USER}', '--init-groups', '--']
        return execute(
            self.folder, [*user, *command], {**clean, **(env or {})}, shm, check=env is None
        )
