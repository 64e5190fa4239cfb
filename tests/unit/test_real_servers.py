# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A missing Java, Maven or Node.js is reported before anything is downloaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.tools.scratch import ROOT


def program(folder, name, text=''):
    path = folder / name
    path.write_text(f'#!/bin/sh\n{text}\n')
    path.chmod(0o755)


@pytest.mark.parametrize(
    ('java', 'others', 'lacks'),
    [
        (
            None,
            [],
            'a Java 17 runtime, the Java 17 compiler (a JDK), Maven 3.6.3 or newer, Node.js, npm',
        ),
        ('17.0.1', ['javac', 'node', 'npm'], 'Maven 3.6.3 or newer'),
        ('17.0.1', ['javac', 'mvn'], 'Node.js, npm'),
        ('11.0.2', ['javac', 'mvn', 'node', 'npm'], 'a Java 17 runtime (this is 11)'),
        ('1.8.0_392', ['javac', 'mvn', 'node'], 'a Java 17 runtime (this is 8), npm'),
    ],
)
def test_what_is_missing_is_reported(tmp_path, java, others, lacks):
    if java:
        program(tmp_path, 'java', f'echo \'openjdk version "{java}" 2020-01-01\' >&2')
    for name in others:
        program(tmp_path, name, 'exit 9')
    ran = subprocess.run(
        [sys.executable, '-m', 'tests.real'],
        cwd=ROOT,
        env={**os.environ, 'PATH': str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1 and ran.stderr == ''
    assert ran.stdout == (
        f'The tests with real servers need {lacks}. On Debian and Ubuntu: apt-get install '
        'openjdk-17-jdk-headless maven nodejs npm\n'
        '\n0 passed, 1 failed\n'
    )
