# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-builder makes of the collection's needs, and of the file that builds an image with
it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import COLLECTIONS
from tests.tools import ee
from tests.tools.scratch import ROOT

BUILDER = Path(sys.executable).parent / 'ansible-builder'


def test_introspection_finds_what_the_collection_needs():
    found = subprocess.run(
        [BUILDER, 'introspect', COLLECTIONS], check=True, capture_output=True, text=True
    ).stdout
    needs = yaml.safe_load(found.partition('---')[2])
    assert {line.split('  #')[0] for line in needs['python'] if 'buildops.tokens' in line} == {
        'requests>=2.28',
        'jmespath>=1.0',
    }
    assert {line.split()[0] for line in needs['system'] if 'buildops.tokens' in line} == {'git'}


@pytest.fixture
def context(tmp_path):
    """The folder that an image is built from."""
    version = yaml.safe_load((ROOT / 'galaxy.yml').read_text(encoding='utf-8'))['version']
    shutil.copy(ROOT / 'execution-environment.yml', tmp_path)
    (tmp_path / '.build').mkdir()
    (tmp_path / f'.build/buildops-tokens-{version}.tar.gz').write_bytes(
        b'archive'
    )  # what `make build` makes
    # Without a name, it depends on whether this machine has podman
    subprocess.run(
        [
            BUILDER,
            'create',
            '--file',
            tmp_path / 'execution-environment.yml',
            '--context',
            tmp_path / 'context',
            '--output-filename',
            'Containerfile',
        ],
        check=True,
        capture_output=True,
    )
    return tmp_path / 'context'


def test_an_image_is_made_from_the_archive_of_this_version(context):
    [wanted] = yaml.safe_load((context / '_build/requirements.yml').read_text(encoding='utf-8'))[
        'collections'
    ]
    assert wanted['type'] == 'file'
    assert (
        context / '_build' / Path(wanted['name']).relative_to('/build')
    ).read_bytes() == b'archive'
    recipe = (context / 'Containerfile').read_text(encoding='utf-8')
    assert (
        'ansible-core>=2.16 ansible-runner' in recipe
        and 'LABEL ansible-execution-environment=true' in recipe
    )


def test_what_apt_prints_is_shown_when_it_fails(tmp_path, monkeypatch):
    apt = tmp_path / 'apt-get'
    apt.write_text(
        '#!/bin/sh\necho Reading\necho "E: Unable to locate package podman" >&2\nexit 100\n'
    )
    apt.chmod(0o700)
    monkeypatch.setenv('PATH', str(tmp_path), prepend=':')
    monkeypatch.setattr(ee, 'PROGRAMS', ('no-such-program',))
    monkeypatch.setattr(ee.os, 'geteuid', lambda: 0)
    assert ee.persistence_error() == (
        'no-such-program cannot be installed. E: Unable to locate package podman'
    )
