# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(make provision): runs the playbook on the example with the sandbox, or on an inventory.

The environment variable C(INVENTORY) is the path of an inventory, and C(ARGS) has more arguments
for C(ansible-playbook). Both come from make.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import shlex
import sys
import tempfile
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

from tools import progress, settings
from tools.progress import Failed, step

if t.TYPE_CHECKING:
    from tools.example import Example

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / '.build/provision'
REPORT = FOLDER / 'report'
LOG = ROOT / '.build/logs/provision.log'
#: The exit code of ansible-playbook after Ctrl-C.
_USER_INTERRUPTED = 99


def main() -> int:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b'')
    inventory = os.environ.get('INVENTORY', '')
    try:
        arguments = shlex.split(os.environ.get('ARGS', ''))
    except ValueError as error:
        raise Failed(f'ARGS cannot be split into arguments: {error}.') from None
    _check_semaphores()
    if inventory:
        check_inventory(inventory)
        changed = run_playbook(inventory, arguments, settings.users(ROOT))
        print(f'\n{_changes(changed)}')
        return 0
    return _with_sandbox(arguments)


def _check_semaphores() -> None:
    try:
        multiprocessing.Lock()
    except OSError as error:
        raise Failed(
            f'Ansible requires a /dev/shm that this user can write to ({error.strerror}). Mount a '
            'tmpfs there; for a container, use the options of its runtime.'
        ) from None


def check_inventory(inventory: str, log: Path = LOG) -> None:
    """:raises Failed: Ansible finds no hosts there."""
    command = [str(ROOT / '.venv/bin/ansible-inventory'), '-i', inventory, '--graph']
    with step(f'Reading the inventory {inventory}'):
        done = progress.run(command, log, settings.users(ROOT))
        reason = ''
        if done.code != 0:
            reason = done.errors.strip()
        elif not re.search(r'^[ |]*\|--[^@\s]', done.output, re.MULTILINE):
            reason = done.errors.strip() or 'It contains no hosts.'
        if reason:
            raise Failed(f'INVENTORY: {shlex.quote(inventory)} is not an inventory.\n{reason}')


def run_playbook(
    inventory: str,
    arguments: list[str],
    env: dict[str, str],
    extra: t.Sequence[str] = (),
    playbook: str = 'provision_tokens',
    log: Path | None = None,
) -> int:
    """Run the playbook, and print its table.

    :returns: how many tasks changed something.
    :raises Failed: it failed; the message has the reasons.
    """
    log = log or LOG
    with tempfile.TemporaryDirectory() as temporary:
        summary = Path(temporary, 'summary')
        command = [
            str(ROOT / '.venv/bin/ansible-playbook'),
            '-i',
            inventory,
            f'buildops.tokens.{playbook}',
            '-e',
            json.dumps({'tokens_summary_file': str(summary)}),
            *extra,
            *arguments,
        ]
        with step('Running the playbook'):
            # With arguments, people expect to see what they do
            done = progress.run(command, log, env, show=bool(arguments))
            table = summary.read_text(encoding='utf-8') if summary.exists() else ''
            if done.code == _USER_INTERRUPTED:
                raise KeyboardInterrupt
            if done.code != 0:
                raise Failed(_failure(done, table, log, shown=bool(arguments)), done.code)
    if table and not arguments:
        print(f'\n{table}')
    recap = done.output.rpartition('PLAY RECAP')[2]
    return sum(int(number) for number in re.findall(r'\bchanged=(\d+)', recap))


def _failure(done: progress.Done, table: str, log: Path, shown: bool) -> str:
    parts = [] if shown else [table.strip(), done.errors.strip()]
    end = f'The playbook failed with exit code {done.code}. Its output: {shlex.quote(str(log))}'
    return '\n\n'.join([*(part for part in parts if part), end])


def _changes(changed: int) -> str:
    if changed == 0:
        return 'The run changed nothing (changed=0).'
    return f'Changed tasks: changed={changed}. While the tokens are valid, a second run has none.'


def _with_sandbox(arguments: list[str]) -> int:
    from tools.example import AGENTS, running

    env = settings.closed(ROOT, FOLDER)
    with running(ROOT, FOLDER) as example:
        facts = {'ca_path': str(example.authorities), 'homes': str(FOLDER), **example.urls}
        extra = ['-e', json.dumps({'sandbox': facts, 'tokens_report_path': str(REPORT)})]
        changed = run_playbook(str(ROOT / 'examples/inventory'), arguments, env, extra)
        # With arguments, such as --check, there may be nothing to try
        results = [] if arguments else [_try_clients(example, agent, env) for agent in AGENTS]
    if False in results:
        raise Failed(f'A client was refused. The output of the playbook: {shlex.quote(str(LOG))}')
    page = REPORT / 'tokens.html'
    if page.exists():
        print(f'\nThe report, for a browser: {page.relative_to(ROOT)}', end='')
    print(f'\nThe files of both agents are in {FOLDER.relative_to(ROOT)}. {_changes(changed)}')
    return 0


def _try_clients(example: Example, agent: str, env: dict[str, str]) -> bool:
    """:returns: whether no client was refused."""
    from tools import clients

    home, urls = FOLDER / agent, example.urls
    repository = f'{urls["nexus"]}/repository/private/'
    project = f'{urls["nuxeo_online"]}/git/jdoe-SANDBOX.git'
    image = f'{urlsplit(urls["nexus"]).netloc}/docker/hello:1.0'
    accepted = {
        f'Maven downloads from {repository}': clients.maven(
            home, repository, example.truststore, env
        ),
        f'git clones {project}': clients.git(home, project, example.authorities, env),
        f'npm downloads from {urls["nexus"]}/repository/npm/': clients.npm(
            home, example.authorities, env
        ),
        f'pip downloads from {urls["nexus"]}/repository/pypi/simple': clients.pip(
            home, example.authorities, env
        ),
        f'skopeo reads {image}': clients.skopeo(home, image, example.authorities, env),
    }
    words = {True: 'accepted', False: 'refused', None: 'not tried, since it is not installed'}
    for what, result in accepted.items():
        print(f'{agent}: {what}: {words[result]}', flush=True)
    return False not in accepted.values()


if __name__ == '__main__':
    sys.exit(progress.main(main))
