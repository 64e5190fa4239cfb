# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes all files that follow from source types, delivery types, documentation and findings.

Run C(python -m tests.tools.generate) after a change of these. With C(--check) it changes nothing,
and fails where a file is not current.
"""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

from tests.real import compatibility
from tests.tools import architecture, delivery_files, lookup_docs, message_page, source_files
from tests.tools.scratch import BUILD, ROOT


def outdated() -> dict[Path, str]:
    """Return the desired contents of the files that have others, or do not exist."""
    docs = lookup_docs.documentation()
    found = {
        **source_files.files(docs),
        **delivery_files.files(docs),
        **compatibility.files(),
        **message_page.files(),
        **architecture.files(),
    }
    return {
        path: text
        for path, text in found.items()
        if not path.exists() or path.read_text(encoding='utf-8') != text
    }


def main(arguments: t.Sequence[str]) -> int:
    """Write the files, or name those that are not current. :returns: the exit code."""
    subprocess.run([ROOT / 'tools/link.sh'], check=True)
    sys.path.insert(0, str(BUILD / 'collections'))
    found = outdated()
    for path, text in found.items():
        print('%s%s' % (path.relative_to(ROOT), ' is not current' if arguments else ''))
        if not arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding='utf-8')
    return int(bool(found and arguments))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
