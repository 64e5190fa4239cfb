# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables whose names are almost those of this collection."""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import DeliveryType
from ansible_collections.buildops.tokens.plugins.plugin_utils import report_options

SIMILARITY = 0.92
SOURCES = 'token_sources'


class Names:
    """Finds variables whose names are almost those of this collection."""

    def __init__(self, kinds: t.Iterable[type[DeliveryType]]) -> None:
        self._known = {SOURCES, *report_options.VARIABLES}
        for kind in kinds:
            self._known.update([kind.VARIABLE or '', *kind.variables()])
        self._words = {word for name in self._known for word in name.split('_')}
        self._seen: set[str] = set()
        self._candidates: dict[str, str] = {}

    def mistakes(self, variables: t.Mapping[str, t.Any]) -> t.Iterator[str]:
        """Yield a sentence for each variable that is meant to be another one, which is missing."""
        new = variables.keys() - self._seen
        if new:
            self._seen |= new
            self._candidates.update(self._similar(new - self._known))
        for name in variables.keys() & self._candidates.keys():
            if self._candidates[name] not in variables:
                yield ('There is no variable %s. Did you mean %s?' % (name, self._candidates[name]))

    def _similar(self, names: t.Iterable[str]) -> t.Iterator[tuple[str, str]]:
        for name in names:
            if '_' in name and self._words.intersection(name.split('_')):
                found = difflib.get_close_matches(name, self._known, 1, SIMILARITY)
                if found:
                    yield name, found[0]
