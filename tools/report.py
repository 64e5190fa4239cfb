# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(make report): reports the tokens of an inventory, and changes nothing.

The environment variable C(INVENTORY) is the path of an inventory, and C(ARGS) has more arguments
for C(ansible-playbook). Both come from make.
"""

from __future__ import annotations

import json
import os
import shlex
import sys

from tools import progress, provision, settings
from tools.progress import Failed

ROOT = provision.ROOT
FOLDER = ROOT / '.build/report'
LOG = ROOT / '.build/logs/report.log'


def main() -> int:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_bytes(b'')
    inventory = os.environ.get('INVENTORY', '')
    if not inventory:
        raise Failed('Of which inventory? make report INVENTORY=path/to/your/inventory')
    try:
        arguments = shlex.split(os.environ.get('ARGS', ''))
    except ValueError as error:
        raise Failed(f'ARGS cannot be split into arguments: {error}.') from None
    env = settings.users(ROOT)
    provision.check_inventory(inventory, LOG)
    page = FOLDER / 'tokens.html'
    page.unlink(missing_ok=True)
    extra = ['-e', json.dumps({'tokens_report_path': str(FOLDER)})]
    try:
        provision.run_playbook(inventory, arguments, env, extra, 'report_tokens', LOG)
    finally:
        if page.exists():
            print(f'\nThe report, for a browser: {page}')
    return 0


if __name__ == '__main__':
    sys.exit(progress.main(main))
