# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A managed host compiles each of our modules once, and finds all that Python itself would find."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
import zipfile
from pathlib import Path

import pytest

from tests.tools.scratch import ROOT

FOLDER = 'ansible_collections/buildops/tokens/plugins/module_utils/'
PACKAGE = FOLDER.replace('/', '.')
LOOK = """
import collections, json, sys, traceback
compiled = collections.Counter()
sys.addaudithook(lambda event, args: compiled.update([str(args[1])] if event == 'compile' else []))
sys.path.insert(0, sys.argv[1])
from {first} import {names}
import {package}_deliveries.added as added
try:
    added.fail()
except ValueError:
    lines = traceback.format_exc()
print(json.dumps({{
    'compiled': {{name: count for name, count in compiled.items() if 'module_utils' in name}},
    'file': added.__file__, 'package': added.__package__, 'lines': lines,
    'path': list(sys.modules[added.__package__].__path__),
}}))
"""


MODULE = 'ansible_collections/buildops/tokens/plugins/modules/token_deliveries.py'


def looked(archive: Path, first: str, names: str, package: str = PACKAGE) -> dict[str, t.Any]:
    """:returns: what Python knows after C(from first import names), and what it compiled."""
    script = LOOK.format(package=PACKAGE, first=package + first, names=names)
    done = subprocess.run(
        [sys.executable, '-c', script, str(archive)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, t.Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive as ansible-core makes it: every folder is a package."""
    path = tmp_path / 'sent.zip'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
        names = FOLDER.rstrip('/').split('/')
        for depth in range(len(names) - 1):
            file.writestr('/'.join([*names[: depth + 1], '__init__.py']), '')
        for source in sorted((ROOT / 'plugins/module_utils').rglob('*.py')):
            file.write(source, FOLDER + str(source.relative_to(ROOT / 'plugins/module_utils')))
        file.writestr(FOLDER + '_deliveries/__init__.py', '')
        file.writestr(
            FOLDER + '_deliveries/added.py', 'def fail():\n    raise ValueError(1)  # the line\n'
        )
    return path


def test_each_module_is_compiled_once(archive: Path) -> None:
    found = looked(archive, '_deliveries.base', 'DeliveryType')
    again = {name: count for name, count in found['compiled'].items() if count > 1}
    # What is imported before it can do anything
    allowed = {
        '%s/%s%s' % (archive, FOLDER, name)
        for name in ('__init__.py', '_deliveries/__init__.py', '_deliveries/base.py')
    } | {'%s/%s_compile_once.py' % (archive, FOLDER)}
    assert again.keys() <= allowed
    assert '%s/%s_errors.py' % (archive, FOLDER) in found['compiled']


def test_what_ansible_core_sends_is_compiled_once_as_well(archive: Path) -> None:
    with zipfile.ZipFile(archive, 'a') as file:
        for name in ('', 'module_utils/', 'module_utils/common/'):
            file.writestr('ansible/%s__init__.py' % name, '')
        file.writestr('ansible/module_utils/basic.py', 'class AnsibleModule: pass\n')
        file.writestr(
            'ansible/module_utils/common/arg_spec.py', 'class ArgumentSpecValidator: pass\n'
        )
        file.writestr(MODULE.rpartition('/')[0] + '/__init__.py', '')
        file.write(ROOT / 'plugins/modules/token_deliveries.py', MODULE)
    module = MODULE[: -len('.py')].replace('/', '.')
    found = looked(archive, module, 'main', package='')
    assert found['compiled']['%s/ansible/module_utils/basic.py' % archive] == 1
    assert found['compiled']['%s/ansible/module_utils/common/arg_spec.py' % archive] == 1


def test_control_python_compiles_them_twice(archive: Path) -> None:
    found = looked(archive, '_errors', 'BadInput')
    assert found['compiled']['%s/%s_errors.py' % (archive, FOLDER)] == 2


def test_what_is_known_of_a_module_is_the_same(archive: Path) -> None:
    ours = looked(archive, '_deliveries.base', 'DeliveryType')
    theirs = looked(archive, '_errors', 'BadInput')
    del ours['compiled'], theirs['compiled']
    assert ours == theirs
    assert '# the line' in ours['lines']


def test_outside_of_an_archive_nothing_is_changed() -> None:
    from ansible_collections.buildops.tokens.plugins.module_utils import _compile_once

    assert not any(isinstance(finder, _compile_once.Finder) for finder in sys.meta_path)
