# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of container registries that a program keeps in place of the file."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import (
    FileProblem,
    TokensError,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files import atomic_file
from ansible_collections.buildops.tokens.plugins.module_utils._package_clients import (
    credential_program,
)
from tests.sandbox.recorder import Recorder, basic, image
from tests.support import processes
from tests.support.package_clients import KINDS, apply, deliver

KIND = KINDS['docker_credentials']
HOST = KIND.EXAMPLE['registry']
PASSWORD = 'p:%+/=#;"\'\\ä{}$ x@?&-long-enough'
SYSTEM = '/usr/bin:/bin'
# Keeps what it gets in a file for each server. What it is called with, and its environment, is
# seen by other users of the host.
PROGRAM = r"""#!/bin/sh
cd %(folder)s || exit 2
given=$(cat)
echo "$1" >> actions
{ echo "$0 $*"; env; } >> seen
server=$given
[ "$1" != store ] || server=$(printf '%%s' "$given" | sed 's/.*"ServerURL": *"\([^"]*\)".*/\1/')
file=$(printf '%%s' "$server" | cksum | cut -d' ' -f1).json
%(more)s
case $1 in
store) printf '%%s' "$given" > "$file" ;;
get) [ -e "$file" ] || { echo 'credentials not found in native keychain'; exit 1; }; cat "$file" ;;
erase) rm -f "$file" ;;
esac
"""


