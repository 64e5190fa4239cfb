# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs that tests use, the packages of Debian that contain them, and what they add."""

from __future__ import annotations

import shutil
import typing as t

from tests.support import go_clients
from tests.tools.tree import pythons


class Client(t.NamedTuple):
    """C(quick): whether tests that use it belong to C(make test). C(optional): whether they may be
    left out in the CI, too. C(real): whether only C(make test-real) has such tests."""

    package: str
    adds: str
    quick: bool = False
    optional: bool = False
    real: bool = False


CLIENTS = {
    'apt-get': Client('apt', 'apt with delivered credentials', quick=True),
    'bash': Client('bash', 'commands that people copy', quick=True),
    'bundle': Client('ruby-bundler', 'Bundler with delivered credentials'),
    'cargo': Client('cargo', 'Cargo with delivered tokens'),
    'composer': Client('composer', 'Composer with delivered credentials'),
    'chromium': Client('chromium', 'the report, as a browser shows it', optional=True),
    'curl': Client('curl', 'the stand-ins and the as_curl filter, as curl sees them', quick=True),
    'git': Client('git', 'git with delivered credentials', quick=True),
    'java': Client('default-jdk-headless', 'Maven with delivered settings'),
    'javac': Client('default-jdk-headless', "settings.xml, read by Maven's own classes"),
    'mvn': Client('maven', 'Maven with delivered settings'),
    'node': Client('nodejs', 'Nuxeo CLI with delivered links'),
    'npm': Client('npm', 'Nuxeo CLI with delivered links'),
    'python3': Client('python3', 'commands that people copy', quick=True),
    'python3.8': Client('', 'modules on the oldest Python of managed hosts', quick=True),
    'ruby': Client('ruby', 'files of Bundler and RubyGems, read by Ruby'),
    'skopeo': Client('skopeo', 'container registries with delivered credentials'),
    'strace': Client('strace', 'writers that are killed at each system call'),
    'unshare': Client('util-linux', 'writers that other users attack'),
}
# The Go of a distribution can be too old.
GO_CLIENTS = f'what Go {go_clients.VERSION} or newer builds, at a real registry'
# What only C(make test-real) uses
CLIENTS.update(
    {
        'buildah': Client('buildah', 'buildah at a real registry', real=True),
        'crane': Client('', GO_CLIENTS, optional=True, real=True),
        'docker': Client('docker.io', 'Docker at a real registry', real=True),
        'docker-registry': Client('docker-registry', 'a real registry', real=True),
        'go': Client('golang-go', 'Go with delivered credentials', real=True),
        'gradle': Client('gradle', 'Gradle with delivered credentials', real=True),
        'mono': Client('mono-runtime', 'NuGet with delivered credentials', real=True),
        'oras': Client('', GO_CLIENTS, optional=True, real=True),
        'podman': Client('podman', 'Podman at a real registry', real=True),
        'wget': Client('wget', 'wget with delivered credentials', real=True),
    }
)
#: Starts with it when a test is skipped; the name of the client follows.
MISSING = 'missing client: '


def is_installed(name: str) -> bool:
    """Return whether a test can use the client."""
    if name in go_clients.PACKAGES:
        return go_clients.can_be_built()
    return name.removeprefix('python') in pythons() or shutil.which(name) is not None


def explain(name: str, tests: int) -> str:
    """Return what the tests that were skipped would show, and how to get the client."""
    return f'{tests} skipped without {_described(name)}'


def missing_later() -> list[str]:
    """Return, for each client that only tests outside of C(make test) use, what is missing."""
    return [
        f'make test-all will skip tests without {_described(name)}'
        for name, client in CLIENTS.items()
        if not client.quick and not client.real and not is_installed(name)
    ]


def _described(name: str) -> str:
    client = CLIENTS[name]
    remedy = f'install the package {client.package}' if client.package else 'install it'
    return f'{name} ({client.adds}): {remedy}'
