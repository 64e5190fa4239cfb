# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What builds the documentation finds, and does not find."""

from __future__ import annotations

from pathlib import Path

from tests.real import compatibility
from tests.tools import page_links, sphinx_extension


def test_links_to_missing_files_and_places_are_found(tmp_path: Path) -> None:
    (tmp_path / 'sub').mkdir()
    (tmp_path / 'a page.html').write_text('<h1 id="here">A</h1>', encoding='utf-8')
    (tmp_path / 'sub/page.html').write_text(
        '<a href="../a%20page.html#here"></a><a href="#"></a><a href="https://example.com/x"></a>'
        '<a href="../a%20page.html#gone"></a><img src="gone.svg"><a href="#nowhere"></a>',
        encoding='utf-8',
    )
    assert page_links.broken(tmp_path) == [
        'sub/page.html: ../a%20page.html#gone',
        'sub/page.html: gone.svg',
        'sub/page.html: #nowhere',
    ]


def test_only_labels_of_Ansible_lead_to_its_documentation() -> None:
    base = 'https://docs.ansible.com/ansible/latest/'
    assert sphinx_extension.address('action_plugins') == base + 'plugins/action.html'
    assert (
        sphinx_extension.address('ansible_collections.ansible.builtin.uri_module')
        == base + 'collections/ansible/builtin/uri_module.html'
    )
    assert sphinx_extension.address('ansible_collections.buildops.tokens.gone_module') is None


def test_a_finding_without_a_pattern_has_its_own_row() -> None:
    system = {'name': 'Gitea', 'version': '1.2', 'kind': 'real', 'shown': ['clones; and pushes']}
    text = compatibility.page([system])
    assert '\nGitea\n-----\n' in text and '   * - clones\n     - real\n' in text
