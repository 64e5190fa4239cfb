# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remember which secret was delivered last to a place that never returns it."""

from __future__ import annotations

import hashlib
import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._server_client import Memory
from ansible_collections.buildops.tokens.plugins.plugin_utils import token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import CacheProblem

# A digest must not help to guess a password that a person chose
ROUNDS = 600_000


class DeliveryMemory(Memory):
    """Digests in the folder of the persistent cache, from which no secret can be computed.

    Without that folder, nothing is known. Places are in digests, too.

    :param check_mode: nothing is written.
    :param warnings: a list that sentences for the user are added to.
    """

    def __init__(self, check_mode: bool, warnings: list[str]) -> None:
        self._check_mode = check_mode
        self._warnings = warnings
        self._digests: dict[tuple[str, str], str] = {}
        self._cache: Cache | None = None
        folder = token_service.default_folder()
        if check_mode and not os.path.lexists(folder):
            return
        try:
            self._cache = Cache(folder, lasting=True, create=not check_mode)
        except (CacheProblem, FileProblem) as problem:
            warnings.append('What is delivered in this run is not remembered: %s' % problem)

    def is_last(self, place: t.Sequence[str], secret: str) -> bool | None:
        if self._cache is None:
            return None
        name = self._name(self._cache, place)
        known = (self._cache.noted(name) or {}).get('delivered')
        return known == self._digest(name, secret) if isinstance(known, str) else None

    def keep(self, place: t.Sequence[str], secret: str | None) -> None:
        if self._cache is None or self._check_mode:
            return
        name = self._name(self._cache, place)
        if secret is None:
            self._cache.forget(name)
        else:
            self._cache.note(name, {'delivered': self._digest(name, secret)})
        if self._cache.warnings:
            self._warnings.append(
                'What was delivered is not remembered, since the folder %s cannot be written.'
                % self._cache.folder
            )
            self._cache.warnings = []

    @staticmethod
    def _name(cache: Cache, place: t.Sequence[str]) -> str:
        return cache.key(['delivered', *place])

    def _digest(self, name: str, secret: str) -> str:
        """Return a digest. :param name: of the place, derived from the salt of the folder."""
        if (name, secret) not in self._digests:
            self._digests[name, secret] = hashlib.pbkdf2_hmac(
                'sha256', secret.encode('utf-8', 'surrogatepass'), bytes.fromhex(name), ROUNDS
            ).hex()
        return self._digests[name, secret]
