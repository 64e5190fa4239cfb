# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers for the tests of the client."""

from __future__ import annotations

import contextlib

import pytest


@pytest.fixture
def serve():
    """A function that starts a C(RawServer) with scripts."""
    # The collection cannot be imported before pytest is configured, and this file is
    from tests.support.raw_server import RawServer

    with contextlib.ExitStack() as stack:
        yield lambda *scripts, **more: stack.enter_context(RawServer(*scripts, **more))
