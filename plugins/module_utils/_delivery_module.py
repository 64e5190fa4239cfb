# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the modules that write files on managed hosts do alike."""

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError, unexpected
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    check_writable,
    clear_lock,
    locked,
    read_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    outgoing,
    register_parameters,
)


def finish(module, work, secret_results=()):
    """Run a function and end the module with its result.

    :param module: AnsibleModule.
    :param work: a function of the module's parameters that returns (result, warnings). A result with C(failed) ends as a failure.
    :param secret_results: the members of the result that are declared to contain secrets.
    :returns: never.
    """
    register_parameters(module.argument_spec, module.params)
    try:
        result, warnings = work(module.params)
    except TokensError as problem:
        module.fail_json(msg=str(problem))
    except Exception as problem:  # its text could hold a secret, and ansible-core would print it
        module.fail_json(msg=unexpected(problem))
    for warning in outgoing(list(warnings)):
        module.warn(warning)
    result = outgoing(result, secret_results)
    if result.pop('failed', False):
        module.fail_json(**result)
    module.exit_json(**result)


class LockedEdit:
    """An edit of a file whose owner locks it with C(<file>.lock), as git does. First it is tried, then it is made.

    :ivar report: what the edit reported last.
    :ivar content: the new content, None for no file.
    :ivar changed: whether the file is, or would be, rewritten.
    :ivar permissions_restricted: whether rights of other users are, or would be, taken away.
    """

    def __init__(self, path, edit, mode_policy='narrow'):
        """Read and edit, without a lock and without writing.

        :param path: str.
        :param edit: a function of the content (bytes or None) that returns (new content, report).
        :param mode_policy: as for L(private_file.write_private); with V(narrow), a file that others can read is rewritten in any case.
        :raises TokensError: it cannot be read, or what C(edit) raises.
        """
        self.path, self._edit, self._mode_policy = path, edit, mode_policy
        self._try(read_private(path))

    def _try(self, state):
        self._state = state
        self.content, self.report = self._edit(state.content)
        self.permissions_restricted = (
            self.content is not None and state.wide and self._mode_policy == 'narrow'
        )
        self.changed = self.permissions_restricted or (
            self.content is not None and self.content != state.content
        )

    def check(self):
        """Predict whether it can be written. :raises FileProblem: it cannot."""
        if self.changed:
            check_writable(self._state)

    def write(self, timeout):
        """Repeat the edit on what the file holds once it is locked, and write it.

        :param timeout: seconds to wait for the lock.
        :raises FileProblem: locked by another, or not to be written.
        """
        if not self.changed:
            clear_lock(self._state)
            return
        with locked(self.path, timeout=timeout):
            self._try(read_private(self.path))
            if self.changed:  # else another run has done the same meanwhile
                write_private(self._state, self.content, self._mode_policy)
