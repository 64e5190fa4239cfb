# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.plugin_utils import sources, token_service
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_action import DeliveryAction


class ActionModule(DeliveryAction):
    ENTRIES = 'entries'
    ENTRY_NAME = 'url'
    TAKES_EXPIRY = True

    def _filled(self, entry, task_vars, tokens, problems, warnings):
        filled = super()._filled(entry, task_vars, tokens, problems, warnings)
        if (
            filled
            and filled.get('state') == 'absent'
            and entry.get('token')
            and not filled.get('username')
            and not filled.get('exclusive')
        ):
            owner = self._owner(sources.plain(entry['token']), task_vars)
            return dict(filled, username=owner) if owner else filled
        return filled

    def _owner(self, name, task_vars):
        """:returns: the user name beside a token that stands in the source itself; None where one would have to ask, or the source is gone."""
        try:
            source = sources.named(name, task_vars, self.template)
            return (
                None
                if sources.issues(source.provider)
                else token_service.obtain(source, check_mode=True).token.username
            )
        except TokensError:
            return None
