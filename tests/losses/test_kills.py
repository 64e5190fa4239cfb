# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever kills a writer, or fails it: files are the old ones or the new ones, for their owner
alone, and the next run puts all in order.
"""

from __future__ import annotations

import os
import re
import stat

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import TokensError
from ansible_collections.buildops.tokens.plugins.plugin_utils.lookup_fast_path import CacheProblem

from .harness import ERRORS, points, trial
from .writers import NOBODY, OLD, OTHER, ROOT, SECRET, WRITERS, Writer

pytestmark = pytest.mark.needs_client('strace')
# Both folders by their descriptors, whose paths strace adds
RENAME = re.compile(r'renameat\(\d+<([^>]+)>, "([^"]+)", \d+<([^>]+)>, "([^"]+)"')
SECRETS = [secret.encode() for secret in (SECRET, OTHER, OLD)]


class Proof:
    """A writer in a separate folder: what it should have before and after, and whether it has."""

    def __init__(self, kind, folder, exists):
        self.writer, self.exists, self.log = kind(folder / 'home'), exists, folder / 'strace.log'
        self.writer.prepare(exists)
        self.writer.write()  # what is imported late opens files, too
        self.writer.prepare(exists)
        self.old = self.writer.contents()
        self.calls = trial(self.writer.write, self.log).calls
        self.new = self.writer.contents()
        assert self.old != self.new
        self.lost = []

    def run(self, *inject):
        self.writer.prepare(self.exists)
        return trial(self.writer.write, self.log, *inject)

    def judge(self, at, alive):
        """Look at what is there now. :param alive: the process could clean up after itself."""
        now = self.writer.contents()
        # Files that one run writes one after the other may be as far as it came
        for name, content in now.items():
            if content not in (self.old[name], self.new[name]):
                self.lost.append((at, name, content))
        for path in self.writer.folder.rglob('*'):
            info = path.lstat()
            if not stat.S_ISREG(info.st_mode):
                continue
            name, content = str(path.relative_to(self.writer.folder)), path.read_bytes()
            if name in self.new:
                written = content != self.old[name]
                assert (
                    not written
                    or not any(secret in content for secret in SECRETS)
                    or info.st_mode & 0o077 == 0
                ), (at, name, oct(info.st_mode))
                assert (
                    not ROOT
                    or not self.writer.OWNED_BY_A_USER
                    or (info.st_uid, info.st_gid) == (NOBODY, NOBODY)
                ), (at, name)
            elif any(secret in content for secret in SECRETS):
                assert not alive and stat.S_IMODE(info.st_mode) == 0o600, (
                    at,
                    name,
                    oct(info.st_mode),
                )

    def heal(self, at):
        """The next run, however soon it comes, finishes the work and clears away what the last one
        left.
        """
        self.writer.write()
        assert self.writer.contents() == self.new, at
        left = {
            str(path.relative_to(self.writer.folder))
            for path in self.writer.folder.rglob('*')
            if path.is_file()
        }
        # uv leaves its empty lock file, too
        assert left - set(self.new) - {'cache/salt', 'file.lock'} == set(), (at, left)


@pytest.fixture(
    params=[(name, exists) for name in WRITERS for exists in (True, False)],
    ids=lambda param: '%s, %s' % (param[0], 'old' if param[1] else 'none'),
)
def proof(request, tmp_path):
    name, exists = request.param
    return Proof(WRITERS[name], tmp_path, exists)


def test_T22_P2_P5_C16_killed_at_each_call(proof, record_property):
    found = points(proof.calls, proof.writer.folder)
    assert {'openat', 'write', 'fsync', 'renameat'} <= {name for name, number in found}
    outcomes = set()
    for name, number in found:
        done = proof.run('%s:signal=KILL:when=%d' % (name, number))
        assert done.killed, (name, number)
        proof.judge((name, number), alive=False)
        outcomes.add(repr(proof.writer.contents()))
        proof.heal((name, number))
    assert {repr(proof.old), repr(proof.new)} <= outcomes
    record_property('losses: kill points tried', len(found))
    record_property('losses: files lost', len(proof.lost))
    assert proof.lost == []


def test_T1_what_is_renamed_is_on_disk_before_and_its_name_afterwards(proof):
    lines = [line for _name, _number, line in proof.calls]
    renames = [
        (index, os.path.join(found[1], found[2]), os.path.join(found[3], found[4]))
        for index, line in enumerate(lines)
        for found in [RENAME.match(line)]
        if found and str(proof.writer.folder) in line
    ]
    assert renames
    for index, temporary, target in renames:
        assert any(
            line.startswith('fsync(') and '<%s>' % temporary in line for line in lines[:index]
        ), (temporary, lines)
        assert any(
            line.startswith('fsync(') and '<%s>' % os.path.dirname(target) in line
            for line in lines[index:]
        ), (target, lines)


@pytest.mark.parametrize('error', ERRORS)
def test_T20_T21_C11_G15_an_error_at_each_call(proof, error, record_property):
    found = points(proof.calls, proof.writer.folder, ERRORS[error])
    for name, number in found:
        done = proof.run('%s:error=%s:when=%d' % (name, error, number))
        assert not done.killed
        if done.problem is not None:
            assert isinstance(done.problem, (TokensError, CacheProblem)), (
                name,
                number,
                done.problem,
            )
            assert not any(secret.decode() in str(done.problem) for secret in SECRETS)
        elif proof.writer.contents() != proof.new:
            raise AssertionError('%s %d failed, and nobody said so' % (name, number))
        proof.judge((name, number), alive=True)
        proof.heal((name, number))
    record_property('losses: errors tried', len(found))
    record_property('losses: files lost', len(proof.lost))
    assert proof.lost == []


class InPlace(Writer):
    """What most programs do."""

    FILES = ('file',)
    OWNED_BY_A_USER = False

    def make_old(self):
        (self.folder / 'file').write_text(OLD)
        (self.folder / 'file').chmod(0o600)

    def write(self):
        (self.folder / 'file').write_text(SECRET)


def test_control_a_writer_that_loses_files_is_noticed(tmp_path):
    proof = Proof(InPlace, tmp_path, True)
    for name, number in points(proof.calls, proof.writer.folder):
        proof.run('%s:signal=KILL:when=%d' % (name, number))
        proof.judge((name, number), alive=False)
    assert {(at[0], content) for at, _name, content in proof.lost} == {('write', b'')}


def test_control_a_writer_that_shows_secrets_is_noticed(tmp_path):
    proof = Proof(InPlace, tmp_path, False)
    proof.run()
    with pytest.raises(AssertionError, match='0o100644'):
        proof.judge('the end', alive=True)
