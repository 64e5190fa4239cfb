# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures real plays against each other."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.tools.scratch import BUILD


class Bench:
    """Plays with the same inventory, in a temporary folder.

    :param hosts: how many. :param variables: of all hosts. :param own: of some, by host."""

    def __init__(self, hosts, variables, forks=5, own=None):
        self._folder = tempfile.TemporaryDirectory(prefix='tokens-benchmark-')
        self.folder = Path(self._folder.name)
        self.forks = forks
        # As people run it: what Python has compiled, it keeps, though not in the checkout
        self.environment = {**os.environ, 'PYTHONPYCACHEPREFIX': str(BUILD / 'cache/pycache')}
        self.environment.pop('PYTHONDONTWRITEBYTECODE', None)
        (self.folder / 'inventory.json').write_text(
            json.dumps(
                {
                    'all': {
                        'hosts': {
                            name: (own or {}).get(name, {})
                            for name in ('host%03d' % number for number in range(hosts))
                        },
                        'vars': {
                            'ansible_connection': 'local',
                            'ansible_python_interpreter': sys.executable,
                            **variables,
                        },
                    }
                }
            )
        )

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self._folder.cleanup()

    def seconds(self, tasks):
        """:param tasks: of the play.
        :returns: the processor time that a run takes: that of all its processes, and of the servers
            in this process.
        """
        (self.folder / 'play.json').write_text(
            json.dumps([{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}])
        )
        before = _spent()
        command = [
            sys.executable,
            '-m',
            'ansible',
            'playbook',
            '-f',
            str(self.forks),
            '-i',
            'inventory.json',
            'play.json',
        ]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        after = _spent()
        if done.returncode:
            raise RuntimeError(done.stdout[-3000:])
        return after - before

    def ratio(self, tasks, base, rounds, without=None):
        """:param without: tasks whose time is taken off both, or None.
        :returns: how much more processor time a play takes than another one: the median of ratios
            that are measured side by side.
        """
        measured = []
        for play in (tasks, base, without) if without is not None else (tasks,):
            self.seconds(play)  # what is compiled for the first time is kept
        for _round in range(rounds):
            off = self.seconds(without) if without is not None else 0
            before, taken, after = self.seconds(base), self.seconds(tasks), self.seconds(base)
            measured.append((taken - off) / ((before + after) / 2 - off))
        return statistics.median(measured)


def is_installed(collection):
    """:returns: whether Ansible finds the collection where C(ANSIBLE_COLLECTIONS_PATH) says."""
    folders = os.environ['ANSIBLE_COLLECTIONS_PATH'].split(os.pathsep)
    name = collection.replace('.', '/')
    return any(Path(folder, 'ansible_collections', name).is_dir() for folder in folders)


def _spent():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
