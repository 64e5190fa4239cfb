# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credential types for AWX, which are files of this collection."""

from __future__ import annotations

import functools
import os
import typing as t

import yaml

FOLDER = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
    'extensions',
    'awx',
    'credential_types',
)


@functools.lru_cache(maxsize=None)
def definitions() -> dict[str, dict[str, t.Any]]:
    """Return the credential types by the type of source they are for."""
    found = {}
    for name in sorted(os.listdir(FOLDER)):
        if name.endswith('.yml'):
            with open(os.path.join(FOLDER, name), encoding='utf-8') as file:
                found[name[:-4]] = yaml.safe_load(file)
    return found
