# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The package clients of C(make provision) get something with the right credential only."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.sandbox import nexus
from tests.support.package_clients import KINDS, deliver
from tools import clients


def delivered(home: Path, url: str, password: str) -> None:
    credential = {'username': 'alice', 'password': password}
    npm = {'url': f'{url}/repository/npm/', 'set_registry': True}
    pip = {'url': f'{url}/repository/pypi/simple', 'set_index': 'index'}
    deliver(KINDS['npm_credentials'], {**npm, **credential}, path=f'{home}/.npmrc')
    paths = {'path': f'{home}/.netrc', 'config_path': f'{home}/.config/pip/pip.conf'}
    deliver(KINDS['pip_credentials'], {**pip, **credential}, **paths)
    docker = {'registry': urlsplit(url).netloc, **credential}
    deliver(KINDS['docker_credentials'], docker, path=f'{home}/.docker/config.json')


@pytest.mark.needs_client('npm', 'node', 'skopeo')
@pytest.mark.parametrize('password, accepted', [('wonderland', True), ('wrong', False)])
def test_clients_are_accepted_with_the_right_password_only(
    sandbox: t.Any, tmp_path: Path, password: str, accepted: bool
) -> None:
    url = sandbox.serve(nexus.create_app('3.90.1', packages=True)).url
    delivered(tmp_path, url, password)
    authorities, env = Path(sandbox.ca_path), {'PATH': os.environ['PATH']}
    image = f'{urlsplit(url).netloc}/docker/hello:1.0'
    assert clients.npm(tmp_path, authorities, env) is accepted
    assert clients.pip(tmp_path, authorities, env) is accepted
    assert clients.skopeo(tmp_path, image, authorities, env) is accepted


def test_a_client_that_is_not_installed_is_not_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('PATH', str(tmp_path))
    assert clients.npm(tmp_path, tmp_path / 'ca.pem', {}) is None
    assert clients.skopeo(tmp_path, 'a/b:c', tmp_path / 'ca.pem', {}) is None
