# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivered tokens of Cargo, as Cargo itself sends them."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import types
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from tests.sandbox.recorder import Recorder, basic
from tests.support.package_clients import KINDS, apply

KIND = KINDS['cargo_credentials']
ODD = 'p:%+/=#;"\'\\ä{}$ x@?&'
CI = {'name': 'my-priv', 'username': 'ci', 'password': ODD}
TOKEN = {'name': 'my-priv', 'access_token': 'a.token~1'}


def run(*arguments: str, **more: t.Any) -> str:
    """Run Cargo, which rustup could have installed for this user. :returns: its output."""
    rustup = Path(pwd.getpwuid(os.geteuid()).pw_dir, '.rustup')
    environment = {**os.environ, **more.pop('env', {})}
    ran = subprocess.run(
        ['cargo', *arguments],
        env={**environment, 'RUSTUP_HOME': str(rustup)} if rustup.is_dir() else environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **more,
    )
    return ran.stdout + ran.stderr


def has_providers() -> bool:
    """Return whether Cargo has credential providers. That of Debian 12 is too old."""
    found = re.match(r'cargo 1\.(\d+)', run('--version'))
    return found is not None and int(found.group(1)) >= 74


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / 'home/.cargo'
    made.mkdir(parents=True)
    return made


def delivered(folder: Path, *entries: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    return apply(KIND, *entries, path=str(folder / 'credentials.toml'), **given)


def changed(result: dict[str, t.Any]) -> list[str]:
    return list(result['entries'][0]['changed'])


def index(url: str, path: str) -> tuple[bytes, str] | None:
    if path.endswith('/config.json'):
        config = {'dl': url + '/cargo/dl', 'api': url + '/cargo', 'auth-required': True}
        return json.dumps(config).encode(), 'application/json'
    if not path.endswith('/aa'):
        return None
    crate = {'name': 'aa', 'vers': '1.0.0', 'deps': [], 'cksum': '0' * 64, 'features': {}}
    return json.dumps({**crate, 'yanked': False}).encode() + b'\n', 'text/plain'


def cargo(folder: Path, url: str) -> str:
    """Have Cargo resolve a crate. :returns: its output."""
    project = folder.parents[1] / 'project'
    (project / 'src').mkdir(parents=True, exist_ok=True)
    (project / 'src/lib.rs').touch()
    (project / 'Cargo.toml').write_text(
        '[package]\nname = "p"\nversion = "1.0.0"\nedition = "2021"\n'
        '[dependencies]\naa = {version = "1", registry = "my-priv"}\n'
    )
    (project / 'Cargo.lock').unlink(missing_ok=True)
    shutil.rmtree(folder / 'registry', ignore_errors=True)
    (project / '.cargo').mkdir(exist_ok=True)
    (project / '.cargo/config.toml').write_text(
        '[registries.my-priv]\nindex = "sparse+%s/cargo/"\n' % url
    )
    environment = {'HOME': str(folder.parent), 'CARGO_HOME': str(folder)}
    return run('generate-lockfile', cwd=project, env=environment)


@pytest.mark.needs_client('cargo')
def test_F40_cargo_sends_what_was_delivered(sandbox: t.Any, folder: Path) -> None:
    recorder = Recorder(index)
    url = sandbox.serve(recorder, tls=False).url
    assert changed(delivered(folder, {**CI, 'provider': True})) == ['entry', 'provider']
    if not has_providers():  # an older one sends no token for an index
        return
    output = cargo(folder, url)
    assert recorder.sent('/aa') == {basic('ci', ODD)}, output
    recorder.requests.clear()
    assert changed(delivered(folder, {**TOKEN, 'provider': True})) == ['secret', 'kind']
    output = cargo(folder, url)
    assert recorder.sent('/aa') == {'Bearer a.token~1'}, output
    # Without a provider, Cargo would refuse the registry, and so do we
    (folder / 'config.toml').unlink()
    recorder.requests.clear()
    assert 'credential' in cargo(folder, url) and not recorder.sent('/aa')
    refused = delivered(folder, {**TOKEN, 'provider': False})
    assert refused['failed'] and 'no credential provider' in refused['msg']


def test_F40_the_provider_is_set_for_the_registry_alone(folder: Path) -> None:
    config = folder / 'config.toml'
    before = (
        '# mine\n[registries.my-priv]\nindex = "sparse+https://x/" # here\n\n[net]\nretry = 3\n'
    )
    config.write_text(before)
    config.chmod(0o644)
    assert delivered(folder, CI)['changed']
    assert config.read_text() == before.replace(
        '# here\n', '# here\ncredential-provider = "cargo:token"\n'
    )
    assert stat.S_IMODE(config.stat().st_mode) == 0o644
    assert stat.S_IMODE((folder / 'credentials.toml').stat().st_mode) == 0o600
    assert not delivered(folder, CI)['changed']


@pytest.mark.parametrize(
    'config',
    [
        '[registry]\nglobal-credential-providers = ["cargo:token", "cargo:libsecret"]\n',
        '[registries.my-priv]\ncredential-provider = ["cargo:token"]\n',
    ],
)
def test_F40_a_provider_that_is_there_is_enough(folder: Path, config: str) -> None:
    (folder / 'config.toml').write_text(config)
    assert changed(delivered(folder, {**CI, 'provider': False})) == ['entry']
    assert not delivered(folder, CI)['changed']
    assert (folder / 'config.toml').read_text() == config


def test_F40_the_provider_is_also_set_without_a_list_of_entries(folder: Path) -> None:
    specification = KIND.specification()[0]
    options = {name: spec.get('default') for name, spec in specification.items()}
    given = {**options, **CI, 'path': str(folder / 'credentials.toml'), 'state': 'present'}
    module = types.SimpleNamespace(check_mode=False, _diff=False)
    assert changed(KIND.apply(given, module)[0]) == ['entry', 'provider']


def test_F40_the_older_file_is_read_instead_and_is_named(folder: Path) -> None:
    delivered(folder, CI)
    older = folder / 'credentials'
    older.write_text('[registries.my-priv]\ntoken = "old"\n')
    refused = delivered(folder, {**CI, 'password': 'new'})
    assert refused['failed'] and str(older) in refused['entries'][0]['shadowed_by']
    removed = delivered(folder, {'name': 'my-priv', 'state': 'absent'})
    assert removed['warnings'] == ['%s still has a token for my-priv.' % older]
    older.unlink()
    delivered(folder, CI)
    older.symlink_to('credentials.toml')
    assert 'failed' not in delivered(folder, {**CI, 'password': 'new'})


def test_F40_the_older_file_is_edited_where_it_is_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import cargo

    monkeypatch.setattr(cargo.Client, 'default_path', lambda client: str(tmp_path / client.PATH))
    older = tmp_path / '.cargo/credentials'
    older.parent.mkdir()
    older.write_text('[registries.other]\ntoken = "x"\n')
    assert apply(KIND, TOKEN)['path'] == str(older)
    assert older.read_text() == (
        '[registries.other]\ntoken = "x"\n\n[registries.my-priv]\ntoken = "Bearer a.token~1"\n'
    )


def test_F41_another_kind_and_other_spellings(folder: Path) -> None:
    path = folder / 'credentials.toml'
    path.write_text('# mine\n[registries.my-priv]\nsecret-key = "k3.secret.x"\n')
    assert changed(delivered(folder, TOKEN)) == ['kind', 'secret', 'provider']
    assert path.read_text() == '# mine\n[registries.my-priv]\ntoken = "Bearer a.token~1"\n'
    path.write_text('[registries]\nmy-priv.token = "x"\n')
    with pytest.raises(FileProblem, match='as dotted keys in line 2'):
        delivered(folder, TOKEN)


@pytest.mark.parametrize('name', ['crates-io', 'a b', 'a.b'])
def test_F40_a_name_that_cargo_does_not_have_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(BadInput, match='name must be that of a registry'):
        delivered(folder, {**CI, 'name': name})


def test_the_credential_in_the_file_is_verified(sandbox: t.Any, folder: Path) -> None:
    recorder = Recorder(index)
    url = sandbox.serve(recorder, tls=False).url + '/cargo/config.json'
    result = delivered(folder, {**CI, 'verify_url': url}, verify=True)
    assert result['verification'][0]['accepted'] is True
    assert recorder.sent() == {basic('ci', ODD)}
