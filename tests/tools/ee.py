# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""C(make ee): builds the execution environment with podman, and provisions two agents from inside
it, as AWX would, against the sandbox.

The base image is made by debootstrap, from the mirror that this machine itself uses, so that no
registry of images is asked. All that podman keeps is in C(.build/ee). It runs in namespaces of its
own: whatever ends it, no mount and no process is left.

C(python -m tests.tools.ee --possible) says in a sentence why that cannot be done on this machine,
or nothing.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.tools.awx_job import BIN, Job
from tests.tools.scratch import BUILD, ROOT

PROGRAMS = ('podman', 'runc', 'debootstrap')
NAMESPACES = (
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
)
IMAGE = 'localhost/buildops-tokens-ee:latest'
CERTIFICATES = Path('/etc/ssl/certs/ca-certificates.crt')
FOLDER = BUILD / 'ee'
# Limits that also a machine allows that is itself a container, and a runtime that takes cgroups of
# both versions
ENGINE = f"""[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
runtime = "runc"
tmp_dir = "{FOLDER}/run/libpod"
"""
STORAGE = f"""[storage]
driver = "overlay"
graphroot = "{FOLDER}/storage"
runroot = "{FOLDER}/run"
"""
PIP = ('index-url', 'extra-index-url', 'trusted-host', 'proxy', 'timeout', 'default-timeout')
AGENTS = ('agent1', 'agent2')


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


def answer(*command) -> str:
    return run(*command, stdout=subprocess.PIPE, text=True).stdout


def persistence_error() -> str | None:
    """Install what is missing where that can be done.

    :returns: why no image can be built here, as a sentence, or None.
    """

    def missing():
        return [name for name in PROGRAMS if shutil.which(name) is None]

    if os.geteuid() != 0:
        return 'debootstrap makes the base image, and needs root.'
    if shutil.which('apt-get') is None:
        return 'debootstrap makes the base image, and needs Debian or Ubuntu.'
    if missing():
        print(f'Installing {" ".join(missing())}', file=sys.stderr)
        reasons = install(missing())
    if missing():
        return ' '.join([f'{" and ".join(missing())} cannot be installed.', *reasons])
    if (
        subprocess.run([*NAMESPACES, 'true'], stderr=subprocess.DEVNULL, check=False).returncode
        != 0
    ):
        return 'this machine does not allow namespaces, and so no containers.'
    if mirror() is None:
        return 'the mirror that apt takes packages from is not known.'
    return None


