# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to NuGet. C(test_nuget_config.py) has the rules of the file."""

from __future__ import annotations

import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._files.nuget_config import find
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import nuget
from tests.sandbox.recorder import Recorder, basic
from tests.support.package_clients import KINDS, apply

KIND = KINDS['nuget_credentials']
ODD = 'p:+/=#;"\'\\ä{}$ x@?&<>'
CI = {'name': 'My Src', 'username': 'ci', 'password': ODD}
URL = 'https://nexus.example.com/repository/nuget/v3/index.json'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'NuGet.Config'


def delivered(path: Path, *entries: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    return apply(KIND, *entries, path=str(path), **given)


def changed(result: dict[str, t.Any]) -> list[str]:
    return list(result['entries'][0]['changed'])


def credentials(path: Path, name: str = 'My Src') -> t.Any:
    return find(path.read_bytes(), name, str(path)).credentials


def test_F36_the_entry_is_written_changed_and_removed(path: Path) -> None:
    first = delivered(path, {**CI, 'url': URL, 'set_source': True})
    assert changed(first) == ['entry', 'source'] and first['entries'][0]['effective']
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert credentials(path) == ('ci', ODD)
    assert not delivered(path, CI)['changed']
    token = delivered(path, {'name': 'My Src', 'access_token': 'tok'})
    assert changed(token) == ['username', 'secret']
    assert credentials(path) == ('oauth2', 'tok')
    assert changed(delivered(path, {'name': 'My Src', 'state': 'absent'})) == ['entry']
    # The source and what NuGet itself writes into a new file remain
    assert find(path.read_bytes(), 'My Src', '')[:2] == ('My Src', URL)
    assert b'nuget.org' in path.read_bytes() and credentials(path) is None


@pytest.mark.parametrize(
    'entry, reason',
    [
        ({'password': 'a%PATH%b'}, 'The secret for My Src has two percent signs'),
        ({'username': '%USER%'}, 'The user name for My Src has two percent signs'),
        ({'name': 'a%b%c'}, 'name has two percent signs'),
        ({'name': '日本'}, 'name must consist of'),
        ({'set_source': True}, 'set_source requires url'),
    ],
)
def test_F35_F36_what_nuget_would_read_otherwise_is_refused(
    path: Path, entry: dict[str, t.Any], reason: str
) -> None:
    with pytest.raises(BadInput, match=reason):
        delivered(path, {**CI, **entry})
    assert not path.exists()


@pytest.mark.parametrize(
    'section, reason',
    [
        ('<packageSources><add key="MY SRC" value="x"/></packageSources>', 'as MY SRC'),
        (
            '<disabledPackageSources><add key="My Src" value="true" /></disabledPackageSources>',
            'the source is disabled in the file',
        ),
    ],
)
def test_F36_a_source_that_would_not_use_them_is_named(
    path: Path, section: str, reason: str
) -> None:
    content = '<configuration>%s</configuration>' % section
    path.write_text(content)
    refused = delivered(path, CI)
    assert refused['failed'] and reason in refused['entries'][0]['shadowed_by']
    assert path.read_text() == content


def test_F45_the_file_of_a_project_is_compared_and_not_changed(path: Path, tmp_path: Path) -> None:
    project = tmp_path / 'project'
    project.mkdir()
    theirs = project / 'nuget.config'
    delivered(theirs, {**CI, 'password': 'theirs'})
    content = theirs.read_bytes()
    refused = delivered(path, CI, project_paths=[str(project)])
    assert refused['failed'] and str(theirs) in refused['entries'][0]['shadowed_by']
    same = delivered(path, {**CI, 'password': 'theirs'}, project_paths=[str(project)])
    assert same['changed'] and 'failed' not in same
    gone = {'name': 'My Src', 'state': 'absent'}
    removed = delivered(path, gone, project_paths=[str(project)])
    assert removed['warnings'] == ['%s still has credentials for My Src.' % theirs]
    assert theirs.read_bytes() == content


def test_the_files_of_dotnet_and_mono(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nuget, 'home_folder', lambda: str(tmp_path))
    monkeypatch.setattr(nuget.Client, 'default_path', lambda client: str(tmp_path / client.PATH))
    dotnet, mono = tmp_path / '.nuget/NuGet/NuGet.Config', tmp_path / '.config/NuGet/NuGet.Config'
    assert apply(KIND, CI)['path'] == str(dotnet)
    dotnet.unlink()
    mono.parent.mkdir(parents=True)
    mono.write_text('<configuration />')
    assert apply(KIND, CI)['path'] == str(mono) and not dotnet.exists()
    dotnet.write_text('<configuration />')
    both = apply(KIND, {**CI, 'password': 'new'})
    assert both['path'] == str(dotnet)
    assert credentials(dotnet) == credentials(mono) == ('ci', 'new')
    assert not apply(KIND, {**CI, 'password': 'new'})['changed']


def test_F37_a_file_that_nuget_rejects_stays_as_it_is(path: Path) -> None:
    path.write_text('<configuration>')
    with pytest.raises(FileProblem, match='not well-formed XML'):
        delivered(path, CI)
    assert path.read_text() == '<configuration>'


def test_the_credential_in_the_file_is_verified(sandbox: t.Any, path: Path) -> None:
    recorder = Recorder(lambda _url, _path: (b'{}', 'application/json'))
    url = sandbox.serve(recorder, tls=False).url + '/v3/index.json'
    result = delivered(path, {**CI, 'url': url}, verify=True)
    assert result['verification'][0]['accepted'] is True
    assert recorder.sent('/v3/index.json') == {basic('ci', ODD)}
