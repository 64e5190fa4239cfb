# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Delivered credentials of Bundler and of gem push, as these programs send them."""

from __future__ import annotations

import os
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import FileProblem
from tests.sandbox.recorder import Recorder, basic
from tests.support.package_clients import KINDS, apply

KIND = KINDS['bundler_credentials']
ODD = 'p:%+/=#;"\'\\ä{}$ x@?&~'
ENCODED = 'ci:p%3A%25%2B%2F%3D%23%3B%22%27%5C%C3%A4%7B%7D%24%20x%40%3F%26%7E'
CI = {'username': 'ci', 'password': ODD}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / 'home/.bundle/config'


def delivered(path: Path, url: str, **given: t.Any) -> dict[str, t.Any]:
    options = {name: given.pop(name) for name in ('project_paths', 'verify') if name in given}
    return apply(KIND, {'url': url, **given}, path=str(path), **options)


def changed(result: dict[str, t.Any]) -> list[str]:
    return list(result['entries'][0]['changed'])


def gems(_url: str, path: str) -> tuple[bytes, str] | None:
    if path.endswith('/versions'):
        return b'created_at: 2020-01-01T00:00:00Z\n---\n', 'text/plain'
    return None


def ruby(path: Path, *command: str) -> str:
    """Run a program of Ruby in a project. :returns: its output."""
    project = path.parents[2] / 'project'
    project.mkdir(exist_ok=True)
    ran = subprocess.run(
        command,
        cwd=project,
        env={**os.environ, 'HOME': str(path.parents[1]), 'BUNDLE_SILENCE_ROOT_WARNING': '1'},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ran.stdout + ran.stderr


def bundle(path: Path, url: str) -> str:
    """Have Bundler ask a source for a gem, which it does not find."""
    (path.parents[2] / 'project').mkdir(exist_ok=True)
    (path.parents[2] / 'project/Gemfile').write_text('source "%s"\ngem "aa"\n' % url)
    return ruby(path, 'bundle', 'lock')


@pytest.mark.parametrize('with_path', [True, False], ids=['address', 'host'])
@pytest.mark.needs_client('bundle')
def test_F42_bundler_sends_what_was_delivered(sandbox: t.Any, path: Path, with_path: bool) -> None:
    recorder = Recorder(gems)
    server = sandbox.serve(recorder, tls=False).url
    source = server + '/my-repo/v1.0/'
    given = source if with_path else server
    path.parent.mkdir(parents=True)
    # The spelling of older versions, which counts if it comes later
    older = 'BUNDLE_%s: "ci:old"\n' % source.upper() if with_path else ''
    path.write_text('---\nBUNDLE_PATH: "gems"\n' + older)
    assert changed(delivered(path, given, **CI)) == (
        ['entry', 'duplicates'] if with_path else ['entry']
    )
    output = bundle(path, source)
    assert recorder.sent('/versions') == {basic('ci', ODD)}, output
    assert 'deprecated' not in output
    recorder.requests.clear()
    assert changed(delivered(path, given, access_token='a+token')) == ['secret']
    output = bundle(path, source)
    assert recorder.sent('/versions') == {basic('oauth2', 'a+token')}, output
    assert changed(delivered(path, given, state='absent')) == ['entry']
    assert path.read_text() == '---\nBUNDLE_PATH: "gems"\n'


@pytest.mark.parametrize(
    'url, key',
    [
        ('https://my-gems.example.com', 'BUNDLE_MY___GEMS__EXAMPLE__COM'),
        ('https://gems.example.com:8443/', 'BUNDLE_GEMS__EXAMPLE__COM'),
        (
            'https://gems.example.com:8443/a-b/v1.2',
            'BUNDLE_HTTPS://GEMS__EXAMPLE__COM:8443/A___B/V1__2/',
        ),
    ],
)
def test_F42_the_key_is_a_host_or_an_address(path: Path, url: str, key: str) -> None:
    delivered(path, url, **CI)
    assert path.read_text() == '---\n%s: "%s"\n' % (key, ENCODED)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not delivered(path, url, **CI)['changed']


@pytest.mark.needs_client('ruby')
def test_F43_gem_push_sends_what_was_delivered(sandbox: t.Any, path: Path, tmp_path: Path) -> None:
    recorder = Recorder(gems)
    url = sandbox.serve(recorder, tls=False).url + '/gems'
    credentials = path.parents[1] / '.gem/credentials'
    credentials.parent.mkdir(parents=True)
    credentials.write_text('---\n:rubygems_api_key: theirs\n')
    credentials.chmod(0o644)
    (tmp_path / 'project').mkdir()
    (tmp_path / 'project/a.gemspec').write_text(
        'Gem::Specification.new { |s| s.name = "aa"; s.version = "1"; s.summary = s.authors = "a" }'
    )
    assert 'File: aa-1.gem' in ruby(path, 'gem', 'build', 'a.gemspec')
    for entry, sent in ((CI, basic('ci', ODD)), ({'access_token': 'a~b'}, 'Bearer a~b')):
        recorder.requests.clear()
        assert 'gem_push' in changed(delivered(path, url, gem_push=True, **entry))
        output = ruby(path, 'gem', 'push', '--host', url, 'aa-1.gem')
        assert sent in recorder.sent('/gems'), output
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    assert changed(delivered(path, url, state='absent')) == ['entry', 'gem_push']
    assert credentials.read_text() == '---\n:rubygems_api_key: theirs\n'


def test_F45_the_file_of_a_project_wins_and_is_named(path: Path, tmp_path: Path) -> None:
    url = 'https://gems.example.com/r/'
    theirs = tmp_path / 'project/.bundle/config'
    delivered(theirs, url, **CI)
    content = theirs.read_bytes()
    projects = {'project_paths': [str(tmp_path / 'project')]}
    refused = delivered(path, url, username='ci', password='other', **projects)
    assert refused['failed'] and str(theirs) in refused['entries'][0]['shadowed_by']
    assert not path.exists()
    assert 'failed' not in delivered(path, url, **CI, **projects)
    removed = delivered(path, url, state='absent', **projects)
    assert removed['warnings'] == ['%s still has a credential for %s.' % (theirs, url)]
    assert theirs.read_bytes() == content


def test_F42_a_form_that_is_not_edited_is_refused(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text('{BUNDLE_PATH: gems}\n')
    with pytest.raises(FileProblem, match='line 1 has something else'):
        delivered(path, 'https://gems.example.com', **CI)
    assert path.read_text() == '{BUNDLE_PATH: gems}\n'


def test_the_credential_in_the_file_is_verified(sandbox: t.Any, path: Path) -> None:
    recorder = Recorder(gems)
    url = sandbox.serve(recorder, tls=False).url + '/gems'
    result = delivered(path, url, verify=True, **CI)
    assert result['verification'][0]['accepted'] is True
    assert recorder.sent('/gems/versions') == {basic('ci', ODD)}
