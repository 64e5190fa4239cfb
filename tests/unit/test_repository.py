# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of the house that no other tool checks, and the fixtures that all tests use."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.support.clients import CLIENTS
from tests.tools import tree
from tests.tools.scratch import BUILD, ROOT, environment

GPL = 'SPDX-License-Identifier: GPL-3.0-or-later'
BSD = 'SPDX-License-Identifier: BSD-2-Clause'
# Files whose format has no comments, data, and texts that are licences themselves.
NO_HEADER = re.compile(
    r'^(LICENSES/|COPYING$|CHANGELOG\.md$|changelogs/(\.plugin-'
    r'cache\.yaml|changelog\.yaml)$|plugins/module_utils/.*__init__\.py$)'
)
HEADER_SUFFIXES = {'.py', '.yml', '.yaml', '.sh', '.md', '.rst', '.toml', '.cfg', '.j2'}


def modules() -> list[str]:
    return sorted(path.stem for path in (ROOT / 'plugins/modules').glob('*.py'))


def documentation(kind: str, name: str) -> dict:
    text = (ROOT / 'plugins' / kind / f'{name}.py').read_text(encoding='utf-8')
    found = re.search(
        r"^DOCUMENTATION = r?(?P<quote>'''|\"\"\")(?P<yaml>.*?)(?P=quote)",
        text,
        re.DOTALL | re.MULTILINE,
    )
    assert found, f'{name} has no DOCUMENTATION'
    return yaml.safe_load(found['yaml'])


def test_the_action_group_lists_the_modules_with_its_attribute():
    group = yaml.safe_load((ROOT / 'meta/runtime.yml').read_text(encoding='utf-8'))[
        'action_groups'
    ]['tokens']
    members = [
        name
        for name in modules()
        if 'buildops.tokens.attributes.tokens'
        in documentation('modules', name)['extends_documentation_fragment']
    ]
    assert sorted(group) == members


def test_modules_of_the_action_group_have_an_action_plugin_and_action_plugins_a_module():
    group = yaml.safe_load((ROOT / 'meta/runtime.yml').read_text(encoding='utf-8'))[
        'action_groups'
    ]['tokens']
    actions = {path.stem for path in (ROOT / 'plugins/action').glob('*.py')}
    assert set(group) <= actions <= set(modules())


def test_the_readme_lists_every_plugin_and_role_and_nothing_that_is_not_there():
    table = set(
        re.findall(
            r'^\| (\w+) \| `(\w+)` \|',
            (ROOT / 'README.md').read_text(encoding='utf-8'),
            re.MULTILINE,
        )
    )
    there = {
        (kind, path.stem)
        for kind, folder in (('module', 'modules'), ('lookup', 'lookup'), ('filter', 'filter'))
        for path in (ROOT / 'plugins' / folder).glob('*.py')
    }
    there |= {('role', path.parents[1].name) for path in (ROOT / 'roles').glob('*/tasks/main.yml')}
    # The other playbooks are parts of these.
    playbooks = {('playbook', path.stem) for path in (ROOT / 'playbooks').glob('*.yml')}
    assert there <= table <= there | playbooks


def test_every_file_names_its_licence():
    wrong = []
    for name in tree.files():
        if (
            Path(name).suffix not in HEADER_SUFFIXES
            or NO_HEADER.match(name)
            or not (ROOT / name).stat().st_size
        ):
            continue
        head = (ROOT / name).read_text(encoding='utf-8')[:1000]
        if (BSD if name.startswith('plugins/module_utils/') else GPL) not in head:
            wrong.append(name)
    assert not wrong


def test_no_file_names_the_machine_or_the_registries_that_it_was_made_with():
    words = '|'.join(
        [
            r'/wor[k]/(main|share[d]|\.)',
            r'\.\./share[d]',
            r'/\.librar[y]',
            r'\bpypi\.or[g]',
            r'repo1?\.mave[n]\.',
            r'registry\.npmj[s]\.',
            r'deb\.debia[n]\.',
        ]
    )
    found = []
    for name in tree.files():
        content = (ROOT / name).read_bytes()
        if b'\0' not in content:
            found += [
                f'{name}: {match[0]}'
                for match in re.finditer(words, content.decode('utf-8', 'replace'))
            ]
    assert not found


