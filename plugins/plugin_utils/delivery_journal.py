# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of one run hand to each other: the plan, and the result of each host.

It is kept in files of ansible's own folder for the run, which only its user can read and which is
removed at the end. Variables of hosts would be forgeable: a host decides what its facts are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import typing as t

from ansible import constants as C

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem

FOLDER = 'buildops.tokens.runs'
NO_PLAN = 'There is no plan with this run. Run token_deliveries_info before.'
_IDENTIFIER = re.compile(r'[0-9a-f]{16}\Z')


class Journal:
    """The files of one run of the playbooks. :param run: its identifier, by default a new one."""

    def __init__(self, run: str | None = None) -> None:
        if run is not None and not _IDENTIFIER.match(run):
            raise BadInput(
                'run is not the identifier of a plan. Use that of token_deliveries_info.'
            )
        self.run = run or secrets.token_hex(8)
        self._folder = os.path.join(C.DEFAULT_LOCAL_TMP, FOLDER, self.run)

    def write(self, name: str, data: t.Any) -> None:
        """Keep data of JSON types under a name. :raises FileProblem: it cannot be written."""
        path = self._path(name)
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            new = '%s.%d' % (path, os.getpid())
            handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, 'w', encoding='utf-8') as file:
                json.dump(data, file)
            os.replace(new, path)
        except OSError as problem:
            raise FileProblem(
                'The temporary folder of Ansible cannot be written: %s.' % problem.strerror
            ) from None

    def read(self, name: str) -> t.Any:
        """Return what is kept under a name, or None."""
        try:
            with open(self._path(name), encoding='utf-8') as file:
                return json.load(file)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise FileProblem('A file in the temporary folder of Ansible cannot be read.') from None

    def count(self, name: str) -> int:
        """Count one more of something, among all processes of the run; 0 if that is impossible."""
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            handle = os.open(self._path('count ' + name), flags, 0o600)
            try:
                os.write(handle, b'.')
                return os.lseek(handle, 0, os.SEEK_CUR)  # where this process has written
            finally:
                os.close(handle)
        except OSError:
            return 0

    def write_plan(self, plan: t.Mapping[str, t.Any]) -> None:
        """Keep the plan."""
        self.write('plan', plan)

    def plan(self) -> dict[str, t.Any]:
        """Return the plan. :raises BadInput: there is none."""
        plan = self.read('plan')
        if plan is None:
            raise BadInput(NO_PLAN)
        return t.cast('dict[str, t.Any]', plan)

    def write_selection(self, selection: t.Mapping[str, t.Any]) -> None:
        """Keep which entries the run is about, apart from the plan, which may be long."""
        self.write('selection', selection)

    def selection(self) -> dict[str, t.Any]:
        """Return which entries the run is about. :raises BadInput: there is no plan."""
        selection = self.read('selection')
        if selection is None:
            raise BadInput(NO_PLAN)
        return t.cast('dict[str, t.Any]', selection)

    def replaced(self) -> list[str]:
        """Return the sources whose tokens the run replaces."""
        plan = self.plan()
        return t.cast('list[str]', plan['asked'] if plan['purpose'] == 'rotate' else [])

    def server_deliveries(self) -> dict[str, list[str]]:
        """Return, by host, the delivery types with deliveries to servers that it stands for."""
        return t.cast('dict[str, list[str]]', self.plan()['servers'])

    def write_result(
        self, where: str, host: str, without: list[str], parts: list[dict[str, t.Any]]
    ) -> None:
        """Keep what happened.

        :param where: V(host) or V(servers). :param without: the types of which nothing is due.
        """
        self.write('%s %s' % (where, host), {'without': without, 'parts': parts})

    def result(self, where: str, host: str) -> dict[str, t.Any] | None:
        """Return what happened, or None if nothing is known."""
        return t.cast('dict[str, t.Any] | None', self.read('%s %s' % (where, host)))

    def owners(self, host: str) -> dict[str, str]:
        """Return, by source, the user name of the token that was revoked for a host."""
        known = self.read('owners') or {}
        return {source: names[host] for source, names in known.items() if host in names}

    def _path(self, name: str) -> str:
        digest = hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()
        return os.path.join(self._folder, digest + '.json')
