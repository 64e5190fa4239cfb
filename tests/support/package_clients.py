# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the suites try with each package client, from the C(EXAMPLE) of its delivery type."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types

KINDS = {
    name: kind
    for name, kind in delivery_types.all_types().items()
    if kind.ROLE == 'package_clients'
}


def params(kind: t.Any, entries: list[dict[str, t.Any]], **given: t.Any) -> dict[str, t.Any]:
    """Return the options of a module, with defaults, for some entries."""
    specification = kind.specification()[0]
    options = specification[kind.ENTRIES]['options']
    found = {name: spec.get('default') for name, spec in specification.items()}
    return {**found, kind.ENTRIES: [entry(options, **each) for each in entries], **given}


def entry(options: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    """Return an entry with defaults."""
    return {**{name: spec.get('default') for name, spec in options.items()}, **given}


def apply(
    kind: t.Any, *entries: dict[str, t.Any], check_mode: bool = False, **given: t.Any
) -> dict[str, t.Any]:
    """Deliver, and return the result with C(warnings) and a diff."""
    module = types.SimpleNamespace(check_mode=check_mode, _diff=True)
    result, warnings = kind.apply(params(kind, list(entries), **given), module)
    return {**result, 'warnings': warnings}


def deliver(kind: t.Any, *entries: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    """Deliver entries that are as the C(EXAMPLE) of a type, with more options."""
    return apply(kind, *({**kind.EXAMPLE, **each} for each in entries), **given)
