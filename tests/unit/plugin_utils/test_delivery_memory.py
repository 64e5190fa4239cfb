# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of secrets that a server never returns: in later runs, without the secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.plugin_utils.delivery_memory import DeliveryMemory

PLACE = ['https://nexus.example.com', 'studio-proxy', 'password']
OTHERS = [[*PLACE[:2], 'access_token'], ['https://other.example.com', *PLACE[1:]]]
SECRET = 'c4nary-of-the-remote'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    return tmp_path / 'buildops.tokens'


def test_a_later_run_knows_whether_a_secret_is_the_last_one(folder: Path) -> None:
    warnings: list[str] = []
    first = DeliveryMemory(False, warnings)
    assert first.is_last(PLACE, SECRET) is None
    first.keep(PLACE, SECRET)
    later = DeliveryMemory(False, warnings)
    assert later.is_last(PLACE, SECRET) is True
    assert later.is_last(PLACE, SECRET + 'x') is False
    assert [later.is_last(place, SECRET) for place in OTHERS] == [None, None]
    later.keep(PLACE, None)
    assert DeliveryMemory(False, warnings).is_last(PLACE, SECRET) is None
    assert warnings == []


def test_neither_secrets_nor_places_can_be_read_in_the_folder(folder: Path) -> None:
    DeliveryMemory(False, []).keep(PLACE, SECRET)
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(written) == 2
    for name, content in written.items():
        for text in (SECRET, *PLACE[:2]):
            assert text not in name and text.encode() not in content
        assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_the_same_secret_in_two_folders_has_two_digests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = []
    for name in ('one', 'two'):
        monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / name))
        memory = DeliveryMemory(False, [])
        memory.keep(PLACE, SECRET)
        digests.append(sorted((tmp_path / name / 'buildops.tokens').glob('*.json'))[0].read_text())
    assert digests[0] != digests[1]


def test_check_mode_writes_nothing_and_knows_what_there_is(folder: Path) -> None:
    DeliveryMemory(True, []).keep(PLACE, SECRET)
    assert not folder.exists()
    DeliveryMemory(False, []).keep(PLACE, SECRET)
    checking = DeliveryMemory(True, [])
    checking.keep(PLACE, 'another')
    assert checking.is_last(PLACE, SECRET) is True


def test_without_a_private_folder_nothing_is_known_with_a_warning(folder: Path) -> None:
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    warnings: list[str] = []
    memory = DeliveryMemory(False, warnings)
    memory.keep(PLACE, SECRET)
    assert memory.is_last(PLACE, SECRET) is None
    assert 'is not remembered' in warnings[0] and 'open to other users' in warnings[0]