def test_no_check_is_switched_off():
    words = '|'.join(
        [
            r'no[q]a',
            r'pytest\.ski[p]\(',
            r'mark\.ski[p]',
            r'mark\.xfai[l]',
            r'type: ignor[e]',
            r'pylint: disabl[e]',
            r'shellcheck disabl[e]',
            r'yamllint disabl[e]',
            r'\bignore_error[s]: *(true|yes)',
            r'failed_whe[n]: *(false|no)\b',
        ]
    )
    found = []
    for name in tree.files():
        if Path(name).suffix in {'.py', '.yml', '.yaml', '.sh'} and name not in (
            'tests/conftest.py',
            'tests/unit/test_repository.py',
        ):
            text = (ROOT / name).read_text(encoding='utf-8')
            found += [f'{name}: {match[0]}' for match in re.finditer(words, text)]
    assert not found
    assert not list((ROOT / 'tests/sanity').glob('ignore*'))


def test_what_runs_on_managed_hosts_runs_on_the_oldest_python_of_this_machine():
    """Python 3.8 is what managed hosts may have; ansible-test of newer ansible-core does not go
    back to it.
    """
    python = next(iter(tree.pythons().values()))
    files = [
        str(ROOT / name)
        for name in tree.files()
        if name.startswith(('plugins/modules/', 'plugins/module_utils/')) and name.endswith('.py')
    ]
    code = (
        'import ast, sys\nfor name in sys.argv[1:]:\n'
        '    compile(open(name, encoding="utf-8").read(), name, "exec")\n'
    )
    assert files
    subprocess.run([python, '-c', code, *files], check=True)


