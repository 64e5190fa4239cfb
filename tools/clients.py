# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets real clients use the credentials that were delivered to the agents of the example."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

from tests.sandbox.maven_repository import PROTECTED_PROJECT

#: The result of a client: None if it is not installed.
Accepted = t.Optional[bool]


def maven(home: Path, repository: str, truststore: str, env: dict[str, str]) -> Accepted:
    """Whether Maven gets a parent POM from a protected repository with the agent's settings."""
    program = shutil.which('mvn')
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, 'pom.xml').write_text(
            PROTECTED_PROJECT % {'server_id': 'company-releases', 'url': repository},
            encoding='utf-8',
        )
        done = subprocess.run(
            [
                program,
                '-B',
                '-q',
                '-N',
                '-s',
                home / '.m2/settings.xml',
                f'-Duser.home={folder}',
                f'-Dmaven.repo.local={folder}/repository',
                f'-Djavax.net.ssl.trustStore={truststore}',
                '-Djavax.net.ssl.trustStorePassword=changeit',
                'validate',
            ],
            cwd=folder,
            env=env,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
        fetched = Path(folder, 'repository/org/example/buildops/door/1.0.0/door-1.0.0.pom')
        return done.returncode == 0 and fetched.exists()


def git(home: Path, repository: str, authorities: Path, env: dict[str, str]) -> Accepted:
    """Whether git clones a repository with the agent's credential store."""
    program = shutil.which('git')
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [program, 'clone', '--quiet', repository, f'{folder}/clone'],
            env={
                **env,
                'HOME': str(home),
                'XDG_CONFIG_HOME': str(home / '.config'),
                'GIT_CONFIG_NOSYSTEM': '1',
                'GIT_TERMINAL_PROMPT': '0',
                'GIT_SSL_CAINFO': str(authorities),
            },
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    return done.returncode == 0


def npm(home: Path, authorities: Path, env: dict[str, str]) -> Accepted:
    """Whether npm downloads a package from the registry in the agent's C(.npmrc)."""
    program = shutil.which('npm')
    if program is None or shutil.which('node') is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        used = {
            'npm_config_cafile': str(authorities),
            'npm_config_cache': f'{folder}/cache',
            'npm_config_fetch_retries': '0',
            'npm_config_update_notifier': 'false',
        }
        done = _run([program, 'pack', 'hello'], home, folder, {**env, **used})
        return done and Path(folder, 'hello-1.0.0.tgz').exists()


def pip(home: Path, authorities: Path, env: dict[str, str]) -> Accepted:
    """Whether pip downloads a package from the index in the agent's C(pip.conf)."""
    if importlib.util.find_spec('pip') is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        used = {'PIP_CERT': str(authorities), 'PIP_DISABLE_PIP_VERSION_CHECK': '1'}
        command = [sys.executable, '-m', 'pip', 'download', '--no-cache-dir', '--retries=0']
        command += ['--no-deps', 'hello']
        # pip 24.2 and newer connect to the IP address of the sandbox only with the old way to check
        # certificates, which pip before them does not know
        old_way = [*command, '--use-deprecated=legacy-certs']
        done = any(_run(each, home, folder, {**env, **used}) for each in (command, old_way))
        return done and Path(folder, 'hello-1.0-py3-none-any.whl').exists()


def skopeo(home: Path, image: str, authorities: Path, env: dict[str, str]) -> Accepted:
    """Whether skopeo reads an image with the agent's C(.docker/config.json)."""
    program = shutil.which('skopeo')
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(authorities, f'{folder}/ca.crt')
        # A login of this user would be found first
        used = {'XDG_RUNTIME_DIR': folder, 'XDG_CONFIG_HOME': folder}
        command = [program, 'inspect', '--cert-dir', folder, f'docker://{image}']
        return _run(command, home, folder, {**env, **used})


def _run(command: list[str], home: Path, folder: str, env: dict[str, str]) -> bool:
    """Return whether a program succeeds with the home folder of an agent."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**env, 'HOME': str(home)},
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    return done.returncode == 0
