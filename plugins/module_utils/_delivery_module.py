# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the modules have in common that write files on managed hosts."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError, unexpected
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    FileState,
    Report,
    check_writable,
    read_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.lock_file import (
    clear_lock,
    locked,
)
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    outgoing,
    register_parameters,
)

Result = t.Dict[str, t.Any]


def finish(
    module: t.Any,
    work: t.Callable[[Result], tuple[Result, list[str]]],
    secret_results: t.Sequence[str] = (),
) -> None:
    """Run a function and end the module with its result.

    :param module: AnsibleModule.
    :param work: a function of the module's parameters that returns (result, warnings). A result
        with C(failed) ends as a failure.
    :param secret_results: the members of the result that are declared to contain secrets.
    """
    register_parameters(module.argument_spec, module.params)
    try:
        result, warnings = work(module.params)
    except TokensError as problem:
        module.fail_json(msg=str(problem))
    except Exception as problem:  # its text could contain a secret, and ansible-core would print it
        module.fail_json(msg=unexpected(problem))
    for warning in outgoing(list(warnings)):
        module.warn(warning)
    result = outgoing(result, secret_results)
    if result.pop('failed', False):
        module.fail_json(**result)
    module.exit_json(**result)


class LockedEdit(t.Generic[Report]):
    """An edit of a file that is locked with C(<file>.lock), as git does. It is tried, then made.

    :ivar report: what the edit reported last.
    :ivar content: the new content, None for no file.
    :ivar changed: whether the file is, or would be, rewritten.
    :ivar permissions_restricted: whether rights of other users are, or would be, taken away.
    """

    content: bytes | None
    report: Report
    changed: bool
    permissions_restricted: bool

    def __init__(
        self,
        path: str,
        edit: t.Callable[[bytes | None], tuple[bytes | None, Report]],
        mode_policy: str = 'narrow',
        new_mode: int = 0o600,
    ) -> None:
        """Read and edit, without a lock and without writing.

        :param path: of the file.
        :param edit: a function of the content (None for no file): (new content, report).
        :param mode_policy: as for L(write_private); with V(narrow), a file that others can read is
            rewritten in any case.
        :param new_mode: of a new file.
        :raises TokensError: it cannot be read, or what C(edit) raises.
        """
        self.path, self._edit = path, edit
        self._mode_policy, self._new_mode = mode_policy, new_mode
        self._try(read_private(path))

    def _try(self, state: FileState) -> None:
        self._state = state
        self.content, self.report = self._edit(state.content)
        self.permissions_restricted = (
            self.content is not None and state.wide and self._mode_policy == 'narrow'
        )
        self.changed = self.permissions_restricted or (
            self.content is not None and self.content != state.content
        )

    def check(self) -> None:
        """Predict whether it can be written. :raises FileProblem: it cannot."""
        if self.changed:
            check_writable(self._state)

    def write(self, timeout: float) -> None:
        """Lock the file, repeat the edit on its content of then, and write it.

        :param timeout: seconds to wait for the lock.
        :raises FileProblem: it is locked by another program, or cannot be written.
        """
        if not self.changed:
            clear_lock(self._state)
            return
        with locked(self.path, timeout=timeout):
            self._try(read_private(self.path))
            # Another run may have done the same meanwhile
            if self.changed and self.content is not None:
                write_private(self._state, self.content, self._mode_policy, new_mode=self._new_mode)
