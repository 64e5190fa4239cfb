# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Maven and the protected repository.

Resolving a parent POM needs no plugin, so C(mvn -N validate) on a project whose parent is only in
the protected repository needs no other repository, and fails if and only if Maven was not let in.
"""

from __future__ import annotations

import subprocess
from xml.sax.saxutils import escape

import pytest

from tests.sandbox import nexus
from tests.sandbox.maven_repository import PROTECTED_PROJECT

pytestmark = pytest.mark.needs_client('mvn')


def knock(sandbox, folder, url, user, password):
    """Runs C(mvn -N validate) with a separate settings file; returns the exit status and what was
    printed.
    """
    (folder / 'pom.xml').write_text(
        PROTECTED_PROJECT % {'server_id': 'private', 'url': url}, encoding='utf-8'
    )
    (folder / 'settings.xml').write_text(
        '<settings><servers><server><id>private</id><username>{}</username><password>{}</password>'
        '</server></servers></settings>'.format(escape(user), escape(password)),
        encoding='utf-8',
    )
    done = subprocess.run(
        [
            'mvn',
            '-q',
            '-B',
            '-N',
            '-s',
            str(folder / 'settings.xml'),
            f'-Dmaven.repo.local={folder}/repository',
            f'-Djavax.net.ssl.trustStore={sandbox.truststore_path}',
            '-Djavax.net.ssl.trustStorePassword=changeit',
            'validate',
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ('version', 'path'),
    [('2.5.1-01', '/content/repositories/private/'), ('3.90.1-01', '/repository/private/')],
)
def test_maven_gets_in_with_a_user_token(sandbox, tmp_path, version, path):
    server = sandbox.serve(nexus.create_app(version, protect_content=True))
    token = server.app.create_token('bob', 'bob')
    status, printed = knock(sandbox, tmp_path, server.url + path, token.name_code, token.pass_code)
    assert status == 0, printed
    assert [item['status'] for item in server.requests.matching(path=r'door-1\.0\.0\.pom$')] == [
        401,
        200,
    ], 'it waits for the challenge'


def test_maven_stays_outside_with_a_wrong_pass_code(sandbox, tmp_path):
    server = sandbox.serve(nexus.create_app('3.90.1-01'))
    token = server.app.create_token('bob', 'bob')
    status, printed = knock(
        sandbox,
        tmp_path,
        server.url + '/repository/private/',
        token.name_code,
        token.pass_code[::-1],
    )
    assert status == 1 and '401' in printed
    assert {item['status'] for item in server.requests} == {401}