def test_the_collection_builds_and_contains_what_users_need_and_nothing_else(tmp_path):
    subprocess.run(
        [
            sys.executable,
            '-m',
            'ansible',
            'galaxy',
            'collection',
            'build',
            '--output-path',
            tmp_path,
            tree.refresh(),
        ],
        env=environment(tmp_path),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    [archive] = tmp_path.glob('buildops-tokens-*.tar.gz')
    with tarfile.open(archive) as stream:
        names = {member.name for member in stream.getmembers() if member.isfile()}
    folders = (
        'LICENSES/',
        'docs/',
        'extensions/awx/',
        'meta/',
        'playbooks/',
        'plugins/',
        'roles/',
    )
    expected = {name for name in tree.files() if name.startswith(folders)}
    expected |= {
        name
        for name in tree.files()
        if re.match(r'([A-Z_]+(\.md)?|changelogs/changelog\.yaml|\.ansible-lint)$', name)
    } - {'Makefile', 'CONTRIBUTING.md'}
    assert names == expected | {'MANIFEST.json', 'FILES.json'}
    assert {'README.md', 'COPYING', 'meta/runtime.yml'} <= names


STRAYS = (
    '.env',
    'ansible.log',
    'id_rsa',
    'vault.yml',
    'plugins/ansible.log',
    'plugins/vault.yml',
    'plugins/module_utils/id_ed25519',
    'playbooks/vault.yml',
    'playbooks/.env',
    'playbooks/vars/awx_setup.yml',
    'playbooks/group_vars/all/main.yml',
    'roles/git_credentials/vars/vault.yml',
    'docs/docsite/secrets.yml',
    'inventory/hosts.yml',
)


@pytest.fixture(scope='module')
def clone(tmp_path_factory):
    """A clone with files in it that git does not track."""
    folder = tmp_path_factory.mktemp('clone') / 'tokens'
    shutil.copytree(tree.refresh(), folder)
    subprocess.run(['git', 'init', '-q'], cwd=folder, check=True)
    subprocess.run(['git', 'add', '-A', '-f'], cwd=folder, check=True)
    for name in STRAYS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('s3cret-of-the-owner', encoding='utf-8')
    (folder / '.venv').symlink_to(Path(sys.executable).parents[1])
    return folder


@pytest.mark.slow
@pytest.mark.parametrize('by_make', [True, False])
def test_S11_what_git_does_not_track_is_never_packed(clone, by_make, tmp_path):
    command = (
        ['tools/build.sh', tmp_path / 'out']
        if by_make
        else ['.venv/bin/ansible-galaxy', 'collection', 'build', '--output-path', tmp_path / 'out']
    )
    subprocess.run(
        command, cwd=clone, env=environment(tmp_path), check=True, stdout=subprocess.DEVNULL
    )
    [archive] = (tmp_path / 'out').glob('*.tar.gz')
    with tarfile.open(archive) as stream:
        files = [member for member in stream.getmembers() if member.isfile()]
        names = {member.name for member in files}
        texts = b''.join(stream.extractfile(member).read() for member in files)
    assert not names & set(STRAYS)
    assert b's3cret-of-the-owner' not in texts
    assert 'plugins/lookup/token.py' in names


@pytest.mark.slow
def test_the_same_files_make_the_same_archive(clone, tmp_path):
    def build(name, umask):
        return subprocess.run(
            ['tools/build.sh', tmp_path / name],
            cwd=clone,
            env=environment(tmp_path),
            check=True,
            stdout=subprocess.DEVNULL,
            umask=umask,
        )

    build('first', 0o022)
    for path in clone.glob('roles/**/*.yml'):
        os.utime(path, (10**9, 10**9))
    build('second', 0o077)
    first, second = (next((tmp_path / name).iterdir()) for name in ('first', 'second'))
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as stream:
        members = stream.getmembers()
    assert {(member.uid, member.gid, member.uname, member.mtime) for member in members} == {
        (0, 0, '', 315532800)  # no commit, so there is no time
    }
    assert {member.mode for member in members} == {0o755, 0o644}


PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: say
      ansible.builtin.debug:
        msg: hello
    - name: home
      ansible.builtin.command: sh -c 'echo $HOME'
"""


def test_run_playbook_reports_what_happened_and_keeps_to_its_own_home(run_playbook):
    run = run_playbook(PLAY)
    assert run.rc == 0, run.output
    assert run.result('say')['msg'] == 'hello'
    assert run.result('home')['stdout'] == str(run.home)
    assert run.changed == 1
    assert run.stats['localhost']['ok'] == 2


@pytest.mark.slow
@pytest.mark.parametrize('required', ['0', '1'])
def test_a_missing_client_is_a_skip_that_counts_as_a_failure_where_all_clients_are_required(
    tmp_path, required
):
    test = tmp_path / 'test_client.py'
    test.write_text(
        'import pytest\n@pytest.mark.needs_client("no-such-client")\ndef test_it(): pass\n'
    )
    ran = subprocess.run(
        [
            sys.executable,
            '-m',
            'pytest',
            '-rs',
            '-c',
            ROOT / 'pyproject.toml',
            '--rootdir',
            ROOT,
            '-p',
            'tests.conftest',
            test,
        ],
        cwd=ROOT,
        env={**os.environ, 'REQUIRE_CLIENTS': required},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert 'missing client: no-such-client' in ran.stdout
    assert ran.returncode == int(required)
    assert ('1 skipped' in ran.stdout) == (required == '0')


def test_the_continuous_integration_installs_every_client_that_a_test_needs():
    installed = set(
        re.findall(r'^need (\S+) ', (ROOT / '.ci/run').read_text(encoding='utf-8'), re.MULTILINE)
    )
    needed = set()
    for name in tree.files():
        if (
            name.startswith('tests/')
            and name.endswith('.py')
            and name != 'tests/unit/test_repository.py'
        ):
            for arguments in re.findall(
                r'mark\.needs_client\(([^)]*)\)', (ROOT / name).read_text(encoding='utf-8')
            ):
                needed |= set(re.findall(r'[\w.-]+', arguments))
    optional = {name for name, client in CLIENTS.items() if client.optional}
    assert {
        name for name in needed - optional if name != 'bash' and not name.startswith('python3')
    } <= installed


def test_venv_script_reports_what_to_do_about_an_unsuitable_python(tmp_path):
    script = tmp_path / 'tools/venv.sh'
    script.parent.mkdir()
    script.write_bytes((ROOT / 'tools/venv.sh').read_bytes())
    (tmp_path / 'requirements.txt').touch()

    def attempt(text):
        python = tmp_path / 'python'
        python.write_text(f'#!/bin/sh\n{text}\n')
        python.chmod(0o755)
        ran = subprocess.run(
            ['sh', script, 'requirements.txt'],
            env={**os.environ, 'PYTHON': str(python)},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert ran.returncode == 1 and not (tmp_path / '.venv').exists()
        return ran.stderr

    assert 'does not run. Name another one' in attempt('exit 127')
    too_old = attempt(
        'case $2 in *platform*) echo 3.9.1; exit ;; *version_info*) exit 1 ;; esac; exec '
        f'{shlex.quote(sys.executable)} "$@"'
    )
    assert 'Python 3.10 or newer is needed' in too_old and '3.9.1' in too_old
    assert 'python3-venv' in attempt(
        f'case $2 in *ensurepip*|*virtualenv*) exit 1 ;; esac; exec {shlex.quote(sys.executable)} '
        '"$@"'
    )


def test_what_make_makes_is_ignored_by_git():
    paths = ['.venv/x', '.build/x', 'tests/output/x', 'buildops-tokens-1.0.0.tar.gz']
    ignored = subprocess.run(
        ['git', 'check-ignore', *paths], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    ).stdout.split()
    assert ignored == paths
    assert BUILD == ROOT / '.build'
