# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(make sandbox): runs the stand-ins until Ctrl-C, with an inventory and variables to use them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import threading
from pathlib import Path

from tools import progress
from tools.example import AGENTS, Example, running

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / '.build/sandbox'
INVENTORY = FOLDER / 'inventory'
#: Variables for examples/quickstart.
QUICKSTART = FOLDER / 'quickstart.json'


def main() -> int:
    with running(ROOT, FOLDER) as example:
        _write_inventory(example)
        _write_quickstart(example)
        _describe(example)
        threading.Event().wait()
    return 0


def _write_inventory(example: Example) -> None:
    """Write a copy of the example that knows the addresses."""
    shutil.copytree(ROOT / 'examples/inventory', INVENTORY, dirs_exist_ok=True)
    facts = {'ca_path': str(example.authorities), 'homes': str(FOLDER), **example.urls}
    path = INVENTORY / 'group_vars/all/sandbox.yml'
    path.write_text(json.dumps({'sandbox': facts}, indent=2) + '\n', encoding='utf-8')


def _write_quickstart(example: Example) -> None:
    variables = {
        'nexus_url': example.urls['nexus'],
        'nuxeo_online_url': example.urls['nuxeo_online'],
        'ca_path': str(example.authorities),
        'agent_home': str(FOLDER / AGENTS[0]),
    }
    QUICKSTART.write_text(json.dumps(variables, indent=2) + '\n', encoding='utf-8')


def _describe(example: Example) -> None:
    for name, url in example.urls.items():
        print(f'{name}: {url}')
        for hint in example.hints[name]:
            print(f'    {hint}')
    print(f'CA of all servers: {example.authorities}')
    print('\nAn inventory, which you may change. In another terminal:')
    print(f'    make provision INVENTORY={shlex.quote(os.path.relpath(INVENTORY, ROOT))}')
    print('A small project, described in examples/quickstart/README.md:')
    print('    cd examples/quickstart')
    print('    ../../.venv/bin/ansible-playbook buildops.tokens.provision_tokens \\')
    print(f'        -e @{os.path.relpath(QUICKSTART, ROOT / "examples/quickstart")}')
    print('\nStop with Ctrl-C.', flush=True)


if __name__ == '__main__':
    sys.exit(progress.main(main))
