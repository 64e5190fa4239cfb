# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# BSD 2-Clause License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause

"""Files of projects, which clients read before those of the user. They are never changed."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    read_private,
)


def files_of_projects(
    params: t.Mapping[str, t.Any], names: t.Sequence[str]
) -> t.Iterator[t.Tuple[str, bytes]]:
    """Yield path and content of the files of the option C(project_paths) that exist.

    :param names: of files below the folder of a project. The first that exists counts.
    :raises TokensError: an option is wrong, or a file cannot be read.
    """
    for folder in params['project_paths'] or []:
        if not os.path.isabs(folder):
            raise BadInput('project_paths must be absolute, or start with ~.')
        for name in names:
            path = os.path.join(folder, name)
            content = read_private(path).content if os.path.exists(path) else None
            if content is not None:
                yield path, content
                break
