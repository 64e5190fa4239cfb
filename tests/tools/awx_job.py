# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job as AWX runs it: credentials through AWX's own injector, then C(ansible-runner transmit |
worker | process).

The control node makes a private data folder and sends it; the execution node, which mounts it at
/runner in a container, runs it and sends the events back. Without a container, the worker's folder
replaces /runner.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.tools.scratch import ROOT

TYPES = ROOT / 'extensions/awx/credential_types'
PROJECT = ROOT / 'examples/awx'
BIN = Path(sys.executable).parent
IN_CONTAINER = '/runner/'


def credential_type(name: str) -> dict:
    """:returns: one of the collection's credential types, as AWX gets it."""
    return yaml.safe_load((TYPES / f'{name}.yml').read_text(encoding='utf-8'))


def inject(definition: dict, inputs: dict, folder: Path) -> tuple[dict, dict]:
    """Call the injector that AWX calls. Files come to be in C(folder/env).

    :returns: the environment of the job, and what AWX shows of it."""
    from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
    from awx_plugins.interfaces._temporary_private_credential_api import Credential
    from awx_plugins.interfaces._temporary_private_inject_api import inject_credential

    (folder / 'env').mkdir(parents=True, exist_ok=True)
    kind = ManagedCredentialType(
        namespace='custom',
        name=definition['name'],
        kind=definition['kind'],
        inputs=definition['inputs'],
        injectors=definition['injectors'],
        managed=False,
    )
    environment: dict = {}
    shown: dict = {}
    inject_credential(kind, Credential(inputs), environment, shown, [], str(folder))
    return environment, shown


@dataclasses.dataclass
class Finished:
    """:ivar status: C(successful) or C(failed).
    :ivar events: the job events, in order.
    :ivar artifacts: the folder of the job, without what AWX removes.
    """

    status: str
    output: str
    events: list[dict]
    artifacts: Path

    @property
    def _stats(self) -> dict:
        return next(
            (event['event_data'] for event in self.events if event['event'] == 'playbook_on_stats'),
            {},
        )

    @property
    def changed(self) -> int:
        return sum(self._stats.get('changed', {}).values())

    @property
    def job_artifacts(self) -> dict:
        """What AWX keeps as the artifacts of the job, and hands to the next job of a workflow."""
        return self._stats.get('artifact_data', {})


@dataclasses.dataclass
class Job:
    """:ivar folder: is made by the job.
    :ivar inventory: as of an inventory plugin that AWX runs.
    :ivar credentials: names of types and their inputs.

    :ivar options: more arguments for ansible-playbook, as AWX gives them for check mode, limits and
        so on.
    """

    folder: Path
    inventory: dict
    credentials: dict[str, dict]
    playbook: str = 'provision_tokens.yml'
    project: Path = PROJECT
    extra_vars: dict = dataclasses.field(default_factory=dict)
    options: str = ''
    environment: dict = dataclasses.field(default_factory=dict)
    container: dict = dataclasses.field(
        default_factory=dict
    )  # settings of the runner, for a job in an execution environment
    number: int = 1

    def start(self) -> Job:
        """:returns: itself, running."""
        control, worker = self.folder / 'control', self.folder / 'worker'
        for name in ('env', 'inventory', 'project'):
            (control / name).mkdir(parents=True)
        worker.mkdir()
        here = IN_CONTAINER if self.container else f'{worker}/'
        environment = {
            'ANSIBLE_FORCE_COLOR': 'False',
            'ANSIBLE_HOST_KEY_CHECKING': 'False',
            'AWX_PRIVATE_DATA_DIR': str(control),
            'JOB_ID': str(self.number),
            'ANSIBLE_LOCALHOST_WARNING': '0',
        }
        for name, inputs in self.credentials.items():
            environment.update(inject(credential_type(name), inputs, control)[0])
        environment = {
            name: value.replace(IN_CONTAINER, here, 1) if value.startswith(IN_CONTAINER) else value
            for name, value in environment.items()
        }
        variables = {
            'awx_job_id': self.number,
            'awx_job_launch_type': 'manual',
            'awx_user_name': 'admin',
            **self.extra_vars,
        }
        settings = {'suppress_env_files': True, **self.container}
        for name, data in (
            ('envvars', {**environment, **self.environment}),
            ('extravars', variables),
            ('settings', settings),
        ):
            path = control / 'env' / name
            path.write_text(json.dumps(data), encoding='utf-8')
            path.chmod(0o600)
        (control / 'env/cmdline').write_text(self.options, encoding='utf-8')
        script = control / 'inventory/hosts'
        script.write_text(
            '#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint(%r)\n'
            % json.dumps(self.inventory),
            encoding='utf-8',
        )
        script.chmod(0o500)
        shutil.copytree(
            self.project,
            control / 'project',
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns('inventory'),
        )
        self._control = control
        runner = BIN / 'ansible-runner'
        ident = ('--ident', self.number)
        commands = (
            (runner, 'transmit', control, '-p', self.playbook, *ident),
            (runner, 'worker', '--private-data-dir', worker),
            (runner, 'process', control, *ident),
        )
        command = 'set -o pipefail; ' + ' | '.join(
            shlex.join(str(word) for word in words) for words in commands
        )
        (self.folder / 'home').mkdir(exist_ok=True)
        settings = {
            'PATH': f'{BIN}:{os.environ["PATH"]}',
            'HOME': str(self.folder / 'home'),
            'LC_ALL': 'C.UTF-8',
            **{
                name: value
                for name, value in os.environ.items()
                if name.startswith(('ANSIBLE_CO', 'CONTAINERS_'))
            },
        }
        self._process = subprocess.Popen(
            ['bash', '-c', command],
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return self

    def finish(self) -> Finished:
        output = self._process.communicate()[0].decode('utf-8', 'replace')
        artifacts = self._control / 'artifacts' / str(self.number)
        assert (artifacts / 'status').exists(), output
        events = [
            json.loads(path.read_text(encoding='utf-8'))
            for path in (artifacts / 'job_events').glob('*.json')
        ]
        for name in (
            'command',
            'env.list',
        ):  # they contain the environment of the job. AWX removes them, too
            (artifacts / name).unlink(missing_ok=True)
        return Finished(
            (artifacts / 'status').read_text(encoding='utf-8'),
            output,
            sorted(events, key=lambda event: event['counter']),
            artifacts,
        )

    def run(self) -> Finished:
        return self.start().finish()
