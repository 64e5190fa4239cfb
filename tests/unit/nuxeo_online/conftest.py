# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Nuxeo server (whose nuxeoctl is the stand-in) and a Nuxeo Online Services for each test, one
sandbox for each file of tests.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.sandbox import nuxeo_online
from tests.sandbox.serving import Sandbox

NUXEOCTL = Path(__file__).resolve().parents[2] / 'stand_ins/nuxeoctl'


@pytest.fixture(scope='module')
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def service(sandbox):
    """A Nuxeo Online Services: C(url), C(requests), C(faults), C(app.state)."""
    server = sandbox.serve(nuxeo_online.create_app())
    return server


class NuxeoServer:
    """C(home), C(conf), C(clid): paths."""

    def __init__(self, home, url, ca_path, version='2023'):
        self.home, self.conf, self.clid = (
            home,
            home / 'bin/nuxeo.conf',
            home / 'nxserver/data/instance.clid',
        )
        self.clid.parent.mkdir(parents=True)
        self.conf.parent.mkdir()
        shutil.copy(NUXEOCTL, home / 'bin/nuxeoctl')
        self.conf.write_text(
            f'org.nuxeo.connect.url={url}/site/\nstand-in.version={version}\n'
            f'stand-in.ca={ca_path}\n'
        )

    def has(self, expires=None, second='0123456789abcdef', mode=0o600):
        """Give it a registration that ends then."""
        self.clid.write_text(f'0123abcd-0001.{expires}.c2ln==\n{second}\nold\n')
        self.clid.chmod(mode)


@pytest.fixture
def nuxeo_server(tmp_path, service, sandbox):
    return NuxeoServer(tmp_path / 'server', service.url, sandbox.ca_path)
