# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Code of this collection that runs on the controller only.

ansible-core compiles each file of a collection again in each process that imports it. Where this
package is imported, Python keeps what it compiles, as it does for other packages: a lookup is
evaluated in a new process for each task of each host, and an action imports 150 files. This file is
compiled each time, so it is short.
"""

from __future__ import annotations

import sys
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader

_PLUGINS = __name__.rpartition('.')[0]
_OURS = (_PLUGINS + '.module_utils.', _PLUGINS + '.plugin_utils.')


def find_spec(name: str, path: list[str] | None = None, target: object = None) -> ModuleSpec | None:
    """Return how to load a file of this collection. ansible-core finds the folders."""
    if path and name.startswith(_OURS):
        spec = FileFinder(path[0], (SourceFileLoader, ['.py'])).find_spec(name)
        if spec is not None and spec.loader is not None:
            return spec
    return None


# Before that of ansible-core. A module can be a finder, too.
for _place, _finder in enumerate(sys.meta_path):
    if type(_finder).__name__ == '_AnsibleCollectionFinder':
        sys.meta_path.insert(_place, sys.modules[__name__])
        break
