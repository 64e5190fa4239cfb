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
_IDENTIFIER = re.compile(r'[0-9a-f]{16}\Z')


class Journal:
    """The files of one run of the playbooks. :param run: its identifier, by default a new one."""

    def __init__(self, run: str | None = None) -> None:
        if run is not None and not _IDENTIFIER.match(run):
            raise BadInput('run is not the identifier of a plan. Use that of token_deliveries_info.')
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

    def _path(self, name: str) -> str:
        digest = hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()
        return os.path.join(self._folder, digest + '.json')
