# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""git_credential in homes whose settings other programs made: delivered is what git then finds."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import tempfile
import typing as t

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils import _programs
from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from ansible_collections.buildops.tokens.plugins.module_utils._git import ask_git, locked_files
from ansible_collections.buildops.tokens.plugins.module_utils._git.delivery import (
    ARGUMENTS,
    deliver,
)
from ansible_collections.buildops.tokens.plugins.module_utils._programs import Outcome

pytestmark = pytest.mark.needs_client('git')
OURS = {'username': 'ci', 'password': 'the-delivered-one'}
FOUND = ('ci', 'the-delivered-one')
# Answers for every address, and leaves a trace when it is asked
OTHER = '"!f() { echo asked >> ~/asked; echo username=other; echo password=other; }; f"'


@pytest.fixture
def home(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    folder = tmp_path / 'home'
    folder.mkdir()
    for name in ('XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM'):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv('HOME', str(folder))
    monkeypatch.setenv('GIT_TERMINAL_PROMPT', '0')
    monkeypatch.setenv('GIT_CONFIG_NOSYSTEM', '1')
    return folder


def fill(url: str) -> tuple[str, str] | None:
    done = subprocess.run(
        ['git', 'credential', 'fill'],
        input=b'url=%s\n\n' % url.encode(),
        capture_output=True,
        cwd='/',
        check=False,
    )
    pairs = dict(line.split('=', 1) for line in done.stdout.decode().splitlines() if '=' in line)
    return (pairs['username'], pairs['password']) if 'password' in pairs else None


def run(*entries: dict[str, t.Any], check: bool = False, **options: t.Any) -> dict[str, t.Any]:
    """Deliver, and see that check mode predicted it and that a second run changes nothing."""
    params = {name: spec.get('default') for name, spec in ARGUMENTS.items()}
    defaults = {name: spec.get('default') for name, spec in ARGUMENTS['entries']['options'].items()}
    params.update(entries=[dict(defaults, **entry) for entry in entries], **options)
    predicted = deliver(params, True, False, shutil.which)[0]
    if check:
        return predicted
    result = deliver(params, False, False, shutil.which)[0]
    assert (result['changed'], result['entries']) == (predicted['changed'], predicted['entries'])
    if 'failed' not in result:
        assert not deliver(params, False, False, shutil.which)[0]['changed']
    return result


@pytest.fixture
def users_home(home: pathlib.Path) -> t.Iterator[pathlib.Path]:
    """The home of another user, which root can write to."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix='users-'))
    os.chown(folder, 64011, 64011)  # nobody's
    yield folder
    shutil.rmtree(folder)


@pytest.mark.needs_root
@pytest.mark.parametrize('kind', ['file', 'store'])
def test_S6_root_reads_what_a_users_configuration_names_with_the_rights_of_that_user(
    home: pathlib.Path, users_home: pathlib.Path, kind: str
) -> None:
    """Opening a device can have effects, and what is in a file can be seen in the result."""
    of_root = home / 'of-root'
    of_root.write_text('https://root:secret@ex.com\n' if kind == 'store' else '[a]\nb\n')
    of_root.chmod(0o600)
    home.chmod(0o700)
    config = users_home / 'config'
    config.write_text(
        '[include]\n\tpath = %s\n' % of_root
        if kind == 'file'
        else '[credential]\n\thelper = store --file %s\n' % of_root
    )
    os.chown(config, 64011, 64011)
    paths = {'path': str(users_home / 'store'), 'config_path': str(config)}
    with pytest.raises(FileProblem, match='Permission denied'):
        run(present('https://ex.com'), **paths)
    assert not (users_home / 'store').exists()
    assert (os.geteuid(), os.getegid()) == (0, 0)


@pytest.mark.needs_root
def test_the_home_in_a_users_configuration_is_that_of_the_user(
    home: pathlib.Path, users_home: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = _programs.User(64011, 64011, 'alice', str(users_home), ())
    monkeypatch.setattr(_programs, '_user', lambda uid: user if uid else user._replace(uid=0))
    (users_home / '.included').write_text('[credential]\n\thelper =\n')
    (users_home / 'config').write_text('[include]\n\tpath = ~/.included\n')
    for path in users_home.iterdir():
        os.chown(path, 64011, 64011)
    paths = {'path': str(users_home / 'store'), 'config_path': str(users_home / 'config')}
    result = run(present('https://ex.com'), **paths)
    assert result['entries'][0]['effective'], result


def present(url: str, **more: t.Any) -> dict[str, t.Any]:
    return dict({'url': url}, **dict(OURS, **more))


@pytest.mark.parametrize(
    'config',
    [
        # gh auth setup-git
        '[credential "https://ex.com"]\n\thelper =\n\thelper = %s\n',
        '[credential "https://*.com"]\n\thelper =\n\thelper = %s\n',
        '[credential "ex.com"]\n\thelper =\n\thelper = %s\n',
        # a helper before the store
        '[credential]\n\thelper = %s\n\thelper = store\n',
        # dotfiles that reset at their end
        '[credential]\n\thelper = store\n[include]\n\tpath = more\n',
        '[credential]\n\thelper = store\n[credential]\n\thelper =\n',
        # AWS CodeCommit
        '[credential]\n\thelper = %s\n\tUseHttpPath = true\n',
        '[credential]\n\thelper = store\n[credential "https://ex.com"]\n\tuseHttpPath\t=1\n',
        # names of persons
        '[credential]\n\tusername = jdoe\n',
        '[credential "https://ex.com"]\n\tusername = jdoe\n\thelper = store\n',
        '\ufeff[credential]\r\n\thelper = "st"\\\r\nore ; x\r\n',
        '[credential]\n\thelper = store --file ~/elsewhere\n',
    ],
)
@pytest.mark.parametrize('scope', ['global', 'url'])
def test_G17_the_entry_is_found_whatever_others_set(
    home: pathlib.Path, config: str, scope: str
) -> None:
    (home / '.gitconfig').write_text(
        config % OTHER if '%s' in config else config, encoding='utf-8', newline=''
    )
    (home / 'more').write_text('[credential]\n\thelper =\n\thelper = %s\n' % OTHER)
    (home / 'elsewhere').write_text('https://you:theirs@ex.com\n')
    (home / '.git-credentials').write_text('https://you:theirs@ex.com/x/y\n')
    if 'theirs' not in config:
        (home / '.git-credentials').unlink()
    result = run(present('https://ex.com'), helper_scope=scope)
    assert result['entries'][0]['effective'] is True
    assert not (home / 'asked').exists()  # nor was a helper of others run
    assert fill('https://ex.com/any/repo.git') == FOUND


def test_G17_other_addresses_keep_their_helpers(home: pathlib.Path) -> None:
    (home / '.gitconfig').write_text(
        '[credential]\n\thelper = %s\n'
        '[credential "https://ex.com/theirs"]\n\thelper =\n\thelper = %s\n\tuseHttpPath = true\n'
        '[credential "https://other.com"]\n\thelper =\n' % (OTHER, OTHER.replace('other', 'deep'))
    )
    before = {
        url: fill(url) for url in ('https://ex.com/theirs/x', 'https://z.com', 'https://other.com')
    }
    run(present('https://ex.com'))
    assert {url: fill(url) for url in before} == before
    assert fill('https://ex.com/x') == FOUND


def test_G7_a_group_path_serves_its_repositories_and_no_others(home: pathlib.Path) -> None:
    run(present('https://ex.com', username='all', password='for-all'))
    run(present('https://ex.com/team/one.git', username='one', password='for-one'))
    run(present('https://ex.com/team'))
    assert fill('https://ex.com/team/two.git') == FOUND
    assert fill('https://ex.com/team/two.git/info/lfs') == FOUND
    assert fill('https://ex.com/team/one.git') == ('one', 'for-one')
    assert fill('https://ex.com/teams/x.git') == ('all', 'for-all')
    run({'url': 'https://ex.com/team', 'state': 'absent'})
    assert fill('https://ex.com/team/two.git') == ('all', 'for-all')


def test_G7_a_path_with_characters_that_git_encodes(home: pathlib.Path) -> None:
    run(present('https://ex.com/team/c++@x!.git'), present('https://ex.com', username='all'))
    assert fill('https://ex.com/team/c++@x!.git') == FOUND
    assert fill('https://ex.com/team/c') == ('all', 'the-delivered-one')


def test_G4_an_address_with_capitals_is_found_as_given_and_in_lower_case(
    home: pathlib.Path,
) -> None:
    run(present('https://Git.Ex.com'))
    assert fill('https://Git.Ex.com/x') == fill('https://git.ex.com/x') == FOUND


@pytest.mark.parametrize('scope', ['global', 'url'])
def test_G21_a_host_with_an_underscore(home: pathlib.Path, scope: str) -> None:
    run(
        present('https://git_x.ex.com'),
        present('https://git_x.ex.com/a.git', username='one', password='for-one'),
        helper_scope=scope,
    )
    assert fill('https://git_x.ex.com/b.git') == FOUND
    assert fill('https://git_x.ex.com/a.git') == ('one', 'for-one')


def test_absent_leaves_what_others_set(home: pathlib.Path) -> None:
    content = (
        '[credential "https://ex.com"]\n\thelper = store\n\tuseHttpPath = true\n\tusername = ci\n'
    )
    (home / '.gitconfig').write_text(content)
    run(present('https://ex.com'))
    run({'url': 'https://ex.com', 'state': 'absent'})
    assert (home / '.gitconfig').read_text() == content


def test_a_store_that_git_reads_first_is_refused_with_its_name(home: pathlib.Path) -> None:
    (home / 'system').write_text('[credential]\n\thelper = store --file %s/first\n' % home)
    (home / '.gitconfig').write_text('[credential]\n\thelper =\n')
    (home / 'first').write_text('https://you:theirs@ex.com\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv('GIT_CONFIG_NOSYSTEM')
        patch.setenv('GIT_CONFIG_SYSTEM', str(home / 'system'))
        result = run(present('https://ex.com'), config_path=str(home / 'system'))
    assert result['failed'] and not result['changed']
    assert result['entries'][0]['effective'] is False
    assert 'git finds no credential' in result['msg'] and 'theirs' not in str(result)
    assert not (home / '.git-credentials').exists()


def test_S3_a_helper_with_a_secret_in_it_is_not_shown(home: pathlib.Path) -> None:
    (home / 'system').write_text('')
    (home / '.gitconfig').write_text('[credential]\n\thelper =\n\thelper = !echo password=s3cret\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv('GIT_CONFIG_NOSYSTEM')
        patch.setenv('GIT_CONFIG_SYSTEM', str(home / 'system'))
        result = run(present('https://ex.com'), config_path=str(home / 'system'))
    assert result['failed'] and 'a command' in result['msg'] and 's3cret' not in str(result)


def test_a_setting_without_a_value_makes_git_refuse_everything(home: pathlib.Path) -> None:
    (home / '.gitconfig').write_text('[credential]\n\thelper\n')
    assert fill('https://ex.com') is None
    result = run(present('https://ex.com'))
    assert result['failed'] and 'credential.helper in' in result['msg']


def test_T21_the_store_is_put_back_when_the_configuration_cannot_be_written(
    home: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / '.git-credentials').write_text('https://you:theirs@ex.com\n')
    real = locked_files.write_private

    def fail_on_the_store(state: t.Any, content: bytes, policy: str, **more: t.Any) -> None:
        if state.target.endswith('credentials'):
            raise FileProblem('the disk is full')
        real(state, content, policy, **more)

    monkeypatch.setattr(locked_files, 'write_private', fail_on_the_store)
    with pytest.raises(FileProblem, match='the disk is full$'):
        run(present('https://ex.com'))
    assert sorted(path.name for path in home.iterdir()) == ['.git-credentials']
    assert (home / '.git-credentials').read_text() == 'https://you:theirs@ex.com\n'


@pytest.mark.parametrize('lock', ['.gitconfig.lock', '.git-credentials.lock'])
@pytest.mark.parametrize('check', [True, False])
def test_G14_a_lock_on_one_of_the_files_leaves_both_as_they_are(
    home: pathlib.Path, lock: str, check: bool
) -> None:
    (home / lock).touch()
    with pytest.raises(FileProblem, match=lock):
        run(present('https://ex.com'), check=check, lock_timeout=0.1)
    assert [path.name for path in home.iterdir()] == [lock]


def test_git_itself_has_the_last_word(home: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    another = Outcome(0, 'username=ci\npassword=another\n', '')
    monkeypatch.setattr(ask_git, 'run', lambda *arguments: another)
    params = {name: spec.get('default') for name, spec in ARGUMENTS.items()}
    params.update(present('https://ex.com'))
    result = deliver(params, False, False, shutil.which)[0]
    assert result['failed'] and 'git does not find them' in result['msg']
    assert result['entries'][0]['effective'] is False


def test_P3_a_git_that_does_not_answer_is_asked_once(
    home: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may wait for an included FIFO, for each entry as long."""
    asked: list[t.Any] = []

    def silent(*arguments: t.Any) -> Outcome:
        asked.append(arguments)
        return Outcome(None, '', '')

    monkeypatch.setattr(ask_git, 'run', silent)
    params = {name: spec.get('default') for name, spec in ARGUMENTS.items()}
    defaults = {name: spec.get('default') for name, spec in ARGUMENTS['entries']['options'].items()}
    urls = ['https://one.example', 'https://two.example']
    params['entries'] = [{**defaults, **present(url)} for url in urls]
    result, warnings = deliver(params, False, False, shutil.which)
    assert len(asked) == 1
    assert result['changed'] and 'failed' not in result
    assert len(warnings) == 1 and 'does not answer in 30 seconds' in warnings[0]
