# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deliveries to Gradle. C(test_properties.py) has Java as the judge of the file."""

from __future__ import annotations

import os
import pwd
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.buildops.tokens.plugins.module_utils._errors import BadInput, FileProblem
from tests.oracles.properties import PropertiesReader
from tests.sandbox.recorder import Recorder, basic
from tests.support.package_clients import KINDS, apply

KIND = KINDS['gradle_credentials']
ODD = ' p:%+/=#;"\'\\ä{}$ x@?&!'
COMPANY = {'name': 'company', 'username': 'ci', 'password': ODD}


def deliver(path: Path, *entries: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    return apply(KIND, *entries, path=str(path), **given)


def changed(result: dict[str, t.Any]) -> list[str]:
    return list(result['entries'][0]['changed'])


@pytest.mark.needs_client('java')
def test_F38_java_reads_the_credentials_and_only_one_kind_of_them(tmp_path: Path) -> None:
    path = tmp_path / 'gradle.properties'
    path.write_bytes(b'org.gradle.jvmargs=-Xmx2g \\\n  -ea\nother=x\\')
    first = deliver(path, COMPANY)
    assert changed(first) == ['entry'] and first['entries'][0]['effective']
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and first['permissions_restricted']
    assert not deliver(path, COMPANY)['changed']
    with PropertiesReader() as java:
        others = {'org.gradle.jvmargs': '-Xmx2g -ea', 'other': 'x'}
        assert java.read(path.read_bytes()) == {
            'companyUsername': 'ci',
            'companyPassword': ODD,
            **others,
        }
        bearer = deliver(path, {'name': 'company', 'access_token': 'tok.en~1'})
        assert changed(bearer) == ['kind']
        assert java.read(path.read_bytes()) == {
            'companyAuthHeaderName': 'Authorization',
            'companyAuthHeaderValue': 'Bearer tok.en~1',
            **others,
        }
        assert changed(deliver(path, {'name': 'company', 'access_token': 'next'})) == ['secret']
        assert changed(deliver(path, COMPANY)) == ['kind']
        assert changed(deliver(path, {**COMPANY, 'username': 'bot'})) == ['username']
        assert changed(deliver(path, {'name': 'company', 'state': 'absent'})) == ['entry']
        assert java.read(path.read_bytes()) == others


def test_F38_the_entry_of_another_repository_stays(tmp_path: Path) -> None:
    path = tmp_path / 'gradle.properties'
    deliver(path, COMPANY, {'name': 'company2', 'username': 'b', 'password': 'c'})
    deliver(path, {'name': 'company', 'state': 'absent'})
    assert path.read_bytes() == b'company2Username=b\ncompany2Password=c\n'


@pytest.mark.parametrize('name', ['my-repo', 'a b', 'a_b', ''])
def test_a_name_that_gradle_refuses_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match='name'):
        deliver(tmp_path / 'gradle.properties', {**COMPANY, 'name': name})


def test_F30_characters_that_old_versions_cannot_send_are_named(tmp_path: Path) -> None:
    result = deliver(tmp_path / 'gradle.properties', COMPANY)
    assert 'for company has characters outside ASCII, which Gradle 6' in result['warnings'][0]
    assert not deliver(tmp_path / 'gradle.properties', {**COMPANY, 'password': 'abc'})['warnings']
    with pytest.raises(BadInput, match='an HTTP header cannot carry'):
        deliver(tmp_path / 'gradle.properties', {'name': 'company', 'access_token': 'a b'})


def test_F38_a_file_that_java_refuses_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / 'gradle.properties'
    path.write_bytes(b'sdk=C:\\users\n')
    with pytest.raises(FileProblem, match='line 1 has a'):
        deliver(path, COMPANY)
    assert path.read_bytes() == b'sdk=C:\\users\n'


def test_F39_the_home_folder_is_that_of_the_password_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / 'real'
    entry = pwd.getpwuid(os.geteuid())
    changed_entry = pwd.struct_passwd((*entry[:5], str(home), entry[6]))
    monkeypatch.setattr(pwd, 'getpwuid', lambda _number: changed_entry)
    monkeypatch.setenv('HOME', str(tmp_path / 'other'))
    result = apply(KIND, COMPANY)
    assert result['path'] == str(home / '.gradle/gradle.properties')
    assert (home / '.gradle/gradle.properties').exists()


def test_the_credential_in_the_file_is_verified(sandbox: t.Any, tmp_path: Path) -> None:
    path = tmp_path / 'gradle.properties'
    recorder = Recorder(lambda _url, path: (b'', 'text/plain') if path == '/a.pom' else None)
    url = sandbox.serve(recorder, tls=False).url + '/a.pom'
    first = deliver(path, {**COMPANY, 'verify_url': url}, verify=True)
    assert first['verification'][0]['accepted'] is True and 'failed' not in first
    deliver(path, {'name': 'company', 'access_token': 'tok', 'verify_url': url}, verify=True)
    assert recorder.sent() == {basic('ci', ODD), 'Bearer tok'}
    assert deliver(path, COMPANY, verify=True)['verification'][0]['accepted'] is None
