# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Root writes into the home folder of a user who exchanges folders, links and files meanwhile.

Nothing of root's changes hands, mode or content, and no secret lands in a folder of root. The
environment variable C(RACE_ROUNDS) says how often each writer writes (C(make races): 10 000 times,
with the modules of ansible-core for comparison).
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import tempfile
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils import basic
from ansible.modules import lineinfile

from ansible_collections.buildops.tokens.plugins.module_utils import _redaction
from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.module_utils._files import atomic_file
from ansible_collections.buildops.tokens.plugins.module_utils._files.atomic_file import (
    FileChanged,
    edit_private,
    read_private,
    write_private,
)
from ansible_collections.buildops.tokens.plugins.module_utils._files.lock_file import locked
from ansible_collections.buildops.tokens.plugins.module_utils._git import delivery as git_delivery
from ansible_collections.buildops.tokens.plugins.module_utils._maven import (
    delivery as maven_delivery,
)
from ansible_collections.buildops.tokens.plugins.module_utils._nuxeo_online import (
    cli_link,
    registration,
)
from ansible_collections.buildops.tokens.plugins.plugin_utils.cache import Cache
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import CacheProblem
from tests.support import package_clients

from .races import ATTACKER, ROOTS_SECRET, Scene, attacking, attacks
from .writers import BEARER, Token, _params

pytestmark = pytest.mark.needs_root
ROUNDS = int(os.environ.get('RACE_ROUNDS', '200'))
SECRET = 'd3livered-c4nary-%d'
Write = t.Callable[[Path, str], object]


def _git(folder: Path, secret: str, config: bool) -> None:
    """Write the store, or the configuration with the store in a place that is not attacked.

    What one round adds to the configuration, the next removes: else it would grow with the rounds.
    """
    store = folder.parents[1] / 'store' if config else folder / 'file'
    removes = config and int(secret.rsplit('-', 1)[1]) % 2 == 1
    git_delivery.deliver(
        _params(
            git_delivery.ARGUMENTS,
            path=str(store),
            config_path=str(folder / 'file'),
            helper='store' if config else 'none',
            helper_scope='url',
            url='https://git.example',
            state='absent' if removes else 'present',
            username='ci',
            password=None if removes else secret,
            lock_timeout=0,
        ),
        False,
        False,
        lambda name: None,
    )


def _maven(folder: Path, secret: str, name: str = 'file') -> None:
    maven_delivery.deliver(
        _params(
            maven_delivery.ARGUMENTS,
            path=str(folder / name),
            id='ours',
            username='ci',
            password=secret,
        ),
        False,
        False,
        lambda program: None,
    )


def _cli_link(folder: Path, secret: str) -> None:
    cli_link.deliver(
        _params(
            cli_link.ARGUMENTS,
            path=str(folder),
            project='jdoe-SANDBOX',
            cli_token=secret,
            git_ignore=False,
        ),
        False,
        False,
        lambda path, arguments: None,
    )


def _registration(folder: Path, secret: str) -> None:
    """Remove the file: root does not write one that the server could not read."""
    registration.ensure(
        _params(
            registration.ARGUMENTS,
            nuxeo_home=str(folder.parents[1]),
            data_dir=str(folder),
            state='absent',
        ),
        False,
        False,
        lambda: None,
        environment={},
    )


def _lock(folder: Path, secret: str) -> None:
    with locked(str(folder / 'file'), timeout=0):
        pass


def _rolled_back(folder: Path, secret: str) -> None:
    """Fail when the folders and the temporary file are made."""

    def full(descriptor: int, content: bytes) -> None:
        raise OSError(errno.ENOSPC, 'full')

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(atomic_file, '_fill', full)
        try:
            write_private(read_private(str(folder / 'new/deep/file')), b'x')
        except TokensError as problem:
            if 'ENOSPC' not in str(problem):
                raise


def _summary(folder: Path, secret: str) -> None:
    state = read_private(str(folder / 'file'))
    write_private(state, secret.encode(), 'keep', new_mode=0o644)


def _cache(folder: Path, secret: str) -> None:
    cache = Cache(str(folder / 'new' / 'cache'), lasting=True)
    cache.write('key', Token(BEARER, 'nuvy_client_token', secret, 1), {})


