# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Compiles each module on a managed host once. Import it before the others.

Ansible sends a module as an archive. Python compiles what it imports from an archive twice, for the
file name and for the code (C(zipimporter.get_filename) calls C(_get_module_code)), and most of the
time of a delivery is spent on that. Where this file is not in an archive, it does nothing.
"""

from __future__ import annotations

import os
import sys
import typing as t
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from zipimport import zipimporter


class ArchiveLoader(SourceFileLoader):
    """Loads a module from its source in an archive."""

    def __init__(self, name: str, path: str, archive: zipimporter) -> None:
        super().__init__(name, path)
        self._archive = archive

    def path_stats(self, path: str) -> t.NoReturn:
        """:raises OSError: always, since there is no compiled code beside the source."""
        raise OSError(path)

    def get_data(self, path: str) -> bytes:
        return self._archive.get_data(path)


class Finder:
    """Finds the modules in the folders of one archive.

    :ivar archive: its path.
    """

    def __init__(self, archive: str) -> None:
        self.archive = archive

    def find_spec(
        self, name: str, path: t.Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        """Return how to load a module, or None where the folders do not have it."""
        for folder in path or ():
            if folder.startswith(self.archive + os.sep):
                try:
                    return self._spec(name, folder)
                except ImportError:
                    continue
        return None

    def _spec(self, name: str, folder: str) -> ModuleSpec | None:
        """:raises ImportError: it is not in the folder."""
        archive = zipimporter(folder)
        is_package = archive.is_package(name)
        base = os.path.join(folder, name.rpartition('.')[2])
        path = os.path.join(base, '__init__.py') if is_package else base + '.py'
        return spec_from_file_location(
            name,
            path,
            loader=ArchiveLoader(name, path, archive),
            submodule_search_locations=[base] if is_package else None,
        )


def install(loader: object) -> None:
    """Have the modules of an archive found by L(Finder).

    :param loader: of a module in it. Nothing is done where that is not an archive.
    """
    if isinstance(loader, zipimporter) and not any(
        isinstance(finder, Finder) for finder in sys.meta_path
    ):
        sys.meta_path.insert(0, t.cast(t.Any, Finder(loader.archive)))


install(globals().get('__loader__'))
