# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Modules that run on the controller only: their action plugin runs, and the module file documents.

Their argument specs are here, for the action plugins and the tests of the documentation."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.studio import (
    ARGUMENTS as STUDIO_RELEASE,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import REGENERATE

REPORT_FORMATS = ('html', 'json', 'csv', 'ics', 'prom', 'junit')
# Options of a report. The playbooks take them from variables: tokens_report_path and so on.
REPORT: t.Dict[str, t.Dict[str, t.Any]] = {
    'path': {'type': 'str'},
    'formats': {
        'type': 'list',
        'elements': 'str',
        'choices': list(REPORT_FORMATS),
        'default': ['html', 'json'],
    },
    'mode': {'type': 'raw', 'default': '0644'},
    'warn_days': {'type': 'int', 'default': 14},
    'fail_days': {'type': 'int'},
    'max_age_days': {'type': 'int'},
}

SPECS: t.Dict[str, t.Dict[str, t.Any]] = {
    'nuxeo_studio_release': STUDIO_RELEASE,
    'token_source': {
        'name': {'type': 'str', 'required': True},
        'state': {'type': 'str', 'choices': ['present', 'absent'], 'default': 'present'},
        'regenerate': {'type': 'str', 'choices': list(REGENERATE)},
    },
    'token_source_info': {
        'name': {'type': 'str', 'required': True},
    },
    'token_sources': {
        'run': {'type': 'str', 'required': True},
        'preflight': {'type': 'bool', 'default': False},
    },
    'token_deliveries_info': {
        'purpose': {
            'type': 'str',
            'choices': ['provision', 'rotate', 'revoke', 'report'],
            'default': 'provision',
        },
        'sources': {'type': 'raw'},
        'only': {'type': 'raw'},
        'limited': {'type': 'bool', 'default': False},
        'hosts': {'type': 'list', 'elements': 'str'},
        'report': {'type': 'dict', 'options': REPORT},
    },
    'token_summary': {
        'run': {'type': 'str', 'required': True},
        'path': {'type': 'path'},
    },
}


def fail_not_on_controller(name: str) -> None:
    """Fail with the reason, as such a module does when it runs as a module.

    :param name: a key of C(SPECS)."""
    module = AnsibleModule(argument_spec=SPECS[name], supports_check_mode=True)
    module.fail_json(
        msg='%s runs on the controller only. Call it by its full name, buildops.tokens.%s, '
        'without async.' % (name, name)
    )