CLID = '0123abcd-0001.4000000000.c2ln==\n%s\nold\n' % ROOTS_SECRET
STORE = 'https://root:%s@root.example\n' % ROOTS_SECRET
SERVER = (
    '<settings><servers><server><id>mine</id><username>me</username><password>%s</password>'
    '</server></servers></settings>' % ROOTS_SECRET
)
# The writer, the name that it writes, and what root has under that name
WRITERS: dict[str, tuple[Write, str, str]] = {
    'git store': (lambda folder, secret: _git(folder, secret, False), 'file', STORE),
    'git config': (
        lambda folder, secret: _git(folder, secret, True),
        'file',
        '[user]\n\tname = %s\n' % ROOTS_SECRET,
    ),
    'maven settings': (_maven, 'file', SERVER),
    'nuxeo cli': (_cli_link, '.yo-rc.json', json.dumps({'mine': ROOTS_SECRET})),
    'instance.clid': (_registration, 'instance.clid', CLID),
    'lock file': (_lock, 'file', ROOTS_SECRET),
    'new folders': (
        lambda folder, secret: _maven(folder, secret, 'new/deep/settings.xml'),
        'settings.xml',
        SERVER,
    ),
    'rollback': (_rolled_back, 'file', ROOTS_SECRET),
    'summary': (_summary, 'file', ROOTS_SECRET),
    'token cache': (_cache, 'salt', ROOTS_SECRET),
}


def _package_client(kind: t.Any) -> tuple[Write, str, str]:
    def write(folder: Path, secret: str) -> None:
        given = {'username': 'ci', 'password': secret}
        package_clients.deliver(kind, given, path=str(folder / 'file'))

    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), ROOTS_SECRET)
        _redaction.forget()
        return write, 'file', (Path(folder) / 'file').read_text()


PACKAGE_CLIENTS = sorted(package_clients.KINDS)


