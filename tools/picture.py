# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the picture of the README: C(python -m tools.picture). It requires Chromium.

The example runs with one more agent, which cannot be reached.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools import progress, provision, settings
from tools.example import running

ROOT = provision.ROOT
FOLDER = ROOT / '.build/picture'
PICTURE = ROOT / 'docs/images/report.png'
SIZE = (1180, 1290)
MORE = {
    'agents': {
        'hosts': {
            'agent3': {
                'ansible_connection': 'ssh',
                'ansible_host': '127.0.0.1',
                'ansible_port': 9,
                'ansible_ssh_retries': 0,
            }
        }
    }
}
PAGE = """<!DOCTYPE html><meta charset="utf-8"><style>
body{{margin:0;background:#e4e8ec;font-family:sans-serif}}
pre{{margin:12px;padding:12px;background:#161b22;color:#e6edf3;font-size:10.5px;line-height:1.35;
border-radius:6px;overflow:hidden;white-space:pre-wrap;overflow-wrap:anywhere}}
iframe{{display:block;margin:12px;width:calc(100% - 24px);height:1080px;border:0;border-radius:6px;
zoom:.75;background:#fff}}</style>
<pre>$ ansible-playbook buildops.tokens.provision_tokens -i inventory

{summary}</pre><iframe src="report/tokens.html"></iframe>"""


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / 'more.json').write_text(json.dumps(MORE), encoding='utf-8')
    env = {**settings.closed(ROOT, FOLDER), 'ANSIBLE_INVENTORY_ENABLED': 'yaml'}
    with running(ROOT, FOLDER) as example:
        sandbox = {'ca_path': str(example.authorities), 'homes': str(FOLDER), **example.urls}
        variables = {
            'sandbox': sandbox,
            'tokens_report_path': str(FOLDER / 'report'),
            'tokens_report_max_age_days': 90,
        }
        extra = ['-i', str(FOLDER / 'more.json'), '-e', json.dumps(variables)]
        summary = ''
        try:
            provision.run_playbook(
                str(ROOT / 'examples/inventory'), [], env, extra, log=FOLDER / 'log'
            )
        except progress.Failed as problem:  # as it should
            summary = str(problem).rpartition('\nReport: ')[0]
    page = FOLDER / 'page.html'
    page.write_text(PAGE.format(summary=html.escape(_plain(summary))), encoding='utf-8')
    _shoot(page)
    print(f'{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size} bytes')
    return 0


def _plain(summary: str) -> str:
    """Return the summary without the folder of this clone, with its columns.

    In the sandbox, a password is the same word as the name of a project, and so is hidden there.
    """
    summary = summary.replace('***-SANDBOX ', 'jdoe-SANDBOX')
    return re.sub(r'…\S*/picture/(\S+)', lambda m: f'…/{m[1]}'.ljust(len(m[0])), summary)


def _shoot(page: Path) -> None:
    browser = shutil.which('chromium')
    if browser is None:
        raise progress.Failed('Chromium is missing. Install the package chromium.')
    PICTURE.parent.mkdir(exist_ok=True)
    subprocess.run(
        [
            browser,
            '--headless=new',
            '--no-sandbox',
            '--disable-gpu',
            '--hide-scrollbars',
            f'--user-data-dir={FOLDER}/profile',
            f'--window-size={SIZE[0]},{SIZE[1]}',
            f'--screenshot={PICTURE}',
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
    )


if __name__ == '__main__':
    sys.exit(progress.main(main))
