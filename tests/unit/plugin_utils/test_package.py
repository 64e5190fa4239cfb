# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the package itself does: Python keeps what it compiles of the collection."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import COLLECTIONS
from tests.tools.scratch import environment

PROGRAM = """
from ansible.plugins.loader import init_plugin_loader, %s_loader
init_plugin_loader()
%s_loader.get('buildops.tokens.%s', class_only=True)
"""


@pytest.mark.parametrize(
    'kind, name, files',
    [
        ('lookup', 'token', ['lookup_evaluation', 'lookup_fast_path', 'raw_values']),
        ('action', 'token_deliveries', ['delivery_run', 'token_action', '_errors', 'maven_server']),
    ],
)
def test_python_keeps_what_it_compiles_of_the_collection(tmp_path, kind, name, files):
    subprocess.run(
        [sys.executable, '-c', PROGRAM % (kind, kind, name)],
        check=True,
        env={
            **environment(tmp_path),
            'PYTHONPYCACHEPREFIX': str(tmp_path / 'compiled'),
            'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS),
        },
    )
    kept = {path.name.partition('.')[0] for path in tmp_path.glob('compiled/**/*.pyc')}
    assert kept >= set(files)
