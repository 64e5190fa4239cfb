# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Modules that exist on the controller only.

Their action plugin does the work, the module file contains the documentation.

Their argument specs are here, so that action and documentation cannot differ.
"""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online.studio import (
    ARGUMENTS as STUDIO_RELEASE,
)
from ansible_collections.buildops.tokens.plugins.module_utils._policy import REGENERATE

SPECS = {
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
    },
    'token_summary': {
        'run': {'type': 'str', 'required': True},
        'path': {'type': 'path'},
    },
}


def fail_not_on_controller(name):
    """What such a module does when it runs as a module: it fails with the reason. :param name: a key of C(SPECS)."""
    module = AnsibleModule(argument_spec=SPECS[name], supports_check_mode=True)
    module.fail_json(
        msg='%s runs on the controller only: call it by its full name, buildops.tokens.%s, without async.'
        % (name, name)
    )
