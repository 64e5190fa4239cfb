# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page "Getting started", followed as a reader does."""

from __future__ import annotations

import typing as t
from pathlib import Path

from tests.sandbox import nexus
from tests.support import pages
from tests.tools.scratch import ROOT, environment

PAGE = ROOT / 'docs/docsite/rst/getting_started.rst'


def follow(sandbox: t.Any, folder: Path, archive: Path, path: str = '') -> list[str]:
    """Follow the page in a new home and a new folder.

    :param archive: the collection, which Galaxy does not have yet. :param path: PATH of the shell.
    :returns: what differs from the page, one text for each command.
    """
    home, project = folder / 'home', folder / 'project'
    home.mkdir()
    project.mkdir()
    env = {
        **environment(home),
        'ANSIBLE_NOCOLOR': '1',
        'BUILDOPS_TOKENS_NEXUS_CA_PATH': str(sandbox.ca_path),
        **({'PATH': path} if path else {}),
    }
    env.pop('ANSIBLE_COLLECTIONS_PATH', None)
    server = sandbox.serve(nexus.create_app('3.90.1'))
    replace = {
        'https://nexus.example.com': server.url,
        'nexus.example.com': server.url.partition('//')[2],
        '- name: buildops.tokens': f'- name: {archive}\n    type: file',
    }
    wrong = pages.Reader(project, env, replace).follow(PAGE)
    settings = home / '.m2/settings.xml'
    if not settings.exists() or '<id>' in settings.read_text(encoding='utf-8'):
        wrong.append(f'{PAGE.name}: an entry is left in settings.xml, or none was ever there')
    return wrong
