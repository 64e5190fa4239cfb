# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that runs without its action plugin refuses the name of a source."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._deliveries.base import HOST
from ansible_collections.buildops.tokens.plugins.plugin_utils import delivery_types
from tests.conftest import COLLECTIONS
from tests.tools.scratch import ROOT

# What an entry needs besides the name of its source, where its type has no EXAMPLE
REQUIRED = {
    'git_credentials': {'url': 'https://git.example.com'},
    'maven_settings': {'id': 'company'},
    'nuxeo_cli_links': {'path': '/nowhere', 'project': 'x-SANDBOX'},
    'nuxeo_registrations': {'project': 'x-SANDBOX', 'nuxeo_home': '/nowhere'},
}
KINDS = {
    name: kind
    for name, kind in delivery_types.all_types().items()
    if kind.MODULE and kind.WHERE == HOST
}


def run(module: str, arguments: dict[str, t.Any], folder: Path) -> dict[str, t.Any]:
    done = subprocess.run(
        [sys.executable, ROOT / ('plugins/modules/%s.py' % module)],
        cwd=folder,
        env={'PYTHONPATH': str(COLLECTIONS), 'HOME': str(folder)},
        input=json.dumps({'ANSIBLE_MODULE_ARGS': arguments}),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize('name', sorted(KINDS))
def test_the_name_of_a_source_is_refused_with_the_remedy(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    entry = {**(kind.EXAMPLE or REQUIRED[name]), 'token': 'company'}
    module = kind.MODULE or ''
    results = [run(module, entry, tmp_path)]
    if kind.ENTRIES:
        results.append(run(module, {kind.ENTRIES: [entry]}, tmp_path))
    for result in results:
        assert result['failed'] and result['msg'] == (
            'token was not looked up: the action plugin of this module does that on the '
            'controller. Call it by its full name, buildops.tokens.%s.' % module
        )
