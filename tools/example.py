# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-ins and the agents of the example, which a later run continues to use."""

from __future__ import annotations

import contextlib
import os
import pickle
import shlex
import shutil
import sys
import typing as t
from pathlib import Path

from tests.sandbox import nexus, nuvy, nuxeo, nuxeo_online
from tests.sandbox.serving import PortTaken, Sandbox
from tools.progress import Failed

AGENTS = ('agent1', 'agent2')
#: By name, which attributes of a stand-in the next run needs: pairs of an object and its attribute.
_KEPT = {
    'nexus': [('state', 'tokens'), ('repositories', 'known')],
    'nuxeo': [('state', 'tokens')],
    'nuvy': [('state', 'tokens')],
    'nuxeo_online': [('state', 'device_tokens'), ('state', 'instances')],
}


class Example(t.NamedTuple):
    """A running sandbox: addresses and hints by the name of a stand-in, and the CA of all."""

    urls: dict[str, str]
    authorities: Path
    truststore: str
    hints: dict[str, list[str]]


@contextlib.contextmanager
def running(root: Path, folder: Path) -> t.Iterator[Example]:
    """Start the stand-ins with the addresses and the tokens of the run before."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    memory = _Memory(folder / 'sandbox.pickle')
    known = memory.read()
    apps = {
        'nexus': nexus.create_app('3.90.1', packages=True),
        'nuxeo': nuxeo.create_app('2023.6'),
        'nuvy': nuvy.create_app(),
        'nuxeo_online': nuxeo_online.create_app(),
    }
    # A token also depends on the certificates that it was fetched with
    with Sandbox(authority=known.get('authority')) as sandbox:
        servers = {}
        for name, app in apps.items():
            state = known.get(name, {})
            for holder, attribute, value in state.get('state', []):
                vars(getattr(app, holder))[attribute] = value
            servers[name] = _serve(sandbox, app, state.get('port', 0), folder)
        authorities = folder / 'ca.pem'
        shutil.copyfile(sandbox.ca_path, authorities)
        urls = {name: server.url for name, server in servers.items()}
        for agent in AGENTS:
            furnish(root, folder / agent, urls['nuxeo_online'], authorities)
        try:
            hints = {name: list(getattr(app, 'hints', [])) for name, app in apps.items()}
            yield Example(urls, authorities, sandbox.truststore_path, hints)
        finally:
            states = {
                name: {
                    'port': servers[name].port,
                    'state': [
                        (holder, attribute, vars(getattr(app, holder))[attribute])
                        for holder, attribute in _KEPT[name]
                    ],
                }
                for name, app in apps.items()
            }
            memory.write({'authority': sandbox.authority_pem, **states})


def _serve(sandbox: t.Any, app: t.Any, port: int, folder: Path) -> t.Any:
    try:
        return sandbox.serve(app, port=port)
    except PortTaken:
        raise Failed(
            f'Another program uses port {port}, which the files of an earlier run contain. End '
            f'that program, or remove the files: rm -rf {shlex.quote(str(folder))}'
        ) from None


def furnish(root: Path, home: Path, nuxeo_online_url: str, authorities: Path) -> None:
    """Create the files that an agent has before the first run."""
    settings = home / '.m2/settings.xml'
    if not settings.exists():
        settings.parent.mkdir(parents=True, mode=0o700)
        shutil.copyfile(root / 'examples/home/settings.xml', settings)
        settings.chmod(0o600)
    for folder in ('nuxeo/bin', 'nuxeo/nxserver/data', 'project'):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / 'nuxeo/bin/nuxeo.conf').write_text(
        f'org.nuxeo.connect.url={nuxeo_online_url}/site/\nstand-in.ca={authorities}\n',
        encoding='utf-8',
    )
    # The real launcher is a part of the Nuxeo server
    stand_in = shlex.join([sys.executable, str(root / 'tests/stand_ins/nuxeoctl')])
    launcher = home / 'nuxeo/bin/nuxeoctl'
    launcher.write_text(f'#!/bin/sh\nexec {stand_in} "$@"\n', encoding='utf-8')
    launcher.chmod(0o755)


class _Memory:
    """A file that only this user can write."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, t.Any]:
        try:
            content: dict[str, t.Any] = pickle.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        return content

    def write(self, content: dict[str, t.Any]) -> None:
        temporary = self._path.with_suffix('.new')
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with open(os.open(temporary, flags, 0o600), 'wb') as file:
            pickle.dump(content, file)
        temporary.replace(self._path)
