# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which items of loops hide a result, and which leave it readable."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._redaction import register
from ansible_collections.buildops.tokens.plugins.plugin_utils.loop_items import has_secret

REGISTERED = 'c4nary-that-is-known'


class Undecryptable(dict):
    def items(self) -> t.Any:
        raise ValueError


@pytest.mark.parametrize(
    'item, hidden',
    [
        ('nuvy', False),
        (REGISTERED, True),
        ({'id': 'a', 'token': 'nuvy', 'update_password': 'always'}, False),
        ({'id': 'a', 'password': None, 'client_secret': ''}, False),
        ({'id': 'a', 'password': 'x'}, True),
        ({'key': 'a', 'value': {'vault_Secret': 'x'}}, True),
        ([['a', {'value': 'in ' + REGISTERED}]], True),
        ({'type': 'nuxeo_online_token', 'token': 'x'}, True),
        ({'type': 'file', 'token': 'x'}, False),
        (Undecryptable(), True),
    ],
)
def test_A4_an_item_hides_the_result_only_if_it_contains_a_secret(
    item: t.Any, hidden: bool
) -> None:
    register(REGISTERED)
    assert has_secret({'ansible_loop_var': 'entry', 'entry': item}) is hidden


def test_without_a_loop_nothing_is_hidden() -> None:
    assert not has_secret({'item': {'password': 'x'}})
    assert not has_secret({'ansible_loop_var': 'item', 'item': None})