def race(write: Write, name: str, content: str, rounds: int) -> tuple[int, int, list[str]]:
    """Write while each of the attacks goes on.

    :returns: (how often the writer succeeded, how often it refused, what root lost).
    """
    done = refused = 0
    lost: list[str] = []
    secrets = itertools.count()
    kinds = list(attacks_of(name, content))
    for kind in kinds:
        with Scene({name: content}) as scene:
            attack = attacks(scene, [name])[kind]
            if not kind.startswith(('folder', 'new', 'two')):
                _give(scene.conf / name, content)
            with attacking(attack):
                for _round in range(-(-rounds // len(kinds))):
                    try:
                        write(scene.conf, SECRET % next(secrets))
                        done += 1
                    except (TokensError, CacheProblem):
                        refused += 1
                    _redaction.forget()  # messages are searched for the secrets of all rounds
                    lost += ['%s: %s' % (kind, what) for what in scene.losses()]
    return done, refused, lost


def attacks_of(name: str, content: str) -> list[str]:
    with Scene({name: content}) as scene:
        return list(attacks(scene, [name]))


def _give(path: Path, content: str) -> None:
    """Give the attacker a file as root has it, with another secret."""
    path.write_text(content.replace(ROOTS_SECRET, 'of-the-user'))
    path.chmod(0o644)
    os.chown(path, ATTACKER, ATTACKER)


@pytest.mark.parametrize('kind', WRITERS)
def test_S3_S4_S6_nothing_of_root_is_lost_while_a_user_attacks(
    kind: str, record_property: t.Callable[[str, int], None]
) -> None:
    done, refused, lost = race(*WRITERS[kind], ROUNDS)
    record_property('races: rounds', done + refused)
    record_property('races: refused', refused)
    record_property('races: lost', len(lost))
    assert lost == []
    assert done, 'the writer never wrote, so that nothing was tried'


@pytest.mark.parametrize('kind', PACKAGE_CLIENTS)
def test_S3_S4_nothing_of_root_is_lost_to_a_package_client(kind: str) -> None:
    """Their writers are the same, so that fewer rounds do: locks and second files differ."""
    done, _refused, lost = race(*_package_client(package_clients.KINDS[kind]), -(-ROUNDS // 4))
    assert lost == []
    assert done, 'the writer never wrote, so that nothing was tried'


def _naive(folder: Path, secret: str) -> None:
    """A writer that looks first and then does everything by path."""
    try:
        target = os.path.realpath(folder / 'file')
        owner = os.stat(os.path.dirname(target))
        with open(target) as stream:
            content = stream.read()
        with open(target + '.tmp', 'w') as stream:
            stream.write(content + secret)
        os.chown(target + '.tmp', owner.st_uid, owner.st_gid)
        os.replace(target + '.tmp', target)
    except OSError as error:
        raise TokensError(str(error)) from None


def test_control_a_writer_that_works_by_path_is_noticed() -> None:
    lost: list[str] = []
    for _attempt in range(20):
        lost += race(_naive, 'file', ROOTS_SECRET, 200)[2]
        if any('changed' in what for what in lost) and any('shown' in what for what in lost):
            return
    pytest.fail('nothing was noticed but %s' % lost)


def _lineinfile(folder: Path, secret: str) -> None:
    """Run the module in a separate process, as it ends with that."""
    arguments = {'path': str(folder / 'file'), 'line': secret, 'create': True, 'mode': '0600'}
    _in_process(lineinfile.main, arguments)


def _copy(folder: Path, secret: str) -> None:
    """Do what C(ansible.builtin.copy) does on the host."""
    from ansible.modules import copy

    source = folder.parents[1] / 'source'
    source.write_text(secret)
    _in_process(copy.main, {'src': str(source), 'dest': str(folder / 'file'), 'mode': '0600'})


def _in_process(main: t.Callable[[], None], arguments: dict[str, t.Any]) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            with open(os.devnull, 'r+') as nothing:
                for descriptor in (0, 1, 2):
                    os.dup2(nothing.fileno(), descriptor)
            given = {'ANSIBLE_MODULE_ARGS': arguments}
            basic._ANSIBLE_ARGS = json.dumps(given).encode()
            basic._ANSIBLE_PROFILE = 'legacy'
            with contextlib.suppress(SystemExit):
                main()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)


@pytest.mark.parametrize('write', [_lineinfile, _copy], ids=['lineinfile', 'copy'])
def test_compared_with_the_modules_of_ansible_core(
    write: Write, record_property: t.Callable[[str, int], None]
) -> None:
    """Only a report: how often they lose something in the same place."""
    rounds = max(20, ROUNDS // 10)
    done, refused, lost = race(write, 'file', ROOTS_SECRET, rounds)
    record_property('races: rounds of %s' % write.__name__.strip('_'), done + refused)
    record_property('races: lost by %s' % write.__name__.strip('_'), len(lost))
    assert done + refused >= rounds


@pytest.mark.parametrize('owner', [0, ATTACKER], ids=['same owner', 'another owner'])
def test_S4_what_was_read_is_not_written_over_another_file(tmp_path: Path, owner: int) -> None:
    """A file with the same bytes takes the place of the one that was read."""
    target, other = tmp_path / 'file', tmp_path / 'other'
    for path in (target, other):
        path.write_text(ROOTS_SECRET)
        path.chmod(0o600)
    state = read_private(str(target))
    os.chown(other, owner, owner)
    os.replace(other, target)
    with pytest.raises(FileChanged):
        write_private(state, b'more and ' + ROOTS_SECRET.encode())
    assert target.read_text() == ROOTS_SECRET
    assert target.stat().st_uid == owner
    assert os.listdir(tmp_path) == ['file']


def test_S4_an_edit_begins_again_with_the_file_that_is_there_now(tmp_path: Path) -> None:
    """The owner of the new file gets what is made of that file, and nothing of the first."""
    target, other = tmp_path / 'file', tmp_path / 'other'
    target.write_text(ROOTS_SECRET)
    other.write_text('of-the-user')
    os.chown(other, ATTACKER, ATTACKER)
    seen: list[bytes | None] = []

    def edit(content: bytes | None) -> tuple[bytes | None, None]:
        if not seen:
            os.replace(other, target)
        seen.append(content)
        return (content or b'') + b' and more', None

    edit_private(str(target), edit)
    assert seen == [ROOTS_SECRET.encode(), b'of-the-user']
    assert target.read_text() == 'of-the-user and more'
    assert target.stat().st_uid == ATTACKER
