# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients for tests are installed once, and what fails then is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import registries


def test_packages_are_installed_once_and_again_if_they_are_others(tmp_path: Path) -> None:
    ran: list[str] = []

    def use(*packages: str) -> None:
        registries.once(tmp_path / 'folder', packages, lambda: ran.append(packages[-1]))

    use('a@1')
    use('a@1')
    use('a@1', 'b@1')
    use('a@1', 'b@2')
    use('a@1', 'b@2')
    assert ran == ['a@1', 'b@1', 'b@2']


@pytest.mark.parametrize(
    'seconds, shell, message',
    [
        (60, 'echo no route; exit 3', r'reach the registry\? sh .* \(3\):\nno route'),
        (0.2, 'exec sleep 60', r'\(no end after 0.2 s\)'),
    ],
)
def test_what_cannot_be_installed_is_reported_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, shell: str, message: str
) -> None:
    monkeypatch.setattr(registries, 'SECONDS', seconds)
    for _time in range(2):
        with pytest.raises(registries.NotInstalled, match=message):
            registries.once(
                tmp_path, ['a@1'], lambda: registries.install(tmp_path, ['sh', '-c', shell])
            )