def install(packages: list[str]) -> list[str]:
    """:returns: the errors and warnings of apt."""
    printed = []
    for arguments in (['update'], ['install', '-y', '--no-install-recommends', *packages]):
        ran = subprocess.run(
            ['apt-get', '-qq', *arguments],
            env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive', 'LC_ALL': 'C'},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        # It succeeds with warnings where an update fails
        printed += [line for line in ran.stdout.splitlines() if re.match('[EW]: ', line)]
    return list(dict.fromkeys(printed))


def mirror() -> tuple[str, str, str] | None:
    """:returns: the release of this machine, the address that its packages come from, and the
    components that are there.
    """
    names = dict(
        line.partition('=')[::2]
        for line in Path('/etc/os-release').read_text(encoding='utf-8').splitlines()
    )
    release = names.get('VERSION_CODENAME', '').strip('"')
    targets = answer(
        'apt-get',
        'indextargets',
        '--format',
        '$(RELEASE) $(COMPONENT) $(REPO_URI)',
        'Created-By: Packages',
    ).splitlines()
    parts = [target.split(' ', 2) for target in targets if target.startswith(f'{release} ')]
    address = next((part[2] for part in parts if part[1] == 'main'), None)
    return (
        (release, address, ','.join(sorted({part[1] for part in parts if part[2] == address})))
        if address
        else None
    )


def make_base(release: str, address: str, components: str) -> str:
    """:returns: the name of the base image, which is kept for the next time."""
    name = f'localhost/buildops-tokens-base:{release}'
    if subprocess.run(['podman', 'image', 'exists', name], check=False).returncode != 0:
        print('Making the base image', flush=True)
        folder = FOLDER / 'base'
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        run(
            'debootstrap',
            '--variant=minbase',
            f'--components={components}',
            '--include=ca-certificates,python3,python3-pip',
            release,
            folder / 'root',
            address,
            stdout=subprocess.DEVNULL,
        )
        run('tar', '-C', folder / 'root', '-cf', folder / 'root.tar', '.')
        run('podman', 'import', '--quiet', folder / 'root.tar', name, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)
    return name


def pip_settings() -> str:
    """Return how pip on this machine finds packages, as a settings file for building the image."""
    pairs = [
        line.partition('=')[::2]
        for line in answer(sys.executable, '-m', 'pip', 'config', 'list').splitlines()
    ]
    # those of the environment come first, and win
    found = {key.rpartition('.')[2]: ast.literal_eval(value) for key, value in reversed(pairs)}
    lines = [f'{name} = ' + found[name].replace('\n', '\n  ') for name in PIP if name in found]
    if CERTIFICATES.exists():
        lines.append(f'cert = {CERTIFICATES}')
    return '\n'.join(['[global]', *lines, ''])


def build(base: str) -> None:
    print('Building the image', flush=True)
    run(
        BIN / 'ansible-galaxy',
        'collection',
        'build',
        '--force',
        '--output-path',
        BUILD,
        ROOT,
        stdout=subprocess.DEVNULL,
    )
    with (
        tempfile.TemporaryDirectory()
    ) as folder:  # of root alone: an address may contain a password
        Path(folder, 'pip.conf').write_text(pip_settings(), encoding='utf-8')
        arguments = ['--network=host', f'--volume={folder}/pip.conf:/etc/pip.conf:ro']
        if CERTIFICATES.exists():
            arguments.append(f'--volume={CERTIFICATES}:{CERTIFICATES}:ro')
        run(
            BIN / 'ansible-builder',
            'build',
            '--file',
            ROOT / 'execution-environment.yml',
            '--context',
            FOLDER / 'context',
            '--container-runtime',
            'podman',
            '--tag',
            IMAGE,
            '--build-arg',
            f'EE_BASE_IMAGE={base}',
            '--extra-build-cli-args',
            ' '.join(arguments),
            '--verbosity',
            '2',
            cwd=FOLDER,
        )


class Checks:
    """:ivar passed, failed: how many."""

    def __init__(self):
        self.passed = self.failed = 0

    def see(self, what: str, good: bool) -> None:
        print(f'{"ok     " if good else "FAILED "} {what}', flush=True)
        self.passed, self.failed = self.passed + good, self.failed + (not good)


def look_into_image(checks: Checks) -> None:
    def works(command, *options):
        return (
            subprocess.run(
                ['podman', 'run', '--rm', '--network=host', *options, IMAGE, 'sh', '-c', command],
                stdout=subprocess.DEVNULL,
                check=False,
            ).returncode
            == 0
        )

    checks.see('the image has the collection', works('ansible-doc buildops.tokens.token_source'))
    checks.see(
        'the image has what the collection needs',
        works('python3 -c "import jmespath, requests" && command -v git && command -v ssh'),
    )
    checks.see(
        'the user of a pod can run it, too',
        works(
            'ansible-playbook --syntax-check -i localhost, buildops.tokens.provision_tokens',
            '--user=1000',
        ),
    )
    checks.see(
        'how this machine reaches the package index is not in the image',
        works('test ! -s /etc/pip.conf'),
    )


def run_jobs(checks: Checks) -> None:
    """Provision twice in the image, as AWX would."""
    from tests.leaks.search import WORDS, Search
    from tests.sandbox import nexus, nuxeo_online
    from tests.sandbox.serving import Sandbox

    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        password, nos_token = 'pers0n-' + WORDS + '-password', 'nos-TOKEN+with/odd=chars'
        app = nexus.create_app('3.90.1', users={'alice': nexus.User(password)})
        homes = Path(folder, 'homes')
        homes.mkdir()
        authorities = {'ca_certificates': Path(sandbox.ca_path).read_text(encoding='utf-8')}
        credentials = {
            'nexus_user_token': {
                'url': sandbox.serve(app).url,
                'username': 'alice',
                'password': password,
                **authorities,
            },
            'nuxeo_online_token': {
                'url': sandbox.serve(nuxeo_online.create_app()).url,
                'username': 'jdoe',
                'token': nos_token,
                **authorities,
            },
        }
        variables = {
            'ansible_connection': 'local',
            'ansible_python_interpreter': '{{ ansible_playbook_python }}',
            'token_sources': {
                'company': {'type': 'nexus_user_token'},
                'studio': {'type': 'nuxeo_online_token'},
            },
            'maven_settings_servers': [
                {'id': 'company', 'token': 'company'},
                {'id': 'studio', 'token': 'studio'},
            ],
            'maven_settings_path': '/homes/{{ inventory_hostname }}/settings.xml',
            'git_credentials_entries': [{'url': 'https://git.example.com', 'token': 'studio'}],
            'git_credentials_path': '/homes/{{ inventory_hostname }}/git-credentials',
            'git_credentials_config_path': '/homes/{{ inventory_hostname }}/gitconfig',
        }
        inventory = {'all': {'hosts': list(AGENTS), 'vars': variables}, '_meta': {'hostvars': {}}}
        container = {
            'process_isolation': True,
            'process_isolation_executable': 'podman',
            'container_image': IMAGE,
            'container_options': ['--network=host', '--user=root', f'--volume={homes}:/homes'],
        }
        for number in (1, 2):
            start = time.monotonic()
            finished = Job(
                Path(folder, f'job{number}'),
                inventory,
                credentials,
                container=container,
                number=number,
            ).run()
            as_wanted = finished.status == 'successful' and bool(finished.changed) == (number == 1)
            if not as_wanted:
                print(finished.output)
            checks.see(
                f'job {number}: {finished.status}, {finished.changed} changed, '
                f'{time.monotonic() - start:.1f} s',
                as_wanted,
            )
            token = app.state.token_of('alice')
            search = Search(
                {
                    'password': password,
                    'NOS token': nos_token,
                    'pass code': token.pass_code if token else 'x' * 36,
                }
            )
            search.text('stdout', finished.output)
            search.tree(finished.artifacts)
            checks.see(
                '; '.join([f'job {number}: no secret in what AWX keeps of it', *search.hits]),
                not search.hits,
            )
        for agent in AGENTS:
            path = homes / agent / 'settings.xml'
            checks.see(
                f'{agent} has the token in a private file',
                path.exists()
                and token is not None
                and token.pass_code in path.read_text(encoding='utf-8')
                and path.stat().st_mode & 0o777 == 0o600,
            )


def main() -> int:
    if '--inside' not in sys.argv:
        reason = persistence_error()
        if '--possible' in sys.argv:
            print(reason or '', end='')
            return 0
        if reason:
            print(f'make ee: {reason}\n\n0 passed, 1 failed')
            return 1
        signal.signal(signal.SIGTERM, lambda *_event: sys.exit(143))
        with subprocess.Popen(
            [*NAMESPACES, sys.executable, '-m', 'tests.tools.ee', '--inside'], cwd=ROOT
        ) as process:
            try:
                return process.wait()
            finally:
                process.kill()
    shutil.rmtree(FOLDER / 'run', ignore_errors=True)  # of containers that are gone
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / 'containers.conf').write_text(ENGINE, encoding='utf-8')
    (FOLDER / 'storage.conf').write_text(STORAGE, encoding='utf-8')
    os.environ.update(
        CONTAINERS_CONF=str(FOLDER / 'containers.conf'),
        CONTAINERS_STORAGE_CONF=str(FOLDER / 'storage.conf'),
    )
    checks, start = Checks(), time.monotonic()
    place = mirror()
    assert place is not None
    try:
        build(make_base(*place))
        checks.see(f'the image is built, {time.monotonic() - start:.0f} s', True)
        look_into_image(checks)
        run_jobs(checks)
    except subprocess.CalledProcessError as problem:
        checks.see(f'{" ".join(problem.cmd[:2])} works', False)
    print(f'\n{checks.passed} passed, {checks.failed} failed')
    return int(checks.failed > 0)


if __name__ == '__main__':
    sys.exit(main())
