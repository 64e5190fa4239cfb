# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for the tests of leaks."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from .stage import Stage


@pytest.fixture
def stage(sandbox, run_playbook, tmp_path, record_property):
    with TemporaryDirectory() as tmp:
        made = Stage(sandbox, run_playbook, tmp_path, Path(tmp))
        yield made
    if made.counts:
        record_property('leaks: secrets planted', len(made.secrets))
        record_property('leaks: places searched', made.searched)
        record_property('leaks: hits', made.hits)
