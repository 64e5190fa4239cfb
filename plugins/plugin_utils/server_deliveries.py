# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries that the controller makes, to servers."""

from __future__ import annotations

import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import Controller
from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    TokensError,
    unexpected,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_run, sources
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_memory import DeliveryMemory
from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_run import Delivery
from ansible_collections.buildops.tokens.plugins.plugin_utils.host_view import HostView


class ServerDelivery(Controller):
    """What a delivery type gets besides its options, for one host."""

    def __init__(self, view: HostView, check_mode: bool, with_diff: bool = False) -> None:
        self.check_mode = check_mode
        self.with_diff = with_diff
        self._view = view

    def connected(self, manager: t.Any, options: dict[str, t.Any]) -> t.Any:
        view = self._view
        return manager(sources.resolve(manager, options, view.variables, view.template).options)

    def memory(self, warnings: list[str]) -> DeliveryMemory:
        return DeliveryMemory(self.check_mode, warnings)

    def source(self, name: str) -> t.Any:
        source = sources.named(name, self._view.variables, self._view.template)
        return source.provider(source.options)


def make(deliveries: t.Iterable[Delivery], controller: Controller) -> None:
    """Make the deliveries to servers among these, and note their results."""
    for delivery in deliveries:
        if not delivery_run.is_on_controller(delivery) or not delivery.entries:
            continue
        try:
            delivery.result = delivery.kind.deliver(delivery.params(), controller)
        except TokensError as problem:
            delivery.failed(str(problem))
        except Exception as problem:  # its text could contain a secret
            delivery.failed(unexpected(problem))
