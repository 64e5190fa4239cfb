# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stops a release."""

from __future__ import annotations

import pytest

from tests.tools import release

GOOD = """Importing with galaxy-importer 0.4.44
Getting doc strings via ansible-doc
Linting collection via ansible-lint 26.10.1...
...ansible-lint run complete
Importer processing completed successfully
"""


@pytest.mark.parametrize(
    ('log', 'found'),
    [
        (GOOD, []),
        (GOOD + 'WARNING: a.yml:1: name[casing]\n', ['WARNING: a.yml:1: name[casing]']),
        (
            'Getting doc strings via ansible-doc\nvia ansible-lint\nERROR: No role readme found.\n',
            ['ERROR: No role readme found.'],
        ),
        (GOOD.replace('ansible-lint', 'a linter'), ['The importer did not run ansible-lint.']),
        (
            'ansible-doc ansible-lint\nTraceback\nKeyError: 1\n',
            ['ansible-doc ansible-lint', 'Traceback', 'KeyError: 1'],
        ),
    ],
)
def test_anything_but_a_clean_import_stops_it(log: str, found: list[str]) -> None:
    assert release.judge(log) == found


def test_changes_without_a_commit_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, '_output', lambda *command: ' M galaxy.yml\n')
    with pytest.raises(release.Failed, match='Commit these changes first.*\n M galaxy.yml'):
        release.check_clean()
    monkeypatch.setattr(release, '_output', lambda *command: '')
    release.check_clean()
