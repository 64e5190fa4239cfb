# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credential types for AWX, which are files of this collection."""

from __future__ import annotations

import functools
import os
import re
import typing as t

import yaml

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError

FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
    'extensions',
    'awx',
    'credential_types',
)


# Others without an underscore, like password, are words of sentences, and names of their fields
_NO_WORDS = ('url', 'username')


@functools.lru_cache(maxsize=None)
def definitions() -> dict[str, dict[str, t.Any]]:
    """Return the credential types by the type of source they are for."""
    found = {}
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith('.yml'):
            with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
                found[name[:-4]] = yaml.safe_load(file)
    return found


def fields(type_name: str) -> dict[str, tuple[str, str]]:
    """Return by option of a source type the environment variable and the label of its field."""
    definition = definitions()[type_name]
    labels = {field['id']: field['label'] for field in definition['inputs']['fields']}
    found = {}
    for variable, template in definition['injectors']['env'].items():
        option = variable.split('_', 3)[3].lower()
        # The template refers to one field only
        [label] = {label for name, label in labels.items() if re.search(r'\b%s\b' % name, template)}
        found[option] = (variable, label)
    return found


def name_fields(problem: TokensError, type_name: str) -> None:
    """In a job of AWX, add to a message which fields of the credential its options are.

    Only options that the environment gives are fields here. Nothing is read outside of a job.
    """
    if 'AWX_PRIVATE_DATA_DIR' not in os.environ or 'In AWX' in str(problem):
        return
    try:
        known = fields(type_name)
    except (OSError, KeyError, ValueError):  # the message without them is right, too
        return
    named = [
        '%s is the field "%s"' % (option, label)
        for option, (variable, label) in known.items()
        if variable in os.environ
        and ('_' in option or option in _NO_WORDS)
        and re.search(r'(?<![\w.])%s(?!\w)' % option, str(problem))
    ]
    if named:
        problem.args = ('%s In AWX, %s.' % (problem, ', '.join(named)),)
