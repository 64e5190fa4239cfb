# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the modules have in common that write files on managed hosts."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError, unexpected
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
