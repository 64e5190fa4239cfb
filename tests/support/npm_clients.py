# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that read C(.npmrc) or C(.yarnrc.yml) in a folder of the build, and npm's own parser."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import typing as t
from pathlib import Path

from tests.support import processes, registries
from tests.tools.scratch import BUILD

FOLDER = BUILD / 'cache/npm-clients'
PACKAGES = ('npm10@npm:npm@10', 'npm12@npm:npm@12', 'pnpm10@npm:pnpm@10', 'pnpm12@npm:pnpm@12')
PACKAGES += ('yarn1@npm:yarn@1', 'yarn3@npm:@yarnpkg/cli-dist@3', 'yarn4@npm:@yarnpkg/cli-dist@4')
PROGRAMS = {
    'npm': ['npm'],
    'npm10': ['node', FOLDER / 'node_modules/npm10/bin/npm-cli.js'],
    'npm12': ['node', FOLDER / 'node_modules/npm12/bin/npm-cli.js'],
    'pnpm10': ['node', FOLDER / 'node_modules/pnpm10/bin/pnpm.cjs'],
    'pnpm12': [FOLDER / 'node_modules/pnpm12/pnpm'],
    'yarn1': ['node', FOLDER / 'node_modules/yarn1/bin/yarn.js'],
    'yarn3': ['node', FOLDER / 'node_modules/yarn3/bin/yarn.js'],
    'yarn4': ['node', FOLDER / 'node_modules/yarn4/bin/yarn.js'],
}
BUN = BUILD / 'cache/bun'
_BUN = '@oven/bun-linux-' + {'x86_64': 'x64-baseline'}.get(platform.machine(), platform.machine())
PROGRAMS['bun'] = [BUN / 'node_modules' / _BUN / 'bin/bun']
# Each program that reads C(.npmrc) asks the registry for a package, and writes into the folder of
# the project only
GET = {
    'npm': ['install', '--package-lock-only', '--no-audit'],
    'npm10': ['install', '--package-lock-only', '--no-audit'],
    'npm12': ['install', '--package-lock-only', '--no-audit'],
    'pnpm10': ['install', '--lockfile-only'],
    'pnpm12': ['install', '--lockfile-only'],
    'yarn1': ['install', '--non-interactive', '--ignore-scripts'],
}
PARSER = """
const ini = require(require.resolve('ini', {paths: process.argv.slice(1)}))
require('readline').createInterface({input: process.stdin}).on('line', line => {
  console.log(JSON.stringify(ini.parse(Buffer.from(line, 'base64').toString('utf8'))))
})
"""


def install() -> None:
    """Install all, once, whichever process comes first."""
    registries.npm(FOLDER, PACKAGES)


def install_bun() -> None:
    """Install bun, once, whichever process comes first."""
    registries.npm(BUN, [f'{_BUN}@1.4.4'])


def run(name: str, home: Path, ca_path: t.Any, *arguments: str, **more: str) -> t.Any:
    """Run a program in the project of a home folder. :param more: variables of its environment."""
    project = home / 'project'
    if not project.exists():
        project.mkdir()
        text = {'name': 'a-project', 'version': '1.0.0', 'dependencies': {'a-package': '1.0.0'}}
        (project / 'package.json').write_text(json.dumps(text), encoding='utf-8')
    settings = {
        'NODE_EXTRA_CA_CERTS': str(ca_path),
        'npm_config_cafile': str(ca_path),
        'npm_config_update_notifier': 'false',
        'npm_config_fetch_retries': '0',
        'COREPACK_ENABLE_STRICT': '0',
        'CI': 'true',
    }
    return processes.run([*PROGRAMS[name], *arguments], home, project, **{**settings, **more})


class Parser:
    """npm's own parser, in one process for many files."""

    def __init__(self) -> None:
        npm = Path(str(shutil.which('npm'))).resolve().parent
        self._process = subprocess.Popen(
            ['node', '-e', PARSER, str(npm), '/usr/share/nodejs', '/usr/share/nodejs/npm'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def parse(self, content: bytes) -> dict[str, t.Any]:
        """Return what npm reads in a file."""
        import base64

        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin and stdout
        stdin.write(base64.b64encode(content) + b'\n')
        stdin.flush()
        return dict(json.loads(stdout.readline()))

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)
