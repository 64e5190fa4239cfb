# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make known to this process what other processes of the run know.

A host can repeat a token that an earlier task has delivered to it, in the result of a task that
has another one, or none. All tokens of a run are in its cache.
"""

from __future__ import annotations

import os

from ansible_collections.buildops.tokens.plugins.module_utils._token import Token
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import (
    CacheProblem,
    Folder,
    run_folder,
)

MOST_FILES = 1000
_WORDS = ('"msg"', '"warnings"', '"failed"', '"message"')


def has_words(printed: str) -> bool:
    """Return whether the output of a module contains sentences, which most do not.

    To look for secrets in them takes some time for each token.
    """
    return any(word in printed for word in _WORDS) or not printed.lstrip().startswith('{')


def register_all() -> None:
    """Register the tokens in the cache of this run, and those in lasting ones that it used."""
    try:
        folder = Folder(run_folder())
    except CacheProblem:  # no token was asked for
        return
    for name in sorted(os.listdir(folder.folder))[:MOST_FILES]:
        key, ending = os.path.splitext(name)
        data = (folder.load(key) if ending == '.json' else None) or {}
        if 'of' in data and data.get('folder') != folder.folder:
            data = _elsewhere(data)
        if 'token' in data:
            try:
                Token.load(data['token'])  # which registers its secrets
            except (ValueError, TypeError):
                continue


def _elsewhere(note: dict[str, object]) -> dict[str, object]:
    """Return what a note is about."""
    try:
        return Folder(str(note.get('folder'))).load(str(note.get('key'))) or {}
    except CacheProblem:
        return {}
