# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collects the mistakes of an inventory: each once, with the hosts that it concerns."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import DeliveryType
from ansible_collections.buildops.tokens.plugins.module_utils._options import arguments
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_checks import (
    entry_problems,
    option_problems,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_report import names_of
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView
from ansible_collections.buildops.tokens.plugins.plugin_utils.raw_values import (
    beginning_with,
    made_of,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.source_checks import value_problems

ELSEWHERE = 'buildops_tokens_'
Work = t.Callable[[], t.Iterable[str]]


class Problems:
    """The mistakes of all hosts. What is equal for several hosts is looked at once."""

    def __init__(self) -> None:
        self._hosts: dict[str, dict[str, None]] = {}
        # By what decides about a mistake: the sentences. Kept objects keep their ids.
        self._known: dict[t.Any, tuple[list[str], t.Any]] = {}

    def add(self, sentence: str, host: str | None = None) -> None:
        """Note a mistake. :param host: that it concerns, or None for all."""
        hosts = self._hosts.setdefault(sentence, {})
        if host is not None:
            hosts[host] = None

    def sentences(self, total: int) -> list[str]:
        """Return the mistakes, with their hosts unless these are all hosts of the run.

        :param total: the number of hosts.
        """
        return [
            '%s (%s)' % (sentence, names_of(hosts)) if 0 < len(hosts) < total else sentence
            for sentence, hosts in self._hosts.items()
        ]

    def check_entries(
        self,
        host: str,
        kind: type[DeliveryType],
        entries: list[t.Any],
        view: HostView,
        provider_of: t.Callable[[str], t.Any],
        declared: t.Any,
    ) -> None:
        """Look at the entries of a variable, and at the options beside them.

        :param declared: the raw value of token_sources.
        """
        variables = view.variables
        options = {name: variables[name] for name in kind.variables() if name in variables}
        deciding = {
            name: value
            for name, value in options.items()
            if kind.variables()[name] in kind.CHECKED_WITH
        }
        self._check(
            host,
            (kind.NAME, id(declared), made_of([entries, deciding], variables)),
            lambda: entry_problems(kind, entries, view, provider_of),
            declared,
        )
        elsewhere = beginning_with(ELSEWHERE, variables) if kind.manager() else []
        self._check(
            host,
            (kind.NAME, made_of([options, elsewhere], variables)),
            lambda: option_problems(kind, view),
        )

    def check_source(
        self, host: str, name: str, entry: t.Any, provider: t.Any, view: HostView, key: t.Any
    ) -> None:
        """Look at the values of a source. :param key: what decides how it renders."""
        known = arguments(provider)
        given = {option: value for option, value in entry.items() if option in known}
        label = 'source %s: ' % name
        self._check(
            host,
            key,
            lambda: [
                text if text.startswith(label) else label + text
                for text in value_problems(provider, given, view)
            ],
        )

    def _check(self, host: str, key: t.Any, work: Work, kept: t.Any = None) -> None:
        if key not in self._known:
            self._known[key] = list(work()), kept
        for sentence in self._known[key][0]:
            self.add(sentence, host)
