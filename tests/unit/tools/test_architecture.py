# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The diagram of the architecture follows from imports."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.tools import architecture

IMPORT = 'from ansible_collections.buildops.tokens.plugins.%s import %s\n'
SOURCES = {
    'modules/a.py': IMPORT % ('module_utils._shared', 'Shared'),
    'module_utils/_shared.py': 'def f():\n    ' + IMPORT % ('module_utils._npm', 'writer'),
    'module_utils/_npm/writer.py': IMPORT % ('module_utils', '_errors')
    + IMPORT % ('module_utils._files', 'atomic'),
    'module_utils/_files/atomic.py': IMPORT % ('module_utils._errors', 'Problem'),
    'module_utils/_errors.py': 'import json\n',
}


def test_arrows_are_the_imports_without_those_that_follow_from_others() -> None:
    found = architecture.graph(
        {**SOURCES, 'modules/b.py': IMPORT % ('module_utils._files.atomic', 'x')}
    )
    assert ('_npm', architecture.BASE) in found and ('modules', '_files') in found
    assert architecture.shown(found) == {
        ('modules', architecture.HELPERS),
        (architecture.HELPERS, '_npm'),
        ('_npm', '_files'),
    }


def test_a_new_folder_has_its_box() -> None:
    image = ElementTree.fromstring(
        architecture.svg(architecture.shown(architecture.graph(SOURCES)))
    )
    texts = [text.text for text in image.iter('{http://www.w3.org/2000/svg}text')]
    assert texts.count('_npm') == 1 and texts.count('_maven') == 1
