# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each package client promises, whatever its file looks like."""

from __future__ import annotations

import os
import pwd
import stat
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from tests.support.package_clients import KINDS, deliver

USER = {'username': 'ci', 'password': 'plain-enough-for-all'}
EACH = pytest.mark.parametrize('name', sorted(KINDS))


def written(
    kind: t.Any, folder: Path, entry: dict[str, t.Any] | None = None, **given: t.Any
) -> t.Any:
    path = folder / 'home/file'
    path.parent.mkdir(exist_ok=True)
    return deliver(kind, {**USER, **(entry or {})}, path=str(path), **given)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


@EACH
def test_a_second_run_changes_nothing_and_what_is_removed_is_gone(
    name: str, tmp_path: Path
) -> None:
    kind = KINDS[name]
    predicted = written(kind, tmp_path, check_mode=True)
    assert files(tmp_path) == {}
    first = written(kind, tmp_path)
    assert first['changed'] and first['entries'][0]['effective'] is not False
    assert [predicted['changed'], predicted['entries']] == [True, first['entries']]
    before = files(tmp_path)
    assert not written(kind, tmp_path)['changed'] and files(tmp_path) == before
    changed = written(kind, tmp_path, {'password': 'another-plain-one'})
    assert 'secret' in changed['entries'][0]['changed']
    assert set(first) <= {*kind.RETURNED, 'changed', 'diff', 'warnings'}
    shown = repr([first, changed])
    assert USER['password'] not in shown and 'another-plain-one' not in shown
    assert deliver(kind, {'state': 'absent'}, path=first['path'])['changed']
    assert not deliver(kind, {'state': 'absent'}, path=first['path'])['changed']
    assert 'another-plain-one' not in Path(first['path']).read_text()


@pytest.mark.parametrize('name', sorted(set(KINDS) - {'apt_credentials'}))
def test_F39_the_home_folder_is_that_of_the_password_database(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = tmp_path / 'home', tmp_path / 'other'
    home.mkdir()
    other.mkdir()
    monkeypatch.setenv('HOME', str(other))
    monkeypatch.setattr(pwd, 'getpwuid', lambda uid: types.SimpleNamespace(pw_dir=str(home)))
    result = deliver(KINDS[name], USER)
    assert result['path'].startswith(str(home)) and files(other) == {}
    for path in home.rglob('*'):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077 or path.is_dir()


@EACH
def test_F46_a_link_to_a_dotfile_stays_one(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    written(kind, tmp_path)
    path = tmp_path / 'home/file'
    path.rename(tmp_path / 'dotfile')
    path.symlink_to(tmp_path / 'dotfile')
    written(kind, tmp_path, {'password': 'another-plain-one'})
    assert path.is_symlink() and (tmp_path / 'dotfile').exists()


@EACH
def test_F48_what_the_client_writes_meanwhile_is_not_lost(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = KINDS[name]
    written(kind, tmp_path, kind.EXAMPLE)
    path = tmp_path / 'home/file'
    client, meanwhile = kind.client(), path.read_bytes() + b'\n'
    edit, calls = client.edit, []

    def slow(self: t.Any, content: bytes | None) -> t.Any:
        result = edit(self, content)
        if not calls:
            path.write_bytes(meanwhile)
        calls.append(content)
        return result

    monkeypatch.setattr(client, 'edit', slow)
    written(kind, tmp_path, {'password': 'another-plain-one'})
    assert len(calls) == 2 and calls[1] == meanwhile


@EACH
def test_F47_a_home_that_cannot_be_written_is_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(TokensError, match='/proc/self'):
        deliver(KINDS[name], USER, path='/proc/self/no-such-folder/file')


def loop(path: Path) -> None:
    path.symlink_to(path)


#: What else may be in the place of the file.
ODD: dict[str, t.Callable[[Path], object]] = {
    'a FIFO': os.mkfifo,
    'a link to a FIFO': lambda path: (os.mkfifo(f'{path}.fifo'), path.symlink_to(f'{path}.fifo')),
    'a folder': os.mkdir,
    'a device': lambda path: path.symlink_to('/dev/null'),
    'a link to itself': loop,
}


@EACH
@pytest.mark.parametrize('odd', ODD)
def test_I11_what_is_no_file_is_refused_and_stays(name: str, odd: str, tmp_path: Path) -> None:
    path = tmp_path / 'home/file'
    path.parent.mkdir()
    ODD[odd](path)
    before = sorted((str(each), each.lstat()[:3]) for each in tmp_path.rglob('*'))
    with pytest.raises(TokensError) as caught:
        written(KINDS[name], tmp_path)
    assert str(path.parent) in str(caught.value) or '/dev/null' in str(caught.value)
    assert '\n' not in str(caught.value) and USER['password'] not in str(caught.value)
    assert sorted((str(each), each.lstat()[:3]) for each in tmp_path.rglob('*')) == before
    assert not os.path.exists('/dev/null.lock')


@EACH
@pytest.mark.needs_root
def test_M25_a_file_of_another_user_keeps_its_owner(name: str, tmp_path: Path) -> None:
    written(KINDS[name], tmp_path)
    path = tmp_path / 'home/file'
    for each in (path.parent, *path.parent.iterdir()):  # also the lock file of uv
        os.chown(each, 12345, 12346)
    path.chmod(0o644)
    result = written(KINDS[name], tmp_path, {'password': 'another-plain-one'})
    assert result['permissions_restricted'] and not result.get('failed')
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 12346, 0o600)


@EACH
def test_I11_a_relative_path_is_refused(name: str) -> None:
    with pytest.raises(TokensError, match='absolute path'):
        deliver(KINDS[name], USER, path='file')


@EACH
def test_F19_control_characters_and_ended_tokens_are_refused(name: str, tmp_path: Path) -> None:
    kind = KINDS[name]
    wrong: list[dict[str, t.Any]] = [
        {'username': 'a\nb'},
        {'password': 'a\x00b'},
        {'password': '$encrypted$'},
        {'expires_at': '2020-01-01T00:00:00Z'},
        {kind.ENTRY_NAME: 'a\nb'},
        {kind.ENTRY_NAME: ' '},
    ]
    for entry in wrong:
        with pytest.raises(TokensError):
            written(kind, tmp_path, entry)
    assert os.listdir(tmp_path / 'home') == []