class Keeper:
    """The program C(docker-credential-toy), and a file that names it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.bin, self.kept = folder / 'bin', folder / 'kept'
        self.home = folder / 'home'
        for each in (self.bin, self.kept, self.home):
            each.mkdir()
        self.config = self.home / '.docker/config.json'
        monkeypatch.setenv('PATH', '%s:%s' % (self.bin, SYSTEM))
        self.install()

    def install(self, more: str = '', name: str = 'toy') -> None:
        """:param more: lines of the shell that it runs first."""
        program = self.bin / ('docker-credential-' + name)
        program.write_text(PROGRAM % {'folder': self.kept, 'more': more})
        program.chmod(0o755)

    def write(self, **members: t.Any) -> bytes:
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(json.dumps(members, indent='\t'))
        return self.config.read_bytes()

    def logins(self) -> dict[str, tuple[str, str]]:
        """What it has, by server."""
        found = [json.loads(path.read_text()) for path in self.kept.glob('*.json')]
        return {each['ServerURL']: (each['Username'], each['Secret']) for each in found}

    def actions(self) -> list[str]:
        """What it was asked to do since the last call."""
        path = self.kept / 'actions'
        found = path.read_text().split() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def use(self, **given: t.Any) -> dict[str, t.Any]:
        entry = {'username': 'ci', 'password': PASSWORD, **given.pop('entry', {})}
        given = {'path': str(self.config), 'credential_store': 'use', **given}
        return deliver(KIND, entry, **given)

    def remove(self, **given: t.Any) -> dict[str, t.Any]:
        given = {'path': str(self.config), 'credential_store': 'use', **given}
        return deliver(KIND, {'state': 'absent'}, **given)


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    return Keeper(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    'members, entry, key',
    [
        ({'credsStore': 'toy'}, {}, HOST),
        ({'credsStore': 'missing', 'credHelpers': {HOST: 'toy'}}, {}, HOST),
        ({'CredHelpers': {'https://%s' % HOST: '', HOST: 'toy'}}, {}, HOST),
        ({'credsStore': 'toy'}, {'registry': 'docker.io'}, 'https://index.docker.io/v1/'),
    ],
    # pytest puts them into the environment, which the program sees
    ids=['for all', 'for one', 'other spelling', 'Docker Hub'],
)
def test_F17_the_program_gets_the_credential_and_the_file_has_none(
    keeper: Keeper, members: dict[str, t.Any], entry: dict[str, t.Any], key: str
) -> None:
    old = {'auths': {'https://%s/v1/' % key: {'auth': 'b2xkOm9sZA=='}, 'other.example': {}}}
    content = keeper.write(**(old if key == HOST else {}), **members)
    changed = ['entry', 'duplicates'] if key == HOST else ['entry']
    predicted = keeper.use(entry=entry, check_mode=True)
    assert predicted['changed'] and predicted['entries'][0]['changed'] == changed
    assert keeper.actions() == ['get'] and keeper.config.read_bytes() == content
    result = keeper.use(entry=entry)
    assert (result['changed'], result['entries']) == (predicted['changed'], predicted['entries'])
    assert result['entries'][0]['effective'] and result['warnings'] == []
    assert keeper.actions() == ['get', 'store', 'get']
    assert keeper.logins() == {key: ('ci', PASSWORD)}
    after = {'auths': {'other.example': {}}} if key == HOST else {}
    assert json.loads(keeper.config.read_bytes()) == {**after, **members}
    assert not keeper.use(entry=entry)['changed'] and keeper.actions() == ['get']
    assert {path.stat().st_mode & 0o777 for path in keeper.kept.glob('*.json')} == {0o600}
    seen = (keeper.kept / 'seen').read_text()
    assert 'long-enough' not in seen and key not in seen


def test_a_changed_secret_and_a_removal(keeper: Keeper) -> None:
    content = keeper.write(auths={HOST: {}}, credsStore='toy')
    keeper.use()
    assert keeper.config.read_bytes() == content, 'docker leaves an empty entry, too'
    for entry in ({'password': 'another-one'}, {'username': 'me'}):
        assert keeper.use(entry=entry)['entries'][0]['changed'] == ['secret']
    keeper.actions()
    assert keeper.remove(check_mode=True)['entries'][0]['changed'] == ['entry']
    assert keeper.actions() == ['get'] and keeper.logins()
    assert keeper.remove()['entries'][0]['changed'] == ['entry']
    assert keeper.actions() == ['get', 'erase', 'get'] and not keeper.logins()
    assert json.loads(keeper.config.read_bytes()) == {'credsStore': 'toy'}
    assert not keeper.remove()['changed'] and keeper.actions() == ['get']


@pytest.mark.parametrize('members', [None, {}, {'credHelpers': {HOST: '', 'other.example': 'toy'}}])
def test_without_a_program_the_file_is_written(keeper: Keeper, members: t.Any) -> None:
    if members is not None:
        keeper.write(**members)
    keeper.use()
    auths = {HOST: {'auth': basic('ci', PASSWORD).partition(' ')[2]}}
    assert json.loads(keeper.config.read_bytes()) == {**(members or {}), 'auths': auths}
    assert keeper.actions() == []


BAD = {
    'get refuses': (
        '[ $1 != get ] || { echo %s; exit 3; }' % 'an-unknown-secret',
        r'\(exit code 3\)',
    ),
    'get is not JSON': ('[ $1 != get ] || { echo hello; exit 0; }', 'JSON'),
    'get is deep': ('[ $1 != get ] || { yes [ | head -c 200000; exit 0; }', 'JSON'),
    'get has no end': ('[ $1 != get ] || yes', 'does not answer|JSON'),
    'get is a list': ('[ $1 != get ] || { echo "[1]"; exit 0; }', 'JSON'),
    'get lacks a secret': ('[ $1 != get ] || { echo \'{"Username": "ci"}\'; exit 0; }', 'JSON'),
    'get has a number': (
        '[ $1 != get ] || { echo \'{"Username": "ci", "Secret": 1}\'; exit 0; }',
        'JSON',
    ),
    'store refuses': (
        '[ $1 != store ] || { echo "no: $given"; yes | head -c 9000; exit 1; }',
        r'"store".*code 1: no:',
    ),
    'store hangs': ('[ $1 != store ] || exec sleep 600', 'does not answer to'),
    'no shell': ('kill -9 $$', r'\(exit code -?\d+\)'),
}


@pytest.mark.parametrize('case', BAD)
def test_F34_a_program_that_fails_is_named_and_the_file_stays(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    more, message = BAD[case]
    if 'does not answer' in message:
        monkeypatch.setattr(credential_program, 'SECONDS', 1.0)
    keeper.install(more)
    content = keeper.write(auths={HOST: {'auth': 'b2xkOm9sZA=='}}, credsStore='toy')
    with pytest.raises(FileProblem, match=message) as caught:
        keeper.use()
    text = str(caught.value)
    assert 'docker-credential-toy' in text and '\n' not in text and len(text) < 600
    assert 'long-enough' not in text and 'unknown-secret' not in text
    assert keeper.config.read_bytes() == content


@pytest.mark.parametrize('lost', ["given='{}'", 'exit 0', 'given=$(echo "$given" | sed s,ci,me,)'])
def test_what_the_program_then_has_decides_whether_the_entry_is_effective(
    keeper: Keeper, lost: str
) -> None:
    keeper.install('[ $1 != store ] || %s' % lost)
    content = keeper.write(auths={HOST: {'auth': 'b2xkOm9sZA=='}}, credsStore='toy')
    if lost == "given='{}'":
        with pytest.raises(FileProblem, match='Only what is outside .*JSON'):
            keeper.use()
    else:
        result = keeper.use()
        assert result['failed'] and result['changed'] and 'after "store"' in result['msg']
        assert result['entries'][0]['effective'] is False
        assert 'docker-credential-toy' in result['entries'][0]['shadowed_by']
    assert keeper.config.read_bytes() == content


def test_an_erased_credential_that_is_still_there_is_named(keeper: Keeper) -> None:
    content = keeper.write(auths={HOST: {}}, credsStore='toy')
    keeper.use()
    keeper.install('[ $1 != erase ] || exit 0')
    with pytest.raises(FileProblem, match='still has a credential'):
        keeper.remove()
    assert keeper.config.read_bytes() == content


def test_a_failure_names_the_entries_that_the_program_has_already(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = keeper.write(credHelpers={'a.example': 'toy', 'b.example': 'other'})
    keeper.install('[ $1 != store ] || exit 1', 'other')
    user = {'username': 'ci', 'password': PASSWORD}
    entries = [{'registry': name, **user} for name in ('a.example', 'b.example', 'c.example')]
    given: dict[str, t.Any] = {'path': str(keeper.config), 'credential_store': 'use'}
    with pytest.raises(
        FileProblem, match=r'Only what is outside .*was changed \(a.example\).*b.example'
    ):
        apply(KIND, *entries, **given)
    assert [*keeper.logins()] == ['a.example'] and keeper.config.read_bytes() == content
    keeper.install('', 'other')

    def full(*_given: t.Any, **_more: t.Any) -> None:
        raise FileProblem('The disk is full.')

    with monkeypatch.context() as patch:
        patch.setattr(atomic_file, 'write_private', full)
        with pytest.raises(FileProblem, match=r'was changed \(b.example\): The disk is full'):
            apply(KIND, *entries, **given)
    result = apply(KIND, *entries, **given)
    assert [each['changed'] for each in result['entries']] == [[], [], ['entry']]


def test_a_file_that_cannot_be_written_is_found_before_the_program_is_asked(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.write(auths={HOST: {'auth': 'b2xkOm9sZA=='}}, credsStore='toy')

    def forbidden(*_given: t.Any) -> None:
        raise FileProblem('The folder is read-only.')

    monkeypatch.setattr(atomic_file, 'check_writable', forbidden)
    with pytest.raises(FileProblem, match='read-only'):
        keeper.use()
    assert keeper.actions() == []


def test_F48_what_is_written_to_the_file_meanwhile_stays(keeper: Keeper) -> None:
    members = {'auths': {HOST: {'auth': 'b2xkOm9sZA=='}}, 'credsStore': 'toy'}
    keeper.write(**members)
    text = json.dumps({**members, 'mine': 1})
    keeper.install("[ $1 != store ] || echo '%s' > %s" % (text, keeper.config))
    assert keeper.use()['entries'][0]['changed'] == ['entry', 'duplicates']
    assert json.loads(keeper.config.read_bytes()) == {'credsStore': 'toy', 'mine': 1}
    assert keeper.actions() == ['get', 'store', 'get', 'get']


@pytest.mark.parametrize(
    'members, entry, given, message',
    [
        ({'credsStore': 'none-here'}, {}, {}, 'not in the PATH.*Install it'),
        ({'credsStore': '../toy'}, {}, {}, 'is not one'),
        ({'credsStore': 'toy toy'}, {}, {}, 'is not one'),
        (
            {'credHelpers': {'https://' + HOST: 'toy'}},
            {},
            {},
            HOST + ' is looked for in credHelpers',
        ),
        ({'credsStore': 'toy'}, {'username': '<token>'}, {}, 'identity token'),
        ({'credsStore': 'toy'}, {}, {'format': 'containers'}, 'only if credHelpers'),
        (
            {'credHelpers': {HOST: 'toy'}},
            {'registry': HOST + '/team'},
            {'format': 'containers'},
            'without a path',
        ),
    ],
)
def test_F17_what_the_program_would_not_be_asked_for_is_refused(
    keeper: Keeper,
    members: dict[str, t.Any],
    entry: dict[str, t.Any],
    given: dict[str, t.Any],
    message: str,
) -> None:
    content = keeper.write(**members)
    for check_mode in (True, False):
        with pytest.raises(TokensError, match=message):
            keeper.use(entry=entry, check_mode=check_mode, **given)
    assert keeper.config.read_bytes() == content and keeper.actions() == []


def test_a_registry_token_is_no_password(keeper: Keeper) -> None:
    keeper.write(credsStore='toy')
    entry = {'registry': HOST, 'access_token': 'a-long-token', 'bearer_as': 'registrytoken'}
    given: dict[str, t.Any] = {'path': str(keeper.config), 'credential_store': 'use'}
    with pytest.raises(TokensError, match='no registrytoken'):
        apply(KIND, entry, **given)
    apply(KIND, {**entry, 'bearer_as': 'password'}, **given)
    assert keeper.logins() == {HOST: ('oauth2', 'a-long-token')}


def test_verification_asks_with_what_the_program_has(sandbox: t.Any, keeper: Keeper) -> None:
    recorder = Recorder(image, refused=[basic('ci', 'wrong')])
    host = sandbox.serve(recorder).url.partition('://')[2]
    keeper.write(auths={host: {'auth': 'b2xkOm9sZA=='}}, credsStore='toy')
    given = {'verify': True, 'ca_path': str(sandbox.ca_path)}
    for _time in range(2):
        result = keeper.use(entry={'registry': host}, **given)
        assert result['verification'][0]['accepted'] is True, result
    assert recorder.requests[-1] == ('/v2/', basic('ci', PASSWORD))
    result = keeper.use(entry={'registry': host, 'password': 'wrong'}, check_mode=True, **given)
    assert result['verification'][0]['message'] == 'check mode'
    result = keeper.use(entry={'registry': host, 'password': 'wrong'}, **given)
    assert result['failed'] and '(401)' in result['msg']


@pytest.fixture
def users_keeper(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Keeper]:
    """One of another user, in a folder that this user can enter."""
    folder = Path(tempfile.mkdtemp(prefix='users-'))
    folder.chmod(0o755)
    keeper = Keeper(folder, monkeypatch)
    keeper.write(credsStore='toy')
    for each in (keeper.kept, keeper.home, keeper.config.parent, keeper.config):
        os.chown(each, 64011, 64011)  # nobody's
    yield keeper
    shutil.rmtree(folder)


@pytest.mark.needs_root
def test_S6_root_runs_the_program_as_the_owner_of_the_file(
    users_keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('A_VARIABLE', 'of-root')
    assert users_keeper.use()['changed']
    assert {path.stat().st_uid for path in users_keeper.kept.iterdir()} == {64011}
    assert 'of-root' not in (users_keeper.kept / 'seen').read_text()
    assert users_keeper.remove()['changed'] and not users_keeper.logins()


@pytest.mark.needs_root
@pytest.mark.parametrize('what', ['program', 'folder', 'two users'])
def test_S6_root_runs_no_program_that_others_can_change(users_keeper: Keeper, what: str) -> None:
    program = users_keeper.bin / 'docker-credential-toy'
    if what == 'program':
        os.chown(program, 64012, 64012)
    elif what == 'folder':
        os.chown(users_keeper.bin, 64012, 64012)
    else:
        for path in (users_keeper.config, users_keeper.config.parent):
            os.chown(path, 64012, 64012)
    with pytest.raises(FileProblem, match='become_user|not in the PATH'):
        users_keeper.use()
    assert users_keeper.actions() == [] and users_keeper.logins() == {}


@pytest.mark.needs_client('skopeo')
@pytest.mark.parametrize('form', ['docker', 'containers'])
def test_F17_skopeo_sends_what_the_program_has(sandbox: t.Any, keeper: Keeper, form: str) -> None:
    recorder = Recorder(image)
    host = sandbox.serve(recorder).url.partition('://')[2]
    if form == 'containers':
        keeper.config = keeper.home / '.config/containers/auth.json'
    keeper.write(credHelpers={host: 'toy'})
    assert keeper.use(entry={'registry': host}, format=form)['changed']
    address = 'docker://%s/team/an-image:1' % host
    command = ['skopeo', 'inspect', '--tls-verify=false', address]
    done = processes.run(command, keeper.home, XDG_RUNTIME_DIR=str(keeper.home / 'run'))
    sent = recorder.sent('/manifests/')
    assert done.returncode == 0 and sent == {basic('ci', PASSWORD)}, (sent, done.stderr)
