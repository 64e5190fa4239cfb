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

PACKAGE = os.sep + '__init__.py'


class ArchiveLoader(SourceFileLoader):
    """Loads a module from its source in an archive."""

    def __init__(self, name: str, path: str, source: bytes, archive: zipimporter) -> None:
        super().__init__(name, path)
        self._source = source
        self._archive = archive

    def get_data(self, path: str) -> bytes:
        return self._archive.get_data(path)

    def get_code(self, fullname: str) -> t.Any:
        """Return the code. That of the base class would look for a compiled file first."""
        return self.source_to_code(self._source, self.path)


class Finder:
    """Finds the modules in the folders of one archive.

    :ivar archive: its path.
    """

    def __init__(self, importer: zipimporter) -> None:
        self.archive = importer.archive
        self._importer = importer

    def find_spec(
        self, name: str, path: t.Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        """Return how to load a module, or None where the folders do not have it."""
        for folder in path or ():
            if folder.startswith(self.archive + os.sep):
                base = folder + os.sep + name.rpartition('.')[2]
                # As Python does it, a package comes before a module of the same name
                for file, places in ((base + PACKAGE, [base]), (base + '.py', None)):
                    try:
                        source = self._importer.get_data(file)
                    except OSError:
                        continue
                    return spec_from_file_location(
                        name,
                        file,
                        loader=ArchiveLoader(name, file, source, self._importer),
                        submodule_search_locations=places,
                    )
        return None


def install(loader: object) -> None:
    """Have the modules of an archive found by L(Finder).

    :param loader: of a module in it. Nothing is done where that is not an archive.
    """
    if isinstance(loader, zipimporter) and not any(
        isinstance(finder, Finder) for finder in sys.meta_path
    ):
        sys.meta_path.insert(0, t.cast(t.Any, Finder(loader)))


install(globals().get('__loader__'))
