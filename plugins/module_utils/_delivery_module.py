# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""What the modules have in common that write files on managed hosts."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import (
    DeliveryType,
    Entry,
)
from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError, unexpected
from ansible_collections.buildops.tokens.plugins.module_utils._redaction import (
    outgoing,
    register_parameters,
)
from ansible_collections.buildops.tokens.plugins.module_utils._validation import refuse_source_name


def run(kind: t.Type[DeliveryType], secret_results: t.Sequence[str] = ()) -> None:
    """Run as a module, and end it.

    :param kind: a delivery type. A result of it with C(failed) ends as a failure.
    :param secret_results: the members of the result that are declared to contain secrets.
    """
    specification, constraints = kind.specification()
    module = AnsibleModule(argument_spec=specification, supports_check_mode=True, **constraints)
    register_parameters(specification, module.params)
    try:
        _refuse_source_names(kind, module.params)
        result, warnings = kind.apply(module.params, module)
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


def _refuse_source_names(kind: t.Type[DeliveryType], params: Entry) -> None:
    entries = params.get(kind.ENTRIES) if kind.ENTRIES else None
    for entry in [params, *(entries or [])]:
        refuse_source_name(entry, kind.MODULE or '')
